//! What a proxy remembers, and what it was told to do.

use std::collections::BTreeMap;

use hyper::Method;
use hyper::body::Bytes;
use hyper::header::HeaderMap;
use tokio::sync::oneshot;

use super::fault::{Fault, Given, Later, Stage};

/// What belongs to the flow of a redemption: preview, order, what became of it, the ledger.
const FLOW: [&str; 4] = [
    "POST /api/v1/me/redemptions",
    "GET /api/v1/me/redemptions?client_ref=",
    "GET /api/v1/me/redemptions/",
    "GET /api/v1/me/points/transactions",
];
const ORDER: &str = "POST /api/v1/me/redemptions";

/// A request that can be sent again.
#[derive(Clone)]
pub(super) struct Copy {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Copy {
    pub(super) fn place(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

pub(super) struct LateOne {
    number: u64,
    since: usize,
    until: Later,
    pub(super) copy: Copy,
}

/// Where one exchange stands in the book.
pub(super) struct Turn {
    /// Its line among the requests.
    pub(super) line: usize,
    /// Its number in the flow.
    pub(super) flow: Option<usize>,
    pub(super) fault: Option<Fault>,
}

/// Held by a stopped exchange's watcher; the exchange goes on when it is dropped.
pub struct Gate(#[expect(dead_code, reason = "dropping it is what it is for")] oneshot::Sender<()>);

#[derive(Default)]
pub(super) struct Book {
    /// Beginning of the address (after the method and a space), and what happens there.
    faults: Vec<(String, Fault)>,
    plan: BTreeMap<usize, Fault>,
    stops: Vec<(usize, Stage, oneshot::Sender<Gate>)>,
    flow: usize,
    late: Vec<LateOne>,
    numbers: u64,
    pub(super) code: Option<String>,
    pub(super) wrong: Vec<String>,
    pub(super) reports: Vec<String>,
    pub(super) requests: Vec<String>,
    pub(super) orders: Vec<String>,
    /// Paths that somebody else answers.
    served: BTreeMap<String, Given>,
    /// Where the portal's files come from instead.
    pub(super) files: Option<String>,
    pub(super) told: Vec<String>,
    pub(super) referers: Vec<String>,
}

impl Book {
    pub(super) fn spoil(&mut self, place: &str, fault: Fault) {
        self.faults.push((place.to_owned(), fault));
    }

    pub(super) fn schedule(&mut self, faults: impl IntoIterator<Item = (usize, Fault)>) {
        self.plan = faults.into_iter().collect();
        self.stops.clear();
        self.flow = 0;
        self.orders.clear();
        self.requests.clear();
    }

    pub(super) fn stop(&mut self, exchange: usize, stage: Stage) -> oneshot::Receiver<Gate> {
        let (tell, told) = oneshot::channel();
        self.stops.push((exchange, stage, tell));
        told
    }

    pub(super) fn heal(&mut self) {
        self.faults.clear();
        self.plan.clear();
        self.stops.clear();
    }

    pub(super) fn serve(&mut self, path: &str, answer: Option<Given>) {
        match answer {
            Some(answer) => self.served.insert(path.to_owned(), answer),
            None => self.served.remove(path),
        };
    }

    /// The answer for a path that somebody else answers. Who asked is noted in any case.
    pub(super) fn served(&mut self, copy: &Copy) -> Option<Given> {
        if let Some(referer) = copy.headers.get("referer").and_then(|value| value.to_str().ok()) {
            self.referers.push(format!("{}: {referer}", copy.place()));
        }
        let given = self.served.get(copy.path.split('?').next().unwrap_or_default()).cloned()?;
        self.requests.push(format!("{} [served]", copy.place()));
        Some(given)
    }

    /// Enters a request.
    pub(super) fn begin(&mut self, copy: &Copy) -> Turn {
        let place = copy.place();
        let flow = FLOW.iter().any(|begin| place.starts_with(begin)).then_some(self.flow);
        let whole = format!("{place} ");
        let begun = |(begin, _): &&(String, Fault)| whole.starts_with(begin);
        let spoiled = self.faults.iter().rev().find(begun).map(|(_, fault)| fault.clone());
        let planned = flow.and_then(|number| self.plan.remove(&number));
        if flow.is_some() {
            self.flow += 1;
        }
        if place == ORDER {
            let key = copy.headers.get("idempotency-key").and_then(|key| key.to_str().ok());
            self.orders.push(key.unwrap_or_default().to_owned());
        }
        let fault = planned.or(spoiled);
        let told = fault.as_ref().map(|fault| format!(" [{fault:?}]")).unwrap_or_default();
        self.requests.push(match flow {
            Some(number) => format!("#{number} {place}{told}"),
            None => place,
        });
        Turn { line: self.requests.len() - 1, flow, fault }
    }

    /// Notes behind a line what came of it. The line may be gone, when a new schedule has begun.
    pub(super) fn remark(&mut self, line: usize, remark: &str) {
        if let Some(request) = self.requests.get_mut(line) {
            request.push(' ');
            request.push_str(remark);
        }
    }

    /// Who wants to know that an exchange is there.
    pub(super) fn stops_at(&mut self, exchange: usize, stage: Stage) -> Option<oneshot::Sender<Gate>> {
        let found = self.stops.iter().position(|(at, when, _)| (*at, *when) == (exchange, stage))?;
        Some(self.stops.swap_remove(found).2)
    }

    pub(super) fn late(&mut self, copy: Copy, flow: Option<usize>, until: Later) -> u64 {
        self.numbers += 1;
        self.late.push(LateOne { number: self.numbers, since: flow.unwrap_or(self.flow), until, copy });
        self.numbers
    }

    /// Takes what is late and due at an exchange.
    pub(super) fn due(&mut self, exchange: usize, stage: Stage) -> Vec<LateOne> {
        let due = |late: &mut LateOne| match late.until {
            Later::Before(count) => stage == Stage::Sent && exchange >= late.since + count,
            Later::After(count) => stage == Stage::Answered && exchange >= late.since + count,
            Later::In(_) | Later::Asked => false,
        };
        self.late.extract_if(.., due).collect()
    }

    /// Takes one that is late, unless it was delivered meanwhile.
    pub(super) fn late_number(&mut self, number: u64) -> Vec<LateOne> {
        self.late.extract_if(.., |late| late.number == number).collect()
    }

    pub(super) fn all_late(&mut self) -> Vec<LateOne> {
        std::mem::take(&mut self.late)
    }

    pub(super) fn waiting(&self) -> usize {
        self.late.len()
    }
}

/// A gate, and what is over when it is dropped.
pub(super) fn gate() -> (Gate, oneshot::Receiver<()>) {
    let (open, opened) = oneshot::channel();
    (Gate(open), opened)
}
