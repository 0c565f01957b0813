//! One contract for every provider: whatever a server does to the stream, the person gets the text that came, one clear
//! end, and no wait without a limit.

#![expect(
    clippy::expect_used,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "helpers of tests fail loudly and say why they skip"
)]

mod live;
mod ollama;
mod openai;
mod recorded;
mod server;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use midwatch::config::secrets::Secrets;
use midwatch::copilot::{Delta, connect, models};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::server::Answer;
use crate::wire::{BOTH, ask, cut, failure, question};

/// Longest wait for something that must happen.
const SOON: Duration = Duration::from_secs(20);

#[tokio::test]
async fn an_answer_arrives_whole_with_its_token_counts_and_secrets_stay_home() {
    for wire in BOTH {
        let answer = wire
            .answer()
            .chunk(wire.text("Pay") + &wire.text("ments "))
            .chunk(wire.text("failed."))
            .chunk(wire.end("stop"));
        let (server, provider) = wire.connected("5s", vec![answer]).await;
        let (text, last) = ask(provider.as_ref()).await;
        assert_eq!(text, "Payments failed.", "{wire:?}");
        assert_eq!(last, Delta::Done { prompt_tokens: Some(123), answer_tokens: Some(45), cut: None }, "{wire:?}");
        let sent = &server.asked(wire.path())[0].body;
        assert_eq!(sent["stream"], true);
        assert_eq!(sent["messages"][0]["role"], "system");
        assert_eq!(sent["messages"][1]["content"], "why? password=[REDACTED:password:1]");
    }
}

#[tokio::test]
async fn no_split_of_the_stream_breaks_a_character_or_an_event() {
    for wire in BOTH {
        let text = "検索 é 🚨 \"quoted\" \n line";
        let answer = wire.answer().bytes(wire.text(text) + &wire.text("!") + &wire.end("stop"));
        let (_server, provider) = wire.connected("5s", vec![answer]).await;
        let (got, last) = ask(provider.as_ref()).await;
        assert_eq!(got, format!("{text}!"), "{wire:?}");
        assert_eq!(cut(last), "");
    }
}

#[tokio::test]
async fn an_error_in_mid_answer_is_a_failure_with_its_message() {
    for wire in BOTH {
        let answer = wire.answer().chunk(wire.text("Pay")).chunk(wire.error("out of memory")).chunk(wire.text("x"));
        let (_server, provider) = wire.connected("5s", vec![answer]).await;
        let (text, last) = ask(provider.as_ref()).await;
        assert_eq!(text, "Pay", "{wire:?}");
        assert!(failure(last).contains("out of memory"), "{wire:?}");
    }
}

#[tokio::test]
async fn dropping_the_question_closes_the_connection() {
    for wire in BOTH {
        let answer = wire.answer().chunk(wire.text("Pay")).hang();
        let (mut server, provider) = wire.connected("60s", vec![answer]).await;
        let (out, mut deltas) = mpsc::channel(4);
        let asking = tokio::spawn(provider.ask(question(), out));
        assert_eq!(timeout(SOON, deltas.recv()).await.unwrap(), Some(Delta::Text("Pay".to_owned())));
        asking.abort();
        timeout(SOON, server.closed.recv()).await.expect("the server sees the connection close");
        assert_eq!(deltas.recv().await, None);
    }
}

#[tokio::test]
async fn a_reader_that_goes_away_closes_the_connection() {
    for wire in BOTH {
        let (mut server, provider) = wire.connected("60s", vec![wire.answer().hang()]).await;
        let (out, deltas) = mpsc::channel(4);
        let asking = tokio::spawn(provider.ask(question(), out));
        drop(deltas);
        timeout(SOON, asking).await.expect("the question ends by itself").unwrap();
        // The question may be given up before it was sent; if it was sent, the server sees the end.
        if !server.asked(wire.path()).is_empty() {
            timeout(SOON, server.closed.recv()).await.expect("the server sees the connection close");
        }
    }
}

#[tokio::test]
async fn a_busy_server_is_asked_once_more_when_it_says_for_how_long() {
    for wire in BOTH {
        let busy = Answer::new("429 Too Many Requests", "application/json").header("retry-after: 0");
        let good = wire.answer().chunk(wire.text("ok")).chunk(wire.end("stop"));
        let (server, provider) = wire.connected("5s", vec![busy.clone(), good]).await;
        assert_eq!(ask(provider.as_ref()).await.0, "ok", "{wire:?}");
        assert_eq!(server.asked(wire.path()).len(), 2);

        let (server, provider) = wire.connected("5s", vec![busy.clone(), busy.clone(), busy]).await;
        assert!(failure(ask(provider.as_ref()).await.1).contains("asked too often"), "{wire:?}");
        assert_eq!(server.asked(wire.path()).len(), 2);

        let long = Answer::new("429 Too Many Requests", "application/json").header("retry-after: 3600").chunk("{}");
        let (server, provider) = wire.connected("5s", vec![long]).await;
        assert!(failure(ask(provider.as_ref()).await.1).contains("HTTP 429"), "{wire:?}");
        assert_eq!(server.asked(wire.path()).len(), 1);
    }
}

#[tokio::test]
async fn refusals_say_status_message_and_remedy() {
    for wire in BOTH {
        for (status, content_type, body, words) in [
            (
                "500 Internal Server Error",
                "application/json",
                r#"{"error":"model runner crashed"}"#,
                "HTTP 500; model runner crashed",
            ),
            (
                "502 Bad Gateway",
                "text/html",
                "<html><title>502 Bad Gateway</title></html>",
                "a web page titled \"502 Bad Gateway\"",
            ),
            (
                "401 Unauthorized",
                "application/json",
                r#"{"error":{"message":"bad key"}}"#,
                "bad key; it wants another key; see model.key",
            ),
            (
                "404 Not Found",
                "application/json",
                r#"{"error":"model \"x\" not found"}"#,
                "see model.model and model.url",
            ),
            (
                "503 Service Unavailable",
                "application/json",
                r#"{"error":{"message":"Loading model"}}"#,
                "Loading model; it is not ready",
            ),
            (
                "400 Bad Request",
                "application/json",
                r#"{"error":{"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error","n_prompt_tokens":9001,"n_ctx":8192}}"#,
                "(9001 tokens asked, 8192 available); lower model.context_tokens",
            ),
            ("302 Found", "text/plain", "", "it redirects elsewhere"),
            ("500 Internal Server Error", "text/plain", "\u{1b}[2J\u{202e}boom", "boom"),
        ] {
            let answer = Answer::new(status, content_type).header("location: http://127.0.0.1:9/").chunk(body);
            let (_server, provider) = wire.connected("5s", vec![answer]).await;
            let why = failure(ask(provider.as_ref()).await.1);
            assert!(why.contains(words), "{wire:?} {status}: {why}");
            assert!(!why.contains('\u{1b}'));
        }
    }
}

#[tokio::test]
async fn a_stream_that_ends_early_is_told_apart_from_a_complete_one() {
    for wire in BOTH {
        let (_server, provider) = wire.connected("5s", vec![wire.answer().chunk(wire.text("Pay"))]).await;
        let (text, last) = ask(provider.as_ref()).await;
        assert_eq!(text, "Pay");
        assert!(cut(last).contains("cut off"), "{wire:?}");

        let half = wire.text("ments");
        let answer = wire.answer().chunk(wire.text("Pay")).chunk(&half[..half.len() / 2]).breaks();
        let (_server, provider) = wire.connected("5s", vec![answer]).await;
        let (text, last) = ask(provider.as_ref()).await;
        assert_eq!(text, "Pay");
        assert!(failure(last).contains("the connection broke"), "{wire:?}");
    }
}

#[tokio::test]
async fn an_answer_at_its_limit_and_an_empty_one_say_so() {
    for wire in BOTH {
        let long = wire.answer().chunk(wire.text("Pay")).chunk(wire.end("length"));
        let empty = wire.answer().chunk(wire.end("stop"));
        let (_server, provider) = wire.connected("5s", vec![long, empty]).await;
        assert_eq!(cut(ask(provider.as_ref()).await.1), "the answer reached its limit of 77 tokens", "{wire:?}");
        assert_eq!(cut(ask(provider.as_ref()).await.1), "the model gave no text", "{wire:?}");
    }
}

#[tokio::test]
async fn a_slow_answer_is_waited_for_as_long_as_something_comes() {
    for wire in BOTH {
        let mut answer = wire.answer();
        for _ in 0..6 {
            answer = answer.chunk(wire.text("x")).pause(Duration::from_millis(400));
        }
        let (_server, provider) = wire.connected("2s", vec![answer.chunk(wire.end("stop"))]).await;
        let (text, last) = ask(provider.as_ref()).await;
        assert_eq!((text.as_str(), cut(last)), ("xxxxxx", String::new()), "{wire:?}");
    }
}

#[tokio::test]
async fn a_silent_server_is_given_up_before_and_within_an_answer() {
    for wire in BOTH {
        for answer in [wire.answer().hang(), wire.answer().chunk(wire.text("Pay")).hang()] {
            let (mut server, provider) = wire.connected("300ms", vec![answer]).await;
            let why = failure(timeout(SOON, ask(provider.as_ref())).await.expect("it gives up").1);
            assert!(why.contains("silent for 0.3 s"), "{wire:?}: {why}");
            timeout(SOON, server.closed.recv()).await.expect("and closes the connection");
        }
    }
}

#[tokio::test]
async fn what_is_no_stream_at_all_is_a_failure() {
    for wire in BOTH {
        for (answer, words) in [
            (Answer::new("200 OK", "text/html").chunk("<html>login</html>"), "text/html instead of a stream"),
            (wire.answer().chunk("data: {broken\n\n{broken\n\n"), "it sends what is no"),
            (wire.answer().chunk("x".repeat(3 << 20)), "longer than any answer"),
        ] {
            let (_server, provider) = wire.connected("5s", vec![answer]).await;
            let why = failure(ask(provider.as_ref()).await.1);
            assert!(why.contains(words), "{wire:?}: {why}");
        }
    }
}

#[tokio::test]
async fn thoughts_are_not_shown() {
    for wire in BOTH {
        let answer = wire.answer().chunk(wire.text("<think>hm")).chunk(wire.text("m</think>\n\nIt is."));
        let (_server, provider) = wire.connected("5s", vec![answer.chunk(wire.end("stop"))]).await;
        assert_eq!(ask(provider.as_ref()).await.0, "It is.", "{wire:?}");
    }
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_or_is_another_kind_is_said_on_connecting() {
    for wire in BOTH {
        let config = wire.config("http://127.0.0.1:1", "5s");
        let why = connect(&config, Arc::new(Secrets)).await.err().unwrap();
        assert!(why.contains("no connection") && why.contains("is the server running there?"), "{why}");

        let page = Answer::new("200 OK", "text/html").chunk("<html>hello</html>");
        let server = server::Server::start(Vec::new(), vec![page]).await;
        let why = connect(&wire.config(&server.url, "5s"), Arc::new(Secrets)).await.err().unwrap();
        assert!(why.contains("text/html instead of JSON"), "{why}");
    }
}

#[tokio::test]
async fn the_models_are_listed_and_the_key_is_sent_and_never_shown() {
    for wire in BOTH {
        let server = wire.server(Vec::new()).await;
        let mut config = wire.config(&server.url, "5s");
        config.key = "plain:s3cr3tk3y".to_owned();
        assert_eq!(models(&config, Arc::new(Secrets)).await.unwrap().len(), 2, "{wire:?}");
        assert!(server.seen.lock().unwrap()[0].head.contains("authorization: Bearer s3cr3tk3y"));

        let refusing = Answer::new("401 Unauthorized", "application/json")
            .chunk(r#"{"error":{"message":"no such key: s3cr3tk3y"}}"#);
        let server = server::Server::start(Vec::new(), vec![refusing]).await;
        config.url = server.url.clone();
        let why = models(&config, Arc::new(Secrets)).await.unwrap_err();
        assert!(why.contains("no such key: (the key)") && !why.contains("s3cr3t"), "{why}");
    }
}
