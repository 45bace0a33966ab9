# What ANALYZE VERBOSE says about partitions, whose times no SQL test can have.
use strict;
use warnings FATAL => 'all';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use SepgsqlTest;
use Test::More;

my $node = labelled_node('names', peers => 'local all low user_u:user_r:user_t:s0');
$node->safe_psql('postgres', q{
	CREATE ROLE low SUPERUSER LOGIN;
	CREATE TABLE parent (a int) PARTITION BY LIST (a);
	CREATE TABLE part1 PARTITION OF parent FOR VALUES IN (1);
	CREATE TABLE war_part PARTITION OF parent FOR VALUES IN (2);
	INSERT INTO parent VALUES (1), (2);
	SECURITY LABEL FOR selinux ON TABLE war_part IS 'system_u:object_r:sepgsql_table_t:s3';
});

my ($rc, $out, $err) = $node->psql('postgres', 'ANALYZE VERBOSE parent', extra_params => [ '-U', 'low' ]);
is($rc, 0, 'ANALYZE of a table with a hidden partition');
like($err, qr/"part1": scanned 1 of 1/, 'the other is named');
like($err, qr/scanned 1 of 1.*scanned 1 of 1/s, 'rows of both are sampled');
unlike($err, qr/war/, 'the hidden one is not');

($rc, $out, $err) = $node->psql('postgres', 'VACUUM (VERBOSE, ANALYZE)', extra_params => [ '-U', 'low' ]);
is($rc, 0, 'VACUUM of all tables');
like($err, qr/part1/, 'names those that may be known');
unlike($err, qr/war/, 'and not those that are hidden');
unlike(slurp_file($node->logfile), qr/denied.*war_part/, 'nothing is refused');

$node->stop;
done_testing();
