# initdb --enable-selinux: options, what it writes, and that every row it made
# has a label.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $dir = PostgreSQL::Test::Utils::tempdir;
my $admin = 'unconfined_u:unconfined_r:unconfined_t:s0-s15:c0.c1023';
my $kernel = -e '/sys/fs/selinux/status';

# wrong options make nothing
command_fails_like(
	[ 'initdb', '-D', "$dir/x", '--security-server=embedded' ],
	qr/need --enable-selinux/, 'server without --enable-selinux');
command_fails_like(
	[ 'initdb', '-D', "$dir/x", '--enable-selinux', '--security-server=none' ],
	qr/must be "kernel" or "embedded"/, 'no such server');
command_fails_like(
	[
		'initdb', '-D', "$dir/x", '--enable-selinux',
		'--security-server=kernel', '--policy-file=/etc/hostname'
	],
	qr/embedded security server only/, 'policy file for the kernel');
command_fails_like(
	[ 'initdb', '-D', "$dir/x", '--enable-selinux', '--policy-file=/nowhere' ],
	qr/could not access file "\/nowhere"/, 'missing policy file');
SKIP:
{
	skip 'this kernel has SELinux', 1 if $kernel;
	command_fails_like(
		[
			'initdb', '-D', "$dir/x", '--enable-selinux',
			'--security-server=kernel'
		],
		qr/kernel of this machine has no SELinux/,
		'kernel without SELinux');
}
ok(!-e "$dir/x", 'nothing was made');

# a policy that is none: initdb fails, and leaves nothing
append_to_file("$dir/nonsense", "this is not a policy\n" x 100);
command_fails_like(
	[
		'initdb', '--no-sync', '-D', "$dir/x", '--enable-selinux',
		'--policy-file', "$dir/nonsense"
	],
	qr/could not load SELinux policy file/, 'nonsense as policy');
ok(!-e "$dir/x", 'nothing was left');

# two clusters: stock and labelled
command_ok([ 'initdb', '--no-sync', '-A', 'trust', '-D', "$dir/stock" ],
	'stock initdb');
ok(!-e "$dir/stock/pg_selinux", 'no directory pg_selinux');
ok(!-e "$dir/stock/pg_peerlabel.conf", 'no pg_peerlabel.conf');

my $out = '';
my $res = IPC::Run::run(
	[
		'initdb', '--no-sync', '-D', "$dir/labelled", '-U', 'pg su',
		'--enable-selinux', '--security-server=embedded'
	],
	'>&' => \$out);
ok($res, 'labelled initdb') or diag $out;
ok(-f "$dir/labelled/pg_selinux/labelled", 'the mark');
my $conf = slurp_file("$dir/labelled/postgresql.conf");
like($conf, qr/^sepostgresql = on/m, 'switched on');
like($conf, qr/^sepostgresql_security_server = embedded/m, 'server named');
like($conf, qr/^#sepostgresql_policy_file/m, 'the installed policy');
my $labels = slurp_file("$dir/labelled/pg_peerlabel.conf");
my @lines = grep { !/^\s*(#|$)/ } split /\n/, $labels;
is(scalar @lines, 2, 'two lines in pg_peerlabel.conf');
like($lines[0], qr/^local\s+all\s+"pg su"\s+\Q$admin\E$/, 'administrator');
like($lines[1], qr/^local\s+replication\s+"pg su"\s+\Q$admin\E$/,
	'replication');
like($labels, qr/^#local\s.*\suser_u:user_r:user_t:s0$/m,
	'a commented line for an ordinary user');
like(
	slurp_file("$dir/labelled/pg_hba.conf"),
	qr/^local\s+all\s+all\s+peer$/m,
	'local connections by peer');

# the internal switch is for initdb alone
command_fails_like(
	[
		'postgres', '-D', "$dir/labelled", '-c', 'sepostgresql_initdb=on',
		'-c', 'listen_addresses=', '-c', "unix_socket_directories=$dir"
	],
	qr/sepostgresql_initdb/, 'no server with the switch');

# every row is labelled
my $node = PostgreSQL::Test::Cluster->new('labelled');
$node->init(
	extra => [ '--enable-selinux', '--security-server=embedded' ]);
$node->start;
is($node->safe_psql('postgres', 'SELECT sepgsql_getcon()'),
	$admin, 'label of the administrator');
is( $node->safe_psql('postgres', 'SELECT sepgsql_server_getcon()'),
	'system_u:system_r:postgresql_t:s0',
	'label of the server');

$node->safe_psql('postgres', "ALTER DATABASE template0 ALLOW_CONNECTIONS true");
foreach my $db ('postgres', 'template1', 'template0')
{
	my $bad = $node->safe_psql(
		$db, q{
		CREATE TEMP TABLE result(rel text, bad bigint, total bigint);
		DO $$
		DECLARE r record; b bigint; t bigint;
		BEGIN
		  FOR r IN SELECT oid::regclass AS rel FROM pg_class
		    WHERE relkind = 'r' AND relpersistence = 'p' AND relname NOT IN
		      ('pg_security', 'pg_shsecurity', 'pg_depend', 'pg_shdepend',
		       'pg_largeobject', 'pg_statistic', 'pg_statistic_ext_data')
		  LOOP
		    EXECUTE format('SELECT count(*) FILTER (WHERE security_label LIKE %L), count(*) FROM %s',
		                   '%:unlabeled_t:%', r.rel) INTO b, t;
		    INSERT INTO pg_temp.result VALUES (r.rel, b, t);
		  END LOOP;
		END $$;
		SELECT sum(bad), sum(total) > 10000,
		  string_agg(rel, ' ') FILTER (WHERE bad > 0) FROM pg_temp.result;
	});
	is($bad, '0|t|', "no unlabeled row in $db");
}

# labels by sepgsql_contexts
is( $node->safe_psql(
		'postgres',
		q{SELECT security_label FROM pg_class WHERE oid = 'pg_class'::regclass}
	),
	'system_u:object_r:sepgsql_sysobj_t:s0',
	'label of a catalog');
is( $node->safe_psql(
		'postgres',
		q{SELECT security_label FROM pg_class WHERE oid = 'pg_views'::regclass}
	),
	'system_u:object_r:sepgsql_view_t:s0',
	'label of a view');
is( $node->safe_psql(
		'postgres',
		q{SELECT security_label FROM pg_proc WHERE proname = 'int4pl'}),
	'system_u:object_r:sepgsql_proc_exec_t:s0',
	'label of a function');
is( $node->safe_psql(
		'postgres',
		q{SELECT string_agg(DISTINCT security_label, ' ') FROM pg_database}),
	'system_u:object_r:sepgsql_db_t:s0',
	'labels of the databases');
is( $node->safe_psql(
		'postgres',
		q{SELECT lanname, security_label FROM pg_language ORDER BY 1}),
	"c|system_u:object_r:sepgsql_lang_t:s0\n"
	  . "internal|system_u:object_r:sepgsql_lang_t:s0\n"
	  . "plpgsql|system_u:object_r:sepgsql_safe_lang_t:s0\n"
	  . "sql|system_u:object_r:sepgsql_safe_lang_t:s0",
	'labels of languages');

# the dictionary names each number once, and is sound
is( $node->safe_psql(
		'postgres',
		q{SET enable_indexscan = off; SET enable_bitmapscan = off;
		  SELECT count(*) - count(DISTINCT (relid, secid)) FROM pg_security}),
	'0', 'numbers are unique');

$node->stop;

# a host's own policy, where there is one (MCS or MLS, so ranges differ)
SKIP:
{
	my ($host) = grep { -r } glob '/etc/selinux/*/policy/policy.3[0-9]';
	skip 'no policy of this host', 3 unless $host;
	my $node2 = PostgreSQL::Test::Cluster->new('host_policy');
	$node2->init(
		extra => [
			'--enable-selinux', '--security-server=embedded',
			"--policy-file=$host"
		]);
	like(
		slurp_file($node2->data_dir . '/postgresql.conf'),
		qr/^sepostgresql_policy_file = '\Q$host\E'/m,
		'the file is named');
	$node2->start;
	like(
		$node2->safe_psql('postgres', 'SELECT sepgsql_getcon()'),
		qr/^unconfined_u:unconfined_r:unconfined_t/,
		'an administrator that this policy knows');
	is( $node2->safe_psql(
			'postgres',
			q{SELECT count(*) FROM pg_class WHERE security_label LIKE '%:unlabeled_t:%'}
		),
		'0',
		'labelled by this policy');
	$node2->stop;
}
ok(!-e $node->data_dir . '/pg_selinux/administrator', 'nothing is left over');

# size of the databases: at most 1.05 times stock
my $size = sub {
	my ($base) = @_;
	my $sum = 0;
	foreach my $db (glob("$base/base/*"))
	{
		$sum += -s $_ foreach grep { -f } glob("$db/*");
	}
	return $sum;
};
my $ratio = $size->("$dir/labelled") / $size->("$dir/stock");
cmp_ok($ratio, '<=', 1.05, 'size of the databases');
note sprintf("size: %.3f times stock", $ratio);

done_testing();
