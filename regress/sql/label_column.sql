--
-- The column security_label as a target of INSERT, UPDATE, ON CONFLICT and
-- MERGE, and in RETURNING.
--
CREATE SCHEMA label_column;
SET search_path = label_column;
SET client_min_messages = warning;
-- a label with this category
CREATE FUNCTION lab(n bigint) RETURNS text LANGUAGE sql IMMUTABLE
	RETURN 'system_u:object_r:sepgsql_table_t:s0:c' || n;

-- INSERT
CREATE TABLE t (a int, b text);
INSERT INTO t (a, b, security_label) VALUES (1, 'x', 'system_u:object_r:sepgsql_table_t:s1:c5') RETURNING security_label, *;
INSERT INTO t (security_label, a) VALUES (lab(6), 2), (lab(300), 3), (DEFAULT, 4), (NULL, 5) RETURNING a, security_label;
INSERT INTO t (a) VALUES (10) RETURNING security_label;
INSERT INTO t (a, security_label) VALUES (11, DEFAULT) RETURNING security_label;
INSERT INTO t (a, security_label) SELECT a + 100, security_label FROM t ORDER BY a RETURNING a, security_label;
-- without the column, rows of a query have the default label
INSERT INTO t SELECT * FROM t WHERE a = 2 RETURNING a, security_label;
DELETE FROM t WHERE a = 2 RETURNING a, security_label, old.security_label, new.security_label;
-- each expression is evaluated once
CREATE SEQUENCE s;
INSERT INTO t (a, security_label) VALUES (nextval('s'), lab(1)), (nextval('s'), lab(2)) RETURNING a, security_label;
INSERT INTO t (a, security_label) SELECT nextval('s'), lab(currval('s')) FROM generate_series(1, 3) RETURNING a, security_label;
INSERT INTO t (security_label) VALUES (lab(7)) RETURNING a, b, security_label;
-- canonical form
INSERT INTO t (a, security_label) VALUES (20, 'system_u:object_r:sepgsql_table_t:s0:c1,c0,c2') RETURNING security_label;
-- not valid, not stored
INSERT INTO t (a, security_label) VALUES (21, 'no label');
INSERT INTO t (a, security_label) VALUES (21, '');
INSERT INTO t (a, security_label) VALUES (21, 'system_u:object_r:sepgsql_table_t:s99');
INSERT INTO t (a, security_label) VALUES (22, lab(1)), (21, 'system_u:object_r:nosuch_t:s0');
\set VERBOSITY sqlstate
INSERT INTO t (a, security_label) VALUES (21, 'no label');
UPDATE t SET security_label = 'no label';
UPDATE t SET security_label = NULL;
\set VERBOSITY default
SELECT count(*) FROM t WHERE a IN (21, 22);
SELECT count(*) FROM pg_security WHERE seclabel LIKE '%no label%' OR seclabel LIKE '%s99%' OR seclabel LIKE '%nosuch%';
INSERT INTO t (a, security_label, security_label) VALUES (1, lab(1), lab(2));
INSERT INTO t (xmin) VALUES (1);
INSERT INTO t (security_label) VALUES (1);
INSERT INTO t (security_label) VALUES (ARRAY['x']);

-- UPDATE
UPDATE t SET security_label = lab(9) WHERE a = 3 RETURNING old.security_label, new.security_label, security_label;
UPDATE t SET b = 'y' WHERE a = 3 RETURNING old.security_label, new.security_label, a, b;
UPDATE t SET (b, security_label) = (SELECT 'z', lab(12)) WHERE a = 3 RETURNING security_label, b;
UPDATE t SET (security_label, b) = (lab(13), 'zz') WHERE a = 3 RETURNING security_label, b;
UPDATE t SET security_label = u.security_label FROM t u WHERE t.a = 3 AND u.a = 103 RETURNING old.security_label, new.security_label;
UPDATE t SET security_label = NULL WHERE a = 3;
UPDATE t SET security_label = DEFAULT WHERE a = 3;
UPDATE t SET security_label = lab(1), security_label = lab(2);
UPDATE t SET security_label[1] = 'x';
UPDATE t SET xmin = '1';
SELECT a, security_label FROM t WHERE a = 3;
SELECT security_label, count(*) FROM t GROUP BY security_label ORDER BY 1;

-- ON CONFLICT
CREATE TABLE u (k int PRIMARY KEY, v text, c int);
INSERT INTO u (k, v, security_label) VALUES (1, 'one', lab(21)), (2, 'two', lab(22)) RETURNING k, security_label;
INSERT INTO u VALUES (1, 'uno') ON CONFLICT (k) DO UPDATE SET v = excluded.v RETURNING k, v, security_label, old.security_label;
INSERT INTO u VALUES (1, 'uno') ON CONFLICT (k) DO UPDATE SET v = excluded.v || '1', security_label = lab(31) RETURNING k, v, security_label, old.security_label;
INSERT INTO u VALUES (1, 'uno') ON CONFLICT (k) DO UPDATE SET security_label = u.security_label || '1' WHERE u.k = 1 RETURNING k, v, security_label, old.security_label;
INSERT INTO u (k, v, security_label) VALUES (1, 'x', lab(23)), (9, '9', lab(99)) ON CONFLICT (k) DO UPDATE SET security_label = excluded.security_label RETURNING k, v, security_label, old.security_label;
INSERT INTO u VALUES (9, 'def') ON CONFLICT (k) DO UPDATE SET security_label = excluded.security_label RETURNING k, v, security_label, old.security_label;
INSERT INTO u VALUES (9, 'def') ON CONFLICT (k) DO UPDATE SET v = excluded.security_label RETURNING k, v, security_label;
INSERT INTO u (k, v, security_label) VALUES (1, 'x', lab(3)), (8, '8', lab(8)) ON CONFLICT (k) DO NOTHING RETURNING k, security_label;
INSERT INTO u VALUES (9, 'def') ON CONFLICT (k) DO UPDATE SET security_label = DEFAULT;
INSERT INTO u VALUES (9, 'def') ON CONFLICT (k) DO UPDATE SET security_label = 'no label';
SELECT security_label, * FROM u ORDER BY k;

-- MERGE
CREATE TABLE src (k int, v text, l text);
INSERT INTO src VALUES (1, 'm1', lab(41)), (50, 'm50', lab(42)), (2, 'del', NULL), (51, 'm51', NULL);
MERGE INTO u USING src ON u.k = src.k
	WHEN MATCHED AND src.v = 'del' THEN DELETE
	WHEN MATCHED THEN UPDATE SET v = src.v, security_label = src.l
	WHEN NOT MATCHED BY SOURCE AND u.k = 8 THEN UPDATE SET security_label = lab(88)
	WHEN NOT MATCHED THEN INSERT (k, v, security_label) VALUES (src.k, src.v, src.l)
	RETURNING merge_action(), old.security_label, new.security_label, u.*;
MERGE INTO u USING src ON u.k = src.k
	WHEN MATCHED THEN UPDATE SET v = src.v || '!'
	WHEN NOT MATCHED THEN INSERT (k, v, security_label) VALUES (src.k, src.v, DEFAULT)
	RETURNING merge_action(), old.security_label, new.security_label, u.*;
MERGE INTO u USING src ON u.k = src.k WHEN MATCHED THEN UPDATE SET security_label = DEFAULT;
SELECT security_label, * FROM u ORDER BY k;

-- partitions of the same and of other layout
CREATE TABLE p (a int, b text, c int) PARTITION BY LIST (a);
CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
CREATE TABLE p2 (c int, x int, b text, a int);
ALTER TABLE p2 DROP COLUMN x;
ALTER TABLE p ATTACH PARTITION p2 FOR VALUES IN (2);
CREATE TABLE p3 PARTITION OF p FOR VALUES IN (3) PARTITION BY RANGE (c);
CREATE TABLE p31 PARTITION OF p3 FOR VALUES FROM (0) TO (10);
INSERT INTO p (a, b, c, security_label) VALUES (1, 'x', 1, lab(51)), (2, 'y', 2, lab(52)), (3, 'z', 3, lab(53)), (2, 'd', 4, NULL) RETURNING tableoid::regclass, security_label, *;
-- a row that moves keeps its label, and may be given another
UPDATE p SET a = 2 WHERE b = 'x' RETURNING tableoid::regclass, old.security_label, new.security_label, security_label, *;
UPDATE p SET a = 3, security_label = lab(63) WHERE b = 'y' RETURNING tableoid::regclass, old.security_label, new.security_label, security_label, *;
UPDATE p SET a = 1 WHERE a = 2 RETURNING tableoid::regclass, old.security_label, new.security_label, security_label, *;
SELECT tableoid::regclass, security_label, * FROM p ORDER BY b;
UPDATE p SET security_label = lab(c + 70) RETURNING tableoid::regclass, security_label, *;
CREATE UNIQUE INDEX ON p (a, b, c);
INSERT INTO p VALUES (1, 'x', 1) ON CONFLICT (a, b, c) DO UPDATE SET security_label = lab(80 + p.c) WHERE p.b = 'x' RETURNING security_label, tableoid::regclass, old.security_label;
INSERT INTO p VALUES (3, 'y', 2) ON CONFLICT (a, b, c) DO UPDATE SET security_label = lab(90 + excluded.c) RETURNING security_label, tableoid::regclass, old.security_label;
INSERT INTO p (a, b, c, security_label) VALUES (2, 'q', 9, lab(1)), (2, 'q', 9, lab(2)) ON CONFLICT DO NOTHING RETURNING security_label;
INSERT INTO p (a, b, c, security_label) VALUES (2, 'q', 9, lab(3)) ON CONFLICT (a, b, c) DO UPDATE SET security_label = excluded.security_label RETURNING tableoid::regclass, security_label, old.security_label;
MERGE INTO p USING (VALUES (1, 'x', 1), (1, 'new', 4)) v(a, b, c) ON p.a = v.a AND p.b = v.b
	WHEN MATCHED THEN UPDATE SET a = 2, security_label = lab(101)
	WHEN NOT MATCHED THEN INSERT (a, b, c, security_label) VALUES (v.a, v.b, v.c, lab(v.c))
	RETURNING merge_action(), old.security_label, new.security_label, tableoid::regclass, p.*;
MERGE INTO p USING (VALUES (2, 'x', 1), (1, 'new', 4)) v(a, b, c) ON p.a = v.a AND p.b = v.b
	WHEN MATCHED THEN UPDATE SET a = 2 RETURNING merge_action(), old.security_label, new.security_label, tableoid::regclass, p.*;
SELECT tableoid::regclass, security_label, * FROM p ORDER BY b, a;

-- inheritance
CREATE TABLE i0 (a int);
CREATE TABLE i1 (z text) INHERITS (i0);
INSERT INTO i0 (a, security_label) VALUES (1, lab(1));
INSERT INTO i1 (a, z, security_label) VALUES (2, 'z', lab(2));
UPDATE i0 SET security_label = security_label || '0' RETURNING tableoid::regclass, a, security_label;

-- generated columns, TOAST, temporary and unlogged tables
CREATE TABLE g (a int, s int GENERATED ALWAYS AS (a * 2) STORED, v int GENERATED ALWAYS AS (a * 3) VIRTUAL);
INSERT INTO g (a, security_label) VALUES (1, lab(1)) RETURNING *, security_label;
UPDATE g SET a = 2 RETURNING *, security_label;
UPDATE g SET a = 3, security_label = lab(2) RETURNING *, security_label;
CREATE TABLE gg (a text GENERATED ALWAYS AS (security_label) STORED);
CREATE TABLE toast (a int, b text);
ALTER TABLE toast ALTER b SET STORAGE EXTERNAL;
INSERT INTO toast (a, b, security_label) VALUES (1, repeat('x', 100000), lab(1)) RETURNING a, length(b), security_label;
UPDATE toast SET a = 2 RETURNING a, length(b), security_label;
UPDATE toast SET b = repeat('y', 50000), security_label = lab(400) RETURNING a, length(b), security_label;
CREATE TEMP TABLE tt (a int);
INSERT INTO tt (a, security_label) VALUES (1, 'system_u:object_r:sepgsql_temp_object_t:s0:c1'), (2, DEFAULT) RETURNING a, security_label;
CREATE UNLOGGED TABLE ul (a int);
INSERT INTO ul (a, security_label) VALUES (1, lab(1)), (2, DEFAULT) RETURNING a, security_label;

-- prepared statements, cursors, functions, PL/pgSQL
PREPARE pi AS INSERT INTO t (a, security_label) VALUES ($1, $2) RETURNING security_label;
EXECUTE pi(1000, lab(31));
EXECUTE pi(1000, NULL);
EXECUTE pi(1000, 'no label');
BEGIN;
DECLARE cu CURSOR FOR SELECT * FROM t WHERE a = 1000;
FETCH cu;
UPDATE t SET security_label = lab(92) WHERE CURRENT OF cu RETURNING a, security_label;
COMMIT;
DO $$ DECLARE l text; BEGIN
	INSERT INTO t (a, security_label) VALUES (1001, lab(5)) RETURNING security_label INTO l;
	RAISE WARNING '%', l;
	UPDATE t SET security_label = lab(6) WHERE a = 1001;
	FOR l IN SELECT security_label FROM t WHERE a = 1001 LOOP RAISE WARNING '%', l; END LOOP;
END $$;
WITH x AS (INSERT INTO t (a, security_label) VALUES (1002, lab(7)) RETURNING security_label, a),
	y AS (UPDATE t SET security_label = lab(8) WHERE a = 1001 RETURNING security_label, a)
SELECT * FROM x UNION ALL SELECT * FROM y;

-- the default follows the table's label
CREATE TABLE d (a int);
INSERT INTO d VALUES (1) RETURNING security_label;
SECURITY LABEL FOR selinux ON TABLE d IS 'system_u:object_r:sepgsql_fixed_table_t:s0';
INSERT INTO d VALUES (2) RETURNING security_label;

-- relations whose rows have no labels, foreign tables
SET allow_system_table_mods = on;
INSERT INTO pg_depend (classid, objid, objsubid, refclassid, refobjid, refobjsubid, deptype, security_label) VALUES (0, 0, 0, 0, 0, 0, 'n', lab(1));
RESET allow_system_table_mods;
CREATE FOREIGN DATA WRAPPER fdw;
CREATE SERVER srv FOREIGN DATA WRAPPER fdw;
CREATE FOREIGN TABLE ft (a int) SERVER srv;
INSERT INTO ft (a, security_label) VALUES (1, lab(1));
UPDATE ft SET security_label = lab(1);
COPY ft (a, security_label) FROM stdin;
\.
CREATE TABLE bad (security_label text);
ALTER TABLE t ADD COLUMN security_label text;
ALTER TABLE t RENAME COLUMN b TO security_label;

DROP SCHEMA label_column CASCADE;
DROP FOREIGN DATA WRAPPER fdw CASCADE;
