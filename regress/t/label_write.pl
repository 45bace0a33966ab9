# Labels of rows that are written: concurrent updates, logical replication,
# sepostgresql_row_level off, sepostgresql off, and the audit of refusals.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $type = 'system_u:object_r:sepgsql_table_t';
my $user = 'user_u:user_r:user_t:s0';
my $staff = 'staff_u:staff_r:staff_t:s0-s3:c0.c9';

sub make_node
{
	my ($name, %params) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);
	$node->init(
		%params,
		extra => [ '--enable-selinux', '--security-server=embedded' ]);
	my $conf = $node->data_dir . '/pg_peerlabel.conf';
	my $old = slurp_file($conf);
	open my $fh, '>', $conf or die $!;
	print $fh "local all sep_user $user\nlocal all sep_staff $staff\n",
	  "worker all all unconfined_u:unconfined_r:unconfined_t:s0-s15:c0.c1023\n",
	  $old;
	close $fh;
	return $node;
}

my $node = make_node('main');
$node->append_conf('postgresql.conf', "max_prepared_transactions = 2\n");
$node->start;
$node->safe_psql(
	'postgres', qq{
	CREATE ROLE sep_user LOGIN;
	CREATE ROLE sep_staff LOGIN;
	CREATE TABLE t (a int PRIMARY KEY, b text);
	GRANT ALL ON t TO public;
	INSERT INTO t (a, b, security_label) VALUES (1, 'x', '$type:s0'), (2, 'x', '$type:s0'), (3, 'x', '$type:s0'), (4, 'x', '$type:s0');
	CREATE TABLE p (a int, b text) PARTITION BY LIST (a);
	CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
	CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2);
	INSERT INTO p (a, b, security_label) VALUES (1, 'x', '$type:s0');
});

sub as_user
{
	my ($role, $sql) = @_;
	my ($out, $err) = ('', '');
	$node->psql(
		'postgres', $sql,
		extra_params => [ '-U', $role ],
		stdout => \$out,
		stderr => \$err);
	return ($out, $err);
}

# A row's label changes while another session waits to update the row.
# wait_for QUERY: until a session waits for a lock
sub update_behind
{
	my ($role, $change, $sql) = @_;
	my $holder = $node->background_psql('postgres');
	$holder->query_safe("BEGIN; $change");
	my $waiter =
	  $node->background_psql('postgres', on_error_stop => 0,
		extra_params => [ '-U', $role ]);
	$waiter->query_until(qr/started/, "\\echo started\n$sql;\n\\echo done\n");
	$node->poll_query_until('postgres',
		"SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
	) or die "nobody waits";
	$holder->query_safe('COMMIT');
	$holder->quit;
	my $out = $waiter->query("SELECT 'end'");
	my $err = $waiter->{stderr};
	$waiter->quit;
	return ($out, $err);
}

my ($out, $err) = update_behind(
	'sep_staff',
	"UPDATE t SET security_label = '$type:s2:c1' WHERE a = 1",
	"UPDATE t SET b = b || '!' WHERE a = 1 RETURNING old.security_label, new.security_label, b");
like($out, qr/\Q$type:s2:c1|$type:s2:c1|x!\E/,
	'an update that waited keeps the new label');
is($node->safe_psql('postgres', 'SELECT security_label, b FROM t WHERE a = 1'),
	"$type:s2:c1|x!", 'and stores it');

($out, $err) = update_behind(
	'sep_user',
	"UPDATE t SET security_label = '$type:s2' WHERE a = 2",
	"UPDATE t SET b = 'not reached' WHERE a = 2 RETURNING b");
unlike($out, qr/not reached/, 'a row that became hidden is not updated');
is($node->safe_psql('postgres', 'SELECT security_label, b FROM t WHERE a = 2'),
	"$type:s2|x", 'and stays as it is');

($out, $err) = update_behind(
	'sep_staff',
	"UPDATE t SET security_label = '$type:s2' WHERE a = 3",
	"UPDATE t SET security_label = '$type:s1' WHERE a = 3");
like($err, qr/SELinux: security policy violation/,
	'a relabel that waited is decided for the label that the row has now');
is($node->safe_psql('postgres', 'SELECT security_label, b FROM t WHERE a = 3'),
	"$type:s2|x", 'and changes nothing');

($out, $err) = update_behind(
	'sep_user',
	"UPDATE t SET security_label = '$type:s2' WHERE a = 4",
	"MERGE INTO t USING (VALUES (4)) v(a) ON t.a = v.a WHEN MATCHED THEN UPDATE SET b = 'not reached' RETURNING b");
is($node->safe_psql('postgres', 'SELECT security_label, b FROM t WHERE a = 4'),
	"$type:s2|x", 'MERGE does not change a row that became hidden');

# the audit
my $log = slurp_file($node->logfile);
like(
	$log,
	qr/SELinux: denied \{ relabelfrom \} scontext=\Q$staff\E tcontext=\Q$type\E:s2 tclass=db_tuple name="public\.t"/,
	'a refused relabel is in the log');
($out, $err) = as_user('sep_user', "INSERT INTO t (a, security_label) VALUES (9, '$type:s1')");
like($err, qr/SELinux: security policy violation/, 'refused insert');
like(
	slurp_file($node->logfile),
	qr/SELinux: denied \{ insert \} scontext=\Q$user\E tcontext=\Q$type\E:s1 tclass=db_tuple name="public\.t"/,
	'is in the log');

# A two-phase transaction, and one that aborts, leave the labels usable.
$node->safe_psql(
	'postgres', qq{
	BEGIN; INSERT INTO t (a, security_label) VALUES (20, '$type:s5:c7'); PREPARE TRANSACTION 'x'; COMMIT PREPARED 'x';
	BEGIN; INSERT INTO t (a, security_label) VALUES (21, '$type:s5:c8'); ROLLBACK;
	INSERT INTO t (a, security_label) VALUES (21, '$type:s5:c8');});
is( $node->safe_psql('postgres', 'SELECT a, security_label FROM t WHERE a IN (20, 21) ORDER BY a'),
	"20|$type:s5:c7\n21|$type:s5:c8",
	'labels of prepared and of rolled back transactions');

# row_level off: rows are labeled, labels are validated, rows are not checked
$node->append_conf('postgresql.conf', "sepostgresql_row_level = off\n");
$node->restart;
($out, $err) = as_user('sep_user', "INSERT INTO t (a) VALUES (30) RETURNING security_label");
is($out, 'user_u:object_r:sepgsql_table_t:s0', 'row_level off: default label');
($out, $err) = as_user('sep_user', "INSERT INTO t (a, security_label) VALUES (31, '$type:s9') RETURNING security_label");
is($out, "$type:s9", 'row_level off: explicit label, not checked');
($out, $err) = as_user('sep_user', "UPDATE t SET security_label = '$type:s8' WHERE a = 31 RETURNING security_label");
is($out, "$type:s8", 'row_level off: relabel, not checked');
($out, $err) = as_user('sep_user', "INSERT INTO t (a, security_label) VALUES (32, 'no label')");
like($err, qr/invalid security context: "no label"/, 'row_level off: labels are validated');

# sepostgresql off: labels are kept and shown, and cannot be written
$node->adjust_conf('postgresql.conf', 'sepostgresql', 'off');
$node->restart;
is($node->safe_psql('postgres', "UPDATE t SET b = 'off' WHERE a = 1 RETURNING security_label"),
	"$type:s2:c1", 'off: UPDATE keeps the label');
is($node->safe_psql('postgres', "UPDATE p SET a = 2 RETURNING tableoid::regclass, security_label"),
	"p2|$type:s0", 'off: so does one that moves the row');
is($node->safe_psql('postgres', "INSERT INTO t VALUES (1, 'z') ON CONFLICT (a) DO UPDATE SET b = excluded.b RETURNING security_label"),
	"$type:s2:c1", 'off: so does ON CONFLICT');
is($node->safe_psql('postgres', "MERGE INTO t USING (VALUES (1)) v(a) ON t.a = v.a WHEN MATCHED THEN UPDATE SET b = 'm' RETURNING security_label"),
	"$type:s2:c1", 'off: so does MERGE');
foreach my $sql (
	"INSERT INTO t (a, security_label) VALUES (40, '$type:s1')",
	"INSERT INTO t (a, security_label) VALUES (40, DEFAULT)",
	"UPDATE t SET security_label = '$type:s1'",
	"INSERT INTO t VALUES (1) ON CONFLICT (a) DO UPDATE SET security_label = '$type:s1'",
	"MERGE INTO t USING (VALUES (1)) v(a) ON t.a = v.a WHEN MATCHED THEN UPDATE SET security_label = '$type:s1'",
	"COPY t (a, security_label) FROM stdin")
{
	my ($ret, $stdout, $stderr) = $node->psql('postgres', "\\set VERBOSITY verbose\n$sql;");
	like($stderr, qr/55000: column "security_label" cannot be written while SE-PostgreSQL is off.*HINT:  Set "sepostgresql" to on/s, "off: $sql");
}
my ($ret, $stdout, $stderr) = $node->psql('postgres', 'CREATE TABLE c AS SELECT a, security_label FROM t');
like($stderr, qr/conflicts with a system column name.*HINT:  Give the output column another name with AS/s,
	'off: CREATE TABLE AS');
$node->safe_psql('postgres', "INSERT INTO t VALUES (41, 'unlabeled'); CREATE TABLE new AS SELECT * FROM t");
is($node->safe_psql('postgres', "SELECT count(*) FROM new WHERE security_label <> 'unlabeled'"),
	'0', 'off: new rows have no label');

# and on again
$node->adjust_conf('postgresql.conf', 'sepostgresql', 'on');
$node->adjust_conf('postgresql.conf', 'sepostgresql_row_level', 'on');
$node->restart;
is($node->safe_psql('postgres', 'SELECT security_label FROM t WHERE a = 41'),
	'system_u:object_r:unlabeled_t:s15:c0.c1023', 'on again: rows written meanwhile are unlabeled');
is($node->safe_psql('postgres', "UPDATE t SET security_label = '$type:s1' WHERE a = 41 RETURNING old.security_label, security_label"),
	"system_u:object_r:unlabeled_t:s15:c0.c1023|$type:s1", 'and can be labeled');
$node->stop;

# Logical replication: labels are not replicated; rows that are inserted have
# the subscriber's default, rows that are updated keep theirs.
my $pub = make_node('pub', allows_streaming => 'logical');
$pub->start;
my $sub = make_node('sub');
$sub->start;
$pub->safe_psql(
	'postgres', q{
	CREATE TABLE r (a int PRIMARY KEY, b text);
	CREATE TABLE q (a int PRIMARY KEY, b text);});
$sub->safe_psql(
	'postgres', q{
	CREATE TABLE r (a int PRIMARY KEY, b text);
	CREATE TABLE q (a int PRIMARY KEY, b text) PARTITION BY RANGE (a);
	CREATE TABLE q1 PARTITION OF q FOR VALUES FROM (0) TO (10);
	CREATE TABLE q2 (b text, a int NOT NULL);
	ALTER TABLE q ATTACH PARTITION q2 FOR VALUES FROM (10) TO (20);});
$pub->safe_psql('postgres', qq{INSERT INTO r (a, b, security_label) VALUES (1, 'x', '$type:s3');
	CREATE PUBLICATION pb FOR TABLE r, q});
my $connstr = $pub->connstr . ' dbname=postgres';
$sub->safe_psql('postgres', "CREATE SUBSCRIPTION sb CONNECTION '$connstr' PUBLICATION pb");
$sub->wait_for_subscription_sync($pub, 'sb');
my $default = 'unconfined_u:object_r:sepgsql_table_t:s0';
is($sub->safe_psql('postgres', 'SELECT a, security_label FROM r'), "1|$default", 'initial copy');
$sub->safe_psql('postgres', "UPDATE r SET security_label = '$type:s4:c1'");
$pub->safe_psql('postgres', "UPDATE r SET b = 'y'; INSERT INTO r VALUES (2, 'z'); INSERT INTO q VALUES (1, 'x'), (2, 'x')");
$pub->wait_for_catchup('sb');
is($sub->safe_psql('postgres', 'SELECT a, b, security_label FROM r ORDER BY a'),
	"1|y|$type:s4:c1\n2|z|$default", 'update keeps the label, insert has the default');
$sub->safe_psql('postgres', "UPDATE q SET security_label = '$type:s5'");
$pub->safe_psql('postgres', "UPDATE q SET b = 'y' WHERE a = 1; UPDATE q SET a = 12 WHERE a = 2");
$pub->wait_for_catchup('sb');
is($sub->safe_psql('postgres', 'SELECT tableoid::regclass, a, b, security_label FROM q ORDER BY a'),
	"q1|1|y|$type:s5\nq2|12|x|$type:s5", 'partitions: an update that moves the row keeps its label too');
$sub->stop;
$pub->stop;

done_testing();
