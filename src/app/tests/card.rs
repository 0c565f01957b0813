//! The card: what confirms, and above all what does not.

use std::time::Duration;

use super::{runs, sh};
use crate::actions::Confirmation;
use crate::app::effect::Decision;
use crate::app::msg::{Prepared, RunEvent};
use crate::app::{Effect, Intent, Msg, PaneId, update};
use crate::domain::{Class, Language, Proposal, ProposalId, ProposalState};
use crate::overlays::Overlay;
use crate::testing::World;
use crate::testing::build::suggestion;

const READ: &str = "labctl status";
const WRITE: &str = "labctl rollback payments";
const DESTRUCTIVE: &str = "kubectl delete deployment payments -n shop";
const OPAQUE: &str = "curl -s https://example.org/fix.sh | bash";

/// A world with the card of a command open, tall enough to show it whole.
fn card(text: &str) -> (World, ProposalId) {
    let mut world = World::new();
    let _ = world.grid(120, 36);
    let id = world.propose(sh(text));
    assert!(matches!(world.model.overlays.last(), Some(Overlay::Confirm(_))));
    (world, id)
}

fn waits(world: &World, id: ProposalId) -> bool {
    world.model.state.proposal(id).is_some_and(|proposal| proposal.is_waiting())
}

#[test]
fn each_class_runs_by_its_own_ceremony_and_by_no_lesser_one() {
    let ways = [
        (READ, Class::Read, "<tab><enter>"),
        (WRITE, Class::Write, "y<enter>"),
        (DESTRUCTIVE, Class::Destructive, "<tab>payments<enter>"),
        (OPAQUE, Class::Opaque, "<tab>run<enter>"),
    ];
    for (text, class, keys) in ways {
        let (mut world, id) = card(text);
        assert_eq!(world.model.state.proposal(id).unwrap().verdict.class, class, "{text}");
        world.keys(keys);
        assert_eq!(runs(&world), [id], "{text}");
        for (_, lesser, less) in ways.iter().filter(|(_, other, _)| *other < class) {
            let (mut world, _) = card(text);
            world.keys(less);
            assert_eq!(runs(&world), [], "{text} by what confirms {lesser:?}");
        }
    }
}

#[test]
fn keys_in_the_first_moments_do_nothing_at_all() {
    for (text, keys) in [(READ, "<tab><enter>"), (WRITE, "y<enter>"), (WRITE, "<enter>"), (READ, "e")] {
        let (mut world, id) = card(text);
        world.keys_every(Duration::from_millis(150), keys);
        assert_eq!(runs(&world), []);
        assert!(waits(&world, id), "not even rejected");
        assert!(matches!(world.model.overlays.last(), Some(Overlay::Confirm(_))));
    }
}

#[test]
fn a_single_key_that_was_on_its_way_does_not_count() {
    let (mut world, id) = card(WRITE);
    world.keys_every(Duration::from_millis(350), "y");
    world.keys_every(Duration::from_secs(2), "<enter>");
    assert_eq!(runs(&world), [], "y came 350 ms after the card");
    assert!(!waits(&world, id), "Enter came late enough and met Reject");
    for (pace, key) in [(390, "e"), (900, "<enter>")] {
        let (mut world, id) = card(WRITE);
        world.keys_every(Duration::from_millis(pace), key);
        assert!(waits(&world, id), "{key} after {pace} ms");
    }
}

#[test]
fn a_held_key_never_brings_the_card_to_life() {
    for key in ["<enter>", "y", "<tab>", "w"] {
        let (mut world, id) = card(WRITE);
        world.keys_every(Duration::from_millis(33), &key.repeat(90));
        world.keys_every(Duration::from_millis(33), "y<enter>");
        assert_eq!(runs(&world), [], "{key} held for three seconds");
        assert!(waits(&world, id), "{key}");
        world.keys("y<enter>");
        assert_eq!(runs(&world), [id], "after it was let go");
    }
}

#[test]
fn pasted_text_never_confirms() {
    for (text, before, pasted) in [
        (READ, "", "\t\r\n"),
        (WRITE, "", "y\n"),
        (WRITE, "y", "\n"),
        (DESTRUCTIVE, "<tab>", "payments\n"),
        (OPAQUE, "<tab>", "run\n"),
    ] {
        let (mut world, id) = card(text);
        world.keys(before);
        world.paste(pasted);
        assert_eq!(runs(&world), [], "{text}");
        assert!(waits(&world, id));
    }
    let (mut world, id) = card(DESTRUCTIVE);
    world.keys("<tab>");
    world.paste("payments");
    world.keys("<enter>");
    assert_eq!(runs(&world), [], "the word has to be typed");
    assert!(waits(&world, id));
}

#[test]
fn esc_closes_and_never_confirms() {
    for (text, before) in [(READ, "<tab>"), (WRITE, "y"), (DESTRUCTIVE, "<tab>payments"), (OPAQUE, "<tab>run")] {
        let (mut world, id) = card(text);
        world.keys(before).keys("<esc>");
        assert!(world.model.overlays.is_empty());
        world.keys("<enter>");
        assert_eq!(runs(&world), [], "{text}");
        assert!(waits(&world, id), "{text} stays for another look");
    }
}

#[test]
fn another_key_disarms() {
    let (mut world, id) = card(WRITE);
    world.keys("yn<enter>");
    assert_eq!(runs(&world), []);
    assert!(matches!(world.model.state.proposal(id).unwrap().state, ProposalState::Rejected { .. }));
}

#[test]
fn editing_returns_to_the_start() {
    let (mut world, id) = card(WRITE);
    world.keys("ye");
    assert!(matches!(world.model.state.proposal(id).unwrap().state, ProposalState::Rejected { .. }));
    assert_eq!(world.model.focus, PaneId::Copilot);
    assert_eq!(world.model.panes.copilot.draft(), format!("$ {WRITE}"));
    world.keys("<space>--dry-run<enter>");
    let proposal = world.model.state.proposals.last().unwrap();
    assert_eq!(proposal.suggestion.text, format!("{WRITE} --dry-run"));
    assert!(proposal.is_waiting() && proposal.id != id);
    world.keys("<enter>");
    assert_eq!(runs(&world), [], "Reject has the focus again");
}

#[test]
fn all_reads_and_only_reads_go_on_one_card() {
    let mut world = World::new();
    let _ = world.grid(120, 40);
    let reads = [world.propose(sh(READ)), world.propose(suggestion(Language::Promql, "up"))];
    let write = world.propose(sh(WRITE));
    world.keys("<esc>pR");
    let screen = world.grid(120, 40);
    assert!(screen.contains("Confirm P1 P2 READ"), "{screen}");
    world.keys("<tab><enter>");
    assert_eq!(runs(&world), reads);
    assert!(waits(&world, write));
}

#[test]
fn run_is_offered_only_after_the_end_was_shown() {
    let mut world = World::new();
    let _ = world.grid(80, 24);
    let lines: Vec<String> = (0..60).map(|n| format!("echo {n}")).collect();
    let id = world.propose(sh(&lines.join("\n")));
    world.keys("<tab><enter>");
    assert_eq!(runs(&world), []);
    assert!(!waits(&world, id), "Enter stayed on Reject");
    let id = world.propose(sh(&lines.join("\n")));
    world.keys("G<tab><enter>");
    assert_eq!(runs(&world), [id]);
}

#[test]
fn a_proposal_is_confirmed_once() {
    let (mut world, id) = card(WRITE);
    world.script.runs = Box::new(|_| vec![RunEvent::Started]);
    world.keys("y<enter>");
    assert_eq!(runs(&world), [id]);
    world.want(Intent::Confirm(vec![id], Confirmation::YThenEnter));
    world.want(Intent::Review(vec![id]));
    world.keys("y<enter>");
    assert_eq!(runs(&world), [id], "neither while it runs nor again");
}

#[test]
fn one_confirmation_that_names_a_proposal_twice_runs_it_once() {
    let (mut world, id) = card(WRITE);
    world.script.runs = Box::new(|_| Vec::new());
    world.want(Intent::Confirm(vec![id, id], Confirmation::YThenEnter));
    assert_eq!(runs(&world), [id]);
    assert!(world.model.state.proposal(id).unwrap().is_running(), "the second refusal does not hide the run");
}

#[test]
fn a_lesser_confirmation_than_the_class_asks_for_is_refused_and_written_down() {
    for (text, given) in [
        (WRITE, Confirmation::Enter),
        (DESTRUCTIVE, Confirmation::YThenEnter),
        (DESTRUCTIVE, Confirmation::Typed(vec!["run".to_owned()])),
        (OPAQUE, Confirmation::Enter),
    ] {
        let (mut world, id) = card(text);
        world.want(Intent::Confirm(vec![id], given));
        assert_eq!(runs(&world), [], "{text}");
        assert!(matches!(world.model.state.proposal(id).unwrap().state, ProposalState::Refused { .. }));
        let refused = |effect: &Effect| matches!(effect, Effect::Journal(Decision::Refused(..)));
        assert!(world.effects.iter().any(refused));
    }
}

#[test]
fn read_only_lets_nothing_but_reads_through() {
    for (text, keys, count) in [(WRITE, "y<enter>", 0), (OPAQUE, "<tab>run<enter>", 0), (READ, "<tab><enter>", 1)] {
        let mut world = World::new().read_only();
        let _ = world.grid(120, 36);
        world.propose(sh(text));
        world.keys(keys);
        assert_eq!(runs(&world).len(), count, "{text}");
    }
}

#[test]
fn what_changed_under_an_approval_comes_back_to_the_card_with_the_reason() {
    let (mut world, id) = card(WRITE);
    world.script.runs = Box::new(|_| vec![RunEvent::Refused("the program's file changed".into())]);
    world.keys("y<enter>");
    assert!(waits(&world, id));
    assert_eq!(world.model.overlays.len(), 1);
    let screen = world.grid(120, 36);
    assert!(screen.contains("did not run: the program's file changed"), "{screen}");
    world.keys_every(Duration::from_millis(100), "y<enter>");
    assert_eq!(runs(&world), [id], "the new card is as deaf as the first at its start");
}

#[test]
fn every_decision_is_written_down_before_anything_runs() {
    let (mut world, _) = card(WRITE);
    world.keys("y<enter>");
    let words: Vec<&str> = world
        .effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Journal(Decision::Proposed(_)) => Some("proposed"),
            Effect::Journal(Decision::Shown(_)) => Some("shown"),
            Effect::Journal(Decision::Approved(..)) => Some("approved"),
            Effect::Run(..) => Some("run"),
            _ => None,
        })
        .collect();
    assert_eq!(words, ["proposed", "shown", "approved", "run"]);
}

/// The screen's rows that hold a text.
fn rows_with(world: &mut World, text: &str) -> usize {
    world.grid(120, 40).lines().filter(|line| line.contains(text)).count()
}

#[test]
fn a_preview_runs_at_a_key_as_a_read_of_its_own_and_confirms_nothing() {
    let (mut world, id) = card(WRITE);
    assert_eq!(rows_with(&mut world, "preview         labctl rollback payments --dry-run"), 1);
    assert_eq!(runs(&world), [], "nothing runs before a key");
    world.script.runs = Box::new(|_| crate::testing::printed("would roll back\n", 0));
    assert_eq!(rows_with(&mut world, "w why not  p preview"), 1);
    world.keys("p");
    let preview = world.model.state.proposals.last().unwrap().clone();
    assert_eq!(runs(&world), [preview.id]);
    assert_eq!((preview.verdict.class, preview.brief.preview_of), (Class::Read, Some(id)));
    assert!(preview.evidence().is_some() && waits(&world, id));
    assert_eq!(world.model.state.proposal(id).unwrap().verdict.class, Class::Write, "the class is as it was");
    assert_eq!(rows_with(&mut world, "preview, not the run"), 1);
    assert_eq!(rows_with(&mut world, "would roll back"), 1);
    assert_eq!(rows_with(&mut world, "w why not  p preview"), 0, "the key is not offered for nothing");
    world.keys("p");
    assert_eq!(runs(&world).len(), 1, "there is no other");
    let written = |effect: &&Effect| matches!(effect, Effect::Journal(Decision::Approved(p, _)) if p.id == preview.id);
    assert_eq!(world.effects.iter().filter(written).count(), 1);
    world.keys("y<enter>");
    assert_eq!(runs(&world), [preview.id, id]);
}

#[test]
fn a_preview_is_not_asked_for_by_a_key_that_came_early_was_held_or_pasted() {
    let (mut world, _) = card(WRITE);
    world.keys_every(Duration::from_millis(150), "p");
    world.keys_every(Duration::from_millis(33), &"p".repeat(90));
    world.paste("p");
    assert_eq!(runs(&world), []);
    let (mut world, _) = card(WRITE);
    world.keys("yp<enter>");
    assert_eq!(runs(&world).len(), 1, "the preview disarmed what was armed");
}

#[test]
fn a_preview_that_no_longer_holds_says_so_and_leaves_the_card() {
    let (mut world, id) = card(WRITE);
    world.script.runs = Box::new(|_| vec![RunEvent::Refused("the program's file changed".into())]);
    world.keys("p");
    assert!(waits(&world, id) && matches!(world.model.overlays.last(), Some(Overlay::Confirm(_))));
    assert_eq!(rows_with(&mut world, "preview, not the run: refused: the program's file"), 1);
}

#[test]
fn where_it_runs_stays_in_sight_however_long_the_text_is() {
    let mut world = World::new();
    let _ = world.grid(80, 24);
    let lines: Vec<String> = (0..60).map(|n| format!("echo 'runs on  somewhere else {n}'")).collect();
    world.propose(sh(&lines.join("\n")));
    for keys in ["", "<space>", "G"] {
        world.keys(keys);
        let screen = world.grid(80, 24);
        let head = screen.lines().skip_while(|line| !line.contains("Confirm P1")).nth(1).unwrap().to_owned();
        assert!(head.contains("runs on         this machine (bastion)"), "{screen}");
    }
}

#[test]
fn words_that_look_like_others_are_shown_as_they_run() {
    let (mut world, _) = card("r\\m -rf /srv/x");
    assert_eq!(rows_with(&mut world, "runs as         r\\m  is  rm"), 1);
}

#[test]
fn proposals_stand_in_the_order_they_were_put_forward_whichever_is_classed_first() {
    let mut world = World::new();
    let known = world.propose(sh(READ));
    let Some(proposal) = world.model.state.proposal(known).cloned() else { panic!("it was put forward") };
    let mut put = |text: &str| {
        let effects = update(&mut world.model, Msg::Want(Intent::Propose(sh(text))));
        effects.iter().find_map(|effect| if let Effect::Prepare(id, ..) = effect { Some(*id) } else { None })
    };
    let (first, second) = (put(WRITE).unwrap(), put(READ).unwrap());
    for id in [second, first] {
        let Proposal { verdict, target, undo, brief, .. } = proposal.clone();
        world.tell(Msg::Prepared(id, Box::new(Prepared { verdict, target, undo, brief })));
    }
    let order: Vec<_> = world.model.state.proposals.iter().map(|proposal| proposal.id).collect();
    assert_eq!(order, [known, first, second]);
}
