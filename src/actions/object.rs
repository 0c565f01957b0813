//! The name of what a destructive command is about, which a person types to confirm it: the deployment, the table, the
//! path, the instance; not whatever word happens to come last.

use super::shell::{Findings, Value};
use crate::domain::Class;

/// Longest name that is typed.
const LONGEST: usize = 64;

/// The object of the innermost destructive call; `None` where nothing can be named.
pub(super) fn of(found: &Findings) -> Option<String> {
    let spans: Vec<_> =
        found.reasons.iter().filter(|reason| reason.class == Class::Destructive).map(|r| &r.span).collect();
    let hit = |words: &&Vec<Value>| match (words.first(), words.last()) {
        (Some(first), Some(last)) => {
            spans.iter().any(|span| first.span.start < span.end && span.start < last.span.end.max(first.span.end))
        }
        _ => false,
    };
    let calls: Vec<&Vec<Value>> = found.calls().iter().filter(hit).collect();
    let named = calls.iter().rev().find_map(|words| named(words));
    named.or_else(|| found.object.clone()).filter(|name| typeable(name))
}

fn typeable(name: &str) -> bool {
    !name.is_empty() && name.len() <= LONGEST && name.bytes().all(|byte| byte.is_ascii_graphic())
}

fn named(words: &[Value]) -> Option<String> {
    let tool = words.first()?.exact()?;
    let tool = tool.rsplit('/').next().unwrap_or(tool);
    let exact: Vec<&str> = words.iter().skip(1).filter_map(Value::exact).collect();
    match tool {
        "kubectl" | "oc" => kube(&exact),
        "helm" => plain(&exact, &HELM).nth(1).map(str::to_owned),
        "psql" | "mysql" | "mariadb" | "sqlite3" | "clickhouse-client" | "cqlsh" => {
            exact.iter().find_map(|text| sql(text))
        }
        "dd" => exact.iter().find_map(|word| word.strip_prefix("of=")).map(str::to_owned),
        "aws" => aws(&exact),
        "git" => git(&exact),
        "terraform" | "tofu" => {
            let target = exact.iter().find_map(|word| word.trim_start_matches('-').strip_prefix("target="));
            target.or_else(|| exact.iter().find(|word| !word.starts_with('-')).copied()).map(str::to_owned)
        }
        "kill" | "pkill" | "killall" => plain(&exact, &[]).last().map(str::to_owned),
        "docker" | "podman" | "nerdctl" | "gcloud" | "az" | "systemctl" | "redis-cli" | "etcdctl" => {
            let words: Vec<&str> = plain(&exact, &VALUES).collect();
            words.last().map(|word| (*word).to_owned())
        }
        // The table's own reading: the last exact argument.
        _ => None,
    }
}

const HELM: [&str; 8] =
    ["-n", "--namespace", "--kube-context", "--kubeconfig", "--timeout", "--description", "-o", "--cascade"];
const KUBE: [&str; 16] = [
    "-n",
    "--namespace",
    "--context",
    "--kubeconfig",
    "--cluster",
    "--user",
    "-s",
    "--server",
    "--as",
    "-o",
    "--output",
    "--grace-period",
    "--timeout",
    "-p",
    "--replicas",
    "-c",
];
const VALUES: [&str; 22] = [
    "-n",
    "--namespace",
    "--project",
    "--zone",
    "--region",
    "--resource-group",
    "-g",
    "--subscription",
    "--context",
    "-H",
    "--host",
    "-h",
    "-p",
    "-a",
    "--endpoints",
    "--user",
    "-s",
    "--signal",
    "--filter",
    "--quantity",
    "--timeout",
    "-t",
];

/// The words that are neither options nor the values of these.
fn plain<'a>(words: &'a [&'a str], values: &'a [&'a str]) -> impl Iterator<Item = &'a str> {
    let value = |at: usize| at.checked_sub(1).and_then(|before| words.get(before)).is_some_and(|w| values.contains(w));
    words.iter().enumerate().filter(move |(at, word)| !word.starts_with('-') && !value(*at)).map(|(_, word)| *word)
}

/// `deployment/payments`, `pod web-1` or, without a name, what selects: `app=web`, `app.yaml`, `pods`.
fn kube(words: &[&str]) -> Option<String> {
    let selects = ["-l", "--selector", "-f", "--filename", "-k", "--kustomize"];
    let mut values = KUBE.to_vec();
    values.extend(selects);
    let plain: Vec<&str> = plain(words, &values).collect();
    let option = |names: &[&str]| {
        words.iter().enumerate().find_map(|(at, word)| {
            let attached = names.iter().find_map(|name| word.strip_prefix(name)?.strip_prefix('='));
            attached.or_else(|| names.contains(word).then(|| words.get(at + 1).copied()).flatten())
        })
    };
    let verb = plain.first()?;
    let rest = match plain.get(1) {
        Some(word) if matches!(*verb, "rollout" | "set" | "adm" | "certificate") && !word.contains('/') => &plain[2..],
        _ => &plain[1..],
    };
    let name = match rest {
        [] => None,
        [one] => one.split_once('/').map(|(_, name)| name),
        [first, ..] if first.contains('/') => first.split_once('/').map(|(_, name)| name),
        [_, second, ..] => Some(*second),
    };
    let nodes = matches!(*verb, "drain" | "cordon" | "uncordon");
    let name = name.or_else(|| option(&selects)).or_else(|| rest.first().copied());
    if nodes { rest.first().map(|node| (*node).to_owned()) } else { name.map(str::to_owned) }
}

/// The table, database or role that a statement destroys.
fn sql(text: &str) -> Option<String> {
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || "();,".contains(c)).filter(|w| !w.is_empty()).collect();
    let upper: Vec<String> = words.iter().map(|word| word.to_ascii_uppercase()).collect();
    let skip =
        ["IF", "EXISTS", "ONLY", "TABLE", "FROM", "CONCURRENTLY", "LOW_PRIORITY", "QUICK", "IGNORE", "MATERIALIZED"];
    for (at, word) in upper.iter().enumerate() {
        let from = match word.as_str() {
            "DROP" => at + 2,
            "TRUNCATE" | "DELETE" | "UPDATE" => at + 1,
            "ALTER" if upper.get(at + 1).is_some_and(|kind| kind == "TABLE") => at + 2,
            _ => continue,
        };
        let name = (from..words.len()).find(|at| !skip.contains(&upper[*at].as_str()));
        return name.map(|at| words[at].trim_matches(['"', '`', '\'']).to_owned());
    }
    None
}

/// The value of the option that names the resource, or the address of an object.
fn aws(words: &[&str]) -> Option<String> {
    let names = |word: &str| {
        let name = word.split('=').next().unwrap_or_default();
        let ends = ["-id", "-ids", "-name", "-names", "-identifier", "-arn", "-url", "-group"];
        name.starts_with("--")
            && (ends.iter().any(|end| name.ends_with(end)) || name == "--bucket" || name == "--name")
            && !name.starts_with("--profile")
            && name != "--endpoint-url"
    };
    let option = words
        .iter()
        .enumerate()
        .find(|(_, word)| names(word))
        .and_then(|(at, word)| word.split_once('=').map(|(_, value)| value).or_else(|| words.get(at + 1).copied()));
    let address = words.iter().rev().find(|word| word.starts_with("s3://") || word.starts_with("arn:")).copied();
    address.or(option).map(str::to_owned)
}

/// The branch or revision.
fn git(words: &[&str]) -> Option<String> {
    let words: Vec<&str> = plain(words, &["-C", "-c", "--git-dir", "--work-tree"]).collect();
    match words.as_slice() {
        [_, .., last] => Some((*last).to_owned()),
        [_] | [] => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_object_is_what_a_person_would_call_it() {
        let clouds = "[[tool]]\nname = \"aws\"\nclass = \"destructive\"\nany_option = true";
        let tables = crate::actions::Tables::builtin().unwrap().with_text("clouds", clouds).unwrap();
        for (text, object) in [
            ("kubectl delete deployment/payments", "payments"),
            ("kubectl delete deploy payments -n shop", "payments"),
            ("kubectl -n shop delete pod web-1 --grace-period 0 --force", "web-1"),
            ("kubectl delete pods -l app=web", "app=web"),
            ("kubectl delete -f app.yaml", "app.yaml"),
            ("sudo rm -rf /data/x", "/data/x"),
            ("bash -c 'kubectl delete ns shop'", "shop"),
            ("helm uninstall shop --namespace web", "shop"),
            ("psql -h db -c 'DROP TABLE IF EXISTS orders CASCADE'", "orders"),
            ("psql -c 'truncate only \"Orders\", b'", "Orders"),
            ("mysql shop -e 'DELETE FROM carts'", "carts"),
            ("dd if=/dev/zero of=/dev/sdb bs=1M", "/dev/sdb"),
            ("aws ec2 terminate-instances --region eu-1 --instance-ids i-0abc", "i-0abc"),
            ("aws s3 rm s3://bucket/x --recursive", "s3://bucket/x"),
            ("git push --force origin main", "main"),
        ] {
            let found = crate::actions::shell::examine(text, &tables);
            assert_eq!(of(&found).as_deref(), Some(object), "{text} {:?}", found.reasons);
        }
    }
}
