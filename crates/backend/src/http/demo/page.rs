//! The payment page, as plain HTML: no script, one style that its policy knows by its hash.

use crate::clock::{Millis, local_time};
use crate::http::context::Ctx;
use crate::locale::Text;
use crate::portal_files::base64;
use crate::store::redemptions::Redemption;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

/// Text as it stands in an element or in a quoted attribute.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// Black or white, whichever can be read on `#RRGGBB`: one of them always has a contrast of 4.5.
fn ink_on(colour: &str) -> &'static str {
    let channel = |at: usize| {
        let byte = colour.get(at..at + 2).and_then(|hex| u8::from_str_radix(hex, 16).ok()).unwrap_or(0);
        let part = f64::from(byte) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    let luminance = 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
    // Where both contrast alike: (1.05 / (l + 0.05)) = ((l + 0.05) / 0.05).
    if luminance > 0.179 { "#000000" } else { "#ffffff" }
}

fn style(brand: &str) -> String {
    include_str!("page.css").trim().replace("BRAND", brand).replace("INK", ink_on(brand))
}

/// Minor units of the programme's money, as its members write it.
fn price(ctx: &Ctx, minor: i64) -> String {
    let currency = ctx.programme().currency.as_str();
    let sign = match currency {
        "CNY" => "¥".to_owned(),
        "TWD" => "NT$".to_owned(),
        "HKD" => "HK$".to_owned(),
        "USD" => "US$".to_owned(),
        other => format!("{other} "),
    };
    format!("{sign}{}.{:02}", minor / 100, minor % 100)
}

fn document(ctx: &Ctx, status: StatusCode, title: &Text, content: &str) -> Response {
    let programme = ctx.programme();
    let style = style(&programme.brand.primary);
    let name = escape(ctx.say(&programme.name));
    let html = format!(
        "<!DOCTYPE html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <meta name=\"robots\" content=\"noindex\"><title>{} · {name}</title><style>{style}</style></head>\
         <body><header>{name}</header><main><section>{content}</section></main></body></html>\n",
        ctx.locale.tag(),
        escape(ctx.say(title)),
    );
    let policy = format!(
        "default-src 'none'; img-src 'self'; style-src 'sha256-{}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        base64(&Sha256::digest(style.as_bytes()))
    );
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    // Not stricter: forms would come from the origin `null`.
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    (status, headers, html).into_response()
}

fn title() -> Text {
    Text::new("付款", "付款", "Payment")
}

/// What is to be paid for a redemption, or why nothing is any more.
pub(super) fn payment(ctx: &Ctx, redemption: &Redemption) -> Response {
    let say = |zh_cn: &str, zh_tw: &str, en: &str| escape(ctx.say(&Text::new(zh_cn, zh_tw, en)));
    let reward = ctx.programme().reward(&redemption.reward_id);
    let what = escape(reward.map_or(redemption.reward_id.as_str(), |reward| ctx.say(&reward.title)));
    let what = if redemption.quantity > 1 { format!("{what} × {}", redemption.quantity) } else { what };
    let back = format!("/vouchers/{}", escape(&redemption.id));
    let open = redemption.money.zip(redemption.due_at).filter(|_| redemption.awaits_payment());
    let Some((amount, due)) = open else {
        let state = match redemption.status.as_str() {
            _ if redemption.paid_at.is_some() => say("已经付过款了。", "已經付過款了。", "It has been paid."),
            "cancelled" | "rejected" => say(
                "已经取消，不用再付款。",
                "已經取消，不用再付款。",
                "It was called off; there is nothing to pay.",
            ),
            _ => say("不用付款。", "不用付款。", "There is nothing to pay."),
        };
        let link = say("查看兑换", "查看兌換", "See the redemption");
        let content = format!("<h1>{what}</h1><p>{state}</p><a href=\"{back}\">{link}</a>");
        return document(ctx, StatusCode::OK, &title(), &content);
    };
    let amount = price(ctx, amount);
    let until = deadline(ctx, due);
    let content = format!(
        "<h1>{what}</h1><p class=\"amount\">{}</p><p>{}</p>\
         <form method=\"post\" action=\"/demo/payments/{}\">\
         <button class=\"go\" name=\"paid\" value=\"true\">{}</button>\
         <button name=\"paid\" value=\"false\">{}</button></form>\
         <a href=\"{back}\">{}</a><p>{}</p>",
        escape(&amount),
        escape(ctx.say(&until)),
        escape(&redemption.id),
        say(&format!("付款 {amount}"), &format!("付款 {amount}"), &format!("Pay {amount}")),
        say("模拟付款失败", "模擬付款失敗", "Let the payment fail"),
        say("先不付，返回", "先不付，返回", "Not now, go back"),
        say("这是演示，不会真的扣款。", "這是示範，不會真的扣款。", "A demonstration: nothing is charged."),
    );
    document(ctx, StatusCode::OK, &title(), &content)
}

fn deadline(ctx: &Ctx, due: Millis) -> Text {
    let time = local_time(due, ctx.scene.zone());
    Text::new(
        format!("请在 {time} 前付款"),
        format!("請在 {time} 前付款"),
        format!("Please pay before {time}"),
    )
}

/// There is no such payment.
pub(super) fn nothing(ctx: &Ctx) -> Response {
    let title = Text::new("找不到这笔付款", "找不到這筆付款", "There is no such payment");
    let home = Text::new("回到首页", "回到首頁", "Go to the start");
    let content = format!("<h1>{}</h1><a href=\"/\">{}</a>", escape(ctx.say(&title)), escape(ctx.say(&home)));
    document(ctx, StatusCode::NOT_FOUND, &title, &content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_gets_out_of_its_place() {
        assert_eq!(escape("<b a=\"'\">&"), "&lt;b a=&quot;&#39;&quot;&gt;&amp;");
    }

    #[test]
    fn ink_can_be_read_on_every_brand() {
        for (colour, ink) in
            [("#0F5B66", "#ffffff"), ("#CF2440", "#ffffff"), ("#F2A25C", "#000000"), ("#FFFFFF", "#000000")]
        {
            assert_eq!(ink_on(colour), ink, "{colour}");
        }
        assert!(style("#0F5B66").contains("--brand:#0F5B66;--on-brand:#ffffff"));
    }
}
