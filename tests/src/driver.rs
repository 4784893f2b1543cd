//! The three engines over WebDriver.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use fantoccini::wd::WindowHandle;
use fantoccini::{Client, ClientBuilder};
use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};

use crate::http::{exchange, pool};
use crate::project;

const WIDTH: u32 = 390;
const HEIGHT: u32 = 844;
const KIOSK: (u32, u32) = (1080, 1920);
const KIOSK_WIDE: (u32, u32) = (1920, 1080);
const START: Duration = Duration::from_secs(30);
/// Without it the buttons of the browser's own bar keep the window from becoming as narrow as a phone.
const NARROW: &str = "* { min-width: 0; padding-left: 0; padding-right: 0; margin-left: 0; margin-right: 0; border-spacing: 0; }";
const AGENT: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                     Version/17.5 Mobile/15E148 Safari/604.1";

/// A browser engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Chromium, as a phone of 390 × 844.
    Chromium,
    /// Firefox; its smallest window is 500 pixels wide.
    Firefox,
    /// WebKitGTK, nearest to the web view of WeChat on iOS.
    Webkit,
}

impl Engine {
    /// Its name in paths and in `PORTAL_E2E_ENGINES`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
            Self::Webkit => "webkit",
        }
    }

    /// Whether it is to be tested: `PORTAL_E2E_ENGINES` names some, separated by commas; unset means all.
    #[must_use]
    pub fn is_wanted(self) -> bool {
        match std::env::var("PORTAL_E2E_ENGINES") {
            Ok(names) if !names.trim().is_empty() => names.split(',').any(|name| name.trim() == self.name()),
            _ => true,
        }
    }

    fn capabilities(self, setting: Setting) -> Value {
        let ((width, height), kiosk) = (setting.screen.size(), setting.screen.is_kiosk());
        match self {
            Self::Chromium => json!({
                "browserName": "chrome",
                "goog:chromeOptions": {
                    "binary": "/usr/bin/chromium",
                    "args": [
                        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic",
                        "--no-first-run", "--disable-background-networking", "--disable-component-update",
                        "--disable-sync", "--force-prefers-reduced-motion",
                    ],
                    "mobileEmulation": {
                        "deviceMetrics": {
                            "width": width, "height": height, "pixelRatio": if kiosk { 1.0 } else { 2.0 },
                            "touch": true, "mobile": !kiosk,
                        },
                        "userAgent": setting.agent.unwrap_or(AGENT),
                    },
                },
            }),
            Self::Firefox => json!({
                "browserName": "firefox",
                "moz:firefoxOptions": {
                    "binary": "/usr/bin/firefox-esr",
                    "args": ["-headless", format!("--width={width}"), format!("--height={height}")],
                    "prefs": Value::Object(prefs(setting.agent)),
                },
            }),
            Self::Webkit => json!({
                "webkitgtk:browserOptions": {
                    "binary": "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
                    "args": match setting.agent {
                        Some(agent) => vec!["--automation".to_owned(), format!("--user-agent={agent}")],
                        None => vec!["--automation".to_owned()],
                    },
                },
            }),
        }
    }
}

fn prefs(agent: Option<&str>) -> Map<String, Value> {
    let off = |name: &str| (name.to_owned(), json!(false));
    let mut all = Map::from_iter([
        off("network.captive-portal-service.enabled"),
        off("network.connectivity-service.enabled"),
        off("app.update.enabled"),
        ("ui.prefersReducedMotion".to_owned(), json!(1)),
    ]);
    all.extend(agent.map(|agent| ("general.useragent.override".to_owned(), json!(agent))));
    all
}

/// What is otherwise about a browser.
#[derive(Clone, Copy, Debug, Default)]
pub struct Setting {
    /// Time zone of the device, an IANA name; the machine's where it isn't said.
    pub time_zone: Option<&'static str>,
    /// Its screen.
    pub screen: Screen,
    /// What it calls itself; Safari on iOS in Chromium, its own name in the others where it isn't said.
    pub agent: Option<&'static str>,
}

/// What the portal is shown on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Screen {
    /// A phone's.
    #[default]
    Phone,
    /// An upright kiosk's.
    Kiosk,
    /// A lying kiosk's.
    KioskWide,
}

impl Screen {
    fn size(self) -> (u32, u32) {
        match self {
            Self::Phone => (WIDTH, HEIGHT),
            Self::Kiosk => KIOSK,
            Self::KioskWide => KIOSK_WIDE,
        }
    }

    fn is_kiosk(self) -> bool {
        self != Self::Phone
    }
}

/// A process group that ends with this.
struct Group(Child);

impl Group {
    fn start(mut command: Command, log: &str) -> Result<Self> {
        let program = command.get_program().to_string_lossy().into_owned();
        let log = log_file(log)?;
        command.stderr(log.try_clone()?).stdin(Stdio::null()).process_group(0);
        if !program.contains("Xvfb") {
            command.stdout(log);
        }
        command.spawn().map(Self).with_context(|| format!("{program} does not start"))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let group = format!("kill -TERM -{0}; sleep 0.2; kill -KILL -{0}", self.0.id());
        let _ = Command::new("sh").args(["-c", &group]).stderr(Stdio::null()).status();
        let _ = self.0.wait();
    }
}

fn log_file(name: &str) -> Result<File> {
    let directory = project("target/e2e");
    fs::create_dir_all(&directory)?;
    let path = directory.join(format!("{name}.log"));
    File::options().create(true).append(true).open(&path).with_context(|| path.display().to_string())
}

/// A browser with one window.
pub struct Browser {
    /// Which engine.
    pub engine: Engine,
    /// The session.
    pub client: Client,
    /// Base of the driver's own addresses.
    driver: String,
    scratch: Option<PathBuf>,
    _groups: Vec<Group>,
}

impl Drop for Browser {
    fn drop(&mut self) {
        if let Some(scratch) = &self.scratch {
            let _ = fs::remove_dir_all(scratch);
        }
    }
}

impl Browser {
    /// Starts a driver and a session.
    ///
    /// # Errors
    /// When the engine or its driver is missing or does not start.
    pub async fn open(engine: Engine) -> Result<Self> {
        Self::open_with(engine, Setting::default()).await
    }

    /// Starts a driver and a session on a device that is set so.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub async fn open_with(engine: Engine, setting: Setting) -> Result<Self> {
        let port = free_port()?;
        let mut groups = Vec::new();
        let mut scratch = None;
        let mut command = match engine {
            Engine::Chromium => {
                let mut command = Command::new("chromedriver");
                command.arg(format!("--port={port}"));
                command
            }
            Engine::Firefox => {
                let mut command = Command::new("geckodriver");
                command.args(["--host", "127.0.0.1", "--port", &port.to_string()]);
                command.args(["--websocket-port", &free_port()?.to_string()]);
                command
            }
            Engine::Webkit => {
                let (display, server) = screen()?;
                groups.push(server);
                let directory =
                    std::env::temp_dir().join(format!("portal-e2e-{}-{port}", std::process::id()));
                fs::create_dir_all(directory.join("gtk-3.0"))?;
                fs::write(directory.join("gtk-3.0/gtk.css"), NARROW)?;
                let mut command = Command::new("WebKitWebDriver");
                command.arg(format!("--port={port}")).arg("--host=127.0.0.1");
                command.env("DISPLAY", display).env("XDG_RUNTIME_DIR", &directory).env("NO_AT_BRIDGE", "1");
                command.env("XDG_CONFIG_HOME", &directory);
                command.env("WEBKIT_SKIA_ENABLE_CPU_RENDERING", "1").env("LIBGL_ALWAYS_SOFTWARE", "1");
                // No phone has fewer points to a pixel, and bar codes need them.
                if !setting.screen.is_kiosk() {
                    command.env("GDK_SCALE", "2");
                }
                scratch = Some(directory);
                command
            }
        };
        command.env("LC_ALL", "C.UTF-8");
        if let Some(zone) = setting.time_zone {
            command.env("TZ", zone);
        }
        // The driver goes before the screen that its windows are on.
        groups.insert(0, Group::start(command, engine.name())?);
        listening(port).with_context(|| format!("the driver of {}", engine.name()))?;
        let Value::Object(capabilities) = engine.capabilities(setting) else { bail!("no capabilities") };
        let driver = format!("http://127.0.0.1:{port}");
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&driver)
            .await
            .with_context(|| format!("no session of {}", engine.name()))?;
        if engine != Engine::Chromium {
            resize(&client, setting.screen.size()).await?;
        }
        Ok(Self { engine, client, driver, scratch, _groups: groups })
    }

    /// Sends a command of the DevTools protocol to the window that the session is at; Chromium only.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn devtools(&self, command: &str, params: &Value) -> Result<Value> {
        let session = self.client.session_id().await?.context("no session")?;
        let body = json!({ "cmd": command, "params": params }).to_string();
        let request = Request::post(format!("{}/session/{session}/goog/cdp/execute", self.driver))
            .header("Content-Type", "application/json")
            .body(Full::new(Bytes::from(body)))?;
        let answer = exchange(&pool(), request).await?;
        anyhow::ensure!(answer.status == 200, "{command}: {}", answer.text());
        Ok(answer.json()?["value"].clone())
    }

    /// Opens a window that shares storage with the present one, as large as that, and goes there. Gives what the old
    /// and the new one are called.
    ///
    /// # Errors
    /// When the engine opens none.
    pub async fn second(&self) -> Result<[WindowHandle; 2]> {
        let first = self.client.window().await?;
        let opened = self.client.new_window(false).await;
        let second = match opened {
            Ok(window) => window.handle,
            Err(error) => {
                self.client.execute("window.open('/robots.txt', '_blank', 'popup')", vec![]).await?;
                let found = self.client.windows().await?.into_iter().find(|one| *one != first);
                found.with_context(|| format!("no second window: {error}"))?
            }
        };
        self.client.switch_to_window(second.clone()).await?;
        if self.engine != Engine::Chromium {
            resize(&self.client, Screen::Phone.size()).await?;
        }
        Ok([first, second])
    }

    /// Ends the session, then its processes.
    pub async fn close(self) {
        let _ = self.client.clone().close().await;
    }
}

/// Makes the page, not the window around it, as large as the device, as far as the engine lets it.
async fn resize(client: &Client, (wide, high): (u32, u32)) -> Result<()> {
    client.set_window_rect(0, 0, wide, high).await?;
    let inner = client.execute("return [innerWidth, innerHeight]", vec![]).await?;
    let side =
        |index: usize| inner[index].as_u64().and_then(|side| u32::try_from(side).ok()).unwrap_or_default();
    let (width, height) = (side(0), side(1));
    let width = if width < wide { 2 * wide - width } else { wide };
    client.set_window_rect(0, 0, width, high + high.saturating_sub(height)).await?;
    Ok(())
}

/// A virtual screen and its name.
fn screen() -> Result<(String, Group)> {
    use std::io::{BufRead, BufReader};
    let mut command = Command::new("Xvfb");
    command
        .args(["-displayfd", "1", "-screen", "0", "2048x2048x24", "-nolisten", "tcp"])
        .stdout(Stdio::piped());
    let mut server = Group::start(command, "xvfb")?;
    let output = server.0.stdout.take().context("Xvfb has no output")?;
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line)?;
    let number: u32 = line.trim().parse().context("Xvfb names no display")?;
    Ok((format!(":{number}"), server))
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

fn listening(port: u16) -> Result<()> {
    let begun = Instant::now();
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    while TcpStream::connect_timeout(&address, Duration::from_millis(200)).is_err() {
        if begun.elapsed() > START {
            bail!("does not listen on {address}");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}
