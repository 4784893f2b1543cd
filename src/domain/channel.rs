//! Where the portal is shown, as capabilities: components ask what can be done, never where they are.

/// The place in which the portal runs. The backend's device enrolment decides about a kiosk, never a query flag.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Channel {
    /// A phone's browser.
    #[default]
    Mobile,
    /// A WeChat mini-program web-view or WeChat's own browser.
    WeChat,
    /// A shared touch screen in a store.
    Kiosk,
}

impl Channel {
    /// The channel of a browser that calls itself `user_agent`, on a device enrolled as `device` or on none.
    pub fn detect(user_agent: &str, device: Option<&str>) -> Self {
        if device == Some("kiosk") {
            Self::Kiosk
        } else if names(user_agent, "MicroMessenger") {
            Self::WeChat
        } else {
            Self::Mobile
        }
    }

    /// The value of `data-channel` on the document, which style sheets read.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mobile => "mobile",
            Self::WeChat => "wechat",
            Self::Kiosk => "kiosk",
        }
    }

    /// Whether the portal shows its own five places at the bottom.
    pub fn has_tabs(self) -> bool {
        self != Self::Kiosk
    }

    /// Whether a file can be handed to the person: WeChat drops downloads, and a shared screen keeps nothing.
    pub fn can_download(self) -> bool {
        self == Self::Mobile
    }

    /// Whether a page of somebody else may be opened.
    pub fn can_leave(self) -> bool {
        self != Self::Kiosk
    }

    /// Whether there is a printer, and no other way to take something along.
    pub fn can_print(self) -> bool {
        self == Self::Kiosk
    }

    /// Whether the browser's history may tell where somebody was.
    pub fn keeps_history(self) -> bool {
        self != Self::Kiosk
    }

    /// Whether an order may wait for the network: a shared screen forgets it with its member.
    pub fn can_wait(self) -> bool {
        self != Self::Kiosk
    }

    /// Whether links for friends can be made and opened: a shared screen can't send them on.
    pub fn can_give(self) -> bool {
        self != Self::Kiosk
    }

    /// Whether the person's own keys may be at hand: not on a shared screen, and not in WeChat, which has none.
    pub fn has_keys(self) -> bool {
        self == Self::Mobile
    }

    /// Whether the page lies within another app, which may do something for it; [`Host`] says what.
    pub fn has_host(self) -> bool {
        self == Self::WeChat
    }
}

/// What the app around the page can do for it, as far as that can be known before it is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Host {
    /// Its camera reads codes for the page.
    pub scans: bool,
    /// Its own menu passes the page on, with the card that the page has set.
    pub menu: bool,
    /// It has pages of its own: for paying, scanning and passing on, and the one that the portal was opened from.
    pub pages: bool,
}

/// Whether a browser calls itself so, among other things. `str::contains` brings two kilobytes of search with it.
fn names(user_agent: &str, word: &str) -> bool {
    user_agent.as_bytes().windows(word.len()).any(|part| part == word.as_bytes())
}

impl Host {
    /// What is around a page in a browser that calls itself `user_agent`, where `environment` is what WeChat tells the page
    /// (`__wxjs_environment`; on Android only once its bridge is ready).
    pub fn detect(user_agent: &str, environment: &str) -> Self {
        if !names(user_agent, "MicroMessenger") {
            return Self::default();
        }
        let pages = environment == "miniprogram" || names(user_agent, "miniProgram");
        // WeChat for computers has no camera to scan with.
        let desk =
            ["WindowsWechat", "MacWechat", "UnifiedPC", "XWEB_PC"].iter().any(|word| names(user_agent, word));
        Self { scans: !desk, menu: !pages, pages }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shared_screen_gives_nothing_away() {
        let can = |channel: Channel| (channel.can_download(), channel.can_leave(), channel.can_give());
        assert_eq!(can(Channel::Mobile), (true, true, true));
        assert_eq!(can(Channel::WeChat), (false, true, true));
        assert_eq!(can(Channel::Kiosk), (false, false, false));
    }

    #[test]
    fn what_is_around_the_page() {
        let android =
            "Mozilla/5.0 (Linux; Android 14) Chrome/142.0 Mobile MicroMessenger/8.0.68 NetType/WIFI";
        let browser = Host { scans: true, menu: true, pages: false };
        let within = Host { scans: true, menu: false, pages: true };
        assert_eq!(Host::detect(android, ""), browser);
        assert_eq!(Host::detect(android, "browser"), browser);
        assert_eq!(Host::detect(android, "miniprogram"), within);
        assert_eq!(Host::detect(&[android, " miniProgram/wx1"].concat(), ""), within);
        assert!(!Host::detect("Windows NT 10.0 MicroMessenger/7.0 WindowsWechat", "").scans);
        assert_eq!(Host::detect("Mozilla/5.0 (Linux; Android 14)", "miniprogram"), Host::default());
        assert!(Channel::WeChat.has_host() && !Channel::Mobile.has_host() && !Channel::Kiosk.has_host());
    }

    #[test]
    fn enrolment_beats_the_user_agent() {
        assert_eq!(Channel::detect("Mozilla/5.0 MicroMessenger/8.0.70", Some("kiosk")), Channel::Kiosk);
        assert_eq!(Channel::detect("Mozilla/5.0 MicroMessenger/8.0.70", None), Channel::WeChat);
        assert_eq!(Channel::detect("Mozilla/5.0 (Linux; Android 14)", Some("tablet")), Channel::Mobile);
    }
}
