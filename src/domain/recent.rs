//! What the member looked at lately, kept on the device as one line of identifiers.

/// The most that are kept.
pub const MOST: usize = 12;
const BETWEEN: char = ',';

/// The identifiers in a kept line, newest first; each once, and nothing that could not be one.
pub fn read(line: &str) -> Vec<&str> {
    let mut ids: Vec<&str> = Vec::new();
    for id in line.split(BETWEEN) {
        let usable = !id.is_empty() && id.len() <= 64 && !id.chars().any(char::is_control);
        if usable && !ids.contains(&id) && ids.len() < MOST {
            ids.push(id);
        }
    }
    ids
}

/// The line to keep.
pub fn write<'a>(ids: impl IntoIterator<Item = &'a str>) -> String {
    let mut line = String::new();
    for id in ids {
        if !line.is_empty() {
            line.push(BETWEEN);
        }
        line.push_str(id);
    }
    line
}

/// The line after `id` was looked at.
pub fn seen(line: &str, id: &str) -> String {
    let others = read(line);
    let others = others.into_iter().filter(|known| *known != id);
    let mine = Some(id).filter(|id| !id.contains(BETWEEN));
    write(mine.into_iter().chain(others).take(MOST))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn newest_first_and_each_once() {
        assert_eq!(seen("", "a"), "a");
        assert_eq!(seen("b,c,a", "a"), "a,b,c");
        assert_eq!(seen("b", "x,y"), "b");
        let full = write((0..20).map(|_| "n").chain(["m"]));
        assert_eq!(read(&full), ["n", "m"]);
    }

    proptest! {
        #[test]
        fn whatever_stands_there_stays_short(line in ".{0,400}", id in "[a-z0-9-]{1,20}") {
            let line = seen(&line, &id);
            let ids = read(&line);
            prop_assert_eq!(ids.first().copied(), Some(id.as_str()));
            prop_assert!(ids.len() <= MOST);
            prop_assert_eq!(write(ids), line.as_str());
        }
    }
}
