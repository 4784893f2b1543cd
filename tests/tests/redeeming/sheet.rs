//! A sheet as the portal has it: a course, and whoever does what it asks for.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use member_portal::api::endpoint;
use member_portal::api::exchange::Request;
use member_portal::domain::redeeming::{Course, Event, Intent, Step, Task};
use member_portal::redeeming::{Order, World, perform};
use portal_tests::world::Tab;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::stage::new_key;

/// What somebody was told of a key on a screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) key: Option<String>,
    pub(crate) made: bool,
    /// The redemption that was shown.
    pub(crate) id: Option<String>,
}

/// What members did and were told in one schedule; outlives their tabs.
#[derive(Default)]
pub(crate) struct Record {
    /// Every key that a member agreed with, and those of second taps.
    pub(crate) agreed: RefCell<Vec<String>>,
    pub(crate) told: RefCell<Vec<Told>>,
    /// Keys that the member had sent again.
    pub(crate) again: RefCell<Vec<String>>,
    /// Whether somebody who had agreed began anew with another preview.
    pub(crate) anew: Cell<bool>,
}

pub(crate) struct Sheet {
    pub(crate) tab: Rc<Tab>,
    pub(crate) course: RefCell<Course>,
    pub(crate) order: RefCell<Order>,
    pub(crate) record: Rc<Record>,
    pub(crate) changed: Notify,
    /// Everything that runs in the tab; killing it drops them.
    tasks: Rc<RefCell<JoinSet<()>>>,
}

impl Sheet {
    pub(crate) fn open(
        tab: &Rc<Tab>,
        tasks: &Rc<RefCell<JoinSet<()>>>,
        record: &Rc<Record>,
        reward: &str,
        cost: i64,
    ) -> Rc<Self> {
        let order = Order {
            reward_id: reward.to_owned(),
            title: reward.to_owned(),
            quantity: 1,
            expected_cost: cost,
            ..Order::default()
        };
        Self::begin(tab, tasks, record, Course::new(tab.device.promise, cost), order)
    }

    /// Takes up an intent, as every start of the portal does.
    pub(crate) fn resume(
        tab: &Rc<Tab>,
        tasks: &Rc<RefCell<JoinSet<()>>>,
        record: &Rc<Record>,
        intent: Intent,
    ) -> Rc<Self> {
        let course = Course::resume(tab.device.promise, intent.client_ref.clone(), intent.expected_cost);
        Self::begin(tab, tasks, record, course, Order::of(intent))
    }

    fn begin(
        tab: &Rc<Tab>,
        tasks: &Rc<RefCell<JoinSet<()>>>,
        record: &Rc<Record>,
        course: Course,
        order: Order,
    ) -> Rc<Self> {
        let task = course.task();
        let sheet = Rc::new(Self {
            tab: Rc::clone(tab),
            course: RefCell::new(course),
            order: RefCell::new(order),
            record: Rc::clone(record),
            changed: Notify::new(),
            tasks: Rc::clone(tasks),
        });
        sheet.start(task);
        sheet
    }

    pub(crate) fn step(&self) -> Step {
        self.course.borrow().step()
    }

    /// Tells the course what happened and does what it asks for.
    pub(crate) fn on(self: &Rc<Self>, event: Event) {
        let said = format!("{event:?}");
        let said = said.chars().take(90).collect::<String>();
        let (before, key) = (self.step(), self.course.borrow().key().map(str::to_owned));
        let id = if let Event::Made(id) = &event { Some(id.clone()) } else { None };
        let task = self.course.borrow_mut().on(event);
        let step = self.step();
        self.tab.device.log(format!("{}: {before:?} + {said} → {step:?}, {task:?}", self.tab.name));
        let still = self.course.borrow().key().is_some();
        // Its own key is not used where the member has said in another tab that the reward was redeemed meanwhile.
        let elsewhere = before == Step::Keeping && step == Step::Made && id.is_none();
        // Who leaves what may be sent again is told nothing more; what the device keeps says the rest.
        if !elsewhere
            && step != Step::Closed
            && !still
            && before != step
            && (key.is_some() || step == Step::Made)
        {
            self.record.told.borrow_mut().push(Told { key, made: step == Step::Made, id });
        }
        self.start(task);
        self.changed.notify_one();
    }

    fn start(self: &Rc<Self>, task: Task) {
        if task == Task::Nothing {
            return;
        }
        let sheet = Rc::clone(self);
        self.tasks.borrow_mut().spawn_local(async move {
            if let Task::Show(id) = &task {
                sheet.show(id).await;
                return;
            }
            let pause = matches!(task, Task::Pause(..));
            let mut order = sheet.order.borrow().clone();
            let event = perform(&*sheet.tab, &mut order, task).await;
            if !pause {
                *sheet.order.borrow_mut() = order;
            }
            if let Some(event) = event {
                sheet.on(event);
            }
        });
    }

    /// The voucher's screen: reads it, again when that fails, and again while a partner is about to issue it.
    async fn show(&self, id: &str) {
        for _ in 0..6 {
            let reply = self.tab.send(Request::get(endpoint::redemption(id))).await;
            let wait = reply.and_then(|reply| reply.decode(|node| Ok(node.maybe_int("poll_after"))));
            match wait {
                Ok(None) => return,
                Ok(Some(seconds)) => self.tab.pause(i32::try_from(seconds * 1_000).unwrap_or(i32::MAX)).await,
                Err(_) => self.tab.pause(2_000).await,
            }
        }
    }

    /// A key that nobody has used.
    pub(crate) fn key(&self) -> String {
        let key = new_key();
        self.record.agreed.borrow_mut().push(key.clone());
        key
    }
}
