//! DDL and DCL: of the client's own objects, and attempts on others'.

use std::sync::Arc;

use super::{Generator, quote, stored};
use crate::model::{Kind, RelKind, Relation};

/// Attempts on a relation: {t} is its name, {c} a column, {k} its key, {n} a number.
const ON_RELATION: &[&str] = &[
    "ALTER TABLE {t} ADD COLUMN x{n} int",
    "ALTER TABLE {t} ADD COLUMN x{n} int DEFAULT 1 NOT NULL",
    "ALTER TABLE {t} ADD COLUMN x{n} text GENERATED ALWAYS AS ({c}::text) STORED",
    "ALTER TABLE {t} DROP COLUMN {c}",
    "ALTER TABLE {t} DROP COLUMN {c} CASCADE",
    "ALTER TABLE {t} RENAME COLUMN {c} TO x{n}",
    "ALTER TABLE {t} RENAME TO x{n}",
    "ALTER TABLE {t} SET SCHEMA public",
    "ALTER TABLE {t} ALTER COLUMN {c} SET NOT NULL",
    "ALTER TABLE {t} ALTER COLUMN {c} DROP NOT NULL",
    "ALTER TABLE {t} ALTER COLUMN {c} TYPE text",
    "ALTER TABLE {t} ALTER COLUMN {c} SET STATISTICS 10",
    "ALTER TABLE {t} ALTER COLUMN {c} SET DEFAULT NULL",
    "ALTER TABLE {t} ALTER COLUMN {c} SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s0'",
    "ALTER TABLE {t} ALTER COLUMN {c} SET STORAGE EXTERNAL",
    "ALTER TABLE {t} ADD CONSTRAINT x{n} CHECK ({c} IS NOT NULL)",
    "ALTER TABLE {t} ADD CONSTRAINT x{n} CHECK ({c}::text <> 'zqcanary') NOT VALID",
    "ALTER TABLE {t} ADD CONSTRAINT x{n} CHECK ({c}::text NOT LIKE '%zqcanary%')",
    "ALTER TABLE {t} ADD CONSTRAINT x{n} UNIQUE ({c})",
    "ALTER TABLE {t} ADD CONSTRAINT x{n} EXCLUDE USING hash ({c} WITH =)",
    "ALTER TABLE {t} ADD CONSTRAINT x{n} NOT NULL {c} NOT VALID",
    "ALTER TABLE {t} ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE {t} FORCE ROW LEVEL SECURITY",
    "ALTER TABLE {t} DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE {t} DISABLE TRIGGER ALL",
    "ALTER TABLE {t} ENABLE REPLICA TRIGGER ALL",
    "ALTER TABLE {t} SET (fillfactor = 70)",
    "ALTER TABLE {t} SET UNLOGGED",
    "ALTER TABLE {t} SET ACCESS METHOD heap",
    "ALTER TABLE {t} SET TABLESPACE pg_default",
    "ALTER TABLE {t} CLUSTER ON {t}_pkey",
    "ALTER TABLE {t} REPLICA IDENTITY FULL",
    "ALTER TABLE {t} OWNER TO w_high",
    "ALTER TABLE {t} OWNER TO CURRENT_USER",
    "ALTER TABLE {t} INHERIT pg_class",
    "ALTER TABLE {t} SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s0:c1'",
    "ALTER TABLE {t} ALTER COLUMN {c} SET EXPRESSION AS (1)",
    "SECURITY LABEL FOR selinux ON TABLE {t} IS 'system_u:object_r:sepgsql_table_t:s0'",
    "SECURITY LABEL FOR selinux ON COLUMN {t}.{c} IS 'system_u:object_r:sepgsql_table_t:s0'",
    "COMMENT ON TABLE {t} IS 'said'",
    "COMMENT ON COLUMN {t}.{c} IS 'said'",
    "CREATE INDEX x{n} ON {t} ({c})",
    "CREATE UNIQUE INDEX x{n} ON {t} ({c})",
    "CREATE INDEX x{n} ON {t} ((lower({c}::text)))",
    "CREATE INDEX x{n} ON {t} USING hash ({c}) WHERE {c} IS NOT NULL",
    "CREATE INDEX x{n} ON {t} USING brin ({k})",
    "CREATE INDEX x{n} ON {t} ((1 / (CASE WHEN {c}::text LIKE '%zqcanary%' THEN 0 ELSE 1 END)))",
    "CREATE STATISTICS {s}.x{n} ON {k}, {c} FROM {t}",
    "CREATE STATISTICS {s}.x{n} (mcv) ON {k}, {c} FROM {t}",
    "CREATE TRIGGER x{n} BEFORE UPDATE ON {t} FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "CREATE TRIGGER x{n} AFTER INSERT ON {t} FOR EACH STATEMENT EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "CREATE RULE x{n} AS ON INSERT TO {t} DO ALSO NOTIFY news",
    "CREATE RULE x{n} AS ON DELETE TO {t} DO INSTEAD NOTHING",
    "CREATE POLICY x{n} ON {t} USING ({c} IS NOT NULL)",
    "CREATE POLICY x{n} ON {t} FOR INSERT WITH CHECK (true)",
    "CREATE TABLE {s}.x{n} () INHERITS ({t})",
    "CREATE TABLE {s}.x{n} (LIKE {t} INCLUDING ALL)",
    "CREATE TABLE {s}.x{n} (LIKE {t} INCLUDING DEFAULTS EXCLUDING CONSTRAINTS)",
    "CREATE TABLE {s}.x{n} (r int REFERENCES {t})",
    "CREATE TABLE {s}.x{n} OF {t}",
    "CREATE TABLE {s}.x{n} (r {t})",
    "CREATE TABLE {s}.x{n} PARTITION OF {t} DEFAULT",
    "CREATE TABLE {s}.x{n} PARTITION OF {t} FOR VALUES FROM (777000000) TO (777999999)",
    "CREATE PUBLICATION x{n} FOR TABLE {t}",
    "GRANT SELECT ON {t} TO PUBLIC",
    "GRANT ALL ON {t} TO w_high WITH GRANT OPTION",
    "GRANT UPDATE ({c}) ON {t} TO w_high",
    "REVOKE ALL ON {t} FROM PUBLIC CASCADE",
    "REVOKE SELECT ON {t} FROM CURRENT_USER",
    "DROP TABLE {t}",
    "DROP TABLE {t} CASCADE",
    "DROP VIEW {t}",
    "DROP MATERIALIZED VIEW {t}",
    "REINDEX TABLE {t}",
    "CLUSTER {t}",
    "REFRESH MATERIALIZED VIEW {t}",
    "ALTER VIEW {t} RENAME TO x{n}",
    "ALTER VIEW {t} SET (security_barrier)",
    "ALTER MATERIALIZED VIEW {t} SET (fillfactor = 90)",
    "CREATE OR REPLACE VIEW {t} AS SELECT 1 AS x",
];

/// Attempts on a name, whatever it is the name of: {t}.
const ON_NAME: &[&str] = &[
    "DROP TABLE {t}",
    "DROP TABLE IF EXISTS {t}",
    "DROP VIEW {t}",
    "DROP FUNCTION {t}",
    "DROP FUNCTION IF EXISTS {t}",
    "DROP SCHEMA {t}",
    "DROP TYPE {t}",
    "DROP SEQUENCE IF EXISTS {t}",
    "DROP INDEX {t}",
    "DROP INDEX IF EXISTS {t}",
    "DROP DOMAIN IF EXISTS {t}",
    "ALTER TABLE {t} ADD COLUMN x int",
    "ALTER TABLE IF EXISTS {t} ADD COLUMN x int",
    "ALTER INDEX {t} RENAME TO x",
    "ALTER SEQUENCE {t} RESTART",
    "ALTER FUNCTION {t} STABLE",
    "ALTER TYPE {t} RENAME TO x",
    "ALTER SCHEMA {t} RENAME TO x",
    "COMMENT ON TABLE {t} IS 'x'",
    "COMMENT ON FUNCTION {t} IS 'x'",
    "COMMENT ON SCHEMA {t} IS 'x'",
    "COMMENT ON TYPE {t} IS 'x'",
    "SECURITY LABEL FOR selinux ON TABLE {t} IS 'system_u:object_r:sepgsql_table_t:s0'",
    "GRANT SELECT ON {t} TO PUBLIC",
    "GRANT EXECUTE ON FUNCTION {t} TO PUBLIC",
    "GRANT USAGE ON SCHEMA {t} TO PUBLIC",
    "GRANT USAGE ON TYPE {t} TO PUBLIC",
    "LOCK TABLE {t}",
    "TRUNCATE {t}",
    "CREATE INDEX ON {t} (id)",
    "CREATE TABLE pg_temp.x (LIKE {t})",
    "CREATE TABLE pg_temp.x () INHERITS ({t})",
    "CREATE TABLE pg_temp.x (r int REFERENCES {t})",
    "CREATE TABLE pg_temp.x (r {t})",
    "CREATE TABLE pg_temp.x OF {t}",
    "CREATE VIEW pg_temp.x AS SELECT * FROM {t}",
    "CREATE TEMP TABLE x AS TABLE {t}",
    "CREATE TRIGGER x BEFORE INSERT ON {t} FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "CREATE RULE x AS ON INSERT TO {t} DO INSTEAD NOTHING",
    "CREATE POLICY x ON {t} USING (true)",
    "CREATE STATISTICS x ON a, b FROM {t}",
    "CREATE PUBLICATION x FOR TABLE {t}",
    "INSERT INTO {t} DEFAULT VALUES",
    "DELETE FROM {t}",
    "UPDATE {t} SET id = 1",
    "PREPARE zp AS SELECT * FROM {t}",
    "DECLARE zc CURSOR FOR SELECT * FROM {t}",
    "REINDEX TABLE {t}",
    "CLUSTER {t}",
    "REFRESH MATERIALIZED VIEW {t}",
    "COPY {t} TO STDOUT",
];

/// Attempts at what clients do not do.
const FORBIDDEN: &[&str] = &[
    "CREATE ROLE x{n}",
    "CREATE ROLE x{n} SUPERUSER",
    "ALTER ROLE postgres PASSWORD 'x'",
    "ALTER ROLE CURRENT_USER SUPERUSER",
    "ALTER ROLE w_high RENAME TO x{n}",
    "ALTER ROLE CURRENT_USER SET work_mem = '1MB'",
    "DROP ROLE w_high",
    "GRANT postgres TO CURRENT_USER",
    "GRANT pg_read_all_data TO CURRENT_USER",
    "GRANT w_high TO CURRENT_USER",
    "CREATE FUNCTION {s}.x{n}() RETURNS int LANGUAGE c AS 'x', 'y'",
    "CREATE FUNCTION {s}.x{n}() RETURNS int LANGUAGE internal AS 'now'",
    "CREATE FUNCTION {s}.x{n}(text) RETURNS bool LANGUAGE sql LEAKPROOF AS 'SELECT true'",
    "CREATE EXTENSION pageinspect",
    "CREATE EXTENSION pg_trgm SCHEMA {s}",
    "CREATE LANGUAGE x{n} HANDLER plpgsql_call_handler",
    "CREATE EVENT TRIGGER x{n} ON ddl_command_end EXECUTE FUNCTION pg_event_trigger_ddl_commands()",
    "CREATE FOREIGN DATA WRAPPER x{n}",
    "CREATE SERVER x{n} FOREIGN DATA WRAPPER nosuch",
    "CREATE ACCESS METHOD x{n} TYPE INDEX HANDLER bthandler",
    "CREATE CAST (int AS {s}.x{n}) WITHOUT FUNCTION",
    "CREATE TYPE {s}.x{n} AS RANGE (subtype = int, subtype_diff = own.distance)",
    "CREATE PUBLICATION x{n} FOR ALL TABLES",
    "CREATE PUBLICATION x{n} FOR TABLES IN SCHEMA w",
    "CREATE OPERATOR CLASS {s}.x{n} FOR TYPE int4 USING btree AS OPERATOR 1 <",
    "CREATE TEXT SEARCH TEMPLATE {s}.x{n} (lexize = dsimple_lexize)",
    "CREATE CONVERSION {s}.x{n} FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8",
    "COPY pg_class TO '/tmp/x'",
    "COPY pg_class TO PROGRAM 'true'",
    "ALTER DATABASE two SET work_mem = '1MB'",
    "ALTER DATABASE two OWNER TO CURRENT_USER",
    "ALTER SCHEMA pg_catalog RENAME TO x{n}",
    "ALTER FUNCTION pg_catalog.now() STABLE",
    "UPDATE pg_class SET relname = relname",
    "DELETE FROM pg_class WHERE relname LIKE '%zqcanary%'",
    "DELETE FROM pg_security",
    "UPDATE pg_authid SET rolsuper = true",
    "INSERT INTO pg_description VALUES (1259, 1259, 0, 'x')",
    "UPDATE pg_largeobject SET data = ''",
    "UPDATE pg_statistic SET stanullfrac = 0",
    "LOCK TABLE pg_class IN ACCESS EXCLUSIVE MODE",
    "LOCK TABLE pg_class IN ACCESS SHARE MODE",
    "TRUNCATE pg_class",
    "DROP OWNED BY w_high",
    "REASSIGN OWNED BY w_high TO CURRENT_USER",
    "ALTER DEFAULT PRIVILEGES FOR ROLE w_high GRANT SELECT ON TABLES TO PUBLIC",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA {s} GRANT SELECT ON TABLES TO PUBLIC",
    "SECURITY LABEL FOR selinux ON DATABASE two IS 'system_u:object_r:sepgsql_db_t:s0'",
    "SECURITY LABEL FOR selinux ON SCHEMA {s} IS 'system_u:object_r:sepgsql_schema_t:s1'",
    "SECURITY LABEL FOR selinux ON ROLE w_high IS 'system_u:object_r:sepgsql_sysobj_t:s0'",
    "SECURITY LABEL FOR nosuch ON SCHEMA {s} IS 'x'",
    "SECURITY LABEL ON FUNCTION pg_catalog.now() IS 'system_u:object_r:sepgsql_trusted_proc_exec_t:s0'",
    "DO LANGUAGE nosuch 'x'",
    "IMPORT FOREIGN SCHEMA x FROM SERVER y INTO {s}",
];

/// The client's own objects, by steps: {s} the schema, {n} a number, {t} a relation with hidden rows, {c} a column of it, {k}
/// the first of its key, {l} a label. A line that begins with "!" is tried in a block; what it says is undone.
const OWN: &[&[&str]] = &[
    // tables
    &[
        "CREATE TABLE {s}.d{n} (id int PRIMARY KEY, t text DEFAULT 'tea', v int CHECK (v > 0), g int GENERATED ALWAYS AS (v * 2) STORED, u int GENERATED ALWAYS AS (v + 1) VIRTUAL)",
        "INSERT INTO {s}.d{n} (id, v) SELECT g, g FROM generate_series(1, 20) g",
        "!INSERT INTO {s}.d{n} (id, v) VALUES (1, 1)",
        "!INSERT INTO {s}.d{n} (id, v) VALUES (30, -1)",
        "ALTER TABLE {s}.d{n} ADD COLUMN w text DEFAULT 'w' NOT NULL",
        "ALTER TABLE {s}.d{n} ALTER COLUMN v TYPE bigint",
        "INSERT INTO {s}.d{n} (security_label, id, v, t) SELECT {l}, 100 + row_number() OVER (ORDER BY q.{k}), 1, q.{c}::text FROM {t} q WHERE q.{k} IS NOT NULL ORDER BY q.{k} LIMIT 10",
        "SELECT security_label, id, v, g, u, t FROM {s}.d{n} ORDER BY id",
        "UPDATE {s}.d{n} SET security_label = {l} WHERE id < 5 RETURNING security_label, id",
        "CREATE INDEX d{n}_t ON {s}.d{n} (t) INCLUDE (v)",
        "SELECT t, count(*) FROM {s}.d{n} GROUP BY t ORDER BY t",
        "ALTER TABLE {s}.d{n} DROP COLUMN v CASCADE",
        "SELECT attname, atttypid::regtype, attnotnull, security_label FROM pg_attribute WHERE attrelid = '{s}.d{n}'::regclass AND attnum > 0 ORDER BY attnum",
        "TRUNCATE {s}.d{n}",
        "DROP TABLE {s}.d{n}",
    ],
    // what a query gives
    &[
        "CREATE TABLE {s}.d{n} AS SELECT q.{k}, q.{c}, q.security_label AS label FROM {t} q",
        "SELECT count(*), count(DISTINCT label) FROM {s}.d{n}",
        "CREATE INDEX ON {s}.d{n} ({c})",
        "ANALYZE {s}.d{n}",
        "SELECT attname, n_distinct, null_frac, most_common_vals::text FROM pg_stats WHERE tablename = 'd{n}' ORDER BY 1",
        "SELECT security_label, count(*) FROM {s}.d{n} GROUP BY 1 ORDER BY 1",
    ],
    &[
        "CREATE TEMP TABLE d{n} ON COMMIT DROP AS SELECT q.security_label, q.{k}, q.{c} FROM {t} q",
        "SELECT security_label, count(*) FROM d{n} GROUP BY 1 ORDER BY 1",
        "SELECT count(*) FROM d{n} a JOIN {t} b ON a.{k} = b.{k}",
        "ALTER TABLE d{n} ADD PRIMARY KEY ({k})",
    ],
    &[
        "SELECT q.{k}, q.{c} INTO TEMP d{n} FROM {t} q WHERE q.{k} < 40",
        "SELECT * FROM d{n} ORDER BY {k}",
        "DROP TABLE d{n}",
    ],
    // views
    &[
        "CREATE VIEW {s}.d{n} AS SELECT q.{k}, q.{c}, q.security_label AS label FROM {t} q WHERE q.{k} > 3",
        "SELECT count(*), min(label) FROM {s}.d{n}",
        "SELECT pg_get_viewdef('{s}.d{n}'::regclass, true)",
        "ALTER VIEW {s}.d{n} SET (security_barrier = true, security_invoker = true)",
        "SELECT * FROM {s}.d{n} WHERE {k} < 20 ORDER BY {k}",
        "!INSERT INTO {s}.d{n} ({k}) VALUES (25000)",
        "DELETE FROM {s}.d{n} WHERE {k} = 777000005",
        "CREATE OR REPLACE VIEW {s}.d{n} AS SELECT q.{k}, q.{c}, q.security_label AS label, 1 AS more FROM {t} q WITH LOCAL CHECK OPTION",
        "DROP VIEW {s}.d{n}",
    ],
    &[
        "CREATE MATERIALIZED VIEW {s}.d{n} AS SELECT q.{k} AS k, q.{c} AS c FROM {t} q",
        "SELECT count(*) FROM {s}.d{n}",
        "CREATE UNIQUE INDEX ON {s}.d{n} (k)",
        "REFRESH MATERIALIZED VIEW {s}.d{n}",
        "REFRESH MATERIALIZED VIEW CONCURRENTLY {s}.d{n}",
        "SELECT k, c FROM {s}.d{n} ORDER BY k LIMIT 10",
    ],
    // functions, operators, aggregates that print what they see
    &[
        "CREATE FUNCTION {s}.f{n}(x text) RETURNS bool LANGUAGE plpgsql IMMUTABLE COST 1000 AS $f$ BEGIN RAISE NOTICE 'saw %', x; RETURN true; END $f$",
        "SELECT count(*) FROM {t} q WHERE {s}.f{n}(q.{c}::text)",
        "SELECT q.{k} FROM {t} q WHERE {s}.f{n}(q.{c}::text) AND q.{k} < 25",
    ],
    &[
        "CREATE FUNCTION {s}.g{n}(x text, y text) RETURNS bool LANGUAGE plpgsql AS $f$ BEGIN RAISE NOTICE 'saw % %', x, y; RETURN x < y; END $f$",
        "CREATE OPERATOR {s}.<<~ (LEFTARG = text, RIGHTARG = text, FUNCTION = {s}.g{n}, RESTRICT = scalarltsel)",
        "SELECT count(*) FROM {t} q WHERE q.{c}::text OPERATOR({s}.<<~) 'm'",
        "SELECT q.{k} FROM {t} q WHERE q.{c}::text OPERATOR({s}.<<~) 'zz' AND q.{k} < 30",
    ],
    &[
        "CREATE FUNCTION {s}.h{n}(s text, x text) RETURNS text LANGUAGE sql IMMUTABLE AS $f$ SELECT greatest(s, x) $f$",
        "CREATE AGGREGATE {s}.a{n}(text) (SFUNC = {s}.h{n}, STYPE = text, INITCOND = '')",
        "SELECT {s}.a{n}(q.{c}::text) FROM {t} q",
        "SELECT q.{k}, {s}.a{n}(q.{c}::text) OVER (ORDER BY q.{k}) FROM {t} q ORDER BY q.{k} LIMIT 20",
    ],
    &[
        "CREATE FUNCTION {s}.f{n}(i int) RETURNS SETOF {t} LANGUAGE sql STABLE AS $f$ SELECT * FROM {t} WHERE {k} = i $f$",
        "SELECT count(*) FROM {s}.f{n}(5)",
        "SELECT f.{c} FROM generate_series(1, 9) g, LATERAL {s}.f{n}(g) f",
        "SELECT pg_get_functiondef('{s}.f{n}(int)'::regprocedure)",
    ],
    &[
        "CREATE FUNCTION {s}.f{n}() RETURNS bigint LANGUAGE sql SECURITY DEFINER BEGIN ATOMIC SELECT count(*) FROM {t}; END",
        "SELECT {s}.f{n}()",
        "CREATE PROCEDURE {s}.p{n}(INOUT x int) LANGUAGE plpgsql AS $f$ BEGIN SELECT count(*) INTO x FROM {t}; END $f$",
        "CALL {s}.p{n}(1)",
        "ALTER FUNCTION {s}.f{n}() SET search_path = pg_catalog",
        "DROP FUNCTION {s}.f{n}()",
    ],
    // types
    &[
        "CREATE FUNCTION {s}.f{n}(x text) RETURNS bool LANGUAGE plpgsql AS $f$ BEGIN RAISE NOTICE 'checks %', x; RETURN x NOT LIKE '%zqcanary%'; END $f$",
        "CREATE DOMAIN {s}.dom{n} AS text CHECK ({s}.f{n}(VALUE))",
        "SELECT count(q.{c}::text::{s}.dom{n}) FROM {t} q",
        "!SELECT 'zqcanary'::{s}.dom{n}",
        "ALTER DOMAIN {s}.dom{n} ADD CONSTRAINT more CHECK (length(VALUE) < 500)",
        "CREATE TABLE {s}.d{n} (v {s}.dom{n})",
        "INSERT INTO {s}.d{n} SELECT q.{c}::text FROM {t} q WHERE q.{k} < 12",
        "ALTER DOMAIN {s}.dom{n} SET NOT NULL",
    ],
    &[
        "CREATE TYPE {s}.e{n} AS ENUM ('a', 'b')",
        "CREATE TYPE {s}.c{n} AS (x int, y text)",
        "CREATE TYPE {s}.r{n} AS RANGE (subtype = int4)",
        "SELECT ROW(q.{k}, q.{c}::text)::{s}.c{n} FROM {t} q WHERE q.{k} < 9",
        "SELECT {s}.r{n}(1, 5) && {s}.r{n}(3, 9)",
        "ALTER TYPE {s}.c{n} ADD ATTRIBUTE z int",
        "DROP TYPE {s}.e{n}, {s}.c{n}, {s}.r{n}",
    ],
    &[
        "CREATE FUNCTION {s}.f{n}(x text) RETURNS int LANGUAGE plpgsql AS $f$ BEGIN RAISE NOTICE 'cast %', x; RETURN 1; END $f$",
        "CREATE TYPE {s}.c{n} AS (x text)",
        "CREATE FUNCTION {s}.g{n}(x {s}.c{n}) RETURNS int LANGUAGE sql AS $f$ SELECT {s}.f{n}(x.x) $f$",
        "CREATE CAST ({s}.c{n} AS int) WITH FUNCTION {s}.g{n}({s}.c{n})",
        "SELECT sum((ROW(q.{c}::text)::{s}.c{n})::int) FROM {t} q",
    ],
    // references to what others have
    &[
        "CREATE TABLE {s}.d{n} (id int PRIMARY KEY, r int)",
        "ALTER TABLE {s}.d{n} ADD CONSTRAINT fk{n} FOREIGN KEY (r) REFERENCES {t} ({k}) ON DELETE CASCADE ON UPDATE SET NULL",
        "INSERT INTO {s}.d{n} SELECT row_number() OVER (ORDER BY q.{k}), q.{k} FROM {t} q ORDER BY q.{k} LIMIT 5",
        "!INSERT INTO {s}.d{n} VALUES (100, 777000001)",
        "!INSERT INTO {s}.d{n} SELECT 200 + g, 777000000 + g FROM generate_series(0, 99) g",
        "!INSERT INTO {s}.d{n} VALUES (101, -5)",
        "SELECT count(*) FROM {s}.d{n} JOIN {t} q ON q.{k} = d{n}.r",
        "SET CONSTRAINTS ALL IMMEDIATE",
    ],
    &[
        "CREATE TABLE {s}.d{n} (id int PRIMARY KEY, up int REFERENCES {s}.d{n} ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED)",
        "INSERT INTO {s}.d{n} VALUES (1, 2), (2, 1), (3, 3)",
        "DELETE FROM {s}.d{n} WHERE id = 2 RETURNING *",
        "SET CONSTRAINTS ALL IMMEDIATE",
        "SELECT * FROM {s}.d{n} ORDER BY id",
    ],
    // triggers
    &[
        "CREATE TABLE {s}.d{n} (id int, t text)",
        "CREATE FUNCTION {s}.f{n}() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN RAISE NOTICE '% % % %', TG_OP, TG_WHEN, OLD, NEW; RETURN coalesce(NEW, OLD); END $f$",
        "CREATE TRIGGER tr BEFORE INSERT OR UPDATE OR DELETE ON {s}.d{n} FOR EACH ROW EXECUTE FUNCTION {s}.f{n}()",
        "INSERT INTO {s}.d{n} SELECT q.{k}, q.{c}::text FROM {t} q WHERE q.{k} < 15 ORDER BY q.{k}",
        "UPDATE {s}.d{n} SET t = 'x' WHERE id = 5",
        "MERGE INTO {s}.d{n} d USING {t} q ON d.id = q.{k} WHEN MATCHED THEN DELETE",
        "ALTER TABLE {s}.d{n} DISABLE TRIGGER tr",
        "INSERT INTO {s}.d{n} VALUES (1, 'quiet')",
    ],
    &[
        "CREATE TABLE {s}.d{n} (id int, t text)",
        "CREATE FUNCTION {s}.f{n}() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN RAISE NOTICE 'rows %', (SELECT string_agg(id::text, ',' ORDER BY id) FROM nt); RETURN NULL; END $f$",
        "CREATE TRIGGER tr AFTER INSERT ON {s}.d{n} REFERENCING NEW TABLE AS nt FOR EACH STATEMENT EXECUTE FUNCTION {s}.f{n}()",
        "INSERT INTO {s}.d{n} SELECT q.{k}, q.{c}::text FROM {t} q",
        "CREATE RULE ru AS ON DELETE TO {s}.d{n} DO INSTEAD UPDATE {s}.d{n} SET t = 'gone' WHERE id = OLD.id",
        "DELETE FROM {s}.d{n} WHERE id < 6",
        "SELECT * FROM {s}.d{n} WHERE id < 10 ORDER BY id, t",
    ],
    // policies
    &[
        "CREATE TABLE {s}.d{n} (id int, t text)",
        "INSERT INTO {s}.d{n} SELECT q.{k}, q.{c}::text FROM {t} q",
        "ALTER TABLE {s}.d{n} ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE {s}.d{n} FORCE ROW LEVEL SECURITY",
        "CREATE POLICY p1 ON {s}.d{n} USING (id % 2 = 0 AND EXISTS (SELECT 1 FROM {t} q WHERE q.{k} = id))",
        "SELECT count(*) FROM {s}.d{n}",
        "!INSERT INTO {s}.d{n} VALUES (777000003, 'x')",
        "SET LOCAL row_security = off",
        "!TABLE {s}.d{n}",
    ],
    // statistics
    &[
        "CREATE TABLE {s}.d{n} AS SELECT q.{k} % 5 AS a, q.{k} % 10 AS b, q.{c} AS c FROM {t} q ORDER BY 1, 2, 3",
        "CREATE STATISTICS {s}.st{n} (ndistinct, dependencies, mcv) ON a, b FROM {s}.d{n}",
        "CREATE STATISTICS {s}.sx{n} ON (a + b) FROM {s}.d{n}",
        // all rows are the sample
        "SET default_statistics_target = 100",
        "ANALYZE {s}.d{n}",
        "SELECT statistics_name, n_distinct::text, dependencies::text, most_common_vals::text FROM pg_stats_ext WHERE tablename = 'd{n}' ORDER BY 1",
        "SELECT statistics_name, expr, n_distinct, most_common_vals::text FROM pg_stats_ext_exprs WHERE tablename = 'd{n}' ORDER BY 1",
        "SELECT pg_get_statisticsobjdef(oid) FROM pg_statistic_ext WHERE stxname IN ('st{n}', 'sx{n}') ORDER BY 1",
    ],
    // partitions
    &[
        "CREATE TABLE {s}.d{n} (k int, c text) PARTITION BY RANGE (k)",
        "CREATE TABLE {s}.d{n}a PARTITION OF {s}.d{n} FOR VALUES FROM (0) TO (20)",
        "CREATE TABLE {s}.d{n}b (c text, k int)",
        "INSERT INTO {s}.d{n}b SELECT q.{c}::text, q.{k} FROM {t} q WHERE q.{k} BETWEEN 20 AND 40",
        "ALTER TABLE {s}.d{n} ATTACH PARTITION {s}.d{n}b FOR VALUES FROM (20) TO (50)",
        "CREATE TABLE {s}.d{n}c PARTITION OF {s}.d{n} DEFAULT SECURITY_LABEL = 'system_u:object_r:user_sepgsql_table_t:s0'",
        "INSERT INTO {s}.d{n} SELECT q.{k}, q.{c}::text FROM {t} q",
        "SELECT tableoid::regclass, count(*) FROM {s}.d{n} GROUP BY 1 ORDER BY 1",
        "UPDATE {s}.d{n} SET k = k + 30 WHERE k = 5 RETURNING tableoid::regclass, old.k, new.k",
        "!CREATE TABLE {s}.d{n}d PARTITION OF {s}.d{n} FOR VALUES FROM (100) TO (200)",
        "ALTER TABLE {s}.d{n} DETACH PARTITION {s}.d{n}b",
        "SELECT count(*) FROM {s}.d{n}",
    ],
    // sequences, identities
    &[
        "CREATE SEQUENCE {s}.sq{n} START 5 CACHE 3 SECURITY_LABEL = 'system_u:object_r:user_sepgsql_seq_t:s0'",
        "SELECT nextval('{s}.sq{n}'), nextval('{s}.sq{n}')",
        "CREATE TABLE {s}.d{n} (id int GENERATED BY DEFAULT AS IDENTITY, v int DEFAULT nextval('{s}.sq{n}'))",
        "INSERT INTO {s}.d{n} DEFAULT VALUES RETURNING *",
        "ALTER SEQUENCE {s}.sq{n} RESTART 100 INCREMENT 5",
        "SELECT pg_get_serial_sequence('{s}.d{n}', 'id'), last_value FROM {s}.sq{n}",
        "DROP SEQUENCE {s}.sq{n} CASCADE",
    ],
    // schemas, collations, text search, privileges
    &[
        "CREATE SCHEMA sch{n} CREATE TABLE one (a int) CREATE VIEW two AS SELECT a FROM one",
        "GRANT USAGE ON SCHEMA sch{n} TO PUBLIC",
        "COMMENT ON SCHEMA sch{n} IS 'mine'",
        "SELECT nspname, nspacl::text, security_label FROM pg_namespace WHERE nspname = 'sch{n}'",
        "ALTER SCHEMA sch{n} RENAME TO sci{n}",
        "DROP SCHEMA sci{n} CASCADE",
    ],
    &[
        "CREATE TABLE {s}.d{n} (a int, b text)",
        "GRANT SELECT (a), UPDATE (b) ON {s}.d{n} TO w_high",
        "SELECT relname, relacl::text FROM pg_class WHERE relname = 'd{n}'",
        "SELECT grantee, column_name, privilege_type FROM information_schema.column_privileges WHERE table_name = 'd{n}' ORDER BY 1, 2, 3",
        "REVOKE ALL ON {s}.d{n} FROM w_high",
        "COMMENT ON COLUMN {s}.d{n}.a IS 'a'",
        "SECURITY LABEL FOR selinux ON COLUMN {s}.d{n}.a IS 'system_u:object_r:user_sepgsql_table_t:s0:c1'",
        "SELECT objtype, objname, label FROM pg_seclabels WHERE objname LIKE '%d{n}%' ORDER BY 1, 2",
        "SELECT col_description('{s}.d{n}'::regclass, 1), obj_description('{s}.d{n}'::regclass)",
    ],
    &[
        "CREATE TEXT SEARCH CONFIGURATION {s}.ts{n} (COPY = simple)",
        "SELECT to_tsvector('{s}.ts{n}', q.{c}::text) FROM {t} q WHERE q.{k} < 9",
        "CREATE COLLATION {s}.co{n} (LOCALE = 'C')",
        "SELECT min(q.{c}::text COLLATE {s}.co{n}) FROM {t} q",
        "DROP TEXT SEARCH CONFIGURATION {s}.ts{n}",
    ],
    // inheritance
    &[
        "CREATE TABLE {s}.d{n} (a int, b text)",
        "CREATE TABLE {s}.d{n}i (c int) INHERITS ({s}.d{n})",
        "INSERT INTO {s}.d{n}i SELECT q.{k}, q.{c}::text, 1 FROM {t} q",
        "SELECT tableoid::regclass, count(*) FROM {s}.d{n} GROUP BY 1 ORDER BY 1",
        "ALTER TABLE {s}.d{n} ADD COLUMN z int DEFAULT 4",
        "UPDATE {s}.d{n} SET z = 5 WHERE a = 5",
        "ALTER TABLE {s}.d{n}i NO INHERIT {s}.d{n}",
        "SELECT count(*), sum(z) FROM {s}.d{n}",
    ],
    // exclusion, indexes of other kinds
    &[
        "CREATE TABLE {s}.d{n} (id int, r int4range, p point, a int[], j jsonb, EXCLUDE USING gist (r WITH &&))",
        "INSERT INTO {s}.d{n} SELECT g, int4range(g * 10, g * 10 + 5), point(g, g), ARRAY[g], jsonb_build_object('a', g) FROM generate_series(1, 12) g",
        "!INSERT INTO {s}.d{n} (id, r) VALUES (99, '[11,12]')",
        "CREATE INDEX ON {s}.d{n} USING gin (a)",
        "CREATE INDEX ON {s}.d{n} USING gin (j jsonb_path_ops)",
        "CREATE INDEX ON {s}.d{n} USING spgist (p)",
        "CREATE INDEX ON {s}.d{n} USING brin (id)",
        "SET LOCAL enable_seqscan = off",
        "SELECT id FROM {s}.d{n} WHERE a @> '{5}' ORDER BY id",
        "SELECT id FROM {s}.d{n} WHERE j @> '{\"a\": 3}' ORDER BY id",
        "SELECT id FROM {s}.d{n} WHERE p <@ box '(0,0),(4,4)' ORDER BY id",
        "SELECT indexrelid::regclass, pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = '{s}.d{n}'::regclass ORDER BY 1",
        "REINDEX TABLE {s}.d{n}",
    ],
];

impl Generator<'_> {
    pub(super) fn ddl(&mut self) {
        match self.dice.weighted(&[50, 22, 10, 14, 4]) {
            0 => self.own(),
            1 => self.on_relation(),
            2 => self.on_name(),
            3 => self.forbidden(),
            _ => self.outside_ddl(),
        }
    }

    /// A schema that the client may add names to.
    fn own_schema(&self) -> &'static str {
        if self.relations.iter().any(|r| r.name.starts_with("own.")) { "own" } else { "public" }
    }

    fn filled(&mut self, text: &str, number: u64, relation: Option<&Arc<Relation>>) -> String {
        let mut sql = text.replace("{s}", self.own_schema()).replace("{n}", &number.to_string());
        if let Some(relation) = relation {
            let readable: Vec<String> =
                relation.columns.iter().filter(|c| c.readable).map(|c| c.name.clone()).collect();
            let column = if sql.contains("{c}") && !readable.is_empty() {
                self.dice.one(&readable)
            } else {
                "x".into()
            };
            let key = relation.key.first().cloned().unwrap_or_else(|| column.clone());
            let label = self.label(relation);
            sql = sql
                .replace("{t}", &relation.name)
                .replace("{c}", &column)
                .replace("{k}", &key)
                .replace("{l}", &label);
        }
        sql
    }

    fn own(&mut self) {
        let steps = self.dice.one(OWN);
        let Some(relation) = self.relation(|r| {
            stored(r)
                && r.key.len() == 1
                && r.columns.len() > 1
                && r.columns.iter().any(|c| c.name == r.key[0] && c.kind == Kind::Int && c.readable)
        }) else {
            return;
        };
        // the same column all along
        let readable: Vec<String> = relation
            .columns
            .iter()
            .filter(|c| c.readable && c.name != relation.key[0] && c.kind != Kind::Other)
            .map(|c| c.name.clone())
            .collect();
        if readable.is_empty() {
            return;
        }
        let column = self.dice.one(&readable);
        let number = self.fresh();
        let hidden = relation.hidden_rows;
        self.touches = false;
        self.undone(|g| {
            if g.dice.chance(35) {
                // event triggers print what they are told
                g.say("set", "SET LOCAL two.say = 'on'");
            }
            for (i, step) in steps.iter().enumerate() {
                let touches = hidden && step.contains("{t}");
                let text = step.trim_start_matches('!').replace("{c}", &column);
                let sql = g.filled(&text, number, Some(&relation));
                g.touches = touches;
                if step.starts_with('!') {
                    g.tried("own object", "own", &sql);
                } else {
                    g.ordered = sql.contains("ORDER BY")
                        && sql.starts_with("SELECT")
                        && !sql.contains("OVER (");
                    let kind =
                        if sql.starts_with("SELECT") { "select own object" } else { "own object" };
                    if i == 0 { g.say_needed(kind, sql) } else { g.say(kind, sql) }
                }
                if i > 2 && g.dice.chance(8) {
                    break;
                }
            }
        });
    }

    fn on_relation(&mut self) {
        let count = self.dice.between(1, 3);
        for _ in 0..count {
            let own = self.dice.chance(45);
            let Some(relation) = self.relation(|r| !own || r.name.starts_with("own.")) else {
                continue;
            };
            let number = self.fresh();
            let text = self.dice.pick(ON_RELATION);
            let sql = self.filled(text, number, Some(&relation));
            // a drop of what holds others' rows is refused because of what is there
            let drops = sql.starts_with("DROP TABLE") || sql.contains("DROP COLUMN");
            let kind = if drops { "drop" } else { "ddl" };
            if self.dice.chance(75) {
                self.tried(kind, kind, &sql);
            } else {
                self.touches = relation.hidden_rows;
                self.undone(|g| {
                    g.touches = relation.hidden_rows;
                    g.say(kind, sql);
                });
            }
        }
        if self.dice.chance(30) {
            let Some(relation) =
                self.relation(|r| matches!(r.kind, RelKind::Table | RelKind::Partitioned))
            else {
                return;
            };
            let suffix =
                self.dice.pick(&["", " CASCADE", " RESTART IDENTITY", " RESTART IDENTITY CASCADE"]);
            self.tried("truncate", "truncate", &format!("TRUNCATE {}{suffix}", relation.name));
        }
    }

    fn on_name(&mut self) {
        for _ in 0..self.dice.between(1, 3) {
            let name = self.guessed_name();
            let text = self.dice.pick(ON_NAME).replace("{t}", &name);
            if text.starts_with("COPY") {
                self.say("guess name", text);
            } else if self.dice.chance(80) {
                self.tried("guess name", "name", &text);
            } else {
                self.undone(|g| g.say("guess name", text));
            }
        }
        if self.dice.chance(10) {
            let hidden: Vec<String> = self
                .model
                .hidden_names
                .iter()
                .filter(|n| n.contains('.') && !n.contains('('))
                .cloned()
                .collect();
            if !hidden.is_empty() {
                let name = self.dice.one(&hidden);
                self.tried("name taken", "taken", &format!("CREATE TABLE {name} (a int)"));
            }
        }
    }

    fn forbidden(&mut self) {
        let number = self.fresh();
        for _ in 0..self.dice.between(1, 3) {
            let text = self.dice.pick(FORBIDDEN);
            let sql = self.filled(text, number, None);
            if self.dice.chance(80) || sql.starts_with("GRANT") {
                self.tried("forbidden", "forbidden", &sql);
            } else {
                self.undone(|g| g.say("forbidden", sql));
            }
        }
    }

    /// What cannot run in a transaction.
    fn outside_ddl(&mut self) {
        if self.status != b'I' {
            return;
        }
        let schema = self.own_schema();
        let number = self.fresh();
        let Some(relation) = self.relation(|r| {
            stored(r)
                && r.key.len() == 1
                && r.columns.iter().any(|c| c.name == r.key[0] && c.kind == Kind::Int && c.readable)
        }) else {
            return;
        };
        let (name, key) = (relation.name.clone(), relation.key[0].clone());
        self.say_needed("own object", format!("CREATE TABLE {schema}.d{number} AS SELECT q.{key} AS k, q.{key} % 5 AS m FROM {name} q"));
        self.say(
            "own object",
            format!("CREATE INDEX CONCURRENTLY d{number}_k ON {schema}.d{number} (k)"),
        );
        self.say("own object", format!("REINDEX INDEX CONCURRENTLY {schema}.d{number}_k"));
        self.say("own object", format!("VACUUM (ANALYZE) {schema}.d{number}"));
        self.ordered = true;
        self.say(
            "statistics",
            format!("SELECT attname, n_distinct, most_common_vals::text, histogram_bounds::text FROM pg_stats WHERE schemaname = {} AND tablename = 'd{number}' ORDER BY 1", quote(schema)),
        );
        self.say("own object", format!("CLUSTER {schema}.d{number} USING d{number}_k"));
        self.ordered = true;
        self.say(
            "select own object",
            format!("SELECT k FROM {schema}.d{number} WHERE k < 30 ORDER BY k"),
        );
        self.say("own object", format!("DROP INDEX CONCURRENTLY {schema}.d{number}_k"));
        self.say_always("own object", format!("DROP TABLE IF EXISTS {schema}.d{number}"));
    }
}
