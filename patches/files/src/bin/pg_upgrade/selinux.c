/*-------------------------------------------------------------------------
 *
 * selinux.c
 *	  What pg_upgrade does for security labels.
 *
 * A table's file is taken as it is, with the numbers that stand for labels in
 * its tuples' headers.  Their texts are rows of pg_security, numbered for each
 * table; the table keeps its OID, so they are written into the new cluster's
 * pg_security unchanged.  (Catalogs are made anew, and with them their
 * dictionaries: labels of objects come from pg_dump.)
 *
 * Rows of a cluster without labels have none afterwards, either: number 0 in a
 * table's dictionary says so.
 *
 * IDENTIFICATION
 *	  src/bin/pg_upgrade/selinux.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres_fe.h"

#include <sys/stat.h>

#include "access/transam.h"
#include "catalog/pg_type_d.h"
#include "pg_upgrade.h"
#include "pqexpbuffer.h"

/* for each database of the old cluster, what its tables' numbers mean */
static PGresult **dictionaries = NULL;

/*
 * initdb leaves this file where everything has a label.
 */
static bool
cluster_is_labelled(ClusterInfo *cluster)
{
	char		path[MAXPGPATH];
	struct stat st;

	snprintf(path, sizeof(path), "%s/pg_selinux/labelled", cluster->pgdata);
	if (stat(path, &st) == 0)
		return true;
	if (errno != ENOENT && errno != ENOTDIR)
		pg_fatal("could not stat file \"%s\": %m", path);
	return false;
}

/* Is this a server of our kind, labelled or not? */
static bool
cluster_has_dictionaries(ClusterInfo *cluster)
{
	PGconn	   *conn = connectToServer(cluster, "template1");
	PGresult   *res;
	bool		result;

	res = executeQueryOrDie(conn,
							"SELECT 1 FROM pg_catalog.pg_class "
							"WHERE relname = 'pg_security' AND "
							"      relnamespace = 'pg_catalog'::pg_catalog.regnamespace");
	result = PQntuples(res) > 0;
	PQclear(res);
	PQfinish(conn);
	return result;
}

/* Columns whose name is a system column's now */
static void
process_label_columns(DbInfo *dbinfo, PGresult *res, void *arg)
{
	UpgradeTaskReport *report = (UpgradeTaskReport *) arg;
	int			ntups = PQntuples(res);

	AssertVariableIsOfType(&process_label_columns, UpgradeTaskProcessCB);

	if (ntups == 0)
		return;
	if (report->file == NULL)
	{
		pg_log(PG_REPORT, "fatal");
		if ((report->file = fopen_priv(report->path, "w")) == NULL)
			pg_fatal("could not open file \"%s\": %m", report->path);
	}
	fprintf(report->file, "In database: %s\n", dbinfo->db_name);
	pg_log(PG_REPORT, "In database: %s", dbinfo->db_name);
	for (int i = 0; i < ntups; i++)
	{
		fprintf(report->file, "  %s.%s.%s\n", PQgetvalue(res, i, 0),
				PQgetvalue(res, i, 1), PQgetvalue(res, i, 2));
		pg_log(PG_REPORT, "  %s.%s.%s", PQgetvalue(res, i, 0),
			   PQgetvalue(res, i, 1), PQgetvalue(res, i, 2));
	}
}

/*
 * Old cluster: labels need a place to go to, and there may be columns that
 * cannot be created in the new one.
 */
void
check_old_cluster_labels(void)
{
	UpgradeTask *task;
	UpgradeTaskReport report;

	if (cluster_is_labelled(&old_cluster) && !cluster_is_labelled(&new_cluster))
		pg_fatal("The source cluster is labelled, and the target cluster is not.\n"
				 "Create the target cluster by \"initdb --enable-selinux\".");

	prep_status("Checking for user columns named \"security_label\"");

	report.file = NULL;
	snprintf(report.path, sizeof(report.path), "%s/%s",
			 log_opts.basedir, "columns_security_label.txt");
	task = upgrade_task_create();
	upgrade_task_add_step(task,
						  "SELECT n.nspname, c.relname, a.attname "
						  "FROM   pg_catalog.pg_attribute a "
						  "       JOIN pg_catalog.pg_class c ON c.oid = a.attrelid "
						  "       JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
						  "WHERE  a.attname = 'security_label' AND a.attnum > 0 AND "
						  "       NOT a.attisdropped AND "
						  "       c.relkind IN ('r', 'p', 'f', 'm') AND "
						  "       n.nspname !~ '^pg_(toast_)?temp_' "
						  "ORDER BY 1, 2",
						  process_label_columns, true, &report);
	upgrade_task_run(task, &old_cluster);
	upgrade_task_free(task);

	if (report.file)
	{
		fclose(report.file);
		pg_fatal("Your installation contains tables with columns named \"security_label\",\n"
				 "which is the name of a system column in the new cluster.  Rename them\n"
				 "before the upgrade (ALTER TABLE ... RENAME COLUMN).  A list of these\n"
				 "columns is in the file:\n"
				 "    %s", report.path);
	}
	check_ok();
}

/*
 * New cluster: objects that it gets must get labels.
 */
void
check_new_cluster_labels(void)
{
	PGconn	   *conn;
	PGresult   *res;

	prep_status("Checking for security labels");

	if (cluster_is_labelled(&new_cluster))
	{
		conn = connectToServer(&new_cluster, "template1");
		res = executeQueryOrDie(conn, "SHOW sepostgresql");
		if (strcmp(PQgetvalue(res, 0, 0), "on") != 0)
			pg_fatal("The target cluster is labelled, but its parameter \"%s\" is off,\n"
					 "so that objects would get no labels.  Set it to on.",
					 "sepostgresql");
		PQclear(res);
		PQfinish(conn);
	}

	check_ok();
}

/*
 * What pg_dump and pg_dumpall are told.
 */
const char *
label_dump_option(void)
{
	return cluster_is_labelled(&old_cluster) ? "--security-label" : "";
}

static void
process_dictionaries(DbInfo *dbinfo, PGresult *res, void *arg)
{
	AssertVariableIsOfType(&process_dictionaries, UpgradeTaskProcessCB);

	dictionaries[dbinfo - old_cluster.dbarr.dbs] = res;
}

/*
 * Old cluster: the dictionaries of all tables whose files will be taken.
 */
void
get_label_dictionaries(void)
{
	PQExpBufferData query;
	UpgradeTask *task;
	bool		ours = cluster_has_dictionaries(&old_cluster);

	prep_status("Reading the dictionaries of security labels");

	initPQExpBuffer(&query);
	if (ours)
		appendPQExpBuffer(&query,
						  "SELECT s.relid, s.secid, s.retired, s.seclabel "
						  "FROM   pg_catalog.pg_security s "
						  "       JOIN pg_catalog.pg_class c ON c.oid = s.relid "
						  "WHERE  s.relid >= %u AND c.relpersistence <> 't' AND "
						  "       pg_catalog.to_jsonb(s)->>'removed' IS DISTINCT FROM 'true' ",
						  FirstNormalObjectId);

	/* rows without a label, where nobody noted them */
	if (!cluster_is_labelled(&old_cluster))
		appendPQExpBuffer(&query,
						  "%s SELECT c.oid, 0, false, '' "
						  "FROM   pg_catalog.pg_class c "
						  "WHERE  c.oid >= %u AND c.relpersistence <> 't' AND "
						  "       c.relkind IN ('r', 'm') ",
						  ours ? "UNION" : "", FirstNormalObjectId);
	appendPQExpBufferStr(&query, "ORDER BY 1, 2");

	dictionaries = pg_malloc0(old_cluster.dbarr.ndbs * sizeof(PGresult *));
	task = upgrade_task_create();
	upgrade_task_add_step(task, query.data, process_dictionaries, false, NULL);
	upgrade_task_run(task, &old_cluster);
	upgrade_task_free(task);
	termPQExpBuffer(&query);

	check_ok();
}

/*
 * New cluster, after all tables have been made: their dictionaries.
 */
void
restore_label_dictionaries(void)
{
	prep_status("Restoring the dictionaries of security labels");

	for (int dbnum = 0; dbnum < old_cluster.dbarr.ndbs; dbnum++)
	{
		PGresult   *dict = dictionaries[dbnum];
		PGconn	   *conn;
		int			ntups = PQntuples(dict);
		static const Oid types[] = {OIDOID, INT4OID, BOOLOID, TEXTOID};
		PGresult   *res;

		if (ntups == 0)
			continue;

		conn = connectToServer(&new_cluster,
							   old_cluster.dbarr.dbs[dbnum].db_name);
		PQclear(executeQueryOrDie(conn, "BEGIN"));
		res = PQprepare(conn, "label",
						"SELECT pg_catalog.binary_upgrade_set_security_label($1, $2, $3, $4)",
						lengthof(types), types);
		for (int i = 0; i < ntups && PQresultStatus(res) == PGRES_COMMAND_OK; i++)
		{
			const char *values[lengthof(types)];

			for (int col = 0; col < lengthof(types); col++)
				values[col] = PQgetvalue(dict, i, col);
			PQclear(res);
			res = PQexecPrepared(conn, "label", lengthof(types), values,
								 NULL, NULL, 0);
			if (PQresultStatus(res) != PGRES_TUPLES_OK)
				break;
			PQclear(res);
			res = PQmakeEmptyPGresult(conn, PGRES_COMMAND_OK);
		}
		if (PQresultStatus(res) != PGRES_COMMAND_OK)
		{
			pg_log(PG_REPORT, "fatal");
			pg_fatal("could not restore the security labels of database \"%s\": %s",
					 old_cluster.dbarr.dbs[dbnum].db_name,
					 PQerrorMessage(conn));
		}
		PQclear(res);
		PQclear(executeQueryOrDie(conn, "COMMIT"));
		PQfinish(conn);
		PQclear(dict);
	}

	check_ok();
}
