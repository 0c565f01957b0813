//! Tools that a sentence names, and whether the team has them. The names come from `tools.txt`, a list of the field at
//! large; what the team has comes with the question.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::clause::find_phrase;

static LIST: &str = include_str!("tools.txt");

/// A product and its names, in lower case, the first as written in the list.
struct Product {
    shown: String,
    names: Vec<String>,
    common: bool,
}

/// What the team has.
#[derive(Clone, Debug, Default)]
pub struct Stack {
    has: HashSet<String>,
}

impl Stack {
    /// The tools of these names, in any spelling.
    pub fn new<'a>(tools: impl IntoIterator<Item = &'a str>) -> Self {
        Stack { has: tools.into_iter().map(squashed).collect() }
    }

    fn holds(&self, product: &Product) -> bool {
        let first = squashed(&product.shown);
        // `Cloudflare dashboard` is had by those who have `cloudflare`.
        self.has.iter().any(|own| own.len() >= 5 && first.starts_with(own.as_str()))
            || product.names.iter().any(|name| self.has.contains(&squashed(name)))
    }
}

/// The first tool that the sentence names and the team does not have. Quotations of evidence name no tool.
pub fn missing(prose: &str, stack: &Stack) -> Option<&'static str> {
    let unquoted = without_quotes(prose);
    let lower = unquoted.to_lowercase();
    let same = lower.len() == unquoted.len();
    let named = |product: &&Product| {
        product.names.iter().any(|name| {
            let Some(at) = find_whole(&lower, name) else { return false };
            if !product.common {
                return true;
            }
            // A name that is also a word counts with a capital inside the sentence, or in code.
            let written = if same { unquoted.get(at..at + name.len()) } else { None };
            let capital = written.is_some_and(|it| it.starts_with(char::is_uppercase));
            let code = at > 0 && lower.as_bytes()[at - 1] == b'`';
            code || (capital && (at > 2 || starts_as_tool(&lower[at + name.len()..])))
        })
    };
    products().iter().filter(|product| !stack.holds(product)).find(named).map(|product| product.shown.as_str())
}

/// Whether what follows a capital at the beginning speaks of a tool.
fn starts_as_tool(rest: &str) -> bool {
    let next = rest.split_whitespace().next().unwrap_or_default();
    matches!(
        next,
        "shows"
            | "would"
            | "should"
            | "can"
            | "reports"
            | "has"
            | "says"
            | "confirms"
            | "traces"
            | "dashboard"
            | "dashboards"
            | "will"
            | "could"
    )
}

/// Where the name stands as words of its own; not inside a path, an option or a host name.
fn find_whole(text: &str, name: &str) -> Option<usize> {
    let at = find_phrase(text, name)?;
    let after = text[at + name.len()..].chars().next();
    let before = text[..at].chars().next_back();
    let inside = |c: Option<char>| matches!(c, Some('/' | '_' | '=' | '@'));
    let dotted = matches!(before, Some('.'))
        || (after == Some('.') && text[at + name.len() + 1..].starts_with(char::is_alphanumeric));
    (!inside(before) && !inside(after) && after != Some('-') && !dotted).then_some(at)
}

fn without_quotes(prose: &str) -> String {
    let mut kept = String::with_capacity(prose.len());
    let mut at = 0;
    for mark in super::marks::marks(prose) {
        // Code of one word may name a tool; longer code is a command or evidence.
        let command = mark.code && prose[mark.inner.clone()].contains(char::is_whitespace);
        if !mark.code || command {
            kept.push_str(&prose[at..mark.span.start]);
            kept.push(' ');
            if command {
                // The program that a command begins with is the tool.
                kept.push('`');
                kept.push_str(prose[mark.inner.clone()].split_whitespace().next().unwrap_or_default());
                kept.push('`');
            }
            at = mark.span.end;
        }
    }
    kept.push_str(&prose[at..]);
    kept
}

fn squashed(name: &str) -> String {
    name.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect()
}

fn products() -> &'static [Product] {
    static PRODUCTS: LazyLock<Vec<Product>> = LazyLock::new(|| {
        let lines = LIST.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        lines
            .filter_map(|line| {
                let common = line.starts_with('~');
                let names: Vec<&str> = line.trim_start_matches('~').split('|').map(str::trim).collect();
                let shown = (*names.first()?).to_owned();
                Some(Product { shown, names: names.iter().map(|name| name.to_lowercase()).collect(), common })
            })
            .collect()
    });
    &PRODUCTS
}
