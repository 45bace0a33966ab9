--
-- db_procedure execute, wherever a function runs.  Each case calls a function
-- of level s3, which sep_staff may execute and sep_su, a superuser at s0, may
-- not.  Then one session of sep_staff, whose caches hold all of them by now,
-- goes down to s0.
--
\c - sep_admin
SET client_min_messages = warning;
CREATE SCHEMA fn;
GRANT ALL ON SCHEMA fn TO PUBLIC;
SET search_path = fn;

-- runs a statement and tells its end; itself of level s0
CREATE FUNCTION try(stmt text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE stmt;
	RETURN 'ok';
EXCEPTION WHEN insufficient_privilege THEN
	RETURN sqlerrm;
WHEN OTHERS THEN
	RETURN 'ERROR: ' || sqlerrm;
END $$;
CREATE TABLE cases (n serial, what text, stmt text);
CREATE FUNCTION matrix() RETURNS TABLE (what text, outcome text) LANGUAGE plpgsql AS $$
DECLARE c record;
BEGIN
	FOR c IN SELECT * FROM fn.cases ORDER BY n LOOP
		what := c.what;
		outcome := fn.try(c.stmt);
		RETURN NEXT;
	END LOOP;
END $$;

-- expressions
CREATE FUNCTION f(int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN $1; END';
CREATE FUNCTION f_sql(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + 1';
CREATE FUNCTION f_imm(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1; END';
CREATE FUNCTION f_srf(int) RETURNS SETOF int LANGUAGE plpgsql AS 'BEGIN RETURN NEXT $1; RETURN NEXT $1; END';
CREATE FUNCTION f_srfsql(int) RETURNS SETOF int LANGUAGE sql STABLE AS 'SELECT generate_series(1, $1)';
CREATE FUNCTION f_op(int, int) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1 = $2; END';
CREATE OPERATOR === (leftarg = int, rightarg = int, function = f_op, restrict = eqsel, join = eqjoinsel, commutator = ===);
CREATE PROCEDURE f_proc() LANGUAGE plpgsql AS 'BEGIN END';
CREATE TABLE t (a int);
INSERT INTO t VALUES (1), (2);
CREATE FUNCTION f_srfplan(int) RETURNS SETOF int LANGUAGE sql STABLE AS 'SELECT a FROM fn.t WHERE a = $1';
INSERT INTO cases (what, stmt) VALUES
	('expression', 'SELECT fn.f(1)'),
	('expression, each row', 'SELECT fn.f(a) FROM fn.t'),
	('WHERE', 'SELECT FROM fn.t WHERE fn.f(a) = 1'),
	('in a plpgsql expression', 'DO $x$ DECLARE i int; BEGIN i := fn.f(1); END $x$'),
	('in another function', 'SELECT fn.caller(1)'),
	('inlined', 'SELECT fn.f_sql(a) FROM fn.t'),
	('inlined and folded', 'SELECT fn.f_sql(1)'),
	('folded', 'SELECT fn.f_imm(1)'),
	('folded by the estimator', 'EXPLAIN SELECT FROM fn.t WHERE a = fn.f_imm(1)'),
	('set-returning', 'SELECT fn.f_srf(2)'),
	('set-returning in FROM', 'SELECT FROM fn.f_srf(2)'),
	('set-returning, lazily', 'SELECT fn.f_srfsql(2)'),
	('set-returning, inlined', 'SELECT FROM fn.f_srfplan(1)'),
	('ROWS FROM', 'SELECT FROM ROWS FROM (fn.f_srf(2), generate_series(1, 2))'),
	('operator', 'SELECT 1 OPERATOR(fn.===) a FROM fn.t'),
	('operator ANY', 'SELECT 1 OPERATOR(fn.===) ANY (ARRAY[a, 2]) FROM fn.t'),
	('operator in a sub-select', 'SELECT 1 OPERATOR(fn.===) ANY (SELECT a FROM fn.t)'),
	('CASE', 'SELECT CASE a OPERATOR(fn.===) 1 WHEN true THEN 1 END FROM fn.t'),
	('CALL', 'CALL fn.f_proc()'),
	('EXECUTE', 'SELECT fn.try_prepared()');
CREATE FUNCTION caller(int) RETURNS int LANGUAGE sql AS 'SELECT fn.f($1)';
PREPARE nothing AS SELECT 1;
CREATE FUNCTION try_prepared() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE 'PREPARE fn_p(int) AS SELECT fn.f_sql($1)';
	BEGIN
		EXECUTE 'EXECUTE fn_p(1)';
	EXCEPTION WHEN OTHERS THEN
		EXECUTE 'DEALLOCATE fn_p';
		RAISE;
	END;
	EXECUTE 'DEALLOCATE fn_p';
END $$;

-- casts, input and output
CREATE FUNCTION f_cast(int) RETURNS box LANGUAGE plpgsql AS $$ BEGIN RETURN box(point(0,0), point($1,$1)); END $$;
CREATE CAST (int AS box) WITH FUNCTION f_cast(int) AS ASSIGNMENT;
CREATE TABLE tb (b box);
CREATE TABLE tm (m macaddr);
INSERT INTO tm VALUES ('08:00:2b:01:02:03');
INSERT INTO cases (what, stmt) VALUES
	('cast', 'SELECT 1::box'),
	('cast by assignment', 'INSERT INTO fn.tb SELECT 1'),
	('cast in plpgsql', 'DO $x$ DECLARE b box; i int := 1; BEGIN b := i; END $x$'),
	('cast of an array', 'SELECT ARRAY[1,2]::box[]'),
	('literal', 'SELECT macaddr ''08:00:2b:01:02:03'''),
	('input by cast', 'SELECT a::text::macaddr FROM (VALUES (''08:00:2b:01:02:03'')) v (a)'),
	('output by cast', 'SELECT m::text FROM fn.tm'),
	('input in an array', 'SELECT ''{08:00:2b:01:02:03}''::macaddr[]'),
	('output in an array', 'SELECT ARRAY[m]::text FROM fn.tm'),
	('output in a row', 'SELECT tm::text FROM fn.tm'),
	('output to json', 'SELECT to_json(m) FROM fn.tm'),
	('input from json', 'SELECT * FROM json_populate_record(null::fn.tm, ''{"m": "08:00:2b:01:02:03"}'')'),
	('JSON_VALUE', 'SELECT JSON_VALUE(''{"m": "08:00:2b:01:02:03"}'', ''$.m'' RETURNING macaddr)'),
	('format', 'SELECT format(''%s'', m) FROM fn.tm');

-- aggregates and window functions
CREATE FUNCTION f_trans(int, int) RETURNS int LANGUAGE plpgsql PARALLEL SAFE AS 'BEGIN RETURN coalesce($1, 0) + $2; END';
CREATE FUNCTION ok_trans(int, int) RETURNS int LANGUAGE plpgsql PARALLEL SAFE AS 'BEGIN RETURN coalesce($1, 0) + $2; END';
CREATE FUNCTION f_final(int) RETURNS int LANGUAGE plpgsql PARALLEL SAFE AS 'BEGIN RETURN $1; END';
CREATE FUNCTION f_comb(int, int) RETURNS int LANGUAGE plpgsql PARALLEL SAFE AS 'BEGIN RETURN coalesce($1, 0) + coalesce($2, 0); END';
CREATE FUNCTION f_inv(int, int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN $1 - $2; END';
CREATE AGGREGATE a_trans(int) (sfunc = f_trans, stype = int);
CREATE AGGREGATE a_final(int) (sfunc = ok_trans, stype = int, finalfunc = f_final);
CREATE AGGREGATE a_self(int) (sfunc = ok_trans, stype = int);
CREATE AGGREGATE a_inv(int) (sfunc = ok_trans, stype = int, msfunc = ok_trans, minvfunc = f_inv, mstype = int);
CREATE AGGREGATE a_comb(int) (sfunc = ok_trans, stype = int, combinefunc = f_comb, parallel = safe);
CREATE TABLE big AS SELECT i AS a FROM generate_series(1, 2000) i;
ANALYZE big;
CREATE FUNCTION parallel(text) RETURNS void LANGUAGE plpgsql
	SET debug_parallel_query = off SET parallel_setup_cost = 0 SET parallel_tuple_cost = 0 SET min_parallel_table_scan_size = 0
	AS 'BEGIN EXECUTE $1; END';
INSERT INTO cases (what, stmt) VALUES
	('aggregate', 'SELECT fn.a_self(a) FROM fn.t'),
	('transition', 'SELECT fn.a_trans(a) FROM fn.t'),
	('final', 'SELECT fn.a_final(a) FROM fn.t'),
	('aggregate as window function', 'SELECT fn.a_trans(a) OVER () FROM fn.t'),
	('final as window function', 'SELECT fn.a_final(a) OVER () FROM fn.t'),
	('inverse transition', 'SELECT fn.a_inv(a) OVER (ORDER BY a ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM fn.t'),
	('window function', 'SELECT ntile(2) OVER () FROM fn.t'),
	('combine', 'SELECT fn.parallel(''SELECT fn.a_comb(a) FROM fn.big'')'),
	('serial', 'SELECT fn.parallel(''SELECT avg(a::numeric) FROM fn.big'')'),
	('in a parallel worker', 'SELECT fn.parallel(''SELECT count(*) FROM fn.big WHERE fn.f_par(a) = 1'')');
CREATE FUNCTION f_par(int) RETURNS int LANGUAGE plpgsql PARALLEL SAFE AS 'BEGIN RETURN $1; END';

-- triggers, defaults and constraints
CREATE FUNCTION f_trg() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE TABLE tbefore (a int);
CREATE TRIGGER t BEFORE INSERT ON tbefore FOR EACH ROW EXECUTE FUNCTION f_trg();
CREATE TABLE tafter (a int);
CREATE TRIGGER t AFTER INSERT ON tafter FOR EACH ROW EXECUTE FUNCTION f_trg();
CREATE TABLE tstmt (a int);
CREATE TRIGGER t BEFORE INSERT ON tstmt FOR EACH STATEMENT EXECUTE FUNCTION f_trg();
CREATE TABLE tdefer (a int);
CREATE CONSTRAINT TRIGGER t AFTER INSERT ON tdefer DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION f_trg();
CREATE FUNCTION ok_trg() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE TABLE twhen (a int);
CREATE TRIGGER t BEFORE INSERT ON twhen FOR EACH ROW WHEN (fn.f(new.a) = 1) EXECUTE FUNCTION ok_trg();
CREATE TABLE tbuiltin (a int);
INSERT INTO tbuiltin VALUES (1);
CREATE TRIGGER t BEFORE UPDATE ON tbuiltin FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
CREATE VIEW vinstead AS SELECT a FROM t;
CREATE TRIGGER t INSTEAD OF INSERT ON vinstead FOR EACH ROW EXECUTE FUNCTION f_trg();
CREATE TABLE tdefault (a int, b int DEFAULT f(1));
CREATE TABLE tcheck (a int CHECK (fn.f(a) > 0));
CREATE TABLE tgen (a int, b int GENERATED ALWAYS AS (fn.f_imm(a)) STORED);
CREATE TABLE tindex (a int);
CREATE INDEX ON tindex (fn.f_imm(a));
CREATE DOMAIN d AS int CHECK (fn.f(VALUE) > 0);
CREATE DOMAIN d_sql AS int CHECK (fn.f_sql(VALUE) > 0);
CREATE VIEW v AS SELECT fn.f(a) FROM t;
CREATE TABLE truled (a int);
CREATE RULE r AS ON INSERT TO truled DO ALSO SELECT fn.f(1);
INSERT INTO cases (what, stmt) VALUES
	('BEFORE trigger', 'INSERT INTO fn.tbefore VALUES (1)'),
	('AFTER trigger', 'INSERT INTO fn.tafter VALUES (1)'),
	('statement trigger', 'INSERT INTO fn.tstmt VALUES (1)'),
	('deferred trigger', 'SET CONSTRAINTS ALL IMMEDIATE; INSERT INTO fn.tdefer VALUES (1); SET CONSTRAINTS ALL IMMEDIATE'),
	('a trigger of the server', 'UPDATE fn.tbuiltin SET a = 2'),
	('trigger''s condition', 'INSERT INTO fn.twhen VALUES (1)'),
	('INSTEAD OF trigger', 'INSERT INTO fn.vinstead VALUES (1)'),
	('default', 'INSERT INTO fn.tdefault VALUES (1)'),
	('check constraint', 'INSERT INTO fn.tcheck VALUES (1)'),
	('generated column', 'INSERT INTO fn.tgen VALUES (1)'),
	('index expression', 'INSERT INTO fn.tindex VALUES (1)'),
	('domain', 'SELECT 1::fn.d'),
	('domain, to be inlined', 'SELECT a::fn.d_sql FROM fn.t'),
	('domain''s input', 'SELECT a::text::fn.d FROM fn.t'),
	('view', 'SELECT FROM fn.v WHERE f > 0'),
	('rule', 'INSERT INTO fn.truled VALUES (1)');

-- functions that serve a type: operator classes, ranges, partitions
CREATE FUNCTION ok_lt(box, box) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN area($1) < area($2); END';
CREATE FUNCTION ok_le(box, box) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN area($1) <= area($2); END';
CREATE FUNCTION ok_eq(box, box) RETURNS bool LANGUAGE plpgsql IMMUTABLE STRICT AS 'BEGIN RETURN area($1) = area($2); END';
CREATE FUNCTION ok_ge(box, box) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN area($1) >= area($2); END';
CREATE FUNCTION ok_gt(box, box) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN area($1) > area($2); END';
CREATE FUNCTION f_cmp(box, box) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN sign(area($1) - area($2)); END';
CREATE FUNCTION f_hash(box) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN area($1)::int; END';
CREATE FUNCTION f_hash8(box, int8) RETURNS int8 LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN area($1)::int8; END';
CREATE OPERATOR <! (leftarg = box, rightarg = box, function = ok_lt);
CREATE OPERATOR <=! (leftarg = box, rightarg = box, function = ok_le);
CREATE OPERATOR =! (leftarg = box, rightarg = box, function = ok_eq, hashes, merges, commutator = =!);
CREATE OPERATOR >=! (leftarg = box, rightarg = box, function = ok_ge);
CREATE OPERATOR >! (leftarg = box, rightarg = box, function = ok_gt);
CREATE OPERATOR CLASS box_bt DEFAULT FOR TYPE box USING btree AS
	OPERATOR 1 <!, OPERATOR 2 <=!, OPERATOR 3 =!, OPERATOR 4 >=!, OPERATOR 5 >!, FUNCTION 1 f_cmp(box, box);
CREATE OPERATOR CLASS box_hash DEFAULT FOR TYPE box USING hash AS
	OPERATOR 1 =!, FUNCTION 1 f_hash(box), FUNCTION 2 f_hash8(box, int8);
CREATE TABLE boxes (b box, i int);
INSERT INTO boxes SELECT box(point(0, 0), point(i, i)), i FROM generate_series(1, 20) i;
CREATE TABLE boxidx (b box);
CREATE INDEX boxidx_b ON boxidx (b);
INSERT INTO boxidx SELECT b FROM boxes;
CREATE TABLE boxhash (b box);
CREATE INDEX boxhash_b ON boxhash USING hash (b);
CREATE TABLE boxpart (b box) PARTITION BY LIST (b);
CREATE TABLE boxpart1 PARTITION OF boxpart FOR VALUES IN ('(1,1),(0,0)');
CREATE TABLE boxpart2 PARTITION OF boxpart FOR VALUES IN ('(2,2),(0,0)');
CREATE TABLE boxmod (b box) PARTITION BY HASH (b);
CREATE TABLE boxmod1 PARTITION OF boxmod FOR VALUES WITH (modulus 1, remainder 0);
CREATE TYPE crange;
CREATE FUNCTION f_canon(crange) RETURNS crange LANGUAGE internal IMMUTABLE STRICT AS 'int4range_canonical';
CREATE TYPE crange AS RANGE (subtype = int4, canonical = f_canon);
CREATE FUNCTION plans(text, VARIADIC text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE o text;
BEGIN
	FOREACH o IN ARRAY $2 LOOP
		PERFORM set_config(o, 'off', true);
	END LOOP;
	EXECUTE $1;
	FOREACH o IN ARRAY $2 LOOP
		PERFORM set_config(o, 'on', true);
	END LOOP;
END $$;
INSERT INTO cases (what, stmt) VALUES
	('sort', 'SELECT b FROM fn.boxes ORDER BY b'),
	('min', 'SELECT b FROM fn.boxes ORDER BY b LIMIT 1'),
	('group by sort', 'SELECT fn.plans(''SELECT b FROM fn.boxes GROUP BY b'', ''enable_hashagg'')'),
	('group by hash', 'SELECT fn.plans(''SELECT b FROM fn.boxes GROUP BY b'', ''enable_sort'')'),
	('merge join', 'SELECT fn.plans(''SELECT FROM fn.boxes x JOIN fn.boxes y ON x.b OPERATOR(fn.=!) y.b'', ''enable_hashjoin'', ''enable_nestloop'')'),
	('hash join', 'SELECT fn.plans(''SELECT FROM fn.boxes x JOIN fn.boxes y ON x.b OPERATOR(fn.=!) y.b'', ''enable_mergejoin'', ''enable_nestloop'')'),
	('hashed sub-select', 'SELECT b OPERATOR(fn.=!) ANY (SELECT b FROM fn.boxes) FROM fn.boxes'),
	('row comparison', 'SELECT ROW(b, b) OPERATOR(fn.<!) ROW(b, b) FROM fn.boxes'),
	('GREATEST', 'SELECT GREATEST(b, b) FROM fn.boxes'),
	('comparison of arrays', 'SELECT ARRAY[b] < ARRAY[b] FROM fn.boxes'),
	('comparison of records', 'SELECT x < x FROM fn.boxes x'),
	('hash of a record', 'SELECT hash_record(ROW(b)) FROM fn.boxes'),
	('hash of an array', 'SELECT hash_array(ARRAY[b]) FROM fn.boxes'),
	('index scan', 'SELECT fn.plans(''SELECT FROM fn.boxidx WHERE b OPERATOR(fn.=!) ''''(1,1),(0,0)'''''', ''enable_seqscan'', ''enable_bitmapscan'')'),
	('insertion into an index', 'INSERT INTO fn.boxidx VALUES (''(1,1),(0,0)'')'),
	('insertion into a hash index', 'INSERT INTO fn.boxhash VALUES (''(1,1),(0,0)'')'),
	('list partition', 'INSERT INTO fn.boxpart VALUES (''(1,1),(0,0)'')'),
	('pruning', 'SELECT FROM fn.boxpart WHERE b OPERATOR(fn.=!) ''(1,1),(0,0)'''),
	('hash partition', 'INSERT INTO fn.boxmod VALUES (''(1,1),(0,0)'')'),
	('canonical form of a range', 'SELECT fn.crange(1, 2)');

-- the planner's helpers
CREATE FUNCTION f_sel(internal, oid, internal, int) RETURNS float8 LANGUAGE internal STABLE STRICT AS 'eqsel';
CREATE OPERATOR ==== (leftarg = int, rightarg = int, function = int4eq, restrict = f_sel);
CREATE FUNCTION f_support(internal) RETURNS internal LANGUAGE internal STRICT AS 'generate_series_int4_support';
CREATE FUNCTION ok_supported(int, int) RETURNS SETOF int LANGUAGE plpgsql AS 'BEGIN RETURN NEXT $1; END';
ALTER FUNCTION ok_supported(int, int) SUPPORT f_support;
INSERT INTO cases (what, stmt) VALUES
	('selectivity estimator', 'SELECT FROM fn.t WHERE a OPERATOR(fn.====) 1'),
	('support function', 'SELECT FROM fn.ok_supported(1, 2)'),
	('sampling method', 'SELECT FROM fn.t TABLESAMPLE system (100)'),
	('text search parser', 'SELECT to_tsvector(''fn.conf'', ''a word'')');
CREATE FUNCTION f_token(internal, internal, internal) RETURNS internal LANGUAGE internal STRICT AS 'prsd_nexttoken';
CREATE TEXT SEARCH PARSER prs (start = prsd_start, gettoken = f_token, end = prsd_end, lextypes = prsd_lextype);
CREATE TEXT SEARCH CONFIGURATION conf (parser = prs);

GRANT ALL ON ALL TABLES IN SCHEMA fn TO PUBLIC;
GRANT ALL ON ALL SEQUENCES IN SCHEMA fn TO PUBLIC;
CREATE FUNCTION pg_temp.set_level(level text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE p regprocedure;
BEGIN
	FOR p IN SELECT oid FROM pg_proc WHERE pronamespace = 'fn'::regnamespace AND proname ~ '^(f_|f$|a_self$)' UNION ALL
		SELECT oid FROM pg_proc WHERE proname IN ('macaddr_in', 'macaddr_out', 'macaddr_recv', 'macaddr_send', 'ntile', 'numeric_avg_serialize', 'suppress_redundant_updates_trigger', 'system') LOOP
		EXECUTE format('SECURITY LABEL FOR selinux ON %s %s IS %L',
			CASE (SELECT prokind FROM pg_proc WHERE oid = p) WHEN 'a' THEN 'AGGREGATE' WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END,
			p, 'system_u:object_r:sepgsql_proc_exec_t:' || level);
	END LOOP;
END $$;
SELECT pg_temp.set_level('s3');
RESET client_min_messages;

\c - sep_su
SELECT * FROM fn.matrix();
\c - sep_staff
SELECT * FROM fn.matrix() WHERE outcome <> 'ok';
SELECT sepgsql_setcon('staff_u:staff_r:staff_t:s0');
SELECT * FROM fn.matrix();
SELECT sepgsql_setcon(NULL);
DISCARD ALL;
SELECT * FROM fn.matrix() WHERE outcome <> 'ok';

-- what the client is sent, and sends
\c - sep_su
SELECT m FROM fn.tm;
COPY fn.tm TO stdout;
COPY fn.tm FROM stdin;
08:00:2b:01:02:03
\.
\c - sep_admin
-- event triggers
SET search_path = fn;
CREATE FUNCTION f_event() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER fn_event ON ddl_command_start EXECUTE FUNCTION f_event();
SECURITY LABEL FOR selinux ON FUNCTION f_event() IS 'system_u:object_r:sepgsql_proc_exec_t:s3';
\c - sep_su
CREATE TEMP TABLE evt (a int);
\c - sep_staff
CREATE TEMP TABLE evt (a int);
\c - sep_admin
DROP EVENT TRIGGER fn_event;

-- languages
\c - sep_su
DO 'BEGIN END';
\c - sep_admin
SECURITY LABEL FOR selinux ON LANGUAGE plpgsql IS 'system_u:object_r:sepgsql_lang_t:s0';
\c - sep_su
DO 'BEGIN END';
SELECT fn.try('SELECT 1');
\c - sep_admin
DO 'BEGIN END';
SECURITY LABEL FOR selinux ON LANGUAGE plpgsql IS 'system_u:object_r:sepgsql_safe_lang_t:s0';

-- plans that are kept: made before the function was relabelled
\c - sep_admin
SET search_path = fn;
SECURITY LABEL FOR selinux ON FUNCTION f_sql(int) IS 'system_u:object_r:sepgsql_proc_exec_t:s0';
SECURITY LABEL FOR selinux ON FUNCTION f_imm(int) IS 'system_u:object_r:sepgsql_proc_exec_t:s0';
SECURITY LABEL FOR selinux ON FUNCTION f(int) IS 'system_u:object_r:sepgsql_proc_exec_t:s0';
CREATE FUNCTION relabel(fun regprocedure, level text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS
	$$ BEGIN EXECUTE format('SECURITY LABEL FOR selinux ON FUNCTION %s IS %L', fun, 'system_u:object_r:sepgsql_proc_exec_t:' || level); END $$;
SECURITY LABEL FOR selinux ON FUNCTION relabel(regprocedure, text) IS 'system_u:object_r:sepgsql_ranged_proc_exec_t:s0';
CREATE FUNCTION simple(int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN fn.f_sql($1) + fn.f_imm(1) + fn.f($1); END $$;
CREATE FUNCTION casting(int) RETURNS box LANGUAGE plpgsql AS $$ BEGIN RETURN $1; END $$;
\c - sep_staff
SET search_path = fn;
SET plan_cache_mode = force_generic_plan;
PREPARE inlined(int) AS SELECT f_sql($1);
PREPARE folded AS SELECT f_imm(1);
EXECUTE inlined(1);
EXECUTE folded;
SELECT simple(1);
BEGIN;
SELECT simple(1);
SAVEPOINT s;
-- down to s0: all are permitted there, too
SELECT sepgsql_setcon('staff_u:staff_r:staff_t:s0');
EXECUTE inlined(1);
EXECUTE folded;
SELECT simple(1);
ROLLBACK TO SAVEPOINT s;
SELECT relabel('f_sql(int)', 's3'), relabel('f_imm(int)', 's3'), relabel('f(int)', 's3');
-- still at s0-s3
EXECUTE inlined(1);
EXECUTE folded;
SELECT simple(1);
SELECT sepgsql_setcon('staff_u:staff_r:staff_t:s0');
SAVEPOINT s;
EXECUTE inlined(1);
ROLLBACK TO SAVEPOINT s;
EXECUTE folded;
ROLLBACK TO SAVEPOINT s;
SELECT simple(1);
ROLLBACK;
BEGIN;
SELECT casting(1);
SELECT sepgsql_setcon('staff_u:staff_r:staff_t:s0');
SELECT casting(1);
ROLLBACK;
SELECT casting(1);
EXECUTE inlined(1);
EXECUTE folded;
SELECT simple(1);

\c - sep_admin
SET client_min_messages = warning;
CREATE FUNCTION pg_temp.reset() RETURNS void LANGUAGE plpgsql AS $$
DECLARE p regprocedure;
BEGIN
	FOR p IN SELECT oid FROM pg_proc WHERE proname IN ('macaddr_in', 'macaddr_out', 'macaddr_recv', 'macaddr_send', 'ntile', 'numeric_avg_serialize', 'suppress_redundant_updates_trigger', 'system') LOOP
		EXECUTE format('SECURITY LABEL FOR selinux ON FUNCTION %s IS %L', p, 'system_u:object_r:sepgsql_proc_exec_t:s0');
	END LOOP;
END $$;
SELECT pg_temp.reset();
DROP SCHEMA fn CASCADE;
