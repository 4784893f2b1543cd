-- What passkeys call a member: random, since devices and their makers see it.
CREATE TABLE passkey_handles (
    member_id TEXT PRIMARY KEY REFERENCES members (id),
    handle BLOB NOT NULL UNIQUE CHECK (length(handle) = 32)
) STRICT, WITHOUT ROWID;

CREATE TABLE passkeys (
    id TEXT PRIMARY KEY,
    member_id TEXT NOT NULL REFERENCES members (id),
    -- The host for which it was made; browsers offer it nowhere else.
    rp_id TEXT NOT NULL,
    credential_id BLOB NOT NULL UNIQUE,
    -- A point on P-256, uncompressed.
    public_key BLOB NOT NULL CHECK (length(public_key) = 65),
    counter INTEGER NOT NULL CHECK (counter BETWEEN 0 AND 4294967295),
    -- How browsers reach what holds it, with commas between.
    transports TEXT NOT NULL,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX passkeys_member ON passkeys (member_id);
