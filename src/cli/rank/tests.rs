//! Files as they come, and what is said about bad ones.

use std::path::PathBuf;

use super::*;

/// A folder with the four files; texts can be replaced.
struct World {
    folder: tempfile::TempDir,
}

const HEAD: &str = "microservice,shop,shop,db,db,db\n\
    metric,latency,requests,latency,requests,cpu\n\
    statistic,Average,Sum,Average,Sum,Max\n\
    unix_timestamp,,,,,\n";

impl World {
    /// A shop that calls a database; in rows 2 and 3 of the incident the database is slow.
    fn new() -> Self {
        let world = Self { folder: tempfile::tempdir().unwrap() };
        let row = |row: usize, extra: f64| {
            let wobble = 0.001 * (row * 7 % 5) as f64;
            format!("{},{},100,{},100,5\n", row * 300, 0.1 + wobble + extra, 0.02 + wobble / 2.0 + extra)
        };
        let baseline: String = (0..100).map(|at| row(at, 0.0)).collect();
        let incident: String = (200..205).map(|at| row(at, if at == 202 || at == 203 { 0.3 } else { 0.0 })).collect();
        world.put("noissue.csv", &format!("{HEAD}{baseline}"));
        world.put("metrics.csv", &format!("{HEAD}{incident}"));
        world.put("graph.csv", ",shop,db\nshop,,1.0\ndb,0.0,\n");
        world.put("target.json", r#"{"target": {"node": "shop", "metric": "latency", "timestamp": 60600}}"#);
        world
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn put(&self, name: &str, text: &str) -> &Self {
        std::fs::write(self.path(name), text).unwrap();
        self
    }

    fn files(&self) -> RankArgs {
        let path = |name| self.path(name);
        RankArgs {
            metrics: path("metrics.csv"),
            graph: path("graph.csv"),
            target: path("target.json"),
            baseline: path("noissue.csv"),
            json: true,
        }
    }

    fn ranked(&self) -> (Target, Vec<Candidate>, usize) {
        let args = self.files();
        let target = files::target(&args.target).unwrap();
        let incident = files::metrics(&args.metrics).unwrap();
        let baseline = files::metrics(&args.baseline).unwrap().telemetry;
        let ranked = rank(&target, &files::graph(&args.graph).unwrap(), &incident.telemetry, &baseline).unwrap();
        (target, ranked, incident.unused)
    }

    /// What is said about the files.
    fn complaint(&self) -> String {
        match run(&self.files()) {
            Err(Failure::BadInput(message)) => message,
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn the_slow_callee_is_named_with_its_path_and_reason() {
    let (target, ranked, unused) = World::new().ranked();
    assert_eq!((ranked[0].service.as_str(), unused), ("db", 1));
    let mut out = Vec::new();
    json(&ranked, &mut out).unwrap();
    let first: serde_json::Value = serde_json::from_slice(out.split(|byte| *byte == b'\n').next().unwrap()).unwrap();
    assert_eq!((&first["rank"], &first["node"], &first["metric"]), (&1.into(), &"db".into(), &"latency".into()));
    assert_eq!(first["path"], serde_json::json!(["shop", "db"]));
    let mut out = Vec::new();
    table(&target, &ranked, unused, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(text.contains("db latency\n") && text.contains("shop > db") && text.contains("1 columns"), "{text}");
}

#[test]
fn no_candidate_is_said_in_words() {
    let world = World::new();
    let calm = std::fs::read_to_string(world.path("noissue.csv")).unwrap();
    let (target, ranked, _) = world.put("metrics.csv", &calm).put("target.json", TARGET).ranked();
    assert!(ranked.is_empty());
    let mut out = Vec::new();
    table(&target, &ranked, 0, &mut out).unwrap();
    assert!(String::from_utf8(out).unwrap().starts_with("No cause found"));
}

const TARGET: &str = r#"{"target": {"node": "shop", "metric": "latency"}}"#;

#[test]
fn bad_files_are_named_with_line_and_remedy() {
    let long = format!("{HEAD}60000,fast,1,1,1,1\n");
    let back = format!("{HEAD}60300,1,1,1,1,1\n60000,1,1,1,1,1\n");
    let cases = [
        ("metrics.csv", "", "metrics.csv, line 1: the file ends before its three header rows"),
        ("metrics.csv", "a,b\nc,d\ne,f\n", "metrics.csv, line 1: a header row that begins with `microservice`"),
        ("metrics.csv", HEAD, "metrics.csv, line 4: no row of figures"),
        ("metrics.csv", &long, "metrics.csv, line 5: `fast` in a column of shop is no number"),
        ("metrics.csv", &back, "metrics.csv, line 6: the time goes back"),
        ("noissue.csv", &format!("{HEAD}noon,1\n"), "noissue.csv, line 5: the first cell is the row's time"),
        ("graph.csv", ",shop,db\nshop,1\n", "graph.csv, line 2: 1 cells under 2 services"),
        ("graph.csv", ",a,b\na,,1\nb,,\n", "graph.csv: the graph has no service named shop"),
        ("target.json", "{\n\"target\": 3}", "target.json, line 2: "),
        ("target.json", r#"{"target":{"node":"shop","metric":"cpu"}}"#, "the metric `cpu` is not latency or"),
        ("target.json", r#"{"target":{"node":"db","metric":"availability"}}"#, "no availability of db"),
    ];
    for (file, text, want) in cases {
        let said = World::new().put(file, text).complaint();
        assert!(said.contains(want), "{file}: {said}");
    }
    let world = World::new();
    std::fs::remove_file(world.path("graph.csv")).unwrap();
    assert!(world.complaint().contains("name a file to read"));
    std::fs::write(world.path("graph.csv"), b"a\n\xff").unwrap();
    assert!(world.complaint().contains("line 2: not UTF-8"));
}
