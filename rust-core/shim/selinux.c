/*
 * libselinux writes a line about each policy load and change of mode to standard
 * error, which for a server is its log, without an end of line.  The server
 * notices both by itself.
 */
#include <selinux/selinux.h>
#include <stdarg.h>
#include <stdio.h>

void		sepg_selinux_log(void);

static int
log_message(int type, const char *format, ...)
{
	va_list		args;
	int			n;

	if (type == SELINUX_POLICYLOAD || type == SELINUX_SETENFORCE)
		return 0;
	va_start(args, format);
	n = vfprintf(stderr, format, args);
	va_end(args);
	return n;
}

void
sepg_selinux_log(void)
{
	union selinux_callback callback;

	callback.func_log = log_message;
	selinux_set_callback(SELINUX_CB_LOG, callback);
}
