//! What a browser sees when it can't come in. The pages are the same whatever was sent, and say nothing of it.

use crate::http::context::Ctx;
use crate::http::page::{document, escape};
use crate::locale::Text;
use crate::rules::wechat::Refusal;
use axum::http::header::{CACHE_CONTROL, LOCATION, REFERRER_POLICY, RETRY_AFTER, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

/// Why one can't come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The way in was used, is over or was made up.
    Gone,
    /// It is a shared device.
    Shared,
    /// This backend goes without WeChat.
    Absent,
    Busy,
    /// WeChat doesn't answer.
    Silent,
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Code => Self::Gone,
            Refusal::Busy => Self::Busy,
            Refusal::Unavailable => Self::Silent,
        }
    }
}

const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
const NO_REFERRER: &str = "no-referrer";

pub(super) fn trouble(ctx: &Ctx, trouble: Trouble) -> Response {
    let (status, title, words) = match trouble {
        Trouble::Gone => (
            StatusCode::GONE,
            Text::new("这个入口已经失效", "這個入口已經失效", "This way in no longer works"),
            Text::new(
                "入口只能用一次，一分钟内有效。请从小程序或公众号再进一次，或在首页用手机号登录。",
                "入口只能用一次，一分鐘內有效。請從小程式或公眾號再進一次，或在首頁用手機號碼登入。",
                "It works once, for a minute. Please come in again from WeChat, or sign in with your phone number.",
            ),
        ),
        Trouble::Shared => (
            StatusCode::FORBIDDEN,
            Text::new("请在自己的手机上打开", "請在自己的手機上開啟", "Please open it on your own phone"),
            Text::new(
                "店里的屏幕不能这样登录。",
                "店裡的螢幕不能這樣登入。",
                "A shared screen can't be signed in this way.",
            ),
        ),
        Trouble::Absent => (
            StatusCode::NOT_FOUND,
            Text::new("找不到内容", "找不到內容", "Not found"),
            Text::new("这里没有微信入口。", "這裡沒有微信入口。", "There is no way in from WeChat here."),
        ),
        Trouble::Busy => (
            StatusCode::TOO_MANY_REQUESTS,
            Text::new("操作太频繁", "操作太頻繁", "Too many requests"),
            Text::new("请一分钟后再试。", "請一分鐘後再試。", "Please try again in a minute."),
        ),
        Trouble::Silent => (
            StatusCode::SERVICE_UNAVAILABLE,
            Text::new("微信没有回应", "微信沒有回應", "WeChat does not answer"),
            Text::new(
                "请稍等再试，或在首页用手机号登录。",
                "請稍等再試，或在首頁用手機號碼登入。",
                "Please try again soon, or sign in with your phone number.",
            ),
        ),
    };
    let home = Text::new("回到首页", "回到首頁", "Go to the start");
    let content = format!(
        "<h1>{}</h1><p>{}</p><a href=\"/\">{}</a>",
        escape(ctx.say(&title)),
        escape(ctx.say(&words)),
        escape(ctx.say(&home))
    );
    let mut response = document(ctx, status, &title, &content, NO_REFERRER);
    let wait = match trouble {
        Trouble::Busy => Some("60"),
        Trouble::Silent => Some("5"),
        _ => None,
    };
    if let Some(seconds) = wait {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static(seconds));
    }
    response.headers_mut().insert(CACHE_CONTROL, NO_STORE);
    response
}

/// On to `to`, which is told nothing of this address, with cookies.
pub(super) fn onward(
    status: StatusCode,
    to: &str,
    cookies: impl IntoIterator<Item = HeaderValue>,
) -> Response {
    let mut response = status.into_response();
    let headers = response.headers_mut();
    match HeaderValue::from_str(to) {
        Ok(to) => headers.insert(LOCATION, to),
        Err(_) => headers.insert(LOCATION, HeaderValue::from_static("/")),
    };
    for cookie in cookies {
        headers.append(SET_COOKIE, cookie);
    }
    headers.insert(CACHE_CONTROL, NO_STORE);
    headers.insert(REFERRER_POLICY, HeaderValue::from_static(NO_REFERRER));
    response
}
