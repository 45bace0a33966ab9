/*-------------------------------------------------------------------------
 *
 * rows.c
 *	  Labels for what was made without: sepgsql_label_rows() and
 *	  sepgsql_label_catalogs().
 *
 * Tables that come from a server that knew no labels have rows without.  To
 * label them by UPDATE would store each row twice and fire triggers; here the
 * table is rewritten once, as VACUUM FULL does it.  The catalogs must be
 * labelled before a server enforces anything: initdb --label-catalogs does it,
 * in single-user mode.
 *
 * IDENTIFICATION
 *	  src/backend/security/sepgsql/rows.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/genam.h"
#include "access/relation.h"
#include "access/sysattr.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/catalog.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_class.h"
#include "catalog/pg_database.h"
#include "catalog/pg_inherits.h"
#include "commands/cluster.h"
#include "commands/dbcommands.h"
#include "commands/tablecmds.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/parsenodes.h"
#include "security/sepgsql_catalog.h"
#include "security/sepgsql_reclaim.h"
#include "security/sepgsql_visible.h"
#include "storage/bufmgr.h"
#include "storage/fd.h"
#include "storage/lmgr.h"
#include "tcop/utility.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/rls.h"
#include "utils/syscache.h"

/* while a table is being rewritten: the number for rows without a label */
static uint32 label_rows_secid = SEPG_SECID_NONE;
static int64 label_rows_count = 0;

/*
 * The number that a tuple is given in the copy of its table that CLUSTER or
 * VACUUM FULL makes: its own.
 */
uint32
sepgsql_rewritten_secid(HeapTuple tuple)
{
	if (likely(label_rows_secid == SEPG_SECID_NONE) ||
		HeapTupleHeaderHasSecid(tuple->t_data))
		return HeapTupleGetSecid(tuple);

	/* older versions that are copied along are not counted */
	if ((tuple->t_data->t_infomask & HEAP_XMAX_INVALID) ||
		HEAP_XMAX_IS_LOCKED_ONLY(tuple->t_data->t_infomask))
		label_rows_count++;
	return label_rows_secid;
}

#ifdef USE_SEPGSQL

/*
 * What an UPDATE of the column security_label of these rows would ask for, but
 * once for all.
 */
static void
check_label_rows(Relation rel, SepgSid sid)
{
	Oid			relid = RelationGetRelid(rel);
	SepgSid		subject = sepgsql_subject();
	RTEPermissionInfo *perminfo;

	if (!sepgsql_enforcing)
		return;

	perminfo = makeNode(RTEPermissionInfo);
	perminfo->relid = relid;
	perminfo->requiredPerms = ACL_SELECT | ACL_UPDATE;
	perminfo->selectedCols = perminfo->updatedCols =
		bms_make_singleton(SecurityLabelAttributeNumber - FirstLowInvalidHeapAttributeNumber);
	(void) sepgsql_check_perms(NIL, list_make1(perminfo), true);
	sepgsql_check_object(RelationRelationId, relid, 0, SEPG_DB_TABLE__SETATTR);

	if (!sepostgresql_row_level)
		return;
	(void) sepgsql_check_named(subject, SEPG_SID_UNLABELED, SEPG_CLASS_DB_TUPLE,
							   SEPG_DB_TUPLE__SELECT | SEPG_DB_TUPLE__UPDATE |
							   SEPG_DB_TUPLE__RELABELFROM,
							   RelationRelationId, relid, 0, true);
	(void) sepgsql_check_named(subject, sid, SEPG_CLASS_DB_TUPLE,
							   SEPG_DB_TUPLE__RELABELTO,
							   RelationRelationId, relid, 0, true);
}

static void
label_rows(Relation rel, SepgSid sid)
{
	ClusterParams params = {0};

	CheckTableNotInUse(rel, "sepgsql_label_rows");
	PG_TRY();
	{
		label_rows_secid = sepgsql_sid_to_secid(rel, sid);
		cluster_rel(rel, InvalidOid, &params);
	}
	PG_FINALLY();
	{
		label_rows_secid = SEPG_SECID_NONE;
	}
	PG_END_TRY();
}

#endif							/* USE_SEPGSQL */

#ifdef USE_SEPGSQL

/*
 * Label what has no label in a catalog, as initdb would have done it.  TOAST
 * tables and their indexes take the label of their table, so that must have
 * one first: parts is false.
 */
static void
label_catalog(Oid catalog, bool parts)
{
	Relation	rel = table_open(catalog, ShareRowExclusiveLock);
	SysScanDesc scan;
	HeapTuple	tuple;

	scan = systable_beginscan(rel, InvalidOid, false, NULL, 0, NULL);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		HeapTuple	copy;

		CHECK_FOR_INTERRUPTS();
		if (HeapTupleHeaderHasSecid(tuple->t_data))
			continue;
		if (!parts && catalog == RelationRelationId)
		{
			char		relkind = ((Form_pg_class) GETSTRUCT(tuple))->relkind;

			if (relkind == RELKIND_TOASTVALUE || relkind == RELKIND_INDEX)
				continue;
		}
		copy = heap_copytuple(tuple);
		if (IsInplaceUpdateRelation(rel))
			LockTuple(rel, &tuple->t_self, InplaceUpdateTupleLock);
		sepgsql_relabel_row(rel, copy, sepgsql_default_object_sid(rel, copy));
		if (IsInplaceUpdateRelation(rel))
			UnlockTuple(rel, &tuple->t_self, InplaceUpdateTupleLock);
		heap_freetuple(copy);
	}
	systable_endscan(scan);
	table_close(rel, NoLock);

	/* labels of parents are looked up in the caches */
	CommandCounterIncrement();
}

/*
 * From now on it counts that there may be rows without a label.
 */
static void
note_unlabeled_tables(void)
{
	Relation	classrel = table_open(RelationRelationId, AccessShareLock);
	List	   *relids = NIL;
	SysScanDesc scan;
	HeapTuple	tuple;

	scan = systable_beginscan(classrel, InvalidOid, false, NULL, 0, NULL);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_class form = (Form_pg_class) GETSTRUCT(tuple);

		if (form->oid >= FirstNormalObjectId &&
			form->relpersistence != RELPERSISTENCE_TEMP &&
			(form->relkind == RELKIND_RELATION || form->relkind == RELKIND_MATVIEW))
			relids = lappend_oid(relids, form->oid);
	}
	systable_endscan(scan);
	table_close(classrel, AccessShareLock);

	foreach_oid(relid, relids)
	{
		Relation	rel = table_open(relid, ShareLock);

		if (sepgsql_relation_has_labels(rel) && RelationGetNumberOfBlocks(rel) > 0)
			sepgsql_dict_note_unlabeled(rel);
		table_close(rel, NoLock);
	}
}

/*
 * Tell initdb which databases there are, each name ended by a null byte.
 */
static void
write_databases(void)
{
	const char *path = "pg_selinux/databases";
	FILE	   *file = AllocateFile(path, PG_BINARY_W);
	Relation	rel;
	SysScanDesc scan;
	HeapTuple	tuple;

	if (file == NULL)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not create file \"%s\": %m", path)));
	rel = table_open(DatabaseRelationId, AccessShareLock);
	scan = systable_beginscan(rel, InvalidOid, false, NULL, 0, NULL);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_database form = (Form_pg_database) GETSTRUCT(tuple);

		/* what DROP DATABASE left, interrupted, cannot be entered */
		if (form->datconnlimit == DATCONNLIMIT_INVALID_DB)
			continue;
		if (fwrite(NameStr(form->datname), strlen(NameStr(form->datname)) + 1, 1, file) != 1)
			ereport(ERROR,
					(errcode_for_file_access(),
					 errmsg("could not write file \"%s\": %m", path)));
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	if (FreeFile(file) != 0)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not write file \"%s\": %m", path)));
}

#endif							/* USE_SEPGSQL */

/*
 * A database of a cluster that has not been labelled: label its catalogs, and
 * those that are shared.  For initdb --label-catalogs only.
 */
Datum
sepgsql_label_catalogs(PG_FUNCTION_ARGS)
{
	sepgsql_require();
#ifdef USE_SEPGSQL
	{
		const Oid  *catalogs;
		int			ncatalogs = sepgsql_labelled_catalogs(&catalogs);

		if (!sepostgresql_initdb || IsUnderPostmaster)
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("catalogs can be labelled by \"initdb --label-catalogs\" only")));

		for (int i = 0; i < ncatalogs; i++)
		{
			label_catalog(catalogs[i], false);
			if (catalogs[i] == RelationRelationId)
				label_catalog(catalogs[i], true);
		}
		note_unlabeled_tables();
		write_databases();
		if (sepostgresql_security_server == SEPGSQL_SERVER_EMBEDDED)
			sepgsql_write_admin_context();
	}
#endif
	PG_RETURN_VOID();
}

/*
 * Returns how many rows were labelled.
 */
Datum
sepgsql_label_rows(PG_FUNCTION_ARGS)
{
	sepgsql_require();
#ifdef USE_SEPGSQL
	{
		Oid			relid = PG_GETARG_OID(0);
		SepgSid		sid = sepgsql_context_argument(PG_GETARG_TEXT_PP(1));
		List	   *relids;

		PreventCommandIfReadOnly("sepgsql_label_rows()");
		sepgsql_require_visible_oid(RelationRelationId, relid);
		if (!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relid)))
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_TABLE),
					 errmsg("relation with OID %u does not exist", relid)));
		if (!object_ownercheck(RelationRelationId, relid, GetUserId()))
			aclcheck_error(ACLCHECK_NOT_OWNER,
						   get_relkind_objtype(get_rel_relkind(relid)),
						   get_rel_name(relid));

		relids = find_all_inheritors(relid, AccessShareLock, NULL);
		if (get_rel_relkind(relid) != RELKIND_PARTITIONED_TABLE)
			relids = list_make1_oid(relid);

		label_rows_count = 0;
		foreach_oid(each, relids)
		{
			Relation	rel = relation_open(each, AccessExclusiveLock);

			if ((rel->rd_rel->relkind != RELKIND_RELATION &&
				 rel->rd_rel->relkind != RELKIND_MATVIEW &&
				 rel->rd_rel->relkind != RELKIND_PARTITIONED_TABLE) ||
				IsSystemRelation(rel) || !sepgsql_relation_has_labels(rel))
				ereport(ERROR,
						(errcode(ERRCODE_WRONG_OBJECT_TYPE),
						 errmsg("cannot label the rows of \"%s\"",
								RelationGetRelationName(rel)),
						 errdetail("It is no table or materialized view of a user's.")));
			if (check_enable_rls(each, InvalidOid, true) == RLS_ENABLED)
				ereport(ERROR,
						(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
						 errmsg("query would be affected by row-level security policy for table \"%s\"",
								RelationGetRelationName(rel))));
			check_label_rows(rel, sid);

			/* nothing to do, or nothing here? */
			if (rel->rd_rel->relkind == RELKIND_PARTITIONED_TABLE ||
				!sepgsql_dict_has_unlabeled(each))
				relation_close(rel, NoLock);
			else
				label_rows(rel, sid);	/* closes it */
		}
		PG_RETURN_INT64(label_rows_count);
	}
#else
	PG_RETURN_NULL();
#endif
}
