//! What an engine may lack, taken from the window before anything of the portal runs.

use anyhow::{Context, Result};

/// What can be taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lacking {
    /// Service workers.
    ServiceWorker,
    /// The system's sheet for passing things on.
    Share,
    /// Keys of the device, and codes that the browser reads from a text message.
    WebAuthn,
    /// Keeping the screen on.
    WakeLock,
    /// Locks between tabs.
    Locks,
    /// The database.
    IndexedDb,
}

impl Lacking {
    /// Each of them.
    pub const ALL: [Self; 6] =
        [Self::ServiceWorker, Self::Share, Self::WebAuthn, Self::WakeLock, Self::Locks, Self::IndexedDb];

    /// Its name in `PORTAL_E2E_WITHOUT`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ServiceWorker => "service-worker",
            Self::Share => "share",
            Self::WebAuthn => "webauthn",
            Self::WakeLock => "wake-lock",
            Self::Locks => "locks",
            Self::IndexedDb => "indexed-db",
        }
    }

    fn takes(self) -> &'static str {
        match self {
            Self::ServiceWorker => {
                "take(Navigator.prototype, 'serviceWorker'); take(window, 'ServiceWorkerContainer');"
            }
            Self::Share => "take(Navigator.prototype, 'share'); take(Navigator.prototype, 'canShare');",
            Self::WebAuthn => {
                "take(window, 'PublicKeyCredential'); take(window, 'OTPCredential');
                take(Navigator.prototype, 'credentials');"
            }
            Self::WakeLock => "take(Navigator.prototype, 'wakeLock'); take(window, 'WakeLock');",
            Self::Locks => "take(Navigator.prototype, 'locks'); take(window, 'LockManager');",
            Self::IndexedDb => "take(Window.prototype, 'indexedDB'); take(window, 'indexedDB');",
        }
    }

    /// Asks the page whether it is there; in Firefox the page's own window has to be asked, not the driver's view of it.
    #[must_use]
    pub fn question(self) -> String {
        let has = match self {
            Self::ServiceWorker => "page.navigator.serviceWorker",
            Self::Share => "page.navigator.share",
            Self::WebAuthn => "page.PublicKeyCredential",
            Self::WakeLock => "page.navigator.wakeLock",
            Self::Locks => "page.navigator.locks",
            Self::IndexedDb => "page.indexedDB",
        };
        format!("const page = window.wrappedJSObject || window; return !!{has};")
    }
}

/// Names as in `PORTAL_E2E_WITHOUT`, separated by commas; `all` are all of them.
///
/// # Errors
/// When a name is none.
pub fn parse(names: &str) -> Result<Vec<Lacking>> {
    if names.trim() == "all" {
        return Ok(Lacking::ALL.to_vec());
    }
    let known = || Lacking::ALL.map(Lacking::name).join(", ");
    let names = names.split(',').map(str::trim).filter(|name| !name.is_empty());
    names
        .map(|name| {
            let found = Lacking::ALL.into_iter().find(|one| one.name() == name);
            found.with_context(|| {
                format!("nothing to go without is called {name}; there are {}, all", known())
            })
        })
        .collect()
}

/// The script that takes them away.
#[must_use]
pub fn script(all: &[Lacking]) -> String {
    let take = "
        function take(owner, name) {
            if (!owner || !(name in owner)) return;
            try { delete owner[name]; } catch (error) { /* It is made to say nothing instead. */ }
            if (name in owner) Object.defineProperty(owner, name, { value: undefined, configurable: true });
        }";
    let takes: Vec<_> = all.iter().map(|one| one.takes()).collect();
    format!("(function () {{{take}\n{}\n}})();", takes.join("\n"))
}
