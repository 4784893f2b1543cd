//! Phone numbers as people type them: mainland mobiles first, any other country with its `+` prefix.

/// E.164 of a mainland mobile number (with or without +86, 0086 or 86) or of a number typed with its `+` and country code.
///
/// Full-width digits, blanks, dashes, dots and brackets are forgiven; `None` for anything that isn't a number to text.
pub fn normalise(typed: &str) -> Option<String> {
    let mut digits = String::with_capacity(16);
    let mut international = false;
    for character in typed.chars() {
        match character {
            '+' | '＋' if digits.is_empty() && !international => international = true,
            _ => match digit(character) {
                Some(digit) if digits.len() < 20 => digits.push(digit),
                None if is_separator(character) => {}
                _ => return None,
            },
        }
    }
    if !international && let Some(rest) = digits.strip_prefix("00") {
        digits = String::from(rest);
        international = true;
    }
    let national = match digits.strip_prefix("86") {
        Some(rest) if international || is_mainland_mobile(rest) => Some(rest),
        _ if international => None,
        _ => Some(digits.as_str()),
    };
    let country_code = match national {
        Some(national) if is_mainland_mobile(national) => "+86",
        Some(_) => return None,
        None if (7..=15).contains(&digits.len()) && !digits.starts_with('0') => "+",
        None => return None,
    };
    let mut number = String::from(country_code);
    number.push_str(national.unwrap_or(&digits));
    Some(number)
}

/// What the field shows while typing: `138 0013 0417`. A number with `+` keeps its digits ungrouped; digits beyond
/// those a number can have are dropped, so a pasted novel stays short.
pub fn format_typed(typed: &str) -> String {
    let mut shown = String::with_capacity(16);
    let international = typed.trim_start().starts_with(['+', '＋']);
    if international {
        shown.push('+');
    }
    let most = if international { 15 } else { 11 };
    for (at, digit) in typed.chars().filter_map(digit).take(most).enumerate() {
        if !international && (at == 3 || at == 7) {
            shown.push(' ');
        }
        shown.push(digit);
    }
    shown
}

fn is_mainland_mobile(digits: &str) -> bool {
    matches!(digits.as_bytes(), [b'1', b'3'..=b'9', ..]) && digits.len() == 11
}

fn digit(character: char) -> Option<char> {
    match character {
        '0'..='9' => Some(character),
        '０'..='９' => char::from_digit(character as u32 - '０' as u32, 10),
        _ => None,
    }
}

fn is_separator(character: char) -> bool {
    character.is_whitespace()
        || matches!(
            character,
            '-' | '.' | '(' | ')' | '－' | '–' | '—' | '（' | '）' | '\u{200e}' | '\u{202a}' | '\u{202c}'
        )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn mainland_numbers_in_all_their_clothes() {
        for typed in [
            "13800130417",
            "138 0013 0417",
            "138-0013-0417",
            "+86 138 0013 0417",
            "＋８６　１３８　００１３　０４１７",
            "008613800130417",
            "8613800130417",
            "１３８００１３０４１７",
            "\u{202a}+8613800130417\u{202c}",
            "(138) 0013.0417",
        ] {
            assert_eq!(normalise(typed).as_deref(), Some("+8613800130417"), "{typed}");
        }
    }

    #[test]
    fn other_countries_need_their_plus() {
        assert_eq!(normalise("+852 5123 4567").as_deref(), Some("+85251234567"));
        assert_eq!(normalise("+886-912-345-678").as_deref(), Some("+886912345678"));
        assert_eq!(normalise("0081 90 1234 5678").as_deref(), Some("+819012345678"));
        for wrong in [
            "",
            "+",
            "++8613800130417",
            "12345",
            "1380013041",
            "138001304170",
            "12800130417",
            "010-62345678",
            "+86 10 6234 5678",
            "+012345678",
            "+123456",
            "+1234567890123456",
            "13800130417a",
            "138+00130417",
            "我的手机",
        ] {
            assert_eq!(normalise(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn groups_while_typing() {
        let steps = [("1", "1"), ("138", "138"), ("1380", "138 0"), ("1380013", "138 0013")];
        for (typed, shown) in steps {
            assert_eq!(format_typed(typed), shown);
        }
        assert_eq!(format_typed("１３８００１３０４１７99"), "138 0013 0417");
        assert_eq!(format_typed("+852 5123-4567"), "+85251234567");
        assert_eq!(format_typed("电话"), "");
    }

    proptest! {
        #[test]
        fn formatting_keeps_the_number(rest in "1[3-9][0-9]{9}") {
            let shown = format_typed(&rest);
            prop_assert_eq!(format_typed(&shown), shown.clone());
            prop_assert_eq!(normalise(&shown), normalise(&rest));
            let number = normalise(&rest).unwrap();
            prop_assert_eq!(normalise(&number), Some(number));
        }

        #[test]
        fn never_panics(text in "\\PC{0,40}", digits in "[+０-９0-9 -]{0,24}") {
            for text in [text, digits] {
                let _ = normalise(&text);
                prop_assert!(format_typed(&text).chars().count() <= 16);
            }
        }
    }
}
