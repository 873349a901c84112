//! The floor of point reads: the smallest server of the same framework, which answers always the same contact.

use std::process::Command;

use anyhow::Result;
use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use tokio::net::TcpListener;

use crate::people::Person;
use crate::server::{Listener, READY};

/// The hidden command that this binary runs as the endpoint with.
pub const COMMAND: &str = "endpoint";

/// Starts the endpoint as a process of its own.
///
/// # Errors
/// When it does not start.
pub fn start() -> Result<Listener> {
    Listener::start(Command::new(std::env::current_exe()?).arg(COMMAND))
}

/// Is the endpoint until the process is ended.
///
/// # Errors
/// When it cannot listen.
pub fn serve() -> Result<()> {
    let contact: &'static str = Person::at(0).json().leak();
    let answer = move || async move { ([(CONTENT_TYPE, "application/json")], contact) };
    let routes = Router::new().route("/v1/contacts/organizations/{organization}/contacts/{contact}", get(answer));
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        eprintln!("{READY}{}", listener.local_addr()?);
        Ok(axum::serve(axum::serve::ListenerExt::tap_io(listener, |stream| drop(stream.set_nodelay(true))), routes).await?)
    })
}
