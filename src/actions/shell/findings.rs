//! What a walk over a command line found: the reasons for its class, every call in it, and what the card needs.

use crate::domain::{Class, CleanText, Reason};

use super::value::Value;

/// Programs that talk to the cluster of the kubeconfig.
const KUBE: [&str; 5] = ["kubectl", "helm", "oc", "k9s", "kustomize"];

/// The result of a walk.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// Every rule that had a say, in order of place.
    pub reasons: Vec<Reason>,
    /// Whether some call needs a terminal.
    pub interactive: bool,
    /// The object of the first destructive call: its last exact argument.
    pub object: Option<String>,
    /// The command that undoes the only call.
    pub undo: Option<String>,
    /// Reads that would show what the only call does, as the tables have them; none is classed yet.
    pub previews: Vec<String>,
    /// Signals that the tools' tables name.
    pub watch: Vec<String>,
    /// The words, when the whole text is one plain command without any shell syntax.
    pub simple: Option<Vec<String>>,
    /// What store of secrets it reads, if it does: its output stays on this machine unless the person sends it.
    pub sensitive: Option<CleanText>,
    /// Every call, wrapped ones too.
    pub(super) calls: Vec<Vec<Value>>,
    /// Every file that a redirection reads or writes.
    pub(in crate::actions) redirected: Vec<Value>,
    /// The known tools that are called, each with the words of its verb as they were given.
    pub(in crate::actions) tools: Vec<String>,
    /// The variables that stand before a command, with their values.
    pub(in crate::actions) assigned: Vec<(String, Value)>,
}

impl Findings {
    /// Nothing understood, for one stated reason.
    pub(super) fn opaque(length: usize, rule: &str, why: &str) -> Self {
        let reason =
            Reason { span: 0..length, rule: rule.to_owned(), class: Class::Opaque, text: CleanText::line(why) };
        Self { reasons: vec![reason], ..Self::default() }
    }

    /// The exact names of everything that is called and is no built-in.
    pub fn programs(&self) -> Vec<String> {
        let names = self.calls.iter().filter_map(|words| words.first()?.exact());
        names.filter(|name| !super::is_builtin(name)).map(str::to_owned).collect()
    }

    /// Whether a tool is called that acts on the kubeconfig's cluster.
    pub fn names_kube(&self) -> bool {
        self.kube_calls().next().is_some()
    }

    /// Every call, wrapped ones too, in the order of the text; the first word of each is its name.
    pub(in crate::actions) fn calls(&self) -> &[Vec<Value>] {
        &self.calls
    }

    fn kube_calls(&self) -> impl Iterator<Item = &Vec<Value>> {
        let is_kube = |word: &Value| KUBE.contains(&word.text.rsplit('/').next().unwrap_or_default());
        self.calls.iter().filter(move |words| words.first().is_some_and(is_kube))
    }
}
