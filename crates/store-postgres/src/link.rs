//! The engine's statements on one connection: those of which nothing is asked are sent at once and waited for with the next one.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::future::Future;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use cardfile_directory::Result;
use cardfile_engine::sql::{EachRow, Key, Question, Row, Sql, Table, ToValue, Value, Words};
use futures_util::future::{join, join_all, poll_fn};
use futures_util::{TryStreamExt, pin_mut};
use tokio::runtime::Handle;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Statement};

use crate::connect::Connected;
use crate::fault::{fault, is_conflict, is_read_only, unavailable};
use crate::options::Options;
use crate::statements::Statements;
use crate::value::{Bound, Found};
use crate::words::{self, Bulk, WORDS};

/// Statements that a connection keeps prepared.
const MAX_STATEMENTS: usize = 256;
/// Rows from which on one statement for all of them is quicker than one for each.
const MANY: usize = 4;

type Sent = Result<(), tokio_postgres::Error>;
type Pending = Pin<Box<dyn Future<Output = Sent> + Send>>;

/// A connection as the engine uses it, for one thread at a time.
pub(crate) struct Link {
    client: Arc<Connected>,
    handle: Handle,
    /// How long an answer may take.
    patience: Duration,
    /// `None` where statements are not to be prepared.
    statements: Option<RefCell<HashMap<String, Statement>>>,
    sent: Arc<Statements>,
    /// What was sent and is not waited for yet.
    pending: RefCell<Vec<Pending>>,
    /// Whether the transaction conflicted with another.
    is_conflicted: Cell<bool>,
    /// Whether something failed that was put off: what it was part of is not known any more, so that nothing may be kept.
    is_spoilt: Cell<bool>,
}

impl Link {
    pub(crate) fn new(client: Connected, handle: Handle, options: &Options, sent: Arc<Statements>) -> Self {
        Link {
            client: Arc::new(client),
            handle,
            patience: options.answer_patience(),
            statements: options.prepared_statements.then(RefCell::default),
            sent,
            pending: RefCell::default(),
            is_conflicted: Cell::new(false),
            is_spoilt: Cell::new(false),
        }
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// Whether it may be lent.
    pub(crate) fn is_fit(&self) -> bool {
        self.client.is_fit()
    }

    /// Says that it broke.
    pub(crate) fn break_others(&self) {
        self.client.break_others();
    }

    pub(crate) fn is_conflicted(&self) -> bool {
        self.is_conflicted.get()
    }

    /// Sends statements without parameters, of which nothing is asked.
    pub(crate) fn send(&self, sql: &'static str) {
        let client = Arc::clone(&self.client);
        self.later(Box::pin(async move { client.batch_execute(sql).await }));
    }

    /// As [`Link::send`], with a text that is not known before.
    pub(crate) fn send_text(&self, sql: String) {
        let client = Arc::clone(&self.client);
        self.later(Box::pin(async move { client.batch_execute(&sql).await }));
    }

    /// Begins a transaction, of which nothing is known that was before.
    pub(crate) fn begin(&self, sql: String) {
        self.is_conflicted.set(false);
        self.is_spoilt.set(false);
        self.send_text(sql);
    }

    /// Waits for all that was sent, and then for one more.
    pub(crate) fn finish(&self, sql: &'static str) -> Result<()> {
        self.settle(async { self.client.batch_execute(sql).await })
    }

    /// Sends the end of what was begun, and lets it be waited for elsewhere.
    pub(crate) fn leave(&self, sql: &'static str) {
        self.send(sql);
        let pending = self.pending.take();
        self.handle.spawn(async move {
            // What fails now was of no consequence: nothing was written.
            join_all(pending).await;
        });
    }

    /// Has the future send what it sends.
    fn later(&self, mut pending: Pending) {
        let is_done = self.handle.block_on(poll_fn(|context| Poll::Ready(pending.as_mut().poll(context).map(Some))));
        match is_done {
            Poll::Ready(Some(Ok(()))) => {}
            Poll::Ready(Some(Err(error))) => self.pending.borrow_mut().push(Box::pin(async { Err(error) })),
            _ => self.pending.borrow_mut().push(pending),
        }
    }

    /// Waits for all that was sent and for this; the first failure counts.
    fn settle<T>(&self, asked: impl Future<Output = Result<T, tokio_postgres::Error>>) -> Result<T> {
        let pending = self.pending.take();
        let Some((sent, answer)) = self.handle.block_on(self.answers(pending, asked)) else {
            self.client.cut();
            return Err(unavailable("the database does not answer any more"));
        };
        let failed = sent.into_iter().find_map(Result::err);
        if let Some(error) = failed.as_ref().filter(|error| !is_conflict(error)) {
            // Whoever waits now may be told no more than that what they did cannot be kept.
            tracing::warn!(%error, cause = ?std::error::Error::source(error), "a statement that was not waited for failed");
        }
        self.is_spoilt.set(self.is_spoilt.get() || failed.is_some());
        failed.map_or(answer, Err).map_err(|error| {
            if is_conflict(&error) {
                self.is_conflicted.set(true);
            }
            if is_read_only(&error) {
                // Another one may have taken over; a new connection will find it.
                self.client.cut();
            }
            fault(error)
        })
    }

    /// Every answer, in order; `None` when none comes for too long, as from a machine that is gone without a word.
    async fn answers<A>(&self, pending: Vec<Pending>, asked: impl Future<Output = A>) -> Option<(Vec<Sent>, A)> {
        let heard = Cell::new(0_usize);
        let count = async |pending: Pending| {
            let sent = pending.await;
            heard.set(heard.get() + 1);
            sent
        };
        let answers = join(join_all(pending.into_iter().map(&count)), asked);
        pin_mut!(answers);
        loop {
            let before = heard.get();
            if let Ok(answers) = tokio::time::timeout(self.patience, &mut answers).await {
                return Some(answers);
            }
            if heard.get() == before {
                return None;
            }
        }
    }

    /// A statement, prepared if statements are.
    fn statement(&self, sql: &str) -> Result<Option<Statement>> {
        let Some(statements) = &self.statements else {
            self.sent.note(sql);
            return Ok(None);
        };
        if let Some(known) = statements.borrow().get(sql) {
            return Ok(Some(known.clone()));
        }
        self.sent.note(sql);
        let text = dollars(sql);
        let statement = self.settle(self.client.prepare(&text))?;
        let mut statements = statements.borrow_mut();
        if statements.len() >= MAX_STATEMENTS {
            statements.clear();
        }
        statements.insert(sql.to_owned(), statement.clone());
        Ok(Some(statement))
    }

    fn query(&self, sql: &str, values: &[Bound]) -> Result<Vec<tokio_postgres::Row>> {
        let statement = self.statement(sql)?;
        self.settle(async {
            let rows = match &statement {
                Some(statement) => self.client.query_raw(statement, values).await?,
                None => self.client.query_typed_raw(&dollars(sql), typed(values)).await?,
            };
            pin_mut!(rows);
            rows.try_collect().await
        })
    }

    /// Sends a statement of which nothing is asked.
    fn put_off(&self, sql: &str, values: Vec<Bound>) -> Result<()> {
        let (statement, client) = (self.statement(sql)?, Arc::clone(&self.client));
        let sent: Pending = if let Some(statement) = statement {
            Box::pin(async move { client.execute_raw(&statement, &values).await.map(drop) })
        } else {
            let text = dollars(sql);
            Box::pin(async move { all(&client, &text, &values).await.map(drop) })
        };
        self.later(sent);
        Ok(())
    }

    fn in_bulk(&self, bulk: &Bulk, rows: &[Vec<Value<'_>>]) -> Result<()> {
        let Some(first) = rows.first() else { return Ok(()) };
        let mut values: Vec<Bound> = first[..bulk.same].iter().map(Bound::of).collect();
        values.extend((bulk.same..first.len()).map(|at| Bound::column(rows.iter().map(move |row| &row[at]))));
        self.put_off(bulk.sql, values)
    }
}

/// Values with the types they are sent as.
fn typed(values: &[Bound]) -> impl Iterator<Item = (&Bound, Type)> {
    values.iter().map(|value| (value, value.kind()))
}

/// Has a statement that is not prepared do all it does; answers how many rows it changed.
async fn all(client: &Client, sql: &str, values: &[Bound]) -> Result<u64, tokio_postgres::Error> {
    let rows = client.query_typed_raw(sql, typed(values)).await?;
    pin_mut!(rows);
    while rows.try_next().await?.is_some() {}
    Ok(rows.rows_affected().unwrap_or_default())
}

/// A statement with parameters as PostgreSQL writes them.
pub(crate) fn dollars(sql: &str) -> String {
    sql.replace('?', "$")
}

impl Sql for Link {
    fn visit(&self, sql: &str, values: &[Value<'_>], each: &mut EachRow<'_>) -> Result<()> {
        for row in &self.query(sql, &values.iter().map(Bound::of).collect::<Vec<_>>())? {
            if let ControlFlow::Break(()) = each(&Row(&Found(row)))? {
                break;
            }
        }
        Ok(())
    }

    fn execute(&self, sql: &str, values: &[Value<'_>]) -> Result<u64> {
        let values: Vec<Bound> = values.iter().map(Bound::of).collect();
        let statement = self.statement(sql)?;
        self.settle(async {
            match &statement {
                Some(statement) => self.client.execute_raw(statement, &values).await,
                None => all(&self.client, &dollars(sql), &values).await,
            }
        })
    }

    fn many(&self, sql: &str, rows: &[Vec<Value<'_>>]) -> Result<()> {
        if sql == WORDS.update_contact && rows.len() >= MANY {
            return self.in_bulk(&words::UPDATES, rows);
        }
        rows.iter().try_for_each(|row| self.put_off(sql, row.iter().map(Bound::of).collect()))
    }

    fn insert(&self, table: Table, rows: &[Vec<Value<'_>>]) -> Result<()> {
        let bulk = match table {
            Table::Ids => &words::IDS,
            Table::Contacts => &words::CONTACTS,
            Table::Blocks => &words::BLOCKS,
        };
        self.in_bulk(bulk, rows)
    }

    fn visit_each(&self, question: &Question, tenant: Key, wanted: &[Value<'_>], each: &mut EachRow<'_>) -> Result<()> {
        match wanted {
            [] => Ok(()),
            [one] => self.visit(question.one, &[tenant.to_value(), one.clone()], each),
            many => {
                let values = vec![Bound::Id(tenant.id), Bound::column(many.iter())];
                for row in &self.query(question.many, &values)? {
                    if let ControlFlow::Break(()) = each(&Row(&Found(row)))? {
                        break;
                    }
                }
                Ok(())
            }
        }
    }

    fn words(&self) -> &'static Words {
        &WORDS
    }

    fn stands(&self) -> bool {
        !self.is_conflicted() && !self.is_spoilt.get() && !self.is_closed()
    }
}
