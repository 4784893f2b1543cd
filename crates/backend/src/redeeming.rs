//! Redeeming: looking at what it would cost, doing it once, paying for it, undoing it.

use crate::catalogue::{Shopper, cancellable_until, refusal, voucher_end};
use crate::clock::{DAY, Millis};
use crate::locale::Text;
use crate::problem::{Code, Problem};
use crate::programme::Reward;
use crate::rules::buckets::Used;
use crate::scene::Scene;
use crate::store::ledger::Cause;
use crate::store::redemptions::{Redemption, Refusal};
use crate::store::{ledger, pending, redemptions, tiers};
use rusqlite::Connection;

/// How long there is to pay.
pub(crate) const TIME_TO_PAY: Millis = DAY / 24 / 4;

/// What a member asks to redeem.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) reward_id: String,
    pub(crate) quantity: i64,
    pub(crate) store_id: Option<String>,
    /// What the member was shown for the whole quantity.
    pub(crate) expected_cost: Option<i64>,
}

/// What an order would do.
pub(crate) struct Preview {
    pub(crate) cost: i64,
    pub(crate) balance_before: i64,
    pub(crate) used: Vec<Used>,
    pub(crate) voucher_end: Millis,
    pub(crate) cancellable_until: Option<Millis>,
    /// Money to pay besides, in minor units.
    pub(crate) money: Option<i64>,
}

/// The identity of a redemption: chosen by the client and by chance.
pub(crate) struct Mark {
    pub(crate) id: String,
    pub(crate) client_ref: String,
    pub(crate) voucher_code: String,
}

fn find<'a>(scene: &'a Scene, order: &Order) -> Result<&'a Reward, Problem> {
    let reward = scene.programme.reward(&order.reward_id).ok_or_else(Problem::not_found)?;
    if let Some(store) = &order.store_id {
        let known = scene.programme.store(store).is_some();
        if !known || reward.stores.as_ref().is_some_and(|stores| !stores.contains(store)) {
            return Err(Problem::new(Code::StoreNotEligible).detail(Text::new(
                "这家门店不能使用，请换一家。",
                "這家門市不能使用，請換一家。",
                "It can't be used at this store; please choose another.",
            )));
        }
    }
    let cost = reward.cost_points * order.quantity;
    if order.expected_cost.is_some_and(|expected| expected != cost) {
        return Err(Problem::new(Code::PriceChanged)
            .detail(Text::new(
                format!("现在需要 {cost} {}，请再确认一次。", scene.programme.points_name.zh_cn),
                format!("現在需要 {cost} {}，請再確認一次。", scene.programme.points_name.zh_tw),
                format!("It now costs {cost} {}; please confirm again.", scene.programme.points_name.en),
            ))
            .extra("current_cost", cost));
    }
    Ok(reward)
}

/// What the order would cost and take, or the problem that placing it would give. Changes nothing but what is due.
pub(crate) fn preview(
    db: &Connection,
    scene: &Scene,
    member: &str,
    order: &Order,
) -> Result<Preview, Problem> {
    let settled = tiers::settle(db, scene, member)?;
    let reward = find(scene, order)?;
    let shopper = Shopper::load(db, scene, member, &settled)?;
    if let Some(reason) = shopper.reasons(scene, reward, order.quantity).first() {
        return Err(refusal(reason, shopper.shortfall(reward, order.quantity)));
    }
    let mut buckets = settled.buckets;
    let cost = reward.cost_points * order.quantity;
    let used =
        buckets.spend(cost).map_err(|_| Problem::internal("the balance changed within a transaction"))?;
    Ok(Preview {
        cost,
        balance_before: shopper.available,
        used,
        voucher_end: voucher_end(scene, reward),
        cancellable_until: cancellable_until(scene, reward),
        money: reward.cost_money.map(|each| each * order.quantity).filter(|money| *money > 0),
    })
}

/// What follows when nothing is left to pay at `scene.now`: issued at once, or in the time that the reward's partner takes.
fn proceed(scene: &Scene, redemption: Redemption) -> Redemption {
    let Some(reward) = scene.programme.reward(&redemption.reward_id) else {
        return redemption.issued(scene.now);
    };
    let wait = reward.issue.as_ref().map(|issue| issue.seconds * 1000);
    let issued = Scene { now: scene.now + wait.unwrap_or(0), ..scene.clone() };
    let redemption = Redemption {
        valid_until: voucher_end(&issued, reward),
        cancellable_until: cancellable_until(&issued, reward),
        ..redemption
    };
    match wait {
        None => redemption.issued(scene.now),
        Some(_) => Redemption { due_at: Some(issued.now), ..redemption },
    }
}

/// Places the order. All of it happens, or nothing. What it costs in money is to be paid first when that is possible `online`;
/// otherwise it is paid at the till.
pub(crate) fn redeem(
    db: &Connection,
    scene: &Scene,
    member: &str,
    order: &Order,
    mark: Mark,
    online: bool,
) -> Result<Redemption, Problem> {
    let preview = preview(db, scene, member, order)?;
    let reward = find(scene, order)?;
    if reward.stock.is_some() && !redemptions::take_stock(db, &reward.id, order.quantity)? {
        return Err(Problem::new(Code::OutOfStock));
    }
    let cause = Cause {
        reason: "redemption",
        kind: "redemption",
        id: Some(&mark.id),
        title: Some(&reward.title),
        store: order.store_id.as_deref(),
    };
    let (buckets_used, balance_after) = ledger::spend(db, scene, member, preview.cost, &cause)?
        .map_err(|_| Problem::internal("the balance changed within a transaction"))?;
    let redemption = Redemption {
        seq: 0,
        id: mark.id,
        member_id: member.to_owned(),
        client_ref: mark.client_ref,
        status: "pending".to_owned(),
        reward_id: reward.id.clone(),
        quantity: order.quantity,
        cost_points: preview.cost,
        store_id: order.store_id.clone(),
        buckets_used,
        voucher_code: mark.voucher_code,
        valid_until: preview.voucher_end,
        cancellable_until: preview.cancellable_until,
        balance_after,
        created_at: scene.now,
        money: preview.money.filter(|_| online),
        paid_at: None,
        due_at: Some(scene.now + TIME_TO_PAY),
        issued_at: None,
        used_at: None,
        refunded_at: None,
        refusal: None,
    };
    let redemption = if redemption.awaits_payment() { redemption } else { proceed(scene, redemption) };
    redemptions::insert(db, &redemption)?;
    // Spending can count towards a tier.
    tiers::settle(db, scene, member)?;
    Ok(redemption)
}

/// Undoes a redemption while that is allowed: points, stock and limit are as before it.
pub(crate) fn cancel(db: &Connection, scene: &Scene, member: &str, id: &str) -> Result<Redemption, Problem> {
    tiers::settle(db, scene, member)?;
    let redemption = redemptions::get(db, member, id)?.ok_or_else(Problem::not_found)?;
    if !redemption.cancellable_at(scene.now) {
        return Err(Problem::new(Code::NotCancellable).detail(Text::new(
            "已使用、已过期或超过可取消时间的兑换不能取消。",
            "已使用、已過期或超過可取消時間的兌換不能取消。",
            "What is used, expired or past its time limit can't be cancelled.",
        )));
    }
    let balance = pending::give_back(db, scene, &redemption, scene.now, "cancellation")?;
    let redemption = redemption.cancelled(scene.now, balance);
    redemptions::save(db, &redemption)?;
    tiers::settle(db, scene, member)?;
    Ok(redemption)
}

/// A redemption of anybody, brought up to now.
///
/// # Errors
/// When there is none.
pub(crate) fn find_any(db: &Connection, scene: &Scene, id: &str) -> Result<Redemption, Problem> {
    let owner = redemptions::by_id(db, id)?.ok_or_else(Problem::not_found)?.member_id;
    tiers::settle(db, scene, &owner)?;
    redemptions::by_id(db, id)?.ok_or_else(Problem::not_found)
}

/// What came of paying for a redemption. Nothing changes when no money is, or is any more, to be paid for it.
///
/// # Errors
/// When there is none.
pub(crate) fn pay(db: &Connection, scene: &Scene, id: &str, paid: bool) -> Result<Redemption, Problem> {
    let redemption = find_any(db, scene, id)?;
    if !redemption.awaits_payment() {
        return Ok(redemption);
    }
    if !paid {
        return Ok(pending::reject(db, scene, redemption, scene.now, Refusal::Declined)?);
    }
    let redemption = proceed(scene, Redemption { paid_at: Some(scene.now), ..redemption });
    redemptions::save(db, &redemption)?;
    Ok(redemption)
}

/// What the partner says of a pending redemption. Nothing is returned when it is not pending, or can't be issued before it
/// is paid.
///
/// # Errors
/// When there is none.
pub(crate) fn conclude(
    db: &Connection,
    scene: &Scene,
    id: &str,
    issued: bool,
) -> Result<Option<Redemption>, Problem> {
    let redemption = find_any(db, scene, id)?;
    if !redemption.is_pending() || issued && redemption.awaits_payment() {
        return Ok(None);
    }
    if !issued {
        return Ok(Some(pending::reject(db, scene, redemption, scene.now, Refusal::Partner)?));
    }
    let redemption = redemption.issued(scene.now);
    redemptions::save(db, &redemption)?;
    Ok(Some(redemption))
}
