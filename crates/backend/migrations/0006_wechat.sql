-- Whom WeChat knows as whom. Each mini program and official account has names of its own for the same person, so a member may have several.
CREATE TABLE wechat_identities (
    app_id TEXT NOT NULL,
    openid TEXT NOT NULL,
    member_id TEXT NOT NULL REFERENCES members (id),
    linked_at INTEGER NOT NULL,
    PRIMARY KEY (app_id, openid)
) STRICT, WITHOUT ROWID;
CREATE INDEX wechat_identities_member ON wechat_identities (member_id);

-- One that was used is gone.
CREATE TABLE wechat_tickets (
    ticket_hash BLOB PRIMARY KEY,
    member_id TEXT NOT NULL REFERENCES members (id),
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Identities that wait for a member to sign in by text message, by the hash of the cookie of their browser.
CREATE TABLE wechat_links (
    token_hash BLOB PRIMARY KEY,
    app_id TEXT NOT NULL,
    openid TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What native pages do for the portal. Whoever knows the id may say what came of it, so only its hash is kept.
CREATE TABLE wechat_handoffs (
    id_hash BLOB PRIMARY KEY,
    member_id TEXT NOT NULL REFERENCES members (id),
    kind TEXT NOT NULL CHECK (kind IN ('scan')),
    status TEXT NOT NULL CHECK (status IN ('pending', 'done', 'cancelled', 'failed')),
    result TEXT,
    expires_at INTEGER NOT NULL,
    CHECK (status <> 'pending' OR result IS NULL)
) STRICT, WITHOUT ROWID;
