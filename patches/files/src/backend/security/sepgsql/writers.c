/*-------------------------------------------------------------------------
 *
 * writers.c
 *	  Labels of rows that are written, and the checks on writing them.
 *
 * A row is labeled and checked where it is about to reach the table: after
 * its BEFORE triggers, and in the partition that it goes to.  Bulk loads ask
 * the same question for each row, so the last answers are remembered here,
 * each together with the policy's sequence number.
 *
 * Rows of catalogs have labels too, but what happens to them is decided by
 * class of object: catalog.c.
 *
 * IDENTIFICATION
 *	  src/backend/security/sepgsql/writers.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/tableam.h"
#include "catalog/catalog.h"
#include "common/hashfn.h"
#include "executor/executor.h"
#include "mb/pg_wchar.h"
#include "security/sepgsql_catalog.h"
#include "security/sepgsql_columns.h"
#include "security/sepgsql_holes.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/builtins.h"

/*
 * Default labels of the rows of the relations last written to.  They depend
 * on the table's label, which is its row in pg_class: any change there
 * empties the cache.
 */
typedef struct DefaultEntry
{
	Oid			relid;			/* 0 if the entry is not used */
	SepgSid		subject;
	SepgSid		sid;
	uint64		seqno;
} DefaultEntry;

#define DEFAULT_ENTRIES 64		/* a power of 2 */

static DefaultEntry default_cache[DEFAULT_ENTRIES];
static bool default_callback_registered = false;
static uint64 default_generation = 0;

/*
 * Texts last given as labels, and what they were found to be: two for each hash
 * value, so that a few hundred labels in turns rarely drive each other out.
 */
typedef struct InputEntry
{
	char	   *text;			/* not NUL-terminated; in TopMemoryContext */
	int			len;
	SepgSid		sid;			/* SEPG_SID_NONE if the entry is not used */
	uint64		seqno;
} InputEntry;

#define INPUT_ENTRIES 1024		/* a power of 2 */

static InputEntry input_cache[INPUT_ENTRIES][2];

/* Permissions that were last found granted, for some labels */
typedef struct GrantedEntry
{
	SepgSid		subject;
	SepgSid		object;
	uint32		perms;
	uint64		seqno;
} GrantedEntry;

#define GRANTED_ENTRIES 1024	/* a power of 2 */

static GrantedEntry granted_cache[GRANTED_ENTRIES];


/*
 * Is this permission on a row of the table granted?  Raises the error and
 * writes the audit record where it is not.
 */
static inline void
check_row(SepgSid subject, Relation rel, SepgSid sid, uint32 required)
{
	GrantedEntry *entry;
	uint64		seqno;

	if (sid == SEPG_SID_NONE)
		sid = SEPG_SID_UNLABELED;

	seqno = sepgsql_policy_seqno();
	entry = &granted_cache[sid & (GRANTED_ENTRIES - 1)];
	if (entry->object == sid && entry->subject == subject &&
		entry->seqno == seqno && (entry->perms & required) == required)
		return;

	(void) sepgsql_check_named(subject, sid, SEPG_CLASS_DB_TUPLE, required,
							   RelationRelationId, RelationGetRelid(rel), 0, true);

	/* what is audited when granted has to be asked each time */
	if (sepgsql_debug_audit || sepgsql_permissive)
		return;

	if (entry->object != sid || entry->subject != subject ||
		entry->seqno != seqno)
		entry->perms = 0;
	entry->object = sid;
	entry->subject = subject;
	entry->seqno = seqno;
	entry->perms |= required;
}

/* Are rows of this relation to be checked here? */
static inline bool
row_checks_wanted(Relation rel)
{
	return sepgsql_enforcing && sepostgresql_row_level &&
		!IsCatalogRelation(rel);
}

/*
 * The subject of a statement: fixed at its start.
 */
SepgSid
sepgsql_exec_subject(EState *estate)
{
	if (estate != NULL && estate->es_subject != SEPG_SID_NONE)
		return estate->es_subject;
	return sepgsql_subject();
}

static void
forget_defaults(Datum arg, int cacheid, uint32 hashvalue)
{
	memset(default_cache, 0, sizeof(default_cache));
	default_generation++;
}

/*
 * The label of a new row to which none is given: what the policy derives
 * from the subject and the table.
 */
SepgSid
sepgsql_default_row_sid(SepgSid subject, Relation rel)
{
	Oid			relid = RelationGetRelid(rel);
	DefaultEntry *entry = &default_cache[relid & (DEFAULT_ENTRIES - 1)];
	uint64		seqno = sepgsql_policy_seqno();
	uint64		generation;
	SepgSid		sid;

	if (entry->relid == relid && entry->subject == subject &&
		entry->seqno == seqno)
		return entry->sid;

	if (!default_callback_registered)
	{
		CacheRegisterSyscacheCallback(RELOID, forget_defaults, (Datum) 0);
		default_callback_registered = true;
	}

	generation = default_generation;
	sid = sepgsql_compute_create(subject, sepgsql_relation_sid(relid),
								 SEPG_CLASS_DB_TUPLE, NULL);
	if (sid == SEPG_SID_NONE)
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR),
				 errmsg("SELinux policy gives no label to new rows of table \"%s\"",
						RelationGetRelationName(rel))));

	/* what was read in between may have told of a change */
	if (generation != default_generation)
		return sid;
	entry->relid = relid;
	entry->subject = subject;
	entry->seqno = seqno;
	entry->sid = sid;

	return sid;
}

/*
 * The label that a statement gives as a text, which must be a valid context.
 */
static SepgSid
validate_label(const char *label)
{
	SepgSid		sid;
	char		err[256];

	switch (sepg_core_context_to_sid(sepgsql_label_from_client(label), &sid, err, sizeof(err)))
	{
		case SEPG_OK:
			break;
		case SEPG_INVALID:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("invalid security context: \"%s\"", label)));
			break;
		default:
			ereport(ERROR,
					(errcode(ERRCODE_INTERNAL_ERROR),
					 errmsg("could not validate security context \"%s\": %s",
							label, err)));
	}

	return sid;
}

SepgSid
sepgsql_input_label_text(const text *label)
{
	const text *packed = pg_detoast_datum_packed(unconstify(text *, label));
	const char *data = VARDATA_ANY(packed);
	int			len = VARSIZE_ANY_EXHDR(packed);
	InputEntry *entry;
	uint64		seqno = sepgsql_policy_seqno();
	char	   *label_str;
	SepgSid		sid;

	entry = input_cache[hash_bytes((const unsigned char *) data, len) &
						(INPUT_ENTRIES - 1)];
	for (int i = 0; i < 2; i++)
	{
		if (entry[i].sid != SEPG_SID_NONE && entry[i].seqno == seqno &&
			entry[i].len == len && memcmp(entry[i].text, data, len) == 0)
			return entry[i].sid;
	}

	label_str = pnstrdup(data, len);
	sid = validate_label(label_str);
	pfree(label_str);

	/* the older of the two goes; first, in case that there is no memory */
	if (entry[1].text != NULL)
		pfree(entry[1].text);
	entry[1] = entry[0];
	entry->text = NULL;
	entry->sid = SEPG_SID_NONE;
	entry->text = MemoryContextAlloc(TopMemoryContext, len + 1);
	memcpy(entry->text, data, len);
	entry->len = len;
	entry->seqno = seqno;
	entry->sid = sid;

	return sid;
}

/*
 * The same; an error says what the label is meant for.
 */
typedef struct LabelOf
{
	const char *column;
	const char *relation;
} LabelOf;

static void
label_error_callback(void *arg)
{
	LabelOf    *of = arg;

	if (of->column)
		errcontext("security label of column \"%s\" of relation \"%s\"",
				   of->column, of->relation);
	else
		errcontext("security label of relation \"%s\"", of->relation);
}

static void
row_label_error_callback(void *arg)
{
	errcontext("security label of a row of table \"%s\"",
			   RelationGetRelationName((Relation) arg));
}

SepgSid
sepgsql_input_relation_label(const char *label, const char *relation,
							 const char *column)
{
	LabelOf		of = {column, relation};
	ErrorContextCallback callback = {error_context_stack, label_error_callback, &of};
	SepgSid		sid;

	error_context_stack = &callback;
	sid = sepgsql_input_label_text(cstring_to_text(label));
	error_context_stack = callback.previous;
	return sid;
}

SepgSid
sepgsql_input_row_label(const text *label, Relation rel)
{
	ErrorContextCallback callback = {error_context_stack, row_label_error_callback, rel};
	SepgSid		sid;

	error_context_stack = &callback;
	sid = sepgsql_input_label_text(label);
	error_context_stack = callback.previous;
	return sid;
}

/*
 * A row is about to be inserted: give it its default label unless it has
 * one, and decide whether the subject may insert a row with that label.
 */
void
sepgsql_row_insert(SepgSid subject, Relation rel, TupleTableSlot *slot)
{
	if (!sepgsql_relation_has_labels(rel))
	{
		if (slot->tts_sid != SEPG_SID_NONE)
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("rows of table \"%s\" have no security labels",
							RelationGetRelationName(rel))));
		return;
	}

	if (slot->tts_sid == SEPG_SID_NONE)
	{
		if (!sepgsql_labeling)
			return;
		if (SEPGSQL_HOLE("default-label"))
		{
			/* the table's own, whoever writes */
			slot->tts_sid = sepgsql_relation_sid(RelationGetRelid(rel));
			return;
		}
		slot->tts_sid = sepgsql_default_row_sid(subject, rel);
	}

	if (row_checks_wanted(rel))
		check_row(subject, rel, slot->tts_sid, SEPG_DB_TUPLE__INSERT);
}

/*
 * A row is about to be replaced by a new version.  Scans for an UPDATE bring
 * only rows that may be updated; whatever else brings rows (ON CONFLICT,
 * MERGE, actions of foreign keys, newer versions) is checked here.
 */
void
sepgsql_row_update(SepgSid subject, Relation rel, SepgSid oldsid,
				   TupleTableSlot *newslot)
{
	SepgSid		newsid = newslot->tts_sid;

	if (!sepgsql_relation_has_labels(rel))
	{
		if (newsid != SEPG_SID_NONE)
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("rows of table \"%s\" have no security labels",
							RelationGetRelationName(rel))));
		return;
	}

	if (!row_checks_wanted(rel) || SEPGSQL_HOLE("row-update"))
		return;

	if (newsid == SEPG_SID_NONE || newsid == oldsid)
		check_row(subject, rel, oldsid,
				  SEPG_DB_TUPLE__SELECT | SEPG_DB_TUPLE__UPDATE);
	else
	{
		check_row(subject, rel, oldsid,
				  SEPG_DB_TUPLE__SELECT | SEPG_DB_TUPLE__UPDATE |
				  SEPG_DB_TUPLE__RELABELFROM);
		check_row(subject, rel, newsid, SEPG_DB_TUPLE__RELABELTO);
		if (IsCatalogRelation(rel))
			sepgsql_note_relabel(rel);
	}
}

/*
 * A statement is about to use an existing row that no filtered scan has
 * brought: the error does not tell what the row holds.
 */
void
sepgsql_check_existing(EState *estate, Relation rel, TupleTableSlot *slot,
					   uint32 required)
{
	if (required == (SEPG_DB_TUPLE__SELECT | SEPG_DB_TUPLE__UPDATE) &&
		SEPGSQL_HOLE("on-conflict"))
		return;
	if (sepgsql_relation_has_labels(rel) && row_checks_wanted(rel))
		check_row(sepgsql_exec_subject(estate), rel,
				  sepgsql_stored_sid(rel, slot), required);
}

/*
 * A plan is about to delete a row.  Scans for a DELETE bring only rows that
 * may be deleted; those for the actions of foreign keys bring all.
 */
void
sepgsql_exec_delete(EState *estate, ResultRelInfo *relinfo,
					ItemPointer tupleid)
{
	Relation	rel = relinfo->ri_RelationDesc;
	TupleTableSlot *slot;

	if ((estate->es_top_eflags & EXEC_FLAG_NO_ROWFILTER) == 0 ||
		SEPGSQL_HOLE("foreign-key-delete") ||
		!sepgsql_relation_has_labels(rel) || !row_checks_wanted(rel))
		return;

	slot = ExecGetReturningSlot(estate, relinfo);
	if (!table_tuple_fetch_row_version(rel, tupleid, SnapshotAny, slot))
		elog(ERROR, "failed to fetch tuple being deleted");
	sepgsql_check_existing(estate, rel, slot,
						   SEPG_DB_TUPLE__SELECT | SEPG_DB_TUPLE__DELETE);
	ExecClearTuple(slot);
}
