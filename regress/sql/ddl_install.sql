--
-- Languages, and functions that become part of something that runs them:
-- db_language implement and db_procedure install.  What makes the server trust
-- code or values asks install_module of the database.
--
CREATE SCHEMA inst;
GRANT ALL ON SCHEMA inst TO PUBLIC;
CREATE LANGUAGE inst_untrusted HANDLER plpgsql_call_handler INLINE plpgsql_inline_handler VALIDATOR plpgsql_validator;
CREATE TRUSTED LANGUAGE inst_trusted HANDLER plpgsql_call_handler INLINE plpgsql_inline_handler VALIDATOR plpgsql_validator;
CREATE FUNCTION inst.admin(int) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1 > 0; END';
CREATE FUNCTION inst.trusted(int) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1 > 0; END';
SECURITY LABEL FOR selinux ON FUNCTION inst.trusted(int) IS 'system_u:object_r:sepgsql_trusted_proc_exec_t:s0';
CREATE FUNCTION inst.high(int) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1 > 0; END';
SECURITY LABEL FOR selinux ON FUNCTION inst.high(int) IS 'system_u:object_r:sepgsql_proc_exec_t:s3';
CREATE FUNCTION inst.admin_tr() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE FUNCTION inst.high_tr() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
SECURITY LABEL FOR selinux ON FUNCTION inst.high_tr() IS 'system_u:object_r:sepgsql_proc_exec_t:s3';

-- a superuser of an ordinary label
\c - sep_su
SET search_path = inst;
-- languages
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';
CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE inst_untrusted AS 'BEGIN RETURN 1; END';
\echo :LAST_ERROR_SQLSTATE
CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE inst_trusted AS 'BEGIN RETURN 1; END';
CREATE FUNCTION g() RETURNS int LANGUAGE inst_trusted AS 'BEGIN RETURN 1; END';
CREATE PROCEDURE g() LANGUAGE inst_trusted AS 'BEGIN END';
CREATE FUNCTION pg_temp.g() RETURNS int LANGUAGE inst_trusted AS 'BEGIN RETURN 1; END';
CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE internal AS 'pg_backend_pid';
CREATE FUNCTION g(int) RETURNS int LANGUAGE internal AS 'int4abs';
CREATE FUNCTION g(int) RETURNS int LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_validator';
CREATE LANGUAGE inst_mine HANDLER plpgsql_call_handler;
CREATE TRUSTED LANGUAGE inst_mine HANDLER plpgsql_call_handler;
ALTER LANGUAGE inst_trusted RENAME TO inst_mine;
ALTER LANGUAGE inst_trusted OWNER TO sep_su;
GRANT USAGE ON LANGUAGE inst_trusted TO sep_user;
COMMENT ON LANGUAGE inst_trusted IS 'x';
DROP LANGUAGE inst_trusted;
SELECT l.lanname FROM pg_proc p JOIN pg_language l ON l.oid = prolang WHERE p.oid = 'f()'::regprocedure;
\c - sep_admin
SECURITY LABEL FOR selinux ON LANGUAGE inst_trusted IS 'system_u:object_r:sepgsql_safe_lang_t:s0';
\c - sep_su
SET search_path = inst;
CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE inst_trusted AS 'BEGIN RETURN 1; END';
SELECT f();
DROP FUNCTION f();

-- functions of one's own, and the administrator's, may be installed; not one
-- that enters another domain, nor one of a higher level
CREATE FUNCTION own(int) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1 > 0; END';
CREATE FUNCTION own_tr() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TABLE t (a int, b bool, CHECK (own(a)), CHECK (admin(a)));
CREATE TABLE x (a int CHECK (trusted(a)));
CREATE TABLE x (a int CHECK (high(a)));
CREATE TABLE x (a bool DEFAULT high(1));
CREATE TABLE x (a int, b bool GENERATED ALWAYS AS (high(a)) STORED);
CREATE TABLE x (a int) PARTITION BY LIST (high(a));
CREATE TABLE x (a int, EXCLUDE USING btree (high(a) WITH =));
SELECT count(*) FROM pg_class WHERE relname = 'x' AND relnamespace = 'inst'::regnamespace;
CREATE INDEX i1 ON t (own(a));
CREATE INDEX i2 ON t (a) WHERE admin(a);
CREATE INDEX i3 ON t (high(a));
CREATE INDEX i3 ON t (a) WHERE high(a);
CREATE INDEX i3 ON t (trusted(a));
CREATE STATISTICS s1 ON own(a), b FROM t;
CREATE STATISTICS s2 ON high(a), b FROM t;
CREATE POLICY p1 ON t USING (own(a)) WITH CHECK (admin(a));
CREATE POLICY p2 ON t USING (high(a));
CREATE POLICY p2 ON t WITH CHECK (EXISTS (SELECT 1 FROM t WHERE high(a)));
ALTER POLICY p1 ON t USING (trusted(a));
CREATE TRIGGER t1 BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION own_tr();
CREATE TRIGGER t2 BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION admin_tr();
CREATE TRIGGER t3 BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION high_tr();
CREATE TRIGGER t3 BEFORE INSERT ON t FOR EACH ROW WHEN (high(NEW.a)) EXECUTE FUNCTION own_tr();
ALTER TABLE t ALTER COLUMN b SET DEFAULT high(1);
ALTER TABLE t ADD COLUMN c bool DEFAULT high(1);
ALTER TABLE t ADD CHECK (high(a));
CREATE DOMAIN d1 AS int CHECK (own(VALUE));
CREATE DOMAIN d2 AS int CHECK (high(VALUE));
CREATE DOMAIN d2 AS bool DEFAULT high(1);
ALTER DOMAIN d1 ADD CHECK (high(VALUE));
CREATE FUNCTION high2(int, int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE OPERATOR ### (rightarg = int, function = own);
CREATE OPERATOR #### (rightarg = int, function = high);
CREATE AGGREGATE a1(int) (sfunc = high2, stype = int);
CREATE FUNCTION fin(int) RETURNS bool LANGUAGE sql AS 'SELECT true';
CREATE AGGREGATE a2(int) (sfunc = int4pl, stype = int, finalfunc = high);
CREATE TYPE e AS ENUM ('x');
CREATE FUNCTION e_to_int(e) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE CAST (e AS int) WITH FUNCTION e_to_int(e) AS IMPLICIT;
CREATE FUNCTION dflt(bool DEFAULT high(1)) RETURNS bool LANGUAGE sql AS 'SELECT $1';
SELECT count(*) FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0;
SELECT conname FROM pg_constraint WHERE conrelid = 't'::regclass ORDER BY 1;

-- what the server runs or trusts without being asked: not even of one's own
CREATE OPERATOR =%= (leftarg = int, rightarg = int, function = int4eq, restrict = eqsel, join = eqjoinsel);
CREATE FUNCTION diff(text, text) RETURNS float8 LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN 1; END';
CREATE TYPE r1 AS RANGE (subtype = text, subtype_diff = diff);
CREATE TYPE r1 AS RANGE (subtype = float8, subtype_diff = float8mi);
CREATE TYPE base;
CREATE TYPE arr;
\c - sep_admin
SET search_path = inst;
SET client_min_messages = warning;
CREATE FUNCTION base_in(cstring) RETURNS base LANGUAGE internal IMMUTABLE STRICT AS 'int4in';
CREATE FUNCTION base_out(base) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out';
CREATE FUNCTION arr_in(cstring, oid, int) RETURNS arr LANGUAGE internal IMMUTABLE STRICT AS 'array_in';
CREATE FUNCTION arr_out(arr) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'array_out';
\c - sep_su
SET search_path = inst;
CREATE TYPE base (input = base_in, output = base_out, like = int);
-- not even one that looks like the array of another type
CREATE TYPE arr (input = arr_in, output = arr_out, subscript = array_subscript_handler, element = int4, category = 'A', alignment = int4);
CREATE OPERATOR CLASS oc FOR TYPE e USING hash AS FUNCTION 1 hashenum(anyenum);
CREATE OPERATOR FAMILY ofam USING hash;
CREATE CAST (bytea AS varbit) WITHOUT FUNCTION;
CREATE CAST (text AS int) WITH INOUT AS IMPLICIT;
CREATE FUNCTION lp(int) RETURNS bool LANGUAGE sql LEAKPROOF AS 'SELECT true';
ALTER FUNCTION own(int) LEAKPROOF;
ALTER FUNCTION own(int) SUPPORT generate_series_int4_support;
CREATE FUNCTION sp(int) RETURNS bool LANGUAGE sql SUPPORT generate_series_int4_support AS 'SELECT true';
CREATE TRANSFORM FOR int LANGUAGE sql (FROM SQL WITH FUNCTION prsd_lextype(internal));
CREATE ACCESS METHOD am TYPE INDEX HANDLER bthandler;
CREATE FOREIGN DATA WRAPPER fdw;
CREATE TEXT SEARCH TEMPLATE tmpl (lexize = dsimple_lexize);
CREATE CONVERSION conv FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE FUNCTION own_evt() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER et ON ddl_command_end EXECUTE FUNCTION own_evt();
SELECT proleakproof, prosupport FROM pg_proc WHERE oid = 'own(int)'::regprocedure;

-- an expression, a row trigger and a rule see columns that their author may not
CREATE TABLE col (a int, b text);
INSERT INTO col VALUES (1, 'b');
\c - sep_admin
SECURITY LABEL FOR selinux ON COLUMN inst.col.b IS 'system_u:object_r:sepgsql_secret_table_t:s0';
\c - sep_su
SET search_path = inst;
SELECT b FROM col;
ALTER TABLE col ADD COLUMN c text GENERATED ALWAYS AS (b) STORED;
ALTER TABLE col ADD COLUMN c text GENERATED ALWAYS AS (b || 'x') VIRTUAL;
ALTER TABLE col ADD CHECK (b > 'b');
ALTER TABLE col ADD CHECK (col IS NOT NULL);
CREATE INDEX ON col (lower(b));
CREATE INDEX ON col (a) WHERE b > 'b';
CREATE STATISTICS ON lower(b), a FROM col;
CREATE POLICY p ON col USING (b > 'b');
CREATE POLICY p ON col USING (EXISTS (SELECT 1 FROM t WHERE t.a = length(col.b)));
CREATE TRIGGER tr BEFORE INSERT ON col FOR EACH ROW EXECUTE FUNCTION own_tr();
CREATE TRIGGER tr BEFORE UPDATE ON col FOR EACH ROW WHEN (OLD.b > NEW.b) EXECUTE FUNCTION own_tr();
CREATE TRIGGER tr AFTER INSERT ON col REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION own_tr();
CREATE RULE r AS ON INSERT TO col DO ALSO INSERT INTO t VALUES (NEW.b::int);
-- those that do not see it may be there
ALTER TABLE col ADD CHECK (a > 0);
CREATE POLICY p ON col USING (EXISTS (SELECT 1 FROM t WHERE t.a = col.a));
CREATE TRIGGER tr BEFORE INSERT ON col FOR EACH STATEMENT EXECUTE FUNCTION own_tr();

-- the administrator does not install what a client wrote
\c - sep_admin
SET search_path = inst;
CREATE TABLE adm (a int, b bool);
CREATE TRIGGER t1 BEFORE INSERT ON adm FOR EACH ROW EXECUTE FUNCTION own_tr();
ALTER TABLE adm ADD CHECK (own(a));
ALTER TABLE adm ALTER COLUMN b SET DEFAULT own(1);
CREATE INDEX ON adm (own(a));
CREATE INDEX ON adm (a) WHERE own(a);
CREATE STATISTICS s3 ON own(a), b FROM adm;
CREATE POLICY p1 ON adm USING (own(a));
CREATE OPERATOR #=# (rightarg = int, function = own);
CREATE OPERATOR CLASS oc FOR TYPE e USING hash AS FUNCTION 1 e_to_int(e);
CREATE AGGREGATE a4(int) (sfunc = high2, stype = int);
CREATE EVENT TRIGGER et ON ddl_command_end EXECUTE FUNCTION own_evt();
ALTER FUNCTION own(int) LEAKPROOF;
-- until it has been read, and is relabeled
SECURITY LABEL FOR selinux ON FUNCTION own(int) IS 'system_u:object_r:sepgsql_proc_exec_t:s0';
SECURITY LABEL FOR selinux ON FUNCTION own_tr() IS 'system_u:object_r:sepgsql_proc_exec_t:s0';
CREATE TRIGGER t1 BEFORE INSERT ON adm FOR EACH ROW EXECUTE FUNCTION own_tr();
ALTER TABLE adm ADD CHECK (own(a));
CREATE INDEX ON adm (own(a));
ALTER FUNCTION own(int) LEAKPROOF;
INSERT INTO adm VALUES (1, true);
SELECT * FROM adm;
SET client_min_messages = warning;
DROP SCHEMA inst CASCADE;
DROP LANGUAGE inst_trusted, inst_untrusted;
