# Cursors and policy: what was decided under one policy is not read under
# another.
use strict;
use warnings FATAL => 'all';

use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $policy_dir = ($ENV{SEPGSQL_ROOT} // "$FindBin::RealBin/../..") . '/policy';
my $dir = PostgreSQL::Test::Utils::tempdir;

# a policy that differs from the installed one
mkdir "$dir/other";
system_or_bail('make', '-s', '-C', $policy_dir, "OUT=$dir/other",
	'BOOLEANS=sepgsql_enable_users_ddl=false', 'all');

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--enable-selinux', '--security-server=embedded' ]);
my $conf = $node->data_dir . '/pg_peerlabel.conf';
my $old = slurp_file($conf);
unlink $conf;
append_to_file($conf, "local all someone user_u:user_r:user_t:s0\n$old");
$node->append_conf('postgresql.conf', "sepostgresql_policy_file = ''");
$node->start;
$node->safe_psql(
	'postgres', q{
	CREATE ROLE someone LOGIN;
	CREATE TABLE t AS SELECT g AS a FROM generate_series(1, 10000) g;
	GRANT ALL ON t TO someone;
	CREATE FUNCTION opened() RETURNS refcursor LANGUAGE plpgsql AS
	$$
	DECLARE r refcursor := 'r';
	BEGIN
		OPEN r FOR SELECT a FROM t;
		RETURN r;
	END $$;
	CREATE FUNCTION fetched(name refcursor) RETURNS int LANGUAGE plpgsql AS
	$$
	DECLARE v int;
	BEGIN
		FETCH name INTO v;
		RETURN v;
	END $$;
});

sub reload
{
	my ($file) = @_;
	my $offset = -s $node->logfile;
	$node->adjust_conf('postgresql.conf', 'sepostgresql_policy_file',
		"'$file'");
	$node->reload;
	$node->wait_for_log(qr/reloaded SELinux policy file|not reloaded/, $offset);
	like(slurp_file($node->logfile, $offset), qr/LOG:  reloaded/, 'reloaded');
}

my $s = $node->background_psql('postgres',
	on_error_stop => 0,
	extra_params => [ '-U', 'someone' ]);

sub fails
{
	my ($sql, $name) = @_;
	$s->{stderr} = '';
	$s->query($sql);
	like($s->{stderr},
		qr/ERROR:  the security policy has changed since cursor "\w+" was opened/,
		$name);
	$s->{stderr} = '';
}

my @policies = ("$dir/other/sepostgresql.33", '');
my $n = 0;
foreach my $way (
	[ 'DECLARE c CURSOR FOR SELECT a FROM t', 'FETCH 1 FROM c' ],
	[ 'DECLARE c SCROLL CURSOR FOR SELECT a FROM t ORDER BY a', 'FETCH 1 FROM c' ],
	[ 'DECLARE c SCROLL CURSOR FOR SELECT a FROM t', 'MOVE 1 IN c' ],
	[ 'SELECT opened()', 'FETCH 1 FROM r' ],
	[ 'SELECT opened()', q{SELECT fetched('r')} ])
{
	my ($open, $fetch) = @$way;

	# (the first policy is in force again at the start of each round)
	$s->query_safe('BEGIN');
	$s->query_safe($open);
	like($s->query_safe($fetch), qr/^[12]?$/, "$fetch before");
	reload($policies[0]);
	fails($fetch, "$open; $fetch after");
	$s->query('ROLLBACK');
	reload($policies[1]);
}

# WITH HOLD: its rows were stored
$s->query_safe('BEGIN');
$s->query_safe('DECLARE h CURSOR WITH HOLD FOR SELECT a FROM t');
$s->query_safe('FETCH 1 FROM h');
$s->query_safe('COMMIT');
is($s->query_safe('FETCH 1 FROM h'), '2', 'WITH HOLD before');
reload($policies[0]);
fails('FETCH 1 FROM h', 'WITH HOLD after');
reload($policies[1]);
fails('FETCH 1 FROM h', 'and the policy before once more is another one');
$s->query_safe('CLOSE h');

# rows that are stored at the end of a transaction that saw a reload
$s->query_safe('BEGIN');
$s->query_safe('DECLARE h CURSOR WITH HOLD FOR SELECT a FROM t');
reload($policies[0]);
$s->query_safe('COMMIT');
fails('FETCH 1 FROM h', 'WITH HOLD over a reload');
$s->query_safe('CLOSE h');

# a cursor that is opened now is decided now
$s->query_safe('BEGIN');
$s->query('DECLARE c CURSOR FOR SELECT a FROM t');
is($s->query('FETCH 1 FROM c'), '1', 'a new cursor');
$s->query('ROLLBACK');

# the extended protocol: a statement and its execution at once is no problem
reload($policies[1]);
is($s->query_safe("SELECT count(*) FROM t \\bind \\g"), '10000', 'bind and execute');

$s->quit;
$node->stop;
done_testing();
