/*
 * link.c
 *		A C program that uses the core: that it links, and what it answers.
 */
#include "security/sepgsql_core.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition) \
	do { \
		if (!(condition)) \
		{ \
			fprintf(stderr, "line %d: %s (%s)\n", __LINE__, #condition, err); \
			return 1; \
		} \
	} while (0)

_Static_assert(sizeof(SepgSid) == 4, "a SID is a uint32");
_Static_assert(sizeof(SepgAudit) == 12, "layout of SepgAudit");
_Static_assert(sizeof(SepgStats) == 88, "layout of SepgStats");
_Static_assert(sizeof(SepgPolicyInfo) == 40, "layout of SepgPolicyInfo");
_Static_assert(SEPG_DB_TUPLE__SELECT == SEPG_DB_TABLE__GETATTR, "rows alias objects");

int
main(int argc, char **argv)
{
	char		err[SEPG_ERRLEN] = "";
	char		buf[256];
	unsigned char *image;
	long		length;
	FILE	   *file;
	SepgSid		client,
				table,
				made,
				stored;
	SepgAudit	audit;
	SepgStats	stats;
	SepgPolicyInfo info;
	uint32_t	allowed;

	CHECK(argc == 2);
	file = fopen(argv[1], "rb");
	CHECK(file != NULL && fseek(file, 0, SEEK_END) == 0);
	length = ftell(file);
	rewind(file);
	image = malloc(length);
	CHECK(image != NULL && fread(image, 1, length, file) == (size_t) length);
	fclose(file);

	/* before there is a policy */
	CHECK(!sepg_core_ready());
	CHECK(sepg_core_context_to_sid("a:b:c:s0", &client, err, sizeof(err)) == SEPG_NOT_READY);
	CHECK(client == SEPG_SID_NONE && strlen(err) > 0);
	CHECK(sepg_core_text_to_sid("system_u:object_r:secret_t:s0", &stored) == SEPG_OK);
	CHECK(sepg_core_check(stored, stored, SEPG_CLASS_DB_TUPLE, 1, &audit) == SEPG_NOT_READY);
	CHECK(strlen(sepg_core_last_error()) > 0);

	/* the policy */
	CHECK(sepg_core_check_policy(image, length / 2, err, sizeof(err)) == SEPG_ERROR);
	CHECK(strstr(err, "cut short") != NULL);
	CHECK(sepg_core_check_policy(image, length, err, sizeof(err)) == SEPG_OK);
	CHECK(!sepg_core_ready() && err[0] == '\0');
	CHECK(sepg_core_init_embedded(image, length, err, sizeof(err)) == SEPG_OK);
	CHECK(sepg_core_ready() && sepg_core_enforcing());
	memset(image, 0xff, length);
	free(image);
	CHECK(sepg_core_policy_info(&info) == SEPG_OK);
	CHECK(info.mls && info.deny_unknown && info.version == 33);

	/* contexts */
	CHECK(sepg_core_context_to_sid("alice_u:client_r:client_t:s0-s1:c1,c0,c2", &client,
								   err, sizeof(err)) == SEPG_OK);
	CHECK(strcmp(sepg_core_sid_to_text(client), "alice_u:client_r:client_t:s0-s1:c0.c2") == 0);
	CHECK(sepg_core_context_to_sid("system_u:object_r:table_t:s0", &table, err, sizeof(err)) == SEPG_OK);
	CHECK(sepg_core_context_to_sid("nobody", &made, err, sizeof(err)) == SEPG_INVALID);
	CHECK(made == SEPG_SID_NONE && strstr(err, "\"nobody\"") != NULL);
	CHECK(sepg_core_sid_valid(stored) == 1);
	CHECK(sepg_core_context_part(sepg_core_sid_to_text(client), SEPG_CONTEXT_RANGE,
								 buf, sizeof(buf)) == 11);
	CHECK(strcmp(buf, "s0-s1:c0.c2") == 0);
	CHECK(sepg_core_context_set_part("a:b:c:s0", SEPG_CONTEXT_TYPE, "d", buf, sizeof(buf)) == 8);
	CHECK(strcmp(buf, "a:b:d:s0") == 0);

	/* decisions */
	CHECK(sepg_core_check(client, table, SEPG_CLASS_DB_TUPLE,
						  SEPG_DB_TUPLE__SELECT | SEPG_DB_TUPLE__INSERT, &audit) == SEPG_OK);
	CHECK(audit.granted && audit.audited == SEPG_DB_TUPLE__INSERT);
	CHECK(sepg_core_check(client, table, SEPG_CLASS_DB_TUPLE,
						  SEPG_DB_TUPLE__DELETE, &audit) == SEPG_DENIED);
	CHECK(audit.denied == SEPG_DB_TUPLE__DELETE && audit.audited == SEPG_DB_TUPLE__DELETE);
	CHECK(sepg_core_allowed(client, table, SEPG_CLASS_DB_TUPLE, &allowed) == SEPG_OK);
	CHECK((allowed & SEPG_DB_TUPLE__DELETE) == 0 && (allowed & SEPG_DB_TUPLE__SELECT) != 0);
	CHECK(sepg_core_compute_create(client, table, SEPG_CLASS_DB_TUPLE, NULL, &made,
								   err, sizeof(err)) == SEPG_OK);
	CHECK(strcmp(sepg_core_sid_to_text(made), "alice_u:object_r:table_t:s0") == 0);
	CHECK(sepg_core_audit_text(client, table, SEPG_CLASS_DB_TUPLE, SEPG_DB_TUPLE__DELETE,
							   true, false, NULL, buf, sizeof(buf)) == (int) strlen(buf));
	CHECK(strcmp(buf, "SELinux: denied { delete } scontext=alice_u:client_r:client_t:s0-s1:c0.c2"
				 " tcontext=system_u:object_r:table_t:s0 tclass=db_tuple") == 0);
	CHECK(strcmp(sepg_core_class_name(SEPG_CLASS_DB_VIEW), "db_view") == 0);
	CHECK(strcmp(sepg_core_perm_name(SEPG_CLASS_DB_VIEW, SEPG_DB_VIEW__EXPAND), "expand") == 0);
	CHECK(sepg_core_data_perms(SEPG_CLASS_DB_TABLE, SEPG_OP_SELECT) == SEPG_DB_TABLE__SELECT);

	/* subjects */
	sepg_core_subject_reset(client);
	CHECK(sepg_core_subject_push(table, 1) == SEPG_OK && sepg_core_subject() == table);
	sepg_core_subject_at_abort(1);
	CHECK(sepg_core_subject() == client && sepg_core_subject_mark() == 0);

	/* without a kernel that has SELinux there is an error, and no crash */
	if (!sepg_core_kernel_available())
	{
		CHECK(sepg_core_getpeercon(0, &made, err, sizeof(err)) == SEPG_ERROR);
		CHECK(sepg_core_init_kernel(err, sizeof(err)) == SEPG_ERROR);
		CHECK(strstr(err, "not enabled") != NULL && sepg_core_ready());
	}

	sepg_core_stats(&stats);
	CHECK(stats.lookups == stats.hits + stats.misses && stats.denials == 1);
	CHECK(sepg_core_poll() == 0);
	return 0;
}
