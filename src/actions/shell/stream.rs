//! What a command says on its output, as far as its text tells: what the next command in a pipe is given to read, and
//! what `$(...)` puts into a word. Used by `walk.rs` and `expand.rs`.

use super::value::Value;

/// What flows from one command to the next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Stream {
    /// Nothing is given to it: whatever the whole was started with.
    #[default]
    Nothing,
    /// Anything.
    Unknown,
    /// Lines whose first word is a name or a number, as the tables of `kubectl get`.
    Rows,
    /// Names or numbers, one a line, without blanks, none of which looks like an option.
    Names,
    /// Exactly this text.
    Text(String),
}

impl Stream {
    /// What is left of it for commands after the first.
    pub fn rest(&self) -> Self {
        match self {
            Self::Nothing => Self::Nothing,
            Self::Unknown | Self::Rows | Self::Names | Self::Text(_) => Self::Unknown,
        }
    }

    /// The same once it goes through a pipe: what nothing is known of may be anything.
    pub fn piped(self) -> Self {
        match self {
            Self::Nothing => Self::Unknown,
            Self::Unknown | Self::Rows | Self::Names | Self::Text(_) => self,
        }
    }
}

/// What a substitution puts into a word.
pub struct Said {
    /// Its form.
    pub stream: Stream,
    /// Whether it may be the content of a file or of an answer: more than a name, a number or a time.
    pub content: bool,
}

/// Programs whose answer is a name, a number or a time, or what they were given.
const SMALL: [&str; 19] = [
    "date", "hostname", "uname", "whoami", "id", "nproc", "seq", "echo", "printf", "expr", "basename", "dirname",
    "pwd", "pgrep", "pidof", "kubectl", "docker", "tr", "head",
];
/// Programs that hand on some of the lines they read.
const SIEVES: [&str; 8] = ["grep", "egrep", "fgrep", "sort", "uniq", "head", "tail", "cat"];

/// Whether none of the calls says more than a name, a number or a time.
pub fn is_small(calls: &[Vec<Value>]) -> bool {
    calls.iter().all(|words| {
        let exact = |value: &Value| value.exact().map(str::to_owned);
        match words.first().and_then(exact).as_deref() {
            Some("head" | "tr") => !words.iter().skip(1).any(|word| word.text.starts_with(['/', '.', '~'])),
            Some("kubectl") => words.iter().any(|word| word.text == "get") && !words.iter().any(is_secret),
            Some("docker") => words.iter().any(|word| matches!(word.text.as_str(), "ps" | "port" | "inspect")),
            Some(name) => SMALL.contains(&name),
            None => false,
        }
    })
}

fn is_secret(word: &Value) -> bool {
    word.is_dynamic() || word.text.contains("secret") || word.text.contains("configmap") || word.text == "cm"
}

/// What a call says, given what it reads.
pub fn of(words: &[Value], input: &Stream) -> Stream {
    let Some(texts) = words.iter().map(Value::exact).collect::<Option<Vec<&str>>>() else { return Stream::Unknown };
    let Some((name, arguments)) = texts.split_first() else { return Stream::Unknown };
    let plain = |word: &&str| !word.starts_with('-');
    let has = |options: &[&str]| arguments.iter().any(|argument| options.contains(argument));
    let switch = |letter: char| {
        arguments.iter().any(|word| word.starts_with('-') && !word.starts_with("--") && word.contains(letter))
    };
    match *name {
        "echo" => match arguments.split_first() {
            Some((&"-n", rest)) if rest.iter().all(plain) => Stream::Text(rest.join(" ")),
            _ if arguments.iter().all(plain) => Stream::Text(format!("{}\n", arguments.join(" "))),
            _ => Stream::Unknown,
        },
        "printf" => match arguments {
            [text] if !text.contains('%') && !text.replace("\\n", "").contains('\\') => {
                Stream::Text(text.replace("\\n", "\n"))
            }
            ["%s" | "%s\\n", text] => Stream::Text((*text).to_owned()),
            _ => Stream::Unknown,
        },
        "cat" if arguments.is_empty() => input.clone(),
        _ if SIEVES.contains(name) && matches!(input, Stream::Names | Stream::Rows) && !changes_lines(arguments) => {
            input.clone()
        }
        "awk" | "gawk" | "mawk" if matches!(input, Stream::Names | Stream::Rows) && takes_first_column(arguments) => {
            Stream::Names
        }
        "cut" if *input == Stream::Names && matches!(arguments, ["-d/", "-f", field] if is_field(field)) => {
            Stream::Names
        }
        "cut"
            if *input == Stream::Names
                && matches!(arguments, ["-d/", field] if field.strip_prefix("-f").is_some_and(is_field)) =>
        {
            Stream::Names
        }
        "cut" if *input == Stream::Rows && matches!(arguments, ["-d ", "-f1"] | ["-d ", "-f", "1"]) => Stream::Names,
        "paste"
            if *input == Stream::Names
                && matches!(arguments, ["-sd,"] | ["-sd,", "-"] | ["-s", "-d,"] | ["-s", "-d,", "-"]) =>
        {
            Stream::Names
        }
        "pidof" | "nproc" => Stream::Names,
        "pgrep" if !switch('a') && !switch('l') && !switch('d') && !arguments.iter().any(|a| a.starts_with("--")) => {
            Stream::Names
        }
        "seq" if arguments.iter().all(|word| word.bytes().all(|byte| byte.is_ascii_digit())) => Stream::Names,
        "lsof" if switch('t') => Stream::Names,
        "docker" | "podman" | "nerdctl" | "crictl"
            if matches!(arguments.first(), Some(&"ps" | &"images")) && (switch('q') || has(&["--quiet"])) =>
        {
            Stream::Names
        }
        "kubectl" | "oc" if is_get(arguments) && says_names(arguments) => Stream::Names,
        "kubectl" | "oc" if is_get(arguments) && says_rows(arguments) => Stream::Rows,
        "docker" | "podman" | "nerdctl" | "crictl"
            if matches!(arguments.first(), Some(&"ps" | &"pods"))
                && !arguments.iter().any(|word| word.contains("-f") || word.contains("-o")) =>
        {
            Stream::Rows
        }
        "date" => match arguments.iter().filter(|word| word.starts_with('+')).collect::<Vec<_>>().as_slice() {
            [form] if is_plain_date(form) => Stream::Names,
            _ => Stream::Unknown,
        },
        _ => Stream::Unknown,
    }
}

/// Whether an option of a sieve may put something else before its lines, or a file beside its input.
fn changes_lines(arguments: &[&str]) -> bool {
    let options = arguments.iter().take_while(|argument| **argument != "--");
    options.into_iter().any(|argument| {
        let long = argument.starts_with("--") && !matches!(*argument, "--invert-match" | "--ignore-case" | "--reverse");
        long || (argument.starts_with('-') && argument.contains(['c', 'o', 'A', 'B', 'C', 'H', 'e', 'f']))
    })
}

fn is_get(arguments: &[&str]) -> bool {
    arguments.iter().any(|word| matches!(*word, "get" | "api-resources"))
}

/// `{print $1}`, also of the lines that a pattern without assignments chooses.
fn takes_first_column(arguments: &[&str]) -> bool {
    let [program] = arguments else { return false };
    let Some((pattern, action)) = program.split_once('{') else { return false };
    let compares = ["==", "!=", "<=", ">="].iter().fold(pattern.to_owned(), |text, sign| text.replace(sign, ""));
    let plain = |c: char| c.is_ascii_alphanumeric() || "/ $!~^|&<>._-\"".contains(c);
    action.trim() == "print $1}"
        && compares.chars().all(plain)
        && !pattern.contains("BEGIN")
        && !pattern.contains("END")
}

fn is_field(text: &str) -> bool {
    matches!(text.as_bytes(), [b'1'..=b'9'])
}

/// A table as kubectl draws it, its first column names: no other form, and nothing before it.
fn says_rows(arguments: &[&str]) -> bool {
    let wide = |word: &str| matches!(word, "-owide" | "-o=wide" | "--output=wide");
    let forms = ["-o", "--output", "--template", "--raw"];
    let other = arguments.iter().filter(|word| forms.iter().any(|form| word.starts_with(form)) && !wide(word)).count();
    let pairs = arguments.windows(2).filter(|pair| matches!(pair, ["-o" | "--output", "wide"])).count();
    other == pairs && arguments.contains(&"get")
}

fn says_names(arguments: &[&str]) -> bool {
    arguments.iter().any(|word| matches!(*word, "-oname" | "-o=name" | "--output=name"))
        || arguments.windows(2).any(|pair| matches!(pair, ["-o" | "--output", "name"]))
}

/// A form whose result holds no blank and begins with a digit.
fn is_plain_date(form: &str) -> bool {
    let mut chars = form.chars().skip(1);
    let first = chars.next() == Some('%');
    let mut chars = form.chars().skip(1);
    while let Some(c) = chars.next() {
        let fine = if c == '%' { chars.next().is_some_and(|c| "FTsYmdHMSN".contains(c)) } else { "-:TZ._".contains(c) };
        if !fine {
            return false;
        }
    }
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(words: &[&str], input: &Stream) -> Stream {
        let value = |text: &&str| Value {
            text: (*text).to_owned(),
            shape: super::super::value::Shape::Static,
            span: 0..0,
            found: false,
        };
        of(&words.iter().map(value).collect::<Vec<_>>(), input)
    }

    #[test]
    fn names_are_told_from_what_may_be_an_option() {
        let nothing = Stream::Unknown;
        for names in [
            &["pgrep", "-f", "x"][..],
            &["kubectl", "get", "pods", "-n", "a", "-o", "name"],
            &["docker", "ps", "-aq"],
            &["date", "+%s"],
        ] {
            assert_eq!(said(names, &nothing), Stream::Names, "{names:?}");
        }
        for other in [
            &["pgrep", "-a", "x"][..],
            &["kubectl", "get", "pods", "-o", "yaml"],
            &["docker", "ps", "--format", "{{.Names}}"],
            &["awk", "{print $1}"],
            &["date", "+-%s"],
            &["date", "+%s %s"],
            &["cat", "f"],
        ] {
            assert_eq!(said(other, &nothing), Stream::Unknown, "{other:?}");
        }
        assert_eq!(said(&["grep", "-v", "x"], &Stream::Names), Stream::Names);
        assert_eq!(said(&["kubectl", "get", "pods", "-A", "-o", "wide"], &nothing), Stream::Rows);
        assert_eq!(said(&["docker", "ps"], &nothing), Stream::Rows);
        assert_eq!(said(&["grep", "Evicted"], &Stream::Rows), Stream::Rows);
        assert_eq!(said(&["awk", "$3==\"Evicted\"{print $1}"], &Stream::Rows), Stream::Names);
        assert_eq!(said(&["cut", "-d/", "-f2"], &Stream::Names), Stream::Names);
        for program in ["{print $2}", "{$1=\"-x\"; print $1}", "BEGIN{print $1}", "($1=\"-x\"){print $1}"] {
            assert_eq!(said(&["awk", program], &Stream::Rows), Stream::Unknown, "{program}");
        }
        assert_eq!(said(&["cat"], &Stream::Text("a".to_owned())), Stream::Text("a".to_owned()));
        assert_eq!(said(&["echo", "a", "b"], &nothing), Stream::Text("a b\n".to_owned()));
        assert_eq!(said(&["echo", "-e", "b"], &nothing), Stream::Unknown);
    }
}
