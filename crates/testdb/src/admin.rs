//! Statements about databases, each lot by a connection of its own, in a thread of its own: whoever asks may be inside of a
//! runtime, where nothing may block on another. That is a fraction of what running `psql` costs.

use std::time::{Duration, Instant};

use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Error, NoTls, SimpleQueryMessage};

/// How long a server may take to come up.
const PATIENCE: Duration = Duration::from_secs(30);

/// Runs statements, one after the other.
pub(crate) fn execute(url: &str, statements: &[&str]) -> Result<(), Error> {
    with_client(url, async |client| {
        for statement in statements {
            client.simple_query(statement).await?;
        }
        Ok(())
    })
}

/// The first column of what a query returns.
pub(crate) fn names(url: &str, query: &str) -> Result<Vec<String>, Error> {
    with_client(url, async |client| {
        let messages = client.simple_query(query).await?;
        let rows = messages.iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        });
        Ok(rows.collect())
    })
}

fn with_client<T: Send>(url: &str, ask: impl AsyncFnOnce(&Client) -> Result<T, Error> + Send) -> Result<T, Error> {
    let run = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be made");
        runtime.block_on(async {
            let client = connect(url).await?;
            ask(&client).await
        })
    };
    std::thread::scope(|scope| scope.spawn(run).join()).expect("what asks does not panic")
}

/// Waits for a server that is coming up.
async fn connect(url: &str) -> Result<Client, Error> {
    let begun = Instant::now();
    loop {
        match tokio_postgres::connect(url, NoTls).await {
            Ok((client, connection)) => {
                tokio::spawn(connection);
                return Ok(client);
            }
            Err(error) if error.code() == Some(&SqlState::CANNOT_CONNECT_NOW) && begun.elapsed() < PATIENCE => {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            Err(error) => return Err(error),
        }
    }
}
