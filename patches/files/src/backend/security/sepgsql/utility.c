/*-------------------------------------------------------------------------
 *
 * utility.c
 *	  What ordinary clients may not do until every statement is decided.
 *
 * Some actions go around everything that is decided for rows, tables and
 * columns: reading the server's files, running programs or code that is not
 * bound by SQL, copying the database as a whole.  Until each of them has its
 * own decision, all are for the administrator alone.  Who that is, the policy
 * says: whoever may load modules into the database.
 *
 * IDENTIFICATION
 *	  src/backend/security/sepgsql/utility.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_database.h"
#include "miscadmin.h"
#include "security/sepgsql_catalog.h"

/*
 * May this client do everything?  what names the object or action in the
 * audit record.  Outside of transactions, which is to say in a replication
 * connection, no catalog can be read, and what is asked for there is every
 * row whatever its label: permission on what has no label stands for it.
 */
bool
sepgsql_is_administrator(bool abort, const char *what)
{
	if (!sepgsql_enforcing)
		return true;
	return sepgsql_check(sepgsql_subject(),
						 OidIsValid(MyDatabaseId) && IsTransactionState() ?
						 sepgsql_object_sid(DatabaseRelationId, MyDatabaseId, 0) :
						 SEPG_SID_UNLABELED,
						 SEPG_CLASS_DB_DATABASE,
						 SEPG_DB_DATABASE__LOAD_MODULE, what, abort);
}

/*
 * Refuse an action to everybody else.
 */
void
sepgsql_refuse(const char *what)
{
	(void) sepgsql_is_administrator(true, what);
}
