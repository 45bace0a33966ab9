/*-------------------------------------------------------------------------
 *
 * access.c
 *	  SQL functions that ask the policy, and the one that restores labels.
 *
 * Anybody may ask what the policy lets it do itself.  To ask about the label
 * of somebody else is compute_av of the security server, and to be shown the
 * rules is read_policy besides, as for processes on an SELinux host: the
 * policy says who is its officer.
 *
 * IDENTIFICATION
 *	  src/backend/security/sepgsql/access.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <fcntl.h>

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/sysattr.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/catalog.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_database.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "security/sepgsql_catalog.h"
#include "storage/fd.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#ifdef USE_SEPGSQL

/* What sepgsql_access() and its twin are asked. */
typedef struct AccessQuestion
{
	SepgSid		subject;
	SepgSid		object;
	uint32		tclass;
	uint32		permission;		/* one bit */
	bool		allowed;		/* the policy's answer */
} AccessQuestion;

/*
 * The client uses the security server itself.
 */
static void
check_security_server(uint32 perms)
{
	SepgSid		sid;

	if (!sepgsql_enforcing)
		return;
	if (sepg_core_initial_context("security", &sid) != SEPG_OK)
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR),
				 errmsg("the security server gave no answer"),
				 errdetail_internal("%s", sepg_core_last_error())));
	sepgsql_check(sepgsql_subject(), sid, SEPG_CLASS_SECURITY, perms, NULL, true);
}

/*
 * Read the four arguments of a question, see that the client may ask it, and
 * answer it.
 */
static void
ask(FunctionCallInfo fcinfo, bool explain, AccessQuestion *question)
{
	char	   *classname = text_to_cstring(PG_GETARG_TEXT_PP(2));
	char	   *permname = text_to_cstring(PG_GETARG_TEXT_PP(3));
	uint32		permitted;
	uint32		all;

	question->subject = sepgsql_context_argument(PG_GETARG_TEXT_PP(0));
	question->object = sepgsql_context_argument(PG_GETARG_TEXT_PP(1));
	question->tclass = sepg_core_class_by_name(classname);
	if (question->tclass == SEPG_CLASS_INVALID)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unrecognized object class: \"%s\"", classname)));
	question->permission = 0;
	all = sepg_core_class_perms(question->tclass);
	for (uint32 bit = 1; bit != 0 && bit <= all; bit <<= 1)
	{
		const char *name = (all & bit) ? sepg_core_perm_name(question->tclass, bit) : NULL;

		if (name && strcmp(name, permname) == 0)
			question->permission = bit;
	}
	if (question->permission == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unrecognized permission of object class \"%s\": \"%s\"",
						classname, permname)));

	if (explain)
		check_security_server(SEPG_SECURITY__COMPUTE_AV | SEPG_SECURITY__READ_POLICY);
	else if (question->subject != sepgsql_subject())
		check_security_server(SEPG_SECURITY__COMPUTE_AV);

	if (sepg_core_permitted(question->subject, question->object,
							question->tclass, &permitted) != SEPG_OK)
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR),
				 errmsg("the security server gave no answer"),
				 errdetail_internal("%s", sepg_core_last_error())));
	question->allowed = (permitted & question->permission) != 0;
}

/*
 * Put the reasons for an answer into a tuplestore.
 */
static void
explain(const AccessQuestion *question, ReturnSetInfo *rsinfo)
{
	uint8	   *image;
	size_t		len;
	int			size = 8192;
	int			length;
	char	   *buf;
	bool		allowed;

	sepgsql_read_policy(&image, &len);
	for (;;)
	{
		buf = palloc(size);
		length = sepg_core_explain(image, len, question->subject,
								   question->object, question->tclass,
								   question->permission, &allowed, buf, size);
		if (length < size)
			break;
		pfree(buf);
		size = length + 1;
	}
	pfree(image);
	if (length < 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the rules of the security policy cannot be read"),
				 errdetail_internal("%s", sepg_core_last_error())));

	/* the kernel may have got another policy just now */
	if (allowed != question->allowed)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the rules of the security policy are not those that decide"),
				 errhint("Try again.")));

	for (char *line = buf; *line != '\0';)
	{
		char	   *tab = strchr(line, '\t');
		char	   *end = strchr(line, '\n');
		Datum		values[3];
		bool		nulls[3] = {0};

		Assert(tab != NULL && end != NULL && tab < end);
		*tab = *end = '\0';
		values[0] = BoolGetDatum(allowed);
		values[1] = CStringGetTextDatum(line);
		values[2] = CStringGetTextDatum(tab + 1);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
		line = end + 1;
	}

	if (!allowed && !sepg_core_enforcing())
	{
		Datum		values[3];
		bool		nulls[3] = {0, 0, true};

		values[0] = BoolGetDatum(false);
		values[1] = CStringGetTextDatum("permissive mode");
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
}

/*
 * The object of a catalog row, for messages: palloc'd.
 */
static char *
row_description(Relation rel, HeapTuple tuple)
{
	char	   *name = NULL;

	if (RelationGetRelid(rel) == AttributeRelationId)
	{
		Form_pg_attribute att = (Form_pg_attribute) GETSTRUCT(tuple);

		name = sepgsql_object_name(RelationRelationId, att->attrelid, att->attnum);
	}
	else if (is_objectclass_supported(RelationGetRelid(rel)))
	{
		AttrNumber	oidcol = get_object_attnum_oid(RelationGetRelid(rel));
		bool		isnull;
		Oid			oid = DatumGetObjectId(heap_getattr(tuple, oidcol,
														RelationGetDescr(rel), &isnull));

		name = sepgsql_object_name(RelationGetRelid(rel), oid, 0);
	}
	return name ? name : psprintf("a row of %s", RelationGetRelationName(rel));
}

/*
 * Give the rows of a catalog the labels of the file that has been read.
 */
static void
restore_catalog(Oid catalog)
{
	Relation	rel = table_open(catalog, RowExclusiveLock);
	bool		shared = rel->rd_rel->relisshared;
	bool		warned = false;
	SysScanDesc scan;
	HeapTuple	tuple;

	scan = systable_beginscan(rel, InvalidOid, false, NULL, 0, NULL);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		HeapTuple	copy;
		SepgSid		sid;
		uint32		tclass;

		CHECK_FOR_INTERRUPTS();

		/* of what all databases share, this one only */
		if (shared && ((Form_pg_database) GETSTRUCT(tuple))->oid != MyDatabaseId)
			continue;
		if (!sepgsql_row_context(rel, tuple, &sid, &tclass))
			continue;
		if (sid == SEPG_SID_NONE)
		{
			/* as contrib/sepgsql does; of plain rows, once for each catalog */
			if (tclass != SEPG_CLASS_DB_TUPLE)
				ereport(WARNING,
						(errmsg("SELinux: no initial label assigned for %s (type=%s), skipping",
								row_description(rel, tuple),
								sepg_core_class_name(tclass))));
			else if (!warned)
				ereport(WARNING,
						(errmsg("SELinux: no initial label assigned for rows of %s, skipping",
								RelationGetRelationName(rel))));
			warned = true;
			continue;
		}
		if (sepgsql_secid_to_sid(catalog, HeapTupleGetSecid(tuple)) == sid)
			continue;

		/* rows of these are also updated in place */
		if (catalog == RelationRelationId)
			copy = SearchSysCacheLockedCopy1(RELOID,
											 ObjectIdGetDatum(((Form_pg_class) GETSTRUCT(tuple))->oid));
		else if (catalog == DatabaseRelationId)
			copy = SearchSysCacheLockedCopy1(DATABASEOID,
											 ObjectIdGetDatum(MyDatabaseId));
		else
			copy = heap_copytuple(tuple);
		if (!HeapTupleIsValid(copy))
			continue;			/* dropped meanwhile */
		sepgsql_relabel_row(rel, copy, sid);
		if (IsInplaceUpdateRelation(rel))
			UnlockTuple(rel, &copy->t_self, InplaceUpdateTupleLock);
		heap_freetuple(copy);
	}
	systable_endscan(scan);
	table_close(rel, NoLock);

	/* labels of parents are looked up in the caches */
	CommandCounterIncrement();
}

#endif							/* USE_SEPGSQL */

/*
 * Does the policy let the one label do this to the other?  Permissive mode
 * makes no difference.
 */
Datum
sepgsql_access(PG_FUNCTION_ARGS)
{
	sepgsql_require();
#ifdef USE_SEPGSQL
	{
		AccessQuestion question;

		ask(fcinfo, false, &question);
		PG_RETURN_BOOL(question.allowed);
	}
#else
	PG_RETURN_NULL();
#endif
}

/* And why? */
Datum
sepgsql_access_explain(PG_FUNCTION_ARGS)
{
	sepgsql_require();
#ifdef USE_SEPGSQL
	{
		AccessQuestion question;

		ask(fcinfo, true, &question);
		InitMaterializedSRF(fcinfo, 0);
		explain(&question, (ReturnSetInfo *) fcinfo->resultinfo);
	}
#endif
	return (Datum) 0;
}

/*
 * The labels that rows of a table may have and that the client may select, to
 * who may select from the table's column security_label.
 */
Datum
sepgsql_visible_labels(PG_FUNCTION_ARGS)
{
	sepgsql_require();
#ifdef USE_SEPGSQL
	{
		Oid			relid = PG_GETARG_OID(0);
		ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
		SepgSid		subject = sepgsql_subject();
		const SepgSid *sids;
		SepgSid    *copy;
		int			nsids;
		Oid			dictid;
		Relation	rel = table_open(relid, AccessShareLock);
		AclResult	aclresult;
		RTEPermissionInfo *perminfo;

		if (sepgsql_enforcing)
			sepgsql_check_object(RelationRelationId, relid, 0, SEPG_DB_TABLE__GETATTR);
		aclresult = pg_class_aclcheck(relid, GetUserId(), ACL_SELECT);
		if (aclresult != ACLCHECK_OK)
			aclresult = pg_attribute_aclcheck(relid, SecurityLabelAttributeNumber,
											  GetUserId(), ACL_SELECT);
		if (aclresult != ACLCHECK_OK)
			aclcheck_error(aclresult, get_relkind_objtype(rel->rd_rel->relkind),
						   RelationGetRelationName(rel));
		perminfo = makeNode(RTEPermissionInfo);
		perminfo->relid = relid;
		perminfo->requiredPerms = ACL_SELECT;
		perminfo->selectedCols =
			bms_make_singleton(SecurityLabelAttributeNumber - FirstLowInvalidHeapAttributeNumber);
		(void) sepgsql_check_perms(NIL, list_make1(perminfo), true);

		InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
		if (!sepgsql_relation_has_labels(rel))
		{
			table_close(rel, AccessShareLock);
			return (Datum) 0;
		}

		/* what we ask may change the dictionary in our memory */
		dictid = sepgsql_dict_relid(rel);
		nsids = sepgsql_dict_sids(dictid, &sids);
		copy = palloc_array(SepgSid, nsids + 1);
		memcpy(copy, sids, nsids * sizeof(SepgSid));
		if (sepgsql_dict_has_unlabeled(dictid))
			copy[nsids++] = SEPG_SID_UNLABELED;
		for (int i = 0; i < nsids; i++)
		{
			Datum		value;
			bool		isnull = false;

			if (copy[i] == SEPG_SID_NONE ||
				!sepgsql_sid_visible(subject, rel, copy[i]))
				continue;
			value = PointerGetDatum(sepgsql_context_text(copy[i]));
			tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, &value, &isnull);
		}
		table_close(rel, AccessShareLock);
	}
#endif
	return (Datum) 0;
}

/*
 * Give all objects of this database the labels that a file says, or NULL for
 * the one that is installed, from which initdb took them.
 */
Datum
sepgsql_restorecon(PG_FUNCTION_ARGS)
{
	sepgsql_require();
	if (!superuser())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("SELinux: must be superuser to restore initial contexts")));
	PreventCommandIfReadOnly("sepgsql_restorecon()");
#ifdef USE_SEPGSQL
	{
		char	   *path = PG_ARGISNULL(0) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(0));
		const Oid  *catalogs;
		int			ncatalogs = sepgsql_labelled_catalogs(&catalogs);

		if (path == NULL)
			sepgsql_read_contexts(NULL, NULL);
		else
		{
			/* a file that the client may read, held while the core does */
			int			fd = sepgsql_open_file(path, O_RDONLY | PG_BINARY, 0);
			char		held[64];

			if (fd < 0)
				ereport(ERROR,
						(errcode_for_file_access(),
						 errmsg("could not open file \"%s\": %m", path)));
			snprintf(held, sizeof(held), "/proc/self/fd/%d", fd);
			sepgsql_read_contexts(held, path);
			CloseTransientFile(fd);
		}

		for (int i = 0; i < ncatalogs; i++)
		{
			if (!IsSharedRelation(catalogs[i]) || catalogs[i] == DatabaseRelationId)
				restore_catalog(catalogs[i]);
		}
		PG_RETURN_BOOL(true);
	}
#else
	PG_RETURN_NULL();
#endif
}
