//! Headers: secrets are looked up by their reference, sent, and never said.

use std::collections::BTreeMap;
use std::sync::Arc;

use midwatch::sources::alertmanager::AlertmanagerSource;

use crate::hostile::{Answer, Hostile};
use crate::world::{Secrets, World, alertmanager_config};

fn world(url: &str, value: &str, secrets: &[(&'static str, &'static str)]) -> World {
    let mut config = alertmanager_config(url);
    config.headers = BTreeMap::from([("Authorization".to_owned(), value.to_owned())]);
    let secrets = Arc::new(Secrets(secrets.iter().copied().collect()));
    World::of(vec![Box::new(AlertmanagerSource::new(&config, secrets))])
}

#[tokio::test]
async fn a_referenced_secret_is_sent_and_a_plain_value_too() {
    let server = Hostile::answering(Answer::json("[]")).await;
    world(&server.url, "keyring:am", &[("keyring:am", "Bearer hunter2")]).up().await;
    world(&server.url, "Basic abc", &[]).up().await;
    let heads = server.heads().join("").to_ascii_lowercase();
    assert!(
        heads.contains("authorization: bearer hunter2\r\n") && heads.contains("authorization: basic abc\r\n"),
        "{heads}"
    );
}

#[tokio::test]
async fn a_missing_secret_says_how_to_set_it_and_nothing_is_asked() {
    let server = Hostile::answering(Answer::json("[]")).await;
    let (state, why) = world(&server.url, "env:AM_TOKEN", &[]).trouble().await;
    assert!(state == "down" && why.contains("env:AM_TOKEN is not set; export it"), "{why}");
    assert!(server.heads().is_empty());
}

#[tokio::test]
async fn no_message_holds_a_secret() {
    for (answer, secret) in [
        (Answer::status(401, "text/plain", "no"), "hunter2"),
        (Answer::status(500, "text/plain", "no"), "hunter2"),
        (Answer::json("[]"), "hunter2\nInjected: yes"),
    ] {
        let server = Hostile::answering(answer).await;
        let url = server.url.replace("http://", "http://oncall:pass1234@");
        let (_, why) = world(&url, "env:T", &[("env:T", secret)]).trouble().await;
        assert!(!why.contains("hunter2") && !why.contains("pass1234"), "{why}");
    }
}
