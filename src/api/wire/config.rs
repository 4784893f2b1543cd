//! `config.json`.

use crate::api::node::{Node, parse};
use crate::domain::config::{AuthMode, Config, ConfigFault};
use miniserde::json::Value;

/// Reads the installer's file. Every field has a default; one that is there has to be right.
///
/// # Errors
/// The field that can't be used.
pub fn config(text: &str) -> Result<Config, ConfigFault> {
    let whole = ConfigFault { field: "config.json", expected: "a JSON object" };
    let value = parse(text).ok_or(whole.clone())?;
    let node = Node::root(&value).map_err(|_| whole)?;
    let mut config = Config::default();
    if let Some(value) = node.value("api") {
        const EXPECTED: &str = "an address: https://… or a path that begins with one slash";
        let fault = ConfigFault { field: "api", expected: EXPECTED };
        let Value::String(api) = value else { return Err(fault) };
        let api = api.trim().trim_end_matches('/');
        let local = api.starts_with('/') && !api.starts_with("//");
        if !(local || api.starts_with("https://") || api.starts_with("http://"))
            || api.contains(['?', '#', ' '])
        {
            return Err(fault);
        }
        config.api = api.into();
    }
    if let Some(value) = node.value("auth") {
        config.auth = match value {
            Value::String(word) if word == "cookie" => AuthMode::Cookie,
            Value::String(word) if word == "bearer" => AuthMode::Bearer,
            _ => return Err(ConfigFault { field: "auth", expected: "\"cookie\" or \"bearer\"" }),
        };
    }
    if let Some(value) = node.value("features_off") {
        let fault = ConfigFault { field: "features_off", expected: "a list of feature names" };
        let Value::Array(items) = value else { return Err(fault) };
        for item in items.iter() {
            let Value::String(name) = item else { return Err(fault) };
            config.features_off.push(name.clone());
        }
    }
    if let Some(value) = node.value("telemetry") {
        let Value::String(address) = value else {
            return Err(ConfigFault { field: "telemetry", expected: "an address, or null" });
        };
        config.telemetry = Some(address.clone()).filter(|address| !address.is_empty());
    }
    if let Some(value) = node.value("timeouts") {
        // Less than a tab's lease lasts: another tab must not send while a request under it is on its way.
        const LIMITS: std::ops::RangeInclusive<i64> = 200..=25_000;
        let fault = ConfigFault { field: "timeouts", expected: "read_ms and write_ms, 200 to 25000" };
        let timeouts = Node::root(value).map_err(|_| fault.clone())?;
        for (name, limit) in
            [("read_ms", &mut config.read_timeout_ms), ("write_ms", &mut config.write_timeout_ms)]
        {
            if timeouts.value(name).is_some() {
                let given = timeouts.maybe_int(name).filter(|given| LIMITS.contains(given));
                *limit = given.and_then(|given| i32::try_from(given).ok()).ok_or(fault.clone())?;
            }
        }
    }
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_file_is_the_default() {
        assert_eq!(config("{}"), Ok(Config::default()));
    }

    #[test]
    fn a_full_file() {
        let read = config(
            r#"{"api":"https://api.example.com/v1/","auth":"bearer","features_off":["surveys"],"telemetry":null,"timeouts":{"read_ms":4000},"x":1}"#,
        );
        let wanted = Config {
            api: "https://api.example.com/v1".into(),
            auth: AuthMode::Bearer,
            features_off: vec!["surveys".into()],
            telemetry: None,
            read_timeout_ms: 4_000,
            ..Config::default()
        };
        assert_eq!(read, Ok(wanted));
    }

    #[test]
    fn a_broken_file_names_the_field() {
        for (text, field) in [
            ("", "config.json"),
            ("<!doctype html>", "config.json"),
            ("[]", "config.json"),
            (r#"{"api":7}"#, "api"),
            (r#"{"api":"api/v1"}"#, "api"),
            (r#"{"api":"//evil.example"}"#, "api"),
            (r#"{"api":"javascript:alert(1)"}"#, "api"),
            (r#"{"auth":"basic"}"#, "auth"),
            (r#"{"features_off":"surveys"}"#, "features_off"),
            (r#"{"features_off":[1]}"#, "features_off"),
            (r#"{"telemetry":5}"#, "telemetry"),
            (r#"{"timeouts":{"read_ms":199}}"#, "timeouts"),
            (r#"{"timeouts":{"write_ms":25001}}"#, "timeouts"),
        ] {
            assert_eq!(config(text).map_err(|fault| fault.field), Err(field), "{text}");
        }
    }
}
