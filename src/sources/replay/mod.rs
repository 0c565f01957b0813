//! Plays a recorded incident on its own clock, as if it happened now. `runtime` starts one of these in place of the
//! configured sources for `midwatch --replay` and `midwatch drill`; queries and commands are answered by [`RecordedEngine`]
//! and [`Commands`] from the same recording, so nothing touches the host.

mod clock;
mod commands;
mod engine;
mod player;
mod selector;

use std::sync::Arc;

use tokio::sync::watch;

use super::{Outlet, Source};
use crate::domain::ports::Pending;
use crate::domain::query::PolledQuery;
use crate::domain::recording::Recording;
use crate::domain::{CleanText, SourceId, Timestamp};

pub use clock::{ReplayClock, SPEEDS};
pub use commands::Commands;
pub use engine::RecordedEngine;

/// The name a recording goes by in the header and beside its evidence.
pub const NAME: &str = "recording";

/// A recording as a source of telemetry.
pub struct ReplaySource {
    id: SourceId,
    recording: Arc<Recording>,
    clock: ReplayClock,
}

impl ReplaySource {
    /// Plays `recording` as `clock` passes it; what lies before the clock's beginning arrives at once.
    pub fn new(recording: Arc<Recording>, clock: ReplayClock) -> Self {
        Self { id: SourceId::new(NAME), recording, clock }
    }
}

impl Source for ReplaySource {
    fn id(&self) -> &SourceId {
        &self.id
    }

    fn queries(&self) -> Vec<PolledQuery> {
        self.recording.queries.clone()
    }

    fn run(self: Box<Self>, outlet: Outlet, stop: watch::Receiver<bool>) -> Pending<'static, ()> {
        let player = player::Player::new(self.id, self.recording, self.clock);
        Box::pin(player.play(outlet, stop))
    }
}

/// When the first alert of the recording fired, for "jump to the alert"; heartbeats do not count.
pub fn first_alert(recording: &Recording) -> Option<Timestamp> {
    recording.alerts.iter().filter(|(_, alert)| alert.asks_for_attention()).map(|(seen, _)| *seen).min()
}

/// The first and last instant the recording knows anything about.
fn extent(recording: &Recording) -> (Timestamp, Timestamp) {
    let logs = recording.logs.iter().map(crate::domain::LogRecord::at);
    let alerts = recording.alerts.iter().map(|(seen, _)| *seen);
    let samples = recording.series.iter().flat_map(|series| [series.samples.first(), series.samples.last()]);
    let samples = samples.flatten().map(|sample| sample.at);
    let bounds = logs.chain(alerts).chain(samples).fold(None, |held: Option<(Timestamp, Timestamp)>, at| {
        Some(held.map_or((at, at), |(first, last)| (first.min(at), last.max(at))))
    });
    bounds.unwrap_or((Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH))
}

/// Blanks outside quotes folded to one space and trimmed, so that two spellings of one text compare equal.
fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut quote, mut blank) = (None, false);
    for c in text.trim().chars() {
        if quote.is_none() && c.is_whitespace() {
            blank = true;
            continue;
        }
        if std::mem::take(&mut blank) {
            out.push(' ');
        }
        match quote {
            None if matches!(c, '"' | '\'' | '`') => quote = Some(c),
            Some(open) if open == c => quote = None,
            None | Some(_) => {}
        }
        out.push(c);
    }
    out
}

/// A list for a message, cut to a readable length.
fn listed<'a>(items: impl Iterator<Item = &'a str>, most: usize) -> String {
    let items: Vec<&str> = items.collect();
    let shown: Vec<String> = items.iter().take(most).map(|item| format!("`{item}`")).collect();
    let rest = items.len().saturating_sub(most);
    if rest == 0 { shown.join(", ") } else { format!("{} and {rest} more", shown.join(", ")) }
}

/// The recording's name for messages.
fn name(recording: &Recording) -> CleanText {
    if recording.id.is_empty() { CleanText::line(NAME) } else { recording.id.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_fold_outside_quotes_only() {
        assert_eq!(folded("  labctl   rollback\tpayments "), "labctl rollback payments");
        assert_eq!(folded("echo 'a  b'  \"c  d\""), "echo 'a  b' \"c  d\"");
        assert_ne!(folded("echo 'a  b'"), folded("echo 'a b'"));
    }
}
