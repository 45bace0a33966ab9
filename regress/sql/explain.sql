--
-- What the policy decides, and why.
--
\c - sep_user
-- about oneself
SELECT sepgsql_access(sepgsql_getcon(), 'system_u:object_r:sepgsql_table_t:s0', 'db_table', 'select');
SELECT sepgsql_access(sepgsql_getcon(), 'system_u:object_r:sepgsql_secret_table_t:s0', 'db_table', 'select');
SELECT sepgsql_access('user_u:user_r:user_t:s0-s0', 'system_u:object_r:sepgsql_table_t:s1', 'db_tuple', 'select');
SELECT sepgsql_access(sepgsql_getcon(), NULL, 'db_tuple', 'select') IS NULL AS strict;
-- not about others, and not why
SELECT sepgsql_access('staff_u:staff_r:staff_t:s0', 'system_u:object_r:sepgsql_table_t:s0', 'db_table', 'select');
SELECT sepgsql_access('user_u:user_r:user_t:s1', 'system_u:object_r:sepgsql_table_t:s0', 'db_table', 'select');
SELECT * FROM sepgsql_access_explain(sepgsql_getcon(), 'system_u:object_r:sepgsql_table_t:s0', 'db_table', 'select');
\c - sep_su
SELECT sepgsql_access('staff_u:staff_r:staff_t:s0', 'system_u:object_r:sepgsql_table_t:s0', 'db_table', 'select');
SELECT * FROM sepgsql_access_explain(sepgsql_getcon(), 'system_u:object_r:sepgsql_table_t:s0', 'db_table', 'select');
\c - sep_staff
SELECT * FROM sepgsql_access_explain(sepgsql_getcon(), 'system_u:object_r:sepgsql_table_t:s0', 'db_table', 'select');
-- a function of another's does not lend its label
\c - sep_admin
CREATE FUNCTION public.ask() RETURNS bool LANGUAGE sql SECURITY DEFINER AS
	$$ SELECT sepgsql_access('staff_u:staff_r:staff_t:s0', 'system_u:object_r:sepgsql_table_t:s0', 'db_table', 'select') $$;
SELECT public.ask();
\c - sep_user
SELECT public.ask();

-- the auditor
\c - sep_auditor
SELECT sepgsql_access('staff_u:staff_r:staff_t:s0', 'system_u:object_r:sepgsql_table_t:s0', 'db_table', 'select');
SELECT sepgsql_access('user_u:user_r:user_t:s0', 'system_u:object_r:sepgsql_secret_table_t:s0', 'db_column', 'select');
\pset format unaligned
-- allow rules
SELECT * FROM sepgsql_access_explain('user_u:user_r:user_t:s0', 'system_u:object_r:sepgsql_table_t:s0', 'db_tuple', 'delete');
-- none
SELECT * FROM sepgsql_access_explain('user_u:user_r:user_t:s0', 'system_u:object_r:sepgsql_secret_table_t:s0', 'db_column', 'select');
-- a constraint
SELECT * FROM sepgsql_access_explain('staff_u:staff_r:staff_t:s0-s2:c0.c9', 'system_u:object_r:sepgsql_table_t:s1:c12', 'db_tuple', 'select');
SELECT * FROM sepgsql_access_explain('staff_u:staff_r:staff_t:s1-s2', 'system_u:object_r:sepgsql_table_t:s0', 'db_tuple', 'update');
-- both
SELECT * FROM sepgsql_access_explain('user_u:user_r:user_t:s0', 'system_u:object_r:sepgsql_ro_table_t:s3', 'db_tuple', 'update');
-- by a boolean
SELECT allowed, cause, rule ~ '\[ sepgsql_enable_users_ddl \]:True where sepgsql_enable_users_ddl = on$' AS boolean
	FROM sepgsql_access_explain('user_u:user_r:user_t:s0', 'system_u:object_r:user_sepgsql_table_t:s0', 'db_table', 'create');
SELECT * FROM sepgsql_access_explain('staff_u:dbadm_r:dbadm_t:s0', 'system_u:object_r:sepgsql_table_t:s0', 'db_table', 'select');
-- roles
SELECT * FROM sepgsql_access_explain('staff_u:staff_r:staff_t:s0', 'staff_u:auditadm_r:auditadm_t:s0', 'process', 'dyntransition');

-- questions that make no sense
SELECT sepgsql_access('user_u:user_r:user_t', 'system_u:object_r:sepgsql_table_t:s0', 'db_table', 'select');
SELECT sepgsql_access(sepgsql_getcon(), 'nothing', 'db_table', 'select');
SELECT sepgsql_access(sepgsql_getcon(), 'system_u:object_r:sepgsql_table_t:s0', 'db_thing', 'select');
SELECT sepgsql_access(sepgsql_getcon(), 'system_u:object_r:sepgsql_table_t:s0', 'db_table', 'expand');
SELECT * FROM sepgsql_access_explain(sepgsql_getcon(), 'system_u:object_r:sepgsql_table_t:s0', 'db_table', '');
\pset format aligned

-- the administrator
\c - sep_admin
SELECT sepgsql_access('user_u:user_r:user_t:s0', 'system_u:object_r:sepgsql_secret_table_t:s0', 'db_column', 'select');
SELECT count(*) FROM sepgsql_access_explain('user_u:user_r:user_t:s0', 'system_u:object_r:sepgsql_secret_table_t:s0', 'db_column', 'select');
-- every answer has its reason, and they agree
SELECT count(*) > 100 AS asked, count(*) FILTER (WHERE a <> e.allowed) AS disagree
FROM (VALUES ('user_u:user_r:user_t:s0'), ('staff_u:dbadm_r:dbadm_t:s0'), ('staff_u:auditadm_r:auditadm_t:s0')) s(s),
	(VALUES ('sepgsql_table_t:s0'), ('sepgsql_ro_table_t:s0'), ('sepgsql_secret_table_t:s0'), ('sepgsql_sysobj_t:s0'),
		('user_sepgsql_table_t:s1'), ('unlabeled_t:s15:c0.c1023')) t(t),
	(VALUES ('db_table', 'select'), ('db_table', 'drop'), ('db_table', 'lock'), ('db_column', 'update'), ('db_tuple', 'select'),
		('db_tuple', 'insert'), ('db_tuple', 'relabelto'), ('db_schema', 'search')) c(c, p),
	sepgsql_access(s, 'system_u:object_r:' || t, c, p) a,
	sepgsql_access_explain(s, 'system_u:object_r:' || t, c, p) e;
DROP FUNCTION public.ask();
