//! Answers to a survey under bad conditions: whatever is lost, late or doubled, there is one response with the points once,
//! and nothing that was typed is gone.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use fantoccini::wd::WindowHandle;
use member_portal::i18n::{Locale, key, t};
use portal_tests::backend::Backend;
use portal_tests::driver::Browser;
use portal_tests::page::Page;
use portal_tests::proxy::{Fault, Given, Proxy};
use serde_json::{Value, json};

use crate::journey::Member;
use crate::step;

/// One page, with a field for words at its end.
const SURVEY: &str = "store-visit";
/// One question a screen.
const STEPS: &str = "sea-salt-tasting";
const PUT: &str = "PUT /api/v1/surveys/";
const SEND: &str = ".foot .btn:not(.foot__back)";
const WORDS: &str = "main.q textarea";
/// As quick as the portal lets itself be told to give up.
const CONFIG: &str = r#"{"api":"/api/v1","timeouts":{"read_ms":3000,"write_ms":1500}}"#;
/// The response that another device began.
const BEGUN: &str = "7d0c3f52-6a3e-4b11-9d67-2f0d7f6f3a10";
const OTHER: &str = "0a8b9f51-0c55-4a52-8f43-51b7c6a5f0e2";

const NETWORK: &str = "
    Object.defineProperty(navigator, 'onLine', { value: arguments[0], configurable: true });
    window.dispatchEvent(new Event(arguments[0] ? 'online' : 'offline'));";
/// What stands in the field is replaced, as by a person who marks all of it first.
const TYPE: &str = "
    const field = document.querySelector(arguments[0]);
    field.focus();
    field.value = arguments[1];
    field.dispatchEvent(new Event('input', { bubbles: true }));";
const KEPT: &str = "
    return Object.keys(localStorage).filter((name) => name.startsWith('portal.member.survey.'))
        .map((name) => JSON.parse(localStorage.getItem(name)));";

const NOTHING_KEPT: &str =
    "return !Object.keys(localStorage).some((name) => name.startsWith('portal.member.survey.'))";

/// How a submission goes wrong, and how it goes on.
enum After {
    /// The browser says that the network is back.
    Online,
    /// Nobody says anything.
    Alone,
    /// The tab is gone; the list of surveys is opened later.
    List,
    /// The tab is gone; the survey is opened later.
    Again,
}

struct Case {
    name: &'static str,
    fault: fn() -> Fault,
    after: After,
}

const CASES: [Case; 10] = [
    Case { name: "request-cut", fault: || Fault::Drop, after: After::Online },
    Case { name: "answer-cut", fault: || Fault::DropAnswer, after: After::Online },
    Case { name: "half-answer", fault: || Fault::Cut, after: After::Alone },
    Case { name: "broken-answer", fault: || Fault::Break, after: After::Alone },
    Case { name: "hangs", fault: || Fault::Hang(Duration::from_secs(3)), after: After::Alone },
    Case {
        name: "done-but-500",
        fault: || Fault::Instead(Given::problem(500, "internal", None)),
        after: After::Alone,
    },
    Case { name: "busy", fault: || Fault::problem(429, "rate-limited", Some(1)), after: After::Alone },
    Case { name: "killed-unsent", fault: || Fault::Drop, after: After::List },
    Case { name: "killed-sent", fault: || Fault::DropAnswer, after: After::List },
    Case { name: "killed-sent-opened", fault: || Fault::DropAnswer, after: After::Again },
];

struct Stand<'a> {
    page: Page<'a>,
    member: Member,
    before: i64,
}

/// All of it in one browser; each case has a backend and an origin of its own.
pub(crate) async fn walk(browser: &Browser) -> Result<Vec<String>> {
    let windows = browser.second().await.context("a second window")?;
    browser.client.switch_to_window(windows[0].clone()).await?;
    let mut findings = Vec::new();
    for case in &CASES {
        findings.extend(on_a_stand(browser, case.name, async |stand| submit(stand, case).await).await?);
    }
    findings.extend(on_a_stand(browser, "twice", async |stand| twice(stand).await).await?);
    findings.extend(on_a_stand(browser, "drafts", async |stand| drafts(stand).await).await?);
    findings.extend(on_a_stand(browser, "back", async |stand| back(stand).await).await?);
    findings.extend(on_a_stand(browser, "conflict", async |stand| conflict(stand).await).await?);
    findings.extend(on_a_stand(browser, "already", async |stand| already(stand).await).await?);
    findings.extend(on_a_stand(browser, "tabs", async |stand| tabs(stand, &windows).await).await?);
    Ok(findings)
}

async fn on_a_stand(
    browser: &Browser,
    name: &str,
    test: impl AsyncFn(&mut Stand<'_>) -> Result<()>,
) -> Result<Vec<String>> {
    println!("    {} surveys: {name}", browser.engine.name());
    let backend = Backend::start_with_portal("coffee").await?;
    let proxy = Proxy::start(&backend.origin).await?;
    let label = ["surveys-", name].concat();
    let page = Page::begin(browser, &proxy, &label, Locale::ZhCn).await?;
    let member = Member::of(&backend, "coffee", "at_risk").await?;
    page.sign_in(&member.phone).await?;
    let before = member.balance().await?;
    let mut stand = Stand { page, member, before };
    stand.heal();
    let outcome = test(&mut stand).await;
    stand.page.proxy.heal();
    step(&mut stand.page, name, outcome).await;
    Ok(stand.page.findings())
}

impl Stand<'_> {
    /// Nothing fails any more, but the portal is as impatient as before.
    fn heal(&self) {
        self.page.proxy.heal();
        self.page.proxy.spoil("GET /config.json", Fault::answer(200, "application/json", CONFIG));
    }

    async fn stored(&self, survey: &str) -> Result<Value> {
        Ok(self.member.get(&format!("/surveys/{survey}")).await?["response"].clone())
    }

    /// Another device writes; its status.
    async fn write(&self, uuid: &str, state: &str, words: &str, base: Option<i64>) -> Result<u16> {
        let revision = self.member.get(&format!("/surveys/{SURVEY}")).await?["revision"].clone();
        let mut body = json!({
            "revision": revision, "state": state,
            "answers": { "store": "goose-islet", "nps": 8, "good": ["speed"], "improve": words },
        });
        if let Some(base) = base {
            body["base"] = json!(base);
        }
        let path = format!("/surveys/{SURVEY}/responses/{uuid}");
        Ok(self.member.api.send("PUT", &path, Some(body.to_string())).await?.status)
    }

    /// Opens the survey, answered but for the last words, and writes those.
    async fn begin(&self, words: &str) -> Result<()> {
        let status = self.write(BEGUN, "draft", "", None).await?;
        ensure!(status == 200, "the draft: {status}");
        self.page.open(&format!("/surveys/{SURVEY}")).await?;
        self.words(words).await
    }

    async fn words(&self, words: &str) -> Result<()> {
        self.page.see("main.q:not([inert])").await?;
        self.page.see(WORDS).await?;
        self.page.script(TYPE, vec![json!(WORDS), json!(words)]).await.map(drop)
    }

    async fn typed(&self) -> Result<String> {
        self.page.see(WORDS).await?;
        let value =
            self.page.script(&format!("return document.querySelector('{WORDS}').value"), vec![]).await?;
        Ok(value.as_str().unwrap_or_default().to_owned())
    }

    async fn network(&self, online: bool) -> Result<()> {
        self.page.script(NETWORK, vec![json!(online)]).await.map(drop)
    }

    /// Waits until the backend has it.
    async fn submitted(&self, survey: &str) -> Result<Value> {
        for _ in 0..150 {
            let stored = self.stored(survey).await?;
            if stored["state"] == "submitted" {
                return Ok(stored);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        anyhow::bail!("it is never submitted")
    }

    /// One response with the last words, the points once, one identifier in all attempts, nothing left on the device.
    async fn judge(&mut self, survey: &str, words: &str) -> Result<()> {
        let stored = self.submitted(survey).await?;
        self.page.same("the last words", &stored["answers"]["improve"], &json!(words));
        let worth = self.member.get("/me/surveys").await?["data"]
            .as_array()
            .and_then(|all| all.iter().find(|one| one["id"] == survey))
            .and_then(|one| one["reward_points"].as_i64())
            .context("no reward")?;
        let balance = self.member.balance().await?;
        self.page.same("points", &balance, &(self.before + worth));
        let entries = self.member.entries("survey").await?;
        let own = entries.iter().filter(|entry| entry["source"]["id"] == survey).count();
        self.page.same("entries in the ledger", &own, &1);
        let uuid = stored["client_uuid"].as_str().unwrap_or_default().to_owned();
        let sent = self.page.proxy.last_requests(1000);
        let others: Vec<_> =
            sent.iter().filter(|one| one.contains(PUT) && !one.contains(&uuid)).cloned().collect();
        self.page.same("attempts with another identifier", &others, &Vec::new());
        let kept = self.page.script(KEPT, vec![]).await?;
        self.page.same("kept on the device", &kept, &json!([]));
        Ok(())
    }
}

async fn submit(stand: &mut Stand<'_>, case: &Case) -> Result<()> {
    const LAST: &str = "下次还来";
    stand.begin(LAST).await?;
    stand.page.proxy.spoil(PUT, (case.fault)());
    stand.page.press(SEND).await?;
    stand.page.read(t(key::SURVEY_WAITING_TITLE)).await?;
    let kept = stand.page.script(KEPT, vec![]).await?;
    ensure!(kept[0]["closed"] == true, "it is not kept as submitted: {kept}");
    let away = format!("{}/robots.txt", stand.page.proxy.origin);
    match case.after {
        After::Online => {
            stand.network(false).await?;
            stand.page.check(case.name).await?;
            stand.heal();
            stand.network(true).await?;
        }
        After::Alone => stand.heal(),
        After::List => {
            stand.page.client().goto(&away).await?;
            stand.page.open("/surveys").await?;
            if stand.stored(SURVEY).await?["state"] == "draft" {
                stand.page.read(t(key::SURVEYS_UNSENT)).await?;
                stand.page.check("surveys-unsent").await?;
            }
            stand.page.client().goto(&away).await?;
            stand.heal();
            stand.page.open("/surveys").await?;
            stand.submitted(SURVEY).await?;
            stand.page.until("an empty device", NOTHING_KEPT, vec![]).await?;
            return stand.judge(SURVEY, LAST).await;
        }
        After::Again => {
            stand.page.client().goto(&away).await?;
            stand.heal();
            stand.page.open(&format!("/surveys/{SURVEY}")).await?;
        }
    }
    stand.page.see(".thx .hero").await?;
    stand.judge(SURVEY, LAST).await
}

/// The button is pressed twice, and the request reaches the backend twice.
async fn twice(stand: &mut Stand<'_>) -> Result<()> {
    stand.begin("两次").await?;
    stand.page.proxy.spoil(PUT, Fault::Twice);
    let press = format!("const button = document.querySelector('{SEND}'); button.click(); button.click();");
    stand.page.script(&press, vec![]).await?;
    stand.page.see(".thx .hero").await?;
    stand.judge(SURVEY, "两次").await
}

/// What is typed survives a reload and another visit, and reaches the backend by itself.
async fn drafts(stand: &mut Stand<'_>) -> Result<()> {
    stand.page.proxy.spoil(PUT, Fault::Drop);
    stand.begin("第一句").await?;
    stand.page.reload().await?;
    let typed = stand.typed().await?;
    stand.page.same("after a reload", &typed, &"第一句".to_owned());
    stand.words("第二句").await?;
    stand.page.press("header.pagehead a.icbtn").await?;
    stand.page.arrive("/surveys").await?;
    stand.page.press(&format!("a[href='/surveys/{SURVEY}']")).await?;
    let typed = stand.typed().await?;
    stand.page.same("after another visit", &typed, &"第二句".to_owned());
    stand.heal();
    stand.words("第三句").await?;
    for _ in 0..100 {
        if stand.stored(SURVEY).await?["answers"]["improve"] == "第三句" {
            stand.page.press(SEND).await?;
            stand.page.see(".thx .hero").await?;
            return stand.judge(SURVEY, "第三句").await;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    anyhow::bail!("the draft does not reach the backend")
}

/// The browser's back is the page before, without loss; a reload stays where it is.
async fn back(stand: &mut Stand<'_>) -> Result<()> {
    const HEAD: &str = "main.q h1";
    let page = &mut stand.page;
    page.open("/surveys").await?;
    page.press(&format!("a[href='/surveys/{STEPS}']")).await?;
    page.see("main.q:not([inert])").await?;
    let first = page.text(HEAD).await?;
    let answer = "
        const inputs = [...document.querySelectorAll('main.q [role=radiogroup] input[type=radio]')];
        const one = inputs[Math.max(0, inputs.length - 2)];
        (one.closest('label') || one).click();";
    page.script(answer, vec![]).await?;
    page.press(SEND).await?;
    let other = "
        const head = document.querySelector('main.q h1');
        return head && head.textContent.trim() !== arguments[0];";
    page.until("the second page", other, vec![json!(first)]).await?;
    let second = page.text(HEAD).await?;
    page.reload().await?;
    let after = page.text(HEAD).await?;
    page.same("page after a reload", &after, &second);
    page.client().back().await?;
    let same = "
        const head = document.querySelector('main.q h1');
        return head && head.textContent.trim() === arguments[0];";
    page.until("the first page", same, vec![json!(first)]).await?;
    let chosen = page.script("return !!document.querySelector('main.q input:checked')", vec![]).await?;
    page.same("the answer is still there", &chosen, &json!(true));
    page.client().forward().await?;
    page.until("the second page again", same, vec![json!(second)]).await?;
    page.press(".foot__back").await?;
    page.until("the first page again", same, vec![json!(first)]).await?;
    page.press("header.pagehead a.icbtn").await?;
    page.arrive("/surveys").await?;
    let place = page.place().await?;
    page.same("place", &place, &"/surveys".to_owned());
    Ok(())
}

/// Another device wrote meanwhile: the member sees both, and what they choose is what counts.
async fn conflict(stand: &mut Stand<'_>) -> Result<()> {
    stand.page.proxy.spoil(PUT, Fault::Drop);
    stand.begin("手机上的").await?;
    let stored = stand.stored(SURVEY).await?;
    let status = stand.write(BEGUN, "draft", "平板上的", stored["version"].as_i64()).await?;
    ensure!(status == 200, "the other device: {status}");
    stand.heal();
    stand.words("手机上的，再加").await?;
    stand.page.read(t(key::SURVEY_CONFLICT_TITLE)).await?;
    stand.page.check("survey-conflict").await?;
    // Nothing is lost while nobody chooses.
    stand.page.reload().await?;
    stand.page.read(t(key::SURVEY_CONFLICT_TITLE)).await?;
    stand.page.press_that("section.panel:last-of-type .btn", t(key::SURVEY_CONFLICT_TAKE)).await?;
    let typed = stand.typed().await?;
    stand.page.same("the other device's", &typed, &"平板上的".to_owned());
    stand.words("平板上的，再加").await?;
    stand.page.press(SEND).await?;
    stand.page.see(".thx .hero").await?;
    stand.judge(SURVEY, "平板上的，再加").await
}

/// It was submitted from elsewhere meanwhile.
async fn already(stand: &mut Stand<'_>) -> Result<()> {
    stand.begin("晚了").await?;
    // Before the draft goes by itself.
    let version = stand.stored(SURVEY).await?["version"].as_i64();
    let status = stand.write(OTHER, "submitted", "早了", version).await?;
    ensure!(status == 200 || status == 409, "the other device: {status}");
    if status == 409 {
        let version = stand.stored(SURVEY).await?["version"].as_i64();
        ensure!(stand.write(OTHER, "submitted", "早了", version).await? == 200, "the other device");
    }
    stand.page.press(SEND).await?;
    stand.page.read(t(key::SURVEY_ALREADY)).await?;
    stand.page.check("survey-already").await?;
    let stored = stand.stored(SURVEY).await?;
    stand.page.same("the answers", &stored["answers"]["improve"], &json!("早了"));
    let kept = stand.page.script(KEPT, vec![]).await?;
    stand.page.same("kept on the device", &kept, &json!([]));
    Ok(())
}

/// Two tabs: one has it, the other one says so and can take it over with the newest words.
async fn tabs(stand: &mut Stand<'_>, windows: &[WindowHandle; 2]) -> Result<()> {
    let to = async |page: &Page<'_>, window: &WindowHandle| {
        page.client().switch_to_window(window.clone()).await.context("switching windows")
    };
    stand.begin("第一个标签页").await?;
    to(&stand.page, &windows[1]).await?;
    stand.page.open(&format!("/surveys/{SURVEY}")).await?;
    stand.page.read(t(key::SURVEY_ELSEWHERE_TITLE)).await?;
    stand.page.check("survey-elsewhere").await?;
    stand.page.press_that("main .btn", t(key::SURVEY_ELSEWHERE_HERE)).await?;
    let typed = stand.typed().await?;
    stand.page.same("words of the first tab", &typed, &"第一个标签页".to_owned());
    stand.words("第二个标签页").await?;
    to(&stand.page, &windows[0]).await?;
    stand.page.read(t(key::SURVEY_ELSEWHERE_TITLE)).await?;
    to(&stand.page, &windows[1]).await?;
    stand.page.press(SEND).await?;
    stand.page.see(".thx .hero").await?;
    let outcome = stand.judge(SURVEY, "第二个标签页").await;
    to(&stand.page, &windows[0]).await?;
    outcome
}
