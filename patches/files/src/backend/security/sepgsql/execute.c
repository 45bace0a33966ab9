/*-------------------------------------------------------------------------
 *
 * execute.c
 *	  Which functions may run, and on whose rows.
 *
 * Executing a function is decided for the label that its statement has, after
 * EXECUTE privilege: by the hook that PostgreSQL calls wherever an expression
 * is prepared, and by calls where functions run that no expression names.
 * Below that is a net for all functions that fmgr.c finds in pg_proc, which
 * is to say all but those of the server's own table: where the function may
 * not be executed, or is a trusted procedure, fmgr.c is made to call our hook
 * around each call of it.  So whatever reaches a function by fmgr.c, the
 * check comes at the call if not before.  The server's own functions are asked
 * about where an expression, an operator, an aggregate, a cast, a trigger or
 * the input and output of values call them, but not where they serve an
 * operator class or the planner: that is machinery of the catalogs, too.
 *
 * Answers are remembered for (label, function).  What holds a function longer
 * than a statement (a relation's or type's cache, a plan) was made for some
 * label and may be used for another, so that is asked again.  Some of it is
 * held where we do not see it used: functions of the server keep others, as
 * that which compares arrays keeps what compares their elements.  So from when
 * a process has more than one label, all functions of users that fmgr.c looks
 * up have our hook, and what it looked up before is thrown away.
 *
 * A trusted procedure is a function whose label makes the policy give a new
 * label to the client that calls it.  The new label is on the stack in
 * subject.c from the start of each call to its end.  It belongs to the call
 * and not to a transaction, since a procedure may commit and roll back; fmgr.c
 * tells us of an end by an error as of any other.
 *
 * Maintenance that no client has asked for runs functions, too: ANALYZE those
 * of index expressions.  They are decided for the label of what has no label,
 * and so are the statements that they run, while the maintenance itself is
 * asked nothing.
 *
 * The other half are commands that look at all rows of a table, whatever the
 * client may see of them: expressions of the client's choice must not get at
 * rows that are hidden from it.
 *
 * IDENTIFICATION
 *	  src/backend/security/sepgsql/execute.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/index.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_class.h"
#include "catalog/pg_database.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "nodes/execnodes.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "optimizer/prep.h"
#include "security/sepgsql_catalog.h"
#include "security/sepgsql_holes.h"
#include "security/sepgsql_visible.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/fmgrtab.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

/* the table of these is emptied when it holds more */
#define MAX_REMEMBERED	16384

/* size of the table before that table, a power of two */
#define RECENT_SIZE		512

typedef struct ExecuteKey
{
	SepgSid		subject;
	Oid			funcid;
} ExecuteKey;

typedef struct ExecuteEntry
{
	ExecuteKey	key;			/* hash key */
	bool		executable;		/* permitted, and no audit record wanted */
	bool		enterable;		/* likewise, to become a trusted procedure */
	uint32		database;		/* permissions that are asked on the database as
								 * well, each time */
	SepgSid		label;			/* of the function */
	SepgSid		domain;			/* that it runs with: the subject, unless it is
								 * a trusted procedure */
} ExecuteEntry;

/* What the planner was told of a function. */
typedef struct PlanDecision
{
	Oid			funcid;
	bool		plain;			/* may be executed, with the caller's label */
	bool		folded;			/* its result may stand in the plan */
} PlanDecision;

/* The decisions in a plan, and when they were found to hold. */
typedef struct PlanDecisions
{
	SepgSid		subject;
	uint64		policy_seqno;
	uint64		generation;
	int			ndecisions;
	PlanDecision decisions[FLEXIBLE_ARRAY_MEMBER];
} PlanDecisions;

/* What we keep with a function that fmgr.c calls our hook for. */
typedef struct CallState
{
	Datum		next_private;
	int			depth;			/* calls that are running */
	int			size;
	uint32	   *marks;			/* the stack of labels before each */
} CallState;

/*
 * Functions of the server that tell or do more than what belongs to their
 * caller, and ask nobody else.
 */
static const struct
{
	Oid			funcid;
	uint32		perms;			/* on the database */
}			server_functions[] =
{
	/* what is in the server's files of configuration */
#define TELLS(f) {f, SEPG_DB_DATABASE__GET_PARAM}
	TELLS(F_PG_HBA_FILE_RULES),
	TELLS(F_PG_IDENT_FILE_MAPPINGS),
	TELLS(F_PG_PEERLABEL_FILE_RULES),
	TELLS(F_PG_SHOW_ALL_FILE_SETTINGS),
	/* what concerns everybody; as ALTER SYSTEM, which needs one of them */
#define GOVERNS(f) {f, SEPG_DB_DATABASE__SET_PARAM | SEPG_DB_DATABASE__INSTALL_MODULE}
	GOVERNS(F_PG_RELOAD_CONF),
	GOVERNS(F_PG_ROTATE_LOGFILE),
	GOVERNS(F_PG_PROMOTE),
	GOVERNS(F_PG_SWITCH_WAL),
	GOVERNS(F_PG_CREATE_RESTORE_POINT),
	GOVERNS(F_PG_BACKUP_STOP),
	GOVERNS(F_PG_WAL_REPLAY_PAUSE),
	GOVERNS(F_PG_WAL_REPLAY_RESUME),
	GOVERNS(F_PG_LOG_STANDBY_SNAPSHOT),
	GOVERNS(F_PG_SYNC_REPLICATION_SLOTS),
	GOVERNS(F_PG_REPLICATION_ORIGIN_CREATE),
	GOVERNS(F_PG_REPLICATION_ORIGIN_DROP),
	GOVERNS(F_PG_REPLICATION_ORIGIN_ADVANCE),
	GOVERNS(F_PG_REPLICATION_ORIGIN_SESSION_SETUP),
	GOVERNS(F_PG_REPLICATION_ORIGIN_XACT_SETUP),
	GOVERNS(F_PG_STAT_RESET),
	GOVERNS(F_PG_STAT_RESET_SHARED),
	GOVERNS(F_PG_STAT_RESET_SINGLE_TABLE_COUNTERS),
	GOVERNS(F_PG_STAT_RESET_SINGLE_FUNCTION_COUNTERS),
	GOVERNS(F_PG_STAT_RESET_SLRU),
	GOVERNS(F_PG_STAT_RESET_REPLICATION_SLOT),
	GOVERNS(F_PG_STAT_RESET_SUBSCRIPTION_STATS),
	GOVERNS(F_PG_NEXTOID),
	GOVERNS(F_PG_STOP_MAKING_PINNED_OBJECTS),
};

/* Is this a maintenance process that runs functions for no client? */
bool		sepgsql_maintenance = false;

/* Has this process had more than one label? */
bool		sepgsql_several_subjects = false;

static HTAB *remembered = NULL;
static uint64 remembered_seqno;
static volatile bool remembered_stale = false;

/* those that are executable and run with the caller's label */
static ExecuteKey recent[RECENT_SIZE];

/* advances whenever pg_proc changes */
static volatile uint64 proc_generation = 1;

/* while a plan is made that will be kept */
static PlanDecision *decisions = NULL;
static int	ndecisions = 0;
static int	maxdecisions = 0;
static int	plan_mark = 0;		/* where those of the innermost plan begin */
static int	plan_depth = 0;		/* plans that are being made */
static bool inlining_held = false;

/* fmgr.c's, of which no header speaks */
extern Datum fmgr_security_definer(PG_FUNCTION_ARGS);

static object_access_hook_type next_object_access_hook = NULL;
static needs_fmgr_hook_type next_needs_fmgr_hook = NULL;
static fmgr_hook_type next_fmgr_hook = NULL;

static void
proc_callback(Datum arg, int cacheid, uint32 hashvalue)
{
	/* no look at the hash table, which may be in use */
	remembered_stale = true;
	proc_generation++;
}

/*
 * The label that decides about functions and their statements.
 */
static inline SepgSid
execute_subject(void)
{
	return unlikely(sepgsql_maintenance) ? SEPG_SID_UNLABELED : sepgsql_subject();
}

SepgSid
sepgsql_execute_subject(void)
{
	return execute_subject();
}

static inline bool
memory_is_stale(void)
{
	return remembered == NULL || remembered_stale ||
		remembered_seqno != sepgsql_policy_seqno();
}

static inline ExecuteKey *
recent_slot(SepgSid subject, Oid funcid)
{
	return &recent[(funcid ^ (funcid >> 9) ^ (subject * 37)) & (RECENT_SIZE - 1)];
}

/*
 * The quick answer: executable, with the caller's label.
 */
static inline bool
is_plain(SepgSid subject, Oid funcid)
{
	ExecuteKey *slot = recent_slot(subject, funcid);

	return slot->funcid == funcid && slot->subject == subject &&
		!memory_is_stale() && !sepgsql_debug_audit;
}

/* Does fmgr.c call this function without a look at pg_proc? */
static bool
is_builtin(Oid funcid)
{
	return funcid <= fmgr_last_builtin_oid &&
		fmgr_builtin_oid_index[funcid] != InvalidOidBuiltinMapping;
}

/*
 * What is known of a function; NULL if there is no such function.  The entry
 * is good until the next look at a catalog.
 */
static ExecuteEntry *
lookup_function(SepgSid subject, Oid funcid)
{
	ExecuteKey	key = {subject, funcid};
	ExecuteEntry *entry;
	HeapTuple	tuple;
	uint32		secid;
	SepgSid		label;
	SepgSid		domain;

	if (memory_is_stale() ||
		hash_get_num_entries(remembered) >= MAX_REMEMBERED)
	{
		HASHCTL		ctl;

		if (remembered)
			hash_destroy(remembered);
		remembered = NULL;
		memset(recent, 0, sizeof(recent));
		remembered_stale = false;
		remembered_seqno = sepgsql_policy_seqno();
		ctl.keysize = sizeof(ExecuteKey);
		ctl.entrysize = sizeof(ExecuteEntry);
		remembered = hash_create("SELinux functions", 256, &ctl,
								 HASH_ELEM | HASH_BLOBS);
	}
	entry = hash_search(remembered, &key, HASH_FIND, NULL);
	if (entry)
		return entry;

	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(funcid));
	if (!HeapTupleIsValid(tuple))
		return NULL;
	secid = HeapTupleGetSecid(tuple);
	ReleaseSysCache(tuple);
	label = sepgsql_secid_to_sid(ProcedureRelationId, secid);
	if (label == SEPG_SID_NONE)
		label = SEPG_SID_UNLABELED;
	domain = sepgsql_compute_create(subject, label, SEPG_CLASS_PROCESS, NULL);
	/* the one label that has a number for itself, and another for its text */
	if (subject == SEPG_SID_UNLABELED &&
		strcmp(sepgsql_sid_text(domain), sepgsql_sid_text(subject)) == 0)
		domain = subject;

	/* what we read may have told us of a change: leave that to the next one */
	entry = hash_search(remembered, &key, HASH_ENTER, NULL);
	entry->executable = false;
	entry->enterable = false;
	entry->label = label;
	entry->domain = domain;
	entry->database = 0;
	for (int i = 0; i < lengthof(server_functions); i++)
	{
		if (server_functions[i].funcid == funcid)
			entry->database = server_functions[i].perms;
	}
	return entry;
}

static void
execute_denied(Oid funcid)
{
	char	   *name = get_func_name(funcid);

	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("permission denied for function %s", name ? name : "?")));
}

/*
 * Remember that an entry's function is executable.  Decisions look at no
 * catalog, but what was read before them may have said that pg_proc changed;
 * then the answer may be one about the past.
 */
static void
remember_executable(ExecuteEntry *entry)
{
	ExecuteKey *slot;

	if (remembered_stale || entry->database != 0)
		return;
	entry->executable = true;
	if (entry->domain != entry->key.subject)
		return;
	slot = recent_slot(entry->key.subject, entry->key.funcid);
	*slot = entry->key;
}

/*
 * May this function be executed?  It is not known yet.
 */
static pg_noinline void
decide_execute(SepgSid subject, Oid funcid)
{
	ExecuteEntry *entry;
	SepgSid		label;
	uint32		database;
	SepgAudit	audit;
	int			rc;

	entry = lookup_function(subject, funcid);
	if (entry == NULL)
		elog(ERROR, "cache lookup failed for function %u", funcid);
	if (entry->domain != subject && is_builtin(funcid))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("function %s cannot be executed with its security label",
						get_func_name(funcid)),
				 errdetail("Functions of the server itself cannot be trusted procedures.")));
	if (entry->executable && !sepgsql_debug_audit)
		return;

	label = entry->label;
	database = entry->database;
	rc = sepg_core_check(subject, label, SEPG_CLASS_DB_PROCEDURE,
						 SEPG_DB_PROCEDURE__EXECUTE, &audit);
	if (rc == SEPG_OK && audit.audited == 0)
		remember_executable(entry);
	else if (!sepgsql_conclude(rc, subject, label, SEPG_CLASS_DB_PROCEDURE,
							   &audit,
							   sepgsql_object_name(ProcedureRelationId, funcid, 0),
							   false))
		execute_denied(funcid);
	if (database != 0)
		sepgsql_check_named(subject,
							sepgsql_object_sid(DatabaseRelationId, MyDatabaseId, 0),
							SEPG_CLASS_DB_DATABASE, database,
							DatabaseRelationId, MyDatabaseId, 0, true);
}

/*
 * May this function be executed?  An error where not.
 */
static inline void
check_execute(Oid funcid)
{
	SepgSid		subject = execute_subject();

	if (unlikely(!is_plain(subject, funcid)))
		decide_execute(subject, funcid);
}

/*
 * The same question without an error and without an audit record: nothing has
 * been refused to anybody yet.  *plain is set if the function is executable
 * and runs with its caller's label.
 */
static bool
may_execute(Oid funcid, bool *plain)
{
	SepgSid		subject = sepgsql_execute_subject();
	ExecuteEntry *entry;
	uint32		allowed = 0;

	*plain = true;
	if (likely(is_plain(subject, funcid)))
		return true;
	*plain = false;
	entry = lookup_function(subject, funcid);
	if (entry == NULL || entry->database != 0)
		return false;
	if (entry->executable)
	{
		*plain = entry->domain == subject;
		return true;
	}
	if (sepg_core_enforcing() &&
		(sepg_core_allowed(subject, entry->label, SEPG_CLASS_DB_PROCEDURE,
						   &allowed) != SEPG_OK ||
		 (allowed & SEPG_DB_PROCEDURE__EXECUTE) == 0))
		return false;
	*plain = entry->domain == subject;
	return true;
}

bool
sepgsql_may_call(Oid funcid)
{
	bool		plain;

	return !sepg_core_enforcing() || may_execute(funcid, &plain);
}

/*
 * May the subject become a trusted procedure?  As for a program that is
 * executed: the file must be an entry point, for whoever calls (as
 * contrib/sepgsql asks) and for what it becomes (as the kernel does), and the
 * transition must be permitted.
 */
static void
check_enter(SepgSid subject, SepgSid domain, SepgSid label, Oid funcid)
{
	SepgSid		checks[3][3] = {
		{subject, label, SEPG_CLASS_DB_PROCEDURE},
		{domain, label, SEPG_CLASS_DB_PROCEDURE},
		{subject, domain, SEPG_CLASS_PROCESS},
	};
	bool		audited = false;
	ExecuteEntry *entry;

	for (int i = 0; i < lengthof(checks); i++)
	{
		bool		process = checks[i][2] == SEPG_CLASS_PROCESS;
		SepgAudit	audit;
		int			rc;

		rc = sepg_core_check(checks[i][0], checks[i][1], checks[i][2],
							 process ? SEPG_PROCESS__TRANSITION :
							 SEPG_DB_PROCEDURE__ENTRYPOINT, &audit);
		if (rc == SEPG_OK && audit.audited == 0)
			continue;
		audited = true;
		(void) sepgsql_conclude(rc, checks[i][0], checks[i][1], checks[i][2],
								&audit,
								sepgsql_object_name(ProcedureRelationId, funcid, 0),
								true);
	}

	entry = audited ? NULL : lookup_function(subject, funcid);
	if (entry != NULL && entry->domain == domain && entry->label == label)
		entry->enterable = true;
}

/*
 * A function is about to be executed that no expression names.
 */
void
sepgsql_check_execute(Oid funcid)
{
	if (sepgsql_enforcing || sepgsql_maintenance)
		check_execute(funcid);
}

/*
 * A statement in a language is about to be executed.
 */
void
sepgsql_check_language(Oid langid)
{
	if (sepgsql_enforcing)
		sepgsql_check_object(LanguageRelationId, langid, 0,
							 SEPG_DB_LANGUAGE__EXECUTE);
}

static bool
needs_hook(Oid funcid)
{
	bool		plain;

	if (next_needs_fmgr_hook && next_needs_fmgr_hook(funcid))
		return true;

	/*
	 * Maintenance calls by look-ups only what serves an operator class, and
	 * would leave an index half cleaned if that were refused.  What it was
	 * asked about by name it does not call, and the statements of such a
	 * function are decided for the label of what has no label.
	 */
	if (!sepgsql_enforcing)
		return false;
	return !may_execute(funcid, &plain) || !plain;
}

/*
 * A call of a function begins or ends that is a trusted procedure, or may not
 * be executed, or was so when it was looked up; or that others hook.
 */
static void
call_hook(FmgrHookEventType event, FmgrInfo *flinfo, Datum *private)
{
	CallState  *state = (CallState *) DatumGetPointer(*private);
	SepgSid		subject;
	SepgSid		domain;

	if (event != FHET_START)
	{
		if (next_fmgr_hook)
			(*next_fmgr_hook) (event, flinfo, &state->next_private);
		Assert(state->depth > 0);
		if (SEPGSQL_HOLE("procedure-label"))
		{
			SepgSid		stays = sepgsql_current_subject;

			sepgsql_leave_subject(state->marks[--state->depth]);
			sepgsql_current_subject = stays;
			return;
		}
		sepgsql_leave_subject(state->marks[--state->depth]);
		return;
	}

	if (state == NULL)
	{
		state = MemoryContextAllocZero(flinfo->fn_mcxt, sizeof(CallState));
		state->size = 4;
		state->marks = MemoryContextAlloc(flinfo->fn_mcxt,
										  state->size * sizeof(uint32));
		*private = PointerGetDatum(state);
	}
	if (state->depth == state->size)
	{
		state->marks = repalloc(state->marks,
								2 * state->size * sizeof(uint32));
		state->size *= 2;
	}

	/* whose function this was when it was looked up is no matter */
	subject = domain = sepgsql_execute_subject();
	if (sepgsql_enforcing || sepgsql_maintenance)
	{
		ExecuteEntry *entry;

		check_execute(flinfo->fn_oid);
		entry = lookup_function(subject, flinfo->fn_oid);
		if (entry == NULL)
			elog(ERROR, "cache lookup failed for function %u", flinfo->fn_oid);
		domain = entry->domain;
		if (domain != subject && (!entry->enterable || sepgsql_debug_audit))
			check_enter(subject, domain, entry->label, flinfo->fn_oid);
	}
	if (domain != subject)
		sepgsql_note_second_subject();
	if (next_fmgr_hook)
		(*next_fmgr_hook) (event, flinfo, &state->next_private);

	/* nothing may fail from here on: no end would be told of */
	state->marks[state->depth++] = sepg_core_subject_mark();
	if (domain != subject)
		sepgsql_push_subject(domain);
}

/*
 * This process is about to have another label than before.
 */
void
sepgsql_note_second_subject(void)
{
	if (likely(sepgsql_several_subjects))
		return;
	sepgsql_several_subjects = true;
	InvalidateSystemCaches();
}

/*
 * A function is about to be called whose look-up has been kept since another
 * label called it, perhaps.
 */
void
sepgsql_prepare_call(FmgrInfo *finfo)
{
	SepgSid		subject;
	ExecuteEntry *entry;

	if (!sepgsql_enforcing && !sepgsql_maintenance)
		return;
	subject = sepgsql_execute_subject();
	if (likely(is_plain(subject, finfo->fn_oid)))
		return;
	check_execute(finfo->fn_oid);
	entry = lookup_function(subject, finfo->fn_oid);
	/* as if for the first time, so that fmgr.c asks whether we want to know */
	if (entry != NULL && entry->domain != subject &&
		finfo->fn_addr != fmgr_security_definer)
		fmgr_info_cxt(finfo->fn_oid, finfo, finfo->fn_mcxt);
}

/*
 * The same where nobody can look it up again.  A trusted procedure is none of
 * these: it would run without its label.
 */
void
sepgsql_check_cached_call(const FmgrInfo *finfo)
{
	SepgSid		subject = sepgsql_execute_subject();
	ExecuteEntry *entry;

	/* looked up when there was one label only: see the head of this file */
	if (sepgsql_hooks_all(finfo->fn_oid) &&
		finfo->fn_addr != fmgr_security_definer)
		fmgr_info_cxt(finfo->fn_oid, unconstify(FmgrInfo *, finfo),
					  finfo->fn_mcxt);
	if (likely(is_plain(subject, finfo->fn_oid)))
		return;
	check_execute(finfo->fn_oid);
	entry = lookup_function(subject, finfo->fn_oid);
	if (entry != NULL && entry->domain != subject)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("function %s cannot be executed with its security label",
						get_func_name(finfo->fn_oid)),
				 errdetail("A trusted procedure cannot support an operator class, a type, a partition key or text search.")));
}

/*
 * A type's functions are about to be used from its cache.
 */
void
sepgsql_check_typcache(TypeCacheEntry *typentry, int flags)
{
	if (flags & TYPECACHE_EQ_OPR_FINFO)
		sepgsql_check_support(&typentry->eq_opr_finfo);
	if (flags & TYPECACHE_CMP_PROC_FINFO)
		sepgsql_check_support(&typentry->cmp_proc_finfo);
	if (flags & TYPECACHE_HASH_PROC_FINFO)
		sepgsql_check_support(&typentry->hash_proc_finfo);
	if (flags & TYPECACHE_HASH_EXTENDED_PROC_FINFO)
		sepgsql_check_support(&typentry->hash_extended_proc_finfo);
	if ((flags & TYPECACHE_RANGE_INFO) && typentry->rngelemtype != NULL)
	{
		sepgsql_check_support(&typentry->rng_cmp_proc_finfo);
		sepgsql_check_support(&typentry->rng_canonical_finfo);
		sepgsql_check_support(&typentry->rng_subdiff_finfo);
	}
	if ((flags & TYPECACHE_MULTIRANGE_INFO) && typentry->rngtype != NULL)
		sepgsql_check_typcache(typentry->rngtype, TYPECACHE_RANGE_INFO);
}

/*
 * What the planner is told goes into the plan, for whoever may run it.
 */
static void
record_decision(Oid funcid, bool plain, bool folded)
{
	PlanDecision *d;

	if (plan_depth == 0)
		return;
	if (ndecisions == maxdecisions)
	{
		int			n = Max(64, 2 * maxdecisions);

		if (decisions == NULL)
			decisions = MemoryContextAlloc(TopMemoryContext,
										   n * sizeof(PlanDecision));
		else
			decisions = repalloc(decisions, n * sizeof(PlanDecision));
		maxdecisions = n;
	}
	/* the same over and over, as the planner simplifies */
	for (int i = ndecisions - 1; i >= plan_mark && i >= ndecisions - 16; i--)
		if (decisions[i].funcid == funcid && decisions[i].plain == plain &&
			decisions[i].folded == folded)
			return;
	d = &decisions[ndecisions++];
	d->funcid = funcid;
	d->plain = plain;
	d->folded = folded;
}

/*
 * May the planner put a function's body in its place, or anything else that
 * does without a call of it?
 */
bool
sepgsql_may_inline(Oid funcid)
{
	bool		plain;

	if (!sepgsql_enforcing && !sepgsql_maintenance)
		return true;
	if (inlining_held)
		return false;
	(void) may_execute(funcid, &plain);
	record_decision(funcid, plain, false);
	return plain;
}

/*
 * May the planner call a function now, and put its result in its place?
 */
bool
sepgsql_may_fold(Oid funcid)
{
	bool		plain;
	bool		executable;

	if (!sepgsql_enforcing && !sepgsql_maintenance)
		return true;
	if (inlining_held && funcid >= FirstNormalObjectId)
		return false;
	executable = may_execute(funcid, &plain);
	record_decision(funcid, plain, executable);
	return executable;
}

/*
 * While an expression is planned that will be kept, and nobody asks again
 * whether what was decided in planning it still holds, calls stay calls.
 * Returns how it was before.
 */
bool
sepgsql_hold_inlining(bool hold)
{
	bool		before = inlining_held;

	inlining_held = hold;
	return before;
}

/*
 * A plan is about to be made that will be kept.  Returns what
 * sepgsql_end_plan wants.
 */
int
sepgsql_begin_plan(void)
{
	if (!sepgsql_enforcing)
		return -1;
	plan_depth++;
	plan_mark = ndecisions;
	return plan_mark;
}

/*
 * It has been made: the decisions in it, in the current memory context.
 */
void *
sepgsql_end_plan(int mark)
{
	PlanDecisions *result;
	int			n = ndecisions - mark;

	if (mark < 0)
		return NULL;
	result = palloc(offsetof(PlanDecisions, decisions) +
					n * sizeof(PlanDecision));
	result->subject = sepgsql_subject();
	result->policy_seqno = sepgsql_policy_seqno();
	result->generation = proc_generation;
	result->ndecisions = n;
	if (n > 0)
		memcpy(result->decisions, decisions + mark, n * sizeof(PlanDecision));
	ndecisions = plan_mark = mark;
	plan_depth--;
	return result;
}

/*
 * Was a plan made, or last found good, under the label, policy and functions
 * of now?
 */
bool
sepgsql_plan_is_ours(void *state)
{
	PlanDecisions *plan = state;

	return plan == NULL || !sepgsql_enforcing ||
		(plan->subject == sepgsql_subject() &&
		 plan->generation == proc_generation &&
		 plan->policy_seqno == sepgsql_policy_seqno());
}

/*
 * May a plan be used?  Not if another decision would be made now, and not if
 * it holds what a function of a user returned to another label.
 */
bool
sepgsql_decisions_hold(void *state)
{
	PlanDecisions *plan = state;
	uint64		generation = proc_generation;
	uint64		policy_seqno;

	if (likely(sepgsql_plan_is_ours(state)))
		return true;

	policy_seqno = sepgsql_policy_seqno();
	for (int i = 0; i < plan->ndecisions; i++)
	{
		PlanDecision *d = &plan->decisions[i];
		bool		plain;

		if (d->folded && (!d->plain ||
						  (d->funcid >= FirstNormalObjectId &&
						   plan->subject != sepgsql_subject())))
			return false;
		(void) may_execute(d->funcid, &plain);
		if (plain != d->plain)
			return false;
	}
	plan->subject = sepgsql_subject();
	plan->generation = generation;
	plan->policy_seqno = policy_seqno;
	return true;
}

/* An error in planning leaves these as they were in the middle of it. */
static void
execute_xact_callback(XactEvent event, void *arg)
{
	ndecisions = plan_mark = plan_depth = 0;
	inlining_held = false;
}

static void
execute_hook(ObjectAccessType access, Oid classId, Oid objectId, int subId,
			 void *arg)
{
	if (next_object_access_hook)
		next_object_access_hook(access, classId, objectId, subId, arg);
	if (likely(access == OAT_FUNCTION_EXECUTE))
	{
		if (classId == ProcedureRelationId)
			sepgsql_check_execute(objectId);
	}
	else if (access == OAT_NAMESPACE_SEARCH)
	{
		ObjectAccessNamespaceSearch *search = (ObjectAccessNamespaceSearch *) arg;

		if (search->result)
			search->result = sepgsql_may_search(objectId,
												search->ereport_on_violation);
	}
}

/*
 * This process is going to be asked.
 */
void
sepgsql_register_execute(bool maintenance)
{
	static bool registered = false;

	sepgsql_maintenance = maintenance;
	if (registered)
		return;
	registered = true;
	CacheRegisterSyscacheCallback(PROCOID, proc_callback, (Datum) 0);
	RegisterXactCallback(execute_xact_callback, NULL);
	next_object_access_hook = object_access_hook;
	object_access_hook = execute_hook;
	next_needs_fmgr_hook = needs_fmgr_hook;
	needs_fmgr_hook = needs_hook;
	next_fmgr_hook = fmgr_hook;
	fmgr_hook = call_hook;
}

/* what initdb did not make */
static bool
foreign_function(Oid funcid, void *context)
{
	return funcid >= FirstNormalObjectId;
}

static bool
calls_walker(Node *node, check_function_callback *wanted)
{
	if (node == NULL)
		return false;
	if (IsA(node, Query))
		return query_tree_walker((Query *) node, calls_walker, wanted, 0);
	if (check_functions_in_node(node, *wanted, NULL))
		return true;
	/* a domain's constraints may call any function */
	if (IsA(node, CoerceToDomain) &&
		DomainHasConstraints(((CoerceToDomain *) node)->resulttype))
		return true;
	return expression_tree_walker(node, calls_walker, wanted);
}

/* Do expressions, or queries, call a function of which wanted is true? */
static bool
calls(List *exprs, check_function_callback wanted)
{
	return calls_walker((Node *) exprs, &wanted);
}

/*
 * A foreign key's query is about to look at all rows of a table, those that
 * are hidden from the client too.  A cast between the types of the key and of
 * what it refers to is a function of somebody's, which must not be given these.
 */
void
sepgsql_check_constraint_plan(Relation rel, SPIPlanPtr plan)
{
	if (!sepgsql_enforcing)
		return;
	foreach_ptr(CachedPlanSource, source, SPI_plan_get_plan_sources(plan))
	{
		if (calls(source->query_list, foreign_function) &&
			sepgsql_tree_hidden(RelationGetRelid(rel)))
			ereport(ERROR,
					(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					 errmsg("SELinux: security policy violation"),
					 errdetail("A foreign key of table \"%s\" calls a function, and there may be rows that are not visible.",
							   sepgsql_shown_relation(rel))));
	}
}

/*
 * Expressions from the relation cache, in which calls of users' functions are
 * still calls, because they stay there for whatever label comes later.  What
 * is compared with them, or computed from them, is of this label: simplify
 * them for it.  quals: as a predicate.
 */
List *
sepgsql_simplify(List *exprs, bool quals)
{
	Node	   *node;

	if ((!sepgsql_enforcing && !sepgsql_maintenance) || inlining_held ||
		!calls(exprs, foreign_function))
		return exprs;
	if (quals)
	{
		node = eval_const_expressions(NULL, (Node *) make_ands_explicit(exprs));
		exprs = make_ands_implicit(canonicalize_qual((Expr *) node, false));
	}
	else
		exprs = (List *) eval_const_expressions(NULL, (Node *) exprs);
	fix_opfuncids((Node *) exprs);
	return exprs;
}

static bool
forbidden_function(Oid funcid, void *context)
{
	bool		plain;

	return !may_execute(funcid, &plain);
}

/*
 * Statistics and summaries are what a table's readers get to see: who has them
 * computed writes to the table.  Nobody asked for this expression, so there is
 * no audit record.
 */
static bool
may_write_results(Relation rel)
{
	uint32		allowed = 0;

	return !sepg_core_enforcing() ||
		(sepg_core_allowed(sepgsql_subject(),
						   sepgsql_relation_sid(RelationGetRelid(rel)),
						   sepgsql_relation_class(rel->rd_rel->relkind),
						   &allowed) == SEPG_OK &&
		 (allowed & SEPG_DB_TABLE__SETATTR) != 0);
}

/*
 * May ANALYZE and the like compute these expressions for a relation?  Not if
 * a function in them may not be executed, and not if it would be given values
 * that are hidden from the client.  indexed: they have been computed for all
 * rows before, so PostgreSQL's own functions raise no error that shows values.
 *
 * The author of the expressions reads what they return.  So none of them looks
 * at anything but the row: functions that are not immutable would show what
 * whoever runs ANALYZE may see, and in autovacuum, what nobody is asked about.
 * A user's function may be marked immutable and look all the same: that
 * autovacuum does not execute, and others do for tables that they could write
 * to anyway.
 */
static bool
may_compute(Relation rel, List *exprs, List *quals, bool indexed)
{
	if (exprs == NIL && quals == NIL)
		return true;
	if (!sepgsql_enforcing && !sepgsql_maintenance)
		return true;
	if (calls(exprs, forbidden_function) ||
		calls(quals, forbidden_function) ||
		contain_mutable_functions((Node *) exprs) ||
		contain_mutable_functions((Node *) quals))
		return false;
	if (!sepgsql_enforcing)
		return true;
	if (!may_write_results(rel))
		return false;
	if (indexed ?
		(!calls(exprs, foreign_function) &&
		 !calls(quals, foreign_function)) :
		(!contain_leaked_vars((Node *) exprs) &&
		 !contain_leaked_vars((Node *) quals)))
		return true;
	return !sepgsql_tree_hidden(RelationGetRelid(rel));
}

static void
report_skipped(const char *what, const char *name)
{
	ereport(AmAutoVacuumWorkerProcess() ? DEBUG1 : WARNING,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("skipping expressions of %s \"%s\"", what, name),
			 errdetail("They call functions that are not immutable or may not be executed here, would be given rows that are not visible, or belong to a table that may not be changed.")));
}

/*
 * Have ANALYZE leave out the expressions of an index that it may not compute.
 */
void
sepgsql_trim_index(Relation rel, Relation index, struct IndexInfo *info)
{
	if (may_compute(rel, info->ii_Expressions, info->ii_Predicate, true))
		return;
	report_skipped("index", RelationGetRelationName(index));
	info->ii_Expressions = NIL;
	info->ii_Predicate = NIL;
}

/* The same for a statistics object. */
bool
sepgsql_may_analyze(Oid relid, const char *name, List *exprs)
{
	Relation	rel;
	bool		result;

	if (exprs == NIL || (!sepgsql_enforcing && !sepgsql_maintenance))
		return true;
	rel = RelationIdGetRelation(relid);
	result = RelationIsValid(rel) && may_compute(rel, exprs, NIL, false);
	if (RelationIsValid(rel))
		RelationClose(rel);
	if (result)
		return true;
	report_skipped("statistics object", name);
	return false;
}

/*
 * A command is about to tell the result of an expression for all rows of a
 * table, by its success if not otherwise: which functions it calls is no
 * matter then.
 */
void
sepgsql_check_shown(Relation rel)
{
	if (!sepgsql_enforcing)
		return;
	if (!RELKIND_HAS_TABLE_AM(rel->rd_rel->relkind))
		return;
	sepgsql_check_all_rows(rel, SEPG_DB_TUPLE__SELECT);
}

static bool
has_domain(Node *node, void *context)
{
	if (node == NULL)
		return false;
	return IsA(node, CoerceToDomain) ||
		expression_tree_walker(node, has_domain, context);
}

/*
 * A command is about to compute an expression for all rows of a table, and to
 * store the results.  What they are is seen from whether they are unique, and
 * from the space that they take; how many they are, from what it calls.
 */
void
sepgsql_check_compute(Relation rel, Node *expr)
{
	if (sepgsql_enforcing &&
		(contain_var_clause(expr) || contain_mutable_functions(expr) ||
		 has_domain(expr, NULL)))
		sepgsql_check_shown(rel);
}

/*
 * An index is about to be filled.
 */
void
sepgsql_check_index_build(Relation rel, struct IndexInfo *info)
{
	if (!sepgsql_enforcing)
		return;
	sepgsql_check_compute(rel, (Node *) info->ii_Expressions);

	/*
	 * The number of rows for which it holds is known afterwards, and whether
	 * there is one that overlaps what the client has stored.
	 */
	if (info->ii_Predicate != NIL || info->ii_ExclusionOps != NULL)
		sepgsql_check_shown(rel);
}

/* The same for another one like it, before there is any. */
void
sepgsql_check_reindex(Relation rel, Relation index)
{
	if (sepgsql_enforcing)
		sepgsql_check_index_build(rel, BuildIndexInfo(index));
}

/*
 * An index computes its expressions for all rows once more, whoever wants it
 * to: those that are not PostgreSQL's own are not given hidden rows.
 */
void
sepgsql_check_index_scan(Relation rel, struct IndexInfo *info)
{
	if (sepgsql_enforcing &&
		(calls(info->ii_Expressions, foreign_function) ||
		 calls(info->ii_Predicate, foreign_function)))
		sepgsql_check_all_rows(rel, SEPG_DB_TUPLE__SELECT);
}

/*
 * May an index that summarizes rows be brought up to date by the way?
 */
bool
sepgsql_may_summarize(Relation index, Relation rel)
{
	if (!sepgsql_enforcing && !sepgsql_maintenance)
		return true;
	if (may_compute(rel, RelationGetIndexExpressions(index),
					RelationGetIndexPredicate(index), true))
		return true;
	report_skipped("index", RelationGetRelationName(index));
	return false;
}

/*
 * What nobody is asked about, as nobody is there: functions that maintenance
 * calls do none of it.
 */
void
sepgsql_refuse_maintenance(const char *detail)
{
	if (sepgsql_maintenance)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("SELinux: security policy violation"),
				 errdetail_internal("%s", _(detail))));
}

/*
 * Maintenance runs no commands.
 */
void
sepgsql_check_utility(void)
{
	sepgsql_refuse_maintenance(gettext_noop("Functions that maintenance calls may not execute commands."));
}
