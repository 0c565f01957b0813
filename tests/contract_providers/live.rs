//! The same contract against a real server, where one is named by `MIDWATCH_TEST_LLM`; its twin on the wire is `openai`.

use std::sync::Arc;

use midwatch::config::secrets::Secrets;
use midwatch::copilot::{Coverage, Delta, Fence, Prompts, Room, TurnContext, connect, prepare};
use midwatch::domain::{CleanText, Evidence, EvidenceId, EvidenceKind, Timestamp};

use crate::wire::{Wire, ask, ask_with};

#[tokio::test]
async fn a_real_server_streams_an_answer() {
    let Ok(url) = std::env::var("MIDWATCH_TEST_LLM") else {
        eprintln!("skipped: MIDWATCH_TEST_LLM names no server that speaks OpenAI's API");
        return;
    };
    let provider = connect(&Wire::Openai.config(&url, "60s"), Arc::new(Secrets)).await.unwrap();
    assert!(provider.label().context_tokens.is_some_and(|context| context >= 2048));
    let (text, last) = ask(provider.as_ref()).await;
    assert!(!text.trim().is_empty());
    assert!(matches!(last, Delta::Done { prompt_tokens: Some(1..), answer_tokens: Some(1..=77), .. }), "{last:?}");
}

/// More evidence than any small model takes.
fn turn() -> TurnContext {
    let line =
        |n: u32| format!("2026-11-20 02:05:{:02},{n:03} ERROR [w-{n}] order={} took {n}.5 ms\n", n % 60, 8000 + n);
    let evidence = |id: u32| Evidence {
        id: EvidenceId(id),
        kind: EvidenceKind::Logs,
        source: "payments".into(),
        query: "service=payments level>=error".into(),
        window: None,
        captured_at: Timestamp::UNIX_EPOCH,
        text: CleanText::block(&(0..500).map(line).collect::<String>()),
        cut: None,
    };
    TurnContext {
        question: "why does checkout fail?".into(),
        history: Vec::new(),
        evidence: (1..10).map(evidence).collect(),
        stack: vec!["labctl".into()],
        coverage: Coverage::default(),
        incident: "checkout failing".into(),
        now: Timestamp::UNIX_EPOCH,
        rejected: Vec::new(),
        wants_command: false,
    }
}

#[tokio::test]
async fn a_real_server_takes_a_request_that_was_cut_to_its_context() {
    let Ok(url) = std::env::var("MIDWATCH_TEST_LLM") else {
        eprintln!("skipped: MIDWATCH_TEST_LLM names no server that speaks OpenAI's API");
        return;
    };
    let provider = connect(&Wire::Openai.config(&url, "120s"), Arc::new(Secrets)).await.unwrap();
    let room = Room::of(provider.as_ref(), 200);
    let prepared = prepare(
        &turn(),
        &Prompts::load(None).unwrap(),
        &room,
        &Fence::random(),
        &midwatch::trust::redact::Session::new(),
    )
    .unwrap();
    assert!(!prepared.left_out.is_empty());
    let (_, last) = ask_with(provider.as_ref(), prepared.ask(&turn())).await;
    let Delta::Done { prompt_tokens: Some(counted), .. } = last else { panic!("{last:?}") };
    assert!(counted <= prepared.estimated_tokens, "{counted} counted, {} estimated", prepared.estimated_tokens);
    assert!(
        counted * 2 > prepared.budget_tokens,
        "half of the room stays empty: {counted} of {}",
        prepared.budget_tokens
    );
}
