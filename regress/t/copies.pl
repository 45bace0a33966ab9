# Copies of a database and of a cluster: labels, their numbers and the
# decisions go with them.
use strict;
use warnings FATAL => 'all';

use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $policy_dir = ($ENV{SEPGSQL_ROOT} // "$FindBin::RealBin/../..") . '/policy';
my $dir = PostgreSQL::Test::Utils::tempdir;
my $type = 'unconfined_u:object_r:sepgsql_table_t';

my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(
	allows_streaming => 1,
	extra => [ '--enable-selinux', '--security-server=embedded' ]);
my $rules = $primary->data_dir . '/pg_peerlabel.conf';
my $old = slurp_file($rules);
open my $fh, '>', $rules or die $!;
print $fh "local all cp_user user_u:user_r:user_t:s0\n",
  "local all cp_staff staff_u:staff_r:staff_t:s0-s3:c0.c9\n",
  "local replication cp_staff staff_u:staff_r:staff_t:s0-s15:c0.c1023\n",
  "local replication cp_repl system_u:system_r:postgresql_t:s0-s15:c0.c1023\n",
  "local replication cp_narrow unconfined_u:unconfined_r:unconfined_t:s0-s3:c0.c9\n", $old;
close $fh or die $!;
$primary->append_conf('postgresql.conf', q{
autovacuum = off
summarize_wal = on
wal_log_hints = on
wal_keep_size = 256MB
});
$primary->start;

sub as
{
	my ($node, $role, $sql, $db) = @_;
	my ($ret, $out, $err) = $node->psql($db // 'postgres', $sql,
		extra_params => [ '-U', $role ]);
	return $ret == 0 ? $out : $err;
}

$primary->safe_psql('postgres', qq{
	CREATE ROLE cp_user SUPERUSER LOGIN;
	CREATE ROLE cp_staff SUPERUSER REPLICATION LOGIN;
	CREATE ROLE cp_repl REPLICATION LOGIN;
	CREATE ROLE cp_narrow REPLICATION LOGIN;
	CREATE EXTENSION amcheck;
	CREATE DATABASE source;
});
my $fill = qq{
	CREATE SCHEMA s SECURITY_LABEL = 'system_u:object_r:sepgsql_schema_t:s1';
	CREATE TABLE t (id int, v text, secret text SECURITY_LABEL = 'system_u:object_r:sepgsql_secret_table_t:s0');
	INSERT INTO t (id, v, security_label) VALUES (1, 'low', '$type:s0'), (2, 'middle', '$type:s2:c1'), (3, NULL, '$type:s9');
	CREATE TABLE many (id int);
	INSERT INTO many (id, security_label) SELECT i, format('$type:s0:c%s', i) FROM generate_series(1, 300) i;
	CREATE SEQUENCE q;
	CREATE VIEW w AS SELECT id, v FROM t;
	CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
	SECURITY LABEL FOR selinux ON FUNCTION f() IS 'system_u:object_r:sepgsql_trusted_proc_exec_t:s0';
	GRANT ALL ON t, many, q TO PUBLIC;
	SELECT lo_create(4711);
};
$primary->safe_psql($_, $fill) for 'postgres', 'source';

# everything that carries a label, by name
my $state = q{
	SELECT 'dictionary', s.relid::regclass::text, secid::text, seclabel FROM pg_security s
	WHERE s.relid >= 16384
	UNION ALL SELECT 't', id::text, v, security_label FROM t
	UNION ALL SELECT 'many', id::text, NULL, security_label FROM many
	UNION ALL SELECT 'class', relname, relnamespace::regnamespace::text, security_label FROM pg_class WHERE oid >= 16384 AND relkind <> 't' AND relname !~ '^pg_toast'
	UNION ALL SELECT 'column', attrelid::regclass::text, attname, security_label FROM pg_attribute WHERE attrelid IN ('t'::regclass, 'w'::regclass)
	UNION ALL SELECT 'function', proname, NULL, security_label FROM pg_proc WHERE oid >= 16384
	UNION ALL SELECT 'schema', nspname, NULL, security_label FROM pg_namespace
	UNION ALL SELECT 'blob', oid::text, NULL, security_label FROM pg_largeobject_metadata
	UNION ALL SELECT 'role', rolname, NULL, security_label FROM pg_authid
	ORDER BY 1, 2, 3, 4};
my %see = (cp_user => 'SELECT id, v FROM t ORDER BY id',
	cp_staff => 'SELECT id, v FROM t ORDER BY id');
sub sound
{
	my ($node, $db) = @_;
	return $node->safe_psql($db, q{
		SELECT count(*) FROM pg_class c, verify_heapam(c.oid) WHERE relkind IN ('r', 'm') AND relpersistence = 'p';
		SELECT bt_index_check('pg_security_relid_secid_index', true)});
}
sub same_state
{
	my ($node, $db, $what, $expected) = @_;
	is($node->safe_psql($db, $state), $expected, "$what: labels and their numbers");
	is(as($node, 'cp_user', $see{cp_user}, $db), '1|low', "$what: what a user sees");
	is(as($node, 'cp_staff', $see{cp_staff}, $db), "1|low\n2|middle", "$what: what staff sees");
	like(as($node, 'cp_staff', 'SELECT secret FROM t', $db),
		qr/SELinux: security policy violation/, "$what: a column");
}

# ---- CREATE DATABASE

my $source = $primary->safe_psql('source', $state);
for my $strategy ('wal_log', 'file_copy')
{
	$primary->safe_psql('postgres',
		"CREATE DATABASE copy_$strategy TEMPLATE source STRATEGY $strategy");
	same_state($primary, "copy_$strategy", "CREATE DATABASE, $strategy", $source);
	# numbers go on, and apart from the source's
	$primary->safe_psql("copy_$strategy", qq{INSERT INTO t (id, security_label) VALUES (4, '$type:s4'), (5, '$type:s2:c1')});
	$primary->safe_psql('source', qq{INSERT INTO t (id, security_label) VALUES (4, '$type:s5'); DELETE FROM t WHERE id = 4});
	is($primary->safe_psql("copy_$strategy", 'SELECT security_label FROM t WHERE id > 3 ORDER BY id'),
		"$type:s4\n$type:s2:c1", "$strategy: a new label");
	is($primary->safe_psql("copy_$strategy", q{SELECT count(*), max(secid), count(DISTINCT seclabel) FROM pg_security WHERE relid = 't'::regclass}),
		$strategy eq 'wal_log' ? '4|4|4' : '5|5|5', "$strategy: has the next number");
	$primary->safe_psql('postgres', 'CREATE EXTENSION IF NOT EXISTS amcheck');
	$primary->safe_psql("copy_$strategy", 'CREATE EXTENSION amcheck');
	is(sound($primary, "copy_$strategy"), "0\n", "$strategy: sound");
	$source = $primary->safe_psql('source', $state);
}

# a template with rows that have no label: nobody makes them visible by a copy
$primary->safe_psql('source', q{CREATE TABLE u (id int); GRANT ALL ON u TO PUBLIC});
$primary->stop;
$primary->append_conf('postgresql.conf', 'sepostgresql = off');
$primary->start;
$primary->safe_psql('source', 'INSERT INTO u VALUES (1)');
$primary->stop;
$primary->append_conf('postgresql.conf', 'sepostgresql = on');
$primary->start;
$primary->safe_psql('postgres', 'CREATE DATABASE copy_u TEMPLATE source');
is(as($primary, 'cp_staff', 'SELECT count(*) FROM u', $_), '0', "unlabeled rows stay hidden in $_")
  for 'source', 'copy_u';
is($primary->safe_psql('copy_u', q{SELECT secid FROM pg_security WHERE relid = 'u'::regclass}), '0',
	'since number 0 is copied');

# ---- base backups

for my $role ('cp_staff', 'cp_narrow')
{
	like(
		join('', run_command([ 'pg_basebackup', '-D', "$dir/denied", '-h', $primary->host, '-p', $primary->port, '-U', $role, '--no-sync' ])),
		qr/SELinux: security policy violation/, "no base backup for $role");
}
$primary->backup('full', backup_options => ['--checkpoint=fast']);
$primary->safe_psql('postgres', qq{
	INSERT INTO many (id, security_label) SELECT i, format('$type:s1:c%s', i) FROM generate_series(301, 350) i;
	CREATE TABLE later (id int);
	INSERT INTO later (id, security_label) VALUES (1, '$type:s1:c1'), (2, '$type:s1:c2');
});
my $full = $primary->backup_dir . '/full';
$primary->backup('incr', backup_options => [ '--checkpoint=fast', '--incremental', "$full/backup_manifest" ]);
my $postgres = $primary->safe_psql('postgres', $state);

my $restored = PostgreSQL::Test::Cluster->new('restored');
$restored->init_from_backup($primary, 'incr', combine_with_prior => ['full']);
$restored->start;
same_state($restored, 'postgres', 'incremental backup', $postgres);
is($restored->safe_psql('postgres', 'SELECT security_label FROM later ORDER BY id'),
	"$type:s1:c1\n$type:s1:c2", 'incremental backup: a new table');
is(sound($restored, 'postgres'), "0\n", 'incremental backup: sound');
$restored->stop;

# ---- a hot standby with a policy of its own, which lacks two types

mkdir "$dir/made";
system_or_bail('make', '-s', '-C', $policy_dir, "OUT=$dir/made", 'all');
my $cil = slurp_file("$policy_dir/sepostgresql.cil");
$cil =~ s/\bsepgsql_trusted_proc_exec_t\b/sepgsql_other_proc_exec_t/g;
$cil =~ s/\bsepgsql_ro_table_t\b/sepgsql_other_table_t/g;
open $fh, '>', "$dir/other.cil" or die $!;
print $fh $cil, "\n";
close $fh or die $!;
system_or_bail('secilc', '-N', '-M', 'true', '-c', '33', '-U', 'deny', '-o',
	"$dir/other", '-f', "$dir/other.fc", "$dir/other.cil", "$dir/made/levels.cil");

my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'full', has_streaming => 1);
my $srules = $standby->data_dir . '/pg_peerlabel.conf';
$old = slurp_file($srules);
$old =~ s/^local all cp_user user_u:user_r:user_t:s0$/local all cp_user staff_u:staff_r:staff_t:s2:c1/m or die;
open $fh, '>', $srules or die $!;
print $fh $old;
close $fh or die $!;
$standby->append_conf('postgresql.conf', "sepostgresql_policy_file = '$dir/other'
primary_conninfo = '" . $primary->connstr . " application_name=standby user=cp_repl'");
$standby->start;
$primary->wait_for_replay_catchup($standby);

is($standby->safe_psql('postgres', $state), $postgres, 'standby: the same labels');
is(as($standby, 'cp_staff', $see{cp_staff}), "1|low\n2|middle", 'standby: filtered');
is(as($standby, 'cp_user', $see{cp_user}), "1|low\n2|middle", 'standby: by its own pg_peerlabel.conf');
is(as($primary, 'cp_staff', 'SELECT f()'), '1', 'a label that the primary\'s policy knows');
like(as($standby, 'cp_staff', 'SELECT f()'), qr/permission denied for function f/,
	'the standby\'s does not: it is as if there were none');
$primary->safe_psql('postgres', q{
	CREATE TABLE unknown (id int);
	GRANT SELECT ON unknown TO PUBLIC;
	INSERT INTO unknown (id, security_label) VALUES (1, 'system_u:object_r:sepgsql_table_t:s0'), (2, 'system_u:object_r:sepgsql_ro_table_t:s0')});
$primary->wait_for_replay_catchup($standby);
is(as($primary, 'cp_staff', 'SELECT id FROM unknown ORDER BY id'), "1\n2", 'rows whose labels the primary\'s policy knows');
is(as($standby, 'cp_staff', 'SELECT id FROM unknown ORDER BY id'), '1', 'the standby\'s does not know one: that row is unlabeled');
is($standby->safe_psql('postgres', 'SELECT security_label, id FROM unknown WHERE id = 2'),
	'system_u:object_r:sepgsql_ro_table_t:s0|2', 'which the administrator may see, and its label\'s text');
for my $sql (
	"UPDATE t SET security_label = '$type:s0'",
	"INSERT INTO t (id, security_label) VALUES (9, '$type:s11')",
	"SECURITY LABEL FOR selinux ON TABLE t IS 'system_u:object_r:sepgsql_table_t:s0'",
	"ALTER TABLE t SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s0'",
	"SELECT lo_set_security(4711, 'system_u:object_r:sepgsql_blob_t:s0')",
	'SELECT sepgsql_restorecon(NULL)',
	"SELECT sepgsql_label_rows('t', '$type:s0')",
	'SELECT security_reclaim_label()',
	q{SELECT security_reclaim_label('t')})
{
	my ($ret, $out, $err) = $standby->psql('postgres', $sql);
	like($err, qr/ERROR:  cannot execute .*(read-only transaction|during recovery)/, "standby: $sql");
}
is($standby->safe_psql('postgres', q{SELECT count(*) FROM pg_security WHERE seclabel LIKE '%:s11'}), '0', 'standby: no label was stored');

# a policy that takes the permission away ends what streams
$cil = slurp_file("$policy_dir/sepostgresql.cil");
$cil =~ s/^\(allow postgresql_t unlabeled_t \(db \(full\)\)\)$//m or die;
open $fh, '>', "$dir/norepl.cil" or die $!;
print $fh $cil, "\n";
close $fh or die $!;
system_or_bail('secilc', '-N', '-M', 'true', '-c', '33', '-U', 'deny', '-o',
	"$dir/norepl", '-f', "$dir/norepl.fc", "$dir/norepl.cil", "$dir/made/levels.cil");
my $offset = -s $primary->logfile;
$primary->append_conf('postgresql.conf', "sepostgresql_policy_file = '$dir/norepl'");
$primary->reload;
ok($primary->wait_for_log(qr/denied \{ load_module \} scontext=system_u:system_r:postgresql_t:\S+ tcontext=system_u:object_r:unlabeled_t:\S+ tclass=db_database name="replication"(.|\n)*STATEMENT:  START_REPLICATION/, $offset),
	'streaming ends when the policy no longer permits it');
ok($primary->wait_for_log(qr/FATAL:  SELinux: security policy violation/, $offset), 'and does not begin again');
$primary->append_conf('postgresql.conf', "sepostgresql_policy_file = ''");
$primary->reload;

# new labels, a session that goes on, and policy reload there
my $session = $standby->background_psql('postgres', extra_params => [ '-U', 'cp_staff' ]);
$session->query_safe($see{cp_staff});
$primary->safe_psql('postgres', qq{INSERT INTO t (id, v, security_label) VALUES (6, 'new', '$type:s3:c9'), (7, 'hidden', '$type:s3:c10')});
$primary->wait_for_replay_catchup($standby);
is($session->query_safe($see{cp_staff}), "1|low\n2|middle\n6|new", 'standby: labels that come while a session is there');
$standby->append_conf('postgresql.conf', "sepostgresql_policy_file = ''");
$standby->reload;
$standby->wait_for_log(qr/reloaded SELinux policy file/);
is(as($standby, 'cp_staff', 'SELECT f()'), '1', 'standby: its policy is reloaded');
is(as($standby, 'cp_staff', 'SELECT id FROM unknown ORDER BY id'), "1\n2", 'standby: and knows the label');
$session->quit;

# a subscription's slot or a base backup from the standby needs the same
like(
	join('', run_command([ 'pg_basebackup', '-D', "$dir/denied", '-h', $standby->host, '-p', $standby->port, '-U', 'cp_staff', '--no-sync' ])),
	qr/SELinux: security policy violation/, 'standby: no base backup for staff');

# ---- promotion, and pg_rewind of the old primary

$standby->promote;
$standby->safe_psql('postgres', qq{
	INSERT INTO t (id, v, security_label) VALUES (8, 'promoted', '$type:s3:c8');
	CREATE TABLE after (id int);
	INSERT INTO after (id, security_label) VALUES (1, '$type:s3:c8');
});
is(as($standby, 'cp_staff', $see{cp_staff}), "1|low\n2|middle\n6|new\n8|promoted", 'promoted: new labels');
# the old one goes its own way, with other labels under the same numbers
$primary->safe_psql('postgres', qq{
	INSERT INTO t (id, v, security_label) VALUES (8, 'lost', '$type:s12'), (9, 'lost', '$type:s3:c7');
	CREATE TABLE after2 (id int);
	INSERT INTO after2 (id, security_label) VALUES (1, '$type:s12');
});
$primary->stop;
$standby->safe_psql('postgres', 'CHECKPOINT');
my $now = $standby->safe_psql('postgres', $state);
$standby->stop;
command_ok([ 'pg_rewind', '--target-pgdata', $primary->data_dir, '--source-pgdata', $standby->data_dir, '--no-sync',
		'--config-file', $primary->data_dir . '/postgresql.conf' ], 'pg_rewind');
# its configuration is that of the source now
$primary->append_conf('postgresql.conf', 'port = ' . $primary->port);
$primary->append_conf('postgresql.conf', "unix_socket_directories = '" . $primary->host . "'");
$standby->start;
$primary->enable_streaming($standby);
$primary->set_standby_mode;
$primary->start;
$standby->wait_for_replay_catchup($primary);
is($primary->safe_psql('postgres', $state), $now, 'rewound: the other\'s labels');
is(as($primary, 'cp_staff', $see{cp_staff}), "1|low\n2|middle\n6|new\n8|promoted", 'rewound: filtered by them');
is(sound($primary, 'postgres'), "0\n", 'rewound: sound');
$primary->stop;
$standby->stop;
done_testing();
