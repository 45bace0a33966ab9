//! Values and names to say.

use super::{Generator, Param, quote};
use crate::model::{CANARY_NUMBERS, Column, Kind, Relation};

const WORDS: &[&str] = &[
    "alpha",
    "beta",
    "gamma",
    "delta",
    "red",
    "green",
    "blue",
    "a",
    "b",
    "abc",
    "",
    "x y",
    "Öl",
    "it's",
    "100%",
    "a_b",
    "tea",
    "one two three",
];

impl Generator<'_> {
    /// A small whole number.
    pub(super) fn int(&mut self) -> i64 {
        match self.dice.weighted(&[70, 22, 6]) {
            0 => self.dice.between(0, 60),
            1 => self.dice.between(1, 10),
            _ => self.dice.between(-20, 3000),
        }
    }

    /// One of the numbers that only hidden rows have: to look for, never to write.
    pub(super) fn canary(&mut self) -> i64 {
        if self.dice.chance(50) {
            CANARY_NUMBERS.start + self.dice.between(0, 60)
        } else {
            self.dice.between(CANARY_NUMBERS.start, CANARY_NUMBERS.end - 1)
        }
    }

    /// A key that a visible row of the relation may have.
    pub(super) fn key_value(&mut self, relation: &Relation) -> i64 {
        if relation.sample_keys.is_empty() || self.dice.chance(7) {
            self.int()
        } else {
            self.dice.one(&relation.sample_keys)
        }
    }

    /// A value of a kind as text, and its type.
    pub(super) fn value(&mut self, kind: Kind) -> (String, &'static str) {
        match kind {
            Kind::Int => (self.int().to_string(), "int4"),
            Kind::Numeric => {
                (format!("{}.{:02}", self.dice.between(-50, 900), self.dice.below(100)), "numeric")
            }
            Kind::Text | Kind::Other => (self.dice.pick(WORDS).to_owned(), "text"),
            Kind::Bool => (self.dice.pick(&["true", "false"]).to_owned(), "bool"),
            Kind::Date => (
                format!(
                    "20{:02}-{:02}-{:02}",
                    self.dice.between(10, 30),
                    self.dice.between(1, 12),
                    self.dice.between(1, 28)
                ),
                "date",
            ),
            Kind::Timestamp => (
                format!(
                    "20{:02}-{:02}-{:02} {:02}:{:02}:00",
                    self.dice.between(10, 30),
                    self.dice.between(1, 12),
                    self.dice.between(1, 28),
                    self.dice.below(24),
                    self.dice.below(60)
                ),
                "timestamp",
            ),
            Kind::IntArray => {
                let elements: Vec<String> =
                    (0..self.dice.below(4)).map(|_| self.int().to_string()).collect();
                (format!("{{{}}}", elements.join(",")), "int4[]")
            }
            Kind::TextArray => {
                let elements: Vec<String> = (0..self.dice.below(4))
                    .map(|_| self.dice.pick(&["a", "b", "red", "tea", "zz"]).to_owned())
                    .collect();
                (format!("{{{}}}", elements.join(",")), "text[]")
            }
            Kind::Jsonb => {
                let number = self.int();
                let text = match self.dice.below(5) {
                    0 => format!("{{\"a\": {number}}}"),
                    1 => format!("{{\"a\": {{\"b\": [{number}, 2]}}, \"tag\": \"red\"}}"),
                    2 => format!("[{number}, \"x\", null]"),
                    3 => number.to_string(),
                    _ => format!("{{\"k\": {number}, \"name\": \"tea\"}}"),
                };
                (text, "jsonb")
            }
            Kind::TsVector => (
                self.dice.pick(&["'red' 'tea'", "'alpha':1 'beta':2", "'x'"]).to_owned(),
                "tsvector",
            ),
            Kind::Geometric => {
                (format!("({},{})", self.dice.between(0, 50), self.dice.between(0, 50)), "point")
            }
            Kind::Range => {
                let low = self.dice.between(0, 60);
                (format!("[{low},{})", low + self.dice.between(0, 20)), "int4range")
            }
            Kind::Bytea => {
                (format!("\\x{:02x}{:02x}", self.dice.below(256), self.dice.below(256)), "bytea")
            }
        }
    }

    /// A literal of a kind; a parameter, where the statement has them.
    pub(super) fn literal(&mut self, kind: Kind) -> String {
        let (value, sql_type) = self.value(kind);
        if self.params.as_ref().is_some_and(|p| p.len() < 6) && self.dice.chance(60) {
            let params = self.params.as_mut().expect("parameters");
            params.push(Param { kind, value, sql_type: sql_type.to_owned() });
            return format!("${}::{sql_type}", params.len());
        }
        match kind {
            Kind::Int if value.starts_with('-') => format!("({value})"),
            Kind::Int | Kind::Bool => value,
            Kind::Text => quote(&value),
            _ => format!("{}::{sql_type}", quote(&value)),
        }
    }

    /// A value to write into a column, as an expression that fits its type.
    pub(super) fn column_value(&mut self, relation: &Relation, column: &Column) -> String {
        if !column.writable {
            return "DEFAULT".into();
        }
        if relation.key.contains(&column.name) {
            return self.fresh_key(relation, column);
        }
        if !column.free && !column.values.is_empty() && self.dice.chance(93) {
            return self.dice.one(&column.values);
        }
        if self.dice.chance(8) && (column.nullable || self.dice.chance(8)) {
            return "NULL".into();
        }
        if self.dice.chance(8) {
            return "DEFAULT".into();
        }
        self.plain_value(relation, column)
    }

    /// A literal that the column's type can read.
    pub(super) fn plain_value(&mut self, relation: &Relation, column: &Column) -> String {
        match column.kind {
            Kind::Other => if column.nullable { "NULL" } else { "DEFAULT" }.into(),
            Kind::Int if !column.free && column.values.is_empty() => {
                self.key_value(relation).to_string()
            }
            Kind::Geometric if column.sql_type.starts_with("box") => {
                let (x, y) = (self.dice.between(0, 50), self.dice.between(0, 50));
                format!("'({},{}),({x},{y})'", x + 3, y + 3)
            }
            Kind::Geometric if column.sql_type != "point" => {
                if column.nullable { "NULL" } else { "DEFAULT" }.into()
            }
            _ => {
                let (value, _) = self.value(column.kind);
                quote(&value)
            }
        }
    }

    /// A key that no row has yet; sometimes one that a visible row has.
    pub(super) fn fresh_key(&mut self, relation: &Relation, column: &Column) -> String {
        let used = self.dice.chance(6);
        match column.kind {
            Kind::Int if used => self.key_value(relation).to_string(),
            Kind::Int if relation.key.len() > 1 && !column.values.is_empty() => {
                self.dice.one(&column.values)
            }
            // partitions and checks may take a certain range only
            Kind::Int if !column.values.is_empty() && self.dice.chance(70) => {
                self.dice.one(&column.values)
            }
            Kind::Int => (20_000 + self.fresh() % 9_000).to_string(),
            Kind::Text if !column.values.is_empty() && self.dice.chance(70) => {
                self.dice.one(&column.values)
            }
            Kind::Text => quote(&format!("n{}", self.fresh())),
            Kind::Range => {
                let low = 20_000 + 10 * (self.fresh() % 900);
                format!("'[{low},{})'", low + 5)
            }
            _ if !column.values.is_empty() => self.dice.one(&column.values),
            _ => self.plain_value(relation, column),
        }
    }

    /// A label, as a literal: one that may be written there, mostly.
    pub(super) fn label(&mut self, relation: &Relation) -> String {
        if !relation.labels.is_empty() && self.dice.chance(90) {
            let label = self.dice.one(&relation.labels);
            return quote(&label);
        }
        let label = self.any_label();
        quote(&label)
    }

    /// Any label, a denied or an invalid one.
    pub(super) fn any_label(&mut self) -> String {
        match self.dice.below(8) {
            0 => "system_u:object_r:sepgsql_table_t:s0".into(),
            1 => format!("system_u:object_r:sepgsql_table_t:s0:c{}", self.dice.below(60)),
            2 => format!("system_u:object_r:sepgsql_table_t:s{}", self.dice.between(1, 15)),
            3 => "system_u:object_r:sepgsql_secret_table_t:s0".into(),
            4 => "system_u:object_r:sepgsql_ro_table_t:s0".into(),
            5 => "system_u:object_r:unlabeled_t:s15:c0.c1023".into(),
            6 => format!("user_u:object_r:user_sepgsql_table_t:s0:c{}", self.dice.below(25)),
            _ => self
                .dice
                .pick(&[
                    "",
                    "nonsense",
                    "a:b:c:s0",
                    "system_u:object_r:nosuch_t:s0",
                    "system_u:object_r:sepgsql_table_t:s0:c5000",
                ])
                .to_owned(),
        }
    }

    /// The name of something hidden, or that has never been.
    pub(super) fn guessed_name(&mut self) -> String {
        let hidden = self.model.hidden_names.clone();
        match self.dice.below(5) {
            0 => {
                let at = self.fresh();
                format!("public.nosuch{at}")
            }
            1 if !self.model.denied_names.is_empty() => {
                let denied = self.model.denied_names.clone();
                self.dice.one(&denied)
            }
            _ if !hidden.is_empty() => self.dice.one(&hidden),
            _ => "public.zqcanary".into(),
        }
    }
}
