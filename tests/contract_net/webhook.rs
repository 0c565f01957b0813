//! The webhook receiver, from the sender's side.

use midwatch::config::schema::Webhook;
use midwatch::domain::{Alert, AlertState, Telemetry};
use midwatch::sources::webhook::WebhookSource;

use crate::world::{World, fixture};

/// A port that was free a moment ago.
fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn receiver(listen: &str) -> World {
    let config = Webhook { name: "hook".to_owned(), listen: listen.to_owned() };
    World::of(vec![Box::new(WebhookSource::new(&config))])
}

async fn listening() -> (World, String) {
    let port = free_port();
    let mut world = receiver(&format!("127.0.0.1:{port}"));
    world.up().await;
    (world, format!("http://127.0.0.1:{port}/webhook"))
}

async fn post(url: &str, body: impl Into<String>) -> (u16, String) {
    let request = reqwest::Client::new().post(url).header("Content-Type", "application/json").body(body.into());
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

async fn update(world: &mut World) -> Vec<Alert> {
    let wanted = |_: &str, item: &Telemetry| match item {
        Telemetry::AlertUpdate(alerts) => Some(alerts.clone()),
        _ => None,
    };
    world.until("an update", wanted).await
}

#[tokio::test]
async fn an_alert_comes_and_goes() {
    let (mut world, url) = listening().await;
    assert_eq!(post(&url, fixture("webhook-firing.json")).await.0, 200);
    let firing = update(&mut world).await;
    assert_eq!((firing[0].fingerprint.as_str(), firing[0].state), ("8fcf1aa70da301d0", AlertState::Firing));
    assert_eq!(firing[0].ends_at, None);
    assert_eq!(post(&url, fixture("webhook-firing.json").replace("\"firing\"", "\"resolved\"")).await.0, 200);
    let resolved = update(&mut world).await;
    assert_eq!((&resolved[0].fingerprint, resolved[0].state), (&firing[0].fingerprint, AlertState::Resolved));
    assert_eq!(post(&url, fixture("webhook-resolved.json")).await.0, 200);
    let other = update(&mut world).await;
    assert!(other[0].state == AlertState::Resolved && other[0].ends_at.is_some_and(|end| end > other[0].starts_at));
}

#[tokio::test]
async fn a_bad_body_is_answered_400_with_the_reason_and_the_next_good_one_heals() {
    let (mut world, url) = listening().await;
    for (body, reason) in [("{\"alerts\": [", "not JSON"), ("[]", "no `alerts`"), (r#"{"version":"3"}"#, "version 4")] {
        let (status, said) = post(&url, body).await;
        assert!(status == 400 && said.contains(reason), "{status} {said}");
        let (state, why) = world.trouble().await;
        assert!(state == "degraded" && why.contains(reason), "{why}");
    }
    post(&url, fixture("webhook-firing.json")).await;
    world.up().await;
}

#[tokio::test]
async fn what_is_too_large_or_comes_from_a_browser_is_refused() {
    let (_world, url) = listening().await;
    assert_eq!(post(&url, " ".repeat((4 << 20) + 1)).await.0, 413);
    let client = reqwest::Client::new();
    let form = client.post(&url).header("Content-Type", "text/plain").body("{}").send().await.unwrap();
    assert_eq!(form.status().as_u16(), 415);
    let page = client.post(&url).header("Content-Type", "application/json").header("Origin", "http://evil.example");
    assert_eq!(page.body(fixture("webhook-firing.json")).send().await.unwrap().status().as_u16(), 415);
    let get = client.get(&url).send().await.unwrap();
    assert!(get.status().as_u16() == 405 && get.text().await.unwrap().contains("POST"));
}

#[tokio::test]
async fn what_alertmanager_left_out_is_told() {
    let (mut world, url) = listening().await;
    let body = fixture("webhook-firing.json").replace("\"truncatedAlerts\": 0", "\"truncatedAlerts\": 12");
    post(&url, body).await;
    let (_, why) = world.trouble().await;
    assert!(why.contains("12 alerts") && why.contains("max_alerts"), "{why}");
}

#[tokio::test]
async fn a_port_in_use_is_named_and_taken_once_it_is_free() {
    let holder = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut world = receiver(&holder.local_addr().unwrap().to_string());
    let (state, why) = world.trouble().await;
    assert!(state == "down" && why.contains("is in use"), "{why}");
    drop(holder);
    world.up().await;
}

#[tokio::test]
async fn an_address_others_can_reach_is_refused() {
    let (state, why) = receiver("0.0.0.0:9099").trouble().await;
    assert!(state == "down" && why.contains("127.0.0.1:9099"), "{why}");
}

#[tokio::test]
async fn stopping_frees_the_port_even_with_a_request_half_sent() {
    let (world, url) = listening().await;
    let address = url.trim_start_matches("http://").split('/').next().unwrap().to_owned();
    let mut half = tokio::net::TcpStream::connect(&address).await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut half, b"POST / HTTP/1.1\r\nContent-Length: 9\r\n").await.unwrap();
    world.stop.send(true).unwrap();
    tokio::time::timeout(std::time::Duration::from_secs(30), world.running.ended()).await.unwrap();
    assert!(std::net::TcpListener::bind(&address).is_ok());
}
