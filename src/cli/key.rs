//! `midwatch key set NAME`: keeps a secret in the system's keyring, so that the configuration only names it.

use std::io::{self, IsTerminal, Read};
use std::process::ExitCode;

use super::{Failure, Outcome, console, print, secrets};

/// Longest secret, in bytes.
const LONGEST: u64 = 16 << 10;

/// Arguments of `midwatch key`.
#[derive(Debug, clap::Args)]
pub struct Key {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Read a secret, unseen or from standard input, and keep it under NAME
    Set {
        /// The name that the configuration says as "keyring:NAME"
        name: String,
    },
}

/// Runs the part that was asked for.
pub(super) fn run(key: Key) -> Outcome {
    let What::Set { name } = key.what;
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')) {
        return Err(Failure::bad_input("the name of a secret has letters, digits, `-`, `_` and `.` only"));
    }
    let secret = secret(&name)?;
    let keeper = secrets::keep(&name, &secret).map_err(|why| Failure::CouldNot(anyhow::anyhow!(why)))?;
    print::print(&format!("kept in {keeper}; write it in the configuration as \"keyring:{name}\""))?;
    Ok(ExitCode::SUCCESS)
}

fn secret(name: &str) -> Result<String, Failure> {
    let text = if io::stdin().is_terminal() {
        console::ask_unseen(&format!("secret for {name} (not shown): "))?
            .ok_or_else(|| Failure::bad_input("given up; nothing was kept"))?
    } else {
        let mut text = String::new();
        io::stdin().lock().take(LONGEST + 1).read_to_string(&mut text)?;
        text
    };
    let secret = text.trim_end_matches(['\r', '\n']);
    if secret.is_empty() {
        return Err(Failure::bad_input("the secret is empty; nothing was kept"));
    }
    if secret.len() as u64 > LONGEST {
        return Err(Failure::bad_input("the secret is longer than 16 KiB; nothing was kept"));
    }
    if secret.chars().any(char::is_control) {
        return Err(Failure::bad_input("the secret holds a line end or control character; nothing was kept"));
    }
    Ok(secret.to_owned())
}
