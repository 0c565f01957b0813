//! Whether a name is the name of a secret: `db_password`, `X-Api-Key`, `clientSecret`, but not `token_count`, `secretName`
//! or `public_key`. A name is read word by word. Used by `named`.

/// How sure a name makes it that its value is a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    /// Only if the value looks random: `signature`, `app_key`.
    Random,
    /// A value that is no plain word: `token`, `secret`.
    Weak,
    /// Almost any value: `client_secret`, `api_key`.
    Medium,
    /// Any value: `password`.
    Strong,
}

/// What kind of place a name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    /// A value follows.
    Value(Strength),
    /// A scheme and then credentials follow.
    Authorization,
    /// Pairs follow, some of which are secret.
    Cookie,
}

const PASS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "pwd",
    "passwort",
    "contrasena",
    "requirepass",
    "masterauth",
    "storepass",
    "keypass",
    "psk",
    "passkey",
    "authtok",
    "sshpass",
];
/// Endings by which a name written as one word is known.
const GLUED: &[(&str, Strength)] = &[
    ("password", Strength::Strong),
    ("passwd", Strength::Strong),
    ("passphrase", Strength::Strong),
    ("passwort", Strength::Strong),
    ("userpass", Strength::Strong),
    ("dbpass", Strength::Strong),
    ("smtppass", Strength::Strong),
    ("rootpass", Strength::Strong),
    ("mypass", Strength::Strong),
    ("adminpass", Strength::Strong),
    ("authpass", Strength::Strong),
    ("keypass", Strength::Strong),
    ("storepass", Strength::Strong),
    ("bindpw", Strength::Strong),
    ("rootpw", Strength::Strong),
    ("apikey", Strength::Medium),
    ("accesskey", Strength::Medium),
    ("secretkey", Strength::Medium),
    ("privatekey", Strength::Medium),
    ("accountkey", Strength::Medium),
    ("authkey", Strength::Medium),
    ("sharedkey", Strength::Medium),
    ("masterkey", Strength::Medium),
    ("signingkey", Strength::Medium),
    ("encryptionkey", Strength::Medium),
    ("presharedkey", Strength::Medium),
    ("clientsecret", Strength::Medium),
    ("appsecret", Strength::Medium),
    ("authtoken", Strength::Medium),
    ("accesstoken", Strength::Medium),
    ("refreshtoken", Strength::Medium),
    ("idtoken", Strength::Medium),
    ("apitoken", Strength::Medium),
    ("secret", Strength::Weak),
    ("token", Strength::Weak),
    ("sessionid", Strength::Weak),
    ("sessid", Strength::Weak),
    ("samlresponse", Strength::Random),
    ("samlart", Strength::Random),
];
/// Words behind the secret's name that leave it a secret's name.
const TAIL: &[&str] = &[
    "value",
    "val",
    "string",
    "text",
    "plain",
    "plaintext",
    "base",
    "b64",
    "base64",
    "encoded",
    "encrypted",
    "old",
    "new",
    "current",
    "previous",
    "confirm",
    "confirmation",
    "confirmed",
    "again",
    "repeat",
    "prod",
    "production",
    "staging",
    "stage",
    "dev",
    "development",
    "test",
    "live",
    "sandbox",
    "primary",
    "secondary",
    "default",
    "v",
    "raw",
    "data",
    "field",
    "env",
    "here",
    "pem",
    "override",
    "a",
    "b",
    "eu",
    "us",
    "str",
    "bytes",
    "hex",
    "rw",
    "ro",
];
/// Words before `key` that make it a secret.
const KEY: &[&str] = &[
    "api",
    "access",
    "secret",
    "private",
    "account",
    "auth",
    "encryption",
    "encrypt",
    "decryption",
    "signing",
    "master",
    "shared",
    "hmac",
    "aes",
    "subscription",
    "preshared",
    "unseal",
    "sas",
    "jwt",
    "webhook",
    "cipher",
    "crypto",
    "sharedaccess",
    "secretaccess",
    "symmetric",
    "wep",
    "wpa",
    "psk",
    "hec",
];
/// Words before `key` that make it one if the value looks random.
const KEY_IF_RANDOM: &[&str] = &[
    "app",
    "application",
    "license",
    "licence",
    "service",
    "storage",
    "integration",
    "routing",
    "ingest",
    "ingestion",
    "write",
    "deploy",
    "client",
    "consumer",
    "recovery",
    "session",
    "cookie",
    "admin",
    "root",
    "function",
    "functions",
    "host",
    "insert",
    "query",
    "read",
    "insights",
    "instrumentation",
    "authentication",
    "bot",
    "user",
    "server",
    "sign",
    "token",
    "activation",
    "product",
];
/// Words before `key` that make it none.
const KEY_NEVER: &[&str] = &[
    "public",
    "pub",
    "cache",
    "partition",
    "primary",
    "foreign",
    "sort",
    "idempotency",
    "dedup",
    "hash",
    "range",
    "object",
    "s3",
    "map",
    "group",
    "lookup",
    "registry",
    "config",
    "label",
    "lock",
    "row",
    "shard",
    "message",
    "sorting",
    "unique",
    "index",
    "event",
    "redis",
    "etcd",
    "consul",
    "metric",
    "tag",
    "field",
    "json",
    "translation",
    "i18n",
];
/// Words before `token` or `secret` that make it none.
const OTHER: &[&str] = &[
    "next",
    "page",
    "continuation",
    "sync",
    "cancel",
    "cancellation",
    "max",
    "min",
    "prompt",
    "completion",
    "total",
    "num",
    "count",
    "eos",
    "bos",
    "pad",
    "unk",
    "stop",
    "unexpected",
    "pagination",
    "resume",
    "fencing",
    "existing",
    "pull",
    "tls",
    "cert",
    "name",
    "kubernetes",
    "k8s",
    "image",
    "start",
    "end",
    "special",
    "input",
    "output",
    "public",
    "parse",
    "syntax",
    "expected",
    "invalid",
    "snapshot",
    "change",
];

/// What the name says of its value; `None` when it is no secret's name.
pub(super) fn name(key: &str) -> Option<Name> {
    let mut words = words(key);
    if words.is_empty() || words.iter().any(|word| word == "public" || word == "pubkey") {
        return None;
    }
    let all = words.len();
    while words.len() > 1
        && words.last().is_some_and(|last| {
            let bare = last.trim_end_matches(|c: char| c.is_ascii_digit());
            bare.is_empty() || TAIL.contains(&bare)
        })
    {
        words.pop();
    }
    let whole: &[String] = &words;
    let (last, before) = whole.split_last()?;
    let before = before.last().map(String::as_str);
    let last = last.trim_end_matches(|c: char| c.is_ascii_digit());
    let shouted = key.bytes().all(|byte| !byte.is_ascii_lowercase());
    let strength = match last {
        "authorization" => return Some(Name::Authorization),
        "cookie" | "cookies" => return Some(Name::Cookie),
        _ if PASS.contains(&last) => Strength::Strong,
        "pass" | "pw" | "userpass" => {
            if before.is_some() {
                Strength::Strong
            } else if last == "pass" {
                Strength::Weak
            } else {
                Strength::Random
            }
        }
        "secrets" | "tokens" if all == 1 => return None,
        "token" | "secret" => match before {
            Some(word) if OTHER.contains(&word) => return None,
            Some(_) => Strength::Medium,
            None => Strength::Weak,
        },
        "auth" if shouted && before.is_some() => Strength::Medium,
        "credential" | "credentials" | "creds" => Strength::Weak,
        "key" | "keys" => return key_name(last, before, shouted),
        "id" => match before {
            Some("session" | "sess" | "secret" | "sessionid") => Strength::Weak,
            Some("key") if words.iter().any(|word| word == "access") => Strength::Random,
            Some(_) | None => return None,
        },
        "auth" | "sig" | "signature" | "jwt" | "session" | "sess" | "sid" | "csrf" | "xsrf" | "bearer"
        | "assertion" | "nonce" | "hmac" | "verifier" | "cred" | "seed" | "salt" | "pepper" | "webhook" | "apikeys" => {
            Strength::Random
        }
        "mnemonic" => Strength::Medium,
        "dockerconfigjson" | "dockercfg" => Strength::Random,
        "otp" | "totp" | "cvv" | "cvc" | "mfa" => Strength::Weak,
        "hash" if before.is_some_and(|word| PASS.contains(&word)) => Strength::Random,
        "art" | "api" if key.eq_ignore_ascii_case("x-jfrog-art-api") => Strength::Medium,
        "base" if before == Some("key") => Strength::Medium,
        "team" if key.eq_ignore_ascii_case("x-honeycomb-team") => Strength::Random,
        "response" if before == Some("saml") => Strength::Random,
        "account" | "accountkey" if last == "accountkey" => Strength::Medium,
        word => return glued(word).map(Name::Value),
    };
    Some(Name::Value(strength))
}

fn key_name(last: &str, before: Option<&str>, shouted: bool) -> Option<Name> {
    let before = before?;
    if last == "keys" {
        return None;
    }
    if KEY.contains(&before) || glued(before).is_some() {
        return Some(Name::Value(Strength::Medium));
    }
    if KEY_NEVER.contains(&before) {
        return None;
    }
    (shouted || KEY_IF_RANDOM.contains(&before)).then_some(Name::Value(Strength::Random))
}

fn glued(word: &str) -> Option<Strength> {
    if matches!(word, "nexttoken" | "pgpass" | "maxtoken" | "bypass" | "pagetoken") {
        return None;
    }
    GLUED
        .iter()
        .find(|(end, _)| word.ends_with(end))
        .map(|(end, strength)| if word.len() > end.len() { (*strength).max(Strength::Weak) } else { *strength })
}

/// The words of a name in small letters: split at signs and where a capital begins a word.
fn words(key: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for part in key.split(|c: char| !c.is_ascii_alphanumeric()) {
        let bytes = part.as_bytes();
        let mut from = 0;
        for at in 1..bytes.len() {
            let (before, this) = (bytes[at - 1], bytes[at]);
            let after = bytes.get(at + 1);
            let humps = before.is_ascii_lowercase() && this.is_ascii_uppercase();
            let ends_capitals =
                before.is_ascii_uppercase() && this.is_ascii_uppercase() && after.is_some_and(u8::is_ascii_lowercase);
            if humps || ends_capitals {
                out.push(part[from..at].to_ascii_lowercase());
                from = at;
            }
        }
        if from < part.len() {
            out.push(part[from..].to_ascii_lowercase());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_and_names_that_only_hold_the_word() {
        for key in [
            "password",
            "DB_PASSWORD",
            "db.password",
            "keyStorePassword",
            "PGPASSWORD",
            "X-Api-Key",
            "apikey",
            "clientSecret",
            "secret_key_base",
            "AWS_SECRET_ACCESS_KEY",
            "AccountKey",
            "_authToken",
            "SESSION_TOKEN",
            "DB_PASS",
            "POSTGRES_PASSWORD_PROD",
            "password2",
            "session_id",
            "PHPSESSID",
            "DD_APP_KEY",
            "signature",
            "SharedAccessKey",
            "api_key_v2",
            "HTTP_X_AUTH_TOKEN",
            "spring.datasource.password",
        ] {
            assert!(matches!(name(key), Some(Name::Value(_))), "{key}");
        }
        for key in [
            "token_count",
            "max_tokens",
            "secretName",
            "public_key",
            "public_key_id",
            "cache_key",
            "key_id",
            "token_type",
            "password_file",
            "NextToken",
            "next_token",
            "secretKeyRef",
            "imagePullSecrets",
            "tokens",
            "passed",
            "bypass",
            "compass",
            "monkey",
            "keyboard",
            "author",
            "authority",
            "sessions",
            "existingSecret",
            "tls_secret",
            "password_policy",
            "partition_key",
        ] {
            assert_eq!(name(key), None, "{key}");
        }
    }
}
