--
-- sepgsql_setcon: the session's label, set by the client itself
--
\c - sep_admin
SET client_min_messages = warning;
CREATE SCHEMA sc;
GRANT ALL ON SCHEMA sc TO PUBLIC;
SET search_path = sc;
CREATE TABLE t (a int);
INSERT INTO t (a, security_label) VALUES (0, 'system_u:object_r:sepgsql_table_t:s0'), (1, 'system_u:object_r:sepgsql_table_t:s1'), (3, 'system_u:object_r:sepgsql_table_t:s3');
CREATE TABLE log (who text, what text);
CREATE FUNCTION lab() RETURNS text LANGUAGE sql AS
	$$ SELECT sepgsql_get_type(sepgsql_getcon()) || ':' || sepgsql_get_range(sepgsql_getcon()) $$;
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO sc.log VALUES (tg_name, sc.lab()); RETURN new; END $$;
CREATE TABLE queued (a int);
CREATE CONSTRAINT TRIGGER later AFTER INSERT ON queued DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note();
GRANT ALL ON ALL TABLES IN SCHEMA sc TO PUBLIC;
RESET client_min_messages;

\c - sep_staff
SET search_path = sc;
SELECT lab();
SELECT count(*) FROM t;
-- within its range, and one way
SELECT sepgsql_setcon('staff_u:staff_r:staff_t:s0-s1');
SELECT lab();
SELECT count(*) FROM t;
SELECT sepgsql_setcon('staff_u:staff_r:staff_t:s0-s3:c0.c9');
SELECT sepgsql_setcon(NULL);
SELECT sepgsql_setcon('staff_u:staff_r:staff_t:s0');
SELECT lab(), count(*) FROM t;
DISCARD ALL;
SET search_path = sc;
SELECT lab(), count(*) FROM t;
SELECT sepgsql_setcon(NULL);
-- not elsewhere
SELECT sepgsql_setcon('staff_u:staff_r:staff_t:s0-s4');
SELECT sepgsql_setcon('user_u:user_r:user_t:s0');
SELECT sepgsql_setcon('unconfined_u:unconfined_r:unconfined_t:s0');
SELECT sepgsql_setcon('staff_u:auditadm_r:auditadm_t:s0');
SELECT sepgsql_setcon('staff_u:staff_r:sepgsql_trusted_proc_t:s0');
SELECT sepgsql_setcon('nonsense');
\echo :LAST_ERROR_SQLSTATE
SELECT sepgsql_setcon('staff_u:staff_r:staff_t:s16');
SELECT lab();

-- undone with its transaction
BEGIN;
SELECT sepgsql_setcon('staff_u:staff_r:staff_t:s0');
SELECT lab(), count(*) FROM t;
ROLLBACK;
SELECT lab(), count(*) FROM t;
BEGIN;
SELECT sepgsql_setcon('staff_u:staff_r:staff_t:s0-s1');
SAVEPOINT a;
SELECT sepgsql_setcon('staff_u:staff_r:staff_t:s0');
SAVEPOINT b;
SELECT sepgsql_setcon(NULL);
ROLLBACK TO SAVEPOINT b;
SELECT lab();
RELEASE SAVEPOINT b;
ROLLBACK TO SAVEPOINT a;
SELECT lab();
SAVEPOINT c;
SELECT sepgsql_setcon('staff_u:staff_r:staff_t:s1');
RELEASE SAVEPOINT c;
SELECT lab();
ROLLBACK TO SAVEPOINT a;
SELECT lab();
SAVEPOINT c;
SELECT sepgsql_setcon('staff_u:staff_r:staff_t:s1');
RELEASE SAVEPOINT c;
COMMIT;
SELECT lab();
BEGIN;
SELECT 1 / 0;
COMMIT;
SELECT lab();
DISCARD ALL;
SET search_path = sc;
DO $$
BEGIN
	BEGIN
		PERFORM sepgsql_setcon('staff_u:staff_r:staff_t:s0');
		RAISE NOTICE '%', sc.lab();
		RAISE EXCEPTION 'undo';
	EXCEPTION WHEN raise_exception THEN
		RAISE NOTICE '%', sc.lab();
	END;
	PERFORM sepgsql_setcon('staff_u:staff_r:staff_t:s0-s1');
	-- statements that come after it
	RAISE NOTICE '% %', sc.lab(), (SELECT count(*) FROM sc.t);
END $$;
SELECT lab();
DISCARD ALL;
SET search_path = sc;
BEGIN;
SELECT sepgsql_setcon('staff_u:staff_r:staff_t:s0');
PREPARE TRANSACTION 'sc';
SELECT lab();
-- several statements in one message
SELECT sepgsql_setcon('staff_u:staff_r:staff_t:s0-s1') \; SELECT sc.lab(), count(*) FROM sc.t \; SELECT 1 / 0;
SELECT lab();

-- what was prepared is asked about again
PREPARE p AS SELECT count(*) FROM sc.t;
SET plan_cache_mode = force_generic_plan;
EXECUTE p;
BEGIN;
SELECT sepgsql_setcon('staff_u:staff_r:staff_t:s0');
EXECUTE p;
ROLLBACK;
EXECUTE p;
-- cursors are not for another label
BEGIN;
DECLARE c CURSOR FOR SELECT a FROM t ORDER BY a;
FETCH c;
SAVEPOINT s;
SELECT sepgsql_setcon('staff_u:staff_r:staff_t:s0');
FETCH c;
ROLLBACK TO SAVEPOINT s;
FETCH c;
COMMIT;
BEGIN;
DECLARE h CURSOR WITH HOLD FOR SELECT a, lab() FROM t ORDER BY a;
COMMIT;
BEGIN;
SELECT sepgsql_setcon('staff_u:staff_r:staff_t:s0');
FETCH ALL FROM h;
ROLLBACK;
FETCH ALL FROM h;
CLOSE h;
-- triggers that wait keep the label of the statement that queued them
BEGIN;
INSERT INTO queued VALUES (1);
SELECT sepgsql_setcon('staff_u:staff_r:staff_t:s0');
INSERT INTO queued VALUES (2);
COMMIT;
SELECT lab();
DISCARD ALL;
SET search_path = sc;
SELECT * FROM log;
-- parallel workers
BEGIN;
SELECT sepgsql_setcon('staff_u:staff_r:staff_t:s0-s2');
SET LOCAL debug_parallel_query = on;
SELECT lab() FROM t WHERE a = 0;
SELECT sepgsql_setcon('staff_u:staff_r:staff_t:s0');
ROLLBACK;
-- temporary tables
CREATE TEMP TABLE low (a int);
INSERT INTO low (a, security_label) VALUES (0, 'staff_u:object_r:sepgsql_temp_object_t:s0'), (3, 'staff_u:object_r:sepgsql_temp_object_t:s3');
BEGIN;
SELECT sepgsql_setcon('staff_u:staff_r:staff_t:s0-s1');
SELECT * FROM low;
ROLLBACK;
SELECT * FROM low;
BEGIN;
SELECT sepgsql_setcon('staff_u:staff_r:staff_t:s2-s3');
CREATE TEMP TABLE high (a int);
COMMIT;
INSERT INTO high VALUES (1);
SELECT sepgsql_setcon('staff_u:staff_r:staff_t:s2');
SELECT * FROM high;
SELECT * FROM low;
DISCARD ALL;
SET search_path = sc;
-- a function's own roles and settings have nothing to do with it
SELECT sepgsql_setcon('staff_u:staff_r:staff_t:s0');
RESET ALL;
RESET SESSION AUTHORIZATION;
RESET ROLE;
SELECT sc.lab();
DISCARD ALL;

-- where nobody expects it
SET search_path = sc;
CREATE TABLE mine (a int);
INSERT INTO mine VALUES (1);
CREATE FUNCTION set_it(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM sepgsql_setcon('staff_u:staff_r:staff_t:s0'); RETURN 1; END $$;
CREATE INDEX ON mine (set_it(a));
DROP TABLE mine;
DROP FUNCTION set_it(int);
SELECT sc.lab();

-- the database asks the new label for access
\c - sep_admin
SECURITY LABEL FOR selinux ON DATABASE sepgsql_regression IS 'system_u:object_r:sepgsql_db_t:s1';
\c - sep_staff
SELECT sepgsql_setcon('staff_u:staff_r:staff_t:s0');
SELECT sepgsql_setcon('staff_u:staff_r:staff_t:s0-s1');
DISCARD ALL;
\c - sep_admin
SECURITY LABEL FOR selinux ON DATABASE sepgsql_regression IS 'system_u:object_r:sepgsql_db_t:s0';

-- the administrator becomes anybody, and does not come back
SELECT sepgsql_setcon('user_u:user_r:user_t:s0');
SELECT sc.lab(), current_user;
SELECT count(*) FROM sc.t;
CREATE ROLE nobody;
SELECT sepgsql_setcon('unconfined_u:unconfined_r:unconfined_t:s0-s15:c0.c1023');

-- a connection pool: a procedure that the policy trusts with it, after a
-- password
\c - sep_admin
SET search_path = sc;
CREATE FUNCTION login(password text) RETURNS bool LANGUAGE plpgsql AS $$
BEGIN
	IF password = 'right' THEN
		PERFORM sepgsql_setcon('user_u:user_r:user_t:s0-s3');
		-- the procedure's own label stays
		RAISE NOTICE '%', sc.lab();
		RETURN true;
	ELSIF password = 'fault' THEN
		PERFORM sepgsql_setcon('user_u:user_r:user_t:s0-s3');
		RAISE EXCEPTION 'fault';
	END IF;
	RETURN false;
END $$;
CREATE FUNCTION logout() RETURNS bool LANGUAGE sql AS 'SELECT sepgsql_setcon(NULL)';
CREATE PROCEDURE work(fault bool) LANGUAGE plpgsql AS $$
BEGIN
	PERFORM sepgsql_setcon('user_u:user_r:user_t:s0-s2');
	COMMIT;
	PERFORM sepgsql_setcon('user_u:user_r:user_t:s0-s1');
	IF fault THEN
		RAISE EXCEPTION 'fault in %', sc.lab();
	END IF;
	ROLLBACK;
END $$;
SECURITY LABEL FOR selinux ON FUNCTION login(text) IS 'system_u:object_r:sepgsql_ranged_proc_exec_t:s0';
SECURITY LABEL FOR selinux ON FUNCTION logout() IS 'system_u:object_r:sepgsql_ranged_proc_exec_t:s0';
SECURITY LABEL FOR selinux ON PROCEDURE work(bool) IS 'system_u:object_r:sepgsql_ranged_proc_exec_t:s0';
\c - sep_user
SET search_path = sc;
SELECT sepgsql_setcon('user_u:user_r:user_t:s0-s3');
SELECT login('wrong');
SELECT lab(), count(*) FROM t;
SELECT login('right');
SELECT lab(), count(*) FROM t;
SELECT logout();
SELECT lab(), count(*) FROM t;
SELECT login('fault');
SELECT lab();
SELECT login('right'), lab();
BEGIN;
SELECT logout();
SELECT lab();
ROLLBACK;
SELECT lab();
SELECT logout();
CALL work(false);
SELECT lab();
SELECT logout();
CALL work(true);
SELECT lab();
DISCARD ALL;
SELECT sc.lab();

\c - sep_admin
SET client_min_messages = warning;
DROP SCHEMA sc CASCADE;
