//! The real binary, from outside.

mod accounts;
mod clients;
mod commands;
mod crash;
mod database;
mod demo;
mod doors;
mod files;
mod help;
mod http;
mod moving;
mod people;
mod process;
mod serving;
mod stopping;
mod tls;
mod users;
