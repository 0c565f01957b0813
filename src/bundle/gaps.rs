//! What is missing from a bundle, in words: parts that are absent, files that cannot be read, lines that were left out.

use serde_json::{Map, Value};

use super::files::{Content, Files};
use crate::domain::CleanText;

/// Longest line of a `.jsonl` file that is looked at, in bytes.
const LONGEST_LINE: usize = 4 << 20;
/// Gaps kept; a bundle with more is told so once.
const MOST_GAPS: usize = 200;

/// The list of gaps while a bundle is being read.
#[derive(Debug, Default)]
pub(super) struct Gaps {
    list: Vec<CleanText>,
    more: usize,
}

/// A JSON object of one line.
pub(super) type Object = Map<String, Value>;

impl Gaps {
    /// Notes a gap: the part or file (with a line where there is one) and what is wrong with it.
    pub(super) fn add(&mut self, place: &str, what: &str) {
        if self.list.len() < MOST_GAPS {
            self.list.push(CleanText::line(&format!("{place}: {what}")));
        } else {
            self.more += 1;
        }
    }

    /// The list for the recording.
    pub(super) fn into_list(mut self) -> Vec<CleanText> {
        if self.more > 0 {
            self.list.push(CleanText::line(&format!("and {} more gaps", self.more)));
        }
        self.list
    }

    /// Reads a file; absence is no gap here, what cannot be read or was too long is.
    pub(super) fn read<'a>(&mut self, files: &'a dyn Files, path: &str, limit: usize) -> Option<Content<'a>> {
        match files.read(path, limit) {
            Ok(content) => {
                if let Some(left_out) = content.as_ref().map(|content| content.left_out).filter(|bytes| *bytes > 0) {
                    self.add(
                        path,
                        &format!("its last {left_out} bytes were left out, it is longer than {limit} bytes"),
                    );
                }
                content
            }
            Err(why) => {
                self.add(path, &format!("cannot be read: {why}"));
                None
            }
        }
    }

    /// Lists a folder; `None` when it is absent or cannot be listed, the latter being a gap.
    pub(super) fn list(&mut self, files: &dyn Files, folder: &str) -> Option<Vec<String>> {
        files.list(folder).unwrap_or_else(|why| {
            self.add(folder, &format!("cannot be listed: {why}"));
            None
        })
    }

    /// Every JSON object of a `.jsonl` file through `read`. A line that is no object, or that `read` refuses, is counted
    /// and left out; the first of them is named. A last line that ends in the middle is what a crash leaves.
    pub(super) fn json_lines<T>(
        &mut self,
        path: &str,
        bytes: &[u8],
        mut read: impl FnMut(Object) -> Result<T, String>,
    ) -> Vec<T> {
        let mut kept = Vec::new();
        let mut bad: Option<(usize, String)> = None;
        let mut count = 0_usize;
        for (index, line) in text_lines(bytes) {
            let result = if line.len() > LONGEST_LINE {
                Err(format!("the line is longer than {LONGEST_LINE} bytes"))
            } else {
                match serde_json::from_slice::<Value>(line) {
                    Ok(Value::Object(object)) => read(object),
                    Ok(_) => Err("not a JSON object".to_owned()),
                    Err(error) => Err(format!("not JSON: {error}")),
                }
            };
            match result {
                Ok(item) => kept.push(item),
                Err(why) => {
                    count += 1;
                    bad = bad.or(Some((index + 1, why)));
                }
            }
        }
        if let Some((line, why)) = bad {
            let others =
                if count > 1 { format!("; {count} lines left out in all") } else { "; the line is left out".into() };
            self.add(&format!("{path}:{line}"), &format!("{why}{others}"));
        }
        kept
    }
}

/// The lines that hold something, with their index; a byte order mark at the beginning is skipped.
fn text_lines(bytes: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).enumerate().filter(|(_, line)| !line.is_empty())
}
