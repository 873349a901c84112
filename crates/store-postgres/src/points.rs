//! Single contacts: those who ask at the same time are answered by one statement.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cardfile_directory::{Error, Result};
use cardfile_engine::Point;
use cardfile_engine::sql::Row;
use cardfile_model::TenantId;
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
            let asker = Asker { connector: connector.clone(), handle: handle.clone(), options: *options, open: None };
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
    options: Options,
    open: Option<(Connected, Option<Statement>)>,
}

impl Asker {
    async fn run(mut self, mut questions: mpsc::Receiver<Question>) {
        let mut waiting = Vec::with_capacity(TOGETHER);
        while questions.recv_many(&mut waiting, TOGETHER).await > 0 {
            let mut by_tenant: HashMap<TenantId, Vec<Question>> = HashMap::new();
            for question in waiting.drain(..) {
                by_tenant.entry(question.tenant).or_default().push(question);
            }
            for (tenant, asked) in by_tenant {
                self.answer(tenant, asked).await;
            }
        }
    }

    async fn answer(&mut self, tenant: TenantId, asked: Vec<Question>) {
        let ids: Vec<Uuid> = asked.iter().map(|question| question.id).collect();
        let rows = self.rows(tenant, &ids).await.map(|rows| {
            let by_id = rows.iter().filter_map(|row| row.get::<_, Option<Uuid>>(ID).map(|id| (id, row.clone()))).collect();
            (rows.first().map(|row| row.get::<_, i64>(VERSION)), by_id)
        });
        for question in asked {
            // Who asked may have gone away.
            let _ = question.reply.send(match &rows {
                Ok((version, by_id)) => point(*version, by_id, question.id),
                Err(error) => Err(repeat(error)),
            });
        }
    }

    async fn rows(&mut self, tenant: TenantId, ids: &[Uuid]) -> Result<Vec<Arc<tokio_postgres::Row>>> {
        if self.open.as_ref().is_none_or(|(client, _)| !client.is_fit()) {
            let client = self.connector.connect(&self.handle).await?;
            self.open = Some((client, None));
        }
        let (prepares, patience) = (self.options.prepared_statements, self.options.patience());
        let Some((client, statement)) = &mut self.open else { return Err(closed()) };
        let asking = async {
            if !prepares {
                let typed: [(&(dyn ToSql + Sync), Type); 2] = [(&tenant.0, Type::UUID), (&ids, Type::UUID_ARRAY)];
                return client.query_typed(&dollars(POINTS), &typed).await;
            }
            if statement.is_none() {
                *statement = Some(client.prepare(&dollars(POINTS)).await?);
            }
            match statement {
                Some(statement) => client.query(statement, &[&tenant.0, &ids]).await,
                None => Ok(Vec::new()),
            }
        };
        let Ok(found) = timeout(patience, asking).await else {
            // As from a machine that is gone without a word.
            client.cut();
            return Err(unavailable("the database does not answer any more"));
        };
        Ok(found.map_err(fault)?.into_iter().map(Arc::new).collect())
    }
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
