//! Expressions: of a kind, over what a FROM clause gives.
//!
//! None fails on one row and not on another, but those that the probes put on a single row: which row a plan meets first
//! depends on what is stored.

use std::sync::Arc;

use super::{Generator, stored};
use crate::model::{Kind, RelKind, Relation};

/// A column of a FROM item.
#[derive(Clone, Debug)]
pub(super) struct Col {
    /// As an expression refers to it.
    pub name: String,
    pub kind: Kind,
    pub sql_type: String,
}

/// An item of FROM.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub alias: String,
    pub cols: Vec<Col>,
    pub relation: Option<Arc<Relation>>,
}

impl Source {
    /// Has it system columns?
    pub fn system(&self) -> bool {
        self.relation.as_ref().is_some_and(|r| r.kind != RelKind::View)
    }

    /// Has each of its rows a place?
    pub fn placed(&self) -> bool {
        self.relation.as_ref().is_some_and(|r| stored(r))
    }

    /// Columns that no two rows have alike.
    pub fn key(&self) -> Option<Vec<String>> {
        let relation = self.relation.as_ref()?;
        (!relation.key.is_empty() && relation.kind != RelKind::View)
            .then(|| relation.key.iter().map(|c| format!("{}.{c}", self.alias)).collect())
    }
}

/// Kinds that have one text for each value, so that an order by them fixes what is shown.
pub(super) fn exact(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Int
            | Kind::Text
            | Kind::Bool
            | Kind::Date
            | Kind::Timestamp
            | Kind::IntArray
            | Kind::TextArray
            | Kind::Bytea
            | Kind::Range
    )
}

/// Kinds that have an order at all.
pub(super) fn sortable(kind: Kind) -> bool {
    !matches!(kind, Kind::Geometric | Kind::Other)
}

impl Generator<'_> {
    /// A relation as an item of FROM.
    pub(super) fn source(&mut self, relation: &Arc<Relation>, alias: &str) -> Source {
        let cols = relation
            .columns
            .iter()
            .filter(|c| c.readable)
            .map(|c| Col {
                name: format!("{alias}.{}", c.name),
                kind: c.kind,
                sql_type: c.sql_type.clone(),
            })
            .collect();
        Source { alias: alias.into(), cols, relation: Some(Arc::clone(relation)) }
    }

    /// A column of a kind, if there is one.
    pub(super) fn column(&mut self, kind: Kind, scope: &[Source]) -> Option<String> {
        if self.dice.chance(1) {
            // one that may not be read
            let unreadable: Vec<String> = scope
                .iter()
                .filter_map(|s| s.relation.as_ref().map(|r| (s, r)))
                .flat_map(|(s, r)| {
                    r.columns
                        .iter()
                        .filter(|c| !c.readable && c.kind == kind)
                        .map(|c| format!("{}.{}", s.alias, c.name))
                })
                .collect();
            if !unreadable.is_empty() {
                return Some(self.dice.one(&unreadable));
            }
        }
        let all: Vec<&Col> =
            scope.iter().flat_map(|s| s.cols.iter()).filter(|c| c.kind == kind).collect();
        if all.is_empty() { None } else { Some(all[self.dice.below(all.len())].name.clone()) }
    }

    /// A column or a literal.
    pub(super) fn atom(&mut self, kind: Kind, scope: &[Source]) -> String {
        if self.dice.chance(80)
            && let Some(column) = self.column(kind, scope)
        {
            return column;
        }
        self.literal(kind)
    }

    /// Any column.
    pub(super) fn any_column(&mut self, scope: &[Source]) -> Option<Col> {
        let all: Vec<&Col> = scope.iter().flat_map(|s| s.cols.iter()).collect();
        if all.is_empty() { None } else { Some(all[self.dice.below(all.len())].clone()) }
    }

    /// An expression of a kind.
    pub(super) fn expr(&mut self, kind: Kind, scope: &[Source], depth: usize) -> String {
        if depth == 0 || self.dice.chance(35) {
            return self.atom(kind, scope);
        }
        let d = depth - 1;
        if self.dice.chance(12) {
            let (a, b) = (self.expr(kind, scope, d), self.atom(kind, scope));
            if kind != Kind::Geometric && kind != Kind::Other {
                let condition = self.predicate(scope, d);
                return match self.dice.below(3) {
                    0 => format!("CASE WHEN {condition} THEN {a} ELSE {b} END"),
                    1 => format!("coalesce({a}, {b})"),
                    _ if sortable(kind) => format!("greatest({a}, {b})"),
                    _ => format!("coalesce({b}, {a})"),
                };
            }
        }
        match kind {
            Kind::Int => self.int_expr(scope, d),
            Kind::Numeric => match self.dice.below(4) {
                0 => format!("({})::numeric", self.expr(Kind::Int, scope, d)),
                1 => format!("round({} * 1.5, 1)", self.expr(Kind::Numeric, scope, d)),
                2 => format!(
                    "({} + {})",
                    self.expr(Kind::Numeric, scope, d),
                    self.atom(Kind::Numeric, scope)
                ),
                _ => self.scalar_subquery(kind, scope, d),
            },
            Kind::Text => self.text_expr(scope, d),
            Kind::Bool => format!("({})", self.predicate(scope, d)),
            Kind::Date => match self.dice.below(2) {
                0 => format!("({} + {})", self.atom(kind, scope), self.dice.below(40)),
                _ => format!("({})::date", self.atom(Kind::Timestamp, scope)),
            },
            Kind::Timestamp => match self.dice.below(3) {
                0 => format!("date_trunc('month', {})", self.atom(kind, scope)),
                1 => format!(
                    "({} + interval '{} hours')",
                    self.atom(kind, scope),
                    self.dice.below(90)
                ),
                _ => format!("({})::timestamp", self.atom(Kind::Date, scope)),
            },
            Kind::IntArray => match self.dice.below(3) {
                0 => format!("({} || {})", self.atom(kind, scope), self.dice.below(9)),
                1 => format!(
                    "ARRAY[{}, {}]::int4[]",
                    self.atom(Kind::Int, scope),
                    self.dice.below(9)
                ),
                _ => self.array_subquery(scope, d),
            },
            Kind::TextArray => match self.dice.below(3) {
                0 => format!("({} || 'z'::text)", self.atom(kind, scope)),
                1 => format!("ARRAY[{}::text]", self.expr(Kind::Text, scope, d)),
                _ => format!("string_to_array({}::text, 'a')", self.atom(Kind::Text, scope)),
            },
            Kind::Jsonb => self.json_expr(scope, d),
            Kind::TsVector => {
                format!("to_tsvector('simple', {}::text)", self.expr(Kind::Text, scope, d))
            }
            Kind::Range => match self.dice.below(2) {
                0 => format!("({} * {})", self.atom(kind, scope), self.atom(kind, scope)),
                _ => format!("int4range(({}) % 100, 100)", self.atom(Kind::Int, scope)),
            },
            Kind::Bytea => format!("({} || {})", self.atom(kind, scope), self.atom(kind, scope)),
            Kind::Geometric | Kind::Other => self.atom(kind, scope),
        }
    }

    fn int_expr(&mut self, scope: &[Source], d: usize) -> String {
        match self.dice.below(13) {
            0 => format!("({} + {})", self.expr(Kind::Int, scope, d), self.dice.below(20)),
            1 => format!("({} - {})", self.atom(Kind::Int, scope), self.dice.below(20)),
            2 => format!("({} % {})", self.expr(Kind::Int, scope, d), self.dice.between(2, 13)),
            3 => format!("length({}::text)", self.expr(Kind::Text, scope, d)),
            4 => format!("ascii({}::text)", self.atom(Kind::Text, scope)),
            5 => format!("extract(year FROM {})::int", self.atom(Kind::Date, scope)),
            6 => format!("cardinality({})", self.atom(Kind::IntArray, scope)),
            7 => format!("nullif({}, {})", self.atom(Kind::Int, scope), self.dice.below(20)),
            8 => format!("lower({})", self.atom(Kind::Range, scope)),
            9 => format!("strpos({}::text, 'a')", self.atom(Kind::Text, scope)),
            10 => format!("(hashtext({}::text) % 100000)", self.atom(Kind::Text, scope)),
            _ => self.scalar_subquery(Kind::Int, scope, d),
        }
    }

    fn text_expr(&mut self, scope: &[Source], d: usize) -> String {
        match self.dice.below(17) {
            0 => format!("upper({}::text)", self.expr(Kind::Text, scope, d)),
            1 => format!(
                "substr({}::text, 1, {})",
                self.atom(Kind::Text, scope),
                self.dice.between(1, 9)
            ),
            2 => format!(
                "({}::text || {}::text)",
                self.expr(Kind::Text, scope, d),
                self.atom(Kind::Text, scope)
            ),
            3 => format!("({})::text", self.expr(Kind::Int, scope, d)),
            4 => format!("left(md5({}::text), 8)", self.atom(Kind::Text, scope)),
            5 => format!(
                "concat_ws('-', {}, {})",
                self.atom(Kind::Text, scope),
                self.atom(Kind::Int, scope)
            ),
            6 => format!(
                "format('%s/%s', {}, {})",
                self.atom(Kind::Int, scope),
                self.atom(Kind::Text, scope)
            ),
            7 => format!("to_char({}, 'YYYY-MM')", self.atom(Kind::Date, scope)),
            8 => format!("translate({}::text, 'abc', 'xyz')", self.atom(Kind::Text, scope)),
            9 | 10 => match self.any_column(scope) {
                Some(col) => format!("({})::text", col.name),
                None => self.literal(Kind::Text),
            },
            11 | 12 => self.system_text(scope),
            13 => format!(
                "regexp_replace({}::text, '[aeiou]', '.', 'g')",
                self.atom(Kind::Text, scope)
            ),
            14 => format!("({} ->> 'a')", self.atom(Kind::Jsonb, scope)),
            _ => self.scalar_subquery(Kind::Text, scope, d),
        }
    }

    /// A system column as text.
    pub(super) fn system_text(&mut self, scope: &[Source]) -> String {
        let systems: Vec<&Source> = scope.iter().filter(|s| s.system()).collect();
        if systems.is_empty() {
            return self.atom(Kind::Text, scope);
        }
        let source = systems[self.dice.below(systems.len())].alias.clone();
        match self.dice.below(5) {
            0 => format!("{source}.tableoid::regclass::text"),
            1 => format!("sepgsql_get_range({source}.security_label)"),
            _ => format!("{source}.security_label"),
        }
    }

    fn json_expr(&mut self, scope: &[Source], d: usize) -> String {
        match self.dice.below(9) {
            0 => format!("to_jsonb({})", self.expr(Kind::Int, scope, d)),
            1 => format!(
                "jsonb_build_object('a', {}, 'b', {})",
                self.atom(Kind::Int, scope),
                self.atom(Kind::Text, scope)
            ),
            2 => format!("({} -> 'a')", self.atom(Kind::Jsonb, scope)),
            3 => format!("({} || {})", self.atom(Kind::Jsonb, scope), self.literal(Kind::Jsonb)),
            4 => format!("jsonb_path_query_first({}, '$.a')", self.atom(Kind::Jsonb, scope)),
            5 => format!(
                "JSON_OBJECT('k': {}, 't': {} RETURNING jsonb)",
                self.atom(Kind::Int, scope),
                self.atom(Kind::Text, scope)
            ),
            6 => format!("JSON_QUERY({}, '$.*' WITH WRAPPER)", self.atom(Kind::Jsonb, scope)),
            7 => format!(
                "JSON_ARRAY({}, {} RETURNING jsonb)",
                self.atom(Kind::Int, scope),
                self.atom(Kind::Bool, scope)
            ),
            _ => self.scalar_subquery(Kind::Jsonb, scope, d),
        }
    }

    /// A subquery of one value over one relation, that may refer to what is outside.
    pub(super) fn scalar_subquery(&mut self, kind: Kind, scope: &[Source], d: usize) -> String {
        let Some(relation) =
            self.relation(|r| r.columns.iter().any(|c| c.readable && c.kind == kind))
        else {
            return self.atom(kind, scope);
        };
        let alias = self.name("q");
        let inner = self.source(&relation, &alias);
        let inner = [inner];
        let Some(column) = self.column(kind, &inner) else {
            return self.atom(kind, scope);
        };
        let condition = self.correlated(&inner, scope, d);
        let from = format!("FROM {} {alias} WHERE {condition}", relation.name);
        match kind {
            Kind::Int | Kind::Numeric => {
                let f = self.dice.pick(&["max", "min", "sum", "count"]);
                let cast = if kind == Kind::Int { "::int8::int4" } else { "::numeric" };
                if kind == Kind::Int && matches!(f, "sum" | "max" | "min") {
                    format!("(SELECT ({f}({column} % 1000)){cast} {from})")
                } else {
                    format!("(SELECT ({f}({column})){cast} {from})")
                }
            }
            Kind::Text => match self.dice.below(3) {
                0 => format!(
                    "(SELECT string_agg({column}::text, ',' ORDER BY {column}::text) {from})"
                ),
                1 => format!("(SELECT max({column}::text) {from})"),
                _ => format!(
                    "(SELECT min({column}::text) FILTER (WHERE {column} IS NOT NULL) {from})"
                ),
            },
            Kind::Jsonb => format!("(SELECT jsonb_agg({column} ORDER BY {column}) {from})"),
            _ => self.atom(kind, scope),
        }
    }

    fn array_subquery(&mut self, scope: &[Source], d: usize) -> String {
        let Some(relation) =
            self.relation(|r| r.columns.iter().any(|c| c.readable && c.kind == Kind::Int))
        else {
            return self.atom(Kind::IntArray, scope);
        };
        let alias = self.name("q");
        let inner = [self.source(&relation, &alias)];
        let Some(column) = self.column(Kind::Int, &inner) else {
            return self.atom(Kind::IntArray, scope);
        };
        let condition = self.correlated(&inner, scope, d);
        format!(
            "ARRAY(SELECT ({column})::int4 FROM {} {alias} WHERE {condition} ORDER BY 1)",
            relation.name
        )
    }

    /// A condition on the inner, mostly tied to the outer.
    fn correlated(&mut self, inner: &[Source], outer: &[Source], d: usize) -> String {
        let kind = self.dice.one(&[Kind::Int, Kind::Int, Kind::Text, Kind::Date]);
        if self.dice.chance(60)
            && let (Some(a), Some(b)) = (self.column(kind, inner), self.column(kind, outer))
        {
            return format!("{a} = {b}");
        }
        self.predicate(inner, d.min(1))
    }

    /// Something true or false.
    pub(super) fn predicate(&mut self, scope: &[Source], depth: usize) -> String {
        if depth > 0 && self.dice.chance(30) {
            let (a, b) = (self.predicate(scope, depth - 1), self.predicate(scope, depth - 1));
            return match self.dice.below(5) {
                0 | 1 => format!("({a} AND {b})"),
                2 | 3 => format!("({a} OR {b})"),
                _ => format!("(NOT {a})"),
            };
        }
        let Some(col) = self.any_column(scope) else {
            return self.dice.pick(&["true", "1 = 1", "NULL IS NULL", "2 > 3"]).to_owned();
        };
        match self.dice.below(20) {
            0 => return format!("{} IS NOT NULL", col.name),
            1 => return format!("{} IS NULL", col.name),
            2 if depth > 0 => return self.exists(scope, depth - 1),
            3 if depth > 0 => return self.in_subquery(scope, depth - 1),
            4 => return self.label_predicate(scope),
            5 => return self.key_predicate(scope),
            _ => (),
        }
        let d = depth.saturating_sub(1);
        let c = &col.name;
        match col.kind {
            Kind::Int | Kind::Numeric | Kind::Date | Kind::Timestamp => match self.dice.below(7) {
                0 => {
                    format!("{c} BETWEEN {} AND {}", self.literal(col.kind), self.literal(col.kind))
                }
                1 if col.kind == Kind::Int => {
                    let list: Vec<String> =
                        (0..self.dice.between(1, 5)).map(|_| self.literal(Kind::Int)).collect();
                    format!("{c} IN ({})", list.join(", "))
                }
                2 => format!("{c} IS DISTINCT FROM {}", self.expr(col.kind, scope, d)),
                3 => format!(
                    "{c} = ANY (ARRAY[{}, {}])",
                    self.literal(col.kind),
                    self.literal(col.kind)
                ),
                4 => format!("{c} = {}", self.expr(col.kind, scope, d)),
                _ => {
                    let op = self.dice.pick(&["=", "<", "<=", ">", ">=", "<>"]);
                    format!("{c} {op} {}", self.expr(col.kind, scope, d))
                }
            },
            Kind::Text => match self.dice.below(8) {
                0 => format!(
                    "{c} LIKE {}",
                    quote_pattern(self.dice.pick(&[
                        "a%",
                        "%e%",
                        "_",
                        "%",
                        "red%",
                        "%1%",
                        "%zqcanary%"
                    ]))
                ),
                1 => format!(
                    "{c}::text ~ {}",
                    quote_pattern(self.dice.pick(&["^a", "e$", "[0-9]+", "b|c"]))
                ),
                2 => format!("{c}::text ILIKE '%A%'"),
                3 => format!("({c})::text <> ALL (ARRAY['red', 'tea'])"),
                4 => format!("{c} = {}", self.expr(Kind::Text, scope, d)),
                5 => format!("{c} IN ('red', 'alpha', {})", self.literal(Kind::Text)),
                _ => {
                    let op = self.dice.pick(&["=", "<", ">=", "<>"]);
                    format!("{c} {op} {}", self.atom(Kind::Text, scope))
                }
            },
            Kind::Bool => self.dice.one(&[
                c.clone(),
                format!("NOT {c}"),
                format!("{c} IS TRUE"),
                format!("{c} IS NOT FALSE"),
            ]),
            Kind::IntArray | Kind::TextArray => {
                let op = self.dice.pick(&["&&", "@>", "<@", "="]);
                let element =
                    if col.sql_type.starts_with("int8") || col.sql_type.starts_with("bigint") {
                        "int8[]"
                    } else {
                        ""
                    };
                let literal = self.literal(col.kind);
                if element.is_empty() {
                    format!("{c} {op} {literal}")
                } else {
                    format!("{c} {op} ({literal})::int8[]")
                }
            }
            Kind::Jsonb => match self.dice.below(5) {
                0 => format!("{c} @> {}", self.literal(Kind::Jsonb)),
                1 => format!("{c} ? 'a'"),
                2 => format!("{c} @? '$.a'"),
                3 => format!("JSON_EXISTS({c}, '$.a ? (@ > 5)')"),
                _ => format!("({c} ->> 'a') = {}", self.literal(Kind::Text)),
            },
            Kind::TsVector => format!(
                "{c} @@ to_tsquery('simple', {})",
                self.dice.pick(&["'red'", "'alpha & beta'", "'tea | x'", "'zqcanary'", "'!red'"])
            ),
            Kind::Geometric if col.sql_type == "point" => match self.dice.below(2) {
                0 => format!("{c} <@ box '(0,0),(30,30)'"),
                _ => format!("{c} ~= {}", self.literal(Kind::Geometric)),
            },
            Kind::Geometric if col.sql_type == "box" => format!("{c} && box '(0,0),(20,20)'"),
            Kind::Range => {
                let op = self.dice.pick(&["&&", "@>", "<@", "=", "<<"]);
                match self.dice.below(3) {
                    0 => format!("{c} @> {}::int4", self.dice.below(70)),
                    _ => format!("{c} {op} {}", self.literal(Kind::Range)),
                }
            }
            Kind::Bytea => format!("{c} > {}", self.literal(Kind::Bytea)),
            Kind::Geometric | Kind::Other => format!("{c} IS NOT NULL"),
        }
    }

    /// A condition on keys, to hit few rows.
    pub(super) fn key_predicate(&mut self, scope: &[Source]) -> String {
        let keyed: Vec<(String, Arc<Relation>)> = scope
            .iter()
            .filter_map(|s| {
                let relation = s.relation.as_ref()?;
                let key = relation.key.first()?;
                let column = relation
                    .columns
                    .iter()
                    .find(|c| c.name == *key && c.kind == Kind::Int && c.readable)?;
                Some((format!("{}.{}", s.alias, column.name), Arc::clone(relation)))
            })
            .collect();
        if keyed.is_empty() {
            return match self.column(Kind::Int, scope) {
                Some(column) => format!("{column} < {}", self.int()),
                None => "true".into(),
            };
        }
        let (column, relation) = self.dice.one(&keyed);
        let key = self.key_value(&relation);
        match self.dice.below(6) {
            5 if self.dice.chance(25) => format!("{column} IN ({key}, {})", self.canary()),
            0 | 1 | 5 => format!("{column} = {key}"),
            2 => format!("{column} BETWEEN {key} AND {}", key + self.dice.between(0, 15)),
            3 => format!(
                "{column} IN ({key}, {}, {})",
                self.key_value(&relation),
                self.key_value(&relation)
            ),
            _ => format!("{column} = ANY ('{{{key},{}}}')", self.key_value(&relation)),
        }
    }

    fn label_predicate(&mut self, scope: &[Source]) -> String {
        let systems: Vec<Source> = scope.iter().filter(|s| s.system()).cloned().collect();
        if systems.is_empty() {
            return "true".into();
        }
        let source = self.dice.one(&systems);
        let alias = &source.alias;
        let relation = source.relation.as_ref().expect("a relation has system columns");
        match self.dice.below(5) {
            0 => format!("{alias}.security_label LIKE '%:s1%'"),
            1 => format!("{alias}.security_label <> {}", self.label(relation)),
            2 => format!("{alias}.tableoid = {}::regclass", super::quote(&relation.name)),
            3 => format!("sepgsql_get_type({alias}.security_label) = 'sepgsql_secret_table_t'"),
            _ => format!("{alias}.security_label = {}", self.label(relation)),
        }
    }

    fn exists(&mut self, scope: &[Source], d: usize) -> String {
        let Some(relation) = self.relation(|_| true) else {
            return "true".into();
        };
        let alias = self.name("q");
        let inner = [self.source(&relation, &alias)];
        let condition = self.correlated(&inner, scope, d);
        let not = if self.dice.chance(40) { "NOT " } else { "" };
        format!("{not}EXISTS (SELECT 1 FROM {} {alias} WHERE {condition})", relation.name)
    }

    fn in_subquery(&mut self, scope: &[Source], d: usize) -> String {
        let kind = self.dice.one(&[Kind::Int, Kind::Int, Kind::Text]);
        let Some(left) = self.column(kind, scope) else {
            return self.exists(scope, d);
        };
        let Some(relation) =
            self.relation(|r| r.columns.iter().any(|c| c.readable && c.kind == kind))
        else {
            return "true".into();
        };
        let alias = self.name("q");
        let inner = [self.source(&relation, &alias)];
        let Some(column) = self.column(kind, &inner) else {
            return "true".into();
        };
        let condition = self.predicate(&inner, d.min(1));
        let query = format!("(SELECT {column} FROM {} {alias} WHERE {condition})", relation.name);
        match self.dice.below(5) {
            0 => format!("{left} NOT IN {query}"),
            1 => format!("{left} >= ALL {query}"),
            2 => format!("{left} < ANY {query}"),
            _ => format!("{left} IN {query}"),
        }
    }
}

fn quote_pattern(text: &str) -> String {
    super::quote(text)
}
