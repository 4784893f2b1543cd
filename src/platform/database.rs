//! Small texts that have to outlive the page: in IndexedDB, where that is missing in local storage, else in memory. A text
//! is in one of them only.

use crate::platform::{clock, storage, timer};
use idb::request::OpenDatabaseRequest;
use idb::{DatabaseEvent, Factory, ObjectStoreParams, Request, Transaction};
use js_sys::{Array, Function, Object, Promise, Reflect};
use litemap::LiteMap;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::{IdbDatabase, IdbTransaction};

const STORE: &str = "intents";
const PREFIX: &str = "portal.member.intent.";
/// Some engines neither open a database nor say that they can't.
const PATIENCE_MS: i32 = 2_000;
const ASLEEP_MS: i64 = 10_000;
/// After so long every tab knows what another one has put into local storage: some engines tell them late.
const TOLD_MS: i32 = 400;

thread_local! {
    static MEMORY: RefCell<LiteMap<String, String>> = const { RefCell::new(LiteMap::new_vec()) };
    static MEMORY_ONLY: Cell<bool> = const { Cell::new(false) };
    /// Until then it isn't tried again, by the device's clock: it didn't answer.
    static ASLEEP: Cell<i64> = const { Cell::new(0) };
}

/// The database is there and doesn't answer.
struct Asleep;

/// Closed as soon as nobody uses it, also where its user is no longer waited for: an open one would keep a sign-out from deleting
/// the database.
struct Connection(IdbDatabase);

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// On a shared device nothing is written down.
pub fn keep_in_memory_only() {
    MEMORY_ONLY.set(true);
}

/// Forgets what is held in memory.
pub fn forget_memory() {
    MEMORY.with_borrow_mut(LiteMap::clear);
}

/// Every text and its key, and whether the database may hold others: it is there and doesn't answer.
pub async fn all() -> (Vec<(String, String)>, bool) {
    let rows = match open().await {
        Ok(Some(database)) => timer::within(PATIENCE_MS, rows(&database)).await.ok_or(Asleep),
        Ok(None) => {
            if !MEMORY_ONLY.get() {
                timer::sleep(TOLD_MS).await;
            }
            Ok(None)
        }
        Err(asleep) => Err(asleep),
    };
    let asleep = rows.is_err();
    let rows = rows.ok().flatten();
    let mut found = rows.unwrap_or_default();
    if !MEMORY_ONLY.get() {
        for name in storage::names(PREFIX) {
            if let (Some(key), Some(text)) = (name.strip_prefix(PREFIX), storage::read(&name)) {
                found.insert(key.to_owned(), text);
            }
        }
    }
    MEMORY.with_borrow(|memory| found.extend(memory.clone()));
    (found.into_iter().collect(), asleep)
}

/// Keeps `text` under `key`; whether the database took it.
pub async fn put(key: &str, text: &str) -> bool {
    let name = named(key);
    if let Ok(Some(database)) = open().await
        && write(&database, |store| store.put(&text.into(), Some(&key.into())).map(drop)).await
    {
        storage::remove(&name);
        MEMORY.with_borrow_mut(|memory| memory.remove(key));
        return true;
    }
    if MEMORY_ONLY.get() || !storage::write(&name, text) {
        MEMORY.with_borrow_mut(|memory| memory.insert(key.to_owned(), text.to_owned()));
    }
    false
}

/// Forgets `key`.
pub async fn remove(key: &str) {
    let name = named(key);
    storage::remove(&name);
    MEMORY.with_borrow_mut(|memory| memory.remove(key));
    if let Ok(Some(database)) = open().await {
        write(&database, |store| store.delete(JsValue::from(key)).map(drop)).await;
    }
}

fn named(key: &str) -> String {
    let mut name = String::from(PREFIX);
    name.push_str(key);
    name
}

/// What came of changing a lease.
pub enum Swap {
    /// It is as wanted.
    Made,
    /// It was left as it is.
    Left,
    /// The database is there and doesn't answer.
    Asleep,
    /// There is no database, or it takes nothing.
    Nowhere,
}

/// Reads the lease under `key` and puts what `change` makes of it in its place, if anything, so that no other tab comes in between.
pub async fn swap_lease(key: &str, change: impl FnOnce(Option<String>) -> Option<String>) -> Swap {
    let database = match open_named(storage::LEASES).await {
        Ok(Some(database)) => database,
        Ok(None) => return Swap::Nowhere,
        Err(Asleep) => return Swap::Asleep,
    };
    let swap = async {
        let transaction = begin(&database, "readwrite")?;
        let store = transaction.object_store(STORE).ok()?;
        let held = store.get(JsValue::from(key)).ok()?.await.ok()?;
        let Some(text) = change(held.and_then(|held| held.as_string())) else { return Some(Swap::Left) };
        store.put(&text.into(), Some(&key.into())).ok()?;
        transaction.await.is_ok_and(|result| result.is_committed()).then_some(Swap::Made)
    };
    timer::within(PATIENCE_MS, swap).await.map_or(Swap::Asleep, |swapped| swapped.unwrap_or(Swap::Nowhere))
}

/// The database of what outlives the page.
async fn open() -> Result<Option<Connection>, Asleep> {
    open_named(storage::DATABASE).await
}

/// A database, opened for one use.
async fn open_named(name: &str) -> Result<Option<Connection>, Asleep> {
    let now = clock::device().0;
    if MEMORY_ONLY.get() {
        return Ok(None);
    }
    if (now..=now + ASLEEP_MS).contains(&ASLEEP.get()) {
        return Err(Asleep);
    }
    let request = Factory::new().and_then(|factory| factory.open(name, Some(1)));
    let Ok(mut request) = request else { return Ok(None) };
    request.on_upgrade_needed(|event| {
        if let Ok(database) = event.database() {
            let _ = database.create_object_store(STORE, ObjectStoreParams::new());
        }
    });
    let late = Rc::new(Cell::new(false));
    let given_up = Rc::clone(&late);
    // It runs to its end in any case, so that what opens too late is closed.
    let opening = future_to_promise(async move {
        let database = opened(request).await.map_err(|_| JsValue::UNDEFINED)?;
        if given_up.get() {
            database.close();
        }
        Ok(database.into())
    });
    match timer::within(PATIENCE_MS, JsFuture::from(opening)).await {
        Some(opened) => Ok(opened.ok().and_then(|database| database.dyn_into().ok()).map(Connection)),
        None => {
            late.set(true);
            ASLEEP.set(now + ASLEEP_MS);
            Err(Asleep)
        }
    }
}

/// As awaiting the request does, but its callbacks go with it: that of `idb` 0.6.5 leaves them behind for good.
async fn opened(mut request: OpenDatabaseRequest) -> Result<IdbDatabase, idb::Error> {
    let answered = Promise::new(&mut |resolve, _| {
        let failed = resolve.clone();
        request.on_success(move |_| drop(resolve.call0(&JsValue::UNDEFINED)));
        request.on_error(move |_| drop(failed.call0(&JsValue::UNDEFINED)));
    });
    let _ = JsFuture::from(answered).await;
    request.database().map(IdbDatabase::from)
}

async fn rows(database: &Connection) -> Option<LiteMap<String, String>> {
    let transaction = begin(database, "readonly")?;
    let store = transaction.object_store(STORE).ok()?;
    // Both listen before either is awaited.
    let keys = store.get_all_keys(None, None).ok()?.into_future();
    let values = store.get_all(None, None).ok()?.into_future();
    let (keys, values) = (keys.await.ok()?, values.await.ok()?);
    let pair = |(key, value): (JsValue, JsValue)| Some((key.as_string()?, value.as_string()?));
    Some(keys.into_iter().zip(values).filter_map(pair).collect())
}

/// Writes, and waits until it is on the disk, as far as the engine can promise that.
async fn write(
    database: &Connection,
    change: impl FnOnce(&idb::ObjectStore) -> Result<(), idb::Error>,
) -> bool {
    let Some(transaction) = begin(database, "readwrite") else { return false };
    let changed = transaction.object_store(STORE).and_then(|store| change(&store));
    let committed = async move { transaction.await.is_ok_and(|result| result.is_committed()) };
    changed.is_ok() && timer::within(PATIENCE_MS, committed).await == Some(true)
}

/// A transaction that is only over when it is on the disk; `idb` has no word for that.
fn begin(Connection(database): &Connection, mode: &str) -> Option<Transaction> {
    let begin: Function = Reflect::get(database, &"transaction".into()).ok()?.dyn_into().ok()?;
    let options = Object::new();
    let _ = Reflect::set(&options, &"durability".into(), &"strict".into());
    let begun = begin.call3(database, &Array::of1(&STORE.into()), &mode.into(), &options);
    Some(begun.ok()?.dyn_into::<IdbTransaction>().ok()?.into())
}
