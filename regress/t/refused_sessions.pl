# Sessions that are refused: replication, and libraries that the client asks
# for.  And the audit records of what is refused.
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
		"local all sep_su $user\n"
	  . "local replication sep_su $user\n"
	  . "local all all $admin\n"
	  . "local replication all $admin\n");
append_to_file($node->data_dir . '/pg_peerlabel.conf',
	"host all sep_su 127.0.0.1/32 $user\n");
append_to_file($node->data_dir . '/pg_hba.conf',
	"host all all 127.0.0.1/32 trust\n");
$node->append_conf('postgresql.conf', "listen_addresses = '127.0.0.1'");
$node->append_conf('postgresql.conf',
	"sepostgresql_file_context = 'system_u:object_r:tmp_t:s0'");
$node->start;
$node->safe_psql('postgres', 'CREATE ROLE sep_su SUPERUSER LOGIN');

my $violation = qr/SELinux: security policy violation/;
my $con = $node->connstr('postgres') . ' user=sep_su';

# an ordinary session of this role works
is($node->safe_psql('postgres', 'SELECT sepgsql_getcon()', connstr => $con),
	$user, 'label of the role');

# replication
my ($ret, $out, $err);
for my $replication ('true', 'database')
{
	($ret, $out, $err) = $node->psql('postgres', 'IDENTIFY_SYSTEM',
		connstr => "$con replication=$replication");
	isnt($ret, 0, "replication=$replication is refused");
	like($err, $violation, "replication=$replication: message");
	($ret, $out, $err) = $node->psql('postgres', 'IDENTIFY_SYSTEM',
		replication => $replication);
	is($ret, 0, "replication=$replication of the administrator");
}
$node->command_fails_like(
	[
		'pg_basebackup', '-D', PostgreSQL::Test::Utils::tempdir . '/b',
		'-d', $con, '--no-sync', '-X', 'none', '-c', 'fast'
	],
	$violation,
	'base backup');

# libraries
($ret, $out, $err) = $node->psql('postgres', 'SELECT 1',
	connstr => "$con options='-c session_preload_libraries=plpgsql'");
isnt($ret, 0, 'session_preload_libraries of a client');
like($err, $violation, 'session_preload_libraries: message');
for my $option ('session_replication_role=replica', 'dynamic_library_path=/tmp',
	'extension_control_path=/tmp', 'plperl.on_plperlu_init=x')
{
	($ret, $out, $err) = $node->psql('postgres', 'SELECT 1',
		connstr => "$con options='-c $option'");
	isnt($ret, 0, "$option of a client");
	like($err, $violation, "$option: message");
	is($node->safe_psql('postgres', 'SELECT 1',
			connstr => $node->connstr('postgres') . " options='-c $option'"),
		'1', "$option of the administrator");
}
$node->safe_psql('postgres',
	'ALTER DATABASE postgres SET session_preload_libraries = plpgsql');
is($node->safe_psql('postgres', 'SELECT 1', connstr => $con),
	'1', 'what the administrator set for the database');
$node->safe_psql('postgres',
	'ALTER DATABASE postgres RESET session_preload_libraries');

# audit records
my $offset = -s $node->logfile;
$node->safe_psql('postgres',
		'CREATE TABLE t (a int, b text);'
	  . ' SECURITY LABEL FOR selinux ON COLUMN t.b IS \'system_u:object_r:sepgsql_secret_table_t:s0\''
);
$node->psql('postgres', $_, connstr => $con)
  for (
	'ALTER ROLE sep_su PASSWORD \'x\'',
	'SELECT pg_read_file(\'PG_VERSION\')',
	'SELECT a, b FROM t',
	'ALTER TABLE t RENAME TO u',
	'INSERT INTO t VALUES (1, \'x\')');
my $log = slurp_file($node->logfile, $offset);
my $subject = qr/scontext=\Q$user\E/;
like($log,
	qr/LOG:  SELinux: denied \{ update \} $subject tcontext=unconfined_u:object_r:sepgsql_sysobj_t:s0 tclass=db_tuple name="sep_su"/,
	'audit: a role');
like($log,
	qr/LOG:  SELinux: denied \{ read getattr open \} $subject tcontext=\S+:postgresql_db_t:\S+ tclass=file name="\S+\/PG_VERSION"/,
	'audit: a file');
like($log,
	qr/LOG:  SELinux: denied \{ select \} $subject tcontext=system_u:object_r:sepgsql_secret_table_t:s0 tclass=db_column name="public\.t\.b"/,
	'audit: a column');
like($log,
	qr/LOG:  SELinux: denied \{ setattr \} $subject tcontext=unconfined_u:object_r:sepgsql_table_t:s0 tclass=db_table name="public\.t"/,
	'audit: a table');

$node->stop;
done_testing();
