//! The permits of principals, counted in a table by the clock of the database: that of the servers need not be right.

use std::sync::Arc;
use std::time::Duration;

use crate::connect::Connected;
use async_trait::async_trait;
use cardfile_directory::{Error, Permits, Result, Taken};
use cardfile_model::TenantId;
use tokio::runtime::Handle;
use tokio::sync::Mutex;
use tokio_postgres::types::Type;
use uuid::Uuid;

use crate::connect::Connector;
use crate::fault::fault;
use crate::statements::Statements;

/// Adds to what was taken of the second that has not ended yet, or begins one. A second that ends later than one that begins now
/// was begun by a clock that is ahead of this one; if it is far ahead, that clock was wrong.
const TAKE: &str = "
    INSERT INTO permits (tenant_id, principal, until, taken)
    VALUES ($1, $2, CAST(extract(epoch FROM now()) * 1000000 AS bigint) + 1000000, $3)
        ON CONFLICT (tenant_id, principal) DO UPDATE
       SET until = CASE WHEN permits.until BETWEEN excluded.until - 999999 AND excluded.until + 1000000
                        THEN permits.until ELSE excluded.until END,
           taken = CASE WHEN permits.until BETWEEN excluded.until - 999999 AND excluded.until + 1000000
                        THEN permits.taken ELSE 0 END + excluded.taken
    RETURNING taken, until - CAST(extract(epoch FROM now()) * 1000000 AS bigint)";

/// Removes a bounded number of rows of a tenant that nobody has needed for an hour.
const FORGET: &str = "
    DELETE FROM permits
     WHERE tenant_id = $1
       AND until < CAST(extract(epoch FROM now()) * 1000000 AS bigint) - 3600000000
       AND principal IN (SELECT principal
                           FROM permits
                          WHERE tenant_id = $1
                            AND until < CAST(extract(epoch FROM now()) * 1000000 AS bigint) - 3600000000
                          LIMIT 1000)";

/// The permits, taken on one connection that has many statements under way. It is made when it is first needed.
pub(crate) struct PermitTable {
    connector: Connector,
    handle: Handle,
    client: Mutex<Option<Arc<Connected>>>,
    sent: Arc<Statements>,
}

impl PermitTable {
    pub(crate) fn new(connector: Connector, handle: Handle, sent: Arc<Statements>) -> Self {
        PermitTable { connector, handle, client: Mutex::default(), sent }
    }

    async fn client(&self) -> Result<Arc<Connected>> {
        let mut kept = self.client.lock().await;
        if let Some(client) = kept.as_ref().filter(|client| !client.is_closed()) {
            return Ok(Arc::clone(client));
        }
        let client = Arc::new(self.connector.connect(&self.handle).await?);
        *kept = Some(Arc::clone(&client));
        Ok(client)
    }
}

#[async_trait]
impl Permits for PermitTable {
    async fn take(&self, tenant: TenantId, principal: Uuid, wanted: u32, limit: u32) -> Result<Taken> {
        self.sent.note(TAKE);
        let adding = i64::from(wanted);
        let values = [(&tenant.0 as _, Type::UUID), (&principal as _, Type::UUID), (&adding as _, Type::INT8)];
        let rows = self.client().await?.query_typed(TAKE, &values).await.map_err(fault)?;
        let row = rows.first().ok_or_else(|| Error::internal("permits were not counted"))?;
        let (all, rest): (i64, i64) = (row.try_get(0).map_err(fault)?, row.try_get(1).map_err(fault)?);
        let (before, limit) = (all - adding, i64::from(limit));
        Ok(Taken {
            permits: counted(adding.min(limit - before)),
            left: counted(limit - all),
            lasts: Duration::from_micros(u64::try_from(rest).unwrap_or_default()),
        })
    }

    async fn forget(&self, tenant: TenantId) -> Result<()> {
        self.sent.note(FORGET);
        self.client().await?.query_typed(FORGET, &[(&tenant.0 as _, Type::UUID)]).await.map_err(fault).map(drop)
    }
}

/// A number of permits; none where more were taken than there are.
fn counted(permits: i64) -> u32 {
    u32::try_from(permits.max(0)).unwrap_or(u32::MAX)
}
