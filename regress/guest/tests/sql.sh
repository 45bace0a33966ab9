#!/bin/bash
# In the guest: the SQL scripts of regress/sql, in /usr/local/regress, whose
# clients get their labels from the kernel: relay.pl connects for each role from a
# process of its label, and pg_peerlabel.conf says "peer" for everybody.
#	sql.sh [TESTS...]
. "$(dirname "$0")/lib.sh"
ADMIN=unconfined_u:unconfined_r:unconfined_t:s0-s15:c0.c1023
here=$(cd "$(dirname "$0")" && pwd)
regress=/usr/local/regress
load regress || bail "the policy cannot be loaded"
export PGDATABASE=postgres
make_cluster
cat $regress/sql.conf >> $PGDATA/postgresql.conf
start_server || bail "the server does not start"
client $ADMIN -d postgres -f $regress/roles.sql
mkdir -p /run/relay /tmp/results
chown postgres: /run/relay /tmp/results
as_postgres perl "$here/relay.pl" /run/relay/.s.PGSQL.5432 /run/postgresql/.s.PGSQL.5432 $regress/pg_peerlabel.conf \
	> /out/relay.log 2>&1 &
relay=$!
for i in 1 2 3 4 5 6 7 8 9 10; do [ -S /run/relay/.s.PGSQL.5432 ] && break; sleep 0.3; done
[ $# -gt 0 ] || set -- $(cd $regress/sql && ls *.sql | sed 's/\.sql$//')
as_postgres /usr/local/pgsql/lib/postgresql/pgxs/src/test/regress/pg_regress --inputdir=$regress --expecteddir=$regress \
	--outputdir=/tmp/results --bindir=/usr/local/pgsql/bin --dlpath=$regress \
	--host=/run/relay --user=sep_admin --dbname=sepgsql_regression --max-concurrent-tests=1 "$@"
kill $relay
cp -r /tmp/results/. /out/
cp $LOG /out/
stop_server
