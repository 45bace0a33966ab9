/*
 * shim.c
 *		Reads a binary SELinux policy with libsepol and hands it out in flat
 *		records; see shim.h.
 */
#include "shim.h"

#include <stdlib.h>
#include <string.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <sepol/debug.h>
#include <sepol/policydb/avtab.h>
#include <sepol/policydb/conditional.h>
#include <sepol/policydb/constraint.h>
#include <sepol/policydb/ebitmap.h>
#include <sepol/policydb/policydb.h>

struct sepg_db
{
	policydb_t	p;
};

int
sepg_db_load(const void *image, size_t length, sepg_db **db)
{
	struct policy_file pf;
	sepg_db    *fresh;

	*db = NULL;

	/* libsepol prints its errors to stderr otherwise */
	sepol_debug(0);

	fresh = calloc(1, sizeof(*fresh));
	if (fresh == NULL)
		return SEPG_LOAD_NOMEM;
	if (policydb_init(&fresh->p) != 0)
	{
		free(fresh);
		return SEPG_LOAD_NOMEM;
	}

	/* libsepol only reads through this pointer, its type is not const */
	policy_file_init(&pf);
	pf.type = PF_USE_MEMORY;
	pf.data = (char *) image;
	pf.len = length;

	if (policydb_read(&fresh->p, &pf, 0) != 0)
	{
		/* policydb_read() leaves what it had read by then */
		sepg_db_free(fresh);
		return SEPG_LOAD_DAMAGED;
	}
	if (fresh->p.policy_type != POLICY_KERN ||
		fresh->p.target_platform != SEPOL_TARGET_SELINUX)
	{
		sepg_db_free(fresh);
		return SEPG_LOAD_NOT_KERNEL;
	}
	*db = fresh;
	return SEPG_LOAD_OK;
}

void
sepg_db_free(sepg_db *db)
{
	if (db == NULL)
		return;
	policydb_destroy(&db->p);
	free(db);
#ifdef __GLIBC__
	/* a backend keeps for its life what the allocator keeps of this */
	malloc_trim(0);
#endif
}

void
sepg_db_info(const sepg_db *db, sepg_info *info)
{
	const policydb_t *p = &db->p;
	const role_datum_t *object_r;

	memset(info, 0, sizeof(*info));
	info->version = p->policyvers;
	info->mls = p->mls ? 1 : 0;
	info->handle_unknown = p->handle_unknown;
	info->classes = p->p_classes.nprim;
	info->roles = p->p_roles.nprim;
	info->types = p->p_types.nprim;
	info->users = p->p_users.nprim;
	info->booleans = p->p_bools.nprim;
	info->levels = p->p_levels.nprim;
	info->categories = p->p_cats.nprim;
	info->process_class = p->process_class;
	object_r = hashtab_search(p->p_roles.table, OBJECT_R);
	info->object_r = object_r ? object_r->s.value : OBJECT_R_VAL;
}

static void
fill_symbol(sepg_symbol *out, int kind, const hashtab_node_t *node)
{
	out->name = node->key;
	out->alias = 0;
	out->attribute = 0;
	if (kind == SYM_LEVELS)
	{
		const level_datum_t *level = node->datum;

		out->value = level->level ? level->level->sens : 0;
		out->alias = level->isalias;
	}
	else if (kind == SYM_CATS)
	{
		const cat_datum_t *cat = node->datum;

		out->value = cat->s.value;
		out->alias = cat->isalias;
	}
	else if (kind == SYM_TYPES)
	{
		const type_datum_t *type = node->datum;

		out->value = type->s.value;
		out->alias = (type->flavor == TYPE_ALIAS || !type->primary);
		out->attribute = (type->flavor == TYPE_ATTRIB);
	}
	else if (kind == SYM_ROLES)
	{
		const role_datum_t *role = node->datum;

		out->value = role->s.value;
		out->attribute = (role->flavor == ROLE_ATTRIB);
	}
	else
	{
		/* classes, users and permissions begin with their number */
		const symtab_datum_t *datum = node->datum;

		out->value = datum->value;
	}
}

static size_t
fill_symbols(hashtab_t table, int kind, sepg_symbol *out, size_t length, size_t n)
{
	if (table == NULL)
		return n;
	for (unsigned int i = 0; i < table->size; i++)
	{
		for (const hashtab_node_t *node = table->htable[i]; node; node = node->next)
		{
			if (n < length)
				fill_symbol(&out[n], kind, node);
			n++;
		}
	}
	return n;
}

size_t
sepg_db_symbols(const sepg_db *db, int kind, sepg_symbol *out, size_t length)
{
	if (kind < 0 || kind >= SYM_NUM)
		return 0;
	return fill_symbols(db->p.symtab[kind].table, kind, out, length, 0);
}

static const class_datum_t *
find_class(const sepg_db *db, uint32_t value)
{
	if (value == 0 || value > db->p.p_classes.nprim)
		return NULL;
	return db->p.class_val_to_struct[value - 1];
}

size_t
sepg_db_permissions(const sepg_db *db, uint32_t tclass, sepg_symbol *out, size_t length)
{
	const class_datum_t *class = find_class(db, tclass);
	size_t		n = 0;

	if (class == NULL)
		return 0;
	if (class->comdatum != NULL)
		n = fill_symbols(class->comdatum->permissions.table, -1, out, length, n);
	return fill_symbols(class->permissions.table, -1, out, length, n);
}

int
sepg_db_class(const sepg_db *db, uint32_t value, sepg_class *out)
{
	const class_datum_t *class = find_class(db, value);

	if (class == NULL)
		return 0;
	out->default_user = (unsigned char) class->default_user;
	out->default_role = (unsigned char) class->default_role;
	out->default_type = (unsigned char) class->default_type;
	out->default_range = (unsigned char) class->default_range;
	return 1;
}

int
sepg_db_role(const sepg_db *db, uint32_t value, sepg_role *out)
{
	const role_datum_t *role;

	if (value == 0 || value > db->p.p_roles.nprim)
		return 0;
	role = db->p.role_val_to_struct[value - 1];
	if (role == NULL)
		return 0;
	out->types = &role->types.types;
	out->dominates = &role->dominates;
	return 1;
}

int
sepg_db_type(const sepg_db *db, uint32_t value, sepg_type *out)
{
	const type_datum_t *type;

	if (value == 0 || value > db->p.p_types.nprim)
		return 0;
	type = db->p.type_val_to_struct[value - 1];
	if (type == NULL)
		return 0;
	out->bounds = type->bounds;
	/* this map is indexed by the type's value, not by the value less one */
	out->permissive = ebitmap_get_bit(&db->p.permissive_map, value) ? 1 : 0;
	out->attribute = (type->flavor == TYPE_ATTRIB);
	out->attributes = db->p.type_attr_map ? &db->p.type_attr_map[value - 1] : NULL;
	return 1;
}

static void
fill_range(sepg_range *out, const mls_range_t *range)
{
	out->low_sens = range->level[0].sens;
	out->high_sens = range->level[1].sens;
	out->low_cats = &range->level[0].cat;
	out->high_cats = &range->level[1].cat;
}

int
sepg_db_user(const sepg_db *db, uint32_t value, sepg_user *out)
{
	const user_datum_t *user;

	if (value == 0 || value > db->p.p_users.nprim)
		return 0;
	user = db->p.user_val_to_struct[value - 1];
	if (user == NULL)
		return 0;
	out->roles = &user->roles.roles;
	fill_range(&out->range, &user->exp_range);
	return 1;
}

int
sepg_db_level(const sepg_db *db, uint32_t value, const void **categories)
{
	hashtab_t	table = db->p.p_levels.table;

	if (table == NULL)
		return 0;
	for (unsigned int i = 0; i < table->size; i++)
	{
		for (const hashtab_node_t *node = table->htable[i]; node; node = node->next)
		{
			const level_datum_t *level = node->datum;

			if (!level->isalias && level->level != NULL && level->level->sens == value)
			{
				*categories = &level->level->cat;
				return 1;
			}
		}
	}
	return 0;
}

/* Is there something of the node that a decision or a default label needs? */
static int
rule_kind(uint16_t specified)
{
	switch (specified & ~AVTAB_ENABLED)
	{
		case AVTAB_ALLOWED:
			return SEPG_RULE_ALLOW;
		case AVTAB_AUDITALLOW:
			return SEPG_RULE_AUDITALLOW;
		case AVTAB_AUDITDENY:
			return SEPG_RULE_AUDITDENY;
		case AVTAB_TRANSITION:
			return SEPG_RULE_TRANSITION;
		default:
			return 0;
	}
}

static size_t
fill_rule(const struct avtab_node *node, uint32_t conditional,
		  sepg_rule *out, size_t length, size_t n)
{
	int			kind = rule_kind(node->key.specified);

	if (kind == 0)
		return n;
	if (n < length)
	{
		out[n].source = node->key.source_type;
		out[n].target = node->key.target_type;
		out[n].tclass = node->key.target_class;
		out[n].kind = (uint32_t) kind;
		out[n].data = node->datum.data;
		out[n].conditional = conditional;
	}
	return n + 1;
}

/* A boolean expression in postfix form: 1, 0, or -1 where it cannot be evaluated. */
static int
evaluate_condition(const policydb_t *p, const cond_expr_t *expr)
{
	int			stack[COND_EXPR_MAXDEPTH];
	int			sp = -1;

	for (; expr; expr = expr->next)
	{
		if (expr->expr_type == COND_BOOL)
		{
			if (sp == COND_EXPR_MAXDEPTH - 1)
				return -1;
			if (expr->bool == 0 || expr->bool > p->p_bools.nprim ||
				p->bool_val_to_struct[expr->bool - 1] == NULL)
				return -1;
			stack[++sp] = p->bool_val_to_struct[expr->bool - 1]->state ? 1 : 0;
			continue;
		}
		if (expr->expr_type == COND_NOT)
		{
			if (sp < 0)
				return -1;
			stack[sp] = !stack[sp];
			continue;
		}
		if (sp < 1)
			return -1;
		sp--;
		switch (expr->expr_type)
		{
			case COND_OR:
				stack[sp] |= stack[sp + 1];
				break;
			case COND_AND:
				stack[sp] &= stack[sp + 1];
				break;
			case COND_XOR:
			case COND_NEQ:
				stack[sp] ^= stack[sp + 1];
				break;
			case COND_EQ:
				stack[sp] = (stack[sp] == stack[sp + 1]);
				break;
			default:
				return -1;
		}
	}
	return sp == 0 ? stack[0] : -1;
}

size_t
sepg_db_rules(const sepg_db *db, sepg_rule *out, size_t length)
{
	const policydb_t *p = &db->p;
	const avtab_t *table = &p->te_avtab;
	size_t		n = 0;

	if (table->htable != NULL)
	{
		for (uint32_t i = 0; i < table->nslot; i++)
			for (const struct avtab_node *node = table->htable[i]; node; node = node->next)
				n = fill_rule(node, 0, out, length, n);
	}

	for (const cond_node_t *cond = p->cond_list; cond; cond = cond->next)
	{
		int			state = evaluate_condition(p, cond->expr);
		const cond_av_list_t *list = NULL;

		if (state == 1)
			list = cond->true_list;
		else if (state == 0)
			list = cond->false_list;
		for (; list; list = list->next)
			if (list->node != NULL)
				n = fill_rule(list->node, 1, out, length, n);
	}
	return n;
}

size_t
sepg_db_conditionals(const sepg_db *db, sepg_conditional *out, size_t length)
{
	const policydb_t *p = &db->p;
	size_t		n = 0;

	for (const cond_node_t *cond = p->cond_list; cond; cond = cond->next)
	{
		int			state = evaluate_condition(p, cond->expr);

		for (int branch = 0; branch < 2; branch++)
		{
			for (const cond_av_list_t *list = branch ? cond->true_list : cond->false_list;
				 list; list = list->next)
			{
				sepg_rule	rule;

				if (list->node == NULL || fill_rule(list->node, 1, &rule, 1, 0) == 0)
					continue;
				if (n < length)
				{
					out[n].rule = rule;
					out[n].expression = cond->expr;
					out[n].branch = (uint32_t) branch;
					out[n].active = (state == branch);
				}
				n++;
			}
		}
	}
	return n;
}

size_t
sepg_db_cond_steps(const void *expression, sepg_cond_step *out, size_t length)
{
	size_t		n = 0;

	for (const cond_expr_t *expr = expression; expr; expr = expr->next)
	{
		if (n < length)
		{
			out[n].kind = expr->expr_type;
			out[n].boolean = expr->bool;
		}
		n++;
	}
	return n;
}

int
sepg_db_boolean(const sepg_db *db, uint32_t value, uint32_t *state)
{
	const policydb_t *p = &db->p;

	if (value == 0 || value > p->p_bools.nprim || p->bool_val_to_struct[value - 1] == NULL)
		return 0;
	*state = p->bool_val_to_struct[value - 1]->state ? 1 : 0;
	return 1;
}

size_t
sepg_db_constraints(const sepg_db *db, uint32_t tclass, sepg_constraint *out, size_t length)
{
	const class_datum_t *class = find_class(db, tclass);
	size_t		n = 0;

	if (class == NULL)
		return 0;
	for (const constraint_node_t *node = class->constraints; node; node = node->next)
	{
		if (n < length)
		{
			out[n].permissions = node->permissions;
			out[n].expression = node->expr;
		}
		n++;
	}
	return n;
}

size_t
sepg_db_steps(const void *expression, sepg_step *out, size_t length)
{
	size_t		n = 0;

	for (const constraint_expr_t *expr = expression; expr; expr = expr->next)
	{
		if (n < length)
		{
			out[n].kind = expr->expr_type;
			out[n].attr = expr->attr;
			out[n].op = expr->op;
			out[n].names = &expr->names;
			out[n].written = NULL;
			if (expr->expr_type == CEXPR_NAMES && (expr->attr & CEXPR_TYPE) &&
				expr->type_names != NULL && expr->type_names->flags == 0 &&
				expr->type_names->negset.node == NULL &&
				expr->type_names->types.node != NULL)
				out[n].written = &expr->type_names->types;
		}
		n++;
	}
	return n;
}

size_t
sepg_db_role_allows(const sepg_db *db, sepg_role_allow *out, size_t length)
{
	size_t		n = 0;

	for (const role_allow_t *ra = db->p.role_allow; ra; ra = ra->next)
	{
		if (n < length)
		{
			out[n].role = ra->role;
			out[n].new_role = ra->new_role;
		}
		n++;
	}
	return n;
}

size_t
sepg_db_role_transitions(const sepg_db *db, sepg_role_transition *out, size_t length)
{
	size_t		n = 0;

	for (const role_trans_t *rt = db->p.role_tr; rt; rt = rt->next)
	{
		if (n < length)
		{
			out[n].role = rt->role;
			out[n].type = rt->type;
			out[n].tclass = rt->tclass;
			out[n].new_role = rt->new_role;
		}
		n++;
	}
	return n;
}

size_t
sepg_db_range_transitions(const sepg_db *db, sepg_range_transition *out, size_t length)
{
	hashtab_t	table = db->p.range_tr;
	size_t		n = 0;

	if (table == NULL)
		return 0;
	for (unsigned int i = 0; i < table->size; i++)
	{
		for (const hashtab_node_t *node = table->htable[i]; node; node = node->next)
		{
			const range_trans_t *key = (const range_trans_t *) node->key;

			if (n < length)
			{
				out[n].source = key->source_type;
				out[n].target = key->target_type;
				out[n].tclass = key->target_class;
				fill_range(&out[n].range, node->datum);
			}
			n++;
		}
	}
	return n;
}

size_t
sepg_db_name_transitions(const sepg_db *db, sepg_name_transition *out, size_t length)
{
	hashtab_t	table = db->p.filename_trans;
	size_t		n = 0;

	if (table == NULL)
		return 0;
	for (unsigned int i = 0; i < table->size; i++)
	{
		for (const hashtab_node_t *node = table->htable[i]; node; node = node->next)
		{
			const filename_trans_key_t *key = (const filename_trans_key_t *) node->key;

			for (const filename_trans_datum_t *d = node->datum; d; d = d->next)
			{
				if (n < length)
				{
					out[n].name = key->name;
					out[n].sources = &d->stypes;
					out[n].target = key->ttype;
					out[n].tclass = key->tclass;
					out[n].new_type = d->otype;
				}
				n++;
			}
		}
	}
	return n;
}

size_t
sepg_db_initials(const sepg_db *db, sepg_initial *out, size_t length)
{
	size_t		n = 0;

	for (const ocontext_t *oc = db->p.ocontexts[OCON_ISID]; oc; oc = oc->next)
	{
		if (n < length)
		{
			const context_struct_t *context = &oc->context[0];

			out[n].number = oc->sid[0];
			out[n].context.user = context->user;
			out[n].context.role = context->role;
			out[n].context.type = context->type;
			fill_range(&out[n].context.range, &context->range);
		}
		n++;
	}
	return n;
}

size_t
sepg_bitmap_words(const void *bitmap, uint64_t *out, size_t length)
{
	const ebitmap_t *e = bitmap;
	size_t		n = 0;

	_Static_assert(sizeof(MAPTYPE) == sizeof(uint64_t), "bitmap nodes hold 64 bits");

	if (e == NULL)
		return 0;
	if (length > 0)
		memset(out, 0, length * sizeof(uint64_t));
	for (const ebitmap_node_t *node = e->node; node; node = node->next)
	{
		size_t		word = node->startbit / 64;

		if (node->map == 0)
			continue;
		if (word < length)
			out[word] = node->map;
		if (word + 1 > n)
			n = word + 1;
	}
	return n;
}
