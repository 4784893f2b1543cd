//! The payment page.

use crate::clock::{Millis, local_time};
use crate::http::context::Ctx;
use crate::http::page::{document, escape};
use crate::locale::Text;
use crate::store::redemptions::Redemption;
use axum::http::StatusCode;
use axum::response::Response;

/// Not stricter: forms would come from the origin `null`.
const REFERRER: &str = "same-origin";

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
        return document(ctx, StatusCode::OK, &title(), &content, REFERRER);
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
    document(ctx, StatusCode::OK, &title(), &content, REFERRER)
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
    document(ctx, StatusCode::NOT_FOUND, &title, &content, REFERRER)
}
