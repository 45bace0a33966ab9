# The database that PostgreSQL's own regression tests leave behind, dumped with
# labels, restored and dumped again: nothing is lost, and the next round is the
# same to the last byte.
use strict;
use warnings FATAL => 'all';

use File::Basename;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use SepgsqlTest;
use Test::More;

# Tables whose children were made with other orders of columns than their
# parents' have them in another order when they are restored, with labels and
# without (src/test/perl/PostgreSQL/Test/AdjustDump.pm says why).
my @reordered = qw(b_star c_star cc2 d_star e_star f_star renamecolumnanother renamecolumnchild
  test_type_diff2_c1 test_type_diff2_c2 test_type_diff_c);

sub without_order
{
	my ($dump) = @_;

	my $in_order = sub {
		my ($head, $columns, $tail) = @_;

		return $head . join("\n", sort map { s/,$//r } split(/\n/, $columns)) . $tail;
	};
	$dump =~ s/^(CREATE TABLE [^\n]+ \(\n)(.*?)(\n\)[^\n]*\n?)/$in_order->($1, $2, $3)/msge;
	# rows of different lengths fill up pages
	$dump =~ s/^(COPY [^\n]+ FROM stdin;\n)(.*?)(^\\\.$)/$1 . join('', sort map { "$_\n" } split(m{\n}, $2)) . $3/msge;
	foreach my $t (@reordered)
	{
		$dump =~ s/^COPY public\.$t \(.+?^\\\.$//sm;
	}
	$dump =~ s/\n\n+/\n/g;
	return $dump;
}

# as the suites start with labels on
my $on = slurp_file("$ENV{SEPGSQL_ROOT}/regress/upstream/on.conf") . "\nfsync = off\nallow_in_place_tablespaces = on\nwal_level = logical\n";
my %whom = (peers => "local all all $ADMIN\nlocal replication all $ADMIN\n", only => 1);
my $src = labelled_node('src', %whom, conf => $on . "max_connections = 30\nmax_prepared_transactions = 10\n");
my $regress = "$ENV{top_builddir}/src/test/regress";
my $inputdir = -d "$ENV{top_builddir}/../src/src/test/regress" ? "$ENV{top_builddir}/../src/src/test/regress" : $regress;
my $outputdir = PostgreSQL::Test::Utils::tempdir;

# whether they pass is the business of "build.sh check on"
system($ENV{PG_REGRESS}, "--dlpath=$regress", '--bindir=', '--host=' . $src->host, '--port=' . $src->port,
	"--schedule=$inputdir/parallel_schedule", '--max-concurrent-tests=20', "--inputdir=$inputdir", "--outputdir=$outputdir");
cmp_ok($src->safe_psql('regression', q{SELECT count(*) FROM pg_class WHERE oid >= 16384 AND relkind IN ('r', 'p')}),
	'>', 500, "PostgreSQL's own tests have left tables");
# a label of its own for the rows of each table
$src->safe_psql('regression', q{
DO $$ DECLARE t regclass; i int := 0;
BEGIN
	FOR t IN SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
		WHERE relkind = 'r' AND nspname = 'public' AND NOT relispartition AND NOT relhastriggers AND NOT relhasrules ORDER BY relname
	LOOP
		i := i + 1;
		BEGIN
			EXECUTE format('UPDATE ONLY %s SET security_label = %L', t, 'system_u:object_r:sepgsql_table_t:s0:c' || i % 100);
		EXCEPTION WHEN OTHERS THEN RAISE NOTICE '%: %', t, SQLERRM;
		END;
	END LOOP;
END $$});

my $dir = PostgreSQL::Test::Utils::tempdir;
my @dump;
sub dump_of
{
	my ($node, $db, $n) = @_;

	ok_run($node, 'pg_dump', '--security-label', '--no-sync', '--restrict-key=test', '-f', "$dir/$n.sql", $db);
	return slurp_file("$dir/$n.sql");
}

ok_run($src, 'pg_dumpall', '--security-label', '--globals-only', '--no-sync', '-f', "$dir/globals.sql");
push @dump, dump_of($src, 'regression', 1);

# into a fresh cluster, and from there into another database
my $dst = labelled_node('dst', %whom, conf => $on);
system('sed', '-i', '/^CREATE ROLE ' . getpwuid($<) . ';/d', "$dir/globals.sql");
ok_run($dst, 'psql', '-X', '-q', '-o', '/dev/null', '-d', 'postgres', '-f', "$dir/globals.sql");
foreach my $n (1, 2)
{
	$dst->safe_psql('postgres', "CREATE DATABASE copy$n TEMPLATE template0");
	my ($out, $err) = ok_run($dst, 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', '-d', "copy$n", '-f', "$dir/$n.sql");
	is($err, '', "restored without a word, $n");
	push @dump, dump_of($dst, "copy$n", $n + 1);
}

cmp_ok(scalar(() = $dump[0] =~ /SECURITY_LABEL = '/g), '>', 1000, 'the dump has labels');
cmp_ok(scalar(() = $dump[0] =~ /^COPY \S+ \(security_label, /mg), '>', 100, 'of rows, too');

# where they differ, if they do
sub same
{
	my ($a, $b, $what) = @_;

	return pass($what) if $a eq $b;
	fail($what);
	my ($x, $y) = ("$dir/a", "$dir/b");
	append_to_file($x, $a);
	append_to_file($y, $b);
	diag(scalar(`diff -u $x $y | head -n 60`));
	unlink($x, $y);
	return 0;
}
same(without_order($dump[0]), without_order($dump[1]), 'the first dump and the second, but for orders of columns');
same($dump[1], $dump[2], 'the second dump and the third are identical');

done_testing();
