-- Work that goes on beside requests, and the files it reads and writes.

CREATE TABLE IF NOT EXISTS jobs (
    tenant_id    uuid             NOT NULL,
    id           uuid             NOT NULL,
    organization bigint           NOT NULL,
    kind         text COLLATE "C" NOT NULL,
    state        text COLLATE "C" NOT NULL,
    created      bigint           NOT NULL,
    updated      bigint           NOT NULL,
    due          bigint           NOT NULL,
    version      bigint           NOT NULL,
    document     text COLLATE "C" NOT NULL,  -- JSON
    PRIMARY KEY (tenant_id, id)
);

CREATE TABLE IF NOT EXISTS job_files (
    tenant_id uuid             NOT NULL,
    job       uuid             NOT NULL,
    file      text COLLATE "C" NOT NULL,
    part      bigint           NOT NULL,
    bytes     bytea            NOT NULL,
    PRIMARY KEY (tenant_id, job, file, part)
);
