/*-------------------------------------------------------------------------
 *
 * sepgsql.h
 *	  SE-PostgreSQL: mandatory access control by SELinux policy.
 *
 * Everything that an upstream file calls is declared here.  Three kinds of
 * numbers name a label:
 *
 *	- secid: what a tuple header stores.  It means something only together
 *	  with its relation (see pg_security.h); 0 means that the tuple carries
 *	  no label.
 *	- SepgSid: the core's number for the text of a context.  It means the
 *	  same for every relation, but only within this process; 0 means none,
 *	  1 is always the context that the policy gives to unlabeled objects.
 *	- the text itself.
 *
 * The layout of labels on disk is compiled always.  Decisions need a build
 * with --enable-selinux; without it each of their hooks is empty.
 *
 * src/include/security/sepgsql.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef SEPGSQL_H
#define SEPGSQL_H

#include "access/htup_details.h"
#include "nodes/bitmapset.h"
#include "nodes/pg_list.h"
#include "executor/tuptable.h"
#include "utils/relcache.h"
#ifdef USE_SEPGSQL
#include "security/sepgsql_core.h"
#endif

/* avoid including execnodes.h, libpq-be.h and the like here */
struct EState;
struct Port;
struct ResultRelInfo;
struct SepgFilter;
struct PlannerInfo;
struct ObjectAddress;
struct Tuplestorestate;
struct ScanState;
struct TableScanDescData;
struct IndexScanDescData;
struct PortalData;

#ifndef USE_SEPGSQL
typedef uint32 SepgSid;

#define SEPG_SID_NONE		((SepgSid) 0)
#define SEPG_SID_UNLABELED	((SepgSid) 1)
#endif

#define SEPG_SECID_NONE		((uint32) 0)

/*
 * tuple.c: labels in tuple headers
 */
extern HeapTuple sepgsql_copytuple_secid(HeapTuple tuple, uint32 secid);
extern HeapTuple sepgsql_tuple_set_secid(HeapTuple tuple, uint32 secid);
extern HeapTuple sepgsql_fetch_slot_tuple(Relation rel, TupleTableSlot *slot,
										  bool *shouldFree);
extern void sepgsql_copy_update_result(HeapTuple dst, HeapTuple src);
extern HeapTuple sepgsql_compare_tuple(HeapTuple newtuple,
									   TupleTableSlot *newslot,
									   HeapTuple oldtuple);
extern SepgSid sepgsql_tuple_sid(HeapTuple tuple);
extern SepgSid sepgsql_slot_sid(TupleTableSlot *slot);
extern char *sepgsql_slot_label(TupleTableSlot *slot);

/*
 * dict.c: the dictionaries of labels, one for each relation
 */
extern bool sepgsql_relation_has_labels(Relation rel);
extern Oid	sepgsql_dict_relid(Relation rel);
extern SepgSid sepgsql_secid_to_sid(Oid relid, uint32 secid);
extern uint32 sepgsql_sid_to_secid(Relation rel, SepgSid sid);
extern uint32 sepgsql_label_number(SepgSid sid);
extern char *sepgsql_secid_to_label(Oid relid, uint32 secid);
extern uint64 sepgsql_dict_version(Oid relid);
extern int	sepgsql_dict_sids(Oid relid, const SepgSid **sids);
extern bool sepgsql_dict_has_unlabeled(Oid relid);
extern void sepgsql_note_unlabeled(Relation rel, HeapTuple tuple);
#ifdef SEPGSQL_STRESS_LABEL
extern HeapTuple sepgsql_stress_label(Relation rel, HeapTuple tuple);
#endif
extern SepgSid sepgsql_intern_text(const char *text);
extern const char *sepgsql_sid_text(SepgSid sid);
extern void sepgsql_read_labelled_mark(void);
extern void sepgsql_dict_drop(Oid relid, bool shared);
extern void sepgsql_dict_restore(Oid relid, int32 secid, bool retired,
								 const char *text);
extern void sepgsql_dict_bootstrap_flush(void);
extern Size sepgsql_dict_shmem_size(void);
extern void sepgsql_dict_shmem_init(void);

/* Is this a cluster whose rows have been labelled?  Set at server start. */
extern PGDLLIMPORT bool sepgsql_cluster_labelled;

/* parameters, see guc_tables.c */
extern PGDLLIMPORT bool sepostgresql;
extern PGDLLIMPORT bool sepostgresql_row_level;
extern PGDLLIMPORT bool sepostgresql_mcstrans;
extern PGDLLIMPORT int sepostgresql_security_server;
extern PGDLLIMPORT char *sepostgresql_policy_file;
extern PGDLLIMPORT char *sepostgresql_file_context;
extern PGDLLIMPORT int sepostgresql_row_filter;
extern PGDLLIMPORT bool sepgsql_permissive;
extern PGDLLIMPORT bool sepgsql_debug_audit;
extern PGDLLIMPORT bool sepostgresql_initdb;
extern PGDLLIMPORT char *peerlabel_file;

/* values of sepostgresql_security_server */
#define SEPGSQL_SERVER_KERNEL	0
#define SEPGSQL_SERVER_EMBEDDED	1

/* values of sepostgresql_row_filter */
#define SEPGSQL_FILTER_HIDE		0
#define SEPGSQL_FILTER_ERROR	1
#define SEPGSQL_FILTER_HIDE_ALWAYS	2

/*
 * Who turns row_security off wants all rows or an error: every pg_dump does,
 * those that know nothing of labels included.
 */
#define sepgsql_hidden_is_error() \
	(sepostgresql_row_filter == SEPGSQL_FILTER_ERROR || \
	 (sepostgresql_row_filter == SEPGSQL_FILTER_HIDE && !row_security))

/* init.c, in every build */
extern void sepgsql_init_postmaster(void);
extern void sepgsql_init_backend(void);
extern Size sepgsql_shmem_size(void);
extern void sepgsql_shmem_init(void);

/* subject.c, in every build: parallel.c's state for workers */
extern Size sepgsql_estimate_state(void);
extern void sepgsql_serialize_state(Size maxsize, char *start);
extern void sepgsql_restore_state(const char *start);

#ifdef USE_SEPGSQL

/*
 * init.c: what this process is to the monitor
 *
 * sepgsql_labeling: new rows get labels here (the parameter is on and a
 * security server is loaded).  sepgsql_enforcing: and what this process does
 * is decided for a subject; false in maintenance processes, in initdb's own
 * runs and in rescue modes.
 */
extern PGDLLIMPORT bool sepgsql_labeling;
extern PGDLLIMPORT bool sepgsql_enforcing;

extern SepgSid sepgsql_server_sid(void);

/* funcs.c: labels as the client wants to see and write them (mcstrans) */
extern char *sepgsql_label_to_client(const char *context);
extern const char *sepgsql_label_from_client(const char *context);

/*
 * subject.c: the label that decides now, that of the innermost trusted
 * procedure or else the session's
 */
extern PGDLLIMPORT SepgSid sepgsql_current_subject;
#define sepgsql_subject()	sepgsql_current_subject
extern void sepgsql_reset_subject(SepgSid sid);
extern void sepgsql_set_label(SepgSid sid);
extern void sepgsql_push_subject(SepgSid subject);
extern void sepgsql_discard(void);
extern void sepgsql_leave_procedures(void);
extern void sepgsql_reload_postmaster(void);
extern void sepgsql_before_fork(void);
extern void sepgsql_init_client(struct Port *port, const char *dbname,
								Oid dboid);
extern void sepgsql_check_database(Oid dboid);
extern void sepgsql_statement_begin(void);
extern void sepgsql_config_reload(void);

/* server.c: the security server and its policy */
extern void sepgsql_load_server(void);
extern void sepgsql_adopt_policy(void);
extern void sepgsql_adopt_image(uint64 sequence, const uint8 *digest);
extern uint64 sepgsql_current_image(uint8 *digest);
extern Size sepgsql_policy_shmem_size(void);
extern void sepgsql_policy_shmem_init(void);
extern void sepgsql_policy_register(void);
#define SEPGSQL_DIGEST_LENGTH	32

/* sessions.c: the label that others know this session by */
extern Size sepgsql_sessions_shmem_size(void);
extern void sepgsql_sessions_shmem_init(void);
extern void sepgsql_publish_session(void);

/* loopback.c: is the client a process of this server? */
extern bool sepgsql_peer_is_server(struct Port *port);

/* peerlabel.c: pg_peerlabel.conf */
extern bool sepgsql_load_peerlabels(void);
extern const char *sepgsql_peerlabel_path(void);
extern SepgSid sepgsql_peerlabel(struct Port *port, const char *dbname);
extern void sepgsql_show_peerlabel_rules(struct Tuplestorestate *store,
										 TupleDesc desc);

/*
 * One decision.  Returns true where it is permitted; writes the audit record
 * that the policy asks for; where denied, raises the error if abort is set,
 * else returns false.  audit_name may be NULL.
 */
extern bool sepgsql_check(SepgSid subject, SepgSid object, uint32 tclass,
						  uint32 required, const char *audit_name, bool abort);
extern void sepgsql_violation(void);
extern SepgSid sepgsql_compute_create(SepgSid subject, SepgSid parent,
									  uint32 tclass, const char *name);

/*
 * A number that grows whenever an answer of the policy may have changed: read
 * in place, since it is looked at for each function that is called.
 */
extern const uint64 *sepgsql_policy_seqno_at;

static inline uint64
sepgsql_policy_seqno(void)
{
	return *sepgsql_policy_seqno_at;
}

/* labels of objects, by catalog look-up; SEPG_SID_UNLABELED where none */
extern SepgSid sepgsql_object_sid(Oid classId, Oid objectId, int32 subId);
extern SepgSid sepgsql_relation_sid(Oid relid);
extern uint32 sepgsql_relation_class(char relkind);

/*
 * writers.c: labels and checks of rows that are written.  The subject is that
 * of the statement.  See also sepgsql_columns.h.
 */
extern SepgSid sepgsql_default_row_sid(SepgSid subject, Relation rel);
extern void sepgsql_row_insert(SepgSid subject, Relation rel,
							   TupleTableSlot *slot);
extern void sepgsql_row_update(SepgSid subject, Relation rel, SepgSid oldsid,
							   TupleTableSlot *newslot);

/* dml.c: tables and columns */
extern bool sepgsql_check_perms(List *rangeTable, List *rteperminfos,
								bool abort);

/* catalog.c: the choke point of catalog writes */
extern HeapTuple sepgsql_catalog_insert(Relation rel, HeapTuple tup);
extern void sepgsql_catalog_insert_slot(Relation rel, TupleTableSlot *slot);
extern HeapTuple sepgsql_catalog_update(Relation rel, const ItemPointerData *otid,
										HeapTuple tup);
extern void sepgsql_catalog_delete(Relation rel, const ItemPointerData *tid);

/* seclabel.c: the SECURITY LABEL statement, provider selinux */
extern void sepgsql_label_catalog_object(Oid classId, Oid objectId,
										 int32 subId, const char *label);
extern void sepgsql_set_object_label(const struct ObjectAddress *object,
									 const char *label);
extern char *sepgsql_get_object_label(const struct ObjectAddress *object);

#else							/* !USE_SEPGSQL */

#define sepgsql_labeling	false
#define sepgsql_enforcing	false
#define sepgsql_subject()	SEPG_SID_NONE

/* what is called where the feature is on or off alike */
#define sepgsql_reload_postmaster()		((void) 0)
#define sepgsql_before_fork()			((void) 0)
#define sepgsql_config_reload()			((void) 0)
#define sepgsql_statement_begin()		((void) 0)
#define sepgsql_init_client(port, dbname, dboid)	((void) 0)
#define sepgsql_check_database(dboid)	((void) 0)
#define sepgsql_discard()				((void) 0)
#define sepgsql_leave_procedures()		((void) 0)

#endif							/* USE_SEPGSQL */

/*
 * filter.c: whose label a statement has, and which rows it may see.  Called
 * if (sepgsql_enforcing) only.
 */
extern uint32 sepgsql_change_subject(SepgSid subject);
extern void sepgsql_restore_subject(uint32 mark);
extern SepgSid sepgsql_session_subject(void);
extern void sepgsql_begin_portal(struct PortalData *portal);
extern void sepgsql_check_portal(struct PortalData *portal);
extern struct SepgFilter *sepgsql_scan_filter(struct EState *estate,
											  Relation rel, uint32 perms);
extern int	sepgsql_filter_page(struct TableScanDescData *scan, Buffer buffer,
								OffsetNumber *offsets, int noffsets);
extern bool sepgsql_filter_tuple(struct SepgFilter *filter, HeapTuple tuple);
extern bool sepgsql_filter_slot(struct SepgFilter *filter,
								TupleTableSlot *slot);
extern Oid	sepgsql_toast_owner(Oid toastrelid);
extern void sepgsql_open_scan(struct EState *estate, Relation rel);
extern void sepgsql_check_table_am(Relation rel);
extern void sepgsql_mark_scan(struct ScanState *node,
							  struct TableScanDescData *scan);
extern void sepgsql_mark_index_scan(struct ScanState *node,
									struct IndexScanDescData *scan);
extern void sepgsql_check_custom_scan(struct ScanState *node);
extern void sepgsql_mark_copy(struct TableScanDescData *scan);
extern bool sepgsql_recheck_row(struct ScanState *node, TupleTableSlot *slot);
extern bool sepgsql_row_is_permitted(struct ScanState *node,
									 TupleTableSlot *slot);
extern int	sepgsql_constraint_eflags(Relation rel, bool lookup, bool modifies);
extern void sepgsql_check_trigger_row(struct EState *estate,
									  struct ResultRelInfo *relinfo,
									  TupleTableSlot *slot, bool deleting);
extern uint32 sepgsql_plan_rowperms(struct PlannerInfo *root, Index relid);

/* what sepgsql_enter_subject returns if it changed nothing */
#define SEPGSQL_NO_MARK		PG_UINT32_MAX

/*
 * The label that decides from here on, until sepgsql_leave_subject: for what
 * belongs to a statement but runs at another time, such as its AFTER triggers
 * or the rest of a cursor.  An abort leaves it as well.
 */
static inline uint32
sepgsql_enter_subject(SepgSid subject)
{
	if (likely(subject == sepgsql_subject()))
		return SEPGSQL_NO_MARK;
	return sepgsql_change_subject(subject);
}

static inline void
sepgsql_leave_subject(uint32 mark)
{
	if (unlikely(mark != SEPGSQL_NO_MARK))
		sepgsql_restore_subject(mark);
}

/*
 * What must not be shown to the client by way of statistics and messages:
 * anything of a relation with hidden rows, and columns that it may not read.
 */
extern bool sepgsql_rows_hidden(Oid relid);
extern bool sepgsql_tree_hidden(Oid relid);
extern bool sepgsql_column_hidden(Oid relid, AttrNumber attnum);
extern bool sepgsql_statistics_hidden(Oid relid, bool inherit,
									  Bitmapset *attnos);
extern bool sepgsql_key_hidden(Oid relid, int nkeys,
							   const AttrNumber *attnums);

#endif							/* SEPGSQL_H */
