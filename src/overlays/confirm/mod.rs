//! The confirm card: the whole command as it will run, its class and target, and the ceremony its class asks for.
//! Reject has the focus; keys pressed too early, held keys and pasted text never confirm.

mod aids;
mod body;
mod paint;
mod target;
mod view;

pub use view::{Around, more_rows};

use std::time::Duration;

use crate::actions::gate::Scope;
use crate::actions::{Confirmation, Demand, Digest, Gate};
use crate::app::handlers::preview;
use crate::app::{Ctx, Intent};
use crate::domain::{CleanText, Preview, Proposal, ProposalId};
use crate::overlays::prompt::Purpose;
use crate::ui::key::{Code, Key};
use crate::ui::layout::{Shape, shape};
use crate::ui::{Line, Role};

/// Keys in this time after the card opened are dropped: they were meant for something else.
const TOO_EARLY: Duration = Duration::from_millis(400);
/// The same for Enter, which may be what opened the card: a keyboard begins to repeat a held key within this time.
const TOO_EARLY_ENTER: Duration = Duration::from_secs(1);
/// An Enter that follows another key faster than this was not typed by a hand: text was pasted by a terminal that does
/// not mark it, or that let the mark's end through.
const TYPED: Duration = Duration::from_millis(20);
/// A key that follows another faster than this while the card opens is a held key.
const HELD: Duration = Duration::from_millis(200);

/// State of the card.
pub struct Confirm {
    ids: Vec<ProposalId>,
    digests: Vec<(ProposalId, Digest)>,
    /// The previews on the card, each with its proposal: what is shown is what runs.
    previews: Vec<(ProposalId, Preview)>,
    /// What would not be asked for again, where that can be had.
    scope: Option<CleanText>,
    demand: Demand,
    stage: Stage,
    opened: Duration,
    last_key: Duration,
    live: bool,
    note: Option<CleanText>,
    top: usize,
    head: Vec<Line>,
    rows: Vec<Line>,
    height: usize,
    end_seen: bool,
    visible: bool,
}

/// How far the ceremony is.
#[derive(Clone, Debug, PartialEq)]
enum Stage {
    /// Reject has the focus.
    Reject,
    /// Run has the focus.
    Run,
    /// The same, and reads like this one are not asked for again for a while.
    RunOn,
    /// `y` was pressed; Enter runs.
    Armed,
    /// Words are typed: those that are complete, and the one under way.
    Typing(Vec<String>, String),
}

impl Confirm {
    /// A card for these proposals as they stand now. Several together must all be reads.
    pub fn open(proposals: &[Proposal], ctx: &Ctx<'_>, note: Option<CleanText>) -> Self {
        let demand = match proposals {
            [one] => ctx.gate.demand(one),
            many => together(many, ctx.gate),
        };
        Self {
            ids: proposals.iter().map(|proposal| proposal.id).collect(),
            digests: proposals.iter().map(|proposal| (proposal.id, Gate::digest(proposal))).collect(),
            previews: offered(proposals, ctx),
            scope: scope(proposals, &demand),
            demand,
            stage: Stage::Reject,
            opened: ctx.uptime,
            last_key: ctx.uptime,
            live: false,
            note,
            top: 0,
            head: Vec::new(),
            rows: Vec::new(),
            height: 0,
            end_seen: false,
            visible: false,
        }
    }

    /// The digests of what is on the card.
    pub fn digests(&self) -> Vec<(ProposalId, Digest)> {
        self.digests.clone()
    }

    /// How long it has been before a person's eyes.
    pub fn seen_for(&self, uptime: Duration) -> Duration {
        uptime.saturating_sub(self.opened)
    }

    /// Whether words are being typed on it.
    pub fn is_typing(&self) -> bool {
        matches!(self.stage, Stage::Typing(..))
    }

    /// Its rows, as laid out for the screen's size.
    pub fn rows(&self) -> Vec<Line> {
        let apart = (!self.head.is_empty()).then(Line::new);
        self.head.iter().cloned().chain(apart).chain(self.rows.iter().cloned()).collect()
    }

    /// Lays the card out for the screen's size and notes whether its end was in view. On a screen too small to show it
    /// the card goes back to its start: nobody confirms what is not before their eyes.
    pub fn settle(&mut self, ctx: &Ctx<'_>, size: (u16, u16)) {
        self.visible = shape(size.0, size.1) != Shape::TooSmall;
        if !self.visible {
            self.stage = Stage::Reject;
            self.live = false;
            self.opened = ctx.uptime;
            return;
        }
        let area = view::place(size, usize::MAX);
        let columns = usize::from(area.width).saturating_sub(4);
        let body::Rows { mut head, mut body } = body::rows(ctx, &self.ids, &self.previews, self.note.as_ref(), columns);
        if let (Stage::RunOn, Some(scope)) = (&self.stage, &self.scope) {
            let words = CleanText::line(&format!("for 15 minutes: {scope}"));
            body::fact(&mut head, "no card for", &words, Role::Warning, columns);
        }
        let room = usize::from(area.height).saturating_sub(view::AROUND);
        // What finds no room at the top begins the text that scrolls: nothing is left out.
        let rest = head.split_off(head.len().min(room / 2));
        if !rest.is_empty() {
            body.splice(0..0, rest.into_iter().chain([Line::new()]));
        }
        // What was under the eyes moved: a key that was meant for it does not count.
        if self.stage == Stage::Armed && body.len() != self.rows.len() {
            self.stage = Stage::Reject;
        }
        (self.head, self.rows) = (head, body);
        let area = view::place(size, self.rows.len() + self.above());
        self.height = usize::from(area.height).saturating_sub(view::AROUND + self.above());
        self.top = self.top.min(self.rows.len().saturating_sub(self.height));
        self.end_seen |= self.top + self.height >= self.rows.len();
    }

    /// Rows above the text that scrolls.
    fn above(&self) -> usize {
        if self.head.is_empty() { 0 } else { self.head.len() + 1 }
    }

    /// A key on the card.
    pub fn on_key(&mut self, key: Key, ctx: &Ctx<'_>) -> Vec<Intent> {
        if key.code == Code::Esc {
            return vec![Intent::Close];
        }
        let since_last = ctx.uptime.saturating_sub(self.last_key);
        if !self.is_live(key, ctx.uptime) || (key.code == Code::Enter && since_last < TYPED) {
            return Vec::new();
        }
        if let Stage::Typing(done, word) = self.stage.clone() {
            return self.on_typing(key, done, word);
        }
        // `y` arms the very next key and no later one.
        if self.stage == Stage::Armed && key.code != Code::Enter {
            self.stage = Stage::Reject;
        }
        match key.code {
            Code::Down | Code::Char('j') => self.scroll(1),
            Code::Up | Code::Char('k') => self.scroll(-1),
            Code::PageDown | Code::Char(' ') => self.scroll(self.height as isize),
            Code::PageUp => self.scroll(-(self.height as isize)),
            Code::Char('G') | Code::End => self.scroll(isize::MAX / 2),
            Code::Char('g') | Code::Home => self.scroll(isize::MIN / 2),
            Code::Tab | Code::Right | Code::Left | Code::BackTab => self.turn(),
            Code::Char('y') if self.demand == Demand::YThenEnter && self.end_seen => self.stage = Stage::Armed,
            Code::Char('e') => return self.ids.first().map(|id| Intent::Edit(*id)).into_iter().collect(),
            Code::Char('A') if self.end_seen && self.scope.is_some() => self.stage = Stage::RunOn,
            Code::Char('p') => {
                self.stage = Stage::Reject;
                return self.next_preview(ctx);
            }
            Code::Char('c') => return vec![Intent::Copy(self.texts(ctx))],
            Code::Char('w') => return vec![Intent::Close, Intent::Prompt(Purpose::WhyNot(self.ids.clone()))],
            Code::Enter => return self.on_enter(),
            _ => self.stage = Stage::Reject,
        }
        Vec::new()
    }

    /// Pasted text says nothing here, but that something else came between `y` and its Enter.
    pub fn on_paste(&mut self) {
        if !self.is_typing() {
            self.stage = Stage::Reject;
        }
    }

    /// Whether a preview was not run yet.
    pub fn has_fresh_preview(&self, ctx: &Ctx<'_>) -> bool {
        self.fresh_preview(ctx).is_some()
    }

    fn fresh_preview(&self, ctx: &Ctx<'_>) -> Option<&(ProposalId, Preview)> {
        self.previews.iter().find(|(of, one)| preview::run_of(ctx, *of, one).is_none())
    }

    /// Asks for the first preview that was not run yet.
    fn next_preview(&self, ctx: &Ctx<'_>) -> Vec<Intent> {
        self.fresh_preview(ctx).map(|(of, one)| Intent::Preview(*of, Box::new(one.clone()))).into_iter().collect()
    }

    /// Whether keys count by now. A held key never lets the card come alive.
    fn is_live(&mut self, key: Key, uptime: Duration) -> bool {
        let early = if key.code == Code::Enter { TOO_EARLY_ENTER } else { TOO_EARLY };
        let quiet = uptime.saturating_sub(self.last_key) >= HELD;
        self.live |= self.visible && quiet && uptime.saturating_sub(self.opened) >= early;
        self.last_key = uptime;
        self.live
    }

    fn on_enter(&mut self) -> Vec<Intent> {
        match (&self.stage, &self.demand) {
            (Stage::Reject, _) => vec![Intent::Reject(self.ids.clone(), CleanText::default())],
            (Stage::Run, Demand::Enter) => vec![Intent::Confirm(self.ids.clone(), Confirmation::Enter)],
            (Stage::RunOn, Demand::Enter) => {
                let run = Intent::Confirm(self.ids.clone(), Confirmation::Enter);
                std::iter::once(run).chain(self.ids.first().map(|id| Intent::Grant(*id))).collect()
            }
            (Stage::Armed, Demand::YThenEnter) => vec![Intent::Confirm(self.ids.clone(), Confirmation::YThenEnter)],
            _ => Vec::new(),
        }
    }

    /// Moves the focus between Reject and what runs it; only once the end of the card was in view.
    fn turn(&mut self) {
        self.stage = match (&self.stage, &self.demand) {
            (Stage::Reject, Demand::Enter) if self.end_seen => Stage::Run,
            (Stage::Reject, Demand::TypeWords { .. }) if self.end_seen => Stage::Typing(Vec::new(), String::new()),
            _ => Stage::Reject,
        };
    }

    fn on_typing(&mut self, key: Key, mut done: Vec<String>, mut word: String) -> Vec<Intent> {
        let Demand::TypeWords { words } = &self.demand else { return Vec::new() };
        match key.code {
            Code::Tab | Code::BackTab => self.stage = Stage::Reject,
            Code::Backspace => {
                word.pop();
                self.stage = Stage::Typing(done, word);
            }
            Code::Enter if words.get(done.len()) == Some(&word) => {
                done.push(word);
                if done.len() == words.len() {
                    return vec![Intent::Confirm(self.ids.clone(), Confirmation::Typed(done))];
                }
                self.stage = Stage::Typing(done, String::new());
            }
            Code::Enter => {}
            _ => {
                if let Some(c) = key.typed() {
                    word.push(c);
                    self.stage = Stage::Typing(done, word);
                }
            }
        }
        Vec::new()
    }

    fn scroll(&mut self, by: isize) {
        let last = self.rows.len().saturating_sub(self.height);
        self.top = self.top.saturating_add_signed(by).min(last);
    }

    fn texts(&self, ctx: &Ctx<'_>) -> String {
        let texts: Vec<&str> =
            self.ids.iter().filter_map(|id| Some(ctx.proposal(*id)?.suggestion.text.as_str())).collect();
        texts.join("\n")
    }
}

/// What a standing answer at this card would be for: a single read that asks for Enter alone.
fn scope(proposals: &[Proposal], demand: &Demand) -> Option<CleanText> {
    let [one] = proposals else { return None };
    Scope::of(one).ok().filter(|_| *demand == Demand::Enter).map(|scope| scope.words())
}

/// The previews that a card can offer: only of a single proposal, and only those that one key may run.
fn offered(proposals: &[Proposal], ctx: &Ctx<'_>) -> Vec<(ProposalId, Preview)> {
    let [one] = proposals else { return Vec::new() };
    let previews = one.brief.previews.iter().filter(|preview| preview::is_offered(ctx, one.id, preview));
    previews.map(|preview| (one.id, preview.clone())).collect()
}

/// What several proposals on one card ask for: Enter if each of them alone would, else they cannot go together.
fn together(proposals: &[Proposal], gate: &Gate) -> Demand {
    match proposals.iter().all(|proposal| gate.demand(proposal) == Demand::Enter) {
        true => Demand::Enter,
        false => {
            Demand::Never { why: CleanText::line("only reads can be confirmed together; review the others one by one") }
        }
    }
}
