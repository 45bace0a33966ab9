//! The reference monitor of SE-PostgreSQL.
//!
//! Mandatory access control of a database by an SELinux policy: this crate
//! keeps the labels, asks a security server (the host's kernel, or a policy
//! loaded into the process), caches its answers and says what to audit.  It
//! knows nothing of PostgreSQL's structures and calls nothing of it, and is
//! used and tested without a server.
//!
//! C sees the functions of [`ffi`] and nothing else.

#![deny(unsafe_op_in_unsafe_fn)]
#![warn(missing_docs, clippy::undocumented_unsafe_blocks)]

pub mod audit;
pub mod avc;
pub mod class;
pub mod context;
pub mod core;
pub mod dbcontexts;
pub mod decide;
pub mod ffi;
pub mod server;
pub mod subject;
