#!/usr/bin/perl
# relay.pl LISTEN TARGET MAP: between a client that connects as one role after
# another, and a server that asks its peer's label.  Listens on the socket LISTEN;
# for each connection runcon starts a process with the label that the file MAP, in
# the form of pg_peerlabel.conf, has for the role, and that process connects to the
# socket TARGET and passes on what either side says.
use strict;
use warnings;
use IO::Select;
use IO::Socket::UNIX;
use Socket;

$^F = 1000;		# descriptors survive exec
$SIG{PIPE} = 'IGNORE';

sub read_exactly
{
	my ($from, $wanted) = @_;
	my $data = '';
	while (length $data < $wanted)
	{
		my $n = sysread($from, $data, $wanted - length $data, length $data);
		exit 0 unless $n;
	}
	return $data;
}

sub write_all
{
	my ($to, $data) = @_;
	while (length $data)
	{
		my $n = syswrite($to, $data);
		return 0 unless defined $n;
		substr($data, 0, $n) = '';
	}
	return 1;
}

# the process with the client's label: --connect DESCRIPTOR TARGET
if (@ARGV && $ARGV[0] eq '--connect')
{
	my (undef, $fd, $target) = @ARGV;
	open my $client, '+<&=', $fd or die "descriptor $fd: $!\n";
	my $packet = pack 'H*', $ENV{RELAY_PACKET};
	my $server = IO::Socket::UNIX->new(Peer => $target) or die "$target: $!\n";
	write_all($server, $packet);
	my $select = IO::Select->new($client, $server);
	while (1)
	{
		for my $from ($select->can_read)
		{
			my $data;
			my $n = sysread($from, $data, 65536);
			exit 0 unless $n;
			exit 0 unless write_all($from == $client ? $server : $client, $data);
		}
	}
}

my ($listen, $target, $map) = @ARGV;
my @rules;
open my $in, '<', $map or die "$map: $!\n";
while (<$in>)
{
	my ($type, $database, $user, $label) = split;
	push @rules, [ $database, $user, $label ] if defined $label && $type eq 'local';
}
close $in;

sub label_of
{
	my ($database, $user) = @_;
	for (@rules)
	{
		my ($d, $u, $label) = @$_;
		return $label
		  if ($d eq 'all' || grep { $_ eq $database } split /,/, $d)
		  && ($u eq 'all' || grep { $_ eq $user } split /,/, $u);
	}
	return;
}

unlink $listen;
my $socket = IO::Socket::UNIX->new(Local => $listen, Listen => 100) or die "$listen: $!\n";
chmod 0777, $listen;
$SIG{CHLD} = 'IGNORE';
while (1)
{
	my $client = $socket->accept or next;
	my $pid = fork;
	die "fork: $!\n" unless defined $pid;
	if ($pid) { close $client; next; }
	close $socket;
	my ($packet, $code);
	while (1)
	{
		my $length = read_exactly($client, 4);
		$packet = $length . read_exactly($client, unpack('N', $length) - 4);
		$code = unpack 'N', substr $packet, 4, 4;
		last unless $code == 80877103 || $code == 80877104;
		# neither SSL nor GSSAPI
		write_all($client, 'N');
	}
	my %start = $code == 80877102 ? () : split /\0/, substr $packet, 8;
	my $user = $start{user} // 'postgres';
	my $label = label_of($start{database} // $user, $user) or exit 1;
	$ENV{RELAY_PACKET} = unpack 'H*', $packet;
	exec 'runcon', $label, '/usr/bin/perl', $0, '--connect', fileno($client), $target;
	die "runcon: $!\n";
}
