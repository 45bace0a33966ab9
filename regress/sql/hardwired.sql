-- What no client writes, whatever its label, its privileges and the settings:
-- pg_security, pg_shsecurity, pg_rewrite, pg_largeobject and TOAST tables.
CREATE FUNCTION try(what text) RETURNS text LANGUAGE plpgsql AS
$$
DECLARE
	e text;
	m text;
BEGIN
	EXECUTE what;
	RETURN 'done';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS e = RETURNED_SQLSTATE, m = MESSAGE_TEXT;
	RETURN e || ' ' || regexp_replace(m, '\d\d+', 'NNN');
END $$;
SECURITY LABEL FOR selinux ON FUNCTION try(text) IS 'system_u:object_r:sepgsql_proc_exec_t:s0';
CREATE TABLE hw_toasted (id int, v text STORAGE EXTERNAL, secret text STORAGE EXTERNAL);
INSERT INTO hw_toasted VALUES (1, repeat('x', 5000), NULL);
SELECT 'pg_toast.' || relname AS toast FROM pg_class
	WHERE oid = (SELECT reltoastrelid FROM pg_class WHERE relname = 'hw_toasted') \gset
CREATE TABLE hw_copy AS SELECT * FROM pg_rewrite LIMIT 1;
CREATE VIEW hw_rules AS SELECT * FROM pg_rewrite;
SELECT lo_from_bytea(4242, 'abc');

-- the administrator, with allow_system_table_mods
SET allow_system_table_mods = on;
SELECT current_user, sepgsql_getcon();
CREATE TABLE hw_statements (n serial, s text);
INSERT INTO hw_statements (s) VALUES
	('INSERT INTO pg_security SELECT * FROM pg_security LIMIT 1'),
	('UPDATE pg_security SET seclabel = seclabel'),
	('DELETE FROM pg_security WHERE false'),
	('MERGE INTO pg_security USING (SELECT 1) s ON false WHEN NOT MATCHED THEN INSERT VALUES (1, 1, false, false, ''x'')'),
	('TRUNCATE pg_security'),
	('SELECT 1 FROM pg_security FOR UPDATE'),
	('SELECT 1 FROM pg_security FOR KEY SHARE'),
	('INSERT INTO pg_shsecurity SELECT * FROM pg_shsecurity LIMIT 1'),
	('UPDATE pg_shsecurity SET seclabel = seclabel'),
	('DELETE FROM pg_shsecurity'),
	('TRUNCATE pg_shsecurity'),
	('SELECT 1 FROM pg_shsecurity FOR SHARE'),
	('INSERT INTO pg_rewrite SELECT * FROM pg_rewrite LIMIT 1'),
	('UPDATE pg_rewrite SET ev_enabled = ev_enabled'),
	('DELETE FROM pg_rewrite'),
	('MERGE INTO pg_rewrite USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE'),
	('WITH w AS (DELETE FROM pg_rewrite RETURNING *) SELECT count(*) FROM w'),
	('DELETE FROM hw_rules'),
	('TRUNCATE pg_rewrite'),
	('SELECT 1 FROM hw_rules FOR NO KEY UPDATE'),
	('INSERT INTO pg_largeobject VALUES (4242, 1, ''x'')'),
	('UPDATE pg_largeobject SET data = ''x'''),
	('DELETE FROM pg_largeobject'),
	('TRUNCATE pg_largeobject'),
	('SELECT 1 FROM pg_largeobject FOR UPDATE');
INSERT INTO hw_statements (s) VALUES
	('INSERT INTO ' || :'toast' || ' VALUES (1, 1, ''x'')'),
	('UPDATE ' || :'toast' || ' SET chunk_data = ''x'''),
	('DELETE FROM ' || :'toast'),
	('SELECT 1 FROM ' || :'toast' || ' FOR UPDATE');
SELECT n, try(s) FROM hw_statements ORDER BY n;
COPY pg_rewrite FROM stdin;
\.
COPY pg_security FROM stdin;
\.
COPY pg_shsecurity FROM stdin;
\.
COPY pg_largeobject FROM stdin;
\.
-- a prepared plan, a cursor
PREPARE p AS DELETE FROM pg_rewrite;
EXECUTE p;
BEGIN;
DECLARE c CURSOR FOR SELECT * FROM pg_rewrite FOR UPDATE;
ROLLBACK;
-- they are read, locked as tables and maintained, and written by what is meant to
SELECT count(*) > 0 AS read FROM pg_rewrite;
SELECT count(*) AS read FROM pg_largeobject WHERE loid = 4242;
BEGIN;
LOCK pg_rewrite IN SHARE MODE;
ROLLBACK;
ANALYZE pg_rewrite;
CREATE OR REPLACE VIEW hw_rules AS SELECT * FROM pg_rewrite WHERE true;
SELECT lo_put(4242, 0, 'xyz');
SELECT lo_get(4242);
-- DML elsewhere goes on
UPDATE hw_copy SET ev_enabled = ev_enabled;
RESET allow_system_table_mods;

-- another superuser
GRANT ALL ON hw_statements, hw_toasted TO sep_su;
ALTER ROLE sep_su SET allow_system_table_mods = on;
\connect - sep_su
SELECT current_user, sepgsql_getcon();
SHOW allow_system_table_mods;
SELECT DISTINCT try(s) FROM hw_statements
	WHERE s !~ 'TRUNCATE|_toast' ORDER BY 1;
SELECT DISTINCT try(s) FROM hw_statements WHERE s ~ '_toast';

-- TOAST tables are read by whoever may read all columns and rows of their table
SELECT count(*) AS read FROM :toast;
\connect - sep_admin
SECURITY LABEL FOR selinux ON COLUMN hw_toasted.secret IS 'system_u:object_r:sepgsql_secret_table_t:s0';
\connect - sep_su
SELECT count(*) FROM :toast;
\connect - sep_admin
SELECT count(*) AS read FROM :toast;
SECURITY LABEL FOR selinux ON COLUMN hw_toasted.secret IS 'system_u:object_r:sepgsql_table_t:s0';
INSERT INTO hw_toasted (security_label, id, v) VALUES ('system_u:object_r:sepgsql_table_t:s0:c1', 2, repeat('y', 5000));
\connect - sep_su
SELECT try('SELECT count(*) FROM ' || :'toast');
\connect - sep_admin
SECURITY LABEL FOR selinux ON TABLE hw_toasted IS 'system_u:object_r:sepgsql_secret_table_t:s0';
\connect - sep_su
SELECT count(*) FROM :toast;
\connect - sep_admin
SELECT count(*) AS read FROM :toast;
DROP TABLE hw_toasted, hw_copy, hw_statements;
DROP VIEW hw_rules;
SELECT lo_unlink(4242);
DROP FUNCTION try(text);
ALTER ROLE sep_su RESET allow_system_table_mods;
