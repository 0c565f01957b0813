//! What a metrics server says of its metrics: names with type and help, and the names of labels. Sources learn it; the
//! PromQL input completes from it, and queries worth seeing are found in it.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{CleanText, SourceId, Timestamp};

/// Metrics held of one server, at most.
pub const MOST_METRICS: usize = 50_000;
/// Names of labels held of one server, at most.
pub const MOST_LABELS: usize = 5_000;
/// Longest help kept, in characters.
const HELP: usize = 240;

/// The metrics of one server as last learned.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricCatalog {
    /// Whose.
    pub source: SourceId,
    /// What can be asked for by name, sorted by name, each name once.
    pub metrics: Vec<MetricInfo>,
    /// Names of labels, sorted, each once.
    pub labels: Vec<CleanText>,
    /// Metrics that found no room.
    pub left_out: usize,
    /// When it was learned.
    pub learned_at: Timestamp,
}

/// One metric as a query names it: the parts of a histogram are metrics of their own.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricInfo {
    /// Exact name.
    pub name: CleanText,
    /// What it is; of a part of a histogram or summary, the kind of the whole.
    pub kind: MetricKind,
    /// Who says what kind it is.
    pub told: Told,
    /// What it means, in the words of who wrote it; empty where nothing is said.
    pub help: CleanText,
    /// Its unit in the server's words (`seconds`, `bytes`); empty where nothing is said.
    pub unit: CleanText,
}

/// The type of a metric, as OpenMetrics names them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MetricKind {
    /// Only grows, until its process starts anew.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Counts observations in buckets.
    Histogram,
    /// Goes up and down in buckets.
    GaugeHistogram,
    /// Quantiles computed by who is measured.
    Summary,
    /// Always 1; its labels are what it tells.
    Info,
    /// One of its label's values is 1.
    StateSet,
    /// Not said.
    #[default]
    Unknown,
}

/// Who says what kind a metric is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// The server's metadata.
    Server,
    /// The endings that the naming rules of Prometheus ask for.
    Name,
}

/// What of its family a metric is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// All of it: counters, gauges, native histograms, the quantiles of a summary.
    Whole,
    /// `_bucket`: cumulative counts by `le`.
    Bucket,
    /// `_sum` of what was observed.
    Sum,
    /// `_count` of observations.
    Count,
}

/// What metadata says of one family.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Described {
    /// The family's name; that of a counter with or without `_total`.
    pub name: String,
    /// The type in the server's words.
    pub kind: String,
    /// The help text.
    pub help: String,
    /// The unit in the server's words; mostly empty.
    pub unit: String,
}

impl MetricCatalog {
    /// Puts together what a server told: the names of its series, its metadata, the names of its labels. Each may be
    /// empty, as on servers that keep no metadata; without names the metadata's are taken. Kinds that nobody tells are
    /// read from the names' endings. What finds no room is counted, and that is what stands last in the alphabet.
    pub fn assemble(
        source: SourceId,
        names: Vec<String>,
        described: Vec<Described>,
        labels: Vec<String>,
        learned_at: Timestamp,
    ) -> Self {
        let names: BTreeSet<String> = match names.is_empty() {
            true => described.iter().flat_map(series_of).collect(),
            false => names.into_iter().filter(|name| !name.is_empty()).collect(),
        };
        let all: HashSet<&str> = names.iter().map(String::as_str).collect();
        let described: HashMap<&str, &Described> = described.iter().map(|one| (one.name.as_str(), one)).collect();
        let metrics: Vec<MetricInfo> =
            names.iter().take(MOST_METRICS).map(|name| info(name, &all, &described)).collect();
        let labels: BTreeSet<String> = labels.into_iter().filter(|label| !label.is_empty()).collect();
        Self {
            source,
            left_out: names.len() - metrics.len(),
            metrics,
            labels: labels.iter().take(MOST_LABELS).map(|label| CleanText::line(label)).collect(),
            learned_at,
        }
    }

    /// The metric of this name.
    pub fn get(&self, name: &str) -> Option<&MetricInfo> {
        let at = self.metrics.binary_search_by(|metric| metric.name.as_str().cmp(name)).ok()?;
        self.metrics.get(at)
    }

    /// The metrics whose names begin so, in the order of their names.
    pub fn starting<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a MetricInfo> {
        let from = self.metrics.partition_point(|metric| metric.name.as_str() < prefix);
        self.metrics[from..].iter().take_while(move |metric| metric.name.starts_with(prefix))
    }
}

impl MetricInfo {
    /// What of its family it is.
    pub fn part(&self) -> Part {
        let ends = |suffix| self.name.ends_with(suffix);
        match self.kind {
            MetricKind::Histogram | MetricKind::GaugeHistogram if ends("_bucket") => Part::Bucket,
            MetricKind::Histogram | MetricKind::Summary if ends("_sum") => Part::Sum,
            MetricKind::GaugeHistogram if ends("_gsum") => Part::Sum,
            MetricKind::Histogram | MetricKind::Summary if ends("_count") => Part::Count,
            MetricKind::GaugeHistogram if ends("_gcount") => Part::Count,
            MetricKind::Histogram
            | MetricKind::GaugeHistogram
            | MetricKind::Summary
            | MetricKind::Counter
            | MetricKind::Gauge
            | MetricKind::Info
            | MetricKind::StateSet
            | MetricKind::Unknown => Part::Whole,
        }
    }

    /// The name without the ending of its part: `x` of `x_bucket`, and of a counter without `_total`.
    pub fn family(&self) -> &str {
        let endings: &[&str] = match (self.part(), self.kind) {
            (Part::Bucket, _) => &["_bucket"],
            (Part::Sum, _) => &["_gsum", "_sum"],
            (Part::Count, _) => &["_gcount", "_count"],
            (Part::Whole, MetricKind::Counter) => &["_total"],
            (Part::Whole, _) => &[],
        };
        endings.iter().find_map(|ending| self.name.strip_suffix(ending)).unwrap_or(&self.name)
    }

    /// Whether a recording rule writes it, by the naming rule that gives recorded series a colon.
    pub fn is_recorded(&self) -> bool {
        self.name.contains(':')
    }
}

impl MetricKind {
    /// The word of OpenMetrics for it.
    pub fn word(self) -> &'static str {
        match self {
            MetricKind::Counter => "counter",
            MetricKind::Gauge => "gauge",
            MetricKind::Histogram => "histogram",
            MetricKind::GaugeHistogram => "gaugehistogram",
            MetricKind::Summary => "summary",
            MetricKind::Info => "info",
            MetricKind::StateSet => "stateset",
            MetricKind::Unknown => "unknown",
        }
    }

    /// Reads a type as servers write it; `unknown`, `untyped` and words nobody knows are [`MetricKind::Unknown`].
    pub fn from_word(word: &str) -> Self {
        match word.trim().to_ascii_lowercase().as_str() {
            "counter" => MetricKind::Counter,
            "gauge" => MetricKind::Gauge,
            "histogram" | "exponentialhistogram" | "exponential_histogram" => MetricKind::Histogram,
            "gaugehistogram" | "gauge_histogram" => MetricKind::GaugeHistogram,
            "summary" => MetricKind::Summary,
            "info" => MetricKind::Info,
            "stateset" => MetricKind::StateSet,
            _ => MetricKind::Unknown,
        }
    }
}

/// The names that a family's series have.
fn series_of(described: &Described) -> Vec<String> {
    let with = |endings: &[&str]| endings.iter().map(|ending| format!("{}{ending}", described.name)).collect();
    match MetricKind::from_word(&described.kind) {
        MetricKind::Histogram => with(&["_bucket", "_count", "_sum"]),
        MetricKind::GaugeHistogram => with(&["_bucket", "_gcount", "_gsum"]),
        MetricKind::Summary => with(&["", "_count", "_sum"]),
        MetricKind::Counter if !described.name.ends_with("_total") => with(&["", "_total"]),
        MetricKind::Counter | MetricKind::Gauge | MetricKind::Info | MetricKind::StateSet | MetricKind::Unknown => {
            with(&[""])
        }
    }
}

/// Endings that a series' name has more than its family's in metadata.
const ENDINGS: [&str; 7] = ["_total", "_bucket", "_sum", "_count", "_gsum", "_gcount", "_info"];

fn info(name: &str, all: &HashSet<&str>, described: &HashMap<&str, &Described>) -> MetricInfo {
    let families = std::iter::once(name).chain(ENDINGS.iter().filter_map(|ending| name.strip_suffix(ending)));
    let told = families.filter_map(|family| described.get(family)).find(|told| fits(name, told));
    let said = told.map_or(MetricKind::Unknown, |told| MetricKind::from_word(&told.kind));
    let (kind, told_by) = match said {
        MetricKind::Unknown => (by_name(name, all), Told::Name),
        kind => (kind, Told::Server),
    };
    let short = |text: &str| CleanText::line(&text.chars().take(HELP).collect::<String>());
    MetricInfo {
        name: CleanText::line(name),
        kind,
        told: told_by,
        help: told.map_or_else(CleanText::default, |told| short(&told.help)),
        unit: told.map_or_else(CleanText::default, |told| short(&told.unit)),
    }
}

/// Whether what is said of a family can be about the series of this name: `x_count` is none of a gauge `x`.
fn fits(name: &str, told: &Described) -> bool {
    let Some(ending) = name.strip_prefix(told.name.as_str()).filter(|ending| !ending.is_empty()) else {
        return name == told.name;
    };
    match MetricKind::from_word(&told.kind) {
        MetricKind::Counter => ending == "_total",
        MetricKind::Histogram => matches!(ending, "_bucket" | "_sum" | "_count"),
        MetricKind::GaugeHistogram => matches!(ending, "_bucket" | "_gsum" | "_gcount"),
        MetricKind::Summary => matches!(ending, "_sum" | "_count"),
        MetricKind::Info => ending == "_info",
        MetricKind::Gauge | MetricKind::StateSet | MetricKind::Unknown => false,
    }
}

/// The kind by the endings that Prometheus' and OpenMetrics' naming rules ask for.
fn by_name(name: &str, all: &HashSet<&str>) -> MetricKind {
    let has = |family: &str, ending: &str| all.contains(format!("{family}{ending}").as_str());
    if name.contains(':') {
        return MetricKind::Unknown;
    }
    if let Some(family) = name.strip_suffix("_bucket") {
        return if has(family, "_count") || has(family, "_sum") { MetricKind::Histogram } else { MetricKind::Unknown };
    }
    if let Some(family) = name.strip_suffix("_sum").or_else(|| name.strip_suffix("_count")) {
        let both = has(family, "_sum") && has(family, "_count");
        return match (both, has(family, "_bucket")) {
            (_, true) => MetricKind::Histogram,
            (true, false) => MetricKind::Summary,
            (false, false) => MetricKind::Unknown,
        };
    }
    if has(name, "_sum") && has(name, "_count") && !has(name, "_bucket") {
        return MetricKind::Summary;
    }
    match name.rsplit_once('_').map(|(_, ending)| ending) {
        Some("total") => MetricKind::Counter,
        Some("info") => MetricKind::Info,
        Some("created") => MetricKind::Gauge,
        Some(_) | None => MetricKind::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalog(names: &[&str], described: &[(&str, &str)]) -> MetricCatalog {
        let describe = |(name, kind): &(&str, &str)| Described {
            name: (*name).to_owned(),
            kind: (*kind).to_owned(),
            help: format!("about {name}"),
            unit: String::new(),
        };
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        let described = described.iter().map(describe).collect();
        MetricCatalog::assemble(SourceId::new("p"), names, described, Vec::new(), Timestamp::UNIX_EPOCH)
    }

    fn of(catalog: &MetricCatalog, name: &str) -> (MetricKind, Told, Part, String) {
        let metric = catalog.get(name).unwrap();
        (metric.kind, metric.told, metric.part(), metric.family().to_owned())
    }

    #[test]
    fn metadata_of_a_family_reaches_its_series_and_no_other() {
        let names = ["a_total", "h_bucket", "h_count", "h_sum", "g", "g_count", "old", "s", "s_sum"];
        let catalog = catalog(
            &names,
            &[("a", "counter"), ("h", "histogram"), ("g", "gauge"), ("old", "counter"), ("s", "summary")],
        );
        assert_eq!(of(&catalog, "a_total"), (MetricKind::Counter, Told::Server, Part::Whole, "a".into()));
        assert_eq!(of(&catalog, "h_bucket"), (MetricKind::Histogram, Told::Server, Part::Bucket, "h".into()));
        assert_eq!(of(&catalog, "h_sum").2, Part::Sum);
        assert_eq!(of(&catalog, "old"), (MetricKind::Counter, Told::Server, Part::Whole, "old".into()));
        assert_eq!(of(&catalog, "g_count"), (MetricKind::Unknown, Told::Name, Part::Whole, "g_count".into()));
        assert_eq!(of(&catalog, "s_sum"), (MetricKind::Summary, Told::Server, Part::Sum, "s".into()));
        assert_eq!(catalog.get("h_count").unwrap().help.as_str(), "about h");
        assert!(catalog.get("g_count").unwrap().help.is_empty() && catalog.get("h").is_none());
    }

    #[test]
    fn without_metadata_the_endings_tell() {
        let names =
            ["a_total", "h_bucket", "h_count", "h_sum", "s_count", "s_sum", "b_info", "free", "x_count", "r:sum"];
        let catalog = catalog(&names, &[]);
        let kinds: Vec<_> = names.iter().map(|name| of(&catalog, name).0).collect();
        use MetricKind::{Counter, Histogram, Info, Summary, Unknown};
        assert_eq!(
            kinds,
            [Counter, Histogram, Histogram, Histogram, Summary, Summary, Info, Unknown, Unknown, Unknown]
        );
        assert!(catalog.get("r:sum").unwrap().is_recorded());
    }

    #[test]
    fn without_names_the_metadata_gives_them() {
        let catalog = catalog(&[], &[("h", "histogram"), ("g", "gauge")]);
        let names: Vec<&str> = catalog.metrics.iter().map(|metric| metric.name.as_str()).collect();
        assert_eq!(names, ["g", "h_bucket", "h_count", "h_sum"]);
    }

    #[test]
    fn names_are_sorted_found_by_their_beginning_and_bounded() {
        let many: Vec<String> = (0..MOST_METRICS + 7).map(|n| format!("m{n:06}")).collect();
        let catalog = MetricCatalog::assemble(
            SourceId::new("p"),
            many.into_iter().rev().collect(),
            Vec::new(),
            vec!["job".into(), String::new(), "instance".into(), "job".into()],
            Timestamp::UNIX_EPOCH,
        );
        assert_eq!((catalog.metrics.len(), catalog.left_out), (MOST_METRICS, 7));
        assert_eq!(catalog.starting("m00001").count(), 10);
        let labels: Vec<&str> = catalog.labels.iter().map(|label| label.as_str()).collect();
        assert_eq!(labels, ["instance", "job"]);
    }
}
