--
-- Columns that are hidden, of a table that is not: no statement tells what they
-- are called, whether it is executed or not.  And what EXPLAIN says of others'
-- objects.  What is called "war..." is hidden from sep_user.
--
\c - sep_admin
CREATE SCHEMA hc;
GRANT ALL ON SCHEMA hc TO PUBLIC;
CREATE TABLE hc.t (id int PRIMARY KEY, v text, secret text, war_a int DEFAULT 7, war_b text);
CREATE INDEX war_idx ON hc.t (war_a);
SECURITY LABEL FOR selinux ON COLUMN hc.t.secret IS 'system_u:object_r:sepgsql_secret_table_t:s0';
SECURITY LABEL FOR selinux ON COLUMN hc.t.war_a IS 'system_u:object_r:sepgsql_table_t:s3';
SECURITY LABEL FOR selinux ON COLUMN hc.t.war_b IS 'system_u:object_r:sepgsql_table_t:s3';
INSERT INTO hc.t VALUES (1, 'one'), (2, 'two');
CREATE TABLE hc.war_ref (a int CONSTRAINT war_fk REFERENCES hc.t);
SECURITY LABEL FOR selinux ON TABLE hc.war_ref IS 'system_u:object_r:sepgsql_table_t:s3';
CREATE FUNCTION hc.quiet() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER seen AFTER UPDATE ON hc.t FOR EACH ROW EXECUTE FUNCTION hc.quiet();
CREATE TRIGGER war_trigger AFTER UPDATE ON hc.t FOR EACH ROW EXECUTE FUNCTION hc.quiet();
SECURITY LABEL FOR selinux ON TRIGGER war_trigger ON hc.t IS 'system_u:object_r:sepgsql_sysobj_t:s3';
CREATE FUNCTION hc.war_op(int, int) RETURNS bool LANGUAGE sql AS 'SELECT true';
CREATE OPERATOR hc.<%> (leftarg = int, rightarg = int, function = hc.war_op);
SECURITY LABEL FOR selinux ON FUNCTION hc.war_op(int, int) IS 'system_u:object_r:sepgsql_proc_exec_t:s3';
SECURITY LABEL FOR selinux ON OPERATOR hc.<%> (int, int) IS 'system_u:object_r:sepgsql_sysobj_t:s3';
CREATE COLLATION hc.war_coll FROM "C";
CREATE TEXT SEARCH CONFIGURATION hc.war_config (COPY = pg_catalog.simple);
CREATE PUBLICATION war_pub FOR TABLE hc.t (id) WITH (publish = 'insert');
SECURITY LABEL FOR selinux ON COLLATION hc.war_coll IS 'system_u:object_r:sepgsql_sysobj_t:s3';
SECURITY LABEL FOR selinux ON TEXT SEARCH CONFIGURATION hc.war_config IS 'system_u:object_r:sepgsql_sysobj_t:s3';
SECURITY LABEL FOR selinux ON PUBLICATION war_pub IS 'system_u:object_r:sepgsql_sysobj_t:s3';
-- constraints of hidden columns, and one that is hidden
CREATE TABLE hc.nn (id int, war_n int NOT NULL SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s3');
CREATE TABLE hc.uq (id int, war_n int DEFAULT 1 CONSTRAINT war_uq UNIQUE SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s3');
CREATE TABLE hc.ck (id int, war_n int DEFAULT 1 CONSTRAINT war_ck CHECK (war_n > 1) SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s3');
CREATE TABLE hc.fk (id int, war_n int DEFAULT 5 CONSTRAINT war_fkey REFERENCES hc.t SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s3');
CREATE TABLE hc.ex (id int, war_n int DEFAULT 5 SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s3',
  CONSTRAINT war_ex EXCLUDE USING btree (war_n WITH =));
CREATE TABLE hc.own (id int CONSTRAINT war_own CHECK (id > 0), v int CONSTRAINT open_ck CHECK (v > 0), UNIQUE (v));
SECURITY LABEL FOR selinux ON CONSTRAINT war_own ON hc.own IS 'system_u:object_r:sepgsql_sysobj_t:s3';
GRANT ALL ON hc.nn, hc.uq, hc.ck, hc.fk, hc.ex, hc.own TO PUBLIC;
GRANT ALL ON hc.t TO PUBLIC;

\c - sep_user
-- all columns
SELECT * FROM hc.t \gdesc
PREPARE p AS SELECT * FROM hc.t;
CREATE VIEW hc.v AS SELECT * FROM hc.t;
CREATE TABLE hc.x AS SELECT * FROM hc.t WITH NO DATA;
CREATE FUNCTION hc.f() RETURNS SETOF record BEGIN ATOMIC SELECT * FROM hc.t; END;
INSERT INTO hc.t (id) VALUES (3) RETURNING *;
-- a row as a whole
SELECT r FROM hc.t r \gdesc
SELECT to_json(r) FROM hc.t r;
-- one that is named
SELECT war_a FROM hc.t \gdesc
SELECT id FROM hc.t ORDER BY war_a;
-- one that is nearly named, of those that are hidden and of those that are not
SELECT war_ FROM hc.t;
SELECT secre FROM hc.t;
-- copies
CREATE TABLE hc.x (LIKE hc.t);
CREATE TABLE hc.x (LIKE hc.t INCLUDING ALL);
-- the type of rows
SELECT (NULL::hc.t).*;
SELECT * FROM json_populate_record(NULL::hc.t, '{}');
CREATE FUNCTION hc.f() RETURNS SETOF hc.t LANGUAGE sql AS 'SELECT NULL';
DO $$ DECLARE r hc.t%ROWTYPE; BEGIN r.id := 1; RAISE NOTICE '%', to_json(r); END $$;
SET search_path = hc;
DO $$ DECLARE r t%ROWTYPE; BEGIN r.id := 1; RAISE NOTICE '%', to_json(r); END $$;
RESET search_path;
-- plans: columns that a scan gives, whether they are used or not; an index
EXPLAIN (VERBOSE, COSTS off) SELECT count(*) FROM hc.t;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
EXPLAIN (COSTS off) SELECT count(*) FROM hc.t;
RESET enable_seqscan;
RESET enable_bitmapscan;
SET debug_print_plan = on;
-- triggers
EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off, BUFFERS off) UPDATE hc.t SET v = 'eins' WHERE id = 1;
EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off, BUFFERS off) DELETE FROM hc.t WHERE id = 2;
-- what is left
SELECT id, v FROM hc.t;
SELECT count(*) FROM hc.t;
CREATE VIEW hc.v AS SELECT id, v FROM hc.t;
SELECT * FROM hc.v;
-- a query is stored with the names of all columns of its tables
CREATE FUNCTION hc.stored() RETURNS SETOF int BEGIN ATOMIC SELECT id FROM hc.t; END;
CREATE TABLE hc.mine (a int);
CREATE POLICY pol ON hc.mine USING (a IN (SELECT id FROM hc.t));
CREATE POLICY plain ON hc.mine USING (a > 0);
CREATE RULE r AS ON UPDATE TO hc.mine DO ALSO DELETE FROM hc.t WHERE id = 77;
SELECT ev_class::regclass, rulename FROM pg_rewrite WHERE ev_action LIKE '%war_%';
SELECT polname FROM pg_policy WHERE polrelid = 'hc.mine'::regclass;
SELECT oid::regproc FROM pg_proc WHERE prosqlbody LIKE '%war_%';
SELECT pg_get_viewdef('hc.v');
SELECT pg_get_functiondef('hc.stored'::regproc);
SELECT * FROM hc.stored();
-- constraints that are violated
INSERT INTO hc.nn (id) VALUES (1);
INSERT INTO hc.uq (id) VALUES (1), (2);
INSERT INTO hc.ck (id) VALUES (1);
INSERT INTO hc.fk (id) VALUES (1);
INSERT INTO hc.ex (id) VALUES (1), (2);
INSERT INTO hc.own VALUES (0);
INSERT INTO hc.own VALUES (1, 0);
INSERT INTO hc.own VALUES (1, 1), (2, 1);
-- other objects by their names
SELECT 1 OPERATOR(hc.<%>) 2;
SELECT 'a' < 'b' COLLATE hc.war_coll;
CREATE TABLE hc.x (a text COLLATE hc.war_coll);
SET default_text_search_config = 'hc.war_config';
CREATE TEXT SEARCH CONFIGURATION hc.x (COPY = hc.war_config);
SELECT * FROM pg_get_publication_tables('war_pub');

-- who may know
\c - sep_staff
SELECT id, war_a FROM hc.t;
INSERT INTO hc.nn (id) VALUES (1);
INSERT INTO hc.uq (id) VALUES (1), (2);
INSERT INTO hc.fk (id) VALUES (1);
INSERT INTO hc.own VALUES (0);
SELECT ev_class::regclass, rulename FROM pg_rewrite WHERE ev_action LIKE '%war_%' ORDER BY 1, 2;
SELECT oid::regproc FROM pg_proc WHERE prosqlbody LIKE '%war_%';
EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off, BUFFERS off) UPDATE hc.t SET v = 'uno' WHERE id = 1;
SELECT war_ FROM hc.t;
SELECT (NULL::hc.t).*;
CREATE TABLE hc.x (LIKE hc.t);
\c - sep_admin
SET client_min_messages = warning;
DROP PUBLICATION war_pub;
DROP SCHEMA hc CASCADE;
