//! What the loader does with images that are not a good policy.

mod common;

use std::ffi::CStr;

use common::Random;
use proptest::prelude::*;
use sepgsql_core::class::Class;
use sepgsql_core::context::SEPG_SID_UNLABELED;
use sepgsql_core::core::Core;
use sepgsql_core::server::policy::{Kind, LoadError, Policy};

const CLIENT: &CStr = c"alice_u:client_r:client_t:s0";
const TABLE: &CStr = c"system_u:object_r:table_t:s0";

fn error(image: &[u8]) -> LoadError {
    Policy::load(image).expect_err("taken for a policy")
}

#[test]
fn every_fault_has_its_text() {
    let good = common::test_policy();
    let with = |at: usize, word: u32| {
        let mut image = good.to_vec();
        image[at..at + 4].copy_from_slice(&word.to_le_bytes());
        image
    };
    // A header: magic, length of "SE Linux", "SE Linux", version.
    let mut other = good.to_vec();
    other[8..16].copy_from_slice(b"XenFlask");
    let module = {
        let mut image = 0xf97c_ff8d_u32.to_le_bytes().to_vec();
        image.extend_from_slice(b"\x0f\0\0\0SE Linux Module");
        image
    };
    let no_class = common::compile_changed("noclass", &[("db_blob", "db_other")], true);
    let no_unlabeled = common::compile_changed(
        "nounlabeled",
        &[
            (" (sid unlabeled)", ""),
            ("(kernel security unlabeled)", "(kernel security)"),
            ("(sidcontext unlabeled (system_u object_r unlabeled_t bottom))", ""),
        ],
        true,
    );
    let faults: Vec<(&str, Vec<u8>, LoadError)> = vec![
        ("empty", vec![], LoadError::TooShort(0)),
        ("a few bytes", good[..10].to_vec(), LoadError::TooShort(10)),
        ("the header alone", good[..32].to_vec(), LoadError::Damaged),
        ("half", good[..good.len() / 2].to_vec(), LoadError::Damaged),
        ("all but a byte", good[..good.len() - 1].to_vec(), LoadError::Damaged),
        ("a text", b"(handleunknown deny)".to_vec(), LoadError::NotPolicy),
        ("zeros", vec![0; 4096], LoadError::NotPolicy),
        ("a module", module, LoadError::Module),
        ("Xen", other, LoadError::OtherTarget),
        ("from the future", with(16, 34), LoadError::TooNew(34)),
        ("from the past", with(16, 3), LoadError::Damaged),
        ("no class", no_class, LoadError::NoClass("db_blob")),
        ("no unlabeled", no_unlabeled, LoadError::NoUnlabeled),
    ];
    let mut texts: Vec<(std::mem::Discriminant<LoadError>, String)> = Vec::new();
    for (name, image, expected) in faults {
        let found = error(&image);
        assert_eq!(found, expected, "{name}");
        texts.push((std::mem::discriminant(&found), found.to_string()));
    }
    for (kind, text) in &texts {
        for (other_kind, other_text) in &texts {
            assert!(kind == other_kind || text != other_text, "{text}");
        }
    }
}

#[test]
fn the_former_policy_stays() {
    let good = common::test_policy();
    let mut core = Core::new();
    assert!(core.init_embedded(&good[..100]).is_err());
    assert!(!core.ready());
    core.init_embedded(good).unwrap();
    let (client, table) =
        (core.context_to_sid(CLIENT).unwrap(), core.context_to_sid(TABLE).unwrap());
    let row = Class::by_name("db_tuple").unwrap();
    let before = core.allowed(client, table, row).unwrap();
    let sequence = core.sequence();
    for bad in [&good[..good.len() - 7], b"not a policy at all", &[]] {
        assert!(core.init_embedded(bad).is_err());
        assert!(core.ready());
        assert_eq!(core.sequence(), sequence);
        assert_eq!(core.allowed(client, table, row).unwrap(), before);
        assert_eq!(core.context_to_sid(CLIENT).unwrap(), client);
    }
}

#[test]
fn no_cut_is_taken() {
    let good = common::test_policy();
    for length in 0..good.len() {
        assert!(Policy::load(&good[..length]).is_err(), "cut at {length}");
    }
}

/// Loads what may be a policy, and asks it everything that can be asked.
fn exercise(image: &[u8], random: &mut Random) {
    let mut core = Core::with_capacity(64);
    if core.init_embedded(image).is_err() {
        assert!(!core.ready());
        return;
    }
    let policy = Policy::load(image).unwrap();
    let types: Vec<&[u8]> = policy.names(Kind::Type).collect();
    let users: Vec<&[u8]> = policy.names(Kind::User).collect();
    let mut sids = vec![SEPG_SID_UNLABELED];
    for text in [CLIENT, TABLE, c"bob_u:admin_r:admin_t:s0-s2:c0,c64,c128"] {
        sids.extend(core.context_to_sid(text));
    }
    for _ in 0..20 {
        if types.is_empty() || users.is_empty() {
            break;
        }
        let (user, type_): (&&[u8], &&[u8]) = (random.pick(&users), random.pick(&types));
        let parts = [*user, b"object_r", *type_, b"s0-s3:c0.c129"];
        let text = std::ffi::CString::new(parts.join(&b':')).unwrap();
        sids.extend(core.context_to_sid(&text));
    }
    for class in Class::all() {
        for _ in 0..10 {
            let (subject, object) = (*random.pick(&sids), *random.pick(&sids));
            let allowed = core.allowed(subject, object, class).unwrap();
            assert_eq!(allowed & !class.all_permissions(), 0);
            let _ = core.compute_create(subject, object, class, Some(c"scratch"));
            let _ = core.compute_create(subject, object, class, None);
        }
    }
}

fn mutate(image: &mut Vec<u8>, random: &mut Random) {
    for _ in 0..=random.below(6) {
        if image.is_empty() {
            return;
        }
        let at = random.below(image.len());
        match random.below(6) {
            0 => image[at] ^= 1 << random.below(8),
            1 => image[at] = random.next() as u8,
            2 => image[at] = *random.pick(&[0, 1, 0x7f, 0x80, 0xff]),
            3 if at + 4 <= image.len() => {
                let word = *random.pick(&[0, 1, 0x7fff_ffff, 0x8000_0000, u32::MAX, 0x1_0000]);
                image[at..at + 4].copy_from_slice(&word.to_le_bytes());
            }
            4 => image.truncate(at),
            _ => {
                let length = random.below(40).min(image.len() - at);
                let from = random.below(image.len() - length + 1);
                image.copy_within(from..from + length, at);
            }
        }
    }
}

#[test]
fn damaged_images_do_no_harm() {
    // What is asked of one must not decide how the next is damaged.
    let mut random = Random(0x0123_4567_89ab_cdef);
    let mut questions = Random(0x0123_4567_89ab_cdef);
    let good = common::test_policy();
    for _ in 0..4000 {
        let mut image = good.to_vec();
        mutate(&mut image, &mut random);
        exercise(&image, &mut questions);
    }
}

#[test]
fn a_damaged_reference_policy_does_no_harm() {
    let Some(good) = common::reference_policy() else { return };
    let mut random = Random(0x0123_4567_89ab_cdef);
    let mut questions = Random(0x0123_4567_89ab_cdef);
    for _ in 0..40 {
        let mut image = good.clone();
        mutate(&mut image, &mut random);
        exercise(&image, &mut questions);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn noise_is_no_policy(image in proptest::collection::vec(any::<u8>(), 0..3000)) {
        prop_assert!(Policy::load(&image).is_err());
    }

    #[test]
    fn noise_behind_a_header_is_no_policy(noise in proptest::collection::vec(any::<u8>(), 0..3000)) {
        let mut image = common::test_policy()[..20].to_vec();
        image.extend(noise);
        prop_assert!(Policy::load(&image).is_err());
    }
}
