# pg_upgrade: from stock clusters, where nothing has a label, and from labelled
# clusters, whose labels keep their numbers.
use strict;
use warnings FATAL => 'all';

use Cwd qw(abs_path);
use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $root = $ENV{SEPGSQL_ROOT} // "$FindBin::RealBin/../..";
my $type = 'unconfined_u:object_r:sepgsql_table_t';
my @selinux = ('--enable-selinux', '--security-server=embedded');

# installations of stock PostgreSQL on this machine: the one that build.sh makes
# of the pinned source, Debian's packages, installed or unpacked by build.sh,
# and what SEPGSQL_STOCK names; one of each version.  The oldest and the newest
# are upgraded in every mode, others by copying.
$ENV{LD_LIBRARY_PATH} = join ':', grep { defined } $ENV{LD_LIBRARY_PATH},
  glob("$root/build/stock-deb/13/usr/lib/*-linux-gnu");
my %stock;
for my $inst (grep { -x "$_/bin/postgres" } split(/:/, $ENV{SEPGSQL_STOCK} // ''),
	"$root/build/stock-inst", glob('/usr/lib/postgresql/1[3-8]'),
	glob("$root/build/stock-deb/*/usr/lib/postgresql/1[3-8]"))
{
	my ($version) = `$inst/bin/postgres --version` =~ /(\d+)/ or next;
	$stock{$version} //= abs_path($inst);
}
my @versions = sort { $a <=> $b } keys %stock;
note "stock PostgreSQL: @versions";

my $count = 0;
chdir PostgreSQL::Test::Utils::tempdir() or die $!;

sub as
{
	my ($node, $role, $sql, $db) = @_;
	my ($ret, $out, $err) = $node->psql($db // 'postgres', $sql,
		extra_params => [ '-U', $role ]);
	return $ret == 0 ? $out : $err;
}

# lines of pg_peerlabel.conf for the roles of this test
sub peerlabels
{
	my ($node) = @_;
	my $rules = $node->data_dir . '/pg_peerlabel.conf';
	my $old = slurp_file($rules);
	open my $fh, '>', $rules or die $!;
	print $fh "local all up_user user_u:user_r:user_t:s0\n",
	  "local all up_staff staff_u:staff_r:staff_t:s0-s3:c0.c9\n", $old;
	close $fh or die $!;
}

sub upgrade_command
{
	my ($old, $new, @options) = @_;
	return [
		'pg_upgrade', '--no-sync', '--jobs' => 2,
		'--old-datadir' => $old->data_dir,
		'--new-datadir' => $new->data_dir,
		# what Debian's pg_config says is wrong where the package is unpacked
		'--old-bindir' => $old->install_path ? $old->install_path . '/bin' : $old->config_data('--bindir'),
		'--new-bindir' => $new->config_data('--bindir'),
		'--socketdir' => $new->host,
		'--old-port' => $old->port,
		'--new-port' => $new->port, @options ];
}

# Returns what pg_upgrade says if it fails.
sub upgrade
{
	my ($old, $new, @options) = @_;
	my ($out, $err) = ('', '');
	my $ok = IPC::Run::run(upgrade_command($old, $new, @options), '>', \$out, '2>', \$err);
	return '' if $ok;
	note $out, $err;
	for my $file (glob $new->data_dir . '/pg_upgrade_output.d/*/log/*')
	{
		my $text = slurp_file($file);
		note "$file\n" . substr($text, -1500);
	}
	return "$out$err";
}

sub new_cluster
{
	my ($name, @extra) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name . ++$count);
	$node->init(extra => \@extra);
	return $node;
}

sub start_fails
{
	my ($node, $what, $like) = @_;
	my $offset = -e $node->logfile ? -s $node->logfile : 0;
	is($node->start(fail_ok => 1), 0, "$what: does not start");
	like(slurp_file($node->logfile, $offset), $like, "$what: the log says why");
}

# ---- from stock clusters

my $tables = q{
	CREATE ROLE up_user SUPERUSER LOGIN;
	CREATE ROLE up_staff SUPERUSER LOGIN;
	CREATE TABLE t (id int PRIMARY KEY, v text, w int);
	INSERT INTO t SELECT i, CASE WHEN i % 2 = 0 THEN 'row ' || i END, i FROM generate_series(1, 1000) i;
	CREATE TABLE wide (a int, b int, c int, d int, e int, f int, g int, h int, i int, j text);
	INSERT INTO wide VALUES (1, NULL, 3, NULL, 5, 6, 7, 8, 9, repeat('toast', 20000)), (2, 2, 2, 2, 2, 2, 2, 2, 2, 'short');
	CREATE TABLE parent (id int) PARTITION BY LIST (id);
	CREATE TABLE child PARTITION OF parent FOR VALUES IN (1);
	INSERT INTO parent VALUES (1);
	CREATE MATERIALIZED VIEW mv AS SELECT * FROM t WHERE id < 10;
	CREATE SEQUENCE q;
	CREATE VIEW label_view AS SELECT id, 'text'::text AS security_label FROM t;
	CREATE TYPE label_type AS (security_label text);
	CREATE FUNCTION f(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + 1';
	CREATE INDEX ON t (f(id));
	SELECT lo_from_bytea(4711, 'large');
	GRANT ALL ON t, wide, parent, mv TO PUBLIC;
	VACUUM FREEZE wide;
	UPDATE t SET w = 0 WHERE id = 7;
	DELETE FROM t WHERE id = 8;
};
my $content = q{
	SELECT count(*), sum(id), sum(w), md5(string_agg(v, ',' ORDER BY id)) FROM t;
	SELECT count(*), sum(a), sum(length(j)) FROM wide;
	SELECT count(*) FROM parent;
	SELECT count(*) FROM mv;
	SELECT count(*) FROM label_view WHERE security_label = 'text';
	SELECT convert_from(lo_get(4711), 'UTF8');
};

for my $version (@versions)
{
	my $inst = $stock{$version};
	my @modes = $version == $versions[0] || $version == $versions[-1] ?
	  ('--copy', '--link', '--swap') : ('--copy');
	my $old = PostgreSQL::Test::Cluster->new('stock' . ++$count, install_path => $inst);
	$old->init;
	$old->start;
	$old->safe_psql('postgres', $tables);
	$old->safe_psql('postgres', 'CREATE DATABASE other');
	$old->safe_psql('other', q{
		CREATE SCHEMA s;
		CREATE TABLE s.bad (id int, security_label text);
		CREATE TABLE s.worse (security_label int) PARTITION BY LIST (security_label);
	});
	my $before = $old->safe_psql('postgres', $content);
	my $file = $old->data_dir . '/' . $old->safe_psql('postgres', q{SELECT pg_relation_filepath('t')});
	my $wide = $old->data_dir . '/' . $old->safe_psql('postgres', q{SELECT pg_relation_filepath('wide')});
	$old->stop;
	my @init = $version < 18 ? ('--no-data-checksums') : ();

	# the check phase
	my $plain = new_cluster('plain', @init);
	my $said = upgrade($old, $plain, '--check');
	like($said, qr/columns named "security_label"/, "from $version: the check finds columns of that name");
	like($said, qr/In database: other\n\s*s\.bad\.security_label\n\s*s\.worse\.security_label/,
		"from $version: and names table and column");
	unlike($said, qr/label_view|label_type/, "from $version: those of views and types may stay");
	$old->start;
	$old->safe_psql('other', 'ALTER TABLE s.bad RENAME security_label TO label; DROP TABLE s.worse');
	$old->stop;
	is(upgrade($old, $plain, '--check'), '', "from $version: the check passes when they are renamed");

	# copies of the old cluster, since two of the modes destroy it
	for my $mode (@modes)
	{
		my $from = PostgreSQL::Test::Cluster->new('from' . ++$count, install_path => $inst);
		system_or_bail('cp', '-a', $old->data_dir, $from->basedir . '/pgdata');
		$from->append_conf('postgresql.conf', 'port = ' . $from->port);

		# into a labelled cluster
		my $what = "from $version, $mode, labelled";
		my $to = new_cluster('to', @selinux, @init);
		peerlabels($to);
		is(upgrade($from, $to, $mode), '', $what);
		$to->start;
		is($to->safe_psql('postgres', $content), $before, "$what: the same content");
		is($to->safe_psql('postgres', 'SELECT DISTINCT security_label FROM t'),
			'system_u:object_r:unlabeled_t:s15:c0.c1023', "$what: rows are unlabeled");
		is(as($to, 'up_staff', "SELECT count(*) FROM $_"), '0', "$what: nobody else sees rows of $_")
		  for 't', 'wide', 'parent', 'mv';
		is($to->safe_psql('postgres', q{
				SELECT relname FROM pg_security JOIN pg_class c ON c.oid = relid WHERE relid >= 16384 AND secid = 0 ORDER BY 1}),
			"child\nmv\nt\nwide", "$what: number 0 in their dictionaries");
		is($to->safe_psql('postgres', q{
				SELECT count(*) FROM pg_class WHERE security_label ~ 'unlabeled_t'}),
			'0', "$what: objects have labels");
		like($to->safe_psql('postgres', q{SELECT security_label FROM pg_class WHERE relname = 't'}),
			qr/:object_r:sepgsql_table_t:s0$/, "$what: such as the policy gives to the client");
		$to->safe_psql('postgres', qq{
			INSERT INTO t (id, v, security_label) VALUES (2000, 'new', '$type:s0:c1');
			UPDATE t SET v = 'changed' WHERE id = 1;
			UPDATE t SET security_label = '$type:s1' WHERE id = 2});
		is(as($to, 'up_staff', 'SELECT id FROM t ORDER BY 1'), "2\n2000", "$what: rows that get labels are seen");
		$to->safe_psql('postgres', 'CREATE EXTENSION amcheck');
		is($to->safe_psql('postgres', q{SELECT count(*) FROM pg_class c, verify_heapam(c.oid) WHERE relkind IN ('r', 'm')}), '0', "$what: sound");
		is(as($to, 'up_staff', 'SELECT count(*) FROM s.bad', 'other') =~ /violation|^0$/ ? 1 : 0, 1, "$what: the other database");
		$to->stop;
	}

	# into a cluster without labels
	my $what = "from $version, --copy, not labelled";
	is(upgrade($old, $plain, '--copy'), '', $what);
	my $new_t = $plain->data_dir . '/';
	$plain->start;
	is($plain->safe_psql('postgres', $content), $before, "$what: the same content");
	is($plain->safe_psql('postgres', 'SELECT DISTINCT security_label FROM t'), 'unlabeled', "$what: no labels");
	my $newfile = $plain->data_dir . '/' . $plain->safe_psql('postgres', q{SELECT pg_relation_filepath('t')});
	my $newwide = $plain->data_dir . '/' . $plain->safe_psql('postgres', q{SELECT pg_relation_filepath('wide')});
	is($plain->safe_psql('postgres', q{SELECT count(*) FROM pg_security WHERE secid = 0 AND relid = 't'::regclass}), '1', "$what: number 0");

	# rows that are written are laid out as stock's
	$plain->safe_psql('postgres', 'CREATE EXTENSION pageinspect; CREATE TABLE stock_row (a int, b text); INSERT INTO stock_row VALUES (1, NULL), (2, repeat($$x$$, 3))');
	is($plain->safe_psql('postgres', q{SELECT t_hoff, t_infomask2, lp_len FROM heap_page_items(get_raw_page('stock_row', 0))}),
		"24|2|28\n24|2|32", "$what: new rows are laid out as stock's");
	is($plain->safe_psql('postgres', q{SELECT count(*) FROM heap_page_items(get_raw_page('t', 0)) WHERE t_infomask2 & x'1800'::int <> 0}),
		'0', "$what: so are the old ones");
	$plain->stop;
	$plain->append_conf('postgresql.conf', "sepostgresql = on\nsepostgresql_security_server = embedded");
	start_fails($plain, $what, qr/this database cluster is not labelled(.|\n)*initdb --label-catalogs/);

	# the command that the message names
	command_ok([ 'initdb', '--label-catalogs', '-D', $plain->data_dir, '--security-server=embedded' ],
		"$what: initdb --label-catalogs");
	peerlabels($plain);
	$plain->start;
	is($plain->safe_psql('postgres', $content), $before, "$what, then labelled: the same content");
	is(as($plain, 'up_staff', "SELECT count(*) FROM $_"), '0', "$what, then labelled: nobody else sees rows of $_")
	  for 't', 'wide', 'parent', 'mv';
	is($plain->safe_psql('postgres', q{SELECT count(*) FROM pg_class WHERE security_label ~ 'unlabeled_t'}), '0', "$what, then labelled: objects have labels");
	$plain->safe_psql('postgres', qq{SELECT sepgsql_label_rows('t', '$type:s0')});
	is(as($plain, 'up_user', 'SELECT count(*) FROM t'), '999', "$what, then labelled: sepgsql_label_rows");
	$plain->stop;
}
ok($stock{18} && @versions > 1, 'there are stock PostgreSQL 18 and an older one to upgrade from')
  or diag 'install postgresql-15 and run build.sh bench initdb, or set SEPGSQL_STOCK';

# ---- from labelled clusters

my $objects = qq{
	CREATE TABLE t (id int PRIMARY KEY, v text, gone int, secret text SECURITY_LABEL = 'system_u:object_r:sepgsql_secret_table_t:s0') SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s0:c3';
	ALTER TABLE t DROP COLUMN gone;
	INSERT INTO t (id, v, security_label) VALUES (1, 'low', '$type:s0'), (2, NULL, '$type:s2:c1'), (3, 'high', '$type:s9');
	CREATE TABLE many (id int, v text);
	INSERT INTO many (id, v, security_label) SELECT i, CASE WHEN i % 2 = 0 THEN 'x' END, format('$type:s0:c%s', i) FROM generate_series(1, 300) i;
	DELETE FROM many WHERE id = 299;
	CREATE TABLE wide (v text);
	INSERT INTO wide (v, security_label) SELECT string_agg(md5(i::text), ''), '$type:s1' FROM generate_series(1, 1000) i;
	CREATE TABLE parent (id int) PARTITION BY LIST (id);
	CREATE TABLE child PARTITION OF parent FOR VALUES IN (1) SECURITY_LABEL = 'system_u:object_r:sepgsql_ro_table_t:s1';
	INSERT INTO parent (id, security_label) VALUES (1, '$type:s1:c5');
	CREATE MATERIALIZED VIEW mv AS SELECT id FROM t;
	CREATE SCHEMA s SECURITY_LABEL = 'system_u:object_r:sepgsql_schema_t:s1';
	CREATE TABLE s.n (id int);
	INSERT INTO s.n (id, security_label) VALUES (1, '$type:s1');
	CREATE SEQUENCE q SECURITY_LABEL = 'system_u:object_r:sepgsql_seq_t:s2';
	CREATE VIEW w SECURITY_LABEL = 'system_u:object_r:sepgsql_view_t:s1' AS SELECT id, security_label FROM t;
	CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
	SECURITY LABEL FOR selinux ON FUNCTION f() IS 'system_u:object_r:sepgsql_trusted_proc_exec_t:s0';
	CREATE TYPE mood AS ENUM ('sad', 'happy');
	SECURITY LABEL FOR selinux ON TYPE mood IS 'system_u:object_r:sepgsql_table_t:s3';
	CREATE DOMAIN d AS int;
	SELECT lo_from_bytea(4711, 'large');
	SECURITY LABEL FOR selinux ON LARGE OBJECT 4711 IS 'system_u:object_r:sepgsql_blob_t:s2';
	CREATE EXTENSION amcheck;
	GRANT ALL ON t, many, wide, parent, mv, q, w TO PUBLIC;
};
my $labels = q{
	SELECT 'dictionary', relid::regclass::text, secid::text, seclabel FROM pg_security WHERE relid >= 16384
	UNION ALL SELECT 't', id::text, v, security_label FROM t
	UNION ALL SELECT 'many', id::text, v, security_label FROM many
	UNION ALL SELECT 'wide', '', md5(v), security_label FROM wide
	UNION ALL SELECT 'parent', id::text, '', security_label FROM parent
	UNION ALL SELECT 'mv', id::text, '', security_label FROM mv
	UNION ALL SELECT 's.n', id::text, '', security_label FROM s.n
	UNION ALL SELECT objtype, objnamespace::regnamespace::text, objname, label FROM pg_seclabels
		WHERE provider = 'selinux' AND (objoid >= 16384 OR objtype IN ('role', 'database', 'schema'))
	ORDER BY 1, 2, 3, 4};

for my $mode ('--copy', '--link', '--swap')
{
	my $what = "labelled, $mode";
	my $old = new_cluster('old', @selinux);
	peerlabels($old);
	$old->start;
	$old->safe_psql('postgres', q{
		CREATE ROLE up_user SUPERUSER LOGIN;
		CREATE ROLE up_staff SUPERUSER LOGIN;
		SECURITY LABEL FOR selinux ON ROLE up_staff IS 'system_u:object_r:sepgsql_table_t:s4';
		CREATE DATABASE other SECURITY_LABEL = 'system_u:object_r:sepgsql_db_t:s1';
	});
	$old->safe_psql($_, $objects) for 'postgres', 'other';
	my %before = map { $_ => $old->safe_psql($_, $labels) } ('postgres', 'other');
	my $staff = as($old, 'up_staff', 'SELECT id FROM t ORDER BY id');
	is($staff, "1\n2", "$what: what staff sees before");
	$old->stop;

	if ($mode eq '--copy')
	{
		my $plain = new_cluster('unlabelled');
		like(upgrade($old, $plain, $mode), qr/source cluster is labelled, and the target cluster is not/,
			'labels need a labelled cluster');
		my $off = new_cluster('off', @selinux);
		$off->append_conf('postgresql.conf', 'sepostgresql = off');
		like(upgrade($old, $off, $mode), qr/its parameter "sepostgresql" is off/, 'whose feature is on');
		like(slurp_file($old->logfile), qr/LOG/, 'the old one has run');
	}

	my $new = new_cluster('new', @selinux);
	peerlabels($new);
	is(upgrade($old, $new, $mode), '', $what);
	$new->start;
	is($new->safe_psql($_, $labels), $before{$_}, "$what: labels and numbers of $_") for 'postgres', 'other';
	is(as($new, 'up_staff', 'SELECT id FROM t ORDER BY id'), $staff, "$what: what staff sees");
	like(as($new, 'up_staff', 'SELECT secret FROM t'), qr/SELinux: security policy violation/, "$what: a column");
	like(as($new, 'up_user', 'SELECT count(*) FROM t'), qr/SELinux: security policy violation|^0$/, "$what: a table of a category");
	# numbers go on
	$new->safe_psql('postgres', qq{INSERT INTO many (id, security_label) VALUES (1000, '$type:s7'), (1001, '$type:s0:c2')});
	is($new->safe_psql('postgres', q{SELECT secid FROM pg_security WHERE relid = 'many'::regclass AND seclabel LIKE '%:s7'}),
		'301', "$what: the next number");
	is($new->safe_psql('postgres', 'SELECT id, security_label FROM many WHERE id >= 1000 ORDER BY id'),
		"1000|$type:s7\n1001|$type:s0:c2", "$what: new rows");
	is($new->safe_psql($_, q{
			SELECT count(*) FROM pg_class c, verify_heapam(c.oid) WHERE relkind IN ('r', 'm');
			SELECT bt_index_check('pg_security_relid_secid_index', true)}), "0\n", "$what: $_ is sound")
	  for 'postgres', 'other';
	$new->stop;
}

done_testing();
