//! Redemptions under way. Each runs by itself, whether or not a screen looks at it: what was sent is confirmed in the
//! background, and after a reload or a closed tab it is taken up again.

use crate::api::error::ApiError;
use crate::api::exchange::{Reply, Request};
use crate::api::{client, endpoint, wire};
use crate::domain::channel::Channel;
use crate::domain::date::Instant;
use crate::domain::redeeming::{Course, Event, Promise, Step, Task};
use crate::i18n::{fill, key};
use crate::platform::locks::{self, Guard};
use crate::platform::{clock, database, network, random, storage, timer};
use crate::redeeming::{self, Order, World};
use crate::state::toast::Toasts;
use crate::state::{Portal, lasting, session, toast};
use leptos::prelude::*;
use std::cell::Cell;
use wasm_bindgen_futures::spawn_local;

/// Pause before what couldn't be read is tried again, in milliseconds.
const LATER_MS: i32 = 12_000;
/// For so long what is in the database may be an order that is open, in milliseconds.
const OPEN_MS: i64 = 15 * 60_000;

thread_local! {
    static LIST: Cell<Option<RwSignal<Vec<Redeeming>>>> = const { Cell::new(None) };
}

fn list() -> RwSignal<Vec<Redeeming>> {
    LIST.get().unwrap_or_else(|| {
        let list = lasting(|| RwSignal::new(Vec::new()));
        LIST.set(Some(list));
        network::watch(|online| {
            if online {
                look_now();
            }
        });
        list
    })
}

/// Asks at once what became of everything that is open.
fn look_now() {
    for one in list().get_untracked() {
        if one.step() == Step::Confirming {
            one.on(Event::Check);
        }
    }
}

/// A redemption that runs. Copying it copies the handle.
#[derive(Clone, Copy)]
pub struct Redeeming {
    /// Where it stands.
    pub course: RwSignal<Course>,
    order: StoredValue<Order>,
    /// Where to go when it is made; nowhere when nobody looks.
    arrive: StoredValue<Option<Callback<String>>>,
    portal: Portal,
    toasts: Toasts,
}

impl PartialEq for Redeeming {
    fn eq(&self, other: &Self) -> bool {
        self.course == other.course
    }
}

impl Redeeming {
    fn start(portal: Portal, order: Order, course: Course, toasts: Toasts) -> Self {
        let task = course.task();
        let one = lasting(|| Self {
            course: RwSignal::new(course),
            order: StoredValue::new(order),
            arrive: StoredValue::new(None),
            portal,
            toasts,
        });
        one.perform(task);
        one
    }

    /// Begins with the preview; `shown` is what the member has seen it to cost.
    pub fn begin(portal: Portal, order: Order, shown: i64) -> Self {
        Self::start(portal, order, Course::new(promise(portal), shown), toast::toasts())
    }

    /// What is redeemed.
    pub fn order(self) -> Order {
        self.order.get_value()
    }

    /// Who agreed to it; `None` before anybody did.
    fn member(self) -> Option<String> {
        self.order.with_value(|order| order.intent.as_ref().map(|intent| intent.member_id.clone()))
    }

    /// Where it stands, without tracking.
    pub fn step(self) -> Step {
        self.course.with_untracked(Course::step)
    }

    /// A screen looks at it; `arrive` takes the member to what was made.
    pub fn attend(self, arrive: Callback<String>) {
        self.arrive.set_value(Some(arrive));
        self.course.update(Course::attend);
    }

    /// The screen has gone.
    pub fn leave(self) {
        self.arrive.set_value(None);
        self.on(Event::Leave);
    }

    /// The member agrees to what is on screen.
    pub fn agree(self) {
        self.on(Event::Agree(random::uuid()));
    }

    /// Tells the course, and does what it asks for.
    pub fn on(self, event: Event) {
        let told = matches!(event, Event::Told(_));
        let before = self.step();
        let Some(task) = self.course.try_update(|course| course.on(event)) else { return };
        let now = self.step();
        if before == now && task == Task::Nothing {
            return;
        }
        if self.course.with_untracked(Course::is_open) {
            self.enlist();
        }
        if let Task::Show(id) = &task {
            self.made(id);
        } else if matches!(now, Step::NotMade | Step::Blocked) && before != now && !told {
            self.not_made();
        }
        if now == Step::Made && self.course.with_untracked(Course::is_told) {
            self.portal.overview.load();
        }
        if matches!(now, Step::Made | Step::Closed | Step::Looking) {
            self.strike();
        }
        self.perform(task);
    }

    fn perform(self, task: Task) {
        if matches!(task, Task::Nothing | Task::Show(_)) {
            return;
        }
        spawn_local(async move {
            let place = Browser::of(self.portal);
            let mut order = self.order.get_value();
            // A pause may end when another order is on screen already.
            let changes = matches!(task, Task::Look | Task::Keep(_));
            let event = redeeming::perform(&place, &mut order, task).await;
            if changes {
                self.order.set_value(order);
            }
            if let Some(event) = event {
                self.on(event);
            }
        });
    }

    fn enlist(self) {
        list().update(|all| {
            if !all.contains(&self) {
                all.push(self);
            }
        });
    }

    /// Takes it off the list of what is open.
    pub fn strike(self) {
        list().update(|all| all.retain(|one| *one != self));
    }

    fn title(self) -> String {
        self.order.with_value(|order| order.title.clone())
    }

    fn made(self, id: &str) {
        // The balance is another one, whether or not the member is still here.
        self.portal.overview.load();
        match self.arrive.get_value() {
            Some(arrive) => arrive.run(id.to_owned()),
            None => self.toasts.show(fill(key::WALLET_PENDING_MADE, &[("title", &self.title())])),
        }
    }

    fn not_made(self) {
        if self.arrive.get_value().is_none() {
            let values = [("title", self.title()), ("points", self.portal.points_name())];
            let values = values.each_ref().map(|(name, text)| (*name, text.as_str()));
            self.toasts.show(fill(key::WALLET_PENDING_NOT_MADE, &values));
        }
    }
}

/// What this member has open, and what turned out not to be made and wasn't read yet; tracked.
pub fn open(portal: Portal) -> Vec<Redeeming> {
    let member = portal.overview.known().map(|overview| overview.member.id);
    let is_theirs = |one: &Redeeming| one.member().is_some_and(|its| Some(its) == member);
    list().get().into_iter().filter(is_theirs).collect()
}

/// What is open for a reward; tracked.
pub fn open_for(portal: Portal, reward_id: &str) -> Option<Redeeming> {
    let is_open = |one: &Redeeming| {
        one.order.with_value(|order| order.reward_id == reward_id) && one.course.with(Course::is_open)
    };
    open(portal).into_iter().find(is_open)
}

/// Takes up everything of this member that is kept on the device and isn't settled.
pub fn resume(portal: Portal, toasts: Toasts) {
    let Some(member) = portal.overview.peek().map(|overview| overview.member.id) else { return };
    // What belongs to somebody who was here before goes on without this page, when they come back.
    list().update(|all| all.retain(|one| one.member().is_some_and(|its| its == member)));
    spawn_local(async move {
        let place = Browser::of(portal);
        let alone = place.hold(redeeming::ALL).await;
        let Some(intents) = place.intents().await else {
            drop(alone);
            timer::sleep(LATER_MS).await;
            return resume(portal, toasts);
        };
        let open: Vec<_> = intents.into_iter().filter(|one| one.settled.is_none()).collect();
        if open.is_empty() && alone.is_some() {
            storage::remove(storage::OPEN_INTENTS);
        }
        drop(alone);
        for intent in open.into_iter().filter(|one| one.member_id == member) {
            let known = |one: &Redeeming| {
                one.course.with_untracked(|course| course.key() == Some(intent.client_ref.as_str()))
            };
            if list().with_untracked(|all| all.iter().any(known)) {
                continue;
            }
            let course = Course::resume(promise(portal), intent.client_ref.clone(), intent.expected_cost);
            Redeeming::start(portal, Order::of(intent), course, toasts).enlist();
        }
    });
}

fn promise(portal: Portal) -> Promise {
    Promise { idempotent: portal.has("idempotency"), deadline: portal.has("redemption-deadline") }
}

/// The portal's own place to redeem in.
struct Browser {
    portal: Portal,
}

impl Browser {
    /// On a shared device it writes nothing down.
    fn of(portal: Portal) -> Self {
        if portal.channel == Channel::Kiosk {
            database::keep_in_memory_only();
        }
        Self { portal }
    }
}

impl World for Browser {
    type Guard = Guard;

    fn promise(&self) -> Promise {
        promise(self.portal)
    }

    fn now(&self) -> Instant {
        clock::now()
    }

    async fn hold(&self, name: &str) -> Option<Guard> {
        locks::hold(name).await
    }

    async fn kept(&self) -> Option<Vec<(String, String)>> {
        let (all, asleep) = database::all().await;
        // A database that doesn't answer only matters when something was put into it lately.
        let put = storage::read(storage::OPEN_INTENTS).and_then(|text| text.parse::<i64>().ok());
        let now = clock::device().0;
        let may_be_more = put.is_some_and(|put| put > 0 && (now - OPEN_MS..=now + OPEN_MS).contains(&put));
        (!asleep || !may_be_more).then_some(all)
    }

    async fn keep(&self, name: &str, text: &str) {
        let shared = self.portal.channel == Channel::Kiosk;
        if !shared {
            storage::write(storage::OPEN_INTENTS, &clock::device().0.to_string());
        }
        if !database::put(name, text).await && !shared {
            storage::write(storage::OPEN_INTENTS, "0");
        }
    }

    async fn forget(&self, name: &str) {
        database::remove(name).await;
    }

    async fn send(&self, request: Request) -> Result<Reply, ApiError> {
        let answer = client::send(request).await;
        if answer.as_ref().is_err_and(ApiError::is_signed_out) {
            session::ended();
        }
        answer
    }

    async fn pause(&self, milliseconds: i32) {
        timer::sleep(milliseconds).await;
    }

    async fn member(&self) -> Result<String, ApiError> {
        match self.portal.overview.peek() {
            Some(overview) => Ok(overview.member.id),
            None => Ok(client::get(endpoint::me()).await?.decode(wire::account::member)?.id),
        }
    }
}
