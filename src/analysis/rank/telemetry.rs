//! The figures of each service, row by row, as a ranking reads them. Filled by `cli/rank`.

use std::collections::BTreeMap;

/// What is measured of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// Mean time of a call in the row.
    Latency,
    /// Share of the row's calls that succeeded, in percent.
    Availability,
    /// Calls in the row.
    Requests,
}

/// One service's columns. A row without a figure is NaN; a column that is not there is empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Columns {
    /// Seconds.
    pub latency: Vec<f64>,
    /// Percent of the row's calls that succeeded.
    pub availability: Vec<f64>,
    /// Calls in the row.
    pub requests: Vec<f64>,
}

/// A stretch of time over all services.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Telemetry {
    /// Unix seconds of each row, ascending.
    pub times: Vec<f64>,
    /// The columns by service.
    pub services: BTreeMap<String, Columns>,
}

impl Measure {
    /// Reads the word used in files.
    pub fn from_word(word: &str) -> Option<Self> {
        [Measure::Latency, Measure::Availability, Measure::Requests].into_iter().find(|it| it.word() == word)
    }

    /// The word used in files.
    pub fn word(self) -> &'static str {
        match self {
            Measure::Latency => "latency",
            Measure::Availability => "availability",
            Measure::Requests => "requests",
        }
    }
}

impl Columns {
    /// A measure's column.
    pub fn column_mut(&mut self, measure: Measure) -> &mut Vec<f64> {
        match measure {
            Measure::Latency => &mut self.latency,
            Measure::Availability => &mut self.availability,
            Measure::Requests => &mut self.requests,
        }
    }
}

impl Telemetry {
    /// The rows around a time: two before it, and after it half an hour but at least six rows. A file that holds no
    /// more than that, or nothing near the time, stays whole. What a long recording does hours later says nothing of
    /// this incident.
    #[must_use]
    pub fn around(&self, at: f64) -> Telemetry {
        let start = self.times.partition_point(|time| *time <= at).saturating_sub(1);
        let from = start.saturating_sub(2);
        let half_hour = self.times.partition_point(|time| *time <= at + 1800.0);
        let to = half_hour.max(start + 6).min(self.times.len());
        let near = self.times.get(start).is_some_and(|time| (time - at).abs() <= 86_400.0);
        if !near {
            return self.clone();
        }
        let cut = |column: &Vec<f64>| column.get(from..to).unwrap_or_default().to_vec();
        let services = self.services.iter().map(|(name, it)| {
            let columns =
                Columns { latency: cut(&it.latency), availability: cut(&it.availability), requests: cut(&it.requests) };
            (name.clone(), columns)
        });
        Telemetry { times: self.times[from..to].to_vec(), services: services.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minutes(count: usize, step: f64) -> Telemetry {
        let times: Vec<f64> = (0..count).map(|row| row as f64 * step).collect();
        let columns = Columns { requests: times.clone(), ..Columns::default() };
        Telemetry { times, services: BTreeMap::from([("a".to_owned(), columns)]) }
    }

    #[test]
    fn the_rows_around_a_time() {
        let cut = |count, step, at| minutes(count, step).around(at);
        assert_eq!(cut(5, 300.0, 300.0).times.len(), 5);
        assert_eq!(cut(300, 300.0, 30_000.0).times.first(), Some(&29_400.0));
        assert_eq!(cut(300, 300.0, 30_000.0).times.last(), Some(&31_800.0));
        assert_eq!(cut(300, 3600.0, 3600.0).times.len(), 7);
        assert_eq!(cut(10, 300.0, 1e9), minutes(10, 300.0));
        let part = cut(300, 300.0, 30_000.0);
        assert_eq!(part.services["a"].requests, part.times);
        assert!(part.services["a"].latency.is_empty());
    }
}
