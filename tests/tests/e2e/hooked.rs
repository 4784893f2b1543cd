//! A portal whose page begins with a script that the test writes, before anything of the portal's own.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Result;
use portal_tests::NOW_MILLIS;
use portal_tests::backend::{Backend, config, now_by_hand};
use portal_tests::dist::Dist;
use portal_tests::proxy::{Given, Proxy};

use backend::{Clock, Config};

/// The script's name in the copy.
pub(crate) const HOOK: &str = "first.js";
/// Tells of every load of the page.
pub(crate) const LOADS: &str = "fetch('/__told', { method: 'POST', body: JSON.stringify({ what: 'load', at: location.href }), keepalive: true });";
const SCRIPT: &str = "text/javascript";

/// A backend with such a portal, the clock that the test moves, and the proxy before both.
pub(crate) struct Hooked {
    pub(crate) backend: Backend,
    pub(crate) clock: Arc<AtomicI64>,
    pub(crate) proxy: Proxy,
}

impl Hooked {
    pub(crate) async fn set(programme: &str) -> Result<Self> {
        let dist = Dist::copy()?;
        dist.begin_with(HOOK, "")?;
        Self::of(programme, &dist).await
    }

    /// Serves this copy.
    pub(crate) async fn of(programme: &str, dist: &Dist) -> Result<Self> {
        let clock = now_by_hand();
        let settings = Config {
            clock: Clock::by_hand(Arc::clone(&clock)),
            portal: Some(dist.path().to_owned()),
            ..config(programme)?
        };
        let backend = Backend::start_with(settings).await?;
        let proxy = Proxy::start(&backend.origin).await?;
        Ok(Self { backend, clock, proxy })
    }
}

/// Every page that is opened from here on begins with this script, on a device whose clock is right by the backend's.
pub(crate) fn begin_with(proxy: &Proxy, script: &str) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let skew = i128::from(NOW_MILLIS) - i128::try_from(now).unwrap_or_default();
    let clock = format!(
        "(function () {{ var real = Date.now.bind(Date); Date.now = function () {{ return real() + ({skew}); }}; }})();"
    );
    proxy.serve(&format!("/{HOOK}"), Some(Given::answer(200, SCRIPT, &format!("{clock}\n{script}"))));
}

/// How often a page of this origin was loaded that begins with [`LOADS`].
pub(crate) fn loads(proxy: &Proxy) -> usize {
    proxy.told("load").len()
}

/// The portal gets this as WeChat's JSSDK.
pub(crate) fn jssdk(proxy: &Proxy, script: &str) {
    proxy.serve("/jweixin.js", Some(Given::answer(200, SCRIPT, script)));
}
