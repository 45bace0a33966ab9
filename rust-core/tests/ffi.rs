//! The functions for C, called as C calls them; and a C program that links.

mod common;

use std::ffi::{CStr, CString};
use std::os::raw::c_char;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::ptr;

use sepgsql_core::class::*;
use sepgsql_core::ffi::*;

// Each test has a thread, and so a core, of its own.

fn load() {
    let image = common::test_policy();
    let mut err: [c_char; 256] = [1; 256];
    // SAFETY: The image is readable, and err has room for its length.
    let code = unsafe {
        sepg_core_init_embedded(image.as_ptr(), image.len(), err.as_mut_ptr(), err.len())
    };
    assert_eq!((code, err[0]), (SEPG_OK, 0));
}

fn sid(text: &CStr) -> u32 {
    let mut sid = 0;
    // SAFETY: A NUL-terminated text, a place for the answer, and no buffer.
    let code = unsafe { sepg_core_context_to_sid(text.as_ptr(), &mut sid, ptr::null_mut(), 0) };
    assert_eq!(code, SEPG_OK);
    sid
}

#[test]
fn null_is_survived() {
    load();
    let null: *const c_char = ptr::null();
    // SAFETY: NULL is what these functions say they take.
    unsafe {
        let mut sid = 7;
        assert_eq!(sepg_core_init_embedded(ptr::null(), 10, ptr::null_mut(), 10), SEPG_ERROR);
        assert!(sepg_core_ready());
        assert_eq!(sepg_core_context_to_sid(null, &mut sid, ptr::null_mut(), 0), SEPG_ERROR);
        assert_eq!(sid, 0);
        assert_eq!(sepg_core_text_to_sid(null, ptr::null_mut()), SEPG_ERROR);
        assert_eq!(sepg_core_text_to_sid(c"x".as_ptr(), ptr::null_mut()), SEPG_OK);
        assert_eq!(sepg_core_initial_context(null, &mut sid), SEPG_ERROR);
        assert_eq!(sepg_core_context_part(null, 0, ptr::null_mut(), 0), SEPG_ERROR);
        assert_eq!(sepg_core_db_context(1, null, &mut sid, ptr::null_mut(), 0), SEPG_ERROR);
        assert_eq!(sepg_core_load_db_contexts(null, ptr::null_mut(), 0), SEPG_ERROR);
        assert_eq!(sepg_core_class_by_name(null), SEPG_CLASS_INVALID);
        assert_eq!(sepg_core_policy_info(ptr::null_mut()), SEPG_OK);
        sepg_core_stats(ptr::null_mut());
    }
    assert!(sepg_core_sid_to_text(0).is_null());
    assert!(sepg_core_sid_to_text(u32::MAX).is_null());
    assert!(sepg_core_class_name(0).is_null());
    assert!(sepg_core_perm_name(SEPG_CLASS_DB_VIEW, 3).is_null());
    assert_eq!(sepg_core_class_perms(99), 0);
    assert_eq!(sepg_core_sid_valid(12345), 0);
}

#[test]
fn buffers_are_never_overrun() {
    load();
    for length in 0..80 {
        let mut buffer: [c_char; 100] = [0x55; 100];
        let mut made = 0;
        // SAFETY: The buffer is longer than it is said to be.
        unsafe {
            let text = c"nobody:in:particular:s0".as_ptr();
            let code = sepg_core_context_to_sid(text, &mut made, buffer.as_mut_ptr(), length);
            assert_eq!(code, SEPG_INVALID);
        }
        assert!(buffer[length..].iter().all(|byte| *byte == 0x55), "overrun at {length}");
        assert!(length == 0 || buffer[..length].contains(&0), "not terminated at {length}");
    }
    // A cut never leaves half a character.
    let mut buffer: [c_char; 8] = [0x55; 8];
    let text = CString::new("a:b:tüüüü").unwrap();
    // SAFETY: NUL-terminated texts, and a buffer of the length it is said to have.
    let whole =
        unsafe { sepg_core_context_part(text.as_ptr(), 2, buffer.as_mut_ptr(), buffer.len() - 1) };
    assert_eq!(whole, 9);
    // SAFETY: The core terminates what it writes.
    assert_eq!(unsafe { CStr::from_ptr(buffer.as_ptr()) }.to_str(), Ok("tüü"));
}

#[test]
fn errors_are_refusals() {
    let mut audit = SepgAudit::default();
    let mut allowed = 99;
    // SAFETY: Places for the answers.
    unsafe {
        assert_eq!(sepg_core_check(1, 1, SEPG_CLASS_DB_TABLE, 1, &mut audit), SEPG_NOT_READY);
        assert_eq!(sepg_core_allowed(1, 1, SEPG_CLASS_DB_TABLE, &mut allowed), SEPG_NOT_READY);
    }
    assert_eq!((audit.denied, audit.audited, allowed), (1, 0, 0));
    load();
    // SAFETY: Places for the answers.
    unsafe {
        assert_eq!(sepg_core_check(1, 1, 0, 1, &mut audit), SEPG_ERROR);
        assert_eq!(sepg_core_check(1, 1, 99, 1, &mut audit), SEPG_ERROR);
        assert_eq!(sepg_core_check(1, 4711, SEPG_CLASS_DB_TABLE, 1, &mut audit), SEPG_ERROR);
        assert_eq!(sepg_core_check(1, 1, SEPG_CLASS_DB_TABLE, 1, &mut audit), SEPG_DENIED);
        assert_eq!(CStr::from_ptr(sepg_core_last_error()).to_str(), Ok("unknown security id 4711"));
    }
    assert_eq!(sepg_core_subject_push(4711, 1), SEPG_ERROR);
    assert_eq!(sepg_core_subject_setcon(4711, 1), SEPG_ERROR);
    assert_eq!(sepg_core_subject_setcon(0, 1), SEPG_OK);
}

#[test]
fn subjects_and_sequence() {
    load();
    let client = sid(c"alice_u:client_r:client_t:s0");
    let trusted = sid(c"alice_u:trusted_r:trusted_t:s0");
    assert_eq!(sepg_core_subject(), 0);
    sepg_core_subject_reset(client);
    let mark = sepg_core_subject_mark();
    assert_eq!(sepg_core_subject_push(trusted, 2), SEPG_OK);
    assert_eq!((sepg_core_subject(), sepg_core_subject_base()), (trusted, client));
    sepg_core_subject_pop(mark);
    assert_eq!(sepg_core_subject(), client);
    assert_eq!(sepg_core_subject_setcon(trusted, 1), SEPG_OK);
    sepg_core_subject_at_commit(1);
    assert_eq!((sepg_core_subject_base(), sepg_core_subject_peer()), (trusted, client));

    let seqno = sepg_core_policy_seqno();
    // SAFETY: The address is good for the life of this thread.
    let (before, after) = unsafe {
        let before = seqno.read();
        sepg_core_set_permissive(true);
        (before, seqno.read())
    };
    assert!(after > before && !sepg_core_enforcing());
    assert_eq!(sepg_core_poll(), 0);
}

#[test]
fn labels_from_a_file() {
    load();
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sepgsql_contexts");
    std::fs::write(&path, "db_table *.secret* system_u:object_r:secret_t:s0\ndb_table * system_u:object_r:table_t:s0\ndb_schema * no:such:context:s0\n").unwrap();
    let path = CString::new(path.to_str().unwrap()).unwrap();
    let mut err: [c_char; 200] = [0; 200];
    let mut found = 0;
    // SAFETY: NUL-terminated texts, places for the answers, a buffer with room.
    unsafe {
        assert_eq!(sepg_core_load_db_contexts(path.as_ptr(), err.as_mut_ptr(), 200), SEPG_OK);
        let mut find = |class, name: &CStr| {
            (sepg_core_db_context(class, name.as_ptr(), &mut found, err.as_mut_ptr(), 200), found)
        };
        let secret = sid(c"system_u:object_r:secret_t:s0");
        let table = sid(c"system_u:object_r:table_t:s0");
        assert_eq!(find(SEPG_CLASS_DB_TABLE, c"d.public.secret_plans"), (SEPG_OK, secret));
        assert_eq!(find(SEPG_CLASS_DB_TABLE, c"d.public.plans"), (SEPG_OK, table));
        assert_eq!(find(SEPG_CLASS_DB_SCHEMA, c"d.public"), (SEPG_INVALID, 0));
        assert_eq!(find(SEPG_CLASS_DB_BLOB, c"1"), (SEPG_NO_MATCH, 0));
        let missing = c"/nonexistent/sepgsql_contexts";
        assert_eq!(sepg_core_load_db_contexts(missing.as_ptr(), err.as_mut_ptr(), 200), SEPG_ERROR);
        assert!(CStr::from_ptr(err.as_ptr()).to_str().unwrap().contains("/nonexistent/"));
    }
}

#[test]
fn explanations() {
    load();
    let image = common::test_policy();
    let (subject, object) =
        (sid(c"alice_u:client_r:client_t:s0"), sid(c"system_u:object_r:secret_t:s0"));
    let (class, select) = (SEPG_CLASS_DB_TUPLE, SEPG_DB_TUPLE__SELECT);
    let explain = |len: usize, object: u32, permission: u32, room: usize| {
        let mut buffer: [c_char; 200] = [1; 200];
        let mut allowed = true;
        // SAFETY: The image is readable for len; the buffer has more room than
        // it is said to have; allowed is a place for the answer.
        let code = unsafe {
            sepg_core_explain(
                image.as_ptr(),
                len,
                subject,
                object,
                class,
                permission,
                &mut allowed,
                buffer.as_mut_ptr(),
                room,
            )
        };
        // SAFETY: The core terminates what it writes.
        let text = unsafe { CStr::from_ptr(buffer.as_ptr()) }.to_str().unwrap().to_owned();
        (code, allowed, text)
    };
    let whole = "no allow rule\tallow client_t secret_t:db_tuple select;\n";
    let length = whole.len() as i32;
    assert_eq!(explain(image.len(), object, select, 200), (length, false, whole.to_owned()));
    // Cut to fit, and the length of the whole all the same.
    assert_eq!(explain(image.len(), object, select, 6), (length, false, "no al".to_owned()));
    let (code, allowed, text) =
        explain(image.len(), sid(c"system_u:object_r:table_t:s0"), select, 200);
    assert!(code > 0 && allowed && text.starts_with("allow rule\tallow "), "{text}");
    for (code, allowed, text) in [
        explain(image.len() / 2, object, select, 200),
        explain(image.len(), 999, select, 200),
        explain(image.len(), object, 1 << 15, 200),
    ] {
        assert_eq!((code, allowed, text.as_str()), (SEPG_ERROR, false, ""));
    }

    // Permissive mode changes what may be done, not what is permitted.
    let mut permitted = 7;
    sepg_core_set_permissive(true);
    // SAFETY: A place for the answer.
    unsafe {
        assert_eq!(sepg_core_permitted(subject, object, class, &mut permitted), SEPG_OK);
        assert_eq!(permitted & select, 0);
        assert_eq!(sepg_core_allowed(subject, object, class, &mut permitted), SEPG_OK);
        assert_eq!(permitted & select, select);
        assert_eq!(sepg_core_permitted(subject, 999, class, &mut permitted), SEPG_ERROR);
    }
    assert_eq!(permitted, 0);
}

#[test]
fn mcstrans_or_nothing() {
    let text = c"system_u:object_r:table_t:s0";
    let mut buffer: [c_char; 100] = [0; 100];
    // SAFETY: A NUL-terminated text, and a buffer with room for its length.
    let length = unsafe {
        sepg_core_context_translate(text.as_ptr(), true, buffer.as_mut_ptr(), buffer.len())
    };
    if !sepg_core_kernel_available() {
        assert_eq!(length as usize, text.count_bytes());
        // SAFETY: The core terminates what it writes.
        assert_eq!(unsafe { CStr::from_ptr(buffer.as_ptr()) }, text);
    }
}

#[test]
fn a_c_program_links_and_runs() {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    // Tests run from the folder below the one that holds the library.
    let library: PathBuf = std::env::current_exe()
        .unwrap()
        .ancestors()
        .map(|folder| folder.join("libsepgsql_core.a"))
        .find(|path| path.exists())
        .expect("libsepgsql_core.a is not above the test");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (program, policy) = (folder.join("link"), folder.join("link.33"));
    std::fs::write(&policy, common::test_policy()).unwrap();
    let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".to_owned());
    let result = Command::new(compiler)
        .args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-pedantic"])
        .arg("-I")
        .arg(manifest.join("../patches/files/src/include"))
        .arg("-o")
        .args([&program, &manifest.join("tests/link.c"), &library])
        .args("-lselinux -laudit -lgcc_s -lutil -lrt -lpthread -lm -ldl".split(' '))
        .output()
        .expect("a C compiler is needed");
    assert!(result.status.success(), "{}", String::from_utf8_lossy(&result.stderr));
    let result = Command::new(program).arg(policy).output().unwrap();
    assert!(result.status.success(), "{}", String::from_utf8_lossy(&result.stderr));
    assert!(result.stderr.is_empty(), "{}", String::from_utf8_lossy(&result.stderr));
}
