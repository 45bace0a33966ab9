//! The covert channels that the product's README documents, and the patterns that recognise them.
//!
//! A difference that none of them explains is a failure.  Nothing is added here because it is hard to fix.

use crate::stmt::Statement;

/// A documented channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Channel {
    /// Where a row lies: values of type tid, which rows a literal ctid or a sample of pages meets, which is met first.
    Position,
    /// Numbers of transactions, commands and WAL.
    Transactions,
    /// Which plan is cheapest, and how many rows it expects.
    Plan,
    /// A unique or exclusion constraint finds a hidden row.
    Unique,
    /// A hidden row refers to a visible one, which therefore stays.
    Referenced,
    /// A name is taken.
    Name,
    /// A table or column stays as long as it has rows that the client may not delete.
    Rows,
    /// What the statistics views count.
    Counters,
    /// How large a table or an index is, how many rows it is said to have.
    Size,
}

/// What the summary says of one.
#[derive(Clone, Copy, Debug)]
pub struct Reason {
    /// The channel.
    pub channel: Channel,
    /// Its name.
    pub name: &'static str,
    /// Why it cannot be closed without changing what PostgreSQL is, and the README's words for it.
    pub reason: &'static str,
}

/// All of them.
pub const REASONS: &[Reason] = &[
    Reason {
        channel: Channel::Position,
        name: "position",
        reason: "rows lie where there is room (README: gaps in ctid); a column of type tid, a statement of kind tid or sample that asks for places itself, and for which visible rows a function that prints them is called where one plan stops early in both worlds",
    },
    Reason {
        channel: Channel::Transactions,
        name: "transactions",
        reason: "numbers are handed out to everybody (README: numbers of transactions, objects and WAL); which table a result's column is from, and columns of types xid, xid8, cid, pg_snapshot, txid_snapshot and pg_lsn",
    },
    Reason {
        channel: Channel::Plan,
        name: "plan",
        reason: "plans are made for the size of tables (README: row estimates in EXPLAIN); lines of EXPLAIN that tell of another plan, with the same number of rows at its top, what WHERE CURRENT OF cannot use where the plans differ, and the predicate locks that SERIALIZABLE takes for the scans of a plan",
    },
    Reason {
        channel: Channel::Unique,
        name: "unique",
        reason: "a key is unique among all rows (README: that a unique key exists); SQLSTATE 23505 or 23P01 in world H without any detail, and 42501 of ON CONFLICT DO UPDATE, which may not touch the row",
    },
    Reason {
        channel: Channel::Referenced,
        name: "referenced",
        reason: "a hidden row keeps the row that it refers to (README: that a referenced row exists); SQLSTATE 23503 or 42501 in world H, raised by a foreign key's own query, without any detail",
    },
    Reason {
        channel: Channel::Name,
        name: "name",
        reason: "names are given once (README: that a name is taken); a statement of kind guess name or name taken, which says a hidden name, refused in world H as a violation without any detail, in the words of world L from another place, or since the name exists",
    },
    Reason {
        channel: Channel::Rows,
        name: "rows",
        reason: "who owns a table does not delete what others keep in it (README: nor can it truncate or drop the table, or drop a column); a statement of kind truncate or drop refused in world H alone as a violation without any detail; that there are rows is told by ADD COLUMN ... NOT NULL as well",
    },
    Reason {
        channel: Channel::Counters,
        name: "counters",
        reason: "what has been done is counted, also what failed (README: statistics counters); numbers in the result of a statement of kind statistics",
    },
    Reason {
        channel: Channel::Size,
        name: "size",
        reason: "files grow with what is in them (README: sizes of tables and indexes); numbers in the result of a statement of kind size",
    },
];

/// A name was guessed, or something was to go that may hold others' rows, and the errors differ: is that all that they
/// tell?  Fields of world L's error, if there was one, and of world H's.
pub fn by_guess(
    statement: &Statement,
    low: Option<&[(u8, String)]>,
    high: Option<&[(u8, String)]>,
) -> Option<Channel> {
    let get = |e: Option<&[(u8, String)]>, t: u8| {
        e.and_then(|e| e.iter().find(|(f, _)| *f == t)).map_or("", |(_, v)| v.as_str()).to_owned()
    };
    let code = |e: Option<&[(u8, String)]>| if e.is_some() { get(e, b'C') } else { NONE.into() };
    let of_name = statement.kind == "guess name";
    // the same words, said elsewhere in the source
    let words = [b'S', b'C', b'M', b'D', b'H', b'P', b'W', b'q', b's', b't', b'c', b'd', b'n'];
    if of_name
        && low.is_some()
        && high.is_some()
        && words.iter().all(|t| get(low, *t) == get(high, *t))
    {
        return Some(Channel::Name);
    }
    // "Specify the argument list ..."
    let hint = get(high, b'H').is_empty() || of_name && get(high, b'C') == "42725";
    let bare = [b'D', b's', b't', b'c', b'd', b'n'].iter().all(|t| get(high, *t).is_empty())
        && hint
        && (of_name || get(high, b'W').is_empty());
    if !bare || statement.kind == "guess key" {
        return None;
    }
    guessed(statement, "", &code(low), &code(high), &get(high, b'M'))
}

/// Where there is no error.
const NONE: &str = "none";

/// What a guess may tell: SQLSTATE in both worlds, and the words of world H's error.
fn guessed(
    statement: &Statement,
    sql: &str,
    low: &str,
    high: &str,
    words: &str,
) -> Option<Channel> {
    let refused = high == "42501" && words == VIOLATION;
    // the last: a setting's value that names nothing
    let missing = low == NONE || low.starts_with("42") || matches!(low, "3F000" | "22023");
    let taken = ["42P07", "42P06", "42710", "42723"].contains(&high)
        && low == NONE
        && words.contains(" already exists");
    // a relation of another kind
    let other = high == "42809" && words.starts_with('"') && words.contains("\" is not a");
    // of functions, where no arguments tell which is meant
    let several = high == "42725"
        && words.starts_with("function name \"")
        && words.ends_with("\" is not unique");
    match statement.kind {
        "guess name" => (missing && (high == "42501" && refused_words(words) || several || other)
            || taken)
            .then_some(Channel::Name),
        "name taken" => {
            (taken || refused && matches!(low, NONE | "3F000")).then_some(Channel::Name)
        }
        "truncate" | "drop" => (refused && low == NONE).then_some(Channel::Rows),
        "guess key" => {
            // no key, no row: only which constraint
            let bare = (words.starts_with("duplicate key value violates unique constraint \"")
                || words.starts_with("conflicting key value violates exclusion constraint \""))
                && words.ends_with('"')
                && words.matches('"').count() == 2;
            let no_index = words.strip_suffix(" Duplicate keys exist.").is_some_and(|w| {
                w.starts_with("could not create unique index \"cov_") && w.matches('"').count() == 2
            });
            let found = matches!(high, "23505" | "23P01") && bare
                // the row that is there already would have to be updated
                || refused && sql.contains(" DO UPDATE SET ")
                // a key that all rows of the client's own table are to have
                || high == "23505" && no_index;
            // the row that is there already, for whom it is not; in world L another constraint refuses it
            let nothing = high == NONE && sql.contains(" ON CONFLICT DO NOTHING");
            // world L may have gone on to a table of which it does not leave out rows
            let row_filter = refused && low == "42501";
            (found && (low == NONE || low.starts_with("23") || row_filter)
                || nothing && low.starts_with("23"))
            .then_some(Channel::Unique)
        }
        _ => None,
    }
}

const VIOLATION: &str = "SELinux: security policy violation";

/// What is refused because of its name: as a violation, or because somebody else owns it.
fn refused_words(words: &str) -> bool {
    words == VIOLATION
        || words
            .strip_prefix("must be owner of ")
            .or_else(|| words.strip_prefix("permission denied for tablespace "))
            .is_some_and(|what| (1..=3).contains(&what.split(' ').count()))
}

/// Both worlds raise the same error, but for the place of a row that it names, or for which of several visible keys
/// that are there twice was met first.
pub fn by_position(low: &[(u8, String)], high: &[(u8, String)]) -> Option<Channel> {
    let without = |e: &[(u8, String)]| -> Vec<(u8, String)> {
        e.iter().map(|(t, v)| (*t, if *t == b'D' { without_place(v) } else { v.clone() })).collect()
    };
    (low != high && without(low) == without(high)).then_some(Channel::Position)
}

/// One world alone cannot update by a cursor: its plan has more than a scan.
pub fn by_cursor(low: Option<&str>, high: Option<&str>) -> bool {
    low.is_some() != high.is_some()
        && low.or(high).is_some_and(|e| {
            e.starts_with("24000; ") && e.contains("\" is not a simply updatable scan of table \"")
        })
}

/// An error's detail without the place of a row, and without the key that is duplicated.
pub fn without_place(detail: &str) -> String {
    const ROW: &str = " references tuple (";
    const KEY: &str = ")=(";
    const TWICE: &str = ") is duplicated.";
    if let Some(a) = detail.find(ROW)
        && let Some(b) = detail[a + ROW.len()..].find(')')
    {
        return format!("{}{}", &detail[..a], &detail[a + ROW.len() + b..]);
    }
    if let Some(b) = detail.rfind(TWICE)
        && let Some(a) = detail[..b].find(KEY)
        && detail[..a].contains("Key (")
    {
        return format!("{}{}", &detail[..a + KEY.len()], &detail[b..]);
    }
    detail.to_owned()
}

/// Both worlds refuse to leave rows out of a statement over several tables, but name another of them: the plan
/// decides which is looked at first.
pub fn by_first_table(low: &[(u8, String)], high: &[(u8, String)]) -> Option<Channel> {
    let refused = |e: &[(u8, String)]| {
        e.iter().any(|(t, v)| {
            *t == b'D'
                && v.starts_with("Table \"")
                && v.ends_with("\" may have rows that are not visible.")
        })
    };
    let without = |e: &[(u8, String)]| -> Vec<(u8, String)> {
        e.iter().filter(|(t, _)| *t != b'D').cloned().collect()
    };
    (refused(low) && refused(high) && without(low) == without(high)).then_some(Channel::Plan)
}

/// The same of the one notice by which a block tells of the error that a guess has met.  It shows SQLSTATE as its
/// message and the error's words as its detail.
pub fn by_guess_notice(
    statement: &Statement,
    sql: &str,
    low: &str,
    high: &str,
    detail: &str,
) -> Option<Channel> {
    let tag = match statement.kind {
        "guess name" => "name",
        "name taken" => "taken",
        "guess key" => "guess",
        "truncate" | "drop" => statement.kind,
        _ => return None,
    };
    let code = |m: &'_ str| -> Option<String> {
        Some(m.strip_prefix(tag)?.strip_prefix(": ")?.to_owned())
    };
    guessed(statement, sql, &code(low)?, &code(high)?, detail.trim())
}

/// The types whose values differ by nature.
pub fn by_type(oid: u32) -> Option<Channel> {
    match oid {
        27 => Some(Channel::Position),
        28 | 29 | 2970 | 3220 | 5038 | 5069 => Some(Channel::Transactions),
        _ => None,
    }
}

/// The first number that objects of users have.
pub const FIRST_NORMAL_OID: u32 = 16384;

/// Names of the constraints, tables and indexes of the schema that are there to meet hidden keys and references:
/// nowhere else may a channel of these kinds show.
const COVERT: &str = "cov_";

/// An error in world H alone: does a documented channel explain it?  `fields` are the error's, `low` is
/// the SQLSTATE of world L's, if it raised one.
pub fn by_error(fields: &[(u8, String)], low: Option<&str>) -> Option<Channel> {
    let get = |t: u8| fields.iter().find(|(f, _)| *f == t).map_or("", |(_, v)| v.as_str());
    // what PostgreSQL says where it does not show a key
    let bare = match get(b'C') {
        "23P01" => matches!(get(b'D'), "" | "Key conflicts with existing key."),
        "23503" | "23001" => {
            let rest = get(b'D').strip_prefix("Key is ").map(|d| d.trim_start_matches("still "));
            get(b'D').is_empty()
                || rest.is_some_and(|r| r.starts_with("referenced from table \"cov_"))
        }
        _ => get(b'D').is_empty(),
    };
    // world L may have gone on to another constraint
    let later = low.is_some_and(|code| code.starts_with("23")) && get(b'C').starts_with("23");
    if low.is_some() && !later || !bare {
        return None;
    }
    let named = |text: &str, before: &str| {
        text.strip_prefix(before)
            .is_some_and(|rest| rest.trim_start_matches('"').starts_with(COVERT))
    };
    match get(b'C') {
        "23505" if named(get(b'M'), "duplicate key value violates unique constraint ") => {
            Some(Channel::Unique)
        }
        "23P01" if named(get(b'M'), "conflicting key value violates exclusion constraint ") => {
            Some(Channel::Unique)
        }
        // NO ACTION and RESTRICT say so themselves
        "23503" | "23001" if named(get(b'M'), "update or delete on table ") => {
            Some(Channel::Referenced)
        }
        // the other actions are statements, which may not touch the hidden row
        "42501" if get(b'M') == VIOLATION && is_cascade(get(b'W')) => Some(Channel::Referenced),
        _ => None,
    }
}

/// The context that a foreign key's own UPDATE or DELETE of referring rows has.
fn is_cascade(context: &str) -> bool {
    let line = context.lines().next().unwrap_or("");
    let Some(rest) = line.strip_prefix("SQL statement \"") else {
        return false;
    };
    let covert = |before: &str| {
        rest.strip_prefix(before).is_some_and(|t| {
            t.split_once("\".\"").is_some_and(|(_, name)| name.starts_with(COVERT))
                && t.replace('"', "").contains(" OPERATOR(pg_catalog.=)")
        })
    };
    covert("DELETE FROM ONLY ") || covert("UPDATE ONLY ") || covert("SELECT 1 FROM ONLY ")
}

/// What a line of EXPLAIN says of the plan itself, not of how it went.
pub fn planned(line: &str) -> Option<String> {
    const LINES: &[&str] = &[
        "Rows Removed by ",
        "Heap Fetches:",
        "Heap Blocks:",
        "Index Searches:",
        "Trigger ",
        "Tuples Inserted:",
        "Conflicting Tuples:",
    ];
    let t = line.trim_start();
    if LINES.iter().any(|l| t.starts_with(l)) {
        return None;
    }
    let end = ["(actual ", "(never executed)"].iter().filter_map(|w| line.find(w)).min();
    Some(line[..end.unwrap_or(line.len())].trim_end().to_owned())
}

/// What EXPLAIN says that depends on the clock, the size of memory or the costs, which are never compared: taken out.
pub fn strip_explain(line: &str) -> Option<String> {
    const LINES: &[&str] = &[
        "Planning Time:",
        "Execution Time:",
        "Planning:",
        "Buffers:",
        "Memory:",
        "I/O Timings:",
        "WAL:",
        "Sort Method:",
        "Full-sort Groups:",
        "Pre-sorted Groups:",
        "Buckets:",
        "Batches:",
        "Hits:",
        "Storage:",
        "Worker ",
        "Workers Launched:",
        "JIT:",
        "Settings:",
        "Serialization:",
    ];
    let t = line.trim_start();
    if LINES.iter().any(|l| t.starts_with(l)) {
        return None;
    }
    // the machine-readable forms: "Key": value, Key: value, <Key>value</Key>
    let key = t.trim_start_matches(['"', '<', '-', ' ']);
    const KEYS: &[&str] = &[
        "Startup Cost",
        "Total Cost",
        "Startup-Cost",
        "Total-Cost",
        "Plan Rows",
        "Plan-Rows",
        "Plan Width",
        "Plan-Width",
        "Actual Startup Time",
        "Actual Total Time",
        "Actual-Startup-Time",
        "Actual-Total-Time",
        "Planning Time",
        "Planning-Time",
        "Execution Time",
        "Execution-Time",
        "Sort Space",
        "Sort-Space",
        "Sort Method",
        "Sort-Method",
        "Peak Memory",
        "Peak-Memory",
        "Hash Bucket",
        "Hash-Bucket",
        "Hash Batches",
        "Hash-Batches",
        "Original Hash",
        "Original-Hash",
        "Shared ",
        "Shared-",
        "Local ",
        "Local-",
        "Temp ",
        "Temp-",
        "I/O ",
        "I-O-",
        "WAL ",
        "WAL-",
        "Average Sort Space",
        "Peak Sort Space",
        "Maximum Storage",
        "Maximum-Storage",
        "Workers Launched",
        "Workers-Launched",
        "Disk Usage",
        "Disk-Usage",
        "HashAgg Batches",
        "HashAgg-Batches",
        "Cache ",
        "Cache-",
        "Memory ",
        "Memory-",
    ];
    if KEYS.iter().any(|k| key.starts_with(k)) {
        return None;
    }
    let mut out = line.to_owned();
    // (cost=0.00..1.01 rows=1 width=4)
    while let Some(a) = out.find("(cost=") {
        let Some(b) = out[a..].find(')') else { break };
        out.replace_range(a..=a + b, "");
    }
    // (actual time=0.010..0.011 rows=1.00 loops=1)
    while let Some(a) = out.find("actual time=") {
        let Some(b) =
            out[a..].find(' ').and_then(|x| out[a + x + 1..].find(' ').map(|y| x + 1 + y))
        else {
            break;
        };
        out.replace_range(a + 7..a + b + 1, "");
    }
    Some(out.trim_end().to_owned())
}
