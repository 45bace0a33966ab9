/*-------------------------------------------------------------------------
 *
 * params.c
 *	  Parameters of SE-PostgreSQL, known in every build.
 *
 * IDENTIFICATION
 *	  src/backend/security/sepgsql/params.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "security/sepgsql_audit.h"
#include "utils/guc.h"
#include "utils/guc_hooks.h"

bool		sepostgresql = false;
bool		sepostgresql_row_level = true;
bool		sepostgresql_mcstrans = true;
int			sepostgresql_security_server = SEPGSQL_SERVER_KERNEL;
char	   *sepostgresql_policy_file = NULL;
char	   *sepostgresql_file_context = NULL;
int			sepostgresql_row_filter = SEPGSQL_FILTER_HIDE;
bool		sepgsql_permissive = false;
bool		sepgsql_debug_audit = false;
int			sepgsql_audit_log = SEPGSQL_AUDIT_BOTH;
int			sepgsql_audit_rate_limit = 500;
bool		sepostgresql_initdb = false;
char	   *peerlabel_file = NULL;

bool		sepgsql_cluster_labelled = false;

const struct config_enum_entry sepostgresql_security_server_options[] = {
	{"kernel", SEPGSQL_SERVER_KERNEL, false},
	{"embedded", SEPGSQL_SERVER_EMBEDDED, false},
	{NULL, 0, false}
};

const struct config_enum_entry sepostgresql_row_filter_options[] = {
	{"hide", SEPGSQL_FILTER_HIDE, false},
	{"error", SEPGSQL_FILTER_ERROR, false},
	{"hide", SEPGSQL_FILTER_HIDE_ALWAYS, true},
	{NULL, 0, false}
};

const struct config_enum_entry sepgsql_audit_log_options[] = {
	{"off", SEPGSQL_AUDIT_OFF, false},
	{"log", SEPGSQL_AUDIT_LOG, false},
	{"audit", SEPGSQL_AUDIT_AUDIT, false},
	{"both", SEPGSQL_AUDIT_BOTH, false},
	{NULL, 0, false}
};

/*
 * A build that cannot decide anything must not look as if it did.
 */
bool
check_sepostgresql(bool *newval, void **extra, GucSource source)
{
#ifndef USE_SEPGSQL
	if (*newval)
	{
		GUC_check_errcode(ERRCODE_FEATURE_NOT_SUPPORTED);
		GUC_check_errmsg("\"%s\" is not supported by this build",
						 "sepostgresql");
		GUC_check_errhint("Build the server with %s.", "--enable-selinux");
		return false;
	}
#endif
	return true;
}

/*
 * A session, a role or a database that has been told to hide rows does so
 * whatever row_security is.
 */
bool
check_sepostgresql_row_filter(int *newval, void **extra, GucSource source)
{
	if (*newval == SEPGSQL_FILTER_HIDE && source >= PGC_S_GLOBAL)
		*newval = SEPGSQL_FILTER_HIDE_ALWAYS;
	return true;
}

/*
 * With this, a bootstrap or single-user process labels rows, and checks
 * nothing.  It belongs to initdb alone, and is read from the command line of
 * such a process alone; a server that has clients refuses it.
 */
bool
check_sepostgresql_initdb(bool *newval, void **extra, GucSource source)
{
	if (*newval && (IsPostmasterEnvironment || source != PGC_S_ARGV))
	{
		GUC_check_errdetail("\"%s\" is for %s only.",
							"sepostgresql_initdb", "initdb");
		return false;
	}
	return true;
}

#ifdef USE_SEPGSQL
void
assign_sepgsql_permissive(bool newval, void *extra)
{
	sepg_core_set_permissive(newval);
}

void
assign_sepgsql_debug_audit(bool newval, void *extra)
{
	sepg_core_set_debug_audit(newval);
}
#endif
