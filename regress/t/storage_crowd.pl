# Many sessions number labels at once, and the server dies among them.
use strict;
use warnings FATAL => 'all';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use SepgsqlTest;
use Test::More;
use IPC::Run;

my $node = labelled_node('crowd', conf => q{
wal_consistency_checking = all
fsync = off
});
$node->safe_psql('postgres', q{
	CREATE EXTENSION amcheck;
	CREATE TABLE t1 (l text);
	CREATE TABLE t2 (l text, n int);
});

my $script = $node->basedir . '/crowd.sql';
# pgbench replaces variables in literals too, so none may be called s0 or c
append_to_file($script, q{
\set a random(0, 500)
\set b random(501, 1000)
\set r random(1, 4)
BEGIN;
INSERT INTO t1 (l, security_label) VALUES ('c' || :a, 'unconfined_u:object_r:sepgsql_table_t:s0:c' || :a);
SAVEPOINT s;
INSERT INTO t2 (l, security_label) VALUES ('c' || :b, 'unconfined_u:object_r:sepgsql_table_t:s0:c' || :b);
\if :r = 1
ROLLBACK TO s;
INSERT INTO t2 (l, security_label) VALUES ('c' || :a, 'unconfined_u:object_r:sepgsql_table_t:s0:c' || :a);
\endif
\if :r = 2
ROLLBACK;
\else
COMMIT;
\endif
});

foreach my $round (1 .. 3)
{
	my $pgbench = IPC::Run::start(
		[ 'pgbench', '-n', '-c', '6', '-j', '2', '-T', '60', '-f', $script,
			'-h', $node->host, '-p', $node->port, 'postgres' ],
		'>', \my $out, '2>', \my $err);
	$node->poll_query_until('postgres',
		"SELECT count(*) > 150 * $round FROM pg_security WHERE relid IN ('t1'::regclass, 't2'::regclass)")
	  or die 'nothing happens';
	$node->stop('immediate');
	$pgbench->finish;
	$node->start;
	is($node->safe_psql('postgres', q{
			SELECT bt_index_parent_check('pg_security_relid_secid_index', true, true);
			SELECT count(*) FROM verify_heapam('pg_security');
			SELECT count(*) FROM verify_heapam('t1');
			SELECT count(*) FROM verify_heapam('t2');
			SELECT count(*) FROM t1 WHERE right(security_label, length(l) + 1) <> ':' || l;
			SELECT count(*) FROM t2 WHERE right(security_label, length(l) + 1) <> ':' || l;
			SELECT count(*) > 20 FROM t1;
			SELECT bool_and(n = m) FROM (SELECT count(*) n, max(secid) m, count(DISTINCT seclabel) d
				FROM pg_security WHERE secid > 0 GROUP BY relid) s WHERE n = d;
			SELECT count(*) FROM (SELECT relid, seclabel FROM pg_security GROUP BY 1, 2 HAVING count(*) > 1) d;
		}), "\n0\n0\n0\n0\n0\nt\nt\n0", "round $round: all labels are there, and right");
	$node->safe_psql('postgres', 'REINDEX TABLE pg_security');
}
$node->stop;
done_testing();
