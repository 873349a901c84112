-- Organizations that doors make and change: what more is known of them, and what finds them by name and by change.

-- Moves whenever an organization is made or changed: what remembered trees are checked against.
ALTER TABLE tenants ADD COLUMN organizations_version INTEGER NOT NULL DEFAULT 0;

ALTER TABLE organizations ADD COLUMN is_active INTEGER NOT NULL DEFAULT 1;
ALTER TABLE organizations ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
ALTER TABLE organizations ADD COLUMN created INTEGER NOT NULL DEFAULT 0;
ALTER TABLE organizations ADD COLUMN modified INTEGER NOT NULL DEFAULT 0;
ALTER TABLE organizations ADD COLUMN document TEXT NOT NULL DEFAULT '{}';  -- JSON: what dialects know, by their names
ALTER TABLE organizations ADD COLUMN folded TEXT NOT NULL DEFAULT '';      -- the name, folded
ALTER TABLE organizations ADD COLUMN changed INTEGER NOT NULL DEFAULT 0;   -- `organizations_version` at its last change
CREATE INDEX organizations_by_name ON organizations (tenant, parent, folded);
-- An id is of one organization in all tenants.
CREATE UNIQUE INDEX organizations_anywhere ON organizations (id);
CREATE INDEX organizations_by_change ON organizations (tenant, changed);
