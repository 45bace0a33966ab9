/*-------------------------------------------------------------------------
 *
 * sepgsql_visible.h
 *	  Which objects the client may know of, and which schemas it may search.
 *
 * src/include/security/sepgsql_visible.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef SEPGSQL_VISIBLE_H
#define SEPGSQL_VISIBLE_H

#include "security/sepgsql.h"
#include "security/sepgsql_catalog.h"

struct Node;
struct RangeVar;
struct _FuncCandidateList;

/*
 * Among the options of an SPI plan: a query of the server's own, which is
 * parsed without regard to what the client may know of.
 */
#define SEPGSQL_CURSOR_OPT_INTERNAL	0x4000

#ifdef USE_SEPGSQL

/*
 * May the client be told what an object is called, or how it is defined?
 * Functions that show such things and get the object from the client ask
 * first, and do as if it did not exist.  (An object that indeed does not
 * exist is none of our business: the answer is true.)
 */
#define sepgsql_object_visible(classId, objectId) \
	(!sepgsql_enforcing || sepgsql_object_shown(classId, objectId, 0))
#define sepgsql_part_visible(classId, objectId, subId) \
	(!sepgsql_enforcing || sepgsql_object_shown(classId, objectId, subId))

/*
 * The same for an object that the client has named, and the object's schema
 * with it, in which it was looked up.
 */
#define sepgsql_object_known(classId, objectId) \
	(!sepgsql_enforcing || sepgsql_part_shown(classId, objectId, 0))
#define sepgsql_part_known(classId, objectId, subId) \
	(!sepgsql_enforcing || sepgsql_part_shown(classId, objectId, subId))

/* And an error if it is hidden. */
#define sepgsql_require_visible(classId, objectId, name) \
	do { \
		if (!sepgsql_object_known(classId, objectId)) \
			sepgsql_report_missing(classId, name); \
	} while (0)

/* And for one that the client has given by its OID. */
#define sepgsql_require_visible_oid(classId, objectId) \
	do { \
		if (!sepgsql_object_visible(classId, objectId)) \
			sepgsql_report_missing_oid(classId, objectId); \
	} while (0)

/* And for types that the client has given in a message of the protocol. */
#define sepgsql_check_type_oids(types, ntypes) \
	do { \
		if (sepgsql_enforcing) \
			sepgsql_require_type_oids(types, ntypes); \
	} while (0)

extern void sepgsql_require_type_oids(const Oid *types, int ntypes);

/* May the client know the names of all objects that there are? */
#define sepgsql_names_visible()	(!sepgsql_enforcing || sepgsql_names_shown())

extern bool sepgsql_names_shown(void);

/* For a row that was read with a snapshot in which more may exist. */
#define sepgsql_row_visible(classId, tuple) \
	(!sepgsql_enforcing || sepgsql_row_shown(classId, tuple))

extern const char *sepgsql_range_var_name(const struct RangeVar *rv);
extern void sepgsql_register_visible(void);
extern bool sepgsql_row_shown(Oid classId, HeapTuple tuple);
extern bool sepgsql_object_shown(Oid classId, Oid objectId, int32 subId);
extern bool sepgsql_part_shown(Oid classId, Oid objectId, int32 subId);
pg_noreturn extern void sepgsql_report_missing(Oid classId, const char *name);
pg_noreturn extern void sepgsql_report_missing_oid(Oid classId, Oid objectId);

/* getObjectDescription(object, false), with no name of what is hidden */
extern char *sepgsql_describe_object(const struct ObjectAddress *object);

/*
 * The name of an object that the client's statement has led to, for a message.
 */
#define sepgsql_shown_name(classId, objectId, name) \
	(sepgsql_object_visible(classId, objectId) ? (name) : _("(not visible)"))
#define sepgsql_shown_relation(rel) \
	sepgsql_shown_name(RelationRelationId, RelationGetRelid(rel), \
					   RelationGetRelationName(rel))

/* A column that keeps a type from being changed: an error if it is hidden. */
#define sepgsql_check_type_use(rel, attnum, type_name, type_rel) \
	do { \
		if (!sepgsql_part_visible(RelationRelationId, RelationGetRelid(rel), attnum)) \
			sepgsql_report_type_use((type_name) ? (type_name) : \
									RelationGetRelationName(type_rel)); \
	} while (0)

/* A foreign key is violated: an error if one of its tables is hidden. */
#define sepgsql_check_violation(rel, other, is_restrict) \
	do { \
		if (!sepgsql_object_visible(RelationRelationId, RelationGetRelid(rel)) || \
			!sepgsql_object_visible(RelationRelationId, RelationGetRelid(other))) \
			sepgsql_report_violation(rel, is_restrict); \
	} while (0)

/* A row violates a constraint: an error if that, or its column, is hidden. */
#define sepgsql_check_constraint_known(rel, classId, objectId, subId, code) \
	do { \
		if (!sepgsql_part_visible(classId, objectId, subId)) \
			sepgsql_report_constraint(rel, code); \
	} while (0)

pg_noreturn extern void sepgsql_report_constraint(Relation rel, int code);
pg_noreturn extern void sepgsql_report_type_use(const char *name);
pg_noreturn extern void sepgsql_report_violation(Relation rel, bool is_restrict);

/* The text of a query for the context of an error, unless it is hidden. */
#define sepgsql_shown_query(options, relids, query) \
	(!sepgsql_enforcing || ((options) & SEPGSQL_CURSOR_OPT_INTERNAL) == 0 || \
	 sepgsql_all_visible(relids) ? (query) : NULL)

extern bool sepgsql_all_visible(List *relids);

/*
 * A statement of the client's names a relation: its columns must not be told
 * even if it is never executed.
 */
#define sepgsql_check_reference(rel, mode) \
	do { \
		if (!sepgsql_object_known(RelationRelationId, RelationGetRelid(rel))) \
			sepgsql_refuse_reference(RelationGetRelid(rel), mode); \
	} while (0)
#define sepgsql_check_reference_oid(relid, mode) \
	do { \
		if (!sepgsql_object_known(RelationRelationId, relid)) \
			sepgsql_refuse_reference(relid, mode); \
	} while (0)

extern void sepgsql_refuse_reference(Oid relid, uint64 mode);

/*
 * A command that needs a permission of the group names an object: nothing must
 * be told of it, nor of what depends on it.
 */
#define sepgsql_check_named_object(classId, objectId, objectSubId, permission) \
	do { \
		if (!sepgsql_part_known(classId, objectId, objectSubId)) \
			sepgsql_refuse_named(classId, objectId, objectSubId, permission); \
	} while (0)

pg_noreturn extern void sepgsql_refuse_named(Oid classId, Oid objectId,
											 int32 subId, uint32 permission);

/* pg_stat_have_stats(); kind is a PgStat_Kind */
extern bool sepgsql_stats_visible(int kind, Oid dboid, uint64 objid);

/* The counters of a relation */
#define sepgsql_counters_visible(relid) \
	(!sepgsql_enforcing || sepgsql_counters_shown(relid))

extern bool sepgsql_counters_shown(Oid relid);

/* And a column, or a row as a whole. */
#define sepgsql_check_column_reference(relid, attnum) \
	do { \
		if (sepgsql_enforcing) \
			sepgsql_check_column_known(relid, attnum); \
	} while (0)

extern void sepgsql_check_column_known(Oid relid, AttrNumber attnum);

/* And a function: which columns it has, or, in the wrong place, of what kind it is. */
#define sepgsql_check_function_reference(funcid, rettype, plain) \
	do { \
		if (OidIsValid(funcid) && \
			!sepgsql_object_known(ProcedureRelationId, funcid)) \
		{ \
			if ((rettype) == RECORDOID || type_is_rowtype(rettype)) \
				sepgsql_refuse_function(funcid); \
			if (!(plain)) \
				sepgsql_check_execute(funcid); \
		} \
	} while (0)

pg_noreturn extern void sepgsql_refuse_function(Oid funcid);

/* May the client know of all columns of a relation that an expression names? */
#define sepgsql_vars_visible(relid, expr) \
	(!sepgsql_enforcing || sepgsql_vars_shown(relid, expr))

extern bool sepgsql_vars_shown(Oid relid, struct Node *expr);

/* Take what is hidden out of a list. */
extern List *sepgsql_visible_relations(List *relids);
extern struct _FuncCandidateList *sepgsql_visible_candidates(Oid classId,
															 struct _FuncCandidateList *candidates);

/*
 * What the client may not call gives way to what it may, of the same name:
 * nobody makes a name useless to others.
 */
extern struct _FuncCandidateList *sepgsql_callable_candidates(Oid classId,
															  struct _FuncCandidateList *candidates);
extern Oid	sepgsql_callable_operator(Oid operid);
extern bool sepgsql_may_call(Oid funcid);

/* A row of a system cache that was found by name: NULL, and released, if hidden. */
extern HeapTuple sepgsql_known_tuple(Oid classId, HeapTuple tuple);

/* schemas and the search path, for namespace.c */
#define sepgsql_path_is_current() \
	(!sepgsql_enforcing || sepgsql_note_path_subject())

extern bool sepgsql_may_search(Oid nspOid, bool abort);
extern void sepgsql_check_search(Oid nspOid);
extern bool sepgsql_note_path_subject(void);

/* what rows of catalogs are part of, for filter.c */
typedef enum SepgOwners
{
	SEPG_OWNERS_NONE,			/* every row stands for itself */
	SEPG_OWNERS_RELATION,		/* relations, columns, types, functions */
	SEPG_OWNERS_OTHER,			/* objects of one other catalog or two */
	SEPG_OWNERS_ANY,			/* objects of any catalog */
} SepgOwners;

extern uint64 sepgsql_visible_generation(void);
extern SepgOwners sepgsql_catalog_owners(Oid catalog);
extern bool sepgsql_owners_open(SepgSid subject, Oid catalog);
extern bool sepgsql_owners_visible(SepgSid subject, Oid catalog,
								   HeapTuple tuple);

/* The same, for a row that is read whole */
extern bool sepgsql_row_readable(SepgSid subject, Oid catalog, HeapTuple tuple);

/* filter.c: may the subject see rows of a catalog whatever their label? */
extern bool sepgsql_labels_open(SepgSid subject, Oid catalog);

/* filter.c: and rows with this label in any relation? */
extern bool sepgsql_secid_visible(SepgSid subject, Oid relid, uint32 secid);

#else							/* !USE_SEPGSQL */

#define sepgsql_object_visible(classId, objectId)	true
#define sepgsql_row_visible(classId, tuple)			true
#define sepgsql_part_visible(classId, objectId, subId)	true
#define sepgsql_vars_visible(relid, expr)	true
#define sepgsql_object_known(classId, objectId)	true
#define sepgsql_part_known(classId, objectId, subId)	true
#define sepgsql_require_visible(classId, objectId, name)	((void) 0)
#define sepgsql_require_visible_oid(classId, objectId)	((void) 0)
#define sepgsql_check_type_oids(types, ntypes)	((void) 0)
#define sepgsql_names_visible()		true
#define sepgsql_check_column_reference(relid, attnum)	((void) 0)
#define sepgsql_report_missing(classId, name)	((void) 0)
#define sepgsql_describe_object(object)	getObjectDescription(object, false)
#define sepgsql_check_reference(rel, mode)	((void) 0)
#define sepgsql_check_reference_oid(relid, mode)	((void) 0)
#define sepgsql_check_named_object(classId, objectId, objectSubId, permission)	((void) 0)
#define sepgsql_stats_visible(kind, dboid, objid)	true
#define sepgsql_counters_visible(relid)	true
#define sepgsql_check_function_reference(funcid, rettype, plain)	((void) 0)
#define sepgsql_shown_name(classId, objectId, name)	(name)
#define sepgsql_shown_relation(rel)		RelationGetRelationName(rel)
#define sepgsql_check_type_use(rel, attnum, type_name, type_rel)	((void) 0)
#define sepgsql_check_violation(rel, other, is_restrict)	((void) 0)
#define sepgsql_check_constraint_known(rel, classId, objectId, subId, code)	((void) 0)
#define sepgsql_shown_query(options, relids, query)	(query)
#define sepgsql_visible_relations(relids)	(relids)
#define sepgsql_known_tuple(classId, tuple)	(tuple)
#define sepgsql_visible_candidates(classId, candidates)	(candidates)
#define sepgsql_callable_candidates(classId, candidates)	(candidates)
#define sepgsql_callable_operator(operid)	(operid)
#define sepgsql_path_is_current()		true
#define sepgsql_check_search(nspOid)	((void) 0)

#endif							/* USE_SEPGSQL */

#endif							/* SEPGSQL_VISIBLE_H */
