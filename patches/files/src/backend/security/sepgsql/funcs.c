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

#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "security/sepgsql_catalog.h"
#include "utils/builtins.h"

static void
require_sepgsql(FunctionCallInfo fcinfo)
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

/* the text of a context as the user wants to see it */
static text *
context_to_user(const char *context)
{
	char	   *buf;
	int			len;

	if (context == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR),
				 errmsg("SELinux: unknown security context")));
	if (!sepostgresql_mcstrans)
		return cstring_to_text(context);

	len = sepg_core_context_translate(context, false, NULL, 0);
	if (len < 0)
		return cstring_to_text(context);
	buf = palloc(len + 1);
	sepg_core_context_translate(context, false, buf, len + 1);
	return cstring_to_text(buf);
}

/* the raw text of what a user wrote; an error if it is no valid context */
static const char *
context_from_user(const char *context)
{
	char		err[SEPG_ERRLEN];
	char	   *buf;
	int			len;
	SepgSid		sid;

	len = sepg_core_context_translate(context, true, NULL, 0);
	if (sepostgresql_mcstrans && len >= 0)
	{
		buf = palloc(len + 1);
		sepg_core_context_translate(context, true, buf, len + 1);
		context = buf;
	}
	if (sepg_core_context_to_sid(context, &sid, err, sizeof(err)) != SEPG_OK)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid security context: \"%s\"", context)));
	return sepg_core_sid_to_text(sid);
}

static Datum
get_part(FunctionCallInfo fcinfo, int which)
{
	const char *context;
	char	   *buf;
	int			len;

	require_sepgsql(fcinfo);
	context = context_from_user(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	len = sepg_core_context_part(context, which, NULL, 0);
	if (len < 0)
		PG_RETURN_NULL();
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

	require_sepgsql(fcinfo);
	context = context_from_user(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	value = text_to_cstring(PG_GETARG_TEXT_PP(1));
	len = sepg_core_context_set_part(context, which, value, NULL, 0);
	if (len < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid security context: \"%s\"", value)));
	buf = palloc(len + 1);
	sepg_core_context_set_part(context, which, value, buf, len + 1);

	/* the parts may be valid and their whole not */
	PG_RETURN_TEXT_P(context_to_user(context_from_user(buf)));
}

#else

#define get_part(fcinfo, which)		(require_sepgsql(fcinfo), (Datum) 0)
#define set_part(fcinfo, which)		(require_sepgsql(fcinfo), (Datum) 0)

#endif							/* USE_SEPGSQL */

/* the label that the client acts with now */
Datum
sepgsql_getcon(PG_FUNCTION_ARGS)
{
	require_sepgsql(fcinfo);
#ifdef USE_SEPGSQL
	PG_RETURN_TEXT_P(context_to_user(sepg_core_sid_to_text(sepgsql_subject())));
#else
	PG_RETURN_NULL();
#endif
}

/* the server's own */
Datum
sepgsql_server_getcon(PG_FUNCTION_ARGS)
{
	require_sepgsql(fcinfo);
#ifdef USE_SEPGSQL
	PG_RETURN_TEXT_P(context_to_user(sepg_core_sid_to_text(sepgsql_server_sid())));
#else
	PG_RETURN_NULL();
#endif
}

/* from the translated form into the raw one */
Datum
sepgsql_mcstrans_in(PG_FUNCTION_ARGS)
{
	require_sepgsql(fcinfo);
#ifdef USE_SEPGSQL
	{
		char	   *context = text_to_cstring(PG_GETARG_TEXT_PP(0));
		int			len = sepg_core_context_translate(context, true, NULL, 0);
		char	   *buf;

		if (len < 0)
			ereport(ERROR,
					(errcode(ERRCODE_INTERNAL_ERROR),
					 errmsg("SELinux: could not translate security label: \"%s\"",
							context)));
		buf = palloc(len + 1);
		sepg_core_context_translate(context, true, buf, len + 1);
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
	require_sepgsql(fcinfo);
#ifdef USE_SEPGSQL
	{
		char	   *context = text_to_cstring(PG_GETARG_TEXT_PP(0));
		int			len = sepg_core_context_translate(context, false, NULL, 0);
		char	   *buf;

		if (len < 0)
			ereport(ERROR,
					(errcode(ERRCODE_INTERNAL_ERROR),
					 errmsg("SELinux: could not translate security label: \"%s\"",
							context)));
		buf = palloc(len + 1);
		sepg_core_context_translate(context, false, buf, len + 1);
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

/* this session's access vector cache, for pg_stat_selinux */
Datum
pg_stat_get_selinux(PG_FUNCTION_ARGS)
{
	require_sepgsql(fcinfo);
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
	require_sepgsql(fcinfo);
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
	require_sepgsql(fcinfo);
	PG_RETURN_NULL();
#endif
}
