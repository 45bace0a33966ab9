# Temporary objects of other sessions, which nobody writes to, and the names
# of temporary schemas, which the server alone hands out.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use SepgsqlTest;
use Test::More;

my $node = labelled_node('main', only => 1,
	peers => "local all low user_u:user_r:user_t:s0\nlocal all all $ADMIN",
	conf => "autovacuum_naptime = 1\n");
$node->safe_psql('postgres', q{
	CREATE ROLE low SUPERUSER LOGIN;
	CREATE ROLE other SUPERUSER LOGIN;
	ALTER ROLE low SET allow_system_table_mods = on;
	ALTER ROLE other SET allow_system_table_mods = on;
	CREATE TABLE kept (a text);
	CREATE TABLE base (a int);
	CREATE FUNCTION trg() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
});

# the victim is the administrator
my $victim = $node->background_psql('postgres');
$victim->query_safe(q{
	CREATE TEMP TABLE adm (a text PRIMARY KEY, n int DEFAULT 1 CHECK (n > 0));
	CREATE TEMP TABLE adm2 (a int);
	CREATE RULE r AS ON INSERT TO adm2 DO NOTHING;
	CREATE TRIGGER tr BEFORE INSERT ON adm FOR EACH ROW EXECUTE FUNCTION trg();
	CREATE TEMP SEQUENCE asq;
	CREATE TEMP VIEW av AS SELECT a FROM base;
	CREATE TYPE pg_temp.en AS ENUM ('a');
	CREATE DOMAIN pg_temp.dom AS int CHECK (VALUE > 0);
	CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql AS 'SELECT 1';
});
my $nsp = $victim->query_safe('SELECT pg_my_temp_schema()::regnamespace');
my $what = q{
	SELECT 'class', oid::regclass::text, xmin::text FROM pg_class WHERE relnamespace = 'NSP'::regnamespace
	UNION ALL SELECT 'column', attname, a.xmin::text FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid WHERE relnamespace = 'NSP'::regnamespace
	UNION ALL SELECT 'type', typname, xmin::text FROM pg_type WHERE typnamespace = 'NSP'::regnamespace
	UNION ALL SELECT 'proc', proname, xmin::text FROM pg_proc WHERE pronamespace = 'NSP'::regnamespace
	UNION ALL SELECT 'schema', nspname, xmin::text FROM pg_namespace WHERE nspname = 'NSP' ORDER BY 1, 2, 3};
$what =~ s/NSP/$nsp/g;
my $before = $node->safe_psql('postgres', $what);

sub refused
{
	my ($role, $sql) = @_;
	$sql =~ s/NSP/$nsp/g;
	my ($rc, $out, $err) = $node->psql('postgres',
		"SET client_min_messages = error;\n\\set VERBOSITY verbose\n$sql",
		extra_params => [ '-U', $role ]);
	like($err, qr/ERROR:  42501: SELinux: security policy violation/, "$role: $sql");
}

foreach my $role ('low', 'other')
{
	refused($role, $_) foreach (
		'DROP TABLE NSP.adm2',
		'DROP VIEW NSP.av',
		'DROP SEQUENCE NSP.asq',
		'DROP FUNCTION NSP.f()',
		'DROP DOMAIN NSP.dom',
		'DROP TYPE NSP.en',
		'DROP TABLE base CASCADE',
		'DROP SCHEMA NSP CASCADE',
		'ALTER SCHEMA NSP RENAME TO mine',
		"ALTER SCHEMA NSP OWNER TO $role",
		'GRANT ALL ON SCHEMA NSP TO PUBLIC',
		"COMMENT ON SCHEMA NSP IS 'x'",
		'ALTER DEFAULT PRIVILEGES IN SCHEMA NSP GRANT SELECT ON TABLES TO PUBLIC',
		'ALTER TABLE NSP.adm RENAME TO admx',
		'ALTER TABLE NSP.adm RENAME n TO m',
		'GRANT ALL ON NSP.adm TO PUBLIC',
		'GRANT SELECT (a) ON NSP.adm TO PUBLIC',
		'CREATE RULE rr AS ON INSERT TO NSP.adm DO ALSO INSERT INTO kept VALUES (new.a)',
		'CREATE OR REPLACE RULE r AS ON INSERT TO NSP.adm2 DO ALSO INSERT INTO kept VALUES (new.a::text)',
		'DROP RULE r ON NSP.adm2',
		'CREATE TRIGGER t2 BEFORE INSERT ON NSP.adm FOR EACH ROW EXECUTE FUNCTION trg()',
		'DROP TRIGGER tr ON NSP.adm',
		'COMMENT ON TRIGGER tr ON NSP.adm IS $$x$$',
		'CREATE POLICY p ON NSP.adm USING (true)',
		'COMMENT ON TABLE NSP.adm IS $$x$$',
		'COMMENT ON COLUMN NSP.adm.a IS $$x$$',
		'COMMENT ON CONSTRAINT adm_n_check ON NSP.adm IS $$x$$',
		'COMMENT ON TYPE NSP.en IS $$x$$',
		'COMMENT ON FUNCTION NSP.f() IS $$x$$',
		'ALTER TYPE NSP.en ADD VALUE $$b$$',
		'ALTER TYPE NSP.en RENAME VALUE $$a$$ TO $$b$$',
		'ALTER DOMAIN NSP.dom ADD CHECK (VALUE < 100)',
		'ALTER SEQUENCE NSP.asq OWNED BY NONE INCREMENT 2',
		'CREATE OR REPLACE FUNCTION NSP.f() RETURNS int LANGUAGE sql AS $$SELECT 2$$',
		'ALTER FUNCTION NSP.f() COST 7',
		'CREATE FUNCTION NSP.upper(text) RETURNS text LANGUAGE sql AS $$SELECT 1::text$$',
		'CREATE DOMAIN NSP.dom2 AS int',
		'CREATE OPERATOR NSP.=== (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq)',
		'CREATE COLLATION NSP.coll FROM "C"',
		'CREATE STATISTICS NSP.st ON a, n FROM NSP.adm',
		"SECURITY LABEL FOR selinux ON TABLE NSP.adm IS 'system_u:object_r:sepgsql_table_t:s0'",
		"SECURITY LABEL FOR selinux ON FUNCTION NSP.f() IS 'system_u:object_r:sepgsql_trusted_proc_exec_t:s0'",
		'CREATE SCHEMA pg_temp_99',
		'CREATE SCHEMA pg_toast_temp_99',
		'BEGIN; CREATE SCHEMA mine; ALTER SCHEMA mine RENAME TO pg_temp_99');

	# not even under the number of the session
	refused($role, q{DO $$ BEGIN FOR i IN 0..200 LOOP
		IF NOT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = 'pg_temp_' || i) THEN
			BEGIN EXECUTE 'CREATE SCHEMA pg_temp_' || i; RAISE 'made';
			EXCEPTION WHEN insufficient_privilege THEN NULL; END;
		END IF; END LOOP; END $$; CREATE SCHEMA pg_temp_99});
	refused($role, q{CREATE TEMP TABLE own (a int); SELECT 'ALTER SCHEMA ' || pg_my_temp_schema()::regnamespace || ' RENAME TO mine' \gexec});

	# its own it uses as ever
	is($node->safe_psql('postgres', q{
		SET client_min_messages = error;
		CREATE TEMP TABLE own (a text PRIMARY KEY, b text);
		CREATE TEMP VIEW v AS SELECT * FROM own;
		CREATE RULE r AS ON INSERT TO v DO INSTEAD INSERT INTO own VALUES (new.a);
		COMMENT ON TABLE own IS 'mine';
		CREATE INDEX ON own (b);
		CREATE FUNCTION pg_temp.g() RETURNS int LANGUAGE sql AS 'SELECT 1';
		INSERT INTO v VALUES ('x');
		ALTER TABLE own RENAME TO own2;
		CREATE TEMP TABLE oc (a int) ON COMMIT DROP;
		DROP FUNCTION pg_temp.g();
		DROP TABLE own2 CASCADE;
		CREATE TEMP TABLE own (a int);
		DISCARD TEMP;
		SELECT 'done';}, extra_params => [ '-U', $role ]), 'done', "$role: own objects");
}

is($node->safe_psql('postgres',
	"SELECT count(*) FROM pg_namespace WHERE nspname IN ('mine', 'pg_temp_99', 'pg_toast_temp_99')"),
	'0', 'no schema was made');
is($node->safe_psql('postgres', $what), $before, 'what there was is there, unchanged');
is($victim->query_safe("INSERT INTO adm VALUES ('x') RETURNING pg_temp.f()"), '1', 'and works');
is($node->safe_psql('postgres', 'TABLE kept'), '', 'no rule has run');
like(slurp_file($node->logfile),
	qr/SELinux: denied \{ drop \} scontext=user_u:user_r:user_t:s0 tcontext=\S+:sepgsql_proc_exec_t:s0\S* tclass=db_procedure name="$nsp.f\(\)"/,
	'audit record');

# a trusted procedure with pg_temp last in its path does not meet a temporary
# table of its caller's
$node->safe_psql('postgres', q{
	CREATE SCHEMA tp;
	CREATE TABLE tp.tlog (a text);
	CREATE FUNCTION tp.logit() RETURNS void LANGUAGE sql SET search_path = tp, pg_temp
		AS $$ INSERT INTO tlog VALUES ('logged') $$;
	SECURITY LABEL FOR selinux ON FUNCTION tp.logit() IS 'system_u:object_r:sepgsql_trusted_proc_exec_t:s0';
});
$node->safe_psql('postgres', q{
	CREATE TEMP TABLE tlog (a text);
	CREATE RULE rr AS ON INSERT TO tlog DO ALSO INSERT INTO kept VALUES ('shadow');
	SELECT tp.logit();}, extra_params => [ '-U', 'low' ]);
is($node->safe_psql('postgres', 'SELECT * FROM tp.tlog UNION ALL SELECT * FROM kept'),
	'logged', 'pg_temp last in the path of a trusted procedure');

# what a session leaves behind is removed by the server
my $left = "SELECT count(*) FROM pg_class WHERE relnamespace = '$nsp'::regnamespace";
$victim->quit;
$node->poll_query_until('postgres', $left, '0');
is($node->safe_psql('postgres', $left), '0', 'the end of the session drops its objects');

$victim = $node->background_psql('postgres', on_error_stop => 0);
$victim->query_safe('CREATE TEMP TABLE adm (a text PRIMARY KEY)');
$nsp = $victim->query_safe('SELECT pg_my_temp_schema()::regnamespace');
$left = "SELECT count(*) FROM pg_class WHERE relnamespace = '$nsp'::regnamespace";
$node->stop('immediate');
eval { $victim->quit };
$node->start;
ok($node->poll_query_until('postgres', $left, '0'), 'autovacuum drops orphans');

done_testing();
