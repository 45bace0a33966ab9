#!/bin/bash
# In the guest: a server whose decisions are the kernel's.
. "$(dirname "$0")/lib.sh"

SECRET=system_u:object_r:sepgsql_secret_table_t:s0
# labels of rows and tables by their types
object() { echo "unconfined_u:object_r:$1:s0"; }

make_cluster
is "$(grep -c '^sepostgresql_security_server = kernel' $PGDATA/postgresql.conf)" 1 "initdb finds the kernel's security server"
start_server || bail "the server does not start"

# ---------------------------------------------------------------- clients
is "$(sql $ADMIN 'SHOW sepostgresql_security_server')" kernel "the server asks the kernel"
is "$(ps -o label= -p "$(head -n 1 $PGDATA/postmaster.pid)" 2>/dev/null || cat "/proc/$(head -n 1 $PGDATA/postmaster.pid)/attr/current" | tr -d '\0')" \
	$SERVER "the server runs in its domain"
is "$(sql $ADMIN 'SELECT sepgsql_getcon()')" $ADMIN "getpeercon() is the label of the administrator"
is "$(sql $STAFF 'SELECT sepgsql_getcon()')" $STAFF "and that of staff"
is "$(sql staff_u:staff_r:staff_t:s0-s0:c5 'SELECT sepgsql_getcon()')" staff_u:staff_r:staff_t:s0-s0:c5 "with its range"

# -------------------------------------------------------------- decisions
client $ADMIN > /out/setup.txt << 'SQL'
CREATE TABLE open_t (a int);
CREATE TABLE secret_t (a int);
CREATE TABLE all_t (a int);
INSERT INTO open_t VALUES (1), (2);
INSERT INTO secret_t VALUES (1);
GRANT ALL ON ALL TABLES IN SCHEMA public TO PUBLIC;
GRANT ALL ON SCHEMA public TO PUBLIC;
SECURITY LABEL FOR selinux ON TABLE secret_t IS 'system_u:object_r:sepgsql_secret_table_t:s0';
SQL
is "$(cat /out/setup.txt)" "" "the administrator makes tables"
VIOLATION="ERROR:  SELinux: security policy violation"
is "$(sql $STAFF 'SELECT count(*) FROM open_t')" 2 "staff reads a table"
is "$(sql $STAFF 'SELECT count(*) FROM secret_t')" "$VIOLATION" "but not a secret one"
like "$(tail -n 5 $LOG)" "denied \{ select \} scontext=$STAFF tcontext=$SECRET tclass=db_table name=\"[a-z.]*secret_t\"" "which is audited"
is "$(sql $ADMIN 'SELECT count(*) FROM secret_t')" 1 "the administrator reads it"
sql $ADMIN "INSERT INTO open_t (a, security_label) VALUES (3, 'system_u:object_r:sepgsql_secret_table_t:s0')" > /dev/null
is "$(sql $STAFF 'SELECT count(*) FROM open_t')" 2 "a secret row is hidden"
is "$(sql $ADMIN 'SELECT count(*) FROM open_t')" 3 "and there"
is "$(sql $ADMIN "SELECT sepgsql_setcon('nonsense')")" 'ERROR:  invalid security context: "nonsense"' "the kernel checks contexts"

# --------------------------------------------------------------- booleans
setsebool sepgsql_enable_users_ddl off
open_session $STAFF
is "$(ask "CREATE TABLE staff_made (a int);")" "$VIOLATION" "staff makes no table while the boolean is off"
setsebool sepgsql_enable_users_ddl on
is "$(ask "CREATE TABLE staff_made (a int);")" "" "and makes one at the next statement when it is on"
is "$(ask "SELECT sepgsql_getcon();")" $STAFF "in the same session"
setsebool sepgsql_enable_users_ddl off
is "$(ask "CREATE TABLE staff_made2 (a int);")" "$VIOLATION" "and none again when it is off"

# --------------------------------------------------------- enforcing mode
setenforce 0
is "$(ask 'SELECT count(*) FROM secret_t;')" 1 "setenforce 0: staff reads the secret table"
like "$(tail -n 5 $LOG)" "denied \{ select \}.*secret_t\" permissive=1" "which is audited as permissive"
is "$(ask 'SELECT count(*) FROM open_t;')" 3 "and hidden rows are seen"
setenforce 1
is "$(ask 'SELECT count(*) FROM secret_t;')" "$VIOLATION" "setenforce 1: not any more"
is "$(ask 'SELECT count(*) FROM open_t;')" 2 "nor the rows"

# ----------------------------------------------------- permissive domains
load permissive
is "$(ask 'SELECT count(*) FROM secret_t;')" 1 "a permissive domain reads the secret table"
like "$(tail -n 5 $LOG)" "denied \{ select \}.*secret_t\" permissive=1" "which is audited"
is "$(sql user_u:user_r:user_t:s0 'SELECT count(*) FROM secret_t')" "$VIOLATION" "another domain does not"

# ---------------------------------------------------------------- unknown
load allow
is "$(ask 'TRUNCATE all_t;')" "" "handle_unknown allow: a permission that the policy does not know is granted"
is "$(ask 'SELECT count(*) FROM secret_t;')" "$VIOLATION" "and what it knows is not"
load deny
is "$(ask 'TRUNCATE all_t;')" "$VIOLATION" "handle_unknown deny: it is refused"
is "$(sql $ADMIN 'TRUNCATE all_t')" "$VIOLATION" "to everybody"
is "$(ask 'SELECT count(*) FROM open_t;')" 2 "and what it knows is granted"

# ----------------------------------------------------------- other numbers
load reversed
is "$(ask 'SELECT count(*) FROM open_t;')" 2 "a policy that numbers the classes otherwise: granted is granted"
is "$(ask 'SELECT count(*) FROM secret_t;')" "$VIOLATION" "denied is denied"

# Reloads under load: whatever policy is in force, staff reads the one table
# and not the other.
stop=/tmp/stop
rm -f $stop /tmp/answers.*
pids=
for i in 1 2 3; do
	while [ ! -e $stop ]; do
		printf 'SELECT count(*) FROM open_t;\nSELECT count(*) FROM secret_t;\n%.0s' {1..40} | client $STAFF
	done > /tmp/answers.$i &
	pids="$pids $!"
done
# and those who connect meanwhile
while [ ! -e $stop ]; do sql $STAFF 'SELECT count(*) FROM open_t'; sql $STAFF 'SELECT count(*) FROM secret_t'; done > /tmp/answers.4 &
pids="$pids $!"
for i in 1 2 3 4 5; do
	load reversed
	sleep 0.5
	load_policy
	sleep 0.5
done
touch $stop
wait $pids 2>/dev/null
is "$(cat /tmp/answers.* | sort -u)" "$(printf '2\n%s' "$VIOLATION")" "10 reloads under load: no wrong answer"
lines=$(cat /tmp/answers.* | wc -l)
[ "$lines" -gt 100 ] && result ok "out of more than 100" || result "not ok" "out of more than 100" "$lines"
is "$(cat /tmp/answers.* | paste - - | sort -u)" "2	$VIOLATION" "each answer to its question"
echo "# $lines answers"

# --------------------------------------------------------- unknown contexts
load_policy
client $ADMIN > /out/setup2.txt << 'SQL'
CREATE TABLE gone_t (a int);
INSERT INTO gone_t VALUES (1);
INSERT INTO open_t (a, security_label) VALUES (9, 'unconfined_u:object_r:guestgone_table_t:s0');
SECURITY LABEL FOR selinux ON TABLE gone_t IS 'unconfined_u:object_r:guestgone_table_t:s0';
GRANT ALL ON gone_t TO PUBLIC;
SQL
is "$(cat /out/setup2.txt)" "" "labels of a type that will be gone"
close_session
# (not by runcon: the client's own process would lose its rights, too)
open_session $ADMIN
is "$(ask "SELECT sepgsql_setcon('unconfined_u:unconfined_r:guestgone_t:s0');")" t "and a client that becomes such a domain"
is "$(ask 'SELECT count(*) FROM open_t;')" 4 "which reads"
load gone
is "$(ask 'SELECT count(*) FROM open_t;')" "$VIOLATION" "the domain is gone: the client is denied everything"
like "$(tail -n 3 $LOG)" "denied .* scontext=unconfined_u:unconfined_r:guestgone_t:s0 .*tclass=" "which is audited"
is "$(sql $STAFF 'SELECT count(*) FROM gone_t')" "$VIOLATION" "a table of a type that is gone is unlabeled"
like "$(tail -n 3 $LOG)" "denied \{ select \} .*tcontext=unconfined_u:object_r:guestgone_table_t:s0 tclass=db_table" "which is audited"
is "$(sql $STAFF 'SELECT count(*) FROM open_t')" 2 "and so is a row"
like "$(sql $ADMIN "SELECT security_label FROM open_t WHERE a = 9")" "guestgone_table_t|unlabeled_t" "which still has its label"
load_policy
is "$(ask 'SELECT count(*) FROM open_t;')" 4 "all is as it was when the types are back"
close_session

# ------------------------------------------------------------ status and end
is "$(grep -c 'uavc:' $LOG)" 0 "libselinux does not write to the log"
is "$(grep -cE 'PANIC|TRAP|server process .* was terminated' $LOG)" 0 "nothing has crashed"
stop_server

# --------------------------------------------------- a server that may not ask
load noask
start_server && result "not ok" "a server that may not ask does not start" || result ok "a server that may not ask does not start"
like "$(tail -n 5 $LOG)" "FATAL:  could not use the security server of the kernel: .*allow postgresql_t security_t:security \{ compute_av check_context compute_create \};" \
	"and names the rules that are missing"
load_policy
start_server && result ok "with them it starts" || result "not ok" "with them it starts" "$(tail -n 5 $LOG)"
stop_server

# ------------------------------------------------------------- initdb's choice
finish
