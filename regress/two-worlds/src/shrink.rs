//! From a round that ended in a difference to a script of a few lines that anyone can replay with psql.

use crate::cluster::{self, Env, Snapshot, Strict};
use crate::compare::{Difference, What};
use crate::model::{Place, Step};
use crate::play;
use crate::stmt::{Call, Role, Statement};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// What is left of a difference.
#[derive(Clone, Debug)]
pub struct Case {
    /// The seed of the schema.
    pub seed: u64,
    /// The round.
    pub round: u64,
    /// w_low is a superuser.
    pub superuser: bool,
    /// The set-up.
    pub steps: Vec<Step>,
    /// The statements of the low client.
    pub statements: Vec<Statement>,
    /// What differs.
    pub difference: Difference,
    /// It was found again by playing it.
    pub again: bool,
}

/// Makes a list shorter as long as `holds`, by halves, quarters and so on, until `until`.
fn shorter<T: Clone>(
    mut items: Vec<T>,
    until: Instant,
    mut holds: impl FnMut(&[T]) -> bool,
) -> Vec<T> {
    let mut size = items.len().div_ceil(2);
    while size > 0 && !items.is_empty() {
        let mut at = items.len();
        let mut any = false;
        // from the end: what came last needs what came first
        while at > 0 {
            if Instant::now() > until {
                return items;
            }
            let from = at.saturating_sub(size);
            let mut rest = items[..from].to_vec();
            rest.extend_from_slice(&items[at..]);
            if holds(&rest) {
                items = rest;
                any = true;
            }
            at = from;
        }
        if size == 1 && !any {
            break;
        }
        size = if size == 1 { 1 } else { size / 2 };
    }
    items
}

/// Pieces of a text of SQL to leave out, one at a time.
fn tokens(sql: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let chars: Vec<char> = sql.chars().collect();
    let mut i = 0;
    while i < chars.len() {
        let start = i;
        let c = chars[i];
        if c == '\'' || c == '"' {
            i += 1;
            while i < chars.len() && chars[i] != c {
                i += 1;
            }
            i = (i + 1).min(chars.len());
        } else if c.is_alphanumeric() || c == '_' || c == '.' || c == '$' {
            while i < chars.len()
                && (chars[i].is_alphanumeric() || matches!(chars[i], '_' | '.' | '$'))
            {
                i += 1;
            }
        } else if c == '(' {
            // a whole parenthesis goes at once where it may
            let mut depth = 0;
            let mut j = i;
            while j < chars.len() {
                match chars[j] {
                    '(' => depth += 1,
                    ')' => {
                        depth -= 1;
                        if depth == 0 {
                            break;
                        }
                    }
                    _ => (),
                }
                j += 1;
            }
            i += 1;
        } else {
            i += 1;
        }
        out.push(chars[start..i].iter().collect());
    }
    out
}

/// Names with a schema in a text.
fn names(text: &str) -> BTreeSet<&str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.'))
        .filter(|w| w.contains('.') && w.starts_with(|c: char| c.is_alphabetic()))
        .collect()
}

/// The steps of a set-up without those that name tables which no statement names.
fn without_other_tables(steps: &[Step], statements: &[Statement]) -> Vec<Step> {
    let text = |call: &Call| match call {
        Call::Simple(sql) | Call::Extended { sql, .. } | Call::CopyIn { sql, .. } => sql.clone(),
        Call::FastPath { function, .. } => function.clone(),
        Call::Reconnect => String::new(),
    };
    let said: Vec<String> = statements.iter().map(|s| text(&s.call)).collect();
    let said: BTreeSet<&str> = said.iter().flat_map(|s| names(s)).collect();
    let texts: Vec<String> = steps.iter().map(|s| text(&s.call)).collect();
    let other: BTreeSet<&str> = texts
        .iter()
        .filter(|t| t.contains("CREATE TABLE ") || t.contains(" VIEW "))
        .filter_map(|t| names(t).into_iter().find(|n| t.contains(&format!(" {n} "))))
        .filter(|n| !said.contains(n))
        .collect();
    steps
        .iter()
        .zip(&texts)
        .filter(|(_, t)| names(t).is_disjoint(&other))
        .map(|(s, _)| s.clone())
        .collect()
}

/// Shrinks a case.  `snapshot` is what its set-up left.
pub fn shrink(env: &Env, snapshot: &Snapshot, tag: &str, mut case: Case, time: Duration) -> Case {
    let start = Instant::now();
    let what = case.difference.what;
    let tag = format!("{tag}-shrink");
    let pinned = !matches!(what, What::Visible | What::High);
    let try_statements = |snapshot: &Snapshot, s: &[Statement]| -> Option<(usize, Difference)> {
        play::replay(env, snapshot, &tag, s, what).ok().flatten()
    };
    // is it the same again?
    match try_statements(snapshot, &case.statements) {
        Some((i, d)) => {
            case.again = true;
            case.difference = d;
            case.statements.truncate(i + 1);
        }
        None => return case,
    }
    // statements: the last alone, else ever fewer before it
    let last = if pinned { case.statements.pop() } else { None };
    let with_last = |s: &[Statement]| -> Vec<Statement> {
        let mut s = s.to_vec();
        s.extend(last.clone());
        s
    };
    let until = start + time / 3;
    let rest = if try_statements(snapshot, &with_last(&[])).is_some() {
        Vec::new()
    } else {
        shorter(case.statements.clone(), until, |s| {
            try_statements(snapshot, &with_last(s)).is_some()
        })
    };
    case.statements = with_last(&rest);
    // the last statement's own text
    if let (Some(Statement { call: Call::Simple(sql), .. }), true) =
        (case.statements.last().cloned(), pinned)
    {
        let n = case.statements.len() - 1;
        let until = Instant::now() + time / 4;
        let mut tried = case.statements.clone();
        let kept = shorter(tokens(&sql), until, |t| {
            if let Some(s) = tried.get_mut(n) {
                s.call = Call::Simple(t.concat());
            }
            try_statements(snapshot, &tried).is_some()
        });
        if let Some(s) = case.statements.get_mut(n) {
            s.call = Call::Simple(
                kept.concat().split(' ').filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" "),
            );
        }
        if try_statements(snapshot, &case.statements).is_none() {
            case.statements[n].call = Call::Simple(kept.concat());
        }
    }
    // the set-up
    let until = start + time;
    let statements = case.statements.clone();
    let superuser = case.superuser;
    let holds = |steps: &[Step]| {
        let t = format!("{tag}-less");
        let Ok(s) = cluster::set_up(env, steps, superuser, &t, Strict::No) else {
            return false;
        };
        let found = play::replay(env, &s, &t, &statements, what).ok().flatten();
        s.remove();
        found.is_some()
    };
    let near = without_other_tables(&case.steps, &statements);
    if holds(&near) {
        case.steps = near;
    }
    case.steps = shorter(case.steps, until, holds);
    if let Some((_, d)) = {
        let t = format!("{tag}-last");
        cluster::set_up(env, &case.steps, superuser, &t, Strict::No).ok().and_then(|s| {
            let found = play::replay(env, &s, &t, &statements, what).ok().flatten();
            s.remove();
            found
        })
    } {
        case.difference = d;
    }
    case
}

/// With "\;" for each ";" that separates statements: psql sends them together then.
fn in_one_message(sql: &str) -> String {
    let mut out = String::new();
    let mut rest = sql;
    while let Some(c) = rest.chars().next() {
        // what is quoted goes as it is
        let tag = rest.strip_prefix('$').and_then(|r| {
            let end = r.find('$')?;
            let word = r[..end].chars().all(|c| c.is_alphanumeric() || c == '_');
            (word && !r.starts_with(|c: char| c.is_ascii_digit())).then(|| &rest[..end + 2])
        });
        let end = match (c, tag) {
            (_, Some(tag)) => rest[tag.len()..].find(tag).map(|n| n + 2 * tag.len()),
            ('\'' | '"', _) => rest[1..].find(c).map(|n| n + 2),
            _ => Some(c.len_utf8()),
        };
        let (piece, after) = rest.split_at(end.unwrap_or(rest.len()));
        out.push_str(if piece == ";" { "\\;" } else { piece });
        rest = after;
    }
    out
}

/// A call as psql says it.
fn psql(call: &Call) -> String {
    let quoted = |p: &[Option<String>]| {
        p.iter()
            .map(|v| match v {
                // psql's \bind has no null
                None => " 'null'".to_owned(),
                Some(v) => format!(
                    " '{}'",
                    v.replace('\\', "\\\\").replace('\'', "''").replace('\n', "\\n")
                ),
            })
            .collect::<String>()
    };
    let one = |sql: &str| sql.trim().trim_end_matches(';').to_owned();
    match call {
        Call::Simple(sql) => {
            // several statements in one message
            format!("{};", in_one_message(&one(sql)))
        }
        Call::Extended { name, sql, params, fetch, binary } => {
            let mut out = String::new();
            if *fetch > 0 || *binary {
                let _ = writeln!(
                    out,
                    "-- (Execute with {fetch} rows at a time, binary: {binary}; psql fetches all as text)"
                );
            }
            if params.contains(&None) {
                let _ = writeln!(out, "-- (a parameter is null here, which psql cannot say)");
            }
            if name.is_empty() {
                let _ = write!(out, "{} \\bind{} \\g", one(sql), quoted(params));
            } else {
                if !sql.is_empty() {
                    let _ = writeln!(out, "{} \\parse {name}", one(sql));
                }
                let _ = write!(out, "\\bind_named {name}{} \\g", quoted(params));
            }
            out
        }
        Call::CopyIn { sql, data } => {
            let data = String::from_utf8_lossy(data);
            let end = if data.ends_with('\n') || data.is_empty() { "" } else { "\n" };
            format!("{};\n{data}{end}\\.", one(sql))
        }
        Call::FastPath { function, args } => {
            format!(
                "-- a call by the fast path, which psql does not have; two-worlds replay does it: {function} {args:?}"
            )
        }
        Call::Reconnect => "\\connect - -".into(),
    }
}

fn escape(s: &str) -> String {
    let mut out = String::from("\"");
    for c in s.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '"' => out.push_str("\\q"),
            '\0' => out.push_str("\\0"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn unescape(s: &str) -> String {
    let mut out = String::new();
    let mut chars = s.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('q') => out.push('"'),
            Some('0') => out.push('\0'),
            Some(c) => out.push(c),
            None => (),
        }
    }
    out
}

/// A call on one line: words, numbers and quoted texts.
fn line(call: &Call) -> String {
    let values = |v: &[Option<String>]| {
        v.iter()
            .map(|v| v.as_ref().map_or_else(|| "null".into(), |v| escape(v)))
            .collect::<Vec<_>>()
            .join(" ")
    };
    match call {
        Call::Simple(s) => format!("simple {}", escape(s)),
        Call::Extended { name, sql, params, fetch, binary } => {
            format!("extended {} {} {fetch} {binary} {}", escape(name), escape(sql), values(params))
        }
        Call::CopyIn { sql, data } => {
            let hex: String = data.iter().map(|b| format!("{b:02x}")).collect();
            format!("copy {} {}", escape(sql), escape(&hex))
        }
        Call::FastPath { function, args } => {
            format!("fastpath {} {}", escape(function), values(args))
        }
        Call::Reconnect => "reconnect".into(),
    }
}

/// The words of such a line; a quoted text is Some.
fn words(line: &str) -> Vec<(bool, String)> {
    let mut out = Vec::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() {
        if let Some(r) = rest.strip_prefix('"') {
            let end = r.find('"').unwrap_or(r.len());
            out.push((true, unescape(&r[..end])));
            rest = r.get(end + 1..).unwrap_or("").trim_start();
        } else {
            let end = rest.find(' ').unwrap_or(rest.len());
            out.push((false, rest[..end].to_owned()));
            rest = rest[end..].trim_start();
        }
    }
    out
}

fn parse_call(w: &[(bool, String)]) -> Option<Call> {
    let values = |w: &[(bool, String)]| -> Vec<Option<String>> {
        w.iter().map(|(q, v)| (*q || v != "null").then(|| v.clone())).collect()
    };
    Some(match w.first()?.1.as_str() {
        "simple" => Call::Simple(w.get(1)?.1.clone()),
        "extended" => Call::Extended {
            name: w.get(1)?.1.clone(),
            sql: w.get(2)?.1.clone(),
            fetch: w.get(3)?.1.parse().ok()?,
            binary: w.get(4)?.1.parse().ok()?,
            params: values(w.get(5..)?),
        },
        "copy" => {
            let hex = &w.get(2)?.1;
            let data = (0..hex.len() / 2)
                .filter_map(|i| u8::from_str_radix(hex.get(2 * i..2 * i + 2)?, 16).ok())
                .collect();
            Call::CopyIn { sql: w.get(1)?.1.clone(), data }
        }
        "fastpath" => Call::FastPath { function: w.get(1)?.1.clone(), args: values(w.get(2..)?) },
        "reconnect" => Call::Reconnect,
        _ => return None,
    })
}

/// Writes the script of a case.
pub fn write(dir: &Path, name: &str, case: &Case) -> Result<PathBuf, String> {
    let mut out = String::new();
    let w = &mut out;
    let _ = writeln!(
        w,
        "-- Two worlds differ ({:?}), found with seed {} in round {}.",
        case.difference.what, case.seed, case.round
    );
    if !case.again {
        let _ = writeln!(
            w,
            "-- Playing it again did not show the difference; this is the whole round, and the whole set-up."
        );
    }
    for l in case.difference.text.lines() {
        let _ = writeln!(w, "-- {l}");
    }
    let _ = writeln!(w, "--");
    let _ = writeln!(
        w,
        "-- In two clusters made by initdb --enable-selinux --security-server=embedded, with these lines first in"
    );
    let _ = writeln!(w, "-- pg_peerlabel.conf:");
    let _ = writeln!(w, "--   local all w_low  {}", cluster::LOW_LABEL);
    let _ = writeln!(w, "--   local all w_high {}", cluster::HIGH_LABEL);
    let _ = writeln!(w, "--   local all all    {}", cluster::ADMIN_LABEL);
    let _ = writeln!(
        w,
        "-- as the superuser postgres: psql -X -v high=0 -f FILE for world L, psql -X -v high=1 -f FILE for world H."
    );
    let _ = writeln!(w, "-- What psql prints below the last \\connect - w_low differs.");
    let _ = writeln!(w, "-- The same in one: two-worlds replay FILE");
    let _ = writeln!(w, "\\set ECHO all");
    let _ =
        writeln!(w, "CREATE ROLE w_low LOGIN{};", if case.superuser { " SUPERUSER" } else { "" });
    let _ = writeln!(
        w,
        "CREATE ROLE w_high LOGIN;\nCREATE DATABASE {};\n\\connect {}",
        cluster::DATABASE,
        cluster::DATABASE
    );
    let mut role = Role::Admin;
    for s in &case.steps {
        if s.role != role {
            role = s.role;
            let _ = writeln!(w, "\\connect - {}", cluster::user(role));
        }
        if s.place == Place::HighOnly {
            let _ = writeln!(w, "\\if :high\n{}\n\\endif", psql(&s.call));
        } else {
            let _ = writeln!(w, "{}", psql(&s.call));
        }
    }
    let _ = writeln!(w, "\\connect - w_low");
    for s in &case.statements {
        let _ = writeln!(w, "{}", psql(&s.call));
    }
    if matches!(case.difference.what, What::Visible | What::High) {
        let _ = writeln!(w, "-- now compare what is named above");
    }
    let _ = writeln!(w, "\n-- For two-worlds replay:");
    let _ = writeln!(
        w,
        "--= case {} {} {} {:?}",
        case.seed, case.round, case.superuser, case.difference.what
    );
    for s in &case.steps {
        let _ = writeln!(w, "--= step {:?} {:?} {}", s.place, s.role, line(&s.call));
    }
    for s in &case.statements {
        let _ = writeln!(
            w,
            "--= say {} {} {} {}",
            escape(s.kind),
            s.ordered,
            s.touches_hidden,
            line(&s.call)
        );
    }
    fs::create_dir_all(dir).map_err(|e| format!("{}: {e}", dir.display()))?;
    let path = dir.join(format!("{name}.sql"));
    fs::write(&path, out).map_err(|e| format!("{}: {e}", path.display()))?;
    Ok(path)
}

/// Reads a script again.
pub fn read(path: &Path) -> Result<Case, String> {
    let text = fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let mut case = Case {
        seed: 0,
        round: 0,
        superuser: false,
        steps: Vec::new(),
        statements: Vec::new(),
        difference: Difference { what: What::Rows, text: String::new() },
        again: false,
    };
    for (n, l) in text.lines().enumerate() {
        let Some(l) = l.strip_prefix("--= ") else {
            continue;
        };
        let w = words(l);
        let bad = || format!("{}:{}: not understood", path.display(), n + 1);
        let at = |i: usize| w.get(i).map(|(_, v)| v.as_str()).ok_or_else(bad);
        match at(0)? {
            "case" => {
                case.seed = at(1)?.parse().map_err(|_| bad())?;
                case.round = at(2)?.parse().map_err(|_| bad())?;
                case.superuser = at(3)? == "true";
                case.difference.what = match at(4)? {
                    "Canary" => What::Canary,
                    "Crash" => What::Crash,
                    "Error" => What::Error,
                    "Notice" => What::Notice,
                    "Protocol" => What::Protocol,
                    "Explain" => What::Explain,
                    "Visible" => What::Visible,
                    "High" => What::High,
                    _ => What::Rows,
                };
            }
            "step" => case.steps.push(Step {
                place: if at(1)? == "HighOnly" { Place::HighOnly } else { Place::Both },
                role: match at(2)? {
                    "Low" => Role::Low,
                    "High" => Role::High,
                    _ => Role::Admin,
                },
                call: w.get(3..).and_then(parse_call).ok_or_else(bad)?,
            }),
            "say" => case.statements.push(Statement {
                kind: String::leak(at(1)?.to_owned()),
                ordered: at(2)? == "true",
                touches_hidden: at(3)? == "true",
                call: w.get(4..).and_then(parse_call).ok_or_else(bad)?,
            }),
            _ => return Err(bad()),
        }
    }
    Ok(case)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_as_lines() {
        for c in [
            Call::Simple("SELECT 'a\n\\b', \"c\"".into()),
            Call::Extended {
                name: "p".into(),
                sql: String::new(),
                params: vec![None, Some("null".into()), Some(String::new())],
                fetch: 3,
                binary: true,
            },
            Call::CopyIn { sql: "COPY t FROM STDIN".into(), data: b"1\ta\n\\.\n".to_vec() },
            Call::FastPath {
                function: "lo_open(oid,integer)".into(),
                args: vec![Some("1".into())],
            },
            Call::Reconnect,
        ] {
            assert_eq!(parse_call(&words(&line(&c))), Some(c));
        }
    }

    #[test]
    fn statements_in_one_message() {
        assert_eq!(
            in_one_message("DO $$ a; $x$ b; $x$ $$; SELECT ';', \";\", $1; DO $x$ a; $$ b; $$ $x$"),
            "DO $$ a; $x$ b; $x$ $$\\; SELECT ';', \";\", $1\\; DO $x$ a; $$ b; $$ $x$"
        );
    }

    #[test]
    fn lists_get_shorter() {
        let until = Instant::now() + Duration::from_secs(5);
        let kept = shorter((0..100).collect(), until, |l| l.contains(&3) && l.contains(&77));
        assert_eq!(kept, [3, 77]);
    }
}
