-- Plans that are kept, and requests that are done once.

CREATE TABLE plans (
    tenant_id    INTEGER NOT NULL,
    id           BLOB    NOT NULL,
    organization INTEGER NOT NULL,
    created      INTEGER NOT NULL,
    expires      INTEGER NOT NULL,
    document     TEXT    NOT NULL,  -- JSON
    PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID;
CREATE INDEX plans_by_end ON plans (tenant_id, expires);

CREATE TABLE idempotency (
    tenant_id   INTEGER NOT NULL,
    principal   BLOB    NOT NULL,
    key         TEXT    NOT NULL,
    fingerprint BLOB    NOT NULL,  -- SHA-256 of the request
    created     INTEGER NOT NULL,
    answer      BLOB    NOT NULL,
    PRIMARY KEY (tenant_id, principal, key)
) WITHOUT ROWID;
CREATE INDEX idempotency_by_age ON idempotency (tenant_id, created);
