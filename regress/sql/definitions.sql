--
-- Functions that show the name or the definition of an object: as if it did
-- not exist, to who may not know of it.
--
CREATE SCHEMA de;
GRANT ALL ON SCHEMA de TO PUBLIC;
SET search_path = de;
CREATE FUNCTION trig() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE FUNCTION make(prefix text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  stmt text;
BEGIN
  FOREACH stmt IN ARRAY ARRAY[
    'CREATE TABLE %1$s_t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a int DEFAULT 42 CONSTRAINT %1$s_check CHECK (a > 0), b text)',
    'CREATE INDEX %1$s_i ON %1$s_t ((a + 1))',
    'CREATE POLICY %1$s_pol ON %1$s_t USING (a > 1)',
    'CREATE RULE %1$s_rule AS ON DELETE TO %1$s_t DO INSTEAD NOTHING',
    'CREATE TRIGGER %1$s_trig BEFORE INSERT ON %1$s_t FOR EACH ROW EXECUTE FUNCTION trig()',
    'CREATE STATISTICS %1$s_stat ON a, (b || ''x'') FROM %1$s_t',
    'COMMENT ON TABLE %1$s_t IS ''table %1$s''',
    'COMMENT ON COLUMN %1$s_t.a IS ''column %1$s''',
    'CREATE TABLE %1$s_p (a int) PARTITION BY RANGE (a)',
    'CREATE TABLE %1$s_child PARTITION OF %1$s_p FOR VALUES FROM (0) TO (1)',
    'CREATE VIEW %1$s_v AS SELECT 1 AS a',
    'CREATE SEQUENCE %1$s_s',
    'CREATE TYPE %1$s_enum AS ENUM (''x'', ''y'')',
    'CREATE DOMAIN %1$s_dom AS int',
    'CREATE FUNCTION %1$s_f(x int DEFAULT 1) RETURNS int BEGIN ATOMIC SELECT 1; END',
    'CREATE SCHEMA %1$s_n',
    'CREATE ROLE %1$s_r',
    'COMMENT ON ROLE %1$s_r IS ''role %1$s'''] LOOP
    EXECUTE format(stmt, prefix);
  END LOOP;
END $$;
SELECT make('open');
SELECT make('dark');
SELECT lo_create(4301), lo_create(4302);
CREATE TABLE open_fk (a int CONSTRAINT open_to_dark REFERENCES dark_t);
GRANT ALL ON ALL TABLES IN SCHEMA de TO PUBLIC;
INSERT INTO open_t (b) VALUES ('x');
INSERT INTO dark_t (b) VALUES ('x');
SELECT pg_stat_force_next_flush();
GRANT ALL ON ALL SEQUENCES IN SCHEMA de TO PUBLIC;
SECURITY LABEL FOR selinux ON TABLE dark_t IS 'system_u:object_r:sepgsql_table_t:s0:c5';
SECURITY LABEL FOR selinux ON TABLE dark_p IS 'system_u:object_r:sepgsql_table_t:s0:c5';
SECURITY LABEL FOR selinux ON TABLE dark_child IS 'system_u:object_r:sepgsql_table_t:s0:c5';
SECURITY LABEL FOR selinux ON VIEW dark_v IS 'system_u:object_r:sepgsql_view_t:s0:c5';
SECURITY LABEL FOR selinux ON SEQUENCE dark_s IS 'system_u:object_r:sepgsql_seq_t:s0:c5';
SECURITY LABEL FOR selinux ON SEQUENCE dark_t_id_seq IS 'system_u:object_r:sepgsql_seq_t:s0:c5';
SECURITY LABEL FOR selinux ON TYPE dark_enum IS 'system_u:object_r:sepgsql_sysobj_t:s0:c5';
SECURITY LABEL FOR selinux ON DOMAIN dark_dom IS 'system_u:object_r:sepgsql_sysobj_t:s0:c5';
SECURITY LABEL FOR selinux ON FUNCTION dark_f(int) IS 'system_u:object_r:sepgsql_proc_exec_t:s0:c5';
SECURITY LABEL FOR selinux ON SCHEMA dark_n IS 'system_u:object_r:sepgsql_schema_t:s0:c5';
SECURITY LABEL FOR selinux ON ROLE dark_r IS 'system_u:object_r:sepgsql_sysobj_t:s0:c5';
SECURITY LABEL FOR selinux ON LARGE OBJECT 4302 IS 'system_u:object_r:sepgsql_blob_t:s0:c5';

-- the OIDs, to be had by everybody
CREATE TABLE obj (what text, open oid, dark oid, PRIMARY KEY (what));
INSERT INTO obj VALUES
  ('table', 'open_t'::regclass, 'dark_t'::regclass),
  ('index', 'open_i'::regclass, 'dark_i'::regclass),
  ('partitioned', 'open_p'::regclass, 'dark_p'::regclass),
  ('partition', 'open_child'::regclass, 'dark_child'::regclass),
  ('view', 'open_v'::regclass, 'dark_v'::regclass),
  ('sequence', 'open_s'::regclass, 'dark_s'::regclass),
  ('enum', 'open_enum'::regtype, 'dark_enum'::regtype),
  ('rowtype', 'open_t'::regtype, 'dark_t'::regtype),
  ('domain', 'open_dom'::regtype, 'dark_dom'::regtype),
  ('function', 'open_f(int)'::regprocedure, 'dark_f(int)'::regprocedure),
  ('schema', 'open_n'::regnamespace, 'dark_n'::regnamespace),
  ('role', 'open_r'::regrole, 'dark_r'::regrole),
  ('blob', 4301, 4302),
  ('file', pg_relation_filenode('open_t'), pg_relation_filenode('dark_t'));
INSERT INTO obj SELECT 'rule', min(oid) FILTER (WHERE rulename = 'open_rule'), min(oid) FILTER (WHERE rulename = 'dark_rule') FROM pg_rewrite;
INSERT INTO obj SELECT 'trigger', min(oid) FILTER (WHERE tgname = 'open_trig'), min(oid) FILTER (WHERE tgname = 'dark_trig') FROM pg_trigger;
INSERT INTO obj SELECT 'statistics', min(oid) FILTER (WHERE stxname = 'open_stat'), min(oid) FILTER (WHERE stxname = 'dark_stat') FROM pg_statistic_ext;
INSERT INTO obj SELECT 'constraint', min(oid) FILTER (WHERE conname = 'open_check'), min(oid) FILTER (WHERE conname = 'dark_check') FROM pg_constraint;
INSERT INTO obj SELECT 'default', min(oid) FILTER (WHERE adrelid = 'open_t'::regclass), min(oid) FILTER (WHERE adrelid = 'dark_t'::regclass) FROM pg_attrdef;
GRANT ALL ON obj TO PUBLIC;

-- calls with the OID of one or the other
CREATE TABLE probe (id int GENERATED ALWAYS AS IDENTITY, what text, expr text);
GRANT ALL ON probe TO PUBLIC;
INSERT INTO probe (what, expr) VALUES
  ('table', '$1::regclass::text'), ('index', '$1::regclass::text'),
  ('view', '$1::regclass::text'), ('sequence', '$1::regclass::text'),
  ('enum', '$1::regtype::text'), ('rowtype', '$1::regtype::text'),
  ('enum', 'format_type($1, NULL)'), ('rowtype', 'format_type($1, NULL)'),
  ('enum', 'oidvectortypes($1::text::oidvector)'),
  ('function', '$1::regproc::text'), ('function', '$1::regprocedure::text'),
  ('schema', '$1::regnamespace::text'), ('role', '$1::regrole::text'),
  ('role', 'pg_get_userbyid($1)::text'),
  ('role', 'makeaclitem($1, $1, ''SELECT'', false)::text'),
  ('view', 'pg_get_viewdef($1)'), ('view', 'pg_get_viewdef($1, true)'), ('view', 'pg_get_viewdef($1, 10)'),
  ('rule', 'pg_get_ruledef($1)'), ('rule', 'pg_get_ruledef($1, true)'),
  ('index', 'pg_get_indexdef($1)'), ('index', 'pg_get_indexdef($1, 1, true)'),
  ('constraint', 'pg_get_constraintdef($1)'), ('constraint', 'pg_get_constraintdef($1, true)'),
  ('trigger', 'pg_get_triggerdef($1)'), ('trigger', 'pg_get_triggerdef($1, true)'),
  ('statistics', 'pg_get_statisticsobjdef($1)'), ('statistics', 'pg_get_statisticsobjdef_columns($1)'),
  ('statistics', 'pg_get_statisticsobjdef_expressions($1)::text'),
  ('partitioned', 'pg_get_partkeydef($1)'), ('partition', 'pg_get_partition_constraintdef($1)'),
  ('function', 'pg_get_functiondef($1)'), ('function', 'pg_get_function_arguments($1)'),
  ('function', 'pg_get_function_identity_arguments($1)'), ('function', 'pg_get_function_result($1)'),
  ('function', 'pg_get_function_arg_default($1, 1)'), ('function', 'pg_get_function_sqlbody($1)'),
  ('table', 'obj_description($1, ''pg_class'')'), ('table', 'col_description($1, 2)'),
  ('role', 'shobj_description($1, ''pg_authid'')'),
  ('table', 'pg_describe_object(''pg_class''::regclass, $1, 0)'),
  ('table', 'pg_describe_object(''pg_class''::regclass, $1, 2)'),
  ('constraint', 'pg_describe_object(''pg_constraint''::regclass, $1, 0)'),
  ('default', 'pg_describe_object(''pg_attrdef''::regclass, $1, 0)'),
  ('rowtype', 'pg_describe_object(''pg_type''::regclass, $1, 0)'),
  ('blob', 'pg_describe_object(''pg_largeobject''::regclass, $1, 0)'),
  ('table', 'pg_identify_object(''pg_class''::regclass, $1, 0)::text'),
  ('table', 'pg_identify_object_as_address(''pg_class''::regclass, $1, 0)::text'),
  ('table', '(pg_get_acl(''pg_class''::regclass, $1, 0) IS NOT NULL)::text'),
  ('table', 'has_table_privilege($1, ''SELECT'')::text'),
  ('table', 'has_table_privilege(''sep_user''::name, $1, ''SELECT'')::text'),
  ('table', 'has_any_column_privilege($1, ''SELECT'')::text'),
  ('table', 'has_column_privilege($1, 2::int2, ''SELECT'')::text'),
  ('table', 'has_column_privilege($1, ''a'', ''SELECT'')::text'),
  ('table', 'has_column_privilege($1, ''nosuch'', ''SELECT'')::text'),
  ('sequence', 'has_sequence_privilege($1, ''USAGE'')::text'),
  ('table', 'has_sequence_privilege($1, ''USAGE'')::text'),
  ('function', 'has_function_privilege($1, ''EXECUTE'')::text'),
  ('schema', 'has_schema_privilege($1, ''USAGE'')::text'),
  ('enum', 'has_type_privilege($1, ''USAGE'')::text'),
  ('blob', 'has_largeobject_privilege($1, ''SELECT'')::text'),
  ('table', 'pg_table_is_visible($1)::text'), ('enum', 'pg_type_is_visible($1)::text'),
  ('function', 'pg_function_is_visible($1)::text'), ('statistics', 'pg_statistics_obj_is_visible($1)::text'),
  ('table', '(pg_relation_size($1) > 0)::text'), ('table', '(pg_table_size($1) > 0)::text'),
  ('table', '(pg_indexes_size($1) > 0)::text'), ('table', '(pg_total_relation_size($1) > 0)::text'),
  ('table', '(pg_relation_filenode($1) > 0)::text'), ('table', '(pg_relation_filepath($1) IS NOT NULL)::text'),
  ('file', 'pg_filenode_relation(0, $1)::regclass::text'),
  ('table', 'row_security_active($1)::text'),
  ('view', 'pg_relation_is_updatable($1, false)::text'), ('table', 'pg_column_is_updatable($1, 2::int2, true)::text'),
  ('index', 'pg_index_has_property($1, ''clusterable'')::text'),
  ('index', 'pg_index_column_has_property($1, 1, ''orderable'')::text'),
  ('sequence', 'pg_sequence_parameters($1)::text'),
  ('table', 'pg_get_replica_identity_index($1)::regclass::text'),
  ('table', 'pg_relation_is_publishable($1)::text'),
  ('partitioned', '(SELECT count(*) FROM pg_partition_tree($1))::text'),
  ('partition', '(SELECT count(*) FROM pg_partition_ancestors($1))::text'),
  ('partition', 'pg_partition_root($1)::regclass::text'),
  ('table', 'pg_stat_get_tuples_inserted($1)::text');
CREATE FUNCTION call(expr text, arg oid) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  r text;
BEGIN
  EXECUTE 'SELECT ' || expr INTO r USING arg;
  RETURN replace(r, arg::text, '(number)');
EXCEPTION WHEN others THEN
  RETURN replace(SQLERRM, arg::text, '(number)');
END $$;

-- the administrator
SET search_path = de;
SELECT what, expr, call(expr, dark) AS dark FROM probe JOIN obj USING (what)
 WHERE replace(call(expr, dark), 'dark', 'open') IS DISTINCT FROM call(expr, open) ORDER BY id;

\c - sep_user
SET search_path = de;
SELECT what, expr, call(expr, open) AS open, call(expr, dark) AS dark
  FROM probe JOIN obj USING (what) ORDER BY id;
-- a definition that names a hidden table
SELECT count(*) FROM pg_constraint WHERE conname = 'open_to_dark';
-- names that are given
SELECT 'open_t'::regclass, 'open_enum'::regtype, 'open_f'::regproc, 'open_f(int)'::regprocedure, 'open_n'::regnamespace, 'open_r'::regrole;
SELECT 'dark_t'::regclass;
SELECT 'dark_enum'::regtype;
SELECT 'dark_t'::regtype;
SELECT 'dark_f'::regproc;
SELECT 'dark_f(int)'::regprocedure;
SELECT 'dark_n'::regnamespace;
SELECT 'dark_r'::regrole;
SELECT to_regclass('dark_t'), to_regtype('dark_enum'), to_regproc('dark_f'), to_regprocedure('dark_f(int)'), to_regnamespace('dark_n'), to_regrole('dark_r');
SELECT text 'dark_t'::regclass;
SELECT has_table_privilege('dark_t', 'SELECT');
SELECT has_column_privilege('dark_t', 'a', 'SELECT');
SELECT has_function_privilege('dark_f(int)', 'EXECUTE');
SELECT has_schema_privilege('dark_n', 'USAGE');
SELECT has_type_privilege('dark_enum', 'USAGE');
SELECT pg_get_viewdef('dark_v');
SELECT pg_get_serial_sequence('open_t', 'id'), pg_get_serial_sequence('dark_t', 'id');
SELECT row_security_active('dark_t');
SELECT pg_get_object_address('table', '{de,open_t}', '{}') IS NOT NULL AS open;
SELECT pg_get_object_address('table', '{de,dark_t}', '{}');
SELECT currtid2('dark_t', '(0,1)');
-- an expression of one table with the columns of another
SELECT pg_get_expr(adbin, (SELECT dark FROM obj WHERE what = 'table')) FROM pg_attrdef WHERE adrelid = 'open_t'::regclass;

-- psql
\d
\d open_t
\d dark_t
\d open_fk
\d dark_v
\d dark_i
\dt dark*
\di dark*
\dv *_v
\ds *_s
\df *_f
\dT *_enum
\dD *_dom
\dn *_n
\du *_r
\dX *_stat
\dP *_p
\dg dark*
\dd *check
\dp dark*
\dl
\sf open_f
\sf dark_f
\sv open_v
\sv dark_v

-- its columns are not told by statements that are not executed
PREPARE p AS SELECT * FROM dark_t;
SELECT * FROM dark_t \gdesc
SELECT nosuch FROM dark_t;
SELECT dark_t.aa FROM dark_t;
INSERT INTO dark_t (aa) VALUES (1);
EXPLAIN SELECT * FROM dark_t;
CREATE VIEW mine AS SELECT * FROM dark_t;
CREATE TABLE mine AS SELECT * FROM dark_t WITH NO DATA;
CREATE TABLE mine (LIKE dark_t);
CREATE FUNCTION mine() RETURNS int BEGIN ATOMIC SELECT a FROM dark_t; END;
SELECT (NULL::dark_t).*;
SELECT enum_range(NULL::dark_enum);
SELECT NULL::dark_dom;
CREATE FUNCTION mine(dark_t.a%TYPE) RETURNS int LANGUAGE sql AS 'SELECT 1';
DO $$ DECLARE r dark_t%ROWTYPE; BEGIN RAISE NOTICE '%', to_json(r); END $$;
DO $$ DECLARE r de.dark_t%ROWTYPE; BEGIN RAISE NOTICE '%', to_json(r); END $$;
DO $$ DECLARE r dark_t.a%TYPE; BEGIN RAISE NOTICE '%', pg_typeof(r); END $$;
-- nor by those that find it to be of the wrong kind
CREATE FUNCTION pg_temp.try(query text, arg oid) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE query USING arg;
  RETURN NULL;
EXCEPTION WHEN others THEN
  RETURN replace(SQLERRM, arg::text, '(number)');
END $$;
SELECT query, pg_temp.try(query, open) AS open, pg_temp.try(query, dark) AS dark
  FROM obj, (VALUES ('SELECT nextval($1)'), ('SELECT currval($1)'), ('SELECT setval($1, 1)'),
                    ('SELECT setval($1, 1, true)'), ('SELECT pg_sequence_last_value($1)'),
                    ('SELECT brin_summarize_new_values($1)'), ('SELECT brin_desummarize_range($1, 0)'),
                    ('SELECT gin_clean_pending_list($1)'), ('SELECT satisfies_hash_partition($1, 1, 0, 1)')) q (query) WHERE what = 'index';
-- nor by what depends on something else
CREATE TABLE parent (id int PRIMARY KEY);
GRANT REFERENCES ON parent TO PUBLIC;
\c - sep_admin
SET search_path = de;
ALTER TABLE dark_p ADD FOREIGN KEY (a) REFERENCES parent;
\c - sep_user
SET search_path = de;
DROP TABLE parent;
-- the server's own queries are not the client's
INSERT INTO open_fk VALUES (1);
SET search_path = pg_temp, de;
INSERT INTO open_fk VALUES (1);
INSERT INTO open_fk VALUES (2);

\c - sep_admin
SET search_path = de;
\d dark_t
\dl

-- a column
SECURITY LABEL FOR selinux ON COLUMN open_t.a IS 'system_u:object_r:sepgsql_table_t:s0:c5';
SELECT pg_get_partkeydef('open_p'::regclass);
SECURITY LABEL FOR selinux ON COLUMN open_p.a IS 'system_u:object_r:sepgsql_table_t:s0:c5';
SELECT pg_get_partkeydef('open_p'::regclass);
\c - sep_user
SET search_path = de;
\d open_t
SELECT has_column_privilege('open_t', 'b', 'SELECT'), has_column_privilege('open_t', 2::int2, 'SELECT');
SELECT has_column_privilege('open_t', 'a', 'SELECT');
SELECT pg_describe_object('pg_class'::regclass, 'open_t'::regclass, 2);
SELECT pg_get_partkeydef('open_p'::regclass), pg_get_partkeydef('open_t'::regclass);
SELECT count(*) FROM pg_partitioned_table WHERE partrelid = 'open_p'::regclass;
SELECT pg_get_indexdef('open_t_pkey'::regclass) IS NOT NULL AS shown, to_regclass('open_i');
CREATE TABLE own (x int, y int CHECK (y > 0));
SELECT pg_get_expr(conbin, conrelid), pg_get_expr(conbin, 'open_t'::regclass) FROM pg_constraint WHERE conrelid = 'own'::regclass AND contype = 'c';
DROP TABLE own;

\c - sep_admin
SET client_min_messages = warning;
DROP SCHEMA de CASCADE;
DROP SCHEMA open_n, dark_n;
DROP ROLE open_r, dark_r;
SELECT lo_unlink(4301), lo_unlink(4302);
