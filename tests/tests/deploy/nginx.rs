//! Debian's nginx with deploy/nginx.conf, as whoever runs the tests, in a folder and on a port of its own.

use std::fmt::Write;
use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use portal_tests::project;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

const PROGRAM: &str = "/usr/sbin/nginx";
const BROTLI: &str = "/usr/lib/nginx/modules/ngx_http_brotli_static_module.so";
const START: Duration = Duration::from_secs(10);

/// As deploy/README.md says it, for the reference backend's picture.
const LINK: &str = r#"/index.html '</media/brand/landscape.svg>; rel=preload; as=image; fetchpriority=high; media="(prefers-color-scheme: light)", </media/brand/landscape.svg?theme=dark>; rel=preload; as=image; fetchpriority=high; media="(prefers-color-scheme: dark)"';"#;

/// What stands around the file in Debian's own nginx.conf, with folders that need no rights. Relative names are below `-p`.
const AROUND: &str = "
pid nginx.pid;
error_log error.log;
events { worker_connections 64; }
http {
    sendfile on;
    tcp_nopush on;
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    gzip on;
    access_log others.log;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    include portal.conf;
}
";

/// An nginx that ends when this is dropped.
pub(crate) struct Nginx {
    /// `http://127.0.0.1:<port>`
    pub(crate) origin: String,
    folder: TempDir,
    child: Child,
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Nginx {
    /// Serves the files in `root`, and what the backend owns from `backend`, which is a host and a port. With `before`, a
    /// version of the portal that is just being replaced.
    pub(crate) fn start(root: &Path, before: Option<&Path>, backend: &str) -> Result<Self> {
        for file in [PROGRAM, BROTLI] {
            ensure!(
                Path::new(file).is_file(),
                "{file} is missing; as root, run: apt-get install -y nginx libnginx-mod-http-brotli-static"
            );
        }
        let root = root.canonicalize().with_context(|| root.display().to_string())?;
        let folder = tempfile::tempdir()?;
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let file = project("deploy/nginx.conf");
        let mut text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        for (line, ours) in [
            ("server 127.0.0.1:8101;", format!("server {backend};")),
            ("listen 80;", format!("listen {address};")),
            ("root /var/www/portal;", format!("root \"{}\";", root.display())),
            ("/var/log/nginx/", format!("{}/", folder.path().display())),
        ] {
            ensure!(text.contains(line), "deploy/nginx.conf has no `{line}` that could be replaced");
            text = text.replace(line, &ours);
        }
        let put = |name: &str, text: &str| fs::write(folder.path().join(name), text).context(name.to_owned());
        put("portal.conf", &text)?;
        for tag in ["script", "style"] {
            put(&format!("portal-{tag}s.map"), &own(&root, tag)?)?;
            if let Some(before) = before {
                put(&format!("portal-{tag}s-before.map"), &own(before, tag)?)?;
            }
        }
        put("portal-link.map", LINK)?;
        put("nginx.conf", &format!("load_module {BROTLI};{AROUND}"))?;

        let said = File::create(folder.path().join("said.log"))?;
        // One process, so that nothing is left of it when it is killed.
        let child = Command::new(PROGRAM)
            .arg("-p")
            .arg(folder.path())
            .arg("-c")
            .arg(folder.path().join("nginx.conf"))
            .args(["-e", "error.log", "-g", "daemon off; master_process off;"])
            .stdin(Stdio::null())
            .stdout(said.try_clone()?)
            .stderr(said)
            .spawn()
            .context(PROGRAM)?;
        let mut nginx = Self { origin: format!("http://{address}"), folder, child };
        let begun = Instant::now();
        while TcpStream::connect(address).is_err() {
            if nginx.child.try_wait()?.is_some() || begun.elapsed() > START {
                bail!("nginx does not start: {}", nginx.logs()?);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(nginx)
    }

    /// All that it has written down.
    pub(crate) fn logs(&self) -> Result<String> {
        let mut all = String::new();
        for entry in fs::read_dir(self.folder.path())? {
            let path = entry?.path();
            if path.extension().is_some_and(|kind| kind == "log") {
                all.push_str(&fs::read_to_string(path)?);
            }
        }
        Ok(all)
    }
}

/// `/index.html " 'sha256-…'";` for each page with scripts or styles of its own, as the build writes it.
pub(crate) fn own(root: &Path, tag: &str) -> Result<String> {
    let mut map = String::new();
    for entry in fs::read_dir(root)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.ends_with(".html") {
            let sources = sources(&fs::read_to_string(&path)?, tag);
            if !sources.is_empty() {
                writeln!(map, "/{name} \"{sources}\";")?;
            }
        }
    }
    Ok(map)
}

fn sources(page: &str, tag: &str) -> String {
    let (begin, end) = (format!("<{tag}"), format!("</{tag}"));
    let tags = page.split(&*begin).skip(1).filter_map(|rest| rest.split_once('>'));
    let own = tags.filter(|(attributes, _)| !attributes.contains(" src="));
    let texts = own.filter_map(|(_, rest)| rest.split_once(&*end)).map(|(text, _)| text);
    texts.map(|text| format!(" 'sha256-{}'", STANDARD.encode(Sha256::digest(text)))).collect()
}
