# security_reclaim_label(): what no row uses any longer goes, and nothing that
# somebody may still see or is about to store.
use strict;
use warnings FATAL => 'all';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

my $node = PostgreSQL::Test::Cluster->new('reclaim');
$node->init(
	allows_streaming => 'logical',
	extra => [ '--enable-selinux', '--security-server=embedded' ]);
$node->append_conf('postgresql.conf', q{
wal_consistency_checking = all
max_prepared_transactions = 5
autovacuum = off
restart_after_crash = on
});
my $peers = slurp_file($node->data_dir . '/pg_peerlabel.conf');
open(my $fh, '>', $node->data_dir . '/pg_peerlabel.conf') or die;
print $fh "local all low,low_su user_u:user_r:user_t:s0\n$peers";
close($fh);
$node->start;
$node->safe_psql('postgres', q{
	CREATE EXTENSION amcheck;
	CREATE EXTENSION pageinspect;
	CREATE EXTENSION injection_points;
	CREATE ROLE low LOGIN;
	CREATE ROLE low_su LOGIN SUPERUSER;
});

my $type = 'unconfined_u:object_r:sepgsql_table_t:s0';
sub label { return "$type:c" . shift }

# a table with rows 1 .. n, each with the label of its number
sub table
{
	my ($name, $n, $how) = @_;
	$how //= '';
	$node->safe_psql('postgres', sprintf(q{
		CREATE TABLE %1$s (a int) %3$s;
		INSERT INTO %1$s (a, security_label) SELECT i, '%2$s:c' || i FROM generate_series(1, %4$d) i;
	}, $name, $type, $how, $n));
}
sub reclaim
{
	my ($table, $pre) = @_;
	$pre //= '';
	my ($ret, $out, $err) = $node->psql('postgres',
		$pre . 'SELECT security_reclaim_label(' . ($table ? "'$table'" : '') . ')');
	$err =~ s/^psql:\S+ //mg;
	return $out . '|' . join(' ', sort map { s/\s+$//r } grep { length } split /\n/, $err);
}
sub numbers
{
	my ($table) = @_;
	return $node->safe_psql('postgres', qq{
		SELECT coalesce(string_agg(secid || '=' || coalesce(substring(seclabel from 'c[0-9]+\$'), '') ||
			CASE WHEN removed THEN '-' WHEN retired THEN '?' ELSE '' END, ' ' ORDER BY secid), '')
		FROM pg_security WHERE relid = '$table'::regclass});
}
sub notice
{
	my ($table, $number, $c) = @_;
	return sprintf('NOTICE:  secattr="%s", secid=%d on public.%s was reclaimed',
		$c ? label($c) : '', $number, $table);
}
# every number in the table's pages has a text, and the dictionary is sound
sub sound
{
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my ($table, $name) = @_;
	is($node->safe_psql('postgres', qq{
		SELECT count(*) FROM generate_series(0, pg_relation_size('$table') / 8192 - 1) blk,
			LATERAL heap_page_items(get_raw_page('$table', blk::int)) i
		WHERE t_secid IS NOT NULL AND t_secid > 0 AND NOT EXISTS
			(SELECT FROM pg_security s WHERE s.relid = '$table'::regclass AND s.secid = i.t_secid AND NOT removed);
		SELECT bt_index_parent_check('pg_security_relid_secid_index', true, true);
		SELECT count(*) FROM verify_heapam('pg_security');
		SELECT count(*) FROM verify_heapam('$table');
	}), "0\n\n0\n0", "$name: no number lacks its text");
}
sub waiting
{
	my ($pid) = @_;
	$node->poll_query_until('postgres',
		"SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = $pid")
	  or die 'does not wait';
}
# a session in which reclaim runs while we do something else
sub start_reclaim
{
	my ($table) = @_;
	my $s = $node->background_psql('postgres', on_error_stop => 0);
	my $pid = $s->query('SELECT pg_backend_pid()');
	$s->query_until(qr/start/, "\\echo start\nSELECT security_reclaim_label('$table') AS result;\n");
	return ($s, $pid);
}

# The simple case, with the words of old
table('t', 4);
is(numbers('t'), '1=c1 2=c2 3=c3 4=c4', 'a table with labels');
is(reclaim('t'), '0|', 'all are used');
$node->safe_psql('postgres', 'DELETE FROM t WHERE a IN (2, 4)');
my $one = $node->background_psql('postgres');
$one->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM t');
is(reclaim('t'), '2|' . notice('t', 2, 2) . ' ' . notice('t', 4, 4), 'two are not');
is(numbers('t'), '1=c1 3=c3', 'they are gone');
is(reclaim('t'), '0|', 'nothing remains to be done');
sound('t', 'after reclaim');

# A number comes back only when its old row has gone
$node->safe_psql('postgres', sprintf(q{INSERT INTO t (a, security_label) VALUES (5, '%s')}, label(5)));
is(numbers('t'), '1=c1 3=c3 5=c5', 'numbers of rows that somebody may see are not given');
$one->query_safe('COMMIT');
$node->safe_psql('postgres', 'VACUUM pg_security');
$node->safe_psql('postgres', sprintf(q{INSERT INTO t (a, security_label) VALUES (6, '%s'), (7, '%s'), (2, '%s')},
	label(6), label(7), label(2)));
is($node->safe_psql('postgres', 'SELECT a, security_label FROM t ORDER BY a'),
	join("\n", map { "$_|" . label($_) } 1, 2, 3, 5, 6, 7), 'each row has its label');
is($node->safe_psql('postgres', q{SELECT max(secid) FROM pg_security WHERE relid = 't'::regclass}),
	'6', 'numbers are used again');
sound('t', 'numbers used again');

# not as long as a logical slot may decode what was before
$node->safe_psql('postgres', q{SELECT pg_create_logical_replication_slot('s', 'test_decoding')});
table('slot', 2);
$node->safe_psql('postgres', 'DELETE FROM slot WHERE a = 2');
is(reclaim('slot'), '1|' . notice('slot', 2, 2), 'with a slot');
$node->safe_psql('postgres', 'VACUUM pg_security');
$node->safe_psql('postgres', sprintf(q{INSERT INTO slot (a, security_label) VALUES (3, '%s')}, label(3)));
is(numbers('slot'), '1=c1 3=c3', 'a slot keeps the number');
$node->safe_psql('postgres', q{SELECT pg_drop_replication_slot('s'); VACUUM pg_security});
$node->safe_psql('postgres', sprintf(q{INSERT INTO slot (a, security_label) VALUES (4, '%s')}, label(4)));
is(numbers('slot'), '1=c1 2=c4 3=c3', 'until it has gone');

# Who decodes what was before still learns the labels of then
$node->safe_psql('postgres', q{
	CREATE TABLE decoded (a int);
	CREATE PUBLICATION pub FOR TABLE decoded WITH (publish = 'insert')});
$node->safe_psql('postgres', q{SELECT pg_create_logical_replication_slot('d', 'pgoutput')});
$node->safe_psql('postgres', sprintf(q{
	INSERT INTO decoded (a, security_label) VALUES (1, '%s'), (2, '%s');
	DELETE FROM decoded WHERE a = 1}, label(11), label(12)));
is(reclaim('decoded'), '1|' . notice('decoded', 1, 11), 'the label of a row that was not decoded yet');
$node->safe_psql('postgres', 'VACUUM pg_security');
$node->safe_psql('postgres', sprintf(q{INSERT INTO decoded (a, security_label) VALUES (3, '%s')}, label(13)));
is(numbers('decoded'), '2=c12 3=c13', 'is gone, but for its number');
my $changes = q{SELECT string_agg(encode(data, 'escape'), ' ') FROM pg_logical_slot_%s_binary_changes('d', NULL, NULL,
	'proto_version', '1', 'publication_names', 'pub', 'security_label', 'true')};
is(join(' ', $node->safe_psql('postgres', sprintf($changes, 'peek')) =~ /s0:(c1[1-3])/g), 'c11 c12 c13', 'decoding');
# in a session that knows the dictionary of now, and uses it afterwards
is($node->safe_psql('postgres', 'SELECT count(DISTINCT security_label) FROM decoded;' . sprintf($changes, 'get') .
		'; SELECT string_agg(security_label, \' \' ORDER BY a) FROM decoded') =~ s/.*?(?:s0:(c\d+)|\z)/$1 ? "$1 " : ''/gesr,
	'c11 c12 c13 c12 c13 ', 'and what comes after it');
$node->safe_psql('postgres', q{SELECT pg_drop_replication_slot('d')});

# An older snapshot
table('snap', 3);
$one->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM snap');
$node->safe_psql('postgres', 'DELETE FROM snap WHERE a = 1; UPDATE snap SET a = 20 WHERE a = 2');
is(reclaim('snap'), '0|', 'an older snapshot keeps a label');
is($one->query_safe('SELECT a, security_label FROM snap ORDER BY a'),
	join("\n", map { "$_|" . label($_) } 1, 2, 3), 'and reads it');
$one->query_safe('COMMIT');
is(reclaim('snap'), '1|' . notice('snap', 1, 1), 'until it ends');

# Those who write meanwhile are waited for
table('w', 3);
$node->safe_psql('postgres', 'DELETE FROM w WHERE a IN (2, 3)');
$one->query_safe('BEGIN; LOCK TABLE w IN ROW EXCLUSIVE MODE');
my ($two, $pid) = start_reclaim('w');
waiting($pid);
is(numbers('w'), '1=c1 2=c2? 3=c3?', 'numbers are retired first');
is($node->safe_psql('postgres', qq{SELECT relid::regclass, phase, blocks_done, blocks_total, labels_reclaimed
		FROM pg_stat_progress_reclaim_label WHERE pid = $pid}),
	'w|waiting for writers|1|1|0', 'progress');
$node->safe_psql('postgres', sprintf(q{
	SET lock_timeout = '5s';
	INSERT INTO w (a, security_label) VALUES (4, '%s');
	UPDATE w SET a = a + 10 WHERE a = 1;
	SELECT count(security_label) FROM w;
}, label(2)));
is(numbers('w'), '1=c1 2=c2 3=c3?', 'others go on writing, and bring a number back');
$one->query_safe('COMMIT');
like($two->query('SELECT 1'), qr/1$/, 'it goes on');
$two->quit;
is(numbers('w'), '1=c1 2=c2', 'what was brought back stays');
is($node->safe_psql('postgres', 'SELECT a, security_label FROM w ORDER BY a'),
	'4|' . label(2) . "\n11|" . label(1), 'with its text');
sound('w', 'writers');

# A label that is needed again after the table has been looked through
table('again', 3);
$node->safe_psql('postgres', q{
	DELETE FROM again WHERE a IN (2, 3);
	SELECT injection_points_attach('sepgsql-reclaim-scanned', 'wait')});
($two, $pid) = start_reclaim('again');
$node->wait_for_event('client backend', 'sepgsql-reclaim-scanned');
$one->query_safe(sprintf(q{BEGIN; INSERT INTO again (a, security_label) VALUES (4, '%s')}, label(2)));
$node->safe_psql('postgres', sprintf(q{UPDATE again SET security_label = '%s' WHERE a = 1}, label(9)));
$node->safe_psql('postgres', q{
	SELECT injection_points_detach('sepgsql-reclaim-scanned');
	SELECT injection_points_wakeup('sepgsql-reclaim-scanned')});
$two->query('SELECT 1');
$two->quit;
is(numbers('again'), '1=c1 2=c2 4=c9', 'needed again in the last moment');
$one->query_safe('COMMIT');
is($node->safe_psql('postgres', 'SELECT a, security_label FROM again ORDER BY a'),
	'1|' . label(9) . "\n4|" . label(2), 'each row has its label');
sound('again', 'last moment');

# who looked a number up before it was retired, and stores it afterwards
table('hand', 3);
$node->safe_psql('postgres', q{
	DELETE FROM hand WHERE a IN (2, 3);
	SELECT injection_points_attach('sepgsql-number-in-hand', 'wait')});
my $three = $node->background_psql('postgres');
$three->query_until(qr/start/, sprintf(
	"\\echo start\nINSERT INTO hand (a, security_label) VALUES (4, '%s');\n", label(2)));
$node->wait_for_event('client backend', 'sepgsql-number-in-hand');
$node->safe_psql('postgres', q{SELECT injection_points_detach('sepgsql-number-in-hand')});
($two, $pid) = start_reclaim('hand');
waiting($pid);
is(numbers('hand'), '1=c1 2=c2? 3=c3?', 'retired while somebody has it in hand');
$node->safe_psql('postgres', q{SELECT injection_points_wakeup('sepgsql-number-in-hand')});
$three->query_safe('SELECT 1');
$three->quit;
$two->query('SELECT 1');
$two->quit;
is(numbers('hand'), '1=c1 2=c2', 'who had it in hand has stored it');
is($node->safe_psql('postgres', 'SELECT a, security_label FROM hand ORDER BY a'),
	'1|' . label(1) . "\n4|" . label(2), 'with its label');

# Errors and crashes at each step
foreach my $point ('sepgsql-reclaim-retire', 'sepgsql-reclaim-retired',
	'sepgsql-reclaim-scanned', 'sepgsql-reclaim-marked')
{
	$node->safe_psql('postgres', 'DROP TABLE IF EXISTS e');
	table('e', 3);
	$node->safe_psql('postgres', qq{DELETE FROM e WHERE a = 2; SELECT injection_points_attach('$point', 'error')});
	my ($ret, $out, $err) = $node->psql('postgres', q{SELECT security_reclaim_label('e')});
	like($err, qr/error triggered for injection point \Q$point\E/, "error at $point");
	$node->safe_psql('postgres', "SELECT injection_points_detach('$point')");
	sound('e', "error at $point");
	$node->safe_psql('postgres', sprintf(q{INSERT INTO e (a, security_label) VALUES (4, '%s')}, label(2)));
	is($node->safe_psql('postgres', 'SELECT a, security_label FROM e WHERE a = 4'),
		'4|' . label(2), 'the label can be used afterwards');
	$node->safe_psql('postgres', 'DELETE FROM e WHERE a IN (3, 4)');
	like(reclaim('e'), qr/^2\|/, 'and reclaimed');
	is(numbers('e'), '1=c1', 'nothing is left behind');

	$node->safe_psql('postgres', sprintf(qq{
		INSERT INTO e (a, security_label) VALUES (5, '%s');
		DELETE FROM e WHERE a = 5;
		SELECT injection_points_attach('$point', 'wait')}, label(5)));
	($two, $pid) = start_reclaim('e');
	$node->wait_for_event('client backend', $point);
	$node->safe_psql('postgres', 'CHECKPOINT; SELECT txid_current()');
	eval { $one->quit };
	$node->stop('immediate');
	eval { $two->quit };
	$node->start;
	$one = $node->background_psql('postgres');
	sound('e', "crash at $point");
	$node->safe_psql('postgres', sprintf(q{INSERT INTO e (a, security_label) VALUES (6, '%s')}, label(5)));
	is($node->safe_psql('postgres', 'SELECT security_label FROM e WHERE a = 6'), label(5), 'the label can be used');
	$node->safe_psql('postgres', 'DELETE FROM e WHERE a = 6');
	reclaim('e');
	is(numbers('e'), '1=c1', 'nothing is left behind by a crash');
}

# Prepared transactions
table('prep', 2);
$node->safe_psql('postgres', sprintf(q{
	BEGIN; INSERT INTO prep (a, security_label) VALUES (3, '%s'); DELETE FROM prep WHERE a = 2; PREPARE TRANSACTION 'p'}, label(3)));
is(reclaim('prep'), '0|', 'a prepared transaction has stored its rows');
$node->stop('immediate');
$node->start;
$one = $node->background_psql('postgres');
is(reclaim('prep'), '0|', 'after a restart, too');
$node->safe_psql('postgres', sprintf(q{
	BEGIN; INSERT INTO prep (a, security_label) VALUES (4, '%s'); ROLLBACK}, label(4)));
like(reclaim('prep', "SET lock_timeout = '100ms'; "), qr/lock timeout/, 'it is waited for');
$node->safe_psql('postgres', q{COMMIT PREPARED 'p'});
is($node->safe_psql('postgres', 'SELECT a, security_label FROM prep ORDER BY a'),
	'1|' . label(1) . "\n3|" . label(3), 'its label is there');
is(reclaim('prep'), '2|' . notice('prep', 2, 2) . ' ' . notice('prep', 4, 4), 'after it has ended');

# What sessions have in their caches: the number means another label now, one
# that a client must not see
table('c', 3);
$node->safe_psql('postgres', sprintf(q{
	GRANT SELECT, INSERT ON c TO low;
	INSERT INTO c (a, security_label) VALUES (4, '%1$s'), (5, '%1$s')}, $type));
my $low = $node->background_psql('postgres', extra_params => [ '-U', 'low' ]);
is($low->query_safe('SELECT a FROM c ORDER BY a'), "4\n5", 'a client remembers what it may see');
$low->query_safe(q{PREPARE look AS SELECT a FROM c ORDER BY a});
is($one->query_safe('SELECT count(DISTINCT security_label) FROM c'), '4', 'so does another');
$node->safe_psql('postgres', 'DELETE FROM c WHERE a > 3');
like(reclaim('c'), qr/^1\|NOTICE:  secattr="\Q$type\E", secid=4 on public.c was reclaimed$/, 'its label goes');
$node->safe_psql('postgres', 'VACUUM pg_security');
$node->safe_psql('postgres', sprintf(q{INSERT INTO c (a, security_label) VALUES (6, '%s')}, label(6)));
is(numbers('c'), '1=c1 2=c2 3=c3 4=c6', 'and its number is another\'s');
is($low->query_safe('EXECUTE look'), '', 'the client does not see that');
is($one->query_safe('SELECT a, security_label FROM c ORDER BY a'),
	join("\n", map { "$_|" . label($_) } 1, 2, 3, 6), 'nor is anybody else mistaken');
$one->query_safe(sprintf(q{INSERT INTO c (a, security_label) VALUES (7, '%s')}, $type));
is($low->query_safe('EXECUTE look'), '7', 'the label again, with another number');
$low->quit;

# Whoever asks.  A client hears of what it may see only.
foreach my $case (
	[ 'low', "SELECT security_reclaim_label('c')", qr/must be superuser/ ],
	[ 'low_su', "SELECT security_reclaim_label('c')", qr/SELinux: security policy violation/ ],
	[ 'low_su', 'SELECT security_reclaim_label()', qr/SELinux: security policy violation/ ],
	[ 'admin', "SELECT security_reclaim_label('pg_stats')", qr/is not a table or materialized view/ ],
	[ 'admin', 'SELECT security_reclaim_label(1)', qr/does not exist/ ],
	[ 'admin', "BEGIN READ ONLY; SELECT security_reclaim_label('c')", qr/read-only transaction/ ])
{
	my ($ret, $out, $err) = $node->psql('postgres', $case->[1], extra_params => [ $case->[0] eq 'admin' ? () : ('-U', $case->[0]) ]);
	like($err, $case->[2], "$case->[0]: $case->[1]");
}

# Partitions, materialized views, temporary and unlogged tables, catalogs
$node->safe_psql('postgres', sprintf(q{
	CREATE TABLE p (a int) PARTITION BY LIST (a);
	CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
	CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2);
	INSERT INTO p (a, security_label) VALUES (1, '%1$s'), (2, '%1$s'), (2, '%2$s');
	UPDATE p SET a = 1 WHERE security_label = '%2$s';
	CREATE MATERIALIZED VIEW m AS SELECT 1 AS a;
	CREATE UNLOGGED TABLE un (a int);
	INSERT INTO un (a, security_label) VALUES (1, '%1$s');
	TRUNCATE un;
	DELETE FROM p WHERE a = 2;
}, label(1), label(2)));
is(reclaim('p'), '2|' . notice('p2', 1, 1) . ' ' . notice('p2', 2, 2), 'all partitions');
like(reclaim('m'), qr/^0\|$/, 'materialized view');
is(reclaim('un'), '1|' . notice('un', 1, 1), 'unlogged table, truncated');
is($node->safe_psql('postgres', sprintf(q{
	CREATE TEMP TABLE tmp (a int);
	INSERT INTO tmp (a, security_label) VALUES (1, '%1$s');
	DELETE FROM tmp;
	SELECT security_reclaim_label('tmp');
	BEGIN;
	CREATE TABLE own (a int);
	INSERT INTO own (a, security_label) VALUES (1, '%1$s');
	DELETE FROM own;
	SELECT security_reclaim_label('own');
	COMMIT;
	INSERT INTO own (a, security_label) VALUES (1, '%1$s');
	SELECT security_label FROM own;
}, label(1))), "0\n0\n" . label(1), 'what is numbered by other rules');

$node->safe_psql('postgres', sprintf(q{
	SELECT security_reclaim_label('pg_class');
	CREATE TABLE labelled (a int) SECURITY_LABEL = 'unconfined_u:object_r:sepgsql_table_t:s0:c33';
	DROP TABLE labelled;
	VACUUM pg_class}));
my $highest = $node->safe_psql('postgres', q{SELECT max(secid) FROM pg_security WHERE relid = 'pg_class'::regclass});
like(reclaim('pg_class'), qr/NOTICE:  secattr="\Q$type\E:c33", secid=$highest on pg_catalog.pg_class was reclaimed/,
	'a catalog');
$node->safe_psql('postgres', q{
	VACUUM pg_security;
	CREATE TABLE labelled (a int) SECURITY_LABEL = 'unconfined_u:object_r:sepgsql_table_t:s0:c34'});
is($node->safe_psql('postgres', q{SELECT secid > } . $highest . q{ FROM pg_security WHERE relid = 'pg_class'::regclass AND seclabel ~ ':c34$'}),
	't', 'numbers of catalogs are not used again');
$node->safe_psql('postgres', q{
	CREATE ROLE labelled;
	SECURITY LABEL FOR selinux ON ROLE labelled IS 'unconfined_u:object_r:sepgsql_sysobj_t:s0:c35';
	DROP ROLE labelled;
	VACUUM pg_authid});
like(reclaim('pg_authid'), qr/c35", secid=\d+ on pg_catalog.pg_authid was reclaimed/, 'a shared catalog');

# A transaction that is open after reclaiming keeps nobody from dropping the
# table, and leaves nothing whatever becomes of it
foreach my $end ('COMMIT', 'ROLLBACK')
{
	table('d', 3);
	$node->safe_psql('postgres', 'DELETE FROM d WHERE a = 2');
	my $oid = $node->safe_psql('postgres', q{SELECT 'd'::regclass::oid});
	$one->query_safe('SET client_min_messages = warning; BEGIN');
	is($one->query_safe(q{SELECT security_reclaim_label('d')}), '1', 'in a transaction that stays open');
	$node->safe_psql('postgres', q{SET lock_timeout = '5s'; DROP TABLE d});
	$one->query_safe($end);
	$node->safe_psql('postgres', 'SELECT security_reclaim_label()');
	is($node->safe_psql('postgres', "SELECT count(*) FROM pg_security WHERE relid = $oid"), '0',
		"$end after another has dropped the table");
}
table('d', 3);
$node->safe_psql('postgres', 'DELETE FROM d WHERE a = 2');
$node->safe_psql('postgres', q{BEGIN; SELECT security_reclaim_label('d'); ROLLBACK});
is(numbers('d'), '1=c1 2=c2- 3=c3', 'after ROLLBACK the number is gone all the same');
$node->safe_psql('postgres', sprintf(q{INSERT INTO d (a, security_label) VALUES (2, '%s')}, label(2)));
is(numbers('d'), '1=c1 2=c2- 3=c3 4=c2', 'and the label has a new one');
is(reclaim('d'), '0|', 'there is nothing to be reclaimed');
is(numbers('d'), '1=c1 3=c3 4=c2', 'but a row to be removed');

# All of the database: entries of what was never there go, too, and writers of
# one table wait for nobody while another is waited for
$node->safe_psql('postgres', 'SELECT security_reclaim_label()');
$node->safe_psql('postgres', 'DELETE FROM d WHERE a = 2; DELETE FROM hand WHERE a = 4');
$one->query_safe('BEGIN; LOCK TABLE hand IN ROW EXCLUSIVE MODE');
$two = $node->background_psql('postgres', on_error_stop => 0);
$pid = $two->query('SELECT pg_backend_pid()');
$two->query_until(qr/start/, "\\echo start\nSELECT security_reclaim_label();\n");
waiting($pid);
$node->safe_psql('postgres', sprintf(q{
	SET lock_timeout = '5s';
	INSERT INTO d (a, security_label) VALUES (20, '%1$s');
	INSERT INTO hand (a, security_label) VALUES (20, '%1$s');
	INSERT INTO t (a, security_label) VALUES (20, '%1$s');
	CREATE TABLE meanwhile (a int);
	ALTER TABLE d ADD b int}, label(20)));
$one->query_safe('COMMIT');
is($two->query('SELECT 1') =~ s/\s+/ /gr, '2 1', 'the whole database');
$two->quit;
is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_security WHERE retired AND (relid >= 16384 OR NOT removed)}),
	'0', 'nothing is left behind');

# Number 0: the table may have rows without labels
$one->quit;
$node->append_conf('postgresql.conf', 'sepostgresql = off');
$node->restart;
$node->safe_psql('postgres', q{CREATE TABLE z (a int); INSERT INTO z VALUES (1)});
is(numbers('z'), '0=', 'a row without a label');
# what a relation left that never came to be
$node->safe_psql('postgres', sprintf(q{
	SET allow_system_table_mods = on;
	INSERT INTO pg_security VALUES (999999, 1, false, false, '%s'), (999999, 2, true, true, '%s')}, label(1), label(2)));
$node->append_conf('postgresql.conf', 'sepostgresql = on');
$node->restart;
is(reclaim('z'), '0|', 'as long as there is one');
is(reclaim(''), '1|NOTICE:  secattr="' . label(1) . '", secid=1 on relation 999999 was reclaimed', 'what no relation has');
is($node->safe_psql('postgres', 'SELECT count(*) FROM pg_security WHERE relid = 999999'), '0', 'is gone');
$node->safe_psql('postgres', sprintf(q{UPDATE z SET security_label = '%s'}, label(1)));
is(reclaim('z'), '1|' . notice('z', 0), 'and no longer');
is(numbers('z'), '1=c1', 'number 0 has gone');
$node->append_conf('postgresql.conf', 'sepostgresql = off');
$node->restart;
$node->safe_psql('postgres', q{INSERT INTO z VALUES (2)});
is(numbers('z'), '0= 1=c1', 'and comes again');
$node->safe_psql('postgres', q{
	CREATE TABLE zz (a int); INSERT INTO zz VALUES (1); DELETE FROM zz;
	SELECT injection_points_attach('sepgsql-reclaim-scanned', 'wait')});
($two, $pid) = start_reclaim('zz');
$node->wait_for_event('client backend', 'sepgsql-reclaim-scanned');
$node->safe_psql('postgres', q{
	INSERT INTO zz VALUES (2);
	SELECT injection_points_detach('sepgsql-reclaim-scanned');
	SELECT injection_points_wakeup('sepgsql-reclaim-scanned')});
$two->query('SELECT 1');
$two->quit;
is(numbers('zz'), '0=', 'needed again in the last moment');
is(reclaim('t'), '0|', 'works with the feature off');
$node->append_conf('postgresql.conf', 'sepostgresql = on');

$node->stop;

# A standby
my $standby = PostgreSQL::Test::Cluster->new('standby');
$node->start;
$node->backup('b');
$standby->init_from_backup($node, 'b', has_streaming => 1);
$standby->append_conf('postgresql.conf', q{
max_standby_streaming_delay = 0
hot_standby_feedback = off
});
$standby->start;
$node->safe_psql('postgres', 'DROP TABLE c');
table('c', 3);
$node->wait_for_replay_catchup($standby);
my $reader = $standby->background_psql('postgres');
my $look = 'SELECT a, security_label FROM c ORDER BY a';
is($reader->query_safe($look), join("\n", map { "$_|" . label($_) } 1, 2, 3), 'a standby knows the labels');
$node->safe_psql('postgres', q{
	DELETE FROM c WHERE a = 2;
	SELECT injection_points_attach('sepgsql-reclaim-retired', 'error')});
# somebody's old snapshot may make it wait
for (1 .. 100)
{
	my ($ret, $out, $err) = $node->psql('postgres', q{SELECT security_reclaim_label('c')});
	last if $err =~ /error triggered/;
	usleep(100_000);
}
$node->safe_psql('postgres', q{SELECT injection_points_detach('sepgsql-reclaim-retired'); SELECT txid_current()});
$node->wait_for_replay_catchup($standby);
my $shown = q{SELECT string_agg(secid || CASE WHEN removed THEN '-' WHEN retired THEN '?' ELSE '' END, ' ' ORDER BY secid)
	FROM pg_security WHERE relid = 'c'::regclass};
is($standby->safe_psql('postgres', $shown), '1 2? 3', 'a number that is retired');
is(reclaim('c'), '1|' . notice('c', 2, 2), 'is removed');
$node->wait_for_replay_catchup($standby);
is($standby->safe_psql('postgres', $shown), '1 3', 'on the standby, too');
$node->safe_psql('postgres', 'VACUUM pg_security');
$node->safe_psql('postgres', sprintf(q{INSERT INTO c (a, security_label) VALUES (4, '%s')}, label(4)));
is(numbers('c'), '1=c1 2=c4 3=c3', 'and used again');
$node->wait_for_replay_catchup($standby);
is($reader->query_safe($look), join("\n", map { "$_|" . label($_) } 1, 3, 4),
	'a session of the standby that knew the old label sees the new one');
my ($ret, $out, $err) = $standby->psql('postgres', q{SELECT security_reclaim_label('c')});
like($err, qr/cannot execute security_reclaim_label\(\) during recovery/, 'a standby reclaims nothing');
$reader->quit;
$standby->stop;
$node->stop;
done_testing();
