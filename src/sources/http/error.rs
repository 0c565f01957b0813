//! What can go wrong when an API is asked, in words that say what to do. No message holds a header, a query or a
//! password.

use std::error::Error;
use std::io;
use std::time::Duration;

use super::tls;
use reqwest::Response;
use reqwest::header::RETRY_AFTER;

/// The longest wait a server can order.
const LONGEST_ORDERED_WAIT: Duration = Duration::from_secs(300);

/// Why there is no answer. `at` is the base address as people may see it.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum HttpError {
    /// The configured address cannot be used.
    #[error("the configured url {why}; write it as http://host:9090")]
    Address {
        /// What is wrong with it.
        why: String,
    },
    /// No client could be made.
    #[error("cannot prepare HTTPS: {why}; install the system's CA certificates")]
    Setup {
        /// The cause.
        why: String,
    },
    /// A header's secret is missing or unusable.
    #[error("headers: {why}")]
    Secret {
        /// Which, and how to set it; never its value.
        why: String,
    },
    /// Configured certificates that cannot be used.
    #[error("auth: {why}")]
    Files {
        /// Which, and why.
        why: String,
    },
    /// Nobody listens.
    #[error("{at} refuses connections: is it running, and is the port right?")]
    NoListener {
        /// Whom.
        at: String,
    },
    /// The name has no address.
    #[error("{at}: the host name is not known; check the spelling, DNS or the VPN")]
    UnknownHost {
        /// Whom.
        at: String,
    },
    /// No whole answer in time.
    #[error("{at} gave no whole answer within {after:?}; it may be overloaded, or raise `timeout`")]
    Timeout {
        /// Whom.
        at: String,
        /// How long it was given.
        after: Duration,
    },
    /// The TLS handshake failed.
    #[error("{at}: TLS failed: {why}")]
    Tls {
        /// Whom.
        at: String,
        /// The cause as the TLS library says it, and what to do.
        why: String,
    },
    /// The connection failed in another way.
    #[error("{at}: {why}")]
    Connection {
        /// Whom.
        at: String,
        /// The cause.
        why: String,
    },
    /// Credentials missing or wrong.
    #[error(
        "{at} answers {status}: set `headers` for this source, for example Authorization = \"env:NAME\", or `auth` where it has one"
    )]
    Denied {
        /// Who.
        at: String,
        /// 401, 403 or 407.
        status: u16,
    },
    /// The API is not there.
    #[error("{at} answers 404: is this the base address, without /api, /graph or /#?")]
    NotFound {
        /// Who.
        at: String,
    },
    /// Asked too often.
    #[error("{at} answers 429, too many requests; asking less often")]
    TooMany {
        /// Who.
        at: String,
        /// The wait it ordered, bounded.
        retry_after: Option<Duration>,
    },
    /// The server, or a proxy before it, fails.
    #[error("{at} answers {status}{}", said_after(.said))]
    Failing {
        /// Who.
        at: String,
        /// 5xx.
        status: u16,
        /// The first words of its answer.
        said: String,
        /// The wait it ordered, bounded.
        retry_after: Option<Duration>,
    },
    /// The server understood and refuses: a wrong query, a limit.
    #[error("{at} answers {status}{}", said_after(.said))]
    Refused {
        /// Who.
        at: String,
        /// 4xx, or 5xx with a reason in JSON.
        status: u16,
        /// Its reason.
        said: String,
        /// The wait it ordered, bounded.
        retry_after: Option<Duration>,
    },
    /// It sends us to another host, where the configured headers have no business.
    #[error("{at} redirects to {to}; if that is right, set it as `url`")]
    Redirected {
        /// Who.
        at: String,
        /// Where to.
        to: String,
    },
    /// A page for people.
    #[error("{at} answers HTML, not JSON: is this a login page or a proxy?")]
    Html {
        /// Who.
        at: String,
    },
    /// Nothing at all.
    #[error("{at} answers with an empty body")]
    Empty {
        /// Who.
        at: String,
    },
    /// The answer ends too early.
    #[error("{at}: the answer was cut off at byte {byte}")]
    Cut {
        /// Who.
        at: String,
        /// Bytes that arrived.
        byte: usize,
    },
    /// Not JSON.
    #[error("{at} answers what is not JSON: {why}")]
    NotJson {
        /// Who.
        at: String,
        /// Where and why.
        why: String,
    },
    /// JSON, but of another API.
    #[error("{at} answers JSON that this API does not have: {why}")]
    Shape {
        /// Who.
        at: String,
        /// What was expected.
        why: String,
    },
    /// More than is read.
    #[error("{at}: the answer is larger than {} MiB; ask for less", .limit >> 20)]
    TooLarge {
        /// Who.
        at: String,
        /// In bytes.
        limit: usize,
    },
}

impl HttpError {
    /// How long the server asked to be left alone; never more than five minutes.
    pub fn ordered_wait(&self) -> Option<Duration> {
        match self {
            HttpError::TooMany { retry_after, .. }
            | HttpError::Failing { retry_after, .. }
            | HttpError::Refused { retry_after, .. } => *retry_after,
            HttpError::Address { .. }
            | HttpError::Setup { .. }
            | HttpError::Secret { .. }
            | HttpError::Files { .. }
            | HttpError::NoListener { .. }
            | HttpError::UnknownHost { .. }
            | HttpError::Timeout { .. }
            | HttpError::Tls { .. }
            | HttpError::Connection { .. }
            | HttpError::Denied { .. }
            | HttpError::NotFound { .. }
            | HttpError::Redirected { .. }
            | HttpError::Html { .. }
            | HttpError::Empty { .. }
            | HttpError::Cut { .. }
            | HttpError::NotJson { .. }
            | HttpError::Shape { .. }
            | HttpError::TooLarge { .. } => None,
        }
    }

    /// Whether the failure is of this one question and not of the server: the next question may well be answered.
    pub fn concerns_the_question(&self) -> bool {
        matches!(self, HttpError::Refused { .. } | HttpError::TooLarge { .. })
    }
}

fn said_after(said: &str) -> String {
    if said.is_empty() { String::new() } else { format!(": {said}") }
}

/// Names the failure of a request that got no status.
pub(super) fn classify(error: &reqwest::Error, at: &str) -> HttpError {
    let at = at.to_owned();
    let why = innermost(error);
    let io = causes(error).find_map(|cause| cause.downcast_ref::<io::Error>());
    let chain: String = causes(error).map(|cause| cause.to_string().to_ascii_lowercase() + " ").collect();
    if io.is_some_and(|io| io.kind() == io::ErrorKind::ConnectionRefused) {
        HttpError::NoListener { at }
    } else if chain.contains("dns error") || chain.contains("failed to lookup") {
        HttpError::UnknownHost { at }
    } else if chain.contains("certificate")
        || chain.contains("tls")
        || chain.contains("fatal alert")
        || chain.contains("invalidcontenttype")
    {
        HttpError::Tls { at, why: tls::words(&why) }
    } else {
        HttpError::Connection { at, why: format!("the connection failed: {why}") }
    }
}

/// The last cause in the chain: reqwest's own text carries the address with its query.
pub(super) fn innermost(error: &(dyn Error + 'static)) -> String {
    causes(error).last().map(ToString::to_string).unwrap_or_default()
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(error.source(), |&cause| cause.source())
}

/// `Retry-After` as seconds or as a date, at most five minutes.
pub(super) fn retry_after(response: &Response) -> Option<Duration> {
    let text = response.headers().get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = match text.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let until = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
            jiff::Timestamp::now().duration_until(until).try_into().unwrap_or_default()
        }
    };
    Some(wait.min(LONGEST_ORDERED_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordered_waits_are_read_in_both_forms_and_bounded() {
        let far =
            (jiff::Timestamp::now() + Duration::from_secs(86_400)).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        for (header, seconds) in [
            ("7", Some(7)),
            ("999999", Some(300)),
            (far.as_str(), Some(300)),
            ("Wed, 21 Oct 2015 07:28:00 GMT", Some(0)),
            ("soon", None),
            ("-3", None),
        ] {
            let response = axum::http::Response::builder().header(RETRY_AFTER, header).body("").unwrap();
            let wait = retry_after(&Response::from(response));
            assert_eq!(wait, seconds.map(Duration::from_secs), "{header}");
        }
    }
}
