//! Says what a client might say: statements of every form over what a seed has made.
//!
//! Nothing here depends on the server but through [`Generator::answered`], so the same seed says the same. What is said has
//! one answer, whatever the order in which rows lie: LIMIT only behind an ORDER BY that is total, aggregates that keep an
//! order with one, no clock, no chance, and what could fail on one of several rows fails on each alike.

mod aimed;
mod catalog;
mod ddl;
mod dice;
mod dml;
mod expr;
mod more;
mod names;
mod probe;
mod select;
mod session;
pub mod sqlsmith;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::sync::Arc;

use crate::model::{Kind, Model, RelKind, Relation};
use crate::stmt::{Call, Statement};
use dice::Dice;

/// What a statement changes for those after it, if it succeeds.
#[derive(Clone, Debug, Default, PartialEq)]
enum Effect {
    #[default]
    Nothing,
    Commit,
    Savepoint(String),
    Release(String),
    RollbackTo(String),
    Open(Cursor),
    Close(String),
    Prepared(Prepared),
    Deallocate(String),
    ForgetAll,
}

/// A statement to come.
#[derive(Clone, Debug)]
struct Step {
    statement: Statement,
    effect: Effect,
    /// Said even if one before it failed: it tidies up.
    always: bool,
    /// Those after it have no sense if it fails.
    needed: bool,
}

/// A cursor that is open.
#[derive(Clone, Debug, PartialEq)]
struct Cursor {
    name: String,
    /// What WHERE CURRENT OF may name, if it may.
    relation: Option<usize>,
    hold: bool,
    scroll: bool,
    ordered: bool,
    touches: bool,
}

/// A statement that is prepared.
#[derive(Clone, Debug, PartialEq)]
struct Prepared {
    name: String,
    params: Vec<Kind>,
    kind: &'static str,
    ordered: bool,
    touches: bool,
    /// By the protocol, not by PREPARE.
    wire: bool,
}

/// A parameter that stands for a literal.
#[derive(Clone, Debug)]
struct Param {
    kind: Kind,
    value: String,
    sql_type: String,
}

/// A transaction under way.
#[derive(Clone, Copy, Debug)]
struct Transaction {
    left: usize,
    commit: bool,
}

/// Says statements, one after the other.
pub struct Generator<'a> {
    model: &'a Model,
    relations: Vec<Arc<Relation>>,
    hidden: Vec<usize>,
    dice: Dice,
    number: u64,
    /// The next one of the second source.
    second: usize,
    /// Of the statement under construction.
    touches: bool,
    ordered: bool,
    params: Option<Vec<Param>>,
    /// Of the session.
    status: u8,
    transaction: Option<Transaction>,
    savepoints: Vec<String>,
    cursors: Vec<Cursor>,
    prepared: Vec<Prepared>,
    queue: VecDeque<Step>,
    pending: Effect,
    pending_needed: bool,
    committing: bool,
}

impl<'a> Generator<'a> {
    /// For a model; the seed need not be the model's own.
    pub fn new(model: &'a Model, seed: u64) -> Self {
        let relations: Vec<_> = model.relations.iter().cloned().map(Arc::new).collect();
        let hidden = (0..relations.len()).filter(|i| relations[*i].hidden_rows).collect();
        Generator {
            model,
            relations,
            hidden,
            dice: Dice::new(seed ^ 0x6765_6e65_7261_7465),
            number: 0,
            second: usize::try_from(seed.wrapping_mul(7919) % 1_000_003).unwrap_or(0),
            touches: false,
            ordered: false,
            params: None,
            status: b'I',
            transaction: None,
            savepoints: Vec::new(),
            cursors: Vec::new(),
            prepared: Vec::new(),
            queue: VecDeque::new(),
            pending: Effect::Nothing,
            pending_needed: false,
            committing: false,
        }
    }

    /// What is said next.
    pub fn next(&mut self) -> Statement {
        if self.queue.is_empty() {
            self.think();
        }
        let step = self.queue.pop_front().expect("something to say");
        self.pending = step.effect;
        self.pending_needed = step.needed;
        step.statement
    }

    /// What the answer to it was: the status that ReadyForQuery gave, and whether there was no error.
    pub fn answered(&mut self, statement: &Statement, status: u8, ok: bool) {
        let effect = std::mem::take(&mut self.pending);
        if statement.call == Call::Reconnect {
            self.forget_all();
        } else if ok {
            self.apply(effect);
        } else if self.pending_needed || status == b'E' {
            self.queue.retain(|step| step.always);
        }
        match status {
            b'I' => {
                if self.status != b'I' {
                    let committing = self.committing;
                    self.cursors.retain(|cursor| committing && cursor.hold);
                }
                self.transaction = None;
                self.savepoints.clear();
            }
            _ if self.transaction.is_none() => {
                self.transaction = Some(Transaction { left: 4, commit: false });
            }
            _ => (),
        }
        self.committing = false;
        self.status = status;
    }

    fn forget_all(&mut self) {
        self.savepoints.clear();
        self.cursors.clear();
        self.prepared.clear();
        self.queue.clear();
        self.transaction = None;
    }

    fn apply(&mut self, effect: Effect) {
        match effect {
            Effect::Nothing => (),
            Effect::Commit => self.committing = true,
            Effect::Savepoint(name) => self.savepoints.push(name),
            Effect::Release(name) => {
                if let Some(at) = self.savepoints.iter().rposition(|n| *n == name) {
                    self.savepoints.truncate(at);
                }
            }
            Effect::RollbackTo(name) => {
                if let Some(at) = self.savepoints.iter().rposition(|n| *n == name) {
                    self.savepoints.truncate(at + 1);
                }
                // which cursors came after the savepoint is not kept
                self.cursors.clear();
            }
            Effect::Open(cursor) => {
                self.cursors.retain(|c| c.name != cursor.name);
                self.cursors.push(cursor);
            }
            Effect::Close(name) => self.cursors.retain(|c| c.name != name),
            Effect::Prepared(prepared) => {
                self.prepared.retain(|p| p.name != prepared.name);
                self.prepared.push(prepared);
            }
            Effect::Deallocate(name) => self.prepared.retain(|p| p.name != name),
            Effect::ForgetAll => {
                self.cursors.clear();
                self.prepared.clear();
            }
        }
    }

    /// Fills the queue.
    fn think(&mut self) {
        self.touches = false;
        self.ordered = false;
        self.params = None;
        match self.status {
            b'E' => self.out_of_failure(),
            b'T' => {
                let transaction =
                    self.transaction.unwrap_or(Transaction { left: 0, commit: false });
                if transaction.left == 0 {
                    self.end_transaction(transaction.commit);
                } else {
                    self.transaction =
                        Some(Transaction { left: transaction.left - 1, ..transaction });
                    self.in_transaction();
                }
            }
            _ => self.outside(),
        }
        if self.queue.is_empty() {
            // a form for which this model has nothing
            self.select();
        }
    }

    /// Outside of a transaction.
    fn outside(&mut self) {
        if !self.model.second.is_empty() && self.dice.chance(70) {
            return self.second_source();
        }
        match self.dice.weighted(&[34, 26, 7, 8, 6, 5, 7, 5, 5, 3, 2, 4, 2, 3, 2, 2, 1, 14]) {
            0 => self.begin(),
            1 => self.select(),
            2 => self.insert(),
            3 => self.catalog(),
            4 => self.ddl(),
            5 => self.setting(),
            6 => self.explain(),
            7 => self.prepare_or_execute(),
            8 => self.copy_to(),
            9 => self.maintenance(),
            10 => self.outside_only(),
            11 => self.probe(),
            12 => self.plans(),
            13 => self.parallel(),
            14 => self.temporary(),
            15 => self.global(),
            16 => self.fast_path(),
            _ => self.aimed(),
        }
    }

    /// Some statements of the second source, of which nothing stays.
    fn second_source(&mut self) {
        let model = self.model;
        for _ in 0..self.dice.between(1, 4) {
            let statement = model.second[self.second % model.second.len()].clone();
            self.second += 1;
            self.undone(|g| {
                g.queue.push_back(Step {
                    statement,
                    effect: Effect::Nothing,
                    always: false,
                    needed: false,
                });
            });
        }
    }

    /// In a transaction that has not failed.
    fn in_transaction(&mut self) {
        match self
            .dice
            .weighted(&[26, 16, 14, 9, 11, 8, 8, 9, 5, 4, 2, 3, 5, 5, 6, 3, 2, 3, 1, 2, 6])
        {
            0 => self.select(),
            1 => self.insert(),
            2 => self.update(),
            3 => self.delete(),
            4 => self.merge(),
            5 => self.copy_to(),
            6 => self.copy_from(),
            7 => self.cursor(),
            8 => self.prepare_or_execute(),
            9 => self.savepoint(),
            10 => self.setting_local(),
            11 => self.catalog(),
            12 => self.explain(),
            13 => self.probe(),
            14 => self.small(),
            15 => self.sample(),
            16 => self.plans(),
            17 => self.parallel(),
            18 => self.global(),
            19 => self.ddl(),
            _ => self.aimed(),
        }
    }

    // What statements are made of.

    fn fresh(&mut self) -> u64 {
        self.number += 1;
        self.number
    }

    /// A name that nothing else has.
    fn name(&mut self, stem: &str) -> String {
        format!("{stem}{}", self.fresh())
    }

    fn step(&mut self, kind: &'static str, call: Call) -> Step {
        let statement =
            Statement { kind, call, ordered: self.ordered, touches_hidden: self.touches };
        self.touches = false;
        self.ordered = false;
        self.params = None;
        Step { statement, effect: Effect::Nothing, always: false, needed: false }
    }

    /// Says it as a simple query.
    fn say(&mut self, kind: &'static str, sql: impl Into<String>) {
        let step = self.step(kind, Call::Simple(sql.into()));
        self.queue.push_back(step);
    }

    /// Says it, and remembers what it changes.
    fn say_with(&mut self, kind: &'static str, sql: impl Into<String>, effect: Effect) {
        let mut step = self.step(kind, Call::Simple(sql.into()));
        step.effect = effect;
        self.queue.push_back(step);
    }

    /// Says what those after it need.
    fn say_needed(&mut self, kind: &'static str, sql: impl Into<String>) {
        let mut step = self.step(kind, Call::Simple(sql.into()));
        step.needed = true;
        self.queue.push_back(step);
    }

    /// Says what tidies up, whatever came before.
    fn say_always(&mut self, kind: &'static str, sql: impl Into<String>) {
        let mut step = self.step(kind, Call::Simple(sql.into()));
        step.always = true;
        self.queue.push_back(step);
    }

    /// Says it in one of the protocol's ways, with the parameters that it has.
    fn speak(&mut self, kind: &'static str, sql: String) {
        let params = self.params.take();
        let call = match params {
            Some(params) => self.extended(sql, &params),
            None if self.dice.chance(25) => self.extended(sql, &[]),
            None => Call::Simple(sql),
        };
        let step = self.step(kind, call);
        self.queue.push_back(step);
    }

    fn extended(&mut self, sql: String, params: &[Param]) -> Call {
        // which rows come first is no promise without an order
        let fetch = if self.ordered && self.dice.chance(45) {
            i32::try_from(self.dice.between(1, 7)).expect("small")
        } else {
            0
        };
        Call::Extended {
            name: String::new(),
            sql,
            params: params.iter().map(|p| Some(p.value.clone())).collect(),
            fetch,
            binary: self.dice.chance(25),
        }
    }

    /// A transaction of its own around statements that must leave nothing, unless there is one already.
    fn undone(&mut self, fill: impl FnOnce(&mut Self)) {
        let outside = self.status == b'I';
        if outside {
            self.say_needed("begin", "BEGIN");
        }
        let savepoint = if outside { None } else { Some(self.name("u")) };
        if let Some(name) = &savepoint {
            self.say_needed("savepoint", format!("SAVEPOINT {name}"));
        }
        fill(self);
        match savepoint {
            Some(name) => self.say_always(
                "rollback",
                format!("ROLLBACK TO SAVEPOINT {name}; RELEASE SAVEPOINT {name}"),
            ),
            None => self.say_always("rollback", "ROLLBACK"),
        }
    }

    /// A statement in a block that undoes what it did and prints how it went: for what has side effects that the two worlds
    /// may keep apart, and for what is to fail without ending the transaction.
    fn tried(&mut self, kind: &'static str, label: &str, sql: &str) {
        let block = format!(
            "DO $zz$ DECLARE zd text; zh text; BEGIN BEGIN EXECUTE $zq${sql}$zq$; RAISE EXCEPTION 'undo' USING ERRCODE = 'ZZ001'; \
             EXCEPTION WHEN SQLSTATE 'ZZ001' THEN RAISE NOTICE '{label}: none'; WHEN OTHERS THEN \
             GET STACKED DIAGNOSTICS zd = PG_EXCEPTION_DETAIL, zh = PG_EXCEPTION_HINT; \
             RAISE NOTICE '{label}: %', SQLSTATE USING DETAIL = concat_ws(' ', SQLERRM, zd), HINT = zh; END; END $zz$"
        );
        self.say(kind, block);
    }

    /// A relation, mostly one with hidden rows; None if none is fit.
    fn relation(&mut self, fit: impl Fn(&Relation) -> bool) -> Option<Arc<Relation>> {
        self.relation_at(fit).map(|at| Arc::clone(&self.relations[at]))
    }

    fn relation_at(&mut self, fit: impl Fn(&Relation) -> bool) -> Option<usize> {
        // where hidden rows show by design
        let covert = self.dice.chance(4);
        let fit = |r: &Relation| fit(r) && (covert || !r.name.contains(".cov_"));
        let hidden: Vec<usize> =
            self.hidden.iter().copied().filter(|i| fit(&self.relations[*i])).collect();
        let at = if !hidden.is_empty() && self.dice.chance(93) {
            self.dice.one(&hidden)
        } else {
            let all: Vec<usize> =
                (0..self.relations.len()).filter(|i| fit(&self.relations[*i])).collect();
            if all.is_empty() {
                return None;
            }
            self.dice.one(&all)
        };
        self.touches |= self.relations[at].hidden_rows;
        Some(at)
    }

    /// A relation that rows are written to.
    fn target(&mut self) -> Option<Arc<Relation>> {
        if self.dice.chance(4) {
            return self.relation(|_| true);
        }
        self.relation(|r| r.writable && matches!(r.kind, RelKind::Table | RelKind::Partitioned))
            .or_else(|| self.relation(|r| r.writable))
    }
}

/// As a literal of SQL.
fn quote(text: &str) -> String {
    if text.contains('\\') {
        format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}

/// Does a relation have rows of its own, at places?
fn stored(relation: &Relation) -> bool {
    matches!(relation.kind, RelKind::Table | RelKind::MatView)
}
