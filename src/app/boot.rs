//! Start: configuration, programme, session; then the shell, or a screen that says what is in the way.

use crate::api::client;
use crate::api::error::ApiError;
use crate::api::wire;
use crate::app::{shell, stopped};
use crate::domain::channel::Channel;
use crate::domain::config::{Config, ConfigFault};
use crate::domain::programme::Programme;
use crate::i18n;
use crate::platform::{clock, dom, intl, timer, watchdog};
use crate::state::look::{self, Theme};
use crate::state::{Portal, session};
use leptos::mount::mount_to;
use leptos::prelude::*;

enum Stop {
    Config(ConfigFault),
    Api(ApiError),
}

/// Starts, and shows either the portal or why it can't be shown. A retry starts from the beginning.
pub(super) async fn run() {
    // A start is in several tasks, so that a finger is heard between them. The page's own shell is on screen first, also where the
    // module was here before it could be drawn.
    timer::painted().await;
    let theme = Theme::kept();
    look::use_locale(look::first_locale(&[]));
    match prepare().await {
        Ok((config, programme, channel)) => {
            let shared = channel == Channel::Kiosk;
            let locale = if shared { i18n::locale() } else { look::first_locale(&programme.locales) };
            look::use_locale(locale);
            dom::set_root_attribute("data-channel", channel.name());
            intl::set_zone(&programme.timezone);
            if let Some(time) = programme.server_time {
                clock::learn(time);
            }
            // What is drawn so far, the brand's picture foremost, needn't wait for all of the shell.
            timer::sleep(0).await;
            mount(move || shell::shell(Portal::new(programme, config, channel, locale, theme)));
        }
        Err(stop) => {
            mount(move || match stop {
                Stop::Config(fault) => stopped::config(&fault),
                Stop::Api(error) => stopped::api(&error),
            });
            dom::tell_started();
        }
    }
}

fn mount(view: impl FnOnce() -> AnyView + 'static) {
    let view: Box<dyn FnOnce() -> AnyView> = Box::new(view);
    if let Some(place) = dom::mount_point() {
        mount_to(place, view).forget();
    }
}

async fn prepare() -> Result<(Config, Programme, Channel), Stop> {
    let text = client::file("/config.json").await.map_err(|error| match error {
        ApiError::Problem(problem) if problem.status == 404 => {
            Stop::Config(ConfigFault { field: "config.json", expected: "a file beside index.html" })
        }
        other => Stop::Api(other),
    })?;
    let config = wire::config::config(&text).map_err(Stop::Config)?;
    client::configure(&config);
    session::finish_sign_out().await.map_err(Stop::Api)?;
    let mut programme = session::read_programme().await.map_err(Stop::Api)?;
    let channel = if watchdog::is_kiosk_window() {
        Channel::Kiosk
    } else {
        Channel::detect(&dom::user_agent(), programme.device_channel.as_deref())
    };
    if channel == Channel::Kiosk {
        session::begin_shared().await.map_err(Stop::Api)?;
        let own = look::own_locale(&programme.locales);
        if own != i18n::locale() {
            look::use_locale(own);
            programme = session::read_programme().await.map_err(Stop::Api)?;
        }
    }
    Ok((config, programme, channel))
}
