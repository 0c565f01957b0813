//! The Alertmanager source: what it reads from good, odd and enormous answers.

use midwatch::domain::{Alert, AlertState, Telemetry};

use crate::hostile::{Answer, Hostile};
use crate::world::{World, alertmanager, alertmanager_config, fixture};

async fn snapshot(world: &mut World) -> Vec<Alert> {
    let wanted = |_: &str, item: &Telemetry| match item {
        Telemetry::AlertSnapshot(alerts) => Some(alerts.clone()),
        _ => None,
    };
    world.until("a snapshot", wanted).await
}

async fn world_of(body: String) -> (World, Hostile) {
    let server = Hostile::answering(Answer::json(body)).await;
    (World::of(vec![alertmanager(&alertmanager_config(&server.url))]), server)
}

#[tokio::test]
async fn a_recorded_answer_is_read_whole() {
    let (mut world, server) = world_of(fixture("alertmanager-alerts.json")).await;
    let alerts = snapshot(&mut world).await;
    let first = &alerts[0];
    assert_eq!((alerts.len(), first.fingerprint.as_str()), (3, "2e0e13509c86e4f5"));
    assert_eq!((first.name().as_str(), first.subject().as_str()), ("DependencyFailing", "checkout"));
    assert_eq!((first.state, first.starts_at.to_string().as_str()), (AlertState::Firing, "2026-11-20T21:04:03.871Z"));
    assert!(first.generator_url.contains("g0.expr=") && first.raw.lines().count() > 20);
    world.up().await;
    assert!(server.heads()[0].starts_with("GET /api/v2/alerts HTTP/1.1"));
}

#[tokio::test]
async fn no_alert_is_an_answer() {
    let (mut world, _server) = world_of("[]\n".to_owned()).await;
    assert!(snapshot(&mut world).await.is_empty());
    world.up().await;
}

#[tokio::test]
async fn odd_alerts_are_kept_and_told() {
    let good = fixture("alertmanager-alerts.json");
    let odd = r#"{"labels":{"alertname":"Odd\u001b]0;x\u0007"},"startsAt":"soon"}, 7, {"labels":{}}"#;
    let body = good.trim_end().strip_suffix(']').unwrap().to_owned() + "," + odd + "]";
    let (mut world, _server) = world_of(body).await;
    let alerts = snapshot(&mut world).await;
    assert_eq!(alerts.len(), 4);
    assert!(!alerts[3].name().contains('\u{1b}') && !alerts[3].raw.contains('\u{1b}'));
    let (state, why) = world.trouble().await;
    assert!(state == "degraded" && why.contains("2 entries are no alerts") && why.contains("1 start times"), "{why}");
}

#[tokio::test]
async fn fifty_thousand_alerts_arrive() {
    let one = |number: usize| {
        format!(
            r#"{{"labels":{{"alertname":"Flood","pod":"p{number}"}},"annotations":{{"summary":"s"}},"fingerprint":"{number:016x}",
            "startsAt":"2026-11-20T21:04:03.871Z","endsAt":"2026-11-20T22:04:03.871Z","status":{{"state":"suppressed"}}}}"#
        )
    };
    let body = format!("[{}]", (0..50_000).map(one).collect::<Vec<_>>().join(","));
    let (mut world, _server) = world_of(body).await;
    let alerts = snapshot(&mut world).await;
    assert_eq!((alerts.len(), alerts[49_999].state), (50_000, AlertState::Suppressed));
}

#[tokio::test]
async fn another_products_json_is_named() {
    let (mut world, _server) = world_of(fixture("prometheus-range.json")).await;
    let (state, why) = world.trouble().await;
    assert!(state == "down" && why.contains("JSON that this API does not have"), "{why}");
}
