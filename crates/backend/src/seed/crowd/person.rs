//! Who is in the crowd.

use super::{NOW, SPAN};
use crate::clock::{DAY, Millis};
use crate::http::context::token_hash;
use crate::ids;
use crate::rules::buckets::Buckets;
use crate::rules::tier::{Activity, Standing, met, period_end};
use crate::scene::Scene;
use crate::seed::rng::Rng;
use crate::store::coupons::{self, Coupon};
use crate::store::favourites;
use crate::store::members::{self, Consent, Member};
use crate::store::sessions::{self, Session};
use rusqlite::Connection;

/// How often members come, as turns from one time to the next: the tenth that comes most, the four tenths in the middle, and
/// the other half.
const REGULAR: usize = 1;
const USUAL: usize = 4;
const RARE: usize = 10;
/// How long sessions last from now, so that none ends while it is measured.
const SESSION_LIFE: Millis = 60 * DAY;

/// One of the crowd, as of the latest visit.
pub(super) struct Person {
    pub(super) id: String,
    pub(super) phone: String,
    pub(super) joined_at: Millis,
    pub(super) every: usize,
    pub(super) phase: usize,
    /// What is usually spent, in thousandths of a single drink.
    pub(super) appetite: i64,
    pub(super) buckets: Buckets,
    pub(super) last: Millis,
    pub(super) answered: bool,
    /// Within the window that counts for a rise.
    pub(super) year: Activity,
}

impl Person {
    pub(super) fn new(scene: &Scene, number: usize) -> Self {
        let phone = (15_000_000_000 + number).to_string();
        let mut rng = Rng::named(&["crowd", &phone]);
        let every = match number % 10 {
            0 => REGULAR,
            1..5 => USUAL,
            _ => RARE,
        };
        Self {
            id: ids::stable(&["member", &scene.programme.id, &phone]),
            phone,
            joined_at: NOW - SPAN - rng.range(1, 400) * DAY,
            every,
            phase: rng.index(every),
            appetite: rng.range(600, 2600),
            buckets: Buckets::default(),
            last: 0,
            answered: false,
            year: Activity::default(),
        }
    }

    /// Writes who this is, with what has been theirs from the first day.
    pub(super) fn join(&self, db: &Connection, scene: &Scene, token: &str) -> rusqlite::Result<()> {
        let programme = &scene.programme;
        let mut rng = Rng::named(&["crowd member", &self.phone]);
        let member = Member {
            id: self.id.clone(),
            phone: self.phone.clone(),
            display_name: format!("会员 {}", &self.phone[5..]),
            birthday: (rng.index(2) == 0)
                .then(|| format!("{}-0{}-1{}", rng.range(1960, 2005), rng.range(1, 10), rng.range(0, 10))),
            locale: Some("zh-CN".into()),
            theme: "system".into(),
            personalisation: true,
            card_secret: rng.bytes::<32>().to_vec(),
            joined_at: self.joined_at,
        };
        members::insert(db, &member, &programme.tiers[0].id)?;
        for purpose in ["service", "personalisation", "messages"] {
            let version = programme.terms_version.clone();
            let granted = purpose == "service" || rng.index(3) > 0;
            let consent = Consent { purpose: purpose.into(), granted, version, at: self.joined_at };
            members::set_consent(db, &self.id, &consent)?;
        }
        let began = NOW - rng.range(1, 30) * DAY;
        let session = Session {
            id: ids::stable(&["session", &self.id]),
            member_id: self.id.clone(),
            channel: "mobile".into(),
            device: Some("iPhone · Safari".into()),
            created_at: began,
            last_seen_at: began,
            expires_at: NOW + SESSION_LIFE,
            device_id: None,
        };
        sessions::insert(db, &session, &token_hash(token))?;
        for _ in 0..rng.index(3) {
            let reward = &programme.rewards[rng.index(programme.rewards.len())];
            favourites::add(db, &self.id, &reward.id, NOW - rng.range(1, 300) * DAY)?;
        }
        if let Some(offer) = programme.coupon_offers.get(rng.index(2 * programme.coupon_offers.len().max(1)))
        {
            let at = NOW - rng.range(1, 60) * DAY;
            let coupon = Coupon {
                seq: 0,
                id: ids::stable(&["coupon", &self.id, &offer.id]),
                offer_id: offer.id.clone(),
                code: ids::voucher_code(rng.bytes()),
                used_at: (rng.index(2) == 0).then_some(at + DAY / 2),
                given_at: None,
                valid_from: at,
                valid_until: Scene { now: at, ..scene.clone() }.end_of_day_in(offer.valid_days),
                offered: None,
            };
            coupons::claim(db, &self.id, &coupon)?;
        }
        Ok(())
    }

    /// The highest tier that the year deserves, for a period that has begun some time ago.
    pub(super) fn standing(&self, scene: &Scene, rng: &mut Rng) -> Standing {
        let (months, zone) = (scene.programme.tier_window_months, scene.zone());
        let levels = scene.programme.levels();
        let deserved = |level: usize| met(levels[level].matching, &levels[level].thresholds, &self.year);
        let level = (1..levels.len()).rev().find(|level| deserved(*level)).unwrap_or(0);
        if level == 0 {
            let start = self.joined_at;
            return Standing { level, since: start, period_start: start, period_end: None };
        }
        let start = NOW - rng.range(1, 27 * i64::from(months)) * DAY;
        Standing {
            level,
            since: start,
            period_start: start,
            period_end: Some(period_end(start, months, zone)),
        }
    }
}
