--
-- A role may carry a label, so who a role is, and who may act as it, is for
-- those to change who have update on the role's row.  A superuser of low
-- label attacks.
--
CREATE ROLE sep_victim LOGIN PASSWORD 'right';
CREATE ROLE sep_group;
GRANT sep_group TO sep_victim;
SELECT rolname, security_label FROM pg_authid WHERE rolname = 'sep_victim';
SELECT rolpassword AS before FROM pg_authid WHERE rolname = 'sep_victim' \gset

\c - sep_su
SELECT rolsuper FROM pg_roles WHERE rolname = current_user;
ALTER ROLE sep_victim PASSWORD 'wrong';
\echo :LAST_ERROR_SQLSTATE
ALTER ROLE sep_victim RENAME TO sep_other;
ALTER ROLE sep_victim SUPERUSER;
ALTER ROLE sep_victim VALID UNTIL 'infinity';
ALTER ROLE sep_su PASSWORD 'x';
ALTER ROLE sep_victim SET search_path = x;
ALTER ROLE ALL SET search_path = x;
GRANT sep_victim TO sep_su;
GRANT sep_group TO sep_su;
GRANT sep_su TO sep_user;
REVOKE sep_group FROM sep_victim;
DROP ROLE sep_victim;
DROP ROLE sep_group;
CREATE ROLE sep_new LOGIN;
CREATE ROLE sep_new IN ROLE sep_victim;
CREATE USER sep_new SUPERUSER PASSWORD 'x';
CREATE GROUP sep_new USER sep_su;
COMMENT ON ROLE sep_victim IS 'x';
SECURITY LABEL FOR selinux ON ROLE sep_victim IS 'user_u:object_r:user_sepgsql_sysobj_t:s0';
UPDATE pg_authid SET rolpassword = NULL WHERE rolname = 'sep_victim';
UPDATE pg_authid SET rolname = 'sep_admin2' WHERE rolname = 'sep_admin';
UPDATE pg_authid SET security_label = 'user_u:object_r:user_sepgsql_sysobj_t:s0';
INSERT INTO pg_authid SELECT 99999, 'sep_new', true, true, true, true, true, true, true, -1, NULL, NULL;
INSERT INTO pg_auth_members SELECT 99998, r.oid, m.oid, 10, true, true, true
  FROM pg_roles r, pg_roles m WHERE r.rolname = 'sep_victim' AND m.rolname = 'sep_su';
DELETE FROM pg_auth_members;
DELETE FROM pg_authid WHERE rolname = 'sep_victim';
COPY pg_authid FROM STDIN;
\.
DO $$ BEGIN EXECUTE 'ALTER ROLE sep_victim PASSWORD NULL'; END $$;
CREATE FUNCTION sep_attack() RETURNS void LANGUAGE sql SECURITY DEFINER AS 'ALTER ROLE sep_victim PASSWORD NULL';
SELECT sep_attack();
DROP FUNCTION sep_attack();
-- another role is another user, but not another label
SET SESSION AUTHORIZATION sep_admin;
ALTER ROLE sep_victim PASSWORD 'wrong';
GRANT sep_victim TO sep_su;
RESET SESSION AUTHORIZATION;
SET ROLE sep_admin;
ALTER ROLE sep_victim PASSWORD 'wrong';
RESET ROLE;
SELECT sepgsql_getcon();

\c - sep_admin
SELECT rolpassword = :'before' AS unchanged, rolsuper FROM pg_authid WHERE rolname = 'sep_victim';
SELECT count(*) FROM pg_auth_members WHERE roleid IN ('sep_victim'::regrole, 'sep_group'::regrole, 'sep_su'::regrole);
SELECT rolname FROM pg_authid WHERE rolname IN ('sep_new', 'sep_other', 'sep_admin2');
-- the administrator may
ALTER ROLE sep_victim PASSWORD 'other';
ALTER ROLE sep_victim RENAME TO sep_other;
REVOKE sep_group FROM sep_other;
GRANT sep_group TO sep_other;
ALTER ROLE sep_other SET search_path = x;
DROP ROLE sep_other;
DROP ROLE sep_group;
