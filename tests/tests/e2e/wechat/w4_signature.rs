//! W4: iOS signs the address at which the page was entered, Android the present one; both without what stands behind `#`. A page
//! that WeChat refuses is signed once more, for the other address. The stand-in computes each signature anew.

use std::time::Duration;

use anyhow::{Context, Result};
use portal_tests::wechat::Manner;
use serde_json::{Value, json};

use super::{Stand, TICKET};

/// The portal is idle, then it asks.
const QUIET: Duration = Duration::from_millis(2500);
/// The entry and the present address.
const MOST: usize = 2;
const SIGN: &str = "GET /api/v1/wechat/signature";

fn checks(platform: &str) -> Manner {
    Manner::default()
        .with("config", json!("check"))
        .with("ticket", json!(TICKET))
        .with("platform", json!(platform))
}

/// WeChat on iOS signs the entry; where it signs the present address after all, the second try is right.
pub(super) async fn walk(stand: &mut Stand<'_>) -> Result<()> {
    entered(stand, "ios", &[true]).await?;
    entered(stand, "android", &[false, true]).await?;
    refused(stand).await
}

/// The other way round, by WeChat's user agent on Android.
pub(super) async fn android(stand: &mut Stand<'_>) -> Result<()> {
    entered(stand, "android", &[true]).await?;
    entered(stand, "ios", &[false, true]).await
}

/// Comes in at one place, goes to another before the bridge is ready, and is signed as `rights` says.
async fn entered(stand: &mut Stand<'_>, platform: &str, rights: &[bool]) -> Result<()> {
    stand.behaves(&checks(platform));
    let before = stand.page.proxy.told("signed").len();
    let asked = stand.page.proxy.sent(SIGN);
    // The page's address changes before anything is signed.
    let entry = "/rewards?q=%E5%92%96%E5%95%A1#list";
    let move_on = "
        window.addEventListener('DOMContentLoaded', function () {
            history.replaceState(history.state, '', '/rewards?q=%E5%86%B0#other');
        });";
    stand.outside(move_on);
    stand.page.client().delete_all_cookies().await?;
    stand.page.sign_in(&stand.member.phone).await?;
    stand.page.client().goto(&format!("{}{entry}", stand.page.proxy.origin)).await?;
    stand.page.see("main").await?;
    stand.told("signed", before + rights.len() - 1).await.context("W4: the page is not signed")?;
    tokio::time::sleep(QUIET).await;
    let told: Vec<Value> = stand.page.proxy.told("signed").split_off(before);
    let seen: Vec<bool> = told.iter().map(|one| one["more"]["right"] == true).collect();
    stand.page.same(&format!("W4: signatures that {platform} finds right"), &seen, &rights.to_vec());
    let hashes =
        told.iter().any(|one| one["more"]["for"].as_str().is_none_or(|address| address.contains('#')));
    stand.page.same("W4: addresses with what is behind #", &hashes, &false);
    let asked = stand.page.proxy.sent(SIGN) - asked;
    stand.page.same(&format!("W4: signatures asked for, {platform}"), &asked, &rights.len());
    Ok(())
}

/// WeChat finds everything wrong: it isn't asked for ever, and the page is used as without it.
async fn refused(stand: &mut Stand<'_>) -> Result<()> {
    stand.outside("");
    stand.behaves(&checks("ios").with("ticket", json!("another one")));
    let (before, asked) = (stand.page.proxy.told("signed").len(), stand.page.proxy.sent(SIGN));
    stand.page.client().goto(&format!("{}/rewards", stand.page.proxy.origin)).await?;
    stand.page.see(".rgrid .rw").await?;
    let script = "history.replaceState(history.state, '', '/rewards?q=x')";
    stand.page.script(script, vec![]).await?;
    stand.told("signed", before).await?;
    tokio::time::sleep(2 * QUIET).await;
    let tries = stand.page.proxy.told("signed").len() - before;
    stand.page.same(
        "W4: tries where nothing is right",
        &((1..=MOST).contains(&tries), tries),
        &(true, tries),
    );
    let asked = stand.page.proxy.sent(SIGN) - asked;
    stand.page.same(
        "W4: signatures asked for where nothing is right",
        &(asked <= MOST, asked),
        &(true, asked),
    );
    stand.page.press(".tabs a[href='/me']").await?;
    stand.page.see("#sign-out").await
}
