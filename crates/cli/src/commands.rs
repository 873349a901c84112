//! One command each, and what they share: the configuration and the open directory.

mod care;
mod changes;
mod client;
mod files;
mod moving;
mod org;
mod person;
mod token;
mod user;

use std::process::ExitCode;

use anyhow::{Context, Result};
use cardfile_server::{Config, Installation, Loaded};

use crate::arguments::{self, Arguments, Command, Common, Serve};
use crate::output::Output;

/// Does what was asked.
pub(crate) async fn run(arguments: Arguments, output: &Output) -> Result<ExitCode> {
    let Arguments { common, command } = arguments;
    match command {
        Command::Demo { listen } => {
            cardfile_server::init_telemetry(&Config::default().log)?;
            cardfile_server::demo::run(listen, output.is_json).await?;
        }
        Command::Serve(asked) => serve(&common, asked).await?,
        Command::Org(asked) => org::run(&common, asked, output).await?,
        Command::Token(asked) => token::run(&common, asked, output).await?,
        Command::Client(asked) => client::run(&common, asked, output).await?,
        Command::User(asked) => user::run(&common, asked, output).await?,
        Command::Import(asked) => return files::import(&common, asked, output).await,
        Command::Export(asked) => files::export(&common, asked).await?,
        Command::Log { org, since, limit } => changes::log(&common, org, since, limit, output).await?,
        Command::Undo { change, org, force } => changes::undo(&common, change, org, force, output).await?,
        Command::Backup { file } => care::backup(&common, &file, output).await?,
        Command::Restore { file } => care::restore(&common, &file, output)?,
        Command::Check { rebuild } => return care::check(&common, rebuild, output).await,
        Command::Migrate { distribute } => care::migrate(&common, distribute, output).await?,
        Command::Move { to } => return moving::run(&common, &to, output).await,
        Command::Purge => care::purge(&common, output).await?,
        Command::Erase { org, contact, yes } => person::erase(&common, org, contact, yes, output).await?,
        Command::Bundle { org, contact } => person::bundle(&common, org, contact, output).await?,
        Command::Config(arguments::Config::Print) => {
            let loaded = load(&common, &[])?;
            output.answer(&loaded.to_json(), || loaded.to_toml().trim_end().to_owned())?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn serve(common: &Common, asked: Serve) -> Result<()> {
    let Serve { listen, public_url, rate_limit } = asked;
    let rate_limit = rate_limit.map(|limit| limit.0.map_or_else(|| "off".into(), |number| number.to_string()));
    let flags: Vec<(&str, String)> = [("listen", listen), ("public_url", public_url), ("rate_limit", rate_limit)]
        .into_iter()
        .filter_map(|(key, text)| text.map(|text| (key, text)))
        .collect();
    let config = load(common, &flags)?.config;
    cardfile_server::init_telemetry(&config.log)?;
    cardfile_server::serve(&common.place(), config).await
}

/// A secret from the command line, or what standard input holds if it is `-`, so that it stands in no shell history.
fn secret(said: String) -> Result<String> {
    if said != "-" {
        return Ok(said);
    }
    let text = std::io::read_to_string(std::io::stdin()).context("standard input cannot be read")?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

fn load(common: &Common, flags: &[(&str, String)]) -> Result<Loaded> {
    Loaded::read(common.config.as_deref(), &common.data, |name| std::env::var(name).ok(), flags)
}

/// The directory that is there.
async fn open(common: &Common) -> Result<Installation> {
    Installation::open_existing(&common.place(), &load(common, &[])?.config).await
}

/// The directory, made if there is none.
async fn open_or_make(common: &Common) -> Result<Installation> {
    Installation::open(&common.place(), &load(common, &[])?.config).await
}
