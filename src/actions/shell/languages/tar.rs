//! tar: its operation may stand in an old-style first word without a dash, and a dozen options run programs, so its
//! words are read here. Listing, comparing and unpacking or packing to the output are reads.

use std::ops::Range;

use crate::domain::Class;

use super::super::value::Value;
use super::super::walk::Walk;
use super::place;

/// Letters that take the next word as their value.
const VALUED: &str = "fCTXbNgHKLVFI";
/// Letters without one.
const FLAGS: &str = "vzjJZaOpPkmwhlSWMiosBRUnG0123456789";
/// Long options without effect of their own.
const LONG: &str = "verbose gzip gunzip ungzip bzip2 xz lzma lzip lzop zstd compress uncompress auto-compress no-auto-compress \
    absolute-names preserve-permissions same-permissions no-same-permissions same-owner no-same-owner numeric-owner \
    keep-old-files skip-old-files keep-newer-files overwrite overwrite-dir touch dereference hard-dereference sparse \
    one-file-system totals wildcards no-wildcards anchored no-anchored ignore-case ignore-failed-read ignore-zeros \
    no-recursion recursion xattrs acls selinux no-xattrs no-acls no-selinux show-transformed-names show-stored-names \
    full-time utc block-number check-links force-local null verbatim-files-from exclude-vcs exclude-caches \
    exclude-backups no-overwrite-dir delay-directory-restore warning version help usage seek no-seek to-stdout verify \
    read-full-records multi-volume incremental";
/// The same with a value.
const LONG_VALUED: &str = "file directory exclude exclude-from exclude-tag mode owner group mtime transform xform \
    strip-components format newer newer-mtime after-date label blocking-factor record-size tape-length starting-file \
    sort checkpoint occurrence warning quoting-style atime-preserve sparse-version xattrs-include xattrs-exclude \
    one-top-level owner-map group-map pax-option hole-detection level suffix";
/// Compressors that are known to do nothing else.
const COMPRESSORS: [&str; 14] = [
    "gzip", "pigz", "bzip2", "pbzip2", "lbzip2", "xz", "pixz", "zstd", "zstdmt", "pzstd", "lz4", "lzop", "lzip",
    "brotli",
];

/// What the words ask for.
#[derive(Default)]
struct Asked {
    operations: Vec<char>,
    to_output: bool,
    file: Option<String>,
    /// Something that raises it, and why.
    worse: Vec<(Class, &'static str)>,
}

impl Walk<'_> {
    /// A tar call; the first word is its name.
    pub(in super::super) fn tar(&mut self, words: &[Value], span: &Range<usize>) {
        if let Some(word) = words.iter().find(|word| word.may_split() || (word.is_dynamic() && word.text.is_empty())) {
            return self.opaque(&word.span, "tar", "may become an option when it runs");
        }
        let asked = read(words);
        let file = asked.file.as_deref();
        let named = file.is_some_and(|file| !matches!(file, "-" | "/dev/stdout" | "/dev/null"));
        for (class, why) in &asked.worse {
            self.say(*class, span, "tar", why);
        }
        if file.is_some_and(|file| file.split('/').next().is_some_and(|first| first.contains(':'))) {
            self.opaque(span, "tar", "its archive is on another machine, reached by a program");
        }
        match asked.operations.as_slice() {
            ['t' | 'd'] => self.say(Class::Read, span, "tar", "lists or compares an archive"),
            ['x'] if asked.to_output => self.say(Class::Read, span, "tar", "unpacks to its output"),
            ['x'] => self.say(Class::Write, span, "tar", "unpacks files"),
            ['c'] if file.is_some() && !named => self.say(Class::Read, span, "tar", "packs to its output"),
            ['c' | 'r' | 'u' | 'A'] => {
                let class = file.map_or(Class::Write, |file| place::written(file).join(Class::Write));
                self.say(class, span, "tar", "writes an archive");
            }
            ['D'] => self.say(Class::Destructive, span, "tar", "deletes from an archive"),
            [] if words.len() > 1
                && words[1..].iter().all(|word| matches!(word.exact(), Some("--version" | "--help"))) => {}
            _ => self.opaque(span, "tar", "which operation it is cannot be told"),
        }
    }
}

fn read(words: &[Value]) -> Asked {
    let mut asked = Asked::default();
    let mut rest = words.iter().skip(1).map(|word| word.text.as_str()).peekable();
    if let Some(first) = rest.next_if(|first| !first.starts_with('-')) {
        // Old style: the values follow in the order of the letters.
        for c in first.chars() {
            let value = if VALUED.contains(c) { rest.next() } else { None };
            asked.letter(c, value);
        }
    }
    while let Some(word) = rest.next() {
        if word == "--" {
            break;
        } else if let Some(long) = word.strip_prefix("--") {
            let (name, value) = long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
            let takes = ["file", "use-compress-program"].contains(&name) || listed(LONG_VALUED, name);
            // Those with an optional value take it attached only.
            let takes = takes && !["warning", "one-top-level", "checkpoint", "atime-preserve"].contains(&name);
            let value = if takes && value.is_none() { rest.next() } else { value };
            asked.long(name, value);
        } else if word.len() > 1 && word.starts_with('-') {
            for (at, c) in word.char_indices().skip(1) {
                let behind = &word[at + c.len_utf8()..];
                if VALUED.contains(c) {
                    let value = if behind.is_empty() { rest.next() } else { Some(behind) };
                    asked.letter(c, value);
                    break;
                }
                asked.letter(c, None);
            }
        }
    }
    asked
}

fn listed(list: &str, name: &str) -> bool {
    list.split_whitespace().any(|one| one == name)
}

impl Asked {
    fn letter(&mut self, c: char, value: Option<&str>) {
        match c {
            't' | 'd' | 'x' | 'c' | 'r' | 'u' | 'A' => self.operations.push(c),
            'f' => self.file = value.map(str::to_owned),
            'O' => self.to_output = true,
            'U' => self.worse.push((Class::Write, "removes files before it unpacks them")),
            'I' => self.compressor(value),
            'F' => self.worse.push((Class::Opaque, "runs a program at each volume")),
            'T' => self.worse.push((Class::Opaque, "the list of files may hold options")),
            'g' => self.worse.push((Class::Write, "writes a snapshot file")),
            _ if VALUED.contains(c) || FLAGS.contains(c) => {}
            _ => self.worse.push((Class::Opaque, "an option that is not known to be harmless")),
        }
    }

    fn long(&mut self, name: &str, value: Option<&str>) {
        match name {
            "list" => self.operations.push('t'),
            "diff" | "compare" => self.operations.push('d'),
            "extract" | "get" => self.operations.push('x'),
            "create" => self.operations.push('c'),
            "append" => self.operations.push('r'),
            "update" => self.operations.push('u'),
            "catenate" | "concatenate" => self.operations.push('A'),
            "delete" => self.operations.push('D'),
            "test-label" => self.operations.push('t'),
            "file" => self.file = value.map(str::to_owned),
            "to-stdout" => self.to_output = true,
            "use-compress-program" => self.compressor(value),
            "remove-files" | "recursive-unlink" => self.worse.push((Class::Destructive, "removes files")),
            "unlink-first" | "listed-incremental" | "index-file" | "backup" => {
                self.worse.push((Class::Write, "changes other files too"));
            }
            "checkpoint-action" => {
                let kind = value.unwrap_or_default().split('=').next().unwrap_or_default();
                if !matches!(kind, "dot" | "." | "echo" | "bell" | "totals" | "ttyout" | "sleep") {
                    self.worse.push((Class::Opaque, "runs a program as it goes"));
                }
            }
            _ if listed(LONG, name) || listed(LONG_VALUED, name) => {}
            _ => self.worse.push((Class::Opaque, "an option that is not known to be harmless")),
        }
    }

    fn compressor(&mut self, value: Option<&str>) {
        let mut words = value.unwrap_or_default().split_whitespace();
        let known = words.next().is_some_and(|program| COMPRESSORS.contains(&program));
        let plain = |word: &str| {
            word.strip_prefix('-').is_some_and(|rest| {
                !rest.is_empty() && rest.chars().all(|c| c.is_ascii_digit() || "dTp".contains(c)) || rest == "-fast"
            })
        };
        if !known || !words.all(plain) {
            self.worse.push((Class::Opaque, "runs a program"));
        }
    }
}
