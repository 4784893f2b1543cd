//! A person's hands and eyes on the portal in one browser.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use fantoccini::{Client, Locator};
use http_body_util::Full;
use hyper::Request;
use member_portal::domain::colour::{Brand, roles};
use member_portal::i18n::{self, Locale};
use serde_json::{Value, json};

use crate::contract::BASE;
use crate::decode::{self, Symbol};
use crate::driver::{Browser, Engine};
use crate::http::{exchange, pool};
use crate::proxy::Proxy;
use crate::{axe, shots};

/// The programme whose screens are looked at as WeChat shows them, too.
const IN_WECHAT: &str = "milk-tea";

const PATIENCE: Duration = Duration::from_secs(15);
/// A page that doesn't answer a script for so long hangs.
const SILENCE: Duration = Duration::from_secs(60);

/// The colours of the other theme, set as the boot script sets them, so that one state can be looked at in both. A kiosk keeps
/// none for its next start.
const FLIP: &str = "
    const [theme, both] = arguments, root = document.documentElement, shared = root.dataset.channel === 'kiosk';
    const tokens = (shared ? both : JSON.parse(localStorage.getItem('portal.brand')).tokens)[theme];
    root.dataset.theme = theme;
    for (const name in tokens) root.style.setProperty('--' + name, tokens[name]);
    for (const one of document.images) {
        const [path] = one.src.split('?');
        if (/\\/media\\/.*(rewards|surveys|benefits|landscape)/.test(path)) one.src = theme === 'dark' ? path + '?theme=dark' : path;
    }
    getComputedStyle(root).color;
    return Object.keys(tokens).length;";

/// Loaded, and at rest. While one screen turns into another, WebKit gives what a finger does to the page as a whole.
const REST: &str = "
    if (CSS.supports('selector(:active-view-transition)') && document.documentElement.matches(':active-view-transition')) return false;
    getComputedStyle(document.body).color;
    for (const one of document.getAnimations ? document.getAnimations() : []) try { one.finish(); } catch (endless) {}
    const shown = (element) => element.getClientRects().length > 0;
    const waits = document.querySelector('#boot') || [...document.querySelectorAll('.loading, .old, .btn[aria-busy=true]')].some(shown);
    const broken = [...document.images].filter((one) => one.loading !== 'lazy' && !one.complete).length;
    return !waits && !broken && document.readyState === 'complete';";

const LOOK: &str = "
    const root = document.documentElement, wrong = [];
    const shown = (element) => element.getClientRects().length > 0;
    // The app clips what is too wide, so it is looked for: text, pictures and controls beyond the edge, unless a part
    // of the page that scrolls or clips on purpose holds them.
    const held = (one) => one && !one.matches('.app, body') && (getComputedStyle(one).overflowX !== 'visible' || held(one.parentElement));
    const beyond = [...document.querySelectorAll('.app *')].filter((one) => {
        const box = one.getBoundingClientRect();
        if (!box.width || !box.height || (box.right <= root.clientWidth + 1 && box.left >= -1)) return false;
        return !one.closest('[aria-hidden=true]:not(.k-offer), .vh, img[alt=\"\"], svg') && !held(one.parentElement);
    });
    if (beyond.length || root.scrollWidth > root.clientWidth) {
        wrong.push('too wide: ' + beyond.slice(0, 3).map((one) => one.tagName + '.' + one.className).join(', '));
    }
    const all = [...document.querySelectorAll('h1')].filter(shown), open = all.filter((one) => !one.closest('[inert]'));
    const heads = open.length ? open : all;
    if (heads.length !== 1) wrong.push(heads.length + ' h1: ' + heads.map((one) => one.textContent).join(' | '));
    else if (!heads[0].textContent.trim()) wrong.push('an empty h1');
    const mains = [...document.querySelectorAll('main')].filter(shown);
    if (mains.length !== 1) wrong.push(mains.length + ' main');
    if (!document.title.trim()) wrong.push('no title');
    const fail = document.getElementById('fail');
    if (fail && !fail.hidden) wrong.push('the reload screen is shown');
    for (const image of document.images) if (image.complete && !image.naturalWidth && shown(image)) wrong.push('broken picture ' + image.src);
    const text = document.body.innerText;
    for (const sign of ['undefined', 'NaN', '[object', '{n}', '{points}', 'null']) if (text.includes(sign)) wrong.push('says ' + sign);
    return wrong;";

/// Signs in as the screen does, without the screen: the cookie comes with the answer.
const SIGN_IN: &str = "
    const [phone, done] = arguments;
    const post = (path, body) => fetch('/api/v1' + path, {
        method: 'POST', body: JSON.stringify(body),
        headers: { 'Content-Type': 'application/json', 'X-Member-Portal': '1' },
    });
    (async () => {
        const programme = await (await fetch('/api/v1/programme')).json();
        const code = (await post('/sessions/sms-codes', { phone })).headers.get('X-Demo-Code');
        return (await post('/sessions', { phone, code, terms_version: programme.terms_version })).status;
    })().then(done, (error) => done(String(error)));";

/// What is kept of redemptions, as text, wherever it is kept. A database that isn't there is not made.
const INTENTS: &str = "
    const done = arguments[arguments.length - 1];
    const all = [];
    const add = (value) => all.push(typeof value === 'string' ? value : JSON.stringify(value));
    for (const name of Object.keys(localStorage)) if (name.startsWith('portal.member.intent.')) add(localStorage.getItem(name));
    if (!window.indexedDB) return done(all);
    const request = indexedDB.open('portal');
    request.onupgradeneeded = () => request.transaction.abort();
    request.onerror = () => done(all);
    request.onsuccess = () => {
        const database = request.result;
        const end = () => { database.close(); done(all); };
        if (!database.objectStoreNames.contains('intents')) return end();
        const read = database.transaction('intents').objectStore('intents').getAll();
        read.onsuccess = () => { read.result.forEach(add); end(); };
        read.onerror = end;
    };";

/// The colours of the programme behind the proxy, as the portal derives them.
async fn tokens(proxy: &Proxy) -> Result<Value> {
    let request = Request::get(format!("{}{BASE}/programme", proxy.origin)).body(Full::default())?;
    let programme = exchange(&pool(), request).await?.json()?;
    let word = |name: &str| programme["brand"][name].as_str().unwrap_or_default();
    let brand = Brand::parse(word("primary"), word("accent"), word("mood"));
    let all = |dark: bool| {
        let named = roles(&brand, dark).into_iter().map(|(name, colour)| (name.to_owned(), json!(colour)));
        Value::Object(named.collect())
    };
    Ok(json!({ "light": all(false), "dark": all(true) }))
}

/// The portal of one programme in one browser, in one language.
pub struct Page<'a> {
    browser: &'a Browser,
    /// What stands between the browser and the backend.
    pub proxy: &'a Proxy,
    programme: &'a str,
    locale: Locale,
    findings: Vec<String>,
    /// The brand's colours, light and dark.
    tokens: Value,
}

impl<'a> Page<'a> {
    /// Begins anew: no cookies, nothing kept, the language chosen, light colours.
    ///
    /// # Errors
    /// When the browser does not do as it is told.
    pub async fn begin(
        browser: &'a Browser,
        proxy: &'a Proxy,
        programme: &'a str,
        locale: Locale,
    ) -> Result<Self> {
        i18n::set_locale(locale);
        shots::clear(browser.engine.name(), programme)?;
        let tokens = tokens(proxy).await?;
        let page = Self { browser, proxy, programme, locale, findings: Vec::new(), tokens };
        page.client().goto(&format!("{}/robots.txt", proxy.origin)).await?;
        page.client().delete_all_cookies().await?;
        page.keep("portal.theme", "light").await?;
        page.keep("portal.locale", locale.tag()).await?;
        Ok(page)
    }

    /// The WebDriver session.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.browser.client
    }

    /// The browser.
    #[must_use]
    pub fn browser(&self) -> &Browser {
        self.browser
    }

    /// The engine.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.browser.engine
    }

    async fn keep(&self, name: &str, value: &str) -> Result<()> {
        self.script("localStorage.setItem(arguments[0], arguments[1])", vec![json!(name), json!(value)])
            .await?;
        Ok(())
    }

    /// Runs a script and gives what it returns.
    ///
    /// # Errors
    /// When the script throws.
    pub async fn script(&self, script: &str, arguments: Vec<Value>) -> Result<Value> {
        let answer = tokio::time::timeout(SILENCE, self.client().execute(script, arguments)).await;
        let answer = answer.with_context(|| format!("no answer to the script {script:.200}"))?;
        answer.with_context(|| format!("script {script:.200}"))
    }

    /// Opens an address of the portal by the address bar.
    ///
    /// # Errors
    /// When the page does not come to rest.
    pub async fn open(&self, path: &str) -> Result<()> {
        self.client().goto(&format!("{}{path}", self.proxy.origin)).await?;
        self.rest().await
    }

    /// Loads the page anew.
    ///
    /// # Errors
    /// When the page does not come to rest.
    pub async fn reload(&self) -> Result<()> {
        self.client().refresh().await?;
        self.rest().await
    }

    /// Path and query as they stand in the address bar.
    ///
    /// # Errors
    /// When the browser does not say.
    pub async fn place(&self) -> Result<String> {
        let place = self.script("return location.pathname + location.search", vec![]).await?;
        Ok(place.as_str().unwrap_or_default().to_owned())
    }

    /// Waits until a script returns something true, and gives that.
    ///
    /// # Errors
    /// When it does not in time; the message names `what` and the text on screen.
    pub async fn until(&self, what: &str, script: &str, arguments: Vec<Value>) -> Result<Value> {
        let begun = Instant::now();
        loop {
            let value = self.script(script, arguments.clone()).await;
            match &value {
                Ok(Value::Null | Value::Bool(false)) | Err(_) => {}
                Ok(_) => return value,
            }
            if begun.elapsed() > PATIENCE {
                let place = self.place().await.unwrap_or_default();
                let text = self.script("return document.body.innerText.slice(0, 400)", vec![]).await;
                let text = text.unwrap_or_default();
                value.context(format!("waiting for {what} at {place}"))?;
                bail!("no {what} at {place}; on screen: {text}");
            }
            tokio::time::sleep(Duration::from_millis(80)).await;
        }
    }

    /// Waits until nothing loads and nothing moves.
    ///
    /// # Errors
    /// When that takes too long.
    pub async fn rest(&self) -> Result<()> {
        self.until("rest", REST, vec![]).await.map(drop)
    }

    /// Waits for an element that can be seen.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn see(&self, css: &str) -> Result<()> {
        let script = "return [...document.querySelectorAll(arguments[0])].some((one) => one.getClientRects().length > 0)";
        self.until(css, script, vec![json!(css)]).await.map(drop)
    }

    /// Waits until an address is reached that begins with `path`.
    ///
    /// # Errors
    /// When it is not.
    pub async fn arrive(&self, path: &str) -> Result<()> {
        let script = "return (location.pathname + location.search).startsWith(arguments[0])";
        self.until(&format!("address {path}"), script, vec![json!(path)]).await?;
        self.rest().await
    }

    /// Waits until the page says `text`.
    ///
    /// # Errors
    /// When it does not.
    pub async fn read(&self, text: &str) -> Result<()> {
        let script = "return document.body.innerText.replace(/\\s+/g, ' ').includes(arguments[0].replace(/\\s+/g, ' '))";
        self.until(&format!("text {text:?}"), script, vec![json!(text)]).await.map(drop)
    }

    /// The text of the first such element, without white space at its ends.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn text(&self, css: &str) -> Result<String> {
        self.see(css).await?;
        let script = "
            const all = [...document.querySelectorAll(arguments[0])];
            return all.find((one) => one.getClientRects().length > 0).textContent.trim();";
        let text = self.script(script, vec![json!(css)]).await?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// How many such elements can be seen.
    ///
    /// # Errors
    /// When the browser does not say.
    pub async fn count(&self, css: &str) -> Result<u64> {
        let script = "return [...document.querySelectorAll(arguments[0])].filter((one) => one.getClientRects().length > 0).length";
        Ok(self.script(script, vec![json!(css)]).await?.as_u64().unwrap_or_default())
    }

    /// Presses the first such element that can be seen.
    ///
    /// # Errors
    /// When there is none, or something lies over it.
    pub async fn press(&self, css: &str) -> Result<()> {
        self.press_that(css, "").await
    }

    /// Presses the first such element that says `text`.
    ///
    /// # Errors
    /// As [`Self::press`].
    pub async fn press_that(&self, css: &str, text: &str) -> Result<()> {
        let script = "
            for (const old of document.querySelectorAll('[data-e2e]')) old.removeAttribute('data-e2e');
            const found = [...document.querySelectorAll(arguments[0])].find((one) => one.getClientRects().length > 0
                && one.textContent.includes(arguments[1]) && one.getAttribute('aria-disabled') !== 'true' && !one.disabled);
            if (!found) return false;
            found.setAttribute('data-e2e', '');
            found.scrollIntoView({ block: 'center', behavior: 'instant' });
            return true;";
        let label = format!("{css} {text:?} to press");
        self.rest().await?;
        let begun = Instant::now();
        loop {
            self.until(&label, script, vec![json!(css), json!(text)]).await?;
            let pressed = match self.client().find(Locator::Css("[data-e2e]")).await {
                Ok(element) => element.click().await,
                Err(error) => Err(error),
            };
            match pressed {
                Ok(()) => return Ok(()),
                // It may be drawn anew, or a notice may lie over it for a moment.
                Err(error) if begun.elapsed() > Duration::from_secs(6) => return Err(error).context(label),
                Err(_) => tokio::time::sleep(Duration::from_millis(150)).await,
            }
        }
    }

    /// Types into a field, key by key, in place of what stands there.
    ///
    /// # Errors
    /// When there is no such field.
    pub async fn fill(&self, css: &str, text: &str) -> Result<()> {
        self.see(css).await?;
        let field = self.client().find(Locator::Css(css)).await?;
        field.clear().await?;
        field.send_keys(text).await.with_context(|| format!("typing into {css}"))
    }

    /// Notes something that is wrong and goes on.
    pub fn note(&mut self, what: String) {
        let label = format!("{} {} {}", self.engine().name(), self.programme, self.locale.tag());
        println!("    ✗ {label}: {what}");
        self.findings.push(format!("{label}: {what}"));
    }

    /// Notes it when two things differ.
    pub fn same<T: PartialEq + std::fmt::Debug>(&mut self, what: &str, shown: &T, wanted: &T) {
        if shown != wanted {
            self.note(format!("{what}: {shown:?} instead of {wanted:?}"));
        }
    }

    /// Looks at a screen in light and dark: axe, structure, width, policy, a picture of each.
    ///
    /// # Errors
    /// When the browser does not do as it is told; what is wrong with the screen is noted.
    pub async fn check(&mut self, screen: &str) -> Result<()> {
        println!("    {} {} {screen}", self.engine().name(), self.programme);
        self.rest().await.with_context(|| format!("screen {screen}"))?;
        let mut known = Vec::new();
        for theme in ["light", "dark"] {
            let flipped = self.flip(theme).await?;
            anyhow::ensure!(flipped.as_u64() > Some(20), "{screen}: the boot script would find no colours");
            self.rest().await?;
            let found = axe::violations(self.client()).await?;
            for fault in found.iter().filter(|fault| !known.contains(*fault)) {
                self.note(format!("{screen}, {theme}, axe {fault}"));
            }
            known.extend(found);
            if theme == "light" {
                for fault in self.faults_on_screen().await? {
                    self.note(format!("{screen}: {fault}"));
                }
            }
            self.shoot(&format!("{screen}-{theme}")).await?;
        }
        self.flip("light").await?;
        if self.programme == IN_WECHAT {
            self.channel("wechat").await?;
            for fault in axe::violations(self.client()).await?.iter().filter(|fault| !known.contains(*fault))
            {
                self.note(format!("{screen}, in WeChat, axe {fault}"));
            }
            for fault in self.faults_on_screen().await? {
                self.note(format!("{screen}, in WeChat: {fault}"));
            }
            self.shoot(&format!("{screen}-wechat")).await?;
            self.channel("mobile").await?;
        }
        for fault in self.proxy.take_faults() {
            self.note(format!("{screen}: {fault}"));
        }
        Ok(())
    }

    /// Shows the state in a theme; gives how many colours that has.
    async fn flip(&self, theme: &str) -> Result<Value> {
        // The portal keeps the colours a moment after its start.
        self.until("colours", FLIP, vec![json!(theme), self.tokens.clone()]).await
    }

    /// Looks as in another channel, of which the style sheets know by this attribute.
    async fn channel(&self, name: &str) -> Result<()> {
        self.script("document.documentElement.dataset.channel = arguments[0]", vec![json!(name)]).await?;
        self.rest().await
    }

    /// What is wrong with the structure, the width and the words of the screen.
    ///
    /// # Errors
    /// When the script throws.
    pub async fn faults_on_screen(&self) -> Result<Vec<String>> {
        let found = self.script(LOOK, vec![]).await?;
        Ok(found.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect())
    }

    /// Keeps a picture.
    ///
    /// # Errors
    /// When the browser gives none.
    pub async fn shoot(&self, name: &str) -> Result<()> {
        let name = format!("{}-{name}-{}", self.programme, self.locale.tag());
        shots::keep(self.client(), self.engine().name(), &name).await
    }

    /// Notes it unless exactly both codes of `text` can be read again from the screen, by day and by night.
    ///
    /// # Errors
    /// When the browser gives no picture, or there is no decoder.
    pub async fn scan(&mut self, screen: &str, text: &str) -> Result<()> {
        self.see("svg.qr").await?;
        for theme in ["dark", "light"] {
            self.flip(theme).await?;
            let mut found = std::collections::BTreeSet::new();
            // On a low screen they may not be seen at once.
            for code in ["svg.c128", "svg.qr"] {
                let show = "document.querySelector(arguments[0]).scrollIntoView({ block: 'center', behavior: 'instant' })";
                self.script(show, vec![json!(code)]).await?;
                self.rest().await?;
                found.extend(decode::symbols(&self.client().screenshot().await?)?);
            }
            self.same(&format!("{screen}, {theme}: what a scanner reads"), &found, &Symbol::both(text));
        }
        self.script("scrollTo({ top: 0, behavior: 'instant' })", vec![]).await.map(drop)
    }

    /// Signs in without the screen of it, and stands at a page without the portal afterwards.
    ///
    /// # Errors
    /// When the backend refuses.
    pub async fn sign_in(&self, phone: &str) -> Result<()> {
        self.client().goto(&format!("{}/robots.txt", self.proxy.origin)).await?;
        let status = self.client().execute_async(SIGN_IN, vec![json!(phone)]).await?;
        anyhow::ensure!(status == 201, "signing in: {status}");
        Ok(())
    }

    /// What the device keeps of redemptions that were begun.
    ///
    /// # Errors
    /// When the page does not say, or one is not JSON.
    pub async fn intents(&self) -> Result<Vec<Value>> {
        let all = self.client().execute_async(INTENTS, vec![]).await.context("the intents")?;
        let texts = all.as_array().into_iter().flatten().filter_map(Value::as_str);
        texts.map(|text| serde_json::from_str(text).with_context(|| format!("intent {text}"))).collect()
    }

    /// Everything that was noted.
    #[must_use]
    pub fn findings(self) -> Vec<String> {
        let mut all = self.findings;
        all.extend(self.proxy.take_faults());
        all
    }
}
