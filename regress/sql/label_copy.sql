--
-- COPY with security_label in the column list.
--
CREATE SCHEMA label_copy;
SET search_path = label_copy;
SET client_min_messages = warning;
CREATE TABLE c (a int, b text, g int GENERATED ALWAYS AS (a * 2) STORED, d int DEFAULT 7);
COPY c (a, security_label, b) FROM stdin;
1	system_u:object_r:sepgsql_table_t:s0:c1	x
2	\N	y
3	system_u:object_r:sepgsql_table_t:s2:c0,c300	z
\.
COPY c (security_label, a) FROM stdin (FORMAT csv);
system_u:object_r:sepgsql_table_t:s1,4
,5
\.
COPY c (security_label, a, b) FROM stdin (FORMAT csv, HEADER match, DEFAULT 'D', FORCE_NOT_NULL (b), FORCE_NULL (security_label));
security_label,a,b
system_u:object_r:sepgsql_table_t:s6,6,
D,7,xx
"",8,yy
\.
COPY c (security_label, a) FROM stdin (FORMAT csv, HEADER match);
seclabel,a
\.
COPY c (a, security_label) FROM stdin WHERE security_label LIKE '%:s9';
8	system_u:object_r:sepgsql_table_t:s8
9	system_u:object_r:sepgsql_table_t:s9
\.
COPY c (a) FROM stdin WHERE security_label = 'unconfined_u:object_r:sepgsql_table_t:s0';
10
\.
SELECT security_label, * FROM c ORDER BY a;
-- without the column, the default label
COPY c (a) FROM stdin;
11
\.
SELECT security_label, * FROM c WHERE a = 11;
-- errors: nothing is stored
COPY c (a, security_label) FROM stdin;
20	system_u:object_r:sepgsql_table_t:s1
21	no label
\.
COPY c (a, security_label) FROM stdin (FORMAT csv, FORCE_NOT_NULL (security_label));
21,
\.
COPY c (a, security_label) FROM stdin;
21
\.
COPY c (a, security_label, security_label) FROM stdin;
\.
COPY c (a, xmin) FROM stdin;
\.
COPY c (a, b) FROM stdin (FORMAT csv, FORCE_NULL (security_label));
\.
SELECT count(*) FROM c WHERE a >= 20;
-- rows that ON_ERROR skips; a bad label is no data error
COPY c (a, security_label) FROM stdin (ON_ERROR ignore);
x	system_u:object_r:sepgsql_table_t:s1
30	system_u:object_r:sepgsql_table_t:s1
31	no label
\.
COPY c (a, security_label) FROM stdin (ON_ERROR ignore, LOG_VERBOSITY silent);
x	system_u:object_r:sepgsql_table_t:s1
30	system_u:object_r:sepgsql_table_t:s1
\.
SELECT security_label, * FROM c WHERE a >= 20;
-- COPY TO
COPY c (security_label, a) TO stdout;
COPY c (a, security_label) TO stdout (FORMAT csv, HEADER, FORCE_QUOTE (security_label));
COPY (SELECT security_label, a FROM c WHERE a < 3 ORDER BY a) TO stdout;
COPY c (a, xmin) TO stdout;
-- binary, there and back
\getenv dir PG_ABS_BUILDDIR
\set file :dir '/results/label_copy.bin'
COPY c (a, security_label) TO :'file' (FORMAT binary);
CREATE TABLE c2 (a int);
COPY c2 (a, security_label) FROM :'file' (FORMAT binary);
(SELECT a, security_label FROM c EXCEPT SELECT a, security_label FROM c2) UNION ALL (SELECT a, security_label FROM c2 EXCEPT SELECT a, security_label FROM c);

-- partitions: batches, and rows one by one for the sake of a trigger
CREATE TABLE p (a int, b text, c int) PARTITION BY LIST (a);
CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
CREATE TABLE p2 (c int, x int, b text, a int);
ALTER TABLE p2 DROP COLUMN x;
ALTER TABLE p ATTACH PARTITION p2 FOR VALUES IN (2);
COPY p (security_label, a, b, c) FROM stdin;
system_u:object_r:sepgsql_table_t:s0:c11	1	c1	1
system_u:object_r:sepgsql_table_t:s0:c12	2	c2	2
system_u:object_r:sepgsql_table_t:s0:c14	1	c4	4
\N	2	c5	5
\.
SELECT tableoid::regclass, security_label, * FROM p ORDER BY b;
CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN new.b := new.b || '!'; RETURN new; END $$;
CREATE TRIGGER tr BEFORE INSERT OR UPDATE ON p FOR EACH ROW EXECUTE FUNCTION tf();
COPY p (security_label, a, b, c) FROM stdin;
system_u:object_r:sepgsql_table_t:s0:c21	1	d1	1
system_u:object_r:sepgsql_table_t:s0:c22	2	d2	2
\N	2	d3	2
\.
SELECT tableoid::regclass, security_label, * FROM p WHERE b LIKE 'd%' ORDER BY b;
COPY p (a, security_label) TO stdout;
-- many rows with many labels, and what the server keeps of them
CREATE TABLE many (a int);
\set file :dir '/results/label_copy.txt'
COPY (SELECT i, 'system_u:object_r:sepgsql_table_t:s' || i % 16 || ':c' || i % 40 FROM generate_series(0, 4999) i) TO :'file';
COPY many (a, security_label) FROM :'file';
SELECT count(*), count(DISTINCT security_label),
	count(*) FILTER (WHERE security_label = 'system_u:object_r:sepgsql_table_t:s' || a % 16 || ':c' || a % 40) AS right FROM many;
SELECT count(*) FROM pg_security WHERE relid = 'many'::regclass AND secid > 0;
-- views and materialized views
CREATE VIEW v AS SELECT security_label, a FROM c;
CREATE MATERIALIZED VIEW mv AS SELECT a FROM c WHERE a < 3;
COPY v (security_label, a) TO stdout;
COPY (SELECT * FROM v WHERE a < 3 ORDER BY a) TO stdout;
COPY mv (security_label, a) TO stdout;
COPY v (security_label, a) FROM stdin;
\.
DROP SCHEMA label_copy CASCADE;
