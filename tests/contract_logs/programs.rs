//! `journalctl`, `kubectl` and `docker`, played by small scripts that print what the real ones document and note what they
//! were asked.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use midwatch::config::schema::{Docker, Journald, Kubectl};
use midwatch::domain::Severity;
use midwatch::sources::programs::{DockerSource, JournaldSource, KubectlSource};
use serde_json::json;

use crate::world::{World, numbers, records};

/// A program in a folder of its own, where it finds what to say and notes its arguments.
struct Fake {
    folder: tempfile::TempDir,
}

impl Fake {
    fn new(script: &str) -> Self {
        let fake = Self { folder: tempfile::tempdir().unwrap() };
        let head = "#!/bin/sh\ncd \"$(dirname \"$0\")\" || exit 9\nprintf '%s\\n' \"$*\" >> argv\n";
        fs::write(fake.path("program"), format!("{head}{script}")).unwrap();
        fs::set_permissions(fake.path("program"), fs::Permissions::from_mode(0o755)).unwrap();
        fake
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn program(&self) -> String {
        self.path("program").to_string_lossy().into_owned()
    }

    fn write(&self, name: &str, text: &str) {
        // Whole or not at all: the script may read at any time.
        fs::write(self.path("new"), text).unwrap();
        fs::rename(self.path("new"), self.path(name)).unwrap();
    }

    fn append(&self, name: &str, text: &str) {
        fs::OpenOptions::new()
            .append(true)
            .create(true)
            .open(self.path(name))
            .unwrap()
            .write_all(text.as_bytes())
            .unwrap();
    }

    fn asked(&self, word: &str) -> Vec<String> {
        let all = fs::read_to_string(self.path("argv")).unwrap_or_default();
        all.lines().filter(|line| line.contains(word)).map(str::to_owned).collect()
    }
}

fn pod_line(pod: &str, second: u32, text: &str) -> String {
    format!("[pod/{pod}/app] 2026-11-20T02:00:{second:02}.000000001Z {text}\n")
}

const KUBECTL: &str = "case \"$*\" in *'get pods'*) cat pods || exit 1;; *) exec tail -n +1 -f logs;; esac\n";

fn kubectl(fake: &Fake) -> World {
    let config = Kubectl {
        name: "pods".to_owned(),
        selector: "app=payments".to_owned(),
        namespace: "shop".to_owned(),
        context: "prod-eu".to_owned(),
        every: "50ms".parse().unwrap(),
        since: "15m".parse().unwrap(),
    };
    World::of(vec![Box::new(KubectlSource::new(&config).with_program(&fake.program()))])
}

#[tokio::test]
async fn pods_that_come_and_go_are_followed_without_loss_or_double() {
    let fake = Fake::new(KUBECTL);
    fake.write("pods", "p-1 Running c1\n");
    fake.write("logs", &(0..3).map(|n| pod_line("p-1", n, &format!("level=info n={n}"))).collect::<String>());
    let mut world = kubectl(&fake);
    assert_eq!(numbers(&mut world, 3).await, [0, 1, 2]);
    world.up().await;
    for number in 3..6 {
        // A container with another id: the program is started again and says everything again.
        fake.write("pods", &format!("p-1 Running c{number}\n"));
        let runs = fake.asked(" logs ").len();
        while fake.asked(" logs ").len() == runs {
            tokio::task::yield_now().await;
        }
        fake.append("logs", &pod_line("p-2", number, &format!("level=info n={number}")));
        assert_eq!(numbers(&mut world, 1).await, [number as usize]);
    }
    assert_eq!(world.left().len(), 0);
    let last = fake.asked(" logs ").pop().unwrap();
    assert!(last.starts_with("--context=prod-eu --namespace=shop logs --follow --timestamps --prefix"), "{last}");
    assert!(last.contains("--tail=-1") && last.contains("--since-time=2026-11-20T01:59:0"), "{last}");
    world.end().await;
}

#[tokio::test]
async fn lines_are_joined_within_their_own_container() {
    let fake = Fake::new(KUBECTL);
    fake.write("pods", "p-1 Running c1\n");
    let lines = [
        pod_line("p-1", 0, "2026-11-20T02:00:00Z ERROR failed"),
        pod_line("p-2", 0, "2026-11-20T02:00:00Z INFO well"),
        pod_line("p-1", 0, "java.lang.IllegalStateException: no"),
        pod_line("p-1", 0, "\tat a.b.C.d(C.java:1)"),
    ];
    fake.write("logs", &lines.concat());
    let mut world = kubectl(&fake);
    let found = records(&mut world, 2).await;
    let failed = found.iter().find(|record| record.severity == Severity::Error).unwrap();
    assert_eq!((failed.raw.lines().count(), failed.attribute("pod").unwrap().as_str()), (3, "p-1"));
    assert_eq!(failed.service.as_str(), "app");
}

#[tokio::test]
async fn a_cluster_without_pods_or_answers_is_said_and_waited_for() {
    let fake = Fake::new(KUBECTL);
    fake.write("logs", &pod_line("p-1", 0, "level=info n=1"));
    let mut world = kubectl(&fake);
    let why = world.trouble_that_is("down").await;
    assert!(why.contains("kubectl get pods failed") && why.contains("No such file"), "{why}");
    fake.write("pods", "");
    let why = world.trouble_that_is("degraded").await;
    assert!(why.contains("no pod matches `app=payments`"), "{why}");
    fake.write("pods", "p-1 Running c1\n");
    assert_eq!(numbers(&mut world, 1).await, [1]);
    world.up().await;
}

#[tokio::test]
async fn a_missing_program_is_said_with_the_way_out() {
    let config = Docker { name: "d".to_owned(), containers: vec!["web".to_owned()], since: "15m".parse().unwrap() };
    let source = DockerSource::new(&config).with_program("/nowhere/docker");
    let why = World::of(vec![Box::new(source)]).trouble_that_is("down").await;
    assert!(why.contains("web: /nowhere/docker cannot be started") && why.contains("install it"), "{why}");
}

const DOCKER: &str = "for name; do :; done
case $name in gone) echo 'Error response from daemon: No such container: gone' >&2; exit 1;; esac
tail -n +1 -f err >&2 &
exec tail -n +1 -f out\n";

#[tokio::test]
async fn a_container_is_heard_on_both_its_outputs_and_another_that_is_missing_is_said() {
    let fake = Fake::new(DOCKER);
    fake.write("out", "2026-11-20T02:00:00.000000001Z level=info n=1\n");
    fake.write("err", "2026-11-20T02:00:00.000000002Z level=error n=2\n");
    let containers = vec!["web".to_owned(), "gone".to_owned()];
    let config = Docker { name: "d".to_owned(), containers, since: "15m".parse().unwrap() };
    let mut world = World::of(vec![Box::new(DockerSource::new(&config).with_program(&fake.program()))]);
    assert_eq!(numbers(&mut world, 2).await, [1, 2]);
    let why = world.trouble_that_is("degraded").await;
    assert!(why.contains("gone: docker logs gone failed") && why.contains("No such container"), "{why}");
    fake.append("err", "2026-11-20T02:00:01.000000001Z level=error n=3\n");
    let record = records(&mut world, 1).await.remove(0);
    assert_eq!((record.service.as_str(), record.source.as_str()), ("web", "d"));
    assert!(fake.asked(" -- web")[0].starts_with("logs --follow --timestamps --since="));
    world.end().await;
}

#[tokio::test]
async fn a_container_that_ends_is_begun_again_where_it_was() {
    let fake = Fake::new("cat out\n");
    let line = |n: u32| format!("2026-11-20T02:00:00.00000000{n}Z level=info n={n}\n");
    fake.write("out", &[line(1), line(1), line(2)].concat());
    let config = Docker { name: "d".to_owned(), containers: vec!["web".to_owned()], since: "15m".parse().unwrap() };
    let mut world = World::of(vec![Box::new(DockerSource::new(&config).with_program(&fake.program()))]);
    assert_eq!(numbers(&mut world, 3).await, [1, 1, 2]);
    fake.append("out", &line(3));
    assert_eq!(numbers(&mut world, 1).await, [3]);
    let (_, why) = world.trouble().await;
    assert!(why.contains("docker logs web ended and is started again"), "{why}");
    assert_eq!(world.left().len(), 0);
}

fn journal_line(micros: u64) -> String {
    let fields = json!({"__CURSOR": format!("s=1;i={micros}"), "__REALTIME_TIMESTAMP": (1_700_000_000_000_000 + micros).to_string(),
        "PRIORITY": "3", "_SYSTEMD_UNIT": "nginx.service", "MESSAGE": format!("upstream failed n={micros}")});
    format!("{fields}\n")
}

#[tokio::test]
async fn the_journal_is_begun_again_at_its_cursor_and_by_time_where_that_is_gone() {
    let script = "case \"$*\" in *--after-cursor*) echo 'Failed to seek to cursor: Invalid argument' >&2; exit 1;; esac\ncat journal; exit 1\n";
    let fake = Fake::new(script);
    fake.write("journal", &[journal_line(1), journal_line(2)].concat());
    let units = vec!["nginx.service".to_owned()];
    let config = Journald { name: "journal".to_owned(), units, since: "15m".parse().unwrap() };
    let mut world = World::of(vec![Box::new(JournaldSource::new(&config).with_program(&fake.program()))]);
    let found = records(&mut world, 2).await;
    assert_eq!((found[0].severity, found[0].service.as_str()), (Severity::Error, "nginx.service"));
    fake.append("journal", &journal_line(3));
    let third = records(&mut world, 1).await.remove(0);
    assert_eq!(third.at().as_microsecond() % 10, 3);
    assert!(fake.asked("--after-cursor=s=1;i=2").len() == 1, "{:?}", fake.asked(""));
    assert!(fake.asked("--since=@1699999940").len() == 1, "{:?}", fake.asked(""));
    let (_, why) = world.trouble().await;
    assert!(why.contains("journalctl failed"), "{why}");
    assert_eq!(world.left().len(), 0);
}
