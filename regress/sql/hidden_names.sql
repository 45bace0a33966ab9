--
-- What PostgreSQL says about other objects than those that a statement names:
-- nothing about hidden ones.  sep_su owns nothing here, but is a superuser, of
-- the label user_t:s0; what is called "war..." is hidden from it.
--
CREATE SCHEMA hn;
GRANT ALL ON SCHEMA hn TO PUBLIC;
CREATE TABLE hn.war_plans (target int PRIMARY KEY, city text);
CREATE INDEX war_idx ON hn.war_plans (city);
SECURITY LABEL FOR selinux ON TABLE hn.war_plans IS 'system_u:object_r:sepgsql_table_t:s3';
INSERT INTO hn.war_plans (security_label, target) VALUES ('system_u:object_r:sepgsql_table_t:s0', 1);

-- maintenance of all tables
SET ROLE sep_su;
CREATE TABLE hn.low (a int PRIMARY KEY);
RESET ROLE;
SECURITY LABEL FOR selinux ON TABLE hn.low IS 'system_u:object_r:sepgsql_ro_table_t:s0';
CREATE TABLE hn.parent (a int, t text) PARTITION BY LIST (a);
CREATE TABLE hn.part1 PARTITION OF hn.parent FOR VALUES IN (1);
CREATE TABLE hn.war_part PARTITION OF hn.parent FOR VALUES IN (2);
CREATE INDEX parent_idx ON hn.parent (a);
GRANT ALL ON hn.parent, hn.part1 TO PUBLIC;
SECURITY LABEL FOR selinux ON TABLE hn.parent IS 'user_u:object_r:user_sepgsql_table_t:s0';
SECURITY LABEL FOR selinux ON TABLE hn.part1 IS 'user_u:object_r:user_sepgsql_table_t:s0';
CREATE SCHEMA hn2;
GRANT ALL ON SCHEMA hn2 TO PUBLIC;
CREATE TABLE hn2.war_other (a int);
SECURITY LABEL FOR selinux ON TABLE hn2.war_other IS 'system_u:object_r:sepgsql_table_t:s3';
SECURITY LABEL FOR selinux ON TABLE hn.war_part IS 'system_u:object_r:sepgsql_table_t:s3';
CLUSTER hn.war_plans USING war_plans_pkey;
CLUSTER hn.low USING low_pkey;
CLUSTER hn.parent USING parent_idx;

\c - sep_su
SET client_min_messages = warning;
VACUUM hn.war_plans;
ANALYZE hn.war_plans;
VACUUM hn.no_such_table;
VACUUM hn.parent;
VACUUM (FULL) hn.parent;
ANALYZE hn.parent;
CLUSTER hn.war_plans;
REINDEX TABLE hn.war_plans;
REINDEX INDEX hn.war_idx;
REINDEX TABLE hn.parent;
-- what is only not permitted is named
VACUUM (FULL) hn.low;
CLUSTER;
REINDEX SCHEMA hn;
\c - sep_user
-- the catalogs' own tables are named in an order of their own
SET client_min_messages = error;
VACUUM;
ANALYZE;
SET client_min_messages = warning;
CLUSTER;
VACUUM hn.parent;
ANALYZE hn.parent;

-- columns
\c - sep_su
CREATE TABLE hn.mine (a text, target text, b int UNIQUE);
ALTER TABLE hn.mine INHERIT hn.war_plans;
ALTER TABLE hn.mine NO INHERIT hn.war_plans;
CREATE TABLE hn.made () INHERITS (hn.war_plans);
CREATE TABLE hn.made (a text REFERENCES hn.war_plans);
ALTER TABLE hn.mine ADD FOREIGN KEY (a) REFERENCES hn.war_plans;
ALTER TABLE hn.mine ADD FOREIGN KEY (a) REFERENCES hn.war_plans (nope);
ALTER TABLE hn.war_plans ALTER target TYPE date;
ALTER TABLE hn.war_plans ALTER nope TYPE date;
ALTER TABLE hn.war_plans ADD target int;
ALTER TABLE hn.war_plans DROP nope;
ALTER TABLE hn.war_plans DROP CONSTRAINT nope;
ALTER TABLE hn.war_plans ATTACH PARTITION hn.mine DEFAULT;
ALTER TABLE hn.parent ATTACH PARTITION hn.war_plans DEFAULT;
ALTER TABLE hn.war_plans RENAME nope TO x;
ALTER TABLE hn.war_plans RENAME target TO x;
ALTER TABLE hn.war_plans RENAME CONSTRAINT nope TO x;
COPY hn.war_plans (nope) TO stdout;
COPY hn.war_plans (target) TO stdout;
COPY hn.war_plans (nope) FROM stdin;
\.
COPY hn.war_plans FROM stdin WHERE nope;
\.
COPY hn.war_plans TO stdout (FORCE_QUOTE (nope), FORMAT csv);
COMMENT ON COLUMN hn.war_plans.nope IS 'x';
COMMENT ON CONSTRAINT nope ON hn.war_plans IS 'x';
SECURITY LABEL ON COLUMN hn.war_plans.nope IS 'x';
DROP TRIGGER nope ON hn.war_plans;
DROP POLICY nope ON hn.war_plans;
CREATE TRIGGER t BEFORE UPDATE OF nope ON hn.war_plans EXECUTE FUNCTION suppress_redundant_updates_trigger();
CREATE RULE r AS ON UPDATE TO hn.war_plans WHERE old.nope DO NOTHING;
CREATE POLICY p ON hn.war_plans USING (nope);
CREATE STATISTICS st ON nope, target FROM hn.war_plans;
CREATE INDEX ON hn.war_plans (nope);
CREATE SEQUENCE hn.seq OWNED BY hn.war_plans.nope;
GRANT SELECT (nope) ON hn.war_plans TO PUBLIC;
GRANT SELECT ON ALL TABLES IN SCHEMA hn2 TO PUBLIC;
\c - sep_user
GRANT SELECT ON ALL TABLES IN SCHEMA hn2 TO PUBLIC;

-- what depends on what one owns
\c - sep_su
CREATE TYPE hn.pair AS (x int, y int);
CREATE DOMAIN hn.dom AS int;
CREATE TABLE hn.own (a int PRIMARY KEY, b int);
CREATE TABLE hn.own2 (a int PRIMARY KEY);
INSERT INTO hn.own VALUES (1), (2);
INSERT INTO hn.own2 VALUES (1), (2);
CREATE TABLE hn.pp (a int) PARTITION BY RANGE (a);
\c - sep_admin
CREATE VIEW hn.war_view AS SELECT b FROM hn.own;
CREATE TABLE hn.war_types (a hn.pair, d hn.dom, o hn.own);
CREATE TABLE hn.war_ref (war_a int CONSTRAINT war_fk REFERENCES hn.own ON UPDATE CASCADE ON DELETE NO ACTION);
CREATE TABLE hn.war_ref2 (war_a int CONSTRAINT war_fk2 REFERENCES hn.own2 ON UPDATE CASCADE ON DELETE RESTRICT);
CREATE TABLE hn.war_pp PARTITION OF hn.pp FOR VALUES FROM (1) TO (10);
CREATE TABLE hn.war_default PARTITION OF hn.pp DEFAULT;
INSERT INTO hn.war_ref (security_label, war_a) VALUES ('system_u:object_r:sepgsql_table_t:s0', 1);
INSERT INTO hn.war_ref2 (security_label, war_a) VALUES ('system_u:object_r:sepgsql_table_t:s0', 1);
SECURITY LABEL FOR selinux ON VIEW hn.war_view IS 'system_u:object_r:sepgsql_view_t:s3';
SECURITY LABEL FOR selinux ON TABLE hn.war_types IS 'system_u:object_r:sepgsql_table_t:s3';
SECURITY LABEL FOR selinux ON TABLE hn.war_ref IS 'system_u:object_r:sepgsql_table_t:s3';
SECURITY LABEL FOR selinux ON TABLE hn.war_ref2 IS 'system_u:object_r:sepgsql_table_t:s3';
SECURITY LABEL FOR selinux ON TABLE hn.war_pp IS 'system_u:object_r:sepgsql_table_t:s3';
SECURITY LABEL FOR selinux ON TABLE hn.war_default IS 'system_u:object_r:sepgsql_table_t:s3';
\c - sep_su
\set SHOW_CONTEXT always
ALTER TABLE hn.own ALTER b TYPE bigint;
ALTER TABLE hn.own ALTER a TYPE bigint;
ALTER TABLE hn.own ADD c int DEFAULT 1;
ALTER TYPE hn.pair ALTER ATTRIBUTE x TYPE bigint;
ALTER TYPE hn.pair ADD ATTRIBUTE z int;
ALTER DOMAIN hn.dom ADD CHECK (value > 0);
DROP TYPE hn.pair;
DROP TABLE hn.own;
TRUNCATE hn.own;
TRUNCATE hn.own CASCADE;
DELETE FROM hn.own WHERE a = 1;
\echo :LAST_ERROR_SQLSTATE
DELETE FROM hn.own2 WHERE a = 1;
\echo :LAST_ERROR_SQLSTATE
UPDATE hn.own SET a = 3 WHERE a = 1;
ALTER TABLE hn.own SET UNLOGGED;
CREATE TABLE hn.pp1 PARTITION OF hn.pp FOR VALUES FROM (5) TO (15);
CREATE TABLE hn.pp1 PARTITION OF hn.pp DEFAULT;
CREATE TABLE hn.pp1 (a int);
ALTER TABLE hn.pp ATTACH PARTITION hn.pp1 FOR VALUES FROM (5) TO (15);
-- a row that refers to a hidden table
\c - sep_admin
CREATE TABLE hn.child (a int CONSTRAINT to_war REFERENCES hn.war_plans);
GRANT ALL ON hn.child TO PUBLIC;
\c - sep_user
INSERT INTO hn.child VALUES (77);
\c - sep_admin
-- those who may know are told
DELETE FROM hn.own WHERE a = 1;
TRUNCATE hn.own;
ALTER TABLE hn.own ALTER b TYPE bigint;
ALTER TYPE hn.pair ADD ATTRIBUTE z int;
INSERT INTO hn.child VALUES (77);
SET client_min_messages = warning;
DROP SCHEMA hn, hn2 CASCADE;

-- the columns of a function
CREATE SCHEMA hf;
GRANT ALL ON SCHEMA hf TO PUBLIC;
CREATE FUNCTION hf.war_f(secret_arg int DEFAULT 7, OUT war_column text, OUT war_other date)
	RETURNS SETOF record LANGUAGE sql AS $$ SELECT 'x', current_date $$;
CREATE FUNCTION hf.war_t() RETURNS pg_class LANGUAGE sql AS $$ SELECT NULL::pg_class $$;
CREATE PROCEDURE hf.war_p(INOUT war_column int, INOUT war_other int) LANGUAGE sql AS $$ SELECT 1, 2 $$;
SECURITY LABEL FOR selinux ON FUNCTION hf.war_f(int) IS 'system_u:object_r:sepgsql_proc_exec_t:s3';
SECURITY LABEL FOR selinux ON FUNCTION hf.war_t() IS 'system_u:object_r:sepgsql_proc_exec_t:s3';
SECURITY LABEL FOR selinux ON PROCEDURE hf.war_p(int, int) IS 'system_u:object_r:sepgsql_proc_exec_t:s3';
\c - sep_su
SET search_path = hf, public;
PREPARE p AS SELECT * FROM hf.war_f();
SELECT * FROM war_f(1) \gdesc
SELECT (war_f()).war_column \gdesc
SELECT (war_f()).no_column;
SELECT (war_t()).no_column;
CREATE VIEW hf.v AS SELECT * FROM hf.war_f(1);
CALL war_p(1, 2) \gdesc
CREATE OR REPLACE FUNCTION hf.war_f(x int, OUT y int) LANGUAGE sql AS $$ SELECT 1 $$;
CREATE OR REPLACE FUNCTION hf.war_t() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;
\c - sep_admin
PREPARE p AS SELECT * FROM hf.war_f();
SELECT war_column FROM hf.war_f();
SET client_min_messages = warning;
DROP SCHEMA hf CASCADE;
