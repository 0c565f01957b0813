//! Where things live when nobody says otherwise, and what the paths in a configuration mean.

use std::path::{Path, PathBuf};

use directories::{BaseDirs, ProjectDirs};

use super::schema::Config;
use super::secrets::is_reference;

/// Name of the configuration file in its folder.
pub const FILE_NAME: &str = "config.toml";

/// The platform's places. Empty where there is no home directory to speak of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// The configuration file that is looked for.
    pub config_file: PathBuf,
    /// Incidents, journal and log file.
    pub data_dir: PathBuf,
    /// What `~` means.
    pub home: PathBuf,
    /// The working directory.
    pub cwd: PathBuf,
}

impl Places {
    /// Asks the platform (`XDG_CONFIG_HOME` and `XDG_DATA_HOME` on Linux).
    pub fn of_platform() -> Self {
        let cwd = std::env::current_dir().unwrap_or_default();
        let home = BaseDirs::new().map(|dirs| dirs.home_dir().to_owned()).unwrap_or_default();
        match ProjectDirs::from("", "", "midwatch") {
            Some(dirs) => {
                Self { config_file: dirs.config_dir().join(FILE_NAME), data_dir: dirs.data_dir().to_owned(), home, cwd }
            }
            None => Self { home, cwd, ..Self::default() },
        }
    }

    /// `~` is the home directory; what is relative hangs below `base`. Empty stays empty.
    pub fn resolve(&self, path: &Path, base: &Path) -> PathBuf {
        if path.as_os_str().is_empty() {
            return PathBuf::new();
        }
        match path.strip_prefix("~") {
            Ok(rest) if !self.home.as_os_str().is_empty() => self.home.join(rest),
            Ok(_) | Err(_) => base.join(path),
        }
    }
}

/// Makes every path of the configuration absolute: relative ones hang below `base`, the folder of its file. Arguments of
/// command sources are left as they are.
pub(super) fn make_absolute(config: &mut Config, places: &Places, base: &Path) {
    let fix = |path: &mut PathBuf| *path = places.resolve(path, base);
    fix(&mut config.data_dir);
    fix(&mut config.prompts_dir);
    fix(&mut config.journal);
    fix(&mut config.policy_file);
    fix(&mut config.run.cwd);
    config.service_maps.iter_mut().for_each(fix);
    config.run.tables.iter_mut().for_each(fix);
    config.run.reads_may_write.iter_mut().for_each(fix);
    config.changes.iter_mut().for_each(|changes| fix(&mut changes.path));
    config.git.iter_mut().for_each(|git| fix(&mut git.path));
    let servers = config.prometheus.iter_mut().map(|server| &mut server.auth);
    for auth in servers.chain(config.alertmanager.iter_mut().map(|server| &mut server.auth)) {
        fix(&mut auth.ca);
        fix(&mut auth.client_cert);
        if !auth.client_key.is_empty() && !is_reference(&auth.client_key) {
            auth.client_key = places.resolve(Path::new(&auth.client_key), base).to_string_lossy().into_owned();
        }
    }
    for path in config.files.iter_mut().flat_map(|files| files.paths.iter_mut()) {
        // A folder whose name holds glob characters must not become a pattern.
        let escaped = PathBuf::from(glob::Pattern::escape(&base.to_string_lossy()));
        *path = places.resolve(Path::new(path.as_str()), &escaped).to_string_lossy().into_owned();
    }
    if config.theme.contains('/') || config.theme.ends_with(".toml") {
        config.theme = places.resolve(Path::new(&config.theme), base).to_string_lossy().into_owned();
    }
}

/// Fills in what the configuration leaves to the platform. Without a home directory the paths stay empty and nothing is
/// written.
pub(super) fn fill_in(config: &mut Config, places: &Places, config_file: &Path) {
    if config.data_dir.as_os_str().is_empty() {
        config.data_dir.clone_from(&places.data_dir);
    }
    if config.journal.as_os_str().is_empty() && !config.data_dir.as_os_str().is_empty() {
        config.journal = config.data_dir.join("journal.jsonl");
    }
    if let (true, Some(folder)) = (config.prompts_dir.as_os_str().is_empty(), config_file.parent()) {
        config.prompts_dir = folder.join("prompts");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places() -> Places {
        Places {
            config_file: "/home/o/.config/midwatch/config.toml".into(),
            data_dir: "/home/o/.local/share/midwatch".into(),
            home: "/home/o".into(),
            cwd: "/tmp".into(),
        }
    }

    #[test]
    fn relative_paths_hang_below_the_configuration_and_tilde_is_home() {
        let places = places();
        let base = Path::new("/etc/midwatch");
        assert_eq!(places.resolve(Path::new("a/b"), base), Path::new("/etc/midwatch/a/b"));
        assert_eq!(places.resolve(Path::new("~/a"), base), Path::new("/home/o/a"));
        assert_eq!(places.resolve(Path::new("/a"), base), Path::new("/a"));
        assert_eq!(places.resolve(Path::new(""), base), Path::new(""));
    }

    #[test]
    fn a_folder_with_glob_characters_in_its_name_stays_a_folder() {
        let mut config = super::super::known::specimen();
        config.files[0].paths = vec!["*.log".to_owned()];
        make_absolute(&mut config, &places(), Path::new("/srv/[a]"));
        assert_eq!(config.files[0].paths, ["/srv/[[]a[]]/*.log"]);
    }

    #[test]
    fn the_journal_follows_the_data_directory() {
        let mut config = Config { data_dir: "/var/x".into(), ..Config::default() };
        fill_in(&mut config, &places(), Path::new("/etc/midwatch/config.toml"));
        assert_eq!(config.journal, Path::new("/var/x/journal.jsonl"));
        assert_eq!(config.prompts_dir, Path::new("/etc/midwatch/prompts"));
    }

    #[test]
    fn without_a_home_nothing_is_invented() {
        let mut config = Config::default();
        fill_in(&mut config, &Places::default(), Path::new(""));
        assert_eq!(config, Config::default());
    }
}
