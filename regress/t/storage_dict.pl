# Dictionaries of labels at the edges: a rewritten pg_security, an OID that is
# used again, a failure right after a number was given, many temporary tables.
use strict;
use warnings FATAL => 'all';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use SepgsqlTest;
use Test::More;

my $node = labelled_node('dict', allows_streaming => 1, conf => q{
wal_consistency_checking = all
autovacuum = off
});

my $type = 'unconfined_u:object_r:sepgsql_table_t:s0';
sub label { return "$type:c" . shift }

sub numbers
{
	return $node->safe_psql('postgres', q{
		SELECT coalesce(string_agg(secid || '=' || substring(seclabel from 'c[0-9]+$'), ' ' ORDER BY secid), '')
		FROM pg_security WHERE relid = 't'::regclass AND seclabel LIKE '%:c%'});
}

$node->safe_psql('postgres', q{
	CREATE EXTENSION amcheck;
	CREATE EXTENSION injection_points;
	CREATE TABLE t (a int, b text);
	INSERT INTO t VALUES (0, 'first');
});

# A file of pg_security that goes with ROLLBACK takes no new number
my $n = 1;
foreach my $rewrite ('REINDEX TABLE pg_security',
	'REINDEX INDEX pg_security_relid_secid_index',
	'CLUSTER pg_security USING pg_security_relid_secid_index')
{
	my $was = numbers();
	my $one = $node->background_psql('postgres', on_error_stop => 0);
	$one->query_safe("BEGIN; $rewrite");
	$one->query_safe(sprintf(
		q{INSERT INTO t (a, security_label) SELECT 1, security_label FROM t WHERE a = 0}));
	pass("$rewrite: a known label can be stored");
	$one->query(sprintf(
		q{INSERT INTO t (a, security_label) VALUES (1, '%s')}, label($n)));
	like($one->{stderr},
		qr/cannot store a new security label in a transaction that has rewritten table "pg_security"/,
		"$rewrite: not a new one");
	$one->{stderr} = '';
	$one->query('ROLLBACK');
	is(numbers(), $was, "$rewrite: no number was given");
	# this one, then a session that knows nothing yet
	$one->query_safe(sprintf(
		q{INSERT INTO t (a, security_label) VALUES (%d, '%s')}, 100 + $n, label($n)));
	$node->safe_psql('postgres', sprintf(
		q{INSERT INTO t (a, security_label) VALUES (%d, '%s')}, 101 + $n, label($n + 1)));
	is($node->safe_psql('postgres', 'SELECT a, security_label FROM t WHERE a > 100 ORDER BY a'),
		sprintf("%d|%s\n%d|%s", 100 + $n, label($n), 101 + $n, label($n + 1)),
		"$rewrite: labels of rows afterwards");
	is($node->safe_psql('postgres', q{
		SELECT bt_index_parent_check('pg_security_relid_secid_index', true, true);
		SET enable_indexscan = off; SET enable_bitmapscan = off; SET enable_indexonlyscan = off;
		SELECT count(*) FROM (SELECT relid, secid FROM pg_security GROUP BY 1, 2 HAVING count(*) > 1) d;
	}), "\n0", "$rewrite: dictionary is sound");
	$node->safe_psql('postgres', 'DELETE FROM t WHERE a > 0');
	$one->quit;
	$n += 2;
}

# What a transaction has created goes with it, and may be labelled even then
is($node->safe_psql('postgres', sprintf(q{
	BEGIN;
	CREATE TABLE own (a int);
	REINDEX TABLE pg_security;
	INSERT INTO own (a, security_label) VALUES (1, '%s');
	COMMIT;
	SELECT a, security_label FROM own;
	DROP TABLE own;
}, label(1))), '1|' . label(1), 'table of the transaction that has rewritten pg_security');

# A failure when the number has been given, but is not remembered yet
$node->safe_psql('postgres',
	"SELECT injection_points_attach('sepgsql-intern-before-add', 'error')");
my ($ret, $out, $err) = $node->psql('postgres', sprintf(q{
	INSERT INTO t (a, security_label) VALUES (1, '%1$s');
	SELECT injection_points_detach('sepgsql-intern-before-add');
	INSERT INTO t (a, security_label) VALUES (2, '%1$s'), (3, '%2$s');
	SELECT a, security_label FROM t WHERE a > 0 ORDER BY a;
}, label($n), label($n + 1)), on_error_stop => 0);
like($err, qr/error triggered for injection point sepgsql-intern-before-add/,
	'failure after a number was given');
unlike($err, qr/duplicate key/, 'the number is known afterwards');
is($out, "\n2|" . label($n) . "\n3|" . label($n + 1), 'and is used');
is($node->safe_psql('postgres', 'SELECT a, security_label FROM t WHERE a > 0 ORDER BY a'),
	'2|' . label($n) . "\n3|" . label($n + 1), 'another session reads the same');

# Who knows a dictionary reads no more of it than what was added
sub entries_read
{
	$node->safe_psql('postgres', 'SELECT pg_stat_force_next_flush()');
	return $node->safe_psql('postgres',
		q{SELECT pg_stat_get_tuples_returned('pg_security_relid_secid_index'::regclass)});
}
$node->safe_psql('postgres', sprintf(q{
	CREATE TABLE large (a int);
	INSERT INTO large (a, security_label) SELECT i, '%s:c' || i FROM generate_series(1, 900) i;
}, $type));
my $reader = $node->background_psql('postgres');
my $writer = $node->background_psql('postgres');
my $look = q{SELECT count(DISTINCT security_label) FROM large};
is($reader->query_safe($look), '900', 'a large dictionary');
$writer->query_safe($look);
$reader->query_safe('SELECT pg_stat_force_next_flush()');
$writer->query_safe('SELECT pg_stat_force_next_flush()');
my $read = entries_read();
foreach my $i (901 .. 920)
{
	$writer->query_safe(
		"INSERT INTO large (a, security_label) VALUES ($i, '$type:c$i')");
	is($reader->query_safe($look), $i, "$i labels") if $i % 10 == 0;
	$reader->query_safe($look);
}
$reader->query_safe('SELECT pg_stat_force_next_flush()');
$writer->query_safe('SELECT pg_stat_force_next_flush()');
$read = entries_read() - $read;
cmp_ok($read, '<', 900, 'of a large dictionary only what was added is read');
$reader->quit;
$writer->quit;

# Temporary tables leave nothing behind
my $temps = $node->background_psql('postgres');
sub memory
{
	return $temps->query_safe(q{
		SELECT sum(total_bytes) FROM pg_backend_memory_contexts
		WHERE name LIKE 'security label dictionaries%' OR name LIKE 'security label numbers%'});
}
$temps->query_safe(q{
	CREATE PROCEDURE many(n int) LANGUAGE plpgsql AS $$
	BEGIN
		FOR i IN 1 .. n LOOP
			EXECUTE 'CREATE TEMP TABLE tmp (a int)';
			EXECUTE 'INSERT INTO tmp (a) VALUES (1)';
			EXECUTE 'DROP TABLE tmp';
			COMMIT;
		END LOOP;
	END $$;
	CREATE TEMP TABLE stays (a int);
});
$temps->query_safe(sprintf(
	q{INSERT INTO stays (a, security_label) VALUES (1, '%s'), (2, '%s')}, label(1), label(2)));
$temps->query_safe('CALL many(600)');
my $before = memory();
$temps->query_safe('CALL many(2000)');
cmp_ok(memory(), '<=', $before, 'temporary tables take no memory when they are gone');
is($temps->query_safe('SELECT a, security_label FROM stays ORDER BY a'),
	'1|' . label(1) . "\n2|" . label(2), 'one that is still there has its labels');

# DROP of one, rolled back after much else was forgotten
$temps->query_safe(q{
	BEGIN; DROP TABLE stays;
	DO $$
	BEGIN
		FOR i IN 1 .. 700 LOOP
			EXECUTE 'CREATE TEMP TABLE tmp (a int)';
			EXECUTE 'INSERT INTO tmp (a) VALUES (1)';
			EXECUTE 'DROP TABLE tmp';
		END LOOP;
	END $$;
	ROLLBACK});
is($temps->query_safe('SELECT a, security_label FROM stays ORDER BY a'),
	'1|' . label(1) . "\n2|" . label(2), 'nor loses it them by DROP that is rolled back');
$temps->quit;
$node->stop;

# Number 0 is not beyond the others, and is found all the same by who knows
# them: a server without the feature stores rows without labels
$node->append_conf('postgresql.conf', 'sepostgresql = off');
$node->start;
my @both = map { $node->background_psql('postgres') } 1 .. 2;
is($_->query_safe('SELECT security_label FROM t WHERE a = 2'), label($n),
	'two sessions know a dictionary') foreach @both;
is($node->safe_psql('postgres',
		q{SELECT count(*) FROM pg_security WHERE relid = 't'::regclass AND secid = 0}),
	'0', 'every row has a label');
$_->query_safe('INSERT INTO t (a) VALUES (5)') foreach @both;
is($node->safe_psql('postgres',
		q{SELECT count(*) FROM pg_security WHERE relid = 't'::regclass AND secid = 0}),
	'1', 'both store a row without a label');
$_->quit foreach @both;
$node->stop;
$node->append_conf('postgresql.conf', 'sepostgresql = on');

my $standby = PostgreSQL::Test::Cluster->new('standby');
$node->start;
$node->backup('base');
$node->stop;

# The same OID again: the server as pg_upgrade runs it lets choose
$node->command_ok(
	[ 'pg_ctl', '--wait', '--pgdata' => $node->data_dir,
		'--log' => $node->logfile, '--options' => '-b', 'start' ],
	'server where OIDs can be chosen');
$node->_update_pid(1);
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;

my $next = 200000;
sub create
{
	my ($how, $oid) = @_;
	return choose($oid) . "CREATE $how (a int)";
}
sub choose
{
	my ($oid) = @_;
	return sprintf(q{
		SELECT FROM binary_upgrade_set_next_heap_pg_class_oid(%d);
		SELECT FROM binary_upgrade_set_next_heap_relfilenode(%d);
		SELECT FROM binary_upgrade_set_next_pg_type_oid(%d);
		SELECT FROM binary_upgrade_set_next_array_pg_type_oid(%d);
		}, $oid, $next++, $next++, $next++);
}
sub stored
{
	my ($table) = @_;
	return $node->safe_psql('postgres', qq{
		SELECT coalesce(string_agg(secid || '=' || seclabel, ' ' ORDER BY secid), '')
		FROM pg_security WHERE relid = '$table'::regclass});
}

# a temporary table's is a permanent one's
my $one = $node->background_psql('postgres');
$one->query_safe(create('TEMP TABLE tmp', 100001));
$one->query_safe(sprintf(
	q{INSERT INTO tmp (a, security_label) VALUES (1, '%s'), (2, '%s')}, label(1), label(2)));
$one->query_safe('DROP TABLE tmp');
$one->query_safe(create('TABLE perm', 100001));
$one->query_safe(sprintf(
	q{INSERT INTO perm (a, security_label) VALUES (3, '%s')}, label(3)));
is(stored('perm'), '1=' . label(3),
	'a temporary table\'s OID is a permanent one\'s: its labels are numbered for all');
$node->safe_psql('postgres', sprintf(
	q{INSERT INTO perm (a, security_label) VALUES (4, '%s')}, label(4)));
is($one->query_safe('SELECT a, security_label FROM perm ORDER BY a'),
	'3|' . label(3) . "\n4|" . label(4), 'and each session reads the same');
is($node->safe_psql('postgres', 'SELECT a, security_label FROM perm ORDER BY a'),
	'3|' . label(3) . "\n4|" . label(4), 'and each session reads the same');

# and the reverse
$one->query_safe('DROP TABLE perm');
$one->query_safe(create('TEMP TABLE tmp', 100001));
$one->query_safe(sprintf(
	q{INSERT INTO tmp (a, security_label) VALUES (5, '%s'), (6, '%s')}, label(3), label(5)));
is($one->query_safe('SELECT a, security_label FROM tmp ORDER BY a'),
	'5|' . label(3) . "\n6|" . label(5), 'a permanent table\'s OID is a temporary one\'s');
is($node->safe_psql('postgres', 'SELECT count(*) FROM pg_security WHERE relid = 100001'),
	'0', 'which stores nothing');
$one->query_safe('DROP TABLE tmp');

# a transient heap's, too
$one->query_safe(create('TABLE rewritten', 100002));
$one->query_safe(sprintf(
	q{INSERT INTO rewritten (a, security_label) VALUES (1, '%s'), (2, '%s')}, label(1), label(2)));
$one->query_safe(choose(100003) . 'ALTER TABLE rewritten ALTER a TYPE bigint');
$one->query_safe(create('TABLE later', 100003));
$one->query_safe(sprintf(
	q{INSERT INTO later (a, security_label) VALUES (3, '%s')}, label(2)));
is(stored('later'), '1=' . label(2), 'the OID of a transient heap');
is($node->safe_psql('postgres', 'SELECT a, security_label FROM later'),
	'3|' . label(2), 'and each session reads the same');

# Who looks at a table without a lock, between its DROP and the COMMIT, must
# not know it afterwards, on a standby neither
my $two = $node->background_psql('postgres');
my $three = $standby->background_psql('postgres');
$one->query_safe(create('TABLE former', 100004));
$one->query_safe(sprintf(
	q{INSERT INTO former (a, security_label) VALUES (1, '%s')}, label(6)));
is($two->query_safe('SELECT security_label FROM former'), label(6), 'before DROP');
$node->wait_for_replay_catchup($standby);
is($three->query_safe('SELECT security_label FROM former'), label(6), 'before DROP, on a standby');
$one->query_safe('BEGIN; DROP TABLE former');
is($two->query_safe('SELECT sepgsql_rows_hidden(100004::oid)'), 'f', 'during DROP');
# this transaction commits, so that the standby gets all until here
$node->safe_psql('postgres', q{COMMENT ON TABLE t IS 'x'});
$node->wait_for_replay_catchup($standby);
is($three->query_safe('SELECT sepgsql_rows_hidden(100004::oid)'), 'f', 'during DROP, on a standby');
$one->query_safe('COMMIT');
$one->query_safe(create('TABLE former', 100004));
$one->query_safe(sprintf(
	q{INSERT INTO former (a, security_label) VALUES (1, '%s')}, label(7)));
is($two->query_safe('SELECT security_label FROM former'), label(7),
	'the next table of that OID has its own labels');
$node->wait_for_replay_catchup($standby);
is($three->query_safe('SELECT security_label FROM former'), label(7), 'on a standby, too');
$three->quit;
$standby->stop;
$two->quit;
$one->quit;

$node->stop;
done_testing();
