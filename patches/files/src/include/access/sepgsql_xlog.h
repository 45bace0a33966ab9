/*-------------------------------------------------------------------------
 *
 * sepgsql_xlog.h
 *	  WAL records of the dictionaries of labels.
 *
 * src/include/access/sepgsql_xlog.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef SEPGSQL_XLOG_H
#define SEPGSQL_XLOG_H

#include "access/xlogreader.h"
#include "lib/stringinfo.h"
#include "storage/off.h"

/*
 * A row of pg_security or pg_shsecurity is there for good, whatever becomes
 * of the transaction that inserted it.  Block 0 is the row's page.
 */
#define XLOG_SEPGSQL_FREEZE		0x00

/* Numbers of a dictionary have gone or changed. */
#define XLOG_SEPGSQL_FORGET		0x10

/*
 * A number has been retired, taken back into use, or removed.  Block 0 is its
 * row's page.
 */
#define XLOG_SEPGSQL_MARK		0x20

typedef struct xl_sepgsql_freeze
{
	Oid			dbid;			/* InvalidOid for a shared relation */
	Oid			relid;			/* whose dictionary grew */
	uint32		secid;			/* by which number */
	OffsetNumber offnum;		/* the row */
} xl_sepgsql_freeze;

#define SizeOfSepgsqlFreeze	(offsetof(xl_sepgsql_freeze, offnum) + sizeof(OffsetNumber))

typedef struct xl_sepgsql_forget
{
	Oid			dbid;
	Oid			relid;
} xl_sepgsql_forget;

#define SizeOfSepgsqlForget	sizeof(xl_sepgsql_forget)

typedef struct xl_sepgsql_mark
{
	Oid			dbid;
	Oid			relid;
	uint32		secid;
	OffsetNumber offnum;		/* the row */
	bool		retired;
	bool		removed;
} xl_sepgsql_mark;

#define SizeOfSepgsqlMark	(offsetof(xl_sepgsql_mark, removed) + sizeof(bool))

extern void sepgsql_redo(XLogReaderState *record);
extern void sepgsql_desc(StringInfo buf, XLogReaderState *record);
extern const char *sepgsql_identify(uint8 info);

#endif							/* SEPGSQL_XLOG_H */
