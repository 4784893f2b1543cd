//! index.html: the `data-trunk` links that Trunk would replace, replaced for the split build.

use std::fs;
use std::path::Path;

use anyhow::{Context, bail};

use crate::portal::{LATER, integrity};
use crate::project::Project;
use crate::split::Programme;

/// Files beside the page that say which scripts and styles within it are its own.
const OWN: [(&str, &str); 2] = [("script", "portal-scripts.map"), ("style", "portal-styles.map")];

/// Writes `dist/index.html` and what it names, apart from the programme.
///
/// # Errors
/// When the page holds a `data-trunk` link that is not understood, or names a file that is not there.
pub(crate) fn write(project: &Project, programme: &Programme, dist: &Path) -> anyhow::Result<()> {
    let source = fs::read_to_string(project.path("index.html")).context("index.html")?;
    let page = fill(&source, |link| replacement(project, programme, dist, link))?;
    for (tag, file) in OWN {
        fs::write(dist.join(file), sources(&page, tag))?;
    }
    fs::write(dist.join("index.html"), page)?;
    Ok(())
}

/// What of the page's own its content policy allows, as nginx includes it (deploy/nginx.conf): `tag` within it that name no file.
fn sources(page: &str, tag: &str) -> String {
    let (begin, end) = (format!("<{tag}"), format!("</{tag}"));
    let tags = page.split(&*begin).skip(1).filter_map(|rest| rest.split_once('>'));
    let own = tags.filter(|(attributes, _)| !attributes.contains(" src="));
    let texts = own.filter_map(|(_, rest)| rest.split_once(&*end)).map(|(text, _)| text);
    let sources: String = texts.map(|text| format!(" '{}'", integrity(text.as_bytes()))).collect();
    format!("/index.html \"{sources}\";\n")
}

/// The page with each `data-trunk` link replaced, and without the indentation.
fn fill(source: &str, mut replace: impl FnMut(&Link) -> anyhow::Result<String>) -> anyhow::Result<String> {
    let mut page = String::new();
    for line in source.lines().map(str::trim).filter(|line| !line.is_empty()) {
        match line.strip_prefix("<link data-trunk ") {
            Some(rest) => {
                let text = replace(&Link::read(rest.trim_end_matches("/>"))?)?;
                page.push_str(text.trim_end());
            }
            None if line.contains("data-trunk") => bail!("index.html: `{line}` must stand alone on its line"),
            None => page.push_str(line),
        }
        page.push('\n');
    }
    Ok(page)
}

struct Link {
    rel: String,
    href: String,
}

impl Link {
    fn read(attributes: &str) -> anyhow::Result<Self> {
        let value = |name: &str| {
            let rest = attributes.split_once(&format!("{name}=\""))?.1;
            rest.split('"').next().map(str::to_owned)
        };
        let rel = value("rel").context("index.html: a data-trunk link without rel")?;
        Ok(Self { rel, href: value("href").unwrap_or_default() })
    }
}

fn replacement(project: &Project, programme: &Programme, dist: &Path, link: &Link) -> anyhow::Result<String> {
    let path = project.path(&link.href);
    let Programme { script, module } = programme;
    Ok(match (link.rel.as_str(), path.extension().and_then(|e| e.to_str())) {
        // The first script of the page also asks for the module, long before the glue is here to use it. A preload link
        // would do the same, but WebKitGTK then fetches the module a second time.
        ("inline", Some("js")) => {
            let early = format!("__portal.load('/{}','{}')", module.name, module.integrity);
            format!("<script>{}{early}</script>", minified(project, &link.href)?)
        }
        ("inline", Some("svg")) => fs::read_to_string(&path)
            .with_context(|| link.href.clone())?
            .lines()
            .map(str::trim)
            .collect::<Vec<_>>()
            .join("\n"),
        // Without it nothing is drawn; it is smaller than what a file of its own would cost in time.
        ("inline", Some("css")) => {
            let sheet = fs::read_to_string(&path).with_context(|| link.href.clone())?;
            if sheet.contains("</") {
                bail!("{} holds `</`, which would end it inside the page", link.href);
            }
            format!("<style>{}</style>", sheet.trim_end())
        }
        // The loader fetches it together with the first part.
        ("css", _) if link.href == LATER => String::new(),
        ("copy-dir", _) => {
            copy(&path, dist)?;
            String::new()
        }
        ("rust", _) => {
            format!(
                "<script type=\"module\" src=\"/{}\" integrity=\"{}\"></script>",
                script.name, script.integrity
            )
        }
        (rel, _) => bail!("index.html: the build doesn't know what to do for rel=\"{rel}\" {}", link.href),
    })
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir_all(&target)?;
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// A classic script, smaller. Engines that know modules understand it, and the others never come to it.
fn minified(project: &Project, script: &str) -> anyhow::Result<String> {
    let mut esbuild = project.command("esbuild");
    let output = esbuild.args([script, "--minify", "--target=es2015", "--log-level=warning"]).output()?;
    if !output.status.success() {
        bail!("esbuild {script}: {}", String::from_utf8_lossy(&output.stderr));
    }
    let text = String::from_utf8(output.stdout)?;
    if text.contains("</") {
        bail!("{script} holds `</`, which would end it inside the page");
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn links_are_replaced_and_the_rest_stays() {
        let source =
            "<head>\n    <link data-trunk rel=\"inline\" href=\"a/b.js\" />\n\n  <p>text</p>\n</head>\n";
        let page = fill(source, |link| Ok(format!("[{} {}]\n", link.rel, link.href))).unwrap();
        assert_eq!(page, "<head>\n[inline a/b.js]\n<p>text</p>\n</head>\n");
    }

    #[test]
    fn what_is_within_the_page_is_told() {
        let page = "<script src=\"/a.js\"></script><script>go()</script><style>p{}</style>";
        assert_eq!(sources(page, "script"), format!("/index.html \" '{}'\";\n", integrity(b"go()")));
        assert_eq!(sources(page, "style"), format!("/index.html \" '{}'\";\n", integrity(b"p{}")));
    }

    #[test]
    fn what_can_not_be_replaced_is_refused() {
        assert!(fill("<p><link data-trunk rel=\"css\" /></p>", |_| Ok(String::new())).is_err());
        assert!(fill("<link data-trunk href=\"x\" />", |_| Ok(String::new())).is_err());
    }
}
