#!/bin/bash
# In the guest booted with selinux=0: a cluster that wants the kernel's security
# server is refused a start.
. "$(dirname "$0")/lib.sh"
is "$(getenforce)" Disabled "SELinux is off"
rm -rf $PGDATA
as_postgres initdb --enable-selinux --security-server=kernel -U postgres --no-sync > /tmp/initdb.log 2>&1 &&
	result "not ok" "initdb refuses the kernel's security server" || result ok "initdb refuses the kernel's security server"
like "$(cat /tmp/initdb.log)" "the kernel of this machine has no SELinux, or it is switched off" "and says why"
as_postgres initdb --enable-selinux -U postgres -A trust --no-sync > /tmp/initdb.log 2>&1 || bail initdb
is "$(grep -c '^sepostgresql_security_server = embedded' $PGDATA/postgresql.conf)" 1 "without a word it takes the embedded one"
sed -i 's/^sepostgresql_security_server = embedded/sepostgresql_security_server = kernel/' $PGDATA/postgresql.conf
as_postgres postgres -D $PGDATA -c listen_addresses= >> $LOG 2>&1 &&
	result "not ok" "the server refuses to start" || result ok "the server refuses to start"
like "$(cat $LOG)" "FATAL:  could not use the security server of the kernel: SELinux is not enabled on this host" "and says why"
like "$(cat $LOG)" 'HINT:  Enable SELinux on this host, or set "sepostgresql_security_server" to "embedded"' "and what to do"
finish
