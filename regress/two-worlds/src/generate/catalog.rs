//! Catalogs, the views over them, information_schema, statistics, definitions, and what psql asks.

use super::{Generator, stored};

/// Relations of pg_catalog: what is shown of them, and which rows. Left out is what is physical (pages, counters, addresses,
/// times), and rows that initdb made where there are thousands.
const CATALOGS: &[(&str, &str, &str)] = &[
    ("pg_aggregate", "*", "aggfnoid::oid >= 16384"),
    ("pg_am", "*", ""),
    ("pg_amop", "*", "oid >= 16384"),
    ("pg_amproc", "*", "oid >= 16384"),
    ("pg_attrdef", "*, pg_get_expr(adbin, adrelid)", ""),
    ("pg_attribute", "*", "attrelid >= 16384"),
    (
        "pg_attribute",
        "attrelid::regclass, attname, atttypid::regtype, attnum, attnotnull, attidentity, attgenerated, security_label",
        "attrelid >= 16384",
    ),
    ("pg_auth_members", "*", ""),
    ("pg_authid", "rolname, rolsuper, rolcanlogin, security_label", ""),
    ("pg_cast", "*", "oid >= 16384"),
    (
        "pg_class",
        "oid, relname, relnamespace::regnamespace, reltype, reloftype, relowner, relam, reltablespace, relhasindex, relisshared, relpersistence, relkind, relnatts, relchecks, relhasrules, relhastriggers, relhassubclass, relrowsecurity, relforcerowsecurity, relispopulated, relreplident, relispartition, relacl, reloptions, relpartbound, security_label",
        "oid >= 16384",
    ),
    ("pg_class", "relkind, count(*), max(relname)", "true GROUP BY 1"),
    ("pg_collation", "*", "oid >= 16384"),
    ("pg_constraint", "*, pg_get_constraintdef(oid)", "oid >= 16384"),
    ("pg_conversion", "*", "oid >= 16384"),
    ("pg_database", "datname, datdba, encoding, datacl, security_label", ""),
    ("pg_db_role_setting", "*", ""),
    ("pg_default_acl", "*", ""),
    ("pg_depend", "*", "objid >= 16384"),
    (
        "pg_depend",
        "pg_describe_object(classid, objid, objsubid), pg_describe_object(refclassid, refobjid, refobjsubid), deptype",
        "objid >= 16384",
    ),
    ("pg_description", "*", "objoid >= 16384"),
    ("pg_enum", "*", ""),
    ("pg_event_trigger", "*", ""),
    ("pg_extension", "*", ""),
    ("pg_foreign_data_wrapper", "*", ""),
    ("pg_foreign_server", "*", ""),
    ("pg_foreign_table", "*", ""),
    (
        "pg_index",
        "indexrelid::regclass, indrelid::regclass, indnatts, indisunique, indisprimary, indisexclusion, indimmediate, indisclustered, indisvalid, indkey, indcollation, indclass, indoption, indexprs, indpred",
        "indexrelid >= 16384",
    ),
    ("pg_inherits", "*", ""),
    ("pg_init_privs", "*", "objoid >= 16384"),
    ("pg_language", "*", ""),
    ("pg_largeobject", "loid, pageno, length(data)", ""),
    ("pg_largeobject_metadata", "oid, lomowner, lomacl, security_label", ""),
    ("pg_namespace", "*, security_label", ""),
    ("pg_opclass", "*", "oid >= 16384"),
    ("pg_operator", "*", "oid >= 16384"),
    ("pg_opfamily", "*", "oid >= 16384"),
    ("pg_parameter_acl", "*", ""),
    ("pg_partitioned_table", "*", ""),
    ("pg_policy", "*", ""),
    (
        "pg_proc",
        "oid, proname, pronamespace::regnamespace, proowner, prolang, procost, prorows, prokind, prosecdef, proleakproof, provolatile, proparallel, proargtypes, proargnames, prosrc, proconfig, proacl, security_label",
        "oid >= 16384",
    ),
    ("pg_publication", "*", ""),
    ("pg_publication_namespace", "*", ""),
    ("pg_publication_rel", "*", ""),
    ("pg_range", "*", "rngtypid >= 16384"),
    ("pg_replication_origin", "*", ""),
    (
        "pg_rewrite",
        "oid, rulename, ev_class::regclass, ev_type, ev_enabled, is_instead, pg_get_ruledef(oid)",
        "oid >= 16384",
    ),
    ("pg_seclabel", "*", ""),
    ("pg_security", "relid::regclass, seclabel", "relid >= 16384"),
    ("pg_security", "count(*) > 0", ""),
    ("pg_sequence", "*", ""),
    ("pg_shdepend", "*", "objid >= 16384"),
    ("pg_shdescription", "*", ""),
    ("pg_shseclabel", "*", ""),
    ("pg_shsecurity", "seclabel", ""),
    (
        "pg_statistic",
        "starelid::regclass, staattnum, stainherit, stanullfrac, stawidth, stadistinct, stavalues1::text, stavalues2::text, stavalues3::text",
        "starelid >= 16384",
    ),
    ("pg_statistic_ext", "*", ""),
    (
        "pg_statistic_ext_data",
        "stxoid, stxdinherit, stxdndistinct::text, stxddependencies::text",
        "",
    ),
    ("pg_subscription_rel", "*", ""),
    ("pg_tablespace", "*", ""),
    ("pg_transform", "*", ""),
    (
        "pg_trigger",
        "oid, tgrelid::regclass, tgname, tgfoid::regproc, tgtype, tgenabled, tgisinternal, tgconstrrelid::regclass, tgqual, pg_get_triggerdef(oid)",
        "oid >= 16384",
    ),
    ("pg_ts_config", "*", ""),
    ("pg_ts_dict", "*", ""),
    ("pg_ts_parser", "*", ""),
    ("pg_ts_template", "*", ""),
    ("pg_type", "*, format_type(oid, NULL), security_label", "oid >= 16384"),
    ("pg_user_mapping", "*", ""),
    // views
    ("pg_roles", "rolname, rolsuper, rolinherit, rolcreaterole, rolcanlogin, rolbypassrls", ""),
    ("pg_shadow", "usename", ""),
    ("pg_group", "*", ""),
    ("pg_user", "usename, usesuper", ""),
    ("pg_policies", "*", ""),
    ("pg_rules", "*", "schemaname NOT IN ('pg_catalog', 'information_schema')"),
    ("pg_views", "*", "schemaname NOT IN ('pg_catalog', 'information_schema')"),
    ("pg_tables", "*", ""),
    ("pg_matviews", "*", ""),
    ("pg_indexes", "*", "schemaname <> 'pg_catalog'"),
    ("pg_sequences", "*", ""),
    (
        "pg_stats",
        "schemaname, tablename, attname, inherited, null_frac, n_distinct, most_common_vals::text, most_common_freqs, histogram_bounds::text, most_common_elems::text, range_length_histogram::text",
        "schemaname NOT IN ('pg_catalog', 'information_schema')",
    ),
    ("pg_stats_ext", "*", ""),
    ("pg_stats_ext_exprs", "*", ""),
    ("pg_publication_tables", "*", ""),
    (
        "pg_locks",
        "locktype, relation::regclass, mode, granted",
        "pid = pg_backend_pid() AND relation >= 16384",
    ),
    ("pg_cursors", "name, statement, is_holdable, is_binary, is_scrollable", ""),
    ("pg_available_extensions", "name", ""),
    ("pg_prepared_xacts", "gid, owner, database", ""),
    ("pg_prepared_statements", "name, statement, parameter_types, from_sql", ""),
    ("pg_seclabels", "*", "objoid >= 16384"),
    ("pg_settings", "name, setting, source", "source = 'session'"),
    ("pg_settings", "name, context, vartype, enumvals", "name LIKE 'sep%'"),
    ("pg_file_settings", "count(*)", ""),
    ("pg_hba_file_rules", "*", ""),
    ("pg_ident_file_mappings", "*", ""),
    ("pg_peerlabel_file_rules", "*", ""),
    ("pg_stat_selinux", "count(*) >= 0", ""),
    ("pg_timezone_abbrevs", "count(*) > 0", ""),
    ("pg_timezone_names", "count(*) > 0", ""),
    ("pg_config", "count(*) > 0", ""),
    ("pg_shmem_allocations", "name", "name IS NOT NULL"),
    ("pg_backend_memory_contexts", "count(*) > 0", ""),
    ("pg_stat_all_tables", "relid, schemaname, relname", "relid >= 16384"),
    ("pg_stat_sys_tables", "count(*)", ""),
    ("pg_stat_user_tables", "relid, schemaname, relname", ""),
    ("pg_stat_xact_all_tables", "relid, schemaname, relname", "relid >= 16384"),
    ("pg_stat_xact_user_tables", "relid, schemaname, relname", ""),
    ("pg_stat_xact_sys_tables", "count(*)", ""),
    ("pg_statio_all_tables", "relid, schemaname, relname", "relid >= 16384"),
    ("pg_statio_sys_tables", "count(*)", ""),
    ("pg_statio_user_tables", "relid, schemaname, relname", ""),
    (
        "pg_stat_all_indexes",
        "relid, indexrelid, schemaname, relname, indexrelname",
        "relid >= 16384",
    ),
    ("pg_stat_sys_indexes", "count(*)", ""),
    ("pg_stat_user_indexes", "relid, indexrelid, schemaname, relname, indexrelname", ""),
    ("pg_statio_all_indexes", "relid, indexrelid, relname, indexrelname", "relid >= 16384"),
    ("pg_statio_sys_indexes", "count(*)", ""),
    ("pg_statio_user_indexes", "relid, indexrelid, relname, indexrelname", ""),
    ("pg_statio_all_sequences", "relid, schemaname, relname", ""),
    ("pg_statio_sys_sequences", "count(*)", ""),
    ("pg_statio_user_sequences", "relid, schemaname, relname", ""),
    (
        "pg_stat_activity",
        "datname, usename, application_name, state, backend_type",
        "pid = pg_backend_pid()",
    ),
    ("pg_stat_replication", "*", ""),
    ("pg_stat_slru", "name", ""),
    ("pg_stat_wal_receiver", "*", ""),
    ("pg_stat_recovery_prefetch", "count(*)", ""),
    ("pg_stat_subscription", "*", ""),
    ("pg_stat_ssl", "ssl, version", "pid = pg_backend_pid()"),
    ("pg_stat_gssapi", "gss_authenticated", "pid = pg_backend_pid()"),
    ("pg_replication_slots", "slot_name", ""),
    ("pg_stat_replication_slots", "*", ""),
    ("pg_stat_database", "datname", "datname IS NOT NULL"),
    ("pg_stat_database_conflicts", "datname, confl_lock", ""),
    ("pg_stat_user_functions", "funcid, schemaname, funcname", ""),
    ("pg_stat_xact_user_functions", "funcid, schemaname, funcname, calls", ""),
    ("pg_stat_archiver", "archived_count", ""),
    ("pg_stat_bgwriter", "buffers_clean >= 0", ""),
    ("pg_stat_checkpointer", "num_timed >= 0", ""),
    ("pg_stat_io", "backend_type, object, context", ""),
    ("pg_stat_wal", "wal_records >= 0", ""),
    ("pg_stat_progress_analyze", "relid", ""),
    ("pg_stat_progress_vacuum", "relid", ""),
    ("pg_stat_progress_cluster", "relid", ""),
    ("pg_stat_progress_create_index", "relid", ""),
    ("pg_stat_progress_basebackup", "phase", ""),
    ("pg_stat_progress_copy", "relid", ""),
    ("pg_user_mappings", "*", ""),
    ("pg_replication_origin_status", "*", ""),
    ("pg_stat_subscription_stats", "*", ""),
    ("pg_wait_events", "type, count(*)", "true GROUP BY 1"),
    ("pg_aios", "count(*) >= 0", ""),
];

/// Views of information_schema, and the column that names a schema where there are thousands of rows.
const INFORMATION: &[(&str, &str)] = &[
    ("information_schema_catalog_name", ""),
    ("applicable_roles", ""),
    ("administrable_role_authorizations", ""),
    ("attributes", ""),
    ("character_sets", ""),
    ("check_constraint_routine_usage", ""),
    ("check_constraints", "constraint_schema"),
    ("collations", "collation_schema"),
    ("collation_character_set_applicability", "collation_schema"),
    ("column_column_usage", ""),
    ("column_domain_usage", "domain_schema"),
    ("column_privileges", "table_schema"),
    ("column_udt_usage", "table_schema"),
    ("columns", "table_schema"),
    ("constraint_column_usage", ""),
    ("constraint_table_usage", ""),
    ("domain_constraints", "domain_schema"),
    ("domain_udt_usage", "domain_schema"),
    ("domains", "domain_schema"),
    ("enabled_roles", ""),
    ("key_column_usage", "table_schema"),
    ("parameters", "specific_schema"),
    ("referential_constraints", ""),
    ("role_column_grants", "table_schema"),
    ("routine_column_usage", ""),
    ("routine_privileges", "specific_schema"),
    ("role_routine_grants", "specific_schema"),
    ("routine_routine_usage", ""),
    ("routine_sequence_usage", ""),
    ("routine_table_usage", ""),
    ("routines", "specific_schema"),
    ("schemata", ""),
    ("sequences", ""),
    ("table_constraints", "table_schema"),
    ("table_privileges", "table_schema"),
    ("role_table_grants", "table_schema"),
    ("tables", "table_schema"),
    ("transforms", ""),
    ("triggered_update_columns", ""),
    ("triggers", ""),
    ("udt_privileges", "udt_schema"),
    ("role_udt_grants", "udt_schema"),
    ("usage_privileges", "object_schema"),
    ("role_usage_grants", "object_schema"),
    ("user_defined_types", "user_defined_type_schema"),
    ("view_column_usage", "view_schema"),
    ("view_routine_usage", ""),
    ("view_table_usage", "view_schema"),
    ("views", "table_schema"),
    ("data_type_privileges", "object_schema"),
    ("element_types", "object_schema"),
    ("column_options", ""),
    ("foreign_data_wrapper_options", ""),
    ("foreign_data_wrappers", ""),
    ("foreign_server_options", ""),
    ("foreign_servers", ""),
    ("foreign_table_options", ""),
    ("foreign_tables", ""),
    ("user_mapping_options", ""),
    ("user_mappings", ""),
];

/// Of one relation: {q} its name as a literal, {b} the name without schema, {c} a column.
const OF_RELATION: &[&str] = &[
    "SELECT pg_get_viewdef({q}::regclass, true)",
    "SELECT pg_get_viewdef({q}::regclass, 40)",
    "SELECT conname, contype, convalidated, pg_get_constraintdef(oid, true) FROM pg_constraint WHERE conrelid = {q}::regclass ORDER BY 1",
    "SELECT conname, conrelid::regclass, pg_get_constraintdef(oid) FROM pg_constraint WHERE confrelid = {q}::regclass ORDER BY 1, 2",
    "SELECT tgname, tgenabled, pg_get_triggerdef(oid, true) FROM pg_trigger WHERE tgrelid = {q}::regclass ORDER BY 1",
    "SELECT rulename, pg_get_ruledef(oid, true) FROM pg_rewrite WHERE ev_class = {q}::regclass ORDER BY 1",
    "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid, 1, true), pg_get_expr(indpred, indrelid) FROM pg_index WHERE indrelid = {q}::regclass ORDER BY 1",
    "SELECT inhparent::regclass::text, inhseqno FROM pg_inherits WHERE inhrelid = {q}::regclass ORDER BY 1",
    "SELECT inhrelid::regclass::text, inhdetachpending FROM pg_inherits WHERE inhparent = {q}::regclass ORDER BY 1",
    "SELECT relid::text, parentrelid::text, isleaf, level FROM pg_partition_tree({q}) ORDER BY 1",
    "SELECT relid::text FROM pg_partition_ancestors({q}) ORDER BY 1",
    "SELECT pg_get_partkeydef({q}::regclass), pg_get_partition_constraintdef({q}::regclass)",
    "SELECT attname, null_frac, n_distinct, most_common_vals::text, most_common_freqs, histogram_bounds::text FROM pg_stats WHERE tablename = {b} ORDER BY 1",
    "SELECT staattnum, stadistinct, stavalues1::text, stavalues2::text FROM pg_statistic WHERE starelid = {q}::regclass ORDER BY 1",
    "SELECT s, has_table_privilege({q}, s), has_any_column_privilege({q}, CASE WHEN s IN ('SELECT', 'UPDATE') THEN s ELSE 'INSERT' END) FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER', 'MAINTAIN']) s ORDER BY 1",
    "SELECT has_column_privilege({q}, {c}, 'SELECT'), has_column_privilege('w_high', {q}, {c}, 'UPDATE')",
    "SELECT obj_description({q}::regclass, 'pg_class'), col_description({q}::regclass, 1)",
    "SELECT pg_describe_object(classid, objid, objsubid), deptype FROM pg_depend WHERE refobjid = {q}::regclass ORDER BY 1, 2",
    "SELECT pg_describe_object(refclassid, refobjid, refobjsubid), deptype FROM pg_depend WHERE objid = {q}::regclass ORDER BY 1, 2",
    "SELECT attname, attstattarget, attacl, security_label FROM pg_attribute WHERE attrelid = {q}::regclass AND attnum > 0 ORDER BY attnum",
    "SELECT security_label, relname FROM pg_class WHERE oid = {q}::regclass",
    "SELECT sepgsql_visible_labels({q}) ORDER BY 1",
    "SELECT polname, polcmd, pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid) FROM pg_policy WHERE polrelid = {q}::regclass ORDER BY 1",
    "SELECT stxname, stxkeys, pg_get_statisticsobjdef(oid), pg_get_statisticsobjdef_columns(oid) FROM pg_statistic_ext WHERE stxrelid = {q}::regclass ORDER BY 1",
    "SELECT * FROM pg_stats_ext WHERE tablename = {b}",
    "SELECT pg_get_serial_sequence({q}, {c})",
    "SELECT pg_relation_is_updatable({q}::regclass, true), pg_column_is_updatable({q}::regclass, 1::int2, true), row_security_active({q})",
    "SELECT relacl::text, pg_get_acl('pg_class'::regclass, oid, 0)::text FROM pg_class WHERE oid = {q}::regclass",
    "SELECT grantor, grantee, privilege_type FROM information_schema.role_table_grants WHERE table_name = {b} ORDER BY 1, 2, 3",
    "SELECT column_name, data_type, is_nullable, column_default FROM information_schema.columns WHERE table_name = {b} ORDER BY table_schema, ordinal_position",
    "SELECT objtype, objname, provider, label FROM pg_seclabels WHERE objoid = {q}::regclass ORDER BY 1, 2",
    "SELECT pubname FROM pg_publication_tables WHERE tablename = {b} ORDER BY 1",
    "SELECT pg_relation_is_publishable({q}), to_regclass({q})::text",
    "SELECT (pg_identify_object('pg_class'::regclass, {q}::regclass, 0)).*",
    "SELECT * FROM pg_get_catalog_foreign_keys() WHERE fktable = {q}::regclass",
    "SELECT pg_stat_get_live_tuples({q}::regclass) IS NULL, pg_stat_get_numscans({q}::regclass) IS NULL",
    "SELECT table_to_xmlschema({q}, true, true, '')",
    // as psql asks
    "SELECT c.oid, n.nspname, c.relname FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relname OPERATOR(pg_catalog.~) ('^(' || {b} || ')$') COLLATE pg_catalog.default AND pg_catalog.pg_table_is_visible(c.oid) ORDER BY 2, 3",
    "SELECT c.relchecks, c.relkind, c.relhasindex, c.relhasrules, c.relhastriggers, c.relrowsecurity, c.relforcerowsecurity, false AS relhasoids, c.relispartition, pg_catalog.array_to_string(c.reloptions || array(select 'toast.' || x from pg_catalog.unnest(tc.reloptions) x), ', '), c.reltablespace, CASE WHEN c.reloftype = 0 THEN '' ELSE c.reloftype::pg_catalog.regtype::pg_catalog.text END, c.relpersistence, c.relreplident, am.amname FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_class tc ON (c.reltoastrelid = tc.oid) LEFT JOIN pg_catalog.pg_am am ON (c.relam = am.oid) WHERE c.oid = {q}::regclass",
    "SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), (SELECT pg_catalog.pg_get_expr(d.adbin, d.adrelid, true) FROM pg_catalog.pg_attrdef d WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.atthasdef), a.attnotnull, (SELECT c.collname FROM pg_catalog.pg_collation c, pg_catalog.pg_type t WHERE c.oid = a.attcollation AND t.oid = a.atttypid AND a.attcollation <> t.typcollation) AS attcollation, a.attidentity, a.attgenerated, a.attstorage, a.attcompression, pg_catalog.col_description(a.attrelid, a.attnum) FROM pg_catalog.pg_attribute a WHERE a.attrelid = {q}::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum",
    "SELECT c2.relname, i.indisprimary, i.indisunique, i.indisclustered, i.indisvalid, pg_catalog.pg_get_indexdef(i.indexrelid, 0, true), pg_catalog.pg_get_constraintdef(con.oid, true), contype, condeferrable, condeferred, i.indisreplident, c2.reltablespace, con.conperiod FROM pg_catalog.pg_class c, pg_catalog.pg_class c2, pg_catalog.pg_index i LEFT JOIN pg_catalog.pg_constraint con ON (conrelid = i.indrelid AND conindid = i.indexrelid AND contype IN ('p','u','x')) WHERE c.oid = {q}::regclass AND c.oid = i.indrelid AND i.indexrelid = c2.oid ORDER BY i.indisprimary DESC, c2.relname",
    "SELECT conname, conrelid::pg_catalog.regclass AS ontable, pg_catalog.pg_get_constraintdef(oid, true) AS condef FROM pg_catalog.pg_constraint c WHERE confrelid IN (SELECT pg_catalog.pg_partition_ancestors({q}) UNION ALL VALUES ({q}::pg_catalog.regclass)) AND contype = 'f' AND conparentid = 0 ORDER BY conname",
    "SELECT pol.polname, pol.polpermissive, CASE WHEN pol.polroles = '{0}' THEN NULL ELSE pg_catalog.array_to_string(array(select rolname from pg_catalog.pg_roles where oid = any (pol.polroles) order by 1), ',') END, pg_catalog.pg_get_expr(pol.polqual, pol.polrelid) FROM pg_catalog.pg_policy pol WHERE pol.polrelid = {q}::regclass ORDER BY 1",
    "SELECT n.nspname, c.relname, CASE c.relkind WHEN 'r' THEN 'table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence' WHEN 'p' THEN 'partitioned table' END, pg_catalog.pg_get_userbyid(c.relowner), c.security_label FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r','p','v','m','S','f','') AND n.nspname <> 'pg_catalog' AND n.nspname !~ '^pg_toast' AND n.nspname <> 'information_schema' ORDER BY 1, 2",
    "SELECT n.nspname, p.proname, pg_catalog.pg_get_function_result(p.oid), pg_catalog.pg_get_function_arguments(p.oid), p.prokind, p.security_label FROM pg_catalog.pg_proc p LEFT JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname <> 'pg_catalog' AND n.nspname <> 'information_schema' ORDER BY 1, 2, 4",
    "SELECT n.nspname, pg_catalog.format_type(t.oid, NULL), pg_catalog.obj_description(t.oid, 'pg_type') FROM pg_catalog.pg_type t LEFT JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace WHERE (t.typrelid = 0 OR (SELECT c.relkind = 'c' FROM pg_catalog.pg_class c WHERE c.oid = t.typrelid)) AND n.nspname <> 'pg_catalog' AND n.nspname <> 'information_schema' ORDER BY 1, 2",
    "SELECT n.nspname, pg_catalog.pg_get_userbyid(n.nspowner), pg_catalog.array_to_string(n.nspacl, ','), n.security_label FROM pg_catalog.pg_namespace n WHERE n.nspname !~ '^pg_' ORDER BY 1",
    "SELECT n.nspname, c.relname, c.relkind, pg_catalog.array_to_string(c.relacl, ' '), pg_catalog.array_to_string(ARRAY(SELECT attname || ': ' || pg_catalog.array_to_string(attacl, ' ') FROM pg_catalog.pg_attribute a WHERE attrelid = c.oid AND NOT attisdropped AND attacl IS NOT NULL ORDER BY 1), ' ') FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r','v','m','S','f','p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY 1, 2",
    "SELECT n.nspname, t.typname, pg_catalog.format_type(t.typbasetype, t.typtypmod), pg_catalog.array_to_string(ARRAY(SELECT pg_catalog.pg_get_constraintdef(r.oid, true) FROM pg_catalog.pg_constraint r WHERE t.oid = r.contypid ORDER BY r.conname), ' ') FROM pg_catalog.pg_type t LEFT JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype = 'd' AND n.nspname <> 'information_schema' ORDER BY 1, 2",
    "SELECT n.nspname, o.oprname, o.oprleft::regtype, o.oprright::regtype, o.oprcode::regproc FROM pg_catalog.pg_operator o LEFT JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace WHERE n.nspname <> 'pg_catalog' ORDER BY 1, 2, 3, 4",
    "SELECT d.objoid, d.classoid::regclass, d.objsubid, d.description FROM pg_catalog.pg_description d WHERE d.objoid >= 16384 ORDER BY 1, 2, 3",
];

impl Generator<'_> {
    /// A question to the catalogs.
    pub(super) fn catalog(&mut self) {
        match self.dice.weighted(&[42, 20, 38]) {
            0 => {
                let (name, list, condition) = self.dice.one(CATALOGS);
                self.relation_of("pg_catalog", name, list, condition);
            }
            1 => {
                let (name, schema) = self.dice.one(INFORMATION);
                let condition = if schema.is_empty() {
                    String::new()
                } else {
                    format!("{schema} NOT IN ('pg_catalog', 'information_schema')")
                };
                self.relation_of("information_schema", name, "*", &condition);
            }
            _ => {
                let Some(relation) = self.relation(|r| stored(r) || r.columns.len() < 40) else {
                    return;
                };
                let text = self.dice.pick(OF_RELATION);
                let sql = self.about(text, &relation);
                self.ordered = sql.contains("ORDER BY") && !sql.contains("ORDER BY 1)");
                self.speak("definition", sql);
            }
        }
    }

    fn relation_of(&mut self, schema: &str, name: &str, list: &str, condition: &str) {
        let condition = if condition.is_empty() { "true" } else { condition };
        let bare = condition.split(" GROUP BY").next().unwrap_or("true");
        let sql = match self.dice.weighted(&[60, 12, 10, 8, 10]) {
            1 if !list.contains("count(*)") => {
                format!("SELECT count(*) FROM {schema}.{name} WHERE {bare}")
            }
            2 if !list.contains("count") => format!(
                "SELECT x::text LIKE '%zqcanary%', count(*) FROM (SELECT {list} FROM {schema}.{name} WHERE {bare}) x GROUP BY 1 ORDER BY 1"
            ),
            3 if !list.contains("count") => {
                format!("COPY (SELECT {list} FROM {schema}.{name} WHERE {bare}) TO STDOUT")
            }
            _ => format!("SELECT {list} FROM {schema}.{name} WHERE {condition}"),
        };
        let kind = if name.starts_with("pg_stat") {
            "statistics"
        } else if schema == "information_schema" {
            "catalog information_schema"
        } else {
            "catalog"
        };
        if sql.starts_with("COPY") {
            self.say("copy to catalog", sql);
        } else {
            self.speak(kind, sql);
        }
    }
}
