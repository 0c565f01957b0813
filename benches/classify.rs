//! What reading a command costs: 20,000 typical ones a second on one core leave 50 microseconds for each, with the thread
//! they are handed to.

use divan::{Bencher, black_box};
use midwatch::actions::{Tables, classify, examine_here};
use midwatch::domain::{Class, Language};

/// What a person on call types.
const TYPICAL: [&str; 12] = [
    "df -h",
    "kubectl get pods -n shop -o wide",
    "kubectl logs deploy/payments -n shop --since=10m | grep -c ERROR",
    "journalctl -u nginx --since '10 min ago' -p err --no-pager",
    "ps aux --sort=-%mem | head -20",
    "ss -tlnp",
    "curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:9090/-/healthy",
    "find /var/log -name '*.log' -size +100M",
    "ssh db1 'df -h; uptime'",
    "awk '$9 >= 500 {print $7}' /var/log/nginx/access.log | sort | uniq -c | sort -rn | head",
    "kubectl rollout restart deploy/web -n shop",
    "for ns in shop payments; do kubectl get pods -n \"$ns\"; done",
];

fn main() {
    divan::main();
}

fn tables() -> Tables {
    Tables::builtin().unwrap_or_else(|_| Tables::empty())
}

/// Each of the typical commands, handed to the parser's thread.
#[divan::bench(args = TYPICAL)]
fn typical(bencher: Bencher, command: &str) {
    let tables = tables();
    bencher.bench_local(|| classify(black_box(command), Language::Sh, &tables).class);
}

/// All typical commands in this thread, as `midwatch check --json` reads them.
#[divan::bench]
fn all_typical_here(bencher: Bencher) {
    let tables = tables();
    bencher.bench_local(|| TYPICAL.map(|command| examine_here(black_box(command), &tables).reasons.len()));
}

/// What the guard turns away.
#[divan::bench]
fn refused() -> Class {
    classify(black_box("echo $(((((((((((("), Language::Sh, &Tables::empty()).class
}

/// All built-in tables.
#[divan::bench]
fn load_tables() -> Tables {
    tables()
}
