--
-- What goes around rows, tables and columns is for the administrator alone.
-- Superusers of another label are refused.
--
CREATE SCHEMA rf;
GRANT ALL ON SCHEMA rf TO PUBLIC;
CREATE TABLE rf.t (a int, b text);
INSERT INTO rf.t VALUES (1, 'x');
SELECT lo_create(4711);
SECURITY LABEL FOR selinux ON LARGE OBJECT 4711 IS 'system_u:object_r:sepgsql_secret_blob_t:s0';

\c - sep_su
SELECT pg_read_file('PG_VERSION');
\echo :LAST_ERROR_SQLSTATE
-- the server's files
COPY rf.t TO '/tmp/sepgsql_refused';
COPY rf.t FROM '/etc/hostname';
SELECT pg_read_binary_file('PG_VERSION');
SELECT pg_stat_file('PG_VERSION');
SELECT pg_ls_dir('.');
SELECT pg_ls_waldir();
SELECT pg_ls_logdir();
SELECT pg_ls_tmpdir();
SELECT pg_ls_archive_statusdir();
SELECT lo_import('/etc/hostname');
SELECT lo_import('/etc/hostname', 4712);
SELECT lo_export(4711, '/tmp/sepgsql_refused');
CREATE TABLESPACE sep_ts LOCATION '/tmp';
-- programs
COPY rf.t TO PROGRAM 'cat > /tmp/sepgsql_refused';
COPY rf.t FROM PROGRAM 'echo 1';
-- code that SQL does not bind
LOAD 'plpgsql';
CREATE FUNCTION rf.f(int) RETURNS int LANGUAGE c AS '$libdir/plpgsql', 'f';
CREATE FUNCTION rf.f(int) RETURNS int LANGUAGE internal AS 'int4abs';
DO LANGUAGE internal 'x';
CREATE LANGUAGE l HANDLER plpgsql_call_handler;
CREATE EXTENSION plpgsql;
ALTER EXTENSION plpgsql SET SCHEMA public;
ALTER EXTENSION plpgsql ADD TABLE rf.t;
DROP EXTENSION plpgsql;
-- the server's parameters
ALTER SYSTEM SET work_mem = '1MB';
ALTER SYSTEM RESET ALL;
GRANT SET ON PARAMETER work_mem TO sep_user;
ALTER DATABASE sepgsql_regression SET work_mem = '1MB';
ALTER DATABASE template1 RENAME TO x;
ALTER ROLE ALL SET search_path = x;
ALTER ROLE ALL IN DATABASE sepgsql_regression SET search_path = x;
SET sepostgresql = off;
SET sepgsql.permissive = on;
SET sepostgresql_row_level = off;
SET sepostgresql_policy_file = 'x';
-- the database as a whole
SELECT pg_create_physical_replication_slot('sep_slot');
SELECT pg_create_logical_replication_slot('sep_slot', 'pgoutput');
SELECT * FROM pg_logical_slot_get_changes('sep_slot', NULL, NULL);
SELECT pg_drop_replication_slot('sep_slot');
SELECT pg_backup_start('sep');
CREATE SUBSCRIPTION sep_sub CONNECTION 'dbname=x' PUBLICATION p WITH (connect = false);
CREATE PUBLICATION sep_pub FOR TABLE rf.t;
CREATE DATABASE sep_db;
DROP DATABASE postgres;
SELECT datconnlimit FROM pg_database WHERE datname = 'postgres';
-- other servers, and what reaches into other sessions
CREATE FOREIGN DATA WRAPPER w;
CREATE FUNCTION rf.et() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER sep_et ON ddl_command_end EXECUTE FUNCTION rf.et();
-- catalogs
INSERT INTO pg_namespace SELECT 1, 'x', 10, NULL;
UPDATE pg_authid SET rolsuper = true;
UPDATE pg_database SET datallowconn = true;
DELETE FROM pg_class;
MERGE INTO pg_class c USING (VALUES (1)) v ON true WHEN MATCHED THEN DELETE;
COPY pg_description FROM STDIN;
\.
TRUNCATE pg_description;
SET allow_system_table_mods = on;
-- if somebody else has set it
\c - sep_admin
ALTER ROLE sep_su SET allow_system_table_mods = on;
\c - sep_su
SHOW allow_system_table_mods;
TRUNCATE pg_description;
ALTER TABLE pg_description ADD COLUMN x int;
DROP TABLE pg_description;
\c - sep_admin
ALTER ROLE sep_su RESET allow_system_table_mods;
\c - sep_su
SELECT * FROM pg_largeobject;
-- others' large objects
SELECT lo_get(4711);
SELECT lo_put(4711, 0, 'x');
SELECT lo_unlink(4711);
ALTER LARGE OBJECT 4711 OWNER TO sep_su;
\! test -e /tmp/sepgsql_refused && echo written
-- what is their own they may still do
CREATE FUNCTION rf.own() RETURNS int LANGUAGE sql AS 'SELECT 1';
SELECT rf.own();
SELECT lo_from_bytea(4713, 'mine');
SELECT convert_from(lo_get(4713), 'SQL_ASCII');
SELECT lo_unlink(4713);
DO $$ BEGIN END $$;
DROP FUNCTION rf.own(), rf.et();

\c - sep_admin
-- the administrator may
LOAD 'plpgsql';
SELECT length(pg_read_file('PG_VERSION')) > 0 AS ok;
SELECT count(*) > 0 AS ok FROM pg_ls_dir('.') ;
COPY rf.t FROM PROGRAM 'echo 2,y' WITH (FORMAT csv);
SELECT * FROM rf.t ORDER BY a;
ALTER SYSTEM SET work_mem = '5MB';
ALTER SYSTEM RESET work_mem;
SELECT lo_unlink(4711);
SET client_min_messages = warning;
DROP SCHEMA rf CASCADE;
