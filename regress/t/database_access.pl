# Connecting to a database, by whatever way; and databases, languages,
# extensions and event triggers that a client may not know of.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $user = 'user_u:user_r:user_t:s0';
my $admin = 'unconfined_u:unconfined_r:unconfined_t:s0-s15:c0.c1023';

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(
	allows_streaming => 'logical',
	extra => [ '--enable-selinux', '--security-server=embedded' ]);
unlink $node->data_dir . '/pg_peerlabel.conf';
append_to_file($node->data_dir . '/pg_peerlabel.conf',
		"local all sep_user $user\n"
	  . "local replication sep_user $user\n"
	  . "local all all $admin\n"
	  . "local replication all $admin\n");
$node->append_conf('postgresql.conf', 'max_worker_processes = 8');
$node->start;
$node->safe_psql('postgres', 'CREATE ROLE sep_user SUPERUSER LOGIN');
$node->safe_psql('postgres', 'CREATE DATABASE dark');
$node->safe_psql('postgres',
	"SECURITY LABEL FOR selinux ON DATABASE dark IS 'system_u:object_r:sepgsql_db_t:s0:c5'"
);

sub client
{
	my ($db, $sql, %opt) = @_;
	my ($ret, $out, $err) = $node->psql($db, $sql,
		connstr => $node->connstr($db) . ' user=sep_user ' . ($opt{more} // ''));
	return ($ret, $out, $err);
}

# connecting
my ($ret, $out, $err) = client('postgres', 'SELECT 1');
is($out, '1', 'a database that may be accessed');
is($node->safe_psql('dark', 'SELECT 1'), '1', 'the administrator, everywhere');
my $offset = -s $node->logfile;
for my $more ('', 'replication=database', 'options=-cdebug_parallel_query=on')
{
	($ret, $out, $err) = client('dark', 'SELECT 1', more => $more);
	is($ret, 2, "no access ($more)");
	like($err, qr/FATAL:  SELinux: security policy violation/, "message ($more)");
}
my @records = slurp_file($node->logfile, $offset) =~
  /SELinux: denied \{ access \} scontext=\Q$user\E tcontext=system_u:object_r:sepgsql_db_t:s0:c5 tclass=db_database name="?dark"?/g;
is(scalar(@records), 3, 'each is audited');

# a parallel worker is no new connection: a session goes on with what it has
$node->safe_psql('postgres', 'CREATE DATABASE later');
$node->safe_psql('later',
	'CREATE TABLE t AS SELECT g AS a FROM generate_series(1, 1000) g');
my $session = $node->background_psql('later',
	connstr => $node->connstr('later') . ' user=sep_user');
$session->query_safe(
	q{SET debug_parallel_query = on;
	SET parallel_setup_cost = 0;
	SET parallel_tuple_cost = 0;
	SET min_parallel_table_scan_size = 0;
	SET parallel_leader_participation = off});
$node->safe_psql('postgres',
	"SECURITY LABEL FOR selinux ON DATABASE later IS 'system_u:object_r:sepgsql_db_t:s0:c5'"
);
like($session->query_safe('EXPLAIN (ANALYZE, COSTS OFF) SELECT sum(a) FROM t'),
	qr/Workers Launched: [1-9]/, 'parallel workers start');
is($session->query_safe('SELECT count(*), min(sepgsql_getcon()) FROM t'),
	"1000|$user", 'parallel workers of a session that is connected');
$session->quit;
($ret, $out, $err) = client('later', 'SELECT 1');
is($ret, 2, 'a new connection is refused');

# what is hidden
$node->safe_psql(
	'postgres', q{
	CREATE FUNCTION et() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
	CREATE EVENT TRIGGER dark_et ON ddl_command_start EXECUTE FUNCTION et();
	ALTER EVENT TRIGGER dark_et DISABLE;
	CREATE LANGUAGE dark_lang HANDLER plpgsql_call_handler;
	SECURITY LABEL FOR selinux ON LANGUAGE dark_lang IS 'system_u:object_r:sepgsql_lang_t:s0:c5';
	SECURITY LABEL FOR selinux ON EVENT TRIGGER dark_et IS 'system_u:object_r:sepgsql_sysobj_t:s0:c5';
	SET allow_system_table_mods = on;
	UPDATE pg_extension SET security_label = 'system_u:object_r:sepgsql_sysobj_t:s0:c5' WHERE extname = 'plpgsql';
});
my $oid = $node->safe_psql('postgres',
	"SELECT oid FROM pg_database WHERE datname = 'dark'");
my %seen = (
	'database' => "SELECT datname FROM pg_database WHERE datname = 'dark'",
	'language' => "SELECT lanname FROM pg_language WHERE lanname = 'dark_lang'",
	'extension' => "SELECT extname FROM pg_extension WHERE extname = 'plpgsql'",
	'event trigger' => "SELECT evtname FROM pg_event_trigger WHERE evtname = 'dark_et'",
	'statistics of a database' => "SELECT datname FROM pg_stat_database WHERE datname = 'dark'",
	'counters of a database' => "SELECT 1 WHERE pg_stat_get_db_xact_commit($oid) > 0",
	'size' => "SELECT 1 WHERE pg_database_size($oid) > 0",
	'\l' => '\l dark',
	'\dL' => '\dL dark*',
	'\dx' => '\dx',
	'\dy' => '\dy');
for my $what (sort keys %seen)
{
	isnt($node->safe_psql('postgres', $seen{$what}), '',
		"$what: seen by the administrator");
	($ret, $out, $err) = client('postgres', $seen{$what});
	is($out, '', "$what: hidden from a client");
	is($err, '', "$what: no error");
}
# PostgreSQL says that a superuser has every privilege on what is not there
is((client('postgres', "SELECT has_database_privilege($oid, 'CONNECT')"))[1],
	(client('postgres', "SELECT has_database_privilege(4000000000, 'CONNECT')"))[1],
	'privileges by OID: as if there were none');
($ret, $out, $err) =
  client('postgres', "SELECT has_database_privilege('dark', 'CONNECT')");
like($err, qr/database "dark" does not exist/, 'privileges by name');
($ret, $out, $err) = client('postgres', "SELECT pg_database_size('dark')");
like($err, qr/database "dark" does not exist/, 'size by name');

done_testing();
