//! Expressions by themselves: what they read and give, and that no text and no values make them fail.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use proptest::prelude::*;
use serde_json::json;
use std::time::{Duration, Instant};
use survey::expression::{Expression, Found, Reason, Scope, Variables};
use survey::{Object, Value, date, js};

const NOW: f64 = 1_768_473_045_123.0; // 2026-01-15T10:30:45.123Z

fn object(json: serde_json::Value) -> Object {
    serde_json::from_value(json).unwrap()
}

fn run(text: &str, values: serde_json::Value) -> serde_json::Value {
    let values = object(values);
    let scope = Variables { values: &values, now: NOW, offset_minutes: 0 };
    serde_json::to_value(Expression::parse(text).unwrap().evaluate(&scope)).unwrap()
}

fn reason(text: &str) -> Reason {
    Expression::parse(text).unwrap_err().reason
}

#[test]
fn operators_by_every_name() {
    for (text, expected) in [
        ("1 + 2 * 3 ^ 2 - 8 / 4 % 3", json!(17)),
        ("0.1 + 0.2", json!(0.3)),
        ("1.1 * 1.1", json!(1.21)),
        ("'5' + 3", json!("53")),
        ("[1] + [2]", json!("12")),
        ("[1, 2] + [3]", json!([1, 2, 3])),
        ("[1, 2] + 3", json!(6)),
        ("5 / 0", json!(null)),
        ("1 <> 2 && 1 => 1 && 1 =< 1", json!(true)),
        ("1 less 2 and 2 greater 1 and 2 power 3 equal 8", json!(true)),
        ("['a', 'b'] = ['b', 'a']", json!(true)),
        ("['a', 'b'] contains 'A'", json!(true)),
        ("['a', 'b'] anyof ['c', 'b']", json!(true)),
        ("['a', 'b'] allof ['a', 'c']", json!(false)),
        ("['a', 'b'] noneof ['c']", json!(true)),
        ("'abc' *= 'B'", json!(true)),
        ("'' empty and 0 notempty", json!(true)),
        ("! (1 = 2)", json!(true)),
        ("negate true", json!(false)),
        ("(1 + 2", json!(3)),
        ("0x10 + 00.5", json!(16.5)),
        ("1 = '1' and true = 1", json!(true)),
        ("'undefined' = ''", json!(true)),
        ("[null, 1]", json!([])),
        ("iif(1 > 2, 1, null)", json!(null)),
    ] {
        assert_eq!(run(text, json!({})), expected, "{text}");
    }
}

#[test]
fn variables_by_every_path() {
    let values = json!({
        "q": {"x": "7", "list": [{"n": 1}, {"n": 2}]}, "a.b": "dotted", "Name": "'quoted'", "zero": "01", "yes": "True",
        "问题": "答案", "texts": ["a", "b"],
    });
    for (text, expected) in [
        ("{q.x}", json!(7)),
        ("{#q.x}", json!("7")),
        ("{q.list[-1].n}", json!(2)),
        ("{q.list[0].n} + {Q.LIST[1].N}", json!(3)),
        ("{q.list.length}", json!(2)),
        ("{missing.length}", json!(0)),
        ("{a.b}", json!("dotted")),
        ("{name}", json!("quoted")),
        ("{zero}", json!("01")),
        ("{yes}", json!(true)),
        ("{问题} = '答案'", json!(true)),
        ("{texts[5]}", json!(null)),
        (r#"{"k": [1, "a\u4e2d"]}"#, json!({"k": [1, "a中"]})),
    ] {
        assert_eq!(run(text, values.clone()), expected, "{text}");
    }
}

#[test]
fn functions_of_every_kind() {
    let values = json!({"rows": [{"n": 1, "g": "a"}, {"n": "2,5", "g": "b"}, {"n": 4, "g": "a"}]});
    for (text, expected) in [
        ("sum(1, [2, '3'], 0.1)", json!(6.1)),
        ("avg([1, 2]) + min(3, 4) + max([5, 6]) + count(1, [1, 1])", json!(13.5)),
        ("round(1.005, 2)", json!(1.01)),
        ("trunc(-1.99, 1)", json!(-1.9)),
        ("iif(1 > 2, 'a', 'b')", json!("b")),
        ("substring('survey', 1, 3)", json!("ur")),
        ("sumInArray({rows}, 'n')", json!(7.5)),
        ("sumInArray({rows}, 'n', {g} = 'a')", json!(5)),
        ("countInArray({rows}, 'n', '{n} > 2')", json!(2)),
        ("maxInArray({rows}, 'n', 'g')", json!("a")),
        ("avgInArray({rows}, 'n', {g} = 'a')", json!(2.5)),
        ("today()", json!("2026-01-15T00:00:00.000Z")),
        ("currentDate()", json!("2026-01-15T10:30:45.123Z")),
        ("age('2000-01-16')", json!(25)),
        ("dateDiff('2026-01-01', '2026-03-01', 'months')", json!(2)),
        ("dateAdd('2026-01-31', 1, 'months')", json!("2026-03-03T00:00:00.000Z")),
        ("year('2024-02-29') + month('2024-02-29') + day('2024-02-29')", json!(2055)),
        ("weekday('2026-01-15')", json!(4)),
        ("diffDays('2026-01-01', '2026-01-15')", json!(14)),
        ("today() = '2026-01-15'", json!(true)),
        ("isContainerReady('page1')", json!(false)),
        ("unheardOf(1)", json!(null)),
    ] {
        assert_eq!(run(text, values.clone()), expected, "{text}");
    }
}

#[test]
fn what_an_expression_says_about_itself() {
    let expression = Expression::parse("iif({a} > {#b}, foo({a}), today()) and {c.d[0]} empty").unwrap();
    assert_eq!(expression.variables(), ["a", "b", "a", "c.d[0]"]);
    assert_eq!(expression.functions(), ["iif", "foo", "today"]);
    assert_eq!(expression.unknown_functions(), ["foo"]);
    assert!(expression.has_function());
    assert!(!expression.has_function_without_variables());
    assert!(Expression::parse("today() > {a}").unwrap().has_function_without_variables());
}

#[test]
fn mistakes_have_a_place() {
    for (text, at) in
        [("", 0), ("1 +", 3), ("{a} = 'b", 8), ("中 = 1", 0), ("a b", 2), ("{a} and", 7), ("null", 4)]
    {
        let error = Expression::parse(text).unwrap_err();
        assert_eq!((error.at, error.reason), (at, Reason::Syntax), "{text}");
    }
    assert_eq!(reason(&"(".repeat(200)), Reason::TooDeep);
    assert_eq!(reason(&"1".repeat(100_001)), Reason::TooLong);
    assert!(Expression::parse(&format!("{}1", "(".repeat(99))).is_ok());
}

/// A questionnaire in which an unanswered question, an ordered list and a filter that names itself can be asked for.
struct Questions;

impl Scope for Questions {
    fn lookup(&self, name: &str, original: bool) -> Option<Found> {
        let found = |value, strict| Some(Found { value, strict });
        match name {
            "unanswered" => found(Value::Null, false),
            "ranking" => found(vec![Value::from("a"), Value::from("b")].into(), true),
            "rows" if original => found(vec![object(json!({"n": 1})).into(); 50].into(), false),
            "rows" => found(vec![Value::from(1); 50].into(), false),
            "itself" => found("sumInArray({rows}, 'n', {itself})".into(), false),
            "limit" => found(Value::from(1), false),
            _ => None,
        }
    }

    fn now(&self) -> f64 {
        NOW
    }

    fn offset_minutes(&self) -> i32 {
        480
    }

    fn call(&self, function: &str, arguments: &[Value], raw: &[Option<&str>]) -> Option<Value> {
        Some(format!("{function} {} {raw:?}", js::to_text(&Value::Array(arguments.to_vec()))).into())
    }

    fn survey(&self) -> Option<&dyn Scope> {
        Some(self)
    }
}

#[test]
fn what_only_a_questionnaire_knows() {
    let value =
        |text: &str| serde_json::to_value(Expression::parse(text).unwrap().evaluate(&Questions)).unwrap();
    assert_eq!(value("{unanswered} = []"), json!(true));
    assert_eq!(value("{missing} = []"), json!(false));
    assert_eq!(value("{ranking} = ['b', 'a']"), json!(false));
    assert_eq!(value("{ranking} = ['A', 'b']"), json!(true));
    assert_eq!(value("sumInArray({rows}, 'n', {n} = {limit})"), json!(50));
    assert_eq!(value("today()"), json!("2026-01-14T16:00:00.000Z"));
    assert_eq!(value("displayValue({limit}, 'x')"), json!("displayValue 1,x [Some(\"limit\"), None]"));
}

#[test]
fn work_is_bounded() {
    let start = Instant::now();
    let nested = "sumInArray({rows}, 'n', ".repeat(8) + "1";
    Expression::parse(&nested).unwrap().evaluate(&Questions);
    Expression::parse("sumInArray({rows}, 'n', {itself})").unwrap().evaluate(&Questions);
    for text in [
        "[f(g(1, ".repeat(30),
        "f(1,[".repeat(45),
        "{a} + ".repeat(16_000),
        "negate ".repeat(90),
        "{".repeat(90_000),
    ] {
        if let Ok(expression) = Expression::parse(&text) {
            expression.evaluate(&Questions);
        }
    }
    let deep = "1 or 1 and 1 = 1 + 1 * 1 ^ 1 contains (".repeat(99) + "1";
    Expression::parse(&deep).unwrap().evaluate(&Questions);
    let filters = format!("sumInArray({{rows}}, 'n', {})", "!".repeat(98) + "{itself}");
    Expression::parse(&filters).unwrap().evaluate(&Questions);
    let long = vec!["{ranking}"; 8_000].join(" + ");
    Expression::parse(&long).unwrap().evaluate(&Questions);
    let dots = format!("{{{}}}", "rows.".repeat(19_000));
    Expression::parse(&dots).unwrap().evaluate(&Questions);
    assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
}

#[test]
fn numbers_and_dates_as_javascript_prints_them() {
    for (number, text) in [
        (0.0, "0"),
        (-0.0, "0"),
        (1e21, "1e+21"),
        (123_456_789_012_345_680_000.0, "123456789012345680000"),
        (1e-7, "1e-7"),
        (0.000_001, "0.000001"),
        (1.5e-9, "1.5e-9"),
        (-12.5, "-12.5"),
        (f64::NAN, "NaN"),
        (f64::INFINITY, "Infinity"),
        (5e-324, "5e-324"),
        (f64::MAX, "1.7976931348623157e+308"),
    ] {
        assert_eq!(js::number_text(number), text);
    }
    assert_eq!(js::to_fixed(2.5, 0), "3");
    assert_eq!(js::to_fixed(-0.125, 2), "-0.13");
    assert_eq!(js::to_fixed(1.005, 2), "1.00");
    assert_eq!(
        js::to_text(&Value::Date(0.0)),
        "Thu Jan 01 1970 00:00:00 GMT+0000 (Coordinated Universal Time)"
    );
    assert_eq!(date::to_iso(-1.0).as_deref(), Some("1969-12-31T23:59:59.999Z"));
    assert_eq!(date::to_iso(8.64e15).as_deref(), Some("+275760-09-13T00:00:00.000Z"));
    assert_eq!(date::to_iso(8.64e15 + 1.0), None);
    assert_eq!(date::parse("2026-01-15T10:00", 480), date::parse("2026-01-15T02:00Z", 0));
    assert_eq!(date::parse("2026-01-15 10:00", 480), date::parse("2026-01-15T10:00+08:00", 0));
    assert!(date::parse("tomorrow", 0).is_nan());
    assert_eq!(date::to_local_text(NOW, true).as_deref(), Some("2026-01-15T10:30"));
}

/// Pieces of expressions, so that random texts often are some.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "(",
            ")",
            "[",
            "]",
            "{a}",
            "{b.c[0]}",
            "{#a}",
            "'x'",
            "\"1\"",
            ",",
            " ",
            "!",
            "1",
            "0x1",
            "-2.5",
            "or",
            "and",
            "=",
            "<>",
            "contains",
            "anyof",
            "notempty",
            "empty",
            "sum(",
            "iif(",
            "sumInArray({b},",
            "dateAdd(",
            "round(",
            "trunc(",
            "substring(",
            "today(",
            "null",
            "+",
            "-",
            "*",
            "/",
            "%",
            "^",
            "'2020-01-01'",
            "1e9",
            "9999999999999999999999",
            "中",
            "{",
            "}",
            "'",
            "\\",
        ])
        .prop_map(String::from),
        ".{0,3}",
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<f64>().prop_map(Value::Number),
        any::<f64>().prop_map(Value::Date),
        ".{0,12}".prop_map(Value::String),
        "[0-9+-.,xeT:/ -]{0,24}".prop_map(Value::String),
    ];
    leaf.prop_recursive(3, 24, 5, |inside| {
        prop_oneof![
            prop::collection::vec(inside.clone(), 0..5).prop_map(Value::Array),
            prop::collection::btree_map("[a-c]{1,2}", inside, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn evaluate(text: &str, a: Value, b: Value, now: f64, offset_minutes: i32) {
    let values = Object::from_iter([("a".into(), a), ("b".into(), b)]);
    if let Ok(expression) = Expression::parse(text) {
        let scope = Variables { values: &values, now, offset_minutes };
        let _ = serde_json::to_string(&expression.evaluate(&scope)).unwrap();
        let _ =
            (expression.is_true(&scope), expression.variables(), expression.has_function_without_variables());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn no_text_fails(text in ".{0,60}", a in value()) {
        evaluate(&text, a, Value::Null, NOW, 0);
    }

    #[test]
    fn no_pieces_fail(
        pieces in prop::collection::vec(piece(), 0..24), a in value(), b in value(), now in any::<f64>(), offset in -900..900_i32,
    ) {
        evaluate(&pieces.concat(), a, b, now, offset);
    }

    #[test]
    fn no_operator_and_no_function_fails(
        operator in prop::sample::select(vec!["or", "+", "-", "*", "/", "%", "^", "<", ">=", "=", "contains", "notcontains", "anyof", "allof"]),
        function in prop::sample::select(vec![
            "sum", "min", "avg", "round", "trunc", "substring", "age", "dateDiff", "dateAdd", "diffDays", "today", "year", "getDate",
            "sumInArray", "maxInArray", "iif",
        ]),
        unit in prop::sample::select(vec!["'years'", "'months'", "'hours'", "'c'", "{a}", "'{b} > 1'"]),
        a in value(), b in value(), now in any::<f64>(), offset in -900..900_i32,
    ) {
        evaluate(&format!("{{a}} {operator} {{b}}"), a.clone(), b.clone(), now, offset);
        evaluate(&format!("{function}({{a}}, {{b}}, {unit})"), a, b, now, offset);
    }

    #[test]
    fn equality_has_no_sides(a in value(), b in value(), flags: [bool; 4]) {
        let [ignore_order, case_sensitive, trim, types_apart] = flags;
        let how = js::Compare { ignore_order, case_sensitive, trim, types_apart };
        prop_assert_eq!(js::equals(&a, &b, how), js::equals(&b, &a, how));
        prop_assert_eq!(js::get_number(&a).is_nan(), !js::is_number(&a));
    }

    #[test]
    fn numbers_survive_their_text(number: f64) {
        let read = js::to_number(&Value::String(js::number_text(number)));
        prop_assert!(read == number || read.is_nan() && number.is_nan());
    }

    #[test]
    fn days_survive_the_calendar(days in -100_000_000_i64..100_000_000) {
        let (year, month, day) = date::civil_from_days(days);
        prop_assert_eq!(date::days_from_civil(year, month, day), days);
    }
}
