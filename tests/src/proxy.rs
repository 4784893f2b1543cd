//! A proxy between browser and backend. It can spoil exchanges on purpose, holds every other answer against the
//! contract, tells the code of the text message, and collects what the browser reports against the content policy.
//!
//! [`Proxy::spoil`] spoils a place for as long as it is not healed. [`Proxy::schedule`] spoils single exchanges of a
//! redemption instead, each once, counted from 0: preview, order, then whatever the portal asks to find out what became
//! of it. That is what the fault tests use, without a browser and with one:
//!
//! ```no_run
//! # async fn test(page: &portal_tests::page::Page<'_>) -> anyhow::Result<()> {
//! use portal_tests::proxy::{Fault, Later, Stage};
//!
//! // The order (1) is held, its connection ends; it reaches the backend right after the look-up (2) found nothing.
//! let late = Fault::Late { until: Later::After(1), hangs: false };
//! page.proxy.schedule([(1, late), (3, Fault::Cut)]);
//! // The tab is killed while the answer of the look-up is on its way.
//! let stopped = page.proxy.stop(2, Stage::Answered);
//! page.press("#redeem").await?;
//! page.see("[role=dialog] .eq").await?;
//! page.press("[role=dialog] .btn:not(.q)").await?;
//! let gate = stopped.await?;
//! page.open("/wallet").await?;
//! drop(gate);
//! // In the end everything that is late arrives, and nothing fails any more.
//! page.proxy.deliver().await;
//! page.proxy.heal();
//! # Ok(())
//! # }
//! ```
//!
//! In a browser `hangs: false` (or [`Fault::Hang`] with a short time) is quick, while `hangs: true` lasts as long as the
//! portal is patient: 15 s for a read, 20 s for a write.

mod book;
mod fault;
mod seen;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Result, bail};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{ACCEPT_ENCODING, CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub use self::book::Gate;
use self::book::{Book, Copy, LateOne};
use self::fault::Out;
pub use self::fault::{Fault, Given, Later, Stage};
use crate::contract::{BASE, Contract};
use crate::http::{Answer, Pool, exchange, pool};

const REPORTS: &str = "/__csp";
/// Where a page tells the test something.
const TOLD: &str = "/__told";
/// What is not a file of the portal.
const NOT_FILES: [&str; 6] = ["/api/", "/media/", "/demo/", "/wx/", "/wechat/", "/health"];
/// No client waits for longer.
const FOR_EVER: Duration = Duration::from_secs(120);

struct Shared {
    upstream: String,
    pool: Pool,
    book: Mutex<Book>,
    busy: AtomicUsize,
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
        let shared = Arc::new(Shared {
            upstream: upstream.to_owned(),
            pool: pool(),
            book: Mutex::default(),
            busy: AtomicUsize::new(0),
        });
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

    /// From now on, what begins with `place` fails; `place` is a method, a space and a path with its query. A space at its
    /// end means just that address.
    pub fn spoil(&self, place: &str, fault: Fault) {
        self.book().spoil(place, fault);
    }

    /// From here on exchanges of the flow are counted anew, from 0, and these are spoiled, each once. What was planned
    /// before and not used is forgotten, as are the requests and [`Self::orders`] so far.
    pub fn schedule(&self, faults: impl IntoIterator<Item = (usize, Fault)>) {
        self.book().schedule(faults);
    }

    /// Stops an exchange of the flow, counted as in [`Self::schedule`], until the gate is dropped that is given when it
    /// is there. What a fault does with it happens afterwards; without [`Self::heal`] it stays planned.
    #[must_use]
    pub fn stop(&self, exchange: usize, stage: Stage) -> oneshot::Receiver<Gate> {
        self.book().stop(exchange, stage)
    }

    /// Nothing fails any more; what is late stays late.
    pub fn heal(&self) {
        self.book().heal();
    }

    /// The backend gets everything that is late, in the order in which it was sent. Returns how much that was.
    pub async fn deliver(&self) -> usize {
        let late = self.book().all_late();
        let count = late.len();
        self.shared.deliver(late).await;
        count
    }

    /// From now on this address (a path) is answered so, whatever else happens; [`Self::heal`] leaves it.
    pub fn serve(&self, path: &str, answer: Option<Given>) {
        self.book().serve(path, answer);
    }

    /// From now on the portal's files come from there: another version is deployed. `None` is the backend's own again.
    pub fn deploy(&self, origin: Option<&str>) {
        self.book().files = origin.map(str::to_owned);
    }

    /// How many requests are late and have not reached the backend.
    #[must_use]
    pub fn late(&self) -> usize {
        self.book().waiting()
    }

    /// How many exchanges are under way, apart from those that keep a client waiting on purpose.
    #[must_use]
    pub fn busy(&self) -> usize {
        self.shared.busy.load(Ordering::SeqCst)
    }

    /// The key of every order that a client has sent since the schedule began, in their order.
    #[must_use]
    pub fn orders(&self) -> Vec<String> {
        self.book().orders.clone()
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

    /// What was asked for last, oldest first: method, path, what was done to it, and the backend's status where it was
    /// asked.
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

    /// Waits while somebody has stopped this exchange.
    async fn stopped(&self, exchange: usize, stage: Stage) {
        let watcher = self.book().stops_at(exchange, stage);
        if let Some(watcher) = watcher {
            let (gate, opened) = book::gate();
            if watcher.send(gate).is_ok() {
                let _ = opened.await;
            }
        }
    }

    async fn deliver(&self, late: Vec<LateOne>) {
        for one in late {
            let status = match self.forward(&one.copy).await {
                Ok(answer) => answer.status.to_string(),
                Err(error) => format!("{error:#}"),
            };
            self.book().requests.push(format!("late: {} {status}", one.copy.place()));
        }
    }

    /// What the backend answers.
    async fn forward(&self, copy: &Copy) -> Result<Answer> {
        let path = &copy.path;
        let file = !NOT_FILES.iter().any(|begin| path.starts_with(begin));
        let upstream = self.book().files.clone().filter(|_| file).unwrap_or_else(|| self.upstream.clone());
        let mut forward = Request::builder().method(copy.method.clone()).uri(format!("{upstream}{path}"));
        let api = path.strip_prefix(BASE);
        for (name, value) in &copy.headers {
            let unpacked = api.is_some() && *name == ACCEPT_ENCODING;
            // The host is passed on, as a server in front does it: the backend makes addresses with it.
            if ![CONNECTION, CONTENT_LENGTH].contains(name) && !unpacked {
                forward = forward.header(name, value);
            }
        }
        let answer = exchange(&self.pool, forward.body(Full::new(copy.body.clone()))?).await?;
        if let Some(path) = api {
            let mut book = self.book();
            if let Err(error) = Contract::get().check(copy.method.as_str(), path, &answer) {
                book.wrong.push(format!("{error:#}"));
            }
            if let Some(code) = answer.header("x-demo-code") {
                book.code = Some(code.to_owned());
            }
        }
        Ok(answer)
    }
}

/// Counts an exchange as under way for as long as it lives.
struct Busy<'a>(&'a AtomicUsize);

impl<'a> Busy<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(count)
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

enum End {
    Answer(Response<Out>),
    Close,
    Hang(Duration),
}

async fn handle(shared: Arc<Shared>, request: Request<Incoming>) -> Result<Response<Out>> {
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let (parts, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    if path == REPORTS {
        shared.book().reports.push(String::from_utf8_lossy(&body).into_owned());
        return Ok(Response::builder().status(204).body(Out::whole(Bytes::new()))?);
    }
    if path == TOLD {
        shared.book().told.push(String::from_utf8_lossy(&body).into_owned());
        return Ok(Response::builder().status(204).body(Out::whole(Bytes::new()))?);
    }
    let copy = Copy { method: parts.method, path, headers: parts.headers, body };
    // On a task of its own: a client that goes away takes nothing back that it has sent.
    match tokio::spawn(serve(shared, copy)).await?? {
        End::Answer(response) => Ok(response),
        End::Close => bail!("ended on purpose"),
        End::Hang(time) => {
            tokio::time::sleep(time).await;
            bail!("hung on purpose")
        }
    }
}

async fn serve(shared: Arc<Shared>, copy: Copy) -> Result<End> {
    let _busy = Busy::new(&shared.busy);
    let served = shared.book().served(&copy);
    if let Some(given) = served {
        return Ok(End::Answer(made_up(given)?));
    }
    let turn = shared.book().begin(&copy);
    if let Some(exchange) = turn.flow {
        shared.stopped(exchange, Stage::Sent).await;
        let due = shared.book().due(exchange, Stage::Sent);
        shared.deliver(due).await;
    }
    let forward = async || {
        let answer = shared.forward(&copy).await?;
        shared.book().remark(turn.line, &answer.status.to_string());
        anyhow::Ok(answer)
    };
    let end = match turn.fault {
        Some(Fault::Drop) => End::Close,
        Some(Fault::Hang(time)) => End::Hang(time),
        Some(Fault::Answer(given)) => End::Answer(made_up(given)?),
        Some(Fault::Instead(given)) => {
            forward().await?;
            End::Answer(made_up(given)?)
        }
        Some(Fault::DropAnswer) => {
            forward().await?;
            End::Close
        }
        Some(Fault::Late { until, hangs }) => {
            late(&shared, &copy, turn.flow, until);
            if hangs { End::Hang(FOR_EVER) } else { End::Close }
        }
        Some(Fault::Twice) => {
            let (answer, again) = tokio::join!(forward(), forward());
            again?;
            End::Answer(back(answer?, Out::whole)?)
        }
        Some(Fault::Again(until)) => {
            let answer = forward().await?;
            late(&shared, &copy, turn.flow, until);
            End::Answer(back(answer, Out::whole)?)
        }
        Some(Fault::Break) => End::Answer(back(forward().await?, Out::broken)?),
        Some(Fault::Cut) => {
            let half = |body: Bytes| Out::whole(body.slice(..body.len() / 2));
            End::Answer(back(forward().await?, half)?)
        }
        None => End::Answer(back(forward().await?, Out::whole)?),
    };
    if let Some(exchange) = turn.flow {
        let due = shared.book().due(exchange, Stage::Answered);
        shared.deliver(due).await;
        shared.stopped(exchange, Stage::Answered).await;
    }
    Ok(end)
}

/// Keeps a request for later.
fn late(shared: &Arc<Shared>, copy: &Copy, flow: Option<usize>, until: Later) {
    let number = shared.book().late(copy.clone(), flow, until);
    if let Later::In(time) = until {
        let shared = Arc::clone(shared);
        tokio::spawn(async move {
            tokio::time::sleep(time).await;
            let due = shared.book().late_number(number);
            shared.deliver(due).await;
        });
    }
}

fn made_up(given: Given) -> Result<Response<Out>> {
    let mut response = Response::builder().status(given.status).header("Content-Type", given.kind);
    if let Some(seconds) = given.retry_after {
        response = response.header("Retry-After", seconds);
    }
    Ok(response.body(Out::whole(Bytes::from(given.body)))?)
}

fn back(answer: Answer, body: impl FnOnce(Bytes) -> Out) -> Result<Response<Out>> {
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
    Ok(response.body(body(Bytes::from(answer.body)))?)
}
