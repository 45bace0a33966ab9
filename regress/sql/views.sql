--
-- Views: expand of class db_view, for every view that a query goes through;
-- what they read is decided for the client.
--
CREATE SCHEMA vw;
GRANT ALL ON SCHEMA vw TO PUBLIC;
CREATE TABLE vw.t (a int PRIMARY KEY, b text, secret text);
SECURITY LABEL FOR selinux ON COLUMN vw.t.secret IS 'system_u:object_r:sepgsql_secret_table_t:s0';
INSERT INTO vw.t VALUES (1, 'one', 'x'), (2, 'two', 'y');
INSERT INTO vw.t (security_label, a, b) VALUES ('system_u:object_r:sepgsql_table_t:s1', 3, 'high');
CREATE VIEW vw.v AS SELECT a, b FROM vw.t;
CREATE VIEW vw.high AS SELECT a, b FROM vw.t;
CREATE VIEW vw.nested AS SELECT a, b FROM vw.high;
CREATE VIEW vw.secret AS SELECT a, secret FROM vw.t;
CREATE VIEW vw.invoker WITH (security_invoker) AS SELECT a, secret FROM vw.t;
CREATE VIEW vw.count AS SELECT count(*) FROM vw.t;
CREATE MATERIALIZED VIEW vw.m AS SELECT a, b FROM vw.high;
CREATE TABLE vw.ruled (a int);
CREATE RULE r AS ON INSERT TO vw.ruled DO ALSO INSERT INTO vw.high VALUES (NEW.a + 100, 'rule');
CREATE VIEW vw.instead AS SELECT a FROM vw.t;
CREATE FUNCTION vw.tr() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'instead'; RETURN NULL; END $$;
CREATE TRIGGER tr INSTEAD OF INSERT ON vw.instead FOR EACH ROW EXECUTE FUNCTION vw.tr();
CREATE VIEW vw.hinstead AS SELECT a FROM vw.t;
CREATE TRIGGER tr INSTEAD OF INSERT ON vw.hinstead FOR EACH ROW EXECUTE FUNCTION vw.tr();
CREATE FUNCTION vw.definer() RETURNS SETOF int LANGUAGE sql SECURITY DEFINER AS 'SELECT a FROM vw.high';
GRANT ALL ON ALL TABLES IN SCHEMA vw TO PUBLIC;
SECURITY LABEL FOR selinux ON VIEW vw.hinstead IS 'system_u:object_r:sepgsql_view_t:s1';
SECURITY LABEL FOR selinux ON VIEW vw.high IS 'system_u:object_r:sepgsql_view_t:s1';

\c - sep_user
SELECT * FROM vw.v ORDER BY a;
-- not this one, nor what is made of it
SELECT * FROM vw.high;
SELECT 1 FROM vw.high WHERE false;
EXPLAIN (COSTS OFF) SELECT * FROM vw.high;
SELECT * FROM vw.nested;
SELECT * FROM vw.v WHERE a IN (SELECT a FROM vw.nested);
WITH w AS (SELECT * FROM vw.high) SELECT * FROM w;
SELECT * FROM vw.definer();
COPY (SELECT * FROM vw.high) TO STDOUT;
PREPARE p AS SELECT * FROM vw.high;
CREATE TEMP TABLE x AS SELECT * FROM vw.high;
INSERT INTO vw.v SELECT a + 10, b FROM vw.high;
-- a view gives nobody what its owner may read
SELECT * FROM vw.secret;
SELECT * FROM vw.invoker;
SELECT * FROM vw.count;
-- through updatable views
INSERT INTO vw.v VALUES (4, 'four');
UPDATE vw.v SET b = 'vier' WHERE a = 4 RETURNING *;
INSERT INTO vw.high VALUES (5, 'five');
UPDATE vw.high SET b = '' WHERE a = 4;
DELETE FROM vw.high WHERE a = 4;
MERGE INTO vw.high h USING (VALUES (4)) x (a) ON h.a = x.a WHEN MATCHED THEN DELETE;
SELECT * FROM vw.high FOR UPDATE;
DELETE FROM vw.v WHERE a = 4;
INSERT INTO vw.instead VALUES (1);
INSERT INTO vw.hinstead VALUES (1);
COPY vw.instead FROM STDIN;
1
\.
COPY vw.hinstead FROM STDIN;
1
\.
BEGIN;
LOCK TABLE vw.high;
ROLLBACK;
BEGIN;
LOCK TABLE vw.v IN ACCESS SHARE MODE;
COMMIT;
-- a rule's view
INSERT INTO vw.ruled VALUES (1);
-- a materialized view is read as a table; refreshing it goes through the view
SELECT a FROM vw.m WHERE a < 3 ORDER BY a;
\c - sep_su
REFRESH MATERIALIZED VIEW vw.m;
SELECT * FROM vw.high;

\c - sep_staff
SELECT * FROM vw.high ORDER BY a;
SELECT * FROM vw.nested ORDER BY a;
SELECT * FROM vw.secret;
INSERT INTO vw.high VALUES (5, 'five');
UPDATE vw.nested SET b = 'fuenf' WHERE a = 5;
DELETE FROM vw.high WHERE a = 5;
INSERT INTO vw.ruled VALUES (1);
SELECT a, b FROM vw.t WHERE a > 100;

\c - sep_admin
REFRESH MATERIALIZED VIEW vw.m;
-- what was permitted is not, once the label has changed
SELECT count(*) FROM vw.v;
SECURITY LABEL FOR selinux ON VIEW vw.v IS 'system_u:object_r:sepgsql_view_t:s1';
\c - sep_user
SELECT count(*) FROM vw.v;
\c - sep_admin
SET client_min_messages = warning;
DROP SCHEMA vw CASCADE;
