//! Where to look for what is asked without a tenant: each signpost is found by what it is about, and names the tenant.
//!
//! A signpost is the one kind of row that is not with its tenant: `tenant_id`, by which rows are spread over machines, is made
//! of what is looked for, so that every look-up concerns one machine only.

use cardfile_directory::{Error, Kind, Result, Surface};
use cardfile_model::{OrganizationId, TenantId};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::sql::{Connection, params};

/// What is looked for.
#[derive(Clone, Copy)]
pub(crate) enum Signpost<'a> {
    /// Any tenant at all.
    Tenant,
    /// The tenants with jobs.
    Jobs,
    /// The tenant of an organization.
    Organization(OrganizationId),
    /// The tenants with a log-in of this folded name.
    Login(Surface, &'a str),
}

impl Signpost<'_> {
    fn place(self) -> (Uuid, &'static str) {
        match self {
            Signpost::Tenant => (Uuid::nil(), "tenant"),
            Signpost::Jobs => (Uuid::nil(), "jobs"),
            Signpost::Organization(id) => (id.0, "organization"),
            Signpost::Login(surface, name) => {
                let hash = Sha256::new().chain_update(surface.as_str()).chain_update([0]).chain_update(name).finalize();
                let mut first = [0; 16];
                first.copy_from_slice(&hash[..16]);
                (uuid::Builder::from_custom_bytes(first).into_uuid(), "login")
            }
        }
    }

    /// The tenants it leads to, by id.
    pub(crate) fn follow(self, connection: &Connection) -> Result<Vec<TenantId>> {
        let sql = "SELECT owner
                     FROM signposts
                    WHERE tenant_id = ?1 AND kind = ?2
                    ORDER BY owner";
        let (place, kind) = self.place();
        connection.rows(sql, params![place, kind], |row| row.get(0).map(TenantId))
    }

    /// Puts it up. Of an organization there is one in all: a second one puts up none.
    ///
    /// # Errors
    /// `AlreadyExists` for an organization of another tenant.
    pub(crate) fn put(self, connection: &Connection, owner: TenantId) -> Result<()> {
        let sql = "INSERT INTO signposts (tenant_id, kind, slot, owner)
                   VALUES (?1, ?2, ?3, ?4)
                       ON CONFLICT (tenant_id, kind, slot) DO NOTHING";
        let (place, kind) = self.place();
        let added = connection.execute(sql, params![place, kind, self.slot(owner), owner.0])?;
        match self {
            Signpost::Organization(id) if added == 0 => {
                Err(Error::AlreadyExists { kind: Kind::Organization, key: id.to_string() })
            }
            _ => Ok(()),
        }
    }

    /// Takes it away.
    pub(crate) fn remove(self, connection: &Connection, owner: TenantId) -> Result<()> {
        let sql = "DELETE FROM signposts
                    WHERE tenant_id = ?1 AND kind = ?2 AND slot = ?3";
        let (place, kind) = self.place();
        connection.execute(sql, params![place, kind, self.slot(owner)]).map(drop)
    }

    /// Which of those at one place it is.
    fn slot(self, owner: TenantId) -> Uuid {
        match self {
            Signpost::Organization(_) => Uuid::nil(),
            Signpost::Tenant | Signpost::Jobs | Signpost::Login(..) => owner.0,
        }
    }
}
