# The holes that regress/two-worlds plants: only builds with injection points
# have them, and none is open until its injection point is attached.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $root = $ENV{SEPGSQL_ROOT};
my $top = $ENV{top_builddir};
my $admin = 'unconfined_u:unconfined_r:unconfined_t:s0-s15:c0.c1023';

sub slurp
{
	my ($path) = @_;
	open my $fh, '<:raw', $path or die "$path: $!";
	local $/;
	return <$fh>;
}

# every hole of the list is in the server's source, and the other way round
my %listed = map { $_ => 1 }
  slurp("$root/regress/two-worlds/src/holes.rs") =~ /\bhole\(\s*"([a-z-]+)"/g;
my %planted;
foreach my $file (glob("$top/src/backend/security/sepgsql/*.c"))
{
	$planted{$_} = 1 foreach slurp($file) =~ /SEPGSQL_HOLE\("([a-z-]+)"\)/g;
}
cmp_ok(scalar(keys %listed), '>=', 15, 'at least fifteen holes');
is(join(' ', sort grep { !$listed{$_} } keys %planted),
	'', 'no hole that is not listed');
is(join(' ', sort grep { !$planted{$_} } keys %listed),
	'', 'no hole listed that does not exist');
is_deeply(
	[
		grep { /SEPGSQL_HOLE\(/ && !/include\/security\/sepgsql_holes\.h/ }
		  split /\n/,
		`grep -rl 'SEPGSQL_HOLE(' $top/src/backend $top/src/include | grep -v '/security/'`
	],
	[],
	'no file of PostgreSQL itself has one');

# without injection points the macro is a constant, and its name is gone
my $cc = `pg_config --cc`;
chomp $cc;
my $source = PostgreSQL::Test::Utils::tempdir() . '/hole.c';
open my $fh, '>', $source or die $!;
print $fh qq{#include "security/sepgsql_holes.h"\nint hole = SEPGSQL_HOLE("tid-scan");\n};
close $fh;
my $expanded = `$cc -E -P -I$top/src/include $source 2>&1`;
like($expanded, qr/int hole = (false|0);/, 'a constant in other builds');
unlike($expanded, qr/tid-scan/, 'and no name of a hole');

SKIP:
{
	skip 'no injection points in this build', 5
	  if ($ENV{enable_injection_points} // '') ne 'yes';

	my $node = PostgreSQL::Test::Cluster->new('main');
	$node->init(extra => [ '--enable-selinux', '--security-server=embedded' ]);
	my $su = getpwuid($>);
	$node->append_conf('pg_peerlabel.conf',
		"local all low,lowroot user_u:user_r:user_t:s0\nlocal all all $admin\n");
	$node->start;
	$node->safe_psql('postgres', q{
		CREATE EXTENSION injection_points;
		CREATE ROLE low LOGIN;
		CREATE ROLE lowroot LOGIN SUPERUSER;
		CREATE TABLE t (id int);
		INSERT INTO t VALUES (1);
		INSERT INTO t (security_label, id) VALUES ('system_u:object_r:sepgsql_table_t:s1', 2);
		GRANT SELECT ON t TO low;
	});
	my $query = 'SELECT count(*) FROM t';
	my $count = sub {
		return $node->safe_psql('postgres', $query, connstr => $node->connstr('postgres') . ' user=' . shift);
	};
	is($count->('low'), 1, 'closed at first');
	$node->safe_psql('postgres', "SELECT injection_points_attach('sepgsql-hole-seq-scan', 'notice')");
	is($count->('low'), 2, 'open');
	is($count->('lowroot'), 2, 'to a superuser as well');
	$node->safe_psql('postgres', "SELECT injection_points_detach('sepgsql-hole-seq-scan')");
	is($count->('low'), 1, 'closed again');
	is($count->('lowroot'), 1, 'to a superuser as well');
	$node->stop;
}

done_testing();
