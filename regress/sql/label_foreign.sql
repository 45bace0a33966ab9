--
-- Foreign tables: their rows have no labels, and cannot be given any.
--
CREATE EXTENSION file_fdw;
CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
CREATE TABLE rp (a int, b text) PARTITION BY LIST (a);
CREATE TABLE rp1 PARTITION OF rp FOR VALUES IN (1);
DO $$ BEGIN
	EXECUTE format('COPY (SELECT 2, ''y'') TO %L', current_setting('data_directory') || '/label_foreign.data');
	EXECUTE format('CREATE FOREIGN TABLE rf PARTITION OF rp FOR VALUES IN (2) SERVER files OPTIONS (filename %L)',
		current_setting('data_directory') || '/label_foreign.data');
END $$;
INSERT INTO rp VALUES (1, 'x') RETURNING tableoid::regclass, *;
INSERT INTO rp (a, b, security_label) VALUES (2, 'y', 'system_u:object_r:sepgsql_table_t:s0');
INSERT INTO rp (a, b, security_label) VALUES (1, 'y', 'system_u:object_r:sepgsql_table_t:s0:c1') RETURNING security_label;
INSERT INTO rf (a, b, security_label) VALUES (2, 'y', 'system_u:object_r:sepgsql_table_t:s0');
UPDATE rf SET security_label = 'system_u:object_r:sepgsql_table_t:s0';
COPY rp (a, b, security_label) FROM stdin;
2	z	system_u:object_r:sepgsql_table_t:s0
\.
SELECT tableoid::regclass, * FROM rp ORDER BY 1, 2, 3;
DROP TABLE rp;
SET client_min_messages = warning;
DROP SERVER files CASCADE;
DROP EXTENSION file_fdw;
