# Functions of both ancestors: files for sepgsql_restorecon, permissive mode,
# and the feature off.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $dir = PostgreSQL::Test::Utils::tempdir;
my $user = 'user_u:user_r:user_t:s0';
my $admin = 'unconfined_u:unconfined_r:unconfined_t:s0-s15:c0.c1023';
my $secret = 'system_u:object_r:sepgsql_secret_table_t:s0';

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--enable-selinux', '--security-server=embedded' ]);
my $peers = slurp_file($node->data_dir . '/pg_peerlabel.conf');
unlink $node->data_dir . '/pg_peerlabel.conf';
$node->append_conf('pg_peerlabel.conf', "local all sep_su $user\n$peers");
$node->append_conf('postgresql.conf', "sepostgresql_file_context = 'system_u:object_r:file_t:s0'");
$node->start;
$node->safe_psql('postgres', q{
	CREATE ROLE sep_su LOGIN SUPERUSER;
	CREATE TABLE t (a int);
	CREATE TABLE other (a int);
	CREATE SEQUENCE sq;
	CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
});

sub run_as
{
	my ($role, $sql) = @_;
	my ($out, $err) = ('', '');

	$node->psql('postgres', $sql, stdout => \$out, stderr => \$err,
		($role ? (extra_params => [ '-U', $role ]) : ()));
	return ($out, $err);
}

sub write_file
{
	my ($name, $text) = @_;
	open my $fh, '>', "$dir/$name" or die $!;
	print $fh $text;
	close $fh;
	chmod 0644, "$dir/$name";
	return "$dir/$name";
}

# a file that knows a few objects only
my $file = write_file('contexts', "# some\ndb_table *.public.t $secret\ndb_column *.public.t.a $secret\ndb_tuple *.pg_catalog.* system_u:object_r:sepgsql_sysobj_t:s0\n");
my $labels = q{SELECT relname, security_label FROM pg_class WHERE relname IN ('t', 'other', 'sq')
	UNION ALL SELECT attname, security_label FROM pg_attribute WHERE attrelid = 't'::regclass AND attname IN ('a', 'ctid')
	UNION ALL SELECT proname, security_label FROM pg_proc WHERE proname = 'f' ORDER BY 1};
my $before = $node->safe_psql('postgres', $labels);
my $log = -s $node->logfile;
my ($out, $err) = run_as(undef, "SELECT sepgsql_restorecon('$file')");
is($out, 't', 'restorecon by a file');
like($err, qr/WARNING:  SELinux: no initial label assigned for public\.other \(type=db_table\), skipping/,
	'what it has no line for is skipped with a warning');
like($err, qr/no initial label assigned for public\.f\(\) \(type=db_procedure\)/, 'functions');
like($err, qr/no initial label assigned for public\.sq \(type=db_sequence\)/, 'sequences');
like($err, qr/no initial label assigned for public\.other\.a \(type=db_column\)/, 'columns');
unlike($err, qr/no initial label assigned for public\.t(?: |\.a )/, 'but not what it has one for');
my $after = $node->safe_psql('postgres', $labels);
is($after, $before =~ s/^(a|t)\|\S+/$1|$secret/mgr, 'the rest keeps its label');

($out, $err) = run_as('sep_su', "SELECT sepgsql_restorecon('$file')");
like($err, qr/ERROR:  SELinux: security policy violation/, 'a file takes permission to read it');
($out, $err) = run_as(undef, q{SELECT sepgsql_restorecon('} . write_file('bad', "db_table *.public.t no:such:context:s0\n") . q{')});
like($err, qr/ERROR:  no label for "postgres.public.t" of class "db_table"/, 'a context that is not valid');
is($node->safe_psql('postgres', $labels), $after, 'changes nothing');

# permissive mode
my $ask = qq{SELECT sepgsql_access('$user', '$secret', 'db_table', 'select')};
my $why = qq{SELECT cause FROM sepgsql_access_explain('$user', '$secret', 'db_table', 'select')};
($out, $err) = run_as('sep_su', $ask =~ s/s0/s1/r);
like($err, qr/security policy violation/, 'a question about others');
$node->append_conf('postgresql.conf', 'sepgsql.permissive = on');
$node->reload;
$node->poll_query_until('postgres', 'SHOW sepgsql.permissive', 'on') or die;
is($node->safe_psql('postgres', $ask), 'f', 'the policy refuses in permissive mode as well');
is($node->safe_psql('postgres', $why), "no allow rule\npermissive mode", 'the explanation says what becomes of it');
($out, $err) = run_as('sep_su', $ask =~ s/s0/s1/r);
is($out, 'f', 'in permissive mode everybody may ask');

# off
$node->adjust_conf('postgresql.conf', 'sepostgresql', 'off');
$node->restart;
foreach my $call ('sepgsql_getcon()', 'sepgsql_server_getcon()',
	q{sepgsql_mcstrans_in('a:b:c')}, q{sepgsql_mcstrans_out('a:b:c')},
	q{sepgsql_get_user('a:b:c')}, q{sepgsql_set_range('a:b:c', 's0')},
	'sepgsql_restorecon(NULL)', q{sepgsql_access('a:b:c', 'a:b:c', 'db_table', 'select')},
	q{sepgsql_access_explain('a:b:c', 'a:b:c', 'db_table', 'select')},
	q{sepgsql_visible_labels('t')})
{
	($out, $err) = run_as(undef, "SELECT $call");
	like($err, qr/ERROR:  mandatory access control is not enabled/, "$call while off");
}

$node->stop;
done_testing();
