//! One list of wrong answers, put to every polled source: each must be named in words, and survived.

use std::time::Duration;

use midwatch::sources::Source;

use crate::hostile::{Answer, Hostile};
use crate::world::{World, alertmanager, alertmanager_config, fixture, prometheus, prometheus_config};

/// A polled source, and an answer that suits it.
struct Kind {
    name: &'static str,
    make: fn(&str, Duration) -> Box<dyn Source>,
    good: fn() -> String,
}

fn length(of: Duration) -> midwatch::config::units::Length {
    format!("{}ms", of.as_millis()).parse().unwrap()
}

const KINDS: [Kind; 2] = [
    Kind {
        name: "prometheus",
        make: |url, timeout| {
            let mut config = prometheus_config(url, &[("a", "up")]);
            config.timeout = length(timeout);
            prometheus(&config)
        },
        good: || fixture("prometheus-range.json"),
    },
    Kind {
        name: "alertmanager",
        make: |url, timeout| {
            let mut config = alertmanager_config(url);
            config.timeout = length(timeout);
            alertmanager(&config)
        },
        good: || fixture("alertmanager-alerts.json"),
    },
];

/// Long for answers that come, short for those that do not.
const PATIENT: Duration = Duration::from_secs(20);
const HASTY: Duration = Duration::from_millis(300);

async fn is_named_and_survived(answer: Answer, timeout: Duration, words: &[&str]) {
    for kind in &KINDS {
        let server = Hostile::answering(answer.clone()).await;
        let mut world = World::of(vec![(kind.make)(&server.url, timeout)]);
        let (state, why) = world.trouble().await;
        for word in words {
            assert!(why.contains(word), "{}: `{why}` does not say `{word}`", kind.name);
        }
        assert_eq!(why.lines().count(), 1, "{}: {why}", kind.name);
        assert!(["down", "degraded"].contains(&state));
        server.answer(Answer::json((kind.good)()));
        world.up().await;
    }
}

#[tokio::test]
async fn html_with_status_200_is_a_login_page_or_proxy() {
    let page = Answer::status(200, "text/html; charset=utf-8", "<!DOCTYPE html><title>Sign in</title>");
    is_named_and_survived(page, PATIENT, &["HTML, not JSON", "login page"]).await;
    let lying = Answer::status(200, "application/json", "  <html></html>");
    is_named_and_survived(lying, PATIENT, &["HTML, not JSON"]).await;
}

#[tokio::test]
async fn a_cut_body_is_located_by_byte() {
    let shorter_than_claimed = Answer::Cut { body: b"{\"status\"".to_vec(), claimed: 4000 };
    is_named_and_survived(shorter_than_claimed, PATIENT, &["cut off at byte 9"]).await;
    for kind in &KINDS {
        let good = (kind.good)();
        let half = &good.as_bytes()[..good.len() / 2];
        let whole = Answer::Whole { status: 200, headers: Vec::new(), body: half.to_vec() };
        let server = Hostile::answering(whole).await;
        let (_, why) = World::of(vec![(kind.make)(&server.url, PATIENT)]).trouble().await;
        assert!(why.contains(&format!("cut off at byte {}", half.len())), "{}: {why}", kind.name);
    }
}

#[tokio::test]
async fn statuses_say_what_to_do() {
    let plain = |status, body: &str| Answer::status(status, "text/plain", body);
    for (answer, words) in [
        (plain(401, "no"), ["401", "headers"]),
        (plain(403, "no"), ["403", "headers"]),
        (plain(404, "404 page not found"), ["404", "base address"]),
        (plain(429, "slow down"), ["429", "too many requests"]),
        (plain(500, "out of memory\nat line 1"), ["500", "out of memory"]),
        (Answer::status(502, "text/html", "<html>Bad gateway</html>"), ["502", "answers"]),
    ] {
        is_named_and_survived(answer, PATIENT, &words).await;
    }
}

#[tokio::test]
async fn what_is_no_json_or_other_json_is_named() {
    is_named_and_survived(Answer::json(""), PATIENT, &["empty body"]).await;
    is_named_and_survived(Answer::json("it works"), PATIENT, &["not JSON"]).await;
    is_named_and_survived(Answer::json("{\"hello\": [1]}"), PATIENT, &["JSON that this API does not have"]).await;
}

#[tokio::test]
async fn a_server_that_hangs_drips_or_hangs_up_is_named() {
    is_named_and_survived(Answer::Hang, HASTY, &["no whole answer within 300ms", "timeout"]).await;
    let drip = Answer::Pieces { pieces: vec![b" ".to_vec(); 10_000], pause: Duration::from_millis(20) };
    is_named_and_survived(drip, HASTY, &["no whole answer within 300ms"]).await;
    is_named_and_survived(Answer::Close, PATIENT, &["connection failed"]).await;
}

#[tokio::test]
async fn a_wrong_content_type_is_no_reason_to_refuse_json() {
    for kind in &KINDS {
        let server = Hostile::answering(Answer::status(200, "text/plain", (kind.good)())).await;
        World::of(vec![(kind.make)(&server.url, PATIENT)]).up().await;
    }
}

#[tokio::test]
async fn nobody_listening_and_unknown_names_are_told_apart() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for (url, word) in [
        (format!("http://127.0.0.1:{port}"), "refuses connections"),
        ("http://no-such-host.invalid:1".to_owned(), "host name is not known"),
        ("prometheus".to_owned(), "write it as http://host:9090"),
    ] {
        for kind in &KINDS {
            let (state, why) = World::of(vec![(kind.make)(&url, PATIENT)]).trouble().await;
            assert!(state == "down" && why.contains(word), "{}: {why}", kind.name);
        }
    }
}

#[tokio::test]
async fn https_spoken_to_an_http_port_is_a_tls_matter() {
    let server = Hostile::answering(Answer::json("[]")).await;
    let https = server.url.replace("http://", "https://");
    // The hostile server waits for a blank line that a TLS hello does not hold, so a plain refusal is written first.
    drop(server);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    let https = format!("{}:{port}", https.rsplit_once(':').unwrap().0);
    for kind in &KINDS {
        let (_, why) = World::of(vec![(kind.make)(&https, PATIENT)]).trouble().await;
        assert!(why.contains("TLS") && why.contains("http rather than https"), "{}: {why}", kind.name);
    }
}

#[tokio::test]
async fn an_ordered_wait_is_kept() {
    for kind in &KINDS {
        let server = Hostile::answering(Answer::status(429, "text/plain", "").with("Retry-After", "1")).await;
        let mut world = World::of(vec![(kind.make)(&server.url, PATIENT)]);
        world.trouble().await;
        server.answer(Answer::json((kind.good)()));
        world.up().await;
        let requests = server.requests.lock().unwrap().clone();
        assert!(requests[1].0 - requests[0].0 >= Duration::from_secs(1), "{}", kind.name);
    }
}

#[tokio::test]
async fn a_redirect_to_another_host_is_named_and_not_followed() {
    for kind in &KINDS {
        let other = Hostile::answering(Answer::json((kind.good)())).await;
        let to = format!("{}/elsewhere?token=abc", other.url);
        let server = Hostile::answering(Answer::status(302, "text/plain", "").with("Location", &to)).await;
        let (_, why) = World::of(vec![(kind.make)(&server.url, PATIENT)]).trouble().await;
        assert!(why.contains("redirects to") && why.contains("/elsewhere") && !why.contains("abc"), "{why}");
        assert!(other.heads().is_empty(), "{}: the other host was asked", kind.name);
    }
}

#[tokio::test]
async fn a_redirect_on_the_same_host_is_followed() {
    for kind in &KINDS {
        let good = (kind.good)();
        let server = Hostile::scripted(move |head| match head.contains("/moved") {
            true => Answer::json(good.clone()),
            false => Answer::status(307, "text/plain", "").with("Location", "/moved"),
        })
        .await;
        World::of(vec![(kind.make)(&server.url, PATIENT)]).up().await;
    }
}
