/*-------------------------------------------------------------------------
 *
 * execute.c
 *	  Which functions may run, and on whose rows.
 *
 * Executing a function is decided for the label that its statement has, after
 * EXECUTE privilege: by the hook that PostgreSQL calls wherever an expression
 * is prepared, and by calls where functions run that no expression names.
 * Answers are remembered.
 *
 * Maintenance that no client has asked for runs functions, too: ANALYZE those
 * of index expressions.  They are decided for the label of what has no label,
 * and so are the statements that they run, while the maintenance itself is
 * asked nothing.
 *
 * The other half are commands that look at all rows of a table, whatever the
 * client may see of them: expressions of the client's choice must not get at
 * rows that are hidden from it.
 *
 * IDENTIFICATION
 *	  src/backend/security/sepgsql/execute.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_class.h"
#include "catalog/pg_proc.h"
#include "miscadmin.h"
#include "nodes/execnodes.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "security/sepgsql_catalog.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

/* the table of these is emptied when it holds more */
#define MAX_REMEMBERED	16384

typedef struct ExecuteKey
{
	SepgSid		subject;
	Oid			funcid;
} ExecuteKey;

typedef struct ExecuteEntry
{
	ExecuteKey	key;			/* hash key */
} ExecuteEntry;

/* Is this a maintenance process that runs functions for no client? */
bool		sepgsql_maintenance = false;

static HTAB *permitted = NULL;
static uint64 permitted_seqno;
static volatile bool permitted_stale = false;

static object_access_hook_type next_object_access_hook = NULL;

static void
proc_callback(Datum arg, int cacheid, uint32 hashvalue)
{
	/* no look at the hash table, which may be in use */
	permitted_stale = true;
}

/*
 * The label that decides about functions and their statements.
 */
SepgSid
sepgsql_execute_subject(void)
{
	return sepgsql_maintenance ? SEPG_SID_UNLABELED : sepgsql_subject();
}

/*
 * May this function be executed?  Where not, an error if raise is set.
 */
static bool
may_execute(Oid funcid, bool raise)
{
	SepgSid		subject = sepgsql_execute_subject();
	ExecuteKey	key = {subject, funcid};
	HeapTuple	tuple;
	SepgSid		sid;
	SepgAudit	audit;
	int			rc;

	if (permitted == NULL || permitted_stale ||
		permitted_seqno != sepgsql_policy_seqno() ||
		hash_get_num_entries(permitted) >= MAX_REMEMBERED)
	{
		HASHCTL		ctl;

		if (permitted)
			hash_destroy(permitted);
		permitted = NULL;
		permitted_stale = false;
		permitted_seqno = sepgsql_policy_seqno();
		ctl.keysize = sizeof(ExecuteKey);
		ctl.entrysize = sizeof(ExecuteEntry);
		permitted = hash_create("SELinux functions", 256, &ctl,
								HASH_ELEM | HASH_BLOBS);
	}
	if (hash_search(permitted, &key, HASH_FIND, NULL) && !sepgsql_debug_audit)
		return true;

	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(funcid));
	if (!HeapTupleIsValid(tuple))
	{
		if (raise)
			elog(ERROR, "cache lookup failed for function %u", funcid);
		return false;
	}
	sid = sepgsql_secid_to_sid(ProcedureRelationId, HeapTupleGetSecid(tuple));
	ReleaseSysCache(tuple);
	if (sid == SEPG_SID_NONE)
		sid = SEPG_SID_UNLABELED;

	if (!raise)
	{
		uint32		allowed = 0;

		/* nothing has been refused to anybody yet */
		return !sepg_core_enforcing() ||
			(sepg_core_allowed(subject, sid, SEPG_CLASS_DB_PROCEDURE,
							   &allowed) == SEPG_OK &&
			 (allowed & SEPG_DB_PROCEDURE__EXECUTE) != 0);
	}

	rc = sepg_core_check(subject, sid, SEPG_CLASS_DB_PROCEDURE,
						 SEPG_DB_PROCEDURE__EXECUTE, &audit);
	if (rc == SEPG_OK && audit.audited == 0)
	{
		/* what we read in between may have told us of a change */
		if (!permitted_stale)
			(void) hash_search(permitted, &key, HASH_ENTER, NULL);
		return true;
	}
	else
	{
		char	   *name = get_func_name(funcid);

		if (!sepgsql_conclude(rc, subject, sid, SEPG_CLASS_DB_PROCEDURE,
							  &audit, name, false))
			ereport(ERROR,
					(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					 errmsg("permission denied for function %s", name)));
	}
	return true;
}

/*
 * A function is about to be executed that no expression names.
 */
void
sepgsql_check_execute(Oid funcid)
{
	if (sepgsql_enforcing || sepgsql_maintenance)
		(void) may_execute(funcid, true);
}

/*
 * May the planner put a function's body in its place?
 */
bool
sepgsql_may_inline(Oid funcid)
{
	if (sepgsql_enforcing || sepgsql_maintenance)
		return may_execute(funcid, false);
	return true;
}

static void
execute_hook(ObjectAccessType access, Oid classId, Oid objectId, int subId,
			 void *arg)
{
	if (next_object_access_hook)
		next_object_access_hook(access, classId, objectId, subId, arg);
	if (access == OAT_FUNCTION_EXECUTE && classId == ProcedureRelationId)
		sepgsql_check_execute(objectId);
}

/*
 * This process is going to be asked.
 */
void
sepgsql_register_execute(bool maintenance)
{
	static bool registered = false;

	sepgsql_maintenance = maintenance;
	if (registered)
		return;
	registered = true;
	CacheRegisterSyscacheCallback(PROCOID, proc_callback, (Datum) 0);
	next_object_access_hook = object_access_hook;
	object_access_hook = execute_hook;
}

static bool
forbidden_function(Oid funcid, void *context)
{
	return !may_execute(funcid, false);
}

static bool
forbidden_walker(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (check_functions_in_node(node, forbidden_function, context))
		return true;
	/* a domain's constraints may call any function */
	if (IsA(node, CoerceToDomain) &&
		DomainHasConstraints(((CoerceToDomain *) node)->resulttype))
		return true;
	return expression_tree_walker(node, forbidden_walker, context);
}

static bool
foreign_function(Oid funcid, void *context)
{
	return funcid >= FirstNormalObjectId;
}

/* Does an expression call what initdb did not make? */
static bool
foreign_walker(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (check_functions_in_node(node, foreign_function, context))
		return true;
	if (IsA(node, CoerceToDomain) &&
		DomainHasConstraints(((CoerceToDomain *) node)->resulttype))
		return true;
	return expression_tree_walker(node, foreign_walker, context);
}

/*
 * May ANALYZE and the like compute these expressions for a relation?  Not if
 * a function in them may not be executed, and not if it would be given values
 * that are hidden from the client.  indexed: they have been computed for all
 * rows before, so PostgreSQL's own functions raise no error that shows values.
 */
static bool
may_compute(Relation rel, List *exprs, List *quals, bool indexed)
{
	if (exprs == NIL && quals == NIL)
		return true;
	if (!sepgsql_enforcing && !sepgsql_maintenance)
		return true;
	if (forbidden_walker((Node *) exprs, NULL) ||
		forbidden_walker((Node *) quals, NULL))
		return false;
	if (!sepgsql_enforcing)
		return true;
	if (indexed ?
		(!foreign_walker((Node *) exprs, NULL) &&
		 !foreign_walker((Node *) quals, NULL)) :
		(!contain_leaked_vars((Node *) exprs) &&
		 !contain_leaked_vars((Node *) quals)))
		return true;
	return !sepgsql_tree_hidden(RelationGetRelid(rel));
}

static void
report_skipped(const char *what, const char *name)
{
	ereport(AmAutoVacuumWorkerProcess() ? DEBUG1 : WARNING,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("skipping expressions of %s \"%s\"", what, name),
			 errdetail("They call functions that may not be executed here, or would be given rows that are not visible.")));
}

/*
 * Have ANALYZE leave out the expressions of an index that it may not compute.
 */
void
sepgsql_trim_index(Relation rel, Relation index, struct IndexInfo *info)
{
	if (may_compute(rel, info->ii_Expressions, info->ii_Predicate, true))
		return;
	report_skipped("index", RelationGetRelationName(index));
	info->ii_Expressions = NIL;
	info->ii_Predicate = NIL;
}

/* The same for a statistics object. */
bool
sepgsql_may_analyze(Oid relid, const char *name, List *exprs)
{
	Relation	rel;
	bool		result;

	if (exprs == NIL || (!sepgsql_enforcing && !sepgsql_maintenance))
		return true;
	rel = RelationIdGetRelation(relid);
	result = RelationIsValid(rel) && may_compute(rel, exprs, NIL, false);
	if (RelationIsValid(rel))
		RelationClose(rel);
	if (result)
		return true;
	report_skipped("statistics object", name);
	return false;
}

/*
 * A command is about to compute an expression for all rows of a table.  NULL
 * stands for an expression that gets values in other ways than by columns.
 */
void
sepgsql_check_compute(Relation rel, Node *expr)
{
	if (!sepgsql_enforcing)
		return;
	if (expr != NULL && !contain_leaked_vars(expr))
		return;
	if (!RELKIND_HAS_TABLE_AM(rel->rd_rel->relkind))
		return;
	sepgsql_check_all_rows(rel, SEPG_DB_TUPLE__SELECT);
}

/*
 * An index is about to be filled.
 */
void
sepgsql_check_index_build(Relation rel, struct IndexInfo *info)
{
	if (!sepgsql_enforcing ||
		(info->ii_Expressions == NIL && info->ii_Predicate == NIL))
		return;
	sepgsql_check_compute(rel, (Node *) info->ii_Expressions);
	sepgsql_check_compute(rel, (Node *) info->ii_Predicate);
}

/*
 * An index computes its expressions for all rows once more, whoever wants it
 * to: those that are not PostgreSQL's own are not given hidden rows.
 */
void
sepgsql_check_index_scan(Relation rel, struct IndexInfo *info)
{
	if (sepgsql_enforcing &&
		(foreign_walker((Node *) info->ii_Expressions, NULL) ||
		 foreign_walker((Node *) info->ii_Predicate, NULL)))
		sepgsql_check_all_rows(rel, SEPG_DB_TUPLE__SELECT);
}

/*
 * A function that becomes part of something that runs it on its own, without
 * an expression that names it: only what initdb or the administrator vouch
 * for.
 */
void
sepgsql_refuse_support(Oid funcid, const char *what)
{
	if (funcid >= FirstNormalObjectId)
		sepgsql_refuse(what);
}

/*
 * May an index that summarizes rows be brought up to date by the way?
 */
bool
sepgsql_may_summarize(Relation index, Relation rel)
{
	if (!sepgsql_enforcing && !sepgsql_maintenance)
		return true;
	if (may_compute(rel, RelationGetIndexExpressions(index),
					RelationGetIndexPredicate(index), true))
		return true;
	report_skipped("index", RelationGetRelationName(index));
	return false;
}

/*
 * Maintenance runs no commands.
 */
void
sepgsql_check_utility(void)
{
	if (sepgsql_maintenance)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("SELinux: security policy violation"),
				 errdetail("Functions that maintenance calls may not execute commands.")));
}
