//! Cuts what is typed at a SQL prompt into statements and client commands, as that server and that client would, and
//! writes every statement down again without comments and with plain strings, so that no later reader can disagree
//! about where a string ends. Called by `sql/mod.rs`.

use super::Dialect;

/// A part of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// One statement for the server.
    Statement(Statement),
    /// A command for the client: its text without the backslash, to the end of its line or the next backslash.
    Client(String),
    /// What cannot be cut.
    Unclear(&'static str),
}

/// A statement, comments gone, strings made plain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Statement {
    /// The text to read.
    pub(super) text: String,
    /// The strings as they were, in order.
    pub(super) strings: Vec<String>,
}

/// What differs between servers of one kind by their settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reading {
    /// `/*!40000 ... */` is run.
    pub(super) versioned: bool,
    /// A backslash escapes inside plain strings.
    pub(super) backslash: bool,
}

/// Cuts the text.
pub(super) fn cut(text: &str, dialect: Dialect, reading: Reading) -> Vec<Piece> {
    let mut cutter = Cutter {
        chars: text.chars().collect(),
        at: 0,
        dialect,
        reading,
        now: Statement::default(),
        pieces: Vec::new(),
        versioned: 0,
        brackets: 0,
        line_start: true,
    };
    if let Err(why) = cutter.run() {
        cutter.pieces.push(Piece::Unclear(why));
    }
    cutter.pieces
}

struct Cutter {
    chars: Vec<char>,
    at: usize,
    dialect: Dialect,
    reading: Reading,
    now: Statement,
    pieces: Vec<Piece>,
    versioned: usize,
    brackets: usize,
    line_start: bool,
}

type Cut = Result<(), &'static str>;

impl Cutter {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn run(&mut self) -> Cut {
        while let Some(c) = self.peek(0) {
            if self.line_start && self.client_line() {
                continue;
            }
            if !c.is_whitespace() {
                self.line_start = false;
            }
            if self.comment()? || self.quoted(c)? {
                continue;
            }
            match c {
                ';' => self.end(),
                '\\' if self.dialect.has_backslash_commands() => {
                    self.at += 1;
                    self.backslash();
                    continue;
                }
                '\n' => {
                    self.line_start = true;
                    self.now.text.push(c);
                }
                '[' => self.bracket(1),
                ']' => self.bracket(-1),
                ':' if self.dialect == Dialect::Postgres => self.colon()?,
                _ => self.now.text.push(c),
            }
            self.at += 1;
        }
        if self.versioned > 0 {
            return Err("a comment that does not end");
        }
        self.end();
        Ok(())
    }

    fn bracket(&mut self, by: isize) {
        self.brackets = self.brackets.saturating_add_signed(by);
        self.now.text.push(if by > 0 { '[' } else { ']' });
    }

    fn end(&mut self) {
        let now = std::mem::take(&mut self.now);
        self.brackets = 0;
        if !now.text.trim().is_empty() {
            self.pieces.push(Piece::Statement(now));
        }
    }

    /// `:name` is filled in by the client with a text that is not here; `::type` and `[1:2]` are no such thing.
    fn colon(&mut self) -> Cut {
        if self.peek(1) == Some(':') || self.peek(1) == Some('=') {
            self.now.text.push(':');
            self.at += 1;
            self.now.text.extend(self.peek(0));
            return Ok(());
        }
        let filled = self.peek(1).is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '\'' | '"' | '{'));
        let slice = self.brackets > 0 && self.peek(1).is_some_and(|c| c.is_ascii_digit());
        if filled && !slice {
            return Err("a variable of the client stands in it");
        }
        self.now.text.push(':');
        Ok(())
    }

    /// Skips a comment, if one begins here.
    fn comment(&mut self) -> Result<bool, &'static str> {
        let (one, two) = (self.peek(0), self.peek(1));
        let mysql = self.dialect == Dialect::Mysql;
        if mysql && self.versioned > 0 && (one, two) == (Some('*'), Some('/')) {
            self.versioned -= 1;
            self.at += 2;
            self.now.text.push(' ');
            return Ok(true);
        }
        let dashes = (one, two) == (Some('-'), Some('-'))
            && (!mysql || self.peek(2).is_none_or(|c| c.is_whitespace() || c.is_control()));
        let hash = one == Some('#') && self.dialect.has_hash_comments();
        let slashes = (one, two) == (Some('/'), Some('/')) && self.dialect.has_slash_comments();
        if dashes || hash || slashes {
            while self.peek(0).is_some_and(|c| c != '\n') {
                self.at += 1;
            }
            self.now.text.push(' ');
            return Ok(true);
        }
        if (one, two) != (Some('/'), Some('*')) {
            return Ok(false);
        }
        self.now.text.push(' ');
        let marked = self.peek(2) == Some('!') || (self.peek(2) == Some('M') && self.peek(3) == Some('!'));
        if mysql && marked && self.reading.versioned {
            self.at += if self.peek(2) == Some('!') { 3 } else { 4 };
            while self.peek(0).is_some_and(|c| c.is_ascii_digit()) {
                self.at += 1;
            }
            self.versioned += 1;
            return Ok(true);
        }
        self.skip_comment(self.dialect.nests_comments() || (mysql && marked)).map(|()| true)
    }

    fn skip_comment(&mut self, nests: bool) -> Cut {
        let mut depth = 0_usize;
        loop {
            match (self.peek(0), self.peek(1)) {
                (Some('/'), Some('*')) if nests || depth == 0 => {
                    depth += 1;
                    self.at += 2;
                }
                (Some('*'), Some('/')) => {
                    depth -= 1;
                    self.at += 2;
                    if depth == 0 {
                        return Ok(());
                    }
                }
                (None, _) => return Err("a comment that does not end"),
                (Some(_), _) => self.at += 1,
            }
        }
    }

    /// Takes a string or a quoted name, if one begins here.
    fn quoted(&mut self, c: char) -> Result<bool, &'static str> {
        let before = self.now.text.chars().next_back();
        match c {
            '\'' => {
                let prefix = before.map(|c| c.to_ascii_lowercase());
                let standing = self.now.text.chars().rev().nth(1).is_none_or(|c| !c.is_alphanumeric() && c != '_');
                let escapes = match prefix {
                    Some('e') if standing && self.dialect.has_escape_strings() => {
                        self.now.text.pop();
                        true
                    }
                    Some('&') if self.now.text.to_ascii_lowercase().ends_with("u&") => {
                        return Err("a string of coded characters");
                    }
                    Some('r') if standing && self.dialect == Dialect::Bigquery => {
                        return Err("a raw string");
                    }
                    Some('b' | 'x' | 'n') if standing => {
                        self.now.text.pop();
                        self.reading.backslash
                    }
                    _ => self.reading.backslash,
                };
                let text = self.until('\'', escapes)?;
                self.string(text);
            }
            '"' if self.dialect.double_quotes_strings() => {
                let text = self.until('"', self.reading.backslash)?;
                self.string(text);
            }
            '"' | '`' => {
                if c == '"' && self.now.text.to_ascii_lowercase().ends_with("u&") {
                    return Err("a name of coded characters");
                }
                if c == '`' && matches!(self.dialect, Dialect::Postgres | Dialect::Cassandra) {
                    return Ok(false);
                }
                let text = self.until(c, false)?;
                self.name(&text);
            }
            '[' if matches!(self.dialect, Dialect::Sqlite | Dialect::Mssql) => {
                let text = self.until(']', false)?;
                self.name(&text);
            }
            '$' if self.dialect.has_dollar_quotes() && before.is_none_or(|c| !c.is_alphanumeric() && c != '_') => {
                let Some(tag) = self.dollar_tag() else { return Ok(false) };
                let text: String = self.chars[self.at + tag.len()..].iter().collect();
                let end = text.find(&tag).ok_or("a string that does not end")?;
                self.at += tag.len() + text[..end].chars().count() + tag.len();
                self.string(text[..end].to_owned());
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// `$tag$` here, if it is one. Tags are ASCII, so that bytes and characters are one.
    fn dollar_tag(&self) -> Option<String> {
        let name: String = self.chars[self.at + 1..].iter().take_while(|c| **c != '$').take(64).collect();
        let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            && !name.starts_with(|c: char| c.is_ascii_digit());
        (plain && self.chars.get(self.at + 1 + name.len()) == Some(&'$')).then(|| format!("${name}$"))
    }

    /// The text to the closing quote, which may stand doubled inside.
    fn until(&mut self, close: char, escapes: bool) -> Result<String, &'static str> {
        let mut text = String::new();
        self.at += 1;
        loop {
            let c = self.peek(0).ok_or("a string that does not end")?;
            self.at += 1;
            if c == '\\' && escapes {
                text.push(c);
                text.extend(self.peek(0));
                self.at += 1;
            } else if c == close && self.peek(0) == Some(close) && close != ']' {
                text.push(c);
                self.at += 1;
            } else if c == close {
                return Ok(text);
            } else {
                text.push(c);
            }
        }
    }

    fn string(&mut self, text: String) {
        let plain = |c: char| if c.is_ascii_alphanumeric() || " ./:-%@,{}".contains(c) { c } else { '_' };
        let shown: String = text.chars().map(plain).collect();
        self.now.text.push_str(&format!("'{shown}'"));
        self.now.strings.push(text);
    }

    fn name(&mut self, text: &str) {
        let quote = if self.dialect.backtick_names() { '`' } else { '"' };
        let shown: String = text.chars().map(|c| if c.is_alphanumeric() || c == '_' { c } else { '_' }).collect();
        self.now.text.push(quote);
        self.now.text.push_str(if shown.is_empty() { "_" } else { &shown });
        self.now.text.push(quote);
    }

    /// A backslash command; the backslash is behind us.
    fn backslash(&mut self) {
        match self.peek(0) {
            Some(';') if self.dialect == Dialect::Postgres => {
                self.at += 1;
                return self.end();
            }
            Some('\\') if self.dialect == Dialect::Postgres => {
                self.at += 1;
                return;
            }
            Some('G' | 'g') if self.dialect == Dialect::Mysql => {
                self.at += 1;
                return self.end();
            }
            _ => {}
        }
        let command = if self.dialect == Dialect::Mysql { self.mysql_command() } else { self.psql_command() };
        // These send what was typed before them; all others leave it standing.
        let name = command.split_whitespace().next().unwrap_or_default();
        let sends = name.starts_with(['g', 'w']) || name == "crosstabview";
        if self.dialect == Dialect::Postgres && sends && !matches!(name, "getenv" | "w" | "write" | "warn") {
            self.end();
        } else {
            self.now.text.push(' ');
        }
        self.pieces.push(Piece::Client(command));
    }

    /// To the end of the line or to the next backslash outside of quotes; `\!` and `\copy` take the whole line.
    fn psql_command(&mut self) -> String {
        let mut command = String::new();
        let mut quote = None;
        while let Some(c) = self.peek(0).filter(|c| *c != '\n') {
            let whole = command.starts_with('!') || command.starts_with("copy");
            match quote {
                None if c == '\\' && !whole && !command.is_empty() => break,
                None if matches!(c, '\'' | '"' | '`') => quote = Some(c),
                Some(open) if c == open => quote = None,
                None | Some(_) => {}
            }
            command.push(c);
            self.at += 1;
        }
        command
    }

    /// One letter, and its argument where it has one.
    fn mysql_command(&mut self) -> String {
        let Some(letter) = self.peek(0) else { return String::new() };
        self.at += 1;
        let mut command = String::from(letter);
        if "!.TPduCRr".contains(letter) {
            while let Some(c) = self.peek(0).filter(|c| *c != '\n') {
                command.push(c);
                self.at += 1;
            }
        }
        command
    }

    /// A line that the client takes for itself, if one begins here.
    fn client_line(&mut self) -> bool {
        let rest: String = self.chars[self.at..].iter().take_while(|c| **c != '\n').collect();
        let first = rest.split(|c: char| c.is_whitespace() || c == ';').find(|word| !word.is_empty());
        let first = first.unwrap_or_default().to_ascii_lowercase();
        let empty = self.now.text.trim().is_empty();
        if !super::clients::takes_line(&first, self.dialect, empty) {
            return false;
        }
        self.at += rest.chars().count();
        self.pieces.push(Piece::Client(rest.trim().to_owned()));
        true
    }
}
