//! What is said when something failed: what happened, what is safe, one next step.

use crate::api::error::ApiError;
use crate::domain::route::Route;
use crate::i18n::{fill, key, t};
use crate::platform::timer;
use crate::state::nav;
use crate::ui::{Build, Notice, notice};
use leptos::prelude::*;
use std::sync::Arc;

/// Title and text for an error.
pub fn words(error: &ApiError) -> (String, String) {
    let say = |title, text| (t(title).to_string(), t(text).to_string());
    match error {
        ApiError::Offline => say(key::ERROR_OFFLINE_TITLE, key::ERROR_OFFLINE_TEXT),
        ApiError::Timeout => say(key::ERROR_TIMEOUT_TITLE, key::ERROR_TIMEOUT_TEXT),
        ApiError::Malformed(_) => say(key::ERROR_MALFORMED_TITLE, key::ERROR_MALFORMED_TEXT),
        ApiError::Problem(problem) => match problem.status {
            404 | 410 => say(key::ERROR_GONE_TITLE, key::ERROR_GONE_TEXT),
            429 | 503 => say(key::ERROR_BUSY_TITLE, key::ERROR_BUSY_TEXT),
            500.. => say(key::ERROR_SERVER_TITLE, key::ERROR_SERVER_TEXT),
            _ if problem.detail.is_empty() => say(key::ERROR_REFUSED_TITLE, key::REASON_OTHER),
            _ => (t(key::ERROR_REFUSED_TITLE).into(), problem.detail.clone()),
        },
    }
}

/// One line for an error, for a notice beside what was pressed.
pub fn line(error: &ApiError) -> String {
    let (title, text) = words(error);
    let mut line = title;
    line.push_str(t(key::APP_JOIN));
    line.push_str(&text);
    line
}

/// One line for an error of signing in by a code.
pub fn sign_in_line(error: &ApiError) -> String {
    let wait = error.retry_after().unwrap_or_default().to_string();
    match error.code() {
        "rate-limited" => fill(key::SIGN_IN_RATE, &[("n", &wait)]),
        "code-incorrect" => t(key::SIGN_IN_CODE_WRONG).into(),
        "code-expired" => t(key::SIGN_IN_CODE_EXPIRED).into(),
        "validation" => t(key::SIGN_IN_PHONE_BAD).into(),
        _ => line(error),
    }
}

/// The failure in the place of a screen, with a retry that waits as long as the backend asked for.
pub fn failure(error: &ApiError, retry: impl Fn() + Send + Sync + 'static) -> AnyView {
    failed(error, Arc::new(retry))
}

fn failed(error: &ApiError, retry: Arc<dyn Fn() + Send + Sync>) -> AnyView {
    let (title, text) = words(error);
    let (mut text, mut way) = (text, (Route::Home, key::ACTION_HOME));
    let gone = matches!(error, ApiError::Problem(problem) if matches!(problem.status, 404 | 410));
    if gone {
        match nav::nav().peek() {
            Route::Voucher(_) | Route::Coupon(_) => {
                text = t(key::ERROR_GONE_TICKET).into();
                way = (Route::Wallet { past: false }, key::GIFT_TO_WALLET);
            }
            Route::Gift(_) => text = t(key::ERROR_GONE_GIFT).into(),
            _ => {}
        }
    }
    let action = if gone {
        view! {
            <a class="btn q" href=way.0.href()>
                {t(way.1)}
            </a>
        }
        .built()
    } else {
        counting_button(error.retry_after(), retry)
    };
    let icon = match error {
        ApiError::Offline => "offline",
        _ if gone => "search",
        _ => "refresh",
    };
    let safe = (!gone).then(|| t(key::ERROR_SAFE).to_string());
    notice(Notice { icon, title, text, safe, alert: true }, action)
}

/// A button to try again, which counts down first where the backend asked to wait.
pub fn retry_button(after: Option<i64>, retry: impl Fn() + Send + Sync + 'static) -> AnyView {
    counting_button(after, Arc::new(retry))
}

fn counting_button(after: Option<i64>, retry: Arc<dyn Fn() + Send + Sync>) -> AnyView {
    let left = RwSignal::new(after.unwrap_or_default());
    if after.is_some() {
        let ticker = timer::every(1000, move || {
            let _ = left.try_update(|left| *left = (*left - 1).max(0));
        });
        let ticker = StoredValue::new_local(ticker);
        on_cleanup(move || drop(ticker.try_update_value(Option::take)));
    }
    let waiting = move || left.get() > 0;
    let label = move || match left.get() {
        0 => t(key::ACTION_RETRY).to_string(),
        seconds => fill(key::ACTION_RETRY_IN, &[("n", &seconds.to_string())]),
    };
    let press = move |_| {
        if left.get_untracked() == 0 {
            retry();
        }
    };
    view! {
        <button type="button" class="btn q" aria-disabled=move || waiting().then_some("true") on:click=press>
            {label}
        </button>
    }
    .built()
}
