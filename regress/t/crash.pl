# kill -9 of the whole server at random moments, under a load that inserts new
# labels, relabels, reclaims and vacuums.  After each, every row's label is the
# one in the clients' journals, pg_amcheck is silent, and no number in any page
# lacks its text.
#
# The number of crashes is SEPGSQL_CRASHES, 5 unless told; SEPGSQL_SEED repeats
# a run's statements (not its moments).
use strict;
use warnings FATAL => 'all';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);

my $crashes = $ENV{SEPGSQL_CRASHES} || 5;
my $seed = $ENV{SEPGSQL_SEED} || int(rand(2**31));
srand($seed);
note "seed $seed";

my $node = PostgreSQL::Test::Cluster->new('crash');
$node->init(extra => [ '--enable-selinux', '--security-server=embedded' ]);
$node->append_conf('postgresql.conf', q{
autovacuum = on
autovacuum_naptime = 1s
max_connections = 30
checkpoint_timeout = 30s
fsync = off
full_page_writes = on
restart_after_crash = off
log_statement = none
});
$node->start;
$node->safe_psql('postgres', q{
	CREATE EXTENSION amcheck;
	CREATE EXTENSION pageinspect;
	CREATE TABLE t0 (id int8 PRIMARY KEY, a text);
	CREATE TABLE t1 (id int8 PRIMARY KEY, a text, b int, c int, d int);
	-- tuples whose number has no text, of any table
	CREATE FUNCTION lacking() RETURNS TABLE (r regclass, blk int, off int, secid int8) LANGUAGE plpgsql AS $$
	DECLARE
		c record;
	BEGIN
		FOR c IN SELECT oid, relisshared FROM pg_class WHERE relkind IN ('r', 'm') AND relpersistence = 'p'
		LOOP
			RETURN QUERY SELECT c.oid::regclass, b::int, i.lp::int, i.t_secid
			FROM generate_series(0, pg_relation_size(c.oid) / 8192 - 1) b,
				LATERAL heap_page_items(get_raw_page(c.oid::regclass::text, b::int)) i
			WHERE i.t_secid > 0 AND NOT EXISTS (
				SELECT FROM (SELECT s.relid, s.secid, s.removed FROM pg_security s
					UNION ALL SELECT s.relid, s.secid, s.removed FROM pg_shsecurity s) s
				WHERE s.relid = c.oid AND s.secid = i.t_secid AND NOT s.removed);
		END LOOP;
	END $$;
});

my $type = 'unconfined_u:object_r:sepgsql_table_t:s0';
my $fresh = 0;
# a label that was never there, or one of a few
sub any_label
{
	return "$type:c" . int(rand(12)) if rand() < 0.5;
	$fresh++;
	return "$type:c" . ($fresh % 500) . ',c' . (500 + int($fresh / 500) % 500);
}

# what the tables hold: table, id => label
my %stored = (t0 => {}, t1 => {});
my $next = 1;

# The statements of a client, all on rows of its own: each with what it does
sub script
{
	my ($client, $mine, $n) = @_;
	my @steps;
	my @ids = map { my $t = $_; map { [ $t, $_ ] } grep { $_ % 4 == $client } keys %{ $mine->{$t} } } 't0', 't1';
	for my $i (1 .. $n)
	{
		my @sql;
		my @ops;
		my $many = rand() < 0.3 ? 2 + int(rand(4)) : 1;
		for (1 .. $many)
		{
			my $what = rand();
			my $t = rand() < 0.5 ? 't0' : 't1';
			if (!@ids || $what < 0.4)
			{
				my $id = 4 * $next++ + $client;
				my $l = any_label();
				push @sql, $t eq 't0' ? "INSERT INTO t0 (id, a, security_label) VALUES ($id, 'x', '$l')"
				  : "INSERT INTO t1 (id, b, security_label) VALUES ($id, 1, '$l')";
				push @ops, [ 'put', $t, $id, $l ];
				push @ids, [ $t, $id ];
				next;
			}
			my $at = int(rand(@ids));
			my ($table, $id) = @{ $ids[$at] };
			if ($what < 0.7)
			{
				my $l = any_label();
				push @sql, "UPDATE $table SET security_label = '$l' WHERE id = $id";
				push @ops, [ 'label', $table, $id, $l ];
			}
			elsif ($what < 0.8)
			{
				push @sql, "UPDATE $table SET a = repeat('y', " . int(rand(200)) . ") WHERE id = $id";
			}
			else
			{
				push @sql, "DELETE FROM $table WHERE id = $id";
				push @ops, [ 'drop', $table, $id ];
				splice @ids, $at, 1;
			}
		}
		my $sql = join('\\; ', @sql);
		if (rand() < 0.15)
		{
			# a transaction of several statements that comes to nothing
			$sql = "BEGIN\\; $sql\\; ROLLBACK";
			@ops = ();
		}
		push @steps, [ $sql, \@ops ];
	}
	return \@steps;
}

sub apply
{
	my ($state, $ops) = @_;
	foreach my $op (@$ops)
	{
		my ($what, $t, $id, $l) = @$op;
		if ($what eq 'put') { $state->{$t}{$id} = $l; }
		elsif ($what eq 'drop') { delete $state->{$t}{$id}; }
		elsif (exists $state->{$t}{$id}) { $state->{$t}{$id} = $l; }
	}
}

my $dir = PostgreSQL::Test::Utils::tempdir();
my $maintenance = q{
SELECT security_reclaim_label('t0');
SELECT security_reclaim_label('t1');
VACUUM t0;
VACUUM pg_security;
SELECT security_reclaim_label();
CHECKPOINT;
VACUUM (FREEZE) t1;
VACUUM (FREEZE) pg_security;
SELECT security_reclaim_label('t0');
} x 400;
my $ddl = join('', map { my $l = "$type:c" . $_ % 900;
		"CREATE TABLE made (a int) SECURITY_LABEL = '$l';\nINSERT INTO made (a, security_label) VALUES (1, '$l');\n" .
		($_ % 3 ? "DROP TABLE made;\n" : "BEGIN\\; DROP TABLE made\\; ROLLBACK;\nDROP TABLE made;\n") . "VACUUM pg_class;\n"
	} 1 .. 3000);

my $reclaimed = 0;
foreach my $crash (1 .. $crashes)
{
	my %steps;
	my %out;
	my @pids;

	my $start = sub {
		my ($name, $text) = @_;
		open(my $f, '>', "$dir/$name.sql") or die;
		print $f $text;
		close($f);
		my $pid = fork() // die;
		if ($pid == 0)
		{
			open(STDIN, '<', "$dir/$name.sql");
			open(STDOUT, '>', "$dir/$name.out");
			open(STDERR, '>', "$dir/$name.err");
			exec('psql', '-X', '-q', '-A', '-t', '-d', $node->connstr('postgres'));
			die;
		}
		push @pids, $pid;
	};
	foreach my $client (0 .. 3)
	{
		$steps{$client} = script($client, \%stored, 4000);
		my $n = 0;
		$start->("client$client", "SET client_min_messages = error;\n" .
			join('', map { "$_->[0];\n\\echo " . $n++ . " :ERROR\n" } @{ $steps{$client} }));
	}
	$start->('maintenance', "SET client_min_messages = error;\n$maintenance");
	$start->('ddl', $ddl);

	sleep(0.5 + rand(3));

	# all at once, as a machine that stops
	my $postmaster = $node->{_pid};
	kill 'STOP', $postmaster;
	open(my $ps, '-|', 'ps', '-o', 'pid=', '--ppid', $postmaster) or die;
	my @children = map { s/\s//gr } <$ps>;
	close($ps);
	kill 'KILL', $postmaster, @children;
	waitpid($_, 0) foreach @pids;
	$node->{_pid} = undef;
	foreach my $pid (@children)
	{
		for (1 .. 600) { last unless kill 0, $pid; sleep 0.05; }
	}
	$node->start;

	# what the clients know
	my %may;
	my ($done, $failed) = (0, 0);
	foreach my $client (0 .. 3)
	{
		my $last = -1;
		foreach my $line (split /\n/, slurp_file("$dir/client$client.out"))
		{
			next unless $line =~ /^(\d+) (true|false)$/;
			$last = $1;
			if ($2 eq 'false') { apply(\%stored, $steps{$client}[$last][1]); $done++; }
			else { $failed++; }
		}
		# the next one may have been done or not
		my $open = $steps{$client}[ $last + 1 ];
		next unless $open;
		my %after = map { $_ => { %{ $stored{$_} } } } keys %stored;
		apply(\%after, $open->[1]);
		foreach my $op (@{ $open->[1] })
		{
			my ($what, $t, $id) = @$op;
			$may{$t}{$id} = [ $after{$t}{$id} ];
		}
	}
	$reclaimed += $_ foreach grep { /^\d+$/ } split /\n/, slurp_file("$dir/maintenance.out");
	note "crash $crash: $done statements done, $failed failed";
	if ($failed)
	{
		foreach my $client (0 .. 3)
		{
			my %seen;
			note "client $client: $_" foreach grep { !$seen{$_}++ } map { s/^psql:\S+ //r } grep { /ERROR/ } split /\n/, slurp_file("$dir/client$client.err");
		}
	}

	my @wrong;
	foreach my $t ('t0', 't1')
	{
		my %found = map { split /\|/, $_, 2 } split /\n/,
		  $node->safe_psql('postgres', "SELECT id, security_label FROM $t");
		my %all = (%{ $stored{$t} }, %found);
		foreach my $id (keys %all)
		{
			my $is = $found{$id} // 'none';
			my @good = ($stored{$t}{$id} // 'none');
			push @good, $may{$t}{$id}[0] // 'none' if $may{$t}{$id};
			push @wrong, "$t $id: $is, not " . join(' or ', @good) unless grep { $_ eq $is } @good;
		}
		$stored{$t} = \%found;
	}
	is(join("\n", @wrong[ 0 .. ($#wrong < 9 ? $#wrong : 9) ]), '', "crash $crash: every row has the label of the journal");
	cmp_ok($done, '>', 0, 'there was a load');
	is($node->safe_psql('postgres', 'SELECT count(*) FROM lacking()'), '0', 'no number lacks its text');
	is($node->safe_psql('postgres', q{
		SELECT count(*) FROM (SELECT relid, secid FROM pg_security GROUP BY 1, 2 HAVING count(*) > 1) d}), '0', 'no number twice');
	$node->command_ok([ 'pg_amcheck', '--heapallindexed', '-d', 'postgres' ], 'pg_amcheck');
}

note "$reclaimed labels reclaimed";
cmp_ok($reclaimed, '>', 0, 'labels were reclaimed meanwhile');

# what is left can be reclaimed whole
$node->safe_psql('postgres', 'DELETE FROM t0; DELETE FROM t1; VACUUM t0, t1');
$node->safe_psql('postgres', q{SELECT security_reclaim_label('t0') + security_reclaim_label('t1')});
is($node->safe_psql('postgres', q{
	SELECT count(*) FROM pg_security WHERE relid IN ('t0'::regclass, 't1'::regclass)}), '0', 'all labels can be reclaimed');
$node->stop;
done_testing();
