//! What a ledger entry says to the member.

use crate::locale::Locale;

/// One line for a reason key.
pub(crate) fn reason(key: &str, locale: Locale) -> &'static str {
    let [zh_cn, zh_tw, en] = match key {
        "order" => ["门店消费", "門市消費", "Purchase in store"],
        "redemption" => ["兑换", "兌換", "Redeemed"],
        "cancellation" => ["取消兑换，退回原到期日", "取消兌換，退回原到期日", "Redemption cancelled"],
        "rejection" => ["兑换未成，退回原到期日", "兌換未成，退回原到期日", "Not redeemed, points are back"],
        "expiry" => ["到期", "到期", "Expired"],
        "survey" => ["完成问卷", "完成問卷", "Survey completed"],
        "campaign" => ["活动赠送", "活動贈送", "Given in an activity"],
        "carried" => ["历史结转", "歷史結轉", "Carried over"],
        "adjustment" => ["账目更正", "帳目更正", "Correction"],
        _ => ["其他", "其他", "Other"],
    };
    match locale {
        Locale::ZhCn => zh_cn,
        Locale::ZhTw => zh_tw,
        Locale::En => en,
    }
}
