//! `midwatch check --json`: hands each line to a process of its own kind (`worker.rs`) and watches the clock. A command
//! that kills or stalls its reader is opaque; the next ones go to a new reader. Without such a process, as where the
//! program's file is gone, commands are read in a bounded thread of this one.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::actions::{PARSER_TIME, Tables};

use super::question::{Question, Where};

/// Longest input line, in bytes.
const MAX_LINE: u64 = 4 << 20;
/// Longest line that is handed over; what is longer holds a command that is refused for its length.
const MAX_HANDED: usize = 64 << 10;
/// Longest time for a reader to be ready.
const START: Duration = Duration::from_secs(10);
/// Most commands handed over at once.
const WINDOW: usize = 64;

/// What the threads around the pipes tell.
enum Event {
    Line(Result<Arc<str>, String>),
    End,
    /// A line of the reader of this number.
    Said(u32, String),
    /// The reader of this number is gone.
    Gone(u32),
}

/// A question that waits for its answer.
struct Asked {
    line: Arc<str>,
    /// Its answer, where no reader is needed for it.
    answer: Option<String>,
}

/// A reader under watch.
struct Reader {
    number: u32,
    child: Child,
    input: Sender<Arc<str>>,
}

/// Everything between input and output.
struct Watch<'a, W: Write> {
    command: Box<dyn Fn() -> Command + 'a>,
    tables: &'a Tables,
    events: (Sender<Event>, Receiver<Event>),
    waiting: VecDeque<Asked>,
    reader: Option<Reader>,
    /// Readers started so far; none can be had when it failed once.
    started: u32,
    none: bool,
    ready: bool,
    since: Instant,
    out: W,
}

/// Answers each line of standard input in order; stops at the first that is no question.
///
/// # Errors
/// A message and the exit status for it.
pub fn answer(extra: &[PathBuf], tables: &Tables) -> Result<(), (String, u8)> {
    let program = std::env::current_exe().ok();
    let command = || {
        let mut command = Command::new(program.clone().unwrap_or_default());
        command.args(["check", "--worker"]);
        for table in extra {
            command.arg("--table").arg(table);
        }
        command
    };
    let out = BufWriter::new(std::io::stdout().lock());
    Watch::new(Box::new(command), tables, out).run(BufReader::new(std::io::stdin()))
}

impl<'a, W: Write> Watch<'a, W> {
    fn new(command: Box<dyn Fn() -> Command + 'a>, tables: &'a Tables, out: W) -> Self {
        Self {
            command,
            tables,
            events: channel(),
            waiting: VecDeque::new(),
            reader: None,
            started: 0,
            none: false,
            ready: false,
            since: Instant::now(),
            out,
        }
    }

    fn run(mut self, input: impl BufRead + Send + 'static) -> Result<(), (String, u8)> {
        let (token, tokens) = sync_channel(WINDOW);
        for _ in 0..WINDOW {
            let _ = token.try_send(());
        }
        let events = self.events.0.clone();
        thread::spawn(move || lines(input, &tokens, &events));
        let (mut more, mut bad) = (true, None);
        while more || !self.waiting.is_empty() {
            match self.next() {
                Some(Event::Line(Ok(line))) => self.ask(line, &mut bad),
                Some(Event::Line(Err(message))) => bad = Some((message, 2)),
                Some(Event::End) => more = false,
                Some(Event::Said(number, line)) => self.said(number, line),
                Some(Event::Gone(number)) => self.gone(number, "reading it ended the parser's process"),
                None => self.gone(self.started, "the shell parser took too long over it"),
            }
            more &= bad.is_none();
            for _ in 0..self.give().map_err(|error| (format!("standard output: {error}"), 1))? {
                let _ = token.try_send(());
            }
        }
        if let Some(mut reader) = self.reader.take() {
            drop(reader.input);
            let _ = reader.child.kill();
            let _ = reader.child.wait();
        }
        bad.map_or(Ok(()), Err)
    }

    /// What happens next; none when the first question's time is over.
    fn next(&mut self) -> Option<Event> {
        if self.reader.is_none() || self.waiting.is_empty() {
            return self.events.1.recv().ok();
        }
        let until = self.since + if self.ready { PARSER_TIME } else { START };
        self.events.1.recv_timeout(until.saturating_duration_since(Instant::now())).ok()
    }

    fn ask(&mut self, line: Arc<str>, bad: &mut Option<(String, u8)>) {
        if bad.is_some() {
            return;
        }
        let number = line.split_once('\t').map_or(0, |(number, _)| number.parse().unwrap_or_default());
        let text = question(&line);
        let asked = match Question::read(text, number) {
            Err(message) => {
                *bad = Some((message, 2));
                return;
            }
            Ok(asked) if text.len() > MAX_HANDED || self.none => asked.answer(self.tables, Where::Thread).ok(),
            Ok(_) => None,
        };
        if self.waiting.is_empty() {
            self.since = Instant::now();
        }
        let handed = asked.is_none();
        self.waiting.push_back(Asked { line: Arc::clone(&line), answer: asked });
        if handed && self.reader.is_none() {
            self.start();
        } else if let (true, Some(reader)) = (handed, &self.reader) {
            let _ = reader.input.send(line);
        }
    }

    /// Takes an answer: it is that of the first question that has none.
    fn said(&mut self, number: u32, line: String) {
        if self.reader.as_ref().is_none_or(|reader| reader.number != number) {
            return;
        }
        self.since = Instant::now();
        if !self.ready {
            self.ready = true;
        } else if let Some(asked) = self.waiting.iter_mut().find(|asked| asked.answer.is_none()) {
            asked.answer = Some(line);
        }
    }

    /// The reader is gone, or has to go: the question it had before it is refused, the rest goes to another.
    fn gone(&mut self, number: u32, why: &str) {
        let Some(mut reader) = self.reader.take_if(|reader| reader.number == number) else { return };
        let _ = reader.child.kill();
        let _ = reader.child.wait();
        if !self.ready {
            self.none = true;
        } else if let Some(asked) = self.waiting.iter_mut().find(|asked| asked.answer.is_none()) {
            asked.answer = Question::read(question(&asked.line), 0).ok().and_then(|read| read.refused(why).ok());
        }
        self.start();
    }

    /// Starts a reader and hands it every question that waits; without one they are answered here.
    fn start(&mut self) {
        if self.waiting.iter().all(|asked| asked.answer.is_some()) {
            return;
        }
        self.ready = false;
        self.since = Instant::now();
        self.started += 1;
        self.reader = if self.none { None } else { self.reader() };
        self.none |= self.reader.is_none();
        for asked in self.waiting.iter_mut().filter(|asked| asked.answer.is_none()) {
            match &self.reader {
                Some(reader) => {
                    let _ = reader.input.send(Arc::clone(&asked.line));
                }
                None => {
                    let read = Question::read(question(&asked.line), 0).ok();
                    asked.answer = read.and_then(|read| read.answer(self.tables, Where::Thread).ok());
                }
            }
        }
    }

    fn reader(&self) -> Option<Reader> {
        let mut command = (self.command)();
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).env_clear();
        let mut child = command.spawn().ok()?;
        let (to, from) = (child.stdin.take()?, child.stdout.take()?);
        let (input, handed) = channel();
        let (events, number) = (self.events.0.clone(), self.started);
        thread::spawn(move || hand(&handed, to));
        thread::spawn(move || listen(from, number, &events));
        Some(Reader { number, child, input })
    }

    /// Writes the answers that are next in order; says how many.
    fn give(&mut self) -> std::io::Result<usize> {
        let mut given = 0;
        while let Some(answer) = self.waiting.front_mut().and_then(|asked| asked.answer.take()) {
            self.waiting.pop_front();
            writeln!(self.out, "{}", answer.trim_end())?;
            given += 1;
        }
        if given > 0 {
            self.out.flush()?;
        }
        Ok(given)
    }
}

/// A line is kept with its number before it.
fn question(line: &str) -> &str {
    line.split_once('\t').map_or(line, |(_, text)| text)
}

/// Reads lines, one for each token.
fn lines(mut input: impl BufRead, tokens: &Receiver<()>, events: &Sender<Event>) {
    let mut number = 0_u64;
    loop {
        let mut line = Vec::new();
        number += 1;
        let event = match std::io::Read::take(&mut input, MAX_LINE).read_until(b'\n', &mut line) {
            Ok(0) => Event::End,
            Ok(_) if line.iter().all(u8::is_ascii_whitespace) => continue,
            Ok(_) => Event::Line(match std::str::from_utf8(&line) {
                Ok(text) => Ok(Arc::from(format!("{number}\t{}", text.trim_end()))),
                Err(error) => Err(format!("standard input, line {number}: {error}")),
            }),
            Err(error) => Event::Line(Err(format!("standard input: {error}"))),
        };
        let ends = matches!(event, Event::End);
        if tokens.recv().is_err() || events.send(event).is_err() || ends {
            return;
        }
    }
}

/// Hands questions to a reader.
fn hand(questions: &Receiver<Arc<str>>, to: ChildStdin) {
    let mut to = BufWriter::with_capacity(1 << 16, to);
    loop {
        let line = match questions.try_recv() {
            Ok(line) => Ok(line),
            Err(TryRecvError::Empty) => {
                if to.flush().is_err() {
                    return;
                }
                questions.recv().map_err(|_| ())
            }
            Err(TryRecvError::Disconnected) => Err(()),
        };
        let Ok(line) = line else { return };
        // A line that is written in several would be several questions.
        if writeln!(to, "{}", question(&line).replace(['\n', '\r'], " ")).is_err() {
            return;
        }
    }
}

/// Listens to a reader until it ends.
fn listen(from: ChildStdout, number: u32, events: &Sender<Event>) {
    for line in BufReader::with_capacity(1 << 16, from).lines() {
        let Ok(line) = line else { break };
        if events.send(Event::Said(number, line)).is_err() {
            return;
        }
    }
    let _ = events.send(Event::Gone(number));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The answers when the reader is a shell that runs this script.
    fn answers(script: &str, input: &'static str) -> (Result<(), (String, u8)>, Vec<String>) {
        let command = || {
            let mut command = Command::new("/bin/sh");
            command.args(["-c", script]);
            command
        };
        let (tables, mut out) = (Tables::builtin().unwrap(), Vec::new());
        let done = Watch::new(Box::new(command), &tables, &mut out).run(input.as_bytes());
        (done, String::from_utf8(out).unwrap().lines().map(str::to_owned).collect())
    }

    const TWO: &str = "{\"id\":1,\"cmd\":\"df\"}\n\n{\"id\":2,\"cmd\":\"ls\"}\n";

    #[test]
    fn answers_come_in_order() {
        let (done, lines) = answers("echo; while read -r line; do echo \"$line\"; done", TWO);
        assert_eq!(done, Ok(()));
        assert_eq!(lines, ["{\"id\":1,\"cmd\":\"df\"}", "{\"id\":2,\"cmd\":\"ls\"}"]);
    }

    #[test]
    fn what_ends_its_reader_is_opaque_and_the_next_is_read() {
        let script = "echo; while read -r line; do case $line in *df*) exit 1;; esac; echo \"$line\"; done";
        let (done, lines) = answers(script, TWO);
        assert_eq!(done, Ok(()));
        assert!(
            lines[0].starts_with("{\"id\":1,\"class\":\"opaque\"") && lines[1].contains("\"id\":2,\"cmd\""),
            "{lines:?}"
        );
    }

    #[test]
    fn what_stalls_its_reader_is_opaque_and_the_next_is_read() {
        let script =
            "echo; while read -r line; do case $line in *df*) read -r x </dev/zero;; esac; echo \"$line\"; done";
        let (done, lines) = answers(script, TWO);
        assert_eq!(done, Ok(()));
        assert!(lines[0].contains("too long") && lines[1].contains("\"id\":2,\"cmd\""), "{lines:?}");
    }

    #[test]
    fn without_a_reader_commands_are_read_here() {
        let (done, lines) = answers("exit 1", TWO);
        assert_eq!(done, Ok(()));
        assert!(lines.iter().all(|line| line.contains("\"class\":\"read\"")), "{lines:?}");
    }

    #[test]
    fn a_line_that_is_no_question_is_named_and_ends_it() {
        let (done, lines) = answers("exit 1", "{\"id\":1,\"cmd\":\"df\"}\nrubbish\n{\"id\":3,\"cmd\":\"df\"}\n");
        let (message, status) = done.unwrap_err();
        assert!(message.starts_with("standard input, line 2:"), "{message}");
        assert_eq!((status, lines.len()), (2, 1));
    }
}
