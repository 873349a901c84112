//! Single contacts: those who ask at the same time are answered by one statement.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cardfile_directory::{Error, Result};
use cardfile_engine::Point;
use cardfile_engine::sql::Row;
use cardfile_model::TenantId;
use futures_util::future::join_all;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use tokio_postgres::Statement;
use tokio_postgres::types::{ToSql, Type};
use uuid::Uuid;

use crate::connect::{Connected, Connector};
use crate::fault::{closed, fault, overloaded, unavailable};
use crate::link::dollars;
use crate::options::Options;
use crate::value::Found;
use crate::words::POINTS;

/// Questions that one statement answers at most.
const TOGETHER: usize = 64;
/// Questions that wait for one connection before further ones are turned away.
const WAITING: usize = 4_096;

struct Question {
    tenant: TenantId,
    id: Uuid,
    reply: oneshot::Sender<Result<Option<Point>>>,
}

/// The connections, each with a task that asks on it.
pub(crate) struct Points {
    lanes: Vec<mpsc::Sender<Question>>,
    next: AtomicUsize,
}

impl Points {
    pub(crate) fn new(connector: &Connector, handle: &Handle, options: &Options) -> Self {
        let lane = |_| {
            let (sender, receiver) = mpsc::channel(WAITING);
            let (prepares, patience) = (options.prepared_statements, options.patience());
            let asker = Asker { connector: connector.clone(), handle: handle.clone(), prepares, patience, open: None };
            handle.spawn(asker.run(receiver));
            sender
        };
        Points { lanes: (0..options.point_connections.max(1)).map(lane).collect(), next: AtomicUsize::new(0) }
    }

    /// What one statement tells of a person.
    pub(crate) async fn ask(&self, tenant: TenantId, id: Uuid) -> Result<Option<Point>> {
        let lane = &self.lanes[self.next.fetch_add(1, Ordering::Relaxed) % self.lanes.len()];
        let (reply, answer) = oneshot::channel();
        lane.try_send(Question { tenant, id, reply }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => overloaded(),
            mpsc::error::TrySendError::Closed(_) => closed(),
        })?;
        answer.await.unwrap_or_else(|_| Err(closed()))
    }
}

/// One connection, made when it is first needed, and anew when it broke.
struct Asker {
    connector: Connector,
    handle: Handle,
    prepares: bool,
    patience: Duration,
    open: Option<Arc<Open>>,
}

/// An open connection and its statement; none where statements are not prepared.
struct Open {
    client: Connected,
    statement: Option<Statement>,
}

impl Asker {
    async fn run(mut self, mut questions: mpsc::Receiver<Question>) {
        let mut waiting = Vec::with_capacity(TOGETHER);
        while questions.recv_many(&mut waiting, TOGETHER).await > 0 {
            let mut by_tenant: HashMap<TenantId, Vec<Question>> = HashMap::new();
            for question in waiting.drain(..) {
                by_tenant.entry(question.tenant).or_default().push(question);
            }
            let open = self.open().await;
            join_all(by_tenant.into_iter().map(|(tenant, asked)| answer(&open, self.patience, tenant, asked))).await;
        }
    }

    /// The connection, made anew when it broke.
    async fn open(&mut self) -> Result<Arc<Open>> {
        if let Some(open) = self.open.as_ref().filter(|open| open.client.is_fit()) {
            return Ok(Arc::clone(open));
        }
        let client = self.connector.connect(&self.handle).await?;
        let statement = if self.prepares {
            let prepared = timeout(self.patience, client.prepare(&dollars(POINTS))).await.map_err(|_| silent(&client))?;
            Some(prepared.map_err(fault)?)
        } else {
            None
        };
        let open = Arc::new(Open { client, statement });
        self.open = Some(Arc::clone(&open));
        Ok(open)
    }
}

/// Answers those who ask about one tenant.
async fn answer(open: &Result<Arc<Open>>, patience: Duration, tenant: TenantId, asked: Vec<Question>) {
    let ids: Vec<Uuid> = asked.iter().map(|question| question.id).collect();
    let rows = match open {
        Ok(open) => open.rows(patience, tenant, &ids).await.map(|rows| {
            let by_id = rows.iter().filter_map(|row| row.get::<_, Option<Uuid>>(ID).map(|id| (id, row.clone()))).collect();
            (rows.first().map(|row| row.get::<_, i64>(VERSION)), by_id)
        }),
        Err(error) => Err(repeat(error)),
    };
    for question in asked {
        // Who asked may have gone away.
        let _ = question.reply.send(match &rows {
            Ok((version, by_id)) => point(*version, by_id, question.id),
            Err(error) => Err(repeat(error)),
        });
    }
}

impl Open {
    async fn rows(&self, patience: Duration, tenant: TenantId, ids: &[Uuid]) -> Result<Vec<Arc<tokio_postgres::Row>>> {
        let asking = async {
            if let Some(statement) = &self.statement {
                return self.client.query(statement, &[&tenant.0, &ids]).await;
            }
            let typed: [(&(dyn ToSql + Sync), Type); 2] = [(&tenant.0, Type::UUID), (&ids, Type::UUID_ARRAY)];
            self.client.query_typed(&dollars(POINTS), &typed).await
        };
        let found = timeout(patience, asking).await.map_err(|_| silent(&self.client))?;
        Ok(found.map_err(fault)?.into_iter().map(Arc::new).collect())
    }
}

/// Gives up a connection that does not answer, as when a machine is gone without a word.
fn silent(client: &Connected) -> Error {
    client.cut();
    unavailable("the database does not answer any more")
}

/// Where a row has the tenant's version, and the id that was asked for.
const VERSION: usize = 5;
const ID: usize = 7;

/// What the rows of one statement say of one id.
fn point(version: Option<i64>, by_id: &HashMap<Uuid, Arc<tokio_postgres::Row>>, id: Uuid) -> Result<Option<Point>> {
    match (version, by_id.get(&id)) {
        (None, _) => Ok(None),
        (Some(version), None) => Ok(Some(Point::nobody(version))),
        (_, Some(row)) => Point::read(&Row(&Found(row))).map(Some),
    }
}

/// A failure once more, for each who waits for the same statement.
fn repeat(error: &Error) -> Error {
    match error {
        Error::Unavailable { reason, .. } => unavailable(reason.to_string()),
        error => Error::internal(error.to_string()),
    }
}
