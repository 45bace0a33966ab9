//! A second source: statements that another generator wrote into a file.
//!
//! Debian's sqlsmith does: `two-worlds schema --seed N --world L` into a database, then `sqlsmith --dry-run --target=...
//! --max-queries=N > FILE`. Each statement ends with a semicolon at the end of a line. What depends on the clock, on chance or
//! on an order that nothing fixes is left out. Of the rest the server takes some two fifths: sqlsmith knows nothing of types
//! that came after PostgreSQL 13, multiranges above all, and takes any type for a polymorphic one.

use crate::stmt::{Call, Statement};

/// What makes a statement's answer differ from run to run, or hangs on what is physical.
const UNFIT: &[&str] = &[
    "random",
    "clock_timestamp",
    "timeofday",
    "statement_timestamp",
    "transaction_timestamp",
    "now()",
    "current_timestamp",
    "localtime",
    "current_time",
    "pg_sleep",
    "pg_stat",
    "pg_backend_pid",
    "txid",
    "pg_current",
    "pg_wal",
    "pg_last",
    "pg_advisory",
    "pg_try_advisory",
    "pg_reload",
    "pg_rotate",
    "pg_terminate",
    "pg_cancel",
    "inet_",
    "gen_random",
    "uuid",
    "pg_postmaster",
    "pg_conf_load",
    "pg_export_snapshot",
    "pg_size",
    "_size(",
    "pg_ls_",
    "pg_read_",
    "ctid",
    "offset",
    "tablesample",
    "nextval",
    "setval",
    "lo_",
    "pg_notify",
    "pg_snapshot",
    "pg_xact",
    "pg_mxid",
    "version()",
    "pg_logical",
    "pg_create_",
    "pg_drop_",
    "pg_blocking",
    "pg_lock",
    "pg_show_all",
    "pg_hba",
    "pg_timezone",
    "pg_control",
    "pg_get_shmem",
    "pg_get_backend",
    "pg_log_backend",
    "pg_stop",
    "pg_start",
    "pg_switch",
    "pg_promote",
    "pg_input_error",
    "_stat_",
    "float",
    "sqrt",
    "exp(",
    "ln(",
    "array_agg",
    "string_agg",
    "json_agg",
    "jsonb_agg",
    "xmlagg",
    "first_value",
    "last_value",
    "nth_value",
    "lag(",
    "lead(",
    "row_number",
    "ntile",
];

/// The statements of such a file, as simple queries.
pub fn statements(text: &str) -> Vec<Statement> {
    let mut all = Vec::new();
    let mut sql = String::new();
    for line in text.lines() {
        if sql.is_empty() && (line.trim().is_empty() || line.starts_with("--")) {
            continue;
        }
        sql.push_str(line);
        sql.push('\n');
        if line.trim_end().ends_with(';') {
            let said = without_limits(&std::mem::take(&mut sql));
            let lower = said.to_lowercase();
            if !UNFIT.iter().any(|word| lower.contains(word)) {
                let reads = lower.trim_start().starts_with("select")
                    || lower.trim_start().starts_with("with");
                all.push(Statement {
                    kind: if reads { "select sqlsmith" } else { "sqlsmith" },
                    call: Call::Simple(said.trim().to_owned()),
                    ordered: false,
                    touches_hidden: lower.contains("w.") || lower.contains("own."),
                });
            }
        }
    }
    all
}

/// LIMIT without an order leaves rows by where they lie: all of them are asked for.
fn without_limits(sql: &str) -> String {
    let mut out = String::new();
    let mut words = sql.split_inclusive(char::is_whitespace).peekable();
    while let Some(word) = words.next() {
        if word.trim() == "limit"
            && words.peek().is_some_and(|n| n.starts_with(|c: char| c.is_ascii_digit()))
        {
            let number = words.next().unwrap_or_default();
            out.push_str(number.trim_start_matches(|c: char| c.is_ascii_digit()));
        } else {
            out.push_str(word);
        }
    }
    out
}
