//! One request to the receiver and its answer, as the OTLP/HTTP specification says. What cannot be taken now is answered
//! 429, so that the sender sends it again; what can never be taken is answered 400.

use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Request, Response, StatusCode, header};
use flate2::read::MultiGzDecoder;
use prost::Message;
use tokio::sync::{Semaphore, mpsc};

use super::proto::{self, PartialSuccess};
use super::{json, read};
use crate::domain::{LogRecord, SourceId, Timestamp};

/// Requests worked on at the same time.
pub(super) const AT_ONCE: usize = 16;
/// Bytes of a body as it arrives, and unpacked.
const BODY: usize = 16 << 20;
const UNPACKED: usize = 64 << 20;
/// How long a sender may take for its body.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a request waits for room before it is sent back.
const ROOM: Duration = Duration::from_millis(500);

/// What one request brought.
pub(super) struct Delivery {
    pub(super) records: Vec<LogRecord>,
    /// What was wrong with it, for the person.
    pub(super) against: Option<String>,
}

/// What all requests share.
pub(super) struct Receiver {
    pub(super) id: SourceId,
    pub(super) deliveries: mpsc::Sender<Delivery>,
    pub(super) room: Semaphore,
}

/// How a body is written; the answer is written the same.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Protobuf,
    Json,
}

/// Why a request is not taken: a status and its words.
type Refusal = (StatusCode, String);

pub(super) async fn receive(State(receiver): State<Arc<Receiver>>, request: Request<Body>) -> Response<Body> {
    let encoding = encoding(request.headers());
    match take(&receiver, encoding, request).await {
        Ok(answer) => respond(StatusCode::OK, encoding.unwrap_or(Encoding::Json), answer),
        Err((status, words)) => refuse(status, encoding.unwrap_or(Encoding::Json), words),
    }
}

async fn take(receiver: &Receiver, encoding: Option<Encoding>, request: Request<Body>) -> Result<Vec<u8>, Refusal> {
    let (encoding, packed) = admit(&request, encoding)?;
    let Ok(_permit) = receiver.room.try_acquire() else { return Err(busy()) };
    let body = match tokio::time::timeout(PATIENCE, to_bytes(request.into_body(), BODY)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => {
            let words = "the body is larger than 16 MiB, or broke off; send smaller batches";
            return Err((StatusCode::PAYLOAD_TOO_LARGE, words.to_owned()));
        }
        Err(_) => return Err((StatusCode::REQUEST_TIMEOUT, "the body did not arrive within 10 s".to_owned())),
    };
    let id = receiver.id.clone();
    let decoded = tokio::task::spawn_blocking(move || decode(&body, packed, encoding, &id, Timestamp::now())).await;
    let failed = |_| (StatusCode::INTERNAL_SERVER_ERROR, "reading the body failed".to_owned());
    let (delivery, answer) = match decoded.map_err(failed)? {
        Ok(taken) => taken,
        Err((status, why)) => {
            let against = Some(format!("a request could not be read: {why}"));
            // The person hears of it unless there is so much to hear that this is lost among it.
            drop(receiver.deliveries.try_send(Delivery { records: Vec::new(), against }));
            return Err((status, why));
        }
    };
    match receiver.deliveries.send_timeout(delivery, ROOM).await {
        Ok(()) => Ok(answer),
        Err(_) => Err(busy()),
    }
}

fn busy() -> Refusal {
    (StatusCode::TOO_MANY_REQUESTS, "midwatch is busy or ending; send again".to_owned())
}

/// Refuses what is no export of logs, and whatever a web page in a browser of this machine could send.
fn admit(request: &Request<Body>, encoding: Option<Encoding>) -> Result<(Encoding, bool), Refusal> {
    let headers = request.headers();
    match request.uri().path() {
        "/v1/logs" => {}
        "/v1/traces" | "/v1/metrics" => {
            let words = "only logs are received here: POST /v1/logs; set the exporter of logs alone to this address";
            return Err((StatusCode::NOT_FOUND, words.to_owned()));
        }
        _ => return Err((StatusCode::NOT_FOUND, "logs are received at /v1/logs".to_owned())),
    }
    if request.method() != Method::POST {
        return Err((StatusCode::METHOD_NOT_ALLOWED, "POST an ExportLogsServiceRequest".to_owned()));
    }
    if headers.contains_key(header::ORIGIN) {
        return Err((StatusCode::FORBIDDEN, "not from a browser".to_owned()));
    }
    let Some(encoding) = encoding else {
        let words = "send application/x-protobuf or application/json";
        return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, words.to_owned()));
    };
    match text_of(headers, header::CONTENT_ENCODING).as_str() {
        "" | "identity" => Ok((encoding, false)),
        "gzip" => Ok((encoding, true)),
        _ => Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, "send gzip or nothing as Content-Encoding".to_owned())),
    }
}

fn encoding(headers: &HeaderMap) -> Option<Encoding> {
    match text_of(headers, header::CONTENT_TYPE).split(';').next().unwrap_or_default().trim() {
        "application/x-protobuf" => Some(Encoding::Protobuf),
        "application/json" => Some(Encoding::Json),
        _ => None,
    }
}

fn text_of(headers: &HeaderMap, name: header::HeaderName) -> String {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().trim().to_ascii_lowercase()
}

/// The delivery in a body and the answer to it.
fn decode(
    body: &Bytes,
    packed: bool,
    encoding: Encoding,
    id: &SourceId,
    now: Timestamp,
) -> Result<(Delivery, Vec<u8>), Refusal> {
    let unpacked = if packed { Bytes::from(unpack(body)?) } else { body.clone() };
    let bad = |why: String| (StatusCode::BAD_REQUEST, why);
    let (request, unreadable, why) = match encoding {
        Encoding::Protobuf => {
            let request = proto::Request::decode(unpacked);
            (request.map_err(|error| bad(format!("not protobuf of OTLP logs: {error}")))?, 0, String::new())
        }
        Encoding::Json => {
            let json::Read { request, rejected, why } =
                json::request(&String::from_utf8_lossy(&unpacked)).map_err(bad)?;
            (request, rejected, why)
        }
    };
    let (records, left_out) = read::records(request, id, now);
    let mut wrong = Vec::new();
    if unreadable > 0 {
        wrong.push(format!("{unreadable} records could not be read: {why}"));
    }
    if left_out > 0 {
        wrong.push(format!("{left_out} records beyond {} of one request left out; send smaller batches", read::MOST));
    }
    let against = (!wrong.is_empty()).then(|| wrong.join("; "));
    let answer = success(encoding, unreadable + left_out, against.as_deref());
    Ok((Delivery { records, against }, answer))
}

fn unpack(body: &Bytes) -> Result<Vec<u8>, Refusal> {
    let mut unpacked = Vec::new();
    let limit = UNPACKED as u64 + 1;
    let read = MultiGzDecoder::new(&body[..]).take(limit).read_to_end(&mut unpacked);
    match read {
        Err(error) => Err((StatusCode::BAD_REQUEST, format!("not gzip: {error}"))),
        Ok(_) if unpacked.len() > UNPACKED => {
            Err((StatusCode::PAYLOAD_TOO_LARGE, "the body unpacks to more than 64 MiB".to_owned()))
        }
        Ok(_) => Ok(unpacked),
    }
}

/// `ExportLogsServiceResponse`; without `partial_success` where all was taken.
fn success(encoding: Encoding, rejected: u64, why: Option<&str>) -> Vec<u8> {
    let rejected = i64::try_from(rejected).unwrap_or(i64::MAX);
    let partial_success =
        why.map(|why| PartialSuccess { rejected_log_records: rejected, error_message: why.to_owned() });
    match (encoding, partial_success) {
        (Encoding::Protobuf, partial_success) => proto::Response { partial_success }.encode_to_vec(),
        (Encoding::Json, None) => b"{}".to_vec(),
        (Encoding::Json, Some(partial)) => {
            let inner = serde_json::json!({
                "rejectedLogRecords": partial.rejected_log_records.to_string(),
                "errorMessage": partial.error_message,
            });
            serde_json::json!({ "partialSuccess": inner }).to_string().into_bytes()
        }
    }
}

/// `google.rpc.Status` with the words.
fn refuse(status: StatusCode, encoding: Encoding, words: String) -> Response<Body> {
    // Codes of gRPC: 3 invalid argument, 8 resource exhausted, 13 internal.
    let code = match status {
        StatusCode::TOO_MANY_REQUESTS => 8,
        StatusCode::INTERNAL_SERVER_ERROR => 13,
        _ => 3,
    };
    let body = match encoding {
        Encoding::Protobuf => proto::Status { code, message: words }.encode_to_vec(),
        Encoding::Json => serde_json::json!({ "code": code, "message": words }).to_string().into_bytes(),
    };
    let mut response = respond(status, encoding, body);
    if status == StatusCode::TOO_MANY_REQUESTS {
        response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("1"));
    }
    response
}

fn respond(status: StatusCode, encoding: Encoding, body: Vec<u8>) -> Response<Body> {
    let kind = match encoding {
        Encoding::Protobuf => "application/x-protobuf",
        Encoding::Json => "application/json",
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(kind));
    response
}
