//! Numbers as members write them.

/// The number that was written, also with the digits and the point of a Chinese keyboard, and with commas between
/// thousands or before a fraction.
pub fn written(text: &str) -> Option<f64> {
    let plain: String = text.trim().chars().map(plain_sign).collect();
    let plain = if is_grouped(&plain) { plain.replace(',', "") } else { plain.replace(',', ".") };
    let begins =
        plain.trim_start_matches(['-', '+']).starts_with(|sign: char| sign.is_ascii_digit() || sign == '.');
    plain.parse().ok().filter(|number: &f64| begins && number.is_finite())
}

/// Whether its commas stand between thousands.
fn is_grouped(text: &str) -> bool {
    let whole = text.trim_start_matches('-').split('.').next().unwrap_or_default();
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    (1..=3).contains(&first.len())
        && digits(first)
        && whole.contains(',')
        && groups.all(|group| group.len() == 3 && digits(group))
}

fn plain_sign(sign: char) -> char {
    match sign {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(sign) - 0xfee0).unwrap_or(sign),
        '。' => '.',
        '−' => '-',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_width_digits_are_digits() {
        assert_eq!(written("１２．５"), Some(12.5));
        assert_eq!(written("－３"), Some(-3.0));
        assert_eq!(written(" 7。5 "), Some(7.5));
    }

    #[test]
    fn commas_stand_between_thousands() {
        assert_eq!(written("1,000"), Some(1000.0));
        assert_eq!(written("-12，345，678.5"), Some(-12_345_678.5));
        assert_eq!(written("1,5"), Some(1.5));
    }

    #[test]
    fn half_a_number_is_none() {
        for text in ["", "-", "abc", "12 元", "Infinity", "NaN"] {
            assert_eq!(written(text), None, "{text}");
        }
        assert_eq!(written("1."), Some(1.0));
    }
}
