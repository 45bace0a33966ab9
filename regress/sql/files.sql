--
-- Files of the server, programs and libraries.  The embedded security server
-- takes one context for all files, here one that is the administrators' own;
-- t/files.pl has the others.
--
\! rm -f /tmp/sepgsql_files*
CREATE SCHEMA fl;
GRANT ALL ON SCHEMA fl TO PUBLIC;
CREATE TABLE fl.t (a int, b text);
INSERT INTO fl.t VALUES (1, 'x');
GRANT ALL ON fl.t TO PUBLIC;
GRANT pg_read_server_files, pg_write_server_files, pg_execute_server_program TO sep_user, sep_staff;
SHOW sepostgresql_file_context;
SET sepostgresql_file_context = 'x';
ALTER SYSTEM SET sepostgresql_file_context = 'x';

-- ordinary clients, whatever privileges they have
\c - sep_user
COPY fl.t TO '/tmp/sepgsql_files';
COPY fl.t FROM '/etc/hostname';
COPY fl.t TO PROGRAM 'cat > /tmp/sepgsql_files';
COPY fl.t FROM PROGRAM 'echo 1';
\c - sep_su
COPY fl.t TO '/tmp/sepgsql_files';
COPY fl.t FROM '/etc/hostname';
COPY fl.t TO PROGRAM 'cat > /tmp/sepgsql_files';
COPY fl.t FROM PROGRAM 'echo 1';
SELECT pg_read_file('/etc/hostname');
SELECT pg_read_file('/etc/hostname', 0, 1);
SELECT pg_read_binary_file('/etc/hostname');
SELECT pg_stat_file('/etc/hostname');
SELECT pg_ls_dir('/');
SELECT pg_read_file('PG_VERSION');
SELECT pg_ls_waldir();
SELECT pg_ls_logdir();
SELECT pg_ls_tmpdir();
SELECT pg_ls_archive_statusdir();
SELECT pg_ls_summariesdir();
SELECT pg_ls_logicalsnapdir();
SELECT pg_ls_logicalmapdir();
SELECT lo_import('/etc/hostname');
-- what is not there is not told from what is
SELECT pg_read_file('/no/such/file');
SELECT pg_read_file('/no/such/file', true);
SELECT pg_stat_file('/no/such/file', true);
SELECT pg_ls_dir('/no/such/directory', true, false);
COPY fl.t FROM '/no/such/file';
COPY fl.t TO '/no/such/file';
\! test -e /tmp/sepgsql_files && echo written
LOAD 'plpgsql';
LOAD '/no/such/library';
-- functions of a library that the administrators have installed
DO $$ BEGIN RAISE NOTICE 'PL/pgSQL works'; END $$;

\c - sep_auditor
COPY fl.t TO '/tmp/sepgsql_files';

-- staff, as a member of the roles for it
\c - sep_staff
SET ROLE sep_staff;
COPY fl.t FROM '/etc/hostname';

\c - sep_admin
COPY fl.t TO '/tmp/sepgsql_files';
COPY fl.t FROM '/tmp/sepgsql_files';
SELECT * FROM fl.t;
SELECT pg_read_file('/tmp/sepgsql_files');
-- shorter than before: what was there is gone
TRUNCATE fl.t;
COPY fl.t TO '/tmp/sepgsql_files';
SELECT size, isdir FROM pg_stat_file('/tmp/sepgsql_files');
-- through a link; to a link that leads nowhere
\! ln -sf /tmp/sepgsql_files /tmp/sepgsql_files_link; ln -sf /tmp/sepgsql_files_none /tmp/sepgsql_files_dangling
INSERT INTO fl.t VALUES (2, 'y');
COPY fl.t TO '/tmp/sepgsql_files_link';
SELECT pg_read_file('/tmp/sepgsql_files_link');
COPY fl.t TO '/tmp/sepgsql_files_dangling';
\! rm -f /tmp/sepgsql_files /tmp/sepgsql_files_link /tmp/sepgsql_files_dangling
COPY fl.t FROM '/no/such/file';
COPY fl.t TO '/no/such/file';
COPY fl.t TO '/tmp';
COPY fl.t FROM '/tmp';
SELECT pg_read_file('/no/such/file', true) IS NULL AS missing;
SELECT count(*) > 0 AS ok FROM pg_ls_dir('/');
SELECT count(*) > 0 AS ok FROM pg_ls_waldir();
SELECT length(pg_read_file('PG_VERSION')) > 0 AS ok;
COPY fl.t FROM PROGRAM 'echo 3,z' WITH (FORMAT csv);
SELECT * FROM fl.t ORDER BY a;
LOAD 'plpgsql';
LOAD '/no/such/library';
-- file_fdw is the same, at the time of the query and for who queries
SET client_min_messages = warning;
CREATE EXTENSION file_fdw;
CREATE SERVER fl_server FOREIGN DATA WRAPPER file_fdw;
CREATE FOREIGN TABLE fl.file (line text) SERVER fl_server OPTIONS (filename '/tmp/sepgsql_files_fdw', format 'text');
CREATE FOREIGN TABLE fl.program (line text) SERVER fl_server OPTIONS (program 'echo line', format 'text');
GRANT ALL ON ALL TABLES IN SCHEMA fl TO PUBLIC;
\! echo line > /tmp/sepgsql_files_fdw
SELECT * FROM fl.file;
SELECT * FROM fl.program;
CREATE FUNCTION fl.definer() RETURNS SETOF text LANGUAGE sql SECURITY DEFINER AS 'SELECT line FROM fl.file';
\c - sep_user
SELECT * FROM fl.file;
EXPLAIN (COSTS OFF) SELECT * FROM fl.file;
SELECT * FROM fl.program;
SELECT * FROM fl.definer();
\! rm -f /tmp/sepgsql_files_fdw
\c - sep_admin
SET client_min_messages = warning;
REVOKE pg_read_server_files, pg_write_server_files, pg_execute_server_program FROM sep_user, sep_staff;
DROP SCHEMA fl CASCADE;
DROP EXTENSION file_fdw CASCADE;
