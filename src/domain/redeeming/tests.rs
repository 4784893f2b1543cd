use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn preview(cost: i64) -> Event {
    Event::Looked(Box::new(Preview {
        cost_points: cost,
        balance_before: 12_840,
        balance_after: 12_840 - cost,
        buckets_used: Vec::new(),
        voucher_valid_until: None,
        cancellable_until: None,
    }))
}

fn refusal(code: &str) -> Refusal {
    Refusal { code: code.into(), ..Refusal::default() }
}

fn ready() -> Course {
    let mut course = Course::new(2_200);
    assert_eq!(course.on(preview(2_200)), Task::Nothing);
    assert_eq!((course.step(), course.has_changed()), (Step::Ready, false));
    course
}

fn sending() -> Course {
    let mut course = ready();
    assert_eq!(course.on(Event::Agree("a".into())), Task::Send("a".into()));
    course
}

fn unknown() -> Course {
    let mut course = sending();
    course.on(Event::Lost(Refusal::default()));
    assert_eq!(course.step(), Step::Unknown);
    course
}

#[test]
fn the_straight_way() {
    let mut course = sending();
    assert_eq!(course.on(Event::Made("r1".into())), Task::Show("r1".into()));
    assert_eq!(course.step(), Step::Made);
}

#[test]
fn a_second_tap_sends_nothing() {
    let mut course = sending();
    assert_eq!(course.on(Event::Agree("b".into())), Task::Nothing);
    assert_eq!(course.on(Event::Leave), Task::Nothing);
    assert_eq!(course.step(), Step::Sending);
}

#[test]
fn a_new_price_has_to_be_agreed_to_under_a_new_key() {
    let mut course = sending();
    assert_eq!(course.on(Event::Refused(refusal("price-changed"))), Task::Look);
    assert_eq!(course.on(preview(2_400)), Task::Nothing);
    assert!(course.has_changed());
    assert_eq!(course.preview().map(|preview| preview.cost_points), Some(2_400));
    assert_eq!(course.on(Event::Agree("b".into())), Task::Send("b".into()));
}

#[test]
fn a_price_that_differs_from_the_catalogues_is_told() {
    let mut course = Course::new(2_200);
    course.on(preview(2_000));
    assert!(course.has_changed());
}

#[test]
fn after_too_many_requests_the_very_same_goes_again() {
    let mut course = sending();
    let refusal = Refusal { wait: Some(7), ..refusal("rate-limited") };
    assert_eq!(course.on(Event::Refused(refusal)), Task::Nothing);
    assert_eq!(course.refusal().and_then(|refusal| refusal.wait), Some(7));
    assert_eq!(course.clone().on(Event::Leave), Task::Forget("a".into()));
    assert_eq!(course.on(Event::Again), Task::Send("a".into()));
}

#[test]
fn a_refusal_ends_the_attempt() {
    let mut course = sending();
    assert_eq!(course.on(Event::Refused(refusal("out-of-stock"))), Task::Nothing);
    assert_eq!(course.step(), Step::Blocked);
    assert_eq!(course.on(Event::Again), Task::Nothing);
}

#[test]
fn what_is_unknown_is_not_lost_by_a_tap_and_not_given_up() {
    let mut course = unknown();
    for event in [Event::Dismiss, Event::GiveUp, Event::Again, Event::Agree("b".into())] {
        assert_eq!(course.on(event), Task::Nothing);
        assert_eq!(course.step(), Step::Unknown);
    }
    assert_eq!(course.on(Event::Leave), Task::Nothing);
    assert_eq!(course.step(), Step::Closed);
}

#[test]
fn what_is_unknown_is_looked_up() {
    let mut course = unknown();
    assert_eq!(course.on(Event::Check), Task::Check("a".into()));
    assert_eq!(course.clone().on(Event::Made("r1".into())), Task::Show("r1".into()));
    assert_eq!(course.on(Event::NotFound), Task::Nothing);
    assert_eq!(course.clone().on(Event::Again), Task::Send("a".into()));
    assert_eq!(course.on(Event::GiveUp), Task::Forget("a".into()));
}

#[test]
fn an_attempt_is_taken_up_after_a_reload() {
    let mut course = Course::resume("a".into(), 2_200);
    assert_eq!(course.on(Event::Check), Task::Check("a".into()));
    assert_eq!(course.on(Event::Lost(Refusal::default())), Task::Nothing);
    assert_eq!(course.step(), Step::Unknown);
}

/// Member, network and backend as they may come.
#[derive(Default)]
struct World {
    waiting: Option<Task>,
    made: BTreeSet<String>,
    in_doubt: BTreeSet<String>,
    keys: u32,
    shown: u32,
}

impl World {
    fn tap(&mut self, choice: u8) -> Event {
        match choice % 7 {
            0 | 1 => {
                self.keys += 1;
                Event::Agree(self.keys.to_string())
            }
            2 => Event::Check,
            3 => Event::Again,
            4 => Event::GiveUp,
            5 => Event::Look,
            _ => Event::Dismiss,
        }
    }

    fn answer(&mut self, choice: u8) -> Option<Event> {
        let lost = || Event::Lost(Refusal::default());
        Some(match self.waiting.take()? {
            Task::Look if choice.is_multiple_of(4) => Event::NotLooked(Refusal::default()),
            Task::Look => preview(2_200 + i64::from(choice % 3)),
            Task::Send(key) if self.made.contains(&key) => match choice % 2 {
                0 => self.known(&key),
                _ => lost(),
            },
            Task::Send(key) => match choice % 6 {
                0 => {
                    self.made.insert(key.clone());
                    self.known(&key)
                }
                1 => {
                    self.made.insert(key);
                    lost()
                }
                2 => lost(),
                code => {
                    self.in_doubt.remove(&key);
                    Event::Refused(refusal(
                        ["rate-limited", "price-changed", "out-of-stock"][usize::from(code - 3)],
                    ))
                }
            },
            Task::Check(_) if choice.is_multiple_of(3) => lost(),
            Task::Check(key) if self.made.contains(&key) => self.known(&key),
            Task::Check(key) => {
                self.in_doubt.remove(&key);
                Event::NotFound
            }
            _ => return None,
        })
    }

    fn known(&mut self, key: &str) -> Event {
        self.in_doubt.remove(key);
        Event::Made(key.into())
    }

    fn take(&mut self, task: Task) {
        match &task {
            Task::Nothing => return,
            Task::Send(key) => {
                assert!(self.in_doubt.iter().all(|other| other == key), "two keys at once");
                self.in_doubt.insert(key.clone());
            }
            Task::Forget(key) => {
                assert!(!self.made.contains(key), "forgot what was made");
                assert!(!self.in_doubt.contains(key), "forgot what isn't known");
            }
            Task::Show(key) => {
                assert!(self.made.contains(key), "showed what wasn't made");
                self.shown += 1;
            }
            Task::Look | Task::Check(_) => {}
        }
        assert!(self.waiting.is_none(), "two requests at once");
        self.waiting = Some(task);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn never_two_keys_and_never_made_twice(choices in prop::collection::vec(any::<(bool, u8)>(), 0..60)) {
        let mut world = World { waiting: Some(Task::Look), ..World::default() };
        let mut course = Course::new(2_200);
        for (tap, choice) in choices {
            let event = if tap { Some(world.tap(choice)) } else { world.answer(choice) };
            let Some(event) = event else { continue };
            let task = course.on(event);
            world.take(task);
            prop_assert!(world.made.len() <= 1, "made twice");
            prop_assert!(world.shown <= 1);
            let held = matches!(
                course.step(),
                Step::Sending | Step::Held | Step::Unknown | Step::Checking | Step::Missing
            );
            prop_assert_eq!(held, course.key.is_some());
        }
    }
}
