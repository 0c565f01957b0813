//! What was approved is what runs: every change between the card and the run is found and named.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use midwatch::actions::{Confirmation, Gate};
use midwatch::domain::proposal::Outcome;
use midwatch::domain::time::minus;
use midwatch::domain::{Proposal, Timestamp};

use super::setting::{Setting, confirm, frozen};

fn kubeconfig(setting: &Setting, context: &str) {
    let folder = setting.folder.path().join(".kube");
    std::fs::create_dir_all(&folder).unwrap();
    let text = format!("contexts:\n- context:\n    namespace: shop\n  name: prod-eu\ncurrent-context: {context}\n");
    std::fs::write(folder.join("config"), text).unwrap();
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
    assert_eq!(places(&proposal), ["kube context prod-eu", "namespace shop"]);
    let demand = format!("{:?}", Gate::default().demand(&proposal));
    assert!(demand.contains("web") && demand.contains("prod-eu"), "{demand}");
    let named = setting.propose("kubectl --context dev -n shop2 get pods");
    assert_eq!(places(&named), ["kube context dev", "namespace shop2"]);
    assert!(setting.propose("kubectl --context=\"$X\" get pods").target.production.is_some());
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
    assert!(ran.refusal().contains("the environment changed"), "{ran:?}");
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
