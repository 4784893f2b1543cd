//! Numbers as all three languages write them.

/// Digits in groups of three, with a true minus: `12,840`, `−1,200`.
pub fn group(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3 + 3);
    if value < 0 {
        text.push('−');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The same with a plus where points came in: `+376`.
pub fn signed(value: i64) -> String {
    let mut text = group(value);
    if value > 0 {
        text.insert(0, '+');
    }
    text
}

/// A multiplier in thousandths without needless zeros: 1200 is `1.2`, 2000 is `2`, 1050 is `1.05`.
pub fn permille_times(permille: i64) -> String {
    let mut text = group(permille / 1000);
    if permille < 0 && permille > -1000 {
        text.insert(0, '−');
    }
    let fraction = (permille % 1000).unsigned_abs();
    if fraction > 0 {
        text.push('.');
        push_padded(&mut text, fraction, 3);
        text.truncate(text.trim_end_matches('0').len());
    }
    text
}

/// An amount of money taken apart, so that a view can set its parts at their own sizes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoneyParts {
    /// Whether the amount is below zero.
    pub negative: bool,
    /// The sign people know (`¥`), or the code and a no-break space (`CHF `) where there is none.
    pub symbol: String,
    /// Whole units, grouped, without a sign.
    pub units: String,
    /// The fraction's digits at the currency's full width; empty for a currency without one, and when it is zero.
    pub fraction: String,
}

impl MoneyParts {
    /// All of it in one line: `−¥1,280.50`.
    pub fn text(&self) -> String {
        let mut text = String::new();
        if self.negative {
            text.push('−');
        }
        text.push_str(&self.symbol);
        text.push_str(&self.units);
        if !self.fraction.is_empty() {
            text.push('.');
            text.push_str(&self.fraction);
        }
        text
    }
}

/// Takes an amount in minor units of an ISO 4217 currency apart.
pub fn money_parts(minor: i64, currency: &str) -> MoneyParts {
    let digits = match currency {
        "JPY" | "KRW" | "VND" | "CLP" | "ISK" | "PYG" | "UGX" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    };
    let scale = 10_u64.pow(digits);
    let (units, fraction) = (minor.unsigned_abs() / scale, minor.unsigned_abs() % scale);
    let symbol = match currency {
        "CNY" | "JPY" => "¥",
        "TWD" => "NT$",
        "HKD" => "HK$",
        "MOP" => "MOP$",
        "SGD" => "S$",
        "USD" => "$",
        "EUR" => "€",
        "GBP" => "£",
        "KRW" => "₩",
        _ => "",
    };
    let mut symbol = String::from(symbol);
    if symbol.is_empty() && !currency.is_empty() {
        symbol.push_str(currency);
        symbol.push('\u{a0}');
    }
    let mut parts = MoneyParts {
        negative: minor < 0,
        symbol,
        // At most i64::MAX + 1 when the scale is one: the one value that has to give way.
        units: group(i64::try_from(units).unwrap_or(i64::MAX)),
        fraction: String::new(),
    };
    if fraction > 0 {
        push_padded(&mut parts.fraction, fraction, digits as usize);
    }
    parts
}

fn push_padded(text: &mut String, value: u64, width: usize) {
    let digits = value.to_string();
    for _ in digits.len()..width {
        text.push('0');
    }
    text.push_str(&digits);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn groups_of_three() {
        for (value, text) in [
            (0, "0"),
            (7, "7"),
            (999, "999"),
            (1000, "1,000"),
            (12_840, "12,840"),
            (1_000_000, "1,000,000"),
            (-1, "−1"),
            (-1200, "−1,200"),
            (i64::MIN, "−9,223,372,036,854,775,808"),
            (i64::MAX, "9,223,372,036,854,775,807"),
        ] {
            assert_eq!(group(value), text);
        }
    }

    #[test]
    fn what_came_in_has_a_plus() {
        assert_eq!([signed(1_376), signed(0), signed(-2_200)], ["+1,376", "0", "−2,200"]);
    }

    #[test]
    fn multipliers() {
        for (permille, text) in [
            (1000, "1"),
            (1200, "1.2"),
            (1050, "1.05"),
            (1333, "1.333"),
            (2000, "2"),
            (5, "0.005"),
            (0, "0"),
            (10_000, "10"),
            (1_200_500, "1,200.5"),
            (-500, "−0.5"),
            (-1500, "−1.5"),
        ] {
            assert_eq!(permille_times(permille), text);
        }
        let _ = (permille_times(i64::MIN), permille_times(i64::MAX));
    }

    #[test]
    fn money() {
        for (minor, currency, text) in [
            (3200, "CNY", "¥32"),
            (3205, "CNY", "¥32.05"),
            (-128_050, "CNY", "−¥1,280.50"),
            (1500, "JPY", "¥1,500"),
            (1500, "TWD", "NT$15"),
            (1234, "KWD", "KWD\u{a0}1.234"),
            (-5, "EUR", "−€0.05"),
            (0, "", "0"),
        ] {
            assert_eq!(money_parts(minor, currency).text(), text);
        }
        assert_eq!(money_parts(i64::MIN, "JPY").units, "9,223,372,036,854,775,807");
    }

    proptest! {
        #[test]
        fn grouping_keeps_the_value(value: i64) {
            let plain: String = group(value).replace(',', "").replace('−', "-");
            prop_assert_eq!(plain.parse::<i64>(), Ok(value));
        }

        #[test]
        fn money_keeps_the_value(minor in -1_000_000_000_000_i64..1_000_000_000_000) {
            let parts = money_parts(minor, "CNY");
            let units: i64 = parts.units.replace(',', "").parse().unwrap();
            let fraction: i64 = if parts.fraction.is_empty() { 0 } else { parts.fraction.parse().unwrap() };
            prop_assert_eq!((units * 100 + fraction) * if parts.negative { -1 } else { 1 }, minor);
        }
    }
}
