//! Coming in by the official account: to WeChat, and back with a code.

use super::enter::{may_come_in, session_hash, take_over};
use super::page::{Trouble, onward, trouble};
use crate::http::context::{Ctx, token_hash};
use crate::http::cookies::Kind;
use crate::http::query::Params;
use crate::http::rate_limit::Act;
use crate::http::sessions::Begun;
use crate::ids;
use crate::problem::Problem;
use crate::rules::wechat::{LINK_LIFE, clean_to, encoded};
use crate::store::wechat::{self, Identity};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use subtle::ConstantTimeEq;

const HOME: &str = "/";
const SECONDS: i64 = LINK_LIFE / 1000;

/// Our own address, as the browser knows it.
fn origin(ctx: &Ctx) -> Option<String> {
    let scheme = if ctx.secure { "https" } else { "http" };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
    (!ctx.host.is_empty() && ctx.host.bytes().all(plain)).then(|| format!("{scheme}://{}", ctx.host))
}

pub(super) async fn leave(ctx: Ctx, mut params: Params) -> Result<Response, Problem> {
    let gateway = match (may_come_in(&ctx), &ctx.app.wechat) {
        (Ok(()), Some(gateway)) => gateway,
        (Err(why), _) => return Ok(trouble(&ctx, why)),
        (Ok(()), None) => return Ok(trouble(&ctx, Trouble::Absent)),
    };
    let Some(origin) = origin(&ctx) else { return Ok(trouble(&ctx, Trouble::Gone)) };
    let to = params.take("to", |text| Some(clean_to(text))).unwrap_or_else(|| HOME.to_owned());
    let state = ids::hex(&ids::entropy::<16>()?);
    let address = gateway.authorize_address(&format!("{origin}/wx/oauth/callback"), &state);
    let cookie = format!("{state}.{}", ids::hex(to.as_bytes()));
    let cookie = ctx.set_cookie(Kind::WechatState, &cookie, SECONDS)?;
    Ok(onward(StatusCode::FOUND, &address, [cookie]))
}

/// Where the browser was going, when it is the one that went to WeChat with `state`.
fn going(cookie: &str, state: &str) -> Option<String> {
    let (own, to) = cookie.split_once('.')?;
    let same = bool::from(own.as_bytes().ct_eq(state.as_bytes())) && !own.is_empty();
    let to = String::from_utf8(ids::unhex(to)?).ok()?;
    same.then(|| clean_to(&to))
}

/// What comes of coming back.
enum Back {
    Known(Begun),
    /// Nobody's identity yet, under a token for a cookie.
    Unknown(String),
}

fn arrive(
    db: &rusqlite::Connection,
    ctx: &Ctx,
    identity: &Identity,
    before: Option<[u8; 32]>,
) -> Result<Back, Problem> {
    if let Some(member) = wechat::member_of(db, identity)? {
        return Ok(Back::Known(take_over(db, ctx, before, member)?));
    }
    let (token, now) = (ids::hex(&ids::entropy::<32>()?), ctx.moment());
    wechat::insert_link(db, &token_hash(&token), identity, now, now + LINK_LIFE)?;
    Ok(Back::Unknown(token))
}

pub(super) async fn back(ctx: Ctx, headers: HeaderMap, mut params: Params) -> Result<Response, Problem> {
    let gateway = match (may_come_in(&ctx), &ctx.app.wechat) {
        (Ok(()), Some(gateway)) => gateway,
        (Err(why), _) => return Ok(trouble(&ctx, why)),
        (Ok(()), None) => return Ok(trouble(&ctx, Trouble::Absent)),
    };
    let usable = |text: &str| (1..=256).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
    let code = params.take("code", |text| usable(text).then(|| text.to_owned()));
    let cookie = ctx.cookie(&headers, Kind::WechatState).unwrap_or_default();
    let to = params.take("state", |state| going(cookie, state));
    let Some((code, to)) = code.zip(to) else { return Ok(trouble(&ctx, Trouble::Gone)) };
    if ctx.app.desk.count_from(Act::WechatCode, ctx.address).is_err() {
        return Ok(trouble(&ctx, Trouble::Busy));
    }
    let identity = match gateway.page_identity(&code).await {
        Ok(identity) => identity,
        Err(refusal) => return Ok(trouble(&ctx, refusal.into())),
    };
    let before = session_hash(&ctx, &headers);
    let back = ctx.run(move |tx, ctx| arrive(tx, ctx, &identity, before)).await?;
    let done: HeaderValue = ctx.set_cookie(Kind::WechatState, "", 0)?;
    Ok(match back {
        Back::Known(begun) => onward(StatusCode::SEE_OTHER, &to, [begun.cookie(&ctx)?, done]),
        Back::Unknown(token) => {
            let link = ctx.set_cookie(Kind::WechatLink, &token, SECONDS)?;
            onward(StatusCode::SEE_OTHER, &format!("/sign-in?next={}", encoded(&to)), [link, done])
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_browser_that_left_comes_back_and_goes_to_a_clean_path() {
        let cookie = format!("abc.{}", ids::hex(b"/rewards?q=a"));
        assert_eq!(going(&cookie, "abc").as_deref(), Some("/rewards?q=a"));
        for (cookie, state) in [
            (cookie.as_str(), "abd"),
            (&cookie, "ab"),
            (&cookie, ""),
            ("", ""),
            (".2f", ""),
            ("abc", "abc"),
            ("abc.zz", "abc"),
        ] {
            assert_eq!(going(cookie, state), None, "{cookie} {state}");
        }
        assert_eq!(going(&format!("abc.{}", ids::hex(b"//evil.test")), "abc").as_deref(), Some("/"));
    }
}
