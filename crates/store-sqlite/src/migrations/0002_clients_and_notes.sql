-- OAuth clients, notes of organizations, and the country an organization's phone numbers are dialled in.

-- Every change up to this one is purged: the purge begins behind it, and no change has to stand in an index of its own.
ALTER TABLE tenants ADD COLUMN purged INTEGER NOT NULL DEFAULT 0;
DROP INDEX log_unpurged;

ALTER TABLE organizations ADD COLUMN country TEXT;

-- What a principal is called, and the client that its token was issued to.
ALTER TABLE tokens ADD COLUMN name TEXT;
ALTER TABLE tokens ADD COLUMN client TEXT;
CREATE INDEX tokens_by_principal ON tokens (tenant, principal) WHERE name IS NOT NULL;
CREATE INDEX tokens_by_client ON tokens (tenant, client) WHERE client IS NOT NULL;

-- A client that was removed stays, without a secret, so that the log can still tell its name.
CREATE TABLE clients (
    tenant       INTEGER NOT NULL,
    id           TEXT    NOT NULL,
    secret       BLOB,              -- SHA-256; null for a client that was removed
    principal    BLOB    NOT NULL,
    organization BLOB    NOT NULL,
    role         TEXT    NOT NULL,
    scopes       TEXT    NOT NULL,  -- a JSON array of names
    sources      TEXT,              -- a JSON array of names; null for every source
    person       BLOB    NOT NULL,
    created      INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
) WITHOUT ROWID;
CREATE INDEX clients_by_principal ON clients (tenant, principal);
CREATE TABLE refresh_tokens (
    tenant  INTEGER NOT NULL,
    hash    BLOB    NOT NULL,
    client  TEXT    NOT NULL,
    expires INTEGER NOT NULL,
    PRIMARY KEY (tenant, hash)
) WITHOUT ROWID;
CREATE INDEX refresh_tokens_by_client ON refresh_tokens (tenant, client);

-- What an organization keeps beside people, by shelf and key.
CREATE TABLE notes (
    tenant       INTEGER NOT NULL,
    organization INTEGER NOT NULL,
    shelf        TEXT    NOT NULL,
    key          TEXT    NOT NULL,
    value        TEXT    NOT NULL,  -- JSON
    PRIMARY KEY (tenant, organization, shelf, key)
) WITHOUT ROWID;
