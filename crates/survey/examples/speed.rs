//! How long a large definition takes to read, and a survey of a hundred conditions to react. Prints one line of JSON after `survey: `;
//! `cargo xtask bench` holds it against docs/budgets.json.

use serde_json::json;
use std::rc::Rc;
use std::time::{Duration, Instant};
use survey::{Definition, Environment, Form, Value};

const RUNS: usize = 21;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let text = large()?;
    let parse = median(|| {
        let json: Value = serde_json::from_str(&text)?;
        let definition = Definition::parse(&json).map_err(|refused| format!("{refused:?}"))?;
        assert!(definition.unsupported().is_empty());
        Ok((json, definition))
    })?;

    let definition = Definition::parse(&chained(100)).map_err(|refused| format!("{refused:?}"))?;
    let environment = Environment { now: 0.0, offset_minutes: 0, seed: 1 };
    let mut form = Form::new(Rc::new(definition), "", environment);
    let mut at = 0;
    let react = median(|| {
        at += 1;
        let id = form.question("q0").ok_or("no question")?;
        form.answer(id, Value::from(if at % 2 == 0 { 1 } else { 2 }));
        Ok(())
    })?;

    println!(
        "survey: {}",
        json!({
            "definition_bytes": text.len(),
            "parse_ms": parse.as_secs_f64() * 1000.0,
            "react_ms": react.as_secs_f64() * 1000.0,
        })
    );
    Ok(())
}

/// What `run` gives is done away with outside the measured time.
fn median<T>(
    mut run: impl FnMut() -> Result<T, Box<dyn std::error::Error>>,
) -> Result<Duration, Box<dyn std::error::Error>> {
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let begun = Instant::now();
        let made = run()?;
        times.push(begun.elapsed());
        drop(made);
    }
    times.sort();
    Ok(times[RUNS / 2])
}

/// A definition of a megabyte: thousands of questions with choices, texts in three languages and conditions.
fn large() -> Result<String, serde_json::Error> {
    let mut pages = Vec::new();
    let mut bytes = 0;
    while bytes < 1_000_000 {
        let page = pages.len();
        let elements: Vec<_> = (0..20)
            .map(|at| {
                json!({
                    "type": "radiogroup",
                    "name": format!("p{page}q{at}"),
                    "title": { "default": "这一杯的口味怎么样？", "zh-tw": "這一杯的口味怎麼樣？", "en": "How did it taste?" },
                    "visibleIf": format!("{{p{page}q{}}} <> 'bad' or {{p0q0}} anyof ['good', 'fine']", (at + 1) % 20),
                    "choices": [
                        { "value": "good", "text": { "default": "很好", "en": "Good" } },
                        { "value": "fine", "text": { "default": "还行", "en": "Fine" } },
                        { "value": "bad", "text": { "default": "不好", "en": "Bad" } },
                    ],
                })
            })
            .collect();
        let page = json!({ "name": format!("page{page}"), "elements": elements });
        bytes += serde_json::to_string(&page)?.len();
        pages.push(page);
    }
    serde_json::to_string(&json!({ "pages": pages }))
}

/// Questions of which each is seen by the answer to the first.
fn chained(count: usize) -> Value {
    let elements: Vec<_> = (0..count)
        .map(|at| match at {
            0 => json!({ "type": "radiogroup", "name": "q0", "choices": [1, 2] }),
            _ => json!({
                "type": "radiogroup",
                "name": format!("q{at}"),
                "choices": [1, 2, 3],
                "visibleIf": format!("{{q0}} = {} or {{q{}}} = 3", at % 2 + 1, at - 1),
            }),
        })
        .collect();
    serde_json::from_value(json!({ "elements": elements })).unwrap_or_default()
}
