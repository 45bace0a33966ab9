/*-------------------------------------------------------------------------
 *
 * sepgsql_archive.c
 *	  Security labels in archives and scripts.
 *
 * What pg_dump, pg_dumpall and pg_restore have in common: the options, what
 * is set in a session that reads what a dump consists of, and how labels are
 * left out again when an archive is restored.
 *
 * An archive with labels begins with an entry of the type "SECURITY LABELS".
 * Its statements fail where the labels could not be restored; an older
 * pg_restore executes them, too, not knowing what they are.  Labels stand in
 * entries of four kinds:
 *
 *	- that which makes the object, in its definition: as clauses, or where
 *	  there are none as statements behind it, which are executed together with
 *	  it, so that there is no moment and no failure that leaves the object
 *	  without its label.  The definition without labels is the entry's
 *	  copyStmt, which has no meaning in entries without data;
 *	- BLOB METADATA, which has the labels as its copyStmt, one in each line;
 *	- TABLE DATA, as the first column of COPY and INSERT;
 *	- SECURITY LABEL, as those of other providers: what is made together with
 *	  something else or by initdb.  Some repeat what stands in an entry of the
 *	  other kinds, for an older pg_restore that would not print it.
 *
 * IDENTIFICATION
 *	  src/bin/pg_dump/sepgsql_archive.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres_fe.h"

#include <ctype.h>

#include "common/logging.h"
#include "dumputils.h"
#include "fe_utils/string_utils.h"
#include "pg_backup_utils.h"
#include "sepgsql_archive.h"

int			sepgsql_security_label = 0;
int			sepgsql_allow_hidden_rows = 0;

/* what the header says, and stderr */
const char *sepgsql_hidden_text = "Rows and objects that the client may not see have been left out.";

static enum
{
	SERVER_WITHOUT,				/* no such parameter */
	SERVER_OFF,
	SERVER_ON,
}			server = SERVER_WITHOUT;

void
sepgsql_help(bool restore)
{
	if (restore)
	{
		printf(_("  --security-label             fail unless the archive has security labels\n"
				 "                               (--no-security-labels leaves them out)\n"));
		return;
	}
	printf(_("  --allow-hidden-rows          dump what is visible where security labels hide\n"
			 "                               rows or objects, instead of failing\n"));
	printf(_("  --security-label             dump the security labels of SE-PostgreSQL\n"));
}

void
sepgsql_check_options(int no_security_labels)
{
	if (sepgsql_security_label && no_security_labels)
		pg_fatal("options %s and %s cannot be used together",
				 "--security-label", "--no-security-labels");
}

static PGresult *
execute(PGconn *conn, const char *query, ExecStatusType status)
{
	PGresult   *res = PQexec(conn, query);

	if (PQresultStatus(res) != status)
	{
		pg_log_error("query failed: %s", PQerrorMessage(conn));
		pg_log_error_detail("Query was: %s", query);
		exit_nicely(1);
	}
	return res;
}

/*
 * The session is going to read what is dumped: all of it, or there is an
 * error.  Labels are dumped raw.
 */
void
sepgsql_setup_connection(PGconn *conn, int version)
{
	server = SERVER_WITHOUT;
	if (version >= 180000)
	{
		PGresult   *res = execute(conn,
								  "SELECT pg_catalog.current_setting('sepostgresql', true)",
								  PGRES_TUPLES_OK);

		if (!PQgetisnull(res, 0, 0))
			server = strcmp(PQgetvalue(res, 0, 0), "on") == 0 ? SERVER_ON : SERVER_OFF;
		PQclear(res);
	}

	if (server == SERVER_ON)
	{
		PQclear(execute(conn, sepgsql_allow_hidden_rows ?
						"SET sepostgresql_row_filter = hide" :
						"SET sepostgresql_row_filter = error",
						PGRES_COMMAND_OK));
		PQclear(execute(conn, "SET sepostgresql_mcstrans = off",
						PGRES_COMMAND_OK));
	}
	else if (sepgsql_security_label)
	{
		pg_log_error("option %s cannot be used: SE-PostgreSQL is not available on this server",
					 "--security-label");
		if (server == SERVER_OFF)
			pg_log_error_detail("The server's parameter \"%s\" is off.",
								"sepostgresql");
		else
			pg_log_error_detail("The server does not know the parameter \"%s\".",
								"sepostgresql");
		exit_nicely(1);
	}
}

bool
sepgsql_is_on(void)
{
	return server == SERVER_ON;
}

/*
 * Labels of a shared object, behind a query for those of other providers.
 */
void
sepgsql_shared_label_query(const char *catalog_name, Oid objectId,
						   PQExpBuffer sql)
{
	/* a database has a clause */
	if (sepgsql_security_label && strcmp(catalog_name, "pg_database") != 0)
		appendPQExpBuffer(sql,
						  " UNION ALL SELECT 'selinux', security_label "
						  "FROM pg_catalog.%s WHERE oid = '%u'",
						  catalog_name, objectId);
}

/*
 * A statement that fails clearly on servers without labels.
 */
void
sepgsql_append_check(PQExpBuffer buf)
{
	appendPQExpBufferStr(buf,
						 "DO LANGUAGE plpgsql $$BEGIN\n"
						 "  IF pg_catalog.current_setting('sepostgresql', true) IS DISTINCT FROM 'on' THEN\n"
						 "    RAISE EXCEPTION 'this dump has security labels, which this server cannot restore'\n"
						 "      USING HINT = 'Restore it where SE-PostgreSQL is on, or dump or restore it without security labels.';\n"
						 "  END IF;\n"
						 "END$$;\n");
}

/* ------------------------------------------------------------------------
 * pg_dumpall
 * ------------------------------------------------------------------------
 */

void
sepgsql_dumpall_options(PQExpBuffer opts)
{
	if (sepgsql_security_label)
		appendPQExpBufferStr(opts, " --security-label");
	if (sepgsql_allow_hidden_rows)
		appendPQExpBufferStr(opts, " --allow-hidden-rows");
}

void
sepgsql_dumpall_header(FILE *file)
{
	if (sepgsql_allow_hidden_rows && server == SERVER_ON)
		fprintf(file, "-- %s\n\n", sepgsql_hidden_text);
	if (sepgsql_security_label)
	{
		PQExpBuffer buf = createPQExpBuffer();

		sepgsql_append_check(buf);
		fprintf(file, "-- Dumped with security labels.\n%s\n", buf->data);
		destroyPQExpBuffer(buf);
	}
}

/*
 * Privileges on parameters that have another label than they get when they
 * are granted.
 */
void
sepgsql_dumpall_parameters(PGconn *conn, FILE *file)
{
	PQExpBuffer buf;
	PGresult   *res;

	if (!sepgsql_security_label)
		return;
	buf = createPQExpBuffer();
	res = execute(conn, "SELECT parname, security_label FROM pg_catalog.pg_parameter_acl "
				  "WHERE security_label IS DISTINCT FROM pg_catalog.sepgsql_default_label(tableoid, oid, 0) "
				  "ORDER BY 1", PGRES_TUPLES_OK);
	for (int i = 0; i < PQntuples(res); i++)
	{
		appendPQExpBufferStr(buf, "SELECT pg_catalog.sepgsql_set_catalog_label(classid, objid, objsubid, ");
		appendStringLiteralConn(buf, PQgetvalue(res, i, 1), conn);
		appendPQExpBufferStr(buf, ") FROM pg_catalog.pg_get_object_address('parameter ACL', ARRAY[");
		appendStringLiteralConn(buf, PQgetvalue(res, i, 0), conn);
		appendPQExpBufferStr(buf, "], '{}');\n");
	}
	if (buf->len > 0)
		fprintf(file, "%s\n", buf->data);
	PQclear(res);
	destroyPQExpBuffer(buf);
}

/*
 * A database that is there already where the dump is restored, so that it is
 * not created with its label.
 */
void
sepgsql_dumpall_database(PGconn *conn, FILE *file, const char *dbname)
{
	PQExpBuffer buf;
	PGresult   *res;

	if (!sepgsql_security_label)
		return;
	buf = createPQExpBuffer();
	appendPQExpBufferStr(buf, "SELECT 'selinux', security_label "
						 "FROM pg_catalog.pg_database WHERE datname = ");
	appendStringLiteralConn(buf, dbname, conn);
	res = execute(conn, buf->data, PGRES_TUPLES_OK);
	resetPQExpBuffer(buf);
	emitShSecLabels(conn, res, buf, "DATABASE", dbname);
	fprintf(file, "%s\n", buf->data);
	PQclear(res);
	destroyPQExpBuffer(buf);
}

/* ------------------------------------------------------------------------
 * Archives
 * ------------------------------------------------------------------------
 */

static TocEntry *
find_entry(ArchiveHandle *AH, const char *desc, const char *tag)
{
	for (TocEntry *te = AH->toc->next; te != AH->toc; te = te->next)
	{
		if (strcmp(te->desc, desc) == 0 &&
			(tag == NULL || strcmp(te->tag, tag) == 0))
			return te;
	}
	return NULL;
}

static TocEntry *
labels_entry(ArchiveHandle *AH)
{
	static ArchiveHandle *last = NULL;
	static TocEntry *entry;

	/* the clones that parallel workers have share the table of contents */
	if (last != AH)
	{
		entry = find_entry(AH, SEPGSQL_LABELS_ENTRY, NULL);
		last = AH;
	}
	return entry;
}

static bool
without_labels(ArchiveHandle *AH)
{
	return AH->public.ropt && AH->public.ropt->no_security_labels;
}

/* pg_restore --security-label */
void
sepgsql_check_archive(Archive *AHX)
{
	if (sepgsql_security_label && !labels_entry((ArchiveHandle *) AHX))
		pg_fatal("option %s cannot be used: the archive has no security labels",
				 "--security-label");
}

/* What a script says of itself. */
void
sepgsql_print_header(ArchiveHandle *AH)
{
	if (labels_entry(AH) && !without_labels(AH))
		ahprintf(AH, "-- Dumped with security labels.\n");
	if (find_entry(AH, "WARNING", SEPGSQL_LABELS_ENTRY))
		ahprintf(AH, "-- %s\n", sepgsql_hidden_text);
}

/*
 * Make sure that labels can be restored.  Where we are connected nothing is
 * restored otherwise.
 */
void
sepgsql_print_check(ArchiveHandle *AH)
{
	TocEntry   *te = labels_entry(AH);
	RestoreOptions *ropt = AH->public.ropt;

	if (te == NULL || without_labels(AH))
		return;
	if (ropt && ropt->useDB && AH->connection)
	{
		PGresult   *res = PQexec(AH->connection, te->defn);

		if (PQresultStatus(res) != PGRES_COMMAND_OK &&
			PQresultStatus(res) != PGRES_TUPLES_OK)
			pg_fatal("security labels cannot be restored: %s",
					 PQerrorMessage(AH->connection));
		PQclear(res);
	}
	else
		ahprintf(AH, "\n%s", te->defn);
}

/* An entry that is for an older pg_restore only: we write it and do no more. */
bool
sepgsql_is_repeated(ArchiveHandle *AH, const TocEntry *te)
{
	return te->relkind == SEPGSQL_REPEATED &&
		strcmp(te->desc, "SECURITY LABEL") == 0 &&
		(AH->mode == archModeRead || AH->format == archNull);
}

/* Has the definition of an entry labels in it? */
bool
sepgsql_has_labels(const TocEntry *te)
{
	return !te->hadDumper && te->copyStmt && te->copyStmt[0] != '\0' &&
		strcmp(te->desc, "WARNING") != 0;
}

/* Behind a string that is quoted by dollars, or NULL if there is none at p. */
static const char *
skip_dollars(const char *p)
{
	const char *end = p + 1;
	char	   *delimiter;

	while (isalnum((unsigned char) *end) || *end == '_' || IS_HIGHBIT_SET(*end))
		end++;
	if (*end != '$' || isdigit((unsigned char) p[1]))
		return NULL;
	delimiter = pnstrdup(p, end + 1 - p);
	end = strstr(end + 1, delimiter);
	if (end)
		end += strlen(delimiter);
	free(delimiter);
	return end;
}

/*
 * A definition that ends in labels, written so that psql sends all of its
 * statements at once: the server takes them for one transaction, and refuses
 * all if it refuses one.  NULL if there are no labels at its end.
 */
static char *
join_statements(const char *defn)
{
	PQExpBuffer buf = createPQExpBuffer();
	const char *begin = defn;	/* of the last statement */
	size_t		last = 0;		/* where that before it ends, in buf */
	int			depth = 0;
	char	   *result = NULL;

	for (const char *p = defn; *p;)
	{
		const char *end = p + 1;

		if (*p == '\'' || *p == '"')
		{
			/* a doubled one ends a string and begins another */
			end = strchr(p + 1, *p);
			end = end ? end + 1 : p + strlen(p);
		}
		else if (*p == '$')
		{
			end = skip_dollars(p);
			if (end == NULL)
				end = p + 1;
		}
		else if (p[0] == '-' && p[1] == '-')
			end = p + strcspn(p, "\n");
		else if (*p == '(')
			depth++;
		else if (*p == ')')
			depth--;
		else if (*p == ';' && depth == 0 && end[strspn(end, " \n")] != '\0')
		{
			last = buf->len;
			appendPQExpBufferChar(buf, '\\');
			begin = end + strspn(end, " \n");
		}
		appendBinaryPQExpBuffer(buf, p, end - p);
		p = end;
	}
	if (last > 0 &&
		(strncmp(begin, "SECURITY LABEL ", 15) == 0 ||
		 strncmp(begin, "SELECT pg_catalog.sepgsql_set_catalog_label(", 44) == 0))
		result = pg_strdup(buf->data);
	destroyPQExpBuffer(buf);
	return result;
}

/*
 * The statements of an entry, with labels or without.  For a script it is
 * palloc'd, perhaps.
 */
const char *
sepgsql_definition(ArchiveHandle *AH, TocEntry *te)
{
	RestoreOptions *ropt = AH->public.ropt;
	const char *joined = NULL;

	if (!sepgsql_has_labels(te))
		return te->defn;
	if (without_labels(AH))
		return te->copyStmt;
	if (!(ropt && ropt->useDB && AH->connection))
		joined = join_statements(te->defn);
	return joined ? joined : te->defn;
}

/*
 * Make large objects, each together with its label.
 */
bool
sepgsql_create_blobs(ArchiveHandle *AH, TocEntry *te)
{
	const char *number = te->defn;
	const char *label = te->copyStmt;

	if (!sepgsql_has_labels(te) || without_labels(AH))
		return false;
	while (*number)
	{
		int			number_len = strcspn(number, "\n");
		int			label_len = strcspn(label, "\n");
		char	   *text = pnstrdup(label, label_len);
		PQExpBuffer literal = createPQExpBuffer();

		appendStringLiteralAHX(literal, text, AH);
		ahprintf(AH, "SELECT pg_catalog.lo_create('%.*s'), pg_catalog.lo_set_security('%.*s', %s);\n",
				 number_len, number, number_len, number, literal->data);
		AH->txnCount++;
		destroyPQExpBuffer(literal);
		free(text);
		number += number_len + (number[number_len] == '\n');
		label += label_len + (label[label_len] == '\n');
	}
	ahprintf(AH, "\n");
	return true;
}

/*
 * Data without labels.
 *
 * Labels are the first column of what is written by ourselves, and we are
 * given it in pieces of any length.
 */
static struct
{
	CustomOutPtrType out;		/* what there was before */
	bool		is_copy;
	PQExpBuffer buf;

	/* COPY */
	enum
	{
		COPY_BEGIN,				/* of a line */
		COPY_LABEL,				/* in the label */
		COPY_REST,				/* behind it */
		COPY_END,				/* behind the last line */
	}			copy;

	/* INSERT */
	char		quote;			/* ' or " or 0 */
	int			depth;			/* of parentheses */
	enum
	{
		ITEM_KEEP,				/* not the label */
		ITEM_LABEL,				/* the label */
		ITEM_SPACE,				/* the space behind it */
		ITEM_NOTHING,			/* there is nothing but a label: up to the
								 * end of the statement */
	}			item;
}			strip;

static void
strip_copy(const char *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
	{
		char		c = data[i];

		switch (strip.copy)
		{
			case COPY_BEGIN:
				if (c == '\\')
				{
					/* no label begins so: end of data */
					strip.copy = COPY_END;
					appendPQExpBufferChar(strip.buf, c);
					break;
				}
				strip.copy = COPY_LABEL;
				/* FALLTHROUGH */
			case COPY_LABEL:
				if (c == '\t')
					strip.copy = COPY_REST;
				else if (c == '\n')
				{
					/* a table without columns */
					strip.copy = COPY_BEGIN;
					appendPQExpBufferChar(strip.buf, c);
				}
				break;
			case COPY_REST:
				{
					const char *end = memchr(data + i, '\n', len - i);
					size_t		n = end ? end - (data + i) + 1 : len - i;

					appendBinaryPQExpBuffer(strip.buf, data + i, n);
					i += n - 1;
					if (end)
						strip.copy = COPY_BEGIN;
				}
				break;
			case COPY_END:
				appendBinaryPQExpBuffer(strip.buf, data + i, len - i);
				return;
		}
	}
}

/*
 * "INSERT INTO t (security_label, a) VALUES ('...', 1), ('...', 2);"
 */
static void
strip_insert(const char *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
	{
		char		c = data[i];
		bool		keep = (strip.item == ITEM_KEEP);

		if (strip.quote)
		{
			if (c == strip.quote)
				strip.quote = 0;
		}
		else if (strip.item == ITEM_SPACE)
			strip.item = ITEM_KEEP;
		else if (c == '\'' || c == '"')
			strip.quote = c;
		else if (c == '(')
		{
			if (strip.depth++ == 0 && strip.item == ITEM_KEEP)
			{
				strip.item = ITEM_LABEL;
				keep = false;
			}
		}
		else if (c == ')')
		{
			if (--strip.depth == 0)
			{
				if (strip.item == ITEM_LABEL)
				{
					strip.item = ITEM_NOTHING;
					appendPQExpBufferStr(strip.buf, "DEFAULT VALUES");
				}
			}
		}
		else if (c == ',' && strip.item == ITEM_LABEL)
		{
			strip.item = ITEM_SPACE;
			appendPQExpBufferChar(strip.buf, '(');
		}
		else if (c == ';' && strip.depth == 0)
		{
			strip.item = ITEM_KEEP;
			keep = true;
		}

		if (keep)
			appendPQExpBufferChar(strip.buf, c);
	}
}

static size_t
strip_labels(ArchiveHandle *AH, const void *data, size_t len)
{
	resetPQExpBuffer(strip.buf);
	if (strip.is_copy)
		strip_copy(data, len);
	else
		strip_insert(data, len);
	if (PQExpBufferBroken(strip.buf))
		pg_fatal("out of memory");

	AH->CustomOutPtr = strip.out;
	if (strip.buf->len > 0)
		ahwrite(strip.buf->data, 1, strip.buf->len, AH);
	AH->CustomOutPtr = strip_labels;
	return len;
}

static bool
strips(ArchiveHandle *AH, TocEntry *te)
{
	return without_labels(AH) && labels_entry(AH) &&
		strcmp(te->desc, "TABLE DATA") == 0 &&
		te->relkind == SEPGSQL_LABELLED_DATA;
}

/* The COPY statement of a table's data. */
void
sepgsql_print_copy(ArchiveHandle *AH, TocEntry *te)
{
	const char *list = NULL;
	bool		quoted = false;

	if (!strips(AH, te))
	{
		ahprintf(AH, "%s", te->copyStmt);
		return;
	}

	/* the list of columns begins with the first parenthesis of all */
	for (const char *p = te->copyStmt; *p; p++)
	{
		if (*p == '"')
			quoted = !quoted;
		else if (*p == '(' && !quoted)
		{
			list = p;
			break;
		}
	}
	if (list == NULL || strncmp(list, "(security_label", 15) != 0)
		pg_fatal("unexpected COPY statement in archive: %s", te->copyStmt);

	if (list[15] == ',')
		ahprintf(AH, "%.*s(%s", (int) (list - te->copyStmt), te->copyStmt,
				 list + 17);
	else
		ahprintf(AH, "%.*s%s", (int) (list - te->copyStmt), te->copyStmt,
				 list + 16);
}

/* A table's data is about to be written out, or has been. */
void
sepgsql_begin_data(ArchiveHandle *AH, TocEntry *te)
{
	if (!strips(AH, te))
		return;
	memset(&strip, 0, sizeof(strip));
	strip.out = AH->CustomOutPtr;
	strip.is_copy = te->copyStmt && te->copyStmt[0] != '\0';
	strip.buf = createPQExpBuffer();
	AH->CustomOutPtr = strip_labels;
}

void
sepgsql_end_data(ArchiveHandle *AH)
{
	if (AH->CustomOutPtr != strip_labels)
		return;
	AH->CustomOutPtr = strip.out;
	destroyPQExpBuffer(strip.buf);
}
