//! The catalogue as one member sees it.

use super::context::{Ctx, Member, PathParams};
use super::query::{Params, page};
use super::views::{fields, image, money, put, tier_ref, window};
use crate::catalogue::{self, Shopper, stores_label};
use crate::problem::Problem;
use crate::programme::Reward;
use crate::shelf::Sort;
use crate::store::tiers;
use axum::Json;
use serde_json::{Value, json};
use std::collections::HashMap;

/// How many rewards can be asked for by their ids.
const MOST_IDS: usize = 20;

/// A reward with what this member may do about it.
pub(crate) fn view(ctx: &Ctx, shopper: &Shopper, reward: &Reward) -> Value {
    let programme = ctx.programme();
    let reasons = shopper.reasons(&ctx.scene, reward, 1);
    let mut eligibility = fields(json!({
        "status": if reasons.is_empty() { "eligible" } else { "ineligible" },
        "reasons": reasons
            .iter()
            .map(|reason| json!({"code": reason.code.name(), "detail": ctx.say(&reason.detail)}))
            .collect::<Vec<_>>(),
    }));
    put(&mut eligibility, "shortfall", shopper.shortfall(reward, 1));
    let mut map = fields(json!({
        "id": reward.id,
        "title": ctx.say(&reward.title),
        "subtitle": ctx.say(&reward.subtitle),
        "description": ctx.say(&reward.description),
        "category_id": reward.category,
        "kind": reward.kind,
        "images": [image(ctx, "rewards", reward.picture_id(), &reward.title)],
        "cost_points": reward.cost_points,
        "stores": {
            "scope": if reward.stores.is_some() { "some" } else { "all" },
            "ids": reward.stores.as_deref().unwrap_or_default(),
            "label": stores_label(&ctx.scene, reward, ctx.locale),
        },
        "terms": programme.terms(&reward.terms, ctx.locale),
        "voucher_valid_days": reward.voucher_valid_days,
        "cancellable_hours": reward.cancellable_hours,
        "eligibility": eligibility,
    }));
    put(&mut map, "cost_money", reward.cost_money.map(|amount| money(ctx, amount)));
    put(&mut map, "list_cost_points", reward.list_cost_points);
    put(&mut map, "favourite", ctx.app.has("favourites").then(|| shopper.remembers(reward)));
    if let (Some(stock), Some(remaining)) = (&reward.stock, shopper.remaining(reward)) {
        map.insert("stock".into(), json!({"remaining": remaining, "total": stock.total}));
    }
    let (from, until) = catalogue::window(&ctx.scene, reward);
    put(&mut map, "window", window(from, until));
    let min_tier = reward.min_tier.as_deref().and_then(|id| programme.tier_index(id));
    put(&mut map, "min_tier", min_tier.map(|index| tier_ref(ctx, &programme.tiers[index])));
    if let Some(limit) = &reward.limit {
        let used = shopper.used(reward);
        map.insert(
            "per_member_limit".into(),
            json!({"max": limit.max, "used": used, "period": limit.period}),
        );
    }
    Value::Object(map)
}

/// The member's position towards the catalogue, as of now.
pub(crate) async fn shopper(ctx: &Ctx, member: Member) -> Result<Shopper, Problem> {
    ctx.read(move |tx, ctx| {
        let settled = tiers::settle(tx, &ctx.scene, &member.id)?;
        Ok(Shopper::load(tx, &ctx.scene, &member.id, &settled)?)
    })
    .await
}

pub(crate) async fn categories(ctx: Ctx, member: Member) -> Result<Json<Value>, Problem> {
    let shopper = shopper(&ctx, member).await?;
    let mut counts: HashMap<&str, (usize, usize)> = HashMap::new();
    for reward in &ctx.programme().rewards {
        let (all, affordable) = counts.entry(&reward.category).or_default();
        *all += 1;
        *affordable += usize::from(shopper.eligible(&ctx.scene, reward));
    }
    let view = |category: &crate::programme::Category| {
        let (all, affordable) = counts.get(category.id.as_str()).copied().unwrap_or_default();
        json!({
            "id": category.id,
            "name": ctx.say(&category.name),
            "count": all,
            "affordable_count": affordable,
        })
    };
    Ok(Json(json!({"data": ctx.programme().categories.iter().map(view).collect::<Vec<_>>()})))
}

/// Which rewards are asked for.
#[derive(Default)]
struct Filter {
    category: Option<String>,
    tier: Option<String>,
    store: Option<String>,
    needle: Option<String>,
    affordable: bool,
    favourite: bool,
}

impl Filter {
    fn read(params: &mut Params) -> Self {
        let identifier = |value: &str| super::body::identifier(&value.into());
        Self {
            category: params.take("category", identifier),
            tier: params.take("tier", identifier),
            store: params.take("store", identifier),
            needle: params.take("q", |value| {
                let fits = value.chars().count() <= 100 && !value.contains('\0');
                fits.then(|| value.trim().to_lowercase())
            }),
            affordable: params.word("affordable", &["true", "false"]) == Some("true"),
            favourite: params.word("favourite", &["true", "false"]) == Some("true"),
        }
    }

    /// Whether the reward at a position is meant; what is cheap to know is looked at first.
    fn takes(&self, ctx: &Ctx, shopper: &Shopper, position: usize) -> bool {
        let programme = ctx.programme();
        let reward = &programme.rewards[position];
        self.category.as_ref().is_none_or(|id| *id == reward.category)
            && self.tier.as_ref().is_none_or(|id| reward.min_tier.as_ref() == Some(id))
            && self.store.as_ref().is_none_or(|id| programme.store(id).is_some() && reward.is_for(id))
            && (!self.favourite || shopper.remembers(reward))
            && self.needle.as_ref().is_none_or(|needle| programme.shelf.mentions(position, needle))
            && (!self.affordable || shopper.eligible(&ctx.scene, reward))
    }
}

/// Ids with commas between, each once.
fn identifiers(value: &str) -> Option<Vec<String>> {
    let mut ids = Vec::new();
    for id in value.split(',') {
        let id = super::body::identifier(&id.into())?;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    (value.split(',').count() <= MOST_IDS).then_some(ids)
}

pub(crate) async fn list(ctx: Ctx, member: Member, mut params: Params) -> Result<Json<Value>, Problem> {
    let filter = Filter::read(&mut params);
    let ids = params.take("ids", identifiers);
    let sort = params.take("sort", |value| Sort::ALL.into_iter().find(|sort| sort.name() == value));
    let limit = params.limit();
    let after = params.cursor("rewards");
    params.finish()?;
    let shopper = shopper(&ctx, member).await?;
    let programme = ctx.programme();
    // The whole order comes first and the filter after it, so that a page goes on behind a row which the filter no longer takes.
    let mut order = programme.shelf.order(sort.unwrap_or(Sort::Recommended)).to_vec();
    if let Some(ids) = ids {
        let asked: Vec<usize> = ids.iter().filter_map(|id| programme.shelf.position(id)).collect();
        match sort {
            Some(_) => order.retain(|position| asked.contains(position)),
            None => order = asked,
        }
    }
    let start = match after.map(|id| programme.shelf.position(&id)) {
        None => 0,
        // A reward that left the catalogue has no place in it: the list is then at its end.
        Some(at) => order.iter().position(|position| Some(*position) == at).map_or(order.len(), |at| at + 1),
    };
    let taken = |position: &usize| filter.takes(&ctx, &shopper, *position);
    let before = order[..start].iter().filter(|position| taken(position)).count();
    let rest: Vec<&Reward> =
        order[start..].iter().filter(|at| taken(at)).map(|at| &programme.rewards[*at]).collect();
    let total = before + rest.len();
    let rows = rest.into_iter().take(limit + 1).collect();
    let mut page =
        page("rewards", rows, limit, |reward| reward.id.clone(), |reward| view(&ctx, &shopper, reward));
    page["total"] = total.into();
    Ok(Json(page))
}

pub(crate) async fn get(ctx: Ctx, member: Member, path: PathParams) -> Result<Json<Value>, Problem> {
    let shopper = shopper(&ctx, member).await?;
    let reward = ctx.programme().reward(&path.get("reward_id")).ok_or_else(Problem::not_found)?;
    Ok(Json(view(&ctx, &shopper, reward)))
}
