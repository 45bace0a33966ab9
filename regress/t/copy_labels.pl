# COPY of the column security_label: what is remembered of labels in either
# direction (columns.c) gives the same as without.
use strict;
use warnings FATAL => 'all';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('copy');
$node->init(extra => [ '--enable-selinux', '--security-server=embedded' ]);
$node->start;
my $dir = PostgreSQL::Test::Utils::tempdir();
my $label = 'system_u:object_r:sepgsql_table_t:s0:c1';

# more labels than are remembered at one place, nulls, escapes, columns that COPY leaves out
$node->safe_psql('postgres', q{
	CREATE TABLE t (a int, b text, g int GENERATED ALWAYS AS (a + 1) STORED, gone int, c text);
	ALTER TABLE t DROP COLUMN gone;
	INSERT INTO t (security_label, a, b, c)
		SELECT 'system_u:object_r:sepgsql_table_t:s0:c' || (i % 700), i,
			CASE WHEN i % 7 = 0 THEN NULL WHEN i % 11 = 0 THEN E'tab\t\\\\nl\n' ELSE 'x' END, repeat('y', i % 50)
		FROM generate_series(1, 5000) i;
	CREATE TABLE r (LIKE t INCLUDING GENERATED);
	CREATE TABLE one (a int DEFAULT 42);
});
my $sum = q{SELECT count(*), md5(string_agg(concat_ws('|', security_label, a, coalesce(b, 'N'), g, coalesce(c, 'N')), ',' ORDER BY a)) FROM };
my $expected = $node->safe_psql('postgres', "$sum t");
foreach my $options ('', 'FORMAT csv', 'HEADER', 'FORMAT binary', "DELIMITER ':'",
	"NULL '${label}x'", "ENCODING 'SJIS'")
{
	my $with = $options ? "WITH ($options)" : '';
	foreach my $columns ('security_label, a, b, c', 'a, security_label, b, c', 'c, b, a, security_label')
	{
		$node->safe_psql('postgres', "TRUNCATE r;
\\copy t ($columns) to '$dir/f' $with
\\copy r ($columns) from '$dir/f' " . ($with =~ s/HEADER/HEADER match/r));
		is($node->safe_psql('postgres', "$sum r"), $expected, "$columns $with");
	}
}

# lines that begin with a label that is known
sub copied
{
	my ($lines, $options, $columns) = @_;
	$node->safe_psql('postgres', 'TRUNCATE one');
	open(my $fh, '>', "$dir/f") or die;
	print $fh $lines =~ s/L/$label/gr;
	close($fh);
	my ($ret, $out, $err) = $node->psql('postgres',
		'\copy one (' . ($columns // 'security_label, a') . ") from '$dir/f' " . ($options // ''));
	return $err =~ s/\A\S+ ERROR:  (.*?)\n.*/$1/sr if $ret != 0;
	return $node->safe_psql('postgres', q{SELECT regexp_replace(security_label, '.*table_t:', ''), a FROM one ORDER BY a, 1}) =~ s/\n/ /gr;
}
my $default = $node->safe_psql('postgres', q{INSERT INTO one VALUES (0) RETURNING regexp_replace(security_label, '.*table_t:', '')});
is(copied("L\t1\nL\t2\n\\N\t3\nL\t\\N\nL\t5\n\\.\n"), "s0:c1|1 s0:c1|2 $default|3 s0:c1|5 s0:c1|", 'null');
is(copied("L\t1\nL\t2\nLx\t3\n"), "invalid security context: \"${label}x\"", 'a longer one that is none');
is(copied("L\t1\nL2\t2\nL\t3\n"), 's0:c1|1 s0:c12|2 s0:c1|3', 'a longer one');
is(copied("L\t1\nL\nL\t2\n"), 'missing data for column "a"', 'nothing behind it');
is(copied("L\t1\nL\t2\t3\n"), 'extra data after last expected column', 'too much behind it');
is(copied("L\r\nL\r\n", '', 'security_label'), 's0:c1|42 s0:c1|42', 'the only column');
is(copied("L\t1\nL\tx\nL\t3\n", 'with (on_error ignore)'), 's0:c1|1 s0:c1|3', 'ON_ERROR');
is(copied("L\t1\nL\t2\n", q{where security_label ~ 'c1' and a > 1}), 's0:c1|2', 'WHERE');
is(copied("L\t1\nL\t\\D\n", q{with (default '\D')}), 's0:c1|1 s0:c1|42', 'DEFAULT');
$node->stop;
done_testing();
