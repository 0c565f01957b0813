//! What the text itself sets: which variables keep one plain word or a number, and which of them change what later
//! commands do. The walk asks for assignments, loops and the shell's own `read` and `export`.

use std::ops::Range;

use brush_parser::ast::{Assignment, AssignmentName, AssignmentValue};

use super::Walk;
use crate::actions::shell::environment;
use crate::actions::shell::value::{Fill, Shape, Value};
use crate::domain::Class;

impl Walk<'_> {
    /// Notes a variable's value, if its name is the text's own and means nothing to other programs.
    pub(in crate::actions::shell) fn assign(
        &mut self,
        name: &str,
        fill: Option<Fill>,
        number: bool,
        span: &Range<usize>,
    ) {
        let own = environment::is_own(name);
        *self.set.entry(name.to_owned()).or_default() += 1;
        if !number || !own {
            self.worded.insert(name.to_owned());
        }
        let once = self.set_in_all.get(name) == Some(&1);
        if !own {
            self.opaque(span, "shell.assign", &format!("sets {name}, which may change what later commands do"));
        } else if let (Some(fill), true) = (fill, once) {
            self.known.insert(name.to_owned(), fill);
        } else {
            self.known.remove(name);
        }
    }

    /// Whether the text sets the variable, and to numbers only.
    pub(in crate::actions::shell) fn is_number(&self, name: &str) -> bool {
        self.set_in_all.contains_key(name) && !self.worded_in_all.contains(name) && !self.worded.contains(name)
    }

    /// A variable that is harmless with this value, as `PAGER=cat`.
    fn harmless_value(&mut self, name: &str, value: &AssignmentValue) -> bool {
        match value {
            AssignmentValue::Scalar(word) => {
                self.word(word).exact().is_some_and(|text| environment::is_harmless_as(name, text))
            }
            AssignmentValue::Array(_) => false,
        }
    }

    pub(super) fn assignment(&mut self, assignment: &Assignment, bare: bool) {
        let span = self.span(Some(&assignment.loc));
        let name = match &assignment.name {
            AssignmentName::VariableName(name) => name.clone(),
            AssignmentName::ArrayElementName(_, _) => {
                return self.opaque(&span, "shell.assign", "a subscript here is evaluated as an expression");
            }
        };
        let (fill, number) = match &assignment.value {
            AssignmentValue::Scalar(word) => {
                let value = self.word(word);
                if value.found {
                    self.tainted.insert(name.clone());
                }
                self.found.assigned.push((name.clone(), value.clone()));
                let fill = match () {
                    () if assignment.append => None,
                    () if is_plain(&value) => Some(Fill::Name),
                    () if value.is_several() => Some(Fill::Several),
                    () if value.shape == Shape::Dynamic(Fill::Name) => Some(Fill::Name),
                    () => None,
                };
                (fill, value.is_number() && !value.text.starts_with("--") && value.exact() != Some(""))
            }
            AssignmentValue::Array(items) => {
                for (index, word) in items {
                    if index.is_some() {
                        self.opaque(&span, "shell.assign", "a subscript here is evaluated as an expression");
                    }
                    if self.word(word).found {
                        self.tainted.insert(name.clone());
                    }
                }
                (None, false)
            }
        };
        if bare {
            self.assign(&name, fill, number, &span);
        } else if environment::is_harmless(&name) || self.harmless_value(&name, &assignment.value) {
            self.say(Class::Read, &span, "shell.assign", &format!("sets {name} for this command"));
        } else {
            self.opaque(&span, "shell.assign", &format!("sets {name}, which may change what the command does"));
        }
    }
}

/// Whether a value stands for one word that is no option.
pub(super) fn is_plain(value: &Value) -> bool {
    value.shape == Shape::Static
        && !value.text.is_empty()
        && !value.text.starts_with('-')
        && !value.text.contains(|c: char| c.is_whitespace() || "*?[\\".contains(c))
}
