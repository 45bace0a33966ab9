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

#include <dirent.h>
#include <sys/stat.h>

#include "access/heapam.h"
#include "access/transam.h"
#include "fmgr.h"
#include "security/sepgsql.h"

struct ColumnDef;
struct CreateStmt;
struct DefElem;
struct ParseState;
struct PgBackendStatus;
struct PlannedStmt;
struct ReturnSetInfo;
struct SecLabelStmt;
struct TypeCacheEntry;

/* funcs.c: an error unless there is somebody to answer */
extern void sepgsql_require(void);

/* clause.c: SECURITY_LABEL = '...' in CREATE and ALTER */
extern void sepgsql_require_labeling(const char *column);
extern void sepgsql_check_clause(const char *label);
extern bool sepgsql_begin_alter(struct SecLabelStmt *stmt);
extern bool sepgsql_is_clause(const struct DefElem *defel);
extern const char *sepgsql_clause_option(struct ParseState *pstate,
										 List *options);
extern void sepgsql_expect_object(Oid catalog, Oid nsp, const char *name,
								  const char *label);
extern void sepgsql_expect_function(Oid nsp, const char *name,
									const oidvector *argtypes,
									const char *label);
extern void sepgsql_expect_relation(Oid nsp, const char *name,
									const struct CreateStmt *stmt);
extern void sepgsql_expect_column(Oid relid, struct ColumnDef *column);
extern void sepgsql_expect_end(void);
extern void sepgsql_made_object(const struct ObjectAddress *object,
								const char *label);
extern void sepgsql_relabel_object(const struct ObjectAddress *object,
								   const char *label);

#ifdef USE_SEPGSQL

extern PGDLLIMPORT bool sepgsql_label_expected;
extern SepgSid sepgsql_take_label(Oid catalog, Oid in, const char *name,
								  Oid oid);

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

/* Where a row of a catalog says which object it is part of. */
typedef struct SepgOwnerColumn
{
	Oid			catalog;		/* of the object; InvalidOid: not used */
	AttrNumber	attno;			/* column of its OID */
	uint16		offset;			/* where that is in the row */
	bool		shown;			/* decides who sees the row, and no more */
} SepgOwnerColumn;

#define SEPG_MAX_OWNERS	3

extern const SepgOwnerColumn *sepgsql_owner_columns(Oid catalog);

extern uint32 sepgsql_object_class(Oid classId, Oid objectId);
extern void sepgsql_check_object(Oid classId, Oid objectId, int32 subId,
								 uint32 perms);
extern void sepgsql_check_alter(Oid classId, Oid objectId);
extern void sepgsql_check_current_database(uint32 perms);
extern void sepgsql_check_schema(Oid nsp, uint32 perms);
extern void sepgsql_check_install(Oid funcid);
extern void sepgsql_check_database_change(Oid dboid, bool drop);
extern void sepgsql_check_blob(Oid lobj, uint32 perms);
extern SepgSid sepgsql_default_object_sid(Relation rel, HeapTuple tup);
extern SepgSid sepgsql_new_object_sid(const struct ObjectAddress *object);
extern void sepgsql_relabel_row(Relation rel, HeapTuple tup, SepgSid sid);

/* dict.c: rows of catalogs that no system cache knows */
extern void sepgsql_note_relabel(Relation rel);
extern uint64 sepgsql_relabels(void);

/* seclabel.c */
extern void sepgsql_register_provider(void);
extern bool sepgsql_is_provider(const char *provider);

extern bool sepgsql_conclude(int rc, SepgSid subject, SepgSid object,
							 uint32 tclass, const SepgAudit *audit,
							 const char *audit_name, bool abort);

/*
 * names.c: objects in audit records.  Use sepgsql_check_named() rather than
 * sepgsql_check() for whatever is in a catalog, the latter for the rest.
 */
extern bool sepgsql_check_named(SepgSid subject, SepgSid object, uint32 tclass,
								uint32 required, Oid classId, Oid objectId,
								int32 subId, bool abort);
extern char *sepgsql_object_name(Oid classId, Oid objectId, int32 subId);
extern char *sepgsql_qualified_name(Oid nsp, const char *name);
extern char *sepgsql_procedure_name(Oid nsp, const char *name,
									const oidvector *argtypes);
extern char *sepgsql_relation_name(Oid relid);

/* for access.c */
extern SepgSid sepgsql_context_argument(const text *context);
extern text *sepgsql_context_text(SepgSid sid);
extern void sepgsql_read_policy(uint8 **image, size_t *len);
extern void sepgsql_read_contexts(const char *path, const char *name);
extern int	sepgsql_labelled_catalogs(const Oid **catalogs);
extern bool sepgsql_row_context(Relation rel, HeapTuple tup, SepgSid *sid,
								uint32 *tclass);
extern bool sepgsql_sid_visible(SepgSid subject, Relation rel, SepgSid sid);

/* dml.c: what ExecCheckPermissions does not see */
extern void sepgsql_check_plan(struct PlannedStmt *plan, int eflags);
extern void sepgsql_check_fill(Relation rel);
extern void sepgsql_check_column_value(Relation rel, AttrNumber attnum,
									   Node *expr);
extern void sepgsql_check_refresh(Relation rel);

/*
 * In the required permissions of a relation: rules have rewritten the query.
 * No privilege has this bit.
 */
#define SEPGSQL_ACL_RULE	((AclMode) 1 << 31)

extern void sepgsql_mark_ruled(Query *query, int rti);
extern void sepgsql_check_partition(struct ResultRelInfo *root,
									struct ResultRelInfo *partition,
									struct EState *estate);
extern void sepgsql_check_target(Relation rel, uint64 mode);
extern void sepgsql_check_lock(Oid relid, int lockmode);
extern void sepgsql_check_versions(Relation rel);
extern void sepgsql_check_truncate(Relation rel);
extern bool sepgsql_check_sequence(Oid relid, uint32 perms, bool abort);
extern bool sepgsql_sequence_visible(Oid relid);
extern void sepgsql_check_alter_sequence(Oid relid, List *options);
extern void sepgsql_check_all_rows(Relation rel, uint32 perms);
extern void sepgsql_check_columns(Relation rel, int natts, const int *atts);
extern void sepgsql_check_drop_rows(Relation rel, bool drop);

/* execute.c: functions, and expressions over all rows of a table */
struct IndexInfo;
struct LOCKTAG;
struct PREDICATELOCKTARGETTAG;
struct _SPI_plan;
extern PGDLLIMPORT bool sepgsql_maintenance;
extern PGDLLIMPORT bool sepgsql_several_subjects;
#define sepgsql_hooks_all(funcid) \
	(sepgsql_several_subjects && (funcid) >= FirstNormalObjectId)
extern void sepgsql_note_second_subject(void);
extern SepgSid sepgsql_execute_subject(void);
extern void sepgsql_register_execute(bool maintenance);
extern void sepgsql_check_execute(Oid funcid);
extern void sepgsql_check_language(Oid langid);
extern void sepgsql_prepare_call(FmgrInfo *finfo);
extern void sepgsql_check_cached_call(const FmgrInfo *finfo);
/* for a function that stays in a cache, and whoever uses it was not asked about */
#define sepgsql_check_support(finfo) \
	do { \
		if (unlikely((finfo)->fn_oid >= FirstNormalObjectId) && \
			sepgsql_enforcing) \
			sepgsql_check_cached_call(finfo); \
	} while (0)
extern void sepgsql_check_typcache(struct TypeCacheEntry *typentry, int flags);
extern bool sepgsql_may_inline(Oid funcid);
extern bool sepgsql_may_fold(Oid funcid);
extern bool sepgsql_hold_inlining(bool hold);
extern List *sepgsql_simplify(List *exprs, bool quals);
extern int	sepgsql_begin_plan(void);
extern void *sepgsql_end_plan(int mark);
extern bool sepgsql_decisions_hold(void *decisions);
#define sepgsql_plan_holds(decisions) \
	((decisions) == NULL || sepgsql_decisions_hold(decisions))
extern bool sepgsql_plan_is_ours(void *decisions);
extern bool sepgsql_may_analyze(Oid relid, const char *name, List *exprs);
extern bool sepgsql_may_summarize(Relation index, Relation rel);
extern void sepgsql_trim_index(Relation rel, Relation index,
							   struct IndexInfo *info);
extern void sepgsql_check_compute(Relation rel, Node *expr);
extern void sepgsql_check_shown(Relation rel);
extern void sepgsql_check_index_build(Relation rel, struct IndexInfo *info);
extern void sepgsql_check_reindex(Relation rel, Relation index);
extern void sepgsql_check_constraint_plan(Relation rel, struct _SPI_plan *plan);
extern void sepgsql_check_index_scan(Relation rel, struct IndexInfo *info);
extern void sepgsql_refuse_maintenance(const char *detail);
extern void sepgsql_check_utility(void);

/* ddl.c: commands whose first effect is not a catalog row */
extern void sepgsql_register_ddl(void);
extern bool sepgsql_may_maintain(Oid relid, bool rewrite);
extern void sepgsql_check_index_drop(Oid indexId);
extern void sepgsql_check_sequence_drop(Oid seqid);
extern void sepgsql_check_import(Oid serverid, const char *name);
extern void sepgsql_check_alter_system(void);
extern bool sepgsql_is_vital_param(const char *name, size_t len);
extern void sepgsql_check_set_param(const char *name);
extern bool sepgsql_may_see_param(void);
extern void sepgsql_check_param(int flags);

/* files.c: files of the server's host, programs, libraries */
extern FILE *sepgsql_allocate_file(const char *path, const char *mode);
extern int	sepgsql_open_file(const char *path, int flags, mode_t mode);
extern DIR *sepgsql_allocate_dir(const char *path);
extern int	sepgsql_stat_file(const char *path, struct stat *st);
extern int	sepgsql_stat_entry(const char *path, struct stat *st);
extern void sepgsql_check_directory(const char *path);
extern void sepgsql_check_program(const char *command);
extern void sepgsql_check_module(const char *path);
extern void sepgsql_check_load(const char *filename);
extern void sepgsql_check_install_file(const char *filename);
extern void sepgsql_note_database(void);

/* utility.c: refusals */
extern bool sepgsql_is_administrator(bool abort, const char *what);
extern void sepgsql_refuse(const char *what);

/* copies.c: replication connections */
extern void sepgsql_check_walsender(void);
extern void sepgsql_check_schema_name(const char *name);
extern void sepgsql_check_preload(void);

/* sessions.c: what sessions may see of each other, and do to each other */
extern bool sepgsql_session_visible(const struct PgBackendStatus *beentry);
extern bool sepgsql_process_visible(int pid);
extern bool sepgsql_lock_visible(int pid, const struct LOCKTAG *tag);
extern bool sepgsql_predicate_visible(const struct PREDICATELOCKTARGETTAG *tag);
extern void sepgsql_check_signal(int pid);
extern uint64 sepgsql_session_digest(void);
extern bool sepgsql_digest_visible(uint64 digest);
extern uint32 sepgsql_notify_label(void);
extern bool sepgsql_may_notify(uint32 label, const char *channel);
extern void sepgsql_at_prepare(void);
extern void sepgsql_twophase_recover(TransactionId xid, uint16 info,
									 void *recdata, uint32 len);
extern void sepgsql_twophase_finish(TransactionId xid, uint16 info,
									void *recdata, uint32 len);
extern bool sepgsql_prepared_visible(TransactionId xid);
extern void sepgsql_check_prepared(TransactionId xid, const char *gid);

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
#define sepgsql_check_column_value(rel, attnum, expr)	((void) 0)
#define sepgsql_check_partition(root, part, estate)	((void) 0)
#define sepgsql_check_target(rel, mode)		((void) 0)
#define sepgsql_check_lock(relid, lockmode)	((void) 0)
#define sepgsql_check_versions(rel)			((void) 0)
#define sepgsql_check_alter(classId, objectId)	((void) 0)
#define sepgsql_check_database_change(dboid, drop)	((void) 0)
#define sepgsql_check_install(funcid)		((void) 0)
#define sepgsql_may_maintain(relid, rewrite)	true
#define sepgsql_check_index_drop(indexId)	((void) 0)
#define sepgsql_check_sequence_drop(seqid)	((void) 0)
#define sepgsql_check_import(serverid, name)	((void) 0)
#define sepgsql_check_alter_system()		((void) 0)
#define sepgsql_check_set_param(name)		((void) 0)
#define sepgsql_may_see_param()				true
#define sepgsql_check_param(flags)			((void) 0)
#define sepgsql_check_refresh(rel)			((void) 0)
#define SEPGSQL_ACL_RULE					((AclMode) 0)
#define sepgsql_mark_ruled(query, rti)		((void) 0)
#define sepgsql_check_blob(lobj, perms)		((void) 0)
#define sepgsql_check_truncate(rel)			((void) 0)
#define sepgsql_check_sequence(relid, perms, abort)	((void) 0)
#define sepgsql_sequence_visible(relid)		true
#define sepgsql_check_alter_sequence(relid, options)	((void) 0)
#define sepgsql_allocate_file(path, mode)	AllocateFile(path, mode)
#define sepgsql_open_file(path, flags, mode)	OpenTransientFilePerm(path, flags, mode)
#define sepgsql_allocate_dir(path)			AllocateDir(path)
#define sepgsql_stat_file(path, st)			stat(path, st)
#define sepgsql_stat_entry(path, st)		stat(path, st)
#define sepgsql_check_directory(path)		((void) 0)
#define sepgsql_check_program(command)		((void) 0)
#define sepgsql_check_module(path)			((void) 0)
#define sepgsql_check_load(filename)		((void) 0)
#define sepgsql_check_install_file(filename)	((void) 0)
#define sepgsql_check_all_rows(rel, perms)	((void) 0)
#define sepgsql_check_columns(rel, natts, atts)	((void) 0)
#define sepgsql_check_drop_rows(rel, drop)	((void) 0)
#define sepgsql_register_execute(maint)		((void) 0)
#define sepgsql_register_ddl()				((void) 0)
#define sepgsql_check_execute(funcid)		((void) 0)
#define sepgsql_check_language(langid)		((void) 0)
#define sepgsql_prepare_call(finfo)			((void) 0)
#define sepgsql_check_support(finfo)		((void) 0)
#define sepgsql_check_typcache(typentry, flags)	((void) 0)
#define sepgsql_may_inline(funcid)			true
#define sepgsql_may_fold(funcid)			true
#define sepgsql_hold_inlining(hold)			((void) (hold), false)
#define sepgsql_simplify(exprs, quals)		(exprs)
#define sepgsql_hooks_all(funcid)			false
#define sepgsql_begin_plan()				0
#define sepgsql_end_plan(mark)				((void) (mark), NULL)
#define sepgsql_plan_holds(decisions)		true
#define sepgsql_plan_is_ours(decisions)		true
#define sepgsql_may_analyze(relid, name, exprs)	true
#define sepgsql_may_summarize(index, rel)	true
#define sepgsql_trim_index(rel, index, info)	((void) 0)
#define sepgsql_check_compute(rel, expr)	((void) 0)
#define sepgsql_check_shown(rel)			((void) 0)
#define sepgsql_check_index_build(rel, info)	((void) 0)
#define sepgsql_check_reindex(rel, index)	((void) 0)
#define sepgsql_check_constraint_plan(rel, plan)	((void) 0)
#define sepgsql_check_index_scan(rel, info)	((void) 0)
#define sepgsql_check_utility()				((void) 0)
#define sepgsql_is_administrator(abort, what)	true
#define sepgsql_refuse(what)				((void) 0)
#define sepgsql_check_walsender()			((void) 0)
#define sepgsql_check_schema_name(name)		((void) 0)
#define sepgsql_check_preload()				((void) 0)
#define sepgsql_session_visible(beentry)	true
#define sepgsql_process_visible(pid)		true
#define sepgsql_lock_visible(pid, tag)		true
#define sepgsql_predicate_visible(tag)		true
#define sepgsql_check_signal(pid)			((void) 0)
#define sepgsql_session_digest()			UINT64CONST(0)
#define sepgsql_digest_visible(digest)		true
#define sepgsql_notify_label()				0
#define sepgsql_may_notify(label, channel)	true
#define sepgsql_at_prepare()				((void) 0)
#define sepgsql_twophase_recover			NULL
#define sepgsql_twophase_finish				NULL
#define sepgsql_prepared_visible(xid)		true
#define sepgsql_check_prepared(xid, gid)	((void) 0)

#endif

/* what dfmgr.c makes of the name of a library */
extern char *expand_dynamic_library_name(const char *name);

#endif							/* SEPGSQL_CATALOG_H */
