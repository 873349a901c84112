//! Leases: of several processes on one database, one at a time does what only one should do with a tenant.
//!
//! A lease ends by itself, so that what a process held when it crashed is not held for ever.

use cardfile_directory::Result;
use cardfile_model::TenantId;
use jiff::Timestamp;
use uuid::Uuid;

use crate::sql::params;
use crate::turn::Turn;

/// What a holder may do with a tenant for a while. Nothing done with it moves the tenant's version.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lease {
    pub(crate) tenant: TenantId,
    /// What it is for.
    pub(crate) name: &'static str,
    pub(crate) holder: Uuid,
    /// How long it lasts when it is taken or renewed.
    pub(crate) seconds: i64,
}

impl Lease {
    /// Takes it, unless another holder has it; one that is held already lasts longer. Answers whether it is held now.
    pub(crate) fn take(&self, turn: &mut Turn<'_>) -> Result<bool> {
        let sql = "INSERT INTO leases (tenant_id, name, holder, until)
                   VALUES (?1, ?2, ?3, ?4)
                       ON CONFLICT (tenant_id, name) DO UPDATE
                      SET holder = excluded.holder, until = excluded.until
                    WHERE leases.holder = excluded.holder OR leases.until < ?5";
        let (key, now) = (turn.draft(self.tenant)?.row.key, now());
        let taken = turn.connection.execute(sql, params![key, self.name, self.holder, self.until(now), now])?;
        Ok(taken == 1)
    }

    /// Has it last longer; answers whether it is still held. One that ended is, as long as nobody else took it since.
    pub(crate) fn renew(&self, turn: &mut Turn<'_>) -> Result<bool> {
        let sql = "UPDATE leases
                      SET until = ?4
                    WHERE tenant_id = ?1 AND name = ?2 AND holder = ?3";
        let key = turn.draft(self.tenant)?.row.key;
        let renewed = turn.connection.execute(sql, params![key, self.name, self.holder, self.until(now())])?;
        Ok(renewed == 1)
    }

    /// Lets go of it, if it is still held.
    pub(crate) fn release(&self, turn: &mut Turn<'_>) -> Result<()> {
        let sql = "DELETE FROM leases
                    WHERE tenant_id = ?1 AND name = ?2 AND holder = ?3";
        let key = turn.draft(self.tenant)?.row.key;
        turn.connection.execute(sql, params![key, self.name, self.holder]).map(drop)
    }

    fn until(&self, now: i64) -> i64 {
        now + self.seconds * 1_000_000
    }
}

/// Whoever takes leases from now on, as no other does in any process.
#[expect(clippy::disallowed_methods, reason = "no request hands it in, and nobody sees it")]
pub(crate) fn holder() -> Uuid {
    Uuid::new_v4()
}

/// The time in microseconds.
#[expect(clippy::disallowed_methods, reason = "leases run out while the holder does nothing, whatever the time of requests")]
fn now() -> i64 {
    Timestamp::now().as_microsecond()
}
