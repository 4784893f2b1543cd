-- What home adds up over a member's history is read from these alone, in the order of time, whatever else the rows hold.
DROP INDEX orders_member;
CREATE INDEX orders_member ON orders (member_id, occurred_at, amount);
DROP INDEX ledger_purchases;
CREATE INDEX ledger_activity ON ledger (member_id, occurred_at, type, source_kind, amount);
DROP INDEX redemptions_limit;
CREATE INDEX redemptions_limit ON redemptions (member_id, reward_id, status, created_at, quantity);
-- From when it was used, or else issued, there can be an occasion to ask.
CREATE INDEX redemptions_settled ON redemptions (member_id, COALESCE(used_at, issued_at)) WHERE status IN ('issued', 'used');
-- Signing in forgets the sessions that ended by themselves.
CREATE INDEX sessions_expiry ON sessions (expires_at);
