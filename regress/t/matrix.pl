# The matrix of permissions, regress/matrix: each row run both ways, once with
# everything permitted and once with everything but one permission, by a
# client that is a superuser and owns all there is.  Denied, it sees what the
# row says, the log has one kind of record, of this class and permission, and
# the catalogs are as they were; under another role, and in a SECURITY DEFINER
# function, just the same.  And: there is a row for every permission.
use strict;
use warnings FATAL => 'all';

use File::Copy;
use FindBin;
use IO::Socket::UNIX;
use lib(($ENV{SEPGSQL_ROOT} // "$FindBin::RealBin/../..") . '/regress/matrix');
use Matrix;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use POSIX qw(mkfifo);
use Test::More;
use Time::HiRes qw(usleep);

my $root = $ENV{SEPGSQL_ROOT} // "$FindBin::RealBin/../..";
my $dir = PostgreSQL::Test::Utils::tempdir;
my @classes = Matrix::rows();

# MATRIX='db_table:select db_blob' runs these alone
my @wanted = split ' ', $ENV{MATRIX} // '';

# ---------------------------------------------------------------------------
# complete, and readable

my ($order, $policy) = Matrix::policy_classes();
my $core = Matrix::core_classes();
my %known = map { $_->{class} => { map { $_->{permission} => 1 } @{ $_->{rows} } } } @classes;

foreach my $class (grep { /^db_/ } @$order)
{
	my @missing = grep { !$known{$class}{$_} } @{ $policy->{$class} };
	is("@missing", '', "$class: a row for every permission of the policy");
	is( join(' ', sort @{ $core->{$class} }),
		join(' ', sort @{ $policy->{$class} }),
		"$class: what is asked and what the policy knows is the same");
}
foreach my $class (grep { !/^db_/ } sort keys %$core)
{
	next if $class eq '';
	my @missing = grep { !$known{$class}{$_} } @{ $core->{$class} };
	is("@missing", '', "$class: a row for every permission that can be asked");
}
foreach my $c (@classes)
{
	my %exists = map { $_ => 1 } @{ $policy->{ $c->{class} } // [] };
	my @strange = grep { !$exists{$_} } sort keys %{ $known{ $c->{class} } };
	is("@strange", '', "$c->{class}: no row for what is not in the policy");
}
is(Matrix::slurp("$root/regress/matrix/README.md"),
	Matrix::render(), 'regress/matrix/README.md is current');

# ---------------------------------------------------------------------------
# a server whose policy has the tests' client and types

append_to_file("$dir/matrix.cil", Matrix::policy_module());
system_or_bail('make', '-s', '-C', "$root/policy", "OUT=$dir/policy",
	"EXTRA=$dir/matrix.cil", 'all');

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(
	extra => [
		'--enable-selinux', '--security-server=embedded',
		'--policy-file', "$dir/policy/sepostgresql.33"
	]);
my $peers = $node->data_dir . '/pg_peerlabel.conf';
my $rules = slurp_file($peers);
unlink $peers;
append_to_file($peers, "local all $_ $Matrix::clients{$_}\n")
  foreach sort keys %Matrix::clients;
append_to_file($peers, $rules);
$node->append_conf('postgresql.conf', "max_prepared_transactions = 2\n");
$node->start;

$node->safe_psql(
	'postgres', q{
	CREATE ROLE m_boss SUPERUSER;
	CREATE DATABASE matrix;
});
$node->safe_psql('postgres',
	join '', map { "CREATE ROLE $_ SUPERUSER LOGIN;\n" } sort keys %Matrix::clients);
$node->safe_psql(
	'matrix', q{
	CREATE FUNCTION definer(text) RETURNS void
	LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN EXECUTE $1; END';
});

my %session;
my $settings = 'SET search_path = m, public; SET client_min_messages = error;';

sub session
{
	my ($role, $which) = @_;
	my $key = $role . ($which // '');
	return $session{$key} if $session{$key};
	my $psql = $node->background_psql('matrix',
		on_error_stop => 0,
		extra_params => [ '-U', $role ]);
	$session{$key} = $psql;
	run_sql($psql, "\\set VERBOSITY verbose\n$settings");
	return $psql;
}

# what psql prints, and what it complains of
sub run_sql
{
	my ($psql, $sql) = @_;
	$psql->{stderr} = '';
	my $out = $psql->query($sql);
	my $err = $psql->{stderr};
	$psql->{stderr} = '';
	$err =~ s/^LOCATION: .*\n?//mg;
	return ($out, $err);
}

# whoever prepares has the administrator's label, and the client's role
my $superuser = $node->safe_psql('postgres', 'SELECT current_user');
my $admin = session($superuser);
run_sql($admin, 'SET SESSION AUTHORIZATION m_test;');

sub as_admin
{
	my ($sql, $what) = @_;
	my ($out, $err) = run_sql($admin, $sql);
	is($err, '', "$what: prepared") if $err ne '';
	return $out;
}

# a connection of its own for one statement
sub connect_sql
{
	my ($dbname, $role, $sql) = @_;
	my ($out, $err) = ('', '');
	$node->psql(
		$dbname, $sql,
		stdout => \$out,
		stderr => \$err,
		extra_params => [ '-U', $role, '-v', 'VERBOSITY=verbose' ]);
	return ($out, $err);
}

sub records
{
	my ($offset) = @_;
	my $log = slurp_file($node->logfile, $offset);
	return $log =~ /(SELinux: denied .*)/g;
}

# everything that a denied statement must leave as it was: how many rows each
# catalog has, but for labels, dependencies of nothing and statistics
my @catalogs = split /\n/, $node->safe_psql(
	'matrix', q{
	SELECT oid::regclass FROM pg_class
	WHERE relkind = 'r' AND relnamespace = 'pg_catalog'::regnamespace
	  AND relname NOT IN ('pg_security', 'pg_shsecurity', 'pg_statistic', 'pg_statistic_ext_data')
	ORDER BY 1});
my $counts = join(' UNION ALL ', map { "SELECT '$_', count(*) FROM $_" } @catalogs);

sub fingerprint
{
	my ($what) = @_;
	my @databases = glob($node->data_dir . '/base/*');
	return as_admin("$counts;", $what) . "\n" . @databases . ' databases';
}

# ---------------------------------------------------------------------------
# the rows

my $id = 100000;
my $conf = '';
my $files = "$dir/files";
my $libdir = $node->config_data('--pkglibdir');
my $dlsuffix = $^O eq 'darwin' ? '.dylib' : '.so';
my %count = (rows => 0, untriggered => 0);

foreach my $c (@classes)
{
	my @rows = grep {
		my $row = $_;
		!@wanted || grep { $_ eq $c->{class} || $_ eq "$c->{class}:$row->{permission}" } @wanted
	} @{ $c->{rows} };
	next unless @rows;

	as_admin($c->{before}, $c->{class}) if $c->{before};
	foreach my $row (@rows)
	{
		if ($row->{untriggered})
		{
			note "$c->{class} $row->{permission}: nothing asks for it: $row->{untriggered}";
			$count{untriggered}++;
			next;
		}
		run_row($row);
		$count{rows}++;
	}
	as_admin($c->{after}, $c->{class}) if $c->{after};
}

# what $DIR has
sub make_files
{
	system_or_bail('rm', '-rf', $files);
	mkdir $files or die "$files: $!";
	append_to_file("$files/file", "1\n");
	copy("$libdir/plpgsql$dlsuffix", "$files/module$dlsuffix") or die "module: $!";
	mkfifo("$files/pipe", 0600) or die "pipe: $!";
	IO::Socket::UNIX->new(Local => "$files/socket", Listen => 1)
	  or die "socket: $!";
}

# the lines of postgresql.conf that a row wants, as this client sees them
sub configure
{
	my ($lines, $client) = @_;
	my $file = $node->data_dir . '/postgresql.conf';
	my $text = slurp_file($file) =~ s/# matrix\n.*//sr;
	my ($name, $value) = $lines =~ /^(\S+) = '(.*)'$/m;

	unlink $file;
	append_to_file($file, "$text# matrix\n$lines\n");
	$node->reload;
	$conf = $lines;
	return unless defined $name;
	foreach (1 .. 10 * $PostgreSQL::Test::Utils::timeout_default)
	{
		my ($out, $err) = run_sql($client, "SHOW $name;");
		return if $out eq $value;
		die $err if $err ne '';
		usleep(100_000);
	}
	die "the server has not taken $lines";
}

sub run_row
{
	my ($row) = @_;
	my $denial = $row->{denied} // 'error';
	my $first = (split /\n/, $row->{statement} =~ s/\$\w+/../gr)[0];
	my $title = "$row->{class} $row->{permission}: $first";

	foreach my $denied (0, 1)
	{
		my $what = $title . ($denied ? ' (denied)' : ' (permitted)');
		my $role = Matrix::which($row, 'role', 'm_test', $denied);
		my %value = (ID => ++$id, DIR => $files);
		my $other;
		if ($row->{other})
		{
			$other = session(Matrix::which($row, 'other', '', $denied), 'other');
			($value{PID}) = run_sql($other, 'SELECT pg_backend_pid();');
		}
		my %sql = map { $_ => Matrix::expand($row->{$_} // '', $row, $denied, %value) }
		  qw(setup prepare statement cleanup connect conf helper listen answer);
		my $client = $row->{connect} ? undef : session($role);
		my ($before, $out, $err, $offset, @records);

		as_admin("DROP SCHEMA IF EXISTS m CASCADE; CREATE SCHEMA m;\n"
			  . "SET search_path = m, public;\n$sql{setup}", $what);
		make_files() if $row->{statement} =~ /\$DIR/;
		configure($sql{conf}, $client // $admin) if $sql{conf} ne $conf;
		if ($sql{prepare} ne '')
		{
			($out, $err) = run_sql($client, $sql{prepare});
			is($err, '', "$what: the client's own preparation") if $err ne '';
		}
		run_sql($other, $sql{listen}) if $sql{listen} ne '';
		$before = fingerprint($what) if $denied;
		my $helper;
		if ($sql{helper} ne '')
		{
			$helper = fork() // die "fork: $!";
			exec('sh', '-c', $sql{helper}) if $helper == 0;
		}

		my @ways = ('');
		push @ways, 'role', 'definer'
		  if $denied && !$row->{once} && !$row->{connect} && $denial !~ /^hidden/;
		push @ways, 'role' if $denied && !$row->{once} && $denial =~ /^hidden/;

		foreach my $way (@ways)
		{
			my $statement = $sql{statement};
			my $how = $what;

			if ($way eq 'role')
			{
				$how .= ', as another role';
				$statement = "SET ROLE m_boss;\n$statement;\nRESET ROLE";
			}
			elsif ($way eq 'definer')
			{
				next if $statement =~ /^COPY .* STDOUT/;
				$how .= ', in a SECURITY DEFINER function';
				$statement = 'SELECT public.definer($m$' . $statement . '$m$)';
			}

			$offset = -s $node->logfile;
			($out, $err) = $row->{connect}
			  ? connect_sql($sql{connect}, $role, $statement)
			  : run_sql($client, "$statement;");
			if ($sql{answer} ne '')
			{
				is($err, '', "$how: no error");
				($out, $err) = run_sql($other, $sql{answer});
				$out =~ s/PID \d+/PID/g;
			}
			@records = records($offset);

			if (!$denied)
			{
				is($err, '', "$how: succeeds");
				is($out, Matrix::expand($row->{result}, $row, 0, %value), "$how: result")
				  if defined $row->{result};
				is("@records", '', "$how: nothing is denied in the log");
				next;
			}

			if ($denial =~ /^hidden ?(.*)$/)
			{
				is($out, $1, "$how: result");
				is($err, '', "$how: no error");
			}
			elsif ($denial =~ /^error (?:(\d[0-9A-Z]{4}) )?(.+)$/)
			{
				my $message = ($1 // '42501') . ": $2";
				like($err, qr/ERROR:  \Q$message\E$/m, "$how: message");
			}
			else
			{
				like($err, qr/(ERROR|FATAL):  (42501: )?SELinux: security policy violation$/m,
					"$how: message");
			}

			if (($row->{audit} // '') eq 'silent')
			{
				is("@records", '', "$how: not audited");
				next;
			}
			my $type = Matrix::expand('$T', $row, 1, %value);
			my @others = grep {
				!/ \{ \Q$row->{permission}\E \} scontext=\S+ tcontext=\S+:\Q$type\E:\S+ tclass=\Q$row->{class}\E( name="[^"]*")?$/
			} @records;
			ok(@records > 0, "$how: audited")
			  unless $way ne '' && ($denial =~ /^hidden/ || ($row->{audit} // '') eq 'once');
			is("@others", '', "$how: nothing else is denied");
		}

		is(fingerprint($what), $before, "$what: nothing is left behind")
		  if $denied;
		run_sql($other, 'UNLISTEN *;') if $other;
		if ($helper)
		{
			# it has ended, or waits for a server that has been refused
			kill 'KILL', $helper;
			waitpid $helper, 0;
		}
		if ($row->{prepare})
		{
			run_sql($client, "ROLLBACK;\nDISCARD ALL;\n$settings");
		}
		as_admin("RESET ROLE;\n$sql{cleanup}", $what) if $sql{cleanup} ne '';
	}
}

note "$count{rows} rows run both ways, $count{untriggered} that nothing asks for";
$_->quit foreach values %session;
$node->stop;
done_testing();
