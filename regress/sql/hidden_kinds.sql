--
-- Of what is hidden no statement tells of what kind it is: it is refused as a
-- violation, or as what does not exist.  All statements that name a relation
-- are said of hidden ones of all kinds; what is answered in other words, and
-- not in those of a name that nobody has, is shown.
--
\c - sep_admin
CREATE TABLE public.zh_t (a int) SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s3';
CREATE TABLE public.zh_p (a int) PARTITION BY LIST (a);
SECURITY LABEL FOR selinux ON TABLE public.zh_p IS 'system_u:object_r:sepgsql_table_t:s3';
CREATE SEQUENCE public.zh_s SECURITY_LABEL = 'system_u:object_r:sepgsql_seq_t:s3';
CREATE MATERIALIZED VIEW public.zh_m AS SELECT 1 AS a;
SECURITY LABEL FOR selinux ON MATERIALIZED VIEW public.zh_m IS 'system_u:object_r:sepgsql_table_t:s3';
CREATE INDEX zh_i ON public.zh_t (a);
GRANT ALL ON public.zh_t, public.zh_p, public.zh_m TO PUBLIC;
GRANT CREATE ON SCHEMA public TO PUBLIC;
\c - sep_user
CREATE TABLE public.zo (a int) PARTITION BY LIST (a);
CREATE TABLE public.zoo (a int);
SET client_min_messages = warning;
CREATE FUNCTION pg_temp.try(q text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN EXECUTE q; RETURN 'ok'; EXCEPTION WHEN OTHERS THEN RETURN SQLERRM; END $$;
SELECT s AS statement, n, pg_temp.try(format(s, n)) AS outcome FROM unnest(ARRAY[
'CREATE RULE x AS ON INSERT TO public.%s DO INSTEAD NOTHING',
'CREATE TRIGGER x BEFORE INSERT ON public.%s FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()',
'CREATE CONSTRAINT TRIGGER x AFTER INSERT ON public.zoo FROM public.%s FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()',
'CREATE STATISTICS public.zst ON a, ctid FROM public.%s',
'CREATE STATISTICS public.zst ON a, b FROM public.%s',
'CREATE TABLE public.zx PARTITION OF public.%s FOR VALUES IN (1)',
'CREATE TABLE public.zx (LIKE public.%s)',
'CREATE TABLE public.zx () INHERITS (public.%s)',
'CREATE TABLE public.zx OF public.%s',
'CREATE FOREIGN TABLE public.zx PARTITION OF public.%s FOR VALUES IN (1) SERVER nix',
'ALTER TABLE public.zo ATTACH PARTITION public.%s FOR VALUES IN (1)',
'ALTER TABLE public.zo DETACH PARTITION public.%s',
'ALTER TABLE public.zoo INHERIT public.%s',
'ALTER TABLE public.zoo NO INHERIT public.%s',
'ALTER TABLE public.zoo ADD FOREIGN KEY (a) REFERENCES public.%s',
'ALTER TABLE public.zoo ADD x public.%s',
'ALTER TABLE public.zoo REPLICA IDENTITY USING INDEX %s',
'ALTER TABLE public.zoo CLUSTER ON %s',
'CREATE PUBLICATION zp FOR TABLE public.%s',
'COMMENT ON COLUMN public.%s.a IS NULL',
'COMMENT ON TABLE public.%s IS NULL',
'COMMENT ON TRIGGER x ON public.%s IS NULL',
'SECURITY LABEL ON TABLE public.%s IS ''x:x:x:s0''',
'CREATE POLICY zp ON public.%s',
'ALTER POLICY zp ON public.%s RENAME TO zq',
'ALTER TRIGGER zp ON public.%s RENAME TO zq',
'ALTER RULE zp ON public.%s RENAME TO zq',
'DROP RULE zp ON public.%s',
'DROP TRIGGER zp ON public.%s',
'DROP POLICY IF EXISTS zp ON public.%s',
'CREATE SEQUENCE public.zs OWNED BY public.%s.a',
'COPY public.%s FROM ''/dev/null''',
'COPY public.%s TO ''/dev/null''',
'TABLE public.%s',
'SELECT nextval(''public.%s'')',
'SELECT currtid2(''public.%s'', ''(0,1)'')',
'VACUUM public.%s',
'ANALYZE public.%s',
'CREATE VIEW public.zv AS TABLE public.%s',
'MERGE INTO public.%s t USING public.zoo z ON true WHEN MATCHED THEN DELETE',
'DECLARE zc CURSOR FOR TABLE public.%s FOR UPDATE',
'CREATE INDEX ON public.%s (a)',
'ALTER TABLE public.%s ADD x int',
'ALTER INDEX public.%s RENAME TO x',
'ALTER INDEX public.zh_i ATTACH PARTITION public.%s',
'ALTER SEQUENCE public.%s RESTART',
'ALTER VIEW public.%s RENAME TO x',
'ALTER MATERIALIZED VIEW public.%s RENAME TO x',
'ALTER FOREIGN TABLE public.%s RENAME TO x',
'ALTER TYPE public.%s RENAME TO x',
'DROP TYPE public.%s',
'CREATE FUNCTION public.zf(public.%s) RETURNS int LANGUAGE sql AS ''SELECT 1''',
'CREATE AGGREGATE public.za(public.%s) (sfunc = x, stype = int)',
'SELECT NULL::public.%s',
'CREATE DOMAIN public.zd AS public.%s',
'CREATE CAST (public.%s AS int) WITH INOUT',
'ALTER EXTENSION plpgsql ADD TABLE public.%s',
'REASSIGN OWNED BY sep_user TO %s',
'CLUSTER public.%s', 'REINDEX TABLE public.%s', 'REFRESH MATERIALIZED VIEW public.%s', 'TRUNCATE public.%s', 'LOCK public.%s'
]) s, unnest(ARRAY['zh_t','zh_p','zh_s','zh_m','zh_i']) n WHERE pg_temp.try(format(s, n)) NOT IN ('SELinux: security policy violation', 'permission denied for function ' || n) AND pg_temp.try(format(s, n)) !~ '^(function|routine) name .* is not unique$' AND pg_temp.try(format(s, n)) <> replace(pg_temp.try(format(s, 'zz_q')), 'zz_q', n);

-- the same of other objects
\c - sep_admin
DROP MATERIALIZED VIEW public.zh_m;
DROP SEQUENCE public.zh_s;
DROP TABLE public.zh_t, public.zh_p, public.zo, public.zoo;
CREATE SCHEMA zh_schema SECURITY_LABEL = 'system_u:object_r:sepgsql_schema_t:s3';
CREATE FUNCTION public.zh_f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE PROCEDURE public.zh_p(int) LANGUAGE sql AS 'SELECT 1';
CREATE AGGREGATE public.zh_a(int) (sfunc = int4pl, stype = int);
CREATE FUNCTION public.zh_w(int) RETURNS int LANGUAGE internal WINDOW AS 'window_ntile';
CREATE FUNCTION public.zh_trg() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TYPE public.zh_e AS ENUM ('a');
CREATE DOMAIN public.zh_d AS int;
CREATE TYPE public.zh_r AS RANGE (subtype = int);
CREATE TYPE public.zh_c AS (a int);
CREATE COLLATION public.zh_coll FROM "C";
CREATE OPERATOR FAMILY public.zh_fam USING btree;
CREATE OPERATOR CLASS public.zh_opc FOR TYPE int USING hash AS OPERATOR 1 =;
CREATE CONVERSION public.zh_conv FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE TEXT SEARCH CONFIGURATION public.zh_cfg (COPY = simple);
CREATE TEXT SEARCH DICTIONARY public.zh_dict (TEMPLATE = simple);
CREATE LANGUAGE zh_lang HANDLER plpgsql_call_handler;
CREATE FOREIGN DATA WRAPPER zh_fdw;
CREATE SERVER zh_srv FOREIGN DATA WRAPPER zh_fdw;
CREATE ACCESS METHOD zh_am TYPE INDEX HANDLER bthandler;
SET client_min_messages = error;
CREATE PUBLICATION zh_pub;
CREATE SUBSCRIPTION zh_sub CONNECTION 'dbname=tw' PUBLICATION zh_pub WITH (connect = false, slot_name = NONE);
RESET client_min_messages;
SELECT format('SECURITY LABEL FOR selinux ON %s IS %L', o, format('system_u:object_r:%s:s3', t)) FROM (VALUES
	('FUNCTION public.zh_f(int)', 'sepgsql_proc_exec_t'), ('PROCEDURE public.zh_p(int)', 'sepgsql_proc_exec_t'),
	('AGGREGATE public.zh_a(int)', 'sepgsql_proc_exec_t'), ('FUNCTION public.zh_w(int)', 'sepgsql_proc_exec_t'),
	('FUNCTION public.zh_trg()', 'sepgsql_proc_exec_t'), ('LANGUAGE zh_lang', 'sepgsql_lang_t'),
	('TYPE public.zh_e', 'sepgsql_sysobj_t'), ('DOMAIN public.zh_d', 'sepgsql_sysobj_t'),
	('TYPE public.zh_r', 'sepgsql_sysobj_t'), ('TYPE public.zh_c', 'sepgsql_sysobj_t'),
	('COLLATION public.zh_coll', 'sepgsql_sysobj_t'), ('OPERATOR FAMILY public.zh_fam USING btree', 'sepgsql_sysobj_t'),
	('OPERATOR CLASS public.zh_opc USING hash', 'sepgsql_sysobj_t'), ('CONVERSION public.zh_conv', 'sepgsql_sysobj_t'),
	('TEXT SEARCH CONFIGURATION public.zh_cfg', 'sepgsql_sysobj_t'),
	('TEXT SEARCH DICTIONARY public.zh_dict', 'sepgsql_sysobj_t'), ('FOREIGN DATA WRAPPER zh_fdw', 'sepgsql_sysobj_t'),
	('SERVER zh_srv', 'sepgsql_sysobj_t'), ('ACCESS METHOD zh_am', 'sepgsql_sysobj_t'),
	('PUBLICATION zh_pub', 'sepgsql_sysobj_t'),
	('SUBSCRIPTION zh_sub', 'sepgsql_sysobj_t')) v (o, t) \gexec
\c - sep_su
CREATE TABLE public.zoo (a int, t text);
SET client_min_messages = warning;
CREATE FUNCTION pg_temp.try(q text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN EXECUTE q; RETURN 'ok'; EXCEPTION WHEN OTHERS THEN RETURN SQLERRM; END $$;
SELECT s AS statement, n, pg_temp.try(format(s, n)) AS outcome FROM unnest(ARRAY[
'DROP FUNCTION public.%s', 'DROP PROCEDURE public.%s', 'DROP AGGREGATE public.%s(int)', 'DROP ROUTINE public.%s',
'DROP FUNCTION public.%s(int)', 'DROP PROCEDURE IF EXISTS public.%s(int)', 'DROP ROUTINE IF EXISTS public.%s(int)',
'ALTER FUNCTION public.%s(int) STABLE', 'ALTER PROCEDURE public.%s(int) RENAME TO x', 'ALTER AGGREGATE public.%s(int) RENAME TO x',
'ALTER ROUTINE public.%s OWNER TO sep_user', 'ALTER FUNCTION public.%s SET SCHEMA pg_catalog', 'ALTER FUNCTION public.%s(int) DEPENDS ON EXTENSION plpgsql',
'COMMENT ON FUNCTION public.%s(int) IS NULL', 'COMMENT ON AGGREGATE public.%s(int) IS NULL', 'COMMENT ON PROCEDURE public.%s IS NULL',
'GRANT EXECUTE ON FUNCTION public.%s TO PUBLIC', 'GRANT EXECUTE ON PROCEDURE public.%s TO PUBLIC', 'REVOKE ALL ON ROUTINE public.%s(int) FROM sep_user',
'SELECT public.%s(1)', 'SELECT public.%s(1) OVER ()', 'SELECT public.%s(DISTINCT 1)', 'SELECT public.%s(VARIADIC ARRAY[1])', 'CALL public.%s(1)', 'SELECT * FROM public.%s(1)', 'SELECT public.%s(*)',
'CREATE TRIGGER x BEFORE INSERT ON public.zoo FOR EACH ROW EXECUTE FUNCTION public.%s()',
'CREATE EVENT TRIGGER x ON ddl_command_end EXECUTE FUNCTION public.%s()',
'CREATE AGGREGATE public.zx (int) (sfunc = public.%s, stype = int)', 'CREATE OPERATOR public.<|> (leftarg = int, rightarg = int, function = public.%s)',
'CREATE CAST (int AS point) WITH FUNCTION public.%s(int)', 'CREATE LANGUAGE zx HANDLER public.%s', 'CREATE ACCESS METHOD zx TYPE INDEX HANDLER public.%s',
'CREATE FOREIGN DATA WRAPPER zx HANDLER public.%s', 'CREATE CONVERSION public.zx FOR ''LATIN1'' TO ''UTF8'' FROM public.%s',
'CREATE OPERATOR CLASS public.zx FOR TYPE int USING btree AS FUNCTION 1 public.%s(int)', 'CREATE TRANSFORM FOR int LANGUAGE sql (FROM SQL WITH FUNCTION public.%s(internal))',
'CREATE TEXT SEARCH TEMPLATE public.zx (lexize = public.%s)', 'CREATE TYPE public.zx AS RANGE (subtype = int, subtype_diff = public.%s)',
'DROP TYPE public.%s', 'DROP DOMAIN public.%s', 'ALTER TYPE public.%s RENAME TO x', 'ALTER TYPE public.%s RENAME VALUE ''a'' TO ''b''', 'ALTER TYPE public.%s SET (storage = plain)',
'ALTER TYPE public.%s ADD ATTRIBUTE x int', 'ALTER DOMAIN public.%s SET NOT NULL', 'ALTER DOMAIN public.%s ADD CHECK (VALUE > 0)', 'ALTER DOMAIN public.%s DROP CONSTRAINT x', 'ALTER DOMAIN public.%s RENAME CONSTRAINT x TO y', 'ALTER DOMAIN public.%s VALIDATE CONSTRAINT x',
'ALTER TYPE public.%s OWNER TO sep_user', 'ALTER TYPE public.%s SET SCHEMA pg_catalog', 'COMMENT ON TYPE public.%s IS NULL', 'COMMENT ON DOMAIN public.%s IS NULL', 'GRANT USAGE ON TYPE public.%s TO PUBLIC', 'GRANT USAGE ON DOMAIN public.%s TO PUBLIC',
'SELECT NULL::public.%s', 'SELECT ''a''::public.%s', 'CREATE TABLE public.zx (a public.%s)', 'CREATE TABLE public.zx OF public.%s', 'CREATE DOMAIN public.zx AS public.%s', 'CREATE TYPE public.zx AS RANGE (subtype = public.%s)', 'CREATE CAST (public.%s AS int) WITH INOUT',
'ALTER TABLE public.zoo OF public.%s', 'SELECT ROW(1)::public.%s', 'SELECT (NULL::public.%s).a', 'SELECT NULL::public.%s[]', 'SELECT NULL::public.%s(3)', 'SELECT public.%s ''a''',
'DROP COLLATION public.%s', 'ALTER COLLATION public.%s REFRESH VERSION', 'ALTER COLLATION public.%s RENAME TO x', 'CREATE COLLATION public.zx FROM public.%s', 'COMMENT ON COLLATION public.%s IS NULL', 'SELECT ''a'' COLLATE public.%s', 'CREATE DOMAIN public.zx AS text COLLATE public.%s',
'DROP OPERATOR FAMILY public.%s USING btree', 'ALTER OPERATOR FAMILY public.%s USING btree ADD OPERATOR 1 < (int, int)', 'ALTER OPERATOR FAMILY public.%s USING btree RENAME TO x', 'CREATE OPERATOR CLASS public.zx FOR TYPE int USING btree FAMILY public.%s AS STORAGE int', 'DROP OPERATOR FAMILY public.%s USING hash',
'DROP OPERATOR CLASS public.%s USING hash', 'ALTER OPERATOR CLASS public.%s USING hash RENAME TO x', 'CREATE INDEX ON public.zoo USING hash (a public.%s)', 'CREATE INDEX ON public.zoo USING btree (a public.%s)', 'CREATE TABLE public.zx (a int) PARTITION BY RANGE (a public.%s)',
'DROP CONVERSION public.%s', 'ALTER CONVERSION public.%s RENAME TO x', 'COMMENT ON CONVERSION public.%s IS NULL',
'DROP TEXT SEARCH CONFIGURATION public.%s', 'ALTER TEXT SEARCH CONFIGURATION public.%s DROP MAPPING FOR asciiword', 'ALTER TEXT SEARCH CONFIGURATION public.%s RENAME TO x', 'CREATE TEXT SEARCH CONFIGURATION public.zx (COPY = public.%s)', 'SELECT to_tsvector(''public.%s'', ''a'')', 'SET default_text_search_config = ''public.%s''', 'SELECT ''public.%s''::regconfig',
'DROP TEXT SEARCH DICTIONARY public.%s', 'ALTER TEXT SEARCH DICTIONARY public.%s (stopwords)', 'SELECT ts_lexize(''public.%s'', ''a'')', 'DROP TEXT SEARCH TEMPLATE public.%s', 'DROP TEXT SEARCH PARSER public.%s',
'DROP LANGUAGE %s', 'ALTER LANGUAGE %s RENAME TO x', 'CREATE FUNCTION public.zx() RETURNS int LANGUAGE %s AS ''x''', 'DO LANGUAGE %s ''x''', 'GRANT USAGE ON LANGUAGE %s TO PUBLIC', 'COMMENT ON LANGUAGE %s IS NULL',
'DROP FOREIGN DATA WRAPPER %s', 'ALTER FOREIGN DATA WRAPPER %s OPTIONS (a ''b'')', 'ALTER FOREIGN DATA WRAPPER %s OWNER TO sep_su', 'CREATE SERVER zx FOREIGN DATA WRAPPER %s', 'GRANT USAGE ON FOREIGN DATA WRAPPER %s TO PUBLIC',
'DROP SERVER %s', 'ALTER SERVER %s OPTIONS (a ''b'')', 'ALTER SERVER %s OWNER TO sep_su', 'CREATE USER MAPPING FOR PUBLIC SERVER %s', 'DROP USER MAPPING FOR PUBLIC SERVER %s', 'DROP USER MAPPING IF EXISTS FOR PUBLIC SERVER %s', 'ALTER USER MAPPING FOR PUBLIC SERVER %s OPTIONS (a ''b'')', 'CREATE FOREIGN TABLE public.zx (a int) SERVER %s', 'IMPORT FOREIGN SCHEMA x FROM SERVER %s INTO public', 'GRANT USAGE ON FOREIGN SERVER %s TO PUBLIC',
'DROP ACCESS METHOD %s', 'CREATE INDEX ON public.zoo USING %s (a)', 'CREATE TABLE public.zx (a int) USING %s', 'CREATE OPERATOR CLASS public.zx FOR TYPE int USING %s AS STORAGE int', 'ALTER TABLE public.zoo SET ACCESS METHOD %s', 'SET default_table_access_method = %s', 'DROP OPERATOR CLASS public.int4_ops USING %s', 'COMMENT ON ACCESS METHOD %s IS NULL',
'DROP PUBLICATION %s', 'ALTER PUBLICATION %s ADD TABLE public.zoo', 'ALTER PUBLICATION %s RENAME TO x', 'ALTER PUBLICATION %s OWNER TO sep_su', 'COMMENT ON PUBLICATION %s IS NULL',
'ALTER SUBSCRIPTION %s DISABLE', 'ALTER SUBSCRIPTION %s RENAME TO x', 'ALTER SUBSCRIPTION %s OWNER TO sep_su', 'COMMENT ON SUBSCRIPTION %s IS NULL',
'DROP SCHEMA %s', 'ALTER SCHEMA %s RENAME TO x', 'ALTER SCHEMA %s OWNER TO sep_su', 'CREATE TABLE %s.x (a int)', 'TABLE %s.x', 'SELECT %s.x(1)', 'GRANT USAGE ON SCHEMA %s TO PUBLIC', 'COMMENT ON SCHEMA %s IS NULL', 'ALTER DEFAULT PRIVILEGES IN SCHEMA %s GRANT SELECT ON TABLES TO PUBLIC', 'ALTER TABLE public.zoo SET SCHEMA %s', 'CREATE PUBLICATION zx FOR TABLES IN SCHEMA %s', 'GRANT SELECT ON ALL TABLES IN SCHEMA %s TO PUBLIC', 'SELECT ''%s''::regnamespace', 'DROP TABLE IF EXISTS %s.x', 'CREATE EXTENSION btree_gist SCHEMA %s', 'SELECT 1 OPERATOR(%s.+) 1', 'SELECT NULL::%s.x', 'SELECT nextval(''%s.x'')', 'SELECT ''a'' COLLATE %s.x'
]) s, unnest(ARRAY['zh_f','zh_p','zh_a','zh_w','zh_trg','zh_e','zh_d','zh_r','zh_c','zh_coll','zh_fam','zh_opc','zh_conv','zh_cfg','zh_dict','zh_lang','zh_fdw','zh_srv','zh_am','zh_pub','zh_sub','zh_schema']) n
WHERE pg_temp.try(format(s, n)) NOT IN ('SELinux: security policy violation', 'permission denied for function ' || n) AND pg_temp.try(format(s, n)) !~ '^(function|routine) name .* is not unique$' AND pg_temp.try(format(s, n)) <> replace(pg_temp.try(format(s, 'zz_q')), 'zz_q', n) ORDER BY 1, 2;

\c - sep_admin
DROP TABLE public.zoo;
SET client_min_messages = error;
DROP SUBSCRIPTION zh_sub;
DROP PUBLICATION zh_pub;
DROP ACCESS METHOD zh_am;
DROP FOREIGN DATA WRAPPER zh_fdw CASCADE;
DROP LANGUAGE zh_lang;
DROP TEXT SEARCH DICTIONARY public.zh_dict;
DROP TEXT SEARCH CONFIGURATION public.zh_cfg;
DROP CONVERSION public.zh_conv;
DROP OPERATOR CLASS public.zh_opc USING hash;
DROP OPERATOR FAMILY public.zh_fam USING btree;
DROP OPERATOR FAMILY public.zh_opc USING hash;
DROP COLLATION public.zh_coll;
DROP TYPE public.zh_e, public.zh_d, public.zh_r, public.zh_c;
DROP ROUTINE public.zh_f, public.zh_p, public.zh_a, public.zh_w, public.zh_trg;
DROP SCHEMA zh_schema;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;

-- REVOKE ALL leaves alone, and does not name, the columns that are hidden
CREATE TABLE public.zh_cols (a int, zh_col int);
SECURITY LABEL FOR selinux ON COLUMN public.zh_cols.zh_col IS 'system_u:object_r:sepgsql_table_t:s3';
GRANT ALL ON public.zh_cols TO sep_user;
\c - sep_user
REVOKE ALL ON public.zh_cols FROM PUBLIC CASCADE;
\c - sep_admin
DROP TABLE public.zh_cols;

-- the locks that a foreign key takes on a hidden table
CREATE TABLE public.zh_par (a int PRIMARY KEY);
INSERT INTO public.zh_par VALUES (1), (2);
CREATE TABLE public.zh_ref (a int REFERENCES public.zh_par) SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s3';
GRANT ALL ON public.zh_par TO sep_user;
\c - sep_user
BEGIN;
DELETE FROM public.zh_par WHERE a = 1;
SELECT relation::regclass, mode FROM pg_locks WHERE pid = pg_backend_pid() AND relation >= 16384 ORDER BY 1, 2;
ROLLBACK;
\c - sep_admin
BEGIN;
DELETE FROM public.zh_par WHERE a = 1;
SELECT relation::regclass, mode FROM pg_locks WHERE pid = pg_backend_pid() AND relation >= 16384 ORDER BY 1, 2;
ROLLBACK;
DROP TABLE public.zh_par, public.zh_ref;

-- and the name of its constraint, in a field of the error
CREATE TABLE public.zh_par (a int PRIMARY KEY);
CREATE TABLE public.zh_ref (a int CONSTRAINT zh_fk REFERENCES public.zh_par) SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s3';
ALTER TABLE public.zh_par OWNER TO sep_user;
SECURITY LABEL FOR selinux ON TABLE public.zh_par IS 'user_u:object_r:user_sepgsql_table_t:s0';
\c - sep_user
DO $$ DECLARE c text; BEGIN ALTER TABLE public.zh_par SET UNLOGGED; EXCEPTION WHEN OTHERS THEN GET STACKED DIAGNOSTICS c = CONSTRAINT_NAME; RAISE NOTICE '%, constraint %', SQLERRM, c; END $$;
\c - sep_admin
DROP TABLE public.zh_par, public.zh_ref;
