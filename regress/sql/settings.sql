--
-- Settings that say where code comes from, or that turn off what the
-- administrator relies on: db_database install_module.
--
CREATE SCHEMA se;
GRANT ALL ON SCHEMA se TO PUBLIC;
CREATE TABLE se.par (id int PRIMARY KEY);
CREATE TABLE se.ch (id int REFERENCES se.par ON DELETE RESTRICT);
INSERT INTO se.par VALUES (1);
INSERT INTO se.ch VALUES (1);

\c - sep_su
SELECT sepgsql_getcon();
SET work_mem = '1MB';
SELECT set_config('work_mem', '2MB', false);
RESET work_mem;
SET session_preload_libraries = 'x';
SET local_preload_libraries = 'x';
SET dynamic_library_path = '/tmp';
SET extension_control_path = '/tmp';
SET plperl.on_plperl_init = 'x';
SET plperl.on_plperlu_init = 'x';
SET pltclu.start_proc = 'x';
SET session_replication_role = replica;
SET zero_damaged_pages = on;
SET ignore_checksum_failure = on;
SET allow_system_table_mods = on;
-- in other words
SET "Session_Replication_Role" TO replica;
SET LOCAL session_replication_role = replica;
SET session_replication_role TO DEFAULT;
SELECT set_config('session_replication_role', 'replica', true);
SELECT set_config('SESSION_REPLICATION_ROLE', 'replica', false);
UPDATE pg_settings SET setting = 'replica' WHERE name = 'session_replication_role';
DO $$ BEGIN SET session_replication_role = replica; EXCEPTION WHEN OTHERS THEN RAISE NOTICE '%', sqlerrm; END $$;
SHOW session_replication_role;
DELETE FROM se.par;
CREATE FUNCTION se.f() RETURNS int LANGUAGE sql SET session_replication_role = replica AS 'DELETE FROM se.par RETURNING 1';
CREATE FUNCTION se.f() RETURNS int LANGUAGE sql SET work_mem = '1MB' AS 'DELETE FROM se.par RETURNING 1';
ALTER FUNCTION se.f() SET dynamic_library_path = '/tmp';
ALTER FUNCTION se.f() SET work_mem = '2MB';
-- who may alter the database
\c - sep_dbadm
ALTER DATABASE sepgsql_regression SET work_mem = '1MB';
ALTER DATABASE sepgsql_regression RESET work_mem;
ALTER DATABASE sepgsql_regression SET session_replication_role = replica;
ALTER DATABASE sepgsql_regression SET "Extension_Control_Path" = '/tmp';
ALTER DATABASE sepgsql_regression SET plperl.on_plperlu_init = 'x';

\c - sep_admin
SET dynamic_library_path = '$libdir';
SET extension_control_path = '$system';
SET session_replication_role = replica;
DELETE FROM se.par;
RESET session_replication_role;
ALTER FUNCTION se.f() SET session_replication_role = replica;
SET client_min_messages = warning;
DROP SCHEMA se CASCADE;
