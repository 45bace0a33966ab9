--
-- SECURITY_LABEL [=] '...' in CREATE and ALTER
--
GRANT CREATE ON DATABASE sepgsql_regression TO PUBLIC;
CREATE SCHEMA lx;
GRANT ALL ON SCHEMA lx TO PUBLIC;
SET search_path = lx;

CREATE FUNCTION pg_temp.labels(tab regclass) RETURNS TABLE (name text, label text)
LANGUAGE sql AS $$
  SELECT '', security_label FROM pg_class WHERE oid = tab
  UNION ALL (SELECT attname, security_label FROM pg_attribute
   WHERE attrelid = tab AND attnum > 0 AND NOT attisdropped ORDER BY attnum) $$;

-- a table and its columns; what has no label of its own gets it from the table
CREATE TABLE customer (
    cid integer NOT NULL,
    name text COLLATE "C" DEFAULT 'x' NOT NULL SECURITY_LABEL 'system_u:object_r:sepgsql_ro_table_t:s0',
    credit character varying(32) SECURITY_LABEL = 'system_u:object_r:sepgsql_secret_table_t:s0',
    PRIMARY KEY (cid)
) SECURITY_LABEL = 'system_u:object_r:sepgsql_fixed_table_t:s0:c1';
SELECT * FROM pg_temp.labels('customer');
SELECT t.relkind, t.security_label FROM pg_class c JOIN pg_class t ON t.oid = c.reltoastrelid
 WHERE c.relname = 'customer';
-- it stands at the very end; each column at its end
CREATE TABLE pos (a int) WITH (fillfactor = 70) TABLESPACE pg_default SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s1';
CREATE TABLE bad (a int) SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s1' TABLESPACE pg_default;
CREATE TABLE bad (a int SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s1' NOT NULL);
CREATE TEMP TABLE tmp (a int) ON COMMIT DROP SECURITY_LABEL = 'system_u:object_r:sepgsql_temp_object_t:s1';
SELECT * FROM pg_temp.labels('pos');
-- typed, partitioned, inherited, LIKE, foreign
CREATE TYPE ty AS (a int, b text);
CREATE TABLE typed OF ty (a WITH OPTIONS NOT NULL SECURITY_LABEL = 'system_u:object_r:sepgsql_ro_table_t:s0', b SECURITY_LABEL 'system_u:object_r:sepgsql_ro_table_t:s1') SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s1';
SELECT * FROM pg_temp.labels('typed');
CREATE TABLE part (a int, b int SECURITY_LABEL = 'system_u:object_r:sepgsql_ro_table_t:s0') PARTITION BY LIST (a) SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s1';
CREATE TABLE part1 PARTITION OF part FOR VALUES IN (1);
CREATE TABLE part2 PARTITION OF part (b DEFAULT 1 SECURITY_LABEL = 'system_u:object_r:sepgsql_ro_table_t:s3') FOR VALUES IN (2) SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s2';
SELECT * FROM pg_temp.labels('part');
SELECT * FROM pg_temp.labels('part1');
SELECT * FROM pg_temp.labels('part2');
CREATE TABLE plain (a int, b int SECURITY_LABEL = 'system_u:object_r:sepgsql_ro_table_t:s2');
CREATE TABLE child (b int SECURITY_LABEL = 'system_u:object_r:sepgsql_ro_table_t:s1', c int) INHERITS (plain) SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s3';
SELECT * FROM pg_temp.labels('child');
CREATE TABLE likewise (LIKE plain INCLUDING ALL);
SELECT * FROM pg_temp.labels('likewise');
CREATE FOREIGN DATA WRAPPER lxw;
CREATE SERVER lxs FOREIGN DATA WRAPPER lxw;
CREATE FOREIGN TABLE ft (a int, b int OPTIONS (x '1') NOT NULL SECURITY_LABEL = 'system_u:object_r:sepgsql_ro_table_t:s1') SERVER lxs OPTIONS (y '2') SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s2';
SELECT * FROM pg_temp.labels('ft');
-- serial and identity columns: the label is the column's, not the sequence's
CREATE TABLE ser (a serial SECURITY_LABEL = 'system_u:object_r:sepgsql_ro_table_t:s1',
    b int GENERATED ALWAYS AS IDENTITY SECURITY_LABEL = 'system_u:object_r:sepgsql_ro_table_t:s2',
    c int GENERATED ALWAYS AS IDENTITY (SECURITY_LABEL = 'system_u:object_r:sepgsql_seq_t:s3')) SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s2';
SELECT * FROM pg_temp.labels('ser');
SELECT relname, security_label FROM pg_class WHERE relname ~ '^ser_' ORDER BY 1;
-- CREATE TABLE AS, materialized views, views
CREATE TABLE ctas SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s1' AS SELECT 1 AS a;
CREATE TABLE ctas0 (x) TABLESPACE pg_default SECURITY_LABEL 'system_u:object_r:sepgsql_table_t:s1' AS SELECT 1 AS a WITH NO DATA;
CREATE MATERIALIZED VIEW mv SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s2' AS SELECT 1 AS a;
CREATE VIEW v WITH (security_barrier) SECURITY_LABEL = 'system_u:object_r:sepgsql_view_t:s1' AS SELECT 1 AS a;
CREATE RECURSIVE VIEW rv (n) SECURITY_LABEL = 'system_u:object_r:sepgsql_view_t:s1' AS SELECT 1;
SELECT relname, relkind, security_label FROM pg_class
 WHERE relname IN ('ctas', 'ctas0', 'mv', 'v', 'rv') AND relnamespace = 'lx'::regnamespace ORDER BY 1;
SELECT security_label FROM ctas;
-- a schema, and what comes with it
CREATE SCHEMA lx1 SECURITY_LABEL = 'system_u:object_r:sepgsql_schema_t:s1'
  CREATE TABLE t (a int) CREATE TABLE u (a int) SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s3';
CREATE SCHEMA IF NOT EXISTS lx2 AUTHORIZATION sep_staff SECURITY_LABEL 'system_u:object_r:sepgsql_schema_t:s2';
SELECT nspname, security_label FROM pg_namespace WHERE nspname ~ '^lx.' ORDER BY 1;
SELECT relname, security_label FROM pg_class WHERE relnamespace = 'lx1'::regnamespace ORDER BY 1;
-- sequences, functions, procedures, aggregates: among the options
CREATE SEQUENCE sq INCREMENT 2 SECURITY_LABEL = 'system_u:object_r:sepgsql_seq_t:s1' CACHE 2;
CREATE FUNCTION f(int) RETURNS int SECURITY_LABEL = 'system_u:object_r:sepgsql_proc_exec_t:s1' IMMUTABLE LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION g(int) RETURNS int SECURITY_LABEL 'system_u:object_r:sepgsql_proc_exec_t:s1' RETURN $1;
CREATE PROCEDURE p() LANGUAGE plpgsql AS 'BEGIN END' SECURITY_LABEL = 'system_u:object_r:sepgsql_proc_exec_t:s1';
CREATE AGGREGATE ag(int) (sfunc = int4pl, stype = int, security_label = 'system_u:object_r:sepgsql_proc_exec_t:s1');
SELECT relname, security_label FROM pg_class WHERE relname = 'sq' AND relnamespace = 'lx'::regnamespace;
SELECT proname, security_label FROM pg_proc WHERE pronamespace = 'lx'::regnamespace ORDER BY 1;
-- databases
CREATE DATABASE sepgsql_lx SECURITY_LABEL = 'system_u:object_r:sepgsql_db_t:s1' CONNECTION LIMIT 3;
SELECT datconnlimit, security_label FROM pg_database WHERE datname = 'sepgsql_lx';
ALTER DATABASE sepgsql_lx SECURITY_LABEL = 'system_u:object_r:sepgsql_db_t:s2' CONNECTION LIMIT 4;
SELECT datconnlimit, security_label FROM pg_database WHERE datname = 'sepgsql_lx';
DROP DATABASE sepgsql_lx;

-- ALTER, with the tags of the ALTERs
\set QUIET off
ALTER TABLE customer SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s0';
ALTER TABLE customer ALTER COLUMN credit SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s1';
ALTER TABLE ONLY lx.customer ALTER name SECURITY_LABEL 'system_u:object_r:sepgsql_table_t:s2';
ALTER TABLE part SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s0';
ALTER TABLE part ALTER b SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s0';
ALTER FOREIGN TABLE ft SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s0';
ALTER FOREIGN TABLE ft ALTER b SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s0';
ALTER MATERIALIZED VIEW mv SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s0';
ALTER MATERIALIZED VIEW mv ALTER COLUMN a SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s0:c1';
ALTER VIEW v SECURITY_LABEL = 'system_u:object_r:sepgsql_view_t:s0';
ALTER SCHEMA lx1 SECURITY_LABEL = 'system_u:object_r:sepgsql_schema_t:s0';
ALTER SEQUENCE sq SECURITY_LABEL = 'system_u:object_r:sepgsql_seq_t:s0';
ALTER SEQUENCE sq INCREMENT 3 SECURITY_LABEL = 'system_u:object_r:sepgsql_seq_t:s2';
ALTER FUNCTION f(int) SECURITY_LABEL = 'system_u:object_r:sepgsql_proc_exec_t:s0';
ALTER FUNCTION f(int) STABLE SECURITY_LABEL = 'system_u:object_r:sepgsql_proc_exec_t:s2';
ALTER PROCEDURE p() SECURITY_LABEL = 'system_u:object_r:sepgsql_proc_exec_t:s0';
ALTER ROUTINE g(int) SECURITY_LABEL = 'system_u:object_r:sepgsql_proc_exec_t:s0';
ALTER AGGREGATE ag(int) SECURITY_LABEL = 'system_u:object_r:sepgsql_proc_exec_t:s0';
\set QUIET on
SELECT * FROM pg_temp.labels('customer');
SELECT * FROM pg_temp.labels('part');
SELECT * FROM pg_temp.labels('part1');		-- only the named table
SELECT * FROM pg_temp.labels('ft');
SELECT * FROM pg_temp.labels('mv');
SELECT relname, security_label FROM pg_class WHERE relname IN ('v', 'sq') AND relnamespace = 'lx'::regnamespace ORDER BY 1;
SELECT nspname, security_label FROM pg_namespace WHERE nspname = 'lx1';
SELECT proname, provolatile, security_label FROM pg_proc WHERE pronamespace = 'lx'::regnamespace ORDER BY 1;
SELECT increment_by FROM pg_sequences WHERE sequencename = 'sq';
-- ADD COLUMN; in children, too
ALTER TABLE customer ADD COLUMN x int DEFAULT 3 SECURITY_LABEL = 'system_u:object_r:sepgsql_ro_table_t:s1', ADD y serial SECURITY_LABEL = 'system_u:object_r:sepgsql_ro_table_t:s2', ADD z int;
SELECT * FROM pg_temp.labels('customer');
ALTER TABLE part ADD n int SECURITY_LABEL = 'system_u:object_r:sepgsql_ro_table_t:s2';
SELECT * FROM pg_temp.labels('part1') WHERE name = 'n';
ALTER TABLE customer ADD COLUMN IF NOT EXISTS x int SECURITY_LABEL = 'system_u:object_r:sepgsql_ro_table_t:s5';
-- OR REPLACE: another label for what is there
CREATE OR REPLACE VIEW v SECURITY_LABEL = 'system_u:object_r:sepgsql_view_t:s3' AS SELECT 1 AS a, 2 AS b;
CREATE OR REPLACE FUNCTION f(int) RETURNS int LANGUAGE sql SECURITY_LABEL = 'system_u:object_r:sepgsql_proc_exec_t:s3' AS 'SELECT $1 + 1';
CREATE OR REPLACE FUNCTION f(text) RETURNS int LANGUAGE sql SECURITY_LABEL = 'system_u:object_r:sepgsql_proc_exec_t:s1' AS 'SELECT 1';
CREATE OR REPLACE PROCEDURE p() LANGUAGE plpgsql SECURITY_LABEL = 'system_u:object_r:sepgsql_proc_exec_t:s3' AS 'BEGIN NULL; END';
CREATE OR REPLACE AGGREGATE ag(int) (sfunc = int4pl, stype = int, security_label = 'system_u:object_r:sepgsql_proc_exec_t:s3');
CREATE OR REPLACE FUNCTION g(int) RETURNS int RETURN $1 + 1;
SELECT relname, security_label FROM pg_class WHERE relname = 'v' AND relnamespace = 'lx'::regnamespace;
SELECT oid::regprocedure, security_label FROM pg_proc WHERE pronamespace = 'lx'::regnamespace ORDER BY oid::regprocedure::text COLLATE "C";
-- IF NOT EXISTS of what is there changes nothing
CREATE TABLE IF NOT EXISTS customer (a int) SECURITY_LABEL = 'system_u:object_r:sepgsql_ro_table_t:s0';
CREATE TABLE IF NOT EXISTS ctas SECURITY_LABEL = 'system_u:object_r:sepgsql_ro_table_t:s0' AS SELECT 1 AS a;
CREATE MATERIALIZED VIEW IF NOT EXISTS mv SECURITY_LABEL = 'system_u:object_r:sepgsql_ro_table_t:s0' AS SELECT 1 AS a;
CREATE SEQUENCE IF NOT EXISTS sq SECURITY_LABEL = 'system_u:object_r:sepgsql_seq_t:s5';
CREATE SCHEMA IF NOT EXISTS lx1 SECURITY_LABEL = 'system_u:object_r:sepgsql_schema_t:s5';
SELECT relname, security_label FROM pg_class
 WHERE relname IN ('customer', 'ctas', 'mv', 'sq') AND relnamespace = 'lx'::regnamespace ORDER BY 1;
SELECT nspname, security_label FROM pg_namespace WHERE nspname = 'lx1';

-- duplicates
CREATE FUNCTION dup() RETURNS int SECURITY_LABEL = 'a' SECURITY_LABEL = 'b' RETURN 1;
CREATE SEQUENCE dup SECURITY_LABEL = 'a' SECURITY_LABEL = 'b';
ALTER SEQUENCE sq SECURITY_LABEL = 'a' SECURITY_LABEL = 'b';
ALTER FUNCTION f(int) SECURITY_LABEL = 'a' SECURITY_LABEL = 'b';
CREATE DATABASE dup SECURITY_LABEL = 'a' SECURITY_LABEL = 'b';
ALTER DATABASE sepgsql_regression SECURITY_LABEL = 'a' SECURITY_LABEL = 'b';
CREATE AGGREGATE dup(int) (sfunc = int4pl, stype = int, security_label = 'a', security_label = 'b');
-- syntax
CREATE TABLE bad (a int) SECURITY_LABEL = NULL;
CREATE TABLE bad (a int) SECURITY_LABEL;
ALTER TABLE customer SECURITY_LABEL = system_u;
CREATE VIEW bad AS SELECT 1 SECURITY_LABEL = 'a';
-- wrong kinds
ALTER TABLE v SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s0';
ALTER TABLE sq SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s0';
ALTER VIEW customer SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s0';
ALTER TABLE customer ALTER nocol SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s0';
ALTER TABLE v ALTER a SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s0';
ALTER TABLE nothere SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s0';
ALTER FUNCTION ag(int) SECURITY_LABEL = 'system_u:object_r:sepgsql_proc_exec_t:s0';
-- invalid labels: nothing is made
\set VERBOSITY sqlstate
CREATE TABLE bad (a int) SECURITY_LABEL = 'nonsense';
CREATE TABLE bad (a int SECURITY_LABEL = 'nonsense');
CREATE TABLE bad (a int SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s1', b int SECURITY_LABEL = 'nonsense');
CREATE SCHEMA bad SECURITY_LABEL = 'nonsense';
CREATE SEQUENCE bad SECURITY_LABEL = 'nonsense';
CREATE VIEW bad SECURITY_LABEL = 'nonsense' AS SELECT 1;
CREATE MATERIALIZED VIEW bad SECURITY_LABEL = 'nonsense' AS SELECT 1;
CREATE TABLE bad SECURITY_LABEL = 'nonsense' AS SELECT 1;
CREATE FUNCTION bad() RETURNS int SECURITY_LABEL = 'nonsense' RETURN 1;
CREATE PROCEDURE bad() SECURITY_LABEL = 'nonsense' LANGUAGE sql AS '';
CREATE AGGREGATE bad(int) (sfunc = int4pl, stype = int, security_label = 'nonsense');
CREATE DATABASE bad SECURITY_LABEL = 'nonsense';
ALTER TABLE customer SECURITY_LABEL = 'nonsense';
ALTER TABLE customer ALTER name SECURITY_LABEL = 'nonsense';
ALTER TABLE customer ADD bad int SECURITY_LABEL = 'nonsense';
ALTER SCHEMA lx SECURITY_LABEL = 'nonsense';
ALTER SEQUENCE sq SECURITY_LABEL = 'nonsense';
ALTER VIEW v SECURITY_LABEL = 'nonsense';
ALTER MATERIALIZED VIEW mv SECURITY_LABEL = 'nonsense';
ALTER FUNCTION f(int) SECURITY_LABEL = 'nonsense';
ALTER AGGREGATE ag(int) SECURITY_LABEL = 'nonsense';
ALTER DATABASE sepgsql_regression SECURITY_LABEL = 'nonsense';
-- read-only transactions
BEGIN READ ONLY;
ALTER TABLE customer SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s0';
ROLLBACK;
BEGIN READ ONLY;
ALTER SEQUENCE sq SECURITY_LABEL = 'system_u:object_r:sepgsql_seq_t:s0';
ROLLBACK;
BEGIN READ ONLY;
ALTER DATABASE sepgsql_regression SECURITY_LABEL = 'system_u:object_r:sepgsql_db_t:s0';
ROLLBACK;
BEGIN READ ONLY;
ALTER FUNCTION f(int) SECURITY_LABEL = 'system_u:object_r:sepgsql_proc_exec_t:s0';
ROLLBACK;
\set VERBOSITY default
CREATE TABLE bad (a int) SECURITY_LABEL = 'system_u:object_r:no_such_t:s0';
ALTER SCHEMA lx SECURITY_LABEL = 'system_u:object_r:sepgsql_schema_t:s99';
SELECT count(*) FROM pg_class WHERE relname = 'bad';
SELECT count(*) FROM pg_proc WHERE proname IN ('bad', 'dup');
SELECT count(*) FROM pg_namespace WHERE nspname = 'bad';
SELECT count(*) FROM pg_attribute WHERE attname = 'bad';
SELECT count(*) FROM pg_database WHERE datname IN ('bad', 'dup');
SELECT count(*) FROM pg_security WHERE seclabel ~ 'nonsense|no_such|s99';

-- a label goes to the object that it was meant for, and to no other: after an
-- error, in an event trigger, in nested commands
DO $$
BEGIN
  CREATE TABLE twice (a int, a int) SECURITY_LABEL = 'system_u:object_r:sepgsql_ro_table_t:s3';
EXCEPTION WHEN others THEN
  CREATE TABLE twice (a int);
END $$;
SELECT * FROM pg_temp.labels('twice');
CREATE FUNCTION evt() RETURNS event_trigger LANGUAGE plpgsql AS $$
DECLARE r record;
BEGIN
  FOR r IN SELECT * FROM pg_event_trigger_ddl_commands() LOOP
    RAISE NOTICE '% % %', r.command_tag, r.object_type, r.object_identity;
  END LOOP;
END $$;
CREATE EVENT TRIGGER lxe ON ddl_command_end EXECUTE FUNCTION evt();
CREATE TABLE ev (a serial) SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s1';
ALTER TABLE ev SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s2';
ALTER TABLE ev ALTER a SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s2';
ALTER FOREIGN TABLE ft SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s2';
ALTER AGGREGATE ag(int) SECURITY_LABEL = 'system_u:object_r:sepgsql_proc_exec_t:s0';
ALTER SEQUENCE sq SECURITY_LABEL = 'system_u:object_r:sepgsql_seq_t:s3';
CREATE OR REPLACE VIEW v SECURITY_LABEL = 'system_u:object_r:sepgsql_view_t:s2' AS SELECT 1 AS a, 2 AS b;
DROP EVENT TRIGGER lxe;
CREATE FUNCTION evt_start() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('lx.nested', true) IS DISTINCT FROM 'yes' THEN
    PERFORM set_config('lx.nested', 'yes', true);
    CREATE TABLE lx.ev2 (a int);
    ALTER TABLE lx.ev2 RENAME TO ev2_within;
  END IF;
END $$;
CREATE EVENT TRIGGER lxe ON ddl_command_start EXECUTE FUNCTION evt_start();
BEGIN;
CREATE TABLE ev2 (a int SECURITY_LABEL = 'system_u:object_r:sepgsql_ro_table_t:s1') SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s1';
COMMIT;
DROP EVENT TRIGGER lxe;
SELECT * FROM pg_temp.labels('ev2');
SELECT * FROM pg_temp.labels('ev2_within');

-- nor later, in the same transaction
BEGIN;
CREATE TABLE later (a int);
ALTER TABLE later ADD c int SECURITY_LABEL = 'system_u:object_r:sepgsql_ro_table_t:s1';
ALTER TABLE later DROP c;
ALTER TABLE later ADD c int;
SELECT * FROM pg_temp.labels('later');
DROP TABLE later;
CREATE TABLE later (a int, c int) SECURITY_LABEL = 'system_u:object_r:sepgsql_ro_table_t:s1';
DROP TABLE later;
CREATE TABLE later (a int, c int);
SELECT * FROM pg_temp.labels('later');
SAVEPOINT s;
CREATE FUNCTION laterf() RETURNS int SECURITY_LABEL = 'system_u:object_r:sepgsql_proc_exec_t:s1' LANGUAGE sql AS 'SELECT nothing';
ROLLBACK TO s;
CREATE FUNCTION laterf() RETURNS int RETURN 1;
SELECT security_label FROM pg_proc WHERE proname = 'laterf';
COMMIT;
-- a command that is kept and executed again
CREATE FUNCTION again(name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  CREATE TABLE again_t (a int SECURITY_LABEL = 'system_u:object_r:sepgsql_ro_table_t:s1') SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s1';
  EXECUTE format('ALTER TABLE again_t RENAME TO %I', name);
END $$;
SELECT again('again1'), again('again2');
SELECT * FROM pg_temp.labels('again1');
SELECT * FROM pg_temp.labels('again2');

-- still a name for anything
SELECT 1 security_label, 2 AS security_label;
SELECT security_label.a FROM (VALUES (1)) AS security_label (a);
CREATE FUNCTION security_label(security_label text) RETURNS text LANGUAGE sql AS 'SELECT security_label';
SELECT security_label(security_label) FROM (SELECT 'x' AS security_label) s;
CREATE FUNCTION plp() RETURNS text LANGUAGE plpgsql AS $$
DECLARE security_label text := 'y'; BEGIN RETURN security_label; END $$;
SELECT plp();
SELECT quote_ident('security_label');
CREATE TABLE security_label (a int);
INSERT INTO security_label (a, security_label) VALUES (1, 'system_u:object_r:sepgsql_table_t:s1') RETURNING security_label;
DROP TABLE security_label;

-- clients: create of what they name, relabelling of what is theirs
\c - sep_staff
SET search_path = lx;
CREATE TABLE own (a int, b int SECURITY_LABEL = 'staff_u:object_r:user_sepgsql_table_t:s2') SECURITY_LABEL = 'staff_u:object_r:user_sepgsql_table_t:s1';
SELECT relname, security_label FROM pg_class WHERE relname = 'own' AND relnamespace = 'lx'::regnamespace;
SELECT attname, security_label FROM pg_attribute WHERE attrelid = 'own'::regclass AND attnum > 0;
\set VERBOSITY terse
CREATE TABLE den (a int) SECURITY_LABEL = 'staff_u:object_r:user_sepgsql_table_t:s5';
CREATE TABLE den (a int) SECURITY_LABEL = 'staff_u:object_r:sepgsql_table_t:s1';
CREATE TABLE den (a int SECURITY_LABEL = 'staff_u:object_r:sepgsql_table_t:s0');
CREATE TABLE den SECURITY_LABEL = 'staff_u:object_r:sepgsql_table_t:s1' AS SELECT 1 AS a;
CREATE MATERIALIZED VIEW den SECURITY_LABEL = 'staff_u:object_r:sepgsql_table_t:s1' AS SELECT 1 AS a;
CREATE VIEW den SECURITY_LABEL = 'staff_u:object_r:sepgsql_view_t:s1' AS SELECT 1 AS a;
CREATE SEQUENCE den SECURITY_LABEL = 'staff_u:object_r:sepgsql_seq_t:s1';
CREATE SCHEMA den SECURITY_LABEL = 'staff_u:object_r:sepgsql_schema_t:s1';
CREATE FUNCTION den() RETURNS int SECURITY_LABEL = 'staff_u:object_r:sepgsql_proc_exec_t:s1' RETURN 1;
CREATE PROCEDURE den() SECURITY_LABEL = 'staff_u:object_r:sepgsql_trusted_proc_exec_t:s1' LANGUAGE sql AS '';
CREATE AGGREGATE den(int) (sfunc = int4pl, stype = int, security_label = 'staff_u:object_r:sepgsql_proc_exec_t:s1');
ALTER TABLE own ADD COLUMN den int SECURITY_LABEL = 'staff_u:object_r:sepgsql_table_t:s0';
\echo :LAST_ERROR_SQLSTATE
-- allowed
CREATE SCHEMA lx_own SECURITY_LABEL = 'staff_u:object_r:user_sepgsql_schema_t:s1';
CREATE VIEW own_v SECURITY_LABEL = 'staff_u:object_r:user_sepgsql_view_t:s1' AS SELECT 1 AS a;
CREATE SEQUENCE own_s SECURITY_LABEL = 'staff_u:object_r:user_sepgsql_seq_t:s1';
CREATE FUNCTION own_f() RETURNS int SECURITY_LABEL = 'staff_u:object_r:user_sepgsql_proc_exec_t:s1' RETURN 1;
CREATE TABLE own_t (a int);
ALTER TABLE own_t ADD COLUMN c int SECURITY_LABEL = 'staff_u:object_r:user_sepgsql_table_t:s2';
-- raised from its low level: relabelfrom and relabelto
ALTER TABLE own_t SECURITY_LABEL = 'staff_u:object_r:user_sepgsql_table_t:s1';
ALTER TABLE own_t ALTER a SECURITY_LABEL = 'staff_u:object_r:user_sepgsql_table_t:s1';
SELECT attname, security_label FROM pg_attribute WHERE attrelid = 'own_t'::regclass AND attnum > 0;
-- lowered: not
ALTER TABLE own_t SECURITY_LABEL = 'staff_u:object_r:user_sepgsql_table_t:s0';
ALTER TABLE own_t ALTER a SECURITY_LABEL = 'staff_u:object_r:user_sepgsql_table_t:s0';
ALTER SCHEMA lx_own SECURITY_LABEL = 'staff_u:object_r:user_sepgsql_schema_t:s0';
ALTER VIEW own_v SECURITY_LABEL = 'staff_u:object_r:user_sepgsql_view_t:s0';
ALTER SEQUENCE own_s SECURITY_LABEL = 'staff_u:object_r:user_sepgsql_seq_t:s0';
ALTER FUNCTION own_f() SECURITY_LABEL = 'staff_u:object_r:user_sepgsql_proc_exec_t:s0';
CREATE OR REPLACE VIEW own_v SECURITY_LABEL = 'staff_u:object_r:user_sepgsql_view_t:s0' AS SELECT 1 AS a, 2 AS b;
CREATE OR REPLACE FUNCTION own_f() RETURNS int SECURITY_LABEL = 'staff_u:object_r:user_sepgsql_proc_exec_t:s0' RETURN 2;
\d own_v
SELECT pg_get_function_sqlbody('own_f'::regproc);
-- the same label again is no change
ALTER TABLE own_t SECURITY_LABEL = 'staff_u:object_r:user_sepgsql_table_t:s1';
-- not the owner
ALTER TABLE customer SECURITY_LABEL = 'staff_u:object_r:user_sepgsql_table_t:s1';
ALTER TABLE customer ALTER z SECURITY_LABEL = 'staff_u:object_r:user_sepgsql_table_t:s1';
ALTER SCHEMA lx SECURITY_LABEL = 'staff_u:object_r:user_sepgsql_schema_t:s1';
ALTER DATABASE sepgsql_regression SECURITY_LABEL = 'staff_u:object_r:sepgsql_db_t:s0';
-- a superuser owns everything, and may relabel none of it
\c - sep_su
SET search_path = lx;
\set VERBOSITY terse
ALTER TABLE customer SECURITY_LABEL = 'user_u:object_r:user_sepgsql_table_t:s0';
ALTER TABLE customer ALTER z SECURITY_LABEL = 'user_u:object_r:user_sepgsql_table_t:s0';
ALTER VIEW v SECURITY_LABEL = 'user_u:object_r:user_sepgsql_view_t:s0';
ALTER SCHEMA lx SECURITY_LABEL = 'user_u:object_r:user_sepgsql_schema_t:s0';
ALTER DATABASE sepgsql_regression SECURITY_LABEL = 'user_u:object_r:sepgsql_db_t:s0';
CREATE DATABASE den SECURITY_LABEL = 'user_u:object_r:sepgsql_db_t:s0';

\c - sep_admin
SELECT count(*) FROM pg_class WHERE relname = 'den';
SELECT count(*) FROM pg_proc WHERE proname = 'den';
SELECT count(*) FROM pg_namespace WHERE nspname = 'den';
SELECT count(*) FROM pg_attribute WHERE attname = 'den';
SELECT count(*) FROM pg_type WHERE typname = 'den';
SELECT count(*) FROM pg_database WHERE datname = 'den';
SELECT relname, security_label FROM pg_class WHERE relname ~ '^own' AND relnamespace = 'lx'::regnamespace ORDER BY 1;
SET client_min_messages = warning;
DROP SCHEMA lx, lx1, lx2, lx_own CASCADE;
DROP SERVER lxs CASCADE;
DROP FOREIGN DATA WRAPPER lxw;
REVOKE CREATE ON DATABASE sepgsql_regression FROM PUBLIC;
