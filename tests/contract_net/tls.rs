//! Certificates against a TLS server that is real: whom we trust, who we are, and what is said when that fails.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use midwatch::config::schema::{Auth, Prometheus};
use midwatch::domain::ports::SecretStore;
use midwatch::sources::prometheus::Client;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig, crypto};

use crate::hostile::{Answer, Hostile};
use crate::world::{Secrets, no_secrets};

type Authority = CertifiedIssuer<'static, KeyPair>;

/// A certificate and its key.
struct Leaf {
    certificate: rcgen::Certificate,
    key: KeyPair,
}

/// Whether a server wants to see a certificate.
#[derive(Clone, Copy)]
enum Wants {
    Nothing,
    Certificate,
}

fn authority(name: &str) -> Authority {
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name.push(DnType::CommonName, name);
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(parameters, KeyPair::generate().unwrap()).unwrap()
}

fn leaf(by: &Authority, name: &str, until: i32) -> Leaf {
    let mut parameters = CertificateParams::new(vec![name.to_owned()]).unwrap();
    parameters.not_before = date_time_ymd(2020, 1, 1);
    parameters.not_after = date_time_ymd(until, 1, 1);
    let key = KeyPair::generate().unwrap();
    Leaf { certificate: parameters.signed_by(&key, by).unwrap(), key }
}

/// Serves one good answer to whoever gets through; its address.
async fn serving(trusted: &Authority, own: &Leaf, wants: Wants) -> SocketAddr {
    let provider = Arc::new(crypto::ring::default_provider());
    let builder =
        ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions().unwrap();
    let builder = match wants {
        Wants::Nothing => builder.with_no_client_auth(),
        Wants::Certificate => {
            let mut roots = RootCertStore::empty();
            roots.add(trusted.der().clone()).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
            builder.with_client_cert_verifier(verifier)
        }
    };
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(own.key.serialize_der()));
    let config = builder.with_single_cert(vec![own.certificate.der().clone()], key).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    let Ok(byte) = stream.read_u8().await else { return };
                    head.push(byte);
                }
                let body = r#"{"status":"success","data":{"resultType":"vector","result":[]}}"#;
                let answer =
                    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
                // A client that goes away is what some tests are about.
                let _ = stream.write_all(answer.as_bytes()).await;
                let _ = stream.shutdown().await;
            });
        }
    });
    address
}

fn file(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn trusting(folder: &Path, authority: &Authority) -> Auth {
    Auth { ca: file(folder, "ca.pem", &authority.pem()), ..Auth::default() }
}

fn showing(auth: Auth, folder: &Path, own: &Leaf) -> Auth {
    let client_cert = file(folder, "client.pem", &own.certificate.pem());
    let key = file(folder, "client-key.pem", &own.key.serialize_pem());
    Auth { client_cert, client_key: key.to_string_lossy().into_owned(), ..auth }
}

async fn probe(url: &str, auth: &Auth, secrets: Arc<dyn SecretStore>) -> Result<(), String> {
    let config = Prometheus { auth: auth.clone(), timeout: "20s".parse().unwrap(), ..Prometheus::at("prom", url) };
    Client::new(&config, secrets).unwrap().probe().await.map_err(|error| error.to_string())
}

#[tokio::test]
async fn a_configured_authority_is_trusted_and_no_other() {
    let (ours, other, folder) = (authority("ours"), authority("other"), tempfile::tempdir().unwrap());
    let address = serving(&ours, &leaf(&ours, "localhost", 2090), Wants::Nothing).await;
    let (url, auth) = (format!("https://localhost:{}", address.port()), trusting(folder.path(), &ours));
    probe(&url, &auth, no_secrets()).await.unwrap();
    let (elsewhere, renewed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let wrong = trusting(elsewhere.path(), &other);
    let same_name = trusting(renewed.path(), &authority("ours"));
    for (auth, words) in [
        (&wrong, "UnknownIssuer"),
        (&Auth::default(), "set `ca` under `auth`"),
        (&same_name, "is the file of `ca` under `auth` up to date?"),
    ] {
        let said = probe(&url, auth, no_secrets()).await.unwrap_err();
        assert!(said.contains(words) && said.contains("TLS failed"), "{said}");
    }
}

#[tokio::test]
async fn expired_certificates_and_certificates_of_other_names_are_told_apart() {
    let (ours, folder) = (authority("ours"), tempfile::tempdir().unwrap());
    let auth = trusting(folder.path(), &ours);
    for (name, until, words) in
        [("localhost", 2021, "its certificate has expired"), ("elsewhere.example", 2090, "is for another name")]
    {
        let address = serving(&ours, &leaf(&ours, name, until), Wants::Nothing).await;
        let said = probe(&format!("https://localhost:{}", address.port()), &auth, no_secrets()).await.unwrap_err();
        assert!(said.contains(words), "{said}");
    }
}

#[tokio::test]
async fn our_certificate_opens_what_wants_one_and_its_lack_or_age_is_said() {
    let (ours, other, folder) = (authority("ours"), authority("other"), tempfile::tempdir().unwrap());
    let address = serving(&ours, &leaf(&ours, "localhost", 2090), Wants::Certificate).await;
    let (url, auth) = (format!("https://localhost:{}", address.port()), trusting(folder.path(), &ours));
    let good = leaf(&ours, "midwatch", 2090);
    probe(&url, &showing(auth.clone(), folder.path(), &good), no_secrets()).await.unwrap();
    for (shown, words) in [
        (None, "set `client_cert` and `client_key`"),
        (Some(leaf(&ours, "midwatch", 2021)), "our certificate has expired"),
        (Some(leaf(&other, "midwatch", 2090)), "does not accept our certificate"),
    ] {
        let auth = shown.map_or(auth.clone(), |own| showing(auth.clone(), folder.path(), &own));
        let said = probe(&url, &auth, no_secrets()).await.unwrap_err();
        assert!(said.contains(words) && said.contains("TLS failed"), "{words}: {said}");
    }
    let key: &'static str = good.key.serialize_pem().leak();
    let auth = Auth { client_key: "keyring:metrics".to_owned(), ..showing(auth, folder.path(), &good) };
    probe(&url, &auth, Arc::new(Secrets([("keyring:metrics", key)].into()))).await.unwrap();
    let said = probe(&url, &auth, no_secrets()).await.unwrap_err();
    assert!(said.contains("keyring:metrics is not set"), "{said}");
}

#[tokio::test]
async fn renewed_files_are_taken_after_a_refusal() {
    let (ours, folder) = (authority("ours"), tempfile::tempdir().unwrap());
    let address = serving(&ours, &leaf(&ours, "localhost", 2090), Wants::Certificate).await;
    let auth = showing(trusting(folder.path(), &ours), folder.path(), &leaf(&ours, "midwatch", 2021));
    let url = format!("https://localhost:{}", address.port());
    let client = Client::new(&Prometheus { auth: auth.clone(), ..Prometheus::at("prom", &url) }, no_secrets()).unwrap();
    client.probe().await.unwrap_err();
    showing(auth, folder.path(), &leaf(&ours, "midwatch", 2090));
    client.probe().await.unwrap();
}

#[tokio::test]
async fn files_that_cannot_be_used_are_named_before_anything_is_sent() {
    let (ours, folder) = (authority("ours"), tempfile::tempdir().unwrap());
    let server = Hostile::answering(Answer::json("[]")).await;
    let url = server.url.replace("http:", "https:");
    let (own, other) = (leaf(&ours, "midwatch", 2090), leaf(&ours, "midwatch", 2090));
    let good = showing(trusting(folder.path(), &ours), folder.path(), &own);
    let with = |name: &str, text: &str| file(folder.path(), name, text);
    let key =
        |name: &str, text: &str| Auth { client_key: with(name, text).to_string_lossy().into_owned(), ..good.clone() };
    for (auth, words) in [
        (Auth { ca: folder.path().join("none.pem"), ..good.clone() }, "none.pem cannot be read: No such file"),
        (Auth { ca: with("empty", ""), ..good.clone() }, "holds no certificate"),
        (Auth { client_cert: with("text", "hello"), ..good.clone() }, "`client_cert`: "),
        (key("none", "hello"), "`client_key` holds no key"),
        (
            key("locked", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAA==\n-----END ENCRYPTED PRIVATE KEY-----\n"),
            "is encrypted",
        ),
        (key("other", &other.key.serialize_pem()), "`client_key` is not the key of `client_cert`"),
    ] {
        let said = probe(&url, &auth, no_secrets()).await.unwrap_err();
        assert!(said.contains(words) && !said.contains("BEGIN ENC"), "{words}: {said}");
    }
    assert!(server.heads().is_empty());
    let plain = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", plain.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = plain.accept().await {
            // A client that goes away is not this test's matter.
            let _ = stream.write_all(b"HTTP/1.0 400 Bad Request\r\n\r\nhttps to an http server").await;
        }
    });
    let said = probe(&url, &good, no_secrets()).await.unwrap_err();
    assert!(said.contains("is it http rather than https?"), "{said}");
}

#[tokio::test]
async fn logins_and_the_tenant_are_sent_with_every_request_and_never_said() {
    let server =
        Hostile::answering(Answer::json(r#"{"status":"success","data":{"resultType":"vector","result":[]}}"#)).await;
    let secrets = || Arc::new(Secrets([("env:P", "hunter2"), ("keyring:t", "tok\n")].into())) as Arc<dyn SecretStore>;
    let basic = Auth { user: "oncall".to_owned(), password: "env:P".to_owned(), ..Auth::default() };
    probe(&server.url, &basic, secrets()).await.unwrap();
    let bearer = Auth { bearer: "keyring:t".to_owned(), ..Auth::default() };
    probe(&server.url, &bearer, secrets()).await.unwrap();
    let tenant =
        Prometheus { tenant: "shop".to_owned(), ..Prometheus::at("mimir", &format!("{}/prometheus", server.url)) };
    Client::new(&tenant, no_secrets()).unwrap().probe().await.unwrap();
    let heads = server.heads();
    assert!(heads[0].to_lowercase().contains("authorization: basic b25jywxsomh1bnrlcji=\r\n"), "{}", heads[0]);
    assert!(heads[1].to_lowercase().contains("authorization: bearer tok\r\n"), "{}", heads[1]);
    assert!(heads[2].starts_with("GET /prometheus/api/v1/query?") && heads[2].contains("shop\r\n"), "{}", heads[2]);
    server.answer(Answer::status(401, "text/plain", "no"));
    let said = probe(&server.url, &basic, secrets()).await.unwrap_err();
    assert!(said.contains("401") && said.contains("`auth`") && !said.contains("hunter2"), "{said}");
}
