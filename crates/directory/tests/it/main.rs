//! The use cases over the judge, the simplest possible store.

mod logins;
mod merchants;
