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
    let model = model();
    let mut generator = Generator::new(&model, seed);
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
    let all = said(11, 5000);
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
