--
-- Foreign tables: their rows have no labels, and cannot be given any.
--
CREATE EXTENSION postgres_fdw;
DO $$ BEGIN
	EXECUTE format('CREATE SERVER lo FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host %L, port %L, dbname %L)',
		split_part(current_setting('unix_socket_directories'), ',', 1), current_setting('port'), current_database());
END $$;
CREATE USER MAPPING FOR public SERVER lo OPTIONS (user 'sep_admin');
CREATE TABLE remote (a int, b text);
CREATE TABLE rp (a int, b text) PARTITION BY LIST (a);
CREATE TABLE rp1 PARTITION OF rp FOR VALUES IN (1);
CREATE FOREIGN TABLE rf PARTITION OF rp FOR VALUES IN (2) SERVER lo OPTIONS (table_name 'remote');
INSERT INTO rp VALUES (1, 'x'), (2, 'y') RETURNING tableoid::regclass, *;
INSERT INTO rp (a, b, security_label) VALUES (2, 'y', 'system_u:object_r:sepgsql_table_t:s0');
INSERT INTO rp (a, b, security_label) VALUES (1, 'y', 'system_u:object_r:sepgsql_table_t:s0:c1') RETURNING security_label;
INSERT INTO rf (a, b, security_label) VALUES (2, 'y', 'system_u:object_r:sepgsql_table_t:s0');
UPDATE rf SET security_label = 'system_u:object_r:sepgsql_table_t:s0';
UPDATE rp SET security_label = 'system_u:object_r:sepgsql_table_t:s0';
COPY rp (a, b, security_label) FROM stdin;
2	z	system_u:object_r:sepgsql_table_t:s0
\.
COPY rp (a, b) FROM stdin;
2	z
1	z
\.
SELECT tableoid::regclass, * FROM rp ORDER BY 1, 2, 3;
SELECT security_label FROM remote;
-- a label that is not there is not sent to the other server
SELECT f.security_label, r.security_label FROM rf f JOIN rf r USING (a) WHERE a = 2 LIMIT 1;
DROP TABLE rp, remote;
SET client_min_messages = warning;
DROP SERVER lo CASCADE;
DROP EXTENSION postgres_fdw;
