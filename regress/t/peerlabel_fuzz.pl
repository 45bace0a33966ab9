# pg_peerlabel.conf with anything in it: the files of the corpus
# (rust-core/fuzz/corpus/peerlabel) and as many of them damaged.  No text
# harms the server, and what is no rule gives nobody a label.  The file is
# read by the server's own parser, in C, so this asks a server.
#
# SEPGSQL_FUZZ_FILES says how many damaged ones, SEPGSQL_FUZZ_SEED which.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $corpus = "$ENV{SEPGSQL_ROOT}/rust-core/fuzz/corpus/peerlabel";
my $files = $ENV{SEPGSQL_FUZZ_FILES} // 300;
my $state = $ENV{SEPGSQL_FUZZ_SEED} // 20260101;

# the same numbers with every perl
sub below
{
	$state = ($state * 1103515245 + 12345) % 2147483648;
	return int($state / 65536) % $_[0];
}

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--enable-selinux', '--security-server=embedded' ]);
my $data = $node->data_dir;
my $file = "$data/pg_peerlabel.conf";
$node->start;

my @seeds;
foreach my $path (sort glob("$corpus/*"))
{
	open my $fh, '<:raw', $path or die "$path: $!";
	local $/;
	push @seeds, scalar <$fh>;
}
cmp_ok(scalar @seeds, '>=', 15, 'there is a corpus');

my @words = ('all', 'local', 'host', 'peer', '"', '\\', '#', ',', '@', '+',
	'/', 'identity=peer:', "\n", "\t", "\0", "\xff", ':s0', ':c0.c1023',
	'include ', '10.0.0.0/8', '::1/128', 'loopback', 'worker', '%');

sub damaged
{
	my $text = $seeds[ below(scalar @seeds) ];
	foreach (0 .. below(6))
	{
		my $at = length($text) ? below(length $text) : 0;
		my $what = below(5);
		if ($what == 0 && length $text)
		{
			substr($text, $at, 1) = chr(below(256));
		}
		elsif ($what == 1) { substr($text, $at, 0) = $words[ below(scalar @words) ]; }
		elsif ($what == 2) { $text = substr($text, 0, $at); }
		elsif ($what == 3) { substr($text, $at, 0) = substr($text, 0, below(64)); }
		else { $text .= $seeds[ below(scalar @seeds) ]; }
	}
	# no file of the server's machine but those of the data directory
	$text =~ s{(\@|include\w*\s+)["']*/}{$1}g;
	return substr($text, 0, 100_000);
}

my $session = $node->background_psql('postgres', on_error_stop => 0);
my ($asked, $odd) = (0, 0);
foreach my $text (@seeds, map { damaged() } 1 .. $files)
{
	open my $fh, '>:raw', $file or die $!;
	print $fh $text;
	close $fh or die $!;
	# each rule has a label, or an error that says why not
	my ($out) = $session->query(
		q{SELECT 'odd ' || count(*) FROM pg_peerlabel_file_rules r
		  WHERE r.error IS NULL AND r.label IS NULL});
	$asked++;
	next if $out =~ /odd 0/;
	$odd++;
	diag("answer: $out");
	my $keep = "$ENV{TESTLOGDIR}/peerlabel-$asked";
	open $fh, '>:raw', $keep or die $!;
	print $fh $text;
	close $fh;
	diag("file kept: $keep");
	last if $odd > 5;
}
$session->quit;
is($odd, 0, "$asked files asked about");

# a reload with any of them keeps the rules that are in force
my $before = $node->safe_psql('postgres', 'SELECT sepgsql_getcon()');
open my $fh, '>:raw', $file or die $!;
print $fh $seeds[7];
close $fh;
$node->reload;
is($node->safe_psql('postgres', 'SELECT sepgsql_getcon()'), $before, 'the rules before stay');
$node->stop;

done_testing();
