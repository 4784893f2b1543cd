//! What every screen may need, in one handle that is handed down by context.

use crate::api::error::ApiError;
use crate::api::wire::surveys::Overview;
use crate::api::{client, endpoint, kept, wire};
use crate::domain::channel::Channel;
use crate::domain::config::Config;
use crate::domain::programme::Programme;
use crate::domain::route::CatalogueFilter;
use crate::i18n::Locale;
use crate::state::look::Theme;
use crate::state::nav::Nav;
use crate::state::query::Query;
use crate::state::stay::Stay;
use crate::state::toast::Toasts;
use leptos::prelude::*;
use std::ops::Deref;

/// The portal while it runs. Copying it copies the handle; what it leads to stays as long as the page.
#[derive(Clone, Copy)]
pub struct Portal(&'static Handles);

impl Deref for Portal {
    type Target = Handles;

    fn deref(&self) -> &Handles {
        self.0
    }
}

/// What a [`Portal`] leads to.
#[derive(Clone)]
pub struct Handles {
    programme: StoredValue<Programme>,
    config: StoredValue<Config>,
    /// Where it is shown.
    pub channel: Channel,
    /// The place in use.
    pub nav: Nav,
    /// The notices on screen.
    pub toasts: Toasts,
    /// The language in use; the app is drawn anew when it changes.
    pub locale: RwSignal<Locale>,
    /// What the member chose.
    pub theme: RwSignal<Theme>,
    /// Whether dark colours are on.
    pub dark: RwSignal<bool>,
    /// Whether there seems to be a network.
    pub online: RwSignal<bool>,
    /// Whether an answer takes long.
    pub slow: RwSignal<bool>,
    /// What is on screen but not as it is now, in the order of the page.
    pub stale: RwSignal<Vec<u32>>,
    /// Changes when what couldn't be read is to be read again: the network is back, or the member asks.
    pub again: RwSignal<u32>,
    /// Home's data; tier card, balance and name come from here everywhere.
    pub overview: Query<Overview>,
    /// Whether there is a survey to offer, by the overview that was read last.
    pub offer_due: RwSignal<bool>,
    /// The store in which the device stands, where it stands in one.
    pub store_here: RwSignal<Option<String>>,
    /// The screen that is being made, where it may stay when it is left.
    pub stay: Option<Stay>,
}

impl Portal {
    /// The portal of a programme that has just been read.
    pub fn new(programme: Programme, config: Config, channel: Channel, locale: Locale, theme: Theme) -> Self {
        let offer_due = RwSignal::new(false);
        let overview = Query::idle({
            let whole = programme.has("overview") && !config.features_off.iter().any(|off| off == "overview");
            move || read_overview(whole, offer_due)
        });
        Self(Box::leak(Box::new(Handles {
            programme: StoredValue::new(programme),
            config: StoredValue::new(config),
            channel,
            nav: Nav::new(),
            toasts: Toasts::new(),
            locale: RwSignal::new(locale),
            theme: RwSignal::new(theme),
            dark: RwSignal::new(theme.is_dark()),
            online: RwSignal::new(crate::platform::network::is_online()),
            slow: RwSignal::new(false),
            stale: RwSignal::new(Vec::new()),
            again: RwSignal::new(0),
            overview,
            offer_due,
            store_here: RwSignal::new(None),
            stay: None,
        })))
    }

    /// The same for the pieces of a screen that may stay. There is one for each such screen, not for each time it is made.
    #[must_use]
    pub fn of_screen(self, stay: Stay) -> Self {
        Self(Box::leak(Box::new(Handles { stay: Some(stay), ..self.0.clone() })))
    }

    /// Puts the programme as read again, in another language.
    pub fn set_programme(self, programme: Programme) {
        self.programme.set_value(programme);
    }

    /// One thing of the programme, without copying the rest.
    pub fn of<T>(self, read: impl FnOnce(&Programme) -> T) -> T {
        self.programme.with_value(read)
    }

    /// Whether the screen that is being made is on stage; `false` for one that was put aside.
    pub fn is_on_stage(self) -> bool {
        self.stay.is_none_or(Stay::is_shown_now)
    }

    /// What its points are called.
    pub fn points_name(self) -> String {
        self.of(|programme| programme.points_name.clone())
    }

    /// Whether the backend has the group `feature` and the installer left it on.
    pub fn has(self, feature: &str) -> bool {
        self.of(|programme| programme.has(feature))
            && !self.config.with_value(|config| config.features_off.iter().any(|off| off == feature))
    }

    /// The landscape for the colours in use; tracked.
    pub fn landscape(self) -> Option<String> {
        let dark = self.dark.get();
        self.of(|programme| {
            let brand = &programme.brand;
            brand.landscape_dark.clone().filter(|_| dark).or_else(|| brand.landscape.clone())
        })
    }
}

/// The portal; every screen lies below its provider.
pub fn portal() -> Portal {
    expect_context::<Portal>()
}

/// Home's data: in one round where the backend can, else from the resources that it consists of.
async fn read_overview(whole: bool, offer_due: RwSignal<bool>) -> Result<Overview, ApiError> {
    let overview = ask_overview(whole, offer_due).await?;
    kept::belongs_to(&overview.member.id);
    Ok(overview)
}

async fn ask_overview(whole: bool, offer_due: RwSignal<bool>) -> Result<Overview, ApiError> {
    let filter = CatalogueFilter { affordable: true, ..CatalogueFilter::default() };
    let pieces = if whole {
        vec![endpoint::overview()]
    } else {
        vec![endpoint::me(), endpoint::my_tier(), endpoint::points(), endpoint::rewards(&filter, 3, None)]
    };
    let mut replies = Vec::new();
    for piece in pieces {
        replies.push(client::get(piece).await?);
    }
    match replies.as_slice() {
        [whole] => whole.decode(|node| {
            let _ = offer_due.try_set(node.flag("survey_offer_due"));
            wire::surveys::overview(node)
        }),
        [member, tier, points, rewards] => Ok(Overview {
            member: member.decode(wire::account::member)?,
            tier: tier.decode(wire::account::tier_status)?,
            points: points.decode(wire::points::balance)?,
            rewards: rewards.decode(|node| wire::page(node, wire::catalogue::reward))?,
            surveys: Vec::new(),
        }),
        _ => Err(ApiError::Offline),
    }
}
