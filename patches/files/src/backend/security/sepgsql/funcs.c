/*-------------------------------------------------------------------------
 *
 * funcs.c
 *	  SQL functions of SE-PostgreSQL.
 *
 * The functions are there in every build, so that the catalogs are the same;
 * where nothing could answer they raise an error.
 *
 * IDENTIFICATION
 *	  src/backend/security/sepgsql/funcs.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_largeobject.h"
#include "catalog/pg_largeobject_metadata.h"
#include "common/hashfn.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "security/sepgsql_catalog.h"
#include "storage/lmgr.h"
#include "tcop/utility.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

void
sepgsql_require(void)
{
#ifdef USE_SEPGSQL
	if (sepgsql_labeling && sepg_core_ready())
		return;
#endif
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("mandatory access control is not enabled"),
			 sepostgresql ? 0 :
			 errhint("The parameter \"%s\" is off.", "sepostgresql")));
}

#ifdef USE_SEPGSQL

/*
 * Translate by mcstrans: palloc'd, or NULL if that is not possible.  The
 * embedded server's labels are not those of the host, so nothing translates
 * them.
 */
static char *
translate_context(const char *context, bool to_raw)
{
	char	   *buf;
	int			len;

	if (sepostgresql_security_server != SEPGSQL_SERVER_KERNEL)
		return pstrdup(context);
	len = sepg_core_context_translate(context, to_raw, NULL, 0);
	if (len < 0)
		return NULL;
	buf = palloc(len + 1);
	sepg_core_context_translate(context, to_raw, buf, len + 1);
	return buf;
}

/* Does the client want contexts translated, and is there who could? */
static inline bool
translation_wanted(void)
{
	return sepostgresql_mcstrans && sepgsql_labeling &&
		sepostgresql_security_server == SEPGSQL_SERVER_KERNEL;
}

/*
 * The text of a context as the client wants to see it: palloc'd.  What mcstrans
 * says is remembered as long as the policy, since each row of a scan may come
 * here.
 */
char *
sepgsql_label_to_client(const char *context)
{
	static struct
	{
		uint64		policy_seqno;
		char	   *context;
		char	   *translated;
	}			known[64],
			   *entry;
	char	   *translated;
	char	   *copy;

	if (likely(!translation_wanted()))
		return pstrdup(context);

	entry = &known[hash_bytes((const unsigned char *) context, strlen(context)) &
				   (lengthof(known) - 1)];
	if (entry->context != NULL &&
		entry->policy_seqno == sepgsql_policy_seqno() &&
		strcmp(entry->context, context) == 0)
		return pstrdup(entry->translated);

	translated = translate_context(context, false);
	if (translated == NULL)
		return pstrdup(context);
	copy = MemoryContextStrdup(TopMemoryContext, context);
	if (entry->context != NULL)
	{
		pfree(entry->context);
		pfree(entry->translated);
		entry->context = NULL;
	}
	entry->translated = MemoryContextStrdup(TopMemoryContext, translated);
	entry->policy_seqno = sepgsql_policy_seqno();
	entry->context = copy;
	return translated;
}

/* The raw text of what the client wrote. */
const char *
sepgsql_label_from_client(const char *context)
{
	char	   *raw = translation_wanted() ? translate_context(context, true) : NULL;

	return raw ? raw : context;
}

static text *
context_to_user(const char *context)
{
	if (context == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR),
				 errmsg("SELinux: unknown security context")));
	return cstring_to_text(sepgsql_label_to_client(context));
}

/* the raw text of what a user wrote; an error if it is no valid context */
static const char *
context_from_user(const char *context)
{
	char		err[SEPG_ERRLEN];
	SepgSid		sid;

	context = sepgsql_label_from_client(context);
	if (sepg_core_context_to_sid(context, &sid, err, sizeof(err)) != SEPG_OK)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid security context: \"%s\"", context)));
	return sepg_core_sid_to_text(sid);
}

/* the same, for others */
SepgSid
sepgsql_context_argument(const text *context)
{
	return sepgsql_intern_text(context_from_user(text_to_cstring(context)));
}

text *
sepgsql_context_text(SepgSid sid)
{
	return context_to_user(sepgsql_sid_text(sid));
}

/*
 * Parts of a context are parts of a text: neither the context that they are
 * taken from nor the one that they are put into need be valid, so that several
 * can be changed one after the other.
 */
static const char *const part_names[] = {"user", "role", "type", "range"};

static char *
raw_argument(const text *context)
{
	char	   *given = text_to_cstring(context);
	char	   *raw = translate_context(given, true);

	return raw ? raw : given;
}

static Datum
get_part(FunctionCallInfo fcinfo, int which)
{
	const char *context;
	char	   *buf;
	int			len;

	sepgsql_require();
	context = raw_argument(PG_GETARG_TEXT_PP(0));
	len = sepg_core_context_part(context, which, NULL, 0);
	if (len < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("SELinux: could not extract %s of \"%s\"",
						part_names[which], context)));
	buf = palloc(len + 1);
	sepg_core_context_part(context, which, buf, len + 1);
	PG_RETURN_TEXT_P(cstring_to_text(buf));
}

static Datum
set_part(FunctionCallInfo fcinfo, int which)
{
	const char *context;
	char	   *value;
	char	   *buf;
	int			len;

	sepgsql_require();
	context = raw_argument(PG_GETARG_TEXT_PP(0));
	value = text_to_cstring(PG_GETARG_TEXT_PP(1));
	if (sepg_core_context_part(context, which, NULL, 0) < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("SELinux: could not extract %s of \"%s\"",
						part_names[which], context)));
	len = sepg_core_context_set_part(context, which, value, NULL, 0);
	if (len < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid security context: \"%s\"", value)));
	buf = palloc(len + 1);
	sepg_core_context_set_part(context, which, value, buf, len + 1);
	PG_RETURN_TEXT_P(context_to_user(buf));
}

#else

#define get_part(fcinfo, which)		(sepgsql_require(), (Datum) 0)
#define set_part(fcinfo, which)		(sepgsql_require(), (Datum) 0)

#endif							/* USE_SEPGSQL */

/* the label that the client acts with now */
Datum
sepgsql_getcon(PG_FUNCTION_ARGS)
{
	sepgsql_require();
#ifdef USE_SEPGSQL
	PG_RETURN_TEXT_P(context_to_user(sepg_core_sid_to_text(sepgsql_subject())));
#else
	PG_RETURN_NULL();
#endif
}

/*
 * Set the label that this session acts with, or with NULL return to the one
 * that it connected with.
 */
Datum
sepgsql_setcon(PG_FUNCTION_ARGS)
{
	sepgsql_require();
#ifdef USE_SEPGSQL
	if (!sepgsql_enforcing)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("this session has no security label to be set")));
	if (PG_ARGISNULL(0))
		sepgsql_set_label(SEPG_SID_NONE);
	else
		sepgsql_set_label(sepgsql_intern_text(context_from_user(text_to_cstring(PG_GETARG_TEXT_PP(0)))));
	PG_RETURN_BOOL(true);
#else
	PG_RETURN_NULL();
#endif
}

/* the server's own */
Datum
sepgsql_server_getcon(PG_FUNCTION_ARGS)
{
	sepgsql_require();
#ifdef USE_SEPGSQL
	PG_RETURN_TEXT_P(context_to_user(sepg_core_sid_to_text(sepgsql_server_sid())));
#else
	PG_RETURN_NULL();
#endif
}

/* what column security_label shows of rows that have no label */
Datum
sepgsql_unlabeled(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(sepgsql_secid_to_label(InvalidOid,
															SEPG_SECID_NONE)));
}

/* from the translated form into the raw one */
Datum
sepgsql_mcstrans_in(PG_FUNCTION_ARGS)
{
	sepgsql_require();
#ifdef USE_SEPGSQL
	{
		char	   *context = text_to_cstring(PG_GETARG_TEXT_PP(0));
		char	   *buf = translate_context(context, true);

		if (buf == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_INTERNAL_ERROR),
					 errmsg("SELinux: could not translate security label: \"%s\"",
							context)));
		PG_RETURN_TEXT_P(cstring_to_text(buf));
	}
#else
	PG_RETURN_NULL();
#endif
}

/* from the raw form into the translated one */
Datum
sepgsql_mcstrans_out(PG_FUNCTION_ARGS)
{
	sepgsql_require();
#ifdef USE_SEPGSQL
	{
		char	   *context = text_to_cstring(PG_GETARG_TEXT_PP(0));
		char	   *buf = translate_context(context, false);

		if (buf == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_INTERNAL_ERROR),
					 errmsg("SELinux: could not translate security label: \"%s\"",
							context)));
		PG_RETURN_TEXT_P(cstring_to_text(buf));
	}
#else
	PG_RETURN_NULL();
#endif
}

/* parts of a context */
Datum
sepgsql_get_user(PG_FUNCTION_ARGS)
{
	return get_part(fcinfo, SEPG_CONTEXT_USER);
}

Datum
sepgsql_get_role(PG_FUNCTION_ARGS)
{
	return get_part(fcinfo, SEPG_CONTEXT_ROLE);
}

Datum
sepgsql_get_type(PG_FUNCTION_ARGS)
{
	return get_part(fcinfo, SEPG_CONTEXT_TYPE);
}

Datum
sepgsql_get_range(PG_FUNCTION_ARGS)
{
	return get_part(fcinfo, SEPG_CONTEXT_RANGE);
}

Datum
sepgsql_set_user(PG_FUNCTION_ARGS)
{
	return set_part(fcinfo, SEPG_CONTEXT_USER);
}

Datum
sepgsql_set_role(PG_FUNCTION_ARGS)
{
	return set_part(fcinfo, SEPG_CONTEXT_ROLE);
}

Datum
sepgsql_set_type(PG_FUNCTION_ARGS)
{
	return set_part(fcinfo, SEPG_CONTEXT_TYPE);
}

Datum
sepgsql_set_range(PG_FUNCTION_ARGS)
{
	return set_part(fcinfo, SEPG_CONTEXT_RANGE);
}

/* labels of large objects */
Datum
lo_get_security(PG_FUNCTION_ARGS)
{
	sepgsql_require();
#ifdef USE_SEPGSQL
	{
		Oid			lobj = PG_GETARG_OID(0);
		SepgSid		sid;

		if (!LargeObjectExists(lobj))
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_OBJECT),
					 errmsg("large object %u does not exist", lobj)));
		sepgsql_check_blob(lobj, SEPG_DB_BLOB__GETATTR);
		sid = sepgsql_object_sid(LargeObjectMetadataRelationId, lobj, 0);
		PG_RETURN_TEXT_P(context_to_user(sepg_core_sid_to_text(sid)));
	}
#else
	PG_RETURN_NULL();
#endif
}

/*
 * sepgsql_set_catalog_label(catalog, object, 0, label)
 */
Datum
sepgsql_set_catalog_label(PG_FUNCTION_ARGS)
{
	sepgsql_require();
#ifdef USE_SEPGSQL
	sepgsql_label_catalog_object(PG_GETARG_OID(0), PG_GETARG_OID(1),
								 PG_GETARG_INT32(2),
								 text_to_cstring(PG_GETARG_TEXT_PP(3)));
#endif
	PG_RETURN_VOID();
}

#ifdef USE_SEPGSQL
static void
blob_label_callback(void *arg)
{
	errcontext("security label of large object %u", *(Oid *) arg);
}
#endif

Datum
lo_set_security(PG_FUNCTION_ARGS)
{
	sepgsql_require();
#ifdef USE_SEPGSQL
	{
		Oid			lobj = PG_GETARG_OID(0);
		const char *label;
		ObjectAddress address;
		ErrorContextCallback callback = {error_context_stack, blob_label_callback, &lobj};

		PreventCommandIfReadOnly("lo_set_security()");
		error_context_stack = &callback;
		label = context_from_user(text_to_cstring(PG_GETARG_TEXT_PP(1)));
		error_context_stack = callback.previous;
		LockDatabaseObject(LargeObjectRelationId, lobj, 0, ShareUpdateExclusiveLock);
		if (!LargeObjectExists(lobj))
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_OBJECT),
					 errmsg("large object %u does not exist", lobj)));
		if (!object_ownercheck(LargeObjectRelationId, lobj, GetUserId()))
			aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_LARGEOBJECT,
						   psprintf("%u", lobj));
		ObjectAddressSet(address, LargeObjectRelationId, lobj);
		sepgsql_set_object_label(&address, label);
		CommandCounterIncrement();
		PG_RETURN_BOOL(true);
	}
#else
	PG_RETURN_NULL();
#endif
}

/* this session's access vector cache, for pg_stat_selinux */
Datum
pg_stat_get_selinux(PG_FUNCTION_ARGS)
{
	sepgsql_require();
#ifdef USE_SEPGSQL
	{
		TupleDesc	tupdesc;
		Datum		values[9];
		bool		nulls[9] = {0};
		SepgStats	stats;

		if (get_call_result_type(fcinfo, NULL, &tupdesc) != TYPEFUNC_COMPOSITE)
			elog(ERROR, "return type must be a row type");

		sepg_core_stats(&stats);
		values[0] = Int64GetDatum(stats.lookups);
		values[1] = Int64GetDatum(stats.hits);
		values[2] = Int64GetDatum(stats.misses);
		values[3] = Int64GetDatum(stats.reclaimed);
		values[4] = Int64GetDatum(stats.denials);
		values[5] = Int64GetDatum(stats.entries);
		values[6] = Int64GetDatum(stats.capacity);
		values[7] = Int64GetDatum(stats.sids);
		values[8] = Int64GetDatum(stats.policy_seqno);
		PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(tupdesc, values, nulls)));
	}
#else
	PG_RETURN_NULL();
#endif
}

/* what stands in pg_peerlabel.conf, for pg_peerlabel_file_rules */
Datum
pg_peerlabel_file_rules(PG_FUNCTION_ARGS)
{
	sepgsql_require();
#ifdef USE_SEPGSQL
	InitMaterializedSRF(fcinfo, 0);
	{
		ReturnSetInfo *rsi = (ReturnSetInfo *) fcinfo->resultinfo;

		sepgsql_show_peerlabel_rules(rsi->setResult, rsi->setDesc);
	}
#endif
	PG_RETURN_NULL();
}

/* the table in catalog.c, for a test that it is complete */
Datum
sepgsql_catalog_rules(PG_FUNCTION_ARGS)
{
#ifdef USE_SEPGSQL
	InitMaterializedSRF(fcinfo, 0);
	sepgsql_list_catalog_rules((ReturnSetInfo *) fcinfo->resultinfo);
	return (Datum) 0;
#else
	sepgsql_require();
	PG_RETURN_NULL();
#endif
}
