/*-------------------------------------------------------------------------
 *
 * copies.c
 *	  Labels of rows that come from another server: logical replication and
 *	  pg_upgrade.
 *	  And who may copy everything.
 *
 * A subscription with security_label = true asks the publisher's output
 * plugin for the labels of rows; each follows its row's new tuple as a string.
 * The worker of the subscription writes them as any client writes a label:
 * they must be contexts of its policy, and its own label decides.
 *
 * IDENTIFICATION
 *	  src/backend/security/sepgsql/copies.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/catalog.h"
#include "fmgr.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "security/sepgsql_catalog.h"
#include "security/sepgsql_columns.h"
#include "utils/builtins.h"
#include "utils/rel.h"

#ifdef USE_SEPGSQL

/*
 * What a replication connection reads are all rows of all databases, whatever
 * their labels, and so are not decided one by one: permission on what has no
 * label stands for it.  Asked when the client connects, for each command, and
 * while it streams or takes a base backup whenever the policy has changed.
 */
void
sepgsql_check_walsender(void)
{
	static SepgSid subject = SEPG_SID_NONE;
	static uint64 seqno;

	if (!sepgsql_enforcing)
		return;
	sepgsql_adopt_policy();
	if (subject == sepgsql_subject() && seqno == sepgsql_policy_seqno())
		return;
	subject = SEPG_SID_NONE;
	sepgsql_check(sepgsql_subject(), SEPG_SID_UNLABELED,
				  SEPG_CLASS_DB_DATABASE, SEPG_DB_DATABASE__LOAD_MODULE,
				  "replication", true);
	subject = sepgsql_subject();
	seqno = sepgsql_policy_seqno();
}

#endif							/* USE_SEPGSQL */

/*
 * Send the label of a row that is decoded, as column security_label shows it.
 */
void
sepgsql_write_remote_label(StringInfo out, Relation rel, HeapTuple tuple)
{
	char	   *label = sepgsql_secid_to_label(RelationGetRelid(rel),
											   HeapTupleGetSecid(tuple));

	pq_sendstring(out, label);
	pfree(label);
}

/*
 * The label that the publisher gave a row, or SEPG_SID_NONE where it sends
 * none and the row gets its default here.
 */
SepgSid
sepgsql_remote_sid(Relation rel, const char *label)
{
	text	   *packed;
	SepgSid		sid = SEPG_SID_NONE;

	if (label == NULL)
		return SEPG_SID_NONE;
	sepgsql_require();
	packed = cstring_to_text(label);
#ifdef USE_SEPGSQL
	sid = sepgsql_input_label_text(packed);
#endif
	pfree(packed);
	return sid;
}

/*
 * May a subscription's worker find this row, to update or delete it?  One that
 * it may not select is not there for it, as for any client.
 */
bool
sepgsql_may_look_up(Relation rel, TupleTableSlot *slot)
{
#ifdef USE_SEPGSQL
	SepgSid		sid;

	if (!sepgsql_enforcing || !sepgsql_relation_has_labels(rel))
		return true;
	sid = sepgsql_stored_sid(rel, slot);
	return sepgsql_sid_visible(sepgsql_subject(), rel,
							   sid == SEPG_SID_NONE ? SEPG_SID_UNLABELED : sid);
#else
	return true;
#endif
}

/*
 * pg_upgrade: a row of the dictionary of a table whose file will be brought
 * from the old cluster.
 */
Datum
binary_upgrade_set_security_label(PG_FUNCTION_ARGS)
{
	if (!IsBinaryUpgrade)
		ereport(ERROR,
				(errcode(ERRCODE_CANT_CHANGE_RUNTIME_PARAM),
				 errmsg("function can only be called when server is in binary upgrade mode")));
	sepgsql_dict_restore(PG_GETARG_OID(0), PG_GETARG_INT32(1),
						 PG_GETARG_BOOL(2),
						 text_to_cstring(PG_GETARG_TEXT_PP(3)));
	PG_RETURN_VOID();
}
