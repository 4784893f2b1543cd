//! A pattern and a text, separated by the last line end; the first byte says whether case is ignored.

#![no_main]

use libfuzzer_sys::fuzz_target;
use survey::regex::Regex;

fuzz_target!(|data: &[u8]| {
    let Some((&flags, rest)) = data.split_first() else { return };
    let whole = String::from_utf8_lossy(rest);
    let (pattern, text) = whole.rsplit_once('\n').unwrap_or((&whole, ""));
    let ignore_case = flags & 1 == 1;
    let Ok(regex) = Regex::new(pattern, ignore_case) else { return };
    let found = regex.is_match(text);
    // Only a pattern that may refer back is searched without remembering what has failed; the result is the same.
    let plain = Regex::new(&format!(r"{pattern}|[]\k"), ignore_case);
    if let (Ok(found), Ok(Ok(expected))) = (found, plain.map(|plain| plain.is_match(text))) {
        assert_eq!(found, expected, "{pattern:?} in {text:?}");
    }
});
