-- What was done about an occasion to ask, for ever: one row each, so none can be used twice. Without a survey it was let
-- pass.
CREATE TABLE survey_offers (
    member_id TEXT NOT NULL REFERENCES members (id),
    occasion TEXT NOT NULL CHECK (occasion IN ('redemption', 'visit')),
    -- The redemption, or the ledger's entry for the purchase.
    occasion_id TEXT NOT NULL,
    survey_id TEXT,
    offered_at INTEGER NOT NULL,
    PRIMARY KEY (member_id, occasion, occasion_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX ledger_purchases ON ledger (member_id, occurred_at)
    WHERE type = 'earn' AND source_kind = 'order' AND store_id IS NOT NULL;

-- Rises with everything that is stored, so that whoever writes can say what it knew.
ALTER TABLE survey_responses ADD COLUMN version INTEGER NOT NULL DEFAULT 1 CHECK (version > 0);
