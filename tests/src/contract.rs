//! `api/openapi.yaml` as a checker of examples and of what a backend answers.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use anyhow::{Context, Result, anyhow, bail};
use jsonschema::Validator;
use serde_json::{Map, Value, json};

use crate::http::Answer;
use crate::project;

/// Where the API stands on a backend.
pub const BASE: &str = "/api/v1";

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];
const SHOWN_FAULTS: usize = 8;

/// One operation of the file.
#[derive(Clone, Debug)]
pub struct Operation {
    /// `operationId`
    pub id: String,
    /// Method in upper case.
    pub method: String,
    /// Path below the base, with its parameters in braces.
    pub path: String,
    /// Whether the reference backend of this version has it.
    pub implemented: bool,
    spec: Value,
}

impl Operation {
    /// Whether an enrolled device asks, rather than a member.
    #[must_use]
    pub fn is_of_a_device(&self) -> bool {
        self.spec["security"][0]["deviceCookie"].is_array()
    }
}

/// Whose value an example is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A parameter's, by its name.
    Parameter(String),
    /// The body of a request.
    Request,
    /// The body of a response with this status.
    Response(u16),
}

/// An example of the file.
#[derive(Clone, Debug)]
pub struct Example {
    /// `operationId`; the name of the schema for a schema's own example.
    pub operation: String,
    /// Whether the reference backend has the operation.
    pub implemented: bool,
    /// Whose value it is.
    pub place: Place,
    /// The example's name.
    pub name: String,
    /// What it has to fit.
    pub schema: Value,
    /// The example.
    pub value: Value,
}

impl Example {
    /// For messages.
    #[must_use]
    pub fn label(&self) -> String {
        format!("{} {:?} {}", self.operation, self.place, self.name)
    }
}

/// The contract.
pub struct Contract {
    document: Value,
    operations: Vec<Operation>,
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

impl Contract {
    /// The file of this checkout, read once.
    ///
    /// # Panics
    /// When it can't be read: no test makes sense without it.
    #[must_use]
    #[allow(clippy::panic)]
    pub fn get() -> &'static Self {
        static CONTRACT: OnceLock<Contract> = OnceLock::new();
        CONTRACT.get_or_init(|| Self::load().unwrap_or_else(|error| panic!("api/openapi.yaml: {error:#}")))
    }

    fn load() -> Result<Self> {
        let text = std::fs::read_to_string(project("api/openapi.yaml"))?;
        let document: Value = serde_yaml_ng::from_str(&text)?;
        let mut operations = Vec::new();
        // What stands beside the base has a server of its own: pages that browsers open.
        let paths = object(&document["paths"]).iter().filter(|(_, item)| item.get("servers").is_none());
        for (path, item) in paths {
            for method in METHODS {
                let spec = &item[method];
                if let Some(id) = spec["operationId"].as_str() {
                    operations.push(Operation {
                        id: id.to_owned(),
                        method: method.to_uppercase(),
                        path: path.clone(),
                        implemented: spec["x-implemented"] == true,
                        spec: spec.clone(),
                    });
                }
            }
        }
        Ok(Self { document, operations, validators: Mutex::default() })
    }

    /// All operations.
    #[must_use]
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// Follows a `$ref` into this file.
    fn resolve<'a>(&'a self, mut value: &'a Value) -> &'a Value {
        while let Some(pointer) = value["$ref"].as_str().and_then(|target| target.strip_prefix('#')) {
            match self.document.pointer(pointer) {
                Some(target) => value = target,
                None => return &Value::Null,
            }
        }
        value
    }

    /// The operation that a request is for; `path` stands below the base and has no query. A path without parameters
    /// goes before one with.
    #[must_use]
    pub fn operation(&self, method: &str, path: &str) -> Option<&Operation> {
        let method = if method == "HEAD" { "GET" } else { method };
        let fits = |template: &str| {
            let (wanted, given) = (template.split('/'), path.split('/'));
            wanted.clone().count() == given.clone().count()
                && wanted
                    .zip(given)
                    .all(|(one, other)| one == other || (one.starts_with('{') && !other.is_empty()))
        };
        let mut found: Vec<&Operation> = self.operations.iter().filter(|one| fits(&one.path)).collect();
        let fewest = found.iter().map(|one| one.path.matches('{').count()).min()?;
        found.retain(|one| one.path.matches('{').count() == fewest && one.method == method);
        found.first().copied()
    }

    /// A checker for a schema, which may refer to the file's components.
    ///
    /// # Errors
    /// When the schema itself is wrong.
    pub fn validator(&self, schema: &Value) -> Result<Arc<Validator>> {
        let key = schema.to_string();
        let mut known = self.validators.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(validator) = known.get(&key) {
            return Ok(Arc::clone(validator));
        }
        let whole =
            json!({ "allOf": [schema], "components": { "schemas": self.document["components"]["schemas"] } });
        let built = jsonschema::draft202012::options()
            .should_validate_formats(true)
            .build(&whole)
            .map_err(|error| anyhow!("the schema {key}: {error}"))?;
        let built = Arc::new(built);
        known.insert(key, Arc::clone(&built));
        Ok(built)
    }

    /// What is wrong with `value`, each with its place.
    ///
    /// # Errors
    /// When the schema itself is wrong.
    pub fn faults(&self, schema: &Value, value: &Value) -> Result<Vec<String>> {
        let validator = self.validator(schema)?;
        let fault = |error: jsonschema::ValidationError<'_>| {
            let mut said = error.to_string();
            if let Some((at, _)) = said.char_indices().nth(240) {
                said.truncate(at);
                said.push('…');
            }
            format!("{}: {said}", error.instance_path())
        };
        Ok(validator.iter_errors(value).take(SHOWN_FAULTS).map(fault).collect())
    }

    /// Every example of the file: of bodies, of parameters, and of the schemas themselves.
    #[must_use]
    pub fn examples(&self) -> Vec<Example> {
        let mut found = Vec::new();
        for operation in &self.operations {
            self.parameter_examples(operation, &mut found);
            let request = self.resolve(&operation.spec["requestBody"]);
            self.body_examples(operation, &Place::Request, request, &mut found);
            for (status, response) in object(&operation.spec["responses"]) {
                let place = Place::Response(status.parse().unwrap_or_default());
                self.body_examples(operation, &place, self.resolve(response), &mut found);
            }
        }
        for (name, schema) in object(&self.document["components"]["schemas"]) {
            let mut own: Vec<&Value> = schema["examples"].as_array().into_iter().flatten().collect();
            own.extend(schema.get("example"));
            found.extend(own.into_iter().map(|value| Example {
                operation: name.clone(),
                implemented: false,
                place: Place::Parameter(String::from("schema")),
                name: "example".into(),
                schema: json!({ "$ref": format!("#/components/schemas/{name}") }),
                value: value.clone(),
            }));
        }
        found
    }

    fn parameter_examples(&self, operation: &Operation, found: &mut Vec<Example>) {
        for parameter in operation.spec["parameters"].as_array().into_iter().flatten() {
            let parameter = self.resolve(parameter);
            if let Some(value) = parameter.get("example") {
                let name = parameter["name"].as_str().unwrap_or_default().to_owned();
                found.push(Example {
                    operation: operation.id.clone(),
                    implemented: operation.implemented,
                    place: Place::Parameter(name),
                    name: "example".into(),
                    schema: parameter["schema"].clone(),
                    value: value.clone(),
                });
            }
        }
    }

    fn body_examples(&self, operation: &Operation, place: &Place, body: &Value, found: &mut Vec<Example>) {
        for content in object(&body["content"]).values() {
            for (name, example) in object(&content["examples"]) {
                found.push(Example {
                    operation: operation.id.clone(),
                    implemented: operation.implemented,
                    place: place.clone(),
                    name: name.clone(),
                    schema: content["schema"].clone(),
                    value: self.resolve(example)["value"].clone(),
                });
            }
        }
    }

    /// The statuses that the file has for an operation.
    #[must_use]
    pub fn statuses(&self, operation: &Operation) -> Vec<u16> {
        object(&operation.spec["responses"]).keys().filter_map(|status| status.parse().ok()).collect()
    }

    /// The schema of a response's body, where it has one.
    #[must_use]
    pub fn response_schema<'a>(&'a self, operation: &'a Operation, status: u16) -> Option<&'a Value> {
        let response = self.resolve(&operation.spec["responses"][status.to_string()]);
        object(&response["content"]).values().next().map(|content| &content["schema"])
    }

    /// Holds an answer against the file. `path` stands below the base and may have a query.
    ///
    /// # Errors
    /// Everything that is wrong with it, in one message.
    pub fn check(&self, method: &str, path: &str, answer: &Answer) -> Result<()> {
        let bare = path.split('?').next().unwrap_or_default();
        let label = format!("{method} {path} → {}", answer.status);
        let Some(operation) = self.operation(method, bare) else {
            // A method or an address that the file does not have: it still has to be a problem of the contract.
            if !matches!(answer.status, 204 | 404 | 405) {
                bail!("{label}: no such operation");
            }
            if method == "HEAD" || answer.status == 204 {
                return Ok(());
            }
            return self.check_problem(answer).with_context(|| label);
        };
        self.check_answer(operation, method, answer).with_context(|| format!("{label} ({})", operation.id))
    }

    fn check_problem(&self, answer: &Answer) -> Result<()> {
        let kind = content_type(answer);
        if kind != "application/problem+json" {
            bail!("content type {kind:?}");
        }
        let faults = self.faults(&json!({ "$ref": "#/components/schemas/Problem" }), &answer.json()?)?;
        if faults.is_empty() { Ok(()) } else { bail!("{}", faults.join("\n  ")) }
    }

    fn check_answer(&self, operation: &Operation, method: &str, answer: &Answer) -> Result<()> {
        let response = self.resolve(&operation.spec["responses"][answer.status.to_string()]);
        if response.is_null() {
            bail!("the status is not in the file; body {}", answer.text());
        }
        let mut wrong = self.header_faults(response, answer)?;
        let contents = object(&response["content"]);
        if contents.is_empty() || method == "HEAD" {
            if !answer.body.is_empty() {
                wrong.push(format!("a body where there is none: {}", answer.text()));
            }
        } else {
            let kind = content_type(answer);
            match contents.get(&kind) {
                None => wrong.push(format!("content type {kind:?} is not in the file")),
                Some(content) => {
                    let body = answer.json()?;
                    wrong.extend(self.faults(&content["schema"], &body)?);
                    if answer.status >= 400 && body["status"] != answer.status {
                        wrong.push(format!("the problem says status {}", body["status"]));
                    }
                }
            }
        }
        if wrong.is_empty() { Ok(()) } else { bail!("{}", wrong.join("\n  ")) }
    }

    fn header_faults(&self, response: &Value, answer: &Answer) -> Result<Vec<String>> {
        let mut wrong = Vec::new();
        for (name, header) in object(&response["headers"]) {
            let header = self.resolve(header);
            let Some(text) = answer.header(name) else {
                if header["required"] == true {
                    wrong.push(format!("no header {name}"));
                }
                continue;
            };
            let schema = self.resolve(&header["schema"]);
            let value = match schema["type"].as_str() {
                Some("integer") => text.parse::<i64>().map_or_else(|_| json!(text), |number| json!(number)),
                _ => json!(text),
            };
            wrong.extend(
                self.faults(schema, &value)?.into_iter().map(|fault| format!("header {name}{fault}")),
            );
        }
        if answer.status == 429 && answer.header("retry-after").is_none() {
            wrong.push("429 without Retry-After".into());
        }
        Ok(wrong)
    }
}

fn object(value: &Value) -> &Map<String, Value> {
    static NOTHING: OnceLock<Map<String, Value>> = OnceLock::new();
    value.as_object().unwrap_or_else(|| NOTHING.get_or_init(Map::new))
}

fn content_type(answer: &Answer) -> String {
    let value = answer.header("content-type").unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_address_goes_before_one_with_a_parameter() {
        let contract = Contract::get();
        let id = |method, path| contract.operation(method, path).map(|one| one.id.as_str());
        assert_eq!(id("DELETE", "/sessions/current"), Some("deleteCurrentSession"));
        assert_eq!(id("DELETE", "/sessions/abc"), Some("deleteSession"));
        assert_eq!(id("GET", "/rewards/a/b"), None);
    }

    #[test]
    fn a_wrong_answer_is_noticed() {
        let answer = |status, body: &str| Answer {
            status,
            headers: vec![
                ("content-type".into(), "application/json".into()),
                ("x-server-time".into(), "2026-08-12T08:58:00.000Z".into()),
            ],
            body: body.as_bytes().to_vec(),
        };
        let contract = Contract::get();
        let check = |answer: &Answer| {
            contract.check("GET", "/me/points", answer).map_err(|error| format!("{error:#}"))
        };
        let good = r#"{"available":1,"pending":0,"locked":0,"lifetime":1,"expiring":[],"as_of":"2026-08-12T08:58:00Z"}"#;
        assert_eq!(check(&answer(200, good)), Ok(()));
        for (bad, why) in [
            (answer(200, &good.replace(":1,", ":\"1\",")), "is not of type"),
            (answer(200, &good.replace("2026-08-12T", "soon")), "date-time"),
            (answer(418, good), "not in the file"),
            (answer(404, good), "not in the file"),
            (Answer { headers: Vec::new(), ..answer(200, good) }, "no header X-Server-Time"),
        ] {
            let said = check(&bad).err().unwrap_or_default();
            assert!(said.contains(why), "{why} is not in {said}");
        }
    }
}
