//! The PromQL input: what is typed is checked at every key and explained, completed from what the server told, and sent by
//! way of the card only.

mod known;
mod paint;
mod view;

use known::Known;

use crate::app::{Ctx, Intent};
use crate::domain::query::{LabelAnswer, LabelAsk, QueryError};
use crate::domain::unit::Unit;
use crate::domain::{MetricCatalog, Timestamp};
use crate::promql::complete::{Completions, Place, complete};
use crate::promql::{self, Checked, Mistake};
use crate::ui::editor::Editor;
use crate::ui::key::{Code, Key};

/// State of the input.
pub struct Promql {
    editor: Editor,
    judged: Judged,
    completions: Completions,
    list: List,
    known: Known,
    /// When the catalog was learned that the texts were judged by.
    learned: Option<Timestamp>,
    /// The query of the session's history that is shown, counted from the newest.
    past: Option<usize>,
    /// What was typed before the history was looked through.
    draft: String,
}

/// Whether the list of completions is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum List {
    Closed,
    /// Shown, with one of its rows chosen or none yet.
    Open(Option<usize>),
}

/// What is known of the text.
struct Judged {
    verdict: Result<Checked, Mistake>,
    hints: Vec<Mistake>,
    unit: Unit,
}

impl Judged {
    fn new(text: &str, catalog: Option<&MetricCatalog>) -> Self {
        Self { verdict: promql::check(text), hints: promql::hints(text, catalog), unit: promql::unit_of(text, catalog) }
    }
}

impl Promql {
    /// An input with this text in it, the cursor behind it.
    pub fn new(text: &str, ctx: &Ctx<'_>) -> Self {
        let mut editor = Editor::new();
        editor.set_text(text);
        let mut input = Self {
            editor,
            judged: Judged::new(text, None),
            completions: Completions { replace: 0..0, items: Vec::new(), more: 0, place: Place::Nothing },
            list: List::Closed,
            known: Known::default(),
            learned: None,
            past: None,
            draft: String::new(),
        };
        input.judge(ctx);
        input
    }

    /// A key.
    pub fn on_key(&mut self, key: Key, ctx: &Ctx<'_>) -> Vec<Intent> {
        match (key.code, self.list) {
            (Code::Esc, List::Open(_)) => self.list = List::Closed,
            (Code::Esc, List::Closed) => return vec![Intent::Close],
            (Code::Enter, List::Open(Some(at))) if !key.alt && !key.shift => return self.accept(at, ctx),
            (Code::Enter, _) if !key.alt && !key.shift => return self.send(),
            (Code::Tab, List::Closed) => return self.list_all(ctx),
            (Code::Tab, List::Open(None)) if self.completions.items.len() == 1 => return self.accept(0, ctx),
            (Code::Tab | Code::Down, List::Open(chosen)) => self.choose(chosen.map_or(0, |at| at + 1)),
            (Code::BackTab | Code::Up, List::Open(Some(at))) => {
                self.list = List::Open(at.checked_sub(1));
            }
            (Code::PageDown, List::Open(chosen)) => self.choose(chosen.unwrap_or(0) + 8),
            (Code::PageUp, List::Open(Some(at))) => self.choose(at.saturating_sub(8)),
            _ => return self.edit(key, ctx),
        }
        Vec::new()
    }

    /// Pasted text.
    pub fn on_paste(&mut self, text: &str, ctx: &Ctx<'_>) {
        self.editor.insert_str(text);
        self.list = List::Closed;
        self.judge(ctx);
    }

    /// What a server said to a question about labels.
    pub fn on_labels(&mut self, ask: &LabelAsk, answer: Result<LabelAnswer, QueryError>, ctx: &Ctx<'_>) {
        self.known.learn(ask, answer);
        self.judge(ctx);
    }

    /// Judges anew when the server's catalog was learned meanwhile.
    pub fn settle(&mut self, ctx: &Ctx<'_>) {
        if catalog(ctx).map(|catalog| catalog.learned_at) != self.learned {
            self.judge(ctx);
        }
    }

    fn edit(&mut self, key: Key, ctx: &Ctx<'_>) -> Vec<Intent> {
        let before = self.editor.text();
        if !self.editor.key(key) {
            match key.code {
                Code::Up => self.remember(self.past.map_or(0, |at| at + 1), ctx),
                Code::Down => match self.past {
                    Some(0) => self.forget(ctx),
                    Some(at) => self.remember(at - 1, ctx),
                    None => {}
                },
                _ => {}
            }
            return Vec::new();
        }
        if self.editor.text() == before {
            self.list = List::Closed;
            self.complete(ctx);
            return Vec::new();
        }
        self.past = None;
        self.judge(ctx);
        self.list = if self.offers_by_itself() { List::Open(None) } else { List::Closed };
        self.wants(ctx)
    }

    /// Whether the list opens without being asked for: where something is begun that can be finished.
    fn offers_by_itself(&self) -> bool {
        if self.completions.items.is_empty() {
            return matches!(self.completions.place, Place::LabelValue { .. } | Place::LabelName { .. });
        }
        match &self.completions.place {
            Place::LabelName { .. } | Place::LabelValue { .. } | Place::Duration => true,
            Place::Operand(_) | Place::Behind { .. } | Place::Moment => !self.completions.replace.is_empty(),
            Place::LabelTest | Place::Nothing => false,
        }
    }

    fn list_all(&mut self, ctx: &Ctx<'_>) -> Vec<Intent> {
        self.complete(ctx);
        let only = self.completions.items.len() == 1 && !self.completions.replace.is_empty();
        if only {
            return self.accept(0, ctx);
        }
        self.list = List::Open(None);
        self.choose(0);
        self.wants(ctx)
    }

    fn choose(&mut self, at: usize) {
        let last = self.completions.items.len().checked_sub(1);
        self.list = List::Open(last.map(|last| at.min(last)));
    }

    fn accept(&mut self, at: usize, ctx: &Ctx<'_>) -> Vec<Intent> {
        self.list = List::Closed;
        let Some(item) = self.completions.items.get(at) else { return Vec::new() };
        let (text, cursor) = self.completions.accept(&self.editor.text(), item);
        self.editor.replace(&text, cursor);
        self.past = None;
        self.judge(ctx);
        let goes_on = matches!(self.completions.place, Place::LabelName { .. } | Place::LabelValue { .. });
        if goes_on {
            self.list = List::Open(None);
        }
        self.wants(ctx)
    }

    /// A query that no server would refuse goes to the card; another stays, its explanation below it.
    fn send(&mut self) -> Vec<Intent> {
        match &self.judged.verdict {
            Ok(_) => vec![Intent::Query(self.editor.text())],
            Err(_) => Vec::new(),
        }
    }

    fn remember(&mut self, at: usize, ctx: &Ctx<'_>) {
        let Some(text) = ctx.asked.iter().rev().nth(at) else { return };
        if self.past.is_none() {
            self.draft = self.editor.text();
        }
        self.past = Some(at);
        self.editor.set_text(text);
        self.list = List::Closed;
        self.judge(ctx);
    }

    fn forget(&mut self, ctx: &Ctx<'_>) {
        self.past = None;
        let draft = std::mem::take(&mut self.draft);
        self.editor.set_text(&draft);
        self.judge(ctx);
    }

    fn judge(&mut self, ctx: &Ctx<'_>) {
        let catalog = catalog(ctx);
        self.learned = catalog.map(|catalog| catalog.learned_at);
        self.judged = Judged::new(&self.editor.text(), catalog);
        self.complete(ctx);
    }

    fn complete(&mut self, ctx: &Ctx<'_>) {
        let names = self.known.names(catalog(ctx));
        self.completions = complete(&self.editor.text(), self.editor.cursor(), &names);
        if let List::Open(Some(at)) = self.list {
            self.choose(at);
        }
    }

    /// What is not known yet and is asked of the server.
    fn wants(&mut self, ctx: &Ctx<'_>) -> Vec<Intent> {
        let typed = self.editor.text();
        let typed = typed.get(self.completions.replace.clone()).unwrap_or_default();
        let has_server = ctx.stores.sources.iter().any(|source| source.gives.as_str() == "metrics");
        let ask = self.known.missing(&self.completions.place, typed).filter(|_| has_server);
        ask.map(Intent::Labels).into_iter().collect()
    }
}

/// The catalog of the server that answers queries: the first that told one, in configured order.
fn catalog<'a>(ctx: &Ctx<'a>) -> Option<&'a MetricCatalog> {
    let in_order = ctx.stores.sources.iter().find_map(|source| ctx.stores.catalogs.get(&source.id));
    in_order.or_else(|| ctx.stores.catalogs.values().next()).map(AsRef::as_ref)
}
