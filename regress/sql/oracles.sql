--
-- What a client of low label does to learn the values of rows that are hidden
-- from it, and names: without a statement that would show them.
--
\c - sep_admin
CREATE SCHEMA orc;
GRANT ALL ON SCHEMA orc TO PUBLIC;
CREATE TABLE orc.kv (k int PRIMARY KEY, v int);
GRANT ALL ON orc.kv TO PUBLIC;
CREATE INDEX kv_v ON orc.kv (v);
INSERT INTO orc.kv (security_label, k, v)
  SELECT 'system_u:object_r:sepgsql_table_t:' || CASE i WHEN 100 THEN 's3' ELSE 's0' END, i, i * 10
  FROM generate_series(1, 100) i;
CREATE TABLE orc.war_plans (id int REFERENCES orc.kv, city text UNIQUE)
  SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s3';
VACUUM ANALYZE orc.kv;
CREATE TABLE orc.war_chest (gold int) SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s3';
CREATE ROLE orc_owner PASSWORD 'secret';
ALTER TABLE orc.war_plans OWNER TO orc_owner;
ALTER TABLE orc.war_chest OWNER TO orc_owner;
SET allow_in_place_tablespaces = on;
CREATE TABLESPACE orc_space LOCATION '';

-- the client's own table, in which others keep rows
\c - sep_su
SET search_path = orc;
CREATE TYPE comp AS (x text);
CREATE TABLE own (c comp, v int);
GRANT ALL ON own TO PUBLIC;
CREATE INDEX own_v ON own (v);
CREATE TABLE ids (id int PRIMARY KEY);
INSERT INTO ids SELECT generate_series(1, 100);
CREATE TABLE again (id int);
CREATE TABLE spans (r int4range);
GRANT ALL ON spans TO PUBLIC;
-- before there are such rows
CREATE FUNCTION leak(comp) RETURNS int LANGUAGE plpgsql IMMUTABLE AS
  $$ BEGIN IF sepgsql_getcon() LIKE 'user_u:%' THEN RAISE NOTICE 'LEAK %', $1; END IF; RETURN 1; END $$;
CREATE CAST (comp AS int) WITH FUNCTION leak(comp) AS IMPLICIT;
CREATE TABLE early (c comp REFERENCES ids);
GRANT ALL ON early, ids TO PUBLIC;
\c - sep_staff
SET search_path = orc;
INSERT INTO own (c, v, security_label) SELECT ROW('HIDDEN')::comp, i, 'staff_u:object_r:user_sepgsql_table_t:s3'
  FROM unnest(ARRAY[42, 43, 77]) i;
INSERT INTO spans (r, security_label) VALUES ('[42,44)', 'staff_u:object_r:user_sepgsql_table_t:s3');
INSERT INTO early (c, security_label) VALUES (ROW('HIDDEN'), 'staff_u:object_r:user_sepgsql_table_t:s3');

\c - sep_su
SET search_path = orc;
-- foreign keys see all rows, and convert their keys by a function of the client's
DELETE FROM ids WHERE id = 99;
UPDATE ids SET id = 200 WHERE id = 98;
ALTER TABLE own ADD FOREIGN KEY (c) REFERENCES ids;
-- or tell whether all of them are in a set of the client's
ALTER TABLE own ADD FOREIGN KEY (v) REFERENCES ids;
ALTER TABLE own ADD CONSTRAINT later FOREIGN KEY (v) REFERENCES ids NOT VALID;
ALTER TABLE own VALIDATE CONSTRAINT later;
ALTER TABLE own DROP CONSTRAINT later;
-- leakproof functions only, but whether the results are unique, and how much
-- space they take, is seen
INSERT INTO own (v) VALUES (0);
CREATE UNIQUE INDEX ON own ((CASE WHEN v < 50 THEN 0 END));
CREATE INDEX ON own ((CASE WHEN v < 50 THEN 'a long text' END));
ALTER TABLE own ADD COLUMN g int GENERATED ALWAYS AS (CASE WHEN v < 50 THEN 0 END) STORED;
ALTER TABLE own ADD COLUMN d int DEFAULT 0;
ALTER TABLE own DROP COLUMN d;
-- whether one overlaps what the client stores
ALTER TABLE spans ADD EXCLUDE USING gist (r WITH &&);
-- where they lie between others that are in order
CLUSTER own USING own_v;
ALTER TABLE own CLUSTER ON own_v;
CLUSTER own;
VACUUM FULL own;

-- how many entries of an index were looked at
SET enable_seqscan = off;
SET enable_bitmapscan = off;
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT count(*) FROM kv WHERE v = 1000;
SELECT pg_stat_get_xact_tuples_returned('kv_v'::regclass);
SELECT locktype, relation::regclass, tuple FROM pg_locks WHERE mode = 'SIReadLock';
COMMIT;
SELECT pg_stat_force_next_flush();
SELECT pg_stat_get_tuples_returned('kv_v'::regclass), pg_stat_get_numscans('kv_v'::regclass);
RESET enable_seqscan;
RESET enable_bitmapscan;

-- what is cached has names
DELETE FROM kv WHERE k = 1;
SELECT name, ident FROM pg_backend_memory_contexts WHERE ident IS NOT NULL;

-- what many objects are done to
ALTER TABLE ALL IN TABLESPACE pg_default OWNED BY orc_owner SET TABLESPACE orc_space NOWAIT;
DROP ROLE orc_owner;

-- passwords
SELECT rolpassword FROM pg_authid WHERE rolname = 'orc_owner';
SELECT passwd FROM pg_shadow;
SELECT subconninfo FROM pg_subscription;
SELECT passwd FROM pg_user WHERE usename = 'sep_user';
\c - sep_user
SELECT passwd FROM pg_user WHERE usename = 'sep_user';
\c - sep_su
SET search_path = orc;

-- what the administrator relies on
SET event_triggers = off;
SELECT set_config('event_triggers', 'off', false);
CREATE FUNCTION off() RETURNS int LANGUAGE sql SET event_triggers = off AS 'SELECT 1';

-- labels of rows that a rollback brings back
INSERT INTO again (id, security_label) VALUES (1, 'user_u:object_r:user_sepgsql_table_t:s0');
BEGIN;
TRUNCATE again;
SELECT security_reclaim_label('again');
ROLLBACK;
SELECT id, security_label FROM again;

-- who may see everything does
\c - sep_admin
SET search_path = orc;
DELETE FROM kv WHERE k = 2;
SELECT count(*) > 0 AS contexts FROM pg_backend_memory_contexts WHERE ident ~ 'war_plans';
SET enable_seqscan = off;
SET enable_bitmapscan = off;
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT count(*) FROM kv WHERE v = 1000;
SELECT pg_stat_get_xact_tuples_returned('kv_v'::regclass);
SELECT locktype, relation::regclass FROM pg_locks WHERE mode = 'SIReadLock' ORDER BY 1, 2;
COMMIT;
SELECT rolpassword IS NOT NULL AS has_password FROM pg_authid WHERE rolname = 'orc_owner';
RESET ALL;
SET client_min_messages = warning;
DROP SCHEMA orc CASCADE;
DROP ROLE orc_owner;
DROP TABLESPACE orc_space;
