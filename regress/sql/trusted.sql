--
-- Trusted procedures: a new label from the start of each call to its end,
-- whatever the end is.
--
\c - sep_admin
SET client_min_messages = warning;
CREATE SCHEMA tp;
GRANT ALL ON SCHEMA tp TO PUBLIC;
SET search_path = tp;
-- the example of contrib/sepgsql's documentation
CREATE TABLE customer (cid int PRIMARY KEY, cname text, credit text);
SECURITY LABEL FOR selinux ON COLUMN customer.credit IS 'system_u:object_r:sepgsql_secret_table_t:s0';
INSERT INTO customer VALUES (1, 'taro', '1111-2222-3333-4444'), (2, 'hanako', '5555-6666-7777-8888');
CREATE FUNCTION show_credit(int) RETURNS text LANGUAGE sql AS
	$$ SELECT regexp_replace(credit, '-[0-9]+$', '-xxxx', 'g') FROM tp.customer WHERE cid = $1 $$;
SECURITY LABEL FOR selinux ON FUNCTION show_credit(int) IS 'system_u:object_r:sepgsql_trusted_proc_exec_t:s0';
CREATE TABLE secret (a int);
SECURITY LABEL FOR selinux ON TABLE secret IS 'system_u:object_r:sepgsql_secret_table_t:s0';
CREATE TABLE log (who text, what text);
CREATE TABLE plain (a int);
GRANT ALL ON ALL TABLES IN SCHEMA tp TO PUBLIC;

-- the type and the range of the label that runs
CREATE FUNCTION lab() RETURNS text LANGUAGE sql AS
	$$ SELECT sepgsql_get_type(sepgsql_getcon()) || ':' || sepgsql_get_range(sepgsql_getcon()) $$;
CREATE FUNCTION t_lab() RETURNS text LANGUAGE plpgsql PARALLEL SAFE AS $$ BEGIN RETURN tp.lab(); END $$;
CREATE FUNCTION t_sql() RETURNS text LANGUAGE sql STABLE AS $$ SELECT tp.lab() $$;
CREATE FUNCTION t_imm() RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN tp.lab(); END $$;
CREATE FUNCTION t_nested() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN tp.lab() || ' ' || tp.t_lab() || ' ' || tp.lab(); END $$;
CREATE FUNCTION t_srf(int) RETURNS SETOF text LANGUAGE plpgsql AS $$ BEGIN FOR i IN 1..$1 LOOP RETURN NEXT tp.lab(); END LOOP; END $$;
CREATE FUNCTION t_lazy(int) RETURNS SETOF text LANGUAGE sql AS $$ SELECT tp.lab() FROM generate_series(1, $1) $$;
CREATE FUNCTION t_fault(text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	CASE $1
		WHEN 'raise' THEN RAISE EXCEPTION 'fault in %', tp.lab();
		WHEN 'divide' THEN PERFORM 1 / (SELECT count(*) FROM tp.secret);
		WHEN 'nested' THEN PERFORM tp.t_fault('raise');
		WHEN 'caught' THEN
			BEGIN
				PERFORM tp.t_fault('raise');
			EXCEPTION WHEN OTHERS THEN
				RETURN 'caught in ' || tp.lab();
			END;
		ELSE NULL;
	END CASE;
	RETURN tp.lab();
END $$;
CREATE FUNCTION t_trans(text, int) RETURNS text LANGUAGE plpgsql PARALLEL SAFE AS $$ BEGIN RETURN tp.lab(); END $$;
CREATE AGGREGATE agg(int) (sfunc = t_trans, stype = text);
CREATE FUNCTION t_op(int, int) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN tp.lab(); END $$;
CREATE OPERATOR @@@ (leftarg = int, rightarg = int, function = t_op);
CREATE FUNCTION t_trg() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO tp.log VALUES (tg_table_name || ' ' || tg_when || ' ' || tg_level, tp.lab());
	RETURN new;
END $$;
CREATE PROCEDURE t_commit(how text) LANGUAGE plpgsql AS $$
DECLARE
	r record;
BEGIN
	RAISE NOTICE 'before: %', tp.lab();
	COMMIT;
	RAISE NOTICE 'after COMMIT: %', tp.lab();
	INSERT INTO tp.secret VALUES (1);
	ROLLBACK;
	RAISE NOTICE 'after ROLLBACK: %', tp.lab();
	INSERT INTO tp.secret VALUES (2);
	COMMIT;
	IF how = 'fault' THEN
		RAISE EXCEPTION 'fault in %', tp.lab();
	ELSIF how = 'nested' THEN
		CALL tp.t_commit('');
		RAISE NOTICE 'after the nested one: %', tp.lab();
	ELSIF how = 'plain' THEN
		CALL tp.p_commit();
		RAISE NOTICE 'after the plain one: %', tp.lab();
	ELSIF how = 'loop' THEN
		FOR r IN SELECT FROM generate_series(1, 2) LOOP
			RAISE NOTICE 'in the loop: %', tp.lab();
			COMMIT;
		END LOOP;
	END IF;
END $$;
CREATE PROCEDURE t_rollback() LANGUAGE plpgsql AS $$
BEGIN
	ROLLBACK;
	RAISE NOTICE 'after ROLLBACK: %', tp.lab();
	INSERT INTO tp.secret VALUES (1);
	ROLLBACK;
	RAISE EXCEPTION 'fault in %', tp.lab();
END $$;
CREATE PROCEDURE p_commit() LANGUAGE plpgsql AS $$
BEGIN
	CALL tp.t_commit('');
	RAISE NOTICE 'back: %', tp.lab();
	ROLLBACK;
	RAISE NOTICE 'back after ROLLBACK: %', tp.lab();
END $$;
CREATE FUNCTION t_cursor(c refcursor) RETURNS refcursor LANGUAGE plpgsql AS $$
BEGIN
	OPEN c FOR SELECT a, tp.lab() FROM tp.secret, generate_series(1, 2) i;
	RETURN c;
END $$;
CREATE FUNCTION t_fetch(c refcursor) RETURNS text LANGUAGE plpgsql AS $$
DECLARE r record;
BEGIN
	FETCH c INTO r;
	RETURN r::text || ' ' || tp.lab();
END $$;
CREATE FUNCTION t_definer() RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET work_mem = '1MB' AS $$ BEGIN RETURN current_user || ' ' || tp.lab(); END $$;
CREATE FUNCTION t_path() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN planted(); END $$;
CREATE FUNCTION t_set(text) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN RETURN sepgsql_setcon($1); END $$;
DO $$
DECLARE p regprocedure;
BEGIN
	FOR p IN SELECT oid FROM pg_proc WHERE pronamespace = 'tp'::regnamespace AND proname LIKE 't\_%' LOOP
		EXECUTE format('SECURITY LABEL FOR selinux ON ROUTINE %s IS %L', p, 'system_u:object_r:sepgsql_trusted_proc_exec_t:s0');
	END LOOP;
END $$;
RESET client_min_messages;

\c - sep_user
SET search_path = tp;
SELECT * FROM customer;
SELECT cid, cname, show_credit(cid) FROM customer;
SELECT lab(), t_lab(), lab();
SELECT t_sql(), t_imm(), t_nested(), lab();
SELECT t_definer(), lab();
-- between the rows of a set the caller's label holds
SELECT t_srf(2), lab();
SELECT t_lazy(2), lab();
SELECT l, lab() FROM t_lazy(2) l;
SELECT l, lab() FROM ROWS FROM (t_lazy(2)) l;
SELECT l, lab() FROM t_lazy(5) l LIMIT 1;
SELECT lab();
SELECT agg(i), lab() FROM generate_series(1, 2) i;
SELECT agg(i) OVER (), lab() FROM generate_series(1, 2) i;
SELECT 1 @@@ 2, lab();
-- in a parallel worker
SET debug_parallel_query = on;
SELECT t_lab();
RESET debug_parallel_query;

-- errors
SELECT t_fault('raise');
SELECT lab();
SELECT t_fault('divide');
SELECT lab();
SELECT t_fault('nested');
SELECT lab();
SELECT t_fault('caught'), lab();
BEGIN;
SAVEPOINT s;
SELECT t_fault('nested');
ROLLBACK TO SAVEPOINT s;
SELECT lab();
COMMIT;
DO $$
BEGIN
	FOR i IN 1..3 LOOP
		BEGIN
			PERFORM tp.t_fault('nested');
		EXCEPTION WHEN OTHERS THEN
			RAISE NOTICE '%, and now %', sqlerrm, tp.lab();
		END;
	END LOOP;
	RAISE NOTICE '%', tp.t_lab();
END $$;
-- a cancel
\c - sep_admin
CREATE FUNCTION tp.t_sleep() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(60); END $$;
SECURITY LABEL FOR selinux ON FUNCTION tp.t_sleep() IS 'system_u:object_r:sepgsql_trusted_proc_exec_t:s0';
\c - sep_user
SET search_path = tp;
SET statement_timeout = '200ms';
SELECT t_sleep();
RESET statement_timeout;
SELECT lab();

-- transactions in procedures
CALL t_commit('');
SELECT lab();
CALL t_rollback();
SELECT lab();
CALL t_commit('fault');
SELECT lab();
CALL t_commit('nested');
CALL t_commit('plain');
CALL t_commit('loop');
SELECT lab();
CALL p_commit();
SELECT lab();
DO $$ BEGIN CALL tp.t_commit(''); RAISE NOTICE '%', tp.lab(); END $$;
BEGIN;
CALL t_commit('');
ROLLBACK;
SELECT lab();
SELECT count(*) FROM secret;

-- triggers
\c - sep_admin
SET search_path = tp;
CREATE TRIGGER a BEFORE INSERT ON plain FOR EACH STATEMENT EXECUTE FUNCTION t_trg();
CREATE TRIGGER b BEFORE INSERT ON plain FOR EACH ROW EXECUTE FUNCTION t_trg();
CREATE TRIGGER c AFTER INSERT ON plain FOR EACH ROW EXECUTE FUNCTION t_trg();
CREATE CONSTRAINT TRIGGER d AFTER INSERT ON plain DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION t_trg();
CREATE FUNCTION u_trg() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO tp.log VALUES ('untrusted', tp.lab()); RETURN new; END $$;
CREATE CONSTRAINT TRIGGER e AFTER INSERT ON plain DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION u_trg();
CREATE FUNCTION t_insert() RETURNS void LANGUAGE plpgsql AS $$ BEGIN INSERT INTO tp.plain VALUES (1); END $$;
SECURITY LABEL FOR selinux ON FUNCTION t_insert() IS 'system_u:object_r:sepgsql_trusted_proc_exec_t:s0';
\c - sep_user
SET search_path = tp;
BEGIN;
INSERT INTO plain VALUES (1);
-- the same triggers for rows of another label
SELECT t_insert();
INSERT INTO plain VALUES (2);
COMMIT;
SELECT * FROM log;
DELETE FROM log;
BEGIN;
SELECT t_insert();
INSERT INTO plain VALUES (1);
COMMIT;
SELECT * FROM log WHERE who NOT LIKE '%BEFORE%';
SELECT lab();

-- cursors keep the label of whoever opened them
BEGIN;
SELECT t_cursor('c');
FETCH 1 FROM c;
SELECT lab();
FETCH 1 FROM c;
DECLARE mine CURSOR FOR SELECT lab() FROM generate_series(1, 3);
FETCH mine;
SELECT t_fetch('mine');
FETCH mine;
COMMIT;
BEGIN;
DECLARE mine CURSOR WITH HOLD FOR SELECT lab() FROM generate_series(1, 2);
SELECT t_fetch('mine');
COMMIT;
FETCH mine;

-- nothing that this client planted runs with the label
CREATE FUNCTION planted() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN tp.lab(); END $$;
SELECT planted();
SELECT t_path();
-- nor can it make one, or become one
CREATE FUNCTION pg_temp.mine() RETURNS int LANGUAGE sql AS 'SELECT 1';
SECURITY LABEL FOR selinux ON FUNCTION pg_temp.mine() IS 'system_u:object_r:sepgsql_trusted_proc_exec_t:s0';
SELECT t_set('user_u:user_r:sepgsql_trusted_proc_t:s0');
SELECT t_set('user_u:user_r:user_t:s0');

-- the levels stay the caller's
\c - sep_staff
SELECT tp.lab(), tp.t_lab();
\c - sep_c0
SELECT tp.t_lab();
\c - sep_su
SELECT tp.t_lab(), tp.lab();
SET ROLE sep_staff;
SELECT tp.t_lab(), tp.lab();
RESET ROLE;
-- who makes no transition
\c - sep_admin
SELECT tp.t_lab();

-- entrypoint and transition
\c - sep_admin
SET search_path = tp;
CREATE FUNCTION high() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN tp.lab(); END $$;
SECURITY LABEL FOR selinux ON FUNCTION high() IS 'system_u:object_r:sepgsql_trusted_proc_exec_t:s3';
-- a function of the server cannot be one
SECURITY LABEL FOR selinux ON FUNCTION pg_backend_pid() IS 'system_u:object_r:sepgsql_trusted_proc_exec_t:s0';
\c - sep_user
SELECT tp.high();
SELECT pg_backend_pid();
\c - sep_staff
SELECT tp.high();
\c - sep_admin
SECURITY LABEL FOR selinux ON FUNCTION pg_backend_pid() IS 'system_u:object_r:sepgsql_proc_exec_t:s0';

-- a plan that is kept: what a trusted procedure computed does not come out
SET search_path = tp;
INSERT INTO secret VALUES (42);
CREATE FUNCTION peek() RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN (SELECT max(a) FROM tp.secret); EXCEPTION WHEN OTHERS THEN RETURN 'denied'; END $$;
CREATE FUNCTION twice() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN tp.peek() || ' ' || (SELECT tp.peek() FROM tp.customer LIMIT 1); END $$;
CREATE FUNCTION t_twice() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN tp.twice(); END $$;
SECURITY LABEL FOR selinux ON FUNCTION t_twice() IS 'system_u:object_r:sepgsql_trusted_proc_exec_t:s0';
\c - sep_user
SET search_path = tp;
SET plan_cache_mode = force_generic_plan;
SELECT t_twice();
SELECT twice();
SELECT t_twice(), twice(), t_twice();
BEGIN;
SELECT twice();
SELECT t_twice();
SELECT twice();
COMMIT;

\c - sep_admin
SET client_min_messages = warning;
DROP SCHEMA tp CASCADE;
