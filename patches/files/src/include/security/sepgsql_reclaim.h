/*-------------------------------------------------------------------------
 *
 * sepgsql_reclaim.h
 *	  What reclaim.c needs of the dictionaries of labels (dict.c).
 *
 * src/include/security/sepgsql_reclaim.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef SEPGSQL_RECLAIM_H
#define SEPGSQL_RECLAIM_H

#include "access/htup.h"
#include "nodes/pg_list.h"
#include "utils/relcache.h"

typedef struct SepgDictRow
{
	uint32		secid;
	bool		retired;
	bool		removed;
	char	   *label;			/* empty for number 0 */
} SepgDictRow;

extern List *sepgsql_dict_relids(bool shared);
extern int	sepgsql_dict_rows(Oid relid, SepgDictRow **rows);
extern void sepgsql_dict_retire(Oid relid, uint32 secid, bool retire);
extern bool sepgsql_dict_remove(Oid relid, uint32 secid, bool force, bool keep);
extern void sepgsql_dict_sweep_removed(Oid relid, uint32 limit);

/* relabelling a whole cluster: rows.c */
extern void sepgsql_dict_note_unlabeled(Relation rel);
#ifdef USE_SEPGSQL
extern void sepgsql_write_admin_context(void);
#endif

/* rows.c */
extern uint32 sepgsql_rewritten_secid(HeapTuple tuple);

#endif							/* SEPGSQL_RECLAIM_H */
