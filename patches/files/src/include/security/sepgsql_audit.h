/*-------------------------------------------------------------------------
 *
 * sepgsql_audit.h
 *	  The audit trail of SE-PostgreSQL.
 *
 * src/include/security/sepgsql_audit.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef SEPGSQL_AUDIT_H
#define SEPGSQL_AUDIT_H

#include <signal.h>

#include "security/sepgsql.h"

/* values of sepgsql.audit_log */
#define SEPGSQL_AUDIT_OFF	0
#define SEPGSQL_AUDIT_LOG	1
#define SEPGSQL_AUDIT_AUDIT	2
#define SEPGSQL_AUDIT_BOTH	3

/* parameters, see guc_tables.c */
extern PGDLLIMPORT int sepgsql_audit_log;
extern PGDLLIMPORT int sepgsql_audit_rate_limit;

#ifdef USE_SEPGSQL

extern void sepgsql_audit_start(void);
extern void sepgsql_audit_record(SepgSid subject, SepgSid object,
								 uint32 tclass, const SepgAudit *audit,
								 const char *name);

/* records have been suppressed, and nobody was told yet */
extern bool sepgsql_audit_suppressed;

/* and it is time to */
extern volatile sig_atomic_t sepgsql_audit_due;

extern void sepgsql_audit_report(bool wait);
extern void sepgsql_audit_arm_timer(void);

/* The session waits for a command. */
static inline void
sepgsql_audit_idle(void)
{
	if (unlikely(sepgsql_audit_suppressed))
		sepgsql_audit_arm_timer();
}

/* For CHECK_FOR_INTERRUPTS(). */
static inline void
sepgsql_audit_interrupt(void)
{
	if (unlikely(sepgsql_audit_due))
		sepgsql_audit_report(true);
}

#else

#define sepgsql_audit_idle()		((void) 0)
#define sepgsql_audit_interrupt()	((void) 0)

#endif							/* USE_SEPGSQL */

#endif							/* SEPGSQL_AUDIT_H */
