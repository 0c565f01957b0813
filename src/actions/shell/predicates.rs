//! Which operators of `[[ ... ]]` evaluate their words: those can run commands. Called by `walk.rs`.

use brush_parser::ast::{BinaryPredicate, UnaryPredicate};

/// Whether the operator evaluates a subscript.
pub(super) fn evaluates(predicate: &UnaryPredicate) -> bool {
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

/// Whether the operator evaluates both sides as arithmetic.
pub(super) fn compares_numbers(predicate: &BinaryPredicate) -> bool {
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
