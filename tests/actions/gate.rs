//! What a person must do, and what the gate takes for it.

use jiff::SignedDuration;
use midwatch::actions::{Confirmation, Demand, Gate};
use midwatch::domain::approval::{Frozen, Place, PlaceKind, Target};
use midwatch::domain::{CleanText, Language, Proposal, ProposalState, TimeWindow, Timestamp};

use super::setting::{Setting, frozen};

fn typed(words: &[&str]) -> Confirmation {
    Confirmation::Typed(words.iter().map(|word| (*word).to_owned()).collect())
}

fn words(words: &[&str]) -> Demand {
    Demand::TypeWords { words: words.iter().map(|word| (*word).to_owned()).collect() }
}

fn in_production(mut proposal: Proposal) -> Proposal {
    proposal.target.production = Some(CleanText::line("prod-eu"));
    proposal
}

#[test]
fn each_class_asks_for_its_own_ceremony() {
    let setting = Setting::new();
    let gate = Gate::default();
    assert_eq!(gate.demand(&setting.propose("df -h")), Demand::Enter);
    assert_eq!(gate.demand(&setting.propose("touch x")), Demand::YThenEnter);
    assert_eq!(gate.demand(&setting.propose("rm -rf data")), words(&["data"]));
    assert_eq!(gate.demand(&in_production(setting.propose("rm -rf data"))), words(&["data", "prod-eu"]));
    assert_eq!(gate.demand(&setting.propose("echo x | sh")), words(&["run"]));
    let nameless = setting.propose("echo b > /proc/sysrq-trigger");
    assert_eq!(gate.demand(&nameless), words(&[Gate::digest(&nameless).tail()]));
}

#[test]
fn what_cannot_run_says_why() {
    let setting = Setting::new();
    let never = |gate: &Gate, proposal: &Proposal| match gate.demand(proposal) {
        Demand::Never { why } => why.to_string(),
        other => panic!("{other:?}"),
    };
    let gate = Gate::default();
    assert!(never(&gate, &in_production(setting.propose("echo x | sh"))).contains("prod-eu is production"));
    assert!(never(&gate, &setting.propose("echo '[REDACTED:password:1]'")).contains("redacted"));
    assert!(never(&gate, &setting.propose("nosuchtool x")).contains("not installed"));
    let read_only = Gate { read_only: true, ..Gate::default() };
    assert!(never(&read_only, &setting.propose("touch x")).contains("read-only"));
    assert!(never(&read_only, &setting.propose("echo x | sh")).contains("read-only"));
    assert_eq!(read_only.demand(&setting.propose("df")), Demand::Enter);
}

#[test]
fn less_than_the_ceremony_is_refused() {
    let setting = Setting::new();
    let gate = Gate::default();
    let now = Timestamp::now();
    for (text, confirmation) in [
        ("touch x", Confirmation::Enter),
        ("rm -rf data", Confirmation::YThenEnter),
        ("rm -rf data", typed(&["dat"])),
        ("rm -rf data", typed(&[])),
        ("rm -rf data", typed(&["data", "more"])),
        ("echo x | sh", typed(&["yes"])),
        ("df", typed(&["run"])),
    ] {
        let proposal = setting.propose(text);
        let refused = gate.approve(&proposal, &Gate::digest(&proposal), &confirmation, now);
        assert!(refused.unwrap_err().why.contains("not confirmed"), "{text} {confirmation:?}");
    }
    let proposal = in_production(setting.propose("rm -rf data"));
    assert!(gate.approve(&proposal, &Gate::digest(&proposal), &typed(&["data"]), now).is_err());
    assert!(gate.approve(&proposal, &Gate::digest(&proposal), &typed(&["data", "prod-eu"]), now).is_ok());
}

#[test]
fn case_26_an_edit_while_the_card_is_open_is_refused() {
    let setting = Setting::new();
    let mut proposal = setting.propose("df -h");
    let shown = Gate::digest(&proposal);
    proposal.suggestion.text = "df -i".to_owned();
    let refused = Gate::default().approve(&proposal, &shown, &Confirmation::Enter, Timestamp::now());
    assert!(refused.unwrap_err().why.contains("no longer what the card showed"));
}

#[test]
fn what_was_decided_is_not_decided_again() {
    let setting = Setting::new();
    let mut proposal = setting.propose("df -h");
    proposal.state = ProposalState::Rejected { why: CleanText::default() };
    let refused = Gate::default().approve(&proposal, &Gate::digest(&proposal), &Confirmation::Enter, Timestamp::now());
    assert!(refused.unwrap_err().why.contains("decided before"));
}

#[test]
fn every_frozen_field_changes_the_digest() {
    let setting = Setting::new();
    let proposal = setting.propose("df -h");
    let base = Gate::digest(&proposal);
    let changes: [fn(&mut midwatch::domain::approval::FrozenCommand); 15] = [
        |c| c.argv.push("x".to_owned()),
        |c| c.program.push('x'),
        |c| c.identity.push('x'),
        |c| c.files.clear(),
        |c| c.cwd.push('x'),
        |c| c.env[0].1.push('x'),
        |c| c.user.push('x'),
        |c| c.ids.push('x'),
        |c| c.tools.push("x".to_owned()),
        |c| c.places.push(Place::new(PlaceKind::Context, "")),
        |c| c.timeout_seconds += 1,
        |c| c.output_cap += 1,
        |c| c.interactive = true,
        |c| c.rules.push('x'),
        // The same letters, divided elsewhere.
        |c| c.argv = vec!["df-h".to_owned()],
    ];
    for (at, change) in changes.iter().enumerate() {
        let mut changed = proposal.clone();
        let mut command = frozen(&proposal).clone();
        change(&mut command);
        changed.target.frozen = Frozen::Command(Box::new(command));
        assert_ne!(Gate::digest(&changed), base, "field {at}");
    }
}

#[test]
fn an_approval_grows_old_faster_when_it_destroys() {
    let setting = Setting::new();
    let now = Timestamp::now();
    let after = |seconds| now.checked_add(SignedDuration::from_secs(seconds)).unwrap();
    for (text, confirmation, valid) in [("df", Confirmation::Enter, 120), ("rm data", typed(&["data"]), 30)] {
        let proposal = setting.propose(text);
        let approved = Gate::default().approve(&proposal, &Gate::digest(&proposal), &confirmation, now).unwrap();
        assert!(approved.still_valid(after(valid - 1)).is_ok(), "{text}");
        assert!(approved.still_valid(after(valid)).is_err(), "{text}");
    }
}

#[test]
fn a_query_goes_the_same_way() {
    let setting = Setting::new();
    let mut proposal = setting.propose("df");
    let window = TimeWindow::new(Timestamp::UNIX_EPOCH, Timestamp::now());
    proposal.suggestion.language = Language::Promql;
    proposal.suggestion.text = "up".to_owned();
    let source = CleanText::line("prom");
    proposal.target = Target {
        place: source.clone(),
        facts: Vec::new(),
        production: None,
        frozen: Frozen::Query { language: Language::Promql, window, step: 0, source },
    };
    let approved = super::setting::confirm(&proposal).unwrap();
    let request = approved.query().unwrap();
    assert_eq!((request.text.as_str(), request.step, request.window), ("up", 1, window));
}
