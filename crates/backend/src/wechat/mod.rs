//! What the backend asks of WeChat, behind one trait: the real one by HTTP, and one for development that needs no network.

mod account;
mod development;
mod http;

use crate::clock::Millis;
use crate::rules::wechat::Refusal;
use crate::store::wechat::Identity;
use anyhow::{Result, ensure};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// Who the chain is to WeChat, and where WeChat is.
#[derive(Clone)]
pub struct WechatSettings {
    /// The app id of the mini program. When there is no `account`, it also speaks for the pages that need an official account.
    pub app_id: String,
    /// Its secret. It is in no log and in no message.
    pub secret: String,
    /// App id and secret of the official account, for pages that are opened without a mini program and for the JSSDK.
    pub account: Option<(String, String)>,
    /// Where WeChat's interface is; `https://api.weixin.qq.com` unless a test or a proxy stands in.
    pub api: String,
    /// Where a browser agrees to be known; `https://open.weixin.qq.com/connect/oauth2/authorize` unless something stands in.
    pub authorize: String,
    /// The address of the chain's own payment service, which signs for the merchant. Without it nothing is paid in WeChat.
    pub pay: Option<String>,
    /// How long an answer may take.
    pub patience: Duration,
}

impl WechatSettings {
    /// One app at WeChat's own addresses, without payments.
    pub fn new(app_id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self {
            app_id: app_id.into(),
            secret: secret.into(),
            account: None,
            api: "https://api.weixin.qq.com".to_owned(),
            authorize: "https://open.weixin.qq.com/connect/oauth2/authorize".to_owned(),
            pay: None,
            patience: Duration::from_secs(5),
        }
    }
}

impl fmt::Debug for WechatSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WechatSettings")
            .field("app_id", &self.app_id)
            .field("account", &self.account.as_ref().map(|(app_id, _)| app_id))
            .field("api", &self.api)
            .field("authorize", &self.authorize)
            .field("pay", &self.pay)
            .finish_non_exhaustive()
    }
}

/// An answer of WeChat that is on its way.
pub(crate) type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Refusal>> + Send + 'a>>;

/// What is to be paid, and by whom.
#[derive(Clone, Debug)]
pub(crate) struct Bill {
    pub(crate) payer: Identity,
    pub(crate) redemption_id: String,
    /// Minor units.
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) description: String,
    pub(crate) now: Millis,
}

/// What `wx.requestPayment` needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Payment {
    pub(crate) time_stamp: String,
    pub(crate) nonce: String,
    pub(crate) package: String,
    pub(crate) sign_type: String,
    pub(crate) pay_sign: String,
}

/// What WeChat knows and does. Codes work once, and say nothing of whoever brought them when they don't.
pub(crate) trait WechatGateway: Send + Sync {
    /// Who brought the `code` that `wx.login` gave to the mini program.
    fn identity<'a>(&'a self, code: &'a str) -> Answer<'a, Identity>;

    /// The number behind the `code` that `getPhoneNumber` gave, with `+` and the country's code.
    fn phone<'a>(&'a self, code: &'a str) -> Answer<'a, String>;

    /// Who came back from [`Self::authorize_address`] with `code`.
    fn page_identity<'a>(&'a self, code: &'a str) -> Answer<'a, Identity>;

    /// Where a browser agrees to be known, and comes back from to `redirect` with a code and `state`.
    fn authorize_address(&self, redirect: &str, state: &str) -> String;

    /// Whose pages the JSSDK is signed for.
    fn page_app_id(&self) -> &str;

    /// What pages are signed with.
    fn jsapi_ticket(&self) -> Answer<'_, String>;

    /// Whether money can be taken.
    fn takes_payments(&self) -> bool;

    /// Prepares a payment.
    fn payment<'a>(&'a self, bill: &'a Bill) -> Answer<'a, Payment>;
}

/// The gateway that the settings ask for; in a demonstration without any the one that needs no network, and otherwise none.
///
/// # Errors
/// When an address or an app id can't be used.
pub(crate) fn gateway(
    settings: Option<&WechatSettings>,
    demo: bool,
) -> Result<Option<Arc<dyn WechatGateway>>> {
    match settings {
        Some(settings) => {
            for address in [&settings.api, &settings.authorize].into_iter().chain(&settings.pay) {
                let uri: Option<axum::http::Uri> = address.parse().ok();
                let scheme = uri.as_ref().and_then(axum::http::Uri::scheme_str);
                ensure!(matches!(scheme, Some("http" | "https")), "{address:?} is not an address of HTTP");
            }
            let known = |id: &str, secret: &str| !id.is_empty() && !secret.is_empty();
            ensure!(known(&settings.app_id, &settings.secret), "WeChat needs an app id and its secret");
            let account = settings.account.as_ref();
            ensure!(
                account.is_none_or(|(id, secret)| known(id, secret)),
                "the official account needs an app id and its secret"
            );
            Ok(Some(Arc::new(http::Http::new(settings))))
        }
        None if demo => Ok(Some(Arc::new(development::Development))),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_checked_and_never_tell_the_secret() {
        let settings = WechatSettings {
            account: Some(("wxaccount".into(), "hush-account".into())),
            ..WechatSettings::new("wxprogram", "hush-program")
        };
        assert!(gateway(Some(&settings), false).unwrap().is_some());
        let said = format!("{settings:?}");
        assert!(said.contains("wxprogram") && said.contains("wxaccount") && !said.contains("hush"), "{said}");
        assert!(gateway(None, true).unwrap().is_some() && gateway(None, false).unwrap().is_none());
        for bad in [
            WechatSettings { api: "api.weixin.qq.com".into(), ..settings.clone() },
            WechatSettings { authorize: "javascript:alert(1)".into(), ..settings.clone() },
            WechatSettings { pay: Some("/pay".into()), ..settings.clone() },
            WechatSettings { secret: String::new(), ..settings.clone() },
            WechatSettings { account: Some(("wx".into(), String::new())), ..settings.clone() },
        ] {
            let said = gateway(Some(&bad), false).err().map(|error| format!("{error:#}")).unwrap_or_default();
            assert!(!said.is_empty() && !said.contains("hush"), "{said}");
        }
    }
}
