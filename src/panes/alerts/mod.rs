//! Pane 1: what fires, grouped by name and subject, the loudest first.

mod view;

use std::collections::BTreeSet;

use crate::app::keymap::Action;
use crate::app::{Ctx, Intent, Selection};
use crate::domain::{Alert, AlertState, CleanText};
use crate::panes::step_of;
use crate::store::AlertKey;
use crate::ui::Area;
use crate::ui::list::Scroll;

/// State of the pane.
#[derive(Default)]
pub struct Alerts {
    scroll: Scroll,
    selected: Option<RowKey>,
    open: BTreeSet<GroupKey>,
    rows: Vec<Row>,
    built_from: Option<u64>,
    height: usize,
    groups: usize,
    alerts: usize,
}

/// Alerts of one name about one subject.
type GroupKey = (CleanText, CleanText);

/// One row of the list.
#[derive(Clone, Debug, PartialEq)]
enum Row {
    /// A group: its first alert stands for it.
    Group { key: GroupKey, first: AlertKey, count: usize, firing: usize },
    /// An alert of an open group.
    Member { alert: AlertKey },
}

/// What identifies a row while others come and go.
#[derive(Clone, Debug, PartialEq)]
enum RowKey {
    Group(GroupKey),
    Member(AlertKey),
}

impl Row {
    fn key(&self) -> RowKey {
        match self {
            Row::Group { key, .. } => RowKey::Group(key.clone()),
            Row::Member { alert } => RowKey::Member(alert.clone()),
        }
    }

    fn alert(&self) -> &AlertKey {
        match self {
            Row::Group { first, .. } => first,
            Row::Member { alert } => alert,
        }
    }
}

impl Alerts {
    /// Fits the list to the data; the selected row stays selected wherever it moves.
    pub fn settle(&mut self, ctx: &Ctx<'_>, inner: Area) {
        self.height = usize::from(inner.height).saturating_sub(1);
        let revision = ctx.stores.alerts.revision();
        if self.built_from != Some(revision) {
            self.built_from = Some(revision);
            self.rebuild(ctx);
        }
    }

    fn rebuild(&mut self, ctx: &Ctx<'_>) {
        let mut groups: Vec<(GroupKey, Vec<AlertKey>, usize)> = Vec::new();
        let mut places = std::collections::HashMap::new();
        let firing = ctx.stores.alerts.firing();
        let all = firing.chain(ctx.stores.alerts.resolved());
        self.alerts = 0;
        for (key, alert) in all {
            let firing = usize::from(alert.state == AlertState::Firing && alert.asks_for_attention());
            self.alerts += firing;
            let group = group_of(alert);
            let at = *places.entry(group.clone()).or_insert_with(|| {
                groups.push((group, Vec::new(), 0));
                groups.len() - 1
            });
            groups[at].1.push(key.clone());
            groups[at].2 += firing;
        }
        self.groups = groups.iter().filter(|(_, _, firing)| *firing > 0).count();
        self.rows.clear();
        for (key, members, firing) in groups {
            let open = members.len() > 1 && self.open.contains(&key);
            let Some(first) = members.first().cloned() else { continue };
            self.rows.push(Row::Group { key, first, count: members.len(), firing });
            if open {
                self.rows.extend(members.into_iter().map(|alert| Row::Member { alert }));
            }
        }
        let kept = self.selected.as_ref().and_then(|key| self.rows.iter().position(|row| row.key() == *key));
        self.scroll.select(kept.unwrap_or(self.scroll.selected()), self.rows.len(), self.height);
        if self.selected.is_some() {
            self.selected = self.rows.get(self.scroll.selected()).map(Row::key);
        }
    }

    /// An action of the key table.
    pub fn on_action(&mut self, action: Action, ctx: &Ctx<'_>) -> Option<Vec<Intent>> {
        match action {
            Action::Move(motion) => {
                self.scroll.step(step_of(motion)?, self.rows.len(), self.height);
                self.scroll.follow(false);
            }
            Action::Open => {
                if let Some(Row::Group { key, count, .. }) = self.rows.get(self.scroll.selected())
                    && *count > 1
                {
                    let key = key.clone();
                    if !self.open.remove(&key) {
                        self.open.insert(key.clone());
                    }
                    self.selected = Some(RowKey::Group(key));
                    self.rebuild(ctx);
                }
            }
            _ => return None,
        }
        self.selected = self.rows.get(self.scroll.selected()).map(Row::key);
        Some(self.selection().map(Intent::Select).into_iter().collect())
    }

    /// The selected alert.
    pub fn selection(&self) -> Option<Selection> {
        Some(Selection::Alert(self.rows.get(self.scroll.selected())?.alert().clone()))
    }
}

fn group_of(alert: &Alert) -> GroupKey {
    (alert.name(), alert.subject())
}
