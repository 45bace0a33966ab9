# A hot standby knows every label that its rows carry, at once and without an
# invalidation message, and the records cancel none of its queries.
use strict;
use warnings FATAL => 'all';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use SepgsqlTest;
use Test::More;

my $primary = labelled_node('primary', allows_streaming => 1, conf => q{
wal_consistency_checking = all
autovacuum = off
});
$primary->safe_psql('postgres', q{CREATE EXTENSION amcheck});
$primary->backup('b');

my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'b', has_streaming => 1);
$standby->append_conf('postgresql.conf', q{
max_standby_streaming_delay = 0
hot_standby_feedback = off
});
$standby->start;

my $type = 'unconfined_u:object_r:sepgsql_table_t:s0';
sub label { return "$type:c" . shift }
sub catchup { $primary->wait_for_replay_catchup($standby) }

$primary->safe_psql('postgres', sprintf(q{
	CREATE TABLE t (a int);
	INSERT INTO t (a, security_label) VALUES (1, '%s');
}, label(1)));
catchup();

my $read = 'SELECT a, security_label FROM t ORDER BY a';
my $reader = $standby->background_psql('postgres');
is($reader->query_safe($read), '1|' . label(1), 'label on the standby');

my $old = $standby->background_psql('postgres');
$old->query_safe("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM t; SELECT count(*) FROM pg_security");

$primary->safe_psql('postgres', sprintf(
	q{INSERT INTO t (a, security_label) VALUES (2, '%s')}, label(2)));
catchup();
is($reader->query_safe($read), '1|' . label(1) . "\n2|" . label(2),
	'a session that knew the dictionary sees the new label');
is($old->query_safe($read), '1|' . label(1),
	'a query with an older snapshot is not cancelled');

# a label whose transaction has not ended, then one that uses it
my $open = $primary->background_psql('postgres');
$open->query_safe(sprintf(
	q{BEGIN; INSERT INTO t (a, security_label) VALUES (3, '%s')}, label(3)));
$primary->safe_psql('postgres', sprintf(
	q{INSERT INTO t (a, security_label) VALUES (4, '%s')}, label(3)));
catchup();
is($reader->query_safe($read),
	'1|' . label(1) . "\n2|" . label(2) . "\n4|" . label(3),
	'a number that an open transaction gave');
$open->query_safe('ROLLBACK');
$open->quit;

# a table whose dictionary came with its own transaction; a shared catalog
$primary->safe_psql('postgres', sprintf(q{
	BEGIN;
	CREATE TABLE u (a int);
	INSERT INTO u (a, security_label) VALUES (1, '%s');
	COMMIT;
	CREATE ROLE somebody;
}, label(7)));
catchup();
is($reader->query_safe('SELECT a, security_label FROM u'), '1|' . label(7),
	'a new table\'s dictionary');
is($reader->query_safe(
		q{SELECT count(*) FROM pg_authid WHERE rolname = 'somebody' AND security_label ~ ':object_r:'}),
	'1', 'a role');
$old->query_safe('COMMIT');
$old->quit;

# another table in its place
$primary->safe_psql('postgres', sprintf(q{
	DROP TABLE u;
	CREATE TABLE u (a int);
	INSERT INTO u (a, security_label) VALUES (1, '%s');
}, label(8)));
catchup();
is($reader->query_safe('SELECT a, security_label FROM u'), '1|' . label(8),
	'dropped and made again');
is($reader->query_safe(q{
		SELECT count(*) FROM pg_security s
		WHERE NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = s.relid)}),
	'0', 'the old dictionary is gone');

is($standby->safe_psql('postgres', q{
		SELECT bt_index_check('pg_security_relid_secid_index', true);
		SELECT count(*) FROM verify_heapam('pg_security');
		SELECT count(*) FROM verify_heapam('t')}),
	"\n0\n0", 'the standby\'s dictionary is sound');

# after promotion the numbers go on
$reader->query_safe($read);
$primary->stop;
$standby->promote;
is($reader->query_safe(sprintf(q{
		INSERT INTO t (a, security_label) VALUES (5, '%s'), (6, '%s');
		SELECT a, security_label FROM t WHERE a >= 5 ORDER BY a;
	}, label(3), label(4))),
	'5|' . label(3) . "\n6|" . label(4), 'new labels after promotion');
is($standby->safe_psql('postgres', q{
		SELECT count(*) = max(secid) - min(secid) + 1, count(DISTINCT seclabel) = count(*)
		FROM pg_security WHERE relid = 't'::regclass AND secid > 0}),
	't|t', 'one number each');
$reader->quit;
$standby->stop;
done_testing();
