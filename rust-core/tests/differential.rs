//! The embedded server's answers are libsepol's, over random questions to every
//! policy at hand.
//!
//! The embedded server computes from structures of its own, and asks libsepol
//! for nothing but to read the image; so the two can differ.  What libsepol
//! cannot be asked (named transitions, permissive domains) is compared with
//! the policy's text as libsepol decompiles it.

mod common;

use std::collections::HashMap;
use std::ffi::CString;

use common::{Generator, Oracle, owned};
use sepgsql_core::class::Class;
use sepgsql_core::server::policy::Policy;
use sepgsql_core::server::{Label, SecurityServer, embedded::Embedded};

/// How many rounds of random questions each policy is asked.
const ROUNDS: usize = 40;
/// How many questions a round has, each for a vector and for a default label.
const QUESTIONS: usize = 3000;
/// How many contexts they are about.  libsepol searches its table of SIDs from
/// end to end, so that each round starts with a new one.
const CONTEXTS: usize = 160;

/// Contexts that are valid, with libsepol's SIDs; the first half with types that
/// the rules of some class have as source, the second with such targets.
fn contexts(
    generator: &mut Generator,
    server: &mut Embedded,
    oracle: &Oracle,
) -> Vec<(CString, u32)> {
    let mut sources: Vec<String> = Vec::new();
    let mut targets: Vec<String> = Vec::new();
    for class in Class::all().filter(|class| class.name() != "file") {
        sources.extend(owned(server.policy().types_with_rules(class, false)));
        targets.extend(owned(server.policy().types_with_rules(class, true)));
    }
    let mut found = Vec::new();
    while found.len() < CONTEXTS {
        let target = found.len() >= CONTEXTS / 2;
        let pool = if target { &targets } else { &sources };
        let type_ = (generator.random.below(5) != 0).then(|| generator.random.pick(pool).clone());
        // Many subjects as the users' roles allow; the rest as objects.
        let object = target || generator.random.below(4) == 0;
        for _ in 0..60 {
            let text = generator.context(type_.as_deref(), object);
            if let Ok(canonical) = server.canonicalize(&text) {
                let sid = oracle.sid(&canonical).expect("libsepol refuses a valid context");
                found.push((canonical, sid));
                break;
            }
        }
    }
    found
}

/// What came out of the comparisons.
#[derive(Default)]
struct Counts {
    asked: usize,
    granted: usize,
    labels: usize,
    no_label: usize,
}

fn compare(name: &str, image: &[u8]) {
    let mut counts = Counts::default();
    let mut generator = Generator::new(&Policy::load(image).unwrap(), 0x5eed_1234_5678_9abc);
    for round in 0..ROUNDS {
        let oracle = Oracle::load(image);
        let mut server = Embedded::new(Policy::load(image).unwrap());
        if round == 0 {
            compare_contexts(&mut generator, &mut server, &oracle);
        }
        let contexts = contexts(&mut generator, &mut server, &oracle);
        compare_round(name, &mut generator, &mut server, &oracle, &contexts, &mut counts);
        if round == 0 {
            compare_named(name, &mut generator, &mut server, &oracle);
        }
    }
    eprintln!(
        "{name}: {} questions, {} vectors with a permission, {} default labels, {} refused",
        counts.asked, counts.granted, counts.labels, counts.no_label
    );
    assert!(counts.asked >= 100_000);
    assert!(counts.granted > counts.asked / 50 && counts.labels > counts.asked / 10);
}

fn type_of(context: &CString) -> &str {
    context.to_str().unwrap().split(':').nth(2).unwrap()
}

fn compare_round(
    name: &str,
    generator: &mut Generator,
    server: &mut Embedded,
    oracle: &Oracle,
    contexts: &[(CString, u32)],
    counts: &mut Counts,
) {
    let deny_unknown = server.info().deny_unknown;
    let classes: Vec<(Class, u32)> =
        Class::all().map(|class| (class, oracle.class(class.name()))).collect();
    let mut permissions: HashMap<(u32, u32), u32> = HashMap::new();
    for (class, value) in &classes {
        for permission in class.permissions() {
            let bit = oracle.permission(*value, permission.name);
            permissions.insert((class.number(), permission.bit), bit);
        }
    }
    let cil = oracle.cil();
    let permissive: Vec<&str> = cil
        .lines()
        .filter_map(|line| line.strip_prefix("(typepermissive ")?.strip_suffix(')'))
        .collect();
    // libsepol 3.4 crashes on bounds above bounds.
    let depth: Vec<i32> =
        contexts.iter().map(|(text, _)| oracle.bounds_depth(type_of(text).as_bytes())).collect();

    for _ in 0..QUESTIONS {
        let (class, value) = *generator.random.pick(&classes);
        // Mostly a subject of the first half on an object of the second.
        let half = contexts.len() / 2;
        let i = match generator.random.below(6) {
            0 => generator.random.below(contexts.len()),
            _ => generator.random.below(half),
        };
        let j = match generator.random.below(12) {
            0 => i,
            1 => generator.random.below(half),
            _ if class.name() == "process" => generator.random.below(half),
            _ => half + generator.random.below(half),
        };
        let (subject, object) = (&contexts[i], &contexts[j]);
        let label = |i: usize| Label { sid: i as u32 + 2, text: &contexts[i].0 };
        let about = || format!("{name}: {:?} on {:?} as {}", subject.0, object.0, class.name());
        counts.asked += 1;

        if depth[i] < 2 {
            let answer = server.compute_av(label(i), label(j), class).unwrap();
            let truth = match value {
                0 => [0, 0, u32::MAX],
                _ => oracle.compute_av(subject.1, object.1, value),
            };
            for permission in class.permissions() {
                let bit = permissions[&(class.number(), permission.bit)];
                let about = || format!("{} {}", about(), permission.name);
                let is = |vector: u32| vector & permission.bit != 0;
                let unknown = bit == 0;
                let allowed = if unknown { !deny_unknown } else { truth[0] & bit != 0 };
                assert_eq!(is(answer.allowed), allowed, "{} allowed", about());
                assert_eq!(is(answer.auditallow), truth[1] & bit != 0, "{} auditallow", about());
                let auditdeny = unknown || truth[2] & bit != 0;
                assert_eq!(is(answer.auditdeny), auditdeny, "{} auditdeny", about());
            }
            assert_eq!(answer.allowed & !class.all_permissions(), 0);
            assert_eq!(answer.permissive, permissive.contains(&type_of(&subject.0)), "{}", about());
            counts.granted += usize::from(answer.allowed != 0);
        }

        if value != 0 {
            let answer = server.compute_create(label(i), label(j), class, None, true).ok();
            let truth = oracle.transition(subject.1, object.1, value);
            assert_eq!(answer, truth, "{} default label", about());
            counts.labels += usize::from(truth.is_some());
            counts.no_label += usize::from(truth.is_none());
        }
    }
}

/// The two agree on what is a context and on its canonical form; where libsepol
/// takes what the kernel refuses, its canonical form is another.
fn compare_contexts(generator: &mut Generator, server: &mut Embedded, oracle: &Oracle) {
    let (mut valid, mut invalid) = (0, 0);
    for i in 0..4000 {
        let object = generator.random.below(2) == 0;
        let mut text = generator.context(None, object);
        if i % 2 == 1 {
            text = generator.damage(&text);
        }
        let truth = oracle.sid(&text).map(|sid| oracle.context(sid));
        match server.canonicalize(&text) {
            Ok(canonical) => {
                valid += 1;
                assert_eq!(Some(&canonical), truth.as_ref(), "{text:?}");
                assert_eq!(server.canonicalize(&canonical).unwrap(), canonical);
            }
            Err(_) => {
                invalid += 1;
                assert_ne!(truth.as_ref(), Some(&text), "refused, and canonical to libsepol");
            }
        }
    }
    assert!(valid > 100 && invalid > 100, "{valid} valid, {invalid} invalid");
}

/// Named transitions, by the statements of the policy's text.
fn compare_named(name: &str, generator: &mut Generator, server: &mut Embedded, oracle: &Oracle) {
    let cil = oracle.cil();
    let mut rules: HashMap<(&str, &str, &str, &str), &str> = HashMap::new();
    for line in cil.lines().filter(|line| line.starts_with("(typetransition ")) {
        let words: Vec<&str> = line.trim_end_matches(')').split(' ').collect();
        if let [_, source, target, class, object, new_type] = words[..] {
            let object = object.trim_matches('"');
            rules.insert((source, target, class, object), new_type);
        }
    }
    // One valid text of each type, as SIDs that no other text has.
    let mut texts: HashMap<String, (u32, CString)> = HashMap::new();
    let mut compared = 0;
    for ((source, target, class, object), new_type) in &rules {
        let Some(class) = Class::by_name(class) else { continue };
        for type_ in [source, target] {
            if !texts.contains_key(*type_) {
                let text = std::iter::repeat_with(|| generator.context(Some(type_), true))
                    .find_map(|text| server.canonicalize(&text).ok())
                    .unwrap();
                let sid = 10_000 + texts.len() as u32;
                texts.insert((*type_).to_owned(), (sid, text));
            }
        }
        let label = |type_: &str| Label { sid: texts[type_].0, text: &texts[type_].1 };
        let named = |server: &mut Embedded, object: &str| {
            let object = CString::new(object).unwrap();
            // Permissive: whether the label is valid is another question.
            let (source, target) = (label(source), label(target));
            server.compute_create(source, target, class, Some(&object), false).unwrap()
        };
        let plain =
            server.compute_create(label(source), label(target), class, None, false).unwrap();
        let with_type = |text: &CString, type_: &str| {
            let mut parts: Vec<&str> = text.to_str().unwrap().splitn(4, ':').collect();
            parts[2] = type_;
            CString::new(parts.join(":")).unwrap()
        };
        let about = format!("{name}: {source} {target} {object}");
        assert_eq!(named(server, object), with_type(&plain, new_type), "{about}");
        let other = format!("{object}x");
        if !rules.contains_key(&(*source, *target, class.name(), &other)) {
            assert_eq!(named(server, &other), plain, "{about}x");
        }
        compared += 1;
    }
    eprintln!("{name}: {} named transitions, {compared} compared", rules.len());
    assert_eq!(compared == 0, rules.is_empty(), "no named transition could be compared");
}

#[test]
fn test_policy() {
    compare("test policy", common::test_policy());
}

#[test]
fn test_policy_otherwise() {
    // The booleans the other way round, unknown permissions allowed, no bounds on objects.
    let image = common::compile_changed(
        "otherwise",
        &[
            ("(handleunknown deny)", "(handleunknown allow)"),
            (
                "(boolean writers true) (boolean closed false)",
                "(boolean writers false) (boolean closed true)",
            ),
            ("(typebounds table_t part_t)", ""),
        ],
        true,
    );
    compare("test policy, otherwise", &image);
}

#[test]
fn shipped_policy() {
    compare("shipped policy", &common::shipped_policy());
}

#[test]
fn reference_policy() {
    if let Some(image) = common::reference_policy() {
        compare("reference policy", &image);
    }
}
