//! K7: without a network the screen says so, writes no points, wipes all the same, and recovers by itself.

use anyhow::{Context, Result};
use member_portal::i18n::{key, t};
use portal_tests::proxy::Fault;
use serde_json::json;

use super::{Stand, k3_phone};

/// Every request.
const ALL: &str = "";
const SLICE: &str = "1000";
const ORDER: &str = "POST /api/v1/me/redemptions ";
const AGREE: &str = "[role=dialog] .btn:not(.q)";
const REPLACED: i64 = 111_000;
const SOON: i64 = 5_000;

pub(super) async fn walk(stand: &mut Stand<'_>) -> Result<()> {
    invitation(stand).await?;
    redeeming(stand).await?;
    wiped(stand).await
}

impl Stand<'_> {
    /// The server is gone, and the screen has noticed.
    async fn cut(&self) -> Result<()> {
        self.page.proxy.spoil(ALL, Fault::Drop);
        self.timers(json!({ SLICE: 5 })).await?;
        self.page.see(".offbar").await
    }

    /// It is back, and the screen notices by itself.
    async fn back(&self) -> Result<()> {
        self.page.proxy.heal();
        self.page.until("no bar", "return !document.querySelector('.offbar')", vec![]).await.map(drop)
    }
}

/// A code that can't be replaced is taken away; another one comes with the network.
async fn invitation(stand: &mut Stand<'_>) -> Result<()> {
    let code = stand.user_code().await?;
    stand.page.proxy.spoil(ALL, Fault::Drop);
    stand.pass(REPLACED).await?;
    stand.page.read(t(key::KIOSK_QR_OFFLINE)).await?;
    stand.look("attract-offline").await?;
    stand.page.proxy.heal();
    stand.pass(SOON).await?;
    k3_phone::another(stand, &code).await.map(drop)
}

/// The network goes while the sheet is open: the button is locked and nothing is sent; it comes back, and the order is made once.
async fn redeeming(stand: &mut Stand<'_>) -> Result<()> {
    stand.by_phone().await?;
    let before = stand.member.balance().await?;
    let had = stand.member.redemptions().await?.len();
    let cost = stand.open_reward().await?;
    stand.page.press("#redeem").await?;
    stand.page.see("[role=dialog] .eq").await?;
    stand.cut().await?;
    stand.page.read(t(key::KIOSK_OFFLINE)).await?;
    stand.look("sheet-offline").await?;
    let sent = stand.sent(ORDER);
    let locked = "
        const button = document.querySelector(arguments[0]);
        button.click();
        return button.getAttribute('aria-disabled');";
    let locked = stand.page.script(locked, vec![json!(AGREE)]).await?;
    stand.page.same("the button without a network", &locked, &json!("true"));
    stand.page.rest().await?;
    stand.page.same("orders without a network (K7)", &(stand.sent(ORDER) - sent), &0);
    stand.page.same("points without a network (K7)", &stand.member.balance().await?, &before);
    stand.back().await?;
    stand.page.press(AGREE).await?;
    stand.page.arrive("/vouchers/").await?;
    stand.page.see(".k-take svg.qr").await?;
    stand.page.same("points afterwards", &stand.member.balance().await?, &(before - cost));
    let made = stand.member.redemptions().await?;
    stand.page.same("redemptions afterwards", &made.len(), &(had + 1));
    stand.marks.add_redemption(made.first().context("no redemption")?);
    Ok(())
}

/// Ended without a network: nothing is left at once, and once the backend hears of it the page begins anew.
async fn wiped(stand: &mut Stand<'_>) -> Result<()> {
    stand.cut().await?;
    stand.mark().await?;
    stand.page.press(".k-end").await?;
    stand.page.read(t(key::KIOSK_BYE_OFFLINE)).await?;
    stand.marks.nowhere(&mut stand.page, "a wipe without a network").await?;
    stand.look("bye-offline").await?;
    // It stays so, and nobody gets at anything by waiting or by a key.
    stand.pass(60_000).await?;
    stand.page.read(t(key::KIOSK_BYE_OFFLINE)).await?;
    let old = stand.page.script("return !!window.e2eOld", vec![]).await?;
    stand.page.same("the page without a network", &old, &json!(true));
    stand.page.proxy.heal();
    stand.begun_anew().await?;
    stand.wiped("a wipe without a network").await
}
