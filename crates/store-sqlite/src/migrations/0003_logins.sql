-- People who sign in with a name and a password.
CREATE TABLE logins (
    tenant       INTEGER NOT NULL,
    surface      TEXT    NOT NULL,
    name         TEXT    NOT NULL,  -- folded
    hash         TEXT    NOT NULL,  -- a PHC string
    principal    BLOB    NOT NULL,
    organization BLOB    NOT NULL,
    role         TEXT    NOT NULL,
    scopes       TEXT    NOT NULL,  -- a JSON array of names
    sources      TEXT,              -- a JSON array of names; null for every source
    person       BLOB    NOT NULL,
    created      INTEGER NOT NULL,
    PRIMARY KEY (tenant, surface, name)
) WITHOUT ROWID;
-- Whoever signs in says no tenant.
CREATE INDEX logins_by_name ON logins (surface, name);
CREATE INDEX logins_by_principal ON logins (tenant, principal);
CREATE UNIQUE INDEX logins_by_person ON logins (tenant, person) WHERE surface = 'store';

-- A token that was given to who signed in, or for another, and the end of the key that it goes back to.
ALTER TABLE tokens ADD COLUMN is_session INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tokens ADD COLUMN until INTEGER;

-- All tokens of a principal end together, also of one that has no name.
DROP INDEX tokens_by_principal;
CREATE INDEX tokens_by_principal ON tokens (tenant, principal);
