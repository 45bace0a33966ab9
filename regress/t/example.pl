# The example of a site's own policy, policy/examples: what it permits and what
# it refuses, with the embedded security server.
use strict;
use warnings FATAL => 'all';

use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use SepgsqlTest;
use Test::More;

my $policy = ($ENV{SEPGSQL_ROOT} // "$FindBin::RealBin/../..") . '/policy';
my $out = PostgreSQL::Test::Utils::tempdir;

system_or_bail('make', '-s', '-C', $policy, "OUT=$out", "EXTRA=$policy/examples/payroll.cil");

my $node = labelled_node('main', start => 0,
	peers => qq{local all payroll system_u:system_r:payroll_t:s0
local all staff staff_u:staff_r:staff_t:s0
local all auditor staff_u:auditadm_r:auditadm_t:s0-s15:c0.c1023},
	conf => "sepostgresql_policy_file = '$out/sepostgresql.33'\n");
$node->start;
$node->safe_psql('postgres',
	'CREATE ROLE payroll LOGIN; CREATE ROLE staff LOGIN SUPERUSER; CREATE ROLE auditor LOGIN SUPERUSER');
$node->safe_psql('postgres', slurp_file("$policy/examples/payroll.sql"));

# what ROLE gets to see
sub answers
{
	my ($role, $statement) = @_;
	my ($out, $err);

	$node->psql('postgres', $statement, stdout => \$out, stderr => \$err,
		extra_params => [ '-U', $role ]);
	return $err =~ /ERROR:  (.*)/ ? $1 : $out;
}

my $denied = 'SELinux: security policy violation';

is(answers('payroll', 'SELECT sum(amount) FROM payroll.salary'), '15750', 'the program reads salaries');
is(answers('payroll', q{UPDATE payroll.salary SET amount = 5300 WHERE name = 'Ada' RETURNING amount}), '5300', 'and changes them');
is(answers('payroll', q{INSERT INTO payroll.journal (entry) VALUES ('a rise')}), '', 'it adds to the journal');
is(answers('payroll', 'SELECT entry FROM payroll.journal'), $denied, 'and does not read it');
is(answers('payroll', q{UPDATE payroll.journal SET entry = ''}), $denied, 'nor rewrites it');
is(answers('payroll', 'DROP TABLE payroll.salary'), 'must be owner of table salary', 'it owns nothing');

is(answers('staff', 'SELECT * FROM payroll.salary'), $denied, 'staff, superuser or not, see no salary');
is(answers('staff', 'TRUNCATE payroll.journal'), $denied, 'and do not empty the journal');
is(answers('staff', 'SELECT payroll.average()'), '5283.33', 'but may ask for the average');
is(answers('staff', q{CREATE OR REPLACE FUNCTION payroll.average() RETURNS numeric LANGUAGE sql AS 'SELECT max(amount) FROM payroll.salary'}),
	$denied, 'and not change the question');

is(answers('payroll', 'SELECT payroll.average()'), 'permission denied for function average', 'the function is for staff');
is(answers('auditor', 'SELECT count(*) FROM payroll.journal'), '2', 'the auditor reads the journal');
is(answers('auditor', 'DELETE FROM payroll.journal'), $denied, 'and changes nothing');

$node->stop;
done_testing();
