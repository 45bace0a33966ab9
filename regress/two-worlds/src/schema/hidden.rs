//! Objects that world H alone has, of every kind that has a label; large
//! objects; rows that get their label by default.

use super::{Builder, HIDDEN_LEVELS};
use crate::stmt::Role;

/// What is hidden as a whole.
pub(crate) fn build(b: &mut Builder) {
    large_objects(b);
    objects(b);
    parts(b);
    outside(b);
    by_default(b);
}

fn large_objects(b: &mut Builder) {
    let visible = [
        (50001, "system_u:object_r:sepgsql_blob_t:s0"),
        (50002, "system_u:object_r:sepgsql_ro_blob_t:s0"),
        (50003, "system_u:object_r:sepgsql_blob_t:s0:c1,c5"),
        (50004, "user_u:object_r:user_sepgsql_blob_t:s0"),
    ];
    for (n, label) in visible {
        b.both(&format!(
            "SELECT lo_from_bytea({n}, convert_to(repeat('blob {n} ', 600), 'UTF8'));
             GRANT ALL ON LARGE OBJECT {n} TO PUBLIC;
             SECURITY LABEL FOR selinux ON LARGE OBJECT {n} IS '{label}'"
        ));
        b.model.large_objects.push(n);
    }
    b.low("SELECT lo_from_bytea(50011, 'mine'); SELECT lo_put(50011, 5000, 'far')");
    b.model.large_objects.push(50011);
    // there in both worlds, and secret: its name is known
    b.both(
        "SELECT lo_from_bytea(50021, 'none');
         GRANT ALL ON LARGE OBJECT 50021 TO PUBLIC;
         SECURITY LABEL FOR selinux ON LARGE OBJECT 50021 IS 'system_u:object_r:sepgsql_secret_blob_t:s0'",
    );
    b.high("SELECT lo_put(50021, 0, convert_to(repeat('zqcanary', 400), 'UTF8'))");
    b.model.large_objects.push(50021);
    let mut sql = Vec::new();
    for n in 50101..50101 + b.dice.between(3, 8) {
        let level = b.dice.pick(&HIDDEN_LEVELS);
        sql.push(format!(
            "SELECT lo_from_bytea({n}, convert_to(repeat('zqcanary {n} ', 500), 'UTF8'));
GRANT ALL ON LARGE OBJECT {n} TO PUBLIC;
COMMENT ON LARGE OBJECT {n} IS 'zqcanary';
SECURITY LABEL FOR selinux ON LARGE OBJECT {n} IS 'system_u:object_r:sepgsql_blob_t:{level}'"
        ));
    }
    b.high(&sql.join(";\n"));
}

/// One of each kind in world H alone. All are made, and thrown away, in both
/// worlds first. And another one of each kind in both: that a catalog has rows
/// at all that the low client does not see decides whether it is shown the
/// statistics of that catalog.
fn objects(b: &mut Builder) {
    let level = b.dice.pick(&HIDDEN_LEVELS);
    let both = one_of_each(level)
        .replace("zqcanary_", "zqcanary_b_")
        .replace("<%#%>", "<%##%>")
        .replace("CASTTYPE", "bigint")
        .replace("777000003, 777000004", "NULL, NULL");
    b.both(&both);
    let level = b.dice.pick(&HIDDEN_LEVELS);
    b.high(&one_of_each(level).replace("CASTTYPE", "int"));

    for name in [
        "t", "toast", "ref", "parted", "part", "v", "v_base", "v_dep", "mv", "seq", "f", "g", "p",
        "agg", "enum", "row", "dom", "coll", "ts", "dict", "idx", "st", "rng", "opc", "fam",
        "conv",
    ] {
        b.model.hidden_names.push(format!("w.zqcanary_{name}"));
        b.model.hidden_names.push(format!("zqcanary_s.zqcanary_{name}"));
        b.model.denied_names.push(format!("w.zqcanary_b_{name}"));
    }
    b.model.hidden_names.extend(
        ["zqcanary_s", "zqcanary_srv", "zqcanary_fdw", "zqcanary_pub", "w.zqcanary_ft"]
            .map(str::to_owned),
    );
    b.model.denied_names.push("zqcanary_b_s.zqcanary_b_t".to_owned());
}

/// The statements that make hidden objects of every kind.
fn one_of_each(level: &str) -> String {
    let mut sql: Vec<String> = Vec::new();
    let mut say = |s: &str| sql.push(s.replace("LEVEL", level));

    say("CREATE SCHEMA zqcanary_s");
    say("GRANT ALL ON SCHEMA zqcanary_s TO PUBLIC");
    say(
        "SECURITY LABEL FOR selinux ON SCHEMA zqcanary_s IS 'system_u:object_r:sepgsql_schema_t:LEVEL'",
    );
    // a visible type of object in a hidden schema, and hidden ones in a visible one
    for schema in ["zqcanary_s", "w"] {
        let s = |text: &str| text.replace("SCHEMA.", &format!("{schema}."));
        say(&s("CREATE TYPE SCHEMA.zqcanary_enum AS ENUM ('zqcanary_a', 'zqcanary_b')"));
        say(&s("CREATE TYPE SCHEMA.zqcanary_row AS (zqcanary_x int, zqcanary_y w.pair)"));
        say(&s(
            "CREATE DOMAIN SCHEMA.zqcanary_dom AS w.posint CONSTRAINT zqcanary_check CHECK (VALUE <> 777000001)",
        ));
        say(&s("CREATE SEQUENCE SCHEMA.zqcanary_seq START 777000001"));
        say(&s(
            "CREATE TABLE SCHEMA.zqcanary_t (zqcanary_id int PRIMARY KEY DEFAULT nextval('SCHEMA.zqcanary_seq'), zqcanary_e SCHEMA.zqcanary_enum, zqcanary_d SCHEMA.zqcanary_dom, zqcanary_g text GENERATED ALWAYS AS ('zqcanary') STORED, t text CONSTRAINT zqcanary_c CHECK (t <> 'zqcanary-'))",
        ));
        say(&s(
            "INSERT INTO SCHEMA.zqcanary_t (zqcanary_e, zqcanary_d, t) SELECT 'zqcanary_a', 777000002, 'zqcanary' || i FROM generate_series(1, 50) i",
        ));
        // rows whose own label is visible, in a table that is not
        say(&s(
            "INSERT INTO SCHEMA.zqcanary_t (security_label, zqcanary_d, t) SELECT 'system_u:object_r:sepgsql_table_t:s0', 777000002, 'zqcanary' || i FROM generate_series(1, 10) i",
        ));
        say(&s("CREATE INDEX zqcanary_idx ON SCHEMA.zqcanary_t (t)"));
        say(&s("CREATE STATISTICS SCHEMA.zqcanary_st ON zqcanary_id, t FROM SCHEMA.zqcanary_t"));
        say(&s("CREATE TABLE SCHEMA.zqcanary_parted (a int, b text) PARTITION BY LIST (a)"));
        say(&s(
            "CREATE TABLE SCHEMA.zqcanary_part PARTITION OF SCHEMA.zqcanary_parted FOR VALUES IN (777000001)",
        ));
        say(&s("CREATE TABLE SCHEMA.zqcanary_toast (zqcanary_big text)"));
        say(&s("ALTER TABLE SCHEMA.zqcanary_toast ALTER zqcanary_big SET STORAGE EXTERNAL"));
        say(&s("INSERT INTO SCHEMA.zqcanary_toast VALUES (repeat('zqcanary', 3000))"));
        say(&s("CREATE VIEW SCHEMA.zqcanary_v AS SELECT zqcanary_id, t FROM SCHEMA.zqcanary_t"));
        say(&s("CREATE VIEW SCHEMA.zqcanary_v_base AS SELECT id AS zqcanary_id, k, t FROM w.base"));
        say(&s(
            "CREATE VIEW SCHEMA.zqcanary_v_dep AS SELECT a, own.cov_dep_f(a) AS zqcanary_f FROM own.cov_dep",
        ));
        say(&s(
            "CREATE MATERIALIZED VIEW SCHEMA.zqcanary_mv AS SELECT zqcanary_id, t FROM SCHEMA.zqcanary_t",
        ));
        say(&s(
            "CREATE FUNCTION SCHEMA.zqcanary_f(zqcanary_arg SCHEMA.zqcanary_enum DEFAULT 'zqcanary_a', OUT zqcanary_o text) LANGUAGE sql AS $$ SELECT 'zqcanary'::text $$",
        ));
        say(&s(
            "CREATE FUNCTION SCHEMA.zqcanary_g(int) RETURNS SCHEMA.zqcanary_row LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
        ));
        say(&s(
            "CREATE PROCEDURE SCHEMA.zqcanary_p(INOUT zqcanary_io int) LANGUAGE sql AS 'SELECT 1'",
        ));
        say(&s(
            "CREATE FUNCTION SCHEMA.zqcanary_trg() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
        ));
        say(&s("CREATE AGGREGATE SCHEMA.zqcanary_agg(int) (sfunc = int4pl, stype = int)"));
        say(&s(
            "CREATE FUNCTION SCHEMA.zqcanary_op(w.pair, w.pair) RETURNS bool LANGUAGE sql AS 'SELECT true'",
        ));
        say(&s(
            "CREATE OPERATOR SCHEMA.<%#%> (leftarg = w.pair, rightarg = w.pair, function = SCHEMA.zqcanary_op)",
        ));
        say(&s("CREATE COLLATION SCHEMA.zqcanary_coll FROM \"C\""));
        say(&s("CREATE TEXT SEARCH CONFIGURATION SCHEMA.zqcanary_ts (copy = pg_catalog.english)"));
        say(&s("CREATE TEXT SEARCH DICTIONARY SCHEMA.zqcanary_dict (template = simple)"));
        say(&s(
            "CREATE TRIGGER zqcanary_tr BEFORE INSERT ON SCHEMA.zqcanary_t FOR EACH ROW EXECUTE FUNCTION SCHEMA.zqcanary_trg()",
        ));
        say(&s(
            "CREATE RULE zqcanary_rule AS ON DELETE TO SCHEMA.zqcanary_t DO ALSO SELECT 777000001",
        ));
        say(&s(
            "CREATE POLICY zqcanary_policy ON SCHEMA.zqcanary_t USING (zqcanary_id <> 777000001)",
        ));
        say(&s("COMMENT ON TABLE SCHEMA.zqcanary_t IS 'zqcanary'"));
        say(&s("COMMENT ON COLUMN SCHEMA.zqcanary_t.t IS 'zqcanary'"));
        say(&s("COMMENT ON CONSTRAINT zqcanary_c ON SCHEMA.zqcanary_t IS 'zqcanary'"));
        say(&s("COMMENT ON FUNCTION SCHEMA.zqcanary_g(int) IS 'zqcanary'"));
        // they refer to what is visible
        say(&s(
            "CREATE TABLE SCHEMA.zqcanary_ref (zqcanary_pid int CONSTRAINT zqcanary_fk REFERENCES w.par, base int REFERENCES w.base, zqcanary_m w.mood, zqcanary_s own.cov_type)",
        ));
        say(&s("INSERT INTO SCHEMA.zqcanary_ref VALUES (777000003, 777000004, 'ok', NULL)"));
        for relation in
            ["zqcanary_t", "zqcanary_parted", "zqcanary_part", "zqcanary_toast", "zqcanary_ref"]
        {
            say(&s(&format!(
                "SECURITY LABEL FOR selinux ON TABLE SCHEMA.{relation} IS 'system_u:object_r:sepgsql_table_t:LEVEL'"
            )));
        }
        say(&s(
            "SECURITY LABEL FOR selinux ON MATERIALIZED VIEW SCHEMA.zqcanary_mv IS 'system_u:object_r:sepgsql_table_t:LEVEL'",
        ));
        for view in ["zqcanary_v", "zqcanary_v_base", "zqcanary_v_dep"] {
            say(&s(&format!(
                "SECURITY LABEL FOR selinux ON VIEW SCHEMA.{view} IS 'system_u:object_r:sepgsql_view_t:LEVEL'"
            )));
        }
        say(&s(
            "SECURITY LABEL FOR selinux ON SEQUENCE SCHEMA.zqcanary_seq IS 'system_u:object_r:sepgsql_seq_t:LEVEL'",
        ));
        for function in [
            "FUNCTION SCHEMA.zqcanary_f(SCHEMA.zqcanary_enum)",
            "FUNCTION SCHEMA.zqcanary_g(int)",
            "PROCEDURE SCHEMA.zqcanary_p(int)",
            "FUNCTION SCHEMA.zqcanary_trg()",
            "AGGREGATE SCHEMA.zqcanary_agg(int)",
            "FUNCTION SCHEMA.zqcanary_op(w.pair, w.pair)",
        ] {
            say(&s(&format!(
                "SECURITY LABEL FOR selinux ON {function} IS 'system_u:object_r:sepgsql_proc_exec_t:LEVEL'"
            )));
        }
        for object in [
            "TYPE SCHEMA.zqcanary_enum",
            "TYPE SCHEMA.zqcanary_row",
            "DOMAIN SCHEMA.zqcanary_dom",
            "OPERATOR SCHEMA.<%#%> (w.pair, w.pair)",
            "COLLATION SCHEMA.zqcanary_coll",
            "TEXT SEARCH CONFIGURATION SCHEMA.zqcanary_ts",
            "TEXT SEARCH DICTIONARY SCHEMA.zqcanary_dict",
            "STATISTICS SCHEMA.zqcanary_st",
        ] {
            say(&s(&format!(
                "SECURITY LABEL FOR selinux ON {object} IS 'system_u:object_r:sepgsql_sysobj_t:LEVEL'"
            )));
        }
        say(&s("CREATE TYPE SCHEMA.zqcanary_rng AS RANGE (subtype = int4)"));
        say(&s("CREATE OPERATOR FAMILY SCHEMA.zqcanary_fam USING btree"));
        say(&s(
            "CREATE OPERATOR CLASS SCHEMA.zqcanary_opc FOR TYPE int4 USING btree FAMILY SCHEMA.zqcanary_fam AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btint4cmp(int4, int4)",
        ));
        say(&s(
            "CREATE CONVERSION SCHEMA.zqcanary_conv FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8",
        ));
        for object in [
            "TYPE SCHEMA.zqcanary_rng",
            "OPERATOR FAMILY SCHEMA.zqcanary_fam USING btree",
            "OPERATOR CLASS SCHEMA.zqcanary_opc USING btree",
            "CONVERSION SCHEMA.zqcanary_conv",
        ] {
            say(&s(&format!(
                "SECURITY LABEL FOR selinux ON {object} IS 'system_u:object_r:sepgsql_sysobj_t:LEVEL'"
            )));
        }
    }
    // what lies in no schema
    say("ALTER DEFAULT PRIVILEGES IN SCHEMA zqcanary_s GRANT SELECT ON TABLES TO PUBLIC");
    say("CREATE ROLE zqcanary_role PASSWORD 'zqcanary'");
    say("ALTER ROLE zqcanary_role SET application_name = 'zqcanary'");
    say("COMMENT ON ROLE zqcanary_role IS 'zqcanary'");
    say("ALTER TABLE w.zqcanary_t OWNER TO zqcanary_role");
    say("GRANT SELECT ON w.zqcanary_parted TO zqcanary_role");
    say("CREATE POLICY zqcanary_policy2 ON w.zqcanary_ref TO zqcanary_role USING (true)");
    say("ALTER DEFAULT PRIVILEGES FOR ROLE zqcanary_role GRANT SELECT ON TABLES TO PUBLIC");
    say("CREATE ACCESS METHOD zqcanary_am TYPE INDEX HANDLER bthandler");
    say("CREATE LANGUAGE zqcanary_lang HANDLER plpgsql_call_handler");
    say(
        "CREATE FUNCTION w.zqcanary_cast(w.mood) RETURNS CASTTYPE LANGUAGE sql AS 'SELECT 777000001::CASTTYPE'",
    );
    say("CREATE CAST (w.mood AS CASTTYPE) WITH FUNCTION w.zqcanary_cast(w.mood)");
    say(
        "CREATE EVENT TRIGGER zqcanary_evt ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'CREATE VIEW') EXECUTE FUNCTION w.evt_quiet()",
    );
    say(
        "CREATE SUBSCRIPTION zqcanary_sub CONNECTION 'dbname=zqcanary' PUBLICATION zqcanary_p WITH (connect = false, slot_name = NONE, enabled = false)",
    );
    say("COMMENT ON SUBSCRIPTION zqcanary_sub IS 'zqcanary'");
    say(
        "SECURITY LABEL FOR selinux ON FUNCTION w.zqcanary_cast(w.mood) IS 'system_u:object_r:sepgsql_proc_exec_t:LEVEL'",
    );
    say(
        "SECURITY LABEL FOR selinux ON LANGUAGE zqcanary_lang IS 'system_u:object_r:sepgsql_lang_t:LEVEL'",
    );
    for object in [
        "ROLE zqcanary_role",
        "ACCESS METHOD zqcanary_am",
        "CAST (w.mood AS CASTTYPE)",
        "EVENT TRIGGER zqcanary_evt",
        "SUBSCRIPTION zqcanary_sub",
    ] {
        say(&format!(
            "SECURITY LABEL FOR selinux ON {object} IS 'system_u:object_r:sepgsql_sysobj_t:LEVEL'"
        ));
    }
    say("CREATE FOREIGN DATA WRAPPER zqcanary_fdw");
    say("CREATE SERVER zqcanary_srv FOREIGN DATA WRAPPER zqcanary_fdw OPTIONS (host 'zqcanary')");
    say("CREATE USER MAPPING FOR PUBLIC SERVER zqcanary_srv OPTIONS (password 'zqcanary')");
    say(
        "CREATE FOREIGN TABLE w.zqcanary_ft (zqcanary_a int) SERVER zqcanary_srv OPTIONS (tab 'zqcanary')",
    );
    say("CREATE PUBLICATION zqcanary_pub FOR TABLE w.zqcanary_t, w.log WITH (publish = 'insert')");
    say(
        "SECURITY LABEL FOR selinux ON FOREIGN TABLE w.zqcanary_ft IS 'system_u:object_r:sepgsql_table_t:LEVEL'",
    );
    for object in
        ["SERVER zqcanary_srv", "FOREIGN DATA WRAPPER zqcanary_fdw", "PUBLICATION zqcanary_pub"]
    {
        say(&format!(
            "SECURITY LABEL FOR selinux ON {object} IS 'system_u:object_r:sepgsql_sysobj_t:LEVEL'"
        ));
    }
    sql.join(";\n")
}

/// Databases and tablespaces, which no transaction makes. Their labels are in
/// use already: the one of each kind that both worlds have.
fn outside(b: &mut Builder) {
    let level = b.dice.pick(&HIDDEN_LEVELS);
    let label = |object: &str, kind: &str| {
        format!("SECURITY LABEL FOR selinux ON {object} IS 'system_u:object_r:{kind}:{level}'")
    };
    b.both("SET allow_in_place_tablespaces = on");
    b.both("CREATE TABLESPACE zqcanary_b_space LOCATION ''");
    b.both(&label("TABLESPACE zqcanary_b_space", "sepgsql_sysobj_t"));
    b.high_only("CREATE TABLESPACE zqcanary_space LOCATION ''");
    b.high_only(&label("TABLESPACE zqcanary_space", "sepgsql_sysobj_t"));
    b.high_only("COMMENT ON TABLESPACE zqcanary_space IS 'zqcanary'");
    b.high_only("ALTER TABLE w.zqcanary_toast SET TABLESPACE zqcanary_space");
    // a copy of a database takes its time, in each round again
    if b.dice.chance(35) {
        b.both("CREATE DATABASE zqcanary_b_db");
        b.both(&label("DATABASE zqcanary_b_db", "sepgsql_db_t"));
        b.high_only("CREATE DATABASE zqcanary_db");
        b.high_only(&label("DATABASE zqcanary_db", "sepgsql_db_t"));
        b.high_only("COMMENT ON DATABASE zqcanary_db IS 'zqcanary'");
        b.high_only("ALTER DATABASE zqcanary_db SET application_name = 'zqcanary'");
    }
}

/// Parts of visible tables, in both worlds: that they are there is hidden, what
/// they do is nothing.
fn parts(b: &mut Builder) {
    b.both(
        "CREATE POLICY zqcanary_restrict ON w.rls AS RESTRICTIVE USING (true);
CREATE RULE zqcanary_nothing AS ON INSERT TO w.ruled WHERE false DO ALSO NOTHING;
ALTER TABLE w.log ADD CONSTRAINT zqcanary_true CHECK (true);
CREATE STATISTICS w.zqcanary_b_mcv (mcv) ON k, t FROM w.dup;
SECURITY LABEL FOR selinux ON POLICY zqcanary_restrict ON w.rls IS 'system_u:object_r:sepgsql_sysobj_t:s3';
SECURITY LABEL FOR selinux ON RULE zqcanary_nothing ON w.ruled IS 'system_u:object_r:sepgsql_sysobj_t:s3';
SECURITY LABEL FOR selinux ON CONSTRAINT zqcanary_true ON w.log IS 'system_u:object_r:sepgsql_sysobj_t:s3';
SECURITY LABEL FOR selinux ON STATISTICS w.zqcanary_b_mcv IS 'system_u:object_r:sepgsql_sysobj_t:s3'",
    );
    b.model.denied_names.push("w.zqcanary_b_mcv".to_owned());
}

/// Rows without a label of their own: they get the low end of the range of who
/// writes them, which is above the low client.
fn by_default(b: &mut Builder) {
    b.step(
        crate::model::Place::Both,
        Role::High,
        "SELECT sepgsql_setcon('staff_u:staff_r:staff_t:s2-s3:c0.c50')",
    );
    for sql in [
        "INSERT INTO w.big (id, k, m, t) SELECT 777500000 + i, i % 20, i % 7, 'alpha-1 zqcanary' || i FROM generate_series(1, 100) i",
        "INSERT INTO w.dup (id, k, t) SELECT i, i % 4, 'zqcanary' || i FROM generate_series(1, 20) i",
        "INSERT INTO w.log (what, n) SELECT 'zqcanary' || i, i % 3 FROM generate_series(1, 20) i",
        "INSERT INTO w.pl (id, c, k) SELECT 777500000 + i, (ARRAY['a', 'b', 'zq'])[1 + i % 3], i % 9 FROM generate_series(1, 30) i",
        "INSERT INTO own.cov_full (id, k, t) SELECT i, i % 5, 'zqcanary' || i FROM generate_series(1, 10) i",
    ] {
        b.high_by(Role::High, sql);
    }
    b.step(crate::model::Place::Both, Role::High, "DISCARD ALL");
}
