-- The directory: people are rows, whatever happens to people is a set.
--
-- `tenant_id` leads every key and every index, and every statement names it: it is what rows are spread by. Numbers are
-- bigint throughout, times are microseconds since 1970, and texts are ordered by their bytes.

CREATE TABLE IF NOT EXISTS tenants (
    tenant_id             uuid   NOT NULL,
    version               bigint NOT NULL,  -- moves with every transaction that touches the tenant; what caches are checked against
    revision              bigint NOT NULL,  -- moves with every change
    next_person           bigint NOT NULL,
    next_group            bigint NOT NULL,
    next_organization     bigint NOT NULL,
    next_segment          bigint NOT NULL,
    purged                bigint NOT NULL,  -- every change up to this revision is purged
    organizations_version bigint NOT NULL,  -- moves whenever an organization is made or changed
    PRIMARY KEY (tenant_id)
);

-- Where to look for what is asked without a tenant. Here `tenant_id` is no tenant but what is looked for.
CREATE TABLE IF NOT EXISTS signposts (
    tenant_id uuid             NOT NULL,
    kind      text COLLATE "C" NOT NULL,  -- 'tenant', 'organization' or 'login'
    slot      uuid             NOT NULL,  -- the owner where there may be several, else nothing but zeros
    owner     uuid             NOT NULL,  -- the tenant it leads to
    PRIMARY KEY (tenant_id, kind, slot)
);

CREATE TABLE IF NOT EXISTS leases (
    tenant_id uuid             NOT NULL,
    name      text COLLATE "C" NOT NULL,
    holder    uuid             NOT NULL,
    until     bigint           NOT NULL,
    PRIMARY KEY (tenant_id, name)
);

-- How many requests a principal made within a second.
CREATE TABLE IF NOT EXISTS permits (
    tenant_id uuid   NOT NULL,
    principal uuid   NOT NULL,
    until     bigint NOT NULL,  -- the end of the second
    taken     bigint NOT NULL,  -- may be more than there were
    PRIMARY KEY (tenant_id, principal)
);

-- How far tenants have come that are being moved here from elsewhere.
CREATE TABLE IF NOT EXISTS moves (
    tenant_id  uuid             NOT NULL,
    table_name text COLLATE "C" NOT NULL,  -- 'tenants' for the tenant as a whole
    position   bytea            NOT NULL,  -- the key of the last row written
    rows       bigint           NOT NULL,
    version    bigint           NOT NULL,  -- the version of the tenant where it comes from
    PRIMARY KEY (tenant_id, table_name)
);

CREATE TABLE IF NOT EXISTS organizations (
    tenant_id uuid             NOT NULL,
    number    bigint           NOT NULL,
    id        uuid             NOT NULL,
    parent    uuid,
    name      text COLLATE "C" NOT NULL,
    folded    text COLLATE "C" NOT NULL,
    is_locked boolean          NOT NULL,
    country   text COLLATE "C",
    is_active boolean          NOT NULL,
    revision  bigint           NOT NULL,
    created   bigint           NOT NULL,
    modified  bigint           NOT NULL,
    document  text COLLATE "C" NOT NULL,  -- JSON: what dialects know, by their names
    changed   bigint           NOT NULL,  -- `organizations_version` at its last change
    PRIMARY KEY (tenant_id, number)
);
CREATE UNIQUE INDEX IF NOT EXISTS organizations_by_id ON organizations (tenant_id, id);
CREATE INDEX IF NOT EXISTS organizations_by_name ON organizations (tenant_id, parent, folded);
CREATE INDEX IF NOT EXISTS organizations_by_change ON organizations (tenant_id, changed);

-- Every id ever given to a person, also of the dead and of those without a card: ids are never reused.
CREATE TABLE IF NOT EXISTS ids (
    tenant_id uuid   NOT NULL,
    id        uuid   NOT NULL,
    number    bigint NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

-- Who has an id and a number, but no card.
CREATE TABLE IF NOT EXISTS stubs (
    tenant_id uuid   NOT NULL,
    number    bigint NOT NULL,
    id        uuid   NOT NULL,
    PRIMARY KEY (tenant_id, number)
);

-- One row a person with a card.
CREATE TABLE IF NOT EXISTS contacts (
    tenant_id uuid   NOT NULL,
    number    bigint NOT NULL,
    id        uuid   NOT NULL,
    revision  bigint NOT NULL,
    created   bigint NOT NULL,
    modified  bigint NOT NULL,
    document  bytea  NOT NULL,
    PRIMARY KEY (tenant_id, number)
);

-- Groups, the trash and all other sets of people: chunks of 65,536 consecutive numbers as compressed bitmaps.
CREATE TABLE IF NOT EXISTS sets (
    tenant_id uuid             NOT NULL,
    name      text COLLATE "C" NOT NULL,
    chunk     bigint           NOT NULL,
    bits      bytea            NOT NULL,
    PRIMARY KEY (tenant_id, name, chunk)
);

CREATE TABLE IF NOT EXISTS groups (
    tenant_id    uuid             NOT NULL,
    number       bigint           NOT NULL,
    id           uuid             NOT NULL,
    organization bigint           NOT NULL,
    parent       uuid,
    name         text COLLATE "C" NOT NULL,
    folded       text COLLATE "C" NOT NULL,
    description  text COLLATE "C",
    created      bigint           NOT NULL,
    modified     bigint           NOT NULL,
    revision     bigint           NOT NULL,
    is_deleted   boolean          NOT NULL,
    PRIMARY KEY (tenant_id, number)
);
CREATE UNIQUE INDEX IF NOT EXISTS groups_by_id ON groups (tenant_id, id);
CREATE UNIQUE INDEX IF NOT EXISTS groups_by_name ON groups (tenant_id, organization, folded) WHERE NOT is_deleted;

-- One entry a change.
CREATE TABLE IF NOT EXISTS log (
    tenant_id    uuid             NOT NULL,
    revision     bigint           NOT NULL,
    time         bigint           NOT NULL,
    principal    uuid,
    door         text COLLATE "C" NOT NULL,
    kind         text COLLATE "C" NOT NULL,
    organization bigint           NOT NULL,
    group_id     uuid,
    undoes       bigint,
    touched      bytea            NOT NULL,
    came         bytea            NOT NULL,
    went         bytea            NOT NULL,
    is_undoable  boolean          NOT NULL,
    is_purged    boolean          NOT NULL,
    PRIMARY KEY (tenant_id, revision)
);

-- What a set cannot say of a change: the patches that take updates back, a group as it was.
CREATE TABLE IF NOT EXISTS undo (
    tenant_id uuid   NOT NULL,
    revision  bigint NOT NULL,
    before    bytea  NOT NULL,
    PRIMARY KEY (tenant_id, revision)
);

-- The index: segments of blocks (exact keys and words), and the packed folded texts of chunks of people.
CREATE TABLE IF NOT EXISTS segments (
    tenant_id uuid   NOT NULL,
    segment   bigint NOT NULL,
    state     bigint NOT NULL,  -- 0 being built, 1 live, 2 to be removed
    head      bytea  NOT NULL,
    PRIMARY KEY (tenant_id, segment)
);
CREATE TABLE IF NOT EXISTS blocks (
    tenant_id    uuid   NOT NULL,
    segment      bigint NOT NULL,
    first_term   bytea  NOT NULL,
    first_number bigint NOT NULL,
    bytes        bytea  NOT NULL,
    PRIMARY KEY (tenant_id, segment, first_term, first_number)
);
CREATE TABLE IF NOT EXISTS texts (
    tenant_id uuid   NOT NULL,
    chunk     bigint NOT NULL,
    bytes     bytea  NOT NULL,
    PRIMARY KEY (tenant_id, chunk)
);

CREATE TABLE IF NOT EXISTS tokens (
    tenant_id    uuid             NOT NULL,
    hash         bytea            NOT NULL,
    principal    uuid             NOT NULL,
    organization uuid             NOT NULL,
    role         text COLLATE "C" NOT NULL,
    scopes       text COLLATE "C" NOT NULL,  -- a JSON array of names
    sources      text COLLATE "C",           -- a JSON array of names; null for every source
    person       uuid             NOT NULL,
    created      bigint           NOT NULL,
    expires      bigint,
    name         text COLLATE "C",           -- what the principal is called
    client       text COLLATE "C",           -- to which client it was issued
    is_session   boolean          NOT NULL,
    until        bigint,                     -- the end of the key that it goes back to
    PRIMARY KEY (tenant_id, hash)
);
CREATE INDEX IF NOT EXISTS tokens_by_principal ON tokens (tenant_id, principal);
CREATE INDEX IF NOT EXISTS tokens_by_client ON tokens (tenant_id, client) WHERE client IS NOT NULL;

-- A client that was removed stays, without a secret, so that the log can still tell its name.
CREATE TABLE IF NOT EXISTS clients (
    tenant_id    uuid             NOT NULL,
    id           text COLLATE "C" NOT NULL,
    secret       bytea,                      -- SHA-256; null for a client that was removed
    principal    uuid             NOT NULL,
    organization uuid             NOT NULL,
    role         text COLLATE "C" NOT NULL,
    scopes       text COLLATE "C" NOT NULL,
    sources      text COLLATE "C",
    person       uuid             NOT NULL,
    created      bigint           NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX IF NOT EXISTS clients_by_principal ON clients (tenant_id, principal);
CREATE TABLE IF NOT EXISTS refresh_tokens (
    tenant_id uuid             NOT NULL,
    hash      bytea            NOT NULL,
    client    text COLLATE "C" NOT NULL,
    expires   bigint           NOT NULL,
    PRIMARY KEY (tenant_id, hash)
);
CREATE INDEX IF NOT EXISTS refresh_tokens_by_client ON refresh_tokens (tenant_id, client);

-- People who sign in with a name and a password.
CREATE TABLE IF NOT EXISTS logins (
    tenant_id    uuid             NOT NULL,
    surface      text COLLATE "C" NOT NULL,
    name         text COLLATE "C" NOT NULL,  -- folded
    hash         text COLLATE "C" NOT NULL,  -- a PHC string
    principal    uuid             NOT NULL,
    organization uuid             NOT NULL,
    role         text COLLATE "C" NOT NULL,
    scopes       text COLLATE "C" NOT NULL,
    sources      text COLLATE "C",
    person       uuid             NOT NULL,
    created      bigint           NOT NULL,
    PRIMARY KEY (tenant_id, surface, name)
);
CREATE INDEX IF NOT EXISTS logins_by_principal ON logins (tenant_id, principal);
CREATE UNIQUE INDEX IF NOT EXISTS logins_by_person ON logins (tenant_id, person) WHERE surface = 'store';

-- What an organization keeps beside people, by shelf and key.
CREATE TABLE IF NOT EXISTS notes (
    tenant_id    uuid             NOT NULL,
    organization bigint           NOT NULL,
    shelf        text COLLATE "C" NOT NULL,
    key          text COLLATE "C" NOT NULL,
    value        text COLLATE "C" NOT NULL,  -- JSON
    PRIMARY KEY (tenant_id, organization, shelf, key)
);
