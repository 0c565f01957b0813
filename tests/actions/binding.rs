//! What was approved is what runs: every change between the card and the run is found and named.

use std::collections::BTreeMap;
use std::os::unix::fs::symlink;
use std::path::Path;

use jiff::SignedDuration;
use midwatch::actions::{Confirmation, Gate};
use midwatch::domain::approval::{Frozen, PlaceKind};
use midwatch::domain::proposal::Outcome;
use midwatch::domain::time::minus;
use midwatch::domain::{Proposal, ProposalId, ProposalState, Timestamp};

use super::setting::{Setting, confirm, frozen};

fn kubeconfig(setting: &Setting, context: &str) {
    kubeconfig_at(setting, context, "https://10.0.0.1:6443");
}

fn kubeconfig_at(setting: &Setting, context: &str, server: &str) {
    let folder = setting.folder.path().join(".kube");
    std::fs::create_dir_all(&folder).unwrap();
    let text = format!(
        "clusters:\n- cluster:\n    server: {server}\n  name: eu\ncontexts:\n- context:\n    cluster: eu\n    namespace: \
         shop\n    user: u\n  name: prod-eu\n- context:\n    cluster: eu\n  name: dev\ncurrent-context: {context}\n"
    );
    std::fs::write(folder.join("config"), text).unwrap();
}

fn facts(proposal: &Proposal, name: &str) -> Vec<String> {
    let facts = proposal.target.facts.iter().filter(|(of, _)| of.as_str() == name);
    facts.map(|(_, value)| value.to_string()).collect()
}

/// Gives a file the size and times it had before, as whoever replaces a program would.
fn forge_time(path: &Path, like: &std::fs::Metadata) {
    let file = std::fs::File::options().write(true).open(path).unwrap();
    file.set_modified(like.modified().unwrap()).unwrap();
}

fn places(proposal: &Proposal) -> Vec<String> {
    let places = frozen(proposal).places.iter();
    places.map(|place| format!("{} {}", place.kind.word(), place.name)).collect()
}

#[tokio::test]
async fn case_22_another_terminal_switches_the_kube_context() {
    let setting = Setting::new();
    setting.script("kubectl", "echo ran");
    kubeconfig(&setting, "dev");
    let approved = setting.approve("kubectl get pods");
    kubeconfig(&setting, "prod-eu");
    let ran = setting.run(approved).await;
    assert!(ran.text.is_empty() && ran.refusal().contains("the kube context changed from dev to prod-eu"), "{ran:?}");
}

#[test]
fn the_card_says_which_cluster_and_asks_for_its_name() {
    let setting = Setting::new();
    setting.script("kubectl", "echo ran");
    kubeconfig(&setting, "prod-eu");
    let proposal = setting.propose("kubectl delete deploy web");
    assert_eq!(places(&proposal), ["kube context prod-eu", "namespace shop", "server https://10.0.0.1:6443"]);
    let demand = format!("{:?}", Gate::default().demand(&proposal));
    assert!(demand.contains("web") && demand.contains("prod-eu"), "{demand}");
    let named = setting.propose("kubectl --context dev -n shop2 get pods");
    assert_eq!(places(&named), ["kube context dev", "namespace shop2", "server https://10.0.0.1:6443"]);
    assert!(setting.propose("kubectl --context=\"$X\" get pods").target.production.is_some());
}

#[tokio::test]
async fn case_22_the_context_keeps_its_name_and_leads_to_another_server() {
    let setting = Setting::new();
    setting.script("kubectl", "echo ran");
    kubeconfig(&setting, "prod-eu");
    let approved = setting.approve("kubectl get pods");
    kubeconfig_at(&setting, "prod-eu", "https://10.6.6.6:6443");
    let ran = setting.run(approved).await;
    assert!(ran.refusal().contains("server changed from https://10.0.0.1:6443 to https://10.6.6.6:6443"), "{ran:?}");
}

#[tokio::test]
async fn case_22_a_second_kubeconfig_on_the_list_takes_the_context_over() {
    let mut setting = Setting::new();
    setting.script("kubectl", "echo ran");
    kubeconfig(&setting, "dev");
    let folder = setting.folder.path().to_owned();
    let (first, second) = (folder.join("first"), folder.join(".kube/config"));
    let list = format!("{}:{}", first.display(), second.display());
    setting.settings.environment.insert("KUBECONFIG".to_owned(), list);
    let proposal = setting.propose("kubectl get pods");
    assert_eq!(places(&proposal)[0], "kube context dev");
    let approved = confirm(&proposal).unwrap();
    // The first file of the list that names a current context decides.
    std::fs::write(&first, "current-context: prod-eu\n").unwrap();
    let ran = setting.run(approved).await;
    assert!(ran.text.is_empty() && ran.refusal().contains("the kube context changed from dev to prod-eu"), "{ran:?}");
    assert_eq!(setting.propose("kubectl delete pod x").target.production.as_deref(), Some("prod-eu"));
    // Nor may a file in front of the others say where a context of the same name leads.
    std::fs::remove_file(&first).unwrap();
    let approved = setting.approve("kubectl get pods");
    let stolen = "clusters:\n- cluster:\n    server: https://10.6.6.6:6443\n  name: eu\n";
    std::fs::write(&first, stolen).unwrap();
    let ran = setting.run(approved).await;
    assert!(ran.text.is_empty() && ran.refusal().contains("https://10.6.6.6:6443"), "{ran:?}");
}

#[tokio::test]
async fn case_22_the_context_is_said_outright_when_it_runs() {
    let setting = Setting::new();
    setting.script("kubectl", "echo \"$@\"");
    setting.script("helm", "echo \"$@\"");
    kubeconfig(&setting, "prod-eu");
    for (text, runs, said) in [
        ("kubectl get pods", "--context=prod-eu --namespace=shop get pods", true),
        ("kubectl get pods | cat", "--context=prod-eu --namespace=shop get pods", true),
        ("timeout 9 kubectl get pods -A", "--context=prod-eu get pods -A", true),
        ("kubectl --context dev -n web get pods", "--context dev -n web get pods", false),
        ("kubectl diff -f a.yaml", "--context=prod-eu diff -f a.yaml", true),
        ("helm list", "--kube-context=prod-eu --namespace=shop list", true),
        ("kubectl logs -f web-1", "--context=prod-eu --namespace=shop logs -f web-1", true),
        ("kubectl config current-context", "config current-context", false),
    ] {
        let proposal = setting.propose(text);
        assert_eq!(facts(&proposal, "runs as").len(), usize::from(said), "{text} {:?}", proposal.target.facts);
        let ran = setting.run(confirm(&proposal).unwrap()).await;
        assert_eq!(ran.text().trim(), runs, "{text}");
    }
}

#[tokio::test]
async fn case_22_each_of_several_calls_says_where_it_goes() {
    let setting = Setting::new();
    setting.script("kubectl", "echo ran");
    kubeconfig(&setting, "dev");
    let proposal = setting.propose("kubectl --context dev get pods; kubectl get pods --context dev --context prod-eu");
    assert_eq!(frozen(&proposal).places_of(PlaceKind::Context).collect::<Vec<_>>(), ["dev", "prod-eu"]);
    assert_eq!(proposal.target.production.as_deref(), Some("prod-eu"));
    let inside = setting.propose("kubectl exec web -- kubectl delete pod x");
    let contexts: Vec<_> = frozen(&inside).places_of(PlaceKind::Context).collect();
    assert_eq!(contexts, ["dev", "unknown"], "what runs in a container has a kubeconfig of its own");
}

#[tokio::test]
async fn case_23_a_link_on_the_way_to_the_directory_is_swapped() {
    let mut setting = Setting::new();
    let [a, b, link] = ["a", "b", "link"].map(|name| setting.folder.path().join(name));
    std::fs::create_dir(&a).unwrap();
    std::fs::create_dir(&b).unwrap();
    symlink(&a, &link).unwrap();
    setting.settings.cwd = link.clone();
    let approved = setting.approve("ls");
    std::fs::remove_file(&link).unwrap();
    symlink(&b, &link).unwrap();
    let ran = setting.run(approved).await;
    assert!(ran.refusal().contains("the working directory changed"), "{ran:?}");
}

#[tokio::test]
async fn case_23_a_link_that_a_removal_goes_through_is_swapped() {
    let setting = Setting::new();
    let work = &setting.settings.cwd;
    for folder in ["old", "new"] {
        std::fs::create_dir(work.join(folder)).unwrap();
        std::fs::write(work.join(folder).join("data"), folder).unwrap();
    }
    symlink(work.join("old"), work.join("current")).unwrap();
    let proposal = setting.propose("rm -rf current/data");
    assert!(facts(&proposal, "leads to")[0].ends_with("/old/data"), "{:?}", proposal.target.facts);
    let approved = confirm(&proposal).unwrap();
    std::fs::remove_file(work.join("current")).unwrap();
    symlink(work.join("new"), work.join("current")).unwrap();
    let ran = setting.run(approved).await;
    assert!(ran.refusal().contains("current/data"), "{ran:?}");
    assert!(work.join("new/data").exists());
}

#[tokio::test]
async fn case_23_what_a_tool_is_told_to_apply_changes() {
    let setting = Setting::new();
    setting.script("kubectl", "echo ran");
    kubeconfig(&setting, "dev");
    let manifest = setting.settings.cwd.join("app.yaml");
    std::fs::write(&manifest, "replicas: 3").unwrap();
    let approved = setting.approve("kubectl apply -f app.yaml");
    let before = std::fs::metadata(&manifest).unwrap();
    std::fs::write(&manifest, "replicas: 0").unwrap();
    forge_time(&manifest, &before);
    let ran = setting.run(approved).await;
    assert!(ran.text.is_empty() && ran.refusal().contains("app.yaml"), "{ran:?}");
}

#[tokio::test]
async fn case_23_whatever_way_a_file_is_given_it_is_bound_by_its_bytes() {
    let setting = Setting::new();
    for tool in ["kubectl", "helm", "psql"] {
        setting.script(tool, "echo ran");
    }
    kubeconfig(&setting, "dev");
    let work = setting.settings.cwd.clone();
    std::fs::create_dir_all(work.join("sub/deep")).unwrap();
    let many = "x ".repeat(70);
    for (text, file) in [
        ("kubectl apply -fapp.yaml", "app.yaml"),
        ("kubectl apply --filename=other.yaml,app.yaml", "app.yaml"),
        ("kubectl apply -f - < app.yaml", "app.yaml"),
        ("cat app.yaml | kubectl apply -f -", "app.yaml"),
        ("psql -d shop < app.sql", "app.sql"),
        ("bash < app.sh", "app.sh"),
        ("kubectl apply -k sub", "sub/deep/app.yaml"),
        ("helm upgrade web ./sub", "sub/deep/values.yaml"),
        ("cd sub && kubectl apply -f app.yaml", "sub/app.yaml"),
        ("cd sub; cd deep; bash ./app.sh", "sub/deep/app.sh"),
        ("kubectl apply -f ~/work/app.yaml", "app.yaml"),
        ("bash \"$HOME/work/app.sh\"", "app.sh"),
        (format!("kubectl annotate pod {many}; kubectl apply -f app.yaml").as_str(), "app.yaml"),
    ] {
        std::fs::write(work.join(file), "replicas: 3").unwrap();
        let approved = setting.approve(text);
        let before = std::fs::metadata(work.join(file)).unwrap();
        std::fs::write(work.join(file), "replicas: 0").unwrap();
        forge_time(&work.join(file), &before);
        let ran = setting.run(approved).await;
        assert!(ran.text.is_empty() && ran.refusal().contains("it names changed"), "{text} {ran:?}");
    }
}

#[test]
fn more_files_in_more_folders_than_can_be_compared_do_not_run() {
    let setting = Setting::new();
    let text = format!("{}rm {}", "cd a;".repeat(400), "x ".repeat(400));
    let proposal = setting.propose(&text);
    let Frozen::Blocked { why } = &proposal.target.frozen else { panic!("{:?}", proposal.target.place) };
    assert!(why.contains("more files in more folders"), "{why}");
    let some = setting.propose(&format!("{}rm {}", "cd a;".repeat(20), "x ".repeat(20)));
    assert!(matches!(some.target.frozen, Frozen::Command(_)), "{:?}", some.target.frozen);
}

#[tokio::test]
async fn case_23_a_link_that_output_goes_through_is_swapped() {
    let setting = Setting::new();
    let work = &setting.settings.cwd;
    std::fs::write(work.join("old"), "").unwrap();
    std::fs::write(work.join("new"), "").unwrap();
    symlink(work.join("old"), work.join("current")).unwrap();
    let approved = setting.approve("echo x > current");
    std::fs::remove_file(work.join("current")).unwrap();
    symlink(work.join("new"), work.join("current")).unwrap();
    let ran = setting.run(approved).await;
    assert!(ran.refusal().contains("current"), "{ran:?}");
    assert_eq!(std::fs::read(work.join("new")).unwrap(), b"");
}

#[tokio::test]
async fn a_log_that_grows_meanwhile_can_still_be_emptied_or_read() {
    let setting = Setting::new();
    let log = setting.settings.cwd.join("app.log");
    std::fs::write(&log, "a\n").unwrap();
    for text in ["tail -n 1 app.log", "truncate -s 0 app.log"] {
        let approved = setting.approve(text);
        std::fs::write(&log, "a\nb\n").unwrap();
        assert_eq!(setting.run(approved).await.end, Ok((Outcome::Exit(0), 0)), "{text}");
    }
}

#[tokio::test]
async fn case_23_the_working_directory_is_another() {
    let setting = Setting::new();
    let approved = setting.approve("ls");
    std::fs::rename(&setting.settings.cwd, setting.folder.path().join("old")).unwrap();
    std::fs::create_dir(&setting.settings.cwd).unwrap();
    let ran = setting.run(approved).await;
    assert!(ran.refusal().contains("a program or file it names changed"), "{ran:?}");
}

#[tokio::test]
async fn case_24_the_program_is_replaced() {
    let setting = Setting::new();
    setting.script("uptime", "echo honest");
    let approved = setting.approve("uptime");
    setting.script("uptime", "echo evil");
    let ran = setting.run(approved).await;
    assert!(ran.text.is_empty() && ran.refusal().contains("program's file changed"), "{ran:?}");
}

#[tokio::test]
async fn case_24_a_program_is_replaced_in_place_with_its_size_and_time_forged() {
    let setting = Setting::new();
    let path = setting.script("uptime", "echo fine");
    let approved = setting.approve("uptime");
    let before = std::fs::metadata(&path).unwrap();
    std::fs::write(&path, "#!/bin/sh\necho evil\n").unwrap();
    forge_time(&path, &before);
    assert_eq!(std::fs::metadata(&path).unwrap().len(), before.len());
    let ran = setting.run(approved).await;
    assert!(ran.text.is_empty() && ran.refusal().contains("program's file changed"), "{ran:?}");
}

#[tokio::test]
async fn case_24_the_interpreter_of_a_script_is_replaced() {
    let setting = Setting::new();
    let interpreter = setting.script("interpreter", "echo fine");
    let script = setting.script("uptime", "");
    std::fs::write(&script, format!("#!{}\n", interpreter.display())).unwrap();
    let approved = setting.approve("uptime");
    setting.script("interpreter", "echo evil");
    let ran = setting.run(approved).await;
    assert!(ran.text.is_empty() && ran.refusal().contains("/bin/interpreter"), "{ran:?}");
}

#[tokio::test]
async fn case_24_a_program_earlier_on_the_path_appears() {
    let setting = Setting::new();
    let approved = setting.approve("ls | wc -l");
    setting.script("wc", "echo evil");
    let ran = setting.run(approved).await;
    assert!(ran.refusal().contains("a program or file it names changed"), "{ran:?}");
}

#[tokio::test]
async fn case_25_an_approval_is_too_old() {
    let setting = Setting::new();
    let proposal = setting.propose("ls");
    let then = minus(Timestamp::now(), SignedDuration::from_secs(121));
    let approved = Gate::default().approve(&proposal, &Gate::digest(&proposal), &Confirmation::Enter, then).unwrap();
    let ran = setting.run(approved).await;
    assert!(ran.refusal().contains("too old"), "{ran:?}");
    assert!(setting.journal().contains("\"expired\"") && !setting.journal().contains("\"started\""));
}

#[tokio::test]
async fn case_27_a_variable_is_added_or_changed() {
    let mut setting = Setting::new();
    setting.settings.pass_env = vec!["SHOP".to_owned()];
    let approved = setting.approve("ls");
    setting.settings.environment.insert("SHOP".to_owned(), "evil".to_owned());
    let ran = setting.run(approved).await;
    assert!(ran.refusal().contains("the environment changed: SHOP"), "{ran:?}");
    assert!(!ran.refusal().contains("evil"), "{ran:?}");
}

#[tokio::test]
async fn case_27_a_hook_of_the_shell_adds_what_only_the_command_would_see() {
    let mut setting = Setting::new();
    let approved = setting.approve("psql -h db.shop -c 'select 1' shop");
    let unseen = setting.propose("ls");
    setting.settings.environment.insert("LD_PRELOAD".to_owned(), "/tmp/evil.so".to_owned());
    setting.settings.environment.insert("BASH_ENV".to_owned(), "/tmp/evil.sh".to_owned());
    assert_eq!(frozen(&setting.propose("ls")).env, frozen(&unseen).env, "what is not listed is not passed on");
    std::fs::write(setting.folder.path().join(".psqlrc"), "DROP TABLE orders;").unwrap();
    let ran = setting.run(approved).await;
    assert!(ran.refusal().contains(".psqlrc"), "{ran:?}");
}

#[test]
fn no_value_of_a_variable_is_shown_printed_or_found_from_the_digest() {
    let mut setting = Setting::new();
    setting.settings.pass_env = vec!["PGPASSWORD".to_owned()];
    setting.settings.environment.insert("PGPASSWORD".to_owned(), "hunter2".to_owned());
    let proposal = setting.propose("ls");
    assert_eq!(facts(&proposal, "also passed"), ["PGPASSWORD"]);
    assert!(!format!("{proposal:?}").contains("hunter2"));
    setting.settings.environment.insert("PGPASSWORD".to_owned(), "hunter3".to_owned());
    assert_ne!(Gate::digest(&proposal), Gate::digest(&setting.propose("ls")));
}

#[test]
fn case_28_of_two_cards_each_takes_its_own_answer_once() {
    let setting = Setting::new();
    let first = setting.propose("rm data");
    let mut second = setting.propose("rm data");
    second.id = ProposalId(2);
    let typed = Confirmation::Typed(vec!["data".to_owned()]);
    let gate = Gate::default();
    let crossed = gate.approve(&second, &Gate::digest(&first), &typed, Timestamp::now());
    assert!(crossed.unwrap_err().why.contains("no longer what the card showed"));
    assert!(gate.approve(&second, &Gate::digest(&second), &typed, Timestamp::now()).is_ok());
    second.state = ProposalState::Running { since: Timestamp::now() };
    let again = gate.approve(&second, &Gate::digest(&second), &typed, Timestamp::now());
    assert!(again.unwrap_err().why.contains("decided before"));
}

#[test]
fn an_address_without_its_scheme_is_a_place_all_the_same() {
    let setting = Setting::new();
    for tool in ["curl", "wget", "http"] {
        setting.script(tool, "echo ran");
    }
    for (text, host) in [
        ("curl -s -XDELETE -H 'a: b' es.prod:9200/orders", "es.prod:9200"),
        ("curl --max-time 5 -d '{\"a\": 1}' es.prod:9200/orders/_search", "es.prod:9200"),
        ("wget -q -O - es.prod/health", "es.prod"),
        ("http -b DELETE es.prod:9200/orders a=b", "es.prod:9200"),
    ] {
        let proposal = setting.propose(text);
        let hosts: Vec<&str> = frozen(&proposal).places_of(PlaceKind::Host).collect();
        assert_eq!(hosts, [host], "{text}");
        assert!(proposal.target.production.is_some(), "{text}");
    }
}

#[test]
fn a_kubeconfig_that_does_not_tell_of_a_context_leaves_its_namespace_unknown() {
    let setting = Setting::new();
    setting.script("kubectl", "echo ran");
    std::fs::create_dir_all(setting.folder.path().join(".kube")).unwrap();
    let flow = "contexts: [{name: dev, context: {cluster: c, namespace: live}}]\ncurrent-context: dev\n";
    std::fs::write(setting.folder.path().join(".kube/config"), flow).unwrap();
    let proposal = setting.propose("kubectl get pods");
    let command = frozen(&proposal);
    assert_eq!(command.places_of(PlaceKind::Namespace).collect::<Vec<_>>(), ["unknown"]);
    assert!(command.argv.iter().all(|word| !word.contains("namespace")), "{:?}", command.argv);
    assert!(proposal.target.production.is_some());
}

#[test]
fn databases_hosts_and_accounts_are_named_as_the_tools_would_find_them() {
    let mut setting = Setting::new();
    for tool in ["sudo", "psql", "mysql", "redis-cli", "mongosh", "aws", "ssh", "docker"] {
        setting.script(tool, "echo ran");
    }
    let home = setting.folder.path().to_owned();
    std::fs::write(home.join(".pg_service.conf"), "[shop]\nhost=pg-live.shop\nport=6432\ndbname=orders\nuser=ro\n")
        .unwrap();
    std::fs::write(home.join(".my.cnf"), "[client]\nhost = my.shop\nuser = app\npassword = hunter2\n").unwrap();
    setting.settings.production.push("live".to_owned());
    std::fs::create_dir(home.join(".aws")).unwrap();
    let aws = "[default]\nregion = eu-west-1\n[profile live]\nregion = us-east-1\nsso_account_id = 123456789012\n";
    std::fs::write(home.join(".aws/config"), aws).unwrap();
    std::fs::create_dir(home.join(".ssh")).unwrap();
    std::fs::write(home.join(".ssh/config"), "Host db\n  HostName db1.prod.shop\n  User root\nHost *\n  User me\n")
        .unwrap();
    setting.settings.pass_env = vec!["PGPORT".to_owned(), "PGUSER".to_owned()];
    setting.settings.environment.insert("PGPORT".to_owned(), "5433".to_owned());
    setting.settings.environment.insert("PGUSER".to_owned(), "oncall".to_owned());
    for (text, expected) in [
        ("psql -tAh db.shop orders -c 'select 1'", "db.shop:5433 orders oncall"),
        ("psql postgresql://app:pw@pg-prod:5432/orders", "pg-prod:5432 orders app"),
        ("psql 'host=a port=1 dbname=b user=c' -c 'select 1'", "a:1 b c"),
        ("psql service=shop -c 'select 1'", "pg-live.shop:6432 orders ro"),
        ("PGHOST=pg.eu psql -c 'select 1'", "pg.eu:5433 oncall oncall"),
        ("psql -c 'select 1'", "this machine's socket:5433 oncall oncall"),
        ("sudo -u postgres psql -c 'select 1' shop", "a local socket:5432 shop"),
        ("mysql -uroot -psecret shop -e 'select 1'", "my.shop:3306 shop root"),
        ("redis-cli -h cache -n 2 get x", "cache:6379 2"),
        ("redis-cli get x", "127.0.0.1:6379"),
        ("mongosh mongodb://m1.shop:27018/orders --eval 'db.x.find()'", "m1.shop:27018 orders"),
        ("aws --profile live s3 ls", "live us-east-1 123456789012"),
        ("AWS_REGION=eu-north-1 aws s3 ls", "default eu-north-1"),
        ("ssh db uptime", "root@db db1.prod.shop"),
        ("ssh -l ops \"$H\" uptime", "unknown"),
        ("docker --context live-host ps", "live-host"),
        ("docker -H ssh://ops@d1 ps", "ssh://ops@d1"),
    ] {
        let proposal = setting.propose(text);
        let places: Vec<&str> = frozen(&proposal).places.iter().map(|place| place.name.as_str()).collect();
        assert_eq!(places.join(" "), expected, "{text}");
        assert!(!format!("{:?}", proposal.target).contains("hunter2"), "{text}");
    }
    for text in
        ["ssh db uptime", "docker --context live-host ps", "aws --profile live s3 ls", "psql service=shop -c 'x'"]
    {
        assert!(setting.propose(text).target.production.is_some(), "{text}");
    }
}

#[tokio::test]
async fn a_command_gets_only_the_listed_environment() {
    let setting = Setting::new();
    let ran = setting.run(setting.approve("env")).await;
    let text = ran.text();
    let env: BTreeMap<&str, &str> = text.lines().filter_map(|line| line.split_once('=')).collect();
    assert_eq!(env.get("PAGER"), Some(&"cat"), "{text}");
    assert!(!env.contains_key("SECRET"), "{text}");
}

#[tokio::test]
async fn plain_commands_run_without_a_shell_and_others_byte_for_byte() {
    let setting = Setting::new();
    let plain = setting.propose("echo 'a  b' \"c\"");
    assert_eq!(frozen(&plain).argv, ["echo", "a  b", "c"]);
    assert!(frozen(&plain).program.ends_with("/echo"));
    let piped = setting.propose("echo 'a  b' | cat");
    assert_eq!(frozen(&piped).argv, ["/bin/bash", "--noprofile", "--norc", "-c", "echo 'a  b' | cat"]);
    for proposal in [plain, piped] {
        let ran = setting.run(confirm(&proposal).unwrap()).await;
        assert!(ran.text().starts_with("a  b"), "{ran:?}");
        assert_eq!(ran.end, Ok((Outcome::Exit(0), 0)));
    }
}
