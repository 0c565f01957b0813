//! The same contract against a real server, where one is named by `MIDWATCH_TEST_LLM`; its twin on the wire is `openai`.

use std::sync::Arc;

use midwatch::config::secrets::Secrets;
use midwatch::copilot::{Delta, connect};

use crate::wire::{Wire, ask};

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
