//! The recording's answers to commands, by the time at which they were true.

use std::sync::Arc;

use super::{ReplayClock, folded};
use crate::domain::ports::CommandBook;
use crate::domain::recording::{RecordedCommand, Recording};

/// Answers commands from the recording. Of several answers to one command the newest that is not after the clock wins;
/// a command that was run only later in the incident is answered too, and [`Commands::ran`] then takes the clock there.
#[derive(Clone, Debug)]
pub struct Commands {
    recording: Arc<Recording>,
    clock: ReplayClock,
}

impl Commands {
    /// The answers of `recording` at the time of `clock`.
    pub fn new(recording: Arc<Recording>, clock: ReplayClock) -> Self {
        Self { recording, clock }
    }

    /// Tells the clock that this answer was given: one from later in the incident takes it there, past its hold.
    pub fn ran(&self, command: &RecordedCommand) {
        if let Some(at) = command.at.filter(|at| *at > self.clock.now()) {
            self.clock.release(at);
        }
    }
}

impl CommandBook for Commands {
    fn answer(&self, command: &str) -> Option<RecordedCommand> {
        let (wanted, now) = (folded(command), self.clock.now());
        let mut past: Option<&RecordedCommand> = None;
        let mut later: Option<&RecordedCommand> = None;
        for known in self.recording.commands.iter().filter(|known| folded(&known.command) == wanted) {
            if known.at.is_none_or(|at| at <= now) {
                past = past.filter(|held| held.at > known.at).or(Some(known));
            } else {
                later = later.filter(|held| held.at <= known.at).or(Some(known));
            }
        }
        past.or(later).cloned()
    }

    fn known(&self) -> Vec<String> {
        let mut known: Vec<String> = Vec::new();
        for command in &self.recording.commands {
            if !known.contains(&command.command) {
                known.push(command.command.clone());
            }
        }
        known
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{CleanText, Timestamp};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + second).unwrap()
    }

    fn answer(command: &str, output: &str, second: Option<i64>) -> RecordedCommand {
        RecordedCommand {
            command: command.to_owned(),
            output: CleanText::block(output),
            exit: 0,
            seconds: 0.1,
            at: second.map(at),
        }
    }

    fn book(hold: Option<i64>) -> (Commands, ReplayClock) {
        let commands = vec![
            answer("labctl status", "healthy", Some(-100)),
            answer("labctl status", "failing", Some(5)),
            answer("labctl rollback payments", "done", Some(30)),
            answer("labctl status", "healthy again", Some(31)),
            answer("uptime", "up", None),
        ];
        let clock = ReplayClock::new(at(0), hold.map(at), at(100));
        (Commands::new(Arc::new(Recording { commands, ..Recording::default() }), clock.clone()), clock)
    }

    #[tokio::test(start_paused = true)]
    async fn the_newest_answer_that_is_not_after_the_clock_wins() {
        let (book, clock) = book(None);
        let status = || book.answer("labctl   status").unwrap().output.to_string();
        assert_eq!(status(), "healthy");
        clock.jump_to(at(6)).unwrap();
        assert_eq!(status(), "failing");
        clock.jump_to(at(40)).unwrap();
        assert_eq!(status(), "healthy again");
        assert_eq!(book.answer("labctl restart payments"), None);
        assert_eq!(book.known(), ["labctl status", "labctl rollback payments", "uptime"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_command_run_later_in_the_incident_takes_the_clock_there_past_its_hold() {
        let (book, clock) = book(Some(20));
        let _ = clock.jump_to(at(25));
        assert!(clock.holding());
        book.ran(&book.answer("uptime").unwrap());
        book.ran(&book.answer("labctl status").unwrap());
        assert_eq!(clock.now(), at(20), "reads of the past move nothing");
        book.ran(&book.answer("labctl rollback payments").unwrap());
        assert_eq!((clock.now(), clock.holding()), (at(30), false));
    }
}
