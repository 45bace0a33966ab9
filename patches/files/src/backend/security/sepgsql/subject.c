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
#include "security/sepgsql_holes.h"
#include "security/sepgsql_visible.h"

#ifdef USE_SEPGSQL

#include "access/parallel.h"
#include "access/xact.h"
#include "catalog/pg_database.h"
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

/*
 * The core keeps the stack of labels; this is its top, where everybody can
 * look.  So all that changes the stack is in this file.
 */
SepgSid		sepgsql_current_subject = SEPG_SID_NONE;

/* Has the current transaction set the session's label? */
static bool label_set = false;

static void
subject_xact_callback(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_PRE_PREPARE:
			if (label_set)
				ereport(ERROR,
						(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						 errmsg("cannot PREPARE a transaction that has set the security label of its session")));
			break;
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_PARALLEL_COMMIT:
		case XACT_EVENT_PREPARE:
			sepg_core_subject_at_commit(1);
			label_set = false;
			break;
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PARALLEL_ABORT:
			sepg_core_subject_at_abort(1);
			label_set = false;
			break;
		default:
			return;
	}
	sepgsql_current_subject = sepg_core_subject();
}

static void
subject_subxact_callback(SubXactEvent event, SubTransactionId mySubid,
						 SubTransactionId parentSubid, void *arg)
{
	if (event == SUBXACT_EVENT_COMMIT_SUB)
		sepg_core_subject_at_commit(GetCurrentTransactionNestLevel());
	else if (event == SUBXACT_EVENT_ABORT_SUB)
		sepg_core_subject_at_abort(GetCurrentTransactionNestLevel());
	else
		return;
	sepgsql_current_subject = sepg_core_subject();
}

/* A process begins with this label. */
void
sepgsql_reset_subject(SepgSid sid)
{
	static bool registered = false;

	if (!registered)
	{
		RegisterXactCallback(subject_xact_callback, NULL);
		RegisterSubXactCallback(subject_subxact_callback, NULL);
		registered = true;
	}
	sepg_core_subject_reset(sid);
	sepgsql_current_subject = sepg_core_subject();
}

/*
 * What sepgsql_enter_subject does where the label is another one.
 */
uint32
sepgsql_change_subject(SepgSid subject)
{
	uint32		mark;

	sepgsql_note_second_subject();
	mark = sepg_core_subject_mark();
	if (sepg_core_subject_push(subject, GetCurrentTransactionNestLevel()) != SEPG_OK)
		elog(ERROR, "there is no security label %u", subject);
	sepgsql_current_subject = subject;
	return mark;
}

/*
 * The same for a call that ends by sepgsql_leave_subject whatever happens.
 * It may commit and roll back, and keeps its label.
 */
void
sepgsql_push_subject(SepgSid subject)
{
	/* a label that was computed is known, so this does not fail */
	if (sepg_core_subject_push(subject, 0) != SEPG_OK)
		elog(FATAL, "there is no security label %u", subject);
	sepgsql_current_subject = subject;
}

void
sepgsql_restore_subject(uint32 mark)
{
	sepg_core_subject_pop(mark);
	sepgsql_current_subject = sepg_core_subject();
}

/*
 * The server waits for the client, so nothing can run.  This has been seen to
 * before; if not, the session goes on with its own label all the same.
 */
void
sepgsql_leave_procedures(void)
{
	Assert(!sepgsql_enforcing || sepg_core_subject_mark() == 0);
	if (SEPGSQL_HOLE("procedure-label"))
		return;
	if (sepgsql_enforcing && sepgsql_current_subject != sepg_core_subject_base())
		sepgsql_restore_subject(0);
}

/* The session's own label, whatever trusted procedure runs. */
SepgSid
sepgsql_session_subject(void)
{
	return sepg_core_subject_base();
}

/*
 * Set the session's label, or with SEPG_SID_NONE return to the one that it
 * connected with.  In a trusted procedure the procedure's label decides
 * whether that is permitted, and stays until the procedure ends.  Other
 * statements that run, cursors and triggers that wait keep their labels.
 */
void
sepgsql_set_label(SepgSid sid)
{
	SepgSid		subject = sepgsql_subject();
	SepgSid		target = sid == SEPG_SID_NONE ? sepg_core_subject_peer() : sid;

	if (IsInParallelMode())
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TRANSACTION_STATE),
				 errmsg("cannot set the security label during a parallel operation")));
	if (InSecurityRestrictedOperation())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("cannot set the security label within security-restricted operation")));

	sepgsql_check(subject, subject, SEPG_CLASS_PROCESS,
				  SEPG_PROCESS__SETCURRENT, NULL, true);
	sepgsql_check(subject, target, SEPG_CLASS_PROCESS,
				  SEPG_PROCESS__DYNTRANSITION, NULL, true);
	sepgsql_check_named(target,
						sepgsql_object_sid(DatabaseRelationId, MyDatabaseId, 0),
						SEPG_CLASS_DB_DATABASE, SEPG_DB_DATABASE__ACCESS,
						DatabaseRelationId, MyDatabaseId, 0, true);

	if (target != subject)
		sepgsql_note_second_subject();
	if (sepg_core_subject_setcon(sid, GetCurrentTransactionNestLevel()) != SEPG_OK)
		elog(ERROR, "could not set the security label");
	label_set = true;
	sepgsql_current_subject = sepg_core_subject();
}

/*
 * DISCARD ALL: as if the client had just connected.
 */
void
sepgsql_discard(void)
{
	if (!sepgsql_enforcing ||
		sepg_core_subject_base() == sepg_core_subject_peer())
		return;
	if (sepg_core_subject_setcon(SEPG_SID_NONE, GetCurrentTransactionNestLevel()) != SEPG_OK)
		elog(ERROR, "could not set the security label");
	label_set = true;
	sepgsql_current_subject = sepg_core_subject();
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

	sepgsql_reset_subject(sid);

	/*
	 * pg_upgrade moves everything, whatever the policy lets whom do; who
	 * starts a server for it owns the data directory.  New objects get the
	 * labels that this client gives them.
	 */
	if (IsBinaryUpgrade)
		return;

	sepgsql_enforcing = true;
	sepgsql_publish_session();
	sepgsql_register_execute(false);
	sepgsql_register_ddl();
	sepgsql_register_visible();
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
	sepgsql_reset_subject(base_sid);
	if (top_sid != base_sid)
	{
		sepgsql_several_subjects = true;
		sepgsql_push_subject(top_sid);
	}

	sepgsql_labeling = true;
	sepgsql_enforcing = state->enforcing;
	if (sepgsql_enforcing)
	{
		sepgsql_register_execute(false);
		sepgsql_register_ddl();
		sepgsql_register_visible();
	}
#endif
}
