# What amcheck, pageinspect and a reader say of damaged security ids.
use strict;
use warnings FATAL => 'all';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use SepgsqlTest;
use Test::More;

my $node = labelled_node('damage',
	initdb => ['--no-data-checksums'],
	conf => "autovacuum = off\n");

my $type = 'unconfined_u:object_r:sepgsql_table_t:s0';
$node->safe_psql('postgres', sprintf(q{
	CREATE EXTENSION amcheck;
	CREATE EXTENSION pageinspect;
	CREATE TABLE t (a int, b int);
	INSERT INTO t (a, b, security_label)
		SELECT i, i, '%s:c' || i FROM generate_series(1, 4) i;
	CREATE TABLE toasted (a int, b text);
	ALTER TABLE toasted ALTER b SET STORAGE EXTERNAL;
	INSERT INTO toasted VALUES (1, repeat('x', 5000));
	CHECKPOINT;
}, $type));
is($node->safe_psql('postgres', q{
		SELECT count(*), min(t_secid) > 0, bool_and(raw_flags @> '{HEAP2_HASSECID1}')
		FROM heap_page_items(get_raw_page('t', 0)), heap_tuple_infomask_flags(t_infomask, t_infomask2)}),
	'4|t|t', 'pageinspect shows the numbers');
is($node->safe_psql('postgres', q{SELECT * FROM verify_heapam('t')}), '',
	'nothing wrong yet');

my $file = $node->data_dir . '/'
  . $node->safe_psql('postgres', q{SELECT pg_relation_filepath('t')});
my $toast = $node->data_dir . '/'
  . $node->safe_psql('postgres', q{
	SELECT pg_relation_filepath(reltoastrelid) FROM pg_class WHERE oid = 'toasted'::regclass});
my @off = split /\n/, $node->safe_psql('postgres',
	q{SELECT lp_off FROM heap_page_items(get_raw_page('t', 0)) ORDER BY lp});
my $toastoff = $node->safe_psql('postgres', q{
	SELECT lp_off FROM pg_class c, heap_page_items(get_raw_page('pg_toast.pg_toast_' || c.oid, 0)) WHERE c.oid = 'toasted'::regclass AND lp = 1});
$node->stop;

sub patch
{
	my ($name, $pos, $and, $or) = @_;
	my $byte;

	open my $fh, '+<:raw', $name or die "$name: $!";
	seek $fh, $pos, 0 or die;
	read $fh, $byte, 1 or die;
	seek $fh, $pos, 0 or die;
	print $fh chr((ord($byte) & $and) | $or);
	close $fh or die;
}

# t_infomask2 stands at byte 18, its high byte holds 0x08 and 0x10
patch($file, $off[0] + 19, 0xFF, 0x18);	   # two widths at once
patch($file, $off[1] + 23, 0x00, 0x00);	   # number 0
patch($file, $off[2] + 19, 0xE7, 0x10);	   # four bytes that are not there
patch($file, $off[3] + 23, 0x00, 0xC8);	   # a number that nobody gave
patch($toast, $toastoff + 19, 0xFF, 0x08); # where there are no labels
$node->start;

is($node->safe_psql('postgres', q{SELECT offnum, msg FROM verify_heapam('t') ORDER BY 1}),
	"1|tuple claims security ids of two widths\n"
	  . "2|tuple has a security id, but it is 0\n"
	  . "3|tuple data should begin at byte 32, but actually begins at byte 24 (2 attributes, no nulls)",
	'amcheck reports each');
like($node->safe_psql('postgres', q{
		SELECT v.msg FROM pg_class c, verify_heapam(c.reltoastrelid) v WHERE c.oid = 'toasted'::regclass}),
	qr/rows of this relation have no labels/, 'amcheck reports one in a TOAST table');
is($node->safe_psql('postgres',
		q{SELECT lp, t_secid FROM heap_page_items(get_raw_page('t', 0)) WHERE lp IN (1, 2, 4) ORDER BY 1}),
	"1|\n2|0\n4|200", 'pageinspect shows them');

my ($ret, $out, $err) = $node->psql('postgres',
	q{SELECT security_label FROM t WHERE ctid = '(0,1)'});
like($err, qr/tuple header claims security ids of two widths/, 'a reader refuses two widths');
like($node->safe_psql('postgres', q{SELECT security_label FROM t WHERE ctid = '(0,4)'}),
	qr/:unlabeled_t:/, 'a number that the dictionary lacks is no label');

$node->stop;
done_testing();
