/*
 * oracle.c
 *		libsepol's own security server, for the tests alone: they compare the
 *		embedded server's answers with it.
 *
 * libsepol holds one policy and one table of SIDs for the whole process, and
 * is not thread safe; the tests take a lock.  The core refers to nothing here,
 * so the linker leaves this file out of a server.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sepol/debug.h>
#include <sepol/kernel_to_cil.h>
#include <sepol/policydb/conditional.h>
#include <sepol/policydb/policydb.h>
#include <sepol/policydb/services.h>
#include <sepol/policydb/sidtab.h>

extern int	sepg_oracle_load(const void *image, size_t length);
extern int	sepg_oracle_sid(const char *context, uint32_t *sid);
extern char *sepg_oracle_context(uint32_t sid);
extern uint32_t sepg_oracle_class(const char *name);
extern uint32_t sepg_oracle_permission(uint32_t tclass, const char *name);
extern int	sepg_oracle_compute_av(uint32_t source, uint32_t target, uint32_t tclass,
								   uint32_t *answer);
extern int	sepg_oracle_transition(uint32_t source, uint32_t target, uint32_t tclass,
								   uint32_t *sid);
extern int	sepg_oracle_bounds_depth(const char *type);
extern int	sepg_oracle_write_cil(const char *path);
extern int	sepg_oracle_set_boolean(const char *name, int state);

static policydb_t oracle_db;
static sidtab_t oracle_sids;
static int	oracle_loaded = 0;

int
sepg_oracle_load(const void *image, size_t length)
{
	struct policy_file pf;

	sepol_debug(0);
	if (oracle_loaded)
	{
		sepol_sidtab_destroy(&oracle_sids);
		policydb_destroy(&oracle_db);
		oracle_loaded = 0;
	}
	memset(&oracle_db, 0, sizeof(oracle_db));
	memset(&oracle_sids, 0, sizeof(oracle_sids));
	if (policydb_init(&oracle_db) != 0)
		return -1;
	policy_file_init(&pf);
	pf.type = PF_USE_MEMORY;
	pf.data = (char *) image;
	pf.len = length;
	if (policydb_read(&oracle_db, &pf, 0) != 0)
		return -1;
	/* also initialises the table of SIDs */
	if (policydb_load_isids(&oracle_db, &oracle_sids) != 0)
		return -1;
	if (evaluate_conds(&oracle_db) != 0)
		return -1;
	if (sepol_set_policydb(&oracle_db) != 0 || sepol_set_sidtab(&oracle_sids) != 0)
		return -1;
	oracle_loaded = 1;
	return 0;
}

int
sepg_oracle_sid(const char *context, uint32_t *sid)
{
	return sepol_context_to_sid(context, strlen(context) + 1, sid);
}

/* The caller frees the answer with free(). */
char *
sepg_oracle_context(uint32_t sid)
{
	char	   *text = NULL;
	size_t		length;

	if (sepol_sid_to_context(sid, &text, &length) != 0)
		return NULL;
	return text;
}

uint32_t
sepg_oracle_class(const char *name)
{
	sepol_security_class_t tclass = 0;

	if (sepol_string_to_security_class(name, &tclass) != 0)
		return 0;
	return tclass;
}

uint32_t
sepg_oracle_permission(uint32_t tclass, const char *name)
{
	sepol_access_vector_t av = 0;

	if (sepol_string_to_av_perm((sepol_security_class_t) tclass, name, &av) != 0)
		return 0;
	return av;
}

/* answer: allowed, auditallow, auditdeny */
int
sepg_oracle_compute_av(uint32_t source, uint32_t target, uint32_t tclass, uint32_t *answer)
{
	struct sepol_av_decision avd;

	memset(&avd, 0, sizeof(avd));
	if (sepol_compute_av(source, target, (sepol_security_class_t) tclass, UINT32_MAX, &avd) != 0)
		return -1;
	answer[0] = avd.allowed;
	answer[1] = avd.auditallow;
	answer[2] = avd.auditdeny;
	return 0;
}

int
sepg_oracle_transition(uint32_t source, uint32_t target, uint32_t tclass, uint32_t *sid)
{
	return sepol_transition_sid(source, target, (sepol_security_class_t) tclass, sid);
}

/* How many types bound this one, one above the other. */
int
sepg_oracle_bounds_depth(const char *type)
{
	const type_datum_t *datum = hashtab_search(oracle_db.p_types.table, type);
	int			depth = 0;

	while (datum != NULL && datum->bounds != 0 && depth < 100)
	{
		depth++;
		datum = oracle_db.type_val_to_struct[datum->bounds - 1];
	}
	return depth;
}

/* The whole policy as CIL, from which the tests take what libsepol cannot be asked. */
int
sepg_oracle_write_cil(const char *path)
{
	FILE	   *file = fopen(path, "w");
	int			rc;

	if (file == NULL)
		return -1;
	rc = sepol_kernel_policydb_to_cil(file, &oracle_db);
	if (fclose(file) != 0)
		rc = -1;
	return rc;
}

int
sepg_oracle_set_boolean(const char *name, int state)
{
	cond_bool_datum_t *datum = hashtab_search(oracle_db.p_bools.table, name);

	if (datum == NULL)
		return -1;
	datum->state = state;
	return evaluate_conds(&oracle_db);
}
