//! From JSON to a definition: names of older versions, limits, and everything that can't be done named.

mod names;

use crate::definition::*;
use crate::expression::Expression;
use crate::js;
use crate::regex::Regex;
use crate::value::{Object, Value};
use std::rc::Rc;

/// Elements in all, columns and fields counted.
const MAX_ELEMENTS: usize = 5_000;
/// Choices, rows and points in all.
const MAX_CHOICES: usize = 50_000;
/// Validators in all.
const MAX_VALIDATORS: usize = 5_000;
/// Triggers, and values that are calculated: each may look at all others.
const MAX_RULES: usize = 1_000;
/// Panels within panels.
const MAX_DEPTH: usize = 32;
/// As deep as a dynamic panel counts: each multiplies what is within it.
const DYNAMIC_DEPTH: usize = 6;
/// Entries of the list of what can't be done.
const MAX_UNSUPPORTED: usize = 64;

impl Definition {
    /// Reads a definition.
    ///
    /// # Errors
    /// When it isn't an object, or larger than a questionnaire can be. What the engine can't do is no error here:
    /// [`Definition::unsupported`] names it.
    pub fn parse(json: &Value) -> Result<Self, Refused> {
        let object = json.as_object().ok_or(Refused::NotAnObject)?;
        let mut reader = Reader::default();
        reader.survey(object)
    }
}

#[derive(Default)]
struct Reader {
    elements: usize,
    choices: usize,
    validators: usize,
    /// For names of panels and questions that have none.
    panels: usize,
    questions: usize,
    unsupported: Vec<Unsupported>,
}

impl Reader {
    fn survey(&mut self, object: &Object) -> Result<Definition, Refused> {
        let props = self.props(object, names::SURVEY, "survey");
        let mut pages = Vec::new();
        if let Some(list) = names::part(object, "pages").as_array() {
            for (at, page) in list.iter().enumerate() {
                if let Some(page) = page.as_object() {
                    let path = indexed("pages", at);
                    pages.push(Rc::new(self.page(page, &path, pages.len())?));
                }
            }
        } else if !names::part(object, "elements").is_null() {
            let mut page = self.page(&Object::new(), "survey", 0)?;
            page.elements = self.elements(names::part(object, "elements"), "survey", "elements", 1)?;
            pages.push(Rc::new(page));
        }
        if props.word("checkErrorsMode") == "onValueChanging" {
            self.name("survey", "checkErrorsMode: onValueChanging");
        }
        let triggers = self.triggers(object);
        let calculated = self.calculated(object);
        if triggers.len() > MAX_RULES || calculated.len() > MAX_RULES {
            return Err(Refused::TooLarge);
        }
        let completed_html = list(object, "completedHtmlOnCondition")
            .map(|item| Conditional {
                expression: self.expression(item.get("expression"), "survey", "completedHtmlOnCondition"),
                html: item.get("html").clone(),
            })
            .collect();
        Ok(Definition {
            props,
            pages,
            triggers,
            calculated,
            completed_html,
            unsupported: std::mem::take(&mut self.unsupported),
        })
    }

    fn page(&mut self, object: &Object, path: &str, index: usize) -> Result<Element, Refused> {
        let mut page = self.container(object, Kind::Page, path, 0)?;
        if page.name.is_empty() {
            page.name = numbered("page", index + 1);
        }
        Ok(page)
    }

    fn container(
        &mut self,
        object: &Object,
        kind: Kind,
        path: &str,
        depth: usize,
    ) -> Result<Element, Refused> {
        let mut element = self.blank(object, kind, path)?;
        element.elements = self.elements(names::part(object, "elements"), path, "elements", depth + 1)?;
        Ok(element)
    }

    fn elements(
        &mut self,
        list: &Value,
        path: &str,
        key: &str,
        depth: usize,
    ) -> Result<Vec<Rc<Element>>, Refused> {
        if depth > MAX_DEPTH {
            return Err(Refused::TooDeep);
        }
        let mut elements = Vec::new();
        for (at, item) in list.as_array().unwrap_or_default().iter().enumerate() {
            let Some(object) = item.as_object() else { continue };
            let mut path = [path, ".", &indexed(key, at)].concat();
            if let Some(name) = item.get("name").as_str() {
                path.push_str(" (");
                path.extend(name.chars().take(40));
                path.push(')');
            }
            let kind = item.get("type").as_str().unwrap_or_default();
            match Kind::from_type(kind) {
                Some(Kind::Panel) => {
                    let mut panel = self.container(object, Kind::Panel, &path, depth)?;
                    if panel.name.is_empty() {
                        self.panels += 1;
                        panel.name = numbered("panel", self.panels);
                    }
                    elements.push(Rc::new(panel));
                }
                Some(kind) => elements.push(Rc::new(self.question(object, kind, &path, depth)?)),
                None => self.name(&path, if kind.is_empty() { "type" } else { kind }),
            }
        }
        Ok(elements)
    }

    /// An element with what all kinds have.
    fn blank(&mut self, object: &Object, kind: Kind, path: &str) -> Result<Element, Refused> {
        self.elements += 1;
        if self.elements > MAX_ELEMENTS {
            return Err(Refused::TooLarge);
        }
        let mut props = self.props(object, names::of(kind), path);
        let name = clean_name(&text_of(props.get("name")));
        if props.has("valueName") {
            let cleaned = clean_name(&text_of(props.get("valueName")));
            props.0.insert("valueName".into(), Value::String(cleaned));
        }
        let mut rules = Rules::default();
        for rule in names::RULES {
            self.shorthand(&mut props, rule);
            if let Some(expression) = self.expression(props.get(rule), path, rule) {
                rules.0.push(Rc::new(Rule { name: rule, expression }));
            }
        }
        let validators = self.validators(object, path);
        self.validators += validators.len();
        if self.validators > MAX_VALIDATORS {
            return Err(Refused::TooLarge);
        }
        Ok(Element {
            name,
            kind,
            props,
            rules,
            validators,
            elements: Vec::new(),
            choices: Vec::new(),
            rows: Vec::new(),
            columns: Vec::new(),
        })
    }

    /// `defaultValue: "=expression"` and the like mean the property for the expression.
    fn shorthand(&mut self, props: &mut Props, rule: &str) {
        let plain = match rule {
            "defaultValueExpression" => "defaultValue",
            "minValueExpression" => "min",
            "maxValueExpression" => "max",
            _ => return,
        };
        if let Some(text) = props.get(plain).as_str().and_then(|text| text.strip_prefix('=')) {
            let text = Value::from(text);
            props.0.remove(plain);
            props.0.insert(rule.into(), text);
        }
    }

    fn question(
        &mut self,
        object: &Object,
        kind: Kind,
        path: &str,
        depth: usize,
    ) -> Result<Element, Refused> {
        let mut element = self.blank(object, kind, path)?;
        if element.name.is_empty() {
            self.questions += 1;
            element.name = numbered("question", self.questions);
        }
        let part = |key: &str| names::part(object, key);
        match kind {
            _ if kind.is_select() => {
                element.choices = self.choices(part("choices"), path, "choices")?;
            }
            Kind::Text if !names::INPUTS.contains(&element.props.word("inputType")) => {
                let feature = ["inputType: ", element.props.word("inputType")].concat();
                self.name(path, &feature);
            }
            Kind::Rating => element.choices = self.choices(part("rateValues"), path, "rateValues")?,
            Kind::Matrix => {
                element.rows = self.choices(part("rows"), path, "rows")?;
                element.columns = self.choices(part("columns"), path, "columns")?;
            }
            Kind::Matrixdropdown => {
                element.rows = self.choices(part("rows"), path, "rows")?;
                element.choices = self.choices(part("choices"), path, "choices")?;
                element.elements = self.columns(part("columns"), &element.props, path)?;
            }
            Kind::Multipletext => element.elements = self.fields(part("items"), path)?,
            Kind::Paneldynamic => {
                let list = match part("templateElements") {
                    Value::Null => part("elements"),
                    list => list,
                };
                element.elements = self.elements(list, path, "templateElements", depth + DYNAMIC_DEPTH)?;
            }
            _ => {}
        }
        Ok(element)
    }

    /// The columns of a matrix of questions: each is the question of its cells.
    fn columns(&mut self, list: &Value, matrix: &Props, path: &str) -> Result<Vec<Rc<Element>>, Refused> {
        let mut columns = Vec::new();
        for (at, item) in list.as_array().unwrap_or_default().iter().enumerate() {
            let named;
            let object = match item {
                Value::Object(object) => object,
                Value::String(_) | Value::Number(_) => {
                    named = Object::from_iter([(String::from("name"), Value::String(js::to_text(item)))]);
                    &named
                }
                _ => continue,
            };
            let path = [path, ".", &indexed("columns", at)].concat();
            let own = object.get("cellType").and_then(Value::as_str).filter(|kind| *kind != "default");
            let all = Some(matrix.word("cellType")).filter(|kind| !kind.is_empty() && *kind != "default");
            let kind = own.or(all).unwrap_or("dropdown");
            let known = Kind::from_type(kind).filter(|kind| names::is_cell(*kind));
            let Some(kind) = known else {
                let feature = ["cellType: ", kind].concat();
                self.name(&path, &feature);
                continue;
            };
            let mut column = self.blank(object, kind, &path)?;
            let key = if kind == Kind::Rating { "rateValues" } else { "choices" };
            column.choices = self.choices(names::part(object, key), &path, key)?;
            columns.push(Rc::new(column));
        }
        Ok(columns)
    }

    /// The fields of several texts.
    fn fields(&mut self, list: &Value, path: &str) -> Result<Vec<Rc<Element>>, Refused> {
        let mut fields = Vec::new();
        for (at, item) in list.as_array().unwrap_or_default().iter().enumerate() {
            let Some(object) = item.as_object() else { continue };
            let path = [path, ".", &indexed("items", at)].concat();
            fields.push(Rc::new(self.blank(object, Kind::Text, &path)?));
        }
        Ok(fields)
    }

    fn choices(&mut self, list: &Value, path: &str, key: &str) -> Result<Vec<Rc<Choice>>, Refused> {
        let mut choices = Vec::new();
        for item in list.as_array().unwrap_or_default() {
            self.choices += 1;
            if self.choices > MAX_CHOICES {
                return Err(Refused::TooLarge);
            }
            let (value, text, props) = match item {
                Value::Object(object) => {
                    let mut props = self.props(object, names::CHOICE, path);
                    let mut take = |key: &str| props.0.remove(key).unwrap_or_default();
                    (take("value"), take("text"), props)
                }
                other => (other.clone(), Value::Null, Props::default()),
            };
            // SurveyJS writes a value and its text as one: `1|Yes`.
            let value = match value {
                // A choice of nothing but a text stores that.
                Value::Null if text.as_str().is_some() => text.clone(),
                value => value,
            };
            let (value, text) = split_text(&value).unwrap_or((value, text));
            let mut choice = Choice { value, text, ..Choice::default() };
            let has = |name: &str| props.get(name).as_str().is_some_and(|text| !text.is_empty());
            if has("visibleIf") {
                let rule = [key, ".visibleIf"].concat();
                choice.visible_if = self.expression(props.get("visibleIf"), path, &rule);
                choice.broken_visible = choice.visible_if.is_none();
            }
            if has("enableIf") {
                let rule = [key, ".enableIf"].concat();
                choice.enable_if = self.expression(props.get("enableIf"), path, &rule);
                choice.broken_enable = choice.enable_if.is_none();
            }
            choice.props = props;
            choices.push(Rc::new(choice));
        }
        Ok(choices)
    }

    fn validators(&mut self, object: &Object, path: &str) -> Vec<Rc<Validator>> {
        let mut validators = Vec::new();
        for item in list(object, "validators") {
            let Some(object) = item.as_object() else { continue };
            let word = item.get("type").as_str().unwrap_or_default();
            let kind = match word.strip_suffix("validator").unwrap_or(word) {
                "numeric" => ValidatorKind::Numeric,
                "text" => ValidatorKind::Text,
                "answercount" => ValidatorKind::AnswerCount,
                "regex" => ValidatorKind::Regex,
                "email" => ValidatorKind::Email,
                "expression" => ValidatorKind::Expression,
                other => {
                    let feature = ["validators: ", other].concat();
                    self.name(path, &feature);
                    continue;
                }
            };
            let props = self.props(object, names::VALIDATOR, path);
            let mut regex = None;
            if kind == ValidatorKind::Regex && !props.word("regex").is_empty() {
                match Regex::new(props.word("regex"), props.flag("caseInsensitive", false)) {
                    Ok(compiled) => regex = Some(compiled),
                    Err(_) => {
                        let feature = ["regex: ", props.word("regex")].concat();
                        self.name(path, &feature);
                    }
                }
            }
            let expression = self.expression(props.get("expression"), path, "validators");
            validators.push(Rc::new(Validator { kind, props, expression, regex }));
        }
        validators
    }

    fn triggers(&mut self, object: &Object) -> Vec<Trigger> {
        let mut triggers = Vec::new();
        for (at, item) in list(object, "triggers").enumerate() {
            let Some(object) = item.as_object() else { continue };
            let path = indexed("triggers", at);
            let word = item.get("type").as_str().unwrap_or_default();
            let kind = match word.strip_suffix("trigger").unwrap_or(word) {
                "complete" => TriggerKind::Complete,
                "setvalue" => TriggerKind::SetValue,
                "copyvalue" => TriggerKind::CopyValue,
                "skip" => TriggerKind::Skip,
                "runexpression" => TriggerKind::RunExpression,
                "visible" => TriggerKind::Visible,
                other => {
                    self.name(&path, if other.is_empty() { "type" } else { other });
                    continue;
                }
            };
            let props = self.props(object, names::TRIGGER, &path);
            let text = match props.word("expression") {
                "" => names::trigger_expression(&props),
                text => String::from(text),
            };
            let expression = self.expression(&Value::String(text.clone()), &path, "expression");
            let broken = !text.is_empty() && expression.is_none();
            let run = self.expression(props.get("runExpression"), &path, "runExpression");
            triggers.push(Trigger { kind, props, expression, broken, run });
        }
        triggers
    }

    fn calculated(&mut self, object: &Object) -> Vec<Calculated> {
        list(object, "calculatedValues")
            .enumerate()
            .filter_map(|(at, item)| {
                item.as_object()?;
                let path = indexed("calculatedValues", at);
                Some(Calculated {
                    name: text_of(item.get("name")),
                    include: item.get("includeIntoResult").as_bool() == Some(true),
                    expression: self.expression(item.get("expression"), &path, "expression"),
                })
            })
            .collect()
    }

    /// An expression that can run. Functions that nobody knows are named.
    fn expression(&mut self, value: &Value, path: &str, key: &str) -> Option<Expression> {
        let text = value.as_str().filter(|text| !text.is_empty())?;
        let expression = Expression::parse(text).ok()?;
        for function in expression.unknown_functions() {
            let feature = [key, ": ", function, "()"].concat();
            self.name(path, &feature);
        }
        if expression.variables().iter().any(|name| name.starts_with('$')) {
            let feature = [key, ": {$…}"].concat();
            self.name(path, &feature);
        }
        Some(expression)
    }

    /// The properties by their present names; what the engine doesn't do is named.
    fn props(&mut self, object: &Object, table: names::Table, path: &str) -> Props {
        let mut props = Object::new();
        for (key, value) in object {
            // The pages and questions of a trigger are names; everywhere else they are parts.
            let of_trigger = table == names::TRIGGER;
            let key = if of_trigger { key } else { names::present(key) };
            if names::matters(table, key, value) {
                let feature = match value {
                    Value::String(text) => [key, ": ", &text.chars().take(40).collect::<String>()].concat(),
                    _ => String::from(key),
                };
                self.name(path, &feature);
            }
            // What an element consists of is read by itself.
            if !of_trigger && value.as_array().is_some() && names::PARTS.contains(&key) {
                continue;
            }
            if !props.contains_key(key) {
                props.insert(key.into(), value.clone());
            }
        }
        Props(props)
    }

    fn name(&mut self, path: &str, feature: &str) {
        if self.unsupported.len() < MAX_UNSUPPORTED {
            self.unsupported
                .push(Unsupported { path: path.into(), feature: feature.chars().take(80).collect() });
        }
    }
}

fn list<'a>(object: &'a Object, key: &str) -> impl Iterator<Item = &'a Value> {
    names::part(object, key).as_array().unwrap_or_default().iter()
}

fn split_text(value: &Value) -> Option<(Value, Value)> {
    let (value, text) = value.as_str()?.split_once('|')?;
    Some((Value::from(value), Value::from(text)))
}

fn text_of(value: &Value) -> String {
    if value.is_null() { String::new() } else { js::to_text(value) }
}

fn indexed(list: &str, at: usize) -> String {
    [list, "[", &at.to_string(), "]"].concat()
}

fn numbered(word: &str, number: usize) -> String {
    [word, &number.to_string()].concat()
}

/// A name as expressions can say it: no braces, and no `#` in front.
fn clean_name(name: &str) -> String {
    let name: String = name.trim().chars().filter(|c| !matches!(c, '{' | '}')).collect();
    String::from(name.trim_start_matches('#'))
}
