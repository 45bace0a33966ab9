//! Security servers: who answers the questions that the cache cannot.

use std::ffi::{CStr, CString};

use crate::class::Class;
use crate::context::SepgSid;

pub mod embedded;
pub mod kernel;
pub mod policy;

/// An access vector, in the core's own bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    /// Permissions granted.
    pub allowed: u32,
    /// Permissions to audit when granted.
    pub auditallow: u32,
    /// Permissions to audit when denied.
    pub auditdeny: u32,
    /// The subject's domain is permissive.
    pub permissive: bool,
}

/// A context as servers are asked about it: its text, and its SID by which a
/// server may remember what it made of the text.
#[derive(Clone, Copy, Debug)]
pub struct Label<'a> {
    /// The SID.
    pub sid: SepgSid,
    /// The text, valid under the loaded policy.
    pub text: &'a CStr,
}

/// Why a server has no answer.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// A context is not valid under the loaded policy.
    #[error("{0}")]
    Invalid(String),
    /// The server cannot answer, or cannot start.
    #[error("{0}")]
    Failed(String),
}

fn invalid(text: &CStr) -> ServerError {
    ServerError::Invalid(format!("invalid security context: \"{}\"", text.to_string_lossy()))
}

/// What there is to tell about a policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PolicyInfo {
    /// The version of its binary form, 0 where the server does not say.
    pub version: u32,
    /// Whether contexts have a range.
    pub mls: bool,
    /// Whether unknown classes and permissions are refused.
    pub deny_unknown: bool,
    /// Object classes.
    pub classes: u32,
    /// Types, attributes included.
    pub types: u32,
    /// Roles.
    pub roles: u32,
    /// Users.
    pub users: u32,
    /// Booleans.
    pub booleans: u32,
    /// Sensitivities.
    pub levels: u32,
    /// Categories.
    pub categories: u32,
    /// Rules kept for decisions.
    pub rules: u32,
}

/// A change of the world that `SecurityServer::poll` found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Another policy, or other booleans: labels and vectors have to be asked
    /// for again.
    pub policy: bool,
    /// The enforcing mode: vectors have to be asked for again.
    pub enforcing: bool,
}

/// A source of decisions: the kernel, or a policy in this process.
pub trait SecurityServer {
    /// Checks a context text and returns its canonical form.
    fn canonicalize(&mut self, text: &CStr) -> Result<CString, ServerError>;

    /// Computes the access vector of a subject on an object.
    fn compute_av(
        &mut self,
        subject: Label<'_>,
        object: Label<'_>,
        class: Class,
    ) -> Result<Decision, ServerError>;

    /// Computes the label of a new object; `name` is what named transitions go by.
    /// In permissive mode an answer that is not valid is an answer.
    fn compute_create(
        &mut self,
        subject: Label<'_>,
        parent: Label<'_>,
        class: Class,
        name: Option<&CStr>,
        enforcing: bool,
    ) -> Result<CString, ServerError>;

    /// The text of an initial context ("unlabeled", "kernel").
    fn initial_context(&self, name: &str) -> Result<CString, ServerError>;

    /// Whether the server itself enforces.
    fn enforcing(&self) -> bool;

    /// Looks for changes, cheaply.
    fn poll(&mut self) -> Result<Changes, ServerError>;

    /// What there is to tell about the policy.
    fn info(&self) -> PolicyInfo;
}
