/*-------------------------------------------------------------------------
 *
 * server.c
 *	  The security server and its policy: loading, storing, reloading.
 *
 * With the kernel's security server there is nothing to load: the core looks
 * at the kernel's status page.  With the embedded one each process holds the
 * policy in its own memory, and all must hold the same.  So one process, the
 * checkpointer, reads the policy file at reload, validates it, stores the
 * image in the data directory under its digest and publishes a sequence
 * number and the digest in shared memory.  Every other process looks at the
 * sequence number at the start of each statement, which is one read of
 * shared memory, and loads the stored image when it has changed: never the
 * policy file itself, which may have changed again.
 *
 * An image is deleted when no process announces its sequence number any more:
 * neither the process itself needs it then nor a parallel worker of its.
 * Processes that have no statements announce theirs only while they load it.
 *
 * IDENTIFICATION
 *	  src/backend/security/sepgsql/server.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <sys/stat.h>
#include <unistd.h>

#include "common/cryptohash.h"
#include "common/file_perm.h"
#include "common/sha2.h"
#include "miscadmin.h"
#include "port/atomics.h"
#include "security/sepgsql_audit.h"
#include "security/sepgsql_catalog.h"
#include "storage/fd.h"
#include "storage/ipc.h"
#include "storage/proc.h"
#include "storage/shmem.h"
#include "utils/memutils.h"

#define SEPGSQL_DIR				"pg_selinux"
#define SEPGSQL_IMAGE_PREFIX	"policy."
#define SEPGSQL_POLICY_NAME		"sepostgresql.33"

/* of how many policies, the latest, the digests are known */
#define SEPGSQL_MAX_IMAGES		64

/* far beyond any real policy; a larger file is a mistake */
#define SEPGSQL_MAX_POLICY_SIZE	(512 * 1024 * 1024)

typedef struct SepgsqlShared
{
	/*
	 * The policy in force; grows by one at each reload.  Written last, after
	 * the digest, which lies at this number modulo SEPGSQL_MAX_IMAGES.
	 */
	pg_atomic_uint64 sequence;
	uint8		digest[SEPGSQL_MAX_IMAGES][SEPGSQL_DIGEST_LENGTH];

	/* which policy each process uses, 0 for none; by number of its PGPROC */
	int			nprocs;
	pg_atomic_uint64 used[FLEXIBLE_ARRAY_MEMBER];
} SepgsqlShared;

static SepgsqlShared *shared = NULL;

/* the policy that this process has loaded */
static uint64 my_sequence = 0;
static uint8 my_digest[SEPGSQL_DIGEST_LENGTH];
static bool my_digest_valid = false;

/* do we announce it? */
static bool registered = false;

/* a parallel worker, whose policy is its leader's */
static bool follows_leader = false;

/* the server's own context */
static SepgSid server_sid = SEPG_SID_NONE;

static void policy_path(char *path);
static bool read_image(const char *path, uint8 **image, size_t *len,
					   int elevel);
static bool digest_image(const uint8 *image, size_t len, uint8 *digest,
						 int elevel);
static void image_path(char *path, const uint8 *digest);
static bool store_image(const uint8 *image, size_t len, const uint8 *digest,
						int elevel);
static void remove_unused_images(bool all);
static uint64 read_published(uint8 *digest);
static bool load_image(uint64 sequence, const uint8 *digest, int elevel);
static void policy_shmem_exit(int code, Datum arg);

/*
 * Shared memory
 */
static int
policy_nprocs(void)
{
	return MaxBackends + NUM_AUXILIARY_PROCS;
}

Size
sepgsql_policy_shmem_size(void)
{
	return add_size(offsetof(SepgsqlShared, used),
					mul_size(policy_nprocs(), sizeof(pg_atomic_uint64)));
}

void
sepgsql_policy_shmem_init(void)
{
	bool		found;

	shared = (SepgsqlShared *) ShmemInitStruct("SE-PostgreSQL policy",
											   sepgsql_policy_shmem_size(),
											   &found);
	if (found)
		return;

	memset(shared->digest, 0, sizeof(shared->digest));
	shared->nprocs = policy_nprocs();
	for (int i = 0; i < shared->nprocs; i++)
		pg_atomic_init_u64(&shared->used[i], 0);

	/*
	 * After a crash the postmaster makes shared memory anew.  What it has
	 * loaded itself stays in force.
	 */
	memcpy(shared->digest[my_sequence % SEPGSQL_MAX_IMAGES], my_digest,
		   SEPGSQL_DIGEST_LENGTH);
	pg_atomic_init_u64(&shared->sequence, my_sequence);
}

/*
 * Announce, from now to the end of this process, which policy it uses, and
 * make that the one in force.
 */
void
sepgsql_policy_register(void)
{
	if (sepostgresql_security_server != SEPGSQL_SERVER_EMBEDDED)
		return;

	Assert(MyProcNumber >= 0 && MyProcNumber < shared->nprocs);
	if (!registered)
	{
		on_shmem_exit(policy_shmem_exit, Int32GetDatum(MyProcNumber));
		registered = true;
	}
	pg_atomic_write_u64(&shared->used[MyProcNumber], my_sequence);
	pg_memory_barrier();
	sepgsql_adopt_policy();
}

static void
policy_shmem_exit(int code, Datum arg)
{
	pg_atomic_write_u64(&shared->used[DatumGetInt32(arg)], 0);
}

/*
 * Sequence number and digest of the policy in force.
 */
static uint64
read_published(uint8 *digest)
{
	for (;;)
	{
		uint64		sequence = pg_atomic_read_u64(&shared->sequence);

		pg_read_barrier();
		memcpy(digest, shared->digest[sequence % SEPGSQL_MAX_IMAGES],
			   SEPGSQL_DIGEST_LENGTH);
		pg_read_barrier();
		if (pg_atomic_read_u64(&shared->sequence) == sequence)
			return sequence;
	}
}

/*
 * Files
 */

/* the policy file by the parameter, or the one that was installed */
static void
policy_path(char *path)
{
	if (sepostgresql_policy_file != NULL && sepostgresql_policy_file[0] != '\0')
		strlcpy(path, sepostgresql_policy_file, MAXPGPATH);
	else
	{
		char		sharepath[MAXPGPATH];

		get_share_path(my_exec_path, sharepath);
		snprintf(path, MAXPGPATH, "%s/%s", sharepath, SEPGSQL_POLICY_NAME);
	}
}

static void
image_path(char *path, const uint8 *digest)
{
	char	   *p = path;

	p += sprintf(p, "%s/%s", SEPGSQL_DIR, SEPGSQL_IMAGE_PREFIX);
	for (int i = 0; i < SEPGSQL_DIGEST_LENGTH; i++)
		p += sprintf(p, "%02x", digest[i]);
}

/*
 * Read a whole file.  On failure report at elevel, and return false if that
 * returns.
 */
static bool
read_image(const char *path, uint8 **image, size_t *len, int elevel)
{
	int			fd;
	struct stat st;
	size_t		done = 0;
	uint8	   *buf;

	fd = OpenTransientFile(path, O_RDONLY | PG_BINARY);
	if (fd < 0)
	{
		ereport(elevel,
				(errcode_for_file_access(),
				 errmsg("could not open SELinux policy file \"%s\": %m", path)));
		return false;
	}
	if (fstat(fd, &st) < 0)
	{
		int			save_errno = errno;

		CloseTransientFile(fd);
		errno = save_errno;
		ereport(elevel,
				(errcode_for_file_access(),
				 errmsg("could not stat file \"%s\": %m", path)));
		return false;
	}
	if (!S_ISREG(st.st_mode) || st.st_size <= 0 ||
		st.st_size > SEPGSQL_MAX_POLICY_SIZE)
	{
		CloseTransientFile(fd);
		ereport(elevel,
				(errcode(ERRCODE_CONFIG_FILE_ERROR),
				 errmsg("file \"%s\" is not an SELinux policy", path),
				 S_ISREG(st.st_mode) ?
				 errdetail("Its size is %lld bytes.", (long long) st.st_size) :
				 errdetail("It is not a regular file.")));
		return false;
	}

	buf = palloc(st.st_size);
	while (done < st.st_size)
	{
		ssize_t		n = read(fd, buf + done, st.st_size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
		{
			int			save_errno = n < 0 ? errno : 0;

			CloseTransientFile(fd);
			pfree(buf);
			errno = save_errno;
			if (n < 0)
				ereport(elevel,
						(errcode_for_file_access(),
						 errmsg("could not read SELinux policy file \"%s\": %m",
								path)));
			else
				ereport(elevel,
						(errcode(ERRCODE_CONFIG_FILE_ERROR),
						 errmsg("could not read SELinux policy file \"%s\": read %zu of %lld bytes",
								path, done, (long long) st.st_size)));
			return false;
		}
		done += n;
	}
	CloseTransientFile(fd);

	*image = buf;
	*len = done;
	return true;
}

static bool
digest_image(const uint8 *image, size_t len, uint8 *digest, int elevel)
{
	pg_cryptohash_ctx *ctx = pg_cryptohash_create(PG_SHA256);
	bool		ok;

	StaticAssertStmt(SEPGSQL_DIGEST_LENGTH == PG_SHA256_DIGEST_LENGTH,
					 "digest length");
	ok = ctx != NULL &&
		pg_cryptohash_init(ctx) >= 0 &&
		pg_cryptohash_update(ctx, image, len) >= 0 &&
		pg_cryptohash_final(ctx, digest, SEPGSQL_DIGEST_LENGTH) >= 0;
	if (!ok)
		ereport(elevel,
				(errcode(ERRCODE_INTERNAL_ERROR),
				 errmsg("could not compute the digest of the SELinux policy: %s",
						ctx ? pg_cryptohash_error(ctx) : "out of memory")));
	pg_cryptohash_free(ctx);
	return ok;
}

/*
 * Store an image so that a process finds it whole or not at all, after a
 * crash too.
 */
static bool
store_image(const uint8 *image, size_t len, const uint8 *digest, int elevel)
{
	char		path[MAXPGPATH];
	char		tmp[MAXPGPATH + 8];
	int			fd;

	image_path(path, digest);
	snprintf(tmp, sizeof(tmp), "%s.tmp", path);

	fd = OpenTransientFile(tmp, O_CREAT | O_TRUNC | O_WRONLY | PG_BINARY);
	if (fd < 0)
	{
		ereport(elevel,
				(errcode_for_file_access(),
				 errmsg("could not create file \"%s\": %m", tmp)));
		return false;
	}
	errno = 0;
	if (write(fd, image, len) != len || pg_fsync(fd) != 0)
	{
		int			save_errno = errno ? errno : ENOSPC;

		CloseTransientFile(fd);
		unlink(tmp);
		errno = save_errno;
		ereport(elevel,
				(errcode_for_file_access(),
				 errmsg("could not write file \"%s\": %m", tmp)));
		return false;
	}
	if (CloseTransientFile(fd) != 0)
	{
		ereport(elevel,
				(errcode_for_file_access(),
				 errmsg("could not close file \"%s\": %m", tmp)));
		return false;
	}
	return durable_rename(tmp, path, elevel) == 0;
}

/*
 * Remove images.  With all set nobody but this process exists: only the one
 * in force is kept.  Failure is not worth more than a line in the log.
 */
static void
remove_unused_images(bool all)
{
	char		keep[SEPGSQL_MAX_IMAGES][MAXPGPATH];
	int			nkeep = 0;
	uint64		sequence = pg_atomic_read_u64(&shared->sequence);
	DIR		   *dir;
	struct dirent *de;

	image_path(keep[nkeep++], shared->digest[sequence % SEPGSQL_MAX_IMAGES]);
	if (!all)
	{
		bool		used[SEPGSQL_MAX_IMAGES] = {0};

		for (int i = 0; i < shared->nprocs; i++)
		{
			uint64		seq = pg_atomic_read_u64(&shared->used[i]);

			if (seq == 0 || seq >= sequence)
				continue;

			/* so old that nobody knows any more which image it is */
			if (sequence - seq >= SEPGSQL_MAX_IMAGES)
				return;
			if (!used[seq % SEPGSQL_MAX_IMAGES])
				image_path(keep[nkeep++],
						   shared->digest[seq % SEPGSQL_MAX_IMAGES]);
			used[seq % SEPGSQL_MAX_IMAGES] = true;
		}
	}

	dir = AllocateDir(SEPGSQL_DIR);
	while ((de = ReadDirExtended(dir, SEPGSQL_DIR, LOG)) != NULL)
	{
		char		path[MAXPGPATH * 2];
		bool		found = false;

		if (strncmp(de->d_name, SEPGSQL_IMAGE_PREFIX,
					strlen(SEPGSQL_IMAGE_PREFIX)) != 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", SEPGSQL_DIR, de->d_name);
		for (int i = 0; i < nkeep && !found; i++)
			found = strcmp(path, keep[i]) == 0;
		if (!found && unlink(path) != 0)
			ereport(LOG,
					(errcode_for_file_access(),
					 errmsg("could not remove file \"%s\": %m", path)));
	}
	FreeDir(dir);
}

/*
 * Make the named image this process's policy.  On failure report at elevel,
 * the policy before stays.
 */
static bool
load_image(uint64 sequence, const uint8 *digest, int elevel)
{
	char		path[MAXPGPATH];
	uint8	   *image;
	size_t		len;
	uint8		found[SEPGSQL_DIGEST_LENGTH];
	char		err[1024];

	if (!my_digest_valid ||
		memcmp(my_digest, digest, SEPGSQL_DIGEST_LENGTH) != 0)
	{
		image_path(path, digest);
		if (!read_image(path, &image, &len, elevel))
			return false;
		if (!digest_image(image, len, found, elevel))
		{
			pfree(image);
			return false;
		}
		if (memcmp(found, digest, SEPGSQL_DIGEST_LENGTH) != 0)
		{
			pfree(image);
			ereport(elevel,
					(errcode(ERRCODE_DATA_CORRUPTED),
					 errmsg("SELinux policy image \"%s\" does not have the digest that its name says",
							path)));
			return false;
		}
		if (sepg_core_init_embedded(image, len, err, sizeof(err)) != SEPG_OK)
		{
			pfree(image);
			ereport(elevel,
					(errcode(ERRCODE_CONFIG_FILE_ERROR),
					 errmsg("could not load SELinux policy image \"%s\": %s",
							path, err)));
			return false;
		}
		pfree(image);
		memcpy(my_digest, digest, SEPGSQL_DIGEST_LENGTH);
		my_digest_valid = true;
	}
	my_sequence = sequence;
	return true;
}

/*
 * Load the security server at start: of the postmaster, of one of initdb's
 * own runs, or, where processes inherit no memory, of any process.  Whatever
 * is wrong is fatal.
 */
void
sepgsql_load_server(void)
{
	char		err[1024];

	sepgsql_policy_seqno_at = sepg_core_policy_seqno();
	if (sepostgresql_security_server == SEPGSQL_SERVER_KERNEL)
	{
		if (sepg_core_init_kernel(err, sizeof(err)) != SEPG_OK)
			ereport(FATAL,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("could not use the security server of the kernel: %s",
							err),
					 sepg_core_kernel_available() ? 0 :
					 errhint("Enable SELinux on this host, or set \"sepostgresql_security_server\" to \"embedded\".")));
		if (sepg_core_getcon(&server_sid, err, sizeof(err)) != SEPG_OK)
			ereport(FATAL,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("could not get the security context of the server: %s",
							err)));
	}
	else
	{
		char		path[MAXPGPATH];
		uint8	   *image;
		size_t		len;
		uint8		digest[SEPGSQL_DIGEST_LENGTH];

#ifdef EXEC_BACKEND
		if (IsUnderPostmaster)
		{
			uint64		sequence = read_published(digest);

			load_image(sequence, digest, FATAL);
		}
		else
#endif
		{
			policy_path(path);
			read_image(path, &image, &len, FATAL);
			digest_image(image, len, digest, FATAL);
			if (sepg_core_init_embedded(image, len, err, sizeof(err)) != SEPG_OK)
				ereport(FATAL,
						(errcode(ERRCODE_CONFIG_FILE_ERROR),
						 errmsg("could not load SELinux policy file \"%s\": %s",
								path, err)));
			memcpy(my_digest, digest, SEPGSQL_DIGEST_LENGTH);
			my_digest_valid = true;
			my_sequence = 1;

			if (IsPostmasterEnvironment)
				store_image(image, len, digest, FATAL);
			memcpy(shared->digest[my_sequence % SEPGSQL_MAX_IMAGES],
				   digest, SEPGSQL_DIGEST_LENGTH);
			pg_write_barrier();
			pg_atomic_write_u64(&shared->sequence, my_sequence);
			if (IsPostmasterEnvironment)
			{
				remove_unused_images(true);
				ereport(LOG,
						(errmsg("loaded SELinux policy file \"%s\"", path)));
			}
			pfree(image);
		}

		/*
		 * No kernel says what this process is, so it is what it would be on
		 * an SELinux host.  A policy that does not know that has a context
		 * for what was there before it.
		 */
		if (sepg_core_context_to_sid("system_u:system_r:postgresql_t:s0",
									 &server_sid, err, sizeof(err)) != SEPG_OK &&
			sepg_core_context_to_sid("system_u:system_r:postgresql_t",
									 &server_sid, err, sizeof(err)) != SEPG_OK &&
			sepg_core_initial_context("kernel", &server_sid) != SEPG_OK)
			ereport(FATAL,
					(errcode(ERRCODE_CONFIG_FILE_ERROR),
					 errmsg("the SELinux policy has no context for the server")));
	}
}

SepgSid
sepgsql_server_sid(void)
{
	return server_sid;
}

/*
 * Reload, in the checkpointer.  A policy that cannot be used leaves the one
 * in force in force, and a line in the log.
 */
void
sepgsql_config_reload(void)
{
	char		path[MAXPGPATH];
	char		err[1024];
	uint8	   *image;
	size_t		len;
	uint8		digest[SEPGSQL_DIGEST_LENGTH];
	uint8		current[SEPGSQL_DIGEST_LENGTH];
	uint64		sequence;

	if (!sepostgresql ||
		sepostgresql_security_server != SEPGSQL_SERVER_EMBEDDED)
		return;

	policy_path(path);
	if (!read_image(path, &image, &len, LOG) ||
		!digest_image(image, len, digest, LOG))
	{
		ereport(LOG,
				(errmsg("SELinux policy file \"%s\" was not reloaded", path)));
		return;
	}

	sequence = read_published(current);
	if (memcmp(digest, current, SEPGSQL_DIGEST_LENGTH) == 0)
	{
		pfree(image);
		remove_unused_images(false);
		return;
	}

	if (sepg_core_check_policy(image, len, err, sizeof(err)) != SEPG_OK)
	{
		ereport(LOG,
				(errcode(ERRCODE_CONFIG_FILE_ERROR),
				 errmsg("SELinux policy file \"%s\" was not reloaded: %s",
						path, err)));
		pfree(image);
		return;
	}

	sequence++;
	if (!store_image(image, len, digest, LOG))
	{
		ereport(LOG,
				(errmsg("SELinux policy file \"%s\" was not reloaded", path)));
		pfree(image);
		return;
	}
	pfree(image);

	memcpy(shared->digest[sequence % SEPGSQL_MAX_IMAGES], digest,
		   SEPGSQL_DIGEST_LENGTH);
	pg_write_barrier();
	pg_atomic_write_u64(&shared->sequence, sequence);
	pg_memory_barrier();
	ereport(LOG,
			(errmsg("reloaded SELinux policy file \"%s\"", path)));

	sepgsql_adopt_policy();
	remove_unused_images(false);
}

/*
 * Take over the policy in force, if it is another than ours.
 *
 * A process that cannot must not go on under a policy that is no longer in
 * force: its session ends.  The postmaster alone may go on, since it decides
 * nothing; each of its children tries for itself.
 */
void
sepgsql_adopt_policy(void)
{
	uint8		digest[SEPGSQL_DIGEST_LENGTH];
	uint64		sequence;
	bool		postmaster = IsPostmasterEnvironment && !IsUnderPostmaster;

	if (sepostgresql_security_server == SEPGSQL_SERVER_KERNEL)
	{
		if (sepg_core_poll() < 0)
			ereport(postmaster ? LOG : FATAL,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("could not read the status of the kernel's security server")));
		return;
	}

	if (shared == NULL || follows_leader ||
		likely(pg_atomic_read_u64(&shared->sequence) == my_sequence))
		return;

	for (;;)
	{
		sequence = read_published(digest);
		if (!postmaster)
		{
			/* what we announce is not deleted; see remove_unused_images */
			pg_atomic_write_u64(&shared->used[MyProcNumber], sequence);
			pg_memory_barrier();
			if (pg_atomic_read_u64(&shared->sequence) != sequence)
				continue;
		}
		if (load_image(sequence, digest, postmaster ? LOG : FATAL))
			break;
		if (pg_atomic_read_u64(&shared->sequence) == sequence)
			break;
	}
	if (!postmaster && !registered)
		pg_atomic_write_u64(&shared->used[MyProcNumber], 0);
}

/*
 * Start of a statement of a client, or of any transaction.
 */
void
sepgsql_statement_begin(void)
{
	if (sepgsql_labeling)
		sepgsql_adopt_policy();
	if (unlikely(sepgsql_audit_suppressed))
		sepgsql_audit_report(true);
	if (sepgsql_enforcing)
		sepgsql_publish_session();
}

/*
 * The policy of a parallel worker is its leader's, which may be older than
 * the one in force.
 */
uint64
sepgsql_current_image(uint8 *digest)
{
	memcpy(digest, my_digest, SEPGSQL_DIGEST_LENGTH);
	return my_sequence;
}

void
sepgsql_adopt_image(uint64 sequence, const uint8 *digest)
{
	if (sepostgresql_security_server == SEPGSQL_SERVER_KERNEL)
		return;
	follows_leader = true;
	load_image(sequence, digest, FATAL);
}

/*
 * The policy that this process has loaded, as it is stored: palloc'd.  The
 * kernel gives its policy out to those who may read it.
 */
void
sepgsql_read_policy(uint8 **image, size_t *len)
{
	char		path[MAXPGPATH];

	if (sepostgresql_security_server == SEPGSQL_SERVER_EMBEDDED)
		image_path(path, my_digest);
	else
		strlcpy(path, "/sys/fs/selinux/policy", sizeof(path));
	(void) read_image(path, image, len, ERROR);
}
