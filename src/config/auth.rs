//! How a server is logged in to and which certificates hold: the same table for each kind of server that has one. A part
//! of the schema.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Who we are to a server, and whom we take it for. What is empty is not used.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Auth {
    /// Name for basic authentication.
    #[serde(default)]
    pub user: String,
    /// Its password, `env:NAME` or `keyring:NAME`.
    #[serde(default)]
    pub password: String,
    /// A token in place of name and password, `env:NAME` or `keyring:NAME`.
    #[serde(default)]
    pub bearer: String,
    /// PEM file of the authorities that may have signed the server's certificate, in place of the system's.
    #[serde(default)]
    pub ca: PathBuf,
    /// PEM file of our certificate, those between it and its authority behind it.
    #[serde(default)]
    pub client_cert: PathBuf,
    /// PEM file of our certificate's key, or `env:NAME` or `keyring:NAME` of the key itself.
    #[serde(default)]
    pub client_key: String,
}

/// Something a server has a default of its own for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Switch {
    /// The server's default: nothing is sent.
    #[default]
    Server,
    /// Asked for.
    On,
    /// Asked to leave.
    Off,
}

impl Auth {
    /// Whether certificates of one's own are configured.
    pub fn has_certificates(&self) -> bool {
        !(self.ca.as_os_str().is_empty() && self.client_cert.as_os_str().is_empty() && self.client_key.is_empty())
    }
}

impl Switch {
    /// The word for the wire; `None` where nothing is sent.
    pub fn word(self) -> Option<&'static str> {
        match self {
            Switch::Server => None,
            Switch::On => Some("true"),
            Switch::Off => Some("false"),
        }
    }
}
