//! WeChat as far as it can be had here: what it calls itself, what it puts into a page, and a JSSDK that behaves as asked.

use serde_json::{Value, json};

/// WeChat on iOS, whose web view it is is told by the environment: the user agent.
pub const IOS: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                       Mobile/15E148 MicroMessenger/8.0.49(0x18003137) NetType/WIFI Language/zh_CN";

/// WeChat on Android, whose web view it is is told by the environment: the user agent.
pub const ANDROID: &str = "Mozilla/5.0 (Linux; Android 13; PGT-AN10 Build/HONOR; wv) AppleWebKit/537.36 (KHTML, like Gecko) \
                           Version/4.0 Chrome/107.0.5304.141 Mobile Safari/537.36 XWEB/5023 MMWEBSDK/20230405 MMWEBID/42 \
                           MicroMessenger/8.0.35.2360(0x2800235D) WeChat/arm64 Weixin NetType/WIFI Language/zh_CN ABI/arm64";

/// The stand-in of the JSSDK.
const STAND_IN: &str = include_str!("../wechat/jweixin.js");

/// How the JSSDK behaves.
#[derive(Clone, Debug)]
pub struct Manner(Value);

impl Default for Manner {
    /// All goes well, at once.
    fn default() -> Self {
        Self(
            json!({ "bridge": 5, "config": "ok", "answers": {}, "platform": "ios", "ticket": "", "results": {} }),
        )
    }
}

impl Manner {
    /// The same in one thing otherwise; the names are in `tests/wechat/jweixin.js`.
    #[must_use]
    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.0[name] = value;
        self
    }

    /// The script that is served as `/jweixin.js`.
    #[must_use]
    pub fn script(&self) -> String {
        format!("window.__wechat = {};\n{STAND_IN}", self.0)
    }
}

/// What WeChat puts into a page of a mini program's web view before the page's own scripts. The entry is what iOS signs.
#[must_use]
pub fn environment() -> &'static str {
    "window.__wxjs_environment = 'miniprogram'; window.__entry = location.href;"
}
