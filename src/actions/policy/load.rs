//! Puts a policy together: the person's rules and the organisation's files, each rule held to its own examples. Fails
//! closed: with any of it wrong, nothing but reads runs, and everyone is told why.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::actions::tables::Tables;
use crate::config::Config;
use crate::config::policy::{PolicyFile, PolicyRule, Telemetry, organisation};
use crate::config::problem::Problem;
use crate::domain::{CleanText, Language, Origin};

use super::subject::Subject;
use super::{Policy, Rules, Source, Sourced};

/// Longest policy file that is read.
const LARGEST: u64 = 1 << 20;

/// A policy, and everything that was wrong on the way.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The policy; closed to all but reads if anything was wrong.
    pub policy: Policy,
    /// What is wrong, each with its file; `None` is the person's configuration.
    pub problems: Vec<(Option<PathBuf>, Problem)>,
}

/// The policy of this configuration, this machine and this environment. `env` looks up a variable.
pub fn load(config: &Config, tables: &Tables, env: &dyn Fn(&str) -> Option<String>) -> Found {
    put_together(config, tables, &organisation(&config.policy_file, env))
}

fn put_together(config: &Config, tables: &Tables, files: &[PathBuf]) -> Found {
    let production = &config.run.production;
    let held = |rules: &[PolicyRule], file: Option<&PathBuf>| -> Vec<(Option<PathBuf>, Problem)> {
        let problems = rules.iter().enumerate().flat_map(|(index, rule)| examples(index, rule, tables, production));
        problems.map(|problem| (file.cloned(), problem)).collect()
    };
    let mut problems = held(&config.policy, None);
    let mut rules = Rules { telemetry: config.telemetry, ..Rules::default() };
    for file in files {
        match read(file) {
            Err(wrong) => problems.extend(wrong.into_iter().map(|problem| (Some(file.clone()), problem))),
            Ok(said) => {
                problems.extend(held(&said.policy, Some(file)));
                if said.telemetry.is_some() {
                    rules.telemetry = Telemetry::Ask;
                }
                let source = Source::Organisation { file: CleanText::line(&file.display().to_string()) };
                let sourced = |rule| Sourced { rule, source: source.clone() };
                rules.rules.extend(said.policy.into_iter().map(sourced));
            }
        }
    }
    rules.rules.extend(config.policy.iter().cloned().map(|rule| Sourced { rule, source: Source::Person }));
    if let Some((file, problem)) = problems.first() {
        let file = file.as_ref().map_or("the configuration".to_owned(), |file| file.display().to_string());
        let key = if problem.key.is_empty() { String::new() } else { format!("`{}` ", problem.key) };
        let what = format!("only reads run: the policy in {file} cannot be used: {key}{}", problem.what);
        let fix = if problem.fix.is_empty() { String::new() } else { format!("; {}", problem.fix) };
        rules.closed = Some(CleanText::line(&format!("{what}{fix}")));
    }
    Found { policy: Policy(Arc::new(rules)), problems }
}

fn read(file: &Path) -> Result<PolicyFile, Vec<Problem>> {
    let fail = |what: String| vec![Problem::new("", what, "make it readable, or take it out of the configuration")];
    let meta = std::fs::metadata(file).map_err(|error| fail(format!("it cannot be read: {error}")))?;
    if !meta.is_file() || meta.len() > LARGEST {
        return Err(fail("it is no file of at most 1 MiB".to_owned()));
    }
    let text = std::fs::read_to_string(file).map_err(|error| fail(format!("it cannot be read: {error}")))?;
    PolicyFile::read(&text)
}

/// Holds a rule to its own examples. They are read with nothing around them, as put forward by the first of the rule's
/// origins, in the first of its languages.
fn examples(index: usize, rule: &PolicyRule, tables: &Tables, production: &[String]) -> Vec<Problem> {
    let language = rule.language.first().copied().unwrap_or(Language::Sh);
    let origin = rule.origin.first().copied().unwrap_or(Origin::Model);
    let lists = [("match", &rule.matches, true), ("not_match", &rule.not_match, false)];
    let all = lists
        .iter()
        .flat_map(|(key, list, wanted)| list.iter().enumerate().map(move |(at, text)| (key, at, text, *wanted)));
    let wrong = all.filter_map(|(key, at, text, wanted)| {
        let subject = Subject::of_text(text, language, origin, tables, production);
        (subject.is_for(rule) != wanted).then(|| {
            let what = match wanted {
                true => format!(
                    "the rule `{}` is not about its example `{text}`, which is {}",
                    rule.name,
                    subject.class.word()
                ),
                false => format!("the rule `{}` is about `{text}`, which it should not be", rule.name),
            };
            Problem::new(format!("policy[{index}].{key}[{at}]"), what, "correct the rule or the example")
        })
    });
    wrong.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, organisation: Option<&str>) -> Found {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("policy.toml");
        if let Some(text) = organisation {
            std::fs::write(&file, text).unwrap();
        }
        let config = crate::config::load::check_text(text).unwrap();
        let files = if organisation.is_some() { vec![file] } else { Vec::new() };
        put_together(&config, &Tables::builtin().unwrap(), &files)
    }

    const DRAINS: &str = "[[policy]]\nname = \"drains\"\ndecide = \"forbid\"\ntool = [\"kubectl\"]\nverb = [\"drain\"]\n\
                          context = [\"prod-*\"]\n";

    #[test]
    fn a_rule_is_held_to_its_examples() {
        let right = "match = [\"kubectl --context prod-eu drain n1\", \"kubectl drain n1\", \"df; kubectl drain n1\"]\n\
                     not_match = [\"kubectl --context dev drain n1\", \"kubectl --context prod-eu get nodes\"]";
        assert_eq!(found(&format!("{DRAINS}{right}"), None).problems, []);
        let wrong = found(&format!("{DRAINS}match = [\"kubectl --context dev drain n1\"]"), None);
        let (_, problem) = &wrong.problems[0];
        assert_eq!(problem.key, "policy[0].match[0]");
        assert!(problem.what.contains("`drains`") && problem.what.contains("kubectl --context dev drain n1"));
        assert!(wrong.policy.closed().is_some());
    }

    #[test]
    fn an_organisation_can_only_tighten_and_what_cannot_be_read_closes() {
        let allow = "[[policy]]\nname = \"a\"\ndecide = \"allow\"\nclass = [\"opaque\"]\nmatch = [\"echo x | sh\"]";
        for text in [allow, "telemetry = \"allow\"", "polcy = 1", "[[policy]]", "\u{0}", "policy = 3"] {
            let found = found("", Some(text));
            assert!(found.policy.closed().is_some() && !found.problems.is_empty(), "{text}");
        }
        assert_eq!(found(allow, None).policy.closed(), None);
        let tight = found("telemetry = \"allow\"", Some("telemetry = \"ask\""));
        assert_eq!((tight.policy.telemetry(), tight.policy.closed()), (Telemetry::Ask, None));
        let gone = put_together(&Config::default(), &Tables::builtin().unwrap(), &["/nonexistent/policy.toml".into()]);
        assert!(gone.policy.closed().is_some_and(|why| why.contains("/nonexistent/policy.toml")));
        let (open, why) = (found("", None).policy, "only reads run: a table");
        assert_eq!(open.clone().closing(why.into()).closed().map(CleanText::as_str), Some(why));
        assert_eq!(open.closed(), None, "of whoever else holds it");
        assert!(gone.policy.closing(why.into()).closed().is_some_and(|why| why.contains("policy.toml")));
    }
}
