//! Writes the first inputs of all targets to `corpus/`: the hand-written definitions with their answers, and the
//! expressions and patterns in them.

use std::path::Path;
use survey::Value;
use survey_fuzz::{cases, write};

fn main() -> std::io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for target in ["definition", "expression", "regex"] {
        std::fs::create_dir_all(folder.join(target))?;
    }
    for (number, case) in cases().iter().enumerate() {
        let all = case.get("answers").as_array().unwrap_or_default();
        let answers = all.first().cloned().unwrap_or_default();
        let mut bytes = Vec::new();
        write(case.get("definition"), &mut bytes);
        write(&answers, &mut bytes);
        write(&Value::Array(steps(all)), &mut bytes);
        std::fs::write(folder.join(format!("definition/{number}")), bytes)?;
        let mut texts = Vec::new();
        rules(case.get("definition"), &mut texts);
        let values = serde_json::to_string(&answers)?;
        for (place, (is_pattern, text)) in texts.into_iter().enumerate() {
            let (target, input) = match is_pattern {
                true => ("regex", format!("0{text}\nAB12")),
                false => ("expression", format!("{text}\n{values}")),
            };
            std::fs::write(folder.join(format!("{target}/{number}-{place}")), input)?;
        }
    }
    Ok(())
}

/// The other answers of a case as changes after the first, with pages turned between them.
fn steps(answers: &[Value]) -> Vec<Value> {
    let mut steps = Vec::new();
    for members in answers.iter().skip(1).take(3).filter_map(Value::as_object) {
        let changes = members.iter().map(|(name, value)| [Value::String(name.clone()), value.clone()]);
        steps.extend(changes.map(|pair| Value::Array(pair.into())));
        steps.push(Value::Bool(true));
    }
    steps
}

/// The patterns (`true`) and the expressions of a definition.
fn rules(value: &Value, texts: &mut Vec<(bool, String)>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| rules(item, texts)),
        Value::Object(members) => {
            for (name, member) in members {
                match member.as_str() {
                    Some(text) if name == "regex" => texts.push((true, text.into())),
                    Some(text) if name.ends_with("If") || name.to_lowercase().ends_with("expression") => {
                        texts.push((false, text.into()));
                    }
                    _ => rules(member, texts),
                }
            }
        }
        _ => {}
    }
}
