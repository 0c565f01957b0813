//! Who calls whom by the configuration and by the files it names, read once when a session starts.

use std::path::Path;

use crate::analysis::graph;
use crate::config::Config;
use crate::domain::{CleanText, ServiceGraph};

/// Most bytes of one file: it is read before the first frame.
const LONGEST: u64 = 32 << 20;

/// What is known before any source spoke, and what could not be read, in words.
pub fn known_calls(config: &Config) -> (ServiceGraph, Vec<String>) {
    let mut known = config.graph();
    let mut problems = Vec::new();
    for path in &config.service_maps {
        match read(path) {
            Ok(map) => known.merge(&map),
            Err(why) => problems.push(format!("the service map {} is left out: {why}", path.display())),
        }
    }
    (known, problems)
}

fn read(path: &Path) -> Result<ServiceGraph, String> {
    let size = std::fs::metadata(path).map_err(|error| error.to_string())?.len();
    if size > LONGEST {
        return Err(format!("it has more than {} MiB; cut it to what matters", LONGEST >> 20));
    }
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    let name = path.file_name().map_or_else(CleanText::default, |name| CleanText::line(&name.to_string_lossy()));
    graph::read(&text, &name).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_that_cannot_be_read_is_said_and_the_others_count() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, text: &str| {
            std::fs::write(folder.path().join(name), text).unwrap();
            folder.path().join(name)
        };
        let maps = vec![put("a.dot", "digraph { shop -> db }"), put("b.json", "{"), folder.path().join("none")];
        let (known, problems) = known_calls(&Config { service_maps: maps, ..Config::default() });
        assert_eq!(known.text().as_str(), "db  calls nobody\nshop calls\n  db  by a.dot");
        assert_eq!(problems.len(), 2);
        assert!(problems[0].contains("b.json") && problems[0].contains("line 1"), "{problems:?}");
    }
}
