//! K2: a screen that nobody touches asks, for long enough to be answered, and ends by itself; more time is always to be had
//! until the session itself is over.

use anyhow::Result;
use fantoccini::key::Key;
use member_portal::i18n::{key, t};
use portal_tests::decode::{self, Symbol};
use serde_json::{Value, json};

use super::{SURVEY, Stand};

/// Past the pause after which it asks, in milliseconds; and past what is left then.
const IDLE: i64 = 52_000;
const REST: i64 = 26_000;
const FAREWELL: &str = "1500";
const ASK: &str = "POST /api/v1/sessions/device-authorizations ";
/// How long a session lasts at a kiosk, and a moment within its last warning, in milliseconds.
const LAST: i64 = 882_000;

/// Nine times more: waits for the question, answers it, waits until it is gone. A driver's own limit goes by the clock that is
/// moved here, so nobody waits for this.
const NINE: &str = "
    const until = (test) => new Promise((then) => { const look = () => test() ? then() : setTimeout(look, 50); look(); });
    window.e2eTimes = 0;
    (async () => {
        while (window.e2eTimes < 9) {
            window.e2ePass(52000);
            await until(() => document.querySelector('#k-more'));
            document.querySelector('#k-more').click();
            await until(() => !document.querySelector('.k-idle'));
            window.e2eTimes += 1;
        }
    })();";
/// Touches the screen every 40 seconds until so much time has passed since it was signed in.
const TOUCHED: &str = "
    const passed = () => performance.now() + window.e2eShift - window.e2eSince;
    while (passed() < arguments[0] - 40000) {
        window.e2ePass(40000);
        window.dispatchEvent(new Event('pointerdown'));
    }
    window.e2ePass(Math.max(0, arguments[0] - passed()));
    return passed();";
/// Points of the window at which something else than the question is seen or can be touched.
const UNCOVERED: &str = "
    const seen = [];
    for (let x = 1; x < 20; x += 1) for (let y = 1; y < 20; y += 1) {
        const one = document.elementFromPoint(innerWidth * x / 20, innerHeight * y / 20);
        if (!one || !one.closest('.k-idle')) seen.push((one || document.body).className);
    }
    return seen;";
const FOCUS: &str = "
    const one = document.activeElement;
    return one.closest('.k-idle') ? one.id || 'inside' : one.tagName;";
const LANGUAGE: &str = "return document.documentElement.lang";

pub(super) async fn walk(stand: &mut Stand<'_>) -> Result<()> {
    unseen(stand).await?;
    stand.by_phone().await?;
    stand.pass(0).await?;
    stand.page.script("window.e2eSince = performance.now() + window.e2eShift", vec![]).await?;
    stand.pass(IDLE).await?;
    stand.page.see("#k-more").await?;
    stand.look("idle").await?;
    stand.page.same("what is not covered (K2)", &stand.page.script(UNCOVERED, vec![]).await?, &json!([]));
    // A touch is no answer, and so is no key but the one on the button.
    let focus = stand.page.script(FOCUS, vec![]).await?;
    stand.page.same("focus of the question", &focus, &json!("k-more"));
    let mut reached = Vec::new();
    for _ in 0..4 {
        stand.key(Key::Tab).await?;
        reached.push(stand.page.script(FOCUS, vec![]).await?);
    }
    if reached.iter().any(|one| one != "k-more" && one != "k-out" && one != "BODY")
        || !reached.contains(&json!("k-out"))
    {
        stand.page.note(format!("the focus leaves the question (K5): {reached:?}"));
    }
    stand.page.script("window.dispatchEvent(new Event('pointerdown'))", vec![]).await?;
    stand.page.see("#k-more").await?;
    stand.page.press("#k-more").await?;
    stand.page.until("no question", "return !document.querySelector('.k-idle')", vec![]).await?;
    stand.page.script(NINE, vec![]).await?;
    stand.page.until("ten times more (K2)", "return window.e2eTimes === 9", vec![]).await?;
    stand.at_home().await?;
    stand.page.script(TOUCHED, vec![json!(LAST)]).await?;
    stand.page.read(t(key::KIOSK_IDLE_LAST)).await?;
    stand.page.same("more time than there is", &stand.page.count("#k-more").await?, &0);
    stand.look("idle-last").await?;
    over(stand, "the end of the session").await?;
    carried(stand).await?;
    chosen_language(stand).await
}

/// Lets the rest of the time pass: a farewell that covers everything, then a new page.
async fn over(stand: &mut Stand<'_>, what: &str) -> Result<()> {
    stand.mark().await?;
    stand.timers(json!({ FAREWELL: null })).await?;
    stand.pass(REST).await?;
    stand.page.read(t(key::KIOSK_IDLE_ENDED)).await?;
    stand.look("bye").await?;
    stand.page.same(
        "what is not covered at the farewell",
        &stand.page.script(UNCOVERED, vec![]).await?,
        &json!([]),
    );
    stand.held().await?;
    stand.begun_anew().await?;
    stand.wiped(what).await
}

/// The invitation asks nobody.
async fn unseen(stand: &mut Stand<'_>) -> Result<()> {
    stand.mark().await?;
    stand.pass(60_000).await?;
    tokio::time::sleep(std::time::Duration::from_millis(1200)).await;
    let old =
        stand.page.script("return [!!window.e2eOld, !!document.querySelector('.k-idle')]", vec![]).await?;
    stand.page.same("the invitation when nobody comes", &old, &json!([true, false]));
    Ok(())
}

/// A survey that was begun can be taken along; the code for it holds nothing of the member.
async fn carried(stand: &mut Stand<'_>) -> Result<()> {
    stand.by_phone().await?;
    stand.open_survey(SURVEY).await?;
    stand.pass(IDLE).await?;
    stand.page.see(".k-carry svg.qr").await?;
    stand.look("idle-carry").await?;
    let read = decode::symbols(&stand.page.client().screenshot().await?)?;
    let wanted = Symbol::Qr(format!("{}/surveys/{SURVEY}", stand.page.proxy.origin));
    stand.page.same("what can be carried away", &read.contains(&wanted), &true);
    stand.mark().await?;
    stand.page.press("#k-out").await?;
    stand.begun_anew().await?;
    stand.wiped("an end from the question").await
}

/// A language and large letters that somebody has chosen are taken back without a question.
async fn chosen_language(stand: &mut Stand<'_>) -> Result<()> {
    let own = stand.page.script(LANGUAGE, vec![]).await?;
    stand.page.same("the language of a kiosk", &own, &json!("zh-CN"));
    stand.page.press(".k-foot [lang=en]").await?;
    stand.page.until("English", "return document.documentElement.lang === 'en'", vec![]).await?;
    let named = "
        const said = [...document.querySelectorAll('.k-offer__n')].map((one) => one.textContent).join('');
        return said.length && !/[\\u4e00-\\u9fff]/.test(said)";
    stand.page.until("the offers' names in English", named, vec![]).await?;
    stand.look("attract-en").await?;
    stand.page.press(".k-foot [aria-pressed]").await?;
    stand.look("attract-ease").await?;
    let (code, asked) = (stand.user_code().await?, stand.sent(ASK));
    tokio::time::sleep(std::time::Duration::from_millis(3_500)).await;
    stand.page.same("the code while time goes by", &stand.user_code().await?, &code);
    stand.page.same("codes that were asked for meanwhile", &(stand.sent(ASK) - asked), &0);
    stand.mark().await?;
    stand.pass(IDLE).await?;
    stand.begun_anew().await?;
    let after: Value = stand
        .page
        .script(
            "return [document.documentElement.lang, document.documentElement.dataset.ease || 'off']",
            vec![],
        )
        .await?;
    stand.page.same("language and size afterwards", &after, &json!(["zh-CN", "off"]));
    Ok(())
}
