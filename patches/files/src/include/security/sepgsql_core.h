/*-------------------------------------------------------------------------
 *
 * sepgsql_core.h
 *		The reference monitor of SE-PostgreSQL, as C sees it.
 *
 * Generated from rust-core/src by its test "header"; do not edit.
 *
 * src/include/security/sepgsql_core.h
 *
 *-------------------------------------------------------------------------
 */

#ifndef SEPGSQL_CORE_H
#define SEPGSQL_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Permissions, by class.  The file classes share those of file. */
#define SEPG_DB_DATABASE__CREATE 0x0001
#define SEPG_DB_DATABASE__DROP 0x0002
#define SEPG_DB_DATABASE__GETATTR 0x0004
#define SEPG_DB_DATABASE__SETATTR 0x0008
#define SEPG_DB_DATABASE__RELABELFROM 0x0010
#define SEPG_DB_DATABASE__RELABELTO 0x0020
#define SEPG_DB_DATABASE__ACCESS 0x0040
#define SEPG_DB_DATABASE__INSTALL_MODULE 0x0080
#define SEPG_DB_DATABASE__LOAD_MODULE 0x0100
#define SEPG_DB_DATABASE__GET_PARAM 0x0200
#define SEPG_DB_DATABASE__SET_PARAM 0x0400

#define SEPG_DB_SCHEMA__CREATE 0x0001
#define SEPG_DB_SCHEMA__DROP 0x0002
#define SEPG_DB_SCHEMA__GETATTR 0x0004
#define SEPG_DB_SCHEMA__SETATTR 0x0008
#define SEPG_DB_SCHEMA__RELABELFROM 0x0010
#define SEPG_DB_SCHEMA__RELABELTO 0x0020
#define SEPG_DB_SCHEMA__SEARCH 0x0040
#define SEPG_DB_SCHEMA__ADD_NAME 0x0080
#define SEPG_DB_SCHEMA__REMOVE_NAME 0x0100

#define SEPG_DB_TABLE__CREATE 0x0001
#define SEPG_DB_TABLE__DROP 0x0002
#define SEPG_DB_TABLE__GETATTR 0x0004
#define SEPG_DB_TABLE__SETATTR 0x0008
#define SEPG_DB_TABLE__RELABELFROM 0x0010
#define SEPG_DB_TABLE__RELABELTO 0x0020
#define SEPG_DB_TABLE__SELECT 0x0040
#define SEPG_DB_TABLE__UPDATE 0x0080
#define SEPG_DB_TABLE__INSERT 0x0100
#define SEPG_DB_TABLE__DELETE 0x0200
#define SEPG_DB_TABLE__LOCK 0x0400
#define SEPG_DB_TABLE__TRUNCATE 0x0800

#define SEPG_DB_COLUMN__CREATE 0x0001
#define SEPG_DB_COLUMN__DROP 0x0002
#define SEPG_DB_COLUMN__GETATTR 0x0004
#define SEPG_DB_COLUMN__SETATTR 0x0008
#define SEPG_DB_COLUMN__RELABELFROM 0x0010
#define SEPG_DB_COLUMN__RELABELTO 0x0020
#define SEPG_DB_COLUMN__SELECT 0x0040
#define SEPG_DB_COLUMN__UPDATE 0x0080
#define SEPG_DB_COLUMN__INSERT 0x0100

#define SEPG_DB_TUPLE__INSERT 0x0001
#define SEPG_DB_TUPLE__DELETE 0x0002
#define SEPG_DB_TUPLE__SELECT 0x0004
#define SEPG_DB_TUPLE__UPDATE 0x0008
#define SEPG_DB_TUPLE__RELABELFROM 0x0010
#define SEPG_DB_TUPLE__RELABELTO 0x0020
#define SEPG_DB_TUPLE__USE 0x0040

#define SEPG_DB_PROCEDURE__CREATE 0x0001
#define SEPG_DB_PROCEDURE__DROP 0x0002
#define SEPG_DB_PROCEDURE__GETATTR 0x0004
#define SEPG_DB_PROCEDURE__SETATTR 0x0008
#define SEPG_DB_PROCEDURE__RELABELFROM 0x0010
#define SEPG_DB_PROCEDURE__RELABELTO 0x0020
#define SEPG_DB_PROCEDURE__EXECUTE 0x0040
#define SEPG_DB_PROCEDURE__ENTRYPOINT 0x0080
#define SEPG_DB_PROCEDURE__INSTALL 0x0100

#define SEPG_DB_BLOB__CREATE 0x0001
#define SEPG_DB_BLOB__DROP 0x0002
#define SEPG_DB_BLOB__GETATTR 0x0004
#define SEPG_DB_BLOB__SETATTR 0x0008
#define SEPG_DB_BLOB__RELABELFROM 0x0010
#define SEPG_DB_BLOB__RELABELTO 0x0020
#define SEPG_DB_BLOB__READ 0x0040
#define SEPG_DB_BLOB__WRITE 0x0080
#define SEPG_DB_BLOB__IMPORT 0x0100
#define SEPG_DB_BLOB__EXPORT 0x0200

#define SEPG_DB_SEQUENCE__CREATE 0x0001
#define SEPG_DB_SEQUENCE__DROP 0x0002
#define SEPG_DB_SEQUENCE__GETATTR 0x0004
#define SEPG_DB_SEQUENCE__SETATTR 0x0008
#define SEPG_DB_SEQUENCE__RELABELFROM 0x0010
#define SEPG_DB_SEQUENCE__RELABELTO 0x0020
#define SEPG_DB_SEQUENCE__GET_VALUE 0x0040
#define SEPG_DB_SEQUENCE__NEXT_VALUE 0x0080
#define SEPG_DB_SEQUENCE__SET_VALUE 0x0100

#define SEPG_DB_VIEW__CREATE 0x0001
#define SEPG_DB_VIEW__DROP 0x0002
#define SEPG_DB_VIEW__GETATTR 0x0004
#define SEPG_DB_VIEW__SETATTR 0x0008
#define SEPG_DB_VIEW__RELABELFROM 0x0010
#define SEPG_DB_VIEW__RELABELTO 0x0020
#define SEPG_DB_VIEW__EXPAND 0x0040

#define SEPG_DB_LANGUAGE__CREATE 0x0001
#define SEPG_DB_LANGUAGE__DROP 0x0002
#define SEPG_DB_LANGUAGE__GETATTR 0x0004
#define SEPG_DB_LANGUAGE__SETATTR 0x0008
#define SEPG_DB_LANGUAGE__RELABELFROM 0x0010
#define SEPG_DB_LANGUAGE__RELABELTO 0x0020
#define SEPG_DB_LANGUAGE__IMPLEMENT 0x0040
#define SEPG_DB_LANGUAGE__EXECUTE 0x0080

#define SEPG_PROCESS__TRANSITION 0x0001
#define SEPG_PROCESS__DYNTRANSITION 0x0002
#define SEPG_PROCESS__SETCURRENT 0x0004
#define SEPG_PROCESS__GETATTR 0x0008
#define SEPG_PROCESS__SIGNAL 0x0010
#define SEPG_PROCESS__SIGKILL 0x0020

#define SEPG_FILE__READ 0x0001
#define SEPG_FILE__WRITE 0x0002
#define SEPG_FILE__CREATE 0x0004
#define SEPG_FILE__GETATTR 0x0008
#define SEPG_FILE__OPEN 0x0010
#define SEPG_FILE__APPEND 0x0020
#define SEPG_FILE__UNLINK 0x0040
#define SEPG_FILE__EXECUTE 0x0080

#define SEPG_SECURITY__COMPUTE_AV 0x0001
#define SEPG_SECURITY__READ_POLICY 0x0002

/* Not a class. */
#define SEPG_CLASS_INVALID 0

/* A database. */
#define SEPG_CLASS_DB_DATABASE 1

/* A schema. */
#define SEPG_CLASS_DB_SCHEMA 2

/* A table. */
#define SEPG_CLASS_DB_TABLE 3

/* A column. */
#define SEPG_CLASS_DB_COLUMN 4

/* A row. */
#define SEPG_CLASS_DB_TUPLE 5

/* A function. */
#define SEPG_CLASS_DB_PROCEDURE 6

/* A large object. */
#define SEPG_CLASS_DB_BLOB 7

/* A sequence. */
#define SEPG_CLASS_DB_SEQUENCE 8

/* A view. */
#define SEPG_CLASS_DB_VIEW 9

/* A procedural language. */
#define SEPG_CLASS_DB_LANGUAGE 10

/* A process, that is a client's label. */
#define SEPG_CLASS_PROCESS 11

/* A regular file of the server's host. */
#define SEPG_CLASS_FILE 12

/* A directory. */
#define SEPG_CLASS_DIR 13

/* A symbolic link. */
#define SEPG_CLASS_LNK_FILE 14

/* A character device. */
#define SEPG_CLASS_CHR_FILE 15

/* A block device. */
#define SEPG_CLASS_BLK_FILE 16

/* A socket in the file system. */
#define SEPG_CLASS_SOCK_FILE 17

/* A named pipe. */
#define SEPG_CLASS_FIFO_FILE 18

/* The security server itself. */
#define SEPG_CLASS_SECURITY 19

/* One more than the highest class. */
#define SEPG_CLASS_COUNT 20

/* The user of a context, for sepg_core_context_part(). */
#define SEPG_CONTEXT_USER 0

/* The role of a context. */
#define SEPG_CONTEXT_ROLE 1

/* The type of a context. */
#define SEPG_CONTEXT_TYPE 2

/* The range of a context, everything behind the third colon. */
#define SEPG_CONTEXT_RANGE 3

/* Read. */
#define SEPG_OP_SELECT (1 << 0)

/* Add. */
#define SEPG_OP_INSERT (1 << 1)

/* Change. */
#define SEPG_OP_UPDATE (1 << 2)

/* Remove. */
#define SEPG_OP_DELETE (1 << 3)

/* LOCK, and every strength of SELECT FOR UPDATE, on tables. */
#define SEPG_OP_LOCK (1 << 4)

/* TRUNCATE. */
#define SEPG_OP_TRUNCATE (1 << 5)

/* SELECT FOR UPDATE and FOR NO KEY UPDATE. */
#define SEPG_OP_ROWLOCK_UPDATE (1 << 6)

/* SELECT FOR SHARE and FOR KEY SHARE. */
#define SEPG_OP_ROWLOCK_SHARE (1 << 7)

/* Carry another label than the default, at creation. */
#define SEPG_OP_LABEL_NEW (1 << 8)

/* Have the label changed: asked of the old label. */
#define SEPG_OP_RELABEL_OLD (1 << 9)

/* Have the label changed: asked of the new label. */
#define SEPG_OP_RELABEL_NEW (1 << 10)

/* Done, or granted. */
#define SEPG_OK 0

/* The policy refuses. */
#define SEPG_DENIED 1

/* Not a valid context. */
#define SEPG_INVALID 2

/* Nothing is said of it. */
#define SEPG_NO_MATCH 3

/* An error; the caller's buffer has its text, or sepg_core_last_error(). */
#define SEPG_ERROR (-1)

/* A defect of the core; treat it as an error. */
#define SEPG_PANIC (-2)

/* No policy is loaded. */
#define SEPG_NOT_READY (-3)

/* Room enough for every error text. */
#define SEPG_ERRLEN 1024

/* What there is to tell about the policy; counts are 0 with the kernel's. */
typedef struct SepgPolicyInfo {
	/* The version of its binary form. */
	uint32_t version;
	/* Object classes. */
	uint32_t classes;
	/* Types, attributes included. */
	uint32_t types;
	/* Roles. */
	uint32_t roles;
	/* Users. */
	uint32_t users;
	/* Booleans. */
	uint32_t booleans;
	/* Sensitivities. */
	uint32_t levels;
	/* Categories. */
	uint32_t categories;
	/* Rules kept for decisions. */
	uint32_t rules;
	/* Contexts have a range. */
	bool mls;
	/* Unknown classes and permissions are refused. */
	bool deny_unknown;
} SepgPolicyInfo;

/*
 * A dense, process-local number of a context text.
 *
 * It names the text and not its meaning under a policy, so it survives a
 * policy reload.
 */
typedef uint32_t SepgSid;

/* What to write about a decision. */
typedef struct SepgAudit {
	/* Permissions that the policy refuses. */
	uint32_t denied;
	/* Permissions to write an audit record about; 0 for none. */
	uint32_t audited;
	/* The record is about what was granted. */
	bool granted;
	/* The policy refuses, and permissive mode or a permissive domain lets it pass. */
	bool permissive;
} SepgAudit;

/* Counters since the process began. */
typedef struct SepgStats {
	/* Questions for an access vector. */
	uint64_t lookups;
	/* Those that the cache answered. */
	uint64_t hits;
	/* Those that it did not. */
	uint64_t misses;
	/* Answers thrown out to make room. */
	uint64_t reclaimed;
	/* Requests that the policy refused, let pass or not. */
	uint64_t denials;
	/* Answers in the cache. */
	uint64_t entries;
	/* Answers that the cache can hold. */
	uint64_t capacity;
	/* Contexts known. */
	uint64_t sids;
	/* sepg_core_policy_seqno() */
	uint64_t policy_seqno;
	/* Questions for a default label, other than by name. */
	uint64_t transition_lookups;
	/* Those that the cache did not answer. */
	uint64_t transition_misses;
} SepgStats;

/* No context. */
#define SEPG_SID_NONE 0

/* The loaded policy's unlabeled context. */
#define SEPG_SID_UNLABELED 1

/*
 * Takes a binary policy as security server.  The image is validated in full
 * and then swapped in; on an error the former policy stays in force.  The
 * image stays the caller's and is not used afterwards.
 *
 * Returns SEPG_OK, or SEPG_ERROR with the reason in err.  err may be NULL;
 * a text that does not fit is cut, and always terminated.
 *
 * The caller sees to it:
 * image has len readable bytes; err is NULL or has room for errlen.
 */
extern int32_t sepg_core_init_embedded(const uint8_t *image,
					size_t len,
					char *err,
					size_t errlen);

/*
 * Validates a binary policy as sepg_core_init_embedded() does, and changes
 * nothing.
 *
 * Returns SEPG_OK, or SEPG_ERROR with the reason in err.
 *
 * The caller sees to it:
 * image has len readable bytes; err is NULL or has room for errlen.
 */
extern int32_t sepg_core_check_policy(const uint8_t *image,
					size_t len,
					char *err,
					size_t errlen);

/*
 * Takes the host's kernel as security server.
 *
 * Returns SEPG_OK, or SEPG_ERROR with the reason in err: SELinux is off, its
 * status page cannot be read, or its policy has no classes for databases.
 *
 * The caller sees to it:
 * err is NULL or has room for errlen.
 */
extern int32_t sepg_core_init_kernel(char *err, size_t errlen);

/* Is a policy in force? */
extern bool sepg_core_ready(void);

/* Has the host's kernel SELinux switched on?  Loads nothing. */
extern bool sepg_core_kernel_available(void);

/*
 * Where the number is that grows whenever an answer may have changed: another
 * policy, enforcing or permissive mode.  What C remembers is to be keyed by it.
 *
 * The address is good for the life of the thread that asks, in processes that
 * it forks too, and never NULL.  The number changes only within calls of this
 * library; C only reads it.
 */
extern const uint64_t *sepg_core_policy_seqno(void);

/*
 * Looks whether the kernel's policy or mode has changed, by its status page;
 * no system call.  To be called when a statement starts.
 *
 * Returns 1 if answers may have changed, 0 if not, or an error code (below 0).
 */
extern int32_t sepg_core_poll(void);

/* Sets permissive mode: what the policy refuses is audited once and let pass. */
extern void sepg_core_set_permissive(bool permissive);

/*
 * Does the policy bind?  false in permissive mode, ours or the kernel's.
 * (Domains may be permissive nevertheless.)
 */
extern bool sepg_core_enforcing(void);

/* Sets whether every decision is audited, whatever the policy says. */
extern void sepg_core_set_debug_audit(bool debug_audit);

/*
 * Describes the policy in force.
 *
 * Returns SEPG_OK, or SEPG_NOT_READY.
 *
 * The caller sees to it:
 * info is NULL or a place for the answer.
 */
extern int32_t sepg_core_policy_info(struct SepgPolicyInfo *info);

/*
 * The text of the last error of a function without a buffer for it.
 *
 * Never NULL; belongs to the core and lasts until the next call that fails.
 */
extern const char *sepg_core_last_error(void);

/*
 * The SID of a context that a user wrote: checked, and brought into its
 * canonical form, under the policy in force.
 *
 * Returns SEPG_OK; SEPG_INVALID if the policy does not know the context;
 * SEPG_NOT_READY; SEPG_ERROR.  Unless SEPG_OK, *sid is 0 and err has the
 * reason.  text stays the caller's.
 *
 * The caller sees to it:
 * text is NUL-terminated; sid is a place for the answer; err is NULL or has
 * room for errlen.
 */
extern int32_t sepg_core_context_to_sid(const char *text,
					SepgSid *sid,
					char *err,
					size_t errlen);

/*
 * The SID of a stored label: the text as it is, valid or not.  Needs no
 * policy.  text stays the caller's.
 *
 * Returns SEPG_OK; SEPG_ERROR if text is NULL.
 *
 * The caller sees to it:
 * text is NUL-terminated; sid is a place for the answer.
 */
extern int32_t sepg_core_text_to_sid(const char *text, SepgSid *sid);

/*
 * The text of a SID, or NULL if there is no such SID.
 *
 * The text belongs to the core and is valid for the life of the process.
 */
extern const char *sepg_core_sid_to_text(SepgSid sid);

/*
 * Is the text of a SID valid under the policy in force?  What is not is
 * decided as the unlabeled context.
 *
 * Returns 1 or 0, or an error code (below 0).
 */
extern int32_t sepg_core_sid_valid(SepgSid sid);

/* How many SIDs there are; they are numbered from 1. */
extern uint32_t sepg_core_sid_count(void);

/*
 * The SID of an initial context of the policy ("unlabeled", "kernel").
 *
 * Returns SEPG_OK; SEPG_NOT_READY; SEPG_ERROR if the policy has none of that
 * name.
 *
 * The caller sees to it:
 * name is NUL-terminated; sid is a place for the answer.
 */
extern int32_t sepg_core_initial_context(const char *name, SepgSid *sid);

/*
 * The SID of this process' own label, from the kernel.
 *
 * Returns SEPG_OK, or SEPG_ERROR with the reason in err.
 *
 * The caller sees to it:
 * sid is a place for the answer; err is NULL or has room for errlen.
 */
extern int32_t sepg_core_getcon(SepgSid *sid, char *err, size_t errlen);

/*
 * The SID of the label of a socket's peer, from the kernel.
 *
 * Returns SEPG_OK, or SEPG_ERROR with the reason in err.
 *
 * The caller sees to it:
 * sid is a place for the answer; err is NULL or has room for errlen.
 */
extern int32_t sepg_core_getpeercon(int fd,
					SepgSid *sid,
					char *err,
					size_t errlen);

/*
 * The SID of a file's label, by its path, from the kernel.
 *
 * Returns SEPG_OK, or SEPG_ERROR with the reason in err.
 *
 * The caller sees to it:
 * path is NUL-terminated; sid is a place for the answer; err is NULL or has
 * room for errlen.
 */
extern int32_t sepg_core_getfilecon(const char *path,
					SepgSid *sid,
					char *err,
					size_t errlen);

/*
 * The SID of an open file's label, from the kernel.
 *
 * Returns SEPG_OK, or SEPG_ERROR with the reason in err.
 *
 * The caller sees to it:
 * sid is a place for the answer; err is NULL or has room for errlen.
 */
extern int32_t sepg_core_fgetfilecon(int fd,
					SepgSid *sid,
					char *err,
					size_t errlen);

/*
 * Copies one part of a context text (SEPG_CONTEXT_USER, _ROLE, _TYPE or
 * _RANGE) to buf, cut to fit and always terminated.  Needs no policy.
 *
 * Returns the length of the whole part; SEPG_ERROR if ctx has no such part.
 *
 * The caller sees to it:
 * ctx is NUL-terminated; buf is NULL or has room for buflen.
 */
extern int32_t sepg_core_context_part(const char *ctx,
					int32_t which,
					char *buf,
					size_t buflen);

/*
 * Copies a context text to buf with one part replaced, cut to fit and always
 * terminated.  Needs no policy, and does not ask whether the result is valid.
 *
 * Returns the length of the whole; SEPG_ERROR if ctx is no context, which is
 * no part, or value is empty or has a colon that would move the parts.
 *
 * The caller sees to it:
 * ctx and value are NUL-terminated; buf is NULL or has room for buflen.
 */
extern int32_t sepg_core_context_set_part(const char *ctx,
					int32_t which,
					const char *value,
					char *buf,
					size_t buflen);

/*
 * Translates a context by mcstrans into its raw form (to_raw) or into the one
 * for people, and copies it to buf, cut to fit and always terminated.  Without
 * mcstrans both forms are the same.  Needs no policy.
 *
 * Returns the length of the whole; SEPG_ERROR if it cannot be translated.
 *
 * The caller sees to it:
 * ctx is NUL-terminated; buf is NULL or has room for buflen.
 */
extern int32_t sepg_core_context_translate(const char *ctx,
					bool to_raw,
					char *buf,
					size_t buflen);

/*
 * Reads a file of labels (sepgsql_contexts); the former one's labels stay if
 * it cannot be read.
 *
 * Returns SEPG_OK, or SEPG_ERROR with the reason in err.
 *
 * The caller sees to it:
 * path is NUL-terminated; err is NULL or has room for errlen.
 */
extern int32_t sepg_core_load_db_contexts(const char *path,
					char *err,
					size_t errlen);

/*
 * The SID of the label that sepgsql_contexts gives an object; name is
 * qualified, as in "database.schema.table.column".
 *
 * Returns SEPG_OK; SEPG_NO_MATCH if no line matches; SEPG_INVALID if the policy
 * does not know the context; SEPG_NOT_READY; SEPG_ERROR.
 *
 * The caller sees to it:
 * name is NUL-terminated; sid is a place for the answer; err is NULL or has
 * room for errlen.
 */
extern int32_t sepg_core_db_context(uint32_t tclass,
					const char *name,
					SepgSid *sid,
					char *err,
					size_t errlen);

/*
 * Decides whether subject may do all that required says with object.
 *
 * Returns SEPG_OK, SEPG_DENIED, or an error code (below 0), which must be
 * taken for a refusal; sepg_core_last_error() has its text.  Permissive mode
 * and permissive domains are applied: what they let pass is SEPG_OK.
 *
 * *out, which may be NULL, says what to write an audit record about.  A denial
 * that is let pass is audited once while the cache remembers it; one that the
 * policy says not to audit, never.
 *
 * The caller sees to it:
 * out is NULL or a place for the answer.
 */
extern int32_t sepg_core_check(SepgSid subject,
					SepgSid object,
					uint32_t tclass,
					uint32_t required,
					struct SepgAudit *out);

/*
 * All that subject may do with object, permissive mode and domains applied;
 * nothing is audited.
 *
 * Returns SEPG_OK, or an error code (below 0) with *allowed 0.
 *
 * The caller sees to it:
 * allowed is a place for the answer.
 */
extern int32_t sepg_core_allowed(SepgSid subject,
					SepgSid object,
					uint32_t tclass,
					uint32_t *allowed);

/*
 * All that the policy itself lets subject do with object, whatever is
 * permissive; nothing is audited.
 *
 * Returns SEPG_OK, or an error code (below 0) with *permitted 0.
 *
 * The caller sees to it:
 * permitted is a place for the answer.
 */
extern int32_t sepg_core_permitted(SepgSid subject,
					SepgSid object,
					uint32_t tclass,
					uint32_t *permitted);

/*
 * Explains by the rules of a binary policy, which is read for this and changes
 * nothing, whether subject may do one thing (a permission's bit) with object.
 * Permissive mode is not applied.
 *
 * *allowed gets the policy's answer.  buf gets one line for each rule or
 * constraint that decides, cut to fit and always terminated: what kind of
 * thing it is, a tab, and the thing itself.  image stays the caller's and is
 * not used afterwards.
 *
 * Returns the length of all lines; SEPG_ERROR if the image cannot be read, a
 * context is not valid under it, or there is no such permission, with the
 * reason in sepg_core_last_error().
 *
 * The caller sees to it:
 * image has len readable bytes; allowed is NULL or a place for the answer; buf
 * is NULL or has room for buflen.
 */
extern int32_t sepg_core_explain(const uint8_t *image,
					size_t len,
					SepgSid subject,
					SepgSid object,
					uint32_t tclass,
					uint32_t permission,
					bool *allowed,
					char *buf,
					size_t buflen);

/*
 * The SID of the default label of something new in parent, made by subject.
 * objname, which may be NULL, is for transitions that depend on the name.
 *
 * Returns SEPG_OK; SEPG_INVALID if the policy's rules lead to a context that
 * it does not allow; SEPG_NOT_READY; SEPG_ERROR.  Unless SEPG_OK, *newsid is 0
 * and err has the reason.
 *
 * The caller sees to it:
 * objname is NULL or NUL-terminated; newsid is a place for the answer; err is
 * NULL or has room for errlen.
 */
extern int32_t sepg_core_compute_create(SepgSid subject,
					SepgSid parent,
					uint32_t tclass,
					const char *objname,
					SepgSid *newsid,
					char *err,
					size_t errlen);

/* All permissions that the core knows of a class; 0 if there is no such class. */
extern uint32_t sepg_core_class_perms(uint32_t tclass);

/* The name of a class, or NULL.  The text is constant. */
extern const char *sepg_core_class_name(uint32_t tclass);

/* The name of one permission bit of a class, or NULL.  The text is constant. */
extern const char *sepg_core_perm_name(uint32_t tclass, uint32_t bit);

/*
 * The number of a class by its name, or SEPG_CLASS_INVALID.
 *
 * The caller sees to it:
 * name is NULL or NUL-terminated.
 */
extern uint32_t sepg_core_class_by_name(const char *name);

/*
 * The permissions that operations (SEPG_OP_...) on the data of something of
 * this class need: tables, columns, rows, sequences and views.
 */
extern uint32_t sepg_core_data_perms(uint32_t tclass, uint32_t operations);

/*
 * The permissions that operations (SEPG_OP_...) on a row need, in the class of
 * what the row describes: SEPG_CLASS_DB_TUPLE for a row of a user's table, the
 * object's class for a row of a catalog.
 */
extern uint32_t sepg_core_row_perms(uint32_t tclass,
					uint32_t operations);

/*
 * Writes the text of an audit record to buf, cut to fit and always terminated:
 * SELinux: denied { insert } scontext=... tcontext=... tclass=db_tuple
 * name="..." permissive=1.  name may be NULL and is left out then; permissive
 * is left out unless true.  What could forge a record is escaped.
 *
 * Returns the length of the whole; SEPG_ERROR if there is no such class.
 *
 * The caller sees to it:
 * name is NULL or NUL-terminated; buf is NULL or has room for buflen.
 */
extern int32_t sepg_core_audit_text(SepgSid subject,
					SepgSid object,
					uint32_t tclass,
					uint32_t perms,
					bool denied,
					bool permissive,
					const char *name,
					char *buf,
					size_t buflen);

/*
 * May an audit record be written now, if a process writes no more than this
 * many in a second?  0 is no limit.  What may not is counted.
 */
extern bool sepg_core_audit_admit(uint32_t limit);

/*
 * How many audit records were not written since this was asked last.  With
 * wait, those of the second that still lasts are left for later.
 */
extern uint64_t sepg_core_audit_suppressed(bool wait);

/* Are there audit records that were not written and not told of? */
extern bool sepg_core_audit_pending(void);

/*
 * May this process write to the audit system of the host?  If so, programs that
 * it starts may not: it gives up its ambient capabilities.
 *
 * Returns SEPG_OK, or SEPG_ERROR with the reason.
 *
 * The caller sees to it:
 * err is NULL or has room for errlen.
 */
extern int32_t sepg_core_audit_available(char *err,
					size_t errlen);

/*
 * Writes the record that sepg_core_audit_text() has the text of to the audit
 * system of the host, as a USER_AVC record.  name, user, database and address
 * (of the client, in figures) may be NULL and are left out then.
 *
 * It takes a system call or two, and longer only where the kernel's queue of
 * records is full; after one such wait records are refused for a minute.
 *
 * Returns SEPG_OK, or SEPG_ERROR with the reason.
 *
 * The caller sees to it:
 * The texts are NULL or NUL-terminated; err is NULL or has room for errlen.
 */
extern int32_t sepg_core_audit_write(SepgSid subject,
					SepgSid object,
					uint32_t tclass,
					uint32_t perms,
					bool denied,
					bool permissive,
					const char *name,
					const char *user,
					const char *database,
					const char *address,
					char *err,
					size_t errlen);

/*
 * Writes to the audit system of the host that so many records were not written.
 *
 * Returns SEPG_OK, or SEPG_ERROR with the reason.
 *
 * The caller sees to it:
 * err is NULL or has room for errlen.
 */
extern int32_t sepg_core_audit_write_suppressed(uint64_t count,
					char *err,
					size_t errlen);

/*
 * Begins a session with the client's label: procedures and labels set before
 * are forgotten.
 */
extern void sepg_core_subject_reset(SepgSid base);

/*
 * The label that decides now: that of the innermost trusted procedure, or the
 * session's; 0 before sepg_core_subject_reset().
 */
extern SepgSid sepg_core_subject(void);

/*
 * The session's label: set by the client, or else as of connecting; never a
 * trusted procedure's.
 */
extern SepgSid sepg_core_subject_base(void);

/* The client's label as of connecting. */
extern SepgSid sepg_core_subject_peer(void);

/*
 * Begins a trusted procedure, in a (sub)transaction of this nesting level
 * (1 is the transaction itself).
 *
 * Returns SEPG_OK; SEPG_ERROR if there is no such SID.
 */
extern int32_t sepg_core_subject_push(SepgSid sid, uint32_t level);

/*
 * How many trusted procedures run: to be kept before sepg_core_subject_push()
 * and handed to sepg_core_subject_pop().
 */
extern uint32_t sepg_core_subject_mark(void);

/*
 * Ends the procedures begun since a mark; those that an abort ended already do
 * not matter.
 */
extern void sepg_core_subject_pop(uint32_t mark);

/*
 * Sets the session's label, or with 0 returns to the one as of connecting.  It
 * holds at once, and for good when the transaction commits.
 *
 * Returns SEPG_OK; SEPG_ERROR if there is no such SID.
 */
extern int32_t sepg_core_subject_setcon(SepgSid sid,
					uint32_t level);

/* A (sub)transaction of this level commits. */
extern void sepg_core_subject_at_commit(uint32_t level);

/*
 * A (sub)transaction of this level aborts: what was begun or set at this level
 * or deeper is undone.
 */
extern void sepg_core_subject_at_abort(uint32_t level);

/*
 * Fills in the counters of this process.
 *
 * The caller sees to it:
 * stats is NULL or a place for the answer.
 */
extern void sepg_core_stats(struct SepgStats *stats);

#endif  /* SEPGSQL_CORE_H */
