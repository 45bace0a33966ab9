//! SELECT in its forms.

use std::fmt::Write;
use std::sync::Arc;

use super::expr::{Col, Source, exact, sortable};
use super::{Generator, stored};
use crate::model::{Kind, RelKind, Relation};

/// Kinds that results of subqueries and of both sides of a set operation have.
const PLAIN: &[Kind] = &[
    Kind::Int,
    Kind::Int,
    Kind::Text,
    Kind::Text,
    Kind::Bool,
    Kind::Date,
    Kind::Numeric,
    Kind::Jsonb,
];

/// A query, and what its rows are.
pub(super) struct Query {
    pub sql: String,
    pub kinds: Vec<Kind>,
    /// Its order says all of what is shown.
    pub ordered: bool,
}

/// What stands between SELECT and the list's end.
struct Body {
    sql: String,
    kinds: Vec<Kind>,
    /// Numbers of the outputs that fix each row's place, if some do.
    total: Option<Vec<String>>,
    /// May rows be locked?
    lockable: Option<Vec<String>>,
}

impl Generator<'_> {
    /// A SELECT of any form, as a statement.
    pub(super) fn select(&mut self) {
        if self.dice.chance(15) {
            self.params = Some(Vec::new());
        }
        let query = self.query(2);
        self.ordered = query.ordered;
        let kind = if query.sql.starts_with("WITH") { "select with" } else { "select" };
        self.speak(kind, query.sql);
    }

    /// A query of any form.
    pub(super) fn query(&mut self, depth: usize) -> Query {
        match self.dice.weighted(&[46, 10, 9, 9, 8, 8, 4, 6]) {
            0 => self.plain_query(depth),
            1 => self.grouped_query(depth),
            2 => self.windowed_query(),
            3 => self.set_query(depth),
            4 => self.with_query(depth),
            5 => self.recursive_query(),
            6 => self.distinct_on_query(),
            _ => self.places_query(),
        }
    }

    /// Items of FROM, and what they give.
    fn list_of_from(&mut self, depth: usize) -> (String, Vec<Source>) {
        let count = 1 + self.dice.weighted(&[55, 33, 12]);
        let (mut sql, first) = self.item_of_from(&[], depth);
        let mut scope = vec![first];
        for _ in 1..count {
            let lateral = self.dice.chance(22);
            let params = self.params.as_ref().map_or(0, Vec::len);
            let (item, source) = if lateral {
                self.lateral_item(&scope, depth)
            } else {
                self.item_of_from(&scope, depth)
            };
            let join = self.dice.weighted(&[45, 22, 10, 10, 8]);
            let equal = self.equality(&scope, std::slice::from_ref(&source));
            let word = match join {
                0 => "JOIN",
                1 => "LEFT JOIN",
                2 if !lateral => "RIGHT JOIN",
                3 if !lateral => "FULL JOIN",
                4 => "CROSS",
                _ => "JOIN",
            };
            if equal.is_none() && !(word == "CROSS" && lateral) {
                // nothing would keep the result small
                if let Some(all) = self.params.as_mut() {
                    all.truncate(params);
                }
                continue;
            }
            scope.push(source);
            if word == "CROSS" && lateral {
                let _ = write!(sql, ", {item}");
            } else if let Some(equal) = equal {
                let more = if word != "FULL JOIN" && self.dice.chance(20) {
                    let last = scope.len() - 1;
                    format!(" AND {}", self.predicate(&scope[last..], 0))
                } else {
                    String::new()
                };
                let word = if word == "CROSS" { "JOIN" } else { word };
                let _ = write!(sql, " {word} {item} ON {equal}{more}");
            }
        }
        (sql, scope)
    }

    /// An equality between two sides, on keys if possible, so that the result stays small.
    fn equality(&mut self, left: &[Source], right: &[Source]) -> Option<String> {
        if self.dice.chance(8) {
            let (a, b) = (left.iter().find(|s| s.placed())?, right.iter().find(|s| s.placed())?);
            if a.relation.as_ref()?.name == b.relation.as_ref()?.name {
                return Some(format!(
                    "{a}.ctid = {b}.ctid AND {a}.tableoid = {b}.tableoid",
                    a = a.alias,
                    b = b.alias
                ));
            }
        }
        let key = |sources: &[Source]| -> Vec<String> {
            sources
                .iter()
                .filter_map(|s| {
                    let relation = s.relation.as_ref()?;
                    let first = relation.key.first()?;
                    relation
                        .columns
                        .iter()
                        .find(|c| c.name == *first && c.kind == Kind::Int && c.readable)?;
                    Some(format!("{}.{first}", s.alias))
                })
                .collect()
        };
        let (left_keys, right_keys) = (key(left), key(right));
        if !right_keys.is_empty() && !left_keys.is_empty() && self.dice.chance(75) {
            let (a, b) = (self.dice.one(&left_keys), self.dice.one(&right_keys));
            return Some(format!("{a} = {b}"));
        }
        if !right_keys.is_empty() {
            let a = self.column(Kind::Int, left)?;
            return Some(format!("{a} = {}", self.dice.one(&right_keys)));
        }
        if !left_keys.is_empty() {
            let b = self.column(Kind::Int, right)?;
            return Some(format!("{} = {b}", self.dice.one(&left_keys)));
        }
        None
    }

    fn item_of_from(&mut self, before: &[Source], depth: usize) -> (String, Source) {
        let alias = self.name("a");
        match self.dice.weighted(&[78, if depth > 0 { 9 } else { 0 }, 4, 9]) {
            0 => {
                // a relation met before makes joins by ctid and by whole keys
                let again =
                    before.iter().find_map(|s| s.relation.clone()).filter(|_| self.dice.chance(25));
                let relation = match again {
                    Some(relation) => relation,
                    None => match self.relation(|_| true) {
                        Some(relation) => relation,
                        None => return self.values_item(&alias),
                    },
                };
                let source = self.source(&relation, &alias);
                let only = if relation.kind == RelKind::Table && self.dice.chance(6) {
                    "ONLY "
                } else {
                    ""
                };
                let sample = if relation.kind != RelKind::View && self.dice.chance(7) {
                    // what a smaller share takes depends on where rows lie
                    self.dice
                        .pick(&[
                            " TABLESAMPLE BERNOULLI (100) REPEATABLE (3)",
                            " TABLESAMPLE SYSTEM (100) REPEATABLE (1)",
                            " TABLESAMPLE SYSTEM (100)",
                            " TABLESAMPLE BERNOULLI (0)",
                        ])
                        .to_owned()
                } else {
                    String::new()
                };
                (format!("{only}{} AS {alias}{sample}", relation.name), source)
            }
            1 => {
                let query = self.plain_columns(depth - 1, &[]);
                self.derived(&query, &alias, "")
            }
            2 => self.values_item(&alias),
            _ => self.function_item(&alias, before),
        }
    }

    /// A query as an item of FROM.
    fn derived(&mut self, query: &Query, alias: &str, prefix: &str) -> (String, Source) {
        let names: Vec<String> = (1..=query.kinds.len()).map(|i| format!("c{i}")).collect();
        let cols = names
            .iter()
            .zip(&query.kinds)
            .map(|(name, kind)| Col {
                name: format!("{alias}.{name}"),
                kind: *kind,
                sql_type: String::new(),
            })
            .collect();
        let source = Source { alias: alias.into(), cols, relation: None };
        (format!("{prefix}({}) AS {alias} ({})", query.sql, names.join(", ")), source)
    }

    fn lateral_item(&mut self, before: &[Source], depth: usize) -> (String, Source) {
        let alias = self.name("a");
        let query = self.plain_columns(depth.saturating_sub(1), before);
        self.derived(&query, &alias, "LATERAL ")
    }

    fn values_item(&mut self, alias: &str) -> (String, Source) {
        let rows: Vec<String> = (0..self.dice.between(1, 4))
            .map(|_| format!("({}, {})", self.int(), self.literal(Kind::Text)))
            .collect();
        let source = Source {
            alias: alias.into(),
            cols: vec![
                Col { name: format!("{alias}.c1"), kind: Kind::Int, sql_type: "int4".into() },
                Col { name: format!("{alias}.c2"), kind: Kind::Text, sql_type: "text".into() },
            ],
            relation: None,
        };
        (format!("(VALUES {}) AS {alias} (c1, c2)", rows.join(", ")), source)
    }

    fn function_item(&mut self, alias: &str, before: &[Source]) -> (String, Source) {
        let col = |name: &str, kind: Kind| Col {
            name: format!("{alias}.{name}"),
            kind,
            sql_type: String::new(),
        };
        let (sql, cols) = match self.dice.below(7) {
            0 => (
                format!("generate_series(1, {}) AS {alias} (c1)", self.dice.between(1, 8)),
                vec![col("c1", Kind::Int)],
            ),
            1 => (
                format!(
                    "unnest({}) WITH ORDINALITY AS {alias} (c1, c2)",
                    self.atom(Kind::IntArray, before)
                ),
                vec![col("c1", Kind::Int), col("c2", Kind::Int)],
            ),
            2 => (
                format!(
                    "JSON_TABLE({}, '$.*' COLUMNS (c1 FOR ORDINALITY, c2 text PATH '$', NESTED PATH '$.b[*]' COLUMNS (c3 text PATH '$'))) AS {alias}",
                    self.atom(Kind::Jsonb, before)
                ),
                vec![col("c1", Kind::Int), col("c2", Kind::Text), col("c3", Kind::Text)],
            ),
            3 => (
                format!(
                    "ROWS FROM (generate_series(1, 3), unnest({})) WITH ORDINALITY AS {alias} (c1, c2, c3)",
                    self.atom(Kind::TextArray, before)
                ),
                vec![col("c1", Kind::Int), col("c2", Kind::Text), col("c3", Kind::Int)],
            ),
            4 => (
                format!(
                    "regexp_split_to_table({}::text, '') AS {alias} (c1)",
                    self.atom(Kind::Text, before)
                ),
                vec![col("c1", Kind::Text)],
            ),
            5 => (
                format!(
                    "jsonb_path_query({}, '$.**') AS {alias} (c1)",
                    self.atom(Kind::Jsonb, before)
                ),
                vec![col("c1", Kind::Jsonb)],
            ),
            _ => (
                format!(
                    "jsonb_to_record(jsonb_build_object('a', {})) AS {alias} (a int, b text)",
                    self.atom(Kind::Int, before)
                ),
                vec![col("a", Kind::Int), col("b", Kind::Text)],
            ),
        };
        (sql, Source { alias: alias.into(), cols, relation: None })
    }

    /// A query of a few plain columns that may refer to what is outside.
    fn plain_columns(&mut self, depth: usize, outer: &[Source]) -> Query {
        let kinds: Vec<Kind> = (0..self.dice.between(1, 3)).map(|_| self.dice.one(PLAIN)).collect();
        self.query_of(&kinds, depth, outer)
    }

    /// A query of given kinds.
    pub(super) fn query_of(&mut self, kinds: &[Kind], depth: usize, outer: &[Source]) -> Query {
        let (from, scope) = if depth > 0 && self.dice.chance(30) {
            self.list_of_from(depth - 1)
        } else {
            self.single()
        };
        let list: Vec<String> = kinds.iter().map(|k| self.cast_expr(*k, &scope)).collect();
        let mut conditions = vec![self.predicate(&scope, 1)];
        if !outer.is_empty() {
            let kind = self.dice.one(&[Kind::Int, Kind::Text]);
            if let (Some(a), Some(b)) = (self.column(kind, &scope), self.column(kind, outer)) {
                conditions.push(format!("{a} = {b}"));
            }
        }
        if scope.len() > 1 || self.dice.chance(30) {
            conditions.push(self.key_predicate(&scope));
        }
        let distinct = if self.dice.chance(12) { "DISTINCT " } else { "" };
        let mut sql = format!(
            "SELECT {distinct}{} FROM {from} WHERE {}",
            list.join(", "),
            conditions.join(" AND ")
        );
        if kinds.iter().all(|k| exact(*k)) && self.dice.chance(25) {
            let order: Vec<String> = (1..=kinds.len()).map(|i| i.to_string()).collect();
            let _ =
                write!(sql, " ORDER BY {} LIMIT {}", order.join(", "), self.dice.between(1, 20));
        }
        Query { sql, kinds: kinds.to_vec(), ordered: false }
    }

    fn cast_expr(&mut self, kind: Kind, scope: &[Source]) -> String {
        let expr = self.expr(kind, scope, 1);
        let sql_type = match kind {
            Kind::Int => "int8",
            Kind::Text => "text",
            Kind::Numeric => "numeric",
            _ => return expr,
        };
        format!("({expr})::{sql_type}")
    }

    fn single(&mut self) -> (String, Vec<Source>) {
        let (sql, source) = self.item_of_from(&[], 0);
        (sql, vec![source])
    }

    /// The list of a SELECT without grouping.
    fn plain_body(&mut self, depth: usize) -> Body {
        let (from, scope) = self.list_of_from(depth);
        let mut list: Vec<String> = Vec::new();
        let mut kinds = Vec::new();
        // keys first, so that an order by them is total
        let keys: Option<Vec<Vec<String>>> = scope.iter().map(Source::key).collect();
        let mut total = None;
        if let Some(keys) = keys.filter(|_| self.dice.chance(60)) {
            let keys: Vec<String> = keys.concat();
            total = Some((1..=keys.len()).map(|i| i.to_string()).collect());
            kinds.extend(keys.iter().map(|_| Kind::Other));
            list.extend(keys);
        }
        for _ in 0..self.dice.between(1, 5) {
            let (expr, kind) = self.output(&scope, depth);
            list.push(expr);
            kinds.push(kind);
        }
        if total.is_none() && kinds.iter().all(|k| exact(*k)) {
            total = Some((1..=kinds.len()).map(|i| i.to_string()).collect());
        }
        let mut conditions = Vec::new();
        if self.dice.chance(82) {
            conditions.push(self.predicate(&scope, 2));
        }
        let joined = scope.len() > 1;
        if joined || self.dice.chance(20) {
            conditions.push(self.key_predicate(&scope));
        }
        let lockable = scope
            .iter()
            .filter(|s| s.relation.as_ref().is_some_and(|r| r.kind != RelKind::MatView))
            .map(|s| s.alias.clone())
            .collect();
        let whole = if conditions.is_empty() {
            String::new()
        } else {
            format!(" WHERE {}", conditions.join(" AND "))
        };
        Body {
            sql: format!("{} FROM {from}{whole}", list.join(", ")),
            kinds,
            total,
            lockable: Some(lockable),
        }
    }

    /// Something to show.
    fn output(&mut self, scope: &[Source], depth: usize) -> (String, Kind) {
        match self.dice.weighted(&[34, 34, 9, 4, 5, 3, 3]) {
            0 => match self.any_column(scope) {
                Some(col) => (col.name, col.kind),
                None => (self.literal(Kind::Int), Kind::Int),
            },
            1 => {
                let kind = self.dice.one(PLAIN);
                (self.expr(kind, scope, depth), kind)
            }
            2 => (self.system_text(scope), Kind::Text),
            3 => {
                // a row as a whole, of what may be read as a whole
                let whole: Vec<&Source> = scope
                    .iter()
                    .filter(|s| {
                        s.relation.as_ref().is_none_or(|r| r.columns.iter().all(|c| c.readable))
                    })
                    .collect();
                if whole.is_empty() {
                    return ("1".into(), Kind::Int);
                }
                let alias = whole[self.dice.below(whole.len())].alias.clone();
                let form = self.dice.one(&[
                    alias.clone(),
                    format!("({alias})::text"),
                    format!("row_to_json({alias})"),
                    format!("to_jsonb({alias})"),
                    format!("({alias}) IS NULL"),
                ]);
                (form, Kind::Other)
            }
            4 => {
                let systems: Vec<&Source> = scope.iter().filter(|s| s.placed()).collect();
                if systems.is_empty() {
                    return (self.literal(Kind::Text), Kind::Text);
                }
                let alias = systems[self.dice.below(systems.len())].alias.clone();
                let column = self.dice.pick(&[
                    "ctid",
                    "xmin",
                    "tableoid::regclass",
                    "security_label",
                    "security_label",
                ]);
                (format!("{alias}.{column}"), Kind::Other)
            }
            5 if depth > 0 => (self.scalar_subquery(Kind::Text, scope, 1), Kind::Text),
            _ => match self.column(Kind::Int, scope) {
                Some(c) => {
                    (format!("ROW({c}, {})::text", self.atom(Kind::Text, scope)), Kind::Text)
                }
                None => (self.literal(Kind::Int), Kind::Int),
            },
        }
    }

    fn plain_query(&mut self, depth: usize) -> Query {
        let body = self.plain_body(depth);
        self.finish("SELECT ", body)
    }

    /// ORDER BY, LIMIT and the lock.
    fn finish(&mut self, head: &str, body: Body) -> Query {
        let mut sql = format!("{head}{}", body.sql);
        let mut ordered = false;
        if let Some(total) = body.total.as_ref().filter(|_| self.dice.chance(55)) {
            let mut order: Vec<String> = total.clone();
            if self.dice.chance(50) {
                let at = self.dice.below(order.len());
                order.swap(0, at);
            }
            for item in &mut order {
                *item += self.dice.pick(&["", "", "", " DESC", " DESC NULLS LAST", " NULLS FIRST"]);
            }
            let _ = write!(sql, " ORDER BY {}", order.join(", "));
            ordered = true;
            match self.dice.below(5) {
                0 | 1 => {
                    let _ = write!(sql, " LIMIT {}", self.dice.between(0, 30));
                }
                2 => {
                    let _ = write!(
                        sql,
                        " OFFSET {} FETCH FIRST {} ROWS ONLY",
                        self.dice.below(6),
                        self.dice.between(1, 20)
                    );
                }
                3 => {
                    let _ = write!(sql, " FETCH FIRST {} ROWS WITH TIES", self.dice.between(1, 20));
                }
                _ => (),
            }
        }
        // an outer join's nullable side cannot be locked
        if let Some(lockable) = body.lockable.filter(|l| l.len() == 1 && self.dice.chance(14))
            && !sql.contains("LEFT JOIN")
            && !sql.contains("RIGHT JOIN")
            && !sql.contains("FULL JOIN")
            && !sql.contains("WITH TIES")
        {
            let strength = self.dice.pick(&["UPDATE", "NO KEY UPDATE", "SHARE", "KEY SHARE"]);
            let _ = write!(
                sql,
                " FOR {strength} OF {}{}",
                lockable[0],
                self.dice.pick(&["", "", " NOWAIT", " SKIP LOCKED"])
            );
        }
        Query { sql, kinds: body.kinds, ordered }
    }

    /// Aggregates, of the whole or by groups.
    fn grouped_query(&mut self, depth: usize) -> Query {
        let (from, scope) = self.list_of_from(depth.min(1));
        let groups: Vec<Col> = scope
            .iter()
            .flat_map(|s| s.cols.iter())
            .filter(|c| exact(c.kind) && c.kind != Kind::IntArray)
            .cloned()
            .collect();
        let count = if groups.is_empty() { 0 } else { self.dice.below(3) };
        let mut chosen: Vec<Col> = Vec::new();
        for _ in 0..count {
            let col = self.dice.one(&groups);
            if !chosen.iter().any(|c| c.name == col.name) {
                chosen.push(col);
            }
        }
        let mut list: Vec<String> = chosen.iter().map(|c| c.name.clone()).collect();
        let mut kinds: Vec<Kind> = chosen.iter().map(|c| c.kind).collect();
        for _ in 0..self.dice.between(1, 4) {
            list.push(self.aggregate(&scope));
            kinds.push(Kind::Other);
        }
        let mut sql = format!("SELECT {} FROM {from}", list.join(", "));
        if self.dice.chance(60) || scope.len() > 1 {
            let _ = write!(sql, " WHERE {}", self.predicate(&scope, 1));
        }
        let names: Vec<String> = chosen.iter().map(|c| c.name.clone()).collect();
        let mut ordered = false;
        if !names.is_empty() {
            let form = match self.dice.below(7) {
                0 => format!("ROLLUP ({})", names.join(", ")),
                1 => format!("CUBE ({})", names.join(", ")),
                2 => format!("GROUPING SETS (({}), ({}), ())", names.join(", "), names[0]),
                3 => format!("DISTINCT {}", names.join(", ")),
                _ => {
                    ordered = true;
                    names.join(", ")
                }
            };
            let _ = write!(sql, " GROUP BY {form}");
        }
        if self.dice.chance(35) {
            let _ = write!(
                sql,
                " HAVING count(*) {} {}",
                self.dice.pick(&[">", "<", ">=", "<>"]),
                self.dice.below(6)
            );
        }
        if ordered {
            let order: Vec<String> = (1..=names.len()).map(|i| i.to_string()).collect();
            let _ = write!(sql, " ORDER BY {}", order.join(", "));
            if self.dice.chance(40) {
                let _ = write!(sql, " LIMIT {}", self.dice.between(1, 12));
            }
        } else if names.is_empty() {
            ordered = true;
        }
        Query { sql, kinds, ordered }
    }

    /// An aggregate whose value does not depend on the order of rows.
    pub(super) fn aggregate(&mut self, scope: &[Source]) -> String {
        let filter = if self.dice.chance(20) {
            format!(" FILTER (WHERE {})", self.predicate(scope, 0))
        } else {
            String::new()
        };
        let distinct = if self.dice.chance(20) { "DISTINCT " } else { "" };

        match self.dice.below(21) {
            0..=2 => format!("count(*){filter}"),
            3 => format!("count({distinct}{}){filter}", self.atom(Kind::Text, scope)),
            4 => format!("sum({distinct}({})::int8){filter}", self.atom(Kind::Int, scope)),
            5 => format!("avg(({})::numeric){filter}", self.atom(Kind::Int, scope)),
            6 => format!("max({}::text){filter}", self.atom(Kind::Text, scope)),
            7 => format!("min({}){filter}", self.atom(Kind::Int, scope)),
            8 => format!(
                "string_agg({distinct}{c}::text, ',' ORDER BY {c}::text){filter}",
                c = self.column(Kind::Text, scope).unwrap_or_else(|| "'x'".into())
            ),
            9 => {
                let c = self.atom(Kind::Int, scope);
                format!("array_agg({c} ORDER BY {c} DESC){filter}")
            }
            10 => {
                let c = self.atom(Kind::Text, scope);
                format!("jsonb_agg({c}::text ORDER BY {c}::text){filter}")
            }
            11 => format!("bool_or({}){filter}", self.predicate(scope, 0)),
            12 => format!("bit_xor(({})::int8){filter}", self.atom(Kind::Int, scope)),
            13 => format!(
                "percentile_disc(0.5) WITHIN GROUP (ORDER BY {}){filter}",
                self.atom(Kind::Int, scope)
            ),
            14 => format!("mode() WITHIN GROUP (ORDER BY {}){filter}", self.atom(Kind::Int, scope)),
            15 => format!(
                "rank({}) WITHIN GROUP (ORDER BY ({})::int4)",
                self.dice.below(40),
                self.atom(Kind::Int, scope)
            ),
            16 => format!("range_agg({}){filter}", self.atom(Kind::Range, scope)),
            17 => {
                let systems: Vec<&Source> = scope.iter().filter(|s| s.system()).collect();
                if systems.is_empty() {
                    "count(*)".into()
                } else {
                    let alias = systems[self.dice.below(systems.len())].alias.clone();
                    self.dice.one(&[
                        format!("count(DISTINCT {alias}.security_label)"),
                        format!("string_agg(DISTINCT {alias}.security_label, ',' ORDER BY {alias}.security_label)"),
                        format!("count({alias}.ctid)"),
                        format!("max({alias}.security_label)"),
                    ])
                }
            }
            18 => format!("var_pop(({})::numeric){filter}", self.atom(Kind::Int, scope)),
            19 => format!(
                "JSON_ARRAYAGG({c} ORDER BY {c} RETURNING jsonb){filter}",
                c = self.atom(Kind::Int, scope)
            ),
            _ => format!("every({}){filter}", self.predicate(scope, 0)),
        }
    }

    fn windowed_query(&mut self) -> Query {
        let Some(relation) = self.relation(|r| !r.key.is_empty() && r.kind != RelKind::View) else {
            return self.plain_query(1);
        };
        let alias = self.name("a");
        let source = self.source(&relation, &alias);
        let key = source.key().expect("a key");
        let scope = [source];
        let order = key.join(", ");
        let part = self
            .any_column(&scope)
            .filter(|c| exact(c.kind))
            .map(|c| format!("PARTITION BY {} ", c.name))
            .unwrap_or_default();
        let mut list = key.clone();
        for _ in 0..self.dice.between(1, 3) {
            let call = match self.dice.below(9) {
                0 => "row_number()".to_owned(),
                1 => "rank()".into(),
                2 => format!("lag({}, {})", self.atom(Kind::Int, &scope), self.dice.between(1, 3)),
                3 => format!("lead({}::text, 1, 'none')", self.atom(Kind::Text, &scope)),
                4 => format!("first_value({alias}.security_label)"),
                5 => format!("sum(({})::int8)", self.atom(Kind::Int, &scope)),
                6 => "count(*)".into(),
                7 => format!("ntile({})", self.dice.between(2, 5)),
                _ => format!("nth_value({}, 2)", self.atom(Kind::Int, &scope)),
            };
            let frame = match self.dice.below(6) {
                0 => " ROWS BETWEEN 2 PRECEDING AND CURRENT ROW",
                1 => " ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING",
                2 => " GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW",
                _ => "",
            };
            let part = if self.dice.chance(60) { part.as_str() } else { "" };
            list.push(format!("{call} OVER ({part}ORDER BY {order}{frame})"));
        }
        let condition = self.predicate(&scope, 1);
        let total: Vec<String> = (1..=key.len()).map(|i| i.to_string()).collect();
        let body = Body {
            sql: format!("{} FROM {} {alias} WHERE {condition}", list.join(", "), relation.name),
            kinds: vec![Kind::Other; list.len()],
            total: Some(total),
            lockable: None,
        };
        self.finish("SELECT ", body)
    }

    fn set_query(&mut self, depth: usize) -> Query {
        let kinds: Vec<Kind> = (0..self.dice.between(1, 3))
            .map(|_| self.dice.one(&[Kind::Int, Kind::Text, Kind::Date, Kind::Bool]))
            .collect();
        let mut sql = format!("({})", self.query_of(&kinds, depth, &[]).sql);
        for _ in 0..self.dice.between(1, 2) {
            let word = self.dice.pick(&[
                "UNION",
                "UNION ALL",
                "INTERSECT",
                "INTERSECT ALL",
                "EXCEPT",
                "EXCEPT ALL",
                "UNION",
            ]);
            sql = format!(
                "{sql} {word} ({})",
                self.query_of(&kinds, depth.saturating_sub(1), &[]).sql
            );
        }
        let total = (1..=kinds.len()).map(|i| i.to_string()).collect();
        self.finish("", Body { sql, kinds, total: Some(total), lockable: None })
    }

    fn with_query(&mut self, depth: usize) -> Query {
        let mut with = Vec::new();
        let mut scope = Vec::new();
        for _ in 0..self.dice.between(1, 2) {
            let name = self.name("w");
            if self.status == b'T'
                && self.dice.chance(28)
                && let Some((sql, cols)) = self.writing_cte()
            {
                let cols = cols
                    .into_iter()
                    .map(|(column, kind)| Col {
                        name: format!("{name}.{column}"),
                        kind,
                        sql_type: String::new(),
                    })
                    .collect();
                with.push(format!("{name} AS ({sql})"));
                scope.push(Source { alias: name, cols, relation: None });
                continue;
            }
            let query = self.plain_columns(depth, &[]);
            let names: Vec<String> = (1..=query.kinds.len()).map(|i| format!("c{i}")).collect();
            let materialized = self.dice.pick(&["", "", "MATERIALIZED ", "NOT MATERIALIZED "]);
            with.push(format!("{name} ({}) AS {materialized}({})", names.join(", "), query.sql));
            let cols = names
                .iter()
                .zip(&query.kinds)
                .map(|(c, k)| Col {
                    name: format!("{name}.{c}"),
                    kind: *k,
                    sql_type: String::new(),
                })
                .collect();
            scope.push(Source { alias: name, cols, relation: None });
        }
        let source = self.dice.one(&scope);
        let mut from = source.alias.clone();
        let mut outer = vec![source];
        if self.dice.chance(50)
            && let Some(relation) = self.relation(|r| !r.key.is_empty())
        {
            let alias = self.name("a");
            let right = self.source(&relation, &alias);
            if let Some(on) = self.equality(&outer, std::slice::from_ref(&right)) {
                let _ = write!(
                    from,
                    " {} {} {alias} ON {on}",
                    self.dice.pick(&["JOIN", "LEFT JOIN"]),
                    relation.name
                );
                outer.push(right);
            }
        }
        let list: Vec<(String, Kind)> =
            (0..self.dice.between(1, 4)).map(|_| self.output(&outer, 1)).collect();
        let kinds: Vec<Kind> = list.iter().map(|(_, k)| *k).collect();
        let total = kinds
            .iter()
            .all(|k| exact(*k))
            .then(|| (1..=kinds.len()).map(|i| i.to_string()).collect());
        let list: Vec<String> = list.into_iter().map(|(e, _)| e).collect();
        let condition = self.predicate(&outer, 1);
        let body = Body {
            sql: format!("{} FROM {from} WHERE {condition}", list.join(", ")),
            kinds,
            total,
            lockable: None,
        };
        let query = self.finish("SELECT ", body);
        Query { sql: format!("WITH {} {}", with.join(", "), query.sql), ..query }
    }

    fn recursive_query(&mut self) -> Query {
        let Some(relation) = self.relation(|r| {
            r.columns.iter().filter(|c| c.readable && c.kind == Kind::Int).count() >= 2
        }) else {
            return self.plain_query(1);
        };
        let alias = self.name("a");
        let scope = [self.source(&relation, &alias)];
        let (Some(a), Some(b)) = (self.column(Kind::Int, &scope), self.column(Kind::Int, &scope))
        else {
            return self.plain_query(1);
        };
        let start = self.key_predicate(&scope);
        let name = self.name("r");
        let depth = self.dice.between(2, 5);
        let tail = match self.dice.below(4) {
            0 => format!(
                " SEARCH DEPTH FIRST BY n SET path SELECT n, d, path::text FROM {name} ORDER BY 3, 1, 2"
            ),
            1 => {
                format!(" CYCLE n SET cyc USING seen SELECT n, d, cyc FROM {name} ORDER BY 1, 2, 3")
            }
            _ => format!(" SELECT n, min(d), count(*) FROM {name} GROUP BY n ORDER BY n"),
        };
        let sql = format!(
            "WITH RECURSIVE {name} (n, d) AS (SELECT ({a})::int8, 0 FROM {rel} {alias} WHERE {start} UNION SELECT ({b})::int8, {name}.d + 1 \
             FROM {name} JOIN {rel} {alias} ON {a} = {name}.n WHERE {name}.d < {depth}){tail}",
            rel = relation.name
        );
        Query { sql, kinds: vec![Kind::Int, Kind::Int, Kind::Other], ordered: true }
    }

    fn distinct_on_query(&mut self) -> Query {
        let Some(relation) = self.relation(|r| !r.key.is_empty() && r.kind != RelKind::View) else {
            return self.plain_query(1);
        };
        let alias = self.name("a");
        let source = self.source(&relation, &alias);
        let key = source.key().expect("a key");
        let scope = [source];
        let Some(col) = self.any_column(&scope).filter(|c| sortable(c.kind)) else {
            return self.plain_query(1);
        };
        let (extra, _) = self.output(&scope, 1);
        let condition = self.predicate(&scope, 1);
        let sql = format!(
            "SELECT DISTINCT ON ({c}) {c}, {k}, {extra} FROM {} {alias} WHERE {condition} ORDER BY {c}, {k}{}",
            relation.name,
            self.dice.pick(&["", " LIMIT 5", " OFFSET 1"]),
            c = col.name,
            k = key.join(", "),
        );
        Query { sql, kinds: vec![Kind::Other], ordered: true }
    }

    /// Rows by their places: by conditions that hold for all of them, since the places themselves are no secret and no promise.
    fn places_query(&mut self) -> Query {
        let Some(relation) = self.relation(stored) else {
            return self.plain_query(1);
        };
        let alias = self.name("a");
        let scope = [self.source(&relation, &alias)];
        let (output, _) = self.output(&scope, 1);
        let (rel, text) = (&relation.name, super::quote(&relation.name));
        let more = if self.dice.chance(50) {
            format!(" AND {}", self.predicate(&scope, 1))
        } else {
            String::new()
        };
        let every = format!(
            "SELECT format('(%s,%s)', b, i)::tid FROM generate_series(0, pg_relation_size({text}) / 8192) b, generate_series(1, 291) i"
        );
        let sql = match self.dice.below(8) {
            0 => format!("SELECT {output} FROM {rel} {alias} WHERE {alias}.ctid >= '(0,0)'{more}"),
            1 => format!(
                "SELECT {output} FROM {rel} {alias} WHERE {alias}.ctid > '(0,0)' AND {alias}.ctid < '(4294967295,0)'{more}"
            ),
            2 => format!(
                "SELECT {output} FROM {rel} {alias} WHERE {alias}.ctid = ANY (ARRAY({every})){more}"
            ),
            3 => format!(
                "SELECT {output} FROM {rel} {alias} WHERE {alias}.ctid IN (SELECT ctid FROM {rel}){more}"
            ),
            4 => format!(
                "SELECT {output} FROM ({every}) p (c) JOIN {rel} {alias} ON {alias}.ctid = p.c WHERE true{more}"
            ),
            5 => {
                let inner = self.name("q");
                format!(
                    "SELECT {output} FROM {rel} {alias} WHERE {alias}.ctid = (SELECT max({inner}.ctid) FROM {rel} {inner} WHERE {inner}.ctid = {alias}.ctid){more}"
                )
            }
            6 => format!(
                "SELECT count(*) FROM {rel} {alias} WHERE {alias}.ctid IN ('(0,1)', '(0,2)', '(0,7)', '(1,1)') AND {alias}::text LIKE '%zqcanary%'"
            ),
            _ => format!(
                "SELECT count(*) FROM ({every}) p (c) WHERE EXISTS (SELECT 1 FROM {rel} {alias} WHERE {alias}.ctid = p.c AND {alias}.security_label LIKE '%:s1%')"
            ),
        };
        Query { sql, kinds: vec![Kind::Other], ordered: false }
    }

    /// A query over one relation that has one plan under settings that leave one way.
    pub(super) fn one_relation_query(&mut self, relation: &Arc<Relation>) -> String {
        let alias = self.name("a");
        let scope = [self.source(relation, &alias)];
        let condition = self.predicate(&scope, 0);
        let output = match self.dice.below(4) {
            0 => "count(*)".to_owned(),
            1 => self.aggregate(&scope),
            _ => self.any_column(&scope).map_or_else(|| "1".into(), |c| c.name),
        };
        format!("SELECT {output} FROM {} {alias} WHERE {condition}", relation.name)
    }
}
