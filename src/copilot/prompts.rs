//! The prompts: templates in `prompts/`, embedded, each replaceable by a file of the same name in the user's folder.
//! Loaded once by `runtime` and `cli`, rendered by `prepare`.

use std::collections::BTreeMap;
use std::path::Path;

use include_dir::{Dir, include_dir};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Serialize;

use crate::domain::CleanText;

static BUILT_IN: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/prompts");

/// Largest file taken as a prompt.
const LARGEST: u64 = 64 * 1024;

/// Which prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PromptName {
    /// Instructions for an answer.
    Answer,
    /// Instructions for `! text`: a single command.
    Command,
    /// The person's turn: incident, coverage, evidence, question.
    Turn,
}

/// What a template can use. Every field is there in every prompt; lists may be empty.
#[derive(Clone, Debug, Default, Serialize)]
pub struct PromptData {
    /// The question.
    pub question: String,
    /// The incident in a line or two.
    pub incident: String,
    /// The time of asking, UTC.
    pub now: String,
    /// The team's tools.
    pub stack: Vec<String>,
    /// Which sources were asked, in a line.
    pub coverage: String,
    /// Commands the person rejected, as `{command, why}`.
    pub rejected: Vec<Rejected>,
    /// The evidence between its fences.
    pub evidence: String,
    /// What was left out for lack of room, one item each.
    pub left_out: Vec<String>,
}

/// A rejected command.
#[derive(Clone, Debug, Serialize)]
pub struct Rejected {
    /// Its text.
    pub command: String,
    /// The person's reason; may be empty.
    pub why: String,
}

/// All prompts, checked.
#[derive(Clone, Debug)]
pub struct Prompts {
    texts: BTreeMap<PromptName, String>,
    replaced: Vec<CleanText>,
}

impl PromptName {
    /// Every prompt.
    pub const ALL: [PromptName; 3] = [PromptName::Answer, PromptName::Command, PromptName::Turn];

    /// Its file.
    pub fn file(self) -> &'static str {
        match self {
            PromptName::Answer => "answer.md",
            PromptName::Command => "command.md",
            PromptName::Turn => "turn.md",
        }
    }

    /// Values that a replacement must not forget, since a request without them is none.
    fn must_hold(self) -> &'static [&'static str] {
        match self {
            PromptName::Answer | PromptName::Command => &[],
            PromptName::Turn => &["question", "evidence"],
        }
    }
}

impl Prompts {
    /// The built-in prompts, with those replaced that `folder` has a file for. Errors name the file, the line and the
    /// remedy; a folder that is not there replaces nothing.
    pub fn load(folder: Option<&Path>) -> Result<Self, CleanText> {
        let mut texts = BTreeMap::new();
        let mut replaced = Vec::new();
        for name in PromptName::ALL {
            let text = match folder.map(|folder| folder.join(name.file())) {
                Some(path) if path.exists() => {
                    replaced.push(CleanText::line(&path.display().to_string()));
                    let text = read(&path).map_err(|why| problem(&path.display().to_string(), &why))?;
                    check(name, &text).map_err(|why| problem(&path.display().to_string(), &why))?;
                    text
                }
                Some(_) | None => {
                    let file = BUILT_IN.get_file(name.file()).and_then(|file| file.contents_utf8());
                    let text = file.ok_or_else(|| problem(name.file(), "it is missing from this build"))?;
                    check(name, text).map_err(|why| problem(name.file(), &why))?;
                    text.to_owned()
                }
            };
            texts.insert(name, text);
        }
        Ok(Self { texts, replaced })
    }

    /// The files that replaced built-in prompts.
    pub fn replaced(&self) -> &[CleanText] {
        &self.replaced
    }

    /// A prompt with the data filled in. The templates were rendered once on load, so an error here means that one of
    /// them fails for these values only; it says which.
    pub fn render(&self, name: PromptName, data: &PromptData) -> Result<String, CleanText> {
        let text = self.texts.get(&name).map(String::as_str).unwrap_or_default();
        render(name, text, data).map_err(|why| problem(name.file(), &why))
    }
}

fn read(path: &Path) -> Result<String, String> {
    let meta = std::fs::metadata(path).map_err(|error| error.to_string())?;
    if !meta.is_file() {
        return Err("it is no file".to_owned());
    }
    let size = meta.len();
    if size > LARGEST {
        return Err(format!("it has {size} bytes; a prompt may have {LARGEST}"));
    }
    std::fs::read_to_string(path).map_err(|error| error.to_string())
}

fn render(name: PromptName, text: &str, data: &PromptData) -> Result<String, String> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment
        .set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build().map_err(|e| e.to_string())?);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    let rendered = environment.render_named_str(name.file(), text, Serde(data)).map_err(|error| {
        let line = error.line().map(|line| format!("line {line}: ")).unwrap_or_default();
        let detail = error.detail().map(|detail| format!(" ({detail})")).unwrap_or_default();
        format!("{line}{}{detail}", error.kind())
    })?;
    Ok(rendered.trim().to_owned())
}

/// Renders a template with marked values and with nothing, to find its errors before they are needed.
fn check(name: PromptName, text: &str) -> Result<(), String> {
    render(name, text, &PromptData::default())?;
    let marked = PromptData {
        question: "<question>".to_owned(),
        evidence: "<evidence>".to_owned(),
        stack: vec!["tool".to_owned()],
        rejected: vec![Rejected { command: "command".to_owned(), why: String::new() }],
        left_out: vec!["something".to_owned()],
        ..PromptData::default()
    };
    let rendered = render(name, text, &marked)?;
    match name.must_hold().iter().find(|value| !rendered.contains(&format!("<{value}>"))) {
        Some(value) => Err(format!("it does not use {{{{ {value} }}}}, so a request would lose it")),
        None => Ok(()),
    }
}

fn problem(file: &str, why: &str) -> CleanText {
    CleanText::line(&format!(
        "the prompt {file} cannot be used: {why}. Correct it, or remove it to use the built-in one"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(file: &str, text: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(file), text).unwrap();
        folder
    }

    #[test]
    fn the_built_in_prompts_load_and_render() {
        let prompts = Prompts::load(None).unwrap();
        let data = PromptData { question: "why?".into(), stack: vec!["labctl".into()], ..Default::default() };
        assert!(prompts.render(PromptName::Answer, &data).unwrap().contains("[E3:4-7]"));
        assert!(prompts.render(PromptName::Answer, &data).unwrap().contains("labctl"));
        assert!(prompts.render(PromptName::Turn, &data).unwrap().ends_with("why?"));
        assert!(Prompts::load(Some(Path::new("/nowhere/at/all"))).unwrap().replaced().is_empty());
    }

    #[test]
    fn a_file_of_the_same_name_replaces_a_prompt() {
        let own = folder("answer.md", "Answer in one word. Tools: {{ stack | join(', ') }}");
        let prompts = Prompts::load(Some(own.path())).unwrap();
        let data = PromptData { stack: vec!["psql".into()], ..Default::default() };
        assert_eq!(prompts.render(PromptName::Answer, &data).unwrap(), "Answer in one word. Tools: psql");
        assert_eq!(prompts.replaced().len(), 1);
    }

    #[test]
    fn a_broken_prompt_says_file_line_and_remedy() {
        for (text, words) in [
            ("{{ question }}\n{{ evidence }}\n{{ qestion }}", "line 3: undefined value"),
            ("{{ question }}", "does not use {{ evidence }}"),
            ("{% if %}", "line 1: syntax error"),
        ] {
            let own = folder("turn.md", text);
            let error = Prompts::load(Some(own.path())).unwrap_err();
            assert!(error.contains(words) && error.contains("turn.md") && error.contains("remove it"), "{error}");
        }
    }
}
