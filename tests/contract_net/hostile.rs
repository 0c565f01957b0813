//! A server on a loopback port that answers exactly the bytes it is told to, in the pieces it is told to.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// One answer.
#[derive(Clone)]
pub enum Answer {
    /// Status line, headers and body, in one piece.
    Whole { status: u16, headers: Vec<(&'static str, String)>, body: Vec<u8> },
    /// A body in HTTP chunks of these bytes, with a pause before each.
    Pieces { pieces: Vec<Vec<u8>>, pause: Duration },
    /// A body that ends before the length it claims.
    Cut { body: Vec<u8>, claimed: usize },
    /// Nothing, for ever.
    Hang,
    /// The connection closes without a word.
    Close,
}

type Script = Arc<dyn Fn(&str) -> Answer + Send + Sync>;

/// The server. Its task ends with the test's runtime.
pub struct Hostile {
    pub url: String,
    script: Arc<Mutex<Script>>,
    /// Heads of the requests so far, with their times.
    pub requests: Arc<Mutex<Vec<(Instant, String)>>>,
}

impl Answer {
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

impl Hostile {
    pub async fn answering(answer: Answer) -> Self {
        Self::scripted(move |_| answer.clone()).await
    }

    /// A server whose answer depends on the request's head.
    pub async fn scripted(script: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let script: Arc<Mutex<Script>> = Arc::new(Mutex::new(Arc::new(script)));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (serving, heard) = (Arc::clone(&script), Arc::clone(&requests));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (script, heard) = (Arc::clone(&serving), Arc::clone(&heard));
                tokio::spawn(async move {
                    // A client that goes away in the middle is what some tests are about.
                    let _ = serve(stream, &script, &heard).await;
                });
            }
        });
        Self { url, script, requests }
    }

    pub fn answer(&self, answer: Answer) {
        *self.script.lock().unwrap() = Arc::new(move |_| answer.clone());
    }

    pub fn heads(&self) -> Vec<String> {
        self.requests.lock().unwrap().iter().map(|(_, head)| head.clone()).collect()
    }
}

async fn serve(
    mut stream: TcpStream,
    script: &Mutex<Script>,
    heard: &Mutex<Vec<(Instant, String)>>,
) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    heard.lock().unwrap().push((Instant::now(), head.clone()));
    let answer = { Arc::clone(&script.lock().unwrap()) }(&head);
    match answer {
        Answer::Whole { status, headers, body } => {
            let named: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
            let start = format!("HTTP/1.1 {status} X\r\n{named}Content-Length: {}\r\n", body.len());
            stream.write_all(format!("{start}Connection: close\r\n\r\n").as_bytes()).await?;
            stream.write_all(&body).await?;
        }
        Answer::Pieces { pieces, pause } => {
            let start = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
            stream.write_all(start.as_bytes()).await?;
            for piece in pieces {
                tokio::time::sleep(pause).await;
                stream.write_all(format!("{:x}\r\n", piece.len()).as_bytes()).await?;
                stream.write_all(&piece).await?;
                stream.write_all(b"\r\n").await?;
                stream.flush().await?;
            }
            stream.write_all(b"0\r\n\r\n").await?;
        }
        Answer::Cut { body, claimed } => {
            let start =
                format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {claimed}\r\n\r\n");
            stream.write_all(start.as_bytes()).await?;
            stream.write_all(&body).await?;
        }
        Answer::Hang => std::future::pending().await,
        Answer::Close => {}
    }
    stream.shutdown().await
}
