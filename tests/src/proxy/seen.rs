//! What a proxy has seen of pages.

use super::Proxy;

impl Proxy {
    /// What pages have told under the name `what` so far, by `POST /__told` with `{"what": …}`.
    #[must_use]
    pub fn told(&self, what: &str) -> Vec<serde_json::Value> {
        let book = self.book();
        let all = book.told.iter().filter_map(|told| serde_json::from_str::<serde_json::Value>(told).ok());
        all.filter(|told| told["what"] == what).collect()
    }

    /// Every `Referer` so far, with what was asked for.
    #[must_use]
    pub fn referers(&self) -> Vec<String> {
        self.book().referers.clone()
    }

    /// How often an address was asked for that begins with `place`: a method, a space and a path.
    #[must_use]
    pub fn sent(&self, place: &str) -> usize {
        self.book().requests.iter().filter(|line| format!("{line} ").starts_with(place)).count()
    }
}
