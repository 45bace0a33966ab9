//! Two clients at once: a high and a low one, interleaved on the same rows by a schedule from the seed.
//!
//! The high client says the same in both worlds wherever rows are concerned that both worlds have: what it locks and
//! changes there the low client may well notice.  What it does to hidden rows has nothing to do in world L, where its
//! statement finds none of them.  Three things cannot be said as they are there:
//!
//! - a hidden row that the high client makes is in world L an INSERT of no row, which takes the same lock on the table;
//! - a row that it hides by giving it a higher label is in world L deleted: for the low client it is gone either way.
//!   Under REPEATABLE READ and above the server tells a row that was updated from one that was deleted, so "could not
//!   serialize access due to concurrent update" and "... delete" count as the same (channel `relabelled`);
//! - a notification that may not be delivered is not sent.
//!
//! What must then be the same: every message that the low client gets, which of its statements wait, and behind which
//! of the high client's they go on; and what it sees of the tables in the end.  One thing differs by nature: predicate
//! locks know no labels, so that a SERIALIZABLE transaction may fail in one world alone (channel `predicate locks`);
//! the schedule ends there.  The DETAIL and CONTEXT of a deadlock and of such a failure have numbers of processes
//! and transactions, and places of rows (channel `numbers in errors`).
//!
//! There are no timings: a step ends when its session answers, or waits for a lock as the server says.

use crate::Options;
use crate::cluster::{self, Cluster, Env, Strict};
use crate::compare::{self, Said, Verdict};
use crate::model::{Place, Step};
use crate::stmt::{Call, Role, Statement};
use crate::wire::{Answer, Conn, Frame};
use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, SeedableRng};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

/// Labels of rows that the low client may not see.
const HIDDEN: [&str; 4] = [
    "system_u:object_r:sepgsql_table_t:s1",
    "system_u:object_r:sepgsql_table_t:s2:c30",
    "system_u:object_r:sepgsql_table_t:s3:c22.c25",
    "system_u:object_r:sepgsql_secret_table_t:s0",
];
/// Those of them that the high client may write.
const WRITABLE: [&str; 3] = [HIDDEN[0], HIDDEN[1], HIDDEN[2]];
/// The label of rows that both see.
const SHARED: &str = "system_u:object_r:sepgsql_table_t:s0";
/// The tables.
const TABLES: [&str; 4] = ["p.acc", "p.uni", "p.par", "p.kid"];

/// A step of a schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Op {
    /// Whose.
    who: Role,
    /// What is said in world H.
    high: String,
    /// What is said in world L, where that is something else.
    low: Option<String>,
    /// It ends by itself, and nobody goes on before: it has a lock_timeout.
    ends: bool,
}

/// What there is before the steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// The low client is a superuser.
    superuser: bool,
    /// The high client has narrowed its range to what the low one does not reach.
    narrowed: bool,
    /// The steps.
    ops: Vec<Op>,
}

/// What became of a step, or of one that waited.
#[derive(Clone, Debug)]
enum Event {
    /// It was answered.
    Done(Role, usize, Box<Answer>),
    /// It waits for a lock.
    Waits(Role, usize),
    /// Its session still waits, so it was left out.
    LeftOut(Role, usize),
}

/// Counts for the summary.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Schedules that were run to their end.
    pub schedules: u64,
    /// Statements of the low client.
    pub statements: u64,
    /// Of them, those that waited for the high client.
    pub waits: u64,
    /// Errors that the low client got, by SQLSTATE.
    pub errors: BTreeMap<String, u64>,
    /// Differences that a documented channel explains.
    pub exempt: BTreeMap<&'static str, u64>,
}

/// A difference.
#[derive(Clone, Debug)]
pub struct Found {
    /// How many schedules, and statements of the low client, it took.
    pub after: (u64, u64),
    /// What it is.
    pub text: String,
    /// The schedule.
    pub schedule: Schedule,
}

/// Chance, and the row that both clients are after for a while.
struct Dice(Xoshiro256PlusPlus, usize);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.0.next_u64() % n as u64).unwrap_or(0)
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn one<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

// ---------------------------------------------------------------------------
// Set-up

fn both(role: Role, sql: &str) -> Step {
    Step { place: Place::Both, role, call: Call::Simple(sql.into()) }
}

/// The rows that only world H has.
fn hidden_rows() -> String {
    let mut sql = String::new();
    for i in 0..8 {
        let label = HIDDEN[i % HIDDEN.len()];
        let _ = write!(
            sql,
            "INSERT INTO p.acc (security_label, id, v, t, w) VALUES ('{label}', {}, {}, 'zqcanary acc {i}', 'high');\
             INSERT INTO p.uni (security_label, id, v, t, w) VALUES ('{label}', {}, {}, 'zqcanary uni {i}', 'high');\
             INSERT INTO p.par (security_label, id, t) VALUES ('{label}', {}, 'zqcanary par {i}');\
             INSERT INTO p.kid (security_label, id, par, t) VALUES ('{label}', {}, {}, 'zqcanary kid {i}');",
            101 + i,
            777_000_101 + i,
            101 + i,
            777_000_201 + i,
            201 + i,
            101 + i,
            201 + i,
        );
    }
    sql
}

/// The rows that both worlds have.
fn shared_rows() -> String {
    let mut sql = String::from("TRUNCATE p.acc, p.uni, p.kid, p.par;");
    for i in 1..=8 {
        let _ = write!(
            sql,
            "INSERT INTO p.acc VALUES ({i}, {}, 'acc {i}', 'nobody');\
             INSERT INTO p.uni VALUES ({i}, {}, 'uni {i}', 'nobody');\
             INSERT INTO p.par VALUES ({i}, 'par {i}');\
             INSERT INTO p.kid VALUES ({i}, {i}, 'kid {i}');",
            i * 10,
            i * 10,
        );
    }
    sql
}

fn steps() -> Vec<Step> {
    let mut steps: Vec<Step> = [
        "CREATE SCHEMA p; GRANT USAGE ON SCHEMA p TO PUBLIC",
        "GRANT CREATE ON DATABASE two TO w_low",
        "CREATE TABLE p.acc (id int PRIMARY KEY, v int, t text, w text)",
        "CREATE INDEX acc_v ON p.acc (v)",
        "CREATE TABLE p.uni (id int PRIMARY KEY, v int, t text, w text)",
        "CREATE TABLE p.par (id int PRIMARY KEY, t text)",
        "CREATE TABLE p.kid (id int PRIMARY KEY, par int REFERENCES p.par DEFERRABLE INITIALLY IMMEDIATE, t text)",
        "GRANT ALL ON ALL TABLES IN SCHEMA p TO PUBLIC",
    ]
    .iter()
    .map(|sql| both(Role::Admin, sql))
    .collect();
    // so that both worlds' dictionaries know the same labels
    steps.push(both(Role::Admin, &format!("BEGIN; {} ROLLBACK", hidden_rows())));
    for sql in [
        "CREATE SCHEMA pl",
        "CREATE FUNCTION pl.peek(text) RETURNS bool LANGUAGE plpgsql COST 1 AS $$ BEGIN RAISE NOTICE 'peek %', $1; RETURN true; END $$",
    ] {
        steps.push(both(Role::Low, sql));
    }
    steps
}

// ---------------------------------------------------------------------------
// Schedules

fn say(who: Role, sql: impl Into<String>) -> Op {
    Op { who, high: sql.into(), low: None, ends: false }
}

/// A row that both see, mostly one of the few that both clients are after.
fn key(d: &mut Dice) -> usize {
    if d.chance(65) { d.1 } else { d.below(9) + 1 }
}

/// What waits where the high client is at work on that row.
fn contend(d: &mut Dice) -> Op {
    let (k, n) = (d.1, d.below(90));
    let peek = if d.chance(30) { " AND pl.peek(t)" } else { "" };
    say(
        Role::Low,
        match d.below(8) {
            0 => format!("SELECT id, v, t, w FROM p.acc WHERE id = {k}{peek} FOR UPDATE"),
            1 => "SELECT id, v, t FROM p.acc ORDER BY id FOR NO KEY UPDATE".into(),
            2 => format!("DELETE FROM p.acc WHERE id = {k}{peek} RETURNING id, v, t"),
            3 => format!(
                "MERGE INTO p.acc a USING (VALUES ({k}, {n})) s (id, n) ON a.id = s.id WHEN MATCHED THEN \
                 UPDATE SET v = a.v + s.n, w = 'low' WHEN NOT MATCHED THEN DO NOTHING RETURNING a.id, a.v, a.t"
            ),
            4 => format!(
                "UPDATE p.uni u SET v = u.v + 1, w = 'low' FROM p.acc a WHERE a.id = u.id AND u.id = {k} RETURNING u.id, u.v, a.v, a.t"
            ),
            5 => format!(
                "SELECT a.id, a.v, a.t, u.t FROM p.acc a JOIN p.uni u ON u.id = a.id WHERE a.id = {k} FOR UPDATE"
            ),
            _ => format!(
                "UPDATE p.acc SET v = v + 1, w = 'low' WHERE id = {k}{peek} RETURNING id, v, t, w"
            ),
        },
    )
}

/// What the low client says within a transaction, or by itself.
fn low_statement(d: &mut Dice, fresh: &mut i32, cursors: &mut Vec<String>, block: bool) -> Op {
    let k = key(d);
    let n = d.below(90);
    let lock = d.one(&["FOR UPDATE", "FOR NO KEY UPDATE", "FOR SHARE", "FOR KEY SHARE"]);
    let wait = d.one(&["", "", " NOWAIT", " SKIP LOCKED"]);
    let table = d.one(&["p.acc", "p.acc", "p.uni"]);
    // a row of p.acc that is deleted in world L is updated in world H, which does not conflict with this
    let lock = if table == "p.acc" && lock == "FOR KEY SHARE" { "FOR SHARE" } else { lock };
    let peek = if d.chance(30) { " AND pl.peek(t)" } else { "" };
    let sql = match d.below(24) {
        0 => format!("SELECT id, v, t, w, security_label FROM {table} WHERE true{peek} ORDER BY id"),
        1 => format!("SELECT count(*), sum(v), max(t) FROM {table}"),
        2 | 3 => format!("SELECT id, v, t FROM {table} WHERE id = {k}{peek} {lock}{wait}"),
        4 => format!("SELECT id, v, t FROM {table} WHERE v >= {n} ORDER BY id {lock}{wait}"),
        5..=8 => format!("UPDATE {table} SET v = v + 1, w = 'low' WHERE id = {k}{peek} RETURNING id, v, t, w"),
        9 => format!("UPDATE {table} SET v = v + 1, w = 'low' WHERE v BETWEEN {n} AND {} RETURNING id, v, t, w", n + 20),
        10 => format!("DELETE FROM {table} WHERE id = {k}{peek} RETURNING id, v, t"),
        11 => {
            *fresh += 1;
            format!("INSERT INTO {table} VALUES ({fresh}, {n}, 'new', 'low') RETURNING id, v, security_label")
        }
        12 | 13 => format!(
            "INSERT INTO p.uni AS u VALUES ({}, {n}, 'put', 'low') ON CONFLICT (id) DO UPDATE SET v = u.v + 1, w = 'low' \
             WHERE pl.peek(u.t) RETURNING id, v, t",
            d.below(12) + 1
        ),
        14 => format!(
            "INSERT INTO p.uni VALUES ({}, {n}, 'put', 'low') ON CONFLICT DO NOTHING RETURNING id, v, t",
            d.below(12) + 1
        ),
        15 => format!(
            "MERGE INTO {table} a USING (VALUES ({k}, {n})) s (id, n) ON a.id = s.id WHEN MATCHED THEN \
             UPDATE SET v = a.v + s.n, w = 'low' WHEN NOT MATCHED THEN DO NOTHING RETURNING a.id, a.v, a.t"
        ),
        16 => {
            *fresh += 1;
            // a parent that is there, one that is hidden, one that is nowhere
            let par = [k as i32, 201 + k as i32 % 8, 900][d.below(3)];
            format!("INSERT INTO p.kid VALUES ({fresh}, {par}, 'kid') RETURNING id, par")
        }
        17 => format!("UPDATE p.kid SET par = {} WHERE id = {k} RETURNING id, par", d.below(10) + 1),
        18 => d
            .one(&[
                "SET CONSTRAINTS ALL DEFERRED",
                "SET CONSTRAINTS ALL IMMEDIATE",
                "SELECT id, par, t FROM p.kid ORDER BY id",
                "SELECT a.id, k.id, k.t FROM p.par a LEFT JOIN p.kid k ON k.par = a.id ORDER BY 1, 2",
            ])
            .into(),
        19 => d
            .one(&[
                "SELECT usename, state, query, wait_event FROM pg_stat_activity WHERE usename = 'w_high'",
                "SELECT locktype, relation::regclass, mode, granted FROM pg_locks WHERE pid <> pg_backend_pid() ORDER BY 1, 2, 3, 4",
                "NOTIFY news, 'low'",
                "LISTEN news",
            ])
            .into(),
        20 => format!("LOCK TABLE {table} IN {} MODE NOWAIT", d.one(&["ROW SHARE", "SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE"])),
        21 | 22 if block || d.chance(40) => {
            if cursors.is_empty() || d.chance(30) {
                let name = format!("c{}", cursors.len());
                let hold = if block { d.one(&["WITHOUT HOLD", "WITH HOLD"]) } else { "WITH HOLD" };
                let scroll = d.one(&["", "SCROLL", "NO SCROLL"]);
                let sql = format!("DECLARE {name} {scroll} CURSOR {hold} FOR SELECT id, v, t FROM {table} WHERE id > {} ORDER BY id", d.below(3));
                cursors.push(name);
                sql
            } else {
                let name = cursors[d.below(cursors.len())].clone();
                match d.below(5) {
                    0 => format!("UPDATE {table} SET v = v + 1, w = 'low' WHERE CURRENT OF {name} RETURNING id, v, t"),
                    1 => format!("FETCH BACKWARD 1 FROM {name}"),
                    2 => format!("FETCH ALL FROM {name}"),
                    _ => format!("FETCH 2 FROM {name}"),
                }
            }
        }
        _ => {
            return Op {
                ends: true,
                ..say(
                    Role::Low,
                    format!(
                        "SET lock_timeout = '60ms'; UPDATE {table} SET v = v + 1, w = 'low' WHERE id = {k}{peek}; SET lock_timeout = 0"
                    ),
                )
            };
        }
    };
    say(Role::Low, sql)
}

/// What the high client says.
fn high_statement(d: &mut Dice, fresh: &mut i32, narrowed: bool) -> Op {
    let k = key(d);
    let n = d.below(90);
    let h = d.below(8) + 101;
    let table = d.one(&["p.acc", "p.acc", "p.uni"]);
    let lock = d.one(&["FOR UPDATE", "FOR NO KEY UPDATE", "FOR SHARE", "FOR KEY SHARE"]);
    let label = d.one(&WRITABLE);
    let who = Role::High;
    *fresh += 1;
    if narrowed {
        // above all that the low client sees, no label is needed
        return match d.below(8) {
            6 | 7 => Op {
                low: Some("SELECT 1".into()),
                ..say(who, format!("NOTIFY news, 'zqcanary {n}'"))
            },
            0 => say(who, format!("SELECT count(*), sum(v) FROM {table}")),
            1 => say(
                who,
                format!("SELECT id FROM {table} WHERE id > 100 ORDER BY id {lock} SKIP LOCKED"),
            ),
            2 => say(
                who,
                format!(
                    "UPDATE {table} SET t = 'zqcanary {n}', v = 777000900, w = 'high' WHERE id = {h}"
                ),
            ),
            _ => Op {
                low: Some(format!("INSERT INTO {table} SELECT 0, 0, '', '' WHERE false")),
                ..say(
                    who,
                    format!(
                        "INSERT INTO {table} VALUES ({}, 777000500, 'zqcanary new {n}', 'high')",
                        *fresh + 1000
                    ),
                )
            },
        };
    }
    match d.below(20) {
        0..=4 => say(who, format!("UPDATE {table} SET v = v + {n} WHERE id = {k}")),
        5 => say(who, format!("SELECT id, v FROM {table} WHERE id = {k} {lock}")),
        6 => say(who, format!("SELECT id, v FROM {table} ORDER BY id {lock}")),
        7 => say(who, format!("DELETE FROM {table} WHERE id = {k}")),
        8 => say(
            who,
            format!(
                "INSERT INTO p.uni (security_label, id, v, t, w) VALUES ('{SHARED}', {}, {n}, 'by high', 'nobody') ON CONFLICT DO NOTHING",
                d.below(12) + 1
            ),
        ),
        9 => say(
            who,
            format!(
                "UPDATE {table} SET t = 'zqcanary {n}', v = 777000000 + {n}, w = 'high' WHERE id = {h}"
            ),
        ),
        10 => say(who, format!("UPDATE {table} SET t = t || '', w = 'high' WHERE id > 100")),
        11 => say(who, format!("SELECT id, t FROM {table} WHERE id > 100 ORDER BY id {lock}")),
        12 => Op {
            low: Some(format!("INSERT INTO {table} SELECT 0, 0, '', '' WHERE false")),
            ..say(
                who,
                format!(
                    "INSERT INTO {table} (security_label, id, v, t, w) VALUES ('{label}', {}, 777000400, 'zqcanary in {n}', 'high')",
                    *fresh + 1000
                ),
            )
        },
        // an update that hides a row; keys of p.acc are never given again
        13..=16 => Op {
            low: Some(format!("DELETE FROM p.acc WHERE id = {k} AND w <> 'high'")),
            ..say(
                who,
                format!(
                    "UPDATE p.acc SET security_label = '{label}', t = 'zqcanary up {n}', v = 777000600, w = 'high' WHERE id = {k} AND w <> 'high'"
                ),
            )
        },
        17 => say(who, format!("UPDATE p.par SET t = 'par {n}' WHERE id = {k}")),
        18 => say(
            who,
            format!(
                "INSERT INTO p.par (security_label, id, t) VALUES ('{SHARED}', {}, 'by high') ON CONFLICT DO NOTHING",
                d.below(10) + 1
            ),
        ),
        // of the sender's lowest level, and so for everybody
        _ => say(who, format!("NOTIFY news, 'by high {n}'")),
    }
}

/// One client's transactions.
fn program(d: &mut Dice, who: Role, narrowed: bool, fresh: &mut i32) -> Vec<Op> {
    let mut ops = Vec::new();
    let mut cursors: Vec<String> = Vec::new();
    if who == Role::Low && d.chance(25) {
        ops.push(say(who, "LISTEN news"));
    }
    if d.chance(30) {
        ops.push(say(
            who,
            d.one(&[
                "SET enable_seqscan = off",
                "SET enable_seqscan = off; SET enable_indexscan = off",
            ]),
        ));
    }
    for _ in 0..=d.below(3) {
        let block = d.chance(80);
        if block {
            let level = d.one(&[
                "READ COMMITTED",
                "READ COMMITTED",
                "READ COMMITTED",
                "REPEATABLE READ",
                "SERIALIZABLE",
            ]);
            ops.push(say(who, format!("BEGIN ISOLATION LEVEL {level}")));
        }
        for _ in 0..=d.below(4) {
            if block && d.chance(8) {
                ops.push(say(who, d.one(&["SAVEPOINT s", "ROLLBACK TO s", "RELEASE s"])));
            }
            ops.push(match who {
                Role::High => high_statement(d, fresh, narrowed),
                _ => low_statement(d, fresh, &mut cursors, block),
            });
        }
        if block {
            ops.push(say(who, if d.chance(75) { "COMMIT" } else { "ROLLBACK" }));
        }
    }
    ops
}

/// The high client has something open while the low one goes on, and ends it while that one waits, perhaps.
fn duel(d: &mut Dice, narrowed: bool, fresh: &mut i32, ops: &mut Vec<Op>) {
    d.1 = d.below(3) + 1;
    let mut cursors = Vec::new();
    let mut low = |d: &mut Dice, fresh: &mut i32, ops: &mut Vec<Op>, most: usize| {
        for _ in 0..d.below(most + 1) {
            let op = low_statement(d, fresh, &mut cursors, true);
            ops.push(op);
        }
    };
    let level = |d: &mut Dice| {
        d.one(&[
            "READ COMMITTED",
            "READ COMMITTED",
            "READ COMMITTED",
            "REPEATABLE READ",
            "SERIALIZABLE",
        ])
    };
    ops.push(say(Role::Low, format!("BEGIN ISOLATION LEVEL {}", level(d))));
    low(d, fresh, ops, 2);
    ops.push(say(Role::High, format!("BEGIN ISOLATION LEVEL {}", level(d))));
    for _ in 0..=d.below(3) {
        ops.push(high_statement(d, fresh, narrowed));
    }
    if d.chance(60) {
        ops.push(contend(d));
    }
    low(d, fresh, ops, 1);
    if d.chance(30) {
        ops.push(high_statement(d, fresh, narrowed));
        low(d, fresh, ops, 1);
    }
    ops.push(say(Role::High, if d.chance(80) { "COMMIT" } else { "ROLLBACK" }));
    low(d, fresh, ops, 2);
    ops.push(say(Role::Low, if d.chance(75) { "COMMIT" } else { "ROLLBACK" }));
}

/// The schedule of a seed.
pub fn schedule(seed: u64) -> Schedule {
    let mut d = Dice(Xoshiro256PlusPlus::seed_from_u64(seed), 1);
    let superuser = d.chance(33);
    let narrowed = d.chance(15);
    let mut fresh = 20;
    let mut ops = Vec::new();
    if d.chance(65) {
        if d.chance(30) {
            let sql = d.one(&[
                "SET enable_seqscan = off",
                "SET enable_seqscan = off; SET enable_indexscan = off",
            ]);
            ops.push(say(Role::Low, sql));
        }
        if narrowed {
            ops.push(say(Role::Low, "LISTEN news"));
        }
        for _ in 0..=d.below(3) {
            duel(&mut d, narrowed, &mut fresh, &mut ops);
        }
        return Schedule { superuser, narrowed, ops };
    }
    let low = program(&mut d, Role::Low, narrowed, &mut fresh);
    let high = program(&mut d, Role::High, narrowed, &mut fresh);
    let (mut low, mut high) = (low.into_iter().peekable(), high.into_iter().peekable());
    loop {
        let of_low = match (low.peek().is_some(), high.peek().is_some()) {
            (false, false) => break,
            (true, false) => true,
            (false, true) => false,
            (true, true) => d.chance(45),
        };
        ops.extend(if of_low { low.next() } else { high.next() });
    }
    Schedule { superuser, narrowed, ops }
}

// ---------------------------------------------------------------------------
// One world

struct Side {
    admin: Conn,
    clients: [(Conn, i32); 2],
    /// The step that a client waits in.
    busy: [Option<usize>; 2],
    high_world: bool,
}

fn slot(who: Role) -> usize {
    usize::from(who == Role::High)
}

fn client(which: usize) -> Role {
    if which == 0 { Role::Low } else { Role::High }
}

/// How long anything may take at all.
const LONG: Duration = Duration::from_secs(30);

impl Side {
    fn open(cluster: &Cluster, schedule: &Schedule, high_world: bool) -> Result<Side, String> {
        let connect = |role| cluster.connect(role).map_err(|e| format!("connect: {e}"));
        let mut admin = connect(Role::Admin)?;
        admin.query(&shared_rows())?;
        if high_world {
            admin.query(&hidden_rows())?;
        }
        admin.query(if schedule.superuser {
            "ALTER ROLE w_low SUPERUSER"
        } else {
            "ALTER ROLE w_low NOSUPERUSER"
        })?;
        let start = |role| -> Result<(Conn, i32), String> {
            let mut conn = connect(role)?;
            let rows = conn.query("SET statement_timeout = 0; SELECT pg_backend_pid()")?;
            let pid =
                rows.first().and_then(|r| r.first()?.as_ref()?.parse().ok()).ok_or("no process")?;
            Ok((conn, pid))
        };
        let low = start(Role::Low)?;
        let mut high = start(Role::High)?;
        if schedule.narrowed {
            high.0.query("SELECT sepgsql_setcon('staff_u:staff_r:staff_t:s2-s3:c0.c50')")?;
        }
        Ok(Side { admin, clients: [low, high], busy: [None, None], high_world })
    }

    /// Does the server say that this session waits for another?
    fn is_blocked(&mut self, which: usize) -> Result<bool, String> {
        let pid = self.clients[which].1;
        let rows = self.admin.query(&format!("SELECT cardinality(pg_blocking_pids({pid})) > 0"))?;
        Ok(rows.first().and_then(|r| r.first()?.as_deref()) == Some("t"))
    }

    /// Waits until a session has answered; None: it waits for a lock.
    fn settle(&mut self, which: usize, ends: bool) -> Result<Option<Answer>, String> {
        let start = Instant::now();
        let mut seen = 0;
        loop {
            if self.clients[which].0.answers_within(Duration::from_millis(2)) {
                return Ok(Some(self.clients[which].0.finish()));
            }
            // not just for a moment
            seen = if !ends && self.is_blocked(which)? { seen + 1 } else { 0 };
            if seen >= 2 {
                return Ok(None);
            }
            if start.elapsed() > LONG {
                return Err("a session neither answers nor waits for a lock".into());
            }
        }
    }

    /// Those that waited may go on now.
    fn others(&mut self, events: &mut Vec<Event>) -> Result<(), String> {
        let start = Instant::now();
        let from = events.len();
        loop {
            let mut more = false;
            for which in 0..2 {
                let Some(op) = self.busy[which] else { continue };
                if let Some(answer) = self.settle(which, false)? {
                    self.busy[which] = None;
                    more = true;
                    events.push(Event::Done(client(which), op, Box::new(answer)));
                }
            }
            // one that has ended may have let the other one go on; a deadlock is resolved after a while
            if !more && self.busy.iter().any(Option::is_none) {
                break;
            }
            if start.elapsed() > LONG {
                return Err("both sessions wait".into());
            }
        }
        // which of two was first to answer is chance
        events[from..].sort_by_key(|e| matches!(e, Event::Done(Role::High, ..)));
        Ok(())
    }

    fn step(&mut self, at: usize, op: &Op, events: &mut Vec<Event>) -> Result<(), String> {
        let which = slot(op.who);
        if self.busy[which].is_some() {
            events.push(Event::LeftOut(op.who, at));
            return Ok(());
        }
        let sql = match &op.low {
            Some(low) if !self.high_world => low,
            _ => &op.high,
        };
        self.clients[which]
            .0
            .start(&Call::Simple(sql.clone()), 0)
            .map_err(|e| format!("{sql}: {e}"))?;
        match self.settle(which, op.ends)? {
            Some(answer) => events.push(Event::Done(op.who, at, Box::new(answer))),
            None => {
                self.busy[which] = Some(at);
                events.push(Event::Waits(op.who, at));
            }
        }
        let from = events.len();
        self.others(events)?;
        // it has not waited for anything that the other client does later
        let ended = events[from..]
            .iter()
            .any(|e| matches!(e, Event::Done(who, n, _) if *who == op.who && *n == at));
        if ended && matches!(events.get(from.wrapping_sub(1)), Some(Event::Waits(..))) {
            events.remove(from - 1);
        }
        Ok(())
    }

    /// Ends what is open, the high client's first, and asks the low one what it sees.
    fn end(&mut self, ops: &mut Vec<Op>, events: &mut Vec<Event>) -> Result<(), String> {
        let mut last = vec![
            say(Role::High, "ROLLBACK"),
            say(Role::Low, "ROLLBACK"),
            say(Role::High, "ROLLBACK"),
        ];
        for table in TABLES {
            last.push(say(
                Role::Low,
                format!("SELECT security_label, x::text FROM {table} x ORDER BY id"),
            ));
        }
        for op in last {
            let at = ops.len();
            ops.push(op.clone());
            self.step(at, &op, events)?;
        }
        Ok(())
    }

    /// What is high has not been touched by anybody but the high client.
    fn hidden_untouched(&mut self) -> Result<Option<String>, String> {
        for table in ["p.acc", "p.uni"] {
            let rows = self.admin.query(&format!(
                "SELECT count(*) FILTER (WHERE w = 'low' AND security_label NOT LIKE '%:sepgsql_table_t:s0'), \
                 count(*) FILTER (WHERE id BETWEEN 101 AND 108) FROM {table}"
            ))?;
            let row = rows.into_iter().next().unwrap_or_default();
            if row != [Some("0".to_owned()), Some("8".to_owned())] {
                return Ok(Some(format!("  hidden rows of {table} have been changed: {row:?}")));
            }
        }
        Ok(None)
    }
}

// ---------------------------------------------------------------------------
// Both worlds

const PREDICATE: &str = "predicate locks";
const RELABELLED: &str = "relabelled";
const NUMBERS: &str = "numbers in errors";

/// An error without what differs by nature: "concurrent delete" where it is about a row that has been hidden, as
/// "concurrent update" (see the head); and numbers of processes, transactions and places.
fn undelete(answer: &Answer) -> Answer {
    const PREFIX: &str = "could not serialize access due to concurrent ";
    let mut answer = answer.clone();
    for frame in &mut answer.frames {
        let numbered = is_numbered(frame);
        let hidden = frame.tag == b'E' && frame.field(b'M').is_some_and(|m| m.starts_with(PREFIX));
        if !numbered && !hidden {
            continue;
        }
        let mut body = Vec::new();
        for (field, value) in frame.fields() {
            let value = match field {
                // where in the server
                b'F' | b'L' | b'R' => continue,
                b'M' if !numbered => format!("{PREFIX}update"),
                b'D' | b'W' if numbered => value.chars().filter(|c| !c.is_ascii_digit()).collect(),
                _ => value,
            };
            body.push(field);
            body.extend(value.as_bytes());
            body.push(0);
        }
        body.push(0);
        frame.body = body.into();
    }
    answer
}

/// Has it numbers of processes and transactions in its DETAIL?
fn is_numbered(frame: &Frame) -> bool {
    frame.tag == b'E'
        && matches!(frame.field(b'C').as_deref(), Some("40P01" | "40001"))
        && frame.field(b'D').is_some()
}

fn predicate_failure(event: &Event) -> bool {
    match event {
        Event::Done(_, _, answer) => answer.frames.iter().any(|f| {
            f.tag == b'E'
                && f.field(b'M').is_some_and(|m| {
                    m.starts_with("could not serialize access due to read/write dependencies")
                })
        }),
        _ => false,
    }
}

/// Runs a schedule.  None: nothing is different.
fn run_one(
    worlds: &cluster::Worlds,
    schedule: &Schedule,
    summary: &mut Summary,
) -> Result<Option<String>, String> {
    let mut low = Side::open(&worlds.low, schedule, false)?;
    let mut high = Side::open(&worlds.high, schedule, true)?;
    let mut ops = schedule.ops.clone();
    let (mut in_low, mut in_high) = (Vec::new(), Vec::new());
    let mut seen = 0;
    for (at, op) in schedule.ops.iter().enumerate() {
        low.step(at, op, &mut in_low)?;
        high.step(at, op, &mut in_high)?;
        if let Some(text) = compare_events(&ops, &in_low, &in_high, &mut seen, summary) {
            return Ok(text);
        }
    }
    let mut again = ops.clone();
    low.end(&mut ops, &mut in_low)?;
    high.end(&mut again, &mut in_high)?;
    if let Some(text) = compare_events(&ops, &in_low, &in_high, &mut seen, summary) {
        return Ok(text);
    }
    summary.schedules += 1;
    high.hidden_untouched()
}

/// Compares the events since the last time.  Some(None): the schedule ends here, with nothing found.
#[allow(clippy::option_option)]
fn compare_events(
    ops: &[Op],
    low: &[Event],
    high: &[Event],
    seen: &mut usize,
    summary: &mut Summary,
) -> Option<Option<String>> {
    let from = *seen;
    *seen = low.len();
    let show = |events: &[Event]| {
        let mut text = String::new();
        for event in events {
            let _ = match event {
                Event::Done(who, at, answer) => writeln!(
                    text,
                    "    {who:?} {at}: {} rows{}",
                    answer.frames.iter().filter(|f| f.tag == b'D').count(),
                    answer.error().map(|e| format!(", {e}")).unwrap_or_default()
                ),
                Event::Waits(who, at) => writeln!(text, "    {who:?} {at}: waits"),
                Event::LeftOut(who, at) => writeln!(text, "    {who:?} {at}: still waits"),
            };
        }
        text
    };
    let (new_low, new_high) = (&low[from..], &high[from.min(high.len())..]);
    for (a, b) in new_low.iter().zip(new_high) {
        if predicate_failure(a) != predicate_failure(b) {
            *summary.exempt.entry(PREDICATE).or_default() += 1;
            return Some(None);
        }
        let same = match (a, b) {
            (Event::Done(who, at, x), Event::Done(other, at2, y)) if who == other && at == at2 => {
                if *who == Role::High {
                    // nobody is told; but the worlds must not drift apart
                    x.sqlstate() == y.sqlstate()
                        || (x.sqlstate().is_none() == y.sqlstate().is_none())
                } else {
                    summary.statements += 1;
                    if let Some(state) = x.sqlstate() {
                        *summary.errors.entry(state).or_default() += 1;
                    }
                    let statement = Statement {
                        kind: "pair",
                        call: Call::Simple(ops[*at].high.clone()),
                        ordered: false,
                        touches_hidden: true,
                    };
                    let said = Said::default();
                    let mut verdict = compare::compare(&statement, &said, x, y);
                    if matches!(verdict, Verdict::Different(_))
                        && (undelete(x) != **x || undelete(y) != **y)
                    {
                        verdict = compare::compare(&statement, &said, &undelete(x), &undelete(y));
                        if !matches!(verdict, Verdict::Different(_)) {
                            let channel =
                                if x.frames.iter().any(is_numbered) { NUMBERS } else { RELABELLED };
                            *summary.exempt.entry(channel).or_default() += 1;
                        }
                    }
                    match verdict {
                        Verdict::Different(d) => {
                            return Some(Some(format!(
                                "  {:?} in: {}\n{}",
                                d.what, ops[*at].high, d.text
                            )));
                        }
                        Verdict::Exempt(channels) => {
                            for _ in channels {
                                *summary.exempt.entry("another, see exempt.rs").or_default() += 1;
                            }
                            // one of the worlds may have gone on where the other did not
                            if x.status != y.status
                                || x.sqlstate().is_some() != y.sqlstate().is_some()
                            {
                                return Some(None);
                            }
                            true
                        }
                        Verdict::Timeout => return Some(None),
                        Verdict::Same => true,
                    }
                }
            }
            (Event::Waits(who, at), Event::Waits(other, at2)) => {
                if *who == Role::Low {
                    summary.waits += 1;
                }
                who == other && at == at2
            }
            (Event::LeftOut(who, at), Event::LeftOut(other, at2)) => who == other && at == at2,
            _ => false,
        };
        if !same {
            return Some(Some(format!(
                "  world L:\n{}  world H:\n{}",
                show(new_low),
                show(new_high)
            )));
        }
    }
    if new_low.len() != new_high.len() {
        return Some(Some(format!("  world L:\n{}  world H:\n{}", show(new_low), show(new_high))));
    }
    None
}

/// The schedule with fewer steps that still differs.
fn shrink(worlds: &cluster::Worlds, schedule: &Schedule, text: &mut String) -> Schedule {
    let mut best = schedule.clone();
    let start = Instant::now();
    let mut piece = best.ops.len() / 2;
    while piece > 0 {
        let mut at = 0;
        while at < best.ops.len() && start.elapsed() < Duration::from_secs(90) {
            let mut less = best.clone();
            less.ops.drain(at..(at + piece).min(less.ops.len()));
            match run_one(worlds, &less, &mut Summary::default()) {
                Ok(Some(found)) => {
                    best = less;
                    *text = found;
                }
                _ => at += piece,
            }
        }
        piece /= 2;
    }
    best
}

impl Schedule {
    /// What somebody with two terminals has to do.
    pub fn script(&self) -> String {
        let mut text = String::from("-- both worlds, the administrator and w_low:\n");
        for step in steps() {
            if let Call::Simple(sql) = &step.call {
                let _ = writeln!(text, "/* {} */ {sql};", cluster::user(step.role));
            }
        }
        let _ = writeln!(
            text,
            "{}\n-- world H alone:\n{}\n-- low client: w_low{}; high client: w_high{}\n",
            shared_rows(),
            hidden_rows(),
            if self.superuser { " (SUPERUSER)" } else { "" },
            if self.narrowed {
                ", after SELECT sepgsql_setcon('staff_u:staff_r:staff_t:s2-s3:c0.c50')"
            } else {
                ""
            },
        );
        for op in &self.ops {
            let _ = writeln!(text, "/* {} */ {};", cluster::user(op.who), op.high);
            if let Some(low) = &op.low {
                let _ = writeln!(text, "--   in world L instead: {low};");
            }
        }
        text
    }
}

/// What to search for differences.
#[derive(Clone, Copy, Debug)]
pub struct Search<'a> {
    /// PostgreSQL, and where clusters may be made.
    pub env: &'a Env,
    /// The names of clusters begin so.
    pub tag: &'a str,
    /// The first schedule.
    pub seed: u64,
    /// How many.
    pub schedules: u64,
    /// Make the schedule that is found shorter.
    pub shrink: bool,
}

/// Runs schedules until one differs or all are done.
pub fn search(what: Search, summary: &mut Summary) -> Result<Option<Found>, String> {
    let mut env = what.env.clone();
    env.conf.push_str("\ndeadlock_timeout = 6s\n");
    env.work = env.work.join("pairs");
    let snapshot = cluster::set_up(&env, &steps(), false, what.tag, Strict::Yes)?;
    let worlds = snapshot.start(&env, what.tag)?;
    let mut found = None;
    for n in 0..what.schedules {
        let schedule = schedule(what.seed.wrapping_mul(1_000_003).wrapping_add(n));
        if let Some(mut text) = run_one(&worlds, &schedule, summary)? {
            let after = (n + 1, summary.statements);
            let schedule =
                if what.shrink { shrink(&worlds, &schedule, &mut text) } else { schedule };
            found = Some(Found { after, text, schedule });
            break;
        }
    }
    drop(worlds);
    snapshot.remove();
    Ok(found)
}

/// The command: true if nothing is different.
pub fn run(o: &Options) -> Result<bool, String> {
    let mut summary = Summary::default();
    let found = search(
        Search { env: &o.env, tag: "pairs", seed: o.seed, schedules: o.schedules, shrink: true },
        &mut summary,
    )?;
    println!(
        "two clients at once: {} schedules of seed {}, {} statements of the low client, {} of them waited for the high one",
        summary.schedules, o.seed, summary.statements, summary.waits
    );
    println!("  errors by SQLSTATE: {:?}", summary.errors);
    println!("  differences by documented channel: {:?}", summary.exempt);
    let Some(found) = found else {
        println!("two-worlds: {} schedules, 0 differences", summary.schedules);
        return Ok(true);
    };
    let path = o.out.join(format!("pairs-{}.sql", o.seed));
    std::fs::write(&path, format!("{}\n/*\n{}\n*/\n", found.schedule.script(), found.text))
        .map_err(|e| e.to_string())?;
    println!(
        "  a difference in schedule {} (statement {}):\n{}\n  script: {}",
        found.after.0,
        found.after.1,
        found.text,
        path.display()
    );
    println!("two-worlds: {} schedules, 1 difference", summary.schedules);
    Ok(false)
}
