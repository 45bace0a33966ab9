//! The kernel's server, and the embedded one with the kernel's own policy: the
//! same answers.  Needs a host whose kernel has SELinux switched on, and a domain
//! that may ask it; elsewhere there is nothing to compare.

mod common;

use std::ffi::CString;

use common::{Generator, owned};
use sepgsql_core::class::Class;
use sepgsql_core::context::SepgSid;
use sepgsql_core::core::Core;
use sepgsql_core::server::kernel;
use sepgsql_core::server::policy::Policy;

/// How many questions: one takes the kernel a tenth of a millisecond where it is
/// emulated.
fn questions() -> usize {
    std::env::var("SEPGSQL_QUESTIONS").ok().and_then(|n| n.parse().ok()).unwrap_or(12_000)
}

#[test]
fn the_kernel_answers_as_the_embedded_server_does() {
    let mut asked = Core::new();
    if !kernel::available() {
        let error = asked.init_kernel().unwrap_err().to_string();
        assert_eq!(error, "SELinux is not enabled on this host");
        assert!(!asked.ready());
        eprintln!("no SELinux in this kernel: nothing compared");
        return;
    }
    let image = std::fs::read("/sys/fs/selinux/policy").unwrap();
    let policy = Policy::load(&image).unwrap();
    let mut embedded = Core::new();
    embedded.init_embedded(&image).unwrap();
    asked.init_kernel().unwrap();
    assert!(!asked.poll().unwrap());
    let deny_unknown = asked.info().unwrap().deny_unknown;
    assert_eq!(deny_unknown, embedded.info().unwrap().deny_unknown);
    for name in ["unlabeled", "kernel"] {
        let (a, b) =
            (asked.initial_context(name).unwrap(), embedded.initial_context(name).unwrap());
        assert_eq!(asked.sid_to_text(a), embedded.sid_to_text(b));
    }

    let mut generator = Generator::new(&policy, 0x0dd5_eed5_0dd5_eed5);
    let mut sources: Vec<String> = Vec::new();
    let mut targets: Vec<String> = Vec::new();
    for class in Class::all().filter(|class| class.name().starts_with("db_")) {
        sources.extend(owned(policy.types_with_rules(class, false)));
        targets.extend(owned(policy.types_with_rules(class, true)));
    }

    // Texts of all kinds: both take the same, and give them the same form.
    let mut sids: Vec<(SepgSid, SepgSid)> = Vec::new();
    let mut invalid = 0;
    for i in 0..4000 {
        let object = i % 2 == 0;
        let pool = if object { &targets } else { &sources };
        let type_ = (generator.random.below(5) != 0).then(|| generator.random.pick(pool).clone());
        let mut text = generator.context(type_.as_deref(), object);
        if i % 3 == 0 {
            text = generator.damage(&text);
        }
        match (asked.context_to_sid(&text), embedded.context_to_sid(&text)) {
            (Ok(a), Ok(b)) => {
                assert_eq!(asked.sid_to_text(a), embedded.sid_to_text(b), "{text:?}");
                sids.push((a, b));
            }
            (Err(_), Err(_)) => invalid += 1,
            (a, b) => panic!("{text:?}: the kernel {a:?}, embedded {b:?}"),
        }
    }
    assert!(sids.len() > 100 && invalid > 100, "{} valid, {invalid} invalid", sids.len());

    let classes: Vec<Class> = Class::all().collect();
    let names: Vec<CString> =
        ["x", "pg_temp", "scratch"].iter().map(|name| CString::new(*name).unwrap()).collect();
    let (mut granted, mut refused) = (0, 0);
    let questions = questions();
    for _ in 0..questions {
        let (subject, object) = (*generator.random.pick(&sids), *generator.random.pick(&sids));
        let class = *generator.random.pick(&classes);
        let about = format!(
            "{:?} on {:?} as {}",
            asked.sid_to_text(subject.0),
            asked.sid_to_text(object.0),
            class.name()
        );
        // Everything that a vector says shows in what becomes of each permission.
        for permission in class.permissions() {
            let a = asked.check(subject.0, object.0, class, permission.bit).unwrap();
            let b = embedded.check(subject.1, object.1, class, permission.bit).unwrap();
            assert_eq!((a.denied, a.audited), (b.denied, b.audited), "{about} {}", permission.name);
            if asked.enforcing() {
                assert_eq!(a, b, "{about} {}", permission.name);
            }
            if a.denied == 0 {
                granted += 1;
            }
        }
        let name = Some(generator.random.pick(&names).as_c_str()).filter(|_| subject.0 % 4 == 0);
        let a = asked.compute_create(subject.0, object.0, class, name);
        let b = embedded.compute_create(subject.1, object.1, class, name);
        match (a, b) {
            (Ok(a), Ok(b)) => {
                assert_eq!(asked.sid_to_text(a), embedded.sid_to_text(b), "{about} default label");
            }
            (Err(_), Err(_)) => refused += 1,
            (a, b) => panic!("{about}: the kernel {a:?}, embedded {b:?}"),
        }
    }
    eprintln!(
        "{questions} questions, {granted} permissions granted, {refused} default labels refused"
    );
    assert!(granted > questions / 100);

    // Labels of this process and of a socket's peer, which is the same.
    let own = kernel::own_context().unwrap();
    let (one, _two) = std::os::unix::net::UnixStream::pair().unwrap();
    let peer = kernel::peer_context(std::os::fd::AsRawFd::as_raw_fd(&one)).unwrap();
    assert_eq!(peer, own);
    asked.context_to_sid(&own).unwrap();
    kernel::file_context(c"/etc/passwd").unwrap();
    assert!(kernel::file_context(c"/nonexistent").is_err());
}
