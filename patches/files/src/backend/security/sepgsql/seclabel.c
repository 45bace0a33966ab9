/*-------------------------------------------------------------------------
 *
 * seclabel.c
 *	  Labels of objects in SQL: the SECURITY LABEL statement.
 *
 * Provider "selinux" is built in.  Its labels stand where all labels stand,
 * in the headers of catalog rows, and not in pg_seclabel.
 *
 * IDENTIFICATION
 *	  src/backend/security/sepgsql/seclabel.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/transam.h"
#include "catalog/catalog.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_default_acl.h"
#include "catalog/pg_largeobject.h"
#include "catalog/pg_largeobject_metadata.h"
#include "catalog/pg_parameter_acl.h"
#include "catalog/pg_user_mapping.h"
#include "commands/seclabel.h"
#include "miscadmin.h"
#include "security/sepgsql_catalog.h"
#include "security/sepgsql_columns.h"
#include "security/sepgsql_visible.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

/* What SECURITY LABEL accepts before it gets to the permissions. */
static void
check_label(const ObjectAddress *object, const char *label)
{
	SepgSid		sid;
	char		err[256];
	int			rc;

	if (object->classId == RelationRelationId)
	{
		char		relkind = get_rel_relkind(object->objectId);

		if (object->objectSubId != 0)
		{
			if (sepgsql_relation_class(relkind) != SEPG_CLASS_DB_TABLE)
				ereport(ERROR,
						(errcode(ERRCODE_WRONG_OBJECT_TYPE),
						 errmsg("cannot set security label on non-regular columns")));
		}
		else if (sepgsql_relation_class(relkind) == SEPG_CLASS_DB_TUPLE)
			ereport(ERROR,
					(errcode(ERRCODE_WRONG_OBJECT_TYPE),
					 errmsg("cannot set security labels on relations except for tables, sequences or views")));
	}

	if (label == NULL)
		return;
	err[0] = '\0';
	rc = sepg_core_context_to_sid(sepgsql_label_from_client(label), &sid,
								  err, sizeof(err));
	if (rc == SEPG_INVALID)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_NAME),
				 errmsg("SELinux: invalid security label: \"%s\"", label),
				 errcontext("security label of %s",
							sepgsql_describe_object(object))));
	if (rc != SEPG_OK)
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR),
				 errmsg("could not validate security context \"%s\": %s",
						label, err)));
}

/* Make provider "selinux" known, where labels are. */
void
sepgsql_register_provider(void)
{
	static bool registered = false;

	if (sepgsql_labeling && !registered)
	{
		register_label_provider("selinux", check_label);
		registered = true;
	}
}

/* Is this the one that is built in? */
bool
sepgsql_is_provider(const char *provider)
{
	return sepgsql_labeling && strcmp(provider, "selinux") == 0;
}

/*
 * The catalog row of an object, as a copy; with a lock against updates in
 * place if it is going to be changed.
 */
static HeapTuple
fetch_row(const ObjectAddress *object, Relation *rel, LOCKMODE lockmode)
{
	bool		lock = lockmode != AccessShareLock;
	Oid			classId = object->classId;
	HeapTuple	tuple;

	if (classId == RelationRelationId && object->objectSubId != 0)
	{
		*rel = table_open(AttributeRelationId, lockmode);
		tuple = SearchSysCacheCopyAttNum(object->objectId, object->objectSubId);
	}
	else if (classId == ParameterAclRelationId)
	{
		/* which is not among what objectaddress.c calls objects */
		*rel = table_open(classId, lockmode);
		tuple = SearchSysCacheCopy1(PARAMETERACLOID,
									ObjectIdGetDatum(object->objectId));
	}
	else
	{
		/* large objects are known by the catalog of their pieces */
		if (classId == LargeObjectRelationId)
			classId = LargeObjectMetadataRelationId;
		*rel = table_open(classId, lockmode);
		tuple = get_catalog_object_by_oid_extended(*rel,
												   get_object_attnum_oid(classId),
												   object->objectId,
												   lock && IsInplaceUpdateOid(classId));
	}
	return tuple;
}

/*
 * Give an object this label, or its default one.
 */
void
sepgsql_set_object_label(const ObjectAddress *object, const char *label)
{
	Relation	rel;
	HeapTuple	tuple = fetch_row(object, &rel, RowExclusiveLock);
	SepgSid		sid;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for object %u/%u/%d",
			 object->classId, object->objectId, object->objectSubId);

	if (label == NULL)
		sid = sepgsql_default_object_sid(rel, tuple);
	else
		sid = sepgsql_input_label_text(cstring_to_text(label));

	sepgsql_relabel_row(rel, tuple, sid);
	if (IsInplaceUpdateRelation(rel))
		UnlockTuple(rel, &tuple->t_self, InplaceUpdateTupleLock);
	table_close(rel, RowExclusiveLock);
}

/*
 * The label of something that has one of its own but no form of SECURITY
 * LABEL.  pg_dump needs it.
 */
void
sepgsql_label_catalog_object(Oid classId, Oid objectId, int32 subId,
							 const char *label)
{
	ObjectAddress object;

	PreventCommandIfReadOnly("sepgsql_set_catalog_label()");
	ObjectAddressSubSet(object, classId, objectId, subId);
	if (!superuser())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("must be superuser to use %s",
						"sepgsql_set_catalog_label()")));
	if ((classId != UserMappingRelationId &&
		 classId != DefaultAclRelationId &&
		 classId != ParameterAclRelationId) ||
		subId != 0)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("%s is for user mappings, default privileges and privileges on parameters",
						"sepgsql_set_catalog_label()"),
				 errhint("Use SECURITY LABEL.")));
	if (IsSharedRelation(classId))
		LockSharedObject(classId, objectId, 0, ShareUpdateExclusiveLock);
	else
		LockDatabaseObject(classId, objectId, 0, ShareUpdateExclusiveLock);
	if (!sepgsql_part_visible(classId, objectId, 0))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("object does not exist")));
	check_label(&object, label);
	sepgsql_set_object_label(&object, label);
}

/*
 * The label that an object would get if it were made again, by initdb or by
 * the client; SEPG_SID_NONE if it is not there, takes its label from what it
 * serves, or is a column that gets another label than its siblings.
 */
SepgSid
sepgsql_new_object_sid(const ObjectAddress *object)
{
	Relation	rel;
	HeapTuple	tuple = fetch_row(object, &rel, AccessShareLock);
	SepgSid		sid = SEPG_SID_NONE;
	uint32		tclass;

	if (HeapTupleIsValid(tuple))
	{
		if (object->objectId >= FirstNormalObjectId ||
			(sepgsql_row_context(rel, tuple, &sid, &tclass) &&
			 sid == SEPG_SID_NONE))
			sid = sepgsql_default_object_sid(rel, tuple);
		if (object->objectId >= FirstNormalObjectId &&
			object->classId == RelationRelationId && object->objectSubId != 0 &&
			sid != sepgsql_compute_create(sepgsql_subject(),
										  sepgsql_relation_sid(object->objectId),
										  SEPG_CLASS_DB_COLUMN, NULL))
			sid = SEPG_SID_NONE;
		heap_freetuple(tuple);
	}
	table_close(rel, AccessShareLock);
	return sid;
}

/*
 * The label of an object, palloc'd, or NULL if it has none.
 */
char *
sepgsql_get_object_label(const ObjectAddress *object)
{
	Relation	rel;
	HeapTuple	tuple = fetch_row(object, &rel, AccessShareLock);
	char	   *label = NULL;

	if (HeapTupleIsValid(tuple))
	{
		SepgSid		sid = sepgsql_secid_to_sid(RelationGetRelid(rel),
											   HeapTupleGetSecid(tuple));
		const char *text = sid == SEPG_SID_NONE ? NULL : sepgsql_sid_text(sid);

		if (text)
			label = sepgsql_label_to_client(text);
	}
	table_close(rel, AccessShareLock);
	return label;
}
