//! Who a filter finds as far as sets can tell, and what is to be asked of the cards of the others.

use std::sync::Arc;

use cardfile_model::{Numbers, Record};

/// What is known of everyone in a scope before any card is read.
pub(crate) struct Verdict<'f> {
    /// Who is found, whatever their cards say.
    pub(crate) found: Arc<Numbers>,
    /// Who is found if their card passes the test; none of those who are found.
    pub(crate) open: Arc<Numbers>,
    pub(crate) test: Test<'f>,
}

/// What a card is asked.
pub(crate) enum Test<'f> {
    /// Nothing, for nobody is open.
    Nothing,
    /// Whether this holds of it.
    Card(Box<dyn Fn(&Record) -> bool + 'f>),
    /// Whether it passes every one of these; the people beside a test pass it without being asked.
    Every(Vec<(Arc<Numbers>, Test<'f>)>),
    /// Whether it passes at least one of these; only the people beside a test can pass it.
    Any(Vec<(Arc<Numbers>, Test<'f>)>),
    /// Whether it does not pass this.
    Not(Box<Test<'f>>),
}

impl<'f> Verdict<'f> {
    /// These are found and nobody else.
    pub(crate) fn sure(found: Arc<Numbers>) -> Self {
        Verdict { found, open: Arc::default(), test: Test::Nothing }
    }

    /// Those of these are found of whose cards this holds.
    pub(crate) fn ask(open: Arc<Numbers>, holds: impl Fn(&Record) -> bool + 'f) -> Self {
        Verdict { found: Arc::default(), open, test: Test::Card(Box::new(holds)) }
    }

    /// Everyone in scope is found whom this does not find.
    pub(crate) fn inverted(self, scope: &Arc<Numbers>) -> Self {
        Verdict { found: less(scope, &self.possible()), open: self.open, test: Test::Not(Box::new(self.test)) }
    }

    /// Everyone who may be found.
    pub(crate) fn possible(&self) -> Arc<Numbers> {
        if self.open.is_empty() {
            return Arc::clone(&self.found);
        }
        if self.found.is_empty() {
            return Arc::clone(&self.open);
        }
        Arc::new(&*self.found | &*self.open)
    }
}

impl Test<'_> {
    /// Whether somebody who is open passes.
    pub(crate) fn passes(&self, record: &Record) -> bool {
        match self {
            Test::Nothing => false,
            Test::Card(holds) => holds(record),
            Test::Every(tests) => tests.iter().all(|(found, test)| found.contains(record.number) || test.passes(record)),
            Test::Any(tests) => tests.iter().any(|(open, test)| open.contains(record.number) && test.passes(record)),
            Test::Not(test) => !test.passes(record),
        }
    }
}

/// Some people without others; the same set if that changes nothing.
pub(crate) fn less(people: &Arc<Numbers>, others: &Numbers) -> Arc<Numbers> {
    if people.is_disjoint(others) { Arc::clone(people) } else { Arc::new(&**people - others) }
}
