//! Everything that a page can leave on a device, read to the last byte.

use anyhow::{Context, Result, ensure};
use portal_tests::page::Page;
use serde_json::Value;

use crate::journey::Member;

/// Storage, databases with what is in them, caches with the text of what is in them, and what scripts see of cookies.
const DUMP: &str = "
    const done = arguments[arguments.length - 1];
    const within = (what, work) => Promise.race([work, new Promise((_, no) => setTimeout(() => no(`${what} is silent`), 10000))]);
    const asked = (what, request) => within(what, new Promise((yes, no) => {
        request.onsuccess = () => yes(request.result);
        request.onerror = () => no(request.error);
    }));
    const databases = async () => {
        if (!window.indexedDB || !indexedDB.databases) return [];
        const all = [];
        for (const { name } of await within('the list of databases', indexedDB.databases())) {
            const database = await asked(`database ${name}`, indexedDB.open(name));
            const stores = {};
            for (const store of [...database.objectStoreNames]) {
                const inside = database.transaction(store).objectStore(store);
                stores[store] = [await asked(`${name} ${store}`, inside.getAllKeys()), await asked(`${name} ${store}`, inside.getAll())];
            }
            database.close();
            all.push([name, stores]);
        }
        return all;
    };
    const kept = async () => {
        if (!window.caches) return [];
        const all = [];
        for (const name of await within('the list of caches', caches.keys())) {
            const cache = await within(`cache ${name}`, caches.open(name));
            for (const request of await within(`what is in cache ${name}`, cache.keys())) {
                const answer = await within(request.url, cache.match(request));
                const kind = answer.headers.get('content-type') || '';
                const text = /wasm|image/.test(kind) ? '' : await within(`the text of ${request.url}`, answer.text());
                all.push([name, new URL(request.url).pathname + new URL(request.url).search, answer.status, kind, text]);
            }
        }
        return all;
    };
    (async () => ({
        local: { ...localStorage }, session: { ...sessionStorage }, cookie: document.cookie, name: window.name,
        databases: await databases(), caches: await kept(),
    }))().then(done, (error) => done(String(error)));";
/// How its complaint ends about what doesn't answer.
const SILENT: &str = " is silent";

/// Takes all of it away, except the session's cookie, which no script can reach.
pub(super) const WIPE: &str = "
    const done = arguments[arguments.length - 1];
    (async () => {
        localStorage.clear();
        sessionStorage.clear();
        if (window.indexedDB && indexedDB.databases) {
            for (const { name } of await indexedDB.databases()) {
                await new Promise((go) => {
                    const request = indexedDB.deleteDatabase(name);
                    request.onsuccess = request.onerror = request.onblocked = go;
                });
            }
        }
        if (window.caches) for (const name of await caches.keys()) await caches.delete(name);
        return 'wiped';
    })().then(done, (error) => done(String(error)));";

/// What the device holds.
pub(super) async fn read(page: &Page<'_>) -> Result<Value> {
    let dump = page.client().execute_async(DUMP, vec![]).await.context("what the device holds")?;
    ensure!(dump["local"].is_object(), "what the device holds: {dump}");
    Ok(dump)
}

/// Whether it could not be read because the browser's own storage did not answer: seen in Chromium on a busy machine, just after
/// a sign-out has cleared the site.
pub(super) fn is_silence(outcome: &Result<()>) -> bool {
    outcome.as_ref().is_err_and(|error| format!("{error:#}").contains(SILENT))
}

/// What there is of a member that nobody else has: identifier, name, number, vouchers, coupons, points.
pub(super) async fn marks(member: &Member) -> Result<Vec<String>> {
    let me = member.get("/me").await?;
    let tail = &member.phone[member.phone.len() - 8..];
    let mut all = vec![member.phone.clone(), tail.to_owned(), format!("****{}", &tail[4..])];
    all.extend(["id", "display_name"].iter().filter_map(|name| me[*name].as_str().map(str::to_owned)));
    for (path, name) in [("/me/redemptions?limit=100", "id"), ("/me/coupons?limit=100", "id")] {
        let list = member.get(path).await?;
        all.extend(
            list["data"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|one| one[name].as_str().map(str::to_owned)),
        );
    }
    all.retain(|mark| mark.len() > 3);
    Ok(all)
}

/// Which of them are anywhere in it.
pub(super) fn found(dump: &Value, marks: &[String]) -> Vec<String> {
    let text = dump.to_string();
    marks.iter().filter(|mark| text.contains(*mark)).cloned().collect()
}

/// Notes everything of the member that the device holds, in storage or on screen.
pub(super) async fn nothing_of(page: &mut Page<'_>, marks: &[String], when: &str) -> Result<()> {
    let dump = read(page).await?;
    page.same(&format!("{when}: kept of the member"), &found(&dump, marks), &Vec::new());
    let drawn = page.script("return document.body.innerText", vec![]).await?;
    page.same(&format!("{when}: on screen of the member"), &found(&drawn, marks), &Vec::new());
    Ok(())
}
