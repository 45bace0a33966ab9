# A row keeps its label through everything that writes it anew, with the
# feature on, and off on a labelled cluster.
use strict;
use warnings FATAL => 'all';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use SepgsqlTest;
use Test::More;

my $node = labelled_node('keep', allows_streaming => 'logical',
	conf => "autovacuum = off\n"
	  . "sepostgresql_file_context = 'system_u:object_r:tmp_t:s0'\n");

my $type = 'unconfined_u:object_r:sepgsql_table_t:s0';

$node->safe_psql('postgres', sprintf(q{
	CREATE EXTENSION amcheck;
	CREATE EXTENSION pageinspect;
	CREATE TABLE src (a int PRIMARY KEY, n int, big text);
	-- with and without nulls, toasted and not; two widths of secid
	INSERT INTO src (a, n, big, security_label)
		SELECT i, CASE WHEN i %% 2 = 0 THEN i END,
			CASE WHEN i %% 10 = 0 THEN (SELECT string_agg(md5(i::text || j), '') FROM generate_series(1, 200) j) ELSE 'x' END,
			'%s:c' || i
		FROM generate_series(1, 600) i;
	CREATE INDEX src_n ON src (n);
	CREATE TABLE sums AS SELECT a, md5(coalesce(big, '')) FROM src;
}, $type));

sub kept
{
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my ($name, $table, $key) = @_;
	$table ||= 'src';
	$key ||= 'a';
	is($node->safe_psql('postgres', sprintf(q{
			SELECT count(*), count(*) FILTER (WHERE security_label = '%s:c' || %s) FROM %s;
			SELECT count(*) FROM verify_heapam('%s');
		}, $type, $key, $table, $table)), "600|600\n0", $name);
}

sub everything
{
	my ($how) = @_;
	my %steps = (
		'01 VACUUM' => 'VACUUM src',
		'02 VACUUM FULL' => 'VACUUM FULL src',
		'03 CLUSTER' => 'CLUSTER src USING src_n',
		'04 CLUSTER by sequential scan and sort' => 'SET enable_indexscan = off; CLUSTER src USING src_pkey',
		'05 VACUUM FREEZE' => 'VACUUM (FREEZE) src',
		'06 ALTER TYPE' => 'ALTER TABLE src ALTER n TYPE bigint',
		'07 ALTER TYPE back' => 'ALTER TABLE src ALTER n TYPE int USING n::int',
		'08 ADD COLUMN with a volatile default' => 'ALTER TABLE src ADD v float8 DEFAULT random()',
		'09 ADD COLUMN with a constant default' => 'ALTER TABLE src ADD d text DEFAULT $$d$$',
		'10 UPDATE after it' => 'UPDATE src SET n = n WHERE a <= 300',
		'11 rewrite after it' => 'ALTER TABLE src ALTER n TYPE bigint',
		'12 generated column' => 'ALTER TABLE src ADD g int GENERATED ALWAYS AS (a * 2) STORED',
		'13 UPDATE with a generated column' => 'UPDATE src SET n = coalesce(n, 0) + 1',
		'14 null comes and goes' => 'UPDATE src SET n = NULL; UPDATE src SET n = 1',
		'15 TOAST comes and goes' => 'UPDATE src SET big = repeat(md5(a::text), 300) WHERE a % 10 = 1; UPDATE src SET big = $$x$$ WHERE a % 10 = 1',
		'16 DROP COLUMN' => 'ALTER TABLE src DROP v, DROP d, DROP g',
		'17 rewrite after it' => 'VACUUM FULL src',
		'18 UNLOGGED' => 'ALTER TABLE src SET UNLOGGED',
		'19 LOGGED' => 'ALTER TABLE src SET LOGGED',
		'20 BEFORE trigger that returns its own row' => q{
			CREATE FUNCTION bt() RETURNS trigger LANGUAGE plpgsql AS
				'BEGIN NEW := OLD; NEW.n := 5; RETURN NEW; END';
			CREATE TRIGGER bt BEFORE UPDATE ON src FOR EACH ROW EXECUTE FUNCTION bt();
			UPDATE src SET n = 6},
		'21 AFTER trigger' => q{
			DROP TRIGGER bt ON src;
			DROP FUNCTION bt;
			CREATE FUNCTION at() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
			CREATE TRIGGER at AFTER UPDATE ON src REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION at();
			UPDATE src SET n = a;
			DROP TRIGGER at ON src;
			DROP FUNCTION at},
		'22 ON CONFLICT' => 'INSERT INTO src SELECT a, 1, big FROM src ON CONFLICT (a) DO UPDATE SET n = EXCLUDED.n',
		'23 MERGE' => 'MERGE INTO src USING sums s ON s.a = src.a WHEN MATCHED THEN UPDATE SET n = s.a WHEN NOT MATCHED THEN DO NOTHING',
		'24 UPDATE of another\'s join' => 'UPDATE src SET n = s.a FROM sums s WHERE s.a = src.a',
		'25 row lock' => 'SELECT count(*) FROM (SELECT FROM src FOR UPDATE) s',
		'26 REINDEX' => 'REINDEX TABLE src',
	);
	foreach my $step (sort keys %steps)
	{
		my ($ret, $out, $err) = $node->psql('postgres', $steps{$step}, on_error_stop => 1);
		is($err, '', "$how: $step: no error");
		kept("$how: $step");
	}
	is($node->safe_psql('postgres', q{
			SELECT count(*) FROM src JOIN sums USING (a) WHERE md5(coalesce(big, '')) <> sums.md5 AND a % 10 <> 1}),
		'0', "$how: the data is whole");

	# partitions
	$node->safe_psql('postgres', q{
		CREATE TABLE p (k int, a int, dropped int, big text) PARTITION BY LIST (k);
		ALTER TABLE p DROP dropped;
		CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
		CREATE TABLE p2 (big text, a int, k int);
		ALTER TABLE p ATTACH PARTITION p2 FOR VALUES IN (2);
	});
	if ($how eq 'on')
	{
		$node->safe_psql('postgres', q{
			INSERT INTO p (k, a, big, security_label) SELECT 1, a, big, security_label FROM src});
		kept("$how: INSERT ... SELECT with the label", 'p1');
		$node->safe_psql('postgres', 'UPDATE p SET k = 2');
		kept("$how: a row moves to another partition", 'p2');
		$node->safe_psql('postgres', 'UPDATE p SET k = 1, big = big || $$y$$');
		kept("$how: and back", 'p1');
		$node->safe_psql('postgres', 'ALTER TABLE p DETACH PARTITION p1');
		kept("$how: DETACH", 'p1');
		$node->safe_psql('postgres', 'ALTER TABLE p ATTACH PARTITION p1 FOR VALUES IN (1)');
		kept("$how: ATTACH", 'p1');
	}
	else
	{
		# the rows have been left by the run with the feature on
		$node->safe_psql('postgres', q{DROP TABLE p; ALTER TABLE q RENAME TO p});
		$node->safe_psql('postgres', 'UPDATE p SET k = 2');
		kept("$how: a row moves to another partition", 'q2');
		$node->safe_psql('postgres', 'UPDATE p SET k = 1');
		kept("$how: and back", 'q1');
	}
	$node->safe_psql('postgres', 'DROP TABLE p');

	# catalog rows
	my $class = q{SELECT count(*) FROM pg_class WHERE relname = 'src' AND security_label ~ ':sepgsql_table_t:'};
	is($node->safe_psql('postgres', $class), '1', "$how: a table's own label");
	my $label = $node->safe_psql('postgres', q{SELECT security_label FROM pg_class WHERE oid = 'src'::regclass});
	$node->safe_psql('postgres', q{
		ANALYZE src;
		GRANT SELECT ON src TO public;
		REVOKE SELECT ON src FROM public;
		ALTER TABLE src RENAME TO src2;
		ALTER TABLE src2 RENAME TO src;
		COMMENT ON TABLE src IS 'x';
		ALTER TABLE src SET (fillfactor = 90);
		VACUUM src;
		VACUUM FULL pg_class;
		REINDEX TABLE pg_class;
		VACUUM FULL pg_attribute;
		VACUUM FULL pg_authid;
		VACUUM FULL pg_security;
		VACUUM FULL pg_shsecurity;
	});
	is($node->safe_psql('postgres', q{SELECT security_label FROM pg_class WHERE oid = 'src'::regclass}),
		$label, "$how: DDL keeps the table's own label");
	is($node->safe_psql('postgres', q{
			SELECT count(*) FROM pg_class c JOIN pg_am a ON a.oid = c.relam AND a.amname = 'heap',
				LATERAL verify_heapam(c.oid) v
			WHERE c.relkind IN ('r', 'm', 't') AND c.relpersistence = 'p'}),
		'0', "$how: verify_heapam reports nothing anywhere");
}

everything('on');

# what an UPDATE changes or not
is($node->safe_psql('postgres', sprintf(q{
		CREATE TABLE same (a int, b int);
		INSERT INTO same (a, security_label) VALUES (1, '%1$s:c1');
		CREATE TRIGGER z BEFORE UPDATE ON same FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
		WITH u AS (UPDATE same SET a = 1 RETURNING 1) SELECT count(*) FROM u;
		WITH u AS (UPDATE same SET security_label = '%1$s:c1' RETURNING 1) SELECT count(*) FROM u;
		WITH u AS (UPDATE same SET security_label = '%1$s:c2' RETURNING 1) SELECT count(*) FROM u;
		SELECT security_label FROM same;
	}, $type)), "0\n0\n1\n$type:c2", 'suppress_redundant_updates_trigger knows labels');

# the secid of another table does not come along, nor its header's size
is($node->safe_psql('postgres', sprintf(q{
		CREATE TABLE plain (a int, n bigint, big text);
		CREATE TABLE twin (LIKE plain);
		INSERT INTO plain (a, n, security_label) SELECT i, i, '%1$s:c' || i FROM generate_series(1, 600) i;
		INSERT INTO twin SELECT * FROM plain;
		CREATE TABLE ctas AS SELECT * FROM plain;
		SELECT security_label, count(*) FROM twin GROUP BY 1;
		SELECT security_label, count(*) FROM ctas GROUP BY 1;
		UPDATE plain SET security_label = '%1$s:c1' WHERE a > 300;
		UPDATE twin t SET security_label = p.security_label FROM plain p WHERE p.a = t.a;
		SELECT count(*) FROM twin WHERE security_label = '%1$s:c' || CASE WHEN a > 300 THEN 1 ELSE a END;
		SELECT count(*) FROM verify_heapam('twin');
		SELECT count(*) FROM verify_heapam('ctas');
		SELECT count(*) FROM verify_heapam('plain');
	}, $type)), "$type|600\n$type|600\n600\n0\n0\n0", 'INSERT ... SELECT of the whole row');

# a composite value has no label
is($node->safe_psql('postgres', q{
		CREATE TABLE comp (r src);
		INSERT INTO comp SELECT src FROM src;
		CREATE FUNCTION f(int) RETURNS src LANGUAGE plpgsql AS
			'DECLARE x src; BEGIN SELECT * INTO x FROM src WHERE a = $1; RETURN x; END';
		INSERT INTO comp SELECT f(a) FROM src;
		SELECT count(*), count(DISTINCT r) FROM comp;
		SELECT count(*) FROM comp c JOIN src s ON c.r = s;
		SELECT count(*) FROM verify_heapam('comp');
	}), "1200|600\n1200\n0", 'composite values');
is($node->safe_psql('postgres', q{
		CREATE FUNCTION g(int) RETURNS src LANGUAGE sql AS 'SELECT * FROM src WHERE a = $1';
		CREATE FUNCTION t() RETURNS trigger LANGUAGE plpgsql AS
			'BEGIN INSERT INTO comp VALUES (OLD), (NEW); RETURN NEW; END';
		CREATE TRIGGER t AFTER UPDATE ON src FOR EACH ROW EXECUTE FUNCTION t();
		TRUNCATE comp;
		UPDATE src SET n = n WHERE a < 9;
		INSERT INTO comp SELECT g(a) FROM src WHERE a < 9;
		INSERT INTO comp SELECT f(a) FROM src WHERE a < 9;
		INSERT INTO comp SELECT src FROM src WHERE a < 9;
		DROP TRIGGER t ON src;
		DROP FUNCTION t, g;
		SELECT count(*), count(DISTINCT r) FROM comp;
		-- bits of t_infomask2 in the stored value, which may have a short length word
		SELECT count(*) FILTER (WHERE get_byte(r, CASE WHEN get_byte(r, 0) & 1 = 1 THEN 16 ELSE 19 END) & 24 <> 0)
			FROM (SELECT t_attrs[1] AS r FROM heap_page_item_attrs(get_raw_page('comp', 0), 'comp')) s;
	}), "40|8\n0", 'composite values have no secid');
$node->safe_psql('postgres', 'DROP FUNCTION f; DROP TABLE comp');

# a database is copied with its dictionaries, by either way
foreach my $strategy ('wal_log', 'file_copy')
{
	$node->safe_psql('postgres', "CREATE DATABASE copy_$strategy TEMPLATE postgres STRATEGY $strategy");
	is($node->safe_psql("copy_$strategy", sprintf(
			q{SELECT count(*) FROM src WHERE security_label = '%s:c' || a}, $type)),
		'600', "CREATE DATABASE, $strategy");
	is($node->safe_psql("copy_$strategy",
			q{SELECT count(*) FROM pg_class WHERE relname = 'src' AND security_label ~ ':sepgsql_table_t:'}),
		'1', "CREATE DATABASE, $strategy: catalog rows");
	# the copy goes its own way
	$node->safe_psql("copy_$strategy", sprintf(
		q{INSERT INTO src (a, security_label) VALUES (1000, '%s:c1000')}, $type));
	is($node->safe_psql('postgres', sprintf(
			q{SELECT count(*) FROM pg_security WHERE seclabel = '%s:c1000'}, $type)),
		'0', "CREATE DATABASE, $strategy: dictionaries are apart");
}

# sizes: a small secid costs nothing where the row has no null
is($node->safe_psql('postgres', sprintf(q{
		CREATE TABLE narrow (a int, b int, c text);
		INSERT INTO narrow (a, b, c, security_label)
			SELECT i, i, 'sixteen!', '%s:c' || i %% 200 FROM generate_series(1, 20000) i;
		SELECT max(t_hoff), max(lp_len) FROM heap_page_items(get_raw_page('narrow', 0));
		SELECT count(DISTINCT secid) FROM pg_security WHERE relid = 'narrow'::regclass;
	}, $type)), "24|41\n200", 'up to 255 labels a row is as large as without');

# the rows for the run with the feature off
$node->safe_psql('postgres', q{
	CREATE TABLE q (k int, a int, big text) PARTITION BY LIST (k);
	CREATE TABLE q1 PARTITION OF q FOR VALUES IN (1);
	CREATE TABLE q2 (big text, a int, k int);
	ALTER TABLE q ATTACH PARTITION q2 FOR VALUES IN (2);
	INSERT INTO q (k, a, big, security_label) SELECT 1, a, big, security_label FROM src;
});
my $dict = q{SELECT count(*) FROM pg_security WHERE relid = 'src'::regclass AND secid = 0};
is($node->safe_psql('postgres', $dict), '0', 'no row without a label was written');

$node->append_conf('postgresql.conf', "sepostgresql = off\n");
$node->restart;
$node->safe_psql('postgres', 'ALTER TABLE src ALTER n TYPE int');
everything('off');

# off, new rows have no label, and the dictionary says so, even if we fail
is($node->safe_psql('postgres', $dict), '0', 'off: UPDATE brings no row without a label');
$node->safe_psql('postgres', 'BEGIN; INSERT INTO src VALUES (2000); ROLLBACK');
is($node->safe_psql('postgres', $dict), '1', 'off: a row without a label is noted');
$node->safe_psql('postgres', 'COPY narrow FROM PROGRAM $$echo 1,1,x$$ (FORMAT csv)');
is($node->safe_psql('postgres',
		q{SELECT count(*) FROM pg_security WHERE relid = 'narrow'::regclass AND secid = 0 AND seclabel = ''}),
	'1', 'off: COPY notes it');
is($node->safe_psql('postgres', q{SELECT security_label FROM narrow WHERE c = 'x'}),
	'unlabeled', 'off: what a row without a label shows');
$node->safe_psql('postgres', 'CREATE TABLE fresh (a int); INSERT INTO fresh VALUES (1)');
is($node->safe_psql('postgres',
		q{SELECT count(*) FROM pg_security WHERE relid IN ('fresh'::regclass, 'pg_class'::regclass) AND secid = 0}),
	'2', 'off: new tables and rows of catalogs are noted');

$node->stop;
done_testing();
