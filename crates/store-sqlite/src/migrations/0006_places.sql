-- One SQL for all databases: the tenant is called alike in each, what is looked for without a tenant has signposts, and what
-- one process at a time may do with a tenant has leases.
ALTER TABLE tenants RENAME COLUMN tenant TO tenant_id;
ALTER TABLE organizations RENAME COLUMN tenant TO tenant_id;
ALTER TABLE ids RENAME COLUMN tenant TO tenant_id;
ALTER TABLE stubs RENAME COLUMN tenant TO tenant_id;
ALTER TABLE sets RENAME COLUMN tenant TO tenant_id;
ALTER TABLE groups RENAME COLUMN tenant TO tenant_id;
ALTER TABLE log RENAME COLUMN tenant TO tenant_id;
ALTER TABLE undo RENAME COLUMN tenant TO tenant_id;
ALTER TABLE segments RENAME COLUMN tenant TO tenant_id;
ALTER TABLE blocks RENAME COLUMN tenant TO tenant_id;
ALTER TABLE tokens RENAME COLUMN tenant TO tenant_id;
ALTER TABLE clients RENAME COLUMN tenant TO tenant_id;
ALTER TABLE refresh_tokens RENAME COLUMN tenant TO tenant_id;
ALTER TABLE notes RENAME COLUMN tenant TO tenant_id;
ALTER TABLE logins RENAME COLUMN tenant TO tenant_id;

-- Here `tenant_id` is no tenant's number but what is looked for, as 16 bytes.
CREATE TABLE signposts (
    tenant_id BLOB NOT NULL,
    kind      TEXT NOT NULL,  -- 'tenant', 'organization' or 'login'
    slot      BLOB NOT NULL,  -- the owner where there may be several, else nothing but zeros
    owner     BLOB NOT NULL,  -- the id of the tenant it leads to
    PRIMARY KEY (tenant_id, kind, slot)
) WITHOUT ROWID;
DROP INDEX organizations_anywhere;
DROP INDEX logins_by_name;

CREATE TABLE leases (
    tenant_id INTEGER NOT NULL,
    name      TEXT    NOT NULL,
    holder    BLOB    NOT NULL,
    until     INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, name)
) WITHOUT ROWID;

-- How far tenants have come that are being moved here from elsewhere.
CREATE TABLE moves (
    tenant_id  INTEGER NOT NULL,
    table_name TEXT    NOT NULL,  -- 'tenants' for the tenant as a whole
    position   BLOB    NOT NULL,  -- the key of the last row written
    rows       INTEGER NOT NULL,
    version    INTEGER NOT NULL,  -- the version of the tenant where it comes from
    PRIMARY KEY (tenant_id, table_name)
) WITHOUT ROWID;
