--
-- What a client wrote and others would run without calling a function of its:
-- rules, views and queries of materialized views.  And checks of rows that the
-- owner of a table does not see.
--
\c - sep_admin
SET client_min_messages = warning;
CREATE SCHEMA er;
GRANT ALL ON SCHEMA er TO PUBLIC;
SET search_path = er;
CREATE TABLE t (a int, v text);
INSERT INTO t VALUES (1, 'open');
INSERT INTO t (security_label, a, v) VALUES ('system_u:object_r:sepgsql_table_t:s3', 2, 'HIDDEN');
CREATE TABLE ruled (a int);
CREATE TABLE ruled_log (a int);
CREATE RULE r AS ON INSERT TO ruled DO ALSO INSERT INTO er.ruled_log VALUES (NEW.a);
CREATE TABLE tlog (v text);
CREATE FUNCTION trusted() RETURNS text LANGUAGE plpgsql SET search_path = er AS
  $$ BEGIN INSERT INTO tlog VALUES ('x'); RETURN 'done'; EXCEPTION WHEN insufficient_privilege THEN RETURN SQLERRM; END $$;
SECURITY LABEL FOR selinux ON FUNCTION trusted() IS 'system_u:object_r:sepgsql_trusted_proc_exec_t:s0';
-- run by both
CREATE FUNCTION ins() RETURNS text LANGUAGE plpgsql AS
  $$ BEGIN INSERT INTO er.guest VALUES (9, 'ins'); RETURN 'done'; EXCEPTION WHEN insufficient_privilege THEN RETURN SQLERRM; END $$;
CREATE FUNCTION t_ins() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN er.ins(); END $$;
SECURITY LABEL FOR selinux ON FUNCTION t_ins() IS 'system_u:object_r:sepgsql_trusted_proc_exec_t:s0';
GRANT ALL ON ALL TABLES IN SCHEMA er TO PUBLIC;

\c - sep_su
SET search_path = er;
CREATE TABLE guest (a int, msg text);
CREATE TABLE plain (a int);
CREATE TABLE loot (src text, v text);
CREATE RULE ri AS ON INSERT TO guest DO ALSO INSERT INTO er.loot SELECT 'insert', v FROM er.t;
CREATE RULE ru AS ON UPDATE TO guest WHERE OLD.a > (SELECT count(*) FROM er.t) DO INSTEAD INSERT INTO er.loot SELECT 'update', v FROM er.t;
CREATE RULE rd AS ON DELETE TO guest DO INSTEAD INSERT INTO er.loot SELECT 'delete', v FROM er.t;
CREATE VIEW v AS SELECT 1 a, (SELECT lo_from_bytea(880001, convert_to(string_agg(v, ','), 'UTF8')) FROM er.t) b;
CREATE MATERIALIZED VIEW m AS SELECT v FROM er.t;
GRANT ALL ON ALL TABLES IN SCHEMA er TO PUBLIC;
-- it may run its own, and the administrator's
INSERT INTO guest VALUES (1, 'own');
UPDATE guest SET msg = 'u' WHERE a = 1;
SELECT * FROM loot;
INSERT INTO ruled VALUES (1);
REFRESH MATERIALIZED VIEW m;
SELECT ins();
-- one plan for both subjects; and a temporary table that shadows
SELECT t_ins(), ins();
CREATE TEMP TABLE tlog (v text);
CREATE RULE r AS ON INSERT TO tlog DO ALSO INSERT INTO er.loot SELECT 'temp', v FROM er.t;
INSERT INTO tlog VALUES ('own');
SELECT trusted();

\c - sep_admin
SET search_path = er;
INSERT INTO guest VALUES (2, 'admin');
UPDATE guest SET msg = 'admin';
DELETE FROM guest;
MERGE INTO guest USING (VALUES (2)) x (n) ON a = n WHEN NOT MATCHED THEN INSERT VALUES (n, 'merge');
SELECT a FROM v;
REFRESH MATERIALIZED VIEW m;
SELECT count(*) FROM guest;
INSERT INTO plain VALUES (1);
INSERT INTO ruled VALUES (2);
-- having read it
SECURITY LABEL FOR selinux ON TABLE guest IS 'system_u:object_r:sepgsql_table_t:s0';
SECURITY LABEL FOR selinux ON MATERIALIZED VIEW m IS 'system_u:object_r:sepgsql_table_t:s0';
UPDATE guest SET msg = 'admin' WHERE false;
REFRESH MATERIALIZED VIEW m;
CREATE TEMP TABLE own (a int);
CREATE RULE r AS ON INSERT TO own DO ALSO INSERT INTO er.plain VALUES (NEW.a);
INSERT INTO own VALUES (1);
\c - sep_su
SELECT * FROM er.loot WHERE v <> 'open';
SELECT count(*) FROM pg_largeobject_metadata WHERE oid = 880001;

--
-- Whether hidden rows satisfy a condition
--
CREATE TABLE er.own (id int, n int);
INSERT INTO er.own VALUES (1, 1);
CREATE TABLE er.pa (id int, n int) PARTITION BY LIST (id);
CREATE TABLE er.pd PARTITION OF er.pa DEFAULT;
CREATE TABLE er.pb (id int, n int);
GRANT ALL ON er.own, er.pa, er.pd, er.pb TO PUBLIC;
\c - sep_staff
INSERT INTO er.own (security_label, id, n) VALUES ('staff_u:object_r:user_sepgsql_table_t:s3', 7, 888);
INSERT INTO er.pa (security_label, id, n) VALUES ('staff_u:object_r:user_sepgsql_table_t:s3', 7, 888);
INSERT INTO er.pb (security_label, id, n) VALUES ('staff_u:object_r:user_sepgsql_table_t:s3', 3, 888);
\c - sep_su
SET search_path = er;
ALTER TABLE own ADD CONSTRAINT c CHECK (n < 100);
ALTER TABLE own ADD CONSTRAINT c CHECK (n < 1000);
ALTER TABLE own ADD CONSTRAINT c CHECK (n < 100) NOT VALID;
ALTER TABLE own VALIDATE CONSTRAINT c;
ALTER TABLE own DROP CONSTRAINT c;
ALTER TABLE own ALTER n SET NOT NULL;
ALTER TABLE own ADD CONSTRAINT nn NOT NULL n NOT VALID;
ALTER TABLE own VALIDATE CONSTRAINT nn;
CREATE INDEX ON own (id) WHERE n = 888;
ALTER TABLE pa ADD CHECK (id < 10);
CREATE TABLE p7 PARTITION OF pa FOR VALUES IN (7);
CREATE TABLE p8 PARTITION OF pa FOR VALUES IN (8);
ALTER TABLE pa ATTACH PARTITION pb FOR VALUES IN (2);
ALTER TABLE pa ATTACH PARTITION pb FOR VALUES IN (3);
-- what tells nothing of them
ALTER TABLE own ADD CONSTRAINT c CHECK (n < 100) NOT VALID;
ALTER TABLE own ADD more int NOT NULL DEFAULT 1;
\c - sep_admin
ALTER TABLE er.own DROP CONSTRAINT c;
ALTER TABLE er.own ADD CONSTRAINT c CHECK (n < 100);
ALTER TABLE er.own ADD CONSTRAINT c CHECK (n < 1000);
ALTER TABLE er.own ALTER n SET NOT NULL;
SET client_min_messages = warning;
DROP SCHEMA er CASCADE;
