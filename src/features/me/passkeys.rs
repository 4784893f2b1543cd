//! The member's passkeys: which there are, one more, one less.

use crate::api::error::ApiError;
use crate::api::{client, endpoint, wire};
use crate::domain::passkey::Passkey;
use crate::i18n::{fill, key, t};
use crate::parts::failure::line;
use crate::parts::remote::remote;
use crate::parts::sheet::sheet;
use crate::parts::symbols::symbol;
use crate::parts::words;
use crate::platform::passkey::{self, Outcome};
use crate::platform::{dom, timer};
use crate::state::{Query, portal};
use crate::ui::{bone, icon_small};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// What goes on in the sheet.
#[derive(Clone, Copy)]
struct Keys {
    all: Query<Vec<Passkey>>,
    /// Which one is about to be removed.
    asked: RwSignal<Option<String>>,
    busy: RwSignal<bool>,
    fault: RwSignal<Option<String>>,
    /// What was done.
    told: RwSignal<Option<&'static str>>,
}

/// The row among the settings; nothing where there can be no passkeys.
pub(super) fn item(open: RwSignal<bool>) -> AnyView {
    let portal = portal();
    if !portal.has("passkeys") || !portal.channel.has_keys() || !passkey::is_there() {
        return ().into_any();
    }
    view! {
        <ul class="list">
            <li>
                <button
                    id="passkeys"
                    type="button"
                    class="item"
                    aria-haspopup="dialog"
                    on:click=move |_| open.set(true)
                >
                    {symbol("lock")}
                    <span class="grow">{t(key::PASSKEYS_TITLE)}</span>
                    {icon_small("right")}
                </button>
            </li>
        </ul>
    }
    .into_any()
}

pub(super) fn keys(open: RwSignal<bool>) -> AnyView {
    let all = Query::new(|| async {
        let reply = client::get(endpoint::passkeys()).await?;
        Ok(reply.decode(|node| wire::page(node, wire::passkeys::passkey))?.data)
    });
    let keys = Keys {
        all,
        asked: RwSignal::new(None),
        busy: RwSignal::new(false),
        fault: RwSignal::new(None),
        told: RwSignal::new(None),
    };
    let usable = RwSignal::new(false);
    spawn_local(async move {
        if passkey::is_usable().await {
            let _ = usable.try_set(true);
        }
    });
    let waiting = move || keys.busy.get().then_some("true");
    let add = move || {
        view! {
            <button
                type="button"
                class="btn mt-4"
                aria-disabled=waiting
                aria-busy=waiting
                on:click=move |_| keys.run(add())
            >
                {t(key::PASSKEYS_ADD)}
            </button>
        }
    };
    let close = Callback::new(move |()| open.set(false));
    let body = view! {
        <h2 id="sheet-title" class="title--xl">
            {t(key::PASSKEYS_TITLE)}
        </h2>
        <p class="muted mt-2">{t(key::PASSKEYS_TEXT)}</p>
        {remote(keys.all, bones, move |all: Vec<Passkey>| list(keys, all))}
        <p class="err" role="alert">
            {move || keys.fault.get()}
        </p>
        <p class="s muted" role="status">
            {move || keys.told.get()}
        </p>
        {move || usable.get().then(add)}
        <button type="button" class="btn q mt-3" on:click=move |_| close.run(())>
            {t(key::ACTION_CLOSE)}
        </button>
    }
    .into_any();
    sheet("#passkeys", close, body)
}

fn bones() -> AnyView {
    view! {
        <ul class="list">
            <li>
                <div class="item">
                    <span class="grow">{bone("t", 6)}{bone("s", 8)}</span>
                </div>
            </li>
        </ul>
    }
    .into_any()
}

fn list(keys: Keys, all: Vec<Passkey>) -> AnyView {
    if all.is_empty() {
        return view! { <p class="mt-4">{t(key::PASSKEYS_NONE)}</p> }.into_any();
    }
    let rows = all.into_iter().map(|one| row(keys, one)).collect_view();
    view! { <ul class="list mt-4">{rows}</ul> }.into_any()
}

fn row(keys: Keys, one: Passkey) -> AnyView {
    let day = |at| words::day(at);
    let added = one.created_at.map(|at| fill(key::PASSKEYS_ADDED, &[("date", &day(at))]));
    let used = one.last_used_at.map(|at| fill(key::PASSKEYS_USED, &[("date", &day(at))]));
    let used = used.unwrap_or_else(|| t(key::PASSKEYS_UNUSED).into());
    let dates: Vec<String> = added.into_iter().chain([used]).collect();
    let label = fill(key::PASSKEYS_REMOVE_NAMED, &[("name", &one.name)]);
    let id = StoredValue::new(one.id);
    let asked = Memo::new(move |_| keys.asked.get() == Some(id.get_value()));
    let way = move || {
        if asked.get() {
            view! {
                <button type="button" class="linkbtn" on:click=move |_| keys.ask(None)>
                    {t(key::PASSKEYS_KEEP)}
                </button>
                <button
                    type="button"
                    class="linkbtn"
                    on:click=move |_| keys.run(remove(id.get_value()))
                >
                    <span class="dang">{t(key::PASSKEYS_REMOVE_SURE)}</span>
                </button>
            }
            .into_any()
        } else {
            let label = label.clone();
            view! {
                <button
                    type="button"
                    class="linkbtn"
                    aria-label=label
                    on:click=move |_| keys.ask(Some(id.get_value()))
                >
                    {t(key::PASSKEYS_REMOVE)}
                </button>
            }
            .into_any()
        }
    };
    view! {
        <li>
            <div class="item">
                <div class="grow">
                    <p>{one.name}</p>
                    <p class="s muted">{dates.join(" · ")}</p>
                </div>
                {way}
            </div>
        </li>
    }
    .into_any()
}

impl Keys {
    /// Asks whether one is to be removed, or no longer. What was pressed is gone then, so the focus goes to what came for it.
    fn ask(self, id: Option<String>) {
        self.fault.set(None);
        self.told.set(None);
        self.asked.set(id);
        spawn_local(async {
            timer::sleep(0).await;
            dom::focus("#sheet .linkbtn");
        });
    }

    /// Does one thing at a time, and says when it is done.
    fn run(self, work: impl Future<Output = Result<Option<&'static str>, String>> + 'static) {
        if self.busy.get_untracked() {
            return;
        }
        self.fault.set(None);
        self.told.set(None);
        self.busy.set(true);
        spawn_local(async move {
            match work.await {
                Ok(Some(told)) => {
                    let _ = self.asked.try_set(None);
                    let _ = self.told.try_set(Some(told));
                    self.all.load();
                    dom::focus("#sheet");
                }
                Ok(None) => {}
                Err(text) => {
                    let _ = self.fault.try_set(Some(text));
                }
            }
            let _ = self.busy.try_set(false);
        });
    }
}

/// What to tell when it is added; nothing where the person changed their mind.
async fn add() -> Result<Option<&'static str>, String> {
    let said = |error: ApiError| match error.code() {
        "passkey-refused" => t(key::PASSKEYS_NOT).to_owned(),
        _ => line(&error),
    };
    let asked = client::post(endpoint::my_passkey_challenges(), String::new(), None).await;
    let asked = asked.and_then(|reply| reply.decode(wire::passkeys::challenge)).map_err(said)?;
    let credential = match passkey::make(&asked.options).await {
        Outcome::Done(credential) => credential,
        Outcome::Cancelled => return Ok(None),
        Outcome::Known => return Err(t(key::PASSKEYS_HERE).into()),
        Outcome::Refused | Outcome::Absent => return Err(t(key::PASSKEYS_NOT).into()),
    };
    let body = wire::passkeys::answer(&asked, &credential).json();
    client::post(endpoint::passkeys(), body, None).await.map_err(said)?;
    Ok(Some(t(key::PASSKEYS_NEW)))
}

/// What to tell when it is removed; one that is gone is as good.
async fn remove(id: String) -> Result<Option<&'static str>, String> {
    match client::delete(endpoint::passkey(&id)).await {
        Err(error) if error.code() != "not-found" => Err(line(&error)),
        _ => Ok(Some(t(key::PASSKEYS_REMOVED))),
    }
}
