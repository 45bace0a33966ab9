//! A round: both worlds from the snapshot, the same statements to both, everything compared.

use crate::cluster::{self, Env, Snapshot, Worlds};
use crate::compare::{self, Difference, Said, Verdict, What};
use crate::exempt::{self, Channel, FIRST_NORMAL_OID};
use crate::stmt::{Call, Role, Statement};
use crate::wire::{Answer, Conn};
use std::collections::{BTreeMap, BTreeSet};

/// What an ordinary statement of our own is.
pub fn own(kind: &'static str, sql: &str) -> Statement {
    Statement { kind, call: Call::Simple(sql.into()), ordered: false, touches_hidden: false }
}

/// A round that runs.
#[derive(Debug)]
pub struct Round {
    low: Conn,
    high: Conn,
    admin_low: Conn,
    admin_high: Conn,
    /// What the low client has said in it.
    pub said: Said,
    /// What has been sent, in its order.
    pub history: Vec<Statement>,
    /// The transaction's status after the last answer.
    pub status: u8,
    /// World H alone has refused something that world L did and rolled back: labels that it used then are in the
    /// dictionary still.
    parted: bool,
    worlds: Worlds,
}

/// What EXPLAIN says.
type Lines = Vec<Vec<Option<String>>>;

/// What came of a statement.
#[derive(Debug)]
pub struct Played {
    /// The comparison.
    pub verdict: Verdict,
    /// World L's answer.
    pub low: Answer,
    /// The worlds may not be alike any more: one did what the other refused.
    pub apart: bool,
}

fn said_by(call: &Call) -> Vec<String> {
    match call {
        Call::Simple(s) => vec![s.clone()],
        Call::Extended { sql, params, .. } => {
            let mut v: Vec<String> = params.iter().flatten().cloned().collect();
            v.push(sql.clone());
            v
        }
        Call::CopyIn { sql, data } => vec![sql.clone(), String::from_utf8_lossy(data).into_owned()],
        Call::FastPath { function, args } => {
            let mut v: Vec<String> = args.iter().flatten().cloned().collect();
            v.push(function.clone());
            v
        }
        Call::Reconnect => Vec::new(),
    }
}

impl Round {
    /// Starts one.
    pub fn start(env: &Env, snapshot: &Snapshot, tag: &str) -> Result<Round, String> {
        let worlds = snapshot.start(env, tag)?;
        let open =
            |c: &cluster::Cluster, role| c.connect(role).map_err(|e| format!("connect: {e}"));
        let mut admin_low = open(&worlds.low, Role::Admin)?;
        let mut admin_high = open(&worlds.high, Role::Admin)?;
        for a in [&mut admin_low, &mut admin_high] {
            a.query("SET statement_timeout = 0")?;
            a.query("SET search_path = pg_catalog")?;
        }
        let low = open(&worlds.low, Role::Low)?;
        let high = open(&worlds.high, Role::Low)?;
        Ok(Round {
            low,
            high,
            admin_low,
            admin_high,
            said: Said::default(),
            history: Vec::new(),
            status: b'I',
            parted: false,
            worlds,
        })
    }

    /// Says a statement in both worlds.
    pub fn say(&mut self, statement: &Statement) -> Played {
        self.history.push(statement.clone());
        for text in said_by(&statement.call) {
            self.said.hear(&text);
        }
        // a cursor's plans: a statement that fails leaves nothing to ask
        let mut before = None;
        let (a, b) = if statement.call == Call::Reconnect {
            // the old ones first: their sessions' numbers are the new ones'
            self.low.close();
            self.high.close();
            let open = |c: &cluster::Cluster| match c.connect(Role::Low) {
                Ok(conn) => (Some(conn.greeting.clone()), Some(conn)),
                Err(_) => (None, None),
            };
            let (a, l) = open(&self.worlds.low);
            let (b, h) = open(&self.worlds.high);
            if let (Some(l), Some(h)) = (l, h) {
                self.low = l;
                self.high = h;
            }
            (a.unwrap_or_default(), b.unwrap_or_default())
        } else {
            let oid = match &statement.call {
                Call::FastPath { function, .. } => {
                    // a function that world H alone has is called by its number in both
                    match cluster::function_oid(&mut self.admin_high, function) {
                        0 => cluster::function_oid(&mut self.admin_low, function),
                        n => n,
                    }
                }
                _ => 0,
            };
            before =
                (statement.kind == "current of").then(|| self.plans(statement, "OFF")).flatten();
            // both work at the same time; a connection that is gone shows in the answer
            let _ = self.low.start(&statement.call, oid);
            let _ = self.high.start(&statement.call, oid);
            (self.low.finish(), self.high.finish())
        };
        self.status = a.status;
        let mut verdict = compare::compare(statement, &self.said, &a, &b);
        let asks = |view: &str| said_by(&statement.call).iter().any(|text| text.contains(view));
        if let Verdict::Different(d) = &verdict
            && matches!(d.what, What::Notice | What::Explain)
            && a.status != b'E'
        {
            let explained = d.what == What::Explain;
            let printed = explained || compare::printed(&a) && compare::printed(&b);
            if let Some(channel) = self.by_plan(statement, printed)
                && (!explained || channel == Channel::Position)
            {
                verdict = Verdict::Exempt(vec![channel]);
            }
        }
        if let Verdict::Different(d) = &verdict
            && d.what == What::Rows
            && (statement.kind.contains("catalog") || statement.kind == "statistics")
            && (self.parted || d.text.contains("pg_temp_"))
            && unnumbered(&a) == unnumbered(&b)
        {
            verdict = Verdict::Exempt(vec![Channel::Transactions]);
        }
        // a label that world L alone has used in what was rolled back then stays in the dictionary
        if let Verdict::Different(d) = &verdict
            && d.what == What::Rows
            && statement.kind.contains("catalog")
            && self.parted
            && asks("pg_security")
            && contains(&a, &b)
        {
            verdict = Verdict::Exempt(vec![Channel::Unique]);
        }
        // a scan of a whole table locks it for others' writes, one of an index some pages
        if let Verdict::Different(d) = &verdict
            && d.what == What::Rows
            && statement.kind == "catalog"
            && asks("pg_locks")
            && without(&a, "SIReadLock") == without(&b, "SIReadLock")
        {
            verdict = Verdict::Exempt(vec![Channel::Plan]);
        }
        // a sort between the cursor and its table
        if let Verdict::Different(d) = &verdict
            && d.what == What::Error
            && statement.kind == "current of"
            && exempt::by_cursor(a.error().as_deref(), b.error().as_deref())
            && before.is_some_and(|(a, b)| a != b)
        {
            verdict = Verdict::Exempt(vec![Channel::Plan]);
        }
        // ON CONFLICT DO NOTHING does nothing in silence
        self.parted |= statement.kind == "guess key";
        if let Verdict::Exempt(c) = &verdict {
            let refused = [Channel::Unique, Channel::Referenced, Channel::Rows, Channel::Name];
            self.parted |= c.iter().any(|c| refused.contains(c));
        }
        let apart = a.sqlstate().is_some() != b.sqlstate().is_some()
            || a.status != b.status
            || a.status == 0
            || b.status == 0
            || matches!(verdict, Verdict::Timeout)
            || (matches!(verdict, Verdict::Different(_)) && !is_read(statement));
        // a question about a name changes nothing
        let question = matches!(&statement.call, Call::Simple(t) if t.starts_with("SELECT "))
            && matches!(&verdict, Verdict::Exempt(c) if c[..] == [Channel::Name]);
        let apart = apart && !(question && a.status == b'I' && b.status == b'I');
        Played { verdict, low: a, apart }
    }

    /// Why functions that print what they see may have been called for other rows, and EXPLAIN have counted others. Have
    /// the worlds different plans for a statement? A join decides by its costs, too, which side it looks at first, and
    /// if that is empty does without the other; a prepared statement, which of its plans to take. One plan that stops
    /// where it has found enough meets first what lies first.
    fn by_plan(&mut self, statement: &Statement, printed: bool) -> Option<Channel> {
        const EARLY: [&str; 5] = ["Limit", "InitPlan", "SubPlan", "Semi Join", "Anti Join"];
        let (a, b) = self.plans(statement, "OFF")?;
        let has = |word: &str| a.iter().flatten().flatten().any(|line| line.contains(word));
        let by_costs = has("Join") || statement.kind == "execute";
        if a != b || by_costs && self.plans(statement, "ON").is_some_and(|(a, b)| a != b) {
            return Some(Channel::Plan);
        }
        let early = statement.kind == "fetch" || EARLY.into_iter().any(has);
        (printed && early).then_some(Channel::Position)
    }

    /// What has declared a cursor: its plan is one for the first rows.
    fn declared(&self, name: &str) -> Option<String> {
        self.history.iter().rev().find_map(|s| match &s.call {
            Call::Simple(sql) | Call::Extended { sql, .. } => {
                sql.strip_prefix("DECLARE ")?.strip_prefix(name)?.strip_prefix(' ')?;
                Some(sql.clone())
            }
            _ => None,
        })
    }

    /// What a name of a prepared statement stands for.
    fn prepared(&self, wanted: &str) -> Option<String> {
        self.history.iter().rev().find_map(|s| match &s.call {
            Call::Extended { name, sql, .. } if name == wanted && !sql.is_empty() => {
                Some(sql.clone())
            }
            _ => None,
        })
    }

    /// The worlds' plans for a statement.
    fn plans(&mut self, statement: &Statement, costs: &str) -> Option<(Lines, Lines)> {
        let sql = match &statement.call {
            Call::Simple(sql) | Call::Extended { sql, .. }
                if matches!(statement.kind, "fetch" | "current of") =>
            {
                let name = match sql.split_once("CURRENT OF ") {
                    Some((_, rest)) => rest.split(' ').next()?,
                    None => sql.rsplit(' ').next()?,
                };
                let query = self.declared(name)?;
                format!("EXPLAIN (COSTS {costs}) {query}")
            }
            // what EXPLAIN explains
            Call::Simple(sql) | Call::Extended { sql, .. } if statement.kind == "explain" => {
                let query = sql.strip_prefix("EXPLAIN (")?.split_once(") ")?.1;
                format!("EXPLAIN (COSTS {costs}) {query}")
            }
            // COPY (query) TO STDOUT
            Call::Simple(sql) => {
                let query = sql
                    .strip_prefix("COPY (")
                    .and_then(|t| t.rfind(") TO STDOUT").map(|end| &t[..end]));
                format!("EXPLAIN (COSTS {costs}) {}", query.unwrap_or(sql))
            }
            // a statement that was prepared by a message
            Call::Extended { name, sql, .. } if sql.is_empty() => {
                let sql = self.prepared(name)?;
                format!("EXPLAIN (GENERIC_PLAN, COSTS {costs}) {sql}")
            }
            Call::Extended { sql, params, .. } if params.is_empty() => {
                format!("EXPLAIN (COSTS {costs}) {sql}")
            }
            Call::Extended { sql, .. } => format!("EXPLAIN (GENERIC_PLAN, COSTS {costs}) {sql}"),
            _ => return None,
        };
        let call = Call::Simple(format!("SAVEPOINT two_worlds; {sql}"));
        let (call, end) = if self.status == b'T' {
            (call, Some(Call::Simple("ROLLBACK TO two_worlds; RELEASE two_worlds".into())))
        } else {
            (Call::Simple(sql), None)
        };
        let mut ask = |c: &Call| {
            let _ = self.low.start(c, 0);
            let _ = self.high.start(c, 0);
            (self.low.finish(), self.high.finish())
        };
        let (a, b) = ask(&call);
        if let Some(end) = end {
            ask(&end);
        }
        (a.sqlstate().is_none() && b.sqlstate().is_none()).then(|| (a.rows(), b.rows()))
    }

    /// Brings the worlds together again where one has refused what the other did in a transaction that still runs.
    /// False: they cannot be.
    pub fn together(&mut self, was: u8) -> bool {
        // what has been committed stays
        if !matches!(was, b'T' | b'E') || !matches!(self.status, b'T' | b'E') {
            return false;
        }
        let played = self.say(&own("rollback", "ROLLBACK"));
        if played.low.status != b'I' || played.apart {
            return false;
        }
        self.sequences().is_ok()
    }

    /// Sequences are not rolled back: world L's take world H's numbers.
    fn sequences(&mut self) -> Result<(), String> {
        let list = self.admin_low.query(
            "SELECT c.oid::regclass::text FROM pg_class c WHERE relkind = 'S' AND relpersistence <> 't' ORDER BY 1",
        )?;
        let names: Vec<String> =
            list.into_iter().filter_map(|r| r.into_iter().next().flatten()).collect();
        if names.is_empty() {
            return Ok(());
        }
        let sql = names
            .iter()
            .map(|n| format!("SELECT '{}', last_value, is_called FROM {n}", n.replace('\'', "''")))
            .collect::<Vec<_>>()
            .join(" UNION ALL ");
        let (l, h) = (self.admin_low.query(&sql)?, self.admin_high.query(&sql)?);
        for row in h {
            if l.contains(&row) {
                continue;
            }
            if let [Some(name), Some(value), Some(called)] = &row[..] {
                self.admin_low.query(&format!(
                    "SELECT setval('{}', {value}, '{called}')",
                    name.replace('\'', "''")
                ))?;
            }
        }
        Ok(())
    }

    /// What the low client sees of both databases.  `catalogs`: of the system's, too.
    pub fn visible(
        &mut self,
        catalogs: bool,
    ) -> Result<(Option<Difference>, BTreeSet<Channel>), String> {
        let open = |c: &cluster::Cluster| c.connect(Role::Low).map_err(|e| format!("connect: {e}"));
        let mut l = open(&self.worlds.low)?;
        let mut h = open(&self.worlds.high)?;
        let seen = self.seen(&mut l, &mut h, catalogs);
        l.close();
        h.close();
        seen
    }

    fn seen(
        &self,
        l: &mut Conn,
        h: &mut Conn,
        catalogs: bool,
    ) -> Result<(Option<Difference>, BTreeSet<Channel>), String> {
        let no_said = self.said.clone();
        let mut channels = BTreeSet::new();
        let mut both = |sql: &str| -> (Answer, Answer) {
            let call = Call::Simple(sql.into());
            let _ = l.start(&call, 0);
            let _ = h.start(&call, 0);
            (l.finish(), h.finish())
        };
        for sql in [
            "SET search_path = pg_catalog",
            "SET statement_timeout = '60s'",
            "SET lock_timeout = '10s'",
        ] {
            both(sql);
        }
        let mut list = own(
            "visible",
            &format!(
                "SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname), c.relkind, n.nspname = 'pg_catalog', \
                 string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FILTER (WHERE a.attnum > 0 AND NOT a.attisdropped \
                 AND a.atttypid NOT IN (27, 28, 29, 2970, 3220, 5038, 5069) \
                 AND NOT (a.attrelid, a.attname) IN ({})) \
                 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_attribute a ON a.attrelid = c.oid \
                 WHERE c.relkind IN ('r', 'm', 'v', 'S') AND c.relpersistence <> 't' AND n.nspname <> 'information_schema' \
                 AND n.nspname NOT LIKE 'pg\\_t%' AND (n.nspname <> 'pg_catalog' OR c.relkind = 'r' AND {catalogs}) \
                 GROUP BY 1, 2, 3 ORDER BY 1",
                SIZES
                    .iter()
                    .map(|(t, c)| format!("('pg_catalog.{t}'::regclass, '{c}'::name)"))
                    .collect::<Vec<_>>()
                    .join(", ")
            ),
        );
        list.ordered = true;
        let (a, b) = both_of(&mut both, &list);
        let v = compare::compare(&list, &no_said, &a, &b);
        if let Verdict::Different(d) = v {
            return Ok((
                Some(Difference {
                    what: What::Visible,
                    text: format!("  the relations:\n{}", d.text),
                }),
                channels,
            ));
        }
        if let Some(e) = a.error() {
            return Err(format!("the list of relations: {e}"));
        }
        for row in a.rows() {
            let [Some(name), Some(kind), Some(system), Some(columns)] = &row[..] else {
                continue;
            };
            // a statistic of kind 3 is the correlation with the position of rows
            let columns = &if name == "pg_catalog.pg_statistic" {
                (1..=5).fold(columns.clone(), |c, i| {
                    c.replace(
                        &format!("stanumbers{i}"),
                        &format!("CASE WHEN stakind{i} <> 3 THEN stanumbers{i} END"),
                    )
                })
            } else {
                columns.clone()
            };
            let label = if kind == "r" || kind == "m" { "security_label, " } else { "" };
            let only = if kind == "r" { "ONLY " } else { "" };
            // schemas of sessions have the number that was next when they were made
            let lasting = if name == "pg_catalog.pg_namespace" {
                " WHERE nspname !~ '^pg_(toast_)?temp_'"
            } else {
                ""
            };
            let whole = format!(
                "SELECT count(*), sum(hashtextextended(ROW({label}{columns})::text, 0)::numeric) FROM {only}{name}{lasting}"
            );
            let (a, b) = both(&whole);
            let st = own("visible", &whole);
            let mut verdict = compare::compare(&st, &no_said, &a, &b);
            if matches!(verdict, Verdict::Same) && a.sqlstate().as_deref() == Some("42501") {
                // one column that may not be read does not hide the others
                for c in std::iter::once("security_label".to_owned())
                    .chain(columns.split(", ").map(str::to_owned))
                {
                    let one = format!(
                        "SELECT count({c}), sum(hashtextextended({c}::text, 0)::numeric) FROM {only}{name}"
                    );
                    let (a, b) = both(&one);
                    verdict = compare::compare(&st, &no_said, &a, &b);
                    if let Verdict::Different(d) = &verdict {
                        let d = Difference {
                            what: What::Visible,
                            text: format!("  {name}.{c}:\n{}", d.text),
                        };
                        return Ok((Some(d), channels));
                    }
                }
            }
            match verdict {
                Verdict::Different(d) if d.what == What::Rows => {
                    let sql =
                        format!("SELECT ROW({label}{columns})::text FROM {only}{name}{lasting}");
                    let (a, b) = both(&sql);
                    // a label that world L alone has used in what was rolled back then stays in the dictionary
                    if name == "pg_catalog.pg_security" && self.parted && contains(&a, &b) {
                        channels.insert(Channel::Unique);
                        continue;
                    }
                    // and so do the numbers that its objects got
                    if system == "t" && self.parted && unnumbered(&a) == unnumbered(&b) {
                        channels.insert(Channel::Transactions);
                        continue;
                    }
                    let text = match compare::compare(&own("visible", &sql), &no_said, &a, &b) {
                        Verdict::Different(d) => d.text,
                        _ => "  only by the sums of its rows".into(),
                    };
                    return Ok((
                        Some(Difference {
                            what: What::Visible,
                            text: format!("  rows of {name} ({columns}):\n{text}"),
                        }),
                        channels,
                    ));
                }
                Verdict::Different(d) => {
                    let d =
                        Difference { what: What::Visible, text: format!("  {name}:\n{}", d.text) };
                    return Ok((Some(d), channels));
                }
                Verdict::Exempt(c) => channels.extend(c),
                Verdict::Same | Verdict::Timeout => (),
            }
        }
        Ok((None, channels))
    }

    /// What is high in world H, by the administrator: tables with the number and the sum of the rows that the low
    /// client may not select, objects whose names hold the canary.
    pub fn high_state(&mut self, before: Option<&HighState>) -> Result<HighState, String> {
        let mut state = HighState::default();
        let tables = self.admin_high.query(
            "SELECT c.oid, c.oid::regclass::text, string_agg(a.attnum::text, ',' ORDER BY a.attnum), \
             string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) \
             FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid \
             WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND a.attnum > 0 AND NOT a.attisdropped AND c.oid >= 16384 \
             GROUP BY c.oid ORDER BY c.oid",
        )?;
        for row in &tables {
            let [Some(oid), Some(name), Some(numbers), Some(columns)] = &row[..] else {
                continue;
            };
            let (numbers, columns) = match before {
                None => (numbers.clone(), columns.clone()),
                // a table that is new has nothing high; a column that is new is not compared
                Some(b) => match b.tables.get(oid) {
                    None => continue,
                    Some(t) => {
                        let now: BTreeMap<&str, &str> =
                            numbers.split(',').zip(columns.split(", ")).collect();
                        let kept: Option<Vec<&str>> =
                            t.numbers.split(',').map(|n| now.get(n).copied()).collect();
                        match kept {
                            Some(k) => (t.numbers.clone(), k.join(", ")),
                            // a column is gone
                            None => (numbers.clone(), columns.clone()),
                        }
                    }
                },
            };
            let rows = self.admin_high.query(&format!(
                "SELECT count(*) || ' ' || coalesce(sum(hashtextextended(ROW(security_label, {columns})::text, 0)::numeric), 0) \
                 FROM ONLY {name} WHERE NOT sepgsql_access('{}', security_label, 'db_tuple', 'select')",
                cluster::LOW_LABEL
            ))?;
            let sum = rows.first().and_then(|r| r.first().cloned().flatten()).unwrap_or_default();
            state.tables.insert(oid.clone(), HighTable { name: name.clone(), numbers, sum });
        }
        let objects = self.admin_high.query(
            "SELECT 'relation ' || oid, ROW(security_label, relname, relnamespace, relowner, relkind, relacl::text, relnatts, reloptions)::text \
               FROM pg_class WHERE relname LIKE '%zqcanary%' \
             UNION ALL SELECT 'function ' || oid, ROW(security_label, proname, pronamespace, proowner, prosrc, proacl::text)::text \
               FROM pg_proc WHERE proname LIKE '%zqcanary%' \
             UNION ALL SELECT 'schema ' || oid, ROW(security_label, nspname, nspowner, nspacl::text)::text \
               FROM pg_namespace WHERE nspname LIKE '%zqcanary%' \
             UNION ALL SELECT 'type ' || oid, ROW(security_label, typname, typnamespace, typowner, typacl::text)::text \
               FROM pg_type WHERE typname LIKE '%zqcanary%' \
             UNION ALL SELECT 'column ' || attrelid || '.' || attnum, ROW(security_label, attname, atttypid, attacl::text)::text \
               FROM pg_attribute WHERE attname LIKE '%zqcanary%' \
             UNION ALL SELECT 'role ' || oid, ROW(security_label, rolname, rolsuper, rolpassword)::text \
               FROM pg_authid WHERE rolname LIKE '%zqcanary%'",
        )?;
        for row in objects {
            if let [Some(k), Some(v)] = &row[..] {
                state.objects.insert(k.clone(), v.clone());
            }
        }
        Ok(state)
    }
}

/// Rows without the numbers of objects of users, sorted.
fn unnumbered(a: &Answer) -> Vec<String> {
    let value = |v: &[u8]| {
        if let Ok(number) = v.try_into().map(u32::from_be_bytes)
            && (FIRST_NORMAL_OID..100_000).contains(&number)
        {
            return "#".to_owned();
        }
        let v = String::from_utf8_lossy(v);
        let mut out = String::new();
        for piece in v.split_inclusive(|c: char| !c.is_ascii_digit()) {
            let digits = piece.trim_end_matches(|c: char| !c.is_ascii_digit());
            let number = digits.len() == 5 && digits >= "16384";
            out.push_str(if number { "#" } else { digits });
            out.push_str(&piece[digits.len()..]);
        }
        out
    };
    let mut rows: Vec<String> = Vec::new();
    for f in &a.frames {
        match f.tag {
            b'D' => {
                let values = f.row().into_iter().map(|v| value(&v.unwrap_or_default()));
                rows.push(values.collect::<Vec<_>>().join("|"));
            }
            b'd' if std::str::from_utf8(&f.body).is_ok_and(|line| !line.contains('\0')) => {
                rows.push(value(&f.body));
            }
            b'd' => rows.push(value(&compare::binary(&f.body, 4))),
            _ => (),
        }
    }
    rows.sort();
    rows
}

/// Rows without a value, sorted.
fn without(a: &Answer, value: &str) -> Lines {
    let mut rows = a.rows();
    rows.retain(|row| !row.iter().flatten().any(|v| v == value));
    rows.sort();
    rows
}

/// Holds the first answer all rows of the second?
fn contains(a: &Answer, b: &Answer) -> bool {
    let have: BTreeSet<_> = a.rows().into_iter().collect();
    b.sqlstate().is_none() && b.rows().iter().all(|r| have.contains(r))
}

fn both_of(both: &mut impl FnMut(&str) -> (Answer, Answer), st: &Statement) -> (Answer, Answer) {
    match &st.call {
        Call::Simple(sql) => both(sql),
        _ => (Answer::default(), Answer::default()),
    }
}

/// Columns of catalogs that hold sizes, a documented channel.
const SIZES: &[(&str, &str)] = &[
    ("pg_class", "relpages"),
    ("pg_class", "reltuples"),
    ("pg_class", "relallvisible"),
    ("pg_class", "relallfrozen"),
    // labels are numbered in the order in which a plan meets rows
    ("pg_security", "secid"),
];

/// A statement that changes nothing, by its kind.
fn is_read(s: &Statement) -> bool {
    [
        "select",
        "explain",
        "tid",
        "sample",
        "show",
        "catalog",
        "definition",
        "stat",
        "copy to",
        "fetch",
        "cursor",
    ]
    .iter()
    .any(|k| s.kind.starts_with(k))
}

/// A statement that may meet hidden keys and references, by its kind.
pub fn is_write(s: &Statement) -> bool {
    ["insert", "update", "delete", "merge", "copy from", "on conflict", "upsert"]
        .iter()
        .any(|k| s.kind.starts_with(k))
}

/// A table's part of what is high.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HighTable {
    name: String,
    numbers: String,
    sum: String,
}

/// What is high in world H.
#[derive(Clone, Debug, Default)]
pub struct HighState {
    tables: BTreeMap<String, HighTable>,
    objects: BTreeMap<String, String>,
}

impl HighState {
    /// What has changed since.
    pub fn changed(&self, now: &HighState) -> Option<Difference> {
        let mut text = String::new();
        for (oid, t) in &self.tables {
            if t.sum.starts_with("0 ") {
                continue;
            }
            match now.tables.get(oid) {
                None => text.push_str(&format!(
                    "  {} is gone, with rows that the low client may not see: {}\n",
                    t.name, t.sum
                )),
                Some(n) if n.sum != t.sum || n.numbers != t.numbers => {
                    text.push_str(&format!(
                        "  hidden rows of {} (number, sum): {} before, {} now\n",
                        t.name, t.sum, n.sum
                    ));
                }
                _ => (),
            }
        }
        for (k, v) in &self.objects {
            if now.objects.get(k) != Some(v) {
                text.push_str(&format!("  {k}: {v} before, {:?} now\n", now.objects.get(k)));
            }
        }
        (!text.is_empty()).then_some(Difference { what: What::High, text })
    }
}

/// Plays statements again and gives the first difference, and whose it was.
pub fn replay(
    env: &Env,
    snapshot: &Snapshot,
    tag: &str,
    statements: &[Statement],
    wanted: What,
) -> Result<Option<(usize, Difference)>, String> {
    let mut round = Round::start(env, snapshot, tag)?;
    let before = if wanted == What::High { Some(round.high_state(None)?) } else { None };
    for (i, s) in statements.iter().enumerate() {
        let p = round.say(s);
        match p.verdict {
            Verdict::Different(d) if d.what == wanted => return Ok(Some((i, d))),
            Verdict::Timeout => return Ok(None),
            _ => (),
        }
        if p.low.status == 0 {
            return Ok(None);
        }
        if p.apart
            && matches!(round.status, b'T' | b'E')
            && !matches!(statements.get(i + 1), Some(n) if is_rollback(n))
        {
            // in a shortened script the rollback that followed may be missing
            return Ok(None);
        }
    }
    let last = statements.len().saturating_sub(1);
    if matches!(wanted, What::Visible | What::High) {
        if round.status != b'I' {
            round.say(&own("rollback", "ROLLBACK"));
        }
        if let Some(before) = before {
            let now = round.high_state(Some(&before))?;
            return Ok(before.changed(&now).map(|d| (last, d)));
        }
        let (d, _) = round.visible(true)?;
        return Ok(d.map(|d| (last, d)));
    }
    Ok(None)
}

fn is_rollback(s: &Statement) -> bool {
    s.kind == "rollback"
        || matches!(&s.call, Call::Simple(t) if t.trim_start().to_ascii_uppercase().starts_with("ROLLBACK"))
}
