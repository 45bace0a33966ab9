//! Records to the host's audit daemon, through libaudit.
//!
//! They leave by a socket of the process; the kernel adds who sent them, and
//! auditd, or the kernel's own log where none runs, keeps them.

use std::ffi::{CStr, CString};
use std::io;
use std::os::raw::c_int;
use std::process;
use std::ptr;
use std::time::{Duration, Instant};

use thiserror::Error;

#[allow(non_camel_case_types, non_upper_case_globals, dead_code)]
#[allow(clippy::undocumented_unsafe_blocks, clippy::all, missing_docs)]
mod sys {
    include!(concat!(env!("OUT_DIR"), "/libaudit.rs"));
}

/// A record that takes longer than this finds the kernel's queue full.
const SLOW: Duration = Duration::from_secs(1);
/// For so long nobody waits for such a queue again.
const PAUSE: Duration = Duration::from_secs(60);
/// libaudit adds what it knows of the process, and the kernel its own; both cut
/// at 8970 bytes, silently.
const MAX_LENGTH: usize = 7900;

/// CAP_AUDIT_WRITE of capability.h.
const CAP_AUDIT_WRITE: u32 = 29;

/// Why a record was not written.
#[derive(Debug, Error)]
pub enum AuditError {
    /// The process may not.
    #[error("the server does not have the capability CAP_AUDIT_WRITE")]
    NotCapable,
    /// No socket.
    #[error("could not open a connection to the audit system: {0}")]
    Open(io::Error),
    /// The kernel refuses, or does no auditing.
    #[error("the audit system took no record: {0}")]
    Send(io::Error),
    /// It would be cut.
    #[error("the record is too long for the audit system")]
    TooLong,
    /// It was slow, and is left alone for a while.
    #[error("the audit system's queue was full")]
    Busy,
}

/// The process's connection to the audit system.
#[derive(Debug, Default)]
pub struct Daemon {
    /// The socket, and the process that opened it: answers come back to the
    /// socket, so a child must not use its parent's.
    socket: Option<(c_int, u32)>,
    /// Not to be asked before.
    pause: Option<Instant>,
}

impl Daemon {
    /// Whether the process may write records, as far as can be told without
    /// writing one.  If so, programs that it starts shall not: ambient
    /// capabilities, which pass to them, are given up.
    pub fn available(&mut self) -> Result<(), AuditError> {
        if !capable(CAP_AUDIT_WRITE) {
            return Err(AuditError::NotCapable);
        }
        // SAFETY: Takes no pointers.
        unsafe { libc::prctl(libc::PR_CAP_AMBIENT, libc::PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) };
        self.open()?;
        self.close();
        Ok(())
    }

    fn open(&mut self) -> Result<c_int, AuditError> {
        let me = process::id();
        if let Some((fd, owner)) = self.socket {
            if owner == me {
                return Ok(fd);
            }
            // The parent keeps its own copy.
            self.close();
        }
        // SAFETY: Neither takes a pointer; the first keeps libaudit from
        // writing errors to stderr, which are returned all the same.
        let fd = unsafe {
            sys::set_aumessage_mode(sys::message_t_MSG_QUIET, sys::debug_message_t_DBG_NO);
            sys::audit_open()
        };
        if fd < 0 {
            return Err(AuditError::Open(io::Error::last_os_error()));
        }
        self.socket = Some((fd, me));
        Ok(fd)
    }

    fn close(&mut self) {
        if let Some((fd, _)) = self.socket.take() {
            // SAFETY: The descriptor is ours and not used again.
            unsafe { sys::audit_close(fd) };
        }
    }

    /// Writes a USER_AVC record: the only type that the kernel takes where nothing
    /// has switched its auditing on.  address is the client's, None where it has none.
    ///
    /// The kernel makes a sender wait where its queue is full, up to its
    /// audit_backlog_wait_time; after one such wait records are refused for a
    /// while, so that the server does not stand still.
    pub fn write(&mut self, message: &[u8], address: Option<&CStr>) -> Result<(), AuditError> {
        if message.len() > MAX_LENGTH {
            return Err(AuditError::TooLong);
        }
        let now = Instant::now();
        if self.pause.is_some_and(|until| now < until) {
            return Err(AuditError::Busy);
        }
        self.pause = None;
        if !capable(CAP_AUDIT_WRITE) {
            // libaudit would tell syslog on its own.
            return Err(AuditError::NotCapable);
        }
        let fd = self.open()?;
        let message = CString::new(message)
            .map_err(|_| AuditError::Send(io::Error::from_raw_os_error(libc::EINVAL)))?;
        // A name given is a name not looked up: neither the address of a host
        // name nor a terminal, of which a server has none.
        let unknown = c"?".as_ptr();
        // SAFETY: All are NUL-terminated and outlive the call; NULL is allowed
        // for the host name.
        let code = unsafe {
            sys::audit_log_user_avc_message(
                fd,
                sys::AUDIT_USER_AVC as c_int,
                message.as_ptr(),
                ptr::null(),
                address.map_or(unknown, CStr::as_ptr),
                unknown,
                libc::geteuid(),
            )
        };
        let error = match code {
            // 0 without an error: a kernel that does no auditing.
            0 => io::Error::last_os_error().raw_os_error().filter(|errno| *errno > 0),
            _ => Some(-code),
        };
        if now.elapsed() > SLOW {
            self.pause = Some(Instant::now() + PAUSE);
        }
        if code > 0 {
            return Ok(());
        }
        // Not to be used again after an answer that got lost.
        self.close();
        Err(AuditError::Send(io::Error::from_raw_os_error(error.unwrap_or(libc::ECONNREFUSED))))
    }
}

/// Whether the process has a capability in effect.
fn capable(capability: u32) -> bool {
    // _LINUX_CAPABILITY_VERSION_3: two words of 32 each.
    #[repr(C)]
    struct Header {
        version: u32,
        pid: c_int,
    }
    #[repr(C)]
    #[derive(Clone, Copy, Default)]
    struct Word {
        effective: u32,
        permitted: u32,
        inheritable: u32,
    }
    let mut header = Header { version: 0x2008_0522, pid: 0 };
    let mut words = [Word::default(); 2];
    // SAFETY: The kernel fills in two words for this version.
    let code = unsafe { libc::syscall(libc::SYS_capget, &raw mut header, words.as_mut_ptr()) };
    code == 0 && words[capability as usize / 32].effective & (1 << (capability % 32)) != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_without_the_capability_is_told_so() {
        if capable(CAP_AUDIT_WRITE) {
            return;
        }
        let mut daemon = Daemon::default();
        assert!(matches!(daemon.available(), Err(AuditError::NotCapable)));
        let error = daemon.write(b"avc:  denied", None).unwrap_err();
        assert!(error.to_string().contains("CAP_AUDIT_WRITE"), "{error}");
    }

    #[test]
    fn nothing_is_cut() {
        let long = vec![b'x'; MAX_LENGTH + 1];
        let error = Daemon::default().write(&long, None).unwrap_err();
        assert!(matches!(error, AuditError::TooLong));
    }

    #[test]
    fn capabilities_are_read() {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("CapEff:")).unwrap();
        let set = u64::from_str_radix(line.trim(), 16).unwrap();
        for capability in 0..41 {
            assert_eq!(capable(capability), set & (1 << capability) != 0, "{capability}");
        }
    }
}
