--
-- Who may write which labels: clients of several labels.
--
CREATE SCHEMA label_access;
GRANT USAGE, CREATE ON SCHEMA label_access TO public;
SET search_path = label_access;
CREATE TABLE t (a int PRIMARY KEY, b text);
GRANT ALL ON t TO public;
INSERT INTO t (a, b, security_label) VALUES
	(1, 'table s0', 'system_u:object_r:sepgsql_table_t:s0'),
	(2, 'table s2', 'system_u:object_r:sepgsql_table_t:s2'),
	(3, 'fixed s0', 'system_u:object_r:sepgsql_fixed_table_t:s0'),
	(4, 'ro s0', 'system_u:object_r:sepgsql_ro_table_t:s0'),
	(5, 'secret s0', 'system_u:object_r:sepgsql_secret_table_t:s0'),
	(6, 'table s0:c1', 'system_u:object_r:sepgsql_table_t:s0:c1'),
	(7, 'table s0:c20', 'system_u:object_r:sepgsql_table_t:s0:c20');

-- default labels: the client's user and low level, the table's type
\c - sep_staff
SET search_path = label_access;
INSERT INTO t VALUES (10, 'staff') RETURNING a, security_label;
\c - sep_user
SET search_path = label_access;
INSERT INTO t VALUES (11, 'user') RETURNING a, security_label;
\c - sep_c0
SET search_path = label_access;
INSERT INTO t VALUES (12, 'c0') RETURNING a, security_label;
INSERT INTO t SELECT 13, b FROM t WHERE a = 1 RETURNING a, b, security_label;
\c - sep_s2
SET search_path = label_access;
INSERT INTO t VALUES (14, 's2') RETURNING a, security_label;
SELECT a, b, security_label FROM t ORDER BY a;

-- explicit labels: insert only
\c - sep_staff
SET search_path = label_access;
INSERT INTO t (a, b, security_label) VALUES (20, 'staff s1:c3', 'staff_u:object_r:sepgsql_table_t:s1:c3') RETURNING security_label;
INSERT INTO t (a, b, security_label) VALUES (21, 'fixed', 'system_u:object_r:sepgsql_fixed_table_t:s0') RETURNING security_label;
INSERT INTO t (a, b, security_label) VALUES (22, 'ro', 'system_u:object_r:sepgsql_ro_table_t:s0');
INSERT INTO t (a, b, security_label) VALUES (22, 'secret', 'system_u:object_r:sepgsql_secret_table_t:s0');
INSERT INTO t (a, b, security_label) VALUES (22, 'too high', 'staff_u:object_r:sepgsql_table_t:s4');
INSERT INTO t (a, b, security_label) VALUES (22, 'other category', 'staff_u:object_r:sepgsql_table_t:s0:c20');
INSERT INTO t (a, b, security_label) VALUES (22, 'good', DEFAULT), (23, 'bad', 'staff_u:object_r:sepgsql_table_t:s0:c20');
INSERT INTO t (a, b, security_label) VALUES (22, 'not a row', 'system_u:object_r:sepgsql_proc_exec_t:s0');
\set VERBOSITY sqlstate
INSERT INTO t (a, b, security_label) VALUES (22, 'too high', 'staff_u:object_r:sepgsql_table_t:s4');
\set VERBOSITY default
SELECT a FROM t WHERE a BETWEEN 22 AND 29;
COPY t (a, b, security_label) FROM stdin;
22	good	staff_u:object_r:sepgsql_table_t:s1
23	bad	staff_u:object_r:sepgsql_table_t:s4
\.
COPY t (a, b, security_label) FROM stdin;
22	good	staff_u:object_r:sepgsql_table_t:s1
23	good	\N
\.
SELECT a, security_label FROM t WHERE a BETWEEN 22 AND 29 ORDER BY a;
\c - sep_user
SET search_path = label_access;
INSERT INTO t (a, b, security_label) VALUES (30, 'user', 'user_u:object_r:sepgsql_table_t:s0:c1');
INSERT INTO t (a, b, security_label) VALUES (30, 'user', 'user_u:object_r:sepgsql_table_t:s1');
-- no write down
\c - sep_s2
SET search_path = label_access;
INSERT INTO t (a, b, security_label) VALUES (30, 's2', 'staff_u:object_r:sepgsql_table_t:s0');
-- an auditor reads
\c - sep_auditor
SET search_path = label_access;
INSERT INTO t (a, b) VALUES (30, 'auditor');
SELECT count(*) FROM t;

-- update: rows without the permission are skipped
\c - sep_staff
SET search_path = label_access;
UPDATE t SET b = b || '!' WHERE a <= 7 RETURNING a, b, security_label;
DELETE FROM t WHERE a IN (3, 4, 5, 7) RETURNING a;
-- labels rise, from the client's low level
UPDATE t SET security_label = 'staff_u:object_r:sepgsql_table_t:s1:c3' WHERE a = 10 RETURNING old.security_label, new.security_label;
UPDATE t SET security_label = 'staff_u:object_r:sepgsql_table_t:s2' WHERE a = 10;
UPDATE t SET security_label = 'staff_u:object_r:sepgsql_table_t:s0' WHERE a = 10;
UPDATE t SET security_label = security_label WHERE a = 10 RETURNING security_label;
UPDATE t SET security_label = 'staff_u:object_r:sepgsql_table_t:s0:c20' WHERE a = 1;
UPDATE t SET security_label = 'staff_u:object_r:sepgsql_secret_table_t:s0' WHERE a = 1;
UPDATE t SET security_label = 'no label' WHERE a = 1;
UPDATE t SET security_label = 'staff_u:object_r:sepgsql_table_t:s4' WHERE a = 4;
SELECT a, b, security_label FROM t WHERE a IN (1, 4, 10) ORDER BY a;

-- ON CONFLICT with a row that is hidden, or may not be updated: an error
\c - sep_user
SET search_path = label_access;
SELECT a, b FROM t ORDER BY a;
INSERT INTO t VALUES (2, 'user') ON CONFLICT (a) DO UPDATE SET b = excluded.b;
INSERT INTO t VALUES (2, 'user') ON CONFLICT (a) DO UPDATE SET b = excluded.b WHERE t.b = 'x';
INSERT INTO t VALUES (2, 'user') ON CONFLICT (a) DO NOTHING RETURNING a;
INSERT INTO t VALUES (3, 'user') ON CONFLICT (a) DO UPDATE SET b = excluded.b;
INSERT INTO t VALUES (1, 'user') ON CONFLICT (a) DO UPDATE SET b = excluded.b RETURNING a, b, security_label;
INSERT INTO t VALUES (1, 'user') ON CONFLICT (a) DO UPDATE SET security_label = 'user_u:object_r:sepgsql_table_t:s1';
INSERT INTO t (a, b, security_label) VALUES (1, 'user', 'user_u:object_r:sepgsql_table_t:s1') ON CONFLICT (a) DO UPDATE SET b = 'x';

-- MERGE
MERGE INTO t USING (VALUES (1, 'm')) s(a, b) ON t.a = s.a WHEN MATCHED THEN UPDATE SET b = s.b RETURNING t.a, t.b, security_label;
MERGE INTO t USING (VALUES (1, 'm')) s(a, b) ON t.a = s.a WHEN MATCHED THEN UPDATE SET security_label = 'user_u:object_r:sepgsql_table_t:s1';
MERGE INTO t USING (VALUES (40, 'm')) s(a, b) ON t.a = s.a WHEN NOT MATCHED THEN INSERT VALUES (s.a, s.b) RETURNING t.a, t.b, security_label;
MERGE INTO t USING (VALUES (41, 'm')) s(a, b) ON t.a = s.a WHEN NOT MATCHED THEN INSERT (a, b, security_label) VALUES (s.a, s.b, 'user_u:object_r:sepgsql_table_t:s1');
MERGE INTO t USING (VALUES (3, 'm')) s(a, b) ON t.a = s.a WHEN MATCHED THEN UPDATE SET b = s.b;
MERGE INTO t USING (VALUES (3, 'm')) s(a, b) ON t.a = s.a WHEN MATCHED THEN DELETE;
MERGE INTO t USING (VALUES (3, 'm')) s(a, b) ON t.a = s.a WHEN MATCHED THEN DO NOTHING;
SELECT a, b FROM t WHERE a IN (1, 2, 3, 40, 41) ORDER BY a;

-- tables of one's own
CREATE TABLE mine AS SELECT 1 AS a;
SELECT security_label, * FROM mine;
CREATE TABLE mine2 AS SELECT 1 AS a, 'user_u:object_r:user_sepgsql_table_t:s1' AS security_label;
CREATE TEMP TABLE tmp AS SELECT a FROM t WHERE a = 1;
SELECT security_label, * FROM tmp;

-- actions of foreign keys: an error where a row may not be changed
\c - sep_admin
SET search_path = label_access;
CREATE TABLE pk (a int PRIMARY KEY);
CREATE TABLE fk (a int REFERENCES pk ON DELETE CASCADE ON UPDATE CASCADE, b text);
GRANT ALL ON pk, fk TO public;
INSERT INTO pk (a, security_label) SELECT i, 'system_u:object_r:sepgsql_table_t:s0' FROM generate_series(1, 4) i;
INSERT INTO fk (a, b, security_label) VALUES (1, 'mine', 'user_u:object_r:sepgsql_table_t:s0'),
	(2, 'hidden', 'user_u:object_r:sepgsql_table_t:s2'), (3, 'fixed', 'user_u:object_r:sepgsql_fixed_table_t:s0');
\c - sep_user
SET search_path = label_access;
UPDATE pk SET a = 11 WHERE a = 1;
UPDATE pk SET a = 12 WHERE a = 2;
UPDATE pk SET a = 13 WHERE a = 3;
DELETE FROM pk WHERE a = 2;
DELETE FROM pk WHERE a = 3;
DELETE FROM pk WHERE a IN (4, 11);
\c - sep_admin
SET search_path = label_access;
SELECT security_label, * FROM pk ORDER BY a;
SELECT security_label, * FROM fk ORDER BY a;

-- a row that moves to another partition: update, and not insert
CREATE TABLE p (a int, b text) PARTITION BY LIST (a);
CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2);
GRANT ALL ON p TO public;
INSERT INTO p (a, b, security_label) VALUES (1, 's0', 'system_u:object_r:sepgsql_table_t:s0'), (1, 's2', 'system_u:object_r:sepgsql_table_t:s2');
\c - sep_s2
SET search_path = label_access;
UPDATE p SET a = 2 RETURNING tableoid::regclass, *, security_label;
\c - sep_staff
SET search_path = label_access;
UPDATE p SET a = 3 - a RETURNING tableoid::regclass, *, old.security_label, security_label;
UPDATE p SET a = 3 - a, security_label = 'staff_u:object_r:sepgsql_table_t:s1' WHERE b = 's0' RETURNING tableoid::regclass, *, old.security_label, security_label;
UPDATE p SET a = 3 - a, security_label = 'staff_u:object_r:sepgsql_table_t:s4' WHERE b = 's2';

\c - sep_admin
SET client_min_messages = warning;
DROP SCHEMA label_access CASCADE;
