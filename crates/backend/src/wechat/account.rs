//! One app of WeChat: its secret, and what WeChat lends for a while and wants to be asked for seldom.

use crate::rules::wechat::Refusal;
use std::future::Future;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// What is lent is given up so long before its end.
const MARGIN: Duration = Duration::from_secs(300);

/// A text that is good for a while. Whoever needs it while it is being fetched waits for the same one.
#[derive(Default)]
pub(super) struct Lent(Mutex<Option<(String, Instant)>>);

impl Lent {
    /// The text at hand, unless it is over or is the one that is known to be `stale`; else a new one.
    pub(super) async fn get<F>(
        &self,
        stale: Option<&str>,
        fetch: impl FnOnce() -> F,
    ) -> Result<String, Refusal>
    where
        F: Future<Output = Result<(String, Duration), Refusal>>,
    {
        let mut held = self.0.lock().await;
        if let Some((text, until)) = held.as_ref().filter(|(text, _)| Some(text.as_str()) != stale)
            && Instant::now() < *until
        {
            return Ok(text.clone());
        }
        *held = None;
        let (text, life) = fetch().await?;
        *held = Some((text.clone(), Instant::now() + life.saturating_sub(MARGIN)));
        Ok(text)
    }
}

/// A mini program or an official account.
pub(super) struct Account {
    pub(super) app_id: String,
    pub(super) secret: String,
    pub(super) token: Lent,
    pub(super) ticket: Lent,
}

impl Account {
    pub(super) fn new(app_id: &str, secret: &str) -> Self {
        Self {
            app_id: app_id.to_owned(),
            secret: secret.to_owned(),
            token: Lent::default(),
            ticket: Lent::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};

    #[tokio::test]
    async fn a_text_is_fetched_once_until_it_is_over_or_stale() {
        let (lent, fetched) = (Lent::default(), AtomicU64::new(0));
        let fetched = &fetched;
        let get = |stale: Option<&'static str>, life: u64| {
            lent.get(stale, move || async move {
                let number = fetched.fetch_add(1, Ordering::SeqCst) + 1;
                Ok((format!("text {number}"), Duration::from_secs(life)))
            })
        };
        let both = tokio::join!(get(None, 7200), get(None, 7200));
        assert_eq!(both, (Ok("text 1".into()), Ok("text 1".into())));
        assert_eq!(get(Some("text 1"), 7200).await.as_deref(), Ok("text 2"));
        assert_eq!(get(Some("text 1"), 300).await.as_deref(), Ok("text 2"), "somebody else has fetched it");
        assert_eq!(get(Some("text 2"), 300).await.as_deref(), Ok("text 3"));
        assert_eq!(get(None, 7200).await.as_deref(), Ok("text 4"), "what ends soon isn't kept");
        let failed = lent.get(Some("text 4"), || async { Err(Refusal::Unavailable) }).await;
        assert_eq!(failed, Err(Refusal::Unavailable));
        assert_eq!(get(None, 7200).await.as_deref(), Ok("text 5"));
    }
}
