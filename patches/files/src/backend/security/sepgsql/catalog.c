/*-------------------------------------------------------------------------
 *
 * catalog.c
 *	  The choke point of catalog writes.
 *
 * Every DDL and DCL command ends in rows of the catalogs, and all of them are
 * written through catalog/indexing.c.  From there we come here: new rows get
 * their default labels, and from the table below, the catalog and the columns
 * that change we tell which object the command is about and what has to be
 * permitted on it.
 *
 * What the server writes on behalf of something that has been decided already
 * asks nothing: columns that only cache a state (relhasindex), the row type
 * of a table, TOAST tables, the transient heap of a rewrite, and deletions
 * that dependency.c is told are internal.
 *
 * A label is looked up while the command is still at work, so rows of the
 * present command have to be seen: where the caches do not have them,
 * SnapshotSelf does.
 *
 * IDENTIFICATION
 *	  src/backend/security/sepgsql/catalog.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/catalog.h"
#include "catalog/index.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_aggregate.h"
#include "catalog/pg_am.h"
#include "catalog/pg_amop.h"
#include "catalog/pg_amproc.h"
#include "catalog/pg_attrdef.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_auth_members.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_cast.h"
#include "catalog/pg_class.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_conversion.h"
#include "catalog/pg_database.h"
#include "catalog/pg_db_role_setting.h"
#include "catalog/pg_default_acl.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_description.h"
#include "catalog/pg_enum.h"
#include "catalog/pg_event_trigger.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_foreign_data_wrapper.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_foreign_table.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_init_privs.h"
#include "catalog/pg_language.h"
#include "catalog/pg_largeobject.h"
#include "catalog/pg_largeobject_metadata.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_opclass.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_opfamily.h"
#include "catalog/pg_parameter_acl.h"
#include "catalog/pg_partitioned_table.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_publication.h"
#include "catalog/pg_publication_namespace.h"
#include "catalog/pg_publication_rel.h"
#include "catalog/pg_range.h"
#include "catalog/pg_replication_origin.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_seclabel.h"
#include "catalog/pg_sequence.h"
#include "catalog/pg_shdepend.h"
#include "catalog/pg_shdescription.h"
#include "catalog/pg_shseclabel.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_statistic_ext.h"
#include "catalog/pg_statistic_ext_data.h"
#include "catalog/pg_subscription.h"
#include "catalog/pg_subscription_rel.h"
#include "catalog/pg_tablespace.h"
#include "catalog/pg_transform.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_ts_config.h"
#include "catalog/pg_ts_config_map.h"
#include "catalog/pg_ts_dict.h"
#include "catalog/pg_ts_parser.h"
#include "catalog/pg_ts_template.h"
#include "catalog/pg_type.h"
#include "catalog/pg_user_mapping.h"
#include "commands/dbcommands.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "security/sepgsql_catalog.h"
#include "storage/bufmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

/*
 * Permissions that all classes have at the same place; in class db_tuple they
 * are insert, delete, select and update.
 */
#define PERM_CREATE			SEPG_DB_TABLE__CREATE
#define PERM_DROP			SEPG_DB_TABLE__DROP
#define PERM_SETATTR		SEPG_DB_TABLE__SETATTR
#define PERM_RELABELFROM	SEPG_DB_TABLE__RELABELFROM
#define PERM_RELABELTO		SEPG_DB_TABLE__RELABELTO

StaticAssertDecl(SEPG_DB_TUPLE__INSERT == PERM_CREATE &&
				 SEPG_DB_TUPLE__DELETE == PERM_DROP &&
				 SEPG_DB_TUPLE__UPDATE == PERM_SETATTR &&
				 SEPG_DB_TUPLE__RELABELFROM == PERM_RELABELFROM &&
				 SEPG_DB_TUPLE__RELABELTO == PERM_RELABELTO,
				 "permissions of rows and of objects must be alike");

/* What a row of a catalog is. */
typedef enum
{
	RULE_NONE,					/* no label; nothing is asked */
	RULE_ROW,					/* a row, no more: db_tuple */
	RULE_OBJECT,				/* an object of a class of its own */
	RULE_PART,					/* part of the object that "owner" names */
	RULE_PART2,					/* likewise, of another one after it, too */
	RULE_PART_ANY,				/* likewise, at classoid and objoid */
	RULE_ROLE,					/* a row that says who somebody is */
} SepgCatalogKind;

typedef struct SepgCatalogRule
{
	Oid			catalog;
	int			natts;			/* columns that this table knows about */
	SepgCatalogKind kind;
	AttrNumber	owner;			/* column of the object that it is part of */
	Oid			owner_catalog;	/* and where that object is */
	AttrNumber	nsp;			/* column of its schema */
	AttrNumber	name;			/* column of its name */
	uint64		internal;		/* columns whose change asks nothing */
	bool		admin;			/* for the administrator alone, as yet */
} SepgCatalogRule;

#define COL(attno)			(UINT64CONST(1) << (attno))
#define OF_REL(column)		Anum_##column, RelationRelationId
#define OF(column, cat)		Anum_##column, cat
#define NOT_PART			0, InvalidOid
#define NO_SCHEMA			0
#define NO_NAME				0

/*
 * All catalogs.  The number of columns is written out, so that one
 * that a later release adds is an error until somebody has looked at it; so is
 * a catalog that is not listed.
 */
static const SepgCatalogRule catalog_rules[] = {
	/* objects of classes of their own */
	{RelationRelationId, 34, RULE_OBJECT, NOT_PART,
		Anum_pg_class_relnamespace, Anum_pg_class_relname,
		COL(Anum_pg_class_relfilenode) | COL(Anum_pg_class_relpages) |
		COL(Anum_pg_class_reltuples) | COL(Anum_pg_class_relallvisible) |
		COL(Anum_pg_class_relallfrozen) | COL(Anum_pg_class_reltoastrelid) |
		COL(Anum_pg_class_relhasindex) | COL(Anum_pg_class_relhasrules) |
		COL(Anum_pg_class_relhastriggers) | COL(Anum_pg_class_relhassubclass) |
		COL(Anum_pg_class_relispopulated) | COL(Anum_pg_class_relrewrite) |
	COL(Anum_pg_class_relfrozenxid) | COL(Anum_pg_class_relminmxid)},
	{AttributeRelationId, 25, RULE_OBJECT, NOT_PART,
		NO_SCHEMA, Anum_pg_attribute_attname,
	COL(Anum_pg_attribute_atthasmissing) | COL(Anum_pg_attribute_attmissingval)},
	{NamespaceRelationId, 4, RULE_OBJECT, NOT_PART, NO_SCHEMA, Anum_pg_namespace_nspname, 0},
	{DatabaseRelationId, 18, RULE_OBJECT, NOT_PART, NO_SCHEMA, Anum_pg_database_datname,
	COL(Anum_pg_database_datfrozenxid) | COL(Anum_pg_database_datminmxid) | COL(Anum_pg_database_dathasloginevt)},
	{ProcedureRelationId, 30, RULE_OBJECT, NOT_PART, Anum_pg_proc_pronamespace, Anum_pg_proc_proname, 0},
	{LanguageRelationId, 9, RULE_OBJECT, NOT_PART, NO_SCHEMA, Anum_pg_language_lanname, 0, true},
	{LargeObjectMetadataRelationId, 3, RULE_OBJECT, NOT_PART, NO_SCHEMA, NO_NAME, 0},

	/* parts of relations */
	{AttrDefaultRelationId, 4, RULE_PART, OF_REL(pg_attrdef_adrelid), NO_SCHEMA, NO_NAME, 0},
	{ConstraintRelationId, 28, RULE_PART, OF_REL(pg_constraint_conrelid), NO_SCHEMA, NO_NAME, 0},
	{ForeignTableRelationId, 3, RULE_PART, OF_REL(pg_foreign_table_ftrelid), NO_SCHEMA, NO_NAME, 0, true},
	{IndexRelationId, 21, RULE_PART, OF_REL(pg_index_indrelid), NO_SCHEMA, NO_NAME, COL(Anum_pg_index_indcheckxmin)},
	{InheritsRelationId, 4, RULE_PART2, OF_REL(pg_inherits_inhrelid), NO_SCHEMA, NO_NAME, 0},
	{PartitionedRelationId, 8, RULE_PART, OF_REL(pg_partitioned_table_partrelid), NO_SCHEMA, NO_NAME, 0},
	{PolicyRelationId, 8, RULE_PART, OF_REL(pg_policy_polrelid), NO_SCHEMA, NO_NAME, 0},
	{PublicationRelRelationId, 5, RULE_PART, OF_REL(pg_publication_rel_prrelid), NO_SCHEMA, NO_NAME, 0},
	{RewriteRelationId, 8, RULE_PART, OF_REL(pg_rewrite_ev_class), NO_SCHEMA, NO_NAME, 0},
	{SequenceRelationId, 8, RULE_PART, OF_REL(pg_sequence_seqrelid), NO_SCHEMA, NO_NAME, 0},
	{StatisticExtRelationId, 9, RULE_PART, OF_REL(pg_statistic_ext_stxrelid),
	Anum_pg_statistic_ext_stxnamespace, Anum_pg_statistic_ext_stxname, 0},
	{TriggerRelationId, 19, RULE_PART, OF_REL(pg_trigger_tgrelid), NO_SCHEMA, NO_NAME, 0},

	/* parts of other objects */
	{AggregateRelationId, 22, RULE_PART, OF(pg_aggregate_aggfnoid, ProcedureRelationId), NO_SCHEMA, NO_NAME, 0},
	{AccessMethodOperatorRelationId, 9, RULE_PART, OF(pg_amop_amopfamily, OperatorFamilyRelationId), NO_SCHEMA, NO_NAME, 0},
	{AccessMethodProcedureRelationId, 6, RULE_PART, OF(pg_amproc_amprocfamily, OperatorFamilyRelationId), NO_SCHEMA, NO_NAME, 0},
	{EnumRelationId, 4, RULE_PART, OF(pg_enum_enumtypid, TypeRelationId), NO_SCHEMA, NO_NAME, 0},
	{RangeRelationId, 7, RULE_PART, OF(pg_range_rngtypid, TypeRelationId), NO_SCHEMA, NO_NAME, 0},
	{TSConfigMapRelationId, 4, RULE_PART, OF(pg_ts_config_map_mapcfg, TSConfigRelationId), NO_SCHEMA, NO_NAME, 0},
	{PublicationNamespaceRelationId, 3, RULE_PART, OF(pg_publication_namespace_pnnspid, NamespaceRelationId), NO_SCHEMA, NO_NAME, 0},
		{DescriptionRelationId, 4, RULE_PART_ANY, NOT_PART, NO_SCHEMA, NO_NAME, 0},
	{SharedDescriptionRelationId, 3, RULE_PART_ANY, NOT_PART, NO_SCHEMA, NO_NAME, 0},
	{SecLabelRelationId, 5, RULE_PART_ANY, NOT_PART, NO_SCHEMA, NO_NAME, 0},
	{SharedSecLabelRelationId, 4, RULE_PART_ANY, NOT_PART, NO_SCHEMA, NO_NAME, 0},

	/* who somebody is */
	{AuthIdRelationId, 12, RULE_ROLE, NOT_PART, NO_SCHEMA, Anum_pg_authid_rolname, 0},
	{AuthMemRelationId, 7, RULE_PART, OF(pg_auth_members_roleid, AuthIdRelationId), NO_SCHEMA, NO_NAME, 0},
	{DbRoleSettingRelationId, 3, RULE_PART2, OF(pg_db_role_setting_setdatabase, DatabaseRelationId), NO_SCHEMA, NO_NAME, 0},

	/* rows, in a schema or not */
	{TypeRelationId, 32, RULE_ROW, NOT_PART, Anum_pg_type_typnamespace, Anum_pg_type_typname, 0},
	{OperatorRelationId, 15, RULE_ROW, NOT_PART, Anum_pg_operator_oprnamespace, Anum_pg_operator_oprname, 0},
	{OperatorClassRelationId, 9, RULE_ROW, NOT_PART, Anum_pg_opclass_opcnamespace, Anum_pg_opclass_opcname, 0},
	{OperatorFamilyRelationId, 5, RULE_ROW, NOT_PART, Anum_pg_opfamily_opfnamespace, Anum_pg_opfamily_opfname, 0},
	{ConversionRelationId, 8, RULE_ROW, NOT_PART, Anum_pg_conversion_connamespace, Anum_pg_conversion_conname, 0},
	{CollationRelationId, 12, RULE_ROW, NOT_PART, Anum_pg_collation_collnamespace, Anum_pg_collation_collname, 0},
	{TSConfigRelationId, 5, RULE_ROW, NOT_PART, Anum_pg_ts_config_cfgnamespace, Anum_pg_ts_config_cfgname, 0},
	{TSDictionaryRelationId, 6, RULE_ROW, NOT_PART, Anum_pg_ts_dict_dictnamespace, Anum_pg_ts_dict_dictname, 0},
	{TSParserRelationId, 8, RULE_ROW, NOT_PART, Anum_pg_ts_parser_prsnamespace, Anum_pg_ts_parser_prsname, 0},
	{TSTemplateRelationId, 5, RULE_ROW, NOT_PART, Anum_pg_ts_template_tmplnamespace, Anum_pg_ts_template_tmplname, 0},
	{AccessMethodRelationId, 4, RULE_ROW, NOT_PART, NO_SCHEMA, Anum_pg_am_amname, 0, true},
	{CastRelationId, 6, RULE_ROW, NOT_PART, NO_SCHEMA, NO_NAME, 0},
	{DefaultAclRelationId, 5, RULE_ROW, NOT_PART, NO_SCHEMA, NO_NAME, 0},
	{EventTriggerRelationId, 7, RULE_ROW, NOT_PART, NO_SCHEMA, Anum_pg_event_trigger_evtname, 0, true},
	{ExtensionRelationId, 8, RULE_ROW, NOT_PART, NO_SCHEMA, Anum_pg_extension_extname, 0, true},
	{ForeignDataWrapperRelationId, 7, RULE_ROW, NOT_PART, NO_SCHEMA, Anum_pg_foreign_data_wrapper_fdwname, 0, true},
	{ForeignServerRelationId, 8, RULE_ROW, NOT_PART, NO_SCHEMA, Anum_pg_foreign_server_srvname, 0, true},
	{UserMappingRelationId, 4, RULE_ROW, NOT_PART, NO_SCHEMA, NO_NAME, 0, true},
	{InitPrivsRelationId, 5, RULE_ROW, NOT_PART, NO_SCHEMA, NO_NAME, 0},
	{ParameterAclRelationId, 3, RULE_ROW, NOT_PART, NO_SCHEMA, Anum_pg_parameter_acl_parname, 0, true},
	{PublicationRelationId, 10, RULE_ROW, NOT_PART, NO_SCHEMA, Anum_pg_publication_pubname, 0},
	{SubscriptionRelationId, 18, RULE_ROW, NOT_PART, NO_SCHEMA, Anum_pg_subscription_subname, 0, true},
	{SubscriptionRelRelationId, 4, RULE_ROW, NOT_PART, NO_SCHEMA, NO_NAME,
	COL(Anum_pg_subscription_rel_srsubstate) | COL(Anum_pg_subscription_rel_srsublsn)},
	{ReplicationOriginRelationId, 2, RULE_ROW, NOT_PART, NO_SCHEMA, NO_NAME, 0},
	{TableSpaceRelationId, 5, RULE_ROW, NOT_PART, NO_SCHEMA, Anum_pg_tablespace_spcname, 0, true},
	{TransformRelationId, 5, RULE_ROW, NOT_PART, NO_SCHEMA, NO_NAME, 0, true},

	/* no labels: the label of the catalog itself decides */
	{DependRelationId, 7, RULE_NONE, NOT_PART, NO_SCHEMA, NO_NAME, 0},
	{SharedDependRelationId, 7, RULE_NONE, NOT_PART, NO_SCHEMA, NO_NAME, 0},
	{LargeObjectRelationId, 3, RULE_NONE, NOT_PART, NO_SCHEMA, NO_NAME, 0},
	{StatisticRelationId, 31, RULE_NONE, NOT_PART, NO_SCHEMA, NO_NAME, 0},
	{StatisticExtDataRelationId, 6, RULE_NONE, NOT_PART, NO_SCHEMA, NO_NAME, 0},
};

/* What we have to know about a relation. */
typedef struct SepgRelInfo
{
	Oid			relid;
	Oid			nsp;
	Oid			rewrite;		/* transient heap of this relation */
	char		relkind;
	NameData	name;
	SepgSid		sid;
} SepgRelInfo;

/*
 * The relation that this process made last: its columns follow, before the
 * caches know it.
 */
static SepgRelInfo last_relation = {InvalidOid};

/* the server is doing something of its own */
static bool internal_work = false;

/* CREATE DATABASE's template */
static Oid	template_database = InvalidOid;

static void
internal_xact_callback(XactEvent event, void *arg)
{
	internal_work = false;
}

static void
internal_subxact_callback(SubXactEvent event, SubTransactionId mySubid,
						  SubTransactionId parentSubid, void *arg)
{
	if (event == SUBXACT_EVENT_ABORT_SUB)
		internal_work = false;
}

/*
 * What follows asks nothing, if internal is set, until sepgsql_end_internal
 * is called with the answer, or an error ends the (sub)transaction.  In
 * between no code of a user's may run.
 */
bool
sepgsql_begin_internal(bool internal)
{
	static bool registered = false;
	bool		before = internal_work;

	if (internal && !registered)
	{
		RegisterXactCallback(internal_xact_callback, NULL);
		RegisterSubXactCallback(internal_subxact_callback, NULL);
		registered = true;
	}
	internal_work |= internal;
	return before;
}

void
sepgsql_end_internal(bool before)
{
	internal_work = before;
}

/* Is it so? */
bool
sepgsql_is_internal(void)
{
	return internal_work;
}

void
sepgsql_set_template(Oid dboid)
{
	template_database = dboid;
}

/* initdb's runs label by sepgsql_contexts, everybody else by the policy. */
static inline bool
labelling_cluster(void)
{
	return !IsUnderPostmaster;
}

static const SepgCatalogRule *
find_rule(Relation rel)
{
	static const SepgCatalogRule *last = NULL;
	Oid			relid = RelationGetRelid(rel);

	if (last && last->catalog == relid)
		return last;

	for (int i = 0; i < lengthof(catalog_rules); i++)
	{
		if (catalog_rules[i].catalog != relid)
			continue;
		if (catalog_rules[i].natts != RelationGetNumberOfAttributes(rel))
			break;
		last = &catalog_rules[i];
		return last;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INTERNAL_ERROR),
			 errmsg("catalog \"%s\" has columns that SE-PostgreSQL does not know",
					RelationGetRelationName(rel)),
			 errhint("This server has been built from sources that do not belong together.")));
	return NULL;				/* keep compiler quiet */
}

/*
 * A row of a catalog by its OID, as the present command has left it; NULL if
 * there is none.  To be freed by heap_freetuple.
 */
static HeapTuple
fetch_by_oid(Oid catalog, AttrNumber oidcol, Oid index, Oid oid)
{
	Relation	rel = table_open(catalog, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&key, oidcol, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(oid));
	scan = systable_beginscan(rel, index, OidIsValid(index), SnapshotSelf,
							  1, &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
		tuple = heap_copytuple(tuple);
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return tuple;
}

static void
fill_relation(SepgRelInfo *info, HeapTuple tuple)
{
	Form_pg_class form = (Form_pg_class) GETSTRUCT(tuple);

	info->relid = form->oid;
	info->nsp = form->relnamespace;
	info->rewrite = form->relrewrite;
	info->relkind = form->relkind;
	info->name = form->relname;
	info->sid = sepgsql_secid_to_sid(RelationRelationId,
									 HeapTupleGetSecid(tuple));
	if (info->sid == SEPG_SID_NONE)
		info->sid = SEPG_SID_UNLABELED;
}

/*
 * Look up a relation, one that this command makes included.
 */
static bool
get_relation(Oid relid, SepgRelInfo *info)
{
	HeapTuple	tuple;

	if (!IsBootstrapProcessingMode())
	{
		tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
		if (HeapTupleIsValid(tuple))
		{
			fill_relation(info, tuple);
			ReleaseSysCache(tuple);
			return true;
		}
	}

	/* what the cache knows may be newer than what we remember */
	if (last_relation.relid == relid)
	{
		*info = last_relation;
		return true;
	}
	tuple = fetch_by_oid(RelationRelationId, Anum_pg_class_oid,
						 IsBootstrapProcessingMode() ? InvalidOid : ClassOidIndexId,
						 relid);
	if (!HeapTupleIsValid(tuple))
		return false;
	fill_relation(info, tuple);
	heap_freetuple(tuple);
	return true;
}

/*
 * The table that a TOAST table or its index serves, told from its name, since
 * nothing else leads back there; InvalidOid for any other relation.
 */
static Oid
toast_owner(const SepgRelInfo *info)
{
	const char *name = NameStr(info->name);
	Oid			owner;

	if (info->relkind != RELKIND_TOASTVALUE &&
		!(info->relkind == RELKIND_INDEX && IsToastNamespace(info->nsp)))
		return InvalidOid;
	if (strncmp(name, "pg_toast_", 9) != 0)
		return InvalidOid;
	owner = strtoul(name + 9, NULL, 10);
	return owner;
}

static bool
is_toast(const SepgRelInfo *info)
{
	return info->relkind == RELKIND_TOASTVALUE ||
		(info->relkind == RELKIND_INDEX && IsToastNamespace(info->nsp));
}

/*
 * The class of a relation.
 */
uint32
sepgsql_relation_class(char relkind)
{
	switch (relkind)
	{
		case RELKIND_RELATION:
		case RELKIND_PARTITIONED_TABLE:
		case RELKIND_MATVIEW:
		case RELKIND_FOREIGN_TABLE:
		case RELKIND_TOASTVALUE:
			return SEPG_CLASS_DB_TABLE;
		case RELKIND_SEQUENCE:
			return SEPG_CLASS_DB_SEQUENCE;
		case RELKIND_VIEW:
			return SEPG_CLASS_DB_VIEW;
		default:
			return SEPG_CLASS_DB_TUPLE;
	}
}

/*
 * The class of the objects in a catalog; of relations and columns it depends
 * on the relation.
 */
static uint32
catalog_class(Oid classId, char relkind)
{
	switch (classId)
	{
		case RelationRelationId:
			return sepgsql_relation_class(relkind);
		case AttributeRelationId:
			return sepgsql_relation_class(relkind) == SEPG_CLASS_DB_TABLE ?
				SEPG_CLASS_DB_COLUMN : SEPG_CLASS_DB_TUPLE;
		case NamespaceRelationId:
			return SEPG_CLASS_DB_SCHEMA;
		case DatabaseRelationId:
			return SEPG_CLASS_DB_DATABASE;
		case ProcedureRelationId:
			return SEPG_CLASS_DB_PROCEDURE;
		case LanguageRelationId:
			return SEPG_CLASS_DB_LANGUAGE;
		case LargeObjectMetadataRelationId:
			return SEPG_CLASS_DB_BLOB;
		default:
			return SEPG_CLASS_DB_TUPLE;
	}
}

/*
 * Labels of objects.  An object without a label, or that is not there, counts
 * as unlabeled, which is the most restricted.
 */
SepgSid
sepgsql_relation_sid(Oid relid)
{
	SepgRelInfo info;

	return get_relation(relid, &info) ? info.sid : SEPG_SID_UNLABELED;
}

static SepgSid
syscache_sid(int cacheid, Oid catalog, Datum key1, Datum key2, bool *found)
{
	HeapTuple	tuple = SearchSysCache(cacheid, key1, key2, 0, 0);
	SepgSid		sid;

	*found = HeapTupleIsValid(tuple);
	if (!*found)
		return SEPG_SID_UNLABELED;
	sid = sepgsql_secid_to_sid(catalog, HeapTupleGetSecid(tuple));
	ReleaseSysCache(tuple);
	return sid == SEPG_SID_NONE ? SEPG_SID_UNLABELED : sid;
}

/*
 * The label of any object.  Where name is not NULL, *name gets what audit
 * records call the object, if it has a name of its own.
 */
static SepgSid
find_object(Oid classId, Oid objectId, int32 subId, bool *found, char **name)
{
	Relation	rel;
	HeapTuple	tuple;
	AttrNumber	oidcol;
	SepgSid		sid = SEPG_SID_UNLABELED;

	if (classId == RelationRelationId && subId == 0)
	{
		SepgRelInfo info;

		*found = get_relation(objectId, &info);
		return *found ? info.sid : SEPG_SID_UNLABELED;
	}
	if (classId == RelationRelationId || classId == AttributeRelationId)
		return syscache_sid(ATTNUM, AttributeRelationId,
							ObjectIdGetDatum(objectId),
							Int16GetDatum(subId), found);
	if (classId == DatabaseRelationId)
		return syscache_sid(DATABASEOID, classId,
							ObjectIdGetDatum(objectId), 0, found);

	*found = false;
	if (IsBootstrapProcessingMode() || !is_objectclass_supported(classId) ||
		(oidcol = get_object_attnum_oid(classId)) == InvalidAttrNumber)
		return SEPG_SID_UNLABELED;

	rel = table_open(classId, AccessShareLock);
	tuple = get_catalog_object_by_oid(rel, oidcol, objectId);
	if (!HeapTupleIsValid(tuple))
	{
		/* this command may have made it */
		tuple = fetch_by_oid(classId, oidcol, get_object_oid_index(classId),
							 objectId);
	}
	if (HeapTupleIsValid(tuple))
	{
		AttrNumber	namecol = get_object_attnum_name(classId);

		*found = true;
		sid = sepgsql_secid_to_sid(classId, HeapTupleGetSecid(tuple));
		if (name && namecol != InvalidAttrNumber)
		{
			bool		isnull;
			Datum		value = heap_getattr(tuple, namecol,
											 RelationGetDescr(rel), &isnull);

			if (!isnull && TupleDescAttr(RelationGetDescr(rel), namecol - 1)->atttypid == NAMEOID)
				*name = pstrdup(NameStr(*DatumGetName(value)));
		}
	}
	table_close(rel, AccessShareLock);
	return sid == SEPG_SID_NONE ? SEPG_SID_UNLABELED : sid;
}

SepgSid
sepgsql_object_sid(Oid classId, Oid objectId, int32 subId)
{
	bool		found;

	return find_object(classId, objectId, subId, &found, NULL);
}

uint32
sepgsql_object_class(Oid classId, Oid objectId)
{
	SepgRelInfo info;

	info.relkind = 0;
	if (classId == RelationRelationId || classId == AttributeRelationId)
		(void) get_relation(objectId, &info);
	return catalog_class(classId, info.relkind);
}

/*
 * Ask for permissions on a relation: of an index on its table, of a TOAST
 * table on the table that it serves, of the transient heap of a rewrite
 * nothing.
 */
static void
check_relation(Oid relid, uint32 perms)
{
	SepgRelInfo info;
	Oid			owner;

	/* one that this command has dropped has been asked about */
	if (!get_relation(relid, &info))
		return;
	if (OidIsValid(info.rewrite))
		return;
	owner = toast_owner(&info);
	if (!OidIsValid(owner) &&
		(info.relkind == RELKIND_INDEX ||
		 info.relkind == RELKIND_PARTITIONED_INDEX))
		owner = IndexGetRelation(relid, true);
	if (OidIsValid(owner) && owner != relid)
	{
		check_relation(owner, perms);
		return;
	}
	sepgsql_check(sepgsql_subject(), info.sid,
				  sepgsql_relation_class(info.relkind), perms,
				  NameStr(info.name), true);
}

/*
 * Ask for permissions on any object.  For objects without a class of their
 * own these are the permissions on their row.
 */
void
sepgsql_check_object(Oid classId, Oid objectId, int32 subId, uint32 perms)
{
	SepgSid		sid;
	bool		found;
	char	   *name = NULL;

	/* what a comment calls a large object by */
	if (classId == LargeObjectRelationId)
		classId = LargeObjectMetadataRelationId;

	if (classId == RelationRelationId && subId == 0)
	{
		check_relation(objectId, perms);
		return;
	}
	sid = find_object(classId, objectId, subId, &found, &name);
	if (!found)
		return;
	if (classId == RelationRelationId)
	{
		if (sepgsql_object_class(classId, objectId) != SEPG_CLASS_DB_TABLE)
		{
			check_relation(objectId, perms);
			return;
		}
		sepgsql_check(sepgsql_subject(), sid, SEPG_CLASS_DB_COLUMN, perms,
					  psprintf("%s.%s", get_rel_name(objectId),
							   get_attname(objectId, subId, false)), true);
		return;
	}
	sepgsql_check(sepgsql_subject(), sid, catalog_class(classId, 0), perms,
				  name, true);
}

/*
 * Ask about a change to an object that leaves nothing in its row, but only in
 * pg_depend or pg_statistic.
 */
void
sepgsql_check_alter(Oid classId, Oid objectId)
{
	if (sepgsql_enforcing)
		sepgsql_check_object(classId, objectId, 0, PERM_SETATTR);
}

/*
 * Ask before the first effect of a command that removes or moves a database,
 * since that one cannot be rolled back.
 */
void
sepgsql_check_database_change(Oid dboid, bool drop)
{
	if (sepgsql_enforcing)
		sepgsql_check_object(DatabaseRelationId, dboid, 0,
							 drop ? PERM_DROP : PERM_SETATTR);
}

/*
 * Ask whether a large object may be opened.  One that its snapshot shows, but
 * that has been removed since, counts as unlabeled.
 */
void
sepgsql_check_blob(Oid lobj, bool read, bool write)
{
	char		name[32];

	if (!sepgsql_enforcing)
		return;
	snprintf(name, sizeof(name), "blob:%u", lobj);
	sepgsql_check(sepgsql_subject(),
				  sepgsql_object_sid(LargeObjectMetadataRelationId, lobj, 0),
				  SEPG_CLASS_DB_BLOB,
				  (read ? SEPG_DB_BLOB__READ : 0) |
				  (write ? SEPG_DB_BLOB__WRITE : 0), name, true);
}

/*
 * Ask for add_name or remove_name of a schema.  The client's own temporary
 * schema and the TOAST schemas belong to the server.
 */
static void
check_schema(Oid nsp, uint32 perms)
{
	SepgSid		sid;
	bool		found;
	char	   *name = NULL;

	if (!OidIsValid(nsp) || isTempOrTempToastNamespace(nsp) ||
		IsToastNamespace(nsp))
		return;
	sid = find_object(NamespaceRelationId, nsp, 0, &found, &name);
	if (!found && perms == SEPG_DB_SCHEMA__REMOVE_NAME)
		return;					/* has been dropped with what it holds */
	sepgsql_check(sepgsql_subject(), sid, SEPG_CLASS_DB_SCHEMA, perms, name, true);
}

/* Does the server hand this schema out by itself? */
static bool
is_temp_schema_name(const char *name)
{
	return strncmp(name, "pg_temp_", 8) == 0 ||
		strncmp(name, "pg_toast_temp_", 14) == 0;
}

/* ------------------------------------------------------------------------
 * Default labels
 * ------------------------------------------------------------------------
 */

/*
 * What sepgsql_contexts says about a new object, or SEPG_SID_NONE.
 */
static SepgSid
context_from_file(uint32 tclass, Oid nsp, const char *rel, const char *column)
{
	char		name[4 * NAMEDATALEN + 4];
	char		err[256];
	const char *db;
	const char *schema = NULL;
	SepgSid		sid = SEPG_SID_NONE;
	int32		rc;

	if (IsBootstrapProcessingMode() || !OidIsValid(MyDatabaseId))
		db = "template1";
	else
		db = get_database_name(MyDatabaseId);
	if (nsp == PG_CATALOG_NAMESPACE)
		schema = "pg_catalog";
	else if (nsp == PG_TOAST_NAMESPACE)
		schema = "pg_toast";
	else if (OidIsValid(nsp))
	{
		schema = get_namespace_name(nsp);
		if (schema == NULL)
			schema = "?";		/* matches no pattern but the general ones */
	}

	if (tclass == SEPG_CLASS_DB_DATABASE)
		snprintf(name, sizeof(name), "%s", rel);
	else
		snprintf(name, sizeof(name), "%s%s%s%s%s%s%s", db,
				 schema ? "." : "", schema ? schema : "",
				 rel ? "." : "", rel ? rel : "",
				 column ? "." : "", column ? column : "");
	err[0] = '\0';
	rc = sepg_core_db_context(tclass, name, &sid, err, sizeof(err));
	if (rc == SEPG_OK)
		return sid;
	if (rc == SEPG_INVALID && !IsBootstrapProcessingMode())
		return SEPG_SID_NONE;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_OBJECT_DEFINITION),
			 errmsg("no label for \"%s\" of class \"%s\"",
					name, sepg_core_class_name(tclass)),
			 err[0] != '\0' ? errdetail_internal("%s", err) : 0,
			 errhint("Check \"sepgsql_contexts\".")));
	return SEPG_SID_NONE;		/* keep compiler quiet */
}

/*
 * The one label of temporary schemas: of the type that the policy's named
 * transition gives, with user and range of the database, so that it does not
 * depend on which client was first to use the number.
 */
static SepgSid
temp_schema_sid(SepgSid subject, SepgSid database)
{
	static SepgSid last_subject,
				last_database,
				last_sid;
	static uint64 last_seqno;
	SepgSid		sid;
	char		text[1024];
	char		part[1024];
	const char *dbtext;

	if (last_sid != SEPG_SID_NONE && last_subject == subject &&
		last_database == database && last_seqno == sepgsql_policy_seqno())
		return last_sid;

	sid = sepgsql_compute_create(subject, database, SEPG_CLASS_DB_SCHEMA, "pg_temp");
	dbtext = sepgsql_sid_text(database);
	strlcpy(text, sepgsql_sid_text(sid), sizeof(text));
	for (int which = 0; which <= 3; which += 3)
	{
		char		changed[1024];

		if (sepg_core_context_part(dbtext, which, part, sizeof(part)) < 0 ||
			sepg_core_context_set_part(text, which, part, changed, sizeof(changed)) < 0)
			continue;			/* a policy without levels has no range */
		strlcpy(text, changed, sizeof(text));
	}
	last_sid = SEPG_SID_NONE;
	if (sepg_core_context_to_sid(text, &sid, part, sizeof(part)) != SEPG_OK)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid security context: \"%s\"", text),
				 errdetail("The policy gives this label to temporary schemas.")));
	last_subject = subject;
	last_database = database;
	last_seqno = sepgsql_policy_seqno();
	last_sid = sid;
	return sid;
}

/*
 * The default label of a row that has no class of its own: from the label of
 * its catalog.
 */
static SepgSid
default_row(Relation rel, SepgSid subject)
{
	static SepgSid from_file[lengthof(catalog_rules)];

	if (labelling_cluster())
	{
		/* one label for each catalog */
		SepgSid    *slot = &from_file[find_rule(rel) - catalog_rules];

		if (*slot == SEPG_SID_NONE)
			*slot = context_from_file(SEPG_CLASS_DB_TUPLE,
									  RelationGetNamespace(rel),
									  RelationGetRelationName(rel), NULL);
		if (*slot != SEPG_SID_NONE)
			return *slot;
	}
	return sepgsql_compute_create(subject, sepgsql_relation_sid(RelationGetRelid(rel)),
								  SEPG_CLASS_DB_TUPLE, NULL);
}

/*
 * The default label of a new catalog row, and its class.
 */
static SepgSid
default_sid(Relation rel, const SepgCatalogRule *rule, const Datum *values,
			uint32 *tclass)
{
	SepgSid		subject = sepgsql_subject();
	SepgSid		sid;
	SepgSid		parent;
	SepgRelInfo info = {InvalidOid};
	const char *name = NULL;
	const char *column = NULL;
	Oid			nsp = InvalidOid;
	char		oidname[32];

	/* a process of the server's own, which runs no client's code */
	if (subject == SEPG_SID_NONE)
		subject = SEPG_SID_UNLABELED;

	*tclass = SEPG_CLASS_DB_TUPLE;
	if (rule->kind != RULE_OBJECT)
		return default_row(rel, subject);

	if (rule->name)
		name = NameStr(*DatumGetName(values[rule->name - 1]));
	if (rule->nsp)
		nsp = DatumGetObjectId(values[rule->nsp - 1]);

	/* the class, and what takes its label from a table that it serves */
	if (rule->catalog == RelationRelationId)
	{
		Oid			owner;

		info.relid = DatumGetObjectId(values[Anum_pg_class_oid - 1]);
		info.nsp = nsp;
		info.rewrite = DatumGetObjectId(values[Anum_pg_class_relrewrite - 1]);
		info.relkind = DatumGetChar(values[Anum_pg_class_relkind - 1]);
		namestrcpy(&info.name, name);
		owner = OidIsValid(info.rewrite) ? info.rewrite : toast_owner(&info);
		*tclass = sepgsql_relation_class(info.relkind);
		if (OidIsValid(owner))
			return sepgsql_relation_sid(owner);
		if (*tclass == SEPG_CLASS_DB_TUPLE)
			return default_row(rel, subject);
	}
	else if (rule->catalog == AttributeRelationId)
	{
		Oid			relid = DatumGetObjectId(values[Anum_pg_attribute_attrelid - 1]);

		if (IsBootstrapProcessingMode() && last_relation.relid != relid)
		{
			/* the first catalogs of all, not yet in pg_class */
			info.relid = relid;
			info.relkind = RELKIND_RELATION;
			info.nsp = PG_CATALOG_NAMESPACE;
			info.rewrite = InvalidOid;
			info.sid = SEPG_SID_UNLABELED;
			namestrcpy(&info.name,
					   relid == TypeRelationId ? "pg_type" :
					   relid == ProcedureRelationId ? "pg_proc" :
					   relid == AttributeRelationId ? "pg_attribute" :
					   "pg_class");
		}
		else if (!get_relation(relid, &info))
			elog(ERROR, "cache lookup failed for relation %u", relid);
		*tclass = catalog_class(AttributeRelationId, info.relkind);
		if (*tclass == SEPG_CLASS_DB_TUPLE)
			return default_row(rel, subject);
		if (is_toast(&info) || OidIsValid(info.rewrite))
			return info.sid;
		nsp = info.nsp;
		column = name;
		name = NameStr(info.name);
	}
	else
		*tclass = catalog_class(rule->catalog, 0);

	if (rule->catalog == LargeObjectMetadataRelationId)
	{
		snprintf(oidname, sizeof(oidname), "%u",
				 DatumGetObjectId(values[Anum_pg_largeobject_metadata_oid - 1]));
		name = oidname;
	}

	if (labelling_cluster())
	{
		sid = context_from_file(*tclass, nsp, name, column);
		if (sid != SEPG_SID_NONE)
			return sid;
	}

	/* the parent */
	switch (*tclass)
	{
		case SEPG_CLASS_DB_DATABASE:
			parent = OidIsValid(template_database) ?
				sepgsql_object_sid(DatabaseRelationId, template_database, 0) :
				subject;
			break;
		case SEPG_CLASS_DB_COLUMN:
			parent = info.sid;
			name = column;
			break;
		case SEPG_CLASS_DB_SCHEMA:
		case SEPG_CLASS_DB_LANGUAGE:
		case SEPG_CLASS_DB_BLOB:
			parent = sepgsql_object_sid(DatabaseRelationId, MyDatabaseId, 0);
			if (*tclass == SEPG_CLASS_DB_SCHEMA && is_temp_schema_name(name))
				return temp_schema_sid(subject, parent);
			break;
		default:
			parent = sepgsql_object_sid(NamespaceRelationId, nsp, 0);
			break;
	}
	return sepgsql_compute_create(subject, parent, *tclass, name);
}

/*
 * The label that a row would get if it were new: what SECURITY LABEL ... IS
 * NULL goes back to.
 */
SepgSid
sepgsql_default_object_sid(Relation rel, HeapTuple tup)
{
	Datum	   *values = palloc_array(Datum, RelationGetNumberOfAttributes(rel));
	bool	   *isnull = palloc_array(bool, RelationGetNumberOfAttributes(rel));
	uint32		tclass;

	heap_deform_tuple(tup, RelationGetDescr(rel), values, isnull);
	return default_sid(rel, find_rule(rel), values, &tclass);
}

/* ------------------------------------------------------------------------
 * Checks
 * ------------------------------------------------------------------------
 */

/*
 * Ask for setattr of what a row is part of.  Returns false if the row stands
 * on its own.
 */
static bool
check_owner(const SepgCatalogRule *rule, const Datum *values)
{
	Oid			classId = rule->owner_catalog;
	Oid			objectId;
	int32		subId = 0;

	switch (rule->kind)
	{
		case RULE_PART_ANY:
			/* all four of these catalogs begin with objoid, classoid */
			objectId = DatumGetObjectId(values[Anum_pg_description_objoid - 1]);
			classId = DatumGetObjectId(values[Anum_pg_description_classoid - 1]);
			if (rule->catalog == DescriptionRelationId ||
				rule->catalog == SecLabelRelationId)
				subId = DatumGetInt32(values[Anum_pg_description_objsubid - 1]);
			break;
		case RULE_PART2:
			if (rule->catalog == InheritsRelationId)
				sepgsql_check_object(RelationRelationId,
									 DatumGetObjectId(values[Anum_pg_inherits_inhparent - 1]),
									 0, PERM_SETATTR);
			else
			{
				Oid			role = DatumGetObjectId(values[Anum_pg_db_role_setting_setrole - 1]);

				if (OidIsValid(role))
					sepgsql_check_object(AuthIdRelationId, role, 0, PERM_SETATTR);
				else if (!OidIsValid(DatumGetObjectId(values[rule->owner - 1])))
					sepgsql_refuse("settings of all roles");
			}
			/* FALLTHROUGH */
		default:
			objectId = DatumGetObjectId(values[rule->owner - 1]);
			if (!OidIsValid(objectId) && rule->catalog == ConstraintRelationId)
			{
				classId = TypeRelationId;
				objectId = DatumGetObjectId(values[Anum_pg_constraint_contypid - 1]);
				if (!OidIsValid(objectId))
					return false;
			}
			break;
	}
	if (!OidIsValid(objectId))
		return true;
	if (rule->catalog == IndexRelationId)
	{
		SepgRelInfo info;

		if (get_relation(objectId, &info) && is_toast(&info))
			return true;
	}
	sepgsql_check_object(classId, objectId, subId, PERM_SETATTR);
	return true;
}

/*
 * Is this the row type of a relation, or an array type?  They come and go
 * with what they are made of.
 */
static bool
is_implicit_type(const Datum *values)
{
	return OidIsValid(DatumGetObjectId(values[Anum_pg_type_typrelid - 1])) ||
		(OidIsValid(DatumGetObjectId(values[Anum_pg_type_typelem - 1])) &&
		 DatumGetObjectId(values[Anum_pg_type_typsubscript - 1]) == F_ARRAY_SUBSCRIPT_HANDLER &&
		 DatumGetChar(values[Anum_pg_type_typcategory - 1]) == TYPCATEGORY_ARRAY);
}

/*
 * What to call the object in audit records: palloc'd, or NULL.
 */
static const char *
audit_name(const SepgCatalogRule *rule, const Datum *values)
{
	if (rule->catalog == AttributeRelationId)
	{
		SepgRelInfo info;

		if (get_relation(DatumGetObjectId(values[Anum_pg_attribute_attrelid - 1]), &info))
			return psprintf("%s.%s", NameStr(info.name),
							NameStr(*DatumGetName(values[rule->name - 1])));
	}
	if (rule->catalog == LargeObjectMetadataRelationId)
		return psprintf("blob:%u", DatumGetObjectId(values[0]));
	if (!rule->name || rule->catalog == ParameterAclRelationId)
		return NULL;
	return NameStr(*DatumGetName(values[rule->name - 1]));
}

/*
 * A row of pg_class, pg_attribute or pg_namespace that is the server's own.
 * Sets *via to a relation that has to be asked instead of the row, if any.
 */
static bool
is_servers_own(const SepgCatalogRule *rule, const Datum *values, bool is_new,
			   Oid *via)
{
	SepgRelInfo info;

	*via = InvalidOid;
	if (rule->catalog == RelationRelationId)
	{
		info.relid = DatumGetObjectId(values[Anum_pg_class_oid - 1]);
		info.nsp = DatumGetObjectId(values[Anum_pg_class_relnamespace - 1]);
		info.relkind = DatumGetChar(values[Anum_pg_class_relkind - 1]);
		info.rewrite = DatumGetObjectId(values[Anum_pg_class_relrewrite - 1]);
		info.name = *DatumGetName(values[Anum_pg_class_relname - 1]);
	}
	else if (rule->catalog == AttributeRelationId)
	{
		if (!get_relation(DatumGetObjectId(values[Anum_pg_attribute_attrelid - 1]), &info))
			return true;		/* dropped by this command */
		if (sepgsql_relation_class(info.relkind) != SEPG_CLASS_DB_TABLE)
			*via = info.relid;
	}
	else if (rule->catalog == NamespaceRelationId)
		return is_temp_schema_name(NameStr(*DatumGetName(values[Anum_pg_namespace_nspname - 1]))) &&
			(is_new ||
			 isTempOrTempToastNamespace(DatumGetObjectId(values[Anum_pg_namespace_oid - 1])));
	else
		return false;

	if (OidIsValid(info.rewrite))
		return true;
	if (is_toast(&info) ||
		info.relkind == RELKIND_INDEX ||
		info.relkind == RELKIND_PARTITIONED_INDEX)
		*via = info.relid;
	return false;
}

static void
check_insert(const SepgCatalogRule *rule, const Datum *values, SepgSid sid,
			 uint32 tclass)
{
	SepgSid		subject = sepgsql_subject();
	Oid			via;

	if (is_servers_own(rule, values, true, &via))
		return;
	if (rule->admin)
		sepgsql_refuse(audit_name(rule, values));
	if (rule->catalog == TypeRelationId && is_implicit_type(values))
		return;
	if (rule->nsp)
		check_schema(DatumGetObjectId(values[rule->nsp - 1]),
					 SEPG_DB_SCHEMA__ADD_NAME);
	if (OidIsValid(via))
		return;					/* an index: pg_index asks; a column of a view */

	switch (rule->kind)
	{
		case RULE_PART:
		case RULE_PART2:
		case RULE_PART_ANY:
			if (check_owner(rule, values))
				return;
			break;
		case RULE_ROLE:
			/* a name may carry a label: the catalog's own decides, too */
			sepgsql_check(subject, sepgsql_relation_sid(rule->catalog),
						  SEPG_CLASS_DB_TUPLE, SEPG_DB_TUPLE__INSERT,
						  audit_name(rule, values), true);
			break;
		default:
			break;
	}
	sepgsql_check(subject, sid, tclass, PERM_CREATE,
				  audit_name(rule, values), true);
}

static void
check_delete(const SepgCatalogRule *rule, const Datum *values, SepgSid sid,
			 uint32 tclass)
{
	Oid			via;

	if (is_servers_own(rule, values, false, &via))
		return;
	if (rule->catalog == TypeRelationId && is_implicit_type(values))
		return;
	if (rule->nsp)
		check_schema(DatumGetObjectId(values[rule->nsp - 1]),
					 SEPG_DB_SCHEMA__REMOVE_NAME);
	if (OidIsValid(via))
		return;

	if ((rule->kind == RULE_PART || rule->kind == RULE_PART2 ||
		 rule->kind == RULE_PART_ANY) &&
		check_owner(rule, values))
		return;
	if (rule->catalog == AttributeRelationId &&
		DatumGetBool(values[Anum_pg_attribute_attisdropped - 1]))
		return;
	sepgsql_check(sepgsql_subject(), sid, tclass, PERM_DROP,
				  audit_name(rule, values), true);
}

/*
 * changed: the columns that get another value, those that are internal left
 * out.
 */
static void
check_update(const SepgCatalogRule *rule, const Datum *oldvalues,
			 const Datum *newvalues, uint64 changed,
			 SepgSid oldsid, SepgSid newsid, uint32 tclass)
{
	SepgSid		subject = sepgsql_subject();
	uint32		perms = 0;
	Oid			via;

	if (is_servers_own(rule, oldvalues, false, &via) && newsid == oldsid)
		return;

	/* a type that comes with something else is renamed and moved with it */
	if (rule->catalog == TypeRelationId && is_implicit_type(oldvalues))
		changed &= ~(COL(Anum_pg_type_typname) | COL(Anum_pg_type_typnamespace) |
					 COL(Anum_pg_type_typowner) | COL(Anum_pg_type_typarray));
	else if (rule->catalog == TypeRelationId)
		changed &= ~COL(Anum_pg_type_typarray);

	if (rule->nsp && (changed & (COL(rule->nsp) | COL(rule->name))))
	{
		check_schema(DatumGetObjectId(oldvalues[rule->nsp - 1]),
					 SEPG_DB_SCHEMA__REMOVE_NAME);
		check_schema(DatumGetObjectId(newvalues[rule->nsp - 1]),
					 SEPG_DB_SCHEMA__ADD_NAME);
	}

	if (changed)
	{
		if (rule->admin)
			sepgsql_refuse(audit_name(rule, oldvalues));
		perms = PERM_SETATTR;
		if (OidIsValid(via))
		{
			sepgsql_check_object(RelationRelationId, via, 0, PERM_SETATTR);
			perms = 0;
		}
		else if (rule->kind == RULE_PART || rule->kind == RULE_PART2 ||
				 rule->kind == RULE_PART_ANY)
		{
			if (check_owner(rule, oldvalues))
			{
				check_owner(rule, newvalues);
				perms = 0;
			}
		}
		else if (rule->catalog == AttributeRelationId)
		{
			/* a column is not changed behind its table's back */
			sepgsql_check_object(RelationRelationId,
								 DatumGetObjectId(oldvalues[Anum_pg_attribute_attrelid - 1]),
								 0, PERM_SETATTR);
			if (!DatumGetBool(oldvalues[Anum_pg_attribute_attisdropped - 1]) &&
				DatumGetBool(newvalues[Anum_pg_attribute_attisdropped - 1]))
				perms = PERM_DROP;
		}
	}

	if (newsid != oldsid)
		perms |= PERM_SETATTR | PERM_RELABELFROM;
	if (perms)
		sepgsql_check(subject, oldsid, tclass, perms,
					  audit_name(rule, oldvalues), true);
	if (newsid != oldsid)
		sepgsql_check(subject, newsid, tclass, PERM_RELABELTO,
					  audit_name(rule, newvalues), true);
}

/* The class of the object in a catalog row. */
static uint32
row_class(const SepgCatalogRule *rule, const Datum *values)
{
	SepgRelInfo info;

	if (rule->kind != RULE_OBJECT)
		return SEPG_CLASS_DB_TUPLE;
	info.relkind = 0;
	if (rule->catalog == RelationRelationId)
		info.relkind = DatumGetChar(values[Anum_pg_class_relkind - 1]);
	else if (rule->catalog == AttributeRelationId)
		(void) get_relation(DatumGetObjectId(values[Anum_pg_attribute_attrelid - 1]), &info);
	return catalog_class(rule->catalog, info.relkind);
}

/*
 * Remember the relation that has just been made or relabeled.
 */
static void
remember_relation(const Datum *values, SepgSid sid)
{
	last_relation.relid = DatumGetObjectId(values[Anum_pg_class_oid - 1]);
	last_relation.nsp = DatumGetObjectId(values[Anum_pg_class_relnamespace - 1]);
	last_relation.rewrite = DatumGetObjectId(values[Anum_pg_class_relrewrite - 1]);
	last_relation.relkind = DatumGetChar(values[Anum_pg_class_relkind - 1]);
	last_relation.name = *DatumGetName(values[Anum_pg_class_relname - 1]);
	last_relation.sid = sid;
}

static SepgSid
catalog_insert(Relation rel, const SepgCatalogRule *rule, const Datum *values,
			   SepgSid explicit_sid)
{
	uint32		tclass;
	SepgSid		sid;

	if (explicit_sid != SEPG_SID_NONE)
	{
		sid = explicit_sid;
		tclass = row_class(rule, values);
	}
	else
		sid = default_sid(rel, rule, values, &tclass);

	if (sepgsql_enforcing && !internal_work)
		check_insert(rule, values, sid, tclass);
	if (rule->catalog == RelationRelationId)
		remember_relation(values, sid);
	return sid;
}

/*
 * A new catalog row: returns the tuple to store, which is a copy if the
 * caller's has no room for the label.
 */
HeapTuple
sepgsql_catalog_insert(Relation rel, HeapTuple tup)
{
	const SepgCatalogRule *rule;
	Datum	   *values;
	bool	   *isnull;
	SepgSid		sid;
	uint32		secid;
	SepgSid		explicit_sid = SEPG_SID_NONE;

	if (!sepgsql_labeling || !sepgsql_relation_has_labels(rel))
		return tup;
	rule = find_rule(rel);
	if (rule->kind == RULE_NONE)
		return tup;

	values = palloc_array(Datum, rule->natts);
	isnull = palloc_array(bool, rule->natts);
	heap_deform_tuple(tup, RelationGetDescr(rel), values, isnull);
	if (HeapTupleHeaderHasSecid(tup->t_data))
		explicit_sid = sepgsql_secid_to_sid(RelationGetRelid(rel),
											HeapTupleGetSecid(tup));
	sid = catalog_insert(rel, rule, values, explicit_sid);
	pfree(values);
	pfree(isnull);

	if (explicit_sid != SEPG_SID_NONE)
		return tup;
	secid = sepgsql_sid_to_secid(rel, sid);
	return sepgsql_copytuple_secid(tup, secid);
}

/*
 * The same for a row in a slot, which is about to be inserted with others.
 */
void
sepgsql_catalog_insert_slot(Relation rel, TupleTableSlot *slot)
{
	const SepgCatalogRule *rule;

	slot->tts_sid = SEPG_SID_NONE;
	if (!sepgsql_labeling || !sepgsql_relation_has_labels(rel))
		return;
	rule = find_rule(rel);
	if (rule->kind == RULE_NONE)
		return;
	slot_getallattrs(slot);
	slot->tts_sid = catalog_insert(rel, rule, slot->tts_values, SEPG_SID_NONE);
}

/*
 * The stored version of a row that is about to change: palloc'd copy.
 */
static HeapTuple
fetch_old(Relation rel, const ItemPointerData *tid)
{
	HeapTupleData tuple;
	HeapTuple	copy;
	Buffer		buffer;

	tuple.t_self = *tid;
	if (!heap_fetch(rel, SnapshotAny, &tuple, &buffer, false))
		elog(ERROR, "could not find row (%u,%u) of catalog \"%s\"",
			 ItemPointerGetBlockNumber(tid), ItemPointerGetOffsetNumber(tid),
			 RelationGetRelationName(rel));
	copy = heap_copytuple(&tuple);
	ReleaseBuffer(buffer);
	return copy;
}

static SepgSid
stored_sid(Relation rel, HeapTuple tup)
{
	SepgSid		sid = sepgsql_secid_to_sid(RelationGetRelid(rel),
										   HeapTupleGetSecid(tup));

	return sid == SEPG_SID_NONE ? SEPG_SID_UNLABELED : sid;
}

/*
 * A changed catalog row.
 */
HeapTuple
sepgsql_catalog_update(Relation rel, const ItemPointerData *otid, HeapTuple tup)
{
	const SepgCatalogRule *rule;
	TupleDesc	desc = RelationGetDescr(rel);
	HeapTuple	old;
	Datum	   *oldvalues,
			   *newvalues;
	bool	   *oldnull,
			   *newnull;
	SepgSid		oldsid,
				newsid;
	uint64		changed = 0;

	if (!sepgsql_enforcing || !sepgsql_relation_has_labels(rel))
		return tup;
	rule = find_rule(rel);
	if (rule->kind == RULE_NONE)
		return tup;

	old = fetch_old(rel, otid);
	oldvalues = palloc_array(Datum, rule->natts);
	newvalues = palloc_array(Datum, rule->natts);
	oldnull = palloc_array(bool, rule->natts);
	newnull = palloc_array(bool, rule->natts);
	heap_deform_tuple(old, desc, oldvalues, oldnull);
	heap_deform_tuple(tup, desc, newvalues, newnull);
	for (int i = 0; i < rule->natts; i++)
	{
		CompactAttribute *att = TupleDescCompactAttr(desc, i);

		if (rule->internal & COL(i + 1))
			continue;
		if (oldnull[i] != newnull[i] ||
			(!oldnull[i] && !datum_image_eq(oldvalues[i], newvalues[i],
											att->attbyval, att->attlen)))
			changed |= COL(i + 1);
	}

	oldsid = newsid = stored_sid(rel, old);
	if (HeapTupleHeaderHasSecid(tup->t_data))
		newsid = stored_sid(rel, tup);

	if (!internal_work && (changed || newsid != oldsid))
		check_update(rule, oldvalues, newvalues, changed, oldsid, newsid,
					 row_class(rule, oldvalues));
	if (rule->catalog == RelationRelationId &&
		last_relation.relid == DatumGetObjectId(newvalues[Anum_pg_class_oid - 1]))
		remember_relation(newvalues, newsid);

	pfree(oldvalues);
	pfree(newvalues);
	pfree(oldnull);
	pfree(newnull);
	heap_freetuple(old);
	return tup;
}

/*
 * Give a catalog row, of which tup is a copy, another label.  What is not
 * permitted never gets into the dictionary.
 */
void
sepgsql_relabel_row(Relation rel, HeapTuple tup, SepgSid sid)
{
	const SepgCatalogRule *rule = find_rule(rel);
	TupleDesc	desc = RelationGetDescr(rel);
	Datum	   *values = palloc_array(Datum, rule->natts);
	bool	   *isnull = palloc_array(bool, rule->natts);
	HeapTuple	labeled;
	bool		before;

	if (!sepgsql_labeling || !sepgsql_relation_has_labels(rel) ||
		rule->kind == RULE_NONE)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("rows of \"%s\" have no security labels",
						RelationGetRelationName(rel))));

	heap_deform_tuple(tup, desc, values, isnull);
	if (sepgsql_enforcing)
		check_update(rule, values, values, 0, stored_sid(rel, tup), sid,
					 row_class(rule, values));
	labeled = sepgsql_copytuple_secid(tup, sepgsql_sid_to_secid(rel, sid));

	before = sepgsql_begin_internal(true);
	CatalogTupleUpdate(rel, &tup->t_self, labeled);
	sepgsql_end_internal(before);

	heap_freetuple(labeled);
	pfree(values);
	pfree(isnull);
}

/*
 * A catalog row that goes.
 */
void
sepgsql_catalog_delete(Relation rel, const ItemPointerData *tid)
{
	const SepgCatalogRule *rule;
	HeapTuple	old;
	Datum	   *values;
	bool	   *isnull;

	if (!sepgsql_enforcing || !sepgsql_relation_has_labels(rel))
		return;
	rule = find_rule(rel);
	if (rule->kind == RULE_NONE)
		return;

	old = fetch_old(rel, tid);
	values = palloc_array(Datum, rule->natts);
	isnull = palloc_array(bool, rule->natts);
	heap_deform_tuple(old, RelationGetDescr(rel), values, isnull);
	if (!internal_work)
		check_delete(rule, values, stored_sid(rel, old), row_class(rule, values));
	if (rule->catalog == RelationRelationId &&
		last_relation.relid == DatumGetObjectId(values[Anum_pg_class_oid - 1]))
		last_relation.relid = InvalidOid;
	pfree(values);
	pfree(isnull);
	heap_freetuple(old);
}

/*
 * simple_heap_insert, _update and _delete for catalogs.
 */
void
sepgsql_heap_insert(Relation rel, HeapTuple tup)
{
	HeapTuple	labeled = sepgsql_catalog_insert(rel, tup);

	simple_heap_insert(rel, labeled);
	if (labeled != tup)
	{
		tup->t_self = labeled->t_self;
		tup->t_tableOid = labeled->t_tableOid;
		heap_freetuple(labeled);
	}
}

void
sepgsql_heap_update(Relation rel, ItemPointer otid, HeapTuple tup,
					TU_UpdateIndexes *update_indexes)
{
	if (sepgsql_enforcing)
		(void) sepgsql_catalog_update(rel, otid, tup);
	simple_heap_update(rel, otid, tup, update_indexes);
}

void
sepgsql_heap_delete(Relation rel, ItemPointer tid)
{
	if (sepgsql_enforcing)
		sepgsql_catalog_delete(rel, tid);
	simple_heap_delete(rel, tid);
}

/*
 * Put the table of rules into a tuplestore.
 */
void
sepgsql_list_catalog_rules(ReturnSetInfo *rsinfo)
{
	static const char *const kinds[] = {
		[RULE_NONE] = "none",
		[RULE_ROW] = "row",
		[RULE_OBJECT] = "object",
		[RULE_PART] = "part of an object",
		[RULE_PART2] = "part of two objects",
		[RULE_PART_ANY] = "part of any object",
		[RULE_ROLE] = "role",
	};

	for (int i = 0; i < lengthof(catalog_rules); i++)
	{
		const SepgCatalogRule *rule = &catalog_rules[i];
		Datum		values[5];
		bool		nulls[5] = {0};
		Datum		columns[64];
		int			ncolumns = 0;

		for (int attno = 1; attno <= rule->natts; attno++)
		{
			if (rule->internal & COL(attno))
				columns[ncolumns++] = Int16GetDatum(attno);
		}
		values[0] = ObjectIdGetDatum(rule->catalog);
		values[1] = Int32GetDatum(rule->natts);
		values[2] = CStringGetTextDatum(kinds[rule->kind]);
		values[3] = PointerGetDatum(construct_array_builtin(columns, ncolumns, INT2OID));
		values[4] = BoolGetDatum(rule->admin);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
}
