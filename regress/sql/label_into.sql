--
-- CREATE TABLE AS and SELECT INTO, where an output column named
-- security_label is the label of the new rows; views, where it is a column.
--
CREATE SCHEMA label_into;
SET search_path = label_into;
SET client_min_messages = warning;
CREATE FUNCTION lab(n bigint) RETURNS text LANGUAGE sql IMMUTABLE
	RETURN 'system_u:object_r:sepgsql_table_t:s0:c' || n;
CREATE TABLE c (a int, b text);
INSERT INTO c (a, b, security_label) VALUES (1, 'x', lab(1)), (2, 'y', NULL), (3, 'z', lab(300));
CREATE TABLE t1 AS SELECT a, security_label, b FROM c;
SELECT security_label, * FROM t1 ORDER BY a;
\d t1
SELECT security_label, security_label AS x, a INTO t2 FROM c;
\d t2
SELECT security_label, x = security_label AS same FROM t2 ORDER BY a;
-- without the column: the default, and not the label of the source's rows
CREATE TABLE t3 AS SELECT * FROM c;
SELECT security_label, * FROM t3 ORDER BY a;
CREATE TABLE t4 (a, security_label) AS SELECT a, lab(a) FROM c;
SELECT security_label, * FROM t4 ORDER BY a;
CREATE TABLE t5 (a, security_label) AS SELECT 1, lab(3)::varchar WITH NO DATA;
\d t5
CREATE TABLE t6 AS SELECT 1 AS a, NULL::text AS security_label;
SELECT security_label, * FROM t6;
PREPARE q AS SELECT lab(7)::bpchar AS security_label, 1 AS a;
CREATE TABLE t7 AS EXECUTE q;
SELECT security_label, * FROM t7;
CREATE TABLE t8 AS SELECT lab(9) AS security_label;
SELECT security_label FROM t8;
CREATE TEMP TABLE t9 AS SELECT 'system_u:object_r:sepgsql_temp_object_t:s2' AS security_label, 1 AS a;
SELECT security_label, * FROM t9;
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, BUFFERS OFF) CREATE TABLE t10 AS SELECT security_label, a FROM c;
-- errors
CREATE TABLE e AS SELECT 'no label' AS security_label, 1 AS a;
CREATE TABLE e AS SELECT 1 AS security_label;
CREATE TABLE e AS SELECT lab(1) AS security_label, lab(2) AS security_label;
CREATE MATERIALIZED VIEW mv AS SELECT security_label, a FROM c;
CREATE MATERIALIZED VIEW mv AS SELECT security_label, a FROM c WITH NO DATA;
CREATE MATERIALIZED VIEW mv AS SELECT security_label AS l, a FROM c;
SELECT security_label, * FROM mv ORDER BY a;
REFRESH MATERIALIZED VIEW mv;
SELECT security_label, * FROM mv ORDER BY a;
CREATE UNIQUE INDEX ON mv (a);
UPDATE c SET security_label = lab(2) WHERE a = 1;
REFRESH MATERIALIZED VIEW CONCURRENTLY mv;
SELECT security_label, * FROM mv ORDER BY a;
CREATE VIEW v AS SELECT security_label, a FROM c;
SELECT * FROM v ORDER BY a;
\d+ v
SELECT security_label FROM (SELECT a FROM c) s;
INSERT INTO v (security_label, a) VALUES (lab(2), 22);
INSERT INTO v (a) VALUES (22);
UPDATE v SET security_label = lab(2);
CREATE VIEW v2 AS SELECT a, b FROM c;
INSERT INTO v2 (a, security_label) VALUES (23, lab(1));
UPDATE v2 SET security_label = lab(1);
UPDATE v2 SET b = 'v2' WHERE a = 1;
SELECT security_label, * FROM c ORDER BY a;
CREATE TABLE lk (LIKE c INCLUDING ALL);
\d lk
DROP SCHEMA label_into CASCADE;
