# Files of the server with the embedded security server, which takes one
# context for all of them: without a context, with one that is not valid, and
# with one that clients may use; and the files that are the server itself.
# Then what needs two sessions: labels that change under an open descriptor of
# a large object, and between two calls of nextval.
use strict;
use warnings FATAL => 'all';

use File::Copy;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $user = 'user_u:user_r:user_t:s0';
my $admin = 'unconfined_u:unconfined_r:unconfined_t:s0-s15:c0.c1023';
my $low = 'unconfined_u:unconfined_r:unconfined_t:s0-s1';

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--enable-selinux', '--security-server=embedded' ]);
unlink $node->data_dir . '/pg_peerlabel.conf';
append_to_file($node->data_dir . '/pg_peerlabel.conf',
		"local all sep_su $user\n"
	  . "local all sep_low $low\n"
	  . "local all all $admin\n");
$node->append_conf('postgresql.conf', 'logging_collector = off');
$node->start;
$node->safe_psql('postgres',
		'CREATE ROLE sep_su SUPERUSER LOGIN; CREATE ROLE sep_low SUPERUSER LOGIN;'
	  . ' CREATE TABLE t (a text); INSERT INTO t VALUES (\'x\')');

my $violation = qr/SELinux: security policy violation/;
my %con = (
	admin => $node->connstr('postgres'),
	low => $node->connstr('postgres') . ' user=sep_low',
	user => $node->connstr('postgres') . ' user=sep_su');
my $dir = PostgreSQL::Test::Utils::tempdir;
my $file = "$dir/file";
my $data = $node->data_dir;

sub denied
{
	my ($who, $sql, $name, $message) = @_;
	my ($ret, $out, $err) = $node->psql('postgres', $sql, connstr => $con{$who});
	isnt($ret, 0, "$name: refused");
	like($err, $violation, "$name: message");
	like($err, $message, "$name: detail") if defined $message;
}

sub allowed
{
	my ($who, $sql, $name) = @_;
	my ($ret, $out, $err) = $node->psql('postgres', $sql, connstr => $con{$who});
	is($ret, 0, "$name: permitted") or diag $err;
	return $out;
}

sub context
{
	my ($context) = @_;
	$node->append_conf('postgresql.conf', "sepostgresql_file_context = '$context'");
	$node->reload;
	$node->poll_query_until('postgres',
		"SELECT current_setting('sepostgresql_file_context') = '$context'");
}

my %reads = (
	'COPY FROM' => "COPY t FROM '$file'",
	'pg_read_file' => "SELECT pg_read_file('$file')",
	'pg_read_binary_file' => "SELECT pg_read_binary_file('$file')",
	'pg_stat_file' => "SELECT pg_stat_file('$file')",
	'pg_ls_dir' => "SELECT pg_ls_dir('$dir')");
my %writes = (
	'COPY TO' => "COPY t TO '$file'",
	'COPY TO a new file' => "COPY t TO '$dir/new'");
my %servers = (
	'pg_read_file of the data directory' => "SELECT pg_read_file('PG_VERSION')",
	'by its path' => "SELECT pg_read_binary_file('$data/global/1262')",
	'by a link' => "SELECT pg_read_binary_file('$dir/link/global/1262')",
	'by the working directory' => "SELECT pg_read_binary_file('/proc/self/cwd/global/1262')",
	'memory' => "SELECT pg_read_file('/proc/self/stat')",
	'pg_ls_waldir' => 'SELECT pg_ls_waldir()',
	'pg_ls_archive_statusdir' => 'SELECT pg_ls_archive_statusdir()',
	'configuration' => "SELECT pg_read_file('$data/pg_hba.conf')");
append_to_file($file, "y\n");
# a file without a name, by way of the process that has it open
append_to_file("$dir/unlinked", "z\n");
open(my $unlinked, '<', "$dir/unlinked") or die;
unlink "$dir/unlinked";
$servers{'deleted'} = "SELECT pg_read_file('/proc/$$/fd/" . fileno($unlinked) . "')";
$servers{'log'} = "SELECT length(pg_read_binary_file('" . $node->logfile . "'))";
symlink $data, "$dir/link" or die;

# without a context nobody gets at a file
for my $who ('admin', 'user')
{
	denied($who, $reads{$_}, "unset, $who, $_", qr/have no security context/) for sort keys %reads;
	denied($who, $writes{$_}, "unset, $who, $_", qr/HINT:.*sepostgresql_file_context/) for sort keys %writes;
	denied($who, $servers{$_}, "unset, $who, $_") for sort keys %servers;
	denied($who, "COPY t FROM PROGRAM 'echo z'", "unset, $who, program");
	denied($who, "SELECT lo_import('$file')", "unset, $who, lo_import");
}
# libraries of the installation need none
allowed('user', 'DO $$BEGIN END$$', 'unset, PL/pgSQL');
allowed('admin', "LOAD 'plpgsql'", 'unset, LOAD');
ok(!-e "$dir/new", 'nothing was written');
is(slurp_file($file), "y\n", 'nothing was truncated');

# nor with one that the policy does not know
context('system_u:object_r:no_such_t:s0');
denied('admin', $reads{'pg_read_file'}, 'invalid', qr/does not know the security context "system_u:object_r:no_such_t:s0"/);
# a library elsewhere
my $library = "$dir/library.so";
append_to_file($library, 'not a library');
denied('admin', "LOAD '$library'", 'LOAD of a file without a context');

# the administrators' own
context('system_u:object_r:tmp_t:s0');
allowed('admin', $reads{$_}, "tmp_t, $_") for sort keys %reads;
allowed('admin', $writes{$_}, "tmp_t, $_") for sort keys %writes;
allowed('admin', $servers{$_}, "tmp_t, $_") for sort keys %servers;
denied('user', $reads{$_}, "tmp_t, user, $_") for sort keys %reads;
denied('user', $writes{$_}, "tmp_t, user, $_") for sort keys %writes;
# tmp_t is no type of a library: of none that is loaded, and of none that a
# function is made of or that a function needs
denied('admin', "LOAD '$library'", 'LOAD of a file of another type');
my $pkglib = $node->config_data('--pkglibdir');
copy("$pkglib/plpgsql.so", "$dir/copy.so") or die;
my $c_function =
  "CREATE FUNCTION f() RETURNS language_handler LANGUAGE c AS '$dir/copy.so', 'plpgsql_call_handler'";
my $call = 'SELECT f()';
my $log_start = -s $node->logfile;
denied('admin', $c_function, 'a function in C of such a file');
like(slurp_file($node->logfile, $log_start),
	qr/denied \{ install_module \} scontext=\Q$admin\E tcontext=system_u:object_r:tmp_t:s0 tclass=db_database name="\Q$dir\E\/copy.so"/,
	'audit: install_module');
context('system_u:object_r:file_t:s0');
allowed('admin', $c_function, 'a function in C of a file that may be a library');
context('system_u:object_r:tmp_t:s0');
$log_start = -s $node->logfile;
denied('user', $call, 'call of a function in C');
like(slurp_file($node->logfile, $log_start),
	qr/denied \{ load_module \} scontext=\S+:sepgsql_db_t:s0 tcontext=system_u:object_r:tmp_t:s0 tclass=db_database name="\Q$dir\E\/copy.so"/,
	'audit: load_module, by the database');
unlink "$dir/new";

# the same where the database may load it: a client that may not, does not
# choose by a path what the server loads
context('system_u:object_r:file_t:s0');
denied('user', "SET dynamic_library_path = '$dir'", 'dynamic_library_path');
copy("$pkglib/plpgsql.so", "$dir/plpgsql.so") or die;
allowed('user', 'DO $$BEGIN END$$', 'PL/pgSQL of the installation');
$node->safe_psql('postgres', "ALTER DATABASE postgres SET dynamic_library_path = '$dir'");
$log_start = -s $node->logfile;
denied('user', 'DO $$BEGIN END$$', 'a library elsewhere');
like(slurp_file($node->logfile, $log_start),
	qr/denied \{ load_module \} scontext=\Q$user\E tcontext=\S+ tclass=db_database name="\Q$dir\E\/plpgsql.so"/,
	'audit: load_module, by the client');
denied('user', $call, 'a function in C of a library elsewhere');
allowed('admin', 'DO $$BEGIN END$$', 'a library elsewhere, administrator');
$node->safe_psql('postgres', 'ALTER DATABASE postgres RESET dynamic_library_path');
unlink "$dir/plpgsql.so";
context('system_u:object_r:tmp_t:s0');

# what every client of staff and users may read and write
my $offset = -s $node->logfile;
context('system_u:object_r:user_home_t:s0');
allowed('user', $reads{$_}, "user_home_t, user, $_") for sort keys %reads;
allowed('user', $writes{$_}, "user_home_t, user, $_") for sort keys %writes;
like(slurp_file("$dir/new"), qr/^x\n/, 'a new file was written');
denied('user', $servers{$_}, "user_home_t, user, $_") for sort keys %servers;
denied('user', "COPY t TO '$data/base/x'", 'write into the data directory');
ok(!-e "$data/base/x", 'nothing there');
denied('user', "COPY t FROM PROGRAM 'echo z'", 'program');
denied('user', "LOAD '$library'", 'LOAD by a user');
my $blob = allowed('user', "SELECT lo_import('$file')", 'lo_import');
allowed('user', "SELECT lo_export($blob, '$dir/export')", 'lo_export');
is(slurp_file("$dir/export"), slurp_file($file), 'what was exported');
$node->safe_psql('postgres',
	"SELECT lo_from_bytea(4999, 'x'); SELECT lo_set_security(4999, 'system_u:object_r:sepgsql_blob_t:s0')");
allowed('user', 'SELECT lo_get(4999)', 'lo_get');
denied('user', "SELECT lo_export(4999, '$dir/export')", 'lo_export of what may be read only');
is(slurp_file("$dir/export"), slurp_file($file), 'what was not exported');
my $log = slurp_file($node->logfile, $offset);
like($log,
	qr/SELinux: denied \{ read getattr open \} scontext=\Q$user\E tcontext=system_u:object_r:postgresql_db_t:s15:c0.c1023 tclass=file name="\S*\/PG_VERSION"/,
	'audit: the data directory');
like($log,
	qr/SELinux: denied \{ getattr \} scontext=\Q$user\E tcontext=system_u:object_r:postgresql_db_t:s15:c0.c1023 tclass=dir name="\S*\/base"/,
	'audit: a directory');

# what they may read only
context('system_u:object_r:usr_t:s0');
unlink "$dir/new", "$dir/export";
$offset = -s $node->logfile;
allowed('user', $reads{$_}, "usr_t, user, $_") for sort keys %reads;
denied('user', $writes{$_}, "usr_t, user, $_") for sort keys %writes;
denied('user', "SELECT lo_export($blob, '$file')", 'usr_t, lo_export');
ok(!-e "$dir/new" && -s $file, 'nothing was written or truncated');
$log = slurp_file($node->logfile, $offset);
like($log,
	qr/SELinux: denied \{ write \} scontext=\Q$user\E tcontext=system_u:object_r:usr_t:s0 tclass=file name="\S*\/file"/,
	'audit: a file');
like($log,
	qr/SELinux: denied \{ write \} scontext=\Q$user\E tcontext=system_u:object_r:usr_t:s0 tclass=dir name="/,
	'audit: a new file');
context('system_u:object_r:user_home_t:s0');

# an administrator of less than all levels does not read all rows at once
denied('low', $servers{'by its path'}, 'data directory, below');
allowed('low', $reads{'pg_read_file'}, 'another file, below');

# levels
context('system_u:object_r:user_home_t:s1');
denied('user', $reads{$_}, "s1, $_") for sort keys %reads;

# a pipe that nobody writes to does not block who may not read it
system('mkfifo', "$dir/pipe") == 0 or die;
denied('user', "SELECT pg_read_file('$dir/pipe')", 'pipe');

# a descriptor of a large object is asked about at each use
$node->safe_psql('postgres',
	"SELECT lo_from_bytea(5000, 'text'); SELECT lo_set_security(5000, 'system_u:object_r:sepgsql_blob_t:s0'); CREATE SEQUENCE s; CREATE TABLE large (a int)");
my $session = $node->background_psql('postgres',
	connstr => $con{user}, on_error_stop => 0);
$session->query_safe('BEGIN');
is($session->query_safe("SELECT lo_open(5000, x'60000'::int)"), '0', 'lo_open');
is($session->query_safe("SELECT loread(0, 2)"), '\x7465', 'loread');
$node->safe_psql('postgres',
	"SELECT lo_set_security(5000, 'system_u:object_r:sepgsql_blob_t:s1')");
my $out = $session->query('SAVEPOINT a; SELECT loread(0, 2)');
unlike($out, qr/\\x/, 'loread after the label has changed');
for my $call ('loread(0, 2)', "lowrite(0, 'x')", 'lo_truncate(0, 1)', 'lo_lseek(0, 0, 2)', 'lo_lseek64(0, 0, 2)', 'lo_truncate64(0, 1)')
{
	$session->query('ROLLBACK TO a');
	is($session->query("SELECT $call IS NOT NULL"), '', "$call: no answer");
	like($session->{stderr}, $violation, "$call: message");
	$session->{stderr} = '';
}
$session->query('ROLLBACK');

# nextval, remembered as permitted, until the label changes
my $seq = $node->safe_psql('postgres', "SELECT 's'::regclass::oid");
is($session->query_safe("SELECT nextval($seq)"), '1', 'nextval');
is($session->query_safe("SELECT nextval($seq)"), '2', 'nextval again');
$node->safe_psql('postgres',
	"SECURITY LABEL FOR selinux ON SEQUENCE s IS 'system_u:object_r:sepgsql_seq_t:s1'");
is($session->query("SELECT nextval($seq)"), '', 'nextval after the label has changed');
like($session->{stderr}, qr/does not exist|$violation/, 'nextval: message');
$session->{stderr} = '';
for my $call ("currval($seq)", 'lastval()', "setval($seq, 1)")
{
	is($session->query("SELECT $call"), '', "$call after the label has changed");
	like($session->{stderr}, qr/does not exist|$violation/, "$call: message");
	$session->{stderr} = '';
}
$session->quit;

$node->stop;
done_testing();
