//! What an alert is about, what that depends on and where it runs, with their series: a few bounded questions to the
//! index.

use std::collections::{BTreeMap, BTreeSet};

use crate::analysis::propose::{self, Candidate, Place, Subject};
use crate::domain::{CleanText, Fired, MetricCatalog, MetricKind, ServiceGraph, TimeWindow};
use crate::sources::http::HttpError;
use crate::sources::prometheus::{Client, Extent, Labels};

/// Series asked for of a subject.
const SERIES: usize = 4_000;
/// Metrics asked for one more time where those were not all: so many at once, so often.
const MISSING: (usize, usize) = (50, 4);
/// What a service depends on: as many are looked at.
const DEPENDENCIES: usize = 3;
/// Series asked for to learn which hosts there are.
const HOSTS: usize = 2_000;

/// Asks the index for subjects.
pub(super) struct Subjects<'a> {
    pub(super) client: &'a Client,
    pub(super) catalog: &'a MetricCatalog,
    pub(super) window: TimeWindow,
    /// What could not be looked at.
    pub(super) notices: Vec<CleanText>,
}

impl Subjects<'_> {
    /// The alert's own subject first; none where nothing of it is in the index.
    pub(super) async fn of(&mut self, fired: &Fired, graph: &ServiceGraph) -> Result<Vec<Subject>, HttpError> {
        let candidates = propose::candidates(&fired.labels, &self.catalog.labels);
        let Some(own) = self.subject(&candidates, Place::Own).await? else { return Ok(Vec::new()) };
        let machine = candidates.first().is_some_and(|it| it.machine);
        let mut subjects = vec![own];
        for way in graph.dependencies(&subjects[0].name, DEPENDENCIES) {
            let Some(name) = way.last() else { continue };
            let candidates = propose::of_service(name, &self.catalog.labels);
            subjects.extend(self.subject(&candidates, Place::Dependency(way)).await?);
        }
        if !machine {
            let places = propose::places(&subjects[0].series);
            subjects.extend(self.host(&places).await?);
        }
        Ok(subjects)
    }

    /// The series that bear one of the labels.
    async fn subject(&mut self, candidates: &[Candidate], place: Place) -> Result<Option<Subject>, HttpError> {
        let Some(name) = candidates.first().map(|it| it.value.clone()) else { return Ok(None) };
        let matchers: Vec<String> = candidates.iter().map(|it| matcher(it, "__name__!~\".+_bucket\"")).collect();
        let matchers: Vec<&str> = matchers.iter().map(String::as_str).collect();
        let listed = self.client.series_of(&matchers, self.window, SERIES).await?;
        let mut series = listed.items;
        if listed.extent == Extent::Cut {
            let more = self.missing(candidates, &series).await?;
            series.extend(more);
            let notice = format!("{name} has more than {SERIES} series: some of them were not looked at");
            self.notices.push(CleanText::line(&notice));
        }
        let selectors = candidates.iter().map(|it| (it.label.clone(), it.value.clone())).collect();
        Ok((!series.is_empty()).then_some(Subject { name, place, selectors, series }))
    }

    /// A few series of the metrics that the first answer had no room for.
    async fn missing(&self, candidates: &[Candidate], seen: &[Labels]) -> Result<Vec<Labels>, HttpError> {
        let seen: BTreeSet<&CleanText> = seen.iter().filter_map(|labels| labels.get("__name__")).collect();
        let mut found = Vec::new();
        for candidate in candidates {
            let all = matcher(candidate, "__name__!~\".+_bucket\"");
            let names = self.client.label_values("__name__", &[&all], self.window, SERIES).await?;
            let plain = |name: &&CleanText| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == ':');
            let missing: Vec<&CleanText> =
                names.items.iter().filter(|name| !seen.contains(name)).filter(plain).collect();
            for some in missing.chunks(MISSING.0).take(MISSING.1) {
                let names: Vec<&str> = some.iter().map(|name| name.as_str()).collect();
                let matcher = matcher(candidate, &format!("__name__=~\"{}\"", names.join("|")));
                found.extend(self.client.series_of(&[&matcher], self.window, SERIES / MISSING.1).await?.items);
            }
        }
        Ok(found)
    }

    /// The host that runs what bears these places, where that can be told: the one whose processors' idle time is known
    /// under one of them, or the only one there is.
    async fn host(&mut self, places: &BTreeSet<String>) -> Result<Option<Subject>, HttpError> {
        let idle: Vec<String> =
            idle_time(self.catalog).map(|name| format!("{name}{{mode=\"idle\"}}")).take(2).collect();
        if idle.is_empty() {
            return Ok(None);
        }
        let matchers: Vec<&str> = idle.iter().map(String::as_str).collect();
        let series = self.client.series_of(&matchers, self.window, HOSTS).await?.items;
        let mut hosts: BTreeMap<CleanText, Vec<Labels>> = BTreeMap::new();
        for labels in series {
            if let Some(instance) = labels.get("instance").cloned() {
                hosts.entry(instance).or_default().push(labels);
            }
        }
        let alone = hosts.len() == 1;
        let bears = |series: &[Labels]| !propose::places(series).is_disjoint(places);
        let here: Vec<&CleanText> =
            hosts.iter().filter(|(_, series)| alone || bears(series)).map(|(host, _)| host).collect();
        // A service on many machines has no host of its own.
        let [host] = here.as_slice() else { return Ok(None) };
        let candidate = Candidate { label: "instance".into(), value: (*host).clone(), machine: true };
        self.subject(&[candidate], Place::Host).await
    }
}

/// Counters of processor time by what it was spent on.
fn idle_time(catalog: &MetricCatalog) -> impl Iterator<Item = &str> {
    let counts = |name: &str| name.contains("cpu") && (name.contains("seconds") || name.contains("time"));
    let metrics = catalog.metrics.iter().filter(|metric| metric.kind == MetricKind::Counter);
    let names = metrics.map(|metric| metric.name.as_str()).filter(move |name| counts(name));
    names.filter(|name| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !name.contains("guest"))
}

/// `{label="value",more}`.
fn matcher(candidate: &Candidate, more: &str) -> String {
    let value = candidate.value.replace('\\', "\\\\").replace('"', "\\\"");
    format!("{{{}=\"{value}\",{more}}}", candidate.label)
}
