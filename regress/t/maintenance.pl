# Functions that autovacuum calls: those of clients are left out, and what
# others do is decided for the label of what has none.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use SepgsqlTest;
use Test::More;

my $user = 'user_u:user_r:user_t:s0';

my $node = labelled_node('main', only => 1,
	peers => "local all sep_su $user\nlocal all all $ADMIN",
	conf => qq(
autovacuum_naptime = 1s
log_min_messages = debug1
));
$node->safe_psql('postgres', q(
CREATE ROLE sep_su SUPERUSER LOGIN;
CREATE SCHEMA s;
GRANT ALL ON SCHEMA s TO PUBLIC;
CREATE TABLE s.secret (v text);
INSERT INTO s.secret (v, security_label) VALUES ('HIDDEN', 'system_u:object_r:sepgsql_table_t:s3');
));
my $con = $node->connstr('postgres') . ' user=sep_su';
my $options = 'WITH (autovacuum_analyze_threshold = 1, autovacuum_analyze_scale_factor = 0, '
  . 'autovacuum_vacuum_insert_threshold = 1, autovacuum_vacuum_insert_scale_factor = 0)';

# a client's function in an index expression, a statistics object, and behind
# a domain
$node->safe_psql('postgres', qq(
CREATE TABLE s.loot (v text);
CREATE TABLE s.bait (a int) $options;
CREATE FUNCTION s.take() RETURNS void LANGUAGE plpgsql AS \$\$ BEGIN
	RAISE LOG 'client function runs in %', current_setting('application_name');
	INSERT INTO s.loot (v) SELECT v FROM s.secret;
END \$\$;
CREATE FUNCTION s.f(a int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS \$\$ BEGIN
	IF current_setting('application_name') NOT LIKE '%.pl' THEN PERFORM s.take(); END IF;
	RETURN a;
END \$\$;
CREATE DOMAIN s.d AS int CHECK (s.f(VALUE) IS NOT NULL);
CREATE INDEX ON s.bait (s.f(a));
CREATE INDEX ON s.bait (a) WHERE s.f(a) > 0;
CREATE INDEX ON s.bait USING brin (s.f(a)) WITH (pages_per_range = 1);
CREATE INDEX ON s.bait ((a::s.d));
CREATE STATISTICS s.st ON (s.f(a)), a FROM s.bait;
INSERT INTO s.bait SELECT generate_series(1, 2000);
), connstr => $con);
$node->poll_query_until('postgres', q(
SELECT last_autoanalyze IS NOT NULL AND last_autovacuum IS NOT NULL
FROM pg_stat_user_tables WHERE relid = 's.bait'::regclass))
  or die 'autovacuum did not come';
my $log = slurp_file($node->logfile);
unlike($log, qr/LOG:  client function runs/, 'autovacuum calls no function of a client');
is($node->safe_psql('postgres', 'SELECT count(*) FROM s.loot'), '0', 'nor took what it was after');
is($node->safe_psql('postgres', q(SELECT attname FROM pg_stats WHERE tablename = 'bait')),
	'a', 'columns have statistics');

# what is the server's own runs, but not where it looks at more than the row
my $blob = $node->safe_psql('postgres', q(
CREATE TABLE s.war_plans (target text CHECK (target <> 'war'));
SECURITY LABEL FOR selinux ON TABLE s.war_plans IS 'system_u:object_r:sepgsql_table_t:s3';
CREATE FUNCTION s.war_function() RETURNS text LANGUAGE sql AS $$ SELECT 'war' $$;
SECURITY LABEL FOR selinux ON FUNCTION s.war_function() IS 'system_u:object_r:sepgsql_proc_exec_t:s3';
SELECT lo_from_bytea(0, 'war');
));
$node->safe_psql('postgres', qq(
CREATE TABLE s.probe (o oid) $options;
CREATE STATISTICS s.names ON (o::regclass::text) FROM s.probe;
CREATE STATISTICS s.functions ON (pg_get_functiondef(o)), o FROM s.probe;
CREATE STATISTICS s.constraints ON (pg_get_constraintdef(o)), o FROM s.probe;
CREATE STATISTICS s.files ON (pg_stat_file('PG_VERSION', o = 0)), o FROM s.probe;
CREATE STATISTICS s.blobs ON (CASE WHEN o = $blob THEN lo_get(o) END), o FROM s.probe;
CREATE STATISTICS s.plain ON (o::text || 'x') FROM s.probe;
CREATE INDEX probe_i ON s.probe (upper(o::text));
INSERT INTO s.probe SELECT generate_series(0, 400)::oid UNION SELECT generate_series(16384, 17000)::oid;
), connstr => $con);
$node->poll_query_until('postgres', q(
SELECT last_autoanalyze IS NOT NULL FROM pg_stat_user_tables WHERE relid = 's.probe'::regclass))
  or die 'autovacuum did not come';
is($node->safe_psql('postgres', q(
SELECT string_agg(statistics_name, ' ') FROM pg_stats_ext_exprs WHERE tablename = 'probe' AND n_distinct IS NOT NULL)),
	'plain', 'only what is immutable is computed');
is($node->safe_psql('postgres', q(SELECT count(*) FROM pg_stats WHERE tablename = 'probe_i')),
	'1', 'an index has its statistics');

# an administrator's function runs, but what it does is not the server's doing
$node->safe_psql('postgres', qq(
CREATE FUNCTION s.work() RETURNS void LANGUAGE plpgsql AS \$\$ BEGIN
	BEGIN
		PERFORM count(*) FROM s.secret;
		RAISE LOG 'table: read';
	EXCEPTION WHEN OTHERS THEN RAISE LOG 'table: %', sqlerrm; END;
	BEGIN
		EXECUTE 'CREATE TABLE s.made (a int)';
		RAISE LOG 'command: done';
	EXCEPTION WHEN OTHERS THEN RAISE LOG 'command: %', sqlerrm; END;
	BEGIN
		PERFORM lo_get($blob);
		RAISE LOG 'blob: read';
	EXCEPTION WHEN OTHERS THEN RAISE LOG 'blob: %', sqlerrm; END;
	BEGIN
		PERFORM pg_read_file('PG_VERSION');
		RAISE LOG 'file: read';
	EXCEPTION WHEN OTHERS THEN RAISE LOG 'file: %', sqlerrm; END;
	BEGIN
		PERFORM pg_cancel_backend(pg_backend_pid());
		RAISE LOG 'signal: sent';
	EXCEPTION WHEN OTHERS THEN RAISE LOG 'signal: %', sqlerrm; END;
END \$\$;
CREATE FUNCTION s.g(a int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS \$\$ BEGIN
	IF current_setting('application_name') NOT LIKE '%.pl' AND a = 1 THEN PERFORM s.work(); END IF;
	RETURN a;
END \$\$;
CREATE TABLE s.own (a int) $options;
CREATE INDEX ON s.own (s.g(a));
INSERT INTO s.own SELECT generate_series(1, 100);
));
$node->poll_query_until('postgres', q(
SELECT last_autoanalyze IS NOT NULL FROM pg_stat_user_tables WHERE relid = 's.own'::regclass))
  or die 'autovacuum did not come';
$log = slurp_file($node->logfile);
like($log, qr/LOG:  table: SELinux: security policy violation/, 'a table is not read');
like($log, qr/LOG:  command: SELinux: security policy violation/, 'a command is not executed');
like($log, qr/LOG:  $_: SELinux: security policy violation/, "no $_") foreach qw(blob file signal);
like($log, qr/denied \{ select \} scontext=system_u:object_r:unlabeled_t:s15:c0.c1023 /, 'the label that decides');
is($node->safe_psql('postgres', q(SELECT count(*) FROM pg_stats WHERE schemaname = 's' AND tablename LIKE 'own_%')),
	'1', 'its expression has statistics');

$node->stop;
done_testing();
