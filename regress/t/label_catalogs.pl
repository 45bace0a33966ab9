# A cluster without labels: its catalogs are labelled by initdb
# --label-catalogs, the rows of its tables by sepgsql_label_rows().
use strict;
use warnings FATAL => 'all';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('old');
$node->init;
$node->append_conf('postgresql.conf', q{
wal_consistency_checking = all
autovacuum = off
});
$node->start;
$node->safe_psql('postgres', q{
	CREATE DATABASE "o'ther ""db""";
	CREATE EXTENSION amcheck;
	CREATE ROLE low LOGIN;
	CREATE ROLE low_su LOGIN SUPERUSER;
	CREATE SCHEMA sc;
	CREATE TABLE sc.t (a int PRIMARY KEY, b text, n int);
	INSERT INTO sc.t SELECT i, repeat('x', i), CASE WHEN i % 2 = 0 THEN i END FROM generate_series(1, 300) i;
	INSERT INTO sc.t SELECT i, (SELECT string_agg(md5(j::text), '') FROM generate_series(1, 300) j) FROM generate_series(1001, 1003) i;
	DELETE FROM sc.t WHERE a = 5;
	CREATE TABLE sc.fired (a int);
	CREATE FUNCTION sc.fire() RETURNS trigger LANGUAGE plpgsql AS
		$$ BEGIN INSERT INTO sc.fired VALUES (1); RETURN NEW; END $$;
	CREATE TRIGGER tr AFTER UPDATE OR INSERT OR DELETE ON sc.t FOR EACH ROW EXECUTE FUNCTION sc.fire();
	CREATE VIEW sc.v AS SELECT a FROM sc.t;
	CREATE MATERIALIZED VIEW sc.m AS SELECT a FROM sc.t;
	CREATE TABLE sc.p (a int) PARTITION BY LIST (a);
	CREATE TABLE sc.p1 PARTITION OF sc.p FOR VALUES IN (1);
	INSERT INTO sc.p VALUES (1), (1);
	CREATE TABLE sc.empty (a int);
	GRANT USAGE ON SCHEMA sc TO low;
	GRANT SELECT ON ALL TABLES IN SCHEMA sc TO low;
	SELECT lo_create(4711);
});
$node->safe_psql(q{o'ther "db"}, 'CREATE TABLE far (a int); INSERT INTO far VALUES (1)');
$node->stop;

my $dir = $node->data_dir;
my $log = slurp_file($node->logfile);
$node->append_conf('postgresql.conf', "sepostgresql = on\nsepostgresql_security_server = embedded\n");
is($node->start(fail_ok => 1), 0, 'without labels it does not start');
like(slurp_file($node->logfile, length $log), qr/this database cluster is not labelled.*HINT:  Label it by "initdb --label-catalogs"/s,
	'and the error says what to do');

$node->command_fails_like([ 'initdb', '--label-catalogs', '-D', "$dir/nowhere" ], qr/could not/, 'there must be a cluster');
$node->append_conf('postgresql.conf', 'sepostgresql = off');
$node->start;
$node->command_fails_like([ 'initdb', '--label-catalogs', '-D', $dir ], qr/Stop the server first/, 'no server must run');
$node->stop;
my ($said, $warned) = run_command([ 'initdb', '--label-catalogs', '-D', $dir ]);
like($said, qr/Success/, 'the catalogs are labelled');
unlike($warned, qr/WARNING|missing lock/, 'without warnings');
$node->command_fails_like([ 'initdb', '--label-catalogs', '-D', $dir ], qr/is labelled already/, 'once');
ok(!-e "$dir/pg_selinux/databases" && !-e "$dir/pg_selinux/administrator", 'nothing is left lying about');
ok(-e "$dir/pg_peerlabel.conf", 'there is a pg_peerlabel.conf');
my $peers = slurp_file("$dir/pg_peerlabel.conf");
open(my $fh, '>', "$dir/pg_peerlabel.conf") or die;
print $fh "local all low,low_su user_u:user_r:user_t:s0\n$peers";
close($fh);
$node->append_conf('postgresql.conf', 'sepostgresql = on');
$node->start;

# as initdb would have done it: compare with a cluster that was born labelled
my $new = PostgreSQL::Test::Cluster->new('new');
$new->init(extra => [ '--enable-selinux', '--security-server=embedded' ]);
$new->start;
my $catalogs = $new->safe_psql('postgres', q{
	SELECT string_agg(oid::regclass::text, ' ' ORDER BY oid) FROM pg_class
	WHERE relkind = 'r' AND relnamespace = 'pg_catalog'::regnamespace AND oid < 16384
	AND oid::regclass::text !~ 'depend|security|statistic$|ext_data|pg_largeobject$'});
foreach my $catalog (split / /, $catalogs)
{
	my $with_oid = $new->safe_psql('postgres',
		"SELECT count(*) FROM pg_attribute WHERE attrelid = '$catalog'::regclass AND attname = 'oid'");
	my $where = $catalog eq 'pg_attribute' ? 'attrelid < 16384' :
		$with_oid && $catalog ne 'pg_database' && $catalog ne 'pg_authid' ? 'oid < 16384' :
		$catalog eq 'pg_authid' ? 'oid < 16384' : 'true';
	my $q = "SELECT count(*) FILTER (WHERE security_label ~ 'unlabeled_t') FROM $catalog";
	is($node->safe_psql('postgres', $q), '0', "$catalog: every row has a label");
	next unless ($with_oid && $catalog ne 'pg_largeobject_metadata') || $catalog eq 'pg_attribute';
	$q = "SELECT md5(string_agg(x, ' ' ORDER BY x)) FROM (SELECT " .
		($catalog eq 'pg_attribute' ? "attrelid || '.' || attnum" : 'oid') .
		" || security_label AS x FROM $catalog WHERE $where AND " .
		($catalog eq 'pg_database' ? "datname ~ 'template'" : 'true') . ') q';
	is($node->safe_psql('postgres', $q), $new->safe_psql('postgres', $q), "$catalog: the labels are initdb's");
}
$new->stop;
foreach my $db ('template0', 'template1', q{o'ther "db"})
{
	is($node->safe_psql('postgres', 'ALTER DATABASE template0 ALLOW_CONNECTIONS true'), '', 'look into template0') if $db eq 'template0';
	is($node->safe_psql($db, q{SELECT count(*) FROM pg_proc WHERE security_label ~ 'unlabeled_t'}), '0', "$db, too");
}
is($node->safe_psql('postgres', q{
	SELECT relid::regclass, secid FROM pg_security WHERE relid >= 16384 ORDER BY relid::regclass::text}),
	"sc.m|0\nsc.p1|0\nsc.t|0", 'tables with rows may have some without labels');
is($node->safe_psql(q{o'ther "db"}, q{SELECT relid::regclass, secid FROM pg_security WHERE relid >= 16384}), 'far|0', 'in each database');

# the rows
my ($ret, $out, $err) = $node->psql('postgres', 'SELECT count(*) FROM sc.t', extra_params => [ '-U', 'low' ]);
is($out, '0', 'an ordinary client does not see unlabeled rows');
my $label = 'system_u:object_r:sepgsql_table_t:s0';
foreach my $case (
	[ 'low', 'sc.t', $label, qr/must be owner of table t/ ],
	[ 'low_su', 'sc.t', $label, qr/SELinux: security policy violation/ ],
	[ '', 'sc.t', 'nonsense', qr/invalid security context: "nonsense"/ ],
	[ '', 'sc.v', $label, qr/cannot label the rows of "v"/ ],
	[ '', 'pg_class', $label, qr/cannot label the rows of "pg_class"/ ])
{
	($ret, $out, $err) = $node->psql('postgres', "SELECT sepgsql_label_rows('$case->[1]', '$case->[2]')",
		extra_params => [ $case->[0] ? ('-U', $case->[0]) : () ]);
	like($err, $case->[3], "sepgsql_label_rows: $case->[3]");
}
$node->safe_psql('postgres', qq{INSERT INTO sc.t (a, security_label) VALUES (2000, '$label:c7')});
my $before = $node->safe_psql('postgres', 'SELECT md5(string_agg(t::text, E\'\n\' ORDER BY a)) FROM sc.t');
$node->safe_psql('postgres', "BEGIN; SELECT sepgsql_label_rows('sc.t', '$label'); ROLLBACK");
is($node->safe_psql('postgres', q{SELECT count(*) FROM sc.t WHERE security_label ~ 'unlabeled_t'}), '302', 'ROLLBACK');
is($node->safe_psql('postgres', "SELECT sepgsql_label_rows('sc.t', '$label')"), '302', 'the rows are labelled');
is($node->safe_psql('postgres', 'SELECT security_label, count(*) FROM sc.t GROUP BY 1 ORDER BY 1'),
	"$label|302\n$label:c7|1", 'those that had no label');
is($node->safe_psql('postgres', 'SELECT md5(string_agg(t::text, E\'\n\' ORDER BY a)) FROM sc.t'), $before, 'nothing else is changed');
is($node->safe_psql('postgres', 'SELECT count(*) FROM sc.fired'), '1', 'no trigger fired, but at the INSERT');
is($node->safe_psql('postgres', 'SELECT b = repeat(\'x\', 17) FROM sc.t WHERE a = 17'), 't', 'the index is there');
is($node->safe_psql('postgres', "SELECT sepgsql_label_rows('sc.t', '$label')"), '0', 'a second time there is nothing to do');
is($node->safe_psql('postgres', "SELECT sepgsql_label_rows('sc.p', '$label'), sepgsql_label_rows('sc.m', '$label')"), '2|302',
	'partitions and a materialized view');
is($node->safe_psql('postgres', q{
	SET client_min_messages = error;
	SELECT security_reclaim_label('sc.t') + security_reclaim_label('sc.p') + security_reclaim_label('sc.m')}), '3', 'number 0 goes');
is($node->safe_psql('postgres', 'SELECT count(*) FROM sc.t', extra_params => [ '-U', 'low' ]), '302', 'an ordinary client sees them');
is($node->safe_psql('postgres', q{
	SELECT count(*) FROM pg_class c JOIN pg_am a ON a.oid = c.relam AND a.amname = 'heap', LATERAL verify_heapam(c.oid) v
	WHERE c.relkind IN ('r', 'm', 't') AND c.relpersistence = 'p';
	SELECT bt_index_check('pg_security_relid_secid_index', true)}), "0\n", 'amcheck');

# who creates a database from these gets labelled ones
is($node->safe_psql('postgres', 'CREATE DATABASE fresh') . $node->safe_psql('fresh',
	q{CREATE TABLE t (a int); INSERT INTO t VALUES (1); SELECT count(*) FROM pg_security WHERE secid = 0 AND relid >= 16384}), '0',
	'a new database');
$node->stop;
done_testing();
