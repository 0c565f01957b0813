//! What OpenAI-compatible servers differ in: options they refuse, events in other shapes, answers that come whole.

use std::sync::Arc;

use midwatch::config::secrets::Secrets;
use midwatch::copilot::connect;

use crate::server::Answer;
use crate::wire::{Wire, ask, cut};

const WIRE: Wire = Wire::Openai;

fn good() -> Answer {
    WIRE.answer().chunk(WIRE.text("ok")).chunk(WIRE.end("stop"))
}

fn refusal(message: &str) -> Answer {
    let body = format!("{{\"error\":{{\"message\":\"{message}\"}}}}");
    Answer::new("400 Bad Request", "application/json").chunk(body)
}

#[tokio::test]
async fn what_a_server_refuses_of_a_request_is_left_out_and_remembered() {
    let refusals = vec![
        refusal("unknown field: stream_options"),
        refusal("max_tokens is not supported; use max_completion_tokens"),
        refusal("temperature does not support 0.2 with this model"),
        good(),
        good(),
    ];
    let (server, provider) = WIRE.connected("5s", refusals).await;
    assert_eq!(ask(provider.as_ref()).await.0, "ok");
    assert_eq!(ask(provider.as_ref()).await.0, "ok");
    let sent = server.asked(WIRE.path());
    assert_eq!(sent.len(), 5);
    assert_eq!(sent[0].body["stream_options"]["include_usage"], true);
    assert_eq!(sent[0].body["max_tokens"], 77);
    for part in ["stream_options", "max_tokens", "temperature"] {
        assert!(sent[4].body.get(part).is_none(), "{part}");
    }
    assert_eq!(sent[4].body["max_completion_tokens"], 77);
}

#[tokio::test]
async fn a_refusal_that_repeats_itself_ends() {
    let same = || refusal("stream_options temperature max_completion_tokens are all wrong");
    let (server, provider) = WIRE.connected("5s", vec![same(), same(), same(), same(), same()]).await;
    crate::wire::failure(ask(provider.as_ref()).await.1);
    assert_eq!(server.asked(WIRE.path()).len(), 4);
}

#[tokio::test]
async fn events_with_carriage_returns_comments_and_no_blanks_are_read() {
    let stream = ": keep-alive\r\n\r\nevent: message\r\ndata:{\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\r\n\r\n\
                  data: {\"choices\":[{\"delta\":\r\ndata: {\"content\":\"b\"}}]}\r\n\r\n\
                  data: {\"choices\":null}\r\n\r\ndata: [DONE]\r\n\r\n";
    let (_server, provider) = WIRE.connected("5s", vec![WIRE.answer().bytes(stream)]).await;
    let (text, last) = ask(provider.as_ref()).await;
    assert_eq!((text.as_str(), cut(last)), ("ab", String::new()));
}

#[tokio::test]
async fn an_answer_that_comes_whole_is_an_answer() {
    let whole = r#"{"choices":[{"message":{"role":"assistant","content":"whole"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1}}"#;
    let (_server, provider) = WIRE.connected("5s", vec![Answer::new("200 OK", "application/json").chunk(whole)]).await;
    let (text, last) = ask(provider.as_ref()).await;
    assert_eq!((text.as_str(), cut(last)), ("whole", String::new()));
}

#[tokio::test]
async fn an_address_with_version_and_slash_is_the_same_server() {
    let server = WIRE.server(vec![good()]).await;
    let provider = connect(&WIRE.config(&format!("{}/v1/", server.url), "5s"), Arc::new(Secrets)).await.unwrap();
    assert_eq!(provider.label().context_tokens, Some(8192));
    assert_eq!(ask(provider.as_ref()).await.0, "ok");
    assert_eq!(server.asked("/v1/models").len(), 1);
}

#[tokio::test]
async fn a_server_without_a_list_serves_the_model_that_is_named() {
    let server = crate::server::Server::start(Vec::new(), Vec::new()).await;
    let mut config = WIRE.config(&server.url, "5s");
    assert!(connect(&config, Arc::new(Secrets)).await.err().unwrap().contains("name one in model.model"));
    config.model = "named".to_owned();
    let label = connect(&config, Arc::new(Secrets)).await.unwrap().label();
    assert_eq!((label.model.as_str(), label.context_tokens), ("named", None));
}

#[tokio::test]
async fn a_server_that_can_count_is_measured_and_one_that_cannot_is_not() {
    let list = Answer::new("200 OK", "application/json").chunk(include_str!("fixtures/openai-models.json"));
    let tokens = format!("{{\"tokens\":[{}]}}", vec!["7"; 1500].join(","));
    let count = Answer::new("200 OK", "application/json").chunk(tokens);
    let server =
        crate::server::Server::start(vec![("/v1/models", list.clone()), ("/tokenize", count)], Vec::new()).await;
    let provider = connect(&WIRE.config(&server.url, "5s"), Arc::new(Secrets)).await.unwrap();
    assert!(provider.token_weight() > 1.5, "{}", provider.token_weight());
    let server = crate::server::Server::start(vec![("/v1/models", list)], Vec::new()).await;
    assert_eq!(connect(&WIRE.config(&server.url, "5s"), Arc::new(Secrets)).await.unwrap().token_weight(), 1.0);
}
