//! From the definition's JSON to a [`Survey`], or to the list of what stands in the way.

use miniserde::json::{Number, Object, Value};

use super::vocabulary::{flag, matters, positive, whole, without_markup};
use super::{Choice, Kind, Page, Question, Rate, RatingStyle, Scalar, Survey, Unknown, Unsupported};

/// Panels in panels are looked into this deep, then named as they are.
const MAX_DEPTH: usize = 32;
const MAX_UNKNOWN: usize = 64;
const MAX_QUESTIONS: usize = 500;
const MAX_CHOICES: usize = 1000;
/// SurveyJS stops there too.
const MAX_RATES: usize = 20;

/// Understands a definition in a locale of the portal (`zh-CN`, `zh-TW`, `en`).
///
/// # Errors
/// The list of everything that this version doesn't understand.
pub fn parse(definition: &Value, locale: &str) -> Result<Survey, Unsupported> {
    let mut reader = Reader {
        locales: match locale {
            "zh-TW" => &["zh-tw", "default", "zh-cn"],
            "en" => &["en", "default"],
            _ => &["zh-cn", "default"],
        },
        unknown: Vec::new(),
        names: Vec::new(),
        max_text: None,
    };
    let survey = match definition {
        Value::Object(root) => reader.survey(root),
        _ => {
            reader.name("survey", "definition");
            Survey::default()
        }
    };
    if reader.unknown.is_empty() { Ok(survey) } else { Err(Unsupported { what: reader.unknown }) }
}

struct Reader {
    locales: &'static [&'static str],
    unknown: Vec<Unknown>,
    names: Vec<String>,
    max_text: Option<u32>,
}

impl Reader {
    fn survey(&mut self, root: &Object) -> Survey {
        self.properties("survey", root);
        self.max_text = positive(root.get("maxTextLength"));
        let (title, completed) = (self.text(root.get("title")), self.text(root.get("completedHtml")));
        let mut pages = Vec::new();
        match root.get("pages") {
            Some(Value::Array(list)) if !list.is_empty() => {
                for (at, page) in list.iter().enumerate() {
                    let path = indexed("pages", at);
                    match page {
                        Value::Object(page) => {
                            self.properties(&path, page);
                            if flag(page.get("isRequired")) {
                                self.name(&path, "isRequired");
                            }
                            pages.push(self.page(page, &path));
                        }
                        _ => self.name(&path, "page"),
                    }
                }
                if root.contains_key("elements") || root.contains_key("questions") {
                    self.name("survey", "elements beside pages");
                }
            }
            // One page needs no page: its title and its description are then the survey's.
            None | Some(Value::Null | Value::Array(_)) => {
                let questions = self.elements(root, "");
                pages.push(Page { title: None, description: None, questions });
            }
            Some(_) => self.name("survey", "pages"),
        }
        pages.retain(|page| !page.questions.is_empty());
        match root.get("questionsOnPageMode") {
            Some(Value::String(mode)) if mode == "questionPerPage" || mode == "inputPerPage" => {
                pages = pages.into_iter().flat_map(one_each).collect();
            }
            _ => {}
        }
        self.piping(&pages);
        if pages.is_empty() && self.unknown.is_empty() {
            self.name("survey", "no questions");
        }
        Survey { title, pages, completed_text: completed.map(without_markup).filter(|text| !text.is_empty()) }
    }

    fn page(&mut self, page: &Object, path: &str) -> Page {
        Page {
            title: self.text(page.get("title")),
            description: self.text(page.get("description")),
            questions: self.elements(page, path),
        }
    }

    fn elements(&mut self, parent: &Object, path: &str) -> Vec<Question> {
        let mut questions = Vec::new();
        let mut open: Vec<(&Object, String)> = vec![(parent, String::from(path))];
        let mut depth = 0;
        // Only panels nest, and they are refused, so order within them serves the list of names alone.
        while !open.is_empty() && depth < MAX_DEPTH {
            depth += 1;
            for (parent, path) in std::mem::take(&mut open) {
                let (key, list) = match (parent.get("elements"), parent.get("questions")) {
                    (Some(list), _) => ("elements", list),
                    (None, Some(list)) => ("questions", list),
                    (None, None) => continue,
                };
                let mut base = path.clone();
                if !base.is_empty() {
                    base.push('.');
                }
                base.push_str(key);
                let Value::Array(list) = list else {
                    self.name(if path.is_empty() { "survey" } else { &path }, key);
                    continue;
                };
                for (at, element) in list.iter().enumerate() {
                    if self.names.len() >= MAX_QUESTIONS || self.unknown.len() >= MAX_UNKNOWN {
                        self.name(&base, "too many questions");
                        return questions;
                    }
                    let mut path = indexed(&base, at);
                    let Value::Object(element) = element else {
                        self.name(&path, "element");
                        continue;
                    };
                    let bare = path.clone();
                    if let Some(Value::String(name)) = element.get("name") {
                        path.push_str(" (");
                        path.extend(name.chars().take(40));
                        path.push(')');
                    }
                    if matches!(element.get("type"), Some(Value::String(kind)) if kind == "panel") {
                        self.name(&path, "panel");
                        open.push((element, bare));
                    } else if let Some(question) = self.question(element, &path) {
                        questions.push(question);
                    }
                }
            }
        }
        questions
    }

    fn question(&mut self, element: &Object, path: &str) -> Option<Question> {
        let kind = match element.get("type") {
            Some(Value::String(kind)) => kind.as_str(),
            _ => "",
        };
        let kind = match kind {
            "radiogroup" | "dropdown" => Kind::Single { choices: self.choices(element, path) },
            "checkbox" | "tagbox" => Kind::Multiple {
                choices: self.choices(element, path),
                min: positive(element.get("minSelectedChoices")),
                max: positive(element.get("maxSelectedChoices")),
            },
            "rating" => self.rating(element, path),
            "text" | "comment" => {
                match element.get("inputType") {
                    None | Some(Value::Null) => {}
                    Some(Value::String(input)) if input == "text" => {}
                    Some(input) => self.name_value(path, "inputType", input),
                }
                let max_length = match element.get("maxLength").and_then(whole) {
                    Some(0) => None,
                    Some(length) if length > 0 => u32::try_from(length).ok(),
                    _ => self.max_text,
                };
                Kind::Text { multiline: kind == "comment", max_length }
            }
            other => {
                self.name(path, if other.is_empty() { "type" } else { other });
                return None;
            }
        };
        self.properties(path, element);
        let name = match element.get("name") {
            Some(Value::String(name)) if !name.is_empty() => name.clone(),
            _ => {
                self.name(path, "no name");
                return None;
            }
        };
        if self.names.contains(&name) {
            self.name(path, "name used twice");
        }
        self.names.push(name.clone());
        Some(Question {
            title: self.text(element.get("title")).unwrap_or_else(|| name.clone()),
            name,
            description: self.text(element.get("description")),
            required: flag(element.get("isRequired")),
            kind,
        })
    }

    fn choices(&mut self, element: &Object, path: &str) -> Vec<Choice> {
        let mut choices = Vec::new();
        if let Some(Value::Array(list)) = element.get("choices") {
            if list.len() > MAX_CHOICES {
                self.name(path, "too many choices");
            }
            for (at, item) in list.iter().take(MAX_CHOICES).enumerate() {
                let feature = indexed("choices", at);
                match self.item(item, path, &feature) {
                    Some(choice) => choices.push(choice),
                    None => self.name(path, &feature),
                }
            }
        }
        if choices.is_empty() {
            self.name(path, "no choices");
        }
        choices
    }

    /// A value by itself, or one with a text.
    fn item(&mut self, item: &Value, path: &str, feature: &str) -> Option<Choice> {
        let Value::Object(object) = item else {
            let value = Scalar::read(item)?;
            return Some(Choice { text: value.text(), value });
        };
        for (key, value) in object {
            if key != "value" && key != "text" && matters(key, value) {
                let mut feature = String::from(feature);
                feature.push('.');
                feature.push_str(key);
                self.name(path, &feature);
            }
        }
        let value = Scalar::read(object.get("value")?)?;
        Some(Choice { text: self.text(object.get("text")).unwrap_or_else(|| value.text()), value })
    }

    fn rating(&mut self, element: &Object, path: &str) -> Kind {
        let mut values = Vec::new();
        match element.get("rateValues") {
            Some(Value::Array(list)) if !list.is_empty() => {
                for (at, item) in list.iter().take(MAX_RATES).enumerate() {
                    let feature = indexed("rateValues", at);
                    match self.item(item, path, &feature) {
                        Some(Choice { value: Scalar::Number(value), text }) => {
                            values.push(Rate { value, text })
                        }
                        _ => self.name(path, &feature),
                    }
                }
            }
            _ => values = self.scale(element, path),
        }
        let mut style = RatingStyle::Numbers;
        for key in ["rateType", "rateDisplayMode"] {
            match element.get(key) {
                Some(Value::String(kind)) if kind == "stars" => style = RatingStyle::Stars,
                Some(Value::String(kind)) if kind == "smileys" => style = RatingStyle::Smileys,
                None | Some(Value::Null) => {}
                Some(Value::String(kind)) if kind == "labels" || kind == "numbers" => {}
                Some(kind) => self.name_value(path, key, kind),
            }
        }
        Kind::Rating {
            values,
            style,
            min_text: self.text(element.get("minRateDescription")),
            max_text: self.text(element.get("maxRateDescription")),
        }
    }

    fn scale(&mut self, element: &Object, path: &str) -> Vec<Rate> {
        let mut number = |key: &str| match element.get(key) {
            None | Some(Value::Null) => None,
            Some(value) => {
                let number = whole(value);
                if number.is_none() {
                    self.name_value(path, key, value);
                }
                number
            }
        };
        let min = number("rateMin").unwrap_or(1);
        let step = number("rateStep").unwrap_or(1);
        let max = match (number("rateMax"), number("rateCount")) {
            (Some(max), _) => max,
            (None, Some(count)) => min.saturating_add(step.saturating_mul(count.saturating_sub(1))),
            (None, None) => 5,
        };
        let mut values = Vec::new();
        let mut next = Some(min);
        while let Some(value) = next
            && step > 0
            && value <= max
            && values.len() < MAX_RATES
        {
            values.push(Rate { value, text: value.to_string() });
            next = value.checked_add(step);
        }
        if values.is_empty() {
            self.name(path, "empty scale");
        }
        values
    }

    /// SurveyJS puts an answer where a text says `{name}`; this version doesn't.
    fn piping(&mut self, pages: &[Page]) {
        let mut found = Vec::new();
        let mut look = |text: &str, place: &str| {
            for part in text.split('{').skip(1).take(MAX_UNKNOWN) {
                if let Some((inner, _)) = part.split_once('}')
                    && self.names.iter().any(|name| name == inner.trim())
                {
                    found.push((String::from(place), String::from(inner)));
                }
            }
        };
        for page in pages {
            for text in page.title.iter().chain(&page.description) {
                look(text, "page title");
            }
            for question in &page.questions {
                look(&question.title, &question.name);
                if let Some(text) = &question.description {
                    look(text, &question.name);
                }
            }
        }
        for (place, inner) in found {
            let mut feature = String::from("{");
            feature.push_str(&inner);
            feature.push('}');
            self.name(&place, &feature);
        }
    }

    /// Names every property that would change what is asked or accepted.
    fn properties(&mut self, path: &str, object: &Object) {
        for (key, value) in object {
            if key == "validators"
                && let Value::Array(list) = value
            {
                for validator in list.iter().take(MAX_UNKNOWN) {
                    match validator {
                        Value::Object(object) if object.contains_key("type") => {
                            self.name_value(path, key, object.get("type").unwrap_or(validator));
                        }
                        _ => self.name(path, key),
                    }
                }
            } else if matters(key, value) {
                self.name(path, key);
            }
        }
    }

    fn name(&mut self, path: &str, feature: &str) {
        if self.unknown.len() < MAX_UNKNOWN {
            self.unknown
                .push(Unknown { path: String::from(path), feature: feature.chars().take(80).collect() });
        }
    }

    fn name_value(&mut self, path: &str, key: &str, value: &Value) {
        let mut feature = String::from(key);
        feature.push_str(": ");
        match value {
            Value::String(text) => feature.extend(text.chars().take(40)),
            Value::Number(Number::U64(number)) => feature.push_str(&number.to_string()),
            Value::Number(Number::I64(number)) => feature.push_str(&number.to_string()),
            _ => feature.push('?'),
        }
        self.name(path, &feature);
    }

    /// A text, or the best of its translations.
    fn text(&self, value: Option<&Value>) -> Option<String> {
        let text = match value? {
            Value::String(text) => text,
            Value::Object(translations) => self
                .locales
                .iter()
                .filter_map(|locale| translations.get(*locale))
                .chain(translations.values())
                .find_map(|value| match value {
                    Value::String(text) if !text.is_empty() => Some(text),
                    _ => None,
                })?,
            other => return Scalar::read(other).map(|scalar| scalar.text()),
        };
        (!text.trim().is_empty()).then(|| text.clone())
    }
}

fn indexed(list: &str, at: usize) -> String {
    let mut path = String::from(list);
    path.push('[');
    path.push_str(&at.to_string());
    path.push(']');
    path
}

fn one_each(page: Page) -> impl Iterator<Item = Page> {
    let Page { title, description, questions } = page;
    questions.into_iter().map(move |question| Page {
        title: title.clone(),
        description: description.clone(),
        questions: vec![question],
    })
}
