-- The directory: people are rows, whatever happens to people is a set.
-- `tenant` is the tenant's number in this file; it leads every key, and every statement names it.

CREATE TABLE tenants (
    tenant            INTEGER PRIMARY KEY,
    id                BLOB    NOT NULL UNIQUE,
    version           INTEGER NOT NULL,  -- moves with every transaction that touches the tenant; what caches are checked against
    revision          INTEGER NOT NULL,  -- moves with every change
    next_person       INTEGER NOT NULL,
    next_group        INTEGER NOT NULL,
    next_organization INTEGER NOT NULL,
    next_segment      INTEGER NOT NULL
);

CREATE TABLE organizations (
    tenant    INTEGER NOT NULL,
    number    INTEGER NOT NULL,
    id        BLOB    NOT NULL,
    parent    BLOB,
    name      TEXT    NOT NULL,
    is_locked INTEGER NOT NULL,
    PRIMARY KEY (tenant, number)
) WITHOUT ROWID;

-- Every id ever given to a person, also of the dead and of those without a card: ids are never reused.
CREATE TABLE ids (
    tenant INTEGER NOT NULL,
    id     BLOB    NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
) WITHOUT ROWID;

-- Who has an id and a number, but no card.
CREATE TABLE stubs (
    tenant INTEGER NOT NULL,
    number INTEGER NOT NULL,
    id     BLOB    NOT NULL,
    PRIMARY KEY (tenant, number)
) WITHOUT ROWID;

-- One row a person with a card. `person` is the tenant in the high and the person number in the low 32 bits, so that rows of
-- one tenant stand together in the order of their numbers.
CREATE TABLE contacts (
    person   INTEGER PRIMARY KEY,
    id       BLOB    NOT NULL,
    revision INTEGER NOT NULL,
    created  INTEGER NOT NULL,  -- microseconds since 1970, as all times here
    modified INTEGER NOT NULL,
    document BLOB    NOT NULL
);

-- Groups, the trash and all other sets of people: chunks of 65,536 consecutive numbers as compressed bitmaps.
CREATE TABLE sets (
    tenant INTEGER NOT NULL,
    name   TEXT    NOT NULL,
    chunk  INTEGER NOT NULL,
    bits   BLOB    NOT NULL,
    PRIMARY KEY (tenant, name, chunk)
) WITHOUT ROWID;

CREATE TABLE groups (
    tenant       INTEGER NOT NULL,
    number       INTEGER NOT NULL,
    id           BLOB    NOT NULL,
    organization INTEGER NOT NULL,
    parent       BLOB,
    name         TEXT    NOT NULL,
    folded       TEXT    NOT NULL,
    description  TEXT,
    created      INTEGER NOT NULL,
    modified     INTEGER NOT NULL,
    revision     INTEGER NOT NULL,
    is_deleted   INTEGER NOT NULL,
    PRIMARY KEY (tenant, number)
) WITHOUT ROWID;
CREATE UNIQUE INDEX groups_by_id ON groups (tenant, id);
CREATE UNIQUE INDEX groups_by_name ON groups (tenant, organization, folded) WHERE NOT is_deleted;

-- One entry a change. `undo` holds what a set cannot say: the patches that take updates back, a group as it was.
CREATE TABLE log (
    tenant       INTEGER NOT NULL,
    revision     INTEGER NOT NULL,
    time         INTEGER NOT NULL,
    principal    BLOB,
    door         TEXT    NOT NULL,
    kind         TEXT    NOT NULL,
    organization INTEGER NOT NULL,
    group_id     BLOB,
    undoes       INTEGER,
    touched      BLOB    NOT NULL,
    came         BLOB    NOT NULL,
    went         BLOB    NOT NULL,
    is_undoable  INTEGER NOT NULL,
    is_purged    INTEGER NOT NULL,
    PRIMARY KEY (tenant, revision)
) WITHOUT ROWID;
CREATE INDEX log_unpurged ON log (tenant, revision) WHERE NOT is_purged;
CREATE TABLE undo (
    tenant   INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    before   BLOB    NOT NULL,
    PRIMARY KEY (tenant, revision)
) WITHOUT ROWID;

-- The index: segments of blocks (exact keys and words), and the packed folded texts of chunks of people.
CREATE TABLE segments (
    tenant  INTEGER NOT NULL,
    segment INTEGER NOT NULL,
    state   INTEGER NOT NULL,  -- 0 being built, 1 live, 2 to be removed
    head    BLOB    NOT NULL,
    PRIMARY KEY (tenant, segment)
) WITHOUT ROWID;
CREATE TABLE blocks (
    tenant       INTEGER NOT NULL,
    segment      INTEGER NOT NULL,
    first_term   BLOB    NOT NULL,
    first_number INTEGER NOT NULL,
    bytes        BLOB    NOT NULL,
    PRIMARY KEY (tenant, segment, first_term, first_number)
) WITHOUT ROWID;
CREATE TABLE texts (
    chunk INTEGER PRIMARY KEY,  -- the tenant in the high and the chunk number in the low 32 bits
    bytes BLOB    NOT NULL
);

CREATE TABLE tokens (
    tenant       INTEGER NOT NULL,
    hash         BLOB    NOT NULL,
    principal    BLOB    NOT NULL,
    organization BLOB    NOT NULL,
    role         TEXT    NOT NULL,
    scopes       TEXT    NOT NULL,  -- a JSON array of names
    sources      TEXT,              -- a JSON array of names; null for every source
    person       BLOB    NOT NULL,
    created      INTEGER NOT NULL,
    expires      INTEGER,
    PRIMARY KEY (tenant, hash)
) WITHOUT ROWID;
CREATE UNIQUE INDEX organizations_by_id ON organizations (tenant, id);
