//! What is fuzzed, one function for each target: it takes any bytes, and
//! panics where the core does not keep its word.
//!
//! The same functions run over the corpora in `cargo test` (tests/corpus.rs),
//! with neither cargo-fuzz nor a sanitizer.

use std::cell::RefCell;
use std::ffi::{CStr, CString};
use std::os::raw::c_char;
use std::ptr;

use sepgsql_core::audit::Record;
use sepgsql_core::class::Class;
use sepgsql_core::context::{MAX_CONTEXT_LENGTH, Parts, SEPG_SID_NONE, SEPG_SID_UNLABELED};
use sepgsql_core::core::{Core, Error};
use sepgsql_core::dbcontexts::DbContexts;
use sepgsql_core::ffi::*;
use sepgsql_core::server::policy::{Kind, Policy};

/// A target's name and function.
pub type Target = (&'static str, fn(&[u8]));

/// All of them; the corpus of each is in corpus/NAME.
pub const TARGETS: [Target; 5] = [
    ("context", context),
    ("dbcontexts", dbcontexts),
    ("audit", audit),
    ("policy", policy),
    ("ffi", ffi),
];

/// A small policy to ask, which is also the first file of the corpus "policy".
pub static POLICY: &[u8] = include_bytes!("../corpus/policy/good.33");

/// Bytes that are taken from the front.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn byte(&mut self) -> u8 {
        match self.0.split_first() {
            Some((first, rest)) => {
                self.0 = rest;
                *first
            }
            None => 0,
        }
    }

    fn word(&mut self) -> u32 {
        u32::from_le_bytes([self.byte(), self.byte(), self.byte(), self.byte()])
    }

    fn take(&mut self, length: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(length.min(self.0.len()));
        self.0 = rest;
        taken
    }
}

/// Contexts as a client or a catalog may give them.
pub fn context(data: &[u8]) {
    if let Some(parts) = Parts::split(data) {
        assert_eq!(parts.join(), data);
        for which in -1..6 {
            let Some(part) = parts.get(which) else { continue };
            if let Some(same) = parts.with(which, part) {
                assert_eq!(same, parts);
            }
        }
    }

    thread_local! {
        static CORE: RefCell<Option<Core>> = const { RefCell::new(None) };
    }
    CORE.with_borrow_mut(|core| {
        // Contexts are never forgotten, so that a long run starts over.
        if core.as_ref().is_none_or(|core| core.sid_count() > 100_000) {
            *core = Some(Core::new());
        }
        let core = core.as_mut().unwrap();
        if !core.ready() {
            core.init_embedded(POLICY).unwrap();
        }
        let Ok(text) = CString::new(data) else { return };
        let Ok(sid) = core.context_to_sid(&text) else { return };
        assert_ne!(sid, SEPG_SID_NONE);
        assert!(data.len() <= MAX_CONTEXT_LENGTH);
        let canonical = core.sid_to_text(sid).unwrap();
        assert_eq!(core.context_to_sid(canonical).unwrap(), sid);
        assert!(core.sid_valid(sid).unwrap());
        for class in Class::all() {
            let allowed = core.allowed(sid, SEPG_SID_UNLABELED, class).unwrap();
            assert_eq!(allowed & !class.all_permissions(), 0);
        }
    });
}

/// A file sepgsql_contexts, and behind its last NUL a name to look up.
pub fn dbcontexts(data: &[u8]) {
    let (text, name) = match data.iter().rposition(|byte| *byte == 0) {
        Some(at) => (&data[..at], &data[at + 1..]),
        None => (data, &b"postgres.public.t"[..]),
    };
    let Ok(contexts) = DbContexts::parse(text) else { return };
    let name = CString::new(name).unwrap();
    for class in Class::all() {
        if let Some(context) = contexts.lookup(class, &name) {
            assert!(class.name().starts_with("db_"));
            assert!(!context.to_bytes().iter().any(u8::is_ascii_whitespace));
        }
    }
}

/// Takes the escapes out of a field again.
fn unescape(field: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = field;
    while let Some((first, tail)) = rest.split_first() {
        if *first == b'\\' {
            let digits: u32 = tail[..3].iter().fold(0, |n, digit| {
                assert!((b'0'..b'8').contains(digit));
                n * 8 + u32::from(digit - b'0')
            });
            out.push(u8::try_from(digits).unwrap());
            rest = &tail[3..];
        } else {
            assert!(*first >= b' ' && *first != b'"' && *first != 0x7f);
            out.push(*first);
            rest = tail;
        }
    }
    out
}

/// The record for the audit daemon, which is read word by word: none of them may
/// come from a name.
fn audit_message(record: &Record) {
    let text = record.message(record.name, None);
    assert!(text.iter().all(|byte| (b' '..0x7f).contains(byte) || *byte >= 0x80));
    let words = text.split(|byte| *byte == b' ').filter(|word| !word.is_empty());
    let fields: Vec<_> = words
        .filter_map(|word| {
            let end = word.iter().position(|byte| *byte == b'=')?;
            Some(&word[..end])
        })
        .collect();
    let mut expected: Vec<&[u8]> = Vec::new();
    if record.name.is_some() {
        expected.extend([&b"name"[..], b"acct"]);
    }
    expected.extend([&b"scontext"[..], b"tcontext", b"tclass"]);
    if record.denied || record.permissive {
        expected.push(b"permissive");
    }
    assert_eq!(fields, expected);
}

/// An audit record: what a name holds must not forge one.
pub fn audit(data: &[u8]) {
    let mut input = Input(data);
    let Some(class) = Class::new(u32::from(input.byte())) else { return };
    let permissions = input.word();
    let flags = input.byte();
    let length = usize::from(input.byte());
    let subject = input.take(length);
    let length = usize::from(input.byte());
    let object = input.take(length);
    let name = (flags & 4 != 0).then_some(input.0);
    let record = Record {
        subject,
        object,
        class,
        permissions,
        denied: flags & 1 != 0,
        permissive: flags & 2 != 0,
        name,
    };
    let text = record.text();
    audit_message(&record);

    let rest = text.strip_prefix(b"SELinux: ").unwrap();
    let word: &[u8] = if record.denied { b"denied { " } else { b"granted { " };
    let mut rest = rest.strip_prefix(word).unwrap();
    for permission in class.permissions() {
        if permissions & permission.bit != 0 {
            rest = rest.strip_prefix(permission.name.as_bytes()).unwrap();
            rest = rest.strip_prefix(b" ").unwrap();
        }
    }
    let mut rest = rest.strip_prefix(b"} scontext=").unwrap();
    for (value, next) in [(subject, &b" tcontext="[..]), (object, b" tclass=")] {
        // The first space ends a field.
        let end = rest.iter().position(|byte| *byte == b' ').unwrap();
        assert_eq!(unescape(&rest[..end]), value);
        rest = rest[end..].strip_prefix(next).unwrap();
    }
    let mut rest = rest.strip_prefix(class.name().as_bytes()).unwrap();
    if let Some(name) = name {
        rest = rest.strip_prefix(b" name=\"").unwrap();
        // The first quotation mark ends the name.
        let end = rest.iter().position(|byte| *byte == b'"').unwrap();
        assert_eq!(unescape(&rest[..end]), name);
        rest = &rest[end + 1..];
    }
    let end: &[u8] = if record.permissive { b" permissive=1" } else { b"" };
    assert_eq!(rest, end);
}

/// Binary policies: what is taken answers every question.
pub fn policy(data: &[u8]) {
    let Ok(policy) = Policy::load(data) else { return };
    let mut core = Core::with_capacity(64);
    let taken = core.init_embedded(data);
    assert_eq!(Core::check_embedded(data).is_ok(), taken.is_ok());
    if taken.is_err() {
        assert!(matches!(taken, Err(Error::Failed(_))));
        return;
    }
    let mut sids = vec![SEPG_SID_UNLABELED];
    let names = |kind| policy.names(kind).take(8).collect::<Vec<&[u8]>>();
    let (users, roles, types) = (names(Kind::User), names(Kind::Role), names(Kind::Type));
    let levels = names(Kind::Level);
    for (i, user) in users.iter().enumerate() {
        for (j, type_) in types.iter().enumerate() {
            let Some(role) = roles.get((i + j) % roles.len().max(1)) else { break };
            let mut parts = vec![*user, *role, *type_];
            if let Some(level) = levels.get(j % levels.len().max(1)) {
                parts.push(level);
            }
            let Ok(text) = CString::new(parts.join(&b':')) else { continue };
            sids.extend(core.context_to_sid(&text));
        }
    }
    sids.truncate(12);
    for class in Class::all() {
        for (i, subject) in sids.iter().enumerate() {
            let object = sids[(i * 5 + 3) % sids.len()];
            let allowed = core.allowed(*subject, object, class).unwrap();
            assert_eq!(allowed & !class.all_permissions(), 0);
            let _ = core.compute_create(*subject, object, class, Some(c"scratch"));
            let _ = core.compute_create(*subject, object, class, None);
        }
    }
}

/// A buffer of C's with something behind it that must stay as it is.
struct Buffer {
    bytes: Vec<u8>,
    length: usize,
    null: bool,
}

impl Buffer {
    const GUARD: usize = 16;

    fn new(input: &mut Input) -> Buffer {
        let length = usize::from(input.byte());
        // A NULL buffer may come with any length.
        let null = length == 255;
        Buffer { bytes: vec![0xa5; if null { 0 } else { length } + Buffer::GUARD], length, null }
    }

    fn pointer(&mut self) -> *mut c_char {
        if self.null { ptr::null_mut() } else { self.bytes.as_mut_ptr().cast() }
    }

    /// Nothing was written behind it, and what is in it ends; untouched is
    /// right where nothing is said.
    fn check(&self) {
        let length = if self.null { 0 } else { self.length };
        assert!(self.bytes[length..].iter().all(|byte| *byte == 0xa5));
        let text = &self.bytes[..length];
        assert!(text.contains(&0) || text.iter().all(|byte| *byte == 0xa5));
    }
}

/// Texts of C's: NULL, or with a NUL at the end.
struct Text(Option<CString>);

impl Text {
    fn new(input: &mut Input) -> Text {
        const KNOWN: [&CStr; 8] = [
            c"",
            c"system_u:object_r:table_t:s0",
            c"alice_u:client_r:client_t:s0",
            c"alice_u:client_r:client_t:s0-s1:c0.c3",
            c"unlabeled",
            c"db_table",
            c"a:b:c",
            c"s0-s1:c1,c3",
        ];
        match input.byte() {
            0 => Text(None),
            n @ 1..=8 => Text(Some(KNOWN[usize::from(n) - 1].to_owned())),
            length => {
                let bytes: Vec<u8> =
                    input.take(length.into()).iter().copied().filter(|byte| *byte != 0).collect();
                Text(CString::new(bytes).ok())
            }
        }
    }

    fn pointer(&self) -> *const c_char {
        self.0.as_ref().map_or(ptr::null(), |text| text.as_ptr())
    }
}

/// Mostly a SID that may exist.
fn sid(input: &mut Input) -> u32 {
    match input.byte() {
        255 => input.word(),
        254 => u32::MAX,
        n => u32::from(n),
    }
}

/// Calls of the functions that C has, one after another, with any arguments
/// that C can pass: NULL, every length, numbers that mean nothing.
pub fn ffi(data: &[u8]) {
    let mut input = Input(data);
    if !sepg_core_ready() {
        // SAFETY: The image is readable; no buffer.
        let code =
            unsafe { sepg_core_init_embedded(POLICY.as_ptr(), POLICY.len(), ptr::null_mut(), 0) };
        assert_eq!(code, SEPG_OK);
    }
    sepg_core_set_permissive(false);
    sepg_core_set_debug_audit(false);
    // SAFETY: The number is in this library, for as long as the process lives.
    let sequence = || unsafe { sepg_core_policy_seqno().read() };

    for _ in 0..64 {
        if input.0.is_empty() {
            break;
        }
        let before = sequence();
        call(&mut input);
        assert!(sequence() >= before);
        assert!(sepg_core_ready());
    }
    // SAFETY: Each pointer given is NULL, or as the function demands.
    unsafe {
        let mut stats = SepgStats::default();
        sepg_core_stats(&mut stats);
        assert!(stats.entries <= stats.capacity);
        sepg_core_stats(ptr::null_mut());
    }
    sepg_core_subject_reset(SEPG_SID_NONE);
}

fn call(input: &mut Input) {
    let mut new_sid = 0xdead_beef;
    let operation = input.byte() % 32;
    // Each answer goes where C wants it, or nowhere.
    let place: *mut u32 = if input.byte() & 1 == 0 { &mut new_sid } else { ptr::null_mut() };
    let known = |sid: u32| !sepg_core_sid_to_text(sid).is_null();
    let answered = |code: i32, place: *mut u32| {
        assert_ne!(code, SEPG_PANIC);
        if !place.is_null() {
            // SAFETY: A place of ours, still there.
            let sid = unsafe { *place };
            assert_eq!(code == SEPG_OK, sid != SEPG_SID_NONE);
            assert!(code != SEPG_OK || known(sid));
        }
    };

    // SAFETY: Every text is NULL or NUL-terminated, every buffer is NULL or has
    // the room that is stated, every other place is NULL or of its type; all
    // outlive the call.
    unsafe {
        match operation {
            0 => {
                let text = Text::new(input);
                let mut err = Buffer::new(input);
                let code =
                    sepg_core_context_to_sid(text.pointer(), place, err.pointer(), err.length);
                err.check();
                answered(code, place);
            }
            1 => {
                // Every text that is stored is kept: a few only.
                if sepg_core_sid_count() < 100_000 {
                    let text = Text::new(input);
                    answered(sepg_core_text_to_sid(text.pointer(), place), place);
                }
            }
            2 => {
                let sid = sid(input);
                let valid = sepg_core_sid_valid(sid);
                assert!(valid <= 1 && valid != SEPG_PANIC);
                assert!(valid != 1 || known(sid));
            }
            3 => answered(sepg_core_initial_context(Text::new(input).pointer(), place), place),
            4 => {
                let (text, which) = (Text::new(input), input.word() as i32 % 6);
                let mut buf = Buffer::new(input);
                let length =
                    sepg_core_context_part(text.pointer(), which, buf.pointer(), buf.length);
                buf.check();
                assert!(length == SEPG_ERROR || length >= 0);
            }
            5 => {
                let (text, which, value) =
                    (Text::new(input), input.word() as i32 % 6, Text::new(input));
                let mut buf = Buffer::new(input);
                let length = sepg_core_context_set_part(
                    text.pointer(),
                    which,
                    value.pointer(),
                    buf.pointer(),
                    buf.length,
                );
                buf.check();
                assert!(length == SEPG_ERROR || length >= 0);
            }
            6 => {
                let (text, to_raw) = (Text::new(input), input.byte() & 1 != 0);
                let mut buf = Buffer::new(input);
                let length =
                    sepg_core_context_translate(text.pointer(), to_raw, buf.pointer(), buf.length);
                buf.check();
                assert_ne!(length, SEPG_PANIC);
            }
            7..=9 => {
                let (subject, object) = (sid(input), sid(input));
                let (tclass, required) = (u32::from(input.byte()), input.word());
                let mut audit =
                    SepgAudit { denied: 7, audited: 7, granted: true, permissive: true };
                let out = if place.is_null() { ptr::null_mut() } else { &raw mut audit };
                let code = sepg_core_check(subject, object, tclass, required, out);
                assert_ne!(code, SEPG_PANIC);
                if !out.is_null() {
                    assert!(code == SEPG_OK || audit.denied != 0 || required == 0);
                    assert!(code == SEPG_OK || !audit.permissive);
                }
                if code == SEPG_OK {
                    assert!(known(subject) && known(object));
                    assert!(Class::new(tclass).is_some());
                }
            }
            10 | 11 => {
                let (subject, object, tclass) = (sid(input), sid(input), u32::from(input.byte()));
                let code = if operation == 10 {
                    sepg_core_allowed(subject, object, tclass, place)
                } else {
                    sepg_core_permitted(subject, object, tclass, place)
                };
                assert_ne!(code, SEPG_PANIC);
                assert!(code == SEPG_OK || place.is_null() || *place == 0);
                assert!(
                    place.is_null() || *place & !sepg_core_class_perms(tclass) == 0,
                    "permissions that the class does not have"
                );
            }
            12 | 13 => {
                let (subject, object, tclass) = (sid(input), sid(input), u32::from(input.byte()));
                let name = Text::new(input);
                let mut err = Buffer::new(input);
                let code = sepg_core_compute_create(
                    subject,
                    object,
                    tclass,
                    name.pointer(),
                    place,
                    err.pointer(),
                    err.length,
                );
                err.check();
                answered(code, place);
            }
            14 => {
                let tclass = input.word() % 64;
                let bit = input.word();
                let name = sepg_core_class_name(tclass);
                if !name.is_null() {
                    assert_eq!(sepg_core_class_by_name(name), tclass);
                }
                let name = sepg_core_perm_name(tclass, bit);
                assert!(name.is_null() || bit & sepg_core_class_perms(tclass) == bit);
            }
            15 => {
                let tclass = sepg_core_class_by_name(Text::new(input).pointer());
                assert!(tclass == 0 || sepg_core_class_perms(tclass) != 0);
            }
            16 => {
                let (tclass, operations) = (u32::from(input.byte()), input.word());
                let all = sepg_core_class_perms(tclass);
                assert_eq!(sepg_core_data_perms(tclass, operations) & !all, 0);
                assert_eq!(sepg_core_row_perms(tclass, operations) & !all, 0);
            }
            17 => {
                let (subject, object) = (sid(input), sid(input));
                let (tclass, perms, flags) = (u32::from(input.byte()), input.word(), input.byte());
                let name = Text::new(input);
                let mut buf = Buffer::new(input);
                let length = sepg_core_audit_text(
                    subject,
                    object,
                    tclass,
                    perms,
                    flags & 1 != 0,
                    flags & 2 != 0,
                    name.pointer(),
                    buf.pointer(),
                    buf.length,
                );
                buf.check();
                assert!(length == SEPG_ERROR || length > 0);
            }
            18 => {
                let (subject, object) = (sid(input), sid(input));
                let (tclass, permission) = (u32::from(input.byte()), input.word());
                let image = image(input);
                let mut allowed = true;
                let mut buf = Buffer::new(input);
                let length = sepg_core_explain(
                    image.0,
                    image.1,
                    subject,
                    object,
                    tclass,
                    permission,
                    if place.is_null() { ptr::null_mut() } else { &mut allowed },
                    buf.pointer(),
                    buf.length,
                );
                buf.check();
                assert_ne!(length, SEPG_PANIC);
                assert!(length >= 0 || place.is_null() || !allowed);
            }
            19 => {
                let image = image(input);
                let mut err = Buffer::new(input);
                let code = sepg_core_check_policy(image.0, image.1, err.pointer(), err.length);
                err.check();
                assert!(code == SEPG_OK || code == SEPG_ERROR);
            }
            20 => {
                let image = image(input);
                let mut err = Buffer::new(input);
                let code = sepg_core_init_embedded(image.0, image.1, err.pointer(), err.length);
                err.check();
                assert!(code == SEPG_OK || code == SEPG_ERROR);
            }
            21 => {
                // No other file is opened: some never end.
                const PATHS: [&CStr; 4] =
                    [c"", c"/nonexistent/file", c"/dev/null", c"/proc/version"];
                let which = usize::from(input.byte()) % (PATHS.len() + 1);
                let path = PATHS.get(which).map_or(ptr::null(), |path| path.as_ptr());
                let mut err = Buffer::new(input);
                let code = sepg_core_load_db_contexts(path, err.pointer(), err.length);
                err.check();
                assert!(code == SEPG_OK || code == SEPG_ERROR);
            }
            22 => {
                let tclass = u32::from(input.byte());
                let name = Text::new(input);
                let mut err = Buffer::new(input);
                let code =
                    sepg_core_db_context(tclass, name.pointer(), place, err.pointer(), err.length);
                err.check();
                answered(code, place);
            }
            23 => {
                sepg_core_subject_reset(sid(input));
                assert_eq!(sepg_core_subject_mark(), 0);
            }
            24 => {
                let (pushed, level) = (sid(input), u32::from(input.byte() % 8));
                let mark = sepg_core_subject_mark();
                let code = sepg_core_subject_push(pushed, level);
                assert_eq!(code == SEPG_OK, known(pushed));
                assert_eq!(sepg_core_subject_mark(), mark + u32::from(code == SEPG_OK));
                assert!(code != SEPG_OK || sepg_core_subject() == pushed);
            }
            25 => {
                let mark = u32::from(input.byte() % 16);
                let before = sepg_core_subject_mark();
                sepg_core_subject_pop(mark);
                assert_eq!(sepg_core_subject_mark(), before.min(mark));
            }
            26 => {
                let code = sepg_core_subject_setcon(sid(input), u32::from(input.byte() % 8));
                assert!(code == SEPG_OK || code == SEPG_ERROR);
            }
            27 => sepg_core_subject_at_commit(u32::from(input.byte() % 8)),
            28 => sepg_core_subject_at_abort(u32::from(input.byte() % 8)),
            29 => {
                let flags = input.byte();
                sepg_core_set_permissive(flags & 1 != 0);
                sepg_core_set_debug_audit(flags & 2 != 0);
                assert_eq!(sepg_core_enforcing(), flags & 1 == 0);
                sepg_core_poll();
            }
            30 if !sepg_core_kernel_available() => {
                let (text, fd) = (Text::new(input), input.word() as i32);
                let mut err = Buffer::new(input);
                let codes = [
                    sepg_core_init_kernel(err.pointer(), err.length),
                    sepg_core_getcon(place, err.pointer(), err.length),
                    sepg_core_getpeercon(fd, place, err.pointer(), err.length),
                    sepg_core_getfilecon(text.pointer(), place, err.pointer(), err.length),
                    sepg_core_fgetfilecon(fd, place, err.pointer(), err.length),
                ];
                err.check();
                assert!(codes.iter().all(|code| *code == SEPG_ERROR));
            }
            _ => {
                let mut info = SepgPolicyInfo::default();
                assert_eq!(sepg_core_policy_info(&mut info), SEPG_OK);
                assert_eq!(sepg_core_policy_info(ptr::null_mut()), SEPG_OK);
                assert!(!sepg_core_last_error().is_null());
                for sid in 0..=sepg_core_sid_count().min(64) {
                    let text = sepg_core_sid_to_text(sid);
                    assert_eq!(text.is_null(), sid == SEPG_SID_NONE);
                }
            }
        }
    }
}

/// A policy's image: none, the good one or a part of it, or bytes.
fn image(input: &mut Input) -> (*const u8, usize) {
    let image: &[u8] = match input.byte() {
        0 => return (ptr::null(), usize::from(input.byte())),
        1 => POLICY,
        2 => &POLICY[..input.word() as usize % POLICY.len()],
        // Something to point to, and more than a slice can be.
        3 => return (POLICY.as_ptr(), usize::MAX - usize::from(input.byte())),
        length => input.take(length.into()),
    };
    (image.as_ptr(), image.len())
}
