/*
 * shim.h
 *		Reads a binary SELinux policy with libsepol and hands it out in flat
 *		records.
 *
 * libsepol's structures (policydb_t and what hangs from it) stay on the C
 * side of this header, so that their layout is never repeated in Rust.  The
 * shim decides nothing: no access vector and no label is computed here.
 *
 * Functions that fill an array take its length and return how many records
 * there are; they write at most that many.  Called with length 0, they only
 * count.  Pointers in records (names, bitmaps, expressions) belong to the
 * database and live until sepg_db_free().  Values are the policy's own
 * numbers, which start at 1.
 */
#ifndef SEPG_SHIM_H
#define SEPG_SHIM_H

#include <stddef.h>
#include <stdint.h>

typedef struct sepg_db sepg_db;

/* kinds of symbols, as libsepol numbers them */
#define SEPG_SYM_CLASSES	1
#define SEPG_SYM_ROLES		2
#define SEPG_SYM_TYPES		3
#define SEPG_SYM_USERS		4
#define SEPG_SYM_BOOLS		5
#define SEPG_SYM_LEVELS		6
#define SEPG_SYM_CATS		7

/* sepg_db_load()'s answers */
#define SEPG_LOAD_OK		0
#define SEPG_LOAD_NOMEM		1	/* out of memory */
#define SEPG_LOAD_DAMAGED	2	/* libsepol cannot read it */
#define SEPG_LOAD_NOT_KERNEL 3	/* read, but no kernel policy */

/* what a rule says */
#define SEPG_RULE_ALLOW			1
#define SEPG_RULE_AUDITALLOW	2
#define SEPG_RULE_AUDITDENY		4	/* data: what dontaudit leaves */
#define SEPG_RULE_TRANSITION	16	/* data: the new type */

typedef struct sepg_info
{
	uint32_t	version;
	uint32_t	mls;
	uint32_t	handle_unknown;		/* 0 deny, 2 reject, 4 allow */
	uint32_t	classes;
	uint32_t	roles;
	uint32_t	types;				/* attributes included */
	uint32_t	users;
	uint32_t	booleans;
	uint32_t	levels;
	uint32_t	categories;
	uint32_t	process_class;		/* 0 if there is none */
	uint32_t	object_r;			/* value of the role object_r */
} sepg_info;

/* a name; aliases have a record of their own with the same value */
typedef struct sepg_symbol
{
	const char *name;
	uint32_t	value;
	uint32_t	alias;				/* known to be an alias */
	uint32_t	attribute;			/* an attribute, not a type or role */
} sepg_symbol;

typedef struct sepg_class
{
	uint32_t	default_user;		/* 1 source, 2 target */
	uint32_t	default_role;
	uint32_t	default_type;
	uint32_t	default_range;		/* DEFAULT_SOURCE_LOW ... of policydb.h */
} sepg_class;

typedef struct sepg_role
{
	const void *types;				/* bitmap */
	const void *dominates;			/* bitmap */
} sepg_role;

typedef struct sepg_type
{
	uint32_t	bounds;				/* 0 none */
	uint32_t	permissive;
	uint32_t	attribute;
	const void *attributes;			/* bitmap: attributes of the type, itself too */
} sepg_type;

typedef struct sepg_range
{
	uint32_t	low_sens;
	uint32_t	high_sens;
	const void *low_cats;			/* bitmap */
	const void *high_cats;			/* bitmap */
} sepg_range;

typedef struct sepg_user
{
	const void *roles;				/* bitmap */
	sepg_range	range;
} sepg_user;

typedef struct sepg_context
{
	uint32_t	user;
	uint32_t	role;
	uint32_t	type;
	sepg_range	range;
} sepg_context;

typedef struct sepg_rule
{
	uint32_t	source;
	uint32_t	target;
	uint32_t	tclass;
	uint32_t	kind;				/* SEPG_RULE_... */
	uint32_t	data;
	uint32_t	conditional;		/* of a boolean's rules, which is in force */
} sepg_rule;

typedef struct sepg_constraint
{
	uint32_t	permissions;
	const void *expression;
} sepg_constraint;

/* one step of a constraint in postfix form, CEXPR_... of constraint.h */
typedef struct sepg_step
{
	uint32_t	kind;
	uint32_t	attr;
	uint32_t	op;
	const void *names;				/* bitmap */
	const void *written;			/* bitmap of types and attributes as the source
									 * has them, or NULL; for people only */
} sepg_step;

/* a rule of one branch of a condition over booleans, in force or not */
typedef struct sepg_conditional
{
	sepg_rule	rule;
	const void *expression;
	uint32_t	branch;				/* in force when the condition is this */
	uint32_t	active;
} sepg_conditional;

/* one step of such a condition in postfix form, COND_... of conditional.h */
typedef struct sepg_cond_step
{
	uint32_t	kind;
	uint32_t	boolean;
} sepg_cond_step;

typedef struct sepg_role_allow
{
	uint32_t	role;
	uint32_t	new_role;
} sepg_role_allow;

typedef struct sepg_role_transition
{
	uint32_t	role;
	uint32_t	type;
	uint32_t	tclass;
	uint32_t	new_role;
} sepg_role_transition;

typedef struct sepg_range_transition
{
	uint32_t	source;
	uint32_t	target;
	uint32_t	tclass;
	sepg_range	range;
} sepg_range_transition;

typedef struct sepg_name_transition
{
	const char *name;
	const void *sources;			/* bitmap of types */
	uint32_t	target;
	uint32_t	tclass;
	uint32_t	new_type;
} sepg_name_transition;

typedef struct sepg_initial
{
	uint32_t	number;				/* 3 is the unlabeled context */
	sepg_context context;
} sepg_initial;

/*
 * Read an image.  On SEPG_LOAD_OK *db is a new database that the caller frees;
 * otherwise it is NULL and nothing is left behind.  Nothing is printed.
 */
extern int	sepg_db_load(const void *image, size_t length, sepg_db **db);
extern void sepg_db_free(sepg_db *db);

extern void sepg_db_info(const sepg_db *db, sepg_info *info);
extern size_t sepg_db_symbols(const sepg_db *db, int kind, sepg_symbol *out, size_t length);
extern size_t sepg_db_permissions(const sepg_db *db, uint32_t tclass, sepg_symbol *out, size_t length);

/* Describe one class, role, type, user or sensitivity; 0 if there is none of that value. */
extern int	sepg_db_class(const sepg_db *db, uint32_t value, sepg_class *out);
extern int	sepg_db_role(const sepg_db *db, uint32_t value, sepg_role *out);
extern int	sepg_db_type(const sepg_db *db, uint32_t value, sepg_type *out);
extern int	sepg_db_user(const sepg_db *db, uint32_t value, sepg_user *out);
extern int	sepg_db_level(const sepg_db *db, uint32_t value, const void **categories);

/* The rules in force: the unconditional ones, and those that the booleans switch on. */
extern size_t sepg_db_rules(const sepg_db *db, sepg_rule *out, size_t length);
/* All rules that depend on booleans. */
extern size_t sepg_db_conditionals(const sepg_db *db, sepg_conditional *out, size_t length);
extern size_t sepg_db_cond_steps(const void *expression, sepg_cond_step *out, size_t length);
/* The value of a boolean; 0 if there is none of that number. */
extern int	sepg_db_boolean(const sepg_db *db, uint32_t value, uint32_t *state);
extern size_t sepg_db_constraints(const sepg_db *db, uint32_t tclass, sepg_constraint *out, size_t length);
extern size_t sepg_db_steps(const void *expression, sepg_step *out, size_t length);
extern size_t sepg_db_role_allows(const sepg_db *db, sepg_role_allow *out, size_t length);
extern size_t sepg_db_role_transitions(const sepg_db *db, sepg_role_transition *out, size_t length);
extern size_t sepg_db_range_transitions(const sepg_db *db, sepg_range_transition *out, size_t length);
extern size_t sepg_db_name_transitions(const sepg_db *db, sepg_name_transition *out, size_t length);
extern size_t sepg_db_initials(const sepg_db *db, sepg_initial *out, size_t length);

/*
 * A bitmap in words of 64 bits, bit 0 of word 0 first.  Value v is bit v - 1,
 * and the words beyond the last that has a bit set are not counted.
 */
extern size_t sepg_bitmap_words(const void *bitmap, uint64_t *out, size_t length);

#endif							/* SEPG_SHIM_H */
