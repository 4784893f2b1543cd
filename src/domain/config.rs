//! The installer's one file, `config.json`.

/// How the session reaches the backend.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AuthMode {
    /// An HttpOnly cookie that no script sees; the default.
    #[default]
    Cookie,
    /// A bearer token held in memory only; it is gone at reload.
    Bearer,
}

/// What a chain's engineer sets, read once at start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Base address of the contract's resources, without a slash at the end.
    pub api: String,
    /// How the session reaches the backend.
    pub auth: AuthMode,
    /// Features that stay hidden although the backend has them.
    pub features_off: Vec<String>,
    /// Where start-up failures are reported, or nowhere.
    pub telemetry: Option<String>,
    /// How long an answer to a read is waited for, in milliseconds.
    pub read_timeout_ms: i32,
    /// How long an answer to a write is waited for, in milliseconds.
    pub write_timeout_ms: i32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            api: "/api/v1".into(),
            auth: AuthMode::Cookie,
            features_off: Vec::new(),
            telemetry: None,
            read_timeout_ms: 15_000,
            write_timeout_ms: 20_000,
        }
    }
}

/// The field of `config.json` that can't be used, and what it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFault {
    /// Name of the field, or `config.json` when the file as a whole is broken.
    pub field: &'static str,
    /// What the field must be.
    pub expected: &'static str,
}
