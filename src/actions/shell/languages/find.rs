//! find expressions: tests are reads, `-delete` loses, `-fprint` writes, `-exec` runs a command of its own.

use crate::domain::Class;

use super::super::call::replace;
use super::super::value::Value;
use super::place;

/// Tests and actions without effect; those in the second list take a value.
const FLAGS: &str = "-H -L -P -E -X -s -x -O0 -O1 -O2 -O3 -a -and -o -or -not ! ( ) , -print -print0 -ls -prune -quit -true \
    -false -depth -d -empty -executable -readable -writable -nouser -nogroup -xdev -mount -daystart -follow -noleaf \
    -ignore_readdir_race -noignore_readdir_race -warn -nowarn --help -help --version -version -acl -xattr";
const VALUES: &str = "-name -iname -path -ipath -wholename -iwholename -regex -iregex -regextype -lname -ilname -type \
    -xtype -size -mtime -mmin -atime -amin -ctime -cmin -Bmin -Btime -newer -anewer -cnewer -perm -user -group -uid \
    -gid -links -inum -samefile -maxdepth -mindepth -fstype -used -printf -context -D -flags -files0-from -mnewer";
const RUNS: [&str; 4] = ["-exec", "-execdir", "-ok", "-okdir"];

/// Everything but the commands it runs: a class, the word it rests on, and why.
pub(in super::super) fn judge(words: &[Value]) -> Vec<(Class, Option<usize>, &'static str)> {
    let mut found = vec![(Class::Read, Some(0), "walks a tree of files")];
    let (mut at, mut paths) = (1, true);
    while let Some(word) = words.get(at) {
        let text = word.text.as_str();
        let listed = |list: &str| list.split_whitespace().any(|option| option == text);
        paths &= !(text.starts_with('-') || text == "(" || text == "!") || ["-H", "-L", "-P"].contains(&text);
        // Where it looks; a name in quotes may begin with a dash, a plain word may become several.
        if word.may_split() || (word.is_dynamic() && (!paths || text.is_empty())) {
            found.push((Class::Opaque, Some(at), "may become an action when it runs"));
        } else if paths {
        } else if RUNS.contains(&text) {
            at = end_of_command(words, at);
        } else if text == "-delete" {
            found.push((Class::Destructive, Some(at), "deletes what it finds"));
        } else if text.starts_with("-fprint") || text == "-fls" {
            let class = words.get(at + 1).map_or(Class::Opaque, |file| place::written(&file.text).join(Class::Write));
            found.push((class, Some(at), "writes a file"));
            at += if text == "-fprintf" { 2 } else { 1 };
        } else if listed(VALUES) || text.strip_prefix("-newer").is_some_and(|rest| rest.len() == 2) {
            at += 1;
            if words.get(at).is_some_and(Value::may_split) {
                found.push((Class::Opaque, Some(at), "may become an action when it runs"));
            }
        } else if !listed(FLAGS) {
            found.push((Class::Opaque, Some(at), "is no action that is known"));
        }
        at += 1;
    }
    found
}

/// The commands it runs, with what it finds as words that are only known at run time.
pub(in super::super) fn commands(words: &[Value]) -> Vec<Vec<Value>> {
    let starts = (0..words.len()).filter(|at| RUNS.contains(&words[*at].text.as_str()));
    starts
        .map(|at| {
            let mut inner = words.get(at + 1..end_of_command(words, at)).unwrap_or_default().to_vec();
            replace(&mut inner, "{}");
            inner
        })
        .collect()
}

/// Where the command that begins after `at` ends: at `;`, or at `+` after `{}`.
fn end_of_command(words: &[Value], at: usize) -> usize {
    (at + 1..words.len())
        .find(|at| words[*at].text == ";" || (words[*at].text == "+" && words[*at - 1].text == "{}"))
        .unwrap_or(words.len())
}
