/*-------------------------------------------------------------------------
 *
 * files.c
 *	  Files of the server's host, programs, and libraries.
 *
 * The kernel decides what the server's process may do with a file.  Here the
 * client is asked: its label against that of the file, in the file's class.
 * A file is held by a descriptor that can do nothing but name it (O_PATH);
 * that is decided on, and then opened by way of /proc, so that what is opened
 * is what has been decided on, whatever happens to the path meanwhile.  Nor
 * does a pipe block, or a file get truncated, before the decision.
 *
 * With the kernel's security server the label is the file's own.  The embedded
 * one finds none, and takes sepostgresql_file_context for all files, except
 * for those that are the server itself: what the data directory holds is rows
 * of every label, and so are the memory of its processes and its log.
 *
 * IDENTIFICATION
 *	  src/backend/security/sepgsql/files.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "access/parallel.h"
#include "access/xact.h"
#include "access/xlog_internal.h"
#include "catalog/pg_database.h"
#include "common/relpath.h"
#include "libpq/auth.h"
#include "libpq/libpq.h"
#include "miscadmin.h"
#include "postmaster/syslogger.h"
#include "security/sepgsql_catalog.h"
#include "storage/fd.h"
#include "utils/guc.h"

#define HELD_PATH_LENGTH	(64 + NAME_MAX)

/*
 * The context of this type at the level of what has no label, which is the
 * highest that the policy has a use for.
 */
static SepgSid
highest_sid(const char *type)
{
	char		context[1024];
	SepgSid		sid;
	int			len;

	len = sepg_core_context_set_part(sepg_core_sid_to_text(SEPG_SID_UNLABELED),
									 SEPG_CONTEXT_TYPE, type,
									 context, sizeof(context));
	if (len > 0 && len < sizeof(context) &&
		sepg_core_context_to_sid(context, &sid, NULL, 0) == SEPG_OK)
		return sid;
	return SEPG_SID_UNLABELED;
}

/* The context of the libraries that were installed with the server. */
static SepgSid
library_sid(void)
{
	SepgSid		sid;

	if (sepg_core_context_to_sid("system_u:object_r:lib_t:s0", &sid, NULL, 0) == SEPG_OK ||
		sepg_core_context_to_sid("system_u:object_r:lib_t", &sid, NULL, 0) == SEPG_OK ||
		sepg_core_initial_context("file", &sid) == SEPG_OK)
		return sid;
	return SEPG_SID_UNLABELED;
}

/*
 * Is a file, by the path that the kernel calls it by, this one, or in this
 * directory?
 */
static bool
is_below(const char *real, const char *directory)
{
	char		path[MAXPGPATH];

	return directory != NULL && directory[0] != '\0' &&
		realpath(directory, path) != NULL &&
		(strcmp(path, real) == 0 || path_is_prefix_of_path(path, real));
}

static bool
is_beside(const char *real, const char *file)
{
	char		path[MAXPGPATH];

	if (file == NULL || file[0] == '\0')
		return false;
	strlcpy(path, file, sizeof(path));
	get_parent_directory(path);
	return is_below(real, path);
}

static bool
is_library(const char *real)
{
	return is_below(real, pkglib_path);
}

/* Is this the file that the server's messages go to? */
static bool
is_server_log(int fd)
{
	struct stat st;
	struct stat log;

	return fstat(fd, &st) == 0 && fstat(STDERR_FILENO, &log) == 0 &&
		S_ISREG(st.st_mode) &&
		st.st_dev == log.st_dev && st.st_ino == log.st_ino;
}

/*
 * The type of a file that belongs to the server itself, NULL of any other.
 */
static const char *
servers_own_type(int fd, const char *real)
{
	static const char deleted[] = " (deleted)";
	char		path[MAXPGPATH];
	size_t		len = strlen(real);
	DIR		   *dir;
	struct dirent *de;
	bool		found = false;

	/*
	 * Pipes and the like, what shows the memory of processes, and what has no
	 * name any more, so that a process that has it open led here.
	 */
	if (real[0] != '/' ||
		(len >= strlen(deleted) &&
		 strcmp(real + len - strlen(deleted), deleted) == 0) ||
		strncmp(real, "/proc/", 6) == 0 ||
		strncmp(real, "/sys/", 5) == 0 ||
		strncmp(real, "/dev/shm/", 9) == 0)
		return "postgresql_db_t";

	if (is_server_log(fd) || is_below(real, Log_directory))
		return "postgresql_log_t";
	if (is_below(real, DataDir) || is_below(real, XLOGDIR))
		return "postgresql_db_t";
	dir = AllocateDir(PG_TBLSPC_DIR);
	while (!found && (de = ReadDirExtended(dir, PG_TBLSPC_DIR, LOG)) != NULL)
	{
		if (de->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", PG_TBLSPC_DIR, de->d_name);
		found = is_below(real, path);
	}
	FreeDir(dir);
	if (found)
		return "postgresql_db_t";

	if (is_beside(real, ConfigFileName) || is_beside(real, HbaFileName) ||
		is_beside(real, IdentFileName) ||
		is_beside(real, sepgsql_peerlabel_path()) ||
		is_beside(real, sepostgresql_policy_file) ||
		is_below(real, ssl_key_file) || is_below(real, pg_krb_server_keyfile))
		return "postgresql_etc_t";

	get_share_path(my_exec_path, path);
	if (is_library(real) || is_beside(real, my_exec_path) || is_below(real, path))
		return "lib_t";
	return NULL;
}

/*
 * The context that stands for all other files; SEPG_SID_NONE if there is none
 * and raise is not set.
 */
static SepgSid
parameter_sid(bool raise)
{
	SepgSid		sid;
	bool		unset = sepostgresql_file_context == NULL ||
		sepostgresql_file_context[0] == '\0';

	if (!unset &&
		sepg_core_context_to_sid(sepostgresql_file_context, &sid, NULL, 0) == SEPG_OK)
		return sid;

	/* there it is a policy's decision about a file without a label */
	if (!sepg_core_enforcing())
		return SEPG_SID_UNLABELED;
	if (!raise)
		return SEPG_SID_NONE;
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("SELinux: security policy violation"),
			 unset ?
			 errdetail("Files of the server have no security context.") :
			 errdetail("The policy does not know the security context \"%s\" of files of the server.",
					   sepostgresql_file_context),
			 errhint("Set \"%s\" in postgresql.conf to the context that stands for them.",
					 "sepostgresql_file_context")));
}

/* The class of a file. */
static uint32
file_class(mode_t mode)
{
	switch (mode & S_IFMT)
	{
		case S_IFREG:
			return SEPG_CLASS_FILE;
		case S_IFDIR:
			return SEPG_CLASS_DIR;
		case S_IFLNK:
			return SEPG_CLASS_LNK_FILE;
		case S_IFCHR:
			return SEPG_CLASS_CHR_FILE;
		case S_IFBLK:
			return SEPG_CLASS_BLK_FILE;
		case S_IFIFO:
			return SEPG_CLASS_FIFO_FILE;
		default:
			return SEPG_CLASS_SOCK_FILE;
	}
}

/*
 * What the kernel calls a file that is held, and its label.
 */
static SepgSid
held_sid(int fd, const char *path, char *real, bool module, bool raise)
{
	char		link[64];
	char		err[SEPG_ERRLEN];
	ssize_t		len;
	const char *type;
	SepgSid		sid;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, real, MAXPGPATH - 1);
	if (len <= 0 || len >= MAXPGPATH - 1)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not tell which file \"%s\" is: %m", path),
				 errhint("The file system /proc must be mounted.")));
	real[len] = '\0';

	if (sepostgresql_security_server == SEPGSQL_SERVER_KERNEL)
	{
		if (sepg_core_getfilecon(link, &sid, err, sizeof(err)) != SEPG_OK)
			ereport(ERROR,
					(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					 errmsg("SELinux: could not get the security context of file \"%s\": %s",
							path, err)));
		return sid;
	}

	if (module && is_library(real))
		return library_sid();
	type = servers_own_type(fd, real);
	if (module && type != NULL)
		return highest_sid(type);

	/* unless the parameter is set, no file is anybody's */
	sid = parameter_sid(raise);
	if (sid != SEPG_SID_NONE && type != NULL)
		sid = highest_sid(type);
	return sid;
}

/*
 * Decide about a file that is held.
 */
static bool
check_held(int fd, const char *path, uint32 perms, bool raise)
{
	struct stat st;
	char		real[MAXPGPATH];
	SepgSid		sid;

	if (fstat(fd, &st) != 0)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not stat file \"%s\": %m", path)));
	sid = held_sid(fd, path, real, false, raise);
	if (sid == SEPG_SID_NONE)
		return false;
	return sepgsql_check(sepgsql_subject(), sid, file_class(st.st_mode), perms,
						 real, raise);
}

/*
 * Hold the directory that a file is in, or would be; else the next one above
 * that there is.
 */
static int
hold_parent(const char *path, char *parent, bool any)
{
	int			fd;

	strlcpy(parent, path, MAXPGPATH);
	do
	{
		get_parent_directory(parent);
		if (parent[0] == '\0')
			strcpy(parent, is_absolute_path(path) ? "/" : ".");
		fd = OpenTransientFile(parent, O_PATH | O_DIRECTORY);
	} while (fd < 0 && any && strcmp(parent, "/") != 0 && strcmp(parent, ".") != 0);
	return fd;
}

/*
 * A file cannot be reached, for the reason in saved_errno.  That, too, is for
 * those only who may look into its directory.  Returns -1, with errno set.
 */
static int
not_reached(const char *path, int saved_errno)
{
	char		parent[MAXPGPATH];
	int			fd = hold_parent(path, parent, true);

	if (fd < 0)
		sepgsql_violation();
	check_held(fd, parent, SEPG_FILE__GETATTR, true);
	CloseTransientFile(fd);
	errno = saved_errno;
	return -1;
}

/*
 * Hold a file, and decide about it.  Returns -1 with errno set if it cannot be
 * reached; that, too, is for those only who may look into its directory.
 */
static int
hold_file(const char *path, uint32 perms)
{
	int			fd = OpenTransientFile(path, O_PATH);

	if (fd < 0)
		return not_reached(path, errno);
	check_held(fd, path, perms, true);
	return fd;
}

/*
 * Create a file in the server's name, and hold it.  Its label is what the
 * kernel gives it, as the server's.
 */
static int
create_file(const char *path, mode_t mode)
{
	char		parent[MAXPGPATH];
	char		held[HELD_PATH_LENGTH];
	char		real[MAXPGPATH];
	const char *name = last_dir_separator(path);
	int			dir = hold_parent(path, parent, false);
	int			fd;
	int			save_errno;
	SepgSid		sid;

	if (dir < 0)
		return not_reached(path, errno);
	name = name ? name + 1 : path;
	check_held(dir, parent, SEPG_FILE__WRITE, true);
	sid = held_sid(dir, parent, real, false, true);
	if (sepostgresql_security_server == SEPGSQL_SERVER_KERNEL)
		sid = sepgsql_compute_create(sepgsql_server_sid(), sid, SEPG_CLASS_FILE, name);
	sepgsql_check(sepgsql_subject(), sid, SEPG_CLASS_FILE,
				  SEPG_FILE__CREATE | SEPG_FILE__OPEN | SEPG_FILE__WRITE |
				  SEPG_FILE__GETATTR,
				  psprintf("%s/%s", real, name), true);

	if (snprintf(held, sizeof(held), "/proc/self/fd/%d/%s", dir, name) >= sizeof(held))
	{
		CloseTransientFile(dir);
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = OpenTransientFilePerm(held, O_CREAT | O_EXCL | O_WRONLY | PG_BINARY, mode);
	save_errno = errno;
	CloseTransientFile(dir);
	errno = save_errno;
	return fd;
}

/*
 * Hold a file that is to be read or written, created in the latter case if it
 * is not there, and give the path to open it by.
 */
static int
hold_for(const char *path, bool write, mode_t mode, char *held)
{
	int			fd;

	if (!write)
		fd = hold_file(path, SEPG_FILE__OPEN | SEPG_FILE__READ | SEPG_FILE__GETATTR);
	else
	{
		fd = hold_file(path, SEPG_FILE__OPEN | SEPG_FILE__WRITE | SEPG_FILE__GETATTR);
		if (fd < 0 && errno == ENOENT)
			fd = create_file(path, mode);
	}
	if (fd >= 0)
		snprintf(held, HELD_PATH_LENGTH, "/proc/self/fd/%d", fd);
	return fd;
}

static void
refuse_maintenance(void)
{
	sepgsql_refuse_maintenance(gettext_noop("Functions that maintenance calls may not use files."));
}

/*
 * AllocateFile and the like, for a file that the client has named.
 */
FILE *
sepgsql_allocate_file(const char *path, const char *mode)
{
	char		held[HELD_PATH_LENGTH];
	int			fd;
	FILE	   *file;
	int			save_errno;

	refuse_maintenance();
	if (!sepgsql_enforcing)
		return AllocateFile(path, mode);
	fd = hold_for(path, mode[0] != 'r', 0666, held);
	if (fd < 0)
		return NULL;
	file = AllocateFile(held, mode);
	save_errno = errno;
	CloseTransientFile(fd);
	errno = save_errno;
	return file;
}

int
sepgsql_open_file(const char *path, int flags, mode_t mode)
{
	char		held[HELD_PATH_LENGTH];
	int			fd;
	int			result;
	int			save_errno;

	refuse_maintenance();
	if (!sepgsql_enforcing)
		return OpenTransientFilePerm(path, flags, mode);
	fd = hold_for(path, (flags & O_ACCMODE) != O_RDONLY, mode, held);
	if (fd < 0)
		return -1;
	result = OpenTransientFilePerm(held, flags & ~O_CREAT, mode);
	save_errno = errno;
	CloseTransientFile(fd);
	errno = save_errno;
	return result;
}

DIR *
sepgsql_allocate_dir(const char *path)
{
	char		held[HELD_PATH_LENGTH];
	int			fd;
	DIR		   *dir;
	int			save_errno;

	refuse_maintenance();
	if (!sepgsql_enforcing)
		return AllocateDir(path);
	fd = hold_for(path, false, 0, held);
	if (fd < 0)
		return NULL;
	dir = AllocateDir(held);
	save_errno = errno;
	CloseTransientFile(fd);
	errno = save_errno;
	return dir;
}

int
sepgsql_stat_file(const char *path, struct stat *st)
{
	int			fd;
	int			result;

	refuse_maintenance();
	if (!sepgsql_enforcing)
		return stat(path, st);
	fd = hold_file(path, SEPG_FILE__GETATTR);
	if (fd < 0)
		return -1;
	result = fstat(fd, st);
	CloseTransientFile(fd);
	return result;
}

/*
 * The same for one of the files of a directory that is listed, and for a size
 * that an estimate is made from: what may not be seen is not there.
 */
int
sepgsql_stat_entry(const char *path, struct stat *st)
{
	int			fd;
	int			result = -1;

	refuse_maintenance();
	if (!sepgsql_enforcing)
		return stat(path, st);
	fd = OpenTransientFile(path, O_PATH);
	if (fd < 0)
		return -1;
	if (check_held(fd, path, SEPG_FILE__GETATTR, false))
		result = fstat(fd, st);
	CloseTransientFile(fd);
	if (result != 0)
		errno = ENOENT;
	return result;
}

/*
 * CREATE TABLESPACE: a directory that the server is going to keep files in.
 */
void
sepgsql_check_directory(const char *path)
{
	int			fd;

	refuse_maintenance();
	if (!sepgsql_enforcing)
		return;
	fd = hold_file(path, SEPG_FILE__OPEN | SEPG_FILE__READ | SEPG_FILE__WRITE |
				   SEPG_FILE__GETATTR);
	if (fd >= 0)
		CloseTransientFile(fd);
}

/*
 * A program that the client wants to be run.  What a shell is given to do
 * cannot be told from its text, so this is for those only who could as well
 * load a library, and may execute the shell.
 */
void
sepgsql_check_program(const char *command)
{
	int			fd;

	refuse_maintenance();
	if (!sepgsql_enforcing)
		return;
	(void) sepgsql_is_administrator(true, command);
	fd = hold_file("/bin/sh", SEPG_FILE__EXECUTE);
	if (fd < 0)
		sepgsql_violation();
	CloseTransientFile(fd);
}

/*
 * The database that this process is connected to, as far as it can be looked
 * up now, or has been before.
 */
static SepgSid
database_sid(void)
{
	static SepgSid last = SEPG_SID_UNLABELED;

	if (OidIsValid(MyDatabaseId) && IsTransactionState())
		last = sepgsql_object_sid(DatabaseRelationId, MyDatabaseId, 0);
	return last;
}

/*
 * Ask for a permission of class db_database on a library's file.  Tells
 * whether it is one that was installed with the server.
 */
static bool
check_library(SepgSid subject, const char *path, uint32 perms, bool missing_ok)
{
	char		real[MAXPGPATH];
	int			fd = OpenTransientFile(path, O_PATH);
	SepgSid		sid;

	if (fd < 0)
	{
		/* what is not there cannot be loaded, and others will say so */
		if (!missing_ok)
			sepgsql_violation();
		return false;
	}
	sid = held_sid(fd, path, real, true, true);
	CloseTransientFile(fd);
	sepgsql_check(subject, sid, SEPG_CLASS_DB_DATABASE, perms, real, true);
	return is_library(real);
}

/*
 * A library is about to be loaded: the database is asked, since it is there
 * that the library's functions do their work.  Where it is found depends on
 * parameters, so the client is asked as well unless it is one of the server's
 * own.  A parallel worker loads what its leader has loaded.
 */
void
sepgsql_check_module(const char *path)
{
	SepgSid		database;

	if (!sepgsql_enforcing || InitializingParallelWorker)
		return;
	database = database_sid();
	if (!check_library(database, path, SEPG_DB_DATABASE__LOAD_MODULE, false))
	{
		sepgsql_check(sepgsql_subject(), database, SEPG_CLASS_DB_DATABASE,
					  SEPG_DB_DATABASE__LOAD_MODULE, path, true);
		(void) check_library(sepgsql_subject(), path,
							 SEPG_DB_DATABASE__LOAD_MODULE, false);
	}
}

/*
 * LOAD: the client is asked as well, about the database and about the file.
 */
void
sepgsql_check_load(const char *filename)
{
	char	   *path;

	if (!sepgsql_enforcing)
		return;
	(void) sepgsql_is_administrator(true, filename);
	path = expand_dynamic_library_name(filename);
	(void) check_library(sepgsql_subject(), path, SEPG_DB_DATABASE__LOAD_MODULE, true);
	pfree(path);
}

/*
 * A function in C is defined.
 */
void
sepgsql_check_install_file(const char *filename)
{
	char	   *path;

	if (!sepgsql_enforcing)
		return;
	path = expand_dynamic_library_name(filename);
	(void) check_library(sepgsql_subject(), path, SEPG_DB_DATABASE__INSTALL_MODULE, true);
	pfree(path);
}

/* Look the database's label up while that is possible. */
void
sepgsql_note_database(void)
{
	(void) database_sid();
}
