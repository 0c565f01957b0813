//! As much of Graphviz DOT as service maps use: nodes, edges in chains and to groups, labels left alone. In a `graph`,
//! whose edges have no direction, each is read as from left to right.

use super::{GraphError, Told};
use crate::domain::CleanText;

/// A piece of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    /// An identifier, quoted or not.
    Name(String),
    /// `->` or `--`.
    Edge,
    /// Any other sign.
    Sign(char),
}

/// Words that are no node.
const WORDS: [&str; 6] = ["graph", "digraph", "strict", "subgraph", "node", "edge"];

pub(super) fn read(text: &str) -> Result<Told, GraphError> {
    let tokens = tokens(text)?;
    let Some(start) = tokens.iter().position(|(_, token)| *token == Token::Sign('{')) else {
        return Err(GraphError::new(1, "the braces of the graph are missing; write digraph { shop -> db }"));
    };
    let mut graph = Told::default();
    let (mut at, mut before): (usize, Vec<CleanText>) = (start + 1, Vec::new());
    // What stands on the left of an edge that was just read.
    let mut callers: Option<Vec<CleanText>> = None;
    while let Some((_, token)) = tokens.get(at) {
        match token {
            Token::Sign('[') => at = past(&tokens, at, ']'),
            Token::Sign('{') if callers.is_some() => {
                let (group, end) = group(&tokens, at + 1);
                group.iter().for_each(|name| graph.add(name));
                link(&mut graph, callers.take(), &group);
                (before, at) = (group, end);
                continue;
            }
            Token::Edge => callers = Some(std::mem::take(&mut before)),
            // `rankdir=LR` says how to draw.
            Token::Name(_) if tokens.get(at + 1).is_some_and(|(_, next)| *next == Token::Sign('=')) => at += 2,
            Token::Name(name) if WORDS.contains(&name.to_ascii_lowercase().as_str()) => {
                if name.eq_ignore_ascii_case("subgraph") && matches!(tokens.get(at + 1), Some((_, Token::Name(_)))) {
                    at += 1;
                }
            }
            Token::Name(name) => {
                let here = vec![CleanText::line(name)];
                graph.add(&here[0]);
                link(&mut graph, callers.take(), &here);
                before = here;
                // A port: `db:north`.
                while tokens.get(at + 1).is_some_and(|(_, next)| *next == Token::Sign(':')) {
                    at += 2;
                }
            }
            Token::Sign(_) => (before, callers) = (Vec::new(), None),
        }
        at += 1;
    }
    Ok(graph)
}

fn link(graph: &mut Told, callers: Option<Vec<CleanText>>, callees: &[CleanText]) {
    for caller in callers.unwrap_or_default() {
        callees.iter().for_each(|callee| graph.call(&caller, callee));
    }
}

/// The names up to the closing brace, and what follows it.
fn group(tokens: &[(usize, Token)], from: usize) -> (Vec<CleanText>, usize) {
    let mut names = Vec::new();
    let mut at = from;
    while let Some((_, token)) = tokens.get(at) {
        match token {
            Token::Sign('}') => return (names, at + 1),
            Token::Sign('[') => at = past(tokens, at, ']'),
            Token::Name(name) => names.push(CleanText::line(name)),
            Token::Edge | Token::Sign(_) => {}
        }
        at += 1;
    }
    (names, at)
}

/// The place of the closing sign.
fn past(tokens: &[(usize, Token)], from: usize, close: char) -> usize {
    let found = tokens.iter().skip(from).position(|(_, token)| *token == Token::Sign(close));
    found.map_or(tokens.len(), |end| from + end)
}

fn tokens(text: &str) -> Result<Vec<(usize, Token)>, GraphError> {
    let mut tokens = Vec::new();
    let (mut line, mut chars) = (1, text.chars().peekable());
    while let Some(c) = chars.next() {
        match c {
            '\n' => line += 1,
            c if c.is_whitespace() => {}
            '#' => line += skip(&mut chars, "\n"),
            '/' if chars.peek() == Some(&'/') => line += skip(&mut chars, "\n"),
            '/' if chars.peek() == Some(&'*') => line += skip(&mut chars, "*/"),
            '-' if matches!(chars.peek(), Some('>' | '-')) => {
                chars.next();
                tokens.push((line, Token::Edge));
            }
            '"' => {
                let (began, mut name, mut ended) = (line, String::new(), false);
                while let Some(c) = chars.next() {
                    match c {
                        '"' => {
                            ended = true;
                            break;
                        }
                        '\\' => name.extend(chars.next()),
                        c => {
                            line += usize::from(c == '\n');
                            name.push(c);
                        }
                    }
                }
                if !ended {
                    return Err(GraphError::new(began, "a quote is opened and never closed"));
                }
                tokens.push((began, Token::Name(name)));
            }
            c if c.is_alphanumeric() || matches!(c, '_' | '.') => {
                let mut name = String::from(c);
                while let Some(c) = chars.next_if(|c| c.is_alphanumeric() || matches!(c, '_' | '.')) {
                    name.push(c);
                }
                tokens.push((line, Token::Name(name)));
            }
            c => tokens.push((line, Token::Sign(c))),
        }
    }
    Ok(tokens)
}

/// Skips up to the end of a comment; how many lines ended in it.
fn skip(chars: &mut std::iter::Peekable<std::str::Chars<'_>>, end: &str) -> usize {
    let (mut lines, mut tail) = (0, String::new());
    for c in chars.by_ref() {
        lines += usize::from(c == '\n');
        tail.push(c);
        if tail.ends_with(end) && tail.len() > usize::from(end == "*/") * 2 {
            break;
        }
    }
    lines
}
