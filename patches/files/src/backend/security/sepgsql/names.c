/*-------------------------------------------------------------------------
 *
 * names.c
 *	  What audit records call objects.
 *
 * They are named as contrib/sepgsql names them, which is how
 * getObjectIdentity() does: qualified and quoted.  That function itself is
 * of no use here, since it raises an error over an object that the present
 * command makes or has just taken apart, and a record has to be written of
 * these all the same.
 *
 * A name is computed when a record is written, and only then.
 *
 * IDENTIFICATION
 *	  src/backend/security/sepgsql/names.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_database.h"
#include "catalog/pg_largeobject.h"
#include "catalog/pg_largeobject_metadata.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "commands/dbcommands.h"
#include "lib/stringinfo.h"
#include "security/sepgsql_catalog.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

/*
 * A name in a schema: palloc'd.
 */
char *
sepgsql_qualified_name(Oid nsp, const char *name)
{
	char	   *schema = OidIsValid(nsp) ? get_namespace_name_or_temp(nsp) : NULL;

	return quote_qualified_identifier(schema, name);
}

/*
 * A function with the types of its arguments: palloc'd.
 */
char *
sepgsql_procedure_name(Oid nsp, const char *name, const oidvector *argtypes)
{
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfo(&buf, "%s(", sepgsql_qualified_name(nsp, name));
	for (int i = 0; i < argtypes->dim1; i++)
		appendStringInfo(&buf, "%s%s", i > 0 ? "," : "",
						 format_type_extended(argtypes->values[i], -1,
											  FORMAT_TYPE_ALLOW_INVALID |
											  FORMAT_TYPE_FORCE_QUALIFY));
	appendStringInfoChar(&buf, ')');
	return buf.data;
}

/* The column of a relation: palloc'd, or NULL. */
static char *
column_name(Oid relid, AttrNumber attnum)
{
	char	   *relname = sepgsql_relation_name(relid);
	HeapTuple	tuple;
	char	   *result;

	if (relname == NULL)
		return NULL;
	tuple = SearchSysCache2(ATTNUM, ObjectIdGetDatum(relid),
							Int16GetDatum(attnum));
	if (!HeapTupleIsValid(tuple))
		return psprintf("%s.%d", relname, attnum);
	result = psprintf("%s.%s", relname,
					  quote_identifier(NameStr(((Form_pg_attribute) GETSTRUCT(tuple))->attname)));
	ReleaseSysCache(tuple);
	return result;
}

/*
 * An object that can be looked up: palloc'd, or NULL if it has no name or is
 * not there.
 */
char *
sepgsql_object_name(Oid classId, Oid objectId, int32 subId)
{
	AttrNumber	namecol;
	AttrNumber	nspcol;
	int			cacheid;
	HeapTuple	tuple;
	char	   *name = NULL;
	bool		isnull;
	Datum		value;

	switch (classId)
	{
		case RelationRelationId:
		case AttributeRelationId:
			return subId == 0 ? sepgsql_relation_name(objectId) :
				column_name(objectId, subId);
		case DatabaseRelationId:
			name = get_database_name(objectId);
			return name ? pstrdup(quote_identifier(name)) : NULL;
		case NamespaceRelationId:
			name = get_namespace_name_or_temp(objectId);
			return name ? pstrdup(quote_identifier(name)) : NULL;
		case LargeObjectRelationId:
		case LargeObjectMetadataRelationId:
			return psprintf("%u", objectId);
		default:
			break;
	}

	if (!is_objectclass_supported(classId) ||
		(namecol = get_object_attnum_name(classId)) == InvalidAttrNumber ||
		(cacheid = get_object_catcache_oid(classId)) < 0)
		return NULL;
	tuple = SearchSysCache1(cacheid, ObjectIdGetDatum(objectId));
	if (!HeapTupleIsValid(tuple))
		return NULL;
	value = SysCacheGetAttr(cacheid, tuple, namecol, &isnull);
	if (!isnull)
	{
		Oid			nsp = InvalidOid;

		/* the name is of type name in all of these */
		name = pstrdup(NameStr(*DatumGetName(value)));
		nspcol = get_object_attnum_namespace(classId);
		if (nspcol != InvalidAttrNumber)
			nsp = DatumGetObjectId(SysCacheGetAttrNotNull(cacheid, tuple, nspcol));
		if (classId == ProcedureRelationId)
			name = sepgsql_procedure_name(nsp, name,
										  &((Form_pg_proc) GETSTRUCT(tuple))->proargtypes);
		else
			name = sepgsql_qualified_name(nsp, name);
	}
	ReleaseSysCache(tuple);
	return name;
}

/*
 * sepgsql_check() for an object in a catalog, whose name nobody needs to know
 * unless there is a record to write.
 */
bool
sepgsql_check_named(SepgSid subject, SepgSid object, uint32 tclass,
					uint32 required, Oid classId, Oid objectId, int32 subId,
					bool abort)
{
	SepgAudit	audit;
	int32		rc;

	rc = sepg_core_check(subject, object, tclass, required, &audit);
	if (likely(rc == SEPG_OK && audit.audited == 0))
		return true;
	return sepgsql_conclude(rc, subject, object, tclass, &audit,
							audit.audited == 0 ? NULL :
							sepgsql_object_name(classId, objectId, subId),
							abort);
}
