//! What the backends of this process write to their logs.

use std::io::{self, Write};
use std::sync::{Mutex, OnceLock, PoisonError};

use anyhow::{Result, anyhow};
use tracing_subscriber::EnvFilter;

/// Ours and what answers for us, in every detail.
const WHAT: &str = "backend=trace,axum=trace,tower=trace,hyper=debug";

static WRITTEN: Mutex<String> = Mutex::new(String::new());

struct Book;

impl Write for Book {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut written = WRITTEN.lock().unwrap_or_else(PoisonError::into_inner);
        written.push_str(&String::from_utf8_lossy(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// From here on everything is kept; what was is forgotten.
///
/// # Errors
/// When somebody else listens.
pub fn listen() -> Result<()> {
    static BEGUN: OnceLock<Result<(), String>> = OnceLock::new();
    let begin = || {
        let book = tracing_subscriber::fmt().with_env_filter(EnvFilter::new(WHAT)).with_ansi(false);
        book.with_writer(|| Book).try_init().map_err(|error| error.to_string())
    };
    BEGUN.get_or_init(begin).clone().map_err(|error| anyhow!("listening to the logs: {error}"))?;
    WRITTEN.lock().unwrap_or_else(PoisonError::into_inner).clear();
    tracing::info!(target: "backend", "somebody listens");
    Ok(())
}

/// Everything so far.
#[must_use]
pub fn written() -> String {
    WRITTEN.lock().unwrap_or_else(PoisonError::into_inner).clone()
}
