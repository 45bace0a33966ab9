/* -------------------------------------------------------------------------
 *
 * pg_shsecurity.h
 *	  definition of the "dictionary of row labels of shared relations" system
 *	  catalog (pg_shsecurity)
 *
 * src/include/catalog/pg_shsecurity.h
 *
 * NOTES
 *	  The Catalog.pm module reads this file and derives schema
 *	  information.
 *
 *	  The columns must be those of pg_security, see there.
 *
 * -------------------------------------------------------------------------
 */
#ifndef PG_SHSECURITY_H
#define PG_SHSECURITY_H

#include "catalog/genbki.h"
#include "catalog/pg_shsecurity_d.h"	/* IWYU pragma: export */

/* ----------------
 *		pg_shsecurity definition.  cpp turns this into
 *		typedef struct FormData_pg_shsecurity
 * ----------------
 */
CATALOG(pg_shsecurity,9142,SharedSecurityRelationId) BKI_SHARED_RELATION
{
	/* shared relation whose rows carry the label */
	Oid			relid BKI_LOOKUP(pg_class);

	/* number of the label, as in pg_security */
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
} FormData_pg_shsecurity;

/* ----------------
 *		Form_pg_shsecurity corresponds to a pointer to a row with
 *		the format of pg_shsecurity relation.
 * ----------------
 */
typedef FormData_pg_shsecurity * Form_pg_shsecurity;

DECLARE_UNIQUE_INDEX_PKEY(pg_shsecurity_relid_secid_index, 9143, SharedSecurityRelidSecidIndexId, pg_shsecurity, btree(relid oid_ops, secid int4_ops));

#endif							/* PG_SHSECURITY_H */
