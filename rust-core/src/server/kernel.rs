//! The security server of the host's kernel, through libselinux.
//!
//! Every question is one system call or more, but for `poll`, which reads the
//! status page that the kernel maps into the process.

use std::ffi::{CStr, CString};
use std::io;
use std::os::raw::{c_char, c_int};
use std::ptr;

use selinux_sys as sys;

use super::{Changes, Decision, Label, PolicyInfo, SecurityServer, ServerError, invalid};
use crate::class::{Class, Resolved, SEPG_CLASS_COUNT, SEPG_CLASS_PROCESS};

unsafe extern "C" {
    /// In the shim: takes libselinux's messages about policy loads away.
    fn sepg_selinux_log();
}

/// How often to ask again while one policy follows another; each round gives the
/// processor away.
const ATTEMPTS: u32 = 10_000;

/// Where the kernel shows itself.
const SELINUXFS: &str = "/sys/fs/selinux";

/// What the server asks of the kernel at every turn, as permissions of the class
/// security, and the file by which it asks.
const NEEDED: [(&str, &str); 3] =
    [("compute_av", "access"), ("check_context", "context"), ("compute_create", "create")];

/// The kernel's security server, and how its policy numbers our classes.
#[derive(Debug)]
pub struct Kernel {
    classes: [Resolved; SEPG_CLASS_COUNT as usize],
    enforcing: bool,
    deny_unknown: bool,
    /// How many policies the status page has counted.
    policy_loads: c_int,
    /// The sequence number of the policy whose numbers `classes` has, None before
    /// the first.  Vectors carry that of the policy which they are from.
    sequence: Option<u32>,
    /// The policy has changed since the last `poll`, as a vector said.
    stale: bool,
}

/// Whether this host's kernel has SELinux switched on.
pub fn available() -> bool {
    // SAFETY: Takes no arguments; libselinux reads its own state.
    unsafe { sys::is_selinux_enabled() > 0 }
}

/// Takes over a context that libselinux allocated, if the call succeeded.
///
/// # Safety
///
/// `context` is NULL or a text from libselinux that nobody else frees.
unsafe fn take(code: c_int, context: *mut c_char) -> io::Result<CString> {
    if code < 0 {
        return Err(io::Error::last_os_error());
    }
    if context.is_null() {
        // What no policy has labelled.
        return Err(io::Error::from_raw_os_error(libc::ENODATA));
    }
    // SAFETY: A text from libselinux is NUL-terminated, and ours to free.
    unsafe {
        let text = CString::from(CStr::from_ptr(context));
        sys::freecon(context);
        Ok(text)
    }
}

/// The label of the process itself.
pub fn own_context() -> Result<CString, ServerError> {
    let mut context = ptr::null_mut();
    // SAFETY: getcon_raw() fills the pointer with a text for the caller to free.
    unsafe { take(sys::getcon_raw(&mut context), context) }.map_err(|e| {
        ServerError::Failed(format!("could not get the server's security context: {e}"))
    })
}

/// The label of the peer of a socket.
pub fn peer_context(fd: c_int) -> Result<CString, ServerError> {
    let mut context = ptr::null_mut();
    // SAFETY: getpeercon_raw() takes any descriptor, and fills the pointer with
    // a text for the caller to free.
    unsafe { take(sys::getpeercon_raw(fd, &mut context), context) }
        .map_err(|e| ServerError::Failed(format!("could not get the peer's security context: {e}")))
}

/// The label of a file by its path.
pub fn file_context(path: &CStr) -> Result<CString, ServerError> {
    let mut context = ptr::null_mut();
    // SAFETY: The path is NUL-terminated; getfilecon_raw() fills the pointer
    // with a text for the caller to free.
    unsafe { take(sys::getfilecon_raw(path.as_ptr(), &mut context), context) }.map_err(|e| {
        let path = path.to_string_lossy();
        ServerError::Failed(format!("could not get the security context of file \"{path}\": {e}"))
    })
}

/// The label of an open file.
pub fn open_file_context(fd: c_int) -> Result<CString, ServerError> {
    let mut context = ptr::null_mut();
    // SAFETY: fgetfilecon_raw() takes any descriptor, and fills the pointer with
    // a text for the caller to free.
    unsafe { take(sys::fgetfilecon_raw(fd, &mut context), context) }.map_err(|e| {
        ServerError::Failed(format!("could not get the security context of an open file: {e}"))
    })
}

/// Translates a context by mcstrans: to the raw form, or to the one for people.
/// On a host without mcstrans both are the same.
pub fn translate(text: &CStr, to_raw: bool) -> Result<CString, ServerError> {
    let mut context = ptr::null_mut();
    // SAFETY: The text is NUL-terminated; both functions fill the pointer with
    // a text for the caller to free.
    unsafe {
        let code = if to_raw {
            sys::selinux_trans_to_raw_context(text.as_ptr(), &mut context)
        } else {
            sys::selinux_raw_to_trans_context(text.as_ptr(), &mut context)
        };
        take(code, context)
    }
    .map_err(|e| ServerError::Failed(format!("could not translate a security context: {e}")))
}

impl Kernel {
    /// Opens the status page and resolves the classes.
    pub fn open() -> Result<Kernel, ServerError> {
        if !available() {
            return Err(ServerError::Failed("SELinux is not enabled on this host".to_owned()));
        }
        // SAFETY: Takes no arguments, sets a function that lives as long as the
        // process.
        unsafe { sepg_selinux_log() };
        check_rights()?;
        // SAFETY: The page is mapped once in the process and stays mapped;
        // opening it again changes nothing.
        if unsafe { sys::selinux_status_open(0) } < 0 {
            return Err(ServerError::Failed(format!(
                "could not open the kernel's SELinux status page: {}",
                io::Error::last_os_error()
            )));
        }
        let mut kernel = Kernel {
            classes: Default::default(),
            enforcing: true,
            deny_unknown: true,
            policy_loads: 0,
            sequence: None,
            stale: false,
        };
        // SAFETY: The status page is open.
        if unsafe { sys::selinux_status_updated() } < 0 {
            return Err(ServerError::Failed(format!(
                "could not read the kernel's SELinux status page: {}",
                io::Error::last_os_error()
            )));
        }
        kernel.read_status();
        kernel.resolve()?;
        for number in crate::class::REQUIRED_CLASSES {
            let Some(class) = Class::new(number) else { continue };
            if kernel.classes[class.index()].value == 0 {
                return Err(ServerError::Failed(format!(
                    "the kernel's policy does not define the object class \"{}\"",
                    class.name()
                )));
            }
        }
        Ok(kernel)
    }

    fn read_status(&mut self) {
        // SAFETY: The status page is open, as every value of this type has it.
        unsafe {
            // What cannot be read is taken for the stricter answer.
            self.enforcing = sys::selinux_status_getenforce() != 0;
            self.deny_unknown = sys::selinux_status_deny_unknown() != 0;
            self.policy_loads = sys::selinux_status_policyload();
        }
    }

    /// Asks for the policy's numbers of every class and permission, and of which
    /// policy they are.
    fn resolve(&mut self) -> Result<(), ServerError> {
        for _ in 0..ATTEMPTS {
            let before = policy_sequence()?;
            // SAFETY: Takes no arguments; libselinux forgets the former policy's.
            unsafe { sys::selinux_flush_class_cache() };
            let mut classes: [Resolved; SEPG_CLASS_COUNT as usize] = Default::default();
            for class in Class::all() {
                let value = number_of_class(class.name());
                classes[class.index()] =
                    Resolved::resolve(class, value, |name| number_of_permission(value, name));
            }
            // The kernel shows the classes of a policy just before that is in
            // force: other numbers of the same policy are the next one's.
            let next = self.sequence == Some(before) && classes != self.classes;
            if policy_sequence()? == before && !next {
                self.classes = classes;
                self.sequence = Some(before);
                return Ok(());
            }
            std::thread::yield_now();
        }
        Err(ServerError::Failed("the kernel's policy keeps changing".to_owned()))
    }

    fn vector(
        &self,
        subject: Label<'_>,
        object: Label<'_>,
        class: u32,
    ) -> Result<sys::av_decision, ServerError> {
        let mut vector = NO_ANSWER;
        // SAFETY: Both texts are NUL-terminated, and vector is a place for the
        // answer.
        let code = unsafe {
            sys::security_compute_av_flags_raw(
                subject.text.as_ptr(),
                object.text.as_ptr(),
                class as sys::security_class_t,
                u32::MAX,
                &mut vector,
            )
        };
        if code < 0 {
            return Err(failed("access vector", subject, object));
        }
        Ok(vector)
    }
}

/// What the kernel fills with its answer.
const NO_ANSWER: sys::av_decision =
    sys::av_decision { allowed: 0, decided: 0, auditallow: 0, auditdeny: 0, seqno: 0, flags: 0 };

/// The context of an initial SID, by its name.
fn initial_context(name: &CStr) -> io::Result<CString> {
    let mut context = ptr::null_mut();
    // SAFETY: The name is NUL-terminated; the pointer is filled with a text for
    // the caller to free.
    unsafe { take(sys::security_get_initial_context_raw(name.as_ptr(), &mut context), context) }
}

/// The sequence number of the policy in force.
fn policy_sequence() -> Result<u32, ServerError> {
    let failed = |e: io::Error| {
        ServerError::Failed(format!("could not ask the kernel for its policy's number: {e}"))
    };
    let text = initial_context(c"unlabeled").map_err(failed)?;
    let mut vector = NO_ANSWER;
    // No class at all is one that no policy has: only the number counts.
    // SAFETY: The text is NUL-terminated, and vector is a place for the answer.
    let code = unsafe {
        sys::security_compute_av_flags_raw(text.as_ptr(), text.as_ptr(), 0, 0, &mut vector)
    };
    if code < 0 {
        return Err(failed(io::Error::last_os_error()));
    }
    Ok(vector.seqno)
}

/// Fails if the policy does not let this process ask, and names the rules that
/// are missing.
fn check_rights() -> Result<(), ServerError> {
    let own = own_context()?;
    let security = initial_context(c"security")
        .map_err(|e| ServerError::Failed(format!("could not get an initial context: {e}")))?;

    let mut permissions = Vec::new();
    let mut files = false;
    for (permission, file) in NEEDED {
        let mut answer = ptr::null_mut();
        let mut vector = NO_ANSWER;
        // SAFETY: Texts are NUL-terminated, vector is a place for the answer, and
        // a context that comes back is ours to free.
        let code = unsafe {
            match permission {
                "compute_av" => sys::security_compute_av_flags_raw(
                    own.as_ptr(),
                    own.as_ptr(),
                    0,
                    0,
                    &mut vector,
                ),
                "check_context" => sys::security_check_context_raw(own.as_ptr()),
                _ => {
                    let code = sys::security_compute_create_raw(
                        own.as_ptr(),
                        own.as_ptr(),
                        0,
                        &mut answer,
                    );
                    if code == 0 {
                        sys::freecon(answer);
                    }
                    code
                }
            }
        };
        if code == 0 {
            continue;
        }
        let error = io::Error::last_os_error();
        if error.raw_os_error() != Some(libc::EACCES) {
            return Err(ServerError::Failed(format!(
                "the kernel did not answer a question ({permission}): {error}"
            )));
        }
        let opened =
            std::fs::OpenOptions::new().read(true).write(true).open(format!("{SELINUXFS}/{file}"));
        match opened {
            Ok(_) => permissions.push(permission),
            Err(_) => files = true,
        }
    }
    // SAFETY: The page is mapped once in the process and stays mapped.
    if unsafe { sys::selinux_status_open(0) } < 0
        && io::Error::last_os_error().raw_os_error() == Some(libc::EACCES)
    {
        files = true;
    }
    if permissions.is_empty() && !files {
        return Ok(());
    }

    let type_of = |context: &CStr| {
        let text = context.to_string_lossy().into_owned();
        text.split(':').nth(2).unwrap_or(&text).to_owned()
    };
    let (own, security) = (type_of(&own), type_of(&security));
    let mut rules = Vec::new();
    if files {
        rules.push(format!("allow {own} {security}:dir {{ getattr open read search }};"));
        rules.push(format!("allow {own} {security}:file {{ getattr map open read write }};"));
    }
    if !permissions.is_empty() {
        rules.push(format!("allow {own} {security}:security {{ {} }};", permissions.join(" ")));
    }
    Err(ServerError::Failed(format!(
        "the policy does not let the server's domain ask it, for want of: {}",
        rules.join(" ")
    )))
}

fn number_of_class(name: &str) -> u32 {
    let Ok(name) = CString::new(name) else { return 0 };
    // SAFETY: The name is NUL-terminated.
    unsafe { sys::string_to_security_class(name.as_ptr()) }.into()
}

fn number_of_permission(class: u32, name: &str) -> u32 {
    let Ok(name) = CString::new(name) else { return 0 };
    // SAFETY: The name is NUL-terminated.
    unsafe { sys::string_to_av_perm(class as sys::security_class_t, name.as_ptr()) }
}

fn failed(what: &str, subject: Label<'_>, object: Label<'_>) -> ServerError {
    let error = io::Error::last_os_error();
    let text = format!(
        "SELinux could not compute the {what} of \"{}\" on \"{}\": {error}",
        subject.text.to_string_lossy(),
        object.text.to_string_lossy()
    );
    match error.raw_os_error() {
        Some(libc::EINVAL | libc::EACCES) => ServerError::Invalid(text),
        _ => ServerError::Failed(text),
    }
}

impl SecurityServer for Kernel {
    fn canonicalize(&mut self, text: &CStr) -> Result<CString, ServerError> {
        let mut context = ptr::null_mut();
        // SAFETY: The text is NUL-terminated; the pointer is filled with a text
        // for the caller to free.
        let answer = unsafe {
            take(sys::security_canonicalize_context_raw(text.as_ptr(), &mut context), context)
        };
        answer.map_err(|error| match error.raw_os_error() {
            Some(libc::EINVAL) => invalid(text),
            _ => {
                ServerError::Failed(format!("SELinux could not check a security context: {error}"))
            }
        })
    }

    fn compute_av(
        &mut self,
        subject: Label<'_>,
        object: Label<'_>,
        class: Class,
    ) -> Result<Decision, ServerError> {
        let all = class.all_permissions();
        // Where a class is unknown, another tells whether the domain is
        // permissive; process is in every policy.
        let mut value = self.classes[class.index()].value;
        let mut unknown = value == 0;
        if unknown {
            value = self.classes[SEPG_CLASS_PROCESS as usize].value;
        }
        let mut vector = self.vector(subject, object, value)?;
        let mut attempts = 0;
        while self.sequence != Some(vector.seqno) {
            // Another policy answered than the one that the numbers are of.
            if attempts == ATTEMPTS {
                return Err(ServerError::Failed("the kernel's policy keeps changing".to_owned()));
            }
            attempts += 1;
            self.stale = true;
            self.resolve()?;
            value = self.classes[class.index()].value;
            unknown = value == 0;
            if unknown {
                value = self.classes[SEPG_CLASS_PROCESS as usize].value;
            }
            vector = self.vector(subject, object, value)?;
        }

        let resolved = &self.classes[class.index()];
        let mut decision = Decision {
            allowed: 0,
            auditallow: 0,
            auditdeny: all,
            permissive: vector.flags & sys::SELINUX_AVD_FLAGS_PERMISSIVE as u32 != 0,
        };
        if !unknown {
            decision.allowed = resolved.to_core(vector.allowed);
            decision.auditallow = resolved.to_core(vector.auditallow);
            decision.auditdeny = resolved.to_core(vector.auditdeny) | all & !resolved.known;
        }
        if !self.deny_unknown {
            decision.allowed |= all & !resolved.known;
        }
        Ok(decision)
    }

    fn compute_create(
        &mut self,
        subject: Label<'_>,
        parent: Label<'_>,
        class: Class,
        name: Option<&CStr>,
        _enforcing: bool,
    ) -> Result<CString, ServerError> {
        // An unknown class has no rules and no defaults; the kernel takes 0 for one.
        let value = self.classes[class.index()].value as sys::security_class_t;
        let mut context = ptr::null_mut();
        // SAFETY: All texts are NUL-terminated, a name may be NULL; the pointer
        // is filled with a text for the caller to free.
        let answer = unsafe {
            let code = sys::security_compute_create_name_raw(
                subject.text.as_ptr(),
                parent.text.as_ptr(),
                value,
                name.map_or(ptr::null(), CStr::as_ptr),
                &mut context,
            );
            take(code, context)
        };
        answer.map_err(|_| failed("default security context", subject, parent))
    }

    fn initial_context(&self, name: &str) -> Result<CString, ServerError> {
        let failed =
            |e| ServerError::Failed(format!("could not get the initial context \"{name}\": {e}"));
        let text = CString::new(name).map_err(|e| failed(e.into()))?;
        initial_context(&text).map_err(failed)
    }

    fn enforcing(&self) -> bool {
        self.enforcing
    }

    fn poll(&mut self) -> Result<Changes, ServerError> {
        // SAFETY: The status page is open, as every value of this type has it.
        let updated = unsafe { sys::selinux_status_updated() };
        if updated < 0 {
            return Err(ServerError::Failed(format!(
                "could not read the kernel's SELinux status page: {}",
                io::Error::last_os_error()
            )));
        }
        let mut changes = Changes { policy: std::mem::take(&mut self.stale), enforcing: false };
        if updated > 0 {
            let (enforcing, deny_unknown, loads) =
                (self.enforcing, self.deny_unknown, self.policy_loads);
            self.read_status();
            changes.enforcing = enforcing != self.enforcing;
            changes.policy |= loads != self.policy_loads || deny_unknown != self.deny_unknown;
        }
        if changes.policy {
            self.resolve()?;
        }
        Ok(changes)
    }

    fn info(&self) -> PolicyInfo {
        // SAFETY: Take no arguments; libselinux asks the kernel.
        let (version, mls) = unsafe { (sys::security_policyvers(), sys::is_selinux_mls_enabled()) };
        PolicyInfo {
            version: version.max(0) as u32,
            mls: mls > 0,
            deny_unknown: self.deny_unknown,
            ..PolicyInfo::default()
        }
    }
}
