--
-- An administrator who may not read data: DDL, without rows, and without what
-- reaches out of the database.  (A superuser; the label is what binds it.)
--
CREATE SCHEMA dba;
GRANT ALL ON SCHEMA dba TO PUBLIC;
CREATE TABLE dba.data (a int PRIMARY KEY, b text);
INSERT INTO dba.data VALUES (1, 'secret');
\c - sep_staff
CREATE TABLE dba.mine (a int PRIMARY KEY, b text);
INSERT INTO dba.mine VALUES (1, 'mine');
CREATE FUNCTION dba.f() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION dba.tr() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';

\c - sep_dbadm
SET search_path = dba;
-- DDL
CREATE SCHEMA dba2;
CREATE TABLE t (a int PRIMARY KEY CHECK (a > 0), b text);
CREATE TABLE p (a int) PARTITION BY LIST (a);
CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
CREATE VIEW v AS SELECT a FROM data;
CREATE MATERIALIZED VIEW m AS SELECT a FROM data WITH NO DATA;
CREATE SEQUENCE s;
CREATE FUNCTION g(int) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1 > 0; END';
CREATE FUNCTION dtr() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE AGGREGATE agg(int) (sfunc = int4pl, stype = int);
CREATE TYPE e AS ENUM ('a');
CREATE TYPE c AS (a int);
CREATE TYPE r AS RANGE (subtype = int);
CREATE DOMAIN d AS int CHECK (g(VALUE));
CREATE OPERATOR =#= (leftarg = int, rightarg = int, function = int4eq);
CREATE CAST (e AS int) WITH INOUT;
CREATE COLLATION coll FROM "C";
CREATE TEXT SEARCH CONFIGURATION cfg (copy = simple);
CREATE TEXT SEARCH DICTIONARY dict (template = simple);
CREATE STATISTICS st ON a, b FROM data;
CREATE PUBLICATION dba_pub FOR TABLE data;
CREATE INDEX ON data (b);
ALTER TABLE data ADD COLUMN c int;
ALTER TABLE data RENAME COLUMN c TO d;
ALTER TABLE data DROP COLUMN d;
ALTER TABLE data ENABLE ROW LEVEL SECURITY;
CREATE POLICY pol ON data USING (true);
ALTER TABLE data DISABLE ROW LEVEL SECURITY;
CREATE TRIGGER trg BEFORE INSERT ON data FOR EACH STATEMENT EXECUTE FUNCTION dtr();
GRANT SELECT ON data TO sep_user;
REVOKE SELECT ON data FROM sep_user;
COMMENT ON TABLE mine IS 'x';
ALTER TABLE mine OWNER TO sep_user;
ALTER TABLE mine OWNER TO sep_staff;
REINDEX TABLE data;
VACUUM FULL data;
ANALYZE data;
ALTER DATABASE sepgsql_regression SET work_mem = '4MB';
ALTER DATABASE sepgsql_regression RESET work_mem;
CREATE DATABASE sep_dba;
ALTER DATABASE sep_dba CONNECTION LIMIT 3;
DROP DATABASE sep_dba;
-- no data
SELECT * FROM data;
SELECT * FROM mine;
SELECT * FROM v;
REFRESH MATERIALIZED VIEW m;
INSERT INTO data VALUES (2);
UPDATE data SET b = NULL;
DELETE FROM data;
TRUNCATE data;
COPY data TO stdout;
CREATE TABLE copy AS SELECT * FROM data;
CREATE INDEX ON data ((g(a)));
ALTER TABLE data ADD CONSTRAINT ck2 CHECK (g(a));
ALTER TABLE data ALTER COLUMN b TYPE int USING length(b);
-- nor in the rows of others, when these come by
ALTER TABLE data ADD CONSTRAINT ck CHECK (a > 0) NOT VALID;
ALTER TABLE data ADD COLUMN c text GENERATED ALWAYS AS (b) STORED;
ALTER TABLE data ADD COLUMN c text GENERATED ALWAYS AS (b) VIRTUAL;
CREATE POLICY pol2 ON data USING (g(a));
CREATE TRIGGER trg2 BEFORE INSERT ON data FOR EACH ROW EXECUTE FUNCTION dtr();
CREATE TRIGGER trg2 AFTER INSERT ON data REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION dtr();
CREATE RULE ru AS ON INSERT TO data DO ALSO INSERT INTO t VALUES (NEW.a);
CREATE STATISTICS st2 ON (a + 1), b FROM data;
CREATE TABLE x (a int CHECK (g(a)));
SELECT most_common_vals FROM pg_stats WHERE tablename = 'data';
-- nothing that reaches out of the database, or is trusted by the server
CREATE FUNCTION h(int) RETURNS int LANGUAGE internal AS 'int4abs';
CREATE FUNCTION h(int) RETURNS int LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_validator';
CREATE LANGUAGE dba_lang HANDLER plpgsql_call_handler;
ALTER FUNCTION g(int) LEAKPROOF;
CREATE OPERATOR FAMILY ofam USING btree;
CREATE ACCESS METHOD am TYPE INDEX HANDLER bthandler;
CREATE FOREIGN DATA WRAPPER dba_fdw;
CREATE TABLESPACE dba_ts LOCATION '/tmp';
CREATE FUNCTION evt() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER et ON sql_drop EXECUTE FUNCTION evt();
CREATE SUBSCRIPTION dba_sub CONNECTION 'dbname=x' PUBLICATION p WITH (connect = false);
ALTER SYSTEM SET work_mem = '1MB';
ALTER ROLE ALL SET work_mem = '1MB';
ALTER DATABASE sepgsql_regression SET session_preload_libraries = 'x';
GRANT SET ON PARAMETER work_mem TO sep_user;
-- no roles, and no catalog rows of the system
CREATE ROLE dba_role;
ALTER ROLE sep_user SUPERUSER;
GRANT sep_admin TO sep_dbadm;
ALTER OPERATOR pg_catalog.= (int, int) OWNER TO sep_dbadm;
CREATE OR REPLACE FUNCTION pg_catalog.age(xid) RETURNS int STABLE STRICT LANGUAGE sql AS 'SELECT 1';
DROP FUNCTION pg_catalog.age(xid);
CREATE TABLE pg_catalog.x (a int);
-- clients' functions are not run, nor installed
SELECT f();
CREATE TRIGGER trg2 BEFORE INSERT ON mine FOR EACH STATEMENT EXECUTE FUNCTION tr();
ALTER FUNCTION f() RENAME TO ff;
DROP FUNCTION ff();
-- and all that may go
SET client_min_messages = warning;
DROP PUBLICATION dba_pub;
DROP TABLE mine;
DROP TABLE data CASCADE;
DROP SCHEMA dba2;
\c - sep_admin
SET client_min_messages = warning;
DROP SCHEMA dba CASCADE;

-- extensions: a database of its own
CREATE DATABASE sep_ext;
\c sep_ext sep_admin
DROP EXTENSION plpgsql;
\c sep_ext sep_su
CREATE EXTENSION plpgsql;
\c sep_ext sep_dbadm
CREATE EXTENSION plpgsql;
SELECT count(*) FROM pg_language WHERE lanname = 'plpgsql';
SELECT count(*) FROM pg_proc WHERE proname LIKE 'plpgsql%';
\c sep_ext sep_admin
CREATE EXTENSION plpgsql;
SELECT lanname, security_label FROM pg_language ORDER BY 1;
\c sepgsql_regression sep_admin
DROP DATABASE sep_ext;
