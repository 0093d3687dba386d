//! The API over real HTTP. Each test has a server on a port of its own and a database of its own.
#![allow(missing_docs, reason = "tests explain themselves by their names")]

mod access;
mod auth;
mod command_line;
mod events;
mod health;
mod openapi;
mod problems;
mod refresh;
mod setup;
mod support;
