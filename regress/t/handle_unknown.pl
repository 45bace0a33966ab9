# What a policy does not define: permitted or refused by its handle_unknown, or
# a reason not to take it.
use strict;
use warnings FATAL => 'all';

use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $policy_dir = ($ENV{SEPGSQL_ROOT} // "$FindBin::RealBin/../..") . '/policy';
my $dir = PostgreSQL::Test::Utils::tempdir;
my $staff = 'staff_u:staff_r:staff_t:s0-s3:c0.c9';
my $table = 'system_u:object_r:sepgsql_table_t:s0';

mkdir "$dir/whole";
system_or_bail('make', '-s', '-C', $policy_dir, "OUT=$dir/whole", 'all');

# compile NAME, what to do with the unknown, changes of the source: its file
sub compile
{
	my ($name, $mode, $change) = @_;
	my $cil = slurp_file("$policy_dir/sepostgresql.cil");
	my $before = $cil;

	$change->() for $cil;
	die "nothing changed for $name" if $name =~ /^no/ && $cil eq $before;
	$cil =~ s/\(handleunknown deny\)/(handleunknown $mode)/;
	open my $fh, '>', "$dir/$name-$mode.cil" or die $!;
	print $fh $cil;
	close $fh;
	system_or_bail('secilc', '-N', '-M', 'true', '-c', '33', '-U', $mode,
		'-o', "$dir/$name-$mode", '-f', "$dir/fc", "$dir/$name-$mode.cil",
		"$dir/whole/levels.cil");
	return "$dir/$name-$mode";
}

# a permission that reference policies do not have, and a class
my $no_truncate = sub { s/ truncate\b//g };
my $no_security = sub {
	s/^\(class security \([^)]*\)\)\n//m;
	s/\(classorder \(security /(classorder (/;
	s/^\(allow \S+ security_t \(security \([^)]*\)\)\)\n//mg;
};

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--enable-selinux', '--security-server=embedded' ]);
my $peers = slurp_file($node->data_dir . '/pg_peerlabel.conf');
unlink $node->data_dir . '/pg_peerlabel.conf';
$node->append_conf('pg_peerlabel.conf', "local all sep_staff $staff\n$peers");
$node->append_conf('postgresql.conf', "sepostgresql_policy_file = ''");
$node->start;
$node->safe_psql('postgres', qq{
	CREATE ROLE sep_staff LOGIN;
	CREATE TABLE t (a int);
	SECURITY LABEL FOR selinux ON TABLE t IS '$table';
	CREATE TABLE ro (a int);
	SECURITY LABEL FOR selinux ON TABLE ro IS 'system_u:object_r:sepgsql_ro_table_t:s0';
	GRANT ALL ON t, ro TO sep_staff;
});

my $log;

sub as_staff
{
	my ($sql) = @_;
	my ($out, $err) = ('', '');

	$log = -s $node->logfile;
	$node->psql('postgres', $sql, extra_params => [ '-U', 'sep_staff' ],
		stdout => \$out, stderr => \$err);
	return $err =~ /ERROR:  (.*)/ ? $1 : $out;
}

# use FILE, MESSAGE: have the server load it, and wait for what it says
sub use_policy
{
	my ($file, $message) = @_;
	my $from = -s $node->logfile;

	$node->append_conf('postgresql.conf', "sepostgresql_policy_file = '$file'");
	$node->reload;
	$node->wait_for_log($message, $from);
}

my $loaded = qr/reloaded SELinux policy file/;
my $violation = 'SELinux: security policy violation';
my $ask = q{SELECT sepgsql_access(sepgsql_getcon(), 'system_u:object_r:sepgsql_table_t:s0', 'db_table', 'truncate')};

is(as_staff('TRUNCATE t'), '', 'TRUNCATE is permitted by the whole policy');
is(as_staff('TRUNCATE ro'), $violation, 'but not on every table');

# a permission
use_policy(compile('no_truncate', 'deny', $no_truncate), $loaded);
is(as_staff($ask), 'f', 'handle_unknown deny: an unknown permission is refused');
is(as_staff('TRUNCATE t'), $violation, 'so is what needs it');
like(slurp_file($node->logfile, $log),
	qr/SELinux: denied \{ truncate \} scontext=\Q$staff\E tcontext=\Q$table\E tclass=db_table name="public\.t"/,
	'with a record');
is(as_staff('DELETE FROM t'), '', 'what the policy knows is decided as before');
my ($out, $err) = ('', '');
$node->psql('postgres', 'TRUNCATE t', stdout => \$out, stderr => \$err);
like($err, qr/$violation/, 'to the administrator, too');
like($node->safe_psql('postgres', qq{SELECT cause, rule FROM sepgsql_access_explain('$staff', '$table', 'db_table', 'truncate')}),
	qr/^unknown\|the policy does not define permission truncate of class db_table; handle_unknown is deny$/,
	'the explanation says so');

use_policy(compile('no_truncate', 'allow', $no_truncate), $loaded);
is(as_staff($ask), 't', 'handle_unknown allow: an unknown permission is granted');
is(as_staff('TRUNCATE t'), '', 'so is what needs it');
is(as_staff('TRUNCATE ro'), $violation, 'but not what needs others besides');
like(slurp_file($node->logfile, $log),
	qr/SELinux: denied \{ delete \} scontext=\Q$staff\E \S+ tclass=db_table name="public\.ro"/,
	'those are refused');
like($node->safe_psql('postgres', qq{SELECT allowed, rule FROM sepgsql_access_explain('$staff', '$table', 'db_table', 'truncate')}),
	qr/^t\|.* handle_unknown is allow$/, 'the explanation says so');

# handle_unknown reject keeps the policy before, or the server from starting
my $reject = compile('no_truncate', 'reject', $no_truncate);
use_policy($reject, qr/does not define the permission "truncate" of the object class "db_table", and refuses to be loaded/);
is(as_staff('TRUNCATE t'), '', 'handle_unknown reject: the policy before stays in force');
use_policy(compile('whole', 'reject', sub { }), $loaded);
is(as_staff('TRUNCATE t'), '', 'one that defines everything is taken');
is(as_staff('TRUNCATE ro'), $violation, 'and decides');

# a class
my $other = q{SELECT sepgsql_access('user_u:user_r:user_t:s0', 'system_u:object_r:sepgsql_table_t:s0', 'db_table', 'drop')};
is(as_staff($other), $violation, 'a permission of another class');
use_policy(compile('no_security', 'deny', $no_security), $loaded);
is(as_staff($other), $violation, 'handle_unknown deny: an unknown class is refused');
like(slurp_file($node->logfile, $log),
	qr/SELinux: denied \{ compute_av \} scontext=\Q$staff\E tcontext=\S+ tclass=security/,
	'with a record');
use_policy(compile('no_security', 'allow', $no_security), $loaded);
is(as_staff($other), 'f', 'handle_unknown allow: an unknown class is permitted');
use_policy(compile('no_security', 'reject', $no_security),
	qr/does not define the object class "security", and refuses to be loaded/);
is(as_staff($other), 'f', 'handle_unknown reject: the policy before stays in force');

$node->append_conf('postgresql.conf', "sepostgresql_policy_file = '$reject'");
$node->stop;
$log = -s $node->logfile;
is($node->start(fail_ok => 1), 0, 'handle_unknown reject: the server does not start');
like(slurp_file($node->logfile, $log), qr/does not define the permission "truncate"/, 'and says why');

done_testing();
