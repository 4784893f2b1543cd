//! Orders that a seed decides: the same after a reload, on every device.

use super::*;

/// How a choice or a row is mixed: `None` where it stays in its place, else with those of the same category.
pub(crate) fn of_item(item: &Rc<Item>) -> Option<&str> {
    let props = &item.choice.props;
    props.flag("randomize", true).then(|| props.word("randomizeCategory"))
}

/// Mixes items among those of their category. The order is the engine's own, not the library's.
pub(crate) fn shuffle<T>(items: &mut [T], seed: u32, category: impl Fn(&T) -> Option<&str>) {
    let mut places: LiteMap<String, Vec<usize>> = LiteMap::new();
    for (at, item) in items.iter().enumerate() {
        if let Some(category) = category(item) {
            places.entry(String::from(category)).or_default().push(at);
        }
    }
    for places in places.values() {
        let mut state = seed;
        let mut random = || {
            state = state.wrapping_add(0x6D2B_79F5);
            let mut t = state;
            t = (t ^ (t >> 15)).wrapping_mul(t | 1);
            t ^= t.wrapping_add((t ^ (t >> 7)).wrapping_mul(t | 61));
            t ^ (t >> 14)
        };
        for at in (1..places.len()).rev() {
            let other = random() as usize % (at + 1);
            items.swap(places[at], places[other]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::testing::seeded as form;

    fn names(form: &Form) -> Vec<String> {
        form.visible_questions().into_iter().map(|id| String::from(form.name(id))).collect()
    }

    #[test]
    fn questions_are_mixed_by_the_seed_and_stay_so() {
        let elements: Vec<_> =
            (0..8).map(|at| serde_json::json!({ "type": "text", "name": format!("q{at}") })).collect();
        let definition = serde_json::json!({ "questionOrder": "random", "elements": elements });
        let (one, again, other) =
            (form(definition.clone(), 1), form(definition.clone(), 1), form(definition, 2));
        assert_eq!(names(&one), names(&again));
        assert_ne!(names(&one), names(&other));
        let mut sorted = names(&one);
        sorted.sort();
        assert_ne!(sorted, names(&one));
        assert_eq!(sorted.len(), 8);
    }

    #[test]
    fn a_choice_that_is_pinned_stays_in_its_place() {
        for seed in 1..20 {
            let form = form(
                serde_json::json!({ "elements": [{ "type": "checkbox", "name": "q", "choicesOrder": "random",
                    "choices": [1, 2, 3, 4, { "value": 5, "randomize": false }] }] }),
                seed,
            );
            let choices = form.choices(form.question("q").unwrap());
            assert_eq!(choices.last().unwrap().value, Value::from(5));
        }
    }

    #[test]
    fn rows_are_mixed() {
        let rows = |seed| {
            let form = form(
                serde_json::json!({ "elements": [{ "type": "matrix", "name": "m", "rowOrder": "random",
                    "columns": [1, 2], "rows": ["a", "b", "c", "d", "e", "f"] }] }),
                seed,
            );
            let rows = form.rows(form.question("m").unwrap());
            rows.into_iter().map(|row| row.text).collect::<Vec<_>>()
        };
        assert_eq!(rows(3), rows(3));
        assert!((1..10).any(|seed| rows(seed) != ["a", "b", "c", "d", "e", "f"]));
    }
}
