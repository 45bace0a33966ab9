# Logical replication: who may decode, whose labels rows have that arrive, what
# the worker of a subscription finds.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $admin = 'unconfined_u:unconfined_r:unconfined_t:s0-s15:c0.c1023';
my $type = 'unconfined_u:object_r:sepgsql_table_t';

# A cluster with these lines before those of initdb in pg_peerlabel.conf
sub cluster
{
	my ($name, @lines) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);
	$node->init(
		allows_streaming => 'logical',
		extra => [ '--enable-selinux', '--security-server=embedded' ]);
	my $rules = $node->data_dir . '/pg_peerlabel.conf';
	my $old = slurp_file($rules);
	open my $fh, '>', $rules or die $!;
	print $fh map("$_\n", @lines), $old;
	close $fh or die $!;
	$node->append_conf('postgresql.conf', qq{
autovacuum = off
wal_retrieve_retry_interval = 100ms
max_logical_replication_workers = 8
});
	$node->start;
	return $node;
}

# The subscriber's server connects to the publisher's socket: for the publisher
# it is a client like any other, though it runs as the same user.
my $pub = cluster('pub',
	'local all lr_user user_u:user_r:user_t:s0',
	'local all lr_low staff_u:staff_r:staff_t:s0',
	"local all lr_repl $admin",
	"local replication lr_repl $admin",
	'local replication lr_low staff_u:staff_r:staff_t:s0-s15:c0.c1023');
my $sub = cluster('sub', 'local all lr_user user_u:user_r:user_t:s0');
my $su = $pub->safe_psql('postgres', 'SELECT current_user');

# $worker is what "worker" lines of the subscriber say
sub worker_label
{
	my ($label) = @_;
	my $rules = $sub->data_dir . '/pg_peerlabel.conf';
	my $old = slurp_file($rules);
	$old =~ s/^worker.*\n//mg;
	open my $fh, '>', $rules or die $!;
	print $fh $old;
	print $fh "worker all all $label\n" if $label;
	close $fh or die $!;
	$sub->reload;
}

sub as
{
	my ($node, $role, $sql) = @_;
	my ($ret, $out, $err) =
	  $node->psql('postgres', $sql, extra_params => [ '-U', $role ]);
	return $ret == 0 ? $out : $err;
}

# ---- who may publish, make slots and decode

$pub->safe_psql('postgres', q{
	CREATE ROLE lr_user SUPERUSER LOGIN;
	CREATE ROLE lr_low SUPERUSER REPLICATION LOGIN;
	CREATE ROLE lr_repl REPLICATION LOGIN;
	CREATE TABLE t (id int PRIMARY KEY, v text);
	GRANT ALL ON t TO PUBLIC;
});
for my $sql (
	'CREATE PUBLICATION p FOR TABLE t',
	'CREATE PUBLICATION p FOR ALL TABLES',
	q{SELECT pg_create_logical_replication_slot('s', 'pgoutput')},
	q{SELECT pg_create_physical_replication_slot('s')})
{
	like(as($pub, 'lr_low', $sql),
		qr/ERROR:  SELinux: security policy violation/, "staff: $sql");
}
$pub->safe_psql('postgres', q{
	SELECT pg_create_logical_replication_slot('decoded', 'test_decoding')}) if 0;
$pub->safe_psql('postgres',
	q{SELECT pg_create_logical_replication_slot('slot1', 'pgoutput')});
for my $sql (
	q{SELECT * FROM pg_logical_slot_get_binary_changes('slot1', NULL, NULL, 'proto_version', '1', 'publication_names', 'p')},
	q{SELECT pg_replication_slot_advance('slot1', pg_current_wal_lsn())},
	q{SELECT pg_drop_replication_slot('slot1')})
{
	like(as($pub, 'lr_low', $sql),
		qr/ERROR:  SELinux: security policy violation/, "staff: $sql");
}
$pub->safe_psql('postgres', q{SELECT pg_drop_replication_slot('slot1')});
for my $db ('dbname=postgres replication=database', 'replication=true')
{
	my ($ret, $out, $err) = $pub->psql('postgres', 'IDENTIFY_SYSTEM',
		connstr => $pub->connstr . " user=lr_low $db");
	isnt($ret, 0, "no replication connection for staff ($db)");
	like($err, qr/SELinux: security policy violation/, 'for its label');
}

# ---- rows get the label of the worker, or that of the publisher

$pub->safe_psql('postgres', qq{
	CREATE TABLE own (id int PRIMARY KEY, v text);
	CREATE TABLE theirs (id int PRIMARY KEY, v text);
	CREATE TABLE parted (id int PRIMARY KEY, v text) PARTITION BY RANGE (id);
	CREATE TABLE parted1 PARTITION OF parted FOR VALUES FROM (0) TO (100);
	CREATE TABLE parted2 (v text, id int PRIMARY KEY);
	ALTER TABLE parted ATTACH PARTITION parted2 FOR VALUES FROM (100) TO (200);
	CREATE TABLE picked (id int PRIMARY KEY, v text);
	GRANT SELECT ON own, theirs, parted, picked TO lr_repl;
	INSERT INTO own (id, v, security_label) VALUES (1, 'one', '$type:s0'), (2, 'two', '$type:s3:c7');
	INSERT INTO theirs (id, v, security_label) VALUES (1, 'one', '$type:s0'), (2, 'two', '$type:s3:c7');
	INSERT INTO parted (id, v, security_label) VALUES (1, 'one', '$type:s1'), (101, 'two', '$type:s2');
	INSERT INTO picked (id, v, security_label) VALUES (1, 'one', '$type:s1'), (2, 'two', '$type:s2');
	ALTER TABLE theirs ALTER v SET STORAGE EXTERNAL;
	CREATE PUBLICATION p_own FOR TABLE own;
	CREATE PUBLICATION p_theirs FOR TABLE theirs, parted, picked WHERE (id <> 1) WITH (publish_via_partition_root = true);
});
my $schema = q{
	CREATE TABLE own (id int PRIMARY KEY, v text);
	CREATE TABLE theirs (id int PRIMARY KEY, v text);
	CREATE TABLE parted (id int PRIMARY KEY, v text) PARTITION BY RANGE (id);
	CREATE TABLE parted1 PARTITION OF parted FOR VALUES FROM (0) TO (150);
	CREATE TABLE parted2 PARTITION OF parted FOR VALUES FROM (150) TO (200);
	CREATE TABLE picked (id int PRIMARY KEY, v text);
};
$sub->safe_psql('postgres', "$schema CREATE ROLE lr_user SUPERUSER LOGIN");
my $connstr = $pub->connstr . ' user=lr_repl dbname=postgres';

like(as($sub, 'lr_user', "CREATE SUBSCRIPTION x CONNECTION '$connstr' PUBLICATION p_own WITH (connect = false)"),
	qr/ERROR:  SELinux: security policy violation/, 'a client makes no subscription');

# without a line for it the worker does not start
$sub->safe_psql('postgres',
	"CREATE SUBSCRIPTION s_own CONNECTION '$connstr' PUBLICATION p_own");
ok($sub->wait_for_log(qr/FATAL:  no pg_peerlabel\.conf entry for worker, database "postgres", user "\Q$su\E"/),
	'no worker without a label');
worker_label('staff_u:staff_r:staff_t:s2-s3:c0.c9');
$sub->safe_psql('postgres', qq{
	SECURITY LABEL FOR selinux ON TABLE own IS 'system_u:object_r:sepgsql_table_t:s2';
	SECURITY LABEL FOR selinux ON COLUMN own.id IS 'system_u:object_r:sepgsql_table_t:s2';
	SECURITY LABEL FOR selinux ON COLUMN own.v IS 'system_u:object_r:sepgsql_table_t:s2';
});
$sub->wait_for_subscription_sync($pub, 's_own');
my $default = $sub->safe_psql('postgres', 'SELECT DISTINCT security_label FROM own');
like($default, qr/^\S+:object_r:sepgsql_table_t:s2$/,
	'the first copy has the label that the policy gives the worker');
$pub->safe_psql('postgres', qq{
	INSERT INTO own (id, v, security_label) VALUES (3, 'three', '$type:s5');
	UPDATE own SET v = 'TWO', security_label = '$type:s6' WHERE id = 2;
});
$pub->wait_for_catchup('s_own');
is($sub->safe_psql('postgres', 'SELECT security_label, id, v FROM own ORDER BY id'),
	"$default|1|one\n$default|2|TWO\n$default|3|three", 'so have its changes');

# what the worker may not see it does not find
$sub->safe_psql('postgres', "UPDATE own SET security_label = '$type:s9' WHERE id = 1");
my $offset = -s $sub->logfile;
$pub->safe_psql('postgres', q{UPDATE own SET v = 'ONE' WHERE id = 1; DELETE FROM own WHERE id = 1; INSERT INTO own VALUES (4, 'four')});
$pub->wait_for_catchup('s_own');
is($sub->safe_psql('postgres', q{SELECT id, v FROM own ORDER BY id}),
	"1|one\n2|TWO\n3|three\n4|four", 'a hidden row is neither updated nor deleted');
my $log = slurp_file($sub->logfile, $offset);
like($log, qr/conflict detected on relation "public.own": conflict=update_missing/, 'the update says so');
like($log, qr/conflict detected on relation "public.own": conflict=delete_missing/, 'the delete too');

# the same where the whole row is looked for
$_->safe_psql('postgres', 'ALTER TABLE own REPLICA IDENTITY FULL') for $pub, $sub;
$sub->safe_psql('postgres', q{ALTER TABLE own DROP CONSTRAINT own_pkey});
$sub->safe_psql('postgres', qq{INSERT INTO own (id, v, security_label) VALUES (3, 'three', '$type:s9')});
$pub->safe_psql('postgres', q{UPDATE own SET v = 'THREE' WHERE id = 3});
$pub->wait_for_catchup('s_own');
is($sub->safe_psql('postgres', q{SELECT security_label, v FROM own WHERE id = 3 ORDER BY 1}),
	"$default|THREE\n$type:s9|three", 'of two equal rows the one that is not hidden');

# rows that the worker may not write stop it
$offset = -s $sub->logfile;
$sub->safe_psql('postgres', q{
	SECURITY LABEL FOR selinux ON TABLE own IS 'system_u:object_r:sepgsql_ro_table_t:s2'});
$pub->safe_psql('postgres', q{INSERT INTO own VALUES (5, 'five')});
ok($sub->wait_for_log(qr/ERROR:  SELinux: security policy violation/, $offset),
	'a row that the worker may not insert is an error');
$sub->safe_psql('postgres', q{
	SECURITY LABEL FOR selinux ON TABLE own IS 'system_u:object_r:sepgsql_table_t:s2'});
$pub->wait_for_catchup('s_own');
is($sub->safe_psql('postgres', q{SELECT v FROM own WHERE id = 5}), 'five',
	'and arrives when it may');
$sub->safe_psql('postgres', 'DROP SUBSCRIPTION s_own');

# ---- security_label = true
worker_label($admin);
$sub->safe_psql('postgres',
	"CREATE SUBSCRIPTION s_theirs CONNECTION '$connstr' PUBLICATION p_theirs WITH (security_label = true)");
is($sub->safe_psql('postgres', 'SELECT subseclabel FROM pg_subscription'), 't', 'pg_subscription says so');
$sub->wait_for_subscription_sync($pub, 's_theirs');
my $all = q{
	SELECT 'theirs', security_label, id, length(v), left(v, 5) FROM theirs
	UNION ALL SELECT 'parted', security_label, id, length(v), left(v, 5) FROM parted
	UNION ALL SELECT 'picked', security_label, id, length(v), left(v, 5) FROM picked WHERE id <> 1
	ORDER BY 1, 3, 2};
sub same
{
	my ($what) = @_;
	$pub->wait_for_catchup('s_theirs');
	is($sub->safe_psql('postgres', $all), $pub->safe_psql('postgres', $all), $what);
}
same('the first copy has the publisher\'s labels');
is($sub->safe_psql('postgres', 'SELECT count(*) FROM picked'), '1', 'of the rows that the publication selects');

$pub->safe_psql('postgres', qq{
	INSERT INTO theirs (id, v, security_label) VALUES (3, NULL, '$type:s4:c1'), (4, repeat('toast', 2000), '$type:s4:c2');
	INSERT INTO parted (id, v, security_label) VALUES (2, 'x', '$type:s4:c1'), (160, 'y', '$type:s4:c2');
	INSERT INTO picked (id, v, security_label) VALUES (3, 'x', '$type:s4:c1');
});
same('inserted rows');
$pub->safe_psql('postgres', qq{
	UPDATE theirs SET v = 'changed' WHERE id = 1;
	UPDATE theirs SET security_label = '$type:s5' WHERE id IN (2, 4);
	UPDATE theirs SET v = repeat('roast', 2000) WHERE id = 4;
	UPDATE parted SET id = id + 150, security_label = '$type:s6' WHERE id = 2;
	UPDATE picked SET id = 7, security_label = '$type:s7' WHERE id = 1;
	DELETE FROM theirs WHERE id = 3;
});
same('updated rows: the label goes with the new version');
$pub->safe_psql('postgres', qq{
	INSERT INTO theirs (id, v, security_label)
		SELECT 1000 + i, 'many', format('$type:s1:c%s', i) FROM generate_series(1, 400) i});
same('more than 255 labels');
$pub->safe_psql('postgres', qq{
	BEGIN;
	CREATE TABLE fresh (id int PRIMARY KEY, v text);
	GRANT SELECT ON fresh TO lr_repl;
	ALTER PUBLICATION p_theirs ADD TABLE fresh;
	INSERT INTO fresh (id, security_label) VALUES (1, '$type:s1');
	COMMIT;
});
$sub->safe_psql('postgres', q{CREATE TABLE fresh (id int PRIMARY KEY, v text, w bigint); ALTER SUBSCRIPTION s_theirs REFRESH PUBLICATION});
$sub->wait_for_subscription_sync($pub, 's_theirs');
# labels of a transaction that made the table anew, and more at each command
$pub->safe_psql('postgres', qq{
	BEGIN;
	INSERT INTO fresh (id, security_label) VALUES (2, '$type:s2');
	ALTER TABLE fresh ADD COLUMN w int DEFAULT 1;
	ALTER TABLE fresh ALTER w TYPE bigint;
	INSERT INTO fresh (id, security_label) VALUES (3, '$type:s3');
	SAVEPOINT s;
	INSERT INTO fresh (id, security_label) VALUES (4, '$type:s4');
	ROLLBACK TO s;
	INSERT INTO fresh (id, security_label) VALUES (4, '$type:s5');
	ALTER TABLE fresh DROP COLUMN w;
	COMMIT;
});
$pub->wait_for_catchup('s_theirs');
is($sub->safe_psql('postgres', 'SELECT security_label, id FROM fresh ORDER BY id'),
	join("\n", "$type:s1|1", "$type:s2|2", "$type:s3|3", "$type:s5|4"),
	'a table that changes meanwhile');

# a label that is gone before the transaction is decoded
$sub->safe_psql('postgres', 'ALTER SUBSCRIPTION s_theirs DISABLE');
$sub->poll_query_until('postgres', q{SELECT count(*) = 0 FROM pg_stat_subscription WHERE pid IS NOT NULL});
$pub->safe_psql('postgres', qq{
	INSERT INTO fresh (id, security_label) VALUES (5, '$type:s8:c1');
	UPDATE fresh SET security_label = '$type:s8:c2' WHERE id = 5;
	TRUNCATE picked;
	VACUUM fresh;
	VACUUM pg_security;
});
$sub->safe_psql('postgres', 'ALTER SUBSCRIPTION s_theirs ENABLE');
$pub->wait_for_catchup('s_theirs');
is($sub->safe_psql('postgres', 'SELECT security_label FROM fresh WHERE id = 5'),
	"$type:s8:c2", 'changes that waited');

# numbers that are given in the transaction that makes the table, one at each
# command; and labels that have been reclaimed before they are decoded
$pub->safe_psql('postgres', q{
	CREATE PUBLICATION p_all FOR ALL TABLES;
	SELECT pg_create_logical_replication_slot('slot2', 'pgoutput');
});
$pub->safe_psql('postgres', qq{
	BEGIN;
	CREATE TABLE made (id int PRIMARY KEY);
	INSERT INTO made (id, security_label) VALUES (1, '$type:s1');
	INSERT INTO made (id, security_label) VALUES (2, '$type:s2');
	SAVEPOINT s;
	INSERT INTO made (id, security_label) VALUES (3, '$type:s3');
	ROLLBACK TO s;
	INSERT INTO made (id, security_label) VALUES (4, '$type:s4');
	COMMIT;
	INSERT INTO made (id, security_label) VALUES (5, '$type:s5');
	UPDATE made SET security_label = '$type:s6' WHERE id = 5;
	DELETE FROM made WHERE id = 5});
is($pub->safe_psql('postgres', q{SELECT security_reclaim_label('made')}), '2', 'two labels are reclaimed');
$pub->safe_psql('postgres', 'VACUUM made');
$pub->safe_psql('postgres', 'VACUUM pg_security');
$pub->safe_psql('postgres', qq{INSERT INTO made (id, security_label) VALUES (7, '$type:s7')});
is($pub->safe_psql('postgres', qq{
		SELECT encode(substring(data FROM length(data) - 2 FOR 2), 'escape')
		FROM pg_logical_slot_get_binary_changes('slot2', NULL, NULL, 'proto_version', '1', 'publication_names', 'p_all', 'security_label', 'true')
		WHERE get_byte(data, 0) IN (ascii('I'), ascii('U'))}),
	join("\n", 's1', 's2', 's4', 's5', 's6', 's7'), 'what is decoded has the labels of its time');
is($pub->safe_psql('postgres', 'SELECT security_label FROM made ORDER BY id'),
	join("\n", map { "$type:s$_" } 1, 2, 4, 7), 'and what is read those of today');
$pub->safe_psql('postgres', q{SELECT pg_drop_replication_slot('slot2')});

# streamed in parts while it runs
$sub->safe_psql('postgres', 'ALTER SUBSCRIPTION s_theirs SET (streaming = on, binary = true)');
$pub->append_conf('postgresql.conf', 'debug_logical_replication_streaming = immediate');
$pub->reload;
$pub->safe_psql('postgres', qq{
	BEGIN;
	INSERT INTO theirs (id, v, security_label)
		SELECT 2000 + i, repeat('x', 100), format('$type:s2:c%s', i % 5) FROM generate_series(1, 500) i;
	UPDATE theirs SET v = 'y', security_label = '$type:s3' WHERE id BETWEEN 2100 AND 2110;
	COMMIT;
});
same('streamed');

# the label must be one of the subscriber's policy and the worker may write it
$sub->safe_psql('postgres', 'ALTER SUBSCRIPTION s_theirs SET (security_label = false)');
$pub->safe_psql('postgres', qq{INSERT INTO picked (id, v, security_label) VALUES (20, 'x', '$type:s9')});
$pub->wait_for_catchup('s_theirs');
unlike($sub->safe_psql('postgres', q{SELECT security_label FROM picked WHERE id = 20}),
	qr/:s9$/, 'ALTER SUBSCRIPTION: the worker\'s label again');
$sub->safe_psql('postgres', 'ALTER SUBSCRIPTION s_theirs SET (security_label = true)');
$pub->safe_psql('postgres', qq{INSERT INTO picked (id, v, security_label) VALUES (21, 'x', '$type:s9')});
$pub->wait_for_catchup('s_theirs');
is($sub->safe_psql('postgres', q{SELECT security_label FROM picked WHERE id = 21}),
	"$type:s9", 'and the publisher\'s');
worker_label('staff_u:staff_r:staff_t:s0-s3:c0.c9');
$offset = -s $sub->logfile;
$sub->safe_psql('postgres', 'ALTER SUBSCRIPTION s_theirs DISABLE');
$sub->poll_query_until('postgres', q{SELECT count(*) = 0 FROM pg_stat_subscription WHERE pid IS NOT NULL});
$sub->safe_psql('postgres', 'ALTER SUBSCRIPTION s_theirs ENABLE');
$pub->safe_psql('postgres', qq{INSERT INTO picked (id, v, security_label) VALUES (22, 'x', 'system_u:object_r:sepgsql_secret_table_t:s0')});
ok($sub->wait_for_log(qr/ERROR:  SELinux: security policy violation/, $offset),
	'a label that the worker may not write is an error');
is($sub->safe_psql('postgres', q{SELECT count(*) FROM picked WHERE id = 22}), '0', 'and the row does not arrive');
$sub->safe_psql('postgres', 'ALTER SUBSCRIPTION s_theirs DISABLE; ALTER SUBSCRIPTION s_theirs SET (slot_name = NONE); DROP SUBSCRIPTION s_theirs');

$pub->stop;
$sub->stop;
done_testing();
