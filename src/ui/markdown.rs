//! An answer's Markdown as rows, each with the bytes of the source it shows, so that a verdict on a sentence or a
//! citation finds its place on the screen. The Copilot pane, notes and help call it.
//!
//! Any prefix of a text can be rendered, as it arrives. Links and images are shown as text with their address; nothing
//! becomes an escape sequence.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd};

use super::flow::{Flow, Piece};
use super::highlight;
use super::line::Line;
use super::theme::Role;

/// Most bytes rendered; what is beyond is said in a last row.
pub const MOST_BYTES: usize = 256 * 1024;

/// A row of rendered Markdown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MdRow {
    /// What is drawn.
    pub line: Line,
    /// Bytes of the source it shows; empty for a blank row.
    pub span: Range<usize>,
}

/// The least width a page is laid out for; on a narrower canvas its rows are cut there.
pub const LEAST_COLUMNS: usize = 26;

/// Renders to rows of at most `columns`, or [`LEAST_COLUMNS`] if that is more.
pub fn render(text: &str, columns: usize) -> Vec<MdRow> {
    let mut end = text.len().min(MOST_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let source = &text[..end];
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut events = Parser::new_ext(source, options).into_offset_iter();
    let mut page = Page::new(source, columns.max(LEAST_COLUMNS));
    for (event, span) in &mut events {
        page.event(event, span);
    }
    page.close_block();
    // Definitions of links leave no event, but they are part of what was said.
    let mut definitions: Vec<Range<usize>> =
        events.reference_definitions().iter().map(|(_, definition)| definition.span.clone()).collect();
    definitions.sort_by_key(|span| span.start);
    for span in definitions {
        page.pieces.push(Piece { text: source[span.clone()].to_owned(), role: Role::Dim, span });
        page.close_block();
    }
    let mut rows = page.rows;
    if end < text.len() {
        let note = format!("… {} bytes more are not shown", text.len() - end);
        rows.push(MdRow { line: Line::of(note, Role::Warning), span: end..text.len() });
    }
    rows
}

/// Rows so far and what is open.
struct Page<'a> {
    source: &'a str,
    columns: usize,
    rows: Vec<MdRow>,
    pieces: Vec<Piece>,
    /// A list's next number, or none for bullets; one per depth.
    lists: Vec<Option<u64>>,
    quotes: usize,
    bold: usize,
    heading: Option<HeadingLevel>,
    /// The bullet or number that stands before the next block.
    marker: Option<String>,
    /// A blank row is due before the next block.
    gap: bool,
    code: Option<Code>,
    link: Option<(bool, String)>,
    cells: usize,
    header: bool,
}

struct Code {
    language: String,
    text: String,
    /// Where pieces of `text` begin, there and in the source.
    starts: Vec<(usize, usize)>,
}

impl<'a> Page<'a> {
    fn new(source: &'a str, columns: usize) -> Self {
        Self {
            source,
            columns,
            rows: Vec::new(),
            pieces: Vec::new(),
            lists: Vec::new(),
            quotes: 0,
            bold: 0,
            heading: None,
            marker: None,
            gap: false,
            code: None,
            link: None,
            cells: 0,
            header: false,
        }
    }

    fn event(&mut self, event: Event, span: Range<usize>) {
        match event {
            Event::Start(tag) => self.open(tag, span),
            Event::End(tag) => self.close(tag, span),
            Event::Text(text) => match &mut self.code {
                Some(code) => {
                    code.starts.push((code.text.len(), span.start));
                    code.text.push_str(&text);
                }
                None => self.word(&text, self.role(), span),
            },
            Event::Code(text) => self.word(&text, Role::Literal, span),
            Event::Html(text) | Event::InlineHtml(text) => self.word(&text, Role::Dim, span),
            Event::InlineMath(text) | Event::DisplayMath(text) => self.word(&text, Role::Literal, span),
            Event::FootnoteReference(text) => self.word(&format!("[^{text}]"), Role::Text, span),
            Event::SoftBreak => self.word(" ", Role::Text, span),
            Event::HardBreak => self.word("\n", Role::Text, span),
            Event::Rule => {
                self.close_block();
                self.word(&"─".repeat(self.columns.min(24)), Role::Dim, span);
                self.close_block();
            }
            Event::TaskListMarker(done) => self.word(if done { "[x] " } else { "[ ] " }, Role::Strong, span),
        }
    }

    fn open(&mut self, tag: Tag, span: Range<usize>) {
        match tag {
            Tag::Heading { level, .. } => {
                self.close_block();
                self.heading = Some(level);
            }
            Tag::BlockQuote(_) => {
                self.close_block();
                self.quotes += 1;
            }
            Tag::CodeBlock(kind) => {
                self.close_block();
                let language = match kind {
                    CodeBlockKind::Fenced(info) => info.split([' ', ',']).next().unwrap_or_default().to_owned(),
                    CodeBlockKind::Indented => String::new(),
                };
                self.code = Some(Code { language, text: String::new(), starts: Vec::new() });
            }
            Tag::List(first) => {
                self.close_block();
                if self.lists.is_empty() {
                    self.blank_row();
                }
                self.lists.push(first);
            }
            Tag::Item => {
                self.close_block();
                self.marker = Some(match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        format!("{}. ", *number - 1)
                    }
                    Some(None) | None => "• ".to_owned(),
                });
            }
            Tag::Strong => self.bold += 1,
            Tag::Link { link_type, dest_url, .. } => self.open_link(link_type, &dest_url, span),
            Tag::Image { dest_url, .. } => {
                self.word("image: ", Role::Dim, span.start..span.start);
                self.link = Some((false, dest_url.into_string()));
            }
            Tag::TableHead => {
                self.close_block();
                self.header = true;
                self.cells = 0;
            }
            Tag::TableRow => {
                self.close_block();
                self.cells = 0;
            }
            Tag::TableCell => {
                if self.cells > 0 {
                    self.word(" │ ", Role::Dim, span.start..span.start);
                }
                self.cells += 1;
            }
            Tag::Paragraph | Tag::Table(_) | Tag::HtmlBlock => self.close_block(),
            Tag::Emphasis
            | Tag::Strikethrough
            | Tag::Superscript
            | Tag::Subscript
            | Tag::FootnoteDefinition(_)
            | Tag::MetadataBlock(_)
            | Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition => {}
        }
    }

    /// A link written by reference looks like a citation: its brackets stay.
    fn open_link(&mut self, link_type: LinkType, address: &str, span: Range<usize>) {
        let bracketed = match link_type {
            LinkType::Reference
            | LinkType::ReferenceUnknown
            | LinkType::Collapsed
            | LinkType::CollapsedUnknown
            | LinkType::Shortcut
            | LinkType::ShortcutUnknown => true,
            LinkType::Inline | LinkType::Autolink | LinkType::Email | LinkType::WikiLink { .. } => false,
        };
        if bracketed {
            self.word("[", self.role(), span.start..span.start + 1);
        }
        self.link = Some((bracketed, address.to_owned()));
    }

    fn close(&mut self, tag: TagEnd, span: Range<usize>) {
        match tag {
            TagEnd::Strong => self.bold = self.bold.saturating_sub(1),
            TagEnd::Link | TagEnd::Image => {
                let Some((bracketed, address)) = self.link.take() else { return };
                let end = span.end..span.end;
                if bracketed {
                    self.word("]", self.role(), end.clone());
                }
                let said = self.source.get(span).is_some_and(|source| source.trim_matches(['<', '>']) == address);
                if !said && !address.is_empty() {
                    self.word(&format!(" <{address}>"), Role::Dim, end);
                }
            }
            TagEnd::CodeBlock => self.close_code(),
            TagEnd::BlockQuote(_) => {
                self.close_block();
                self.quotes = self.quotes.saturating_sub(1);
                self.gap = true;
            }
            TagEnd::List(_) => {
                self.close_block();
                self.lists.pop();
                self.gap = self.lists.is_empty();
            }
            TagEnd::Item => {
                self.close_block();
                if self.marker.take().is_some() {
                    self.rows.push(MdRow { line: Line::of("•", Role::Text), span });
                }
                self.gap = false;
            }
            TagEnd::Heading(_) => {
                self.close_block();
                self.heading = None;
                self.gap = false;
            }
            TagEnd::Paragraph | TagEnd::HtmlBlock => {
                self.close_block();
                self.gap = true;
            }
            TagEnd::TableHead => {
                self.close_block();
                self.header = false;
                self.gap = false;
            }
            TagEnd::TableRow => {
                self.close_block();
                self.gap = false;
            }
            TagEnd::Table => self.gap = true,
            TagEnd::TableCell
            | TagEnd::Emphasis
            | TagEnd::Strikethrough
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::FootnoteDefinition
            | TagEnd::MetadataBlock(_)
            | TagEnd::DefinitionList
            | TagEnd::DefinitionListTitle
            | TagEnd::DefinitionListDefinition => {}
        }
    }

    fn role(&self) -> Role {
        if self.bold > 0 || self.heading.is_some() || self.header { Role::Strong } else { Role::Text }
    }

    fn word(&mut self, text: &str, role: Role, span: Range<usize>) {
        self.pieces.push(Piece { text: text.to_owned(), role, span });
    }

    /// What stands before a block's first row and before its others.
    fn indents(&mut self) -> (Line, Line) {
        let mut rest = Line::new();
        for _ in 0..self.quotes.min(self.columns / 8) {
            rest.push("▏ ", Role::Dim);
        }
        let depth = self.lists.len().saturating_sub(1).min(self.columns / 8);
        rest.push("  ".repeat(depth), Role::Text);
        let mut first = rest.clone();
        let marker = self.marker.take();
        match &marker {
            Some(marker) => first.push(marker.as_str(), Role::Strong),
            None if !self.lists.is_empty() => first.push("  ", Role::Text),
            None => {}
        }
        if !self.lists.is_empty() {
            rest.push(" ".repeat(marker.map_or(2, |marker| marker.chars().count())), Role::Text);
        }
        (first, rest)
    }

    fn before_block(&mut self) {
        if self.marker.is_none() {
            self.blank_row();
        }
        self.gap = true;
    }

    fn blank_row(&mut self) {
        if let Some(end) = self.rows.last().map(|row| row.span.end).filter(|_| self.gap) {
            self.rows.push(MdRow { line: Line::new(), span: end..end });
        }
        self.gap = false;
    }

    /// Lays the pieces of the open block out in rows.
    fn close_block(&mut self) {
        if self.pieces.is_empty() {
            return;
        }
        self.before_block();
        let (first, rest) = self.indents();
        let pieces = std::mem::take(&mut self.pieces);
        let mut flow = Flow::new(self.columns, first, rest);
        for piece in pieces {
            flow.add(piece);
        }
        self.rows.extend(flow.finish().into_iter().map(|(line, span)| MdRow { line, span }));
    }

    fn close_code(&mut self) {
        let Some(code) = self.code.take() else { return };
        self.before_block();
        let (first, rest) = self.indents();
        let room = self.columns.saturating_sub(rest.width() + 2).max(1);
        let mut at = 0;
        for (number, line) in highlight::code(&code.text, &code.language).into_iter().enumerate() {
            let length = code.text[at..].find('\n').unwrap_or(code.text.len() - at);
            let start = code.source_of(at);
            at = (at + length + 1).min(code.text.len());
            for (part, row) in line.wrap(room, 0).into_iter().enumerate() {
                let mut out = if number == 0 && part == 0 { first.clone() } else { rest.clone() };
                out.push("  ", Role::Text);
                out.append(row);
                self.rows.push(MdRow { line: out, span: start..(start + length).min(self.source.len()) });
            }
        }
    }
}

impl Code {
    /// Where a position of the code stands in the source.
    fn source_of(&self, at: usize) -> usize {
        let after = self.starts.partition_point(|(here, _)| *here <= at);
        self.starts.get(after.saturating_sub(1)).map_or(0, |(here, there)| there + at.saturating_sub(*here))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ui::line::width;

    fn shown(text: &str, columns: usize) -> Vec<String> {
        render(text, columns).iter().map(|row| row.line.text()).collect()
    }

    #[test]
    fn an_answer_is_laid_out() {
        let text = "# Finding\nPayments **2.3.1** was deployed 9 s before the first errors. [E2][E5:1]\n\n\
                    1. look at `payments`\n2. roll back\n   - with labctl, which redeploys\n\n\
                    > quoted words\n\n```sh\nlabctl rollback payments\n```\nDone.";
        let expected = [
            "Finding",
            "Payments 2.3.1 was deployed 9",
            "s before the first errors.",
            "[E2][E5:1]",
            "",
            "1. look at payments",
            "2. roll back",
            "  • with labctl, which",
            "    redeploys",
            "",
            "▏ quoted words",
            "",
            "  labctl rollback payments",
            "",
            "Done.",
        ];
        assert_eq!(shown(text, 30), expected);
    }

    #[test]
    fn each_row_knows_the_bytes_it_shows() {
        let text = "Now the **card gateway** refuses. [E7:2-4]\n\n```promql\nsum(x)\nrate(y)\n```";
        let rows = render(text, 26);
        let sources: Vec<&str> = rows.iter().map(|row| &text[row.span.clone()]).collect();
        assert_eq!(sources, ["Now the **card gateway", "refuses. [E7:2-4]", "", "sum(x)", "rate(y)"]);
        assert_eq!(rows[0].line.spans().iter().find(|span| span.role == Role::Strong).unwrap().text.as_str(), "card");
    }

    #[test]
    fn links_tables_and_html_are_text() {
        assert_eq!(shown("see [the page](http://x/y) or <http://z>", 60), ["see the page <http://x/y> or http://z"]);
        assert_eq!(shown("| a | b |\n|---|---|\n| 1 | 2 |", 40), ["a │ b", "1 │ 2"]);
        assert_eq!(shown("a <b>c</b> ![pic](http://i)", 60), ["a <b>c</b> image: pic <http://i>"]);
        assert_eq!(shown("<p>\nraw &\n</p>\n\nafter", 60), ["<p>", "raw &", "</p>", "", "after"]);
        assert_eq!(
            shown("as [E2] shows\n\n[E2]: http://evil", 60),
            ["as [E2] <http://evil> shows", "", "[E2]: http://evil"]
        );
    }

    #[test]
    fn escape_sequences_in_an_answer_only_show() {
        assert_eq!(shown("a \u{1b}]52;c;x\u{7} b `\u{9b}2J`", 60), ["a ␛]52;c;x␇ b \\u{9b}2J"]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn any_prefix_renders_within_its_columns(
            pieces in prop::collection::vec(prop::sample::select(vec![
                "# ", "**", "`", "```sh\n", "```\n", "- ", "1. ", "> ", "[E2]", "[E2]: x\n", "word ", "検索結果", "\n", "\n\n", "| a | b |\n|--|--|\n",
                "    ", "&amp;", "\\*", "<b>", "http://x ", "\u{1b}[2J", "e\u{301}", "---\n", "![i](u)", "\r\n", "\t", "[x]",
            ]), 0..40),
            columns in 8usize..70,
        ) {
            let text = pieces.concat();
            for end in (0..=text.len()).filter(|end| text.is_char_boundary(*end)) {
                let mut last = 0;
                for row in render(&text[..end], columns) {
                    let wide = row.line.width();
                    prop_assert!(wide <= columns.max(LEAST_COLUMNS), "{} in {columns}: {:?}", wide, row.line.text());
                    prop_assert!(text.get(row.span.clone()).is_some(), "{:?}", row.span);
                    last = last.max(row.span.end);
                }
                prop_assert!(last <= end);
            }
        }

        #[test]
        fn no_word_is_lost(words in prop::collection::vec("[a-z]{1,12}", 1..30), columns in 26usize..60) {
            let text = words.join(" ");
            let rows = shown(&text, columns);
            prop_assert!(rows.iter().all(|row| width(row) <= columns));
            prop_assert_eq!(rows.concat().replace(' ', ""), words.concat());
        }
    }
}
