/*
 * evaluate.c
 *	  Asks a binary policy, by libsepol, what a file of expectations says.
 *
 * usage: evaluate POLICY FILE...
 *
 *	 allow SUBJECT OBJECT CLASS PERMISSION...	each permission is allowed
 *	 deny SUBJECT OBJECT CLASS PERMISSION...	each permission is denied
 *	 trans SUBJECT PARENT CLASS [name=NAME] => CONTEXT
 *												the label of a new object
 * and, beyond what expectations.txt uses:
 *	 quiet SUBJECT OBJECT CLASS PERMISSION...	denied, and not audited
 *	 audited SUBJECT OBJECT CLASS PERMISSION...	denied, and audited
 *	 granted SUBJECT OBJECT CLASS PERMISSION...	allowed, and audited
 *	 regrade yes|no SUBJECT OLD NEW CLASS		may the label change at all
 *	 valid CONTEXT								in canonical form
 *	 invalid CONTEXT
 *	 boolean NAME true|false					from here on
 *
 * One policy in one process, all of it freed by leaving.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sepol/debug.h>
#include <sepol/policydb/conditional.h>
#include <sepol/policydb/policydb.h>
#include <sepol/policydb/services.h>
#include <sepol/policydb/sidtab.h>

/* after libsepol, which has a member of that name */
#include <stdbool.h>

#define MAX_WORDS 64

static policydb_t db;
static sidtab_t sids;

static const char *file;
static int	line;
static int	passed;
static int	failed;

static void
fail(const char *format,...)
{
	va_list		args;

	printf("%s:%d: ", file, line);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	failed++;
}

static void
load(const char *path)
{
	FILE	   *f = fopen(path, "rb");
	struct policy_file pf;
	char	   *image;
	long		size;

	if (f == NULL || fseek(f, 0, SEEK_END) != 0 || (size = ftell(f)) <= 0)
	{
		perror(path);
		exit(2);
	}
	rewind(f);
	image = malloc(size);
	if (image == NULL || fread(image, 1, size, f) != (size_t) size)
	{
		perror(path);
		exit(2);
	}
	fclose(f);

	policy_file_init(&pf);
	pf.type = PF_USE_MEMORY;
	pf.data = image;
	pf.len = size;
	if (policydb_init(&db) != 0 || policydb_read(&db, &pf, 0) != 0 ||
		db.policy_type != POLICY_KERN || policydb_load_isids(&db, &sids) != 0)
	{
		fprintf(stderr, "%s: not a binary policy\n", path);
		exit(2);
	}
	free(image);
	sepol_set_policydb(&db);
	sepol_set_sidtab(&sids);
}

/* The SID of a context, 0 if it is not valid or not as SELinux writes it. */
static sepol_security_id_t
sid_of(const char *context)
{
	sepol_security_id_t sid;
	char	   *text;
	size_t		len;
	bool		same;

	if (sepol_context_to_sid(context, strlen(context) + 1, &sid) != 0 ||
		sepol_sid_to_context(sid, &text, &len) != 0)
		return 0;
	same = strcmp(context, text) == 0;
	free(text);
	return same ? sid : 0;
}

/* The type that a named transition gives, 0 if there is none. */
static uint32_t
named_transition(const context_struct_t *subject, const context_struct_t *parent,
				 sepol_security_class_t class, char *name)
{
	filename_trans_key_t key = {.ttype = parent->type,.tclass = class,.name = name};
	filename_trans_datum_t *found = hashtab_search(db.filename_trans, (hashtab_key_t) &key);

	for (; found != NULL; found = found->next)
		if (ebitmap_get_bit(&found->stypes, subject->type - 1))
			return found->otype;
	return 0;
}

static void
check_transition(sepol_security_id_t subject, sepol_security_id_t parent,
				 sepol_security_class_t class, char **word, int words)
{
	char	   *name = NULL;
	char	   *text;
	size_t		len;
	sepol_security_id_t sid;
	uint32_t	type;

	if (words > 0 && strncmp(word[0], "name=", 5) == 0)
	{
		name = word[0] + 5;
		word++;
		words--;
	}
	if (words != 2 || strcmp(word[0], "=>") != 0 || sid_of(word[1]) == 0)
	{
		fail("expected [name=NAME] => CONTEXT");
		return;
	}
	if (sepol_transition_sid(subject, parent, class, &sid) != 0)
	{
		fail("no valid label");
		return;
	}
	type = name == NULL ? 0 :
		named_transition(sepol_sidtab_search(&sids, subject),
						 sepol_sidtab_search(&sids, parent), class, name);
	if (type != 0)
	{
		/* libsepol leaves the name out: all but the type is the same. */
		context_struct_t label;

		if (context_cpy(&label, sepol_sidtab_search(&sids, sid)) != 0)
			exit(2);
		label.type = type;
		if (sepol_sidtab_context_to_sid(&sids, &label, &sid) != 0)
			exit(2);
		context_destroy(&label);
	}
	if (sepol_sid_to_context(sid, &text, &len) != 0)
		exit(2);
	if (strcmp(text, word[1]) == 0)
		passed++;
	else
		fail("is %s, not %s", text, word[1]);
	free(text);
}

static void
check_permissions(const char *verb, sepol_security_id_t subject,
				  sepol_security_id_t object, sepol_security_class_t class,
				  char **word, int words)
{
	struct sepol_av_decision avd;
	int			i;

	if (words == 0)
		fail("no permissions");
	if (sepol_compute_av(subject, object, class, 0, &avd) != 0)
	{
		fail("no decision");
		return;
	}
	for (i = 0; i < words; i++)
	{
		sepol_access_vector_t bit;
		bool		allowed;
		bool		good;

		if (sepol_string_to_av_perm(class, word[i], &bit) != 0)
		{
			fail("no permission \"%s\"", word[i]);
			continue;
		}
		allowed = (avd.allowed & bit) != 0;
		if (strcmp(verb, "allow") == 0)
			good = allowed;
		else if (strcmp(verb, "deny") == 0)
			good = !allowed;
		else if (strcmp(verb, "quiet") == 0)
			good = !allowed && (avd.auditdeny & bit) == 0;
		else if (strcmp(verb, "audited") == 0)
			good = !allowed && (avd.auditdeny & bit) != 0;
		else					/* granted */
			good = allowed && (avd.auditallow & bit) != 0;
		if (good)
			passed++;
		else
			fail("%s does not hold: %s", verb, word[i]);
	}
}

static void
check_regrade(char **word, int words)
{
	sepol_security_id_t subject;
	sepol_security_id_t old;
	sepol_security_id_t new;
	sepol_security_class_t class;
	char	   *reason = NULL;
	bool		may;

	if (words != 5 || (subject = sid_of(word[1])) == 0 || (old = sid_of(word[2])) == 0 ||
		(new = sid_of(word[3])) == 0 || sepol_string_to_security_class(word[4], &class) != 0)
	{
		fail("expected yes|no SUBJECT OLD NEW CLASS, all valid");
		return;
	}
	may = sepol_validate_transition_reason_buffer(old, new, subject, class, &reason,
												  SHOW_GRANTED) == 0;
	free(reason);
	if (may == (strcmp(word[0], "yes") == 0))
		passed++;
	else
		fail("regrade is %s", may ? "allowed" : "denied");
}

static void
set_boolean(char **word, int words)
{
	cond_bool_datum_t *boolean;

	if (words != 2 || (boolean = hashtab_search(db.p_bools.table, word[0])) == NULL)
	{
		fail("no such boolean");
		return;
	}
	boolean->state = strcmp(word[1], "true") == 0;
	if (evaluate_conds(&db) != 0)
		exit(2);
}

static void
check(char **word, int words)
{
	static const char *const verbs[] = {"allow", "deny", "quiet", "audited", "granted", "trans"};
	sepol_security_id_t subject;
	sepol_security_id_t object;
	sepol_security_class_t class;
	bool		known = false;
	size_t		i;

	if (strcmp(word[0], "boolean") == 0)
		set_boolean(word + 1, words - 1);
	else if (strcmp(word[0], "regrade") == 0)
		check_regrade(word + 1, words - 1);
	else if (words == 2 && (strcmp(word[0], "valid") == 0 || strcmp(word[0], "invalid") == 0))
	{
		if ((sid_of(word[1]) != 0) == (strcmp(word[0], "valid") == 0))
			passed++;
		else
			fail("not %s: %s", word[0], word[1]);
	}
	else
	{
		for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
			known |= strcmp(word[0], verbs[i]) == 0;
		if (!known || words < 5)
			fail("not understood: %s", word[0]);
		else if ((subject = sid_of(word[1])) == 0)
			fail("invalid context: %s", word[1]);
		else if ((object = sid_of(word[2])) == 0)
			fail("invalid context: %s", word[2]);
		else if (sepol_string_to_security_class(word[3], &class) != 0)
			fail("no class \"%s\"", word[3]);
		else if (strcmp(word[0], "trans") == 0)
			check_transition(subject, object, class, word + 4, words - 4);
		else
			check_permissions(word[0], subject, object, class, word + 4, words - 4);
	}
}

int
main(int argc, char **argv)
{
	static char text[8192];
	int			i;

	if (argc < 3)
	{
		fprintf(stderr, "usage: %s POLICY FILE...\n", argv[0]);
		return 2;
	}
	sepol_debug(0);
	load(argv[1]);
	for (i = 2; i < argc; i++)
	{
		FILE	   *f = fopen(argv[i], "r");

		if (f == NULL)
		{
			perror(argv[i]);
			return 2;
		}
		file = argv[i];
		for (line = 1; fgets(text, sizeof(text), f) != NULL; line++)
		{
			char	   *word[MAX_WORDS];
			int			words = 0;
			char	   *rest;
			char	   *w;

			text[strcspn(text, "#")] = '\0';
			for (w = strtok_r(text, " \t\n", &rest); w != NULL && words < MAX_WORDS;
				 w = strtok_r(NULL, " \t\n", &rest))
				word[words++] = w;
			if (words > 0)
				check(word, words);
		}
		fclose(f);
	}
	printf("%d passed, %d failed\n", passed, failed);
	return failed != 0 || passed == 0;
}
