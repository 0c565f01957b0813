//! The recorded incident: a release of payments that fails for some of the cards, told from the first alert to the notes.

use std::time::Duration;

use midwatch::domain::{Class, ProposalState};
use midwatch::trust::verify::Status;

use crate::world::World;

const QUERY: &str = "sum by (code) (rate(http_requests_total{service=\"payments\"}[30s]))";
const ROLLBACK: &str = "labctl rollback payments";

/// The drill a minute after its first alert.
async fn a_minute_in() -> World {
    let mut world = World::drill(|_| {});
    world.opened().await;
    assert!(world.screen().contains("no incident"));
    world.press("J");
    world.until("alerts that fire", |world| !world.firing().is_empty()).await;
    world.pass(Duration::from_secs(60)).await;
    let told = |world: &World| !world.session.model.state.stores.records.digest.errors.is_empty();
    world.until("error lines", |world| told(world) && world.session.executor.desk.is_idle()).await;
    world
}

/// Asks why, and waits for the whole answer with its proposals classed.
async fn ask_why(world: &mut World) {
    world.press("a");
    world.write("why does checkout fail?");
    world.press("<enter>");
    world.until("two proposals", |world| world.proposals().len() == 2).await;
}

fn texts_of(events: &[(String, String)], event: &str) -> Vec<String> {
    events.iter().filter(|(name, _)| name == event).map(|(_, text)| text.clone()).collect()
}

#[tokio::test(start_paused = true)]
async fn alerts_errors_and_the_release_stand_on_one_screen() {
    let mut world = a_minute_in().await;
    let screen = world.screen();
    for text in ["CRIT CheckoutFailing", "CRIT HighErrorRate", "deploy payments 1.10.0", "INC-20261120-2220"] {
        assert!(screen.contains(text), "{text} is missing:\n{screen}");
    }
    world.press("2f");
    world.write("level>=error service=payments");
    world.press("<enter>");
    world.see("[level>=error]").await;
    world
        .until("errors of payments and nothing else", |world| {
            let screen = world.screen();
            let logs = screen.split("2 Logs").nth(1).unwrap().split("╰").next().unwrap().to_owned();
            logs.contains("unhandled error") && !logs.contains("nginx")
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_checked_and_proposes_and_nothing_runs_by_itself() {
    let mut world = a_minute_in().await;
    ask_why(&mut world).await;
    let turn = world.session.model.state.conversation.turns.last().unwrap();
    let count = |wanted: fn(&Status) -> bool| turn.sentences.iter().filter(|sentence| wanted(&sentence.status)).count();
    assert_eq!(count(|status| *status == Status::Supported), 5, "{:?}", turn.sentences);
    assert_eq!(count(|status| matches!(status, Status::Unsupported { .. })), 0, "{:?}", turn.sentences);
    let classes: Vec<_> = world.proposals().iter().map(|p| (p.verdict.class, p.suggestion.text.as_str())).collect();
    assert_eq!(classes, [(Class::Read, QUERY), (Class::Write, ROLLBACK)]);

    // Time alone confirms nothing.
    world.pass(Duration::from_secs(60)).await;
    assert!(world.proposals().iter().all(midwatch::domain::Proposal::is_waiting));
    let events = world.end().await;
    assert_eq!(texts_of(&events, "proposed"), [QUERY, ROLLBACK]);
    assert_eq!(events.len(), 2, "{events:?}");
}

#[tokio::test(start_paused = true)]
async fn from_the_proposals_to_the_end_of_the_incident_and_its_notes() {
    let mut world = a_minute_in().await;
    ask_why(&mut world).await;

    // The query: its card, Tab, Enter, evidence.
    world.press("p");
    world.see("Enter review").await;
    world.press("g<enter>");
    world.see("Confirm P1 READ").await;
    world.pass(Duration::from_millis(1_200)).await;
    assert!(world.screen().contains(QUERY));
    world.confirm_read().await;
    world.until("the query's evidence", |world| world.proposals()[0].evidence().is_some()).await;
    let evidence = world.session.model.state.stores.evidence.get(world.proposals()[0].evidence().unwrap()).unwrap();
    assert!(evidence.text.contains("500"), "{}", evidence.text);
    world.see("exit 0").await;
    world.press("<enter>");

    // The rollback: keys that come too early, or not in their order, do nothing.
    world.press("p");
    world.see("Enter review").await;
    world.press("<enter>");
    world.until("the rollback's card", |world| world.screen().contains("Confirm P2 WRITE")).await;
    world.press("y<enter><enter>");
    assert!(world.proposals()[1].is_waiting(), "keys that came with the card did something");
    assert!(world.screen().contains("Confirm P2 WRITE"));
    world.pass(Duration::from_millis(1_200)).await;
    assert!(world.screen().contains("nothing touches this machine"), "{}", world.screen());
    world.press("y");
    world.see("Enter runs").await;
    world.pass(Duration::from_millis(40)).await;
    assert!(world.proposals()[1].is_waiting());
    world.press("<enter>");
    world.until("the end of the rollback", |world| world.is_done(1)).await;
    assert!(
        world.session.model.state.now.to_string().as_str() >= "2026-11-20T22:26:06",
        "the clock goes to the rollback"
    );
    world.until("no alert", |world| world.firing().is_empty()).await;
    world.see("rollback").await;
    world.press("<enter>");

    // Pin, note, and the notes.
    world.press("1jm");
    world.see("pinned as").await;
    world.press("M");
    world.write("payments 1.10.0 is taken back; refunds are for tomorrow");
    world.press("<enter>");
    world.see("noted").await;
    world.press("Y");
    let notes = world.copied.last().unwrap().clone();
    for text in [
        "# INC-20261120-2220",
        "CheckoutFailing",
        "HighErrorRate",
        QUERY,
        ROLLBACK,
        "refunds are for tomorrow",
        "exit 0",
        "why does checkout fail?",
    ] {
        assert!(notes.contains(text), "{text} is missing:\n{notes}");
    }
    let person = world.session.model.state.settings.person.to_string();
    let run = notes.lines().find(|line| line.contains(ROLLBACK) && line.contains(&person)).unwrap_or_default();
    assert!(run.contains("22:2"), "who ran the rollback, and when:\n{notes}");

    let events = world.end().await;
    for event in ["proposed", "shown", "approved", "started", "ended"] {
        assert_eq!(texts_of(&events, event).iter().filter(|text| *text == ROLLBACK).count(), 1, "{event}: {events:?}");
    }
    let at = |event: &str| events.iter().position(|(name, text)| name == event && text == ROLLBACK).unwrap();
    assert!(at("shown") < at("started") && at("started") < at("ended"), "{events:?}");
}

#[tokio::test(start_paused = true)]
async fn a_change_is_previewed_by_the_recording_and_its_recovery_is_told_with_numbers() {
    let mut world = a_minute_in().await;
    ask_why(&mut world).await;
    world.press("p");
    world.see("Enter review").await;
    world.press("j<enter>");
    world.see("Confirm P2 WRITE").await;
    world.pass(Duration::from_millis(1_200)).await;
    let preview = format!("{ROLLBACK} --dry-run");
    assert!(world.screen().contains(&preview), "{}", world.screen());
    assert_eq!(world.proposals().len(), 2, "nothing ran at the sight of it");
    world.press("p");
    world.until("the preview's answer", |world| world.proposals().len() == 3 && world.is_done(2)).await;
    let screen = world.screen();
    assert!(screen.contains("preview, not the run") && screen.contains("would roll payments back"), "{screen}");
    assert!(world.proposals()[1].is_waiting() && screen.contains("then watch"), "{screen}");

    world.pass(Duration::from_millis(300)).await;
    world.press("y");
    world.see("Enter runs").await;
    world.pass(Duration::from_millis(40)).await;
    world.press("<enter>");
    world.until("the end of the rollback", |world| world.is_done(1)).await;
    world.press("<enter>");
    world.see("watch P2").await;
    world.pass(Duration::from_secs(130)).await;
    let told = |world: &World| -> Vec<String> {
        let timeline = &world.session.model.state.incident.as_ref().unwrap().timeline;
        timeline.iter().map(|entry| entry.text.to_string()).filter(|text| text.starts_with("after P2")).collect()
    };
    world.until("the end of the watch", |world| !told(world).is_empty()).await;
    let said = told(&world).concat();
    assert!(said.contains("recovering, the recording ends here") && said.contains("error_ratio payments"), "{said}");
    assert!(said.contains("stopped, 0 began"), "{said}");
    world.press("Y");
    assert!(world.copied.last().unwrap().contains("recovering, the recording ends here"));
    let events = world.end().await;
    assert_eq!(texts_of(&events, "started"), [preview, ROLLBACK.to_owned()]);
}

#[tokio::test(start_paused = true)]
async fn a_rejection_with_its_reason_reaches_the_journal_and_the_next_prompt() {
    let mut world = a_minute_in().await;
    ask_why(&mut world).await;
    world.press("p");
    world.see("Enter review").await;
    world.press("j<enter>");
    world.see("Confirm P2 WRITE").await;
    world.pass(Duration::from_millis(1_200)).await;
    world.press("w");
    world.write("wait for the bank first");
    world.press("<enter>");
    world.until("a rejection", |world| matches!(world.proposals()[1].state, ProposalState::Rejected { .. })).await;
    world.press("a");
    world.write("what changed?");
    world.press("<enter>");
    let sent = world.session.model.state.last_preview.clone().unwrap();
    assert!(sent.contains("wait for the bank first") && sent.contains(ROLLBACK), "{sent}");
    let events = world.end().await;
    assert_eq!(texts_of(&events, "rejected"), [ROLLBACK]);
    assert!(texts_of(&events, "started").is_empty());
    assert!(std::fs::read_to_string(world.journal()).unwrap().contains("wait for the bank first"));
}

#[tokio::test(start_paused = true)]
async fn what_is_typed_is_answered_by_the_recording_and_never_by_this_machine() {
    let mut world = a_minute_in().await;
    world.propose("df -h").await;
    assert!(world.screen().contains("READ"));
    world.confirm_read().await;
    world.until("the answer of then", |world| world.is_done(0)).await;
    world.see("/dev/shm").await;
    world.press("<enter>");

    let victim = world.home.path().join("victim");
    std::fs::write(&victim, "still here").unwrap();
    for command in [format!("rm -rf {}", victim.display()), "rm -rf /".to_owned(), "touch /tmp/never".to_owned()] {
        world.propose(&command).await;
        assert!(world.screen().contains("cannot run"), "{}", world.screen());
        assert!(world.screen().contains("the recording has no answer to it"), "{}", world.screen());
        let words = world.newest().id.to_string();
        world.press("<tab>y");
        world.write("run");
        world.press("<enter>");
        assert!(!world.newest().is_running(), "{words}");
        world.press("<esc><esc>");
    }
    assert!(victim.exists());
    let events = world.end().await;
    assert_eq!(texts_of(&events, "started"), ["df -h"]);
}

#[tokio::test(start_paused = true)]
async fn read_only_lets_reads_through_and_no_rollback() {
    let mut world = World::drill(|config| config.read_only = true);
    world.see("READ-ONLY").await;
    world.propose(ROLLBACK).await;
    assert!(world.screen().contains("cannot run"), "{}", world.screen());
    world.press("y<enter>");
    world.press("<esc><esc>");
    world.propose("df -h").await;
    world.confirm_read().await;
    world.until("the read", |world| world.is_done(1)).await;
    let events = world.end().await;
    assert_eq!(texts_of(&events, "started"), ["df -h"]);
}

#[tokio::test(start_paused = true)]
async fn esc_and_a_held_key_never_confirm() {
    let mut world = a_minute_in().await;
    ask_why(&mut world).await;
    for keys in ["<esc>", "<enter>", "<tab><esc>", "y<esc>"] {
        world.press("pg<enter>");
        world.until("a card", |world| world.screen().contains("Confirm P") || !world.proposals()[0].is_waiting()).await;
        world.pass(Duration::from_millis(1_200)).await;
        world.press(keys);
        world.press("<esc><esc>");
        assert!(!world.proposals()[0].is_running(), "{keys}");
    }
    // Enter held down from before the card: it repeats every 30 ms and never counts.
    let mut world = a_minute_in().await;
    world.press("$");
    world.write("df -h");
    for _ in 0..100 {
        world.press("<enter>");
        world.pass(Duration::from_millis(30)).await;
    }
    assert!(world.newest().is_waiting(), "{:?}", world.newest().state);
    let events = world.end().await;
    assert!(texts_of(&events, "started").is_empty(), "{events:?}");
}
