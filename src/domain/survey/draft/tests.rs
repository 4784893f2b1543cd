use super::*;
use proptest::prelude::*;

fn answers(text: &str) -> Object {
    parse(text).and_then(|value| value.as_object().cloned()).unwrap_or_default()
}

fn draft(text: &str) -> Draft {
    Draft {
        uuid: "phone".into(),
        revision: 1,
        place: Place::Page("p2".into()),
        answers: answers(text),
        unsent: true,
        base: Some(3),
        changed_at: 5,
        ..Draft::default()
    }
}

fn sent(text: &str, version: Option<i64>) -> Response {
    Response {
        client_uuid: "phone".into(),
        revision: 1,
        answers: answers(text),
        version,
        updated_at: Some(9),
        ..Response::default()
    }
}

fn resume(kept: Option<&Draft>, sent: Option<&Response>) -> Resumed {
    let kept = kept.map(Draft::to_text);
    Draft::resume(1, kept.as_deref(), sent, || "new".into())
}

fn one(resumed: Resumed) -> Draft {
    match resumed {
        Resumed::One(draft) => draft,
        Resumed::Two(..) => panic!("two to choose from"),
    }
}

#[test]
fn begins_with_an_identifier_of_its_own() {
    let expected = Draft { uuid: "new".into(), revision: 1, ..Draft::default() };
    assert_eq!(resume(None, None), Resumed::One(expected));
}

#[test]
fn what_nobody_else_changed_goes_on_from_the_device() {
    let kept = draft(r#"{"a":1}"#);
    let resumed = one(resume(Some(&kept), Some(&sent("{}", Some(3)))));
    assert_eq!(resumed, kept);
    let forgotten = one(resume(Some(&kept), None));
    assert_eq!((forgotten.base, forgotten.unsent), (None, true));
}

#[test]
fn another_device_that_went_on_is_followed_where_this_one_has_nothing_unsent() {
    let kept = Draft { unsent: false, ..draft(r#"{"a":1}"#) };
    let resumed = one(resume(Some(&kept), Some(&sent(r#"{"a":2,"b":1}"#, Some(4)))));
    assert_eq!((resumed.answers.len(), resumed.base, resumed.unsent), (2, Some(4), false));
    assert_eq!(resumed.place, Place::Page("p2".into()));
}

#[test]
fn two_that_both_have_something_are_shown() {
    let kept = draft(r#"{"a":1}"#);
    let other = sent(r#"{"a":2}"#, Some(4));
    assert_eq!(resume(Some(&kept), Some(&other)), Resumed::Two(kept.clone(), other.clone()));
    let elsewhere = Response { client_uuid: "tablet".into(), version: None, ..other };
    assert!(matches!(resume(Some(&Draft { base: None, ..kept }), Some(&elsewhere)), Resumed::Two(..)));
}

#[test]
fn what_was_sent_and_never_answered_is_no_conflict() {
    let mut kept = draft(r#"{"a":1}"#);
    kept.try_now();
    kept.answers = answers(r#"{"a":1,"b":2}"#);
    let resumed = one(resume(Some(&kept), Some(&sent(r#"{"a":1}"#, Some(4)))));
    assert_eq!((resumed.answers.len(), resumed.base, resumed.unsent), (2, Some(4), true));
}

#[test]
fn a_submission_goes_on_whatever_is_stored() {
    let kept = Draft { closed: true, ..draft(r#"{"a":1}"#) };
    assert!(one(resume(Some(&kept), Some(&sent(r#"{"a":2}"#, Some(4))))).closed);
}

#[test]
fn a_backend_without_versions_is_overwritten_by_who_began() {
    let kept = Draft { base: None, ..draft(r#"{"a":1}"#) };
    assert_eq!(one(resume(Some(&kept), Some(&sent(r#"{"a":2}"#, None)))).answers, kept.answers);
}

#[test]
fn what_earlier_versions_kept_is_read() {
    let kept = r#"{"answers":{"a":4,"b":["x"]},"page":2,"revision":1,"unsent":true,"uuid":"u"}"#;
    let draft = Draft::read(kept).unwrap();
    assert_eq!((draft.place, draft.answers.len(), draft.unsent), (Place::Number(2), 2, true));
    assert_eq!(Draft::summary(kept), Some(Summary { progress: Progress::default(), closed: false }));
    let kept = kept.replace("\"unsent\"", "\"done\":2,\"all\":5,\"unsent\"");
    let progress = Progress { done: 2, all: 5 };
    assert_eq!(Draft::summary(&kept), Some(Summary { progress, closed: false }));
    assert!(Draft::read(r#"{"answers":{}}"#).is_none());
}

#[test]
fn another_revision_keeps_what_fits_and_sets_the_rest_aside() {
    let definition = parse(r#"{"elements":[{"type":"text","name":"a"}]}"#).unwrap();
    let mut draft = draft(r#"{"a":"1","gone":2}"#);
    draft.said =
        vec![Spare {
            name: "gone".into(), title: "走了吗".into(), text: "2 次".into(), value: Value::Null
        }];
    assert!(draft.adapt(2, &definition));
    assert_eq!((draft.answers.len(), &draft.place), (1, &Place::Open));
    assert_eq!((draft.spare[0].title.as_str(), draft.spare[0].text.as_str()), ("走了吗", "2 次"));
    assert!(!draft.to_body().contains("gone"));
    let again = parse(r#"{"elements":[{"type":"text","name":"a"},{"type":"text","name":"gone"}]}"#).unwrap();
    assert!(draft.adapt(3, &again));
    assert_eq!((draft.answers.len(), draft.spare.len()), (2, 0));
    assert!(!draft.adapt(3, &again));
    assert!(!Draft::default().adapt(2, &again), "an untouched draft is no news");
}

#[test]
fn bodies_are_the_contracts() {
    let mut draft = draft(r#"{"a":5}"#);
    assert_eq!(draft.to_body(), r#"{"answers":{"a":5},"base":3,"revision":1,"state":"draft"}"#);
    (draft.closed, draft.base) = (true, None);
    assert_eq!(draft.to_body(), r#"{"answers":{"a":5},"revision":1,"state":"submitted"}"#);
}

#[test]
fn a_comment_is_no_answer_of_its_own() {}

#[test]
fn the_trail_is_cut_where_another_way_is_taken() {
    let mut draft = Draft::default();
    for (at, page) in ["a", "b", "c"].into_iter().enumerate() {
        draft.walk(at, page);
    }
    draft.walk(1, "d");
    assert_eq!(draft.trail, ["a", "d"]);
}

#[test]
fn faces_are_spread_from_end_to_end() {
    let faces = |count: usize| (0..count).map(|index| face(index, count)).collect::<Vec<_>>();
    assert_eq!(faces(5), [0, 1, 2, 3, 4]);
    assert_eq!(faces(3), [0, 2, 4]);
    assert_eq!(faces(2), [0, 4]);
    assert_eq!(faces(1), [4]);
    assert_eq!(faces(10), [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]);
}

proptest! {
    #[test]
    fn what_is_kept_is_found_again(uuid in "[0-9a-f-]{36}", revision in 0..1000_i64, page in "\\PC{1,20}",
        text in "\\PC{1,40}", closed: bool, base in proptest::option::of(1..100_i64)) {
        let kept = Draft {
            uuid, revision, place: Place::Page(page), answers: Object::from_iter([("a".into(), Value::from(text))]),
            unsent: true, closed, base, changed_at: 7, ..Draft::default()
        };
        prop_assert_eq!(Draft::read(&kept.to_text()), Some(kept));
    }

    #[test]
    fn anything_kept_can_be_opened(kept in ".{0,60}") {
        let resumed = Draft::resume(1, Some(&kept), None, || "new".into());
        prop_assert!(matches!(resumed, Resumed::One(draft) if !draft.uuid.is_empty()));
    }

    /// No answer of either side is lost unless the other one has it, or the member is asked.
    #[test]
    fn nothing_is_lost(mine in 0..4_i32, theirs in 0..4_i32, unsent: bool, base in 1..4_i64, version in 1..4_i64) {
        let kept = Draft { unsent, base: Some(base), ..draft(&format!(r#"{{"a":{mine}}}"#)) };
        let other = sent(&format!(r#"{{"a":{theirs}}}"#), Some(version));
        match resume(Some(&kept), Some(&other)) {
            Resumed::Two(..) => prop_assert!(unsent && base != version),
            Resumed::One(draft) if draft.answers == other.answers => {
                prop_assert!(mine == theirs || !unsent);
            }
            Resumed::One(draft) => prop_assert!(draft.answers == kept.answers && base == version),
        }
    }
}
