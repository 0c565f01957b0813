//! What the sanitiser promises, case by case and for any input.

use proptest::prelude::*;
use unicode_width::UnicodeWidthChar;

use super::sanitise::LINE_BYTES;
use super::{CleanText, is_hidden};

fn line(text: &str) -> String {
    CleanText::line(text).as_str().to_owned()
}

fn block(text: &str) -> String {
    CleanText::block(text).as_str().to_owned()
}

#[test]
fn colours_vanish_and_everything_else_shows() {
    let cases = [
        ("\u{1b}[1;31mERROR\u{1b}[0m card", "ERROR card"),
        ("\u{9b}32mok\u{9b}m", "ok"),
        ("\u{1b}[38:2::255:0:0mred", "red"),
        ("a\u{1b}[2Jb", "a␛[2Jb"),
        ("a\u{1b}[?1049hb", "a␛[?1049hb"),
        ("a\u{1b}[>4;1mb", "a␛[>4;1mb"),
        ("\u{1b}]0;title\u{7}text", "␛]0;title␇text"),
        ("\u{1b}]52;c;aGk=\u{1b}\\text", "␛]52;c;aGk=␛\\text"),
        ("\u{9d}8;;http://x\u{9c}here", "\\u{9d}8;;http://x\\u{9c}here"),
        ("\u{1b}P$q\"p\u{1b}\\z", "␛P$q\"p␛\\z"),
        ("\u{1b}Xsos\u{1b}^pm\u{1b}_apc", "␛Xsos␛^pm␛_apc"),
        ("\u{1b}c\u{1b}(0\u{1b}7", "␛c␛(0␛7"),
        ("ends in \u{1b}", "ends in ␛"),
        ("ends in \u{1b}[", "ends in ␛["),
        ("\u{1b}\u{1b}[31m[2J", "␛[2J"),
        ("over\rwritten\u{8}\u{7}\u{0}\u{7f}", "over␍written␈␇␀␡"),
        ("a\tb", "a    b"),
        ("\u{85}\u{2028}\u{ad}", "\\u{85}\\u{2028}\\u{ad}"),
        ("invoice\u{202e}gnp.exe", "invoice\\u{202e}gnp.exe"),
        ("a\u{200b}b\u{feff}\u{e0041}\u{fe0f}", "a\\u{200b}b\\u{feff}\\u{e0041}\\u{fe0f}"),
        ("検索 é µs 😀", "検索 é µs 😀"),
    ];
    for (raw, shown) in cases {
        assert_eq!(line(raw), shown, "{raw:?}");
    }
}

#[test]
fn an_unended_string_hides_nothing_of_its_line() {
    let text = format!("\u{1b}]0;{}", "the real message ".repeat(20));
    assert!(line(&text).ends_with("the real message "));
    assert!(line(&format!("{text}\u{7}")).ends_with(" characters]"), "an ended one is cut to a count");
}

#[test]
fn line_ends_stay_in_a_block_and_show_in_a_line() {
    assert_eq!(block("a\r\nb\rc\nd\r"), "a\nb␍c\nd␍");
    assert_eq!(line("a\r\nb\nc"), "a␍␊b␊c");
    assert_eq!(block("\u{1b}]0;open\nnext"), "␛]0;open\nnext");
}

#[test]
fn a_base_carries_few_marks_and_a_mark_needs_a_base() {
    assert_eq!(line("e\u{301}"), "e\u{301}");
    assert_eq!(line(&format!("e{}x", "\u{301}".repeat(9))), format!("e{}[+5 marks]x", "\u{301}".repeat(4)));
    assert_eq!(line("\u{301}a"), "\\u{301}a");
    let split_by_colour = format!("e{}\u{1b}[m{}", "\u{301}".repeat(3), "\u{301}".repeat(3));
    assert_eq!(line(&split_by_colour), format!("e{}[+2 marks]", "\u{301}".repeat(4)));
}

#[test]
fn a_long_line_is_cut_with_a_count() {
    let long = format!("{}\nshort", "x".repeat(LINE_BYTES + 5));
    let shown = block(&long);
    assert_eq!(shown.len(), LINE_BYTES + "[+5 bytes]\nshort".len());
    assert!(shown.ends_with("x[+5 bytes]\nshort"));
    assert_eq!(block(&shown), shown);
    assert_eq!(block(&"x".repeat(LINE_BYTES)).len(), LINE_BYTES);
}

#[test]
fn a_cut_inside_a_replacement_is_counted() {
    for tail in ["\u{202e}", "検", "\t", "\u{1b}[2J", "\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}", "\r\n"] {
        let shown = line(&format!("x{tail}"));
        // A character that begins before the bound is kept whole.
        let before_last = shown.len() - shown.chars().last().map_or(0, char::len_utf8);
        for head in LINE_BYTES - 20..=LINE_BYTES {
            let raw = format!("{}{tail}", "x".repeat(head));
            let once = line(&raw);
            if head - 1 + before_last < LINE_BYTES {
                assert_eq!(once[head - 1..], shown, "{head} {tail:?}");
            } else {
                assert!(once.ends_with(" bytes]") && once.len() <= LINE_BYTES + 32, "{head} {tail:?}");
            }
            assert_eq!(line(&once), once);
            assert_eq!(block(&once), once);
        }
    }
}

#[test]
fn hostile_long_input_takes_one_pass() {
    // Quadratic scanning would take minutes on these.
    for piece in ["\u{9d}", "\u{1b}]", "\u{1b}[", "\u{301}", "\u{1b}P\u{9b}", "\u{1b}[m", "\u{1b}]\n"] {
        let text = piece.repeat(200_000);
        assert!(!block(&text).contains('\u{1b}'), "{piece:?}");
    }
}

#[test]
fn bytes_that_are_no_text_show() {
    assert_eq!(CleanText::from_bytes(b"a\xff\x9b2Jb\r\n").as_str(), "a\u{fffd}\u{fffd}2Jb\n");
}

#[test]
fn every_range_that_hides_is_shown() {
    let ends = [
        (0x80, 0x9f),
        (0xad, 0xad),
        (0x34f, 0x34f),
        (0x61c, 0x61c),
        (0x115f, 0x1160),
        (0x17b4, 0x17b5),
        (0x180b, 0x180f),
        (0x200b, 0x200f),
        (0x2028, 0x2029),
        (0x202a, 0x202e),
        (0x2060, 0x206f),
        (0x2800, 0x2800),
        (0x3164, 0x3164),
        (0xe000, 0xf8ff),
        (0xfe00, 0xfe0f),
        (0xfeff, 0xfeff),
        (0xffa0, 0xffa0),
        (0xfff9, 0xfffb),
        (0x1d173, 0x1d17a),
        (0xe0000, 0xe0fff),
        (0xf0000, 0xffffd),
        (0x100000, 0x10fffd),
    ];
    for c in ends.into_iter().flat_map(|(first, last)| first..=last).filter_map(char::from_u32) {
        assert!(is_hidden(c), "U+{:04X}", u32::from(c));
    }
    for c in ['a', 'é', '\u{2027}', '\u{202f}', '検', '│', '▁', '⣿', '\u{fffd}', '😀'] {
        assert!(!is_hidden(c), "U+{:04X}", u32::from(c));
    }
}

/// Text made of what hurts: introducers, parameters, terminators, marks, hidden characters, long runs.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        24 =>
        prop::sample::select(vec![
            "\u{1b}", "\u{1b}[", "\u{1b}]", "\u{1b}P", "\u{1b}\\", "\u{9b}", "\u{9d}", "\u{9c}", "\u{7}", "\r", "\n", "\r\n",
            "m", "31m", ";", "\u{301}", "\u{301}\u{302}\u{303}\u{304}\u{305}", "\t", "\u{202e}", "\u{200d}", "[+3 bytes]",
            "[+9 marks]", "\\u{41}", "\u{1160}", "\u{11a8}", "\u{1f1e6}", "👩", "\u{e0020}",
        ])
        .prop_map(str::to_owned),
        8 => any::<char>().prop_map(String::from),
        1 => (LINE_BYTES - 3..LINE_BYTES + 3).prop_map(|n| "y".repeat(n)),
        12 => "[a-z ]{0,12}",
    ];
    prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn nothing_that_acts_or_hides_gets_through(text in hostile()) {
        for (clean, is_block) in [(line(&text), false), (block(&text), true)] {
            let mut marks = 0;
            let mut line_bytes = 0;
            for c in clean.chars() {
                prop_assert!(c >= ' ' || (is_block && c == '\n'), "{c:?}");
                prop_assert!(c != '\u{7f}' && !is_hidden(c), "{c:?}");
                marks = if c.width() == Some(0) { marks + 1 } else { 0 };
                prop_assert!(marks <= 4);
                line_bytes = if c == '\n' { 0 } else { line_bytes + c.len_utf8() };
                prop_assert!(line_bytes <= LINE_BYTES + 32);
            }
        }
    }

    #[test]
    fn cleaning_twice_changes_nothing(text in hostile()) {
        let once = block(&text);
        prop_assert_eq!(block(&once), once);
        let once = line(&text);
        prop_assert_eq!(block(&once), once.clone(), "what is one line stays so when it is read back as a block");
        prop_assert_eq!(line(&once), once);
    }

    #[test]
    fn lines_are_cleaned_one_by_one(a in hostile(), b in hostile()) {
        let whole = block(&format!("{a}\n{b}"));
        prop_assert_eq!(whole, format!("{}\n{}", block(a.strip_suffix('\r').unwrap_or(&a)), block(&b)));
    }

    #[test]
    fn plain_text_is_untouched(text in "[ -~\n]{0,200}") {
        prop_assert_eq!(block(&text), text);
    }
}
