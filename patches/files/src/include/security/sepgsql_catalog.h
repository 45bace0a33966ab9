/*-------------------------------------------------------------------------
 *
 * sepgsql_catalog.h
 *	  What catalog/indexing.c and those who create objects call.
 *
 * src/include/security/sepgsql_catalog.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef SEPGSQL_CATALOG_H
#define SEPGSQL_CATALOG_H

#include "access/heapam.h"
#include "security/sepgsql.h"

struct PlannedStmt;
struct ReturnSetInfo;

#ifdef USE_SEPGSQL

/* simple_heap_* with the checks, and the labels of new rows */
extern void sepgsql_heap_insert(Relation rel, HeapTuple tup);
extern void sepgsql_heap_update(Relation rel, ItemPointer otid, HeapTuple tup,
								TU_UpdateIndexes *update_indexes);
extern void sepgsql_heap_delete(Relation rel, ItemPointer tid);

/* what the server does for itself in the client's name asks nothing */
extern bool sepgsql_begin_internal(bool internal);
extern void sepgsql_end_internal(bool before);
extern bool sepgsql_is_internal(void);

/* the database that the next new one is copied from */
extern void sepgsql_set_template(Oid dboid);

extern void sepgsql_list_catalog_rules(struct ReturnSetInfo *rsinfo);

extern uint32 sepgsql_object_class(Oid classId, Oid objectId);
extern void sepgsql_check_object(Oid classId, Oid objectId, int32 subId,
								 uint32 perms);
extern void sepgsql_check_alter(Oid classId, Oid objectId);
extern void sepgsql_check_database_change(Oid dboid, bool drop);
extern void sepgsql_check_blob(Oid lobj, bool read, bool write);
extern SepgSid sepgsql_default_object_sid(Relation rel, HeapTuple tup);
extern void sepgsql_relabel_row(Relation rel, HeapTuple tup, SepgSid sid);

/* seclabel.c */
extern void sepgsql_register_provider(void);
extern bool sepgsql_is_provider(const char *provider);

extern bool sepgsql_conclude(int rc, SepgSid subject, SepgSid object,
							 uint32 tclass, const SepgAudit *audit,
							 const char *audit_name, bool abort);

/* dml.c: what ExecCheckPermissions does not see */
extern void sepgsql_check_plan(struct PlannedStmt *plan, int eflags);
extern void sepgsql_check_fill(Relation rel);
extern void sepgsql_check_partition(struct ResultRelInfo *root,
									struct ResultRelInfo *partition,
									struct EState *estate);
extern void sepgsql_check_target(Relation rel, uint64 mode);
extern void sepgsql_check_lock(Oid relid);
extern void sepgsql_check_truncate(Relation rel);
extern void sepgsql_check_all_rows(Relation rel, uint32 perms);
extern void sepgsql_check_drop_rows(Relation rel, bool drop);

/* execute.c: functions, and expressions over all rows of a table */
struct IndexInfo;
extern PGDLLIMPORT bool sepgsql_maintenance;
extern SepgSid sepgsql_execute_subject(void);
extern void sepgsql_register_execute(bool maintenance);
extern void sepgsql_check_execute(Oid funcid);
extern bool sepgsql_may_inline(Oid funcid);
extern bool sepgsql_may_analyze(Oid relid, const char *name, List *exprs);
extern bool sepgsql_may_summarize(Relation index, Relation rel);
extern void sepgsql_trim_index(Relation rel, Relation index,
							   struct IndexInfo *info);
extern void sepgsql_check_compute(Relation rel, Node *expr);
extern void sepgsql_check_index_build(Relation rel, struct IndexInfo *info);
extern void sepgsql_check_index_scan(Relation rel, struct IndexInfo *info);
extern void sepgsql_refuse_support(Oid funcid, const char *what);
extern void sepgsql_check_utility(void);

/* utility.c: refusals */
extern bool sepgsql_is_administrator(bool abort, const char *what);
extern void sepgsql_refuse(const char *what);
extern bool sepgsql_session_visible(Oid roleid);
extern void sepgsql_check_preload(void);
extern void sepgsql_check_peer_process(void);

#else

#define sepgsql_heap_insert(rel, tup)		simple_heap_insert(rel, tup)
#define sepgsql_heap_update(rel, otid, tup, ui) \
	simple_heap_update(rel, otid, tup, ui)
#define sepgsql_heap_delete(rel, tid)		simple_heap_delete(rel, tid)
#define sepgsql_catalog_insert_slot(rel, slot)	((void) 0)
#define sepgsql_begin_internal(internal)	false
#define sepgsql_end_internal(before)		((void) (before))
#define sepgsql_set_template(dboid)			((void) 0)

#define sepgsql_check_perms(rtable, perminfos, abort)	true
#define sepgsql_check_plan(plan, eflags)	((void) 0)
#define sepgsql_register_provider()			((void) 0)
#define sepgsql_is_provider(provider)		false
#define sepgsql_set_object_label(object, label)	((void) 0)
#define sepgsql_get_object_label(object)	NULL

#define sepgsql_check_fill(rel)				((void) 0)
#define sepgsql_check_partition(root, part, estate)	((void) 0)
#define sepgsql_check_target(rel, mode)		((void) 0)
#define sepgsql_check_lock(relid)			((void) 0)
#define sepgsql_check_alter(classId, objectId)	((void) 0)
#define sepgsql_check_database_change(dboid, drop)	((void) 0)
#define sepgsql_check_blob(lobj, read, write)	((void) 0)
#define sepgsql_check_truncate(rel)			((void) 0)
#define sepgsql_check_all_rows(rel, perms)	((void) 0)
#define sepgsql_check_drop_rows(rel, drop)	((void) 0)
#define sepgsql_register_execute(maint)		((void) 0)
#define sepgsql_check_execute(funcid)		((void) 0)
#define sepgsql_may_inline(funcid)			true
#define sepgsql_may_analyze(relid, name, exprs)	true
#define sepgsql_may_summarize(index, rel)	true
#define sepgsql_trim_index(rel, index, info)	((void) 0)
#define sepgsql_check_compute(rel, expr)	((void) 0)
#define sepgsql_check_index_build(rel, info)	((void) 0)
#define sepgsql_check_index_scan(rel, info)	((void) 0)
#define sepgsql_refuse_support(funcid, what)	((void) 0)
#define sepgsql_check_utility()				((void) 0)
#define sepgsql_is_administrator(abort, what)	true
#define sepgsql_refuse(what)				((void) 0)
#define sepgsql_session_visible(roleid)		true
#define sepgsql_check_preload()				((void) 0)

#endif

#endif							/* SEPGSQL_CATALOG_H */
