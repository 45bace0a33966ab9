# pg_dump, pg_dumpall and pg_restore: no label is lost.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use SepgsqlTest;
use Test::More;

my $dir = PostgreSQL::Test::Utils::tempdir;
my $staff = 'staff_u:staff_r:staff_t:s0-s3:c0.c9';
my $table = 'system_u:object_r:sepgsql_table_t';
my $secret = 'system_u:object_r:sepgsql_secret_table_t:s0';

sub start_node
{
	my ($name) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);

	$node->init(extra => [ '--enable-selinux', '--security-server=embedded' ]);
	my $peers = slurp_file($node->data_dir . '/pg_peerlabel.conf');
	unlink $node->data_dir . '/pg_peerlabel.conf';
	$node->append_conf('pg_peerlabel.conf', "local all sep_staff $staff\n$peers");
	$node->append_conf('postgresql.conf',
		"wal_level = logical\nsepostgresql_file_context = 'system_u:object_r:file_t:s0'");
	$node->start;
	return $node;
}

# a dump as text, without what is random in it
sub dump_text
{
	my ($node, @args) = @_;
	my ($out) = ok_run($node, 'pg_dump', '--restrict-key=x', @args);
	return $out;
}

# Every label of a database: of all objects by name, and of all rows.
my $all_labels = q{
	SELECT objtype, objnamespace::regnamespace, objname, objsubid <> 0, label FROM pg_seclabels
	WHERE provider = 'selinux' AND objname !~ 'RI_ConstraintTrigger' AND objtype NOT IN ('database', 'role', 'tablespace') AND (objtype <> 'subscription' OR EXISTS (SELECT FROM pg_subscription s JOIN pg_database d ON subdbid = d.oid WHERE s.oid = objoid AND datname = current_database()))
	ORDER BY 1, 2, 3, 4, 5};
my $row_labels = q{
	SELECT format('SELECT %L, security_label, t::text FROM ONLY %s t ORDER BY 2, 3', c.oid::regclass, c.oid::regclass)
	FROM pg_class c WHERE relkind = 'r' AND c.oid >= 16384 AND relnamespace::regnamespace::text !~ '^pg_'
	ORDER BY c.oid::regclass::text
	\gexec
};

sub labels_of
{
	my ($node, $db) = @_;
	return $node->safe_psql($db, $all_labels) . "\n" . $node->safe_psql($db, $row_labels);
}

# the same text, or what differs
sub is_text
{
	my ($got, $wanted, $what) = @_;

	return if ok($got eq $wanted, $what);
	foreach (['wanted', $wanted], ['got', $got])
	{
		open my $fh, '>', "$dir/$_->[0]" or die $!;
		print $fh $_->[1];
		close $fh;
	}
	diag(`diff $dir/wanted $dir/got | head -40`);
}

my $node = start_node('main');
my $fresh = start_node('fresh');
foreach my $n ($node, $fresh)
{
	$n->safe_psql('postgres', 'CREATE ROLE sep_staff LOGIN; CREATE ROLE "odd role"');
}

# a new database in the other cluster
sub new_db
{
	my ($db) = @_;

	if ($fresh->safe_psql('postgres', "SELECT count(*) FROM pg_database WHERE datname = '$db'"))
	{
		$fresh->safe_psql($db, 'DROP SUBSCRIPTION IF EXISTS sub');
		$fresh->safe_psql('postgres', "DROP DATABASE $db");
	}
	$fresh->safe_psql('postgres', "CREATE DATABASE $db");
}

# A database that has every kind of object.
$node->safe_psql('postgres', "CREATE DATABASE src SECURITY_LABEL = 'system_u:object_r:sepgsql_db_t:s0'");
$node->safe_psql('src', q{
CREATE SCHEMA "odd schema";
SET search_path = public;
CREATE TABLE customer (cid integer NOT NULL, credit character varying(32));
SECURITY LABEL FOR selinux ON TABLE customer IS 'system_u:object_r:sepgsql_table_t:s0';
SECURITY LABEL FOR selinux ON COLUMN customer.credit IS 'system_u:object_r:sepgsql_secret_table_t:s0';
INSERT INTO customer (security_label, cid, credit) VALUES
	('system_u:object_r:sepgsql_table_t:s0', 1, 'a(b'), ('system_u:object_r:sepgsql_table_t:s1:c1', 2, E'tab\there\nline\\\\'),
	('system_u:object_r:sepgsql_table_t:s2', 3, 'it''s; "q", )'), ('system_u:object_r:sepgsql_ro_table_t:s0', 4, NULL);
CREATE TABLE "odd (security_label, table" (a int DEFAULT 1, "col (x" text, b int GENERATED ALWAYS AS (a * 2) STORED,
	v int GENERATED ALWAYS AS (a * 3), id int GENERATED ALWAYS AS IDENTITY, s serial);
ALTER TABLE "odd (security_label, table" DROP COLUMN s, ADD COLUMN s2 bigserial;
INSERT INTO "odd (security_label, table" (security_label, a) SELECT 'system_u:object_r:sepgsql_table_t:s' || i % 3, i FROM generate_series(1, 20) i;
CREATE TABLE nothing ();
INSERT INTO nothing (security_label) VALUES ('system_u:object_r:sepgsql_table_t:s1'), ('system_u:object_r:sepgsql_table_t:s2');
CREATE TABLE parted (a int, b text) PARTITION BY LIST (a);
CREATE TABLE parted1 PARTITION OF parted FOR VALUES IN (1);
CREATE TABLE parted2 PARTITION OF parted FOR VALUES IN (2) PARTITION BY RANGE (b);
CREATE TABLE parted2a PARTITION OF parted2 DEFAULT;
INSERT INTO parted (security_label, a, b) SELECT 'system_u:object_r:sepgsql_table_t:s' || i % 3, 1 + i % 2, i FROM generate_series(1, 9) i;
CREATE TABLE parent (a int, b int);
CREATE TABLE child (c int) INHERITS (parent);
INSERT INTO child (security_label, a) VALUES ('system_u:object_r:sepgsql_table_t:s2', 5);
CREATE TYPE comp AS (x int, y text);
CREATE TABLE typed OF comp;
CREATE TYPE en AS ENUM ('a', 'b');
CREATE TYPE rng AS RANGE (subtype = float8);
CREATE DOMAIN dom AS int CHECK (VALUE > 0);
CREATE SEQUENCE seq;
CREATE FUNCTION f(int, text DEFAULT 'SECURITY_LABEL = ''x''') RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE PROCEDURE twin(OUT a int, IN b int, IN c int) LANGUAGE plpgsql AS $$BEGIN a := 1; END$$;
CREATE PROCEDURE twin(IN a int, IN b int, IN c int) LANGUAGE plpgsql AS $$BEGIN END$$;
CREATE PROCEDURE p(INOUT a int) LANGUAGE sql AS 'SELECT 1';
CREATE AGGREGATE agg(int) (SFUNC = int4pl, STYPE = int);
CREATE AGGREGATE agg0(*) (SFUNC = int8inc, STYPE = int8, INITCOND = '0');
CREATE VIEW vw AS SELECT cid, 'SECURITY_LABEL = ''x''' AS t FROM customer;
CREATE MATERIALIZED VIEW mv AS SELECT 1 AS one, 2 AS two;
CREATE RULE r AS ON INSERT TO parent WHERE false DO ALSO NOTHING;
CREATE TRIGGER tr BEFORE INSERT ON parent FOR EACH ROW EXECUTE FUNCTION g();
CREATE POLICY pol ON parent USING (true);
CREATE STATISTICS st ON a, b FROM parent;
CREATE INDEX ON parent (a);
ALTER TABLE parent ADD PRIMARY KEY (a), ADD CONSTRAINT chk CHECK (a > 0), ADD FOREIGN KEY (b) REFERENCES parent NOT VALID;
CREATE OPERATOR ### (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq);
CREATE OPERATOR FAMILY opf USING btree;
CREATE OPERATOR CLASS opc FOR TYPE dom USING btree AS OPERATOR 1 < (int, int), FUNCTION 1 (dom, dom) btint4cmp(int, int);
CREATE FUNCTION totext(comp) RETURNS text LANGUAGE sql AS $$SELECT ''$$;
CREATE CAST (comp AS text) WITH FUNCTION totext(comp);
CREATE COLLATION coll (provider = libc, locale = 'C');
CREATE CONVERSION conv FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE TEXT SEARCH CONFIGURATION tsc (COPY = simple);
CREATE TEXT SEARCH DICTIONARY tsd (TEMPLATE = simple);
CREATE TEXT SEARCH TEMPLATE tst (LEXIZE = dsimple_lexize);
CREATE TEXT SEARCH PARSER tsp (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype);
CREATE ACCESS METHOD am TYPE INDEX HANDLER gisthandler;
CREATE FUNCTION ev() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER et ON sql_drop EXECUTE FUNCTION ev();
CREATE FOREIGN DATA WRAPPER fdw;
CREATE SERVER srv FOREIGN DATA WRAPPER fdw;
CREATE FOREIGN TABLE ft (a int, b int) SERVER srv;
CREATE USER MAPPING FOR public SERVER srv OPTIONS (password 'x');
CREATE USER MAPPING FOR "odd role" SERVER srv;
CREATE USER MAPPING FOR sep_staff SERVER srv;
ALTER DEFAULT PRIVILEGES IN SCHEMA "odd schema" GRANT SELECT ON TABLES TO PUBLIC;
CREATE FUNCTION lang_handler() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler';
CREATE LANGUAGE lang HANDLER lang_handler;
CREATE TRANSFORM FOR int LANGUAGE sql (FROM SQL WITH FUNCTION prsd_lextype(internal));
CREATE PUBLICATION pub FOR TABLE parent;
CREATE SUBSCRIPTION sub CONNECTION 'dbname=none' PUBLICATION p WITH (connect = false, slot_name = NONE);
SELECT lo_from_bytea(70001, 'large');
SELECT lo_from_bytea(70002, 'objects');
});

# Give each of them a label that it would not get by itself.
$node->safe_psql('src', q{
SET search_path = '';
DO $do$
DECLARE o record; what text;
BEGIN
	FOR o IN SELECT DISTINCT l.*, id.type, id.identity FROM pg_seclabels l, pg_identify_object(l.classoid, l.objoid, l.objsubid) id
		WHERE provider = 'selinux' AND objoid >= 16384 AND objtype NOT IN ('user mapping', 'default acl', 'role', 'database', 'tablespace')
		AND NOT (objtype = 'column' AND objsubid < 0 AND objname !~ 'customer')
		AND objname !~ 'RI_ConstraintTrigger'
		AND objname !~ 'customer[.]?(cid|credit)?$'
		ORDER BY l.classoid DESC, l.objsubid DESC
	LOOP
		what := CASE o.type WHEN 'table constraint' THEN 'constraint' WHEN 'domain constraint' THEN 'constraint' WHEN 'statistics object' THEN 'statistics' WHEN 'foreign-data wrapper' THEN 'foreign data wrapper' ELSE regexp_replace(o.type, '.*column', 'column') END;
		IF o.type = 'domain constraint' THEN o.identity := replace(o.identity, ' on ', ' on domain '); END IF;
		IF o.type = 'procedure' THEN o.identity := (SELECT 'public.' || proname || '(' || pg_get_function_identity_arguments(oid) || ')' FROM pg_proc WHERE oid = o.objoid); END IF;
		IF o.type = 'aggregate' THEN o.identity := replace(o.identity, '()', '(*)'); END IF;
		IF o.classoid = 'pg_catalog.pg_class'::regclass AND o.objsubid = 0 OR what = 'column' AND o.objsubid % 2 = 1
			THEN o.label := sepgsql_set_range(o.label, 's1:c7');
		ELSIF what <> 'column' THEN o.label := sepgsql_set_range(o.label, 's2:c' || o.objoid::int % 100);
		END IF;
		EXECUTE format('SECURITY LABEL FOR selinux ON %s %s IS %L', what, o.identity, o.label);
	END LOOP;
END $do$;
SELECT sepgsql_set_catalog_label(tableoid, oid, 0, sepgsql_set_range(security_label, 's2:c3')) FROM pg_user_mapping WHERE umuser <> 'sep_staff'::regrole;
SELECT sepgsql_set_catalog_label(tableoid, oid, 0, sepgsql_set_range(security_label, 's2:c4')) FROM pg_default_acl;
SECURITY LABEL FOR selinux ON FUNCTION pg_catalog.pg_read_file(text) IS 'system_u:object_r:sepgsql_proc_exec_t:s3';
SECURITY LABEL FOR selinux ON SCHEMA public IS 'system_u:object_r:sepgsql_schema_t:s0:c0';
});
$node->safe_psql('postgres', q{SECURITY LABEL FOR selinux ON ROLE "odd role" IS 'system_u:object_r:sepgsql_sysobj_t:s1';
GRANT SET ON PARAMETER work_mem TO "odd role"; GRANT SET ON PARAMETER datestyle TO "odd role";
SELECT sepgsql_set_catalog_label(tableoid, oid, 0, sepgsql_set_range(security_label, 's2:c5')) FROM pg_parameter_acl WHERE parname = 'work_mem'});
my $kinds = $node->safe_psql('src', q{SELECT string_agg(DISTINCT objtype, ' ') FROM pg_seclabels
	WHERE provider = 'selinux' AND objoid >= 16384 AND label LIKE '%:s2:c%' OR label LIKE '%:s1:c7'});
is_text($kinds, 'access method aggregate cast collation column conversion domain domain constraint event trigger foreign table foreign-data wrapper function language large object materialized view operator operator class operator family policy procedure publication rule schema sequence server statistics object subscription table table constraint text search configuration text search dictionary text search parser text search template transform trigger type user mapping view', 'kinds of objects that are labelled');
my $expected = labels_of($node, 'src');

# Without the option: stock PostgreSQL's.
my $plain = dump_text($node, 'src');
unlike($plain, qr/^SECURITY LABEL|^[^'\n]*SECURITY_LABEL|^COPY public\.\w+ \(security_label/m, 'no labels unless asked for');

# The forms.
my $text = dump_text($node, '--security-label', 'src');
like($text, qr/^-- Dumped with security labels\.$/m, 'header');
like($text, qr/^CREATE TABLE public\.customer \(
    cid integer NOT NULL,
    credit character varying\(32\) SECURITY_LABEL = '\Q$secret\E'
\) SECURITY_LABEL = '\Q$table\E:s0';$/m, 'table and columns');
like($text, qr/^COPY public\.customer \(security_label, cid, credit\) FROM stdin;
\Q$table\E:s0\t1\ta\(b$/m, 'rows');
# A clause where there is one, and else a statement that psql sends together with CREATE.
my $label = qr/'[^\n']+:s1:c7'/;
my $object = qr/'[^\n']+:s2:c\d+'/;
like($text, $_, "form of: $_") foreach (
	qr/^CREATE SCHEMA "odd schema" SECURITY_LABEL = $object;$/m,
	qr/^CREATE VIEW public\.vw SECURITY_LABEL = $label AS$/m,
	qr/^CREATE MATERIALIZED VIEW public\.mv SECURITY_LABEL = $label AS$/m,
	qr/^CREATE SEQUENCE public\.seq\n(?:    .*\n)*?    CACHE 1 SECURITY_LABEL = $label;$/m,
	qr/ADD GENERATED ALWAYS AS IDENTITY \(\n(?:    .*\n)*?    CACHE 1 SECURITY_LABEL = $label\n\);$/m,
	qr/^CREATE FUNCTION public\.g\(\) RETURNS trigger\n    LANGUAGE plpgsql SECURITY_LABEL = $object\n    AS \$\$/m,
	qr/^CREATE PROCEDURE public\.p\(INOUT a integer\)\n    LANGUAGE sql SECURITY_LABEL = $object\n    AS /m,
	qr/^CREATE FOREIGN TABLE public\.ft \([^)]*\)\nSERVER srv SECURITY_LABEL = $label;$/m,
	qr/^CREATE TYPE public\.en AS ENUM \([^)]*\)\\;\nSECURITY LABEL FOR selinux ON TYPE public\.en IS $object;$/m,
	qr/^CREATE TEXT SEARCH CONFIGURATION public\.tsc [^;]*\\;\n(?:\n?ALTER TEXT SEARCH[^;]*\\;\n)+SECURITY LABEL FOR selinux ON TEXT SEARCH CONFIGURATION public\.tsc IS $object;$/m,
	qr/^CREATE USER MAPPING FOR public SERVER srv [^;]*\\;\nSELECT pg_catalog\.sepgsql_set_catalog_label\(classid, objid, objsubid, '[^\n']+:s2:c3'\) FROM pg_catalog\.pg_get_object_address\('user mapping', '\{public\}', '\{srv\}'\);$/m,
	qr/^CREATE USER MAPPING FOR sep_staff SERVER srv;$/m,
	qr/^SELECT pg_catalog\.lo_create\('70001'\), pg_catalog\.lo_set_security\('70001', $object\);$/m);
unlike($text, qr/[^\\];\n+SECURITY LABEL (?!FOR selinux ON (?:SCHEMA public|FUNCTION pg_catalog\.pg_read_file\(text\)|CONSTRAINT) )/, 'no label after the object');
my ($inserts) = ok_run($node, 'pg_dump', '--security-label', '--inserts', '-t', 'customer', 'src');
like($inserts, qr/^INSERT INTO public\.customer \(security_label, cid, credit\) VALUES \('\Q$table\E:s0', 1, 'a\(b'\);$/m, 'rows by INSERT');

# Round trip into a fresh cluster.
append_to_file("$dir/all.sql", $text);
new_db('src');
my ($out, $err) = ok_run($fresh, 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', 'src', '-f', "$dir/all.sql");
is_text(labels_of($fresh, 'src'), $expected, 'labels after restore');
my $again = dump_text($fresh, '--security-label', 'src');
is_text($again, $text, 'the same text again');

# All formats and ways to write rows; with labels and, restored, without.
my $n = 0;
foreach my $case (
	['--format=custom'], ['--format=directory', '--jobs=2'], ['--format=tar'],
	['--format=custom', '--inserts'], ['--format=custom', '--column-inserts', '--on-conflict-do-nothing'],
	['--format=directory', '--rows-per-insert=3', '--load-via-partition-root'],
	['--format=custom', '--load-via-partition-root'])
{
	my $file = "$dir/archive" . ++$n;
	my ($jobs) = grep { /jobs/ } @$case;
	ok_run($node, 'pg_dump', '--security-label', @$case, '-f', $file, 'src');
	foreach my $options ([], ['--no-security-labels'])
	{
		new_db('d');
		($out, $err) = ok_run($fresh, 'pg_restore', '--exit-on-error', ($jobs ? $jobs : '--single-transaction'),
			(@$options ? () : '--security-label'), @$options, '-d', 'd', $file);
		is($err, '', "@$case @$options: no message");
		if (@$options)
		{
			my $got = dump_text($fresh, 'd');
			my $want = $plain;
			# the order of rows in one partition may differ
			($got, $want) = map { join("\n", sort split(/\n/, $_)) } ($got, $want) if $got ne $want;
			is_text($got, $want, "@$case: as a dump without labels");
			is($fresh->safe_psql('d', 'SELECT count(*), count(DISTINCT security_label) FROM customer'), '4|1', "@$case: default labels");
		}
		else
		{
			is_text(labels_of($fresh, 'd'), $expected, "@$case: labels");
		}
	}
}

# PostgreSQL's own pg_restore makes schemas and large objects by statements of
# its own, and finds the labels in entries that ours leaves out.
my $toc = slurp_file("$dir/archive2/toc.dat");
like($toc, qr/SECURITY LABEL FOR selinux ON $_ IS '[^']+:s2:c\d+';/, "for an older pg_restore: $_") foreach ('SCHEMA "odd schema"', 'LARGE OBJECT 70001', 'LARGE OBJECT 70002');
($out) = ok_run($fresh, 'pg_restore', '-f', '-', '--no-owner', "$dir/archive2");
unlike($out, qr/SECURITY LABEL FOR selinux ON (?:SCHEMA "odd|LARGE)/, 'and not for ours');
like($out, qr/^CREATE SCHEMA "odd schema" SECURITY_LABEL = /m, 'which has the clause with --no-owner, too');

# Parts
my ($schema) = ok_run($node, 'pg_dump', '--security-label', '--schema-only', 'src');
my ($data) = ok_run($node, 'pg_dump', '--security-label', '--data-only', 'src');
unlike($schema, qr/^COPY/m, '--schema-only has no rows');
like($schema, qr/^CREATE VIEW public\.vw SECURITY_LABEL = '/m, '--schema-only has labels');
unlike($data, qr/SECURITY LABEL FOR selinux ON|^[^-].*SECURITY_LABEL = /m, '--data-only has no labels of schema objects');
like($data, qr/^SELECT pg_catalog\.lo_create\('70001'\), pg_catalog\.lo_set_security\('70001', '\S+:s2:c1'\);$/m, 'but those of large objects');
like($data, qr/^COPY public\.customer \(security_label, /m, '--data-only has labels of rows');
new_db('d');
append_to_file("$dir/schema.sql", $schema);
append_to_file("$dir/data.sql", $data);
ok_run($fresh, 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', 'd', '-f', "$dir/$_.sql") foreach ('schema', 'data');
is($fresh->safe_psql('d', $row_labels), $node->safe_psql('src', $row_labels), 'schema, then data: rows');
($out) = ok_run($node, 'pg_dump', '--security-label', '--table=customer', 'src');
unlike($out, qr/ON SCHEMA|pg_read_file|LARGE OBJECT/, '--table: nothing else');
($out) = ok_run($node, 'pg_dump', '--security-label', '--create', 'src');
like($out, qr/^CREATE DATABASE src WITH .* SECURITY_LABEL = 'system_u:object_r:sepgsql_db_t:s0';$/m, 'the database with --create');

# Whole clusters
sub dumpall
{
	my ($out) = ok_run($_[0], 'pg_dumpall', '--restrict-key=x', '--security-label');
	return $out;
}
my $cluster = dumpall($node);
like($cluster, qr/^SECURITY LABEL FOR selinux ON ROLE "odd role" IS 'system_u:object_r:sepgsql_sysobj_t:s1';$/m, 'roles');
my $third = start_node('third');
append_to_file("$dir/cluster.sql", $cluster =~ s/^CREATE ROLE (?!"odd|sep_).*//mgr);
($out, $err) = ok_run($third, 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', 'postgres', '-f', "$dir/cluster.sql");
is_text(labels_of($third, 'src'), $expected, 'pg_dumpall: labels');
is_text(dumpall($third), $cluster, 'pg_dumpall: the same text again');
($out) = ok_run($node, 'pg_dumpall', '--globals-only');
unlike($out, qr/SECURITY LABEL/, 'pg_dumpall without labels');
$third->stop;

# Whole or not at all
sub as_staff { my $expected = shift; return run_program($node, $expected, @_, '-U', 'sep_staff', 'src'); }
$node->safe_psql('postgres', q{ALTER ROLE sep_staff SUPERUSER});
($out, $err) = as_staff(0, 'pg_dump');
like($err, qr/SELinux: security policy violation.*Table "pg_\w+" may have rows that are not visible/s, 'hidden objects');
($out, $err) = as_staff(0, 'pg_dump', '--security-label');
like($err, qr/Table "pg_\w+" may have rows that are not visible/, 'with labels, too');
($out, $err) = run_program($node, 0, 'pg_dumpall', '-U', 'sep_staff');
like($err, qr/may have rows that are not visible|violation/, 'pg_dumpall');
$node->safe_psql('postgres', 'CREATE DATABASE hidden');
$node->safe_psql('hidden', qq{
CREATE TABLE t (a int, b int, c int);
INSERT INTO t (security_label, a) VALUES ('$table:s0', 1), ('$table:s9', 2);
CREATE TABLE t2 (a int SECURITY_LABEL = '$table:s9', b int);
INSERT INTO t2 VALUES (1, 2);
CREATE TABLE t3 (a int) SECURITY_LABEL = '$table:s9';
CREATE FUNCTION secret() RETURNS int LANGUAGE sql SECURITY_LABEL = 'system_u:object_r:sepgsql_proc_exec_t:s9' AS 'SELECT 1';
});
$node->safe_psql('postgres', 'ALTER ROLE sep_staff NOSUPERUSER');
$node->safe_psql('hidden', 'GRANT ALL ON ALL TABLES IN SCHEMA public TO sep_staff');
($out, $err) = run_program($node, 1, 'pg_dump', '-U', 'sep_staff', '--allow-hidden-rows', '--security-label', 'hidden');
like($err, qr/warning: rows and objects that the client may not see are left out/, '--allow-hidden-rows: a warning');
like($out, qr/^-- Rows and objects that the client may not see have been left out\.$/m, 'and in the header');
like($out, qr/^COPY public\.t \(security_label, a, b, c\) FROM stdin;\n\S+:s0\t1\t\\N\t\\N\n\\\.$/m, 'what is visible');
like($out, qr/^CREATE TABLE public\.t2 \(\n    b integer/m, 'but the hidden column');
unlike($out, qr/\b(?:t3|secret)\b|SECURITY LABEL FOR selinux ON (?:TYPE|FUNCTION) pg_catalog/, 'and the hidden table and function');
($out, $err) = run_program($node, 1, 'pg_dump', '-U', 'sep_staff', '--allow-hidden-rows', '-Fc', '-f', "$dir/hidden", 'hidden');
($out, $err) = run_program($node, 1, 'pg_restore', '-f', '-', "$dir/hidden");
like($out, qr/^-- Rows and objects that the client may not see have been left out\.$/m, 'in the header of an archive');

# what may be known of and not be read
$node->safe_psql('hidden', qq{
CREATE TABLE mixed (a int NOT NULL, s text SECURITY_LABEL = '$secret', b text);
INSERT INTO mixed VALUES (1, 'hidden value', 'x');
CREATE TABLE locked (a int) SECURITY_LABEL = '$secret';
CREATE TABLE all_locked (a int SECURITY_LABEL = '$secret', b int SECURITY_LABEL = '$secret');
INSERT INTO all_locked VALUES (77, 77);
SELECT lo_from_bytea(70003, 'hidden value'), lo_set_security(70003, 'system_u:object_r:sepgsql_secret_blob_t:s0');
SELECT lo_from_bytea(70004, 'visible'), lo_set_security(70004, 'system_u:object_r:sepgsql_ro_blob_t:s0');
GRANT ALL ON LARGE OBJECT 70003, 70004 TO sep_staff;
GRANT ALL ON ALL TABLES IN SCHEMA public TO sep_staff;
});
foreach my $options ([], ['--inserts'], ['--column-inserts'], ['--security-label', '--inserts'])
{
	($out, $err) = run_program($node, 1, 'pg_dump', '-U', 'sep_staff', '--allow-hidden-rows', @$options, 'hidden');
	like($err, qr/warning: column "s" of table "public.mixed" may not be read: its values are left out of the dump/, "@$options: a column that may not be read");
	like($err, qr/warning: relation "public.(?:all_)?locked" may not be read: it is left out/, "@$options: a table");
	unlike($out, qr/hidden value|70003|locked|77/, "@$options: are left out");
	like($out, qr/^    s text/m, "@$options: but the column is there");
	like($out, @$options ? qr/^INSERT INTO public\.mixed \((?:security_label, )?a, b\) VALUES \((?:'\S+', )?1, 'x'\);$/m : qr/^COPY public\.mixed \(a, b\) FROM stdin;\n1\tx$/m, "@$options: and the values of the others");
	like($out, qr/lo_create\('70004'\)/, "@$options: what may be read");
}

# a table of which rows are hidden, where all objects can be seen
$node->safe_psql('postgres', 'CREATE DATABASE rows');
my $conf = slurp_file($node->data_dir . '/pg_peerlabel.conf');
unlink $node->data_dir . '/pg_peerlabel.conf';
$node->append_conf('pg_peerlabel.conf', "local rows sep_low unconfined_u:unconfined_r:unconfined_t:s0-s15:c0.c100\n$conf");
$node->reload;
$node->safe_psql('rows', qq{CREATE ROLE sep_low LOGIN SUPERUSER; CREATE TABLE low (a int);
	INSERT INTO low (security_label, a) VALUES ('$table:s0', 1), ('$table:s0:c500', 2)});
($out, $err) = run_program($node, 0, 'pg_dump', '-U', 'sep_low', 'rows');
like($err, qr/"low".*SELinux: security policy violation.*Table "low" may have rows that are not visible/s, 'the table is named');
($out, $err) = run_program($node, 0, 'pg_dump', '-U', 'sep_low', '--inserts', '--security-label', 'rows');
like($err, qr/Table "low" may have rows that are not visible/, 'also with INSERT');
$node->safe_psql('rows', 'ANALYZE low; CREATE TABLE open (a int); INSERT INTO open VALUES (1); ANALYZE open');
($out, $err) = run_program($node, 0, 'pg_dump', '-U', 'sep_low', '--statistics-only', 'rows');
like($err, qr/statistics of table "public.low" cannot be dumped: it may have rows or columns that are not visible/, 'statistics are whole or an error');
($out, $err) = run_program($node, 1, 'pg_dump', '-U', 'sep_low', '--statistics-only', '--allow-hidden-rows', 'rows');
like($out, qr/pg_restore_attribute_stats\(\n(?:\s+.*\n)*?\s+'relname', 'open'/, 'statistics that are visible');
unlike($out, qr/pg_restore_attribute_stats\(\n(?:\s+.*\n)*?\s+'relname', 'low'/, 'and none that are not');
($out, $err) = run_program($node, 1, 'pg_dump', '-U', 'sep_low', '--statistics-only', '--table=open', 'rows');
is($err, '', 'statistics of another table');
($out, $err) = run_program($node, 1, 'pg_dump', '-U', 'sep_low', '--schema-only', 'rows');
is($err, '', 'a schema is whole without rows');
# a program that does not know labels, as far as the server can tell
($out, $err) = run_program($node, 0, 'psql', '-X', '-U', 'sep_low', '-d', 'rows', '-c', 'SET row_security = off', '-c', 'COPY low TO stdout');
like($err, qr/Table "low" may have rows that are not visible/, 'who turns row_security off gets all rows or an error');
($out, $err) = run_program($node, 1, 'psql', '-X', '-At', '-U', 'sep_low', '-d', 'rows', '-c', 'SET row_security = off',
	'-c', 'SET sepostgresql_row_filter = hide', '-c', 'COPY low TO stdout', '-c', 'SHOW sepostgresql_row_filter');
is($out, "SET\nSET\n1\nhide\n", 'unless it says that they be hidden');

# Invalid labels
sub broken
{
	my ($pattern, $with, $like, $what) = @_;
	my $sql = $text;

	$sql =~ s/$pattern/$with/ or die $pattern;
	unlink "$dir/broken.sql";
	append_to_file("$dir/broken.sql", $sql);
	new_db('d');
	my ($out, $err) = run_program($fresh, 0, 'psql', '-X', '-q', '-1', '-v', 'ON_ERROR_STOP=1', '-d', 'd', '-f', "$dir/broken.sql");
	like($err, $like, $what);
	is($fresh->safe_psql('d', 'SELECT count(*) FROM pg_class WHERE oid >= 16384'), '0', "$what: nothing is left");
}
broken(qr/(?<=credit character varying\(32\) SECURITY_LABEL = ')[^']*/, 'no:such:type_t:s0',
	qr/invalid security context: "no:such:type_t:s0".*column "credit" of relation "customer"/s, 'label of a column');
broken(qr/(?<=\n\) SECURITY_LABEL = ')[^']*/, 'no:such:type_t:s0',
	qr/invalid security context: "no:such:type_t:s0".*security label of relation "/s, 'label of a table');
broken(qr/(?<=CREATE VIEW public\.vw SECURITY_LABEL = ')[^']*/, 'no:such:type_t:s0',
	qr/invalid security context: "no:such:type_t:s0".*security label of relation "vw"/s, 'label of a view');
broken(qr/(?<=ON TYPE public\.en IS ')[^']*/, 'no:such:type_t:s0',
	qr/invalid security label: "no:such:type_t:s0".*security label of type (?:public\.)?en/s, 'label of a type');
broken(qr/\Q$table\E:s1:c1(?=\t2\t)/, 'no:such:type_t:s0',
	qr/invalid security context: "no:such:type_t:s0".*COPY customer, line 2/s, 'label of a row');
($out, $err) = run_program($fresh, 0, 'psql', '-X', '-d', 'src', '-c', "INSERT INTO customer (security_label, cid) VALUES ('no:such:type_t:s0', 1)");
like($err, qr/invalid security context: "no:such:type_t:s0".*security label of a row of table "customer"/s, 'label of an inserted row');

# What columns rely on is checked.
($out, $err) = run_program($node, 1, 'pg_dump', '--security-label', '-t', 'customer', 'src');
like($out, qr/^SELECT pg_catalog\.sepgsql_expect_column_label\('\Q$table\E:s0', '\S+'\);$/m, 'what is expected of columns');
($out, $err) = run_program($fresh, 0, 'psql', '-X', '-d', 'src', '-c', "SELECT sepgsql_expect_column_label('$table:s0', '$table:s5')");
like($err, qr/columns of tables with label "\Q$table\E:s0" would not get the label "\Q$table\E:s5"/, 'and fails where it is not so');

# Options
($out, $err) = bad_run($node, 'pg_dump', '--security-label', '--no-security-labels', 'src');
like($err, qr/options --security-label and --no-security-labels cannot be used together/, 'options');
ok_run($node, 'pg_dump', '-Fc', '-f', "$dir/plain", 'src');
($out, $err) = bad_run($node, 'pg_restore', '--security-label', '-f', '-', "$dir/plain");
like($err, qr/the archive has no security labels/, 'an archive without labels');
is_text(scalar `pg_restore --restrict-key=x -f - $dir/plain`, $plain, 'an archive without labels is as ever');

# A full disk, a lost connection
SKIP:
{
	skip 'no /dev/full', 2 unless -c '/dev/full';
	($out, $err) = bad_run($node, 'pg_dump', '--security-label', '-f', '/dev/full', 'src');
	like($err, qr/No space left on device/, 'no space left, plain');
	($out, $err) = bad_run($node, 'pg_dump', '--security-label', '-Fc', '-f', '/dev/full', 'src');
	like($err, qr/No space left on device/, 'no space left, custom');
}

sub lose_connection
{
	my ($n, $db, $lock, @command) = @_;
	my $holder = $n->background_psql($db);
	my ($out, $err) = ('', '');

	$holder->query_safe("BEGIN; $lock");
	local $ENV{PGHOST} = $n->host;
	local $ENV{PGPORT} = $n->port;
	my $h = IPC::Run::start(\@command, '>', \$out, '2>', \$err);
	$n->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = '$db'") or die;
	$n->safe_psql('postgres', "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = '$db'");
	IPC::Run::finish($h);
	my $status = $?;
	$holder->quit;
	return ($status, $err);
}
my ($status, $message) = lose_connection($node, 'src', 'LOCK TABLE customer', 'pg_dump', '--security-label', '-f', "$dir/lost", 'src');
ok($status != 0, 'connection lost in a dump: exit code');
like($message, qr/terminating connection|server closed/, 'and message');
new_db('d');
$fresh->safe_psql('d', 'CREATE TABLE customer (cid int, credit text)');
ok_run($node, 'pg_dump', '--security-label', '--data-only', '-Fc', '-t', 'customer', '-f', "$dir/data", 'src');
($status, $message) = lose_connection($fresh, 'd', 'LOCK TABLE customer', 'pg_restore', '-d', 'd', "$dir/data");
ok($status != 0, 'connection lost in a restore: exit code');
like($message, qr/terminating connection|server closed/, 'and message');
is($fresh->safe_psql('d', 'SELECT count(*) FROM customer'), '0', 'nothing of it is there');

# Labels are dumped raw, and files keep them: text, csv, binary, file_fdw
$fresh->safe_psql('d', 'DROP TABLE customer');
ok_run($fresh, 'pg_restore', '-d', 'd', '-t', 'customer', "$dir/archive1");
my $rows = $node->safe_psql('src', 'SELECT security_label, * FROM customer ORDER BY cid');
foreach my $format ('text', 'csv', 'binary')
{
	$node->safe_psql('src', "COPY customer (security_label, cid, credit) TO '$dir/copy.$format' (FORMAT $format)");
	$fresh->safe_psql('d', "TRUNCATE customer; COPY customer (security_label, cid, credit) FROM '$dir/copy.$format' (FORMAT $format)");
	is($fresh->safe_psql('d', 'SELECT security_label, * FROM customer ORDER BY cid'), $rows, "COPY, $format");
}
$fresh->safe_psql('d', qq{CREATE EXTENSION file_fdw; CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
	CREATE FOREIGN TABLE labelled (label text, cid int, credit text) SERVER files OPTIONS (filename '$dir/copy.csv', format 'csv');
	TRUNCATE customer; INSERT INTO customer (security_label, cid, credit) SELECT label, cid, credit FROM labelled});
is($fresh->safe_psql('d', 'SELECT security_label, * FROM customer ORDER BY cid'), $rows, 'file_fdw');

# An extension's member that somebody has relabeled
$node->safe_psql('src', q{CREATE EXTENSION file_fdw;
	SECURITY LABEL FOR selinux ON FUNCTION file_fdw_handler() IS 'system_u:object_r:sepgsql_proc_exec_t:s4'});
($out) = ok_run($node, 'pg_dump', '--security-label', 'src');
like($out, qr/^SECURITY LABEL FOR selinux ON FUNCTION public\.file_fdw_handler\(\) IS '\S+:s4';$/m, 'member of an extension');
unlike($out, qr/file_fdw_validator/, 'but not where CREATE EXTENSION gives the label');

# The option of subscriptions
$node->safe_psql('src', 'ALTER SUBSCRIPTION sub SET (security_label = true)');
($out) = ok_run($node, 'pg_dump', '--security-label', 'src');
like($out, qr/^CREATE SUBSCRIPTION sub .* security_label = true/m, 'subscription with labels');
($out) = ok_run($node, 'pg_dump', 'src');
unlike($out, qr/security_label = true/, 'which PostgreSQL does not know');
($out) = ok_run($node, 'psql', '-X', '-d', 'src', '-x', '-c', '\\dRs+ sub');
like($out, qr/^Security labels\s+\| t$/m, '\\dRs+');
($out) = ok_run($node, 'psql', '-X', '-d', 'src', '-v', 'HIDE_SECURITY_LABELS=on', '-x', '-c', '\\dRs+ sub');
unlike($out, qr/Security label/, '\\dRs+ with HIDE_SECURITY_LABELS');

# A server without labels
$fresh->adjust_conf('postgresql.conf', 'sepostgresql', 'off');
$fresh->restart;
($out, $err) = bad_run($fresh, 'pg_dump', '--security-label', 'src');
like($err, qr/SE-PostgreSQL is not available on this server/, 'no labels to be had');
($out, $err) = bad_run($fresh, 'pg_dumpall', '--security-label');
like($err, qr/SE-PostgreSQL is not available on this server/, 'nor by pg_dumpall');
new_db('off');
($out, $err) = bad_run($fresh, 'psql', '-X', '-v', 'ON_ERROR_STOP=1', '-d', 'off', '-f', "$dir/all.sql");
like($err, qr/this dump has security labels, which this server cannot restore/, 'nor to be restored');
($out, $err) = bad_run($fresh, 'pg_restore', '-d', 'off', "$dir/archive1");
like($err, qr/security labels cannot be restored.*this dump has security labels/s, 'nor by pg_restore');
is($fresh->safe_psql('off', 'SELECT count(*) FROM pg_class WHERE oid >= 16384'), '0', 'nothing of it is there');
ok_run($fresh, 'pg_restore', '--exit-on-error', '--no-security-labels', '-d', 'off', "$dir/archive1");
is_text(dump_text($fresh, 'off'), $plain, 'without labels it can');

$node->stop;
$fresh->stop;
done_testing();
