//! What concerns the session: transactions, cursors, prepared statements, settings, and the small statements.

use super::{Cursor, Effect, Generator, Param, Prepared, Transaction, stored};
use crate::model::{Kind, RelKind};
use crate::stmt::Call;

/// Settings of the planner and the executor, and what they may be set to.
const SETTINGS: &[(&str, &[&str])] = &[
    ("enable_seqscan", &["on", "off"]),
    ("enable_indexscan", &["on", "off"]),
    ("enable_indexonlyscan", &["on", "off"]),
    ("enable_bitmapscan", &["on", "off"]),
    ("enable_tidscan", &["on", "off"]),
    ("enable_hashjoin", &["on", "off"]),
    ("enable_mergejoin", &["on", "off"]),
    ("enable_nestloop", &["on", "off"]),
    ("enable_hashagg", &["on", "off"]),
    ("enable_sort", &["on", "off"]),
    ("enable_incremental_sort", &["on", "off"]),
    ("enable_material", &["on", "off"]),
    ("enable_memoize", &["on", "off"]),
    ("enable_gathermerge", &["on", "off"]),
    ("enable_parallel_append", &["on", "off"]),
    ("enable_parallel_hash", &["on", "off"]),
    ("enable_partitionwise_join", &["on", "off"]),
    ("enable_partitionwise_aggregate", &["on", "off"]),
    ("enable_partition_pruning", &["on", "off"]),
    ("enable_presorted_aggregate", &["on", "off"]),
    ("enable_self_join_elimination", &["on", "off"]),
    ("enable_distinct_reordering", &["on", "off"]),
    ("enable_group_by_reordering", &["on", "off"]),
    ("constraint_exclusion", &["on", "off", "partition"]),
    ("debug_parallel_query", &["off", "on", "regress", "off"]),
    ("max_parallel_workers_per_gather", &["0", "1", "2", "0"]),
    ("parallel_setup_cost", &["0", "1000"]),
    ("parallel_tuple_cost", &["0", "0.1"]),
    ("min_parallel_table_scan_size", &["0", "'8MB'"]),
    ("parallel_leader_participation", &["on", "off"]),
    ("work_mem", &["'64kB'", "'256kB'", "'4MB'"]),
    ("hash_mem_multiplier", &["1", "2"]),
    ("jit", &["off"]),
    ("plan_cache_mode", &["auto", "force_generic_plan", "force_custom_plan"]),
    ("from_collapse_limit", &["1", "8"]),
    ("join_collapse_limit", &["1", "8"]),
    ("geqo_threshold", &["2", "12"]),
    ("random_page_cost", &["1", "4", "100"]),
    ("cursor_tuple_fraction", &["0.01", "1"]),
    ("recursive_worktable_factor", &["1", "10"]),
    ("row_security", &["on", "off", "on"]),
    ("quote_all_identifiers", &["on", "off"]),
    ("array_nulls", &["on"]),
    ("bytea_output", &["hex", "escape"]),
    ("datestyle", &["'ISO, MDY'", "'German'"]),
    ("intervalstyle", &["postgres", "iso_8601"]),
    ("timezone", &["'UTC'", "'Europe/Berlin'"]),
    ("check_function_bodies", &["on", "off"]),
    ("default_statistics_target", &["1", "100"]),
    ("lock_timeout", &["0"]),
    ("default_transaction_isolation", &["'read committed'", "'repeatable read'", "'serializable'"]),
    ("default_transaction_deferrable", &["on", "off"]),
    ("xmlbinary", &["hex", "base64"]),
    ("extra_float_digits", &["0", "1"]),
    ("transform_null_equals", &["on", "off"]),
    ("restrict_nonsystem_relation_kind", &["''", "'view'"]),
    ("sepostgresql_mcstrans", &["on", "off"]),
];

/// Settings that a client may not have, or that must change nothing.
const DENIED: &[&str] = &[
    "SET session_replication_role = replica",
    "SET session_replication_role = origin",
    "SET allow_system_table_mods = on",
    "SET sepostgresql = off",
    "SET sepostgresql_row_level = off",
    "SET sepgsql.permissive = on",
    "SET sepostgresql_policy_file = '/tmp/x'",
    "SET sepostgresql_file_context = 'system_u:object_r:tmp_t:s0'",
    "SET dynamic_library_path = '/tmp'",
    "SET local_preload_libraries = 'x'",
    "SET log_statement = 'all'",
    "SET lo_compat_privileges = on",
    "SET zero_damaged_pages = on",
    "SET ignore_system_indexes = on",
    "SET log_min_messages = debug5",
    "SET track_functions = 'all'",
    "SET session_preload_libraries = 'x'",
    "ALTER SYSTEM SET work_mem = '1MB'",
    "ALTER SYSTEM SET sepostgresql_row_level = off",
    "SET ROLE postgres",
    "SET ROLE w_high",
    "SET SESSION AUTHORIZATION postgres",
    "SET SESSION AUTHORIZATION w_high",
];

impl Generator<'_> {
    // Transactions.

    pub(super) fn begin(&mut self) {
        let commit = self.dice.chance(24);
        let read_only = self.dice.chance(5);
        let level = self.dice.weighted(&[76, 12, 12]);
        let sql = format!(
            "{}{}{}",
            self.dice.pick(&["BEGIN", "START TRANSACTION"]),
            ["", " ISOLATION LEVEL REPEATABLE READ", " ISOLATION LEVEL SERIALIZABLE"][level],
            if read_only { if level > 0 { ", READ ONLY" } else { " READ ONLY" } } else { "" }
        );
        let left = usize::try_from(self.dice.between(7, 18)).expect("small");
        self.transaction = Some(Transaction { left, commit });
        self.say("begin", sql);
    }

    pub(super) fn end_transaction(&mut self, commit: bool) {
        if commit {
            let sql = self.dice.pick(&["COMMIT", "COMMIT", "END", "COMMIT AND CHAIN"]).to_owned();
            if sql.contains("CHAIN") {
                self.say_with("commit", sql, Effect::Commit);
                self.say_always("rollback", "ROLLBACK");
            } else {
                self.say_with("commit", sql, Effect::Commit);
            }
        } else {
            let sql = self.dice.pick(&["ROLLBACK", "ROLLBACK", "ABORT"]);
            self.say("rollback", sql);
        }
    }

    /// A transaction that failed.
    pub(super) fn out_of_failure(&mut self) {
        if self.dice.chance(4) {
            let statement =
                self.dice.pick(&["SELECT 1", "COMMIT", "SAVEPOINT later", "DEALLOCATE ALL"]);
            self.say("failed transaction", statement);
            return;
        }
        if !self.savepoints.is_empty() && self.dice.chance(85) {
            let name = self.savepoints.last().expect("a savepoint").clone();
            self.say_with(
                "rollback to",
                format!("ROLLBACK TO SAVEPOINT {name}"),
                Effect::RollbackTo(name),
            );
        } else {
            self.say("rollback", "ROLLBACK");
        }
    }

    pub(super) fn savepoint(&mut self) {
        let transaction = self.transaction.unwrap_or(Transaction { left: 0, commit: false });
        if self.savepoints.is_empty() || self.dice.chance(50) {
            let name = self.name("sp");
            self.say_with("savepoint", format!("SAVEPOINT {name}"), Effect::Savepoint(name));
            self.transaction = Some(Transaction { left: transaction.left + 2, ..transaction });
            return;
        }
        let name = self.dice.one(&self.savepoints.clone());
        if self.dice.chance(60) {
            self.say_with(
                "rollback to",
                format!("ROLLBACK TO SAVEPOINT {name}"),
                Effect::RollbackTo(name),
            );
        } else {
            self.say_with("release", format!("RELEASE SAVEPOINT {name}"), Effect::Release(name));
        }
    }

    // Cursors.

    pub(super) fn cursor(&mut self) {
        if self.cursors.is_empty() || self.dice.chance(22) {
            self.declare();
            return;
        }
        let cursor = self.dice.one(&self.cursors.clone());
        self.touches = cursor.touches;
        let name = &cursor.name;
        match self.dice.weighted(&[60, 10, 24, 8]) {
            0 => {
                let direction = if cursor.scroll {
                    self.dice.pick(&[
                        "NEXT",
                        "PRIOR",
                        "FIRST",
                        "LAST",
                        "ALL",
                        "BACKWARD 3",
                        "FORWARD 4",
                        "ABSOLUTE 2",
                        "RELATIVE 1",
                        "BACKWARD ALL",
                        "ABSOLUTE -1",
                        "RELATIVE 0",
                    ])
                } else {
                    self.dice.pick(&["NEXT", "FORWARD 3", "ALL", "FORWARD ALL", "5"])
                };
                // which row comes first is no promise without an order: then all of them
                let direction = if cursor.ordered { direction } else { "ALL" };
                self.ordered = cursor.ordered;
                self.say("fetch", format!("FETCH {direction} FROM {name}"));
            }
            1 => {
                let direction = if cursor.scroll {
                    self.dice.pick(&["ALL", "BACKWARD ALL", "FIRST", "LAST"])
                } else {
                    "ALL"
                };
                self.say("move", format!("MOVE {direction} IN {name}"));
            }
            2 => match cursor.relation {
                Some(at) => {
                    let sql = self.update_of_current(at, name);
                    self.say("current of", sql);
                }
                None => {
                    self.say_with("close", format!("CLOSE {name}"), Effect::Close(name.clone()))
                }
            },
            _ => self.say_with("close", format!("CLOSE {name}"), Effect::Close(name.clone())),
        }
    }

    fn declare(&mut self) {
        let name = self.name("cur");
        let hold = self.dice.chance(20);
        let scroll = self.dice.chance(50);
        if self.dice.chance(35) {
            // a cursor over one relation, in the order of its key, one row ahead
            let at = self.relation_at(|r| {
                r.writable
                    && r.kind == RelKind::Table
                    && r.key.len() == 1
                    && r.columns.iter().any(|c| c.name == r.key[0] && c.readable)
            });
            let Some(at) = at else { return };
            let relation = self.relations[at].clone();
            let alias = self.name("a");
            let scope = [self.source(&relation, &alias)];
            let condition = self.key_predicate(&scope);
            let (key, touches) = (relation.key[0].clone(), self.touches);
            let lock = self.dice.chance(50);
            let tail = if lock { " FOR UPDATE" } else { "" };
            let sql = format!(
                "DECLARE {name} CURSOR FOR SELECT {alias}.{key} FROM {} {alias} WHERE {condition} ORDER BY {alias}.{key}{tail}",
                relation.name
            );
            let cursor = Cursor {
                name: name.clone(),
                relation: Some(at),
                hold: false,
                scroll: false,
                ordered: true,
                touches,
            };
            self.say_with("declare", sql, Effect::Open(cursor));
            self.ordered = true;
            self.touches = touches;
            self.say("fetch", format!("FETCH NEXT FROM {name}"));
            let sql = self.update_of_current(at, &name);
            self.say("current of", sql);
            return;
        }
        let query = self.query(1);
        let locks = query.sql.contains(" FOR ")
            && (query.sql.contains(" OF a") || query.sql.contains("NOWAIT"));
        let writes = query.sql.contains("RETURNING new");
        if writes {
            return;
        }
        let (hold, scroll) = if locks { (false, false) } else { (hold, scroll) };
        let cursor = Cursor {
            name: name.clone(),
            relation: None,
            hold,
            scroll,
            ordered: query.ordered,
            touches: self.touches,
        };
        let options = format!(
            "{}{}CURSOR {}",
            self.dice.pick(&["", "", "BINARY "]),
            if scroll { "SCROLL " } else { self.dice.pick(&["NO SCROLL ", ""]) },
            if hold { "WITH HOLD " } else { "" }
        );
        // without a word, whether it scrolls depends on the plan: it is fetched forward only
        self.say_with(
            "declare",
            format!("DECLARE {name} {options}FOR {}", query.sql),
            Effect::Open(cursor),
        );
    }

    // Prepared statements.

    pub(super) fn prepare_or_execute(&mut self) {
        if self.prepared.len() < 3 || self.dice.chance(20) {
            self.prepare();
            return;
        }
        let prepared = self.dice.one(&self.prepared.clone());
        if self.prepared.len() > 6 || self.dice.chance(6) {
            let sql = if prepared.wire || self.dice.chance(80) {
                format!("DEALLOCATE {}", prepared.name)
            } else {
                "DEALLOCATE ALL".into()
            };
            let effect = if sql.ends_with("ALL") {
                Effect::ForgetAll
            } else {
                Effect::Deallocate(prepared.name)
            };
            self.say_with("deallocate", sql, effect);
            return;
        }
        let values: Vec<String> = prepared.params.iter().map(|k| self.value(*k).0).collect();
        self.touches = prepared.touches;
        self.ordered = prepared.ordered;
        if prepared.wire {
            let call = Call::Extended {
                name: prepared.name,
                sql: String::new(),
                params: values.into_iter().map(Some).collect(),
                fetch: if prepared.ordered && self.dice.chance(40) { 2 } else { 0 },
                binary: self.dice.chance(20),
            };
            let step = self.step("execute", call);
            self.queue.push_back(step);
            return;
        }
        let values: Vec<String> = values.iter().map(|v| super::quote(v)).collect();
        let list =
            if values.is_empty() { String::new() } else { format!(" ({})", values.join(", ")) };
        let explain = if self.dice.chance(12) && prepared.kind == "select" {
            "EXPLAIN (COSTS off) "
        } else {
            ""
        };
        let kind = if explain.is_empty() { "execute" } else { "explain" };
        self.say(kind, format!("{explain}EXECUTE {}{list}", prepared.name));
    }

    fn prepare(&mut self) {
        let name = self.name("ps");
        self.params = Some(Vec::new());
        let (kind, sql, ordered) = match self.dice.below(6) {
            0 => {
                let Some(relation) = self.target() else {
                    return;
                };
                let sql = self.insert_text(&relation, false, true);
                ("insert", sql, false)
            }
            _ => {
                let query = self.query(1);
                ("select", query.sql, query.ordered)
            }
        };
        let params: Vec<Param> = self.params.take().unwrap_or_default();
        if params.is_empty() && self.dice.chance(60) {
            // the same text, said at once
            self.ordered = ordered;
            self.say(kind, sql);
            return;
        }
        let wire = self.dice.chance(45);
        let prepared = Prepared {
            name: name.clone(),
            params: params.iter().map(|p| p.kind).collect(),
            kind,
            ordered,
            touches: self.touches,
            wire,
        };
        if wire {
            self.ordered = ordered;
            let call = Call::Extended {
                name,
                sql,
                params: params.iter().map(|p| Some(p.value.clone())).collect(),
                fetch: 0,
                binary: false,
            };
            let mut step = self.step("prepare", call);
            step.effect = Effect::Prepared(prepared);
            self.queue.push_back(step);
        } else {
            let types: Vec<&str> = params.iter().map(|p| p.sql_type.as_str()).collect();
            let list =
                if types.is_empty() { String::new() } else { format!(" ({})", types.join(", ")) };
            self.say_with(
                "prepare",
                format!("PREPARE {name}{list} AS {sql}"),
                Effect::Prepared(prepared),
            );
        }
    }

    // Settings.

    fn setting_text(&mut self, local: bool) -> String {
        if self.dice.chance(12) {
            let mut schemas: Vec<String> = self
                .relations
                .iter()
                .filter_map(|r| r.name.split_once('.').map(|(s, _)| s.to_owned()))
                .collect();
            schemas.sort();
            schemas.dedup();
            let hidden: Vec<String> = self
                .model
                .hidden_names
                .iter()
                .filter(|n| !n.contains('.') && !n.contains('('))
                .cloned()
                .collect();
            schemas.push("public".into());
            let mut path = vec![self.dice.one(&schemas), "public".into()];
            if !hidden.is_empty() && self.dice.chance(30) {
                path.insert(0, self.dice.one(&hidden));
            }
            if self.dice.chance(30) {
                path.push(
                    self.dice
                        .pick(&[
                            "pg_temp",
                            "nosuchschema",
                            "pg_catalog",
                            "information_schema",
                            "\"$user\"",
                        ])
                        .to_owned(),
                );
            }
            return format!(
                "SET {}search_path = {}",
                if local { "LOCAL " } else { "" },
                path.join(", ")
            );
        }
        let (name, values) = self.dice.one(SETTINGS);
        format!("SET {}{name} = {}", if local { "LOCAL " } else { "" }, self.dice.pick(values))
    }

    pub(super) fn setting(&mut self) {
        match self.dice.weighted(&[70, 12, 10, 4, 4]) {
            0 => {
                let sql = self.setting_text(false);
                self.say("set", sql);
            }
            1 => {
                let (name, _) = self.dice.one(SETTINGS);
                let sql = self.dice.one(&[
                    format!("RESET {name}"),
                    format!("SHOW {name}"),
                    "RESET ALL".to_owned(),
                    format!("SELECT current_setting('{name}')"),
                ]);
                self.say("set", sql);
            }
            2 => {
                let statement = self.dice.pick(DENIED).to_owned();
                self.say("set denied", statement.clone());
                let tidy = if statement.contains("ROLE") {
                    "RESET ROLE"
                } else if statement.contains("AUTHORIZATION") {
                    "RESET SESSION AUTHORIZATION"
                } else {
                    "RESET ALL"
                };
                if !statement.starts_with("ALTER") {
                    self.say_always("set", tidy);
                }
            }
            3 => {
                let sql = self.dice.pick(&[
                    "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED",
                    "SELECT set_config('work_mem', '128kB', false)",
                    "SELECT current_user, session_user, current_database(), current_schema",
                    "SELECT sepgsql_getcon(), sepgsql_server_getcon()",
                    "SHOW transaction_isolation",
                ]);
                self.say("set", sql);
            }
            _ => self.say("set", "RESET ALL"),
        }
    }

    pub(super) fn setting_local(&mut self) {
        let sql = self.setting_text(true);
        self.say("set", sql);
    }

    // EXPLAIN.

    /// Settings that leave a scan of one relation one way.
    fn one_way(&mut self) -> String {
        let way =
            self.dice.one(&["seqscan", "indexscan", "bitmapscan", "indexonlyscan", "tidscan"]);
        let mut sql = String::from(
            "SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL debug_parallel_query = off; SET LOCAL jit = off",
        );
        for other in ["seqscan", "indexscan", "bitmapscan", "indexonlyscan", "tidscan"] {
            let on = other == way || (way == "indexonlyscan" && other == "indexscan");
            sql += &format!("; SET LOCAL enable_{other} = {}", if on { "on" } else { "off" });
        }
        sql
    }

    pub(super) fn explain(&mut self) {
        let format =
            self.dice.pick(&["", "", "", ", FORMAT JSON", ", FORMAT YAML", ", FORMAT XML"]);
        let verbose = self.dice.pick(&["", "", ", VERBOSE"]);
        let more = self.dice.pick(&["", "", ", SETTINGS", ", SERIALIZE text", ", WAL off"]);
        let analyze = format!(
            "EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off, BUFFERS off{verbose}{more}{format})"
        );
        let plain = format!("EXPLAIN (COSTS off{verbose}{format})");
        match self.dice.weighted(&[60, 20, 20]) {
            0 => {
                let way = self.one_way();
                self.undone(|g| {
                    g.say("set", way);
                    for _ in 0..g.dice.between(1, 3) {
                        let Some(relation) = g.relation(|_| true) else {
                            return;
                        };
                        let query = g.one_relation_query(&relation);
                        g.ordered = true;
                        g.say("explain", format!("{analyze} {query}"));
                    }
                });
            }
            1 => {
                let query = self.query(1);
                let writes = query.sql.contains("RETURNING");
                self.ordered = true;
                if !writes {
                    self.say("explain", format!("{plain} {}", query.sql));
                }
            }
            _ => {
                let Some(relation) = self.target() else {
                    return;
                };
                let touches = self.touches;
                self.touches = false;
                self.undone(|g| {
                    g.touches = touches;
                    let sql = g.insert_text(&relation, false, true);
                    g.ordered = true;
                    g.say("explain", format!("{analyze} {sql}"));
                });
            }
        }
    }

    // Small ones.

    /// What is said in a transaction beside queries and writes.
    pub(super) fn small(&mut self) {
        match self.dice.weighted(&[8, 12, 16, 18, 22, 14, 22, 6]) {
            0 => self.notify(),
            1 => self.lock(),
            2 => self.sequence(),
            3 => self.large_object(),
            4 => self.function(),
            5 => self.do_block(),
            6 => self.fast_path(),
            _ => {
                let sql = self.dice.pick(&[
                    "SET CONSTRAINTS ALL DEFERRED",
                    "SET CONSTRAINTS ALL IMMEDIATE",
                    "SELECT txid_current_if_assigned() IS NULL",
                    "SELECT pg_current_xact_id() IS NOT NULL",
                ]);
                self.say("set constraints", sql);
            }
        }
    }

    fn notify(&mut self) {
        let channel = self.dice.pick(&["news", "tea", "zz"]);
        let sql = self.dice.one(&[
            format!("NOTIFY {channel}, 'said {}'", self.number % 7),
            format!("LISTEN {channel}"),
            format!("UNLISTEN {channel}"),
            "UNLISTEN *".into(),
            format!("SELECT pg_notify('{channel}', 'x')"),
            "SELECT * FROM pg_listening_channels() ORDER BY 1".into(),
        ]);
        self.say("notify", sql);
    }

    fn lock(&mut self) {
        let Some(relation) = self.relation(|_| true) else {
            return;
        };
        let mode = self.dice.pick(&[
            "ACCESS SHARE",
            "ROW SHARE",
            "ROW EXCLUSIVE",
            "SHARE UPDATE EXCLUSIVE",
            "SHARE",
            "SHARE ROW EXCLUSIVE",
            "EXCLUSIVE",
            "ACCESS EXCLUSIVE",
        ]);
        let (only, wait) = (self.dice.pick(&["", "", "ONLY "]), self.dice.pick(&["", " NOWAIT"]));
        let sql = format!("LOCK TABLE {only}{} IN {mode} MODE{wait}", relation.name);
        self.say("lock", sql);
    }

    fn sequence(&mut self) {
        let sequences = self.model.sequences.clone();
        if sequences.is_empty() {
            return;
        }
        let name = self.dice.one(&sequences);
        let text = super::quote(&name);
        let sql = match self.dice.below(8) {
            0 | 1 => format!("SELECT nextval({text})"),
            2 => format!("SELECT currval({text})"),
            3 => format!("SELECT last_value, is_called FROM {name}"),
            4 => format!("SELECT setval({text}, {})", self.dice.between(4_000, 9_000)),
            5 => format!("SELECT pg_sequence_last_value({text})"),
            6 => format!("SELECT * FROM pg_get_sequence_data({text})"),
            _ => "SELECT lastval()".into(),
        };
        self.say("sequence", sql);
    }

    fn large_object(&mut self) {
        let known = self.model.large_objects.clone();
        if known.is_empty() || self.dice.chance(25) {
            let oid = 60_000 + self.fresh() % 5_000;
            self.say("large object", format!("SELECT lo_from_bytea({oid}, 'tea') = {oid}, lo_put({oid}, 1, 'x'), lo_get({oid})"));
            if self.dice.chance(50) {
                self.say("large object", format!("SELECT lo_unlink({oid})"));
            }
            return;
        }
        let oid = if self.dice.chance(88) { self.dice.one(&known) } else { 9_999_999 };
        let sql = match self.dice.below(9) {
            0 | 1 => format!("SELECT lo_get({oid})"),
            2 => format!("SELECT lo_get({oid}, 2, 4)"),
            3 => format!("SELECT lo_put({oid}, 0, 'zz')"),
            4 => format!("SELECT loread(lo_open({oid}, 262144), 20)"),
            5 => format!("SELECT lo_lseek64(fd, 0, 2), lo_tell(fd), lo_truncate(fd, 3), lo_close(fd) FROM lo_open({oid}, 393216) fd"),
            6 => "SELECT pg_get_userbyid(lomowner), count(*) FROM pg_largeobject_metadata GROUP BY 1 ORDER BY 1".into(),
            7 => "SELECT oid, lomacl, security_label FROM pg_largeobject_metadata ORDER BY 1".into(),
            _ => format!("SELECT lowrite(lo_open({oid}, 131072), 'new')"),
        };
        self.say("large object", sql);
    }

    /// A call of one of the model's functions.
    pub(super) fn function(&mut self) {
        let functions = self.model.functions.clone();
        if functions.is_empty() {
            return;
        }
        let function = self.dice.one(&functions);
        self.touches |= function.touches_hidden;
        if function.aggregate {
            let kinds = function.args.clone();
            let wanted = kinds.first().copied().unwrap_or(Kind::Int);
            let Some(relation) = self.relation(|r| {
                stored(r) && r.columns.iter().any(|c| c.readable && c.kind == wanted)
            }) else {
                return;
            };
            let (from, source) = self.alone(&relation);
            let scope = [source];
            let args: Vec<String> = kinds
                .iter()
                .map(|k| self.column(*k, &scope).unwrap_or_else(|| "NULL".into()))
                .collect();
            let list = args.join(", ");
            let order = if list.is_empty() { String::new() } else { format!(" ORDER BY {list}") };
            self.say(
                "function",
                format!("SELECT {}({list}{order}) FROM {from} WHERE true", function.name),
            );
            return;
        }
        let args: Vec<String> = function.args.iter().map(|k| self.argument(*k)).collect();
        let call = format!("{}({})", function.name, args.join(", "));
        let sql = if function.procedure {
            format!("CALL {call}")
        } else if function.result.is_none() {
            format!("SELECT * FROM {call} AS f")
        } else if self.dice.chance(35) && !function.args.is_empty() {
            // for each row of a relation
            let kinds = function.args.clone();
            match self.relation(|r| {
                stored(r) && r.columns.iter().any(|c| c.readable && kinds.contains(&c.kind))
            }) {
                Some(relation) => {
                    let (from, source) = self.alone(&relation);
                    let scope = [source];
                    let args: Vec<String> = kinds
                        .iter()
                        .map(|k| self.column(*k, &scope).unwrap_or_else(|| "NULL".into()))
                        .collect();
                    format!("SELECT {}({}) FROM {from}", function.name, args.join(", "))
                }
                None => format!("SELECT {call}"),
            }
        } else {
            format!("SELECT {call}")
        };
        self.say("function", sql);
    }

    fn argument(&mut self, kind: Kind) -> String {
        match kind {
            Kind::Int => self.dice.between(0, 40).to_string(),
            Kind::Other => "NULL".into(),
            _ => self.literal(kind),
        }
    }

    pub(super) fn do_block(&mut self) {
        let Some(relation) = self.relation(|r| {
            r.columns.iter().any(|c| c.readable && c.kind == Kind::Int) && !r.key.is_empty()
        }) else {
            return;
        };
        let (from, source) = self.alone(&relation);
        let key = source.alias.clone() + "." + &relation.key[0];
        let scope = [source];
        let column = self.column(Kind::Int, &scope).unwrap_or_else(|| "1".into());
        let condition = self.predicate(&scope, 1);
        let sql = match self.dice.below(4) {
            0 => format!(
                "DO $$ DECLARE r record; BEGIN FOR r IN SELECT {key} AS k, {column} AS v FROM {from} WHERE {condition} ORDER BY 1, 2 LIMIT 8 LOOP RAISE NOTICE '% %', r.k, r.v; END LOOP; END $$"
            ),
            1 => format!(
                "DO $$ DECLARE n int8; BEGIN SELECT count(*) INTO n FROM {from} WHERE {condition}; RAISE NOTICE 'rows %', n; END $$"
            ),
            2 => format!(
                "DO $$ DECLARE n int8; BEGIN EXECUTE {} INTO n; RAISE NOTICE 'rows %', n; EXCEPTION WHEN OTHERS THEN RAISE NOTICE 'no: % %', SQLSTATE, SQLERRM; END $$",
                super::quote(&format!("SELECT count(*) FROM {from} WHERE {condition}"))
            ),
            _ => format!(
                "DO $$ DECLARE c refcursor; r record; n int := 0; BEGIN OPEN c SCROLL FOR SELECT {key} AS k FROM {from} WHERE {condition} ORDER BY 1; LOOP FETCH c INTO r; EXIT WHEN NOT FOUND; n := n + 1; END LOOP; MOVE FIRST IN c; RAISE NOTICE '%', n; CLOSE c; END $$"
            ),
        };
        self.say("do", sql);
    }

    pub(super) fn fast_path(&mut self) {
        let functions: Vec<_> = self
            .model
            .functions
            .iter()
            .filter(|f| !f.procedure && !f.aggregate && f.result.is_some())
            .cloned()
            .collect();
        let call = if functions.is_empty() || self.dice.chance(60) {
            let (function, args) = self.fast();
            Call::FastPath { function, args }
        } else {
            let function = self.dice.one(&functions);
            self.touches |= function.touches_hidden;
            let types: Vec<&str> = function.args.iter().map(|k| type_name(*k)).collect();
            let args = function.args.iter().map(|k| Some(self.value(*k).0)).collect();
            Call::FastPath { function: format!("{}({})", function.name, types.join(",")), args }
        };
        let step = self.step("fast path", call);
        self.queue.push_back(step);
    }

    /// What cannot be said in a transaction, or ends what the session has.
    pub(super) fn outside_only(&mut self) {
        match self.dice.weighted(&[30, 18, 12, 40, 14]) {
            0 => {
                let name = self.name("gx");
                self.say_needed("begin", "BEGIN");
                let (Some(relation), touches) = (self.target(), self.touches) else {
                    return;
                };
                let sql = self.insert_text(&relation, false, false);
                self.touches = touches;
                self.say("insert", sql);
                self.say("prepare transaction", format!("PREPARE TRANSACTION '{name}'"));
                self.say(
                    "catalog",
                    "SELECT gid, owner, database FROM pg_prepared_xacts ORDER BY 1",
                );
                let end = if self.dice.chance(25) { "COMMIT" } else { "ROLLBACK" };
                self.say_always("rollback", format!("{end} PREPARED '{name}'"));
                self.say_always("rollback", "ROLLBACK");
            }
            1 => {
                let sql = self.dice.pick(&[
                    "DISCARD PLANS",
                    "DISCARD SEQUENCES",
                    "DISCARD TEMP",
                    "DISCARD ALL",
                    "CLOSE ALL",
                ]);
                let effect = match sql {
                    "DISCARD ALL" | "CLOSE ALL" => Effect::ForgetAll,
                    _ => Effect::Nothing,
                };
                self.say_with("discard", sql, effect);
                if sql == "CLOSE ALL" {
                    // prepared statements are still there, but those forgotten are only not used again
                    self.say("deallocate", "DEALLOCATE ALL");
                }
            }
            2 => {
                let step = self.step("reconnect", Call::Reconnect);
                self.queue.push_back(step);
            }
            3 => {
                self.say_needed("begin", "BEGIN");
                self.say("set", "SET LOCAL sepostgresql_row_filter = error");
                let Some(relation) = self.relation(stored) else {
                    return;
                };
                let query = self.one_relation_query(&relation);
                self.say("row filter error", query);
                self.say_always("rollback", "ROLLBACK");
            }
            _ => self.set_context(),
        }
    }

    /// Attempts at another label, and what narrows the session's own.
    fn set_context(&mut self) {
        let label = self.dice.pick(&[
            "user_u:user_r:user_t:s0",
            "user_u:user_r:user_t:s0:c0.c20",
            "user_u:user_r:user_t:s0:c0.c1023",
            "user_u:user_r:user_t:s0-s3:c0.c50",
            "staff_u:staff_r:staff_t:s0-s3:c0.c50",
            "unconfined_u:unconfined_r:unconfined_t:s0-s15:c0.c1023",
            "system_u:system_r:sepgsql_trusted_proc_t:s0",
            "nonsense",
        ]);
        self.undone(|g| {
            g.say("setcon", format!("SELECT sepgsql_setcon('{label}')"));
            g.say("setcon", "SELECT sepgsql_getcon()");
            if let Some(relation) = g.relation(|_| true) {
                let query = g.one_relation_query(&relation);
                g.say("setcon", query);
            }
        });
    }

    /// VACUUM and what is like it.
    pub(super) fn maintenance(&mut self) {
        let Some(relation) = self.relation(stored) else {
            return;
        };
        let name = &relation.name;
        let sql = match self.dice.below(12) {
            0 | 1 => format!("VACUUM {name}"),
            2 | 3 => format!("ANALYZE {name}"),
            4 => format!("VACUUM (ANALYZE, INDEX_CLEANUP on, PARALLEL 0) {name}"),
            5 => format!("VACUUM (FULL) {name}"),
            6 => format!("REINDEX TABLE {name}"),
            7 => format!("REINDEX TABLE CONCURRENTLY {name}"),
            8 => format!("CLUSTER {name}"),
            9 => format!("VACUUM (FREEZE) {name}"),
            10 => format!(
                "ANALYZE {name} ({})",
                relation.columns.first().map_or("x", |c| c.name.as_str())
            ),
            _ => "CHECKPOINT".into(),
        };
        self.say("maintenance", sql);
        if relation.kind == RelKind::MatView {
            self.touches = relation.hidden_rows;
            let concurrently = self.dice.pick(&["", "CONCURRENTLY "]);
            self.say("refresh", format!("REFRESH MATERIALIZED VIEW {concurrently}{name}"));
        }
    }
}

/// The type that functions of the model take for a kind.
fn type_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Int => "int4",
        Kind::Numeric => "numeric",
        Kind::Text | Kind::Other => "text",
        Kind::Bool => "bool",
        Kind::Date => "date",
        Kind::Timestamp => "timestamp",
        Kind::IntArray => "int4[]",
        Kind::TextArray => "text[]",
        Kind::Jsonb => "jsonb",
        Kind::TsVector => "tsvector",
        Kind::Geometric => "point",
        Kind::Range => "int4range",
        Kind::Bytea => "bytea",
    }
}
