//! The cookies: the member's session, the device that a browser is (decision 15), and what coming in from WeChat leaves for ten minutes
//! (decision 17).

use super::context::Ctx;
use crate::problem::Problem;
use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};

/// What a cookie says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Session,
    Device,
    /// Binds the way back from WeChat to the browser that went there.
    WechatState,
    /// Stands for a WeChat identity that is nobody's yet.
    WechatLink,
}

/// Where a request came in. Cookies know no ports, so that a phone and a kiosk that are tried in one browser, at two addresses
/// of one host, need names of their own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Entrance {
    #[default]
    Ordinary,
    /// The second address of development.
    Kiosk,
}

fn pairs(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
}

/// Whether the browser is, or was, some device of this host, by whatever name its cookie goes.
pub(crate) fn has_device(headers: &HeaderMap) -> bool {
    pairs(headers).any(|(name, _)| name == "__Host-device" || name.starts_with("device-"))
}

impl Ctx {
    /// The name of a cookie. Over HTTPS the prefix binds it to this very host, which browsers take only there. On plain HTTP it
    /// names the programme and the entrance, since several backends share one host there.
    fn cookie_name(&self, kind: Kind) -> String {
        let kind = match kind {
            Kind::Session => "session",
            Kind::Device => "device",
            Kind::WechatState => "wechat-state",
            Kind::WechatLink => "wechat-link",
        };
        let programme = &self.programme().id;
        match self.entrance {
            _ if self.secure => format!("__Host-{kind}"),
            Entrance::Ordinary => format!("{kind}-{programme}"),
            Entrance::Kiosk => format!("{kind}-{programme}-kiosk"),
        }
    }

    /// What the browser's cookie says.
    pub(crate) fn cookie<'a>(&self, headers: &'a HeaderMap, kind: Kind) -> Option<&'a str> {
        let wanted = self.cookie_name(kind);
        pairs(headers).find_map(|(name, value)| (name == wanted).then_some(value))
    }

    /// The value of `Set-Cookie`, for `max_age` seconds; none lets the browser forget it.
    pub(crate) fn set_cookie(&self, kind: Kind, value: &str, max_age: i64) -> Result<HeaderValue, Problem> {
        let name = self.cookie_name(kind);
        let flag = if self.secure { "; Secure" } else { "" };
        HeaderValue::from_str(&format!(
            "{name}={value}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Lax{flag}"
        ))
        .map_err(Problem::internal)
    }
}
