# What sessions of different labels see of each other, and do to each other:
# pg_stat_activity and its kin, pg_locks, pg_stat_statements,
# pg_prepared_xacts, pg_cancel_backend and pg_terminate_backend.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $admin = 'unconfined_u:unconfined_r:unconfined_t:s0-s15:c0.c1023';
my %label = (
	low => 'user_u:user_r:user_t:s0',
	low_su => 'user_u:user_r:user_t:s0',
	staff0 => 'staff_u:staff_r:staff_t:s0',
	s2 => 'staff_u:staff_r:staff_t:s2',
	s2b => 'staff_u:staff_r:staff_t:s2',
	s3 => 'staff_u:staff_r:staff_t:s3',
	wide => 'staff_u:staff_r:staff_t:s0-s3:c0.c9',
	c1 => 'staff_u:staff_r:staff_t:s0-s3:c1',
	auditor => 'staff_u:auditadm_r:auditadm_t:s0-s15:c0.c1023',
	small_auditor => 'staff_u:auditadm_r:auditadm_t:s0-s1',
	dba => 'staff_u:dbadm_r:dbadm_t:s0-s15:c0.c1023');

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--enable-selinux', '--security-server=embedded' ]);
my $conf = $node->data_dir . '/pg_peerlabel.conf';
unlink $conf;

# two labels of one role, by database
append_to_file($conf, "local otherdb s2 $label{low}\n");
append_to_file($conf, "local all $_ $label{$_}\n") for sort keys %label;
append_to_file($conf, "local all all $admin\n");
$node->append_conf(
	'postgresql.conf', q{
max_prepared_transactions = 5
shared_preload_libraries = 'pg_stat_statements'
sepostgresql_file_context = 'system_u:object_r:file_t:s0'
autovacuum = off
});
$node->start;

# No privilege of PostgreSQL's own stands in the way.
$node->safe_psql('postgres', 'CREATE DATABASE otherdb');
$node->safe_psql('postgres',
	"CREATE ROLE $_ LOGIN IN ROLE pg_read_all_stats, pg_signal_backend, pg_monitor")
  for grep { $_ ne 'low_su' } sort keys %label;
$node->safe_psql('postgres',
	'CREATE ROLE low_su SUPERUSER LOGIN; CREATE EXTENSION pg_stat_statements;'
	  . ' CREATE TABLE locked (a int); CREATE TABLE copied (a int); GRANT ALL ON locked TO public');
$node->safe_psql('otherdb', 'CREATE EXTENSION pg_stat_statements');
my $su = getpwuid($>);

sub as
{
	my ($role, $sql, $db) = @_;
	my ($ret, $out, $err) =
	  $node->psql($db // 'postgres', $sql, extra_params => [ '-U', $role ]);
	return $ret == 0 ? $out : $err;
}

sub session
{
	my ($role, $db) = @_;
	return $node->background_psql($db // 'postgres',
		on_error_stop => 0,
		extra_params => [ '-U', $role ]);
}

# ---- activity

my $victim = session('s2');
$victim->query_safe(q{SET application_name = 'codeword'});
my $pid = $victim->query_safe('SELECT pg_backend_pid()');
$victim->query_safe('BEGIN');
$victim->query_safe('LOCK TABLE locked IN SHARE MODE');
$victim->query_safe(q{SELECT 'secret of s2'});

my $seen = qr/^postgres\|s2\|codeword\|idle in transaction\|t\|t\|client backend\|SELECT 'secret of s2'\s*;?$/;
my $hidden = qr/^postgres\|s2\|\|\|f\|f\|\|<insufficient privilege>$/;
my $activity =
  "SELECT datname, usename, application_name, state, xact_start IS NOT NULL,
		backend_start IS NOT NULL, backend_type, query
	FROM pg_stat_activity WHERE pid = $pid";
my $locks = "SELECT count(*) FROM pg_locks WHERE pid = $pid";
my $function =
  "SELECT pg_stat_get_backend_activity(id), pg_stat_get_backend_xact_start(id) IS NULL
	FROM pg_stat_get_backend_idset() id WHERE pg_stat_get_backend_pid(id) = $pid";

foreach my $role ('s2b', 's3', 'wide', 'auditor', $su)
{
	like(as($role, $activity), $seen, "$role sees the session");
	cmp_ok(as($role, $locks), '>=', 1, "$role sees its locks");
	like(as($role, $function), qr/^SELECT 'secret of s2'.*\|f$/s,
		"$role by functions");
	like(as($role, "SELECT query FROM pg_stat_get_activity($pid)"),
		qr/secret/, "$role by pid");
}
foreach my $role ('low', 'low_su', 'staff0', 'c1', 'small_auditor', 'dba')
{
	# s0-s3:c1 dominates s2
	next if $role eq 'c1';
	like(as($role, $activity), $hidden, "$role does not see it");
	is(as($role, $locks), '0', "$role does not see its locks");
	is(as($role, $function), '<insufficient privilege>|t',
		"$role by functions");
	is( as($role, "SELECT query FROM pg_stat_get_activity($pid)"),
		'<insufficient privilege>',
		"$role by pid");
}
like(as('c1', $activity), $seen, 'a range with the level sees the session');
like(
	as('s2', $activity, 'otherdb'),
	$hidden, 'the same role with another label does not');
is( as('s2', "SELECT count(*) FROM pg_stat_activity WHERE pid = pg_backend_pid() AND query ~ 'count'", 'otherdb'),
	'1', 'every session sees itself');

# processes of the server
my $server =
  q{SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'checkpointer'};
is(as($_, $server), '1', "$_ sees the checkpointer") for ($su, 'auditor');
is(as($_, $server), '0', "$_ does not") for ('low_su', 'wide', 'dba');

# progress
my $copy = session($su);
$copy->query_until(qr/started/,
	"\\echo started\nCOPY copied FROM PROGRAM 'sleep 600';\n");
$node->poll_query_until('postgres',
	'SELECT count(*) = 1 FROM pg_stat_progress_copy');
is(as($su, 'SELECT relid = \'copied\'::regclass FROM pg_stat_progress_copy'),
	't', 'progress');
is(as('low_su', 'SELECT relid IS NULL, bytes_processed IS NULL FROM pg_stat_progress_copy'),
	't|t', 'progress is hidden');

# ---- cancel and terminate

sub denied
{
	my ($role, $sql, $perm, $name) = @_;
	my $offset = -s $node->logfile;
	like(as($role, $sql), qr/ERROR:  SELinux: security policy violation/, $name);
	like(
		slurp_file($node->logfile, $offset),
		qr/LOG:  SELinux: denied \{ $perm \} scontext=\Q$label{$role}\E tcontext=\S+ tclass=process name="[^"]+"/,
		"$name: audit");
}
my $copy_pid = as($su, q{SELECT pid FROM pg_stat_progress_copy});
denied($_, "SELECT pg_cancel_backend($copy_pid)", 'sigkill', "$_: cancel the administrator")
  for ('low_su');
foreach my $role ('low', 'low_su', 'staff0', 's3', 'auditor', 'dba')
{
	denied($role, "SELECT pg_cancel_backend($pid)", 'sigkill', "$role: cancel");
	denied($role, "SELECT pg_terminate_backend($pid)", 'sigkill', "$role: terminate");
}
# a process of the server
my $launcher = as($su,
	q{SELECT pid FROM pg_stat_activity WHERE backend_type = 'logical replication launcher'});
denied('low_su', "SELECT pg_terminate_backend($launcher)", 'sigkill',
	'terminate a process of the server');
is(as($su, "SELECT pg_cancel_backend($copy_pid)"), 't', 'cancel the own label');
eval { $copy->quit; };
$victim->query_safe('COMMIT');
foreach my $role ('s2b', 'wide', $su)
{
	$victim->query_until(qr/started/, "\\echo started\nSELECT pg_sleep(120);\n");
	$node->poll_query_until('postgres',
		"SELECT wait_event = 'PgSleep' FROM pg_stat_activity WHERE pid = $pid");
	is(as($role, "SELECT pg_cancel_backend($pid)"), 't', "$role: cancel");
	$victim->query('SELECT 1');
	like($victim->{stderr}, qr/canceling statement due to user request/,
		"$role: it is cancelled");
	$victim->{stderr} = '';
}
is(as('wide', "SELECT pg_terminate_backend($pid, 60000)"), 't', 'terminate');
eval { $victim->quit; };

# ---- sepgsql_setcon: what was sent before is not of the new label

$victim = session('wide');
$pid = $victim->query_safe('SELECT pg_backend_pid()');
$activity = "SELECT query FROM pg_stat_activity WHERE pid = $pid";
$victim->query_safe(
	q{SELECT 'secret of wide', sepgsql_setcon('staff_u:staff_r:staff_t:s0')});
is(as('staff0', $activity), '<insufficient privilege>',
	'the statement with setcon is of the label before');
denied('staff0', "SELECT pg_cancel_backend($pid)", 'sigkill', 'cancel it');
my $earlier = session('staff0');
$earlier->query_safe('BEGIN');
$earlier->query_safe('SET stats_fetch_consistency = snapshot');
is($earlier->query_safe($activity), '<insufficient privilege>',
	'a snapshot of then');
$victim->query_safe(q{SELECT 'nothing special'});
like(as('staff0', $activity), qr/nothing special/,
	'the next statement is of the new label');
is($earlier->query_safe($activity), '<insufficient privilege>',
	'what was seen before then is not');
$earlier->query_safe('COMMIT');
like($earlier->query_safe($activity), qr/nothing special/, 'seen anew');
is(as('low_su', $activity), '<insufficient privilege>',
	'and not by another kind of client');
is(as('staff0', "SELECT pg_cancel_backend($pid)"), 't', 'cancel');
# back again
$victim->query('DISCARD ALL');
$victim->query_safe(q{SELECT 'secret again'});
is(as('staff0', $activity), '<insufficient privilege>', 'after DISCARD ALL');
like(as('wide', $activity), qr/secret again/, 'the label of before');
# undone
$victim->query_safe('BEGIN');
$victim->query_safe(q{SELECT sepgsql_setcon('staff_u:staff_r:staff_t:s0')});
$victim->query_safe(q{SELECT 'as s0'});
like(as('staff0', $activity), qr/as s0/, 'in the transaction');
$victim->query_safe('ROLLBACK');
$victim->query_safe(q{SELECT 'as wide'});
is(as('staff0', $activity), '<insufficient privilege>', 'after ROLLBACK');
$_->quit for ($victim, $earlier);

# ---- a parallel worker runs what its leader does

$victim = session('s2');
$pid = $victim->query_safe('SELECT pg_backend_pid()');
$victim->query_safe('SET debug_parallel_query = on');
$victim->query_until(qr/started/,
	"\\echo started\nSELECT 'parallel secret', pg_sleep(120);\n");
$node->poll_query_until('postgres',
	"SELECT count(*) = 1 FROM pg_stat_activity WHERE leader_pid = $pid");
my $worker = "SELECT count(*) FROM pg_stat_activity WHERE query ~ 'parallel sec[r]et'";
is(as($_, $worker), '2', "$_ sees a parallel worker") for ('s2b', 'wide', $su);
is(as($_, $worker), '0', "$_ does not") for ('low_su', 'staff0');
my $worker_pid =
  as($su, "SELECT pid FROM pg_stat_activity WHERE leader_pid = $pid");
denied('low_su', "SELECT pg_cancel_backend($worker_pid)", 'sigkill',
	'cancel a parallel worker');
is(as('s2b', "SELECT pg_terminate_backend($pid, 60000)"), 't',
	'terminate by the same label');
eval { $victim->quit; };

# ---- pg_stat_statements

as('s2', q{SELECT 'statement', 2 AS of_s2});
as('s2', q{CREATE TEMP TABLE secret_of_s2 (a int)});
as('s2', q{SELECT 'statement', 2, 3 AS of_s2_low}, 'otherdb');
my $statements =
  q{SELECT count(*) FILTER (WHERE query ~ 'of_s[2]$'), count(*) FILTER (WHERE query ~ 'secret_of_s[2]'),
		count(*) FILTER (WHERE query ~ 'of_s[2]_low$'),
		count(*) FILTER (WHERE queryid IS NULL AND userid = 's2'::regrole) > 0
	FROM pg_stat_statements};
is(as('s2', $statements), '1|1|0|t', 'statements of the own label');
is(as('s2b', $statements), '1|1|0|t', 'of another role with that label');
is(as('s2', $statements, 'otherdb'),
	'0|0|1|t', 'of the same role with another label');
is(as('low_su', $statements), '0|0|1|t', 'a superuser makes no difference');
is(as($_, $statements), '1|1|1|f', "$_ sees all of them") for ($su, 'auditor');
is(as('wide', $statements), '0|0|0|t', 'a range does not help');
# reset finds them, whatever their label
$node->safe_psql('postgres',
	q{SELECT pg_stat_statements_reset(userid, dbid, queryid) FROM pg_stat_statements WHERE query ~ 'of_s[2]$'});
is(as('s2', $statements), '0|1|0|t', 'one is reset');

# what a trusted procedure runs is not the caller's
$node->safe_psql('postgres', q{
CREATE FUNCTION trusted() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE 'CREATE TEMP TABLE inner_secret (a int)';
	EXECUTE 'DROP TABLE inner_secret';
END $$;
SECURITY LABEL FOR selinux ON FUNCTION trusted() IS 'system_u:object_r:sepgsql_trusted_proc_exec_t:s0';
ALTER ROLE ALL SET pg_stat_statements.track = 'all'});
my $inner = q{SELECT count(*) FROM pg_stat_statements WHERE query ~ '^CREATE TEMP.* inner_secre[t]'};
as('s2', 'SELECT trusted()');
is(as('s2', $inner), '0', 'statements in a trusted procedure');
is(as($su, $inner), '1', 'the administrator sees them');
is(as('s2', q{SELECT count(*) FROM pg_stat_statements WHERE query = 'SELECT trusted()'}),
	'1', 'the call is its own');
# nor is what it sent before it took another label
as('wide', q{DO $$ BEGIN PERFORM 'sent_wide', sepgsql_setcon('staff_u:staff_r:staff_t:s0'); END $$});
my $sent = q{SELECT count(*) FROM pg_stat_statements WHERE query ~ '^DO.*sent_wid[e]'};
is(as('staff0', $sent), '0', 'a statement that narrows its session');
is(as('wide', $sent), '1', 'is of the label before');
is( as('wide', qq{SELECT sepgsql_setcon('staff_u:staff_r:staff_t:s0')\\; $sent}) =~ /\b0$/ ? 1 : 0,
	1, 'what is seen is decided for the label of now');
# a reset is of what is visible
as('low_su', q{SELECT pg_stat_statements_reset()});
is(as($su, $inner), '1', 'a reset by another label leaves them');
$node->safe_psql('postgres', 'ALTER ROLE ALL RESET pg_stat_statements.track');

# ---- sessions by process number

my $other = session('s2');
$other->query_safe('SELECT 1');
my $other_pid = $other->query_safe('SELECT pg_backend_pid()');
denied('low_su', "SELECT pg_log_backend_memory_contexts($other_pid)",
	'sigkill', 'have the memory of a session logged');
denied('low_su', "SELECT pg_stat_reset_backend_stats($other_pid)",
	'sigkill', 'reset statistics of a session');
my $io = "SELECT (SELECT count(*) FROM pg_stat_get_backend_io($other_pid)) > 0, (pg_stat_get_backend_wal($other_pid)).wal_records IS NOT NULL";
is(as('low_su', $io), 'f|f', 'input and output of a session of another label');
is(as($_, $io), 't|t', "seen by $_") for ('s2b', $su);
is(as($su, "SELECT pg_log_backend_memory_contexts($other_pid)"),
	't', 'the administrator may');
$other->quit;

# ---- definitions in an older snapshot

$node->safe_psql('postgres', q{
CREATE TABLE hidden_t (a int CONSTRAINT hidden_c CHECK (a > 42));
SECURITY LABEL FOR selinux ON TABLE hidden_t IS 'system_u:object_r:sepgsql_table_t:s3';
CREATE TABLE shown_t (a int CONSTRAINT shown_c CHECK (a > 43))});
my $oid = as($su, q{SELECT oid FROM pg_constraint WHERE conname = 'hidden_c'});
my $shown = as($su, q{SELECT oid FROM pg_constraint WHERE conname = 'shown_c'});
my $old = session('low_su');
$old->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ');
$old->query_safe('SELECT 1');
$node->safe_psql('postgres', 'ALTER TABLE hidden_t DROP CONSTRAINT hidden_c');
is($old->query("SELECT pg_get_constraintdef($oid) IS NULL"),
	't', 'a constraint that has been dropped since');
is($old->query("SELECT pg_get_constraintdef($shown)"),
	'CHECK ((a > 43))', 'one that may be seen');
$old->quit;

# ---- prepared transactions

as('s2', q{BEGIN; INSERT INTO locked VALUES (1); PREPARE TRANSACTION 'gid of s2'});
my $xacts = q{SELECT gid, owner FROM pg_prepared_xacts};
sub check_prepared
{
	my ($when) = @_;
	is(as($_, $xacts), 'gid of s2|s2', "$_ sees the prepared transaction $when")
	  for ('s2', 's2b', 's3', 'wide', 'auditor', $su);
	is(as($_, $xacts), '', "$_ does not $when")
	  for ('low', 'low_su', 'staff0', 'dba');
	is(as('s2', $xacts, 'otherdb'), '', "nor does another label of its role $when");
	denied('low_su', q{ROLLBACK PREPARED 'gid of s2'}, 'sigkill',
		"rollback by another label $when");
	is( as('low_su', q{SELECT count(*) FROM pg_locks WHERE pid IS NULL}),
		'0',
		"its locks are not seen $when");
}
check_prepared('before a restart');
cmp_ok(as($su, q{SELECT count(*) FROM pg_locks WHERE pid IS NULL}), '>', 0,
	'the administrator sees its locks');
$node->restart;
check_prepared('after a restart');
$node->safe_psql('postgres', 'CHECKPOINT');
$node->stop('immediate');
$node->start;
check_prepared('after a crash');
# superuser by PostgreSQL, level by policy
like(as('s2b', q{COMMIT PREPARED 'gid of s2'}),
	qr/permission denied to finish prepared transaction/,
	'the owner matters as well');
is(as('s2', q{COMMIT PREPARED 'gid of s2'}), '', 'commit by the owner');
is(as($su, 'SELECT count(*) FROM locked'), '1', 'it is committed');
is(as($su, $xacts), '', 'it is gone');
as('s2', q{BEGIN; INSERT INTO locked VALUES (1); PREPARE TRANSACTION 'gid of s2'});
is(as($su, q{ROLLBACK PREPARED 'gid of s2'}), '', 'rollback by the administrator');
# one that fails to be prepared leaves nothing behind
for (1 .. 8)
{
	like(
		as( 's2',
			q{BEGIN; CREATE TEMP TABLE tt (a int); PREPARE TRANSACTION 'x'}),
		qr/temporary objects/,
		'not to be prepared');
}
as('s2', qq{BEGIN; INSERT INTO locked VALUES (1); PREPARE TRANSACTION 'gid $_'})
  for (1 .. 5);
is(as('s2b', 'SELECT count(*) FROM pg_prepared_xacts'), '5', 'as many as may be');
is(as('low_su', 'SELECT count(*) FROM pg_prepared_xacts'), '0', 'hidden');
as('s2', qq{ROLLBACK PREPARED 'gid $_'}) for (1 .. 5);

$node->stop;
done_testing();
