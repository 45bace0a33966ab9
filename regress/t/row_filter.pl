# The row filter where other sessions change rows: a version that is newer
# than a statement's snapshot may have a label that its client may not see,
# whether or not its scan was filtered.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use SepgsqlTest;
use Test::More;

my $type = 'unconfined_u:object_r:sepgsql_table_t';

my $node = labelled_node('filter',
	peers => 'local all rf_user user_u:user_r:user_t:s0',
	conf => "autovacuum = off\n");
$node->safe_psql('postgres', q{
	CREATE ROLE rf_user LOGIN;
	CREATE FUNCTION rf_before() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN coalesce(NEW, OLD); END';
});

# A table where every row may be seen, or where one may not
sub make_table
{
	my ($marked, $trigger) = @_;
	$node->safe_psql('postgres', qq{
		DROP TABLE IF EXISTS t;
		CREATE TABLE t (id int PRIMARY KEY, n int, v text);
		GRANT ALL ON t TO PUBLIC;
		INSERT INTO t (id, n, v, security_label)
			SELECT i, 0, i::text, '$type:s0' FROM generate_series(1, 3) i;
	});
	$node->safe_psql('postgres', "INSERT INTO t (id, n, v, security_label) VALUES (9, 0, 'hidden', '$type:s2')")
	  if $marked;
	$node->safe_psql('postgres', 'CREATE TRIGGER b BEFORE UPDATE OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION rf_before()')
	  if $trigger;
}

# While an administrator's transaction has changed row 1, the client's
# statement waits for it.  Returns what the statement then says.
sub contend
{
	my ($change, $statement) = @_;
	my $admin = $node->background_psql('postgres');
	my $user = $node->background_psql('postgres',
		on_error_stop => 0,
		extra_params => [ '-U', 'rf_user' ]);
	my $pid = $user->query_safe('SELECT pg_backend_pid()');
	$admin->query_safe("BEGIN; $change");
	$user->query_until(qr/started/, "\\echo started\n$statement;\n\\echo finished\n");
	$node->poll_query_until('postgres',
		"SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = $pid")
	  or die 'the statement does not wait';
	$admin->query_safe('COMMIT');
	my $out = $user->query('SELECT 1');
	$admin->quit;
	$user->quit;
	return $out;
}

my $hide = "UPDATE t SET v = 'secret', security_label = '$type:s2' WHERE id = 1";
my $keep = "UPDATE t SET v = '11' WHERE id = 1";

foreach my $case ([ 0, 0 ], [ 1, 0 ], [ 0, 1 ], [ 1, 1 ])
{
	my ($marked, $trigger) = @$case;
	my $name = ($marked ? 'filtered scan' : 'scan that was not filtered')
	  . ($trigger ? ', with a trigger' : '');
	my $result;

	# The cast fails at the hidden version, should a qualification meet it.
	make_table($marked, $trigger);
	contend($hide, 'UPDATE t SET n = n + 1 WHERE id = 1 AND v::int > 0');
	$result = $node->safe_psql('postgres', 'SELECT n, v FROM t WHERE id = 1');
	is($result, '0|secret', "UPDATE skips a row that became hidden: $name");

	make_table($marked, $trigger);
	contend($keep, 'UPDATE t SET n = n + 1 WHERE id = 1 AND v::int > 0');
	$result = $node->safe_psql('postgres', 'SELECT n, v FROM t WHERE id = 1');
	is($result, '1|11', "UPDATE follows a row that did not: $name");

	make_table($marked, $trigger);
	contend($hide, 'DELETE FROM t WHERE id = 1');
	$result = $node->safe_psql('postgres', 'SELECT n, v FROM t WHERE id = 1');
	is($result, '0|secret', "DELETE skips it: $name");
}

foreach my $lock ('UPDATE', 'NO KEY UPDATE', 'SHARE', 'KEY SHARE')
{
	# a key change, so that KEY SHARE waits too
	make_table(0, 0);
	my $log = -s $node->logfile;
	my $out = contend(
		"UPDATE t SET id = 5, v = 'secret', security_label = '$type:s2' WHERE id = 1",
		"SELECT 'row ' || v FROM t WHERE id IN (1, 5) FOR $lock");
	unlike($out, qr/row/, "FOR $lock does not return a row that became hidden");
	unlike(slurp_file($node->logfile, $log),
		qr/ERROR/, "FOR $lock does not fail");

	make_table(0, 0);
	$out = contend("UPDATE t SET id = 5, v = '5' WHERE id = 1",
		"SELECT 'row ' || v FROM t WHERE id IN (1, 5) FOR $lock");
	like($out, qr/row 5/, "FOR $lock returns one that did not");
}

# a join: the other table's rows are those of the snapshot
make_table(0, 0);
$node->safe_psql('postgres', 'DROP TABLE IF EXISTS u; CREATE TABLE u AS SELECT id FROM t; GRANT ALL ON u TO PUBLIC');
contend($hide, 'UPDATE t SET n = n + 1 FROM u WHERE t.id = u.id');
is( $node->safe_psql('postgres', 'SELECT id, n FROM t ORDER BY id'),
	"1|0\n2|1\n3|1",
	'a join skips the row that became hidden, and no other');

# MERGE takes the action for rows that do not match, or raises an error
make_table(0, 0);
contend($hide,
	"MERGE INTO t USING (VALUES (1)) s(id) ON t.id = s.id WHEN MATCHED AND t.v::int > 0 THEN UPDATE SET n = n + 1");
is($node->safe_psql('postgres', 'SELECT n, v FROM t WHERE id = 1'),
	'0|secret', 'MERGE does not change it');

# ON CONFLICT meets a hidden row
make_table(0, 0);
my $log = -s $node->logfile;
contend(
	"INSERT INTO t (id, n, v, security_label) VALUES (7, 0, 'secret', '$type:s2')",
	"INSERT INTO t (id, n, v) VALUES (7, 0, '7') ON CONFLICT (id) DO UPDATE SET n = t.n + 1");
is($node->safe_psql('postgres', 'SELECT n, v FROM t WHERE id = 7'),
	'0|secret', 'ON CONFLICT DO UPDATE does not change it');
like(slurp_file($node->logfile, $log),
	qr/ERROR:  SELinux: security policy violation/, 'but raises an error');

# A scan that has begun unfiltered sees no label that came later, and the next
# one does not either
make_table(0, 0);
my $user = $node->background_psql('postgres', extra_params => [ '-U', 'rf_user' ]);
$user->query_safe('BEGIN; DECLARE c CURSOR FOR SELECT id, v::int FROM t');
is($user->query_safe('FETCH 1 FROM c'), '1|1', 'cursor');
$node->safe_psql('postgres', "INSERT INTO t (id, n, v, security_label) VALUES (8, 0, 'secret', '$type:s3')");
is($user->query_safe('FETCH ALL FROM c'), "2|2\n3|3", 'its other rows');
is($user->query_safe('SELECT count(v::int) FROM t'), '3', 'the next statement');
$user->query_safe('COMMIT');

# A label that may be seen is no reason to filter, and is seen at once
$node->safe_psql('postgres', "DELETE FROM t; INSERT INTO t (id, v, security_label) VALUES (1, '1', 'system_u:object_r:sepgsql_table_t:s0')");
is($user->query_safe('SELECT count(v::int) FROM t'), '1', 'a new label of level s0');
$user->quit;

# Whether a catalog hides rows is asked before anything was refused
$node->append_conf('postgresql.conf', 'sepgsql.debug_audit = on');
$node->reload;
$node->safe_psql('postgres', q{
	CREATE TABLE secret ();
	SECURITY LABEL FOR selinux ON TABLE secret IS 'unconfined_u:object_r:sepgsql_table_t:s2'});
$log = -s $node->logfile;
is($node->safe_psql('postgres', q{SELECT sepgsql_rows_hidden('pg_class'::regclass::oid)},
		extra_params => [ '-U', 'rf_user' ]), 't', 'pg_class hides rows');
unlike(slurp_file($node->logfile, $log), qr/SELinux: denied.*name="pg_catalog\.pg_class"/,
	'to ask for that is not audited');
is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_class WHERE relname = 'secret'},
		extra_params => [ '-U', 'rf_user' ]), '0', 'it does');
like(slurp_file($node->logfile, $log),
	qr/SELinux: denied .* scontext=user_u:user_r:user_t:s0 tcontext=\Q$type\E:s2 tclass=db_\w+ name="pg_catalog\.pg_class"/,
	'a row that is left out is');

$node->stop;
done_testing();
