-- Portals and what is deferred belong to the label of the statement that made
-- them, wherever they are run.
\connect - sep_admin
SET client_min_messages = warning;
CREATE SCHEMA po;
GRANT ALL ON SCHEMA po TO public;
SET search_path = po;
CREATE TABLE t (a int);
INSERT INTO t (a, security_label) SELECT g, 'system_u:object_r:sepgsql_table_t:s' || g % 4 FROM generate_series(0, 7) g;
CREATE TABLE parent (id int PRIMARY KEY);
INSERT INTO parent (id, security_label) VALUES (0, 'system_u:object_r:sepgsql_table_t:s0'), (3, 'system_u:object_r:sepgsql_table_t:s3');
CREATE TABLE child (id int REFERENCES parent DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE log (what text, con text);
CREATE FUNCTION con() RETURNS text LANGUAGE sql AS 'SELECT sepgsql_get_range(sepgsql_getcon())';
CREATE FUNCTION note(int) RETURNS int LANGUAGE plpgsql AS
$$ BEGIN INSERT INTO po.log VALUES ('row ' || $1, po.con()); RETURN $1; END $$;
CREATE FUNCTION opened(refcursor) RETURNS refcursor LANGUAGE plpgsql AS
$$ BEGIN OPEN $1 FOR SELECT a FROM po.t ORDER BY a; RETURN $1; END $$;
CREATE FUNCTION fetched(refcursor) RETURNS int LANGUAGE plpgsql AS
$$ DECLARE v int; BEGIN FETCH $1 INTO v; RETURN v; END $$;
CREATE FUNCTION looped() RETURNS void LANGUAGE plpgsql AS
$$
DECLARE r record;
BEGIN
	FOR r IN SELECT a FROM po.t ORDER BY a LOOP
		IF r.a = 2 THEN
			PERFORM sepgsql_setcon('staff_u:staff_r:staff_t:s0');
		END IF;
		RAISE NOTICE '% %', r.a, po.con();
	END LOOP;
END $$;
CREATE FUNCTION note_trigger() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN INSERT INTO po.log VALUES (tg_op || ' ' || new.id, po.con()); RETURN NULL; END $$;
CREATE TABLE queued (id int);
CREATE CONSTRAINT TRIGGER later AFTER INSERT OR UPDATE ON queued DEFERRABLE INITIALLY DEFERRED
	FOR EACH ROW EXECUTE FUNCTION note_trigger();
GRANT ALL ON ALL TABLES IN SCHEMA po TO public;

\connect - sep_staff
SET search_path = po;
-- refcursors, by FETCH and by functions
BEGIN;
SELECT opened('r');
FETCH 1 FROM r;
SELECT fetched('r');
SAVEPOINT s;
SELECT sepgsql_setcon('staff_u:staff_r:staff_t:s0');
FETCH 1 FROM r;
ROLLBACK TO s;
SELECT sepgsql_setcon('staff_u:staff_r:staff_t:s0');
SELECT fetched('r');
ROLLBACK TO s;
SELECT sepgsql_setcon('staff_u:staff_r:staff_t:s0');
MOVE 1 IN r;
ROLLBACK TO s;
-- closing is no harm, and a new one is decided anew
SELECT sepgsql_setcon('staff_u:staff_r:staff_t:s0');
CLOSE r;
SELECT opened('r');
FETCH ALL FROM r;
ROLLBACK;
-- the other way
BEGIN;
SELECT sepgsql_setcon('staff_u:staff_r:staff_t:s0');
DECLARE h CURSOR WITH HOLD FOR SELECT a, con() FROM t ORDER BY a;
COMMIT;
FETCH ALL FROM h;
SELECT sepgsql_setcon(NULL);
DISCARD ALL;
SET search_path = po;
-- rows that are stored when the transaction ends are read with the label of the
-- cursor, and not by the next
BEGIN;
DECLARE h CURSOR WITH HOLD FOR SELECT note(a) FROM t ORDER BY a;
SELECT sepgsql_setcon('staff_u:staff_r:staff_t:s0');
COMMIT;
FETCH ALL FROM h;
SELECT * FROM log ORDER BY 1;
DISCARD ALL;
SET search_path = po;
SELECT * FROM log ORDER BY 1;
DELETE FROM log;
-- the cursor of a loop whose body changes the label
SELECT looped();
SELECT con();

-- deferred triggers, at COMMIT and at SET CONSTRAINTS
BEGIN;
INSERT INTO queued VALUES (1);
SELECT sepgsql_setcon('staff_u:staff_r:staff_t:s0');
INSERT INTO queued VALUES (2);
UPDATE queued SET id = id + 10 WHERE id = 2;
SET CONSTRAINTS ALL IMMEDIATE;
SELECT * FROM log ORDER BY 1;
SET CONSTRAINTS ALL DEFERRED;
INSERT INTO queued VALUES (3);
SAVEPOINT s;
INSERT INTO queued VALUES (4);
ROLLBACK TO s;
COMMIT;
DISCARD ALL;
SET search_path = po;
SELECT security_label, * FROM log ORDER BY 2;

-- a deferred reference to a parent that the session does not see any more ...
BEGIN;
INSERT INTO child VALUES (3);
SELECT sepgsql_setcon('staff_u:staff_r:staff_t:s0');
SELECT * FROM parent;
COMMIT;
DISCARD ALL;
SET search_path = po;
SELECT * FROM child;
-- ... and to one that it has never seen
\connect - sep_user
SET search_path = po;
BEGIN;
INSERT INTO child VALUES (3);
COMMIT;
INSERT INTO child VALUES (0);
-- a label that is taken back has queued nothing
\connect - sep_staff
SET search_path = po;
BEGIN;
SAVEPOINT s;
SELECT sepgsql_setcon('staff_u:staff_r:staff_t:s0');
INSERT INTO child VALUES (3);
ROLLBACK TO s;
INSERT INTO child VALUES (3);
COMMIT;
SELECT count(*) FROM child;

\connect - sep_admin
SET client_min_messages = warning;
DROP SCHEMA po CASCADE;
