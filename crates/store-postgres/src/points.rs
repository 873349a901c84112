//! Single contacts: read on few connections, each of which has many questions under way.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cardfile_directory::Result;
use cardfile_engine::Point;
use cardfile_engine::sql::Row;
use cardfile_model::TenantId;
use tokio::runtime::Handle;
use tokio::sync::{Mutex, RwLock};
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Statement};
use uuid::Uuid;

use crate::connect::Connector;
use crate::fault::fault;
use crate::link::dollars;
use crate::value::Found;
use crate::words::WORDS;

/// A connection and its statement; none where statements are not prepared.
type Asked = (Client, Option<Statement>);

/// The connections.
pub(crate) struct Points {
    connector: Connector,
    handle: Handle,
    prepares: bool,
    slots: Vec<Slot>,
    next: AtomicUsize,
}

#[derive(Default)]
struct Slot {
    asked: RwLock<Option<Arc<Asked>>>,
    /// Held by who makes the connection anew.
    making: Mutex<()>,
}

impl Points {
    pub(crate) fn new(connector: Connector, handle: Handle, most: usize, prepares: bool) -> Self {
        let slots = (0..most.max(1)).map(|_| Slot::default()).collect();
        Points { connector, handle, prepares, slots, next: AtomicUsize::new(0) }
    }

    /// What one statement tells of a person.
    pub(crate) async fn ask(&self, tenant: TenantId, id: Uuid) -> Result<Option<Point>> {
        let slot = &self.slots[self.next.fetch_add(1, Ordering::Relaxed) % self.slots.len()];
        let asked = self.asked(slot).await?;
        let found = match &*asked {
            (client, Some(statement)) => client.query_opt(statement, &[&tenant.0, &id]).await,
            (client, None) => {
                let typed = [(&tenant.0 as _, Type::UUID), (&id as _, Type::UUID)];
                client.query_typed(&dollars(WORDS.point), &typed).await.map(|rows| rows.into_iter().next())
            }
        };
        found.map_err(fault)?.map(|row| Point::read(&Row(&Found(&row)))).transpose()
    }

    async fn asked(&self, slot: &Slot) -> Result<Arc<Asked>> {
        let usable = |asked: &Option<Arc<Asked>>| asked.clone().filter(|asked| !asked.0.is_closed());
        if let Some(asked) = usable(&*slot.asked.read().await) {
            return Ok(asked);
        }
        let _making = slot.making.lock().await;
        if let Some(asked) = usable(&*slot.asked.read().await) {
            return Ok(asked);
        }
        let client = self.connector.connect(&self.handle).await?;
        let statement = match self.prepares {
            true => Some(client.prepare(&dollars(WORDS.point)).await.map_err(fault)?),
            false => None,
        };
        let asked = Arc::new((client, statement));
        *slot.asked.write().await = Some(Arc::clone(&asked));
        Ok(asked)
    }
}
