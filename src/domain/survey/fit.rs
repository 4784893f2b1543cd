//! Which answers still fit when a definition has changed.
//!
//! SurveyJS keeps whatever it is given. Here an answer whose question is gone, is another kind of question now, or lost the
//! choice that was taken, is set aside and shown to the member; the submission holds only what was asked.

use survey::{Object, Value, js};

/// Containers within containers; the engine refuses more.
const MAX_DEPTH: usize = 40;

/// An answer with its question, as the member saw them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spare {
    /// The key of the answer.
    pub name: String,
    /// What was asked; empty where it isn't known.
    pub title: String,
    /// How the answer read; empty where it isn't known.
    pub text: String,
    /// The answer.
    pub value: Value,
}

impl Spare {
    pub(super) fn to_value(&self) -> Value {
        let mut object = Object::from_iter([(String::from("name"), Value::from(self.name.as_str()))]);
        for (name, text) in [("title", &self.title), ("text", &self.text)] {
            if !text.is_empty() {
                object.insert(name.into(), Value::from(text.as_str()));
            }
        }
        if !self.value.is_null() {
            object.insert("value".into(), self.value.clone());
        }
        Value::Object(object)
    }

    pub(super) fn read(value: &Value) -> Option<Self> {
        let text = |name: &str| String::from(value.get(name).as_str().unwrap_or_default());
        let name = text("name");
        (!name.is_empty()).then(|| Self {
            name,
            title: text("title"),
            text: text("text"),
            value: value.get("value").clone(),
        })
    }
}

/// The answers that a definition asks for, and the others with what is known of their questions.
pub fn fit(definition: &Value, answers: Object, said: &[Spare]) -> (Object, Vec<Spare>) {
    let questions = Questions::of(definition);
    let (mut fitting, mut spare) = (Object::new(), Vec::new());
    for (name, value) in answers {
        let (fits, rest) = questions.fit(&name, value);
        if let Some(value) = rest {
            let known = said.iter().find(|one| one.name == name);
            spare.push(Spare {
                title: known.map(|one| one.title.clone()).unwrap_or_default(),
                // Of a part of an answer the text isn't known.
                text: known.filter(|_| fits.is_none()).map(|one| one.text.clone()).unwrap_or_default(),
                name: name.clone(),
                value,
            });
        }
        if let Some(value) = fits {
            fitting.insert(name, value);
        }
    }
    (fitting, spare)
}

/// What a definition asks, by the key of the answer.
#[derive(Default)]
struct Questions<'a> {
    asked: Vec<(&'a str, &'a Value)>,
    /// Keys that the survey fills by itself; an old one of them says nothing.
    own: Vec<&'a str>,
}

impl<'a> Questions<'a> {
    fn of(definition: &'a Value) -> Self {
        let mut questions = Self::default();
        questions.within(definition, MAX_DEPTH);
        for (list, key) in [("calculatedValues", "name"), ("triggers", "setToName")] {
            for one in definition.get(list).as_array().unwrap_or_default() {
                questions.own.extend(one.get(key).as_str());
            }
        }
        questions
    }

    fn within(&mut self, container: &'a Value, depth: usize) {
        if depth == 0 {
            return;
        }
        for list in ["pages", "elements", "questions"] {
            for one in container.get(list).as_array().unwrap_or_default() {
                let is_container = list == "pages" || one.get("type").as_str() == Some("panel");
                if is_container {
                    self.within(one, depth - 1);
                } else {
                    let key = one.get("valueName").as_str().filter(|name| !name.is_empty());
                    self.asked.extend(key.or_else(|| one.get("name").as_str()).map(|key| (key, one)));
                }
            }
        }
    }

    fn find(&self, name: &str) -> Option<&'a Value> {
        self.asked.iter().find(|(known, _)| *known == name).map(|(_, question)| *question)
    }

    /// What of an answer fits, and what doesn't.
    fn fit(&self, name: &str, value: Value) -> (Option<Value>, Option<Value>) {
        let comment = name.strip_suffix("-Comment").is_some_and(|name| self.find(name).is_some());
        let Some(question) = self.find(name) else {
            return match (comment && matches!(value, Value::String(_)), self.own.contains(&name)) {
                (true, _) => (Some(value), None),
                (_, true) => (None, None),
                _ => (None, Some(value)),
            };
        };
        let kind = question.get("type").as_str().unwrap_or_default();
        let many = matches!(kind, "checkbox" | "tagbox" | "ranking")
            || kind == "imagepicker" && question.get("multiSelect") == &Value::Bool(true);
        let shape = match value {
            Value::Array(_) => many || matches!(kind, "matrixdropdown" | "paneldynamic" | "matrix" | "text"),
            Value::Object(_) => matches!(kind, "matrix" | "matrixdropdown" | "multipletext"),
            _ => !many && !matches!(kind, "matrix" | "matrixdropdown" | "paneldynamic" | "multipletext"),
        };
        if !shape || matches!(kind, "html" | "image") {
            return (None, Some(value));
        }
        let Some(choices) = choices(question, kind) else { return (Some(value), None) };
        match value {
            Value::Array(items) => {
                let (fits, rest): (Vec<_>, Vec<_>) =
                    items.into_iter().partition(|item| is_choice(question, &choices, item));
                let some = |list: Vec<Value>| (!list.is_empty()).then_some(Value::Array(list));
                (some(fits), some(rest))
            }
            value if is_choice(question, &choices, &value) => (Some(value), None),
            value => (None, Some(value)),
        }
    }
}

/// The values to choose from; `None` where the definition alone doesn't say.
fn choices(question: &Value, kind: &str) -> Option<Vec<String>> {
    let list = match kind {
        "rating" => return points(question),
        "radiogroup" | "checkbox" | "dropdown" | "tagbox" | "ranking" | "imagepicker" => {
            question.get("choices")
        }
        _ => return None,
    };
    let open = ["showOtherItem", "hasOther"].iter().any(|key| question.get(key) == &Value::Bool(true));
    let elsewhere = ["choicesFromQuestion", "choicesByUrl", "choicesMin"];
    if open || elsewhere.iter().any(|key| !question.get(key).is_null()) {
        return None;
    }
    list.as_array().map(|list| list.iter().map(value_of).collect())
}

/// The points of a scale that are told one by one, or between which it lies.
fn points(question: &Value) -> Option<Vec<String>> {
    question
        .get("rateValues")
        .as_array()
        .filter(|list| !list.is_empty())
        .map(|list| list.iter().map(value_of).collect())
}

/// The value of a choice as text: a choice of nothing but a text stores that, and `1|Yes` is a value with its text.
fn value_of(choice: &Value) -> String {
    let value = match choice {
        Value::Object(object) => object.get("value").or_else(|| object.get("text")).unwrap_or(choice),
        choice => choice,
    };
    let text = js::to_text(value);
    match text.split_once('|') {
        Some((value, _)) => value.into(),
        None => text,
    }
}

fn is_choice(question: &Value, choices: &[String], value: &Value) -> bool {
    const SPECIAL: [(&str, [&str; 2]); 3] = [
        ("none", ["showNoneItem", "hasNone"]),
        ("refused", ["showRefuseItem", ""]),
        ("dontknow", ["showDontKnowItem", ""]),
    ];
    let special = |(name, keys): &(&str, [&str; 2])| {
        value.as_str() == Some(name) && keys.iter().any(|key| question.get(key) == &Value::Bool(true))
    };
    // Lists of records have the choice in one of their members.
    let value = match question.get("valuePropertyName").as_str() {
        Some(name) if !name.is_empty() => value.get(name),
        _ => value,
    };
    // An answer may be `1` where the choice is `"1"`, as in SurveyJS.
    let text = js::to_text(value);
    choices.contains(&text) || SPECIAL.iter().any(special)
}

#[cfg(test)]
mod tests {
    use super::super::{parse, write};
    use super::*;

    const DEFINITION: &str = r#"{"pages":[{"elements":[
        {"type":"panel","elements":[{"type":"radiogroup","name":"one","choices":["x",{"value":2,"text":"zwei"}],"showNoneItem":true}]},
        {"type":"checkbox","name":"many","choices":["x","y"]},
        {"type":"checkbox","name":"open","choices":["x"],"showOtherItem":true},
        {"type":"comment","name":"words"},
        {"type":"text","name":"named","valueName":"key"},
        {"type":"matrix","name":"grid"},
        {"type":"rating","name":"scale","rateValues":[1,2]}]}],
        "calculatedValues":[{"name":"total","expression":"1"}]}"#;

    fn fitted(answers: &str) -> (String, Vec<String>) {
        let answers = parse(answers).unwrap().as_object().cloned().unwrap();
        let (fits, spare) = fit(&parse(DEFINITION).unwrap(), answers, &[]);
        let spare = spare.into_iter().map(|one| format!("{} {}", one.name, write(&one.value))).collect();
        (write(&Value::Object(fits)), spare)
    }

    #[test]
    fn choices_are_known_however_they_are_written() {
        let definition = parse(
            r#"{"elements":[{"type":"radiogroup","name":"a","choices":["1|One","2|Two"]},
            {"type":"radiogroup","name":"b","choices":[{"text":"x"}]},
            {"type":"checkbox","name":"c","valuePropertyName":"v","choices":[1,2]}]}"#,
        )
        .unwrap();
        let answers = parse(r#"{"a":"1","b":"x","c":[{"v":2},{"v":9}]}"#).unwrap();
        let (kept, spare) = fit(&definition, answers.as_object().cloned().unwrap(), &[]);
        assert_eq!(write(&Value::Object(kept)), r#"{"a":"1","b":"x","c":[{"v":2}]}"#);
        assert_eq!(spare.len(), 1);
    }

    #[test]
    fn what_is_still_asked_fits() {
        let all = r#"{"grid":{"r":"c"},"key":"v","many":["y","x"],"one":"2","open":["own"],"scale":2,"words":"w","words-Comment":"c"}"#;
        assert_eq!(fitted(all), (all.into(), vec![]));
        assert_eq!(fitted(r#"{"one":"none"}"#).1.len(), 0);
    }

    #[test]
    fn what_is_not_is_set_aside() {
        let (fits, spare) = fitted(
            r#"{"gone":1,"gone-Comment":"c","grid":"c","many":["x","z"],"named":"n","one":"w","scale":3,"total":4,"words":["a"]}"#,
        );
        assert_eq!(fits, r#"{"many":["x"]}"#);
        let expected = [
            "gone 1",
            "gone-Comment \"c\"",
            "grid \"c\"",
            "many [\"z\"]",
            "named \"n\"",
            "one \"w\"",
            "scale 3",
            "words [\"a\"]",
        ];
        assert_eq!(spare, expected);
    }
}
