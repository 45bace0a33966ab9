--
-- Clients of other levels and categories make, change and drop objects of
-- their own, which are labelled with the low end of their range; and leave no
-- trace in what they may not change.
--
GRANT CREATE ON DATABASE sepgsql_regression TO PUBLIC;
\c - sep_s2
CREATE SCHEMA own;
SET search_path = own;
CREATE TABLE t (a serial PRIMARY KEY, b text UNIQUE, c int CHECK (c > 0));
CREATE INDEX ON t (c);
CREATE VIEW v AS SELECT * FROM t;
INSERT INTO t (b, c) VALUES ('x', 1);
SELECT * FROM v;
SELECT security_label FROM pg_namespace WHERE nspname = 'own';
SELECT relname, relkind, security_label FROM pg_class
 WHERE relnamespace = 'own'::regnamespace ORDER BY relname;
SELECT DISTINCT security_label FROM pg_attribute WHERE attrelid = 't'::regclass;
SELECT security_label FROM pg_index WHERE indrelid = 't'::regclass GROUP BY 1;
SELECT security_label FROM pg_type WHERE typname IN ('t', '_t') GROUP BY 1;
-- the other kinds of objects
ALTER TABLE t ADD COLUMN d int DEFAULT 1;
ALTER TABLE t ALTER COLUMN d SET NOT NULL;
ALTER TABLE t RENAME COLUMN d TO dd;
ALTER TABLE t DROP COLUMN dd;
CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';
SELECT f();
SELECT security_label FROM pg_proc WHERE proname = 'f' AND pronamespace = 'own'::regnamespace;
CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
CREATE RULE r AS ON DELETE TO t DO ALSO SELECT 1;
CREATE POLICY p ON t;
CREATE STATISTICS s ON b, c FROM t;
COMMENT ON COLUMN t.b IS 'b';
CREATE MATERIALIZED VIEW m AS SELECT * FROM t;
CREATE UNIQUE INDEX ON m (a);
REFRESH MATERIALIZED VIEW m;
REFRESH MATERIALIZED VIEW CONCURRENTLY m;
CREATE TYPE e AS ENUM ('a', 'b');
ALTER TYPE e ADD VALUE 'c';
CREATE TYPE r AS RANGE (subtype = int);
CREATE TYPE ct AS (a int);
CREATE DOMAIN d AS int CHECK (VALUE > 0);
CREATE TABLE p (a int, b text) PARTITION BY LIST (a);
CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
ALTER TABLE p DETACH PARTITION p1;
ALTER TABLE p ATTACH PARTITION p1 FOR VALUES IN (1);
CREATE TABLE ref (a int REFERENCES t ON DELETE CASCADE);
CREATE INDEX CONCURRENTLY ci ON t (b);
REINDEX TABLE CONCURRENTLY t;
DROP INDEX CONCURRENTLY ci;
VACUUM FULL t;
CLUSTER t USING t_pkey;
ANALYZE t;
-- what these made has the same labels, and none is missing
SELECT security_label, count(*) FROM pg_class c
 WHERE relnamespace = 'own'::regnamespace AND relkind IN ('r', 'p', 'm') GROUP BY 1;
SELECT count(*) FROM pg_class t JOIN pg_class c ON c.reltoastrelid = t.oid
 WHERE c.relnamespace = 'own'::regnamespace AND t.security_label <> c.security_label;
-- temporary objects
CREATE TEMP TABLE tt (a int PRIMARY KEY) ON COMMIT DELETE ROWS;
SELECT security_label FROM pg_class WHERE oid = 'tt'::regclass;
BEGIN;
CREATE TEMP TABLE t3 (a int) ON COMMIT DROP;
COMMIT;
DISCARD TEMP;
CREATE TEMP TABLE tt (a int PRIMARY KEY, b text);

-- whoever uses the same temporary schema next: one of another category
\c - sep_c0
CREATE TEMP TABLE tt (a int PRIMARY KEY, b text);
SELECT security_label FROM pg_class WHERE oid = 'tt'::regclass;
-- and does not see what is above
SELECT nspname FROM pg_namespace WHERE nspname = 'own';
SELECT count(*) FROM own.t;

\c - sep_s2
SET client_min_messages = warning;
DROP SCHEMA own CASCADE;
\c - sep_admin
REVOKE CREATE ON DATABASE sepgsql_regression FROM PUBLIC;
