/*-------------------------------------------------------------------------
 *
 * dml.c
 *	  May this client select from, or write to, these tables and columns?
 *
 * Asked for each statement when it starts, after PostgreSQL's own privileges.
 * Other than these, a table that is reached through its parent is asked about
 * like any other, and what a view reads is asked of the client, not of the
 * view's owner.
 *
 * Answers are remembered for each subject and relation until something about
 * any relation, or the policy, changes.  What the policy wants audited is
 * never remembered.
 *
 * IDENTIFICATION
 *	  src/backend/security/sepgsql/dml.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "access/xact.h"
#include "catalog/catalog.h"
#include "catalog/namespace.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_database.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_largeobject.h"
#include "commands/dbcommands.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "security/sepgsql_catalog.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/syscache.h"

/* the table of these is emptied when it holds more */
#define MAX_PERMITTED 4096

typedef struct PermittedKey
{
	SepgSid		subject;
	Oid			relid;
} PermittedKey;

/* What has been permitted on a relation, without its children. */
typedef struct PermittedEntry
{
	PermittedKey key;			/* hash key */
	uint32		perms;
	Bitmapset  *selected;
	Bitmapset  *inserted;
	Bitmapset  *updated;
	bool		has_children;
	List	   *children;		/* all of them, but not relid itself */
} PermittedEntry;

static HTAB *permitted = NULL;
static MemoryContext permitted_context = NULL;
static uint64 permitted_seqno;
static volatile bool permitted_stale = false;

static void
relcache_callback(Datum arg, Oid relid)
{
	/* no look at the hash table, which may be in use: it is small */
	permitted_stale = true;
}

/*
 * Get the table of what has been permitted ready; empty it if anything has
 * changed since it was filled.
 */
static void
permitted_prepare(void)
{
	HASHCTL		ctl;

	if (permitted_context == NULL)
	{
		permitted_context = AllocSetContextCreate(CacheMemoryContext,
												  "SELinux permissions",
												  ALLOCSET_SMALL_SIZES);
		CacheRegisterRelcacheCallback(relcache_callback, (Datum) 0);
	}
	else if (!permitted_stale && permitted_seqno == sepgsql_policy_seqno() &&
			 permitted != NULL &&
			 hash_get_num_entries(permitted) < MAX_PERMITTED)
		return;

	permitted_stale = false;
	MemoryContextReset(permitted_context);
	ctl.keysize = sizeof(PermittedKey);
	ctl.entrysize = sizeof(PermittedEntry);
	ctl.hcxt = permitted_context;
	permitted = NULL;
	permitted = hash_create("SELinux permissions", 64, &ctl,
							HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	permitted_seqno = sepgsql_policy_seqno();
}

/*
 * Ask for permissions; clears *remember if the policy wants that audited.
 */
static bool
check_one(SepgSid subject, SepgSid object, uint32 tclass, uint32 perms,
		  const char *relname, const char *attname, bool raise, bool *remember)
{
	char		name[2 * NAMEDATALEN + 2];
	SepgAudit	audit;
	int			rc;

	/* spare the common case the name */
	rc = sepg_core_check(subject, object, tclass, perms, &audit);
	if (rc == SEPG_OK && audit.audited == 0)
		return true;

	*remember = false;
	snprintf(name, sizeof(name), "%s%s%s", relname,
			 attname ? "." : "", attname ? attname : "");
	return sepgsql_conclude(rc, subject, object, tclass, &audit, name, raise);
}

static int
relation_natts(Oid relid)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	int			natts;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for relation %u", relid);
	natts = ((Form_pg_class) GETSTRUCT(tuple))->relnatts;
	ReleaseSysCache(tuple);
	return natts;
}

static bool
check_columns(SepgSid subject, Oid relid, const char *relname,
			  Bitmapset *columns, uint32 perm, bool raise, bool *remember)
{
	int			col = -1;

	while ((col = bms_next_member(columns, col)) >= 0)
	{
		AttrNumber	attno = col + FirstLowInvalidHeapAttributeNumber;
		AttrNumber	first = attno;
		AttrNumber	last = attno;

		if (attno == InvalidAttrNumber)
		{
			/* the whole row */
			first = 1;
			last = relation_natts(relid);
		}
		for (attno = first; attno <= last; attno++)
		{
			HeapTuple	tuple = SearchSysCache2(ATTNUM, ObjectIdGetDatum(relid),
												Int16GetDatum(attno));
			Form_pg_attribute att;
			SepgSid		sid = SEPG_SID_UNLABELED;
			char		attname[NAMEDATALEN];

			snprintf(attname, sizeof(attname), "%d", attno);
			if (HeapTupleIsValid(tuple))
			{
				att = (Form_pg_attribute) GETSTRUCT(tuple);
				if (att->attisdropped)
				{
					ReleaseSysCache(tuple);
					continue;
				}
				strlcpy(attname, NameStr(att->attname), sizeof(attname));
				sid = sepgsql_secid_to_sid(AttributeRelationId, HeapTupleGetSecid(tuple));
				if (sid == SEPG_SID_NONE)
					sid = SEPG_SID_UNLABELED;
				ReleaseSysCache(tuple);
			}
			if (!check_one(subject, sid, SEPG_CLASS_DB_COLUMN, perm,
						   relname, attname, raise, remember))
				return false;
		}
	}
	return true;
}

/*
 * May the subject do this to this relation?  perms are those of db_table.
 */
static bool
check_relation(SepgSid subject, Oid relid, uint32 perms, Bitmapset *selected,
			   Bitmapset *inserted, Bitmapset *updated, bool raise)
{
	PermittedKey key = {subject, relid};
	PermittedEntry *entry;
	HeapTuple	tuple;
	Form_pg_class form;
	char		relkind;
	char		relname[NAMEDATALEN];
	Oid			nsp;
	SepgSid		sid;
	uint32		tclass;
	bool		found;
	bool		remember = !sepgsql_debug_audit;
	MemoryContext oldcontext;

	permitted_prepare();
	entry = hash_search(permitted, &key, HASH_FIND, NULL);
	if (entry && (perms & ~entry->perms) == 0 &&
		bms_is_subset(selected, entry->selected) &&
		bms_is_subset(inserted, entry->inserted) &&
		bms_is_subset(updated, entry->updated) && remember)
		return true;

	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for relation %u", relid);
	form = (Form_pg_class) GETSTRUCT(tuple);
	relkind = form->relkind;
	nsp = form->relnamespace;
	strlcpy(relname, NameStr(form->relname), sizeof(relname));
	ReleaseSysCache(tuple);
	sid = sepgsql_relation_sid(relid);
	tclass = sepgsql_relation_class(relkind);

	switch (tclass)
	{
		case SEPG_CLASS_DB_TABLE:
			break;
		case SEPG_CLASS_DB_VIEW:
			return check_one(subject, sid, tclass, SEPG_DB_VIEW__EXPAND,
							 relname, NULL, raise, &remember);
		case SEPG_CLASS_DB_SEQUENCE:
			if ((perms & SEPG_DB_TABLE__SELECT) == 0)
				return true;
			return check_one(subject, sid, tclass, SEPG_DB_SEQUENCE__GET_VALUE,
							 relname, NULL, raise, &remember);
		default:
			return true;
	}

	/*
	 * Rows of TOAST tables and pieces of large objects have no labels of
	 * their own, and catalogs are not for writing by hand.
	 */
	if (relkind == RELKIND_TOASTVALUE || IsToastNamespace(nsp) ||
		relid == LargeObjectRelationId ||
		(IsCatalogRelationOid(relid) &&
		 (perms & (SEPG_DB_TABLE__INSERT | SEPG_DB_TABLE__UPDATE |
				   SEPG_DB_TABLE__DELETE | SEPG_DB_TABLE__TRUNCATE))))
	{
		if (!sepgsql_is_administrator(raise, relname))
			return false;
	}

	if (perms && !check_one(subject, sid, tclass, perms, relname, NULL, raise, &remember))
		return false;
	if (!check_columns(subject, relid, relname, selected, SEPG_DB_COLUMN__SELECT, raise, &remember) ||
		!check_columns(subject, relid, relname, inserted, SEPG_DB_COLUMN__INSERT, raise, &remember) ||
		!check_columns(subject, relid, relname, updated, SEPG_DB_COLUMN__UPDATE, raise, &remember))
		return false;

	/* what we read in between may have told us of a change */
	if (!remember || permitted_stale)
		return true;
	entry = hash_search(permitted, &key, HASH_ENTER, &found);
	if (!found)
		memset((char *) entry + sizeof(PermittedKey), 0,
			   sizeof(PermittedEntry) - sizeof(PermittedKey));
	oldcontext = MemoryContextSwitchTo(permitted_context);
	entry->perms |= perms;
	entry->selected = bms_add_members(entry->selected, selected);
	entry->inserted = bms_add_members(entry->inserted, inserted);
	entry->updated = bms_add_members(entry->updated, updated);
	MemoryContextSwitchTo(oldcontext);
	return true;
}

/*
 * A set of columns of a parent in terms of a child.
 */
static Bitmapset *
map_columns(Bitmapset *columns, Oid parent, Oid child)
{
	Bitmapset  *result = NULL;
	int			col = -1;

	while ((col = bms_next_member(columns, col)) >= 0)
	{
		AttrNumber	attno = col + FirstLowInvalidHeapAttributeNumber;

		if (attno > 0)
		{
			char	   *attname = get_attname(parent, attno, true);

			/* a column that is gone is no matter; all else must be found */
			if (attname == NULL)
				continue;
			attno = get_attnum(child, attname);
			if (attno == InvalidAttrNumber)
				continue;
		}
		else if (attno == 0)
		{
			/* a whole row of the parent is that of its columns in the child */
			int			natts = relation_natts(parent);

			for (AttrNumber i = 1; i <= natts; i++)
			{
				char	   *attname = get_attname(parent, i, true);
				AttrNumber	childno;

				if (attname == NULL)
					continue;
				childno = get_attnum(child, attname);
				if (childno != InvalidAttrNumber)
					result = bms_add_member(result, childno - FirstLowInvalidHeapAttributeNumber);
			}
			continue;
		}
		result = bms_add_member(result, attno - FirstLowInvalidHeapAttributeNumber);
	}
	return result;
}

/*
 * The children of a relation, all generations of them, out of the cache if it
 * has them.
 */
static List *
get_children(SepgSid subject, Oid relid)
{
	PermittedKey key = {subject, relid};
	PermittedEntry *entry;
	List	   *children;
	bool		found;
	MemoryContext oldcontext;

	if (!has_subclass(relid))
		return NIL;

	permitted_prepare();
	entry = hash_search(permitted, &key, HASH_FIND, NULL);
	if (entry && entry->has_children)
		return list_copy(entry->children);

	children = find_all_inheritors(relid, NoLock, NULL);
	children = list_delete_oid(children, relid);
	if (!permitted_stale)
	{
		entry = hash_search(permitted, &key, HASH_ENTER, &found);
		if (!found)
			memset((char *) entry + sizeof(PermittedKey), 0,
				   sizeof(PermittedEntry) - sizeof(PermittedKey));
		oldcontext = MemoryContextSwitchTo(permitted_context);
		entry->children = list_copy(children);
		entry->has_children = true;
		MemoryContextSwitchTo(oldcontext);
	}
	return children;
}

/*
 * The tables and columns of a statement.
 */
bool
sepgsql_check_perms(List *rangeTable, List *rteperminfos, bool raise)
{
	SepgSid		subject = sepgsql_execute_subject();
	ListCell   *lc;

	if (!sepgsql_enforcing && !sepgsql_maintenance)
		return true;

	foreach(lc, rteperminfos)
	{
		RTEPermissionInfo *perminfo = lfirst_node(RTEPermissionInfo, lc);
		uint32		perms = 0;
		ListCell   *child;

		if (perminfo->requiredPerms & ACL_SELECT)
			perms |= SEPG_DB_TABLE__SELECT;
		if (perminfo->requiredPerms & ACL_INSERT)
			perms |= SEPG_DB_TABLE__INSERT;
		if (perminfo->requiredPerms & ACL_UPDATE)
		{
			/* FOR UPDATE and its like look the same, but update no column */
			if (!bms_is_empty(perminfo->updatedCols))
				perms |= SEPG_DB_TABLE__UPDATE;
			else
				perms |= SEPG_DB_TABLE__LOCK;
		}
		if (perminfo->requiredPerms & ACL_DELETE)
			perms |= SEPG_DB_TABLE__DELETE;
		if (perms == 0)
			continue;

		if (!check_relation(subject, perminfo->relid, perms,
							perminfo->selectedCols, perminfo->insertedCols,
							perminfo->updatedCols, raise))
			return false;
		if (!perminfo->inh)
			continue;
		foreach(child, get_children(subject, perminfo->relid))
		{
			Oid			childid = lfirst_oid(child);

			/* it may have been dropped since */
			if (!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(childid)))
				continue;
			if (!check_relation(subject, childid, perms,
								map_columns(perminfo->selectedCols, perminfo->relid, childid),
								map_columns(perminfo->insertedCols, perminfo->relid, childid),
								map_columns(perminfo->updatedCols, perminfo->relid, childid),
								raise))
				return false;
		}
	}
	return true;
}

/*
 * A plan that is about to be executed.  The look-up of a foreign key asks
 * whether rows exist, in the name of the constraint: it needs select on the
 * rows, but neither on their table nor on its columns.
 */
void
sepgsql_check_plan(PlannedStmt *plan, int eflags)
{
	if ((eflags & EXEC_FLAG_CONSTRAINT) && plan->commandType == CMD_SELECT)
		return;
	(void) sepgsql_check_perms(plan->rtable, plan->permInfos, true);
}

/*
 * A table that a command has made to fill it: insert on it, and on all its
 * columns.
 */
void
sepgsql_check_fill(Relation rel)
{
	Bitmapset  *columns = NULL;

	if (!sepgsql_enforcing)
		return;
	for (int i = 1; i <= RelationGetNumberOfAttributes(rel); i++)
		columns = bms_add_member(columns, i - FirstLowInvalidHeapAttributeNumber);
	(void) check_relation(sepgsql_subject(), RelationGetRelid(rel),
						  SEPG_DB_TABLE__INSERT, NULL, columns, NULL, true);
}

/*
 * Rows that arrive at a partition through one of its ancestors.
 */
void
sepgsql_check_partition(ResultRelInfo *root, ResultRelInfo *partition,
						EState *estate)
{
	Oid			rootid = RelationGetRelid(root->ri_RelationDesc);
	Oid			partid = RelationGetRelid(partition->ri_RelationDesc);

	if (sepgsql_enforcing)
		(void) check_relation(sepgsql_subject(), partid,
							  SEPG_DB_TABLE__INSERT, NULL,
							  map_columns(ExecGetInsertedCols(root, estate),
										  rootid, partid),
							  NULL, true);
}

/*
 * What the apply worker of a subscription does to a table.  mode is an
 * AclMode.  Its rows come with all columns.
 */
void
sepgsql_check_target(Relation rel, uint64 mode)
{
	Bitmapset  *columns = NULL;
	uint32		perms = 0;

	if (!sepgsql_enforcing)
		return;
	if (mode & ACL_TRUNCATE)
		sepgsql_check_truncate(rel);
	for (int i = 1; i <= RelationGetNumberOfAttributes(rel); i++)
		columns = bms_add_member(columns, i - FirstLowInvalidHeapAttributeNumber);
	if (mode & ACL_SELECT)
		perms |= SEPG_DB_TABLE__SELECT;
	if (mode & ACL_INSERT)
		perms |= SEPG_DB_TABLE__INSERT;
	if (mode & ACL_UPDATE)
		perms |= SEPG_DB_TABLE__UPDATE;
	if (mode & ACL_DELETE)
		perms |= SEPG_DB_TABLE__DELETE;
	(void) check_relation(sepgsql_subject(), RelationGetRelid(rel), perms,
						  (mode & ACL_SELECT) ? columns : NULL,
						  (mode & ACL_INSERT) ? columns : NULL,
						  (mode & ACL_UPDATE) ? columns : NULL, true);
	bms_free(columns);
}

/*
 * LOCK TABLE.
 */
void
sepgsql_check_lock(Oid relid)
{
	if (sepgsql_enforcing)
		(void) check_relation(sepgsql_subject(), relid, SEPG_DB_TABLE__LOCK,
							  NULL, NULL, NULL, true);
}

/*
 * A command that does something to all rows of a table, or has something
 * done: permission on each label that its rows may have.
 */
void
sepgsql_check_all_rows(Relation rel, uint32 perms)
{
	SepgSid		subject = sepgsql_subject();
	const SepgSid *sids;
	SepgSid    *copy;
	int			nsids;

	if (!sepgsql_enforcing || !sepostgresql_row_level ||
		!sepgsql_relation_has_labels(rel))
		return;

	nsids = sepgsql_dict_sids(sepgsql_dict_relid(rel), &sids);
	copy = palloc_array(SepgSid, nsids + 1);
	memcpy(copy, sids, nsids * sizeof(SepgSid));
	if (sepgsql_dict_has_unlabeled(sepgsql_dict_relid(rel)))
		copy[nsids++] = SEPG_SID_UNLABELED;
	for (int i = 0; i < nsids; i++)
	{
		if (copy[i] != SEPG_SID_NONE)
			sepgsql_check(subject, copy[i], SEPG_CLASS_DB_TUPLE, perms,
						  RelationGetRelationName(rel), true);
	}
	pfree(copy);
}

/*
 * DROP TABLE deletes all rows, and dropping a column updates them.
 */
void
sepgsql_check_drop_rows(Relation rel, bool drop)
{
	if (!sepgsql_enforcing || sepgsql_is_internal() ||
		!RELKIND_HAS_TABLE_AM(rel->rd_rel->relkind) ||
		rel->rd_rel->relkind == RELKIND_TOASTVALUE ||
		rel->rd_rel->relpersistence == RELPERSISTENCE_TEMP ||
		OidIsValid(rel->rd_rel->relrewrite))
		return;
	sepgsql_check_all_rows(rel, drop ? SEPG_DB_TUPLE__DELETE : SEPG_DB_TUPLE__UPDATE);
}

/*
 * TRUNCATE takes all rows, so the subject must be permitted to delete a row
 * of each label that there may be.
 */
void
sepgsql_check_truncate(Relation rel)
{
	if (!sepgsql_enforcing)
		return;
	(void) check_relation(sepgsql_subject(), RelationGetRelid(rel),
						  SEPG_DB_TABLE__TRUNCATE | SEPG_DB_TABLE__DELETE,
						  NULL, NULL, NULL, true);
	sepgsql_check_all_rows(rel, SEPG_DB_TUPLE__DELETE);
}

/*
 * Connecting.
 */
void
sepgsql_check_database(Oid dboid)
{
	if (!sepgsql_enforcing)
		return;
	sepgsql_check_peer_process();
	sepgsql_check(sepgsql_subject(),
				  sepgsql_object_sid(DatabaseRelationId, dboid, 0),
				  SEPG_CLASS_DB_DATABASE, SEPG_DB_DATABASE__ACCESS,
				  get_database_name(dboid), true);
}
