# Parameters that nobody can reach from inside, the label of parallel workers,
# permissive mode, rescue, and a labelled cluster that is switched off.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $admin = 'unconfined_u:unconfined_r:unconfined_t:s0-s15:c0.c1023';
my $user = 'user_u:user_r:user_t:s0';

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--enable-selinux', '--security-server=embedded' ]);
my $data = $node->data_dir;

sub prepend
{
	my ($path, $text) = @_;
	my $old = slurp_file($path);
	open my $fh, '>', $path or die $!;
	print $fh $text, $old;
	close $fh or die $!;
}
prepend("$data/pg_peerlabel.conf", "local all someone $user\n");
$node->start;
$node->safe_psql(
	'postgres', q{
	CREATE ROLE someone LOGIN SUPERUSER;
	CREATE TABLE t (a int);
	INSERT INTO t SELECT generate_series(1, 1000);
	UPDATE t SET security_label = 'system_u:object_r:sepgsql_table_t:s3' WHERE a > 600;
	ANALYZE t;
});

# parameters
my %fixed = (
	'sepostgresql' => 'off',
	'sepostgresql_row_level' => 'off',
	'sepostgresql_security_server' => 'kernel',
	'sepostgresql_policy_file' => "'/tmp/policy'",
	'peerlabel_file' => "'/tmp/file'",
	'sepgsql.permissive' => 'on',
	'sepostgresql_initdb' => 'on');
foreach my $name (sort keys %fixed)
{
	my $value = $fixed{$name};
	my $was = $node->safe_psql('postgres', "SHOW $name");
	foreach my $command (
		"ALTER SYSTEM SET $name = $value",
		"ALTER SYSTEM RESET $name",
		"SET $name = $value",
		"SET LOCAL $name = $value",
		"SELECT set_config('$name', \$\$$value\$\$, false)",
		"ALTER ROLE CURRENT_USER SET $name = $value",
		"ALTER DATABASE postgres SET $name = $value",
		"CREATE FUNCTION f() RETURNS int LANGUAGE sql SET $name = $value AS 'SELECT 1'",
		"UPDATE pg_settings SET setting = \$\$$value\$\$ WHERE name = '$name'; SELECT 1/(CASE WHEN current_setting('$name') = '$was' THEN 0 ELSE 1 END)"
	  )
	{
		my ($ret, $out, $err) = $node->psql('postgres', $command,
			on_error_stop => 1);
		isnt($ret, 0, $command);
	}
	{
		local $ENV{PGOPTIONS} = "-c $name=$value";
		# no statement: psql may have ended before it could be written
		my ($ret, $out, $err) = $node->psql('postgres', undef);
		isnt($ret, 0, "PGOPTIONS -c $name=$value");
	}
	is($node->safe_psql('postgres', "SHOW $name"), $was, "$name is as before");
}
foreach my $setting (
	'sepostgresql_mcstrans = off',
	'sepostgresql_row_filter = error',
	'sepgsql.debug_audit = on')
{
	my ($ret, $out, $err) =
	  $node->psql('postgres', "SET $setting", extra_params => [ '-U', 'someone' ]);
	is($ret, 0, "anybody may: SET $setting") or diag $err;
}

# parallel workers
my $parallel = q{
	SET debug_parallel_query = on;
	SET parallel_setup_cost = 0;
	SET parallel_tuple_cost = 0;
	SET min_parallel_table_scan_size = 0;
	SET max_parallel_workers_per_gather = 2;
	SET parallel_leader_participation = off;
};
my $plan = $node->safe_psql('postgres',
	"$parallel EXPLAIN (COSTS OFF) SELECT sepgsql_getcon() FROM t LIMIT 1");
like($plan, qr/Gather/, 'a parallel plan');
is( $node->safe_psql('postgres',
		"$parallel SELECT DISTINCT sepgsql_getcon() || (pg_backend_pid() > 0) FROM t"
	),
	"${admin}true",
	'label in parallel workers: administrator');
is( $node->safe_psql('postgres',
		"$parallel SELECT DISTINCT sepgsql_getcon() FROM t",
		extra_params => [ '-U', 'someone' ]),
	$user,
	'label in parallel workers: user');
is( $node->safe_psql('postgres', "$parallel SELECT count(*) FROM t",
		extra_params => [ '-U', 'someone' ]),
	'600',
	'which the filter in them goes by');
is($node->safe_psql('postgres', "$parallel SELECT count(*) FROM t"),
	'1000', 'and for the administrator');

# permissive mode: by the file and a reload, and audited
my ($ret, $out, $err) = $node->psql('postgres', 'CREATE ROLE more',
	extra_params => [ '-U', 'someone' ]);
like($err, qr/SELinux: security policy violation/,
	'a superuser of low label may not');
my $session = $node->background_psql('postgres',
	extra_params => [ '-U', 'someone' ]);
is($session->query_safe('SELECT count(*) FROM t'), '600', 'enforced');
my $offset = -s $node->logfile;
$node->append_conf('postgresql.conf', 'sepgsql.permissive = on');
$node->reload;
$node->poll_query_until('postgres',
	"SELECT current_setting('sepgsql.permissive') = 'on'");
($ret, $out, $err) = $node->psql('postgres', 'CREATE ROLE more',
	extra_params => [ '-U', 'someone' ]);
is($ret, 0, 'permissive') or diag $err;
like(
	slurp_file($node->logfile, $offset),
	qr/LOG:  SELinux: denied \{ insert \}.* scontext=\Q$user\E .* permissive=1/,
	'but audited');
is($session->query_safe('SELECT count(*) FROM t'),
	'1000', 'open sessions too');
$node->append_conf('postgresql.conf', 'sepgsql.permissive = off');
$node->reload;
$node->poll_query_until('postgres',
	"SELECT current_setting('sepgsql.permissive') = 'off'");
($ret, $out, $err) = $node->psql('postgres', 'CREATE ROLE more2',
	extra_params => [ '-U', 'someone' ]);
like($err, qr/SELinux: security policy violation/, 'enforced again');
is($session->query_safe('SELECT count(*) FROM t'),
	'600', 'open sessions too');
$session->quit;

# functions
is( $node->safe_psql('postgres',
		"SELECT sepgsql_get_user('$user'), sepgsql_get_role('$user'), sepgsql_get_type('$user'), sepgsql_get_range('$user')"
	),
	'user_u|user_r|user_t|s0',
	'parts');
is( $node->safe_psql('postgres',
		"SELECT sepgsql_set_range('$user', 's0:c1'), sepgsql_set_user(sepgsql_set_role(sepgsql_set_type('$user', 'user_t'), 'user_r'), 'user_u')"
	),
	"$user:c1|$user",
	'parts set');
is( $node->safe_psql('postgres', "SELECT sepgsql_set_type('$user', 'nosuch_t')"),
	'user_u:user_r:nosuch_t:s0',
	'parts of a text: what is valid is asked where it is used');
is( $node->safe_psql('postgres',
		"SELECT sepgsql_mcstrans_out('$user'), sepgsql_mcstrans_in('$user')"),
	"$user|$user",
	'no translation with the embedded server');
$session = $node->background_psql('postgres',
	extra_params => [ '-U', 'someone' ]);
$session->query_safe('SELECT count(*) FROM t');
my $asked = $session->query_safe('SELECT lookups, denials FROM pg_stat_selinux');
$session->query_safe('SELECT count(*) FROM t WHERE a > 0; INSERT INTO t VALUES (2000); DELETE FROM t WHERE a = 2000');
is( $session->query_safe(
		q{SELECT lookups > split_part('}
		  . $asked
		  . q{', '|', 1)::int, hits > 0, misses > 0, hits + misses = lookups,
		  denials > 0, entries BETWEEN 1 AND capacity, contexts > 3, policy_sequence > 0
		  FROM pg_stat_selinux}),
	't|t|t|t|t|t|t|t',
	'pg_stat_selinux')
  or diag $session->query_safe('SELECT * FROM pg_stat_selinux');
$session->quit;
$node->stop;

# rescue: single-user mode enforces nothing, whatever the policy
$node->append_conf('postgresql.conf',
	"sepostgresql_policy_file = '/nowhere/policy'");
ok(!$node->start(fail_ok => 1), 'no server without its policy');
my ($stdout, $stderr) = ('', '');
my $sql = "SELECT count(*) AS rows FROM t\nINSERT INTO t VALUES (-1)\nUPDATE t SET a = 0 WHERE a = 1000\n";
ok( IPC::Run::run(
		[ 'postgres', '--single', '-D', $data, 'postgres' ],
		'<' => \$sql,
		'>' => \$stdout,
		'2>' => \$stderr),
	'single-user mode');
like($stdout, qr/rows = "1000"/, 'all rows are seen');
like(
	$stderr,
	qr/WARNING:  mandatory access control is not enforced in this mode/,
	'with a warning');
$node->append_conf('postgresql.conf', "sepostgresql_policy_file = ''");
$node->start;
is( $node->safe_psql('postgres', 'SELECT security_label FROM t WHERE a = 0'),
	'system_u:object_r:sepgsql_table_t:s3',
	'rows that were updated keep their label');
like(
	$node->safe_psql(
		'postgres', 'SELECT security_label FROM t WHERE a = -1'),
	qr/:unlabeled_t:/,
	'new rows have none');
is( $node->safe_psql('postgres', 'SELECT count(*) FROM t WHERE a < 0',
		extra_params => [ '-U', 'someone' ]),
	'0',
	'and users do not see them');

# row level off: said at start
$node->append_conf('postgresql.conf', 'sepostgresql_row_level = off');
$offset = -s $node->logfile;
$node->restart;
like(
	slurp_file($node->logfile, $offset),
	qr/LOG:  access to rows of user tables is not controlled/,
	'row level off: the log says so');
$node->append_conf('postgresql.conf', 'sepostgresql_row_level = on');

# kernel on a machine without: no server, and no silent switch
SKIP:
{
	skip 'this kernel has SELinux', 2 if -e '/sys/fs/selinux/status';
	$node->stop;
	$node->append_conf('postgresql.conf',
		'sepostgresql_security_server = kernel');
	$offset = -s $node->logfile;
	ok(!$node->start(fail_ok => 1), 'no start without the kernel\'s server');
	like(
		slurp_file($node->logfile, $offset),
		qr/FATAL:  could not use the security server of the kernel: .*SELinux/,
		'and the log says why');
	$node->append_conf('postgresql.conf',
		'sepostgresql_security_server = embedded');
	$node->start;
}

# off on a labelled cluster
$node->append_conf('postgresql.conf', 'sepostgresql = off');
$offset = -s $node->logfile;
$node->restart;
like(
	slurp_file($node->logfile, $offset),
	qr/WARNING:  the labelled data in this database cluster is not protected/,
	'off: the log says so');
is( $node->safe_psql('postgres', 'SELECT security_label FROM t WHERE a = 0'),
	'system_u:object_r:sepgsql_table_t:s3',
	'labels read as stored');
$node->safe_psql('postgres', 'UPDATE t SET a = -2 WHERE a = 0');
is( $node->safe_psql('postgres', 'SELECT security_label FROM t WHERE a = -2'),
	'system_u:object_r:sepgsql_table_t:s3',
	'UPDATE keeps them');
($ret, $out, $err) = $node->psql('postgres', 'SELECT sepgsql_getcon()');
like($err, qr/ERROR:  mandatory access control is not enabled/,
	'sepgsql_getcon');
($ret, $out, $err) = $node->psql('postgres',
	"UPDATE t SET security_label = 'system_u:object_r:sepgsql_table_t:s0' WHERE a = -2");
isnt($ret, 0, 'labels cannot be written');
is( $node->safe_psql('postgres', 'SELECT count(*) FROM t',
		extra_params => [ '-U', 'someone' ]),
	'1001',
	'nothing is filtered');
$node->append_conf('postgresql.conf', 'sepostgresql = on');
$node->restart;
is( $node->safe_psql('postgres', 'SELECT count(*) FROM t',
		extra_params => [ '-U', 'someone' ]),
	'600',
	'on again');
$node->stop;

# on in a cluster that was never labelled
my $stock = PostgreSQL::Test::Cluster->new('stock');
$stock->init;
$stock->append_conf('postgresql.conf', 'sepostgresql = on');
$offset = -s $stock->logfile || 0;
ok(!$stock->start(fail_ok => 1), 'no start on an unlabelled cluster');
like(
	slurp_file($stock->logfile, $offset),
	qr/FATAL:  this database cluster is not labelled.*HINT:  .*initdb --label-catalogs/s,
	'and the log says what to do');

done_testing();
