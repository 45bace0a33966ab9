/* -------------------------------------------------------------------------
 *
 * pg_security.h
 *	  definition of the "dictionary of row labels" system catalog
 *	  (pg_security)
 *
 * src/include/catalog/pg_security.h
 *
 * NOTES
 *	  The Catalog.pm module reads this file and derives schema
 *	  information.
 *
 *	  A secid in a tuple header names a row here, together with the tuple's
 *	  relation.  Rows are written by security/sepgsql/dict.c, outside the
 *	  transaction that needs them: they have no other transaction's fate, and
 *	  so a row must lie in one tuple.  That is why there is no TOAST table.
 *
 *	  There is no syscache: each backend keeps the dictionaries that it uses,
 *	  keyed by a version in shared memory.
 *
 * -------------------------------------------------------------------------
 */
#ifndef PG_SECURITY_H
#define PG_SECURITY_H

#include "catalog/genbki.h"
#include "catalog/pg_security_d.h"	/* IWYU pragma: export */

/* ----------------
 *		pg_security definition.  cpp turns this into
 *		typedef struct FormData_pg_security
 * ----------------
 */
CATALOG(pg_security,9140,SecurityRelationId)
{
	/* relation whose rows carry the label */
	Oid			relid BKI_LOOKUP(pg_class);

	/*
	 * number of the label in their tuple headers, from 1; 0 (with an empty
	 * label) says that the relation may hold rows without one
	 */
	int32		secid;

	/* is the number no longer given to new rows? */
	bool		retired;

	/*
	 * is it gone?  It is not used again while any version of the row is here,
	 * which only logical decoding of older changes still reads.
	 */
	bool		removed;

#ifdef CATALOG_VARLEN			/* variable-length fields start here */
	text		seclabel BKI_FORCE_NOT_NULL;	/* the label itself */
#endif
} FormData_pg_security;

/* ----------------
 *		Form_pg_security corresponds to a pointer to a row with
 *		the format of pg_security relation.
 * ----------------
 */
typedef FormData_pg_security * Form_pg_security;

DECLARE_UNIQUE_INDEX_PKEY(pg_security_relid_secid_index, 9141, SecurityRelidSecidIndexId, pg_security, btree(relid oid_ops, secid int4_ops));

#endif							/* PG_SECURITY_H */
