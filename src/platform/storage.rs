//! What is kept on the device. Every call can fail silently: private mode and full disks throw, and nothing that the
//! member owns may depend on it.

use web_sys::Storage;

fn local() -> Option<Storage> {
    web_sys::window()?.local_storage().ok()?
}

/// What is kept under `name`.
pub fn read(name: &str) -> Option<String> {
    local()?.get_item(name).ok()?
}

/// Keeps `text` under `name`; false when the browser refuses.
pub fn write(name: &str, text: &str) -> bool {
    local().is_some_and(|storage| storage.set_item(name, text).is_ok())
}

/// Forgets `name`.
pub fn remove(name: &str) {
    if let Some(storage) = local() {
        let _ = storage.remove_item(name);
    }
}

/// Forgets everything whose name begins with `prefix`.
pub fn remove_all(prefix: &str) {
    let Some(storage) = local() else { return };
    let count = storage.length().unwrap_or_default();
    let names: Vec<String> = (0..count).filter_map(|index| storage.key(index).ok()?).collect();
    for name in names.iter().filter(|name| name.starts_with(prefix)) {
        let _ = storage.remove_item(name);
    }
}

/// Names of everything whose name begins with `prefix`.
pub fn names(prefix: &str) -> Vec<String> {
    let Some(storage) = local() else { return Vec::new() };
    let count = storage.length().unwrap_or_default();
    (0..count).filter_map(|index| storage.key(index).ok()?).filter(|name| name.starts_with(prefix)).collect()
}
