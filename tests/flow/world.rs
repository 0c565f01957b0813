//! A session with everything but the terminal.

use std::path::{Path, PathBuf};
use std::time::Duration;

use midwatch::actions::journal::{Verification, verify};
use midwatch::app::Msg;
use midwatch::cli::Start;
use midwatch::config::Config;
use midwatch::domain::{Proposal, ProposalState};
use midwatch::runtime::{Chore, Session, open};
use midwatch::ui::Theme;
use midwatch::ui::dump::{draw_to_buffer, grid};
use midwatch::ui::key::Key;
use tempfile::TempDir;
use tokio::time::Instant;

/// Longest wait for anything; virtual where the clock is paused.
const DEADLINE: Duration = Duration::from_secs(60);
/// How often the world is looked at while nothing happens.
const LOOK: Duration = Duration::from_millis(20);

/// A session and what it asked of the terminal.
pub struct World {
    pub session: Session,
    pub home: TempDir,
    pub copied: Vec<String>,
    pub has_quit: bool,
    theme: Theme,
}

impl World {
    /// The first drill, with what `change` makes of the configuration.
    pub fn drill(change: impl FnOnce(&mut Config)) -> Self {
        Self::of(tempfile::tempdir().unwrap(), change, |config| Start::Drill { name: None, config })
    }

    /// Any beginning, with a data directory in `home`.
    pub fn of(home: TempDir, change: impl FnOnce(&mut Config), start: impl FnOnce(Config) -> Start) -> Self {
        let mut config = Config { data_dir: home.path().join("data"), ..Config::default() };
        change(&mut config);
        let session = open(start(config)).unwrap();
        let theme = Theme::named("dark").unwrap();
        let mut world = Self { session, home, copied: Vec::new(), has_quit: false, theme };
        world.tell(Msg::Resize(160, 48));
        world.tick();
        world
    }

    pub fn tell(&mut self, msg: Msg) {
        let chores = self.session.tell(msg);
        self.do_all(chores);
    }

    fn tick(&mut self) {
        let chores = self.session.tick();
        self.do_all(chores);
    }

    fn do_all(&mut self, chores: Vec<Chore>) {
        for chore in chores {
            match chore {
                Chore::Send(bytes) => self.copied.push(unwrap_osc52(&bytes)),
                Chore::Quit => self.has_quit = true,
                Chore::Foreground(..) | Chore::Theme(_) | Chore::Redraw | Chore::Suspend => {}
            }
        }
    }

    /// Waits for the next thing to happen, and takes it in.
    async fn turn(&mut self) {
        let mut chores = Vec::new();
        tokio::select! {
            Some(msg) = self.session.results.recv() => chores.extend(self.session.tell(msg)),
            Some(batch) = self.session.batches.recv() => chores.extend(self.session.take_batch(batch)),
            () = tokio::time::sleep(LOOK) => {}
        }
        self.session.take_in(&mut chores);
        self.do_all(chores);
        self.tick();
    }

    /// Goes on until `wanted` holds.
    pub async fn until(&mut self, what: &str, wanted: impl Fn(&World) -> bool) {
        let begun = Instant::now();
        while !wanted(self) {
            assert!(begun.elapsed() < DEADLINE, "never: {what}; the screen holds:\n{}", self.screen());
            // Where time stands still for tests, it does not for the desk's thread: its answers come before time goes on.
            while self.session.results.is_empty() && !self.session.executor.desk.is_idle() {
                std::thread::yield_now();
            }
            self.turn().await;
        }
    }

    /// Goes on until a text is on the screen.
    pub async fn see(&mut self, text: &str) {
        self.until(&format!("{text:?} on the screen"), |world| world.screen().contains(text)).await;
    }

    /// Lets so much time pass.
    pub async fn pass(&mut self, time: Duration) {
        let begun = Instant::now();
        while begun.elapsed() < time {
            self.turn().await;
        }
    }

    /// Presses keys, each named in angle brackets or a character.
    pub fn press(&mut self, keys: &str) {
        for key in midwatch::ui::key::keys(keys).unwrap() {
            self.tick();
            self.tell(Msg::Key(key));
        }
    }

    /// Types a text, character by character.
    pub fn write(&mut self, text: &str) {
        for c in text.chars() {
            self.tell(Msg::Key(Key::char(c)));
        }
    }

    /// Types a command behind `$` and waits for its card to come alive.
    pub async fn propose(&mut self, command: &str) {
        self.press("$");
        self.write(command);
        self.press("<enter>");
        self.see("Esc closes  e edit").await;
        self.pass(Duration::from_millis(1_200)).await;
    }

    /// Confirms a read whose card is open.
    pub async fn confirm_read(&mut self) {
        self.press("<tab>");
        self.see("Enter runs").await;
        self.pass(Duration::from_millis(40)).await;
        self.press("<enter>");
    }

    /// Waits until the recording has told its past.
    pub async fn opened(&mut self) {
        self.until("records of the past", |world| !world.session.model.state.stores.records.page.rows.is_empty()).await;
    }

    /// What stands on the screen.
    pub fn screen(&self) -> String {
        let (columns, rows) = self.session.model.size;
        grid(&draw_to_buffer(columns, rows, &self.theme, |canvas| {
            midwatch::app::view::view(&self.session.model, canvas)
        }))
    }

    pub fn proposals(&self) -> &[Proposal] {
        &self.session.model.state.proposals
    }

    /// The newest proposal.
    pub fn newest(&self) -> &Proposal {
        self.proposals().last().unwrap()
    }

    pub fn is_done(&self, at: usize) -> bool {
        self.proposals().get(at).is_some_and(|proposal| matches!(proposal.state, ProposalState::Done { .. }))
    }

    /// Texts of the firing alerts that ask for attention.
    pub fn firing(&self) -> Vec<String> {
        let firing = self.session.model.state.stores.alerts.firing();
        firing.filter(|(_, alert)| alert.asks_for_attention()).map(|(_, alert)| alert.name().to_string()).collect()
    }

    pub fn journal(&self) -> PathBuf {
        self.home.path().join("data").join(match self.session.model.state.settings.recording {
            Some(_) => "drills-journal.jsonl",
            None => "journal.jsonl",
        })
    }

    /// Ends the session, so that everything is on the disk, and gives the journal's events with their texts.
    pub async fn end(&mut self) -> Vec<(String, String)> {
        self.session.stop.send_replace(true);
        self.session.executor.shut_down().await;
        assert_intact(&self.journal());
        events(&self.journal())
    }
}

/// The events of a journal as they stand, without the begin and end of sessions, each with the text it is about.
pub fn events(journal: &Path) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(journal).unwrap_or_default();
    let word = |value: &serde_json::Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
    text.lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .map(|line| (word(&line, "event"), word(&line, "text")))
        .filter(|(event, _)| event != "session")
        .collect()
}

pub fn assert_intact(journal: &Path) {
    let verdict = verify(journal).unwrap();
    assert!(matches!(verdict, Verification::Intact { .. }), "{verdict:?}");
}

/// The text in the sequence that copies it.
fn unwrap_osc52(bytes: &[u8]) -> String {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let encoded = text.split("]52;c;").nth(1).unwrap().split(['\x07', '\x1b']).next().unwrap();
    let digit =
        |c: u8| b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".iter().position(|d| *d == c);
    let mut out = Vec::new();
    for four in encoded.as_bytes().chunks(4) {
        let digits: Vec<u32> = four.iter().filter_map(|c| digit(*c)).map(|d| u32::try_from(d).unwrap()).collect();
        let bits = digits.iter().fold(0, |bits, digit| bits << 6 | digit) << (6 * (4 - digits.len()));
        out.extend_from_slice(&bits.to_be_bytes()[1..digits.len()]);
    }
    String::from_utf8(out).unwrap()
}
