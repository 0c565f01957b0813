//! Commands that stand inside other tools' arguments and run on other machines: `ansible -m MODULE -a ARGUMENTS` and
//! `aws ssm send-command --parameters commands=...`. Called by `shell/call.rs`; what cannot be read out is opaque.

use std::ops::Range;

use crate::domain::Class;

use super::super::arguments::Parsed;
use super::super::walk::Walk;

/// Modules of ansible that only look.
const LOOKS: [&str; 14] = [
    "ping",
    "win_ping",
    "setup",
    "gather_facts",
    "debug",
    "stat",
    "service_facts",
    "package_facts",
    "mount_facts",
    "getent",
    "find",
    "slurp",
    "wait_for",
    "wait_for_connection",
];
/// Modules that change something; with `state=absent` or its like they lose it.
const CHANGES: [&str; 38] = [
    "service",
    "systemd",
    "systemd_service",
    "sysvinit",
    "copy",
    "template",
    "file",
    "lineinfile",
    "blockinfile",
    "replace",
    "user",
    "group",
    "package",
    "apt",
    "yum",
    "dnf",
    "pip",
    "cron",
    "hostname",
    "known_hosts",
    "authorized_key",
    "sysctl",
    "mount",
    "fetch",
    "timezone",
    "iptables",
    "firewalld",
    "ufw",
    "modprobe",
    "seboolean",
    "selinux",
    "apt_repository",
    "yum_repository",
    "ini_file",
    "alternatives",
    "locale_gen",
    "tempfile",
    "set_fact",
];
/// Values with which a module that changes something loses it.
const LOSES: [&str; 7] = ["state=absent", "purge=", "autoremove=", "remove=", "force=", "flush=", "state=reset"];

impl Walk<'_> {
    /// The module of an ad-hoc ansible call, and for `command` and `shell` the command.
    pub(in super::super) fn ansible(&mut self, parsed: &Parsed<'_>, span: &Range<usize>) {
        let module = match parsed.values(&["-m", "--module-name"]).pop() {
            None => "command",
            Some(Some(name)) => {
                name.strip_prefix("ansible.builtin.").or(name.strip_prefix("ansible.posix.")).unwrap_or(name)
            }
            Some(None) => return self.opaque(span, "ansible.module", "which module it runs is only known at run time"),
        };
        let arguments = match parsed.values(&["-a", "--args"]).pop() {
            None => "",
            Some(Some(text)) => text,
            Some(None) => return self.opaque(span, "ansible.args", "what it runs is only known at run time"),
        };
        if arguments.contains("{{") || arguments.contains("{%") {
            return self.opaque(span, "ansible.args", "its template is filled in elsewhere");
        }
        match module {
            _ if parsed.has(&["--list-hosts", "--version"]) => {}
            "command" | "shell" | "raw" if arguments.trim().is_empty() => {
                self.opaque(span, "ansible.args", "the command that it would run is missing");
            }
            "command" | "shell" | "raw" => {
                let text = arguments.to_owned();
                self.fresh(&text, span);
            }
            "reboot" | "shutdown" => self.say(Class::Destructive, span, "ansible.module", "restarts the machines"),
            name if LOOKS.contains(&name) => {}
            name if name.ends_with("_info") || name.ends_with("_facts") => {}
            name if CHANGES.contains(&name) => {
                let loses = arguments.split_whitespace().any(|word| {
                    let word = word.replace(['"', '\''], "");
                    LOSES.iter().any(|start| word.starts_with(start))
                });
                let json = arguments.trim_start().starts_with('{');
                let class = if loses || json { Class::Destructive } else { Class::Write };
                self.say(class, span, "ansible.module", "changes the machines");
            }
            _ => self.opaque(span, "ansible.module", "runs a module that is not known"),
        }
    }

    /// The commands in the parameters of `AWS-RunShellScript`.
    pub(in super::super) fn ssm(&mut self, parsed: &Parsed<'_>, span: &Range<usize>) {
        if parsed.values(&["--document-name"]) != [Some("AWS-RunShellScript")] {
            return self.opaque(span, "ssm.document", "what this document runs is not known");
        }
        let parameters = parsed.values(&["--parameters"]);
        let commands = match parameters.as_slice() {
            [Some(text)] => commands(text),
            _ => None,
        };
        // A second word after the option is a second parameter.
        match commands.filter(|commands| !commands.is_empty() && parsed.arguments.is_empty()) {
            Some(commands) => self.fresh(&commands.join("\n"), span),
            None => self.opaque(span, "ssm.parameters", "the commands that it runs cannot be read out"),
        }
    }
}

/// The commands in the forms that the AWS command line takes: JSON, `commands=["a","b"]`, `commands=a,b`.
fn commands(text: &str) -> Option<Vec<String>> {
    if text.trim_start().starts_with('{') {
        let whole: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).ok()?;
        return strings(whole.get("commands")?);
    }
    let rest = text.strip_prefix("commands=")?;
    if rest.trim_start().starts_with('[') {
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<serde_json::Value>();
        let list = strings(&values.next()?.ok()?)?;
        let after = &rest[values.byte_offset()..];
        let known = ["executionTimeout=", "workingDirectory="];
        let more = after.strip_prefix(',').is_some_and(|more| known.iter().any(|key| more.starts_with(key)));
        let harmless = after.is_empty() || (more && !after.contains("commands="));
        return harmless.then_some(list);
    }
    let quoted = rest.contains(['"', '\'', '[', '{', '\\']);
    (!quoted).then(|| rest.split(',').map(str::to_owned).collect())
}

fn strings(value: &serde_json::Value) -> Option<Vec<String>> {
    match value {
        serde_json::Value::String(text) => Some(vec![text.clone()]),
        serde_json::Value::Array(list) => list.iter().map(|one| one.as_str().map(str::to_owned)).collect(),
        serde_json::Value::Null
        | serde_json::Value::Bool(_)
        | serde_json::Value::Number(_)
        | serde_json::Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::commands;

    #[test]
    fn every_form_of_the_parameters_is_read_or_refused() {
        let some = |list: &[&str]| Some(list.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>());
        assert_eq!(commands("commands=df -h"), some(&["df -h"]));
        assert_eq!(commands("commands=ls,rm -rf /x"), some(&["ls", "rm -rf /x"]));
        assert_eq!(commands(r#"commands=["ls","id"],executionTimeout=["60"]"#), some(&["ls", "id"]));
        assert_eq!(commands(r#"{"commands":["ls","id"]}"#), some(&["ls", "id"]));
        for unread in ["file://x", r#"commands=["ls"],commands=["id"]"#, "commands=[ls]", r#"{"commands":[1]}"#, "x=1"]
        {
            assert_eq!(commands(unread), None, "{unread}");
        }
    }
}
