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
        } else if user_agent.contains("MicroMessenger") {
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
    fn enrolment_beats_the_user_agent() {
        assert_eq!(Channel::detect("Mozilla/5.0 MicroMessenger/8.0.70", Some("kiosk")), Channel::Kiosk);
        assert_eq!(Channel::detect("Mozilla/5.0 MicroMessenger/8.0.70", None), Channel::WeChat);
        assert_eq!(Channel::detect("Mozilla/5.0 (Linux; Android 14)", Some("tablet")), Channel::Mobile);
    }
}
