--
-- What caches keep of functions is asked about again for another label
--
\c - sep_admin
SET client_min_messages = warning;
CREATE SCHEMA kp;
GRANT ALL ON SCHEMA kp TO PUBLIC;
SET search_path = kp;
-- bodies that the planner puts in place of their calls, and one that it calls
CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 2';
CREATE FUNCTION three() RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN 3; END $$;
CREATE TABLE by_expr (a int);
CREATE INDEX ON by_expr (twice(a));
CREATE TABLE by_pred (a int);
CREATE INDEX ON by_pred (a) WHERE twice(a) > 5;
CREATE TABLE by_const (a int);
CREATE INDEX ON by_const ((a + three()));
CREATE TABLE by_part (a int) PARTITION BY RANGE (twice(a));
CREATE TABLE by_part1 PARTITION OF by_part FOR VALUES FROM (0) TO (1000);
-- what the server compares arrays with
CREATE TYPE comp AS (a int);
CREATE FUNCTION comp_lt(comp, comp) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN $1.a < $2.a; END $$;
CREATE FUNCTION comp_eq(comp, comp) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN $1.a = $2.a; END $$;
CREATE FUNCTION comp_cmp(comp, comp) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN $1.a - $2.a; END $$;
CREATE OPERATOR <<< (LEFTARG = comp, RIGHTARG = comp, FUNCTION = comp_lt);
CREATE OPERATOR === (LEFTARG = comp, RIGHTARG = comp, FUNCTION = comp_eq);
CREATE OPERATOR CLASS comp_ops DEFAULT FOR TYPE comp USING btree AS
	OPERATOR 1 <<<, OPERATOR 3 ===, FUNCTION 1 comp_cmp(comp, comp);
CREATE TABLE by_array (a comp[]);
CREATE INDEX ON by_array (a);
CREATE TABLE by_range (a comp[]) PARTITION BY RANGE (a);
CREATE TABLE by_range1 PARTITION OF by_range FOR VALUES FROM ('{(0)}') TO ('{(100)}');
SECURITY LABEL FOR selinux ON FUNCTION twice(int) IS 'system_u:object_r:sepgsql_proc_exec_t:s2';
SECURITY LABEL FOR selinux ON FUNCTION three() IS 'system_u:object_r:sepgsql_proc_exec_t:s2';
SECURITY LABEL FOR selinux ON FUNCTION comp_cmp(comp, comp) IS 'system_u:object_r:sepgsql_proc_exec_t:s2';
GRANT ALL ON ALL TABLES IN SCHEMA kp TO PUBLIC;
RESET client_min_messages;

-- the session's first other label
\c - sep_staff
SET search_path = kp;
INSERT INTO by_array VALUES ('{(1)}'), ('{(2)}');
INSERT INTO by_range VALUES ('{(1)}');
INSERT INTO by_expr VALUES (1);
BEGIN;
SELECT sepgsql_setcon('staff_u:staff_r:staff_t:s0');
SAVEPOINT s;
INSERT INTO by_array VALUES ('{(3)}');
ROLLBACK TO s;
INSERT INTO by_range VALUES ('{(3)}');
ROLLBACK TO s;
INSERT INTO by_expr VALUES (2);
ROLLBACK;

-- and the next one
INSERT INTO by_array VALUES ('{(4)}');
INSERT INTO by_range VALUES ('{(4)}');
INSERT INTO by_expr VALUES (3);
INSERT INTO by_pred VALUES (3);
INSERT INTO by_const VALUES (3);
INSERT INTO by_part VALUES (3);
SET enable_seqscan = off;
-- they serve who may execute them
EXPLAIN (COSTS OFF) SELECT a FROM by_expr WHERE twice(a) = 2;
EXPLAIN (COSTS OFF) SELECT a FROM by_pred WHERE twice(a) > 5 AND a = 3;
EXPLAIN (COSTS OFF) SELECT a FROM by_part WHERE twice(a) < 0;
BEGIN;
SELECT sepgsql_setcon('staff_u:staff_r:staff_t:s0');
SAVEPOINT s;
INSERT INTO by_array VALUES ('{(5)}');
ROLLBACK TO s;
INSERT INTO by_range VALUES ('{(5)}');
ROLLBACK TO s;
INSERT INTO by_expr VALUES (4);
ROLLBACK TO s;
INSERT INTO by_pred VALUES (4);
ROLLBACK TO s;
INSERT INTO by_const VALUES (4);
ROLLBACK TO s;
INSERT INTO by_part VALUES (4);
ROLLBACK;
SELECT count(*) FROM by_array;

-- the other way round: who could not, may
\c - sep_staff
SET search_path = kp;
BEGIN;
SELECT sepgsql_setcon('staff_u:staff_r:staff_t:s0');
INSERT INTO by_expr VALUES (4);
ROLLBACK;
SET enable_seqscan = off;
EXPLAIN (COSTS OFF) SELECT a FROM by_expr WHERE twice(a) = 2;
SELECT a FROM by_expr WHERE twice(a) = 2;

\c - sep_admin
SET client_min_messages = warning;
DROP SCHEMA kp CASCADE;
