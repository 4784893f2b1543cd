//! K4: the scanner is a keyboard that is quicker than a hand. It is read on every screen, never typed into a field, and what it
//! reads is a member code or nothing.

use anyhow::{Context, Result};
use fantoccini::key::Key;
use member_portal::i18n::{key, t};
use serde_json::{Value, json};

use super::{FIELD, Stand};

const CARD: &str = "POST /api/v1/sessions/card-codes";
/// A survey of one page, with a field for words at its end.
const SHORT: &str = "store-visit";
const QUICK: u32 = 5;
const BY_HAND: u32 = 120;
/// So far apart a machine that is busy must not let two keys of a scanner be, in milliseconds.
const TORN: f64 = 45.0;
const TRIES: usize = 8;
const TOAST: &str = ".toast";
/// How long a notice is shown otherwise, in milliseconds.
const NOTICE: &str = "5000";
const TYPED: &str = "return [...document.querySelectorAll('input:not([type=radio], [type=checkbox]), textarea')].map((one) => one.value).join('')";

/// Keys at whatever has the focus, so many milliseconds apart. Gives how far apart they were at most.
const KEYS: &str = "
    const [keys, gap, done] = arguments;
    let at = 0, last = 0, widest = 0;
    const press = () => {
        const event = new KeyboardEvent('keydown', { key: keys[at], bubbles: true, cancelable: true });
        if (at > 0) widest = Math.max(widest, event.timeStamp - last);
        last = event.timeStamp;
        at += 1;
        (document.activeElement || document.body).dispatchEvent(event);
    };
    const next = () => {
        do press(); while (!gap && at < keys.length);
        if (at < keys.length) setTimeout(next, gap);
        else done(widest);
    };
    next();";

/// What nobody may have scanned to any effect.
fn hostile() -> Vec<(&'static str, Vec<String>)> {
    let letters = |text: &str| text.chars().map(String::from).collect::<Vec<_>>();
    let control = |text: &str| {
        let mut keys = letters(text);
        keys.splice(4..4, ["\u{7}", "\u{1b}", "\u{0}", "F5", "Escape", "ArrowLeft"].map(str::to_owned));
        keys
    };
    vec![
        ("an address", letters("https://elsewhere.invalid/?a=1")),
        ("an address of the portal", letters("/me?next=//elsewhere.invalid")),
        ("a script's address", letters("javascript:alert(1)")),
        ("a script", letters("<script>window.e2eEvil = 1</script><img src=x onerror=e2eEvil=1>")),
        ("10,000 letters", vec!["7".to_owned(); 10_000]),
        ("control characters", control("1234567812345678")),
        ("15 digits", letters("123456781234567")),
        ("17 digits", letters("12345678123456781")),
        ("other digits", letters("１２３４５６７８１２３４５６７８")),
    ]
}

pub(super) async fn walk(stand: &mut Stand<'_>) -> Result<()> {
    refused(stand).await?;
    read_anywhere(stand).await?;
    by_hand(stand).await?;
    in_a_field(stand).await
}

impl Stand<'_> {
    /// Keys as a scanner sends them, or a hand. What a busy machine has torn apart is sent again.
    async fn keys(&self, keys: &[String], gap: u32) -> Result<()> {
        for _ in 0..TRIES {
            let sent = self.page.client().execute_async(KEYS, vec![json!(keys), json!(gap)]).await?;
            let widest = sent.as_f64().context("no keys were sent")?;
            if gap > QUICK || widest < TORN {
                return Ok(());
            }
            println!("    {} keys {widest:.0} ms apart, once more", self.page.engine().name());
            self.quiet().await?;
            self.page
                .script("if ('value' in document.activeElement) document.activeElement.value = ''", vec![])
                .await?;
        }
        anyhow::bail!("the machine is too busy for a scanner")
    }

    /// A text with what a scanner sends at its end.
    async fn scanner(&self, text: &str, suffix: Option<&str>) -> Result<()> {
        let keys: Vec<String> = text.chars().map(String::from).chain(suffix.map(str::to_owned)).collect();
        self.keys(&keys, QUICK).await
    }

    /// Waits until no notice is shown any more.
    async fn quiet(&self) -> Result<()> {
        let script = "return !document.querySelector(arguments[0])";
        self.page.until("no notice", script, vec![json!(TOAST)]).await.map(drop)
    }
}

/// Whatever isn't a member code is refused, leads nowhere, is typed nowhere, and is not even sent.
async fn refused(stand: &mut Stand<'_>) -> Result<()> {
    let sent = stand.sent(CARD);
    stand.mark().await?;
    stand.timers(json!({ NOTICE: 150 })).await?;
    for (name, mut keys) in hostile() {
        keys.push("Enter".into());
        let gap = if keys.len() > 200 { 0 } else { QUICK };
        stand.keys(&keys, gap).await.with_context(|| format!("scanning {name}"))?;
        stand.page.read(t(key::KIOSK_SCAN_UNKNOWN)).await.with_context(|| format!("after {name}"))?;
        let state =
            "return [location.pathname, location.search, !!window.e2eOld, window.e2eEvil === undefined]";
        let state = stand.page.script(state, vec![]).await?;
        stand.page.same(&format!("where {name} leads"), &state, &json!(["/sign-in", "", true, true]));
        stand.quiet().await?;
    }
    stand.page.same("codes that were sent", &(stand.sent(CARD) - sent), &0);
    // Sixteen digits that nobody's phone shows.
    stand.page.press_that(".k-btn", t(key::KIOSK_WELCOME_CARD)).await?;
    stand.page.see(".k-beam").await?;
    stand.look("card").await?;
    stand.scanner("1234567812345678", Some("Enter")).await?;
    stand.page.read(t(key::KIOSK_CARD_UNKNOWN)).await?;
    stand.look("card-unknown").await
}

/// Before the invitation, on the card's own screen and on the keypad; with Enter, with Tab, with nothing at the end.
async fn read_anywhere(stand: &mut Stand<'_>) -> Result<()> {
    let payload = stand.card().await?;
    stand.scanner(&payload, Some("Tab")).await?;
    stand.at_home().await?;
    stand.marks.add(&payload);
    stand.end().await?;
    stand.wiped("a member code").await?;
    // The same one again is stale; nobody is let in.
    stand.scanner(&payload, Some("Enter")).await?;
    stand.page.read(t(key::KIOSK_CARD_STALE)).await?;
    stand.page.press_that(".k-btn", t(key::KIOSK_WELCOME_PHONE)).await?;
    stand.page.see(".keypad").await?;
    let payload = stand.card().await?;
    stand.scanner(&payload, None).await?;
    stand.at_home().await?;
    stand.end().await?;
    // Keys that the browser itself believes in.
    let payload = stand.card().await?;
    let body = stand.page.client().active_element().await?;
    body.send_keys(&format!("{payload}{}", char::from(Key::Enter))).await?;
    stand.at_home().await?;
    stand.end().await
}

/// A hand is slower: sixteen digits of it are no member code, and on the keypad they are a number.
async fn by_hand(stand: &mut Stand<'_>) -> Result<()> {
    let payload = stand.card().await?;
    let sent = stand.sent(CARD);
    let keys: Vec<String> = payload.chars().map(String::from).chain([String::from("Enter")]).collect();
    stand.keys(&keys, BY_HAND).await?;
    stand.page.same("codes sent by hand", &(stand.sent(CARD) - sent), &0);
    stand.page.same("screens of a member", &stand.page.count(".k-home").await?, &0);
    stand.page.press_that(".k-btn", t(key::KIOSK_WELCOME_PHONE)).await?;
    stand.page.see(".keypad").await?;
    let digits: Vec<String> = "1380".chars().map(String::from).collect();
    stand.keys(&digits, BY_HAND).await?;
    let script = "return [...document.querySelectorAll('.mask i')].map((one) => one.textContent).join('')";
    stand.page.until("the digits", &format!("return (() => {{ {script} }})() === '1380'"), vec![]).await?;
    stand.fresh().await
}

/// With the focus in a field a scanner types nothing, and a hand types as ever.
async fn in_a_field(stand: &mut Stand<'_>) -> Result<()> {
    stand.by_phone().await?;
    stand.timers(json!({ NOTICE: 150 })).await?;
    stand.open_survey(SHORT).await?;
    stand.page.see(FIELD).await?;
    let focus = format!("document.querySelector('{FIELD}').focus()");
    let payload = stand.card().await?;
    for suffix in ["Enter", "Tab"] {
        stand.page.script(&focus, vec![]).await?;
        stand.scanner(&payload, Some(suffix)).await?;
        stand.page.read(t(key::KIOSK_SCAN_BUSY)).await?;
        let typed = stand.page.script(TYPED, vec![]).await?;
        stand.page.same(&format!("typed by a scanner with {suffix} (K4)"), &typed, &json!(""));
        stand.quiet().await?;
    }
    // Real keys, as fast as the driver can.
    stand.page.script(&focus, vec![]).await?;
    let field = stand.page.client().active_element().await?;
    field.send_keys(&format!("{payload}{}", char::from(Key::Enter))).await?;
    stand.page.read(t(key::KIOSK_SCAN_BUSY)).await?;
    let typed = stand.page.script(TYPED, vec![]).await?;
    stand.page.same("typed by real keys of a scanner (K4)", &typed, &json!(""));
    stand.type_by_hand("Thanks 1").await?;
    let typed: Value = stand.page.script(TYPED, vec![]).await?;
    stand.page.same("typed by hand", &typed, &json!("Thanks 1"));
    stand.marks.add("Thanks 1");
    stand.end().await?;
    stand.wiped("words in a field").await
}
