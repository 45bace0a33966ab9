--
-- Whose functions run, and which rows they are given.  sep_su is a superuser
-- of a low label; sep_staff keeps rows of a higher one in its tables.
--
\c - sep_admin
CREATE SCHEMA leaks;
GRANT ALL ON SCHEMA leaks TO PUBLIC;
CREATE FUNCTION leaks.hidden() RETURNS text LANGUAGE sql AS $$ SELECT 'HIDDEN'::text $$;
SECURITY LABEL FOR selinux ON FUNCTION leaks.hidden() IS 'system_u:object_r:sepgsql_proc_exec_t:s3';
CREATE TABLE leaks.admin (v text);
CREATE TABLE leaks.mcv (id int, v text);
INSERT INTO leaks.mcv (id, v, security_label) SELECT i,
	CASE WHEN i % 2 = 0 THEN 'HIDDEN' || (i % 6) ELSE 'open' || i END,
	'system_u:object_r:sepgsql_table_t:' || CASE WHEN i % 2 = 0 THEN 's3' ELSE 's0' END
	FROM generate_series(1, 4000) i;
GRANT ALL ON leaks.mcv, leaks.admin TO PUBLIC;
ANALYZE leaks.mcv;
CREATE FUNCTION leaks.hash(text) RETURNS int LANGUAGE plpgsql IMMUTABLE AS
	$$ BEGIN IF $1 LIKE 'HIDDEN%' THEN RAISE NOTICE 'LEAK %', $1; END IF; RETURN hashtext($1); END $$;
CREATE FUNCTION leaks.eq(text, text) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN $1 = $2; END $$;
CREATE OPERATOR leaks.=== (leftarg = text, rightarg = text, function = leaks.eq, commutator = OPERATOR(leaks.===), hashes);
CREATE OPERATOR CLASS leaks.hops FOR TYPE text USING hash AS OPERATOR 1 leaks.===, FUNCTION 1 leaks.hash(text);
CREATE TABLE leaks.m AS SELECT 'open' || i AS v, repeat('x', 200) AS pad FROM generate_series(1, 4000) i;
GRANT ALL ON leaks.m TO PUBLIC;
ANALYZE leaks.m;

\c - sep_su
SET search_path = leaks;
-- what becomes part of the system is for the administrator alone
CREATE FUNCTION cmp(json, json) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN 0; END $$;
CREATE FUNCTION lt(json, json) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN false; END $$;
CREATE OPERATOR <<< (leftarg = json, rightarg = json, function = lt);
CREATE OPERATOR CLASS jops DEFAULT FOR TYPE json USING btree AS OPERATOR 1 <<<, FUNCTION 1 cmp(json, json);
CREATE OPERATOR FAMILY jfam USING btree;
ALTER OPERATOR FAMILY text_ops USING btree ADD OPERATOR 1 <<< (json, json);
CREATE TYPE shelltype;
CREATE CAST (text AS json) WITH INOUT AS IMPLICIT;
CREATE CAST (bytea AS varbit) WITHOUT FUNCTION;
CREATE CONVERSION conv FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE TEXT SEARCH PARSER prs (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype);
CREATE TEXT SEARCH TEMPLATE tmpl (lexize = dsimple_lexize);
CREATE FUNCTION evt() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION evt();
CREATE FUNCTION lp(text) RETURNS bool LANGUAGE plpgsql LEAKPROOF AS $$ BEGIN RETURN true; END $$;
CREATE FUNCTION lp(text) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN RETURN true; END $$;
ALTER FUNCTION lp(text) LEAKPROOF;
ALTER FUNCTION lp(text) SUPPORT textlike_support;
CREATE AGGREGATE confused(int) (stype = internal, sfunc = array_agg_transfn, finalfunc = numeric_avg);
CREATE FUNCTION diff(text, text) RETURNS float8 LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN 1; END $$;
CREATE TYPE trange AS RANGE (subtype = text, subtype_diff = diff);
CREATE TYPE trange AS RANGE (subtype = text);
DROP TYPE trange;

-- functions that the policy does not let this client execute
SELECT hidden();
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM hidden();
SELECT leaks.hidden() FROM generate_series(1, 2);

-- and what a client plants is not run by the administrator
CREATE FUNCTION plain(int) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'TROJAN'; RETURN 'x'; END $$;
CREATE FUNCTION folded(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE NOTICE 'TROJAN'; RETURN 1; END $$;
CREATE FUNCTION inlined(int) RETURNS int LANGUAGE sql AS 'SELECT $1 + 1';
CREATE FUNCTION rows(int) RETURNS SETOF text LANGUAGE sql STABLE AS 'SELECT v FROM leaks.mcv WHERE id = $1';
CREATE FUNCTION sfunc(int, int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'TROJAN'; RETURN 1; END $$;
CREATE AGGREGATE agg(int) (sfunc = sfunc, stype = int, initcond = '0');
CREATE PROCEDURE proc() LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'TROJAN'; END $$;
CREATE FUNCTION trg() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'TROJAN'; RETURN new; END $$;
CREATE OPERATOR ### (rightarg = int, function = folded);
CREATE FUNCTION eqt(text, text) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE NOTICE 'TROJAN'; RETURN true; END $$;
CREATE OPERATOR ##= (leftarg = text, rightarg = text, function = eqt, restrict = eqsel);
CREATE TABLE mine (a int);
CREATE TRIGGER t BEFORE INSERT ON mine FOR EACH ROW EXECUTE FUNCTION trg();
CREATE TABLE maintained (a int);
CREATE INDEX maintained_i ON maintained (folded(a));
CREATE INDEX maintained_b ON maintained USING brin (folded(a));
CREATE STATISTICS maintained_s ON (folded(a)), a FROM maintained;
INSERT INTO maintained VALUES (1), (2);
SELECT inlined(1), folded(1) = 1 AS folded;
\c - sep_admin
SET search_path = leaks;
SELECT plain(1);
SELECT folded(1);
SELECT ### 1;
SELECT count(*) FROM mcv WHERE v ##= 'x';
SELECT inlined(1);
SELECT * FROM rows(1);
SELECT agg(i) FROM generate_series(1, 2) i;
SELECT agg(i) OVER () FROM generate_series(1, 2) i;
CALL proc();
INSERT INTO mine VALUES (1);
REINDEX TABLE maintained;
-- maintenance goes on without them
ANALYZE maintained;
VACUUM maintained;
SELECT attname FROM pg_stats WHERE tablename = 'maintained';
-- until somebody has read them
SECURITY LABEL FOR selinux ON FUNCTION inlined(int) IS 'system_u:object_r:sepgsql_proc_exec_t:s0';
SELECT inlined(1);

-- the most common values of hidden rows and a join's hash function
\c - sep_su
SET search_path = leaks;
SET enable_mergejoin = off;
SET enable_nestloop = off;
SET work_mem = '64kB';
SET max_parallel_workers_per_gather = 0;
SELECT count(b.pad) FROM mcv a JOIN m b ON a.v OPERATOR(leaks.===) b.v WHERE a.id < 10;
SELECT count(b.pad) FROM mcv a JOIN m b ON a.v OPERATOR(leaks.===) b.v;
RESET ALL;
SET search_path = leaks;

CREATE FUNCTION leaktext(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE NOTICE 'LEAK %', $1; RETURN $1; END $$;
CREATE FUNCTION leakbool(text) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE NOTICE 'LEAK %', $1; RETURN true; END $$;

-- commands that look at all rows of one's own table
CREATE TABLE o (id int PRIMARY KEY, v text);
GRANT ALL ON o TO PUBLIC;
CREATE DOMAIN dom AS text;
CREATE TABLE od (id int, v dom);
GRANT ALL ON od TO PUBLIC;
CREATE TABLE ex (id int, v text, EXCLUDE USING btree (upper(v) WITH =));
GRANT ALL ON ex TO PUBLIC;
CREATE FUNCTION leaklow(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS
	$$ BEGIN IF sepgsql_getcon() LIKE 'user_u:%' THEN RAISE NOTICE 'LEAK %', $1; END IF; RETURN $1; END $$;
CREATE TABLE cl (v text);
CREATE INDEX cl_i ON cl (leaklow(v));
CREATE INDEX cl_b ON cl USING brin (leaklow(v)) WITH (pages_per_range = 1);
GRANT ALL ON cl TO PUBLIC;
CREATE TABLE part (v text) PARTITION BY LIST (v);
CREATE TABLE partd PARTITION OF part DEFAULT;
GRANT ALL ON part, partd TO PUBLIC;
\c - sep_staff
SET search_path = leaks;
INSERT INTO o (id, v, security_label) VALUES (1, 'HIDDEN', 'staff_u:object_r:user_sepgsql_table_t:s3'), (2, 'open', 'staff_u:object_r:user_sepgsql_table_t:s0');
INSERT INTO od (id, v, security_label) VALUES (1, 'HIDDEN', 'staff_u:object_r:user_sepgsql_table_t:s3');
INSERT INTO ex (id, v, security_label) VALUES (1, 'HIDDEN', 'staff_u:object_r:user_sepgsql_table_t:s3');
INSERT INTO cl (v, security_label) SELECT 'HIDDEN', 'staff_u:object_r:user_sepgsql_table_t:s3' FROM generate_series(1, 500);
INSERT INTO partd (v, security_label) VALUES ('HIDDEN', 'staff_u:object_r:user_sepgsql_table_t:s3');
\c - sep_su
SET search_path = leaks;
CREATE INDEX ON o (leaktext(v));
CREATE INDEX ON o ((v::int));
CREATE INDEX ON o (id) WHERE leakbool(v);
CREATE INDEX ON o (v);
ALTER TABLE o ADD CONSTRAINT ck CHECK (leakbool(v));
ALTER TABLE o ADD CONSTRAINT ck CHECK (leakbool(v)) NOT VALID;
ALTER TABLE o VALIDATE CONSTRAINT ck;
ALTER TABLE o DROP CONSTRAINT ck;
ALTER TABLE o ADD COLUMN g text GENERATED ALWAYS AS (leaktext(v)) STORED;
ALTER TABLE o ADD COLUMN d int DEFAULT 1;
ALTER TABLE o ALTER COLUMN v TYPE text USING leaktext(v);
ALTER TABLE o ALTER COLUMN v TYPE bytea USING 'ZAPPED';
ALTER DOMAIN dom ADD CHECK (leakbool(VALUE));
CREATE TABLE partx PARTITION OF part FOR VALUES IN ('x');
CREATE STATISTICS st ON (leaktext(v)), id FROM o;
ANALYZE o;
DROP STATISTICS st;
INSERT INTO ex VALUES (2, 'hidden');
REINDEX TABLE cl;
CLUSTER cl USING cl_i;
VACUUM (ANALYZE) cl;
SELECT brin_summarize_new_values('cl_b');
ALTER TABLE o DROP COLUMN v;
DROP TABLE o;
\c - sep_staff
SET search_path = leaks;
SELECT id, v, d FROM o ORDER BY id;

-- rows that an action of a foreign key brings, and triggers
\c - sep_su
SET search_path = leaks;
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE c (id int, pid int REFERENCES p ON DELETE CASCADE ON UPDATE SET NULL, v text);
GRANT ALL ON p, c TO PUBLIC;
INSERT INTO p VALUES (1), (2), (3);
INSERT INTO c VALUES (3, 3, 'open');
\c - sep_staff
SET search_path = leaks;
INSERT INTO c (id, pid, v, security_label) VALUES (1, 1, 'HIDDEN', 'staff_u:object_r:user_sepgsql_table_t:s3'), (2, 2, 'HIDDEN', 'staff_u:object_r:user_sepgsql_table_t:s3');
\c - sep_su
SET search_path = leaks;
CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'LEAK %', old; RETURN CASE WHEN tg_op = 'DELETE' THEN old ELSE new END; END $$;
CREATE TRIGGER t BEFORE DELETE OR UPDATE ON c FOR EACH ROW EXECUTE FUNCTION tf();
DELETE FROM p WHERE id = 1;
UPDATE p SET id = 20 WHERE id = 2;
DELETE FROM p WHERE id = 3;

\c - sep_admin
SET client_min_messages = warning;
DROP SCHEMA leaks CASCADE;
