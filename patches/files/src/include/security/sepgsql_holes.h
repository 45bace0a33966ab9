/*-------------------------------------------------------------------------
 *
 * sepgsql_holes.h
 *	  Holes in the reference monitor, for the tests of the tests.
 *
 * Each hole takes out one check, so that a test which compares what a client
 * sees with what it ought to see can be shown to find it.  They exist only in
 * builds with --enable-injection-points, which are no builds to use: a hole is
 * open while the injection point "sepgsql-hole-NAME" is attached, whatever its
 * action, which is not run.  In all other builds the macro is a constant, and
 * nothing of this is compiled.
 *
 * regress/two-worlds/HOLES.md of SE-PostgreSQL's own repository lists them.
 *
 * src/include/security/sepgsql_holes.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef SEPGSQL_HOLES_H
#define SEPGSQL_HOLES_H

#ifdef USE_INJECTION_POINTS
#include "access/xact.h"
#include "miscadmin.h"
#include "utils/injection_point.h"

/*
 * Where the process has no transaction, it may have to load what is attached
 * and cannot; nothing that matters is decided there.
 */
#define SEPGSQL_HOLE(name) \
	(unlikely(sepgsql_enforcing && IsUnderPostmaster && IsTransactionState() && \
			  IsInjectionPointAttached("sepgsql-hole-" name)))
#else
#define SEPGSQL_HOLE(name)	false
#endif

#endif							/* SEPGSQL_HOLES_H */
