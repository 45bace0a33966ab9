--
-- What the two-worlds program has found: each time something that a client
-- could tell of what it does not see.
--
\c - sep_admin
CREATE TABLE public.tw (k int, v text);
GRANT ALL ON public.tw TO PUBLIC;
INSERT INTO public.tw SELECT g, 'low' FROM generate_series(1, 10) g;
INSERT INTO public.tw (security_label, k, v)
	SELECT 'system_u:object_r:sepgsql_table_t:s3', g, 'high' FROM generate_series(5, 14) g;
CREATE INDEX tw_k ON public.tw (k);
VACUUM ANALYZE public.tw;

-- EXPLAIN ANALYZE counts no hidden rows
\c - sep_user
SET enable_seqscan = off;
SET enable_indexscan = off;
SET enable_indexonlyscan = off;
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, BUFFERS OFF) SELECT * FROM public.tw WHERE k = 5;
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, BUFFERS OFF) SELECT * FROM public.tw WHERE k = 12;
RESET enable_indexonlyscan;
RESET enable_indexscan;
SET enable_bitmapscan = off;
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, BUFFERS OFF) SELECT k FROM public.tw WHERE k = 5;
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, BUFFERS OFF) SELECT k FROM public.tw WHERE k = 12;

-- a hidden relation's name, given to a function, is missing in the same words as any
\c - sep_admin
CREATE TABLE public.tw_hidden (a int) SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s3';
CREATE INDEX tw_hidden_a ON public.tw_hidden (a);
CREATE TYPE public.tw_type AS (a int);
SECURITY LABEL FOR selinux ON TYPE public.tw_type IS 'system_u:object_r:sepgsql_sysobj_t:s3';
\c - sep_user
SELECT has_table_privilege('public.tw_hidden', 'SELECT');
SELECT has_table_privilege('public.tw_nothing', 'SELECT');
SELECT has_table_privilege('tw_hidden', 'SELECT');
SELECT pg_get_serial_sequence('public.tw_hidden', 'a');
SELECT row_security_active('public.tw_hidden');
-- of what kind it is, is not told
DROP INDEX public.tw_hidden;
DROP VIEW IF EXISTS public.tw_hidden;
DROP TABLE public.tw_type;
SELECT * FROM public.tw_hidden_a;
SELECT * FROM public.tw_type;
SELECT * FROM public.tw_k;

-- the numbers of hidden large objects in the statistics of their contents
\c - sep_admin
SELECT lo_from_bytea(778001, 'low'), lo_from_bytea(778002, 'high');
SECURITY LABEL FOR selinux ON LARGE OBJECT 778002 IS 'system_u:object_r:sepgsql_blob_t:s3';
ANALYZE pg_largeobject;
\c - sep_su
SELECT count(*) FROM pg_statistic WHERE starelid = 'pg_largeobject'::regclass;

-- a hidden tablespace is none
\c - sep_admin
SET allow_in_place_tablespaces = on;
CREATE TABLESPACE tw_space LOCATION '';
SECURITY LABEL FOR selinux ON TABLESPACE tw_space IS 'system_u:object_r:sepgsql_sysobj_t:s3';
CREATE TABLE public.tw_number AS SELECT oid FROM pg_tablespace WHERE spcname = 'tw_space';
GRANT SELECT ON public.tw_number TO PUBLIC;
\set VERBOSITY sqlstate
SELECT pg_tablespace_databases(oid) FROM public.tw_number;
\c - sep_user
SELECT pg_tablespace_databases(oid) FROM public.tw_number;
SELECT pg_tablespace_databases(1);
\set VERBOSITY default

-- nor are the functions that make values of a hidden type
\c - sep_admin
CREATE TYPE public.tw_range AS RANGE (subtype = int);
SECURITY LABEL FOR selinux ON TYPE public.tw_range IS 'system_u:object_r:sepgsql_sysobj_t:s3';
\c - sep_user
SELECT public.tw_range(1, 2);
SELECT public.tw_none(1, 2);
SELECT public.tw_multirange();

-- a hidden cast is not found, not even where its function may not be called
\c - sep_admin
CREATE TYPE public.tw_mood AS ENUM ('ok');
CREATE FUNCTION public.tw_cast(public.tw_mood) RETURNS int LANGUAGE sql AS 'SELECT 1';
REVOKE EXECUTE ON FUNCTION public.tw_cast(public.tw_mood) FROM PUBLIC;
CREATE CAST (public.tw_mood AS int) WITH FUNCTION public.tw_cast(public.tw_mood) AS IMPLICIT;
CREATE CAST (public.tw_mood AS text) WITH INOUT AS IMPLICIT;
SECURITY LABEL FOR selinux ON CAST (public.tw_mood AS int) IS 'system_u:object_r:sepgsql_sysobj_t:s3';
SECURITY LABEL FOR selinux ON CAST (public.tw_mood AS text) IS 'system_u:object_r:sepgsql_sysobj_t:s3';
SELECT length('ok'::public.tw_mood);
\c - sep_user
SELECT 'ok'::public.tw_mood::int;
SELECT 'ok'::public.tw_mood + 1;
SELECT length('ok'::public.tw_mood);
-- of a hidden relation no command tells of what kind it is, or whose
\c - sep_admin
CREATE SEQUENCE public.tw_seq SECURITY_LABEL = 'system_u:object_r:sepgsql_seq_t:s3';
CREATE MATERIALIZED VIEW public.tw_mv AS SELECT 1 AS a;
SECURITY LABEL FOR selinux ON MATERIALIZED VIEW public.tw_mv IS 'system_u:object_r:sepgsql_table_t:s3';
\c - sep_user
BEGIN;
LOCK TABLE public.tw_seq;
ROLLBACK;
BEGIN;
LOCK TABLE public.tw_hidden_a;
ROLLBACK;
TRUNCATE public.tw_seq;
TRUNCATE public.tw_mv;
ALTER TABLE public.tw_hidden RENAME TO tw_seen;
ALTER INDEX public.tw_mv RESET (fillfactor);
REFRESH MATERIALIZED VIEW public.tw_hidden;
CLUSTER public.tw_mv;
REINDEX INDEX public.tw_hidden;
CREATE INDEX ON public.tw_seq (last_value);
-- nor is anything told by privileges that would change nothing
\c - sep_admin
CREATE SCHEMA tw_schema SECURITY_LABEL = 'system_u:object_r:sepgsql_schema_t:s3';
GRANT USAGE ON SCHEMA tw_schema TO PUBLIC;
GRANT SELECT ON LARGE OBJECT 778002 TO PUBLIC;
\c - sep_user
GRANT USAGE ON SCHEMA tw_schema TO PUBLIC;
REVOKE USAGE ON SCHEMA tw_schema FROM PUBLIC;
GRANT SELECT ON LARGE OBJECT 778002 TO PUBLIC;
-- what is named, or given by its number, is not there
\c - sep_admin
SET client_min_messages = error;
CREATE PUBLICATION tw_pub;
CREATE SUBSCRIPTION tw_sub CONNECTION 'dbname=tw' PUBLICATION tw_pub WITH (connect = false, slot_name = NONE);
RESET client_min_messages;
CREATE ACCESS METHOD tw_am TYPE INDEX HANDLER bthandler;
SECURITY LABEL FOR selinux ON PUBLICATION tw_pub IS 'system_u:object_r:sepgsql_sysobj_t:s3';
SECURITY LABEL FOR selinux ON SUBSCRIPTION tw_sub IS 'system_u:object_r:sepgsql_sysobj_t:s3';
SECURITY LABEL FOR selinux ON ACCESS METHOD tw_am IS 'system_u:object_r:sepgsql_sysobj_t:s3';
CREATE TABLE public.tw_number2 AS SELECT oid FROM pg_am WHERE amname = 'tw_am';
GRANT SELECT ON public.tw_number2 TO PUBLIC;
SELECT pg_indexam_has_property(oid, 'can_order') FROM public.tw_number2;
\c - sep_su
ALTER PUBLICATION tw_pub SET (publish = 'insert');
ALTER PUBLICATION tw_none SET (publish = 'insert');
ALTER SUBSCRIPTION tw_sub DISABLE;
ALTER SUBSCRIPTION tw_none DISABLE;
SELECT pg_indexam_has_property(oid, 'can_order') IS NULL AS hidden FROM public.tw_number2;
SELECT lo_unlink(778002);
SELECT lo_unlink(778003);

\c - sep_admin
SELECT public.tw_range(1, 2);
DROP TYPE public.tw_range;
DROP TYPE public.tw_mood CASCADE;
DROP SEQUENCE public.tw_seq;
DROP MATERIALIZED VIEW public.tw_mv;
DROP TABLE public.tw_number2;
DROP SUBSCRIPTION tw_sub;
DROP PUBLICATION tw_pub;
DROP ACCESS METHOD tw_am;
DROP TABLESPACE tw_space;
DROP TABLE public.tw_number;
SELECT lo_unlink(778001), lo_unlink(778002);
DROP TABLE public.tw, public.tw_hidden;
DROP TYPE public.tw_type;
DROP SCHEMA tw_schema;
