//! The wallet: vouchers and coupons in one order, and what is said about them.

use crate::domain::date::Instant;
use crate::domain::redemption::{BucketUse, Coupon, Redemption, Status};

/// How long after a redemption its voucher is greeted as a new one; a little before it, for clocks that differ.
const NEW_FOR_MS: std::ops::Range<i64> = -10_000..120_000;

/// Something in the wallet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ticket {
    /// What a redemption issued.
    Voucher(Box<Redemption>),
    /// A coupon.
    Coupon(Box<Coupon>),
}

impl Ticket {
    /// Until when it can be used.
    pub fn valid_until(&self) -> Option<Instant> {
        match self {
            Self::Voucher(one) => one.voucher.as_ref().and_then(|voucher| voucher.valid_until),
            Self::Coupon(one) => one.valid_until,
        }
    }

    /// Where it belongs at `now`.
    pub fn shelf(&self, now: Instant) -> Shelf {
        match self {
            Self::Voucher(one) => match one.status_at(now) {
                Status::Pending => Shelf::Pending,
                Status::Issued | Status::Other => Shelf::Usable,
                _ => Shelf::Past,
            },
            Self::Coupon(one) => one.shelf(now),
        }
    }
}

/// A part of the wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shelf {
    /// Something has to happen first: a partner issues it, money is paid, a friend takes it.
    Pending,
    /// Can be used now.
    Usable,
    /// Used, over, given away or undone.
    Past,
}

/// Whether something is worth being read again, and how soon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// Nothing happens to it any more.
    Over,
    /// It is on screen and can be used at any moment.
    Live,
    /// It waits; with the seconds that the backend asked for.
    Waiting(Option<i64>),
}

impl Pace {
    /// How long after the last reading the next one is due, in milliseconds, when it was read `times` times since it
    /// last changed. `None` when it never is.
    pub fn wait_ms(self, times: usize) -> Option<i64> {
        const BACK_OFF_S: [i64; 6] = [2, 3, 5, 8, 13, 30];
        match self {
            Self::Over => None,
            Self::Live => Some(10_000),
            Self::Waiting(Some(seconds)) => Some(seconds.clamp(1, 600) * 1000),
            Self::Waiting(None) => Some(BACK_OFF_S[times.min(BACK_OFF_S.len() - 1)] * 1000),
        }
    }
}

impl Redemption {
    /// The state at `now`: what was read some time ago can have expired since.
    pub fn status_at(&self, now: Instant) -> Status {
        let until = self.voucher.as_ref().and_then(|voucher| voucher.valid_until);
        match self.status {
            Status::Issued if until.is_some_and(|until| until <= now) => Status::Expired,
            status => status,
        }
    }

    /// How soon it is worth being read again.
    pub fn pace(&self) -> Pace {
        match self.status {
            Status::Pending | Status::Other => Pace::Waiting(self.poll_after),
            Status::Issued => Pace::Live,
            _ => Pace::Over,
        }
    }

    /// Whether it waits for money.
    pub fn awaits_payment(&self) -> bool {
        self.status == Status::Pending && self.payment.is_some()
    }

    /// Whether it was made just before `now`.
    pub fn is_new(&self, now: Instant) -> bool {
        let open = matches!(self.status, Status::Issued | Status::Pending);
        open && self.created_at.is_some_and(|at| NEW_FOR_MS.contains(&now.0.saturating_sub(at.0)))
    }

    /// Whether the member can cancel it at `now`.
    pub fn cancellable_at(&self, now: Instant) -> bool {
        self.can_cancel && self.cancellable_until.is_none_or(|until| now < until)
    }
}

impl Coupon {
    /// Where it belongs at `now`; a state that this version doesn't know counts as usable.
    pub fn shelf(&self, now: Instant) -> Shelf {
        match self.status.as_str() {
            "used" | "expired" | "given" => Shelf::Past,
            _ if self.valid_until.is_some_and(|until| until <= now) => Shelf::Past,
            "transferring" => Shelf::Pending,
            _ => Shelf::Usable,
        }
    }

    /// How soon it is worth being read again.
    pub fn pace(&self, now: Instant) -> Pace {
        if self.shelf(now) == Shelf::Past { Pace::Over } else { Pace::Live }
    }
}

/// Points among `buckets` that are lost at `now`, because the date of their bucket has passed.
pub fn overdue(buckets: &[BucketUse], now: Instant) -> i64 {
    let over = |bucket: &&BucketUse| bucket.expires_at.is_some_and(|at| at <= now);
    buckets.iter().filter(over).map(|bucket| bucket.amount).sum()
}

/// One part of the wallet: what can be used or waits, the soonest to expire first, or the past, the latest first. What
/// stands in `vouchers` twice, because a page moved while it was read, is shown once.
pub fn tickets(vouchers: &[Redemption], coupons: &[Coupon], shelf: Shelf, now: Instant) -> Vec<Ticket> {
    let mut list: Vec<Ticket> = Vec::new();
    for (index, one) in vouchers.iter().enumerate() {
        if vouchers[..index].iter().all(|other| other.id != one.id) {
            list.push(Ticket::Voucher(Box::new(one.clone())));
        }
    }
    list.extend(coupons.iter().cloned().map(|one| Ticket::Coupon(Box::new(one))));
    list.retain(|ticket| ticket.shelf(now) == shelf);
    if shelf == Shelf::Past {
        list.sort_by_key(|ticket| std::cmp::Reverse(ticket.valid_until()));
    } else {
        list.sort_by_key(|ticket| ticket.valid_until().map_or(i64::MAX, |at| at.0));
    }
    list
}

/// A code in groups of four, as it is read out.
pub fn grouped(code: &str) -> String {
    let mut text = String::with_capacity(code.len() * 5 / 4 + 1);
    for (index, letter) in code.chars().filter(|letter| !letter.is_whitespace()).enumerate() {
        if index > 0 && index.is_multiple_of(4) {
            text.push(' ');
        }
        text.push(letter);
    }
    text
}

/// What is left to pay in tenths, as Chinese names a discount: 20 per cent off is `8`, 15 is `8.5`.
pub fn tenths(percent_off: i64) -> String {
    let left = 100 - percent_off.clamp(0, 100);
    let mut text = (left / 10).to_string();
    if left % 10 > 0 {
        text.push('.');
        text.push_str(&(left % 10).to_string());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::redemption::{Discount, Voucher};

    fn voucher(id: &str, status: Status, until: Option<i64>) -> Redemption {
        Redemption {
            id: id.into(),
            status,
            reward_id: String::new(),
            title: String::new(),
            subtitle: String::new(),
            image: None,
            quantity: 1,
            cost_points: 0,
            store: None,
            buckets_used: Vec::new(),
            voucher: Some(Voucher {
                code: String::new(),
                valid_until: until.map(Instant),
                stores_label: String::new(),
            }),
            created_at: Some(Instant(0)),
            cancellable_until: Some(Instant(50)),
            can_cancel: true,
            balance_after: None,
            payment: None,
            can_pay: false,
            poll_after: None,
            status_detail: None,
            used_at: None,
            refund: None,
        }
    }

    fn coupon(id: &str, status: &str, until: i64) -> Coupon {
        Coupon {
            id: id.into(),
            status: status.into(),
            title: String::new(),
            discount: Discount::Item,
            min_spend: None,
            scope: String::new(),
            valid_until: Some(Instant(until)),
            code: String::new(),
            terms: Vec::new(),
            can_transfer: false,
            can_take_back: false,
            transfer: None,
        }
    }

    fn ids(list: &[Ticket]) -> Vec<&str> {
        fn id(ticket: &Ticket) -> &str {
            match ticket {
                Ticket::Voucher(one) => &one.id,
                Ticket::Coupon(one) => &one.id,
            }
        }
        list.iter().map(id).collect()
    }

    #[test]
    fn what_expires_first_comes_first_and_each_once() {
        let vouchers = [
            voucher("late", Status::Issued, Some(90)),
            voucher("never", Status::Issued, None),
            voucher("used", Status::Used, Some(80)),
            voucher("over", Status::Issued, Some(10)),
            voucher("late", Status::Issued, Some(90)),
        ];
        let coupons =
            [coupon("soon", "available", 30), coupon("gone", "expired", 20), coupon("new", "held", 95)];
        let now = Instant(15);
        let shown = |shelf| tickets(&vouchers, &coupons, shelf, now);
        assert_eq!(ids(&shown(Shelf::Usable)), ["soon", "late", "new", "never"]);
        assert_eq!(ids(&shown(Shelf::Past)), ["used", "gone", "over"]);
        assert_eq!(ids(&shown(Shelf::Pending)), [""; 0]);
    }

    #[test]
    fn each_state_has_its_shelf() {
        use Shelf::{Past, Pending, Usable};
        for (status, shelf) in [
            (Status::Pending, Pending),
            (Status::Issued, Usable),
            (Status::Other, Usable),
            (Status::Used, Past),
            (Status::Expired, Past),
            (Status::Cancelled, Past),
            (Status::Rejected, Past),
            (Status::Refunded, Past),
        ] {
            assert_eq!(Ticket::Voucher(Box::new(voucher("a", status, Some(90)))).shelf(Instant(1)), shelf);
        }
        for (status, shelf) in [
            ("available", Usable),
            ("transferring", Pending),
            ("given", Past),
            ("used", Past),
            ("expired", Past),
            ("frozen", Usable),
        ] {
            assert_eq!(coupon("a", status, 90).shelf(Instant(1)), shelf, "{status}");
            assert_eq!(coupon("a", status, 90).shelf(Instant(90)), Past, "{status}");
        }
    }

    #[test]
    fn what_waits_is_asked_for_ever_more_seldom() {
        let waits = |pace: Pace| [0, 1, 2, 3, 4, 5, 6, 99].map(|times| pace.wait_ms(times));
        assert_eq!(
            waits(Pace::Waiting(None)),
            [2, 3, 5, 8, 13, 30, 30, 30].map(|seconds| Some(seconds * 1000))
        );
        assert_eq!(waits(Pace::Waiting(Some(4))), [Some(4000); 8]);
        assert_eq!(waits(Pace::Live), [Some(10_000); 8]);
        assert_eq!(waits(Pace::Over), [None; 8]);
        assert_eq!(Pace::Waiting(Some(i64::MAX)).wait_ms(0), Some(600_000));
        let mut one = voucher("a", Status::Pending, None);
        one.poll_after = Some(7);
        assert_eq!(one.pace(), Pace::Waiting(Some(7)));
        assert_eq!(voucher("a", Status::Issued, None).pace(), Pace::Live);
        assert_eq!(voucher("a", Status::Rejected, None).pace(), Pace::Over);
    }

    #[test]
    fn points_that_come_back_too_late_are_told() {
        let bucket =
            |amount, at: Option<i64>| BucketUse { amount, expires_at: at.map(Instant), remaining: None };
        let buckets = [bucket(620, Some(10)), bucket(80, Some(20)), bucket(1, None)];
        assert_eq!([9, 10, 20].map(|now| overdue(&buckets, Instant(now))), [0, 620, 700]);
    }

    #[test]
    fn states_follow_the_clock() {
        let one = voucher("a", Status::Issued, Some(100));
        assert_eq!(one.status_at(Instant(99)), Status::Issued);
        assert_eq!(one.status_at(Instant(100)), Status::Expired);
        assert!(one.cancellable_at(Instant(49)) && !one.cancellable_at(Instant(50)));
        assert!(one.is_new(Instant(119_999)));
        assert!(!one.is_new(Instant(120_000)) && !one.is_new(Instant(-10_001)));
        assert!(!voucher("a", Status::Used, None).is_new(Instant(1)));
    }

    #[test]
    fn codes_and_discounts_are_said_as_people_say_them() {
        assert_eq!(grouped("7302119458"), "7302 1194 58");
        assert_eq!(grouped("QY73 0211"), "QY73 0211");
        assert_eq!(grouped(""), "");
        for (off, said) in [(20, "8"), (15, "8.5"), (0, "10"), (100, "0"), (-5, "10"), (95, "0.5")] {
            assert_eq!(tenths(off), said);
        }
    }
}
