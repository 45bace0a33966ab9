--
-- Rules, functions with SQL bodies, triggers, row security and privileges,
-- with security_label.
--
CREATE SCHEMA label_rules;
SET search_path = label_rules;
SET client_min_messages = warning;
CREATE FUNCTION lab(n bigint) RETURNS text LANGUAGE sql IMMUTABLE
	RETURN 'system_u:object_r:sepgsql_table_t:s0:c' || n;
CREATE FUNCTION cat(l text) RETURNS text LANGUAGE sql IMMUTABLE
	RETURN substr(l, strpos(l, ':s0') + 1);

CREATE TABLE r (a int, b text);
CREATE TABLE rlog (a int, b text);
CREATE RULE r1 AS ON INSERT TO r DO ALSO INSERT INTO rlog (a, b, security_label) VALUES (new.a, new.b || cat(new.security_label), new.security_label);
CREATE RULE r2 AS ON UPDATE TO r DO ALSO INSERT INTO rlog (a, b, security_label) VALUES (new.a, cat(old.security_label) || '>' || cat(new.security_label), new.security_label);
INSERT INTO r (a, b, security_label) VALUES (1, 'x', lab(61));
INSERT INTO r (a, b) VALUES (2, 'y');
INSERT INTO r (a, b, security_label) VALUES (3, 'x', lab(63)), (4, 'x', lab(64));
UPDATE r SET security_label = lab(65) WHERE a = 1;
UPDATE r SET b = 'q' WHERE a = 3;
SELECT security_label, * FROM r ORDER BY a;
SELECT security_label, * FROM rlog ORDER BY a, b;
CREATE RULE r3 AS ON DELETE TO r DO INSTEAD UPDATE r SET security_label = lab(66), b = 'deleted' WHERE a = old.a;
DELETE FROM r WHERE a = 4;
SELECT security_label, * FROM r WHERE a = 4;
\d r
CREATE FUNCTION f1(int, text) RETURNS text BEGIN ATOMIC
	INSERT INTO r (a, security_label) VALUES ($1, $2) RETURNING security_label;
END;
\sf f1
SELECT f1(9, lab(91));
CREATE TABLE u (k int PRIMARY KEY, v text);
CREATE FUNCTION f2() RETURNS void BEGIN ATOMIC
	MERGE INTO u USING r ON u.k = r.a WHEN MATCHED THEN UPDATE SET security_label = lab(3)
		WHEN NOT MATCHED THEN INSERT (k, security_label) VALUES (r.a, lab(4));
	INSERT INTO u (k, security_label) VALUES (1, lab(5)), (2, DEFAULT) ON CONFLICT (k) DO UPDATE SET security_label = excluded.security_label;
	UPDATE u SET security_label = lab(8) WHERE k = 3;
END;
\sf f2
SELECT f2();
SELECT security_label, * FROM u ORDER BY k;

-- triggers
CREATE TABLE t (a int, b text);
CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	IF new.b = 'skip' THEN RETURN NULL; END IF;
	new.b := coalesce(new.b, '') || '!'; RETURN new; END $$;
CREATE TRIGGER tr BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION tf();
INSERT INTO t (a, security_label) VALUES (1, lab(1)), (2, DEFAULT) RETURNING *, security_label;
INSERT INTO t (a, b, security_label) VALUES (3, 'skip', lab(1)) RETURNING *, security_label;
UPDATE t SET a = 11 WHERE a = 1 RETURNING *, old.security_label, security_label;
UPDATE t SET a = 1, security_label = lab(2) WHERE a = 11 RETURNING *, old.security_label, security_label;
CREATE FUNCTION af() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING '% %', tg_op, new; RETURN NULL; END $$;
CREATE TRIGGER at AFTER INSERT OR UPDATE ON t FOR EACH ROW WHEN (new.security_label = 'system_u:object_r:sepgsql_table_t:s0:c50') EXECUTE FUNCTION af();
INSERT INTO t (a, security_label) VALUES (70, lab(50)), (71, lab(51));
UPDATE t SET security_label = lab(50) WHERE a = 71;
CREATE TRIGGER z BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
DROP TRIGGER tr ON t;
UPDATE t SET a = a WHERE a = 70 RETURNING 'not reached';
UPDATE t SET security_label = lab(52) WHERE a = 70 RETURNING security_label;
CREATE VIEW iv AS SELECT a, b FROM t;
CREATE FUNCTION ivf() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	IF tg_op = 'UPDATE' THEN UPDATE t SET b = new.b WHERE a = new.a;
	ELSE INSERT INTO t (a, b, security_label) VALUES (new.a, new.b, lab(44)); END IF;
	RETURN new; END $$;
CREATE TRIGGER ivt INSTEAD OF INSERT OR UPDATE ON iv FOR EACH ROW EXECUTE FUNCTION ivf();
INSERT INTO iv VALUES (40, 'x') RETURNING *;
UPDATE iv SET b = 'iv' WHERE a = 70;
MERGE INTO iv USING (VALUES (70, 'miv'), (41, 'new')) s(a, b) ON iv.a = s.a WHEN MATCHED THEN UPDATE SET b = s.b WHEN NOT MATCHED THEN INSERT VALUES (s.a, s.b) RETURNING merge_action(), iv.*;
SELECT security_label, * FROM t ORDER BY a;

-- row security sees the label that the row will have
GRANT USAGE ON SCHEMA label_rules TO sep_staff;
CREATE TABLE rls (a int);
GRANT ALL ON rls TO sep_staff;
ALTER TABLE rls ENABLE ROW LEVEL SECURITY;
CREATE POLICY pp ON rls USING (true) WITH CHECK (security_label = 'system_u:object_r:sepgsql_table_t:s0:c5' OR a = 0);
SET ROLE sep_staff;
INSERT INTO rls (a, security_label) VALUES (1, lab(5));
INSERT INTO rls (a, security_label) VALUES (1, lab(6));
INSERT INTO rls (a, security_label) VALUES (0, lab(6));
INSERT INTO rls SELECT 1;
UPDATE rls SET a = 2 WHERE a = 0;
UPDATE rls SET a = 2, security_label = lab(5) WHERE a = 0 RETURNING *;
COPY rls (a, security_label) TO stdout;
RESET ROLE;
CREATE FUNCTION rf() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN new.a := new.a; RETURN new; END $$;
CREATE TRIGGER tr BEFORE INSERT OR UPDATE ON rls FOR EACH ROW EXECUTE FUNCTION rf();
SET ROLE sep_staff;
INSERT INTO rls (a, security_label) VALUES (3, lab(5)) RETURNING security_label;
INSERT INTO rls (a, security_label) VALUES (3, lab(6));
UPDATE rls SET a = 4, security_label = lab(7) WHERE a = 3;
UPDATE rls SET a = 4, security_label = lab(5) WHERE a = 3 RETURNING security_label;
RESET ROLE;

-- privileges on the column
CREATE TABLE priv (a int);
GRANT INSERT (a), SELECT (a), UPDATE (a) ON priv TO sep_staff;
SET ROLE sep_staff;
INSERT INTO priv (a) VALUES (1);
UPDATE priv SET a = 2;
INSERT INTO priv (a, security_label) VALUES (1, lab(1));
UPDATE priv SET security_label = lab(2);
SELECT security_label FROM priv;
COPY priv (a, security_label) FROM stdin;
\.
COPY priv (a, security_label) TO stdout;
RESET ROLE;
GRANT INSERT (security_label), UPDATE (security_label), SELECT (security_label) ON priv TO sep_staff;
SET ROLE sep_staff;
INSERT INTO priv (a, security_label) VALUES (1, lab(1));
UPDATE priv SET security_label = lab(2);
SELECT security_label FROM priv;
COPY priv (a, security_label) FROM stdin;
3	system_u:object_r:sepgsql_table_t:s0:c3
\.
COPY priv (a, security_label) TO stdout;
RESET ROLE;
\dp priv
DROP SCHEMA label_rules CASCADE;
