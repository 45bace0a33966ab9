/*-------------------------------------------------------------------------
 *
 * loopback.c
 *	  Is a client a process of this server?
 *
 * dblink, postgres_fdw and whatever else a server process may run can connect
 * to the server itself.  At the other end of such a connection is a client
 * with a label, which is not known here, and who opens it chooses the role.
 * So the connection gets no label by the rules for other clients, but only by
 * those that were written for it: see "loopback" in peerlabel.c.
 *
 * The kernel says which process holds the other end.  A process that has left
 * the server's family, by ending all that were between, is not recognised;
 * only who may run programs on the server can make one.
 *
 * IDENTIFICATION
 *	  src/backend/security/sepgsql/loopback.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <dirent.h>
#include <signal.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "libpq/libpq-be.h"
#include "miscadmin.h"
#include "security/sepgsql.h"

static void
report_unreadable(pid_t pid)
{
	ereport(FATAL,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("could not find out which process is at the other end of a connection"),
			 errdetail("The parent of process %d cannot be read in /proc.", (int) pid),
			 errhint("Mount /proc so that the server may read about all processes, and let clients on sockets be of the server's own PID namespace.")));
}

/*
 * The parent of a process, 0 if there is no such process any more.
 */
static pid_t
parent_of(pid_t pid)
{
	char		path[64];
	char		buf[512];
	FILE	   *file;
	size_t		len;
	char	   *paren;
	int			ppid = 0;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int) pid);
	file = fopen(path, "r");
	if (file == NULL)
	{
		if (kill(pid, 0) == 0 || errno == EPERM)
			report_unreadable(pid);
		return 0;
	}
	len = fread(buf, 1, sizeof(buf) - 1, file);
	fclose(file);
	buf[len] = '\0';
	/* the name of the program is in parentheses, and may hold any others */
	paren = strrchr(buf, ')');
	if (paren == NULL || sscanf(paren + 1, " %*c %d", &ppid) != 1)
	{
		if (kill(pid, 0) == 0 || errno == EPERM)
			report_unreadable(pid);
		return 0;
	}
	return ppid;
}

/* Is this a process of this server, or one that was started by one? */
static bool
is_server_process(pid_t pid)
{
	for (int depth = 0; pid > 1 && depth < 64; depth++)
	{
		if (pid == PostmasterPid)
			return true;
		pid = parent_of(pid);
	}
	return false;
}

/* Does a process of this server hold this socket? */
static bool
server_holds_socket(unsigned long inode)
{
	char		wanted[64];
	DIR		   *proc = opendir("/proc");
	struct dirent *entry;
	bool		result = false;

	if (proc == NULL)
		ereport(FATAL,
				(errcode_for_file_access(),
				 errmsg("could not open directory \"%s\": %m", "/proc")));
	snprintf(wanted, sizeof(wanted), "socket:[%lu]", inode);
	while (!result && (entry = readdir(proc)) != NULL)
	{
		pid_t		pid = strtol(entry->d_name, NULL, 10);
		char		path[MAXPGPATH];
		DIR		   *fds;
		struct dirent *fd;

		if (pid <= 1 || pid == MyProcPid)
			continue;
		snprintf(path, sizeof(path), "/proc/%d/fd", (int) pid);
		if ((fds = opendir(path)) == NULL)
			continue;
		while (!result && (fd = readdir(fds)) != NULL)
		{
			char		target[64];
			ssize_t		len;

			snprintf(path, sizeof(path), "/proc/%d/fd/%s", (int) pid, fd->d_name);
			len = readlink(path, target, sizeof(target) - 1);
			if (len <= 0)
				continue;
			target[len] = '\0';
			result = strcmp(target, wanted) == 0 && is_server_process(pid);
		}
		closedir(fds);
	}
	closedir(proc);
	return result;
}

/*
 * Does a process of this server hold the other end of a TCP connection?  That
 * is on this host then, and belongs to the user that the server runs as.
 * Addresses are not compared: a connection between the same ports of others
 * is looked at too.
 */
static bool
server_holds_peer(const char *table, int peer_port, int own_port)
{
	FILE	   *file = fopen(table, "r");
	char		line[512];
	bool		result = false;

	if (file == NULL)
	{
		/* a host may do without IPv6, but not without knowing who connects */
		if (errno == ENOENT && strcmp(table, "/proc/net/tcp") != 0)
			return false;
		ereport(FATAL,
				(errcode_for_file_access(),
				 errmsg("could not open file \"%s\": %m", table)));
	}
	while (!result && fgets(line, sizeof(line), file) != NULL)
	{
		unsigned int local,
					remote,
					uid;
		unsigned long inode;

		if (sscanf(line, " %*d: %*[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%x %*x %*x:%*x %*x:%*x %*x %u %*d %lu",
				   &local, &remote, &uid, &inode) == 4 &&
			local == peer_port && remote == own_port && uid == geteuid())
			result = server_holds_socket(inode);
	}
	fclose(file);
	return result;
}

/*
 * Is the client at the other end of this connection a process of this server,
 * or one that was started by one?
 */
bool
sepgsql_peer_is_server(Port *port)
{
	int			peer_port;
	int			own_port;

	if (port->raddr.addr.ss_family == AF_UNIX)
	{
		struct ucred peer;
		socklen_t	len = sizeof(peer);

		if (getsockopt(port->sock, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
			ereport(FATAL,
					(errcode_for_socket_access(),
					 errmsg("could not get the peer process of a connection: %m")));
		/* in a namespace that is not ours: it may be one of us there */
		if (peer.pid == 0 && peer.uid == geteuid())
			report_unreadable(0);
		return is_server_process(peer.pid);
	}

	if (port->raddr.addr.ss_family == AF_INET)
	{
		peer_port = ntohs(((struct sockaddr_in *) &port->raddr.addr)->sin_port);
		own_port = ntohs(((struct sockaddr_in *) &port->laddr.addr)->sin_port);
	}
	else
	{
		peer_port = ntohs(((struct sockaddr_in6 *) &port->raddr.addr)->sin6_port);
		own_port = ntohs(((struct sockaddr_in6 *) &port->laddr.addr)->sin6_port);
	}
	return server_holds_peer("/proc/net/tcp", peer_port, own_port) ||
		server_holds_peer("/proc/net/tcp6", peer_port, own_port);
}
