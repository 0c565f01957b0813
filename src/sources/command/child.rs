//! A child process in a group of its own, read from both ends; the whole group dies with it. The command and git
//! sources use it.

use std::io;
use std::process::Stdio;

use process_wrap::tokio::{ChildWrapper, CommandWrap, KillOnDrop, ProcessGroup};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{ChildStderr, ChildStdout, Command};

use crate::domain::CleanText;
use crate::logfile::lines::Lines;

/// Bytes of one read.
const READ: usize = 64 * 1024;
/// Characters of the last line of standard error that are shown.
const SHOWN: usize = 300;

/// A running program.
pub struct Child {
    child: Box<dyn ChildWrapper>,
    out: Option<ChildStdout>,
    err: Option<ChildStderr>,
    errors: Lines,
    /// Whether standard error is handed out as it comes, beside its last line.
    hands_out_errors: bool,
    last_error: String,
    status: Option<io::Result<std::process::ExitStatus>>,
}

/// What a program did next.
pub enum Event {
    /// It wrote to standard output.
    Out(Vec<u8>),
    /// It wrote to standard error, and that was asked for.
    Err(Vec<u8>),
    /// It has been silent for a while; the caller's own clock says so.
    Quiet,
    /// It is gone and everything it wrote was read.
    Ended(End),
}

/// How a program ended.
pub struct End {
    /// With status zero.
    pub success: bool,
    /// `exit status: 3`, `signal: 9 (SIGKILL)`.
    pub status: String,
    /// The last line it wrote to standard error, shortened; empty when there is none.
    pub last_error: String,
}

impl Child {
    /// Starts a program without a shell and without input; `prepare` may change directory and environment.
    pub fn spawn(program: &str, arguments: &[String], prepare: impl FnOnce(&mut Command)) -> io::Result<Self> {
        let mut command = CommandWrap::with_new(program, |command| {
            command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
            prepare(command);
        });
        let mut child = command.wrap(ProcessGroup::leader()).wrap(KillOnDrop).spawn()?;
        let (out, err) = (child.stdout().take(), child.stderr().take());
        Ok(Self {
            child,
            out,
            err,
            errors: Lines::default(),
            hands_out_errors: false,
            last_error: String::new(),
            status: None,
        })
    }

    /// Hands out what it writes to standard error too; none of it counts as an error then.
    #[must_use]
    pub fn with_errors(mut self) -> Self {
        self.hands_out_errors = true;
        self
    }

    /// Waits for the next thing it does. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Event {
        loop {
            if let (None, None, Some(status)) = (&self.out, &self.err, &self.status) {
                let (success, status) = match status {
                    Ok(status) => (status.success(), status.to_string()),
                    Err(error) => (false, error.to_string()),
                };
                self.errors.finish(|line| note(&mut self.last_error, line));
                return Event::Ended(End { success, status, last_error: self.last_error.clone() });
            }
            tokio::select! {
                bytes = read(&mut self.out), if self.out.is_some() => match bytes {
                    Some(bytes) => return Event::Out(bytes),
                    None => self.out = None,
                },
                bytes = read(&mut self.err), if self.err.is_some() => match bytes {
                    Some(bytes) if self.hands_out_errors => return Event::Err(bytes),
                    Some(bytes) => self.errors.feed(&bytes, |line| note(&mut self.last_error, line)),
                    None => self.err = None,
                },
                status = self.child.wait(), if self.status.is_none() => {
                    self.status = Some(status);
                    // Children it left behind would hold the pipes open for ever.
                    self.kill_group();
                }
            }
        }
    }

    /// Kills the whole group and waits for the program's end.
    pub async fn kill(&mut self) {
        self.kill_group();
        // An error means that it is gone already.
        drop(self.child.wait().await);
    }

    fn kill_group(&mut self) {
        // An error means that nobody is left in the group.
        drop(self.child.start_kill());
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        if self.status.is_none() {
            self.kill_group();
        }
    }
}

/// The next bytes; `None` at the end or when reading fails, which for a pipe is the same.
async fn read(pipe: &mut Option<impl AsyncRead + Unpin>) -> Option<Vec<u8>> {
    let mut buffer = Vec::with_capacity(READ);
    match pipe.as_mut()?.read_buf(&mut buffer).await {
        Ok(0) | Err(_) => None,
        Ok(_) => Some(buffer),
    }
}

fn note(last: &mut String, line: &str) {
    if !line.trim().is_empty() {
        let short: String = line.trim().chars().take(SHOWN).collect();
        *last = CleanText::line(&short).to_string();
    }
}
