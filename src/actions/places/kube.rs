//! Which cluster a kube tool would talk to: the context, namespace and server of the kubeconfig, unless the command names
//! them. What the kubeconfig decides is passed on as options, so that nothing ambient decides when it runs.

use std::collections::BTreeMap;

use crate::domain::approval::{Place, PlaceKind};

use super::options::{Call, Style};
use super::{Around, Pin};

/// How a tool names a context and a namespace.
struct Tool {
    names: &'static [&'static str],
    context: &'static str,
    namespace: Option<&'static str>,
    style: Style,
    /// Verbs before which the context and namespace may be said outright.
    pinned: &'static [&'static str],
}

const SHORT: Style =
    Style { letters: "nfocplLkvs", attached: "", long: &["--selector", "--output", "--field-selector"] };

const TOOLS: [Tool; 4] = [
    Tool {
        names: &["kubectl", "oc"],
        context: "--context",
        namespace: Some("--namespace"),
        style: SHORT,
        pinned: &KUBECTL,
    },
    Tool { names: &["helm"], context: "--kube-context", namespace: Some("--namespace"), style: SHORT, pinned: &HELM },
    Tool {
        names: &["flux", "istioctl", "linkerd", "stern", "velero", "cilium", "k9s", "argo", "kubectl-argo-rollouts"],
        context: "--context",
        namespace: Some("--namespace"),
        style: SHORT,
        pinned: &[],
    },
    Tool { names: &["helmfile"], context: "--kube-context", namespace: Some("--namespace"), style: SHORT, pinned: &[] },
];

/// Verbs that take a context and a namespace as the cluster's. Others (`config set-context --namespace`) mean something
/// else by these options, talk to no cluster, or are plugins, which take no option before their name.
const KUBECTL: [&str; 39] = [
    "annotate",
    "api-resources",
    "api-versions",
    "apply",
    "attach",
    "auth",
    "autoscale",
    "certificate",
    "cluster-info",
    "cordon",
    "cp",
    "create",
    "debug",
    "delete",
    "describe",
    "diff",
    "drain",
    "edit",
    "events",
    "exec",
    "explain",
    "expose",
    "get",
    "label",
    "logs",
    "patch",
    "port-forward",
    "proxy",
    "replace",
    "rollout",
    "run",
    "scale",
    "set",
    "taint",
    "top",
    "uncordon",
    "wait",
    "rsh",
    "adm",
];
const HELM: [&str; 14] = [
    "delete",
    "get",
    "history",
    "install",
    "list",
    "ls",
    "rollback",
    "status",
    "template",
    "test",
    "un",
    "uninstall",
    "upgrade",
    "hist",
];

/// The places of a kube tool's call.
pub(super) fn places(call: &Call<'_>, around: &mut Around<'_>) {
    let Some(tool) = TOOLS.iter().find(|tool| tool.names.contains(&call.name)) else { return };
    let config = Kubeconfig::load(call, tool, around);
    let named_context =
        call.option(&[tool.context], tool.style).or_else(|| helm_variable(tool, "HELM_KUBECONTEXT", around));
    let context = named_context.clone().unwrap_or_else(|| config.current.clone());
    let context = if context.is_empty() { Place::UNKNOWN.to_owned() } else { context };
    let everywhere = call.has(&["-A", "--all-namespaces"]);
    let short = ["-n", "--namespace"];
    let named_namespace = call
        .option(&short, tool.style)
        .or_else(|| helm_variable(tool, "HELM_NAMESPACE", around))
        .or_else(|| everywhere.then(|| "all namespaces".to_owned()));
    let known = config.contexts.get(&context);
    let namespace = named_namespace.clone().unwrap_or_else(|| match known {
        _ if context == Place::UNKNOWN => Place::UNKNOWN.to_owned(),
        Some(entry) if !entry.namespace.is_empty() => entry.namespace.clone(),
        // A kubeconfig that is there and does not tell of the context was not understood.
        None if config.there => Place::UNKNOWN.to_owned(),
        Some(_) | None => "default".to_owned(),
    });
    let server = call.option(&["--server", "-s", "--kube-apiserver"], tool.style);
    let cluster = call.option(&["--cluster"], tool.style).or_else(|| known.map(|entry| entry.cluster.clone()));
    let server = server.or_else(|| config.servers.get(&cluster?).cloned());
    around.reach.add(PlaceKind::Context, context.clone());
    around.reach.add(PlaceKind::Namespace, namespace.clone());
    around.reach.add(PlaceKind::Server, server.unwrap_or_default());
    let verb = call.operands(&[tool.context, "--namespace", "--kubeconfig"], tool.style).into_iter().next();
    let Some(verb) = verb.filter(|verb| tool.pinned.contains(&verb.as_str())) else { return };
    if context == Place::UNKNOWN {
        return;
    }
    let mut options = Vec::new();
    if named_context.is_none() {
        options.push(format!("{}={context}", tool.context));
    }
    // With a manifest, an explicit namespace is a demand that the manifest must meet, not a default.
    let manifest =
        call.has(&["-f", "--filename", "-k", "--kustomize"]) && tool.context == "--context" && verb != "logs";
    let told = !manifest && namespace != Place::UNKNOWN;
    if let (None, Some(option), true) = (&named_namespace, tool.namespace, told) {
        options.push(format!("{option}={namespace}"));
    }
    if !options.is_empty() {
        around.reach.pins.push(Pin { at: call.program().span.clone(), options });
    }
}

fn helm_variable(tool: &Tool, name: &str, around: &Around<'_>) -> Option<String> {
    around.variable(&[name]).filter(|_| tool.names.contains(&"helm"))
}

/// The parts of a kubeconfig that matter. Only the form that kubectl itself writes (block YAML, or JSON) is understood;
/// any other leaves the context unknown, which asks for the most care.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Kubeconfig {
    current: String,
    contexts: BTreeMap<String, Entry>,
    servers: BTreeMap<String, String>,
    /// Whether there was any file.
    there: bool,
}

/// A context.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Entry {
    cluster: String,
    namespace: String,
}

impl Kubeconfig {
    /// Every file that is in force, as kubectl merges them: the first that says something decides.
    fn load(call: &Call<'_>, tool: &Tool, around: &mut Around<'_>) -> Self {
        let named = call.option(&["--kubeconfig"], tool.style);
        let list = named.or_else(|| around.variable(&["KUBECONFIG"])).unwrap_or_else(|| "~/.kube/config".to_owned());
        let mut all = Self::default();
        for path in list.split(':').filter(|path| !path.is_empty()) {
            let Some(text) = around.read(path) else { continue };
            all.there = true;
            let file = Self::read(&text);
            if all.current.is_empty() {
                all.current = file.current;
            }
            for (name, entry) in file.contexts {
                all.contexts.entry(name).or_insert(entry);
            }
            for (name, server) in file.servers {
                all.servers.entry(name).or_insert(server);
            }
        }
        all
    }

    fn read(text: &str) -> Self {
        if text.trim_start().starts_with('{') { Self::json(text).unwrap_or_default() } else { Self::yaml(text) }
    }

    fn json(text: &str) -> Option<Self> {
        let file: serde_json::Value = serde_json::from_str(text).ok()?;
        let mut config = Self { current: file.get("current-context")?.as_str()?.to_owned(), ..Self::default() };
        let list = |name: &str| file.get(name).and_then(|list| list.as_array()).cloned().unwrap_or_default();
        let word = |item: &serde_json::Value, table: &str, key: &str| {
            let value = item.get(table).and_then(|table| table.get(key)).and_then(|value| value.as_str());
            value.unwrap_or_default().to_owned()
        };
        for item in list("contexts") {
            let entry =
                Entry { cluster: word(&item, "context", "cluster"), namespace: word(&item, "context", "namespace") };
            config.contexts.insert(item.get("name")?.as_str()?.to_owned(), entry);
        }
        for item in list("clusters") {
            config.servers.insert(item.get("name")?.as_str()?.to_owned(), word(&item, "cluster", "server"));
        }
        Some(config)
    }

    fn yaml(text: &str) -> Self {
        let mut config = Self::default();
        let (mut section, mut item) = (String::new(), Item::default());
        for line in text.lines() {
            let body = line.trim_end();
            let Some((key, value)) = body.trim_start_matches([' ', '-']).split_once(':') else { continue };
            let value = scalar(value);
            if !body.starts_with([' ', '-']) {
                config.close(&section, std::mem::take(&mut item));
                section = key.to_owned();
                if key == "current-context" {
                    config.current = value;
                }
                continue;
            }
            // Only a dash at the list's own depth begins an item: lists inside one are indented further.
            let indent = body.len() - body.trim_start().len();
            let column = body.len() - body.trim_start_matches([' ', '-']).len();
            if body.trim_start().starts_with('-') && indent <= item.indent.unwrap_or(indent) {
                config.close(&section, std::mem::take(&mut item));
                (item.indent, item.column) = (Some(indent), column);
            }
            if column > item.column && item.inner == 0 {
                item.inner = column;
            }
            match key.trim() {
                "name" if column == item.column => item.name = value,
                "namespace" if column == item.inner => item.namespace = value,
                "cluster" if column == item.inner => item.cluster = value,
                "server" if column == item.inner => item.server = value,
                // Users, certificates and extensions are not shown.
                _ => {}
            }
        }
        config.close(&section, item);
        config
    }

    fn close(&mut self, section: &str, item: Item) {
        let Item { name, namespace, cluster, server, indent: _, column: _, inner: _ } = item;
        match section {
            _ if name.is_empty() => {}
            "contexts" => drop(self.contexts.insert(name, Entry { cluster, namespace })),
            "clusters" => drop(self.servers.insert(name, server)),
            // Users and preferences decide nothing that is shown; the file's bytes are bound whole.
            _ => {}
        }
    }
}

/// An item of one of the lists, as far as it was read.
#[derive(Default)]
struct Item {
    /// Of its dash.
    indent: Option<usize>,
    /// Of its keys.
    column: usize,
    /// Of the keys inside its table.
    inner: usize,
    name: String,
    namespace: String,
    cluster: String,
    server: String,
}

fn scalar(text: &str) -> String {
    let text = text.trim();
    let quoted = |mark| text.strip_prefix(mark).and_then(|rest: &str| rest.strip_suffix(mark));
    quoted('"').or_else(|| quoted('\'')).unwrap_or(text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_that_kubectl_writes_is_read() {
        let text = "apiVersion: v1\nclusters:\n- cluster:\n    server: https://x\n  name: c\ncontexts:\n- context:\n    \
                    cluster: c\n    extensions:\n    - extension:\n        version: 1\n      name: info\n    namespace: \
                    shop\n    user: u\n  name: prod-eu\n- context:\n    cluster: c\n  name: \"dev\"\ncurrent-context: \
                    prod-eu\nkind: Config\nusers: []\n";
        let file = Kubeconfig::read(text);
        assert_eq!(file.current, "prod-eu");
        assert_eq!(file.contexts.keys().collect::<Vec<_>>(), ["dev", "prod-eu"], "{file:?}");
        assert_eq!(file.contexts["prod-eu"], Entry { cluster: "c".to_owned(), namespace: "shop".to_owned() });
        assert_eq!(file.servers["c"], "https://x");
    }

    #[test]
    fn json_is_read_and_rubbish_is_unknown() {
        let text = r#"{"current-context":"a","contexts":[{"name":"a","context":{"namespace":"n","cluster":"c"}}],"clusters":[{"name":"c","cluster":{"server":"https://s"}}]}"#;
        let file = Kubeconfig::read(text);
        assert_eq!((file.contexts["a"].namespace.as_str(), file.servers["c"].as_str()), ("n", "https://s"));
        for bad in ["", "{", "current-context", "\u{0}\u{1}"] {
            assert_eq!(Kubeconfig::read(bad).current, "", "{bad}");
        }
    }
}
