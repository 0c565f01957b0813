//! Draws pane 1.

use super::{Alerts, Row};
use crate::app::Ctx;
use crate::domain::time::{coarse, short};
use crate::domain::{Alert, AlertState, Health, Urgency};
use crate::ui::line::{cell, cell_right, width};
use crate::ui::{Canvas, Line, Role, frame};

impl Alerts {
    /// Draws the pane.
    pub fn view(&self, canvas: &mut Canvas<'_>, ctx: &Ctx<'_>, focused: bool) {
        let title = Line::of("1 Alerts", Role::Text).with(self.counts(), Role::Dim);
        let inner = frame::frame(canvas, &title, &Line::new(), focused);
        let mut canvas = canvas.part(inner);
        if self.rows.is_empty() {
            return empty(&mut canvas, ctx);
        }
        let alerts = || self.rows.iter().filter_map(|row| ctx.stores.alerts.get(row.alert()));
        let names = alerts().map(|alert| width(&alert.name())).max().unwrap_or(0);
        let subjects = alerts().map(|alert| width(&alert.subject())).max().unwrap_or(0);
        let visible = self.scroll.visible(self.rows.len(), self.height);
        for (line, at) in visible.enumerate() {
            let selected = at == self.scroll.selected();
            let row = self.row(ctx, &self.rows[at], selected, (names, subjects), canvas.width());
            canvas.line(line, &row);
            if selected && focused {
                canvas.tint(line, Role::Selected);
            }
        }
        let foot = canvas.height().saturating_sub(1);
        canvas.line(foot, &self.foot(ctx));
    }

    fn counts(&self) -> String {
        match self.alerts {
            0 => String::new(),
            alerts => format!("  {} group{} of {alerts}", self.groups, if self.groups == 1 { "" } else { "s" }),
        }
    }

    fn row(&self, ctx: &Ctx<'_>, row: &Row, selected: bool, widest: (usize, usize), columns: usize) -> Line {
        let key = row.alert();
        let Some(alert) = ctx.stores.alerts.get(key) else { return Line::new() };
        let role = role_of(alert);
        let mut line = Line::of(if selected { "▌" } else { " " }, Role::Focus);
        let (name, count) = match row {
            Row::Group { count, .. } => (alert.name().to_string(), *count),
            Row::Member { .. } => (format!("  {}", member_words(alert)), 1),
        };
        line.push(format!("{:<4} ", state_word(alert)), role);
        let right = 5 + 7;
        let room = columns.saturating_sub(6 + right);
        // A subject gives way to a name only beyond two fifths of the room.
        let (names, subjects) = widest;
        let names = names.min(room.saturating_sub(subjects.min(room * 2 / 5) + 1)).max(1);
        let text_role = if alert.state == AlertState::Firing { Role::Text } else { Role::Dim };
        match row {
            Row::Group { .. } => {
                line.push(cell(&name, names), if alert.asks_for_attention() { Role::Strong } else { text_role });
                line.push(format!(" {}", cell(&alert.subject(), room.saturating_sub(names + 1))), text_role);
            }
            Row::Member { .. } => line.push(cell(&name, room), text_role),
        }
        line.push(cell_right(&coarse(alert.starts_at.duration_until(ctx.now)), 6), Role::Dim);
        let fired = ctx.stores.alerts.times_fired(key);
        let noise = if fired > 2 { format!(" ↻{fired}") } else { String::new() };
        let count = if count > 1 { format!(" ×{count}") } else { noise };
        line.push(count, Role::Dim);
        line
    }

    fn foot(&self, ctx: &Ctx<'_>) -> Line {
        let left_out = ctx.stores.alerts.left_out();
        if left_out > 0 {
            return Line::of(format!(" {left_out} more alerts found no room (limits.alerts)"), Role::Warning);
        }
        let selected = self.rows.get(self.scroll.selected()).and_then(|row| ctx.stores.alerts.get(row.alert()));
        Line::of(" ", Role::Dim).with(selected.map(|alert| alert.summary()).unwrap_or_default(), Role::Dim)
    }
}

/// The labels that tell members of a group apart.
fn member_words(alert: &Alert) -> String {
    let skip = ["alertname", "severity", "service", "job"];
    let pairs: Vec<String> = alert
        .labels
        .iter()
        .filter(|(name, _)| !skip.contains(&name.as_str()))
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    if pairs.is_empty() { alert.summary().to_string() } else { pairs.join(" ") }
}

fn state_word(alert: &Alert) -> &'static str {
    match alert.state {
        AlertState::Firing => alert.urgency().word(),
        AlertState::Suppressed => "mute",
        AlertState::Resolved => "done",
    }
}

fn role_of(alert: &Alert) -> Role {
    match (alert.state, alert.urgency()) {
        (AlertState::Resolved, _) => Role::Good,
        (AlertState::Suppressed, _) | (_, Urgency::Heartbeat | Urgency::Info) => Role::Dim,
        (AlertState::Firing, Urgency::Critical) => Role::Critical,
        (AlertState::Firing, Urgency::Warning) => Role::Warning,
    }
}

/// What an empty list means. Silence is good news only while somebody listens, so that who does not is named first.
fn empty(canvas: &mut Canvas<'_>, ctx: &Ctx<'_>) {
    let sources = || ctx.stores.sources.iter().filter(|source| source.gives.as_str() == "alerts");
    let heard = sources().filter_map(|source| source.heard).max();
    let (text, role) = match (sources().find(|source| matches!(source.health, Health::Down { .. })), heard) {
        _ if sources().next().is_none() => ("no source of alerts is configured".to_owned(), Role::Dim),
        (Some(down), None) => (format!("{} is down: what fires is not known", down.id), Role::Warning),
        (Some(down), Some(heard)) => {
            let ago = short(heard.duration_until(ctx.now));
            (format!("{} is down; nothing fired when last checked, {ago} ago", down.id), Role::Warning)
        }
        (None, Some(heard)) => {
            (format!("no alerts firing, last checked {} ago", short(heard.duration_until(ctx.now))), Role::Dim)
        }
        (None, None) => ("no answer from the source of alerts yet".to_owned(), Role::Dim),
    };
    for (row, line) in Line::of(format!(" {text}"), role).wrap(canvas.width(), 1).iter().enumerate() {
        canvas.line(row, line);
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{World, build};

    #[test]
    fn an_empty_list_is_no_good_news_while_its_source_is_down() {
        let mut never = World::new();
        never.down("am", "refuses connections");
        let screen = never.grid(120, 40);
        assert!(screen.contains("am is down: what fires is not known"), "{screen}");
        assert!(!screen.contains("no alerts firing"), "{screen}");

        let mut once = World::new();
        once.at(build::ago(40));
        once.alerts(Vec::new());
        once.at(build::now());
        once.down("am", "refuses connections");
        let screen = once.grid(160, 48);
        assert!(screen.contains("am is down; nothing fired when"), "{screen}");
        assert!(screen.contains("40s ago"), "{screen}");
    }
}
