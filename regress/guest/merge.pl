# merge.pl POLICYDIR DIRECTORY: in a distribution's policy, whose modules lie in
# DIRECTORY in CIL, the database's part becomes that of POLICYDIR/sepostgresql.cil,
# so that a kernel gives the answers that the embedded policy gives.
use strict;
use warnings;

my ($policy, $dir) = @ARGV;
my $levels = `awk -v sens=16 -v cats=1024 -f "$policy/levels.awk"`;
die "levels.awk failed\n" if $? || !$levels;
my $ours = do { local (@ARGV, $/) = ("$policy/sepostgresql.cil"); <> };

# The statements of a text, each from its bracket to where that closes.
sub statements
{
	my ($text) = @_;
	my (@found, $start);
	my $depth = 0;
	$text =~ s/^\s*;.*\n//mg;
	while ($text =~ /("[^"]*"|;[^\n]*|[()])/g)
	{
		my $token = $1;
		if ($token eq '(') { $start = pos($text) - 1 if $depth++ == 0; }
		elsif ($token eq ')' && --$depth == 0)
		{
			push @found, substr($text, $start, pos($text) - $start);
		}
	}
	return @found;
}

# What the distribution's policy has already, by kind and name.
my %has;
my @users = qw(system_u unconfined_u staff_u user_u sysadm_u root);
my $users = join '|', @users;
for my $file (glob "$dir/*.cil")
{
	open my $in, '<', $file or die "$file: $!\n";
	my @lines;
	while (my $line = <$in>)
	{
		# Its rules and constraints for database objects go, and who is what
		# kind of client.  (Exceptions and data types are no classes of ours.)
		if ($line =~ /^\s*\((?:allow|auditallow|dontaudit|typetransition) .*\(?\bdb_(?!exception|datatype)/)
		{
			# a conditional block must not become empty
			push @lines, "(dontaudit kernel_t self (process (fork)))\n" if $line =~ /^\s/;
			next;
		}
		next if $line =~ /\(db_(?!exception|datatype)\w+ \(/;
		next if $line =~ /^\((class|classcommon) db_(?!exception|datatype)/;
		next if $line =~ /^\(common database /;
		next if $line =~ /^\s*\(typeattributeset sepgsql_/;
		next if $line =~ /^\s*\(typetransition \S+ sepgsql_\S+ process /;
		next if $line =~ /^\(boolean (\S+) / && $ours =~ /^\(boolean $1 /m;
		# levels, and the ranges of users
		next if $line =~ /^\((sensitivity|sensitivityorder|category|categoryorder|sensitivitycategory) /;
		next if $line =~ /^\((userrange|userlevel) (?:$users) /;
		next if $line =~ /^\(sidcontext unlabeled /;
		$has{"$1 $2"} = 1 if $line =~ /^\s*\((type|typeattribute|role|user|typealias) (\S+)\)/;
		push @lines, $line;
	}
	close $in;
	open my $out, '>', $file or die "$file: $!\n";
	print $out @lines;
	close $out;
}

open my $out, '>', "$dir/zz_sepostgresql.cil" or die "$!\n";
for my $statement (statements($levels), statements($ours))
{
	next if $statement =~ /^\((handleunknown|mls|policycap|sid|sidorder|classorder) /;
	next if $statement =~ /^\(common file /;
	next if $statement =~ /^\((class|classcommon) (?!db_)/;
	next if $statement =~ /^\(sidcontext (?!unlabeled)/;
	# mcstrans' class, of which nothing asks the policy
	next if $statement =~ /\(context \(/;
	# the host's own files and processes stay under the host's own constraints
	next if $statement =~ /^\(mlsconstrain \(filesys/;
	next if $statement =~ /^\((type|typeattribute|role|user) (\S+)\)/ && $has{"$1 $2"};
	# the administrator's shell, whose range is that of a login, starts clients of
	# every level by runcon; no decision of the database is about that
	if ($statement =~ /^\(mlsconstrain \(process \(transition dyntransition\)\)\s*\(or (.*)\)\)$/s)
	{
		print $out "(mlsconstrain (process (dyntransition)) (or $1))\n",
		  "(mlsconstrain (process (transition)) (or (eq t1 guest_launcher) (or $1)))\n";
		next;
	}
	print $out "$statement\n";
}
print $out <<'MORE';
(typeattribute guest_launcher)
(typeattributeset guest_launcher (unconfined_t init_t kernel_t))
(typeattributeset mlsprocsetsl (init_t kernel_t))
(typeattributeset can_change_process_identity (init_t kernel_t))
(typeattributeset can_change_process_role (init_t kernel_t))
MORE
close $out;
