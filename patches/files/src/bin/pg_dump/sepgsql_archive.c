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
 * entries of three kinds:
 *
 *	- SECURITY LABEL, as those of other providers do;
 *	- TABLE and the like, with clauses in the definition.  The definition
 *	  without them is the entry's copyStmt, which has no meaning in entries
 *	  without data;
 *	- TABLE DATA, as the first column of COPY and INSERT.
 *
 * IDENTIFICATION
 *	  src/bin/pg_dump/sepgsql_archive.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres_fe.h"

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
		PQfinish(conn);
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
		PQfinish(conn);
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
	if (sepgsql_security_label)
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

/* The statements of an entry, with clauses or without. */
const char *
sepgsql_definition(ArchiveHandle *AH, TocEntry *te)
{
	if (without_labels(AH) && !te->hadDumper &&
		te->copyStmt && te->copyStmt[0] != '\0' &&
		strcmp(te->desc, "WARNING") != 0)
		return te->copyStmt;
	return te->defn;
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
