/*-------------------------------------------------------------------------
 *
 * sepgsqldesc.c
 *	  rmgr descriptor routines for security/sepgsql/dict.c
 *
 * IDENTIFICATION
 *	  src/backend/access/rmgrdesc/sepgsqldesc.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/sepgsql_xlog.h"

void
sepgsql_desc(StringInfo buf, XLogReaderState *record)
{
	char	   *rec = XLogRecGetData(record);
	uint8		info = XLogRecGetInfo(record) & ~XLR_INFO_MASK;

	if (info == XLOG_SEPGSQL_FREEZE)
	{
		xl_sepgsql_freeze *xlrec = (xl_sepgsql_freeze *) rec;

		appendStringInfo(buf, "dbid: %u, relid: %u, secid: %u, off: %u",
						 xlrec->dbid, xlrec->relid, xlrec->secid,
						 xlrec->offnum);
	}
	else if (info == XLOG_SEPGSQL_FORGET)
	{
		xl_sepgsql_forget *xlrec = (xl_sepgsql_forget *) rec;

		appendStringInfo(buf, "dbid: %u, relid: %u",
						 xlrec->dbid, xlrec->relid);
	}
	else if (info == XLOG_SEPGSQL_MARK)
	{
		xl_sepgsql_mark *xlrec = (xl_sepgsql_mark *) rec;

		appendStringInfo(buf, "dbid: %u, relid: %u, secid: %u, off: %u, retired: %c, removed: %c",
						 xlrec->dbid, xlrec->relid, xlrec->secid,
						 xlrec->offnum, xlrec->retired ? 'T' : 'F',
						 xlrec->removed ? 'T' : 'F');
	}
}

const char *
sepgsql_identify(uint8 info)
{
	switch (info & ~XLR_INFO_MASK)
	{
		case XLOG_SEPGSQL_FREEZE:
			return "FREEZE";
		case XLOG_SEPGSQL_FORGET:
			return "FORGET";
		case XLOG_SEPGSQL_MARK:
			return "MARK";
	}
	return NULL;
}
