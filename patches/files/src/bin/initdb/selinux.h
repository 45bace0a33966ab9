/*-------------------------------------------------------------------------
 *
 * selinux.h
 *	  What initdb does for a labelled cluster.
 *
 * src/bin/initdb/selinux.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef SELINUX_H
#define SELINUX_H

extern const char *selinux_choose_server(const char *wanted,
										 const char **policy_file);
extern void selinux_prepare(const char *pgdata);
extern void selinux_finish(const char *pgdata, const char *share_path,
						   const char *security_server,
						   const char *username);
extern void selinux_label_catalogs(const char *backend, const char *pgdata,
								   const char *share_path,
								   const char *security_server,
								   const char *policy_file,
								   const char *username);

#endif							/* SELINUX_H */
