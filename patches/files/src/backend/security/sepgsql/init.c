/*-------------------------------------------------------------------------
 *
 * init.c
 *	  State of a process towards the reference monitor, and its start.
 *
 * IDENTIFICATION
 *	  src/backend/security/sepgsql/init.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "security/sepgsql_audit.h"
#include "security/sepgsql_catalog.h"
#include "security/sepgsql_reclaim.h"
#include "storage/fd.h"
#ifdef USE_SEPGSQL
#include "postmaster/bgworker_internals.h"
#endif

/* made by initdb when all that it does has been labelled */
#define SEPGSQL_MARK_FILE	"pg_selinux/labelled"

#ifdef USE_SEPGSQL
bool		sepgsql_labeling = false;
bool		sepgsql_enforcing = false;

/* did the last attempt to read pg_peerlabel.conf fail? */
static bool peerlabels_failed = false;

#endif

/*
 * Start of a server, in the postmaster, before any child exists.  What is
 * not in order stops the server here.
 */
void
sepgsql_init_postmaster(void)
{
	if (!sepostgresql)
	{
		if (sepgsql_cluster_labelled)
			ereport(WARNING,
					(errmsg("the labelled data in this database cluster is not protected, because \"sepostgresql\" is off")));
		return;
	}

#ifdef USE_SEPGSQL
	if (!sepgsql_cluster_labelled)
		ereport(FATAL,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("this database cluster is not labelled"),
				 errdetail("\"sepostgresql\" is on, but the file \"%s\" does not exist.",
						   SEPGSQL_MARK_FILE),
				 errhint("Label it by \"initdb --label-catalogs\", or set \"sepostgresql\" to off.")));

	sepgsql_load_server();

	if (IsBinaryUpgrade)
		ereport(WARNING,
				(errmsg("mandatory access control is not enforced in binary upgrade mode")));
	else if (!sepg_core_enforcing())
		ereport(LOG,
				(errmsg("SELinux: permissive mode, denials are logged but not enforced")));
	if (!sepostgresql_row_level)
		ereport(LOG,
				(errmsg("access to rows of user tables is not controlled, because \"sepostgresql_row_level\" is off")));

	sepgsql_audit_start();

	if (!sepgsql_load_peerlabels())
		ereport(FATAL,
				(errcode(ERRCODE_CONFIG_FILE_ERROR),
				 errmsg("could not load %s", sepgsql_peerlabel_path())));
#endif
}

#ifdef USE_SEPGSQL

/*
 * SIGHUP in the postmaster, after the parameters and pg_hba.conf.  The policy
 * itself is the checkpointer's affair, see sepgsql_config_reload().
 */
void
sepgsql_reload_postmaster(void)
{
	if (!sepostgresql)
		return;

	peerlabels_failed = !sepgsql_load_peerlabels();
	if (peerlabels_failed)
		ereport(LOG,
				(errmsg("%s was not reloaded", sepgsql_peerlabel_path())));
}

/*
 * In the postmaster, before each child: what it has loaded, the child need
 * not load.
 */
void
sepgsql_before_fork(void)
{
	uint64		before;

	if (!sepostgresql || !sepg_core_ready())
		return;

	before = sepgsql_policy_seqno();
	sepgsql_adopt_policy();

	/* labels that the policy before did not know may be valid now */
	if (peerlabels_failed && before != sepgsql_policy_seqno())
		sepgsql_reload_postmaster();
}

/*
 * Read what a file says of the labels of objects, or the installed one, from
 * which initdb labels what it makes.  name is what the client calls the file.
 */
void
sepgsql_read_contexts(const char *path, const char *name)
{
	char		sharepath[MAXPGPATH];
	char		installed[MAXPGPATH];
	char		err[1024];

	if (path == NULL)
	{
		get_share_path(my_exec_path, sharepath);
		snprintf(installed, sizeof(installed), "%s/sepgsql_contexts", sharepath);
		path = installed;
	}
	if (sepg_core_load_db_contexts(path, err, sizeof(err)) != SEPG_OK)
	{
		const char *reason = err;
		char	   *prefix = psprintf("file \"%s\": ", path);

		if (strncmp(err, prefix, strlen(prefix)) == 0)
			reason += strlen(prefix);
		ereport(IsUnderPostmaster ? ERROR : FATAL,
				(errcode(ERRCODE_CONFIG_FILE_ERROR),
				 errmsg("could not load file \"%s\": %s",
						name ? name : path, reason)));
	}
}

/*
 * Leave for initdb the context that this policy has for an administrator of
 * everything: it cannot ask the policy itself.
 */
void
sepgsql_write_admin_context(void)
{
	static const char *const contexts[] = {
		"unconfined_u:unconfined_r:unconfined_t:s0-s15:c0.c1023",	/* MLS */
		"unconfined_u:unconfined_r:unconfined_t:s0-s0:c0.c1023",	/* MCS */
		"unconfined_u:unconfined_r:unconfined_t:s0",
		"unconfined_u:unconfined_r:unconfined_t"
	};

	for (int i = 0; i < lengthof(contexts); i++)
	{
		SepgSid		sid;
		char		err[SEPG_ERRLEN];
		const char *path = "pg_selinux/administrator";
		FILE	   *file;

		if (sepg_core_context_to_sid(contexts[i], &sid, err, sizeof(err)) != SEPG_OK)
			continue;
		file = AllocateFile(path, PG_BINARY_W);
		if (file == NULL || fputs(contexts[i], file) < 0 || FreeFile(file) != 0)
			ereport(FATAL,
					(errcode_for_file_access(),
					 errmsg("could not write file \"%s\": %m", path)));
		return;
	}
	ereport(FATAL,
			(errcode(ERRCODE_CONFIG_FILE_ERROR),
			 errmsg("the SELinux policy has no context for the administrator"),
			 errdetail("\"%s\" is not valid.", contexts[lengthof(contexts) - 1])));
}

#endif							/* USE_SEPGSQL */

/*
 * Start of any process that has a PGPROC, standalone ones included.
 */
void
sepgsql_init_backend(void)
{
	if (!IsUnderPostmaster)
	{
		/*
		 * Single-user or bootstrap mode.  Whoever may start this owns the
		 * data directory, and may be here because no policy can be loaded:
		 * so nothing is loaded and nothing enforced.  But initdb's own runs
		 * label what they make, or fail.
		 */
#ifdef USE_SEPGSQL
		if (sepostgresql && sepostgresql_initdb)
		{
			/* the mark is made last, but rows count from the first */
			sepgsql_cluster_labelled = true;
			sepgsql_load_server();
			sepgsql_read_contexts(NULL, NULL);
			if (IsBootstrapProcessingMode() &&
				sepostgresql_security_server == SEPGSQL_SERVER_EMBEDDED)
				sepgsql_write_admin_context();
			sepgsql_reset_subject(sepgsql_server_sid());
			sepgsql_labeling = true;
			return;
		}
#endif
		if (sepostgresql || sepgsql_cluster_labelled)
			ereport(WARNING,
					(errmsg("mandatory access control is not enforced in this mode"),
					 errdetail("Rows that are written now carry no label, unless they replace one that does.")));
		return;
	}

#ifdef USE_SEPGSQL
	if (!sepostgresql)
		return;

#ifdef EXEC_BACKEND
	/* nothing of the postmaster's memory has been inherited */
	sepgsql_load_server();
#endif

	sepgsql_adopt_policy();

	/*
	 * Until sepgsql_init_client() or sepgsql_restore_state() says otherwise,
	 * this is a process of the server's own: it labels and asks nothing.
	 */
	sepgsql_reset_subject(sepgsql_server_sid());
	sepgsql_labeling = true;
#endif
}

Size
sepgsql_shmem_size(void)
{
	Size		size = sepgsql_dict_shmem_size();

#ifdef USE_SEPGSQL
	size = add_size(size, sepgsql_policy_shmem_size());
	size = add_size(size, sepgsql_sessions_shmem_size());
#endif
	return size;
}

void
sepgsql_shmem_init(void)
{
	sepgsql_dict_shmem_init();
#ifdef USE_SEPGSQL
	sepgsql_policy_shmem_init();
	sepgsql_sessions_shmem_init();
#endif
}
