--
-- The row filter: who sees which rows, by each kind of scan
--
\c - sep_admin
SET client_min_messages = warning;
DROP TABLE IF EXISTS rf_child, rf_cascade, rf_setnull, rf_parent, rf_t, rf_secret, rf_part, rf_toast, rf_shapes, rf_merge CASCADE;
RESET client_min_messages;
-- Only the rows at s0 hold numbers in v: a cast of a hidden row's v fails, so
-- a qualification that meets one shows it.
CREATE TABLE rf_t (id int PRIMARY KEY, k int, v text);
INSERT INTO rf_t (id, k, v, security_label)
  SELECT i, i % 10,
         CASE i % 4 WHEN 0 THEN i::text ELSE 'hidden' || i END,
         'unconfined_u:object_r:sepgsql_table_t:' ||
         (ARRAY['s0', 's0:c0', 's0:c1', 's2'])[i % 4 + 1]
  FROM generate_series(1, 4000) i;
CREATE INDEX rf_t_k ON rf_t (k);
CREATE INDEX rf_t_brin ON rf_t USING brin (k);
GRANT ALL ON rf_t TO PUBLIC;
VACUUM (ANALYZE) rf_t;
SELECT count(*), count(DISTINCT security_label) FROM rf_t;
-- Nothing is hidden from the administrator: an index-only scan stays one
SET enable_seqscan = off;
SET enable_bitmapscan = off;
EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off, BUFFERS off)
  SELECT count(*) FROM rf_t WHERE id > 0;
RESET enable_seqscan;
RESET enable_bitmapscan;
\c - sep_staff
SELECT count(*) FROM rf_t;
\c - sep_c0
SELECT security_label, count(*) FROM rf_t GROUP BY 1 ORDER BY 1;
\c - sep_c1
SELECT security_label, count(*) FROM rf_t GROUP BY 1 ORDER BY 1;
\c - sep_s2
SELECT security_label, count(*) FROM rf_t GROUP BY 1 ORDER BY 1;
\c - sep_user
SELECT security_label, count(*) FROM rf_t GROUP BY 1 ORDER BY 1;
-- sequential, with the qualification after the filter
EXPLAIN (COSTS off) SELECT count(*), sum(v::int) FROM rf_t WHERE v::int > 0;
SELECT count(*), sum(v::int) FROM rf_t WHERE v::int > 0;
SELECT count(*) FROM rf_t WHERE id IN (1, 2, 3);
-- index
SET enable_seqscan = off;
SET enable_bitmapscan = off;
SET enable_indexonlyscan = off;
EXPLAIN (COSTS off) SELECT count(*), sum(v::int) FROM rf_t WHERE id > 0 AND v::int > 0;
SELECT count(*), sum(v::int) FROM rf_t WHERE id > 0 AND v::int > 0;
SELECT id, v FROM rf_t WHERE id BETWEEN 1 AND 9 ORDER BY id DESC;
SELECT min(id), max(id) FROM rf_t;
-- index only: the heap is looked at
SET enable_indexonlyscan = on;
EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off, BUFFERS off)
  SELECT count(*) FROM rf_t WHERE id > 0;
SELECT id FROM rf_t WHERE id < 10 ORDER BY id;
-- bitmap, exact and lossy
SET enable_indexscan = off;
SET enable_indexonlyscan = off;
SET enable_bitmapscan = on;
EXPLAIN (COSTS off) SELECT count(*), sum(v::int) FROM rf_t WHERE id > 100 AND v::int > 0;
SELECT count(*), sum(v::int) FROM rf_t WHERE id > 100 AND v::int > 0;
\c - sep_admin
BEGIN;
DROP INDEX rf_t_k;
COMMIT;
\c - sep_user
SET enable_seqscan = off;
EXPLAIN (COSTS off) SELECT count(*), sum(v::int) FROM rf_t WHERE k = 4 AND v::int > 0;
SELECT count(*), sum(v::int) FROM rf_t WHERE k = 4 AND v::int > 0;
RESET enable_seqscan;
-- TID and TID range
SET enable_seqscan = off;
EXPLAIN (COSTS off) SELECT id FROM rf_t WHERE ctid = ANY (ARRAY['(0,1)', '(0,2)', '(0,3)', '(0,4)', '(0,8)']::tid[]);
SELECT id FROM rf_t WHERE ctid = ANY (ARRAY['(0,1)', '(0,2)', '(0,3)', '(0,4)', '(0,8)']::tid[]);
SELECT id FROM rf_t WHERE ctid = '(0,1)';
EXPLAIN (COSTS off) SELECT id FROM rf_t WHERE ctid < '(0,10)';
SELECT id, v::int FROM rf_t WHERE ctid < '(0,10)';
RESET enable_seqscan;
-- samples, with and without page-at-a-time mode
SELECT count(*), sum(v::int) FROM rf_t TABLESAMPLE SYSTEM (100);
SELECT count(*), sum(v::int) FROM rf_t TABLESAMPLE BERNOULLI (100);
SELECT bool_and(v::int > 0) FROM rf_t TABLESAMPLE BERNOULLI (20) REPEATABLE (1);
-- parallel scans: the workers have the leader's label
SET min_parallel_table_scan_size = 0;
SET min_parallel_index_scan_size = 0;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET parallel_leader_participation = off;
SET max_parallel_workers_per_gather = 2;
EXPLAIN (COSTS off) SELECT count(*), sum(v::int) FROM rf_t WHERE v::int > 0;
SELECT count(*), sum(v::int) FROM rf_t WHERE v::int > 0;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
SET enable_indexonlyscan = off;
EXPLAIN (COSTS off) SELECT count(*), sum(v::int) FROM rf_t WHERE id > 0 AND v::int > 0;
SELECT count(*), sum(v::int) FROM rf_t WHERE id > 0 AND v::int > 0;
SET enable_indexonlyscan = on;
EXPLAIN (COSTS off) SELECT count(*) FROM rf_t WHERE id > 0;
SELECT count(*) FROM rf_t WHERE id > 0;
SET enable_bitmapscan = on;
SET enable_indexscan = off;
SET enable_indexonlyscan = off;
EXPLAIN (COSTS off) SELECT count(*), sum(v::int) FROM rf_t WHERE id > 100 AND v::int > 0;
SELECT count(*), sum(v::int) FROM rf_t WHERE id > 100 AND v::int > 0;
RESET ALL;
-- joins, and the row as a whole
SELECT count(*) FROM rf_t a JOIN rf_t b USING (id);
SELECT count(*) FROM rf_t a LEFT JOIN rf_t b ON b.id = a.id + 1;
SELECT t FROM rf_t t WHERE id < 5;
-- COPY
COPY (SELECT id FROM rf_t WHERE id < 20 ORDER BY id) TO stdout;
-- cursors
BEGIN;
DECLARE c SCROLL CURSOR FOR SELECT id FROM rf_t ORDER BY id;
FETCH 2 FROM c;
FETCH LAST FROM c;
FETCH PRIOR FROM c;
DECLARE h CURSOR WITH HOLD FOR SELECT id, v::int FROM rf_t WHERE id < 20;
COMMIT;
FETCH ALL FROM h;
CLOSE h;
-- an index that gives its order only roughly
\c - sep_admin
CREATE TABLE rf_shapes (id int, c circle);
INSERT INTO rf_shapes (id, c, security_label)
  SELECT i, circle(point(i, i), 1),
         'unconfined_u:object_r:sepgsql_table_t:' || (ARRAY['s0', 's2'])[i % 2 + 1]
  FROM generate_series(1, 100) i;
CREATE INDEX ON rf_shapes USING gist (c);
GRANT SELECT ON rf_shapes TO PUBLIC;
\c - sep_user
SET enable_seqscan = off;
EXPLAIN (COSTS off) SELECT id FROM rf_shapes ORDER BY c <-> point(0, 0) LIMIT 3;
SELECT id FROM rf_shapes ORDER BY c <-> point(0, 0) LIMIT 3;
RESET enable_seqscan;
-- how many rows a lossy index makes be looked at depends on hidden ones; where none is, it is told
\c - sep_admin
CREATE TABLE rf_brin (id int);
CREATE TABLE rf_open (id int);
INSERT INTO rf_brin SELECT 1 FROM generate_series(1, 100);
INSERT INTO rf_open SELECT 1 + i % 2 * 6 FROM generate_series(1, 100) i;
INSERT INTO rf_brin (id, security_label) VALUES (7, 'unconfined_u:object_r:sepgsql_table_t:s2');
CREATE INDEX ON rf_brin USING brin (id);
CREATE INDEX ON rf_open USING brin (id);
GRANT SELECT ON rf_brin, rf_open TO PUBLIC;
\c - sep_user
SET enable_seqscan = off;
EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off, BUFFERS off) SELECT * FROM rf_brin WHERE id = 5;
EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off, BUFFERS off) SELECT * FROM rf_open WHERE id = 5;
RESET enable_seqscan;
-- inheritance and partitions
\c - sep_admin
CREATE TABLE rf_part (id int, v text) PARTITION BY RANGE (id);
CREATE TABLE rf_part1 PARTITION OF rf_part FOR VALUES FROM (0) TO (10);
CREATE TABLE rf_part2 PARTITION OF rf_part FOR VALUES FROM (10) TO (20);
INSERT INTO rf_part (id, v, security_label)
  SELECT i, 'v' || i, 'unconfined_u:object_r:sepgsql_table_t:' || CASE WHEN i > 10 THEN 's2' ELSE 's0' END
  FROM generate_series(8, 12) i;
GRANT ALL ON rf_part, rf_part1, rf_part2 TO PUBLIC;
\c - sep_user
SELECT tableoid::regclass, id FROM rf_part ORDER BY id;
UPDATE rf_part SET v = v || '!' RETURNING id, v;
COPY rf_part2 TO stdout;
-- Rows that may be seen but not changed are left out of UPDATE and DELETE,
-- and of FOR UPDATE
\c - sep_s2
BEGIN;
SELECT count(*) FROM rf_t;
SELECT security_label, count(*) FROM (SELECT security_label FROM rf_t FOR SHARE) s GROUP BY 1 ORDER BY 1;
SELECT security_label, count(*) FROM (SELECT security_label FROM rf_t FOR KEY SHARE) s GROUP BY 1 ORDER BY 1;
SELECT security_label, count(*) FROM (SELECT security_label FROM rf_t FOR NO KEY UPDATE) s GROUP BY 1 ORDER BY 1;
SELECT security_label, count(*) FROM (SELECT security_label FROM rf_t FOR UPDATE) s GROUP BY 1 ORDER BY 1;
WITH u AS (UPDATE rf_t SET k = k RETURNING security_label) SELECT security_label, count(*) FROM u GROUP BY 1;
WITH d AS (DELETE FROM rf_t RETURNING security_label) SELECT security_label, count(*) FROM d GROUP BY 1;
SELECT id FROM rf_part ORDER BY id FOR UPDATE;
SELECT id FROM rf_part ORDER BY id FOR SHARE;
WITH u AS (UPDATE rf_part SET v = v RETURNING id) SELECT id FROM u ORDER BY id;
ROLLBACK;
BEGIN;
DECLARE c CURSOR FOR SELECT id FROM rf_t WHERE id < 5 ORDER BY id;
FETCH FROM c;
FETCH FROM c;
-- at a row that this label may not change
UPDATE rf_t SET k = -1 WHERE CURRENT OF c;
ROLLBACK;
-- MERGE and ON CONFLICT say so
\c - sep_s2
BEGIN;
MERGE INTO rf_t t USING (VALUES (3)) s(id) ON t.id = s.id WHEN MATCHED THEN UPDATE SET k = 3;
ROLLBACK;
MERGE INTO rf_t t USING (VALUES (4)) s(id) ON t.id = s.id WHEN MATCHED THEN UPDATE SET k = 3;
MERGE INTO rf_t t USING (VALUES (4)) s(id) ON t.id = s.id WHEN MATCHED THEN DELETE;
\c - sep_user
MERGE INTO rf_t t USING (VALUES (3)) s(id) ON t.id = s.id WHEN MATCHED THEN DO NOTHING;
INSERT INTO rf_t VALUES (3, 3, '3') ON CONFLICT (id) DO UPDATE SET k = 99;
INSERT INTO rf_t VALUES (3, 3, '3') ON CONFLICT (id) DO NOTHING;
--
-- What tells of hidden rows
--
INSERT INTO rf_t VALUES (3, 3, '3');
\c - sep_admin
INSERT INTO rf_t VALUES (3, 3, '3');
SELECT count(*) > 0 AS shown FROM pg_stats WHERE tablename = 'rf_t';
\c - sep_user
SELECT count(*) FROM pg_stats WHERE tablename = 'rf_t';
SELECT sepgsql_rows_hidden('rf_t'::regclass);
\c - sep_staff
SELECT sepgsql_rows_hidden('rf_t'::regclass);
SELECT count(*) > 0 AS shown FROM pg_stats WHERE tablename = 'rf_t';
\c - sep_admin
CREATE STATISTICS rf_stat (mcv) ON k, v FROM rf_t;
ANALYZE rf_t;
ALTER TABLE rf_t OWNER TO sep_user;
SELECT count(*) FROM pg_stats_ext WHERE statistics_name = 'rf_stat';
\c - sep_user
SELECT count(*) FROM pg_stats_ext WHERE statistics_name = 'rf_stat';
\c - sep_admin
ALTER TABLE rf_t OWNER TO sep_admin;
DROP STATISTICS rf_stat;
-- an operator that is not leakproof is not given the statistics
CREATE FUNCTION rf_leak(int, int) RETURNS bool IMMUTABLE LANGUAGE plpgsql
  AS $$ BEGIN IF $1 = 3 THEN RAISE NOTICE 'met %', $1; END IF; RETURN $1 < $2; END $$;
CREATE OPERATOR <<< (LEFTARG = int, RIGHTARG = int, FUNCTION = rf_leak, RESTRICT = scalarltsel);
EXPLAIN (COSTS off) SELECT * FROM rf_t WHERE k <<< 2;
\c - sep_user
EXPLAIN (COSTS off) SELECT * FROM rf_t WHERE k <<< 2;
\c - sep_admin
DROP OPERATOR <<< (int, int);
DROP FUNCTION rf_leak;
-- nor is the hash function of a join given the most common values
CREATE FUNCTION rf_hash(text) RETURNS int IMMUTABLE LANGUAGE plpgsql
  AS $$ BEGIN IF $1 LIKE 'mcv%' THEN RAISE NOTICE 'met %', $1; END IF; RETURN length($1); END $$;
CREATE FUNCTION rf_eq(text, text) RETURNS bool IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN RETURN $1 = $2; END $$;
CREATE OPERATOR === (LEFTARG = text, RIGHTARG = text, FUNCTION = rf_eq, COMMUTATOR = ===, HASHES);
CREATE OPERATOR CLASS rf_ops FOR TYPE text USING hash AS OPERATOR 1 ===, FUNCTION 1 rf_hash(text);
CREATE TABLE rf_mcv (v text);
INSERT INTO rf_mcv (v, security_label)
  SELECT CASE WHEN i % 2 = 0 THEN 'mcv' ELSE 'open' || i END,
         'unconfined_u:object_r:sepgsql_table_t:' || CASE WHEN i % 2 = 0 THEN 's2' ELSE 's0' END
  FROM generate_series(1, 2000) i;
CREATE TABLE rf_pad AS SELECT 'pad' || i AS v, repeat('x', 200) AS pad FROM generate_series(1, 5000) i;
GRANT SELECT ON rf_mcv, rf_pad TO PUBLIC;
ANALYZE rf_mcv, rf_pad;
\c - sep_user
SET enable_mergejoin = off;
SET enable_nestloop = off;
SET max_parallel_workers_per_gather = 0;
SET work_mem = '64kB';
EXPLAIN (COSTS off) SELECT count(b.pad) FROM rf_mcv a JOIN rf_pad b ON a.v === b.v;
SELECT count(b.pad) FROM rf_mcv a JOIN rf_pad b ON a.v === b.v;
\c - sep_admin
DROP TABLE rf_mcv, rf_pad;
DROP OPERATOR CLASS rf_ops USING hash;
DROP OPERATOR FAMILY rf_ops USING hash;
DROP OPERATOR === (text, text);
DROP FUNCTION rf_hash, rf_eq;
-- a failing row is shown without the columns that may not be read
CREATE TABLE rf_col (id int PRIMARY KEY, a int CHECK (a < 10), b text);
INSERT INTO rf_col VALUES (1, 1, 'secret');
SECURITY LABEL FOR selinux ON COLUMN rf_col.b IS 'unconfined_u:object_r:sepgsql_table_t:s2';
CREATE UNIQUE INDEX ON rf_col ((b || 'x'));
GRANT ALL ON rf_col TO PUBLIC;
ANALYZE rf_col;
UPDATE rf_col SET a = 100;
\c - sep_user
SELECT b FROM rf_col;
UPDATE rf_col SET a = 100;
SELECT attname FROM pg_stats WHERE tablename = 'rf_col' ORDER BY 1;
\c - sep_admin
DROP TABLE rf_col;
--
-- Foreign keys
--
CREATE TABLE rf_parent (id int PRIMARY KEY, v text);
INSERT INTO rf_parent (id, v, security_label) VALUES
  (1, 'open', 'unconfined_u:object_r:sepgsql_table_t:s0'),
  (2, 'hidden', 'unconfined_u:object_r:sepgsql_table_t:s2'),
  (3, 'open', 'unconfined_u:object_r:sepgsql_table_t:s0'),
  (4, 'open', 'unconfined_u:object_r:sepgsql_table_t:s0');
CREATE TABLE rf_child (id int, p int REFERENCES rf_parent);
CREATE TABLE rf_cascade (id int, p int REFERENCES rf_parent ON DELETE CASCADE ON UPDATE CASCADE);
CREATE TABLE rf_setnull (id int, p int REFERENCES rf_parent ON DELETE SET NULL);
GRANT ALL ON rf_parent, rf_child, rf_cascade, rf_setnull TO PUBLIC;
INSERT INTO rf_child (id, p, security_label) VALUES
  (1, 1, 'unconfined_u:object_r:sepgsql_table_t:s2');
INSERT INTO rf_cascade (id, p, security_label) VALUES
  (3, 3, 'unconfined_u:object_r:sepgsql_table_t:s2');
INSERT INTO rf_setnull (id, p, security_label) VALUES
  (4, 4, 'unconfined_u:object_r:sepgsql_table_t:s2');
-- (no trigger is given a hidden row either)
CREATE FUNCTION rf_show() RETURNS trigger LANGUAGE plpgsql
  AS $$ BEGIN RAISE NOTICE '% of %', tg_op, old.id; RETURN coalesce(new, old); END $$;
CREATE TRIGGER rf_show BEFORE UPDATE OR DELETE ON rf_cascade FOR EACH ROW EXECUTE FUNCTION rf_show();
\c - sep_user
-- a hidden parent cannot be referenced, nor told from one that is not there
INSERT INTO rf_child VALUES (10, 2);
INSERT INTO rf_child VALUES (10, 99);
INSERT INTO rf_child VALUES (10, 3);
-- a hidden child keeps its parent
DELETE FROM rf_parent WHERE id = 1;
UPDATE rf_parent SET id = 11 WHERE id = 1;
-- an action does not reach what the client may not change
DELETE FROM rf_child;
DELETE FROM rf_parent WHERE id = 3;
UPDATE rf_parent SET id = 33 WHERE id = 3;
DELETE FROM rf_parent WHERE id = 4;
SELECT * FROM rf_parent ORDER BY id;
-- but its own
INSERT INTO rf_parent VALUES (5, 'mine');
INSERT INTO rf_cascade VALUES (5, 5);
DELETE FROM rf_parent WHERE id = 5;
SELECT * FROM rf_cascade;
\c - sep_admin
SELECT * FROM rf_child UNION ALL SELECT * FROM rf_cascade UNION ALL SELECT * FROM rf_setnull ORDER BY id;
DELETE FROM rf_parent WHERE id IN (3, 4);
SELECT * FROM rf_cascade UNION ALL SELECT * FROM rf_setnull;
--
-- An AFTER trigger's statements are filtered
--
CREATE TABLE rf_merge (n bigint);
CREATE FUNCTION rf_trig() RETURNS trigger LANGUAGE plpgsql
  AS $$ BEGIN INSERT INTO rf_merge SELECT count(*) FROM rf_t; RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER rf_trig AFTER INSERT ON rf_child
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION rf_trig();
GRANT ALL ON rf_merge TO PUBLIC;
\c - sep_user
BEGIN;
INSERT INTO rf_child VALUES (20, 1);
SELECT * FROM rf_merge;
COMMIT;
SELECT * FROM rf_merge;
--
-- Catalogs: a row is what it describes
--
\c - sep_admin
CREATE TABLE rf_secret (a int);
SECURITY LABEL FOR selinux ON TABLE rf_secret IS 'unconfined_u:object_r:sepgsql_table_t:s2';
SELECT relname FROM pg_class WHERE relname = 'rf_secret';
\c - sep_user
SELECT relname FROM pg_class WHERE relname = 'rf_secret';
SELECT relname FROM pg_class WHERE relname = 'rf_t';
-- views and functions have labels that mean nothing for rows or tables
SELECT relname FROM pg_class WHERE oid = 'pg_catalog.pg_stats'::regclass;
SELECT proname FROM pg_proc WHERE oid = 'pg_catalog.now()'::regprocedure;
SELECT attname FROM pg_attribute WHERE attrelid = 'rf_part'::regclass AND attnum > 0;
SELECT attname FROM pg_attribute WHERE attrelid = 'pg_catalog.pg_user_mappings'::regclass AND attnum = 1;
\c - sep_s2
SELECT relname FROM pg_class WHERE relname = 'rf_secret';
--
-- sepostgresql_row_filter = error: all or nothing
--
\c - sep_user
SET sepostgresql_row_filter = error;
SELECT count(*) FROM rf_t;
SELECT count(*) FROM rf_t WHERE id = 4;
SELECT count(*) FROM rf_t WHERE false;
COPY rf_t TO stdout;
SELECT count(*) FROM rf_part1;
\c - sep_admin
SET sepostgresql_row_filter = error;
SELECT count(*) FROM rf_t;
SELECT count(*) > 0 AS shown FROM pg_class;
RESET sepostgresql_row_filter;
--
-- A superuser is a client like others
--
CREATE TABLE rf_toast (a text);
ALTER TABLE rf_toast ALTER a SET STORAGE EXTERNAL;
INSERT INTO rf_toast (a, security_label) VALUES
  (repeat('secret', 1000), 'unconfined_u:object_r:sepgsql_table_t:s2');
SELECT reltoastrelid::regclass AS toast FROM pg_class WHERE relname = 'rf_toast' \gset
SELECT count(*) > 0 AS chunks FROM :toast;
\c - sep_su
SELECT count(*) FROM rf_t;
SELECT count(*) FROM pg_statistic WHERE starelid = 'rf_t'::regclass;
\set VERBOSITY sqlstate
SELECT count(*) > 0 AS chunks FROM :toast;
\set VERBOSITY default
\c - sep_admin
SELECT count(*) > 0 AS shown FROM pg_statistic WHERE starelid = 'rf_t'::regclass;
DROP TABLE rf_child, rf_cascade, rf_setnull, rf_parent, rf_t, rf_secret, rf_part, rf_toast, rf_shapes, rf_brin, rf_open, rf_merge;
DROP FUNCTION rf_trig, rf_show;
