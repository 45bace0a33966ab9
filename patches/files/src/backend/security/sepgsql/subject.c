/*-------------------------------------------------------------------------
 *
 * subject.c
 *	  Whose label a process acts with.
 *
 * A client gets its label from pg_peerlabel.conf after it has authenticated
 * itself, a background worker by its "worker" lines and the role that it runs
 * as.  A parallel worker takes its leader's.  Processes of the server's own
 * act with the server's label and are asked nothing.
 *
 * IDENTIFICATION
 *	  src/backend/security/sepgsql/subject.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "security/sepgsql_catalog.h"

#ifdef USE_SEPGSQL

#include "access/parallel.h"
#include "commands/dbcommands.h"
#include "libpq/libpq-be.h"
#include "miscadmin.h"
#include "postmaster/autovacuum.h"
#include "postmaster/bgworker_internals.h"

/* what a parallel worker must know; the texts follow, the base first */
typedef struct SepgsqlWorkerState
{
	bool		labeling;
	bool		enforcing;
	bool		permissive;
	uint64		sequence;
	uint8		digest[SEPGSQL_DIGEST_LENGTH];
	char		texts[FLEXIBLE_ARRAY_MEMBER];
} SepgsqlWorkerState;

static bool worker_is_exempt(void);

SepgSid
sepgsql_subject(void)
{
	return sepg_core_subject();
}

/*
 * Background workers of PostgreSQL's own that run no user's code.
 */
static bool
worker_is_exempt(void)
{
	const char *library = MyBgworkerEntry->bgw_library_name;
	const char *function = MyBgworkerEntry->bgw_function_name;

	if (strcmp(library, "postgres") == 0)
		return strcmp(function, "ApplyLauncherMain") == 0;
	if (strcmp(library, "pg_prewarm") == 0)
		return strcmp(function, "autoprewarm_main") == 0 ||
			strcmp(function, "autoprewarm_database_worker") == 0;
	return false;
}

/*
 * A process is about to connect to a database (or, a replication client, to
 * none); its role is known.  Find its label, or end it.
 */
void
sepgsql_init_client(struct Port *port, const char *dbname, Oid dboid)
{
	SepgSid		sid;

	/* nothing is enforced, or a parallel worker that has its label already */
	if (!sepgsql_labeling || sepgsql_enforcing || !IsUnderPostmaster)
		return;

	if (AmBackgroundWorkerProcess())
	{
		/* a parallel worker whose leader is not asked anything */
		if (IsParallelWorker())
			return;
		if (worker_is_exempt())
			return;
		if (dbname == NULL && OidIsValid(dboid))
			dbname = get_database_name(dboid);
		sepgsql_policy_register();
		sid = sepgsql_peerlabel(NULL, dbname ? dbname : "");
	}
	else if (port != NULL)
	{
		sepgsql_policy_register();
		sid = sepgsql_peerlabel(port, port->database_name);
	}
	else
	{
		/* autovacuum runs functions; slot synchronisation does not */
		if (AmAutoVacuumWorkerProcess())
			sepgsql_register_execute(true);
		return;
	}

	sepg_core_subject_reset(sid);
	sepgsql_enforcing = true;
	sepgsql_register_execute(false);
}

#endif							/* USE_SEPGSQL */

/*
 * State of the leader for its parallel workers
 */
Size
sepgsql_estimate_state(void)
{
#ifdef USE_SEPGSQL
	Size		size = offsetof(SepgsqlWorkerState, texts);

	if (sepgsql_labeling)
	{
		size = add_size(size, strlen(sepg_core_sid_to_text(sepg_core_subject_base())) + 1);
		size = add_size(size, strlen(sepg_core_sid_to_text(sepg_core_subject())) + 1);
	}
	return size;
#else
	return 1;
#endif
}

void
sepgsql_serialize_state(Size maxsize, char *start)
{
#ifdef USE_SEPGSQL
	SepgsqlWorkerState *state = (SepgsqlWorkerState *) start;

	memset(state, 0, offsetof(SepgsqlWorkerState, texts));
	state->labeling = sepgsql_labeling;
	state->enforcing = sepgsql_enforcing;
	state->permissive = sepgsql_permissive;
	if (sepgsql_labeling)
	{
		const char *base = sepg_core_sid_to_text(sepg_core_subject_base());
		const char *top = sepg_core_sid_to_text(sepg_core_subject());
		Size		size = strlen(base) + 1;

		state->sequence = sepgsql_current_image(state->digest);
		Assert(offsetof(SepgsqlWorkerState, texts) + size + strlen(top) + 1 <= maxsize);
		memcpy(state->texts, base, size);
		memcpy(state->texts + size, top, strlen(top) + 1);
	}
#else
	*start = 0;
#endif
}

void
sepgsql_restore_state(const char *start)
{
#ifdef USE_SEPGSQL
	const SepgsqlWorkerState *state = (const SepgsqlWorkerState *) start;
	const char *base = state->texts;
	SepgSid		base_sid;
	SepgSid		top_sid;

	if (!state->labeling)
		return;

	sepgsql_adopt_image(state->sequence, state->digest);
	sepg_core_set_permissive(state->permissive);

	if (sepg_core_text_to_sid(base, &base_sid) != SEPG_OK ||
		sepg_core_text_to_sid(base + strlen(base) + 1, &top_sid) != SEPG_OK)
		ereport(FATAL,
				(errcode(ERRCODE_INTERNAL_ERROR),
				 errmsg("SELinux: could not take over the label of the parallel leader")));
	sepg_core_subject_reset(base_sid);
	if (top_sid != base_sid)
		sepg_core_subject_push(top_sid, 0);

	sepgsql_labeling = true;
	sepgsql_enforcing = state->enforcing;
	if (sepgsql_enforcing)
		sepgsql_register_execute(false);
#endif
}
