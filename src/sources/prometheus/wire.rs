//! The frame around every answer of the Prometheus HTTP API. VictoriaMetrics differs in `isPartial`, in empty `data`
//! objects and in numbers as error types. Answers to queries are read by `decode`, without the frame.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::domain::CleanText;

/// The frame around every answer.
#[derive(Deserialize)]
pub(super) struct Envelope<'a> {
    pub(super) status: String,
    #[serde(borrow, default)]
    pub(super) data: Option<&'a RawValue>,
    #[serde(default)]
    pub(super) error: Option<String>,
    #[serde(default)]
    warnings: Option<Vec<String>>,
    #[serde(default, rename = "isPartial")]
    partial: Option<bool>,
}

impl Envelope<'_> {
    /// The reason, where the answer is a failure in spite of its HTTP status.
    pub(super) fn failure(&self) -> Option<String> {
        match self.status.as_str() {
            "success" => None,
            other => Some(self.error.clone().unwrap_or_else(|| format!("status `{other}` without a reason"))),
        }
    }

    pub(super) fn notices(&self) -> Vec<CleanText> {
        let mut notices: Vec<_> = self.warnings.iter().flatten().take(5).map(|text| CleanText::line(text)).collect();
        if self.partial == Some(true) {
            notices.push(CleanText::line("a partial answer: some storage nodes did not answer"));
        }
        notices
    }
}
