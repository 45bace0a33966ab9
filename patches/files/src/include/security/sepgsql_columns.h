/*-------------------------------------------------------------------------
 *
 * sepgsql_columns.h
 *	  The writable system column security_label: what the parser, planner,
 *	  executor, COPY and CREATE TABLE AS call to let a statement give it.
 *
 * src/include/security/sepgsql_columns.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef SEPGSQL_COLUMNS_H
#define SEPGSQL_COLUMNS_H

#include "access/sysattr.h"
#include "nodes/execnodes.h"
#include "nodes/primnodes.h"
#include "security/sepgsql.h"

struct CopyFromStateData;
struct SepgCopyFrom;
struct SepgCopyTo;
struct SepgIntoState;

/* the column's name; as a junk column of a plan it carries the row's label */
#define SEPG_LABEL_COLUMN	"security_label"

/* parser and planner */
extern bool sepgsql_is_label_column(Relation rel, AttrNumber attno);
extern bool sepgsql_is_label_target(Relation rel, AttrNumber attno);
extern Node *sepgsql_default_label_const(void);
extern TargetEntry *sepgsql_expand_label_default(TargetEntry *tle);
extern List *sepgsql_junk_label(List *tlist);

/* executor: INSERT and UPDATE */
extern AttrNumber sepgsql_label_attno(ResultRelInfo *relinfo, List *tlist);
extern TupleTableSlot *sepgsql_insert_slot(ResultRelInfo *relinfo,
										   TupleTableSlot *planSlot);
extern TupleTableSlot *sepgsql_update_slot(ResultRelInfo *relinfo,
										   TupleTableSlot *newSlot,
										   TupleTableSlot *planSlot,
										   TupleTableSlot *oldSlot);

/* executor: ON CONFLICT DO UPDATE and MERGE, whose labels are expressions */
extern List *sepgsql_init_label(List *tlist, PlanState *parent,
								ExprState **labelexpr);
extern void sepgsql_label_inserted(ExprState *labelexpr, ExprContext *econtext,
								   TupleTableSlot *newSlot);
extern void sepgsql_label_updated(ExprState *labelexpr, ExprContext *econtext,
								  Relation rel, TupleTableSlot *newSlot,
								  TupleTableSlot *oldSlot);

/* executor: rows on their way to the table */
extern void sepgsql_exec_insert(ModifyTableState *mtstate,
								ResultRelInfo *relinfo, TupleTableSlot *slot);
extern void sepgsql_exec_foreign_insert(ModifyTableState *mtstate,
										ResultRelInfo *relinfo,
										TupleTableSlot *slot);
extern void sepgsql_show_label(ResultRelInfo *relinfo, TupleTableSlot *slot);
extern void sepgsql_keep_label(Relation rel, TupleTableSlot *newSlot,
							   TupleTableSlot *oldSlot);
extern SepgSid sepgsql_stored_sid(Relation rel, TupleTableSlot *slot);

/* logical replication (copies.c) */
extern void sepgsql_write_remote_label(StringInfo out, Relation rel,
									   HeapTuple tuple);
extern SepgSid sepgsql_remote_sid(Relation rel, const char *label);
extern bool sepgsql_may_look_up(Relation rel, TupleTableSlot *slot);

/* COPY */
extern List *sepgsql_copy_attnums(TupleDesc tupDesc, Relation rel,
								  List *attnamelist);
extern TupleDesc sepgsql_copy_tupdesc(Relation rel, List *attnamelist);
extern bool sepgsql_copy_next(struct CopyFromStateData *cstate, EState *estate,
							  ExprContext *econtext, TupleTableSlot *slot);

extern TupleDesc sepgsql_copy_to_begin(Relation rel, List *attnamelist,
									   struct SepgCopyTo **labels,
									   int *label_attnum);
extern TupleDesc sepgsql_copy_to_desc(Relation rel, struct SepgCopyTo *labels);
extern void sepgsql_copy_to_label(struct SepgCopyTo *labels,
								  TupleTableSlot *slot);
extern bool sepgsql_copy_to_known(struct SepgCopyTo *labels, StringInfo buf);
extern void sepgsql_copy_to_learn(struct SepgCopyTo *labels, StringInfo buf);
extern int	sepgsql_copy_skip_label(struct SepgCopyFrom *labels,
									const char *line, int len, char delim);
extern int	sepgsql_copy_skipped_label(struct SepgCopyFrom *labels,
									   char **field);
extern bool sepgsql_copy_is_skipped(struct SepgCopyFrom *labels,
									const char *field);

/* CREATE TABLE AS and SELECT INTO */
extern bool sepgsql_is_into_label(const char *colname, bool is_matview);
extern struct SepgIntoState *sepgsql_into_begin(Relation rel, TupleDesc typeinfo,
												int labelcol);
extern TupleTableSlot *sepgsql_into_row(struct SepgIntoState *state,
										TupleTableSlot *slot);
extern void sepgsql_into_end(struct SepgIntoState *state);

#ifdef USE_SEPGSQL

/* writers.c: checks of existing rows that no filtered scan has brought */
extern SepgSid sepgsql_exec_subject(EState *estate);
extern SepgSid sepgsql_input_label_text(const text *label);
extern SepgSid sepgsql_input_relation_label(const char *label,
											const char *relation,
											const char *column);
extern SepgSid sepgsql_input_row_label(const text *label, Relation rel);
extern void sepgsql_check_existing(EState *estate, Relation rel,
								   TupleTableSlot *slot, uint32 required);
extern void sepgsql_exec_delete(EState *estate, ResultRelInfo *relinfo,
								ItemPointer tupleid);

#endif							/* USE_SEPGSQL */

#endif							/* SEPGSQL_COLUMNS_H */
