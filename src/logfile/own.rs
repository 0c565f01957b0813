//! placeholder
use super::parse::parts::{Fields, Parts, Stream};
/// A format of the configuration.
#[derive(Debug)]
pub struct Own {
    name: String,
}
impl PartialEq for Own {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}
impl Own {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }
    pub(super) fn read(&self, _line: &[u8], _stream: &mut Stream<'_>, _out: &mut impl Fields) -> Option<Parts> {
        None
    }
}
