//! Aimed at one check each: what reaches it is said here more often than chance would.
//!
//! Names are the schema's; what a seed's model does not have is left out.

use std::fmt::Write;
use std::sync::Arc;

use super::{Effect, Generator, stored};
use crate::model::{CANARY_NUMBERS, Column, Kind, RelKind, Relation};

/// Rows that refer to hidden ones: a table, its columns, and values of them; {n} is a new key, {h} a number from 1 to 20.
const REFERENCES: &[(&str, &str, &str)] = &[
    ("w.child", "id, pid", "{n}, 777000000 + {h}"),
    ("w.child_null", "id, pid", "{n}, 777000000 + {h}"),
    ("w.child_keep", "id, pid", "{n}, 777000000 + {h}"),
    ("w.tree", "id, up", "{n}, 777000000 + {h}"),
    ("w.piece", "id, x, y", "{n}, 777000000 + {h}, {h} / 6"),
    (
        "w.game",
        "id, season, at",
        "{n}, 777000000 + {h}, int4range(777000001 + {h}, 777000004 + {h})",
    ),
    ("w.vassal", "id, lord", "{n}, 71 + {h} % 8"),
    ("w.cov_ch_cascade", "id, pid", "{n}, 61 + {h} % 6"),
    ("w.cov_ch_setnull", "id, pid", "{n}, 61 + {h} % 6"),
    ("w.cov_ch_deferred", "id, pid", "{n}, 61 + {h} % 6"),
    ("own.cov_child", "id, pid", "{n}, 41 + {h} % 5"),
];

/// Visible rows to which only hidden ones refer: a table, and the first and the last of their keys.
const REFERRED: &[(&str, i64, i64)] = &[
    ("w.cov_par_cascade", 25, 29),
    ("w.cov_par_setnull", 25, 29),
    ("w.cov_par_setdefault", 25, 29),
    ("w.cov_par_mixed", 25, 29),
    ("w.cov_par_noaction", 25, 29),
    ("w.cov_par_restrict", 25, 29),
    ("w.cov_par_deferred", 25, 29),
    ("own.cov_par", 15, 20),
];

/// Commands that look at all rows of the client's own tables, which hold hidden ones: {n} is a number.
const ALL_ROWS: &[(&str, &[&str])] = &[
    (
        "own.cov_shared",
        &[
            "ADD CONSTRAINT cov_x{n} CHECK (t NOT LIKE '%zqcanary%')",
            "ADD CONSTRAINT cov_x{n} CHECK (k < 100000)",
            "ADD CONSTRAINT cov_x{n} CHECK (own.trip(t)) NOT VALID, VALIDATE CONSTRAINT cov_x{n}",
            "ADD CONSTRAINT cov_x{n} FOREIGN KEY (k) REFERENCES own.cov_par",
            "ALTER COLUMN t TYPE text USING own.show_text(t)",
            "ALTER COLUMN k TYPE int2",
            "ALTER COLUMN t SET NOT NULL",
            "ALTER COLUMN g SET EXPRESSION AS (1000 / (k - 777000001))",
            "ADD COLUMN x{n} bool GENERATED ALWAYS AS (own.trip_op(t, 'x')) STORED",
        ],
    ),
    (
        "own.cov_checked",
        &[
            "ADD CONSTRAINT cov_x{n} CHECK (own.trip(k))",
            "ADD CONSTRAINT cov_x{n} CHECK (t NOT LIKE '%zqcanary%')",
            "ALTER COLUMN k TYPE bigint",
            "ALTER COLUMN w TYPE text",
            "ALTER COLUMN w TYPE own.watched",
        ],
    ),
    (
        "own.cov_full",
        &[
            "ADD CONSTRAINT cov_x{n} CHECK (k IS NULL)",
            "ADD CONSTRAINT cov_x{n} CHECK (false)",
            "ADD CONSTRAINT cov_x{n} FOREIGN KEY (id) REFERENCES own.mine",
            "ALTER COLUMN t TYPE varchar(3)",
            "ALTER COLUMN k TYPE text USING own.show_int(k)::text",
            "ADD COLUMN x{n} int GENERATED ALWAYS AS (1 / (id - 3)) STORED",
            "ADD COLUMN x{n} text NOT NULL GENERATED ALWAYS AS (nullif(t, 'zqcanary3')) VIRTUAL",
        ],
    ),
    (
        "own.cov_part_d",
        &["ADD CONSTRAINT cov_x{n} CHECK (c <> 'zqcanary')", "ALTER COLUMN k TYPE bigint"],
    ),
    (
        "own.cov_part",
        &[
            "ADD CONSTRAINT cov_x{n} CHECK (id < 777000001)",
            "ALTER COLUMN k SET NOT NULL",
            "DETACH PARTITION own.cov_part_d; ALTER TABLE own.cov_part ATTACH PARTITION own.cov_part_d FOR VALUES IN ('x', 'y', NULL)",
        ],
    ),
    ("own.cov_child", &["ADD CONSTRAINT cov_x{n} FOREIGN KEY (id) REFERENCES own.cov_child (id)"]),
];

/// The same, of other forms.
const ALL_ROWS_MORE: &[&str] = &[
    "CREATE INDEX cov_x{n} ON own.cov_shared ((own.trip_op(t, t)))",
    "CREATE INDEX cov_x{n} ON own.cov_shared (id) WHERE own.trip_op(t, t)",
    "CREATE INDEX cov_x{n} ON own.cov_full ((1 / (id - 3)))",
    "CREATE INDEX cov_x{n} ON own.cov_full (id) WHERE id > 5",
    "CREATE INDEX cov_x{n} ON own.cov_checked ((1 / (CASE WHEN t LIKE '%zqcanary%' THEN 0 ELSE 1 END)))",
    "ALTER DOMAIN own.quiet ADD CONSTRAINT cov_x{n} CHECK (VALUE NOT LIKE '%zqcanary%')",
    "ALTER DOMAIN own.quiet SET NOT NULL",
    "CREATE TABLE own.x{n} PARTITION OF own.cov_part FOR VALUES IN ('zqcanary')",
    "CREATE STATISTICS own.x{n} ON (own.trip_op(t, t)), k FROM own.cov_shared; ANALYZE own.cov_shared",
    "REINDEX TABLE own.cov_checked",
    "REINDEX INDEX own.cov_checked_expr",
    "CLUSTER own.cov_shared USING cov_shared_k",
];

/// Keys of tables that hold hidden rows with the same: their existence shows, by design.  (That a table has had an index
/// at all is not rolled back.)
const DUPLICATES: &[&str] = &[
    "CREATE INDEX ON own.cov_full (t); CREATE UNIQUE INDEX cov_x{n} ON own.cov_full (k)",
    "CREATE INDEX ON own.cov_full (t); CREATE UNIQUE INDEX cov_x{n} ON own.cov_full (id)",
    "CREATE INDEX ON own.cov_full (t); ALTER TABLE own.cov_full ADD CONSTRAINT cov_x{n} UNIQUE (k)",
];

/// What deletes rows, or a part of them, of which some are others'.
const DROPS: &[(&str, &str)] = &[
    ("drop", "DROP TABLE own.cov_full"),
    ("drop", "DROP TABLE own.cov_full CASCADE"),
    ("drop", "DROP TABLE own.cov_excl"),
    ("drop", "DROP TABLE own.cov_part"),
    ("drop", "DROP TABLE own.cov_part_a"),
    ("drop", "ALTER TABLE own.cov_full DROP COLUMN t"),
    ("drop", "ALTER TABLE own.cov_excl DROP COLUMN r"),
    ("truncate", "TRUNCATE own.cov_full"),
    ("truncate", "TRUNCATE own.cov_excl"),
    ("truncate", "TRUNCATE own.cov_part"),
    ("truncate", "TRUNCATE own.cov_par CASCADE"),
];

/// What hidden objects depend on.
const DEPENDED: &[&str] = &[
    "DROP TABLE own.cov_dep",
    "DROP TABLE own.cov_dep CASCADE",
    "DROP FUNCTION own.cov_dep_f(int)",
    "DROP FUNCTION own.cov_dep_f(int) CASCADE",
    "DROP TYPE own.cov_type",
    "DROP TYPE own.cov_type CASCADE",
    "ALTER TABLE own.cov_dep ALTER COLUMN a TYPE bigint",
    "ALTER TABLE own.cov_dep DROP COLUMN a",
    "ALTER TABLE own.cov_dep DROP COLUMN a CASCADE",
    "ALTER TABLE own.cov_dep DROP CONSTRAINT cov_dep_pkey",
    "ALTER TYPE own.cov_type ADD ATTRIBUTE z int",
    "ALTER TYPE own.cov_type DROP ATTRIBUTE x",
    "ALTER TYPE own.cov_type ALTER ATTRIBUTE y TYPE text",
    "ALTER TABLE own.cov_par DROP CONSTRAINT cov_own_par_pk",
    "DROP SCHEMA own",
];

/// What ANALYZE has kept of all rows.
const STATISTICS: &[&str] = &[
    "SELECT schemaname, tablename, attname, null_frac, n_distinct, most_common_vals::text, histogram_bounds::text FROM pg_stats WHERE schemaname IN ('w', 'own')",
    "SELECT tablename, attname, most_common_elems::text, range_length_histogram::text, range_bounds_histogram::text FROM pg_stats WHERE schemaname = 'w'",
    "SELECT starelid::regclass, staattnum, stavalues1::text, stavalues2::text FROM pg_statistic WHERE starelid >= 16384",
    "SELECT tablename, statistics_name, attnames, n_distinct::text, dependencies::text, most_common_vals::text FROM pg_stats_ext WHERE schemaname IN ('w', 'own')",
    "SELECT tablename, statistics_name, expr, n_distinct, most_common_vals::text, histogram_bounds::text FROM pg_stats_ext_exprs WHERE schemaname IN ('w', 'own')",
];

/// Calls of trusted procedures; {n} is a small number.
const TRUSTED: &[&str] = &[
    "SELECT w.trusted({n})",
    "SELECT w.trusted({n}), w.trusted({n})",
    "SELECT * FROM w.trusted_rows({n})",
    "SELECT n FROM w.trusted_rows({n}) n LIMIT 1",
    "SELECT w.trusted_fault(1)",
    "DO $$ BEGIN PERFORM w.trusted_fault(2); EXCEPTION WHEN OTHERS THEN RAISE NOTICE '%', sepgsql_getcon(); END $$",
    "INSERT INTO w.dup (id, k, t) VALUES ({n}, 1, 'tea')",
];

/// What shows under which label the client is then; the last one writes.
const AFTERWARDS: &[&str] = &[
    "SELECT sepgsql_getcon()",
    "SELECT count(*), max(t) FROM w.base",
    "SELECT security_label, count(*) FROM w.big GROUP BY 1",
    "SELECT id, t FROM w.child",
    "SELECT count(secret) FROM w.cols",
    "SELECT count(*) FROM w.secret",
    "INSERT INTO w.many (id, k, t) VALUES (29999, 1, 'tea') RETURNING security_label",
];

impl Generator<'_> {
    /// One of them.
    pub(super) fn aimed(&mut self) {
        let outside = usize::from(self.status == b'I');
        match self.dice.weighted(&[34, 16, 8, 10 * outside, 14, 7 * outside, 7, 9, 5]) {
            0 => self.scan_of_a_kind(),
            1 => self.conflict_with_hidden(),
            2 => self.reference_to_hidden(),
            3 => self.action_on_hidden(),
            4 => self.all_rows(),
            5 => self.drop_with_hidden(),
            6 => self.drop_with_dependents(),
            7 => self.after_trusted(),
            _ => {
                let sql = self.dice.pick(STATISTICS);
                self.touches = true;
                self.say("catalog", sql);
            }
        }
    }

    fn has(&self, name: &str) -> bool {
        self.relations.iter().any(|r| r.name == name)
    }

    /// What may be read of a relation, with its label.
    fn readable(relation: &Relation, alias: &str) -> String {
        let mut list = format!("{alias}.security_label");
        for column in relation.columns.iter().filter(|c| c.readable) {
            let _ = write!(list, ", {alias}.{}", column.name);
        }
        list
    }

    /// A scan of each kind, which the planner would not choose for tables of this size.
    fn scan_of_a_kind(&mut self) {
        let Some(relation) = self.relation(stored) else {
            return;
        };
        let (rel, a) = (relation.name.clone(), self.name("a"));
        let all = Self::readable(&relation, &a);
        let ints: Vec<String> = relation
            .columns
            .iter()
            .filter(|c| c.readable && c.kind == Kind::Int && !c.sql_type.contains('.'))
            .map(|c| c.name.clone())
            .collect();
        let off = |what: &[&str]| {
            what.iter()
                .map(|w| format!("SET LOCAL enable_{w} = off"))
                .collect::<Vec<_>>()
                .join("; ")
        };
        let serial =
            "SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL debug_parallel_query = off";
        let every = format!(
            "SELECT format('(%s,%s)', b, i)::tid FROM generate_series(0, pg_relation_size({}) / 8192) b, generate_series(1, 291) i",
            super::quote(&rel)
        );
        let some: Vec<String> = (0..12)
            .map(|_| format!("'({},{})'", self.dice.below(3), self.dice.between(1, 70)))
            .collect();
        let low = CANARY_NUMBERS.start;
        let (way, kind, sql) = match self.dice.below(16) {
            0 => (
                off(&["seqscan"]),
                "select",
                format!("SELECT {all} FROM {rel} {a} WHERE {a}.ctid = ANY (ARRAY({every}))"),
            ),
            1 | 2 => (
                off(&["seqscan"]),
                "tid",
                format!("SELECT {all} FROM {rel} {a} WHERE {a}.ctid IN ({})", some.join(", ")),
            ),
            3 => (
                off(&["seqscan"]),
                "tid",
                format!("SELECT {all} FROM {rel} {a} WHERE {a}.ctid = {}", some[0]),
            ),
            4 => (
                off(&["seqscan", "hashjoin", "mergejoin"]),
                "select",
                format!("SELECT {all} FROM ({every}) p (c) JOIN {rel} {a} ON {a}.ctid = p.c"),
            ),
            5 => (
                off(&["seqscan"]),
                "select",
                format!("SELECT {all} FROM {rel} {a} WHERE {a}.ctid >= '(0,0)'"),
            ),
            6 => (
                off(&["seqscan"]),
                "select",
                format!("SELECT count(*) FROM {rel} {a} WHERE {a}.ctid BETWEEN '(0,0)' AND '(4294967294,1)'"),
            ),
            7 => (String::new(), "select", format!("SELECT {all} FROM {rel} {a} TABLESAMPLE SYSTEM (100)")),
            8 => (
                String::new(),
                "select",
                format!("SELECT count(*) FROM {rel} {a} TABLESAMPLE BERNOULLI (100) REPEATABLE (1)"),
            ),
            9 | 10 if !ints.is_empty() => {
                let c = self.dice.one(&ints);
                (
                    off(&["seqscan", "indexscan", "indexonlyscan"]),
                    "select",
                    format!("SELECT {all} FROM {rel} {a} WHERE {a}.{c} BETWEEN -5 AND {}", low + 999_999),
                )
            }
            11 if !relation.key.is_empty() => {
                let k = &relation.key[0];
                self.ordered = relation.key.len() == 1;
                (
                    off(&["seqscan", "bitmapscan"]),
                    "select",
                    format!("SELECT {a}.{k} FROM {rel} {a} ORDER BY {a}.{k}"),
                )
            }
            12 => (
                "SET LOCAL min_parallel_table_scan_size = 0; SET LOCAL parallel_setup_cost = 0; SET LOCAL parallel_tuple_cost = 0; \
                 SET LOCAL max_parallel_workers_per_gather = 2; SET LOCAL parallel_leader_participation = off"
                    .to_owned(),
                "select",
                format!("SELECT {all} FROM {rel} {a}"),
            ),
            13 => (
                "SET LOCAL debug_parallel_query = regress".to_owned(),
                "select",
                format!("SELECT count(*), max({a}.security_label) FROM {rel} {a}"),
            ),
            _ => {
                // those places that a statement is to write to
                let free: Vec<&Column> = relation
                    .columns
                    .iter()
                    .filter(|c| c.free && c.readable && c.writable)
                    .collect();
                if !relation.writable || relation.kind != RelKind::Table || free.is_empty() {
                    (
                        off(&["seqscan"]),
                        "select",
                        format!("SELECT count(*) FROM {rel} {a} WHERE {a}.ctid IN (SELECT ctid FROM {rel})"),
                    )
                } else {
                    let c = &free[self.dice.below(free.len())].name;
                    (
                        off(&["seqscan"]),
                        "update",
                        format!(
                            "UPDATE {rel} AS {a} SET {c} = {a}.{c} WHERE {a}.ctid = ANY (ARRAY({every})) RETURNING {a}.{c}"
                        ),
                    )
                }
            }
        };
        let way = if way.is_empty() {
            serial.to_owned()
        } else if way.contains("parallel") {
            way
        } else {
            format!("{way}; {serial}")
        };
        let (touches, ordered) = (relation.hidden_rows, self.ordered);
        self.undone(|g| {
            g.say("set", way);
            g.touches = touches;
            g.ordered = ordered;
            g.say(kind, sql);
        });
    }

    /// ON CONFLICT DO UPDATE of a row that only a hidden one is in conflict with: its condition is not asked.
    fn conflict_with_hidden(&mut self) {
        let Some(relation): Option<Arc<Relation>> = self.relation(|r| {
            r.writable
                && matches!(r.kind, RelKind::Table | RelKind::Partitioned)
                && r.columns.iter().any(|c| {
                    r.key.first() == Some(&c.name)
                        && c.kind == Kind::Int
                        && c.writable
                        && c.readable
                })
        }) else {
            return;
        };
        let columns: Vec<Column> =
            relation.columns.iter().filter(|c| c.writable).cloned().collect();
        let alias = self.name("t");
        let Some(text) = relation
            .columns
            .iter()
            .find(|c| c.readable && c.writable && c.free && c.kind == Kind::Text)
            .map(|c| c.name.clone())
        else {
            return;
        };
        let mut values = Vec::new();
        for column in &columns {
            values.push(if relation.key.first() == Some(&column.name) {
                (CANARY_NUMBERS.start + self.dice.between(1, 20)).to_string()
            } else {
                self.column_value(&relation, column)
            });
        }
        let names: Vec<&str> = columns.iter().map(|c| c.name.as_str()).collect();
        let key = &relation.key[0];
        let condition = match self.dice.below(4) {
            0 => format!("own.trip({alias}.{key}::int)"),
            1 => format!("1 / (CASE WHEN {alias}.{text} LIKE '%zqcanary%' THEN 0 ELSE 1 END) = 1"),
            2 => "false".to_owned(),
            _ => format!("own.trip({alias}.{text}::text)"),
        };
        // what triggers print before the key is met says nothing
        let sql = format!(
            "SET LOCAL client_min_messages = warning; INSERT INTO {} AS {alias} ({}) VALUES ({}) ON CONFLICT ({}) DO UPDATE SET {text} = {alias}.{text} WHERE {condition}",
            relation.name,
            names.join(", "),
            values.join(", "),
            relation.key.join(", ")
        );
        self.touches = true;
        self.tried("guess key", "guess", &sql);
    }

    /// A row that refers to one that the client may not see: as if there were none.
    fn reference_to_hidden(&mut self) {
        let fit: Vec<_> = REFERENCES.iter().filter(|(t, ..)| self.has(t)).collect();
        if fit.is_empty() {
            return;
        }
        let (table, columns, values) = self.dice.one(&fit);
        let key = (20_000 + self.fresh() % 9_000).to_string();
        let hidden = self.dice.between(1, 20).to_string();
        let values = values.replace("{n}", &key).replace("{h}", &hidden);
        self.touches = true;
        self.tried(
            "guess key",
            "guess",
            &format!(
                "SET LOCAL client_min_messages = warning; SET CONSTRAINTS ALL IMMEDIATE; INSERT INTO {table} ({columns}) VALUES ({values})"
            ),
        );
    }

    /// A row that only hidden ones refer to is deleted, or gets another key: in a transaction that is committed, if it goes on.
    fn action_on_hidden(&mut self) {
        let fit: Vec<_> = REFERRED.iter().filter(|(t, ..)| self.has(t)).collect();
        if fit.is_empty() {
            return;
        }
        let (table, first, last) = *self.dice.one(&fit);
        let key = self.dice.between(first, last);
        let own = table.starts_with("own.");
        self.say_needed("begin", "BEGIN");
        if own && self.dice.chance(50) {
            self.say_needed("ddl", "ALTER TABLE own.cov_child DISABLE TRIGGER USER");
        }
        self.touches = true;
        if self.dice.chance(50) {
            self.say_needed("delete parent", format!("DELETE FROM {table} WHERE id = {key}"));
        } else {
            let new = 20_000 + self.fresh() % 9_000;
            self.say_needed(
                "update parent",
                format!("UPDATE {table} SET id = {new} WHERE id = {key}"),
            );
        }
        if own {
            self.say_needed("ddl", "ALTER TABLE own.cov_child ENABLE TRIGGER USER");
        }
        self.say_needed("set constraints", "SET CONSTRAINTS ALL IMMEDIATE");
        self.say_with("commit", "COMMIT", Effect::Commit);
    }

    /// Commands that compute something over all rows.
    fn all_rows(&mut self) {
        let number = self.fresh().to_string();
        let fit: Vec<_> = ALL_ROWS.iter().filter(|(t, _)| self.has(t)).collect();
        if fit.is_empty() {
            return;
        }
        for _ in 0..self.dice.between(1, 2) {
            self.touches = true;
            match self.dice.below(10) {
                0..=5 => {
                    let (table, forms) = *self.dice.one(&fit);
                    let form = self.dice.pick(forms).replace("{n}", &number);
                    self.tried("ddl", "ddl", &format!("ALTER TABLE {table} {form}"));
                }
                6..=8 => {
                    let sql = self.dice.pick(ALL_ROWS_MORE).replace("{n}", &number);
                    self.tried("ddl", "ddl", &sql);
                }
                _ => {
                    let sql = self.dice.pick(DUPLICATES).replace("{n}", &number);
                    self.tried("guess key", "guess", &sql);
                }
            }
        }
    }

    /// Others' rows in the client's own table: in a transaction that is committed, if it goes on.
    fn drop_with_hidden(&mut self) {
        if !self.has("own.cov_full") {
            return;
        }
        let (kind, sql) = self.dice.one(DROPS);
        self.say_needed("begin", "BEGIN");
        self.touches = true;
        self.say_needed(kind, sql);
        self.say_with("commit", "COMMIT", Effect::Commit);
    }

    /// What hidden objects depend on stays, and they are not named.
    fn drop_with_dependents(&mut self) {
        let sql = self.dice.pick(DEPENDED);
        self.touches = true;
        self.tried("ddl", "ddl", sql);
    }

    /// A trusted procedure's label goes when it ends.
    fn after_trusted(&mut self) {
        if !self.model.functions.iter().any(|f| f.name == "w.trusted") {
            return;
        }
        let call = self.dice.pick(TRUSTED).replace("{n}", &self.dice.between(1, 9).to_string());
        if self.status == b'I' && self.dice.chance(30) {
            let call = format!("CALL w.trusted_commit({})", self.dice.between(1, 9));
            self.touches = true;
            self.say("call", call);
            let sql = self.dice.pick(&AFTERWARDS[..AFTERWARDS.len() - 1]);
            self.touches = sql.contains(" w.");
            self.say("select after trusted", sql);
            return;
        }
        self.undone(|g| {
            g.touches = true;
            g.say("select trusted", call);
            for _ in 0..g.dice.between(1, 2) {
                let sql = g.dice.pick(AFTERWARDS);
                g.touches = sql.contains(" w.");
                g.say("select after trusted", sql);
            }
        });
    }
}
