//! The member who is signed in.

/// What the portal shows of the member.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Member {
    /// The backend's identifier; keys what is cached on the device.
    pub id: String,
    /// The name that the member chose; may be empty.
    pub display_name: String,
    /// Phone number with its middle hidden, as the backend masks it.
    pub phone_masked: String,
}

impl Member {
    /// The character that stands for the member where a portrait would be.
    pub fn initial(&self) -> String {
        self.display_name.chars().next().map_or_else(|| "·".into(), |first| first.to_uppercase().collect())
    }
}
