# Functions where no SQL reaches: the fast path and portals of the protocol,
# audit records, a policy that changes while answers are remembered.
use strict;
use warnings FATAL => 'all';

use IO::Socket::UNIX;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $proc = 'system_u:object_r:sepgsql_proc_exec_t';
my $user = 'user_u:user_r:user_t:s0';

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--enable-selinux', '--security-server=embedded' ]);
{
	my $file = $node->data_dir . '/pg_peerlabel.conf';
	my $old = slurp_file($file);
	open my $fh, '>', $file or die $!;
	print $fh "local all low $user\n",
	  "local all high staff_u:staff_r:staff_t:s0-s3\n$old";
	close $fh or die $!;
}
$node->start;
$node->safe_psql(
	'postgres', qq{
	CREATE ROLE low SUPERUSER LOGIN;
	CREATE ROLE high LOGIN;
	CREATE FUNCTION f(int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN \$1 + 1; END';
	CREATE FUNCTION m(macaddr) RETURNS text LANGUAGE sql AS 'SELECT ''got it''';
	CREATE FUNCTION lab() RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN sepgsql_get_type(sepgsql_getcon()); END';
	CREATE FUNCTION trusted() RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN lab(); END';
	CREATE FUNCTION fault() RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN 1 / 0; END';
	CREATE FUNCTION inside() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN f(1); END';
	CREATE VIEW v AS SELECT f(1);
	GRANT SELECT ON v TO PUBLIC;
	SECURITY LABEL FOR selinux ON FUNCTION f(int) IS '$proc:s3';
	SECURITY LABEL FOR selinux ON FUNCTION trusted() IS 'system_u:object_r:sepgsql_trusted_proc_exec_t:s0';
	SECURITY LABEL FOR selinux ON FUNCTION fault() IS 'system_u:object_r:sepgsql_trusted_proc_exec_t:s0';
	SECURITY LABEL FOR selinux ON FUNCTION macaddr_in(cstring) IS '$proc:s3';
	SECURITY LABEL FOR selinux ON FUNCTION pg_backend_pid() IS '$proc:s3';
	});
my %oid = map { split /\|/ } split /\n/,
  $node->safe_psql('postgres',
	q{SELECT proname, oid FROM pg_proc WHERE proname IN ('f', 'm', 'lab', 'trusted', 'fault', 'pg_backend_pid')}
  );

# the protocol, as far as this test needs it
package Client;

sub new
{
	my ($class, $role) = @_;
	my $self = bless {
		socket => IO::Socket::UNIX->new($node->host . '/.s.PGSQL.' . $node->port)
		  || die "could not connect: $!"
	}, $class;
	my $startup = pack('N', 196608) . "user\0$role\0database\0postgres\0\0";
	syswrite $self->{socket}, pack('N', 4 + length $startup) . $startup;
	$self->answer;
	return $self;
}

sub get
{
	my ($self, $n) = @_;
	my $data = '';
	while (length $data < $n)
	{
		sysread($self->{socket}, $data, $n - length $data, length $data)
		  or die "connection closed";
	}
	return $data;
}

sub message
{
	my ($self, $type, $body) = @_;
	syswrite $self->{socket}, $type . pack('N', 4 + length $body) . $body;
	return $self;
}

# values, errors and ends until the server waits for us
sub answer
{
	my $self = shift;
	my @result;
	while (1)
	{
		my ($type, $len) = unpack 'aN', $self->get(5);
		my $body = $len > 4 ? $self->get($len - 4) : '';
		push @result, unpack 'x2 N/a', $body if $type eq 'D';
		push @result, unpack 'N/a', $body if $type eq 'V';
		push @result, 'suspended' if $type eq 's';
		push @result, $1 if $type eq 'E' && $body =~ /\0M([^\0]*)/;
		return join ' ', @result if $type eq 'Z';
	}
}

sub query
{
	my ($self, $sql) = @_;
	return $self->message('Q', "$sql\0")->answer;
}

# arguments and result as texts
sub call
{
	my ($self, $oid, @args) = @_;
	return $self->message('F',
		pack('N n n', $oid, 1, 0) . pack('n', scalar @args) .
		  join('', map { pack 'N/a*', $_ } @args) . pack('n', 0))->answer;
}

package main;

my $low = Client->new('low');
my $high = Client->new('high');
is($high->call($oid{f}, 1), '2', 'fast path: permitted');
is($low->call($oid{f}, 1), 'permission denied for function f', 'denied');
is($low->call($oid{pg_backend_pid}), 'permission denied for function pg_backend_pid',
	'a function of the server');
like($high->call($oid{pg_backend_pid}), qr/^\d+$/, 'permitted');
is($high->call($oid{m}, '08:00:2b:01:02:03'), 'got it', 'an argument\'s input function: permitted');
is($low->call($oid{m}, '08:00:2b:01:02:03'), 'permission denied for function macaddr_in',
	'denied');
is($low->call($oid{trusted}), 'sepgsql_trusted_proc_t', 'a trusted procedure');
is($low->call($oid{lab}), 'user_t', 'and its end');
is($low->call($oid{fault}), 'division by zero', 'its end by an error');
is($low->call($oid{lab}), 'user_t', 'is one, too');

# portals
$high->query('BEGIN');
$high->message('P', "\0SELECT lab() || i FROM generate_series(1, 9) i\0" . pack('n', 0));
$high->message('B', "p\0\0" . pack('n n n', 0, 0, 0));
$high->message('E', "p\0" . pack('N', 1));
is($high->message('S', '')->answer, 'staff_t1 suspended', 'a portal');
$high->message('E', "p\0" . pack('N', 1));
is($high->message('S', '')->answer, 'staff_t2 suspended', 'goes on');
is($high->query("SELECT sepgsql_setcon('staff_u:staff_r:staff_t:s0')"), 't', 'another label');
$high->message('E', "p\0" . pack('N', 1));
is( $high->message('S', '')->answer,
	'cursor "p" was opened under another security label',
	'for which it is none');
$high->query('ROLLBACK');
is($high->query('SELECT f(1)'), '2', 'undone');

# types that a client gives by their OIDs
my $type = $node->safe_psql('postgres',
	"CREATE TABLE war_plans (city text) SECURITY_LABEL = 'system_u:object_r:sepgsql_table_t:s3'; "
	  . "SELECT 'war_plans'::regtype::oid");
foreach my $sql ('SELECT ($1).*', 'SELECT ($1).town', 'SELECT $1 + 1', 'SELECT $1::int', 'SELECT 1')
{
	foreach my $oid ($type, 4000000000)
	{
		is( $low->message('P', "\0$sql\0" . pack('n N', 1, $oid))->message('S', '')->answer,
			"type with OID $oid does not exist", "of a parameter: $sql");
	}
}
is($high->message('P', "\0SELECT (\$1).city\0" . pack('n N', 1, $type))->message('S', '')->answer,
	'', 'one that may be known');
is($low->message('P', "\0SELECT \$1, \$2\0" . pack('n N N', 2, 23, 0))->message('S', '')->answer,
	'', 'others');

# audit records name the object, wherever it is used
sub records
{
	my $role = shift;
	my $offset = -s $node->logfile;
	$node->psql('postgres', $_, extra_params => [ '-U', $role ]) foreach @_;
	return map { /LOG:\s+SELinux: (.*)/ ? $1 : () } split /\n/,
	  slurp_file($node->logfile, $offset);
}
my $record = "denied { execute } scontext=$user tcontext=$proc:s3 tclass=db_procedure name=\"public.f(integer)\"";
foreach my $sql ('SELECT f(1)', 'SELECT inside()', 'SELECT * FROM v', 'SELECT trusted(), inside()')
{
	is_deeply([ grep { /denied/ } records('low', $sql) ], [$record], "audit: $sql");
}
is_deeply([ grep { /execute/ } records('high', 'SELECT f(1)') ], [], 'nothing is denied: no record');
is_deeply(
	[ records('low', q{SELECT sepgsql_setcon('user_u:user_r:user_t:s0-s1')}) ],
	["denied { dyntransition } scontext=$user tcontext=user_u:user_r:user_t:s0-s1 tclass=process"],
	'audit: sepgsql_setcon');
my @all = records('low', 'SET sepgsql.debug_audit = on; SELECT trusted()');
ok((grep { /^granted \{ entrypoint \} scontext=$user tcontext=\S+ tclass=db_procedure name="public.trusted\(\)"/ } @all),
	'entrypoint, of the caller');
ok((grep { /^granted \{ entrypoint \} scontext=user_u:user_r:sepgsql_trusted_proc_t:s0 / } @all),
	'and of what it becomes');
ok((grep { /^granted \{ transition \} scontext=$user tcontext=user_u:user_r:sepgsql_trusted_proc_t:s0 tclass=process/ } @all),
	'transition');

# another policy, while a session remembers answers and plans
is($low->query("PREPARE p AS SELECT trusted(), lab()"), '', 'prepare');
is($low->query('EXECUTE p'), 'sepgsql_trusted_proc_t', 'execute');
my $dir = PostgreSQL::Test::Utils::tempdir();
my $policy = "$ENV{SEPGSQL_ROOT}/policy";
my $cil = slurp_file("$policy/sepostgresql.cil");
$cil =~ s/^\(allow sepgsql_client_type sepgsql_trusted_proc_t \(process \(transition\)\)\)$//m
  or die 'no such rule';
PostgreSQL::Test::Utils::append_to_file("$dir/other.cil", $cil);
system_or_bail('make', '-s', '-C', $policy, "OUT=$dir/made", 'all');
system_or_bail('secilc', '-N', '-M', 'true', '-c', '33', '-U', 'deny', '-o',
	"$dir/other", '-f', "$dir/other.fc", "$dir/other.cil", "$dir/made/levels.cil");
$node->append_conf('postgresql.conf', "sepostgresql_policy_file = '$dir/other'");
my $offset = -s $node->logfile;
$node->reload;
$node->wait_for_log(qr/reloaded SELinux policy file/, $offset);
is($low->query('EXECUTE p'), 'SELinux: security policy violation', 'the policy is another');
is($low->query('SELECT lab()'), 'user_t', 'and the label the same');

$node->stop;
done_testing();
