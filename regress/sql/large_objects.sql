--
-- Large objects: class db_blob.
--
SELECT lo_from_bytea(9001, 'plain');
SELECT lo_from_bytea(9002, 'read only');
SELECT lo_from_bytea(9003, 'secret');
SELECT lo_from_bytea(9004, 'level s1');
SECURITY LABEL FOR selinux ON LARGE OBJECT 9002 IS 'system_u:object_r:sepgsql_ro_blob_t:s0';
SECURITY LABEL FOR selinux ON LARGE OBJECT 9003 IS 'system_u:object_r:sepgsql_secret_blob_t:s0';
SELECT lo_set_security(9004, 'system_u:object_r:sepgsql_blob_t:s1');
SELECT lo_get_security(9001), lo_get_security(9004);
-- not as the text of what has no label
SELECT lo_get_security(9999);
\echo :LAST_ERROR_SQLSTATE
SELECT lo_set_security(9999, 'system_u:object_r:sepgsql_blob_t:s1');
SELECT lo_set_security(9001, 'nonsense');
\echo :LAST_ERROR_SQLSTATE
SELECT lo_set_security(9001, NULL), lo_get_security(NULL);
BEGIN READ ONLY;
SELECT lo_set_security(9001, 'system_u:object_r:sepgsql_blob_t:s1');
ROLLBACK;
GRANT ALL ON LARGE OBJECT 9001, 9002, 9003, 9004 TO PUBLIC;

-- user_t, s0; a superuser, so that labels alone decide
\c - sep_su
SELECT convert_from(lo_get(9001), 'UTF8');
SELECT convert_from(lo_get(9001, 0, 3), 'UTF8');
SELECT lo_put(9001, 0, 'PLAIN');
SELECT convert_from(lo_get(9001), 'UTF8');
SELECT convert_from(lo_get(9002), 'UTF8');
SELECT lo_put(9002, 0, 'x');
SELECT lo_get(9003);
SELECT lo_put(9003, 0, 'x');
SELECT lo_get(9004);
SELECT lo_unlink(9002);
SELECT lo_unlink(9004);
-- by descriptors
BEGIN;
SELECT lo_open(9002, x'20000'::int);
ROLLBACK;
BEGIN;
SELECT lo_open(9003, x'40000'::int);
ROLLBACK;
BEGIN;
SELECT lo_open(9002, x'40000'::int) AS fd \gset
SELECT convert_from(loread(:fd, 4), 'UTF8');
SELECT lo_lseek(:fd, 0, 2);
SELECT lo_truncate(:fd, 1);
ROLLBACK;
-- getattr
SELECT lo_get_security(9001), lo_get_security(9003);
SELECT lo_get_security(9004);
SELECT oid, security_label FROM pg_largeobject_metadata WHERE oid BETWEEN 9000 AND 9010 ORDER BY oid;
-- setattr: only of kinds that ordinary clients may alter
ALTER LARGE OBJECT 9001 OWNER TO sep_user;
ALTER LARGE OBJECT 9002 OWNER TO sep_user;
GRANT SELECT ON LARGE OBJECT 9003 TO sep_user;
COMMENT ON LARGE OBJECT 9003 IS 'x';
-- relabel
SELECT lo_set_security(9001, 'system_u:object_r:sepgsql_ro_blob_t:s0');
SELECT lo_set_security(9003, 'system_u:object_r:sepgsql_blob_t:s0');
-- import and export
SELECT lo_export(9001, '/tmp/sepgsql_lo_export');
SELECT lo_import('/etc/hostname');
-- nothing around them
SELECT count(*) FROM pg_largeobject;
COPY pg_largeobject TO STDOUT;
UPDATE pg_largeobject SET data = 'x';
DELETE FROM pg_largeobject;
UPDATE pg_largeobject_metadata SET lomowner = 10;
-- their own
SELECT lo_create(9011);
SELECT lo_get_security(9011);
SELECT lo_put(9011, 0, 'mine');
SELECT convert_from(lo_get(9011), 'UTF8');
GRANT ALL ON LARGE OBJECT 9011 TO PUBLIC;
SELECT lo_set_security(9011, 'user_u:object_r:user_sepgsql_blob_t:s1');
SELECT lo_unlink(9011);
\lo_list

-- staff, s0-s3:c0.c9; an owner of objects, but not a superuser
\c - sep_staff
SELECT convert_from(lo_get(9004), 'UTF8');
SELECT lo_put(9004, 0, 'LEVEL');
SELECT lo_set_security(9004, 'system_u:object_r:sepgsql_blob_t:s0');
SELECT lo_create(9021);
SELECT lo_get_security(9021);
-- a label that changes holds for descriptors that are open, within the range
BEGIN;
SELECT lo_open(9021, x'60000'::int) AS fd \gset
SELECT lowrite(:fd, 'before');
SELECT lo_set_security(9021, 'staff_u:object_r:user_sepgsql_blob_t:s2');
SELECT lowrite(:fd, ' and after'), lo_lseek(:fd, 0, 0);
SELECT convert_from(loread(:fd, 100), 'UTF8');
COMMIT;
SELECT lo_get_security(9021);
GRANT ALL ON LARGE OBJECT 9021 TO PUBLIC;
\c - sep_user
SELECT lo_get(9021);
SELECT lo_get_security(9021);

\c - sep_admin
SELECT lo_set_security(9001, 'system_u:object_r:sepgsql_blob_t:s3');
SELECT lo_set_security(9001, 'system_u:object_r:sepgsql_blob_t:s0');
SELECT convert_from(lo_get(9001), 'UTF8'), convert_from(lo_get(9003), 'UTF8');
-- everything may be read by this one
SELECT count(*) > 0 AS ok FROM pg_largeobject;

-- the auditor reads, and does not write
\c - sep_auditor
SELECT convert_from(lo_get(9001), 'UTF8');
SELECT lo_put(9001, 0, 'x');
SELECT lo_create(9031);
SELECT lo_unlink(9001);

\c - sep_admin
\! rm -f /tmp/sepgsql_lo_export
SELECT lo_export(9001, '/tmp/sepgsql_lo_export');
SELECT lo_import('/tmp/sepgsql_lo_export', 9041);
SELECT convert_from(lo_get(9041), 'UTF8');
\! rm -f /tmp/sepgsql_lo_export
SELECT count(lo_unlink(oid)) FROM pg_largeobject_metadata WHERE oid BETWEEN 9000 AND 9100;
