use miniserde::json::{self, Value};
use proptest::prelude::*;

use super::*;

const TASTING: &str = r#"{
    "title": {"default": "新品体验", "zh-tw": "新品體驗", "en": "New drink"},
    "showProgressBar": true,
    "completedHtml": "<h3>谢谢，<b>积分</b>已到账</h3>",
    "questionsOnPageMode": "standard",
    "pages": [
        {"name": "p1", "title": "味道", "elements": [
            {"type": "rating", "name": "taste", "title": "这杯海盐冰拿铁，喝完感觉怎么样？", "isRequired": true,
             "rateType": "smileys", "minRateDescription": "很差", "maxRateDescription": "很好"},
            {"type": "checkbox", "name": "liked", "title": {"default": "最喜欢哪一点？", "en": "What did you like?"},
             "choices": ["咸甜平衡", {"value": 2, "text": {"default": "奶泡口感", "en": "Foam"}}, "咖啡香"],
             "minSelectedChoices": 2, "maxSelectedChoices": 2}
        ]},
        {"name": "empty", "elements": []},
        {"name": "p2", "elements": [
            {"type": "dropdown", "name": "again", "choices": [{"value": "yes", "text": "会"}, {"value": "no", "text": "不会"}]},
            {"type": "comment", "name": "words", "title": "<script>alert(1)</script>", "maxLength": 10, "rows": 4},
            {"type": "text", "name": "nick", "description": "可不填"}
        ]}
    ]
}"#;

fn value(text: &str) -> Value {
    json::from_str(text).unwrap()
}

fn survey(text: &str, locale: &str) -> Survey {
    parse(&value(text), locale).unwrap()
}

fn unknown(text: &str) -> Vec<(String, String)> {
    let refused = parse(&value(text), "zh-CN").unwrap_err();
    refused.what.into_iter().map(|unknown| (unknown.path, unknown.feature)).collect()
}

fn one(question: &str) -> String {
    format!(r#"{{"elements": [{question}]}}"#)
}

#[test]
fn understands_a_tasting() {
    let survey = survey(TASTING, "zh-CN");
    assert_eq!(survey.title.as_deref(), Some("新品体验"));
    assert_eq!(survey.completed_text.as_deref(), Some("谢谢，积分已到账"));
    assert_eq!(survey.pages.len(), 2, "the empty page isn't shown");
    assert_eq!(survey.pages[0].title.as_deref(), Some("味道"));
    let names: Vec<&str> = survey.questions().map(|question| question.name.as_str()).collect();
    assert_eq!(names, ["taste", "liked", "again", "words", "nick"]);

    let taste = &survey.pages[0].questions[0];
    assert!(taste.required);
    let Kind::Rating { values, style, min_text, max_text } = &taste.kind else { panic!() };
    assert_eq!(values.iter().map(|rate| rate.value).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    assert_eq!(*style, RatingStyle::Smileys);
    assert_eq!((min_text.as_deref(), max_text.as_deref()), (Some("很差"), Some("很好")));

    let Kind::Multiple { choices, min, max } = &survey.pages[0].questions[1].kind else { panic!() };
    assert_eq!((choices[1].value.clone(), choices[1].text.as_str()), (Scalar::Number(2), "奶泡口感"));
    assert_eq!((*min, *max), (Some(2), Some(2)));

    let words = &survey.pages[1].questions[1];
    assert_eq!(words.title, "<script>alert(1)</script>", "markup is data");
    assert_eq!(words.kind, Kind::Text { multiline: true, max_length: Some(10) });
    assert_eq!(survey.pages[1].questions[0].title, "again", "the name stands in for a title");
    assert_eq!(survey.pages[1].questions[2].description.as_deref(), Some("可不填"));
}

#[test]
fn speaks_the_members_language() {
    assert_eq!(survey(TASTING, "zh-TW").title.as_deref(), Some("新品體驗"));
    let english = survey(TASTING, "en");
    assert_eq!(english.title.as_deref(), Some("New drink"));
    assert_eq!(english.pages[0].questions[1].title, "What did you like?");
    assert_eq!(english.pages[0].title.as_deref(), Some("味道"), "a text without translations stays");
    let only_german = r#"{"title": {"de": "Umfrage"}, "elements": [{"type": "text", "name": "a"}]}"#;
    assert_eq!(survey(only_german, "zh-CN").title.as_deref(), Some("Umfrage"));
}

#[test]
fn one_question_per_screen() {
    let per_question = TASTING.replace("standard", "questionPerPage");
    let survey = survey(&per_question, "zh-CN");
    assert_eq!(survey.pages.len(), 5);
    assert!(survey.pages.iter().all(|page| page.questions.len() == 1));
    assert_eq!(survey.pages[1].title.as_deref(), Some("味道"));
}

#[test]
fn scales() {
    let points = |more: &str| {
        let survey = survey(&one(&format!(r#"{{"type": "rating", "name": "a"{more}}}"#)), "en");
        match survey.pages[0].questions[0].kind.clone() {
            Kind::Rating { values, .. } => values.into_iter().map(|rate| rate.value).collect::<Vec<_>>(),
            _ => panic!(),
        }
    };
    assert_eq!(points(r#", "rateMin": 0, "rateMax": 10"#).len(), 11);
    assert_eq!(points(r#", "rateMin": 0, "rateStep": 5, "rateCount": 3"#), [0, 5, 10]);
    assert_eq!(points(r#", "rateValues": [1, {"value": 3, "text": "行"}], "autoGenerate": false"#), [1, 3]);
    assert_eq!(points(r#", "rateMax": 9000000000"#).len(), 20);
}

#[test]
fn names_all_that_it_does_not_understand() {
    let found = unknown(
        r#"{"triggers": [{"type": "complete"}], "calculatedValues": [], "pages": [
            {"visibleIf": "{a} = 1", "elements": [{"type": "text", "name": "a", "inputType": "date"}]},
            {"elements": [
                {"type": "matrix", "name": "q7", "columns": [1]},
                {"type": "radiogroup", "name": "q8", "choices": ["x", {"value": "y", "visibleIf": "{a} = 1"}, true, 0.5],
                 "showOtherItem": true, "hasNone": false, "requiredIf": "{a} notempty"},
                {"type": "text", "name": "q9", "validators": [{"type": "email"}, {"type": "numeric"}], "visible": false},
                {"type": "panel", "name": "box", "elements": [{"type": "file", "name": "q10"}]},
                {"type": "text", "name": "q9", "title": "再说说 {a}"},
                {"type": "rating", "name": "q11", "rateMin": 0.5, "rateType": "hearts"},
                {"name": "q12"}, {"type": "text"}, {"type": "checkbox", "name": "q13"}, 7
            ]}
        ]}"#,
    );
    let q = |index: usize, name: &str| format!("pages[1].elements[{index}] ({name})");
    let expected = [
        ("survey".into(), "triggers"),
        ("pages[0]".into(), "visibleIf"),
        ("pages[0].elements[0] (a)".into(), "inputType: date"),
        (q(0, "q7"), "matrix"),
        (q(1, "q8"), "choices[1].visibleIf"),
        (q(1, "q8"), "choices[2]"),
        (q(1, "q8"), "choices[3]"),
        (q(1, "q8"), "requiredIf"),
        (q(1, "q8"), "showOtherItem"),
        (q(2, "q9"), "validators: email"),
        (q(2, "q9"), "validators: numeric"),
        (q(2, "q9"), "visible"),
        (q(3, "box"), "panel"),
        (q(4, "q9"), "name used twice"),
        (q(5, "q11"), "rateMin: ?"),
        (q(5, "q11"), "rateType: hearts"),
        (q(6, "q12"), "type"),
        ("pages[1].elements[7]".into(), "no name"),
        (q(8, "q13"), "no choices"),
        ("pages[1].elements[9]".into(), "element"),
        ("pages[1].elements[3].elements[0] (q10)".into(), "file"),
        ("q9".into(), "{a}"),
    ];
    let found: Vec<(String, &str)> =
        found.iter().map(|(path, feature)| (path.clone(), feature.as_str())).collect();
    assert_eq!(found, expected);
}

#[test]
fn harmless_properties_pass() {
    let survey = survey(
        r#"{"$schema": "x", "widthMode": "static", "showQuestionNumbers": "off", "mode": "edit", "validators": null,
            "questionsOrder": "initial", "triggers": [], "maxTextLength": 200, "elements": [
            {"type": "radiogroup", "name": "a", "choices": [1, 2], "choicesOrder": "none", "hasOther": false, "colCount": 2},
            {"type": "comment", "name": "b", "placeholder": "写点什么"},
            {"type": "comment", "name": "c", "maxLength": 0}
        ]}"#,
        "zh-CN",
    );
    let kinds: Vec<&Kind> = survey.questions().map(|question| &question.kind).collect();
    assert_eq!(*kinds[1], Kind::Text { multiline: true, max_length: Some(200) });
    assert_eq!(*kinds[2], Kind::Text { multiline: true, max_length: None });
}

#[test]
fn nonsense_is_refused_with_a_name() {
    assert_eq!(unknown("[]"), [("survey".into(), "definition".into())]);
    assert_eq!(unknown("{}"), [("survey".into(), "no questions".into())]);
    assert_eq!(unknown(r#"{"pages": 3}"#)[0].1, "pages");
    assert_eq!(unknown(r#"{"pages": [3]}"#)[0], ("pages[0]".into(), "page".into()));
    assert_eq!(unknown(r#"{"elements": {}}"#)[0].1, "elements");
}

#[test]
fn hostile_sizes_stay_bounded() {
    let mut nested = String::from(r#"{"type": "text", "name": "x"}"#);
    for _ in 0..500 {
        nested = format!(r#"{{"type": "panel", "elements": [{nested}]}}"#);
    }
    let depth = unknown(&one(&nested));
    assert!(depth.len() <= 64 && depth.iter().all(|(_, feature)| feature == "panel"));

    let deep = format!("{}1{}", "[".repeat(200_000), "]".repeat(200_000));
    assert!(
        !unknown(&format!(r#"{{"elements": [{{"type": "text", "name": "a", "x": {deep}}}]}}"#)).is_empty()
    );

    let many = vec![r#"{"type": "matrix"}"#; 10_000].join(",");
    assert_eq!(unknown(&one(&many)).len(), 64);
    let named: Vec<String> = (0..3000).map(|n| format!(r#"{{"type": "text", "name": "q{n}"}}"#)).collect();
    assert_eq!(unknown(&one(&named.join(",")))[0].1, "too many questions");

    let long = one(&format!(r#"{{"type": "text", "name": "a", "title": "{}"}}"#, "茶".repeat(3_000_000)));
    assert_eq!(survey(&long, "en").pages[0].questions[0].title.chars().count(), 3_000_000);
}

#[test]
fn says_what_is_wrong_on_a_page() {
    let survey = survey(TASTING, "zh-CN");
    let mut answers = Answers::default();
    let wrong = |page: usize, answers: &Answers| errors(&survey.pages[page], answers);
    assert_eq!(wrong(0, &answers), [("taste".into(), Problem::Missing)]);

    let text = |text: &str| Scalar::Text(text.into());
    answers.set("taste", Answer::Number(5));
    answers.set("liked", Answer::Many(vec![text("咖啡香")]));
    assert_eq!(wrong(0, &answers), [("liked".into(), Problem::TooFew)]);
    answers.set("liked", Answer::Many(vec![text("咖啡香"), Scalar::Number(2), text("咸甜平衡")]));
    assert_eq!(wrong(0, &answers), [("liked".into(), Problem::TooMany)]);
    answers.set("liked", Answer::Many(Vec::new()));
    assert_eq!(wrong(0, &answers), [], "not required, so none is as good as enough");

    answers.set("words", Answer::Text("😀😀😀😀😀".into()));
    assert_eq!(wrong(1, &answers), [], "ten UTF-16 units");
    answers.set("words", Answer::Text("😀😀😀😀😀!".into()));
    assert_eq!(wrong(1, &answers), [("words".into(), Problem::TooLong)]);
    answers.clear("words");
    answers.clear("words");
    assert_eq!(wrong(1, &answers), []);
}

#[test]
fn blanks_are_no_answer() {
    let survey = survey(&one(r#"{"type": "text", "name": "a", "isRequired": true}"#), "en");
    let mut answers = Answers::default();
    answers.set("a", Answer::Text(" \u{3000}\n".into()));
    assert_eq!(errors(&survey.pages[0], &answers), [("a".into(), Problem::Missing)]);
    assert!(answers.is_empty());
    assert_eq!(json::to_string(&to_json(&answers)), "{}");
}

#[test]
fn drafts_round_trip_and_lose_only_what_no_longer_fits() {
    let survey = survey(TASTING, "zh-CN");
    let draft = r#"{"again":"yes","liked":["咖啡香",2],"nick":"小雨","taste":4,"words":"好喝"}"#;
    let (answers, dropped) = from_json(&survey, &value(draft));
    assert_eq!(dropped, Vec::<String>::new());
    assert_eq!(json::to_string(&to_json(&answers)), draft);

    let stale = value(
        r#"{"again": "maybe", "liked": ["2", "茶香", "2"], "taste": 9, "words": 5, "gone": 1, "nick": null}"#,
    );
    let (answers, dropped) = from_json(&survey, &stale);
    assert_eq!(dropped, ["again", "gone", "liked", "taste", "words"]);
    assert_eq!(json::to_string(&to_json(&answers)), r#"{"liked":[2]}"#);
    assert_eq!(from_json(&survey, &Value::Null), (Answers::default(), Vec::new()));
}

#[test]
fn progress_counts_the_pages_behind() {
    assert_eq!(
        [progress(0, 6), progress(3, 6), progress(6, 6), progress(9, 6), progress(0, 0)],
        [0, 50, 100, 100, 100]
    );
    assert!(progress(usize::MAX, usize::MAX) <= 100);
}

/// Any JSON, seasoned with the words that lead deep into the parser.
fn any_json() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "type",
        "name",
        "title",
        "pages",
        "elements",
        "questions",
        "choices",
        "value",
        "text",
        "rateValues",
        "rateMin",
        "rateMax",
        "rateStep",
        "rateCount",
        "maxLength",
        "validators",
        "visible",
        "isRequired",
        "panel",
        "radiogroup",
        "checkbox",
        "rating",
        "comment",
        "questionPerPage",
        "questionsOnPageMode",
        "completedHtml",
        "a",
        "{a}",
        "<b>x",
        "default",
        "zh-cn",
    ]);
    let string = prop_oneof![word, Just("\\u0000é茶")].prop_map(|word| format!("\"{word}\""));
    let leaf = prop_oneof![
        string.clone(),
        any::<i64>().prop_map(|n| n.to_string()),
        (-3_i64..30).prop_map(|n| n.to_string()),
        Just(String::from("1e300")),
        Just(String::from("true")),
        Just(String::from("false")),
        Just(String::from("null")),
    ];
    leaf.prop_recursive(6, 96, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::vec((string.clone(), inner), 0..8).prop_map(|items| {
                let members: Vec<String> =
                    items.into_iter().map(|(key, value)| format!("{key}:{value}")).collect();
                format!("{{{}}}", members.join(","))
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn never_panics(definition in any_json(), element in any_json(), draft in any_json()) {
        let survey = survey(TASTING, "en");
        let (answers, _) = from_json(&survey, &value(&draft));
        for page in &survey.pages {
            errors(page, &answers);
        }
        let (again, dropped) = from_json(&survey, &to_json(&answers));
        prop_assert_eq!((again, dropped), (answers, Vec::new()));
        for text in [definition, one(&element)] {
            match parse(&value(&text), "zh-TW") {
                Ok(survey) => prop_assert!(survey.pages.iter().all(|page| !page.questions.is_empty())),
                Err(refused) => prop_assert!(!refused.what.is_empty() && refused.what.len() <= 64),
            }
        }
    }
}
