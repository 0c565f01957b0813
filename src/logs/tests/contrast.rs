//! Bad rows against others: what the desk reads of each, and what it tells.

use super::*;
use crate::analysis::correlate::{Since, Test};
use crate::domain::TimeWindow;
use crate::logs::answer::Contrasted;
use crate::logs::ask::{ContrastAsk, Services};
use crate::logs::contrast::{Told, filter_of, in_words};

/// A service's log in which the tenant t3 fails, and a quiet one beside it whose records name a zone.
fn shop() -> Bench {
    let mut bench = Bench::new();
    let (mut pay, mut cart) = (String::new(), String::new());
    for at in 0..3_000u32 {
        let tenant = at % 5;
        let level = if tenant == 3 && at % 2 == 0 { "error" } else { "info" };
        let time = format!("2026-01-15T02:{:02}:{:02}.{:03}Z", at / 600, at / 10 % 60, at % 10 * 100);
        pay += &format!(
            r#"{{"time":"{time}","level":"{level}","service":"pay","msg":"charge {at}","tenant":"t{tenant}","order":{at}}}"#
        );
        pay += "\n";
        cart +=
            &format!(r#"{{"time":"{time}","level":"info","service":"cart","msg":"added {at}","zone":"z{}"}}"#, at % 2);
        cart += "\n";
    }
    bench.file("pay.log", pay.as_bytes());
    bench.file("cart.log", cart.as_bytes());
    bench
}

fn ask(text: &str) -> ContrastAsk {
    ContrastAsk {
        generation: 7,
        look: Look { filter: filter(text), ..Look::default() },
        among: Filter::default(),
        services: Services::Same,
        changes: Vec::new(),
        ignored: Vec::new(),
        most: 100_000,
    }
}

fn told(bench: &mut Bench, ask: ContrastAsk) -> Told {
    bench.ask(Ask::Contrast(Some(ask)));
    let told = bench.answers.iter().rev().find_map(|answer| match answer {
        Answer::Contrast(Contrasted::Told { generation: 7, told }) => Some(told.as_ref().clone()),
        _ => None,
    });
    told.unwrap()
}

fn said(told: &Told) -> Vec<String> {
    told.report.findings.iter().map(|it| in_words(&it.parts).to_string()).collect()
}

#[test]
fn errors_are_compared_with_the_other_records_of_their_service() {
    let mut bench = shop();
    let told = told(&mut bench, ask("level>=error"));
    assert_eq!((told.bad.all, told.rest.all), (300, 2_700), "the quiet service is left out");
    assert_eq!(said(&told), ["tenant=t3"]);
    assert_eq!((told.report.findings[0].bad, told.report.findings[0].rest), ((300, 300), (300, 2_700)));
    assert_eq!(told.services, ["pay".into()]);
    assert!(told.left_out.contains(&"level".into()) && told.left_out.contains(&"pattern".into()));
    assert!(!bench.desk.is_busy());
}

#[test]
fn of_many_records_those_at_even_distances_are_read_and_that_is_told() {
    let mut bench = shop();
    let told = told(&mut bench, ContrastAsk { most: 200, ..ask("level>=error") });
    assert_eq!((told.bad.read, told.bad.all, told.rest.read, told.rest.all), (200, 300, 200, 2_700));
    assert_eq!(said(&told), ["tenant=t3"]);
}

#[test]
fn others_are_as_many_of_each_service_as_the_bad_are() {
    let mut bench = shop();
    // A third of the bad is of the quiet service, and says nothing there.
    let mut question = ask("/charge [0-9]*[02468]$|added [0-9]*[05]$/");
    question.look.filter = filter("/\"(charge|added) [0-9]*[05]\"/ -tenant=t1");
    question.most = 600;
    let told = told(&mut bench, question);
    let share = |name: &str| told.services.iter().any(|service| service.as_str() == name);
    assert!(share("pay") && share("cart"));
    assert!(
        said(&told).iter().all(|name| !name.starts_with("zone") && !name.starts_with("service")),
        "{:?}",
        said(&told)
    );
}

#[test]
fn live_records_the_time_and_changes_count_too() {
    let mut bench = Bench::new();
    let records = (0..400).map(|at| {
        let mut record = live(at, "charged");
        record.severity = if at >= 300 && at % 3 != 0 { Severity::Error } else { Severity::Info };
        record.attributes = Box::new([("zone".into(), format!("z{}", at % 2).as_str().into())]);
        record
    });
    bench.ask(Ask::Hold(records.collect()));
    let mut question = ask("level>=error");
    question.changes = vec![Since { at: 300_000_000_000, what: "deploy pay 2.3".to_owned() }];
    let all = told(&mut bench, question.clone());
    assert_eq!((all.bad.all, all.rest.all), (66, 334));
    assert!(matches!(&all.report.findings[0].parts[0].test, Test::Since { what, .. } if what == "deploy pay 2.3"));
    let at = |second| Timestamp::from_second(second).unwrap();
    question.look.window = Some(TimeWindow::new(at(300), at(400)));
    assert_eq!(told(&mut bench, question).rest.all, 34);
}

#[test]
fn the_filter_of_a_finding_lets_pass_what_was_counted() {
    let mut bench = shop();
    let mut question = ask("order>=2000 tenant=t3");
    question.services = Services::Any;
    let found = told(&mut bench, question);
    for it in &found.report.findings {
        let text = filter_of(&it.parts).unwrap().to_text();
        bench.ask(Ask::Show(show(&text, Anchor::Newest, 1)));
        assert_eq!(bench.page().matching, it.bad.0 + it.rest.0, "{text}");
    }
    let mut question = ask("level>=error");
    question.ignored = vec!["tenant".into()];
    assert!(said(&told(&mut bench, question)).is_empty());
}

#[test]
fn the_newest_question_is_answered_and_none_ends_the_work() {
    let mut bench = shop();
    bench.desk.ask(Ask::Contrast(Some(ContrastAsk { generation: 6, ..ask("level>=info") })));
    bench.desk.work(Slice(10));
    let told = told(&mut bench, ask("level>=error"));
    assert_eq!(told.bad.all, 300);
    let old = |answer: &Answer| matches!(answer, Answer::Contrast(Contrasted::Told { generation: 6, .. }));
    assert!(!bench.answers.iter().any(old));
    bench.desk.ask(Ask::Contrast(Some(ask("charge"))));
    bench.ask(Ask::Contrast(None));
    assert!(!bench.desk.is_busy());
}
