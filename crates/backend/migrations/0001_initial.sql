CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- All times are milliseconds since 1970 UTC.
CREATE TABLE members (
    id TEXT PRIMARY KEY,
    phone TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL,
    birthday TEXT,
    locale TEXT,
    theme TEXT NOT NULL DEFAULT 'system',
    personalisation INTEGER NOT NULL DEFAULT 1,
    card_secret BLOB NOT NULL,
    tier_id TEXT NOT NULL,
    tier_since INTEGER NOT NULL,
    period_start INTEGER NOT NULL,
    period_end INTEGER,
    joined_at INTEGER NOT NULL
) STRICT;

CREATE TABLE consents (
    member_id TEXT NOT NULL REFERENCES members (id),
    purpose TEXT NOT NULL,
    granted INTEGER NOT NULL,
    version TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (member_id, purpose)
) STRICT;

CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    member_id TEXT NOT NULL REFERENCES members (id),
    token_hash BLOB NOT NULL UNIQUE,
    channel TEXT NOT NULL,
    device TEXT,
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_member ON sessions (member_id);

CREATE TABLE orders (
    id TEXT PRIMARY KEY,
    member_id TEXT NOT NULL REFERENCES members (id),
    store_id TEXT,
    title TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount >= 0),
    occurred_at INTEGER NOT NULL
) STRICT;
CREATE INDEX orders_member ON orders (member_id, occurred_at);

-- One row for each expiry date a member has points on; `never` is the largest integer.
CREATE TABLE buckets (
    member_id TEXT NOT NULL REFERENCES members (id),
    expires_at INTEGER NOT NULL,
    remaining INTEGER NOT NULL,
    PRIMARY KEY (member_id, expires_at)
) STRICT, WITHOUT ROWID;

CREATE TABLE ledger (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    member_id TEXT NOT NULL REFERENCES members (id),
    type TEXT NOT NULL CHECK (type IN ('earn', 'spend', 'expire', 'refund', 'adjust')),
    amount INTEGER NOT NULL,
    balance_after INTEGER NOT NULL,
    reason TEXT NOT NULL,
    source_kind TEXT NOT NULL,
    source_id TEXT,
    source_title TEXT,
    store_id TEXT,
    occurred_at INTEGER NOT NULL,
    expires_at INTEGER,
    buckets_used TEXT
) STRICT;
CREATE INDEX ledger_member ON ledger (member_id, seq);

CREATE TABLE stock (
    reward_id TEXT PRIMARY KEY,
    remaining INTEGER NOT NULL CHECK (remaining >= 0)
) STRICT;

CREATE TABLE redemptions (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    member_id TEXT NOT NULL REFERENCES members (id),
    client_ref TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('issued', 'used', 'cancelled', 'rejected', 'refunded')),
    reward_id TEXT NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    cost_points INTEGER NOT NULL CHECK (cost_points >= 0),
    store_id TEXT,
    buckets_used TEXT NOT NULL,
    voucher_code TEXT NOT NULL UNIQUE,
    valid_until INTEGER NOT NULL,
    cancellable_until INTEGER,
    balance_after INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (member_id, client_ref)
) STRICT;
CREATE INDEX redemptions_member ON redemptions (member_id, seq);
CREATE INDEX redemptions_limit ON redemptions (member_id, reward_id, created_at);

CREATE TABLE coupons (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    member_id TEXT NOT NULL REFERENCES members (id),
    offer_id TEXT NOT NULL,
    code TEXT NOT NULL UNIQUE,
    used_at INTEGER,
    valid_from INTEGER NOT NULL,
    valid_until INTEGER NOT NULL,
    UNIQUE (member_id, offer_id)
) STRICT;

CREATE TABLE survey_responses (
    member_id TEXT NOT NULL REFERENCES members (id),
    survey_id TEXT NOT NULL,
    client_uuid TEXT NOT NULL,
    revision INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('draft', 'submitted')),
    answers TEXT NOT NULL,
    submitted_at INTEGER,
    points_awarded INTEGER NOT NULL DEFAULT 0,
    balance_after INTEGER,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (member_id, survey_id)
) STRICT;

CREATE TABLE idempotency (
    member_id TEXT NOT NULL REFERENCES members (id),
    key TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    language TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (member_id, key)
) STRICT;
