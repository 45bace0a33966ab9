/*-------------------------------------------------------------------------
 *
 * reclaim.c
 *	  security_reclaim_label(): take away labels that no row uses any longer.
 *
 * One relation after the other is done, as CREATE INDEX CONCURRENTLY does it,
 * under a lock that lets others read and write:
 *
 *	1. the relation is scanned for the numbers that its tuples carry.  Mostly
 *	   this ends soon, when all have been seen;
 *	2. the other numbers are retired.  Whoever needs one of these labels from
 *	   now on finds that it has no number, and takes the retired one back into
 *	   use (dict.c);
 *	3. who looked up a number before that, and has not stored it yet, holds a
 *	   lock on the relation, as every writer does.  We wait until the
 *	   transactions that hold one now have ended;
 *	4. the relation is scanned again.  A number may also be stored because an
 *	   old version of the row carries it; our snapshot keeps each version that
 *	   was not dead when we began, so that one is met if the other is not;
 *	5. what has not been seen, and is still retired, is removed.
 *
 * What counts are all versions of rows that anybody might ever see again, those
 * of other databases' transactions, of prepared ones and of the past included.
 * Versions that are dead to everybody are pruned when they are in the way.
 *
 * The marks that 2 and 5 make stay whatever becomes of our transaction, and at
 * each point what is there is right: so there is no need for several
 * transactions, and of an error or a crash nothing remains but retired numbers
 * that still mean their labels.
 *
 * IDENTIFICATION
 *	  src/backend/security/sepgsql/reclaim.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/catalog.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_security.h"
#include "commands/progress.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "security/sepgsql_catalog.h"
#include "security/sepgsql_reclaim.h"
#include "security/sepgsql_visible.h"
#include "storage/bufmgr.h"
#include "storage/lmgr.h"
#include "storage/procarray.h"
#include "storage/read_stream.h"
#include "tcop/utility.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/injection_point.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

/* the numbers that a scan is looking for */
typedef struct Sought
{
	uint32		size;			/* of the array */
	uint32		left;			/* how many have not been seen */
	bool	   *wanted;			/* by number: not seen yet? */
} Sought;

/*
 * Look at a page's tuples.  Returns true if some with numbers not seen yet are
 * dead to everybody; these count only if count_dead is set.
 */
static bool
look_at_page(Relation rel, Buffer buffer, TransactionId oldest_xmin,
			 Sought *sought, bool count_dead)
{
	Page		page = BufferGetPage(buffer);
	OffsetNumber maxoff = PageGetMaxOffsetNumber(page);
	uint32		last = PG_UINT32_MAX;
	bool		dead = false;

	for (OffsetNumber off = FirstOffsetNumber; off <= maxoff; off = OffsetNumberNext(off))
	{
		ItemId		lp = PageGetItemId(page, off);
		HeapTupleHeader td;
		uint32		secid;

		if (!ItemIdIsNormal(lp))
			continue;
		td = (HeapTupleHeader) PageGetItem(page, lp);
		secid = HeapTupleHeaderGetSecid(td);
		if (likely(secid == last))
			continue;
		if (secid >= sought->size || !sought->wanted[secid])
		{
			last = secid;
			continue;
		}

		if (!count_dead)
		{
			HeapTupleData tuple;

			tuple.t_data = td;
			tuple.t_len = ItemIdGetLength(lp);
			tuple.t_tableOid = RelationGetRelid(rel);
			ItemPointerSet(&tuple.t_self, BufferGetBlockNumber(buffer), off);
			if (HeapTupleSatisfiesVacuum(&tuple, oldest_xmin, buffer) == HEAPTUPLE_DEAD)
			{
				dead = true;
				continue;
			}
		}
		sought->wanted[secid] = false;
		sought->left--;
		last = secid;
	}
	return dead;
}

/*
 * Look through all of a relation, until all numbers have been seen.
 */
static void
look_for_numbers(Relation rel, Sought *sought)
{
	BlockRangeReadStreamPrivate range;
	BufferAccessStrategy strategy;
	ReadStream *stream;
	TransactionId oldest_xmin;
	BlockNumber done = 0;
	Buffer		buffer;

	if (!RELKIND_HAS_STORAGE(rel->rd_rel->relkind) ||
		rel->rd_tableam != GetHeapamTableAmRoutine())
		return;

	oldest_xmin = GetOldestNonRemovableTransactionId(rel);
	strategy = GetAccessStrategy(BAS_BULKREAD);
	range.current_blocknum = 0;
	range.last_exclusive = RelationGetNumberOfBlocks(rel);
	pgstat_progress_update_param(PROGRESS_RECLAIM_LABEL_BLOCKS_TOTAL, range.last_exclusive);
	pgstat_progress_update_param(PROGRESS_RECLAIM_LABEL_BLOCKS_DONE, 0);
	stream = read_stream_begin_relation(READ_STREAM_MAINTENANCE | READ_STREAM_FULL |
										READ_STREAM_SEQUENTIAL |
										READ_STREAM_USE_BATCHING,
										strategy, rel, MAIN_FORKNUM,
										block_range_read_stream_cb, &range, 0);
	while (sought->left > 0 &&
		   BufferIsValid(buffer = read_stream_next_buffer(stream, NULL)))
	{
		bool		dead;

		CHECK_FOR_INTERRUPTS();

		LockBuffer(buffer, BUFFER_LOCK_SHARE);
		dead = look_at_page(rel, buffer, oldest_xmin, sought, false);
		LockBuffer(buffer, BUFFER_LOCK_UNLOCK);

		if (dead)
		{
			/* what cannot be pruned away now counts as seen */
			if (ConditionalLockBufferForCleanup(buffer))
			{
				PruneFreezeResult presult;
				OffsetNumber dummy_off_loc;

				heap_page_prune_and_freeze(rel, buffer, GlobalVisTestFor(rel), 0,
										   NULL, &presult, PRUNE_ON_ACCESS,
										   &dummy_off_loc, NULL, NULL);
				if (presult.ndeleted > presult.nnewlpdead)
					pgstat_update_heap_dead_tuples(rel, presult.ndeleted - presult.nnewlpdead);
			}
			else
				LockBuffer(buffer, BUFFER_LOCK_SHARE);
			(void) look_at_page(rel, buffer, oldest_xmin, sought, true);
			LockBuffer(buffer, BUFFER_LOCK_UNLOCK);
		}
		ReleaseBuffer(buffer);
		pgstat_progress_update_param(PROGRESS_RECLAIM_LABEL_BLOCKS_DONE, ++done);
	}
	read_stream_end(stream);
	FreeAccessStrategy(strategy);
}

/* Tell the client about a number that has gone, if it may know of the label. */
static bool
report_reclaimed(Relation rel, Oid relid, const SepgDictRow *row)
{
	const char *label = row->label;

#ifdef USE_SEPGSQL
	if (sepgsql_enforcing)
	{
		/* of a relation that is not there, as if the label were in a catalog */
		Relation	shown = rel ? rel : table_open(SecurityRelationId, AccessShareLock);
		SepgSid		sid = row->secid == SEPG_SECID_NONE ? SEPG_SID_UNLABELED :
			sepgsql_intern_text(row->label);
		bool		visible = sepgsql_sid_visible(sepgsql_subject(), shown, sid);

		if (rel == NULL)
			table_close(shown, AccessShareLock);
		if (!visible)
			return false;
	}
#endif
	if (rel != NULL)
		ereport(NOTICE,
				(errmsg("secattr=\"%s\", secid=%u on %s.%s was reclaimed",
						label, row->secid,
						get_namespace_name(RelationGetNamespace(rel)),
						RelationGetRelationName(rel))));
	else
		ereport(NOTICE,
				(errmsg("secattr=\"%s\", secid=%u on relation %u was reclaimed",
						label, row->secid, relid)));
	return true;
}

/*
 * A relation that is locked.  Returns how many labels were reclaimed; before
 * is how many others were in the same call.
 */
static int
reclaim_relation(Relation rel, int before)
{
	Oid			relid = RelationGetRelid(rel);
	SepgDictRow *rows;
	int			nrows;
	Sought		sought = {0};
	uint32		highest = 0;
	bool		reusable = relid >= FirstNormalObjectId;
	Snapshot	snapshot;
	bool	   *sentenced;
	bool		tombstones = false;
	LOCKTAG		tag;
	int			count = 0;

	/*
	 * What nobody else can see is numbered by other rules, and goes with us.
	 * And what we have truncated or rewritten may come back as it was, with
	 * rows that are not in the file that we would look through.
	 */
	if (!sepgsql_relation_has_labels(rel) ||
		rel->rd_rel->relpersistence == RELPERSISTENCE_TEMP ||
		OidIsValid(rel->rd_rel->relrewrite) ||
		rel->rd_createSubid != InvalidSubTransactionId ||
		rel->rd_firstRelfilelocatorSubid != InvalidSubTransactionId)
		return 0;

	pgstat_progress_start_command(PROGRESS_COMMAND_RECLAIM_LABEL, relid);
	pgstat_progress_update_param(PROGRESS_RECLAIM_LABEL_COUNT, before);
	pgstat_progress_update_param(PROGRESS_RECLAIM_LABEL_PHASE,
								 PROGRESS_RECLAIM_LABEL_PHASE_SEARCH);

	snapshot = RegisterSnapshot(GetLatestSnapshot());

	nrows = sepgsql_dict_rows(relid, &rows);
	if (nrows > 0)
		highest = rows[nrows - 1].secid;
	sought.size = highest + 1;
	sought.wanted = palloc_extended(sought.size * sizeof(bool),
									MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for (int i = 0; i < nrows; i++)
	{
		if (rows[i].removed)
			tombstones = true;
		else
		{
			sought.wanted[rows[i].secid] = true;
			sought.left++;
		}
	}

	/* the highest number of a catalog shows where the next ones begin */
	if (tombstones)
		sepgsql_dict_sweep_removed(relid, reusable ? PG_UINT32_MAX : highest);

	if (sought.left > 0)
		look_for_numbers(rel, &sought);
	if (sought.left > 0)
	{
		INJECTION_POINT("sepgsql-reclaim-retire", NULL);
		sentenced = palloc0_array(bool, nrows);
		for (int i = 0; i < nrows; i++)
		{
			if (rows[i].removed || !sought.wanted[rows[i].secid])
				continue;
			sentenced[i] = true;
			if (!rows[i].retired)
				sepgsql_dict_retire(relid, rows[i].secid, true);
		}
		INJECTION_POINT("sepgsql-reclaim-retired", NULL);

		pgstat_progress_update_param(PROGRESS_RECLAIM_LABEL_PHASE,
									 PROGRESS_RECLAIM_LABEL_PHASE_WAIT);
		SET_LOCKTAG_RELATION(tag,
							 rel->rd_lockInfo.lockRelId.dbId,
							 rel->rd_lockInfo.lockRelId.relId);
		WaitForLockers(tag, ShareLock, false);

		pgstat_progress_update_param(PROGRESS_RECLAIM_LABEL_PHASE,
									 PROGRESS_RECLAIM_LABEL_PHASE_SCAN);
		look_for_numbers(rel, &sought);
		INJECTION_POINT("sepgsql-reclaim-scanned", NULL);

		pgstat_progress_update_param(PROGRESS_RECLAIM_LABEL_PHASE,
									 PROGRESS_RECLAIM_LABEL_PHASE_REMOVE);
		for (int i = 0; i < nrows; i++)
		{
			if (!sentenced[i])
				continue;
			if (!sought.wanted[rows[i].secid])
				sepgsql_dict_retire(relid, rows[i].secid, false);
			else if (sepgsql_dict_remove(relid, rows[i].secid, false,
										 !reusable && rows[i].secid == highest) &&
					 report_reclaimed(rel, relid, &rows[i]))
			{
				count++;
				pgstat_progress_update_param(PROGRESS_RECLAIM_LABEL_COUNT,
											 before + count);
			}
		}
		pfree(sentenced);
	}

	UnregisterSnapshot(snapshot);
	pfree(sought.wanted);
	pgstat_progress_end_command();
	return count;
}

/*
 * What is left of a relation that is no more, or never was committed.
 */
static int
reclaim_remains(Oid relid)
{
	SepgDictRow *rows;
	int			nrows;
	int			count = 0;

	/* who is just creating a relation of this OID holds a lock */
	if (!ConditionalLockRelationOid(relid, ShareUpdateExclusiveLock))
		return 0;
	if (!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relid)))
	{
		sepgsql_dict_sweep_removed(relid, PG_UINT32_MAX);
		nrows = sepgsql_dict_rows(relid, &rows);
		for (int i = 0; i < nrows; i++)
		{
			if (!rows[i].removed &&
				sepgsql_dict_remove(relid, rows[i].secid, true, false) &&
				report_reclaimed(NULL, relid, &rows[i]))
				count++;
		}
	}
	UnlockRelationOid(relid, ShareUpdateExclusiveLock);
	return count;
}

static void
check_reclaim(void)
{
	if (!superuser())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("must be superuser to reclaim security labels")));
	PreventCommandDuringRecovery("security_reclaim_label()");
	PreventCommandIfReadOnly("security_reclaim_label()");
}

/*
 * A relation: its own rows only, but a partitioned table has those of its
 * partitions.
 */
Datum
security_reclaim_label_relid(PG_FUNCTION_ARGS)
{
	Oid			relid = PG_GETARG_OID(0);
	List	   *relids;
	int			count = 0;

	check_reclaim();
	sepgsql_require_visible_oid(RelationRelationId, relid);

	switch (get_rel_relkind(relid))
	{
		case RELKIND_RELATION:
		case RELKIND_MATVIEW:
			relids = list_make1_oid(relid);
			break;
		case RELKIND_PARTITIONED_TABLE:
			relids = find_all_inheritors(relid, AccessShareLock, NULL);
			break;
		case '\0':
			relids = NIL;
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_TABLE),
					 errmsg("relation with OID %u does not exist", relid)));
			break;
		default:
			relids = NIL;
			ereport(ERROR,
					(errcode(ERRCODE_WRONG_OBJECT_TYPE),
					 errmsg("\"%s\" is not a table or materialized view",
							get_rel_name(relid))));
			break;
	}

	foreach_oid(each, relids)
	{
		Relation	rel;

#ifdef USE_SEPGSQL
		if (sepgsql_enforcing)
			sepgsql_check_object(RelationRelationId, each, 0, SEPG_DB_TABLE__SETATTR);
#endif
		rel = try_relation_open(each, ShareUpdateExclusiveLock);
		if (rel == NULL)
			continue;
		count += reclaim_relation(rel, count);
		relation_close(rel, ShareUpdateExclusiveLock);
	}
	PG_RETURN_INT32(count);
}

/*
 * All relations of this database, and those that all databases share.
 */
Datum
security_reclaim_label_all(PG_FUNCTION_ARGS)
{
	int			count = 0;

	check_reclaim();
#ifdef USE_SEPGSQL
	if (sepgsql_enforcing)
		sepgsql_check_current_database(SEPG_DB_DATABASE__SETATTR);
#endif

	for (int shared = 0; shared < 2; shared++)
	{
		foreach_oid(relid, sepgsql_dict_relids(shared != 0))
		{
			Relation	rel;

			/* these numbers are not in rows: see sepgsql_label_number */
			if (relid == SecurityRelationId)
				continue;

			if (SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relid)) &&
				!sepgsql_may_maintain(relid, true))
				continue;
			rel = try_relation_open(relid, ShareUpdateExclusiveLock);
			if (rel != NULL)
			{
				count += reclaim_relation(rel, count);
				relation_close(rel, ShareUpdateExclusiveLock);
			}
			else
				count += reclaim_remains(relid);
		}
	}
	PG_RETURN_INT32(count);
}
