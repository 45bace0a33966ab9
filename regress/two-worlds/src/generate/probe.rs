//! Questions whose answer would tell what is hidden: leaky operators, errors that depend on a value, keys and names guessed.

use std::sync::Arc;

use super::{Generator, quote, stored};
use crate::model::{CANARY_NUMBERS, Kind, RelKind, Relation};

/// Functions that take a name.
const BY_NAME: &[&str] = &[
    "SELECT to_regclass({q})",
    "SELECT {q}::regclass",
    "SELECT to_regproc({q}), to_regtype({q}), to_regnamespace(split_part({q}, '.', 1))",
    "SELECT {q}::regproc",
    "SELECT {q}::regtype",
    "SELECT has_table_privilege({q}, 'SELECT')",
    "SELECT has_any_column_privilege({q}, 'SELECT')",
    "SELECT has_schema_privilege(split_part({q}, '.', 1), 'USAGE')",
    "SELECT has_function_privilege({q} || '()', 'EXECUTE')",
    "SELECT has_sequence_privilege({q}, 'USAGE')",
    "SELECT has_type_privilege({q}, 'USAGE')",
    "SELECT pg_relation_size({q})",
    "SELECT pg_total_relation_size({q})",
    "SELECT row_security_active({q})",
    "SELECT nextval({q})",
    "SELECT pg_get_serial_sequence({q}, 'id')",
    "SELECT pg_get_viewdef({q})",
    "SELECT currtid2({q}, '(0,1)')",
    "SELECT sepgsql_visible_labels({q})",
    "SELECT * FROM {t}",
    "SELECT count(*) FROM {t}",
    "SELECT * FROM {t} WHERE nosuch = 1",
    "SELECT {t}(1)",
    "SELECT * FROM {t}()",
    "TABLE {t}",
    "SELECT NULL::{t}",
    "SELECT table_to_xml({q}, true, true, '')",
    "SELECT query_to_xml('SELECT * FROM ' || {q}, true, true, '')",
    "EXPLAIN (COSTS off) SELECT * FROM {t}",
    "SELECT pg_sequence_last_value({q})",
    "SELECT count(*) FROM pg_class WHERE oid = to_regclass({q})",
    "SELECT relname FROM pg_class WHERE relname = split_part({q}, '.', 2)",
    "SELECT parse_ident({q})",
];

/// Functions that take a number, over all numbers that objects of users have.
const BY_NUMBER: &[&str] = &[
    "SELECT n, n::regclass::text FROM generate_series({a}, {b}) n WHERE n::regclass::text <> n::text ORDER BY 1",
    "SELECT n, n::regprocedure::text FROM generate_series({a}, {b}) n WHERE n::regprocedure::text <> n::text ORDER BY 1",
    "SELECT n, n::regtype::text FROM generate_series({a}, {b}) n WHERE n::regtype::text <> n::text ORDER BY 1",
    "SELECT n, n::regnamespace::text FROM generate_series({a}, {b}) n WHERE n::regnamespace::text <> n::text ORDER BY 1",
    "SELECT n, n::regoperator::text FROM generate_series({a}, {b}) n WHERE n::regoperator::text <> n::text ORDER BY 1",
    "SELECT n, n::regconfig::text, n::regdictionary::text FROM generate_series({a}, {b}) n WHERE n::regconfig::text <> n::text OR n::regdictionary::text <> n::text ORDER BY 1",
    "SELECT n, n::regcollation::text FROM generate_series({a}, {b}) n WHERE n::regcollation::text <> n::text ORDER BY 1",
    "SELECT n, pg_get_viewdef(n::oid) FROM generate_series({a}, {b}) n WHERE pg_get_viewdef(n::oid) IS NOT NULL ORDER BY 1",
    "SELECT n, pg_get_functiondef(n::oid) FROM generate_series({a}, {b}) n WHERE (SELECT prokind FROM pg_proc WHERE oid = n) <> 'a' ORDER BY 1",
    "SELECT n, pg_get_function_arguments(n::oid), pg_get_function_result(n::oid) FROM generate_series({a}, {b}) n WHERE pg_get_function_arguments(n::oid) IS NOT NULL ORDER BY 1",
    "SELECT n, pg_get_indexdef(n::oid) FROM generate_series({a}, {b}) n WHERE pg_get_indexdef(n::oid) IS NOT NULL ORDER BY 1",
    "SELECT n, pg_get_constraintdef(n::oid) FROM generate_series({a}, {b}) n WHERE pg_get_constraintdef(n::oid) IS NOT NULL ORDER BY 1",
    "SELECT n, pg_get_triggerdef(n::oid) FROM generate_series({a}, {b}) n WHERE pg_get_triggerdef(n::oid) IS NOT NULL ORDER BY 1",
    "SELECT n, pg_get_ruledef(n::oid) FROM generate_series({a}, {b}) n WHERE pg_get_ruledef(n::oid) IS NOT NULL ORDER BY 1",
    "SELECT n, pg_get_partkeydef(n::oid), pg_get_statisticsobjdef(n::oid) FROM generate_series({a}, {b}) n WHERE coalesce(pg_get_partkeydef(n::oid), pg_get_statisticsobjdef(n::oid)) IS NOT NULL ORDER BY 1",
    "SELECT n, pg_get_partition_constraintdef(n::oid) FROM generate_series({a}, {b}) n WHERE pg_get_partition_constraintdef(n::oid) IS NOT NULL ORDER BY 1",
    "SELECT n, format_type(n::oid, NULL) FROM generate_series({a}, {b}) n WHERE format_type(n::oid, NULL) <> '???' ORDER BY 1",
    "SELECT n, obj_description(n::oid, 'pg_class'), obj_description(n::oid, 'pg_proc') FROM generate_series({a}, {b}) n WHERE coalesce(obj_description(n::oid, 'pg_class'), obj_description(n::oid, 'pg_proc')) IS NOT NULL ORDER BY 1",
    "SELECT n, col_description(n::oid, 1) FROM generate_series({a}, {b}) n WHERE col_description(n::oid, 1) IS NOT NULL ORDER BY 1",
    "SELECT n, has_table_privilege(n::oid, 'SELECT') FROM generate_series({a}, {b}) n WHERE has_table_privilege(n::oid, 'SELECT') IS NOT NULL ORDER BY 1",
    "SELECT n, has_function_privilege(n::oid, 'EXECUTE') FROM generate_series({a}, {b}) n WHERE has_function_privilege(n::oid, 'EXECUTE') IS NOT NULL ORDER BY 1",
    "SELECT n, has_column_privilege(n::oid, 1::int2, 'SELECT') FROM generate_series({a}, {b}) n WHERE has_column_privilege(n::oid, 1::int2, 'SELECT') IS NOT NULL ORDER BY 1",
    "SELECT n, has_type_privilege(n::oid, 'USAGE') FROM generate_series({a}, {b}) n WHERE has_type_privilege(n::oid, 'USAGE') IS NOT NULL ORDER BY 1",
    "SELECT n, pg_relation_filepath(n::oid) IS NOT NULL, pg_relation_size(n::oid) IS NULL FROM generate_series({a}, {b}) n WHERE pg_relation_filepath(n::oid) IS NOT NULL ORDER BY 1",
    "SELECT n FROM generate_series({a}, {b}) n WHERE pg_table_is_visible(n::oid) OR pg_function_is_visible(n::oid) OR pg_type_is_visible(n::oid) ORDER BY 1",
    "SELECT n, pg_describe_object('pg_class'::regclass, n::oid, 0) FROM generate_series({a}, {b}) n WHERE pg_describe_object('pg_class'::regclass, n::oid, 0) IS NOT NULL ORDER BY 1",
    "SELECT n, pg_describe_object('pg_proc'::regclass, n::oid, 0) FROM generate_series({a}, {b}) n WHERE pg_describe_object('pg_proc'::regclass, n::oid, 0) IS NOT NULL ORDER BY 1",
    "SELECT n, (pg_identify_object('pg_class'::regclass, n::oid, 0)).identity FROM generate_series({a}, {b}) n ORDER BY 1",
    "SELECT n, (pg_identify_object('pg_type'::regclass, n::oid, 0)).identity FROM generate_series({a}, {b}) n ORDER BY 1",
    "SELECT n, t FROM generate_series({a}, {b}) n, LATERAL (SELECT (pg_identify_object_as_address('pg_class'::regclass, n::oid, 0)).object_names AS t) x WHERE t IS NOT NULL ORDER BY 1",
    "SELECT n, pg_partition_root(n::regclass) FROM generate_series({a}, {b}) n WHERE pg_partition_root(n::regclass) IS NOT NULL ORDER BY 1",
    "SELECT n, t.relid, t.level FROM generate_series({a}, {b}) n, LATERAL pg_partition_tree(n::regclass) t ORDER BY 1, 2",
    "SELECT n, pg_index_column_has_property(n::regclass, 1, 'orderable'), pg_index_has_property(n::regclass, 'clusterable') FROM generate_series({a}, {b}) n WHERE pg_index_has_property(n::regclass, 'clusterable') IS NOT NULL ORDER BY 1",
    "SELECT n, pg_stat_get_numscans(n::oid) IS NULL, pg_stat_get_live_tuples(n::oid) IS NULL FROM generate_series({a}, {b}) n ORDER BY 1",
    "SELECT n, pg_get_acl('pg_class'::regclass, n::oid, 0)::text FROM generate_series({a}, {b}) n WHERE pg_get_acl('pg_class'::regclass, n::oid, 0) IS NOT NULL ORDER BY 1",
    "SELECT n, pg_relation_is_updatable(n::regclass, true), pg_column_is_updatable(n::regclass, 1::int2, true) FROM generate_series({a}, {b}) n ORDER BY 1",
    "SELECT n, pg_relation_is_publishable(n::regclass) FROM generate_series({a}, {b}) n WHERE pg_relation_is_publishable(n::regclass) ORDER BY 1",
    "SELECT n, pg_filenode_relation(0, n::oid) FROM generate_series({a}, {b}) n WHERE pg_filenode_relation(0, n::oid) IS NOT NULL ORDER BY 1",
    "SELECT n, pg_get_userbyid(n::oid) FROM generate_series({a}, {b}) n WHERE pg_get_userbyid(n::oid) NOT LIKE 'unknown%' ORDER BY 1",
    "SELECT n, pg_ts_config_is_visible(n::oid), pg_operator_is_visible(n::oid), pg_statistics_obj_is_visible(n::oid) FROM generate_series({a}, {b}) n WHERE pg_operator_is_visible(n::oid) OR pg_statistics_obj_is_visible(n::oid) ORDER BY 1",
    "SELECT n, s.* FROM generate_series({a}, {b}) n, LATERAL pg_sequence_parameters(n::oid) s WHERE to_regclass('pg_class') IS NULL ORDER BY 1",
];

impl Generator<'_> {
    pub(super) fn probe(&mut self) {
        match self.dice.weighted(&[22, 14, 8, 14, 8, 14, 12, 8]) {
            0 => self.leaky(),
            1 => self.error_by_value(),
            2 => self.guess_key(),
            3 => self.guess_by_name(),
            4 => self.guess_by_number(),
            5 => self.constraint(),
            6 => self.function(),
            _ => self.size(),
        }
    }

    /// One relation alone, and no other condition that costs more: how often the operator is called does not depend on the plan.
    fn leaky(&mut self) {
        let operators = self.model.operators.clone();
        if operators.is_empty() {
            return self.error_by_value();
        }
        let (operator, kind) = self.dice.one(&operators);
        let Some(relation) = self.relation(|r| {
            r.kind != RelKind::View && r.columns.iter().any(|c| c.readable && c.kind == kind)
        }) else {
            return;
        };
        let (from, source) = self.alone(&relation);
        let alias = source.alias.clone();
        let scope = [source];
        let Some(column) = self.column(kind, &scope) else {
            return;
        };
        let (value, sql_type) = self.value(kind);
        let operator = match operator.rsplit_once('.') {
            Some((schema, name)) => format!("OPERATOR({schema}.{name})"),
            None => operator,
        };
        let condition = format!("({column})::{sql_type} {operator} {}::{sql_type}", quote(&value));
        let sql = match self.dice.below(7) {
            0 | 1 => format!("SELECT count(*) FROM {from} WHERE {condition}"),
            2 => format!(
                "SELECT count(*) FROM {from} WHERE {condition} AND {}",
                self.key_predicate(&scope)
            ),
            3 => format!("SELECT {column}, {condition} FROM {from}"),
            4 if relation.kind == RelKind::Table && self.status == b'T' => {
                format!("SELECT {alias}.security_label FROM {from} WHERE {condition} FOR SHARE")
            }
            5 if relation.writable
                && relation.kind == RelKind::Table
                && !relation.hidden_children
                && self.status == b'T' =>
            {
                format!("DELETE FROM {from} WHERE {condition} AND {}", self.key_predicate(&scope))
            }
            _ => format!("SELECT max({alias}.security_label) FROM {from} WHERE {condition}"),
        };
        let kind = if sql.starts_with("DELETE") { "delete" } else { "select leaky" };
        self.say(kind, sql);
    }

    /// An error that comes only if something hidden is seen.
    fn error_by_value(&mut self) {
        let Some(relation) = self.relation(|r| {
            r.columns.iter().any(|c| c.readable && matches!(c.kind, Kind::Int | Kind::Text))
        }) else {
            return;
        };
        let (from, source) = self.alone(&relation);
        let scope = [source];
        let (low, high) = (CANARY_NUMBERS.start, CANARY_NUMBERS.end - 1);
        let trap = match (self.column(Kind::Int, &scope), self.column(Kind::Text, &scope)) {
            (Some(int), text) if text.is_none() || self.dice.chance(50) => match self.dice.below(4)
            {
                0 => format!("1 / (CASE WHEN {int} BETWEEN {low} AND {high} THEN 0 ELSE 1 END)"),
                1 => format!("1 % (CASE WHEN {int} >= {low} THEN 0 ELSE 7 END)"),
                2 => {
                    format!("(CASE WHEN {int} >= {low} THEN {int}::text || 'x' ELSE '1' END)::int")
                }
                _ => format!("(CASE WHEN {int} >= {low} THEN {int} ELSE 0 END)::int2::int"),
            },
            (_, Some(text)) => match self.dice.below(3) {
                0 => format!(
                    "(CASE WHEN {text}::text LIKE '%zqcanary%' THEN {text}::text ELSE '1' END)::int"
                ),
                1 => format!(
                    "1 / (CASE WHEN strpos({text}::text, 'zqcanary') > 0 THEN 0 ELSE 1 END)"
                ),
                _ => format!(
                    "length(substring({text}::text FROM 1 FOR (CASE WHEN {text}::text ~ 'zqcanary' THEN -1 ELSE 1 END)))"
                ),
            },
            _ => return,
        };
        let sql = match self.dice.below(8) {
            0 => format!("SELECT sum({trap}) FROM {from}"),
            1 => format!("SELECT count(*) FROM {from} WHERE {trap} >= 0"),
            2 => format!("SELECT count(*) FROM {from} GROUP BY {trap}"),
            3 => format!("SELECT 1 FROM {from} ORDER BY {trap}"),
            4 => format!("SELECT max({trap}) OVER () FROM {from}"),
            5 if stored(&relation) => format!(
                "SELECT count(*) FROM {from} WHERE {}.ctid >= '(0,0)' AND {trap} > -1",
                scope[0].alias
            ),
            6 if !relation.key.is_empty() => {
                let other = self.name("b");
                format!(
                    "SELECT count(*) FROM {from} JOIN {} {other} ON {other}.{k} = {}.{k} AND {trap} >= 0",
                    relation.name,
                    scope[0].alias,
                    k = relation.key[0]
                )
            }
            _ => format!(
                "SELECT {}, {trap} FROM {from} WHERE {}",
                self.atom(Kind::Text, &scope),
                self.key_predicate(&scope)
            ),
        };
        self.speak("select trap", sql);
    }

    /// A guess at a key that only a hidden row has, in a block that undoes itself.
    fn guess_key(&mut self) {
        let Some(relation) = self.relation(|r| {
            r.writable
                && !r.key.is_empty()
                && matches!(r.kind, RelKind::Table | RelKind::Partitioned)
        }) else {
            return;
        };
        let columns: Vec<_> = relation.columns.iter().filter(|c| c.writable).cloned().collect();
        let mut values: Vec<String> = Vec::new();
        for column in &columns {
            let of_key = relation.key.contains(&column.name)
                || (!column.free && column.kind == Kind::Int && self.dice.chance(30));
            values.push(if of_key && column.kind == Kind::Int {
                (CANARY_NUMBERS.start + self.dice.between(0, 40)).to_string()
            } else if column.free && column.kind == Kind::Text {
                "'zz'".into()
            } else {
                self.column_value(&relation, column)
            });
        }
        let names: Vec<&str> = columns.iter().map(|c| c.name.as_str()).collect();

        let sql = format!(
            "INSERT INTO {} ({}) VALUES ({})",
            relation.name,
            names.join(", "),
            values.join(", ")
        );
        // what triggers print before the key is met says nothing
        let sql = format!("SET LOCAL client_min_messages = warning; {sql}");
        self.tried("guess key", "guess", &sql);
    }

    fn guess_by_name(&mut self) {
        for _ in 0..self.dice.between(1, 2) {
            let name = self.guessed_name();
            let name = name.split('(').next().unwrap_or_default().to_owned();
            let text = self.dice.pick(BY_NAME).replace("{q}", &quote(&name)).replace("{t}", &name);
            if self.status == b'T' && self.dice.chance(75) && !text.starts_with("EXPLAIN") {
                // the transaction goes on
                self.tried("guess name", "name", &text);
            } else {
                self.speak("guess name", text);
            }
        }
    }

    fn guess_by_number(&mut self) {
        self.by_number(BY_NUMBER, 9);
    }

    /// One of these functions, of 250 numbers of objects: {a} to {b}.
    pub(super) fn by_number(&mut self, functions: &[&str], last: i64) {
        let from = 16_384 + 250 * self.dice.between(0, last);
        let text = self
            .dice
            .pick(functions)
            .replace("{a}", &from.to_string())
            .replace("{b}", &(from + 249).to_string());
        self.ordered = true;
        self.say("definition", text);
    }

    /// Values that constraints refuse, with what the error says.
    fn constraint(&mut self) {
        let Some(relation) = self
            .relation(|r| r.writable && matches!(r.kind, RelKind::Table | RelKind::Partitioned))
        else {
            return;
        };
        let columns: Vec<_> = relation.columns.iter().filter(|c| c.writable).cloned().collect();
        if columns.is_empty() {
            return;
        }
        let broken = self.dice.below(columns.len());
        let mut values: Vec<String> = Vec::new();
        for (i, column) in columns.iter().enumerate() {
            values.push(if i != broken {
                self.column_value(&relation, column)
            } else if relation.key.contains(&column.name) && column.kind == Kind::Int {
                self.key_value(&relation).to_string()
            } else if !column.nullable && self.dice.chance(50) {
                "NULL".into()
            } else {
                match column.kind {
                    Kind::Int => self.dice.pick(&["-1", "0", "99999", "2147483648"]).to_owned(),
                    Kind::Text => self
                        .dice
                        .pick(&[
                            "''",
                            "'x'",
                            "'a rather long text that a check or a type may refuse'",
                        ])
                        .to_owned(),
                    _ => "NULL".into(),
                }
            });
        }
        let names: Vec<&str> = columns.iter().map(|c| c.name.as_str()).collect();
        let sql = format!(
            "INSERT INTO {} ({}) VALUES ({})",
            relation.name,
            names.join(", "),
            values.join(", ")
        );
        if self.dice.chance(60) {
            self.tried("constraint", "constraint", &sql);
        } else {
            self.touches = relation.hidden_rows;
            let relation = Arc::clone(&relation);
            self.undone(|g| {
                g.touches = relation.hidden_rows;
                g.say("constraint", sql);
            });
        }
    }

    /// What tells how much is stored, as far as it is not documented to tell.
    fn size(&mut self) {
        let Some(relation) = self.relation(stored) else {
            return;
        };
        let name = quote(&relation.name);
        let sql = match self.dice.below(7) {
            0 => format!("SELECT pg_relation_size({name})"),
            1 => format!(
                "SELECT pg_table_size({name}), pg_indexes_size({name}), pg_total_relation_size({name})"
            ),
            2 => format!(
                "SELECT reltuples, relpages, relallvisible FROM pg_class WHERE oid = {name}::regclass"
            ),
            3 => format!(
                "SELECT n_live_tup, n_tup_ins, n_dead_tup FROM pg_stat_user_tables WHERE relid = {name}::regclass"
            ),
            4 => {
                format!("SELECT pg_column_size({c}) FROM {} a ORDER BY 1", relation.name, c = "a.*")
            }
            5 => format!(
                "SELECT heap_blks_read >= 0, idx_blks_hit >= 0 FROM pg_statio_user_tables WHERE relid = {name}::regclass"
            ),
            _ => "SELECT pg_database_size(current_database()) > 0".into(),
        };
        self.say("size", sql);
    }

    /// Fills a template with a relation's name and columns.
    pub(super) fn about(&mut self, text: &str, relation: &Relation) -> String {
        let columns: Vec<&str> = relation.columns.iter().map(|c| c.name.as_str()).collect();
        let column = if columns.is_empty() { "x" } else { columns[self.dice.below(columns.len())] };
        let bare = relation.name.rsplit('.').next().unwrap_or_default();
        text.replace("{q}", &quote(&relation.name))
            .replace("{c}", &quote(column))
            .replace("{b}", &quote(bare))
    }
}
