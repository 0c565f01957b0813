//! Receives Alertmanager's webhook on a loopback port: alerts arrive as they are routed, ends included. Started by the
//! registry.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc, watch};

use super::alertmanager::{Oddities, alert};
use super::backoff::Backoff;
use super::listen::{cannot_listen, loopback};
use super::poll::{rest, stopped};
use super::{Outlet, Source};
use crate::config::schema;
use crate::domain::ports::Pending;
use crate::domain::query::PolledQuery;
use crate::domain::{Alert, CleanText, SourceId, Telemetry, Timestamp};

/// Where Alertmanager usually posts to.
const EXAMPLE: u16 = 9099;
/// Bytes of one request body.
const BODY_LIMIT: usize = 4 << 20;
/// Requests worked on at the same time.
const AT_ONCE: usize = 16;
/// How long a sender may take for its body.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long open requests may take to end when the source stops.
const FAREWELL: Duration = Duration::from_secs(2);
/// The longest wait between attempts to listen.
const CEILING: Duration = Duration::from_secs(10);

/// A listening receiver.
pub struct WebhookSource {
    id: SourceId,
    listen: String,
}

/// What one request brought.
struct Delivery {
    alerts: Vec<Alert>,
    against: Option<String>,
}

struct Receiver {
    id: SourceId,
    deliveries: mpsc::Sender<Delivery>,
    room: Semaphore,
}

/// A status and the reason that goes with it.
type Reply = (StatusCode, String);

impl WebhookSource {
    /// A source that will listen at the configured address.
    pub fn new(config: &schema::Webhook) -> Self {
        Self { id: SourceId::new(&config.name), listen: config.listen.clone() }
    }

    async fn work(self, mut outlet: Outlet, mut stop: watch::Receiver<bool>) {
        let address = match loopback(&self.listen, EXAMPLE) {
            Ok(address) => address,
            Err(why) => {
                outlet.down(why, Timestamp::now()).await;
                return stopped(&mut stop).await;
            }
        };
        let mut backoff = Backoff::new(CEILING);
        loop {
            match TcpListener::bind(address).await {
                Ok(listener) => {
                    backoff.reset();
                    outlet.up(Timestamp::now()).await;
                    if self.serve(listener, &mut outlet, &mut stop).await {
                        return;
                    }
                    outlet.down(format!("the receiver on {address} ended; opening it again"), Timestamp::now()).await;
                }
                Err(error) => outlet.down(cannot_listen(address, &error), Timestamp::now()).await,
            }
            if !rest(&mut stop, backoff.wait()).await {
                return;
            }
        }
    }

    /// Serves until told to stop (true) or until the server ends by itself (false).
    async fn serve(&self, listener: TcpListener, outlet: &mut Outlet, stop: &mut watch::Receiver<bool>) -> bool {
        let (deliveries, mut arrived) = mpsc::channel(AT_ONCE);
        let receiver = Receiver { id: self.id.clone(), deliveries, room: Semaphore::new(AT_ONCE) };
        let router = Router::new().fallback(receive).with_state(Arc::new(receiver));
        let mut ending = stop.clone();
        let shutdown = async move { stopped(&mut ending).await };
        let server = axum::serve(listener, router).with_graceful_shutdown(shutdown);
        let mut server = tokio::spawn(async move { server.await });
        let told = loop {
            tokio::select! {
                () = stopped(stop) => break true,
                _ = &mut server => break false,
                Some(delivery) = arrived.recv() => tell(outlet, delivery).await,
            }
        };
        if told && tokio::time::timeout(FAREWELL, &mut server).await.is_err() {
            server.abort();
        }
        told
    }
}

impl Source for WebhookSource {
    fn id(&self) -> &SourceId {
        &self.id
    }

    fn queries(&self) -> Vec<PolledQuery> {
        let text = CleanText::line(&format!("receives POST http://{}/", self.listen));
        vec![PolledQuery { source: CleanText::line(self.id.as_str()), text, every_seconds: 0 }]
    }

    fn run(self: Box<Self>, outlet: Outlet, stop: watch::Receiver<bool>) -> Pending<'static, ()> {
        Box::pin(self.work(outlet, stop))
    }
}

async fn tell(outlet: &mut Outlet, delivery: Delivery) {
    if !delivery.alerts.is_empty() {
        outlet.send(vec![Telemetry::AlertUpdate(delivery.alerts)]).await;
    }
    match delivery.against {
        Some(why) => outlet.degraded(why, Timestamp::now()).await,
        None => outlet.up(Timestamp::now()).await,
    }
}

async fn receive(State(receiver): State<Arc<Receiver>>, request: Request<Body>) -> Reply {
    let Ok(_permit) = receiver.room.try_acquire() else {
        return (StatusCode::SERVICE_UNAVAILABLE, "too many requests at once; send again".to_owned());
    };
    if let Err(reply) = admit(request.method(), request.headers()) {
        return reply;
    }
    let body = match tokio::time::timeout(PATIENCE, to_bytes(request.into_body(), BODY_LIMIT)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => return (StatusCode::PAYLOAD_TOO_LARGE, "the body is larger than 4 MiB, or broke off".to_owned()),
        Err(_) => return (StatusCode::REQUEST_TIMEOUT, "the body did not arrive within 10 s".to_owned()),
    };
    let id = receiver.id.clone();
    let read = tokio::task::spawn_blocking(move || read(&body, &id, Timestamp::now())).await;
    let (delivery, reply) = match read {
        Ok(Ok(delivery)) => {
            let heard = match delivery.alerts.len() {
                1 => "1 alert heard\n".to_owned(),
                many => format!("{many} alerts heard\n"),
            };
            (delivery, (StatusCode::OK, heard))
        }
        Ok(Err(why)) => {
            let against = Some(format!("a delivery could not be read: {why}"));
            (Delivery { alerts: Vec::new(), against }, (StatusCode::BAD_REQUEST, format!("{why}\n")))
        }
        Err(_) => return (StatusCode::INTERNAL_SERVER_ERROR, "reading the delivery failed\n".to_owned()),
    };
    match receiver.deliveries.send_timeout(delivery, PATIENCE).await {
        Ok(()) => reply,
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "midwatch is busy or ending; send again\n".to_owned()),
    }
}

/// Refuses what is no delivery, and whatever a web page in a browser of this machine could send.
fn admit(method: &Method, headers: &HeaderMap) -> Result<(), Reply> {
    if method != Method::POST {
        let words = "midwatch listens here for Alertmanager's webhook: POST its JSON\n";
        return Err((StatusCode::METHOD_NOT_ALLOWED, words.to_owned()));
    }
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if headers.contains_key(header::ORIGIN) || !kind.to_ascii_lowercase().starts_with("application/json") {
        return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, "send application/json, not from a browser\n".to_owned()));
    }
    Ok(())
}

/// Reads a webhook body of version 4.
fn read(body: &[u8], id: &SourceId, now: Timestamp) -> Result<Delivery, String> {
    let text = String::from_utf8_lossy(body);
    let body: Value = serde_json::from_str(&text).map_err(|error| format!("not JSON: {error}"))?;
    let version = body.get("version").and_then(Value::as_str);
    if version.is_some_and(|version| version != "4") {
        return Err(format!("webhook version {}; version 4 is understood", version.unwrap_or_default()));
    }
    let Some(entries) = body.get("alerts").and_then(Value::as_array) else {
        return Err("no `alerts` list: is this Alertmanager's webhook?".to_owned());
    };
    let mut oddities = Oddities::default();
    let mut alerts = Vec::with_capacity(entries.len());
    for entry in entries {
        match alert(entry, id, now, &mut oddities) {
            Some(alert) => alerts.push(alert),
            None => oddities.unreadable += 1,
        }
    }
    let truncated = body.get("truncatedAlerts").and_then(Value::as_u64).unwrap_or(0);
    let against = match truncated {
        0 => oddities.words(),
        left => Some(format!("Alertmanager left {left} alerts out of a delivery: raise max_alerts")),
    };
    Ok(Delivery { alerts, against })
}
