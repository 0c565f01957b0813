//! Polls the configured panels. Each answer leaves as soon as it is there; health says what a round found.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::OptionFuture;
use futures_util::{StreamExt, stream};
use tokio::sync::watch;
use tokio::time::Instant;

use super::Client;
use super::measured::OfRules;
use super::polled::{Polled, Question, questions};
use super::slo::{self, Promise};
use super::worth::{Proposes, Reader};
use crate::config::schema::{self, Panel};
use crate::domain::panel::Wanted;
use crate::domain::ports::{Pending, SecretStore};
use crate::domain::query::PolledQuery;
use crate::domain::{CleanText, Fired, PanelOrigin, SourceId, Timestamp};
use crate::sources::backoff::Backoff;
use crate::sources::http::HttpError;
use crate::sources::poll::{rest, stopped};
use crate::sources::{Outlet, Source, Span};

/// Panels asked at the same time.
const AT_ONCE: usize = 4;
/// The longest wait between attempts when nothing answers.
const CEILING: Duration = Duration::from_secs(30);
/// How long a changed window is left to settle before it is asked for.
const SETTLE: Duration = Duration::from_millis(150);

/// A polled Prometheus.
pub struct PrometheusSource {
    id: SourceId,
    config: schema::Prometheus,
    client: Result<Client, HttpError>,
    span: watch::Receiver<Span>,
    wanted: watch::Receiver<Wanted>,
    measured: Measured,
    proposes: Proposes,
    promises: Vec<Promise>,
}

/// Panels for what the alerts measure that went off, beside the configured ones.
#[derive(Default)]
struct Measured {
    of: BTreeSet<CleanText>,
    told: OfRules,
}

/// What one round over the panels found.
#[derive(Default)]
struct Round {
    answered: usize,
    failures: Vec<(String, HttpError)>,
    notices: Vec<(String, CleanText)>,
}

impl PrometheusSource {
    /// A source for the configured server; `span` says which window its panels are asked for, plus the hour before.
    pub fn new(config: &schema::Prometheus, secrets: Arc<dyn SecretStore>, span: watch::Receiver<Span>) -> Self {
        let client = Client::new(config, secrets);
        let (_, wanted) = watch::channel(Wanted::default());
        let id = SourceId::new(&config.name);
        let (measured, proposes) = (Measured::default(), Proposes::No);
        Self { id, config: config.clone(), client, span, wanted, measured, proposes, promises: Vec::new() }
    }

    /// The same, which also asks for what is wanted: what the alerts measure that went off, by the server's own rules, and
    /// what a person confirmed.
    #[must_use]
    pub fn wanting(self, wanted: watch::Receiver<Wanted>) -> Self {
        Self { wanted, ..self }
    }

    /// The same, which looks for queries worth seeing for the alerts that went off. The source that answers confirmed
    /// queries is the one to do so.
    #[must_use]
    pub fn proposing(self) -> Self {
        Self { proposes: Proposes::Yes, ..self }
    }

    /// The same, which also counts how much of what services promise was broken: a service's name with each objective.
    #[must_use]
    pub fn promising<'a>(self, promises: impl Iterator<Item = (&'a str, &'a schema::Slo)>) -> Self {
        Self { promises: promises.map(|(service, slo)| Promise::of(service, slo)).collect(), ..self }
    }

    /// What reads the index beside the panels; nothing where nobody is there to want anything.
    fn reader(&self) -> Option<Reader> {
        let client = self.client()?;
        let somebody = self.wanted.has_changed().is_ok();
        somebody.then(|| Reader::new(client, self.config.clone(), self.wanted.clone(), self.proposes))
    }

    /// The client for confirmed queries, where the address can be used.
    pub fn client(&self) -> Option<Client> {
        self.client.as_ref().ok().cloned()
    }

    async fn work(mut self, mut outlet: Outlet, mut stop: watch::Receiver<bool>) {
        let client = match &self.client {
            Ok(client) => client.clone(),
            Err(error) => {
                outlet.down(error.to_string(), Timestamp::now()).await;
                return stopped(&mut stop).await;
            }
        };
        let mut backoff = Backoff::new(CEILING.max(self.config.every.std()));
        loop {
            let begun = Instant::now();
            let span = *self.span.borrow_and_update();
            self.wanted.borrow_and_update();
            let round = tokio::select! {
                () = stopped(&mut stop) => return,
                round = self.round(&client, span, &mut outlet) => round,
            };
            let more = tokio::select! {
                () = stopped(&mut stop) => return,
                more = self.measure(&client, &round) => more,
            };
            let wait = round.wait(self.config.every.std().saturating_sub(begun.elapsed()), &mut backoff);
            round.tell(&mut outlet, self.panels().len()).await;
            if more {
                continue;
            }
            tokio::select! {
                going_on = rest(&mut stop, wait) => if !going_on { return },
                () = moved(&mut self.span) => if !rest(&mut stop, SETTLE).await { return },
                () = moved(&mut self.wanted) => {}
            }
        }
    }

    /// What is polled now: the configured panels, what alerts measure, what a person confirmed.
    fn panels(&self) -> Vec<Polled> {
        let told = &self.measured.told;
        let configured = self.config.panels.iter().map(|panel| Polled::new(panel, PanelOrigin::Configured));
        let wanted = self.wanted.borrow();
        let kept = wanted.panels.iter().filter(|kept| kept.source == self.id).map(Polled::kept);
        configured.map(|own| told.marked(own)).chain(told.panels.iter().cloned()).chain(kept).collect()
    }

    /// Learns what the alerts measure that went off since the last round; whether there is more to ask for now. A server
    /// that did not answer the panels is not asked for its rules.
    async fn measure(&mut self, client: &Client, round: &Round) -> bool {
        let names = |fired: &BTreeSet<Fired>| fired.iter().map(|fired| fired.name.clone()).collect();
        let firing: BTreeSet<CleanText> = names(&self.wanted.borrow().fired);
        if firing == self.measured.of || round.answered == 0 {
            return false;
        }
        let told = match client.rules().await {
            Ok(rules) => OfRules::new(&rules, &firing, &self.config.panels),
            // Not every server has rules.
            Err(error) if error.concerns_the_question() => OfRules::default(),
            Err(_) => return false,
        };
        let more = told != self.measured.told;
        self.measured = Measured { of: firing, told };
        more
    }

    async fn round(&self, client: &Client, span: Span, outlet: &mut Outlet) -> Round {
        let mut round = Round::default();
        let panels = self.panels();
        if panels.is_empty() {
            match client.probe().await {
                Ok(()) => round.answered = 1,
                Err(error) => round.failures.push((String::new(), error)),
            }
            return round;
        }
        let compare = self.wanted.borrow().compare;
        let questions = questions(panels, span, compare, self.config.step.signed().as_secs(), Timestamp::now());
        let ask = |question: Question| {
            let client = client.clone();
            async move {
                let answer = client.range(&question.polled.query, question.window, question.step).await;
                (question, answer)
            }
        };
        let mut answers = stream::iter(questions).map(ask).buffer_unordered(AT_ONCE);
        while let Some((question, answer)) = answers.next().await {
            let title = &question.polled.title;
            match answer {
                Ok(answer) => {
                    round.answered += 1;
                    round.notices.extend(answer.notices.iter().map(|notice| (title.clone(), notice.clone())));
                    outlet.send(vec![question.told(client, answer)]).await;
                }
                Err(error) => {
                    let hopeless = round.answered == 0 && !error.concerns_the_question();
                    round.failures.push((title.clone(), error));
                    if hopeless && round.failures.len() >= AT_ONCE {
                        break;
                    }
                }
            }
        }
        round
    }
}

impl Source for PrometheusSource {
    fn id(&self) -> &SourceId {
        &self.id
    }

    fn queries(&self) -> Vec<PolledQuery> {
        let every_seconds = u32::try_from(self.config.every.std().as_secs()).unwrap_or(u32::MAX);
        let query = |panel: &Panel| PolledQuery {
            source: CleanText::line(&self.config.name),
            text: CleanText::line(&panel.query),
            every_seconds,
        };
        let promises = self.promises.iter().flat_map(|promise| promise.queries(&self.config.name));
        self.config.panels.iter().map(query).chain(promises).collect()
    }

    fn run(self: Box<Self>, outlet: Outlet, stop: watch::Receiver<bool>) -> Pending<'static, ()> {
        let reader = self.reader().map(|reader| reader.run(outlet.beside(), stop.clone()));
        let counting =
            self.client().map(|client| slo::poll(client, self.promises.clone(), outlet.beside(), stop.clone()));
        Box::pin(async move {
            let (reader, counting) = (OptionFuture::from(reader), OptionFuture::from(counting));
            tokio::join!(self.work(outlet, stop), reader, counting);
        })
    }
}

impl Round {
    /// How long to wait for the next round: as configured, longer where nothing answers or the server orders it.
    fn wait(&self, usual: Duration, backoff: &mut Backoff) -> Duration {
        let ordered = self.failures.iter().filter_map(|(_, error)| error.ordered_wait()).max().unwrap_or_default();
        let server_answers = self.answered > 0 || self.failures.iter().any(|(_, error)| error.concerns_the_question());
        let own = if server_answers { usual } else { backoff.wait() };
        if server_answers {
            backoff.reset();
        }
        own.max(ordered)
    }

    async fn tell(&self, outlet: &mut Outlet, panels: usize) {
        let now = Timestamp::now();
        let failed = self.failures.len();
        match (self.failures.first(), self.notices.first()) {
            (Some((_, error)), _) if self.answered == 0 && !error.concerns_the_question() => {
                outlet.down(error.to_string(), now).await;
            }
            (Some((title, error)), _) => {
                let others = if failed > 1 { format!(" (and {} more)", failed - 1) } else { String::new() };
                let why = format!("{} of {panels} panels answer; `{title}`{others}: {error}", self.answered);
                outlet.degraded(why, now).await;
            }
            (None, Some((title, notice))) => outlet.degraded(format!("panel `{title}`: {notice}"), now).await,
            (None, None) => outlet.up(now).await,
        }
    }
}

/// Resolves when what is told moved; never, once nobody can move it any more.
async fn moved<T>(told: &mut watch::Receiver<T>) {
    if told.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}
