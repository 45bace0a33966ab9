--
-- Changes and drops of what others made, by a superuser of an ordinary label;
-- none leaves anything behind.
--
CREATE SCHEMA alt;
GRANT ALL ON SCHEMA alt TO PUBLIC;
CREATE FUNCTION alt.snapshot() RETURNS TABLE (rel text, hash text) LANGUAGE plpgsql AS $$
BEGIN
  FOR rel IN SELECT c.oid::regclass::text FROM pg_class c
              WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind = 'r'
                AND relname !~ '^(pg_statistic|pg_security|pg_shsecurity|pg_database)' ORDER BY 1
  LOOP
    EXECUTE format('SELECT md5(string_agg(ctid::text || xmin::text, %L ORDER BY ctid)) FROM %s', ' ', rel) INTO hash;
    RETURN NEXT;
  END LOOP;
END $$;
CREATE TABLE alt.before (rel text, hash text);
SET search_path = alt;
SET allow_in_place_tablespaces = on;
SET client_min_messages = error;
CREATE SCHEMA alt_schema;
CREATE SCHEMA alt_hidden;
SECURITY LABEL FOR selinux ON SCHEMA alt_hidden IS 'system_u:object_r:sepgsql_sysobj_t:s0';
CREATE TABLE t (a int PRIMARY KEY, b int CHECK (b > 0), c text DEFAULT 'x');
CREATE TABLE u (a int);
CREATE TABLE p (a int, b int) PARTITION BY LIST (a);
CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
CREATE TABLE p2 (a int, b int);
CREATE INDEX i ON t (b);
CREATE MATERIALIZED VIEW m AS SELECT 1 AS a;
CREATE UNIQUE INDEX ON m (a);
CREATE VIEW v AS SELECT 1 AS a;
CREATE SEQUENCE s;
CREATE FUNCTION f(int) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT $1 > 0';
CREATE FUNCTION tr() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE PROCEDURE pr() LANGUAGE sql AS '';
CREATE AGGREGATE agg(int) (sfunc = int4pl, stype = int);
CREATE TYPE c AS (a int);
CREATE TYPE e AS ENUM ('a');
CREATE DOMAIN d AS int CHECK (VALUE > 0);
CREATE OPERATOR =#= (leftarg = int, rightarg = int, function = int4eq);
CREATE OPERATOR FAMILY ofam USING btree;
CREATE COLLATION coll FROM "C";
CREATE TEXT SEARCH CONFIGURATION cfg (copy = simple);
CREATE TEXT SEARCH DICTIONARY dict (template = simple);
CREATE STATISTICS st ON a, b FROM t;
CREATE POLICY pol ON t USING (a > 0);
CREATE TRIGGER trg BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION tr();
CREATE RULE ru AS ON DELETE TO u DO ALSO SELECT 1;
CREATE CAST (e AS int) WITH INOUT;
CREATE FOREIGN DATA WRAPPER alt_fdw;
CREATE SERVER alt_srv FOREIGN DATA WRAPPER alt_fdw;
CREATE USER MAPPING FOR PUBLIC SERVER alt_srv;
CREATE FOREIGN TABLE ft (a int) SERVER alt_srv;
CREATE ROLE sep_alt;
CREATE PUBLICATION alt_pub FOR TABLE t;
CREATE SUBSCRIPTION alt_sub CONNECTION 'dbname=x' PUBLICATION p WITH (connect = false);
CREATE FUNCTION evt() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER alt_et ON sql_drop EXECUTE FUNCTION evt();
ALTER EVENT TRIGGER alt_et DISABLE;
CREATE TABLESPACE alt_ts LOCATION '';
CREATE DATABASE sep_alt;
SELECT lo_create(990001);
SECURITY LABEL FOR selinux ON LARGE OBJECT 990001 IS 'system_u:object_r:sepgsql_secret_blob_t:s0';
INSERT INTO t VALUES (1, 1);
RESET client_min_messages;
INSERT INTO before SELECT * FROM snapshot();

\c - sep_su
SET search_path = alt;
SET allow_in_place_tablespaces = on;
SET client_min_messages = warning;
-- tables
ALTER TABLE t ADD COLUMN d int;
ALTER TABLE t DROP COLUMN b;
ALTER TABLE t RENAME COLUMN b TO bb;
ALTER TABLE t ALTER COLUMN b TYPE bigint;
ALTER TABLE t ALTER COLUMN b SET NOT NULL;
ALTER TABLE t ALTER COLUMN b SET DEFAULT 1;
ALTER TABLE t ALTER COLUMN c DROP DEFAULT;
ALTER TABLE t ALTER COLUMN b SET STATISTICS 10;
ALTER TABLE t ALTER COLUMN b SET (n_distinct = 5);
ALTER TABLE t ALTER COLUMN c SET STORAGE EXTERNAL;
ALTER TABLE t ADD CHECK (a > 0);
ALTER TABLE t DROP CONSTRAINT t_b_check;
ALTER TABLE t RENAME CONSTRAINT t_b_check TO x;
ALTER TABLE t RENAME TO tt;
ALTER TABLE t SET SCHEMA public;
ALTER TABLE t OWNER TO sep_su;
ALTER TABLE t SET TABLESPACE alt_ts;
ALTER TABLE t SET UNLOGGED;
ALTER TABLE t SET (fillfactor = 50);
ALTER TABLE t REPLICA IDENTITY FULL;
ALTER TABLE t CLUSTER ON i;
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
ALTER TABLE t FORCE ROW LEVEL SECURITY;
ALTER TABLE t DISABLE TRIGGER ALL;
ALTER TABLE t INHERIT u;
ALTER TABLE u ADD FOREIGN KEY (a) REFERENCES t;
ALTER TABLE p ATTACH PARTITION p2 FOR VALUES IN (2);
ALTER TABLE p DETACH PARTITION p1;
ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY;
CREATE TABLE own (x int) INHERITS (t);
CREATE TABLE own PARTITION OF p FOR VALUES IN (3);
CREATE TABLE own (a int REFERENCES t);
CREATE INDEX ON t (c);
CREATE INDEX CONCURRENTLY ON t (c);
CREATE STATISTICS st2 ON a, b FROM t;
CREATE POLICY pol2 ON t;
CREATE TRIGGER trg2 BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION tr();
CREATE OR REPLACE TRIGGER trg BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION tr();
CREATE RULE ru2 AS ON DELETE TO t DO ALSO SELECT 1;
ALTER POLICY pol ON t TO sep_su;
ALTER POLICY pol ON t RENAME TO x;
ALTER TRIGGER trg ON t RENAME TO x;
ALTER RULE ru ON u RENAME TO x;
ALTER STATISTICS st SET STATISTICS 0;
ALTER STATISTICS st RENAME TO x;
ALTER INDEX i RENAME TO x;
ALTER INDEX i SET (fillfactor = 50);
ALTER INDEX i SET TABLESPACE alt_ts;
REINDEX INDEX i;
REINDEX INDEX CONCURRENTLY i;
REINDEX TABLE t;
REINDEX TABLE CONCURRENTLY t;
REINDEX TABLE p;
SET client_min_messages = error;
REINDEX SCHEMA alt;
SET client_min_messages = warning;
CLUSTER t USING i;
VACUUM FULL t;
REFRESH MATERIALIZED VIEW m;
REFRESH MATERIALIZED VIEW CONCURRENTLY m;
DROP INDEX i;
DROP INDEX CONCURRENTLY i;
DROP POLICY pol ON t;
DROP TRIGGER trg ON t;
DROP RULE ru ON u;
DROP STATISTICS st;
DROP TABLE t;
DROP TABLE p1;
DROP TABLE t, u, p CASCADE;
DROP MATERIALIZED VIEW m;
-- the others with a class of their own
ALTER VIEW v RENAME TO w;
CREATE OR REPLACE VIEW v AS SELECT 2 AS a;
ALTER VIEW v ALTER COLUMN a SET DEFAULT 1;
DROP VIEW v;
ALTER SEQUENCE s INCREMENT 2;
ALTER SEQUENCE s OWNED BY t.a;
ALTER SEQUENCE s RESTART;
DROP SEQUENCE s;
ALTER FUNCTION f(int) RENAME TO g;
ALTER FUNCTION f(int) SET SCHEMA public;
ALTER FUNCTION f(int) SECURITY DEFINER;
ALTER FUNCTION f(int) SET work_mem = '1MB';
ALTER FUNCTION f(int) DEPENDS ON EXTENSION plpgsql;
CREATE OR REPLACE FUNCTION f(int) RETURNS bool LANGUAGE sql AS 'SELECT true';
CREATE OR REPLACE AGGREGATE agg(int) (sfunc = int4mi, stype = int);
DROP FUNCTION f(int);
DROP PROCEDURE pr();
DROP AGGREGATE agg(int);
ALTER SCHEMA alt_schema RENAME TO x;
ALTER SCHEMA alt_schema OWNER TO sep_su;
DROP SCHEMA alt_schema;
DROP SCHEMA alt CASCADE;
ALTER DATABASE sep_alt RENAME TO x;
ALTER DATABASE sep_alt OWNER TO sep_su;
ALTER DATABASE sep_alt CONNECTION LIMIT 1;
ALTER DATABASE sep_alt SET TABLESPACE alt_ts;
ALTER DATABASE sep_alt SET work_mem = '1MB';
ALTER DATABASE sep_alt REFRESH COLLATION VERSION;
DROP DATABASE sep_alt;
CREATE DATABASE x TEMPLATE sep_alt;
ALTER LARGE OBJECT 990001 OWNER TO sep_su;
GRANT ALL ON LARGE OBJECT 990001 TO sep_su;
-- rows
ALTER TYPE c RENAME TO x;
ALTER TYPE c ADD ATTRIBUTE b int;
ALTER TYPE e ADD VALUE 'b';
ALTER TYPE e RENAME VALUE 'a' TO 'b';
ALTER TYPE e SET SCHEMA public;
ALTER DOMAIN d DROP CONSTRAINT d_check;
ALTER DOMAIN d ADD CHECK (VALUE < 10);
ALTER DOMAIN d SET NOT NULL;
DROP TYPE e CASCADE;
DROP DOMAIN d;
ALTER OPERATOR =#= (int, int) SET (restrict = eqsel);
ALTER OPERATOR =#= (int, int) OWNER TO sep_su;
CREATE OPERATOR #=# (leftarg = int, rightarg = int, function = int4eq, negator = =#=);
DROP OPERATOR =#= (int, int);
ALTER OPERATOR FAMILY ofam USING btree RENAME TO x;
DROP OPERATOR FAMILY ofam USING btree;
DROP CAST (e AS int);
ALTER COLLATION coll RENAME TO x;
DROP COLLATION coll;
ALTER TEXT SEARCH CONFIGURATION cfg ALTER MAPPING FOR word WITH english_stem;
ALTER TEXT SEARCH DICTIONARY dict (stopwords = english);
DROP TEXT SEARCH CONFIGURATION cfg;
DROP TEXT SEARCH DICTIONARY dict;
ALTER FOREIGN DATA WRAPPER alt_fdw OPTIONS (ADD a '1');
ALTER SERVER alt_srv OPTIONS (ADD a '1');
ALTER USER MAPPING FOR PUBLIC SERVER alt_srv OPTIONS (ADD a '1');
CREATE USER MAPPING FOR sep_su SERVER alt_srv;
CREATE SERVER own_srv FOREIGN DATA WRAPPER alt_fdw;
CREATE FOREIGN TABLE own_ft (a int) SERVER alt_srv;
ALTER FOREIGN TABLE ft OPTIONS (ADD a '1');
DROP FOREIGN TABLE ft;
DROP USER MAPPING FOR PUBLIC SERVER alt_srv;
DROP FOREIGN DATA WRAPPER alt_fdw CASCADE;
ALTER ROLE sep_alt SUPERUSER;
DROP ROLE sep_alt;
ALTER PUBLICATION alt_pub ADD TABLE u;
ALTER PUBLICATION alt_pub SET (publish = 'insert');
ALTER PUBLICATION alt_pub DROP TABLE t;
DROP PUBLICATION alt_pub;
CREATE TABLE own (a int PRIMARY KEY);
ALTER PUBLICATION alt_pub ADD TABLE own;
CREATE PUBLICATION own_pub FOR TABLE own;
CREATE PUBLICATION own_pub FOR ALL TABLES;
CREATE PUBLICATION own_pub FOR TABLES IN SCHEMA alt;
ALTER SUBSCRIPTION alt_sub CONNECTION 'dbname=y';
ALTER SUBSCRIPTION alt_sub SET (binary = true);
ALTER SUBSCRIPTION alt_sub SET (slot_name = NONE);
ALTER EVENT TRIGGER alt_et ENABLE;
DROP EVENT TRIGGER alt_et;
ALTER TABLESPACE alt_ts RENAME TO x;
ALTER TABLESPACE alt_ts SET (seq_page_cost = 2);
DROP TABLESPACE alt_ts;
ALTER EXTENSION plpgsql UPDATE;
ALTER EXTENSION plpgsql ADD TABLE own;
DROP TABLE own;

-- GRANT and REVOKE
GRANT ALL ON t TO sep_user;
GRANT SELECT (a) ON t TO sep_user;
REVOKE ALL ON t FROM sep_admin;
GRANT ALL ON v TO sep_user;
GRANT ALL ON SEQUENCE s TO sep_user;
GRANT ALL ON ALL TABLES IN SCHEMA alt TO sep_user;
GRANT ALL ON FUNCTION f(int) TO sep_user;
REVOKE ALL ON FUNCTION f(int) FROM PUBLIC;
GRANT ALL ON PROCEDURE pr() TO sep_user;
GRANT ALL ON TYPE e TO sep_user;
REVOKE ALL ON DOMAIN d FROM PUBLIC;
GRANT ALL ON SCHEMA alt_schema TO sep_user;
GRANT ALL ON DATABASE sep_alt TO sep_user;
GRANT ALL ON TABLESPACE alt_ts TO sep_user;
GRANT ALL ON FOREIGN DATA WRAPPER alt_fdw TO sep_user;
GRANT ALL ON FOREIGN SERVER alt_srv TO sep_user;
GRANT SET ON PARAMETER work_mem TO sep_user;
GRANT sep_alt TO sep_user;
REVOKE sep_alt FROM sep_su;
ALTER DEFAULT PRIVILEGES FOR ROLE sep_admin GRANT ALL ON TABLES TO PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE sep_admin IN SCHEMA alt GRANT ALL ON TABLES TO PUBLIC;
-- (its own are its own)
ALTER DEFAULT PRIVILEGES IN SCHEMA alt GRANT SELECT ON TABLES TO sep_user;
ALTER DEFAULT PRIVILEGES IN SCHEMA alt REVOKE SELECT ON TABLES FROM sep_user;
REASSIGN OWNED BY sep_admin TO sep_su;
DROP OWNED BY sep_alt;
-- COMMENT
COMMENT ON TABLE t IS 'x';
COMMENT ON COLUMN t.a IS 'x';
COMMENT ON CONSTRAINT t_b_check ON t IS 'x';
COMMENT ON INDEX i IS 'x';
COMMENT ON TRIGGER trg ON t IS 'x';
COMMENT ON POLICY pol ON t IS 'x';
COMMENT ON RULE ru ON u IS 'x';
COMMENT ON STATISTICS st IS 'x';
COMMENT ON VIEW v IS 'x';
COMMENT ON SEQUENCE s IS 'x';
COMMENT ON FUNCTION f(int) IS 'x';
COMMENT ON TYPE e IS 'x';
COMMENT ON CONSTRAINT d_check ON DOMAIN d IS 'x';
COMMENT ON SCHEMA alt IS 'x';
COMMENT ON DATABASE sep_alt IS 'x';
COMMENT ON ROLE sep_alt IS 'x';
COMMENT ON TABLESPACE alt_ts IS 'x';
COMMENT ON LARGE OBJECT 990001 IS 'x';
COMMENT ON CAST (e AS int) IS 'x';
COMMENT ON SERVER alt_srv IS 'x';

-- into and out of schemas
CREATE TABLE alt_hidden.x (a int);
CREATE TABLE mine (a int PRIMARY KEY);
CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE TYPE mine2 AS ENUM ('a');
ALTER TABLE mine SET SCHEMA alt_hidden;
ALTER FUNCTION mine() SET SCHEMA alt_hidden;
ALTER TYPE mine2 SET SCHEMA alt_hidden;
ALTER TABLE mine SET SCHEMA pg_catalog;
ALTER TABLE mine SET SCHEMA public;
ALTER TABLE public.mine SET SCHEMA alt;
ALTER TABLE mine RENAME TO mine3;

-- neither another role nor a function makes a difference
SET ROLE sep_admin;
ALTER TABLE t RENAME TO tt;
DROP TABLE t;
RESET ROLE;
SET SESSION AUTHORIZATION sep_admin;
GRANT ALL ON t TO sep_user;
RESET SESSION AUTHORIZATION;
DO $$ BEGIN EXECUTE 'ALTER TABLE alt.t RENAME TO tt'; END $$;
CREATE FUNCTION definer() RETURNS void LANGUAGE sql SECURITY DEFINER AS 'DROP TABLE alt.t';
ALTER FUNCTION definer() OWNER TO sep_admin;
SELECT definer();
DROP FUNCTION definer(), mine();
DROP TABLE mine3;
DROP TYPE mine2;

-- the administrator finds all as it was
\c - sep_admin
SET search_path = alt;
SELECT n.rel AS changed FROM snapshot() n JOIN before b ON b.rel = n.rel WHERE b.hash IS DISTINCT FROM n.hash;
SELECT indisvalid, indisready, indislive FROM pg_index WHERE indexrelid = 'i'::regclass;
SELECT datname, datconnlimit FROM pg_database WHERE datname LIKE 'sep_alt';
-- names that are taken away: a schema that does not let its names go
\c - sep_su
CREATE TABLE alt_schema.mine (a int PRIMARY KEY);
CREATE INDEX mine_i ON alt_schema.mine (a);
CREATE MATERIALIZED VIEW alt_schema.m AS SELECT 1 AS a;
\c - sep_admin
SECURITY LABEL FOR selinux ON SCHEMA alt_schema IS 'system_u:object_r:sepgsql_sysobj_t:s0';
\c - sep_su
ALTER TABLE alt_schema.mine RENAME TO x;
ALTER TABLE alt_schema.mine SET SCHEMA public;
ALTER TABLE alt_schema.mine ADD COLUMN b int;
DROP INDEX alt_schema.mine_i;
DROP INDEX CONCURRENTLY alt_schema.mine_i;
REINDEX INDEX CONCURRENTLY alt_schema.mine_i;
DROP TABLE alt_schema.mine;
\c - sep_admin
SELECT indexrelid::regclass, indisvalid FROM pg_index WHERE indrelid = 'alt_schema.mine'::regclass ORDER BY 1;

-- row level security is ended by those who may alter the database
\c - sep_su
CREATE TABLE public.rls (a int);
ALTER TABLE public.rls ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.rls FORCE ROW LEVEL SECURITY;
ALTER TABLE public.rls NO FORCE ROW LEVEL SECURITY;
ALTER TABLE public.rls DISABLE ROW LEVEL SECURITY;
SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = 'public.rls'::regclass;
\c - sep_admin
ALTER TABLE public.rls NO FORCE ROW LEVEL SECURITY;
ALTER TABLE public.rls DISABLE ROW LEVEL SECURITY;
DROP TABLE public.rls;

-- parameters
\c - sep_su
SET work_mem = '1MB';
SHOW data_directory;
SELECT current_setting('hba_file');
SELECT name FROM pg_settings WHERE name IN ('data_directory', 'hba_file', 'work_mem');
ALTER ROLE ALL IN DATABASE sep_alt SET work_mem = '1MB';
\c - sep_auditor
SELECT count(*) FROM pg_settings WHERE name IN ('data_directory', 'hba_file');

-- REFRESH: rows that the client does not see are neither lost nor doubled
\c - sep_su
CREATE TABLE alt.src (a int);
INSERT INTO alt.src SELECT generate_series(1, 3);
GRANT SELECT ON alt.src TO PUBLIC;
\c - sep_s2
CREATE MATERIALIZED VIEW alt.mv AS SELECT a FROM alt.src;
CREATE UNIQUE INDEX ON alt.mv (a);
REFRESH MATERIALIZED VIEW CONCURRENTLY alt.mv;
REFRESH MATERIALIZED VIEW alt.mv;
\c - sep_admin
SECURITY LABEL FOR selinux ON MATERIALIZED VIEW alt.mv IS 'staff_u:object_r:user_sepgsql_table_t:s0';
SECURITY LABEL FOR selinux ON COLUMN alt.mv.a IS 'staff_u:object_r:user_sepgsql_table_t:s0';
\c - sep_su
SELECT count(*) FROM alt.mv;
REFRESH MATERIALIZED VIEW CONCURRENTLY alt.mv;
REFRESH MATERIALIZED VIEW alt.mv;
\c - sep_admin
SELECT a, security_label FROM alt.mv ORDER BY a;
REFRESH MATERIALIZED VIEW CONCURRENTLY alt.mv;
-- a client's query, until it is relabelled
SECURITY LABEL FOR selinux ON MATERIALIZED VIEW alt.mv IS 'system_u:object_r:sepgsql_table_t:s0';
REFRESH MATERIALIZED VIEW CONCURRENTLY alt.mv;

\c - sep_admin
SET client_min_messages = warning;
ALTER SUBSCRIPTION alt_sub SET (slot_name = NONE);
DROP SUBSCRIPTION alt_sub;
DROP DATABASE sep_alt;
DROP EVENT TRIGGER alt_et;
DROP PUBLICATION alt_pub;
DROP FOREIGN DATA WRAPPER alt_fdw CASCADE;
DROP TABLESPACE alt_ts;
DROP ROLE sep_alt;
SELECT lo_unlink(990001);
DROP SCHEMA alt, alt_schema, alt_hidden CASCADE;
