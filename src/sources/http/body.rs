//! Reads answers: counted while they stream in, decoded off the async threads, their failures located by byte.

use reqwest::Response;
use reqwest::header::CONTENT_TYPE;
use serde_json::error::Category;

use super::HttpError;

/// Bytes of an error answer that are read for its reason.
const COMPLAINT_LIMIT: usize = 64 << 10;
/// Characters of a reason that are shown.
const COMPLAINT_SHOWN: usize = 240;

/// What a server said beside an error status.
#[derive(Default)]
pub(super) struct Complaint {
    /// Its reason, one line.
    pub(super) text: String,
    /// Whether the reason came as JSON, so from the API itself and not from something before it.
    pub(super) is_json: bool,
}

/// Whether the answer claims to be a page.
pub(super) fn says_html(response: &Response) -> bool {
    let kind = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.to_ascii_lowercase().contains("html")
}

/// The whole body, at most `limit` bytes.
pub(super) async fn read(mut response: Response, limit: usize, at: &str) -> Result<Vec<u8>, HttpError> {
    let mut bytes = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if bytes.len() + chunk.len() > limit => {
                return Err(HttpError::TooLarge { at: at.to_owned(), limit });
            }
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) => return Ok(bytes),
            Err(_) => return Err(HttpError::Cut { at: at.to_owned(), byte: bytes.len() }),
        }
    }
}

/// Decodes on a thread that may take its time. Bytes that are not UTF-8 become replacement characters.
pub(super) async fn decode<T: Send + 'static>(
    bytes: Vec<u8>,
    html: bool,
    at: String,
    decode: impl FnOnce(&str) -> serde_json::Result<T> + Send + 'static,
) -> Result<T, HttpError> {
    let shown = at.clone();
    let work = tokio::task::spawn_blocking(move || {
        let text = String::from_utf8_lossy(&bytes);
        let text = text.trim_start_matches('\u{feff}').trim();
        decode(text).map_err(|error| explain(&error, text, html, at))
    });
    work.await.unwrap_or_else(|_| Err(HttpError::Shape { at: shown, why: "reading it failed".to_owned() }))
}

fn explain(error: &serde_json::Error, text: &str, html: bool, at: String) -> HttpError {
    if text.is_empty() {
        return HttpError::Empty { at };
    }
    if html || text.starts_with('<') {
        return HttpError::Html { at };
    }
    match error.classify() {
        Category::Eof => HttpError::Cut { at, byte: text.len() },
        Category::Syntax | Category::Io => HttpError::NotJson { at, why: shorten(&error.to_string()) },
        Category::Data => HttpError::Shape { at, why: shorten(&error.to_string()) },
    }
}

/// The reason in an error answer: the `error` or `message` of a JSON object, a JSON string, or the first line.
pub(super) async fn complaint(mut response: Response) -> Complaint {
    let html = says_html(&response);
    let mut bytes = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > COMPLAINT_LIMIT {
            break;
        }
    }
    let text = String::from_utf8_lossy(&bytes);
    if let Ok(json) = serde_json::from_str::<serde_json::Value>(&text) {
        let reason = ["error", "message"].iter().find_map(|key| json.get(key)).unwrap_or(&json);
        let reason = reason.get("message").or_else(|| reason.get("reason")).unwrap_or(reason);
        let words = reason.as_str().map_or_else(|| reason.to_string(), str::to_owned);
        return Complaint { text: shorten(&words), is_json: true };
    }
    if html || text.trim_start().starts_with('<') {
        return Complaint::default();
    }
    Complaint { text: shorten(text.trim().lines().next().unwrap_or_default()), is_json: false }
}

/// One line that fits a message.
pub(super) fn shorten(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(COMPLAINT_SHOWN) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
