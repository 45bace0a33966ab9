# What the scripts that run in the guest begin with.
# Results are lines of TAP; what is needed to understand them goes to /out.
export PATH=/usr/local/pgsql/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8
export PGHOST=/run/postgresql PGDATABASE=postgres PGUSER=postgres PGDATA=/var/lib/postgresql/data
SERVER=system_u:system_r:postgresql_t:s0
ADMIN=unconfined_u:unconfined_r:unconfined_t:s0-s0:c0.c1023
STAFF=staff_u:staff_r:staff_t:s0
LOG=/var/lib/postgresql/server.log
POLICIES=/usr/lib/guest/policies
n=0

result() { # "ok" or "not ok", NAME, DETAILS...
	n=$((n + 1))
	echo "$1 $n - $2"
	[ "$1" = ok ] || { shift 2; printf '#   %s\n' "$@"; }
}
is() { # GOT EXPECTED NAME
	if [ "$1" = "$2" ]; then result ok "$3"; else result "not ok" "$3" "got: ${1//$'\n'/ | }" "expected: ${2//$'\n'/ | }"; fi
}
like() { # GOT PATTERN NAME
	if [[ $1 =~ $2 ]]; then result ok "$3"; else result "not ok" "$3" "got: ${1//$'\n'/ | }" "expected: $2"; fi
}
finish() {
	echo "1..$n"
	exit 0
}
bail() {
	echo "Bail out! $*"
	tail -n 20 "$LOG" 2>/dev/null
	exit 1
}

as_postgres() {
	(cd /var/lib/postgresql && exec setpriv --reuid postgres --regid postgres --init-groups \
		env HOME=/var/lib/postgresql "$@")
}

# client LABEL ARGUMENTS...: psql with that label
client() {
	local label=$1
	shift
	as_postgres runcon "$label" psql -X -q -At "$@" 2>&1
}
sql() { client "$1" -c "$2"; }

# make_cluster [OPTIONS]: by initdb, in the server's domain
make_cluster() {
	rm -rf "$PGDATA"
	as_postgres runcon $SERVER initdb --enable-selinux --security-server=kernel -U postgres \
		-A trust --no-sync --no-locale -E UTF8 "$@" 2>&1 < /dev/null | cat > /out/initdb.log
	[ "${PIPESTATUS[0]}" = 0 ] || {
		cat /out/initdb.log
		bail "initdb"
	}
	echo "fsync = off
listen_addresses = ''
unix_socket_directories = '/run/postgresql'
max_connections = 30" >> $PGDATA/postgresql.conf
}

# start_server: in the server's domain; false if it ends at once
server_pid=
start_server() {
	as_postgres runcon $SERVER postgres -D $PGDATA "$@" >> $LOG 2>&1 &
	server_pid=$!
	local i
	for ((i = 0; i < 300; i++)); do
		pg_isready -q && return 0
		kill -0 $server_pid 2>/dev/null || return 1
		sleep 0.2
	done
	return 1
}
stop_server() {
	kill -INT "$(head -n 1 $PGDATA/postmaster.pid)" 2>/dev/null
	wait $server_pid 2>/dev/null
}

# open_session LABEL: a client that stays connected; ask SQL: what it answers
open_session() {
	coproc SESSION { as_postgres runcon "$1" psql -X -q -At 2>&1; }
}
ask() {
	local line
	printf '%s\n\\echo _done_\n' "$1" >&"${SESSION[1]}"
	while IFS= read -r -t 60 line <&"${SESSION[0]}"; do
		[ "$line" != _done_ ] || return 0
		printf '%s\n' "$line"
	done
	echo "no answer"
}
close_session() {
	printf '\\q\n' >&"${SESSION[1]}"
	wait "$SESSION_PID" 2>/dev/null
}

# load POLICY: into the kernel, as it is
load() { dd if="$POLICIES/$1.33" of=/sys/fs/selinux/load bs=64M status=none; }

trap 'cp "$LOG" /out/ 2>/dev/null' EXIT
: > $LOG
chown postgres: $LOG
