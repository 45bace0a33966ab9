# The matrix of permissions: every permission of every class that a database
# asks about, the statement that asks for it, and what is seen when it is
# granted and when it is not.
#
# CLASS.rows has one paragraph for each row:
#
#	permission: select
#	setup: what an administrator prepares, as the role that owns everything
#	statement: what the client does
#	result: what it gets when the permission is granted (optional)
#	denied: what it sees when not; "error" where nothing is said
#
# and for permissions, there may be several, that nothing asks for
# "untriggered:" with the reason.
# Further lines of a value are indented.  A paragraph without "permission" is
# about the whole class: "class", "before", "after".  Other keys of rows:
#
#	prepare	the client's own statements before, which must succeed
#	cleanup	the administrator's, after
#	conf	lines of postgresql.conf, in force when the statement is executed
#	connect	a database: the statement is the first of a new connection to it
#	other	the roles of a second session in the denied and in the permitted run;
#		its process number is $PID
#	listen	what that one executes before the statement
#	answer	and after it: the result is what it gets then
#	helper	a command that runs meanwhile, for the other end of a pipe
#	role	the client in the denied and in the permitted run, m_test otherwise
#	types	of $T in the denied and in the permitted run
#	audit	"silent": nothing is written to the log; "once": by the first
#		statement of a session alone, as always of what is "hidden"
#	once	"yes": not repeated under another role and in a SECURITY DEFINER
#		function
#
# "denied" is "error" (SELinux: security policy violation, 42501), "error TEXT"
# for another message, with its SQLSTATE before it if that is another, or
# "hidden", where the statement succeeds with another result; "hidden TEXT"
# says which, otherwise it is empty.
#
# Each row is run with
#	$L	the label that decides: system_u:object_r:TYPE:s0, where TYPE is
#		deny_CLASS_PERMISSION_t in the denied run and free_t in the other
#	$T	TYPE alone
#	$N	a name: denied_CLASS_PERMISSION or permitted_CLASS_PERMISSION
#	$OTHER	another label, on which everything is permitted
#	$ID	a number that is free for a large object
#	$DIR	a directory with the file "file" (of the line "1"), the library
#		"module", the pipe "pipe" and the socket "socket", and nothing else
#	$PID	the process of the other session
package Matrix;

use strict;
use warnings FATAL => 'all';

use File::Basename;

my $dir = dirname(__FILE__);
my %keys = map { $_ => 1 } qw(class before after permission untriggered setup
  prepare conf connect helper other listen statement answer result denied audit
  role types once cleanup);

# the clients of the tests, by their roles
our %clients = map { $_->[0] => "sepgsql_test_u:sepgsql_test_r:$_->[1]:s0-s15:c0.c1023" } (
	[ 'm_test', 'sepgsql_test_t' ],
	[ 'm_free', 'free_domain_t' ],
	(map { [ "m_$_", "deny_process_${_}_t" ] } qw(setcurrent getattr signal sigkill)),
	map { [ "m_$_", "deny_security_${_}_t" ] } qw(compute_av read_policy));

sub slurp
{
	my ($file) = @_;
	open my $fh, '<', $file or die "$file: $!";
	local $/;
	return scalar <$fh>;
}

# The database classes and their permissions, in the policy's order.
sub policy_classes
{
	my $cil = slurp("$dir/../../policy/sepostgresql.cil");
	$cil =~ s/;.*$//mg;
	my (%common, %class, %of, @order);

	$common{$1} = [ split ' ', $2 ] while $cil =~ /\(common\s+(\S+)\s+\(([^)]*)\)\)/g;
	while ($cil =~ /\(class\s+(\S+)\s+\(([^)]*)\)\)/g)
	{
		$class{$1} = [ split ' ', $2 ];
		push @order, $1;
	}
	$of{$1} = $2 while $cil =~ /\(classcommon\s+(\S+)\s+(\S+)\)/g;
	unshift @{ $class{$_} }, @{ $common{ $of{$_} } } for keys %of;
	return (\@order, \%class);
}

# What the reference monitor can ask: its own table of classes.
sub core_classes
{
	my $rs = slurp("$dir/../../rust-core/src/class.rs");
	my (%table, %class);

	while ($rs =~ /permissions!\s*\{\s*(\w+):(.*?)\n\}/sg)
	{
		my ($name, $body) = ($1, $2);
		$table{$name} = [ $body =~ /"(\w+)";/g ];
	}
	$class{$1} = $table{$2}
	  while $rs =~ /ClassDef \{ name: "(\w+)", permissions: (\w+) \}/g;
	return \%class;
}

# The rows of the table, file by file.
sub rows
{
	my @classes;

	foreach my $file (sort glob "$dir/*.rows")
	{
		my %head = (rows => [], file => basename($file));
		my $text = slurp($file);

		$text =~ s/^#.*\n//mg;
		foreach my $paragraph (split /\n\s*\n/, $text)
		{
			my (%row, $key);
			foreach my $line (split /\n/, $paragraph)
			{
				if ($line =~ /^\s+(\S.*)$/ && defined $key)
				{
					$row{$key} .= "\n$1";
				}
				elsif ($line =~ /^([a-z]+):\s*(.*)$/)
				{
					$key = $1;
					die "$file: $key is given twice in\n$paragraph\n"
					  if exists $row{$key};
					die "$file: unknown key $key\n" unless $keys{$key};
					$row{$key} = $2;
				}
				elsif ($line =~ /\S/)
				{
					die "$file: $line\n";
				}
			}
			next unless %row;
			if (exists $row{permission})
			{
				$row{class} = $head{class};
				die "$file: neither statement nor reason for $row{permission}\n"
				  unless exists $row{statement} xor exists $row{untriggered};
				push @{ $head{rows} }, { %row, permission => $_ }
				  foreach split ' ', $row{permission};
			}
			else
			{
				%head = (%head, %row);
			}
		}
		die "$file: no class\n" unless $head{class};
		push @classes, \%head;
	}

	# in the order of the policy
	my ($order, $permissions) = policy_classes();
	my %rank = map { $order->[$_] => $_ } 0 .. $#$order;
	foreach my $c (@classes)
	{
		my @names = @{ $permissions->{ $c->{class} } // [] };
		my %place = map { $names[$_] => $_ } 0 .. $#names;
		@{ $c->{rows} } = sort {
			($place{ $a->{permission} } // 99) <=> ($place{ $b->{permission} } // 99)
		} @{ $c->{rows} };
	}
	return sort { ($rank{ $a->{class} } // 99) <=> ($rank{ $b->{class} } // 99) }
	  @classes;
}

# The value of a key that speaks of the two runs.
sub which
{
	my ($row, $key, $default, $denied) = @_;
	my @values = split ' ', $row->{$key} // $default;
	return $values[ $denied ? 0 : -1 ];
}

# A value of a row for one of its two runs.
sub expand
{
	my ($text, $row, $denied, %value) = @_;
	my $type = which($row, 'types', "deny_$row->{class}_$row->{permission}_t free_t", $denied);

	%value = (
		%value,
		T => $type,
		L => "system_u:object_r:$type:s0",
		N => ($denied ? 'denied' : 'permitted') . "_$row->{class}_$row->{permission}",
		OTHER => 'system_u:object_r:other_t:s0');
	$text =~ s/\$(OTHER|ID|DIR|PID|T|L|N)\b/$value{$1} \/\/ die "no value for \$$1"/ge;
	return $text;
}

# The policy module of the tests: a client that may do everything on
# everything, but for one permission on the type that is named for it.
sub policy_module
{
	my ($order, $class) = policy_classes();
	my $core = core_classes();
	my $cil = ";; Generated by Matrix.pm for regress/t/matrix.pl\n" . slurp("$dir/extra.cil");
	my @db = grep { /^db_/ } @$order;
	my @files = grep { /^(dir|(\w+_)?file)$/ } @$order;

	# types for objects of the database, and for files
	foreach my $set (\@db, \@files)
	{
		foreach my $c (@$set)
		{
			foreach my $p (@{ $core->{$c} // [] })
			{
				my $type = "deny_${c}_${p}_t";
				$cil .= "(type $type)\n(typeattributeset matrix_type ($type))\n";
				foreach my $d (@$set)
				{
					my @perms = grep { $d ne $c || $_ ne $p } @{ $class->{$d} };
					$cil .= "(allow matrix_client_type $type ($d (@perms)))\n";
				}
			}
		}
	}

	# what has no parent whose label could be chosen goes by its name
	$cil .= "(typetransition sepgsql_test_t sepgsql_db_t $_ \"denied_${_}_create\" deny_${_}_create_t)\n"
	  . "(typetransition sepgsql_test_t sepgsql_db_t $_ \"permitted_${_}_create\" free_t)\n"
	  foreach qw(db_database db_schema db_language);
	return $cil;
}

# How a row is denied, in words.
sub denial
{
	my ($row) = @_;
	my $denied = $row->{denied} // 'error';

	return 'error' if $denied eq 'error';
	return "error: `$1`" if $denied =~ /^error (?:\d[0-9A-Z]{4} )?(.*)$/;
	return 'hidden' if $denied eq 'hidden';
	return "`$1`" if $denied =~ /^hidden (.*)$/;
	die "how is $row->{class} $row->{permission} denied: $denied?";
}

# What bears the label that decides.
sub bearer
{
	my ($row) = @_;

	return "\L$1\E`$2`"
	  if ($row->{setup} // '') =~ /\bON ([A-Z ]+ )(\S+(?:\([^)]*\))?) IS '[^']*\$[LT]/;
	return "\L$1\E`$2`"
	  if ($row->{setup} // '') =~ /CREATE ([A-Z ]+ )(\w+)[^;]* SECURITY_LABEL = '\$L'/;
	return 'row' if ($row->{setup} // '') =~ /security_label.*\$L/;
	return 'the files' if ($row->{conf} // '') =~ /\$L/;
	return 'the session PID' if $row->{other};
	return 'the client itself' if $row->{role};
	return 'what is new, by its name' if $row->{statement} =~ /\$N\b/;
	return 'given in the statement' if $row->{statement} =~ /\$[LT]\b/;
	die "what has the label in $row->{class} $row->{permission}: $row->{statement}?";
}

# The table as a page for reviewers.
sub render
{
	my @classes = rows();
	my ($rows, $silent) = (0, 0);
	my $body = '';
	my @none;

	foreach my $c (@classes)
	{
		$body .= "\n## $c->{class}\n\n| permission | statement | label on | denied | permitted |\n|---|---|---|---|---|\n";
		foreach my $row (@{ $c->{rows} })
		{
			if ($row->{untriggered})
			{
				my $why = cell($row->{untriggered});
				push @none, [ $c->{class}, $why ]
				  unless grep { $_->[0] eq $c->{class} && $_->[1] eq $why } @none;
				push @$_, $row->{permission}
				  foreach grep { $_->[0] eq $c->{class} && $_->[1] eq $why } @none;
				$silent++;
				next;
			}
			my $statement = cell($row->{statement});
			$statement =~ s/\$N\b/n/g;
			$statement =~ s/\$L\b/label/g;
			$statement =~ s/\$OTHER\b/another label/g;
			my $granted = $row->{result} // '';
			$granted = $granted eq '' ? 'succeeds' : '`' . cell($granted) . '`';
			$granted =~ s/\$N\b/n/g;
			my @notes = (
				$row->{connect} ? 'in a new connection' : (),
				$row->{other} ? 'PID: another session' : ());
			my $note = @notes ? ' (' . join(', ', @notes) . ')' : '';
			$statement =~ s/\$(DIR|PID|ID|T)\b/$1/g;
			$body .= "| $row->{permission} | `$statement`$note | " . bearer($row) . ' | ' . denial($row)
			  . (($row->{audit} // '') eq 'silent' ? ', not audited' : '')
			  . " | $granted |\n";
			$rows++;
		}
	}

	my $page = slurp("$dir/README.in");
	$page =~ s/\@ROWS\@/$rows/g;
	$page =~ s/\@UNTRIGGERED\@/$silent/g;
	$page .= $body;
	$page .= "\n## What nothing asks for\n\n| class | permissions | why |\n|---|---|---|\n";
	foreach (@none)
	{
		my ($class, $why, @permissions) = @$_;
		$page .= "| $class | " . join(', ', @permissions) . " | $why |\n";
	}
	return $page;
}

sub cell
{
	my ($text) = @_;
	$text =~ s/\s*\n\s*/ /g;
	$text =~ s/\|/\\|/g;
	return $text;
}

1;
