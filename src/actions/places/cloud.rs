//! Which account, project, region, docker daemon or workspace a cloud's tool would act on: options, then variables, then
//! the tool's own files.

use crate::domain::approval::{Place, PlaceKind};

use super::Around;
use super::options::{Call, LONG, Style};

const DOCKER: Style = Style { letters: "Hlc", attached: "", long: &["--log-level", "--config"] };

/// The places of a cloud tool's call.
pub(super) fn places(call: &Call<'_>, around: &mut Around<'_>) {
    match call.name {
        "aws" | "eksctl" | "sam" | "cdk" | "s3cmd" | "awslocal" => aws(call, around),
        "gcloud" | "gsutil" | "bq" => gcloud(call, around),
        "az" => azure(call, around),
        "docker" | "docker-compose" | "podman" | "nerdctl" => docker(call, around),
        "terraform" | "tofu" | "terragrunt" => terraform(call, around),
        "doctl" | "hcloud" | "linode-cli" | "civo" | "scw" | "oci" | "flyctl" | "fly" | "heroku" | "argocd" => {
            let named =
                call.option(&["--context", "--profile", "--access-token-name", "--app", "-a", "--server"], LONG);
            let variables = ["ARGOCD_SERVER", "HCLOUD_CONTEXT", "SCW_PROFILE", "OCI_CLI_PROFILE", "FLY_APP"];
            let named = named.or_else(|| around.variable(&variables));
            around.reach.add(PlaceKind::Profile, named.unwrap_or_default());
        }
        // Every other tool names its places elsewhere, or has none.
        _ => {}
    }
}

fn aws(call: &Call<'_>, around: &mut Around<'_>) {
    let profile =
        call.option(&["--profile"], LONG).or_else(|| around.variable(&["AWS_PROFILE", "AWS_DEFAULT_PROFILE"]));
    let profile = profile.unwrap_or_else(|| "default".to_owned());
    let path = around.variable(&["AWS_CONFIG_FILE"]).unwrap_or_else(|| "~/.aws/config".to_owned());
    let config = around.read(&path).unwrap_or_default();
    let credentials = around.variable(&["AWS_SHARED_CREDENTIALS_FILE"]);
    around.read(credentials.as_deref().unwrap_or("~/.aws/credentials"));
    let own = ini(&config, &[&format!("profile {profile}"), if profile == "default" { "default" } else { "" }]);
    let from = |key: &str| own.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value.clone());
    let region = call.option(&["--region"], LONG).or_else(|| around.variable(&["AWS_REGION", "AWS_DEFAULT_REGION"]));
    let region = region.or_else(|| from("region"));
    let role = from("role_arn").and_then(|arn| arn.split(':').nth(4).map(str::to_owned));
    around.reach.add(PlaceKind::Profile, profile);
    around.reach.add(PlaceKind::Region, region.unwrap_or_default());
    around.reach.add(PlaceKind::Account, from("sso_account_id").or(role).unwrap_or_default());
    let endpoint = call.option(&["--endpoint-url"], LONG).or_else(|| around.variable(&["AWS_ENDPOINT_URL"]));
    around.reach.add(PlaceKind::Host, endpoint.or_else(|| from("endpoint_url")).unwrap_or_default());
}

fn gcloud(call: &Call<'_>, around: &mut Around<'_>) {
    let folder = around.variable(&["CLOUDSDK_CONFIG"]).unwrap_or_else(|| "~/.config/gcloud".to_owned());
    let active = call.option(&["--configuration"], LONG).or_else(|| around.variable(&["CLOUDSDK_ACTIVE_CONFIG_NAME"]));
    let active = active.or_else(|| around.read(&format!("{folder}/active_config")).map(|name| name.trim().to_owned()));
    let active = active.unwrap_or_else(|| "default".to_owned());
    let config = around.read(&format!("{folder}/configurations/config_{active}")).unwrap_or_default();
    let core = ini(&config, &["core", "compute"]);
    let from = |key: &str| core.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value.clone());
    let project = call.option(&["--project", "--project_id"], LONG);
    let project = project.or_else(|| around.variable(&["CLOUDSDK_CORE_PROJECT"])).or_else(|| from("project"));
    let region = call.option(&["--region", "--zone", "--location"], LONG).or_else(|| from("region"));
    around.reach.add(PlaceKind::Profile, active);
    around.reach.add(PlaceKind::Account, project.unwrap_or_else(|| Place::UNKNOWN.to_owned()));
    around.reach.add(PlaceKind::Region, region.unwrap_or_default());
}

fn azure(call: &Call<'_>, around: &mut Around<'_>) {
    let named = call.option(&["--subscription"], LONG);
    let folder = around.variable(&["AZURE_CONFIG_DIR"]).unwrap_or_else(|| "~/.azure".to_owned());
    let profile = around.read(&format!("{folder}/azureProfile.json")).unwrap_or_default();
    let profile: Option<serde_json::Value> = serde_json::from_str(profile.trim_start_matches('\u{feff}')).ok();
    let default = profile.as_ref().and_then(|profile| profile.get("subscriptions")?.as_array()).and_then(|all| {
        let default = all.iter().find(|one| one.get("isDefault").and_then(serde_json::Value::as_bool) == Some(true))?;
        default.get("name")?.as_str().map(str::to_owned)
    });
    around.reach.add(PlaceKind::Account, named.or(default).unwrap_or_else(|| Place::UNKNOWN.to_owned()));
    around.reach.add(PlaceKind::Host, call.option(&["--resource-group"], LONG).unwrap_or_default());
}

fn docker(call: &Call<'_>, around: &mut Around<'_>) {
    // Docker's own options stand before its verb; after it the same letters mean other things.
    let (host, context) = (["-H", "--host", "--url"], ["-c", "--context", "--connection"]);
    let before = call.before_verb(&[host.as_slice(), context.as_slice()].concat(), DOCKER);
    let named = before.option(&host, DOCKER).or_else(|| before.option(&context, DOCKER));
    let variables = ["DOCKER_HOST", "DOCKER_CONTEXT", "CONTAINER_HOST", "CONTAINER_CONNECTION"];
    let named = named.or_else(|| around.variable(&variables));
    let folder = around.variable(&["DOCKER_CONFIG"]).unwrap_or_else(|| "~/.docker".to_owned());
    let named = named.or_else(|| {
        let config: serde_json::Value = serde_json::from_str(&around.read(&format!("{folder}/config.json"))?).ok()?;
        config.get("currentContext")?.as_str().map(str::to_owned)
    });
    around.reach.add(PlaceKind::Docker, named.unwrap_or_else(|| "this machine's daemon".to_owned()));
}

fn terraform(call: &Call<'_>, around: &mut Around<'_>) {
    let folder = call.option(&["-chdir"], LONG).map(|folder| format!("{folder}/")).unwrap_or_default();
    let workspace = around.variable(&["TF_WORKSPACE"]);
    let workspace = workspace.or_else(|| around.read(&format!("{folder}.terraform/environment")));
    let workspace = workspace.map_or_else(|| "default".to_owned(), |name| name.trim().to_owned());
    around.reach.add(PlaceKind::Workspace, workspace);
}

/// The keys of the sections of an INI file.
fn ini(text: &str, sections: &[&str]) -> Vec<(String, String)> {
    let mut inside = false;
    let mut pairs = Vec::new();
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            inside = sections.contains(&name.trim());
        } else if let Some((key, value)) = line.split_once('=').filter(|_| inside && !line.starts_with('#')) {
            pairs.push((key.trim().to_owned(), value.trim().to_owned()));
        }
    }
    pairs
}
