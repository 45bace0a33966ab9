/*-------------------------------------------------------------------------
 *
 * sepgsql_archive.h
 *	  Security labels in archives.
 *
 * src/bin/pg_dump/sepgsql_archive.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef SEPGSQL_ARCHIVE_H
#define SEPGSQL_ARCHIVE_H

#include "pg_backup_archiver.h"
#include "sepgsql_dump.h"

extern void sepgsql_print_header(ArchiveHandle *AH);
extern void sepgsql_print_check(ArchiveHandle *AH);
extern bool sepgsql_is_repeated(ArchiveHandle *AH, const TocEntry *te);
extern bool sepgsql_has_labels(const TocEntry *te);
extern const char *sepgsql_definition(ArchiveHandle *AH, TocEntry *te);
extern bool sepgsql_create_blobs(ArchiveHandle *AH, TocEntry *te);
extern void sepgsql_print_copy(ArchiveHandle *AH, TocEntry *te);
extern void sepgsql_begin_data(ArchiveHandle *AH, TocEntry *te);
extern void sepgsql_end_data(ArchiveHandle *AH);
extern void sepgsql_check_archive(Archive *AHX);

#endif							/* SEPGSQL_ARCHIVE_H */
