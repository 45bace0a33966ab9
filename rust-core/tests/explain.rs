//! Explanations agree with decisions, and name what decides.

mod common;

use std::ffi::{CStr, CString};

use common::{Generator, owned};
use sepgsql_core::class::*;
use sepgsql_core::core::Core;
use sepgsql_core::server::policy::Policy;
use sepgsql_core::server::policy::explain::{Cause, Explainer, Explanation};

const CLIENT: &CStr = c"alice_u:client_r:client_t:s0-s1:c0.c9";

/// Random questions: the verdict is the decision, and something is said for it.
fn compare(name: &str, image: &[u8]) {
    let explainer = Explainer::load(image).unwrap();
    let policy = Policy::load(image).unwrap();
    let mut core = Core::new();
    core.init_embedded(image).unwrap();
    let mut generator = Generator::new(&policy, 0x0dd5_eed5);
    let (mut allowed, mut refused) = (0, 0);
    let classes: Vec<Class> = Class::all().collect();
    for _ in 0..20_000 {
        let class = *generator.random.pick(&classes);
        let sources = owned(policy.types_with_rules(class, false));
        let targets = owned(policy.types_with_rules(class, true));
        let mut pick = |pool: &[String], object: bool| {
            let type_ = (!pool.is_empty()).then(|| generator.random.pick(pool).clone());
            (0..60).find_map(|_| {
                let text = generator.context(type_.as_deref(), object);
                Some((core.context_to_sid(&text).ok()?, text))
            })
        };
        let Some((subject, subject_text)) = pick(&sources, false) else { continue };
        let process = class.number() == SEPG_CLASS_PROCESS;
        let Some((object, object_text)) = pick(&targets, !process) else { continue };
        let permission = generator.random.pick(class.permissions());
        let decision = core.permitted(subject, object, class).unwrap() & permission.bit != 0;
        let answer = explainer.explain(&subject_text, &object_text, class, permission.bit).unwrap();
        let about = format!(
            "{name}: {subject_text:?} {object_text:?} {} {}: {answer:?}",
            class.name(),
            permission.name
        );
        assert_eq!(answer.allowed, decision, "{about}");
        assert!(!answer.causes.is_empty(), "{about}");
        if decision { allowed += 1 } else { refused += 1 }
    }
    eprintln!("{name}: {allowed} allowed, {refused} refused");
    assert!(allowed > 500 && refused > 500, "{name}: {allowed} allowed, {refused} refused");
}

#[test]
fn test_policy() {
    compare("test policy", common::test_policy());
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

/// Every expectation of the shipped policy that is one question.
#[test]
fn expectations_of_the_shipped_policy() {
    let image = common::shipped_policy();
    let explainer = Explainer::load(&image).unwrap();
    let mut core = Core::new();
    core.init_embedded(&image).unwrap();
    let mut asked = 0;
    for file in ["expectations.txt", "expectations-more.txt"] {
        let path = format!("{}/../policy/{file}", env!("CARGO_MANIFEST_DIR"));
        for line in std::fs::read_to_string(path).unwrap().lines() {
            let line = line.split('#').next().unwrap_or_default();
            let contexts: Vec<&str> =
                line.split_whitespace().filter(|word| word.matches(':').count() >= 2).collect();
            let [subject, object] = contexts[..] else { continue };
            let (subject, object) = (CString::new(subject).unwrap(), CString::new(object).unwrap());
            let (Ok(s), Ok(o)) = (core.context_to_sid(&subject), core.context_to_sid(&object))
            else {
                continue;
            };
            for class in Class::all() {
                if !line.split_whitespace().any(|word| word == class.name()) {
                    continue;
                }
                let permitted = core.permitted(s, o, class).unwrap();
                for permission in class.permissions() {
                    let answer =
                        explainer.explain(&subject, &object, class, permission.bit).unwrap();
                    assert_eq!(
                        answer.allowed,
                        permitted & permission.bit != 0,
                        "{line} {}: {answer:?}",
                        permission.name
                    );
                    asked += 1;
                }
            }
        }
    }
    assert!(asked > 500, "{asked}");
}

fn explain(
    changes: &[(&str, &str)],
    subject: &CStr,
    object: &CStr,
    class: u32,
    permission: u32,
) -> Explanation {
    let image = common::compile_changed(&format!("explain{class}-{permission}"), changes, true);
    let class = Class::new(class).unwrap();
    Explainer::load(&image).unwrap().explain(subject, object, class, permission).unwrap()
}

fn rules(answer: &Explanation, cause: Cause) -> Vec<&str> {
    answer.causes.iter().filter(|(c, _)| *c == cause).map(|(_, rule)| rule.as_str()).collect()
}

#[test]
fn says_which_rule() {
    let (row, select) = (SEPG_CLASS_DB_TUPLE, SEPG_DB_TUPLE__SELECT);
    let answer = explain(&[], CLIENT, c"system_u:object_r:table_t:s0", row, select);
    assert!(answer.allowed);
    // By an attribute of the subject's type, as the policy has it.
    assert_eq!(
        rules(&answer, Cause::Allow),
        ["allow clients table_t:db_tuple { insert select use };"]
    );
    assert_eq!(answer.causes.len(), 1);

    let answer = explain(&[], CLIENT, c"system_u:object_r:secret_t:s0", row, select);
    assert!(!answer.allowed);
    assert_eq!(rules(&answer, Cause::NoRule), ["allow client_t secret_t:db_tuple select;"]);
}

#[test]
fn says_which_constraint() {
    let (row, select) = (SEPG_CLASS_DB_TUPLE, SEPG_DB_TUPLE__SELECT);
    let answer = explain(&[], CLIENT, c"system_u:object_r:table_t:s1:c10", row, select);
    assert!(!answer.allowed);
    let [constraint] = rules(&answer, Cause::Constraint)[..] else { panic!("{answer:?}") };
    assert_eq!(
        constraint,
        "mlsconstrain db_tuple { select use } h1 dom l2; where h1 = s1:c0.c9, l2 = s1:c10"
    );
}

#[test]
fn says_which_boolean() {
    let (row, update) = (SEPG_CLASS_DB_TUPLE, SEPG_DB_TUPLE__UPDATE);
    let table = c"system_u:object_r:table_t:s0";
    let answer = explain(&[], CLIENT, table, row, update);
    assert!(answer.allowed);
    assert!(rules(&answer, Cause::Allow).iter().any(|rule| rule.contains("writers")), "{answer:?}");
    let off = [("(boolean writers true)", "(boolean writers false)")];
    let answer = explain(&off, CLIENT, table, row, update);
    assert!(!answer.allowed);
    let boolean = rules(&answer, Cause::Boolean);
    assert!(!boolean.is_empty(), "{answer:?}");
    assert!(
        boolean
            .iter()
            .any(|rule| rule.contains("[ writers ]:True") && rule.ends_with("where writers = off")),
        "{boolean:?}"
    );
    // And so may not what it bounds.
    let answer = explain(&off, c"alice_u:client_r:grandchild_t:s0", table, row, update);
    assert!(!answer.allowed);
    assert_eq!(
        rules(&answer, Cause::Bounds),
        ["typebounds child_t grandchild_t;", "typebounds client_t child_t;"]
    );
    assert!(!rules(&answer, Cause::Boolean).is_empty(), "{answer:?}");
}

#[test]
fn says_which_role() {
    let answer = explain(
        &[],
        c"bob_u:admin_r:admin_t:s0",
        c"bob_u:client_r:client_t:s0",
        SEPG_CLASS_PROCESS,
        SEPG_PROCESS__TRANSITION,
    );
    assert!(!answer.allowed);
    assert_eq!(rules(&answer, Cause::Role), ["allow admin_r client_r;"], "{answer:?}");
}

#[test]
fn says_what_is_unknown_and_permissive() {
    let table = c"system_u:object_r:table_t:s0";
    let truncate = SEPG_DB_TABLE__TRUNCATE;
    let answer = explain(&[], CLIENT, table, SEPG_CLASS_DB_TABLE, truncate);
    assert!(!answer.allowed);
    assert_eq!(
        rules(&answer, Cause::Unknown),
        [
            "the policy does not define permission truncate of class db_table; handle_unknown is deny"
        ]
    );
    let allow = [("(handleunknown deny)", "(handleunknown allow)")];
    assert!(explain(&allow, CLIENT, table, SEPG_CLASS_DB_TABLE, truncate).allowed);
    assert!(explain(&allow, CLIENT, table, SEPG_CLASS_DIR, SEPG_FILE__READ).allowed);

    let lenient = c"alice_u:client_r:lenient_t:s0";
    let answer = explain(&[], lenient, table, SEPG_CLASS_DB_TUPLE, SEPG_DB_TUPLE__DELETE);
    assert!(!answer.allowed);
    assert_eq!(rules(&answer, Cause::Permissive), ["permissive lenient_t;"]);
}

#[test]
fn invalid_contexts_and_images_have_no_explanation() {
    assert!(Explainer::load(b"no policy").is_err());
    let explainer = Explainer::load(common::test_policy()).unwrap();
    let class = Class::new(SEPG_CLASS_DB_TUPLE).unwrap();
    assert_eq!(explainer.explain(c"a:b:c:s0", CLIENT, class, 1), None);
    assert_eq!(explainer.explain(CLIENT, CLIENT, class, 1 << 15), None);
}
