//! The real binary, from outside.

mod commands;
mod crash;
mod demo;
mod help;
mod http;
mod process;
mod serving;
mod stopping;
mod tls;
