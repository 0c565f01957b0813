//! An alert as Alertmanager's v2 API and webhook describe it.

use std::collections::BTreeMap;

use super::{CleanText, SourceId, Timestamp};

/// One alert, identified by its fingerprint.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    /// Alertmanager's fingerprint of the label set (16 hex digits), or a digest of the labels where none was sent.
    pub fingerprint: CleanText,
    /// Label set, `alertname` among them.
    pub labels: BTreeMap<CleanText, CleanText>,
    /// Annotations: `summary`, `description`, `runbook_url` by custom.
    pub annotations: BTreeMap<CleanText, CleanText>,
    /// Where it stands.
    pub state: AlertState,
    /// When it began to fire.
    pub starts_at: Timestamp,
    /// When it ended; for a firing alert Alertmanager's own expiry, which is no end.
    pub ends_at: Option<Timestamp>,
    /// The address of the expression that fired; a Prometheus one carries the expression as `g0.expr`.
    pub generator_url: CleanText,
    /// Where it was heard from.
    pub source: SourceId,
    /// The alert as received, pretty-printed.
    pub raw: CleanText,
}

/// An alert that went off, as sources of metrics need it: its rule's name, and the labels that tell what it is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fired {
    /// The `alertname` label.
    pub name: CleanText,
    /// Label set, `alertname` among them.
    pub labels: BTreeMap<CleanText, CleanText>,
}

/// Where an alert stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AlertState {
    /// Firing and routed.
    Firing,
    /// Firing, but silenced or inhibited by a person or a rule.
    Suppressed,
    /// No longer firing.
    Resolved,
}

/// How loudly an alert asks, read from its `severity` label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Urgency {
    /// `critical`, `page`, `emergency`, `fatal`, `error`, `high`, `sev1`, `p1`.
    Critical,
    /// `warning`, `warn`, `ticket`, `medium`, `sev2`, `p2`.
    Warning,
    /// Any other word, or no label.
    Info,
    /// `none`: alerts that fire always to prove that alerting works.
    Heartbeat,
}

impl Alert {
    /// The `alertname` label, or a dash.
    pub fn name(&self) -> CleanText {
        self.label("alertname").unwrap_or_else(|| CleanText::line("-"))
    }

    /// A label's value.
    pub fn label(&self, name: &str) -> Option<CleanText> {
        self.labels.get(name).cloned()
    }

    /// What the alert is about: `service`, else `job`, `deployment`, `pod`, `instance`, `host`.
    pub fn subject(&self) -> CleanText {
        ["service", "job", "deployment", "pod", "instance", "host"]
            .iter()
            .find_map(|name| self.label(name))
            .unwrap_or_else(|| CleanText::line("-"))
    }

    /// The annotation a person reads first: `summary`, else `description`, else `message`.
    pub fn summary(&self) -> CleanText {
        ["summary", "description", "message"]
            .iter()
            .find_map(|name| self.annotations.get(*name).cloned())
            .unwrap_or_default()
    }

    /// How loudly it asks.
    pub fn urgency(&self) -> Urgency {
        let Some(word) = self.label("severity") else { return Urgency::Info };
        match word.as_str().to_ascii_lowercase().as_str() {
            "critical" | "crit" | "page" | "emergency" | "fatal" | "error" | "high" | "sev1" | "p1" => {
                Urgency::Critical
            }
            "warning" | "warn" | "ticket" | "medium" | "sev2" | "p2" => Urgency::Warning,
            "none" => Urgency::Heartbeat,
            _ => Urgency::Info,
        }
    }

    /// Whether it fires and somebody should look.
    pub fn asks_for_attention(&self) -> bool {
        self.state == AlertState::Firing && self.urgency() != Urgency::Heartbeat
    }
}

impl Urgency {
    /// The word shown beside the colour.
    pub fn word(self) -> &'static str {
        match self {
            Urgency::Critical => "CRIT",
            Urgency::Warning => "WARN",
            Urgency::Info => "info",
            Urgency::Heartbeat => "beat",
        }
    }
}
