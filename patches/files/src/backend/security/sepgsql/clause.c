/*-------------------------------------------------------------------------
 *
 * clause.c
 *	  SECURITY_LABEL = '...' in CREATE and ALTER.
 *
 * A command that makes an object says which label the next one gets, under
 * the name by which its catalog row will be known, just before it writes that
 * row; the choke point in catalog.c takes the label from here.  No code of a
 * user's runs in between, and a row of another name takes nothing, so that
 * neither an event trigger nor an element of CREATE SCHEMA nor the sequence
 * of a serial column can come by a label that was meant for something else.
 *
 * Without a label to be had (the feature is off, or not compiled in) the
 * clause is an error: it is never ignored.
 *
 * IDENTIFICATION
 *	  src/backend/security/sepgsql/clause.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_database.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "commands/defrem.h"
#include "nodes/parsenodes.h"
#include "security/sepgsql_catalog.h"
#include "security/sepgsql_columns.h"
#include "security/sepgsql_visible.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

/*
 * Labels can be given only where a policy says which are valid, be it by the
 * clause or by a column of this name.
 */
void
sepgsql_require_labeling(const char *column)
{
	if (sepgsql_labeling)
		return;

#ifdef USE_SEPGSQL
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 column ?
			 errmsg("column \"%s\" cannot be written while SE-PostgreSQL is off",
					column) :
			 errmsg("%s cannot be used while SE-PostgreSQL is off",
					"SECURITY_LABEL"),
			 errhint("Set \"sepostgresql\" to on in the server's configuration file and restart it.")));
#else
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 column ?
			 errmsg("column \"%s\" cannot be written by this server", column) :
			 errmsg("%s is not supported by this server", "SECURITY_LABEL"),
			 errdetail("It was built without SELinux support."),
			 errhint("Configure the build with --enable-selinux, and set \"sepostgresql\" to on.")));
#endif
}

/*
 * Look at the text of a clause before the command does anything.
 */
void
sepgsql_check_clause(const char *label)
{
	if (label == NULL)
		return;
	sepgsql_require_labeling(NULL);
#ifdef USE_SEPGSQL
	(void) sepgsql_input_label_text(cstring_to_text(label));
#endif
}

/*
 * ALTER ... SECURITY_LABEL, before it is executed as a statement SECURITY
 * LABEL.  With IF EXISTS, for which the grammar leaves the provider out, tells
 * whether there is such a relation.
 */
bool
sepgsql_begin_alter(SecLabelStmt *stmt)
{
	List	   *names = (List *) stmt->object;
	RangeVar   *rel;

	sepgsql_check_clause(stmt->label);
	if (stmt->provider != NULL)
		return true;

	if (stmt->objtype == OBJECT_COLUMN)
		names = list_copy_head(names, list_length(names) - 1);
	rel = makeRangeVarFromNameList(names);
	if (!OidIsValid(RangeVarGetRelid(rel, NoLock, true)))
	{
		ereport(NOTICE,
				(errmsg("relation \"%s\" does not exist, skipping",
						rel->relname)));
		return false;
	}
	stmt->provider = pstrdup("selinux");
	return true;
}

/*
 * The label among the options of a command, or NULL.
 */
const char *
sepgsql_clause_option(ParseState *pstate, List *options)
{
	DefElem    *found = NULL;
	const char *label;

	foreach_node(DefElem, defel, options)
	{
		if (!sepgsql_is_clause(defel))
			continue;
		if (found)
			errorConflictingDefElem(defel, pstate);
		found = defel;
	}
	if (found == NULL || found->arg == NULL)
		return NULL;
	label = defGetString(found);
	/* it is looked at where it is known whose it is */
	sepgsql_require_labeling(NULL);
	return label;
}

bool
sepgsql_is_clause(const DefElem *defel)
{
	return strcmp(defel->defname, "security_label") == 0;
}

#ifdef USE_SEPGSQL

typedef struct ExpectedColumn
{
	NameData	name;
	SepgSid		sid;
} ExpectedColumn;

/*
 * What is about to be made.  The columns are those of the relation, if it is
 * one, or of the existing relation relid.
 */
static struct
{
	Oid			catalog;		/* InvalidOid: no object, or made already */
	Oid			nsp;
	NameData	name;
	SepgSid		sid;			/* SEPG_SID_NONE: its default label */

	Oid			relid;			/* InvalidOid as long as it is not made */
	int			ncolumns;
	ExpectedColumn *columns;
}			expected;

/* Is there anything? */
bool		sepgsql_label_expected = false;

static void
expect_nothing(void)
{
	sepgsql_label_expected = false;
	memset(&expected, 0, sizeof(expected));
}

static void
expected_xact_callback(XactEvent event, void *arg)
{
	expect_nothing();
}

static void
expected_subxact_callback(SubXactEvent event, SubTransactionId mySubid,
						  SubTransactionId parentSubid, void *arg)
{
	if (event == SUBXACT_EVENT_ABORT_SUB)
		expect_nothing();
}

static void
object_label_error_callback(void *arg)
{
	errcontext("security label of %s", (const char *) arg);
}

/* The label of something that is not a relation nor a column of one. */
static SepgSid
object_clause_sid(const char *label, char *object)
{
	ErrorContextCallback callback = {error_context_stack, object_label_error_callback, object};
	SepgSid		sid;

	error_context_stack = &callback;
	sid = sepgsql_input_label_text(cstring_to_text(label));
	error_context_stack = callback.previous;
	return sid;
}

static void
expect_something(void)
{
	static bool registered = false;

	if (!registered)
	{
		RegisterXactCallback(expected_xact_callback, NULL);
		RegisterSubXactCallback(expected_subxact_callback, NULL);
		registered = true;
	}
	expect_nothing();
	sepgsql_label_expected = true;
}

static void
expect_columns(const char *relation, List *columns)
{
	expected.columns = palloc_array(ExpectedColumn, list_length(columns));
	foreach_ptr(Node, node, columns)
	{
		ColumnDef  *column = (ColumnDef *) node;

		if (!IsA(node, ColumnDef) || column->seclabel == NULL)
			continue;
		namestrcpy(&expected.columns[expected.ncolumns].name, column->colname);
		expected.columns[expected.ncolumns].sid = sepgsql_input_relation_label(column->seclabel, relation, column->colname);
		expected.ncolumns++;
	}
}

/*
 * The label that a new row of this catalog was given, or SEPG_SID_NONE.  "in"
 * is the schema that the object is in, if any, or a column's relation.
 */
SepgSid
sepgsql_take_label(Oid catalog, Oid in, const char *name, Oid oid)
{
	if (catalog == AttributeRelationId)
	{
		if (!OidIsValid(expected.relid) || expected.relid != in)
			return SEPG_SID_NONE;
		for (int i = 0; i < expected.ncolumns; i++)
		{
			if (strcmp(NameStr(expected.columns[i].name), name) == 0)
				return expected.columns[i].sid;
		}
		return SEPG_SID_NONE;
	}

	if (!OidIsValid(expected.catalog) || expected.catalog != catalog ||
		expected.nsp != in || strcmp(NameStr(expected.name), name) != 0)
		return SEPG_SID_NONE;
	expected.catalog = InvalidOid;
	if (catalog == RelationRelationId)
		expected.relid = oid;
	return expected.sid;
}

#endif							/* USE_SEPGSQL */

/*
 * It has been made.  Also called before anything is, in case that an error has
 * been caught without rolling back.
 */
void
sepgsql_expect_end(void)
{
#ifdef USE_SEPGSQL
	if (sepgsql_label_expected)
		expect_nothing();
#endif
}

/*
 * An object is about to be made that has this label, if not NULL.  Schemas
 * and databases are in no schema.
 */
void
sepgsql_expect_object(Oid catalog, Oid nsp, const char *name, const char *label)
{
	sepgsql_expect_end();
	if (label == NULL)
		return;
	sepgsql_require_labeling(NULL);
#ifdef USE_SEPGSQL
	expect_something();
	expected.catalog = catalog;
	expected.nsp = nsp;
	namestrcpy(&expected.name, name);
	expected.sid = object_clause_sid(label, psprintf("%s \"%s\"",
													 catalog == DatabaseRelationId ? "database" :
													 catalog == NamespaceRelationId ? "schema" :
													 "function", name));
#endif
}

/*
 * The same for a function, which may be there already: then nothing is made,
 * and sepgsql_made_object relabels it.
 */
void
sepgsql_expect_function(Oid nsp, const char *name, const oidvector *argtypes,
						const char *label)
{
	sepgsql_expect_end();
	if (label != NULL &&
		!SearchSysCacheExists3(PROCNAMEARGSNSP, CStringGetDatum(name),
							   PointerGetDatum(argtypes),
							   ObjectIdGetDatum(nsp)))
		sepgsql_expect_object(ProcedureRelationId, nsp, name, label);
}

/*
 * The same for a relation, with the columns of which some may have clauses.
 */
void
sepgsql_expect_relation(Oid nsp, const char *name, const CreateStmt *stmt)
{
	bool		any = stmt->seclabel != NULL;

	sepgsql_expect_end();
	foreach_ptr(Node, node, stmt->tableElts)
	{
		if (IsA(node, ColumnDef) && ((ColumnDef *) node)->seclabel)
			any = true;
	}
	if (!any)
		return;
	sepgsql_require_labeling(NULL);
#ifdef USE_SEPGSQL
	expect_something();
	expected.catalog = RelationRelationId;
	expected.nsp = nsp;
	namestrcpy(&expected.name, name);
	if (stmt->seclabel)
		expected.sid = sepgsql_input_relation_label(stmt->seclabel, name, NULL);
	expect_columns(name, stmt->tableElts);
#endif
}

/*
 * A column is about to be added to a relation.
 */
void
sepgsql_expect_column(Oid relid, ColumnDef *column)
{
	sepgsql_expect_end();
	if (column->seclabel == NULL)
		return;
	sepgsql_require_labeling(NULL);
#ifdef USE_SEPGSQL
	expect_something();
	expected.relid = relid;
	expect_columns(get_rel_name(relid), list_make1(column));
#endif
}

/*
 * The same where an existing object may have been replaced: it gets the
 * label, too.
 */
void
sepgsql_made_object(const ObjectAddress *object, const char *label)
{
#ifdef USE_SEPGSQL
	bool		made = sepgsql_label_expected && !OidIsValid(expected.catalog);

	if (label == NULL)
		return;
	expect_nothing();
	if (!made)
		sepgsql_relabel_object(object, label);
#endif
}

/*
 * Give an existing object the label of a clause, unless that is NULL.
 */
void
sepgsql_relabel_object(const ObjectAddress *object, const char *label)
{
	if (label == NULL)
		return;
	sepgsql_require_labeling(NULL);
#ifdef USE_SEPGSQL
	(void) object_clause_sid(label, sepgsql_describe_object(object));
	/* the command may have changed the row already */
	CommandCounterIncrement();
	sepgsql_set_object_label(object, label);
#endif
}
