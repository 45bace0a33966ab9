//! What the low client made: tables in which others have put rows of higher
//! labels, with its own checks, triggers, indexes and policies on them.

use super::Builder;
use super::table::{Col, Table, samples};
use crate::model::{Kind, RelKind};
use crate::stmt::Role;

/// Labels of the low client's own rows.
const OWN: [&str; 4] = [
    "user_u:object_r:user_sepgsql_table_t:s0",
    "user_u:object_r:user_sepgsql_table_t:s0:c1",
    "user_u:object_r:user_sepgsql_table_t:s0:c2.c9",
    "user_u:object_r:sepgsql_table_t:s0",
];

fn own() -> Vec<String> {
    OWN.iter().map(|l| (*l).to_owned()).collect()
}

/// Rows of the low client's, by itself.
fn fill(b: &mut Builder, table: &Table, from: u64, to: u64) {
    let sql = table.insert(from, to, &own(), false);
    b.low(&sql);
}

/// The schema `own`.
pub(crate) fn build(b: &mut Builder) {
    // Without hidden rows: here the low client does as it likes.
    let d = &mut b.dice;
    let table = Table::new("own.mine")
        .col(Col::key("id", "int").extra("PRIMARY KEY"))
        .col(Col::new(d, "k", "int", Kind::Int))
        .col(Col::new(d, "t", "text", Kind::Text))
        .col(Col::new(d, "j", "jsonb", Kind::Jsonb))
        .key(&["id"]);
    table.create_low(b, false, samples(60));
    fill(b, &table, 1, 60);
    b.low(
        "CREATE INDEX mine_show ON own.mine (own.trip_op(t, t)) WHERE k > 3;
CREATE INDEX mine_gin ON own.mine USING gin (j);
CREATE SEQUENCE own.seq;
CREATE VIEW own.v AS SELECT m.id, m.k, b.t FROM own.mine m JOIN w.base b ON b.k = m.k;
CREATE VIEW own.v_base AS SELECT id, k, t FROM w.base WHERE own.see_text(t);
CREATE VIEW own.v_barrier WITH (security_barrier) AS SELECT id, k, t FROM w.big WHERE k < 20;
CREATE MATERIALIZED VIEW own.mv AS SELECT id, k, t FROM w.base WHERE k IS NOT NULL;
CREATE UNIQUE INDEX mv_id ON own.mv (id);
CREATE STATISTICS own.st (mcv, dependencies) ON k, t FROM own.mine",
    );
    b.model.sequences.push("own.seq".to_owned());
    b.relation_like("w.base", "own.v_base", RelKind::View, Some(&["id", "k", "t"]), true);
    b.relation_like("w.big", "own.v_barrier", RelKind::View, Some(&["id", "k", "t"]), true);
    b.relation_like("w.base", "own.mv", RelKind::MatView, Some(&["id", "k", "t"]), false);
    b.low(
        "CREATE FUNCTION own.trg() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE NOTICE 'own % % %: % %', tg_name, tg_when, tg_op, old, new;
	RETURN COALESCE(new, old);
END $$;
CREATE FUNCTION own.trg_table() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE NOTICE 'own % %: %', tg_name, tg_op, (SELECT string_agg(n::text, ' ' ORDER BY n::text) FROM changed n);
	RETURN NULL;
END $$;
CREATE FUNCTION own.reads(int) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE r record; n bigint := 0;
BEGIN
	FOR r IN SELECT k, t FROM w.base WHERE k = $1 ORDER BY id LOOP RAISE NOTICE 'reads % %', r.k, r.t; n := n + 1; END LOOP;
	RETURN n;
END $$;
CREATE FUNCTION own.definer(int) RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM w.base WHERE k = $1';
CREATE PROCEDURE own.work(int) LANGUAGE plpgsql AS $$
BEGIN
	UPDATE own.mine SET k = $1 WHERE id % 7 = 0;
	COMMIT;
	DELETE FROM own.mine WHERE k = $1 AND id > 50;
END $$",
    );
    b.function("own.reads", &[Kind::Int], Some(Kind::Int), true);
    b.function("own.definer", &[Kind::Int], Some(Kind::Int), true);
    b.procedure("own.work", &[Kind::Int], false);

    shared(b);
    ranges(b);
    collisions(b);
    others(b);
}

/// A table of the low client's with rows of the high one's and the
/// administrator's.
fn shared(b: &mut Builder) {
    let d = &mut b.dice;
    let table = Table::new("own.cov_shared")
        .col(Col::key("id", "int").extra("CONSTRAINT cov_shared_pk PRIMARY KEY"))
        .col(Col::new(d, "k", "int", Kind::Int))
        .col(Col::new(d, "t", "text", Kind::Text))
        .col(
            Col::new(d, "g", "int", Kind::Int)
                .extra("GENERATED ALWAYS AS (k % 3) STORED")
                .generated(),
        )
        .col(
            Col::new(d, "big", "text", Kind::Text)
                .extra("STORAGE EXTERNAL")
                .values("repeat('big' || i, 1000)", "repeat('zqcanary' || i, 1000)"),
        )
        .key(&["id"]);
    table.create_low(b, true, samples(40));
    b.low(
        "CREATE INDEX cov_shared_k ON own.cov_shared (k);
CREATE INDEX cov_shared_lower ON own.cov_shared (lower(t));
CREATE INDEX cov_shared_sp ON own.cov_shared USING spgist (t);
CREATE STATISTICS own.cov_st (mcv) ON k, g FROM own.cov_shared",
    );
    fill(b, &table, 1, 20);
    table.hide_by_high(b, 1, 12);
    fill(b, &table, 21, 40);
    table.hide(b, 13, 25);
    let n = b.dice.between(1, 3);
    for trigger in [
        "CREATE TRIGGER own_before BEFORE INSERT OR UPDATE OR DELETE ON own.cov_shared FOR EACH ROW EXECUTE FUNCTION own.trg()",
        "CREATE TRIGGER own_after AFTER INSERT OR UPDATE OR DELETE ON own.cov_shared FOR EACH ROW EXECUTE FUNCTION own.trg()",
        "CREATE CONSTRAINT TRIGGER own_later AFTER INSERT OR UPDATE OR DELETE ON own.cov_shared DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION own.trg()",
        "CREATE TRIGGER own_changed AFTER UPDATE ON own.cov_shared REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION own.trg_table()",
        "CREATE TRIGGER own_gone AFTER DELETE ON own.cov_shared REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION own.trg_table()",
    ]
    .iter()
    .skip(n as usize - 1)
    {
        b.low(trigger);
    }
    if b.dice.chance(50) {
        b.low("CREATE POLICY own_policy ON own.cov_shared USING (own.see_text(t)) WITH CHECK (true); ALTER TABLE own.cov_shared ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY");
    }

    // What the low client checks and computes, in a table that others write to:
    // the high client runs it.
    let d = &mut b.dice;
    let table = Table::new("own.cov_checked")
        .col(Col::key("id", "int"))
        .col(Col::new(d, "k", "int", Kind::Int).extra("CHECK (own.trip_quiet(k))"))
        .col(Col::new(d, "t", "text", Kind::Text).extra("DEFAULT own.fallback()"))
        .col(
            Col::new(d, "w", "own.quiet", Kind::Text)
                .values("'w' || i", "'zqcanary' || i")
                .takes(&["'w'", "'quiet'", "NULL"]),
        );
    b.low(
        "CREATE FUNCTION own.trip_quiet(int) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS
	$$ BEGIN IF sepgsql_getcon() LIKE 'user_u:%' THEN RAISE NOTICE 'checked %', $1; END IF; RETURN true; END $$;
CREATE FUNCTION own.fallback() RETURNS text LANGUAGE sql AS $$ SELECT 'fallback'::text $$;
CREATE DOMAIN own.quiet AS text CHECK (own.trip_quiet(length(VALUE)))",
    );
    table.create_low(b, true, vec![1, 2, 3, 10, 20]);
    b.low("CREATE INDEX cov_checked_expr ON own.cov_checked (own.trip_quiet(k))");
    fill(b, &table, 1, 30);
    table.hide_by_high(b, 1, 15);

    // nothing but hidden rows
    let d = &mut b.dice;
    let table = Table::new("own.cov_full")
        .col(Col::new(d, "id", "int", Kind::Int).values("i", "i"))
        .col(Col::new(d, "k", "int", Kind::Int))
        .col(Col::new(d, "t", "text", Kind::Text));
    table.create_low(b, true, vec![1, 2, 3]);
    table.hide_by_high(b, 1, 20);
}

/// A type of range that is the low client's. (One whose functions are, too,
/// would be told what indexes hold: it may not make that.)
fn ranges(b: &mut Builder) {
    b.low(
        "CREATE FUNCTION own.distance(int, int) RETURNS float8 LANGUAGE plpgsql IMMUTABLE STRICT COST 0.0001 AS
	$$ BEGIN RAISE NOTICE 'distance % %', $1, $2; RETURN $1 - $2; END $$;
CREATE TYPE own.measured AS RANGE (subtype = int, subtype_diff = int4range_subdiff)",
    );
    let d = &mut b.dice;
    let table = Table::new("own.cov_measured")
        .col(Col::key("id", "int"))
        .col(
            Col::new(d, "r", "own.measured", Kind::Other)
                .values(
                    "own.measured(i % 50, i % 50 + 3)",
                    "own.measured(777000000 + i, 777000004 + i)",
                )
                .takes(&["own.measured(4, 9)", "own.measured(20, 33)", "NULL"]),
        )
        .col(Col::new(d, "k", "int", Kind::Int));
    table.create_low(b, true, samples(30));
    b.low("CREATE INDEX cov_measured_r ON own.cov_measured USING gist (r)");
    fill(b, &table, 1, 30);
    table.hide_by_high(b, 1, 20);
}

/// Keys of the low client's, with hidden rows on both sides.
fn collisions(b: &mut Builder) {
    let d = &mut b.dice;
    let parent = Table::new("own.cov_par")
        .col(
            Col::key("id", "int")
                .extra("CONSTRAINT cov_own_par_pk PRIMARY KEY")
                .values("i", "40 + i"),
        )
        .col(Col::new(d, "t", "text", Kind::Text))
        .key(&["id"])
        .parent();
    parent.create_low(b, true, samples(20));
    let d = &mut b.dice;
    let child = Table::new("own.cov_child")
        .col(Col::key("id", "int").extra("PRIMARY KEY"))
        .col(Col::new(d, "pid", "int", Kind::Int).values("1 + i % 12", "15 + i % 6").extra("CONSTRAINT cov_own_fk REFERENCES own.cov_par ON DELETE CASCADE ON UPDATE CASCADE").takes(&["1", "4", "9", "12", "NULL"]))
        .col(Col::new(d, "t", "text", Kind::Text))
        .key(&["id"]);
    child.create_low(b, true, samples(15));
    b.low("CREATE TRIGGER own_show BEFORE UPDATE OR DELETE ON own.cov_child FOR EACH ROW EXECUTE FUNCTION own.trg()");
    fill(b, &parent, 1, 20);
    fill(b, &child, 1, 15);
    parent.hide_by_high(b, 1, 5);
    child.hide_by_high(b, 1, 8);

    let d = &mut b.dice;
    let table = Table::new("own.cov_excl")
        .col(Col::key("id", "int"))
        .col(
            Col::new(d, "r", "int4range", Kind::Range)
                .values("int4range(i * 10, i * 10 + 4)", "int4range(i * 10 + 5, i * 10 + 7)")
                .takes(&["int4range(25, 26)", "int4range(300, 310)", "int4range(31, 33)"]),
        )
        .col(
            Col::new(d, "t", "text", Kind::Text)
                .values("'t' || i", "'zqcanary' || i")
                .takes(&["'t3'", "'t5'", "'tt'", "NULL"]),
        )
        .constraint("CONSTRAINT cov_own_excl EXCLUDE USING gist (r WITH &&, t WITH <>)");
    table.create_low(b, true, vec![1, 2, 3]);
    fill(b, &table, 1, 12);
    table.hide_by_high(b, 1, 6);
}

/// Partitions, types and objects on which hidden ones depend.
fn others(b: &mut Builder) {
    b.low(
        "CREATE TABLE own.cov_part (id int, c text, k int) PARTITION BY LIST (c);
CREATE TABLE own.cov_part_a PARTITION OF own.cov_part FOR VALUES IN ('a');
CREATE TABLE own.cov_part_d PARTITION OF own.cov_part DEFAULT;
CREATE TABLE own.cov_dep (a int PRIMARY KEY, b text);
INSERT INTO own.cov_dep VALUES (1, 'one'), (2, 'two');
CREATE TYPE own.cov_type AS (x int, y int);
CREATE FUNCTION own.cov_dep_f(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1'",
    );
    b.high_by(
        Role::High,
        "INSERT INTO own.cov_part (security_label, id, c, k) SELECT 'staff_u:object_r:sepgsql_table_t:s2', 777000000 + i, (ARRAY['a', 'zqcanary'])[1 + i % 2], i % 7 FROM generate_series(1, 20) i",
    );
    b.low("INSERT INTO own.cov_part SELECT i, (ARRAY['a', 'x'])[1 + i % 2], i % 7 FROM generate_series(1, 20) i");
    for (name, hidden) in [("own.cov_part", true), ("own.cov_part_d", true)] {
        let kind = if name.ends_with("part") { RelKind::Partitioned } else { RelKind::Table };
        b.relation_like("w.pl", name, kind, Some(&["id", "c", "k"]), hidden);
    }
    b.takes("own.cov_part", "c", &["'a'", "'x'", "NULL"]);
    b.takes("own.cov_part_d", "c", &["'x'", "'y'", "NULL"]);
}
