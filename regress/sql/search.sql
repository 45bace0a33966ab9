--
-- Schemas are searched by those who may: without a word in the search path,
-- with an error where a schema is named.
--
CREATE SCHEMA se_open;
CREATE SCHEMA se_dark;
GRANT ALL ON SCHEMA se_open, se_dark TO PUBLIC;
CREATE TABLE se_dark.t (a int);
CREATE TABLE se_open.t (a int);
INSERT INTO se_dark.t VALUES (1);
INSERT INTO se_open.t VALUES (2);
GRANT ALL ON se_dark.t, se_open.t TO PUBLIC;
CREATE FUNCTION se_dark.f() RETURNS text LANGUAGE sql AS $$ SELECT 'dark' $$;
CREATE FUNCTION se_open.f() RETURNS text LANGUAGE sql AS $$ SELECT 'open' $$;
CREATE TYPE se_dark.e AS ENUM ('x');
CREATE OPERATOR se_dark.### (leftarg = int, rightarg = int, function = int4pl);
CREATE COLLATION se_dark.coll FROM "C";
CREATE TEXT SEARCH CONFIGURATION se_dark.cfg (COPY = simple);
CREATE TEXT SEARCH DICTIONARY se_dark.dict (TEMPLATE = simple);
CREATE SEQUENCE se_dark.s;
GRANT ALL ON se_dark.s TO PUBLIC;
CREATE VIEW se_open.v AS SELECT a FROM se_dark.t;
GRANT ALL ON se_open.v TO PUBLIC;
SECURITY LABEL FOR selinux ON SCHEMA se_dark IS 'system_u:object_r:sepgsql_schema_t:s0:c5';

-- both are searched
SET search_path = se_dark, se_open;
SELECT a, tableoid::regclass FROM t;
SELECT f();
SELECT current_schemas(false);
SELECT 1 AS one FROM se_dark.t;

\c - sep_user
-- one is left out
SET search_path = se_dark, se_open;
SELECT a, tableoid::regclass FROM t;
SELECT f();
SELECT current_schema, current_schemas(false);
CREATE TABLE made (a int);
SELECT relnamespace::regnamespace FROM pg_class WHERE relname = 'made';
DROP TABLE made;
SHOW search_path;
-- qualified names are refused, of whatever kind
SELECT * FROM se_dark.t;
INSERT INTO se_dark.t VALUES (1);
SELECT se_dark.f();
CALL se_dark.f();
SELECT NULL::se_dark.e;
SELECT 1 OPERATOR(se_dark.###) 2;
SELECT 'a' COLLATE se_dark.coll;
SELECT to_tsvector('se_dark.cfg', 'a');
SELECT ts_lexize('se_dark.dict', 'a');
SELECT nextval('se_dark.s');
SELECT 'se_dark.t'::regclass;
SELECT to_regclass('se_dark.t');
SELECT 'se_dark.f'::regproc;
SELECT 'se_dark.e'::regtype;
SELECT 'se_dark'::regnamespace;
SELECT to_regnamespace('se_dark');
SELECT has_schema_privilege('se_dark', 'usage');
SELECT has_table_privilege('se_dark.t', 'select');
COPY se_dark.t TO stdout;
LOCK TABLE se_dark.t;
COMMENT ON TABLE se_dark.t IS 'x';
DROP TABLE se_dark.t;
DROP TABLE IF EXISTS se_dark.t;
DROP FUNCTION se_dark.f();
ALTER TABLE se_dark.t ADD b int;
CREATE TABLE se_open.moves (a int);
ALTER TABLE se_open.moves SET SCHEMA se_dark;
CREATE TABLE se_dark.made (a int);
CREATE VIEW se_dark.made AS SELECT 1;
CREATE SEQUENCE se_dark.made;
CREATE FUNCTION se_dark.made() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE TYPE se_dark.made AS ENUM ();
CREATE DOMAIN se_dark.made AS int;
CREATE OPERATOR se_dark.#### (leftarg = int, rightarg = int, function = int4pl);
CREATE AGGREGATE se_dark.made(int) (sfunc = int4pl, stype = int);
CREATE INDEX ON se_dark.t (a);
GRANT SELECT ON ALL TABLES IN SCHEMA se_dark TO PUBLIC;
SELECT schema_to_xml('se_dark', false, false, '');
-- what a view names, the view's author has looked up
SELECT * FROM se_open.v;
-- names of things in a schema that may not be known of are numbers
SELECT relname, oid::regclass::text = oid::text AS number FROM pg_class WHERE relname = 't' ORDER BY 2;

-- a foreign key's own queries look up what they need
CREATE TABLE se_open.pk (id int PRIMARY KEY);
\c - sep_admin
CREATE TABLE se_dark.fk (id int REFERENCES se_open.pk ON DELETE CASCADE);
INSERT INTO se_open.pk VALUES (1), (2);
INSERT INTO se_dark.fk VALUES (1);
\c - sep_user
SET search_path = se_dark, se_open;
DELETE FROM pk WHERE id = 1;
SET search_path = se_open;
DELETE FROM pk WHERE id = 2;

-- and the path that is valid meanwhile is still the client's
CREATE TABLE pk2 (id int PRIMARY KEY);
CREATE TABLE fk2 (id int REFERENCES pk2 DEFERRABLE INITIALLY DEFERRED);
INSERT INTO pk2 VALUES (1);
\c - sep_user
BEGIN;
INSERT INTO se_open.fk2 VALUES (1);
SET search_path = se_dark, se_open;
COMMIT;
SELECT current_schemas(false), f();

-- plans and paths follow the label of the schema at once
PREPARE p AS SELECT f();
EXECUTE p;
\c - sep_staff
SET search_path = se_dark, se_open;
PREPARE p AS SELECT f();
EXECUTE p;
SELECT current_schemas(false);
-- and the label of the session
SELECT sepgsql_setcon('staff_u:staff_r:staff_t:s0');
EXECUTE p;
SELECT f(), current_schemas(false);
SELECT se_dark.f();
-- and that of a trusted procedure
\c - sep_admin
CREATE SCHEMA se_priv;
GRANT ALL ON SCHEMA se_priv TO PUBLIC;
CREATE TABLE se_priv.t (a int);
INSERT INTO se_priv.t VALUES (3);
GRANT ALL ON se_priv.t TO PUBLIC;
SECURITY LABEL FOR selinux ON SCHEMA se_priv IS 'system_u:object_r:unpriv_sepgsql_schema_t:s0';
CREATE FUNCTION se_open.trusted() RETURNS text LANGUAGE plpgsql AS
  $$ BEGIN RETURN (SELECT max(a) FROM t) || ' ' || current_schemas(false)::text || ' ' || 'se_priv.t'::regclass::text; END $$;
SECURITY LABEL FOR selinux ON FUNCTION se_open.trusted() IS 'system_u:object_r:sepgsql_trusted_proc_exec_t:s0';
\c - sep_user
SET search_path = se_priv, se_open;
SELECT a FROM t;
SELECT trusted();
SELECT a, trusted() FROM t;
SELECT 'se_priv.t'::regclass;
SELECT current_schemas(false);
\c - sep_admin
SECURITY LABEL FOR selinux ON SCHEMA se_dark IS 'system_u:object_r:sepgsql_schema_t:s0';
\c - sep_user
SET search_path = se_dark, se_open;
SELECT f(), current_schemas(false);
SELECT se_dark.f();

-- temporary schemas are their session's, whatever its level
\c - sep_s2
CREATE TEMP TABLE tmp (a int);
INSERT INTO tmp VALUES (1);
SELECT * FROM tmp;
SELECT * FROM pg_temp.tmp;
SELECT current_schemas(true)::text ~ 'pg_temp_' AS temp_first;
\c - sep_c1
CREATE TEMP TABLE tmp (a int);
SELECT * FROM tmp;

\c - sep_admin
SET client_min_messages = warning;
DROP SCHEMA se_open, se_dark, se_priv CASCADE;
