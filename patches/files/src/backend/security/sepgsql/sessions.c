/*-------------------------------------------------------------------------
 *
 * sessions.c
 *	  What sessions may see of each other, and do to each other.
 *
 * Each session publishes its label in shared memory, so that others can
 * decide what they may know of it (process:getattr: what it runs, waits for
 * and locks), whether they may cancel or end it (process:sigkill), and what
 * it may be told by NOTIFY (process:signal, asked for the sender's label).  A
 * prepared transaction has the label of the session that prepared it, which
 * is kept in its state file.  A process that has not published a label is one
 * of the server's own.  Sessions of one label keep nothing from each other.
 *
 * What a session is seen to run was sent to it with the label that it had at
 * the start of that statement.  So a new label is published when the next
 * statement starts, and says since when it holds: what somebody remembers of
 * a session from before then is none of that label's business.
 *
 * Nothing here takes a lock: a session alone writes its entry, and readers
 * try again if it changed while they read it.
 *
 * IDENTIFICATION
 *	  src/backend/security/sepgsql/sessions.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/twophase.h"
#include "access/twophase_rmgr.h"
#include "access/xact.h"
#include "catalog/pg_security.h"
#include "common/cryptohash.h"
#include "common/sha2.h"
#include "miscadmin.h"
#include "port/atomics.h"
#include "security/sepgsql_catalog.h"
#include "security/sepgsql_holes.h"
#include "security/sepgsql_visible.h"
#include "storage/ipc.h"
#include "storage/predicate_internals.h"
#include "storage/shmem.h"
#include "utils/backend_status.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

/* a session with a longer label counts as unlabeled to others */
#define SESSION_LABEL_MAX	1024

typedef struct SepgSession
{
	pg_atomic_uint32 changes;	/* odd while the rest is being changed */
	int			pid;			/* 0: nobody */
	TimestampTz start;			/* when the process started */
	TimestampTz since;			/* since when it has this label, if not since
								 * its start */
	char		label[SESSION_LABEL_MAX];	/* empty: too long */
} SepgSession;

typedef struct SepgPrepared
{
	pg_atomic_uint32 xid;		/* 0: free */
	char		label[SESSION_LABEL_MAX];
} SepgPrepared;

typedef struct SepgSessions
{
	int			nsessions;
	int			nprepared;
	SepgSession sessions[FLEXIBLE_ARRAY_MEMBER];	/* by number of PGPROC */
	/* SepgPrepared[nprepared] follow */
} SepgSessions;

static SepgSessions *shared = NULL;
static SepgPrepared *prepared = NULL;

/* what this session has published, and a digest of it */
static SepgSid published = SEPG_SID_NONE;
static uint64 published_digest;

/* our transaction that is being prepared */
static TransactionId preparing = InvalidTransactionId;

static int
sessions_count(void)
{
	return sepostgresql ? MaxBackends : 0;
}

static int
prepared_count(void)
{
	/* one that fails to be prepared may be removed a bit later than others */
	return sepostgresql && max_prepared_xacts > 0 ?
		max_prepared_xacts + MaxBackends : 0;
}

Size
sepgsql_sessions_shmem_size(void)
{
	Size		size = offsetof(SepgSessions, sessions);

	size = add_size(size, mul_size(sessions_count(), sizeof(SepgSession)));
	return add_size(size, mul_size(prepared_count(), sizeof(SepgPrepared)));
}

void
sepgsql_sessions_shmem_init(void)
{
	bool		found;

	shared = (SepgSessions *) ShmemInitStruct("SE-PostgreSQL sessions",
											  sepgsql_sessions_shmem_size(),
											  &found);
	if (!found)
	{
		memset(shared, 0, sepgsql_sessions_shmem_size());
		shared->nsessions = sessions_count();
		shared->nprepared = prepared_count();
	}
	prepared = (SepgPrepared *) &shared->sessions[shared->nsessions];
	if (!found)
	{
		for (int i = 0; i < shared->nsessions; i++)
			pg_atomic_init_u32(&shared->sessions[i].changes, 0);
		for (int i = 0; i < shared->nprepared; i++)
			pg_atomic_init_u32(&prepared[i].xid, InvalidTransactionId);
	}
}

/* ----------------------------------------------------------------
 *		Publishing
 * ----------------------------------------------------------------
 */

static void
write_session(int pid, TimestampTz since, const char *label)
{
	SepgSession *session = &shared->sessions[MyProcNumber];
	uint32		changes = pg_atomic_read_u32(&session->changes);

	/* a full barrier each: nothing is written before, or after */
	pg_atomic_exchange_u32(&session->changes, changes + 1);
	session->pid = pid;
	session->start = MyStartTimestamp;
	session->since = since;
	if (strlen(label) < SESSION_LABEL_MAX)
		strlcpy(session->label, label, SESSION_LABEL_MAX);
	else
		session->label[0] = '\0';
	pg_atomic_exchange_u32(&session->changes, changes + 2);
}

static void
sessions_shmem_exit(int code, Datum arg)
{
	write_session(0, 0, "");
}

/* A copy of an entry; false if it is nobody's. */
static bool
read_session(ProcNumber number, SepgSession *copy)
{
	SepgSession *session = &shared->sessions[number];
	uint32		changes;

	do
	{
		changes = pg_atomic_read_u32(&session->changes);
		pg_read_barrier();
		copy->pid = session->pid;
		copy->start = session->start;
		copy->since = session->since;
		memcpy(copy->label, session->label, SESSION_LABEL_MAX);
		pg_read_barrier();
	} while ((changes & 1) != 0 ||
			 pg_atomic_read_u32(&session->changes) != changes);
	return copy->pid != 0;
}

/* The label of a copied text: one that is not known here counts as none. */
static SepgSid
label_sid(const char *label)
{
	return label[0] == '\0' ? SEPG_SID_UNLABELED : sepgsql_intern_text(label);
}

static uint64
label_digest(const char *label)
{
	uint8		digest[PG_SHA256_DIGEST_LENGTH];
	uint64		result;
	pg_cryptohash_ctx *ctx = pg_cryptohash_create(PG_SHA256);

	if (ctx == NULL || pg_cryptohash_init(ctx) < 0 ||
		pg_cryptohash_update(ctx, (const uint8 *) label, strlen(label)) < 0 ||
		pg_cryptohash_final(ctx, digest, sizeof(digest)) < 0)
		elog(ERROR, "could not compute the digest of a security label");
	pg_cryptohash_free(ctx);
	memcpy(&result, digest, sizeof(result));
	return result == 0 ? 1 : result;
}

/*
 * Publish the label of this session if it is another than before.  Called at
 * the start of each statement.
 */
void
sepgsql_publish_session(void)
{
	SepgSid		base = sepg_core_subject_base();
	const char *label;
	bool		first;

	if (likely(base == published))
		return;

	label = sepgsql_sid_text(base);
	first = (published == SEPG_SID_NONE);
	if (first)
		on_shmem_exit(sessions_shmem_exit, (Datum) 0);

	if (IsParallelWorker())
	{
		SepgSession leader;

		/*
		 * What a worker is seen to run is its leader's statement, which may
		 * have changed the label since.
		 */
		if (read_session(ParallelLeaderProcNumber, &leader))
			write_session(MyProcPid, leader.since, leader.label);
		else
			write_session(MyProcPid, 0, "");
	}
	else
		write_session(MyProcPid, first ? 0 : GetCurrentTimestamp(), label);
	published_digest = label_digest(label);
	published = base;
}

/* ----------------------------------------------------------------
 *		Deciding
 * ----------------------------------------------------------------
 */

/*
 * May the client know of what somebody of this label does?  Nothing was asked
 * for, so there is no audit record.
 */
static bool
may_look(SepgSid object)
{
	SepgSid		subject = sepgsql_subject();
	uint32		allowed = 0;

	if (object == subject || SEPGSQL_HOLE("sessions"))
		return true;
	return sepg_core_allowed(subject, object, SEPG_CLASS_PROCESS,
							 &allowed) == SEPG_OK &&
		(allowed & SEPG_PROCESS__GETATTR) != 0;
}

/* What is known of a session: what does not change as long as its entry. */
typedef struct KnownSession
{
	uint32		changes;		/* of the entry; odd: not known */
	int			pid;
	TimestampTz start;
	TimestampTz since;
	SepgSid		sid;
} KnownSession;

/*
 * The session of a process, NULL if there is none.  Asked for each row of
 * pg_locks and the like, so entries are read again only if they changed.
 */
static const KnownSession *
find_session(int pid)
{
	static KnownSession *known = NULL;
	static ProcNumber hints[64];
	ProcNumber *hint = &hints[pid & (lengthof(hints) - 1)];
	SepgSession session;

	if (known == NULL)
	{
		known = MemoryContextAlloc(TopMemoryContext,
								   shared->nsessions * sizeof(KnownSession));
		for (ProcNumber i = 0; i < shared->nsessions; i++)
			known[i].changes = 1;
	}

	for (ProcNumber n = -1; n < shared->nsessions; n++)
	{
		ProcNumber	i = n < 0 ? *hint : n;
		uint32		changes;

		/* a look without care first: most are not the one */
		if (((volatile SepgSession *) &shared->sessions[i])->pid != pid)
			continue;
		changes = pg_atomic_read_u32(&shared->sessions[i].changes);
		pg_read_barrier();
		if (known[i].changes != changes || (changes & 1) != 0)
		{
			known[i].changes = 1;
			if (!read_session(i, &session))
				continue;
			known[i].pid = session.pid;
			known[i].start = session.start;
			known[i].since = session.since;
			known[i].sid = label_sid(session.label);
			/* if it has changed since, it is going to be read again */
			known[i].changes = changes;
		}
		if (known[i].pid != pid)
			continue;
		*hint = i;
		return &known[i];
	}
	return NULL;
}

static SepgSid
session_sid(int pid)
{
	const KnownSession *session = find_session(pid);

	return session ? session->sid : sepgsql_server_sid();
}

/*
 * May the client see what pg_stat_activity and its kin know of a session?
 * beentry may be a copy that was made a while ago.
 */
bool
sepgsql_session_visible(const PgBackendStatus *beentry)
{
	const KnownSession *session;

	if (!sepgsql_enforcing || beentry->st_procpid == MyProcPid)
		return !sepgsql_maintenance;
	session = find_session(beentry->st_procpid);
	if (session == NULL)
		return may_look(sepgsql_server_sid());

	/* of another process with that number, or from before it had this label? */
	if (session->start != beentry->st_proc_start_timestamp ||
		session->since > beentry->st_activity_start_timestamp)
		return may_look(SEPG_SID_UNLABELED);
	return may_look(session->sid);
}

/*
 * The same by process, for what is true now; 0 stands for no process that is
 * known, such as that of a prepared transaction.
 */
bool
sepgsql_process_visible(int pid)
{
	if (!sepgsql_enforcing || pid == MyProcPid)
		return !sepgsql_maintenance;
	return may_look(pid == 0 ? SEPG_SID_UNLABELED : session_sid(pid));
}

/*
 * May the client be shown a lock on a relation, or on a part of it?
 */
static bool
relation_lock_visible(Oid dboid, Oid relid, bool part)
{
	/* nothing is known here of another database's tables */
	if (OidIsValid(dboid) && dboid != MyDatabaseId)
		return !part || sepgsql_names_visible();
	return sepgsql_object_visible(RelationRelationId, relid) &&
		!(part && sepgsql_rows_hidden(relid));
}

/*
 * May the client be shown a lock?  Even its own: foreign keys lock hidden
 * tables.
 */
bool
sepgsql_lock_visible(int pid, const LOCKTAG *tag)
{
	if (!sepgsql_process_visible(pid))
		return false;
	if (!sepgsql_enforcing)
		return true;
	switch ((LockTagType) tag->locktag_type)
	{
		case LOCKTAG_RELATION:
		case LOCKTAG_RELATION_EXTEND:
			return relation_lock_visible(tag->locktag_field1, tag->locktag_field2, false);
		case LOCKTAG_PAGE:
		case LOCKTAG_TUPLE:
			return relation_lock_visible(tag->locktag_field1, tag->locktag_field2, true);
		case LOCKTAG_OBJECT:
			return tag->locktag_field1 != MyDatabaseId ||
				sepgsql_object_visible(tag->locktag_field2, tag->locktag_field3);
		default:
			return true;
	}
}

/*
 * May the client be shown a predicate lock?  Those on pages and rows are also
 * taken where a scan by an index has met a row that is hidden.
 */
bool
sepgsql_predicate_visible(const PREDICATELOCKTARGETTAG *tag)
{
	return !sepgsql_enforcing ||
		relation_lock_visible(GET_PREDICATELOCKTARGETTAG_DB(*tag),
							  GET_PREDICATELOCKTARGETTAG_RELATION(*tag),
							  GET_PREDICATELOCKTARGETTAG_TYPE(*tag) != PREDLOCKTAG_RELATION);
}

/*
 * A backend is about to be cancelled or terminated.
 */
void
sepgsql_check_signal(int pid)
{
	SepgSid		subject;
	SepgSid		object;
	char		name[16];

	sepgsql_refuse_maintenance(gettext_noop("Functions that maintenance calls may not signal other processes."));
	if (!sepgsql_enforcing || pid == MyProcPid)
		return;
	subject = sepgsql_subject();
	object = session_sid(pid);
	snprintf(name, sizeof(name), "%d", pid);
	if (object != subject)
		sepgsql_check(subject, object, SEPG_CLASS_PROCESS,
					  SEPG_PROCESS__SIGKILL, name, true);
}

/* ----------------------------------------------------------------
 *		Statistics of statements
 * ----------------------------------------------------------------
 */

static uint64
subject_digest(void)
{
	static SepgSid last = SEPG_SID_NONE;
	static uint64 digest;
	SepgSid		subject = sepgsql_subject();

	if (subject == published)
		return published_digest;
	if (subject != last)
	{
		last = SEPG_SID_NONE;
		digest = label_digest(sepgsql_sid_text(subject));
		last = subject;
	}
	return digest;
}

/*
 * What marks the statements of a label: the same after a restart and in every
 * database.  0 where nothing is enforced.  Statements in a trusted procedure
 * are the procedure's; what the client sent is of the label that the session
 * had then, whatever it has done since.
 */
uint64
sepgsql_session_digest(void)
{
	if (!sepgsql_enforcing)
		return 0;
	return sepg_core_subject_mark() == 0 ? published_digest : subject_digest();
}

/*
 * May the client see statements that are marked so?  Other labels than its
 * own cannot be told from their marks.
 */
bool
sepgsql_digest_visible(uint64 digest)
{
	if (!sepgsql_enforcing || digest == subject_digest())
		return true;
	return may_look(SEPG_SID_UNLABELED);
}

/* ----------------------------------------------------------------
 *		NOTIFY
 * ----------------------------------------------------------------
 */

/*
 * The label of a notification that is being sent, as a number: that which
 * pg_security has for it, where it stands among those of pg_security itself,
 * whose own rows have none.  0 where the sender is asked nothing.
 */
uint32
sepgsql_notify_label(void)
{
	return sepgsql_enforcing ? sepgsql_label_number(sepgsql_subject()) : 0;
}

/*
 * May a notification with this label be delivered to this session?
 */
bool
sepgsql_may_notify(uint32 label, const char *channel)
{
	SepgSid		sender;
	SepgSid		receiver;

	if (!sepgsql_enforcing)
		return true;
	receiver = sepgsql_session_subject();
	sender = sepgsql_secid_to_sid(SecurityRelationId, label);
	return sender == receiver || SEPGSQL_HOLE("notify") ||
		sepgsql_check(sender, receiver, SEPG_CLASS_PROCESS,
					  SEPG_PROCESS__SIGNAL, channel, false);
}

/* ----------------------------------------------------------------
 *		Prepared transactions
 * ----------------------------------------------------------------
 */

static void
remember_prepared(TransactionId xid, const char *label)
{
	for (int i = 0; i < shared->nprepared; i++)
	{
		uint32		expected = InvalidTransactionId;

		/* nobody looks for this one */
		if (!pg_atomic_compare_exchange_u32(&prepared[i].xid, &expected,
											FrozenTransactionId))
			continue;
		if (strlen(label) < SESSION_LABEL_MAX)
			strlcpy(prepared[i].label, label, SESSION_LABEL_MAX);
		else
			prepared[i].label[0] = '\0';
		pg_write_barrier();
		pg_atomic_write_u32(&prepared[i].xid, xid);
		return;
	}
	/* one that is not found counts as unlabeled */
}

static void
forget_prepared(TransactionId xid)
{
	for (int i = 0; i < shared->nprepared; i++)
	{
		if (pg_atomic_read_u32(&prepared[i].xid) == xid)
			pg_atomic_write_u32(&prepared[i].xid, InvalidTransactionId);
	}
}

static SepgSid
prepared_sid(TransactionId xid)
{
	for (int i = 0; i < shared->nprepared; i++)
	{
		char		label[SESSION_LABEL_MAX];

		if (pg_atomic_read_u32(&prepared[i].xid) != xid)
			continue;
		pg_read_barrier();
		memcpy(label, prepared[i].label, SESSION_LABEL_MAX);
		pg_read_barrier();
		if (pg_atomic_read_u32(&prepared[i].xid) == xid)
			return label_sid(label);
	}
	return SEPG_SID_UNLABELED;
}

static void
prepared_xact_callback(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_ABORT && TransactionIdIsValid(preparing))
		forget_prepared(preparing);
	if (event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
		preparing = InvalidTransactionId;
}

/*
 * PREPARE TRANSACTION: whose it is belongs to its state.
 */
void
sepgsql_at_prepare(void)
{
	static bool registered = false;
	const char *label;

	if (!sepgsql_enforcing)
		return;
	if (!registered)
	{
		RegisterXactCallback(prepared_xact_callback, NULL);
		registered = true;
	}
	label = sepgsql_sid_text(sepgsql_subject());
	RegisterTwoPhaseRecord(TWOPHASE_RM_SEPGSQL_ID, 0, label, strlen(label) + 1);
	preparing = GetTopTransactionId();
	remember_prepared(preparing, label);
}

/* State files are read at start, after a crash too. */
void
sepgsql_twophase_recover(TransactionId xid, uint16 info, void *recdata,
						 uint32 len)
{
	if (len > 0 && ((char *) recdata)[len - 1] == '\0')
		remember_prepared(xid, (const char *) recdata);
}

/* COMMIT PREPARED and ROLLBACK PREPARED */
void
sepgsql_twophase_finish(TransactionId xid, uint16 info, void *recdata,
						uint32 len)
{
	forget_prepared(xid);
}

bool
sepgsql_prepared_visible(TransactionId xid)
{
	return !sepgsql_enforcing || may_look(prepared_sid(xid));
}

/*
 * May the client finish it?
 */
void
sepgsql_check_prepared(TransactionId xid, const char *gid)
{
	SepgSid		subject;
	SepgSid		object;

	if (!sepgsql_enforcing)
		return;
	subject = sepgsql_subject();
	object = prepared_sid(xid);
	if (object != subject)
		sepgsql_check(subject, object, SEPG_CLASS_PROCESS,
					  SEPG_PROCESS__SIGKILL, gid, true);
}
