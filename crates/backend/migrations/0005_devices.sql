-- Shared devices in stores, known by their tokens. One that was revoked stays known, so that it can be told.
CREATE TABLE devices (
    id TEXT PRIMARY KEY,
    token_hash BLOB NOT NULL UNIQUE,
    store_id TEXT NOT NULL,
    kiosk_number TEXT NOT NULL,
    enrolled_at INTEGER NOT NULL,
    -- When the browser was last given the cookie.
    renewed_at INTEGER NOT NULL,
    revoked_at INTEGER,
    idle_seconds INTEGER NOT NULL,
    warning_seconds INTEGER NOT NULL,
    refresh_seconds INTEGER NOT NULL,
    -- Hours and minutes in the programme's time zone.
    hours_from TEXT,
    hours_to TEXT,
    -- What the device last said of itself, as JSON.
    heartbeat TEXT,
    heartbeat_at INTEGER,
    CHECK ((hours_from IS NULL) = (hours_to IS NULL)),
    CHECK ((heartbeat IS NULL) = (heartbeat_at IS NULL))
) STRICT;

CREATE TABLE enrolment_codes (
    code_hash BLOB PRIMARY KEY,
    store_id TEXT NOT NULL,
    kiosk_number TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    -- Once it was used: for which device, by the request with which key, and what its token was made with.
    device_id TEXT REFERENCES devices (id),
    key_hash BLOB UNIQUE,
    salt BLOB,
    CHECK ((device_id IS NULL) = (key_hash IS NULL) AND (device_id IS NULL) = (salt IS NULL))
) STRICT, WITHOUT ROWID;

-- Requests of devices to be signed in by a phone (RFC 8628).
CREATE TABLE device_authorizations (
    device_code_hash BLOB PRIMARY KEY,
    user_code TEXT NOT NULL UNIQUE,
    device_id TEXT NOT NULL REFERENCES devices (id),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    -- Who opened it first.
    scanned_by TEXT REFERENCES members (id),
    decision TEXT CHECK (decision IN ('approved', 'denied')),
    decided_by TEXT REFERENCES members (id),
    -- When the device got its session.
    collected_at INTEGER,
    CHECK ((decision IS NULL) = (decided_by IS NULL)),
    CHECK (collected_at IS NULL OR decision IS 'approved')
) STRICT, WITHOUT ROWID;
CREATE INDEX device_authorizations_device ON device_authorizations (device_id);

-- Member codes that were shown, by the minute, so that one is found by its digits and signs in once.
CREATE TABLE card_codes (
    member_id TEXT NOT NULL REFERENCES members (id),
    step INTEGER NOT NULL,
    payload TEXT NOT NULL,
    used_at INTEGER,
    PRIMARY KEY (member_id, step)
) STRICT, WITHOUT ROWID;
CREATE INDEX card_codes_payload ON card_codes (payload);
CREATE INDEX card_codes_step ON card_codes (step);

-- A session on a device is good on that device only. Earlier ones don't say which it was.
DELETE FROM sessions WHERE channel = 'kiosk';
ALTER TABLE sessions ADD COLUMN device_id TEXT REFERENCES devices (id);
CREATE INDEX sessions_device ON sessions (device_id) WHERE device_id IS NOT NULL;
