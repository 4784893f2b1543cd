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
mod tests;
