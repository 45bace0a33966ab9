--
-- One object of each kind, and the label that it gets: from the policy, for
-- the client that made it and what it was made in.
--
CREATE SCHEMA lbl;
GRANT ALL ON SCHEMA lbl TO PUBLIC;
GRANT CREATE ON DATABASE sepgsql_regression TO PUBLIC;

CREATE VIEW lbl.objects AS
 SELECT 'db_schema' AS class, 'schema' AS kind, nspname AS name, security_label FROM pg_namespace WHERE nspname LIKE 'lbl%'
 UNION ALL
 SELECT CASE WHEN relkind IN ('r', 'p', 'm', 'f') THEN 'db_table' WHEN relkind = 'S' THEN 'db_sequence'
             WHEN relkind = 'v' THEN 'db_view' ELSE 'db_tuple' END,
        CASE relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' WHEN 'm' THEN 'materialized view'
             WHEN 'f' THEN 'foreign table' WHEN 'S' THEN 'sequence' WHEN 'v' THEN 'view' WHEN 'c' THEN 'composite type'
             WHEN 'i' THEN 'index' WHEN 'I' THEN 'partitioned index' ELSE relkind::text END,
        relname, security_label FROM pg_class WHERE relname LIKE 'lbl%'
 UNION ALL
 SELECT DISTINCT CASE WHEN c.relkind IN ('r', 'p', 'm', 'f') THEN 'db_column' ELSE 'db_tuple' END, 'column of ' || c.relkind::text,
        c.relname || '.' || CASE WHEN attnum < 0 THEN 'system columns' ELSE attname END, a.security_label
   FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid WHERE relname LIKE 'lbl%' AND relkind IN ('r', 'p', 'm', 'f', 'v')
 UNION ALL
 SELECT 'db_procedure', CASE prokind WHEN 'f' THEN 'function' WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'window function' END,
        proname, security_label FROM pg_proc WHERE proname LIKE 'lbl%' AND prosrc NOT LIKE '%range_constructor%'
 UNION ALL
 SELECT 'db_language', 'language', lanname, security_label FROM pg_language WHERE lanname LIKE 'lbl%'
 UNION ALL
 SELECT 'db_blob', 'large object', oid::text, security_label FROM pg_largeobject_metadata WHERE oid BETWEEN 990000 AND 990009
 UNION ALL
 SELECT 'db_tuple', 'type ' || typtype::text, typname, security_label FROM pg_type WHERE typname LIKE 'lbl%' AND typtype NOT IN ('c', 'm') AND typrelid = 0
 UNION ALL
 SELECT 'db_tuple', 'operator', oprname, security_label FROM pg_operator WHERE oprname = '=#=' AND oprnamespace = 'lbl'::regnamespace
 UNION ALL
 SELECT 'db_tuple', 'operator class', opcname, security_label FROM pg_opclass WHERE opcname LIKE 'lbl%'
 UNION ALL
 SELECT 'db_tuple', 'operator family', opfname, security_label FROM pg_opfamily WHERE opfname LIKE 'lbl%'
 UNION ALL
 SELECT 'db_tuple', 'cast', castsource::regtype::text || ' ' || casttarget::regtype, security_label FROM pg_cast WHERE castsource::regtype::text LIKE 'lbl%' AND castmethod <> 'b'
 UNION ALL
 SELECT 'db_tuple', 'collation', collname, security_label FROM pg_collation WHERE collname LIKE 'lbl%'
 UNION ALL
 SELECT 'db_tuple', 'conversion', conname, security_label FROM pg_conversion WHERE conname LIKE 'lbl%'
 UNION ALL
 SELECT 'db_tuple', 'text search configuration', cfgname, security_label FROM pg_ts_config WHERE cfgname LIKE 'lbl%'
 UNION ALL
 SELECT 'db_tuple', 'text search dictionary', dictname, security_label FROM pg_ts_dict WHERE dictname LIKE 'lbl%'
 UNION ALL
 SELECT 'db_tuple', 'text search parser', prsname, security_label FROM pg_ts_parser WHERE prsname LIKE 'lbl%'
 UNION ALL
 SELECT 'db_tuple', 'text search template', tmplname, security_label FROM pg_ts_template WHERE tmplname LIKE 'lbl%'
 UNION ALL
 SELECT 'db_tuple', 'foreign data wrapper', fdwname, security_label FROM pg_foreign_data_wrapper WHERE fdwname LIKE 'lbl%'
 UNION ALL
 SELECT 'db_tuple', 'server', srvname, security_label FROM pg_foreign_server WHERE srvname LIKE 'lbl%'
 UNION ALL
 SELECT 'db_tuple', 'role', rolname, security_label FROM pg_authid WHERE rolname LIKE 'sep_lbl%'
 UNION ALL
 SELECT 'db_tuple', 'publication', pubname, security_label FROM pg_publication WHERE pubname LIKE 'lbl%'
 UNION ALL
 SELECT 'db_tuple', 'subscription', subname, security_label FROM pg_subscription WHERE subname LIKE 'lbl%'
 UNION ALL
 SELECT 'db_tuple', 'event trigger', evtname, security_label FROM pg_event_trigger WHERE evtname LIKE 'lbl%'
 UNION ALL
 SELECT 'db_tuple', 'access method', amname, security_label FROM pg_am WHERE amname LIKE 'lbl%'
 UNION ALL
 SELECT 'db_tuple', 'tablespace', spcname, security_label FROM pg_tablespace WHERE spcname LIKE 'lbl%'
 UNION ALL
 SELECT 'db_tuple', 'statistics', stxname, security_label FROM pg_statistic_ext WHERE stxname LIKE 'lbl%'
 UNION ALL
 SELECT 'db_tuple', 'policy', polname, security_label FROM pg_policy WHERE polname LIKE 'lbl%'
 UNION ALL
 SELECT 'db_tuple', 'trigger', tgname, security_label FROM pg_trigger WHERE tgname LIKE 'lbl%'
 UNION ALL
 SELECT 'db_tuple', 'rule', rulename, security_label FROM pg_rewrite WHERE rulename LIKE 'lbl%'
 UNION ALL
 SELECT 'db_tuple', 'extension', extname, security_label FROM pg_extension WHERE extname = 'plpgsql';
GRANT SELECT ON lbl.objects TO PUBLIC;
-- what initdb made has the labels of sepgsql_contexts
SELECT datname, security_label FROM pg_database WHERE datname IN ('template0', 'template1', 'postgres') ORDER BY 1;
SELECT nspname, security_label FROM pg_namespace WHERE nspname IN ('pg_catalog', 'pg_toast', 'information_schema', 'public') ORDER BY 1;
SELECT lanname, security_label FROM pg_language ORDER BY 1;
SELECT relkind, count(DISTINCT c.security_label), min(c.security_label) FROM pg_class c
 WHERE relnamespace IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace) GROUP BY 1 ORDER BY 1;
SELECT count(DISTINCT security_label), min(security_label) FROM pg_proc WHERE oid < 16384;
SELECT count(DISTINCT security_label), min(security_label) FROM pg_type WHERE oid < 16384;

\c - sep_admin
SET search_path = lbl;
SET allow_in_place_tablespaces = on;
CREATE TABLE lbl_t (a int PRIMARY KEY, b int);
CREATE TABLE lbl_p (a int, b int) PARTITION BY LIST (a);
CREATE TABLE lbl_p1 PARTITION OF lbl_p FOR VALUES IN (1);
CREATE MATERIALIZED VIEW lbl_m AS SELECT 1 AS a;
CREATE VIEW lbl_v AS SELECT 1 AS a;
CREATE SEQUENCE lbl_s;
CREATE FUNCTION lbl_f(int) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT $1 > 0';
CREATE PROCEDURE lbl_proc() LANGUAGE sql AS '';
CREATE AGGREGATE lbl_agg(int) (sfunc = int4pl, stype = int);
CREATE LANGUAGE lbl_lang HANDLER plpgsql_call_handler;
SELECT lo_create(990000);
CREATE TYPE lbl_c AS (a int);
CREATE TYPE lbl_e AS ENUM ('a');
CREATE TYPE lbl_r AS RANGE (subtype = int);
CREATE DOMAIN lbl_d AS int CHECK (VALUE > 0);
CREATE TYPE lbl_base;
CREATE FUNCTION lbl_in(cstring) RETURNS lbl_base LANGUAGE internal IMMUTABLE STRICT AS 'int4in';
CREATE FUNCTION lbl_out(lbl_base) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out';
CREATE TYPE lbl_base (input = lbl_in, output = lbl_out, like = int);
CREATE OPERATOR =#= (leftarg = int, rightarg = int, function = int4eq);
CREATE OPERATOR FAMILY lbl_fam USING btree;
CREATE OPERATOR CLASS lbl_cls FOR TYPE lbl_e USING hash AS FUNCTION 1 hashenum(anyenum);
CREATE CAST (lbl_e AS int) WITH INOUT;
CREATE COLLATION lbl_coll FROM "C";
CREATE CONVERSION lbl_conv FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE TEXT SEARCH CONFIGURATION lbl_cfg (copy = simple);
CREATE TEXT SEARCH DICTIONARY lbl_dict (template = simple);
CREATE TEXT SEARCH PARSER lbl_prs (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype);
CREATE TEXT SEARCH TEMPLATE lbl_tmpl (lexize = dsimple_lexize);
CREATE FOREIGN DATA WRAPPER lbl_fdw;
CREATE SERVER lbl_srv FOREIGN DATA WRAPPER lbl_fdw;
CREATE USER MAPPING FOR PUBLIC SERVER lbl_srv;
CREATE FOREIGN TABLE lbl_ft (a int) SERVER lbl_srv;
CREATE ROLE sep_lbl;
SET client_min_messages = error;
CREATE PUBLICATION lbl_pub;
CREATE SUBSCRIPTION lbl_sub CONNECTION 'dbname=x' PUBLICATION p WITH (connect = false);
RESET client_min_messages;
CREATE FUNCTION lbl_evt() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER lbl_et ON ddl_command_end EXECUTE FUNCTION lbl_evt();
DROP EVENT TRIGGER lbl_et;
CREATE EVENT TRIGGER lbl_et ON sql_drop EXECUTE FUNCTION lbl_evt();
ALTER EVENT TRIGGER lbl_et DISABLE;
CREATE ACCESS METHOD lbl_am TYPE INDEX HANDLER bthandler;
CREATE TABLESPACE lbl_ts LOCATION '';
CREATE STATISTICS lbl_st ON a, b FROM lbl_t;
CREATE POLICY lbl_pol ON lbl_t USING (a > 0);
CREATE TRIGGER lbl_tr BEFORE UPDATE ON lbl_t FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
CREATE RULE lbl_rule AS ON DELETE TO lbl_t DO ALSO SELECT 1;
SELECT * FROM objects ORDER BY class, kind, name COLLATE "C";
CREATE TEMP TABLE lbl_temp (a int);
SELECT n.security_label AS schema, c.security_label AS table FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE relname = 'lbl_temp';
DROP PUBLICATION lbl_pub;
ALTER SUBSCRIPTION lbl_sub SET (slot_name = NONE);
DROP SUBSCRIPTION lbl_sub;
DROP EVENT TRIGGER lbl_et;
DROP FOREIGN DATA WRAPPER lbl_fdw CASCADE;
DROP LANGUAGE lbl_lang;
DROP ACCESS METHOD lbl_am;
DROP ROLE sep_lbl;
SET client_min_messages = warning;
DROP TYPE lbl_base CASCADE;
DROP TABLE lbl_t, lbl_p;
DROP MATERIALIZED VIEW lbl_m;
DROP VIEW lbl_v;
DROP SEQUENCE lbl_s;
DROP FUNCTION lbl_f, lbl_evt;
DROP PROCEDURE lbl_proc;
DROP AGGREGATE lbl_agg(int);
DROP TYPE lbl_c, lbl_e, lbl_r CASCADE;
DROP DOMAIN lbl_d;
DROP OPERATOR =#= (int, int);
DROP OPERATOR FAMILY lbl_fam USING btree;
DROP COLLATION lbl_coll;
DROP CONVERSION lbl_conv;
DROP TEXT SEARCH CONFIGURATION lbl_cfg;
DROP TEXT SEARCH DICTIONARY lbl_dict;
DROP TEXT SEARCH PARSER lbl_prs;
DROP TEXT SEARCH TEMPLATE lbl_tmpl;
DROP TABLESPACE lbl_ts;
SELECT lo_unlink(990000);
SELECT * FROM objects WHERE kind <> 'extension' ORDER BY class, kind, name;

-- an ordinary client: the harmless kinds
\c - sep_staff
SET search_path = lbl;
CREATE SCHEMA lbl_own;
CREATE TABLE lbl_t (a int PRIMARY KEY, b int);
CREATE TABLE lbl_p (a int, b int) PARTITION BY LIST (a);
CREATE MATERIALIZED VIEW lbl_m AS SELECT 1 AS a;
CREATE VIEW lbl_v AS SELECT 1 AS a;
CREATE SEQUENCE lbl_s;
CREATE FUNCTION lbl_f(int) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT $1 > 0';
CREATE PROCEDURE lbl_proc() LANGUAGE sql AS '';
CREATE AGGREGATE lbl_agg(int) (sfunc = int4pl, stype = int);
SELECT lo_create(990000);
CREATE TYPE lbl_c AS (a int);
CREATE TYPE lbl_e AS ENUM ('a');
CREATE TYPE lbl_r AS RANGE (subtype = int);
CREATE DOMAIN lbl_d AS int CHECK (VALUE > 0);
CREATE OPERATOR =#= (leftarg = int, rightarg = int, function = int4eq);
CREATE CAST (lbl_e AS int) WITH INOUT;
CREATE COLLATION lbl_coll FROM "C";
CREATE TEXT SEARCH CONFIGURATION lbl_cfg (copy = simple);
CREATE TEXT SEARCH DICTIONARY lbl_dict (template = simple);
CREATE STATISTICS lbl_st ON a, b FROM lbl_t;
CREATE POLICY lbl_pol ON lbl_t USING (a > 0);
CREATE TRIGGER lbl_tr BEFORE UPDATE ON lbl_t FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
CREATE RULE lbl_rule AS ON DELETE TO lbl_t DO ALSO SELECT 1;
SELECT * FROM objects WHERE kind <> 'extension' ORDER BY class, kind, name COLLATE "C";
SELECT lo_unlink(990000);
SET client_min_messages = warning;
DROP SCHEMA lbl_own;
DROP OWNED BY sep_staff CASCADE;

\c - sep_admin
SET client_min_messages = warning;
DROP SCHEMA lbl CASCADE;
REVOKE CREATE ON DATABASE sepgsql_regression FROM PUBLIC;
