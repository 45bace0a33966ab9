//! What a run has done.

use crate::compare::What;
use crate::exempt::{Channel, REASONS};
use crate::stmt::Statement;
use crate::wire::Answer;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Counts of a run.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Seeds of schemas, with the number of rounds of each.
    pub seeds: BTreeMap<u64, u64>,
    /// Statements of the generator.
    pub statements: u64,
    /// Statements by kind.
    pub kinds: BTreeMap<&'static str, u64>,
    /// Errors in world L by SQLSTATE.
    pub errors: BTreeMap<String, u64>,
    /// Statements that reached a table with hidden rows.
    pub touched: u64,
    /// Comparisons of all that is visible, and of what is high.
    pub whole: u64,
    /// Statements that ran into the time limit.
    pub timeouts: BTreeMap<&'static str, u64>,
    /// Rounds that ended early, since the worlds could not be brought together after a documented difference.
    pub early: u64,
    /// Differences explained, by channel.
    pub exempt: BTreeMap<Channel, u64>,
    /// Differences.
    pub differences: BTreeMap<What, u64>,
    /// Set-ups that failed: faults of the program.
    pub broken: Vec<String>,
    /// Scripts that were written.
    pub scripts: Vec<String>,
}

impl Summary {
    /// Counts a statement of the generator and world L's answer.
    pub fn count(&mut self, s: &Statement, low: &Answer) {
        self.statements += 1;
        *self.kinds.entry(s.kind).or_default() += 1;
        if s.touches_hidden {
            self.touched += 1;
        }
        if let Some(state) = low.sqlstate() {
            *self.errors.entry(state).or_default() += 1;
        }
    }

    /// Adds another's counts.
    pub fn add(&mut self, o: Summary) {
        fn sum<K: Ord>(a: &mut BTreeMap<K, u64>, b: BTreeMap<K, u64>) {
            for (k, v) in b {
                *a.entry(k).or_default() += v;
            }
        }
        sum(&mut self.seeds, o.seeds);
        sum(&mut self.kinds, o.kinds);
        sum(&mut self.errors, o.errors);
        sum(&mut self.timeouts, o.timeouts);
        sum(&mut self.exempt, o.exempt);
        sum(&mut self.differences, o.differences);
        self.statements += o.statements;
        self.touched += o.touched;
        self.whole += o.whole;
        self.early += o.early;
        self.broken.extend(o.broken);
        self.scripts.extend(o.scripts);
    }

    /// Differences in all, with the set-ups that failed.
    pub fn failures(&self) -> u64 {
        self.differences.values().sum::<u64>() + self.broken.len() as u64
    }

    /// The whole of it, as Markdown.
    pub fn show(&self) -> String {
        let mut out = String::new();
        let w = &mut out;
        let percent = |n: u64| {
            if self.statements == 0 { 0.0 } else { 100.0 * n as f64 / self.statements as f64 }
        };
        let seeds: Vec<String> = match (self.seeds.keys().next(), self.seeds.keys().last()) {
            (Some(a), Some(b)) if self.seeds.len() as u64 == b - a + 1 && b > a => {
                vec![format!("{a} to {b}")]
            }
            _ => self.seeds.keys().map(u64::to_string).collect(),
        };
        let _ = writeln!(w, "| | |\n|---|---|");
        let _ = writeln!(w, "| seeds | {} ({}) |", self.seeds.len(), seeds.join(", "));
        let _ = writeln!(w, "| rounds | {} |", self.seeds.values().sum::<u64>());
        let _ = writeln!(w, "| statements | {} |", self.statements);
        let _ = writeln!(
            w,
            "| reached a table with hidden rows | {} ({:.1} %) |",
            self.touched,
            percent(self.touched)
        );
        let errors: u64 = self.errors.values().sum();
        let _ = writeln!(
            w,
            "| ended in an error, in both worlds | {errors} ({:.1} %) |",
            percent(errors)
        );
        let _ = writeln!(
            w,
            "| comparisons of all that is visible and of what is high | {} |",
            self.whole
        );
        let timeouts: u64 = self.timeouts.values().sum();
        let _ = writeln!(w, "| ran into the time limit, not compared | {timeouts} |");
        let _ = writeln!(
            w,
            "| rounds that ended early after a documented difference | {} |",
            self.early
        );
        let _ = writeln!(w, "| **differences** | **{}** |", self.failures());
        let _ = writeln!(w, "\n| explained by | differences |\n|---|---|");
        for r in REASONS {
            let _ = writeln!(
                w,
                "| {}: {} | {} |",
                r.name,
                r.reason,
                self.exempt.get(&r.channel).copied().unwrap_or(0)
            );
        }
        let _ = writeln!(w, "\n| statements | |\n|---|---|");
        for (k, n) in &self.kinds {
            let _ = writeln!(w, "| {k} | {n} |");
        }
        let _ = writeln!(w, "\n| SQLSTATE | errors |\n|---|---|");
        for (k, n) in &self.errors {
            let _ = writeln!(w, "| {k} | {n} |");
        }
        if timeouts > 0 {
            let _ = writeln!(w, "\n| time limit | |\n|---|---|");
            for (k, n) in &self.timeouts {
                let _ = writeln!(w, "| {k} | {n} |");
            }
        }
        if !self.differences.is_empty() {
            let _ = writeln!(w, "\n| differences | |\n|---|---|");
            for (k, n) in &self.differences {
                let _ = writeln!(w, "| {k:?} | {n} |");
            }
        }
        for b in &self.broken {
            let _ = writeln!(w, "\nFAILED: {b}");
        }
        for s in &self.scripts {
            let _ = writeln!(w, "\nscript: {s}");
        }
        out
    }
}
