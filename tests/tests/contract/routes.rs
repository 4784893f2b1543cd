//! The operations that the file calls implemented are those that the backend answers, and no others.

use std::collections::{BTreeMap, BTreeSet};

use portal_tests::backend::Backend;
use portal_tests::contract::{BASE, Contract};
use portal_tests::http::Api;

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

fn filled(template: &str) -> String {
    let part = |part: &str| if part.starts_with('{') { "0-nobody".to_owned() } else { part.to_owned() };
    template.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// A method that no address has is answered with those that it has.
async fn methods(api: &Api, path: &str) -> BTreeSet<String> {
    let answer = api.send("TRACE", path, None).await.unwrap();
    match answer.status {
        404 => BTreeSet::new(),
        405 => {
            let allow = answer.header("allow").expect("405 names the methods");
            allow
                .split(',')
                .map(|method| method.trim().to_owned())
                .filter(|one| METHODS.contains(&one.as_str()))
                .collect()
        }
        other => panic!("TRACE {path} answers {other}"),
    }
}

#[tokio::test]
async fn the_backend_has_exactly_the_implemented_operations() {
    let backend = Backend::start("coffee").await.unwrap();
    let api = Api::new(&backend.origin).sign_in("13800130417").await.unwrap();
    let mut wanted: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for operation in Contract::get().operations() {
        let methods = wanted.entry(&operation.path).or_default();
        if operation.implemented {
            methods.insert(operation.method.clone());
        }
    }
    let mut wrong = Vec::new();
    for (path, wanted) in &wanted {
        // An address of a later version may look like one with a parameter of this version.
        let shadow = Contract::get().operations().iter().any(|one| {
            one.implemented && one.path != **path && one.path.contains('{') && {
                let parent = one.path.rsplit_once('/').map(|(parent, _)| parent);
                parent == path.rsplit_once('/').map(|(parent, _)| parent)
            }
        });
        let has = methods(&api, &filled(path)).await;
        if wanted.is_empty() && shadow {
            continue;
        }
        if has != *wanted {
            wrong.push(format!("{path}: the file says {wanted:?}, the backend has {has:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn operations_of_later_versions_are_refused() {
    let backend = Backend::start("coffee").await.unwrap();
    let api = Api::new(&backend.origin).sign_in("13800130417").await.unwrap();
    for operation in Contract::get().operations().iter().filter(|operation| !operation.implemented) {
        let body = (operation.method != "GET").then(|| "{}".to_owned());
        let answer = api.send(&operation.method, &filled(&operation.path), body).await.unwrap();
        assert!(matches!(answer.status, 404 | 405), "{}: {}", operation.id, answer.status);
    }
}

#[tokio::test]
async fn nothing_else_answers_below_the_base() {
    let backend = Backend::start("coffee").await.unwrap();
    let api = Api::new(&backend.origin).sign_in("13800130417").await.unwrap();
    for path in [
        "",
        "/",
        "/nope",
        "/me/nope",
        "/rewards/a/b",
        "/admin",
        "/health",
        "/metrics",
        "/openapi.yaml",
        "/ME",
    ] {
        for method in METHODS {
            let answer = api.send(method, path, None).await.unwrap();
            assert_eq!(answer.status, 404, "{method} {BASE}{path}");
            assert_eq!(answer.json().unwrap()["code"], "not-found");
        }
    }
}

/// Every address in the backend's own table of routes is one of the file.
#[test]
fn the_table_of_routes_has_only_addresses_of_the_file() {
    let table = include_str!("../../../crates/backend/src/http/mod.rs");
    let known: BTreeSet<&str> = Contract::get()
        .operations()
        .iter()
        .filter(|one| one.implemented)
        .map(|one| one.path.as_str())
        .collect();
    let table = table.split("#[cfg(test)]").next().unwrap_or_default();
    let routes: BTreeSet<&str> = table.split('"').filter_map(|text| text.strip_prefix(BASE)).collect();
    assert_eq!(routes, known);
}
