//! As much HTTP/1.1 as asking a backend on this machine takes.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, bail};

/// An answer; header names are in lower case.
pub(crate) struct Answer {
    /// The status code.
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    /// The body as it was sent.
    pub(crate) body: String,
}

impl Answer {
    /// The value of the first header of that name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// When it is something else; the message quotes it.
    pub(crate) fn json(&self) -> anyhow::Result<serde_json::Value> {
        serde_json::from_str(&self.body).with_context(|| format!("{}: {}", self.status, self.body))
    }
}

/// Sends one request and reads the answer to its end. `body` is JSON.
///
/// # Errors
/// When nothing listens there, nothing is said for 10 seconds, or the answer is not HTTP.
pub(crate) fn ask(at: SocketAddr, method: &str, path: &str, body: Option<&str>) -> anyhow::Result<Answer> {
    ask_with(at, method, path, &[], body)
}

/// As `ask`, with more header lines.
///
/// # Errors
/// As `ask`.
pub(crate) fn ask_with(
    at: SocketAddr,
    method: &str,
    path: &str,
    headers: &[&str],
    body: Option<&str>,
) -> anyhow::Result<Answer> {
    let more: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
    let mut stream = TcpStream::connect_timeout(&at, Duration::from_secs(2))?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let body = body.unwrap_or_default();
    write!(
        stream,
        "{method} {path} HTTP/1.0\r\nHost: {at}\r\nAccept: application/json\r\nX-Member-Portal: 1\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n{more}\r\n{body}",
        body.len()
    )?;
    let mut raw = Vec::new();
    stream.read_to_end(&mut raw)?;
    parse(&String::from_utf8_lossy(&raw))
}

fn parse(raw: &str) -> anyhow::Result<Answer> {
    let Some((head, body)) = raw.split_once("\r\n\r\n") else { bail!("not an HTTP answer: {raw}") };
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok());
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    Ok(Answer { status: status.context("no status")?, headers, body: body.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_taken_apart() {
        let answer = parse("HTTP/1.0 202 Accepted\r\nX-Demo-Code: 123456\r\n\r\n{\"a\":1}");
        let answer = answer.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((answer.status, answer.header("x-demo-code")), (202, Some("123456")));
        assert_eq!(answer.json().map(|json| json["a"].as_i64()).ok().flatten(), Some(1));
        assert!(parse("nonsense").is_err());
    }
}
