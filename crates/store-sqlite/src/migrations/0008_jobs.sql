-- Work that goes on beside requests, and the files it reads and writes.

CREATE TABLE jobs (
    tenant_id    INTEGER NOT NULL,
    id           BLOB    NOT NULL,
    organization INTEGER NOT NULL,
    kind         TEXT    NOT NULL,
    state        TEXT    NOT NULL,
    created      INTEGER NOT NULL,
    updated      INTEGER NOT NULL,
    due          INTEGER NOT NULL,
    version      INTEGER NOT NULL,
    document     TEXT    NOT NULL,  -- JSON
    PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID;

CREATE TABLE job_files (
    tenant_id INTEGER NOT NULL,
    job       BLOB    NOT NULL,
    file      TEXT    NOT NULL,
    part      INTEGER NOT NULL,
    bytes     BLOB    NOT NULL,
    PRIMARY KEY (tenant_id, job, file, part)
);
