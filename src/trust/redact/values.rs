//! Whether what stands behind a secret's name is a secret: no reference to one, no mask, no word of prose. Used by `named`
//! and `commands`.

use super::keys::Strength;

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// In quotes.
    Quoted,
    /// Behind `=` or as an argument.
    Assigned,
    /// Behind `: `, alone on its line.
    Line,
    /// Behind `: `, in the middle of a text.
    Prose,
}

/// Values that are none, whatever their name.
const PLAIN: &[&str] = &[
    "true",
    "false",
    "null",
    "none",
    "nil",
    "yes",
    "no",
    "on",
    "off",
    "undefined",
    "empty",
    "unset",
    "set",
    "required",
    "optional",
    "invalid",
    "valid",
    "expired",
    "missing",
    "incorrect",
    "wrong",
    "failed",
    "failure",
    "ok",
    "not",
    "must",
    "is",
    "was",
    "the",
    "a",
    "for",
    "enabled",
    "disabled",
    "redacted",
    "masked",
    "hidden",
    "removed",
    "filtered",
    "secret_value_here",
    "string",
    "str",
    "text",
    "varchar",
    "bytes",
    "object",
    "array",
    "number",
    "int",
    "integer",
    "boolean",
    "bool",
    "any",
    "unknown",
    "anonymous",
    "default",
    "n/a",
    "na",
    "tbd",
    "todo",
    "bearer",
    "basic",
    "digest",
    "negotiate",
    "ntlm",
    "accepted",
    "rejected",
    "denied",
    "changed",
    "updated",
    "created",
    "deleted",
    "rotated",
    "generated",
    "stdin",
    "prompt",
    "ask",
    "input",
    "option",
    "some",
    "eof",
    "identifier",
    "self",
    "omitted",
    "present",
    "absent",
    "provided",
    "unauthorized",
    "forbidden",
    "refused",
    "mismatch",
    "needed",
    "env",
    "file",
    "vault",
    "keyring",
    "ldap",
    "oauth",
    "oauth2",
    "oidc",
    "saml",
    "jwt",
    "scram",
    "md5",
    "trust",
    "peer",
    "cert",
    "token",
    "password",
    "secret",
    "scram-sha-256",
    "sha256",
    "plain",
];
/// Words of sentences about secrets.
const PROSE: &[&str] = &[
    "must",
    "be",
    "not",
    "is",
    "for",
    "failed",
    "the",
    "of",
    "was",
    "invalid",
    "required",
    "expired",
    "incorrect",
    "authentication",
    "does",
    "cannot",
    "could",
    "should",
    "has",
    "been",
    "with",
    "from",
    "and",
    "or",
    "to",
    "in",
    "at",
    "needs",
    "you",
    "your",
    "no",
    "will",
    "by",
    "on",
    "are",
    "an",
    "found",
    "missing",
    "used",
];

/// Whether the value is a secret, given how sure its name is and how it is written.
pub(super) fn is_secret(value: &str, strength: Strength, written: Written) -> bool {
    let value = value.trim();
    if value.is_empty()
        || value.len() > 1 && is_reference(value)
        || value.len() == 1 && !value.starts_with(|c: char| c.is_alphanumeric())
    {
        return false;
    }
    let lower = value.to_ascii_lowercase();
    if PLAIN.contains(&lower.trim_end_matches(['.', ',', ':', '!', '?'])) || is_mask(value) {
        return false;
    }
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    let numeric = digits == value.len();
    let wordy = digits == 0
        && value
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'-' | b'.' | b'_' | b' ' | b'/' | b','));
    let words = value.split_whitespace().count();
    // A length, as in `kubectl describe secret`, and a sentence.
    if value.strip_suffix(" bytes").is_some_and(|many| many.bytes().all(|byte| byte.is_ascii_digit()))
        || words > 2 && wordy && value.ends_with('.')
    {
        return false;
    }
    if words > 2
        && value
            .split_whitespace()
            .any(|word| PROSE.contains(&word.to_ascii_lowercase().trim_end_matches([',', '.', ';'])))
    {
        return false;
    }
    match strength {
        Strength::Strong => match written {
            Written::Quoted | Written::Assigned | Written::Line => value.len() >= 2 || numeric,
            Written::Prose => {
                !wordy && (digits + letters < value.len() || digits > 0 || mixed(value)) && !numeric_small(value)
            }
        },
        Strength::Medium => {
            !numeric_small(value)
                && match written {
                    Written::Quoted | Written::Assigned => value.len() >= 4 && !(wordy && hyphenated(value)),
                    Written::Line => value.len() >= 4 && !(wordy && (hyphenated(value) || words > 1)),
                    Written::Prose => !wordy && value.len() >= 6 && (digits > 0 || mixed(value)),
                }
        }
        Strength::Weak => {
            let assigned = matches!(written, Written::Assigned | Written::Quoted)
                && wordy
                && letters == value.len()
                && value.len() >= 8
                && written == Written::Assigned;
            let counted = numeric && value.len() < 6 || value.starts_with("0x");
            !counted
                && words == 1
                && (assigned
                    || letters > 0 && digits > 0 && value.len() >= 6 && !names(value)
                    || mixed(value) && value.len() >= 10
                    || numeric && value.len() >= 6 && value.len() < 10)
        }
        Strength::Random => looks_random(value),
    }
}

/// Whether it looks drawn by lot: long, of letters and digits, without the shape of a path, a name or a time.
pub(super) fn looks_random(value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let upper = value.bytes().filter(u8::is_ascii_uppercase).count();
    let lower = value.bytes().filter(u8::is_ascii_lowercase).count();
    let other = value.len() - digits - upper - lower;
    if value.len() < 12
        || other * 4 > value.len()
        || value.contains(char::is_whitespace)
        || is_reference(value)
        || names(value)
    {
        return false;
    }
    let kinds = usize::from(digits > 0) + usize::from(upper > 0) + usize::from(lower > 0);
    digits >= 2 && kinds >= 2 && value.len() >= 16 || kinds == 3 || upper >= 4 && lower >= 4 && value.len() >= 20
}

/// Names of things: words with numbers at their ends, hosts, versions, times, image names.
fn names(value: &str) -> bool {
    let timed = value.len() >= 10
        && value
            .bytes()
            .take(10)
            .enumerate()
            .all(|(at, byte)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() });
    let parts: Vec<&str> = value.split(['-', '.', '_', '/', ':']).filter(|part| !part.is_empty()).collect();
    let wordlike = |part: &&str| {
        let head = part.trim_end_matches(|c: char| c.is_ascii_digit());
        let number = part.len() - head.len();
        number <= 3 && head.bytes().all(|byte| byte.is_ascii_lowercase()) || head.is_empty() && part.len() <= 5
    };
    timed
        || parts.len() > 1
            && parts.iter().all(wordlike)
            && parts.iter().filter(|part| part.len() > 2 && part.bytes().all(|byte| byte.is_ascii_lowercase())).count()
                >= 1
}

fn mixed(value: &str) -> bool {
    let upper = value.bytes().filter(u8::is_ascii_uppercase).count();
    let lower = value.bytes().filter(u8::is_ascii_lowercase).count();
    let humps =
        value.as_bytes().windows(2).filter(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase()).count();
    upper > 0 && lower > 0 && (humps > 0 || upper > 1)
}

fn hyphenated(value: &str) -> bool {
    value.contains(['-', ' ', '_', '/', '.'])
}

fn numeric_small(value: &str) -> bool {
    value.len() < 6 && value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// Stars, crosses and words in brackets that stand for a secret already taken out.
fn is_mask(value: &str) -> bool {
    let bare = value.trim_matches(|c: char| matches!(c, '[' | ']' | '<' | '>' | '(' | ')' | '"' | '\''));
    let stars = !bare.is_empty() && bare.chars().all(|c| matches!(c, '*' | '•' | '.' | '#' | '-' | '_' | '…' | '●'));
    let bare = bare.trim_end_matches("/g").trim_end_matches('/');
    let crosses = bare.len() >= 3 && bare.bytes().all(|byte| byte == b'x' || byte == b'X');
    let part = bare.len() >= 5 && (bare.contains("****") || bare.ends_with("..."));
    let bracketed = value.starts_with(['[', '<', '(']) && bare.len() + 2 == value.len();
    let yours = bare.len() > 5
        && bare.get(..5).is_some_and(|head| matches!(head.to_ascii_lowercase().as_str(), "your-" | "your_"))
        && bare.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'_'));
    let word = [
        "redacted",
        "masked",
        "filtered",
        "hidden",
        "sensitive",
        "removed",
        "secret",
        "protected",
        "scrubbed",
        "omitted",
    ];
    stars
        || yours
        || crosses
        || part
        || bracketed && word.iter().any(|word| bare.to_ascii_lowercase().contains(word))
        || value.starts_with("[REDACTED:") && value.ends_with(']') && value.matches('[').count() == 1
}

/// Heads of names that lead to a value in configuration languages and programs.
const MEMBERS: [&str; 22] = [
    "env.",
    "var.",
    "local.",
    "module.",
    "data.",
    "each.",
    "random_password.",
    "aws_",
    "google_",
    "azurerm_",
    "config.",
    "self.",
    "this.",
    "args.",
    "settings.",
    "options.",
    "values.",
    "request.",
    "req.",
    "secrets.",
    "process.env",
    "os.environ",
];

/// Whether it says where the secret is, not what: a variable, a template, a path, a call, a place in a vault.
pub(super) fn is_reference(value: &str) -> bool {
    let bytes = value.as_bytes();
    let identifier =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let first = bytes.first().copied().unwrap_or_default();
    let variable = first == b'$'
        && (matches!(bytes.get(1), Some(b'{' | b'('))
            || value.get(1..).is_some_and(identifier)
            || value.starts_with("$env:")
            || value.starts_with("$$("));
    let template =
        ["{{", "<%", "#{", "%{", "@{", "<<", "[[", "{%", "${", "!vault", "!ref", "!Ref", "!Sub", "!GetAtt", "!!"]
            .iter()
            .any(|mark| value.starts_with(mark));
    let angle = first == b'<' && value.ends_with('>')
        || first == b'['
            && value.ends_with(']')
            && value.len() < 40
            && !value.contains(['"', '\''])
            && value.bytes().all(|byte| !byte.is_ascii_digit());
    let format = value.starts_with('%')
        && (value.len() <= 3
            || value.ends_with('%') && value.get(1..value.len() - 1).is_some_and(identifier)
            || value.starts_with("%("));
    let lower = value.to_ascii_lowercase();
    let place = [
        "/run/",
        "/var/",
        "/etc/",
        "/home/",
        "/root/",
        "/opt/",
        "/usr/",
        "/tmp/",
        "/mnt/",
        "/secrets/",
        "./",
        "../",
        "~/",
        "file:",
        "c:\\",
        "d:\\",
        "vault:",
        "vault/",
        "ref+",
        "op://",
        "arn:aws:",
        "projects/",
        "env:",
        "env[",
        "os.getenv",
        "getenv(",
        "system.getenv",
        "secret/",
        "secrets/",
        "credentials(",
        "http://",
        "https://",
        "@microsoft.keyvault",
        "(sensitive",
        "(known",
        "sealed:",
        "enc[",
        "encrypted:",
        "ssm:",
        "{{resolve",
        "akv:",
        "gcp-sm:",
        "awssm:",
        "keyring:",
    ]
    .iter()
    .any(|mark| lower.starts_with(mark));
    // `aws_db_instance.main.password`, `this.token`, `process.env["X"]`: names with dots between, and nothing else.
    let led = MEMBERS.iter().any(|head| lower.starts_with(head))
        && value.contains(['.', '['])
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-[]\"'?!()*,".contains(&byte));
    let path = first == b'/'
        && value.len() > 3
        && value.get(1..).is_some_and(|rest| {
            rest.contains('/')
                && rest.bytes().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'/' | b'-' | b'_' | b'.'))
        });
    let file = [".pem", ".key", ".txt", ".json", ".yaml", ".yml", ".crt", ".p12", ".jks", ".env", ".conf"]
        .iter()
        .any(|end| lower.ends_with(end))
        && value.contains(['/', '\\']);
    // A call that is cut off at its first string is one too.
    let typed = value.find('<').is_some_and(|open| {
        open > 2
            && value.trim_end_matches(',').ends_with('>')
            && value.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'<' | b'>' | b':' | b',' | b' '))
    }) || ["Secret", "Secure", "Sensitive"].iter().any(|head| value.starts_with(head))
        && ["String", "Str", "Bytes"].iter().any(|end| value.trim_end_matches(',').ends_with(end));
    // The call may be cut at a sign in its string.
    let opened = value.find('(').filter(|open| value[open + 1..].starts_with(['"', '\'']));
    let call = (value.ends_with([')', '(']) || opened.is_some())
        && value.find('(').is_some_and(|open| {
            open > 2
                && value.get(..open).is_some_and(|head| {
                    head.bytes().all(|byte| {
                        byte.is_ascii_alphabetic()
                            || matches!(byte, b'_' | b'.')
                            || byte.is_ascii_digit() && head.contains('.')
                    })
                })
                && (opened.is_some()
                    || value[open..].bytes().all(|b| b.is_ascii_alphanumeric() || b"_.,'\"$:/-[]()&* ".contains(&b)))
        });
    let types = ["&str", "&mut ", "&'", "&[", "&String", "&self"].iter().any(|mark| value.starts_with(mark));
    let pattern =
        value.starts_with(".*") || value.starts_with("[^") || value.starts_with("\\S") || value.starts_with("\\w");
    // `other.password`: a field of the same kind.
    let member = value.rsplit_once('.').is_some_and(|(holder, field)| {
        super::keys::name(field).is_some()
            && holder
                .split('.')
                .all(|part| identifier(part) && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'))
    });
    let object =
        matches!(first, b'{') || value.starts_with("map[") || value.starts_with("&{") || value.starts_with("(*");
    types
        || typed
        || pattern
        || member
        || led
        || variable
        || template
        || angle
        || format
        || place
        || path
        || file
        || call
        || object
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_masks_and_words_are_no_secrets() {
        for value in [
            "${DB_PASSWORD}",
            "$(cat /run/x)",
            "$DB_PASS",
            "{{ .Values.x }}",
            "<token>",
            "****",
            "xxxxx",
            "/run/secrets/db",
            "var.db_password",
            "aws_db_instance.main.password",
            "os.environ['X']",
            "getPassword()",
            "[FILTERED]",
            "(sensitive value)",
            "%s",
            "vault:secret/db#pw",
            "null",
            "true",
            "[REDACTED:secret:1]",
            "file:///etc/pw",
            "arn:aws:secretsmanager:eu:1:secret:x",
            "@Microsoft.KeyVault(SecretUri=x)",
        ] {
            assert!(!is_secret(value, Strength::Strong, Written::Assigned), "{value}");
        }
        for value in [
            "hunter2",
            "$2y$10$abcdefghijklmnopqrstuv",
            "p@ss/word",
            "Tr0ub4dor&3",
            "correct-horse",
            "postgres",
            "[REDACTED:x:1]hunter22",
            "aws_S3cr3t9x",
            "Passw(rd!)9x",
            "data.Xy!7#q",
        ] {
            assert!(is_secret(value, Strength::Strong, Written::Assigned), "{value}");
        }
    }

    #[test]
    fn only_what_looks_drawn_by_lot_is_random() {
        for value in ["8add4d12e846fa4efbb2f4c4cae209b4", "Zx81Kq02LmPo", "dXNlcjpwYXNzd29yZDEyMw=="] {
            assert!(looks_random(value), "{value}");
        }
        for value in [
            "db-primary-2",
            "SIGTERM",
            "payments.orders.created",
            "2026-01-02T03:04:05Z",
            "12345678901234567890",
            "/var/lib/mysql-1",
        ] {
            assert!(!looks_random(value), "{value}");
        }
    }
}
