/*-------------------------------------------------------------------------
 *
 * policy.c
 *	  Asking the core for decisions, and telling what it decided.
 *
 * The core decides; what can be raised, written to the log or cancelled is
 * done here.  Where the core cannot decide, the answer is an error: nothing
 * is ever permitted for want of an answer.
 *
 * IDENTIFICATION
 *	  src/backend/security/sepgsql/policy.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "security/sepgsql_audit.h"
#include "security/sepgsql_catalog.h"

/* the core's, when it has been loaded */
static const uint64 no_policy = 0;
const uint64 *sepgsql_policy_seqno_at = &no_policy;

/*
 * The core gave no answer.
 */
static void
core_failed(int rc, const char *what)
{
	if (rc == SEPG_NOT_READY)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("no security policy is loaded in this process"),
				 errhint("See the server log for why the policy could not be loaded, and reconnect.")));
	if (rc == SEPG_PANIC)
		ereport(FATAL,
				(errcode(ERRCODE_INTERNAL_ERROR),
				 errmsg("the security server of this process has failed"),
				 errhint("Reconnect, and report the messages in the server log.")));
	ereport(ERROR,
			(errcode(ERRCODE_INTERNAL_ERROR),
			 errmsg("the security server gave no answer"),
			 what[0] != '\0' ? errdetail_internal("%s", what) : 0,
			 errhint("Check \"sepostgresql_security_server\" and the server log, and reconnect.")));
}

/*
 * What follows from the core's answer: the audit record, and the error.
 */
bool
sepgsql_conclude(int rc, SepgSid subject, SepgSid object, uint32 tclass,
				 const SepgAudit *audit, const char *audit_name, bool abort)
{
	if (unlikely(rc < 0))
		core_failed(rc, "");
	if (unlikely(audit->audited != 0))
		sepgsql_audit_record(subject, object, tclass, audit, audit_name);
	if (likely(rc == SEPG_OK))
		return true;
	if (abort)
		sepgsql_violation();
	return false;
}

/*
 * May this subject do this to this object?
 */
bool
sepgsql_check(SepgSid subject, SepgSid object, uint32 tclass,
			  uint32 required, const char *audit_name, bool abort)
{
	SepgAudit	audit;
	int32		rc;

	rc = sepg_core_check(subject, object, tclass, required, &audit);
	return sepgsql_conclude(rc, subject, object, tclass, &audit, audit_name,
							abort);
}

void
sepgsql_violation(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("SELinux: security policy violation")));
}

/*
 * The label of what this subject makes in this parent.  name is what named
 * transitions of the policy look at, NULL for none.
 */
SepgSid
sepgsql_compute_create(SepgSid subject, SepgSid parent, uint32 tclass,
					   const char *name)
{
	char		err[256];
	SepgSid		sid = SEPG_SID_NONE;
	int32		rc;

	err[0] = '\0';
	rc = sepg_core_compute_create(subject, parent, tclass, name, &sid,
								  err, sizeof(err));
	if (rc != SEPG_OK || sid == SEPG_SID_NONE)
		core_failed(rc, err);
	return sid;
}
