//! Something meddles: another device of the same member, so that what was refused would not be any more, or a store that
//! can't be read for a moment.

use std::rc::Rc;
use std::time::Duration;

use member_portal::domain::redeeming::{Event, Outcome, Step};
use portal_tests::proxy::{Fault, Later, Stage as Moment};
use portal_tests::world::{Device, Tab};

use crate::sheet::{Record, Sheet};
use crate::stage::Stage;

const REWARD: &str = "upsize";
const COST: i64 = 400;
/// How many of it a member may have in a month.
const MOST: usize = 4;

async fn until(sheet: &Sheet, wanted: Step) {
    for _ in 0..2_000 {
        if sheet.step() == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("{:?} instead of {wanted:?}", sheet.step());
}

/// The order is late, its second attempt is refused, and the member is told so. Then the reason goes away, and the first
/// attempt arrives while its time is not over: it was not made, and it stays so.
pub(crate) async fn a_refusal_stays_one(stage: &Stage) {
    let (somebody, proxy) = (&stage.people[0], &stage.proxy);
    for _ in 1..MOST {
        somebody.redeem(REWARD, COST).await.unwrap();
    }
    let member = somebody.member.clone();
    let device = Device::new(Rc::clone(proxy), member, stage.promise, stage.clock.clone(), 0);
    proxy.schedule([(1, Fault::Late { until: Later::Asked, hangs: false })]);
    let looked_up = proxy.stop(2, Moment::Sent);
    let (tab, tasks, record) = (Tab::new(&device, "A"), Rc::default(), Rc::<Record>::default());
    let sheet = Sheet::open(&tab, &tasks, &record, REWARD, COST);
    until(&sheet, Step::Ready).await;
    let key = sheet.key();
    sheet.on(Event::Agree(key.clone()));
    let gate = looked_up.await.unwrap();
    let last = somebody.redeem(REWARD, COST).await.unwrap();
    drop(gate);
    until(&sheet, Step::Blocked).await;
    let told = sheet.course.borrow().refusal().map(|refusal| refusal.code.clone());
    assert_eq!(told.as_deref(), Some("limit-reached"));
    somebody.cancel(&last).await.unwrap();
    assert_eq!(proxy.deliver().await, 1);
    let story = proxy.last_requests(usize::MAX).join("\n");
    assert!(story.contains("late: POST /api/v1/me/redemptions 409"), "{story}");
    let account = somebody.account().await.unwrap();
    let made = account.redemptions.iter().filter(|row| row["client_ref"] == key.as_str()).count();
    assert_eq!(made, 0, "told not made, and made");
    let kept = device.intents().pop().and_then(|intent| intent.settled).map(|(_, outcome)| outcome);
    assert_eq!(kept, Some(Outcome::NotMade));
}

/// The order is late. While the device can't read what it keeps, a gate on the way turns the second attempt away: of the
/// first one that says nothing. The third one is made, and the late one changes nothing.
pub(crate) async fn what_cannot_be_read_settles_nothing(stage: &Stage) {
    let (somebody, proxy) = (&stage.people[0], &stage.proxy);
    let member = somebody.member.clone();
    let device = Device::new(Rc::clone(proxy), member, stage.promise, stage.clock.clone(), 0);
    proxy.schedule([
        (1, Fault::Late { until: Later::Asked, hangs: false }),
        (3, Fault::problem(403, "forbidden", None)),
    ]);
    let (looked_up, sent) = (proxy.stop(2, Moment::Sent), proxy.stop(3, Moment::Sent));
    let (tab, tasks, record) = (Tab::new(&device, "A"), Rc::default(), Rc::<Record>::default());
    let sheet = Sheet::open(&tab, &tasks, &record, REWARD, COST);
    until(&sheet, Step::Ready).await;
    let key = sheet.key();
    sheet.on(Event::Agree(key.clone()));
    let gate = looked_up.await.unwrap();
    device.unreadable.set(true);
    drop(gate);
    let gate = sent.await.unwrap();
    device.unreadable.set(false);
    drop(gate);
    until(&sheet, Step::Made).await;
    assert_eq!(proxy.deliver().await, 1);
    let account = somebody.account().await.unwrap();
    let made = account.redemptions.iter().filter(|row| row["client_ref"] == key.as_str()).count();
    assert_eq!(made, 1);
    let kept = device.intents().pop().and_then(|intent| intent.settled).map(|(_, outcome)| outcome);
    assert!(matches!(kept, Some(Outcome::Made(_))), "{kept:?}");
}
