//! What writing to a file named inside a program means: the same rule for sed's `w`, awk's `print >` and `of=`.

use crate::domain::Class;

/// Places that take output without keeping it.
const NOWHERE: [&str; 4] = ["/dev/null", "/dev/stdout", "/dev/stderr", "/dev/tty"];
/// Places whose overwriting costs the machine.
const VITAL: [&str; 8] =
    ["/dev/", "/proc/", "/sys/", "/boot/", "/etc/passwd", "/etc/shadow", "/etc/sudoers", "/etc/fstab"];

/// The class of writing to the file of this name.
pub(super) fn written(name: &str) -> Class {
    let mut path = name.replace("/./", "/");
    while path.contains("//") {
        path = path.replace("//", "/");
    }
    if NOWHERE.contains(&path.as_str()) {
        return Class::Read;
    }
    // Kept as a write: GNU sed and awk know only the exact spelling as the stream.
    if NOWHERE.iter().any(|nowhere| path.starts_with(nowhere)) {
        return Class::Write;
    }
    let climbs = path.split('/').any(|part| part == "..");
    let climbs_to = |place: &&str| climbs && path.contains(&format!("/{}", place.trim_matches('/')));
    let vital = VITAL.iter().any(|vital| path.starts_with(vital) || climbs_to(vital));
    if vital { Class::Destructive } else { Class::Write }
}
