# What our TAP tests begin with: a server with labels, and whose is which.
package SepgsqlTest;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(labelled_node run_program ok_run bad_run $ADMIN);

# whom initdb's own lines of pg_peerlabel.conf make of the superuser
our $ADMIN = 'unconfined_u:unconfined_r:unconfined_t:s0-s15:c0.c1023';

# labelled_node NAME, options: a cluster of the embedded security server,
# running.
#	peers	lines that come first in pg_peerlabel.conf
#	only	whether they are the only ones
#	conf	lines of postgresql.conf
#	initdb	options of initdb, an array
#	start	0: do not start it
# Others are those of PostgreSQL::Test::Cluster's init.
sub labelled_node
{
	my ($name, %options) = @_;
	my $peers = delete $options{peers};
	my $only = delete $options{only};
	my $conf = delete $options{conf};
	my $initdb = delete $options{initdb} // [];
	my $start = delete $options{start} // 1;

	my $node = PostgreSQL::Test::Cluster->new($name);
	$node->init(%options,
		extra => [ '--enable-selinux', '--security-server=embedded', @$initdb ]);
	if (defined $peers)
	{
		my $file = $node->data_dir . '/pg_peerlabel.conf';
		my $rest = $only ? '' : slurp_file($file);
		unlink $file;
		append_to_file($file, "$peers\n$rest");
	}
	$node->append_conf('postgresql.conf', $conf) if defined $conf;
	$node->start if $start;
	return $node;
}

# a program that must succeed, or fail; returns what it wrote
sub run_program
{
	my ($node, $expected, @command) = @_;
	my ($out, $err) = ('', '');

	local $ENV{PGHOST} = $node->host;
	local $ENV{PGPORT} = $node->port;
	IPC::Run::run(\@command, '>', \$out, '2>', \$err);
	my $ok = ($? == 0);
	fail("@command: signal") if $? & 127;
	if ($ok != $expected)
	{
		fail("@command");
		diag($err);
	}
	return ($out, $err);
}

sub ok_run { return run_program(shift, 1, @_); }
sub bad_run { return run_program(shift, 0, @_); }

1;
