//! The store in this process, on a directory whose server has stopped: for what the HTTP door has no words for.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use cardfile_directory::{Applied, Author, Clock, Command, Store, SystemClock};
use cardfile_model::{Audience, Filter, Limits, Order, OrganizationId, Page, Query, Reach, Sources, TenantId};
use cardfile_store_sqlite::Options;
use tokio::runtime::Runtime;
use uuid::Uuid;

use crate::people::{Person, Random};
use crate::process::Process;
use crate::report::Row;
use crate::sample::Times;
use crate::search::{HITS, PAGE, keyword, prefixes};

/// An open store.
pub struct Inside {
    /// Where its operations are waited for.
    pub runtime: Runtime,
    /// The store.
    pub store: Arc<dyn Store>,
}

/// Organizations of so many people each, asked in turn at random.
pub struct Scope<'a> {
    /// Their ids, each the root of a tenant.
    pub organizations: &'a [Uuid],
    /// People in each.
    pub people: usize,
}

/// How long each kind of question may take, in milliseconds.
pub struct Goals {
    /// Exact look-up.
    pub exact: f64,
    /// Typeahead.
    pub prefix: f64,
    /// Substring search.
    pub substring: f64,
    /// A page of the list.
    pub page: f64,
}

impl Inside {
    /// Opens the store and waits until it has nothing left to do from before.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(data: &Path) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let store = cardfile_store_sqlite::open(data, Options::default())?;
        Process::this().settle()?;
        Ok(Inside { runtime, store })
    }

    /// Opens the store in a database.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open_database(url: &str) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let store = runtime.block_on(cardfile_store_postgres::open(url, cardfile_store_postgres::Options::default()))?;
        Ok(Inside { runtime, store })
    }

    fn find(
        &self,
        organization: Uuid,
        filter: Filter,
        order: Order,
        (offset, limit): (usize, usize),
    ) -> Result<(Duration, Page)> {
        let query = Query {
            organization: OrganizationId(organization),
            life: cardfile_model::Life::Live,
            reach: Reach::Members,
            then: Vec::new(),
            sources: Sources::Any,
            audience: Audience::Everything,
            filter,
            order,
            is_descending: false,
            offset: offset as u64,
            limit,
        };
        let start = Instant::now();
        let page = self.runtime.block_on(self.store.find(TenantId(organization), query))?;
        Ok((start.elapsed(), page))
    }

    /// Asks the same kind of question many times.
    fn ask(
        &self,
        scope: &Scope<'_>,
        (count, order, limit): (usize, Order, usize),
        mut next: impl FnMut(&mut Random) -> (Filter, usize),
    ) -> Result<(Times, usize)> {
        let mut random = Random::new(29);
        let (mut times, mut found) = (Vec::with_capacity(count), 0);
        for _ in 0..count {
            let organization = random.pick(scope.organizations);
            let (filter, offset) = next(&mut random);
            let (took, page) = self.find(organization, filter, order, (offset, limit))?;
            times.push(took);
            found += page.records.len().min(1);
        }
        Ok((Times::from(times), found))
    }

    /// Measures every kind of question.
    ///
    /// # Errors
    /// When one fails, or somebody who is there is not found.
    pub fn measure(&self, scope: &Scope<'_>, goals: &Goals) -> Result<Vec<Row>> {
        let people = scope.people;
        // What is kept in memory once it was asked for is not counted.
        for organization in scope.organizations {
            self.find(*organization, Filter::All, Order::Name, (0, 1))?;
        }
        let all = people * scope.organizations.len();
        let mut rows = Vec::new();
        let mut add = |name: &str, times: &Times, goal: f64| {
            rows.push(Row::new(format!("{name}, in process, median"), all, times.median_ms(), "ms"));
            rows.push(Row::new(format!("{name}, in process, p99"), all, times.p99_ms(), "ms").below(goal));
        };
        let (count, one) = (5000, |random: &mut Random| Person::at(random.below(people)));
        let (times, found) = self.ask(scope, (count, Order::Number, HITS), |random| (Filter::Email(one(random).email), 0))?;
        ensure!(found == count, "{found} of {count} were found by e-mail address");
        add("exact look-up by e-mail", &times, goals.exact);
        let (times, found) = self.ask(scope, (count, Order::Number, HITS), |random| (Filter::Phone(one(random).phone), 0))?;
        ensure!(found == count, "{found} of {count} were found by phone number");
        add("exact look-up by phone", &times, goals.exact);
        let count = 2000;
        let typed = |random: &mut Random| (Filter::WordPrefixes(prefixes(random, people)), 0);
        let (times, found) = self.ask(scope, (count, Order::Name, HITS), typed)?;
        ensure!(found == count, "{found} of {count} were found by what their words begin with");
        add("typeahead of 20 by name", &times, goals.prefix);
        let count = if all > 200_000 && scope.organizations.len() == 1 { 500 } else { 2000 };
        let part = |random: &mut Random| (Filter::Contains(keyword(random, people)), 0);
        let (times, _) = self.ask(scope, (count, Order::Name, HITS), part)?;
        add("substring search with exact total", &times, goals.substring);
        let anywhere = |random: &mut Random| (Filter::All, random.below(people));
        let (times, _) = self.ask(scope, (2000, Order::Name, PAGE), anywhere)?;
        add("any page of 100 of the list", &times, goals.page);
        Ok(rows)
    }

    /// Does one command and says how long it took and what it did.
    ///
    /// # Errors
    /// When it is refused, or changes nothing.
    pub fn apply(&self, organization: Uuid, command: Command) -> Result<(Duration, Applied)> {
        let author = Author::unbound(SystemClock.now(), None, "bench", Arc::new(Limits::default()));
        let start = Instant::now();
        let applied = self.runtime.block_on(self.store.apply(TenantId(organization), author, command));
        let took = start.elapsed();
        let applied = applied.context("a command was refused")?;
        ensure!(applied.is_changed, "a command changed nothing");
        Ok((took, applied))
    }
}
