//! A redemption on its way: does what the course asks for and tells it what came of it.

use crate::api::error::ApiError;
use crate::api::node::Body;
use crate::api::{client, endpoint, wire};
use crate::domain::redeeming::{Course, Event, Refusal, Step, Task};
use crate::domain::redemption::Preview;
use crate::domain::reward::Reward;
use crate::domain::route::Route;
use crate::features::rewards::reasons;
use crate::parts::failure;
use crate::state::intents::{Intent, Outcome};
use crate::state::nav::Nav;
use crate::state::{Portal, nav, portal, session};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// What the member wants.
#[derive(Clone, PartialEq)]
pub(super) struct Order {
    /// The reward.
    pub(super) reward: Reward,
    /// How many.
    pub(super) quantity: i64,
    /// Store of pick-up.
    pub(super) store_id: Option<String>,
    /// An attempt of which nobody knows what became.
    pub(super) unsettled: Option<Intent>,
}

/// A course that runs.
#[derive(Clone, Copy)]
pub(super) struct Flow {
    /// Where it stands.
    pub(super) course: RwSignal<Course>,
    /// What is redeemed.
    pub(super) order: StoredValue<Order>,
    intent: StoredValue<Option<Intent>>,
    member: StoredValue<Option<String>>,
    close: Callback<()>,
    portal: Portal,
    nav: Nav,
}

impl Flow {
    /// Begins: with the preview, or with what isn't known of an earlier attempt.
    pub(super) fn begin(mut order: Order, close: Callback<()>) -> Self {
        let unsettled = order.unsettled.take();
        let shown = order.reward.cost_points.saturating_mul(order.quantity);
        let course = match &unsettled {
            Some(intent) => {
                order.quantity = intent.quantity;
                order.store_id.clone_from(&intent.store_id);
                Course::resume(intent.client_ref.clone(), intent.expected_cost)
            }
            None => Course::new(shown),
        };
        let fresh = unsettled.is_none();
        let flow = Self {
            course: RwSignal::new(course),
            order: StoredValue::new(order),
            member: StoredValue::new(unsettled.as_ref().map(|intent| intent.member_id.clone())),
            intent: StoredValue::new(unsettled),
            close,
            portal: portal(),
            nav: nav::nav(),
        };
        if fresh {
            flow.look();
        }
        flow
    }

    /// What points are called.
    pub(super) fn points(self) -> String {
        self.portal.points_name()
    }

    /// The member agrees to what is on screen.
    pub(super) fn agree(self) {
        let cost = self.course.with_untracked(|course| {
            course.preview().filter(|_| course.step() == Step::Ready).map(|preview| preview.cost_points)
        });
        let (Some(cost), Some(member)) = (cost, self.member.get_value()) else { return };
        let intent = self.order.with_value(|order| {
            let mut intent = Intent::new(member, order.reward.id.clone(), order.reward.title.clone(), cost);
            intent.quantity = order.quantity;
            intent.store_id.clone_from(&order.store_id);
            intent
        });
        let key = intent.client_ref.clone();
        self.intent.set_value(Some(intent));
        self.on(Event::Agree(key));
    }

    /// Tells the course, and does what it asks for. After the screen was left nothing happens.
    pub(super) fn on(self, event: Event) {
        let Some(task) = self.course.try_update(|course| course.on(event)) else { return };
        match task {
            Task::Nothing => {}
            Task::Look => self.look(),
            Task::Send(_) => self.send(),
            Task::Check(_) => self.check(),
            Task::Forget(_) => {
                self.intent.with_value(|intent| {
                    if let Some(intent) = intent {
                        intent.forget();
                    }
                });
            }
            Task::Show(id) => {
                self.nav.replace(&Route::Voucher(id));
                return;
            }
        }
        if self.course.with_untracked(|course| course.step() == Step::Closed) {
            self.close.run(());
        }
    }

    fn look(self) {
        let order = self.order.get_value();
        spawn_local(async move {
            match preview(self.portal, &order).await {
                Ok((member, preview)) => {
                    let _ = self.member.try_update_value(|known| *known = Some(member));
                    self.on(Event::Looked(Box::new(preview)));
                }
                Err(error) => {
                    over(&error);
                    self.on(Event::NotLooked(self.refusal(&order.reward, &error)));
                }
            }
        });
    }

    fn send(self) {
        let (order, intent) = (self.order.get_value(), self.intent.get_value());
        let Some(intent) = intent else { return };
        spawn_local(async move {
            match intent.send().await {
                Outcome::Made(redemption) => self.made(redemption.id),
                Outcome::Refused(error) => {
                    over(&error);
                    self.on(Event::Refused(self.refusal(&order.reward, &error)));
                }
                Outcome::Unknown(error) => self.on(Event::Lost(self.refusal(&order.reward, &error))),
            }
        });
    }

    fn check(self) {
        let (order, intent) = (self.order.get_value(), self.intent.get_value());
        let Some(intent) = intent else { return };
        spawn_local(async move {
            match intent.look_up().await {
                Ok(Some(redemption)) => self.made(redemption.id),
                Ok(None) => self.on(Event::NotFound),
                Err(error) => {
                    over(&error);
                    self.on(Event::Lost(self.refusal(&order.reward, &error)));
                }
            }
        });
    }

    fn made(self, id: String) {
        // The balance is another one, whether or not the member is still here.
        self.portal.overview.load();
        self.on(Event::Made(id));
    }

    fn refusal(self, reward: &Reward, error: &ApiError) -> Refusal {
        let code = error.code();
        let words = match error {
            ApiError::Problem(problem) if (400..500).contains(&problem.status) && problem.status != 429 => {
                let points = self.portal.points_name();
                reasons::sentence(reward, code, problem.shortfall, &problem.detail, &points)
            }
            _ => failure::line(error),
        };
        let again = error.is_unknown() || code == "rate-limited";
        Refusal { code: code.into(), words, wait: error.retry_after(), again }
    }
}

fn over(error: &ApiError) {
    if error.is_signed_out() {
        session::ended();
    }
}

/// What the order would cost, and whose it is.
async fn preview(portal: Portal, order: &Order) -> Result<(String, Preview), ApiError> {
    let member = match portal.overview.peek() {
        Some(overview) => overview.member.id,
        None => client::get(endpoint::me()).await?.decode(wire::account::member)?.id,
    };
    let body = Body::new()
        .text("reward_id", &order.reward.id)
        .int("quantity", order.quantity)
        .maybe_text("store_id", order.store_id.as_deref());
    let reply = client::post(endpoint::redemption_preview(), body.json(), None).await?;
    Ok((member, reply.decode(wire::wallet::preview)?))
}
