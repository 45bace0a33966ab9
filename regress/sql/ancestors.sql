--
-- Functions of contrib/sepgsql and of the original SE-PostgreSQL.
--
\c - sep_staff
SELECT sepgsql_getcon();
SELECT sepgsql_server_getcon();
SELECT sepgsql_mcstrans_in('staff_u:staff_r:staff_t:s0'), sepgsql_mcstrans_out('staff_u:staff_r:staff_t:s0');
SELECT sepgsql_mcstrans_in(NULL) IS NULL AS strict;
-- parts
SELECT sepgsql_get_user(c), sepgsql_get_role(c), sepgsql_get_type(c), sepgsql_get_range(c) FROM sepgsql_getcon() c;
SELECT sepgsql_set_user(c, 'user_u'), sepgsql_set_role(c, 'user_r') FROM sepgsql_getcon() c;
SELECT sepgsql_set_type(c, 'user_t'), sepgsql_set_range(c, 's1:c3') FROM sepgsql_getcon() c;
SELECT sepgsql_set_user(sepgsql_set_role(sepgsql_set_type(sepgsql_set_range(
	sepgsql_getcon(), 's0'), 'user_t'), 'user_r'), 'user_u');
SELECT sepgsql_get_range('a:b:c');
SELECT sepgsql_get_user('nothing');
SELECT sepgsql_get_role('a:b');
SELECT sepgsql_set_range('a:b:c', 's0');
SELECT sepgsql_set_type('a:b:c:s0', 'd:s0');
SELECT sepgsql_set_user('a:b:c:s0', '');

-- labels of rows that a client may see
\c - sep_admin
CREATE SCHEMA anc;
GRANT ALL ON SCHEMA anc TO PUBLIC;
CREATE TABLE anc.t (a int, b int);
INSERT INTO anc.t (a, security_label) VALUES
	(1, 'system_u:object_r:sepgsql_table_t:s0'),
	(2, 'system_u:object_r:sepgsql_table_t:s2'),
	(3, 'system_u:object_r:sepgsql_secret_table_t:s0'),
	(4, 'system_u:object_r:sepgsql_table_t:s4');
DELETE FROM anc.t WHERE a = 1;
GRANT SELECT ON anc.t TO PUBLIC;
CREATE TABLE anc.hidden (a int);
SECURITY LABEL FOR selinux ON TABLE anc.hidden IS 'system_u:object_r:sepgsql_secret_table_t:s0';
GRANT SELECT ON anc.hidden TO PUBLIC;
CREATE TABLE anc.granted (a int);
CREATE VIEW anc.v AS SELECT 1;
CREATE TABLE anc.labelhidden (a int);
GRANT SELECT ON anc.labelhidden, anc.v TO PUBLIC;
SELECT l FROM sepgsql_visible_labels('anc.t') l ORDER BY 1;
\c - sep_staff
SELECT l FROM sepgsql_visible_labels('anc.t') l ORDER BY 1;
\c - sep_user
SELECT l FROM sepgsql_visible_labels('anc.t') l ORDER BY 1;
SELECT count(*) FROM sepgsql_visible_labels('anc.v');
SELECT count(*) FROM sepgsql_visible_labels(0::regclass);
-- privileges, and permissions
SELECT sepgsql_visible_labels('anc.granted');
\c - sep_admin
SELECT 'anc.hidden'::regclass::oid AS hidden \gset
\c - sep_user
SELECT sepgsql_visible_labels(:hidden);
\c - sep_admin
SECURITY LABEL FOR selinux ON TABLE anc.hidden IS 'system_u:object_r:sepgsql_table_t:s0';
\c - sep_user
SELECT count(*) FROM sepgsql_visible_labels('anc.hidden');
-- nobody sees of a catalog what it may not
SELECT count(*) FROM sepgsql_visible_labels('pg_proc') l WHERE NOT sepgsql_access(sepgsql_getcon(), l, 'db_procedure', 'getattr');
SELECT count(*) FROM sepgsql_visible_labels('pg_class') l WHERE l LIKE '%secret%';

-- restorecon
SELECT sepgsql_restorecon(NULL);
\c - sep_su
-- a superuser of an ordinary label is not permitted to relabel
SELECT sepgsql_restorecon(NULL);
SELECT sepgsql_restorecon('/etc/passwd');
\c - sep_admin
CREATE FUNCTION anc.f() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE SEQUENCE anc.s;
CREATE TYPE anc.y AS (a int);
SECURITY LABEL FOR selinux ON FUNCTION anc.f() IS 'system_u:object_r:sepgsql_trusted_proc_exec_t:s0';
SECURITY LABEL FOR selinux ON SEQUENCE anc.s IS 'system_u:object_r:user_sepgsql_seq_t:s0';
SECURITY LABEL FOR selinux ON VIEW anc.v IS 'system_u:object_r:user_sepgsql_view_t:s0';
SECURITY LABEL FOR selinux ON TABLE anc.t IS 'system_u:object_r:sepgsql_ro_table_t:s0';
SECURITY LABEL FOR selinux ON COLUMN anc.t.b IS 'system_u:object_r:sepgsql_secret_table_t:s0';
SECURITY LABEL FOR selinux ON SCHEMA anc IS 'system_u:object_r:user_sepgsql_schema_t:s0';
SECURITY LABEL FOR selinux ON TYPE anc.y IS 'system_u:object_r:user_sepgsql_sysobj_t:s0';
SECURITY LABEL FOR selinux ON LANGUAGE plpgsql IS 'system_u:object_r:sepgsql_lang_t:s0';
SELECT lo_create(424242);
SECURITY LABEL FOR selinux ON LARGE OBJECT 424242 IS 'system_u:object_r:sepgsql_ro_blob_t:s0';
CREATE VIEW pg_temp.labels AS
	SELECT 1 AS n, 'schema' AS object, security_label FROM pg_namespace WHERE nspname = 'anc'
	UNION ALL SELECT 2, relname, security_label FROM pg_class WHERE relnamespace = 'anc'::regnamespace AND relname IN ('t', 's', 'v', 'y')
	UNION ALL SELECT 3, 't.' || attname, security_label FROM pg_attribute WHERE attrelid = 'anc.t'::regclass AND attnum > 0
	UNION ALL SELECT 4, 'f()', security_label FROM pg_proc WHERE oid = 'anc.f()'::regprocedure
	UNION ALL SELECT 5, 'type y', security_label FROM pg_type WHERE oid = 'anc.y'::regtype
	UNION ALL SELECT 6, lanname, security_label FROM pg_language WHERE lanname = 'plpgsql'
	UNION ALL SELECT 7, 'blob', security_label FROM pg_largeobject_metadata WHERE oid = 424242
	UNION ALL SELECT 8, 'row ' || a, security_label FROM anc.t;
BEGIN;
SELECT sepgsql_restorecon(NULL);
SELECT object, security_label FROM pg_temp.labels ORDER BY n, object;
ROLLBACK;
SELECT object, security_label FROM pg_temp.labels ORDER BY n, object;
-- twice is as once; and not for good, since later tests want the database's own label
BEGIN;
SELECT sepgsql_restorecon(NULL), sepgsql_restorecon(NULL);
SELECT count(*) FROM pg_temp.labels WHERE security_label LIKE 'system_u:object_r:%:s0';
ROLLBACK;
SELECT sepgsql_restorecon('/nonexistent');
SELECT sepgsql_restorecon('PG_VERSION');
SECURITY LABEL FOR selinux ON LANGUAGE plpgsql IS 'system_u:object_r:sepgsql_safe_lang_t:s0';
SELECT lo_unlink(424242);
DROP SCHEMA anc CASCADE;
