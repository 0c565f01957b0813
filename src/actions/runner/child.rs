//! One child without a terminal: its own session, no input, both outputs through one pipe in the order they come, an
//! end by itself, by time or by a person, and then nothing of its group left.

use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use std::os::unix::process::ExitStatusExt;

use process_wrap::tokio::{ChildWrapper, CommandWrap, KillOnDrop, ProcessSession};
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

use crate::actions::confine::Confinement;
use crate::domain::approval::FrozenCommand;
use crate::domain::proposal::Outcome;

#[cfg(target_os = "linux")]
use super::fence::behind;
use super::keep::Keep;
use super::scratch::Scratch;
use super::{Output, Ran};

/// Between asking a group to end and ending it, and for the output of a child that is gone.
const GRACE: Duration = Duration::from_secs(2);

/// Runs the command to its end.
pub(super) async fn run(
    command: &FrozenCommand,
    confinement: &Confinement,
    out: &mpsc::Sender<Output>,
    stop: watch::Receiver<bool>,
) -> Ran {
    let mut keep = Keep::new(command.output_cap);
    let mut scratch = None;
    let outcome = match spawn(command, confinement, &mut scratch) {
        Ok((child, pipe)) => Run { child, pipe, keep: &mut keep, out, stop }.follow(command.timeout_seconds).await,
        Err(error) => {
            let words = format!("{} could not be started: {error}\n", command.program);
            // Nobody listens any more when the program is ending.
            let _ = out.send(Output::Chunk(words.into_bytes())).await;
            Outcome::Failed
        }
    };
    // Ends what left the group and removes the folder; may take as long as a look through all processes.
    let _ = tokio::task::spawn_blocking(move || drop(scratch)).await;
    let rest = keep.rest();
    if !rest.is_empty() {
        let _ = out.send(Output::Chunk(rest)).await;
    }
    let (bytes, cut, sha256) = keep.totals();
    Ran { outcome, bytes, cut, sha256 }
}

/// Starts the child, behind the fence if it is to be confined; its folder lives in `scratch`.
fn spawn(
    frozen: &FrozenCommand,
    confinement: &Confinement,
    scratch: &mut Option<Scratch>,
) -> std::io::Result<(Box<dyn ChildWrapper>, pipe::Receiver)> {
    let (reader, writer) = std::io::pipe()?;
    let mut command = super::command(frozen);
    command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
    let child = match confinement {
        Confinement::Open(_) => CommandWrap::from(command).wrap(KillOnDrop).wrap(ProcessSession).spawn()?,
        Confinement::Confined { writable } => {
            let folder = scratch.insert(Scratch::new()?).path();
            command.env("TMPDIR", folder);
            let writable: Vec<PathBuf> = writable.iter().cloned().chain([folder.to_owned()]).collect();
            behind(&writable, move || CommandWrap::from(command).wrap(KillOnDrop).wrap(ProcessSession).spawn())?
        }
    };
    Ok((child, pipe::Receiver::from_owned_fd(reader.into())?))
}

#[cfg(not(target_os = "linux"))]
fn behind<T>(_: &[PathBuf], _: impl FnOnce() -> std::io::Result<T>) -> std::io::Result<T> {
    Err(std::io::Error::other("it could not be confined"))
}

struct Run<'a> {
    child: Box<dyn ChildWrapper>,
    pipe: pipe::Receiver,
    keep: &'a mut Keep,
    out: &'a mpsc::Sender<Output>,
    stop: watch::Receiver<bool>,
}

/// Why waiting ended.
enum Woke {
    Read(usize),
    Closed,
    Exited(Option<ExitStatus>),
    Due,
    Stopped,
}

impl Run<'_> {
    async fn follow(mut self, timeout_seconds: u32) -> Outcome {
        let group = self.child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
        let mut due = Instant::now() + Duration::from_secs(u64::from(timeout_seconds));
        let (mut open, mut status, mut forced, mut ending) = (true, None::<Option<ExitStatus>>, None, 0_u8);
        let mut buffer = vec![0; 64 * 1024];
        while open || status.is_none() {
            let listening = forced.is_none();
            let woke = tokio::select! {
                biased;
                _ = self.stop.wait_for(|stop| *stop), if listening => Woke::Stopped,
                () = sleep_until(due) => Woke::Due,
                read = self.pipe.read(&mut buffer), if open => match read {
                    Ok(0) | Err(_) => Woke::Closed,
                    Ok(count) => Woke::Read(count),
                },
                exit = self.child.wait(), if status.is_none() => Woke::Exited(exit.ok()),
            };
            match woke {
                Woke::Read(count) => {
                    let head = self.keep.take(&buffer[..count]);
                    self.send(head, due).await;
                }
                Woke::Closed => open = false,
                Woke::Exited(exit) => {
                    status = Some(exit);
                    // What still holds the pipe was left in the background: it ends with its command.
                    due = due.min(Instant::now() + GRACE);
                }
                Woke::Stopped => {
                    forced = Some(Outcome::Cancelled);
                    (ending, due) = (1, signal(group, Signal::TERM));
                }
                Woke::Due if ending == 0 => {
                    if status.is_none() {
                        forced = forced.or(Some(Outcome::TimedOut));
                    }
                    (ending, due) = (1, signal(group, Signal::TERM));
                }
                Woke::Due if ending == 1 => (ending, due) = (2, signal(group, Signal::KILL)),
                // Whoever is left is in another session and out of reach.
                Woke::Due => break,
            }
        }
        if forced.is_some() {
            // The leader may have gone first: whoever ignored TERM and closed its output is still there.
            signal(group, Signal::KILL);
        }
        forced.unwrap_or_else(|| status.flatten().map_or(Outcome::Failed, outcome))
    }

    /// Hands over a piece; a receiver that is slow must not keep a person or the clock from ending the command.
    async fn send(&mut self, bytes: Vec<u8>, due: Instant) {
        if bytes.is_empty() {
            return;
        }
        tokio::select! {
            sent = self.out.send(Output::Chunk(bytes)) => drop(sent),
            _ = self.stop.wait_for(|stop| *stop) => {}
            () = sleep_until(due) => {}
        }
    }
}

/// Signals the group and says until when to wait for it.
fn signal(group: Option<Pid>, signal: Signal) -> Instant {
    if let Some(group) = group {
        // The group is gone when this fails: what was wanted.
        let _ = kill_process_group(group, signal);
    }
    Instant::now() + GRACE
}

pub(super) fn outcome(status: ExitStatus) -> Outcome {
    match (status.code(), status.signal()) {
        (Some(code), _) => Outcome::Exit(code),
        (None, Some(number)) => Outcome::Signal(number),
        (None, None) => Outcome::Failed,
    }
}
