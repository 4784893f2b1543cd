//! Every example fits its schema, and the portal reads every one that it will meet.

use member_portal::api::error::Problem;
use portal_tests::contract::{Contract, Place};
use portal_tests::wire::{UNREAD, decode, decoder};

#[test]
fn every_example_fits_its_schema() {
    let contract = Contract::get();
    let examples = contract.examples();
    assert!(examples.len() > 300, "only {} examples were found", examples.len());
    let mut wrong = Vec::new();
    for example in &examples {
        let faults = contract.faults(&example.schema, &example.value).unwrap();
        wrong.extend(faults.into_iter().map(|fault| format!("{}: {fault}", example.label())));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_operation_has_examples() {
    let contract = Contract::get();
    let examples = contract.examples();
    let mut missing = Vec::new();
    for operation in contract.operations() {
        for status in contract.statuses(operation) {
            let has_body = contract.response_schema(operation, status).is_some();
            let place = Place::Response(status);
            if has_body && !examples.iter().any(|one| one.operation == operation.id && one.place == place) {
                missing.push(format!("{} {status}", operation.id));
            }
        }
    }
    assert!(missing.is_empty(), "no example: {}", missing.join(", "));
}

#[test]
fn the_portal_reads_every_example() {
    let mut wrong = Vec::new();
    let mut read = 0;
    for example in Contract::get().examples().iter().filter(|example| example.implemented) {
        let Place::Response(status) = example.place else { continue };
        let text = example.value.to_string();
        if status >= 400 {
            let problem = Problem::read(status, &text, None);
            if problem.code != example.value["code"] || problem.detail.is_empty() {
                wrong.push(format!("{}: read as {problem:?}", example.label()));
            }
            continue;
        }
        match decoder(&example.operation) {
            Some(decoder) => {
                read += 1;
                if let Err(fault) = decode(decoder, &text) {
                    wrong.push(format!("{}: {:?} can't be used", example.label(), fault.field));
                }
            }
            None if UNREAD.contains(&example.operation.as_str()) => {}
            None => wrong.push(format!("{}: nothing reads it", example.label())),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(read > 30, "only {read} were read");
}
