# Clients that are processes of the server itself: dblink, postgres_fdw and
# programs that the server starts.  They have the label of a "loopback" line of
# pg_peerlabel.conf, or no connection.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $admin = 'unconfined_u:unconfined_r:unconfined_t:s0-s15:c0.c1023';
my $user = 'user_u:user_r:user_t:s0';
my $looped = 'user_u:user_r:user_t:s0:c3';
my $staff = 'staff_u:staff_r:staff_t:s0:c4';

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(
	allows_streaming => 1,
	extra => [ '--enable-selinux', '--security-server=embedded' ]);
my $file = $node->data_dir . '/pg_peerlabel.conf';
my $su = getpwuid($>);
my @base = map { "local all $_ $admin\nhost all $_ 127.0.0.1/32 $admin\n" }
  ($su, 'low');
push @base, "local replication $su $admin\n";

sub write_rules
{
	open my $fh, '>', $file or die $!;
	print $fh @_;
	close $fh or die $!;
	return unless -e $node->data_dir . '/postmaster.pid';
	my $offset = -s $node->logfile;
	$node->reload;
	$node->wait_for_log(qr/received SIGHUP/, $offset);
	# one connection makes sure that the postmaster is through
	$node->safe_psql('postgres', 'SELECT 1');
	unlike(slurp_file($node->logfile, $offset), qr/was not reloaded/, 'reloaded');
}

write_rules(@base);
$node->append_conf('postgresql.conf', "listen_addresses = '127.0.0.1'\n"
	  . "sepostgresql_file_context = 'system_u:object_r:file_t:s0'\n");
append_to_file($node->data_dir . '/pg_hba.conf',
	"host all all 127.0.0.1/32 trust\n");
$node->start;
my ($host, $port) = ($node->host, $node->port);
$node->safe_psql(
	'postgres', qq{
	CREATE ROLE low LOGIN;
	CREATE ROLE other LOGIN;
	CREATE DATABASE otherdb;
	CREATE EXTENSION dblink;
	CREATE EXTENSION postgres_fdw;
	CREATE VIEW getcon AS SELECT sepgsql_getcon() AS con;
	GRANT SELECT ON getcon TO public;
	CREATE SERVER self FOREIGN DATA WRAPPER postgres_fdw
		OPTIONS (host '$host', port '$port', dbname 'postgres');
	CREATE SERVER self_tcp FOREIGN DATA WRAPPER postgres_fdw
		OPTIONS (host '127.0.0.1', port '$port', dbname 'postgres');
	CREATE USER MAPPING FOR $su SERVER self OPTIONS (user 'low');
	CREATE USER MAPPING FOR $su SERVER self_tcp OPTIONS (user 'low');
	CREATE FOREIGN TABLE far (con text) SERVER self OPTIONS (table_name 'getcon');
	CREATE FOREIGN TABLE far_tcp (con text) SERVER self_tcp OPTIONS (table_name 'getcon');
});

# every way, with what the other end has for a label or says
sub dblink
{
	my ($where, $db, $role) = @_;
	my ($ret, $out, $err) = $node->psql('postgres',
		"SELECT con FROM dblink('host=$where port=$port dbname=$db user=$role', 'SELECT sepgsql_getcon()') AS (con text)");
	return $ret == 0 ? $out : $err;
}

sub fdw
{
	my ($table) = @_;
	my ($ret, $out, $err) = $node->psql('postgres', "SELECT con FROM $table");
	return $ret == 0 ? $out : $err;
}

sub program
{
	my ($where, $role) = @_;
	my $marker = $node->basedir . '/marker';
	unlink $marker;
	$node->safe_psql('postgres',
		"COPY (SELECT 1) TO PROGRAM 'psql -XAt -h $where -p $port -U $role -d postgres -c \"SELECT sepgsql_getcon()\" > $marker 2>&1; true'"
	);
	my $said = slurp_file($marker);
	chomp $said;
	return $said;
}

sub all_ways
{
	my ($name, $expected) = @_;
	my %said = (
		'dblink' => dblink($host, 'postgres', 'low'),
		'dblink by TCP' => dblink('127.0.0.1', 'postgres', 'low'),
		'postgres_fdw' => fdw('far'),
		'postgres_fdw by TCP' => fdw('far_tcp'),
		'program' => program($host, 'low'),
		'program by TCP' => program('127.0.0.1', 'low'));
	foreach my $way (sort keys %said)
	{
		if (ref $expected)
		{
			like($said{$way}, $expected, "$name: $way");
		}
		else
		{
			is($said{$way}, $expected, "$name: $way");
		}
	}
}

my $none =
  qr/FATAL:  no pg_peerlabel.conf entry for loop-back connection, database "postgres", user "low"\n.*DETAIL:  The client is a process of this server.\n.*HINT:  Add an entry of type loopback/s;

sub direct
{
	my ($where, $role) = @_;
	# (no psql of the node's: it writes to one that may have ended)
	my ($out, $err) = run_command(
		[
			'psql', '-XAtd',
			"host=$where port=$port dbname=postgres user=$role",
			'-c', 'SELECT sepgsql_getcon()'
		]);
	return $out ne '' ? $out : $err;
}

# The lines for other clients, which fit the same client from outside, do not.
is(direct($host, 'low'), $admin, 'a client from outside');
is(direct('127.0.0.1', 'low'), $admin, 'by TCP');
all_ways('no line', $none);
like(
	dblink($host, 'postgres', $su),
	qr/no pg_peerlabel.conf entry for loop-back connection/,
	'nor for the role of the administrator');

# lines that do not fit
write_rules(
	"loopback otherdb low $looped\n",
	"loopback all other $looped\n",
	"worker all all $looped\n", @base);
all_ways('a line for others', $none);

# a line that does, and gives its label
write_rules(@base, "loopback postgres low $looped\n",
	"loopback all low,other $staff\n");
all_ways('a line', $looped);
is(dblink($host, 'otherdb', 'low'), $staff, 'another database');
is(dblink($host, 'postgres', 'other'), $staff, 'another role');
like(
	dblink($host, 'postgres', $su),
	qr/no pg_peerlabel.conf entry for loop-back connection, database "postgres", user "$su"/,
	'a role without a line');

# and it is for nobody else
is(direct($host, 'low'), $admin, 'a client from outside keeps its label');
like(
	direct($host, 'other'),
	qr/no pg_peerlabel.conf entry for local connection/,
	'loop-back lines are not for a client from outside');
like(
	direct('127.0.0.1', 'other'),
	qr/no pg_peerlabel.conf entry for host connection/,
	'nor by TCP');

# the label decides, not what the client at the other end has
$node->safe_psql('postgres',
	q{CREATE TABLE t (a int); GRANT ALL ON t TO low;
	  INSERT INTO t (security_label, a) VALUES
		('system_u:object_r:sepgsql_table_t:s0:c3', 1),
		('system_u:object_r:sepgsql_table_t:s0:c4', 2)});
is( $node->safe_psql(
		'postgres',
		"SELECT a FROM dblink('host=$host port=$port dbname=postgres user=low', 'SELECT a FROM t') AS (a int)"
	),
	'1',
	'rows by the label of the connection');

# replication
my $marker = $node->basedir . '/marker2';

sub replication
{
	unlink $marker;
	$node->safe_psql('postgres',
		"COPY (SELECT 1) TO PROGRAM 'psql -XAt \"host=$host port=$port user=$su replication=true\" -c \"IDENTIFY_SYSTEM\" > $marker 2>&1; true'"
	);
	return slurp_file($marker);
}
like(
	replication(),
	qr/no pg_peerlabel.conf entry for loop-back connection, database "replication", user "$su"/,
	'replication is refused');
write_rules(@base, "loopback all all $admin\n");
like(
	replication(),
	qr/no pg_peerlabel.conf entry for loop-back connection, database "replication"/,
	'"all" is not replication');
write_rules(@base, "loopback replication $su $admin\n");
unlike(replication(), qr/pg_peerlabel.conf/, 'a line for replication');

# the view
is( $node->safe_psql(
		'postgres',
		q{SELECT type, database, user_name, address, label FROM pg_peerlabel_file_rules WHERE type = 'loopback'}
	),
	"loopback|{replication}|{$su}||$admin",
	'the view');

$node->stop;
done_testing();
