//! The listening receiver: a port, the requests on it, what they bring given on with room waited for.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::time::Instant;

use super::receive::{AT_ONCE, Delivery, Receiver, receive};
use crate::config::schema;
use crate::domain::SourceId;
use crate::domain::ports::Pending;
use crate::domain::query::PolledQuery;
use crate::sources::backoff::Backoff;
use crate::sources::files::delivery::{Condition, Stop, deliver_logs, report};
use crate::sources::listen::{cannot_listen, loopback};
use crate::sources::stores::followed;
use crate::sources::{Outlet, Source};

/// Where exporters send to unless told otherwise.
const EXAMPLE: u16 = 4318;
/// Deliveries that wait to be given on; then senders are told to come again.
const WAITING: usize = 8;
/// How long open requests may take to end when the source stops.
const FAREWELL: Duration = Duration::from_secs(2);
/// The longest wait between attempts to listen.
const CEILING: Duration = Duration::from_secs(10);
/// How long a bad request is said after the last one.
const WORRY: Duration = Duration::from_secs(60);

/// A receiver of OTLP logs.
pub struct OtlpSource {
    id: SourceId,
    listen: String,
}

impl OtlpSource {
    /// A source that will listen at the configured address.
    pub fn new(config: &schema::Otlp) -> Self {
        Self { id: SourceId::new(&config.name), listen: config.listen.clone() }
    }

    async fn work(self, mut outlet: Outlet, stop: watch::Receiver<bool>) {
        let mut stop = Stop::new(stop);
        let address = match loopback(&self.listen, EXAMPLE) {
            Ok(address) => address,
            Err(why) => {
                report(&mut outlet, Condition::Down(why), &mut stop).await;
                return stop.wait().await;
            }
        };
        let mut backoff = Backoff::new(CEILING);
        loop {
            let why = match TcpListener::bind(address).await {
                Ok(listener) => {
                    backoff.reset();
                    report(&mut outlet, Condition::Up, &mut stop).await;
                    if self.serve(listener, &mut outlet, &mut stop).await {
                        return;
                    }
                    format!("the receiver on {address} ended; opening it again")
                }
                Err(error) => cannot_listen(address, &error),
            };
            report(&mut outlet, Condition::Down(why), &mut stop).await;
            if stop.sleep(backoff.wait()).await {
                return;
            }
        }
    }

    /// Serves until told to stop (true) or until the server ends by itself (false).
    async fn serve(&self, listener: TcpListener, outlet: &mut Outlet, stop: &mut Stop) -> bool {
        let (deliveries, mut arrived) = mpsc::channel(WAITING);
        let receiver = Receiver { id: self.id.clone(), deliveries, room: Semaphore::new(AT_ONCE) };
        let router = Router::new().fallback(receive).with_state(Arc::new(receiver));
        let mut ending = stop.clone();
        let shutdown = async move { ending.wait().await };
        let server = axum::serve(listener, router).with_graceful_shutdown(shutdown);
        let mut server = tokio::spawn(async move { server.await });
        let mut worried: Option<Instant> = None;
        let told = loop {
            let well_at = worried.map(|since| since + WORRY);
            tokio::select! {
                biased;
                () = stop.wait() => break true,
                _ = &mut server => break false,
                Some(delivery) = arrived.recv() => match give(delivery, outlet, stop).await {
                    Given::Well => {}
                    Given::Wrong => worried = Some(Instant::now()),
                    Given::Stopped => break true,
                },
                () = until(well_at) => {
                    worried = None;
                    report(outlet, Condition::Up, stop).await;
                }
            }
        };
        if told && tokio::time::timeout(FAREWELL, &mut server).await.is_err() {
            server.abort();
        }
        told
    }
}

/// How giving a delivery on went.
enum Given {
    Well,
    Wrong,
    Stopped,
}

async fn give(delivery: Delivery, outlet: &mut Outlet, stop: &mut Stop) -> Given {
    if !deliver_logs(outlet, delivery.records, stop).await {
        return Given::Stopped;
    }
    match delivery.against {
        Some(why) => {
            report(outlet, Condition::Degraded(why), stop).await;
            Given::Wrong
        }
        None => Given::Well,
    }
}

async fn until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

impl Source for OtlpSource {
    fn id(&self) -> &SourceId {
        &self.id
    }

    fn queries(&self) -> Vec<PolledQuery> {
        vec![followed(&self.id, &format!("receives POST http://{}/v1/logs", self.listen), Duration::ZERO)]
    }

    fn run(self: Box<Self>, outlet: Outlet, stop: watch::Receiver<bool>) -> Pending<'static, ()> {
        Box::pin(self.work(outlet, stop))
    }
}
