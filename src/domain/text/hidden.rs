//! Which characters cannot be trusted to show themselves. The sanitiser and the confirm card's reveal use the same list.

use unicode_width::UnicodeWidthChar;

/// First and last of each range that reorders, hides, separates lines unseen or has no agreed look.
const HIDDEN: [(char, char); 22] = [
    ('\u{0080}', '\u{009f}'),    // C1 controls
    ('\u{00ad}', '\u{00ad}'),    // soft hyphen
    ('\u{034f}', '\u{034f}'),    // combining grapheme joiner
    ('\u{061c}', '\u{061c}'),    // Arabic letter mark
    ('\u{115f}', '\u{1160}'),    // Hangul fillers
    ('\u{17b4}', '\u{17b5}'),    // Khmer inherent vowels
    ('\u{180b}', '\u{180f}'),    // Mongolian variation selectors
    ('\u{200b}', '\u{200f}'),    // zero-width characters, directional marks
    ('\u{2028}', '\u{202e}'),    // line and paragraph separators, embeddings, overrides
    ('\u{2060}', '\u{206f}'),    // word joiner, isolates, invisible operators
    ('\u{2800}', '\u{2800}'),    // braille blank
    ('\u{3164}', '\u{3164}'),    // Hangul filler
    ('\u{e000}', '\u{f8ff}'),    // private use
    ('\u{fdd0}', '\u{fdef}'),    // non-characters
    ('\u{fe00}', '\u{fe0f}'),    // variation selectors
    ('\u{feff}', '\u{feff}'),    // byte order mark
    ('\u{ffa0}', '\u{ffa0}'),    // halfwidth Hangul filler
    ('\u{fff0}', '\u{fffb}'),    // unassigned, interlinear annotation
    ('\u{fffe}', '\u{ffff}'),    // non-characters
    ('\u{1bca0}', '\u{1bca3}'),  // shorthand format controls
    ('\u{1d173}', '\u{1d17a}'),  // musical format controls
    ('\u{40000}', '\u{10ffff}'), // planes without letters: tags, variation selectors, private use, non-characters
];

/// Whether the character is a C1 control, bidirectional, invisible, a separator, private or no character at all.
///
/// C0 controls are not in the list: they have pictures.
pub fn is_hidden(c: char) -> bool {
    if c < '\u{80}' {
        return false;
    }
    let after = HIDDEN.partition_point(|(first, _)| *first <= c);
    after > 0 && HIDDEN[after - 1].1 >= c
}

/// Whether the character takes no column and stands on the one before it.
pub(super) fn is_mark(c: char) -> bool {
    c >= '\u{300}' && c.width() == Some(0) && !is_hidden(c)
}
