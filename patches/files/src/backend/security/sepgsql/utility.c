/*-------------------------------------------------------------------------
 *
 * utility.c
 *	  What ordinary clients may not do until every statement is decided.
 *
 * Some actions go around everything that is decided for rows, tables and
 * columns: reading the server's files, running programs or code that is not
 * bound by SQL, copying the database as a whole.  Until each of them has its
 * own decision, all are for the administrator alone.  Who that is, the policy
 * says: whoever may load modules into the database.
 *
 * IDENTIFICATION
 *	  src/backend/security/sepgsql/utility.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <dirent.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "access/xact.h"
#include "catalog/pg_database.h"
#include "libpq/libpq-be.h"
#include "miscadmin.h"
#include "security/sepgsql_catalog.h"
#include "utils/guc_tables.h"

/*
 * May this client do everything?  what names the object or action in the
 * audit record.  Outside of transactions, which is to say in a replication
 * connection, no catalog can be read, and what is asked for there is every
 * row whatever its label: permission on what has no label stands for it.
 */
bool
sepgsql_is_administrator(bool abort, const char *what)
{
	if (!sepgsql_enforcing)
		return true;
	return sepgsql_check(sepgsql_subject(),
						 OidIsValid(MyDatabaseId) && IsTransactionState() ?
						 sepgsql_object_sid(DatabaseRelationId, MyDatabaseId, 0) :
						 SEPG_SID_UNLABELED,
						 SEPG_CLASS_DB_DATABASE,
						 SEPG_DB_DATABASE__LOAD_MODULE, what, abort);
}

/*
 * Refuse an action to everybody else.
 */
void
sepgsql_refuse(const char *what)
{
	(void) sepgsql_is_administrator(true, what);
}

/*
 * May this client see what the sessions of a role are doing?  Their queries
 * contain values, and a session's label is not known from outside; so only
 * those of its own role, but for the administrator.  Nothing was asked for,
 * so there is no audit record.
 */
bool
sepgsql_session_visible(Oid roleid)
{
	uint32		allowed = 0;

	if (!sepgsql_enforcing || roleid == GetSessionUserId())
		return true;
	return sepg_core_allowed(sepgsql_subject(),
							 sepgsql_object_sid(DatabaseRelationId,
												MyDatabaseId, 0),
							 SEPG_CLASS_DB_DATABASE, &allowed) == SEPG_OK &&
		(allowed & SEPG_DB_DATABASE__LOAD_MODULE) != 0;
}

/*
 * Libraries that a session loads by itself when it starts, because the client
 * said so.
 */
void
sepgsql_check_preload(void)
{
	static const char *const names[] = {
		"session_preload_libraries", "local_preload_libraries"
	};

	if (!sepgsql_enforcing)
		return;
	for (int i = 0; i < lengthof(names); i++)
	{
		struct config_generic *gen = find_option(names[i], false, false, ERROR);
		const char *value = *((struct config_string *) gen)->variable;

		/* what stands in files and catalogs others have been asked about */
		if (value != NULL && value[0] != '\0' &&
			gen->source > PGC_S_DATABASE_USER)
			sepgsql_refuse(names[i]);
	}
}

/*
 * The parent of a process, 0 if it cannot be told.
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
		return 0;
	len = fread(buf, 1, sizeof(buf) - 1, file);
	fclose(file);
	buf[len] = '\0';
	/* the name of the program is in parentheses, and may hold any others */
	paren = strrchr(buf, ')');
	if (paren == NULL || sscanf(paren + 1, " %*c %d", &ppid) != 1)
		return 0;
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

#ifdef SO_PEERCRED
/*
 * The inode of the other end of a TCP connection, if that is on this host and
 * belongs to the user that the server runs as; else 0.
 */
static unsigned long
local_tcp_inode(const char *table, int peer_port, int own_port)
{
	FILE	   *file = fopen(table, "r");
	char		line[512];
	unsigned long result = 0;

	if (file == NULL)
		return 0;
	while (result == 0 && fgets(line, sizeof(line), file) != NULL)
	{
		unsigned int local,
					remote,
					uid;
		unsigned long inode;

		if (sscanf(line, " %*d: %*[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%x %*x %*x:%*x %*x:%*x %*x %u %*d %lu",
				   &local, &remote, &uid, &inode) == 4 &&
			local == peer_port && remote == own_port && uid == geteuid())
			result = inode;
	}
	fclose(file);
	return result;
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
		return false;
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
#endif

/*
 * Refuse a client that is one of this server's own processes, or was started
 * by one.  The label of its connection says nothing of the client on whose
 * behalf it connects.
 */
void
sepgsql_check_peer_process(void)
{
#ifdef SO_PEERCRED
	bool		refuse = false;

	if (MyProcPort == NULL)
		return;
	if (MyProcPort->raddr.addr.ss_family == AF_UNIX)
	{
		struct ucred peer;
		socklen_t	len = sizeof(peer);

		if (getsockopt(MyProcPort->sock, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
			ereport(FATAL,
					(errcode_for_socket_access(),
					 errmsg("could not get the peer process of a connection: %m")));
		refuse = is_server_process(peer.pid);
	}
	else
	{
		int			peer_port;
		int			own_port;
		unsigned long inode;

		if (MyProcPort->raddr.addr.ss_family == AF_INET)
		{
			peer_port = ntohs(((struct sockaddr_in *) &MyProcPort->raddr.addr)->sin_port);
			own_port = ntohs(((struct sockaddr_in *) &MyProcPort->laddr.addr)->sin_port);
		}
		else
		{
			peer_port = ntohs(((struct sockaddr_in6 *) &MyProcPort->raddr.addr)->sin6_port);
			own_port = ntohs(((struct sockaddr_in6 *) &MyProcPort->laddr.addr)->sin6_port);
		}
		inode = local_tcp_inode("/proc/net/tcp", peer_port, own_port);
		if (inode == 0)
			inode = local_tcp_inode("/proc/net/tcp6", peer_port, own_port);
		refuse = inode != 0 && server_holds_socket(inode);
	}
	if (refuse)
	{
		/*
		 * Whatever the label of this session: it is that of a role which the
		 * client at the other end has chosen, and its own is not known here.
		 */
		(void) sepgsql_is_administrator(false, "connection from a process of this server");
		sepgsql_violation();
	}
#endif
}
