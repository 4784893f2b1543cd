//! Reference REST backend of the member portal.
//!
//! It implements the contract `api/openapi.yaml` on an embedded SQLite database, seeded with one of four invented programmes, and serves the
//! built portal beside it. The rules of points and tiers are pure functions in `rules`; everything that changes happens in short
//! transactions in `store`; `http` only reads requests and shows results.

mod catalogue;
mod clock;
mod enrolling;
mod http;
mod ids;
mod locale;
pub mod media;
pub mod portal_files;
mod problem;
mod programme;
mod redeeming;
mod rules;
mod scene;
mod seed;
mod shelf;
mod store;
mod wechat;

pub use clock::{Clock, Millis};
use http::cookies::Entrance;
pub use http::rate_limit::Limits;
pub use programme::programme_ids;
pub use seed::crowd::Crowd;
pub use wechat::WechatSettings;

use crate::http::App;
use crate::http::passkeys::challenges::Challenges;
use crate::http::rate_limit::Desk;
use crate::media::{Artwork, Kind, Media};
use crate::programme::Programme;
use crate::scene::Scene;
use crate::store::sessions::Visits;
use crate::store::{Db, meta, redemptions, replay, sessions, set_meta};
use anyhow::{Context, Result, anyhow, bail, ensure};
use axum::Router;
use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::net::TcpListener;

/// How a backend is to run.
#[derive(Clone, Debug)]
pub struct Config {
    /// The database file, made when it is missing; `:memory:` keeps nothing.
    pub database: PathBuf,
    /// Which programme to serve: one of [`programme_ids`].
    pub programme: String,
    /// What tells the time.
    pub clock: Clock,
    /// Fills a new database with the programme's members and their last twelve months.
    pub seed: bool,
    /// Tells the codes of text messages in the log and in the header `X-Demo-Code`. Never in production.
    pub demo: bool,
    /// Believes `X-Forwarded-For` and `X-Forwarded-Proto`; only right when a proxy of ours writes them.
    pub behind_proxy: bool,
    /// The built portal to serve at `/`.
    pub portal: Option<PathBuf>,
    /// How often codes may be asked for and tried.
    pub limits: Limits,
    /// Fills the catalogue up to so many rewards, with variants of the programme's own.
    pub rewards: Option<usize>,
    /// Adds a survey of so many questions, each with a condition.
    pub survey_questions: Option<usize>,
    /// Serves the same backend here too, with cookies of their own, so that phone and kiosk can be tried in one browser.
    pub kiosk: Option<SocketAddr>,
    /// Features that are left out of `features`, to try clients against lesser backends. Without `idempotency` a redemption
    /// is made for every request that asks for one, and without `redemption-deadline` `not_after` is an unknown member.
    pub without: Vec<String>,
    /// WeChat. Without it a demonstration has a stand-in that needs no network, and any other backend goes without the feature.
    pub wechat: Option<WechatSettings>,
}

impl Config {
    /// A programme in memory, seeded, with the usual limits and no portal.
    pub fn new(programme: impl Into<String>) -> Self {
        Self {
            database: PathBuf::from(":memory:"),
            programme: programme.into(),
            clock: Clock::system(),
            seed: true,
            demo: false,
            behind_proxy: false,
            portal: None,
            limits: Limits::default(),
            rewards: None,
            survey_questions: None,
            kiosk: None,
            without: Vec::new(),
            wechat: None,
        }
    }
}

/// An opened backend: its database is ready and its programme is read.
pub struct Backend {
    app: Arc<App>,
    media: Arc<Media>,
    portal: Option<PathBuf>,
}

impl Backend {
    /// Opens the database, brings it up to date, and seeds it when it is new and that was asked for. Blocks.
    ///
    /// # Errors
    /// When there is no such programme or feature, or the database can't be opened, is of a newer version or belongs to another programme.
    pub fn open(config: &Config) -> Result<Self> {
        let mut programme = Programme::load_filled(&config.programme, config.rewards.unwrap_or(0))?;
        programme.surveys.extend(config.survey_questions.map(seed::surveys::long));
        let programme = Arc::new(programme);
        let db = Db::open(&config.database)?;
        let clock = config.clock.clone();
        let anchor = db.transact(|tx| prepare(tx, &programme, clock.now(), config.seed))?;
        let mut features = http::features(&config.without)?;
        let gateway = wechat::gateway(config.wechat.as_ref(), config.demo)?;
        features.retain(|feature| *feature != http::WECHAT || gateway.is_some());
        let app = App {
            programme: Arc::clone(&programme),
            anchor,
            db,
            clock,
            demo: config.demo,
            wechat: gateway.filter(|_| features.contains(&http::WECHAT)),
            features,
            behind_proxy: config.behind_proxy,
            desk: Desk::new(config.limits),
            passkeys: Challenges::default(),
            visits: Visits::default(),
        };
        let media = Arc::new(pictures(&programme)?);
        Ok(Self { app: Arc::new(app), media, portal: config.portal.clone() })
    }

    /// Makes a code that enrols one kiosk of a store; it is good for a day. Blocks.
    ///
    /// # Errors
    /// When there is no such store, the number isn't one to eight letters and digits, or the database can't be written.
    pub fn new_enrolment(&self, store: &str, number: &str) -> Result<String> {
        let stores = &self.app.programme.stores;
        let known = || stores.iter().map(|store| store.id.as_str()).collect::<Vec<_>>();
        ensure!(
            self.app.programme.store(store).is_some(),
            "there is no store {store:?}; there are {:?}",
            known()
        );
        ensure!(rules::kiosk::is_number(number), "the number of a kiosk is one to eight letters and digits");
        let now = self.app.clock.now();
        let issued = self.app.db.transact(|tx| enrolling::issue(tx, store, number, now));
        issued.map_err(|problem| anyhow!("making a code: {}", problem.code().name()))
    }

    /// Everything that is served: the API, the pictures, and the portal when there is one.
    ///
    /// # Errors
    /// When the built portal can't be read.
    pub fn router(&self) -> Result<Router> {
        let mut router = http::router(&self.app).merge(media::router(Arc::clone(&self.media)));
        router = router.merge(http::pages(&self.app));
        if self.app.demo {
            router = router.merge(http::demo::router(&self.app));
        }
        match &self.portal {
            Some(directory) => Ok(router.merge(portal_files::router(directory, media::LANDSCAPE)?)),
            None => Ok(router),
        }
    }
}

/// Makes the database ready and tells the time its seed is relative to.
fn prepare(
    tx: &rusqlite::Connection,
    programme: &Arc<Programme>,
    now: Millis,
    seeded: bool,
) -> Result<Millis> {
    match meta(tx, "programme")? {
        Some(id) if id != programme.id => bail!("the database belongs to the programme {id:?}"),
        Some(_) => {}
        None => set_meta(tx, "programme", &programme.id)?,
    }
    let anchor = match meta(tx, "anchor")? {
        Some(text) => text.parse().context("the database's anchor")?,
        None => {
            set_meta(tx, "anchor", &now.to_string())?;
            now
        }
    };
    for reward in &programme.rewards {
        if let Some(stock) = &reward.stock {
            redemptions::init_stock(tx, &reward.id, stock.remaining)?;
        }
    }
    if seeded && meta(tx, "seeded")?.is_none() {
        // What the members did doesn't depend on how far the catalogue is filled.
        let own = Arc::new(Programme::load(&programme.id)?);
        let scene = Scene { programme: own, anchor, now };
        seed::fill(tx, &scene).context("seeding")?;
        set_meta(tx, "seeded", "yes")?;
    }
    sessions::delete_expired(tx, now)?;
    replay::prune(tx, now)?;
    Ok(anchor)
}

fn pictures(programme: &Programme) -> Result<Media> {
    let work = |kind, id: &str, picture: &str, palette: Option<&Vec<String>>| Artwork {
        kind,
        id: id.to_owned(),
        picture: picture.to_owned(),
        palette: palette.cloned().unwrap_or_default(),
    };
    let drawn = programme.rewards.iter().filter(|reward| reward.pictured_as.is_none());
    let rewards = drawn.map(|r| work(Kind::Reward, &r.id, &r.picture, r.palette.as_ref()));
    let surveys = programme.surveys.iter().map(|s| work(Kind::Survey, &s.id, &s.picture, s.palette.as_ref()));
    let benefits = programme.tiers.iter().flat_map(|tier| {
        tier.benefits.iter().filter_map(|benefit| {
            let picture = benefit.picture.as_deref()?;
            Some(work(Kind::Benefit, &programme::benefit_picture_id(tier, benefit), picture, None))
        })
    });
    let works: Vec<Artwork> = rewards.chain(surveys).chain(benefits).collect();
    Media::new(&programme.id, &programme.brand.primary, &programme.brand.accent, works)
        .context("the brand's colours")
}

/// The router of a freshly opened backend. Blocks while the database is prepared.
///
/// # Errors
/// As [`Backend::open`] and [`Backend::router`].
pub fn app(config: &Config) -> Result<Router> {
    Backend::open(config)?.router()
}

/// Opens a backend and serves it on `listener` until the task is dropped.
///
/// # Errors
/// As [`app`], and when the listener fails.
pub async fn serve(listener: TcpListener, config: Config) -> Result<()> {
    serve_until(listener, config, std::future::pending()).await
}

/// The same backend with cookies of their own. For development: cookies know no ports, and a browser that is enrolled as a
/// kiosk at the one address can be a phone at the other.
pub fn second_entrance(router: Router) -> Router {
    router.layer(axum::Extension(Entrance::Kiosk))
}

/// As [`serve`], until `stop` is ready; requests in flight are finished.
///
/// # Errors
/// As [`serve`].
pub async fn serve_until(
    listener: TcpListener,
    config: Config,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    let kiosk = config.kiosk;
    let router = tokio::task::spawn_blocking(move || app(&config)).await??;
    if let Some(address) = kiosk {
        let kiosk = TcpListener::bind(address).await.with_context(|| format!("listening on {address}"))?;
        let router = second_entrance(router.clone());
        tokio::spawn(async move {
            let service = router.into_make_service_with_connect_info::<SocketAddr>();
            if let Err(error) = axum::serve(kiosk, service).await {
                tracing::error!(%error, "the kiosk's address is no longer served");
            }
        });
    }
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(stop).await?;
    Ok(())
}
