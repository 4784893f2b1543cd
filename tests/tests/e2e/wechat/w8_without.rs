//! W8: everything that a member comes for works without service worker, share, keys of the device and wake lock, which WeChat's
//! web view lacks. Each alone, and two more, are taken away in `chromium_without`; `cargo xtask test --without` takes them from
//! every test.

use anyhow::{Result, ensure};

use super::{LACKS, Stand};
use crate::without;

pub(super) async fn walk(stand: &mut Stand<'_>) -> Result<()> {
    stand.enter("/").await?;
    stand.page.see("a.tier").await?;
    for one in LACKS {
        let there = stand.page.script(&one.question(), vec![]).await?;
        ensure!(there == false, "W8: {} is still there", one.name());
    }
    without::visit(&mut stand.page, &stand.member).await
}
