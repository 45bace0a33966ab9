/*-------------------------------------------------------------------------
 *
 * selinux.c
 *	  What initdb does for a labelled cluster.
 *
 * The labels themselves are given by the backends that initdb starts; see
 * the parameter sepostgresql_initdb.  Here is what stands around that: the
 * choice of the security server, pg_peerlabel.conf, the directory pg_selinux
 * and the mark in it without which no server enforces anything.
 *
 * IDENTIFICATION
 *	  src/bin/initdb/selinux.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres_fe.h"

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "common/file_perm.h"
#include "common/logging.h"
#include "fe_utils/string_utils.h"
#include "pqexpbuffer.h"
#include "selinux.h"

#define SELINUX_MOUNT		"/sys/fs/selinux"

/* here the first backend leaves the administrator's context */
#define ADMIN_CONTEXT_FILE	"pg_selinux/administrator"

static FILE *create_file(const char *path);
static void close_file(FILE *file, const char *path);

#ifdef USE_SEPGSQL
/*
 * Does the kernel of this machine have SELinux switched on?  By the same
 * signs as libselinux goes by, without needing it: selinuxfs is mounted, and
 * not read-only, as it is in a container.
 */
static bool
kernel_has_selinux(void)
{
	struct statvfs fs;

	return access(SELINUX_MOUNT "/status", F_OK) == 0 &&
		statvfs(SELINUX_MOUNT, &fs) == 0 &&
		(fs.f_flag & ST_RDONLY) == 0;
}
#endif

/*
 * Find out which security server to use.  The choice is written into
 * postgresql.conf, and is never changed by itself.
 */
const char *
selinux_choose_server(const char *wanted, const char **policy_file)
{
#ifndef USE_SEPGSQL
	pg_log_error("%s is not supported by this build", "--enable-selinux");
	pg_log_error_hint("Build PostgreSQL with %s.", "configure --enable-selinux");
	exit(1);
#else
	if (wanted == NULL)
		wanted = (*policy_file || !kernel_has_selinux()) ? "embedded" : "kernel";

	if (strcmp(wanted, "kernel") == 0)
	{
		if (*policy_file)
			pg_fatal("option %s can be used with the embedded security server only",
					 "--policy-file");
		if (!kernel_has_selinux())
		{
			pg_log_error("the kernel of this machine has no SELinux, or it is switched off");
			pg_log_error_hint("Use %s.", "--security-server=embedded");
			exit(1);
		}
	}
	else if (strcmp(wanted, "embedded") != 0)
		pg_fatal("invalid value \"%s\" for option %s, must be \"kernel\" or \"embedded\"",
				 wanted, "--security-server");

	if (*policy_file)
	{
		char	   *path = make_absolute_path(*policy_file);

		if (access(path, R_OK) != 0)
			pg_fatal("could not access file \"%s\": %m", path);
		*policy_file = path;
	}
	return wanted;
#endif
}

static FILE *
create_file(const char *path)
{
	FILE	   *file = fopen(path, PG_BINARY_W);

	if (file == NULL)
		pg_fatal("could not open file \"%s\" for writing: %m", path);
	return file;
}

static void
close_file(FILE *file, const char *path)
{
	if (ferror(file) || fclose(file) != 0)
		pg_fatal("could not write file \"%s\": %m", path);
	if (chmod(path, pg_file_create_mode) != 0)
		pg_fatal("could not change permissions of \"%s\": %m", path);
}

/*
 * Before the first backend is started: the directory.
 */
void
selinux_prepare(const char *pgdata)
{
	char		path[MAXPGPATH];

	snprintf(path, sizeof(path), "%s/pg_selinux", pgdata);
	if (mkdir(path, pg_dir_create_mode) < 0)
		pg_fatal("could not create directory \"%s\": %m", path);
}

/*
 * pg_peerlabel.conf.
 *
 * The kernel knows the label of who connects.  Without it, all that can be
 * known here is who the superuser is, and that a local socket tells who that
 * is: so this one connection is let in, and nobody else.
 */
static void
write_peerlabels(const char *pgdata, const char *share_path,
				 const char *security_server, const char *username)
{
	char		path[MAXPGPATH];
	char		line[1024];
	FILE	   *input;
	FILE	   *file;
	PQExpBufferData quoted;

	snprintf(path, sizeof(path), "%s/pg_peerlabel.conf.sample", share_path);
	input = fopen(path, "r");
	if (input == NULL)
		pg_fatal("could not open file \"%s\" for reading: %m", path);

	snprintf(path, sizeof(path), "%s/pg_peerlabel.conf", pgdata);
	file = create_file(path);
	while (fgets(line, sizeof(line), input) != NULL)
		fputs(line, file);
	fclose(input);

	if (strcmp(security_server, "kernel") == 0)
	{
		fprintf(file,
				"local   all             all                                     peer\n"
				"host    all             all             all                     peer\n"
				"local   replication     all                                     peer\n"
				"host    replication     all             all                     peer\n");
	}
	else
	{
		char		admin_path[MAXPGPATH];
		bool		mls;

		/* what the policy has for it; the ranges of policies differ */
		snprintf(admin_path, sizeof(admin_path), "%s/%s", pgdata,
				 ADMIN_CONTEXT_FILE);
		input = fopen(admin_path, "r");
		if (input == NULL || fgets(line, sizeof(line), input) == NULL)
			pg_fatal("could not read file \"%s\": %m", admin_path);
		fclose(input);
		unlink(admin_path);
		mls = strstr(line, ":s0") != NULL;

		initPQExpBuffer(&quoted);
		appendPQExpBufferChar(&quoted, '"');
		for (const char *p = username; *p; p++)
		{
			if (*p == '"')
				appendPQExpBufferChar(&quoted, '"');
			appendPQExpBufferChar(&quoted, *p);
		}
		appendPQExpBufferChar(&quoted, '"');
		fprintf(file,
				"local   all             %-24s %s\n"
				"local   replication     %-24s %s\n"
				"\n"
				"# an ordinary user:\n"
				"#local  all             someone                  %s\n",
				quoted.data, line, quoted.data, line,
				mls ? "user_u:user_r:user_t:s0" : "user_u:user_r:user_t");
		termPQExpBuffer(&quoted);
	}
	close_file(file, path);
}

/*
 * At the very end: everything in this cluster has its label.
 */
void
selinux_finish(const char *pgdata, const char *share_path,
			   const char *security_server, const char *username)
{
	char		path[MAXPGPATH];

	write_peerlabels(pgdata, share_path, security_server, username);

	snprintf(path, sizeof(path), "%s/pg_selinux/labelled", pgdata);
	close_file(create_file(path), path);
}

/*
 * Have one database of an existing cluster labelled.
 */
static void
label_database(const char *backend, const char *pgdata,
			   const char *security_server, const char *policy_file,
			   const char *dbname)
{
	PQExpBufferData cmd;
	FILE	   *pipe;

	printf(_("labelling the catalogs of database \"%s\" ... "), dbname);
	fflush(stdout);

	initPQExpBuffer(&cmd);
	appendShellString(&cmd, backend);
	appendPQExpBufferStr(&cmd, " --single -O -j -c search_path=pg_catalog -c exit_on_error=true"
						 " -c log_checkpoints=false -c zero_damaged_pages=off"
						 " -c sepostgresql=on -c sepostgresql_initdb=on");
	if (security_server)
	{
		appendPQExpBufferStr(&cmd, " -c sepostgresql_security_server=");
		appendShellString(&cmd, security_server);
	}
	if (policy_file)
	{
		appendPQExpBufferStr(&cmd, " -c sepostgresql_policy_file=");
		appendShellString(&cmd, policy_file);
	}
	appendPQExpBufferStr(&cmd, " -D ");
	appendShellString(&cmd, pgdata);
	appendPQExpBufferChar(&cmd, ' ');
	appendShellString(&cmd, dbname);
	appendPQExpBuffer(&cmd, " > %s", DEVNULL);

	fflush(NULL);
	pipe = popen(cmd.data, "w");
	if (pipe == NULL ||
		fputs("SELECT pg_catalog.sepgsql_label_catalogs();\n\n", pipe) < 0 ||
		pclose(pipe) != 0)
	{
		printf("\n");
		pg_fatal("could not label the catalogs of database \"%s\"", dbname);
	}
	termPQExpBuffer(&cmd);
	printf(_("ok\n"));
}

/*
 * Label the catalogs of a cluster that exists: pg_upgrade may have filled it
 * from one that knew no labels.  The mark comes last, so that all this can be
 * done again after a failure.
 */
void
selinux_label_catalogs(const char *backend, const char *pgdata,
					   const char *share_path, const char *security_server,
					   const char *policy_file, const char *username)
{
	char		path[MAXPGPATH];
	char		admin_path[MAXPGPATH];
	char	   *names;
	long		len;
	FILE	   *file;

	snprintf(path, sizeof(path), "%s/pg_selinux/labelled", pgdata);
	if (access(path, F_OK) == 0)
		pg_fatal("the database cluster in \"%s\" is labelled already", pgdata);
	snprintf(path, sizeof(path), "%s/postmaster.pid", pgdata);
	if (access(path, F_OK) == 0)
	{
		pg_log_error("file \"%s\" exists", path);
		pg_log_error_hint("Stop the server first.");
		exit(1);
	}
	snprintf(path, sizeof(path), "%s/pg_selinux", pgdata);
	if (mkdir(path, pg_dir_create_mode) < 0 && errno != EEXIST)
		pg_fatal("could not create directory \"%s\": %m", path);

	label_database(backend, pgdata, security_server, policy_file, "template1");

	snprintf(path, sizeof(path), "%s/pg_selinux/databases", pgdata);
	file = fopen(path, PG_BINARY_R);
	if (file == NULL || fseek(file, 0, SEEK_END) != 0 || (len = ftell(file)) < 0)
		pg_fatal("could not read file \"%s\": %m", path);
	rewind(file);
	names = pg_malloc0(len + 1);
	if (fread(names, 1, len, file) != len)
		pg_fatal("could not read file \"%s\": %m", path);
	fclose(file);
	for (char *name = names; name < names + len; name += strlen(name) + 1)
	{
		if (strcmp(name, "template1") != 0)
			label_database(backend, pgdata, security_server, policy_file, name);
	}
	unlink(path);

	snprintf(admin_path, sizeof(admin_path), "%s/" ADMIN_CONTEXT_FILE, pgdata);
	snprintf(path, sizeof(path), "%s/pg_peerlabel.conf", pgdata);
	if (access(path, F_OK) == 0)
		unlink(admin_path);
	else
		write_peerlabels(pgdata, share_path,
						 access(admin_path, F_OK) == 0 ? "embedded" : "kernel",
						 username);

	snprintf(path, sizeof(path), "%s/pg_selinux/labelled", pgdata);
	close_file(create_file(path), path);
}
