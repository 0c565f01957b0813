//! One line of `midwatch check --json`: the question as it comes, the answer as it goes.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::actions::{Dialect, Tables, classify, classify_logql, classify_sql, examine_here};
use crate::domain::{Class, Language, Reason, Verdict};

/// A line of input.
#[derive(Deserialize)]
pub struct Question<'a> {
    /// Given back as it came.
    #[serde(borrow)]
    pub id: &'a RawValue,
    #[serde(borrow)]
    cmd: std::borrow::Cow<'a, str>,
    #[serde(default)]
    shell: Shell,
}

/// Who would read the text.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Shell {
    #[default]
    #[serde(alias = "bash")]
    Sh,
    Psql,
    Mysql,
    Promql,
    Logql,
}

/// Where the commands of the shell are read.
#[derive(Clone, Copy)]
pub enum Where {
    /// In a bounded thread of this process.
    Thread,
    /// Here and now: this process may be killed.
    Here,
}

#[derive(Serialize)]
struct Answer<'a> {
    id: &'a RawValue,
    class: Class,
    reasons: Vec<Told<'a>>,
}

/// A reason: which bytes of the command, by which rule.
#[derive(Serialize)]
struct Told<'a> {
    start: usize,
    end: usize,
    rule: &'a str,
    class: Class,
    text: &'a str,
}

impl<'a> Question<'a> {
    /// Reads a line.
    ///
    /// # Errors
    /// One line for people; `number` is the line's.
    pub fn read(line: &'a str, number: u64) -> Result<Self, String> {
        serde_json::from_str(line).map_err(|error| {
            format!(
                "standard input, line {number}: {error}; expected {{\"id\", \"cmd\", \"shell\"}} with shell bash, psql, mysql, promql or logql"
            )
        })
    }

    /// The answer, as a line without its end.
    ///
    /// # Errors
    /// None that is known; the serialiser's.
    pub fn answer(&self, tables: &Tables, how: Where) -> Result<String, serde_json::Error> {
        told(self.id, &self.verdict(tables, how))
    }

    /// The answer when reading the command cost its reader its life.
    ///
    /// # Errors
    /// None that is known; the serialiser's.
    pub fn refused(&self, why: &str) -> Result<String, serde_json::Error> {
        told(self.id, &Verdict::opaque(self.cmd.len(), "parser", why))
    }

    fn verdict(&self, tables: &Tables, how: Where) -> Verdict {
        match (self.shell, how) {
            (Shell::Sh, Where::Here) => Verdict::from_reasons(examine_here(&self.cmd, tables).reasons),
            (Shell::Sh, Where::Thread) => classify(&self.cmd, Language::Sh, tables),
            (Shell::Psql, _) => classify_sql(&self.cmd, Dialect::Postgres, tables),
            (Shell::Mysql, _) => classify_sql(&self.cmd, Dialect::Mysql, tables),
            (Shell::Promql, _) => classify(&self.cmd, Language::Promql, tables),
            (Shell::Logql, _) => classify_logql(&self.cmd),
        }
    }
}

fn told(id: &RawValue, verdict: &Verdict) -> Result<String, serde_json::Error> {
    let reasons = verdict.reasons.iter().map(tell).collect();
    serde_json::to_string(&Answer { id, class: verdict.class, reasons })
}

fn tell(reason: &Reason) -> Told<'_> {
    Told {
        start: reason.span.start,
        end: reason.span.end,
        rule: &reason.rule,
        class: reason.class,
        text: reason.text.as_str(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_comes_back_as_it_came_with_class_and_reasons() {
        let tables = Tables::builtin().unwrap();
        let question = Question::read(r#"{"id":[1, "x"],"cmd":"DROP TABLE t","shell":"psql"}"#, 1).unwrap();
        for how in [Where::Here, Where::Thread] {
            let answer = question.answer(&tables, how).unwrap();
            assert!(
                answer.starts_with(r#"{"id":[1, "x"],"class":"destructive","reasons":[{"start":0,"end":12,"#),
                "{answer}"
            );
        }
        let told = question.refused("took too long").unwrap();
        assert!(told.contains("opaque") && told.contains("took too long"), "{told}");
    }

    #[test]
    fn a_bad_line_is_named() {
        for bad in ["rubbish", "{\"id\":1}", "{\"id\":1,\"cmd\":\"ls\",\"shell\":\"fish\"}"] {
            let said = Question::read(bad, 7).err().unwrap();
            assert!(said.starts_with("standard input, line 7:"), "{said}");
        }
    }
}
