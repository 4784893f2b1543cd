//! A response under way: what is kept on the device, and what to go on from when the survey is opened again.

use super::fit::{Spare, fit};
use super::json::{parse, write};
use super::progress::Progress;
use survey::{Object, Value};

/// How many attempts are remembered: one may be on its way while the next begins.
const MAX_TRIED: usize = 4;
/// More screens than a member goes back through.
const MAX_TRAIL: usize = 200;

/// Where in the survey the member was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// It isn't known: the first page that asks something unanswered.
    #[default]
    Open,
    /// The page of this name.
    Page(String),
    /// The page of this number, from 0, as earlier versions kept it.
    Number(usize),
}

/// What a member has answered so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    /// The response's identifier: made once, the same in every attempt, so that repeating one is harmless.
    pub uuid: String,
    /// Version of the definition that was answered.
    pub revision: i64,
    /// The page in use.
    pub place: Place,
    /// The answers, as the engine has them.
    pub answers: Object,
    /// Answers that the definition doesn't ask for any more. They are kept until the submission, and never sent.
    pub spare: Vec<Spare>,
    /// The questions that were answered, and how: what is left of them when a new definition has no place for them.
    pub said: Vec<Spare>,
    /// The last page that was on screen.
    pub furthest: String,
    /// How far the member was.
    pub progress: Progress,
    /// Whether the backend lacks some of it.
    pub unsent: bool,
    /// Whether the member has submitted it: what is left to do is to send it.
    pub closed: bool,
    /// The backend's version that the answers are based on; `None` where it told none.
    pub base: Option<i64>,
    /// Marks of the answers that were sent, whether or not an answer came.
    pub tried: Vec<String>,
    /// When it was changed last, by the server's clock, in milliseconds since 1970.
    pub changed_at: i64,
    /// The pages that the browser's history leads back through, oldest first.
    pub trail: Vec<String>,
    /// How deep in the history the first of them is.
    pub depth: i64,
}

/// What the backend has of the response.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Response {
    /// The response's identifier.
    pub client_uuid: String,
    /// Version of the definition that was answered.
    pub revision: i64,
    /// Whether it is submitted, and can't be changed any more.
    pub submitted: bool,
    /// The answers.
    pub answers: Object,
    /// Its version, where the backend counts them.
    pub version: Option<i64>,
    /// When it was stored, in milliseconds since 1970.
    pub updated_at: Option<i64>,
}

/// From where to go on.
#[derive(Clone, Debug, PartialEq)]
pub enum Resumed {
    /// From here.
    One(Draft),
    /// From one of two, each with something that the other lacks: the member chooses.
    Two(Draft, Response),
}

/// What a list says of a draft.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// How far the member was.
    pub progress: Progress,
    /// Whether it was submitted and isn't sent yet.
    pub closed: bool,
}

impl Draft {
    /// As it is kept on the device.
    pub fn to_text(&self) -> String {
        let mut object = Object::new();
        let mut set = |name: &str, value: Value| {
            object.insert(String::from(name), value);
        };
        let texts =
            |list: &[String]| Value::Array(list.iter().map(|text| Value::from(text.as_str())).collect());
        set("uuid", Value::from(self.uuid.as_str()));
        set("revision", Value::Number(self.revision as f64));
        match &self.place {
            Place::Open => {}
            Place::Page(name) => set("page", Value::from(name.as_str())),
            Place::Number(number) => set("page", Value::Number(*number as f64)),
        }
        set("answers", Value::Object(self.answers.clone()));
        set("unsent", Value::Bool(self.unsent));
        if !self.furthest.is_empty() {
            set("last", Value::from(self.furthest.as_str()));
        }
        if self.progress.all > 0 {
            set("done", Value::Number(f64::from(self.progress.done)));
            set("all", Value::Number(f64::from(self.progress.all)));
        }
        if self.closed {
            set("closed", Value::Bool(true));
        }
        if let Some(base) = self.base {
            set("base", Value::Number(base as f64));
        }
        if self.changed_at > 0 {
            set("at", Value::Number(self.changed_at as f64));
        }
        for (name, list) in [("spare", &self.spare), ("said", &self.said)] {
            if !list.is_empty() {
                set(name, Value::Array(list.iter().map(Spare::to_value).collect()));
            }
        }
        if !self.tried.is_empty() {
            set("tried", texts(&self.tried));
        }
        if self.trail.len() > 1 {
            set("trail", texts(&self.trail));
            set("depth", Value::Number(self.depth as f64));
        }
        write(&Value::Object(object))
    }

    /// From what is kept, also by earlier versions; `None` when it can't be read.
    pub fn read(text: &str) -> Option<Self> {
        let value = parse(text)?;
        let uuid = value.get("uuid").as_str().filter(|uuid| !uuid.is_empty())?;
        let texts = |name: &str| {
            let list = value.get(name).as_array().unwrap_or_default();
            list.iter().filter_map(Value::as_str).map(String::from).collect::<Vec<_>>()
        };
        let spares = |name: &str| {
            value.get(name).as_array().unwrap_or_default().iter().filter_map(Spare::read).collect()
        };
        let counted =
            |name: &str| whole(value.get(name)).and_then(|count| count.try_into().ok()).unwrap_or_default();
        Some(Self {
            uuid: uuid.into(),
            revision: whole(value.get("revision"))?,
            place: match value.get("page") {
                Value::String(name) => Place::Page(name.clone()),
                number => whole(number)
                    .and_then(|number| usize::try_from(number).ok())
                    .map_or(Place::Open, Place::Number),
            },
            answers: value.get("answers").as_object().cloned().unwrap_or_default(),
            spare: spares("spare"),
            said: spares("said"),
            furthest: value.get("last").as_str().unwrap_or_default().into(),
            progress: Progress { done: counted("done"), all: counted("all") },
            unsent: value.get("unsent").as_bool() != Some(false),
            closed: value.get("closed").as_bool() == Some(true),
            base: whole(value.get("base")),
            tried: texts("tried"),
            changed_at: whole(value.get("at")).unwrap_or_default(),
            trail: texts("trail"),
            depth: whole(value.get("depth")).unwrap_or_default(),
        })
    }

    /// As it is sent: a draft, or the submission.
    pub fn to_body(&self) -> String {
        let state = if self.closed { "submitted" } else { "draft" };
        let mut object = Object::new();
        object.insert("revision".into(), Value::Number(self.revision as f64));
        object.insert("state".into(), Value::from(state));
        object.insert("answers".into(), Value::Object(self.answers.clone()));
        if let Some(base) = self.base {
            object.insert("base".into(), Value::Number(base as f64));
        }
        write(&Value::Object(object))
    }

    /// What a list says of it; `None` when what is kept can't be read.
    pub fn summary(text: &str) -> Option<Summary> {
        let draft = Self::read(text)?;
        Some(Summary { progress: draft.progress, closed: draft.closed })
    }

    /// How many answers there are; a comment belongs to its answer.
    pub fn answered(&self) -> usize {
        count(&self.answers)
    }

    /// From what the backend has.
    pub fn of(response: &Response) -> Self {
        Self {
            uuid: response.client_uuid.clone(),
            revision: response.revision,
            answers: response.answers.clone(),
            base: response.version,
            changed_at: response.updated_at.unwrap_or_default(),
            ..Self::default()
        }
    }

    /// Goes on where the member was: from what is kept on the device or from what the backend has, whichever is newer.
    /// `uuid` is for a response that begins now.
    pub fn resume(
        revision: i64,
        kept: Option<&str>,
        sent: Option<&Response>,
        uuid: impl FnOnce() -> String,
    ) -> Resumed {
        match (kept.and_then(Self::read), sent) {
            (None, None) => Resumed::One(Self { uuid: uuid(), revision, ..Self::default() }),
            (None, Some(sent)) => Resumed::One(Self::of(sent)),
            (Some(kept), None) => {
                // The backend has forgotten what it had, so all of it is new to it.
                let unsent = !kept.answers.is_empty();
                Resumed::One(Self { base: None, unsent, ..kept })
            }
            (Some(kept), Some(sent)) => kept.or(sent),
        }
    }

    fn or(mut self, sent: &Response) -> Resumed {
        let is_ours = self.wrote(sent);
        if is_ours {
            // The answer to what we sent was lost.
            self.base = sent.version;
        }
        let known = is_ours || sent.version.is_some() && self.base == sent.version;
        if self.closed || known && self.uuid == sent.client_uuid {
            return Resumed::One(self);
        }
        // The device has nothing of its own where it sent all, and another one may have gone on.
        if !self.unsent || self.answers.is_empty() || self.answers == sent.answers {
            let same = self.uuid == sent.client_uuid && self.answers == sent.answers;
            if !same && self.uuid != sent.client_uuid {
                (self.place, self.said) = (Place::Open, Vec::new());
                (self.furthest, self.progress) = (String::new(), Progress::default());
            }
            return Resumed::One(Self {
                place: self.place,
                said: self.said,
                spare: self.spare,
                furthest: self.furthest,
                progress: self.progress,
                trail: self.trail,
                depth: self.depth,
                ..Self::of(sent)
            });
        }
        // A backend that counts no versions: who began this response goes on with it.
        if self.uuid == sent.client_uuid && (sent.version.is_none() || self.base.is_none()) {
            self.base = sent.version;
            return Resumed::One(self);
        }
        Resumed::Two(self, sent.clone())
    }

    /// Whether what the backend has is what this device sent, also when it never heard an answer.
    pub fn wrote(&self, sent: &Response) -> bool {
        self.uuid == sent.client_uuid && self.tried.contains(&mark(&sent.answers))
    }

    /// Remembers that it is being sent.
    pub fn try_now(&mut self) {
        let mark = mark(&self.answers);
        self.tried.retain(|known| *known != mark);
        self.tried.push(mark);
        let more = self.tried.len().saturating_sub(MAX_TRIED);
        self.tried.drain(..more);
    }

    /// Keeps what fits another definition. What doesn't is set aside. Whether the definition is another one than was answered.
    pub fn adapt(&mut self, revision: i64, definition: &Value) -> bool {
        if self.revision == revision {
            return false;
        }
        self.revision = revision;
        if self.answers.is_empty() && self.spare.is_empty() {
            return false;
        }
        let mut all = std::mem::take(&mut self.answers);
        // What had no place in a version in between may have one again.
        for spare in std::mem::take(&mut self.spare) {
            all.entry(spare.name).or_insert(spare.value);
        }
        let (answers, spare) = fit(definition, all, &self.said);
        (self.answers, self.spare) = (answers, spare);
        (self.place, self.unsent, self.closed) = (Place::Open, true, false);
        self.trail.clear();
        self.furthest.clear();
        true
    }

    /// Notes that the history has another page from here on.
    pub fn walk(&mut self, at: usize, page: &str) {
        self.trail.truncate(at);
        if self.trail.len() < MAX_TRAIL {
            self.trail.push(page.into());
        }
    }
}

/// A mark of answers: the same for the same answers (FNV-1a).
fn mark(answers: &Object) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in write(&Value::Object(answers.clone())).bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    let mut text = String::with_capacity(16);
    for shift in (0..16).rev() {
        text.push(char::from_digit((hash >> (shift * 4)) as u32 & 15, 16).unwrap_or('0'));
    }
    text
}

fn count(answers: &Object) -> usize {
    let is_comment =
        |name: &str| name.strip_suffix("-Comment").is_some_and(|name| answers.contains_key(name));
    answers.keys().filter(|name| !is_comment(name)).count()
}

/// A whole number within what JavaScript counts exactly.
fn whole(value: &Value) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    value.as_f64().filter(|number| number.fract() == 0.0 && number.abs() <= EXACT).map(|number| number as i64)
}

/// Which of the five faces, from 0 for the saddest, stands for a point of a scale with `count` points.
pub fn face(index: usize, count: usize) -> usize {
    match count {
        0 | 1 => 4,
        _ => ((index * 8 + count - 1) / (2 * (count - 1))).min(4),
    }
}

#[cfg(test)]
mod tests {
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
        draft.said = vec![Spare {
            name: "gone".into(),
            title: "走了吗".into(),
            text: "2 次".into(),
            value: Value::Null,
        }];
        assert!(draft.adapt(2, &definition));
        assert_eq!((draft.answers.len(), &draft.place), (1, &Place::Open));
        assert_eq!((draft.spare[0].title.as_str(), draft.spare[0].text.as_str()), ("走了吗", "2 次"));
        assert!(!draft.to_body().contains("gone"));
        let again =
            parse(r#"{"elements":[{"type":"text","name":"a"},{"type":"text","name":"gone"}]}"#).unwrap();
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
    fn a_comment_is_no_answer_of_its_own() {
        assert_eq!(draft(r#"{"a":5,"a-Comment":"x","b-Comment":"y"}"#).answered(), 2);
    }

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
                uuid, revision, place: Place::Page(page), answers: Object::from([("a".into(), Value::from(text))]),
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
}
