//! A proxy between browser and backend. It can spoil exchanges on purpose, holds every other answer against the
//! contract, tells the code of the text message, and collects what the browser reports against the content policy.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Result, bail};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{ACCEPT_ENCODING, CONNECTION, CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::contract::{BASE, Contract};
use crate::http::{Answer, Pool, exchange, pool};

const REPORTS: &str = "/__csp";

/// What happens to an exchange instead of what should.
#[derive(Clone, Debug)]
pub enum Fault {
    /// The backend never sees the request; this is the answer.
    Answer {
        /// HTTP status.
        status: u16,
        /// Content type.
        kind: &'static str,
        /// Value of `Retry-After`.
        retry_after: Option<u64>,
        /// Body.
        body: String,
    },
    /// The backend never sees the request; the connection ends without an answer.
    Drop,
    /// The backend does what it was asked; the connection ends without an answer.
    DropAnswer,
    /// Nothing comes for this long, then the connection ends.
    Hang(Duration),
}

impl Fault {
    /// A problem of the contract.
    #[must_use]
    pub fn problem(status: u16, code: &str, retry_after: Option<u64>) -> Self {
        let body = serde_json::json!({
            "type": "about:blank", "title": code, "status": status, "code": code, "retryable": retry_after.is_some(),
        });
        Self::Answer { status, kind: "application/problem+json", retry_after, body: body.to_string() }
    }

    /// An answer that is not what was asked for.
    #[must_use]
    pub fn answer(status: u16, kind: &'static str, body: &str) -> Self {
        Self::Answer { status, kind, retry_after: None, body: body.to_owned() }
    }
}

#[derive(Default)]
struct Book {
    /// Beginning of the address (after the method and a space), and what happens there.
    faults: Vec<(String, Fault)>,
    code: Option<String>,
    wrong: Vec<String>,
    reports: Vec<String>,
    requests: Vec<String>,
}

struct Shared {
    upstream: String,
    pool: Pool,
    book: Mutex<Book>,
}

/// A proxy that ends when this is dropped.
pub struct Proxy {
    /// `http://127.0.0.1:<port>`
    pub origin: String,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Proxy {
    /// Starts before the backend at `upstream`.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn start(upstream: &str) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let origin = format!("http://{}", listener.local_addr()?);
        let shared = Arc::new(Shared { upstream: upstream.to_owned(), pool: pool(), book: Mutex::default() });
        let ours = Arc::clone(&shared);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = Arc::clone(&ours);
                tokio::spawn(async move {
                    let serve = service_fn(move |request| handle(Arc::clone(&shared), request));
                    // A connection that ends early is the browser's business, or a fault that was asked for.
                    let _ = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), serve)
                        .await;
                });
            }
        });
        Ok(Self { origin, shared, task })
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.shared.book()
    }

    /// From now on, what begins with `place` fails; `place` is a method, a space and a path with its query.
    pub fn spoil(&self, place: &str, fault: Fault) {
        self.book().faults.push((place.to_owned(), fault));
    }

    /// Nothing fails any more.
    pub fn heal(&self) {
        self.book().faults.clear();
    }

    /// The code of the last text message, once.
    #[must_use]
    pub fn take_code(&self) -> Option<String> {
        self.book().code.take()
    }

    /// Answers that did not fit the contract and violations of the content policy since the last call.
    #[must_use]
    pub fn take_faults(&self) -> Vec<String> {
        let mut book = self.book();
        let mut all = std::mem::take(&mut book.wrong);
        all.extend(book.reports.drain(..).map(|report| format!("content policy: {report}")));
        all
    }

    /// What was asked for last, oldest first: method, path, and the backend's status where it was asked.
    #[must_use]
    pub fn last_requests(&self, count: usize) -> Vec<String> {
        let book = self.book();
        book.requests.iter().skip(book.requests.len().saturating_sub(count)).cloned().collect()
    }
}

impl Shared {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, place: String) -> usize {
        let mut book = self.book();
        book.requests.push(place);
        book.requests.len() - 1
    }

    fn fault(&self, place: &str) -> Option<Fault> {
        let book = self.book();
        book.faults.iter().rev().find(|(begin, _)| place.starts_with(begin)).map(|(_, fault)| fault.clone())
    }
}

async fn handle(shared: Arc<Shared>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>> {
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let place = format!("{} {path}", request.method());
    let (parts, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    if path == REPORTS {
        shared.book().reports.push(String::from_utf8_lossy(&body).into_owned());
        return Ok(Response::builder().status(204).body(Full::default())?);
    }
    let begun = shared.note(place.clone());
    let fault = shared.fault(&place);
    match &fault {
        Some(Fault::Drop) => bail!("dropped on purpose"),
        Some(Fault::Hang(time)) => {
            tokio::time::sleep(*time).await;
            bail!("hung on purpose")
        }
        Some(Fault::Answer { status, kind, retry_after, body }) => {
            let mut response = Response::builder().status(*status).header("Content-Type", *kind);
            if let Some(seconds) = retry_after {
                response = response.header("Retry-After", *seconds);
            }
            return Ok(response.body(Full::new(Bytes::from(body.clone())))?);
        }
        _ => {}
    }
    let mut forward =
        Request::builder().method(parts.method.clone()).uri(format!("{}{path}", shared.upstream));
    let api = path.strip_prefix(BASE);
    for (name, value) in &parts.headers {
        let unpacked = api.is_some() && *name == ACCEPT_ENCODING;
        if ![HOST, CONNECTION, CONTENT_LENGTH].contains(name) && !unpacked {
            forward = forward.header(name, value);
        }
    }
    let answer = exchange(&shared.pool, forward.body(Full::new(body))?).await?;
    shared.book().requests[begun].push_str(&format!(" {}", answer.status));
    if let Some(path) = api {
        let mut book = shared.book();
        if let Err(error) = Contract::get().check(parts.method.as_str(), path, &answer) {
            book.wrong.push(format!("{error:#}"));
        }
        if let Some(code) = answer.header("x-demo-code") {
            book.code = Some(code.to_owned());
        }
    }
    if matches!(fault, Some(Fault::DropAnswer)) {
        bail!("the answer is dropped on purpose");
    }
    back(answer)
}

fn back(answer: Answer) -> Result<Response<Full<Bytes>>> {
    let mut response = Response::builder().status(answer.status);
    for (name, value) in &answer.headers {
        if [CONNECTION.as_str(), CONTENT_LENGTH.as_str(), TRANSFER_ENCODING.as_str()].contains(&name.as_str())
        {
            continue;
        }
        let policy = name == "content-security-policy";
        let reported = if policy { format!("{value}; report-uri {REPORTS}") } else { value.clone() };
        response = response.header(name, reported);
    }
    Ok(response.body(Full::new(Bytes::from(answer.body)))?)
}
