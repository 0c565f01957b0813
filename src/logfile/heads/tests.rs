//! Which lines belong together, and that a head says what the full record says.

use proptest::prelude::*;

use super::table::{groups, observed};
use super::*;
use crate::domain::{CleanText, SourceId};
use crate::logfile::{Context, record};

/// The first bytes of each record.
fn cut(text: &str) -> Vec<String> {
    let mut heads = Heads::new(observed());
    let mut records: Vec<String> = Vec::new();
    for line in text.split('\n') {
        match (heads.take(line.as_bytes()), records.last_mut()) {
            (Take::Continues, Some(last)) => *last = format!("{last}\n{line}"),
            _ => records.push(line.to_owned()),
        }
    }
    records
}

fn lines_per_record(text: &str) -> Vec<usize> {
    cut(text).iter().map(|record| record.lines().count()).collect()
}

const DOTNET: &str = "fail: Shop.Api[0]
      Unhandled exception
System.InvalidOperationException: no pool
   at Shop.Api.Call() in Api.cs:line 10
--- End of stack trace from previous location ---
   at Shop.Api.Main()
info: Shop.Api[14]
      Now listening";

const NODE: &str = "2026-11-20T21:04:25.123Z error: boom
TypeError: Cannot read properties of undefined
    at charge (/app/pay.js:3:7)
    at async main (/app/main.js:9:1) {
  code: 'E_PAY'
}
2026-11-20T21:04:26.123Z info: next";

const RUBY: &str = "E, [2026-11-20T21:04:25.123456 #812] ERROR -- : boom
app.rb:5:in `charge': no fee (RuntimeError)
\tfrom app.rb:9:in `<main>'
I, [2026-11-20T21:04:26.123456 #812]  INFO -- : next";

const PHP: &str = "[20-Nov-2026 21:04:25 UTC] PHP Fatal error:  Uncaught Exception: boom in /a.php:3
Stack trace:
#0 /a.php(9): charge()
#1 {main}
  thrown in /a.php on line 3
[20-Nov-2026 21:04:26 UTC] PHP Notice:  next";

const GO_PLAIN: &str = "started
panic: runtime error: index out of range [5]

goroutine 1 [running]:
main.main()
\t/app/main.go:4 +0x39
exit status 2
restarted
again";

const CRI: &str = "2026-11-20T21:04:25.1Z stderr F 2026-11-20 21:04:25,099 ERROR [main] a.B - failed
2026-11-20T21:04:25.1Z stderr F java.lang.IllegalStateException: no pool
2026-11-20T21:04:25.1Z stderr F \tat a.B.call(B.java:10)
2026-11-20T21:04:25.2Z stdout P {\"level\":\"info\",\"msg\":\"a very
2026-11-20T21:04:25.2Z stdout P  long
2026-11-20T21:04:25.2Z stdout F  line\"}
2026-11-20T21:04:25.3Z stdout F {\"level\":\"info\",\"msg\":\"next\"}";

const DOCKER: &str = r#"{"log":"Traceback (most recent call last):\n","stream":"stderr","time":"2026-11-20T21:04:25.1Z"}
{"log":"  File \"a.py\", line 1\n","stream":"stderr","time":"2026-11-20T21:04:25.1Z"}
{"log":"KeyError: 'amex'\n","stream":"stderr","time":"2026-11-20T21:04:25.1Z"}
{"log":"first half, ","stream":"stdout","time":"2026-11-20T21:04:25.2Z"}
{"log":"second half\n","stream":"stdout","time":"2026-11-20T21:04:25.2Z"}
{"log":"next\n","stream":"stdout","time":"2026-11-20T21:04:25.3Z"}"#;

const JOURNAL: &str = "__CURSOR=s=1;i=2;b=3;m=4;t=660b5c8ae5c28;x=5
__REALTIME_TIMESTAMP=1795208660105000
PRIORITY=3
SYSLOG_IDENTIFIER=sshd
_COMM=sshd
MESSAGE=error: a=b c=d
_HOSTNAME=web1

__CURSOR=s=1;i=3;b=3;m=4;t=660b5c8ae5c29;x=6
__REALTIME_TIMESTAMP=1795208661105000
MESSAGE=next";

const POSTGRES: &str = "2026-11-20 21:03:12.543 UTC [7] LOG:  statement: select 1
\tfrom orders
where id = 7;
2026-11-20 21:03:13.543 UTC [7] LOG:  next";

const PRETTY: &str = "{
  \"ts\": \"2026-11-20T21:04:25Z\",
  \"level\": \"error\",
  \"msg\": \"spread out\"
}
{
  \"msg\": \"next\"
}";

#[test]
fn records_of_several_lines_stay_whole() {
    for (text, lines) in [
        (DOTNET, vec![6, 2]),
        (NODE, vec![6, 1]),
        (RUBY, vec![3, 1]),
        (PHP, vec![5, 1]),
        (GO_PLAIN, vec![1, 6, 1, 1]),
        (CRI, vec![3, 3, 1]),
        (DOCKER, vec![3, 2, 1]),
        (JOURNAL, vec![7, 3]),
        (POSTGRES, vec![3, 1]),
        (PRETTY, vec![5, 3]),
    ] {
        assert_eq!(lines_per_record(text), lines, "{text}");
    }
}

#[test]
fn what_a_runtime_wrapped_is_read_as_it_was_written() {
    let read = |text: &str| {
        let mut heads = Heads::new(observed());
        text.split('\n').for_each(|line| {
            let _ = heads.take(line.as_bytes());
        });
        cut(text).iter().map(|raw| record(raw.as_bytes(), &heads.layout(), &context())).collect::<Vec<_>>()
    };
    let cri = read(CRI);
    assert_eq!(cri[0].body.as_str(), "failed | java.lang.IllegalStateException: no pool");
    assert_eq!((cri[1].body.as_str(), cri[1].severity), ("a very long line", Severity::Info));
    let docker = read(DOCKER);
    assert_eq!((docker[0].severity, docker[1].body.as_str()), (Severity::Error, "first half, second half"));
    assert_eq!(docker[0].body.as_str(), "Traceback (most recent call last): | KeyError: 'amex'");
    let journal = &read(JOURNAL)[0];
    assert_eq!((journal.severity, journal.service.as_str()), (Severity::Error, "sshd"));
    assert_eq!((journal.body.as_str(), journal.attribute("_HOSTNAME").unwrap().as_str()), ("error: a=b c=d", "web1"));
    let pretty = &read(PRETTY)[0];
    assert_eq!((pretty.body.as_str(), pretty.severity), ("spread out", Severity::Error));
}

fn context() -> Context {
    Context { source: SourceId::new("t"), service: CleanText::line("-"), observed: observed(), at: None }
}

/// Holds a head and the full record of one line to the same.
fn agree(heads: &mut Heads, line: &[u8]) -> Result<(), TestCaseError> {
    let Take::Begins(head) = heads.take(line) else { return Ok(()) };
    let context = Context { at: head.time, ..context() };
    let full = record(line, &heads.layout(), &context);
    let shown = String::from_utf8_lossy(line);
    prop_assert_eq!(full.time.map(|time| time.as_nanosecond()), head.time.map(i128::from), "time of {}", shown);
    prop_assert_eq!(full.severity, head.severity, "severity of {}", shown);
    let service = head.service.map(|text| parse::escape::plain(text).into_owned()).unwrap_or(b"-".to_vec());
    prop_assert_eq!(full.service, CleanText::line(&String::from_utf8_lossy(&service)), "service of {}", shown);
    prop_assert!(head.message.end <= line.len() && head.message.start <= head.message.end);
    Ok(())
}

#[test]
fn a_head_says_what_the_record_says() {
    for (name, lines) in groups() {
        let sample = lines.iter().map(|(line, _)| line.as_slice()).collect::<Vec<_>>().join(&b'\n');
        let mut heads = Heads::new(observed());
        heads.look(&sample);
        for (line, _) in &lines {
            if let Err(wrong) = agree(&mut heads, line) {
                panic!("{name}: {wrong}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn a_head_says_what_the_record_says_of_broken_lines(pick in any::<prop::sample::Index>(), other in any::<prop::sample::Index>(), from in 0usize..120, to in 0usize..120, junk in prop::collection::vec(any::<u8>(), 0..6)) {
        let lines: Vec<Vec<u8>> = groups().into_iter().flat_map(|(_, lines)| lines).map(|(line, _)| line).collect();
        let (line, other) = (pick.get(&lines), other.get(&lines));
        let mut broken = line[..from.min(line.len())].to_vec();
        broken.extend(junk.iter().filter(|byte| !matches!(**byte, b'\n' | b'\r')));
        broken.extend_from_slice(&other[to.min(other.len())..]);
        let mut heads = Heads::new(observed());
        agree(&mut heads, &broken)?;
        agree(&mut heads, line)?;
        agree(&mut heads, &broken)?;
    }
}
