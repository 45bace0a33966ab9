/*-------------------------------------------------------------------------
 *
 * dict.c
 *	  Dictionaries of security labels: pg_security and pg_shsecurity.
 *
 * A tuple header holds a small number, the secid, which means something only
 * together with the tuple's relation.  Each relation has a dictionary of its
 * own, the rows of pg_security (for a shared relation, pg_shsecurity) with
 * its OID.  The number 0 in a dictionary stands for no label: it says that
 * the relation may hold rows without one.
 *
 * A label is numbered outside the transaction that needs it, since the number
 * must outlive ROLLBACK and must be seen at once by all.  The steps, under a
 * short object lock:
 *
 *	1. the row and its index entries are inserted under the ordinary rules:
 *	   an error or a crash up to here leaves an aborted row;
 *	2. one WAL record marks the row's inserting transaction as frozen: from
 *	   here on the row is there, whatever becomes of the transaction;
 *	3. the dictionary's version in shared memory is advanced;
 *	4. only now may the number be stored in a tuple.
 *
 * Backends keep the dictionaries that they use.  What they keep is good while
 * the version has not changed; it is read anew with a snapshot that is taken
 * after reading the version.  So whoever meets a number in a tuple finds it:
 * the row was frozen and the version advanced before the number was stored.
 * No invalidation message is needed for that, and nothing that was not found
 * is ever remembered.  The redo of these records advances the version too, so
 * that the same holds on a standby.
 *
 * Numbers that no row uses any longer are taken away by reclaim.c.  A number is
 * retired first: who needs one for its label finds none, and takes this one
 * back into use.  Then it is removed, by a mark in its row that is set in
 * place, in the same way outside of the transaction, and only then does the
 * transaction delete the row.  Each of these steps advances the version.  A
 * removed number means nothing to anybody but to who decodes changes of the
 * past, whose snapshots still see the row.  So it is not used again while any
 * version of that row is left, and with it anybody who may see it.  Copies of
 * the rows of catalogs are kept in caches, whatever the snapshots: their
 * numbers are never used again.
 *
 * What ends with a relation is another matter: its OID may be used again, by
 * one of another kind even.  So an invalidation of its relcache entry, which
 * comes with its end, on a standby too, has its dictionary read anew and its
 * kind asked again.
 *
 * Where the relation itself was created in the current transaction nobody else
 * can see it, and it goes with the transaction; so do its dictionary's rows,
 * which are then left as step 1 makes them.
 *
 * Dictionaries of temporary tables, and in bootstrap those of all relations,
 * live in this process's memory only.
 *
 * IDENTIFICATION
 *	  src/backend/security/sepgsql/dict.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <sys/stat.h>

#include "access/bufmask.h"
#include "access/genam.h"
#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/parallel.h"
#include "access/sepgsql_xlog.h"
#include "access/table.h"
#include "access/transam.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "access/xloginsert.h"
#include "access/xlogutils.h"
#include "catalog/catalog.h"
#include "catalog/index.h"
#include "catalog/indexing.h"
#include "catalog/pg_class.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_largeobject.h"
#include "catalog/pg_largeobject_metadata.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_security.h"
#include "catalog/pg_shdepend.h"
#include "catalog/pg_shsecurity.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_statistic_ext_data.h"
#include "catalog/pg_trigger.h"
#include "common/hashfn.h"
#include "executor/executor.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "nodes/execnodes.h"
#include "port/atomics.h"
#include "security/sepgsql_catalog.h"
#include "security/sepgsql_reclaim.h"
#include "storage/bufmgr.h"
#include "storage/lmgr.h"
#include "storage/proc.h"
#include "storage/procarray.h"
#include "storage/shmem.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/hsearch.h"
#include "utils/injection_point.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

StaticAssertDecl(Natts_pg_security == Natts_pg_shsecurity &&
				 Anum_pg_security_relid == Anum_pg_shsecurity_relid &&
				 Anum_pg_security_secid == Anum_pg_shsecurity_secid &&
				 Anum_pg_security_retired == Anum_pg_shsecurity_retired &&
				 Anum_pg_security_removed == Anum_pg_shsecurity_removed &&
				 Anum_pg_security_seclabel == Anum_pg_shsecurity_seclabel,
				 "pg_security and pg_shsecurity must have the same columns");

/*
 * Versions.  Dictionaries share the slots of a fixed array by a hash of their
 * identity: one that shares its slot with another is only read once more than
 * it needs.  The low half counts additions, the high half everything else;
 * while only additions happened, a backend reads just what it lacks.
 */
#define DICT_VERSION_SLOTS		4096
#define DICT_VERSION_ADDED		UINT64CONST(1)
#define DICT_VERSION_CHANGED	(UINT64CONST(1) << 32)

static pg_atomic_uint64 *DictVersions = NULL;

/* longer labels might not fit into one tuple */
#define MAX_LABEL_LEN			7500

typedef struct SepgDict
{
	Oid			relid;			/* hash key */
	bool		in_memory;		/* known to this process only */
	bool		valid;			/* is the content that of the version? */
	bool		has_unlabeled;	/* does it hold number 0? */
	bool		unlabeled_retired;	/* but it is retired */
	bool		is_local;		/* are there rows that go if we abort? */
	bool		recheck;		/* may the OID be another relation's now? */
	bool		historic;		/* content as a decoding process sees it? */
	struct SepgDict *next_local;	/* next of these */
	Oid			alias;			/* use this relation's instead, or InvalidOid */
	LocalTransactionId dropped_in;	/* our transaction that dropped it */
	uint64		version;
	uint64		generation;		/* rises with each invalidation */
	pg_atomic_uint64 *slot;		/* NULL if in_memory */
	uint32		nnumbers;		/* highest number that is known, plus 1 */
	uint32		nlabels;		/* how many numbers have labels */
	uint32		allocated;		/* of both arrays */
	uint32		ndense;			/* 1 .. ndense - 1 all have labels */
	uint32		nretired;		/* how many of the numbers are retired */
	uint32		ntaken;			/* highest number that has a row, plus 1 */
	uint32		nextfree;		/* below this no number is free */
	SepgSid    *numbers;		/* label of each number, SEPG_SID_NONE: none */
	SepgSid    *labels;			/* the labels, in no order */
} SepgDict;

static HTAB *Dicts = NULL;
static SepgDict *LastDict = NULL;
static SepgDict *LocalDicts = NULL;
static uint64 LastGeneration = 0;

/* relabelled rows of catalogs that no cache knows */
static volatile uint64 Relabels = 1;

/* when to look for dictionaries whose relations have gone */
#define DICT_SWEEP_MIN			256
static long SweepAt = DICT_SWEEP_MIN;
static bool BootstrapFlushed = false;
static MemoryContext DictContext = NULL;

/* number of a label in a dictionary */
typedef struct SepgNumberKey
{
	Oid			relid;
	SepgSid		sid;
} SepgNumberKey;

typedef struct SepgNumber
{
	SepgNumberKey key;
	uint32		secid;
} SepgNumber;

static HTAB *Numbers = NULL;

/* some of these, where they are found more quickly */
#define RECENT_NUMBERS		512 /* a power of 2 */
static SepgNumber RecentNumbers[RECENT_NUMBERS];

static void dict_reset(SepgDict *dict);
static void dict_load(SepgDict *dict);
static uint32 dict_intern(SepgDict *dict, Relation rel, SepgSid sid);
static void check_not_rewritten(CatalogIndexState indstate);

/* ----------------------------------------------------------------
 *		Shared memory, and the mark of a labelled cluster
 * ----------------------------------------------------------------
 */

Size
sepgsql_dict_shmem_size(void)
{
	return mul_size(DICT_VERSION_SLOTS, sizeof(pg_atomic_uint64));
}

void
sepgsql_dict_shmem_init(void)
{
	bool		found;

	DictVersions = (pg_atomic_uint64 *)
		ShmemInitStruct("SE-PostgreSQL dictionary versions",
						sepgsql_dict_shmem_size(), &found);
	if (!found)
	{
		for (int i = 0; i < DICT_VERSION_SLOTS; i++)
			pg_atomic_init_u64(&DictVersions[i], 0);
	}

	/* whatever the build and the parameters: see sepgsql_note_unlabeled */
	sepgsql_read_labelled_mark();
}

/*
 * The last step of initdb --enable-selinux leaves a file: every row of this
 * cluster has a label, or its relation's dictionary says that some do not.
 */
void
sepgsql_read_labelled_mark(void)
{
	struct stat st;

	sepgsql_cluster_labelled = (stat("pg_selinux/labelled", &st) == 0);
	if (!sepgsql_cluster_labelled && errno != ENOENT && errno != ENOTDIR)
		ereport(FATAL,
				(errcode_for_file_access(),
				 errmsg("could not stat file \"%s\": %m",
						"pg_selinux/labelled")));
}

static pg_atomic_uint64 *
version_slot(Oid dbid, Oid relid)
{
	uint32		h = hash_combine(murmurhash32(dbid), murmurhash32(relid));

	return &DictVersions[h % DICT_VERSION_SLOTS];
}

static inline Oid
dict_dbid(Oid relid)
{
	return IsSharedRelation(relid) ? InvalidOid : MyDatabaseId;
}

/* ----------------------------------------------------------------
 *		Texts of labels
 * ----------------------------------------------------------------
 */
#ifdef USE_SEPGSQL

SepgSid
sepgsql_intern_text(const char *text)
{
	SepgSid		sid = SEPG_SID_NONE;

	if (sepg_core_text_to_sid(text, &sid) != SEPG_OK || sid == SEPG_SID_NONE)
		elog(ERROR, "could not intern security label \"%s\"", text);
	return sid;
}

const char *
sepgsql_sid_text(SepgSid sid)
{
	return sepg_core_sid_to_text(sid);
}

#else							/* !USE_SEPGSQL */

/*
 * Without the core we still keep labels where rows move from one relation to
 * another, so their texts need numbers all the same.
 */
typedef struct TextEntry
{
	const char *text;			/* hash key */
	SepgSid		sid;
} TextEntry;

static HTAB *Texts = NULL;
static const char **TextBySid = NULL;
static SepgSid TextCount = 0;
static SepgSid TextAllocated = 0;

static uint32
text_hash(const void *key, Size keysize)
{
	const char *text = *(const char *const *) key;

	return hash_bytes((const unsigned char *) text, strlen(text));
}

static int
text_match(const void *key1, const void *key2, Size keysize)
{
	return strcmp(*(const char *const *) key1, *(const char *const *) key2);
}

SepgSid
sepgsql_intern_text(const char *text)
{
	TextEntry  *entry;
	const char *copy;

	if (Texts == NULL)
	{
		HASHCTL		ctl;

		ctl.keysize = sizeof(char *);
		ctl.entrysize = sizeof(TextEntry);
		ctl.hash = text_hash;
		ctl.match = text_match;
		ctl.hcxt = TopMemoryContext;
		Texts = hash_create("security label texts", 64, &ctl,
							HASH_ELEM | HASH_FUNCTION | HASH_COMPARE |
							HASH_CONTEXT);
	}

	entry = hash_search(Texts, &text, HASH_FIND, NULL);
	if (entry != NULL)
		return entry->sid;

	/* sid 0 is none, 1 the unlabeled context, which has no text here */
	if (TextCount + 2 >= TextAllocated)
	{
		SepgSid		newsize = Max(64, TextAllocated * 2);

		if (TextBySid == NULL)
			TextBySid = MemoryContextAllocZero(TopMemoryContext,
											   newsize * sizeof(char *));
		else
			TextBySid = repalloc0(TextBySid, TextAllocated * sizeof(char *),
								  newsize * sizeof(char *));
		TextAllocated = newsize;
	}

	copy = MemoryContextStrdup(TopMemoryContext, text);
	entry = hash_search(Texts, &copy, HASH_ENTER, NULL);
	entry->sid = SEPG_SID_UNLABELED + 1 + TextCount++;
	TextBySid[entry->sid] = copy;
	return entry->sid;
}

const char *
sepgsql_sid_text(SepgSid sid)
{
	if (sid == SEPG_SID_UNLABELED)
		return "unlabeled";
	return sid < TextAllocated ? TextBySid[sid] : NULL;
}

#endif							/* USE_SEPGSQL */

/* ----------------------------------------------------------------
 *		Which relations have dictionaries
 * ----------------------------------------------------------------
 */

/*
 * Do rows of this relation carry labels?
 *
 * Not those of the dictionaries themselves, nor of catalogs whose rows belong
 * to other rows, nor of TOAST tables: there the relation's own label decides.
 */
bool
sepgsql_relation_has_labels(Relation rel)
{
	switch (rel->rd_rel->relkind)
	{
		case RELKIND_RELATION:
		case RELKIND_MATVIEW:
		case RELKIND_PARTITIONED_TABLE:
			break;
		default:
			return false;
	}

	switch (RelationGetRelid(rel))
	{
		case SecurityRelationId:
		case SharedSecurityRelationId:
		case DependRelationId:
		case SharedDependRelationId:
		case LargeObjectRelationId:
		case StatisticRelationId:
		case StatisticExtDataRelationId:
			return false;
	}
	return true;
}

/*
 * The relation whose dictionary numbers this relation's labels.  A transient
 * heap uses that of the relation which it will replace.
 */
Oid
sepgsql_dict_relid(Relation rel)
{
	if (OidIsValid(rel->rd_rel->relrewrite))
		return rel->rd_rel->relrewrite;
	return RelationGetRelid(rel);
}

/*
 * Something about a relation has changed, or about any (InvalidOid): it may
 * have been dropped, and its OID used again.  Those with fixed OIDs are there
 * for good.
 *
 * This can come whenever a lock is taken, so it only leaves notes.
 */
static void
dict_relcache_callback(Datum arg, Oid relid)
{
	HASH_SEQ_STATUS status;
	SepgDict   *dict;

	if (OidIsValid(relid))
	{
		if (relid < FirstNormalObjectId)
		{
			Relabels++;
			return;
		}
		dict = hash_search(Dicts, &relid, HASH_FIND, NULL);
		if (dict == NULL)
			return;
		dict->recheck = true;
		dict->historic = false;
		dict->generation = ++LastGeneration;
		if (!dict->in_memory)
			dict->valid = false;
	}
	else
	{
		Relabels++;
		hash_seq_init(&status, Dicts);
		while ((dict = hash_seq_search(&status)) != NULL)
		{
			if (dict->relid < FirstNormalObjectId)
				continue;
			dict->recheck = true;
			dict->historic = false;
			dict->generation = ++LastGeneration;
			if (!dict->in_memory)
				dict->valid = false;
		}
	}
	LastDict = NULL;
}

#ifdef USE_SEPGSQL

/*
 * A row of a catalog has got another label.  What has been decided about
 * objects is forgotten when their catalog rows change, of which the system
 * caches tell; where there is no such cache, the relation cache does.
 */
void
sepgsql_note_relabel(Relation rel)
{
	switch (RelationGetRelid(rel))
	{
		case LargeObjectMetadataRelationId:
		case PolicyRelationId:
		case TriggerRelationId:
			CacheInvalidateRelcache(rel);
			break;
	}
}

/* A number that grows with each of those. */
uint64
sepgsql_relabels(void)
{
	return Relabels;
}

#endif

/*
 * Ask what kind of relation has this OID: whose dictionary it uses, and
 * whether that is in memory only.  False if there is no such relation.
 */
static bool
dict_kind(Oid relid, Relation rel, Oid *alias, bool *in_memory)
{
	HeapTuple	tup;
	Form_pg_class form;

	*alias = InvalidOid;
	*in_memory = false;

	if (IsBootstrapProcessingMode())
	{
		*in_memory = true;
		return true;
	}
	if (rel != NULL && !OidIsValid(rel->rd_rel->relrewrite))
	{
		*in_memory = rel->rd_rel->relpersistence == RELPERSISTENCE_TEMP;
		return true;
	}
	if (relid < FirstNormalObjectId)
		return true;

	tup = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	if (!HeapTupleIsValid(tup))
		return false;
	form = (Form_pg_class) GETSTRUCT(tup);
	*alias = form->relrewrite;
	*in_memory = form->relpersistence == RELPERSISTENCE_TEMP;
	ReleaseSysCache(tup);
	return true;
}

static void
dict_set_kind(SepgDict *dict, Oid alias, bool in_memory)
{
	/* what sepgsql_dict_version answers must not go back */
	if (in_memory && dict->slot != NULL)
		dict->version = pg_atomic_read_u64(dict->slot);

	dict->alias = alias;
	dict->in_memory = in_memory;
	dict->valid = in_memory;
	dict->slot = in_memory ? NULL :
		version_slot(dict_dbid(dict->relid), dict->relid);
}

/*
 * Remove the dictionaries of relations that have gone, so that a session does
 * not grow with each table that it has ever seen.
 */
static void
dict_sweep(void)
{
	HASH_SEQ_STATUS status;
	SepgDict   *dict;
	Oid		   *relids;
	int			nrelids = 0;

	/* what a decoding plugin sees are the catalogs of another time */
	if (IsBootstrapProcessingMode() || !IsTransactionState() ||
		HistoricSnapshotActive())
		return;

	/* asking for one may bring invalidations, so make a list first */
	relids = palloc_array(Oid, hash_get_num_entries(Dicts));
	hash_seq_init(&status, Dicts);
	while ((dict = hash_seq_search(&status)) != NULL)
	{
		if (dict->recheck && !dict->is_local)
			relids[nrelids++] = dict->relid;
	}

	for (int i = 0; i < nrelids; i++)
	{
		dict = hash_search(Dicts, &relids[i], HASH_FIND, NULL);

		/*
		 * One that can be read anew goes in any case.  What is in memory only
		 * must stay while DROP may be rolled back.
		 */
		if (dict->in_memory &&
			(dict->dropped_in == MyProc->vxid.lxid ||
			 SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relids[i]))))
			continue;

		dict_reset(dict);
		if (dict->numbers)
			pfree(dict->numbers);
		if (dict->labels)
			pfree(dict->labels);
		hash_search(Dicts, &relids[i], HASH_REMOVE, NULL);
	}
	pfree(relids);
	LastDict = NULL;
	SweepAt = Max(DICT_SWEEP_MIN, 2 * hash_get_num_entries(Dicts));
}

/*
 * Find a relation's dictionary, making an empty one if there is none yet.
 * rel is given where the caller has it.
 */
static SepgDict *
dict_find(Oid relid, Relation rel)
{
	SepgDict   *dict;
	Oid			alias;
	bool		in_memory;

	if (Dicts == NULL)
	{
		HASHCTL		ctl;

		if (DictContext == NULL)
			DictContext = AllocSetContextCreate(TopMemoryContext,
												"security label dictionaries",
												ALLOCSET_SMALL_SIZES);
		ctl.hcxt = DictContext;
		if (Numbers == NULL)
		{
			ctl.keysize = sizeof(SepgNumberKey);
			ctl.entrysize = sizeof(SepgNumber);
			Numbers = hash_create("security label numbers", 64, &ctl,
								  HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
		}
		ctl.keysize = sizeof(Oid);
		ctl.entrysize = sizeof(SepgDict);
		Dicts = hash_create("security label dictionaries", 64, &ctl,
							HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
		CacheRegisterRelcacheCallback(dict_relcache_callback, (Datum) 0);
	}

	dict = hash_search(Dicts, &relid, HASH_FIND, NULL);
	if (dict == NULL)
	{
		bool		known;

		if (hash_get_num_entries(Dicts) >= SweepAt)
			dict_sweep();

		/* This may read catalogs, so the entry is made afterwards. */
		known = dict_kind(relid, rel, &alias, &in_memory);

		dict = hash_search(Dicts, &relid, HASH_ENTER, NULL);
		memset((char *) dict + sizeof(Oid), 0, sizeof(SepgDict) - sizeof(Oid));
		dict->nnumbers = dict->ndense = dict->ntaken = dict->nextfree = 1;
		dict->recheck = !known;
		dict->generation = ++LastGeneration;
		dict_set_kind(dict, alias, in_memory);
	}
	else if (unlikely(dict->recheck) && !IsBootstrapProcessingMode())
	{
		uint64		generation = dict->generation;

		if (dict_kind(relid, rel, &alias, &in_memory))
		{
			if (alias != dict->alias || in_memory != dict->in_memory)
			{
				dict_reset(dict);
				dict_set_kind(dict, alias, in_memory);
			}
			if (generation == dict->generation)
				dict->recheck = false;
		}
	}

	if (OidIsValid(dict->alias))
		return dict_find(dict->alias, NULL);
	return dict;
}

static inline bool
dict_is_current(SepgDict *dict)
{
	if (dict->slot == NULL)
		return true;
	return dict->valid && dict->version == pg_atomic_read_u64(dict->slot);
}

/*
 * What logical decoding has read with a snapshot of another time is good for
 * decoding: there a number that is not known is looked up again, and one that
 * is known has no other meaning as long as the decoding process can see it.
 */
static inline bool
dict_is_usable(SepgDict *dict)
{
	return dict_is_current(dict) ||
		(dict->historic && HistoricSnapshotActive() &&
		 dict->version == pg_atomic_read_u64(dict->slot));
}

/* The dictionary of a relation, with all that it holds now. */
static inline SepgDict *
dict_get(Oid relid)
{
	SepgDict   *dict = LastDict;

	if (likely(dict != NULL && dict->relid == relid && dict_is_current(dict)))
		return dict;

	dict = dict_find(relid, NULL);
	if (!dict_is_usable(dict))
		dict_load(dict);
	LastDict = dict;
	return dict;
}

static SepgDict *
dict_get_for(Relation rel)
{
	Oid			relid = sepgsql_dict_relid(rel);
	SepgDict   *dict = LastDict;

	if (likely(dict != NULL && dict->relid == relid && dict_is_current(dict)))
		return dict;

	dict = dict_find(relid, relid == RelationGetRelid(rel) ? rel : NULL);
	if (!dict_is_current(dict))
		dict_load(dict);
	LastDict = dict;
	return dict;
}

static SepgSid *
enlarge(SepgSid *array, uint32 oldsize, uint32 newsize)
{
	if (array == NULL)
		return MemoryContextAllocZero(DictContext, newsize * sizeof(SepgSid));
	return repalloc0(array, oldsize * sizeof(SepgSid),
					 newsize * sizeof(SepgSid));
}

/*
 * Remember one row of a dictionary.
 */
static void
dict_add(SepgDict *dict, uint32 secid, SepgSid sid, bool retired)
{
	if (secid >= dict->ntaken)
		dict->ntaken = secid + 1;
	if (secid == SEPG_SECID_NONE)
	{
		dict->has_unlabeled = true;
		dict->unlabeled_retired = retired;
		return;
	}

	if (secid >= dict->allocated)
	{
		uint32		newsize = pg_nextpower2_32(Max(secid + 1, 8));

		/* either may fail, and must be as it was then */
		dict->numbers = enlarge(dict->numbers, dict->allocated, newsize);
		dict->labels = enlarge(dict->labels, dict->allocated, newsize);
		dict->allocated = newsize;
	}

	if (dict->numbers[secid] != SEPG_SID_NONE)
		return;					/* known already */

	if (!retired)
	{
		SepgNumberKey key = {dict->relid, sid};
		SepgNumber *entry = hash_search(Numbers, &key, HASH_ENTER, NULL);

		entry->secid = secid;
	}
	else
		dict->nretired++;
	dict->numbers[secid] = sid;
	dict->labels[dict->nlabels++] = sid;
	if (secid >= dict->nnumbers)
		dict->nnumbers = secid + 1;
	while (dict->ndense < dict->nnumbers &&
		   dict->numbers[dict->ndense] != SEPG_SID_NONE)
		dict->ndense++;
}

/* Forget what a dictionary held, but not the dictionary. */
static void
dict_reset(SepgDict *dict)
{
	dict->valid = false;
	for (uint32 i = 0; i < dict->nlabels; i++)
	{
		SepgNumberKey key = {dict->relid, dict->labels[i]};

		hash_search(Numbers, &key, HASH_REMOVE, NULL);
	}
	memset(RecentNumbers, 0, sizeof(RecentNumbers));
	if (dict->numbers != NULL)
		memset(dict->numbers, 0, dict->nnumbers * sizeof(SepgSid));
	dict->nlabels = dict->nretired = 0;
	dict->nnumbers = dict->ndense = dict->ntaken = dict->nextfree = 1;
	dict->has_unlabeled = dict->unlabeled_retired = false;
}

/*
 * Read a dictionary's rows, at least those that are not known yet.
 */
static void
dict_load(SepgDict *dict)
{
	bool		shared = IsSharedRelation(dict->relid);
	uint64		version;
	uint64		generation;
	bool		exists;
	Relation	catrel;
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple	tup;

	Assert(!dict->in_memory);

	catrel = table_open(shared ? SharedSecurityRelationId : SecurityRelationId,
						AccessShareLock);

	/* The snapshot of the scan below must not be older than these. */
	generation = dict->generation;
	version = pg_atomic_read_u64(dict->slot);
	pg_memory_barrier();

	if (!dict->valid || (version >> 32) != (dict->version >> 32))
		dict_reset(dict);

	/*
	 * The dictionary of a relation that we cannot see yet may become visible
	 * together with it, on a standby without notice: that it is empty now must
	 * not be remembered.  To be asked before its rows.
	 */
	exists = dict->nlabels > 0 || dict->has_unlabeled ||
		dict->relid < FirstNormalObjectId ||
		SearchSysCacheExists1(RELOID, ObjectIdGetDatum(dict->relid));

	/*
	 * pg_security has no syscache, so each scan gets a fresh snapshot.  Of
	 * rows that are our own we need those of the current command as well.
	 */
	ScanKeyInit(&keys[0], Anum_pg_security_relid,
				BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(dict->relid));

	/*
	 * Nothing below the first gap can be new: number 0 counts as a change of
	 * another kind than an addition.
	 */
	ScanKeyInit(&keys[1], Anum_pg_security_secid,
				BTGreaterEqualStrategyNumber, F_INT4GE,
				Int32GetDatum(dict->valid ? (int32) dict->ndense : 0));

	scan = systable_beginscan(catrel,
							  shared ? SharedSecurityRelidSecidIndexId :
							  SecurityRelidSecidIndexId,
							  true, dict->is_local ? SnapshotSelf : NULL,
							  2, keys);
	while (HeapTupleIsValid(tup = systable_getnext(scan)))
	{
		Form_pg_security form = (Form_pg_security) GETSTRUCT(tup);
		SepgSid		sid = SEPG_SID_NONE;

		if (form->secid < 0)
			ereport(ERROR,
					(errcode(ERRCODE_DATA_CORRUPTED),
					 errmsg("invalid security id %d of relation %u",
							form->secid, dict->relid)));

		/* all that is left of it is that the number is taken */
		if (form->removed && !HistoricSnapshotActive())
		{
			if ((uint32) form->secid >= dict->ntaken)
				dict->ntaken = (uint32) form->secid + 1;
			continue;
		}

		if (form->secid > 0)
		{
			bool		isnull;
			Datum		datum = heap_getattr(tup, Anum_pg_security_seclabel,
											 RelationGetDescr(catrel), &isnull);
			char	   *label;

			Assert(!isnull);
			label = TextDatumGetCString(datum);
			sid = sepgsql_intern_text(label);
			pfree(label);
		}
		dict_add(dict, (uint32) form->secid, sid, form->retired);
	}
	systable_endscan(scan);
	table_close(catrel, AccessShareLock);

	dict->version = version;
	dict->valid = exists && dict->generation == generation;
	dict->historic = false;
	if (HistoricSnapshotActive())
	{
		dict->historic = dict->generation == generation;
		dict->valid = false;
	}
}

/* ----------------------------------------------------------------
 *		From number to label
 * ----------------------------------------------------------------
 */

/*
 * The label that a number means.  One that the dictionary lacks counts as
 * unlabeled.
 */
SepgSid
sepgsql_secid_to_sid(Oid relid, uint32 secid)
{
	SepgDict   *dict;

	if (secid == SEPG_SECID_NONE || !OidIsValid(relid))
		return SEPG_SID_UNLABELED;

	dict = dict_get(relid);
	if (likely(secid < dict->nnumbers &&
			   dict->numbers[secid] != SEPG_SID_NONE))
		return dict->numbers[secid];

	/* a number that came later, or is no longer given, than what we know */
	if (HistoricSnapshotActive() && !dict->in_memory)
	{
		dict->valid = false;
		dict_load(dict);
		if (secid < dict->nnumbers && dict->numbers[secid] != SEPG_SID_NONE)
			return dict->numbers[secid];
	}
	return SEPG_SID_UNLABELED;
}

/* The same as a text, palloc'd. */
char *
sepgsql_secid_to_label(Oid relid, uint32 secid)
{
	const char *text = NULL;

	if (secid != SEPG_SECID_NONE && OidIsValid(relid))
		text = sepgsql_sid_text(sepgsql_secid_to_sid(relid, secid));
	else if (sepgsql_labeling)
		text = sepgsql_sid_text(SEPG_SID_UNLABELED);
	if (text == NULL)
		return pstrdup("unlabeled");
#ifdef USE_SEPGSQL
	return sepgsql_label_to_client(text);
#else
	return pstrdup(text);
#endif
}

/*
 * What changes whenever the dictionary does.  To be read before the content.
 */
uint64
sepgsql_dict_version(Oid relid)
{
	SepgDict   *dict = LastDict;

	if (dict == NULL || dict->relid != relid)
		dict = dict_find(relid, NULL);

	/* both only rise, so does the sum; it changes if either does */
	return (dict->slot != NULL ? pg_atomic_read_u64(dict->slot) :
			dict->version) + (dict->generation << 32);
}

/*
 * All labels of a dictionary, in no order.  Good until the next call of any
 * function here.
 */
int
sepgsql_dict_sids(Oid relid, const SepgSid **sids)
{
	SepgDict   *dict = dict_get(relid);

	*sids = dict->labels;
	return (int) dict->nlabels;
}

/*
 * May the relation hold rows without a label?
 *
 * In a cluster that has not been labelled nobody notes it, so the answer is
 * yes for every relation.
 */
bool
sepgsql_dict_has_unlabeled(Oid relid)
{
	if (!sepgsql_cluster_labelled)
		return true;
	return dict_get(relid)->has_unlabeled;
}

/* ----------------------------------------------------------------
 *		From label to number
 * ----------------------------------------------------------------
 */

/*
 * The number that stands for a label in this relation's tuples; the label is
 * numbered if it is new.  Not to be called with a buffer locked.
 */
uint32
sepgsql_sid_to_secid(Relation rel, SepgSid sid)
{
	SepgDict   *dict;
	SepgNumber *entry;
	SepgNumber *recent;
	SepgNumberKey key;

	if (sid == SEPG_SID_NONE || !sepgsql_relation_has_labels(rel))
		return SEPG_SECID_NONE;

	dict = dict_get_for(rel);
	recent = &RecentNumbers[(sid ^ dict->relid) & (RECENT_NUMBERS - 1)];
	if (likely(recent->key.relid == dict->relid && recent->key.sid == sid))
		return recent->secid;

	key.relid = dict->relid;
	key.sid = sid;
	entry = hash_search(Numbers, &key, HASH_FIND, NULL);
	if (entry != NULL)
	{
		*recent = *entry;
		return entry->secid;
	}
	return dict_intern(dict, rel, sid);
}

/*
 * A number for a label that stands elsewhere than in a tuple, for as long as
 * nobody reclaims it.  It is numbered for pg_security, whose own rows have no
 * labels, so that no scan ever takes it for one that a row may have.
 */
uint32
sepgsql_label_number(SepgSid sid)
{
	SepgDict   *dict = dict_get(SecurityRelationId);
	SepgNumberKey key = {dict->relid, sid};
	SepgNumber *entry = hash_search(Numbers, &key, HASH_FIND, NULL);
	Relation	rel;
	uint32		secid;

	if (entry != NULL)
		return entry->secid;

	rel = table_open(SecurityRelationId, AccessShareLock);
	secid = dict_intern(dict_get(SecurityRelationId), rel, sid);
	table_close(rel, AccessShareLock);
	return secid;
}

/*
 * A tuple is about to be stored: if it has no label, see to it that its
 * relation's dictionary says so.  Called by heap_insert and heap_multi_insert,
 * whatever put the tuple together and whether or not the feature is on.
 */
void
sepgsql_note_unlabeled(Relation rel, HeapTuple tuple)
{
	SepgDict   *dict;

	if (likely(!sepgsql_cluster_labelled ||
			   HeapTupleHeaderHasSecid(tuple->t_data)))
		return;
	if (!sepgsql_relation_has_labels(rel) || IsBootstrapProcessingMode())
		return;

	dict = dict_get_for(rel);
	if (!dict->has_unlabeled || dict->unlabeled_retired)
		(void) dict_intern(dict, rel, SEPG_SID_NONE);
}

/*
 * The same for rows that were stored before the cluster was labelled.
 */
void
sepgsql_dict_note_unlabeled(Relation rel)
{
	SepgDict   *dict = dict_get_for(rel);

	if (!dict->has_unlabeled || dict->unlabeled_retired)
		(void) dict_intern(dict, rel, SEPG_SID_NONE);
}

#ifdef SEPGSQL_STRESS_LABEL
/*
 * For tests of everything that carries tuples about: a build with this symbol
 * labels whatever would be stored without a label.
 */
HeapTuple
sepgsql_stress_label(Relation rel, HeapTuple tuple)
{
	uint32		secid;

	if (HeapTupleHeaderHasSecid(tuple->t_data))
		return tuple;
	secid = sepgsql_sid_to_secid(rel, sepgsql_intern_text("stress"));
	return secid == SEPG_SECID_NONE ? tuple :
		sepgsql_copytuple_secid(tuple, secid);
}
#endif

/* ----------------------------------------------------------------
 *		New numbers
 * ----------------------------------------------------------------
 */

static HeapTuple
form_dict_row(Relation catrel, Oid relid, uint32 secid, const char *text)
{
	Datum		values[Natts_pg_security];
	bool		nulls[Natts_pg_security] = {0};

	values[Anum_pg_security_relid - 1] = ObjectIdGetDatum(relid);
	values[Anum_pg_security_secid - 1] = Int32GetDatum((int32) secid);
	values[Anum_pg_security_retired - 1] = BoolGetDatum(false);
	values[Anum_pg_security_removed - 1] = BoolGetDatum(false);
	values[Anum_pg_security_seclabel - 1] = CStringGetTextDatum(text);
	return heap_form_tuple(RelationGetDescr(catrel), values, nulls);
}

/*
 * Index entries for a row that has been inserted.  The catalogs' choke point
 * has no say here: a row of a dictionary is nobody's object.
 */
static void
insert_index_entries(CatalogIndexState indstate, HeapTuple tup)
{
	Relation	catrel = indstate->ri_RelationDesc;
	TupleTableSlot *slot = MakeSingleTupleTableSlot(RelationGetDescr(catrel),
													&TTSOpsHeapTuple);

	ExecStoreHeapTuple(tup, slot, false);
	for (int i = 0; i < indstate->ri_NumIndices; i++)
	{
		Relation	index = indstate->ri_IndexRelationDescs[i];
		IndexInfo  *info = indstate->ri_IndexRelationInfo[i];
		Datum		values[INDEX_MAX_KEYS];
		bool		isnull[INDEX_MAX_KEYS];

		if (!info->ii_ReadyForInserts)
			continue;
		FormIndexDatum(info, slot, NULL, values, isnull);
		index_insert(index, values, isnull, &tup->t_self, catrel,
					 index->rd_index->indisunique ?
					 UNIQUE_CHECK_YES : UNIQUE_CHECK_NO,
					 false, info);
	}
	ExecDropSingleTupleTableSlot(slot);
}

/*
 * By how much a new row of a dictionary advances its version.  Number 0 is not
 * beyond those that are known, so it is not found by looking for what lacks.
 */
static inline uint64
version_step(uint32 secid)
{
	return secid == SEPG_SECID_NONE ? DICT_VERSION_CHANGED : DICT_VERSION_ADDED;
}

/* A row has been added: advance the version. */
static void
dict_advance(SepgDict *dict, uint32 secid)
{
	uint64		step = version_step(secid);
	uint64		before = pg_atomic_fetch_add_u64(dict->slot, step);

	/* if nothing else happened meanwhile, what we know plus this is all */
	if (dict->version == before)
		dict->version = before + step;
}

/*
 * Transactions that leave rows of dictionaries unfrozen: when they end, so do
 * these rows or they become visible to all.  Where only a part of the
 * transaction is rolled back we do not ask which rows were of that part.
 */
static void
local_subxact_callback(SubXactEvent event, SubTransactionId mySubid,
					   SubTransactionId parentSubid, void *arg)
{
	if (event == SUBXACT_EVENT_ABORT_SUB)
	{
		for (SepgDict *dict = LocalDicts; dict; dict = dict->next_local)
		{
			if (dict->slot != NULL)
				pg_atomic_fetch_add_u64(dict->slot, DICT_VERSION_CHANGED);
		}
	}
}

static void
local_xact_callback(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PREPARE:
			break;
		default:
			return;
	}

	while (LocalDicts != NULL)
	{
		SepgDict   *dict = LocalDicts;

		if (dict->slot != NULL)
			pg_atomic_fetch_add_u64(dict->slot, DICT_VERSION_CHANGED);
		LocalDicts = dict->next_local;
		dict->next_local = NULL;
		dict->is_local = false;
	}
}

static void
dict_set_local(SepgDict *dict)
{
	static bool registered = false;

	if (dict->is_local)
		return;
	if (!registered)
	{
		RegisterXactCallback(local_xact_callback, NULL);
		RegisterSubXactCallback(local_subxact_callback, NULL);
		registered = true;
	}
	dict->is_local = true;
	dict->next_local = LocalDicts;
	LocalDicts = dict;
}

/*
 * Step 2 and 3: the row stays, whatever becomes of this transaction.
 */
static void
freeze_dict_row(Relation catrel, ItemPointer tid, SepgDict *dict,
				uint32 secid)
{
	Buffer		buffer;
	Page		page;
	HeapTupleHeader htup;

	buffer = ReadBuffer(catrel, ItemPointerGetBlockNumber(tid));
	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
	page = BufferGetPage(buffer);
	htup = (HeapTupleHeader)
		PageGetItem(page, PageGetItemId(page, ItemPointerGetOffsetNumber(tid)));

	START_CRIT_SECTION();

	Assert(TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetRawXmin(htup)));
	htup->t_infomask |= HEAP_XMIN_FROZEN;
	MarkBufferDirty(buffer);

	if (RelationNeedsWAL(catrel))
	{
		xl_sepgsql_freeze xlrec;
		XLogRecPtr	recptr;

		xlrec.dbid = dict_dbid(dict->relid);
		xlrec.relid = dict->relid;
		xlrec.secid = secid;
		xlrec.offnum = ItemPointerGetOffsetNumber(tid);

		XLogBeginInsert();
		XLogRegisterData(&xlrec, SizeOfSepgsqlFreeze);
		XLogRegisterBuffer(0, buffer, REGBUF_STANDARD);
		recptr = XLogInsert(RM_SEPGSQL_ID, XLOG_SEPGSQL_FREEZE);
		PageSetLSN(page, recptr);
	}

	dict_advance(dict, secid);

	END_CRIT_SECTION();
	UnlockReleaseBuffer(buffer);
}

/*
 * Mark a row in place: the number that it stands for is retired or not, or
 * removed.  This stays whatever becomes of this transaction.  The caller holds
 * the lock on the dictionary.
 */
static void
mark_dict_row(Relation catrel, ItemPointer tid, bool retired, bool removed)
{
	Buffer		buffer;
	Page		page;
	HeapTupleHeader htup;
	Form_pg_security form;
	Oid			dbid;

	buffer = ReadBuffer(catrel, ItemPointerGetBlockNumber(tid));
	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
	page = BufferGetPage(buffer);
	htup = (HeapTupleHeader)
		PageGetItem(page, PageGetItemId(page, ItemPointerGetOffsetNumber(tid)));
	form = (Form_pg_security) ((char *) htup + htup->t_hoff);
	dbid = dict_dbid(form->relid);

	START_CRIT_SECTION();

	form->retired = retired;
	form->removed = removed;
	MarkBufferDirty(buffer);

	if (RelationNeedsWAL(catrel))
	{
		xl_sepgsql_mark xlrec;
		XLogRecPtr	recptr;

		xlrec.dbid = dbid;
		xlrec.relid = form->relid;
		xlrec.secid = (uint32) form->secid;
		xlrec.offnum = ItemPointerGetOffsetNumber(tid);
		xlrec.retired = retired;
		xlrec.removed = removed;

		XLogBeginInsert();
		XLogRegisterData(&xlrec, SizeOfSepgsqlMark);
		XLogRegisterBuffer(0, buffer, REGBUF_STANDARD);
		recptr = XLogInsert(RM_SEPGSQL_ID, XLOG_SEPGSQL_MARK);
		PageSetLSN(page, recptr);
	}

	pg_atomic_fetch_add_u64(version_slot(dbid, form->relid),
							DICT_VERSION_CHANGED);

	END_CRIT_SECTION();
	UnlockReleaseBuffer(buffer);
}

/*
 * Look for the rows of a number.
 */
static SysScanDesc
begin_number_scan(Relation catrel, Oid relid, uint32 secid, Snapshot snapshot)
{
	ScanKeyData keys[2];

	ScanKeyInit(&keys[0], Anum_pg_security_relid,
				BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relid));
	ScanKeyInit(&keys[1], Anum_pg_security_secid,
				BTEqualStrategyNumber, F_INT4EQ, Int32GetDatum((int32) secid));
	return systable_beginscan(catrel,
							  IsSharedRelation(relid) ?
							  SharedSecurityRelidSecidIndexId :
							  SecurityRelidSecidIndexId,
							  true, snapshot, 2, keys);
}

/*
 * Find the row of a number that has not been removed.
 */
static bool
find_dict_row(Relation catrel, Oid relid, uint32 secid, ItemPointer tid,
			  bool *retired)
{
	bool		found = false;
	SysScanDesc scan = begin_number_scan(catrel, relid, secid, NULL);
	HeapTuple	tup;

	while (HeapTupleIsValid(tup = systable_getnext(scan)))
	{
		Form_pg_security form = (Form_pg_security) GETSTRUCT(tup);

		if (form->removed)
			continue;
		*tid = tup->t_self;
		*retired = form->retired;
		found = true;
	}
	systable_endscan(scan);
	return found;
}

/*
 * Is there any version of a number's row, whoever may see it?
 */
static bool
number_has_row(Relation catrel, Oid relid, uint32 secid)
{
	bool		found = false;
	SysScanDesc scan = begin_number_scan(catrel, relid, secid, SnapshotAny);
	HeapTuple	tup;

	while (!found && HeapTupleIsValid(tup = systable_getnext(scan)))
	{
		TransactionId xmin = HeapTupleHeaderGetRawXmin(tup->t_data);

		/* one that never was there at all does not count */
		found = HeapTupleHeaderXminCommitted(tup->t_data) ||
			TransactionIdIsInProgress(xmin) || TransactionIdDidCommit(xmin);
	}
	systable_endscan(scan);
	return found;
}

/*
 * A number for a new label.  The dictionary is locked, and current.
 */
static uint32
free_number(SepgDict *dict, Relation catrel)
{
	uint32		secid;

	if (dict->relid < FirstNormalObjectId)
		return dict->ntaken;

	secid = Max(dict->ndense, dict->nextfree);
	while ((secid < dict->nnumbers && dict->numbers[secid] != SEPG_SID_NONE) ||
		   number_has_row(catrel, dict->relid, secid))
	{
		CHECK_FOR_INTERRUPTS();
		secid++;
	}
	dict->nextfree = secid;
	return secid;
}

/*
 * Take a retired number back into use.
 */
static void
revive_number(SepgDict *dict, Relation catrel, uint32 secid)
{
	CatalogIndexState indstate = CatalogOpenIndexes(catrel);
	ItemPointerData tid;
	bool		retired;

	check_not_rewritten(indstate);
	CatalogCloseIndexes(indstate);
	if (!find_dict_row(catrel, dict->relid, secid, &tid, &retired))
		elog(ERROR, "security id %u of relation %u has no row",
			 secid, dict->relid);
	if (retired)
		mark_dict_row(catrel, &tid, false, false);
}

/*
 * Does the relation that the dictionary belongs to go if we abort?  Rows that
 * are written to a transient heap come here with that.
 */
static bool
created_here(Relation rel, Oid relid)
{
	bool		result;

	if (RelationGetRelid(rel) == relid)
		return rel->rd_createSubid != InvalidSubTransactionId;

	rel = RelationIdGetRelation(relid);
	if (!RelationIsValid(rel))
		return false;
	result = rel->rd_createSubid != InvalidSubTransactionId;
	RelationClose(rel);
	return result;
}

/*
 * A frozen row stays only if the file it is in does: not if this transaction
 * has made a new one for the table or an index, by REINDEX or CLUSTER.
 */
static void
check_not_rewritten(CatalogIndexState indstate)
{
	bool		rewritten;

	rewritten = indstate->ri_RelationDesc->rd_firstRelfilelocatorSubid !=
		InvalidSubTransactionId;
	for (int i = 0; i < indstate->ri_NumIndices; i++)
	{
		if (indstate->ri_IndexRelationDescs[i]->rd_firstRelfilelocatorSubid !=
			InvalidSubTransactionId)
			rewritten = true;
	}
	if (rewritten)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("cannot store a new security label in a transaction that has rewritten table \"%s\"",
						RelationGetRelationName(indstate->ri_RelationDesc)),
				 errhint("End the transaction first.")));
}

/*
 * Give a label the next number of a dictionary, or none (SEPG_SID_NONE) the
 * number 0.
 */
static uint32
dict_intern(SepgDict *dict, Relation rel, SepgSid sid)
{
	bool		local;
	bool		shared = IsSharedRelation(dict->relid);
	Oid			catid = shared ? SharedSecurityRelationId : SecurityRelationId;
	const char *text = "";
	uint32		secid;
	Relation	catrel;
	CatalogIndexState indstate;
	HeapTuple	tup;
	bool		done;
	bool		revive = false;

	if (sid != SEPG_SID_NONE)
	{
		text = sepgsql_sid_text(sid);
		if (text == NULL || text[0] == '\0')
			elog(ERROR, "security label %u has no text", sid);
		if (strlen(text) > MAX_LABEL_LEN)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("security label is too long"),
					 errdetail("A security label can have at most %d bytes.",
							   MAX_LABEL_LEN)));
	}

	if (dict->in_memory)
	{
		if (BootstrapFlushed)
			elog(ERROR, "security label of relation %u comes too late in bootstrap",
				 dict->relid);
		secid = sid == SEPG_SID_NONE ? SEPG_SECID_NONE : dict->nnumbers;
		dict_add(dict, secid, sid, false);
		dict->version++;
		return secid;
	}

	if (RecoveryInProgress())
		ereport(ERROR,
				(errcode(ERRCODE_READ_ONLY_SQL_TRANSACTION),
				 errmsg("cannot store a new security label during recovery")));
	if (IsParallelWorker())
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TRANSACTION_STATE),
				 errmsg("cannot store a new security label in a parallel worker")));

	local = created_here(rel, dict->relid);
	if (local)
		dict_set_local(dict);

	catrel = table_open(catid, RowExclusiveLock);
	if (shared)
		LockSharedObject(catid, dict->relid, 0, ExclusiveLock);
	else
		LockDatabaseObject(catid, dict->relid, 0, ExclusiveLock);
	INJECTION_POINT("sepgsql-intern-locked", NULL);

	/* somebody else may have been quicker */
	if (!dict_is_current(dict))
		dict_load(dict);
	if (sid == SEPG_SID_NONE)
	{
		secid = SEPG_SECID_NONE;
		done = dict->has_unlabeled;
		revive = dict->unlabeled_retired;
	}
	else
	{
		SepgNumberKey key = {dict->relid, sid};
		SepgNumber *entry = hash_search(Numbers, &key, HASH_FIND, NULL);

		done = entry != NULL;
		secid = done ? entry->secid : SEPG_SECID_NONE;
		if (!done && dict->nretired > 0)
		{
			for (secid = 1; secid < dict->nnumbers; secid++)
			{
				if (dict->numbers[secid] == sid)
					break;
			}
			done = revive = secid < dict->nnumbers;
		}
		if (!done)
			secid = free_number(dict, catrel);
	}
	if (revive)
	{
		INJECTION_POINT("sepgsql-intern-revive", NULL);
		revive_number(dict, catrel, secid);
	}

	if (!done)
	{
		bool		valid;

		if (secid > PG_INT32_MAX)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("too many security labels in relation %u",
							dict->relid)));

		tup = form_dict_row(catrel, dict->relid, secid, text);
		indstate = CatalogOpenIndexes(catrel);
		if (!local)
			check_not_rewritten(indstate);
		heap_insert(catrel, tup, GetCurrentCommandId(true), 0, NULL);
		INJECTION_POINT("sepgsql-intern-after-insert", NULL);
		insert_index_entries(indstate, tup);
		INJECTION_POINT("sepgsql-intern-before-freeze", NULL);

		/* until it is remembered what we know is not all */
		valid = dict->valid;
		dict->valid = false;
		if (local)
			dict_advance(dict, secid);
		else
			freeze_dict_row(catrel, &tup->t_self, dict, secid);
		INJECTION_POINT("sepgsql-intern-before-add", NULL);
		dict_add(dict, secid, sid, false);
		dict->valid = valid;
		INJECTION_POINT("sepgsql-intern-after-freeze", NULL);
		CatalogCloseIndexes(indstate);
		heap_freetuple(tup);
	}

	/* The row is there for good, so nobody needs to wait for our end. */
	if (shared)
		UnlockSharedObject(catid, dict->relid, 0, ExclusiveLock);
	else
		UnlockDatabaseObject(catid, dict->relid, 0, ExclusiveLock);
	table_close(catrel, RowExclusiveLock);

	return secid;
}

/*
 * pg_upgrade brings a table's file and, here, what the numbers in it mean.
 * The labels need not be valid: whether the policy knows them is asked where
 * they are used.  Nobody else uses this server, and it is started anew before
 * anybody does, so the ordinary rules of a row are enough.
 */
void
sepgsql_dict_restore(Oid relid, int32 secid, bool retired, const char *text)
{
	Relation	rel;
	Relation	catrel;
	CatalogIndexState indstate;
	HeapTuple	tup;

	rel = table_open(relid, AccessShareLock);
	if (relid < FirstNormalObjectId || !sepgsql_relation_has_labels(rel))
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("rows of table \"%s\" have no security labels",
						RelationGetRelationName(rel))));
	if (secid < 0 || (secid == 0) != (text[0] == '\0') ||
		strlen(text) > MAX_LABEL_LEN)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid security id %d of table \"%s\"",
						secid, RelationGetRelationName(rel))));

	catrel = table_open(SecurityRelationId, RowExclusiveLock);
	LockDatabaseObject(SecurityRelationId, relid, 0, ExclusiveLock);
	tup = form_dict_row(catrel, relid, (uint32) secid, text);
	((Form_pg_security) GETSTRUCT(tup))->retired = retired;
	indstate = CatalogOpenIndexes(catrel);
	heap_insert(catrel, tup, GetCurrentCommandId(true), 0, NULL);
	insert_index_entries(indstate, tup);
	CatalogCloseIndexes(indstate);
	heap_freetuple(tup);
	pg_atomic_fetch_add_u64(version_slot(MyDatabaseId, relid),
							DICT_VERSION_CHANGED);
	table_close(catrel, RowExclusiveLock);
	table_close(rel, AccessShareLock);
}

/* ----------------------------------------------------------------
 *		The end of a dictionary
 * ----------------------------------------------------------------
 */

/*
 * A relation is dropped: so are its dictionary's rows, under the rules of any
 * other row of a catalog.
 */
void
sepgsql_dict_drop(Oid relid, bool shared)
{
	Relation	catrel;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tup;
	bool		any = false;

	/* what is in memory only must outlive a ROLLBACK: see dict_sweep */
	if (Dicts != NULL)
	{
		SepgDict   *dict = hash_search(Dicts, &relid, HASH_FIND, NULL);

		if (dict != NULL)
			dict->dropped_in = MyProc->vxid.lxid;
	}

	catrel = table_open(shared ? SharedSecurityRelationId : SecurityRelationId,
						RowExclusiveLock);
	ScanKeyInit(&key, Anum_pg_security_relid,
				BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relid));
	scan = systable_beginscan(catrel,
							  shared ? SharedSecurityRelidSecidIndexId :
							  SecurityRelidSecidIndexId,
							  true, NULL, 1, &key);
	while (HeapTupleIsValid(tup = systable_getnext(scan)))
	{
		/* what is removed is being deleted, or will be when numbers are reclaimed */
		if (((Form_pg_security) GETSTRUCT(tup))->removed)
			continue;
		simple_heap_delete(catrel, &tup->t_self);
		any = true;
	}
	systable_endscan(scan);
	table_close(catrel, RowExclusiveLock);

	/*
	 * Should another relation get the same OID, nobody must use what he knows
	 * of this one.  Who looks at it without a lock before we commit is told by
	 * the invalidation of the relcache entry.
	 */
	if (any)
	{
		xl_sepgsql_forget xlrec;

		xlrec.dbid = shared ? InvalidOid : MyDatabaseId;
		xlrec.relid = relid;

		START_CRIT_SECTION();
		XLogBeginInsert();
		XLogRegisterData(&xlrec, SizeOfSepgsqlForget);
		(void) XLogInsert(RM_SEPGSQL_ID, XLOG_SEPGSQL_FORGET);
		pg_atomic_fetch_add_u64(version_slot(xlrec.dbid, relid),
								DICT_VERSION_CHANGED);
		END_CRIT_SECTION();
	}
}

/* ----------------------------------------------------------------
 *		Numbers that are not used any longer: see reclaim.c
 * ----------------------------------------------------------------
 */

/*
 * All relations that have dictionaries here, in the database or in what all
 * share.
 */
List *
sepgsql_dict_relids(bool shared)
{
	List	   *result = NIL;
	Oid			last = InvalidOid;
	Relation	catrel;
	Relation	index;
	SysScanDesc scan;
	HeapTuple	tup;

	catrel = table_open(shared ? SharedSecurityRelationId : SecurityRelationId,
						AccessShareLock);
	index = index_open(shared ? SharedSecurityRelidSecidIndexId :
					   SecurityRelidSecidIndexId, AccessShareLock);
	scan = systable_beginscan_ordered(catrel, index, NULL, 0, NULL);
	while (HeapTupleIsValid(tup = systable_getnext_ordered(scan, ForwardScanDirection)))
	{
		Oid			relid = ((Form_pg_security) GETSTRUCT(tup))->relid;

		if (relid != last)
			result = lappend_oid(result, relid);
		last = relid;
	}
	systable_endscan_ordered(scan);
	index_close(index, AccessShareLock);
	table_close(catrel, AccessShareLock);
	return result;
}

/*
 * The rows of a relation's dictionary, in order of their numbers: palloc'd.
 */
int
sepgsql_dict_rows(Oid relid, SepgDictRow **rows)
{
	bool		shared = IsSharedRelation(relid);
	int			n = 0;
	int			allocated = 16;
	Relation	catrel;
	Relation	index;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tup;

	*rows = palloc_array(SepgDictRow, allocated);
	catrel = table_open(shared ? SharedSecurityRelationId : SecurityRelationId,
						AccessShareLock);
	index = index_open(shared ? SharedSecurityRelidSecidIndexId :
					   SecurityRelidSecidIndexId, AccessShareLock);
	ScanKeyInit(&key, Anum_pg_security_relid,
				BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relid));
	scan = systable_beginscan_ordered(catrel, index, NULL, 1, &key);
	while (HeapTupleIsValid(tup = systable_getnext_ordered(scan, ForwardScanDirection)))
	{
		Form_pg_security form = (Form_pg_security) GETSTRUCT(tup);
		bool		isnull;
		SepgDictRow *row;

		if (n >= allocated)
		{
			allocated *= 2;
			*rows = repalloc_array(*rows, SepgDictRow, allocated);
		}
		row = &(*rows)[n++];
		row->secid = (uint32) form->secid;
		row->retired = form->retired;
		row->removed = form->removed;
		row->label = TextDatumGetCString(heap_getattr(tup, Anum_pg_security_seclabel,
													  RelationGetDescr(catrel), &isnull));
	}
	systable_endscan_ordered(scan);
	index_close(index, AccessShareLock);
	table_close(catrel, AccessShareLock);
	return n;
}

static Relation
lock_dict(Oid relid)
{
	bool		shared = IsSharedRelation(relid);
	Oid			catid = shared ? SharedSecurityRelationId : SecurityRelationId;
	Relation	catrel = table_open(catid, RowExclusiveLock);
	CatalogIndexState indstate = CatalogOpenIndexes(catrel);

	check_not_rewritten(indstate);
	CatalogCloseIndexes(indstate);
	if (shared)
		LockSharedObject(catid, relid, 0, ExclusiveLock);
	else
		LockDatabaseObject(catid, relid, 0, ExclusiveLock);
	return catrel;
}

static void
unlock_dict(Relation catrel, Oid relid)
{
	if (IsSharedRelation(relid))
		UnlockSharedObject(RelationGetRelid(catrel), relid, 0, ExclusiveLock);
	else
		UnlockDatabaseObject(RelationGetRelid(catrel), relid, 0, ExclusiveLock);
	table_close(catrel, RowExclusiveLock);
}

/*
 * From now on, give a number to no new row; or do so again.
 */
void
sepgsql_dict_retire(Oid relid, uint32 secid, bool retire)
{
	Relation	catrel = lock_dict(relid);
	ItemPointerData tid;
	bool		retired;

	if (find_dict_row(catrel, relid, secid, &tid, &retired) &&
		retired != retire)
		mark_dict_row(catrel, &tid, retire, false);
	unlock_dict(catrel, relid);
}

/*
 * Remove a number for good, if it is still retired (or always, if force), and
 * delete its row, unless it is to be kept.  False if somebody has taken it
 * back into use.
 */
bool
sepgsql_dict_remove(Oid relid, uint32 secid, bool force, bool keep)
{
	Relation	catrel = lock_dict(relid);
	ItemPointerData tid;
	bool		retired;
	bool		result;

	result = find_dict_row(catrel, relid, secid, &tid, &retired) &&
		(retired || force);
	if (result)
	{
		mark_dict_row(catrel, &tid, true, true);
		INJECTION_POINT("sepgsql-reclaim-marked", NULL);
		if (!keep)
			simple_heap_delete(catrel, &tid);
	}
	unlock_dict(catrel, relid);
	return result;
}

/*
 * Delete the rows of removed numbers below a limit that were left, when the
 * transaction that removed them was rolled back.
 */
void
sepgsql_dict_sweep_removed(Oid relid, uint32 limit)
{
	bool		shared = IsSharedRelation(relid);
	Relation	catrel = lock_dict(relid);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tup;

	ScanKeyInit(&key, Anum_pg_security_relid,
				BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relid));
	scan = systable_beginscan(catrel,
							  shared ? SharedSecurityRelidSecidIndexId :
							  SecurityRelidSecidIndexId,
							  true, NULL, 1, &key);
	while (HeapTupleIsValid(tup = systable_getnext(scan)))
	{
		Form_pg_security form = (Form_pg_security) GETSTRUCT(tup);
		TransactionId xmax = HeapTupleHeaderGetRawXmax(tup->t_data);

		/* not what another transaction is about to delete */
		if (form->removed && (uint32) form->secid < limit &&
			((tup->t_data->t_infomask & HEAP_XMAX_INVALID) ||
			 !TransactionIdIsInProgress(xmax)))
			simple_heap_delete(catrel, &tup->t_self);
	}
	systable_endscan(scan);
	unlock_dict(catrel, relid);
}

/* ----------------------------------------------------------------
 *		Bootstrap
 * ----------------------------------------------------------------
 */

static int
dict_cmp(const void *a, const void *b)
{
	const SepgDict *da = *(const SepgDict *const *) a;
	const SepgDict *db = *(const SepgDict *const *) b;

	return da->relid < db->relid ? -1 : da->relid > db->relid;
}

/*
 * When all rows of bootstrap have been written, write down the numbers that
 * they carry.  The indexes are built afterwards.
 */
void
sepgsql_dict_bootstrap_flush(void)
{
	HASH_SEQ_STATUS status;
	SepgDict   *dict;
	SepgDict  **dicts;
	int			ndicts = 0;

	if (Dicts == NULL)
		return;

	/* in a fixed order, so that initdb always makes the same files */
	dicts = palloc(hash_get_num_entries(Dicts) * sizeof(SepgDict *));
	hash_seq_init(&status, Dicts);
	while ((dict = hash_seq_search(&status)) != NULL)
		dicts[ndicts++] = dict;
	qsort(dicts, ndicts, sizeof(SepgDict *), dict_cmp);

	for (int pass = 0; pass < 2; pass++)
	{
		bool		shared = (pass == 1);
		Relation	catrel;

		catrel = table_open(shared ? SharedSecurityRelationId :
							SecurityRelationId, RowExclusiveLock);
		for (int i = 0; i < ndicts; i++)
		{
			dict = dicts[i];
			if (IsSharedRelation(dict->relid) != shared)
				continue;
			for (uint32 secid = 1; secid < dict->nnumbers; secid++)
			{
				HeapTuple	tup;

				tup = form_dict_row(catrel, dict->relid, secid,
									sepgsql_sid_text(dict->numbers[secid]));
				heap_insert(catrel, tup, GetCurrentCommandId(true),
							HEAP_INSERT_FROZEN, NULL);
				heap_freetuple(tup);
			}
		}
		table_close(catrel, RowExclusiveLock);
	}
	pfree(dicts);
	BootstrapFlushed = true;
}

/* ----------------------------------------------------------------
 *		Replay
 * ----------------------------------------------------------------
 */

/*
 * The tuple that a record of ours changes, if its page is to be changed.  The
 * caller marks the page by redo_done().
 */
static HeapTupleHeader
redo_tuple(XLogReaderState *record, OffsetNumber offnum, Buffer *buffer)
{
	Page		page;
	ItemId		lp;

	if (XLogReadBufferForRedo(record, 0, buffer) != BLK_NEEDS_REDO)
		return NULL;
	page = BufferGetPage(*buffer);
	if (PageGetMaxOffsetNumber(page) < offnum)
		elog(PANIC, "invalid lp");
	lp = PageGetItemId(page, offnum);
	if (!ItemIdIsNormal(lp))
		elog(PANIC, "invalid lp");
	return (HeapTupleHeader) PageGetItem(page, lp);
}

static void
redo_done(XLogReaderState *record, Buffer buffer, bool changed)
{
	if (changed)
	{
		PageSetLSN(BufferGetPage(buffer), record->EndRecPtr);
		MarkBufferDirty(buffer);
	}
	if (BufferIsValid(buffer))
		UnlockReleaseBuffer(buffer);
}

void
sepgsql_redo(XLogReaderState *record)
{
	uint8		info = XLogRecGetInfo(record) & ~XLR_INFO_MASK;
	HeapTupleHeader htup;
	Buffer		buffer;

	if (info == XLOG_SEPGSQL_FREEZE)
	{
		xl_sepgsql_freeze *xlrec = (xl_sepgsql_freeze *) XLogRecGetData(record);

		htup = redo_tuple(record, xlrec->offnum, &buffer);
		if (htup != NULL)
			htup->t_infomask |= HEAP_XMIN_FROZEN;
		redo_done(record, buffer, htup != NULL);

		/* a standby's backends can see the row now, and must look */
		pg_atomic_fetch_add_u64(version_slot(xlrec->dbid, xlrec->relid),
								version_step(xlrec->secid));
	}
	else if (info == XLOG_SEPGSQL_FORGET)
	{
		xl_sepgsql_forget *xlrec = (xl_sepgsql_forget *) XLogRecGetData(record);

		pg_atomic_fetch_add_u64(version_slot(xlrec->dbid, xlrec->relid),
								DICT_VERSION_CHANGED);
	}
	else if (info == XLOG_SEPGSQL_MARK)
	{
		xl_sepgsql_mark *xlrec = (xl_sepgsql_mark *) XLogRecGetData(record);

		htup = redo_tuple(record, xlrec->offnum, &buffer);
		if (htup != NULL)
		{
			Form_pg_security form = (Form_pg_security) ((char *) htup + htup->t_hoff);

			form->retired = xlrec->retired;
			form->removed = xlrec->removed;
		}
		redo_done(record, buffer, htup != NULL);

		pg_atomic_fetch_add_u64(version_slot(xlrec->dbid, xlrec->relid),
								DICT_VERSION_CHANGED);
	}
	else
		elog(PANIC, "sepgsql_redo: unknown op code %u", info);
}
