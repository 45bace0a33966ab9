//! Forms that the others seldom say: plans that are kept, parallel plans, samples, temporary tables over several transactions,
//! and what has no schema, by its name and by its number.

use super::{Generator, Param, quote, stored};
use crate::model::{Kind, RelKind, Relation};

/// What is said of an object of any kind: {o} its kind, {t} its name.
const ON_ANY: &[&str] = &[
    "COMMENT ON {o} {t} IS 'x'",
    "ALTER {o} {t} RENAME TO x",
    "ALTER {o} {t} OWNER TO CURRENT_USER",
    "DROP {o} {t}",
    "DROP {o} IF EXISTS {t}",
    "DROP {o} IF EXISTS {t} CASCADE",
    "SECURITY LABEL FOR selinux ON {o} {t} IS 'system_u:object_r:sepgsql_sysobj_t:s0'",
];

/// Kinds of objects, their names (one that world H alone has, one that both have and the client may not see, one that nobody
/// has), and what else is said of them: {q} the name as a literal.
/// The first name is that of an object of world H alone: that it is taken is found (README), so it is not said.
const KINDS: &[(&str, &[&str], &[&str])] = &[
    (
        "ROLE",
        &["zqcanary_role", "zqcanary_b_role", "nosuch_role"],
        &[
            "SELECT pg_has_role({q}, 'MEMBER')",
            "SELECT {q}::regrole",
            "SELECT to_regrole({q})",
            "SELECT has_table_privilege({q}, 'w.base', 'SELECT')",
            "SELECT has_schema_privilege({q}, 'w', 'USAGE')",
            "SELECT rolname FROM pg_roles WHERE rolname = {q}",
            "SELECT usename FROM pg_user WHERE usename = {q}",
            "SET LOCAL ROLE {t}",
            "SET LOCAL SESSION AUTHORIZATION {t}",
            "GRANT SELECT ON own.mine TO {t}",
            "REVOKE SELECT ON own.mine FROM {t}",
            "GRANT {t} TO CURRENT_USER",
            "ALTER ROLE {t} NOLOGIN",
            "ALTER ROLE {t} SET work_mem = '1MB'",
            "ALTER TABLE own.mine OWNER TO {t}",
            "REASSIGN OWNED BY {t} TO CURRENT_USER",
            "DROP OWNED BY {t}",
            "ALTER DEFAULT PRIVILEGES FOR ROLE {t} GRANT SELECT ON TABLES TO PUBLIC",
            "ALTER DEFAULT PRIVILEGES IN SCHEMA own GRANT SELECT ON TABLES TO {t}",
            "CREATE POLICY x ON own.mine TO {t} USING (true)",
            "CREATE SCHEMA x AUTHORIZATION {t}",
        ],
    ),
    (
        "DATABASE",
        &["zqcanary_db", "zqcanary_b_db", "nosuch_db"],
        &[
            "SELECT has_database_privilege({q}, 'CONNECT')",
            "SELECT pg_database_size({q}) IS NULL",
            "SELECT datname FROM pg_database WHERE datname = {q}",
            "ALTER DATABASE {t} SET work_mem = '1MB'",
            "ALTER DATABASE {t} ALLOW_CONNECTIONS false",
            "GRANT CONNECT ON DATABASE {t} TO PUBLIC",
            "ALTER ROLE CURRENT_USER IN DATABASE {t} SET work_mem = '1MB'",
        ],
    ),
    (
        "TABLESPACE",
        &["zqcanary_space", "zqcanary_b_space", "nosuch_space"],
        &[
            "SELECT has_tablespace_privilege({q}, 'CREATE')",
            "SELECT pg_tablespace_size({q}) IS NULL",
            "CREATE TABLE own.x (a int) TABLESPACE {t}",
            "CREATE TEMP TABLE x (a int) TABLESPACE {t}",
            "CREATE INDEX ON own.mine (k) TABLESPACE {t}",
            "ALTER TABLE own.mine SET TABLESPACE {t}",
            "ALTER TABLE ALL IN TABLESPACE {t} SET TABLESPACE pg_default",
            "SET LOCAL default_tablespace = {q}",
            "SET LOCAL temp_tablespaces = {q}",
            "GRANT CREATE ON TABLESPACE {t} TO PUBLIC",
        ],
    ),
    (
        "EVENT TRIGGER",
        &["zqcanary_evt", "zqcanary_b_evt", "nosuch_evt"],
        &["ALTER EVENT TRIGGER {t} DISABLE"],
    ),
    (
        "SUBSCRIPTION",
        &["zqcanary_sub", "zqcanary_b_sub", "nosuch_sub"],
        &["ALTER SUBSCRIPTION {t} DISABLE", "SELECT * FROM pg_subscription_rel"],
    ),
    (
        "PUBLICATION",
        &["zqcanary_pub", "zqcanary_b_pub", "nosuch_pub"],
        &[
            "SELECT * FROM pg_get_publication_tables({q})",
            "ALTER PUBLICATION {t} ADD TABLE own.mine",
            "ALTER PUBLICATION {t} SET (publish = 'insert')",
        ],
    ),
    (
        "ACCESS METHOD",
        &["zqcanary_am", "zqcanary_b_am", "nosuch_am"],
        &[
            "CREATE INDEX ON own.mine USING {t} (k)",
            "CREATE TABLE own.x (a int) USING {t}",
            "SET LOCAL default_table_access_method = {q}",
            "CREATE OPERATOR FAMILY own.x USING {t}",
        ],
    ),
    (
        "LANGUAGE",
        &["zqcanary_lang", "zqcanary_b_lang", "nosuch_lang"],
        &[
            "SELECT has_language_privilege({q}, 'USAGE')",
            "DO LANGUAGE {t} 'x'",
            "CREATE FUNCTION own.x() RETURNS int LANGUAGE {t} AS 'x'",
            "GRANT USAGE ON LANGUAGE {t} TO PUBLIC",
        ],
    ),
    (
        "SERVER",
        &["zqcanary_srv", "zqcanary_b_srv", "nosuch_srv"],
        &[
            "SELECT has_server_privilege({q}, 'USAGE')",
            "CREATE FOREIGN TABLE own.x (a int) SERVER {t}",
            "CREATE USER MAPPING FOR CURRENT_USER SERVER {t}",
            "GRANT USAGE ON FOREIGN SERVER {t} TO PUBLIC",
        ],
    ),
    (
        "FOREIGN DATA WRAPPER",
        &["zqcanary_fdw", "zqcanary_b_fdw", "nosuch_fdw"],
        &[
            "SELECT has_foreign_data_wrapper_privilege({q}, 'USAGE')",
            "CREATE SERVER x FOREIGN DATA WRAPPER {t}",
        ],
    ),
    (
        "CONVERSION",
        &["w.zqcanary_conv", "w.zqcanary_b_conv", "zqcanary_s.zqcanary_conv", "w.nosuch_conv"],
        &["SELECT conname FROM pg_conversion WHERE conname = split_part({q}, '.', 2)"],
    ),
    (
        "COLLATION",
        &["w.zqcanary_coll", "w.zqcanary_b_coll", "zqcanary_s.zqcanary_coll", "w.nosuch_coll"],
        &[
            "SELECT 'a' < 'b' COLLATE {t}",
            "SELECT pg_collation_for('a'::text COLLATE {t})",
            "SELECT {q}::regcollation",
            "ALTER COLLATION {t} REFRESH VERSION",
            "CREATE COLLATION own.x FROM {t}",
        ],
    ),
    (
        "TEXT SEARCH CONFIGURATION",
        &["w.zqcanary_ts", "w.zqcanary_b_ts", "zqcanary_s.zqcanary_ts", "w.nosuch_ts"],
        &[
            "SELECT {q}::regconfig",
            "SELECT to_tsvector({q}, 'x')",
            "SET LOCAL default_text_search_config = {q}",
            "CREATE TEXT SEARCH CONFIGURATION own.x (COPY = {t})",
        ],
    ),
    (
        "TEXT SEARCH DICTIONARY",
        &["w.zqcanary_dict", "w.zqcanary_b_dict", "zqcanary_s.zqcanary_dict", "w.nosuch_dict"],
        &["SELECT {q}::regdictionary", "SELECT ts_lexize({q}, 'x')"],
    ),
    (
        "DOMAIN",
        &["w.zqcanary_dom", "w.zqcanary_b_dom", "zqcanary_s.zqcanary_dom", "w.nosuch_dom"],
        &[
            "SELECT 1::{t}",
            "CREATE TABLE own.x (a {t})",
            "CREATE FUNCTION own.x({t}) RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "ALTER DOMAIN {t} DROP CONSTRAINT IF EXISTS x",
        ],
    ),
    (
        "TYPE",
        &[
            "w.zqcanary_rng",
            "w.zqcanary_b_rng",
            "w.zqcanary_enum",
            "w.zqcanary_row",
            "w.nosuch_type",
        ],
        &[
            "SELECT NULL::{t}",
            "SELECT NULL::{t}[]",
            "SELECT enum_range(NULL::{t})",
            "SELECT {t}(1, 2)",
            "SELECT ROW(1, NULL)::{t}",
            "CREATE TABLE own.x OF {t}",
            "CREATE DOMAIN own.x AS {t}",
            "CREATE TYPE own.x AS (a {t})",
            "CREATE CAST ({t} AS int) WITHOUT FUNCTION",
            "ALTER TYPE {t} ADD VALUE 'x'",
            "SELECT 'ok'::w.mood::int",
            "SELECT 'ok'::w.mood::bigint",
            "SELECT NULL::w.pair OPERATOR(w.<%#%>) NULL::w.pair",
        ],
    ),
    (
        "OPERATOR CLASS",
        &["w.zqcanary_opc", "w.zqcanary_b_opc", "zqcanary_s.zqcanary_opc", "w.nosuch_opc"],
        &[
            "CREATE INDEX ON own.mine (k {t})",
            "DROP OPERATOR CLASS {t} USING btree",
            "CREATE TABLE own.x (a int) PARTITION BY RANGE (a {t})",
        ],
    ),
    (
        "OPERATOR FAMILY",
        &["w.zqcanary_fam", "w.zqcanary_b_fam", "w.nosuch_fam"],
        &[
            "DROP OPERATOR FAMILY {t} USING btree",
            "ALTER OPERATOR FAMILY {t} USING btree RENAME TO x",
        ],
    ),
];

/// Functions that take the number of an object of any kind: {a} to {b}. What there is not and what is hidden are the same.
const BY_NUMBER: &[&str] = &[
    "SELECT n, n::regrole::text FROM generate_series({a}, {b}) n WHERE n::regrole::text <> n::text ORDER BY 1",
    "SELECT n, pg_has_role(n::oid, 'MEMBER') FROM generate_series({a}, {b}) n WHERE pg_has_role(n::oid, 'MEMBER') IS NOT NULL ORDER BY 1",
    "SELECT n, has_database_privilege(n::oid, 'CONNECT') FROM generate_series({a}, {b}) n WHERE has_database_privilege(n::oid, 'CONNECT') IS NOT NULL ORDER BY 1",
    "SELECT n, has_tablespace_privilege(n::oid, 'CREATE') FROM generate_series({a}, {b}) n WHERE has_tablespace_privilege(n::oid, 'CREATE') IS NOT NULL ORDER BY 1",
    "SELECT n, has_language_privilege(n::oid, 'USAGE') FROM generate_series({a}, {b}) n WHERE has_language_privilege(n::oid, 'USAGE') IS NOT NULL ORDER BY 1",
    "SELECT n, has_schema_privilege(n::oid, 'USAGE') FROM generate_series({a}, {b}) n WHERE has_schema_privilege(n::oid, 'USAGE') IS NOT NULL AND n::text NOT IN (SELECT oid::text FROM pg_namespace WHERE nspname ~ '^pg_(toast_)?temp_') ORDER BY 1",
    "SELECT n, has_server_privilege(n::oid, 'USAGE'), has_foreign_data_wrapper_privilege(n::oid, 'USAGE') FROM generate_series({a}, {b}) n WHERE coalesce(has_server_privilege(n::oid, 'USAGE'), has_foreign_data_wrapper_privilege(n::oid, 'USAGE')) IS NOT NULL ORDER BY 1",
    "SELECT n, has_sequence_privilege(c.oid, 'USAGE') FROM generate_series({a}, {b}) n JOIN pg_class c ON c.oid = n AND relkind = 'S' ORDER BY 1",
    "SELECT n, has_largeobject_privilege(n::oid, 'SELECT') FROM generate_series(50000, 50150) n WHERE has_largeobject_privilege(n::oid, 'SELECT') IS NOT NULL ORDER BY 1",
    "SELECT n, pg_tablespace_size(n::oid) IS NULL FROM generate_series({a}, {b}) n WHERE pg_tablespace_size(n::oid) IS NOT NULL ORDER BY 1",
    "SELECT n, pg_database_size(n::oid) IS NULL FROM generate_series({a}, {b}) n WHERE pg_database_size(n::oid) IS NOT NULL ORDER BY 1",
    "SELECT n, (SELECT count(*) FROM pg_tablespace_databases(n::oid)) FROM generate_series({a}, {b}) n ORDER BY 1",
    "SELECT n, pg_stat_get_db_numbackends(n::oid), pg_stat_get_db_xact_commit(n::oid) = 0 FROM generate_series({a}, {b}) n ORDER BY 1",
    "SELECT n, shobj_description(n::oid, 'pg_authid'), shobj_description(n::oid, 'pg_database'), shobj_description(n::oid, 'pg_tablespace'), shobj_description(n::oid, 'pg_subscription') FROM generate_series({a}, {b}) n WHERE coalesce(shobj_description(n::oid, 'pg_authid'), shobj_description(n::oid, 'pg_database'), shobj_description(n::oid, 'pg_tablespace'), shobj_description(n::oid, 'pg_subscription')) IS NOT NULL ORDER BY 1",
    "SELECT n, obj_description(n::oid) FROM generate_series({a}, {b}) n WHERE obj_description(n::oid) IS NOT NULL ORDER BY 1",
    "SELECT n, c, pg_describe_object(c, n::oid, 0) FROM generate_series({a}, {b}) n, unnest(ARRAY[1260, 1262, 1213, 3466, 6100, 6104, 2601, 2612, 2605]::oid[]) c WHERE pg_describe_object(c, n::oid, 0) IS NOT NULL ORDER BY 1, 2",
    "SELECT n, c, pg_describe_object(c, n::oid, 0) FROM generate_series({a}, {b}) n, unnest(ARRAY[2616, 2753, 2607, 3456, 3602, 3600, 2328, 1417, 1418, 2617, 2606]::oid[]) c WHERE pg_describe_object(c, n::oid, 0) IS NOT NULL ORDER BY 1, 2",
    "SELECT n, c, (pg_identify_object(c, n::oid, 0)).identity FROM generate_series({a}, {b}) n, unnest(ARRAY[1260, 1262, 1213, 3466, 6100, 6104, 2601, 2612, 2605, 3256, 2618, 2620, 2606, 826]::oid[]) c WHERE (pg_identify_object(c, n::oid, 0)).identity IS NOT NULL ORDER BY 1, 2",
    "SELECT n, c, pg_get_acl(c, n::oid, 0)::text FROM generate_series({a}, {b}) n, unnest(ARRAY[1262, 1213, 2612, 2615, 1255, 1247, 1417, 2328]::oid[]) c WHERE pg_get_acl(c, n::oid, 0) IS NOT NULL ORDER BY 1, 2",
    "SELECT n, pg_opclass_is_visible(n::oid), pg_opfamily_is_visible(n::oid), pg_conversion_is_visible(n::oid), pg_collation_is_visible(n::oid), pg_ts_dict_is_visible(n::oid) FROM generate_series({a}, {b}) n WHERE coalesce(pg_opclass_is_visible(n::oid), pg_opfamily_is_visible(n::oid), pg_conversion_is_visible(n::oid), pg_collation_is_visible(n::oid), pg_ts_dict_is_visible(n::oid)) IS NOT NULL ORDER BY 1",
    "SELECT n, pg_get_function_sqlbody(n::oid), pg_get_function_identity_arguments(n::oid), pg_get_function_arg_default(n::oid, 1) FROM generate_series({a}, {b}) n WHERE pg_get_function_identity_arguments(n::oid) IS NOT NULL ORDER BY 1",
    "SELECT n, pg_get_expr('x', n::oid) FROM generate_series({a}, {b}) n WHERE n < 0 ORDER BY 1",
    "SELECT n, pg_relation_filenode(n::oid) IS NULL FROM generate_series({a}, {b}) n WHERE pg_relation_filenode(n::oid) IS NOT NULL ORDER BY 1",
    "SELECT n, pg_stat_get_function_calls(n::oid), pg_stat_get_tuples_inserted(n::oid) = 0 FROM generate_series({a}, {b}) n ORDER BY 1",
    "SELECT n, t.* FROM generate_series({a}, {b}) n, LATERAL pg_stat_get_subscription(n::oid) t ORDER BY 1",
    "SELECT n, t.apply_error_count FROM generate_series({a}, {b}) n, LATERAL pg_stat_get_subscription_stats(n::oid) t WHERE t.apply_error_count > 0 ORDER BY 1",
];

/// Functions of the fast path, and their arguments: {n} the number of some object.
const FAST: &[(&str, &[&str])] = &[
    ("pg_catalog.abs(int4)", &["-5"]),
    ("pg_catalog.upper(text)", &["tea"]),
    ("pg_catalog.sepgsql_getcon()", &[]),
    ("pg_catalog.lo_get(oid)", &["9999999"]),
    ("pg_catalog.lo_get(oid)", &["50021"]),
    ("pg_catalog.lo_get(oid,int8,int4)", &["50001", "2", "9"]),
    ("pg_catalog.lo_put(oid,int8,bytea)", &["50011", "1", "x"]),
    ("pg_catalog.lo_open(oid,int4)", &["50001", "262144"]),
    ("pg_catalog.lo_unlink(oid)", &["50104"]),
    ("pg_catalog.lo_create(oid)", &["50001"]),
    ("pg_catalog.to_regclass(text)", &["zqcanary_t"]),
    ("pg_catalog.to_regclass(text)", &["w.base"]),
    ("pg_catalog.to_regrole(text)", &["zqcanary_role"]),
    ("pg_catalog.pg_get_userbyid(oid)", &["10"]),
    ("pg_catalog.pg_get_userbyid(oid)", &["{n}"]),
    ("pg_catalog.currval(regclass)", &["pg_class"]),
    ("pg_catalog.nextval(regclass)", &["w.seq_a"]),
    ("pg_catalog.setval(regclass,int8)", &["own.seq", "40"]),
    ("pg_catalog.pg_sequence_last_value(regclass)", &["w.zqcanary_seq_above"]),
    ("pg_catalog.table_to_xml(regclass,boolean,boolean,text)", &["pg_class", "t", "t", ""]),
    (
        "pg_catalog.query_to_xml(text,boolean,boolean,text)",
        &["SELECT k, t FROM w.base ORDER BY id", "t", "t", ""],
    ),
    ("pg_catalog.database_to_xmlschema(boolean,boolean,text)", &["t", "t", ""]),
    ("pg_catalog.pg_get_viewdef(oid)", &["{n}"]),
    ("pg_catalog.pg_get_functiondef(oid)", &["{n}"]),
    ("pg_catalog.pg_get_indexdef(oid)", &["{n}"]),
    ("pg_catalog.pg_get_constraintdef(oid)", &["{n}"]),
    ("pg_catalog.pg_get_triggerdef(oid)", &["{n}"]),
    ("pg_catalog.pg_get_ruledef(oid)", &["{n}"]),
    ("pg_catalog.pg_describe_object(oid,oid,int4)", &["1259", "{n}", "0"]),
    ("pg_catalog.obj_description(oid,name)", &["{n}", "pg_class"]),
    ("pg_catalog.shobj_description(oid,name)", &["{n}", "pg_authid"]),
    ("pg_catalog.format_type(oid,int4)", &["{n}", "-1"]),
    ("pg_catalog.has_table_privilege(oid,text)", &["{n}", "SELECT"]),
    ("pg_catalog.has_table_privilege(text,text)", &["w.zqcanary_b_t", "SELECT"]),
    ("pg_catalog.has_function_privilege(oid,text)", &["{n}", "EXECUTE"]),
    ("pg_catalog.has_schema_privilege(oid,text)", &["{n}", "USAGE"]),
    ("pg_catalog.has_database_privilege(oid,text)", &["{n}", "CONNECT"]),
    ("pg_catalog.pg_table_is_visible(oid)", &["{n}"]),
    ("pg_catalog.pg_relation_filepath(regclass)", &["{n}"]),
    ("pg_catalog.sepgsql_visible_labels(regclass)", &["w.base"]),
    ("pg_catalog.row_security_active(text)", &["w.rls"]),
    ("pg_catalog.pg_notify(text,text)", &["news", "fast"]),
    ("pg_catalog.sepgsql_setcon(text)", &["user_u:user_r:user_t:s0-s3:c0.c50"]),
    ("pg_catalog.set_config(text,text,boolean)", &["session_replication_role", "replica", "t"]),
];

impl Generator<'_> {
    /// A statement that is prepared and run until its plan is a generic one.
    pub(super) fn plans(&mut self) {
        let mut found = None;
        for _ in 0..5 {
            self.params = Some(Vec::new());
            let query = self.query(1);
            let params: Vec<Param> = self.params.take().unwrap_or_default();
            if !params.is_empty() && !query.sql.contains("RETURNING new") {
                found = Some((query, params));
                break;
            }
        }
        let touches = std::mem::take(&mut self.touches);
        let Some((query, params)) = found else { return };
        let name = self.name("pp");
        let types: Vec<&str> = params.iter().map(|p| p.sql_type.as_str()).collect();
        let mode =
            self.dice.pick(&["auto", "auto", "auto", "force_generic_plan", "force_custom_plan"]);
        self.undone(|g| {
            g.say("set", format!("SET LOCAL plan_cache_mode = {mode}"));
            g.say_needed("prepare", format!("PREPARE {name} ({}) AS {}", types.join(", "), query.sql));
            let times = if mode == "auto" { 7 } else { 3 };
            let mut list = String::new();
            for i in 0..times {
                let values: Vec<String> = params
                    .iter()
                    .map(|p| if i == 0 { p.value.clone() } else { g.value(p.kind).0 })
                    .map(|v| quote(&v))
                    .collect();
                list = values.join(", ");
                g.touches = touches;
                g.ordered = query.ordered;
                g.say("execute", format!("EXECUTE {name} ({list})"));
                if i == 1 && g.dice.chance(25) {
                    // the plan is made anew
                    let sql = g.dice.pick(&[
                        "SET LOCAL search_path = w, public",
                        "SET LOCAL row_security = off",
                        "CREATE INDEX ON own.mine (k)",
                        "SELECT sepgsql_setcon('user_u:user_r:user_t:s0:c0.c20')",
                    ]);
                    g.say("set", sql);
                }
            }
            if g.dice.chance(60) {
                g.touches = touches;
                g.ordered = true;
                g.say("explain", format!("EXPLAIN (COSTS off) EXECUTE {name} ({list})"));
            }
            if mode != "auto" {
                g.say(
                    "statistics",
                    format!("SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE name = '{name}'"),
                );
            }
        });
        self.say_always("deallocate", format!("DEALLOCATE {name}"));
    }

    /// Queries that parallel workers run, as far as the planner likes.
    pub(super) fn parallel(&mut self) {
        let trip = self.model.functions.iter().any(|f| f.name == "own.trip");
        let mut settings = String::from(
            "SET LOCAL max_parallel_workers_per_gather = 2; SET LOCAL parallel_setup_cost = 0; \
             SET LOCAL parallel_tuple_cost = 0; SET LOCAL min_parallel_table_scan_size = 0; \
             SET LOCAL min_parallel_index_scan_size = 0",
        );
        let way = self.dice.pick(&[
            "",
            "",
            "; SET LOCAL enable_seqscan = off",
            "; SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off",
            "; SET LOCAL enable_hashjoin = off",
            "; SET LOCAL enable_hashagg = off",
            "; SET LOCAL parallel_leader_participation = off",
            "; SET LOCAL debug_parallel_query = on",
        ]);
        settings += way;
        self.undone(|g| {
            g.say("set", settings);
            for _ in 0..g.dice.between(1, 3) {
                let big = g.dice.chance(45);
                let Some(relation) = g.relation(|r| {
                    stored(r) && (!big || r.name == "w.big") || r.kind == RelKind::Partitioned && !big
                }) else {
                    return;
                };
                let (from, source) = g.alone(&relation);
                let scope = [source];
                let mut conditions = vec![g.predicate(&scope, 0)];
                for kind in [Kind::Text, Kind::Int] {
                    if trip
                        && g.dice.chance(60)
                        && let Some(column) = g.column(kind, &scope)
                    {
                        let sql_type = if kind == Kind::Text { "text" } else { "int" };
                        conditions.push(format!("own.trip(({column})::{sql_type})"));
                    }
                }
                let condition = conditions.join(" AND ");
                let sql = match g.dice.below(5) {
                    0 => format!("SELECT count(*), {} FROM {from} WHERE {condition}", g.aggregate(&scope)),
                    1 => {
                        let Some(c) = g.column(Kind::Int, &scope) else { return };
                        format!("SELECT {c}, count(*), {} FROM {from} WHERE {condition} GROUP BY {c}", g.aggregate(&scope))
                    }
                    2 => {
                        let Some((a, b)) = g.column(Kind::Int, &scope).zip(g.column(Kind::Int, &scope)) else {
                            return;
                        };
                        let other = g.name("o");
                        let right = b.replace(&format!("{}.", scope[0].alias), &format!("{other}."));
                        format!("SELECT count(*) FROM {from} JOIN {} {other} ON {a} = {right} WHERE {condition} AND {a} < 6", relation.name)
                    }
                    3 => match g.any_column(&scope) {
                        Some(c) => format!("SELECT {} FROM {from} WHERE {condition}", c.name),
                        None => return,
                    },
                    _ => format!("SELECT count(*) FROM ({}) s WHERE true", g.query_of(&[Kind::Int, Kind::Text], 1, &[]).sql),
                };
                g.speak("select parallel", sql);
            }
        });
    }

    /// A part of a table. Which rows it meets is no secret and no promise: they only must be visible ones.
    pub(super) fn sample(&mut self) {
        let Some(relation) = self.relation(|r| stored(r) || r.kind == RelKind::Partitioned) else {
            return;
        };
        let alias = self.name("a");
        let scope = [self.source(&relation, &alias)];
        let Some(column) = self.any_column(&scope) else { return };
        let condition = self.predicate(&scope, 0);
        let sql = format!(
            "SELECT {}, {alias}.security_label FROM {} {alias} TABLESAMPLE {} ({}) REPEATABLE ({}) WHERE {condition}",
            column.name,
            relation.name,
            self.dice.pick(&["BERNOULLI", "SYSTEM"]),
            self.dice.pick(&["30", "60", "95"]),
            self.dice.below(9),
        );
        self.speak("sample", sql);
    }

    /// A temporary table that several transactions use.
    pub(super) fn temporary(&mut self) {
        if self.status != b'I' {
            return self.sample();
        }
        let Some(relation) = self.relation(keyed) else { return };
        let touches = std::mem::take(&mut self.touches);
        let (rel, key) = (relation.name.clone(), relation.key[0].clone());
        let columns: Vec<String> =
            relation.columns.iter().filter(|c| c.readable).map(|c| c.name.clone()).collect();
        let column = self.dice.one(&columns);
        let name = self.name("zt");
        let kept = self.dice.pick(&["DELETE ROWS", "PRESERVE ROWS"]);
        let label = self.dice.pick(&["", "q.security_label, "]);
        let query = format!("SELECT {label}q.{key} AS k, q.{column}::text AS c FROM {rel} q");
        self.touches = touches;
        self.say_needed(
            "temporary",
            format!("CREATE TEMP TABLE {name} ON COMMIT {kept} AS {query} WHERE q.{key} < 60"),
        );
        self.ordered = true;
        self.say(
            "select temporary",
            format!("SELECT security_label, count(*), min(c) FROM {name} GROUP BY 1 ORDER BY 1"),
        );
        self.say_needed("begin", "BEGIN");
        self.touches = touches;
        let label = self.dice.pick(&["", "security_label, "]);
        let from = if label.is_empty() { String::new() } else { "q.security_label, ".into() };
        self.say(
            "temporary",
            format!("INSERT INTO {name} ({label}k, c) SELECT {from}q.{key}, q.{column}::text FROM {rel} q"),
        );
        self.say("temporary", format!("CREATE INDEX ON {name} (k) INCLUDE (c)"));
        self.say("temporary", format!("ANALYZE {name}"));
        self.touches = touches;
        self.say(
            "select temporary",
            format!("SELECT t.k, t.c, q.security_label FROM {name} t JOIN {rel} q ON q.{key} = t.k WHERE t.k % 7 = 0"),
        );
        self.ordered = true;
        self.say(
            "statistics",
            format!("SELECT attname, n_distinct, null_frac, most_common_vals::text, histogram_bounds::text FROM pg_stats WHERE tablename = '{name}' ORDER BY 1"),
        );
        let end = self.dice.pick(&["COMMIT", "COMMIT", "ROLLBACK"]);
        self.say_always(if end == "COMMIT" { "commit" } else { "rollback" }, end);
        self.say("select temporary", format!("SELECT count(*), min(k), max(k) FROM {name}"));
        self.say_always("temporary", format!("DROP TABLE IF EXISTS {name}"));
    }

    /// What lies in no schema, and what other statements seldom name.
    pub(super) fn global(&mut self) {
        if self.dice.chance(45) {
            self.by_number(BY_NUMBER, 11);
            return;
        }
        for _ in 0..self.dice.between(1, 3) {
            let (kind, names, statements) = self.dice.one(KINDS);
            let name = self.dice.pick(&names[1..]);
            let text = if self.dice.chance(70) {
                self.dice.pick(statements)
            } else {
                self.dice.pick(ON_ANY)
            };
            let sql = text.replace("{o}", kind).replace("{t}", name).replace("{q}", &quote(name));
            self.tried("guess name", "name", &sql);
        }
    }

    /// A call by the fast path of the server's own functions.
    pub(super) fn fast(&mut self) -> (String, Vec<Option<String>>) {
        let (function, args) = self.dice.one(FAST);
        let number = self.dice.between(16_384, 18_900).to_string();
        (function.to_owned(), args.iter().map(|a| Some(a.replace("{n}", &number))).collect())
    }
}

/// Has it a key of one column that is a number, and may be read?
fn keyed(r: &Relation) -> bool {
    stored(r)
        && r.key.len() == 1
        && r.columns.iter().any(|c| c.name == r.key[0] && c.kind == Kind::Int && c.readable)
}
