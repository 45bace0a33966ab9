//! INSERT, UPDATE, DELETE, MERGE and COPY.

use std::fmt::Write;
use std::sync::Arc;

use super::Generator;
use super::expr::Source;
use crate::model::{Column, Kind, RelKind, Relation};
use crate::stmt::Call;

impl Generator<'_> {
    pub(super) fn insert(&mut self) {
        let Some(relation) = self.target() else {
            return;
        };
        let kind =
            if self.dice.chance(18) && !relation.key.is_empty() && relation.kind != RelKind::View {
                "insert on conflict"
            } else {
                "insert"
            };
        let sql = self.insert_text(&relation, kind == "insert on conflict", true);
        self.speak(kind, sql);
    }

    /// Columns to give a value to.
    fn columns_to_write(&mut self, relation: &Relation) -> Vec<Column> {
        let mut columns: Vec<Column> = Vec::new();
        for column in &relation.columns {
            if !column.writable && !self.dice.chance(2) {
                continue;
            }
            let wanted =
                relation.key.contains(&column.name) || !column.nullable || self.dice.chance(80);
            if wanted && (column.readable || self.dice.chance(60)) {
                columns.push(column.clone());
            }
        }
        columns
    }

    pub(super) fn insert_text(
        &mut self,
        relation: &Arc<Relation>,
        conflict: bool,
        returning: bool,
    ) -> String {
        let columns = self.columns_to_write(relation);
        let mut names: Vec<String> = columns.iter().map(|c| c.name.clone()).collect();
        let labelled = self.dice.chance(40) && relation.kind != RelKind::View;
        if labelled {
            names.insert(0, "security_label".into());
        }
        let alias = self.name("t");
        let mut sql = format!("INSERT INTO {} AS {alias} ", relation.name);
        if names.is_empty() || self.dice.chance(2) {
            sql += "DEFAULT VALUES";
        } else {
            let overriding = if self.dice.chance(3) {
                self.dice.pick(&["OVERRIDING SYSTEM VALUE ", "OVERRIDING USER VALUE "])
            } else {
                ""
            };
            let _ = write!(sql, "({}) {overriding}", names.join(", "));
            if self.dice.chance(15) && relation.key.len() == 1 {
                sql += &self.insert_query(relation, &columns, labelled);
            } else {
                // several rows fail one by one in the order given
                let count = 1 + self.dice.weighted(&[60, 25, 15]);
                let mut rows = Vec::new();
                for _ in 0..count {
                    let mut values: Vec<String> =
                        columns.iter().map(|c| self.column_value(relation, c)).collect();
                    if labelled {
                        let label = if self.dice.chance(6) {
                            "DEFAULT".into()
                        } else {
                            self.label(relation)
                        };
                        values.insert(
                            0,
                            if label == "DEFAULT" { self.label(relation) } else { label },
                        );
                    }
                    if conflict && self.dice.chance(60) {
                        self.meet_key(relation, &columns, &mut values, usize::from(labelled));
                    }
                    rows.push(format!("({})", values.join(", ")));
                }
                let _ = write!(sql, "VALUES {}", rows.join(", "));
            }
        }
        if conflict {
            sql += &self.on_conflict(relation, &alias);
        }
        if returning && self.dice.chance(45) {
            sql += &self.returning(relation, &alias);
        }
        sql
    }

    /// Gives the first column of the key a value that a visible row has.
    fn meet_key(
        &mut self,
        relation: &Relation,
        columns: &[Column],
        values: &mut [String],
        offset: usize,
    ) {
        for (i, column) in columns.iter().enumerate() {
            if relation.key.first() == Some(&column.name)
                && column.kind == Kind::Int
                && !relation.sample_keys.is_empty()
            {
                values[i + offset] = self.dice.one(&relation.sample_keys).to_string();
            }
        }
    }

    /// Rows made from rows that are there.
    fn insert_query(
        &mut self,
        relation: &Arc<Relation>,
        columns: &[Column],
        labelled: bool,
    ) -> String {
        let from = self.name("s");
        let base = 30_000 + 20 * (self.fresh() % 4_000);
        let mut list = Vec::new();
        if labelled {
            list.push(if self.dice.chance(50) && relation.kind != RelKind::View {
                format!("{from}.security_label")
            } else {
                self.label(relation)
            });
        }
        for column in columns {
            let of_key = relation.key.contains(&column.name);
            list.push(match column.kind {
                Kind::Int if of_key => {
                    format!("{base} + row_number() OVER (ORDER BY {from}.{})", column.name)
                }
                Kind::Text if of_key => {
                    format!("'n{base}-' || row_number() OVER (ORDER BY {from}.{})", column.name)
                }
                _ if column.free && !column.readable => "NULL".into(),
                _ => format!("{from}.{}", column.name),
            });
        }
        let scope = [self.source(relation, &from)];
        let condition = self.key_predicate(&scope);
        format!(
            "SELECT {} FROM {} {from} WHERE {condition} ORDER BY {from}.{} LIMIT 4",
            list.join(", "),
            relation.name,
            relation.key[0]
        )
    }

    fn on_conflict(&mut self, relation: &Arc<Relation>, alias: &str) -> String {
        let target = relation.key.join(", ");
        match self.dice.below(6) {
            0 => " ON CONFLICT DO NOTHING".into(),
            1 => format!(" ON CONFLICT ({target}) DO NOTHING"),
            _ => {
                let set = self.assignments(relation, alias, true, true);
                if set.is_empty() {
                    return format!(" ON CONFLICT ({target}) DO NOTHING");
                }
                let mut sql = format!(" ON CONFLICT ({target}) DO UPDATE SET {}", set.join(", "));
                if self.dice.chance(30) {
                    let scope = [self.source(relation, alias)];
                    let _ = write!(sql, " WHERE {}", self.predicate(&scope, 0));
                }
                sql
            }
        }
    }

    /// What SET sets; with one row, anything may stand there, with several only what each takes or none.
    fn assignments(
        &mut self,
        relation: &Arc<Relation>,
        alias: &str,
        one: bool,
        conflict: bool,
    ) -> Vec<String> {
        let scope = [self.source(relation, alias)];
        let mut set = Vec::new();
        let columns: Vec<Column> = relation
            .columns
            .iter()
            .filter(|c| c.writable && !relation.key.contains(&c.name) && (c.readable || c.free))
            .cloned()
            .collect();
        if columns.is_empty() {
            return set;
        }
        for _ in 0..self.dice.between(1, 3) {
            let column = self.dice.one(&columns);
            if set.iter().any(|s: &String| s.starts_with(&format!("{} =", column.name))) {
                continue;
            }
            let name = &column.name;
            let value = if column.free && column.readable && self.dice.chance(45) {
                match column.kind {
                    Kind::Int => format!("{alias}.{name} + 1"),
                    Kind::Text if column.sql_type == "text" => {
                        format!("{alias}.{name}::text || '+'")
                    }
                    Kind::Numeric => format!("{alias}.{name} + 0.5"),
                    Kind::Bool => format!("NOT {alias}.{name}"),
                    Kind::IntArray
                    | Kind::TextArray
                    | Kind::Jsonb
                    | Kind::TsVector
                    | Kind::Bytea => format!("{alias}.{name} || {alias}.{name}"),
                    Kind::Date | Kind::Timestamp => format!("{alias}.{name} + interval '1 day'"),
                    _ => format!("{alias}.{name}"),
                }
            } else if conflict && self.dice.chance(50) {
                format!("excluded.{name}")
            } else if column.free || one {
                if column.free
                    && self.dice.chance(25)
                    && matches!(column.kind, Kind::Int | Kind::Text)
                    && column.sql_type != "smallint"
                {
                    self.scalar_subquery(column.kind, &scope, 0)
                } else {
                    self.column_value(relation, &column)
                }
            } else {
                // what has constraints keeps its value where several rows are met
                format!("{alias}.{name}")
            };
            set.push(format!("{name} = {value}"));
        }
        if relation.kind != RelKind::View && self.dice.chance(15) {
            set.push(format!(
                "security_label = {}",
                if self.dice.chance(30) {
                    format!("{alias}.security_label")
                } else {
                    self.label(relation)
                }
            ));
        }
        if set.len() == 2 && self.dice.chance(20) {
            let parts: Vec<(&str, &str)> = set.iter().filter_map(|s| s.split_once(" = ")).collect();
            if parts.iter().all(|(_, v)| *v != "DEFAULT") {
                return vec![format!(
                    "({}, {}) = ROW({}, {})",
                    parts[0].0, parts[1].0, parts[0].1, parts[1].1
                )];
            }
        }
        set
    }

    fn returning(&mut self, relation: &Arc<Relation>, alias: &str) -> String {
        let readable: Vec<String> =
            relation.columns.iter().filter(|c| c.readable).map(|c| c.name.clone()).collect();
        if readable.is_empty() {
            return " RETURNING 1".into();
        }
        let c = self.dice.one(&readable);
        let all = readable.len() == relation.columns.len();
        let label =
            if relation.kind == RelKind::View { c.clone() } else { "security_label".to_owned() };
        match self.dice.below(8) {
            0 => format!(" RETURNING old.{c}, new.{c}"),
            1 => format!(" RETURNING WITH (OLD AS o, NEW AS n) o.{c}, n.{c}, n.{label}"),
            2 if all => " RETURNING *".into(),
            3 if all => " RETURNING old, new".into(),
            4 => format!(" RETURNING {alias}.{label}, old.{label}"),
            5 => {
                let scope = [self.source(relation, alias)];
                format!(
                    " RETURNING {}, {}",
                    self.expr(Kind::Text, &scope, 1),
                    self.expr(Kind::Int, &scope, 1)
                )
            }
            6 => format!(" RETURNING old.{c} IS DISTINCT FROM new.{c}, {alias}.{c}"),
            _ => format!(
                " RETURNING {}",
                readable.iter().map(|c| format!("{alias}.{c}")).collect::<Vec<_>>().join(", ")
            ),
        }
    }

    /// A condition for a write, and whether it meets one row at most.
    fn write_condition(&mut self, relation: &Arc<Relation>, alias: &str) -> (String, bool) {
        let scope = [self.source(relation, alias)];
        let one = relation.key.len() == 1
            && (relation.hidden_children || self.dice.chance(62))
            && relation
                .columns
                .iter()
                .any(|c| c.name == relation.key[0] && c.kind == Kind::Int && c.readable);
        if one {
            return (format!("{alias}.{} = {}", relation.key[0], self.key_value(relation)), true);
        }
        if relation.hidden_children || self.dice.chance(60) {
            let key = self.key_predicate(&scope);
            return (format!("{key} AND {}", self.predicate(&scope, 1)), false);
        }
        (self.predicate(&scope, 1), false)
    }

    pub(super) fn update(&mut self) {
        let Some(relation) = self.target() else {
            return;
        };
        let (kind, sql) = self.update_text(&relation, true);
        self.speak(kind, sql);
    }

    fn update_text(&mut self, relation: &Arc<Relation>, returning: bool) -> (&'static str, String) {
        let alias = self.name("t");
        let (condition, one) = self.write_condition(relation, &alias);
        if one && self.dice.chance(7) && relation.key.len() == 1 {
            // the key itself, with all that refers to it
            let column = relation
                .columns
                .iter()
                .find(|c| c.name == relation.key[0])
                .expect("the key is a column")
                .clone();
            let value = self.fresh_key(relation, &column);
            let kind = if relation.hidden_children { "update parent" } else { "update" };
            return (
                kind,
                format!(
                    "UPDATE {} AS {alias} SET {} = {value} WHERE {condition}",
                    relation.name, column.name
                ),
            );
        }
        let set = self.assignments(relation, &alias, one, false);
        let set = if set.is_empty() && relation.kind != RelKind::View {
            vec![format!("security_label = {}", self.label(relation))]
        } else {
            set
        };
        if set.is_empty() {
            return ("select", format!("SELECT 1 FROM {} {alias}", relation.name));
        }
        let only =
            if relation.kind == RelKind::Table && self.dice.chance(5) { "ONLY " } else { "" };
        let mut sql = format!("UPDATE {only}{} AS {alias} SET {}", relation.name, set.join(", "));
        if self.dice.chance(18) && !relation.key.is_empty() {
            // another relation, met once by each row at most
            if let Some((item, on)) = self.other_side(relation, &alias) {
                let _ = write!(sql, " FROM {item} WHERE {on} AND {condition}");
            } else {
                let _ = write!(sql, " WHERE {condition}");
            }
        } else {
            let _ = write!(sql, " WHERE {condition}");
        }
        if returning && self.dice.chance(40) {
            sql += &self.returning(relation, &alias);
        }
        ("update", sql)
    }

    /// Another relation joined by its whole key.
    fn other_side(&mut self, relation: &Relation, alias: &str) -> Option<(String, String)> {
        let left = relation
            .columns
            .iter()
            .find(|c| c.name == relation.key[0] && c.kind == Kind::Int && c.readable)?
            .name
            .clone();
        let other = self.relation(|r| {
            r.key.len() == 1
                && r.columns.iter().any(|c| c.name == r.key[0] && c.kind == Kind::Int && c.readable)
        })?;
        let name = self.name("o");
        Some((
            format!("{} {name}", other.name),
            format!("{name}.{} = {alias}.{left}", other.key[0]),
        ))
    }

    pub(super) fn delete(&mut self) {
        let Some(relation) = self.target() else {
            return;
        };
        if relation.hidden_children && self.status != b'T' {
            return;
        }
        let sql = self.delete_text(&relation, true);
        let kind = if relation.hidden_children { "delete parent" } else { "delete" };
        self.speak(kind, sql);
    }

    fn delete_text(&mut self, relation: &Arc<Relation>, returning: bool) -> String {
        let alias = self.name("t");
        let (condition, _) = self.write_condition(relation, &alias);
        let mut sql = format!("DELETE FROM {} AS {alias}", relation.name);
        match self.other_side_maybe(relation, &alias) {
            Some((item, on)) => {
                let _ = write!(sql, " USING {item} WHERE {on} AND {condition}");
            }
            None => {
                let _ = write!(sql, " WHERE {condition}");
            }
        }
        if returning && self.dice.chance(40) {
            sql += &self.returning(relation, &alias);
        }
        sql
    }

    fn other_side_maybe(&mut self, relation: &Relation, alias: &str) -> Option<(String, String)> {
        if relation.key.is_empty() || !self.dice.chance(15) {
            None
        } else {
            self.other_side(relation, alias)
        }
    }

    pub(super) fn merge(&mut self) {
        let Some(relation) = self.relation(|r| {
            r.writable
                && !r.hidden_children
                && !r.sample_keys.is_empty()
                && r.kind != RelKind::View
                && r.key.len() == 1
                && r.columns.iter().any(|c| c.name == r.key[0] && c.kind == Kind::Int && c.readable)
        }) else {
            return;
        };
        let (alias, from) = (self.name("t"), self.name("s"));
        let key = relation.key[0].clone();
        let other = if self.dice.chance(50) { self.other_source(&from) } else { None };
        let using = match other {
            Some(using) => (using, false),
            None => {
                // each key once, and one at most that is new: which of several fails first is no promise
                let mut keys: Vec<i64> = (0..self.dice.between(1, 5))
                    .map(|_| self.dice.one(&relation.sample_keys))
                    .collect();
                if self.dice.chance(60) {
                    keys.push(i64::try_from(20_000 + self.fresh() % 9_000).expect("small"));
                }
                keys.sort_unstable();
                keys.dedup();
                let rows: Vec<String> =
                    keys.iter().map(|k| format!("({k}, {})", self.dice.between(0, 9))).collect();
                (format!("(VALUES {}) {from} (k, v)", rows.join(", ")), true)
            }
        };
        let (using, inserts) = using;
        let mut sql = format!(
            "MERGE INTO {} AS {alias} USING {using} ON {alias}.{key} = {from}.k",
            relation.name
        );
        let mut clauses = Vec::new();
        for _ in 0..self.dice.between(1, 3) {
            let condition = if self.dice.chance(50) {
                format!(" AND {from}.v > {}", self.dice.below(8))
            } else {
                String::new()
            };
            let clause = match self.dice.below(8) {
                0..=2 => {
                    let set = self.assignments(&relation, &alias, false, false);
                    if set.is_empty() {
                        format!("WHEN MATCHED{condition} THEN DO NOTHING")
                    } else {
                        format!("WHEN MATCHED{condition} THEN UPDATE SET {}", set.join(", "))
                    }
                }
                3 => format!("WHEN MATCHED{condition} THEN DELETE"),
                4 => format!("WHEN MATCHED{condition} THEN DO NOTHING"),
                5 => {
                    let scope = [self.source(&relation, &alias)];
                    format!(
                        "WHEN NOT MATCHED BY SOURCE AND {} THEN DELETE",
                        self.key_predicate(&scope)
                    )
                }
                _ if !inserts => format!("WHEN NOT MATCHED{condition} THEN DO NOTHING"),
                _ => {
                    let columns: Vec<Column> =
                        relation.columns.iter().filter(|c| c.writable).cloned().collect();
                    let labelled = self.dice.chance(25);
                    let mut names: Vec<String> = columns.iter().map(|c| c.name.clone()).collect();
                    let mut values: Vec<String> = columns
                        .iter()
                        .map(|c| {
                            if c.name == key {
                                format!("{from}.k")
                            } else {
                                self.column_value(&relation, c)
                            }
                        })
                        .collect();
                    if labelled {
                        names.push("security_label".into());
                        values.push(self.label(&relation));
                    }
                    format!(
                        "WHEN NOT MATCHED{condition} THEN INSERT ({}) VALUES ({})",
                        names.join(", "),
                        values.join(", ")
                    )
                }
            };
            clauses.push(clause);
        }
        // what comes behind a clause without a condition is never reached
        clauses.sort_by_key(|c| !c.contains(" AND "));
        let mut seen: Vec<String> = Vec::new();
        for clause in clauses {
            let head = clause
                .split(" THEN")
                .next()
                .unwrap_or_default()
                .split(" AND")
                .next()
                .unwrap_or_default()
                .to_owned();
            let bare = !clause.split(" THEN").next().unwrap_or_default().contains(" AND ");
            if seen.contains(&head) {
                continue;
            }
            if bare {
                seen.push(head);
            }
            let _ = write!(sql, " {clause}");
        }
        if self.dice.chance(40) {
            let all = relation.columns.iter().all(|c| c.readable);
            let _ = write!(
                sql,
                " RETURNING merge_action(), {}",
                if all && self.dice.chance(30) {
                    "old, new".to_owned()
                } else {
                    format!("{alias}.{key}, old.{key}, new.security_label")
                }
            );
        }
        self.speak("merge", sql);
    }

    /// A relation as the source of MERGE, with its key as k.
    fn other_source(&mut self, from: &str) -> Option<String> {
        let other = self.relation(|r| {
            r.key.len() == 1
                && r.columns.iter().any(|c| c.name == r.key[0] && c.kind == Kind::Int && c.readable)
        })?;
        let scope = [self.source(&other, "x")];
        let condition = self.key_predicate(&scope);
        Some(format!(
            "(SELECT x.{key} AS k, x.{key} % 10 AS v FROM {} x WHERE {condition}) {from}",
            other.name,
            key = other.key[0]
        ))
    }

    /// A write as a CTE, and the columns that it returns.
    pub(super) fn writing_cte(&mut self) -> Option<(String, Vec<(String, Kind)>)> {
        let relation = self.relation(|r| {
            r.writable
                && !r.hidden_children
                && r.kind == RelKind::Table
                && r.columns.iter().any(|c| c.readable)
        })?;
        let alias_free = match self.dice.below(3) {
            0 => self.insert_text(&relation, false, false),
            1 => {
                let (kind, sql) = self.update_text(&relation, false);
                if kind != "update" {
                    return None;
                }
                sql
            }
            _ => self.delete_text(&relation, false),
        };
        let readable: Vec<&Column> = relation.columns.iter().filter(|c| c.readable).collect();
        let column = readable[self.dice.below(readable.len())];
        // "new" of a deleted row is null, "old" of an inserted one: both are asked for
        let sql = format!(
            "{alias_free} RETURNING new.{c} AS c1, old.{c} AS c2, coalesce(new.security_label, old.security_label) AS c3",
            c = column.name
        );
        Some((
            sql,
            vec![("c1".into(), column.kind), ("c2".into(), column.kind), ("c3".into(), Kind::Text)],
        ))
    }

    // COPY.

    pub(super) fn copy_to(&mut self) {
        let format = self.dice.one(&[
            "",
            " (FORMAT csv, HEADER)",
            " (FORMAT csv, FORCE_QUOTE *)",
            " (FORMAT binary)",
            " (DELIMITER '|', NULL 'none')",
            "",
        ]);
        if self.dice.chance(45) {
            let query = if self.dice.chance(20) && self.status == b'T' {
                match self.writing_cte() {
                    Some((sql, _)) => sql,
                    None => self.query(1).sql,
                }
            } else {
                self.query(1).sql
            };
            let sql = format!("COPY ({query}) TO STDOUT{format}");
            let step = self.step("copy to", Call::Simple(sql));
            self.queue.push_back(step);
            return;
        }
        let Some(relation) = self.relation(|r| matches!(r.kind, RelKind::Table | RelKind::MatView))
        else {
            return;
        };
        let mut names: Vec<String> =
            relation.columns.iter().filter(|c| c.readable).map(|c| c.name.clone()).collect();
        if self.dice.chance(60) {
            names.insert(0, "security_label".into());
        }
        let all = relation.columns.iter().all(|c| c.readable && c.writable);
        let columns = if all && self.dice.chance(30) {
            String::new()
        } else {
            format!(" ({})", names.join(", "))
        };
        let sql = format!("COPY {}{columns} TO STDOUT{format}", relation.name);
        let step = self.step("copy to", Call::Simple(sql));
        self.queue.push_back(step);
    }

    pub(super) fn copy_from(&mut self) {
        let Some(relation) = self.target() else {
            return;
        };
        if relation.kind == RelKind::View {
            return;
        }
        let columns: Vec<Column> = relation
            .columns
            .iter()
            .filter(|c| {
                c.writable
                    && (relation.key.contains(&c.name)
                        || !c.nullable
                        || matches!(c.kind, Kind::Int | Kind::Text | Kind::Bool))
            })
            .cloned()
            .collect();
        if columns.is_empty() {
            return;
        }
        let labelled = self.dice.chance(45);
        let mut names: Vec<String> = columns.iter().map(|c| c.name.clone()).collect();
        if labelled {
            names.insert(0, "security_label".into());
        }
        let count = self.dice.between(1, 4);
        let mut rows: Vec<Vec<Option<String>>> = Vec::new();
        for _ in 0..count {
            let mut row: Vec<Option<String>> = Vec::new();
            if labelled {
                let label = self.label(&relation);
                row.push(Some(label.trim_matches('\'').to_owned()));
            }
            for column in &columns {
                let value = self.column_value(&relation, column);
                row.push(bare(&value));
            }
            rows.push(row);
        }
        let form = self.dice.below(4);
        let binary = form == 0
            && columns.iter().all(|c| {
                matches!(
                    c.sql_type.as_str(),
                    "int" | "integer" | "int4" | "bigint" | "int8" | "text" | "boolean" | "bool"
                )
            });
        let mut types: Vec<&str> = columns.iter().map(|c| c.sql_type.as_str()).collect();
        if labelled {
            types.insert(0, "text");
        }
        let (options, data) = if binary {
            ("(FORMAT binary)".to_owned(), binary_rows(&types, &rows))
        } else if form == 1 {
            (
                format!(
                    "(FORMAT csv{})",
                    self.dice.pick(&[
                        "",
                        ", FREEZE false",
                        ", ON_ERROR ignore, LOG_VERBOSITY verbose",
                        ", REJECT_LIMIT 3, ON_ERROR ignore"
                    ])
                ),
                csv_rows(&rows),
            )
        } else {
            (
                self.dice.pick(&["", "(FORMAT text)", "(DEFAULT '\\D')", "(FREEZE)"]).to_owned(),
                text_rows(&rows),
            )
        };
        let mut sql = format!("COPY {} ({}) FROM STDIN {options}", relation.name, names.join(", "));
        if self.dice.chance(12)
            && let Some(key) = relation.key.first().filter(|k| names.contains(k))
        {
            let _ = write!(sql, " WHERE {key}::text <> 'x' AND security_label LIKE '%s0%'");
        }
        let step = self.step("copy from", Call::CopyIn { sql, data });
        self.queue.push_back(step);
    }

    /// What a condition of a cursor's row is updated by.
    pub(super) fn update_of_current(&mut self, at: usize, cursor: &str) -> String {
        let relation = Arc::clone(&self.relations[at]);
        self.touches |= relation.hidden_rows;
        if !relation.hidden_children && self.dice.chance(35) {
            let readable: Vec<&Column> = relation.columns.iter().filter(|c| c.readable).collect();
            let returning = if readable.is_empty() {
                String::new()
            } else {
                format!(" RETURNING {}", readable[self.dice.below(readable.len())].name)
            };
            return format!("DELETE FROM {} WHERE CURRENT OF {cursor}{returning}", relation.name);
        }
        let name = relation.name.clone();
        let bare = name.rsplit('.').next().unwrap_or(&name).to_owned();
        let set = self.assignments(&relation, &bare, true, false);
        let set = if set.is_empty() {
            format!("security_label = {}", self.label(&relation))
        } else {
            set.join(", ")
        };
        format!("UPDATE {name} SET {set} WHERE CURRENT OF {cursor}")
    }

    /// A scope of one relation under its own name.
    pub(super) fn alone(&mut self, relation: &Arc<Relation>) -> (String, Source) {
        let alias = self.name("a");
        let source = self.source(relation, &alias);
        (format!("{} {alias}", relation.name), source)
    }
}

/// A literal's value, or null.
fn bare(literal: &str) -> Option<String> {
    if literal == "NULL" || literal == "DEFAULT" {
        return None;
    }
    let literal = literal.split("::").next().unwrap_or(literal);
    let literal = literal
        .strip_prefix('E')
        .filter(|l| l.starts_with('\''))
        .map_or(literal.to_owned(), |l| l.replace("\\\\", "\\"));
    let inner = literal.strip_prefix('\'').and_then(|l| l.strip_suffix('\''));
    Some(inner.map_or(literal.clone(), |l| l.replace("''", "'")))
}

fn text_rows(rows: &[Vec<Option<String>>]) -> Vec<u8> {
    let mut out = String::new();
    for row in rows {
        let fields: Vec<String> = row
            .iter()
            .map(|f| match f {
                None => "\\N".to_owned(),
                Some(v) => v.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n"),
            })
            .collect();
        out += &fields.join("\t");
        out.push('\n');
    }
    out.into_bytes()
}

fn csv_rows(rows: &[Vec<Option<String>>]) -> Vec<u8> {
    let mut out = String::new();
    for row in rows {
        let fields: Vec<String> = row
            .iter()
            .map(|f| {
                f.as_ref().map_or(String::new(), |v| format!("\"{}\"", v.replace('"', "\"\"")))
            })
            .collect();
        out += &fields.join(",");
        out.push('\n');
    }
    out.into_bytes()
}

fn binary_rows(types: &[&str], rows: &[Vec<Option<String>>]) -> Vec<u8> {
    let mut out = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0".to_vec();
    for row in rows {
        out.extend(i16::try_from(row.len()).unwrap_or(i16::MAX).to_be_bytes());
        for (field, sql_type) in row.iter().zip(types) {
            let bytes: Option<Vec<u8>> = field.as_ref().map(|v| match *sql_type {
                "int" | "integer" | "int4" => v.parse::<i32>().unwrap_or(0).to_be_bytes().to_vec(),
                "bigint" | "int8" => v.parse::<i64>().unwrap_or(0).to_be_bytes().to_vec(),
                "boolean" | "bool" => vec![u8::from(v == "true" || v == "t")],
                _ => v.as_bytes().to_vec(),
            });
            match bytes {
                None => out.extend((-1i32).to_be_bytes()),
                Some(bytes) => {
                    out.extend(i32::try_from(bytes.len()).unwrap_or(0).to_be_bytes());
                    out.extend(bytes);
                }
            }
        }
    }
    out.extend((-1i16).to_be_bytes());
    out
}
