# The embedded security server: policies that stop the server, reload that
# keeps the policy before, reload that every session adopts.
use strict;
use warnings FATAL => 'all';

use File::Copy;
use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $policy_dir = ($ENV{SEPGSQL_ROOT} // "$FindBin::RealBin/../..") . '/policy';
my $dir = PostgreSQL::Test::Utils::tempdir;

sub write_file
{
	my ($path, $content) = @_;
	open my $fh, '>', $path or die "$path: $!";
	binmode $fh;
	print $fh $content;
	close $fh or die "$path: $!";
}

# a policy that differs from the installed one
mkdir "$dir/other";
system_or_bail('make', '-s', '-C', $policy_dir, "OUT=$dir/other",
	'BOOLEANS=sepgsql_enable_users_ddl=false', 'all');
my $other = slurp_file("$dir/other/sepostgresql.33");

# one without classes for databases
my $cil = slurp_file("$policy_dir/sepostgresql.cil");
$cil =~ s/\bdb_(\w+)/nodb_$1/g;
write_file("$dir/nodb.cil", $cil);
system_or_bail('secilc', '-N', '-M', 'true', '-c', '33', '-U', 'deny', '-o',
	"$dir/nodb", '-f', "$dir/nodb.fc", "$dir/nodb.cil",
	"$dir/other/levels.cil");

# and one that does not know the type of ordinary users
$cil = slurp_file("$policy_dir/sepostgresql.cil");
$cil =~ s/\buser_t\b/uzer_t/g;
write_file("$dir/nouser.cil", $cil);
system_or_bail('secilc', '-N', '-M', 'true', '-c', '33', '-U', 'deny', '-o',
	"$dir/nouser", '-f', "$dir/nouser.fc", "$dir/nouser.cil",
	"$dir/other/levels.cil");

# the others are made from bytes
my $image = $other;
write_file("$dir/policy", $image);
write_file("$dir/empty", '');
write_file("$dir/short", substr($image, 0, length($image) - 1000));
write_file("$dir/shorter", substr($image, 0, 20));
write_file("$dir/nonsense", "not a policy\n" x 1000);
write_file("$dir/unreadable", $image);
chmod 0000, "$dir/unreadable";

# magic, length of the name, name, version
my ($magic, $len) = unpack 'VV', $image;
is($magic, 0xf97cff8c, 'magic number');
my $newer = $image;
substr($newer, 8 + $len, 4) = pack 'V', 99;
write_file("$dir/newer", $newer);

my %bad = (
	"$dir/missing" => qr/could not open SELinux policy file/,
	"$dir/empty" => qr/is not an SELinux policy/,
	"$dir" => qr/is not an SELinux policy/,
	"$dir/short" => qr/could not load SELinux policy file/,
	"$dir/shorter" => qr/could not load SELinux policy file/,
	"$dir/nonsense" => qr/could not load SELinux policy file/,
	"$dir/newer" => qr/could not load SELinux policy file.*version/,
	"$dir/nodb" => qr/could not load SELinux policy file.*db_/);
# (whoever may read every file can also read this one)
$bad{"$dir/unreadable"} = qr/could not open SELinux policy file/
  unless open(my $readable, '<', "$dir/unreadable");

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--enable-selinux', '--security-server=embedded' ]);
my $data = $node->data_dir;
$node->append_conf('postgresql.conf', "sepostgresql_policy_file = ''");

# at start each one is fatal
foreach my $file (sort keys %bad)
{
	$node->adjust_conf('postgresql.conf', 'sepostgresql_policy_file',
		"'$file'");
	my $offset = -s $node->logfile || 0;
	ok(!$node->start(fail_ok => 1), "no start with $file");
	like(
		PostgreSQL::Test::Utils::slurp_file($node->logfile, $offset),
		qr/FATAL:  .*\Q$file\E/s,
		'the log names the file');
	like(
		PostgreSQL::Test::Utils::slurp_file($node->logfile, $offset),
		$bad{$file}, 'and says why');
	ok(!-e "$data/postmaster.pid", 'nothing runs');
}

# start with the installed policy
$node->adjust_conf('postgresql.conf', 'sepostgresql_policy_file', "''");
append_to_file("$data/pg_selinux/policy.left_over", 'x');
$node->start;
my @images = glob "$data/pg_selinux/policy.*";
is(scalar @images, 1, 'one image');
unlike($images[0], qr/left_over/, 'what was left over is gone');
my $first = $images[0];

sub reload
{
	my ($file) = @_;
	my $offset = -s $node->logfile;
	$node->adjust_conf('postgresql.conf', 'sepostgresql_policy_file',
		"'$file'");
	$node->reload;
	$node->wait_for_log(qr/SELinux policy file .* was not reloaded|reloaded SELinux policy file|not reloaded: /,
		$offset);
	return slurp_file($node->logfile, $offset);
}

# at reload none of them does harm
my $session = $node->background_psql('postgres');
my $before = $session->query_safe('SELECT policy_sequence FROM pg_stat_selinux');
foreach my $file (sort keys %bad)
{
	my $log = reload($file);
	like($log, qr/policy file "\Q$file\E" was not reloaded/,
		"not reloaded: $file");
	unlike($log, qr/\breloaded SELinux policy file/, 'nor said so');
}
is($session->query_safe('SELECT policy_sequence FROM pg_stat_selinux'),
	$before, 'the policy before is in force');
is($node->safe_psql('postgres', 'SELECT 1'), '1', 'new sessions too');
is(join(' ', glob "$data/pg_selinux/policy.*"), $first, 'same image');

# a good one is adopted at the next statement
like(reload("$dir/policy"), qr/LOG:  reloaded SELinux policy file/, 'reloaded');
my $after = $session->query_safe('SELECT policy_sequence FROM pg_stat_selinux');
cmp_ok($after, '>', $before, 'an open session has adopted it');
my ($second) = grep { $_ ne $first } glob "$data/pg_selinux/policy.*";
ok(defined $second, 'the new image is stored');
is(slurp_file($second), $image, 'whole');

# what it says holds: users may make nothing
{
	my $conf = slurp_file("$data/pg_peerlabel.conf");
	write_file("$data/pg_peerlabel.conf",
		"local all someone user_u:user_r:user_t:s0\n$conf");
}
$node->safe_psql('postgres',
	'CREATE ROLE someone LOGIN; GRANT ALL ON SCHEMA public TO someone');
$node->reload;
my ($ret, $stdout, $stderr) = $node->psql('postgres',
	'CREATE TABLE mine (a int)', extra_params => [ '-U', 'someone' ]);
isnt($ret, 0, 'the new policy forbids users to make tables');
like($stderr, qr/SELinux: security policy violation/, 'by the policy');

# the first one again: an open session of that user follows
my $user = $node->background_psql('postgres',
	extra_params => [ '-U', 'someone' ]);
$user->query_safe('SELECT 1');
like(reload(''), qr/LOG:  reloaded SELinux policy file/, 'reloaded');
$user->query_safe('CREATE TABLE mine (a int)');
ok(1, 'the policy before permits it');
$user->quit;

# images that nobody uses any more go away; that of an idle session stays
$session->query_safe('SELECT 1');
like(reload("$dir/policy"), qr/LOG:  reloaded SELinux policy file/, 'reloaded');
ok(-e $first, 'the image that a session uses is kept');
$session->query_safe('SELECT 1');
$node->reload;    # the same file again
my $gone = 0;
foreach (1 .. 100)
{
	$gone = !-e $first;
	last if $gone;
	$node->safe_psql('postgres', 'SELECT 1');
	$node->reload;
	select undef, undef, undef, 0.1;
}
ok($gone, 'the image that nobody uses is deleted');

# a session that cannot load the policy in force ends
like(reload(''), qr/LOG:  reloaded SELinux policy file/, 'reloaded');
my $offset = -s $node->logfile;
move($first, "$dir/taken_away") or die $!;
eval { $session->query('SELECT 1'); };
$node->wait_for_log(qr/FATAL:  could not open SELinux policy file/, $offset);
ok(1, 'the session has ended');
eval { $session->quit; };
move("$dir/taken_away", $first) or die $!;
is($node->safe_psql('postgres', 'SELECT 1'), '1', 'others connect');

# and so does one that finds another content
$session = $node->background_psql('postgres');
$session->query_safe('SELECT 1');
like(reload("$dir/policy"), qr/LOG:  reloaded SELinux policy file/, 'reloaded');
$offset = -s $node->logfile;
write_file($second, $image . 'x');
eval { $session->query('SELECT 1'); };
$node->wait_for_log(qr/FATAL:  .*does not have the digest/, $offset);
ok(1, 'the session has ended');
eval { $session->quit; };
write_file($second, $image);

# after a crash of a backend the policy in force stays in force
$node->safe_psql('postgres', 'SELECT 1');
$offset = -s $node->logfile;
my $pid = $node->safe_psql('postgres',
	q{SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'});
$node->append_conf('postgresql.conf', 'restart_after_crash = on');
$node->reload;
kill 'KILL', $pid;
$node->wait_for_log(qr/database system is ready to accept connections/, $offset);
($ret, $stdout, $stderr) = $node->psql('postgres',
	'CREATE TABLE mine2 (a int)', extra_params => [ '-U', 'someone' ]);
like($stderr, qr/SELinux: security policy violation/,
	'the same policy after a crash');

# A statement goes on under the policy that it began with, and so do its
# parallel workers, though they start under the next one.  That one does not
# know the client's label any more: it counts as unlabeled, which sees nothing.
like(reload(''), qr/LOG:  reloaded SELinux policy file/, 'reloaded');
$node->safe_psql('postgres',
	"CREATE TABLE shown AS SELECT g AS a FROM generate_series(1, 10000) g;
	 GRANT SELECT ON shown TO someone; ANALYZE shown;
	 CREATE FUNCTION slow_count() RETURNS SETOF bigint LANGUAGE plpgsql AS
	 \$\$
	 BEGIN
		PERFORM pg_sleep(5);
		RETURN QUERY SELECT count(*) FROM shown;
	 END \$\$;
	 CREATE FUNCTION launched() RETURNS bigint LANGUAGE sql AS
	 \$\$ SELECT parallel_workers_launched FROM pg_stat_database WHERE datname = 'postgres' \$\$");
$user = $node->background_psql('postgres',
	extra_params => [ '-U', 'someone' ]);
$user->query_safe(q{
	SET debug_parallel_query = on;
	SET parallel_setup_cost = 0;
	SET parallel_tuple_cost = 0;
	SET min_parallel_table_scan_size = 0;
	SET parallel_leader_participation = off;
});
like($user->query_safe('EXPLAIN (COSTS OFF) SELECT count(*) FROM shown'),
	qr/Gather/, 'a parallel plan');
is($user->query_safe('SELECT count(*) FROM shown'), '10000', 'rows are seen');
$user->query_until(
	qr/started/, q{
	\echo started
	SELECT 'count is ' || slow_count();
});
$node->poll_query_until('postgres',
	"SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
my $launched = $node->safe_psql('postgres', 'SELECT launched()');
like(reload("$dir/nouser"), qr/LOG:  reloaded SELinux policy file/,
	'reloaded in the middle of a statement');
is($node->safe_psql('postgres', 'SELECT count(*) FROM shown'),
	'10000', 'the new one is in force');
my $result = $user->query_until(qr/count is \d+/, '');
like($result, qr/count is 10000/,
	'workers under the policy of their leader');
ok( $node->poll_query_until('postgres', "SELECT launched() > $launched"),
	'there were workers');
my $now = eval { $user->query('SELECT count(*) FROM shown') } // 'ended';
unlike($now, qr/10000/, 'the next statement is under the new one');
eval { $user->quit; };
($ret, $stdout, $stderr) = $node->psql('postgres', 'SELECT 1',
	extra_params => [ '-U', 'someone' ]);
like(
	$stderr,
	qr/FATAL:  invalid security context: "user_u:user_r:user_t:s0"/,
	'nobody connects with a label that the policy does not know');

$node->stop;
done_testing();
