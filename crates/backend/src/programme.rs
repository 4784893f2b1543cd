//! A programme as its seed file describes it: brand, tiers, catalogue, surveys, stores.

use crate::locale::{Locale, Text};
use crate::rules::accrual::Rate;
use crate::rules::expiry::Policy;
use crate::rules::occasions::Kind;
use crate::rules::tier::{Level, Match, Threshold};
use crate::seed::catalogue::fill_up;
use crate::shelf::Shelf;
use anyhow::{Context, Result, ensure};
use chrono_tz::Tz;
use serde::Deserialize;
use serde_json::Value;

/// Each programme: its name, its file, and the file of its surveys.
const FILES: [(&str, &str, &str); 4] = [
    ("coffee", include_str!("../seeds/coffee.json"), include_str!("../seeds/surveys/coffee.json")),
    ("milk-tea", include_str!("../seeds/milk-tea.json"), include_str!("../seeds/surveys/milk-tea.json")),
    ("sparkling", include_str!("../seeds/sparkling.json"), include_str!("../seeds/surveys/sparkling.json")),
    ("ice-tea", include_str!("../seeds/ice-tea.json"), include_str!("../seeds/surveys/ice-tea.json")),
];

/// The names of the programmes that can be served.
pub fn programme_ids() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(id, ..)| *id)
}

/// The files of the programme called `id`.
pub(crate) fn sources(id: &str) -> impl Iterator<Item = &'static str> {
    FILES.iter().filter(move |(known, ..)| *known == id).flat_map(|(_, file, surveys)| [*file, *surveys])
}

/// What the picture of a benefit is called; two tiers may draw the same benefit differently.
pub(crate) fn benefit_picture_id(tier: &Tier, benefit: &Benefit) -> String {
    format!("{}-{}", tier.id, benefit.id)
}

#[derive(Debug, Deserialize)]
pub(crate) struct Programme {
    pub(crate) id: String,
    pub(crate) name: Text,
    pub(crate) brand: Brand,
    pub(crate) timezone: String,
    pub(crate) currency: String,
    pub(crate) points_name: Text,
    pub(crate) locales: Vec<String>,
    pub(crate) support_phone: String,
    pub(crate) terms_version: String,
    pub(crate) expiry_policy: ExpiryPolicy,
    pub(crate) accrual: Rate,
    pub(crate) tier_window_months: u32,
    pub(crate) tiers: Vec<Tier>,
    pub(crate) earning_rules: Vec<EarningRule>,
    pub(crate) categories: Vec<Category>,
    pub(crate) stores: Vec<Store>,
    pub(crate) menu: Vec<MenuItem>,
    pub(crate) terms_library: std::collections::BTreeMap<String, Text>,
    pub(crate) rewards: Vec<Reward>,
    pub(crate) coupon_offers: Vec<CouponOffer>,
    #[serde(skip)]
    pub(crate) surveys: Vec<Survey>,
    pub(crate) members: Vec<SeedMember>,
    /// Where each reward is.
    #[serde(skip)]
    pub(crate) shelf: Shelf,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Brand {
    pub(crate) primary: String,
    pub(crate) accent: String,
    pub(crate) mood: String,
    pub(crate) shape: String,
    pub(crate) slogan: Text,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ExpiryPolicy {
    pub(crate) kind: String,
    pub(crate) months: Option<u32>,
    pub(crate) years: Option<u32>,
    pub(crate) description: Text,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Tier {
    pub(crate) id: String,
    pub(crate) name: Text,
    pub(crate) rank: i64,
    pub(crate) material: String,
    #[serde(rename = "match")]
    pub(crate) matching: Match,
    pub(crate) thresholds: Vec<Threshold>,
    pub(crate) retain: Vec<Threshold>,
    pub(crate) multiplier_permille: i64,
    pub(crate) benefits: Vec<Benefit>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Benefit {
    pub(crate) id: String,
    pub(crate) title: Text,
    pub(crate) description: Text,
    pub(crate) value: Text,
    pub(crate) kind: String,
    pub(crate) how_to_use: Text,
    pub(crate) status: String,
    pub(crate) picture: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct EarningRule {
    pub(crate) id: String,
    pub(crate) title: Text,
    pub(crate) description: Text,
    pub(crate) kind: String,
    pub(crate) points: Option<i64>,
    pub(crate) per_amount: Option<i64>,
    pub(crate) multiplier_permille: Option<i64>,
    pub(crate) from_days: Option<i64>,
    pub(crate) until_days: Option<i64>,
    pub(crate) cap: Option<Cap>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Cap {
    pub(crate) points: i64,
    pub(crate) period: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Category {
    pub(crate) id: String,
    pub(crate) name: Text,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Store {
    pub(crate) id: String,
    pub(crate) name: Text,
    pub(crate) address: Text,
    pub(crate) phone: String,
    pub(crate) open: String,
    pub(crate) close: String,
    pub(crate) latitude: Option<String>,
    pub(crate) longitude: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct MenuItem {
    pub(crate) name: Text,
    pub(crate) price: i64,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Reward {
    pub(crate) id: String,
    pub(crate) title: Text,
    pub(crate) subtitle: Text,
    pub(crate) description: Text,
    pub(crate) category: String,
    pub(crate) kind: String,
    pub(crate) picture: String,
    pub(crate) palette: Option<Vec<String>>,
    pub(crate) cost_points: i64,
    pub(crate) list_cost_points: Option<i64>,
    pub(crate) cost_money: Option<i64>,
    pub(crate) stock: Option<Stock>,
    pub(crate) from_days: Option<i64>,
    pub(crate) until_days: Option<i64>,
    pub(crate) min_tier: Option<String>,
    pub(crate) limit: Option<Limit>,
    pub(crate) stores: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) terms: Vec<String>,
    pub(crate) voucher_valid_days: i64,
    #[serde(default)]
    pub(crate) cancellable_hours: i64,
    /// The reward whose picture it has; its own when there is none.
    #[serde(skip)]
    pub(crate) pictured_as: Option<String>,
    /// For what a partner issues; everything else is issued at once.
    pub(crate) issue: Option<Issue>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Issue {
    /// How long the partner takes.
    pub(crate) seconds: i64,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Stock {
    pub(crate) total: i64,
    pub(crate) remaining: i64,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Limit {
    pub(crate) max: i64,
    pub(crate) period: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct CouponOffer {
    pub(crate) id: String,
    pub(crate) title: Text,
    pub(crate) discount: Discount,
    pub(crate) min_spend: Option<i64>,
    pub(crate) scope: Text,
    pub(crate) claim_until_days: i64,
    pub(crate) valid_days: i64,
    #[serde(default)]
    pub(crate) terms: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Discount {
    pub(crate) kind: String,
    pub(crate) amount: Option<i64>,
    pub(crate) percent: Option<i64>,
}

/// What a survey is offered after; nobody sees it before.
#[derive(Debug, Deserialize)]
pub(crate) struct Occasion {
    #[serde(rename = "type")]
    pub(crate) kind: Kind,
    /// Only after redemptions of this category of rewards.
    pub(crate) category: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Survey {
    pub(crate) id: String,
    pub(crate) title: Text,
    pub(crate) description: Text,
    pub(crate) reward_points: i64,
    pub(crate) minutes: i64,
    pub(crate) until_days: i64,
    pub(crate) revision: i64,
    pub(crate) picture: String,
    pub(crate) palette: Option<Vec<String>>,
    /// None when everybody may answer it.
    pub(crate) occasion: Option<Occasion>,
    pub(crate) definition: Value,
}

#[derive(Debug, Deserialize)]
pub(crate) struct SeedMember {
    pub(crate) phone: String,
    pub(crate) display_name: String,
    pub(crate) birthday: Option<String>,
    pub(crate) locale: String,
    pub(crate) tier: String,
    pub(crate) tier_since_days_ago: i64,
    pub(crate) joined_days_ago: i64,
    pub(crate) persona: String,
    pub(crate) visits_per_month: i64,
    pub(crate) average_spend: i64,
    pub(crate) points_target: i64,
    #[serde(default)]
    pub(crate) redeem: Vec<String>,
    #[serde(default)]
    pub(crate) coupons: Vec<String>,
}

impl Reward {
    /// What its picture is called.
    pub(crate) fn picture_id(&self) -> &str {
        self.pictured_as.as_deref().unwrap_or(&self.id)
    }

    /// Whether it can be used at the store.
    pub(crate) fn is_for(&self, store: &str) -> bool {
        self.stores.as_ref().is_none_or(|stores| stores.iter().any(|id| id == store))
    }
}

impl Programme {
    /// Reads the embedded programme called `id`.
    pub(crate) fn load(id: &str) -> Result<Self> {
        Self::load_filled(id, 0)
    }

    /// As `load`, with at least so many rewards: there are variants of its own ones when it has fewer.
    pub(crate) fn load_filled(id: &str, rewards: usize) -> Result<Self> {
        let (_, file, surveys) = FILES.iter().find(|(known, ..)| *known == id).with_context(|| {
            format!("there is no programme {id:?}; there are {:?}", programme_ids().collect::<Vec<_>>())
        })?;
        let mut programme: Self =
            serde_json::from_str(file).with_context(|| format!("the seed file of {id}"))?;
        programme.surveys = serde_json::from_str(surveys).with_context(|| format!("the surveys of {id}"))?;
        programme.check().with_context(|| format!("the seed file of {id}"))?;
        fill_up(&mut programme.rewards, rewards);
        programme.shelf = Shelf::new(&programme.rewards)?;
        Ok(programme)
    }

    fn check(&self) -> Result<()> {
        self.timezone.parse::<Tz>().map_err(|_| anyhow::anyhow!("timezone {:?}", self.timezone))?;
        ensure!(self.locales.iter().all(|tag| Locale::from_tag(tag).is_some()), "locales {:?}", self.locales);
        ensure!(
            !self.tiers.is_empty() && self.tiers[0].thresholds.is_empty(),
            "the first tier is the base tier"
        );
        ensure!(self.tiers.is_sorted_by_key(|tier| tier.rank), "tiers by rising rank");
        ensure!(!self.menu.is_empty() && !self.stores.is_empty(), "menu and stores");
        for reward in &self.rewards {
            let known = |key: &String| self.terms_library.contains_key(key);
            ensure!(self.categories.iter().any(|c| c.id == reward.category), "{}: category", reward.id);
            ensure!(reward.terms.iter().all(known), "{}: terms", reward.id);
            ensure!(
                reward.min_tier.as_ref().is_none_or(|id| self.tier_index(id).is_some()),
                "{}: min_tier",
                reward.id
            );
            ensure!(
                reward.stores.iter().flatten().all(|id| self.store(id).is_some()),
                "{}: stores",
                reward.id
            );
            ensure!(reward.issue.as_ref().is_none_or(|issue| issue.seconds > 0), "{}: issue", reward.id);
            ensure!(reward.cost_points >= 0 && reward.voucher_valid_days > 0, "{}: numbers", reward.id);
        }
        for survey in &self.surveys {
            let category = survey.occasion.as_ref().and_then(|occasion| occasion.category.as_ref());
            let known = |id: &String| self.categories.iter().any(|category| category.id == *id);
            ensure!(category.is_none_or(known), "{}: occasion", survey.id);
            ensure!(survey.reward_points >= 0 && survey.minutes > 0, "{}: numbers", survey.id);
        }
        for member in &self.members {
            ensure!(self.tier_index(&member.tier).is_some(), "{}: tier", member.phone);
            let known = |id: &String| self.rewards.iter().any(|reward| reward.id == *id);
            ensure!(member.redeem.iter().all(known), "{}: redeem", member.phone);
            ensure!(member.coupons.iter().all(|id| self.offer(id).is_some()), "{}: coupons", member.phone);
        }
        Ok(())
    }

    pub(crate) fn zone(&self) -> Tz {
        self.timezone.parse().unwrap_or(Tz::UTC)
    }

    pub(crate) fn offered_locales(&self) -> Vec<Locale> {
        self.locales.iter().filter_map(|tag| Locale::from_tag(tag)).collect()
    }

    pub(crate) fn policy(&self) -> Policy {
        match self.expiry_policy.kind.as_str() {
            "rolling" => Policy::Rolling { months: self.expiry_policy.months.unwrap_or(12) },
            "calendar" => Policy::Calendar { years: self.expiry_policy.years.unwrap_or(1) },
            _ => Policy::None,
        }
    }

    pub(crate) fn levels(&self) -> Vec<Level> {
        let level = |tier: &Tier| Level {
            matching: tier.matching,
            thresholds: tier.thresholds.clone(),
            retain: tier.retain.clone(),
        };
        self.tiers.iter().map(level).collect()
    }

    pub(crate) fn tier_index(&self, id: &str) -> Option<usize> {
        self.tiers.iter().position(|tier| tier.id == id)
    }

    pub(crate) fn reward(&self, id: &str) -> Option<&Reward> {
        self.shelf.position(id).map(|position| &self.rewards[position])
    }

    pub(crate) fn store(&self, id: &str) -> Option<&Store> {
        self.stores.iter().find(|store| store.id == id)
    }

    pub(crate) fn offer(&self, id: &str) -> Option<&CouponOffer> {
        self.coupon_offers.iter().find(|offer| offer.id == id)
    }

    pub(crate) fn survey(&self, id: &str) -> Option<&Survey> {
        self.surveys.iter().find(|survey| survey.id == id)
    }

    pub(crate) fn terms(&self, keys: &[String], locale: Locale) -> Vec<&str> {
        keys.iter().filter_map(|key| self.terms_library.get(key)).map(|text| text.get(locale)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_seed_file_is_whole() {
        for id in programme_ids() {
            let programme = Programme::load(id).unwrap();
            assert_eq!(programme.id, id);
            assert!(programme.rewards.len() >= 40, "{id}: {} rewards", programme.rewards.len());
            assert!(
                programme.categories.len() >= 4
                    && programme.surveys.len() >= 5
                    && programme.members.len() == 3
            );
            let any = |what: fn(&Reward) -> bool| assert!(programme.rewards.iter().any(what));
            any(|r| r.stock.as_ref().is_some_and(|stock| stock.remaining == 0));
            any(|r| r.stock.as_ref().is_some_and(|stock| stock.remaining > 0));
            any(|r| r.min_tier.is_some());
            any(|r| r.from_days.is_some_and(|days| days > 0));
            any(|r| r.limit.as_ref().is_some_and(|limit| limit.max == 1));
            any(|r| r.stores.is_some());
            any(|r| r.list_cost_points.is_some());
            any(|r| r.cost_money.is_some());
            any(|r| r.issue.is_some());
            let mut ids: Vec<&str> = programme.surveys.iter().map(|survey| survey.id.as_str()).collect();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), programme.surveys.len(), "{id}: a survey's id comes twice");
            for kind in [Kind::Redemption, Kind::Visit] {
                let after = |survey: &Survey| survey.occasion.as_ref().is_some_and(|one| one.kind == kind);
                assert!(programme.surveys.iter().any(after), "{id}: no survey after a {}", kind.name());
            }
        }
    }

    /// What a definition has under a name, anywhere.
    fn each<'a>(value: &'a Value, visit: &mut dyn FnMut(Option<&'a str>, &'a Value)) {
        match value {
            Value::Object(map) => {
                for (name, inner) in map {
                    visit(Some(name), inner);
                    each(inner, visit);
                }
            }
            Value::Array(items) => {
                for inner in items {
                    visit(None, inner);
                    each(inner, visit);
                }
            }
            _ => {}
        }
    }

    #[test]
    fn surveys_are_said_in_every_language_with_pictures_that_are_there() {
        let is_chinese = |text: &str| text.chars().any(|c| ('\u{3400}'..='\u{9fff}').contains(&c));
        for id in programme_ids() {
            let programme = Programme::load(id).unwrap();
            for survey in &programme.surveys {
                each(&survey.definition, &mut |name, value| match value {
                    Value::Object(text) if text.contains_key("default") => {
                        for language in ["default", "zh-tw", "en"] {
                            let said = text.get(language).and_then(Value::as_str);
                            assert!(said.is_some_and(|text| !text.is_empty()), "{id} {}: {value}", survey.id);
                        }
                        let english = text["en"].as_str().unwrap();
                        assert!(!is_chinese(english), "{id} {}: {english}", survey.id);
                    }
                    Value::String(text) if name == Some("imageLink") => {
                        let reward =
                            text.strip_prefix("/media/rewards/").and_then(|t| t.strip_suffix(".svg"));
                        assert!(reward.is_some_and(|id| programme.reward(id).is_some()), "{id}: {text}");
                    }
                    Value::String(text) if !matches!(name, Some("default" | "zh-tw")) => {
                        assert!(!is_chinese(text), "{id} {}: {text} in one language only", survey.id);
                    }
                    _ => {}
                });
            }
        }
    }

    #[test]
    fn unknown_programmes_are_named() {
        assert!(format!("{:#}", Programme::load("tea").unwrap_err()).contains("\"tea\""));
    }
}
