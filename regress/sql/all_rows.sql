--
-- Commands that look at all rows, hidden ones among them: refused before
-- their first effect.
--
\c - sep_admin
CREATE SCHEMA ar;
GRANT ALL ON SCHEMA ar TO PUBLIC;

\c - sep_su
SET search_path = ar;
CREATE FUNCTION leak(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS
  $$ BEGIN IF sepgsql_getcon() LIKE 'user_u:%' THEN RAISE NOTICE 'LEAK %', $1; END IF; RETURN $1; END $$;
CREATE TABLE t (id int, v text);
CREATE INDEX t_i ON t (leak(v));
CREATE DOMAIN d AS text;
CREATE TABLE d1 (v d);
INSERT INTO d1 VALUES ('open');
CREATE DOMAIN dc AS text;
GRANT ALL ON t, d1 TO PUBLIC;
\c - sep_staff
SET search_path = ar;
INSERT INTO t (v, security_label) VALUES ('HIDDEN', 'staff_u:object_r:user_sepgsql_table_t:s3');
INSERT INTO d1 (v, security_label) VALUES (NULL, 'staff_u:object_r:user_sepgsql_table_t:s3');
\c - sep_admin
SET search_path = ar;
CREATE TABLE dark (plain int, secret dc);
INSERT INTO dark VALUES (1, NULL);
SECURITY LABEL FOR selinux ON TABLE dark IS 'system_u:object_r:sepgsql_table_t:s0';
SECURITY LABEL FOR selinux ON COLUMN dark.secret IS 'system_u:object_r:sepgsql_secret_table_t:s0';
UPDATE dark SET security_label = 'system_u:object_r:sepgsql_table_t:s0';

\c - sep_su
SET search_path = ar;
-- in several transactions
CREATE INDEX CONCURRENTLY t_new ON t (leak(v));
CREATE INDEX CONCURRENTLY t_new ON t (id) WHERE leak(v) IS NOT NULL;
REINDEX INDEX CONCURRENTLY t_i;
REINDEX TABLE CONCURRENTLY t;
SELECT indexrelid::regclass, indisvalid, indisready FROM pg_index WHERE indrelid = 't'::regclass;
CREATE INDEX CONCURRENTLY t_new ON t (v);
SELECT indexrelid::regclass, indisvalid, indisready FROM pg_index WHERE indrelid = 't'::regclass ORDER BY 1;
-- a domain's columns
ALTER DOMAIN d SET NOT NULL;
ALTER DOMAIN d ADD CHECK (VALUE <> 'x');
ALTER DOMAIN d ADD CONSTRAINT ck CHECK (VALUE <> 'x') NOT VALID;
ALTER DOMAIN d VALIDATE CONSTRAINT ck;
SELECT secret FROM dark;
ALTER DOMAIN dc SET NOT NULL;
ALTER DOMAIN dc ADD CHECK (VALUE IS NOT NULL);
-- a new foreign key compares all rows with others
CREATE TABLE par (v text PRIMARY KEY);
GRANT ALL ON par TO PUBLIC;
INSERT INTO par VALUES ('seen');
ALTER TABLE t ADD FOREIGN KEY (v) REFERENCES par;
ALTER TABLE t ADD CONSTRAINT t_fk FOREIGN KEY (v) REFERENCES par NOT VALID;
ALTER TABLE t VALIDATE CONSTRAINT t_fk;
\c - sep_staff
INSERT INTO ar.par (v, security_label) VALUES ('hidden', 'staff_u:object_r:user_sepgsql_table_t:s3');
\c - sep_su
SET search_path = ar;
CREATE TABLE kid (v text);
INSERT INTO kid VALUES ('seen'), ('hidden');
ALTER TABLE kid ADD FOREIGN KEY (v) REFERENCES par;
DELETE FROM kid WHERE v = 'hidden';
ALTER TABLE kid ADD FOREIGN KEY (v) REFERENCES par;
-- a new column that is null, or that calls something for each row
CREATE DOMAIN tells AS int CHECK (ar.leak(VALUE::text) IS NOT NULL);
ALTER TABLE t ADD COLUMN x int NOT NULL;
ALTER TABLE t ADD COLUMN x tells DEFAULT 1;
ALTER TABLE t ADD COLUMN x int DEFAULT 1 NOT NULL;
-- a hidden statistics object that cannot be computed
CREATE TABLE st (a int, b int);
CREATE STATISTICS ar.st_ab ON a, b FROM st;
\c - sep_admin
SECURITY LABEL ON STATISTICS ar.st_ab IS 'system_u:object_r:sepgsql_sysobj_t:s3';
\c - sep_su
SET search_path = ar;
ANALYZE st (a);
\c - sep_staff
DELETE FROM ar.d1 WHERE v IS NULL;
\c - sep_admin
SET search_path = ar;
ALTER DOMAIN dc SET NOT NULL;
VACUUM FULL d1;
ALTER DOMAIN d SET NOT NULL;
ALTER DOMAIN d VALIDATE CONSTRAINT ck;

SET client_min_messages = warning;
DROP SCHEMA ar CASCADE;
