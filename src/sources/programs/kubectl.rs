//! Pods of a cluster: one `kubectl logs --follow` over a label selector, and beside it a look at the pods now and then.
//! `kubectl logs` does not notice pods and containers that come, so it is started again when the look finds others.

use std::time::Duration;

use tokio::sync::watch;

use super::follow::{Begin, Following, Over, Program, Said};
use super::stamped::stamped;
use crate::config::schema;
use crate::domain::SourceId;
use crate::domain::ports::Pending;
use crate::domain::query::PolledQuery;
use crate::sources::backoff::Backoff;
use crate::sources::command::child::{Child, Event};
use crate::sources::files::delivery::{Condition, Stop, report};
use crate::sources::stores::{CEILING, Entry, followed};
use crate::sources::{Outlet, Source};

/// Containers that are followed at the same time at most; kubectl's own limit is five.
const STREAMS: &str = "--max-log-requests=200";
/// Names and containers of pods, one line each: a container that was replaced has another id.
const LOOK: &str = "jsonpath={range .items[*]}{.metadata.name}{\" \"}{.status.phase}{\" \"}{.status.containerStatuses[*].containerID}{\"\\n\"}{end}";
/// How long a look may take, and how much of it is read.
const PATIENCE: Duration = Duration::from_secs(30);
const ANSWER: usize = 4 << 20;

/// Pods, followed.
pub struct KubectlSource {
    id: SourceId,
    config: schema::Kubectl,
    program: String,
}

struct Pods {
    /// The program with what says where: context and namespace.
    base: Vec<String>,
    selector: String,
}

impl KubectlSource {
    /// A source for one `[[kubectl]]` entry.
    pub fn new(config: &schema::Kubectl) -> Self {
        Self { id: SourceId::new(&config.name), config: config.clone(), program: "kubectl".to_owned() }
    }

    /// The same with another program that behaves like `kubectl`.
    #[must_use]
    pub fn with_program(mut self, program: &str) -> Self {
        self.program = program.to_owned();
        self
    }

    fn base(&self) -> Vec<String> {
        let mut base = vec![self.program.clone()];
        for (option, value) in [("--context", &self.config.context), ("--namespace", &self.config.namespace)] {
            if !value.is_empty() {
                base.push(format!("{option}={value}"));
            }
        }
        base
    }

    async fn work(self, mut outlet: Outlet, stop: watch::Receiver<bool>) {
        let mut stop = Stop::new(stop);
        let mut backoff = Backoff::new(CEILING);
        let pods = Pods { base: self.base(), selector: self.config.selector.clone() };
        let mut following = Following::new(&self.id, pods, self.config.since.signed());
        loop {
            let found = tokio::select! {
                biased;
                () = stop.wait() => return,
                found = self.look() => found,
            };
            let (condition, wait) = match found {
                Err(why) => (Condition::Down(why), backoff.wait()),
                Ok(pods) if pods.trim().is_empty() => {
                    let why = format!("no pod matches `{}`; waiting for one", self.config.selector);
                    (Condition::Degraded(why), self.config.every.std())
                }
                Ok(pods) => match following.run(&mut outlet, &mut stop, self.others_than(&pods)).await {
                    Over::Stopped => return,
                    Over::Asked => {
                        backoff.reset();
                        continue;
                    }
                    Over::Ended(condition) => (condition, backoff.wait()),
                },
            };
            report(&mut outlet, condition, &mut stop).await;
            if stop.sleep(wait).await {
                return;
            }
        }
    }

    /// Over when other pods or containers run than those. A look that fails says nothing; `kubectl logs` itself will.
    async fn others_than(&self, known: &str) {
        loop {
            tokio::time::sleep(self.config.every.std()).await;
            if self.look().await.is_ok_and(|found| found != known && !found.trim().is_empty()) {
                return;
            }
        }
    }

    /// What runs now.
    async fn look(&self) -> Result<String, String> {
        match tokio::time::timeout(PATIENCE, self.pods()).await {
            Ok(found) => found,
            Err(_) => Err(format!("kubectl get pods took longer than {} s; is the cluster there?", PATIENCE.as_secs())),
        }
    }

    async fn pods(&self) -> Result<String, String> {
        let base = self.base();
        let (program, own) = base.split_first().ok_or_else(String::new)?;
        let more = ["get", "pods", "--selector", self.config.selector.as_str(), "--output", LOOK];
        let arguments: Vec<String> = own.iter().map(String::as_str).chain(more).map(str::to_owned).collect();
        let failed = |error| format!("{program} cannot be started: {error}; install it, or remove this source");
        let mut child = Child::spawn(program, &arguments, |_| {}).map_err(failed)?;
        let mut answer = Vec::new();
        loop {
            match child.next().await {
                Event::Out(bytes) => {
                    let room = ANSWER.saturating_sub(answer.len());
                    answer.extend(bytes.into_iter().take(room));
                }
                Event::Err(_) | Event::Quiet => {}
                Event::Ended(end) if end.success => return Ok(String::from_utf8_lossy(&answer).into_owned()),
                Event::Ended(end) => {
                    return Err(format!("kubectl get pods failed ({}): {}", end.status, end.last_error));
                }
            }
        }
    }
}

impl Source for KubectlSource {
    fn id(&self) -> &SourceId {
        &self.id
    }

    fn queries(&self) -> Vec<PolledQuery> {
        let at = self.base().split_off(1).join(" ");
        let looked = format!("kubectl {at} get pods --selector {}", self.config.selector);
        let read = format!("kubectl {at} logs --follow --selector {}", self.config.selector);
        vec![followed(&self.id, &looked, self.config.every.std()), followed(&self.id, &read, Duration::ZERO)]
    }

    fn run(self: Box<Self>, outlet: Outlet, stop: watch::Receiver<bool>) -> Pending<'static, ()> {
        Box::pin(self.work(outlet, stop))
    }
}

impl Program for Pods {
    fn argv(&self, from: &Begin) -> Vec<String> {
        let since = format!("--since-time={}", from.at);
        let more = ["logs", "--follow", "--timestamps", "--prefix", "--all-containers", "--ignore-errors", "--tail=-1"];
        let rest = [STREAMS, &since, "--selector", &self.selector];
        self.base.iter().map(String::as_str).chain(more).chain(rest).map(str::to_owned).collect()
    }

    /// `[pod/payments-1/app] 2026-11-20T02:00:00.123456789Z text`.
    fn read(&mut self, line: &str) -> Said {
        let parts = line.strip_prefix("[pod/").and_then(|rest| rest.split_once("] "));
        let Some((name, rest)) = parts else { return Said::Aside };
        let (Some((pod, container)), Some((at, text))) = (name.split_once('/'), stamped(rest)) else {
            return Said::Aside;
        };
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let labels = [pair("container", container), pair("pod", pod)].into();
        Said::Entry(Entry { labels, at, line: text.to_owned(), fields: Vec::new() }, None)
    }

    fn name(&self) -> String {
        "kubectl logs".to_owned()
    }
}
