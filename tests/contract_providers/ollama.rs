//! What only an Ollama server has: the context length that must be set on every call, and its own names for models.

use std::sync::Arc;

use midwatch::config::secrets::Secrets;
use midwatch::copilot::connect;
use midwatch::domain::model::Location;

use crate::wire::{Wire, ask};

#[tokio::test]
async fn the_real_context_length_is_read_and_set_on_each_call() {
    let wire = Wire::Ollama;
    let answer = || wire.answer().chunk(wire.text("ok")).chunk(wire.end("stop"));
    let (server, provider) = wire.connected("5s", vec![answer(), answer()]).await;
    let label = provider.label();
    assert_eq!(
        (label.model.as_str(), label.context_tokens, label.location),
        ("qwen3:8b", Some(16_384), Location::Local)
    );
    for call in 0..2 {
        ask(provider.as_ref()).await;
        let options = &server.asked(wire.path())[call].body["options"];
        assert_eq!((&options["num_ctx"], &options["num_predict"]), (&16_384.into(), &77.into()));
    }
}

#[tokio::test]
async fn a_model_the_server_does_not_have_is_said_with_those_it_has() {
    let wire = Wire::Ollama;
    let server = wire.server(Vec::new()).await;
    let mut config = wire.config(&server.url, "5s");
    config.model = "llama3.2".to_owned();
    assert_eq!(connect(&config, Arc::new(Secrets)).await.unwrap().label().model.as_str(), "llama3.2:latest");
    config.model = "mistral".to_owned();
    let why = connect(&config, Arc::new(Secrets)).await.err().unwrap();
    assert!(why.contains("no model `mistral`; it has: qwen3:8b, llama3.2:latest. `ollama pull mistral`"), "{why}");
}
