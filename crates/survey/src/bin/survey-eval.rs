//! Reads JSON lines `{definition, answers, steps?, locale?, now?}` and prints for each what the engine makes of it, so that others
//! can compare it with SurveyJS. With `--detail` also choices, titles and what is enabled and required.

use serde::Deserialize;
use serde_json::{Map, json};
use std::io::{BufRead, Write};
use std::rc::Rc;
use survey::{Definition, Environment, Form, Kind, Value, date};

#[derive(Deserialize)]
struct Case {
    #[serde(default)]
    definition: Value,
    #[serde(default)]
    answers: Value,
    #[serde(default)]
    steps: Vec<Value>,
    #[serde(default)]
    locale: Option<String>,
    #[serde(default)]
    now: Option<String>,
}

fn main() -> std::io::Result<()> {
    let detail = std::env::args().any(|argument| argument == "--detail");
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let result = match serde_json::from_str::<Case>(&line) {
            Ok(case) => evaluate(&case, detail),
            Err(error) => json!({ "error": error.to_string() }),
        };
        serde_json::to_writer(&mut out, &result)?;
        out.write_all(b"\n")?;
    }
    out.flush()
}

fn evaluate(case: &Case, detail: bool) -> serde_json::Value {
    let definition = match Definition::parse(&case.definition) {
        Ok(definition) => definition,
        Err(refused) => return json!({ "error": format!("{refused:?}") }),
    };
    let unsupported: Vec<_> = definition
        .unsupported()
        .iter()
        .map(|one| json!({ "path": one.path, "feature": one.feature }))
        .collect();
    let environment = environment(case.now.as_deref());
    let mut form = Form::new(Rc::new(definition), case.locale.as_deref().unwrap_or_default(), environment);
    if let Some(answers) = case.answers.as_object() {
        form.set_data(answers);
    }
    let mut trace = Vec::new();
    for step in &case.steps {
        trace.push(glance(&form));
        take(&mut form, step);
    }
    if !trace.is_empty() {
        trace.push(glance(&form));
    }
    let mut result = Map::new();
    let visible = form.visible_questions();
    result.insert("visible_questions".into(), json!(names(visible.clone(), &form)));
    result.insert("visible_pages".into(), json!(names(form.visible_pages(), &form)));
    if detail {
        result.insert("detail".into(), details(&mut form));
        result.insert("trace".into(), trace.into());
    }
    form.validate();
    let mut errors = Map::new();
    for id in visible {
        let texts: Vec<String> = form.errors(id).into_iter().map(|fault| fault.text).collect();
        if !texts.is_empty() {
            errors.insert(form.name(id).into(), json!(texts));
        }
    }
    result.insert("errors".into(), errors.into());
    form.complete_now();
    result.insert("data".into(), json!(form.data()));
    result.insert("unsupported".into(), unsupported.into());
    result.into()
}

/// A change: `[name, value]`, `["$next"]`, `["$prev"]`, or through the question: `["$answer", name, value]`, `["$comment", name, text]`.
fn take(form: &mut Form, step: &Value) {
    let Some([name, rest @ ..]) = step.as_array() else { return };
    let first = rest.first().cloned().unwrap_or_default();
    let second = rest.get(1).cloned().unwrap_or_default();
    let question = first.as_str().and_then(|name| form.question(name));
    match (name.as_str(), question) {
        (Some("$next"), _) => _ = form.next_page(),
        (Some("$prev"), _) => _ = form.previous_page(),
        (Some("$answer"), Some(id)) => form.change(id, second),
        (Some("$comment"), Some(id)) => form.change_comment(id, second.as_str().unwrap_or_default()),
        (Some("$answer" | "$comment") | None, _) => {}
        (Some(name), _) => form.set_value(name, first),
    }
}

fn names(list: Vec<usize>, form: &Form) -> Vec<String> {
    list.into_iter().map(|id| String::from(form.name(id))).collect()
}

/// The survey between two steps.
fn glance(form: &Form) -> serde_json::Value {
    json!({
        "visible_questions": names(form.visible_questions(), form),
        "visible_pages": names(form.visible_pages(), form),
        "data": form.data(),
        "page": form.current_page().map(|page| form.name(page)),
        "state": state(form),
    })
}

fn state(form: &Form) -> &'static str {
    if form.is_completed() {
        "completed"
    } else if form.is_at_start() {
        "starting"
    } else if form.current_page().is_some() {
        "running"
    } else {
        "empty"
    }
}

fn details(form: &mut Form) -> serde_json::Value {
    let mut choices = Map::new();
    let mut enabled = Map::new();
    let mut required = Map::new();
    let mut titles = Map::new();
    let mut html = Map::new();
    let mut rows = Map::new();
    let mut columns = Map::new();
    for id in form.visible_questions() {
        let name = String::from(form.name(id));
        let kind = form.kind(id);
        if kind.is_select() || kind == Kind::Rating {
            let values: Vec<Value> = form.choices(id).into_iter().map(|choice| choice.value).collect();
            choices.insert(name.clone(), json!(values));
        }
        if matches!(kind, Kind::Matrix | Kind::Matrixdropdown) {
            form.open(id);
            rows.insert(name.clone(), json!(row_names(form, id)));
            columns.insert(name.clone(), json!(column_names(form, id)));
        }
        match kind {
            Kind::Html => _ = html.insert(name.clone(), form.text(id, "html").into()),
            Kind::Expression => _ = html.insert(name.clone(), form.display_value(id).into()),
            _ => {}
        }
        enabled.insert(name.clone(), form.is_enabled(id).into());
        required.insert(name.clone(), form.is_required(id).into());
        titles.insert(name, form.title(id).into());
    }
    json!({
        "choices": choices,
        "enabled": enabled,
        "required": required,
        "titles": titles,
        "html": html,
        "rows": rows,
        "columns": columns,
        "panels": names(form.visible_panels(), form),
        "page": form.current_page().map(|page| form.name(page)),
        "state": state(form),
    })
}

fn row_names(form: &Form, id: usize) -> Vec<Value> {
    match form.kind(id) {
        Kind::Matrix => form.rows(id).into_iter().map(|row| row.value).collect(),
        _ => form.entries(id).into_iter().map(|entry| entry.name).collect(),
    }
}

fn column_names(form: &Form, id: usize) -> Vec<Value> {
    let columns = form.columns(id).into_iter().enumerate();
    columns
        .filter(|(at, _)| form.kind(id) == Kind::Matrix || form.is_column_shown(id, *at))
        .map(|(_, column)| column.value)
        .collect()
}

/// The moment and the time zone of an RFC 3339 time; now in UTC without one.
fn environment(now: Option<&str>) -> Environment {
    let Some(text) = now else {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let now = now.map_or(0.0, |since| since.as_millis() as f64);
        return Environment { now, offset_minutes: 0, seed: 1 };
    };
    let offset = match text.get(text.len().saturating_sub(6)..) {
        Some(zone) if zone.starts_with(['+', '-']) => {
            let number =
                |range| zone.get(range).and_then(|digits: &str| digits.parse::<i32>().ok()).unwrap_or(0);
            let minutes = number(1..3) * 60 + number(4..6);
            if zone.starts_with('-') { -minutes } else { minutes }
        }
        _ => 0,
    };
    Environment { now: date::parse(text, offset), offset_minutes: offset, seed: 1 }
}
