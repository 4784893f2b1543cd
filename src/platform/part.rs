//! Parts of the programme that come in a file of their own when they are needed (decision 5).

/// The file of a part could not be had. Asking again tries again.
pub struct NotLoaded;

#[cfg(feature = "split")]
impl From<wasm_split_helpers::SplitLoaderError> for NotLoaded {
    fn from(_: wasm_split_helpers::SplitLoaderError) -> Self {
        Self
    }
}

/// A split point, and its twin for builds in one piece. What only its body names is in the part.
macro_rules! part {
    ($name:ident($($arg:ident: $kind:ty),*) -> $gives:ty, $body:expr) => {
        #[cfg(feature = "split")]
        #[wasm_split_helpers::wasm_split($name, fallible)]
        fn $name($($arg: $kind),*) -> Result<$gives, $crate::platform::part::NotLoaded> {
            Ok($body)
        }

        #[cfg(not(feature = "split"))]
        async fn $name($($arg: $kind),*) -> Result<$gives, $crate::platform::part::NotLoaded> {
            Ok($body)
        }
    };
}

pub(crate) use part;
