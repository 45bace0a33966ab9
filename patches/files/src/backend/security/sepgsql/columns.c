/*-------------------------------------------------------------------------
 *
 * columns.c
 *	  The system column security_label as a target of INSERT, UPDATE, MERGE,
 *	  ON CONFLICT, COPY and CREATE TABLE AS.
 *
 * From parser to planner an assignment to the column is an ordinary target
 * list entry, whose resno is the column's negative number, so that rules,
 * views and functions with SQL bodies store and show it like any other.  The
 * planner makes it a junk column of that name.  The executor takes the value
 * from there, or evaluates the expression where the target list is its own
 * (ON CONFLICT and MERGE), and puts the label's number into the slot, which
 * carries it to wherever the tuple is formed.
 *
 * NULL or DEFAULT for a new row means the default label; for an existing row
 * it is an error.  A new version of a row carries the old version's label
 * unless the statement gives another.
 *
 * All this is compiled in every build: labels are kept and shown whether or
 * not there is a policy.  To give a label needs a policy that validates it.
 *
 * IDENTIFICATION
 *	  src/backend/security/sepgsql/columns.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "commands/copy.h"
#include "commands/copyfrom_internal.h"
#include "executor/executor.h"
#include "common/hashfn.h"
#include "libpq/libpq.h"
#include "nodes/makefuncs.h"
#include "port/pg_bitutils.h"
#include "security/sepgsql_catalog.h"
#include "security/sepgsql_columns.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"

/* how many labels COPY TO remembers at most */
#define MAX_COPIED_LABELS	65536

/* What COPY TO made of a label, with its quotes and escapes */
typedef struct CopiedLabel
{
	char	   *text;			/* NULL: not known yet */
	int			len;
} CopiedLabel;

/* What COPY TO needs for the column security_label */
typedef struct SepgCopyTo
{
	TupleDesc	desc;			/* of rows with that column, their last */
	SepgSid		sid;			/* label of this row */
	int			start;			/* where it begins in the buffer */
	CopiedLabel *known;			/* by label */
	SepgSid		nknown;			/* size of the array */
	MemoryContext context;
} SepgCopyTo;

/* what a connection gets for it */
#define COPY_SEND_BUFFER_SIZE	65536

/* Labels that COPY FROM has read at the beginning of lines */
#define READ_LABELS		1024	/* a power of 2 */
#define READ_LABEL_TRIES	4
#define READ_LABEL_LEN	240

typedef struct ReadLabel
{
	int			len;			/* 0: not used */
	SepgSid		sid;
	uint64		seqno;			/* of the policy that found it valid */
	char		text[READ_LABEL_LEN];
} ReadLabel;

typedef struct SepgCopyFrom
{
	ReadLabel	known[READ_LABELS];
	ReadLabel  *skipped;		/* the one of this line, or NULL */
} SepgCopyFrom;

/* What CREATE TABLE AS needs to know while it receives rows */
typedef struct SepgIntoState
{
	Relation	rel;			/* the new table */
	SepgSid		subject;		/* who creates it */
	int			labelcol;		/* index of the output column with the label,
								 * or -1 */
	TupleTableSlot *slot;		/* row without that column, or NULL */
	Oid			typoutput;		/* its type's output function, or 0 for text */
	MemoryContext tmpcontext;	/* reset for each row */
} SepgIntoState;


static inline uint64
labels_valid_for(void)
{
#ifdef USE_SEPGSQL
	return sepgsql_policy_seqno();
#else
	return 0;
#endif
}

static SepgSid
input_label(Relation rel, Datum value)
{
#ifdef USE_SEPGSQL
	text	   *label = (text *) DatumGetPointer(value);

	return rel ? sepgsql_input_row_label(label, rel) :
		sepgsql_input_label_text(label);
#else
	return SEPG_SID_NONE;		/* not reached, see sepgsql_require_labeling */
#endif
}

static void
refuse_foreign_label(Relation rel)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("cannot write column \"%s\" of foreign table \"%s\"",
					SEPG_LABEL_COLUMN, RelationGetRelationName(rel)),
			 errdetail("Rows of foreign tables have no security labels.")));
}

/*
 * Is this the column security_label of a relation where it can be written?
 */
bool
sepgsql_is_label_column(Relation rel, AttrNumber attno)
{
	return attno == SecurityLabelAttributeNumber &&
		(rel->rd_rel->relkind == RELKIND_RELATION ||
		 rel->rd_rel->relkind == RELKIND_PARTITIONED_TABLE);
}

/*
 * The same for a statement that writes it.
 */
bool
sepgsql_is_label_target(Relation rel, AttrNumber attno)
{
	if (attno == SecurityLabelAttributeNumber &&
		rel->rd_rel->relkind == RELKIND_FOREIGN_TABLE)
		refuse_foreign_label(rel);
	return sepgsql_is_label_column(rel, attno);
}

/*
 * DEFAULT in an assignment to security_label is replaced by a null constant.
 */
Node *
sepgsql_default_label_const(void)
{
	return (Node *) makeNullConst(TEXTOID, -1, C_COLLATION_OID);
}

TargetEntry *
sepgsql_expand_label_default(TargetEntry *tle)
{
	if (tle->expr != NULL && IsA(tle->expr, SetToDefault))
	{
		tle = flatCopyTargetEntry(tle);
		tle->expr = (Expr *) sepgsql_default_label_const();
	}
	return tle;
}

/*
 * Make the assignment to security_label, if there is one, the last entry of
 * the target list, and junk.
 */
List *
sepgsql_junk_label(List *tlist)
{
	foreach_node(TargetEntry, tle, tlist)
	{
		if (tle->resjunk || tle->resno != SecurityLabelAttributeNumber)
			continue;

		tlist = list_delete_nth_cell(list_copy(tlist),
									 foreach_current_index(tle));
		return lappend(tlist,
					   makeTargetEntry(tle->expr, list_length(tlist) + 1,
									   pstrdup(SEPG_LABEL_COLUMN), true));
	}

	return tlist;
}

static bool
is_junk_label(TargetEntry *tle)
{
	return tle->resjunk && tle->resname != NULL &&
		strcmp(tle->resname, SEPG_LABEL_COLUMN) == 0;
}

/*
 * Where in the subplan's output an INSERT or UPDATE of this relation finds
 * the label, or 0.
 */
AttrNumber
sepgsql_label_attno(ResultRelInfo *relinfo, List *tlist)
{
	foreach_node(TargetEntry, tle, tlist)
	{
		if (is_junk_label(tle))
		{
			if (relinfo->ri_FdwRoutine != NULL)
				refuse_foreign_label(relinfo->ri_RelationDesc);
			sepgsql_require_labeling(SEPG_LABEL_COLUMN);
			return tle->resno;
		}
	}

	return InvalidAttrNumber;
}

/*
 * The label of the stored row in the slot; none if it has none.
 */
SepgSid
sepgsql_stored_sid(Relation rel, TupleTableSlot *slot)
{
	HeapTuple	tuple;
	SepgSid		sid;

	if (slot->tts_ops->get_heap_tuple == NULL)
		return SEPG_SID_NONE;
	tuple = ((HeapTupleTableSlot *) slot)->tuple;
	if (tuple == NULL || !HeapTupleHeaderHasSecid(tuple->t_data))
		return SEPG_SID_NONE;
	sid = sepgsql_secid_to_sid(RelationGetRelid(rel),
							   HeapTupleGetSecid(tuple));
	/* a number that is lost is not given another meaning */
	return sid == SEPG_SID_UNLABELED ? SEPG_SID_NONE : sid;
}

/* rel is for errors, and may be NULL */
static void
label_inserted(Relation rel, TupleTableSlot *newSlot, Datum value, bool isnull)
{
	newSlot->tts_sid = isnull ? SEPG_SID_NONE : input_label(rel, value);
}

static void
label_updated(EState *estate, Relation rel, TupleTableSlot *newSlot,
			  TupleTableSlot *oldSlot, bool given, Datum value, bool isnull)
{
	SepgSid		oldsid = sepgsql_stored_sid(rel, oldSlot);

	newSlot->tts_sid = oldsid;

	if (given)
	{
		if (isnull)
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("cannot set column \"%s\" of an existing row to null",
							SEPG_LABEL_COLUMN),
					 errhint("Give the label's text. Only new rows have a default label.")));
		newSlot->tts_sid = input_label(rel, value);
	}

#ifdef USE_SEPGSQL
	if (sepgsql_enforcing)
		sepgsql_row_update(sepgsql_exec_subject(estate), rel, oldsid, newSlot);
#endif
}

/*
 * The new row of an INSERT whose plan has a junk column with the label.  The
 * other columns come first and are in the table's order.  (To project them
 * would evaluate the subplan's expressions a second time.)
 */
TupleTableSlot *
sepgsql_insert_slot(ResultRelInfo *relinfo, TupleTableSlot *planSlot)
{
	TupleTableSlot *slot = relinfo->ri_newTupleSlot;
	int			natts = slot->tts_tupleDescriptor->natts;
	int			labelcol = relinfo->ri_SecLabelAttNo - 1;

	slot_getallattrs(planSlot);

	ExecClearTuple(slot);
	memcpy(slot->tts_values, planSlot->tts_values, natts * sizeof(Datum));
	memcpy(slot->tts_isnull, planSlot->tts_isnull, natts * sizeof(bool));
	ExecStoreVirtualTuple(slot);

	label_inserted(relinfo->ri_RelationDesc, slot,
				   planSlot->tts_values[labelcol],
				   planSlot->tts_isnull[labelcol]);

	return slot;
}

/*
 * The new version of a row in an UPDATE: newSlot, with its label.
 */
TupleTableSlot *
sepgsql_update_slot(ResultRelInfo *relinfo, TupleTableSlot *newSlot,
					TupleTableSlot *planSlot, TupleTableSlot *oldSlot)
{
	EState	   *estate = relinfo->ri_projectNew->pi_exprContext->ecxt_estate;
	bool		given = AttributeNumberIsValid(relinfo->ri_SecLabelAttNo);
	Datum		value = (Datum) 0;
	bool		isnull = true;

	if (given)
		value = slot_getattr(planSlot, relinfo->ri_SecLabelAttNo, &isnull);
	label_updated(estate, relinfo->ri_RelationDesc, newSlot, oldSlot,
				  given, value, isnull);

	return newSlot;
}

/*
 * Take the label out of the target list of a MERGE action or of ON CONFLICT
 * DO UPDATE, and prepare its evaluation.
 */
List *
sepgsql_init_label(List *tlist, PlanState *parent, ExprState **labelexpr)
{
	*labelexpr = NULL;

	foreach_node(TargetEntry, tle, tlist)
	{
		if (is_junk_label(tle))
		{
			sepgsql_require_labeling(SEPG_LABEL_COLUMN);
			*labelexpr = ExecInitExpr(tle->expr, parent);
			return list_delete_nth_cell(list_copy(tlist),
										foreach_current_index(tle));
		}
	}

	return tlist;
}

/* The new row of a MERGE action */
void
sepgsql_label_inserted(ExprState *labelexpr, ExprContext *econtext,
					   TupleTableSlot *newSlot)
{
	Datum		value = (Datum) 0;
	bool		isnull = true;

	if (labelexpr != NULL)
		value = ExecEvalExprSwitchContext(labelexpr, econtext, &isnull);
	label_inserted(NULL, newSlot, value, isnull);
}

/* The new version of a row in a MERGE action or ON CONFLICT DO UPDATE */
void
sepgsql_label_updated(ExprState *labelexpr, ExprContext *econtext,
					  Relation rel, TupleTableSlot *newSlot,
					  TupleTableSlot *oldSlot)
{
	Datum		value = (Datum) 0;
	bool		isnull = true;

	if (labelexpr != NULL)
		value = ExecEvalExprSwitchContext(labelexpr, econtext, &isnull);
	label_updated(econtext->ecxt_estate, rel, newSlot, oldSlot,
				  labelexpr != NULL, value, isnull);
}

/*
 * Let what reads the column before the row is stored (policies of row
 * security, EXCLUDED) see the label that it would have: a slot for heap
 * tuples reads it from the tuple's header.
 */
void
sepgsql_show_label(ResultRelInfo *relinfo, TupleTableSlot *slot)
{
	Relation	rel = relinfo->ri_RelationDesc;

	if (slot->tts_sid != SEPG_SID_NONE &&
		slot->tts_ops->get_heap_tuple != NULL &&
		sepgsql_relation_has_labels(rel))
	{
		HeapTuple	tuple = sepgsql_fetch_slot_tuple(rel, slot, NULL);

		/* whose dictionary it is that the number stands in */
		tuple->t_tableOid = RelationGetRelid(rel);
	}
}

/*
 * A row is about to be inserted by a plan: after its BEFORE triggers, and in
 * the table that routing has found.
 *
 * A row that an UPDATE moves to another partition keeps its label, or the
 * lack of one; that it may be updated, and relabeled if it is, has been
 * decided.
 */
void
sepgsql_exec_insert(ModifyTableState *mtstate, ResultRelInfo *relinfo,
					TupleTableSlot *slot)
{
#ifdef USE_SEPGSQL
	if (mtstate->operation == CMD_INSERT ||
		(mtstate->operation == CMD_MERGE &&
		 mtstate->mt_merge_action->mas_action->commandType == CMD_INSERT))
		sepgsql_row_insert(sepgsql_exec_subject(mtstate->ps.state),
						   relinfo->ri_RelationDesc, slot);
#endif
	if (relinfo->ri_WithCheckOptions != NIL)
		sepgsql_show_label(relinfo, slot);
}

/*
 * The same for a foreign table: it cannot take a label that a statement gives.
 * A row that moves there leaves its label behind.
 */
void
sepgsql_exec_foreign_insert(ModifyTableState *mtstate, ResultRelInfo *relinfo,
							TupleTableSlot *slot)
{
	if (slot->tts_sid == SEPG_SID_NONE)
		return;
	if (mtstate->operation == CMD_INSERT)
		refuse_foreign_label(relinfo->ri_RelationDesc);
	slot->tts_sid = SEPG_SID_NONE;
}

/* For writers without a plan: the new version of a row keeps its label. */
void
sepgsql_keep_label(Relation rel, TupleTableSlot *newSlot,
				   TupleTableSlot *oldSlot)
{
	newSlot->tts_sid = sepgsql_stored_sid(rel, oldSlot);
}

/*
 * The columns that COPY names, as attribute numbers of the relation.
 */
List *
sepgsql_copy_attnums(TupleDesc tupDesc, Relation rel, List *attnamelist)
{
	List	   *others = NIL;
	List	   *attnums = NIL;
	bool		listed = false;

	if (rel->rd_rel->relkind == RELKIND_VIEW)
		return CopyGetAttnums(tupDesc, rel, attnamelist);

	foreach_node(String, name, attnamelist)
	{
		if (strcmp(strVal(name), SEPG_LABEL_COLUMN) != 0)
		{
			others = lappend(others, name);
			continue;
		}
		if (listed)
			ereport(ERROR,
					(errcode(ERRCODE_DUPLICATE_COLUMN),
					 errmsg("column \"%s\" specified more than once",
							SEPG_LABEL_COLUMN)));
		listed = true;
	}

	if (others != NIL || !listed)
		attnums = CopyGetAttnums(tupDesc, rel, others);
	if (listed)
		attnums = lappend_int(attnums, SecurityLabelAttributeNumber);
	return attnums;
}

static bool
lists_label(List *attnamelist)
{
	foreach_node(String, name, attnamelist)
	{
		if (strcmp(strVal(name), SEPG_LABEL_COLUMN) == 0)
			return true;
	}
	return false;
}

/*
 * COPY takes the column security_label, where it is listed, as if it were the
 * table's last column.
 */
static TupleDesc
copy_desc(TupleDesc relDesc)
{
	TupleDesc	desc = CreateTemplateTupleDesc(relDesc->natts + 1);

	for (int i = 1; i <= relDesc->natts; i++)
	{
		TupleDescCopyEntry(desc, i, relDesc, i);
		/* what COPY looks at, and TupleDescCopyEntry leaves out */
		TupleDescAttr(desc, i - 1)->attgenerated =
			TupleDescAttr(relDesc, i - 1)->attgenerated;
		populate_compact_attribute(desc, i - 1);
	}
	TupleDescInitEntry(desc, desc->natts, SEPG_LABEL_COLUMN, TEXTOID, -1, 0);
	return desc;
}

TupleDesc
sepgsql_copy_tupdesc(Relation rel, List *attnamelist)
{
	if (!lists_label(attnamelist) ||
		!sepgsql_is_label_target(rel, SecurityLabelAttributeNumber))
		return RelationGetDescr(rel);
	sepgsql_require_labeling(SEPG_LABEL_COLUMN);
	return copy_desc(RelationGetDescr(rel));
}

/*
 * COPY TO.  Mostly there are many rows and few labels, so what the format
 * makes of a label's text is remembered.
 */
TupleDesc
sepgsql_copy_to_begin(Relation rel, List *attnamelist, SepgCopyTo **labels,
					  int *label_attnum)
{
	if (!lists_label(attnamelist) ||
		!RELKIND_HAS_TABLE_AM(rel->rd_rel->relkind))
		return RelationGetDescr(rel);

	*labels = palloc0_object(SepgCopyTo);
	(*labels)->context = CurrentMemoryContext;
	(*labels)->desc = copy_desc(RelationGetDescr(rel));
	*label_attnum = (*labels)->desc->natts;

	/* each row is longer than it would be: send more of them at once */
	pq_enlarge_send_buffer(COPY_SEND_BUFFER_SIZE);
	return (*labels)->desc;
}

TupleDesc
sepgsql_copy_to_desc(Relation rel, SepgCopyTo *labels)
{
	return labels ? labels->desc : RelationGetDescr(rel);
}

/*
 * The slot holds a row of the table, in which the last column is missing: put
 * its label there.
 */
void
sepgsql_copy_to_label(SepgCopyTo *labels, TupleTableSlot *slot)
{
	int			last = labels->desc->natts - 1;

	labels->sid = sepgsql_slot_sid(slot);
	slot->tts_isnull[last] = false;

	/* as a text only where the format has not seen it yet */
	if (labels->sid >= labels->nknown || labels->known[labels->sid].text == NULL)
		slot->tts_values[last] = CStringGetTextDatum(sepgsql_slot_label(slot));
}

/* Is it known what to write for this row's label? */
bool
sepgsql_copy_to_known(SepgCopyTo *labels, StringInfo buf)
{
	labels->start = buf->len;
	if (labels->sid >= labels->nknown ||
		labels->known[labels->sid].text == NULL)
		return false;
	appendBinaryStringInfo(buf, labels->known[labels->sid].text,
						   labels->known[labels->sid].len);
	return true;
}

/* It has been written: remember it. */
void
sepgsql_copy_to_learn(SepgCopyTo *labels, StringInfo buf)
{
	MemoryContext oldcontext;
	SepgSid		sid = labels->sid;

	/* what is unlabeled may have another text after a reload of the policy */
	if (sid == SEPG_SID_UNLABELED || sid > MAX_COPIED_LABELS)
		return;

	oldcontext = MemoryContextSwitchTo(labels->context);
	if (sid >= labels->nknown)
	{
		SepgSid		newsize = pg_nextpower2_32(Max(sid + 1, 256));

		labels->known = labels->known == NULL ? palloc0_array(CopiedLabel, newsize) :
			repalloc0_array(labels->known, CopiedLabel, labels->nknown, newsize);
		labels->nknown = newsize;
	}
	labels->known[sid].len = buf->len - labels->start;
	labels->known[sid].text = pnstrdup(buf->data + labels->start,
									   labels->known[sid].len);
	MemoryContextSwitchTo(oldcontext);
}

/*
 * COPY FROM.  Where the label is the first column, as pg_dump writes it, and
 * has been met before, the line is neither searched for its end nor read as a
 * field.  What is remembered has no escapes: it is the field as it stands in
 * the line.
 */
static inline uint32
read_label_hash(const char *field, int len)
{
	uint64		tail = 0;

	/* labels differ at their end mostly */
	if (len >= sizeof(tail))
		memcpy(&tail, field + len - sizeof(tail), sizeof(tail));
	return (uint32) murmurhash64(tail);
}

/*
 * A line of text format begins here, of which len bytes have been read: how
 * many of them are a label that is known?
 */
int
sepgsql_copy_skip_label(SepgCopyFrom *labels, const char *line, int len,
						char delim)
{
	const char *end = memchr(line, delim, Min(len, READ_LABEL_LEN));
	uint32		hash;

	labels->skipped = NULL;
	if (end == NULL || end == line)
		return 0;
	len = end - line;
	hash = read_label_hash(line, len);
	for (int i = 0; i < READ_LABEL_TRIES; i++)
	{
		ReadLabel  *entry = &labels->known[(hash + i) & (READ_LABELS - 1)];

		if (entry->len == len && memcmp(entry->text, line, len) == 0 &&
			entry->seqno == labels_valid_for())
		{
			labels->skipped = entry;
			return len;
		}
	}
	return 0;
}

/*
 * The same, when the line's fields are read: also the field.  Nobody needs its
 * value, see sepgsql_copy_next.
 */
int
sepgsql_copy_skipped_label(SepgCopyFrom *labels, char **field)
{
	if (labels->skipped == NULL)
		return 0;
	*field = labels->skipped->text;
	return labels->skipped->len;
}

bool
sepgsql_copy_is_skipped(SepgCopyFrom *labels, const char *field)
{
	return labels->skipped != NULL && field == labels->skipped->text;
}

/* A line has been read, and its label: remember it. */
static void
learn_read_label(CopyFromState cstate, const char *text, int len, SepgSid sid)
{
	SepgCopyFrom *labels = cstate->labels;
	const char *line = cstate->line_buf.data;
	ReadLabel  *entry = NULL;
	uint32		hash;

	if (cstate->opts.csv_mode || cstate->opts.binary ||
		linitial_int(cstate->attnumlist) != cstate->tupDesc->natts ||
		list_length(cstate->attnumlist) < 2)
		return;
	if (len == 0 || len >= READ_LABEL_LEN || cstate->line_buf.len <= len ||
		line[len] != cstate->opts.delim[0] || memcmp(line, text, len) != 0)
		return;

	if (labels == NULL)
		labels = cstate->labels =
			MemoryContextAllocZero(cstate->copycontext, sizeof(SepgCopyFrom));
	hash = read_label_hash(text, len);
	for (int i = 0; i < READ_LABEL_TRIES; i++)
	{
		entry = &labels->known[(hash + i) & (READ_LABELS - 1)];
		if (entry->len == 0)
			break;
	}
	memcpy(entry->text, text, len);
	entry->text[len] = '\0';
	entry->len = len;
	entry->sid = sid;
	entry->seqno = labels_valid_for();
}

/*
 * Read the next row of COPY FROM into the slot, with its label if the column
 * list has it.  Called in the per-tuple context.
 */
bool
sepgsql_copy_next(CopyFromState cstate, EState *estate, ExprContext *econtext,
				  TupleTableSlot *slot)
{
	Relation	rel = cstate->rel;
	int			natts = RelationGetNumberOfAttributes(rel);

	slot->tts_sid = SEPG_SID_NONE;

	if (cstate->tupDesc->natts == natts)
	{
		if (!NextCopyFrom(cstate, econtext, slot->tts_values, slot->tts_isnull))
			return false;
	}
	else
	{
		Datum		fixed_values[64];
		bool		fixed_isnull[64];
		Datum	   *values = natts < 64 ? fixed_values : palloc_array(Datum, natts + 1);
		bool	   *isnull = natts < 64 ? fixed_isnull : palloc_array(bool, natts + 1);

		if (!NextCopyFrom(cstate, econtext, values, isnull))
			return false;
		memcpy(slot->tts_values, values, natts * sizeof(Datum));
		memcpy(slot->tts_isnull, isnull, natts * sizeof(bool));

		/* a row that ON_ERROR skips may be incomplete */
		if (cstate->labels != NULL && cstate->labels->skipped != NULL)
			slot->tts_sid = cstate->labels->skipped->sid;
		else if (!isnull[natts] &&
				 !(cstate->escontext != NULL && cstate->escontext->error_occurred))
		{
			text	   *label = DatumGetTextPP(values[natts]);

			label_inserted(NULL, slot, PointerGetDatum(label), false);
			learn_read_label(cstate, VARDATA_ANY(label),
							 VARSIZE_ANY_EXHDR(label), slot->tts_sid);
		}
	}

#ifdef USE_SEPGSQL
	/* a WHERE clause may look at the default label too */
	if (slot->tts_sid == SEPG_SID_NONE && sepgsql_labeling &&
		cstate->whereClause != NULL &&
		rel->rd_rel->relkind == RELKIND_RELATION &&
		sepgsql_relation_has_labels(rel))
		slot->tts_sid = sepgsql_default_row_sid(sepgsql_exec_subject(estate),
												rel);
#endif

	return true;
}

/*
 * CREATE TABLE AS, SELECT INTO: is this output column the rows' label?  Then
 * it does not become a column of the table.
 */
bool
sepgsql_is_into_label(const char *colname, bool is_matview)
{
	if (strcmp(colname, SEPG_LABEL_COLUMN) != 0)
		return false;

	if (is_matview || !sepgsql_labeling)
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_COLUMN),
				 errmsg("column name \"%s\" conflicts with a system column name",
						colname),
				 is_matview ?
				 errdetail("Rows of a materialized view always have their default label.") :
				 errdetail("Labels can be given to the rows of a new table only while SE-PostgreSQL is on."),
				 errhint("Give the output column another name with AS.")));

	return true;
}

SepgIntoState *
sepgsql_into_begin(Relation rel, TupleDesc typeinfo, int labelcol)
{
	SepgIntoState *state = palloc0_object(SepgIntoState);

	state->rel = rel;
#ifdef USE_SEPGSQL
	if (sepgsql_labeling)
		state->subject = sepgsql_subject();
#endif
	state->labelcol = labelcol;
	if (labelcol >= 0)
	{
		Oid			type = getBaseType(TupleDescAttr(typeinfo, labelcol)->atttypid);
		bool		isvarlena;

		if (type != TEXTOID && type != VARCHAROID)
		{
			char		category;
			bool		preferred;

			get_type_category_preferred(type, &category, &preferred);
			if (category != TYPCATEGORY_STRING && type != UNKNOWNOID)
				ereport(ERROR,
						(errcode(ERRCODE_DATATYPE_MISMATCH),
						 errmsg("output column \"%s\" is of type %s but a security label must be of type text",
								SEPG_LABEL_COLUMN, format_type_be(type)),
						 errhint("Give the output column another name with AS.")));
			getTypeOutputInfo(type, &state->typoutput, &isvarlena);
		}
		state->slot = MakeSingleTupleTableSlot(RelationGetDescr(rel),
											   &TTSOpsVirtual);
		state->tmpcontext = AllocSetContextCreate(CurrentMemoryContext,
												  "label of a new table's row",
												  ALLOCSET_SMALL_SIZES);
	}

	return state;
}

/*
 * The row to insert for this row of the query, with its label.  The slot may
 * be one that holds a row of another table, whose label does not count.
 */
TupleTableSlot *
sepgsql_into_row(SepgIntoState *state, TupleTableSlot *slot)
{
	if (state->labelcol < 0)
		slot->tts_sid = SEPG_SID_NONE;
	else
	{
		TupleTableSlot *newSlot = state->slot;
		int			natts = newSlot->tts_tupleDescriptor->natts;
		int			labelcol = state->labelcol;

		slot_getallattrs(slot);

		ExecClearTuple(newSlot);
		memcpy(newSlot->tts_values, slot->tts_values,
			   labelcol * sizeof(Datum));
		memcpy(newSlot->tts_isnull, slot->tts_isnull,
			   labelcol * sizeof(bool));
		memcpy(newSlot->tts_values + labelcol, slot->tts_values + labelcol + 1,
			   (natts - labelcol) * sizeof(Datum));
		memcpy(newSlot->tts_isnull + labelcol, slot->tts_isnull + labelcol + 1,
			   (natts - labelcol) * sizeof(bool));
		ExecStoreVirtualTuple(newSlot);

		if (slot->tts_isnull[labelcol])
			newSlot->tts_sid = SEPG_SID_NONE;
		else
		{
			MemoryContext oldcontext = MemoryContextSwitchTo(state->tmpcontext);
			Datum		value = slot->tts_values[labelcol];

			if (OidIsValid(state->typoutput))
				value = CStringGetTextDatum(OidOutputFunctionCall(state->typoutput,
																  value));
			label_inserted(NULL, newSlot, value, false);
			MemoryContextSwitchTo(oldcontext);
			MemoryContextReset(state->tmpcontext);
		}
		slot = newSlot;
	}

#ifdef USE_SEPGSQL
	if (sepgsql_labeling)
		sepgsql_row_insert(state->subject, state->rel, slot);
#endif

	return slot;
}

void
sepgsql_into_end(SepgIntoState *state)
{
	if (state->slot != NULL)
		ExecDropSingleTupleTableSlot(state->slot);
}
