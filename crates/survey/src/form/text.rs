//! What is read: titles with answers in them, choices, and how answers are said.

use super::*;
use crate::js;
use crate::messages;
use question::is_blank;

impl Form {
    /// The text in the survey's language, with the answers that `{name}` asks for; empty where there is none.
    pub(crate) fn localized(&self, id: Id, text: &Value) -> String {
        let text = self.pure(text);
        if text.contains('{') { self.process(&scope::At::Element(id), &text) } else { text }
    }

    /// A text of the survey itself, in its language and with answers in it.
    pub fn survey_text(&self, name: &str) -> String {
        let text = self.pure(self.def.props.get(name));
        self.process(&scope::At::Survey, &text)
    }

    /// What to say when it was sent: the first that a condition wants, or the general one; maybe with markup.
    pub fn completed_text(&self) -> String {
        for item in &self.def.completed_html {
            let holds = item
                .expression
                .as_ref()
                .is_some_and(|expression| self.evaluate(expression, scope::At::Survey) == Value::Bool(true));
            if holds {
                let text = self.pure(&item.html);
                return self.process(&scope::At::Survey, &text);
            }
        }
        self.survey_text("completedHtml")
    }

    /// A text in the survey's language, as it stands in the definition.
    pub(crate) fn pure(&self, text: &Value) -> String {
        match text {
            Value::Null => String::new(),
            Value::Object(texts) => {
                let get = |locale: &str| {
                    let exact = texts.get(locale);
                    let found = exact.or_else(|| {
                        texts.iter().find(|(key, _)| key.eq_ignore_ascii_case(locale)).map(|(_, text)| text)
                    });
                    found.and_then(Value::as_str).filter(|text| !text.is_empty())
                };
                let own = if self.locale.is_empty() {
                    get("default").or_else(|| get("en"))
                } else {
                    get(&self.locale)
                };
                let dialect = self.locale.split_once('-').and_then(|(root, _)| get(root));
                let text = own.or(dialect).or_else(|| get("default"));
                text.map(String::from).unwrap_or_default()
            }
            other => js::to_text(other),
        }
    }

    /// Puts answers in the place of `{name}`, from the last to the first.
    pub(crate) fn process(&self, at: &scope::At, text: &str) -> String {
        let depth = self.run.saying.get();
        if depth >= MAX_SAYING {
            return String::from(text);
        }
        self.run.saying.set(depth + 1);
        let text = self.process_once(at, text);
        self.run.saying.set(depth);
        text
    }

    fn process_once(&self, at: &scope::At, text: &str) -> String {
        let mut text = String::from(text);
        let shown = match at {
            scope::At::Element(id) | scope::At::Choice(id, _) => {
                self.nodes[*id].def.props.flag("useDisplayValuesInDynamicTexts", true)
            }
            _ => true,
        };
        let place = self.text_place(at);
        for (start, end) in gaps(&text).into_iter().rev() {
            let name = String::from(text[start + 1..end].trim());
            if name.is_empty() {
                continue;
            }
            let Some(found) = self.lookup(&place, &name, false) else { continue };
            let value = match (found.question, at) {
                _ if !shown && js::is_empty(&found.found.value) => Value::Null,
                _ if !shown => found.found.value,
                _ if found.text.is_some() => found.text.map(Value::String).unwrap_or_default(),
                (Some(id), _) => self.display_value_of(id, &found.found.value),
                (None, scope::At::Choice(id, value)) if *value == found.found.value => {
                    Value::String(self.choice_text_by_value(*id, value))
                }
                (None, _) => counted(&name, found.found.value),
            };
            text.replace_range(start..=end, &scope::value_text(&value));
        }
        text
    }

    /// Where the names of a text are looked up; a field's are its question's.
    fn text_place(&self, at: &scope::At) -> scope::At {
        match at {
            scope::At::Element(id) => match self.nodes[*id].holder {
                Holder::Field(owner) => scope::At::Element(owner),
                _ => at.clone(),
            },
            _ => at.clone(),
        }
    }

    pub(crate) fn title_of(&self, id: Id) -> String {
        let node = &self.nodes[id];
        let mut title = self.localized(id, node.def.props.get("title"));
        if title.is_empty() && node.kind() == Kind::Boolean {
            title = self.localized(id, node.def.props.get("label"));
        }
        if title.is_empty() && !node.kind().is_container() { node.def.name.clone() } else { title }
    }

    /// Its heading as the definition has it, without answers in it.
    pub(crate) fn plain_title(&self, id: Id) -> String {
        let node = &self.nodes[id];
        let title = self.pure(node.def.props.get("title"));
        if title.is_empty() { node.def.name.clone() } else { title }
    }

    /// What a choice says.
    pub(crate) fn choice_text(&self, id: Id, item: &Item) -> String {
        let (key, message) = match item.special {
            None => {
                let text = self.pure(&item.choice.text);
                let text = if text.contains('{') {
                    self.process(&scope::At::Choice(id, item.choice.value.clone()), &text)
                } else {
                    text
                };
                return if text.is_empty() { scope::value_text(&item.choice.value) } else { text };
            }
            Some(Special::Other) => ("otherText", messages::OTHER_ITEM),
            Some(Special::None) => ("noneText", messages::NONE_ITEM),
            Some(Special::Refuse) => ("refuseText", messages::REFUSE_ITEM),
            Some(Special::DontKnow) => ("dontKnowText", messages::DONT_KNOW_ITEM),
            Some(Special::SelectAll) => ("selectAllText", messages::SELECT_ALL_ITEM),
        };
        self.own_text(id, key, message)
    }

    fn choice_text_by_value(&self, id: Id, value: &Value) -> String {
        match self.item_by_value(self.visible_choices(id), value) {
            Some(item) => self.choice_text(id, item),
            None => String::new(),
        }
    }

    /// How an answer is said: `getDisplayValue`.
    pub(crate) fn display_value_of(&self, id: Id, value: &Value) -> Value {
        let node = &self.nodes[id];
        let default = self.localized(id, node.def.props.get("defaultDisplayValue"));
        let value = if is_blank(value) {
            if default.is_empty() {
                return Value::from("");
            }
            Value::String(default)
        } else {
            value.clone()
        };
        match node.kind() {
            Kind::Boolean => {
                let yes = js::equals(&value, &self.boolean_answer(id, true), js::EXACT);
                Value::String(self.boolean_label(id, yes))
            }
            Kind::Rating => {
                match self.rates(id).into_iter().find(|(rate, _)| js::equals(rate, &value, js::EXACT)) {
                    Some((_, text)) if !text.is_empty() => Value::String(text),
                    _ => value,
                }
            }
            kind if kind.is_select() => self.display_choices(id, &value),
            Kind::Expression => Value::String(self.display_expression(id, &value)),
            Kind::Matrix | Kind::Matrixdropdown | Kind::Multipletext | Kind::Paneldynamic => {
                self.display_composite(id, &value)
            }
            _ => value,
        }
    }

    fn display_choices(&self, id: Id, value: &Value) -> Value {
        match value {
            Value::Array(items) => {
                let mut texts = Vec::new();
                // Of the member's own answer only what is a choice is said, unless nothing is.
                let own = self.nodes[id].kind().is_checkbox() && Self::same(value, &self.nodes[id].value);
                let known = |item: &&Value| {
                    let item = self.unwrap(id, item);
                    self.item_by_value(self.visible_choices(id), &item).is_some()
                };
                let some = own && items.iter().any(|item| known(&item));
                for item in items.iter().filter(|item| !some || known(item)) {
                    let text = scope::value_text(&self.display_choice(id, &self.unwrap(id, item)));
                    if !text.is_empty() {
                        texts.push(text);
                    }
                }
                Value::String(texts.join(", "))
            }
            one if self.nodes[id].def.props.flag("useDisplayValuesInDynamicTexts", true) => {
                self.display_choice(id, one)
            }
            one => one.clone(),
        }
    }

    fn display_choice(&self, id: Id, value: &Value) -> Value {
        if select::is_other(value) {
            let other = self.other_value(id);
            return Value::String(if other.is_empty() {
                self.own_text(id, "otherText", messages::OTHER_ITEM)
            } else {
                other
            });
        }
        let text = self.choice_text_by_value(id, value);
        if text.is_empty() && js::truthy(value) { value.clone() } else { Value::String(text) }
    }

    pub(crate) fn boolean_label(&self, id: Id, yes: bool) -> String {
        let (key, message) = if yes { ("labelTrue", messages::YES) } else { ("labelFalse", messages::NO) };
        self.own_text(id, key, message)
    }

    /// The text of a calculated value.
    pub(crate) fn display_expression(&self, id: Id, value: &Value) -> String {
        let props = &self.nodes[id].def.props;
        let text = number_format(props, value, &self.locale);
        let format = self.pure(props.get("format"));
        if format.is_empty() { text } else { messages::fill(&format, &[&text]) }
    }

    /// The points of a scale that are shown: what each stores and says.
    pub(crate) fn rates(&self, id: Id) -> Vec<(Value, String)> {
        let node = &self.nodes[id];
        let props = &node.def.props;
        let smileys = props.word("rateType") == "smileys";
        let most = if smileys { 10 } else { MAX_RATES };
        if !node.select.items.is_empty() && !props.flag("autoGenerate", false) {
            let visible = node.select.items.iter().filter(|item| item.visible.get());
            return visible
                .take(if smileys { 10 } else { usize::MAX })
                .map(|item| (item.choice.value.clone(), self.choice_text(id, item)))
                .collect();
        }
        let step = props.number("rateStep", 1.0);
        let step = if step > 0.0 { step } else { 1.0 };
        let count = props.has("rateCount").then(|| props.number("rateCount", 5.0));
        let (mut least, mut last) = (props.number("rateMin", 1.0), props.number("rateMax", 5.0));
        if let Some(count) = count {
            match (props.has("rateMin"), props.has("rateMax")) {
                (true, false) => last = least + step * (count - 1.0),
                (false, true) => least = last - step * (count - 1.0),
                _ => {}
            }
        }
        if least > last {
            least = last;
        }
        let mut rates = Vec::new();
        let mut value = least;
        while value <= last && rates.len() < most {
            rates.push((Value::Number(value), js::number_text(value)));
            value = corrected(value + step, step);
        }
        rates
    }

    /// The words beside a comment field.
    pub(crate) fn comment_title(&self, id: Id) -> String {
        self.own_text(id, "commentText", messages::COMMENT)
    }
}

/// How deep texts with answers in them may be within one another.
const MAX_SAYING: u32 = 8;
/// The most points of a scale.
const MAX_RATES: usize = 20;

/// A sum of steps without the noise of binary fractions.
fn corrected(value: f64, step: f64) -> f64 {
    if value == 0.0 || value.round() == value {
        return value;
    }
    let mut digits = 0;
    let mut step = step;
    while step.round() != step && digits < 15 {
        step *= 10.0;
        digits += 1;
    }
    js::to_fixed(value, digits).parse().unwrap_or(value)
}

/// How a calculated number is written in a language.
pub(crate) fn number_format(props: &crate::definition::Props, value: &Value, locale: &str) -> String {
    let style = props.word("displayStyle");
    let Value::Number(number) = value else { return scope::value_text(value) };
    if style.is_empty() || style == "none" || style == "date" {
        return js::number_text(*number);
    }
    let percent = style == "percent";
    let number = if percent { number * 100.0 } else { *number };
    let money = style == "currency";
    let least = props.number("minimumFractionDigits", -1.0);
    let most = props.number("maximumFractionDigits", -1.0);
    let currency = props.word("currency");
    let (low, high): (f64, f64) = if money {
        let digits = if WHOLE_CURRENCIES.contains(&currency) { 0.0 } else { 2.0 };
        (digits, digits)
    } else if percent {
        (0.0, 0.0)
    } else {
        (0.0, 3.0)
    };
    let low = if least > -1.0 {
        least
    } else if most > -1.0 {
        low.min(most)
    } else {
        low
    };
    let high = if most > -1.0 { most } else { high.max(low) };
    let mut text = js::to_fixed(number.abs(), high as usize);
    if high > low && text.contains('.') {
        let keep = text.find('.').unwrap_or(text.len()) + 1 + low as usize;
        while text.len() > keep && text.ends_with('0') {
            text.pop();
        }
        if text.ends_with('.') {
            text.pop();
        }
    }
    if props.flag("useGrouping", true) {
        text = grouped(&text);
    }
    let sign = if number < 0.0 { "-" } else { "" };
    let mark = if money { currency_mark(currency, locale) } else { String::new() };
    [sign, &mark, &text, if percent { "%" } else { "" }].concat()
}

fn grouped(text: &str) -> String {
    let (whole, rest) = match text.find('.') {
        Some(at) => text.split_at(at),
        None => (text, ""),
    };
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped.push_str(rest);
    grouped
}

/// Currencies without a smaller unit (ISO 4217).
const WHOLE_CURRENCIES: [&str; 3] = ["JPY", "KRW", "VND"];

/// The mark of a currency, as Unicode's tables (CLDR) have it: its own country's is short, others say whose they are.
fn currency_mark(code: &str, locale: &str) -> String {
    let locale = locale.to_lowercase();
    let traditional = ["zh-tw", "zh-hk", "zh-hant"].iter().any(|known| locale.starts_with(known));
    let simplified = locale.starts_with("zh") && !traditional;
    let chinese = simplified || traditional;
    String::from(match code {
        "" | "USD" if chinese => "US$",
        "" | "USD" => "$",
        "CNY" if simplified => "¥",
        "CNY" => "CN¥",
        "JPY" if simplified => "JP¥",
        "JPY" => "¥",
        "TWD" if traditional => "$",
        "TWD" => "NT$",
        "KRW" if traditional => "￦",
        "KRW" => "₩",
        "AUD" if chinese => "AU$",
        "AUD" => "A$",
        "PHP" if !chinese => "₱",
        "EUR" => "€",
        "GBP" => "£",
        "HKD" => "HK$",
        "CAD" => "CA$",
        "INR" => "₹",
        "VND" => "₫",
        "BRL" => "R$",
        "NZD" => "NZ$",
        "MXN" => "MX$",
        other => return [other, "\u{a0}"].concat(),
    })
}

/// Panels are counted from 1 where a member reads their number.
fn counted(name: &str, value: Value) -> Value {
    match value {
        Value::Number(number)
            if number > -1.0
                && matches!(name.to_lowercase().as_str(), "panelindex" | "visiblepanelindex") =>
        {
            Value::Number(number + 1.0)
        }
        other => other,
    }
}

/// Where `{` and `}` stand, of names without a colon.
fn gaps(text: &str) -> Vec<(usize, usize)> {
    let mut gaps = Vec::new();
    let mut start = None;
    for (at, sign) in text.char_indices() {
        match sign {
            '{' => start = Some(at),
            '}' => {
                if let Some(start) = start.take() {
                    let name = &text[start + 1..at];
                    if !name.is_empty() && !name.contains(':') {
                        gaps.push((start, at));
                    }
                }
            }
            _ => {}
        }
    }
    gaps
}
