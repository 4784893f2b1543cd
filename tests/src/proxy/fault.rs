//! What can happen to an exchange.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::body::{Body, Bytes, Frame, SizeHint};

/// An answer that nobody gave.
#[derive(Clone, Debug)]
pub struct Given {
    /// HTTP status.
    pub status: u16,
    /// Content type.
    pub kind: &'static str,
    /// Value of `Retry-After`.
    pub retry_after: Option<u64>,
    /// Body.
    pub body: String,
}

impl Given {
    /// A problem of the contract.
    #[must_use]
    pub fn problem(status: u16, code: &str, retry_after: Option<u64>) -> Self {
        let body = serde_json::json!({
            "type": "about:blank", "title": code, "status": status, "code": code, "retryable": retry_after.is_some(),
        });
        Self { status, kind: "application/problem+json", retry_after, body: body.to_string() }
    }

    /// An answer that is not what was asked for.
    #[must_use]
    pub fn answer(status: u16, kind: &'static str, body: &str) -> Self {
        Self { status, kind, retry_after: None, body: body.to_owned() }
    }
}

/// When the backend gets a request that is late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Later {
    /// Just before the backend gets the n-th further exchange of the flow; 1 is the next.
    Before(usize),
    /// Right after the n-th further exchange of the flow was answered, before anybody hears of that answer.
    After(usize),
    /// After this time.
    In(Duration),
    /// When [`Proxy::deliver`](super::Proxy::deliver) is called.
    Asked,
}

/// What happens to an exchange instead of what should.
#[derive(Clone, Debug)]
pub enum Fault {
    /// The backend never sees the request; this is the answer.
    Answer(Given),
    /// The backend does what it was asked; this is the answer.
    Instead(Given),
    /// The backend never sees the request; the connection ends without an answer.
    Drop,
    /// The backend does what it was asked; the connection ends without an answer.
    DropAnswer,
    /// Nothing comes for this long, then the connection ends.
    Hang(Duration),
    /// The backend gets the request later, and nobody hears what it answered.
    Late {
        /// When it gets it.
        until: Later,
        /// Whether the client waits in vain until it gives up; otherwise the connection ends at once.
        hangs: bool,
    },
    /// The backend gets the request twice, at the same time.
    Twice,
    /// The backend gets the request, and once more later.
    Again(Later),
    /// The connection ends in the middle of the answer's body.
    Break,
    /// The answer's body ends well, but half of it is missing.
    Cut,
}

impl Fault {
    /// A problem of the contract that the backend did not give.
    #[must_use]
    pub fn problem(status: u16, code: &str, retry_after: Option<u64>) -> Self {
        Self::Answer(Given::problem(status, code, retry_after))
    }

    /// An answer that is not what was asked for.
    #[must_use]
    pub fn answer(status: u16, kind: &'static str, body: &str) -> Self {
        Self::Answer(Given::answer(status, kind, body))
    }
}

/// Where an exchange is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The request is on its way.
    Sent,
    /// The answer is.
    Answered,
}

/// A body that may end before it should.
pub(super) struct Out {
    rest: VecDeque<Option<Bytes>>,
    length: u64,
}

impl Out {
    pub(super) fn whole(data: Bytes) -> Self {
        let length = data.len() as u64;
        Self { rest: [Some(data)].into(), length }
    }

    /// Half of what was announced; then the connection breaks.
    pub(super) fn broken(data: Bytes) -> Self {
        let length = data.len() as u64;
        // Between the half and the end is a turn in which the half is really sent.
        Self { rest: [Some(data.slice(..data.len() / 2)), None].into(), length }
    }
}

impl Body for Out {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match self.rest.pop_front() {
            Some(Some(data)) => {
                self.length -= data.len() as u64;
                Poll::Ready(Some(Ok(Frame::data(data))))
            }
            Some(None) => {
                context.waker().wake_by_ref();
                Poll::Pending
            }
            None if self.length > 0 => Poll::Ready(Some(Err(io::Error::other("broken on purpose")))),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.length == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length)
    }
}
