# A new label is numbered outside the transaction that needs it, and in one
# piece: an error, a cancel or a crash between any two steps leaves nothing.
use strict;
use warnings FATAL => 'all';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use SepgsqlTest;
use Test::More;
use Time::HiRes qw(usleep);

my $node = labelled_node('intern', conf => q{
wal_consistency_checking = all
max_prepared_transactions = 2
autovacuum = off
restart_after_crash = on
});

my $type = 'unconfined_u:object_r:sepgsql_table_t:s0';
sub label { return "$type:c" . shift }

# what every step must leave: no row without index entry, nor the reverse; no
# number twice; verify_heapam silent; an index built anew is the same
sub sound
{
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my ($name) = @_;

	is( $node->safe_psql('postgres', q{
		SELECT bt_index_parent_check('pg_security_relid_secid_index', true, true);
		SELECT count(*) FROM verify_heapam('pg_security');
		SELECT count(*) FROM verify_heapam('t');
		SET enable_indexscan = off; SET enable_bitmapscan = off; SET enable_indexonlyscan = off;
		SELECT count(*) FROM (SELECT relid, secid FROM pg_security GROUP BY 1, 2 HAVING count(*) > 1) d;
	}), "\n0\n0\n0", "$name: dictionary is sound");
	$node->safe_psql('postgres', 'REINDEX TABLE pg_security');
	is( $node->safe_psql('postgres',
			q{SELECT bt_index_check('pg_security_relid_secid_index', true)}),
		'', "$name: dictionary is sound after REINDEX");
}

sub numbers
{
	return $node->safe_psql('postgres', q{
		SELECT coalesce(string_agg(secid || '=' || substring(seclabel from 'c[0-9]+$'), ' ' ORDER BY secid), '')
		FROM pg_security WHERE relid = 't'::regclass AND seclabel LIKE '%:c%'});
}

$node->safe_psql('postgres', q{
	CREATE EXTENSION amcheck;
	CREATE EXTENSION pageinspect;
	CREATE EXTENSION injection_points;
	CREATE TABLE t (a int, b text);
	INSERT INTO t VALUES (0, 'first');
});

# ROLLBACK, of a part and of the whole
my $before = $node->safe_psql('postgres',
	q{SELECT count(*) FROM pg_security WHERE relid = 't'::regclass});
$node->safe_psql('postgres', sprintf(q{
	BEGIN;
	INSERT INTO t (a, security_label) VALUES (1, '%s');
	ROLLBACK;
	BEGIN;
	SAVEPOINT s;
	INSERT INTO t (a, security_label) VALUES (2, '%s');
	ROLLBACK TO s;
	INSERT INTO t (a, security_label) VALUES (3, '%s');
	COMMIT;
}, label(1), label(2), label(3)));
is(numbers(), join(' ', map { ($before + $_) . "=c$_" } 1 .. 3),
	'numbers survive ROLLBACK, of a savepoint and of all');
is($node->safe_psql('postgres', 'SELECT a, security_label FROM t WHERE a > 0'),
	'3|' . label(3), 'the row that was committed has its label');
sound('after rollbacks');

# Another session sees a number at once, and waits for nobody
my $one = $node->background_psql('postgres');
$one->query_safe(sprintf(
	q{BEGIN; INSERT INTO t (a, security_label) VALUES (4, '%s')}, label(4)));
is($node->safe_psql('postgres', sprintf(q{
		SET lock_timeout = '5s';
		INSERT INTO t (a, security_label) VALUES (5, '%s'), (6, '%s');
		SELECT a, security_label FROM t WHERE a IN (4, 5, 6) ORDER BY a;
	}, label(4), label(5))),
	'5|' . label(4) . "\n6|" . label(5),
	'the label of an open transaction is there for others, who add more');
$one->query_safe('COMMIT');
is($one->query_safe('SELECT a, security_label FROM t WHERE a IN (4, 5, 6) ORDER BY a'),
	'4|' . label(4) . "\n5|" . label(4) . "\n6|" . label(5),
	'and it sees what they added');

# also to a snapshot that is older than the label: FOR UPDATE skips to the
# newest version, with a label that its snapshot has never seen
$one->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM t');
$node->safe_psql('postgres', sprintf(
	q{INSERT INTO t (a, security_label) VALUES (7, '%s')}, label(6)));
is($one->query_safe(sprintf(
		q{INSERT INTO t (a, security_label) VALUES (8, '%s') RETURNING security_label}, label(6))),
	label(6), 'an older snapshot uses the new number');
$one->query_safe('COMMIT');
is(numbers(), join(' ', map { ($before + $_) . "=c$_" } 1 .. 6),
	'one number for each label');

# errors and cancels between the steps
my $n = 7;
foreach my $point ('sepgsql-intern-locked', 'sepgsql-intern-after-insert',
	'sepgsql-intern-before-freeze')
{
	my $was = numbers();

	$node->safe_psql('postgres',
		"SELECT injection_points_attach('$point', 'error')");
	my ($ret, $out, $err) = $node->psql('postgres', sprintf(
		q{INSERT INTO t (a, security_label) VALUES (9, '%s')}, label($n)));
	like($err, qr/error triggered for injection point \Q$point\E/, "error at $point");
	$node->safe_psql('postgres', "SELECT injection_points_detach('$point')");
	is(numbers(), $was, "error at $point leaves no number");
	sound("error at $point");

	# the same within a transaction that goes on
	$node->safe_psql('postgres',
		"SELECT injection_points_attach('$point', 'error')");
	$node->psql('postgres', sprintf(q{
		BEGIN;
		SAVEPOINT s;
		INSERT INTO t (a, security_label) VALUES (9, '%1$s');
		ROLLBACK TO s;
		SELECT injection_points_detach('%2$s');
		INSERT INTO t (a, security_label) VALUES (9, '%1$s');
		COMMIT;
	}, label($n), $point), on_error_stop => 0);
	is($node->safe_psql('postgres', 'SELECT security_label FROM t WHERE a = 9'),
		label($n), "after a savepoint the number is given at the next try");
	$node->safe_psql('postgres', 'DELETE FROM t WHERE a = 9');
	sound("savepoint at $point");
	$n++;

	# cancel
	$was = numbers();
	$node->safe_psql('postgres',
		"SELECT injection_points_attach('$point', 'wait')");
	my $two = $node->background_psql('postgres', on_error_stop => 0);
	$two->query_until(qr/start/, sprintf(
		"\\echo start\nINSERT INTO t (a, security_label) VALUES (9, '%s');\n", label($n)));
	$node->wait_for_event('client backend', $point);
	$node->safe_psql('postgres', qq{
		SELECT injection_points_detach('$point');
		SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = '$point';
	});
	is($two->query('SELECT 1'), '1', "session goes on after cancel at $point");
	$two->quit;
	sound("cancel at $point");
}

# crashes between the steps
foreach my $point ('sepgsql-intern-after-insert',
	'sepgsql-intern-before-freeze', 'sepgsql-intern-after-freeze')
{
	my $was = numbers();

	$node->safe_psql('postgres',
		"SELECT injection_points_attach('$point', 'wait')");
	my $two = $node->background_psql('postgres', on_error_stop => 0);
	$two->query_until(qr/start/, sprintf(
		"\\echo start\nINSERT INTO t (a, security_label) VALUES (10, '%s');\n", label($n)));
	$node->wait_for_event('client backend', $point);
	# let what has been done reach the disk
	$node->safe_psql('postgres', 'CHECKPOINT; SELECT txid_current()');
	$node->stop('immediate');
	eval { $two->quit };
	$node->start;

	my $now = numbers();
	if ($point eq 'sepgsql-intern-after-freeze')
	{
		like($now, qr/=c$n$/, "crash at $point: the number stays");
	}
	else
	{
		is($now, $was, "crash at $point leaves no number");
	}
	is($node->safe_psql('postgres', 'SELECT count(*) FROM t WHERE a = 10'),
		'0', "crash at $point leaves no row");
	sound("crash at $point");
	$node->safe_psql('postgres', sprintf(
		q{INSERT INTO t (a, security_label) VALUES (11, '%s')}, label($n)));
	is($node->safe_psql('postgres', 'SELECT security_label FROM t WHERE a = 11'),
		label($n), "the label is numbered afterwards");
	$node->safe_psql('postgres', 'DELETE FROM t WHERE a = 11');
	$n++;
}

# two sessions that need the same new label, and one another: one number each
$node->safe_psql('postgres',
	"SELECT injection_points_attach('sepgsql-intern-before-freeze', 'wait')");
my $two = $node->background_psql('postgres');
$two->query_until(qr/start/, sprintf(
	"\\echo start\nINSERT INTO t (a, security_label) VALUES (12, '%s');\n", label($n)));
$node->wait_for_event('client backend', 'sepgsql-intern-before-freeze');
my $three = $node->background_psql('postgres');
$three->query_until(qr/start/, sprintf(
	"\\echo start\nINSERT INTO t (a, security_label) VALUES (13, '%s'), (14, '%s');\n",
	label($n), label($n + 1)));
$node->poll_query_until('postgres',
	q{SELECT count(*) = 1 FROM pg_locks WHERE NOT granted AND locktype = 'object'})
  or die 'second session does not wait';
is($node->safe_psql('postgres', 'SELECT count(*) > 0 FROM t'), 't',
	'nobody waits who needs no new label');
$node->safe_psql('postgres', q{
	SELECT injection_points_detach('sepgsql-intern-before-freeze');
	SELECT injection_points_wakeup('sepgsql-intern-before-freeze');
});
$two->query_safe('SELECT 1');
$three->query_safe('SELECT 1');
$two->quit;
$three->quit;
is($node->safe_psql('postgres',
		'SELECT a, security_label FROM t WHERE a BETWEEN 12 AND 14 ORDER BY a'),
	'12|' . label($n) . "\n13|" . label($n) . "\n14|" . label($n + 1),
	'two sessions, two labels');
sound('two sessions');

# a table of the same transaction takes its dictionary along
my $rows = $node->safe_psql('postgres', 'SELECT count(*) FROM pg_security');
$node->safe_psql('postgres', sprintf(q{
	BEGIN;
	CREATE TABLE gone (a int);
	INSERT INTO gone (a, security_label) VALUES (1, '%s');
	SAVEPOINT s;
	INSERT INTO gone (a, security_label) VALUES (1, '%s');
	ROLLBACK TO s;
	INSERT INTO gone (a, security_label) VALUES (1, '%s');
	ALTER TABLE gone ALTER a TYPE bigint;
	ROLLBACK;
	BEGIN;
	CREATE MATERIALIZED VIEW gone2 AS SELECT a FROM t;
	ROLLBACK;
}, label(1), label(2), label(3)));
is($node->safe_psql('postgres', q{
		SELECT count(*) FROM pg_security s
		WHERE NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = s.relid)}),
	'0', 'no dictionary outlives its table');
is($node->safe_psql('postgres', sprintf(q{
	BEGIN;
	CREATE TABLE stays (a int);
	INSERT INTO stays (a, security_label) VALUES (1, '%s');
	SAVEPOINT s;
	INSERT INTO stays (a, security_label) VALUES (2, '%s');
	ROLLBACK TO s;
	INSERT INTO stays (a, security_label) VALUES (3, '%s');
	INSERT INTO stays (a, security_label) VALUES (4, '%s');
	COMMIT;
	SELECT a, security_label FROM stays ORDER BY a;
}, label(1), label(2), label(3), label(2))),
	'1|' . label(1) . "\n3|" . label(3) . "\n4|" . label(2), 'nor is a number of a rolled back part used');
is($node->safe_psql('postgres', 'SELECT a, security_label FROM stays ORDER BY a'),
	'1|' . label(1) . "\n3|" . label(3) . "\n4|" . label(2), 'another session reads the same');
$node->safe_psql('postgres', sprintf(q{
	BEGIN;
	CREATE TABLE prepared (a int);
	INSERT INTO prepared (a, security_label) VALUES (1, '%s');
	PREPARE TRANSACTION 'p';
}, label(5)));
$node->stop('immediate');
$node->start;
$node->safe_psql('postgres', q{COMMIT PREPARED 'p'});
is($node->safe_psql('postgres', 'SELECT a, security_label FROM prepared'),
	'1|' . label(5), 'a prepared transaction keeps its table\'s labels');

# parallel workers read the dictionary of an open transaction
is($node->safe_psql('postgres', sprintf(q{
	BEGIN;
	CREATE TABLE par (a int);
	INSERT INTO par (a, security_label) SELECT i, '%1$s:c' || i %% 300 FROM generate_series(1, 20000) i;
	SET LOCAL debug_parallel_query = on;
	SET LOCAL parallel_setup_cost = 0;
	SET LOCAL parallel_tuple_cost = 0;
	SET LOCAL min_parallel_table_scan_size = 0;
	SET LOCAL parallel_leader_participation = off;
	SELECT count(*), count(DISTINCT l) FROM (SELECT security_label AS l FROM par WHERE security_label = '%1$s:c' || a %% 300) s;
	COMMIT;
	DROP TABLE par;
}, $type)), '20000|300', 'parallel workers');

# DROP TABLE, and its ROLLBACK
$node->safe_psql('postgres', 'BEGIN; DROP TABLE stays; ROLLBACK');
is($node->safe_psql('postgres', 'SELECT a, security_label FROM stays ORDER BY a'),
	'1|' . label(1) . "\n3|" . label(3) . "\n4|" . label(2), 'DROP TABLE rolled back');
$node->safe_psql('postgres', 'DROP TABLE stays');
is($node->safe_psql('postgres', q{
		SELECT count(*) FROM pg_security s
		WHERE NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = s.relid)}),
	'0', 'DROP TABLE removes its dictionary');

# TRUNCATE keeps it
$before = numbers();
$node->safe_psql('postgres', 'TRUNCATE t');
is(numbers(), $before, 'TRUNCATE keeps the dictionary');

# a temporary table's labels are numbered in memory
is($node->safe_psql('postgres', sprintf(q{
	CREATE TEMP TABLE tmp (a int);
	INSERT INTO tmp (a, security_label) VALUES (1, '%s');
	BEGIN;
	INSERT INTO tmp (a, security_label) VALUES (2, '%s');
	ROLLBACK;
	INSERT INTO tmp (a, security_label) VALUES (3, '%s');
	ALTER TABLE tmp ALTER a TYPE bigint;
	SELECT a, security_label FROM tmp ORDER BY a;
	SELECT count(*) FROM pg_security WHERE relid = 'tmp'::regclass;
}, label(1), label(2), label(3))),
	'1|' . label(1) . "\n3|" . label(3) . "\n0", 'temporary table');

$one->quit;

# four bytes, after 255 labels; what a crash leaves of them
$node->safe_psql('postgres', sprintf(q{
	CREATE TABLE many (a int, b int);
	INSERT INTO many (a, b, security_label)
		SELECT i, CASE WHEN i %% 2 = 0 THEN i END, '%s:c' || i FROM generate_series(0, 999) i;
}, $type));
$node->stop('immediate');
$node->start;
is($node->safe_psql('postgres', sprintf(q{
	SELECT count(*), count(DISTINCT security_label),
		count(*) FILTER (WHERE security_label = '%s:c' || a) FROM many;
	SELECT count(*) FROM verify_heapam('many');
}, $type)), "1000|1000|1000\n0", 'a thousand labels');
is($node->safe_psql('postgres', q{
	SELECT min(t_hoff), max(t_hoff), bool_and(t_secid > 0) FROM
		heap_page_items(get_raw_page('many', 0));
}), '24|32|t', 'header sizes');
$node->safe_psql('postgres', 'VACUUM FULL many');
is($node->safe_psql('postgres', sprintf(
		q{SELECT count(*) FROM many WHERE security_label = '%s:c' || a}, $type)),
	'1000', 'VACUUM FULL keeps a thousand labels');

# rows that were frozen at birth are nothing special to VACUUM
$node->safe_psql('postgres', q{
	VACUUM (FREEZE, DISABLE_PAGE_SKIPPING) pg_security;
	VACUUM (FREEZE, DISABLE_PAGE_SKIPPING) pg_shsecurity;
	UPDATE many SET a = a;
	VACUUM many;
});
sound('VACUUM FREEZE');

# whatever lies on disk has room for what its header claims
is($node->safe_psql('postgres', q{
	SELECT count(*) FROM pg_class c JOIN pg_am a ON a.oid = c.relam AND a.amname = 'heap',
		LATERAL verify_heapam(c.oid) v
	WHERE c.relkind IN ('r', 'm', 't') AND c.relpersistence = 'p'
}), '0', 'verify_heapam reports nothing anywhere');

$node->stop;
done_testing();
