//! A run: seeds of schemas, rounds of statements, what came of them.

use crate::Options;
use crate::cluster::{self, Env, Snapshot};
use crate::compare::{Difference, Verdict, What};
use crate::generate::Generator;
use crate::model::Model;
use crate::play::{self, HighState, Played, Round};
use crate::schema;
use crate::shrink::{self, Case};
use crate::stmt::{Call, Statement};
use crate::summary::Summary;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Is w_low a superuser with this seed?
pub fn superuser(seed: u64) -> bool {
    seed.is_multiple_of(3)
}

/// How a round ended.
#[derive(Debug, Default)]
struct Ended {
    /// Statements of the generator in it.
    said: u64,
    /// What it found, with the statements that had been sent until then.
    found: Vec<(Difference, Vec<Statement>)>,
    /// It ended before its time.
    early: bool,
    /// By what.
    why: String,
}

/// What a round may do.
#[derive(Clone, Copy, Debug)]
struct Plan {
    seed: u64,
    round: u64,
    statements: u64,
    every: u64,
    first_only: bool,
}

/// A difference inside of a round: bring the worlds together, or end it.
fn go_on(round: &mut Round, generator: &mut Generator, p: &Played, was: u8) -> bool {
    if !p.apart {
        return true;
    }
    if matches!(p.verdict, Verdict::Timeout) || !round.together(was) {
        return false;
    }
    generator.answered(&play::own("rollback", "ROLLBACK"), b'I', true);
    true
}

/// Is it a COMMIT by itself?
fn is_commit(s: &Statement) -> bool {
    matches!(&s.call, Call::Simple(t) if matches!(t.trim().trim_end_matches(';').to_ascii_uppercase().as_str(), "COMMIT" | "END"))
}

fn one_round(
    env: &Env,
    model: &Model,
    snapshot: &Snapshot,
    before: &mut Option<HighState>,
    tag: &str,
    plan: Plan,
    sum: &mut Summary,
) -> Result<Ended, String> {
    let mut round = Round::start(env, snapshot, tag)?;
    if before.is_none() {
        *before = Some(round.high_state(None)?);
    }
    let mut generator =
        Generator::new(model, plan.seed.wrapping_mul(1_000_003).wrapping_add(plan.round));
    let mut ended = Ended::default();
    let mut checked = 0;
    while ended.said < plan.statements {
        let s = generator.next();
        ended.said += 1;
        let was = round.status;
        // A write of its own transaction is tried in one that can still be rolled back, most of the time: where a
        // hidden key lets world H alone refuse it, the worlds stay alike.
        let tried = was == b'I' && play::is_write(&s) && ended.said % 8 != 0;
        let ends = was == b'T' && is_commit(&s) && ended.said % 8 != 0;
        if tried {
            round.say(&play::own("begin", "BEGIN"));
        }
        let mut p = None;
        if ends {
            let q = round.say(&play::own("constraints", "SET CONSTRAINTS ALL IMMEDIATE"));
            if q.apart || !matches!(q.verdict, Verdict::Same) {
                p = Some(q);
            }
        }
        let mut p = p.unwrap_or_else(|| round.say(&s));
        sum.count(&s, &p.low);
        if tried && !p.apart && round.status == b'T' {
            let q = round.say(&play::own("constraints", "SET CONSTRAINTS ALL IMMEDIATE"));
            if q.apart || !matches!(q.verdict, Verdict::Same) {
                p = q;
            } else {
                round.say(&play::own("commit", "COMMIT"));
            }
        }
        let was = if tried { b'T' } else { was };
        match &p.verdict {
            Verdict::Same => (),
            Verdict::Exempt(channels) => {
                for c in channels {
                    *sum.exempt.entry(*c).or_default() += 1;
                }
            }
            Verdict::Timeout => *sum.timeouts.entry(s.kind).or_default() += 1,
            Verdict::Different(d) => {
                *sum.differences.entry(d.what).or_default() += 1;
                ended.found.push((d.clone(), round.history.clone()));
                if plan.first_only {
                    return Ok(ended);
                }
            }
        }
        let ok = p.low.sqlstate().is_none() && !p.apart;
        if p.apart {
            if !go_on(&mut round, &mut generator, &p, was) {
                ended.early = true;
                ended.why = format!("{:?}: {}", p.verdict, cluster::brief(&s.call));
                return Ok(ended);
            }
        } else if tried && round.status != b'I' {
            round.say(&play::own("rollback", "ROLLBACK"));
        }
        generator.answered(&s, round.status, ok);
        if round.status == 0 {
            ended.early = true;
            return Ok(ended);
        }
        let last = ended.said == plan.statements;
        if last || ended.said.is_multiple_of(plan.every) {
            if round.status != b'I' {
                let r = play::own("rollback", "ROLLBACK");
                round.say(&r);
                generator.answered(&r, round.status, true);
            }
            checked += 1;
            // temporary tables and prepared transactions go with the session; the catalogs are many
            let (d, channels) = round.visible(last)?;
            for c in channels {
                *sum.exempt.entry(c).or_default() += 1;
            }
            let now = round.high_state(before.as_ref())?;
            let changed = before.as_ref().and_then(|b| b.changed(&now));
            for d in d.into_iter().chain(changed) {
                *sum.differences.entry(d.what).or_default() += 1;
                ended.found.push((d, round.history.clone()));
                if !last || plan.first_only {
                    ended.early = true;
                    sum.whole += checked;
                    return Ok(ended);
                }
            }
        }
    }
    sum.whole += checked;
    Ok(ended)
}

/// What makes two differences the same for the budget of shrinking.
fn signature(d: &Difference, statements: &[Statement]) -> String {
    let kind = statements.last().map_or("", |s| s.kind);
    let kind = if matches!(d.what, What::Visible | What::High) { "" } else { kind };
    let text: String = d.text.chars().filter(|c| !c.is_ascii_digit()).take(160).collect();
    format!("{:?} {kind} {text}", d.what)
}

/// The whole of a run; true: no difference.
pub fn run(o: &Options) -> Result<bool, String> {
    let start = Instant::now();
    o.env.base()?;
    let seeds = o.statements.div_ceil(o.round * o.rounds).max(1);
    println!("two-worlds: seeds {} to {}, {} statements", o.seed, o.seed + seeds - 1, o.statements);
    let next = AtomicU64::new(0);
    let total = Mutex::new(Summary::default());
    let shrunk: Mutex<BTreeMap<String, u64>> = Mutex::new(BTreeMap::new());
    thread::scope(|scope| {
        for job in 0..o.jobs {
            let (next, total, shrunk) = (&next, &total, &shrunk);
            scope.spawn(move || {
                loop {
                    let n = next.fetch_add(1, Ordering::SeqCst);
                    if n >= seeds {
                        return;
                    }
                    if o.minutes.is_some_and(|m| start.elapsed() > Duration::from_secs(60 * m)) {
                        return;
                    }
                    let left = o.statements - (n * o.round * o.rounds).min(o.statements);
                    let mut sum = Summary::default();
                    if let Err(e) =
                        one_seed(o, o.seed + n, left.min(o.round * o.rounds), job, &mut sum, shrunk)
                    {
                        sum.broken.push(format!("seed {}: {e}", o.seed + n));
                    }
                    let mut all = total.lock().unwrap_or_else(|e| e.into_inner());
                    all.add(sum);
                    println!(
                        "seed {}: {} statements, {} differences; {} statements in {} s",
                        o.seed + n,
                        left.min(o.round * o.rounds),
                        all.failures(),
                        all.statements,
                        start.elapsed().as_secs()
                    );
                    // what there is so far
                    let _ = std::fs::write(o.out.join("summary.md"), all.show());
                }
            });
        }
    });
    let all = total.into_inner().unwrap_or_else(|e| e.into_inner());
    println!("{}", all.show());
    println!(
        "two-worlds: {} statements, {} differences, {} s",
        all.statements,
        all.failures(),
        start.elapsed().as_secs()
    );
    std::fs::write(o.out.join("summary.md"), all.show()).map_err(|e| e.to_string())?;
    Ok(all.failures() == 0)
}

/// A seed's worlds, set up: to hunt in them more than once.
#[derive(Debug)]
pub struct Prepared {
    seed: u64,
    model: Model,
    snapshot: Snapshot,
}

/// Sets a seed's worlds up.
pub fn prepare(env: &Env, seed: u64, second: &[Statement], tag: &str) -> Result<Prepared, String> {
    let mut model = schema::build(seed);
    model.second = second.to_vec();
    let snapshot = cluster::set_up_model(env, &model, superuser(seed), tag)?;
    Ok(Prepared { seed, model, snapshot })
}

/// How many statements are said, whether to the first difference only, and in whose directories.
struct Rounds<'a> {
    statements: u64,
    first_only: bool,
    tag: &'a str,
}

impl Prepared {
    /// Rounds, until all statements are said, or `then` wants no more: it is told each round's number, how it ended
    /// and how many statements there have been.
    fn rounds(
        &self,
        o: &Options,
        env: &Env,
        Rounds { statements, first_only, tag }: Rounds<'_>,
        sum: &mut Summary,
        mut then: impl FnMut(&mut Summary, u64, Ended, u64) -> Result<bool, String>,
    ) -> Result<(), String> {
        let mut before = None;
        let (mut said, mut round) = (0, o.first_round);
        while said < statements {
            let plan = Plan {
                seed: self.seed,
                round,
                statements: o.round.min(statements - said),
                every: o.every,
                first_only,
            };
            let ended = one_round(env, &self.model, &self.snapshot, &mut before, tag, plan, sum)?;
            said += ended.said.max(1);
            if !then(sum, round, ended, said)? {
                break;
            }
            round += 1;
        }
        Ok(())
    }
}

fn one_seed(
    o: &Options,
    seed: u64,
    statements: u64,
    job: u64,
    sum: &mut Summary,
    shrunk: &Mutex<BTreeMap<String, u64>>,
) -> Result<(), String> {
    let tag = format!("j{job}");
    let mut began = Instant::now();
    let prepared = prepare(&o.env, seed, &o.second, &tag)?;
    if o.verbose {
        let steps = prepared.model.steps.len();
        println!("seed {seed}: {steps} steps in {} ms", began.elapsed().as_millis());
    }
    sum.seeds.insert(seed, 0);
    began = Instant::now();
    let rounds = Rounds { statements, first_only: false, tag: &tag };
    prepared.rounds(o, &o.env, rounds, sum, |sum, round, ended, _| {
        if o.verbose {
            println!(
                "seed {seed} round {round}: {} statements in {} ms{}",
                ended.said,
                began.elapsed().as_millis(),
                if ended.early {
                    format!(", early: {}", ended.why.chars().take(300).collect::<String>())
                } else {
                    String::new()
                }
            );
        }
        sum.early += u64::from(ended.early);
        if let Some(n) = sum.seeds.get_mut(&seed) {
            *n += 1;
        }
        for (difference, statements) in ended.found {
            found(o, &prepared, round, difference, statements, &tag, sum, shrunk)?;
        }
        began = Instant::now();
        Ok(true)
    })?;
    prepared.snapshot.remove();
    Ok(())
}

/// Tells of a difference, and writes the script that shows it.
#[allow(clippy::too_many_arguments)]
fn found(
    o: &Options,
    prepared: &Prepared,
    round: u64,
    difference: Difference,
    statements: Vec<Statement>,
    tag: &str,
    sum: &mut Summary,
    shrunk: &Mutex<BTreeMap<String, u64>>,
) -> Result<(), String> {
    let seed = prepared.seed;
    let mut case = Case {
        seed,
        round,
        superuser: superuser(seed),
        steps: prepared.model.steps.clone(),
        statements,
        difference,
        again: false,
    };
    let n = {
        let mut all = shrunk.lock().unwrap_or_else(|e| e.into_inner());
        let distinct = all.len() as u64;
        let n = all.entry(signature(&case.difference, &case.statements)).or_default();
        *n += 1;
        if *n > 1 || distinct >= o.shrink { u64::MAX } else { distinct }
    };
    println!(
        "seed {seed} round {round}: DIFFERENCE {:?}\n{}",
        case.difference.what, case.difference.text
    );
    if let Some(s) = case.statements.last() {
        println!(
            "  {}: {}",
            s.kind,
            cluster::brief(&s.call).chars().take(1500).collect::<String>()
        );
    }
    if n >= o.shrink {
        return Ok(());
    }
    let raw = shrink::write(&o.out, &format!("raw-{seed}-{round}-{n}"), &case)?;
    let time = Duration::from_secs(o.shrink_seconds);
    case = shrink::shrink(&o.env, &prepared.snapshot, tag, case, time);
    let path = shrink::write(&o.out, &format!("difference-{seed}-{round}-{n}"), &case)?;
    if case.again {
        let _ = std::fs::remove_file(raw);
    }
    println!("  script: {}", path.display());
    sum.scripts.push(path.display().to_string());
    Ok(())
}

/// What a hunt for a planted hole has found.
#[derive(Clone, Debug)]
pub struct Found {
    /// Statements until then.
    pub after: u64,
    /// The difference; None: none within the budget.
    pub what: Option<Difference>,
}

/// The statements of a seed, until the first difference or their number; nothing is shrunk.
pub fn hunt_in(
    o: &Options,
    env: &Env,
    prepared: &Prepared,
    statements: u64,
    tag: &str,
) -> Result<Found, String> {
    let mut found = Found { after: 0, what: None };
    let mut sum = Summary::default();
    let rounds = Rounds { statements, first_only: true, tag };
    prepared.rounds(o, env, rounds, &mut sum, |_, _, ended, said| {
        found.after = said;
        found.what = ended.found.into_iter().next().map(|(d, _)| d);
        Ok(found.what.is_none())
    })?;
    Ok(found)
}

/// Plays a script again; true: no difference any more.
pub fn replay(o: &Options, file: &std::path::Path) -> Result<bool, String> {
    let case = shrink::read(file)?;
    let snapshot =
        cluster::set_up(&o.env, &case.steps, case.superuser, "replay", cluster::Strict::No)?;
    let found = play::replay(&o.env, &snapshot, "replay", &case.statements, case.difference.what)?;
    snapshot.remove();
    match found {
        Some((i, d)) => {
            println!("{:?} at statement {i}:\n{}", d.what, d.text);
            Ok(false)
        }
        None => {
            println!("no difference");
            Ok(true)
        }
    }
}
