/*-------------------------------------------------------------------------
 *
 * dump.c
 *	  What pg_dump asks about labels.
 *
 * A dump leaves out labels that an object gets anyway.  So the one who dumps
 * asks which those are, and where the dump is restored it is asked whether
 * the same holds there.
 *
 * IDENTIFICATION
 *	  src/backend/security/sepgsql/dump.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_class.h"
#include "fmgr.h"
#include "security/sepgsql_catalog.h"
#include "security/sepgsql_columns.h"
#include "security/sepgsql_visible.h"
#include "utils/builtins.h"

/*
 * The label that an object would get if it were made again without being
 * told one: by initdb, or by this client.  NULL if there is none, if the
 * object is not there or hidden, and for a column whose label depends on its
 * name.
 */
Datum
sepgsql_default_label(PG_FUNCTION_ARGS)
{
	sepgsql_require();
#ifdef USE_SEPGSQL
	{
		ObjectAddress object;
		SepgSid		sid;
		static TimestampTz loaded = 0;

		/* what initdb has gone by: once in each transaction */
		if (loaded != GetCurrentTransactionStartTimestamp())
		{
			sepgsql_read_contexts(NULL, NULL);
			loaded = GetCurrentTransactionStartTimestamp();
		}

		ObjectAddressSubSet(object, PG_GETARG_OID(0), PG_GETARG_OID(1),
							PG_GETARG_INT32(2));
		if (!sepgsql_part_visible(object.classId, object.objectId,
								  object.objectSubId))
			PG_RETURN_NULL();
		sid = sepgsql_new_object_sid(&object);
		if (sid != SEPG_SID_NONE)
			PG_RETURN_TEXT_P(cstring_to_text(sepgsql_sid_text(sid)));
	}
#endif
	PG_RETURN_NULL();
}

#ifdef USE_SEPGSQL
static void
expected_label_callback(void *arg)
{
	errcontext("security label of columns of tables with label \"%s\"",
			   sepgsql_sid_text(*(SepgSid *) arg));
}
#endif

/*
 * Raise an error unless a column that this client makes in a table with this
 * label gets that label.  If the table's label is no longer one, the command
 * that makes the table is going to fail, and can say which table it is.
 */
Datum
sepgsql_expect_column_label(PG_FUNCTION_ARGS)
{
	sepgsql_require();
#ifdef USE_SEPGSQL
	{
		SepgSid		table;
		SepgSid		expected;
		SepgSid		sid;
		char		err[256];
		ErrorContextCallback callback = {error_context_stack, expected_label_callback, &table};

		if (sepg_core_context_to_sid(sepgsql_label_from_client(text_to_cstring(PG_GETARG_TEXT_PP(0))),
									 &sid, err, sizeof(err)) == SEPG_INVALID)
			PG_RETURN_VOID();
		table = sepgsql_input_label_text(PG_GETARG_TEXT_PP(0));
		error_context_stack = &callback;
		expected = sepgsql_input_label_text(PG_GETARG_TEXT_PP(1));
		error_context_stack = callback.previous;
		sid = sepgsql_compute_create(sepgsql_subject(), table,
									 SEPG_CLASS_DB_COLUMN, NULL);

		if (sid != expected)
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("columns of tables with label \"%s\" would not get the label \"%s\"",
							sepgsql_sid_text(table), sepgsql_sid_text(expected)),
					 errdetail("This client, whose label is \"%s\", would give them \"%s\".",
							   sepgsql_sid_text(sepgsql_subject()),
							   sepgsql_sid_text(sid)),
					 errhint("Restore the dump as a client with the label of the one who made it.")));
	}
#endif
	PG_RETURN_VOID();
}
