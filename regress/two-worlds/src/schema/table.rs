//! A table, its rows of both kinds, and what the generator is told of it.

use super::Builder;
use super::dice::Dice;
use crate::model::{Column, Kind, RelKind, Relation};
use crate::stmt::Role;

/// A column and how its values come from the number `i` of a row.
pub(crate) struct Col {
    name: String,
    sql_type: String,
    kind: Kind,
    nullable: bool,
    writable: bool,
    readable: bool,
    free: bool,
    values: Vec<String>,
    /// What follows the type: DEFAULT, GENERATED, STORAGE ...
    extra: String,
    /// The value in a visible row; none: it is not given.
    pub(crate) visible: Option<String>,
    /// The value in a hidden row.
    pub(crate) hidden: Option<String>,
}

/// What has a table of rows.
pub(crate) struct Table {
    pub(crate) name: String,
    columns: Vec<Col>,
    /// Table constraints.
    constraints: Vec<String>,
    /// What follows the closing parenthesis.
    tail: String,
    key: Vec<String>,
    kind: RelKind,
    writable: bool,
    hidden_children: bool,
}

/// A visible value of a kind, as an expression over `i`.
pub(crate) fn visible(dice: &mut Dice, kind: Kind) -> String {
    let a = dice.pick(&["3", "7", "11", "13", "17", "29", "37"]);
    let c = dice.below(50);
    let m = dice.between(9, 60);
    match kind {
        Kind::Int => format!("(i * {a} + {c}) % {m}"),
        Kind::Numeric => format!("((i * {a} + {c}) % 1000)::numeric / 10"),
        Kind::Text => format!(
            "(ARRAY['alpha','beta','gamma','delta','Epsilon','zeta','eta','theta'])[1 + (i * {a} + {c}) % 8] || '-' || i % {m}"
        ),
        Kind::Bool => format!("(i * {a} + {c}) % 3 = 0"),
        Kind::Date => format!("date '2020-01-01' + (i * {a} + {c}) % 400"),
        Kind::Timestamp => {
            format!("timestamp '2020-01-01' + make_interval(mins => (i * {a} + {c}) % 5000)")
        }
        Kind::IntArray => format!("ARRAY[i % 5, (i + {c}) % 7, (i * {a}) % 11]"),
        Kind::TextArray => format!("ARRAY['w' || i % 5, 'v' || (i * {a}) % 3]"),
        Kind::Jsonb => format!(
            "jsonb_build_object('a', i % 10, 'b', 't' || (i * {a}) % 7, 'c', jsonb_build_array(i % 3, {c}))"
        ),
        Kind::TsVector => format!("to_tsvector('simple', 'w' || i % 9 || ' x' || (i * {a}) % 4)"),
        Kind::Geometric => format!("point(i % 20, (i * {a} + {c}) % 13)"),
        Kind::Range => format!("int4range((i * {a}) % 90, (i * {a}) % 90 + 1 + i % 6)"),
        Kind::Bytea => format!("convert_to('b' || (i * {a}) % 17, 'UTF8')"),
        Kind::Other => "NULL".to_owned(),
    }
}

/// A hidden value: a canary, or in half of the rows of some kinds one that
/// visible rows have as well, so that look-ups lead to it.
pub(crate) fn hidden(dice: &mut Dice, kind: Kind) -> String {
    let like = visible(dice, kind);
    match kind {
        Kind::Int => format!("CASE WHEN i % 2 = 0 THEN {like} ELSE 777000000 + i END"),
        Kind::Numeric => format!("CASE WHEN i % 2 = 0 THEN {like} ELSE 777000000.5 + i END"),
        Kind::Text => format!("{like} || ' zqcanary' || i"),
        Kind::Date => format!("CASE WHEN i % 2 = 0 THEN {like} ELSE date '7770-01-01' + i END"),
        Kind::Timestamp => {
            format!(
                "CASE WHEN i % 2 = 0 THEN {like} ELSE timestamp '7770-01-01' + make_interval(days => i) END"
            )
        }
        Kind::IntArray => "ARRAY[i % 5, 777000000 + i]".to_owned(),
        Kind::TextArray => "ARRAY['w' || i % 5, 'zqcanary' || i]".to_owned(),
        Kind::Jsonb => {
            "jsonb_build_object('a', i % 10, 'b', 't1', 'z', 'zqcanary' || i)".to_owned()
        }
        Kind::TsVector => "to_tsvector('simple', 'w' || i % 9 || ' zqcanary' || i)".to_owned(),
        Kind::Geometric => {
            format!("CASE WHEN i % 2 = 0 THEN {like} ELSE point(i % 20, 777000000 + i) END")
        }
        Kind::Range => {
            format!(
                "CASE WHEN i % 2 = 0 THEN {like} ELSE int4range(777000000 + i, 777000003 + i) END"
            )
        }
        Kind::Bytea => "convert_to('zqcanary' || i, 'UTF8')".to_owned(),
        Kind::Bool | Kind::Other => like,
    }
}

impl Col {
    /// An ordinary column, filled by its kind.
    pub(crate) fn new(dice: &mut Dice, name: &str, sql_type: &str, kind: Kind) -> Self {
        Col {
            name: name.to_owned(),
            sql_type: sql_type.to_owned(),
            kind,
            nullable: true,
            writable: true,
            readable: true,
            free: true,
            values: Vec::new(),
            extra: String::new(),
            visible: Some(visible(dice, kind)),
            hidden: Some(hidden(dice, kind)),
        }
    }

    /// A key: `i` in visible rows, a canary in hidden ones.
    pub(crate) fn key(name: &str, sql_type: &str) -> Self {
        Col {
            name: name.to_owned(),
            sql_type: sql_type.to_owned(),
            kind: Kind::Int,
            nullable: false,
            writable: true,
            readable: true,
            free: false,
            values: Vec::new(),
            extra: "NOT NULL".to_owned(),
            visible: Some("i".to_owned()),
            hidden: Some("777000000 + i".to_owned()),
        }
    }

    /// What follows the type.
    pub(crate) fn extra(mut self, extra: &str) -> Self {
        if extra.contains("NOT NULL") {
            self.nullable = false;
        }
        self.extra = extra.to_owned();
        self
    }

    /// Not every value will do; these will.
    pub(crate) fn takes(mut self, values: &[&str]) -> Self {
        self.free = false;
        self.values = values.iter().map(|v| (*v).to_owned()).collect();
        self
    }

    /// Its values.
    pub(crate) fn values(mut self, visible: &str, hidden: &str) -> Self {
        self.visible = Some(visible.to_owned());
        self.hidden = Some(hidden.to_owned());
        self
    }

    /// Every so many visible rows have a null.
    pub(crate) fn nulls(mut self, every: u64) -> Self {
        if let Some(v) = &self.visible {
            self.visible = Some(format!("CASE WHEN i % {every} <> 1 THEN {v} END"));
        }
        self
    }

    /// Nobody gives it a value.
    pub(crate) fn generated(mut self) -> Self {
        self.writable = false;
        self.visible = None;
        self.hidden = None;
        self
    }

    /// A key that the table gives itself.
    pub(crate) fn generated_key(mut self) -> Self {
        self.writable = false;
        self
    }

    /// The low client may not read it, nor write it; its values come in world H alone.
    pub(crate) fn secret(mut self) -> Self {
        self.readable = false;
        self.writable = false;
        self.visible = None;
        self
    }
}

impl Table {
    /// A table without columns so far.
    pub(crate) fn new(name: &str) -> Self {
        Table {
            name: name.to_owned(),
            columns: Vec::new(),
            constraints: Vec::new(),
            tail: String::new(),
            key: Vec::new(),
            kind: RelKind::Table,
            writable: true,
            hidden_children: false,
        }
    }

    pub(crate) fn col(mut self, col: Col) -> Self {
        self.columns.push(col);
        self
    }

    pub(crate) fn constraint(mut self, constraint: &str) -> Self {
        self.constraints.push(constraint.to_owned());
        self
    }

    pub(crate) fn key(mut self, key: &[&str]) -> Self {
        self.key = key.iter().map(|k| (*k).to_owned()).collect();
        self
    }

    pub(crate) fn tail(mut self, tail: &str) -> Self {
        self.tail = tail.to_owned();
        self
    }

    /// Hidden rows refer to visible ones of it.
    pub(crate) fn parent(mut self) -> Self {
        self.hidden_children = true;
        self
    }

    pub(crate) fn partitioned(mut self) -> Self {
        self.kind = RelKind::Partitioned;
        self
    }

    pub(crate) fn not_partitioned(mut self) -> Self {
        self.kind = RelKind::Table;
        self
    }

    pub(crate) fn read_only(mut self) -> Self {
        self.writable = false;
        self
    }

    /// CREATE TABLE.
    fn ddl(&self) -> String {
        let mut parts: Vec<String> = self
            .columns
            .iter()
            .map(|c| format!("{} {} {}", c.name, c.sql_type, c.extra).trim_end().to_owned())
            .collect();
        parts.extend(self.constraints.iter().cloned());
        format!("CREATE TABLE {} (\n  {}\n) {}", self.name, parts.join(",\n  "), self.tail)
    }

    fn tell(&self, b: &mut Builder, hidden_rows: bool, keys: Vec<i64>) {
        b.model.relations.push(Relation {
            name: self.name.clone(),
            kind: self.kind,
            columns: self
                .columns
                .iter()
                .map(|c| Column {
                    name: c.name.clone(),
                    sql_type: c.sql_type.clone(),
                    kind: c.kind,
                    nullable: c.nullable,
                    writable: c.writable,
                    readable: c.readable,
                    free: c.free,
                    values: c.values.clone(),
                })
                .collect(),
            key: self.key.clone(),
            hidden_rows,
            writable: self.writable,
            labels: b.labels.writable.clone(),
            sample_keys: keys,
            hidden_children: self.hidden_children,
        });
    }

    /// The administrator makes it, and the generator is told of it.
    pub(crate) fn create(&self, b: &mut Builder, hidden_rows: bool, keys: Vec<i64>) {
        let ddl = self.ddl();
        b.both(&ddl);
        self.tell(b, hidden_rows, keys);
    }

    /// The administrator makes it, and the generator is told nothing.
    pub(crate) fn create_untold(&self, b: &mut Builder) {
        let ddl = self.ddl();
        b.both(&ddl);
    }

    /// How a column's values come from `i`.
    pub(crate) fn value(&self, column: usize, high: bool) -> String {
        let c = &self.columns[column];
        let value = if high { &c.hidden } else { &c.visible };
        value.clone().expect("a column with values")
    }

    /// The low client makes it.
    pub(crate) fn create_low(&self, b: &mut Builder, hidden_rows: bool, keys: Vec<i64>) {
        let ddl = self.ddl();
        b.low(&ddl);
        self.tell(b, hidden_rows, keys);
    }

    /// INSERT of rows `from` to `to`; `labels` are taken in turn.
    pub(crate) fn insert(&self, from: u64, to: u64, labels: &[String], high: bool) -> String {
        let (mut names, mut values) = (Vec::new(), Vec::new());
        for c in &self.columns {
            if let Some(v) = if high { &c.hidden } else { &c.visible } {
                names.push(c.name.as_str());
                values.push(v.as_str());
            }
        }
        let labels: Vec<_> = labels.iter().map(|l| format!("'{l}'")).collect();
        format!(
            "INSERT INTO {} (security_label, {}) OVERRIDING SYSTEM VALUE\nSELECT (ARRAY[{}])[1 + i % {}], {}\nFROM generate_series({from}, {to}) i",
            self.name,
            names.join(", "),
            labels.join(", "),
            labels.len(),
            values.join(", "),
        )
    }

    /// Visible rows, by the administrator, under labels by the dozen. At least
    /// one the low client may not delete: so it never truncates the table,
    /// whether there are hidden rows or not.
    pub(crate) fn fill(&self, b: &mut Builder, from: u64, to: u64) {
        let mut labels = b.labels.visible.clone();
        let at = b.dice.below(labels.len() as u64) as usize;
        labels.rotate_left(at);
        labels.truncate(b.dice.between(3, 30) as usize);
        let readonly = b.labels.readonly[b.dice.below(4) as usize].clone();
        labels.insert((to % (labels.len() as u64 + 1)) as usize, readonly);
        let sql = self.insert(from, to, &labels, false);
        b.both(&sql);
    }

    /// Hidden rows, by the administrator.
    pub(crate) fn hide(&self, b: &mut Builder, from: u64, to: u64) {
        let mut labels = b.labels.hidden.clone();
        let at = b.dice.below(labels.len() as u64) as usize;
        labels.rotate_left(at);
        labels.truncate(b.dice.between(2, 12) as usize);
        let sql = self.insert(from, to, &labels, true);
        b.high(&sql);
    }

    /// Hidden rows, by the high client: under labels of its range.
    pub(crate) fn hide_by_high(&self, b: &mut Builder, from: u64, to: u64) {
        let labels = [
            "staff_u:object_r:sepgsql_table_t:s3".to_owned(),
            "staff_u:object_r:sepgsql_table_t:s1:c3".to_owned(),
            "staff_u:object_r:user_sepgsql_table_t:s2:c21".to_owned(),
        ];
        let sql = self.insert(from, to, &labels, true);
        b.high_by(Role::High, &sql);
    }

    /// All of it, with hidden rows between the visible ones.
    pub(crate) fn build(&self, b: &mut Builder, visible: u64, hidden: u64) {
        self.create(b, hidden > 0, samples(visible));
        self.rows(b, visible, hidden);
    }

    /// The rows of `build`.
    pub(crate) fn rows(&self, b: &mut Builder, visible: u64, hidden: u64) {
        let third = visible / 3;
        self.fill(b, 1, third);
        if hidden > 0 {
            self.hide(b, 1, hidden / 2);
        }
        self.fill(b, third + 1, visible);
        if hidden > 0 {
            self.hide(b, hidden / 2 + 1, hidden);
        }
    }
}

/// Some keys of rows 1 to `n`.
pub(crate) fn samples(n: u64) -> Vec<i64> {
    (0..12).map(|k| (1 + k * n / 12) as i64).collect()
}
