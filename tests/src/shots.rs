//! Screenshots, kept as artefacts in `target/e2e/{engine}`.

use anyhow::Result;
use fantoccini::Client;

use crate::project;

/// Keeps what the window shows as `target/e2e/{engine}/{name}.png`.
///
/// # Errors
/// When the browser gives no picture or it can't be written.
pub async fn keep(client: &Client, engine: &str, name: &str) -> Result<()> {
    let directory = project("target/e2e").join(engine);
    std::fs::create_dir_all(&directory)?;
    let picture = client.screenshot().await?;
    std::fs::write(directory.join(format!("{name}.png")), picture)?;
    Ok(())
}

/// Removes what an earlier run kept of a programme, so that nothing old is taken for new.
///
/// # Errors
/// When a picture can't be removed.
pub fn clear(engine: &str, programme: &str) -> Result<()> {
    let Ok(directory) = std::fs::read_dir(project("target/e2e").join(engine)) else { return Ok(()) };
    let begin = format!("{programme}-");
    for entry in directory {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(&begin) {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
