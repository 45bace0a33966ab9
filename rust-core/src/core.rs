//! The reference monitor: a security server behind its caches.

use std::ffi::{CStr, CString};

use crate::avc::{CAPACITY, Cache, Key, Vector, Verdict};
use crate::class::Class;
use crate::context::{MAX_CONTEXT_LENGTH, SEPG_SID_NONE, SEPG_SID_UNLABELED, SepgSid, SidTable};
use crate::dbcontexts::DbContexts;
use crate::server::embedded::Embedded;
use crate::server::kernel::Kernel;
use crate::server::policy::Policy;
use crate::server::{Label, PolicyInfo, SecurityServer, ServerError};
use crate::subject::Subjects;

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No policy was loaded yet.
    #[error("no SELinux policy is loaded")]
    NotReady,
    /// A context is not valid under the loaded policy.
    #[error("{0}")]
    Invalid(String),
    /// sepgsql_contexts has no line for an object.
    #[error("{0}")]
    NoMatch(String),
    /// Everything else.
    #[error("{0}")]
    Failed(String),
}

impl From<ServerError> for Error {
    fn from(error: ServerError) -> Error {
        match error {
            ServerError::Invalid(text) => Error::Invalid(text),
            ServerError::Failed(text) => Error::Failed(text),
        }
    }
}

/// Counters since the process began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Questions for an access vector.
    pub lookups: u64,
    /// Those that the cache answered.
    pub hits: u64,
    /// Those that it did not.
    pub misses: u64,
    /// Answers thrown out for others.
    pub reclaimed: u64,
    /// Requests that the policy refused, let pass or not.
    pub denials: u64,
    /// Answers in the cache.
    pub entries: u64,
    /// Answers that it can hold.
    pub capacity: u64,
    /// Contexts known.
    pub sids: u64,
    /// What `Core::sequence` says.
    pub sequence: u64,
    /// Questions for a default label, without a name.
    pub transition_lookups: u64,
    /// Those that the cache did not answer.
    pub transition_misses: u64,
}

/// Everything that one process knows.
pub struct Core {
    server: Option<Box<dyn SecurityServer>>,
    /// The process that loaded it, maybe a parent of this one.
    loaded_by: u32,
    sids: SidTable,
    vectors: Cache<Vector>,
    transitions: Cache<SepgSid>,
    /// The subjects of this process' session.
    pub subjects: Subjects,
    contexts: DbContexts,
    sequence: u64,
    permissive: bool,
    audit_all: bool,
    /// Neither the setting nor the server is permissive.
    enforcing: bool,
    denials: u64,
}

impl Default for Core {
    fn default() -> Self {
        Core::new()
    }
}

impl Core {
    /// A core without a policy.
    pub fn new() -> Core {
        Core::with_capacity(CAPACITY)
    }

    /// A core without a policy, whose caches hold so many entries.
    pub fn with_capacity(capacity: usize) -> Core {
        Core {
            server: None,
            loaded_by: std::process::id(),
            sids: SidTable::new(),
            vectors: Cache::new(capacity),
            transitions: Cache::new(capacity / 4),
            subjects: Subjects::default(),
            contexts: DbContexts::default(),
            sequence: 0,
            permissive: false,
            audit_all: false,
            enforcing: true,
            denials: 0,
        }
    }

    /// Validates a policy and puts it in force; on an error the former one stays.
    pub fn init_embedded(&mut self, image: &[u8]) -> Result<(), Error> {
        self.install(Box::new(Core::load_embedded(image)?))
    }

    /// Validates a policy as `init_embedded` does, and changes nothing.
    pub fn check_embedded(image: &[u8]) -> Result<(), Error> {
        Core::load_embedded(image).map(drop)
    }

    fn load_embedded(image: &[u8]) -> Result<Embedded, Error> {
        let policy = Policy::load(image).map_err(|e| Error::Failed(e.to_string()))?;
        let mut server = Embedded::new(policy);
        // Names with colons in them make a context that nobody can read again,
        // and every decision about what has no label an error.
        let unlabeled = server.initial_context("unlabeled");
        unlabeled
            .and_then(|unlabeled| server.canonicalize(&unlabeled))
            .map_err(|e| Error::Failed(format!("the context of unlabeled objects: {e}")))?;
        Ok(server)
    }

    /// Takes the host's kernel as security server.
    pub fn init_kernel(&mut self) -> Result<(), Error> {
        let kernel = Kernel::open()?;
        self.install(Box::new(kernel))
    }

    /// Puts a server in the place of the former.
    pub fn install(&mut self, server: Box<dyn SecurityServer>) -> Result<(), Error> {
        let unlabeled = server.initial_context("unlabeled")?;
        let inherited = self.loaded_by != std::process::id();
        self.loaded_by = std::process::id();
        if let Some(former) = self.server.replace(server)
            && inherited
        {
            // To free what the parent process built would copy its pages,
            // which all its children share.
            std::mem::forget(former);
        }
        self.policy_changed(&unlabeled);
        Ok(())
    }

    fn policy_changed(&mut self, unlabeled: &CStr) {
        self.sids.policy_loaded(unlabeled);
        self.answers_changed();
    }

    fn answers_changed(&mut self) {
        self.vectors.clear();
        // Permissive mode lets labels pass that are not valid.
        self.transitions.clear();
        self.sequence += 1;
        self.enforcing =
            !self.permissive && self.server.as_ref().is_none_or(|server| server.enforcing());
    }

    /// Whether there is a policy.
    pub fn ready(&self) -> bool {
        self.server.is_some()
    }

    /// Grows whenever answers may have changed.
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// Looks for changes of the server's; true if answers may have changed.
    pub fn poll(&mut self) -> Result<bool, Error> {
        let server = self.server.as_mut().ok_or(Error::NotReady)?;
        let changes = server.poll()?;
        if changes.policy {
            let unlabeled = server.initial_context("unlabeled")?;
            self.policy_changed(&unlabeled);
        } else if changes.enforcing {
            self.answers_changed();
        }
        Ok(changes.policy || changes.enforcing)
    }

    /// Sets whether denials are let pass.
    pub fn set_permissive(&mut self, permissive: bool) {
        if self.permissive != permissive {
            self.permissive = permissive;
            self.answers_changed();
        }
    }

    /// Sets whether every decision is to be audited.
    pub fn set_audit_all(&mut self, audit_all: bool) {
        self.audit_all = audit_all;
    }

    /// Whether denials are enforced, permissive domains aside.
    pub fn enforcing(&self) -> bool {
        self.enforcing
    }

    /// What there is to tell about the policy.
    pub fn info(&self) -> Result<PolicyInfo, Error> {
        Ok(self.server.as_ref().ok_or(Error::NotReady)?.info())
    }

    /// The SID of a context that a user wrote, in its canonical form.
    pub fn context_to_sid(&mut self, text: &CStr) -> Result<SepgSid, Error> {
        let server = self.server.as_mut().ok_or(Error::NotReady)?;
        if text.count_bytes() > MAX_CONTEXT_LENGTH {
            return Err(Error::Invalid("security context is too long".to_owned()));
        }
        let canonical = server.canonicalize(text)?;
        let sid = self.sids.intern(&canonical);
        self.sids.set_valid(sid, true);
        Ok(sid)
    }

    /// The SID of a text as it is, valid or not.
    pub fn text_to_sid(&mut self, text: &CStr) -> SepgSid {
        self.sids.intern(text)
    }

    /// The text of a SID.
    pub fn sid_to_text(&self, sid: SepgSid) -> Option<&'static CStr> {
        self.sids.text(sid)
    }

    /// How many SIDs there are, none included.
    pub fn sid_count(&self) -> usize {
        self.sids.len()
    }

    /// Whether a SID's text is valid under the loaded policy.
    pub fn sid_valid(&mut self, sid: SepgSid) -> Result<bool, Error> {
        let server = self.server.as_mut().ok_or(Error::NotReady)?;
        if let Some(valid) = self.sids.valid(sid) {
            return Ok(valid);
        }
        let Some(text) = self.sids.text(sid) else { return Ok(false) };
        let valid = match server.canonicalize(text) {
            Ok(_) => true,
            Err(ServerError::Invalid(_)) => false,
            // Not knowing is no reason to remember.
            Err(error) => return Err(error.into()),
        };
        self.sids.set_valid(sid, valid);
        Ok(valid)
    }

    /// The SID of an initial context.
    pub fn initial_context(&mut self, name: &str) -> Result<SepgSid, Error> {
        let text = self.server.as_ref().ok_or(Error::NotReady)?.initial_context(name)?;
        if name == "unlabeled" {
            return Ok(SEPG_SID_UNLABELED);
        }
        let sid = self.sids.intern(&text);
        self.sids.set_valid(sid, true);
        Ok(sid)
    }

    /// The label to ask the server about: a text that is not valid is decided
    /// as the unlabeled context.
    fn label(&mut self, sid: SepgSid) -> Result<Label<'static>, Error> {
        let sid = if self.sid_valid(sid)? { sid } else { SEPG_SID_UNLABELED };
        match self.sids.text(sid) {
            Some(text) => Ok(Label { sid, text }),
            None => Err(Error::Failed(format!("unknown security id {sid}"))),
        }
    }

    /// Fills the cache; out of the way of hits.
    #[cold]
    #[inline(never)]
    fn compute(
        &mut self,
        subject: SepgSid,
        object: SepgSid,
        class: Class,
    ) -> Result<&mut Vector, Error> {
        if self.server.is_none() {
            return Err(Error::NotReady);
        }
        for sid in [subject, object] {
            if sid == SEPG_SID_NONE || self.sids.text(sid).is_none() {
                return Err(Error::Failed(format!("unknown security id {sid}")));
            }
        }
        let (subject_label, object_label) = (self.label(subject)?, self.label(object)?);
        let server = self.server.as_mut().ok_or(Error::NotReady)?;
        let decision = server.compute_av(subject_label, object_label, class)?;
        Ok(self.vectors.insert(Key::new(subject, object, class), decision.into()))
    }

    /// Decides a request.
    #[inline]
    pub fn check(
        &mut self,
        subject: SepgSid,
        object: SepgSid,
        class: Class,
        required: u32,
    ) -> Result<Verdict, Error> {
        let (enforcing, audit_all) = (self.enforcing, self.audit_all);
        let Some(vector) = self.vectors.get(Key::new(subject, object, class)) else {
            return self.check_miss(subject, object, class, required);
        };
        let verdict = vector.decide(required, enforcing, audit_all);
        self.denials += u64::from(verdict.denied != 0);
        Ok(verdict)
    }

    #[cold]
    #[inline(never)]
    fn check_miss(
        &mut self,
        subject: SepgSid,
        object: SepgSid,
        class: Class,
        required: u32,
    ) -> Result<Verdict, Error> {
        let (enforcing, audit_all) = (self.enforcing, self.audit_all);
        let vector = self.compute(subject, object, class)?;
        let verdict = vector.decide(required, enforcing, audit_all);
        self.denials += u64::from(verdict.denied != 0);
        Ok(verdict)
    }

    /// What a subject may do with an object, permissive mode included.
    pub fn allowed(
        &mut self,
        subject: SepgSid,
        object: SepgSid,
        class: Class,
    ) -> Result<u32, Error> {
        let enforcing = self.enforcing;
        match self.vectors.get(Key::new(subject, object, class)) {
            Some(vector) => Ok(vector.allowed(class, enforcing)),
            None => Ok(self.compute(subject, object, class)?.allowed(class, enforcing)),
        }
    }

    /// What the policy itself lets a subject do with an object, whatever mode
    /// and domains are permissive.
    pub fn permitted(
        &mut self,
        subject: SepgSid,
        object: SepgSid,
        class: Class,
    ) -> Result<u32, Error> {
        match self.vectors.get(Key::new(subject, object, class)) {
            Some(vector) => Ok(vector.granted()),
            None => Ok(self.compute(subject, object, class)?.granted()),
        }
    }

    /// The label of something new in `parent`; a name may decide.
    pub fn compute_create(
        &mut self,
        subject: SepgSid,
        parent: SepgSid,
        class: Class,
        name: Option<&CStr>,
    ) -> Result<SepgSid, Error> {
        let key = Key::new(subject, parent, class);
        if name.is_none()
            && let Some(sid) = self.transitions.get(key)
        {
            return Ok(*sid);
        }
        if self.server.is_none() {
            return Err(Error::NotReady);
        }
        for sid in [subject, parent] {
            if sid == SEPG_SID_NONE || self.sids.text(sid).is_none() {
                return Err(Error::Failed(format!("unknown security id {sid}")));
            }
        }
        let (subject, parent) = (self.label(subject)?, self.label(parent)?);
        let enforcing = self.enforcing;
        let server = self.server.as_mut().ok_or(Error::NotReady)?;
        let text = server.compute_create(subject, parent, class, name, enforcing)?;
        let sid = self.sids.intern(&text);
        if enforcing {
            self.sids.set_valid(sid, true);
        }
        if name.is_none() {
            self.transitions.insert(key, sid);
        }
        Ok(sid)
    }

    /// Takes the labels of sepgsql_contexts from its text.
    pub fn load_db_contexts(&mut self, text: &[u8]) -> Result<(), Error> {
        self.contexts = DbContexts::parse(text).map_err(|e| Error::Failed(e.to_string()))?;
        Ok(())
    }

    /// The label that sepgsql_contexts gives an object.
    pub fn db_context(&mut self, class: Class, name: &CStr) -> Result<SepgSid, Error> {
        match self.contexts.lookup(class, name).map(CString::from) {
            Some(text) => self.context_to_sid(&text),
            None => Err(Error::NoMatch(format!(
                "no context for {} \"{}\"",
                class.name(),
                name.to_string_lossy()
            ))),
        }
    }

    /// The counters.
    pub fn stats(&self) -> Stats {
        let (lookups, misses, reclaimed) = self.vectors.counters();
        let (transition_lookups, transition_misses, _) = self.transitions.counters();
        Stats {
            lookups,
            hits: lookups - misses,
            misses,
            reclaimed,
            denials: self.denials,
            entries: self.vectors.len() as u64,
            capacity: self.vectors.capacity() as u64,
            sids: self.sids.len() as u64 - 1,
            sequence: self.sequence,
            transition_lookups,
            transition_misses,
        }
    }
}
