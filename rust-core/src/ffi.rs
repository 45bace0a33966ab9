//! The functions that C calls; nothing else of this crate is visible to C.
//!
//! ```c
//! char err[SEPG_ERRLEN];
//!
//! if (sepg_core_init_embedded(image, len, err, sizeof(err)) != SEPG_OK)
//!     ereport(FATAL, (errmsg("could not load the SELinux policy: %s", err)));
//! ```
//!
//! Every function catches panics, and none calls back into C's caller.  The
//! state belongs to the calling thread; a process of PostgreSQL has one, and a
//! child gets a copy at fork.

use std::cell::{Cell, RefCell};
use std::ffi::{CStr, CString};
use std::mem::ManuallyDrop;
use std::os::raw::{c_char, c_int};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::time::Instant;

use crate::audit::Record;
use crate::audit::daemon::{AuditError, Daemon};
use crate::audit::limit::Limiter;
use crate::class::Class;
use crate::context::{Parts, SEPG_SID_NONE, SepgSid};
use crate::core::{Core, Error};
use crate::decide;
use crate::server::kernel;
use crate::server::policy::explain::Explainer;

/// Done, or granted.
pub const SEPG_OK: i32 = 0;
/// The policy refuses.
pub const SEPG_DENIED: i32 = 1;
/// Not a valid context.
pub const SEPG_INVALID: i32 = 2;
/// Nothing is said of it.
pub const SEPG_NO_MATCH: i32 = 3;
/// An error; the caller's buffer has its text, or sepg_core_last_error().
pub const SEPG_ERROR: i32 = -1;
/// A defect of the core; treat it as an error.
pub const SEPG_PANIC: i32 = -2;
/// No policy is loaded.
pub const SEPG_NOT_READY: i32 = -3;

/// Room enough for every error text.
pub const SEPG_ERRLEN: u32 = 1024;

/// What to write about a decision.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SepgAudit {
    /// Permissions that the policy refuses.
    pub denied: u32,
    /// Permissions to write an audit record about; 0 for none.
    pub audited: u32,
    /// The record is about what was granted.
    pub granted: bool,
    /// The policy refuses, and permissive mode or a permissive domain lets it pass.
    pub permissive: bool,
}

/// Counters since the process began.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SepgStats {
    /// Questions for an access vector.
    pub lookups: u64,
    /// Those that the cache answered.
    pub hits: u64,
    /// Those that it did not.
    pub misses: u64,
    /// Answers thrown out to make room.
    pub reclaimed: u64,
    /// Requests that the policy refused, let pass or not.
    pub denials: u64,
    /// Answers in the cache.
    pub entries: u64,
    /// Answers that the cache can hold.
    pub capacity: u64,
    /// Contexts known.
    pub sids: u64,
    /// sepg_core_policy_seqno()
    pub policy_seqno: u64,
    /// Questions for a default label, other than by name.
    pub transition_lookups: u64,
    /// Those that the cache did not answer.
    pub transition_misses: u64,
}

/// What there is to tell about the policy; counts are 0 with the kernel's.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SepgPolicyInfo {
    /// The version of its binary form.
    pub version: u32,
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
    /// Contexts have a range.
    pub mls: bool,
    /// Unknown classes and permissions are refused.
    pub deny_unknown: bool,
}

// C asserts the same.
const _: () = {
    assert!(size_of::<SepgAudit>() == 12 && align_of::<SepgAudit>() == 4);
    assert!(size_of::<SepgStats>() == 88 && align_of::<SepgStats>() == 8);
    assert!(size_of::<SepgPolicyInfo>() == 40 && align_of::<SepgPolicyInfo>() == 4);
};

/// The state of a thread.
struct State {
    core: Core,
    daemon: Daemon,
    limiter: Limiter,
    last_error: CString,
}

thread_local! {
    // Never dropped: C holds pointers into it until the process ends.
    static STATE: ManuallyDrop<RefCell<Option<Box<State>>>> =
        const { ManuallyDrop::new(RefCell::new(None)) };
    // What sepg_core_policy_seqno points to.
    static SEQUENCE: Cell<u64> = const { Cell::new(0) };
}

/// Runs a function on the state.  A panic ends here; so does a call from within
/// a call, which no caller makes.
#[inline]
fn with_state<T>(otherwise: T, call: impl FnOnce(&mut State) -> T) -> T {
    let answer = catch_unwind(AssertUnwindSafe(|| {
        STATE.with(|state| {
            let mut state = state.try_borrow_mut().ok()?;
            let state = state.get_or_insert_with(|| {
                Box::new(State {
                    core: Core::new(),
                    daemon: Daemon::default(),
                    limiter: Limiter::default(),
                    last_error: CString::default(),
                })
            });
            let answer = call(state);
            SEQUENCE.set(state.core.sequence());
            Some(answer)
        })
    }));
    match answer {
        Ok(Some(answer)) => answer,
        _ => otherwise,
    }
}

/// Runs a function on the state that reports errors in C's buffer: the buffer
/// holds a text in any case, an empty one after success.
///
/// # Safety
///
/// `buffer` is as for `put`.
unsafe fn with_errors(
    buffer: *mut c_char,
    length: usize,
    call: impl FnOnce(&mut State) -> i32,
) -> i32 {
    // SAFETY: By the contract above.
    unsafe { put(b"", buffer, length) };
    let code = with_state(SEPG_PANIC, call);
    if code == SEPG_PANIC {
        // SAFETY: By the contract above.
        unsafe { put(b"internal error of the SELinux core", buffer, length) };
    }
    code
}

/// Runs a function that needs no state.
fn guard<T>(otherwise: T, call: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or(otherwise)
}

/// Copies a text into C's buffer, cut to fit and always terminated; returns the
/// length of the whole.
///
/// # Safety
///
/// `buffer` is NULL or has room for `length` bytes.
unsafe fn put(text: &[u8], buffer: *mut c_char, length: usize) -> usize {
    if !buffer.is_null() && length > 0 {
        let mut fits = text.len().min(length - 1);
        // A cut must not leave half a character.
        if fits < text.len() {
            while fits > 0 && text[fits] & 0xc0 == 0x80 {
                fits -= 1;
            }
        }
        // SAFETY: The buffer has room for length bytes, by the contract above,
        // and fits is less; C's buffers and ours do not overlap.
        unsafe {
            ptr::copy_nonoverlapping(text.as_ptr().cast(), buffer, fits);
            *buffer.add(fits) = 0;
        }
    }
    text.len()
}

/// The code of an error, whose text goes to C's buffer.
///
/// # Safety
///
/// As for `put`.
unsafe fn fail(state: &mut State, error: &Error, buffer: *mut c_char, length: usize) -> i32 {
    let text = error.to_string();
    // SAFETY: The buffer is as put() demands, by the contract above.
    unsafe { put(text.as_bytes(), buffer, length) };
    state.last_error = CString::new(text).unwrap_or_default();
    match error {
        Error::NotReady => SEPG_NOT_READY,
        Error::Invalid(_) => SEPG_INVALID,
        Error::NoMatch(_) => SEPG_NO_MATCH,
        Error::Failed(_) => SEPG_ERROR,
    }
}

/// A text that C passes; NULL is an error of C's.
///
/// # Safety
///
/// `text` is NULL or NUL-terminated, and stays so while the answer is used.
unsafe fn text<'a>(text: *const c_char) -> Result<&'a CStr, Error> {
    if text.is_null() {
        return Err(Error::Failed("NULL where a text is needed".to_owned()));
    }
    // SAFETY: By the contract above.
    Ok(unsafe { CStr::from_ptr(text) })
}

/// A text that C may leave out.
///
/// # Safety
///
/// As for `text`.
unsafe fn optional<'a>(text: *const c_char) -> Option<&'a CStr> {
    // SAFETY: By the contract above.
    (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) })
}

fn class(number: u32) -> Result<Class, Error> {
    Class::new(number).ok_or_else(|| Error::Failed(format!("unknown object class {number}")))
}

/// Writes an answer, if C wants it.
///
/// # Safety
///
/// `place` is NULL or a place for the answer.
unsafe fn store<T>(place: *mut T, value: T) {
    if !place.is_null() {
        // SAFETY: A place for the answer, by the contract above.
        unsafe { *place = value };
    }
}

/// Finishes a function whose answer is a SID: stores it, or the error.
///
/// # Safety
///
/// `sid` is NULL or a place for the answer; `err` is as for `put`.
unsafe fn answer_sid(
    state: &mut State,
    answer: Result<SepgSid, Error>,
    sid: *mut SepgSid,
    err: *mut c_char,
    errlen: usize,
) -> i32 {
    let (code, value) = match answer {
        Ok(value) => (SEPG_OK, value),
        // SAFETY: The buffer is as fail() demands, by the contract above.
        Err(error) => (unsafe { fail(state, &error, err, errlen) }, SEPG_SID_NONE),
    };
    // SAFETY: A place for the answer, by the contract above.
    unsafe { store(sid, value) };
    code
}

/*
 * Policy
 */

/// Takes a binary policy as security server.  The image is validated in full
/// and then swapped in; on an error the former policy stays in force.  The
/// image stays the caller's and is not used afterwards.
///
/// Returns SEPG_OK, or SEPG_ERROR with the reason in err.  err may be NULL;
/// a text that does not fit is cut, and always terminated.
///
/// # Safety
///
/// image has len readable bytes; err is NULL or has room for errlen.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sepg_core_init_embedded(
    image: *const u8,
    len: usize,
    err: *mut c_char,
    errlen: usize,
) -> i32 {
    let call = |state: &mut State| {
        // SAFETY: The image is readable, by this function's contract.
        let answer = unsafe { bytes(image, len) }.and_then(|image| state.core.init_embedded(image));
        match answer {
            Ok(()) => SEPG_OK,
            // SAFETY: The buffer is as fail() demands, by this function's contract.
            Err(error) => unsafe { fail(state, &error, err, errlen) },
        }
    };
    // SAFETY: The buffer is as put() demands, by this function's contract.
    unsafe { with_errors(err, errlen, call) }
}

/// A block of bytes that C passes.
///
/// # Safety
///
/// `data` has `len` readable bytes, or is NULL.
unsafe fn bytes<'a>(data: *const u8, len: usize) -> Result<&'a [u8], Error> {
    if data.is_null() || len > isize::MAX as usize {
        return Err(Error::Failed("no policy image".to_owned()));
    }
    // SAFETY: By the contract above.
    Ok(unsafe { std::slice::from_raw_parts(data, len) })
}

/// Validates a binary policy as sepg_core_init_embedded() does, and changes
/// nothing.
///
/// Returns SEPG_OK, or SEPG_ERROR with the reason in err.
///
/// # Safety
///
/// image has len readable bytes; err is NULL or has room for errlen.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sepg_core_check_policy(
    image: *const u8,
    len: usize,
    err: *mut c_char,
    errlen: usize,
) -> i32 {
    let call = |state: &mut State| {
        // SAFETY: The image is readable, by this function's contract.
        let answer = unsafe { bytes(image, len) }.and_then(Core::check_embedded);
        match answer {
            Ok(()) => SEPG_OK,
            // SAFETY: The buffer is as fail() demands, by this function's contract.
            Err(error) => unsafe { fail(state, &error, err, errlen) },
        }
    };
    // SAFETY: The buffer is as put() demands, by this function's contract.
    unsafe { with_errors(err, errlen, call) }
}

/// Takes the host's kernel as security server.
///
/// Returns SEPG_OK, or SEPG_ERROR with the reason in err: SELinux is off, its
/// status page cannot be read, or its policy has no classes for databases.
///
/// # Safety
///
/// err is NULL or has room for errlen.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sepg_core_init_kernel(err: *mut c_char, errlen: usize) -> i32 {
    let call = |state: &mut State| match state.core.init_kernel() {
        Ok(()) => SEPG_OK,
        // SAFETY: The buffer is as fail() demands, by this function's contract.
        Err(error) => unsafe { fail(state, &error, err, errlen) },
    };
    // SAFETY: The buffer is as put() demands, by this function's contract.
    unsafe { with_errors(err, errlen, call) }
}

/// Is a policy in force?
#[unsafe(no_mangle)]
pub extern "C" fn sepg_core_ready() -> bool {
    with_state(false, |state| state.core.ready())
}

/// Has the host's kernel SELinux switched on?  Loads nothing.
#[unsafe(no_mangle)]
pub extern "C" fn sepg_core_kernel_available() -> bool {
    guard(false, kernel::available)
}

/// Where the number is that grows whenever an answer may have changed: another
/// policy, enforcing or permissive mode.  What C remembers is to be keyed by it.
///
/// The address is good for the life of the thread that asks, in processes that
/// it forks too, and never NULL.  The number changes only within calls of this
/// library; C only reads it.
#[unsafe(no_mangle)]
pub extern "C" fn sepg_core_policy_seqno() -> *const u64 {
    SEQUENCE.with(|sequence| sequence.as_ptr().cast_const())
}

/// Looks whether the kernel's policy or mode has changed, by its status page;
/// no system call.  To be called when a statement starts.
///
/// Returns 1 if answers may have changed, 0 if not, or an error code (below 0).
#[unsafe(no_mangle)]
pub extern "C" fn sepg_core_poll() -> i32 {
    with_state(SEPG_PANIC, |state| match state.core.poll() {
        Ok(changed) => i32::from(changed),
        // SAFETY: No buffer.  An invalid context is no answer here.
        Err(error) => unsafe { fail(state, &error, ptr::null_mut(), 0) }.min(SEPG_ERROR),
    })
}

/// Sets permissive mode: what the policy refuses is audited once and let pass.
#[unsafe(no_mangle)]
pub extern "C" fn sepg_core_set_permissive(permissive: bool) {
    with_state((), |state| state.core.set_permissive(permissive));
}

/// Does the policy bind?  false in permissive mode, ours or the kernel's.
/// (Domains may be permissive nevertheless.)
#[unsafe(no_mangle)]
pub extern "C" fn sepg_core_enforcing() -> bool {
    with_state(true, |state| state.core.enforcing())
}

/// Sets whether every decision is audited, whatever the policy says.
#[unsafe(no_mangle)]
pub extern "C" fn sepg_core_set_debug_audit(debug_audit: bool) {
    with_state((), |state| state.core.set_audit_all(debug_audit));
}

/// Describes the policy in force.
///
/// Returns SEPG_OK, or SEPG_NOT_READY.
///
/// # Safety
///
/// info is NULL or a place for the answer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sepg_core_policy_info(info: *mut SepgPolicyInfo) -> i32 {
    with_state(SEPG_PANIC, |state| match state.core.info() {
        Ok(policy) => {
            let answer = SepgPolicyInfo {
                version: policy.version,
                classes: policy.classes,
                types: policy.types,
                roles: policy.roles,
                users: policy.users,
                booleans: policy.booleans,
                levels: policy.levels,
                categories: policy.categories,
                rules: policy.rules,
                mls: policy.mls,
                deny_unknown: policy.deny_unknown,
            };
            // SAFETY: A place for the answer, by this function's contract.
            unsafe { store(info, answer) };
            SEPG_OK
        }
        // SAFETY: No buffer.
        Err(error) => unsafe { fail(state, &error, ptr::null_mut(), 0) },
    })
}

/// The text of the last error of a function without a buffer for it.
///
/// Never NULL; belongs to the core and lasts until the next call that fails.
#[unsafe(no_mangle)]
pub extern "C" fn sepg_core_last_error() -> *const c_char {
    with_state(c"internal error of the SELinux core".as_ptr(), |state| state.last_error.as_ptr())
}

/*
 * Contexts
 */

/// The SID of a context that a user wrote: checked, and brought into its
/// canonical form, under the policy in force.
///
/// Returns SEPG_OK; SEPG_INVALID if the policy does not know the context;
/// SEPG_NOT_READY; SEPG_ERROR.  Unless SEPG_OK, *sid is 0 and err has the
/// reason.  text stays the caller's.
///
/// # Safety
///
/// text is NUL-terminated; sid is a place for the answer; err is NULL or has
/// room for errlen.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sepg_core_context_to_sid(
    text: *const c_char,
    sid: *mut SepgSid,
    err: *mut c_char,
    errlen: usize,
) -> i32 {
    // SAFETY: sid is a place for the answer, by this function's contract.
    unsafe { store(sid, SEPG_SID_NONE) };
    let call = |state: &mut State| {
        // SAFETY: The text is NUL-terminated, by this function's contract.
        let answer = unsafe { self::text(text) }.and_then(|text| state.core.context_to_sid(text));
        // SAFETY: sid and err are as demanded, by this function's contract.
        unsafe { answer_sid(state, answer, sid, err, errlen) }
    };
    // SAFETY: The buffer is as put() demands, by this function's contract.
    unsafe { with_errors(err, errlen, call) }
}

/// The SID of a stored label: the text as it is, valid or not.  Needs no
/// policy.  text stays the caller's.
///
/// Returns SEPG_OK; SEPG_ERROR if text is NULL.
///
/// # Safety
///
/// text is NUL-terminated; sid is a place for the answer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sepg_core_text_to_sid(text: *const c_char, sid: *mut SepgSid) -> i32 {
    // SAFETY: sid is a place for the answer, by this function's contract.
    unsafe { store(sid, SEPG_SID_NONE) };
    with_state(SEPG_PANIC, |state| {
        // SAFETY: The text is NUL-terminated, by this function's contract.
        let answer = unsafe { self::text(text) }.map(|text| state.core.text_to_sid(text));
        // SAFETY: sid is a place for the answer, by this function's contract.
        unsafe { answer_sid(state, answer, sid, ptr::null_mut(), 0) }
    })
}

/// The text of a SID, or NULL if there is no such SID.
///
/// The text belongs to the core and is valid for the life of the process.
#[unsafe(no_mangle)]
pub extern "C" fn sepg_core_sid_to_text(sid: SepgSid) -> *const c_char {
    with_state(ptr::null(), |state| {
        state.core.sid_to_text(sid).map_or(ptr::null(), |text| text.as_ptr())
    })
}

/// Is the text of a SID valid under the policy in force?  What is not is
/// decided as the unlabeled context.
///
/// Returns 1 or 0, or an error code (below 0).
#[unsafe(no_mangle)]
pub extern "C" fn sepg_core_sid_valid(sid: SepgSid) -> i32 {
    with_state(SEPG_PANIC, |state| match state.core.sid_valid(sid) {
        Ok(valid) => i32::from(valid),
        // SAFETY: No buffer.
        Err(error) => unsafe { fail(state, &error, ptr::null_mut(), 0) }.min(SEPG_ERROR),
    })
}

/// How many SIDs there are; they are numbered from 1.
#[unsafe(no_mangle)]
pub extern "C" fn sepg_core_sid_count() -> u32 {
    with_state(0, |state| state.core.sid_count() as u32 - 1)
}

/// The SID of an initial context of the policy ("unlabeled", "kernel").
///
/// Returns SEPG_OK; SEPG_NOT_READY; SEPG_ERROR if the policy has none of that
/// name.
///
/// # Safety
///
/// name is NUL-terminated; sid is a place for the answer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sepg_core_initial_context(name: *const c_char, sid: *mut SepgSid) -> i32 {
    // SAFETY: sid is a place for the answer, by this function's contract.
    unsafe { store(sid, SEPG_SID_NONE) };
    with_state(SEPG_PANIC, |state| {
        // SAFETY: The name is NUL-terminated, by this function's contract.
        let answer = unsafe { text(name) }
            .and_then(|name| state.core.initial_context(&name.to_string_lossy()));
        // SAFETY: sid is a place for the answer, by this function's contract.
        unsafe { answer_sid(state, answer, sid, ptr::null_mut(), 0) }
    })
}

/// Interns a context that the kernel named.
///
/// # Safety
///
/// As for `answer_sid`.
unsafe fn kernel_context(
    context: impl FnOnce() -> Result<CString, crate::server::ServerError>,
    sid: *mut SepgSid,
    err: *mut c_char,
    errlen: usize,
) -> i32 {
    let call = |state: &mut State| {
        let answer = if kernel::available() {
            context().map(|text| state.core.text_to_sid(&text)).map_err(Error::from)
        } else {
            Err(Error::Failed("SELinux is not enabled on this host".to_owned()))
        };
        // SAFETY: By the contract above.
        unsafe { answer_sid(state, answer, sid, err, errlen) }
    };
    // SAFETY: The buffer is as put() demands, by this function's contract.
    unsafe { with_errors(err, errlen, call) }
}

/// The SID of this process' own label, from the kernel.
///
/// Returns SEPG_OK, or SEPG_ERROR with the reason in err.
///
/// # Safety
///
/// sid is a place for the answer; err is NULL or has room for errlen.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sepg_core_getcon(
    sid: *mut SepgSid,
    err: *mut c_char,
    errlen: usize,
) -> i32 {
    // SAFETY: sid is a place for the answer, by this function's contract.
    unsafe { store(sid, SEPG_SID_NONE) };
    // SAFETY: sid and err are as demanded, by this function's contract.
    unsafe { kernel_context(kernel::own_context, sid, err, errlen) }
}

/// The SID of the label of a socket's peer, from the kernel.
///
/// Returns SEPG_OK, or SEPG_ERROR with the reason in err.
///
/// # Safety
///
/// sid is a place for the answer; err is NULL or has room for errlen.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sepg_core_getpeercon(
    fd: c_int,
    sid: *mut SepgSid,
    err: *mut c_char,
    errlen: usize,
) -> i32 {
    // SAFETY: sid is a place for the answer, by this function's contract.
    unsafe { store(sid, SEPG_SID_NONE) };
    // SAFETY: sid and err are as demanded, by this function's contract.
    unsafe { kernel_context(|| kernel::peer_context(fd), sid, err, errlen) }
}

/// The SID of a file's label, by its path, from the kernel.
///
/// Returns SEPG_OK, or SEPG_ERROR with the reason in err.
///
/// # Safety
///
/// path is NUL-terminated; sid is a place for the answer; err is NULL or has
/// room for errlen.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sepg_core_getfilecon(
    path: *const c_char,
    sid: *mut SepgSid,
    err: *mut c_char,
    errlen: usize,
) -> i32 {
    // SAFETY: sid is a place for the answer, by this function's contract.
    unsafe { store(sid, SEPG_SID_NONE) };
    let context = || {
        // SAFETY: The path is NUL-terminated, by this function's contract.
        let path = unsafe { text(path) }
            .map_err(|error| crate::server::ServerError::Failed(error.to_string()))?;
        kernel::file_context(path)
    };
    // SAFETY: sid and err are as demanded, by this function's contract.
    unsafe { kernel_context(context, sid, err, errlen) }
}

/// The SID of an open file's label, from the kernel.
///
/// Returns SEPG_OK, or SEPG_ERROR with the reason in err.
///
/// # Safety
///
/// sid is a place for the answer; err is NULL or has room for errlen.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sepg_core_fgetfilecon(
    fd: c_int,
    sid: *mut SepgSid,
    err: *mut c_char,
    errlen: usize,
) -> i32 {
    // SAFETY: sid is a place for the answer, by this function's contract.
    unsafe { store(sid, SEPG_SID_NONE) };
    // SAFETY: sid and err are as demanded, by this function's contract.
    unsafe { kernel_context(|| kernel::open_file_context(fd), sid, err, errlen) }
}

/// Copies one part of a context text (SEPG_CONTEXT_USER, _ROLE, _TYPE or
/// _RANGE) to buf, cut to fit and always terminated.  Needs no policy.
///
/// Returns the length of the whole part; SEPG_ERROR if ctx has no such part.
///
/// # Safety
///
/// ctx is NUL-terminated; buf is NULL or has room for buflen.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sepg_core_context_part(
    ctx: *const c_char,
    which: i32,
    buf: *mut c_char,
    buflen: usize,
) -> i32 {
    guard(SEPG_PANIC, || {
        // SAFETY: The context is NUL-terminated, by this function's contract.
        let Ok(ctx) = (unsafe { text(ctx) }) else { return SEPG_ERROR };
        match Parts::split(ctx.to_bytes()).and_then(|parts| parts.get(which)) {
            // SAFETY: The buffer is as put() demands, by this function's contract.
            Some(part) => unsafe { put(part, buf, buflen) as i32 },
            None => SEPG_ERROR,
        }
    })
}

/// Copies a context text to buf with one part replaced, cut to fit and always
/// terminated.  Needs no policy, and does not ask whether the result is valid.
///
/// Returns the length of the whole; SEPG_ERROR if ctx is no context, which is
/// no part, or value is empty or has a colon that would move the parts.
///
/// # Safety
///
/// ctx and value are NUL-terminated; buf is NULL or has room for buflen.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sepg_core_context_set_part(
    ctx: *const c_char,
    which: i32,
    value: *const c_char,
    buf: *mut c_char,
    buflen: usize,
) -> i32 {
    guard(SEPG_PANIC, || {
        // SAFETY: Both texts are NUL-terminated, by this function's contract.
        let (Ok(ctx), Ok(value)) = (unsafe { (text(ctx), text(value)) }) else {
            return SEPG_ERROR;
        };
        match Parts::split(ctx.to_bytes()).and_then(|parts| parts.with(which, value.to_bytes())) {
            // SAFETY: The buffer is as put() demands, by this function's contract.
            Some(parts) => unsafe { put(&parts.join(), buf, buflen) as i32 },
            None => SEPG_ERROR,
        }
    })
}

/// Translates a context by mcstrans into its raw form (to_raw) or into the one
/// for people, and copies it to buf, cut to fit and always terminated.  Without
/// mcstrans both forms are the same.  Needs no policy.
///
/// Returns the length of the whole; SEPG_ERROR if it cannot be translated.
///
/// # Safety
///
/// ctx is NUL-terminated; buf is NULL or has room for buflen.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sepg_core_context_translate(
    ctx: *const c_char,
    to_raw: bool,
    buf: *mut c_char,
    buflen: usize,
) -> i32 {
    with_state(SEPG_PANIC, |state| {
        // SAFETY: The context is NUL-terminated, by this function's contract.
        let answer = unsafe { text(ctx) }
            .and_then(|ctx| kernel::translate(ctx, to_raw).map_err(Error::from));
        match answer {
            // SAFETY: The buffer is as put() demands, by this function's contract.
            Ok(text) => unsafe { put(text.to_bytes(), buf, buflen) as i32 },
            // SAFETY: No buffer.
            Err(error) => unsafe { fail(state, &error, ptr::null_mut(), 0) }.min(SEPG_ERROR),
        }
    })
}

/// Reads a file of labels (sepgsql_contexts); the former one's labels stay if
/// it cannot be read.
///
/// Returns SEPG_OK, or SEPG_ERROR with the reason in err.
///
/// # Safety
///
/// path is NUL-terminated; err is NULL or has room for errlen.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sepg_core_load_db_contexts(
    path: *const c_char,
    err: *mut c_char,
    errlen: usize,
) -> i32 {
    let call = |state: &mut State| {
        // SAFETY: The path is NUL-terminated, by this function's contract.
        let answer = unsafe { text(path) }.and_then(|path| {
            use std::os::unix::ffi::OsStrExt;
            let path = std::path::Path::new(std::ffi::OsStr::from_bytes(path.to_bytes()));
            let failed =
                |error: String| Error::Failed(format!("file \"{}\": {error}", path.display()));
            let text = std::fs::read(path).map_err(|error| failed(error.to_string()))?;
            state.core.load_db_contexts(&text).map_err(|error| failed(error.to_string()))
        });
        match answer {
            Ok(()) => SEPG_OK,
            // SAFETY: The buffer is as fail() demands, by this function's contract.
            Err(error) => unsafe { fail(state, &error, err, errlen) },
        }
    };
    // SAFETY: The buffer is as put() demands, by this function's contract.
    unsafe { with_errors(err, errlen, call) }
}

/// The SID of the label that sepgsql_contexts gives an object; name is
/// qualified, as in "database.schema.table.column".
///
/// Returns SEPG_OK; SEPG_NO_MATCH if no line matches; SEPG_INVALID if the policy
/// does not know the context; SEPG_NOT_READY; SEPG_ERROR.
///
/// # Safety
///
/// name is NUL-terminated; sid is a place for the answer; err is NULL or has
/// room for errlen.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sepg_core_db_context(
    tclass: u32,
    name: *const c_char,
    sid: *mut SepgSid,
    err: *mut c_char,
    errlen: usize,
) -> i32 {
    // SAFETY: sid is a place for the answer, by this function's contract.
    unsafe { store(sid, SEPG_SID_NONE) };
    let call = |state: &mut State| {
        let answer = class(tclass).and_then(|class| {
            // SAFETY: The name is NUL-terminated, by this function's contract.
            let name = unsafe { text(name) }?;
            state.core.db_context(class, name)
        });
        // SAFETY: sid and err are as demanded, by this function's contract.
        unsafe { answer_sid(state, answer, sid, err, errlen) }
    };
    // SAFETY: The buffer is as put() demands, by this function's contract.
    unsafe { with_errors(err, errlen, call) }
}

/*
 * Decisions
 */

/// Decides whether subject may do all that required says with object.
///
/// Returns SEPG_OK, SEPG_DENIED, or an error code (below 0), which must be
/// taken for a refusal; sepg_core_last_error() has its text.  Permissive mode
/// and permissive domains are applied: what they let pass is SEPG_OK.
///
/// *out, which may be NULL, says what to write an audit record about.  A denial
/// that is let pass is audited once while the cache remembers it; one that the
/// policy says not to audit, never.
///
/// # Safety
///
/// out is NULL or a place for the answer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sepg_core_check(
    subject: SepgSid,
    object: SepgSid,
    tclass: u32,
    required: u32,
    out: *mut SepgAudit,
) -> i32 {
    let code = with_state(SEPG_PANIC, |state| {
        let answer = match Class::new(tclass) {
            Some(class) => state.core.check(subject, object, class, required),
            None => Err(Error::Failed(format!("unknown object class {tclass}"))),
        };
        let (code, audit) = match answer {
            Ok(verdict) => (
                if verdict.granted { SEPG_OK } else { SEPG_DENIED },
                SepgAudit {
                    denied: verdict.denied,
                    audited: verdict.audited,
                    granted: verdict.audit_granted,
                    permissive: verdict.permissive,
                },
            ),
            // SAFETY: No buffer.
            Err(error) => (
                unsafe { fail(state, &error, ptr::null_mut(), 0) }.min(SEPG_ERROR),
                SepgAudit { denied: required, ..SepgAudit::default() },
            ),
        };
        // SAFETY: A place for the answer, by this function's contract.
        unsafe { store(out, audit) };
        code
    });
    if code == SEPG_PANIC {
        // SAFETY: A place for the answer, by this function's contract.
        unsafe { store(out, SepgAudit { denied: required, ..SepgAudit::default() }) };
    }
    code
}

/// All that subject may do with object, permissive mode and domains applied;
/// nothing is audited.
///
/// Returns SEPG_OK, or an error code (below 0) with *allowed 0.
///
/// # Safety
///
/// allowed is a place for the answer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sepg_core_allowed(
    subject: SepgSid,
    object: SepgSid,
    tclass: u32,
    allowed: *mut u32,
) -> i32 {
    // SAFETY: A place for the answer, by this function's contract.
    unsafe { store(allowed, 0) };
    with_state(SEPG_PANIC, |state| {
        let answer = class(tclass).and_then(|class| state.core.allowed(subject, object, class));
        let (code, value) = match answer {
            Ok(value) => (SEPG_OK, value),
            // SAFETY: No buffer.
            Err(error) => (unsafe { fail(state, &error, ptr::null_mut(), 0) }.min(SEPG_ERROR), 0),
        };
        // SAFETY: A place for the answer, by this function's contract.
        unsafe { store(allowed, value) };
        code
    })
}

/// All that the policy itself lets subject do with object, whatever is
/// permissive; nothing is audited.
///
/// Returns SEPG_OK, or an error code (below 0) with *permitted 0.
///
/// # Safety
///
/// permitted is a place for the answer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sepg_core_permitted(
    subject: SepgSid,
    object: SepgSid,
    tclass: u32,
    permitted: *mut u32,
) -> i32 {
    // SAFETY: A place for the answer, by this function's contract.
    unsafe { store(permitted, 0) };
    with_state(SEPG_PANIC, |state| {
        let answer = class(tclass).and_then(|class| state.core.permitted(subject, object, class));
        let (code, value) = match answer {
            Ok(value) => (SEPG_OK, value),
            // SAFETY: No buffer.
            Err(error) => (unsafe { fail(state, &error, ptr::null_mut(), 0) }.min(SEPG_ERROR), 0),
        };
        // SAFETY: A place for the answer, by this function's contract.
        unsafe { store(permitted, value) };
        code
    })
}

/// Explains by the rules of a binary policy, which is read for this and changes
/// nothing, whether subject may do one thing (a permission's bit) with object.
/// Permissive mode is not applied.
///
/// *allowed gets the policy's answer.  buf gets one line for each rule or
/// constraint that decides, cut to fit and always terminated: what kind of
/// thing it is, a tab, and the thing itself.  image stays the caller's and is
/// not used afterwards.
///
/// Returns the length of all lines; SEPG_ERROR if the image cannot be read, a
/// context is not valid under it, or there is no such permission, with the
/// reason in sepg_core_last_error().
///
/// # Safety
///
/// image has len readable bytes; allowed is NULL or a place for the answer; buf
/// is NULL or has room for buflen.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sepg_core_explain(
    image: *const u8,
    len: usize,
    subject: SepgSid,
    object: SepgSid,
    tclass: u32,
    permission: u32,
    allowed: *mut bool,
    buf: *mut c_char,
    buflen: usize,
) -> i32 {
    // SAFETY: A place for the answer, and a buffer as put() demands, by this
    // function's contract.
    unsafe {
        store(allowed, false);
        put(b"", buf, buflen);
    }
    with_state(SEPG_PANIC, |state| {
        // SAFETY: The image is readable, by this function's contract.
        let answer = unsafe { bytes(image, len) }.and_then(|image| {
            let explainer =
                Explainer::load(image).map_err(|error| Error::Failed(error.to_string()))?;
            let class = class(tclass)?;
            let context = |sid| {
                state
                    .core
                    .sid_to_text(sid)
                    .ok_or_else(|| Error::Failed(format!("unknown security id {sid}")))
            };
            explainer
                .explain(context(subject)?, context(object)?, class, permission)
                .ok_or_else(|| Error::Failed("a context or permission is not known".to_owned()))
        });
        match answer {
            Ok(explanation) => {
                let mut text = String::new();
                for (cause, rule) in &explanation.causes {
                    text += &format!("{}\t{rule}\n", cause.name());
                }
                // SAFETY: As above.
                unsafe {
                    store(allowed, explanation.allowed);
                    put(text.as_bytes(), buf, buflen) as i32
                }
            }
            // SAFETY: No buffer.
            Err(error) => unsafe { fail(state, &error, ptr::null_mut(), 0) }.min(SEPG_ERROR),
        }
    })
}

/// The SID of the default label of something new in parent, made by subject.
/// objname, which may be NULL, is for transitions that depend on the name.
///
/// Returns SEPG_OK; SEPG_INVALID if the policy's rules lead to a context that
/// it does not allow; SEPG_NOT_READY; SEPG_ERROR.  Unless SEPG_OK, *newsid is 0
/// and err has the reason.
///
/// # Safety
///
/// objname is NULL or NUL-terminated; newsid is a place for the answer; err is
/// NULL or has room for errlen.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sepg_core_compute_create(
    subject: SepgSid,
    parent: SepgSid,
    tclass: u32,
    objname: *const c_char,
    newsid: *mut SepgSid,
    err: *mut c_char,
    errlen: usize,
) -> i32 {
    // SAFETY: newsid is a place for the answer, by this function's contract.
    unsafe { store(newsid, SEPG_SID_NONE) };
    let call = |state: &mut State| {
        // SAFETY: The name is NULL or NUL-terminated, by this function's contract.
        let name = unsafe { optional(objname) };
        let answer =
            class(tclass).and_then(|class| state.core.compute_create(subject, parent, class, name));
        // SAFETY: newsid and err are as demanded, by this function's contract.
        unsafe { answer_sid(state, answer, newsid, err, errlen) }
    };
    // SAFETY: The buffer is as put() demands, by this function's contract.
    unsafe { with_errors(err, errlen, call) }
}

/// All permissions that the core knows of a class; 0 if there is no such class.
#[unsafe(no_mangle)]
pub extern "C" fn sepg_core_class_perms(tclass: u32) -> u32 {
    Class::new(tclass).map_or(0, Class::all_permissions)
}

/// The name of a class, or NULL.  The text is constant.
#[unsafe(no_mangle)]
pub extern "C" fn sepg_core_class_name(tclass: u32) -> *const c_char {
    name_of(Class::new(tclass).map(Class::name))
}

/// The name of one permission bit of a class, or NULL.  The text is constant.
#[unsafe(no_mangle)]
pub extern "C" fn sepg_core_perm_name(tclass: u32, bit: u32) -> *const c_char {
    name_of(Class::new(tclass).and_then(|class| class.permission_name(bit)))
}

/// The number of a class by its name, or SEPG_CLASS_INVALID.
///
/// # Safety
///
/// name is NULL or NUL-terminated.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sepg_core_class_by_name(name: *const c_char) -> u32 {
    guard(0, || {
        // SAFETY: The name is NULL or NUL-terminated, by this function's contract.
        let name = unsafe { optional(name) }.and_then(|name| name.to_str().ok());
        name.and_then(Class::by_name).map_or(0, Class::number)
    })
}

/// A constant name with the NUL that C needs: all names of the class tables,
/// each once.
fn name_of(name: Option<&'static str>) -> *const c_char {
    thread_local! {
        static NAMES: ManuallyDrop<RefCell<Vec<(&'static str, CString)>>> =
            const { ManuallyDrop::new(RefCell::new(Vec::new())) };
    }
    let Some(name) = name else { return ptr::null() };
    guard(ptr::null(), || {
        NAMES.with(|names| {
            let mut names = names.borrow_mut();
            if let Some((_, text)) = names.iter().find(|(known, _)| *known == name) {
                return text.as_ptr();
            }
            let text = CString::new(name).unwrap_or_default();
            let pointer = text.as_ptr();
            names.push((name, text));
            pointer
        })
    })
}

/// The permissions that operations (SEPG_OP_...) on the data of something of
/// this class need: tables, columns, rows, sequences and views.
#[unsafe(no_mangle)]
pub extern "C" fn sepg_core_data_perms(tclass: u32, operations: u32) -> u32 {
    Class::new(tclass).map_or(0, |class| decide::data_permissions(class, operations))
}

/// The permissions that operations (SEPG_OP_...) on a row need, in the class of
/// what the row describes: SEPG_CLASS_DB_TUPLE for a row of a user's table, the
/// object's class for a row of a catalog.
#[unsafe(no_mangle)]
pub extern "C" fn sepg_core_row_perms(tclass: u32, operations: u32) -> u32 {
    Class::new(tclass).map_or(0, |class| decide::row_permissions(class, operations))
}

/// Writes the text of an audit record to buf, cut to fit and always terminated:
/// SELinux: denied { insert } scontext=... tcontext=... tclass=db_tuple
/// name="..." permissive=1.  name may be NULL and is left out then; permissive
/// is left out unless true.  What could forge a record is escaped.
///
/// Returns the length of the whole; SEPG_ERROR if there is no such class.
///
/// # Safety
///
/// name is NULL or NUL-terminated; buf is NULL or has room for buflen.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sepg_core_audit_text(
    subject: SepgSid,
    object: SepgSid,
    tclass: u32,
    perms: u32,
    denied: bool,
    permissive: bool,
    name: *const c_char,
    buf: *mut c_char,
    buflen: usize,
) -> i32 {
    with_state(SEPG_PANIC, |state| {
        let Some(class) = Class::new(tclass) else { return SEPG_ERROR };
        // SAFETY: The name is NULL or NUL-terminated, by this function's contract.
        let name = unsafe { optional(name) };
        let context = |sid| state.core.sid_to_text(sid).unwrap_or(c"?").to_bytes();
        let text = Record {
            subject: context(subject),
            object: context(object),
            class,
            permissions: perms,
            denied,
            permissive,
            name: name.map(CStr::to_bytes),
        }
        .text();
        // SAFETY: The buffer is as put() demands, by this function's contract.
        unsafe { put(&text, buf, buflen) as i32 }
    })
}

/// May an audit record be written now, if a process writes no more than this
/// many in a second?  0 is no limit.  What may not is counted.
#[unsafe(no_mangle)]
pub extern "C" fn sepg_core_audit_admit(limit: u32) -> bool {
    with_state(true, |state| state.limiter.admit(Instant::now(), limit))
}

/// How many audit records were not written since this was asked last.  With
/// wait, those of the second that still lasts are left for later.
#[unsafe(no_mangle)]
pub extern "C" fn sepg_core_audit_suppressed(wait: bool) -> u64 {
    with_state(0, |state| state.limiter.take_suppressed(Instant::now(), wait))
}

/// Are there audit records that were not written and not told of?
#[unsafe(no_mangle)]
pub extern "C" fn sepg_core_audit_pending() -> bool {
    with_state(false, |state| state.limiter.suppressed() > 0)
}

/// May this process write to the audit system of the host?  If so, programs that
/// it starts may not: it gives up its ambient capabilities.
///
/// Returns SEPG_OK, or SEPG_ERROR with the reason.
///
/// # Safety
///
/// err is NULL or has room for errlen.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sepg_core_audit_available(err: *mut c_char, errlen: usize) -> i32 {
    // SAFETY: The buffer is as demanded, by this function's contract.
    unsafe {
        with_errors(err, errlen, |state| {
            let result = state.daemon.available();
            audit_result(result, err, errlen)
        })
    }
}

/// Writes the record that sepg_core_audit_text() has the text of to the audit
/// system of the host, as a USER_AVC record.  name, user, database and address
/// (of the client, in figures) may be NULL and are left out then.
///
/// It takes a system call or two, and longer only where the kernel's queue of
/// records is full; after one such wait records are refused for a minute.
///
/// Returns SEPG_OK, or SEPG_ERROR with the reason.
///
/// # Safety
///
/// The texts are NULL or NUL-terminated; err is NULL or has room for errlen.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sepg_core_audit_write(
    subject: SepgSid,
    object: SepgSid,
    tclass: u32,
    perms: u32,
    denied: bool,
    permissive: bool,
    name: *const c_char,
    user: *const c_char,
    database: *const c_char,
    address: *const c_char,
    err: *mut c_char,
    errlen: usize,
) -> i32 {
    // SAFETY: The buffer and the texts are as demanded, by this function's
    // contract.
    unsafe {
        with_errors(err, errlen, |state| {
            let Some(class) = Class::new(tclass) else { return SEPG_ERROR };
            let context = |sid| state.core.sid_to_text(sid).unwrap_or(c"?").to_bytes();
            let message = Record {
                subject: context(subject),
                object: context(object),
                class,
                permissions: perms,
                denied,
                permissive,
                name: optional(name).map(CStr::to_bytes),
            }
            .message(optional(user).map(CStr::to_bytes), optional(database).map(CStr::to_bytes));
            let result = state.daemon.write(&message, optional(address));
            audit_result(result, err, errlen)
        })
    }
}

/// Writes to the audit system of the host that so many records were not written.
///
/// Returns SEPG_OK, or SEPG_ERROR with the reason.
///
/// # Safety
///
/// err is NULL or has room for errlen.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sepg_core_audit_write_suppressed(
    count: u64,
    err: *mut c_char,
    errlen: usize,
) -> i32 {
    // SAFETY: The buffer is as demanded, by this function's contract.
    unsafe {
        with_errors(err, errlen, |state| {
            let message = format!("avc:  suppressed count={count} ");
            let result = state.daemon.write(message.as_bytes(), None);
            audit_result(result, err, errlen)
        })
    }
}

/// The code of what the audit system said.
///
/// # Safety
///
/// As for `put`.
unsafe fn audit_result(result: Result<(), AuditError>, buffer: *mut c_char, length: usize) -> i32 {
    match result {
        Ok(()) => SEPG_OK,
        Err(error) => {
            // SAFETY: The buffer is as put() demands, by the contract above.
            unsafe { put(error.to_string().as_bytes(), buffer, length) };
            SEPG_ERROR
        }
    }
}

/*
 * Subjects
 */

/// Begins a session with the client's label: procedures and labels set before
/// are forgotten.
#[unsafe(no_mangle)]
pub extern "C" fn sepg_core_subject_reset(base: SepgSid) {
    with_state((), |state| state.core.subjects.reset(base));
}

/// The label that decides now: that of the innermost trusted procedure, or the
/// session's; 0 before sepg_core_subject_reset().
#[unsafe(no_mangle)]
pub extern "C" fn sepg_core_subject() -> SepgSid {
    with_state(SEPG_SID_NONE, |state| state.core.subjects.current())
}

/// The session's label: set by the client, or else as of connecting; never a
/// trusted procedure's.
#[unsafe(no_mangle)]
pub extern "C" fn sepg_core_subject_base() -> SepgSid {
    with_state(SEPG_SID_NONE, |state| state.core.subjects.base())
}

/// The client's label as of connecting.
#[unsafe(no_mangle)]
pub extern "C" fn sepg_core_subject_peer() -> SepgSid {
    with_state(SEPG_SID_NONE, |state| state.core.subjects.peer())
}

/// Begins a trusted procedure, in a (sub)transaction of this nesting level
/// (1 is the transaction itself).
///
/// Returns SEPG_OK; SEPG_ERROR if there is no such SID.
#[unsafe(no_mangle)]
pub extern "C" fn sepg_core_subject_push(sid: SepgSid, level: u32) -> i32 {
    with_state(SEPG_PANIC, |state| {
        if state.core.sid_to_text(sid).is_none() {
            return SEPG_ERROR;
        }
        state.core.subjects.push(sid, level);
        SEPG_OK
    })
}

/// How many trusted procedures run: to be kept before sepg_core_subject_push()
/// and handed to sepg_core_subject_pop().
#[unsafe(no_mangle)]
pub extern "C" fn sepg_core_subject_mark() -> u32 {
    with_state(0, |state| state.core.subjects.mark())
}

/// Ends the procedures begun since a mark; those that an abort ended already do
/// not matter.
#[unsafe(no_mangle)]
pub extern "C" fn sepg_core_subject_pop(mark: u32) {
    with_state((), |state| state.core.subjects.pop(mark));
}

/// Sets the session's label, or with 0 returns to the one as of connecting.  It
/// holds at once, and for good when the transaction commits.
///
/// Returns SEPG_OK; SEPG_ERROR if there is no such SID.
#[unsafe(no_mangle)]
pub extern "C" fn sepg_core_subject_setcon(sid: SepgSid, level: u32) -> i32 {
    with_state(SEPG_PANIC, |state| {
        if sid != SEPG_SID_NONE && state.core.sid_to_text(sid).is_none() {
            return SEPG_ERROR;
        }
        state.core.subjects.set(sid, level);
        SEPG_OK
    })
}

/// A (sub)transaction of this level commits.
#[unsafe(no_mangle)]
pub extern "C" fn sepg_core_subject_at_commit(level: u32) {
    with_state((), |state| state.core.subjects.commit(level));
}

/// A (sub)transaction of this level aborts: what was begun or set at this level
/// or deeper is undone.
#[unsafe(no_mangle)]
pub extern "C" fn sepg_core_subject_at_abort(level: u32) {
    with_state((), |state| state.core.subjects.abort(level));
}

/*
 * Statistics
 */

/// Fills in the counters of this process.
///
/// # Safety
///
/// stats is NULL or a place for the answer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sepg_core_stats(stats: *mut SepgStats) {
    let answer = with_state(SepgStats::default(), |state| {
        let counters = state.core.stats();
        SepgStats {
            lookups: counters.lookups,
            hits: counters.hits,
            misses: counters.misses,
            reclaimed: counters.reclaimed,
            denials: counters.denials,
            entries: counters.entries,
            capacity: counters.capacity,
            sids: counters.sids,
            policy_seqno: counters.sequence,
            transition_lookups: counters.transition_lookups,
            transition_misses: counters.transition_misses,
        }
    });
    // SAFETY: A place for the answer, by this function's contract.
    unsafe { store(stats, answer) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panics_end_at_the_boundary() {
        let mut err: [c_char; 64] = [1; 64];
        // SAFETY: The buffer has room for its length.
        let code =
            unsafe { with_errors(err.as_mut_ptr(), err.len(), |_| panic!("a test's panic")) };
        assert_eq!(code, SEPG_PANIC);
        // SAFETY: with_errors() has terminated the buffer.
        let text = unsafe { CStr::from_ptr(err.as_ptr()) };
        assert_eq!(text, c"internal error of the SELinux core");
        // And the state can be used as before.
        assert_eq!(sepg_core_sid_count(), 1);
    }

    #[test]
    fn a_call_within_a_call_is_refused() {
        assert_eq!(with_state(0, |_| with_state(SEPG_PANIC, |_| SEPG_OK)), SEPG_PANIC);
    }
}
