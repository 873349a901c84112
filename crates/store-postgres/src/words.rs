//! What PostgreSQL says otherwise than other databases.

use cardfile_engine::sql::{Question, Words};

pub(crate) const WORDS: Words = Words {
    tenant: "SELECT CAST(0 AS bigint), version, revision, next_person, next_group, next_organization, next_segment, purged,
                    organizations_version
               FROM tenants
              WHERE tenant_id = ?1",
    tenant_locked: "SELECT CAST(0 AS bigint), version, revision, next_person, next_group, next_organization, next_segment,
                           purged, organizations_version
                      FROM tenants
                     WHERE tenant_id = ?1
                       FOR UPDATE",
    add_tenant: "INSERT INTO tenants (tenant_id, version, revision, next_person, next_group, next_organization, next_segment,
                                      purged, organizations_version)
                 VALUES (?1, 0, 0, 1, 1, 1, 1, 0, 0)",
    // Tenants have no numbers here: that of each is 0.
    put_tenant: "INSERT INTO tenants (tenant_id, version, revision, next_person, next_group, next_organization, next_segment,
                                      purged, organizations_version)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 + CAST(?10 AS bigint))",
    drop_tenant: "DELETE FROM tenants WHERE tenant_id = ?1",
    point: "SELECT c.id, c.revision, c.created, c.modified, c.document, t.version, i.number
              FROM tenants t
              LEFT JOIN ids i ON i.tenant_id = t.tenant_id AND i.id = ?2
              LEFT JOIN contacts c ON c.tenant_id = t.tenant_id AND c.number = i.number
             WHERE t.tenant_id = ?1",
    record: Question {
        one: "SELECT number, id, revision, created, modified, document FROM contacts WHERE tenant_id = ?1 AND number = ?2",
        many: "SELECT number, id, revision, created, modified, document FROM contacts WHERE tenant_id = ?1 AND number = ANY(?2)",
    },
    card: Question {
        one: "SELECT number, id, document FROM contacts WHERE tenant_id = ?1 AND number = ?2",
        many: "SELECT number, id, document FROM contacts WHERE tenant_id = ?1 AND number = ANY(?2)",
    },
    number: Question {
        one: "SELECT id, number FROM ids WHERE tenant_id = ?1 AND id = ?2",
        many: "SELECT id, number FROM ids WHERE tenant_id = ?1 AND id = ANY(?2)",
    },
    everyone: "SELECT id, revision, created, modified, document, number
                 FROM contacts
                WHERE tenant_id = ?1 AND number >= ?2 AND number < ?3
                ORDER BY number
                LIMIT ?4",
    people_between: "SELECT number FROM contacts WHERE tenant_id = ?1 AND number >= ?2 AND number < ?3 ORDER BY number",
    update_contact: "UPDATE contacts
                        SET revision = ?3, modified = ?4, document = ?5
                      WHERE tenant_id = ?1 AND number = ?2",
    delete_contact: "DELETE FROM contacts WHERE tenant_id = ?1 AND number = ?2",
    texts: Question {
        one: "SELECT chunk, bytes FROM texts WHERE tenant_id = ?1 AND chunk = ?2",
        many: "SELECT chunk, bytes FROM texts WHERE tenant_id = ?1 AND chunk = ANY(?2)",
    },
    texts_between: "SELECT chunk, bytes
                      FROM texts
                     WHERE tenant_id = ?1 AND chunk >= ?2 AND chunk < ?3
                     ORDER BY chunk
                     LIMIT ?4",
    put_texts: "INSERT INTO texts (tenant_id, chunk, bytes)
                VALUES (?1, ?2, ?3)
                    ON CONFLICT (tenant_id, chunk) DO UPDATE SET bytes = excluded.bytes",
    delete_texts: "DELETE FROM texts WHERE tenant_id = ?1 AND chunk = ?2",
    delete_texts_between: "DELETE FROM texts WHERE tenant_id = ?1 AND chunk >= ?2 AND chunk < ?3",
};

/// As [`Words::point`], of several people of a tenant, with the id that each was found by in the end.
pub(crate) const POINTS: &str = "SELECT c.id, c.revision, c.created, c.modified, c.document, t.version, i.number, i.id
              FROM tenants t
              LEFT JOIN ids i ON i.tenant_id = t.tenant_id AND i.id = ANY(?2)
              LEFT JOIN contacts c ON c.tenant_id = t.tenant_id AND c.number = i.number
             WHERE t.tenant_id = ?1";

/// A statement that does for arrays of values what another does for one row of them.
pub(crate) struct Bulk {
    pub(crate) sql: &'static str,
    /// Values of a row that are the same in all: the first ones.
    pub(crate) same: usize,
}

pub(crate) const IDS: Bulk = Bulk {
    sql: "INSERT INTO ids (tenant_id, id, number)
          SELECT ?1, * FROM unnest(CAST(?2 AS uuid[]), CAST(?3 AS bigint[]))",
    same: 1,
};

pub(crate) const CONTACTS: Bulk = Bulk {
    sql: "INSERT INTO contacts (tenant_id, number, id, revision, created, modified, document)
          SELECT ?1, * FROM unnest(CAST(?2 AS bigint[]), CAST(?3 AS uuid[]), CAST(?4 AS bigint[]), CAST(?5 AS bigint[]),
                                   CAST(?6 AS bigint[]), CAST(?7 AS bytea[]))",
    same: 1,
};

pub(crate) const BLOCKS: Bulk = Bulk {
    sql: "INSERT INTO blocks (tenant_id, segment, first_term, first_number, bytes)
          SELECT ?1, ?2, * FROM unnest(CAST(?3 AS bytea[]), CAST(?4 AS bigint[]), CAST(?5 AS bytea[]))",
    same: 2,
};

pub(crate) const UPDATES: Bulk = Bulk {
    sql: "UPDATE contacts
             SET revision = u.revision, modified = u.modified, document = u.document
            FROM unnest(CAST(?2 AS bigint[]), CAST(?3 AS bigint[]), CAST(?4 AS bigint[]), CAST(?5 AS bytea[]))
                 AS u (number, revision, modified, document)
           WHERE contacts.tenant_id = ?1 AND contacts.number = u.number",
    same: 1,
};
