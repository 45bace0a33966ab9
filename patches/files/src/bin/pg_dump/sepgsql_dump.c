/*-------------------------------------------------------------------------
 *
 * sepgsql_dump.c
 *	  Security labels in pg_dump.
 *
 * The labels of all objects are read at once, and each is written into the
 * definition of the object: as a clause of CREATE where it has one, else as a
 * statement SECURITY LABEL behind it, which is executed together with it.
 *
 * Columns, members of extensions and what initdb makes are left out where
 * they get the label anyway: from the table, from CREATE EXTENSION, from
 * initdb.  For columns this depends on who restores; so the dump begins with
 * what has been relied on, and fails there if it does not hold.
 *
 * IDENTIFICATION
 *	  src/bin/pg_dump/sepgsql_dump.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres_fe.h"

#include "access/transam.h"
#include "catalog/pg_class_d.h"
#include "catalog/pg_largeobject_d.h"
#include "catalog/pg_type_d.h"
#include "catalog/pg_user_mapping_d.h"
#include "common/logging.h"
#include "dumputils.h"
#include "fe_utils/string_utils.h"
#include "pg_backup_archiver.h"
#include "pg_backup_db.h"
#include "pg_backup_utils.h"
#include "pg_dump.h"
#include "sepgsql_dump.h"

static const CatalogId nilCatalogId = {0, 0};

typedef struct ObjectLabel
{
	CatalogId	id;
	int			subid;			/* column */
	char	   *label;
	char	   *type;			/* what SECURITY LABEL calls it, or NULL */
	char	   *identity;
	char	   *address;		/* if it does not know it, arguments of
								 * pg_get_object_address, or NULL */
	Oid			range;			/* came with this range type, or InvalidOid */
	bool		is_default;		/* gets it without being told */
	bool		done;
} ObjectLabel;

static ObjectLabel *labels = NULL;
static int	nlabels = 0;

/* Labels of columns that come from those of their tables. */
typedef struct Expectation
{
	const char *table;
	const char *column;
} Expectation;

static Expectation *expectations = NULL;
static int	nexpectations = 0;

static TocEntry *labels_entry = NULL;

/*
 * Catalogs of objects that have a label of their own and that SECURITY LABEL
 * knows.  Shared objects are pg_dumpall's, and columns, large objects and
 * types are more difficult.
 */
static const char *const catalogs[] = {
	"pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f')",
	"pg_proc",
	"pg_namespace",
	"pg_type t WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_type e WHERE e.typarray = t.oid)"
	" AND (typrelid = 0 OR EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = typrelid AND relkind = 'c'))",
	"pg_am",
	"pg_cast",
	"pg_collation",
	"pg_conversion",
	"pg_default_acl",
	"pg_event_trigger",
	"pg_extension",
	"pg_foreign_data_wrapper",
	"pg_foreign_server",
	"pg_language",
	"pg_opclass",
	"pg_operator WHERE oprcode <> 0",
	"pg_opfamily",
	"pg_policy",
	"pg_publication",
	"pg_rewrite",
	"pg_statistic_ext",
	"pg_transform",
	"pg_trigger WHERE NOT tgisinternal",
	"pg_ts_config",
	"pg_ts_dict",
	"pg_ts_parser",
	"pg_ts_template",
};

/*
 * Where the labels of other providers are.  The view shows ours, too.
 */
const char *
sepgsql_other_labels(void)
{
	return sepgsql_is_on() ?
		"FROM pg_catalog.pg_seclabels WHERE provider <> 'selinux' " :
		"FROM pg_catalog.pg_seclabels ";
}

bool
sepgsql_rows_have_labels(const TableInfo *tbinfo)
{
	return sepgsql_security_label &&
		(tbinfo->relkind == RELKIND_RELATION ||
		 tbinfo->relkind == RELKIND_PARTITIONED_TABLE);
}

/*
 * With --allow-hidden-rows the rows of some columns are missing in what has
 * been read of pg_attribute.  They count as dropped.  How many columns a table
 * has is told by the last one's number then.
 */
int
sepgsql_count_columns(int nrows, int last_attnum)
{
	return sepgsql_allow_hidden_rows ? last_attnum : nrows;
}

bool
sepgsql_hidden_column(TableInfo *tbinfo, int column, int attnum)
{
	if (!sepgsql_allow_hidden_rows || attnum == column + 1)
		return false;

	tbinfo->attnames[column] = psprintf("........sepgsql.hidden.%d........",
										column + 1);
	tbinfo->atttypnames[column] = pg_strdup("");
	tbinfo->attstattarget[column] = -1;
	tbinfo->attstorage[column] = tbinfo->typstorage[column] = 'p';
	tbinfo->attidentity[column] = tbinfo->attgenerated[column] = '\0';
	tbinfo->attisdropped[column] = true;
	tbinfo->attlen[column] = 0;
	tbinfo->attalign[column] = 'i';
	tbinfo->attislocal[column] = true;
	tbinfo->attoptions[column] = pg_strdup("");
	tbinfo->attcollation[column] = InvalidOid;
	tbinfo->attcompression[column] = '\0';
	tbinfo->attfdwoptions[column] = pg_strdup("");
	tbinfo->attmissingval[column] = pg_strdup("");
	tbinfo->notnull_constrs[column] = NULL;
	tbinfo->notnull_comment[column] = NULL;
	tbinfo->notnull_invalid[column] = false;
	tbinfo->notnull_noinh[column] = false;
	tbinfo->notnull_islocal[column] = false;
	tbinfo->attrdefs[column] = NULL;
	return true;
}

/* ------------------------------------------------------------------------
 * What may not be read
 *
 * Some objects may be known of whose contents may not be read.  That is an
 * error, which PostgreSQL's own statements run into; with --allow-hidden-rows
 * they are left out.
 * ------------------------------------------------------------------------
 */

typedef struct Unreadable
{
	Oid			relid;
	int			attnum;			/* 0: the table */
	char	   *name;
	bool		told;
} Unreadable;

static Unreadable *unreadable = NULL;
static int	nunreadable = -1;

#define MAY_NOT(class, perm, label) \
	"NOT pg_catalog.sepgsql_access(pg_catalog.sepgsql_getcon(), " label ", '" class "', '" perm "')"

static Unreadable *
find_unreadable(Oid relid, int attnum)
{
	for (int i = 0; i < nunreadable; i++)
	{
		if (unreadable[i].relid == relid && unreadable[i].attnum == attnum)
			return &unreadable[i];
	}
	return NULL;
}

/*
 * pg_dump has decided what it dumps of a table.
 */
void
sepgsql_select_table(Archive *fout, TableInfo *tbinfo)
{
	const Unreadable *table;

	if (!sepgsql_allow_hidden_rows || !sepgsql_is_on())
		return;
	if (nunreadable < 0)
	{
		PGresult   *res = ExecuteSqlQuery(fout,
										  "SELECT oid, 0, oid::pg_catalog.regclass FROM pg_catalog.pg_class "
										  "WHERE relkind IN ('r', 'p') AND (" MAY_NOT("db_table", "select", "security_label")
										  " OR " MAY_NOT("db_table", "lock", "security_label")
										  " OR (SELECT pg_catalog.bool_and(" MAY_NOT("db_column", "select", "a.security_label")
										  ") FROM pg_catalog.pg_attribute a WHERE attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped))"
										  " OR relkind = 'S' AND " MAY_NOT("db_sequence", "get_value", "security_label") "\n"
										  "UNION ALL SELECT c.oid, attnum, c.oid::pg_catalog.regclass "
										  "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a ON attrelid = c.oid "
										  "WHERE relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped AND "
										  MAY_NOT("db_column", "select", "a.security_label"),
										  PGRES_TUPLES_OK);

		nunreadable = PQntuples(res);
		unreadable = pg_malloc_array(Unreadable, nunreadable + 1);
		for (int i = 0; i < nunreadable; i++)
		{
			unreadable[i].relid = atooid(PQgetvalue(res, i, 0));
			unreadable[i].attnum = atoi(PQgetvalue(res, i, 1));
			unreadable[i].name = pg_strdup(PQgetvalue(res, i, 2));
			unreadable[i].told = false;
		}
		PQclear(res);
	}

	table = find_unreadable(tbinfo->dobj.catId.oid, 0);
	if (table && tbinfo->dobj.dump != DUMP_COMPONENT_NONE &&
		tbinfo->dobj.catId.oid >= FirstNormalObjectId)
	{
		pg_log_warning("relation \"%s\" may not be read: it is left out of the dump",
					   table->name);
		tbinfo->dobj.dump = DUMP_COMPONENT_NONE;
	}
}

/* The values of a column are left out; the column is there. */
bool
sepgsql_unreadable_column(const TableInfo *tbinfo, int column)
{
	Unreadable *item = find_unreadable(tbinfo->dobj.catId.oid, column + 1);

	if (item == NULL)
		return false;
	if (!item->told)
		pg_log_warning("column \"%s\" of table \"%s\" may not be read: its values are left out of the dump",
					   tbinfo->attnames[column], item->name);
	item->told = true;
	return true;
}

/* Behind a FROM of pg_largeobject_metadata. */
const char *
sepgsql_readable_blobs(void)
{
	if (!sepgsql_allow_hidden_rows || !sepgsql_is_on())
		return "";
	return "WHERE NOT (" MAY_NOT("db_blob", "read", "security_label") ") ";
}

/*
 * The views of statistics leave out what depends on hidden rows and columns;
 * without those a dump of statistics would not be whole.
 */
void
sepgsql_check_statistics(Archive *fout)
{
	DumpableObject **dobjs;
	int			ndobjs;
	PGresult   *res;

	if (!fout->dopt->dumpStatistics || sepgsql_allow_hidden_rows ||
		!sepgsql_is_on())
		return;

	getDumpableObjects(&dobjs, &ndobjs);
	res = ExecuteSqlQuery(fout,
						  "SELECT n.nspname, c.relname, t::pg_catalog.regclass "
						  "FROM (SELECT c.*, coalesce(indrelid, c.oid) AS t FROM pg_catalog.pg_class c "
						  "LEFT JOIN pg_catalog.pg_index ON indexrelid = c.oid "
						  "WHERE relkind IN ('r', 'p', 'm', 'f', 'i', 'I')) c "
						  "JOIN pg_catalog.pg_namespace n ON n.oid = relnamespace "
						  "WHERE pg_catalog.sepgsql_rows_hidden(t) OR pg_catalog.sepgsql_column_hidden(t, 0::int2)",
						  PGRES_TUPLES_OK);
	for (int i = 0; i < PQntuples(res); i++)
	{
		for (int j = 0; j < ndobjs; j++)
		{
			if (dobjs[j]->objType != DO_REL_STATS ||
				(dobjs[j]->dump & DUMP_COMPONENT_STATISTICS) == 0 ||
				strcmp(dobjs[j]->name, PQgetvalue(res, i, 1)) != 0 ||
				strcmp(dobjs[j]->namespace->dobj.name, PQgetvalue(res, i, 0)) != 0)
				continue;
			pg_log_error("statistics of table \"%s\" cannot be dumped: it may have rows or columns that are not visible",
						 PQgetvalue(res, i, 2));
			pg_log_error_hint("Use %s to leave them out.", "--allow-hidden-rows");
			exit_nicely(1);
		}
	}
	PQclear(res);
	free(dobjs);
}

/* ------------------------------------------------------------------------
 * Reading labels
 * ------------------------------------------------------------------------
 */

/*
 * What the statement calls a type of objects as pg_identify_object does; NULL
 * if it does not know it.
 */
static char *
statement_type(const char *type, char **identity)
{
	size_t		len = strlen(type);
	char	   *result;

	if (len > 6 && strcmp(type + len - 6, "column") == 0)
		return pg_strdup("COLUMN");
	if (strcmp(type, "statistics object") == 0)
		return pg_strdup("STATISTICS");
	if (strcmp(type, "foreign-data wrapper") == 0)
		return pg_strdup("FOREIGN DATA WRAPPER");
	if (strcmp(type, "aggregate") == 0 && strlen(*identity) > 2 &&
		strcmp(*identity + strlen(*identity) - 2, "()") == 0)
		*identity = psprintf("%.*s(*)", (int) strlen(*identity) - 2, *identity);
	result = pg_strdup(type);
	for (char *p = result; *p; p++)
		*p = pg_toupper((unsigned char) *p);
	return result;
}

/*
 * Read the labels of all objects.
 */
void
sepgsql_collect_labels(Archive *fout)
{
	PQExpBuffer query;
	PGresult   *res;
	const char *is_superuser;

	if (!sepgsql_security_label)
		return;

	/*
	 * Of what initdb has made, labels that are not what initdb gives; the
	 * default label of columns is that which depends on the table's only.
	 */
	query = createPQExpBuffer();
	appendPQExpBufferStr(query,
						 "SELECT l.classoid, l.objoid, l.objsubid, l.label, l.is_default, id.type, "
	/* procedures that differ in what they return only */
						 "CASE WHEN id.type = 'procedure' THEN (SELECT pg_catalog.format('%I.%I(%s)', nspname, proname, pg_catalog.pg_get_function_identity_arguments(p.oid))"
						 " FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = pronamespace WHERE p.oid = l.objoid) "
	/* as pg_dump calls them */
						 "WHEN id.type = 'user mapping' THEN (SELECT 'USER MAPPING ' || object_names[1] || ' SERVER ' || object_args[1]"
						 " FROM pg_catalog.pg_identify_object_as_address(l.classoid, l.objoid, 0)) ELSE id.identity END, "
						 "CASE WHEN id.type IN ('user mapping', 'default acl') THEN (SELECT pg_catalog.format('%L, %L, %L', type, object_names, object_args)"
						 " FROM pg_catalog.pg_identify_object_as_address(l.classoid, l.objoid, 0)) END, "
						 "(SELECT coalesce((SELECT rngtypid FROM pg_catalog.pg_range WHERE rngmultitypid = refobjid), refobjid)"
						 " FROM pg_catalog.pg_depend d WHERE d.classid = l.classoid AND d.objid = l.objoid"
						 " AND deptype = 'i' AND refclassid = 'pg_catalog.pg_type'::pg_catalog.regclass LIMIT 1) FROM (\n"
						 "SELECT u.*, label IS NOT DISTINCT FROM "
						 "pg_catalog.sepgsql_default_label(classoid, objoid, objsubid) AS is_default FROM (\n");
	for (int i = 0; i < lengthof(catalogs); i++)
		appendPQExpBuffer(query,
						  "SELECT tableoid AS classoid, oid AS objoid, 0 AS objsubid, security_label AS label FROM pg_catalog.%s\nUNION ALL\n",
						  catalogs[i]);
	/* these catalogs are not for everybody */
	is_superuser = PQparameterStatus(GetConnection(fout), "is_superuser");
	if (is_superuser && strcmp(is_superuser, "on") == 0)
		appendPQExpBufferStr(query,
							 "SELECT tableoid, oid, 0, security_label FROM pg_catalog.pg_user_mapping\nUNION ALL\n"
							 "SELECT tableoid, oid, 0, security_label FROM pg_catalog.pg_subscription "
							 "WHERE subdbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())\nUNION ALL\n");
	appendPQExpBuffer(query,
					  "SELECT c.tableoid, attrelid, attnum, a.security_label FROM pg_catalog.pg_attribute a "
					  "JOIN pg_catalog.pg_class c ON c.oid = attrelid "
					  "WHERE relkind IN ('r', 'p', 'm', 'f') AND NOT attisdropped\nUNION ALL\n"
					  "SELECT %u, oid, 0, security_label FROM pg_catalog.pg_largeobject_metadata) u\n",
					  LargeObjectRelationId);
	if (!fout->dopt->include_everything)
		appendPQExpBuffer(query, "WHERE objoid > %u\n", (Oid) FirstNormalObjectId - 1);
	appendPQExpBuffer(query,
					  "OFFSET 0) l,\n"
					  "LATERAL pg_catalog.pg_identify_object("
					  "CASE WHEN classoid <> %u AND (objsubid = 0 OR NOT is_default) THEN classoid END, objoid, objsubid) id\n"
					  "WHERE objoid > %u OR NOT is_default\n"
					  "ORDER BY 1, 2, 3",
					  LargeObjectRelationId, (Oid) FirstNormalObjectId - 1);
	res = ExecuteSqlQuery(fout, query->data, PGRES_TUPLES_OK);

	labels = pg_malloc_array(ObjectLabel, PQntuples(res) + 1);
	for (int i = 0; i < PQntuples(res); i++)
	{
		ObjectLabel *item = &labels[nlabels++];
		DumpableObject *dobj;

		memset(item, 0, sizeof(ObjectLabel));
		item->id.tableoid = atooid(PQgetvalue(res, i, 0));
		item->id.oid = atooid(PQgetvalue(res, i, 1));
		item->subid = atoi(PQgetvalue(res, i, 2));
		item->label = pg_strdup(PQgetvalue(res, i, 3));
		item->is_default = PQgetvalue(res, i, 4)[0] == 't';
		if (!PQgetisnull(res, i, 7))
		{
			/* these get no statement unless they need it */
			item->done = item->is_default;
			item->address = pg_strdup(PQgetvalue(res, i, 7));
		}
		if (!PQgetisnull(res, i, 5) && !PQgetisnull(res, i, 6))
		{
			item->identity = pg_strdup(PQgetvalue(res, i, 6));
			item->type = statement_type(PQgetvalue(res, i, 5), &item->identity);
		}
		if (!PQgetisnull(res, i, 8))
			item->range = atooid(PQgetvalue(res, i, 8));
		dobj = findObjectByCatalogId(item->id);
		if (dobj)
			dobj->components |= DUMP_COMPONENT_SECLABEL;
	}
	PQclear(res);
	destroyPQExpBuffer(query);
}

/*
 * The labels of an object and its columns: where they begin, and how many.
 */
static int
find_labels(CatalogId id, ObjectLabel **first)
{
	int			low = 0;
	int			high = nlabels;
	int			n = 0;

	while (low < high)
	{
		int			mid = low + (high - low) / 2;

		if (labels[mid].id.tableoid < id.tableoid ||
			(labels[mid].id.tableoid == id.tableoid &&
			 labels[mid].id.oid < id.oid))
			low = mid + 1;
		else
			high = mid;
	}
	while (low + n < nlabels &&
		   labels[low + n].id.tableoid == id.tableoid &&
		   labels[low + n].id.oid == id.oid)
		n++;
	*first = &labels[low];
	return n;
}

static ObjectLabel *
find_label(CatalogId id, int subid)
{
	ObjectLabel *item;
	int			n = find_labels(id, &item);

	for (; n > 0; n--, item++)
	{
		if (item->subid == subid)
			return item;
	}
	return NULL;
}

/* ------------------------------------------------------------------------
 * Writing them
 * ------------------------------------------------------------------------
 */

/*
 * Clauses stand in the definition, which has to be written without them as
 * well, for pg_restore --no-security-labels: remember where they are.
 */
typedef struct Clause
{
	size_t		start;
	size_t		end;
} Clause;

static Clause *clauses = NULL;
static int	nclauses = 0;

static void
append_clause(Archive *fout, PQExpBuffer q, ObjectLabel *item)
{
	clauses = pg_realloc_array(clauses, Clause, nclauses + 1);
	clauses[nclauses].start = q->len;
	appendPQExpBufferStr(q, " SECURITY_LABEL = ");
	appendStringLiteralAH(q, item->label, fout);
	clauses[nclauses++].end = q->len;
	item->done = true;
}

/* In CREATE TABLE, the clause of a column if it needs one. */
void
sepgsql_column_clause(Archive *fout, PQExpBuffer q, const TableInfo *tbinfo,
					  int column)
{
	ObjectLabel *item = find_label(tbinfo->dobj.catId, column + 1);

	if (item && !item->is_default)
		append_clause(fout, q, item);
}

/* And that of a whole object. */
void
sepgsql_clause(Archive *fout, PQExpBuffer q, const DumpableObject *dobj)
{
	ObjectLabel *item = find_label(dobj->catId, 0);

	if (item && (dobj->dump & DUMP_COMPONENT_DEFINITION))
		append_clause(fout, q, item);
}

/* The database is not among what has been collected. */
void
sepgsql_database_clause(Archive *fout, PQExpBuffer q)
{
	ObjectLabel item = {{0}};
	PGresult   *res;

	if (!sepgsql_security_label)
		return;
	res = ExecuteSqlQueryForSingleRow(fout,
									  "SELECT security_label FROM pg_catalog.pg_database "
									  "WHERE datname = pg_catalog.current_database()");
	item.label = PQgetvalue(res, 0, 0);
	append_clause(fout, q, &item);
	PQclear(res);
}

/* The text without clauses, or NULL if it has none. */
char *
sepgsql_without_clauses(PQExpBuffer q)
{
	PQExpBufferData buf;
	size_t		at = 0;

	if (nclauses == 0)
		return NULL;
	initPQExpBuffer(&buf);
	for (int i = 0; i < nclauses; i++)
	{
		appendBinaryPQExpBuffer(&buf, q->data + at, clauses[i].start - at);
		at = clauses[i].end;
	}
	appendPQExpBufferStr(&buf, q->data + at);
	nclauses = 0;
	return buf.data;
}

static void
append_statement(Archive *fout, PQExpBuffer buf, ObjectLabel *item,
				 const char *type, const char *identity)
{
	if (item->address)
	{
		appendPQExpBufferStr(buf, "SELECT pg_catalog.sepgsql_set_catalog_label(classid, objid, objsubid, ");
		appendStringLiteralAH(buf, item->label, fout);
		appendPQExpBuffer(buf, ") FROM pg_catalog.pg_get_object_address(%s);\n",
						  item->address);
	}
	else
	{
		appendPQExpBuffer(buf, "SECURITY LABEL FOR selinux ON %s %s IS ",
						  type, identity);
		appendStringLiteralAH(buf, item->label, fout);
		appendPQExpBufferStr(buf, ";\n");
	}
	item->done = true;
}

static void
add_entry(Archive *fout, PQExpBuffer statements, const char *tag,
		  const char *namespace, DumpId dumpId, bool repeated)
{
	if (statements->len == 0)
		return;
	ArchiveEntry(fout, nilCatalogId, createDumpId(),
				 ARCHIVE_OPTS(.tag = tag,
							  .namespace = namespace,
							  .description = "SECURITY LABEL",
							  .relkind = repeated ? SEPGSQL_REPEATED : 0,
							  .section = dumpId ? SECTION_NONE : SECTION_PRE_DATA,
							  .createStmt = statements->data,
							  .deps = &dumpId,
							  .nDeps = dumpId ? 1 : 0));
	resetPQExpBuffer(statements);
}

/* The entry of an object, or NULL if it has none. */
static TocEntry *
object_entry(Archive *fout, DumpId dumpId)
{
	TocEntry   *toc = ((ArchiveHandle *) fout)->toc;

	/* it has been made just now */
	for (TocEntry *te = toc->prev; te != toc; te = te->prev)
	{
		if (te->dumpId == dumpId)
			return te;
	}
	return NULL;
}

/*
 * Write statements behind the definition of an object.  False if it is not in
 * the dump, or a comment.
 */
static bool
add_to_definition(Archive *fout, PQExpBuffer statements, DumpId dumpId)
{
	TocEntry   *te = object_entry(fout, dumpId);
	char	   *defn;

	if (te == NULL || te->hadDumper || te->defn == NULL ||
		te->defn[0] == '\0' || strncmp(te->defn, "-- *not*", 8) == 0)
		return false;
	defn = psprintf("%s%s", te->defn, statements->data);
	if (te->copyStmt == NULL)
		te->copyStmt = te->defn;
	else
		free(te->defn);
	te->defn = defn;
	resetPQExpBuffer(statements);
	return true;
}

/* Columns of tables with this label have to have that label by themselves. */
static void
expect(const char *table, const char *column)
{
	for (int i = nexpectations; --i >= 0;)
	{
		if (strcmp(expectations[i].table, table) == 0 &&
			strcmp(expectations[i].column, column) == 0)
			return;
	}
	expectations = pg_realloc_array(expectations, Expectation, nexpectations + 1);
	expectations[nexpectations].table = table;
	expectations[nexpectations++].column = column;
}

/* User mappings come with their server; they are no objects to us. */
static void
dump_user_mappings(Archive *fout, const DumpableObject *server)
{
	PQExpBuffer buf = createPQExpBuffer();
	TocEntry   *toc = ((ArchiveHandle *) fout)->toc;

	for (TocEntry *te = toc->prev; te != toc; te = te->prev)
	{
		if (te->dumpId == server->dumpId)
			break;
		if (strcmp(te->desc, "USER MAPPING") != 0)
			continue;
		for (int i = 0; i < nlabels; i++)
		{
			ObjectLabel *item = &labels[i];

			if (item->id.tableoid != UserMappingRelationId || item->done ||
				item->identity == NULL ||
				strcmp(te->tag, item->identity) != 0)
				continue;
			append_statement(fout, buf, item, NULL, NULL);
			(void) add_to_definition(fout, buf, te->dumpId);
		}
	}
	destroyPQExpBuffer(buf);
}

/* Those members of an extension that it does not label so. */
static void
dump_members(Archive *fout, const ExtensionInfo *ext)
{
	PQExpBuffer buf = createPQExpBuffer();

	for (int i = 0; i < nlabels; i++)
	{
		ObjectLabel *item = &labels[i];

		if (!item->is_default && !item->done && item->type &&
			findOwningExtension(item->id) == ext)
			append_statement(fout, buf, item, item->type, item->identity);
	}
	add_entry(fout, buf, psprintf("EXTENSION %s (members)", ext->dobj.name),
			  NULL, ext->dobj.dumpId, false);
	destroyPQExpBuffer(buf);
}

static void
dump_large_objects(Archive *fout, const LoInfo *loinfo)
{
	PQExpBuffer buf = createPQExpBuffer();
	PQExpBuffer lines = createPQExpBuffer();
	TocEntry   *te = object_entry(fout, loinfo->dobj.dumpId);

	for (int i = 0; i < loinfo->numlos; i++)
	{
		CatalogId	id = {LargeObjectRelationId, loinfo->looids[i]};
		ObjectLabel *item = find_label(id, 0);
		char		number[16];

		if (item == NULL)
			pg_fatal("large object %u has no security label", id.oid);
		snprintf(number, sizeof(number), "%u", id.oid);
		append_statement(fout, buf, item, "LARGE OBJECT", number);
		appendPQExpBuffer(lines, "%s\n", item->label);
	}
	if (te && te->copyStmt == NULL)
		te->copyStmt = pg_strdup(lines->data);
	destroyPQExpBuffer(lines);
	add_entry(fout, buf, loinfo->numlos == 1 ?
			  psprintf("LARGE OBJECT %u", loinfo->looids[0]) :
			  psprintf("LARGE OBJECTS %u..%u", loinfo->looids[0],
					   loinfo->looids[loinfo->numlos - 1]),
			  NULL, loinfo->dobj.dumpId, te != NULL);
	destroyPQExpBuffer(buf);
}

/*
 * The labels of an object, as far as they have not been written, behind
 * another one or itself.
 */
static void
dump_one(Archive *fout, DumpableObject *dobj, DumpableObject *behind)
{
	PQExpBuffer buf;
	ObjectLabel *item;
	int			n;
	const char *label = NULL;
	char	   *tag = NULL;

	n = find_labels(dobj->catId, &item);
	buf = createPQExpBuffer();
	for (int i = 0; i < n; i++)
	{
		if (item[i].subid == 0)
			label = item[i].label;
	}
	for (int i = 0; i < n; i++)
	{
		if (item[i].done)
			continue;
		if (item[i].subid != 0 && item[i].is_default)
			expect(label, item[i].label);
		else if (item[i].type)
		{
			if (tag == NULL)
				tag = psprintf("%s %s", item[i].type, dobj->name);
			append_statement(fout, buf, &item[i], item[i].type,
							 item[i].identity);
		}
		else
			pg_log_warning("the security label of object %u of catalog %u cannot be dumped",
						   item[i].id.oid, item[i].id.tableoid);
	}

	/* functions and casts that a range type brings are no objects to us */
	if (dobj->objType == DO_TYPE &&
		((TypeInfo *) dobj)->typtype == TYPTYPE_RANGE)
	{
		for (int i = 0; i < nlabels; i++)
		{
			if (labels[i].range == dobj->catId.oid && !labels[i].done &&
				labels[i].type && findObjectByCatalogId(labels[i].id) == NULL)
				append_statement(fout, buf, &labels[i], labels[i].type,
								 labels[i].identity);
		}
	}
	if (!add_to_definition(fout, buf, behind->dumpId))
		add_entry(fout, buf, tag ? tag : "",
				  dobj->namespace ? dobj->namespace->dobj.name : NULL,
				  behind->dumpId, false);

	/* PostgreSQL's pg_restore --no-owner writes a CREATE SCHEMA of its own */
	if (dobj->objType == DO_NAMESPACE && n > 0 && tag == NULL)
	{
		append_statement(fout, buf, item, "SCHEMA", fmtId(dobj->name));
		add_entry(fout, buf, psprintf("SCHEMA %s", dobj->name), NULL,
				  behind->dumpId, true);
	}
	destroyPQExpBuffer(buf);
}

static bool
is_view_rule(const RuleInfo *rule)
{
	return rule->ev_type == '1' && rule->is_instead && !rule->separate &&
		rule->ruletable &&
		(rule->ruletable->relkind == RELKIND_VIEW ||
		 rule->ruletable->relkind == RELKIND_MATVIEW);
}

/*
 * An object has been written: its labels, as far as they have not been.
 */
void
sepgsql_dump_labels(Archive *fout, DumpableObject *dobj)
{
	static DumpableObject **view_rules = NULL;
	static int	nview_rules = 0;

	nclauses = 0;
	if (!sepgsql_security_label ||
		(dobj->dump & (DUMP_COMPONENT_DEFINITION | DUMP_COMPONENT_SECLABEL)) == 0)
		return;

	if (dobj->objType == DO_LARGE_OBJECT)
	{
		if (fout->dopt->dumpData || fout->dopt->binary_upgrade)
			dump_large_objects(fout, (const LoInfo *) dobj);
		return;
	}
	if (!fout->dopt->dumpSchema)
		return;

	/* the rule that makes a view of a table comes with the view */
	if (dobj->objType == DO_RULE && is_view_rule((RuleInfo *) dobj))
	{
		view_rules = pg_realloc_array(view_rules, DumpableObject *, nview_rules + 1);
		view_rules[nview_rules++] = dobj;
		return;
	}
	dump_one(fout, dobj, dobj);
	if (dobj->objType == DO_TABLE)
	{
		for (int i = 0; i < nview_rules; i++)
		{
			if ((DumpableObject *) ((RuleInfo *) view_rules[i])->ruletable == dobj)
				dump_one(fout, view_rules[i], dobj);
		}
	}

	if (dobj->objType == DO_FOREIGN_SERVER)
		dump_user_mappings(fout, dobj);
	if (dobj->objType == DO_EXTENSION && !fout->dopt->binary_upgrade)
		dump_members(fout, (const ExtensionInfo *) dobj);
}

/*
 * Before the first object.
 */
void
sepgsql_begin_dump(Archive *fout)
{
	if (sepgsql_allow_hidden_rows && sepgsql_is_on())
	{
		pg_log_warning("rows and objects that the client may not see are left out of the dump");
		ArchiveEntry(fout, nilCatalogId, createDumpId(),
					 ARCHIVE_OPTS(.tag = SEPGSQL_LABELS_ENTRY,
								  .description = "WARNING",
								  .section = SECTION_PRE_DATA,
								  .createStmt = psprintf("-- %s", sepgsql_hidden_text)));
	}
	if (!sepgsql_security_label)
		return;

	labels_entry = ArchiveEntry(fout, nilCatalogId, createDumpId(),
								ARCHIVE_OPTS(.tag = SEPGSQL_LABELS_ENTRY,
											 .description = SEPGSQL_LABELS_ENTRY,
											 .section = SECTION_PRE_DATA,
											 .createStmt = ""));

}

/*
 * What initdb has made and somebody has relabeled since, if it is not dumped
 * for another reason.
 */
void
sepgsql_dump_system_labels(Archive *fout)
{
	PQExpBuffer buf;

	if (!sepgsql_security_label || !fout->dopt->dumpSchema ||
		!fout->dopt->include_everything)
		return;
	buf = createPQExpBuffer();
	for (int i = 0; i < nlabels; i++)
	{
		ObjectLabel *item = &labels[i];
		DumpableObject *dobj;

		if (item->id.oid >= FirstNormalObjectId || item->is_default || !item->type)
			continue;
		dobj = findObjectByCatalogId(item->id);
		if (dobj && (dobj->dump & dobj->components &
					 (DUMP_COMPONENT_DEFINITION | DUMP_COMPONENT_SECLABEL)))
			continue;
		append_statement(fout, buf, item, item->type, item->identity);
	}
	add_entry(fout, buf, "SYSTEM OBJECTS", NULL, InvalidDumpId, false);
	destroyPQExpBuffer(buf);
}

/*
 * The labels of a table's or domain's constraints, behind everything that
 * makes them: constraints of its own, and foreign keys of what it is a
 * partition of.
 */
static void
add_constraints(Archive *fout, PQExpBuffer statements, DumpableObject *owner)
{
	DumpableObject **dobjs;
	DumpId	   *deps;
	int			ndobjs;
	int			ndeps = 0;

	if (statements->len == 0)
		return;
	getDumpableObjects(&dobjs, &ndobjs);
	deps = pg_malloc_array(DumpId, ndobjs + 1);
	if (owner)
		deps[ndeps++] = owner->dumpId;
	for (int i = 0; i < ndobjs && owner; i++)
	{
		ConstraintInfo *constr = (ConstraintInfo *) dobjs[i];
		const TableInfo *table = owner->objType == DO_TABLE ? (TableInfo *) owner : NULL;

		if (dobjs[i]->objType != DO_CONSTRAINT &&
			dobjs[i]->objType != DO_FK_CONSTRAINT)
			continue;
		while (table && constr->contable != table)
			table = table->ispartition && table->numParents == 1 ? table->parents[0] : NULL;
		if (table || (owner->objType == DO_TYPE &&
					  constr->condomain == (TypeInfo *) owner))
			deps[ndeps++] = dobjs[i]->dumpId;
	}
	ArchiveEntry(fout, nilCatalogId, createDumpId(),
				 ARCHIVE_OPTS(.tag = owner ? psprintf("CONSTRAINTS %s", owner->name) : "CONSTRAINTS",
							  .namespace = owner && owner->namespace ? owner->namespace->dobj.name : NULL,
							  .description = "SECURITY LABEL",
							  .section = SECTION_POST_DATA,
							  .createStmt = statements->data,
							  .deps = deps,
							  .nDeps = ndeps));
	free(deps);
	free(dobjs);
	resetPQExpBuffer(statements);
}

/*
 * Constraints that have another label than they get when they are made.  Many
 * are made together with something else, so these come last.
 */
static void
dump_constraints(Archive *fout)
{
	PQExpBuffer buf = createPQExpBuffer();
	PGresult   *res;
	DumpableObject *last = NULL;

	res = ExecuteSqlQuery(fout,
						  "SELECT CASE WHEN conrelid <> 0 THEN 'pg_catalog.pg_class' ELSE 'pg_catalog.pg_type' END::pg_catalog.regclass::pg_catalog.oid, "
						  "CASE WHEN conrelid <> 0 THEN conrelid ELSE contypid END, security_label, "
						  "pg_catalog.quote_ident(conname) || ' ON ' || CASE WHEN conrelid <> 0 "
						  "THEN conrelid::pg_catalog.regclass::pg_catalog.text "
						  "ELSE 'DOMAIN ' || contypid::pg_catalog.regtype::pg_catalog.text END "
						  "FROM pg_catalog.pg_constraint WHERE (conrelid <> 0 OR contypid <> 0) "
						  "AND security_label IS DISTINCT FROM pg_catalog.sepgsql_default_label(tableoid, oid, 0) "
						  "ORDER BY conrelid::pg_catalog.regclass::pg_catalog.text, contypid::pg_catalog.regtype::pg_catalog.text, conname",
						  PGRES_TUPLES_OK);
	for (int i = 0; i < PQntuples(res); i++)
	{
		CatalogId	id = {atooid(PQgetvalue(res, i, 0)), atooid(PQgetvalue(res, i, 1))};
		ObjectLabel item = {.label = PQgetvalue(res, i, 2)};
		DumpableObject *dobj = findObjectByCatalogId(id);
		ExtensionInfo *ext = dobj ? findOwningExtension(id) : NULL;

		if (ext && !fout->dopt->binary_upgrade)
			dobj = &ext->dobj;
		if (id.oid < FirstNormalObjectId && fout->dopt->include_everything)
			dobj = NULL;
		else if (dobj == NULL ||
				 (dobj->dump & dobj->components & DUMP_COMPONENT_DEFINITION) == 0)
			continue;
		if (dobj != last)
			add_constraints(fout, buf, last);
		append_statement(fout, buf, &item, "CONSTRAINT", PQgetvalue(res, i, 3));
		last = dobj;
	}
	add_constraints(fout, buf, last);
	PQclear(res);
	destroyPQExpBuffer(buf);
}

/*
 * Behind the last: now it is known what the labels depend on.
 */
void
sepgsql_end_dump(Archive *fout)
{
	PQExpBuffer buf;

	if (labels_entry == NULL)
		return;
	if (fout->dopt->dumpSchema)
		dump_constraints(fout);
	buf = createPQExpBuffer();
	sepgsql_append_check(buf);
	for (int i = 0; i < nexpectations; i++)
	{
		appendPQExpBufferStr(buf, "SELECT pg_catalog.sepgsql_expect_column_label(");
		appendStringLiteralAH(buf, expectations[i].table, fout);
		appendPQExpBufferStr(buf, ", ");
		appendStringLiteralAH(buf, expectations[i].column, fout);
		appendPQExpBufferStr(buf, ");\n");
	}
	free(labels_entry->defn);
	labels_entry->defn = buf->data;
	free(buf);
}
