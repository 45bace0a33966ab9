# A restore that fails: a message, an exit code, and nothing half done.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use SepgsqlTest;
use Test::More;

my $dir = PostgreSQL::Test::Utils::tempdir;
my $table = 'system_u:object_r:sepgsql_table_t';

sub new_db
{
	my ($node, $db) = @_;

	$node->safe_psql('postgres', "DROP DATABASE IF EXISTS $db");
	$node->safe_psql('postgres', "CREATE DATABASE $db");
}

# what a user has made in a database
my $count = q{SELECT (SELECT count(*) FROM pg_class WHERE oid >= 16384) + (SELECT count(*) FROM pg_proc WHERE oid >= 16384)
	+ (SELECT count(*) FROM pg_type WHERE oid >= 16384) + (SELECT count(*) FROM pg_largeobject_metadata)};

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--enable-selinux', '--security-server=embedded', '--wal-segsize=1' ]);
$node->append_conf('postgresql.conf', 'fsync = off');
$node->start;

$node->safe_psql('postgres', 'CREATE DATABASE src');
$node->safe_psql('src', qq{
CREATE TYPE en AS ENUM ('a', 'b');
SECURITY LABEL FOR selinux ON TYPE en IS 'system_u:object_r:sepgsql_sysobj_t:s2';
CREATE TABLE first (a int) SECURITY_LABEL = '$table:s1';
INSERT INTO first (security_label, a) VALUES ('$table:s1', 1), ('$table:s2', 2);
CREATE FUNCTION slow(int) RETURNS bool LANGUAGE plpgsql AS
	\$\$BEGIN PERFORM pg_sleep(1000) WHERE \$1 = 3 AND current_database() LIKE 'slow%'; RETURN true; END\$\$;
CREATE TABLE last (a int CHECK (slow(a)), b text);
INSERT INTO last (security_label, a, b) SELECT '$table:s' || i % 3, i, repeat('x', 500) FROM generate_series(1, 12000) i;
SELECT lo_from_bytea(70001, 'secret'), lo_set_security(70001, 'system_u:object_r:sepgsql_blob_t:s2:c7');
});
my $rows = 'SELECT security_label, a FROM first UNION ALL SELECT security_label, a FROM last ORDER BY 1, 2';
my $expected = $node->safe_psql('src', $rows);

my %archive;
foreach my $format ('custom', 'directory', 'tar', 'plain')
{
	$archive{$format} = "$dir/$format";
	ok_run($node, 'pg_dump', '--security-label', '-F', $format, '-f', $archive{$format}, 'src');
}

# ways to restore into a database, and whether all is one transaction
my @ways = (
	[ 1, 'pg_restore --single-transaction', sub { 'pg_restore', '--single-transaction', '-d', $_[0], $archive{custom} } ],
	[ 1, 'psql -1', sub { 'psql', '-X', '-q', '-1', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', '-d', $_[0], '-f', $archive{plain} } ],
	[ 0, 'pg_restore', sub { 'pg_restore', '-d', $_[0], $archive{tar} } ],
	[ 0, 'pg_restore -j', sub { 'pg_restore', '-j', '2', '-d', $_[0], $archive{directory} } ],
	[ 0, 'psql', sub { 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', '-d', $_[0], '-f', $archive{plain} } ]);

# nothing at all is there, or not one of the rows of a table
sub nothing_half
{
	my ($one, $db, $what) = @_;

	if ($one)
	{
		is($node->safe_psql($db, $count), '0', "$what: nothing is there");
	}
	else
	{
		is($node->safe_psql($db, "SELECT count(*) FROM last"), '0', "$what: no row of the table is there");
	}
}

# A full disk: files cannot grow.
sub start_with_limit
{
	my ($kilobytes) = @_;

	$node->stop;
	system('bash', '-c', "ulimit -f $kilobytes && exec pg_ctl -w -s -D '" . $node->data_dir . "' -l '" . $node->logfile . "' start") == 0
		or BAIL_OUT('cannot start the server with a limit');
	$node->_update_pid(1);
}
start_with_limit(3000);
foreach my $way (@ways)
{
	my ($one, $name, $command) = @$way;

	new_db($node, 'd');
	my ($out, $err) = bad_run($node, $command->('d'));
	like($err, qr/could not extend file .*: (?:File too large|No space left on device)/, "$name, full: message");
	like($err, qr/Check free disk space/, "$name, full: what to do");
	nothing_half($one, 'd', "$name, full");
}
$node->stop;
$node->start;
foreach my $way (@ways)
{
	my ($one, $name, $command) = @$way;

	new_db($node, 'd');
	ok_run($node, $command->('d'));
	is($node->safe_psql('d', $rows), $expected, "$name: with space enough all is there");
}

# A lost connection, and a server that goes down.
foreach my $way (@ways)
{
	my ($one, $name, $command) = @$way;

	foreach my $how ('terminated', 'crash')
	{
		my ($out, $err) = ('', '');
		my $sleeping = "FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = 'slowd'";

		new_db($node, 'slowd');
		local $ENV{PGHOST} = $node->host;
		local $ENV{PGPORT} = $node->port;
		my $h = IPC::Run::start([ $command->('slowd') ], '>', \$out, '2>', \$err);
		$node->poll_query_until('postgres', "SELECT count(*) = 1 $sleeping") or die $err;
		if ($how eq 'crash')
		{
			$node->stop('immediate');
		}
		else
		{
			$node->safe_psql('postgres', "SELECT pg_terminate_backend(pid) $sleeping");
		}
		IPC::Run::finish($h);
		ok($? != 0, "$name, $how: exit code");
		like($err, qr/terminating connection|server closed the connection|terminated abnormally/, "$name, $how: message");
		$node->start if $how eq 'crash';
		nothing_half($one, 'slowd', "$name, $how");
	}
}

# Labels that the policy does not know any more: what has one is not there
# without it, whatever else is restored.
my $old = "$dir/old";
ok_run($node, 'pg_dump', '--security-label', '--format=directory', '--compress=none', '-f', $old, 'src');
foreach my $file (glob("$old/*.dat"))
{
	local $/;
	open my $fh, '+<:raw', $file or die $!;
	my $content = <$fh>;
	$content =~ s/sepgsql_(tabl|sysob|blo|pro)/old_app_$1/g;
	seek $fh, 0, 0;
	print $fh $content;
	close $fh;
}
new_db($node, 'd');
my ($out, $err) = bad_run($node, 'pg_restore', '-d', 'd', $old);
like($err, qr/invalid security context: "system_u:object_r:old_app_table_t:s1".*security label of relation "first"/s, 'a table: label and object');
like($err, qr/invalid security context: "unconfined_u:object_r:old_app_proc_\S+".*security label of function "slow"/s, 'a function: label and object');
like($err, qr/invalid security label: "system_u:object_r:old_app_sysobj_t:s2".*security label of type (?:public\.)?en/s, 'a type: label and object');
like($err, qr/invalid security context: "system_u:object_r:old_app_blob_t:s2:c7".*security label of large object 70001/s, 'a large object: label and object');
is($node->safe_psql('d', $count), '0', 'none of them is there');
ok_run($node, 'pg_restore', '-f', "$dir/old.sql", $old);
new_db($node, 'd');
($out, $err) = run_program($node, 1, 'psql', '-X', '-q', '-d', 'd', '-f', "$dir/old.sql");
like($err, qr/invalid security context: "system_u:object_r:old_app_table_t:s1"/, 'psql that goes on after an error');
is($node->safe_psql('d', $count), '0', 'nor is anything there then');

# Mapped to the new ones in the script, as the README says.
system("sed 's/:old_app_/:sepgsql_/g' $dir/old.sql > $dir/new.sql") == 0 or die;
new_db($node, 'd');
ok_run($node, 'psql', '-X', '-q', '-1', '-v', 'ON_ERROR_STOP=1', '-d', 'd', '-f', "$dir/new.sql");
is($node->safe_psql('d', $rows), $expected, 'mapped: rows');
is($node->safe_psql('d', q{SELECT security_label FROM pg_type WHERE typname = 'en'}), 'system_u:object_r:sepgsql_sysobj_t:s2', 'mapped: a type');
is($node->safe_psql('d', 'SELECT lo_get_security(70001)'), 'system_u:object_r:sepgsql_blob_t:s2:c7', 'mapped: a large object');

$node->stop;
done_testing();
