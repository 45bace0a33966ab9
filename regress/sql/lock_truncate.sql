--
-- LOCK TABLE and SELECT FOR ...: lock of class db_table.  TRUNCATE: truncate
-- and delete of the table, and delete of each row.
--
CREATE SCHEMA lt;
GRANT ALL ON SCHEMA lt TO PUBLIC;
CREATE TABLE lt.t (a int);
CREATE TABLE lt.ro (a int);
SECURITY LABEL FOR selinux ON TABLE lt.ro IS 'system_u:object_r:sepgsql_ro_table_t:s0';
CREATE TABLE lt.fixed (a int);
SECURITY LABEL FOR selinux ON TABLE lt.fixed IS 'system_u:object_r:sepgsql_fixed_table_t:s0';
CREATE TABLE lt.secret (a int);
SECURITY LABEL FOR selinux ON TABLE lt.secret IS 'system_u:object_r:sepgsql_secret_table_t:s0';
CREATE TABLE lt.parent (a int);
CREATE TABLE lt.child () INHERITS (lt.parent);
SECURITY LABEL FOR selinux ON TABLE lt.child IS 'system_u:object_r:sepgsql_secret_table_t:s0';
CREATE TABLE lt.part (a int) PARTITION BY LIST (a);
CREATE TABLE lt.part1 PARTITION OF lt.part FOR VALUES IN (1);
CREATE TABLE lt.part2 PARTITION OF lt.part FOR VALUES IN (2);
SECURITY LABEL FOR selinux ON TABLE lt.part2 IS 'system_u:object_r:sepgsql_ro_table_t:s0';
CREATE VIEW lt.v AS SELECT * FROM lt.secret;
CREATE TABLE lt.pk (a int PRIMARY KEY);
CREATE TABLE lt.fk (a int REFERENCES lt.pk);
SECURITY LABEL FOR selinux ON TABLE lt.fk IS 'system_u:object_r:sepgsql_ro_table_t:s0';
GRANT ALL ON ALL TABLES IN SCHEMA lt TO PUBLIC;
INSERT INTO lt.t VALUES (1);
INSERT INTO lt.ro VALUES (1);

\c - sep_user
BEGIN;
LOCK TABLE lt.t;
LOCK TABLE lt.ro IN ACCESS SHARE MODE;
COMMIT;
BEGIN;
LOCK TABLE lt.secret IN ACCESS SHARE MODE;
ROLLBACK;
BEGIN;
LOCK TABLE ONLY lt.parent IN ACCESS SHARE MODE;
LOCK TABLE lt.parent IN ACCESS SHARE MODE;
ROLLBACK;
BEGIN;
LOCK TABLE lt.part;
ROLLBACK;
BEGIN;
LOCK TABLE lt.v;
ROLLBACK;
-- strong locks on catalogs, which keep everybody out
BEGIN;
LOCK TABLE pg_class IN ACCESS SHARE MODE;
LOCK TABLE pg_roles IN ACCESS SHARE MODE;
COMMIT;
SELECT a FROM lt.t FOR UPDATE;
SELECT a FROM lt.t FOR SHARE;
SELECT a FROM lt.ro FOR KEY SHARE;
SELECT a FROM lt.secret FOR SHARE;
SELECT a FROM lt.part FOR SHARE;
SELECT a FROM lt.parent FOR SHARE;
-- the auditor takes the locks of a SELECT
\c - sep_auditor
SELECT a FROM lt.t FOR SHARE;

\c - sep_su
BEGIN;
LOCK TABLE pg_class IN ROW EXCLUSIVE MODE;
COMMIT;
BEGIN;
LOCK TABLE pg_authid IN ACCESS EXCLUSIVE MODE;
ROLLBACK;
BEGIN;
LOCK TABLE pg_security IN SHARE MODE;
ROLLBACK;
BEGIN;
LOCK TABLE pg_class IN SHARE UPDATE EXCLUSIVE MODE;
ROLLBACK;
BEGIN;
LOCK TABLE pg_settings;
ROLLBACK;
BEGIN;
LOCK TABLE information_schema.sql_features;
ROLLBACK;
CREATE VIEW lt.own AS SELECT * FROM pg_authid;
BEGIN;
LOCK TABLE lt.own;
ROLLBACK;
DROP VIEW lt.own;
TRUNCATE lt.ro;
TRUNCATE lt.fixed;
TRUNCATE lt.secret;
TRUNCATE lt.parent;
TRUNCATE ONLY lt.parent;
TRUNCATE lt.part;
TRUNCATE lt.part1;
TRUNCATE lt.t, lt.ro;
TRUNCATE lt.pk CASCADE;
SELECT count(*) FROM lt.t;
TRUNCATE lt.t;
SELECT count(*) FROM lt.t;

-- rows
\c - sep_admin
BEGIN;
LOCK TABLE pg_authid IN ACCESS EXCLUSIVE MODE;
LOCK TABLE pg_settings;
ROLLBACK;
INSERT INTO lt.t VALUES (1);
INSERT INTO lt.t (security_label, a) VALUES ('system_u:object_r:sepgsql_table_t:s1', 2);
INSERT INTO lt.t (security_label, a) VALUES ('system_u:object_r:sepgsql_ro_table_t:s0', 3);
INSERT INTO lt.part1 (security_label, a) VALUES ('system_u:object_r:sepgsql_table_t:s1', 1);
\c - sep_user
TRUNCATE lt.t;
TRUNCATE lt.part1;
\c - sep_staff
-- may delete s1, not what is read only
TRUNCATE lt.part1;
TRUNCATE lt.t;
\c - sep_admin
SELECT security_label, a FROM lt.t ORDER BY a;
-- labels that the table once had do not count
DELETE FROM lt.t WHERE a = 3;
\c - sep_user
TRUNCATE lt.t;
\c - sep_staff
TRUNCATE lt.t;
\c - sep_user
INSERT INTO lt.t VALUES (1);
TRUNCATE lt.t;
SELECT count(*) FROM lt.t;
-- an update that has not been committed is one's own
BEGIN;
INSERT INTO lt.t VALUES (1);
UPDATE lt.t SET a = 2;
TRUNCATE lt.t;
COMMIT;
\c - sep_admin
SELECT count(*) FROM lt.t;
SET client_min_messages = warning;
DROP SCHEMA lt CASCADE;
