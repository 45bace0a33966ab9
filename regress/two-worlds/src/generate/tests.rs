//! Of the generator by itself, over a model made by hand.

use super::{Generator, sqlsmith};
use crate::model::{Column, Kind, Model, RelKind, Relation};
use crate::stmt::{Call, Statement};

fn column(name: &str, sql_type: &str, kind: Kind) -> Column {
    Column {
        name: name.into(),
        sql_type: sql_type.into(),
        kind,
        nullable: name != "id",
        writable: true,
        readable: true,
        free: name != "id",
        values: Vec::new(),
    }
}

fn model() -> Model {
    let relation = |name: &str, hidden_rows| Relation {
        name: name.into(),
        kind: RelKind::Table,
        columns: vec![
            column("id", "int4", Kind::Int),
            column("t", "text", Kind::Text),
            column("n", "int4", Kind::Int),
            column("d", "date", Kind::Date),
        ],
        key: vec!["id".into()],
        hidden_rows,
        writable: true,
        labels: vec!["system_u:object_r:sepgsql_table_t:s0".into()],
        sample_keys: (1..30).collect(),
        hidden_children: false,
    };
    Model {
        relations: vec![
            relation("w.high", true),
            relation("w.low", false),
            relation("own.mine", true),
        ],
        operators: vec![("own.<<<".into(), Kind::Int)],
        hidden_names: vec!["w.zqcanary_t".into(), "zqcanary_s".into()],
        denied_names: vec!["w.zqcanary_denied".into()],
        sequences: vec!["w.seq".into()],
        large_objects: vec![70_000],
        ..Model::default()
    }
}

/// Plays a server that understands transactions and refuses one statement in seven.
fn said(seed: u64, count: usize) -> Vec<Statement> {
    said_of(&model(), seed, count)
}

fn said_of(model: &Model, seed: u64, count: usize) -> Vec<Statement> {
    let mut generator = Generator::new(model, seed);
    let mut status = b'I';
    let mut all = Vec::new();
    for i in 0..count {
        let statement = generator.next();
        let word = match &statement.call {
            Call::Simple(sql) => sql.split([' ', ';']).next().unwrap_or_default().to_owned(),
            _ => String::new(),
        };
        let mut ok = true;
        match word.as_str() {
            "BEGIN" | "START" => status = b'T',
            "ROLLBACK" | "ABORT" | "COMMIT" | "END" if !matches!(&statement.call, Call::Simple(s) if s.contains(" TO ")) => {
                status = b'I'
            }
            "ROLLBACK" => status = b'T',
            _ if i % 7 == 3 => {
                ok = false;
                if status == b'T' {
                    status = b'E';
                }
            }
            _ if status == b'E' => ok = false,
            _ => (),
        }
        if statement.call == Call::Reconnect {
            status = b'I';
        }
        generator.answered(&statement, status, ok);
        all.push(statement);
    }
    all
}

#[test]
fn the_same_seed_says_the_same() {
    assert_eq!(said(7, 2000), said(7, 2000));
    assert_ne!(said(7, 200), said(8, 200));
}

#[test]
fn half_of_it_touches_hidden_rows() {
    let all: Vec<Statement> =
        (1..=5).flat_map(|seed| said_of(&crate::schema::build(seed), seed, 2000)).collect();
    let touching = all.iter().filter(|s| s.touches_hidden).count();
    assert!(touching * 2 >= all.len(), "{touching} of {}", all.len());
}

#[test]
fn all_forms_are_there() {
    let all: Vec<String> = said(3, 30_000).iter().map(|s| format!("{:?}", s.call)).collect();
    for form in [
        "LEFT JOIN",
        "RIGHT JOIN",
        "FULL JOIN",
        "LATERAL",
        "WITH RECURSIVE",
        "NOT MATERIALIZED",
        " OVER (",
        "GROUPING SETS",
        "ROLLUP",
        "CUBE",
        "UNION",
        "INTERSECT",
        "EXCEPT",
        "TABLESAMPLE",
        "FOR UPDATE",
        "SKIP LOCKED",
        "NOWAIT",
        ".ctid >=",
        "DISTINCT ON",
        "FILTER (WHERE",
        "WITHIN GROUP",
        "JSON_TABLE",
        "VALUES",
        "MERGE INTO",
        "ON CONFLICT",
        "RETURNING old",
        "WITH (OLD AS o",
        "COPY",
        "FORMAT binary",
        "SCROLL",
        "WITH HOLD",
        "CURRENT OF",
        "PREPARE",
        "EXECUTE",
        "SAVEPOINT",
        "PREPARE TRANSACTION",
        "EXPLAIN (ANALYZE",
        "FORMAT JSON",
        "pg_stats",
        "information_schema",
        "pg_get_viewdef",
        "has_table_privilege",
        "debug_parallel_query",
        "plan_cache_mode",
        "row_security",
        "sepostgresql_row_filter",
        "search_path",
        "session_replication_role",
        "LOCK TABLE",
        "TRUNCATE",
        "VACUUM",
        "ANALYZE",
        "CLUSTER",
        "REINDEX",
        "COMMENT ON",
        "SECURITY LABEL",
        "sepgsql_setcon",
        "lo_get",
        "nextval",
        "NOTIFY",
        "DO $$",
        "OPERATOR(own.<<<)",
        "FastPath",
        "Reconnect",
        "Extended",
        "CopyIn",
        "zqcanary",
        "CREATE POLICY",
        "CREATE DOMAIN",
        "PARTITION OF",
        "CREATE STATISTICS",
        "security_label",
        "tableoid",
    ] {
        assert!(all.iter().any(|s| s.contains(form)), "no {form}");
    }
}

/// What issue and README promise is said often, not now and then: of 20,000 statements over ten schemas so many at least.
#[test]
fn forms_are_said_often() {
    let mut all: Vec<(&'static str, String)> = Vec::new();
    for seed in 1..=10 {
        let model = crate::schema::build(seed);
        all.extend(said_of(&model, seed, 2000).iter().map(|s| (s.kind, format!("{:?}", s.call))));
    }
    let mut seldom = Vec::new();
    for (form, least) in FORMS {
        let n = all.iter().filter(|(k, s)| k == form || s.contains(form)).count();
        println!("{n:6} {form}");
        if n < *least {
            seldom.push(format!("{form}: {n}"));
        }
    }
    assert!(seldom.is_empty(), "{seldom:?}");
}

const FORMS: &[(&str, usize)] = &[
    // SELECT
    (" JOIN ", 480),
    ("LEFT JOIN", 90),
    ("FULL JOIN", 30),
    ("(SELECT ", 600),
    ("EXISTS (", 60),
    ("WITH ", 180),
    ("RECURSIVE", 60),
    (" OVER (", 120),
    ("GROUPING SETS", 18),
    ("ROLLUP", 9),
    ("LATERAL", 36),
    ("UNION", 60),
    ("EXCEPT", 30),
    ("TABLESAMPLE", 90),
    ("FOR UPDATE", 48),
    ("SKIP LOCKED", 9),
    ("ctid", 120),
    ("DISTINCT ON", 30),
    ("JSON_TABLE", 12),
    // writes
    ("INSERT INTO", 900),
    ("UPDATE ", 480),
    ("DELETE FROM", 240),
    ("MERGE INTO", 150),
    ("ON CONFLICT", 90),
    ("RETURNING", 300),
    ("RETURNING old", 48),
    ("WITH (OLD AS", 30),
    ("merge_action()", 42),
    // COPY
    ("copy to", 150),
    ("copy from", 120),
    ("FORMAT binary", 24),
    // sessions
    ("DECLARE", 60),
    ("SCROLL", 24),
    ("WITH HOLD", 4),
    ("FETCH", 60),
    ("CURRENT OF", 24),
    ("execute", 240),
    ("force_generic_plan", 18),
    ("EXECUTE pp", 120),
    ("SAVEPOINT", 300),
    ("ROLLBACK TO", 180),
    ("PREPARE TRANSACTION", 12),
    ("COMMIT", 120),
    ("fast path", 48),
    ("Extended", 900),
    // DDL
    ("CREATE TABLE", 90),
    ("CREATE VIEW", 6),
    ("CREATE INDEX", 48),
    ("CREATE FUNCTION", 42),
    ("CREATE POLICY", 3),
    ("CREATE TRIGGER", 7),
    ("CREATE TEMP TABLE", 36),
    ("ON COMMIT", 36),
    ("ALTER TABLE", 60),
    ("GRANT", 12),
    ("DROP ", 90),
    ("two.say", 24),
    // what is asked about
    ("EXPLAIN (ANALYZE", 120),
    ("EXPLAIN (COSTS", 48),
    ("statistics", 54),
    ("pg_stats", 24),
    ("catalog", 180),
    ("information_schema", 90),
    ("definition", 150),
    ("pg_get_", 72),
    ("guess name", 120),
    ("select parallel", 60),
    ("debug_parallel_query", 12),
    ("max_parallel_workers_per_gather", 36),
    ("enable_", 120),
    ("zqcanary_b_role", 1),
    ("zqcanary_b_space", 1),
];

#[test]
fn a_limit_has_an_order() {
    for statement in said(5, 10_000) {
        if let Call::Simple(sql) | Call::Extended { sql, .. } = &statement.call
            && sql.contains(" LIMIT ")
        {
            assert!(sql.contains("ORDER BY"), "{sql}");
        }
    }
}

#[test]
fn what_sqlsmith_wrote_is_split() {
    let text = "-- a comment\nselect 1\n  from w.t as ref_0;\nselect random();\nMERGE INTO w.t\nUSING x ON true;\n";
    let all = sqlsmith::statements(text);
    assert_eq!(all.len(), 2);
    assert_eq!(all[0].kind, "select sqlsmith");
    assert!(all[0].touches_hidden);
}
