-- Redemptions that wait: for money, or for a partner who issues them.
CREATE TABLE redemptions_with_pending (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    member_id TEXT NOT NULL REFERENCES members (id),
    client_ref TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('pending', 'issued', 'used', 'cancelled', 'rejected', 'refunded')),
    reward_id TEXT NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    cost_points INTEGER NOT NULL CHECK (cost_points >= 0),
    store_id TEXT,
    buckets_used TEXT NOT NULL,
    -- Chosen at once, told from `issued` on.
    voucher_code TEXT NOT NULL UNIQUE,
    valid_until INTEGER NOT NULL,
    cancellable_until INTEGER,
    balance_after INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    -- Minor units of money to pay online before it is issued.
    money INTEGER CHECK (money > 0),
    paid_at INTEGER,
    -- While pending: when it is rejected for want of money, or else issued.
    due_at INTEGER CHECK ((due_at IS NULL) = (status <> 'pending')),
    issued_at INTEGER,
    used_at INTEGER,
    refunded_at INTEGER,
    -- Why it was rejected.
    refusal TEXT,
    UNIQUE (member_id, client_ref)
) STRICT;
INSERT INTO redemptions_with_pending (seq, id, member_id, client_ref, status, reward_id, quantity, cost_points, store_id,
    buckets_used, voucher_code, valid_until, cancellable_until, balance_after, created_at, issued_at, refunded_at)
SELECT seq, id, member_id, client_ref, status, reward_id, quantity, cost_points, store_id, buckets_used, voucher_code,
    valid_until, cancellable_until, balance_after, created_at, created_at,
    (SELECT MAX(occurred_at) FROM ledger
     WHERE ledger.member_id = redemptions.member_id AND type = 'refund' AND source_id = redemptions.id)
FROM redemptions;
DROP TABLE redemptions;
ALTER TABLE redemptions_with_pending RENAME TO redemptions;
CREATE INDEX redemptions_member ON redemptions (member_id, seq);
CREATE INDEX redemptions_limit ON redemptions (member_id, reward_id, created_at);
CREATE INDEX redemptions_due ON redemptions (due_at) WHERE status = 'pending';
