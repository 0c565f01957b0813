//! A server that misbehaves exactly as told. It speaks just enough HTTP/1.1 over a plain socket that a test decides on
//! every byte, and each piece goes out as a chunk of its own, so that the client sees the very splits a test asks for.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// What the server does with one question.
#[derive(Clone, Debug)]
pub struct Answer {
    status: &'static str,
    headers: Vec<String>,
    steps: Vec<Step>,
}

#[derive(Clone, Debug)]
enum Step {
    Chunk(Vec<u8>),
    Pause(Duration),
    /// Keeps the connection open until the client closes it.
    Hang,
    /// Closes the connection where it stands.
    Break,
}

/// A question as it arrived.
#[derive(Clone, Debug)]
pub struct Seen {
    pub path: String,
    pub head: String,
    pub body: Value,
}

/// The running server; it ends with the test's runtime.
pub struct Server {
    pub url: String,
    pub seen: Arc<Mutex<Vec<Seen>>>,
    /// Gets a message when a client closed a connection on which the server hung.
    pub closed: mpsc::UnboundedReceiver<()>,
}

impl Answer {
    pub fn new(status: &'static str, content_type: &str) -> Self {
        Self { status, headers: vec![format!("content-type: {content_type}")], steps: Vec::new() }
    }

    pub fn header(mut self, header: &str) -> Self {
        self.headers.push(header.to_owned());
        self
    }

    pub fn chunk(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.steps.push(Step::Chunk(bytes.as_ref().to_vec()));
        self
    }

    /// Each byte as a chunk of its own.
    pub fn bytes(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.steps.extend(bytes.as_ref().iter().map(|byte| Step::Chunk(vec![*byte])));
        self
    }

    pub fn pause(mut self, time: Duration) -> Self {
        self.steps.push(Step::Pause(time));
        self
    }

    pub fn hang(mut self) -> Self {
        self.steps.push(Step::Hang);
        self
    }

    pub fn breaks(mut self) -> Self {
        self.steps.push(Step::Break);
        self
    }
}

impl Server {
    /// Starts it: `fixed` answers by path again and again, `answers` the questions of every other path in order.
    pub async fn start(fixed: Vec<(&'static str, Answer)>, answers: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (closing, closed) = mpsc::unbounded_channel();
        let queue = Arc::new(Mutex::new(VecDeque::from(answers)));
        let fixed = Arc::new(fixed);
        let log = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (fixed, queue, log, closing) = (fixed.clone(), queue.clone(), log.clone(), closing.clone());
                tokio::spawn(async move {
                    // A client that goes away in mid-answer is what half of the tests are about.
                    let _ = serve(stream, &fixed, &queue, &log, &closing).await;
                });
            }
        });
        Self { url, seen, closed }
    }

    /// The questions that came to a path.
    pub fn asked(&self, path: &str) -> Vec<Seen> {
        self.seen.lock().unwrap().iter().filter(|seen| seen.path == path).cloned().collect()
    }
}

async fn serve(
    mut stream: TcpStream,
    fixed: &[(&'static str, Answer)],
    queue: &Mutex<VecDeque<Answer>>,
    log: &Mutex<Vec<Seen>>,
    closing: &mpsc::UnboundedSender<()>,
) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let Some(seen) = request(&mut stream).await? else { return Ok(()) };
    let path = seen.path.clone();
    log.lock().unwrap().push(seen);
    let known = fixed.iter().find(|(known, _)| *known == path).map(|(_, answer)| answer.clone());
    let answer = known.or_else(|| queue.lock().unwrap().pop_front());
    let answer = answer.unwrap_or_else(|| Answer::new("404 Not Found", "text/plain").chunk("nothing here"));
    let mut head = format!("HTTP/1.1 {}\r\ntransfer-encoding: chunked\r\nconnection: close\r\n", answer.status);
    answer.headers.iter().for_each(|header| head.push_str(&format!("{header}\r\n")));
    head.push_str("\r\n");
    // A server that hangs before its first byte sends no head either.
    if !matches!(answer.steps.first(), Some(Step::Hang)) {
        stream.write_all(head.as_bytes()).await?;
    }
    for step in answer.steps {
        match step {
            Step::Chunk(bytes) => {
                stream.write_all(format!("{:x}\r\n", bytes.len()).as_bytes()).await?;
                stream.write_all(&bytes).await?;
                stream.write_all(b"\r\n").await?;
            }
            Step::Pause(time) => tokio::time::sleep(time).await,
            Step::Hang => {
                let mut byte = [0];
                while !matches!(stream.read(&mut byte).await, Ok(0) | Err(_)) {}
                let _ = closing.send(());
                return Ok(());
            }
            Step::Break => return Ok(()),
        }
    }
    stream.write_all(b"0\r\n\r\n").await
}

async fn request(stream: &mut TcpStream) -> std::io::Result<Option<Seen>> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let length = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:").map(|n| n.trim().parse().unwrap()))
        .unwrap_or(0usize);
    while bytes.len() < end + length {
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    }
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let body = serde_json::from_slice(&bytes[end..]).unwrap_or(Value::Null);
    Ok(Some(Seen { path, head, body }))
}
