//! Regular expressions against JavaScript's own.

use serde_json::Value;
use survey::regex::{Error, Regex};

/// How one line differs, or nothing; `None` also for what the engine may decline.
fn difference(line: &Value, declined: &mut usize) -> Option<String> {
    let text = |name: &str| line[name].as_str().unwrap();
    match Regex::new(text("pattern"), line["ignoreCase"] == true) {
        Ok(_) if line["ok"] == false => Some("accepted".to_owned()),
        Ok(regex) => match regex.is_match(text("text")) {
            Ok(matched) if line["match"] != matched => Some(format!("found {matched}")),
            Ok(_) => None,
            Err(_) => {
                *declined += 1;
                None
            }
        },
        Err(Error::Syntax { .. } | Error::Unsupported { .. }) if line["ok"] == false => None,
        Err(Error::TooLarge) => {
            *declined += 1;
            None
        }
        Err(error) => Some(format!("refused: {error}")),
    }
}

/// Compares each line and fails when one differs.
pub(crate) fn compare_all(all: &[String]) {
    let (mut lines, mut declined, mut differences) = (0, 0, 0);
    for line in all {
        let line: Value = serde_json::from_str(line).unwrap();
        lines += 1;
        if let Some(difference) = difference(&line, &mut declined) {
            differences += 1;
            if differences <= 30 {
                println!("{difference}: {line}");
            }
        }
    }
    println!("{lines} regular expressions, {differences} differences, {declined} too large or too costly");
    assert_eq!(differences, 0);
    assert!(declined * 100 <= lines, "{declined} of {lines} declined");
}
