//! Worlds that several screens begin with.

use midwatch::domain::series::Unit;
use midwatch::domain::{Language, LogRecord, Severity};
use midwatch::testing::World;
use midwatch::testing::build::{ago, alert, change, log, now, series};

/// Everything answers and something is wrong.
pub fn busy() -> World {
    let mut world = World::new();
    for source in ["am", "prom", "logs", "changes"] {
        world.up(source);
    }
    fill(&mut world);
    world
}

/// Alerts, records, series and changes.
pub fn fill(world: &mut World) {
    let pods = ["payments-7d9f-1", "payments-7d9f-2", "payments-7d9f-3"];
    let mut alerts: Vec<_> =
        pods.iter().map(|pod| alert("HighErrorRate", "payments", "critical", ago(720), &[("pod", pod)])).collect();
    alerts.push(alert("OrdersStopped", "checkout", "critical", ago(660), &[]));
    alerts.push(alert("CertificateExpiresSoon", "frontend", "warning", ago(86_400 * 3), &[]));
    alerts.push(alert("Watchdog", "-", "none", ago(86_400 * 30), &[]));
    world.alerts(alerts);
    world.logs(records());
    let step = |low: f64, high: f64| -> Vec<f64> {
        (0..160).map(|i| if i < 112 { low + f64::from(i % 4) * low / 20.0 } else { high - f64::from(i % 3) }).collect()
    };
    world.series(vec![
        series("errors", Unit::PerSecond, &[("service", "checkout")], &step(0.5, 14.0)),
        series("errors", Unit::PerSecond, &[("service", "payments")], &step(0.2, 9.5)),
    ]);
    world.series(vec![series("p99", Unit::Seconds, &[("service", "checkout")], &step(0.2, 4.0))]);
    world.series(vec![series("memory", Unit::Bytes, &[("service", "payments")], &step(3.1e8, 3.3e8))]);
    world.change(change(ago(3_000), "flag", "flags", "large_images for everyone"));
    world.change(change(ago(725), "deploy", "payments", "payments 2.3.1: send the idempotency key"));
}

fn records() -> Vec<LogRecord> {
    let mut records = Vec::new();
    for second in (0..900).rev().step_by(15) {
        let at = ago(second);
        records.push(log(at, "frontend", Severity::Info, &format!("GET /products 200 in {}ms", 20 + second % 7)));
        if second < 720 {
            let text = "card gateway: invalid header x-idem order=8812 scheme=amex";
            records.push(log(at, "payments", Severity::Error, text));
            records.push(log(at, "checkout", Severity::Warn, "upstream 502 from payments, trying again"));
        }
    }
    records.push(log(now(), "文書サービス", Severity::Error, "検索インデックスが見つかりません 👩‍🚒 e\u{301}té"));
    records
}

/// A proposal's language and text in two words.
pub fn sh(text: &str) -> midwatch::domain::Suggestion {
    midwatch::testing::build::suggestion(Language::Sh, text)
}
