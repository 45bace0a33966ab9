--
-- SECURITY LABEL FOR selinux
--
CREATE SCHEMA sl;
GRANT ALL ON SCHEMA sl TO PUBLIC;
SET search_path = sl;
CREATE TABLE t (a int, b text);
CREATE VIEW v AS SELECT 1 AS a;
CREATE SEQUENCE s;
CREATE INDEX i ON t (a);
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE TYPE ct AS (x int);

-- a valid label, the only provider
SECURITY LABEL FOR selinux ON TABLE t IS 'system_u:object_r:sepgsql_ro_table_t:s0';
SECURITY LABEL ON TABLE t IS 'system_u:object_r:sepgsql_table_t:s0';
SECURITY LABEL FOR selinux ON COLUMN t.b IS 'system_u:object_r:sepgsql_secret_table_t:s0';
SECURITY LABEL FOR selinux ON SCHEMA sl IS 'system_u:object_r:sepgsql_schema_t:s0';
SELECT security_label AS dblabel FROM pg_database WHERE datname = 'sepgsql_regression' \gset
SECURITY LABEL FOR selinux ON DATABASE sepgsql_regression IS 'system_u:object_r:sepgsql_db_t:s0';
SECURITY LABEL FOR selinux ON VIEW v IS 'system_u:object_r:sepgsql_view_t:s0:c3';
SECURITY LABEL FOR selinux ON SEQUENCE s IS 'system_u:object_r:sepgsql_seq_t:s0:c3';
SECURITY LABEL FOR selinux ON FUNCTION f() IS 'system_u:object_r:sepgsql_trusted_proc_exec_t:s0';
SELECT objtype, objname, provider, label FROM pg_seclabels
 WHERE objnamespace = 'sl'::regnamespace AND (objtype <> 'column' OR objname ~ '\.[ab]$')
 ORDER BY 1, 2;
SELECT objtype, label FROM pg_seclabels WHERE objname = 'sepgsql_regression';
SECURITY LABEL FOR selinux ON DATABASE sepgsql_regression IS :'dblabel';
-- it is the label of the catalog's row
SELECT security_label FROM pg_class WHERE oid = 't'::regclass;
SELECT security_label FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'b';
SELECT count(*) FROM pg_seclabel;
SELECT count(*) FROM pg_shseclabel;
-- a label of a table changes nothing in its columns, but those to come
SECURITY LABEL ON TABLE t IS 'system_u:object_r:sepgsql_table_t:s0:c7';
ALTER TABLE t ADD COLUMN c int;
SELECT attname, security_label FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0 ORDER BY attnum;
-- labels stay through whatever changes the row
ALTER TABLE t RENAME TO u;
ALTER TABLE u RENAME COLUMN b TO bb;
ALTER TABLE u ALTER COLUMN bb TYPE varchar(10);
GRANT SELECT ON u TO PUBLIC;
GRANT SELECT (bb) ON u TO PUBLIC;
ANALYZE u;
VACUUM FULL u;
SELECT security_label FROM pg_class WHERE oid = 'u'::regclass;
SELECT security_label FROM pg_attribute WHERE attrelid = 'u'::regclass AND attname = 'bb';
ALTER TABLE u RENAME TO t;
ALTER TABLE t RENAME COLUMN bb TO b;
-- back to the default
SECURITY LABEL FOR selinux ON TABLE t IS NULL;
SECURITY LABEL FOR selinux ON COLUMN t.b IS NULL;
SELECT security_label FROM pg_class WHERE oid = 't'::regclass;
SELECT security_label FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'b';
-- within a transaction that fails nothing stays
BEGIN;
SECURITY LABEL FOR selinux ON TABLE t IS 'system_u:object_r:sepgsql_ro_table_t:s0';
SELECT security_label FROM pg_class WHERE oid = 't'::regclass;
ROLLBACK;
SELECT security_label FROM pg_class WHERE oid = 't'::regclass;

-- mistakes
SECURITY LABEL FOR selinux ON TABLE t IS 'nonsense';
\echo :LAST_ERROR_SQLSTATE
SECURITY LABEL FOR selinux ON TABLE t IS 'system_u:object_r:no_such_t:s0';
SECURITY LABEL FOR selinux ON TABLE t IS 'system_u:object_r:sepgsql_table_t:s99';
SECURITY LABEL FOR selinux ON TABLE t IS '';
SECURITY LABEL FOR dummy ON TABLE t IS 'system_u:object_r:sepgsql_table_t:s0';
SECURITY LABEL FOR selinux ON TABLE no_such IS 'system_u:object_r:sepgsql_table_t:s0';
SECURITY LABEL FOR selinux ON COLUMN v.a IS 'system_u:object_r:sepgsql_table_t:s0';
SECURITY LABEL FOR selinux ON COLUMN ct.x IS 'system_u:object_r:sepgsql_table_t:s0';
SECURITY LABEL FOR selinux ON TABLE i IS 'system_u:object_r:sepgsql_table_t:s0';
-- nothing of these got into a dictionary
SELECT count(*) FROM pg_security WHERE seclabel ~ 'nonsense|no_such|s99';

-- setattr, relabelfrom, relabelto
\c - sep_user
SET search_path = sl;
SECURITY LABEL FOR selinux ON TABLE t IS 'system_u:object_r:sepgsql_ro_table_t:s0';	-- not the owner
CREATE TABLE own (a int, b text);
SELECT security_label FROM pg_class WHERE oid = 'own'::regclass;
SECURITY LABEL FOR selinux ON TABLE own IS 'user_u:object_r:sepgsql_ro_table_t:s0';		-- relabelto
SECURITY LABEL FOR selinux ON TABLE own IS 'user_u:object_r:sepgsql_sysobj_t:s0';		-- relabelto
SECURITY LABEL FOR selinux ON TABLE own IS 'user_u:object_r:user_sepgsql_table_t:s0:c5';	-- relabelto
SECURITY LABEL FOR selinux ON COLUMN own.b IS 'user_u:object_r:sepgsql_secret_table_t:s0';	-- relabelto
SELECT count(*) FROM pg_security WHERE seclabel = 'user_u:object_r:user_sepgsql_table_t:s0:c5';
SELECT security_label FROM pg_class WHERE oid = 'own'::regclass;
DROP TABLE own;

-- a superuser owns everything, and may relabel none of it
\c - sep_su
SET search_path = sl;
SECURITY LABEL FOR selinux ON TABLE t IS 'user_u:object_r:user_sepgsql_table_t:s0';
\echo :LAST_ERROR_SQLSTATE
SECURITY LABEL FOR selinux ON COLUMN t.b IS 'user_u:object_r:user_sepgsql_table_t:s0';
SECURITY LABEL FOR selinux ON SCHEMA sl IS 'user_u:object_r:user_sepgsql_schema_t:s0';
SECURITY LABEL FOR selinux ON DATABASE sepgsql_regression IS 'system_u:object_r:sepgsql_db_t:s0:c1';
SECURITY LABEL FOR selinux ON ROLE sep_admin IS 'user_u:object_r:user_sepgsql_sysobj_t:s0';
SECURITY LABEL FOR selinux ON FUNCTION f() IS 'user_u:object_r:user_sepgsql_proc_exec_t:s0';
SECURITY LABEL FOR selinux ON TABLE t IS NULL;
UPDATE pg_class SET security_label = 'user_u:object_r:user_sepgsql_table_t:s0' WHERE relname = 't';

-- the schema of temporary objects has one label, whoever is first to use it
\c - sep_staff
CREATE TEMP TABLE tt ();
SELECT DISTINCT sepgsql_get_type(security_label) AS type, sepgsql_get_range(security_label) AS range
  FROM pg_namespace WHERE nspname ~ '^pg_(toast_)?temp_';

\c - sep_admin
SET client_min_messages = warning;
DROP SCHEMA sl CASCADE;
