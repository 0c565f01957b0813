//! Lines as some sixty programs and loggers write them, each with its time, level, service and message.

use super::*;

const TABLES: [&str; 5] = [
    include_str!("../parse/table/more.txt"),
    include_str!("../parse/table/structured.txt"),
    include_str!("../parse/table/web.txt"),
    include_str!("../parse/table/system.txt"),
    include_str!("../parse/table/servers.txt"),
];

pub(super) fn observed() -> Timestamp {
    "2026-11-20T22:00:00Z".parse().unwrap()
}

/// Lines with what is expected of each.
type Group = Vec<(Vec<u8>, &'static str)>;

/// A group's name, and its lines with what they mean.
pub(super) fn groups() -> Vec<(&'static str, Group)> {
    let mut groups: Vec<(&str, Group)> = Vec::new();
    for line in TABLES.iter().flat_map(|table| table.lines().skip(1)) {
        if let Some(name) = line.strip_prefix("== ") {
            groups.push((name, Vec::new()));
        } else if let Some(expected) = line.strip_prefix("> ") {
            groups.last_mut().unwrap().1.last_mut().unwrap().1 = expected;
        } else {
            groups.last_mut().unwrap().1.push((line.replace("\\e[", "\u{1b}[").into_bytes(), ""));
        }
    }
    groups
}

fn shown(line: &[u8], take: &Take<'_>) -> String {
    let Take::Begins(head) = take else { return "continues".to_owned() };
    let time = head.time.map(|nanos| Timestamp::from_nanosecond(nanos.into()).unwrap().to_string());
    let severity = match head.severity {
        Severity::Unset => "-".to_owned(),
        severity => severity.word().to_ascii_lowercase(),
    };
    let message = String::from_utf8_lossy(&line[head.message.clone()]);
    let service = head.service.map_or_else(|| "-".into(), String::from_utf8_lossy);
    let message = if message.is_empty() { "-".into() } else { message };
    format!("{} {severity} {service} {message}", time.as_deref().unwrap_or("-"))
}

#[test]
fn every_line_of_the_table_is_understood() {
    let mut wrong = Vec::new();
    let mut total = 0;
    for (name, lines) in groups() {
        let mut heads = Heads::new(observed());
        heads.look(&lines.iter().map(|(line, _)| line.as_slice()).collect::<Vec<_>>().join(&b'\n'));
        for (line, expected) in &lines {
            total += 1;
            if name.ends_with("(each)") {
                heads = Heads::new(observed());
            }
            let found = shown(line, &heads.take(line));
            if found != *expected {
                wrong.push(format!("{name}: {}\n  want {expected}\n  have {found}", String::from_utf8_lossy(line)));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {total} are wrong\n{}", wrong.len(), wrong.join("\n"));
}
