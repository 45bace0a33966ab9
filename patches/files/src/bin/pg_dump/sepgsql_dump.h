/*-------------------------------------------------------------------------
 *
 * sepgsql_dump.h
 *	  Security labels in dumps.
 *
 * sepgsql_archive.c is part of pg_dump, pg_dumpall and pg_restore;
 * sepgsql_dump.c of pg_dump only.
 *
 * src/bin/pg_dump/sepgsql_dump.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef SEPGSQL_DUMP_H
#define SEPGSQL_DUMP_H

#include "pg_backup.h"
#include "pqexpbuffer.h"

/* the options --security-label and --allow-hidden-rows */
extern int	sepgsql_security_label;
extern int	sepgsql_allow_hidden_rows;

/* what these are called in long_options[] */
#define SEPGSQL_DUMP_OPTIONS \
	{"allow-hidden-rows", no_argument, &sepgsql_allow_hidden_rows, 1}, \
	{"security-label", no_argument, &sepgsql_security_label, 1}
#define SEPGSQL_RESTORE_OPTIONS \
	{"security-label", no_argument, &sepgsql_security_label, 1}

/* TOC entry of a dump with labels: what has to hold where it is restored */
#define SEPGSQL_LABELS_ENTRY	"SECURITY LABELS"

/* relkind of entries TABLE DATA whose first column is the label, else 0 */
#define SEPGSQL_LABELLED_DATA	'l'

/* relkind of entries SECURITY LABEL that say what another entry says already */
#define SEPGSQL_REPEATED		'R'

/*
 * sepgsql_archive.c: with a connection
 */
extern void sepgsql_help(bool restore);
extern void sepgsql_check_options(int no_security_labels);
extern void sepgsql_setup_connection(PGconn *conn, int version);
extern bool sepgsql_is_on(void);
extern void sepgsql_shared_label_query(const char *catalog_name, Oid objectId,
									   PQExpBuffer sql);
extern void sepgsql_append_check(PQExpBuffer buf);
extern const char *sepgsql_hidden_text;

/* pg_dumpall */
extern void sepgsql_dumpall_options(PQExpBuffer opts);
extern void sepgsql_dumpall_header(FILE *file);
extern void sepgsql_dumpall_parameters(PGconn *conn, FILE *file);
extern void sepgsql_dumpall_database(PGconn *conn, FILE *file,
									 const char *dbname);

/*
 * sepgsql_dump.c
 */
struct _dumpableObject;
struct _tableInfo;

extern void sepgsql_begin_dump(Archive *fout);
extern void sepgsql_dump_system_labels(Archive *fout);
extern void sepgsql_end_dump(Archive *fout);
extern const char *sepgsql_other_labels(void);
extern void sepgsql_collect_labels(Archive *fout);
extern void sepgsql_dump_labels(Archive *fout, struct _dumpableObject *dobj);
extern void sepgsql_column_clause(Archive *fout, PQExpBuffer q,
								  const struct _tableInfo *tbinfo, int column);
extern void sepgsql_clause(Archive *fout, PQExpBuffer q,
						   const struct _dumpableObject *dobj);
extern void sepgsql_database_clause(Archive *fout, PQExpBuffer q);
extern char *sepgsql_without_clauses(PQExpBuffer q);
extern void sepgsql_check_statistics(Archive *fout);
extern void sepgsql_select_table(Archive *fout, struct _tableInfo *tbinfo);
extern bool sepgsql_unreadable_column(const struct _tableInfo *tbinfo,
									  int column);
extern const char *sepgsql_readable_blobs(void);
extern bool sepgsql_rows_have_labels(const struct _tableInfo *tbinfo);
extern int	sepgsql_count_columns(int nrows, int last_attnum);
extern bool sepgsql_hidden_column(struct _tableInfo *tbinfo, int column,
								  int attnum);

#endif							/* SEPGSQL_DUMP_H */
