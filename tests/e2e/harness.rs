//! A terminal with the program in it: a pseudo-terminal, a screen that understands what is written to it, and a home of
//! its own.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use tempfile::TempDir;

/// Long enough for the slowest machine; no test waits for it unless it fails.
const DEADLINE: Duration = Duration::from_secs(30);
/// How long a key may go unnoticed before it is pressed again, where a card drops keys that come too early.
const AGAIN: Duration = Duration::from_millis(500);

/// How often what tells nothing by itself is looked at.
const LOOK: Duration = Duration::from_millis(10);

/// A home of its own.
pub struct Home(TempDir);

impl Home {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn data(&self) -> PathBuf {
        self.path().join("data/midwatch")
    }

    /// A configuration of this text, its path.
    pub fn config(&self, text: &str) -> String {
        let path = self.path().join("config/midwatch/config.toml");
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    /// The program in a terminal of 120 by 40.
    pub fn open(&self, arguments: &[&str]) -> Terminal {
        let words: Vec<&str> = [&[env!("CARGO_BIN_EXE_midwatch")], arguments].concat();
        self.open_with(&words, &[])
    }

    /// Any program, with more variables.
    pub fn open_with(&self, words: &[&str], variables: &[(&str, &str)]) -> Terminal {
        let mut command = CommandBuilder::new(words[0]);
        command.args(&words[1..]);
        command.env_clear();
        command.cwd(self.path());
        command.env("PATH", std::env::var("PATH").unwrap());
        command.env("HOME", self.path());
        command.env("XDG_CONFIG_HOME", self.path().join("config"));
        command.env("XDG_DATA_HOME", self.path().join("data"));
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        command.env("USER", "mara");
        for (name, value) in variables {
            command.env(name, value);
        }
        Terminal::of(command)
    }
}

/// What was written to the terminal so far.
struct Seen {
    parser: vt100::Parser,
    raw: Vec<u8>,
    ended: bool,
    held: bool,
}

/// A terminal with a program in it.
pub struct Terminal {
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    seen: Arc<(Mutex<Seen>, Condvar)>,
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.hold(false);
        // It has usually ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Terminal {
    fn of(command: CommandBuilder) -> Self {
        let size = PtySize { rows: 40, cols: 120, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let seen = Seen { parser: vt100::Parser::new(40, 120, 0), raw: Vec::new(), ended: false, held: false };
        let seen = Arc::new((Mutex::new(seen), Condvar::new()));
        let reader = pair.master.try_clone_reader().unwrap();
        let told = Arc::clone(&seen);
        std::thread::spawn(move || watch(reader, &told));
        Self { keys: pair.master.take_writer().unwrap(), master: pair.master, child, seen }
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.0.lock().unwrap()
    }

    /// What stands on the screen.
    pub fn text(&self) -> String {
        self.lock().parser.screen().contents()
    }

    /// Stops or resumes taking what the program writes.
    pub fn hold(&self, held: bool) {
        self.lock().held = held;
        self.seen.1.notify_all();
    }

    /// Types these bytes.
    pub fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// Another size.
    pub fn resize(&self, columns: u16, rows: u16) {
        self.lock().parser.screen_mut().set_size(rows, columns);
        self.master.resize(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }).unwrap();
    }

    /// Waits until what was written satisfies `wanted`.
    fn wait(&self, most: Duration, mut wanted: impl FnMut(&Seen) -> bool) -> bool {
        let begun = Instant::now();
        let mut seen = self.lock();
        loop {
            if wanted(&seen) {
                return true;
            }
            let Some(left) = most.checked_sub(begun.elapsed()) else { return false };
            seen = self.seen.1.wait_timeout(seen, left).unwrap().0;
        }
    }

    /// Waits for a text on the screen.
    #[track_caller]
    pub fn wait_for(&self, text: &str) {
        self.wait_until(text, |screen| screen.contents().contains(text));
    }

    /// Waits for a screen.
    #[track_caller]
    pub fn wait_until(&self, what: &str, wanted: impl Fn(&vt100::Screen) -> bool) {
        assert!(
            self.wait(DEADLINE, |seen| wanted(seen.parser.screen())),
            "never saw {what}; the screen holds:\n{}",
            self.text()
        );
    }

    /// Waits for bytes that never become part of the screen.
    #[track_caller]
    pub fn wait_for_bytes(&self, wanted: &[u8]) {
        let found = self.wait(DEADLINE, |seen| seen.raw.windows(wanted.len()).any(|window| window == wanted));
        assert!(found, "never got {:?}", String::from_utf8_lossy(wanted));
    }

    /// Waits until the program has taken the terminal over so many times.
    #[track_caller]
    pub fn wait_for_entries(&self, times: usize) {
        let enter = b"\x1b[?1049h";
        let found =
            self.wait(DEADLINE, |seen| seen.raw.windows(enter.len()).filter(|part| part == enter).count() >= times);
        assert!(found, "the terminal was not taken {times} times; the screen holds:\n{}", self.text());
    }

    /// Presses a key until a text appears: a card takes no key that comes right after it opened.
    #[track_caller]
    pub fn press_until(&mut self, key: &str, text: &str) {
        let begun = Instant::now();
        while begun.elapsed() < DEADLINE {
            self.press(key);
            if self.wait(AGAIN, |seen| seen.parser.screen().contents().contains(text)) {
                return;
            }
        }
        panic!("{key:?} never led to {text:?}; the screen holds:\n{}", self.text());
    }

    /// Presses Esc where a text stands and waits until it is gone: a key that follows at once would be taken for one with
    /// Alt.
    #[track_caller]
    pub fn escape(&mut self, gone: &str) {
        self.wait_for(gone);
        self.press("\x1b");
        self.wait_until(&format!("the end of {gone:?}"), |screen| !screen.contents().contains(gone));
    }

    /// Proposes a read and confirms it on the card.
    #[track_caller]
    pub fn run_read(&mut self, command: &str) {
        self.propose(command);
        self.press_until("\t", "Enter runs");
        self.confirm("Enter runs");
    }

    /// Proposes what cannot be classed and confirms it by typing the word.
    #[track_caller]
    pub fn run_opaque(&mut self, command: &str) {
        self.propose(command);
        self.press_until("\t", "type run : ");
        self.press("run");
        self.wait_for("type run : run");
        self.confirm("type run : ");
    }

    /// Presses Enter until the card no longer offers this: an Enter right behind another key does not count.
    #[track_caller]
    pub fn confirm(&mut self, offer: &str) {
        let begun = Instant::now();
        while begun.elapsed() < DEADLINE {
            self.press("\r");
            if self.wait(AGAIN, |seen| !seen.parser.screen().contents().contains(offer)) {
                return;
            }
        }
        panic!("the card stays; the screen holds:\n{}", self.text());
    }

    /// Types a command and waits for its card.
    #[track_caller]
    pub fn propose(&mut self, command: &str) {
        self.press("$");
        self.wait_for("Enter send");
        self.press(command);
        self.press("\r");
        self.wait_for("Esc closes  e edit");
    }

    /// The program's process.
    pub fn process(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Sends a signal to the program.
    pub fn signal(&self, name: &str) {
        signal(self.process(), name);
    }

    /// Presses a key until the program ends, and gives the status. A key that comes together with a new size may wait in
    /// the terminal library until the next key comes.
    #[track_caller]
    pub fn press_until_ended(&mut self, key: &str) -> u32 {
        let begun = Instant::now();
        while begun.elapsed() < DEADLINE {
            // Whoever has left takes no more keys.
            let _ = self.keys.write_all(key.as_bytes());
            std::thread::park_timeout(AGAIN);
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.exit_code();
            }
        }
        panic!("it does not end; the screen holds:\n{}", self.text());
    }

    /// Waits for the end: the status, with everything written until then taken in.
    #[track_caller]
    pub fn ended(&mut self) -> u32 {
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status.exit_code();
            }
            assert!(begun.elapsed() < DEADLINE, "it does not end; the screen holds:\n{}", self.text());
            std::thread::park_timeout(LOOK);
        };
        if !self.lock().held {
            assert!(self.wait(DEADLINE, |seen| seen.ended), "the terminal stays in use");
        }
        status
    }

    /// Whether the terminal is as a shell wants it: no alternate screen, no bracketed paste, a cursor, cooked mode.
    #[track_caller]
    pub fn assert_given_back(&self) {
        {
            let seen = self.lock();
            let screen = seen.parser.screen();
            assert!(!screen.alternate_screen(), "the alternate screen is still open");
            assert!(!screen.bracketed_paste(), "bracketed paste is still on");
            assert!(!screen.hide_cursor(), "the cursor is still hidden");
            assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
        }
        assert!(self.is_cooked(), "raw mode is still on");
    }

    /// Whether the terminal hands over lines and echoes.
    pub fn is_cooked(&self) -> bool {
        let name = self.master.tty_name().unwrap();
        let output = Command::new("sh").args(["-c", "stty -a < \"$0\""]).arg(name).output().unwrap();
        let modes = String::from_utf8_lossy(&output.stdout).into_owned();
        let on = |mode: &str| modes.split([' ', ';', '\n']).any(|word| word == mode);
        assert!(on("icanon") || on("-icanon"), "stty says {modes}");
        on("icanon") && on("echo") && on("isig")
    }
}

fn watch(mut reader: Box<dyn Read + Send>, told: &(Mutex<Seen>, Condvar)) {
    let mut buffer = [0; 4096];
    loop {
        let seen = told.0.lock().unwrap();
        drop(told.1.wait_while(seen, |seen| seen.held).unwrap());
        // On Linux the end of the last process on a terminal reads as an error.
        let read = reader.read(&mut buffer).unwrap_or(0);
        let mut seen = told.0.lock().unwrap();
        seen.parser.process(&buffer[..read]);
        seen.raw.extend_from_slice(&buffer[..read]);
        seen.ended |= read == 0;
        told.1.notify_all();
        if read == 0 {
            return;
        }
    }
}

/// Sends a signal to a process.
pub fn signal(process: u32, name: &str) {
    let status = Command::new("kill").args(["-s", name, &process.to_string()]).status().unwrap();
    assert!(status.success(), "kill -s {name} {process}");
}

/// Waits until a condition holds.
#[track_caller]
pub fn eventually(what: &str, wanted: impl Fn() -> bool) {
    let begun = Instant::now();
    while !wanted() {
        assert!(begun.elapsed() < DEADLINE, "never: {what}");
        std::thread::park_timeout(LOOK);
    }
}

/// Whether a process is there, and not only a body waiting for its parent.
pub fn is_alive(process: &str) -> bool {
    let output = Command::new("ps").args(["-o", "stat=", "-p", process]).output().unwrap();
    let state = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    !state.is_empty() && !state.starts_with('Z')
}

/// The program's verdict on a journal.
pub fn verify(journal: &Path) -> String {
    let output =
        Command::new(env!("CARGO_BIN_EXE_midwatch")).args(["journal", "verify"]).arg(journal).output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}
