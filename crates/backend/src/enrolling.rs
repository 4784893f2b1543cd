//! How a browser becomes a device of a store: an operator makes a code, and whoever stands before the device types it.

use crate::clock::{DAY, Millis};
use crate::ids;
use crate::locale::Text;
use crate::problem::{Code, Problem};
use crate::rules::kiosk::Settings;
use crate::store::devices::{self, Device, EnrolmentCode, Used};
use rusqlite::Connection;

const CODE_LIFE: Millis = DAY;

/// A browser that is a device now.
pub(crate) struct Enrolled {
    pub(crate) device: Device,
    /// For its cookie.
    pub(crate) token: String,
    /// Whether this is an earlier answer given again.
    pub(crate) replayed: bool,
}

fn code_hash(code: &str) -> [u8; 32] {
    ids::digest(&[b"enrolment", code.as_bytes()])
}

/// Makes a code for one device of a store, good for a day.
pub(crate) fn issue(db: &Connection, store: &str, number: &str, now: Millis) -> Result<String, Problem> {
    let code = ids::enrolment_code(ids::entropy()?);
    let row = EnrolmentCode {
        store_id: store.to_owned(),
        number: number.to_owned(),
        expires_at: now + CODE_LIFE,
        used: None,
    };
    devices::insert_code(db, &code_hash(&code), &row, now)?;
    Ok(code)
}

fn incorrect() -> Problem {
    let detail = || Text::new("没有这个登记码。", "沒有這個登記碼。", "There is no such enrolment code.");
    Problem::new(Code::SmsIncorrect).detail(detail()).error("/enrolment_code", detail())
}

fn expired() -> Problem {
    let detail = || {
        Text::new(
            "这个登记码用过了或已过期，请换一个新的。",
            "這個登記碼用過了或已過期，請換一個新的。",
            "This enrolment code was used or has expired; please get a new one.",
        )
    };
    Problem::new(Code::SmsExpired).detail(detail()).error("/enrolment_code", detail())
}

/// Makes a browser the device that `code` is for. `before` is the device that it was; that one ends. The same code with the
/// same key gives the same device and token again, as long as the code would be good.
///
/// # Errors
/// When the code is unknown, used or expired, or the key came with another code.
pub(crate) fn enrol(
    db: &Connection,
    code: &str,
    key: &str,
    before: Option<&Device>,
    now: Millis,
) -> Result<Enrolled, Problem> {
    let hash = code_hash(code);
    let key_hash = ids::digest(&[b"key", key.as_bytes()]);
    if devices::is_key_of_another(db, &key_hash, &hash)? {
        return Err(Problem::new(Code::KeyReused));
    }
    let row = devices::code(db, &hash)?.ok_or_else(incorrect)?;
    if row.expires_at <= now {
        return Err(expired());
    }
    // Made of the salt rather than at random, so that a repeat after a lost answer gets the same one without its being stored.
    let token = |salt: &[u8; 32]| ids::hex(&ids::digest(&[salt, code.as_bytes(), key.as_bytes()]));
    let enrolled = match row.used {
        Some(used) if used.key_hash == key_hash => {
            let device = devices::get(db, &used.device_id)?.filter(|device| device.revoked_at.is_none());
            Enrolled { device: device.ok_or_else(expired)?, token: token(&used.salt), replayed: true }
        }
        Some(_) => return Err(expired()),
        None => {
            let device = Device {
                id: ids::random(),
                store_id: row.store_id,
                number: row.number,
                enrolled_at: now,
                renewed_at: now,
                revoked_at: None,
                settings: Settings::default(),
            };
            let used = Used { device_id: device.id.clone(), key_hash, salt: ids::entropy()? };
            let token = token(&used.salt);
            devices::insert(db, &device, &crate::http::context::token_hash(&token))?;
            devices::use_code(db, &hash, &used)?;
            Enrolled { device, token, replayed: false }
        }
    };
    if let Some(before) = before.filter(|before| before.id != enrolled.device.id) {
        devices::revoke(db, &before.id, now)?;
    }
    Ok(enrolled)
}
