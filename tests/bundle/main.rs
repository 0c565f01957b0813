//! Incident bundles from the outside: loading what others wrote (also badly), recording and loading again, the drills.

mod broken;
mod record;
mod support;
