//! The security server inside the process: a policy that it was given.

use std::ffi::{CStr, CString};

use super::policy::{Context, Policy};
use super::{Changes, Decision, Label, PolicyInfo, SecurityServer, ServerError, invalid};
use crate::class::Class;
use crate::context::SEPG_SID_UNLABELED;

/// A loaded policy, and the contexts that it has parsed.
#[derive(Debug)]
pub struct Embedded {
    policy: Policy,
    /// Indexed by SID: texts never change, but for the unlabeled one's, which
    /// changes only with the policy.
    parsed: Vec<Option<Box<Context>>>,
}

impl Embedded {
    /// A server of this policy.
    pub fn new(policy: Policy) -> Embedded {
        Embedded { policy, parsed: Vec::new() }
    }

    /// The policy itself.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Parses a label's text, once for each SID.
    fn parse(&mut self, label: Label<'_>) -> Result<(), ServerError> {
        let index = label.sid as usize;
        if self.parsed.len() <= index {
            self.parsed.resize_with(index + 1, || None);
        }
        if self.parsed[index].is_none() {
            let context =
                self.policy.parse(label.text.to_bytes()).ok_or_else(|| invalid(label.text))?;
            self.parsed[index] = Some(Box::new(context));
        }
        Ok(())
    }

    fn parsed(&self, label: Label<'_>) -> Result<&Context, ServerError> {
        self.parsed[label.sid as usize].as_deref().ok_or_else(|| invalid(label.text))
    }
}

impl SecurityServer for Embedded {
    fn canonicalize(&mut self, text: &CStr) -> Result<CString, ServerError> {
        let context = self.policy.parse(text.to_bytes()).ok_or_else(|| invalid(text))?;
        self.policy.text(&context).ok_or_else(|| invalid(text))
    }

    fn compute_av(
        &mut self,
        subject: Label<'_>,
        object: Label<'_>,
        class: Class,
    ) -> Result<Decision, ServerError> {
        self.parse(subject)?;
        self.parse(object)?;
        Ok(self.policy.compute_av(self.parsed(subject)?, self.parsed(object)?, class))
    }

    fn compute_create(
        &mut self,
        subject: Label<'_>,
        parent: Label<'_>,
        class: Class,
        name: Option<&CStr>,
        enforcing: bool,
    ) -> Result<CString, ServerError> {
        self.parse(subject)?;
        self.parse(parent)?;
        let failed = || {
            ServerError::Invalid(format!(
                "no valid default security context for {} of \"{}\" by \"{}\"",
                class.name(),
                parent.text.to_string_lossy(),
                subject.text.to_string_lossy()
            ))
        };
        let context = self
            .policy
            .compute_create(
                self.parsed(subject)?,
                self.parsed(parent)?,
                class,
                name.map(CStr::to_bytes),
            )
            .ok_or_else(failed)?;
        if enforcing && !self.policy.valid(&context) {
            return Err(failed());
        }
        self.policy.text(&context).ok_or_else(failed)
    }

    fn initial_context(&self, name: &str) -> Result<CString, ServerError> {
        self.policy
            .initial(name)
            .and_then(|context| self.policy.text(context))
            .ok_or_else(|| ServerError::Failed(format!("policy has no initial context \"{name}\"")))
    }

    fn enforcing(&self) -> bool {
        true
    }

    fn poll(&mut self) -> Result<Changes, ServerError> {
        Ok(Changes::default())
    }

    fn info(&self) -> PolicyInfo {
        self.policy.info()
    }
}

// The unlabeled context is parsed like every other, under its SID.
const _: () = assert!(SEPG_SID_UNLABELED != 0);
