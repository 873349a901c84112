//! The `cardfile` binary: arguments in, exit status out.
//!
//! `arguments` says what can be asked, `commands` does it, one file each; what a command prints goes through `output`.

mod arguments;
mod commands;
mod output;

use std::process::ExitCode;

use clap::Parser;

use arguments::Arguments;
use output::Output;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let output = Output { is_json: arguments.common.json };
    let outcome = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(anyhow::Error::from)
        .and_then(|runtime| runtime.block_on(commands::run(arguments, &output)));
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("cardfile: {error:#}");
            ExitCode::FAILURE
        }
    }
}
