//! Connections that are lent, one borrower at a time.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cardfile_directory::Result;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use crate::connect::Connector;
use crate::fault::{closed, overloaded};
use crate::link::Link;
use crate::options::Options;
use crate::statements::Statements;

/// So many connections at most; who finds none waits a while.
pub(crate) struct Pool {
    connector: Connector,
    handle: Handle,
    places: Arc<Semaphore>,
    idle: Mutex<Vec<Link>>,
    patience: Duration,
    options: Options,
    sent: Arc<Statements>,
}

impl Pool {
    pub(crate) fn new(connector: Connector, handle: Handle, most: usize, options: &Options, sent: Arc<Statements>) -> Self {
        Pool {
            connector,
            handle,
            places: Arc::new(Semaphore::new(most.max(1))),
            idle: Mutex::default(),
            patience: options.patience(),
            options: *options,
            sent,
        }
    }

    /// Lends a connection, on a thread that may wait. One that broke is not lent again.
    pub(crate) fn lend<T>(&self, work: impl FnOnce(&Link) -> Result<T>) -> Result<T> {
        let places = Arc::clone(&self.places);
        let place = self.handle.block_on(async { tokio::time::timeout(self.patience, places.acquire_owned()).await });
        let _place = place.map_err(|_| overloaded())?.map_err(|_| closed())?;
        let link = self.idle()?;
        let answer = work(&link);
        if link.is_closed() {
            link.break_others();
        } else if link.is_fit() && !self.places.is_closed() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(link);
        }
        answer
    }

    fn idle(&self) -> Result<Link> {
        loop {
            let Some(link) = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop() else { break };
            if link.is_fit() {
                return Ok(link);
            }
        }
        let client = self.handle.block_on(self.connector.connect(&self.handle))?;
        Ok(Link::new(client, self.handle.clone(), &self.options, Arc::clone(&self.sent)))
    }

    /// Connections that wait to be lent.
    pub(crate) fn waiting(&self) -> usize {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Places that are taken.
    pub(crate) fn free(&self) -> usize {
        self.places.available_permits()
    }

    pub(crate) fn close(&self) {
        self.places.close();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
