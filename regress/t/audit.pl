# Where audit records go, and how many.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use SepgsqlTest;
use Test::More;

my $user = 'user_u:user_r:user_t:s0';
my $secret = 'system_u:object_r:sepgsql_secret_table_t:s0';

my $node = labelled_node('main', peers => "local all sep_user $user",
	conf => "log_min_messages = warning\n");
$node->safe_psql('postgres', qq{
	CREATE ROLE sep_user LOGIN;
	CREATE TABLE hidden (a int) SECURITY_LABEL = '$secret';
	GRANT ALL ON hidden TO PUBLIC;
});

my $record = qr/LOG:  SELinux: denied \{ select \} scontext=\Q$user\E tcontext=\Q$secret\E tclass=db_table name="public.hidden"\n/;
my $ask = 'SELECT count(*) FROM hidden';

# asks often, in one statement
my $often = q{DO $$ BEGIN
	FOR i IN 1..50 LOOP
		BEGIN
			PERFORM count(*) FROM hidden;
		EXCEPTION WHEN insufficient_privilege THEN NULL;
		END;
	END LOOP; END $$};

my $log;

sub ask
{
	my ($statement, $mode, @conf) = @_;

	$log = -s $node->logfile;
	$node->psql('postgres', $statement, on_error_stop => 0,
		extra_params => [ '-U', 'sep_user' ]);
	return slurp_file($node->logfile, $log);
}

sub configure
{
	$node->append_conf('postgresql.conf', "$_[0]\n");
	$node->reload;
	# the postmaster's children are what it has read
	$node->poll_query_until('postgres',
		"SELECT (SELECT setting FROM pg_settings WHERE name = '$1') = '$2'")
	  if $_[0] =~ /^(\S+) = (\S+)/;
}

is($node->safe_psql('postgres', 'SHOW sepgsql.audit_log'), 'both', 'the default');
like(ask($ask), $record, 'a record in the log');
unlike(slurp_file($node->logfile), qr/audit records go to the server log/,
	'that there is no audit system is no news with the embedded server');

configure('sepgsql.audit_log = off');
unlike(ask($ask), qr/SELinux: denied/, 'off: no record');
configure('sepgsql.audit_log = log');
like(ask($ask), $record, 'log: a record');

# nobody but who edits the server's files
my ($out, $err);
for my $parameter ('sepgsql.audit_log = off', 'sepgsql.audit_rate_limit = 1')
{
	$node->psql('postgres', "SET $parameter", stderr => \$err);
	like($err, qr/cannot be changed now/, "SET $parameter");
	$node->psql('postgres', "ALTER SYSTEM SET $parameter", stderr => \$err);
	like($err, qr/cannot be changed/, "ALTER SYSTEM SET $parameter");
}

# The rate: what is beyond is counted, and the number is written.  Each second
# has its own, so all that is sure is the sum.
sub counted
{
	my $text = slurp_file($node->logfile, $log);
	my $written = () = $text =~ /$record/g;
	my $suppressed = 0;
	$suppressed += $_ foreach $text =~ /LOG:  SELinux: (\d+) audit records of this session suppressed/g;
	return ($written, $suppressed);
}

ask($often);
my ($written, $suppressed) = counted();
is($written, 50, 'far below the limit every record is written');
is($suppressed, 0, 'and none suppressed');

configure('sepgsql.audit_rate_limit = 3');
ask($often);
$node->wait_for_log(qr/audit records of this session suppressed/, $log);
($written, $suppressed) = counted();
cmp_ok($written, '>=', 3, 'as many as the limit');
cmp_ok($written, '<', 50, 'and not all');
is($written + $suppressed, 50, 'the end of a session tells of the rest');

$log = -s $node->logfile;
my $session = $node->background_psql('postgres', extra_params => [ '-U', 'sep_user' ]);
$session->query_safe($often);
$node->wait_for_log(qr/audit records of this session suppressed/, $log);
($written, $suppressed) = counted();
is($written + $suppressed, 50, 'and so does a session that is idle');

# another session's records are its own
$session->query_safe($often);
like(ask($ask), $record, 'a noisy session silences no other');
$session->quit;

configure('sepgsql.audit_rate_limit = 0');
ask($often);
is((counted())[0], 50, 'no limit');

# without the capability, and asked to
$node->append_conf('postgresql.conf', "sepgsql.audit_log = audit\n");
$log = -s $node->logfile;
$node->restart;
SKIP:
{
	my ($set) = slurp_file('/proc/self/status') =~ /^CapEff:\s*(\S+)/m;

	skip 'this process may write to the audit system', 2
	  if hex(substr($set, -8)) & (1 << 29);
	like(slurp_file($node->logfile, $log),
		qr/LOG:  SELinux audit records go to the server log only: .*CAP_AUDIT_WRITE/,
		'audit: the log says what is missing');
	like(ask($ask), $record, 'and has the records');
}

$node->stop;
done_testing();
