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
#include "access/transam.h"
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
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "security/sepgsql_catalog.h"
#include "security/sepgsql_holes.h"
#include "security/sepgsql_visible.h"
#include "storage/bufmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
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
	RULE_PART_ANY,				/* likewise, at classoid and objoid */
	RULE_ROLE,					/* a row that says who somebody is */
} SepgCatalogKind;

typedef struct SepgCatalogRule
{
	Oid			catalog;
	int			natts;			/* columns that this table knows about */
	SepgCatalogKind kind;
	SepgOwnerColumn owners[SEPG_MAX_OWNERS];	/* what it is part of */
	AttrNumber	nsp;			/* column of its schema */
	AttrNumber	name;			/* column of its name */
	uint64		internal;		/* columns whose change asks nothing */
	uint64		functions;		/* columns of functions: install */
	uint64		support;		/* those that run without being asked about */
	uint64		exprs;			/* columns of expressions: install, likewise */
	uint32		database;		/* also asked of the current database */
} SepgCatalogRule;

#define COL(attno)			(UINT64CONST(1) << (attno))

/* what a function does, and in which language */
#define PROC_CODE_COLUMNS \
	(COL(Anum_pg_proc_prolang) | COL(Anum_pg_proc_prosrc) | \
	 COL(Anum_pg_proc_probin) | COL(Anum_pg_proc_prosqlbody))

/*
 * What reaches out of the database, or lets code run that SQL does not bind:
 * by the default policy only the unconfined administrator may.
 */
#define MODULE				.database = SEPG_DB_DATABASE__INSTALL_MODULE
#define OF(form, column, cat) \
	{cat, Anum_##form##_##column, offsetof(FormData_##form, column), false}
#define OF_REL(form, column)	OF(form, column, RelationRelationId)
/* likewise, but a change is not asked of that */
#define SHOWN_BY(form, column, cat) \
	{cat, Anum_##form##_##column, offsetof(FormData_##form, column), true}
#define NOT_PART			{{InvalidOid}}
#define NO_SCHEMA			0
#define NO_NAME				0

/*
 * All catalogs.  The number of columns is written out, so that one
 * that a later release adds is an error until somebody has looked at it; so is
 * a catalog that is not listed.
 *
 * A new row asks create (of a row without a class of its own: insert), one
 * that goes drop (delete), a change setattr (update); with a schema also
 * add_name and remove_name.  A row that is part of an object asks setattr of
 * the object each time, and is shown to those alone who may know of the object
 * (see visible.c, which has the parts that are found in other ways).  What a row asks beyond that stands at its end;
 * check_more() adds what depends on the values.
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
	{AttributeRelationId, 25, RULE_OBJECT, {SHOWN_BY(pg_attribute, attrelid, RelationRelationId)},
		NO_SCHEMA, Anum_pg_attribute_attname,
	COL(Anum_pg_attribute_atthasmissing) | COL(Anum_pg_attribute_attmissingval)},
	{NamespaceRelationId, 4, RULE_OBJECT, NOT_PART, NO_SCHEMA, Anum_pg_namespace_nspname, 0},
	{DatabaseRelationId, 18, RULE_OBJECT, NOT_PART, NO_SCHEMA, Anum_pg_database_datname,
	COL(Anum_pg_database_datfrozenxid) | COL(Anum_pg_database_datminmxid) | COL(Anum_pg_database_dathasloginevt)},
	{ProcedureRelationId, 30, RULE_OBJECT, NOT_PART, Anum_pg_proc_pronamespace, Anum_pg_proc_proname, 0,
		.functions = COL(Anum_pg_proc_prosupport),
	.exprs = COL(Anum_pg_proc_proargdefaults)},
	{LanguageRelationId, 9, RULE_OBJECT, NOT_PART, NO_SCHEMA, Anum_pg_language_lanname, 0,
		.functions = COL(Anum_pg_language_lanplcallfoid) | COL(Anum_pg_language_laninline) |
	COL(Anum_pg_language_lanvalidator), MODULE},
	{LargeObjectMetadataRelationId, 3, RULE_OBJECT, NOT_PART, NO_SCHEMA, NO_NAME, 0},

	/* parts of relations */
	{AttrDefaultRelationId, 4, RULE_PART, {OF_REL(pg_attrdef, adrelid)}, NO_SCHEMA, NO_NAME, 0,
	.exprs = COL(Anum_pg_attrdef_adbin)},
	{ConstraintRelationId, 28, RULE_PART, {OF_REL(pg_constraint, conrelid), OF_REL(pg_constraint, confrelid), OF(pg_constraint, contypid, TypeRelationId)}, NO_SCHEMA, NO_NAME, 0,
	.exprs = COL(Anum_pg_constraint_conbin)},
	{ForeignTableRelationId, 3, RULE_PART, {OF_REL(pg_foreign_table, ftrelid)}, NO_SCHEMA, NO_NAME, 0, MODULE},
	{IndexRelationId, 21, RULE_PART, {OF_REL(pg_index, indrelid)}, NO_SCHEMA, NO_NAME,
		COL(Anum_pg_index_indcheckxmin) | COL(Anum_pg_index_indisvalid) |
		COL(Anum_pg_index_indisready) | COL(Anum_pg_index_indislive),
	.exprs = COL(Anum_pg_index_indexprs) | COL(Anum_pg_index_indpred)},
	{InheritsRelationId, 4, RULE_PART, {OF_REL(pg_inherits, inhrelid), OF(pg_inherits, inhparent, RelationRelationId)}, NO_SCHEMA, NO_NAME, 0},
	{PartitionedRelationId, 8, RULE_PART, {OF_REL(pg_partitioned_table, partrelid)}, NO_SCHEMA, NO_NAME, 0,
	.exprs = COL(Anum_pg_partitioned_table_partexprs)},
	{PolicyRelationId, 8, RULE_PART, {OF_REL(pg_policy, polrelid)}, NO_SCHEMA, NO_NAME, 0,
	.exprs = COL(Anum_pg_policy_polqual) | COL(Anum_pg_policy_polwithcheck)},
	{PublicationRelRelationId, 5, RULE_PART, {OF_REL(pg_publication_rel, prrelid), OF(pg_publication_rel, prpubid, PublicationRelationId)}, NO_SCHEMA, NO_NAME, 0,
	.exprs = COL(Anum_pg_publication_rel_prqual)},
	{RewriteRelationId, 8, RULE_PART, {OF_REL(pg_rewrite, ev_class)}, NO_SCHEMA, NO_NAME, 0},
	{SequenceRelationId, 8, RULE_PART, {OF_REL(pg_sequence, seqrelid)}, NO_SCHEMA, NO_NAME, 0},
	{StatisticExtRelationId, 9, RULE_PART, {OF_REL(pg_statistic_ext, stxrelid)},
		Anum_pg_statistic_ext_stxnamespace, Anum_pg_statistic_ext_stxname, 0,
	.exprs = COL(Anum_pg_statistic_ext_stxexprs)},
	{TriggerRelationId, 19, RULE_PART, {OF_REL(pg_trigger, tgrelid), OF_REL(pg_trigger, tgconstrrelid)}, NO_SCHEMA, NO_NAME, 0,
	.functions = COL(Anum_pg_trigger_tgfoid), .exprs = COL(Anum_pg_trigger_tgqual)},

	/* parts of other objects */
	{AggregateRelationId, 22, RULE_PART, {OF(pg_aggregate, aggfnoid, ProcedureRelationId)}, NO_SCHEMA, NO_NAME, 0,
		.functions = COL(Anum_pg_aggregate_aggtransfn) | COL(Anum_pg_aggregate_aggfinalfn) |
		COL(Anum_pg_aggregate_aggcombinefn) | COL(Anum_pg_aggregate_aggserialfn) |
		COL(Anum_pg_aggregate_aggdeserialfn) | COL(Anum_pg_aggregate_aggmtransfn) |
	COL(Anum_pg_aggregate_aggminvtransfn) | COL(Anum_pg_aggregate_aggmfinalfn)},
	{AccessMethodOperatorRelationId, 9, RULE_PART, {OF(pg_amop, amopfamily, OperatorFamilyRelationId)}, NO_SCHEMA, NO_NAME, 0, MODULE},
	{AccessMethodProcedureRelationId, 6, RULE_PART, {OF(pg_amproc, amprocfamily, OperatorFamilyRelationId)}, NO_SCHEMA, NO_NAME, 0,
	.functions = COL(Anum_pg_amproc_amproc), MODULE},
	{EnumRelationId, 4, RULE_PART, {OF(pg_enum, enumtypid, TypeRelationId)}, NO_SCHEMA, NO_NAME, 0},
	{RangeRelationId, 7, RULE_PART, {OF(pg_range, rngtypid, TypeRelationId)}, NO_SCHEMA, NO_NAME, 0,
		.functions = COL(Anum_pg_range_rngcanonical) | COL(Anum_pg_range_rngsubdiff),
	.support = COL(Anum_pg_range_rngcanonical) | COL(Anum_pg_range_rngsubdiff)},
	{TSConfigMapRelationId, 4, RULE_PART, {OF(pg_ts_config_map, mapcfg, TSConfigRelationId)}, NO_SCHEMA, NO_NAME, 0},
	{PublicationNamespaceRelationId, 3, RULE_PART, {OF(pg_publication_namespace, pnnspid, NamespaceRelationId), OF(pg_publication_namespace, pnpubid, PublicationRelationId)}, NO_SCHEMA, NO_NAME, 0},
	{SubscriptionRelRelationId, 4, RULE_PART, {OF(pg_subscription_rel, srsubid, SubscriptionRelationId), SHOWN_BY(pg_subscription_rel, srrelid, RelationRelationId)}, NO_SCHEMA, NO_NAME,
	COL(Anum_pg_subscription_rel_srsubstate) | COL(Anum_pg_subscription_rel_srsublsn)},
	{DescriptionRelationId, 4, RULE_PART_ANY, NOT_PART, NO_SCHEMA, NO_NAME, 0},
	{SharedDescriptionRelationId, 3, RULE_PART_ANY, NOT_PART, NO_SCHEMA, NO_NAME, 0},
	{SecLabelRelationId, 5, RULE_PART_ANY, NOT_PART, NO_SCHEMA, NO_NAME, 0},
	{SharedSecLabelRelationId, 4, RULE_PART_ANY, NOT_PART, NO_SCHEMA, NO_NAME, 0},
	{InitPrivsRelationId, 5, RULE_PART_ANY, NOT_PART, NO_SCHEMA, NO_NAME, 0},

	/* who somebody is */
	{AuthIdRelationId, 12, RULE_ROLE, NOT_PART, NO_SCHEMA, Anum_pg_authid_rolname, 0},
	{AuthMemRelationId, 7, RULE_PART, {OF(pg_auth_members, roleid, AuthIdRelationId), SHOWN_BY(pg_auth_members, member, AuthIdRelationId)}, NO_SCHEMA, NO_NAME, 0},
	{DbRoleSettingRelationId, 3, RULE_PART, {OF(pg_db_role_setting, setdatabase, DatabaseRelationId), OF(pg_db_role_setting, setrole, AuthIdRelationId)}, NO_SCHEMA, NO_NAME, 0},

	/* rows, in a schema or not */
	{TypeRelationId, 32, RULE_ROW, NOT_PART, Anum_pg_type_typnamespace, Anum_pg_type_typname, 0,
		.functions = COL(Anum_pg_type_typsubscript) | COL(Anum_pg_type_typinput) |
		COL(Anum_pg_type_typoutput) | COL(Anum_pg_type_typreceive) | COL(Anum_pg_type_typsend) |
		COL(Anum_pg_type_typmodin) | COL(Anum_pg_type_typmodout) | COL(Anum_pg_type_typanalyze),
	.exprs = COL(Anum_pg_type_typdefaultbin)},
	{OperatorRelationId, 15, RULE_ROW, NOT_PART, Anum_pg_operator_oprnamespace, Anum_pg_operator_oprname, 0,
		.functions = COL(Anum_pg_operator_oprcode) | COL(Anum_pg_operator_oprrest) | COL(Anum_pg_operator_oprjoin),
	.support = COL(Anum_pg_operator_oprrest) | COL(Anum_pg_operator_oprjoin)},
	{OperatorClassRelationId, 9, RULE_ROW, NOT_PART, Anum_pg_opclass_opcnamespace, Anum_pg_opclass_opcname, 0, MODULE},
	{OperatorFamilyRelationId, 5, RULE_ROW, NOT_PART, Anum_pg_opfamily_opfnamespace, Anum_pg_opfamily_opfname, 0, MODULE},
	{ConversionRelationId, 8, RULE_ROW, NOT_PART, Anum_pg_conversion_connamespace, Anum_pg_conversion_conname, 0,
	.functions = COL(Anum_pg_conversion_conproc), MODULE},
	{CollationRelationId, 12, RULE_ROW, NOT_PART, Anum_pg_collation_collnamespace, Anum_pg_collation_collname, 0},
	{TSConfigRelationId, 5, RULE_ROW, NOT_PART, Anum_pg_ts_config_cfgnamespace, Anum_pg_ts_config_cfgname, 0},
	{TSDictionaryRelationId, 6, RULE_ROW, NOT_PART, Anum_pg_ts_dict_dictnamespace, Anum_pg_ts_dict_dictname, 0},
	{TSParserRelationId, 8, RULE_ROW, NOT_PART, Anum_pg_ts_parser_prsnamespace, Anum_pg_ts_parser_prsname, 0,
		.functions = COL(Anum_pg_ts_parser_prsstart) | COL(Anum_pg_ts_parser_prstoken) |
		COL(Anum_pg_ts_parser_prsend) | COL(Anum_pg_ts_parser_prsheadline) |
	COL(Anum_pg_ts_parser_prslextype), MODULE},
	{TSTemplateRelationId, 5, RULE_ROW, NOT_PART, Anum_pg_ts_template_tmplnamespace, Anum_pg_ts_template_tmplname, 0,
	.functions = COL(Anum_pg_ts_template_tmplinit) | COL(Anum_pg_ts_template_tmpllexize), MODULE},
	{AccessMethodRelationId, 4, RULE_ROW, NOT_PART, NO_SCHEMA, Anum_pg_am_amname, 0,
	.functions = COL(Anum_pg_am_amhandler), MODULE},
	{CastRelationId, 6, RULE_ROW, {SHOWN_BY(pg_cast, castsource, TypeRelationId), SHOWN_BY(pg_cast, casttarget, TypeRelationId)}, NO_SCHEMA, NO_NAME, 0,
	.functions = COL(Anum_pg_cast_castfunc)},
	{DefaultAclRelationId, 5, RULE_ROW, {SHOWN_BY(pg_default_acl, defaclnamespace, NamespaceRelationId), SHOWN_BY(pg_default_acl, defaclrole, AuthIdRelationId)}, NO_SCHEMA, NO_NAME, 0},
	{EventTriggerRelationId, 7, RULE_ROW, NOT_PART, NO_SCHEMA, Anum_pg_event_trigger_evtname, 0,
	.functions = COL(Anum_pg_event_trigger_evtfoid), MODULE},
	{ExtensionRelationId, 8, RULE_ROW, NOT_PART, NO_SCHEMA, Anum_pg_extension_extname, 0, MODULE},
	{ForeignDataWrapperRelationId, 7, RULE_ROW, NOT_PART, NO_SCHEMA, Anum_pg_foreign_data_wrapper_fdwname, 0,
	.functions = COL(Anum_pg_foreign_data_wrapper_fdwhandler) | COL(Anum_pg_foreign_data_wrapper_fdwvalidator), MODULE},
	{ForeignServerRelationId, 8, RULE_ROW, NOT_PART, NO_SCHEMA, Anum_pg_foreign_server_srvname, 0, MODULE},
	{UserMappingRelationId, 4, RULE_ROW, {SHOWN_BY(pg_user_mapping, umserver, ForeignServerRelationId), SHOWN_BY(pg_user_mapping, umuser, AuthIdRelationId)}, NO_SCHEMA, NO_NAME, 0, MODULE},
	{ParameterAclRelationId, 3, RULE_ROW, NOT_PART, NO_SCHEMA, NO_NAME, 0,
	.database = SEPG_DB_DATABASE__SET_PARAM | SEPG_DB_DATABASE__INSTALL_MODULE},
	{PublicationRelationId, 10, RULE_ROW, NOT_PART, NO_SCHEMA, Anum_pg_publication_pubname, 0,
	.database = SEPG_DB_DATABASE__SETATTR},
	{SubscriptionRelationId, 19, RULE_ROW, NOT_PART, NO_SCHEMA, Anum_pg_subscription_subname, 0, MODULE},
	{ReplicationOriginRelationId, 2, RULE_ROW, NOT_PART, NO_SCHEMA, NO_NAME, 0},
	{TableSpaceRelationId, 5, RULE_ROW, NOT_PART, NO_SCHEMA, Anum_pg_tablespace_spcname, 0, MODULE},
	{TransformRelationId, 5, RULE_ROW, {SHOWN_BY(pg_transform, trftype, TypeRelationId), SHOWN_BY(pg_transform, trflang, LanguageRelationId)}, NO_SCHEMA, NO_NAME, 0,
	.functions = COL(Anum_pg_transform_trffromsql) | COL(Anum_pg_transform_trftosql), MODULE},

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

/* sepgsql_restorecon() asks what the file says, and nothing but that */
static bool restoring = false;

/* the template of the CREATE DATABASE that is this transaction */
static Oid	template_database = InvalidOid;

static Oid	temp_of_other(const SepgCatalogRule *rule, const Datum *values);
static Oid	temp_object_of_other(Oid classId, Oid objectId);
static void refuse_temp(SepgSid sid, uint32 tclass, uint32 perms, const char *name);

/*
 * What this transaction has dropped.  What belonged to such an object goes
 * with it, and asks nothing any more; any other object that cannot be found
 * counts as unlabeled.
 */
typedef struct DroppedKey
{
	Oid			catalog;
	Oid			oid;
} DroppedKey;

static HTAB *dropped_objects = NULL;

static void
catalog_xact_callback(XactEvent event, void *arg)
{
	internal_work = false;
	template_database = InvalidOid;
	/* it lies in the transaction's memory */
	dropped_objects = NULL;
}

static void
catalog_subxact_callback(SubXactEvent event, SubTransactionId mySubid,
						 SubTransactionId parentSubid, void *arg)
{
	if (event == SUBXACT_EVENT_ABORT_SUB)
	{
		internal_work = false;
		dropped_objects = NULL;
	}
}

static void
register_callbacks(void)
{
	static bool registered = false;

	if (registered)
		return;
	registered = true;
	RegisterXactCallback(catalog_xact_callback, NULL);
	RegisterSubXactCallback(catalog_subxact_callback, NULL);
}

static void
remember_dropped(Oid catalog, Oid oid)
{
	DroppedKey	key = {catalog, oid};

	if (dropped_objects == NULL)
	{
		HASHCTL		ctl;

		register_callbacks();
		ctl.keysize = sizeof(DroppedKey);
		ctl.entrysize = sizeof(DroppedKey);
		ctl.hcxt = TopTransactionContext;
		dropped_objects = hash_create("SELinux dropped objects", 64, &ctl,
									  HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	(void) hash_search(dropped_objects, &key, HASH_ENTER, NULL);
}

static bool
was_dropped(Oid catalog, Oid oid)
{
	DroppedKey	key = {catalog, oid};

	return dropped_objects != NULL &&
		hash_search(dropped_objects, &key, HASH_FIND, NULL) != NULL;
}

/*
 * What follows asks nothing, if internal is set, until sepgsql_end_internal
 * is called with the answer, or an error ends the (sub)transaction.  In
 * between no code of a user's may run.
 */
bool
sepgsql_begin_internal(bool internal)
{
	bool		before = internal_work;

	if (internal)
		register_callbacks();
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
	register_callbacks();
	template_database = dboid;
}

/* initdb's runs label by sepgsql_contexts, everybody else by the policy. */
static inline bool
labelling_cluster(void)
{
	return !IsUnderPostmaster || restoring;
}

static const SepgCatalogRule *
find_rule_by_oid(Oid catalog)
{
	for (int i = 0; i < lengthof(catalog_rules); i++)
	{
		if (catalog_rules[i].catalog == catalog)
			return &catalog_rules[i];
	}
	return NULL;
}

static const SepgCatalogRule *
find_rule(Relation rel)
{
	static const SepgCatalogRule *last = NULL;
	const SepgCatalogRule *rule;
	Oid			relid = RelationGetRelid(rel);

	if (last && last->catalog == relid)
		return last;

	rule = find_rule_by_oid(relid);
	if (rule && rule->natts == RelationGetNumberOfAttributes(rel))
	{
		last = rule;
		return last;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INTERNAL_ERROR),
			 errmsg("catalog \"%s\" has columns that SE-PostgreSQL does not know",
					RelationGetRelationName(rel)),
			 errhint("This server has been built from sources that do not belong together.")));
	return NULL;				/* keep compiler quiet */
}

/* Is there an i-th object of which a change of a row is asked? */
static inline bool
asks_owner(const SepgCatalogRule *rule, int i)
{
	return rule->owners[i].catalog != InvalidOid && !rule->owners[i].shown;
}

/*
 * What rows of a catalog are part of: SEPG_MAX_OWNERS columns, of which those
 * that are not used are at the end.  NULL if they are part of nothing.
 */
const SepgOwnerColumn *
sepgsql_owner_columns(Oid catalog)
{
	static const SepgCatalogRule *last = NULL;

	if (last == NULL || last->catalog != catalog)
		last = find_rule_by_oid(catalog);
	return last && last->owners[0].catalog != InvalidOid ? last->owners : NULL;
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
 * The name of a relation for audit records: palloc'd, or NULL.
 */
char *
sepgsql_relation_name(Oid relid)
{
	SepgRelInfo info;

	return get_relation(relid, &info) ?
		sepgsql_qualified_name(info.nsp, NameStr(info.name)) : NULL;
}

/*
 * The label of any object.
 */
static SepgSid
find_object(Oid classId, Oid objectId, int32 subId, bool *found)
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
		*found = true;
		sid = sepgsql_secid_to_sid(classId, HeapTupleGetSecid(tuple));
	}
	table_close(rel, AccessShareLock);
	return sid == SEPG_SID_NONE ? SEPG_SID_UNLABELED : sid;
}

SepgSid
sepgsql_object_sid(Oid classId, Oid objectId, int32 subId)
{
	bool		found;

	return find_object(classId, objectId, subId, &found);
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
	if (perms == PERM_SETATTR && was_dropped(RelationRelationId, relid))
		return;
	if (!get_relation(relid, &info))
	{
		sepgsql_check(sepgsql_subject(), SEPG_SID_UNLABELED,
					  SEPG_CLASS_DB_TABLE, perms, NULL, true);
		return;
	}
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
	if (info.relkind == RELKIND_COMPOSITE_TYPE &&
		OidIsValid(get_rel_type_id(relid)))
		sepgsql_check_object(TypeRelationId, get_rel_type_id(relid), 0, perms);
	sepgsql_check_named(sepgsql_subject(), info.sid,
						sepgsql_relation_class(info.relkind), perms,
						RelationRelationId, relid, 0, true);
}

/*
 * If an object is part of another one, ask for permissions on that.
 */
static bool
check_whole(Oid classId, Oid objectId, uint32 perms)
{
	const SepgCatalogRule *rule = find_rule_by_oid(classId);
	Relation	rel;
	HeapTuple	tuple;
	Oid			owner = InvalidOid;
	bool		isnull;

	if (rule == NULL || rule->kind != RULE_PART ||
		!is_objectclass_supported(classId) ||
		get_object_attnum_oid(classId) == InvalidAttrNumber)
		return false;

	rel = table_open(classId, AccessShareLock);
	tuple = fetch_by_oid(classId, get_object_attnum_oid(classId),
						 get_object_oid_index(classId), objectId);
	if (HeapTupleIsValid(tuple))
	{
		for (int i = 0; i < SEPG_MAX_OWNERS && !OidIsValid(owner) && asks_owner(rule, i); i++)
		{
			owner = DatumGetObjectId(heap_getattr(tuple, rule->owners[i].attno,
												  RelationGetDescr(rel), &isnull));
			classId = rule->owners[i].catalog;
		}
		heap_freetuple(tuple);
	}
	table_close(rel, AccessShareLock);
	if (!OidIsValid(owner))
		return false;
	sepgsql_check_object(classId, owner, 0, perms);
	return true;
}

/*
 * Ask for permissions on any object.  For objects without a class of their
 * own these are the permissions on their row; for parts of an object, those on
 * the object.
 */
void
sepgsql_check_object(Oid classId, Oid objectId, int32 subId, uint32 perms)
{
	SepgSid		sid;
	bool		found;

	/* what a comment calls a large object by */
	if (classId == LargeObjectRelationId)
		classId = LargeObjectMetadataRelationId;

	if (classId == RelationRelationId && subId == 0)
	{
		check_relation(objectId, perms);
		return;
	}
	if (perms == PERM_SETATTR && was_dropped(classId, objectId))
		return;
	if (check_whole(classId, objectId, perms))
		return;
	sid = find_object(classId, objectId, subId, &found);
	if (classId == RelationRelationId)
	{
		if (found && sepgsql_object_class(classId, objectId) != SEPG_CLASS_DB_TABLE)
		{
			check_relation(objectId, perms);
			return;
		}
		sepgsql_check_named(sepgsql_subject(), sid, SEPG_CLASS_DB_COLUMN, perms,
							classId, objectId, subId, true);
		return;
	}
	sepgsql_check_named(sepgsql_subject(), sid, catalog_class(classId, 0),
						perms, classId, objectId, subId, true);
}

/*
 * Ask about a change to an object that leaves nothing in its row, but only in
 * pg_depend or pg_statistic.
 */
void
sepgsql_check_alter(Oid classId, Oid objectId)
{
	if (!sepgsql_enforcing)
		return;
	if (OidIsValid(temp_object_of_other(classId, objectId)))
		refuse_temp(sepgsql_object_sid(classId, objectId, 0),
					sepgsql_object_class(classId, objectId), PERM_SETATTR, NULL);
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
 * Ask whether a large object may be used, which is done for each piece of it
 * that is read or written.  One that its snapshot shows, but that has been
 * removed since, counts as unlabeled, unless it was looked up before.
 */
void
sepgsql_check_blob(Oid lobj, uint32 perms)
{
	static struct
	{
		Oid			lobj;
		SepgSid		sid;
		uint64		relabels;
	}			last;
	uint64		relabels;

	sepgsql_refuse_maintenance(gettext_noop("Functions that maintenance calls may not use large objects."));
	if (!sepgsql_enforcing || SEPGSQL_HOLE("large-object"))
		return;

	/* nothing that we do takes a lock, with which they would come */
	AcceptInvalidationMessages();
	relabels = sepgsql_relabels();
	if (last.lobj != lobj || last.relabels != relabels ||
		(perms & ~(SEPG_DB_BLOB__READ | SEPG_DB_BLOB__WRITE)) != 0)
	{
		bool		found;
		SepgSid		sid = find_object(LargeObjectMetadataRelationId, lobj, 0, &found);

		last.lobj = found ? lobj : InvalidOid;
		last.sid = sid;
		last.relabels = relabels;
		if (!found)
		{
			sepgsql_check_named(sepgsql_subject(), sid, SEPG_CLASS_DB_BLOB, perms,
								LargeObjectMetadataRelationId, lobj, 0, true);
			return;
		}
	}
	sepgsql_check_named(sepgsql_subject(), last.sid, SEPG_CLASS_DB_BLOB, perms,
						LargeObjectMetadataRelationId, lobj, 0, true);
}

/*
 * Ask for add_name or remove_name of a schema.  The client's own temporary
 * schema and the TOAST schemas belong to the server.
 */
void
sepgsql_check_schema(Oid nsp, uint32 perms)
{
	SepgSid		sid;
	bool		found;

	if (!OidIsValid(nsp) || isTempOrTempToastNamespace(nsp) ||
		IsToastNamespace(nsp))
		return;
	if (perms == SEPG_DB_SCHEMA__REMOVE_NAME &&
		was_dropped(NamespaceRelationId, nsp))
		return;					/* has been dropped with what it holds */
	sid = find_object(NamespaceRelationId, nsp, 0, &found);
	sepgsql_check_named(sepgsql_subject(), sid, SEPG_CLASS_DB_SCHEMA, perms,
						NamespaceRelationId, nsp, 0, true);
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
	if (rc == SEPG_NO_MATCH && !IsBootstrapProcessingMode())
		return SEPG_SID_NONE;
	if (rc == SEPG_INVALID && !IsUnderPostmaster && !IsBootstrapProcessingMode())
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
default_row(Relation rel, SepgSid subject, const char *name)
{
	static SepgSid from_file[lengthof(catalog_rules)];

	if (labelling_cluster())
	{
		/* one label for each catalog */
		SepgSid    *slot = &from_file[find_rule(rel) - catalog_rules];

		if (restoring)
			return context_from_file(SEPG_CLASS_DB_TUPLE,
									 RelationGetNamespace(rel),
									 RelationGetRelationName(rel), NULL);
		if (*slot == SEPG_SID_NONE)
			*slot = context_from_file(SEPG_CLASS_DB_TUPLE,
									  RelationGetNamespace(rel),
									  RelationGetRelationName(rel), NULL);
		if (*slot != SEPG_SID_NONE)
			return *slot;
	}
	return sepgsql_compute_create(subject, sepgsql_relation_sid(RelationGetRelid(rel)),
								  SEPG_CLASS_DB_TUPLE, name);
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
	if (rule->name)
		name = NameStr(*DatumGetName(values[rule->name - 1]));
	if (rule->kind != RULE_OBJECT)
		return default_row(rel, subject, name);

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
			return default_row(rel, subject, name);
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
			return default_row(rel, subject, name);
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
		if (sid != SEPG_SID_NONE || restoring)
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

/*
 * What sepgsql_contexts says of a row, SEPG_SID_NONE for nothing, and the
 * row's class.  Returns false for what takes its label from something else.
 */
bool
sepgsql_row_context(Relation rel, HeapTuple tup, SepgSid *sid, uint32 *tclass)
{
	const SepgCatalogRule *rule = find_rule(rel);
	Datum	   *values = palloc_array(Datum, rule->natts);
	bool	   *isnull = palloc_array(bool, rule->natts);
	SepgRelInfo info;
	bool		result = true;

	heap_deform_tuple(tup, RelationGetDescr(rel), values, isnull);
	if (rule->catalog == RelationRelationId || rule->catalog == AttributeRelationId)
	{
		Oid			relid = DatumGetObjectId(rule->catalog == RelationRelationId ?
											 values[Anum_pg_class_oid - 1] :
											 values[Anum_pg_attribute_attrelid - 1]);

		result = get_relation(relid, &info) && !is_toast(&info) &&
			!OidIsValid(info.rewrite);
	}
	if (result)
	{
		PG_TRY();
		{
			restoring = true;
			*sid = default_sid(rel, rule, values, tclass);
		}
		PG_FINALLY();
		{
			restoring = false;
		}
		PG_END_TRY();
	}
	pfree(values);
	pfree(isnull);
	return result;
}

/*
 * The catalogs whose rows have labels.
 */
int
sepgsql_labelled_catalogs(const Oid **catalogs)
{
	static Oid	result[lengthof(catalog_rules)];
	static int	n = 0;

	if (n == 0)
	{
		for (int i = 0; i < lengthof(catalog_rules); i++)
		{
			if (catalog_rules[i].kind != RULE_NONE)
				result[n++] = catalog_rules[i].catalog;
		}
	}
	*catalogs = result;
	return n;
}

/* ------------------------------------------------------------------------
 * Checks
 * ------------------------------------------------------------------------
 */

/*
 * Ask for permissions on the current database.
 */
void
sepgsql_check_current_database(uint32 perms)
{
	sepgsql_check_named(sepgsql_subject(),
						sepgsql_object_sid(DatabaseRelationId, MyDatabaseId, 0),
						SEPG_CLASS_DB_DATABASE, perms,
						DatabaseRelationId, MyDatabaseId, 0, true);
}

/*
 * Ask for setattr of what a row is part of.  Returns false if the row stands
 * on its own.
 */
static bool
check_owner(const SepgCatalogRule *rule, const Datum *values)
{
	bool		found = false;

	if (rule->kind == RULE_PART_ANY)
	{
		/* these catalogs begin with objoid, classoid */
		Oid			objectId = DatumGetObjectId(values[Anum_pg_description_objoid - 1]);
		Oid			classId = DatumGetObjectId(values[Anum_pg_description_classoid - 1]);
		int32		subId = 0;

		if (rule->catalog == DescriptionRelationId ||
			rule->catalog == SecLabelRelationId ||
			rule->catalog == InitPrivsRelationId)
			subId = DatumGetInt32(values[Anum_pg_description_objsubid - 1]);
		if (classId == RelationRelationId && subId != 0)
		{
			/* a column is not changed behind its table's back */
			sepgsql_check_object(classId, objectId, 0, PERM_SETATTR);
		}
		sepgsql_check_object(classId, objectId, subId, PERM_SETATTR);
		return true;
	}

	if (rule->catalog == IndexRelationId)
	{
		SepgRelInfo info;

		if (get_relation(DatumGetObjectId(values[Anum_pg_index_indrelid - 1]), &info) &&
			is_toast(&info))
			return true;
	}
	for (int i = 0; i < SEPG_MAX_OWNERS && asks_owner(rule, i); i++)
	{
		Oid			objectId = DatumGetObjectId(values[rule->owners[i].attno - 1]);

		if (!OidIsValid(objectId))
			continue;
		found = true;
		sepgsql_check_object(rule->owners[i].catalog, objectId, 0, PERM_SETATTR);
	}
	if (!found && rule->catalog == DbRoleSettingRelationId)
	{
		/* settings of all roles in all databases */
		sepgsql_check_current_database(SEPG_DB_DATABASE__SET_PARAM |
									   SEPG_DB_DATABASE__INSTALL_MODULE);
		found = true;
	}
	return found;
}

/*
 * Is this the row type of a relation, or an array type?  They come and go
 * with what they are made of.  (Only array types can have this handler.)
 */
static bool
is_implicit_type(const Datum *values)
{
	Oid			relid = DatumGetObjectId(values[Anum_pg_type_typrelid - 1]);
	SepgRelInfo info;

	if (OidIsValid(relid))
		return !get_relation(relid, &info) ||
			info.relkind != RELKIND_COMPOSITE_TYPE;
	return OidIsValid(DatumGetObjectId(values[Anum_pg_type_typelem - 1])) &&
		DatumGetObjectId(values[Anum_pg_type_typsubscript - 1]) == F_ARRAY_SUBSCRIPT_HANDLER &&
		DatumGetChar(values[Anum_pg_type_typcategory - 1]) == TYPCATEGORY_ARRAY;
}

/*
 * A composite type has a row in pg_class, too, and its label is that of the
 * type: ask there.
 */
static void
check_composite_type(const SepgCatalogRule *rule, const Datum *values,
					 uint32 perms)
{
	Oid			type;

	if (rule->catalog != RelationRelationId ||
		DatumGetChar(values[Anum_pg_class_relkind - 1]) != RELKIND_COMPOSITE_TYPE)
		return;
	type = DatumGetObjectId(values[Anum_pg_class_reltype - 1]);
	if (!was_dropped(TypeRelationId, type))
		sepgsql_check_object(TypeRelationId, type, 0, perms);
}

/*
 * What to call the object in audit records: palloc'd, or NULL.  Its row may
 * not be visible yet, or no more.
 */
static const char *
audit_name(const SepgCatalogRule *rule, const Datum *values)
{
	const char *name;

	if (rule->catalog == LargeObjectMetadataRelationId)
		return psprintf("%u", DatumGetObjectId(values[0]));
	if (!rule->name)
		return NULL;
	name = NameStr(*DatumGetName(values[rule->name - 1]));
	if (rule->catalog == AttributeRelationId)
	{
		char	   *relname = sepgsql_relation_name(DatumGetObjectId(values[Anum_pg_attribute_attrelid - 1]));

		if (relname)
			return psprintf("%s.%s", relname, quote_identifier(name));
	}
	if (rule->catalog == ProcedureRelationId)
		return sepgsql_procedure_name(DatumGetObjectId(values[rule->nsp - 1]), name,
									  (oidvector *) DatumGetPointer(values[Anum_pg_proc_proargtypes - 1]));
	return sepgsql_qualified_name(rule->nsp ? DatumGetObjectId(values[rule->nsp - 1]) : InvalidOid,
								  name);
}

/*
 * Ask for permissions on the object in a catalog row.
 */
static void
check_row(const SepgCatalogRule *rule, const Datum *values, SepgSid sid,
		  uint32 tclass, uint32 perms)
{
	SepgSid		subject = sepgsql_subject();
	SepgAudit	audit;
	int32		rc;

	rc = sepg_core_check(subject, sid, tclass, perms, &audit);
	if (rc == SEPG_OK && audit.audited == 0)
		return;
	(void) sepgsql_conclude(rc, subject, sid, tclass, &audit,
							audit.audited == 0 ? NULL : audit_name(rule, values),
							true);
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
		Oid			relid = DatumGetObjectId(values[Anum_pg_attribute_attrelid - 1]);

		if (was_dropped(RelationRelationId, relid))
			return true;
		if (!get_relation(relid, &info))
		{
			/* counts as unlabeled */
			sepgsql_check_object(RelationRelationId, relid, 0, PERM_SETATTR);
			return true;
		}
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

/*
 * Temporary schemas of other sessions
 *
 * Temporary objects have the same label whoever made them, since their schema
 * is one for all: the policy cannot tell one session's from another's.  So no
 * session writes to another's, whatever its label: a rule or a function there
 * would run with the label of the session that it belongs to.  What sessions
 * leave behind goes as the server's own work, when the number of the session
 * is used again or by autovacuum.
 */
static Oid
temp_schema_of_other(Oid nsp)
{
	return nsp >= FirstNormalObjectId && isOtherTempNamespace(nsp) ?
		nsp : InvalidOid;
}

/*
 * The other session's temporary schema that an object is in or is, or belongs
 * to something in; InvalidOid if there is none.
 */
static Oid
temp_object_of_other(Oid classId, Oid objectId)
{
	const SepgCatalogRule *rule;
	AttrNumber	oidcol;
	Relation	rel;
	HeapTuple	tuple;
	Oid			result = InvalidOid;

	if (objectId < FirstNormalObjectId)
		return InvalidOid;
	if (classId == RelationRelationId)
	{
		SepgRelInfo info;

		return get_relation(objectId, &info) ?
			temp_schema_of_other(info.nsp) : InvalidOid;
	}
	if (classId == NamespaceRelationId)
		return temp_schema_of_other(objectId);

	rule = find_rule_by_oid(classId);
	if (rule == NULL || (!rule->nsp && rule->kind != RULE_PART) ||
		!is_objectclass_supported(classId) ||
		(oidcol = get_object_attnum_oid(classId)) == InvalidAttrNumber)
		return InvalidOid;
	rel = table_open(classId, AccessShareLock);
	tuple = fetch_by_oid(classId, oidcol, get_object_oid_index(classId),
						 objectId);
	if (HeapTupleIsValid(tuple))
	{
		Datum	   *values = palloc_array(Datum, RelationGetNumberOfAttributes(rel));
		bool	   *isnull = palloc_array(bool, RelationGetNumberOfAttributes(rel));

		heap_deform_tuple(tuple, RelationGetDescr(rel), values, isnull);
		result = temp_of_other(rule, values);
		pfree(values);
		pfree(isnull);
		heap_freetuple(tuple);
	}
	table_close(rel, AccessShareLock);
	return result;
}

/* The same for what a row of a catalog stands for. */
static Oid
temp_of_other(const SepgCatalogRule *rule, const Datum *values)
{
	Oid			result = InvalidOid;

	switch (rule->catalog)
	{
		case AttributeRelationId:
			return temp_object_of_other(RelationRelationId,
										DatumGetObjectId(values[Anum_pg_attribute_attrelid - 1]));
		case NamespaceRelationId:
			return temp_schema_of_other(DatumGetObjectId(values[Anum_pg_namespace_oid - 1]));
		case DefaultAclRelationId:
			return temp_schema_of_other(DatumGetObjectId(values[Anum_pg_default_acl_defaclnamespace - 1]));
		default:
			break;
	}

	if (rule->nsp)
		result = temp_schema_of_other(DatumGetObjectId(values[rule->nsp - 1]));
	if (!OidIsValid(result) && rule->kind == RULE_PART_ANY)
		result = temp_object_of_other(DatumGetObjectId(values[Anum_pg_description_classoid - 1]),
									  DatumGetObjectId(values[Anum_pg_description_objoid - 1]));
	for (int i = 0; i < SEPG_MAX_OWNERS && !OidIsValid(result) && asks_owner(rule, i); i++)
		result = temp_object_of_other(rule->owners[i].catalog,
									  DatumGetObjectId(values[rule->owners[i].attno - 1]));
	return result;
}

/*
 * No policy is asked, so what the record of a denial says comes from here.
 */
static void
refuse_temp(SepgSid sid, uint32 tclass, uint32 perms, const char *name)
{
	bool		enforcing = sepg_core_enforcing();
	SepgAudit	audit = {.denied = perms, .audited = perms, .permissive = !enforcing};

	(void) sepgsql_conclude(enforcing ? SEPG_DENIED : SEPG_OK,
							sepgsql_subject(), sid, tclass, &audit, name, true);
}

static void
check_temp_of_other(const SepgCatalogRule *rule, const Datum *values,
					SepgSid sid, uint32 tclass, uint32 perms)
{
	if (!IsBootstrapProcessingMode() &&
		OidIsValid(temp_of_other(rule, values)))
		refuse_temp(sid, tclass, perms, audit_name(rule, values));
}

/*
 * A row of pg_namespace with a name of a temporary schema: what has such a
 * name counts as one everywhere.  The server makes a session's own, by its
 * number; it is not renamed, nor given to anybody.
 */
static void
check_temp_schema_row(const SepgCatalogRule *rule, const Datum *values,
					  bool is_new, SepgSid sid, uint32 tclass)
{
	const char *name;

	if (rule->catalog != NamespaceRelationId)
		return;
	name = NameStr(*DatumGetName(values[Anum_pg_namespace_nspname - 1]));
	if (!is_temp_schema_name(name))
		return;
	if (is_new &&
		(strcmp(name, psprintf("pg_temp_%d", MyProcNumber)) == 0 ||
		 strcmp(name, psprintf("pg_toast_temp_%d", MyProcNumber)) == 0))
		return;
	refuse_temp(sid, tclass, is_new ? PERM_CREATE : PERM_SETATTR, name);
}

/*
 * CREATE SCHEMA: not even the name that the server would use itself.
 */
void
sepgsql_check_schema_name(const char *name)
{
	if (sepgsql_enforcing && is_temp_schema_name(name))
		refuse_temp(sepgsql_object_sid(DatabaseRelationId, MyDatabaseId, 0),
					SEPG_CLASS_DB_SCHEMA, PERM_CREATE, name);
}

/* ------------------------------------------------------------------------
 * What is asked besides create, drop and setattr
 * ------------------------------------------------------------------------
 */

/*
 * Ask whether a function may become part of something that runs it.
 */
void
sepgsql_check_install(Oid funcid)
{
	if (sepgsql_enforcing && !internal_work)
		sepgsql_check_object(ProcedureRelationId, funcid, 0,
							 SEPG_DB_PROCEDURE__INSTALL);
}

/*
 * Ask for select on columns of a table, of all that are there if attnum is 0.
 */
static void
check_select(Oid relid, AttrNumber attnum)
{
	AttrNumber	natts = attnum;

	if (sepgsql_object_class(AttributeRelationId, relid) != SEPG_CLASS_DB_COLUMN)
		return;
	if (attnum == 0)
	{
		HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));

		if (!HeapTupleIsValid(tuple))
			elog(ERROR, "cache lookup failed for relation %u", relid);
		natts = ((Form_pg_class) GETSTRUCT(tuple))->relnatts;
		ReleaseSysCache(tuple);
		attnum = 1;
	}
	for (; attnum <= natts; attnum++)
	{
		HeapTuple	tuple = SearchSysCache2(ATTNUM, ObjectIdGetDatum(relid),
											Int16GetDatum(attnum));
		bool		dropped = HeapTupleIsValid(tuple) &&
			((Form_pg_attribute) GETSTRUCT(tuple))->attisdropped;

		if (HeapTupleIsValid(tuple))
			ReleaseSysCache(tuple);
		if (!dropped)
			sepgsql_check_object(RelationRelationId, relid, attnum,
								 SEPG_DB_COLUMN__SELECT);
	}
}

/* Has this transaction made the table? */
static bool
is_new_table(Oid relid)
{
	Relation	rel = RelationIdGetRelation(relid);
	bool		result;

	if (!RelationIsValid(rel))
		return false;
	result = rel->rd_createSubid != InvalidSubTransactionId;
	RelationClose(rel);
	return result;
}

/* An expression that somebody else is going to compute. */
typedef struct InstallContext
{
	Oid			relid;			/* its table, or InvalidOid */
	Index		nvars;			/* variables up to this are the table's row */
	Index		sublevels;
	List	   *columns;
	bool		foreign;		/* calls what initdb did not make */
} InstallContext;

static bool
install_function(Oid funcid, void *context)
{
	if (funcid >= FirstNormalObjectId)
		((InstallContext *) context)->foreign = true;
	sepgsql_check_install(funcid);
	return false;
}

/*
 * Ask for install of the functions in an expression; collect the columns that
 * they are given.
 */
static bool
install_walker(Node *node, InstallContext *context)
{
	if (node == NULL)
		return false;
	(void) check_functions_in_node(node, install_function, context);
	if (IsA(node, Var))
	{
		Var		   *var = (Var *) node;

		if (OidIsValid(context->relid) && var->varno <= context->nvars &&
			var->varlevelsup == context->sublevels)
			context->columns = list_append_unique_int(context->columns,
													  var->varattno);
		return false;
	}
	if (IsA(node, Query))
	{
		context->sublevels++;
		(void) query_tree_walker((Query *) node, install_walker, context, 0);
		context->sublevels--;
		return false;
	}
	return expression_tree_walker(node, install_walker, context);
}

/*
 * Is there among the settings of a database, role or function one that
 * matters to others (see ddl.c)?
 */
static bool
has_vital_param(Datum config)
{
	Datum	   *elems;
	int			nelems;

	deconstruct_array_builtin(DatumGetArrayTypeP(config), TEXTOID,
							  &elems, NULL, &nelems);
	for (int i = 0; i < nelems; i++)
	{
		const char *setting = TextDatumGetCString(elems[i]);

		if (sepgsql_is_vital_param(setting, strcspn(setting, "=")))
			return true;
	}
	return false;
}

/* Is this language one whose functions are bound by SQL? */
static bool
language_is_trusted(Oid langid)
{
	HeapTuple	tuple = SearchSysCache1(LANGOID, ObjectIdGetDatum(langid));
	bool		result = false;

	if (HeapTupleIsValid(tuple))
	{
		result = ((Form_pg_language) GETSTRUCT(tuple))->lanpltrusted;
		ReleaseSysCache(tuple);
	}
	return result;
}

#define OID_OF(column)	DatumGetObjectId(values[Anum_##column - 1])
#define CHAR_OF(column)	DatumGetChar(values[Anum_##column - 1])
#define BOOL_OF(column)	DatumGetBool(values[Anum_##column - 1])

/*
 * What is asked of the current database: by the table, and
 *
 * - install_module of what can make the server take one thing for another, or
 *   show what it must not: base types, binary-coercible casts and those
 *   between types of PostgreSQL's own, aggregates whose state is a pointer,
 *   functions in languages that are not trusted, leakproof functions, planner
 *   support, settings that name libraries or turn off triggers and the like;
 * - setattr of what makes a difference to tables as a whole: the end of row
 *   level security.
 */
static uint32
database_perms(const SepgCatalogRule *rule, const Datum *oldvalues,
			   const Datum *values, const bool *isnull, uint64 changed)
{
	uint32		perms = rule->database;

	switch (rule->catalog)
	{
		case TypeRelationId:
			if (CHAR_OF(pg_type_typtype) == TYPTYPE_BASE &&
				(changed & ~(COL(Anum_pg_type_typname) |
							 COL(Anum_pg_type_typnamespace) |
							 COL(Anum_pg_type_typowner) |
							 COL(Anum_pg_type_typacl))))
				perms |= SEPG_DB_DATABASE__INSTALL_MODULE;
			break;
		case CastRelationId:
			if (CHAR_OF(pg_cast_castmethod) == COERCION_METHOD_BINARY ||
				(OID_OF(pg_cast_castsource) < FirstNormalObjectId &&
				 OID_OF(pg_cast_casttarget) < FirstNormalObjectId))
				perms |= SEPG_DB_DATABASE__INSTALL_MODULE;
			break;
		case AggregateRelationId:
			if (OID_OF(pg_aggregate_aggtranstype) == INTERNALOID ||
				OID_OF(pg_aggregate_aggmtranstype) == INTERNALOID)
				perms |= SEPG_DB_DATABASE__INSTALL_MODULE;
			break;
		case ProcedureRelationId:
			if ((changed & PROC_CODE_COLUMNS) &&
				CHAR_OF(pg_proc_prokind) != PROKIND_AGGREGATE &&
				!language_is_trusted(OID_OF(pg_proc_prolang)))
				perms |= SEPG_DB_DATABASE__INSTALL_MODULE;
			if ((changed & (PROC_CODE_COLUMNS | COL(Anum_pg_proc_proleakproof))) &&
				BOOL_OF(pg_proc_proleakproof))
				perms |= SEPG_DB_DATABASE__INSTALL_MODULE;
			if ((changed & COL(Anum_pg_proc_prosupport)) &&
				OidIsValid(OID_OF(pg_proc_prosupport)))
				perms |= SEPG_DB_DATABASE__INSTALL_MODULE;
			if ((changed & COL(Anum_pg_proc_proconfig)) &&
				!isnull[Anum_pg_proc_proconfig - 1] &&
				has_vital_param(values[Anum_pg_proc_proconfig - 1]))
				perms |= SEPG_DB_DATABASE__INSTALL_MODULE;
			break;
		case DbRoleSettingRelationId:
			if (!isnull[Anum_pg_db_role_setting_setconfig - 1] &&
				has_vital_param(values[Anum_pg_db_role_setting_setconfig - 1]))
				perms |= SEPG_DB_DATABASE__INSTALL_MODULE;
			break;
		case RelationRelationId:
			if (oldvalues &&
				((DatumGetBool(oldvalues[Anum_pg_class_relrowsecurity - 1]) &&
				  !BOOL_OF(pg_class_relrowsecurity)) ||
				 (DatumGetBool(oldvalues[Anum_pg_class_relforcerowsecurity - 1]) &&
				  !BOOL_OF(pg_class_relforcerowsecurity))))
				perms |= SEPG_DB_DATABASE__SETATTR;
			break;
		default:
			break;
	}

	/* functions that PostgreSQL calls for everybody, without being asked */
	for (int attno = 1; attno <= rule->natts; attno++)
	{
		if ((rule->support & changed & COL(attno)) && !isnull[attno - 1] &&
			DatumGetObjectId(values[attno - 1]) >= FirstNormalObjectId)
			perms |= SEPG_DB_DATABASE__INSTALL_MODULE;
	}
	return perms;
}

/*
 * Ask for everything but create, drop and setattr of the object itself.
 * oldvalues is NULL for a new row, whose columns are all changed; sid is the
 * label that the object is going to have.
 */
static void
check_more(const SepgCatalogRule *rule, const Datum *oldvalues,
		   const Datum *values, const bool *isnull, uint64 changed, SepgSid sid)
{
	uint32		perms = database_perms(rule, oldvalues, values, isnull, changed);

	if (perms)
		sepgsql_check_current_database(perms);

	if (rule->catalog == ProcedureRelationId)
	{
		/* what is found under this name is something else now */
		if (oldvalues && (changed & PROC_CODE_COLUMNS))
			sepgsql_check_schema(OID_OF(pg_proc_pronamespace),
								 SEPG_DB_SCHEMA__ADD_NAME);
		/* the function is written in a language */
		if ((changed & PROC_CODE_COLUMNS) &&
			CHAR_OF(pg_proc_prokind) != PROKIND_AGGREGATE)
		{
			Oid			langid = OID_OF(pg_proc_prolang);

			sepgsql_check_named(sid,
								sepgsql_object_sid(LanguageRelationId, langid, 0),
								SEPG_CLASS_DB_LANGUAGE,
								SEPG_DB_LANGUAGE__IMPLEMENT,
								LanguageRelationId, langid, 0, true);
		}
		/* what leakproof functions are given they are given unasked */
		if ((changed & (PROC_CODE_COLUMNS | COL(Anum_pg_proc_proleakproof))) &&
			BOOL_OF(pg_proc_proleakproof))
			check_row(rule, values, sid, SEPG_CLASS_DB_PROCEDURE,
					  SEPG_DB_PROCEDURE__INSTALL);
	}
	else if (rule->catalog == TriggerRelationId)
	{
		/* a function that is given whole rows */
		if (!BOOL_OF(pg_trigger_tgisinternal) &&
			(changed & (COL(Anum_pg_trigger_tgfoid) | COL(Anum_pg_trigger_tgtype) |
						COL(Anum_pg_trigger_tgoldtable) | COL(Anum_pg_trigger_tgnewtable))) &&
			(TRIGGER_FOR_ROW(DatumGetInt16(values[Anum_pg_trigger_tgtype - 1])) ||
			 !isnull[Anum_pg_trigger_tgoldtable - 1] ||
			 !isnull[Anum_pg_trigger_tgnewtable - 1]))
			check_select(OID_OF(pg_trigger_tgrelid), 0);
	}
	else if (rule->catalog == RewriteRelationId)
	{
		/* likewise, statements; the rule of a view is its query */
		if ((changed & COL(Anum_pg_rewrite_ev_action)) &&
			CHAR_OF(pg_rewrite_ev_type) != '0' + CMD_SELECT)
			check_select(OID_OF(pg_rewrite_ev_class), 0);
	}
	else if (rule->catalog == DatabaseRelationId && oldvalues == NULL &&
			 OidIsValid(template_database))
		sepgsql_check_object(DatabaseRelationId, template_database, 0,
							 SEPG_DB_DATABASE__GETATTR);

	for (int attno = 1; attno <= rule->natts; attno++)
	{
		if (isnull[attno - 1])
			continue;
		if (rule->functions & changed & COL(attno))
		{
			Oid			funcid = DatumGetObjectId(values[attno - 1]);

			if (OidIsValid(funcid))
				sepgsql_check_install(funcid);
		}
		if (rule->exprs & changed & COL(attno))
		{
			Node	   *node = stringToNode(TextDatumGetCString(values[attno - 1]));
			InstallContext context = {InvalidOid};

			if (rule->owners[0].catalog == RelationRelationId)
				context.relid = DatumGetObjectId(values[rule->owners[0].attno - 1]);
			/* a trigger's are those of the old and of the new row */
			context.nvars = rule->catalog == TriggerRelationId ? 2 : 1;
			fix_opfuncids(node);
			(void) install_walker(node, &context);

			/*
			 * The author is going to see something of the values, but for
			 * constraints of a new table without functions of anybody's.
			 */
			if (context.columns != NIL &&
				(context.foreign ||
				 (rule->catalog != ConstraintRelationId &&
				  rule->catalog != PartitionedRelationId) ||
				 !is_new_table(context.relid)))
				foreach_int(attnum, context.columns)
					check_select(context.relid, attnum);
		}
	}
}

/*
 * Default privileges of another role are that role's.
 */
static void
check_default_acl(const Datum *values)
{
	Oid			role = OID_OF(pg_default_acl_defaclrole);

	if (role != GetAuthenticatedUserId())
		sepgsql_check_object(AuthIdRelationId, role, 0, PERM_SETATTR);
}

static void
check_insert(const SepgCatalogRule *rule, const Datum *values,
			 const bool *isnull, SepgSid sid, uint32 tclass)
{
	Oid			via;

	check_temp_of_other(rule, values, sid, tclass, PERM_CREATE);
	check_temp_schema_row(rule, values, true, sid, tclass);
	if (is_servers_own(rule, values, true, &via))
		return;
	if (rule->catalog == TypeRelationId && is_implicit_type(values))
		return;
	if (rule->nsp)
		sepgsql_check_schema(DatumGetObjectId(values[rule->nsp - 1]),
							 SEPG_DB_SCHEMA__ADD_NAME);
	if (OidIsValid(via))
		return;					/* an index: pg_index asks; a column of a view */
	check_more(rule, NULL, values, isnull, ~UINT64CONST(0), sid);
	if (rule->catalog == DefaultAclRelationId)
		check_default_acl(values);

	switch (rule->kind)
	{
		case RULE_PART:
		case RULE_PART_ANY:
			if (check_owner(rule, values))
				return;
			break;
		case RULE_ROLE:
			/* a name may carry a label: the catalog's own decides, too */
			check_row(rule, values, sepgsql_relation_sid(rule->catalog),
					  SEPG_CLASS_DB_TUPLE, SEPG_DB_TUPLE__INSERT);
			break;
		default:
			break;
	}
	check_row(rule, values, sid, tclass, PERM_CREATE);
}

static void
check_delete(const SepgCatalogRule *rule, const Datum *values, SepgSid sid,
			 uint32 tclass)
{
	Oid			via;

	check_temp_of_other(rule, values, sid, tclass, PERM_DROP);
	if (is_servers_own(rule, values, false, &via))
		return;
	if (rule->catalog == TypeRelationId && is_implicit_type(values))
		return;
	if (rule->nsp)
		sepgsql_check_schema(DatumGetObjectId(values[rule->nsp - 1]),
							 SEPG_DB_SCHEMA__REMOVE_NAME);
	if (OidIsValid(via))
		return;

	if ((rule->kind == RULE_PART || rule->kind == RULE_PART_ANY) &&
		check_owner(rule, values))
		return;
	if (rule->catalog == DefaultAclRelationId)
		check_default_acl(values);
	if (rule->catalog == AttributeRelationId &&
		DatumGetBool(values[Anum_pg_attribute_attisdropped - 1]))
		return;
	check_composite_type(rule, values, PERM_DROP);
	check_row(rule, values, sid, tclass, PERM_DROP);
}

/*
 * changed: the columns that get another value, those that are internal left
 * out.
 */
static void
check_update(const SepgCatalogRule *rule, const Datum *oldvalues,
			 const Datum *newvalues, const bool *newnull, uint64 changed,
			 SepgSid oldsid, SepgSid newsid, uint32 tclass)
{
	uint32		perms = 0;
	Oid			via;

	check_temp_of_other(rule, oldvalues, oldsid, tclass, PERM_SETATTR);
	check_temp_of_other(rule, newvalues, oldsid, tclass, PERM_SETATTR);
	if (rule->catalog == NamespaceRelationId &&
		(changed & (COL(Anum_pg_namespace_nspname) | COL(Anum_pg_namespace_nspowner))))
	{
		check_temp_schema_row(rule, oldvalues, false, oldsid, tclass);
		check_temp_schema_row(rule, newvalues, false, oldsid, tclass);
	}
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
		sepgsql_check_schema(DatumGetObjectId(oldvalues[rule->nsp - 1]),
					 SEPG_DB_SCHEMA__REMOVE_NAME);
		sepgsql_check_schema(DatumGetObjectId(newvalues[rule->nsp - 1]),
					 SEPG_DB_SCHEMA__ADD_NAME);
	}

	if (changed)
	{
		perms = PERM_SETATTR;
		check_composite_type(rule, oldvalues, PERM_SETATTR);
		check_more(rule, oldvalues, newvalues, newnull, changed, newsid);
		if (rule->catalog == DefaultAclRelationId)
			check_default_acl(oldvalues);
		if (OidIsValid(via))
		{
			sepgsql_check_object(RelationRelationId, via, 0, PERM_SETATTR);
			perms = 0;
		}
		else if (rule->kind == RULE_PART || rule->kind == RULE_PART_ANY)
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
		check_row(rule, oldvalues, oldsid, tclass, perms);
	if (newsid != oldsid)
		check_row(rule, newvalues, newsid, tclass, PERM_RELABELTO);
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
			   const bool *isnull, SepgSid explicit_sid)
{
	uint32		tclass;
	SepgSid		sid;

	if (sepgsql_label_expected && explicit_sid == SEPG_SID_NONE &&
		rule->kind == RULE_OBJECT && rule->name)
		explicit_sid =
			sepgsql_take_label(rule->catalog,
							   rule->catalog == AttributeRelationId ?
							   DatumGetObjectId(values[Anum_pg_attribute_attrelid - 1]) :
							   rule->nsp ? DatumGetObjectId(values[rule->nsp - 1]) : InvalidOid,
							   NameStr(*DatumGetName(values[rule->name - 1])),
							   DatumGetObjectId(values[0]));

	if (explicit_sid != SEPG_SID_NONE)
	{
		sid = explicit_sid;
		tclass = row_class(rule, values);
	}
	else
		sid = default_sid(rel, rule, values, &tclass);

	if (sepgsql_enforcing && !internal_work)
		check_insert(rule, values, isnull, sid, tclass);
	if (dropped_objects != NULL)
	{
		/* large objects may come again under the same number */
		DroppedKey	key = {rule->catalog, DatumGetObjectId(values[0])};

		(void) hash_search(dropped_objects, &key, HASH_REMOVE, NULL);
	}
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
	sid = catalog_insert(rel, rule, values, isnull, explicit_sid);
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
	slot->tts_sid = catalog_insert(rel, rule, slot->tts_values, slot->tts_isnull,
								   SEPG_SID_NONE);
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
		check_update(rule, oldvalues, newvalues, newnull, changed, oldsid, newsid,
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
		check_update(rule, values, values, isnull, 0, stored_sid(rel, tup), sid,
					 row_class(rule, values));
	labeled = sepgsql_copytuple_secid(tup, sepgsql_sid_to_secid(rel, sid));

	before = sepgsql_begin_internal(true);
	CatalogTupleUpdate(rel, &tup->t_self, labeled);
	sepgsql_end_internal(before);
	sepgsql_note_relabel(rel);

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
	if (strcmp(NameStr(TupleDescAttr(RelationGetDescr(rel), 0)->attname), "oid") == 0)
		remember_dropped(rule->catalog, DatumGetObjectId(values[0]));
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

/* Columns as an array of their numbers. */
static Datum
columns_datum(uint64 columns)
{
	Datum		numbers[64];
	int			n = 0;

	for (int attno = 1; attno < 64; attno++)
	{
		if (columns & COL(attno))
			numbers[n++] = Int16GetDatum(attno);
	}
	return PointerGetDatum(construct_array_builtin(numbers, n, INT2OID));
}

static const char *
append_word(const char *list, const char *word)
{
	return list[0] ? psprintf("%s %s", list, word) : word;
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
		[RULE_PART_ANY] = "part of any object",
		[RULE_ROLE] = "role",
	};

	for (int i = 0; i < lengthof(catalog_rules); i++)
	{
		const SepgCatalogRule *rule = &catalog_rules[i];
		Datum		values[12];
		bool		nulls[12] = {0};
		Datum		owners[SEPG_MAX_OWNERS];
		int			nowners = 0;
		const char *class = "db_tuple";
		const char *on_insert = "insert";
		const char *on_update = "update";
		const char *on_delete = "delete";
		const char *database = "";

		switch (rule->kind)
		{
			case RULE_NONE:
				class = on_insert = on_update = on_delete = "";
				break;
			case RULE_PART:
			case RULE_PART_ANY:
				on_insert = on_update = on_delete = "setattr";
				break;
			case RULE_OBJECT:
				if (rule->catalog == RelationRelationId)
					class = "db_table, db_sequence, db_view";
				else
					class = sepg_core_class_name(catalog_class(rule->catalog, RELKIND_RELATION));
				on_insert = "create";
				on_update = "setattr";
				on_delete = "drop";
				break;
			default:
				break;
		}
		if (rule->nsp)
		{
			on_insert = psprintf("%s, add_name", on_insert);
			on_delete = psprintf("%s, remove_name", on_delete);
		}
		for (int j = 0; j < SEPG_MAX_OWNERS && asks_owner(rule, j); j++)
			owners[nowners++] = ObjectIdGetDatum(rule->owners[j].catalog);
		if (nowners > 0 && rule->kind == RULE_PART)
			class = "";
		if (rule->database & SEPG_DB_DATABASE__SETATTR)
			database = append_word(database, "setattr");
		if (rule->database & SEPG_DB_DATABASE__SET_PARAM)
			database = append_word(database, "set_param");
		if (rule->database & SEPG_DB_DATABASE__INSTALL_MODULE)
			database = append_word(database, "install_module");

		values[0] = ObjectIdGetDatum(rule->catalog);
		values[1] = Int32GetDatum(rule->natts);
		values[2] = CStringGetTextDatum(kinds[rule->kind]);
		values[3] = PointerGetDatum(construct_array_builtin(owners, nowners, OIDOID));
		values[4] = CStringGetTextDatum(class);
		values[5] = CStringGetTextDatum(on_insert);
		values[6] = CStringGetTextDatum(on_update);
		values[7] = CStringGetTextDatum(on_delete);
		values[8] = CStringGetTextDatum(database);
		values[9] = columns_datum(rule->functions);
		values[10] = columns_datum(rule->exprs);
		values[11] = columns_datum(rule->internal);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
}
