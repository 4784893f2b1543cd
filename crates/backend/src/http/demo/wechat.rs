//! What stands in for the host mini program: coming in as one of the sample members, without WeChat.

use crate::http::context::{Ctx, PathParams};
use crate::http::page::{document, escape};
use crate::http::sessions::masked;
use crate::http::wechat::FEATURE;
use crate::http::wechat::tickets::issue;
use crate::locale::Text;
use crate::problem::Problem;
use crate::store::members;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, LOCATION, REFERRER_POLICY};
use axum::response::{IntoResponse, Response};

const NO_REFERRER: &str = "no-referrer";

/// A link for each sample member.
pub(super) async fn list(ctx: Ctx) -> Result<Response, Problem> {
    ctx.needs(FEATURE)?;
    let title = Text::new("微信入口", "微信入口", "Coming in from WeChat");
    let words = Text::new(
        "代替小程序：每次点击领一张新票据，进入 /wx/enter。票据只能用一次，60 秒内有效。",
        "代替小程式：每次點選領一張新票據，進入 /wx/enter。票據只能用一次，60 秒內有效。",
        "In place of the mini program: each link gets a new ticket and goes through /wx/enter. A ticket works once, for a minute.",
    );
    let account = Text::new(
        "代替公众号：/wx/oauth",
        "代替公眾號：/wx/oauth",
        "In place of the official account: /wx/oauth",
    );
    let mut content = format!("<h1>{}</h1><p>{}</p>", escape(ctx.say(&title)), escape(ctx.say(&words)));
    for member in &ctx.programme().members {
        content.push_str(&format!(
            "<div><a href=\"/demo/wechat/{}\">{} · {}</a></div>",
            escape(&member.phone),
            escape(&member.display_name),
            escape(&masked(&member.phone))
        ));
    }
    content.push_str(&format!("<div><a href=\"/wx/oauth\">{}</a></div>", escape(ctx.say(&account))));
    Ok(document(&ctx, StatusCode::OK, &title, &content, NO_REFERRER))
}

/// On with a new ticket.
pub(super) async fn enter(ctx: Ctx, path: PathParams) -> Result<Response, Problem> {
    ctx.needs(FEATURE)?;
    let phone = path.get("phone");
    let (ticket, _) = ctx
        .run(move |tx, ctx| {
            let member = members::id_by_phone(tx, &phone)?.ok_or_else(Problem::not_found)?;
            issue(tx, ctx, &member)
        })
        .await?;
    let headers = [
        (LOCATION, format!("/wx/enter?ticket={ticket}")),
        (CACHE_CONTROL, "no-store".to_owned()),
        (REFERRER_POLICY, NO_REFERRER.to_owned()),
    ];
    Ok((StatusCode::SEE_OTHER, headers).into_response())
}
