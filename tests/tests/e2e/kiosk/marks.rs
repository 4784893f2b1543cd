//! Everything by which a member could be known, looked for wherever a page can leave something.

use anyhow::{Context, Result, ensure};
use portal_tests::page::Page;
use serde_json::{Value, json};

use super::NAME;
use crate::journey::Member;

/// Everything that outlives a screen, by the name of its place.
const DUMP: &str = "
    const done = arguments[arguments.length - 1];
    (async () => {
        const drawn = document.documentElement.cloneNode(true);
        for (const one of drawn.querySelectorAll('svg path, style, script')) one.remove();
        const databases = window.indexedDB && indexedDB.databases ? await indexedDB.databases() : [];
        const fields = [...document.querySelectorAll('input, textarea')].map((one) => one.value);
        const entries = window.navigation ? navigation.entries().map((one) => [one.url, one.getState()]) : [];
        return {
            stored: { local: { ...localStorage }, session: { ...sessionStorage }, cookie: document.cookie,
                databases: databases.map((one) => one.name), caches: window.caches ? await caches.keys() : [] },
            page: { html: drawn.outerHTML, fields, title: document.title, name: window.name },
            history: { state: history.state, place: location.href, entries },
            loaded: performance.getEntriesByType('resource').map((one) => one.name),
            long: history.length,
        };
    })().then(done, (error) => done(String(error)));";
/// What a kiosk keeps: nothing.
const NOTHING: &str = r#"{"caches":[],"cookie":"","databases":[],"local":{},"session":{}}"#;

/// What there is of a member that nobody else has.
pub(crate) struct Marks(Vec<String>);

impl Marks {
    pub(crate) async fn of(member: &Member) -> Result<Self> {
        let me = member.get("/me").await?;
        let id = me["id"].as_str().context("no id")?;
        let tail = &member.phone[member.phone.len() - 8..];
        let mut all = vec![NAME.to_owned(), id.to_owned(), member.phone.clone(), tail.to_owned()];
        all.push(format!("****{}", &tail[4..]));
        all.push("/vouchers/".to_owned());
        let mut marks = Self(all);
        for one in member.redemptions().await? {
            marks.add_redemption(&one);
        }
        Ok(marks)
    }

    /// Looks for a redemption, too: its number, and its voucher's code however it is written.
    pub(crate) fn add_redemption(&mut self, one: &Value) {
        let code = one["voucher"]["code"].as_str().unwrap_or_default();
        let grouped = member_portal::domain::wallet::grouped(code);
        let found = [one["id"].as_str().unwrap_or_default(), code, &grouped];
        self.0.extend(found.into_iter().filter(|text| text.len() > 4).map(str::to_owned));
    }

    /// Looks for something else.
    pub(crate) fn add(&mut self, text: &str) {
        self.0.push(text.to_owned());
    }

    /// Every place that holds any of it.
    fn found(&self, dump: &Value) -> Vec<String> {
        let places = ["stored", "page", "history", "loaded"];
        let holds = |place: &str, mark: &str| dump[place].to_string().contains(mark);
        let hits = places.iter().flat_map(|place| {
            self.0.iter().filter(|mark| holds(place, mark)).map(move |mark| format!("{mark} in {place}"))
        });
        hits.collect()
    }

    /// Notes whatever is kept while the member is there, which is nothing either; the marks themselves are on screen.
    pub(crate) async fn only_on_screen(&self, page: &mut Page<'_>, when: &str) -> Result<()> {
        let dump = nothing_kept(page, when).await?;
        let seen = self.found(&dump);
        ensure!(seen.iter().any(|one| one.ends_with("in page")), "the marks are not looked for: {seen:?}");
        Ok(())
    }

    /// Notes every mark, wherever it is, and whatever is kept at all.
    pub(crate) async fn nowhere(&self, page: &mut Page<'_>, after: &str) -> Result<()> {
        let dump = nothing_kept(page, &format!("after {after}")).await?;
        page.same(&format!("left of the member after {after} (K1)"), &self.found(&dump), &Vec::new());
        Ok(())
    }
}

/// How many entries the browser's history has.
pub(crate) async fn history(page: &Page<'_>) -> Result<Value> {
    page.script("return history.length", vec![]).await
}

/// Notes whatever is kept on the device. Gives all that there is.
pub(crate) async fn nothing_kept(page: &mut Page<'_>, when: &str) -> Result<Value> {
    let dump = read(page).await?;
    page.same(&format!("kept {when} (K1)"), &dump["stored"].to_string(), &NOTHING.to_owned());
    Ok(dump)
}

async fn read(page: &Page<'_>) -> Result<Value> {
    let dump = page.client().execute_async(DUMP, vec![]).await.context("what the page holds")?;
    ensure!(dump["page"]["html"].is_string(), "what the page holds: {dump}");
    ensure!(dump["stored"] != json!(null), "nothing to compare");
    Ok(dump)
}
