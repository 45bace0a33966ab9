//! The net is tested: holes that the server has for tests only, each taking out one check, are found.
//!
//! A hole is open while an injection point of its name is attached (src/include/security/sepgsql_holes.h of the
//! server, in builds with --enable-injection-points).  It is open in both worlds, but not while they are made.
//! What is found without any hole does not count.

use crate::Options;
use crate::pairs;
use crate::run::{self, Prepared};
use std::fmt::Write as _;
use std::time::Instant;

/// What ought to find it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Net {
    /// Statements of the low client alone.
    Statements,
    /// Two clients at once.
    Pairs,
}

/// A planted hole.
#[derive(Clone, Copy, Debug)]
struct Hole {
    name: &'static str,
    net: Net,
    /// What is not checked while it is open.
    what: &'static str,
    /// The function that leaves it out.
    place: &'static str,
}

const fn hole(name: &'static str, net: Net, what: &'static str, place: &'static str) -> Hole {
    Hole { name, net, what, place }
}

use Net::{Pairs, Statements};

const HOLES: &[Hole] = &[
    hole("seq-scan", Statements, "rows in sequential scans", "filter.c, sepgsql_mark_scan"),
    hole(
        "index-fetch",
        Statements,
        "rows that an index scan fetches",
        "filter.c, sepgsql_mark_index_scan",
    ),
    hole(
        "index-only-scan",
        Statements,
        "rows of index-only scans",
        "filter.c, sepgsql_mark_index_scan",
    ),
    hole("bitmap-scan", Statements, "rows of bitmap scans", "filter.c, sepgsql_mark_scan"),
    hole("tid-scan", Statements, "rows fetched by ctid = ...", "filter.c, sepgsql_mark_scan"),
    hole(
        "tid-range-scan",
        Statements,
        "rows of scans by a range of ctid",
        "filter.c, sepgsql_mark_scan",
    ),
    hole("sample-scan", Statements, "rows of TABLESAMPLE", "filter.c, sepgsql_mark_scan"),
    hole(
        "parallel-worker",
        Statements,
        "rows that parallel workers read",
        "filter.c, sepgsql_scan_filter",
    ),
    hole(
        "scroll-cursor",
        Statements,
        "rows of cursors that can be fetched backward",
        "filter.c, sepgsql_scan_filter",
    ),
    hole("copy-to", Statements, "rows of COPY table TO", "filter.c, sepgsql_mark_copy"),
    hole(
        "on-conflict",
        Statements,
        "the existing row of ON CONFLICT DO UPDATE",
        "writers.c, sepgsql_check_existing",
    ),
    hole(
        "default-label",
        Pairs,
        "rows without a label given get the table's, not the writer's",
        "writers.c, sepgsql_row_insert",
    ),
    hole(
        "error-detail",
        Statements,
        "DETAIL with the key that is in conflict",
        "filter.c, sepgsql_key_hidden",
    ),
    hole(
        "statistics",
        Statements,
        "pg_statistic and the views over it",
        "filter.c, filter_decide_statistic",
    ),
    hole(
        "planner-statistics",
        Statements,
        "statistics that leaky operators are given",
        "filter.c, sepgsql_statistics_hidden",
    ),
    hole(
        "ddl-all-rows",
        Statements,
        "commands that compute something over all rows of a table",
        "dml.c, sepgsql_check_all_rows",
    ),
    hole(
        "ddl-drop-rows",
        Statements,
        "DROP and TRUNCATE of a table with hidden rows",
        "dml.c, check_stored_rows",
    ),
    hole(
        "tables-columns",
        Statements,
        "tables and columns of statements",
        "dml.c, sepgsql_check_perms",
    ),
    hole("catalog-rows", Statements, "rows of catalogs", "filter.c, sepgsql_scan_filter"),
    hole(
        "definitions",
        Statements,
        "functions that show names and definitions",
        "visible.c, sepgsql_object_shown",
    ),
    hole(
        "dependents",
        Statements,
        "names of what depends on an object",
        "visible.c, sepgsql_describe_object",
    ),
    hole(
        "large-object",
        Statements,
        "large objects and their catalog",
        "catalog.c, sepgsql_check_blob",
    ),
    hole(
        "foreign-key-lookup",
        Statements,
        "the referenced row of a foreign key",
        "filter.c, sepgsql_constraint_eflags",
    ),
    hole(
        "foreign-key-delete",
        Statements,
        "referring rows that ON DELETE CASCADE deletes",
        "writers.c, sepgsql_exec_delete",
    ),
    hole(
        "row-update",
        Statements,
        "rows that foreign keys' actions update",
        "writers.c, sepgsql_row_update",
    ),
    hole(
        "trigger-row",
        Statements,
        "rows that BEFORE triggers are given by foreign keys' actions",
        "filter.c, sepgsql_check_trigger_row",
    ),
    hole(
        "procedure-label",
        Statements,
        "a trusted procedure's label goes when it ends",
        "execute.c, call_hook",
    ),
    hole(
        "eval-plan-qual",
        Pairs,
        "the newer version of a row that was waited for",
        "filter.c, sepgsql_recheck_row",
    ),
    hole("sessions", Pairs, "what other sessions do", "sessions.c, may_look"),
    hole("notify", Pairs, "who gets a notification", "sessions.c, sepgsql_may_notify"),
];

/// What came of one.
#[derive(Debug)]
struct Outcome {
    found: bool,
    line: String,
}

/// The holes that the command line names, or all.
fn wanted() -> Vec<&'static Hole> {
    let named: Vec<String> = std::env::args().collect();
    let some: Vec<&Hole> = HOLES.iter().filter(|h| named.iter().any(|n| n == h.name)).collect();
    if some.is_empty() { HOLES.iter().collect() } else { some }
}

/// Seeds that share the budget.
const SEEDS: u64 = 4;

fn with_hole(o: &Options, name: Option<&str>) -> Options {
    let mut o = o.clone();
    o.env.work = o.env.work.join("holes");
    o.env.base_sql.push("CREATE EXTENSION injection_points".into());
    if let Some(name) = name {
        o.env
            .start_sql
            .push(format!("SELECT injection_points_attach('sepgsql-hole-{name}', 'notice')"));
    }
    o
}

/// The worlds of a seed, and how far it goes without any difference while no hole is open.
struct Ground {
    prepared: Prepared,
    clean: Option<u64>,
}

/// Grounds are prepared when they are first needed: mostly the first is enough.
struct Grounds<'a> {
    o: &'a Options,
    all: Vec<Ground>,
}

impl Grounds<'_> {
    fn get(&mut self, n: usize) -> Result<&Ground, String> {
        while self.all.len() <= n {
            let o = with_hole(self.o, None);
            let seed = o.seed + self.all.len() as u64;
            let prepared = run::prepare(&o.env, seed, &[], &format!("ground-{seed}"))?;
            let found = run::hunt_in(&o, &o.env, &prepared, o.statements / SEEDS, "control")?;
            if let Some(d) = &found.what {
                println!(
                    "without a hole, seed {seed} has a difference at statement {}:\n{}",
                    found.after, d.text
                );
            }
            self.all.push(Ground { prepared, clean: found.what.is_some().then_some(found.after) });
        }
        Ok(&self.all[n])
    }
}

fn short(text: &str) -> String {
    let mut line: String = text
        .lines()
        .map(str::trim)
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .map(|c| if c == '|' { '/' } else { c })
        .collect();
    if let Some((at, _)) = line.char_indices().nth(160) {
        line.truncate(at);
        line.push_str(" ...");
    }
    line
}

fn by_statements(o: &Options, hole: &Hole, grounds: &mut Grounds) -> Result<Outcome, String> {
    let holed = with_hole(o, Some(hole.name));
    let mut said = 0;
    for n in 0..SEEDS {
        let ground = grounds.get(n as usize)?;
        let budget = o.statements / SEEDS;
        let found = run::hunt_in(&holed, &holed.env, &ground.prepared, budget, "hole")?;
        said += found.after;
        if let Some(d) = found.what {
            // what is there without the hole is none of its doing
            if ground.clean.is_none_or(|clean| found.after < clean) {
                return Ok(Outcome {
                    found: true,
                    line: format!("{said} statements | {:?}: {}", d.what, short(&d.text)),
                });
            }
        }
    }
    Ok(Outcome { found: false, line: format!("**not found** in {said} statements |") })
}

fn by_pairs(o: &Options, hole: &Hole) -> Result<Outcome, String> {
    let o = with_hole(o, Some(hole.name));
    let mut summary = pairs::Summary::default();
    let search = pairs::Search {
        env: &o.env,
        tag: "hole",
        seed: o.seed,
        schedules: o.schedules,
        shrink: false,
    };
    Ok(match pairs::search(search, &mut summary)? {
        Some(found) => Outcome {
            found: true,
            line: format!(
                "{} schedules, {} statements | {}",
                found.after.0,
                found.after.1,
                short(&found.text)
            ),
        },
        None => Outcome {
            found: false,
            line: format!("**not found** in {} schedules |", summary.schedules),
        },
    })
}

/// The command: true if each hole was found within the budget (`--statements`, `--schedules`).
pub fn run(o: &Options) -> Result<bool, String> {
    let holes = wanted();
    let mut table = String::from(
        "| hole | what is not checked | where | found after | by |\n|---|---|---|---|---|\n",
    );
    let mut grounds = Grounds { o, all: Vec::new() };
    let mut missed = 0;
    let path = o.out.join("holes.md");
    for hole in &holes {
        let began = Instant::now();
        let outcome = match hole.net {
            Statements => by_statements(o, hole, &mut grounds),
            Pairs => by_pairs(o, hole),
        };
        let outcome = outcome.unwrap_or_else(|e| Outcome {
            found: false,
            line: format!("**failed** | {}", short(&e)),
        });
        println!("{}: {} ({} s)", hole.name, outcome.line, began.elapsed().as_secs());
        let _ = writeln!(
            table,
            "| `{}` | {} | {} | {} |",
            hole.name, hole.what, hole.place, outcome.line
        );
        missed += u64::from(!outcome.found);
        // what there is so far
        std::fs::write(&path, &table).map_err(|e| format!("{}: {e}", path.display()))?;
    }
    println!("the list: {}", path.display());
    println!("two-worlds: {} planted holes, {missed} not found", holes.len());
    Ok(missed == 0)
}
