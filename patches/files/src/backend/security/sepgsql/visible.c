/*-------------------------------------------------------------------------
 *
 * visible.c
 *	  Which objects the client may know of, and which schemas it may search.
 *
 * An object may be known to who has getattr on it; for what has no class of
 * its own that is select on its row.  Scans of catalogs leave out the rows of
 * other objects (see filter.c), and functions that would show a name or a
 * definition ask here.
 *
 * Many rows of catalogs describe a part of something: a default, an index, a
 * comment.  They are shown to who may see their own label and what they are
 * part of, which the table in catalog.c tells, or for those that need more
 * than a column sepgsql_owners_visible.  So are the rows of pg_depend, which
 * have no labels.
 *
 * Where the subject may see every label of the catalogs in question, in each
 * class that their rows can have, nothing has to be looked up: the scan is not
 * even marked.
 *
 * IDENTIFICATION
 *	  src/backend/security/sepgsql/visible.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/sysattr.h"
#include "access/table.h"
#include "access/transam.h"
#include "catalog/catalog.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/objectaccess.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_attrdef.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_cast.h"
#include "catalog/pg_class.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_database.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_description.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_index.h"
#include "catalog/pg_init_privs.h"
#include "catalog/pg_language.h"
#include "catalog/pg_largeobject.h"
#include "catalog/pg_largeobject_metadata.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_parameter_acl.h"
#include "catalog/pg_partitioned_table.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_publication_namespace.h"
#include "catalog/pg_publication_rel.h"
#include "catalog/pg_replication_origin.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_seclabel.h"
#include "catalog/pg_security.h"
#include "catalog/pg_shdepend.h"
#include "catalog/pg_shdescription.h"
#include "catalog/pg_shseclabel.h"
#include "catalog/pg_shsecurity.h"
#include "catalog/pg_statistic_ext.h"
#include "catalog/pg_subscription.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/explain.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "optimizer/optimizer.h"
#include "pgstat.h"
#include "security/sepgsql_catalog.h"
#include "security/sepgsql_holes.h"
#include "security/sepgsql_visible.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/syscache.h"

/* the table of these is emptied when it holds more */
#define MAX_REMEMBERED	32768

/* size of the table before that table, a power of two */
#define RECENT_SIZE		256

/* at least as many as have labels */
#define MAX_CATALOGS	128

typedef struct VisibleKey
{
	Oid			classId;
	Oid			objectId;
	int32		subId;
	SepgSid		subject;
} VisibleKey;

typedef enum
{
	MISSING,
	HIDDEN,
	SHOWN,
} Verdict;

typedef struct VisibleEntry
{
	VisibleKey	key;			/* hash key */
	Oid			nsp;			/* schema of the object */
	Verdict		verdict;

	/* what the verdict holds for */
	uint64		generation;
	uint64		relabels;
	uint64		policy_seqno;
} VisibleEntry;

static HTAB *remembered = NULL;
static VisibleEntry recent[RECENT_SIZE];
static volatile uint64 generation = 1;

/* what the search path has been computed for */
static SepgSid path_subject;
static uint64 path_seqno;

static Verdict object_verdict(SepgSid subject, Oid classId, Oid objectId,
							  int32 subId, Oid *nsp);
static bool all_columns_visible(SepgSid subject, Oid relid);

static void
visible_callback(Datum arg, int cacheid, uint32 hashvalue)
{
	/* no look at the hash table, which may be in use */
	generation++;
}

/*
 * The generation grows whenever a row of pg_class, pg_attribute, pg_type,
 * pg_proc or pg_namespace changes, or one of the other catalogs of which
 * object_verdict remembers something.
 */
static void
visible_register(void)
{
	static const int caches[] = {
		RELOID, ATTNUM, TYPEOID, PROCOID, NAMESPACEOID,
		RULERELNAME, CASTSOURCETARGET
	};
	static bool registered = false;

	if (registered)
		return;
	registered = true;
	for (int i = 0; i < lengthof(caches); i++)
		CacheRegisterSyscacheCallback(caches[i], visible_callback, (Datum) 0);
}

uint64
sepgsql_visible_generation(void)
{
	visible_register();
	return generation;
}

/*
 * What are the rows of a catalog part of?
 */
SepgOwners
sepgsql_catalog_owners(Oid catalog)
{
	const SepgOwnerColumn *owners;

	/* spare user tables the search */
	if (!IsCatalogRelationOid(catalog))
		return SEPG_OWNERS_NONE;
	switch (catalog)
	{
		case RelationRelationId:
		case TypeRelationId:
		case ProcedureRelationId:
		case AttrDefaultRelationId:
			return SEPG_OWNERS_RELATION;
		case SecurityRelationId:
		case SharedSecurityRelationId:
		case ReplicationOriginRelationId:
			return SEPG_OWNERS_OTHER;
		case DescriptionRelationId:
		case SharedDescriptionRelationId:
		case SecLabelRelationId:
		case SharedSecLabelRelationId:
		case InitPrivsRelationId:
		case DependRelationId:
		case SharedDependRelationId:
			return SEPG_OWNERS_ANY;
	}
	owners = sepgsql_owner_columns(catalog);
	if (owners == NULL)
		return SEPG_OWNERS_NONE;
	for (int i = 0; i < SEPG_MAX_OWNERS; i++)
	{
		switch (owners[i].catalog)
		{
			case InvalidOid:
			case RelationRelationId:
			case TypeRelationId:
			case ProcedureRelationId:
				break;
			default:
				return SEPG_OWNERS_OTHER;
		}
	}
	return SEPG_OWNERS_RELATION;
}

/* May the subject see all rows of a catalog and all that they are part of? */
static bool
owner_open(SepgSid subject, Oid catalog)
{
	switch (catalog)
	{
		case RelationRelationId:
		case AttributeRelationId:
		case TypeRelationId:
			/* these are parts of each other */
			return sepgsql_labels_open(subject, RelationRelationId) &&
				sepgsql_labels_open(subject, AttributeRelationId) &&
				sepgsql_labels_open(subject, TypeRelationId);
		default:
			return sepgsql_labels_open(subject, catalog);
	}
}

/*
 * May the subject see all rows of all catalogs?  The answer is good for as
 * long as no dictionary of theirs gets another label.
 */
static bool
everything_open(SepgSid subject)
{
	static SepgSid last_subject = SEPG_SID_NONE;
	static uint64 last_seqno;
	static uint64 versions[MAX_CATALOGS];
	uint64		seqno = sepgsql_policy_seqno();
	const Oid  *catalogs;
	int			ncatalogs = sepgsql_labelled_catalogs(&catalogs);

	if (ncatalogs > MAX_CATALOGS)
		elog(ERROR, "too many catalogs");
	if (last_subject == subject && last_seqno == seqno)
	{
		int			n = 0;

		while (n < ncatalogs && versions[n] == sepgsql_dict_version(catalogs[n]))
			n++;
		if (n == ncatalogs)
			return true;
	}

	last_subject = SEPG_SID_NONE;
	for (int i = 0; i < ncatalogs; i++)
	{
		/* the version first: what is read afterwards is at least as new */
		versions[i] = sepgsql_dict_version(catalogs[i]);
		if (!sepgsql_labels_open(subject, catalogs[i]))
			return false;
	}
	last_subject = subject;
	last_seqno = seqno;
	return true;
}

/*
 * May the subject see everything that rows of this catalog can be part of?
 */
bool
sepgsql_owners_open(SepgSid subject, Oid catalog)
{
	const SepgOwnerColumn *owners;

	if (!sepg_core_enforcing())
		return true;
	if (catalog == SecurityRelationId || catalog == SharedSecurityRelationId)
		return false;
	switch (sepgsql_catalog_owners(catalog))
	{
		case SEPG_OWNERS_NONE:
			return true;
		case SEPG_OWNERS_ANY:
			return everything_open(subject);
		default:
			break;
	}
	owners = sepgsql_owner_columns(catalog);
	if (owners == NULL)
		return owner_open(subject, RelationRelationId);
	for (int i = 0; i < SEPG_MAX_OWNERS; i++)
	{
		if (OidIsValid(owners[i].catalog) &&
			!owner_open(subject, owners[i].catalog))
			return false;
	}
	return true;
}

static bool
object_visible(SepgSid subject, Oid classId, Oid objectId, int32 subId)
{
	Oid			nsp;

	return object_verdict(subject, classId, objectId, subId, &nsp) == SHOWN;
}

/* The same for a column that may be empty. */
static bool
owner_visible(SepgSid subject, Oid classId, Oid objectId)
{
	return !OidIsValid(objectId) ||
		object_visible(subject, classId, objectId, 0);
}

/*
 * What a row of pg_class is part of: an index of its table, a TOAST table of
 * the table that it serves, the row of a composite type of the type.
 */
static bool
relation_owner_visible(SepgSid subject, Form_pg_class form)
{
	Oid			owner;
	HeapTuple	tuple;
	bool		visible;

	switch (form->relkind)
	{
		case RELKIND_INDEX:
		case RELKIND_PARTITIONED_INDEX:
			tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(form->oid));
			if (!HeapTupleIsValid(tuple))
				return false;
			visible = sepgsql_owners_visible(subject, IndexRelationId, tuple);
			ReleaseSysCache(tuple);
			return visible;
		case RELKIND_TOASTVALUE:
			/* the name leads back there, if nobody has given it another */
			if (strncmp(NameStr(form->relname), "pg_toast_", 9) == 0)
				owner = strtoul(NameStr(form->relname) + 9, NULL, 10);
			else
				owner = sepgsql_toast_owner(form->oid);
			return OidIsValid(owner) &&
				object_visible(subject, RelationRelationId, owner, 0);
		case RELKIND_COMPOSITE_TYPE:
			return owner_visible(subject, TypeRelationId, form->reltype);
		default:
			return true;
	}
}

/*
 * What a row of pg_type is part of: a relation's row type of the relation, an
 * array type of the type of its elements, a multirange type of the range.
 */
static bool
type_owner_visible(SepgSid subject, Form_pg_type form)
{
	if (OidIsValid(form->typrelid))
		return get_rel_relkind(form->typrelid) == RELKIND_COMPOSITE_TYPE ||
			(object_visible(subject, RelationRelationId, form->typrelid, 0) &&
			 all_columns_visible(subject, form->typrelid));
	if (OidIsValid(form->typelem) &&
		form->typsubscript == F_ARRAY_SUBSCRIPT_HANDLER)
		return object_visible(subject, TypeRelationId, form->typelem, 0);
	if (form->typtype == TYPTYPE_MULTIRANGE)
		return owner_visible(subject, TypeRelationId,
							 get_multirange_range(form->oid));
	return true;
}

/*
 * The functions that make values of a range or multirange type are parts of
 * it.  They are the only ones in language internal that a client makes.
 */
static bool
proc_owner_visible(SepgSid subject, Form_pg_proc form)
{
	return form->prolang != INTERNALlanguageId ||
		form->oid < FirstNormalObjectId ||
		object_visible(subject, TypeRelationId, form->prorettype, 0);
}

/* May the subject know of every column of a table? */
static bool
all_columns_visible(SepgSid subject, Oid relid)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	AttrNumber	natts;

	if (!HeapTupleIsValid(tuple))
		return false;
	natts = ((Form_pg_class) GETSTRUCT(tuple))->relnatts;
	ReleaseSysCache(tuple);
	for (AttrNumber attnum = 1; attnum <= natts; attnum++)
	{
		if (!object_visible(subject, RelationRelationId, relid, attnum) &&
			SearchSysCacheExists2(ATTNUM, ObjectIdGetDatum(relid),
								  Int16GetDatum(attnum)))
			return false;
	}
	return true;
}

/*
 * Is there a column of the table that an object depends on, but that the
 * subject may not know of?
 */
static bool
uses_hidden_column(SepgSid subject, Oid classId, Oid objectId, Oid relid)
{
	Relation	depRel = table_open(DependRelationId, AccessShareLock);
	ScanKeyData key[2];
	SysScanDesc scan;
	HeapTuple	tuple;
	bool		hidden = false;

	ScanKeyInit(&key[0], Anum_pg_depend_classid,
				BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(classId));
	ScanKeyInit(&key[1], Anum_pg_depend_objid,
				BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(objectId));
	scan = systable_beginscan(depRel, DependDependerIndexId, true, NULL, 2, key);
	while (!hidden && HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_depend dep = (Form_pg_depend) GETSTRUCT(tuple);

		hidden = dep->refclassid == RelationRelationId &&
			dep->refobjid == relid && dep->refobjsubid != 0 &&
			!object_visible(subject, RelationRelationId, relid, dep->refobjsubid);
	}
	systable_endscan(scan);
	table_close(depRel, AccessShareLock);
	return hidden;
}

/*
 * A part of a table may show names of columns: is one of them hidden?
 */
static bool
part_columns_visible(SepgSid subject, Oid catalog, char *row)
{
	Oid			classId = catalog;
	Oid			objectId = *(Oid *) row;	/* nearly all begin with it */
	Oid			relid;

	switch (catalog)
	{
		case AttrDefaultRelationId:
			relid = ((Form_pg_attrdef) row)->adrelid;
			break;
		case ConstraintRelationId:
			relid = ((Form_pg_constraint) row)->conrelid;
			break;
		case IndexRelationId:
			classId = RelationRelationId;
			relid = ((Form_pg_index) row)->indrelid;
			break;
		case PartitionedRelationId:
			relid = ((Form_pg_partitioned_table) row)->partrelid;
			break;
		case PolicyRelationId:
			relid = ((Form_pg_policy) row)->polrelid;
			break;
		case RewriteRelationId:
			relid = ((Form_pg_rewrite) row)->ev_class;
			break;
		case StatisticExtRelationId:
			relid = ((Form_pg_statistic_ext) row)->stxrelid;
			break;
		case TriggerRelationId:
			relid = ((Form_pg_trigger) row)->tgrelid;
			break;
		default:
			return true;
	}
	if (!OidIsValid(relid) || all_columns_visible(subject, relid))
		return true;
	if (catalog == IndexRelationId)
	{
		Form_pg_index index = (Form_pg_index) row;

		/* a constraint's index depends on the constraint alone */
		for (int i = 0; i < index->indnatts; i++)
		{
			if (index->indkey.values[i] > 0 &&
				!object_visible(subject, RelationRelationId, relid,
								index->indkey.values[i]))
				return false;
		}
	}
	if (catalog == PartitionedRelationId)
	{
		Form_pg_partitioned_table part = (Form_pg_partitioned_table) row;

		/* what an expression in the key uses, nothing tells */
		for (int i = 0; i < part->partnatts; i++)
		{
			if (part->partattrs.values[i] == 0 ||
				!object_visible(subject, RelationRelationId, relid,
								part->partattrs.values[i]))
				return false;
		}
		return true;
	}
	return !uses_hidden_column(subject, classId, objectId, relid);
}

/*
 * The subscription that a replication origin comes with, which its name tells:
 * pg_SUBSCRIPTION, or pg_SUBSCRIPTION_TABLE while a table is copied.  Nothing
 * else has a name that begins so.
 */
static Oid
origin_subscription(Form_pg_replication_origin origin)
{
	char		name[32];

	if (VARSIZE_ANY_EXHDR(&origin->roname) >= sizeof(name))
		return InvalidOid;
	text_to_cstring_buffer(&origin->roname, name, sizeof(name));
	if (strncmp(name, "pg_", 3) != 0)
		return InvalidOid;
	return (Oid) strtoul(name + 3, NULL, 10);
}

/*
 * May the subject know of everything that this row is part of?
 */
bool
sepgsql_owners_visible(SepgSid subject, Oid catalog, HeapTuple tuple)
{
	char	   *row = (char *) GETSTRUCT(tuple);
	const SepgOwnerColumn *owners;

	if (!sepg_core_enforcing())
		return true;
	switch (catalog)
	{
		case RelationRelationId:
			return relation_owner_visible(subject, (Form_pg_class) row);
		case TypeRelationId:
			return type_owner_visible(subject, (Form_pg_type) row);
		case ProcedureRelationId:
			return proc_owner_visible(subject, (Form_pg_proc) row);
		case SecurityRelationId:
			/* a dictionary's label is decided, and whose it is */
			return sepgsql_secid_visible(subject,
										 ((Form_pg_security) row)->relid,
										 ((Form_pg_security) row)->secid) &&
				owner_visible(subject, RelationRelationId,
							  ((Form_pg_security) row)->relid);
		case SharedSecurityRelationId:
			return sepgsql_secid_visible(subject,
										 ((Form_pg_shsecurity) row)->relid,
										 ((Form_pg_shsecurity) row)->secid) &&
				owner_visible(subject, RelationRelationId,
							  ((Form_pg_shsecurity) row)->relid);
		case ReplicationOriginRelationId:
			{
				Oid			subid = origin_subscription((Form_pg_replication_origin) row);

				return !OidIsValid(subid) ||
					owner_visible(subject, SubscriptionRelationId, subid);
			}
		case AttrDefaultRelationId:
			return object_visible(subject, RelationRelationId,
								  ((Form_pg_attrdef) row)->adrelid,
								  ((Form_pg_attrdef) row)->adnum) &&
				part_columns_visible(subject, catalog, row);
		case DescriptionRelationId:
			return object_visible(subject,
								  ((Form_pg_description) row)->classoid,
								  ((Form_pg_description) row)->objoid,
								  ((Form_pg_description) row)->objsubid);
		case SecLabelRelationId:
			return object_visible(subject,
								  ((FormData_pg_seclabel *) row)->classoid,
								  ((FormData_pg_seclabel *) row)->objoid,
								  ((FormData_pg_seclabel *) row)->objsubid);
		case InitPrivsRelationId:
			return object_visible(subject,
								  ((Form_pg_init_privs) row)->classoid,
								  ((Form_pg_init_privs) row)->objoid,
								  ((Form_pg_init_privs) row)->objsubid);
		case SharedDescriptionRelationId:
			return object_visible(subject,
								  ((Form_pg_shdescription) row)->classoid,
								  ((Form_pg_shdescription) row)->objoid, 0);
		case SharedSecLabelRelationId:
			return object_visible(subject,
								  ((Form_pg_shseclabel) row)->classoid,
								  ((Form_pg_shseclabel) row)->objoid, 0);
		case DependRelationId:
			{
				Form_pg_depend dep = (Form_pg_depend) row;

				return object_visible(subject, dep->classid, dep->objid, dep->objsubid) &&
					object_visible(subject, dep->refclassid, dep->refobjid, dep->refobjsubid);
			}
		case SharedDependRelationId:
			{
				Form_pg_shdepend dep = (Form_pg_shdepend) row;

				/* nothing is known here of what another database holds */
				if (OidIsValid(dep->dbid) && dep->dbid != MyDatabaseId)
					return false;
				return object_visible(subject, dep->classid, dep->objid, dep->objsubid) &&
					object_visible(subject, dep->refclassid, dep->refobjid, 0);
			}
	}

	if (!part_columns_visible(subject, catalog, row))
		return false;
	owners = sepgsql_owner_columns(catalog);
	for (int i = 0; owners != NULL && i < SEPG_MAX_OWNERS; i++)
	{
		if (OidIsValid(owners[i].catalog) &&
			!owner_visible(subject, owners[i].catalog,
						   *(Oid *) (row + owners[i].offset)))
			return false;
	}
	return true;
}

/*
 * The same for a row that is read whole.  A query that is stored, as that of a
 * view, has the names of all columns of its tables in it, so rows of such
 * queries over tables with hidden columns are withheld; functions that show a
 * definition show what the query uses.
 */
bool
sepgsql_row_readable(SepgSid subject, Oid catalog, HeapTuple tuple)
{
	Relation	depRel;
	ScanKeyData key[2];
	SysScanDesc scan;
	HeapTuple	deptup;
	Oid			own = InvalidOid;
	bool		readable = true;

	if (!sepgsql_owners_visible(subject, catalog, tuple))
		return false;
	if (!sepg_core_enforcing() ||
		(catalog != RewriteRelationId && catalog != PolicyRelationId &&
		 (catalog != ProcedureRelationId ||
		  heap_attisnull(tuple, Anum_pg_proc_prosqlbody, NULL))))
		return true;

	/* of its own table a policy has no names, unless in a query */
	if (catalog == PolicyRelationId)
		own = ((Form_pg_policy) GETSTRUCT(tuple))->polrelid;

	/* all of these begin with their OID */
	depRel = table_open(DependRelationId, AccessShareLock);
	ScanKeyInit(&key[0], Anum_pg_depend_classid,
				BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(catalog));
	ScanKeyInit(&key[1], Anum_pg_depend_objid,
				BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(*(Oid *) GETSTRUCT(tuple)));
	scan = systable_beginscan(depRel, DependDependerIndexId, true, NULL, 2, key);
	while (readable && HeapTupleIsValid(deptup = systable_getnext(scan)))
	{
		Form_pg_depend dep = (Form_pg_depend) GETSTRUCT(deptup);

		readable = dep->refclassid != RelationRelationId ||
			dep->refobjid == own ||
			all_columns_visible(subject, dep->refobjid);
	}
	systable_endscan(scan);
	table_close(depRel, AccessShareLock);
	return readable;
}

/* The class of what a row of a catalog describes. */
static uint32
row_class(Oid catalog, HeapTuple tuple)
{
	char	   *row = (char *) GETSTRUCT(tuple);

	switch (catalog)
	{
		case RelationRelationId:
			return sepgsql_relation_class(((Form_pg_class) row)->relkind);
		case AttributeRelationId:
			return sepgsql_object_class(catalog, ((Form_pg_attribute) row)->attrelid);
		default:
			return sepgsql_object_class(catalog, InvalidOid);
	}
}

/*
 * May the subject know of what a row of a catalog describes?  No audit record:
 * nothing is refused to a client that is shown less.
 */
static bool
row_visible(SepgSid subject, Oid catalog, HeapTuple tuple)
{
	SepgSid		sid = sepgsql_secid_to_sid(catalog, HeapTupleGetSecid(tuple));
	uint32		allowed = 0;

	if (sid == SEPG_SID_NONE)
		sid = SEPG_SID_UNLABELED;
	/* getattr and select have the same number, see catalog.c */
	if (sepg_core_allowed(subject, sid, row_class(catalog, tuple), &allowed) != SEPG_OK ||
		(allowed & SEPG_DB_TABLE__GETATTR) == 0)
		return false;
	return sepgsql_owners_visible(subject, catalog, tuple);
}

bool
sepgsql_row_shown(Oid classId, HeapTuple tuple)
{
	return row_visible(sepgsql_subject(), classId, tuple);
}

/*
 * Look an object up and decide.  *nsp gets its schema, if it is in one.
 */
static Verdict
decide_object(SepgSid subject, Oid classId, Oid objectId, int32 subId, Oid *nsp)
{
	HeapTuple	tuple;
	AttrNumber	nspcol;
	AttrNumber	oidcol;
	Relation	rel;
	bool		visible;
	int			cacheid = -1;

	*nsp = InvalidOid;

	if (classId == RelationRelationId && subId != 0)
	{
		tuple = SearchSysCache2(ATTNUM, ObjectIdGetDatum(objectId),
								Int16GetDatum(subId));
		if (!HeapTupleIsValid(tuple))
			return MISSING;
		*nsp = get_rel_namespace(objectId);
		visible = row_visible(subject, AttributeRelationId, tuple);
		ReleaseSysCache(tuple);
		return visible ? SHOWN : HIDDEN;
	}

	if (classId == AttrDefaultRelationId)
	{
		ObjectAddress column = GetAttrDefaultColumnAddress(objectId);

		if (!OidIsValid(column.objectId))
			return MISSING;
		return object_verdict(subject, RelationRelationId, column.objectId,
							  column.objectSubId, nsp);
	}

	/* what dependency and comments know, but objectaddress.c has no row of */
	if (classId == PublicationRelRelationId)
		cacheid = PUBLICATIONREL;
	else if (classId == PublicationNamespaceRelationId)
		cacheid = PUBLICATIONNAMESPACE;
	else if (classId == ParameterAclRelationId)
		cacheid = PARAMETERACLOID;
	else if (classId == PartitionedRelationId)
		cacheid = PARTRELID;
	else if (is_objectclass_supported(classId))
		cacheid = get_object_catcache_oid(classId);
	else
		return MISSING;

	if (cacheid >= 0)
	{
		bool		isnull;

		tuple = SearchSysCache1(cacheid, ObjectIdGetDatum(objectId));
		if (!HeapTupleIsValid(tuple))
			return MISSING;
		if (is_objectclass_supported(classId) &&
			(nspcol = get_object_attnum_namespace(classId)) != InvalidAttrNumber)
			*nsp = DatumGetObjectId(SysCacheGetAttr(cacheid, tuple, nspcol, &isnull));
		visible = row_visible(subject, classId, tuple);
		ReleaseSysCache(tuple);
		return visible ? SHOWN : HIDDEN;
	}

	oidcol = get_object_attnum_oid(classId);
	if (oidcol == InvalidAttrNumber)
		return MISSING;
	nspcol = get_object_attnum_namespace(classId);
	rel = table_open(classId, AccessShareLock);
	tuple = get_catalog_object_by_oid(rel, oidcol, objectId);
	if (HeapTupleIsValid(tuple))
	{
		bool		isnull;

		if (nspcol != InvalidAttrNumber)
			*nsp = DatumGetObjectId(heap_getattr(tuple, nspcol,
												 RelationGetDescr(rel), &isnull));
		visible = row_visible(subject, classId, tuple);
		heap_freetuple(tuple);
	}
	else
		oidcol = InvalidAttrNumber;
	table_close(rel, AccessShareLock);
	if (oidcol == InvalidAttrNumber)
		return MISSING;
	return visible ? SHOWN : HIDDEN;
}

static inline VisibleEntry *
recent_slot(const VisibleKey *key)
{
	return &recent[(key->objectId ^ (key->objectId >> 8) ^ (key->subId * 31) ^
					key->classId ^ (key->subject * 37)) & (RECENT_SIZE - 1)];
}

/* Does what is remembered hold still? */
static inline bool
entry_holds(const VisibleEntry *entry)
{
	return entry->generation == generation &&
		entry->relabels == sepgsql_relabels() &&
		entry->policy_seqno == sepgsql_policy_seqno();
}

/*
 * The same; what was decided about the commonest objects is remembered.
 */
static Verdict
object_verdict(SepgSid subject, Oid classId, Oid objectId, int32 subId, Oid *nsp)
{
	VisibleKey	key = {classId, objectId, subId, subject};
	VisibleEntry *slot = recent_slot(&key);
	VisibleEntry *entry;
	Verdict		verdict;
	uint64		before;
	uint64		relabels;
	uint64		seqno;

	if (slot->key.objectId == objectId && slot->key.classId == classId &&
		slot->key.subId == subId && slot->key.subject == subject &&
		entry_holds(slot))
	{
		*nsp = slot->nsp;
		return slot->verdict;
	}

	if (classId == LargeObjectRelationId)
		classId = LargeObjectMetadataRelationId;
	switch (classId)
	{
		case RelationRelationId:
		case TypeRelationId:
		case ProcedureRelationId:
		case NamespaceRelationId:
		/* these are looked up by a scan of their catalog */
		case AttrDefaultRelationId:
		case CastRelationId:
		case PolicyRelationId:
		case RewriteRelationId:
		case TriggerRelationId:
			break;
		default:
			return decide_object(subject, classId, objectId, subId, nsp);
	}

	if (remembered == NULL ||
		hash_get_num_entries(remembered) >= MAX_REMEMBERED)
	{
		HASHCTL		ctl;

		visible_register();
		if (remembered)
			hash_destroy(remembered);
		remembered = NULL;
		ctl.keysize = sizeof(VisibleKey);
		ctl.entrysize = sizeof(VisibleEntry);
		remembered = hash_create("SELinux visible objects", 256, &ctl,
								 HASH_ELEM | HASH_BLOBS);
	}
	entry = hash_search(remembered, &key, HASH_FIND, NULL);
	if (entry && entry_holds(entry))
	{
		*slot = *entry;
		*nsp = entry->nsp;
		return entry->verdict;
	}

	/* what we read in between may tell us of a change */
	before = generation;
	relabels = sepgsql_relabels();
	seqno = sepgsql_policy_seqno();
	verdict = decide_object(subject, classId, objectId, subId, nsp);
	if (verdict != MISSING && remembered != NULL)
	{
		entry = hash_search(remembered, &key, HASH_ENTER, NULL);
		entry->nsp = *nsp;
		entry->verdict = verdict;
		entry->generation = before;
		entry->relabels = relabels;
		entry->policy_seqno = seqno;
	}
	return verdict;
}

/*
 * May the client be told of an object, which is in the schema that *nsp gets?
 */
static bool
client_may_know(Oid classId, Oid objectId, int32 subId, Oid *nsp)
{
	*nsp = InvalidOid;
	if (!sepgsql_enforcing || !OidIsValid(objectId) ||
		!sepg_core_enforcing() || sepgsql_is_internal())
		return true;
	return object_verdict(sepgsql_subject(), classId, objectId, subId,
						  nsp) != HIDDEN;
}

/* By itself */
bool
sepgsql_part_shown(Oid classId, Oid objectId, int32 subId)
{
	Oid			nsp;

	return client_may_know(classId, objectId, subId, &nsp);
}

/* With the name of its schema */
bool
sepgsql_object_shown(Oid classId, Oid objectId, int32 subId)
{
	Oid			nsp;

	if (SEPGSQL_HOLE("definitions"))
		return true;
	return client_may_know(classId, objectId, subId, &nsp) &&
		owner_visible(sepgsql_subject(), NamespaceRelationId, nsp);
}

/*
 * A cast, an operator class or an access method that is hidden is not found:
 * what it would do for others must not change what the client's own statements
 * mean.  All catalogs that have numbers have them first.
 */
HeapTuple
sepgsql_known_tuple(Oid classId, HeapTuple tuple)
{
	if (!HeapTupleIsValid(tuple) ||
		sepgsql_object_known(classId, *(Oid *) GETSTRUCT(tuple)))
		return tuple;
	ReleaseSysCache(tuple);
	return NULL;
}

/*
 * What the client has named is hidden from it: the error of an object that
 * does not exist.
 */
void
sepgsql_report_missing(Oid classId, const char *name)
{
	int			code = ERRCODE_UNDEFINED_OBJECT;

	switch (classId)
	{
		case RelationRelationId:
			code = ERRCODE_UNDEFINED_TABLE;
			break;
		case NamespaceRelationId:
			code = ERRCODE_UNDEFINED_SCHEMA;
			break;
		case DatabaseRelationId:
			code = ERRCODE_UNDEFINED_DATABASE;
			break;
		case ProcedureRelationId:
		case OperatorRelationId:
			code = ERRCODE_UNDEFINED_FUNCTION;
			break;
	}
	/* not all errors of objects that do not exist are alike */
	if (name != NULL && classId == ForeignServerRelationId)
		ereport(ERROR,
				(errcode(code), errmsg("server \"%s\" does not exist", name)));
	if (name != NULL && classId == CollationRelationId)
		ereport(ERROR,
				(errcode(code),
				 errmsg("collation \"%s\" for encoding \"%s\" does not exist",
						name, GetDatabaseEncodingName())));
	if (name == NULL)
		ereport(ERROR,
				(errcode(code),
				 errmsg("%s does not exist",
						is_objectclass_supported(classId) ?
						get_object_class_descr(classId) : "object")));
	ereport(ERROR,
			(errcode(code),
			 errmsg("%s \"%s\" does not exist",
					get_object_class_descr(classId), name)));
}

/* A relation's name as the message says it that there is none. */
const char *
sepgsql_range_var_name(const RangeVar *rv)
{
	return rv->schemaname ?
		psprintf("%s.%s", rv->schemaname, rv->relname) : rv->relname;
}

bool
sepgsql_vars_shown(Oid relid, Node *expr)
{
	SepgSid		subject = sepgsql_subject();
	Bitmapset  *attnos = NULL;
	int			i = -1;

	if (!sepg_core_enforcing() || sepgsql_is_internal() ||
		all_columns_visible(subject, relid))
		return true;
	pull_varattnos(expr, 1, &attnos);
	while ((i = bms_next_member(attnos, i)) >= 0)
	{
		AttrNumber	attnum = i + FirstLowInvalidHeapAttributeNumber;

		if (attnum != InvalidAttrNumber &&
			!object_visible(subject, RelationRelationId, relid, attnum))
			return false;
	}
	return true;
}

void
sepgsql_report_missing_oid(Oid classId, Oid objectId)
{
	ereport(ERROR,
			(errcode(classId == RelationRelationId ?
					 ERRCODE_UNDEFINED_TABLE : ERRCODE_UNDEFINED_OBJECT),
			 errmsg("%s with OID %u does not exist",
					get_object_class_descr(classId), objectId)));
}

/*
 * A type that is given by its OID need not have a name that the client may
 * search for.  One that does not exist is an error like one that is hidden.
 */
void
sepgsql_require_type_oids(const Oid *types, int ntypes)
{
	for (int i = 0; i < ntypes; i++)
	{
		if (OidIsValid(types[i]) &&
			(!sepgsql_object_shown(TypeRelationId, types[i], 0) ||
			 !SearchSysCacheExists1(TYPEOID, ObjectIdGetDatum(types[i]))))
			sepgsql_report_missing_oid(TypeRelationId, types[i]);
	}
}

bool
sepgsql_names_shown(void)
{
	return !sepg_core_enforcing() || everything_open(sepgsql_subject());
}

char *
sepgsql_describe_object(const ObjectAddress *object)
{
	if (!sepgsql_part_visible(object->classId, object->objectId,
							  object->objectSubId) &&
		!SEPGSQL_HOLE("dependents"))
		return pstrdup(_("an object that is not visible"));
	return getObjectDescription(object, false);
}

void
sepgsql_report_type_use(const char *name)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("cannot alter \"%s\" because a column that is not visible uses it",
					name)));
}

/*
 * EXPLAIN: an index over a column that is hidden may serve a query that does
 * not use the column.
 */
static explain_get_index_name_hook_type next_index_name_hook = NULL;

static const char *
index_name_hook(Oid indexId)
{
	if (!sepgsql_object_visible(RelationRelationId, indexId))
		return _("(not visible)");
	return next_index_name_hook ? next_index_name_hook(indexId) : NULL;
}

void
sepgsql_register_visible(void)
{
	static bool registered = false;

	if (registered)
		return;
	registered = true;
	next_index_name_hook = explain_get_index_name_hook;
	explain_get_index_name_hook = index_name_hook;
}

/*
 * The name of a foreign key goes with those of its tables.
 */
void
sepgsql_report_violation(Relation rel, bool is_restrict)
{
	ereport(ERROR,
			(errcode(is_restrict ? ERRCODE_RESTRICT_VIOLATION :
					 ERRCODE_FOREIGN_KEY_VIOLATION),
			 errmsg("change of table \"%s\" violates a foreign key constraint that is not visible",
					sepgsql_shown_relation(rel))));
}

void
sepgsql_report_constraint(Relation rel, int code)
{
	ereport(ERROR,
			(errcode(code),
			 errmsg("row for relation \"%s\" violates a constraint that is not visible",
					sepgsql_shown_relation(rel))));
}

bool
sepgsql_all_visible(List *relids)
{
	foreach_oid(relid, relids)
	{
		if (!sepgsql_object_shown(RelationRelationId, relid, 0))
			return false;
	}
	return true;
}

/*
 * A statement names a relation that is hidden from the client.  The error and
 * the audit record are those that its execution would raise.
 */
void
sepgsql_refuse_reference(Oid relid, AclMode mode)
{
	uint32		tclass = sepgsql_object_class(RelationRelationId, relid);
	uint32		perms;

	switch (tclass)
	{
		case SEPG_CLASS_DB_TABLE:
			perms = ((mode & ACL_SELECT) ? SEPG_DB_TABLE__SELECT : 0) |
				((mode & ACL_INSERT) ? SEPG_DB_TABLE__INSERT : 0) |
				((mode & ACL_UPDATE) ? SEPG_DB_TABLE__UPDATE : 0) |
				((mode & ACL_DELETE) ? SEPG_DB_TABLE__DELETE : 0) |
				SEPG_DB_TABLE__GETATTR;
			break;
		case SEPG_CLASS_DB_VIEW:
			perms = SEPG_DB_VIEW__EXPAND | SEPG_DB_VIEW__GETATTR;
			break;
		case SEPG_CLASS_DB_SEQUENCE:
			perms = SEPG_DB_SEQUENCE__GET_VALUE | SEPG_DB_SEQUENCE__GETATTR;
			break;
		default:
			perms = SEPG_DB_TUPLE__SELECT;
			break;
	}
	(void) sepgsql_check_named(sepgsql_subject(),
							   sepgsql_relation_sid(relid),
							   tclass, perms, RelationRelationId,
							   relid, 0, true);

	/* its own label permits it, but not that of what it is part of */
	sepgsql_violation();
}

/*
 * A command names an object that is hidden from the client: it fails before
 * anything is told of what depends on the object.
 */
void
sepgsql_refuse_named(Oid classId, Oid objectId, int32 subId, uint32 permission)
{
	sepgsql_check_object(classId, objectId, subId,
						 SEPG_DB_TABLE__GETATTR | permission);

	/* its own label permits it, but not that of what it is part of */
	sepgsql_violation();
	pg_unreachable();
}

/*
 * May the client know whether there are statistics about something?
 */
bool
sepgsql_stats_visible(int kind, Oid dboid, uint64 objid)
{
	switch (kind)
	{
		case PGSTAT_KIND_DATABASE:
			return sepgsql_object_visible(DatabaseRelationId, dboid);
		case PGSTAT_KIND_RELATION:
			return sepgsql_object_visible(RelationRelationId, (Oid) objid);
		case PGSTAT_KIND_FUNCTION:
			return sepgsql_object_visible(ProcedureRelationId, (Oid) objid);
		case PGSTAT_KIND_SUBSCRIPTION:
			return sepgsql_object_visible(SubscriptionRelationId, (Oid) objid);
		default:
			return true;
	}
}

/*
 * And what they are, of a relation?  An index counts its entries for a key
 * before anybody looks whether their rows may be seen.
 */
bool
sepgsql_counters_shown(Oid relid)
{
	return sepgsql_object_shown(RelationRelationId, relid, 0) &&
		(get_rel_relkind(relid) != RELKIND_INDEX ||
		 !sepgsql_rows_hidden(relid));
}

/*
 * A statement uses a column, or with InvalidAttrNumber a row as a whole: with
 * "*" it does without naming it.  The columns' names and types must not be told
 * even if it is never executed.
 */
void
sepgsql_check_column_known(Oid relid, AttrNumber attnum)
{
	SepgSid		subject = sepgsql_subject();

	/* system columns are there in each table */
	if (attnum < InvalidAttrNumber ||
		!sepg_core_enforcing() || sepgsql_is_internal())
		return;
	if (attnum == InvalidAttrNumber ? all_columns_visible(subject, relid) :
		sepgsql_part_shown(RelationRelationId, relid, attnum))
		return;
	if (attnum != InvalidAttrNumber)
		(void) sepgsql_check_named(subject,
								   sepgsql_object_sid(RelationRelationId, relid, attnum),
								   sepgsql_object_class(AttributeRelationId, relid),
								   SEPG_DB_COLUMN__SELECT | SEPG_DB_COLUMN__GETATTR,
								   RelationRelationId, relid, attnum, true);
	sepgsql_violation();
}

/*
 * A statement calls a function with columns that is hidden from the client.
 */
void
sepgsql_refuse_function(Oid funcid)
{
	(void) sepgsql_check_named(sepgsql_subject(),
							   sepgsql_object_sid(ProcedureRelationId, funcid, 0),
							   SEPG_CLASS_DB_PROCEDURE,
							   SEPG_DB_PROCEDURE__EXECUTE |
							   SEPG_DB_PROCEDURE__GETATTR,
							   ProcedureRelationId, funcid, 0, true);
	sepgsql_violation();
	pg_unreachable();
}

/*
 * Take relations that are hidden from the client out of a list, which is
 * changed.
 */
List *
sepgsql_visible_relations(List *relids)
{
	ListCell   *lc;

	if (!sepgsql_enforcing)
		return relids;
	foreach(lc, relids)
	{
		if (!sepgsql_object_shown(RelationRelationId, lfirst_oid(lc), 0))
			relids = foreach_delete_current(relids, lc);
	}
	return relids;
}

/* The same for candidates for a function's or an operator's name. */
FuncCandidateList
sepgsql_visible_candidates(Oid classId, FuncCandidateList candidates)
{
	FuncCandidateList *next = &candidates;

	if (!sepgsql_enforcing)
		return candidates;
	while (*next)
	{
		if (sepgsql_part_shown(classId, (*next)->oid, 0))
			next = &(*next)->next;
		else
			*next = (*next)->next;
	}
	return candidates;
}

/* May the client call what a candidate stands for? */
static bool
is_callable(Oid classId, Oid oid)
{
	return oid < FirstNormalObjectId ||
		sepgsql_may_call(classId == OperatorRelationId ? get_opcode(oid) : oid);
}

/*
 * Does a candidate make values of a type that the client may not know of?  Its
 * own label is that of any function.
 */
static bool
makes_hidden(Oid funcid)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(funcid));
	bool		hidden;

	if (!HeapTupleIsValid(tuple))
		return false;
	hidden = !proc_owner_visible(sepgsql_subject(),
								 (Form_pg_proc) GETSTRUCT(tuple));
	ReleaseSysCache(tuple);
	return hidden;
}

FuncCandidateList
sepgsql_callable_candidates(Oid classId, FuncCandidateList candidates)
{
	FuncCandidateList *next = &candidates;
	bool		any = false;
	bool		all = true;

	if (!sepgsql_enforcing)
		return candidates;
	/* the error of a call would name the function of a hidden operator */
	while (*next)
	{
		if ((*next)->oid < FirstNormalObjectId ||
			(classId == OperatorRelationId ?
			 sepgsql_part_shown(classId, (*next)->oid, 0) :
			 !makes_hidden((*next)->oid)))
			next = &(*next)->next;
		else
			*next = (*next)->next;
	}
	next = &candidates;
	if (candidates == NULL || candidates->next == NULL)
		return candidates;
	for (FuncCandidateList c = candidates; c != NULL; c = c->next)
	{
		if (is_callable(classId, c->oid))
			any = true;
		else
			all = false;
	}
	/* if there is nothing else, the error is that of the call */
	if (all || !any)
		return candidates;
	while (*next)
	{
		if (is_callable(classId, (*next)->oid))
			next = &(*next)->next;
		else
			*next = (*next)->next;
	}
	return candidates;
}

/* The same for one that fits exactly: InvalidOid sends to look for others. */
Oid
sepgsql_callable_operator(Oid operid)
{
	return !sepgsql_enforcing || is_callable(OperatorRelationId, operid) ?
		operid : InvalidOid;
}

/* ------------------------------------------------------------------------
 * Schemas
 * ------------------------------------------------------------------------
 */

/*
 * May the client search a schema?  Where not, an error if abort is set; else
 * the schema is left out of the search path without a word.  Nobody is asked
 * about the temporary schema that is its own.
 */
bool
sepgsql_may_search(Oid nspOid, bool abort)
{
	SepgSid		sid;
	uint32		allowed = 0;

	if (!sepgsql_enforcing || isTempOrTempToastNamespace(nspOid))
		return true;

	/*
	 * What the server does for itself may name any schema.  But a search path
	 * that is computed meanwhile is kept for the client's next statements.
	 */
	if (abort && sepgsql_is_internal())
		return true;
	sid = sepgsql_object_sid(NamespaceRelationId, nspOid, 0);
	if (abort)
	{
		(void) sepgsql_check_named(sepgsql_subject(), sid,
								   SEPG_CLASS_DB_SCHEMA, SEPG_DB_SCHEMA__SEARCH,
								   NamespaceRelationId, nspOid, 0, true);
		return true;
	}
	return !sepg_core_enforcing() ||
		(sepg_core_allowed(sepgsql_subject(), sid, SEPG_CLASS_DB_SCHEMA,
						   &allowed) == SEPG_OK &&
		 (allowed & SEPG_DB_SCHEMA__SEARCH) != 0);
}

/*
 * Something is about to be created in a schema that the command names.
 */
void
sepgsql_check_search(Oid nspOid)
{
	if (sepgsql_enforcing && OidIsValid(nspOid))
		(void) sepgsql_may_search(nspOid, true);
}

/*
 * Has the search path been computed for the label and policy of now?  It is
 * going to be, if not.  (A change of a schema's label reaches namespace.c
 * itself.)
 */
bool
sepgsql_note_path_subject(void)
{
	if (path_subject == sepgsql_subject() &&
		path_seqno == sepgsql_policy_seqno())
		return true;
	path_subject = sepgsql_subject();
	path_seqno = sepgsql_policy_seqno();
	return false;
}
