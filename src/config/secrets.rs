//! Where keys come from: the environment or the system's keyring, by reference. `copilot` and `sources` look keys up
//! through the `SecretStore` of `runtime`; `cli key set` stores them. Nothing here prints a secret.

use std::fmt;
use std::sync::Mutex;

use crate::domain::ports::SecretStore;

/// The service under which the keyring keeps our keys.
const SERVICE: &str = "midwatch";

/// A secret that cannot be printed by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// Looks up `env:NAME` and `keyring:NAME`. Blocking: call it off the async runtime.
#[derive(Clone, Copy, Debug, Default)]
pub struct Secrets;

/// Which store keeps a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeper {
    /// The desktop's keyring: Secret Service, Keychain, Credential Manager.
    System,
    /// The kernel's keyring, which forgets at a reboot.
    Kernel,
}

impl Secret {
    /// The secret itself, for the one request that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(not shown)")
    }
}

impl SecretStore for Secrets {
    fn get(&self, name: &str) -> Result<String, String> {
        match name.split_once(':') {
            Some(("env", variable)) => from_environment(variable),
            Some(("keyring", key)) => from_keyring(key),
            Some(_) | None => Err("a secret is named env:NAME or keyring:NAME".to_owned()),
        }
    }
}

impl Keeper {
    /// Where the key is now, for the message after storing it.
    pub fn words(self) -> &'static str {
        match self {
            Keeper::System => "the system's keyring",
            Keeper::Kernel => {
                "the kernel's keyring, which forgets it at the next reboot: no desktop keyring answers here"
            }
        }
    }
}

/// Whether a configured value only names a secret.
pub fn is_reference(value: &str) -> bool {
    value.starts_with("env:") || value.starts_with("keyring:")
}

/// A configured value with its secret looked up; a value that names none stays as it is. Blocking.
pub fn resolve(value: &str, store: &dyn SecretStore) -> Result<Secret, String> {
    if is_reference(value) { store.get(value).map(Secret) } else { Ok(Secret(value.to_owned())) }
}

/// The model's key: none for an empty setting, looked up for a reference, taken as it stands behind `plain:`. A bare
/// value is refused, and not repeated in the message. Blocking.
pub fn model_key(setting: &str, store: &dyn SecretStore) -> Result<Option<Secret>, String> {
    if setting.is_empty() {
        return Ok(None);
    }
    if let Some(key) = setting.strip_prefix("plain:") {
        return usable(key, "model.key").map(Some);
    }
    if is_reference(setting) {
        let key = store.get(setting)?;
        return usable(&key, setting).map(Some);
    }
    Err("model.key holds neither env:NAME nor keyring:NAME; a key in plain text must be written plain:KEY, insisting"
        .to_owned())
}

/// Stores a key in the system's keyring under a name; `keyring:NAME` refers to it. Blocking.
pub fn store(name: &str, value: &str) -> Result<Keeper, String> {
    let key = usable(value.trim_end_matches(['\r', '\n']), "the key")?;
    let (entry, keeper) = entry(name)?;
    entry.set_password(key.expose()).map_err(|error| {
        format!("the keyring did not take `{name}`: {}; env:NAME works without a keyring", words(&error))
    })?;
    Ok(keeper)
}

fn usable(key: &str, place: &str) -> Result<Secret, String> {
    if key.is_empty() || key.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(format!("{place} is empty or holds blanks or control characters: no server takes such a key"));
    }
    Ok(Secret(key.to_owned()))
}

fn from_environment(variable: &str) -> Result<String, String> {
    match std::env::var(variable) {
        Ok(value) if !value.is_empty() => Ok(value),
        Ok(_) => Err(format!("the environment variable {variable} is empty")),
        Err(std::env::VarError::NotPresent) => {
            Err(format!("the environment variable {variable} is not set; export it before starting midwatch"))
        }
        Err(std::env::VarError::NotUnicode(_)) => Err(format!("the environment variable {variable} is not UTF-8")),
    }
}

fn from_keyring(name: &str) -> Result<String, String> {
    let (entry, _) = entry(name)?;
    entry.get_password().map_err(|error| match error {
        keyring_core::Error::NoEntry => {
            format!("the keyring has no `{name}`; store it with `midwatch key set {name}`, or use env:NAME")
        }
        other => format!("the keyring did not give `{name}`: {}; env:NAME works without one", words(&other)),
    })
}

fn entry(name: &str) -> Result<(keyring_core::Entry, Keeper), String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.is_empty() || name.len() > 100 || !name.chars().all(plain) {
        return Err("a key's name has 1 to 100 letters, digits, '-', '_' or '.'".to_owned());
    }
    let keeper = open()?;
    let entry = keyring_core::Entry::new(SERVICE, name).map_err(|error| words(&error))?;
    Ok((entry, keeper))
}

/// Opens the store once per process. A store that is set already, as tests do, is kept.
fn open() -> Result<Keeper, String> {
    static OPENED: Mutex<Option<Keeper>> = Mutex::new(None);
    let mut opened = OPENED.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    if let Some(keeper) = *opened {
        return Ok(keeper);
    }
    let keeper = if keyring_core::get_default_store().is_some() {
        Keeper::System
    } else {
        match keyring::Entry::store_status() {
            Ok(()) => Keeper::System,
            Err(error) => without_desktop(&words(error))?,
        }
    };
    *opened = Some(keeper);
    Ok(keeper)
}

#[cfg(target_os = "linux")]
fn without_desktop(why: &str) -> Result<Keeper, String> {
    let store = linux_keyutils_keyring_store::Store::new()
        .map_err(|error| format!("no keyring answers here ({why}; {}); use env:NAME", words(&error)))?;
    keyring_core::set_default_store(store);
    Ok(Keeper::Kernel)
}

#[cfg(not(target_os = "linux"))]
fn without_desktop(why: &str) -> Result<Keeper, String> {
    Err(format!("no keyring answers here ({why}); use env:NAME"))
}

/// An error of the keyring without the bytes that some of its kinds carry: those may be the secret.
fn words(error: &keyring_core::Error) -> String {
    match error {
        keyring_core::Error::BadEncoding(_) | keyring_core::Error::BadDataFormat(..) => {
            "what it holds is no text".to_owned()
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed;
    impl SecretStore for Fixed {
        fn get(&self, name: &str) -> Result<String, String> {
            if name == "env:KEY" { Ok("s3cr3t".to_owned()) } else { Err(format!("{name} is not set")) }
        }
    }

    #[test]
    fn a_key_is_none_looked_up_or_plain_by_insisting() {
        assert_eq!(model_key("", &Fixed), Ok(None));
        assert_eq!(model_key("env:KEY", &Fixed).unwrap().unwrap().expose(), "s3cr3t");
        assert_eq!(model_key("plain:abc", &Fixed).unwrap().unwrap().expose(), "abc");
        assert_eq!(model_key("env:OTHER", &Fixed), Err("env:OTHER is not set".to_owned()));
    }

    #[test]
    fn no_message_and_no_debug_output_repeats_a_key() {
        let refused = model_key("sk-live-abcdef", &Fixed).unwrap_err();
        assert!(refused.contains("plain:KEY") && !refused.contains("abcdef"));
        let broken = model_key("plain:abc def", &Fixed).unwrap_err();
        assert!(!broken.contains("abc def"));
        let key = model_key("plain:abcdef", &Fixed).unwrap().unwrap();
        assert!(!format!("{key:?}").contains("abcdef"));
    }

    #[test]
    fn plain_header_values_stay_and_references_are_looked_up() {
        assert_eq!(resolve("tenant-1", &Fixed).unwrap().expose(), "tenant-1");
        assert_eq!(resolve("env:KEY", &Fixed).unwrap().expose(), "s3cr3t");
        assert!(Secrets.get("plain:x").is_err());
        assert!(Secrets.get("env:MIDWATCH_NO_SUCH_VARIABLE").unwrap_err().contains("export it"));
    }

    #[test]
    fn the_keyring_gives_back_what_it_was_given_and_says_how_to_store_the_rest() {
        keyring_core::set_default_store(keyring_core::mock::Store::new().unwrap());
        assert_eq!(store("openai", "k3y\n"), Ok(Keeper::System));
        assert_eq!(Secrets.get("keyring:openai"), Ok("k3y".to_owned()));
        assert!(Secrets.get("keyring:other").unwrap_err().contains("midwatch key set other"));
        assert!(store("a b", "x").is_err());
        assert!(store("openai", "").is_err());
    }
}
