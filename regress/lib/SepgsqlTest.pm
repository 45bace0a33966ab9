# What our TAP tests begin with: a server with labels, and whose is which.
package SepgsqlTest;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;

our @EXPORT = qw(labelled_node $ADMIN);

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

1;
