--
-- What ANALYZE and its like compute goes where the table's author reads it.
-- So the author's expressions are for those who could write to the table, and
-- look at nothing but the row.
--
\c - sep_admin
CREATE SCHEMA an;
GRANT ALL ON SCHEMA an TO PUBLIC;
CREATE TABLE an.secret (v text);
INSERT INTO an.secret (v, security_label) VALUES ('SECRET', 'system_u:object_r:sepgsql_table_t:s2');
GRANT SELECT ON an.secret TO PUBLIC;

\c - sep_user
SET search_path = an;
CREATE TABLE t (a int);
GRANT ALL ON t TO PUBLIC;
CREATE FUNCTION f(int) RETURNS text LANGUAGE plpgsql IMMUTABLE AS
  $$ BEGIN RETURN coalesce((SELECT string_agg(v, ',') FROM an.secret), 'nothing') || $1; END $$;
CREATE INDEX t_f ON t (f(a));
CREATE INDEX t_b ON t USING brin (f(a)) WITH (pages_per_range = 1);
CREATE STATISTICS t_s ON (f(a)), a FROM t;
CREATE STATISTICS t_o ON (a::oid::regclass::text) FROM t;
INSERT INTO t SELECT generate_series(1, 500);

\c - sep_s2
SET search_path = an;
SELECT f(1);
ANALYZE t;
VACUUM t;
SELECT brin_summarize_new_values('t_b');
SELECT count(*) FROM pg_stats WHERE schemaname = 'an' AND tablename <> 't';
SELECT count(*) FROM pg_stats_ext_exprs WHERE tablename = 't' AND n_distinct IS NOT NULL;

-- the author finds nothing
\c - sep_user
SET search_path = an;
SELECT tablename, histogram_bounds::text ~ 'SECRET' FROM pg_stats WHERE schemaname = 'an' AND tablename <> 't';
SELECT expr FROM pg_stats_ext_exprs WHERE tablename = 't' AND n_distinct IS NOT NULL;
-- and gets what its own label may see
SELECT f(1);
ANALYZE t;
SELECT count(*), bool_or(histogram_bounds::text ~ 'SECRET') AS secret,
  bool_or(histogram_bounds::text ~ 'nothing') AS nothing FROM pg_stats WHERE schemaname = 'an' AND tablename <> 't';
SELECT expr FROM pg_stats_ext_exprs WHERE tablename = 't' AND n_distinct IS NOT NULL;
SELECT count(*) FROM t WHERE f(a) = 'nothing7';

-- nor does the administrator tell the names that it may know
\c - sep_admin
SET search_path = an;
DROP INDEX t_f, t_b;
DROP STATISTICS t_s;
CREATE STATISTICS t_i ON (a + 1) FROM t;
ANALYZE t;
SELECT statistics_name, expr FROM pg_stats_ext_exprs WHERE tablename = 't' AND n_distinct IS NOT NULL;

SET client_min_messages = warning;
DROP SCHEMA an CASCADE;
