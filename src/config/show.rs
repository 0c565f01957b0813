//! The configuration that holds, as TOML without a secret in it. `midwatch config show` prints it.

use super::schema::Config;
use super::secrets::is_reference;

/// The whole configuration as TOML; keys in plain text and literal headers that may be secrets are masked.
pub fn show(config: &Config) -> Result<String, toml::ser::Error> {
    let mut shown = config.clone();
    if shown.model.key.starts_with("plain:") {
        shown.model.key = "plain:…".to_owned();
    }
    let headers = shown
        .alertmanager
        .iter_mut()
        .map(|server| &mut server.headers)
        .chain(shown.prometheus.iter_mut().map(|server| &mut server.headers));
    for value in headers.flat_map(|headers| headers.values_mut()) {
        if !value.starts_with("env:") && !value.starts_with("keyring:") {
            *value = "…".to_owned();
        }
    }
    let auths = shown.prometheus.iter_mut().map(|server| &mut server.auth);
    for auth in auths.chain(shown.alertmanager.iter_mut().map(|server| &mut server.auth)) {
        for value in [&mut auth.password, &mut auth.bearer] {
            if !value.is_empty() && !is_reference(value) {
                *value = "…".to_owned();
            }
        }
    }
    toml::to_string(&shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_reads_back_and_holds_no_secret() {
        let mut config = super::super::known::specimen();
        config.model.key = "plain:sk-very-secret".to_owned();
        config.prometheus[0].headers.insert("X-Scope".to_owned(), "tenant-secret".to_owned());
        config.prometheus[0].auth.password = "hunter2-secret".to_owned();
        config.alertmanager[0].auth.bearer = "bearer-secret".to_owned();
        let text = show(&config).unwrap();
        assert!(!text.contains("secret"), "{text}");
        assert!(toml::from_str::<Config>(&text).is_ok());
    }
}
