/*-------------------------------------------------------------------------
 *
 * tuple.c
 *	  Security ids in tuple headers.
 *
 * A secid stands just below t_hoff, in one byte or in four (htup_details.h).
 * A tuple without nulls has a spare byte there, so that a small secid costs
 * nothing; otherwise the tuple is laid out anew with a larger header.
 *
 * The slot is authoritative for a tuple that is written, the tuple's header
 * for one that is read: a slot that holds a tuple of some other relation, as
 * in INSERT ... SELECT, must not bring that relation's secid along.
 *
 * IDENTIFICATION
 *	  src/backend/security/sepgsql/tuple.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "executor/tuptable.h"
#include "security/sepgsql.h"
#include "utils/injection_point.h"
#include "utils/memutils.h"
#include "utils/rel.h"

static Size
secid_header_size(HeapTupleHeader td, uint32 secid)
{
	Size		len = SizeofHeapTupleHeader;

	if (td->t_infomask & HEAP_HASNULL)
		len += BITMAPLEN(HeapTupleHeaderGetNatts(td));
	return len + HeapSecidSize(secid);
}

/* Raised where a header claims both widths. */
void
heap_secid_corrupted(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("tuple header claims security ids of two widths"),
			 errhint("Check the table with amcheck's verify_heapam().")));
}

/*
 * Copy a tuple, giving the copy this secid (SEPG_SECID_NONE: no label).
 */
HeapTuple
sepgsql_copytuple_secid(HeapTuple tuple, uint32 secid)
{
	HeapTupleHeader otd = tuple->t_data;
	HeapTupleHeader td;
	HeapTuple	result;
	Size		bitmaplen = secid_header_size(otd, SEPG_SECID_NONE);
	Size		hoff = MAXALIGN(secid_header_size(otd, secid));
	Size		datalen = tuple->t_len - otd->t_hoff;

	result = (HeapTuple) palloc0(HEAPTUPLESIZE + hoff + datalen);
	result->t_len = hoff + datalen;
	result->t_self = tuple->t_self;
	result->t_tableOid = tuple->t_tableOid;
	result->t_data = td = (HeapTupleHeader) ((char *) result + HEAPTUPLESIZE);
	memcpy(td, otd, bitmaplen);
	td->t_hoff = hoff;
	HeapTupleHeaderSetSecid(td, secid);
	memcpy((char *) td + hoff, (char *) otd + otd->t_hoff, datalen);

	return result;
}

/*
 * Give a palloc'd tuple this secid, in place where its header has the right
 * size; else the tuple is freed and its replacement returned.
 */
HeapTuple
sepgsql_tuple_set_secid(HeapTuple tuple, uint32 secid)
{
	HeapTuple	result;

	if (MAXALIGN(secid_header_size(tuple->t_data, secid)) == tuple->t_data->t_hoff)
	{
		HeapTupleHeaderSetSecid(tuple->t_data, secid);
		return tuple;
	}
	result = sepgsql_copytuple_secid(tuple, secid);
	heap_freetuple(tuple);
	return result;
}

/*
 * The tuple to store for a slot that goes to rel: like
 * ExecFetchSlotHeapTuple(slot, true, shouldFree), with the slot's label as
 * its secid.  shouldFree may be NULL where the slot keeps its own tuple.
 */
HeapTuple
sepgsql_fetch_slot_tuple(Relation rel, TupleTableSlot *slot, bool *shouldFree)
{
	HeapTuple	tuple = ExecFetchSlotHeapTuple(slot, true, shouldFree);
	uint32		secid;

#ifdef SEPGSQL_STRESS_LABEL
	if (slot->tts_sid == SEPG_SID_NONE)
		slot->tts_sid = sepgsql_intern_text("stress");
#endif

	if (slot->tts_sid == SEPG_SID_NONE)
	{
		if (!HeapTupleHeaderHasSecid(tuple->t_data))
			return tuple;
		secid = SEPG_SECID_NONE;
	}
	else
		secid = sepgsql_sid_to_secid(rel, slot->tts_sid);
	INJECTION_POINT("sepgsql-number-in-hand", NULL);

	if (HeapTupleHeaderHasSecid(tuple->t_data) ?
		HeapTupleGetSecid(tuple) == secid : secid == SEPG_SECID_NONE)
		return tuple;

	if (MAXALIGN(secid_header_size(tuple->t_data, secid)) == tuple->t_data->t_hoff)
	{
		HeapTupleHeaderSetSecid(tuple->t_data, secid);
		return tuple;
	}

	if (slot->tts_ops->get_heap_tuple != NULL)
	{
		/* heap and buffer heap slots begin alike, and own the tuple now */
		HeapTupleTableSlot *hslot = (HeapTupleTableSlot *) slot;
		MemoryContext oldcontext = MemoryContextSwitchTo(slot->tts_mcxt);

		Assert(TTS_SHOULDFREE(slot));
		hslot->tuple = sepgsql_copytuple_secid(tuple, secid);
		hslot->off = 0;
		slot->tts_nvalid = 0;
		MemoryContextSwitchTo(oldcontext);
		heap_freetuple(tuple);
		return hslot->tuple;
	}

	return sepgsql_tuple_set_secid(tuple, secid);
}

/*
 * heap_update stored a relabeled copy of the caller's tuple: tell the caller
 * what became of it, and free it.
 */
void
sepgsql_copy_update_result(HeapTuple dst, HeapTuple src)
{
	uint16		keep = dst->t_data->t_infomask2 & HEAP2_SECID_MASK;

	dst->t_self = src->t_self;
	memcpy(dst->t_data, src->t_data,
		   offsetof(HeapTupleHeaderData, t_infomask2));
	dst->t_data->t_infomask2 =
		(src->t_data->t_infomask2 & ~HEAP2_SECID_MASK) | keep;
	dst->t_data->t_infomask = src->t_data->t_infomask;
	heap_freetuple(src);
}

/*
 * For a comparison of a row's new and old version byte by byte: the new one's
 * label may still stand in its slot alone.  Returns the new tuple with the old
 * one's secid if their labels are the same, else with some other.
 */
HeapTuple
sepgsql_compare_tuple(HeapTuple newtuple, TupleTableSlot *newslot,
					  HeapTuple oldtuple)
{
	if (HeapTupleHeaderHasSecid(newtuple->t_data))
		return newtuple;
	if (newslot->tts_sid != SEPG_SID_NONE &&
		newslot->tts_sid != sepgsql_tuple_sid(oldtuple))
		return HeapTupleHeaderHasSecid(oldtuple->t_data) ? newtuple :
			sepgsql_copytuple_secid(newtuple, 1);
	if (!HeapTupleHeaderHasSecid(oldtuple->t_data))
		return newtuple;
	return sepgsql_copytuple_secid(newtuple, HeapTupleGetSecid(oldtuple));
}

/* The label of a stored tuple. */
SepgSid
sepgsql_tuple_sid(HeapTuple tuple)
{
	return sepgsql_secid_to_sid(tuple->t_tableOid, HeapTupleGetSecid(tuple));
}

/* The stored tuple that a slot holds, if any. */
static HeapTuple
slot_stored_tuple(TupleTableSlot *slot)
{
	if (slot->tts_ops->get_heap_tuple == NULL || TTS_EMPTY(slot))
		return NULL;
	/* heap and buffer heap slots begin alike */
	return ((HeapTupleTableSlot *) slot)->tuple;
}

/*
 * The label of the row in a slot: of the stored tuple that it holds, else the
 * one that the slot carries.  SEPG_SID_UNLABELED if it has none.
 */
SepgSid
sepgsql_slot_sid(TupleTableSlot *slot)
{
	HeapTuple	tuple = slot_stored_tuple(slot);

	if (tuple != NULL && HeapTupleHeaderHasSecid(tuple->t_data))
		return sepgsql_secid_to_sid(slot->tts_tableOid,
									HeapTupleGetSecid(tuple));
	return slot->tts_sid != SEPG_SID_NONE ? slot->tts_sid : SEPG_SID_UNLABELED;
}

/* The same as a text, palloc'd. */
char *
sepgsql_slot_label(TupleTableSlot *slot)
{
	SepgSid		sid = sepgsql_slot_sid(slot);

	if (sid == SEPG_SID_UNLABELED)
		return sepgsql_secid_to_label(InvalidOid, SEPG_SECID_NONE);
#ifdef USE_SEPGSQL
	return sepgsql_label_to_client(sepgsql_sid_text(sid));
#else
	return pstrdup(sepgsql_sid_text(sid));
#endif
}
