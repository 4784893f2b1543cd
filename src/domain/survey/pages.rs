//! A definition that asks one question a screen, or all at once, as a definition whose pages say so.
//!
//! The engine asks page by page. `questionsOnPageMode` only says how elements are put on screens, so each mode is the pages
//! that SurveyJS shows: every element a page of its own, with the conditions of the page that it comes from; or one page
//! in which the others are panels. Names, conditions, and with them answers and errors, stay what they are.

use survey::{Object, Value};

/// The same questionnaire with a page for each screen.
pub fn arrange(definition: Value) -> Value {
    let Value::Object(mut root) = definition else { return definition };
    let mode = root.get("questionsOnPageMode").and_then(Value::as_str).unwrap_or_default();
    let single = root.get("isSinglePage") == Some(&Value::Bool(true));
    match mode {
        "questionPerPage" | "questionOnPage" | "inputPerPage" => split(&mut root),
        "singlePage" => join(&mut root),
        _ if single => join(&mut root),
        _ => {}
    }
    Value::Object(root)
}

fn has_start(root: &Object) -> bool {
    ["firstPageIsStartPage", "firstPageIsStarted"]
        .iter()
        .any(|key| root.get(*key) == Some(&Value::Bool(true)))
}

/// The pages, also of a definition that has none.
fn take_pages(root: &mut Object) -> Vec<Object> {
    let own = match root.remove("pages") {
        Some(Value::Array(pages)) if !pages.is_empty() => pages,
        _ => Vec::new(),
    };
    if own.is_empty() {
        let elements = root.remove("elements").or_else(|| root.remove("questions"));
        return elements
            .map(|list| Object::from_iter([(String::from("elements"), list)]))
            .into_iter()
            .collect();
    }
    own.into_iter()
        .filter_map(|page| match page {
            Value::Object(page) => Some(page),
            _ => None,
        })
        .collect()
}

fn name_of(page: &Object) -> Option<String> {
    page.get("name").and_then(Value::as_str).map(String::from)
}

fn split(root: &mut Object) {
    let start = has_start(root);
    let mut pages = Vec::new();
    let mut renamed: Vec<(String, Vec<Value>)> = Vec::new();
    for (at, mut page) in take_pages(root).into_iter().enumerate() {
        let key = if page.contains_key("elements") { "elements" } else { "questions" };
        let elements = match page.remove(key) {
            Some(Value::Array(elements)) if elements.len() > 1 && !(start && at == 0) => elements,
            Some(other) => {
                page.insert(key.into(), other);
                pages.push(Value::Object(page));
                continue;
            }
            None => {
                pages.push(Value::Object(page));
                continue;
            }
        };
        let name = name_of(&page).unwrap_or_else(|| ["page", &(at + 1).to_string()].concat());
        let mut names = Vec::new();
        for (number, element) in elements.into_iter().enumerate() {
            let mut one = page.clone();
            let own = if number == 0 { name.clone() } else { [&name, "~", &number.to_string()].concat() };
            names.push(Value::from(own.as_str()));
            one.insert("name".into(), Value::from(own));
            one.insert("elements".into(), Value::Array(vec![element]));
            pages.push(Value::Object(one));
        }
        renamed.push((name, names));
    }
    root.insert("pages".into(), Value::Array(pages));
    rename(root, &renamed);
}

/// Triggers that show pages show all that came of one.
fn rename(root: &mut Object, renamed: &[(String, Vec<Value>)]) {
    let Some(Value::Array(triggers)) = root.get_mut("triggers") else { return };
    for trigger in triggers {
        let Value::Object(trigger) = trigger else { continue };
        let Some(Value::Array(pages)) = trigger.get_mut("pages") else { continue };
        *pages = std::mem::take(pages)
            .into_iter()
            .flat_map(|page| {
                let found = renamed.iter().find(|(name, _)| page.as_str() == Some(name));
                found.map_or_else(|| vec![page], |(_, names)| names.clone())
            })
            .collect();
    }
}

fn join(root: &mut Object) {
    let start = has_start(root);
    let mut rest = take_pages(root);
    let mut pages = Vec::new();
    if start && rest.len() > 1 {
        pages.push(Value::Object(rest.remove(0)));
    }
    let panels = rest.into_iter().map(panel).collect();
    pages.push(Value::Object(Object::from_iter([
        (String::from("name"), Value::from("single-page")),
        (String::from("elements"), Value::Array(panels)),
    ])));
    root.insert("pages".into(), Value::Array(pages));
}

fn panel(mut page: Object) -> Value {
    page.insert("type".into(), Value::from("panel"));
    Value::Object(page)
}

#[cfg(test)]
mod tests {
    use super::super::{parse, write};
    use super::*;

    fn arranged(text: &str) -> String {
        write(&arrange(parse(text).unwrap()))
    }

    #[test]
    fn each_element_gets_a_page_with_the_conditions_of_its_own() {
        let text = arranged(
            r#"{"questionsOnPageMode":"questionPerPage","triggers":[{"type":"visible","pages":["p","q"]}],
            "pages":[{"name":"p","visibleIf":"{a} = 1","elements":[{"name":"x"},{"name":"y"}]},{"name":"q"}]}"#,
        );
        let pages = r#"[{"elements":[{"name":"x"}],"name":"p","visibleIf":"{a} = 1"},{"elements":[{"name":"y"}],"name":"p~1","visibleIf":"{a} = 1"},{"name":"q"}]"#;
        assert!(text.contains(pages), "{text}");
        assert!(text.contains(r#"[{"pages":["p","p~1","q"],"type":"visible"}]"#), "{text}");
    }

    #[test]
    fn a_start_page_stays_whole() {
        let text = arranged(
            r#"{"questionsOnPageMode":"questionPerPage","firstPageIsStarted":true,
            "pages":[{"elements":[{"name":"x"},{"name":"y"}]},{"elements":[{"name":"z"},{"name":"w"}]}]}"#,
        );
        assert_eq!(text.matches("\"elements\"").count(), 3, "{text}");
    }

    #[test]
    fn pages_become_panels_of_one() {
        let text = arranged(r#"{"questionsOnPageMode":"singlePage","pages":[{"name":"p"},{"name":"q"}]}"#);
        let page =
            r#"{"elements":[{"name":"p","type":"panel"},{"name":"q","type":"panel"}],"name":"single-page"}"#;
        assert!(text.contains(page), "{text}");
    }

    #[test]
    fn without_pages_the_elements_are_the_page() {
        let text =
            arranged(r#"{"questionsOnPageMode":"questionPerPage","elements":[{"name":"x"},{"name":"y"}]}"#);
        assert_eq!(text.matches("\"elements\"").count(), 2, "{text}");
        assert_eq!(arranged("[1]"), "[1]");
    }
}
