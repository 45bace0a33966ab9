# DDL, where SQL scripts do not reach: default labels by named transitions of
# every class, what the audit log says about DDL, and commands of several
# transactions.
use strict;
use warnings FATAL => 'all';

use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $root = $ENV{SEPGSQL_ROOT} // "$FindBin::RealBin/../..";
my $dir = PostgreSQL::Test::Utils::tempdir;

# What is called "named" gets another type than the rest of its kind.
my %named = (
	db_database => [ 'sepgsql_db_t', 'named_db_t' ],
	db_schema => [ 'sepgsql_db_t', 'user_sepgsql_schema_t' ],
	db_table => [ 'sepgsql_schema_t', 'sepgsql_fixed_table_t' ],
	db_column => [ 'sepgsql_table_t', 'sepgsql_secret_table_t' ],
	db_sequence => [ 'sepgsql_schema_t', 'user_sepgsql_seq_t' ],
	db_view => [ 'sepgsql_schema_t', 'user_sepgsql_view_t' ],
	db_procedure => [ 'sepgsql_schema_t', 'user_sepgsql_proc_exec_t' ],
	db_language => [ 'sepgsql_db_t', 'sepgsql_priv_lang_t' ],
	db_tuple => [ 'sepgsql_sysobj_t', 'unpriv_sepgsql_sysobj_t' ]);
my $cil = <<'CIL';
(type named_db_t)
(roletype object_r named_db_t)
(typeattributeset sepgsql_database_type (named_db_t))
CIL
$cil .= "(typetransition unconfined_t $named{$_}[0] $_ \"named\" $named{$_}[1])\n"
  foreach sort keys %named;
append_to_file("$dir/named.cil", $cil);
system_or_bail('make', '-s', '-C', "$root/policy", "OUT=$dir/policy",
	"EXTRA=$dir/named.cil", 'all');

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(
	extra => [
		'--enable-selinux', '--security-server=embedded',
		'--policy-file', "$dir/policy/sepostgresql.33"
	]);
my $peers = $node->data_dir . '/pg_peerlabel.conf';
unlink $peers;
append_to_file($peers, <<'CONF');
local all low  user_u:user_r:user_t:s0
local all all  unconfined_u:unconfined_r:unconfined_t:s0-s15:c0.c1023
CONF
$node->start;
$node->safe_psql('postgres', 'CREATE ROLE low SUPERUSER LOGIN');

sub type_of
{
	my ($query) = @_;
	my $label = $node->safe_psql('postgres', $query);
	return (split /:/, $label)[2] // $label;
}

my %made = (
	db_database => [ 'CREATE DATABASE %s', "pg_database WHERE datname" ],
	db_schema => [ 'CREATE SCHEMA %s', "pg_namespace WHERE nspname" ],
	db_table => [ 'CREATE TABLE %s (a int)', "pg_class WHERE relname" ],
	db_column => [ 'CREATE TABLE t_%1$s (%1$s int)', "pg_attribute WHERE attname" ],
	db_sequence => [ 'CREATE SEQUENCE %s', "pg_class WHERE relname" ],
	db_view => [ 'CREATE VIEW %s AS SELECT 1 AS a', "pg_class WHERE relname" ],
	db_procedure => [ "CREATE FUNCTION %s() RETURNS int LANGUAGE sql AS 'SELECT 1'", "pg_proc WHERE proname" ],
	db_language => [ 'CREATE LANGUAGE %s HANDLER plpgsql_call_handler', "pg_language WHERE lanname" ],
	db_tuple => [ "CREATE COLLATION %s FROM \"C\"", "pg_collation WHERE collname" ]);
my %drop = (
	db_table => 'TABLE named', db_column => 'TABLE t_named', db_sequence => 'SEQUENCE named',
	db_view => 'VIEW named');
foreach my $class (sort keys %made)
{
	my ($create, $where) = @{ $made{$class} };
	$node->safe_psql('postgres', sprintf($create, 'named'));
	$node->safe_psql('postgres', sprintf($create, 'other'));
	is(type_of("SELECT security_label FROM $where = 'named'"),
		$named{$class}[1], "$class: the type that its name gives");
	isnt(type_of("SELECT security_label FROM $where = 'other'"),
		$named{$class}[1], "$class: another name, another type");
	foreach my $name ('named', 'other')
	{
		next unless $drop{$class};
		(my $what = $drop{$class}) =~ s/named/$name/;
		$node->safe_psql('postgres', "DROP $what");
	}
}
foreach my $sql ('CREATE TYPE %s AS ENUM ()', 'CREATE ROLE %s')
{
	my ($catalog, $column) = $sql =~ /TYPE/ ? ('pg_type', 'typname') : ('pg_authid', 'rolname');
	$node->safe_psql('postgres', sprintf($sql, 'named'));
	is(type_of("SELECT security_label FROM $catalog WHERE $column = 'named'"),
		'unpriv_sepgsql_sysobj_t', "a row of $catalog: the type that its name gives");
}

# ---------------------------------------------------------------------------
# the log

$node->safe_psql('postgres', <<'SQL');
CREATE TABLE t (a int, b int);
CREATE INDEX i ON t (a);
INSERT INTO t VALUES (1);
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION high(int) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN true; END';
SECURITY LABEL FOR selinux ON FUNCTION high(int) IS 'system_u:object_r:sepgsql_proc_exec_t:s3';
CREATE TRUSTED LANGUAGE l HANDLER plpgsql_call_handler VALIDATOR plpgsql_validator;
CREATE TYPE e AS ENUM ('a');
SQL

sub denied
{
	my ($sql, $record) = @_;
	my $offset = -s $node->logfile;
	my ($rc, $out, $err) = $node->psql('postgres', $sql, extra_params => [ '-U', 'low' ]);
	like($err, qr/ERROR:  SELinux: security policy violation/, "$sql: denied");
	my $log = slurp_file($node->logfile, $offset);
	like($log, $record, "$sql: what the log says");
	my @records = $log =~ /SELinux: denied/g;
	is(scalar(@records), 1, "$sql: one record");
}

my $low = 'scontext=user_u:user_r:user_t:s0';
denied('ALTER TABLE t RENAME TO t2',
	qr/denied \{ setattr \} $low tcontext=unconfined_u:object_r:sepgsql_table_t:s0 tclass=db_table name="public\.t"/);
denied('DROP FUNCTION f()',
	qr/denied \{ drop \} $low tcontext=unconfined_u:object_r:sepgsql_proc_exec_t:s0 tclass=db_procedure name="public\.f\(\)"/);
denied('ALTER TYPE e RENAME TO e2',
	qr/denied \{ update \} $low tcontext=unconfined_u:object_r:sepgsql_sysobj_t:s0 tclass=db_tuple/);
denied('CREATE TABLE x (a int CHECK (high(a)))',
	qr/denied \{ install \} $low tcontext=system_u:object_r:sepgsql_proc_exec_t:s3 tclass=db_procedure name="public\.high\(pg_catalog\.int4\)"|denied \{ install \} $low tcontext=system_u:object_r:sepgsql_proc_exec_t:s3 tclass=db_procedure name="public\.high\(integer\)"/);
denied("CREATE FUNCTION x() RETURNS int LANGUAGE l AS 'BEGIN RETURN 1; END'",
	qr/denied \{ implement \} scontext=user_u:object_r:user_sepgsql_proc_exec_t:s0 tcontext=unconfined_u:object_r:sepgsql_lang_t:s0 tclass=db_language name="l"/);
denied("CREATE FUNCTION x(int) RETURNS int LANGUAGE internal AS 'int4abs'",
	qr/denied \{ install_module \} $low tcontext=system_u:object_r:sepgsql_db_t:s0 tclass=db_database name="postgres"/);
denied('CREATE FUNCTION x() RETURNS int LEAKPROOF LANGUAGE sql AS $$SELECT 1$$',
	qr/denied \{ install_module \} .* tclass=db_database name="postgres"/);
denied('ALTER SYSTEM SET work_mem = 1000', qr/denied \{ install_module \} .* tclass=db_database/);
denied('SHOW data_directory', qr/denied \{ get_param \} $low .* tclass=db_database name="postgres"/);

# ---------------------------------------------------------------------------
# commands of several transactions are refused before the first

my $state = 'SELECT count(*), bool_and(indisvalid AND indisready AND indislive) FROM pg_index WHERE indrelid = \'t\'::regclass';
foreach my $sql ('CREATE INDEX CONCURRENTLY i2 ON t (b)', 'DROP INDEX CONCURRENTLY i',
	'REINDEX INDEX CONCURRENTLY i', 'REINDEX TABLE CONCURRENTLY t')
{
	denied($sql, qr/denied \{ setattr \} $low .* tclass=db_table name="public\.t"/);
	is($node->safe_psql('postgres', $state), '1|t', "$sql: has left nothing behind");
}
$node->safe_psql('postgres', $_) foreach ('CREATE INDEX CONCURRENTLY i2 ON t (b)',
	'REINDEX TABLE CONCURRENTLY t', 'DROP INDEX CONCURRENTLY i2');
is($node->safe_psql('postgres', $state), '1|t', 'the administrator may');

$node->stop;
done_testing();
