//! axe-core in the page.

use anyhow::{Context, Result};
use fantoccini::Client;
use serde_json::Value;

use crate::project;

const SOURCE: &str = "tools/npm/node_modules/axe-core/axe.min.js";

const RUN: &str = "
    const done = arguments[arguments.length - 1];
    axe.run(document, { resultTypes: ['violations'], preload: false }).then(
        (result) => done(result.violations.map((one) => one.id + ': ' + one.help + '\\n' + one.nodes.slice(0, 5).map((node) =>
            '      ' + node.target.join(' ') + '  ' + node.html.slice(0, 160) + '  '
            + node.any.concat(node.all, node.none).map((check) => check.message).join('; ').slice(0, 240)).join('\\n'))),
        (error) => done(['axe itself: ' + error]));";

/// Everything that axe finds on the page as it is now.
///
/// # Errors
/// When axe is not installed or the page does not run it.
pub async fn violations(client: &Client) -> Result<Vec<String>> {
    if client.execute("return typeof window.axe === 'undefined'", vec![]).await? == true {
        let source = std::fs::read_to_string(project(SOURCE))
            .with_context(|| format!("{SOURCE}: run `cargo xtask test`"))?;
        client.execute(&source, vec![]).await.context("axe can't be put into the page")?;
    }
    let found = client.execute_async(RUN, vec![]).await.context("axe does not run")?;
    let found = found.as_array().context("axe gives no list")?;
    Ok(found.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}
