//! Regular expressions: their syntax and meaning by examples, and what no pattern may do.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use survey::regex::{Error, Regex, TooCostly};

fn matches(pattern: &str, text: &str) -> bool {
    Regex::new(pattern, false).unwrap().is_match(text).unwrap()
}

fn matches_folded(pattern: &str, text: &str) -> bool {
    Regex::new(pattern, true).unwrap().is_match(text).unwrap()
}

fn all_match(examples: &[(&str, &str)]) {
    for (pattern, text) in examples {
        assert!(matches(pattern, text), "{pattern} must match {text:?}");
    }
}

fn none_match(examples: &[(&str, &str)]) {
    for (pattern, text) in examples {
        assert!(!matches(pattern, text), "{pattern} must not match {text:?}");
    }
}

#[test]
fn patterns_of_questionnaires() {
    all_match(&[
        (r"^1[3-9]\d{9}$", "13812345678"),
        (r"^[\u4e00-\u9fa5]{2,8}$", "珍珠奶茶"),
        (r"^[\w.+-]+@[\w-]+(\.[\w-]+)+$", "someone@example.com"),
        (r"^(?=.*[A-Z])(?=.*\d).{8,}$", "Password1"),
        (r"^[\s\S]{0,65535}$", "two\nlines"),
        ("", ""),
        ("茶", "珍珠奶茶"),
    ]);
    none_match(&[
        (r"^1[3-9]\d{9}$", "12812345678"),
        (r"^[\u4e00-\u9fa5]{2,8}$", "茶"),
        (r"^(?=.*[A-Z])(?=.*\d).{8,}$", "password1"),
        (r"^(?:(?!bad).)*$", "a bad word"),
        (r"^.{1,200}$", "two\nlines"),
    ]);
}

#[test]
fn units_classes_and_escapes() {
    all_match(&[
        ("^..$", "😀"),
        (r"^\ud83d\ude00$", "😀"),
        ("^[^a][^a]$", "😀"),
        (r"^\x41\u0042\t\cJ\0$", "AB\t\n\0"),
        (
            r"^\s+$",
            "\t\n\u{b}\u{c}\r \u{a0}\u{1680}\u{2000}\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}\u{feff}",
        ),
        (r"^[\d-x]+$", "7-x"),
        (r"^[a-\d]+$", "a-7"),
        (r"^[\b]$", "\u{8}"),
        ("^[^]$", "\n"),
        (r"\bteh\b", "one teh, please"),
        (r"a\Bb", "ab"),
        (r"^[\w-]$", "-"),
        (r"^[\S\s]$", "\n"),
        (r"^[^\W]$", "_"),
    ]);
    none_match(&[
        ("^.$", "😀"),
        ("^.$", "\u{2028}"),
        (r"^\s$", "\u{180e}"),
        (r"^\w$", "é"),
        ("[]", "a"),
        (r"^\d$", "٣"),
    ]);
}

#[test]
fn what_browsers_forgive() {
    all_match(&[
        ("^{$", "{"),
        ("^a{$", "a{"),
        ("^a{,2}$", "a{,2}"),
        ("^x{1$", "x{1"),
        ("^]}$", "]}"),
        (r"^\c$", r"\c"),
        (r"^\c1$", r"\c1"),
        (r"^[\c1]$", "\u{11}"),
        (r"^[\c*]+$", r"\c*"),
        (r"^\101\60\8$", "A08"),
        (r"^\400$", " 0"),
        (r"^(a)\2$", "a\u{2}"),
        (r"^\u{3}$", "uuu"),
        (r"^\x4$", "x4"),
        (r"^\k<a>$", "k<a>"),
        (r"^\p{1}\e$", "pe"),
        (r"^(?=a)*b$", "b"),
    ]);
}

#[test]
fn what_javascript_refuses() {
    let wrong = [
        "(",
        ")",
        "a)",
        "(?",
        "(?a)",
        "(?#a)",
        "(?<a)",
        "(?<>a)",
        "(?<1>a)",
        "(?<a>.)(?<a>.)",
        "[",
        "[a",
        r"[\",
        "[b-a]",
        "*",
        "a**",
        "a|*",
        "(*)",
        "^*",
        r"\b+",
        "(?<=a)*",
        "a{2,1}",
        "{1}",
        "a{1}{2}",
        r"\",
        r"(?<a>.)\k",
        r"(?<a>.)\k<b>",
        "a+??",
    ];
    for pattern in wrong {
        assert!(matches!(Regex::new(pattern, false), Err(Error::Syntax { .. })), "{pattern}");
    }
    assert_eq!(
        Regex::new("ab(", false).unwrap_err(),
        Error::Syntax { at: 2, reason: "unmatched parenthesis" }
    );
    assert_eq!(Regex::new("ab(", false).unwrap_err().to_string(), "unmatched parenthesis at 2");
}

#[test]
fn what_is_left_out() {
    for pattern in ["(?i:a)", "(?-i:a)", r"(?<\u0061>a)"] {
        assert!(matches!(Regex::new(pattern, false), Err(Error::Unsupported { .. })), "{pattern}");
    }
}

#[test]
fn groups_loops_and_references() {
    all_match(&[
        (r"^(a)\1$", "aa"),
        (r"^(?<same>.)\k<same>$", "茶茶"),
        (r"^\k<later>(?<later>a)$", "a"),
        (r"^\2(a)(b)$", "ab"),
        (r"^(?:(a)|b)*\1$", "aab"),
        (r"^(z)((a+)?(b+)?(c))*\3$", "zaacbbbcaca"),
        (r"^(z)((a+)?(b+)?(c))*\4$", "zaacbbbcac"),
        (r"^(?:(a)\1){1,99999999999}$", "aaaa"),
        (r"^(a*)*$", "aaa"),
        (r"^(?:a*?)*?b$", "aab"),
        (r"^(?:){3}a$", "a"),
        ("a||b", "z"),
        ("^(?:|a)+$", "aaa"),
        (r"^(a?)\1{2}b$", "aaab"),
        (r"^(?:(a?)b?){2,3}\1$", "ab"),
        ("^(?:a{65,70}|b)$", &"a".repeat(66)),
        ("^a{0,70}?b$", "aab"),
    ]);
    none_match(&[
        (r"^(a)\1$", "ab"),
        (r"^(a+)\1$", "aaa"),
        ("^(?:a{65,70}|b)$", &"a".repeat(64)),
        ("^(?:a{65,70}|b)$", &"a".repeat(71)),
        ("^a{2}$", "aaa"),
        ("^(a){0}$", "a"),
    ]);
}

#[test]
fn looking_around() {
    all_match(&[
        (r"(?=(a+))a*b\1", "baaabac"),
        (r"(.*?)a(?!(a+)b\2c)\2(.*)", "baaabaac"),
        (r"(?<=\$)\d+", "costs $10"),
        (r"(?<!\$)\b\d+", "costs 10"),
        (r"(?<=^(\w+))c$", "abc"),
        (r"(?<=(\d+)(\d+))$", "1053"),
        (r"(?<=\1(a))b", "aab"),
        (r"(?<=(a)\1)b", "ab"),
        (r"(?<=a{65,})b", &("a".repeat(66) + "b")),
    ]);
    none_match(&[(r"(?<=\$)\d+", "costs 10"), (r"(?<=\1(a))b", "ab"), (r"(?!)", "a"), (r"(?<=ab)c", "bac")]);
}

#[test]
fn ignoring_case() {
    for (pattern, text) in [
        ("^[a-z]+$", "TeH"),
        ("^É$", "é"),
        ("^[à-ÿ]$", "Ÿ"),
        ("^μ$", "µ"),
        ("^[Μ]$", "µ"),
        ("^ς$", "Σ"),
        (r"^(a)\1$", "aA"),
        ("^[^B]$", "a"),
        (r"^\u01c5$", "ǆ"),
    ] {
        assert!(matches_folded(pattern, text), "{pattern} must match {text:?}");
    }
    // Without the flag "u" nothing outside ASCII is the same as something inside it.
    for (pattern, text) in
        [("^s$", "ſ"), ("^k$", "\u{212a}"), ("^ß$", "ẞ"), ("^ı$", "I"), ("^[^a]$", "A"), (r"^\w$", "ſ")]
    {
        assert!(!matches_folded(pattern, text), "{pattern} must not match {text:?}");
    }
}

#[test]
fn patterns_too_large() {
    for pattern in [
        "(?:(?:a{1,1000}){1,1000}){1,1000}",
        "((((a{1,1000}b){1,1000}){1,1000}){1,1000}){1,1000}",
        "(?:ab){2147483647}",
        "(?:ab){0,2147483646}",
        &"a".repeat(30_000),
        &("(".repeat(9_000) + &")".repeat(9_000)),
        &"(?=".repeat(5_000),
    ] {
        assert_eq!(Regex::new(pattern, false).unwrap_err(), Error::TooLarge);
    }
    // An empty body repeats to nothing, however often.
    assert!(matches("(?:(?:){1,1000000}){1,1000000}", ""));
}

#[test]
fn long_texts_against_nested_loops() {
    let text = "a".repeat(50_000);
    for pattern in ["(a+)+$", "^(a+)+$", "(.*)*", "^(?:a|a)*$"] {
        assert_eq!(Regex::new(pattern, false).unwrap().is_match(&text), Ok(true), "{pattern}");
    }
    for pattern in ["(a+)+b", "(a|a)*b", "(.*)*x", "^(a?){60}b", "(?:a*)*b", "^(?:a+)+$(?=b)", "^(?!.*b)b"] {
        assert_eq!(Regex::new(pattern, false).unwrap().is_match(&text), Ok(false), "{pattern}");
    }
}

#[test]
fn references_stop_at_the_limit() {
    let text = "a".repeat(50_000) + "b";
    for pattern in [r"^(a+)+\1c", r"(a*)*\1c", r"(?:(a)|(a))*\1\2c", r"^(?:(a+)\1*)*$"] {
        assert_eq!(Regex::new(pattern, false).unwrap().is_match(&text), Err(TooCostly), "{pattern}");
    }
}

#[test]
fn deep_nesting_leaves_the_stack_alone() {
    let nested = "(?=".repeat(200) + "a" + &")".repeat(200);
    let regex = Regex::new(&nested, false).unwrap();
    let search = move || regex.is_match("ba");
    let thread = std::thread::Builder::new().stack_size(512 * 1024).spawn(search).unwrap();
    assert_eq!(thread.join().unwrap(), Ok(true));
}

/// Pieces that make a valid pattern likelier than arbitrary text does.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "(", "(?:", "(?=", "(?!", "(?<=", "(?<!", "(?<n>", ")", ")", ")", "[", "[^", "]", "*", "+", "?",
        "{2}", "{1,1000}", "{0,}", "|", "^", "$", ".", "a", "b", "-", r"\1", r"\2", r"\k<n>", r"\b", r"\w",
        r"\D", r"\", "茶", "😀",
    ]);
    prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_pattern_panics(pattern in any::<String>(), text in any::<String>(), ignore_case in any::<bool>()) {
        if let Ok(regex) = Regex::new(&pattern, ignore_case) {
            let _ = regex.is_match(&text);
        }
    }

    #[test]
    fn no_likely_pattern_panics(pattern in pieces(), text in "[ab茶😀]{0,40}", ignore_case in any::<bool>()) {
        if let Ok(regex) = Regex::new(&pattern, ignore_case) {
            let _ = regex.is_match(&text);
        }
    }

    #[test]
    fn text_without_meaning_matches_itself(text in "[a-z0-9 茶é]{0,40}", before in ".{0,5}", after in ".{0,5}") {
        let whole = before + &text + &after;
        prop_assert_eq!(Regex::new(&text, false).unwrap().is_match(&whole), Ok(true));
    }

    #[test]
    fn a_search_without_references_is_bounded(pattern in pieces(), length in 0_usize..300) {
        let bounded = !pattern.contains('\\') && !pattern.contains("1000");
        if let Some(regex) = Regex::new(&pattern, false).ok().filter(|_| bounded) {
            prop_assert!(regex.is_match(&"a".repeat(length)).is_ok());
        }
    }
}
