--
-- Commands that use, copy or ask about something hidden, and the server's
-- functions that look at what no statement names.  sep_su is a superuser of
-- the label user_t:s0; what is called "war..." is hidden from it.
--
SET client_min_messages = warning;
CREATE EXTENSION postgres_fdw;
CREATE SCHEMA hu;
GRANT ALL ON SCHEMA hu TO PUBLIC;
CREATE TABLE hu.war_plans (target int PRIMARY KEY);
CREATE TABLE hu.seen (a int PRIMARY KEY);
CREATE COLLATION hu.war_coll FROM "C";
CREATE TEXT SEARCH CONFIGURATION hu.war_config (COPY = pg_catalog.english);
CREATE TYPE hu.war_enum AS ENUM ('a');
CREATE TYPE hu.mine AS ENUM ('a');
CREATE FUNCTION hu.war_cast(hu.war_enum) RETURNS hu.mine LANGUAGE sql IMMUTABLE AS $$ SELECT 'a'::hu.mine $$;
CREATE CAST (hu.war_enum AS hu.mine) WITH FUNCTION hu.war_cast(hu.war_enum);
CREATE SERVER war_server FOREIGN DATA WRAPPER postgres_fdw;
CREATE SERVER seen_server FOREIGN DATA WRAPPER postgres_fdw;
CREATE SCHEMA war_schema;
CREATE TABLE war_schema.t1 ();
CREATE TABLE war_schema.t2 ();
GRANT USAGE ON FOREIGN SERVER war_server, seen_server TO PUBLIC;
GRANT ALL ON ALL TABLES IN SCHEMA hu TO PUBLIC;
SECURITY LABEL FOR selinux ON TABLE hu.war_plans IS 'system_u:object_r:sepgsql_table_t:s3';
SECURITY LABEL FOR selinux ON TABLE hu.seen IS 'system_u:object_r:sepgsql_table_t:s0';
SECURITY LABEL FOR selinux ON COLLATION hu.war_coll IS 'system_u:object_r:sepgsql_sysobj_t:s3';
SECURITY LABEL FOR selinux ON TEXT SEARCH CONFIGURATION hu.war_config IS 'system_u:object_r:sepgsql_sysobj_t:s3';
SECURITY LABEL FOR selinux ON TYPE hu.war_enum IS 'system_u:object_r:sepgsql_sysobj_t:s3';
SECURITY LABEL FOR selinux ON TYPE hu.mine IS 'user_u:object_r:user_sepgsql_sysobj_t:s0';
SECURITY LABEL FOR selinux ON SERVER war_server IS 'system_u:object_r:sepgsql_sysobj_t:s3';
SECURITY LABEL FOR selinux ON SCHEMA war_schema IS 'system_u:object_r:sepgsql_schema_t:s3';
INSERT INTO hu.seen (security_label, a) VALUES
	('system_u:object_r:sepgsql_table_t:s0', 1), ('system_u:object_r:sepgsql_table_t:s3', 2);
SELECT 'hu.war_plans'::regclass::oid AS war_plans, 'war_schema'::regnamespace::oid AS war_schema,
	'hu.war_enum'::regtype::oid AS war_enum, oid AS war_server
  FROM pg_foreign_server WHERE srvname = 'war_server' \gset
-- one that sep_su may change, and that holds a hidden row
CREATE TABLE hu.all_own (a int);
SECURITY LABEL FOR selinux ON TABLE hu.all_own IS 'user_u:object_r:user_sepgsql_table_t:s0';
INSERT INTO hu.all_own (security_label, a) VALUES ('user_u:object_r:user_sepgsql_table_t:s0', 1);

\c - sep_su
SET client_min_messages = warning;
\set VERBOSITY terse
-- a foreign key that asks nothing of anybody's rows, and a trigger that only
-- names another table, are parts of the other table, too
CREATE TABLE hu.fk (a int REFERENCES hu.war_plans NOT ENFORCED);
CREATE TABLE hu.fk (a int REFERENCES hu.war_plans (target) NOT ENFORCED);
CREATE TABLE hu.fk (a int REFERENCES hu.seen NOT ENFORCED);
CREATE TABLE hu.own (a int PRIMARY KEY, b int);
CREATE CONSTRAINT TRIGGER t AFTER INSERT ON hu.own FROM hu.war_plans
	FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
CREATE CONSTRAINT TRIGGER t AFTER INSERT ON hu.own FROM hu.seen
	FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
CREATE TABLE hu.fk (a int REFERENCES hu.own NOT ENFORCED);
ALTER TABLE hu.fk DROP CONSTRAINT fk_a_fkey;

-- copies of definitions
CREATE COLLATION hu.copy FROM hu.war_coll;
CREATE TEXT SEARCH CONFIGURATION hu.copy (COPY = hu.war_config);
IMPORT FOREIGN SCHEMA x FROM SERVER war_server INTO hu;
IMPORT FOREIGN SCHEMA x FROM SERVER no_server INTO hu;
IMPORT FOREIGN SCHEMA x FROM SERVER seen_server INTO hu;

-- commands that name something hidden fail at once, whatever it contains
DROP SCHEMA war_schema;
DROP SCHEMA war_schema CASCADE;
DROP VIEW hu.war_plans;
DROP SEQUENCE hu.war_plans;
DROP TYPE hu.war_enum;
DROP TYPE hu.war_enum CASCADE;
-- a cast is a part of both its types
SELECT count(*) FROM pg_cast WHERE casttarget = 'hu.mine'::regtype;
SELECT objtype, objname FROM pg_seclabels WHERE objname ~ 'war_' AND objtype <> 'function';
DROP TYPE hu.mine;

-- what is hidden, and what is not there
SELECT has_schema_privilege(:war_schema, 'usage') AS hidden, has_schema_privilege(4294967295, 'usage') AS none;
SELECT has_type_privilege(:war_enum, 'usage') AS hidden, has_type_privilege(4294967295, 'usage') AS none;
SELECT has_server_privilege(:war_server, 'usage') AS hidden, has_server_privilege(4294967295, 'usage') AS none;
SELECT has_table_privilege(:war_plans, 'select') AS hidden, has_table_privilege(4294967295, 'select') AS none;
\c - sep_user
SELECT has_schema_privilege(:war_schema, 'usage') AS hidden, has_schema_privilege(4294967295, 'usage') AS none;
SELECT has_type_privilege(:war_enum, 'usage') AS hidden, has_type_privilege(4294967295, 'usage') AS none;
\c - sep_su
SET client_min_messages = warning;
\set VERBOSITY terse

-- versions of rows
SELECT currtid2('hu.all_own', '(0,1)');
SELECT currtid2('hu.seen', '(0,1)');
SELECT currtid2('hu.war_plans', '(0,1)');

-- what concerns everybody
CHECKPOINT;
CREATE TABLESPACE hu_space LOCATION '/tmp';
ANALYZE pg_am;
VACUUM pg_am;
ANALYZE hu.own;

\c - sep_admin
SET client_min_messages = warning;
SELECT pg_stat_force_next_flush();
SELECT pg_stat_have_stats('relation', oid, :war_plans) FROM pg_database WHERE datname = current_database();
SELECT count(*) FROM pg_cast WHERE casttarget = 'hu.mine'::regtype;
CREATE COLLATION hu.copy FROM hu.war_coll;
CREATE TEXT SEARCH CONFIGURATION hu.copy (COPY = hu.war_config);
SELECT currtid2('hu.seen', '(0,1)');
CHECKPOINT;
\c - sep_su
SELECT pg_stat_have_stats('relation', oid, :war_plans) FROM pg_database WHERE datname = current_database();

-- labels of rules, triggers and policies, of which no cache tells, and those
-- of large objects, where they are remembered
\c - sep_admin
SET client_min_messages = warning;
ALTER TABLE hu.seen ENABLE ROW LEVEL SECURITY;
CREATE POLICY war_policy ON hu.seen USING (true);
CREATE TRIGGER war_trigger BEFORE UPDATE ON hu.seen FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
CREATE RULE war_rule AS ON DELETE TO hu.seen DO NOTHING;
COMMENT ON POLICY war_policy ON hu.seen IS 'policy';
COMMENT ON TRIGGER war_trigger ON hu.seen IS 'trigger';
COMMENT ON RULE war_rule ON hu.seen IS 'rule';
CREATE VIEW hu.comments AS SELECT description FROM pg_description
 WHERE description IN ('policy', 'rule', 'trigger') ORDER BY 1;
GRANT SELECT ON hu.comments TO PUBLIC;
-- one session that is asked again and again
CREATE FUNCTION hu.remember() RETURNS text LANGUAGE sql AS $$ SELECT coalesce(string_agg(description, ' '), 'none') FROM hu.comments $$;
SELECT sepgsql_getcon() AS admin \gset
BEGIN;
SELECT sepgsql_setcon('unconfined_u:unconfined_r:unconfined_t:s0');
SELECT hu.remember();
COMMIT;
\c - sep_admin
SET client_min_messages = warning;
SECURITY LABEL FOR selinux ON POLICY war_policy ON hu.seen IS 'system_u:object_r:sepgsql_sysobj_t:s3';
SECURITY LABEL FOR selinux ON TRIGGER war_trigger ON hu.seen IS 'system_u:object_r:sepgsql_sysobj_t:s3';
SECURITY LABEL FOR selinux ON RULE war_rule ON hu.seen IS 'system_u:object_r:sepgsql_sysobj_t:s3';
\c - sep_su
SELECT * FROM hu.comments;
\c - sep_admin
SET client_min_messages = warning;
DROP SCHEMA hu, war_schema CASCADE;
DROP EXTENSION postgres_fdw CASCADE;

--
-- SECURITY LABEL on constraints; ALTER ... IF EXISTS ... SECURITY_LABEL
--
CREATE SCHEMA hu;
GRANT USAGE ON SCHEMA hu TO PUBLIC;
CREATE TABLE hu.t (a int CONSTRAINT positive CHECK (a > 0));
CREATE VIEW hu.v AS SELECT 1 AS a;
CREATE MATERIALIZED VIEW hu.m AS SELECT 1 AS a;
CREATE DOMAIN hu.d AS int CONSTRAINT odd CHECK (value % 2 = 1);
GRANT SELECT ON ALL TABLES IN SCHEMA hu TO PUBLIC;
SECURITY LABEL FOR selinux ON CONSTRAINT positive ON hu.t IS 'system_u:object_r:sepgsql_sysobj_t:s3';
SECURITY LABEL FOR selinux ON CONSTRAINT odd ON DOMAIN hu.d IS 'system_u:object_r:sepgsql_sysobj_t:s3';
SECURITY LABEL FOR selinux ON CONSTRAINT none ON hu.t IS 'system_u:object_r:sepgsql_sysobj_t:s3';
SELECT conname, security_label FROM pg_constraint WHERE conname IN ('positive', 'odd') ORDER BY 1;
SELECT objtype, objname, label FROM pg_seclabels WHERE objname ~ 'positive|odd' ORDER BY 1;
\c - sep_user
SELECT conname FROM pg_constraint WHERE conname IN ('positive', 'odd') ORDER BY 1;
SECURITY LABEL FOR selinux ON CONSTRAINT positive ON hu.t IS 'system_u:object_r:sepgsql_sysobj_t:s0';
\c - sep_su
SECURITY LABEL FOR selinux ON CONSTRAINT positive ON hu.t IS 'user_u:object_r:user_sepgsql_sysobj_t:s0';
\c - sep_admin
ALTER TABLE IF EXISTS hu.t SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s0:c1';
ALTER TABLE IF EXISTS hu.t ALTER COLUMN a SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s0:c2';
ALTER VIEW IF EXISTS hu.v SECURITY_LABEL 'system_u:object_r:sepgsql_view_t:s0:c1';
ALTER MATERIALIZED VIEW IF EXISTS hu.m SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s0:c3';
ALTER MATERIALIZED VIEW IF EXISTS hu.m ALTER a SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s0:c4';
SELECT relname, security_label FROM pg_class WHERE relnamespace = 'hu'::regnamespace AND relkind IN ('r', 'v', 'm') ORDER BY 1;
SELECT attrelid::regclass, security_label FROM pg_attribute WHERE attrelid IN ('hu.t'::regclass, 'hu.m'::regclass) AND attname = 'a' ORDER BY 1;
ALTER TABLE IF EXISTS hu.none SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s0';
ALTER TABLE IF EXISTS hu.none ALTER a SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s0';
ALTER VIEW IF EXISTS hu.none SECURITY_LABEL = 'system_u:object_r:sepgsql_view_t:s0';
ALTER MATERIALIZED VIEW IF EXISTS hu.none SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s0';
ALTER FOREIGN TABLE IF EXISTS hu.none SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s0';
ALTER TABLE IF EXISTS hu.none SECURITY_LABEL = 'nonsense';
ALTER TABLE IF EXISTS hu.t ALTER none SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s0';
ALTER VIEW IF EXISTS hu.t SECURITY_LABEL = 'system_u:object_r:sepgsql_view_t:s0';
ALTER TABLE hu.none SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s0';
SET client_min_messages = warning;
DROP SCHEMA hu CASCADE;
