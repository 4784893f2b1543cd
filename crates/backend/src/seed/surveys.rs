//! A survey as long as one likes, to try clients at scale.

use crate::locale::Text;
use crate::programme::Survey;
use serde_json::{Value, json};

/// Questions of the longest one.
const MOST: usize = 1000;
/// Questions on a page.
const PAGE: usize = 10;

fn said(zh_cn: String, zh_tw: String, en: String) -> Value {
    json!({"default": zh_cn, "zh-tw": zh_tw, "en": en})
}

/// What shows a question: it depends on the one before and on one further back, and every tenth on a sum.
fn condition(number: usize) -> String {
    let before = number.saturating_sub(1);
    let further = number.saturating_sub(7);
    match number {
        0 => "{skip_all} empty".to_owned(),
        _ if number.is_multiple_of(10) => {
            format!("sum({{q{before}}}, {{q{further}}}) >= 0 or {{q{before}}} notempty")
        }
        _ => {
            format!("({{q{before}}} notempty and {{q{before}}} <> 'stop') or {{q{further}}} anyof ['a', 'b']")
        }
    }
}

fn choices() -> Value {
    let choice = |value: &str, zh_cn: &str, zh_tw: &str, en: &str| json!({"value": value, "text": said(zh_cn.into(), zh_tw.into(), en.into())});
    json!([
        choice("a", "很喜欢", "很喜歡", "I like it a lot"),
        choice("b", "还可以", "還可以", "It is fine"),
        choice("c", "不太喜欢", "不太喜歡", "Not so much"),
        choice("stop", "没有试过", "沒有試過", "I have not tried it"),
    ])
}

fn question(number: usize) -> Value {
    let shown = number + 1;
    let title = said(
        format!("第 {shown} 题：这一款，你觉得怎么样？"),
        format!("第 {shown} 題：這一款，你覺得怎麼樣？"),
        format!("Question {shown}: what do you think of this one?"),
    );
    let mut question = json!({
        "name": format!("q{number}"),
        "title": title,
        "visibleIf": condition(number),
        "isRequired": number.is_multiple_of(5),
    });
    let (kind, more) = match number % 5 {
        0 => ("rating", json!({"rateMin": 1, "rateMax": 5})),
        1 | 3 => ("radiogroup", json!({"choices": choices()})),
        2 => ("checkbox", json!({"choices": choices()})),
        _ => ("text", json!({"maxLength": 60})),
    };
    question["type"] = kind.into();
    if let (Some(question), Value::Object(more)) = (question.as_object_mut(), more) {
        question.extend(more);
    }
    question
}

/// A survey of so many questions, at least one, each shown by a condition. The same number gives the same survey.
pub(crate) fn long(questions: usize) -> Survey {
    let questions: Vec<Value> = (0..questions.clamp(1, MOST)).map(question).collect();
    let count = questions.len();
    let pages: Vec<Value> = questions
        .chunks(PAGE)
        .enumerate()
        .map(|(number, elements)| json!({"name": format!("page{number}"), "elements": elements}))
        .collect();
    Survey {
        id: "long-survey".into(),
        title: Text::new(
            format!("{count} 道题的问卷"),
            format!("{count} 道題的問卷"),
            format!("A survey of {count} questions"),
        ),
        description: Text::new(
            "每道题都有显示条件。",
            "每道題都有顯示條件。",
            "Every question has a condition.",
        ),
        reward_points: 0,
        minutes: i64::try_from(count.div_ceil(4)).unwrap_or(1),
        until_days: 365,
        revision: 1,
        picture: "notebook".into(),
        palette: None,
        occasion: None,
        definition: json!({"pages": pages}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_survey_has_as_many_conditions_as_questions() {
        for wanted in [1, 9, 100, 1000] {
            let survey = long(wanted);
            let pages = survey.definition["pages"].as_array().unwrap();
            let all: Vec<&Value> =
                pages.iter().flat_map(|page| page["elements"].as_array().unwrap()).collect();
            assert_eq!(all.len(), wanted);
            assert!(all.iter().all(|one| one["visibleIf"].is_string() && one["type"].is_string()));
        }
        assert_eq!(long(0).definition, long(1).definition);
    }
}
