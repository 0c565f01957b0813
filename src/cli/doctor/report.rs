//! What was found, as text for a person and as JSON lines for a machine.

use serde::Serialize;

use crate::domain::CleanText;

/// What a row is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Group {
    /// The configuration file.
    Configuration,
    /// A configured source.
    Source,
    /// The model server.
    Model,
    /// Where midwatch writes.
    Place,
    /// A program that is used where it is there.
    Program,
    /// The terminal.
    Terminal,
}

/// How it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    /// As it should be.
    Ok,
    /// Works, or is not set up; something could be better.
    Note,
    /// Set up and not working.
    Down,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Row {
    group: Group,
    name: CleanText,
    state: State,
    detail: CleanText,
    #[serde(skip_serializing_if = "str::is_empty")]
    remedy: CleanText,
}

impl Row {
    /// As it should be.
    pub(super) fn ok(group: Group, name: &str, detail: impl Into<CleanText>) -> Self {
        Self { group, name: name.into(), state: State::Ok, detail: detail.into(), remedy: CleanText::default() }
    }

    /// Works, but.
    pub(super) fn note(group: Group, name: &str, detail: impl Into<CleanText>, remedy: impl Into<CleanText>) -> Self {
        Self { group, name: name.into(), state: State::Note, detail: detail.into(), remedy: remedy.into() }
    }

    /// Set up and not working. The remedy may be empty where the detail says it.
    pub(super) fn down(group: Group, name: &str, detail: impl Into<CleanText>, remedy: impl Into<CleanText>) -> Self {
        Self { group, name: name.into(), state: State::Down, detail: detail.into(), remedy: remedy.into() }
    }

    /// Whether nothing is wrong with it.
    pub(super) fn is_ok(&self) -> bool {
        self.state == State::Ok
    }

    #[cfg(test)]
    pub(super) fn state(&self) -> State {
        self.state
    }

    #[cfg(test)]
    pub(super) fn detail(&self) -> &str {
        &self.detail
    }
}

/// Everything that was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Report {
    /// In the order of the configuration.
    pub(super) rows: Vec<Row>,
}

impl Report {
    /// Whether nothing is down.
    pub(super) fn is_well(&self) -> bool {
        self.rows.iter().all(|row| row.state != State::Down)
    }

    /// A JSON object a line.
    pub(super) fn json(&self) -> String {
        self.rows.iter().filter_map(|row| serde_json::to_string(row).ok()).map(|line| line + "\n").collect()
    }

    /// Aligned columns, the remedy below what it is for.
    pub(super) fn text(&self) -> String {
        let width = self.rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0);
        let mut text = String::new();
        for row in &self.rows {
            let state = match row.state {
                State::Ok => "ok  ",
                State::Note => "note",
                State::Down => "DOWN",
            };
            text.push_str(&format!("{state}  {:width$}  {}\n", row.name, row.detail));
            if !row.remedy.is_empty() {
                text.push_str(&format!("      {:width$}  do: {}\n", "", row.remedy));
            }
        }
        let count = |state: State| self.rows.iter().filter(|row| row.state == state).count();
        let (down, notes) = (count(State::Down), count(State::Note));
        text.push_str(&format!("\n{down} down, {notes} to note, {} ok\n", count(State::Ok)));
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_sees_the_remedy_below_and_a_machine_gets_a_line_each() {
        let report = Report {
            rows: vec![
                Row::ok(Group::Source, "prometheus", "answers"),
                Row::down(Group::Source, "am", "refuses \u{1b}[2J", "start it"),
            ],
        };
        assert!(!report.is_well());
        assert_eq!(
            report.text(),
            "ok    prometheus  answers\nDOWN  am          refuses ␛[2J\n                  do: start it\n\n1 down, 0 to note, 1 ok\n"
        );
        let lines: Vec<serde_json::Value> =
            report.json().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(
            lines[0],
            serde_json::json!({"group": "source", "name": "prometheus", "state": "ok", "detail": "answers"})
        );
        assert_eq!(lines[1]["remedy"], "start it");
    }

    #[test]
    fn a_note_is_no_failure() {
        assert!(Report { rows: vec![Row::note(Group::Model, "model", "none", "set one up")] }.is_well());
    }
}
