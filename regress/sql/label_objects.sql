--
-- SECURITY LABEL FOR selinux on every type of object that the statement
-- knows, and pg_seclabels
--
CREATE SCHEMA lo;
SET search_path = lo;
CREATE TABLE t (a int, b text);
CREATE TABLE pt (a int) PARTITION BY LIST (a);
CREATE SEQUENCE sq;
CREATE VIEW v AS SELECT 1 AS a;
CREATE MATERIALIZED VIEW mv AS SELECT 1 AS a;
CREATE FOREIGN DATA WRAPPER lo_fdw;
CREATE SERVER lo_srv FOREIGN DATA WRAPPER lo_fdw;
CREATE FOREIGN TABLE ft (a int) SERVER lo_srv;
CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION f2(int) RETURNS int LANGUAGE sql AS 'SELECT $1';
CREATE PROCEDURE p() LANGUAGE sql AS '';
CREATE AGGREGATE ag(int) (sfunc = int4pl, stype = int);
CREATE TYPE ct AS (x int);
CREATE DOMAIN dom AS int;
CREATE COLLATION coll FROM "C";
CREATE CONVERSION conv FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE STATISTICS st ON a, b FROM t;
CREATE TEXT SEARCH CONFIGURATION tsc (copy = pg_catalog.english);
CREATE TEXT SEARCH DICTIONARY tsd (template = simple);
CREATE TEXT SEARCH PARSER tsp (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype);
CREATE TEXT SEARCH TEMPLATE tst (lexize = dsimple_lexize);
CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE FUNCTION ef() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION tf();
CREATE RULE ru AS ON DELETE TO t DO ALSO SELECT 1;
CREATE POLICY po ON t;
CREATE INDEX ix ON t (a);
CREATE FUNCTION eq(ct, ct) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT ($1).x = ($2).x';
CREATE OPERATOR === (leftarg = ct, rightarg = ct, function = eq);
CREATE OPERATOR FAMILY opf USING hash;
CREATE OPERATOR CLASS opc FOR TYPE ct USING hash FAMILY opf AS OPERATOR 1 ===;
CREATE FUNCTION ct_int(ct) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT ($1).x';
CREATE CAST (ct AS int) WITH FUNCTION ct_int(ct);
CREATE FUNCTION tfrom(internal) RETURNS internal LANGUAGE internal STRICT IMMUTABLE AS 'prsd_lextype';
CREATE TRANSFORM FOR ct LANGUAGE sql (FROM SQL WITH FUNCTION tfrom(internal));
CREATE EVENT TRIGGER lo_et ON ddl_command_end WHEN tag IN ('CREATE DOMAIN') EXECUTE FUNCTION ef();
SET client_min_messages = error;
CREATE PUBLICATION lo_pub;
CREATE SUBSCRIPTION lo_sub CONNECTION 'dbname=x' PUBLICATION p WITH (connect = false, slot_name = NONE);
RESET client_min_messages;
CREATE ROLE lo_role;
CREATE ACCESS METHOD lo_am TYPE INDEX HANDLER bthandler;
SELECT lo_create(4711);
SET allow_in_place_tablespaces = on;
CREATE TABLESPACE lo_spc LOCATION '';
CREATE DATABASE lo_db;

-- one of each
SECURITY LABEL FOR selinux ON TABLE t IS 'system_u:object_r:sepgsql_table_t:s1';
SECURITY LABEL FOR selinux ON TABLE pt IS 'system_u:object_r:sepgsql_table_t:s1';
SECURITY LABEL FOR selinux ON COLUMN t.b IS 'system_u:object_r:sepgsql_table_t:s1';
SECURITY LABEL FOR selinux ON SEQUENCE sq IS 'system_u:object_r:sepgsql_seq_t:s1';
SECURITY LABEL FOR selinux ON VIEW v IS 'system_u:object_r:sepgsql_view_t:s1';
SECURITY LABEL FOR selinux ON MATERIALIZED VIEW mv IS 'system_u:object_r:sepgsql_table_t:s1';
SECURITY LABEL FOR selinux ON FOREIGN TABLE ft IS 'system_u:object_r:sepgsql_table_t:s1';
SECURITY LABEL FOR selinux ON FUNCTION f(int) IS 'system_u:object_r:sepgsql_proc_exec_t:s1';
SECURITY LABEL FOR selinux ON ROUTINE f2(int) IS 'system_u:object_r:sepgsql_proc_exec_t:s1';
SECURITY LABEL FOR selinux ON PROCEDURE p() IS 'system_u:object_r:sepgsql_proc_exec_t:s1';
SECURITY LABEL FOR selinux ON AGGREGATE ag(int) IS 'system_u:object_r:sepgsql_proc_exec_t:s1';
SECURITY LABEL FOR selinux ON TYPE ct IS 'system_u:object_r:sepgsql_sysobj_t:s1';
SECURITY LABEL FOR selinux ON DOMAIN dom IS 'system_u:object_r:sepgsql_sysobj_t:s1';
SECURITY LABEL FOR selinux ON COLLATION coll IS 'system_u:object_r:sepgsql_sysobj_t:s1';
SECURITY LABEL FOR selinux ON CONVERSION conv IS 'system_u:object_r:sepgsql_sysobj_t:s1';
SECURITY LABEL FOR selinux ON STATISTICS st IS 'system_u:object_r:sepgsql_sysobj_t:s1';
SECURITY LABEL FOR selinux ON TEXT SEARCH CONFIGURATION tsc IS 'system_u:object_r:sepgsql_sysobj_t:s1';
SECURITY LABEL FOR selinux ON TEXT SEARCH DICTIONARY tsd IS 'system_u:object_r:sepgsql_sysobj_t:s1';
SECURITY LABEL FOR selinux ON TEXT SEARCH PARSER tsp IS 'system_u:object_r:sepgsql_sysobj_t:s1';
SECURITY LABEL FOR selinux ON TEXT SEARCH TEMPLATE tst IS 'system_u:object_r:sepgsql_sysobj_t:s1';
SECURITY LABEL FOR selinux ON TRIGGER tr ON t IS 'system_u:object_r:sepgsql_sysobj_t:s1';
SECURITY LABEL FOR selinux ON RULE ru ON t IS 'system_u:object_r:sepgsql_sysobj_t:s1';
SECURITY LABEL FOR selinux ON POLICY po ON t IS 'system_u:object_r:sepgsql_sysobj_t:s1';
SECURITY LABEL FOR selinux ON OPERATOR === (ct, ct) IS 'system_u:object_r:sepgsql_sysobj_t:s1';
SECURITY LABEL FOR selinux ON OPERATOR FAMILY opf USING hash IS 'system_u:object_r:sepgsql_sysobj_t:s1';
SECURITY LABEL FOR selinux ON OPERATOR CLASS opc USING hash IS 'system_u:object_r:sepgsql_sysobj_t:s1';
SECURITY LABEL FOR selinux ON CAST (ct AS int) IS 'system_u:object_r:sepgsql_sysobj_t:s1';
SECURITY LABEL FOR selinux ON TRANSFORM FOR ct LANGUAGE sql IS 'system_u:object_r:sepgsql_sysobj_t:s1';
SECURITY LABEL FOR selinux ON SCHEMA lo IS 'system_u:object_r:sepgsql_schema_t:s0:c1';
SECURITY LABEL FOR selinux ON EVENT TRIGGER lo_et IS 'system_u:object_r:sepgsql_sysobj_t:s1';
SECURITY LABEL FOR selinux ON FOREIGN DATA WRAPPER lo_fdw IS 'system_u:object_r:sepgsql_sysobj_t:s1';
SECURITY LABEL FOR selinux ON SERVER lo_srv IS 'system_u:object_r:sepgsql_sysobj_t:s1';
SECURITY LABEL FOR selinux ON PUBLICATION lo_pub IS 'system_u:object_r:sepgsql_sysobj_t:s1';
SECURITY LABEL FOR selinux ON SUBSCRIPTION lo_sub IS 'system_u:object_r:sepgsql_sysobj_t:s1';
SECURITY LABEL FOR selinux ON ROLE lo_role IS 'system_u:object_r:sepgsql_sysobj_t:s1';
SECURITY LABEL FOR selinux ON ACCESS METHOD lo_am IS 'system_u:object_r:sepgsql_sysobj_t:s1';
SECURITY LABEL FOR selinux ON LARGE OBJECT 4711 IS 'system_u:object_r:sepgsql_blob_t:s1';
SECURITY LABEL FOR selinux ON TABLESPACE lo_spc IS 'system_u:object_r:sepgsql_sysobj_t:s1';
SECURITY LABEL FOR selinux ON DATABASE lo_db IS 'system_u:object_r:sepgsql_db_t:s1';
SELECT security_label AS lang FROM pg_language WHERE lanname = 'plpgsql' \gset
SECURITY LABEL FOR selinux ON LANGUAGE plpgsql IS 'system_u:object_r:sepgsql_safe_lang_t:s0:c1';
SELECT security_label AS ext FROM pg_extension WHERE extname = 'plpgsql' \gset
SECURITY LABEL FOR selinux ON EXTENSION plpgsql IS 'system_u:object_r:sepgsql_sysobj_t:s0:c1';
-- one that cannot be: its table's label decides
SECURITY LABEL FOR selinux ON INDEX ix IS 'system_u:object_r:sepgsql_sysobj_t:s1';
-- all of that is shown by pg_seclabels
SELECT objtype, objnamespace::regnamespace, objname, label FROM pg_seclabels
 WHERE provider = 'selinux' AND label ~ ':(s1|s0:c1)$' ORDER BY objtype COLLATE "C", objname COLLATE "C";
-- and everything else that has a label, with one row each
SELECT objoid, classoid, objsubid, count(*) FROM pg_seclabels WHERE provider = 'selinux'
 GROUP BY 1, 2, 3 HAVING count(*) > 1;
SELECT objtype, count(*) FROM pg_seclabels
 WHERE objnamespace = 'lo'::regnamespace AND provider = 'selinux' AND objsubid >= 0
 GROUP BY objtype ORDER BY objtype COLLATE "C";
SELECT count(*) FROM pg_seclabels WHERE objname = 'ix' OR objname = 'lo.ix';
SECURITY LABEL FOR selinux ON LANGUAGE plpgsql IS :'lang';
SECURITY LABEL FOR selinux ON EXTENSION plpgsql IS :'ext';
-- back to the default
SECURITY LABEL FOR selinux ON CAST (ct AS int) IS NULL;
SECURITY LABEL FOR selinux ON ROLE lo_role IS NULL;
SELECT objtype, objname, label FROM pg_seclabels WHERE provider = 'selinux' AND
  (objname = 'lo_role' OR objtype = 'cast' AND objname ~ 'lo.ct');
-- other providers know fewer kinds
SECURITY LABEL FOR dummy ON CAST (ct AS int) IS 'x';
-- nothing of that is in the other store
SELECT count(*) FROM pg_seclabel;
SELECT count(*) FROM pg_shseclabel;

-- a row whose label is none has none here
SET allow_system_table_mods = on;
SELECT count(*) FROM pg_seclabels WHERE objoid = 't'::regclass AND classoid = 'pg_class'::regclass AND objsubid = 0;
UPDATE pg_class SET security_label = sepgsql_unlabeled() WHERE oid = 't'::regclass;
SELECT count(*) FROM pg_seclabels WHERE objoid = 't'::regclass AND classoid = 'pg_class'::regclass AND objsubid = 0;
UPDATE pg_class SET security_label = 'system_u:object_r:sepgsql_table_t:s1' WHERE oid = 't'::regclass;
RESET allow_system_table_mods;

-- only what the client may see
\c - sep_user
SELECT count(*) FROM pg_seclabels WHERE provider = 'selinux' AND label ~ ':s1$';
SELECT count(*) > 1000 FROM pg_seclabels WHERE provider = 'selinux';

-- relabelling needs the permissions on every kind, ownership apart
\c - sep_su
SET search_path = lo;
SECURITY LABEL FOR selinux ON TYPE ct IS 'user_u:object_r:user_sepgsql_sysobj_t:s0';
SECURITY LABEL FOR selinux ON TYPE pg_catalog.int4 IS 'user_u:object_r:user_sepgsql_sysobj_t:s0';
SECURITY LABEL FOR selinux ON OPERATOR pg_catalog.+ (int, int) IS 'user_u:object_r:user_sepgsql_sysobj_t:s0';
SECURITY LABEL FOR selinux ON CAST (int AS bigint) IS 'user_u:object_r:user_sepgsql_sysobj_t:s0';
SECURITY LABEL FOR selinux ON ACCESS METHOD heap IS 'user_u:object_r:user_sepgsql_sysobj_t:s0';
SECURITY LABEL FOR selinux ON EXTENSION plpgsql IS 'user_u:object_r:user_sepgsql_sysobj_t:s0';
SECURITY LABEL FOR selinux ON LANGUAGE plpgsql IS 'user_u:object_r:sepgsql_safe_lang_t:s0';
SECURITY LABEL FOR selinux ON TABLESPACE pg_default IS 'user_u:object_r:user_sepgsql_sysobj_t:s0';
SECURITY LABEL FOR selinux ON COLLATION "C" IS 'user_u:object_r:user_sepgsql_sysobj_t:s0';
SECURITY LABEL FOR selinux ON TEXT SEARCH CONFIGURATION pg_catalog.english IS 'user_u:object_r:user_sepgsql_sysobj_t:s0';

\c - sep_admin
-- psql shows them, where not told to hide them (as pg_regress does)
SET search_path = lo;
\d+ t
\set HIDE_SECURITY_LABELS off
\d+ t
\d t
\d+ pt
\d+ v
\d+ mv
\d+ ft
\d+ sq
\d+ ix
\d+ ct
\x on
\o | grep -E '^(Name|Persistence|Security label|Description|ID)'
\dt+ t
\o
\o | grep -E '^(Name|Persistence|Security label|Description|ID)'
\dv+ v
\o
\o | grep -E '^(Name|Persistence|Security label|Description|ID)'
\ds+ sq
\o
\o | grep -E '^(Name|Persistence|Security label|Description|ID)'
\dm+ mv
\o
\o | grep -E '^(Name|Persistence|Security label|Description|ID)'
\dE+ ft
\o
\o | grep -E '^(Name|Persistence|Security label|Description|ID)'
\di+ ix
\o
\dt t
\df+ f
\dn+ lo
\o | grep -E '^(Name|Tablespace|Security label|Description|ID)'
\l+ lo_db
\o
\o | grep -E '^(Name|Trusted|Security label|Description|ID)'
\dL+ plpgsql
\o
\dl+
\x off
\set HIDE_SECURITY_LABELS on

SET client_min_messages = warning;
DROP SUBSCRIPTION lo_sub;
DROP PUBLICATION lo_pub;
DROP EVENT TRIGGER lo_et;
DROP SCHEMA lo CASCADE;
DROP FOREIGN DATA WRAPPER lo_fdw CASCADE;
DROP ROLE lo_role;
DROP ACCESS METHOD lo_am;
SELECT lo_unlink(4711);
DROP TABLESPACE lo_spc;
DROP DATABASE lo_db;
