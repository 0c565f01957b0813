//! A server on a loopback port that hands each request to the test's script, and answers whole, in pieces, cut off, never,
//! or with a websocket.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;

use futures_util::{SinkExt, StreamExt};

/// What was asked.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub method: String,
    pub path: String,
    /// Parameters of the address, or of a form body.
    pub parameters: BTreeMap<String, String>,
    /// Names in lower case.
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

/// What is answered.
pub enum Reply {
    Whole {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: Vec<u8>,
    },
    /// HTTP chunks as they come out of the channel; the body ends with it.
    Live(mpsc::UnboundedReceiver<Vec<u8>>),
    Cut {
        body: Vec<u8>,
        claimed: usize,
    },
    Hang,
    Close,
    /// A websocket that says what comes out of the channel; it breaks off when that ends.
    Socket(mpsc::UnboundedReceiver<Message>),
}

type Script = Arc<dyn Fn(&Asked) -> Reply + Send + Sync>;

/// The server. Its task ends with the test's runtime.
pub struct Server {
    pub url: String,
    pub asked: Arc<Mutex<Vec<Asked>>>,
}

impl Reply {
    pub fn json(body: impl Into<String>) -> Self {
        Self::status(200, "application/json", body)
    }

    pub fn status(status: u16, kind: &str, body: impl Into<String>) -> Self {
        Self::Whole { status, headers: vec![("Content-Type", kind.to_owned())], body: body.into().into_bytes() }
    }

    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        if let Self::Whole { headers, .. } = &mut self {
            headers.push((name, value.to_owned()));
        }
        self
    }
}

impl Asked {
    pub fn parameter(&self, name: &str) -> &str {
        self.parameters.get(name).map_or("", String::as_str)
    }

    pub fn number(&self, name: &str) -> Option<i128> {
        self.parameter(name).parse().ok()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

impl Server {
    pub async fn scripted(script: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (script, asked): (Script, _) = (Arc::new(script), Arc::new(Mutex::new(Vec::new())));
        let heard = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (script, heard) = (Arc::clone(&script), Arc::clone(&heard));
                tokio::spawn(async move {
                    // A client that goes away in the middle is what some tests are about.
                    let _ = serve(stream, &script, &heard).await;
                });
            }
        });
        Self { url, asked }
    }

    pub fn heard(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

async fn serve(mut stream: TcpStream, script: &Script, heard: &Mutex<Vec<Asked>>) -> std::io::Result<()> {
    let asked = read(&mut stream).await?;
    heard.lock().unwrap().push(asked.clone());
    match script(&asked) {
        Reply::Whole { status, headers, body } => {
            let named: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
            let start = format!("HTTP/1.1 {status} X\r\n{named}Content-Length: {}\r\n", body.len());
            stream.write_all(format!("{start}Connection: close\r\n\r\n").as_bytes()).await?;
            stream.write_all(&body).await?;
        }
        Reply::Live(mut pieces) => {
            begin(&mut stream).await?;
            while let Some(piece) = pieces.recv().await {
                chunk(&mut stream, &piece).await?;
            }
        }
        Reply::Cut { body, claimed } => {
            let start =
                format!("HTTP/1.1 200 X\r\nContent-Type: application/json\r\nContent-Length: {claimed}\r\n\r\n");
            stream.write_all(start.as_bytes()).await?;
            stream.write_all(&body).await?;
        }
        Reply::Hang => std::future::pending().await,
        Reply::Close => {}
        Reply::Socket(messages) => return socket(stream, &asked, messages).await,
    }
    stream.shutdown().await
}

async fn begin(stream: &mut TcpStream) -> std::io::Result<()> {
    let start = "HTTP/1.1 200 OK\r\nContent-Type: application/stream+json\r\nTransfer-Encoding: chunked\r\n\r\n";
    stream.write_all(start.as_bytes()).await
}

async fn chunk(stream: &mut TcpStream, piece: &[u8]) -> std::io::Result<()> {
    stream.write_all(format!("{:x}\r\n", piece.len()).as_bytes()).await?;
    stream.write_all(piece).await?;
    stream.write_all(b"\r\n").await?;
    stream.flush().await
}

async fn socket(
    mut stream: TcpStream,
    asked: &Asked,
    mut messages: mpsc::UnboundedReceiver<Message>,
) -> std::io::Result<()> {
    let key = asked.headers.get("sec-websocket-key").cloned().unwrap_or_default();
    let accept = derive_accept_key(key.as_bytes());
    let head = format!(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await?;
    let mut socket = WebSocketStream::from_raw_socket(stream, Role::Server, None).await;
    loop {
        tokio::select! {
            message = messages.recv() => match message {
                Some(message) => socket.send(message).await.map_err(std::io::Error::other)?,
                None => return Ok(()),
            },
            said = socket.next() => if !matches!(said, Some(Ok(_))) { return Ok(()) },
        }
    }
}

async fn read(stream: &mut TcpStream) -> std::io::Result<Asked> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let mut lines = head.lines();
    let mut first = lines.next().unwrap_or_default().split(' ');
    let (method, target) = (first.next().unwrap_or_default().to_owned(), first.next().unwrap_or_default());
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    let body = String::from_utf8_lossy(&body).into_owned();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let is_form = headers.get("content-type").is_some_and(|kind| kind.contains("form-urlencoded"));
    let pairs = if is_form { format!("{query}&{body}") } else { query.to_owned() };
    let address = reqwest::Url::parse(&format!("http://h/?{pairs}")).unwrap();
    let parameters = address.query_pairs().into_owned().collect();
    Ok(Asked { method, path: path.to_owned(), parameters, headers, body })
}
