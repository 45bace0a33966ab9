//! The two clusters: made once, set up for a seed, kept as they are then, and copied for each round.

use crate::model::{Model, Place, Step};
use crate::stmt::{Call, Role};
use crate::wire::{Answer, Conn};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// The label of the client whose view must not depend on what is high.
pub const LOW_LABEL: &str = "user_u:user_r:user_t:s0-s0:c0.c20";
/// The label of the client that sees what is high.
pub const HIGH_LABEL: &str = "staff_u:staff_r:staff_t:s0-s3:c0.c50";
/// The label of the administrator.
pub const ADMIN_LABEL: &str = "unconfined_u:unconfined_r:unconfined_t:s0-s15:c0.c1023";
/// The database of the schema.
pub const DATABASE: &str = "two";

const CONF: &str = "
# two-worlds
listen_addresses = ''
max_connections = 20
shared_buffers = 32MB
fsync = off
synchronous_commit = off
full_page_writes = off
max_wal_size = 4GB
checkpoint_timeout = 1h
autovacuum = off
jit = off
max_prepared_transactions = 4
statement_timeout = 4s
idle_in_transaction_session_timeout = 0
log_min_messages = fatal
log_min_error_statement = panic
timezone = 'UTC'
log_timezone = 'UTC'
extra_float_digits = 0
track_activities = on
max_worker_processes = 8
max_parallel_workers = 4
";

/// The user's name in the database.
pub fn user(role: Role) -> &'static str {
    match role {
        Role::Admin => "postgres",
        Role::Low => "w_low",
        Role::High => "w_high",
    }
}

/// Where PostgreSQL is, and where clusters may be made.
#[derive(Clone, Debug)]
pub struct Env {
    /// The directory of initdb and postgres.
    pub bindir: PathBuf,
    /// A directory of ours.
    pub work: PathBuf,
    /// More lines for postgresql.conf.
    pub conf: String,
    /// What the administrator says once, in the database of the schema of the cluster that all start from.
    pub base_sql: Vec<String>,
    /// What the administrator says there each time that a cluster has been started, before all else.
    pub start_sql: Vec<String>,
}

fn say<T, E: std::fmt::Display>(what: &str, r: Result<T, E>) -> Result<T, String> {
    r.map_err(|e| format!("{what}: {e}"))
}

fn run(what: &str, command: &mut Command) -> Result<(), String> {
    let out = say(what, command.stdin(Stdio::null()).output())?;
    if out.status.success() {
        return Ok(());
    }
    Err(format!(
        "{what} failed: {}{}",
        String::from_utf8_lossy(&out.stdout),
        String::from_utf8_lossy(&out.stderr)
    ))
}

/// Copies a data directory.
pub fn copy_dir(from: &Path, to: &Path) -> Result<(), String> {
    if to.exists() {
        say("remove", fs::remove_dir_all(to))?;
    }
    run("cp", Command::new("cp").args(["-a", "--reflink=auto"]).arg(from).arg(to))
}

impl Env {
    fn program(&self, name: &str) -> Command {
        let mut c = Command::new(self.bindir.join(name));
        for v in [
            "PGHOST",
            "PGPORT",
            "PGUSER",
            "PGDATABASE",
            "PGOPTIONS",
            "PGTZ",
            "PGDATA",
            "PGCLIENTENCODING",
        ] {
            c.env_remove(v);
        }
        c.env("LC_ALL", "C");
        c
    }

    /// The cluster that everything starts from: the roles, the labels of clients, an empty database.
    pub fn base(&self) -> Result<PathBuf, String> {
        let dir = self.work.join("base");
        if dir.join("ready").exists() {
            return Ok(dir);
        }
        let _ = fs::remove_dir_all(&dir);
        say("work directory", fs::create_dir_all(&self.work))?;
        run(
            "initdb",
            self.program("initdb")
                .args([
                    "--enable-selinux",
                    "--security-server=embedded",
                    "-U",
                    "postgres",
                    "-A",
                    "trust",
                ])
                .args(["--no-sync", "--no-locale", "-E", "UTF8", "--wal-segsize=4", "-D"])
                .arg(&dir),
        )?;
        let peers = format!(
            "local all w_low {LOW_LABEL}\nlocal all w_high {HIGH_LABEL}\nlocal all all {ADMIN_LABEL}\n"
        );
        say("pg_peerlabel.conf", fs::write(dir.join("pg_peerlabel.conf"), peers))?;
        let conf = dir.join("postgresql.conf");
        let mut text = say("postgresql.conf", fs::read_to_string(&conf))?;
        text.push_str(CONF);
        text.push_str(&self.conf);
        say("postgresql.conf", fs::write(&conf, text))?;
        let c = Cluster::run(self, dir.clone(), false)?;
        {
            let mut admin = say("connect", Conn::open(&c.socket, "postgres", "postgres"))?;
            for sql in [
                "CREATE ROLE w_low LOGIN",
                "CREATE ROLE w_high LOGIN",
                "CREATE DATABASE two",
                "CHECKPOINT",
            ] {
                admin.query(sql)?;
            }
            let mut admin = say("connect", c.connect(Role::Admin))?;
            for sql in &self.base_sql {
                admin.query(sql)?;
            }
        }
        c.shutdown()?;
        say("ready", fs::write(dir.join("ready"), ""))?;
        Ok(dir)
    }
}

/// A running cluster.
#[derive(Debug)]
pub struct Cluster {
    /// Its data directory.
    pub dir: PathBuf,
    /// The directory of its socket.
    pub socket: PathBuf,
    child: Option<Child>,
    scratch: bool,
}

impl Cluster {
    /// Starts a copy of `from` at `to`, which is removed in the end.
    pub fn start(env: &Env, from: &Path, to: &Path) -> Result<Cluster, String> {
        copy_dir(from, to)?;
        let cluster = Cluster::run(env, to.to_path_buf(), true)?;
        if !env.start_sql.is_empty() {
            let mut admin = say("connect", cluster.connect(Role::Admin))?;
            for sql in &env.start_sql {
                admin.query(sql)?;
            }
        }
        Ok(cluster)
    }

    fn run(env: &Env, dir: PathBuf, scratch: bool) -> Result<Cluster, String> {
        // a socket's path is short: not below a deep work directory
        let name = format!(
            "two-{}-{}",
            std::process::id(),
            dir.to_string_lossy()
                .bytes()
                .fold(0_u64, |h, b| h.wrapping_mul(1_099_511_628_211) ^ u64::from(b))
                % 1_000_000_007
        );
        let socket = std::env::temp_dir().join(name);
        say("socket directory", fs::create_dir_all(&socket))?;
        let log = say(
            "log",
            fs::OpenOptions::new().create(true).append(true).open(dir.with_extension("log")),
        )?;
        let child = say(
            "postgres",
            env.program("postgres")
                .arg("-D")
                .arg(&dir)
                .arg("-k")
                .arg(&socket)
                .stdin(Stdio::null())
                .stdout(say("log", log.try_clone())?)
                .stderr(log)
                .spawn(),
        )?;
        let mut cluster = Cluster { dir, socket, child: Some(child), scratch };
        let start = Instant::now();
        loop {
            match Conn::open(&cluster.socket, "postgres", "postgres") {
                Ok(_) => return Ok(cluster),
                Err(e) => {
                    let ended =
                        cluster.child.as_mut().and_then(|c| c.try_wait().ok().flatten()).is_some();
                    if ended || start.elapsed() > Duration::from_secs(60) {
                        let log = fs::read_to_string(cluster.dir.with_extension("log"))
                            .unwrap_or_default();
                        let tail: Vec<&str> = log.lines().rev().take(10).collect();
                        return Err(format!(
                            "the server does not start: {e}; its log's end: {tail:?}"
                        ));
                    }
                }
            }
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// A connection to the database of the schema.
    pub fn connect(&self, role: Role) -> io::Result<Conn> {
        Conn::open(&self.socket, user(role), DATABASE)
    }

    fn signal(&mut self, signal: &str) {
        if let Some(mut child) = self.child.take() {
            let _ = Command::new("kill").arg(signal).arg(child.id().to_string()).status();
            let _ = child.wait();
        }
        let _ = fs::remove_dir_all(&self.socket);
    }

    /// Ends it in an orderly way; its data directory stays.
    pub fn shutdown(mut self) -> Result<PathBuf, String> {
        self.scratch = false;
        self.signal("-INT");
        let dir = self.dir.clone();
        if dir.join("postmaster.pid").exists() {
            return Err("the server did not shut down".into());
        }
        Ok(dir)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.signal("-QUIT");
        if self.scratch {
            let _ = fs::remove_dir_all(&self.dir);
        }
    }
}

/// What a set-up leaves: two data directories.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// World L.
    pub low: PathBuf,
    /// World H.
    pub high: PathBuf,
}

/// Both worlds, running.
#[derive(Debug)]
pub struct Worlds {
    /// Without what is high.
    pub low: Cluster,
    /// With it.
    pub high: Cluster,
}

/// One connection a role, opened when it is first used.
struct Speakers<'a> {
    cluster: &'a Cluster,
    conns: [Option<Conn>; 3],
}

impl<'a> Speakers<'a> {
    fn new(cluster: &'a Cluster) -> Self {
        Speakers { cluster, conns: [None, None, None] }
    }

    fn get(&mut self, role: Role) -> Result<&mut Conn, String> {
        let slot = &mut self.conns[role as usize];
        if slot.is_none() {
            *slot = Some(say("connect", self.cluster.connect(role))?);
        }
        slot.as_mut().ok_or_else(|| "no connection".into())
    }

    fn say(&mut self, step: &Step) -> Result<Answer, String> {
        if step.call == Call::Reconnect {
            if let Some(mut old) = self.conns[step.role as usize].take() {
                old.close();
            }
            return Ok(Answer { status: b'I', ..Answer::default() });
        }
        let oid = match &step.call {
            Call::FastPath { function, .. } => function_oid(self.get(Role::Admin)?, function),
            _ => 0,
        };
        Ok(self.get(step.role)?.call(&step.call, oid))
    }

    /// The numbers that an object and a transaction got just now.
    fn numbers(&mut self) -> Result<(u64, u64), String> {
        let sql = "SELECT o, pg_current_xact_id(), lo_unlink(o) FROM lo_create(0) o";
        let rows = self.get(Role::Admin)?.query(sql)?;
        let number = |i: usize| -> Option<u64> { rows.first()?.get(i)?.as_ref()?.parse().ok() };
        number(0).zip(number(1)).ok_or_else(|| "no number".into())
    }

    /// Lets numbers pass that the other world has used.
    fn skip(&mut self, objects: u64, mut transactions: u64) -> Result<(), String> {
        let admin = self.get(Role::Admin)?;
        if objects > 0 {
            admin.query(&format!(
                "SELECT count(lo_unlink(lo_create(0))) FROM generate_series(1, {objects})"
            ))?;
            transactions = transactions.saturating_sub(1);
        }
        if transactions > 0 {
            admin.query(&format!(
                "DO $$ BEGIN FOR i IN 1..{transactions} LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$"
            ))?;
        }
        Ok(())
    }
}

/// The number of a function, 0 if there is none.
pub fn function_oid(admin: &mut Conn, function: &str) -> u32 {
    let quoted = function.replace('\'', "''");
    admin
        .query(&format!("SELECT to_regprocedure('{quoted}')::oid"))
        .ok()
        .and_then(|rows| rows.first()?.first()?.clone()?.parse().ok())
        .unwrap_or(0)
}

/// A call in short, for messages.
pub fn brief(call: &Call) -> String {
    match call {
        Call::Simple(sql) | Call::Extended { sql, .. } | Call::CopyIn { sql, .. } => sql.clone(),
        Call::FastPath { function, args } => format!("fast path {function} {args:?}"),
        Call::Reconnect => "reconnect".into(),
    }
}

/// How a set-up treats a step that fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strict {
    /// The model is wrong.
    Yes,
    /// The step is left out: something that it needs has been left out while shrinking.
    No,
}

/// Sets both worlds up.  Numbers that are handed out to objects and transactions stay equal: after each step in
/// world H alone world L lets as many pass.
pub fn set_up(
    env: &Env,
    steps: &[Step],
    superuser: bool,
    tag: &str,
    strict: Strict,
) -> Result<Snapshot, String> {
    let base = env.base()?;
    let low = Cluster::start(env, &base, &env.work.join(format!("{tag}-set-up-l")))?;
    let high = Cluster::start(env, &base, &env.work.join(format!("{tag}-set-up-h")))?;
    {
        let mut l = Speakers::new(&low);
        let mut h = Speakers::new(&high);
        for s in [&mut l, &mut h] {
            // the connections exist before all else, so that sessions have the same numbers
            s.get(Role::Admin)?;
            s.get(Role::High)?;
            s.get(Role::Low)?;
            if superuser {
                s.get(Role::Admin)?.query("ALTER ROLE w_low SUPERUSER")?;
            }
            s.get(Role::Admin)?.query("SET statement_timeout = 0")?;
            s.get(Role::High)?.query("SET statement_timeout = 0")?;
            s.get(Role::Low)?.query("SET statement_timeout = 0")?;
        }
        let mut apart = false;
        for (i, step) in steps.iter().enumerate() {
            let failed = match step.place {
                Place::HighOnly => {
                    apart = true;
                    let a = h.say(step)?;
                    if a.status == 0 {
                        return Err(format!(
                            "connection lost in step {i}: {}",
                            brief(&step.call).chars().take(1500).collect::<String>()
                        ));
                    }
                    a.error().map(|e| format!("world H: {e}"))
                }
                Place::Both => {
                    if apart {
                        let (to, from) = (h.numbers()?, l.numbers()?);
                        l.skip(to.0.saturating_sub(from.0), to.1.saturating_sub(from.1))?;
                        h.skip(0, from.1.saturating_sub(to.1))?;
                        apart = false;
                    }
                    let (a, b) = thread::scope(|s| {
                        let other = s.spawn(|| l.say(step));
                        let b = h.say(step);
                        (other.join().unwrap_or_else(|_| Err("panic".into())), b)
                    });
                    let (a, b) = (a?, b?);
                    if a.status == 0 || b.status == 0 {
                        return Err(format!(
                            "connection lost in step {i}: {}",
                            brief(&step.call).chars().take(1500).collect::<String>()
                        ));
                    }
                    match (a.error(), b.error()) {
                        (None, None) => None,
                        (Some(e), None) => Some(format!("world L alone: {e}")),
                        (None, Some(e)) => Some(format!("world H alone: {e}")),
                        (Some(e), Some(_)) => Some(format!("both worlds: {e}")),
                    }
                }
            };
            if let (Some(e), Strict::Yes) = (failed, strict) {
                return Err(format!(
                    "step {i} of the set-up failed in {e}\n  {:?}: {}",
                    step.role,
                    brief(&step.call).chars().take(1500).collect::<String>()
                ));
            }
        }
        for s in [&mut l, &mut h] {
            s.get(Role::Admin)?.query("CHECKPOINT")?;
        }
    }
    let mut low = low;
    let mut high = high;
    low.scratch = false;
    high.scratch = false;
    let snapshot = Snapshot {
        low: env.work.join(format!("{tag}-l")),
        high: env.work.join(format!("{tag}-h")),
    };
    for (c, to) in [(low, &snapshot.low), (high, &snapshot.high)] {
        let dir = c.shutdown()?;
        let _ = fs::remove_dir_all(to);
        say("rename", fs::rename(&dir, to))?;
    }
    level(env, &snapshot)?;
    Ok(snapshot)
}

/// The set-up of a model.
pub fn set_up_model(
    env: &Env,
    model: &Model,
    superuser: bool,
    tag: &str,
) -> Result<Snapshot, String> {
    set_up(env, &model.steps, superuser, tag, Strict::Yes)
}

/// Gives both data directories the same next transaction and object.
fn level(env: &Env, s: &Snapshot) -> Result<(), String> {
    let control = |dir: &Path| -> Result<(u64, u64), String> {
        let out = say("pg_controldata", env.program("pg_controldata").arg(dir).output())?;
        let text = String::from_utf8_lossy(&out.stdout).into_owned();
        let value = |name: &str| -> Result<u64, String> {
            let line =
                text.lines().find(|l| l.contains(name)).ok_or_else(|| format!("no {name}"))?;
            let v = line.rsplit([':', ' ']).next().unwrap_or("");
            say(name, v.parse())
        };
        Ok((value("Latest checkpoint's NextXID")?, value("Latest checkpoint's NextOID")?))
    };
    let (a, b) = (control(&s.low)?, control(&s.high)?);
    let xid = a.0.max(b.0) + 10;
    let oid = a.1.max(b.1) + 10;
    for dir in [&s.low, &s.high] {
        // the pages of the commit log up to the new number
        let clog = dir.join("pg_xact").join("0000");
        let f = say("pg_xact", fs::OpenOptions::new().write(true).open(&clog))?;
        say("pg_xact", f.set_len(32 * 8192))?;
        run(
            "pg_resetwal",
            env.program("pg_resetwal")
                .arg("-x")
                .arg(xid.to_string())
                .arg("-o")
                .arg(oid.to_string())
                .arg("-D")
                .arg(dir),
        )?;
    }
    Ok(())
}

impl Snapshot {
    /// Starts copies of both.
    pub fn start(&self, env: &Env, tag: &str) -> Result<Worlds, String> {
        let (l, h) = thread::scope(|s| {
            let other =
                s.spawn(|| Cluster::start(env, &self.low, &env.work.join(format!("{tag}-run-l"))));
            let h = Cluster::start(env, &self.high, &env.work.join(format!("{tag}-run-h")));
            (other.join().unwrap_or_else(|_| Err("panic".into())), h)
        });
        Ok(Worlds { low: l?, high: h? })
    }

    /// Removes both.
    pub fn remove(&self) {
        for d in [&self.low, &self.high] {
            let _ = fs::remove_dir_all(d);
        }
    }
}
