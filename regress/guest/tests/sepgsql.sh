#!/bin/bash
# In the guest: the regression tests of PostgreSQL's contrib/sepgsql, in
# /usr/local/sepgsql, unchanged, against our server in place of the module.
#
# What has to be equal: the results of each statement; of each denial, its class
# and permissions.  Audit records are no part of the results here (contrib sends
# them to the client, we write them to the log), nor are those that contrib cannot
# have: of rows, and of the column security_label.
. "$(dirname "$0")/lib.sh"
here=$(cd "$(dirname "$0")" && pwd)
setsebool sepgsql_enable_users_ddl on
setsebool sepgsql_regression_test_mode on
setsebool sepgsql_unconfined_dbadm on	# off by default in Debian, on in Fedora
cp -r /usr/local/sepgsql /var/lib/postgresql/sepgsql
chown -R postgres: /var/lib/postgresql/sepgsql
make_cluster
cat >> $PGDATA/postgresql.conf << 'CONF'
log_min_messages = log
log_statement = none
log_line_prefix = '%a|'
sepgsql.audit_rate_limit = 0
CONF
start_server || bail "the server does not start"
sql $ADMIN 'CREATE DATABASE pgtest' > /dev/null
cd /var/lib/postgresql/sepgsql
as_postgres bash -c 'cd sepgsql && PGHOST=/run/postgresql bash ./test_sepgsql' > /out/test_sepgsql.log 2>&1
cp -r results regression.diffs regression.out $LOG /out/ 2>/dev/null
stop_server
perl "$here/sepgsql.pl" expected results $LOG "$here/sepgsql.denials"
