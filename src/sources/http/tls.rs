//! Certificates of one's own: read from their files when they are needed, and again after they were refused, so that
//! renewed ones are taken without a restart. And what TLS failures mean, in words.

use std::fs;
use std::path::Path;

use reqwest::{Certificate, ClientBuilder, Identity};

use super::HttpError;
use crate::config::auth::Auth;
use crate::config::secrets::is_reference;
use crate::domain::ports::SecretStore;

/// Bytes of one file of certificates at most.
const MOST: u64 = 4 << 20;

/// The builder with the configured authorities and our certificate. Blocking: reads files, may ask a keyring.
pub(super) fn with_certificates(
    mut builder: ClientBuilder,
    auth: &Auth,
    secrets: &dyn SecretStore,
) -> Result<ClientBuilder, HttpError> {
    if !auth.ca.as_os_str().is_empty() {
        let pem = file("ca", &auth.ca)?;
        let all = Certificate::from_pem_bundle(pem.as_bytes()).map_err(|error| wrong("ca", &auth.ca, &error))?;
        if all.is_empty() {
            return Err(files(format!(
                "`ca`: {} holds no certificate; it needs PEM, -----BEGIN CERTIFICATE-----",
                auth.ca.display()
            )));
        }
        builder = all.into_iter().fold(builder.tls_built_in_root_certs(false), ClientBuilder::add_root_certificate);
    }
    if auth.client_cert.as_os_str().is_empty() {
        return Ok(builder);
    }
    let certificate = file("client_cert", &auth.client_cert)?;
    if !certificate.contains("-----BEGIN CERTIFICATE-----") {
        let at = auth.client_cert.display();
        return Err(files(format!(
            "`client_cert`: {at} holds no certificate; it needs PEM, -----BEGIN CERTIFICATE-----"
        )));
    }
    let key = match is_reference(&auth.client_key) {
        true => secrets.get(&auth.client_key).map_err(|why| HttpError::Secret { why })?,
        false => file("client_key", Path::new(&auth.client_key))?,
    };
    if key.contains("ENCRYPTED") {
        let fix = "decrypt it (openssl pkey) and keep it in a file that only you may read, or in the keyring";
        return Err(files(format!("`client_key` is encrypted, which cannot be asked about here: {fix}")));
    }
    if !key.contains("PRIVATE KEY-----") {
        return Err(files("`client_key` holds no key; it needs PEM, -----BEGIN PRIVATE KEY-----".to_owned()));
    }
    let both = format!("{}\n{certificate}", key.trim_end());
    let identity = Identity::from_pem(both.as_bytes()).map_err(|error| {
        files(format!("`client_cert` and `client_key` cannot be used: {}", super::error::innermost(&error)))
    })?;
    Ok(builder.identity(identity))
}

/// What a client that could not be built means, where certificates are configured.
pub(super) fn unusable(error: &reqwest::Error) -> HttpError {
    let why = super::error::innermost(error);
    let hint = if why.to_ascii_lowercase().contains("inconsistent") || why.contains("KeyMismatch") {
        "`client_key` is not the key of `client_cert`"
    } else {
        "the certificates of `auth` cannot be used"
    };
    files(format!("{hint}: {why}"))
}

fn file(key: &str, path: &Path) -> Result<String, HttpError> {
    let unread = |why: String| files(format!("`{key}`: {} cannot be read: {why}", path.display()));
    let size = fs::metadata(path).map_err(|error| unread(error.to_string()))?.len();
    if size > MOST {
        return Err(unread(format!("it has {size} bytes, more than any list of certificates")));
    }
    let bytes = fs::read(path).map_err(|error| unread(error.to_string()))?;
    String::from_utf8(bytes).map_err(|_| unread("it is no text; convert it from DER to PEM".to_owned()))
}

fn wrong(key: &str, path: &Path, error: &reqwest::Error) -> HttpError {
    files(format!("`{key}`: {} is no usable PEM: {}", path.display(), super::error::innermost(error)))
}

fn files(why: String) -> HttpError {
    HttpError::Files { why }
}

/// A TLS failure, as the library says it, with what to do about it.
pub(super) fn words(why: &str) -> String {
    let has = |part: &str| why.contains(part);
    let advice = if has("UnknownIssuer") {
        "its certificate is signed by an authority that is not trusted here; set `ca` under `auth` to that authority's PEM file"
    } else if has("BadSignature") {
        "its certificate is signed with a key that is not its authority's; is the file of `ca` under `auth` up to date?"
    } else if has("certificate expired") || has("Expired") && has("peer certificate") {
        "its certificate has expired, or this machine's clock is wrong"
    } else if has("not valid yet") || has("NotValidYet") {
        "its certificate is not valid yet, or this machine's clock is wrong"
    } else if has("not valid for name") || has("NotValidForName") {
        "its certificate is for another name; use that name in `url`"
    } else if has("CertificateRequired") {
        "it wants a certificate of ours; set `client_cert` and `client_key` under `auth`"
    } else if has("CertificateExpired") {
        "it says that our certificate has expired; renew `client_cert`"
    } else if has("UnknownCA") || has("BadCertificate") || has("CertificateUnknown") || has("DecryptError") {
        "it does not accept our certificate; is `client_cert` from the authority that it trusts?"
    } else if has("InvalidContentType") || has("corrupt message") {
        "it does not speak TLS there; is it http rather than https?"
    } else {
        "is it http rather than https, or a private CA this machine does not trust?"
    };
    format!("{why}; {advice}")
}
