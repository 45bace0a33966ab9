/*-------------------------------------------------------------------------
 *
 * filter.c
 *	  Which rows a statement may see.
 *
 * Most scans need no filter: if the subject may select every label that the
 * relation's dictionary holds, no row visible to the scan's snapshot can have
 * another one, and the scan runs unmarked.  Otherwise the scan descriptor is
 * given a SepgFilter, and heapam drops the rows that are refused before any
 * qualification sees them.  A scan that the executor did not begin for a
 * statement (an index build, a look-up in a catalog, VACUUM) is never marked.
 *
 * A filter belongs to (dictionary, subject, permissions) and remembers one
 * byte for each secid, so that repeated statements ask nothing and a row
 * costs one comparison while labels repeat.  What a row is asked for depends
 * on what it describes: a row of pg_proc is a procedure, one of pg_class may
 * be a table, a sequence or a view.  So a relation's rows can be of up to
 * four classes, and the byte holds two bits for each: whether the answer is
 * known, and the answer.  The numbers of the permissions alias in all those
 * classes (select is getattr, update is setattr, delete is drop).
 *
 * Many rows of catalogs are parts of objects (visible.c): they must pass by
 * their own label, and the subject may know of the objects.
 *
 * IDENTIFICATION
 *	  src/backend/security/sepgsql/filter.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/parallel.h"
#include "access/relscan.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/sysattr.h"
#include "access/xact.h"
#include "catalog/catalog.h"
#include "catalog/dependency.h"
#include "catalog/index.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_database.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_language.h"
#include "catalog/pg_largeobject.h"
#include "catalog/pg_largeobject_metadata.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_security.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_statistic_ext.h"
#include "catalog/pg_statistic_ext_data.h"
#include "executor/executor.h"
#include "fmgr.h"
#include "nodes/execnodes.h"
#include "nodes/pathnodes.h"
#include "nodes/plannodes.h"
#include "replication/walsender.h"
#include "security/sepgsql_catalog.h"
#include "security/sepgsql_columns.h"
#include "security/sepgsql_holes.h"
#include "security/sepgsql_visible.h"
#include "storage/bufpage.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/portal.h"
#include "utils/rel.h"
#include "utils/rls.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#ifdef USE_SEPGSQL

/* Above this number of labels a scan is filtered without asking for each. */
#define FILTER_MAX_LABELS	2048

/* Verdicts of larger secids are not remembered here (the core does). */
#define FILTER_MAX_SECID	(256 * 1024)

#define FILTER_NO_SECID		PG_UINT32_MAX

/* More filters than these are dropped at the end of the transaction. */
#define FILTER_MAX_ENTRIES	2048

#define FILTER_MAX_CLASSES	4

/* the two bits of one class in a verdict */
#define VERDICT_KNOWN(i)	(1 << (2 * (i)))
#define VERDICT_ALLOWED(i)	(2 << (2 * (i)))

typedef enum SepgFilterKind
{
	FILTER_LABELS,				/* by the label in the tuple's header */
	FILTER_PARTS,				/* and by what the row is part of */
	FILTER_STATISTIC,			/* pg_statistic: by the table described */
	FILTER_STATISTIC_EXT,		/* pg_statistic_ext_data: likewise */
} SepgFilterKind;

typedef struct SepgFilterKey
{
	Oid			dictid;			/* relation that owns the dictionary */
	SepgSid		subject;
	uint32		perms;
} SepgFilterKey;

struct SepgFilter
{
	SepgFilterKey key;			/* must be first */
	SepgFilterKind kind;
	bool		all_visible;	/* every label passes in every class */

	/* FILTER_PARTS */
	SepgOwners	owners;
	bool		labelled;		/* do the rows have labels? */
	bool		check_owners;	/* may something be hidden that has parts? */

	/* the verdicts hold for these versions of the policy and dictionary */
	uint64		policy_seqno;
	uint64		dict_version;

	/* classes that the relation's rows can have */
	int			nclasses;
	uint32		classes[FILTER_MAX_CLASSES];
	uint8		all_allowed;	/* verdict that lets any row pass */
	uint8		all_denied;		/* verdict that lets none */

	uint32		last_secid;		/* the last one with verdict all_allowed */
	uint32		nverdicts;
	uint8	   *verdicts;		/* indexed by secid */

	/* several classes: is any row hidden?  See catalog_rows_hidden. */
	bool		some_hidden;
	uint64		generation;		/* 0: not known */

	/* FILTER_STATISTIC*: the last answer */
	Oid			last_relid;
	bool		last_hidden;
};

typedef struct SepgFilter SepgFilter;

static HTAB *filters = NULL;

static bool rows_hidden(SepgSid subject, uint32 perms, Oid relid, bool children);
static bool column_hidden(SepgSid subject, Oid relid, AttrNumber attnum);
static bool row_is_permitted(ScanState *node, TupleTableSlot *slot);

/* what has been found of columns, a table without chains */
#define COLUMNS_SIZE	256		/* a power of two */

typedef struct ColumnVerdict
{
	Oid			relid;
	AttrNumber	attnum;
	bool		hidden;
	SepgSid		subject;
	uint64		generation;		/* of catalogs, never 0 */
	uint64		policy_seqno;
} ColumnVerdict;

static ColumnVerdict column_verdicts[COLUMNS_SIZE];

/*
 * A portal can be run only with the label that the session had at its start.
 * And only under the policy of then: what it scans, and which rows it has
 * fetched ahead or stored, was decided by that.
 */
void
sepgsql_begin_portal(Portal portal)
{
	portal->subject = sepgsql_session_subject();
	portal->policy = sepgsql_policy_seqno();
}

void
sepgsql_check_portal(Portal portal)
{
	if (portal->policy != sepgsql_policy_seqno())
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_CURSOR_STATE),
				 errmsg("the security policy has changed since cursor \"%s\" was opened",
						portal->name),
				 errhint("Close the cursor and open it again.")));
	if (portal->subject != sepgsql_session_subject())
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_CURSOR_STATE),
				 errmsg("cursor \"%s\" was opened under another security label",
						portal->name),
				 errhint("Close the cursor and open it again.")));
}

/*
 * Does the subject have these permissions?  Asks without an audit record:
 * nothing has been refused to the client yet.
 */
static bool
silently_allowed(SepgSid subject, SepgSid object, uint32 tclass, uint32 perms)
{
	uint32		allowed = 0;

	if (sepg_core_allowed(subject, object, tclass, &allowed) != SEPG_OK)
		return false;
	return (allowed & perms) == perms;
}

/* The classes that rows of a relation can have. */
static void
filter_set_classes(SepgFilter *filter, Oid relid)
{
	uint32	   *c = filter->classes;
	int			n = 0;

	switch (relid)
	{
		case RelationRelationId:
			c[n++] = SEPG_CLASS_DB_TABLE;
			c[n++] = SEPG_CLASS_DB_SEQUENCE;
			c[n++] = SEPG_CLASS_DB_VIEW;
			c[n++] = SEPG_CLASS_DB_TUPLE;
			break;
		case AttributeRelationId:
			c[n++] = SEPG_CLASS_DB_COLUMN;
			c[n++] = SEPG_CLASS_DB_TUPLE;
			break;
		case ProcedureRelationId:
			c[n++] = SEPG_CLASS_DB_PROCEDURE;
			break;
		case NamespaceRelationId:
			c[n++] = SEPG_CLASS_DB_SCHEMA;
			break;
		case DatabaseRelationId:
			c[n++] = SEPG_CLASS_DB_DATABASE;
			break;
		case LanguageRelationId:
			c[n++] = SEPG_CLASS_DB_LANGUAGE;
			break;
		case LargeObjectMetadataRelationId:
			c[n++] = SEPG_CLASS_DB_BLOB;
			break;
		default:
			c[n++] = SEPG_CLASS_DB_TUPLE;
			break;
	}

	filter->nclasses = n;
	filter->all_allowed = filter->all_denied = 0;
	for (int i = 0; i < n; i++)
	{
		filter->all_allowed |= VERDICT_KNOWN(i) | VERDICT_ALLOWED(i);
		filter->all_denied |= VERDICT_KNOWN(i);
	}
}

/*
 * May a client know that there are rows of this label in a relation?  In a
 * catalog this needs permission in each class that its rows can have.
 */
bool
sepgsql_sid_visible(SepgSid subject, Relation rel, SepgSid sid)
{
	SepgFilter	filter;

	if (!sepgsql_enforcing ||
		(!sepostgresql_row_level && !IsCatalogRelation(rel)))
		return true;
	filter_set_classes(&filter, RelationGetRelid(rel));
	for (int i = 0; i < filter.nclasses; i++)
	{
		if (!silently_allowed(subject, sid, filter.classes[i], SEPG_DB_TUPLE__SELECT))
			return false;
	}
	return true;
}

/* Class of a relation's columns: only tables have columns of their own. */
static uint32
column_class(Oid relid)
{
	char		relkind = get_rel_relkind(relid);

	return sepgsql_relation_class(relkind) == SEPG_CLASS_DB_TABLE ?
		SEPG_CLASS_DB_COLUMN : SEPG_CLASS_DB_TUPLE;
}

/* Which of the filter's classes does this row have? */
static int
filter_row_class(SepgFilter *filter, HeapTuple tuple)
{
	uint32		tclass;

	if (filter->nclasses == 1)
		return 0;

	if (filter->key.dictid == RelationRelationId)
		tclass = sepgsql_relation_class(((Form_pg_class) GETSTRUCT(tuple))->relkind);
	else
		tclass = column_class(((Form_pg_attribute) GETSTRUCT(tuple))->attrelid);

	for (int i = 0; i < filter->nclasses; i++)
		if (filter->classes[i] == tclass)
			return i;
	return filter->nclasses - 1;
}

static SepgSid
filter_sid(SepgFilter *filter, uint32 secid)
{
	SepgSid		sid = SEPG_SID_UNLABELED;

	if (secid != SEPG_SECID_NONE)
		sid = sepgsql_secid_to_sid(filter->key.dictid, secid);
	return sid == SEPG_SID_NONE ? SEPG_SID_UNLABELED : sid;
}

/*
 * Decide about a row whose secid has no verdict that fits.  Refusals are
 * audited here, once for a label and class; rows after it only look at the
 * verdict.
 */
static bool
filter_decide(SepgFilter *filter, uint32 secid, HeapTuple tuple)
{
	SepgSid		subject = filter->key.subject;
	uint32		perms = filter->key.perms;
	SepgSid		sid;
	uint8		verdict = 0;
	int			i;
	bool		allowed;

	if (secid < filter->nverdicts)
		verdict = filter->verdicts[secid];

	/* The label is not new, but this row's class may be. */
	if (verdict != 0)
	{
		i = filter_row_class(filter, tuple);
		if (verdict & VERDICT_KNOWN(i))
			return (verdict & VERDICT_ALLOWED(i)) != 0;
	}

	sid = filter_sid(filter, secid);

	/* With several classes, see first whether the class matters at all. */
	if (filter->nclasses > 1 && verdict == 0)
	{
		for (i = 0; i < filter->nclasses; i++)
			if (silently_allowed(subject, sid, filter->classes[i], perms))
				verdict |= VERDICT_KNOWN(i) | VERDICT_ALLOWED(i);
	}

	i = filter_row_class(filter, tuple);
	if (verdict & VERDICT_KNOWN(i))
		allowed = true;
	else
	{
		allowed = sepgsql_check_named(subject, sid, filter->classes[i], perms,
									  RelationRelationId, tuple->t_tableOid, 0,
									  false);
		verdict |= VERDICT_KNOWN(i);
		if (allowed)
			verdict |= VERDICT_ALLOWED(i);
	}

	if (secid < FILTER_MAX_SECID)
	{
		if (secid >= filter->nverdicts)
		{
			uint32		n = pg_nextpower2_32(Max(secid + 1, 32));

			if (filter->verdicts == NULL)
				filter->verdicts = MemoryContextAllocZero(TopMemoryContext, n);
			else
			{
				filter->verdicts = repalloc(filter->verdicts, n);
				memset(filter->verdicts + filter->nverdicts, 0,
					   n - filter->nverdicts);
			}
			filter->nverdicts = n;
		}
		filter->verdicts[secid] = verdict;
		if (verdict == filter->all_allowed && filter->kind == FILTER_LABELS)
			filter->last_secid = secid;
	}

	return allowed;
}

/* The same for a row that is part of something. */
static bool
filter_decide_part(SepgFilter *filter, uint32 secid, HeapTuple tuple)
{
	if (filter->labelled)
	{
		uint8		verdict = 0;

		if (secid < filter->nverdicts)
			verdict = filter->verdicts[secid];
		if (verdict == filter->all_denied)
			return false;
		if (verdict != filter->all_allowed &&
			!filter_decide(filter, secid, tuple))
			return false;
	}
	return !filter->check_owners ||
		sepgsql_row_readable(filter->key.subject, filter->key.dictid, tuple);
}

/* The same for the statistics of a table or a column. */
static bool
filter_decide_statistic(SepgFilter *filter, HeapTuple tuple)
{
	Oid			relid;
	AttrNumber	attnum = InvalidAttrNumber;
	bool		inherit;

	if (SEPGSQL_HOLE("statistics"))
		return true;
	if (filter->kind == FILTER_STATISTIC)
	{
		relid = ((Form_pg_statistic) GETSTRUCT(tuple))->starelid;
		attnum = ((Form_pg_statistic) GETSTRUCT(tuple))->staattnum;
		inherit = ((Form_pg_statistic) GETSTRUCT(tuple))->stainherit;
	}
	else
	{
		Form_pg_statistic_ext_data data;
		HeapTuple	stxtup;

		data = (Form_pg_statistic_ext_data) GETSTRUCT(tuple);
		stxtup = SearchSysCache1(STATEXTOID, ObjectIdGetDatum(data->stxoid));
		if (!HeapTupleIsValid(stxtup))
			return false;
		relid = ((Form_pg_statistic_ext) GETSTRUCT(stxtup))->stxrelid;
		inherit = data->stxdinherit;
		ReleaseSysCache(stxtup);
	}

	if (inherit && rows_hidden(filter->key.subject, SEPG_DB_TUPLE__SELECT, relid, true))
		return false;
	if (filter->last_relid != relid)
	{
		filter->last_hidden = rows_hidden(filter->key.subject, SEPG_DB_TUPLE__SELECT, relid, false);
		filter->last_relid = relid;
	}
	return !filter->last_hidden &&
		!column_hidden(filter->key.subject, relid, attnum);
}

/*
 * May this row be seen?  The caller holds a pin, and no lock on the page.
 */
bool
sepgsql_filter_tuple(SepgFilter *filter, HeapTuple tuple)
{
	uint32		secid = HeapTupleGetSecid(tuple);

	if (likely(secid == filter->last_secid))
		return true;
	if (unlikely(filter->kind != FILTER_LABELS))
		return filter->kind == FILTER_PARTS ?
			filter_decide_part(filter, secid, tuple) :
			filter_decide_statistic(filter, tuple);
	if (secid < filter->nverdicts)
	{
		uint8		verdict = filter->verdicts[secid];

		if (verdict == filter->all_allowed)
		{
			filter->last_secid = secid;
			return true;
		}
		if (verdict == filter->all_denied)
			return false;
	}
	return filter_decide(filter, secid, tuple);
}

/*
 * Drop the rows that may not be seen from a page's list of visible tuples.
 * Returns how many remain.  The caller holds a pin, and no lock.
 */
int
sepgsql_filter_page(TableScanDesc scan, Buffer buffer,
					OffsetNumber *offsets, int noffsets)
{
	SepgFilter *filter = scan->rs_rowfilter;
	Page		page = BufferGetPage(buffer);
	const uint8 *verdicts = filter->verdicts;
	uint32		nverdicts = filter->check_owners ? 0 : filter->nverdicts;
	const uint8 all_allowed = filter->all_allowed;
	const uint8 all_denied = filter->all_denied;
	int			n = 0;

	for (int i = 0; i < noffsets; i++)
	{
		OffsetNumber off = offsets[i];
		ItemId		lpp = PageGetItemId(page, off);
		HeapTupleHeader td = (HeapTupleHeader) PageGetItem(page, lpp);
		uint32		secid = HeapTupleHeaderGetSecid(td);
		uint8		verdict = secid < nverdicts ? verdicts[secid] : 0;

		/* labels may alternate between allowed and denied: do not branch */
		offsets[n] = off;
		if (likely(verdict == all_allowed || verdict == all_denied))
			n += (verdict == all_allowed);
		else
		{
			HeapTupleData tuple;

			tuple.t_data = td;
			tuple.t_len = ItemIdGetLength(lpp);
			tuple.t_tableOid = RelationGetRelid(scan->rs_rd);
			ItemPointerSet(&tuple.t_self, BufferGetBlockNumber(buffer), off);
			if (sepgsql_filter_tuple(filter, &tuple))
				n++;
			verdicts = filter->verdicts;
			nverdicts = filter->check_owners ? 0 : filter->nverdicts;
		}
	}

	return n;
}

/* The same for a row in a slot that stores heap tuples. */
bool
sepgsql_filter_slot(SepgFilter *filter, TupleTableSlot *slot)
{
	bool		shouldFree;
	HeapTuple	tuple = ExecFetchSlotHeapTuple(slot, false, &shouldFree);
	bool		result = sepgsql_filter_tuple(filter, tuple);

	if (shouldFree)
		heap_freetuple(tuple);
	return result;
}

/*
 * At the end of a transaction no scan is left that points to a filter.  Drop
 * them all if there are many, as after making and scanning many temporary
 * tables.
 */
static void
filter_xact_callback(XactEvent event, void *arg)
{
	HASH_SEQ_STATUS status;
	SepgFilter *filter;

	switch (event)
	{
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PREPARE:
			break;
		default:
			return;
	}
	if (filters == NULL || hash_get_num_entries(filters) <= FILTER_MAX_ENTRIES)
		return;

	hash_seq_init(&status, filters);
	while ((filter = hash_seq_search(&status)) != NULL)
	{
		if (filter->verdicts)
			pfree(filter->verdicts);
	}
	hash_destroy(filters);
	filters = NULL;
}

/*
 * The filter for a relation, its verdicts valid for the policy and the
 * dictionary as they are now.  relid is the relation, dictid the one whose
 * dictionary it uses.
 */
static SepgFilter *
filter_lookup_labels(Oid relid, Oid dictid, bool labelled, SepgSid subject,
					 uint32 perms)
{
	static bool registered = false;
	SepgFilterKey key;
	SepgFilter *filter;
	uint64		policy_seqno;
	uint64		dict_version;
	bool		found;
	bool		unlabeled;
	int			nsids;
	const SepgSid *sids;

	if (filters == NULL)
	{
		HASHCTL		ctl;

		ctl.keysize = sizeof(SepgFilterKey);
		ctl.entrysize = sizeof(SepgFilter);
		filters = hash_create("SE-PostgreSQL row filters", 64, &ctl,
							  HASH_ELEM | HASH_BLOBS);
		if (!registered)
		{
			RegisterXactCallback(filter_xact_callback, NULL);
			registered = true;
		}
	}

	memset(&key, 0, sizeof(key));
	key.subject = subject;
	key.perms = perms;
	key.dictid = dictid;

	/* the versions first: what is read afterwards is at least as new */
	policy_seqno = sepgsql_policy_seqno();
	dict_version = labelled ? sepgsql_dict_version(key.dictid) : 0;

	/* an entry stays where it is, since scans point to it */
	filter = hash_search(filters, &key, HASH_ENTER, &found);
	if (!found)
	{
		memset((char *) filter + sizeof(key), 0, sizeof(*filter) - sizeof(key));
		filter_set_classes(filter, key.dictid);
		filter->last_secid = FILTER_NO_SECID;
		if (relid == StatisticRelationId)
			filter->kind = FILTER_STATISTIC;
		else if (relid == StatisticExtDataRelationId)
			filter->kind = FILTER_STATISTIC_EXT;
		else
			filter->owners = sepgsql_catalog_owners(relid);
		if (filter->owners != SEPG_OWNERS_NONE)
			filter->kind = FILTER_PARTS;
		filter->labelled = labelled;
	}

	if (filter->kind == FILTER_PARTS && !labelled)
	{
		filter->all_visible = true;
		return filter;
	}
	if (filter->kind != FILTER_LABELS && filter->kind != FILTER_PARTS)
	{
		/* another table's dictionary may have changed */
		filter->last_relid = InvalidOid;
		return filter;
	}

	if (found &&
		filter->policy_seqno == policy_seqno &&
		filter->dict_version == dict_version)
		return filter;

	/* invalid until all is done, in case of an error */
	filter->policy_seqno = 0;
	filter->all_visible = false;
	filter->generation = 0;
	filter->last_secid = FILTER_NO_SECID;
	if (filter->verdicts)
		memset(filter->verdicts, 0, filter->nverdicts);

	/* the array is good until the next look at a dictionary */
	unlabeled = sepgsql_dict_has_unlabeled(key.dictid);
	nsids = sepgsql_dict_sids(key.dictid, &sids);

	/*
	 * In permissive mode everything is visible, but what would have been
	 * refused is to be audited, so the rows are looked at.
	 */
	if (nsids <= FILTER_MAX_LABELS && sepg_core_enforcing())
	{
		filter->all_visible = true;
		for (int i = 0; i < nsids + (unlabeled ? 1 : 0); i++)
		{
			SepgSid		sid = i < nsids ? sids[i] : SEPG_SID_UNLABELED;

			for (int j = 0; j < filter->nclasses; j++)
			{
				if (!silently_allowed(subject, sid, filter->classes[j], perms))
				{
					filter->all_visible = false;
					break;
				}
			}
			if (!filter->all_visible)
				break;
		}
	}

	filter->dict_version = dict_version;
	filter->policy_seqno = policy_seqno;
	return filter;
}

static SepgFilter *
filter_lookup(Relation rel, SepgSid subject, uint32 perms)
{
	Oid			relid = RelationGetRelid(rel);
	bool		labelled = sepgsql_relation_has_labels(rel);
	SepgFilter *filter;

	filter = filter_lookup_labels(relid,
								  labelled ? sepgsql_dict_relid(rel) : relid,
								  labelled, subject, perms);
	if (filter->kind == FILTER_PARTS)
		filter->check_owners = !sepgsql_owners_open(subject, relid);
	return filter;
}

/* Does the filter let everything pass? */
static inline bool
filter_is_open(SepgFilter *filter)
{
	return filter->all_visible && !filter->check_owners;
}

/* May the subject see rows of a catalog whatever their label and class? */
bool
sepgsql_labels_open(SepgSid subject, Oid catalog)
{
	return filter_lookup_labels(catalog, catalog, true, subject,
								SEPG_DB_TUPLE__SELECT)->all_visible;
}

/*
 * May the subject see rows with this label in a relation, of whatever class
 * they are there?
 */
bool
sepgsql_secid_visible(SepgSid subject, Oid relid, uint32 secid)
{
	SepgFilter	filter = {0};
	SepgSid		sid;

	filter_set_classes(&filter, relid);
	filter.key.dictid = relid;
	sid = filter_sid(&filter, secid);

	/* its own are those of senders of notifications */
	if (relid == SecurityRelationId)
		return silently_allowed(subject, sid, SEPG_CLASS_PROCESS,
								SEPG_PROCESS__GETATTR);

	for (int i = 0; i < filter.nclasses; i++)
	{
		if (silently_allowed(subject, sid, filter.classes[i],
							 SEPG_DB_TUPLE__SELECT))
			return true;
	}
	return false;
}

/* Do scans of this relation need a filter? */
static bool
has_filter(Relation rel)
{
	return sepgsql_relation_has_labels(rel) ||
		sepgsql_catalog_owners(RelationGetRelid(rel)) != SEPG_OWNERS_NONE;
}

/*
 * sepgsql_filter_tuple without an audit record.  *last is the number of the
 * last label that lets a row of any class pass.
 */
static bool
row_allowed(SepgFilter *filter, HeapTuple tuple, uint32 *last)
{
	uint32		secid = HeapTupleGetSecid(tuple);
	SepgSid		sid;
	bool		all = true;

	if (filter->check_owners &&
		!sepgsql_row_readable(filter->key.subject, filter->key.dictid, tuple))
		return false;
	if (secid == *last || (filter->kind == FILTER_PARTS && !filter->labelled))
		return true;

	sid = filter_sid(filter, secid);
	for (int i = 0; i < filter->nclasses && all; i++)
		all = silently_allowed(filter->key.subject, sid, filter->classes[i],
							   filter->key.perms);
	if (all)
	{
		*last = secid;
		return true;
	}
	return silently_allowed(filter->key.subject, sid,
							filter->classes[filter_row_class(filter, tuple)],
							filter->key.perms);
}

/*
 * Is it for the rows that there are to say whether some are hidden?
 */
static bool
by_rows(SepgFilter *filter)
{
	return filter->nclasses > 1 ||
		(filter->all_visible && filter->check_owners);
}

/*
 * Is any row of a catalog hidden whose rows are of several classes, or parts
 * of something?
 *
 * There a label that is denied in one class says little: a view's label is
 * meant for views, and nobody may have any permission on a table with it.
 * A scan can be marked all the same, but what would be refused or withheld
 * altogether is decided by the rows that there are.
 *
 * Who only wants to know has been refused nothing: that is not audited.
 */
static bool
catalog_rows_hidden(SepgFilter *filter, Relation rel, Snapshot snapshot,
					bool audit)
{
	SysScanDesc scan;
	HeapTuple	tup;
	uint32		last = FILTER_NO_SECID;
	bool		hidden = false;

	scan = systable_beginscan(rel, InvalidOid, false, snapshot, 0, NULL);
	while (!hidden && HeapTupleIsValid(tup = systable_getnext(scan)))
	{
		if (audit)
			hidden = !sepgsql_filter_tuple(filter, tup);
		else
			hidden = !row_allowed(filter, tup, &last);
	}
	systable_endscan(scan);
	return hidden;
}

/* May some of the relation's rows be hidden, as far as filter knows? */
static bool
filter_hides(SepgFilter *filter, Relation rel)
{
	if (filter_is_open(filter))
		return false;
	if (!by_rows(filter) || filter->owners > SEPG_OWNERS_RELATION)
		return true;

	if (filter->generation != sepgsql_visible_generation())
	{
		uint64		generation = sepgsql_visible_generation();

		/* the caller may have none, and its file must not go meanwhile */
		LockRelationOid(RelationGetRelid(rel), AccessShareLock);
		filter->some_hidden = catalog_rows_hidden(filter, rel, NULL, false);
		UnlockRelationOid(RelationGetRelid(rel), AccessShareLock);
		filter->generation = generation;
	}
	return filter->some_hidden;
}

/* The table that a TOAST table belongs to, InvalidOid if not found. */
Oid
sepgsql_toast_owner(Oid toastrelid)
{
	Relation	depRel;
	ScanKeyData key[2];
	SysScanDesc scan;
	HeapTuple	tup;
	Oid			result = InvalidOid;

	depRel = table_open(DependRelationId, AccessShareLock);
	ScanKeyInit(&key[0],
				Anum_pg_depend_classid,
				BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(RelationRelationId));
	ScanKeyInit(&key[1],
				Anum_pg_depend_objid,
				BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(toastrelid));
	scan = systable_beginscan(depRel, DependDependerIndexId, true,
							  NULL, 2, key);
	while (HeapTupleIsValid(tup = systable_getnext(scan)))
	{
		Form_pg_depend dep = (Form_pg_depend) GETSTRUCT(tup);

		if (dep->refclassid == RelationRelationId &&
			dep->deptype == DEPENDENCY_INTERNAL)
			result = dep->refobjid;
	}
	systable_endscan(scan);
	table_close(depRel, AccessShareLock);

	/* a catalog's is pinned, and keeps the name that it was created with */
	if (!OidIsValid(result) && IsCatalogRelationOid(toastrelid))
	{
		unsigned int relid;
		char	   *name = get_rel_name(toastrelid);

		if (name != NULL && sscanf(name, "pg_toast_%u", &relid) == 1)
			result = (Oid) relid;
	}
	return result;
}

/*
 * Rows that carry no label of their own, but are parts of rows that do: they
 * can be read directly by those only from whom no such row is hidden.
 */
static void
check_parts(Relation rel, SepgSid subject)
{
	bool		hidden;

	if (RelationGetRelid(rel) == LargeObjectRelationId)
	{
		Relation	meta = RelationIdGetRelation(LargeObjectMetadataRelationId);

		hidden = !filter_lookup(meta, subject,
								SEPG_DB_BLOB__GETATTR |
								SEPG_DB_BLOB__READ)->all_visible;
		RelationClose(meta);
	}
	else
		hidden = rows_hidden(subject, SEPG_DB_TUPLE__SELECT,
							 sepgsql_toast_owner(RelationGetRelid(rel)),
							 false);

	if (hidden && sepg_core_enforcing())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("SELinux: security policy violation"),
				 errdetail("Some of the rows whose values \"%s\" stores are not visible.",
						   RelationGetRelationName(rel))));
}

/*
 * The filter that a statement's scan of rel needs, for these permissions on
 * rows; NULL if it needs none.  To be called after the snapshot was taken.
 * estate is NULL for a command that scans without an executor.
 */
SepgFilter *
sepgsql_scan_filter(EState *estate, Relation rel, uint32 perms)
{
	SepgSid		subject;
	Oid			relid = RelationGetRelid(rel);
	SepgFilter *filter;

	if (!sepgsql_enforcing)
		return NULL;
	if (estate && (estate->es_top_eflags & EXEC_FLAG_NO_ROWFILTER))
		return NULL;
	if (!sepostgresql_row_level && !IsCatalogRelation(rel))
		return NULL;
	if (IsParallelWorker() && SEPGSQL_HOLE("parallel-worker"))
		return NULL;
	if (relid == LargeObjectMetadataRelationId ?
		SEPGSQL_HOLE("large-object") :
		IsCatalogRelation(rel) && SEPGSQL_HOLE("catalog-rows"))
		return NULL;
	if (estate && (estate->es_top_eflags & EXEC_FLAG_BACKWARD) &&
		SEPGSQL_HOLE("scroll-cursor"))
		return NULL;

	subject = estate ? estate->es_subject : sepgsql_subject();

	if (relid == LargeObjectRelationId ||
		rel->rd_rel->relkind == RELKIND_TOASTVALUE)
		check_parts(rel, subject);
	else if (relid == StatisticRelationId ||
			 relid == StatisticExtDataRelationId)
		return filter_lookup(rel, subject, perms);

	if (!has_filter(rel))
		return NULL;

	filter = filter_lookup(rel, subject, perms);
	return filter_is_open(filter) ? NULL : filter;
}

/* Is there a hole in scans of this kind, and open? */
static bool
scan_is_holed(ScanState *node)
{
#ifdef USE_INJECTION_POINTS
	switch (nodeTag(node))
	{
		case T_SeqScanState:
			return SEPGSQL_HOLE("seq-scan");
		case T_SampleScanState:
			return SEPGSQL_HOLE("sample-scan");
		case T_BitmapHeapScanState:
			return SEPGSQL_HOLE("bitmap-scan");
		case T_TidScanState:
			return SEPGSQL_HOLE("tid-scan");
		case T_TidRangeScanState:
			return SEPGSQL_HOLE("tid-range-scan");
		case T_IndexScanState:
			return SEPGSQL_HOLE("index-fetch");
		case T_IndexOnlyScanState:
			return SEPGSQL_HOLE("index-only-scan");
		default:
			break;
	}
#endif
	return false;
}

/* Permissions on rows that a plan node's scan needs. */
static uint32
scan_perms(ScanState *node)
{
	return ((Scan *) node->ps.plan)->rowperms | SEPG_DB_TUPLE__SELECT;
}

/*
 * A plan node is about to scan rel, or to modify it.  Checks what is known
 * before the first row.
 */
void
sepgsql_open_scan(EState *estate, Relation rel)
{
	SepgFilter *filter;

	sepgsql_check_table_am(rel);

	/*
	 * The first copy of a table for a subscription must be as whole as what
	 * decoding sends after it.
	 */
	if ((!sepgsql_hidden_is_error() &&
		 !(am_db_walsender && !IsCatalogRelation(rel))) ||
		(estate && (estate->es_top_eflags & (EXEC_FLAG_EXPLAIN_ONLY |
											 EXEC_FLAG_NO_ROWFILTER))))
		return;
	if (!RELKIND_HAS_TABLE_AM(rel->rd_rel->relkind) ||
		rel->rd_rel->relkind == RELKIND_PARTITIONED_TABLE ||
		!has_filter(rel))
		return;

	/* Decided from the labels that there are, not from rows met. */
	filter = sepgsql_scan_filter(estate, rel, SEPG_DB_TUPLE__SELECT);
	if (filter != NULL && by_rows(filter) &&
		!catalog_rows_hidden(filter, rel,
							 estate ? estate->es_snapshot : GetActiveSnapshot(),
							 true))
		filter = NULL;
	if (filter != NULL && sepg_core_enforcing())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("SELinux: security policy violation"),
				 errdetail("Table \"%s\" may have rows that are not visible.",
						   RelationGetRelationName(rel)),
				 sepgsql_hidden_is_error() ?
				 errhint("Set \"sepostgresql_row_filter\" to \"hide\" to leave such rows out of the result.") : 0));
}

/*
 * Labels stand in tuple headers as heapam writes them.  No other access
 * method would keep or check them.
 */
void
sepgsql_check_table_am(Relation rel)
{
	if (RELKIND_HAS_TABLE_AM(rel->rd_rel->relkind) &&
		rel->rd_rel->relkind != RELKIND_PARTITIONED_TABLE &&
		rel->rd_tableam != GetHeapamTableAmRoutine())
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("table \"%s\" cannot be accessed while SE-PostgreSQL is enforcing",
						RelationGetRelationName(rel)),
				 errdetail("Its access method does not keep the labels of rows."),
				 errhint("Use ALTER TABLE ... SET ACCESS METHOD heap, as a client that is not subject to it.")));
}

/* Mark a scan that a plan node has begun. */
void
sepgsql_mark_scan(ScanState *node, TableScanDesc scan)
{
	scan->rs_rowfilter = sepgsql_scan_filter(node->ps.state, scan->rs_rd,
											 scan_perms(node));
	if (scan_is_holed(node))
		scan->rs_rowfilter = NULL;

	/* TID scans and samples look at each tuple themselves */
	if (scan->rs_rowfilter != NULL &&
		(scan->rs_flags & (SO_TYPE_SEQSCAN | SO_TYPE_BITMAPSCAN |
						   SO_TYPE_TIDRANGESCAN)) != 0 &&
		!(scan->rs_flags & SO_ALLOW_PAGEMODE))
		elog(ERROR, "rows of \"%s\" can be filtered under an MVCC snapshot only",
			 RelationGetRelationName(scan->rs_rd));
}

void
sepgsql_mark_index_scan(ScanState *node, IndexScanDesc scan)
{
	scan->xs_heapfetch->rowfilter =
		sepgsql_scan_filter(node->ps.state, scan->heapRelation,
							scan_perms(node));
	if (scan_is_holed(node))
		scan->xs_heapfetch->rowfilter = NULL;
}

/* How a custom scan reads its relation is not known, so it can see all or none. */
void
sepgsql_check_custom_scan(ScanState *node)
{
	if (sepgsql_scan_filter(node->ps.state, node->ss_currentRelation,
							scan_perms(node)) != NULL &&
		sepg_core_enforcing())
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("rows of table \"%s\" cannot be filtered in a custom scan",
						RelationGetRelationName(node->ss_currentRelation))));
}

/* Mark the scan of COPY TO. */
void
sepgsql_mark_copy(TableScanDesc scan)
{
	sepgsql_open_scan(NULL, scan->rs_rd);
	if (SEPGSQL_HOLE("copy-to"))
		return;
	scan->rs_rowfilter = sepgsql_scan_filter(NULL, scan->rs_rd,
											 SEPG_DB_TUPLE__SELECT);
}

/*
 * Does the subject of this plan node's statement have the permissions that
 * the node needs on the row in the slot?  For versions of rows that are newer
 * than the snapshot, whose labels the choice to leave a scan unmarked did not
 * know.
 */
bool
sepgsql_recheck_row(ScanState *node, TupleTableSlot *slot)
{
	return SEPGSQL_HOLE("eval-plan-qual") || row_is_permitted(node, slot);
}

static bool
row_is_permitted(ScanState *node, TupleTableSlot *slot)
{
	EState	   *estate = node->ps.state;
	Relation	rel = node->ss_currentRelation;

	if (rel == NULL || !RELKIND_HAS_TABLE_AM(rel->rd_rel->relkind) ||
		(estate->es_top_eflags & EXEC_FLAG_NO_ROWFILTER) ||
		(!sepostgresql_row_level && !IsCatalogRelation(rel)) ||
		!sepgsql_relation_has_labels(rel))
		return true;
	Assert(slot->tts_ops->get_heap_tuple != NULL);

	return sepgsql_filter_slot(filter_lookup(rel, estate->es_subject,
											 scan_perms(node)),
							   slot);
}

#ifdef USE_ASSERT_CHECKING
/*
 * Cross-check of what a scan node returns: a row of a labelled relation that
 * reached the executor has a label that the subject may select.
 */
bool
sepgsql_row_is_permitted(ScanState *node, TupleTableSlot *slot)
{
	Relation	rel = node->ss_currentRelation;

	/* not while a hole makes it wrong */
	if (SEPGSQL_HOLE("parallel-worker") || SEPGSQL_HOLE("scroll-cursor") ||
		SEPGSQL_HOLE("catalog-rows") || SEPGSQL_HOLE("large-object") ||
		scan_is_holed(node))
		return true;
	if (!sepgsql_enforcing || TupIsNull(slot) || rel == NULL ||
		slot->tts_ops != &TTSOpsBufferHeapTuple ||
		RelationGetRelid(rel) == StatisticRelationId ||
		RelationGetRelid(rel) == StatisticExtDataRelationId ||
		sepgsql_catalog_owners(RelationGetRelid(rel)) != SEPG_OWNERS_NONE)
		return true;
	return row_is_permitted(node, slot);
}
#endif

/*
 * Executor flags for a foreign key's query on rel.
 *
 * The look-up of a referenced row sees what the client may see: a hidden
 * parent cannot be referenced, which only refuses more.  So does the first
 * check of a new key, which is refused unless the client sees all referring
 * rows.  The other queries see all rows, since a child that was overlooked
 * would be left dangling; an action raises an error at a row that the client
 * may not update or delete.
 * In either case the client did not write the query, so its label need not
 * permit it the tables and columns.
 *
 * A rule could put statements of a user's in place of an action, or beside
 * it.  Then nothing is exempt, provided that nothing is hidden.
 */
int
sepgsql_constraint_eflags(Relation rel, bool lookup, bool modifies)
{
	if (lookup)
		return EXEC_FLAG_CONSTRAINT |
			(SEPGSQL_HOLE("foreign-key-lookup") ? EXEC_FLAG_NO_ROWFILTER : 0);

	if (modifies && rel->rd_rules != NULL)
	{
		if (rows_hidden(sepgsql_subject(),
						SEPG_DB_TUPLE__SELECT | SEPG_DB_TUPLE__UPDATE |
						SEPG_DB_TUPLE__DELETE,
						RelationGetRelid(rel), true))
			ereport(ERROR,
					(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					 errmsg("SELinux: security policy violation"),
					 errdetail("Table \"%s\" has rules, and may have rows to which the action of its foreign key is not permitted.",
							   sepgsql_shown_relation(rel))));
		return 0;
	}

	return EXEC_FLAG_CONSTRAINT | EXEC_FLAG_NO_ROWFILTER;
}

/*
 * A BEFORE trigger is about to be given a row to be updated or deleted.  The
 * action of a foreign key may have brought one that the client may not see;
 * the error must not come after the trigger.
 */
void
sepgsql_check_trigger_row(EState *estate, ResultRelInfo *relinfo,
						  TupleTableSlot *slot, bool deleting)
{
	if ((estate->es_top_eflags & EXEC_FLAG_NO_ROWFILTER) &&
		!SEPGSQL_HOLE("trigger-row"))
		sepgsql_check_existing(estate, relinfo->ri_RelationDesc, slot,
							   SEPG_DB_TUPLE__SELECT |
							   (deleting ? SEPG_DB_TUPLE__DELETE :
								SEPG_DB_TUPLE__UPDATE));
}

/*
 * The permissions on rows that a scan of a base relation needs: what the
 * statement is going to do with them.
 */
uint32
sepgsql_plan_rowperms(PlannerInfo *root, Index relid)
{
	uint32		perms = SEPG_DB_TUPLE__SELECT;
	ListCell   *lc;

	/*
	 * Rows that may not be updated or deleted are left out of UPDATE and
	 * DELETE.  Which action MERGE will take is not known yet; it raises an
	 * error if the row does not permit it.
	 */
	if (bms_is_member(relid, root->all_result_relids))
	{
		if (root->parse->commandType == CMD_UPDATE)
			perms |= SEPG_DB_TUPLE__UPDATE;
		else if (root->parse->commandType == CMD_DELETE)
			perms |= SEPG_DB_TUPLE__DELETE;
	}

	foreach(lc, root->rowMarks)
	{
		PlanRowMark *rc = lfirst_node(PlanRowMark, lc);

		if (rc->rti == relid &&
			(rc->markType == ROW_MARK_EXCLUSIVE ||
			 rc->markType == ROW_MARK_NOKEYEXCLUSIVE))
			perms |= SEPG_DB_TUPLE__UPDATE;
	}

	return perms;
}

/*
 * Are there labels in a relation, and in its children if asked for, for which
 * the subject lacks these permissions?
 */
static bool
rows_hidden(SepgSid subject, uint32 perms, Oid relid, bool children)
{
	Relation	rel;
	bool		hidden = false;

	if (get_rel_relkind(relid) == RELKIND_INDEX)
		relid = IndexGetRelation(relid, true);

	/* what large objects hold has no labels but theirs */
	if (relid == LargeObjectRelationId)
		relid = LargeObjectMetadataRelationId;

	/* whose rows these describe is not looked at for this */
	if (relid == StatisticRelationId || relid == StatisticExtDataRelationId)
		return true;

	/* takes no lock: a label is not protected by one anyway */
	rel = OidIsValid(relid) ? RelationIdGetRelation(relid) : NULL;
	if (rel == NULL)
		return true;

	if (RELKIND_HAS_TABLE_AM(rel->rd_rel->relkind) &&
		rel->rd_rel->relkind != RELKIND_PARTITIONED_TABLE &&
		(sepostgresql_row_level || IsCatalogRelation(rel)) &&
		has_filter(rel))
		hidden = filter_hides(filter_lookup(rel, subject, perms), rel) &&
			sepg_core_enforcing();

	children = children && rel->rd_rel->relhassubclass;
	RelationClose(rel);

	if (children && !hidden)
	{
		ListCell   *lc;

		foreach(lc, find_inheritance_children(relid, NoLock))
		{
			if (rows_hidden(subject, perms, lfirst_oid(lc), true))
				return true;
		}
	}
	return hidden;
}

/*
 * May there be rows in a relation that the client must not know of?
 */
bool
sepgsql_rows_hidden(Oid relid)
{
	return sepgsql_enforcing && rows_hidden(sepgsql_subject(), SEPG_DB_TUPLE__SELECT, relid, false);
}

/* The same for a relation and all that inherit from it. */
bool
sepgsql_tree_hidden(Oid relid)
{
	return sepgsql_enforcing && rows_hidden(sepgsql_subject(), SEPG_DB_TUPLE__SELECT, relid, true);
}

static AttrNumber
get_natts(Oid relid)
{
	HeapTuple	tup = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	AttrNumber	natts = 0;

	if (HeapTupleIsValid(tup))
	{
		natts = ((Form_pg_class) GETSTRUCT(tup))->relnatts;
		ReleaseSysCache(tup);
	}
	return natts;
}

static bool
decide_column_hidden(SepgSid subject, Oid relid, AttrNumber attnum)
{
	AttrNumber	natts = attnum;

	if (get_rel_relkind(relid) == RELKIND_INDEX)
		return column_hidden(subject, IndexGetRelation(relid, true),
							 InvalidAttrNumber);
	if (column_class(relid) != SEPG_CLASS_DB_COLUMN)
		return false;
	if (!silently_allowed(subject, sepgsql_relation_sid(relid),
						  SEPG_CLASS_DB_TABLE, SEPG_DB_TABLE__SELECT))
		return true;

	if (attnum == InvalidAttrNumber)
	{
		attnum = 1;
		natts = get_natts(relid);
	}
	for (; attnum <= natts; attnum++)
	{
		HeapTuple	tup = SearchSysCacheAttNum(relid, attnum);

		if (!HeapTupleIsValid(tup))
			continue;			/* dropped */
		ReleaseSysCache(tup);
		if (!silently_allowed(subject,
							  sepgsql_object_sid(RelationRelationId, relid, attnum),
							  SEPG_CLASS_DB_COLUMN, SEPG_DB_COLUMN__SELECT))
			return true;
	}
	return false;
}

/*
 * Must the subject not read a column?  InvalidAttrNumber: any column.  The
 * planner asks this for each statistic that it uses.
 */
static bool
column_hidden(SepgSid subject, Oid relid, AttrNumber attnum)
{
	ColumnVerdict *slot = &column_verdicts[(relid * 31 + attnum + subject * 7) & (COLUMNS_SIZE - 1)];
	uint64		generation = sepgsql_visible_generation();
	uint64		policy_seqno = sepgsql_policy_seqno();
	bool		hidden;

	if (slot->relid == relid && slot->attnum == attnum &&
		slot->subject == subject && slot->generation == generation &&
		slot->policy_seqno == policy_seqno)
		return slot->hidden;

	hidden = decide_column_hidden(subject, relid, attnum);
	/* the generation of before: what was read may tell of a change */
	slot->relid = relid;
	slot->attnum = attnum;
	slot->subject = subject;
	slot->hidden = hidden;
	slot->generation = generation;
	slot->policy_seqno = policy_seqno;
	return hidden;
}

/* Must the client not read a column?  InvalidAttrNumber: any column. */
bool
sepgsql_column_hidden(Oid relid, AttrNumber attnum)
{
	return sepgsql_enforcing &&
		column_hidden(sepgsql_subject(), relid, attnum);
}

/*
 * May an error message show a key's values?  Not if there are rows that the
 * client must not know of, or columns in the key that it must not read.
 */
bool
sepgsql_key_hidden(Oid relid, int nkeys, const AttrNumber *attnums)
{
	if (SEPGSQL_HOLE("error-detail"))
		return false;
	if (sepgsql_rows_hidden(relid))
		return true;
	for (int i = 0; i < nkeys; i++)
	{
		/* an expression may show any column */
		if (sepgsql_column_hidden(relid, attnums[i]))
			return true;
	}
	return false;
}

/*
 * May a function that is not leakproof be given statistics of these columns?
 * attnos is offset by FirstLowInvalidHeapAttributeNumber; NULL: any column.
 */
bool
sepgsql_statistics_hidden(Oid relid, bool inherit, Bitmapset *attnos)
{
	int			i = -1;

	if (SEPGSQL_HOLE("planner-statistics"))
		return false;
	if (rows_hidden(sepgsql_subject(), SEPG_DB_TUPLE__SELECT, relid, inherit))
		return true;
	if (attnos == NULL)
		return sepgsql_column_hidden(relid, InvalidAttrNumber);
	while ((i = bms_next_member(attnos, i)) >= 0)
	{
		AttrNumber	attnum = i + FirstLowInvalidHeapAttributeNumber;

		if (attnum >= 0 && sepgsql_column_hidden(relid, attnum))
			return true;
	}
	return false;
}

#endif							/* USE_SEPGSQL */

/*
 * sepgsql_rows_hidden(relation): are there rows in a relation, or in one that
 * inherits from it, that the client may not select?
 */
Datum
sepgsql_rows_hidden_oid(PG_FUNCTION_ARGS)
{
	if (!sepgsql_enforcing || SEPGSQL_HOLE("statistics"))
		PG_RETURN_BOOL(false);
	PG_RETURN_BOOL(sepgsql_tree_hidden(PG_GETARG_OID(0)));
}

/*
 * sepgsql_column_hidden(relation, attnum): may the client not read a column?
 */
Datum
sepgsql_column_hidden_attnum(PG_FUNCTION_ARGS)
{
	if (!sepgsql_enforcing)
		PG_RETURN_BOOL(false);
	PG_RETURN_BOOL(sepgsql_column_hidden(PG_GETARG_OID(0), PG_GETARG_INT16(1)));
}
