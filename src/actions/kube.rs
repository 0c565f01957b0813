//! Which cluster a kube tool would talk to: the context and namespace of the kubeconfig, unless the command names
//! them. Read for the card and compared again before the run; nothing is asked of any cluster.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::shell::Findings;

/// Stands for a context or namespace that could not be told; treated as production.
pub const UNKNOWN: &str = "unknown";
/// Longest kubeconfig read.
const MAX_BYTES: u64 = 4 << 20;

/// Where a kube tool would act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Kube {
    pub(super) context: String,
    pub(super) namespace: String,
    /// Each kubeconfig file with the digest of its bytes: its servers and users decide as much as its context.
    pub(super) files: Vec<(String, String)>,
}

/// Reads what is in force for this environment and these calls.
pub(super) fn current(env: &BTreeMap<String, String>, found: &Findings) -> Kube {
    let named = found.option(&["--kubeconfig"]);
    let default = env.get("HOME").map(|home| format!("{home}/.kube/config")).unwrap_or_default();
    let list = named.or_else(|| env.get("KUBECONFIG").filter(|list| !list.is_empty()).cloned()).unwrap_or(default);
    let mut kube = Kube { context: String::new(), namespace: String::new(), files: Vec::new() };
    let mut namespaces = BTreeMap::new();
    for path in list.split(':').filter(|path| !path.is_empty()) {
        let Some(text) = read(path) else {
            kube.files.push((path.to_owned(), "cannot be read".to_owned()));
            continue;
        };
        kube.files.push((path.to_owned(), crate::actions::digest::hex(&Sha256::digest(text.as_bytes()))));
        let file = Kubeconfig::read(&text);
        // The first file that says so decides, as for kubectl.
        if kube.context.is_empty() {
            kube.context = file.current;
        }
        for (context, namespace) in file.namespaces {
            namespaces.entry(context).or_insert(namespace);
        }
    }
    kube.context = found.option(&["--context"]).unwrap_or(kube.context);
    if kube.context.is_empty() {
        kube.context = UNKNOWN.to_owned();
    }
    let namespace = found
        .option(&["-n", "--namespace"])
        .or_else(|| found.has_option(&["-A", "--all-namespaces"]).then(|| "all namespaces".to_owned()));
    kube.namespace = namespace
        .or_else(|| namespaces.get(&kube.context).cloned())
        .unwrap_or_else(|| if kube.context == UNKNOWN { UNKNOWN } else { "default" }.to_owned());
    kube
}

fn read(path: &str) -> Option<String> {
    let meta = std::fs::metadata(path).ok()?;
    if !meta.is_file() || meta.len() > MAX_BYTES {
        return None;
    }
    std::fs::read_to_string(path).ok()
}

/// The few lines of a kubeconfig that matter. Only the form that kubectl itself writes (block YAML, or JSON) is
/// understood; any other leaves the context unknown, which asks for the most care.
#[derive(Debug, Default, PartialEq, Eq)]
struct Kubeconfig {
    current: String,
    namespaces: BTreeMap<String, String>,
}

impl Kubeconfig {
    fn read(text: &str) -> Self {
        if text.trim_start().starts_with('{') { Self::json(text).unwrap_or_default() } else { Self::yaml(text) }
    }

    fn json(text: &str) -> Option<Self> {
        let file: serde_json::Value = serde_json::from_str(text).ok()?;
        let namespaces = file.get("contexts").and_then(|list| list.as_array()).into_iter().flatten();
        Some(Self {
            current: file.get("current-context")?.as_str()?.to_owned(),
            namespaces: namespaces
                .filter_map(|item| {
                    let namespace = item.get("context")?.get("namespace")?.as_str()?;
                    Some((item.get("name")?.as_str()?.to_owned(), namespace.to_owned()))
                })
                .collect(),
        })
    }

    fn yaml(text: &str) -> Self {
        let mut file = Self::default();
        let (mut section, mut name, mut namespace) = (String::new(), None, None);
        let mut close = |name: &mut Option<String>, namespace: &mut Option<String>| {
            if let (Some(name), Some(namespace)) = (name.take(), namespace.take()) {
                file.namespaces.insert(name, namespace);
            }
            *namespace = None;
        };
        let mut current = String::new();
        for line in text.lines() {
            let body = line.trim_end();
            let Some((key, value)) = body.trim_start_matches([' ', '-']).split_once(':') else { continue };
            let value = scalar(value);
            if !body.starts_with([' ', '-']) {
                close(&mut name, &mut namespace);
                section = key.to_owned();
                if key == "current-context" {
                    current = value;
                }
            } else if section == "contexts" {
                if body.trim_start().starts_with('-') {
                    close(&mut name, &mut namespace);
                }
                match key.trim() {
                    "name" => name = Some(value),
                    "namespace" => namespace = Some(value),
                    // Clusters, users and extensions of the context are not shown.
                    _ => {}
                }
            }
        }
        close(&mut name, &mut namespace);
        file.current = current;
        file
    }
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
                    cluster: c\n    namespace: shop\n    user: u\n  name: prod-eu\n- context:\n    cluster: c\n  name: \
                    \"dev\"\ncurrent-context: prod-eu\nkind: Config\nusers: []\n";
        let file = Kubeconfig::read(text);
        assert_eq!(file.current, "prod-eu");
        assert_eq!(file.namespaces, BTreeMap::from([("prod-eu".to_owned(), "shop".to_owned())]));
    }

    #[test]
    fn json_is_read_and_rubbish_is_unknown() {
        let text = r#"{"current-context":"a","contexts":[{"name":"a","context":{"namespace":"n"}}]}"#;
        assert_eq!(Kubeconfig::read(text).namespaces.get("a").map(String::as_str), Some("n"));
        for bad in ["", "{", "current-context", "\u{0}\u{1}"] {
            assert_eq!(Kubeconfig::read(bad).current, "", "{bad}");
        }
    }
}
