# pg_peerlabel.conf: which client gets which label, mistakes at start and at
# reload, the view, background workers.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $admin = 'unconfined_u:unconfined_r:unconfined_t:s0-s15:c0.c1023';
my $user = 'user_u:user_r:user_t:s0';
my $staff = 'staff_u:staff_r:staff_t:s0-s3:c0.c9';

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--enable-selinux', '--security-server=embedded' ]);
my $data = $node->data_dir;
my $file = "$data/pg_peerlabel.conf";
my $su = getpwuid($>);

sub write_rules
{
	open my $fh, '>', $file or die $!;
	print $fh @_;
	close $fh or die $!;
}

# the rules that are in force while nothing else is said
my @base = (
	"local all $su $admin\n",
	"host all $su 127.0.0.1/32 $admin\n",
	"local replication $su $admin\n");

# mistakes, each of which stops the server and leaves the rules before
my @mistakes = (
	[ "lokal all all $user", qr/invalid connection type "lokal"/ ],
	[ 'local', qr/end-of-line before database/ ],
	[ 'local all', qr/end-of-line before role/ ],
	[ 'local all all', qr/end-of-line before label/ ],
	[ 'host all all', qr/end-of-line before IP address/ ],
	[ 'host all all 127.0.0.1/32', qr/end-of-line before label/ ],
	[ "local all all $user more", qr/extra field after label/ ],
	[ "host all all 127.0.0.1/32 $user more", qr/extra field after label/ ],
	[ "host all all 127.0.0.1/99 $user", qr/invalid CIDR mask/ ],
	[ "host all all 127.0.0.300/32 $user", qr/specifying both host name and CIDR mask/ ],
	[ "local,host all all $user", qr/multiple values/ ],
	[ 'local all all nonsense', qr/invalid security context: "nonsense"/ ],
	[
		'local all all user_u:user_r:nosuch_t:s0',
		qr/invalid security context: "user_u:user_r:nosuch_t:s0"/
	],
	[
		'local all all user_u:user_r:user_t:s99',
		qr/invalid security context/
	],
	[ 'local all all peer', qr/needs the security server of the kernel/ ],
	[ 'worker all all peer', qr/cannot be used for workers/ ],
	[ 'loopback all all peer', qr/cannot be used for loop-back connections/ ],
	[ "loopback all all 127.0.0.1/32 $user", qr/extra field after label/ ],
	[ 'loopback all all', qr/end-of-line before label/ ],
	[ "worker all identity=peer:x $user", qr/cannot be used for workers/ ],
	[ "worker all all 127.0.0.1/32 $user", qr/extra field after label/ ],
	[ "local all identity=nocolon $user", qr/METHOD:NAME is expected/ ],
	[ "local all identity=:x $user", qr/METHOD:NAME is expected/ ],
	[ 'local all "/(" ' . $user, qr/invalid regular expression/ ],
	[ 'include "no/such/file"', qr/could not open/ ]);

foreach my $mistake ($mistakes[0], $mistakes[11])
{
	write_rules(@base, "# comment\n", $mistake->[0], "\n");
	ok(!$node->start(fail_ok => 1), "no start with: $mistake->[0]");
	my $log = slurp_file($node->logfile);
	like($log, $mistake->[1], 'the log says why');
	like($log, qr/line 5 of configuration file "\Q$file\E"/, 'and where');
	like($log, qr/FATAL:  could not load \Q$file\E/, 'fatal');
}
unlink $file;
ok(!$node->start(fail_ok => 1), 'no start without the file');
like(
	slurp_file($node->logfile),
	qr/could not open file "\Q$file\E"/,
	'the log says so');
write_rules("# nothing\n");
ok(!$node->start(fail_ok => 1), 'no start with an empty file');
like(slurp_file($node->logfile), qr/contains no entries/, 'the log says so');

write_rules(@base);
$node->append_conf('postgresql.conf',
	"listen_addresses = '127.0.0.1'\nwal_level = logical\nmax_wal_senders = 5\nmax_replication_slots = 5\n"
);
$node->start;
like(
	slurp_file($node->logfile),
	qr/WARNING:  clients that authenticate by "trust" can choose the label that line 1 of file "\Q$file\E" gives/,
	'trust and a fixed label: a warning');

$node->safe_psql(
	'postgres', q{
	CREATE ROLE alice LOGIN;
	CREATE ROLE bob LOGIN;
	CREATE ROLE carol LOGIN;
	CREATE ROLE grp;
	GRANT grp TO bob;
	CREATE ROLE "odd ""name" LOGIN;
	CREATE ROLE "identity=peer:alice" LOGIN;
	CREATE DATABASE alice;
	CREATE DATABASE other;
});

# no entry, no connection
sub refused
{
	my ($name, $db, $role, $message, %params) = @_;
	my ($ret, $out, $err) = $node->psql($db, 'SELECT sepgsql_getcon()',
		extra_params => [ '-U', $role ], %params);
	is($ret, 2, "$name: refused");
	like($err, $message, "$name: message");
}

sub label
{
	my ($name, $db, $role, $label, %params) = @_;
	my ($ret, $out, $err) = $node->psql($db, 'SELECT sepgsql_getcon()',
		extra_params => [ '-U', $role ], %params);
	is($out, $label, $name) or diag $err;
}

refused('no rule', 'postgres', 'alice',
	qr/FATAL:  no pg_peerlabel.conf entry for local connection, database "postgres", user "alice"\nHINT:  .*"pg_peerlabel.conf"/
);
my ($ret, $out, $err);
my $tcp = 'host=127.0.0.1 port=' . $node->port;
refused('no rule by TCP', 'postgres', 'alice',
	qr/FATAL:  no pg_peerlabel.conf entry for host connection from host "127.0.0.1", database "postgres", user "alice"/,
	connstr => "$tcp dbname=postgres");
$node->append_conf('postgresql.conf', "log_error_verbosity = verbose\n");
$node->reload;
my $offset = -s $node->logfile;
$node->psql('postgres', 'SELECT 1', extra_params => [ '-U', 'alice' ]);
$node->wait_for_log(qr/FATAL:  28000: no pg_peerlabel.conf entry/, $offset);
ok(1, 'SQLSTATE 28000');
$node->append_conf('postgresql.conf', "log_error_verbosity = default\n");
$node->reload;

# after authentication only
$offset = -s $node->logfile;
my $hba = slurp_file("$data/pg_hba.conf");
open my $fh, '>', "$data/pg_hba.conf" or die $!;
print $fh "local all carol reject\n$hba";
close $fh;
$node->reload;
refused('authentication comes first',
	'postgres', 'carol', qr/pg_hba.conf rejects connection/);

sub reload_ok
{
	my ($name) = @_;
	my $offset = -s $node->logfile;
	$node->reload;
	$node->wait_for_log(qr/received SIGHUP/, $offset);

	# one connection makes sure that the postmaster is through
	$node->safe_psql('postgres', 'SELECT 1');
	unlike(slurp_file($node->logfile, $offset),
		qr/was not reloaded/, "$name: reloaded");
}

# first match wins; the keywords of pg_hba.conf
write_rules(
	"local sameuser all $staff\n",
	"local other +grp $staff\n",
	"local samerole all $staff\n",
	"local other alice,\"odd \"\"name\" user_u:user_r:user_t:s0:c0,c5\n",
	"local postgres /^ali $user\n",
	"local all bob $user\n",
	@base,
	"host postgres alice 127.0.0.1 255.255.255.255 $user\n",
	"hostssl postgres bob samehost $staff\n",
	"host postgres bob samehost $user\n");
reload_ok('keywords');
label('sameuser', 'alice', 'alice', $staff);
label('group', 'other', 'bob', $staff);
label('regular expression', 'postgres', 'alice', $user);
label('list', 'other', 'alice', 'user_u:user_r:user_t:s0:c0,c5');
label('quoted name in a list', 'other', 'odd "name',
	'user_u:user_r:user_t:s0:c0,c5');
label('name', 'postgres', 'bob', $user);
label('address and mask', 'postgres', 'alice', $user,
	connstr => "$tcp dbname=postgres");
label('samehost', 'postgres', 'bob', $user,
	connstr => "$tcp dbname=postgres");
refused('not this address', 'other', 'alice',
	qr/no pg_peerlabel.conf entry for host connection/,
	connstr => "$tcp dbname=other");
refused('not in the group', 'other', 'identity=peer:alice',
	qr/no pg_peerlabel.conf entry/);

# files
open $fh, '>', "$data/roles.txt" or die $!;
print $fh "alice\nbob\n";
close $fh;
write_rules(@base, "local all \@roles.txt $user\n");
reload_ok('file of names');
label('file of names', 'other', 'bob', $user);

# identities: the role does not matter, and a role cannot look like one
open $fh, '>', "$data/pg_hba.conf" or die $!;
print $fh "local all all peer map=m\n$hba";
close $fh;
open $fh, '>', "$data/pg_ident.conf" or die $!;
print $fh "m $su all\n";
close $fh;
write_rules("local other identity=peer:$su $staff\n", @base,
	"local all \"identity=peer:alice\" $user\n",
	"local all identity=peer:alice $admin\n");
reload_ok('identities');
label('identity', 'other', 'alice', $staff);
label('a role named like an identity', 'postgres', 'identity=peer:alice',
	$user);
refused('identity of another', 'postgres', 'alice',
	qr/no pg_peerlabel.conf entry/);
open $fh, '>', "$data/pg_hba.conf" or die $!;
print $fh $hba;
close $fh;
write_rules("local other identity=trust:$su,identity=peer:$su $staff\n",
	@base);
reload_ok('no identity');
refused('trust has no identity',
	'other', 'alice', qr/no pg_peerlabel.conf entry/);

# replication is a database of its own
sub replication
{
	my ($role) = @_;
	return $node->psql(
		'postgres', 'IDENTIFY_SYSTEM',
		extra_params => [ '-U', $role ],
		replication => '1');
}
$node->safe_psql('postgres', 'ALTER ROLE alice REPLICATION');
write_rules(@base, "local all alice $user\n");
reload_ok('replication');
($ret, $out, $err) = replication('alice');
like(
	$err,
	qr/no pg_peerlabel.conf entry for local connection, database "replication", user "alice"/,
	'"all" is not replication');
($ret, $out, $err) = replication($su);
is($ret, 0, 'replication for the administrator') or diag $err;

# mistakes at reload
foreach my $mistake (@mistakes)
{
	write_rules(@base, "local all all $staff\n", "# x\n", $mistake->[0],
		"\n");
	my $offset = -s $node->logfile;
	$node->reload;
	$node->wait_for_log(qr/\Q$file\E was not reloaded/, $offset);
	my $log = slurp_file($node->logfile, $offset);
	like($log, $mistake->[1], "mistake at reload: $mistake->[0]");
	like($log, qr/line 6 of configuration file "\Q$file\E"/, 'and where')
	  unless $mistake->[0] =~ /include/;
}
label('the rules before are in force', 'postgres', 'alice', $user);
refused('and none of the new', 'postgres', 'bob',
	qr/no pg_peerlabel.conf entry/);

# the view shows the file as it is
write_rules("local all $su $admin\n",
	"host other,postgres alice,+grp 10.0.0.0/8 $user\n",
	"worker all $su $admin\n", "local all all broken\n");
is( $node->safe_psql(
		'postgres',
		q{SELECT rule_number, line_number, type, database, user_name, address, netmask, label, error
		  FROM pg_peerlabel_file_rules}),
	"1|1|local|{all}|{$su}|||$admin|\n"
	  . "2|2|host|{other,postgres}|{alice,+grp}|10.0.0.0|255.0.0.0|$user|\n"
	  . "3|3|worker|{all}|{$su}|||$admin|\n"
	  . '|4|||||||invalid security context: "broken"',
	'the view');
is( $node->safe_psql(
		'postgres',
		'SELECT DISTINCT file_name FROM pg_peerlabel_file_rules'),
	$file,
	'file name');
write_rules(@base, "local all alice $user\n");
reload_ok('before the view is asked by a user');
($ret, $out, $err) = $node->psql('postgres',
	'SELECT * FROM pg_peerlabel_file_rules', extra_params => [ '-U', 'alice' ]);
isnt($ret, 0, 'not for everybody');

# workers: no line, no start
my $publisher = PostgreSQL::Test::Cluster->new('publisher');
$publisher->init(allows_streaming => 'logical');
$publisher->start;
$publisher->safe_psql('postgres', 'CREATE TABLE tab (a int)');
$node->safe_psql('other', 'CREATE TABLE tab (a int)');
$publisher->safe_psql('postgres', 'CREATE PUBLICATION pub FOR TABLE tab');
$publisher->safe_psql('postgres',
	q{SELECT pg_create_logical_replication_slot('sub', 'pgoutput')});
$offset = -s $node->logfile;
$node->safe_psql('other',
	    q{CREATE SUBSCRIPTION sub CONNECTION '}
	  . $publisher->connstr . ' dbname=postgres'
	  . q{' PUBLICATION pub WITH (create_slot = false, copy_data = false)});
$node->wait_for_log(
	qr/FATAL:  no pg_peerlabel.conf entry for worker, database "other", user "$su"/,
	$offset);
ok(1, 'no line, no worker');
write_rules(@base, "local all alice $user\n", "worker other $su $admin\n");
reload_ok('a line for workers');
$publisher->safe_psql('postgres', 'INSERT INTO tab VALUES (1)');
ok( $node->poll_query_until('other', 'SELECT count(*) = 1 FROM tab'),
	'the worker works');
is( $node->safe_psql('other', 'SELECT security_label FROM tab'),
	'unconfined_u:object_r:sepgsql_table_t:s0',
	'and makes rows with its label');
# what it does is its label's, like any session's
is( $node->safe_psql('other',
		q{SELECT count(*) FROM pg_stat_subscription WHERE pid IS NOT NULL}),
	'1',
	'pg_stat_subscription');
is( $node->safe_psql(
		'other',
		q{SELECT count(*) FROM pg_stat_subscription WHERE pid IS NOT NULL},
		extra_params => [ '-U', 'alice' ]),
	'0',
	'and for another label');
$node->safe_psql('other', 'ALTER SUBSCRIPTION sub DISABLE');
$node->safe_psql('other', 'ALTER SUBSCRIPTION sub SET (slot_name = NONE)');
$node->safe_psql('other', 'DROP SUBSCRIPTION sub');

$node->stop;
done_testing();
