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

#include "access/heapam.h"
#include "access/parallel.h"
#include "access/sysattr.h"
#include "access/tableam.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/catalog.h"
#include "catalog/namespace.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_database.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_largeobject.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_security.h"
#include "catalog/pg_shsecurity.h"
#include "commands/dbcommands.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "optimizer/optimizer.h"
#include "parser/parse_relation.h"
#include "parser/parsetree.h"
#include "security/sepgsql_catalog.h"
#include "security/sepgsql_holes.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/rls.h"
#include "utils/snapmgr.h"
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
	uint32		perms;			/* db_table's, and SEQUENCE_PERMS() */
	Bitmapset  *selected;
	Bitmapset  *inserted;
	Bitmapset  *updated;
	bool		has_children;
	List	   *children;		/* all of them, but not relid itself */
} PermittedEntry;

/* a sequence's own permissions, beside those of a table */
#define SEQUENCE_PERMS(perms)	((perms) << 16)
/* what the relation's owner wrote for others to run */
#define RULE_PERM				((uint32) 1 << 31)

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

/* The entry to note down in what has been permitted on a relation. */
static PermittedEntry *
permitted_entry(SepgSid subject, Oid relid)
{
	PermittedKey key = {subject, relid};
	PermittedEntry *entry;
	bool		found;

	entry = hash_search(permitted, &key, HASH_ENTER, &found);
	if (!found)
		memset((char *) entry + sizeof(PermittedKey), 0,
			   sizeof(PermittedEntry) - sizeof(PermittedKey));
	return entry;
}

/*
 * Ask for permissions; clears *remember if the policy wants that audited.
 */
static bool
check_one(SepgSid subject, SepgSid object, uint32 tclass, uint32 perms,
		  Oid relid, AttrNumber attno, bool raise, bool *remember)
{
	SepgAudit	audit;
	int			rc;

	rc = sepg_core_check(subject, object, tclass, perms, &audit);
	if (rc == SEPG_OK && audit.audited == 0)
		return true;

	*remember = false;
	return sepgsql_conclude(rc, subject, object, tclass, &audit,
							audit.audited == 0 ? NULL :
							sepgsql_object_name(RelationRelationId, relid, attno),
							raise);
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
check_columns(SepgSid subject, Oid relid, Bitmapset *columns, uint32 perm,
			  bool raise, bool *remember)
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

			if (HeapTupleIsValid(tuple))
			{
				att = (Form_pg_attribute) GETSTRUCT(tuple);
				if (att->attisdropped)
				{
					ReleaseSysCache(tuple);
					continue;
				}
				sid = sepgsql_secid_to_sid(AttributeRelationId, HeapTupleGetSecid(tuple));
				if (sid == SEPG_SID_NONE)
					sid = SEPG_SID_UNLABELED;
				ReleaseSysCache(tuple);
			}
			if (!check_one(subject, sid, SEPG_CLASS_DB_COLUMN, perm,
						   relid, attno, raise, remember))
				return false;
		}
	}
	return true;
}

/*
 * What no client writes by statements of its own, whatever the policy says
 * and whoever it is: dictionaries of labels, since these would then mean
 * something else; rules, whose stored form says for whom they are checked;
 * and pieces of values and of large objects, which have no labels.
 */
static bool
is_hardwired(Oid relid)
{
	switch (relid)
	{
		case SecurityRelationId:
		case SharedSecurityRelationId:
		case RewriteRelationId:
		case LargeObjectRelationId:
			return true;
	}
	return get_rel_relkind(relid) == RELKIND_TOASTVALUE;
}

static void
refuse_hardwired(Oid relid)
{
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("permission denied: \"%s\" cannot be modified by hand",
					get_rel_name(relid)),
			 errdetail("SE-PostgreSQL lets no client do that, whatever its privileges and security label.")));
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
	bool		remember = !sepgsql_debug_audit;
	MemoryContext oldcontext;

	permitted_prepare();
	entry = hash_search(permitted, &key, HASH_FIND, NULL);
	if (entry && (perms & ~entry->perms) == 0 &&
		bms_is_subset(selected, entry->selected) &&
		bms_is_subset(inserted, entry->inserted) &&
		bms_is_subset(updated, entry->updated) && remember)
		return true;

	if ((perms & (SEPG_DB_TABLE__INSERT | SEPG_DB_TABLE__UPDATE |
				  SEPG_DB_TABLE__DELETE | SEPG_DB_TABLE__TRUNCATE)) &&
		is_hardwired(relid))
	{
		if (!raise)
			return false;
		refuse_hardwired(relid);
	}

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
			if (!check_one(subject, sid, tclass, SEPG_DB_VIEW__EXPAND,
						   relid, 0, raise, &remember))
				return false;
			goto permitted;
		case SEPG_CLASS_DB_SEQUENCE:
			if ((perms & SEPG_DB_TABLE__SELECT) == 0)
				return true;
			return sepgsql_check_sequence(relid, SEPG_DB_SEQUENCE__GET_VALUE, raise);
		default:
			return true;
	}

	/*
	 * Rows of TOAST tables and pieces of large objects have no labels of
	 * their own, and catalogs are not for writing by hand.
	 */
	if (relkind == RELKIND_TOASTVALUE)
	{
		/* whole values of any column: see also check_parts in filter.c */
		Bitmapset  *whole = bms_make_singleton(InvalidAttrNumber -
											   FirstLowInvalidHeapAttributeNumber);
		Oid			owner = sepgsql_toast_owner(relid);

		if (!OidIsValid(owner))
			elog(ERROR, "could not find the table of \"%s\"", relname);
		if (!check_relation(subject, owner, perms, whole, NULL, NULL, raise))
			return false;
	}
	else if (IsToastNamespace(nsp) ||
		relid == LargeObjectRelationId ||
		(IsCatalogRelationOid(relid) &&
		 (perms & (SEPG_DB_TABLE__INSERT | SEPG_DB_TABLE__UPDATE |
				   SEPG_DB_TABLE__DELETE | SEPG_DB_TABLE__TRUNCATE))))
	{
		if (!sepgsql_is_administrator(raise, relname))
			return false;
	}

	if (perms && !check_one(subject, sid, tclass, perms, relid, 0, raise, &remember))
		return false;
	if (!check_columns(subject, relid, selected, SEPG_DB_COLUMN__SELECT, raise, &remember) ||
		!check_columns(subject, relid, inserted, SEPG_DB_COLUMN__INSERT, raise, &remember) ||
		!check_columns(subject, relid, updated, SEPG_DB_COLUMN__UPDATE, raise, &remember))
		return false;

permitted:
	/* what we read in between may have told us of a change */
	if (!remember || permitted_stale)
		return true;
	entry = permitted_entry(subject, relid);
	oldcontext = MemoryContextSwitchTo(permitted_context);
	entry->perms |= perms;
	entry->selected = bms_add_members(entry->selected, selected);
	entry->inserted = bms_add_members(entry->inserted, inserted);
	entry->updated = bms_add_members(entry->updated, updated);
	MemoryContextSwitchTo(oldcontext);
	return true;
}

/*
 * What whoever owns a table wrote runs with the label of another: its rules
 * when others write to it, and the query of a materialized view when others
 * refresh it.  That is what expand is for a view; so it is asked of the
 * table's label as if it were a view's.
 */
static bool
check_expand(SepgSid subject, Oid relid, bool raise)
{
	PermittedKey key = {subject, relid};
	PermittedEntry *entry;
	bool		remember = !sepgsql_debug_audit;

	permitted_prepare();
	entry = hash_search(permitted, &key, HASH_FIND, NULL);
	if (entry && (entry->perms & RULE_PERM) && remember)
		return true;

	if (!check_one(subject, sepgsql_relation_sid(relid), SEPG_CLASS_DB_VIEW,
				   SEPG_DB_VIEW__EXPAND, relid, 0, raise, &remember))
		return false;
	if (remember && !permitted_stale)
		permitted_entry(subject, relid)->perms |= RULE_PERM;
	return true;
}

/*
 * Note that rules rewrite this query, for sepgsql_check_perms() to ask for
 * expand.  It cannot be asked here, since the result may be kept for other
 * subjects.
 */
void
sepgsql_mark_ruled(Query *query, int rti)
{
	if (sepgsql_labeling)
		getRTEPermissionInfo(query->rteperminfos,
							 rt_fetch(rti, query->rtable))->requiredPerms |= SEPGSQL_ACL_RULE;
}

/*
 * The value of a sequence: to be read, advanced or set.
 */
bool
sepgsql_check_sequence(Oid relid, uint32 perms, bool raise)
{
	SepgSid		subject = sepgsql_execute_subject();
	PermittedKey key = {subject, relid};
	PermittedEntry *entry;
	bool		remember = !sepgsql_debug_audit;

	if (!sepgsql_enforcing && !sepgsql_maintenance)
		return true;

	permitted_prepare();
	entry = hash_search(permitted, &key, HASH_FIND, NULL);
	if (entry && (SEQUENCE_PERMS(perms) & ~entry->perms) == 0 && remember)
		return true;

	if (!check_one(subject, sepgsql_relation_sid(relid), SEPG_CLASS_DB_SEQUENCE,
				   perms, relid, 0, raise, &remember))
		return false;
	if (remember && !permitted_stale)
		permitted_entry(subject, relid)->perms |= SEQUENCE_PERMS(perms);
	return true;
}

/*
 * May the client know a sequence's value?  For functions that are run on all
 * sequences, and leave out what is nobody's business; unless the client wants
 * all or an error.
 */
bool
sepgsql_sequence_visible(Oid relid)
{
	uint32		allowed = 0;

	if (!sepgsql_enforcing)
		return !sepgsql_maintenance;
	if (sepgsql_hidden_is_error())
		return sepgsql_check_sequence(relid, SEPG_DB_SEQUENCE__GET_VALUE, true);
	return sepg_core_allowed(sepgsql_subject(), sepgsql_relation_sid(relid),
							 SEPG_CLASS_DB_SEQUENCE, &allowed) == SEPG_OK &&
		(allowed & SEPG_DB_SEQUENCE__GET_VALUE) != 0;
}

/*
 * ALTER SEQUENCE ... RESTART sets a value, and changes no catalog row.
 */
void
sepgsql_check_alter_sequence(Oid relid, List *options)
{
	foreach_node(DefElem, option, options)
	{
		if (strcmp(option->defname, "restart") == 0)
			sepgsql_check_sequence(relid, SEPG_DB_SEQUENCE__SET_VALUE, true);
	}
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
		entry = permitted_entry(subject, relid);
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
	if (SEPGSQL_HOLE("tables-columns"))
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
			{
				perms |= SEPG_DB_TABLE__LOCK;
				if (is_hardwired(perminfo->relid))
				{
					if (!raise)
						return false;
					refuse_hardwired(perminfo->relid);
				}
			}
		}
		if (perminfo->requiredPerms & ACL_DELETE)
			perms |= SEPG_DB_TABLE__DELETE;
		if ((perminfo->requiredPerms & SEPGSQL_ACL_RULE) &&
			!check_expand(subject, perminfo->relid, raise))
			return false;
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
	if (plan->permInfos == NIL)
		return;
	if ((eflags & EXEC_FLAG_CONSTRAINT) && plan->commandType == CMD_SELECT)
		return;
	(void) sepgsql_check_perms(plan->rtable, plan->permInfos, true);
}

/*
 * A command computes a column's values for all rows: select on the other
 * columns that they come from.
 */
void
sepgsql_check_column_value(Relation rel, AttrNumber attnum, Node *expr)
{
	Bitmapset  *columns = NULL;

	if (!sepgsql_enforcing)
		return;
	pull_varattnos(expr, 1, &columns);
	columns = bms_del_member(columns, attnum - FirstLowInvalidHeapAttributeNumber);
	(void) check_relation(sepgsql_subject(), RelationGetRelid(rel), 0,
						  columns, NULL, NULL, true);
	bms_free(columns);
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
 * REFRESH MATERIALIZED VIEW replaces all rows.  Those that the client does not
 * see would be lost, or, where the new rows are compared with the old ones, be
 * there twice.  The new ones are labelled as those of the view's table, so who
 * refreshes it must trust its query.
 */
void
sepgsql_check_refresh(Relation rel)
{
	if (sepgsql_enforcing)
		(void) check_expand(sepgsql_subject(), RelationGetRelid(rel), true);
	sepgsql_check_fill(rel);
	sepgsql_check_all_rows(rel, SEPG_DB_TUPLE__SELECT | SEPG_DB_TUPLE__DELETE);
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
 * The functions that follow the versions of a row, whatever row that is.
 */
void
sepgsql_check_versions(Relation rel)
{
	if (!sepgsql_enforcing)
		return;
	if (rel->rd_rel->relkind == RELKIND_VIEW)
		(void) check_relation(sepgsql_subject(), RelationGetRelid(rel), 0,
							  NULL, NULL, NULL, true);
	else
		(void) check_relation(sepgsql_subject(), RelationGetRelid(rel),
							  SEPG_DB_TABLE__SELECT, NULL, NULL, NULL, true);
	sepgsql_check_shown(rel);
}

/*
 * LOCK TABLE.  With a strong lock on a catalog, or a view that initdb made,
 * nobody can log in or look names up: that is for those who may alter it.
 */
void
sepgsql_check_lock(Oid relid, int lockmode)
{
	if (!sepgsql_enforcing)
		return;
	(void) check_relation(sepgsql_subject(), relid, SEPG_DB_TABLE__LOCK,
						  NULL, NULL, NULL, true);
	if (lockmode > RowExclusiveLock && relid < FirstNormalObjectId)
		sepgsql_check_named(sepgsql_subject(), sepgsql_relation_sid(relid),
							sepgsql_relation_class(get_rel_relkind(relid)),
							SEPG_DB_TABLE__SETATTR,
							RelationRelationId, relid, 0, true);
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
		!sepgsql_relation_has_labels(rel) || SEPGSQL_HOLE("ddl-all-rows"))
		return;

	nsids = sepgsql_dict_sids(sepgsql_dict_relid(rel), &sids);
	copy = palloc_array(SepgSid, nsids + 1);
	memcpy(copy, sids, nsids * sizeof(SepgSid));
	if (sepgsql_dict_has_unlabeled(sepgsql_dict_relid(rel)))
		copy[nsids++] = SEPG_SID_UNLABELED;
	for (int i = 0; i < nsids; i++)
	{
		if (copy[i] != SEPG_SID_NONE)
			sepgsql_check_named(subject, copy[i], SEPG_CLASS_DB_TUPLE, perms,
								RelationRelationId, RelationGetRelid(rel), 0,
								true);
	}
	pfree(copy);
}

/*
 * A command looks at some columns in all rows of a table, and tells what it
 * found: as if it were a query of the client's, but one that must see all.
 */
void
sepgsql_check_columns(Relation rel, int natts, const int *atts)
{
	Bitmapset  *columns = NULL;

	if (!sepgsql_enforcing)
		return;
	for (int i = 0; i < natts; i++)
		columns = bms_add_member(columns, atts[i] - FirstLowInvalidHeapAttributeNumber);
	(void) check_relation(sepgsql_subject(), RelationGetRelid(rel),
						  SEPG_DB_TABLE__SELECT | SEPG_DB_TABLE__GETATTR,
						  columns, NULL, NULL, true);
	bms_free(columns);
	sepgsql_check_all_rows(rel, SEPG_DB_TUPLE__SELECT);
}

/*
 * All rows of a table that is locked: mostly it is enough to look into its
 * dictionary.  If that has a label that would be refused, rows may have it no
 * longer.
 */
static void
check_stored_rows(Relation rel, uint32 perms)
{
	SepgSid		subject = sepgsql_subject();
	Oid			dictid;
	const SepgSid *sids;
	int			nsids;
	uint32		allowed;
	bool		all;
	uint32		last = PG_UINT32_MAX;
	SepgSid		sid;
	TableScanDesc scan;
	HeapTuple	tuple;

	if (!sepostgresql_row_level || !sepgsql_relation_has_labels(rel) ||
		SEPGSQL_HOLE("ddl-drop-rows") ||
		!RELKIND_HAS_TABLE_AM(rel->rd_rel->relkind) ||
		rel->rd_rel->relkind == RELKIND_PARTITIONED_TABLE)
		return;

	/* the array is good until the next look at a dictionary */
	dictid = sepgsql_dict_relid(rel);
	all = !sepgsql_dict_has_unlabeled(dictid) ||
		(sepg_core_allowed(subject, SEPG_SID_UNLABELED, SEPG_CLASS_DB_TUPLE, &allowed) == SEPG_OK &&
		 (allowed & perms) == perms);
	nsids = sepgsql_dict_sids(dictid, &sids);
	for (int i = 0; all && i < nsids; i++)
		all = sids[i] == SEPG_SID_NONE ||
			(sepg_core_allowed(subject, sids[i], SEPG_CLASS_DB_TUPLE, &allowed) == SEPG_OK &&
			 (allowed & perms) == perms);
	if (all && sepg_core_enforcing())
		return;

	sepgsql_check_table_am(rel);
	scan = table_beginscan(rel, SnapshotSelf, 0, NULL);
	while ((tuple = heap_getnext(scan, ForwardScanDirection)) != NULL)
	{
		uint32		secid = HeapTupleGetSecid(tuple);

		if (secid == last)
			continue;
		sid = sepgsql_secid_to_sid(dictid, secid);
		sepgsql_check_named(subject,
							sid == SEPG_SID_NONE ? SEPG_SID_UNLABELED : sid,
							SEPG_CLASS_DB_TUPLE, perms, RelationRelationId,
							RelationGetRelid(rel), 0, true);
		last = secid;
		CHECK_FOR_INTERRUPTS();
	}
	table_endscan(scan);
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
	check_stored_rows(rel, drop ? SEPG_DB_TUPLE__DELETE : SEPG_DB_TUPLE__UPDATE);
}

/*
 * TRUNCATE takes all rows, so the subject must be permitted to delete each.
 */
void
sepgsql_check_truncate(Relation rel)
{
	if (!sepgsql_enforcing)
		return;
	(void) check_relation(sepgsql_subject(), RelationGetRelid(rel),
						  SEPG_DB_TABLE__TRUNCATE | SEPG_DB_TABLE__DELETE,
						  NULL, NULL, NULL, true);
	check_stored_rows(rel, SEPG_DB_TUPLE__DELETE);
}

/*
 * Connecting.
 */
void
sepgsql_check_database(Oid dboid)
{
	/* a parallel worker's leader is connected already */
	if (!sepgsql_enforcing || IsParallelWorker())
		return;
	sepgsql_note_database();
	sepgsql_check_named(sepgsql_subject(),
						sepgsql_object_sid(DatabaseRelationId, dboid, 0),
						SEPG_CLASS_DB_DATABASE, SEPG_DB_DATABASE__ACCESS,
						DatabaseRelationId, dboid, 0, true);
}
