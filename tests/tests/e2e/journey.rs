//! What a member comes for: sign in, see tier and points, find a reward, redeem it, answer a survey; and every screen on
//! the way. What the screens say is held against the API, and so is what is in the database afterwards.

use anyhow::{Context, Result, ensure};
use member_portal::domain::number::group;
use member_portal::i18n::{key, locale, t};
use portal_tests::backend::{Backend, phone};
use portal_tests::http::Api;
use portal_tests::page::Page;
use serde_json::Value;

use crate::{catalogue, places, step, survey, wallet};

/// The programme that is in a language which another one has shown already; its walk is shorter.
const ONCE_MORE: &str = "ice-tea";

/// The member as the backend sees them.
pub(crate) struct Member {
    pub(crate) api: Api,
    pub(crate) phone: String,
}

/// Redeems a reward from its screen; its voucher is on screen afterwards.
pub(crate) async fn buy(page: &Page<'_>, id: &str) -> Result<()> {
    page.open(&format!("/rewards/{id}")).await?;
    page.press("#redeem").await?;
    page.see("[role=dialog] .eq").await?;
    page.press("[role=dialog] .btn:not(.q)").await?;
    page.arrive("/vouchers/").await?;
    page.see("svg.qr").await
}

impl Member {
    pub(crate) async fn of(backend: &Backend, programme: &str, persona: &str) -> Result<Self> {
        let phone = phone(programme, persona)?;
        let api =
            Api::new(&backend.origin).with("Accept-Language", Some(locale().tag())).sign_in(&phone).await?;
        Ok(Self { api, phone })
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Value> {
        let answer = self.api.get(path).await?;
        ensure!(answer.status == 200, "{path}: {}", answer.text());
        answer.json()
    }

    pub(crate) async fn balance(&self) -> Result<i64> {
        self.get("/me/points").await?["available"].as_i64().context("no balance")
    }

    /// Entries of the ledger that came from something, newest first.
    pub(crate) async fn entries(&self, kind: &str) -> Result<Vec<Value>> {
        let list = self.get("/me/points/transactions?limit=100").await?;
        let rows = list["data"].as_array().into_iter().flatten();
        Ok(rows.filter(|row| row["source"]["kind"] == kind).cloned().collect())
    }

    pub(crate) async fn redemptions(&self) -> Result<Vec<Value>> {
        let list = self.get("/me/redemptions?limit=100").await?;
        Ok(list["data"].as_array().cloned().unwrap_or_default())
    }

    /// A reward without conditions that can be afforded, and its cost: the cheapest.
    pub(crate) async fn reward(&self) -> Result<(String, String, i64)> {
        let list = self.get("/rewards?affordable=true&sort=cost_asc&limit=100").await?;
        let free = |one: &&Value| {
            one["eligibility"]["status"] == "eligible"
                && one["cost_money"].is_null()
                && one["stores"]["scope"] == "all"
        };
        let reward =
            list["data"].as_array().into_iter().flatten().find(free).context("nothing can be afforded")?;
        let text = |name: &str| reward[name].as_str().unwrap_or_default().to_owned();
        Ok((text("id"), text("title"), reward["cost_points"].as_i64().context("no cost")?))
    }
}

pub(crate) async fn walk(page: &mut Page<'_>, backend: &Backend, programme: &str, persona: &str) {
    let member = match Member::of(backend, programme, persona).await {
        Ok(member) => member,
        Err(error) => return page.note(format!("the backend: {error:#}")),
    };
    let outcome = sign_in(page, &member, true).await;
    let signed_in = outcome.is_ok();
    step(page, "sign-in", outcome).await;
    if !signed_in {
        return;
    }
    let outcome = home(page, &member).await;
    step(page, "home", outcome).await;
    let outcome = places::tier(page, &member).await;
    step(page, "tier", outcome).await;
    let outcome = places::points(page, &member).await;
    step(page, "points", outcome).await;
    let outcome = places::catalogue(page, &member).await;
    step(page, "rewards", outcome).await;
    let outcome = redeem(page, &member).await;
    step(page, "redeem", outcome).await;
    let outcome = places::refused(page, &member).await;
    step(page, "reward-refused", outcome).await;
    let outcome = places::wallet(page, &member).await;
    step(page, "wallet", outcome).await;
    let outcome = wallet::payment(page, &member).await;
    step(page, "payment", outcome).await;
    let outcome = wallet::till(page, backend, &member).await;
    step(page, "till", outcome).await;
    let outcome = wallet::partner(page, backend, &member, programme).await;
    step(page, "partner", outcome).await;
    if programme != ONCE_MORE {
        let outcome = catalogue::keeping(page, &member).await;
        step(page, "keeping", outcome).await;
        let outcome = wallet::cancel(page, &member).await;
        step(page, "cancel", outcome).await;
        let outcome = wallet::gift(page, backend, &member, programme).await;
        step(page, "gift", outcome).await;
    }
    let outcome = places::code(page, &member).await;
    step(page, "code", outcome).await;
    let outcome = survey::answer(page, &member).await;
    step(page, "survey", outcome).await;
    let outcome = survey::unsupported(page, &member).await;
    step(page, "survey-update", outcome).await;
    let outcome = places::not_found(page).await;
    step(page, "not-found", outcome).await;
    let outcome = places::me(page).await;
    step(page, "me", outcome).await;
}

/// Signs in by the screen; `checked` looks at every step of it.
pub(crate) async fn sign_in(page: &mut Page<'_>, member: &Member, checked: bool) -> Result<()> {
    page.open("/").await?;
    page.arrive("/sign-in").await?;
    page.see("#phone").await?;
    if checked {
        page.check("sign-in").await?;
        page.fill("#phone", "12345").await?;
        page.press("form .btn").await?;
        page.read(t(key::SIGN_IN_PHONE_BAD)).await?;
        page.check("sign-in-error").await?;
    }
    enter(page, &member.phone, checked).await?;
    page.see(".tier").await?;
    let place = page.place().await?;
    page.same("place after sign-in", &place, &"/".to_owned());
    let seen = page.script("return document.cookie", vec![]).await?;
    page.same("what scripts see of the session (S1)", &seen, &serde_json::Value::from(""));
    Ok(())
}

/// Both steps of the sign-in screen.
pub(crate) async fn enter(page: &mut Page<'_>, phone: &str, checked: bool) -> Result<()> {
    let _ = page.proxy.take_code();
    page.fill("#phone", phone).await?;
    page.press("#agree").await?;
    page.press("form .btn").await?;
    page.see("#otp").await?;
    let code = page.proxy.take_code().context("no text message was sent")?;
    if checked {
        page.check("sign-in-code").await?;
        let wrong = if code == "000000" { "000001" } else { "000000" };
        page.fill("#otp", wrong).await?;
        page.read(t(key::SIGN_IN_CODE_WRONG)).await?;
    }
    page.fill("#otp", &code).await
}

async fn home(page: &mut Page<'_>, member: &Member) -> Result<()> {
    let tier = member.get("/me/tier").await?;
    let me = member.get("/me").await?;
    let shown = page.text(".tier__name").await?;
    page.same("tier on home", &shown, &tier["current"]["name"].as_str().unwrap_or_default().to_owned());
    let shown = page.text(".points__n").await?;
    page.same("points on home", &shown, &group(member.balance().await?));
    let name = me["display_name"].as_str().unwrap_or_default();
    let hello = page.text("h1").await?;
    if !hello.contains(name) {
        page.note(format!("home greets {hello:?}, not {name:?}"));
    }
    page.check("home").await
}

async fn redeem(page: &mut Page<'_>, member: &Member) -> Result<()> {
    let (before, had) = (member.balance().await?, member.redemptions().await?.len());
    let spent_before = member.entries("redemption").await?.len();
    let (id, title, cost) = member.reward().await?;
    page.open("/rewards?affordable=true&sort=cost_asc").await?;
    page.press(&format!("a[href='/rewards/{id}']")).await?;
    page.arrive(&format!("/rewards/{id}")).await?;
    page.read(&title).await?;
    page.check("reward").await?;
    page.press("#redeem").await?;
    page.see("[role=dialog] .eq").await?;
    page.rest().await?;
    let numbers = page
        .script("return [...document.querySelectorAll('.eq .num')].map((one) => one.textContent)", vec![])
        .await?;
    let wanted = [before, cost, before - cost].map(group);
    page.same("equation", &numbers, &serde_json::json!(wanted));
    let nothing = member.balance().await?;
    page.same("points after the preview", &nothing, &before);
    page.check("sheet").await?;
    page.press("[role=dialog] .btn:not(.q)").await?;
    page.arrive("/vouchers/").await?;
    page.see("svg.qr").await?;
    page.see("svg.c128").await?;
    page.check("voucher").await?;

    let place = page.place().await?;
    let made = member.redemptions().await?;
    page.same("number of redemptions", &made.len(), &(had + 1));
    let newest = made.first().context("no redemption")?;
    page.same(
        "redemption on screen",
        &place,
        &format!("/vouchers/{}", newest["id"].as_str().unwrap_or_default()),
    );
    let code = newest["voucher"]["code"].as_str().unwrap_or_default().to_owned();
    let digits = page.text(".codebox__n").await?.replace([' ', '\u{a0}', '\u{2009}', '\u{202f}'], "");
    page.same("voucher's code", &digits, &code);
    page.same("points after redeeming", &member.balance().await?, &(before - cost));
    let spent = member.entries("redemption").await?;
    page.same("spends in the ledger", &spent.len(), &(spent_before + 1));
    if let Some(entry) = spent.first() {
        page.same("amount in the ledger", &entry["amount"], &serde_json::json!(-cost));
    }
    page.reload().await?;
    page.see("svg.qr").await?;
    // The way back must not lead into the sheet again.
    page.client().back().await?;
    page.rest().await?;
    page.same("sheets after going back", &page.count("[role=dialog]").await?, &0);
    page.open("/").await?;
    let shown = page.text(".points__n").await?;
    page.same("points on home after redeeming", &shown, &group(before - cost));
    Ok(())
}
