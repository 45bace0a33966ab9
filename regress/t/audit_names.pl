# What audit records call objects: as contrib/sepgsql does, and never by the
# view or function by which they are reached.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $staff = 'staff_u:staff_r:staff_t:s0-s3:c0.c9';
my $secret = 'system_u:object_r:sepgsql_secret_table_t:s0';

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--enable-selinux', '--security-server=embedded' ]);
my $peers = slurp_file($node->data_dir . '/pg_peerlabel.conf');
unlink $node->data_dir . '/pg_peerlabel.conf';
$node->append_conf('pg_peerlabel.conf', "local all sep_staff $staff\n$peers");
$node->start;
$node->safe_psql('postgres', qq{
	CREATE ROLE sep_staff LOGIN SUPERUSER;
	CREATE SCHEMA "Odd schema";
	CREATE TABLE public.hidden (a int, "odd column" int);
	CREATE TABLE public.half (a int, b int);
	CREATE TABLE public.ro (a int);
	CREATE TABLE public.rows (a int);
	CREATE TABLE "Odd schema".tab (a int);
	CREATE VIEW public.v AS SELECT * FROM hidden;
	CREATE VIEW public.v2 AS SELECT * FROM v;
	CREATE VIEW public.w AS SELECT b FROM half;
	CREATE SEQUENCE public.sq;
	CREATE FUNCTION public.f(int, text, int[]) RETURNS int LANGUAGE sql AS 'SELECT 1';
	CREATE FUNCTION public.by_sql() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT count(*) FROM hidden';
	CREATE FUNCTION public.by_plpgsql() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
		AS 'BEGIN RETURN (SELECT sum(b) FROM w); END';
	CREATE FUNCTION public.by_atomic() RETURNS bigint BEGIN ATOMIC SELECT count(a) FROM hidden; END;
	CREATE DATABASE "Odd db";
	SELECT lo_create(4242);
	INSERT INTO rows (a, security_label) VALUES (1, '$secret');
	SECURITY LABEL FOR selinux ON TABLE public.hidden IS '$secret';
	SECURITY LABEL FOR selinux ON COLUMN public.hidden."odd column" IS '$secret';
	SECURITY LABEL FOR selinux ON COLUMN public.half.b IS '$secret';
	SECURITY LABEL FOR selinux ON TABLE public.ro IS 'system_u:object_r:sepgsql_ro_table_t:s0';
	SECURITY LABEL FOR selinux ON LARGE OBJECT 4242 IS 'system_u:object_r:sepgsql_ro_blob_t:s0';
	SECURITY LABEL FOR selinux ON TABLE "Odd schema".tab IS '$secret';
	SECURITY LABEL FOR selinux ON FUNCTION public.f(int, text, int[]) IS 'system_u:object_r:sepgsql_proc_exec_t:s5';
});

my $log;

# what the log says after STATEMENT, of this class
sub denied
{
	my ($statement, $db, @params) = @_;

	$log = -s $node->logfile;
	$node->psql($db // 'postgres', $statement, on_error_stop => 0,
		extra_params => [ '-U', 'sep_staff', @params ]);
	my $text = slurp_file($node->logfile, $log);
	return join "\n", map { s/ scontext=\S+ tcontext=\S+//r }
	  $text =~ /(SELinux: denied .*)/g;
}

sub is_denied
{
	my ($statement, $record, $what) = @_;
	is(denied($statement), "SELinux: denied $record", $what // $statement);
}

# tables and columns
is_denied('SELECT count(*) FROM hidden', '{ select } tclass=db_table name="public.hidden"');
is_denied('SELECT b FROM half', '{ select } tclass=db_column name="public.half.b"');
is_denied('UPDATE half SET b = 1', '{ update } tclass=db_column name="public.half.b"');
is_denied('DELETE FROM ro', '{ delete } tclass=db_table name="public.ro"');
is_denied('SELECT FROM "Odd schema".tab',
	'{ select } tclass=db_table name="\042Odd schema\042.tab"', 'a name that needs quotes');
is_denied(qq{INSERT INTO rows (a, security_label) VALUES (2, '$secret')},
	'{ insert } tclass=db_tuple name="public.rows"');

# through views
is_denied('SELECT * FROM v', '{ select } tclass=db_table name="public.hidden"');
is_denied('SELECT * FROM v2', '{ select } tclass=db_table name="public.hidden"');
is_denied('SELECT * FROM w', '{ select } tclass=db_column name="public.half.b"');
is_denied('PREPARE p AS SELECT * FROM w; EXECUTE p', '{ select } tclass=db_column name="public.half.b"');

# and through functions, inlined or not
is_denied('SELECT by_sql()', '{ select } tclass=db_table name="public.hidden"');
is_denied('SELECT by_atomic()', '{ select } tclass=db_table name="public.hidden"');
is_denied('SELECT by_plpgsql()', '{ select } tclass=db_column name="public.half.b"');
is_denied('DO $$ BEGIN PERFORM * FROM v; END $$', '{ select } tclass=db_table name="public.hidden"');
my $text = slurp_file($node->logfile, $log);
unlike($text =~ s/.*(STATEMENT|CONTEXT|LINE|QUERY):.*//gr, qr/SELinux: denied.*PERFORM/,
	'no record has the text of a function');

# functions
is_denied(q{SELECT f(1, 'x', '{}')}, '{ execute } tclass=db_procedure name="public.f(integer,pg_catalog.text,integer[])"');

# definition
is_denied('ALTER TABLE ro SET (fillfactor = 50)', '{ setattr } tclass=db_table name="public.ro"');
is_denied('DROP SEQUENCE sq', '{ drop } tclass=db_sequence name="public.sq"');
is_denied('ALTER VIEW w RENAME TO o', '{ setattr } tclass=db_view name="public.w"');
is_denied('DROP FUNCTION f(int, text, int[])', '{ drop } tclass=db_procedure name="public.f(integer,pg_catalog.text,integer[])"');
is_denied('ALTER SCHEMA "Odd schema" RENAME TO o', '{ setattr } tclass=db_schema name="\042Odd schema\042"');
is_denied('ALTER DATABASE "Odd db" RENAME TO o', '{ setattr } tclass=db_database name="\042Odd db\042"');
is_denied('COMMENT ON LANGUAGE plpgsql IS $$x$$', '{ setattr } tclass=db_language name="plpgsql"');
is_denied('SELECT lo_unlink(4242)', '{ drop } tclass=db_blob name="4242"');
# what the command makes, and no catalog has yet
is_denied(qq{CREATE TABLE new_table (a int) SECURITY_LABEL = '$secret'},
	'{ create } tclass=db_table name="public.new_table"');
is_denied(qq{CREATE TABLE new_table (a int SECURITY_LABEL = '$secret')},
	'{ create } tclass=db_column name="public.new_table.a"');
is_denied(qq{CREATE FUNCTION public.g(int, text) RETURNS int LANGUAGE sql SECURITY_LABEL = 'system_u:object_r:sepgsql_trusted_proc_exec_t:s0' AS 'SELECT 1'},
	'{ create } tclass=db_procedure name="public.g(integer,pg_catalog.text)"');
is_denied(qq{CREATE TEMP TABLE tmp (a int) SECURITY_LABEL = '$secret'},
	'{ create } tclass=db_table name="pg_temp.tmp"');

# names are no oracle: the client is told none of this
my ($out, $err) = ('', '');
$node->psql('postgres', 'SELECT * FROM v', extra_params => [ '-U', 'sep_staff' ],
	stdout => \$out, stderr => \$err);
is($err =~ s/^psql:<stdin>:\d+: //r, 'ERROR:  SELinux: security policy violation', 'the client sees no name');

# connecting
$node->safe_psql('postgres', q{SECURITY LABEL FOR selinux ON DATABASE "Odd db" IS 'system_u:object_r:sepgsql_db_t:s5'});
$log = -s $node->logfile;
$node->psql('postgres', 'SELECT 1', connstr => $node->connstr('Odd db') . ' user=sep_staff');
like(slurp_file($node->logfile, $log), qr/SELinux: denied \{ access \} .* tclass=db_database name="\\042Odd db\\042"/,
	'a database at connection');

$node->stop;
done_testing();
