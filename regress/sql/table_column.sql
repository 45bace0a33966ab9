--
-- Tables and columns: what a statement needs on them, beside PostgreSQL's own
-- privileges.
--
CREATE SCHEMA tc;
GRANT ALL ON SCHEMA tc TO PUBLIC;
SET search_path = tc;

-- default labels: of a table from its schema, of a column from its table
CREATE TABLE drink (id int PRIMARY KEY, name text, price int);
CREATE VIEW vdrink AS SELECT id, name FROM drink;
CREATE SEQUENCE sdrink;
SELECT relname, relkind, security_label FROM pg_class
 WHERE relnamespace = 'tc'::regnamespace ORDER BY relname;
SELECT attname, security_label FROM pg_attribute
 WHERE attrelid = 'drink'::regclass ORDER BY attname COLLATE "C";
-- the TOAST table and its index are labelled as their table is
SELECT t.relkind, t.security_label = c.security_label AS same
  FROM pg_class c, pg_class t, pg_index i
 WHERE c.oid = 'drink'::regclass AND i.indrelid = c.reltoastrelid AND
       t.oid IN (c.reltoastrelid, i.indexrelid) ORDER BY 1;

CREATE TABLE fixed (id int, memo text);
SECURITY LABEL FOR selinux ON TABLE fixed IS 'system_u:object_r:sepgsql_fixed_table_t:s0';
CREATE TABLE ro (id int, memo text);
SECURITY LABEL FOR selinux ON TABLE ro IS 'system_u:object_r:sepgsql_ro_table_t:s0';
SECURITY LABEL FOR selinux ON COLUMN ro.id IS 'system_u:object_r:sepgsql_ro_table_t:s0';
SECURITY LABEL FOR selinux ON COLUMN ro.memo IS 'system_u:object_r:sepgsql_ro_table_t:s0';
CREATE TABLE secret (id int, memo text);
SECURITY LABEL FOR selinux ON TABLE secret IS 'system_u:object_r:sepgsql_secret_table_t:s0';
-- a column that is more secret than its table
SECURITY LABEL FOR selinux ON COLUMN drink.price IS 'system_u:object_r:sepgsql_secret_table_t:s0';
-- a table of category c1
CREATE TABLE cat (id int, memo text);
SECURITY LABEL FOR selinux ON TABLE cat IS 'system_u:object_r:sepgsql_table_t:s0:c1';
GRANT ALL ON ALL TABLES IN SCHEMA tc TO PUBLIC;
GRANT ALL ON SEQUENCE sdrink TO PUBLIC;
INSERT INTO drink VALUES (1, 'coke', 110), (2, 'juice', 120);
INSERT INTO ro VALUES (1, 'read me');
INSERT INTO fixed VALUES (1, 'fixed');

\c - sep_user
SET search_path = tc;
SELECT id, name FROM drink ORDER BY id;
SELECT count(*) FROM drink;
SELECT price FROM drink;						-- column
SELECT * FROM drink;							-- column
SELECT drink FROM drink;						-- whole row: column
SELECT id FROM drink WHERE price > 100;			-- column
SELECT id FROM drink ORDER BY price;			-- column
SELECT ctid IS NOT NULL AS tid, tableoid::regclass FROM drink WHERE id = 1;
SELECT * FROM vdrink ORDER BY id;
INSERT INTO drink (id, name) VALUES (3, 'water');
INSERT INTO drink VALUES (4, 'tea', 100);		-- column
UPDATE drink SET name = 'cola' WHERE id = 3;
UPDATE drink SET price = 1;						-- column
UPDATE drink SET name = 'x' WHERE price = 110;	-- column
DELETE FROM drink WHERE id = 3 RETURNING id;
DELETE FROM drink RETURNING *;					-- column
INSERT INTO drink (id, name) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET price = 0;	-- column
MERGE INTO drink d USING (VALUES (1)) v(id) ON d.id = v.id
  WHEN MATCHED THEN UPDATE SET price = 0;		-- column
SELECT id FROM drink WHERE id = 1 FOR UPDATE;
-- tables
SELECT * FROM ro;
SELECT id FROM ro FOR SHARE;
INSERT INTO ro VALUES (2, 'x');					-- table
UPDATE ro SET memo = 'x';						-- table
DELETE FROM ro;									-- table
TRUNCATE ro;									-- table
SELECT * FROM secret;							-- table
SELECT count(*) FROM secret;					-- table
INSERT INTO secret VALUES (1);					-- table
BEGIN; LOCK secret; ROLLBACK;					-- table
SELECT * FROM cat;								-- another category
COPY secret TO STDOUT;							-- table
COPY drink TO STDOUT;							-- column
COPY drink (id, name) TO STDOUT;
COPY drink (id, price) FROM STDIN;				-- column
\.
COPY (SELECT price FROM drink) TO STDOUT;		-- column
-- prepared statements, cursors, functions are no way around it
PREPARE p AS SELECT price FROM drink;
EXECUTE p;
DECLARE c CURSOR WITH HOLD FOR SELECT price FROM drink;
DO $$ BEGIN PERFORM price FROM tc.drink; END $$;
EXPLAIN (COSTS OFF) SELECT price FROM drink;
-- a table of one's own
CREATE TABLE own (id int PRIMARY KEY, memo text);
SELECT security_label FROM pg_class WHERE oid = 'own'::regclass;
SELECT DISTINCT security_label FROM pg_attribute WHERE attrelid = 'own'::regclass;
INSERT INTO own VALUES (1, 'x');
ALTER TABLE own ADD COLUMN more int DEFAULT 1;
ALTER TABLE own ALTER COLUMN id TYPE bigint;
SELECT * FROM own;
VACUUM FULL own;
CLUSTER own USING own_pkey;
TRUNCATE own;
SELECT * INTO own2 FROM own;
CREATE TABLE own3 AS SELECT price FROM drink;	-- column
CREATE INDEX ON own (memo);
DROP TABLE own, own2;
-- others' tables
CREATE INDEX ON drink (name);					-- not the owner

-- a superuser of the same label may do no more
\c - sep_su
SET search_path = tc;
SELECT price FROM drink;						-- column
SELECT * FROM secret;							-- table
CREATE INDEX ON drink (name);
CREATE TRIGGER t BEFORE INSERT ON drink FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
CREATE RULE r AS ON INSERT TO drink DO NOTHING;
CREATE POLICY p ON drink;
CREATE STATISTICS s ON id, name FROM drink;
ALTER TABLE drink ENABLE ROW LEVEL SECURITY;
ALTER TABLE drink ADD COLUMN x int;
ALTER TABLE drink DROP COLUMN price;
ALTER TABLE drink ALTER COLUMN name SET DEFAULT 'x';
ALTER TABLE drink ALTER COLUMN name SET NOT NULL;
ALTER TABLE drink ADD CHECK (id > 0);
ALTER TABLE drink RENAME TO brink;
ALTER TABLE drink RENAME COLUMN name TO naem;
ALTER TABLE drink OWNER TO sep_su;
ALTER TABLE drink SET SCHEMA public;
ALTER TABLE drink SET (fillfactor = 50);
ALTER INDEX drink_pkey RENAME TO dp;
ALTER INDEX drink_pkey SET (fillfactor = 50);
DROP INDEX drink_pkey;
GRANT SELECT ON drink TO sep_staff;
GRANT SELECT (price) ON drink TO sep_staff;
COMMENT ON TABLE drink IS 'x';
COMMENT ON COLUMN drink.id IS 'x';
CREATE TABLE child () INHERITS (drink);
CREATE TABLE ref (id int REFERENCES drink);
ALTER SEQUENCE sdrink OWNED BY drink.id;
ALTER INDEX drink_pkey DEPENDS ON EXTENSION plpgsql;
SELECT pg_clear_relation_stats('tc', 'drink');
DROP TABLE drink CASCADE;
DROP VIEW vdrink;
DROP SEQUENCE sdrink;
DROP SCHEMA tc CASCADE;
ALTER SCHEMA tc RENAME TO ct;
CLUSTER drink USING drink_pkey;
REINDEX TABLE CONCURRENTLY drink;
-- maintenance: what rewrites a table is for those who may alter it
ANALYZE drink;
REINDEX TABLE drink;

-- children are asked about like any other table
\c - sep_admin
SET search_path = tc;
CREATE TABLE parent (id int, memo text);
CREATE TABLE child (memo text, extra int, id int);
ALTER TABLE child INHERIT parent;
SECURITY LABEL FOR selinux ON COLUMN child.memo IS 'system_u:object_r:sepgsql_secret_table_t:s0';
CREATE TABLE part (id int, memo text) PARTITION BY RANGE (id);
CREATE TABLE part1 PARTITION OF part FOR VALUES FROM (0) TO (10);
CREATE TABLE part2 PARTITION OF part FOR VALUES FROM (10) TO (20);
SECURITY LABEL FOR selinux ON TABLE part2 IS 'system_u:object_r:sepgsql_ro_table_t:s0';
GRANT ALL ON ALL TABLES IN SCHEMA tc TO PUBLIC;
INSERT INTO child (id, memo) VALUES (1, 'x');
INSERT INTO part VALUES (1, 'a'), (11, 'b');
\c - sep_user
SET search_path = tc;
SELECT id FROM parent;
SELECT memo FROM parent;						-- column of the child
SELECT memo FROM ONLY parent;
UPDATE parent SET memo = 'y';					-- column of the child
SELECT id FROM part ORDER BY id;
INSERT INTO part VALUES (2, 'c');
INSERT INTO part VALUES (12, 'c');				-- second partition
UPDATE part SET memo = 'z' WHERE id = 1;		-- second partition
DELETE FROM part WHERE id = 1;					-- second partition
UPDATE part1 SET memo = 'z' WHERE id = 1;
COPY part FROM STDIN WITH (DELIMITER ',');
3,d
13,d
\.
BEGIN; LOCK parent; LOCK part; ROLLBACK;
-- a label that changes counts at once
\c - sep_admin
SECURITY LABEL FOR selinux ON COLUMN tc.child.memo IS 'system_u:object_r:sepgsql_table_t:s0';
SECURITY LABEL FOR selinux ON TABLE tc.part2 IS 'system_u:object_r:sepgsql_table_t:s0';
\c - sep_user
SELECT memo FROM tc.parent;
DELETE FROM tc.part WHERE id = 1;

-- TRUNCATE takes rows of all labels
\c - sep_user
SET search_path = tc;
CREATE TABLE trunc (id int, memo text);
GRANT ALL ON trunc TO PUBLIC;
INSERT INTO trunc VALUES (1, 'mine');
TRUNCATE trunc;
\c - sep_admin
INSERT INTO tc.trunc (id, memo, security_label) VALUES (1, 'read only', 'user_u:object_r:sepgsql_ro_table_t:s0');
\c - sep_user
SET search_path = tc;
SELECT * FROM trunc;
TRUNCATE trunc;									-- row
SELECT * FROM trunc;
\c - sep_admin
TRUNCATE tc.trunc;

-- a foreign key's look-up needs no permission on the referenced table
\c - sep_admin
SET search_path = tc;
CREATE TABLE fk (id int REFERENCES drink);
GRANT ALL ON fk TO PUBLIC;
SECURITY LABEL FOR selinux ON COLUMN drink.id IS 'system_u:object_r:sepgsql_secret_table_t:s0';
\c - sep_user
INSERT INTO tc.fk VALUES (1);
INSERT INTO tc.fk VALUES (99);
SELECT id FROM tc.drink;						-- column
-- but what its actions change is asked about
\c - sep_admin
SET search_path = tc;
CREATE TABLE pk (id int PRIMARY KEY);
CREATE TABLE fk2 (id int REFERENCES pk ON DELETE CASCADE);
SECURITY LABEL FOR selinux ON TABLE fk2 IS 'system_u:object_r:sepgsql_ro_table_t:s0';
INSERT INTO pk VALUES (1);
INSERT INTO fk2 VALUES (1);
GRANT ALL ON pk, fk2 TO PUBLIC;
\c - sep_user
DELETE FROM tc.pk;								-- table fk2
\c - sep_admin
SELECT * FROM tc.fk2;

-- catalogs are read, but not written by hand; TOAST tables and large objects'
-- pages are not read
\c - sep_su
SELECT count(*) > 0 AS ok FROM pg_class;
UPDATE pg_class SET relname = 'x' WHERE relname = 'drink';
DELETE FROM pg_proc;
INSERT INTO pg_description VALUES (1, 1, 1, 'x');
SELECT count(*) FROM pg_largeobject;
SELECT reltoastrelid::regclass AS toast FROM pg_class WHERE oid = 'pg_proc'::regclass \gset
SELECT count(*) FROM :toast;

-- temporary tables
\c - sep_user
CREATE TEMP TABLE tt (id int, memo text);
SELECT c.security_label, sepgsql_get_type(n.security_label) FROM pg_class c JOIN pg_namespace n ON relnamespace = n.oid
 WHERE c.oid = 'tt'::regclass;
INSERT INTO tt VALUES (1, 'x');
SELECT * FROM tt;
DROP TABLE tt;

\c - sep_admin
SET client_min_messages = warning;
DROP SCHEMA tc CASCADE;
