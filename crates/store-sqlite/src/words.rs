//! What SQLite says otherwise than other databases: rows of people and of texts have one number for their key, the tenant in
//! its high and the person, or chunk, in its low 32 bits, so that they stand in the file in the order of it.

use cardfile_engine::sql::{Question, Words};

/// The number of a row in its key.
macro_rules! low {
    ($key:literal) => {
        concat!($key, " & 4294967295")
    };
}

pub(crate) const WORDS: Words = Words {
    tenant: "SELECT tenant_id, version, revision, next_person, next_group, next_organization, next_segment, purged,
                    organizations_version
               FROM tenants
              WHERE id = ?1",
    tenant_locked: "SELECT tenant_id, version, revision, next_person, next_group, next_organization, next_segment, purged,
                           organizations_version
                      FROM tenants
                     WHERE id = ?1",
    add_tenant: "INSERT INTO tenants (id, version, revision, next_person, next_group, next_organization, next_segment)
                 VALUES (?1, 0, 0, 1, 1, 1, 1)",
    put_tenant: "INSERT INTO tenants (id, version, revision, next_person, next_group, next_organization, next_segment, purged,
                                      organizations_version, tenant_id)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    drop_tenant: "DELETE FROM tenants WHERE id = ?1",
    point: "SELECT c.id, c.revision, c.created, c.modified, c.document, t.version, i.number
              FROM tenants t
              LEFT JOIN ids i ON i.tenant_id = t.tenant_id AND i.id = ?2
              LEFT JOIN contacts c ON c.person = (t.tenant_id << 32 | i.number)
             WHERE t.id = ?1",
    record: Question {
        one: concat!(
            "SELECT ",
            low!("person"),
            ", id, revision, created, modified, document FROM contacts WHERE person = (?1 << 32 | ?2)"
        ),
        many: "",
    },
    card: Question {
        one: concat!("SELECT ", low!("person"), ", id, document FROM contacts WHERE person = (?1 << 32 | ?2)"),
        many: "",
    },
    number: Question { one: "SELECT id, number FROM ids WHERE tenant_id = ?1 AND id = ?2", many: "" },
    everyone: concat!(
        "SELECT id, revision, created, modified, document, ",
        low!("person"),
        " FROM contacts WHERE person >= (?1 << 32) + ?2 AND person < (?1 << 32) + ?3 ORDER BY person LIMIT ?4"
    ),
    people_between: concat!(
        "SELECT ",
        low!("person"),
        " FROM contacts WHERE person >= (?1 << 32) + ?2 AND person < (?1 << 32) + ?3 ORDER BY person"
    ),
    update_contact: "UPDATE contacts
                        SET revision = ?3, modified = ?4, document = ?5
                      WHERE person = (?1 << 32 | ?2)",
    delete_contact: "DELETE FROM contacts WHERE person = (?1 << 32 | ?2)",
    texts: Question { one: concat!("SELECT ", low!("chunk"), ", bytes FROM texts WHERE chunk = (?1 << 32 | ?2)"), many: "" },
    texts_between: concat!(
        "SELECT ",
        low!("chunk"),
        ", bytes FROM texts WHERE chunk >= (?1 << 32) + ?2 AND chunk < (?1 << 32) + ?3 ORDER BY chunk LIMIT ?4"
    ),
    put_texts: "INSERT INTO texts (chunk, bytes)
                VALUES (?1 << 32 | ?2, ?3)
                    ON CONFLICT DO UPDATE SET bytes = excluded.bytes",
    delete_texts: "DELETE FROM texts WHERE chunk = (?1 << 32 | ?2)",
    delete_texts_between: "DELETE FROM texts WHERE chunk >= (?1 << 32) + ?2 AND chunk < (?1 << 32) + ?3",
};
