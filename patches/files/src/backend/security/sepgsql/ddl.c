/*-------------------------------------------------------------------------
 *
 * ddl.c
 *	  What catalog.c does not see, or sees too late.
 *
 * Commands that work in several transactions, or on files, ask here before
 * their first effect; and what concerns the server's parameters.
 *
 * IDENTIFICATION
 *	  src/backend/security/sepgsql/ddl.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/index.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_class.h"
#include "catalog/pg_database.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_parameter_acl.h"
#include "commands/dbcommands.h"
#include "miscadmin.h"
#include "security/sepgsql_catalog.h"
#include "security/sepgsql_visible.h"
#include "utils/acl.h"
#include "utils/guc.h"
#include "utils/guc_tables.h"
#include "utils/lsyscache.h"

static object_access_hook_type_str next_object_access_hook_str = NULL;

/*
 * May this client have a table vacuumed or analyzed, which asks for lock, or
 * rewritten (VACUUM FULL, CLUSTER, REINDEX), which asks for setattr?  So do
 * catalogs, as for LOCK TABLE: the lock lasts as long as the client likes.  Of many
 * tables, those that are not permitted are left out, as PostgreSQL does, and
 * those that are hidden without a word.
 */
bool
sepgsql_may_maintain(Oid relid, bool rewrite)
{
	SepgSid		sid;
	char		relkind;

	if (!sepgsql_enforcing || sepgsql_is_internal())
		return true;
	relkind = get_rel_relkind(relid);
	if (relkind == RELKIND_INDEX || relkind == RELKIND_PARTITIONED_INDEX)
	{
		relid = IndexGetRelation(relid, true);
		relkind = get_rel_relkind(relid);
	}
	if (!sepgsql_object_visible(RelationRelationId, relid))
		return false;
	sid = sepgsql_relation_sid(relid);
	if (sepgsql_check_named(sepgsql_subject(), sid,
							sepgsql_relation_class(relkind),
							rewrite || relid < FirstNormalObjectId ?
							SEPG_DB_TABLE__SETATTR : SEPG_DB_TABLE__LOCK,
							RelationRelationId, relid, 0, false))
		return true;
	ereport(WARNING,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("permission denied to maintain \"%s\", skipping it",
					get_rel_name(relid))));
	return false;
}

/*
 * DROP INDEX CONCURRENTLY and REINDEX CONCURRENTLY commit before the index
 * goes.
 */
void
sepgsql_check_index_drop(Oid indexId)
{
	if (!sepgsql_enforcing || sepgsql_is_internal())
		return;
	sepgsql_check_alter(RelationRelationId, indexId);
	sepgsql_check_schema(get_rel_namespace(indexId), SEPG_DB_SCHEMA__REMOVE_NAME);
}

/*
 * DROP IDENTITY removes the column's sequence as if the server did.
 */
void
sepgsql_check_sequence_drop(Oid seqid)
{
	if (!sepgsql_enforcing || sepgsql_is_internal())
		return;
	sepgsql_check_schema(get_rel_namespace(seqid), SEPG_DB_SCHEMA__REMOVE_NAME);
	sepgsql_check_object(RelationRelationId, seqid, 0, SEPG_DB_SEQUENCE__DROP);
}

/*
 * IMPORT FOREIGN SCHEMA asks another server before it makes anything.
 */
void
sepgsql_check_import(Oid serverid, const char *name)
{
	sepgsql_require_visible(ForeignServerRelationId, serverid, name);
	if (sepgsql_enforcing)
		sepgsql_check_current_database(SEPG_DB_DATABASE__INSTALL_MODULE);
}

/*
 * ALTER SYSTEM: parameters of the server name programs and libraries.  And
 * CHECKPOINT, which concerns everybody.
 */
void
sepgsql_check_alter_system(void)
{
	if (sepgsql_enforcing)
		sepgsql_check_current_database(SEPG_DB_DATABASE__SET_PARAM |
									   SEPG_DB_DATABASE__INSTALL_MODULE);
}

/*
 * May this client see parameters that are for superusers?  They tell about
 * the server and its files.  Nobody asked for a particular one, so there is no
 * audit record.
 */
bool
sepgsql_may_see_param(void)
{
	uint32		allowed = 0;

	if (!sepgsql_enforcing)
		return true;
	if (!OidIsValid(MyDatabaseId) || !IsTransactionState())
		return sepgsql_is_administrator(false, "parameters");
	return !sepg_core_enforcing() ||
		(sepg_core_allowed(sepgsql_subject(),
						   sepgsql_object_sid(DatabaseRelationId, MyDatabaseId, 0),
						   SEPG_CLASS_DB_DATABASE, &allowed) == SEPG_OK &&
		 (allowed & SEPG_DB_DATABASE__GET_PARAM) != 0);
}

/*
 * Parameters that say which code is loaded and where it is found, or that turn
 * off what the administrator relies on.  The others are the client's own
 * business.
 */
static const char *const vital_params[] = {
	"session_preload_libraries", "local_preload_libraries",
	"dynamic_library_path", "extension_control_path",
	"plperl.on_init", "plperl.on_plperl_init", "plperl.on_plperlu_init",
	"pltcl.start_proc", "pltclu.start_proc",
	"session_replication_role", "event_triggers", "allow_system_table_mods",
	"zero_damaged_pages", "ignore_checksum_failure", "jit_dump_bitcode",
	/* trees name all columns, and client_min_messages brings them here */
	"debug_print_parse", "debug_print_rewritten", "debug_print_plan"
};

bool
sepgsql_is_vital_param(const char *name, size_t len)
{
	for (int i = 0; i < lengthof(vital_params); i++)
	{
		if (strlen(vital_params[i]) == len &&
			pg_strncasecmp(vital_params[i], name, len) == 0)
			return true;
	}
	return false;
}

/*
 * set_config() does what SET does, but tells no hook.
 */
void
sepgsql_check_set_param(const char *name)
{
	uint32		perms = SEPG_DB_DATABASE__SET_PARAM;

	if (!sepgsql_enforcing)
		return;
	if (name && sepgsql_is_vital_param(name, strlen(name)))
		perms |= SEPG_DB_DATABASE__INSTALL_MODULE;
	sepgsql_check_current_database(perms);
}

/*
 * The same parameters, from a client that gave them with its connection.
 */
void
sepgsql_check_preload(void)
{
	if (!sepgsql_enforcing)
		return;
	for (int i = 0; i < lengthof(vital_params); i++)
	{
		struct config_generic *gen = find_option(vital_params[i], false, true, ERROR);

		/* what stands in files and catalogs others have been asked about */
		if (gen != NULL && gen->source == PGC_S_CLIENT)
			sepgsql_refuse(vital_params[i]);
	}
}

/*
 * SHOW and current_setting(), where somebody did.
 */
void
sepgsql_check_param(int flags)
{
	if (sepgsql_enforcing && (flags & GUC_SUPERUSER_ONLY) &&
		OidIsValid(MyDatabaseId) && IsTransactionState())
		sepgsql_check_current_database(SEPG_DB_DATABASE__GET_PARAM);
}

/*
 * SET and RESET.
 */
static void
access_hook_str(ObjectAccessType access, Oid classId, const char *name,
				int subId, void *arg)
{
	if (next_object_access_hook_str)
		next_object_access_hook_str(access, classId, name, subId, arg);
	if (access == OAT_POST_ALTER &&
		classId == ParameterAclRelationId && subId == ACL_SET)
		sepgsql_check_set_param(name);
}

/*
 * This process is going to be asked.
 */
void
sepgsql_register_ddl(void)
{
	static bool registered = false;

	if (registered)
		return;
	registered = true;
	next_object_access_hook_str = object_access_hook_str;
	object_access_hook_str = access_hook_str;
}
