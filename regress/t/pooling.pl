# Several clients of different labels through one server connection of
# PgBouncer: in session mode, where DISCARD ALL gives the connection its own
# label back, and in transaction mode, where that must be asked for.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use IPC::Run;

my ($pgbouncer) =
  grep { -x } map { "$_/pgbouncer" } split(/:/, $ENV{PATH}), '/usr/sbin',
  '/usr/local/sbin', '/usr/bin';
die "pgbouncer is not installed; ./build.sh deps installs it\n"
  unless defined $pgbouncer;

my $low = 'system_u:system_r:httpd_t:s0';
my $pool = 'system_u:system_r:httpd_t:s0-s3:c0.c9';

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--enable-selinux', '--security-server=embedded' ]);
{
	my $file = $node->data_dir . '/pg_peerlabel.conf';
	my $old = slurp_file($file);
	open my $fh, '>', $file or die $!;
	print $fh "local all app $pool\n$old";
	close $fh or die $!;
}
$node->start;
$node->safe_psql(
	'postgres', q{
	CREATE ROLE app LOGIN;
	CREATE TABLE t (a text);
	INSERT INTO t (a, security_label) VALUES
		('open', 'system_u:object_r:sepgsql_table_t:s0'),
		('of c1', 'system_u:object_r:sepgsql_table_t:s0:c1'),
		('of c2', 'system_u:object_r:sepgsql_table_t:s0:c2');
	GRANT ALL ON t TO app;
	CREATE FUNCTION give_back() RETURNS bool LANGUAGE sql AS 'SELECT sepgsql_setcon(NULL)';
	SECURITY LABEL FOR selinux ON FUNCTION give_back() IS 'system_u:object_r:sepgsql_ranged_proc_exec_t:s0';
});

my $dir = PostgreSQL::Test::Utils::tempdir_short();
my $port = PostgreSQL::Test::Cluster::get_free_port();
my $pid;

# one server connection, whose role and database are given
sub start_pool
{
	my ($name, @settings) = @_;
	open my $fh, '>', "$dir/$name.ini" or die $!;
	print $fh "[databases]\n",
	  "postgres = host=", $node->host, " port=", $node->port,
	  " dbname=postgres user=app pool_size=1\n",
	  "[pgbouncer]\n",
	  "listen_addr =\n",
	  "listen_port = $port\n",
	  "unix_socket_dir = $dir\n",
	  "auth_type = any\n",
	  "logfile = $dir/$name.log\n",
	  "pidfile = $dir/$name.pid\n",
	  "server_check_delay = 0\n",
	  "ignore_startup_parameters = extra_float_digits,options\n",
	  map { "$_\n" } @settings;
	close $fh or die $!;
	system_or_bail($pgbouncer, '-q', '-d', "$dir/$name.ini");
	foreach (1 .. 10 * $PostgreSQL::Test::Utils::timeout_default)
	{
		last if -S "$dir/.s.PGSQL.$port" && -s "$dir/$name.pid";
		select undef, undef, undef, 0.1;
	}
	chomp($pid = slurp_file("$dir/$name.pid"));
	return;
}

sub stop_pool
{
	return unless defined $pid;
	kill 'INT', $pid;
	foreach (1 .. 10 * $PostgreSQL::Test::Utils::timeout_default)
	{
		last unless kill 0, $pid;
		select undef, undef, undef, 0.1;
	}
	undef $pid;
	return;
}
END { local $?; kill 'INT', $pid if defined $pid; }

sub psql_command
{
	return ('psql', '-XAtq', '-d',
		"host=$dir port=$port dbname=postgres user=anyone", @_);
}

# a client that connects, runs its statements and leaves
sub client
{
	my @args = map { ('-c', $_) } @_;
	my ($out, $err);
	IPC::Run::run [ psql_command(@args) ], '>', \$out, '2>', \$err;
	chomp $out;
	return $out . ($err =~ /^(?:psql: )?ERROR:\s+(.*)/m ? "($1)" : '');
}

# a client that stays
package Staying;
use IPC::Run;

sub new
{
	my $self = bless { in => '', out => '', err => '' };
	$self->{h} = IPC::Run::start [ main::psql_command() ], '<', \$self->{in},
	  '>', \$self->{out}, '2>', \$self->{err},
	  IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default);
	return $self;
}

sub query
{
	my ($self, $sql) = @_;
	$self->{out} = $self->{err} = '';
	$self->{in} .= "$sql\n\\echo done\n";
	$self->{h}->pump until $self->{out} =~ /^done$/m;
	$self->{out} =~ s/^done\n//m;
	chomp $self->{out};
	return $self->{out};
}

sub quit
{
	my $self = shift;
	$self->{in} .= "\\q\n";
	$self->{h}->finish;
	return;
}

package main;

my $range = q{SELECT sepgsql_get_range(sepgsql_getcon())};
my $rows = q{SELECT string_agg(a, ', ' ORDER BY a) FROM t};
my $c1 = "SELECT sepgsql_setcon('$low:c1')";
my $c2 = "SELECT sepgsql_setcon('$low:c2')";
my $backend = 'SELECT pg_backend_pid()';

# session mode
start_pool('session', 'pool_mode = session',
	'server_reset_query = DISCARD ALL');
my $server = client($backend);
is(client($range), 's0-s3:c0.c9', 'session mode: the label of the connection');
is( client($c1, $range, $rows),
	"t\ns0:c1\nof c1, open",
	'the first client takes its label, and sees what that sees');
is(client($range, $rows), "s0-s3:c0.c9\nof c1, of c2, open",
	'it is not the next client\'s');
is( client($c2, $range, $rows),
	"t\ns0:c2\nof c2, open",
	'the second client takes another');
is( client($c1, "SELECT sepgsql_setcon(NULL)"),
	't(SELinux: security policy violation)',
	'which it cannot leave by itself');
is(client($backend), $server, 'all on the same connection');
is(client('BEGIN', $c1, $range), "t\ns0:c1", 'a client that leaves in a transaction');
is(client($range), 's0-s3:c0.c9', 'and the next one');
stop_pool();

# what a session without a reset leads to
start_pool('unsafe', 'pool_mode = session', 'server_reset_query =');
$server = client($backend);
is(client($c1), 't', 'without a reset query');
is(client($range, $rows), "s0:c1\nof c1, open",
	'the next client has the label of the one before');
is(client($c2), '(SELinux: security policy violation)', 'and cannot take its own');
is(client($backend), $server, 'on the same connection');
stop_pool();

# transaction mode
start_pool('transaction', 'pool_mode = transaction');
$server = client($backend);
is( client('BEGIN', $c1, $rows, 'ROLLBACK'),
	"t\nof c1, open", 'transaction mode: a label for a transaction');
is(client($range), 's0-s3:c0.c9', 'ends with a ROLLBACK');
is( client('BEGIN', $c1, $rows, 'SELECT give_back()', 'COMMIT'),
	"t\nof c1, open\nt",
	'or is given back by a procedure that the policy trusts');
is(client($range), 's0-s3:c0.c9', 'before COMMIT');
is( client('BEGIN', $c1, 'SELECT 1/0', 'SELECT give_back()', 'COMMIT'),
	't(division by zero)', 'also where it fails');
is(client($range), 's0-s3:c0.c9', 'by the failure');
{
	my ($one, $two) = (Staying->new, Staying->new);
	is($one->query("BEGIN; $c1; $rows; SELECT give_back(); COMMIT;"),
		"t\nof c1, open\nt", 'two clients in turns: the first');
	is($two->query("BEGIN; $c2; $rows; SELECT give_back(); COMMIT;"),
		"t\nof c2, open\nt", 'the second');
	is($one->query("$range;"), 's0-s3:c0.c9', 'and nobody\'s between them');
	is($one->query("BEGIN; $c1; $rows; SELECT give_back(); COMMIT;"),
		"t\nof c1, open\nt", 'the first again');
	is($one->query("$backend;"), $two->query("$backend;"), 'on one connection');
	$one->quit;
	$two->quit;
}
is(client('BEGIN', $c1, 'COMMIT'), 't', 'a label that is committed');
is(client($range), 's0:c1', 'stays with the connection');
is(client($c2), '(SELinux: security policy violation)', 'another is refused');
is(client($backend), $server, 'all on the same connection');
stop_pool();

# transaction mode with a reset after each transaction
start_pool('always', 'pool_mode = transaction',
	'server_reset_query = DISCARD ALL', 'server_reset_query_always = 1');
$server = client($backend);
{
	my ($one, $two) = (Staying->new, Staying->new);
	is($one->query("BEGIN; $c1; $rows; COMMIT;"),
		"t\nof c1, open", 'with server_reset_query_always: the first client');
	is($two->query("$range;"), 's0-s3:c0.c9', 'commits no label');
	is($two->query("BEGIN; $c2; $rows; COMMIT;"), "t\nof c2, open", 'the second');
	is($one->query("$range;"), 's0-s3:c0.c9', 'neither');
	is($one->query("$backend;"), $two->query("$backend;"), 'on one connection');
	$one->quit;
	$two->quit;
}
is(client($backend), $server, 'all on the same connection');
stop_pool();

$node->stop;
done_testing();
