--
-- Catalogs show a client the rows of what it may know of, and rows that are
-- part of something to who may know of that.
--
CREATE SCHEMA cr;
GRANT ALL ON SCHEMA cr TO PUBLIC;
SET search_path = cr;

-- of everything an open one, and one that is dark to the client
CREATE TABLE parent (id int PRIMARY KEY);
CREATE FUNCTION trig() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE FUNCTION make(prefix text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  stmt text;
BEGIN
  FOREACH stmt IN ARRAY ARRAY[
    'CREATE TABLE %1$s_t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a int DEFAULT 42 CHECK (a > 0), b text, pid int REFERENCES parent)',
    'CREATE TABLE %1$s_self (a int UNIQUE, b int REFERENCES %1$s_self (a))',
    'CREATE INDEX %1$s_i ON %1$s_t ((a + 1))',
    'CREATE POLICY %1$s_pol ON %1$s_t USING (a > 1)',
    'CREATE RULE %1$s_rule AS ON DELETE TO %1$s_t DO INSTEAD NOTHING',
    'CREATE TRIGGER %1$s_trig BEFORE INSERT ON %1$s_t FOR EACH ROW EXECUTE FUNCTION trig()',
    'CREATE STATISTICS %1$s_stat ON a, b FROM %1$s_t',
    'COMMENT ON TABLE %1$s_t IS ''table %1$s''',
    'COMMENT ON COLUMN %1$s_t.a IS ''column %1$s''',
    'CREATE TABLE %1$s_p (a int) PARTITION BY RANGE (a)',
    'CREATE TABLE %1$s_child PARTITION OF %1$s_p FOR VALUES FROM (0) TO (1)',
    'CREATE VIEW %1$s_v AS SELECT a FROM parent, LATERAL (SELECT id AS a) s',
    'CREATE MATERIALIZED VIEW %1$s_m AS SELECT id AS a FROM parent',
    'CREATE SEQUENCE %1$s_s',
    'CREATE TYPE %1$s_enum AS ENUM (''x'', ''y'')',
    'CREATE TYPE %1$s_range AS RANGE (subtype = int)',
    'CREATE TYPE %1$s_comp AS (x int, y int)',
    'CREATE DOMAIN %1$s_dom AS int CHECK (VALUE > 0)',
    'CREATE FUNCTION %1$s_f(int) RETURNS int LANGUAGE sql AS ''SELECT 1''',
    'COMMENT ON FUNCTION %1$s_f(int) IS ''function %1$s''',
    'CREATE AGGREGATE %1$s_agg(int) (sfunc = int4pl, stype = int)',
    'CREATE SCHEMA %1$s_n',
    'COMMENT ON SCHEMA %1$s_n IS ''schema %1$s''',
    'ALTER DEFAULT PRIVILEGES IN SCHEMA %1$s_n GRANT SELECT ON TABLES TO sep_user',
    'CREATE ROLE %1$s_r',
    'COMMENT ON ROLE %1$s_r IS ''role %1$s''',
    'GRANT %1$s_r TO sep_user',
    'ALTER ROLE %1$s_r SET work_mem = ''1MB''',
    'CREATE PUBLICATION %1$s_pub FOR TABLE %1$s_t',
    'CREATE SUBSCRIPTION %1$s_sub CONNECTION ''dbname=none'' PUBLICATION none WITH (connect = false, slot_name = NONE)',
    'GRANT SELECT ON %1$s_t TO %1$s_r'] LOOP
    EXECUTE format(stmt, prefix);
  END LOOP;
END $$;
SET client_min_messages = error;	-- wal_level of publications
SELECT make('open');
SELECT make('dark');
RESET client_min_messages;
SELECT lo_create(4201), lo_create(4202);
COMMENT ON LARGE OBJECT 4201 IS 'large object open';
COMMENT ON LARGE OBJECT 4202 IS 'large object dark';
GRANT ALL ON ALL TABLES IN SCHEMA cr TO PUBLIC;
INSERT INTO parent (id) VALUES (1);
INSERT INTO parent (security_label, id) VALUES ('system_u:object_r:sepgsql_table_t:s0:c5', 2);
INSERT INTO open_t DEFAULT VALUES;
INSERT INTO dark_t DEFAULT VALUES;
ANALYZE open_t, dark_t;

SECURITY LABEL FOR selinux ON TABLE dark_t IS 'system_u:object_r:sepgsql_table_t:s0:c5';
SECURITY LABEL FOR selinux ON TABLE dark_self IS 'system_u:object_r:sepgsql_table_t:s0:c5';
SECURITY LABEL FOR selinux ON TABLE dark_p IS 'system_u:object_r:sepgsql_table_t:s0:c5';
SECURITY LABEL FOR selinux ON TABLE dark_child IS 'system_u:object_r:sepgsql_table_t:s0:c5';
SECURITY LABEL FOR selinux ON MATERIALIZED VIEW dark_m IS 'system_u:object_r:sepgsql_table_t:s0:c5';
SECURITY LABEL FOR selinux ON VIEW dark_v IS 'system_u:object_r:sepgsql_view_t:s0:c5';
SECURITY LABEL FOR selinux ON SEQUENCE dark_s IS 'system_u:object_r:sepgsql_seq_t:s0:c5';
SECURITY LABEL FOR selinux ON SEQUENCE dark_t_id_seq IS 'system_u:object_r:sepgsql_seq_t:s0:c5';
SECURITY LABEL FOR selinux ON TYPE dark_enum IS 'system_u:object_r:sepgsql_sysobj_t:s0:c5';
SECURITY LABEL FOR selinux ON TYPE dark_range IS 'system_u:object_r:sepgsql_sysobj_t:s0:c5';
SECURITY LABEL FOR selinux ON TYPE dark_comp IS 'system_u:object_r:sepgsql_sysobj_t:s0:c5';
SECURITY LABEL FOR selinux ON DOMAIN dark_dom IS 'system_u:object_r:sepgsql_sysobj_t:s0:c5';
SECURITY LABEL FOR selinux ON FUNCTION dark_f(int) IS 'system_u:object_r:sepgsql_proc_exec_t:s0:c5';
SECURITY LABEL FOR selinux ON AGGREGATE dark_agg(int) IS 'system_u:object_r:sepgsql_proc_exec_t:s0:c5';
SECURITY LABEL FOR selinux ON SCHEMA dark_n IS 'system_u:object_r:sepgsql_schema_t:s0:c5';
SECURITY LABEL FOR selinux ON ROLE dark_r IS 'system_u:object_r:sepgsql_sysobj_t:s0:c5';
SECURITY LABEL FOR selinux ON PUBLICATION dark_pub IS 'system_u:object_r:sepgsql_sysobj_t:s0:c5';
SECURITY LABEL FOR selinux ON SUBSCRIPTION dark_sub IS 'system_u:object_r:sepgsql_sysobj_t:s0:c5';
SECURITY LABEL FOR selinux ON LARGE OBJECT 4202 IS 'system_u:object_r:sepgsql_blob_t:s0:c5';

-- where rows of each catalog belong to one of them
CREATE TABLE probe (catalog text, name text, cond text);
INSERT INTO probe VALUES
  ('pg_class', 'table', 'oid = {SELECT ''cr.%s_t''::regclass::oid}'),
  ('pg_class', 'index', 'oid = {SELECT ''cr.%s_i''::regclass::oid}'),
  ('pg_class', 'primary key', 'oid = {SELECT ''cr.%s_t_pkey''::regclass::oid}'),
  ('pg_class', 'toast', 'oid = {SELECT reltoastrelid FROM pg_class WHERE oid = ''cr.%s_t''::regclass}'),
  ('pg_class', 'toast index', 'oid = {SELECT indexrelid FROM pg_index WHERE indrelid = (SELECT reltoastrelid FROM pg_class WHERE oid = ''cr.%s_t''::regclass)}'),
  ('pg_class', 'partitioned', 'oid = {SELECT ''cr.%s_p''::regclass::oid}'),
  ('pg_class', 'partition', 'oid = {SELECT ''cr.%s_child''::regclass::oid}'),
  ('pg_class', 'view', 'oid = {SELECT ''cr.%s_v''::regclass::oid}'),
  ('pg_class', 'materialized view', 'oid = {SELECT ''cr.%s_m''::regclass::oid}'),
  ('pg_class', 'sequence', 'oid = {SELECT ''cr.%s_s''::regclass::oid}'),
  ('pg_class', 'composite type', 'oid = {SELECT typrelid FROM pg_type WHERE oid = ''cr.%s_comp''::regtype}'),
  ('pg_attribute', 'table', 'attrelid = {SELECT ''cr.%s_t''::regclass::oid}'),
  ('pg_attribute', 'index', 'attrelid = {SELECT ''cr.%s_i''::regclass::oid}'),
  ('pg_attribute', 'view', 'attrelid = {SELECT ''cr.%s_v''::regclass::oid}'),
  ('pg_attribute', 'sequence', 'attrelid = {SELECT ''cr.%s_s''::regclass::oid}'),
  ('pg_attribute', 'composite type', 'attrelid = {SELECT typrelid FROM pg_type WHERE oid = ''cr.%s_comp''::regtype}'),
  ('pg_type', 'row type', 'oid = {SELECT ''cr.%s_t''::regtype::oid}'),
  ('pg_type', 'array of rows', 'oid = {SELECT ''cr.%s_t[]''::regtype::oid}'),
  ('pg_type', 'row type of view', 'oid = {SELECT ''cr.%s_v''::regtype::oid}'),
  ('pg_type', 'enum', 'oid = {SELECT ''cr.%s_enum''::regtype::oid}'),
  ('pg_type', 'array of enum', 'oid = {SELECT ''cr.%s_enum[]''::regtype::oid}'),
  ('pg_type', 'range', 'oid = {SELECT ''cr.%s_range''::regtype::oid}'),
  ('pg_type', 'multirange', 'oid = {SELECT rngmultitypid FROM pg_range WHERE rngtypid = ''cr.%s_range''::regtype}'),
  ('pg_type', 'composite', 'oid = {SELECT ''cr.%s_comp''::regtype::oid}'),
  ('pg_type', 'domain', 'oid = {SELECT ''cr.%s_dom''::regtype::oid}'),
  ('pg_attrdef', '', 'adrelid = {SELECT ''cr.%s_t''::regclass::oid}'),
  ('pg_constraint', 'of table', 'conrelid = {SELECT ''cr.%s_t''::regclass::oid}'),
  ('pg_constraint', 'of domain', 'contypid = {SELECT ''cr.%s_dom''::regtype::oid}'),
  ('pg_constraint', 'by index', 'conindid = {SELECT ''cr.%s_t_pkey''::regclass::oid}'),
  ('pg_index', '', 'indrelid = {SELECT ''cr.%s_t''::regclass::oid}'),
  ('pg_inherits', 'parent', 'inhparent = {SELECT ''cr.%s_p''::regclass::oid}'),
  ('pg_inherits', 'child', 'inhrelid = {SELECT ''cr.%s_child''::regclass::oid}'),
  ('pg_policy', '', 'polrelid = {SELECT ''cr.%s_t''::regclass::oid}'),
  ('pg_rewrite', 'rule', 'ev_class = {SELECT ''cr.%s_t''::regclass::oid}'),
  ('pg_rewrite', 'view', 'ev_class = {SELECT ''cr.%s_v''::regclass::oid}'),
  ('pg_trigger', '', 'tgrelid = {SELECT ''cr.%s_t''::regclass::oid}'),
  ('pg_trigger', 'on the referenced table', 'tgconstrrelid = {SELECT ''cr.%s_t''::regclass::oid}'),
  ('pg_statistic_ext', '', 'stxrelid = {SELECT ''cr.%s_t''::regclass::oid}'),
  ('pg_sequence', '', 'seqrelid = {SELECT ''cr.%s_s''::regclass::oid}'),
  ('pg_partitioned_table', '', 'partrelid = {SELECT ''cr.%s_p''::regclass::oid}'),
  ('pg_proc', '', 'proname = ''%s_f'''),
  ('pg_aggregate', '', 'aggfnoid = {SELECT ''cr.%s_agg(int)''::regprocedure::oid}'),
  ('pg_enum', '', 'enumtypid = {SELECT ''cr.%s_enum''::regtype::oid}'),
  ('pg_range', '', 'rngtypid = {SELECT ''cr.%s_range''::regtype::oid}'),
  ('pg_namespace', '', 'nspname = ''%s_n'''),
  ('pg_default_acl', '', 'defaclnamespace = {SELECT ''%s_n''::regnamespace::oid}'),
  ('pg_authid', '', 'rolname = ''%s_r'''),
  ('pg_auth_members', '', 'roleid = {SELECT ''%s_r''::regrole::oid}'),
  ('pg_db_role_setting', '', 'setrole = {SELECT ''%s_r''::regrole::oid}'),
  ('pg_publication', '', 'pubname = ''%s_pub'''),
  ('pg_subscription', '', 'subname = ''%s_sub'''),
  ('pg_replication_origin', '', 'roname = ''pg_'' || {SELECT oid FROM pg_subscription WHERE subname = ''%s_sub''}'),
  ('pg_publication_rel', '', 'prrelid = {SELECT ''cr.%s_t''::regclass::oid}'),
  ('pg_description', 'of table', 'objoid = {SELECT ''cr.%s_t''::regclass::oid} AND classoid = {SELECT ''pg_class''::regclass::oid}'),
  ('pg_description', 'of function', 'objoid = {SELECT ''cr.%s_f''::regproc::oid} AND classoid = {SELECT ''pg_proc''::regclass::oid}'),
  ('pg_description', 'text', 'description ~ ''^(table|column|function|schema) %s$'''),
  ('pg_shdescription', '', 'objoid = {SELECT ''%s_r''::regrole::oid} AND classoid = {SELECT ''pg_authid''::regclass::oid}'),
  ('pg_depend', 'of table', 'objid = {SELECT ''cr.%s_t''::regclass::oid} AND classid = {SELECT ''pg_class''::regclass::oid}'),
  ('pg_depend', 'on table', 'refobjid = {SELECT ''cr.%s_t''::regclass::oid} AND refclassid = {SELECT ''pg_class''::regclass::oid}'),
  ('pg_depend', 'on type', 'refobjid = {SELECT ''cr.%s_enum''::regtype::oid} AND refclassid = {SELECT ''pg_type''::regclass::oid}'),
  ('pg_shdepend', 'on role', 'refobjid = {SELECT ''%s_r''::regrole::oid} AND refclassid = {SELECT ''pg_authid''::regclass::oid}'),
  ('pg_largeobject_metadata', '', 'oid = CASE ''%s'' WHEN ''open'' THEN 4201 ELSE 4202 END'),
  ('pg_seclabels', '', 'objname ~ ''^(cr.)?%s_[tvsmp]$'''),
  ('pg_security', '', 'relid = {SELECT ''cr.%s_t''::regclass::oid}'),
  ('pg_tables', '', 'tablename ~ ''^%s_'''),
  ('pg_views', '', 'viewname ~ ''^%s_'''),
  ('pg_matviews', '', 'matviewname ~ ''^%s_'''),
  ('pg_indexes', '', 'indexname ~ ''^%s_'''),
  ('pg_rules', '', 'rulename ~ ''^%s_'''),
  ('pg_policies', '', 'policyname ~ ''^%s_'''),
  ('pg_sequences', '', 'sequencename ~ ''^%s_'''),
  ('pg_roles', '', 'rolname ~ ''^%s_'''),
  ('pg_publication_tables', '', 'tablename ~ ''^%s_'''),
  ('pg_stat_user_tables', '', 'relname ~ ''^%s_'''),
  ('pg_stat_user_indexes', '', 'relname ~ ''^%s_'''),
  ('pg_statio_user_sequences', '', 'relname ~ ''^%s_'''),
  ('information_schema.tables', '', 'table_name ~ ''^%s_'''),
  ('information_schema.columns', '', 'table_name ~ ''^%s_'''),
  ('information_schema.views', '', 'table_name ~ ''^%s_'''),
  ('information_schema.routines', '', 'routine_name ~ ''^%s_'''),
  ('information_schema.sequences', '', 'sequence_name ~ ''^%s_'''),
  ('information_schema.table_constraints', '', 'table_name ~ ''^%s_'''),
  ('information_schema.triggers', '', 'trigger_name ~ ''^%s_'''),
  ('information_schema.domains', '', 'domain_name ~ ''^%s_'''),
  ('information_schema.schemata', '', 'schema_name ~ ''^%s_''');
-- the names become numbers, as a client that has seen them once may keep them
CREATE FUNCTION numbers(cond text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  m text[];
  n oid;
BEGIN
  LOOP
    m := regexp_match(cond, '{(.*?)}');
    EXIT WHEN m IS NULL;
    EXECUTE m[1] INTO n;
    cond := replace(cond, '{' || m[1] || '}', n::text);
  END LOOP;
  RETURN cond;
END $$;
ALTER TABLE probe ADD id int GENERATED ALWAYS AS IDENTITY, ADD open text, ADD dark text;
UPDATE probe SET open = numbers(format(cond, 'open')), dark = numbers(format(cond, 'dark'));
CREATE FUNCTION rows(catalog text, cond text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  n bigint;
BEGIN
  EXECUTE format('SELECT count(*) FROM %s WHERE %s', catalog, cond) INTO n;
  RETURN n;
EXCEPTION WHEN insufficient_privilege THEN
  RETURN -1;
END $$;
GRANT SELECT ON probe TO PUBLIC;
CREATE TABLE number AS SELECT 'open_t'::regclass::oid AS open, 'dark_t'::regclass::oid AS dark;
GRANT SELECT ON number TO PUBLIC;

-- the administrator sees the same of both
SELECT catalog, name, rows(catalog, open) AS open, rows(catalog, dark) AS dark
  FROM probe WHERE rows(catalog, open) <> rows(catalog, dark) OR rows(catalog, open) = 0 ORDER BY id;
SELECT count(*) AS probes FROM probe;
SELECT secid, seclabel FROM pg_security WHERE relid = 'parent'::regclass ORDER BY secid;
SELECT count(*) > 0 AS hidden FROM pg_security WHERE seclabel ~ ':c5';
SELECT count(*) > 0 AS hidden FROM pg_shsecurity WHERE seclabel ~ ':c5';

-- clients see all of what is open, and nothing of what is dark
\c - sep_user
SET search_path = cr;
SELECT catalog, name, rows(catalog, open) AS open, rows(catalog, dark) AS dark
  FROM probe ORDER BY id;
SELECT count(*) FROM pg_attrdef WHERE pg_get_expr(adbin, adrelid) = '42';
-- by an index as well, and by its own number
EXPLAIN (COSTS OFF) SELECT relname FROM pg_class WHERE relname = 'dark_t';
SELECT relname FROM pg_class WHERE relname = 'dark_t';
-- and in every kind of scan
CREATE FUNCTION scans() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  kind text;
  n bigint[];
  o oid := (SELECT dark FROM number);
BEGIN
  FOREACH kind IN ARRAY ARRAY['seqscan', 'indexscan', 'indexonlyscan', 'bitmapscan'] LOOP
    PERFORM set_config('enable_' || k, (k = kind)::text, true) FROM unnest(ARRAY['seqscan', 'indexscan', 'indexonlyscan', 'bitmapscan']) k;
    EXECUTE 'SELECT ARRAY[(SELECT count(*) FROM pg_depend WHERE refclassid = 1259 AND refobjid = $1),
      (SELECT count(*) FROM pg_attrdef WHERE adrelid = $1), (SELECT count(*) FROM pg_class WHERE oid = $1),
      (SELECT count(*) FROM pg_index WHERE indrelid = $1), (SELECT count(*) FROM pg_constraint WHERE conrelid = $1)]' INTO n USING o;
    RETURN NEXT kind || ' ' || n::text;
  END LOOP;
END $$;
SELECT scans();
SELECT count(*) FROM pg_attrdef TABLESAMPLE system (100) WHERE adrelid = (SELECT dark FROM number);
\c - sep_admin
SET search_path = cr;
ALTER FUNCTION scans() OWNER TO sep_admin;
SECURITY LABEL FOR selinux ON FUNCTION scans() IS 'system_u:object_r:sepgsql_proc_exec_t:s0';
SELECT scans();
SELECT count(*) FROM pg_attrdef TABLESAMPLE system (100) WHERE adrelid = (SELECT dark FROM number);
\c - sep_user
SET search_path = cr;
SELECT c.relname, i.indexrelid IS NOT NULL AS indexed FROM pg_class c LEFT JOIN pg_index i ON indrelid = c.oid
 WHERE relname IN ('open_t', 'dark_t') GROUP BY 1, 2;
-- nothing that may not be seen may be counted on
SET sepostgresql_row_filter = error;
SELECT count(*) > 0 FROM pg_attrdef;
SELECT count(*) > 0 FROM pg_depend;
SELECT count(*) > 0 FROM pg_am;
RESET sepostgresql_row_filter;
-- labels of rows that are hidden
SELECT secid, seclabel FROM pg_security WHERE relid = 'parent'::regclass ORDER BY secid;
SELECT count(*) FROM pg_security WHERE seclabel ~ ':c5';
SELECT count(*) FROM pg_shsecurity WHERE seclabel ~ ':c5';
-- its own objects
CREATE TABLE mine (id int PRIMARY KEY DEFAULT 1 CHECK (id > 0));
COMMENT ON TABLE mine IS 'mine';
SELECT (SELECT count(*) FROM pg_attrdef WHERE adrelid = 'mine'::regclass) AS defaults,
       (SELECT count(*) FROM pg_constraint WHERE conrelid = 'mine'::regclass) AS constraints,
       (SELECT count(*) FROM pg_index WHERE indrelid = 'mine'::regclass) AS indexes,
       (SELECT count(*) FROM pg_depend WHERE refobjid = 'mine'::regclass) AS dependents,
       obj_description('mine'::regclass, 'pg_class') AS comment,
       (SELECT count(*) FROM pg_type WHERE typname ~ '^_?mine') AS types;
DROP TABLE mine;

-- what its range dominates, staff sees
\c - sep_staff
SET search_path = cr;
SELECT catalog, name, rows(catalog, open) AS open, rows(catalog, dark) AS dark
  FROM probe WHERE rows(catalog, open) <> rows(catalog, dark) ORDER BY id;

-- a change of label is seen at once
\c - sep_admin
SET search_path = cr;
SECURITY LABEL FOR selinux ON TABLE dark_t IS 'system_u:object_r:sepgsql_table_t:s0';
\c - sep_user
SET search_path = cr;
SELECT catalog, name, rows(catalog, open) AS open, rows(catalog, dark) AS dark
  FROM probe WHERE dark ~ 'rel' AND name !~ 'type|toast' AND rows(catalog, dark) > 0 ORDER BY id;
-- a column alone
\c - sep_admin
SET search_path = cr;
SECURITY LABEL FOR selinux ON COLUMN dark_t.a IS 'system_u:object_r:sepgsql_table_t:s0:c5';
\c - sep_user
SET search_path = cr;
SELECT attname FROM pg_attribute WHERE attrelid = 'dark_t'::regclass AND attnum > 0 ORDER BY attnum;
SELECT count(*) FROM pg_attrdef WHERE adrelid = 'dark_t'::regclass;
SELECT col_description('dark_t'::regclass, 2), obj_description('dark_t'::regclass, 'pg_class');

\c - sep_admin
SET client_min_messages = warning;
DROP PUBLICATION open_pub, dark_pub;
DROP SUBSCRIPTION open_sub;
DROP SUBSCRIPTION dark_sub;
DROP SCHEMA cr CASCADE;
DROP SCHEMA open_n, dark_n CASCADE;
DROP ROLE open_r, dark_r;
SELECT lo_unlink(4201), lo_unlink(4202);
