//! Laws that hold whatever is asked in whatever order.

mod common;

use std::ffi::CString;

use proptest::prelude::*;
use sepgsql_core::class::{CLASSES, Class, Resolved, SEPG_CLASS_COUNT};
use sepgsql_core::context::{Parts, SEPG_SID_UNLABELED, SepgSid};
use sepgsql_core::core::Core;
use sepgsql_core::server::SecurityServer;
use sepgsql_core::server::{Label, embedded::Embedded, policy::Policy};
use sepgsql_core::subject::Subjects;

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// Texts to ask about: valid, invalid, under one policy and the other.
const TEXTS: [&str; 14] = [
    "alice_u:client_r:client_t:s0",
    "alice_u:client_r:client_t:s0-s1:c0.c9",
    "alice_u:client_r:child_t:s0",
    "alice_u:client_r:grandchild_t:s0:c5",
    "alice_u:client_r:lenient_t:s0",
    "bob_u:admin_r:admin_t:s0-s2:c0,c64,c128",
    "system_u:object_r:table_t:s0",
    "system_u:object_r:table_t:s1:c9",
    "system_u:object_r:secret_t:s0",
    "system_u:object_r:schema_t:s0",
    "system_u:object_r:proc_t:s0",
    "system_u:object_r:part_t:s0",
    "system_u:object_r:no_such_t:s0",
    "not a context",
];

/// The test policy, and one with other booleans and another name for a type.
fn images() -> [&'static [u8]; 2] {
    static OTHER: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
    let other = OTHER.get_or_init(|| {
        let changes = [
            (
                "(boolean writers true) (boolean closed false)",
                "(boolean writers false) (boolean closed true)",
            ),
            ("(type temp_t)", "(type temp_t) (type no_such_t) (roletype object_r no_such_t)"),
        ];
        common::compile_changed("laws", &changes, true)
    });
    [common::test_policy(), other]
}

#[derive(Clone, Debug)]
enum Step {
    Check { subject: usize, object: usize, class: u32, required: u32 },
    Create { subject: usize, parent: usize, class: u32, named: bool },
    Permissive(bool),
    Load(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let text = 0..TEXTS.len();
    let class = 1..SEPG_CLASS_COUNT;
    let step = prop_oneof![
        20 => (text.clone(), text.clone(), class.clone(), any::<u32>()).prop_map(
            |(subject, object, class, required)| Step::Check { subject, object, class, required }
        ),
        6 => (text.clone(), text, class, any::<bool>()).prop_map(
            |(subject, parent, class, named)| Step::Create { subject, parent, class, named }
        ),
        1 => any::<bool>().prop_map(Step::Permissive),
        1 => (0..2usize).prop_map(Step::Load),
    ];
    proptest::collection::vec(step, 1..300)
}

/// The answer without any cache: a server that was asked nothing before.
struct Uncached<'a>(&'a [u8]);

impl Uncached<'_> {
    fn server(&self) -> Embedded {
        Embedded::new(Policy::load(self.0).unwrap())
    }

    /// The text that is decided for a text.
    fn effective(server: &mut Embedded, text: &str) -> CString {
        let text = CString::new(text).unwrap();
        match server.canonicalize(&text) {
            Ok(_) => text,
            Err(_) => server.initial_context("unlabeled").unwrap(),
        }
    }
}

proptest! {
    #![proptest_config(config(60))]

    #[test]
    fn the_cache_changes_no_answer(steps in steps(), capacity in 1..200usize) {
        let mut core = Core::with_capacity(capacity);
        let mut current = 0;
        let mut permissive = false;
        core.init_embedded(images()[current]).unwrap();
        let sids: Vec<SepgSid> =
            TEXTS.iter().map(|text| core.text_to_sid(&CString::new(*text).unwrap())).collect();
        let mut sequence = core.sequence();

        for step in steps {
            let mut server = Uncached(images()[current]).server();
            match step {
                Step::Check { subject, object, class, required } => {
                    let class = Class::new(class).unwrap();
                    let subject_text = Uncached::effective(&mut server, TEXTS[subject]);
                    let object_text = Uncached::effective(&mut server, TEXTS[object]);
                    let truth = server
                        .compute_av(
                            Label { sid: 2, text: &subject_text },
                            Label { sid: 3, text: &object_text },
                            class,
                        )
                        .unwrap();
                    let required = required & class.all_permissions();
                    let verdict = core.check(sids[subject], sids[object], class, required).unwrap();
                    prop_assert_eq!(verdict.denied, required & !truth.allowed);
                    let lenient = permissive || truth.permissive;
                    prop_assert_eq!(verdict.granted, verdict.denied == 0 || lenient);
                    if verdict.denied == 0 {
                        prop_assert_eq!(verdict.audited, required & truth.auditallow);
                    } else {
                        let worth = verdict.denied & truth.auditdeny;
                        prop_assert_eq!(verdict.audited & !worth, 0);
                        prop_assert!(lenient || verdict.audited == worth);
                    }
                    let allowed = core.allowed(sids[subject], sids[object], class).unwrap();
                    let whole = if lenient { class.all_permissions() } else { truth.allowed };
                    prop_assert_eq!(allowed, whole);
                }
                Step::Create { subject, parent, class, named } => {
                    let class = Class::new(class).unwrap();
                    let name = named.then_some(c"scratch");
                    let subject_text = Uncached::effective(&mut server, TEXTS[subject]);
                    let parent_text = Uncached::effective(&mut server, TEXTS[parent]);
                    let truth = server.compute_create(
                        Label { sid: 2, text: &subject_text },
                        Label { sid: 3, text: &parent_text },
                        class,
                        name,
                        !permissive,
                    );
                    let answer = core.compute_create(sids[subject], sids[parent], class, name);
                    match truth {
                        Ok(text) => {
                            prop_assert_eq!(core.sid_to_text(answer.unwrap()).unwrap(), text.as_c_str());
                        }
                        Err(_) => prop_assert!(answer.is_err()),
                    }
                }
                Step::Permissive(on) => {
                    core.set_permissive(on);
                    prop_assert!(on == permissive || core.sequence() > sequence);
                    permissive = on;
                }
                Step::Load(which) => {
                    core.init_embedded(images()[which]).unwrap();
                    prop_assert!(core.sequence() > sequence);
                    current = which;
                }
            }
            sequence = core.sequence();
            let stats = core.stats();
            prop_assert!(stats.entries <= stats.capacity);
            prop_assert_eq!(stats.hits + stats.misses, stats.lookups);
        }
        // SIDs name texts, whatever was loaded since.
        for (text, sid) in TEXTS.iter().zip(&sids) {
            prop_assert_eq!(core.sid_to_text(*sid).unwrap().to_str().unwrap(), *text);
        }
        prop_assert!(sids.iter().all(|sid| *sid > SEPG_SID_UNLABELED));
    }
}

/// A level: a sensitivity, and categories in any order and form.
fn level() -> impl Strategy<Value = (usize, Vec<(usize, usize)>)> {
    (0..4usize, proptest::collection::vec((0..130usize, 0..5usize), 0..6))
}

fn level_text(level: &(usize, Vec<(usize, usize)>)) -> String {
    let items: Vec<String> = level
        .1
        .iter()
        .map(|(first, more)| match (first + more).min(129) {
            last if last == *first => format!("c{first}"),
            last => format!("c{first}.c{last}"),
        })
        .collect();
    match items.len() {
        0 => format!("s{}", level.0),
        _ => format!("s{}:{}", level.0, items.join(",")),
    }
}

fn categories(level: &(usize, Vec<(usize, usize)>)) -> std::collections::BTreeSet<usize> {
    level.1.iter().flat_map(|(first, more)| *first..=(first + more).min(129)).collect()
}

/// The canonical form, worked out in another way than the core's: runs are
/// found by comparing neighbours.
fn canonical_level(level: &(usize, Vec<(usize, usize)>)) -> String {
    let set = categories(level);
    let is = |category: usize| set.contains(&category);
    let mut text = format!("s{}", level.0);
    let mut separator = ":";
    for category in &set {
        let begins = *category == 0 || !is(category - 1);
        let ends = !is(category + 1);
        if begins {
            text += &format!("{separator}c{category}");
            separator = ",";
        } else if ends {
            let pair = *category == 1 || !is(category - 2);
            text += &format!("{}c{category}", if pair { "," } else { "." });
        }
    }
    text
}

proptest! {
    #![proptest_config(config(2000))]

    #[test]
    fn ranges_are_canonical(low in level(), high in level(), single in any::<bool>()) {
        let high = if single { low.clone() } else { high };
        let range = if single { level_text(&low) } else { format!("{}-{}", level_text(&low), level_text(&high)) };
        let mut server = policy_server();
        let text = CString::new(format!("system_u:object_r:table_t:{range}")).unwrap();
        let dominates = high.0 >= low.0 && categories(&high).is_superset(&categories(&low));
        let answer = server.borrow_mut().canonicalize(&text);
        if !dominates {
            prop_assert!(answer.is_err());
            return Ok(());
        }
        let (low_text, high_text) = (canonical_level(&low), canonical_level(&high));
        let range = if low_text == high_text { low_text } else { format!("{low_text}-{high_text}") };
        let expected = format!("system_u:object_r:table_t:{range}");
        let canonical = answer.unwrap();
        prop_assert_eq!(canonical.to_str().unwrap(), expected);
        prop_assert_eq!(&server.borrow_mut().canonicalize(&canonical).unwrap(), &canonical);
        let _ = &mut server;
    }

    #[test]
    fn any_bytes_are_parsed_or_refused(bytes in "[a-z_:.,0-9-]{0,60}") {
        let server = policy_server();
        let text = CString::new(bytes).unwrap();
        if let Ok(canonical) = server.borrow_mut().canonicalize(&text) {
            prop_assert_eq!(server.borrow_mut().canonicalize(&canonical).unwrap(), canonical);
        }
    }

    #[test]
    fn parts_come_apart_and_together(text in "[a-z]{1,5}:[a-z]{1,5}:[a-z]{1,5}(:[a-z0-9:,.-]{0,10})?", which in 0..4, value in "[a-z]{1,5}") {
        let parts = Parts::split(text.as_bytes()).unwrap();
        prop_assert_eq!(parts.join(), text.as_bytes());
        let changed = parts.with(which, value.as_bytes()).unwrap().join();
        let again = Parts::split(&changed).unwrap();
        for part in 0..4 {
            let expected = if part == which { Some(value.as_bytes()) } else { parts.get(part) };
            prop_assert_eq!(again.get(part), expected);
        }
    }

    #[test]
    fn permissions_map_there_and_back(class in 1..SEPG_CLASS_COUNT, shift in 0..20u32, unknown in any::<u32>(), core in any::<u32>(), policy in any::<u32>()) {
        let class = Class::new(class).unwrap();
        let names: Vec<&str> = CLASSES[class.index()].permissions.iter().map(|p| p.name).collect();
        let resolved = Resolved::resolve(class, 7, |name| {
            let i = names.iter().position(|n| *n == name).unwrap() as u32;
            if unknown & 1 << i != 0 { 0 } else { 1 << ((i + shift) % 32) }
        });
        prop_assert_eq!(resolved.known, class.all_permissions() & !unknown);
        prop_assert_eq!(resolved.to_core(resolved.to_policy(core)), core & resolved.known);
        prop_assert_eq!(resolved.to_policy(resolved.to_core(policy)) & !policy, 0);
        prop_assert_eq!(resolved.to_core(u32::MAX), resolved.known);
    }
}

fn policy_server() -> std::rc::Rc<std::cell::RefCell<Embedded>> {
    thread_local! {
        static SERVER: std::rc::Rc<std::cell::RefCell<Embedded>> =
            std::rc::Rc::new(std::cell::RefCell::new(Embedded::new(Policy::load(common::test_policy()).unwrap())));
    }
    SERVER.with(std::rc::Rc::clone)
}

#[derive(Clone, Debug)]
enum Event {
    Begin,
    Commit,
    Abort,
    Set(SepgSid),
    Enter(SepgSid),
    Leave,
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let sid = 1..50u32;
    let event = prop_oneof![
        3 => Just(Event::Begin),
        2 => Just(Event::Commit),
        2 => Just(Event::Abort),
        2 => (0..50u32).prop_map(Event::Set),
        3 => sid.prop_map(Event::Enter),
        3 => Just(Event::Leave),
    ];
    proptest::collection::vec(event, 0..120)
}

/// Subjects by copying: each transaction keeps what was there when it began.
#[derive(Clone, Debug)]
struct Copied {
    set: SepgSid,
    procedures: Vec<SepgSid>,
}

proptest! {
    #![proptest_config(config(2000))]

    #[test]
    fn subjects_unwind_as_copies_do(events in events()) {
        const PEER: SepgSid = 100;
        let mut subjects = Subjects::default();
        subjects.reset(PEER);
        let mut now = Copied { set: 0, procedures: Vec::new() };
        let mut saved: Vec<Copied> = Vec::new();
        for event in events {
            let level = saved.len() as u32;
            match event {
                Event::Begin => saved.push(now.clone()),
                // Outside a transaction there is nothing to end, nor to set.
                _ if level == 0 => {}
                Event::Commit => {
                    // PostgreSQL ends a procedure before what it began in.
                    let before = saved.pop().unwrap();
                    if now.procedures.len() < before.procedures.len() {
                        saved.push(before);
                        continue;
                    }
                    subjects.commit(level);
                }
                Event::Abort => {
                    let before = saved.pop().unwrap();
                    // Procedures of the outside that ended meanwhile stay ended.
                    let procedures = before.procedures.len().min(now.procedures.len());
                    now = Copied { set: before.set, procedures: before.procedures[..procedures].to_vec() };
                    subjects.abort(level);
                }
                Event::Set(sid) => {
                    now.set = sid;
                    subjects.set(sid, level);
                }
                Event::Enter(sid) => {
                    now.procedures.push(sid);
                    subjects.push(sid, level);
                }
                Event::Leave => {
                    // A transaction inside does not outlive its procedure.
                    let outside = saved.last().map_or(0, |before| before.procedures.len());
                    if now.procedures.len() > outside {
                        now.procedures.pop();
                        subjects.pop(subjects.mark() - 1);
                    }
                }
            }
            let base = if now.set == 0 { PEER } else { now.set };
            prop_assert_eq!(subjects.base(), base);
            prop_assert_eq!(subjects.current(), now.procedures.last().copied().unwrap_or(base));
            prop_assert_eq!(subjects.mark() as usize, now.procedures.len());
            prop_assert_eq!(subjects.peer(), PEER);
        }
    }
}
