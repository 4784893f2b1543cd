//! Who asks, in which language, at what time: read from a request before its handler runs.

use super::App;
use super::cookies::{Entrance, Kind, has_device};
use super::devices::FEATURE;
use crate::clock::Millis;
use crate::ids;
use crate::locale::{Locale, Text};
use crate::problem::{Code, Problem};
use crate::programme::Programme;
use crate::scene::Scene;
use crate::store::devices::{self, Device};
use crate::store::sessions;
use axum::extract::{ConnectInfo, FromRequestParts, RawPathParams};
use axum::http::header::{ACCEPT_LANGUAGE, AUTHORIZATION, HOST, USER_AGENT};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use rusqlite::{Connection, Transaction};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

/// How long sessions that were seen wait until that is written down.
const VISITS_LATER: Duration = Duration::from_secs(1);

/// The language of an answer.
pub(crate) fn language(headers: &HeaderMap, programme: &Programme) -> Locale {
    let wanted = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    Locale::negotiate(wanted, &programme.offered_locales())
}

/// When a request came in: its `now`, in all that is done for it.
#[derive(Clone, Copy)]
pub(crate) struct Arrival(pub(crate) Millis);

/// The surroundings of one request.
#[derive(Clone)]
pub(crate) struct Ctx {
    pub(crate) app: Arc<App>,
    pub(crate) scene: Scene,
    pub(crate) locale: Locale,
    pub(crate) path: Arc<str>,
    /// Whether the browser came over HTTPS.
    pub(crate) secure: bool,
    pub(crate) address: IpAddr,
    /// The host, with its port when it isn't the usual one, that the browser asked; empty when it named none.
    pub(crate) host: Arc<str>,
    pub(crate) user_agent: Arc<str>,
    pub(crate) entrance: Entrance,
    /// The device whose cookie came with the request, even if it was revoked.
    pub(crate) device: Option<Arc<Device>>,
    /// Whether the browser has any device's cookie, of this backend or of another one on the same host.
    pub(crate) has_device: bool,
}

impl Ctx {
    pub(crate) fn now(&self) -> Millis {
        self.scene.now
    }

    pub(crate) fn programme(&self) -> &Programme {
        &self.scene.programme
    }

    /// The time at this very moment. Deadlines that others rely on are judged by it, within the transaction.
    pub(crate) fn moment(&self) -> Millis {
        self.app.clock.now()
    }

    /// The enrolled device that asks.
    pub(crate) fn kiosk(&self) -> Option<&Arc<Device>> {
        self.device.as_ref().filter(|device| device.revoked_at.is_none())
    }

    /// # Errors
    /// Not found, when this backend goes without the feature.
    pub(crate) fn needs(&self, feature: &str) -> Result<(), Problem> {
        if self.app.has(feature) { Ok(()) } else { Err(Problem::not_found()) }
    }

    /// The text in the language of the answer.
    pub(crate) fn say<'a>(&self, text: &'a Text) -> &'a str {
        text.get(self.locale)
    }

    /// Runs `work` in a transaction, away from the threads that serve.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>, &Self) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let ctx = self.clone();
        self.app.db.run(move |tx| work(tx, &ctx)).await
    }

    /// Runs `work` beside whoever writes, as long as it has nothing to write itself; see `Db::read`.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl Fn(&Transaction<'_>, &Self) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let ctx = self.clone();
        self.app.db.read(move |tx| work(tx, &ctx)).await
    }
}

fn header(headers: &HeaderMap, name: &str) -> String {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

impl FromRequestParts<Arc<App>> for Ctx {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let arrival = parts.extensions.get::<Arrival>().copied();
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        let mut address = peer.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
        let mut secure = false;
        let mut host = header(&parts.headers, HOST.as_str());
        if app.behind_proxy {
            secure = header(&parts.headers, "x-forwarded-proto") == "https";
            // The last entry of the last line is the one that our own proxy wrote; some proxies add a line of their own.
            let line = parts.headers.get_all("x-forwarded-for").iter().next_back();
            let last = line.and_then(|value| value.to_str().ok()).and_then(|value| value.rsplit(',').next());
            address = last.and_then(|text| text.trim().parse().ok()).unwrap_or(address);
            let forwarded = header(&parts.headers, "x-forwarded-host");
            let last = forwarded.rsplit(',').next().map(str::trim).filter(|text| !text.is_empty());
            host = last.map(str::to_owned).unwrap_or(host);
        }
        let mut ctx = Self {
            app: Arc::clone(app),
            scene: app.scene(arrival.map_or_else(|| app.clock.now(), |arrival| arrival.0)),
            locale: language(&parts.headers, &app.programme),
            path: parts.uri.path().into(),
            secure,
            address,
            host: host.into(),
            user_agent: header(&parts.headers, USER_AGENT.as_str()).into(),
            entrance: parts.extensions.get::<Entrance>().copied().unwrap_or_default(),
            device: None,
            has_device: has_device(&parts.headers),
        };
        ctx.device = device(&ctx, parts).await?;
        Ok(ctx)
    }
}

/// The device of a request, looked up once however many parts of the request are read.
#[derive(Clone)]
struct Known(Option<Arc<Device>>);

async fn device(ctx: &Ctx, parts: &mut Parts) -> Result<Option<Arc<Device>>, Problem> {
    if let Some(Known(device)) = parts.extensions.get::<Known>() {
        return Ok(device.clone());
    }
    let token = ctx.cookie(&parts.headers, Kind::Device).filter(|_| ctx.app.has(FEATURE));
    let device = match token.map(token_hash) {
        Some(hash) => ctx.read(move |tx, _| Ok(devices::find(tx, &hash)?)).await?.map(Arc::new),
        None => None,
    };
    parts.extensions.insert(Known(device.clone()));
    Ok(device)
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    // An empty token is a wrong one; it must not make way for the cookie.
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The hash under which a token is stored.
pub(crate) fn token_hash(token: &str) -> [u8; 32] {
    ids::digest(&[token.as_bytes()])
}

/// Whoever is signed in.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) id: String,
    pub(crate) session_id: String,
    /// Whether it is a session of a shared device, which may do less.
    pub(crate) reduced: bool,
}

impl Member {
    /// # Errors
    /// Insufficient scope, in a session of a shared device.
    pub(crate) fn needs_full_scope(&self) -> Result<(), Problem> {
        if self.reduced { Err(Problem::new(Code::InsufficientScope)) } else { Ok(()) }
    }
}

/// Writes down who was here, a little later, when there are more of them.
async fn write_visits(app: Arc<App>) {
    loop {
        tokio::time::sleep(VISITS_LATER).await;
        let own = Arc::clone(&app);
        match app.db.run(move |tx| Ok(own.visits.write(tx)?)).await {
            Ok(false) => {}
            Ok(true) => return,
            // What went wrong is in the log.
            Err(_) => return app.visits.forget(),
        }
    }
}

/// Who a request says it comes from. Most ask for a `Member`; whoever reads it all at once looks that up in the same go.
#[derive(Clone, Debug)]
pub(crate) struct Claim {
    hash: [u8; 32],
    /// A client may say for whom it asks: cookies are shared, and another tab may have signed in as somebody else.
    meant: Option<HeaderValue>,
}

impl Claim {
    /// # Errors
    /// Unauthenticated, when it isn't so.
    pub(crate) fn member(&self, db: &Connection, ctx: &Ctx) -> Result<Member, Problem> {
        let session = sessions::find(db, &self.hash, ctx.now())?;
        if session.as_ref().is_some_and(|session| ctx.app.visits.note(session, ctx.now())) {
            tokio::spawn(write_visits(Arc::clone(&ctx.app)));
        }
        let meant = self.meant.as_ref();
        // A kiosk's session is good at that kiosk only, and a kiosk takes no other.
        let here = ctx.kiosk().map(|device| device.id.as_str());
        let session = session
            .filter(|session| session.device_id.as_deref() == here)
            .filter(|session| meant.is_none_or(|meant| meant.as_bytes() == session.member_id.as_bytes()))
            .ok_or_else(|| Problem::new(Code::Unauthenticated))?;
        Ok(Member { id: session.member_id, session_id: session.id, reduced: session.device_id.is_some() })
    }
}

impl FromRequestParts<Arc<App>> for Claim {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let ctx = Ctx::from_request_parts(parts, app).await?;
        let token = bearer(&parts.headers).or_else(|| ctx.cookie(&parts.headers, Kind::Session));
        let hash = token.map(token_hash).ok_or_else(|| Problem::new(Code::Unauthenticated))?;
        Ok(Self { hash, meant: parts.headers.get("x-member-id").cloned() })
    }
}

impl FromRequestParts<Arc<App>> for Member {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let ctx = Ctx::from_request_parts(parts, app).await?;
        let claim = Claim::from_request_parts(parts, app).await?;
        ctx.read(move |tx, ctx| claim.member(tx, ctx)).await
    }
}

/// Proof that a write was not sent by a page of another site: such a page can send neither this header nor a bearer token.
pub(crate) struct SameSite;

impl FromRequestParts<Arc<App>> for SameSite {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, Problem> {
        let marked = header(&parts.headers, "x-member-portal") == "1";
        if marked || bearer(&parts.headers).is_some() {
            return Ok(Self);
        }
        Err(Problem::new(Code::CsrfRequired).detail(Text::new(
            "写操作需要标头 X-Member-Portal: 1。",
            "寫入操作需要標頭 X-Member-Portal: 1。",
            "Writes need the header X-Member-Portal: 1.",
        )))
    }
}

/// Whoever is signed in, for a write.
pub(crate) struct Writer(pub(crate) Member);

impl FromRequestParts<Arc<App>> for Writer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let member = Member::from_request_parts(parts, app).await?;
        SameSite::from_request_parts(parts, app).await?;
        Ok(Self(member))
    }
}

/// The enrolled device that asks.
pub(crate) struct Kiosk(pub(crate) Arc<Device>);

impl FromRequestParts<Arc<App>> for Kiosk {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let ctx = Ctx::from_request_parts(parts, app).await?;
        ctx.needs(FEATURE)?;
        ctx.kiosk().cloned().map(Self).ok_or_else(|| Problem::new(Code::Unauthenticated))
    }
}

/// The enrolled device that asks, for a write.
pub(crate) struct KioskWriter(pub(crate) Arc<Device>);

impl FromRequestParts<Arc<App>> for KioskWriter {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let Kiosk(device) = Kiosk::from_request_parts(parts, app).await?;
        SameSite::from_request_parts(parts, app).await?;
        Ok(Self(device))
    }
}

/// The parts of the address that vary, by name.
pub(crate) struct PathParams(Vec<(String, String)>);

impl PathParams {
    pub(crate) fn get(&self, name: &str) -> String {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()).unwrap_or_default()
    }
}

impl FromRequestParts<Arc<App>> for PathParams {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let params = RawPathParams::from_request_parts(parts, app).await.map_err(|_| Problem::not_found())?;
        Ok(Self(params.iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()))
    }
}
