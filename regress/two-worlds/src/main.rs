//! Two worlds: what a low client sees does not depend on what is high.
//!
//! Two clusters are built alike, but that world H also holds rows and objects that the low client may not see.
//! Whatever the low client then says, both have to answer the same.  See README.md.

mod cluster;
mod compare;
mod exempt;
mod generate;
mod holes;
mod model;
mod pairs;
mod play;
mod run;
mod schema;
mod shrink;
mod stmt;
mod summary;
mod wire;

use std::path::PathBuf;
use std::process::ExitCode;

const USAGE: &str = "usage: two-worlds COMMAND --bindir DIR [OPTIONS]

  run      statements from seeds to both worlds; fails on any difference
  replay FILE  plays a script that run has written
  schema   writes a seed's set-up as a script of psql
  pairs    two clients at once, by schedules from seeds
  holes    planted holes are found (needs a server that has them)

  --bindir DIR        where initdb and postgres are
  --work DIR          for clusters (default build/two-worlds/work)
  --out DIR           for scripts and the summary (default build/two-worlds)
  --seed N            the first seed (default 1)
  --fresh             a seed that nobody has used; it is printed
  --statements N      how many (default 20000)
  --round N           statements from one copy of a seed's databases (default 500)
  --rounds N          rounds of a seed (default 4)
  --first-round N     the first of them (default 0)
  --every N           statements between comparisons of all that is visible (default 250)
  --jobs N            pairs of clusters at a time (default 1)
  --minutes N         begin no seed after that time
  --shrink N          differences to shrink (default 5)
  --shrink-seconds N  time for each (default 240)
  --schedules N       of pairs (default 200)
  --world H|L         of schema (default H)
  --sqlsmith FILE     of run: also what `sqlsmith --dry-run` has written about a seed's world L
  --verbose
";

/// What the command line says.
#[derive(Clone, Debug)]
pub struct Options {
    /// PostgreSQL, and where clusters may be made.
    pub env: cluster::Env,
    /// For scripts and the summary.
    pub out: PathBuf,
    /// The first seed.
    pub seed: u64,
    /// How many statements.
    pub statements: u64,
    /// Statements of a round.
    pub round: u64,
    /// Rounds of a seed.
    pub rounds: u64,
    /// The first of them.
    pub first_round: u64,
    /// Statements between comparisons of all that is visible.
    pub every: u64,
    /// Pairs of clusters at a time.
    pub jobs: u64,
    /// No seed begins after that.
    pub minutes: Option<u64>,
    /// Differences to shrink.
    pub shrink: u64,
    /// Time for each.
    pub shrink_seconds: u64,
    /// Schedules of two clients.
    pub schedules: u64,
    /// Of `schema`: world H.
    pub high: bool,
    /// Statements of another generator.
    pub second: Vec<stmt::Statement>,
    /// Say more.
    pub verbose: bool,
}

fn options(args: &[String]) -> Result<(Options, Vec<String>), String> {
    let mut o = Options {
        env: cluster::Env {
            bindir: PathBuf::new(),
            work: PathBuf::from("build/two-worlds/work"),
            conf: String::new(),
            base_sql: Vec::new(),
            start_sql: Vec::new(),
        },
        out: PathBuf::from("build/two-worlds"),
        seed: 1,
        statements: 20_000,
        round: 500,
        rounds: 4,
        first_round: 0,
        every: 250,
        jobs: 1,
        minutes: None,
        shrink: 5,
        shrink_seconds: 240,
        schedules: 200,
        high: true,
        second: Vec::new(),
        verbose: false,
    };
    let mut rest = Vec::new();
    let mut it = args.iter();
    while let Some(a) = it.next() {
        let mut value = || it.next().cloned().ok_or_else(|| format!("{a} needs a value"));
        let number = |v: Result<String, String>| -> Result<u64, String> {
            v?.parse::<u64>().map_err(|e| format!("{a}: {e}"))
        };
        match a.as_str() {
            "--bindir" => o.env.bindir = PathBuf::from(value()?),
            "--work" => o.env.work = PathBuf::from(value()?),
            "--out" => o.out = PathBuf::from(value()?),
            "--seed" => o.seed = number(value())?,
            "--fresh" => {
                let t = std::time::SystemTime::now()
                    .duration_since(std::time::UNIX_EPOCH)
                    .map_err(|e| e.to_string())?;
                o.seed = (t.as_nanos() as u64 ^ u64::from(std::process::id()) << 32)
                    % 1_000_000_000
                    + 1_000_000;
            }
            "--statements" => o.statements = number(value())?,
            "--round" => o.round = number(value())?.max(1),
            "--rounds" => o.rounds = number(value())?.max(1),
            "--first-round" => o.first_round = number(value())?,
            "--every" => o.every = number(value())?.max(1),
            "--jobs" => o.jobs = number(value())?.max(1),
            "--minutes" => o.minutes = Some(number(value())?),
            "--shrink" => o.shrink = number(value())?,
            "--shrink-seconds" => o.shrink_seconds = number(value())?,
            "--schedules" => o.schedules = number(value())?,
            "--world" => o.high = value()? != "L",
            "--sqlsmith" => {
                let file = value()?;
                let text = std::fs::read_to_string(&file).map_err(|e| format!("{file}: {e}"))?;
                o.second = generate::sqlsmith::statements(&text);
            }
            "--verbose" => o.verbose = true,
            _ if a.starts_with("--") => return Err(format!("unknown option {a}\n{USAGE}")),
            _ => rest.push(a.clone()),
        }
    }
    Ok((o, rest))
}

fn command(args: &[String]) -> Result<bool, String> {
    let (mut o, rest) = options(args)?;
    let Some(cmd) = rest.first() else {
        return Err(USAGE.into());
    };
    if cmd == "schema" {
        print!("{}", schema::script(&schema::build(o.seed), o.high));
        return Ok(true);
    }
    if o.env.bindir.as_os_str().is_empty() {
        return Err(format!("--bindir is missing\n{USAGE}"));
    }
    for d in [&mut o.out, &mut o.env.work] {
        std::fs::create_dir_all(&*d).map_err(|e| format!("{}: {e}", d.display()))?;
        *d = d.canonicalize().map_err(|e| format!("{}: {e}", d.display()))?;
    }
    match cmd.as_str() {
        "run" => run::run(&o),
        "replay" => match rest.get(1) {
            Some(f) => run::replay(&o, std::path::Path::new(f)),
            None => Err("replay needs a file".into()),
        },
        "pairs" => pairs::run(&o),
        "holes" => holes::run(&o),
        _ => Err(USAGE.into()),
    }
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match command(&args) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(e) => {
            eprintln!("two-worlds: {e}");
            ExitCode::from(2)
        }
    }
}
