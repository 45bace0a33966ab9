//! What test.cil says, worked out by hand.

mod common;

use std::ffi::{CStr, CString};

use sepgsql_core::class::*;
use sepgsql_core::context::{SEPG_SID_UNLABELED, SepgSid};
use sepgsql_core::core::Core;

const CLIENT: &CStr = c"alice_u:client_r:client_t:s0-s1:c0.c9";
const ADMIN: &CStr = c"bob_u:admin_r:admin_t:s0-s2:c0,c64,c128";

fn core() -> Core {
    let mut core = Core::new();
    core.init_embedded(common::test_policy()).unwrap();
    core
}

fn sid(core: &mut Core, text: &CStr) -> SepgSid {
    core.context_to_sid(text).unwrap_or_else(|e| panic!("{text:?}: {e}"))
}

fn class(number: u32) -> Class {
    Class::new(number).unwrap()
}

fn allowed(core: &mut Core, subject: &CStr, object: &CStr, number: u32) -> u32 {
    let (subject, object) = (sid(core, subject), sid(core, object));
    core.allowed(subject, object, class(number)).unwrap()
}

fn create(
    core: &mut Core,
    subject: &CStr,
    parent: &CStr,
    number: u32,
    name: Option<&CStr>,
) -> String {
    let (subject, parent) = (sid(core, subject), sid(core, parent));
    let new = core.compute_create(subject, parent, class(number), name).unwrap();
    core.sid_to_text(new).unwrap().to_str().unwrap().to_owned()
}

#[test]
fn describes_itself() {
    let info = core().info().unwrap();
    assert_eq!((info.version, info.mls, info.deny_unknown), (33, true, true));
    assert_eq!((info.users, info.roles, info.booleans), (3, 4, 2));
    assert_eq!((info.levels, info.categories), (4, 130));
}

#[test]
fn canonical_forms() {
    let mut core = core();
    for (given, canonical) in [
        (c"alice_u:client_r:client_t:s0-s0", c"alice_u:client_r:client_t:s0"),
        (c"alice_u:client_r:client_t:s0:c3,c1,c2", c"alice_u:client_r:client_t:s0:c1.c3"),
        (c"alice_u:client_r:client_t:s0:c1,c2", c"alice_u:client_r:client_t:s0:c1,c2"),
        (c"alice_u:client_r:client_t:s0:c1.c2", c"alice_u:client_r:client_t:s0:c1,c2"),
        (c"system_u:object_r:old_table_t:secret:payroll", c"system_u:object_r:table_t:s2:c7"),
        (
            c"system_u:object_r:table_t:s0:c62.c65,c128",
            c"system_u:object_r:table_t:s0:c62.c65,c128",
        ),
    ] {
        let given = sid(&mut core, given);
        assert_eq!(core.sid_to_text(given), Some(canonical));
    }
}

#[test]
fn refuses_what_the_kernel_refuses() {
    let mut core = core();
    for text in [
        c"",
        c"alice_u",
        c"alice_u:client_r:client_t",
        c"alice_u:client_r:client_t:",
        c"alice_u:client_r:client_t:s4",
        c"alice_u:client_r:client_t:s0:c130",
        c"alice_u:client_r:client_t:s0:",
        c"alice_u:client_r:client_t:s0:c1.c1",
        c"alice_u:client_r:client_t:s0:c2.c1",
        c"alice_u:client_r:client_t:s0:c1.c2.c3",
        c"alice_u:client_r:client_t:s0-",
        c"alice_u:client_r:client_t:s0-s0:c7-s0",
        c"alice_u:client_r:client_t:s1-s0",
        c"alice_u:client_r:client_t:s0:c1-s0",
        c"alice_u:client_r:client_t:s0 ",
        c" alice_u:client_r:client_t:s0",
        c"alice_u:client_r:client_t:s0\n",
        // Not this user's role, role's type, user's range; an attribute.
        c"alice_u:admin_r:admin_t:s0",
        c"alice_u:client_r:admin_t:s0",
        c"alice_u:client_r:client_t:s2",
        c"alice_u:client_r:client_t:s0:c100",
        c"bob_u:client_r:client_t:s0:c1",
        c"system_u:object_r:domain:s0",
        c"nobody_u:object_r:table_t:s0",
    ] {
        assert!(core.context_to_sid(text).is_err(), "{text:?}");
    }
    let long =
        CString::new(format!("alice_u:client_r:client_t:s0:{}c1", "c1,".repeat(2000))).unwrap();
    assert!(core.context_to_sid(&long).is_err());
}

#[test]
fn rules_booleans_and_mls() {
    let mut core = core();
    let row = SEPG_CLASS_DB_TUPLE;
    let read = SEPG_DB_TUPLE__USE | SEPG_DB_TUPLE__SELECT;
    let (insert, update) = (SEPG_DB_TUPLE__INSERT, SEPG_DB_TUPLE__UPDATE);
    assert_eq!(
        allowed(&mut core, CLIENT, c"system_u:object_r:table_t:s0", row),
        read | insert | update
    );
    // Above the low level: no insert; within the high level: read.
    assert_eq!(allowed(&mut core, CLIENT, c"system_u:object_r:table_t:s1:c9", row), read | update);
    assert_eq!(allowed(&mut core, CLIENT, c"system_u:object_r:table_t:s1:c10", row), update);
    assert_eq!(allowed(&mut core, CLIENT, c"system_u:object_r:secret_t:s0", row), 0);
    assert_eq!(allowed(&mut core, ADMIN, c"system_u:object_r:secret_t:s3", row) & read, 0);
    // Unknown to the policy, which denies what it does not know.
    let admin = allowed(&mut core, ADMIN, c"system_u:object_r:table_t:s0", SEPG_CLASS_DB_TABLE);
    assert_eq!(admin & SEPG_DB_TABLE__TRUNCATE, 0);
    assert_eq!(admin & SEPG_DB_TABLE__LOCK, SEPG_DB_TABLE__LOCK);
    assert_eq!(allowed(&mut core, CLIENT, c"system_u:object_r:file_t:s0", SEPG_CLASS_DIR), 0);
    assert_eq!(
        allowed(&mut core, CLIENT, c"system_u:object_r:file_t:s0", SEPG_CLASS_FILE),
        SEPG_FILE__READ | SEPG_FILE__OPEN | SEPG_FILE__GETATTR
    );
}

#[test]
fn unknown_may_be_allowed() {
    let image = common::compile_changed(
        "allow",
        &[("(handleunknown deny)", "(handleunknown allow)")],
        true,
    );
    let mut core = Core::new();
    core.init_embedded(&image).unwrap();
    let table = c"system_u:object_r:secret_t:s0";
    assert_eq!(allowed(&mut core, CLIENT, table, SEPG_CLASS_DB_TABLE), SEPG_DB_TABLE__TRUNCATE);
    assert_eq!(
        allowed(&mut core, CLIENT, table, SEPG_CLASS_DIR),
        class(SEPG_CLASS_DIR).all_permissions()
    );
}

/// What the policy does not define is refused, allowed, or a reason not to load
/// it, as the policy itself says.
#[test]
fn unknown_by_the_policy() {
    let shipped =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../policy/sepostgresql.cil"));
    let shipped = shipped.unwrap();
    let admin = c"unconfined_u:unconfined_r:unconfined_t:s0-s15:c0.c1023";
    let user = c"user_u:user_r:user_t:s0";
    let table = c"system_u:object_r:sepgsql_secret_table_t:s0";
    let (number, truncate) = (SEPG_CLASS_DB_TABLE, SEPG_DB_TABLE__TRUNCATE);
    // The names that levels.awk gives to some of them.
    let levels = common::levels(16, 1024)
        + "(level systemlow (s0)) (level systemhigh (s15 (range c0 c1023)))
           (levelrange ranged (systemlow systemhigh)) (levelrange lowest (systemlow systemlow))
           (levelrange highest (systemhigh systemhigh))";
    let with = |mode: &str, lacking: bool| {
        let mut source =
            shipped.replace("(handleunknown deny)", &format!("(handleunknown {mode})"));
        if lacking {
            source = source.replace(" truncate", "");
        }
        common::compile(&format!("unknown-{mode}-{lacking}"), &[source, levels.clone()], true)
    };
    let mut core = Core::new();
    core.init_embedded(&with("deny", true)).unwrap();
    assert_eq!(allowed(&mut core, admin, table, number) & truncate, 0);
    assert!(core.info().unwrap().deny_unknown);
    core.init_embedded(&with("allow", true)).unwrap();
    assert_eq!(allowed(&mut core, user, table, number) & truncate, truncate);
    assert!(!core.info().unwrap().deny_unknown);
    let error = core.init_embedded(&with("reject", true)).unwrap_err().to_string();
    assert_eq!(
        error,
        "policy does not define the permission \"truncate\" of the object class \"db_table\", \
         and refuses to be loaded where it is not known"
    );
    // The former policy stays, and one that defines everything is taken.
    assert_eq!(allowed(&mut core, user, table, number) & truncate, truncate);
    core.init_embedded(&with("reject", false)).unwrap();
    assert_eq!(allowed(&mut core, user, table, number) & truncate, 0);
    assert!(core.info().unwrap().deny_unknown);

    // A whole class, of those that are not required.
    let image = common::compile_changed(
        "reject",
        &[("(handleunknown deny)", "(handleunknown reject)")],
        true,
    );
    let error = core.init_embedded(&image).unwrap_err().to_string();
    assert!(error.starts_with("policy does not define the "), "{error}");
}

#[test]
fn bounds_above_bounds() {
    let mut core = core();
    let table = c"system_u:object_r:table_t:s0";
    let row = SEPG_CLASS_DB_TUPLE;
    let child = allowed(&mut core, c"alice_u:client_r:child_t:s0", table, row);
    let grandchild = allowed(&mut core, c"alice_u:client_r:grandchild_t:s0", table, row);
    let client = allowed(&mut core, c"alice_u:client_r:client_t:s0", table, row);
    assert_eq!(child, client);
    assert_eq!(grandchild, client);
    // Without its boolean client_t may not update, nor may what it bounds.
    let image = common::compile_changed(
        "bounds",
        &[("(boolean writers true)", "(boolean writers false)")],
        true,
    );
    core.init_embedded(&image).unwrap();
    for type_ in ["client_t", "child_t", "grandchild_t"] {
        let text = CString::new(format!("alice_u:client_r:{type_}:s0")).unwrap();
        let row = allowed(&mut core, &text, table, row);
        assert_eq!(row & SEPG_DB_TUPLE__UPDATE, 0, "{type_}");
        assert_ne!(row & SEPG_DB_TUPLE__SELECT, 0, "{type_}");
    }
}

#[test]
fn constraints() {
    let mut core = core();
    let table = SEPG_CLASS_DB_TABLE;
    let drop = SEPG_DB_TABLE__DROP;
    assert_ne!(allowed(&mut core, ADMIN, c"system_u:object_r:table_t:s0", table) & drop, 0);
    assert_eq!(allowed(&mut core, ADMIN, c"system_u:object_r:secret_t:s0", table) & drop, 0);
    let schema = c"system_u:object_r:schema_t:s0";
    let search = |core: &mut Core, subject| {
        allowed(core, subject, schema, SEPG_CLASS_DB_SCHEMA) & SEPG_DB_SCHEMA__SEARCH
    };
    assert_ne!(search(&mut core, CLIENT), 0);
    assert_eq!(search(&mut core, c"system_u:client_r:client_t:s0"), 0);
}

#[test]
fn processes_change_roles_by_rule() {
    let mut core = core();
    let process = SEPG_CLASS_PROCESS;
    let to = |core: &mut Core, subject, object| {
        allowed(core, subject, object, process) & SEPG_PROCESS__TRANSITION
    };
    assert_ne!(
        to(&mut core, c"alice_u:client_r:client_t:s0", c"alice_u:trusted_r:trusted_t:s0"),
        0
    );
    assert_ne!(to(&mut core, c"alice_u:client_r:client_t:s0", c"alice_u:client_r:trusted_t:s0"), 0);
    assert_eq!(to(&mut core, c"bob_u:admin_r:admin_t:s0", c"bob_u:client_r:client_t:s0"), 0);
    assert_ne!(to(&mut core, c"bob_u:admin_r:admin_t:s0", c"bob_u:admin_r:admin_t:s0"), 0);
}

#[test]
fn default_labels() {
    let mut core = core();
    let table = c"bob_u:object_r:table_t:s0:c0-s1:c0,c64";
    for (number, subject, parent, name, label) in [
        (SEPG_CLASS_DB_TUPLE, CLIENT, table, None, "alice_u:object_r:table_t:s0"),
        (SEPG_CLASS_DB_TUPLE, ADMIN, table, None, "bob_u:object_r:secret_t:s3"),
        (SEPG_CLASS_DB_COLUMN, CLIENT, table, None, "alice_u:object_r:new_t:s1:c0.c9"),
        (SEPG_CLASS_DB_TABLE, CLIENT, table, None, "alice_u:object_r:table_t:s0:c0-s1:c0,c64"),
        (
            SEPG_CLASS_DB_TABLE,
            CLIENT,
            c"bob_u:object_r:schema_t:s0",
            None,
            "alice_u:object_r:new_t:s0",
        ),
        (
            SEPG_CLASS_DB_TABLE,
            CLIENT,
            c"bob_u:object_r:schema_t:s0",
            Some(c"scratch"),
            "alice_u:object_r:temp_t:s0",
        ),
        (
            SEPG_CLASS_DB_TABLE,
            CLIENT,
            c"bob_u:object_r:schema_t:s0",
            Some(c"scratchy"),
            "alice_u:object_r:new_t:s0",
        ),
        (
            SEPG_CLASS_DB_TABLE,
            CLIENT,
            c"bob_u:object_r:schema_t:s0",
            Some(c""),
            "alice_u:object_r:new_t:s0",
        ),
        (SEPG_CLASS_DB_BLOB, CLIENT, table, None, "alice_u:object_r:temp_t:s0-s1:c0"),
        (SEPG_CLASS_DB_SCHEMA, CLIENT, table, None, "bob_u:object_r:table_t:s0"),
        (SEPG_CLASS_DB_SEQUENCE, CLIENT, table, None, "alice_u:object_r:client_t:s0-s1:c0.c9"),
        (SEPG_CLASS_DB_PROCEDURE, CLIENT, table, None, "alice_u:object_r:table_t:s0:c0"),
        (SEPG_CLASS_DB_LANGUAGE, CLIENT, table, None, "alice_u:object_r:table_t:s0"),
        // A class that the policy does not have.
        (SEPG_CLASS_DIR, CLIENT, table, None, "alice_u:object_r:table_t:s0"),
        (
            SEPG_CLASS_PROCESS,
            CLIENT,
            c"bob_u:object_r:proc_t:s0",
            None,
            "alice_u:trusted_r:trusted_t:s0-s1:c0.c9",
        ),
        (SEPG_CLASS_PROCESS, CLIENT, table, None, "alice_u:client_r:client_t:s0-s1:c0.c9"),
    ] {
        let about = format!("{} {name:?}", class(number).name());
        assert_eq!(create(&mut core, subject, parent, number, name), label, "{about}");
        // Again, from the cache.
        assert_eq!(create(&mut core, subject, parent, number, name), label, "{about}");
    }
}

#[test]
fn a_default_label_must_be_valid() {
    let mut core = core();
    let subject = sid(&mut core, ADMIN);
    let parent = sid(&mut core, c"bob_u:object_r:proc_t:s0");
    // The range of the transition is beyond the user's.
    let error = core.compute_create(subject, parent, class(SEPG_CLASS_PROCESS), None).unwrap_err();
    assert!(matches!(error, sepgsql_core::core::Error::Invalid(_)), "{error}");
    core.set_permissive(true);
    let new = core.compute_create(subject, parent, class(SEPG_CLASS_PROCESS), None).unwrap();
    assert_eq!(core.sid_to_text(new), Some(c"bob_u:admin_r:admin_t:s1:c1-s2:c1,c2"));
    assert!(!core.sid_valid(new).unwrap());
    core.set_permissive(false);
    assert!(core.compute_create(subject, parent, class(SEPG_CLASS_PROCESS), None).is_err());
}

#[test]
fn permissive_mode_and_domain_audit_once() {
    let mut core = core();
    let row = class(SEPG_CLASS_DB_TUPLE);
    let table = sid(&mut core, c"system_u:object_r:table_t:s0");
    let client = sid(&mut core, CLIENT);
    let lenient = sid(&mut core, c"alice_u:client_r:lenient_t:s0");
    let verdict = core.check(client, table, row, SEPG_DB_TUPLE__DELETE).unwrap();
    assert_eq!((verdict.granted, verdict.audited), (false, SEPG_DB_TUPLE__DELETE));

    // A domain that is permissive.
    for audited in [SEPG_DB_TUPLE__DELETE, 0] {
        let verdict = core.check(lenient, table, row, SEPG_DB_TUPLE__DELETE).unwrap();
        assert!(verdict.granted && verdict.permissive);
        assert_eq!((verdict.denied, verdict.audited), (SEPG_DB_TUPLE__DELETE, audited));
    }
    let verdict =
        core.check(lenient, table, row, SEPG_DB_TUPLE__DELETE | SEPG_DB_TUPLE__UPDATE).unwrap();
    assert_eq!(verdict.audited, SEPG_DB_TUPLE__UPDATE);

    // The whole server.
    let before = core.sequence();
    core.set_permissive(true);
    assert!(core.sequence() > before && !core.enforcing());
    for audited in [SEPG_DB_TUPLE__DELETE, 0] {
        let verdict = core.check(client, table, row, SEPG_DB_TUPLE__DELETE).unwrap();
        assert_eq!((verdict.granted, verdict.audited), (true, audited));
    }
    assert_eq!(core.allowed(client, table, row).unwrap(), row.all_permissions());
    core.set_permissive(false);
    assert!(core.enforcing());
    assert!(!core.check(client, table, row, SEPG_DB_TUPLE__DELETE).unwrap().granted);
}

#[test]
fn what_to_audit() {
    let mut core = core();
    let row = class(SEPG_CLASS_DB_TUPLE);
    let table = sid(&mut core, c"system_u:object_r:table_t:s0");
    let secret = sid(&mut core, c"system_u:object_r:secret_t:s0");
    let client = sid(&mut core, CLIENT);
    let asked = SEPG_DB_TUPLE__SELECT | SEPG_DB_TUPLE__UPDATE;
    // dontaudit, but for update.
    let verdict = core.check(client, secret, row, asked).unwrap();
    assert_eq!((verdict.denied, verdict.audited), (asked, SEPG_DB_TUPLE__UPDATE));
    // auditallow, by a boolean's rule.
    let verdict =
        core.check(client, table, row, SEPG_DB_TUPLE__INSERT | SEPG_DB_TUPLE__SELECT).unwrap();
    assert_eq!((verdict.audit_granted, verdict.audited), (true, SEPG_DB_TUPLE__INSERT));
    core.set_audit_all(true);
    assert_eq!(core.check(client, secret, row, asked).unwrap().audited, asked);
    let verdict = core.check(client, table, row, SEPG_DB_TUPLE__SELECT).unwrap();
    assert_eq!((verdict.audit_granted, verdict.audited), (true, SEPG_DB_TUPLE__SELECT));
    assert_eq!(core.stats().denials, 2);
}

#[test]
fn invalid_texts_are_unlabeled() {
    let mut core = core();
    let row = class(SEPG_CLASS_DB_TUPLE);
    let gone = core.text_to_sid(c"system_u:object_r:no_such_t:s0");
    assert!(!core.sid_valid(gone).unwrap());
    let admin = sid(&mut core, ADMIN);
    assert_eq!(
        core.allowed(admin, gone, row).unwrap(),
        core.allowed(admin, SEPG_SID_UNLABELED, row).unwrap()
    );
    assert_eq!(core.initial_context("unlabeled").unwrap(), SEPG_SID_UNLABELED);
    assert_eq!(core.sid_to_text(SEPG_SID_UNLABELED), Some(c"system_u:object_r:unlabeled_t:s0"));

    // Another policy knows the type: the SID stays, and is valid at once.
    let image = common::compile_changed(
        "gone",
        &[
            ("(type temp_t)", "(type temp_t) (type no_such_t) (roletype object_r no_such_t)"),
            (
                "(sidcontext unlabeled (system_u object_r unlabeled_t bottom))",
                "(sidcontext unlabeled (system_u object_r no_such_t bottom))",
            ),
        ],
        true,
    );
    let before = core.sequence();
    core.init_embedded(&image).unwrap();
    assert!(core.sequence() > before);
    assert!(core.sid_valid(gone).unwrap());
    assert_eq!(core.sid_to_text(SEPG_SID_UNLABELED), Some(c"system_u:object_r:no_such_t:s0"));
    assert_eq!(core.text_to_sid(c"system_u:object_r:no_such_t:s0"), gone);
}

#[test]
fn unknown_sids_are_errors() {
    let mut core = core();
    let row = class(SEPG_CLASS_DB_TUPLE);
    let client = sid(&mut core, CLIENT);
    for bad in [0, 999] {
        assert!(core.check(client, bad, row, 1).is_err());
        assert!(core.check(bad, client, row, 1).is_err());
        assert!(core.compute_create(client, bad, row, None).is_err());
    }
    assert!(Core::new().check(1, 1, row, 1).is_err());
}

#[test]
fn without_mls() {
    let image = common::compile_changed("nomls", &[("(mls true)", "(mls false)")], false);
    let mut core = Core::new();
    core.init_embedded(&image).unwrap();
    assert!(!core.info().unwrap().mls);
    assert!(core.context_to_sid(c"alice_u:client_r:client_t:s0").is_err());
    let client = sid(&mut core, c"alice_u:client_r:client_t");
    let table = sid(&mut core, c"system_u:object_r:table_t");
    let new = core.compute_create(client, table, class(SEPG_CLASS_DB_TUPLE), None).unwrap();
    assert_eq!(core.sid_to_text(new), Some(c"alice_u:object_r:table_t"));
}
