//! The text of a proposal that asks a store once: the store's name, the question in its own language, and the terms that
//! are applied here. All of it stands on the card, and all of it is what a person confirms.

use std::fmt;

use crate::store::{Filter, FilterError};

/// What begins the line of terms that are applied here.
const HERE: &str = "\nhere: ";

/// A question to one store.
#[derive(Clone, Debug, PartialEq)]
pub struct Fetch {
    /// The configured name of the source.
    pub source: String,
    /// The question in the store's own language.
    pub native: String,
    /// What is applied to the answer here.
    pub here: Filter,
}

impl Fetch {
    /// Reads `loki {app="payments"} |= "refused"`, with `here: latency>500ms` on a line of its own behind it.
    ///
    /// # Errors
    /// When the terms behind `here:` are no filter.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        let text = text.trim();
        let (source, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let (native, here) = rest.rsplit_once(HERE).unwrap_or((rest, ""));
        Ok(Self { source: source.to_owned(), native: native.trim().to_owned(), here: Filter::parse(here)? })
    }
}

impl fmt::Display for Fetch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.source, self.native)?;
        if self.here.is_empty() { Ok(()) } else { write!(f, "{HERE}{}", self.here) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_reads_back_what_it_prints() {
        for (native, here) in [("{a=\"b\"} |= \"x\"", "latency>500ms -x"), ("*", ""), ("{\"match_all\":{}}", "")] {
            let fetch =
                Fetch { source: "loki".to_owned(), native: native.to_owned(), here: Filter::parse(here).unwrap() };
            assert_eq!(Fetch::parse(&fetch.to_string()), Ok(fetch));
        }
        let bare = Fetch::parse("loki").unwrap();
        assert_eq!((bare.source.as_str(), bare.native.as_str()), ("loki", ""));
        assert!(Fetch::parse("loki {}\nhere: \"unclosed").is_err());
    }
}
