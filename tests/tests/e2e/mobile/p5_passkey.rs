//! P5, with an authenticator of Chromium's own: a member adds a passkey, signs in with it, and removes it; where there can be none,
//! nobody is told of them.

use anyhow::{Context, Result, ensure};
use member_portal::i18n::{Locale, key, t};
use portal_tests::driver::{Browser, Engine};
use portal_tests::lacking::{self, Lacking};
use portal_tests::page::Page;
use portal_tests::proxy::Proxy;
use serde_json::{Value, json};

use crate::hooked::{Hooked, begin_with};
use crate::journey::Member;

/// The button of the sign-in screen, and the row among the settings.
const WAY: &str = "#passkey";
const ROW: &str = "#passkeys";
const ROWS: &str = "#sheet .list .item";

/// A phone's authenticator in the browser, which says yes to everything unless it is told otherwise.
struct Authenticator<'a> {
    browser: &'a Browser,
    id: Value,
}

impl<'a> Authenticator<'a> {
    async fn add(browser: &'a Browser) -> Result<Self> {
        browser.devtools("WebAuthn.enable", &json!({})).await?;
        let options = json!({ "options": {
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true,
            "isUserVerified": true, "automaticPresenceSimulation": true,
        } });
        let added = browser.devtools("WebAuthn.addVirtualAuthenticator", &options).await?;
        Ok(Self { browser, id: added["authenticatorId"].clone() })
    }

    /// Whether the person's finger is the right one.
    async fn verify(&self, is: bool) -> Result<()> {
        let params = json!({ "authenticatorId": self.id, "isUserVerified": is });
        self.browser.devtools("WebAuthn.setUserVerified", &params).await.map(drop)
    }

    async fn credentials(&self) -> Result<Vec<Value>> {
        let params = json!({ "authenticatorId": self.id });
        let held = self.browser.devtools("WebAuthn.getCredentials", &params).await?;
        Ok(held["credentials"].as_array().cloned().unwrap_or_default())
    }

    /// The browser is as it was before.
    async fn remove(self) -> Result<()> {
        self.browser.devtools("WebAuthn.disable", &json!({})).await.map(drop)
    }
}

/// What the portal says about passkeys in one language, on an origin whose host has a name: browsers make none for an address.
pub(super) async fn walk(browser: &Browser, hooked: &Hooked) -> Result<Vec<String>> {
    if browser.engine != Engine::Chromium {
        return Ok(Vec::new());
    }
    let member = Member::of(&hooked.backend, "coffee", "three_expiries").await?;
    let mut proxy = Proxy::start(&hooked.backend.origin).await?;
    begin_with(&proxy, "");
    let by_address = Page::begin(browser, &proxy, "mobile-passkey", Locale::ZhCn).await?;
    by_address.open("/sign-in").await?;
    if by_address.script(&Lacking::WebAuthn.question(), vec![]).await? == json!(false) {
        println!("    no keys of the device here");
        return Ok(by_address.findings());
    }
    let authenticator = Authenticator::add(browser).await?;
    let outcome = nowhere(&by_address, &member).await.context("by the host's address");
    let mut findings = by_address.findings();
    proxy.origin = proxy.origin.replace("127.0.0.1", "localhost");
    let mut page = Page::begin(browser, &proxy, "mobile-passkey", Locale::ZhCn).await?;
    let outcome = match outcome {
        Ok(()) => comes_and_goes(&mut page, &member, &authenticator).await,
        wrong => wrong,
    };
    crate::step(&mut page, "P5 passkeys", outcome).await;
    authenticator.remove().await?;
    findings.extend(page.findings());
    Ok(findings)
}

/// Neither the screen for signing in nor the member's own page tells of passkeys.
async fn nowhere(page: &Page<'_>, member: &Member) -> Result<()> {
    page.open("/sign-in").await?;
    page.see("form .btn").await?;
    // Long enough for the browser to have been asked.
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    ensure!(page.count(WAY).await? == 0, "the way in by passkey is offered");
    page.sign_in(&member.phone).await?;
    page.open("/me").await?;
    page.see("#sign-out").await?;
    ensure!(page.count(ROW).await? == 0, "passkeys are among the settings");
    sign_out(page).await
}

/// The backend lets the browser forget everything; the language and the colours are chosen again.
async fn sign_out(page: &Page<'_>) -> Result<()> {
    page.open("/me").await?;
    page.press("#sign-out").await?;
    page.press("#sheet .btn:not(.q)").await?;
    page.arrive("/sign-in").await?;
    let choose =
        "localStorage.setItem('portal.locale', 'zh-CN'); localStorage.setItem('portal.theme', 'light');";
    page.script(choose, vec![]).await?;
    page.open("/sign-in").await
}

/// Opens the list of the member's passkeys.
async fn open_list(page: &Page<'_>) -> Result<()> {
    page.open("/me").await?;
    page.press(ROW).await?;
    page.see("#sheet-title").await?;
    page.rest().await
}

/// Until the screen has done what it does after a press.
async fn settled(page: &Page<'_>, what: &str) -> Result<()> {
    let idle = "return ![...document.querySelectorAll('.btn')].some((one) => one.getAttribute('aria-disabled') === 'true')";
    page.until(what, idle, vec![]).await.map(drop)
}

async fn comes_and_goes(page: &mut Page<'_>, member: &Member, phone: &Authenticator<'_>) -> Result<()> {
    page.sign_in(&member.phone).await?;
    open_list(page).await?;
    page.read(t(key::PASSKEYS_NONE)).await?;
    page.check("passkeys-none").await?;

    // A finger that isn't known is a change of mind, as far as a page can tell.
    phone.verify(false).await?;
    page.press("#sheet .btn:not(.q)").await?;
    settled(page, "the end of a try").await?;
    let said = page.script("return document.querySelector('#sheet .err').textContent", vec![]).await?;
    page.same("P5: what is said after a try without the finger", &said, &json!(""));
    page.same("P5: what it has made", &phone.credentials().await?.len(), &0);
    phone.verify(true).await?;

    page.press("#sheet .btn:not(.q)").await?;
    page.see(ROWS).await?;
    page.read(t(key::PASSKEYS_UNUSED)).await?;
    page.check("passkeys").await?;
    let held = phone.credentials().await?;
    page.same("P5: keys on the phone", &held.len(), &1);
    let held = held.first().context("no key on the phone")?;
    page.same("P5: for whom the key is", &held["rpId"], &json!("localhost"));
    page.same("P5: whether the phone finds it by itself", &held["isResidentCredential"], &json!(true));
    let known = member.get("/me/passkeys").await?;
    page.same("P5: keys of the member", &known["data"].as_array().map(Vec::len), &Some(1));

    // The same phone needs no second one.
    page.press("#sheet .btn:not(.q)").await?;
    page.read(t(key::PASSKEYS_HERE)).await?;

    sign_out(page).await?;
    page.see(WAY).await?;
    page.check("sign-in-passkey").await?;
    phone.verify(false).await?;
    page.press(WAY).await?;
    settled(page, "the end of a try").await?;
    page.same("P5: where a try without the finger leads", &page.place().await?, &"/sign-in".to_owned());
    phone.verify(true).await?;
    page.press(WAY).await?;
    page.see(".tier").await?;
    page.same("P5: where a passkey leads", &page.place().await?, &"/".to_owned());
    let me: Value =
        serde_json::from_str(page.until("the member", ME, vec![]).await?.as_str().unwrap_or_default())?;
    page.same("P5: who is signed in", &me["id"], &member.get("/me").await?["id"]);

    open_list(page).await?;
    page.press("#sheet .linkbtn").await?;
    page.check("passkeys-remove").await?;
    let focus = page.script("return document.activeElement.textContent", vec![]).await?;
    page.same("P5: what has the focus when it is asked", &focus, &json!(t(key::PASSKEYS_KEEP)));
    page.press("#sheet .linkbtn .dang").await?;
    page.read(t(key::PASSKEYS_NONE)).await?;
    page.read(t(key::PASSKEYS_REMOVED)).await?;
    sign_out(page).await?;
    page.press(WAY).await?;
    page.read(t(key::SIGN_IN_PASSKEY_NOT)).await?;
    page.check("sign-in-passkey-refused").await?;

    begin_with(page.proxy, &lacking::script(&[Lacking::WebAuthn]));
    nowhere(page, member).await.context("without PublicKeyCredential")
}

const ME: &str = "
    const request = new XMLHttpRequest();
    request.open('GET', '/api/v1/me', false);
    request.send();
    return request.status === 200 && request.responseText;";
