//! Conditions and arithmetic, which bash evaluates as expressions: a name or subscript in one can run commands, so that
//! anything but plain numbers is opaque. The walk asks for `[[ ]]`, `(( ))` and every index.

use std::ops::Range;

use brush_parser::ast::{BinaryPredicate, ExtendedTestExpr, UnaryPredicate};

use super::Walk;
use crate::actions::shell::value::Value;
use crate::domain::Class;

impl Walk<'_> {
    pub(super) fn test(&mut self, test: &ExtendedTestExpr) {
        match test {
            ExtendedTestExpr::And(a, b) | ExtendedTestExpr::Or(a, b) => {
                self.test(a);
                self.test(b);
            }
            ExtendedTestExpr::Not(a) | ExtendedTestExpr::Parenthesized(a) => self.test(a),
            ExtendedTestExpr::UnaryTest(predicate, word) => {
                let value = self.word(word);
                let name =
                    value.exact().is_some_and(|text| text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'));
                if evaluates(predicate) && !name {
                    self.opaque(&value.span, "shell.test", "a subscript here is evaluated as an expression");
                }
            }
            ExtendedTestExpr::BinaryTest(predicate, left, right) => {
                let (left, right) = (self.word(left), self.word(right));
                if compares_numbers(predicate) {
                    for side in [left, right] {
                        self.number(&side);
                    }
                }
            }
        }
    }

    /// A word that bash evaluates as an arithmetic expression: only a plain number is sure to be no more.
    fn number(&mut self, value: &Value) {
        if !value.is_number() {
            self.opaque(&value.span, "shell.arithmetic", "is evaluated as an expression, which can run commands");
        }
    }

    /// An arithmetic expression: a variable or subscript in one can run commands.
    pub(in crate::actions::shell) fn arithmetic(&mut self, text: &str, span: &Range<usize>) {
        let mut words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty());
        let known = words.all(|word| word.bytes().all(|byte| byte.is_ascii_digit()) || self.is_number(word));
        let signs = |c: char| c.is_ascii_alphanumeric() || "_$ \t\n+-*/%()<>=!&|^~?:,".contains(c);
        if known && text.chars().all(signs) && !text.contains("$(") {
            self.say(Class::Read, span, "shell.arithmetic", "calculates with plain numbers");
        } else {
            self.opaque(span, "shell.arithmetic", "names in arithmetic are evaluated again, which can run commands");
        }
    }
}

fn evaluates(predicate: &UnaryPredicate) -> bool {
    match predicate {
        UnaryPredicate::ShellVariableIsSetAndAssigned | UnaryPredicate::ShellVariableIsSetAndNameRef => true,
        UnaryPredicate::FileExists
        | UnaryPredicate::FileExistsAndIsBlockSpecialFile
        | UnaryPredicate::FileExistsAndIsCharSpecialFile
        | UnaryPredicate::FileExistsAndIsDir
        | UnaryPredicate::FileExistsAndIsRegularFile
        | UnaryPredicate::FileExistsAndIsSetgid
        | UnaryPredicate::FileExistsAndIsSymlink
        | UnaryPredicate::FileExistsAndHasStickyBit
        | UnaryPredicate::FileExistsAndIsFifo
        | UnaryPredicate::FileExistsAndIsReadable
        | UnaryPredicate::FileExistsAndIsNotZeroLength
        | UnaryPredicate::FdIsOpenTerminal
        | UnaryPredicate::FileExistsAndIsSetuid
        | UnaryPredicate::FileExistsAndIsWritable
        | UnaryPredicate::FileExistsAndIsExecutable
        | UnaryPredicate::FileExistsAndOwnedByEffectiveGroupId
        | UnaryPredicate::FileExistsAndModifiedSinceLastRead
        | UnaryPredicate::FileExistsAndOwnedByEffectiveUserId
        | UnaryPredicate::FileExistsAndIsSocket
        | UnaryPredicate::ShellOptionEnabled
        | UnaryPredicate::StringHasZeroLength
        | UnaryPredicate::StringHasNonZeroLength => false,
    }
}

fn compares_numbers(predicate: &BinaryPredicate) -> bool {
    match predicate {
        BinaryPredicate::ArithmeticEqualTo
        | BinaryPredicate::ArithmeticNotEqualTo
        | BinaryPredicate::ArithmeticLessThan
        | BinaryPredicate::ArithmeticLessThanOrEqualTo
        | BinaryPredicate::ArithmeticGreaterThan
        | BinaryPredicate::ArithmeticGreaterThanOrEqualTo => true,
        BinaryPredicate::FilesReferToSameDeviceAndInodeNumbers
        | BinaryPredicate::LeftFileIsNewerOrExistsWhenRightDoesNot
        | BinaryPredicate::LeftFileIsOlderOrDoesNotExistWhenRightDoes
        | BinaryPredicate::StringExactlyMatchesPattern
        | BinaryPredicate::StringDoesNotExactlyMatchPattern
        | BinaryPredicate::StringMatchesRegex
        | BinaryPredicate::StringExactlyMatchesString
        | BinaryPredicate::StringDoesNotExactlyMatchString
        | BinaryPredicate::StringContainsSubstring
        | BinaryPredicate::LeftSortsBeforeRight
        | BinaryPredicate::LeftSortsAfterRight => false,
    }
}
