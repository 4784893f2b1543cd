use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

const BOTH: Promise = Promise { idempotent: true, deadline: true };
const NONE: Promise = Promise { idempotent: false, deadline: false };

fn preview(cost: i64) -> Event {
    Event::Looked(Box::new(Preview {
        cost_points: cost,
        balance_before: 12_840,
        balance_after: 12_840 - cost,
        ..Preview::default()
    }))
}

fn refusal(code: &str) -> Refusal {
    let again = code == "rate-limited";
    let status = match code {
        "rate-limited" => 429,
        "forbidden" => 403,
        _ => 409,
    };
    Refusal { source: Source::Backend(status), code: code.into(), again, ..Refusal::default() }
}

fn lost() -> Event {
    Event::Lost(Refusal::default())
}

fn ready(promise: Promise) -> Course {
    let mut course = Course::new(promise, 2_200);
    assert_eq!(course.task(), Task::Look);
    assert_eq!(course.on(preview(2_200)), Task::Nothing);
    assert_eq!((course.step(), course.has_changed()), (Step::Ready, false));
    course
}

fn sending(promise: Promise) -> Course {
    let mut course = ready(promise);
    assert_eq!(course.on(Event::Agree("a".into())), Task::Keep("a".into()));
    assert_eq!(course.on(Event::Kept), Task::Send("a".into()));
    course
}

fn confirming() -> Course {
    let mut course = sending(BOTH);
    assert_eq!(course.on(lost()), Task::Pause(1, 1_000));
    assert_eq!(course.step(), Step::Confirming);
    course
}

#[test]
fn it_is_kept_before_it_is_sent() {
    let mut course = sending(BOTH);
    assert_eq!(course.on(Event::Made("r1".into())), Task::Show("r1".into()));
    assert_eq!((course.step(), course.key()), (Step::Made, None));
}

#[test]
fn a_second_tap_sends_nothing() {
    let mut course = sending(BOTH);
    for event in [Event::Agree("b".into()), Event::Dismiss, Event::Again, Event::Kept] {
        assert_eq!(course.on(event), Task::Nothing);
        assert_eq!(course.step(), Step::Sending);
    }
}

#[test]
fn a_new_price_has_to_be_agreed_to_under_a_new_key() {
    let mut course = sending(BOTH);
    assert_eq!(course.on(Event::Refused(refusal("price-changed"))), Task::Look);
    assert_eq!(course.on(preview(2_400)), Task::Nothing);
    assert!(course.has_changed());
    assert_eq!(course.preview().map(|preview| preview.cost_points), Some(2_400));
    assert_eq!(course.on(Event::Agree("b".into())), Task::Keep("b".into()));
}

#[test]
fn a_price_that_differs_from_the_catalogues_is_told() {
    let mut course = Course::new(BOTH, 2_200);
    course.on(preview(2_000));
    assert!(course.has_changed());
}

#[test]
fn after_too_many_requests_the_very_same_goes_again() {
    let mut course = sending(BOTH);
    assert_eq!(
        course.on(Event::Refused(Refusal { wait: Some(7), ..refusal("rate-limited") })),
        Task::Nothing
    );
    assert_eq!(course.refusal().and_then(|refusal| refusal.wait), Some(7));
    assert_eq!(course.clone().on(Event::Leave), Task::Settle("a".into(), Outcome::NotMade));
    assert_eq!(course.on(Event::Again), Task::Send("a".into()));
}

#[test]
fn too_many_requests_say_nothing_of_an_attempt_before() {
    let mut course = confirming();
    assert_eq!(course.on(Event::Due(1)), Task::Check("a".into()));
    assert_eq!(course.on(Event::NotFound), Task::Send("a".into()));
    let busy = Refusal { wait: Some(9), ..refusal("rate-limited") };
    assert_eq!(course.on(Event::Refused(busy)), Task::Pause(2, 9_000));
    assert_eq!(course.step(), Step::Confirming);
}

#[test]
fn only_a_rule_speaks_for_an_attempt_before() {
    let mut course = confirming();
    course.on(Event::Due(1));
    assert_eq!(course.on(Event::NotFound), Task::Send("a".into()));
    assert_eq!(course.clone().on(Event::Refused(refusal("forbidden"))), Task::Pause(2, 2_000));
    assert_eq!(course.on(Event::Refused(refusal("out-of-stock"))), Task::Nothing);
    assert_eq!((course.step(), course.key()), (Step::Blocked, None));
    let mut first = sending(BOTH);
    assert_eq!(first.on(Event::Refused(refusal("forbidden"))), Task::Nothing);
    assert_eq!((first.step(), first.key()), (Step::Blocked, None));
}

#[test]
fn a_refusal_ends_the_attempt() {
    let mut course = sending(BOTH);
    assert_eq!(course.on(Event::Refused(refusal("out-of-stock"))), Task::Nothing);
    assert_eq!((course.step(), course.key()), (Step::Blocked, None));
    assert_eq!(course.on(Event::Again), Task::Nothing);
    let mut late = sending(BOTH);
    late.on(Event::Refused(refusal("intent-expired")));
    assert_eq!(late.step(), Step::NotMade);
    assert_eq!(late.on(Event::Look), Task::Look);
}

#[test]
fn what_is_lost_is_looked_up_by_itself_and_sent_again_under_its_key() {
    let mut course = confirming();
    assert_eq!(course.on(Event::Due(7)), Task::Nothing, "another pause's end");
    assert_eq!(course.on(Event::Due(1)), Task::Check("a".into()));
    assert_eq!(course.clone().on(Event::Made("r1".into())), Task::Show("r1".into()));
    assert_eq!(course.on(lost()), Task::Pause(2, 2_000));
    assert_eq!(course.on(Event::Check), Task::Check("a".into()));
    assert_eq!(course.on(Event::Due(2)), Task::Nothing, "it was asked meanwhile");
    assert_eq!(course.on(Event::NotFound), Task::Send("a".into()));
}

#[test]
fn it_is_not_sent_for_ever() {
    let mut course = confirming();
    let mut sent = 0;
    for _ in 0..40 {
        course.on(Event::Check);
        if let Task::Send(_) = course.on(Event::NotFound) {
            sent += 1;
            course.on(lost());
        }
    }
    assert!(sent < 6, "{sent}");
    course.on(Event::Check);
    assert_eq!(course.on(Event::Expired), Task::Nothing);
    assert_eq!((course.step(), course.key()), (Step::NotMade, None));
}

#[test]
fn what_was_left_is_not_sent_again_by_itself() {
    let mut course = confirming();
    for event in [Event::Dismiss, Event::Agree("b".into()), Event::Again, Event::Look] {
        assert_eq!(course.on(event), Task::Nothing);
        assert_eq!(course.step(), Step::Confirming);
    }
    assert_eq!(course.on(Event::Leave), Task::Nothing);
    assert!(course.is_left() && course.is_open());
    course.on(Event::Due(1));
    assert_eq!(course.on(Event::NotFound), Task::Pause(2, 2_000));
    assert!(course.may_send_again());
    assert_eq!(course.on(Event::Again), Task::Send("a".into()));
}

#[test]
fn what_is_left_while_it_is_sent_goes_on_unseen() {
    let mut course = sending(BOTH);
    assert_eq!(course.on(Event::Leave), Task::Nothing);
    assert!(course.is_left() && course.step() == Step::Sending);
    let busy = course.clone().on(Event::Refused(refusal("rate-limited")));
    assert_eq!(busy, Task::Settle("a".into(), Outcome::NotMade), "nobody is there to send it again");
    course.on(lost());
    course.on(Event::Due(1));
    assert_eq!(course.on(Event::NotFound), Task::Pause(2, 2_000), "and it isn't sent again by itself");
    let mut early = ready(BOTH);
    early.on(Event::Agree("a".into()));
    early.on(Event::Leave);
    assert_eq!(early.on(Event::Kept), Task::Settle("a".into(), Outcome::NotMade));
}

#[test]
fn a_new_look_forgets_what_was_lost() {
    let mut course = confirming();
    course.on(Event::Due(1));
    course.on(Event::NotFound);
    assert_eq!(course.on(Event::Refused(refusal("price-changed"))), Task::Look);
    course.on(preview(2_400));
    assert!(course.step() == Step::Ready && !course.was_lost());
}

#[test]
fn pauses_grow_and_end() {
    let mut course = confirming();
    let mut last = 0;
    for _ in 0..20 {
        course.on(Event::Check);
        let Task::Pause(_, pause) = course.on(lost()) else { panic!("no pause") };
        assert!((last..=LONGEST_PAUSE_MS).contains(&pause));
        last = pause;
    }
    assert_eq!(last, LONGEST_PAUSE_MS);
}

#[test]
fn an_order_is_taken_up_after_a_reload() {
    let mut course = Course::resume(BOTH, "a".into(), 2_200);
    assert_eq!(course.task(), Task::Join("a".into()));
    assert_eq!(course.on(lost()), Task::Pause(1, 1_000));
    course.attend();
    course.on(Event::Due(1));
    assert_eq!(course.on(Event::NotFound), Task::Pause(2, 2_000), "nobody has agreed on this page");
    assert_eq!(course.on(Event::Again), Task::Send("a".into()));
}

#[test]
fn two_tabs_share_one_order() {
    let mut course = ready(BOTH);
    course.on(Event::Agree("b".into()));
    assert_eq!(course.on(Event::Joined("a".into())), Task::Join("a".into()));
    assert!(matches!(course.clone().on(Event::NotFound), Task::Pause(..)), "it isn't this tab's to send");
    assert_eq!(course.on(Event::Made("r1".into())), Task::Show("r1".into()));
    let mut late = ready(BOTH);
    late.on(Event::Agree("b".into()));
    assert_eq!(late.on(Event::Made("r1".into())), Task::Show("r1".into()), "made elsewhere meanwhile");
}

#[test]
fn without_keys_nothing_is_sent_twice_and_the_member_is_asked() {
    let mut course = sending(NONE);
    assert_eq!(course.on(lost()), Task::ReadLedger("a".into()));
    assert_eq!(course.on(Event::NoLedger(Refusal::default())), Task::Nothing);
    assert_eq!(course.on(Event::Check), Task::ReadLedger("a".into()));
    assert!(matches!(course.on(Event::Ledger(vec![], false)), Task::Pause(_, LEDGER_PAUSE_MS)));
    assert_eq!(course.on(Event::Told(false)), Task::Nothing, "it may still arrive");
    assert_eq!(course.on(Event::Check), Task::ReadLedger("a".into()));
    assert_eq!(course.on(Event::Ledger(vec![Instant(1)], true)), Task::Nothing);
    assert_eq!((course.step(), course.found()), (Step::Asking, Some(&[Instant(1)][..])));
    assert_eq!(course.on(Event::Again), Task::Nothing);
    assert_eq!(course.clone().on(Event::Told(true)), Task::Settle("a".into(), Outcome::Told));
    assert_eq!(course.on(Event::Told(false)), Task::Settle("a".into(), Outcome::NotMade));
    assert_eq!(course.on(Event::Look), Task::Look);
    let resumed = Course::resume(NONE, "a".into(), 2_200);
    assert_eq!(resumed.task(), Task::ReadLedger("a".into()));
}

/// Member, network and backend as they may come.
struct World {
    promise: Promise,
    waiting: Option<Task>,
    /// Keys that the backend has made, and those that are on their way to it.
    made: BTreeSet<String>,
    on_the_way: BTreeSet<String>,
    refused: BTreeSet<String>,
    /// Keys whose time is over.
    over: BTreeSet<String>,
    keys: u32,
    shown: u32,
}

impl World {
    fn new(promise: Promise) -> Self {
        Self {
            promise,
            waiting: Some(Task::Look),
            made: BTreeSet::new(),
            on_the_way: BTreeSet::new(),
            refused: BTreeSet::new(),
            over: BTreeSet::new(),
            keys: 0,
            shown: 0,
        }
    }

    fn tap(&mut self, choice: u8) -> Event {
        match choice % 8 {
            0 | 1 => {
                self.keys += 1;
                Event::Agree(self.keys.to_string())
            }
            2 => Event::Check,
            3 => Event::Again,
            4 => Event::Look,
            5 => Event::Leave,
            // An honest member: what the till or the list of vouchers says.
            6 => Event::Told(!self.made.is_empty()),
            _ => Event::Dismiss,
        }
    }

    /// What was on its way arrives at the backend, which knows keys again if it promised so.
    fn arrive(&mut self, key: &str) {
        self.on_the_way.remove(key);
        if !self.over.contains(key) && !self.refused.contains(key) {
            self.made.insert(key.into());
        }
    }

    fn answer(&mut self, choice: u8) -> Option<Event> {
        Some(match self.waiting.take()? {
            Task::Look if choice.is_multiple_of(4) => Event::NotLooked(Refusal::default()),
            Task::Look => preview(2_200 + i64::from(choice % 3)),
            Task::Keep(_) => Event::Kept,
            Task::Send(key) => match choice % 8 {
                0 | 1 => {
                    self.arrive(&key);
                    if self.refused.contains(&key) {
                        Event::Refused(refusal("out-of-stock"))
                    } else if self.made.contains(&key) {
                        Event::Made(key)
                    } else {
                        self.refused.insert(key);
                        Event::Refused(refusal("intent-expired"))
                    }
                }
                2 => {
                    self.arrive(&key);
                    lost()
                }
                3 => {
                    self.on_the_way.insert(key);
                    lost()
                }
                _ if self.made.contains(&key) => Event::Made(key),
                4 => Event::Refused(refusal("rate-limited")),
                7 => Event::Refused(refusal("forbidden")),
                code => {
                    self.refused.insert(key);
                    Event::Refused(refusal(["price-changed", "out-of-stock"][usize::from(code - 5)]))
                }
            },
            Task::Join(_) | Task::Check(_) if choice.is_multiple_of(3) => lost(),
            Task::Join(key) | Task::Check(key) => {
                if choice % 5 == 1 && self.on_the_way.contains(&key) {
                    self.arrive(&key);
                }
                if self.made.contains(&key) {
                    Event::Made(key)
                } else if self.over.contains(&key) {
                    Event::Expired
                } else {
                    Event::NotFound
                }
            }
            Task::Pause(look, _) => {
                if choice.is_multiple_of(6) {
                    self.over.extend((1..=self.keys).map(|key| key.to_string()));
                }
                Event::Due(look)
            }
            Task::ReadLedger(_) if choice.is_multiple_of(3) => Event::NoLedger(Refusal::default()),
            Task::ReadLedger(key) => {
                if self.on_the_way.contains(&key) && choice.is_multiple_of(5) {
                    self.arrive(&key);
                }
                let sure = choice.is_multiple_of(2);
                if sure {
                    self.over.insert(key);
                }
                Event::Ledger(self.made.iter().map(|_| Instant(0)).collect(), sure)
            }
            Task::Nothing | Task::Settle(..) | Task::Show(_) => return None,
        })
    }

    /// Whether something is on its way that would be made.
    fn may_arrive(&self) -> bool {
        let settled = |key| self.over.contains(key) || self.refused.contains(key) || self.made.contains(key);
        !self.on_the_way.iter().all(settled)
    }

    fn take(&mut self, task: Task) -> Result<(), TestCaseError> {
        match &task {
            Task::Nothing => return Ok(()),
            Task::Send(key) => {
                let over = |other: &String| self.over.contains(other) || self.refused.contains(other);
                let open = |other: &String| other != key && !over(other);
                prop_assert!(!self.on_the_way.iter().any(open), "two keys at once");
                let again = self.on_the_way.contains(key);
                prop_assert!(self.promise.idempotent || !again, "sent twice without a promise");
            }
            Task::Settle(key, Outcome::NotMade) => {
                prop_assert!(!self.made.contains(key), "settled what was made as not made");
                return Ok(());
            }
            Task::Settle(..) => return Ok(()),
            Task::Show(key) => {
                prop_assert!(self.made.contains(key), "showed what wasn't made");
                self.shown += 1;
                return Ok(());
            }
            _ => {}
        }
        // A pause that was cut short is forgotten, as its end will be.
        prop_assert!(matches!(self.waiting, None | Some(Task::Pause(..))), "two requests at once");
        self.waiting = Some(task);
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn never_two_keys_never_made_twice_never_stuck(
        idempotent in any::<bool>(),
        choices in prop::collection::vec((any::<bool>(), any::<u8>()), 0..80),
    ) {
        let promise = Promise { idempotent, deadline: true };
        let mut world = World::new(promise);
        let mut course = Course::new(promise, 2_200);
        for (tap, choice) in choices {
            let event = if tap { Some(world.tap(choice)) } else { world.answer(choice) };
            let Some(event) = event else { continue };
            let task = course.on(event);
            world.take(task)?;
            prop_assert!(world.made.len() <= 1, "made twice");
            prop_assert!(world.shown <= 1);
            prop_assert!(course.key().is_some() || !world.may_arrive(), "dropped what may be made");
            let held = matches!(
                course.step(),
                Step::Keeping | Step::Sending | Step::Held | Step::Confirming | Step::Checking | Step::Asking
            );
            prop_assert_eq!(held, course.key().is_some());
            // Either something is under way, or the member is asked, or it is over.
            let waits = matches!(
                course.step(),
                Step::Looking | Step::Keeping | Step::Sending | Step::Confirming | Step::Checking
            );
            prop_assert!(course.step() != Step::Ready || !course.was_lost());
            prop_assert!(!waits || world.waiting.is_some(), "stuck at {:?}", course.step());
        }
    }
}
