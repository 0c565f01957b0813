//! The one way out: whatever is sent to a model passes [`outgoing`], and nothing else can make an [`Outgoing`].

use std::collections::BTreeSet;
use std::ops::Deref;

use crate::domain::model::Location;
use crate::trust::redact::{LocalModels, Session};

/// Who says a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// midwatch's instructions.
    System,
    /// The person, with the data midwatch adds.
    User,
    /// The model, earlier.
    Assistant,
}

/// One message of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Who says it.
    pub role: Role,
    /// What is said.
    pub text: String,
}

/// Messages that passed the redactor: the only thing a provider can send.
///
/// ```compile_fail
/// let messages = midwatch::copilot::Outgoing { messages: Vec::new(), redacted: 0 };
/// ```
/// ```
/// use midwatch::copilot::outgoing::outgoing;
/// let messages = outgoing(
///     Vec::new(),
///     midwatch::domain::model::Location::Remote,
///     &midwatch::trust::redact::Session::new(),
/// );
/// assert!(messages.is_empty());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    messages: Vec<Message>,
    redacted: usize,
}

/// What happens to a text on its way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Treatment {
    /// Its secrets are replaced.
    Redacted,
    /// It goes as it is.
    Plain,
}

/// What happens to texts for a model there. A recording, to which nothing is sent, sees them as they are; a local model
/// does so only where the configuration says it in so many words; one on the network never.
pub(super) fn treatment(location: Location, session: &Session) -> Treatment {
    match (location, session.local_models()) {
        (Location::Recorded, _) | (Location::Local, LocalModels::Plain) => Treatment::Plain,
        (Location::Local, LocalModels::Redacted) | (Location::Remote, _) => Treatment::Redacted,
    }
}

/// Redacts what is to be sent, as the place it goes to asks for. The same secret gets the same placeholder throughout the
/// session.
pub fn outgoing(messages: Vec<Message>, location: Location, session: &Session) -> Outgoing {
    match treatment(location, session) {
        Treatment::Plain => Outgoing { messages, redacted: 0 },
        Treatment::Redacted => {
            let messages = messages
                .into_iter()
                .map(|message| Message { role: message.role, text: session.redact(&message.text) })
                .collect::<Vec<_>>();
            let redacted = placeholders(messages.iter().map(|message: &Message| message.text.as_str()));
            Outgoing { messages, redacted }
        }
    }
}

/// How many different placeholders stand in the texts.
fn placeholders<'t>(texts: impl Iterator<Item = &'t str>) -> usize {
    let behind_marks = texts.flat_map(|text| text.split("[REDACTED:").skip(1));
    let found: BTreeSet<&str> = behind_marks.filter_map(|rest| rest.split(']').next()).collect();
    found.len()
}

impl Outgoing {
    /// How many different secrets were replaced.
    pub fn redacted(&self) -> usize {
        self.redacted
    }
}

impl Deref for Outgoing {
    type Target = [Message];
    fn deref(&self) -> &[Message] {
        &self.messages
    }
}

impl Role {
    /// The word both wire formats use.
    pub fn word(self) -> &'static str {
        match self {
            Role::System => "system",
            Role::User => "user",
            Role::Assistant => "assistant",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trust::redact::Mail;

    #[test]
    fn a_secret_leaves_for_no_server_and_has_one_name_in_all_messages() {
        let text = "postgres://shop:s3cr3tpw@db/shop".to_owned();
        let messages = vec![
            Message { role: Role::System, text: text.clone() },
            Message { role: Role::User, text: format!("again {text}") },
        ];
        for location in [Location::Local, Location::Remote] {
            let sent = outgoing(messages.clone(), location, &Session::new());
            assert!(sent.iter().all(|message| !message.text.contains("s3cr3tpw")));
            assert!(sent.iter().all(|message| message.text.contains("[REDACTED:url-password:1]")));
            assert_eq!(sent.redacted(), 1);
        }
        assert_eq!(outgoing(messages.clone(), Location::Recorded, &Session::new())[0], messages[0]);
    }
    #[test]
    fn a_local_model_sees_the_text_only_at_the_persons_word_and_a_remote_one_never() {
        let message = Message { role: Role::User, text: "password=first22".to_owned() };
        let plain = Session::with(Mail::Redact, LocalModels::Plain);
        assert_eq!(outgoing(vec![message.clone()], Location::Local, &plain)[0], message);
        assert_eq!(outgoing(vec![message], Location::Remote, &plain)[0].text, "password=[REDACTED:password:1]");
    }

    #[test]
    fn one_secret_has_one_name_in_all_requests_of_a_session() {
        let session = Session::new();
        let ask = |text: &str| {
            let message = Message { role: Role::User, text: text.to_owned() };
            outgoing(vec![message], Location::Remote, &session)[0].text.clone()
        };
        assert_eq!(ask("password=first22 here"), "password=[REDACTED:password:1] here");
        assert_eq!(ask("password=other33 here"), "password=[REDACTED:password:2] here");
        assert_eq!(ask("redis://:first22@cache"), "redis://:[REDACTED:password:1]@cache");
    }
}
