//! Every drill in the binary: whole, playable from the first quiet minute to the end, and answered by its own recording.

use std::sync::Arc;

use midwatch::bundle::{BundleError, drill, drills};
use midwatch::domain::ports::{CommandBook, QueryEngine};
use midwatch::domain::query::QueryRequest;
use midwatch::domain::recording::Recording;
use midwatch::domain::{AlertState, Batch, Language, Telemetry, TimeWindow};
use midwatch::sources::replay::{Commands, RecordedEngine, ReplayClock, ReplaySource, first_alert};
use midwatch::sources::{Outlet, Source};
use tokio::sync::{mpsc, watch};

fn each(check: impl Fn(&str, Recording)) {
    let all = drills();
    assert!(!all.is_empty(), "the binary holds at least one drill");
    for info in all {
        assert!(!info.title.is_empty());
        check(info.name, drill(info.name).unwrap_or_else(|error| panic!("{}: {error}", info.name)));
    }
}

/// The fenced blocks of an answer in one language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let parts = text.split("```").skip(1).step_by(2);
    parts.filter_map(|part| part.strip_prefix(language)).map(|block| block.trim().to_owned()).collect()
}

/// The texts an answer cites.
fn citations(text: &str) -> Vec<&str> {
    text.split("[@").skip(1).filter_map(|rest| rest.split(']').next()).collect()
}

#[test]
fn an_unknown_drill_is_refused_with_those_there_are() {
    let error = drill("no-such").unwrap_err();
    assert!(matches!(error, BundleError::NoDrill { .. }));
    assert!(error.to_string().contains("bad-deploy-payments"), "{error}");
}

#[test]
fn every_drill_is_whole() {
    each(|name, drill| {
        assert!(drill.gaps.is_empty(), "{name}: {:?}", drill.gaps);
        assert!(drill.logs.len() > 100 && drill.series.len() > 20 && drill.changes.len() > 1, "{name}");
        assert!(drill.logs.iter().all(|record| record.time.is_some()), "{name}: every record has its own time");
        assert!(drill.answers.iter().any(|answer| answer.when.is_empty()), "{name}: an answer to any question");
        let window = drill.window.unwrap();
        let (opens, first) = (drill.opens_at.unwrap(), first_alert(&drill).unwrap());
        let lead = opens.duration_until(first).as_secs();
        assert!((60..=90).contains(&lead), "{name}: the first alert comes {lead} s after the beginning");
        assert!(window.start.duration_until(first).as_secs() >= 45 * 60, "{name}: an hour to compare with");
        let holds = drill.holds_at.unwrap();
        assert!(first < holds && holds < window.end, "{name}");
    });
}

#[test]
fn every_citation_of_an_answer_stands_in_the_recording() {
    each(|name, drill| {
        let lines: Vec<String> = drill
            .logs
            .iter()
            .map(|record| record.raw.to_string())
            .chain(drill.changes.iter().map(|change| change.summary.to_string()))
            .chain(drill.alerts.iter().flat_map(|(_, alert)| alert.annotations.values().map(ToString::to_string)))
            .chain(drill.commands.iter().map(|command| command.output.to_string()))
            .flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>())
            .collect();
        for answer in &drill.answers {
            for cited in citations(&answer.text) {
                assert!(lines.iter().any(|line| line.contains(cited)), "{name}: nothing holds `{cited}`");
            }
        }
    });
}

#[tokio::test(start_paused = true)]
async fn every_proposal_of_an_answer_has_its_recorded_answer() {
    for info in drills() {
        let drill = Arc::new(drill(info.name).unwrap());
        let clock = ReplayClock::of(&drill);
        let _ = clock.jump_to(drill.holds_at.unwrap());
        let engine = RecordedEngine::new(drill.clone(), clock.clone());
        let book = Commands::new(drill.clone(), clock.clone());
        let mut asked = 0;
        for answer in &drill.answers {
            for command in blocks(&answer.text, "sh") {
                assert!(book.answer(&command).is_some(), "{}: no answer to `{command}`", info.name);
            }
            for text in blocks(&answer.text, "promql") {
                let window = TimeWindow::new(drill.opens_at.unwrap(), clock.now());
                let request = QueryRequest { language: Language::Promql, text, window, step: 15 };
                let answer = engine.ask(request).await.unwrap_or_else(|error| panic!("{}", error.why));
                assert!(answer.series.iter().any(|series| !series.samples.is_empty()), "{}", info.name);
                asked += 1;
            }
        }
        assert!(asked > 0, "{}: some answer proposes a query", info.name);
    }
}

#[test]
fn no_command_that_only_reads_takes_the_clock_anywhere_before_the_change_it_reads_of() {
    each(|name, drill| {
        let opens = drill.opens_at.unwrap();
        for command in &drill.commands {
            let first =
                drill.commands.iter().filter(|other| other.command == command.command).filter_map(|c| c.at).min();
            // A commit that did not exist cannot be looked at, and a rollback is what the hold waits for.
            let late = command.command.contains(" diff ") || command.command.contains(" rollback ");
            assert!(late || first <= Some(opens), "{name}: `{}` is first answered at {first:?}", command.command);
        }
    });
}

#[tokio::test(start_paused = true)]
async fn every_drill_plays_from_its_quiet_beginning_over_the_hold_to_all_clear() {
    for info in drills() {
        let drill = Arc::new(drill(info.name).unwrap());
        let clock = ReplayClock::of(&drill);
        let source = ReplaySource::new(drill.clone(), clock.clone());
        let (out, mut batches) = mpsc::channel::<Batch>(64);
        let (_stop, told) = watch::channel(false);
        let outlet = Outlet::new(source.id().clone(), out);
        tokio::spawn(Box::new(source).run(outlet, told));
        clock.set_speed(30.0);
        let (mut logs, mut loudest, mut firing) = (0, 0, usize::MAX);
        loop {
            let quiet = std::time::Duration::from_secs(600);
            let Ok(Some(batch)) = tokio::time::timeout(quiet, batches.recv()).await else {
                // Nothing more comes by itself: the clock holds, or the recording is over.
                if clock.ended() {
                    break;
                }
                assert!(clock.holding(), "{}: silent at {}", info.name, clock.now());
                assert!(firing > 1, "{}: the alerts fire while the clock waits", info.name);
                let book = Commands::new(drill.clone(), clock.clone());
                let rollback = drill.commands.iter().find(|command| command.at > drill.holds_at).unwrap();
                book.ran(&book.answer(&rollback.command).unwrap());
                assert!(!clock.holding());
                continue;
            };
            for item in batch.items {
                logs += usize::from(matches!(item, Telemetry::Log(_)));
                if let Telemetry::AlertSnapshot(alerts) = item {
                    let loud = |state: AlertState| state == AlertState::Firing;
                    firing = alerts.iter().filter(|alert| loud(alert.state) && alert.asks_for_attention()).count();
                    loudest = loudest.max(firing);
                }
            }
        }
        assert_eq!((logs, firing), (drill.logs.len(), 0), "{}", info.name);
        assert!(loudest >= 3, "{}", info.name);
    }
}

#[test]
fn no_drill_is_heavy_or_tells_of_the_machine_it_was_recorded_on() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("drills");
    let mut folders = vec![root];
    let mut bytes = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            bytes += text.len();
            for word in ["/root/", "/home/", "/work/", "/tmp/", "/mnt/"] {
                assert!(!text.contains(word), "{} holds {word}", path.display());
            }
        }
    }
    assert!(bytes < 6 << 20, "{bytes} bytes of drills are in every binary");
}
