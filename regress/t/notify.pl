# NOTIFY between sessions of different labels: what reaches whom.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $admin = 'unconfined_u:unconfined_r:unconfined_t:s0-s15:c0.c1023';
my %label = (
	low => 'user_u:user_r:user_t:s0',
	staff0 => 'staff_u:staff_r:staff_t:s0',
	s2 => 'staff_u:staff_r:staff_t:s2',
	c1 => 'staff_u:staff_r:staff_t:s0:c1',
	wide => 'staff_u:staff_r:staff_t:s0-s3:c0.c9',
	auditor => 'staff_u:auditadm_r:auditadm_t:s0-s15:c0.c1023',
	dba => 'staff_u:dbadm_r:dbadm_t:s0-s15:c0.c1023',
	admin => $admin);

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--enable-selinux', '--security-server=embedded' ]);
my $conf = $node->data_dir . '/pg_peerlabel.conf';
unlink $conf;
append_to_file($conf, "local all $_ $label{$_}\n") for sort keys %label;
append_to_file($conf, "local all all $admin\n");
$node->start;
$node->safe_psql('postgres', "CREATE ROLE $_ LOGIN") for sort keys %label;
$node->safe_psql('postgres', 'ALTER ROLE low SUPERUSER');

my %listener;
foreach my $role (sort keys %label)
{
	$listener{$role} = $node->background_psql('postgres',
		extra_params => [ '-U', $role ]);
	$listener{$role}->query_safe('LISTEN chan');
}

# who gets what somebody sends
sub reached
{
	my ($payload) = @_;
	my @who;
	foreach my $role (sort keys %listener)
	{
		my $out = $listener{$role}->query_safe('SELECT 1');
		push @who, $role if $out =~ /"chan" with payload "\Q$payload\E"/;
	}
	return "@who";
}

sub sent
{
	my ($role, $payload, %params) = @_;
	$node->safe_psql(
		'postgres',
		$params{sql} // "NOTIFY chan, '$payload'",
		extra_params => [ '-U', $role ]);
	return reached($payload);
}

is(sent('low', 'a'), 'admin auditor c1 low s2 staff0 wide', 'a user of s0');
is(sent('staff0', 'b'), 'admin auditor c1 low s2 staff0 wide', 'staff of s0');
is(sent('s2', 'c'), 'admin auditor s2 wide', 's2: upwards only');
is(sent('c1', 'd'), 'admin auditor c1 wide', 'a category');
is(sent('wide', 'e'), 'admin auditor c1 low s2 staff0 wide',
	'a range: its low level counts');
is(sent('auditor', 'f'), 'auditor', 'who reads secrets tells no client');
is(sent('dba', 'g'), 'dba', 'nor does dbadm_t');
is(sent('admin', 'h'), 'admin auditor c1 dba low s2 staff0 wide',
	'the administrator reaches all');

# ways to send
is(sent('s2', 'i', sql => q{SELECT pg_notify('chan', 'i')}),
	'admin auditor s2 wide', 'pg_notify');
is( sent('s2', 'j', sql => q{BEGIN READ ONLY; NOTIFY chan, 'j'; COMMIT}),
	'admin auditor s2 wide', 'in a transaction that is read only');
is( sent('s2', 'k',
		sql => q{BEGIN; SAVEPOINT s; NOTIFY chan, 'k'; RELEASE s; COMMIT}),
	'admin auditor s2 wide', 'in a subtransaction');
my $long = 'x' x 7999;
is(sent('s2', $long), 'admin auditor s2 wide', 'the longest payload');
is( sent('s2', 'last',
		sql => q{BEGIN; SELECT pg_notify('chan', g || repeat('y', 500)) FROM generate_series(1, 100) g; NOTIFY chan, 'last'; COMMIT}
	),
	'admin auditor s2 wide', 'over several pages');

# A label that has never been seen, in a transaction that is rolled back, is
# still the same label for the next.
my $fresh = 'staff_u:staff_r:staff_t:s2:c7';
$node->safe_psql('postgres', 'CREATE ROLE fresh LOGIN');
append_to_file($conf, '');
{
	my $old = slurp_file($conf);
	unlink $conf;
	append_to_file($conf, "local all fresh $fresh\n$old");
}
$node->reload;
is(sent('fresh', 'l', sql => q{BEGIN; NOTIFY chan, 'l'; ROLLBACK}),
	'', 'rolled back');
is(sent('fresh', 'm'), 'admin auditor wide', 'a new label');
is( $node->safe_psql(
		'postgres',
		qq{SELECT count(*) FROM pg_security WHERE relid = 'pg_security'::regclass AND seclabel = '$fresh'}
	),
	'1',
	'it is numbered once');
is( $node->safe_psql(
		'postgres',
		qq{SELECT count(*) FROM pg_security WHERE relid = 'pg_security'::regclass AND seclabel = '$fresh'},
		extra_params => [ '-U', 'low' ]),
	'0',
	'which others do not see');

# what is not delivered is not audited, unless the receiver audits all
my $offset = -s $node->logfile;
is(sent('s2', 'n'), 'admin auditor s2 wide', 'no audit record ...');
unlike(slurp_file($node->logfile, $offset), qr/denied \{ signal \}/, 'of that');
$listener{low}->query_safe('SET sepgsql.debug_audit = on');
$offset = -s $node->logfile;
is(sent('s2', 'o'), 'admin auditor s2 wide', 'an audit record ...');
like(
	slurp_file($node->logfile, $offset),
	qr/SELinux: denied \{ signal \} scontext=\Q$label{s2}\E tcontext=\Q$label{low}\E tclass=process name="chan"/,
	'of that');

# a trusted procedure sends with its own label, and its caller's levels
$node->safe_psql(
	'postgres', q{
	CREATE FUNCTION tell(text) RETURNS void LANGUAGE plpgsql AS
	$$ BEGIN PERFORM pg_notify('chan', $1); END $$;
	SECURITY LABEL FOR selinux ON FUNCTION tell(text) IS 'system_u:object_r:sepgsql_trusted_proc_exec_t:s0'});
is(sent('wide', 'p', sql => q{SELECT tell('p')}),
	'admin auditor c1 dba low s2 staff0 wide', 'a trusted procedure');
is(sent('s2', 'q', sql => q{SELECT tell('q')}),
	'admin auditor dba s2 wide', 'a trusted procedure of s2');
# the same text with two labels is two notifications
is( sent('wide', 'r',
		sql => q{BEGIN; NOTIFY chan, 'r'; SELECT tell('r'); COMMIT}),
	'admin auditor c1 dba low s2 staff0 wide', 'both labels');

# the label when NOTIFY was executed, and the label when it is delivered
is( sent('wide', 's',
		sql => q{BEGIN; NOTIFY chan, 's'; SELECT sepgsql_setcon('staff_u:staff_r:staff_t:s2'); COMMIT}
	),
	'admin auditor c1 low s2 staff0 wide', 'before setcon');
is( sent('wide', 't',
		sql => q{SELECT sepgsql_setcon('staff_u:staff_r:staff_t:s2'); NOTIFY chan, 't'}
	),
	'admin auditor s2 wide', 'after setcon');
$listener{wide}->query_safe(q{SELECT sepgsql_setcon('staff_u:staff_r:staff_t:s0')});
is(sent('s2', 'u'), 'admin auditor s2', 'the receiver after setcon');
is(sent('low', 'v'), 'admin auditor c1 low s2 staff0 wide', 'and from below');

# the receiver's label is that of its session, even as superuser
is($listener{low}->query_safe('SHOW is_superuser'), 'on', 'a superuser');

$_->quit for values %listener;
$node->stop;
done_testing();
