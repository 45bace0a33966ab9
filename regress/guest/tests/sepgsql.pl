#!/usr/bin/perl
# sepgsql.pl EXPECTED RESULTS LOG DENIALS: compares a run of contrib/sepgsql's
# tests with what its authors expect, as TAP.
#
# Results of statements: without audit records, which contrib sends to the client
# and we write to the log.  Denials, by class and permissions, in order: those of
# LOG, whose lines begin with "pg_regress/TEST|", with the file DENIALS, in which
# each line is "TEST CLASS PERMISSIONS" as contrib's own run wrote them; without
# those of rows and of the column security_label, which contrib does not have.
use strict;
use warnings;

my ($expected, $results, $log, $denials) = @ARGV;
my $n = 0;

sub result
{
	my ($same, $name, @details) = @_;
	$n++;
	print $same ? "ok $n - $name\n" : "not ok $n - $name\n", map { "#   $_\n" } $same ? () : @details;
}

sub statements
{
	my ($file) = @_;
	open my $in, '<', $file or return ("cannot read $file: $!");
	my (@lines, $record);
	while (<$in>)
	{
		chomp;
		if (/^LOG:  SELinux: /) { $record = 1; next; }
		# where in the statement a record was made
		next if $record && (/^LINE \d+: / || /^ *\^$/);
		$record = 0;
		push @lines, $_;
	}
	return @lines;
}

sub difference
{
	my ($a, $b) = @_;
	my @files;
	for my $lines ($a, $b)
	{
		my $file = "/tmp/compare." . scalar @files;
		open my $out, '>', $file or die "$file: $!\n";
		print $out "$_\n" for @$lines;
		close $out;
		push @files, $file;
	}
	return map { chomp; $_ } `diff -U1 @files | tail -n +3`;
}

my %ours;
if (open my $in, '<', $log)
{
	while (<$in>)
	{
		next unless /^pg_regress\/(\w+)\|.*SELinux: denied \{ ([^}]*) \} .*tclass=(\w+)(.*)/;
		my ($test, $permissions, $class, $rest) = ($1, $2, $3, $4);
		next if $class eq 'db_tuple' || $class eq 'db_column' && $rest =~ /\.security_label"/;
		push @{ $ours{$test} }, "$class $permissions";
	}
}
my %theirs;
if (open my $in, '<', $denials)
{
	while (<$in>)
	{
		next if /^#/;
		push @{ $theirs{$1} }, $2 if /^(\w+) (.*\S)/;
	}
}

for my $file (sort glob "$expected/*.out")
{
	my ($test) = $file =~ /(\w+)\.out$/;
	my @difference = difference([ statements($file) ], [ statements("$results/$test.out") ]);
	result(!@difference, "$test: results of statements", @difference);
	next unless -e $denials;
	@difference = difference($theirs{$test} // [], $ours{$test} // []);
	result(!@difference, "$test: class and permissions of each denial", @difference);
}
print "1..$n\n";
