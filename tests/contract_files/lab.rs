//! What the services of the lab really wrote, through the files source: every record has its time, level and service,
//! and its trace where it belongs to one.

use std::path::PathBuf;
use std::sync::Arc;

use midwatch::config::schema::{Changes, Files};
use midwatch::config::units::Size;
use midwatch::domain::Severity;
use midwatch::sources::changes::ChangesSource;
use midwatch::sources::files::FilesSource;

use super::bench::{Bench, library};

fn fixtures() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

#[tokio::test]
async fn the_logs_of_every_service_are_read() {
    let paths = vec![fixtures().join("logs/*.log").to_string_lossy().into_owned()];
    let config = Files { name: "lab".to_owned(), paths, service: String::new(), backlog: Size::mib(4) };
    let library = library();
    let mut bench = Bench::indexed(FilesSource::new(&config, Arc::clone(&library)), library);
    // Records per file, and how many of them carry a trace.
    let expected = [
        ("cart", 20, 20),
        ("checkout", 20, 20),
        ("events", 1, 0),
        ("frontend", 20, 20),
        ("inventory", 20, 20),
        ("mesh", 2, 0),
        ("nginx-access", 20, 20),
        ("payments", 8, 6),
        ("postgres", 7, 0),
        ("redis", 8, 0),
    ];
    let total = expected.iter().map(|(_, records, _)| records).sum::<usize>();
    bench.until("every record", |bench| bench.logs.len() >= total).await;
    let bench = bench.stop().await;
    for (service, records, traced) in expected {
        let of_it: Vec<_> = bench.logs.iter().filter(|record| record.service.as_str() == service).collect();
        assert_eq!(of_it.len(), records, "{service}");
        assert_eq!(of_it.iter().filter(|record| record.trace_id.is_some()).count(), traced, "{service}");
        // The first lines of two files are the rest of a record that began before them, which states no level.
        let rest = of_it.iter().filter(|record| record.severity == Severity::Unset).count();
        assert_eq!(
            rest,
            match service {
                "payments" => 2,
                "postgres" => 1,
                _ => 0,
            },
            "{service}"
        );
        assert!(of_it.iter().all(|record| record.time.is_some()), "{service}");
    }
    assert_eq!(bench.logs.len(), total);
}

#[tokio::test]
async fn the_changes_of_the_lab_are_read() {
    let path = fixtures().join("changes.jsonl");
    let lines = std::fs::read_to_string(&path).unwrap().lines().count();
    let mut bench = Bench::start(ChangesSource::new(&Changes { name: "changes".to_owned(), path }));
    bench.until("every change", |bench| bench.changes.len() >= lines).await;
    bench.until_health("ok", "").await;
}
