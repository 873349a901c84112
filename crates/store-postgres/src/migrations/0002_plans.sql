-- Plans that are kept, and requests that are done once.

CREATE TABLE IF NOT EXISTS plans (
    tenant_id    uuid             NOT NULL,
    id           uuid             NOT NULL,
    organization bigint           NOT NULL,
    created      bigint           NOT NULL,
    expires      bigint           NOT NULL,
    document     text COLLATE "C" NOT NULL,  -- JSON
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX IF NOT EXISTS plans_by_end ON plans (tenant_id, expires);

CREATE TABLE IF NOT EXISTS idempotency (
    tenant_id   uuid             NOT NULL,
    principal   uuid             NOT NULL,
    key         text COLLATE "C" NOT NULL,
    fingerprint bytea            NOT NULL,  -- SHA-256 of the request
    created     bigint           NOT NULL,
    answer      bytea            NOT NULL,
    PRIMARY KEY (tenant_id, principal, key)
);
CREATE INDEX IF NOT EXISTS idempotency_by_age ON idempotency (tenant_id, created);
