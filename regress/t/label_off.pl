# The SECURITY_LABEL clause, pg_seclabels and psql where labels are off, and
# the clause by tab.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--enable-selinux', '--security-server=embedded' ]);
$node->append_conf('postgresql.conf', 'sepostgresql_row_level = on');
$node->start;

my $label = 'system_u:object_r:sepgsql_ro_table_t:s0';
$node->safe_psql(
	'postgres', qq{
	CREATE TABLE t (a int SECURITY_LABEL = '$label') SECURITY_LABEL = '$label';
	CREATE VIEW v AS SELECT 1 AS a;
	CREATE SEQUENCE s;
	CREATE FUNCTION f() RETURNS int RETURN 1;
	CREATE AGGREGATE ag(int) (sfunc = int4pl, stype = int);
	CREATE MATERIALIZED VIEW mv AS SELECT 1 AS a;
	CREATE SCHEMA sc;
	CREATE DATABASE db;
});

# what psql shows, by itself and for a server that has no labels to show
sub describe
{
	my ($hide) = @_;
	my $out = '';
	foreach my $command (
		'\d+ t', '\d+ v', '\d+ s', '\dt+ t', '\df+ f', '\dn+ sc', '\l+ db',
		'\dL+ plpgsql', '\dl+', '\dv+', '\ds+', '\dm+')
	{
		my @set = $hide ? ('--set', "HIDE_SECURITY_LABELS=$hide") : ();
		my ($stdout, $stderr) = run_command(
			[
				'psql', '-X', @set, '-d', $node->connstr('postgres'),
				'-c', $command
			]);
		is($stderr, '', "$command without a message");
		$out .= "$stdout\n";
	}
	return $out;
}
my $shown = describe();
is(() = $shown =~ /Security label/g,
	12 + 1, 'labels are shown where the server has them');
like($shown, qr/Security label: \Q$label\E/, 'label of a table');
my $hidden = describe('on');
unlike($hidden, qr/Security label/, 'and hidden by HIDE_SECURITY_LABELS');
my ($stdout, $stderr) = run_command(
	[
		'psql', '-X', '-d', $node->connstr('postgres'), '-c',
		'\set HIDE_SECURITY_LABELS nonsense'
	]);
like($stderr, qr/unrecognized value "nonsense" for "HIDE_SECURITY_LABELS"/,
	'a value that is none');

my $count =
  $node->safe_psql('postgres',
	q{SELECT count(*) FROM pg_seclabels WHERE provider = 'selinux'});
cmp_ok($count, '>', 5000, 'pg_seclabels shows labels');

# off
$node->append_conf('postgresql.conf', 'sepostgresql = off');
$node->restart;
my $l = "SECURITY_LABEL = '$label'";
my @commands = (
	"CREATE TABLE bad (a int) $l",
	"CREATE TABLE bad (a int $l)",
	"CREATE TABLE bad $l AS SELECT 1",
	"CREATE MATERIALIZED VIEW bad $l AS SELECT 1",
	"CREATE VIEW bad $l AS SELECT 1",
	"CREATE OR REPLACE VIEW v $l AS SELECT 1 AS a",
	"CREATE SEQUENCE bad $l",
	"CREATE TABLE bad (a int GENERATED ALWAYS AS IDENTITY ($l))",
	"CREATE SCHEMA bad $l",
	"CREATE FUNCTION bad() RETURNS int $l RETURN 1",
	"CREATE OR REPLACE FUNCTION f() RETURNS int $l RETURN 1",
	"CREATE PROCEDURE bad() $l LANGUAGE sql AS ''",
	"CREATE AGGREGATE bad(int) (sfunc = int4pl, stype = int, security_label = '$label')",
	"CREATE DATABASE bad $l",
	"ALTER TABLE t $l",
	"ALTER TABLE t ALTER COLUMN a $l",
	"ALTER TABLE t ADD bad int $l",
	"ALTER VIEW v $l",
	"ALTER MATERIALIZED VIEW mv $l",
	"ALTER MATERIALIZED VIEW mv ALTER a $l",
	"ALTER SEQUENCE s $l",
	"ALTER SCHEMA sc $l",
	"ALTER FUNCTION f() $l",
	"ALTER AGGREGATE ag(int) $l",
	"ALTER DATABASE db $l");
foreach my $command (@commands)
{
	my ($ret, $out, $err) =
	  $node->psql('postgres', "\\set VERBOSITY verbose\n$command");
	like(
		$err,
		qr/ERROR:  55000: SECURITY_LABEL cannot be used while SE-PostgreSQL is off\nHINT:  Set "sepostgresql" to on/,
		$command);
}
is( $node->safe_psql(
		'postgres', q{
	SELECT (SELECT count(*) FROM pg_class WHERE relname ~ '^bad') +
	 (SELECT count(*) FROM pg_attribute WHERE attname = 'bad') +
	 (SELECT count(*) FROM pg_proc WHERE proname = 'bad') +
	 (SELECT count(*) FROM pg_namespace WHERE nspname = 'bad') +
	 (SELECT count(*) FROM pg_database WHERE datname = 'bad')}),
	'0',
	'nothing is made');
my ($ret, $out, $err) =
  $node->psql('postgres', "SECURITY LABEL FOR selinux ON TABLE t IS '$label'");
like($err, qr/security label provider "selinux" is not loaded/,
	'nor is there the statement');
is( $node->safe_psql(
		'postgres', q{SELECT count(*) FROM pg_seclabels WHERE provider = 'selinux'}),
	'0', 'nor a row of pg_seclabels');
is(describe(), $hidden, 'psql shows what it always did');

# on again
$node->append_conf('postgresql.conf', 'sepostgresql = on');
$node->restart;
is( $node->safe_psql(
		'postgres',
		q{SELECT security_label FROM pg_class WHERE relname = 't'
		  UNION ALL SELECT security_label FROM pg_attribute
		   WHERE attrelid = 't'::regclass AND attname = 'a'}),
	"$label\n$label",
	'labels have stayed');

# by tab
SKIP:
{
	skip 'no IO::Pty', 1 unless eval { require IO::Pty; };
	skip 'no readline', 1
	  unless check_pg_config("#define HAVE_LIBREADLINE 1");

	delete $ENV{TERM};
	delete $ENV{LS_COLORS};
	local $ENV{PSQL_HISTORY} = "$PostgreSQL::Test::Utils::tmp_check/history";
	local $ENV{INPUTRC} = '/dev/null';
	my $h = $node->interactive_psql('postgres');
	foreach my $case (
		[ "ALTER TABLE t SEC\t", qr/SECURITY_LABEL / ],
		[ "ALTER TABLE t SECURITY_LABEL \t", qr/SECURITY_LABEL = / ],
		[ "ALTER TABLE t ALTER a SEC\t", qr/SECURITY_LABEL / ],
		[ "ALTER VIEW v SEC\t", qr/SECURITY_LABEL / ],
		[ "ALTER MATERIALIZED VIEW mv SEC\t", qr/SECURITY_LABEL / ],
		[ "ALTER FOREIGN TABLE ft SEC\t", qr/SECURITY_LABEL / ],
		[ "ALTER SEQUENCE s SEC\t", qr/SECURITY_LABEL / ],
		[ "ALTER SCHEMA sc SEC\t", qr/SECURITY_LABEL / ],
		[ "ALTER DATABASE db SEC\t", qr/SECURITY_LABEL / ],
		[ "ALTER FUNCTION f () SECURITY_\t", qr/SECURITY_LABEL / ],
		[ "ALTER AGGREGATE ag (int) SEC\t", qr/SECURITY_LABEL / ],
		[ "CREATE TABLE x (a int) SEC\t", qr/SECURITY_LABEL / ],
		[ "CREATE TEMP TABLE x (a int) SEC\t", qr/SECURITY_LABEL / ],
		[ "CREATE VIEW x SEC\t", qr/SECURITY_LABEL / ],
		[ "CREATE MATERIALIZED VIEW x SEC\t", qr/SECURITY_LABEL / ],
		[ "CREATE SEQUENCE x SEC\t", qr/SECURITY_LABEL / ],
		[ "CREATE SCHEMA x SEC\t", qr/SECURITY_LABEL / ],
		[ "CREATE DATABASE x SEC\t", qr/SECURITY_LABEL / ],
		[ "CREATE FUNCTION x () RETURNS int LANGUAGE sql SEC\t", qr/SECURITY_LABEL / ],
		[ "SECURITY LABEL FOR \t", qr/selinux / ],
		[ "SECURITY LABEL FOR selinux ON STAT\t", qr/STATISTICS / ])
	{
		my ($keys, $expected) = @$case;
		(my $name = $keys) =~ s/\t/<TAB>/;
		my $got = $h->query_until($expected, $keys);
		like($got, $expected, $name);
		# give the line up
		$h->query_until(qr/postgres=# $/, "\x15\n");
	}
	$h->quit;
}

$node->stop;
done_testing();
