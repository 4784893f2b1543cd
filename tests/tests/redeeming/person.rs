//! A member before a sheet: agrees, taps twice, presses what can be pressed, leaves.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use member_portal::domain::redeeming::{Event, Step};
use member_portal::redeeming::World;

use crate::schedule::{Habits, Rng};
use crate::sheet::Sheet;

/// Where members wait for each other, so that both have seen the price before one of them agrees.
#[derive(Default)]
pub(crate) struct Door {
    /// How many have to be there.
    pub(crate) wanted: Cell<usize>,
    there: Cell<usize>,
    /// Points of the first tab when its member agreed.
    pub(crate) agreed_at: Cell<Option<usize>>,
    /// Nobody waits any more: one of them is gone.
    pub(crate) broken: Cell<bool>,
}

impl Door {
    pub(crate) fn arrive(&self) {
        self.there.set(self.there.get() + 1);
    }

    pub(crate) fn is_open(&self) -> bool {
        self.broken.get() || self.there.get() >= self.wanted.get()
    }
}

/// What a person does of their own accord, and when they stop.
pub(crate) struct Person {
    pub(crate) sheet: Rc<Sheet>,
    pub(crate) habits: Habits,
    pub(crate) rng: RefCell<Rng>,
    pub(crate) door: Rc<Door>,
    pub(crate) first: Option<Rc<Sheet>>,
}

const MOMENT: Duration = Duration::from_millis(2);

impl Person {
    fn chance(&self, percent: u64) -> bool {
        self.rng.borrow_mut().below(100) < percent
    }

    /// Until nothing more is to be done here, with or without this person.
    pub(crate) async fn live(self) {
        let (mut arrived, mut gone) = (false, false);
        let (mut looks, mut readings) = (0, 0);
        let mut patient_until = None;
        loop {
            let sheet = &self.sheet;
            let step = sheet.step();
            if !arrived && !matches!(step, Step::Looking) {
                arrived = true;
                self.door.arrive();
            }
            match step {
                Step::Ready => self.agree().await,
                Step::Blocked | Step::NotMade => {
                    let before = sheet.record.agreed.borrow().len();
                    looks += 1;
                    if looks <= 2 && (before == 0 || self.chance(self.habits.anew)) {
                        sheet.record.anew.set(sheet.record.anew.get() || before > 0);
                        sheet.tab.pause(3_000).await;
                        sheet.on(Event::Look);
                    } else {
                        sheet.on(Event::Leave);
                    }
                }
                Step::Held => {
                    let wait = sheet.course.borrow().refusal().and_then(|refusal| refusal.wait).unwrap_or(1);
                    sheet.tab.pause(i32::try_from(wait * 1_000).unwrap_or(i32::MAX)).await;
                    tokio::time::sleep(Duration::from_millis(self.habits.thinks)).await;
                    looks += 1;
                    if sheet.step() == Step::Held {
                        if looks > 4 || self.chance(self.habits.leaves) {
                            sheet.on(Event::Leave);
                        } else {
                            self.again();
                        }
                    }
                }
                Step::Confirming => {
                    if !gone && self.chance(self.habits.leaves) {
                        gone = true;
                        sheet.on(Event::Leave);
                    } else if !gone && self.chance(self.habits.presses) {
                        let may = sheet.course.borrow().may_send_again();
                        if may && self.chance(50) {
                            self.again();
                        } else {
                            sheet.on(Event::Check);
                        }
                    }
                    sheet.changed.notified().await;
                }
                Step::Asking => {
                    // Whoever looks is there, also after a reload. An honest answer is one that the ledger gives, and that
                    // it was not made is certain only when nothing can be on its way any more.
                    let now = sheet.tab.device.time();
                    let until = *patient_until.get_or_insert(now + self.habits.patience);
                    let key = sheet.course.borrow().key().unwrap_or_default().to_owned();
                    let found = sheet.course.borrow().found().map(<[_]>::len);
                    let others = sheet
                        .record
                        .told
                        .borrow()
                        .iter()
                        .filter(|told| told.made && told.key.as_deref() != Some(&key))
                        .count();
                    readings += 1;
                    match found {
                        Some(found) if found > others => sheet.on(Event::Told(true)),
                        Some(_) if now >= until && sheet.course.borrow().may_deny() => {
                            sheet.on(Event::Told(false));
                        }
                        _ if readings > 60 => break,
                        _ => {
                            sheet.tab.pause(20_000).await;
                            sheet.on(Event::Check);
                        }
                    }
                }
                Step::Made | Step::Closed => break,
                Step::Looking | Step::Keeping | Step::Sending | Step::Checking => {
                    sheet.changed.notified().await;
                }
            }
        }
    }

    async fn agree(&self) {
        while !self.door.is_open() {
            tokio::time::sleep(MOMENT).await;
        }
        if let Some(first) = &self.first {
            // The second tab: when the first has come so far.
            let has_come =
                || self.door.agreed_at.get().is_some_and(|at| first.tab.points() >= at + self.habits.lag);
            while !is_over(first.step()) && !self.door.broken.get() && !has_come() {
                tokio::time::sleep(MOMENT).await;
            }
        } else {
            self.door.agreed_at.set(Some(self.sheet.tab.points()));
        }
        if self.sheet.step() != Step::Ready {
            return;
        }
        for _ in 0..=usize::from(self.habits.taps_twice) {
            let key = self.sheet.key();
            self.sheet.on(Event::Agree(key));
        }
    }

    fn again(&self) {
        let key = self.sheet.course.borrow().key().map(str::to_owned);
        self.sheet.record.again.borrow_mut().extend(key);
        self.sheet.on(Event::Again);
    }
}

/// Whether nothing more is done for an order.
fn is_over(step: Step) -> bool {
    matches!(step, Step::Made | Step::Closed | Step::Blocked | Step::NotMade)
}
