/*-------------------------------------------------------------------------
 *
 * audit.c
 *	  The audit trail: where records go, and how many.
 *
 * A record goes to the audit system of the host, where the server may write
 * there, and to the server's log, as sepgsql.audit_log says; where the audit
 * system does not take it, to the log in any case.
 *
 * So that a client cannot fill the disk, or the kernel's queue, by asking for
 * what it is refused, a process writes no more than so many records a second.
 * Those beyond are counted, and the number is written: with the next record,
 * when the session has been idle for a second, and at the end of the process.
 * Each process counts for itself, so that no session can crowd out what is
 * written about another.
 *
 * IDENTIFICATION
 *	  src/backend/security/sepgsql/audit.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <netdb.h>

#include "common/ip.h"
#include "libpq/libpq-be.h"
#include "miscadmin.h"
#include "security/sepgsql_audit.h"
#include "security/sepgsql_catalog.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "utils/guc.h"
#include "utils/timeout.h"

bool		sepgsql_audit_suppressed = false;
volatile sig_atomic_t sepgsql_audit_due = false;

/* may the server write to the audit system?  -1: not yet known */
static int	available = -1;

/* the last record was refused there, and the log says why */
static bool refused = false;

/* does sepgsql_audit_at_exit() run at the end? */
static bool exit_registered = false;

/* reports when the session is idle */
static TimeoutId timer = MAX_TIMEOUTS;

static void sepgsql_audit_at_exit(int code, Datum arg);

static bool
audit_available(char *err, size_t errlen)
{
	if (available < 0)
		available = sepg_core_audit_available(err, errlen) == SEPG_OK;
	return available > 0;
}

/*
 * Start of a server, in the postmaster: what its children may do is known
 * from here, and so is what the administrator should know of.
 */
void
sepgsql_audit_start(void)
{
	char		err[SEPG_ERRLEN];

	if (audit_available(err, sizeof(err)))
		return;

	/* where nobody asked for it, and it is no SELinux host, it is no news */
	if (sepgsql_audit_log == SEPGSQL_AUDIT_AUDIT ||
		(sepgsql_audit_log == SEPGSQL_AUDIT_BOTH &&
		 sepostgresql_security_server == SEPGSQL_SERVER_KERNEL))
		ereport(LOG,
				(errmsg("SELinux audit records go to the server log only: %s",
						err),
				 errhint("Start the server with this capability, for example by AmbientCapabilities= in its systemd unit.")));
}

/*
 * Write a line to the server's log, and to nobody else whatever
 * client_min_messages says: a record tells the label of what the client may
 * not see.
 */
static void
write_log(const char *text, const char *detail)
{
	int			save_log_min_messages = log_min_messages;
	ErrorContextCallback *save_context = error_context_stack;

	/* A superuser of low label may set the level; that silences no record. */
	if (log_min_messages > ERROR && log_min_messages != LOG)
		log_min_messages = LOG;
	/* Nor is there anything behind the record, such as a place in the query. */
	error_context_stack = NULL;
	ereport(LOG_SERVER_ONLY,
			(errmsg_internal("%s", text),
			 detail ? errdetail_internal("%s", detail) : 0,
			 errhidestmt(true),
			 errhidecontext(true)));
	error_context_stack = save_context;
	log_min_messages = save_log_min_messages;
}

/*
 * The audit system has taken a record, or not.  Returns rc's meaning; says why
 * not, once for as long as that lasts.
 */
static bool
audit_taken(int rc, const char *err)
{
	if (rc == SEPG_OK)
	{
		refused = false;
		return true;
	}
	if (!refused)
	{
		refused = true;
		write_log("SELinux audit records go to the server log, because the audit system refuses them",
				  err);
	}
	return false;
}

/*
 * Write an audit record, or count it.
 */
void
sepgsql_audit_record(SepgSid subject, SepgSid object, uint32 tclass,
					 const SepgAudit *audit, const char *name)
{
	char		buf[1024];
	char		err[SEPG_ERRLEN];
	char	   *text = buf;
	int32		len;

	if (sepgsql_audit_log == SEPGSQL_AUDIT_OFF)
		return;

	if (!sepg_core_audit_admit(sepgsql_audit_rate_limit))
	{
		sepgsql_audit_suppressed = true;
		if (!exit_registered)
		{
			before_shmem_exit(sepgsql_audit_at_exit, (Datum) 0);
			exit_registered = true;
		}
		return;
	}
	if (unlikely(sepgsql_audit_suppressed))
		sepgsql_audit_report(true);

	if (sepgsql_audit_log != SEPGSQL_AUDIT_LOG &&
		audit_available(err, sizeof(err)))
	{
		char		address[NI_MAXHOST];
		bool		remote = false;

		/* in figures, whatever log_hostname says */
		if (MyProcPort != NULL && MyProcPort->raddr.addr.ss_family != AF_UNIX)
			remote = pg_getnameinfo_all(&MyProcPort->raddr.addr,
										MyProcPort->raddr.salen,
										address, sizeof(address), NULL, 0,
										NI_NUMERICHOST | NI_NUMERICSERV) == 0;

		if (audit_taken(sepg_core_audit_write(subject, object, tclass,
											  audit->audited,
											  !audit->granted,
											  audit->permissive, name,
											  MyProcPort ? MyProcPort->user_name : NULL,
											  MyProcPort ? MyProcPort->database_name : NULL,
											  remote ? address : NULL,
											  err, sizeof(err)),
						err) &&
			sepgsql_audit_log == SEPGSQL_AUDIT_AUDIT)
			return;
	}

	len = sepg_core_audit_text(subject, object, tclass, audit->audited,
							   !audit->granted, audit->permissive, name,
							   buf, sizeof(buf));
	if (len < 0)
		elog(ERROR, "the security server gave no audit record");
	if (len >= (int32) sizeof(buf))
	{
		text = palloc(len + 1);
		sepg_core_audit_text(subject, object, tclass, audit->audited,
							 !audit->granted, audit->permissive, name,
							 text, len + 1);
	}
	write_log(text, NULL);
	if (text != buf)
		pfree(text);
}

/*
 * Tell how many records were suppressed.  With wait, those of the second that
 * still lasts are left for later.
 */
void
sepgsql_audit_report(bool wait)
{
	uint64		count = sepg_core_audit_suppressed(wait);
	char		err[SEPG_ERRLEN];
	char		text[128];

	sepgsql_audit_due = false;
	sepgsql_audit_suppressed = sepg_core_audit_pending();
	if (count == 0)
		return;

	if (sepgsql_audit_log != SEPGSQL_AUDIT_LOG &&
		sepgsql_audit_log != SEPGSQL_AUDIT_OFF &&
		audit_available(err, sizeof(err)) &&
		audit_taken(sepg_core_audit_write_suppressed(count, err, sizeof(err)),
					err) &&
		sepgsql_audit_log == SEPGSQL_AUDIT_AUDIT)
		return;

	snprintf(text, sizeof(text),
			 "SELinux: " UINT64_FORMAT " audit records of this session suppressed",
			 count);
	write_log(text, "They were more than \"sepgsql.audit_rate_limit\" in a second.");
}

static void
sepgsql_audit_at_exit(int code, Datum arg)
{
	if (sepgsql_audit_suppressed)
		sepgsql_audit_report(false);
}

static void
audit_timeout(void)
{
	sepgsql_audit_due = true;
	InterruptPending = true;
	SetLatch(MyLatch);
}

/*
 * The session waits for a command, which may never come.
 */
void
sepgsql_audit_arm_timer(void)
{
	if (timer == MAX_TIMEOUTS)
		timer = RegisterTimeout(USER_TIMEOUT, audit_timeout);
	enable_timeout_after(timer, 1000);
}
