//! What came back in the two worlds: the same, or not.

use crate::exempt::{self, Channel};
use crate::model::{CANARY, CANARY_NUMBERS};
use crate::stmt::{Call, Statement};
use crate::wire::{Answer, Frame};
use fallible_iterator::FallibleIterator;
use postgres_protocol::message::backend::Message;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// What is different.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum What {
    /// Something high was received.
    Canary,
    /// A connection ended by itself.
    Crash,
    /// One world raised an error, the other none or another.
    Error,
    /// Notices.
    Notice,
    /// The rows.
    Rows,
    /// Command tags, descriptions of results, states.
    Protocol,
    /// What EXPLAIN says.
    Explain,
    /// What the low client sees of the databases afterwards.
    Visible,
    /// What is high has been changed.
    High,
}

/// A difference.
#[derive(Clone, Debug)]
pub struct Difference {
    /// Its kind.
    pub what: What,
    /// World L and world H, in words.
    pub text: String,
}

/// What a comparison says.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// The same.
    Same,
    /// Different as the documented channels make it.
    Exempt(Vec<Channel>),
    /// One world ran into its time limit: nothing can be said, and the worlds may not be alike any more.
    Timeout,
    /// Different.
    Different(Difference),
}

/// What the low client has said itself, which it may be told again.
#[derive(Clone, Debug, Default)]
pub struct Said {
    words: HashSet<String>,
}

fn is_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_'
}

/// The words of a text that are high: those that hold the canary, and its numbers.
fn high_words(text: &[u8], out: &mut BTreeSet<String>) {
    let canary = CANARY.as_bytes();
    let mut i = 0;
    while i < text.len() {
        if !is_word(text[i]) {
            i += 1;
            continue;
        }
        let start = i;
        while i < text.len() && is_word(text[i]) {
            i += 1;
        }
        let word = &text[start..i];
        if word.len() >= canary.len()
            && word.windows(canary.len()).any(|w| w.eq_ignore_ascii_case(canary))
        {
            out.insert(String::from_utf8_lossy(word).to_ascii_lowercase());
        }
        // as bytea shows it
        const HEX: &[u8] = b"7a7163616e617279";
        if word.len() >= HEX.len() && word.windows(HEX.len()).any(|w| w.eq_ignore_ascii_case(HEX)) {
            out.insert(String::from_utf8_lossy(word).to_ascii_lowercase());
        }
        // a number by itself, or in a name behind a _: not in a hash
        for run in
            word.split(|b| *b == b'_').filter(|r| r.len() == 9 && r.iter().all(u8::is_ascii_digit))
        {
            let n = std::str::from_utf8(run).ok().and_then(|r| r.parse::<i64>().ok());
            if n.is_some_and(|n| CANARY_NUMBERS.contains(&n)) {
                out.insert(String::from_utf8_lossy(run).into_owned());
            }
        }
    }
}

impl Said {
    /// Remembers what is said.
    pub fn hear(&mut self, text: &str) {
        let mut words = BTreeSet::new();
        high_words(text.as_bytes(), &mut words);
        self.words.extend(words);
    }

    fn known(&self, word: &str) -> bool {
        self.words.contains(word) || self.words.iter().any(|w| w.contains(word))
    }
}

/// High words in an answer that the client has not said itself.
pub fn canaries(answer: &Answer, said: &Said) -> Vec<String> {
    let mut words = BTreeSet::new();
    for f in &answer.frames {
        if !may_hold_canary(&f.body) {
            continue;
        }
        match f.tag {
            // values begin and end with the column, whatever bytes their lengths are
            b'D' => {
                for v in f.row().into_iter().flatten() {
                    high_words(&v, &mut words);
                    let n = match v.len() {
                        4 => v[..].try_into().ok().map(|b| i64::from(i32::from_be_bytes(b))),
                        8 => v[..].try_into().ok().map(i64::from_be_bytes),
                        _ => None,
                    };
                    if let Some(n) = n.filter(|n| CANARY_NUMBERS.contains(n)) {
                        words.insert(n.to_string());
                    }
                }
            }
            _ => high_words(&f.body, &mut words),
        }
    }
    words.into_iter().filter(|w| !said.known(w)).collect()
}

/// A quick look before the careful one.
fn may_hold_canary(body: &[u8]) -> bool {
    body.windows(3).any(|w| {
        w == b"777"
            || w.eq_ignore_ascii_case(b"zqc")
            || w.eq_ignore_ascii_case(b"a71")
            // 777000000 is 0x2e501540, 777999999 0x2e5f577f
            || (w[0] == 0x2e && (0x50..=0x5f).contains(&w[1]))
    })
}

/// One column of a result.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Col {
    name: String,
    type_oid: u32,
    rest: (u32, i16, i16, i32, i16),
}

fn columns(f: &Frame) -> Vec<Col> {
    match f.message() {
        Some(Message::RowDescription(b)) => b
            .fields()
            .map(|f| {
                Ok(Col {
                    name: f.name().to_owned(),
                    type_oid: f.type_oid(),
                    rest: (
                        f.table_oid(),
                        f.column_id(),
                        f.type_size(),
                        f.type_modifier(),
                        f.format(),
                    ),
                })
            })
            .collect()
            .unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// A part of an answer: rows together, all else by itself.
#[derive(Clone, Debug)]
enum Part {
    Rows(Vec<Vec<Option<Vec<u8>>>>),
    Copy(Vec<Vec<u8>>),
    Other(Frame),
}

/// An answer taken apart.
#[derive(Debug, Default)]
struct Parts {
    parts: Vec<(Option<usize>, Part)>,
    described: Vec<Vec<Col>>,
    notices: Vec<String>,
    heard: Vec<String>,
    error: Option<Vec<(u8, String)>>,
}

fn take_apart(a: &Answer) -> Parts {
    let mut p = Parts::default();
    for f in &a.frames {
        match f.tag {
            b'N' => p.notices.push(show_fields(&f.fields())),
            // a portal whose rows are fetched by a few: one result
            b's' => (),
            // the sender's number differs by nature
            b'A' => {
                p.heard.push(String::from_utf8_lossy(f.body.get(4..).unwrap_or(&[])).into_owned())
            }
            b'D' => {
                if !matches!(p.parts.last(), Some((_, Part::Rows(_)))) {
                    let which = p.described.len().checked_sub(1);
                    p.parts.push((which, Part::Rows(Vec::new())));
                }
                if let Some((_, Part::Rows(rows))) = p.parts.last_mut() {
                    rows.push(f.row().into_iter().map(|v| v.map(|v| v.to_vec())).collect());
                }
            }
            b'd' => {
                if !matches!(p.parts.last(), Some((_, Part::Copy(_)))) {
                    p.parts.push((None, Part::Copy(Vec::new())));
                }
                if let Some((_, Part::Copy(rows))) = p.parts.last_mut() {
                    // in binary form the first row comes with what stands before all rows
                    match f.body.strip_prefix(b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0") {
                        Some(row) => rows.extend([b"PGCOPY".to_vec(), row.to_vec()]),
                        None => rows.push(f.body.to_vec()),
                    }
                }
            }
            _ => {
                if f.tag == b'T' {
                    p.described.push(columns(f));
                }
                if f.tag == b'E' && p.error.is_none() {
                    let mut fields = f.fields();
                    for (_, v) in fields.iter_mut().filter(|(t, _)| *t == b'W') {
                        *v = without_path(v);
                    }
                    p.error = Some(fields);
                }
                p.parts.push((None, Part::Other(f.clone())));
            }
        }
    }
    p
}

fn show_fields(fields: &[(u8, String)]) -> String {
    fields
        .iter()
        .filter(|(t, _)| *t != b'V')
        .map(|(t, v)| match t {
            b'W' => format!("W: {}", without_path(v)),
            _ => format!("{}: {v}", *t as char),
        })
        .collect::<Vec<_>>()
        .join(" | ")
}

/// A function has its schema, and quotes, in a context by the settings of the time when the session first called it.
fn without_path(context: &str) -> String {
    let lines = context.split('\n').map(|line| {
        let Some(rest) = line.strip_prefix(FUNCTION) else { return line.to_owned() };
        let name = rest.replace('"', "");
        let bare = ["w.", "own."].into_iter().find_map(|schema| name.strip_prefix(schema));
        format!("{FUNCTION}{}", bare.unwrap_or(&name))
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn show_value(v: &Option<Vec<u8>>) -> String {
    match v {
        None => "NULL".into(),
        Some(v) => match std::str::from_utf8(v) {
            Ok(s) if !s.contains('\0') => s.to_owned(),
            _ => format!("{v:02x?}"),
        },
    }
}

/// Lines that only one side has, at most a few of each.
fn only<T: Ord + Clone>(a: &[T], b: &[T], show: impl Fn(&T) -> String) -> String {
    let mut count: BTreeMap<&T, i64> = BTreeMap::new();
    for x in a {
        *count.entry(x).or_default() += 1;
    }
    for x in b {
        *count.entry(x).or_default() -= 1;
    }
    let side = |low: bool| -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for (x, n) in &count {
            if (low && *n > 0) || (!low && *n < 0) {
                lines.push(format!(
                    "    {} x {}",
                    n.abs(),
                    show(x).chars().take(400).collect::<String>()
                ));
            }
        }
        if lines.len() > 8 {
            let more = lines.len() - 8;
            lines.truncate(8);
            lines.push(format!("    and {more} more"));
        }
        lines
    };
    let (l, h) = (side(true), side(false));
    if l.is_empty() && h.is_empty() {
        return format!("  the same {} items in another order", a.len());
    }
    format!("  world L only:\n{}\n  world H only:\n{}", l.join("\n"), h.join("\n"))
}

fn same_multiset<T: Ord>(a: &[T], b: &[T]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut a: Vec<&T> = a.iter().collect();
    let mut b: Vec<&T> = b.iter().collect();
    a.sort();
    b.sort();
    a == b
}

fn different(what: What, text: String) -> Verdict {
    Verdict::Different(Difference { what, text })
}

const TIMEOUT: &str = "57014";

/// Compares two answers to a statement.
pub fn compare(statement: &Statement, said: &Said, low: &Answer, high: &Answer) -> Verdict {
    // high words in either world: world L has none
    let same = low == high;
    let in_high = canaries(high, said);
    if !in_high.is_empty() {
        return different(
            What::Canary,
            format!("  world H shows {in_high:?}\n{}", describe(low, high)),
        );
    }
    if !same {
        let in_low = canaries(low, said);
        if !in_low.is_empty() {
            return different(
                What::Canary,
                format!("  world L shows {in_low:?}\n{}", describe(low, high)),
            );
        }
    }
    let timed_out = |a: &Answer| a.stuck || a.sqlstate().as_deref() == Some(TIMEOUT);
    if (!same || low.sqlstate().is_some()) && (timed_out(low) || timed_out(high)) {
        return Verdict::Timeout;
    }
    if low.status == 0 || high.status == 0 {
        return different(What::Crash, describe(low, high));
    }
    if same {
        return Verdict::Same;
    }
    let (a, b) = (take_apart(low), take_apart(high));
    let mut channels = BTreeSet::new();

    // errors first: what follows from them is no news
    let show = |e: &Option<Vec<(u8, String)>>| {
        e.as_ref().map_or_else(|| "no error".to_owned(), |e| show_fields(e))
    };
    if a.error != b.error {
        if let Some(e) = &b.error
            && let Some(c) = exempt::by_error(e, low.sqlstate().as_deref())
        {
            return Verdict::Exempt(vec![c]);
        }
        if let Some(c) =
            a.error.as_deref().zip(b.error.as_deref()).and_then(|(l, h)| {
                exempt::by_position(l, h).or_else(|| exempt::by_first_table(l, h))
            })
        {
            return Verdict::Exempt(vec![c]);
        }
        if let Some(c) = exempt::by_guess(statement, a.error.as_deref(), b.error.as_deref()) {
            return Verdict::Exempt(vec![c]);
        }
        if by_place(statement) && a.error.is_some() == b.error.is_some() {
            channels.insert(Channel::Position);
        } else {
            return different(
                What::Error,
                format!("  world L: {}\n  world H: {}", show(&a.error), show(&b.error)),
            );
        }
    }
    if low.status != high.status {
        return different(What::Protocol, describe(low, high));
    }

    // notices come from rows, in the order in which the plan meets them
    if !same_multiset(&a.notices, &b.notices) {
        // the notice that tells of the error; besides it, that what is not there is skipped
        let only_notice = |x: &Answer, other: &[String]| -> Option<(String, String)> {
            let (skipped, told): (Vec<&Frame>, Vec<&Frame>) = x
                .frames
                .iter()
                .filter(|f| f.tag == b'N' && !other.contains(&show_fields(&f.fields())))
                .partition(|f| {
                    f.field(b'M').is_some_and(|m| m.ends_with("does not exist, skipping"))
                });
            let [told] = told[..] else { return None };
            (skipped.len() <= 1).then(|| {
                (told.field(b'M').unwrap_or_default(), told.field(b'D').unwrap_or_default())
            })
        };
        let notices = only_notice(low, &b.notices).zip(only_notice(high, &a.notices));
        let guess = notices.and_then(|(l, h)| {
            exempt::by_guess_notice(statement, text_of(statement), &l.0, &h.0, &h.1)
        });
        if let Some(c) = guess {
            channels.insert(c);
        } else if by_place(statement)
            || same_multiset(&without_places_told(&a.notices), &without_places_told(&b.notices))
        {
            channels.insert(Channel::Position);
        } else if same_multiset(
            &without_numbers_of_refresh(&a.notices),
            &without_numbers_of_refresh(&b.notices),
        ) {
            channels.insert(Channel::Transactions);
        } else if a.error.is_some() && printed(low) && printed(high) {
            // the same error, but after other rows: a plan decides which comes first
            channels.insert(Channel::Plan);
        } else {
            return different(What::Notice, only(&a.notices, &b.notices, Clone::clone));
        }
    }
    if !same_multiset(&a.heard, &b.heard) {
        return different(What::Protocol, only(&a.heard, &b.heard, Clone::clone));
    }

    // parts: rows against rows, all else as it came
    if a.described != b.described {
        // the number of a table or type that was made in the round
        let unnumbered = |described: &[Vec<Col>]| -> Vec<Vec<Col>> {
            let mut described = described.to_vec();
            for c in described.iter_mut().flatten() {
                c.rest.0 = c.rest.0.min(exempt::FIRST_NORMAL_OID);
                c.type_oid = c.type_oid.min(exempt::FIRST_NORMAL_OID);
            }
            described
        };
        if unnumbered(&a.described) != unnumbered(&b.described) {
            return different(What::Protocol, describe(low, high));
        }
        channels.insert(Channel::Transactions);
    }
    let explain = a.described.iter().any(|d| d.len() == 1 && d[0].name == "QUERY PLAN");
    let (mut i, mut j) = (0, 0);
    while i < a.parts.len() || j < b.parts.len() {
        let empty = Part::Rows(Vec::new());
        let nothing = Part::Copy(Vec::new());
        let (x, y) = (a.parts.get(i), b.parts.get(j));
        // where one world has rows and the other has none
        let (x, y, cols) = match (x, y) {
            (Some((w, x @ Part::Rows(_))), Some((_, y @ Part::Rows(_)))) => {
                i += 1;
                j += 1;
                (x, y, *w)
            }
            (Some((w, x @ Part::Rows(_))), _) => {
                i += 1;
                (x, &empty, *w)
            }
            (_, Some((w, y @ Part::Rows(_)))) => {
                j += 1;
                (&empty, y, *w)
            }
            (Some((_, x @ Part::Copy(_))), Some((_, y @ Part::Copy(_)))) => {
                i += 1;
                j += 1;
                (x, y, None)
            }
            (Some((_, x @ Part::Copy(_))), _) => {
                i += 1;
                (x, &nothing, None)
            }
            (_, Some((_, y @ Part::Copy(_)))) => {
                j += 1;
                (&nothing, y, None)
            }
            (Some((_, x)), Some((_, y))) => {
                i += 1;
                j += 1;
                (x, y, None)
            }
            _ => return different(What::Protocol, describe(low, high)),
        };
        match (x, y) {
            // as described, which has been compared
            (Part::Other(f), Part::Other(g)) if f.tag == b'T' && g.tag == b'T' => (),
            (Part::Rows(r), Part::Rows(s)) => {
                let d = cols.and_then(|w| a.described.get(w));
                if explain && d.is_some_and(|d| d.len() == 1 && d[0].name == "QUERY PLAN") {
                    match compare_plans(r, s) {
                        Plans::Same => (),
                        Plans::Exempt => {
                            channels.insert(Channel::Plan);
                        }
                        Plans::Different(text) => return different(What::Explain, text),
                    }
                    continue;
                }
                if by_place(statement) {
                    channels.insert(Channel::Position);
                    continue;
                }
                let counted = match statement.kind {
                    "size" => Some(Channel::Size),
                    "statistics" => Some(Channel::Counters),
                    _ => None,
                };
                if let Some(c) = counted.filter(|_| same_but_numbers(r, s)) {
                    channels.insert(c);
                    continue;
                }
                match compare_rows(statement.ordered, d.map_or(&[][..], |d| d), r, s) {
                    Ok(c) => channels.extend(c),
                    // the same error, but after other rows
                    Err(_) if a.error.is_some() && !statement.ordered => {
                        channels.insert(Channel::Plan);
                    }
                    Err(text) => return different(What::Rows, text),
                }
            }
            (Part::Copy(r), Part::Copy(s)) => {
                let asked = text_of(statement).contains("ctid")
                    && same_multiset(&without_places(r), &without_places(s));
                let numbers = [".xmin", ".xmax", ".cmin", ".cmax"];
                let numbers = numbers.iter().any(|c| text_of(statement).contains(c))
                    && same_multiset(&without_transactions(r), &without_transactions(s));
                if by_place(statement) || r != s && asked {
                    channels.insert(Channel::Position);
                } else if r != s && numbers {
                    channels.insert(Channel::Transactions);
                } else if !(r == s || !statement.ordered && same_multiset(r, s)) {
                    return different(What::Rows, only(r, s, |v| show_value(&Some(v.clone()))));
                }
            }
            (Part::Other(f), Part::Other(g)) => {
                if f == g {
                    continue;
                }
                // the tag of what is not compared by rows counts these, too
                let tags = f.tag == b'C' && g.tag == b'C' || f.tag == b'E' && g.tag == b'E';
                if tags && (by_place(statement) || explain && channels.contains(&Channel::Plan)) {
                    continue;
                }
                // EXPLAIN's tag holds no count, but its number of lines is another's
                return different(What::Protocol, describe(low, high));
            }
            _ => return different(What::Protocol, describe(low, high)),
        }
    }
    if channels.is_empty() {
        Verdict::Same
    } else {
        Verdict::Exempt(channels.into_iter().collect())
    }
}

/// Lines of COPY without places of rows, which have no type there: (0,1), or six bytes in binary form.
fn without_places(lines: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    lines
        .iter()
        .map(|l| {
            let Ok(line) = std::str::from_utf8(l).map(str::to_owned) else { return binary(l, 6) };
            if line.contains('\0') {
                return binary(l, 6);
            }
            let mut line = line;
            let mut at = 0;
            while let Some(start) = line[at..].find('(').map(|n| at + n) {
                at = start + 1;
                let Some(end) = line[at..].find(')').map(|n| at + n) else { break };
                if line[at..end].split_once(',').is_some_and(|(a, b)| digits(a) && digits(b)) {
                    line.replace_range(at..end, ",");
                }
            }
            line.into_bytes()
        })
        .collect()
}

/// Lines of COPY without what may be numbers of transactions or commands.
fn without_transactions(lines: &[Vec<u8>]) -> Vec<Vec<u8>> {
    lines
        .iter()
        .map(|l| match std::str::from_utf8(l) {
            Ok(line) if !line.contains('\0') => line
                .split_inclusive(|c: char| !c.is_ascii_digit())
                .flat_map(|piece| {
                    let digits = piece.trim_end_matches(|c: char| !c.is_ascii_digit());
                    [if digits.is_empty() { "" } else { "#" }, &piece[digits.len()..]]
                })
                .collect::<String>()
                .into_bytes(),
            _ => binary(l, 4),
        })
        .collect()
}

/// A row of COPY in binary form without values of so many bytes.
pub fn binary(row: &[u8], bytes: usize) -> Vec<u8> {
    let mut out = row.to_vec();
    let mut at = 2;
    while let Some(length) = out.get(at..at + 4).and_then(|b| b.try_into().ok()) {
        let length = usize::try_from(i32::from_be_bytes(length)).unwrap_or(0);
        at += 4;
        if let Some(place) = out.get_mut(at..at + length).filter(|v| v.len() == bytes) {
            place.fill(0);
        }
        at += length;
    }
    out
}

/// The context of what a function says begins so, but for blocks and event triggers, which print no values of rows.
const FUNCTION: &str = "PL/pgSQL function ";

/// The names of the tables of REFRESH MATERIALIZED VIEW CONCURRENTLY hold their numbers.
fn without_numbers_of_refresh(notices: &[String]) -> Vec<String> {
    notices
        .iter()
        .map(|n| {
            let mut out = String::new();
            for (i, piece) in n.split(".pg_temp_").enumerate() {
                if i > 0 {
                    out.push_str(".pg_temp_");
                }
                out.push_str(if i > 0 {
                    piece.trim_start_matches(|c: char| c.is_ascii_digit())
                } else {
                    piece
                });
            }
            out
        })
        .collect()
}

/// Notices without the places that the errors of which they tell have named.
fn without_places_told(notices: &[String]) -> Vec<String> {
    notices.iter().map(|n| exempt::without_place(n)).collect()
}

/// All notices are those of functions that print the values that they are given.
pub fn printed(a: &Answer) -> bool {
    a.frames.iter().filter(|f| f.tag == b'N').all(|f| {
        let context = without_path(&f.field(b'W').unwrap_or_default());
        context
            .strip_prefix(FUNCTION)
            .is_some_and(|f| !f.starts_with("inline_code_block") && !f.starts_with("evt_"))
    })
}

/// What is said, if it is one text.
fn text_of(s: &Statement) -> &str {
    match &s.call {
        Call::Simple(sql) | Call::Extended { sql, .. } => sql,
        _ => "",
    }
}

/// A statement that asks for places of rows itself.
fn by_place(s: &Statement) -> bool {
    s.kind == "tid" || s.kind == "sample"
}

type Row = Vec<Option<Vec<u8>>>;

/// The same rows, but for numbers.
fn same_but_numbers(r: &[Row], s: &[Row]) -> bool {
    let number = |v: &Option<Vec<u8>>| {
        let of_number = |b: &u8| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'e' | b'+');
        v.as_ref().is_some_and(|v| v.iter().all(of_number))
    };
    r != s
        && r.len() == s.len()
        && r.iter().zip(s).all(|(x, y)| {
            x.len() == y.len() && x.iter().zip(y).all(|(v, w)| v == w || number(v) && number(w))
        })
}

fn compare_rows(ordered: bool, cols: &[Col], r: &[Row], s: &[Row]) -> Result<Vec<Channel>, String> {
    if r == s || !ordered && same_multiset(r, s) {
        return Ok(Vec::new());
    }
    let masks: Vec<(usize, Channel)> = cols
        .iter()
        .enumerate()
        .filter_map(|(i, c)| exempt::by_type(c.type_oid).map(|ch| (i, ch)))
        .collect();
    let show = |row: &Row| row.iter().map(show_value).collect::<Vec<_>>().join(" | ");
    if masks.is_empty() {
        return Err(only(r, s, show));
    }
    let masked = |rows: &[Row]| -> Vec<Row> {
        rows.iter()
            .map(|row| {
                let mut row = row.clone();
                for (i, _) in &masks {
                    // null or not is no matter of nature
                    if let Some(Some(v)) = row.get_mut(*i) {
                        v.clear();
                    }
                }
                row
            })
            .collect()
    };
    let (r, s) = (masked(r), masked(s));
    if r == s || !ordered && same_multiset(&r, &s) {
        let channels: BTreeSet<Channel> = masks.into_iter().map(|(_, c)| c).collect();
        return Ok(channels.into_iter().collect());
    }
    Err(only(&r, &s, show))
}

enum Plans {
    Same,
    Exempt,
    Different(String),
}

/// Plans without costs and times.
fn compare_plans(r: &[Row], s: &[Row]) -> Plans {
    let lines = |rows: &[Row]| -> Vec<String> {
        rows.iter()
            .flatten()
            .flatten()
            .flat_map(|v| {
                String::from_utf8_lossy(v)
                    .lines()
                    .filter_map(exempt::strip_explain)
                    .collect::<Vec<_>>()
            })
            .collect()
    };
    let (a, b) = (lines(r), lines(s));
    if a == b {
        return Plans::Same;
    }
    // the same nodes on the same tables, but other numbers: rows that were seen and not shown.  Some lines are there
    // only if their number is not 0
    let shape = |l: &[String]| -> Vec<String> {
        l.iter().filter_map(|l| exempt::planned(l)).map(|l| without_numbers(&l)).collect()
    };
    // a plan for another number of workers is another plan
    let workers = |l: &[String]| -> Vec<String> {
        l.iter().filter(|l| l.contains("Workers Planned")).cloned().collect()
    };
    if shape(&a) == shape(&b) && workers(&a) == workers(&b) {
        return Plans::Different(only(&a, &b, Clone::clone));
    }
    // another plan: what comes out at its top is the same
    if top_rows(&a) != top_rows(&b) {
        return Plans::Different(only(&a, &b, Clone::clone));
    }
    Plans::Exempt
}

fn without_numbers(line: &str) -> String {
    let mut name = false;
    line.chars()
        .filter(|c| {
            if c.is_ascii_digit() {
                return name;
            }
            name = c.is_alphabetic() || *c == '_';
            true
        })
        .collect()
}

/// "actual rows=N" of the top node, in whatever form.
fn top_rows(lines: &[String]) -> Option<String> {
    for l in lines {
        if let Some(p) = l.find("(actual rows=") {
            return l[p + 13..].split([' ', ')']).next().map(str::to_owned);
        }
        let t = l.trim_start().trim_start_matches(['"', '<', '-', ' ']);
        for key in ["Actual Rows\": ", "Actual Rows: ", "Actual-Rows>"] {
            if let Some(rest) = t.strip_prefix(key) {
                return rest.split([',', '<']).next().map(str::to_owned);
            }
        }
        if l.contains("(never executed)") {
            return Some("never".into());
        }
    }
    None
}

/// Both answers, in short.
pub fn describe(low: &Answer, high: &Answer) -> String {
    let show = |a: &Answer| {
        let mut out = String::new();
        for f in a.frames.iter().take(12) {
            let line = match f.tag {
                b'E' | b'N' => format!("{} {}", f.tag as char, show_fields(&f.fields())),
                b'D' => format!(
                    "D {}",
                    f.row()
                        .iter()
                        .map(|v| show_value(&v.as_ref().map(|v| v.to_vec())))
                        .collect::<Vec<_>>()
                        .join(" | ")
                ),
                t => {
                    format!("{} {}", t as char, String::from_utf8_lossy(&f.body).replace('\0', " "))
                }
            };
            out.push_str(&format!("    {}\n", line.chars().take(500).collect::<String>()));
        }
        if a.frames.len() > 12 {
            out.push_str(&format!("    and {} more messages\n", a.frames.len() - 12));
        }
        out.push_str(&format!(
            "    state {}\n",
            if a.status == 0 { '-' } else { a.status as char }
        ));
        out
    };
    format!("  world L:\n{}  world H:\n{}", show(low), show(high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_are_high() {
        let mut w = BTreeSet::new();
        high_words(
            b"a zqcanary_1 b 777123456 1777123456 c5f777123457 ZQCANARY x7a7163616e617279",
            &mut w,
        );
        let w: Vec<&str> = w.iter().map(String::as_str).collect();
        assert_eq!(w, ["777123456", "x7a7163616e617279", "zqcanary", "zqcanary_1"]);
    }

    #[test]
    fn numbers_of_plans() {
        assert_eq!(without_numbers("Rows Removed by Filter: 12"), "Rows Removed by Filter: ");
        assert_eq!(
            without_numbers("Seq Scan on t12 (actual rows=3.00 loops=1)"),
            "Seq Scan on t12 (actual rows=. loops=)"
        );
    }

    #[test]
    fn what_explain_says_of_time() {
        assert_eq!(
            exempt::strip_explain("  ->  Seq Scan on t  (cost=0.00..1.01 rows=1 width=4) (actual time=0.010..0.011 rows=1.00 loops=1)").as_deref(),
            Some("  ->  Seq Scan on t   (actual rows=1.00 loops=1)")
        );
        assert_eq!(exempt::strip_explain("  Buffers: shared hit=1"), None);
    }
}
