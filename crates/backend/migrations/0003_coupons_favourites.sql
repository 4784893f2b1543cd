CREATE TABLE favourites (
    member_id TEXT NOT NULL REFERENCES members (id),
    reward_id TEXT NOT NULL,
    added_at INTEGER NOT NULL,
    PRIMARY KEY (member_id, reward_id)
) STRICT, WITHOUT ROWID;

-- A member claims an offer once, but may have more coupons of it: those that friends gave.
CREATE TABLE coupon_claims (
    member_id TEXT NOT NULL REFERENCES members (id),
    offer_id TEXT NOT NULL,
    claimed_at INTEGER NOT NULL,
    PRIMARY KEY (member_id, offer_id)
) STRICT, WITHOUT ROWID;
INSERT INTO coupon_claims (member_id, offer_id, claimed_at) SELECT member_id, offer_id, valid_from FROM coupons;

CREATE TABLE coupons_rebuilt (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    member_id TEXT NOT NULL REFERENCES members (id),
    offer_id TEXT NOT NULL,
    code TEXT NOT NULL UNIQUE,
    used_at INTEGER,
    given_at INTEGER,
    valid_from INTEGER NOT NULL,
    valid_until INTEGER NOT NULL,
    CHECK (used_at IS NULL OR given_at IS NULL)
) STRICT;
INSERT INTO coupons_rebuilt (seq, id, member_id, offer_id, code, used_at, valid_from, valid_until)
SELECT seq, id, member_id, offer_id, code, used_at, valid_from, valid_until FROM coupons;
DROP TABLE coupons;
ALTER TABLE coupons_rebuilt RENAME TO coupons;
CREATE INDEX coupons_member ON coupons (member_id, seq);

-- An open transfer has no outcome. One whose time is up stays so until somebody writes, and counts as returned.
CREATE TABLE coupon_transfers (
    id TEXT PRIMARY KEY,
    coupon_id TEXT NOT NULL REFERENCES coupons (id),
    giver_id TEXT NOT NULL REFERENCES members (id),
    message TEXT,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    outcome TEXT CHECK (outcome IN ('accepted', 'returned')),
    taker_id TEXT REFERENCES members (id),
    CHECK ((outcome IS 'accepted') = (taker_id IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX coupon_transfers_open ON coupon_transfers (coupon_id) WHERE outcome IS NULL;
