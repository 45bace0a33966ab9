# regress/lib/bench.sh: `build.sh bench`, ratios against stock PostgreSQL.
# Sourced by build.sh.  Stock is built here from the same source by the same
# compiler and flags; runs are interleaved, each figure is the median of the
# ratios of neighbouring runs.  Nothing here is a test.

. "$ROOT/regress/lib/server.sh"

BENCH=$BUILD/tmp-bench
ROWS=${BENCH_ROWS:-5000000}
RUNS=${BENCH_RUNS:-7}
PAIRS=${BENCH_PAIRS:-10}
TABLES=${BENCH_TABLES:-10000}

median() { sort -g | awk '{v[NR] = $1} END {if (NR) print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'; }

# ms KIND SQL [ROLE]: milliseconds of the fastest of two runs of a query
ms() {
	local role=${3:-postgres}
	as_user "$BUILD/$1-inst/bin/psql" -X -q -A -t -h "$BENCH/$1" -p "$(port $1)" -U "$role" -d postgres \
		-c 'SET max_parallel_workers_per_gather = 0' -c 'SET jit = off' \
		-c '\timing on' -c "$2" -c "$2" 2>&1 | sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p' | sort -g | head -n 1
}

port() { case $1 in stock) echo 54395 ;; se) echo 54396 ;; off) echo 54397 ;; esac; }

sql() { as_user "$BUILD/$1-inst/bin/psql" -X -q -A -t -v ON_ERROR_STOP=1 -h "$BENCH/$1" -p "$(port $1)" -U postgres -d postgres "${@:2}"; }

# ratio NAME LIMIT SQL [SQL of stock] [ROLE]
ratio() {
	local name=$1 limit=$2 q=$3 qs=${4:-$3} role=${5:-postgres} i a b
	for i in $(seq "$RUNS"); do
		a=$(ms stock "$qs")
		b=$(ms se "$q" "$role")
		awk -v a="$a" -v b="$b" 'BEGIN {print b / a}'
	done | median | awk -v n="$name" -v l="$limit" '{printf "| %-62s | %6.3f | %-6s | %s |\n", n, $1, l, ($1 <= l ? "yes" : "no")}'
}

# tps KIND TRANSACTIONS [pgbench options]: each run begins with the vacuum that
# pgbench does, and has a number of transactions, not of seconds, so that both
# servers find their tables in the same state
tps() {
	as_user "$BUILD/$1-inst/bin/pgbench" -h "$BENCH/$1" -p "$(port $1)" -U postgres -c 4 -j 2 -t "$2" "${@:3}" postgres 2>/dev/null |
		sed -n 's/^tps = \([0-9.]*\).*/\1/p'
}

# a server starts anew, and has pgbench's accounts in its buffers
start_warm() {
	stop_cluster "$BUILD/$1-inst/bin" "$BENCH/$1/data"
	bench_start_again "$1"
	sql "$1" -c 'SELECT sum(abalance) FROM pgbench_accounts' \
		-c 'SET enable_seqscan = off' -c 'SELECT count(*) FROM pgbench_accounts WHERE aid > 0' > /dev/null
}

# tps_ratio NAME LIMIT KIND TRANSACTIONS [pgbench options]: a server's luck with
# where its memory lies lasts as long as it runs, so both start anew in each
# round, and take their runs as A B B A
tps_ratio() {
	local name=$1 limit=$2 kind=$3 i a b
	shift 3
	for i in $(seq "$PAIRS"); do
		start_warm stock
		start_warm "$kind"
		if [ $((i % 2)) = 0 ]; then
			a=$(tps stock "$@"); b="$(tps "$kind" "$@") $(tps "$kind" "$@")"; a="$a $(tps stock "$@")"
		else
			b=$(tps "$kind" "$@"); a="$(tps stock "$@") $(tps stock "$@")"; b="$b $(tps "$kind" "$@")"
		fi
		# of the times, not of the throughputs
		awk -v a="$a" -v b="$b" 'BEGIN {split(a, x, " "); split(b, y, " "); print (1 / x[1] + 1 / x[2]) / (1 / y[1] + 1 / y[2])}'
	done | median | awk -v n="$name" -v l="$limit" '{printf "| %-62s | %6.3f | %-6s | %s |\n", n, $1, l, ($1 >= l ? "yes" : "no")}'
}

# instructions KIND [FEW MANY [pgbench options]]: what one backend executes for
# a transaction, counted by valgrind: the difference of a long and a short run
instructions() {
	local kind=$1 bin=$BUILD/$1-inst/bin n last
	local few=${2:-200} many=${3:-1200}
	local -a what=()
	read -r -a what <<< "${4:-}"
	for n in "$few" "$many"; do
		as_user "$bin/pgbench" -n -h "$BENCH/$kind" -p "$(port "$kind")" -U postgres -c 1 -t "$n" --random-seed=1 "${what[@]}" postgres > /dev/null 2>&1
		sleep 3
		# shellcheck disable=SC2012
		last=$(ls -t "$BENCH/$kind"/count.* | head -n 1)
		awk '/^(summary|totals):/ {print $2; exit}' "$last"
	done | awk -v n=$((many - few)) 'NR == 1 {a = $1} END {print ($1 - a) / n}'
}

bench_instructions() {
	local k bin
	command -v valgrind > /dev/null || return 0
	echo
	echo "| instructions of a backend for each transaction (valgrind) | stock | off | on | off/stock | on/stock |"
	echo "|---|---|---|---|---|---|"
	echo 'SELECT sum(bench_plain(i)) FROM generate_series(1, 10000) i' > "$BENCH/calls.sql"
	for k in stock off se; do
		bin=$BUILD/$k-inst/bin
		bench_functions $k
		as_user "$bin/pgbench" -q -i -s 5 -h "$BENCH/$k" -p "$(port $k)" -U postgres postgres > /dev/null 2>&1
		sql $k -c CHECKPOINT
		stop_cluster "$bin" "$BENCH/$k/data"
		as_user sh -c "rm -f '$BENCH/$k'/count.*; exec valgrind -q --tool=callgrind --trace-children=yes --callgrind-out-file='$BENCH/$k/count.%p' \
			'$bin/postgres' -D '$BENCH/$k/data' -p $(port $k) -c listen_addresses= -c io_method=sync \
			-c unix_socket_directories='$BENCH/$k'" > "$BENCH/$k.valgrind.log" 2>&1 &
		until as_user "$bin/pg_isready" -q -h "$BENCH/$k" -p "$(port $k)"; do sleep 1; done
		instructions $k 200 1200 -S > "$BENCH/count.$k.select"
		instructions $k > "$BENCH/count.$k.tpcb"
		instructions $k 2 12 "-f $BENCH/calls.sql" > "$BENCH/count.$k.calls"
		stop_cluster "$bin" "$BENCH/$k/data"
		rm -f "$BENCH/$k"/count.*
	done
	for k in select tpcb calls; do
		paste "$BENCH/count.stock.$k" "$BENCH/count.off.$k" "$BENCH/count.se.$k" |
			awk -v n=$k '{printf "| %s | %.0f | %.0f | %.0f | %.3f | %.3f |\n", n, $1, $2, $3, $2 / $1, $3 / $1}'
	done
	for k in stock off se; do bench_start_again $k; done
}

# seconds CMD...: wall clock of a command, in seconds
seconds() {
	local t0
	t0=$(date +%s%N)
	"$@" > /dev/null 2>&1 || echo "bench: failed: $*" >&2
	awk -v a="$t0" -v b="$(date +%s%N)" 'BEGIN {print (b - a) / 1e9}'
}

# time_ratio NAME LIMIT RUNS COMMAND: of the command for kind se to that for
# the server named in BASE (stock)
time_ratio() {
	local name=$1 limit=$2 runs=$3 i a b
	shift 3
	for i in $(seq "$runs"); do
		if [ $((i % 2)) = 0 ]; then a=$(seconds "$@" "${BASE:-stock}"); fi
		b=$(seconds "$@" se)
		if [ $((i % 2)) = 1 ]; then a=$(seconds "$@" "${BASE:-stock}"); fi
		awk -v a="$a" -v b="$b" 'BEGIN {print b / a}'
	done | median | awk -v n="$name" -v l="$limit" '{printf "| %-62s | %6.3f | %-6s | %s |\n", n, $1, l, (l == "stated" ? "" : $1 <= l ? "yes" : "no")}'
}

create_drop() {
	# each in a transaction of its own: all at once would hold too many locks
	sql "$1" -c "DO \$\$ BEGIN FOR i IN 1..$TABLES LOOP EXECUTE 'CREATE TABLE bench_ddl (a int, b text)'; COMMIT; EXECUTE 'DROP TABLE bench_ddl'; COMMIT; END LOOP; END \$\$"
}

call_function() {
	sql "$2" -c "SELECT sum($1(i)) FROM generate_series(1, 1000000) i"
}

call_trusted() {
	local role=postgres
	if [ "$1" = se ]; then role=bench_low; fi
	as_user "$BUILD/$1-inst/bin/psql" -X -q -A -t -h "$BENCH/$1" -p "$(port "$1")" -U $role -d postgres \
		-c 'SELECT sum(bench_trusted(i)) FROM generate_series(1, 1000000) i'
}

connect_query() {
	local i
	for i in $(seq 50); do
		sql "$1" -c 'SELECT 1'
	done
}

# upstream's own schedule, in a temporary instance with labels on, and off
regress_schedule() {
	local dir=$BUILD/se/src/test/regress
	local locale=--no-locale
	local -a template=()
	# pg_regress runs initdb itself, and looks at no template, if it is told of a locale
	if [ "$1" = se ]; then template=(INITDB_TEMPLATE="$BENCH/template") locale=; fi
	(cd "$dir" && rm -rf tmp_check && as_user env -u PGHOST -u PGPORT LC_ALL=C PATH="$BUILD/se-inst/bin:$PATH" "${template[@]}" \
		./pg_regress --dlpath=. --max-concurrent-tests=20 --schedule=parallel_schedule \
		--temp-instance=./tmp_check --inputdir=. --bindir="$BUILD/se-inst/bin" $locale)
}

bench_conf='shared_buffers = 1500MB
max_wal_size = 8GB
checkpoint_timeout = 1h
autovacuum = off
synchronous_commit = off
full_page_writes = off'

bench_start() {
	as_user sh -c "cat >> '$BENCH/$1/data/postgresql.conf'" <<< "$bench_conf"
	bench_start_again "$1"
}

bench_start_again() {
	start_cluster "$BUILD/$1-inst/bin" "$BENCH/$1/data" "$(port "$1")"
}

# backend_kb KIND [COMMAND...]: a backend's own memory (private pages) when it
# is idle after a query, in kB; COMMAND runs in between and the query again
backend_kb() {
	local kind=$1 pid kb
	shift
	coproc PSQL { as_user "$BUILD/$kind-inst/bin/psql" -X -q -A -t -h "$BENCH/$kind" -p "$(port "$kind")" -U postgres -d postgres; }
	echo 'SELECT pg_backend_pid();' >&"${PSQL[1]}"
	read -r pid <&"${PSQL[0]}"
	if [ $# -gt 0 ]; then
		"$@" > /dev/null 2>&1
		sleep 2
		echo 'SELECT 1;' >&"${PSQL[1]}"
		read -r kb <&"${PSQL[0]}"
	fi
	sleep 1
	awk '/^Private_(Dirty|Clean):/ {s += $2} END {print s + 0}' "/proc/$pid/smaps_rollup"
	echo '\q' >&"${PSQL[1]}"
	wait "$PSQL_PID" || true
}

# the other of two policies that differ in a boolean
other_policy() {
	as_user sh -c "echo \"sepostgresql_policy_file = '$1'\" >> '$BENCH/se/data/postgresql.conf'"
	as_user "$BUILD/se-inst/bin/pg_ctl" -D "$BENCH/se/data" reload
}

bench_memory() {
	local k big
	echo
	echo "| private memory of an idle backend | kB |"
	echo "|---|---|"
	for k in stock off se; do printf '| %s | %s |\n' "$k" "$(backend_kb $k)"; done
	make -s -C "$ROOT/policy" OUT="$BUILD/changed-policy" BOOLEANS='sepgsql_enable_users_ddl=false'
	own "$BUILD/changed-policy"
	printf '| se, over a reload of a changed policy | %s |\n' "$(backend_kb se other_policy "$BUILD/changed-policy/sepostgresql.33")"
	printf '| se, connected after it | %s |\n' "$(backend_kb se)"
	printf "| stock, over a reload | %s |\n" "$(backend_kb stock as_user "$BUILD/stock-inst/bin/pg_ctl" -D "$BENCH/stock/data" reload)"
	stop_cluster "$BUILD/se-inst/bin" "$BENCH/se/data"
	big=$(big_policy)
	[ -n "$big" ] || return 0
	labelled_cluster "$BUILD/se-inst/bin" "$BENCH/se/data" --policy-file="$big"
	bench_start se
	printf "| se, with the distribution's policy (%s kB) | %s |\n" "$(du -k "$big" | cut -f1)" "$(backend_kb se)"
}

# LIMIT keeps the planner from putting the function's expression in its place
bench_functions() {
	sql "$1" -c "CREATE OR REPLACE FUNCTION bench_inlined(i int) RETURNS int LANGUAGE sql AS 'SELECT i + 1'" \
		-c "CREATE OR REPLACE FUNCTION bench_plain(i int) RETURNS int LANGUAGE sql AS 'SELECT i + 1 LIMIT 1'" \
		-c "CREATE OR REPLACE FUNCTION bench_trusted(i int) RETURNS int LANGUAGE sql AS 'SELECT i + 1 LIMIT 1'"
}

bench_statements() {
	local k
	echo
	echo "| statements and functions: time | ratio | limit | holds |"
	echo "|---|---|---|---|"
	for k in stock off se; do bench_functions $k; done
	sql se -c "SECURITY LABEL FOR selinux ON FUNCTION bench_trusted(int) IS 'system_u:object_r:sepgsql_trusted_proc_exec_t:s0'"
	time_ratio "$TABLES CREATE TABLE and DROP TABLE" 1.15 5 create_drop
	# the same binary: against another one it is as much where the linker put
	# what is called as what labels cost
	BASE=off time_ratio "1 million calls of a plain SQL function, labels on to off" 1.02 7 call_function bench_plain
	time_ratio "the same, to stock" stated 7 call_function bench_plain
	time_ratio "the same, where the planner inlines it" 1.02 7 call_function bench_inlined
	# the administrator's domain has no transition
	time_ratio "1 million calls of a trusted one, to stock's plain" stated 5 call_trusted
	time_ratio "connect and first query" 1.10 7 connect_query
	make_in "$BUILD/se/src/test/regress" all
	own "$BUILD/se/src/test"
	template_on "$BUILD/se-inst/bin" "$BENCH/template"
	BASE=off time_ratio "pg_regress's own schedule, labels on to off" 1.10 3 regress_schedule
}

# a policy of the size of a whole distribution's, where one is installed
big_policy() {
	find /etc/selinux/*/policy -name 'policy.*' 2>/dev/null | head -n 1
}

bench_initdb() {
	local n t0 t1 t2
	echo "| initdb, and size of its cluster | ratio | limit | holds |"
	echo "|---|---|---|---|"
	for n in 1 2 3; do
		rm -rf "$BENCH/stock/data" "$BENCH/se/data"
		t0=$(date +%s%N)
		as_user "$BUILD/stock-inst/bin/initdb" -D "$BENCH/stock/data" -U postgres -A trust --no-sync --no-locale -E UTF8 > /dev/null 2>&1
		t1=$(date +%s%N)
		labelled_cluster "$BUILD/se-inst/bin" "$BENCH/se/data"
		t2=$(date +%s%N)
		echo "$((t1 - t0)) $((t2 - t1))"
	done | awk '{print $2 / $1}' | median | awk '{printf "| %-62s | %6.3f | 1.3 | %s |\n", "time of initdb", $1, ($1 <= 1.3 ? "yes" : "no")}'
	echo "$(du -sk "$BENCH/stock/data/base" | cut -f1) $(du -sk "$BENCH/se/data/base" | cut -f1)" |
		awk '{printf "| %-62s | %6.3f | 1.05 | %s |\n", "size of the databases", $2 / $1, ($2 / $1 <= 1.05 ? "yes" : "no")}'
}

bench_rows() {
	local n
	echo
	echo "| $ROWS rows of (int, int, 8 bytes of text) | ratio | limit | holds |"
	echo "|---|---|---|---|"
	sql stock -c 'CREATE TABLE t (a int, b int, c text)' \
		-c "INSERT INTO t (a, b, c) SELECT i, i % 1000, lpad((i % 10000000)::text, 8, '0') FROM generate_series(1, $ROWS) i" \
		-c 'CREATE INDEX ON t (a)' -c 'VACUUM (ANALYZE, FREEZE) t' -c 'CHECKPOINT'
	for n in 1 16 255 1000; do
		sql se -c 'SET client_min_messages = warning' -c 'DROP TABLE IF EXISTS t' -c 'CREATE TABLE t (a int, b int, c text)' \
			-c "INSERT INTO t (security_label, a, b, c) SELECT 'system_u:object_r:sepgsql_table_t:s0:c' || (i % $n),
				i, i % 1000, lpad((i % 10000000)::text, 8, '0') FROM generate_series(1, $ROWS) i" \
			-c 'CREATE INDEX ON t (a)' -c 'VACUUM (ANALYZE, FREEZE) t' -c 'GRANT SELECT ON t TO PUBLIC' -c 'CHECKPOINT'
		local lim=1.05
		[ $n = 1000 ] && lim=1.15
		ratio "$n labels, all visible: count(*)" $lim 'SELECT count(*) FROM t'
		ratio "$n labels, all visible: sum(b) WHERE a % 3 = 0" $lim 'SELECT sum(b) FROM t WHERE a % 3 = 0'
		ratio "$n labels, all visible: index-only count" 1.05 'SELECT count(a) FROM t WHERE a BETWEEN 1 AND 1000000'
		echo "$(sql stock -c "SELECT pg_relation_size('t')") $(sql se -c "SELECT pg_relation_size('t')")" |
			awk -v n="$n labels: size of the table" '{printf "| %-62s | %6.3f | %-6s | |\n", n, $2 / $1, "1.00"}'
		if [ $n = 255 ]; then
			ratio "255 labels, one hidden: count(*)" 1.3 'SELECT count(*) FROM t' '' bench_low
			ratio "255 labels, one hidden: sum(b) WHERE a % 3 = 0" 1.15 'SELECT sum(b) FROM t WHERE a % 3 = 0' '' bench_low
			ratio "255 labels, nothing visible: count(*)" 0.7 'SELECT count(*) FROM t' '' bench_none
		fi
	done
}

bench_pgbench() {
	local k
	echo
	echo "| pgbench, scale 20, 4 clients, throughput | ratio | limit | holds |"
	echo "|---|---|---|---|"
	for k in stock se off; do
		sql $k -c 'SET client_min_messages = warning' -c 'DROP TABLE IF EXISTS t'
		as_user "$BUILD/$k-inst/bin/pgbench" -q -i -s 20 -h "$BENCH/$k" -p "$(port $k)" -U postgres postgres > /dev/null 2>&1
	done
	tps_ratio "select only, labels on" 0.97 se 30000 -S
	tps_ratio "TPC-B-like, labels on" 0.97 se 6000
	tps_ratio "select only, compiled in but off" 0.99 off 30000 -S
	tps_ratio "TPC-B-like, compiled in but off" 0.99 off 6000
}

# a table whose rows have 255 labels, one after the other, and an index
labelled_table() {
	sql se -c 'SET client_min_messages = warning' -c "DROP TABLE IF EXISTS $1" -c "CREATE TABLE $1 (a int, b int, c text)" \
		-c "INSERT INTO $1 (security_label, a, b, c) SELECT 'system_u:object_r:sepgsql_table_t:s0:c' || (i % 255),
			i, i % 1000, lpad((i % 10000000)::text, 8, '0') FROM generate_series(1, $ROWS) i" \
		-c "CREATE INDEX ON $1 (a)" -c "VACUUM (ANALYZE, FREEZE) $1" -c 'CHECKPOINT'
}

# report NAME LIMIT: the line of a table for the median of the ratios on stdin
report() {
	median | awk -v n="$1" -v l="$2" '{printf "| %-62s | %6.3f | %-6s | %s |\n", n, $1, l, ($1 <= l ? "yes" : "no")}'
}

rows_header() {
	echo
	echo "| $ROWS rows of (int, int, 8 bytes of text) | ratio | limit | holds |"
	echo "|---|---|---|---|"
}

# security_reclaim_label() of a table with one label that no row uses, against
# count(*) of the same table
bench_reclaim() {
	local i a b
	rows_header
	labelled_table r
	for i in $(seq "$RUNS"); do
		sql se -c 'BEGIN' -c "INSERT INTO r (security_label, a) VALUES ('system_u:object_r:sepgsql_table_t:s0:c900', 0)" -c 'ROLLBACK'
		a=$(ms se 'SELECT count(*) FROM r')
		b=$(as_user "$BUILD/se-inst/bin/psql" -X -q -A -t -h "$BENCH/se" -p "$(port se)" -U postgres -d postgres \
			-c 'SET client_min_messages = warning' -c '\timing on' -c "SELECT security_reclaim_label('r')" |
			sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p')
		awk -v a="$a" -v b="$b" 'BEGIN {print b / a}'
	done | report "reclaim of one label of 256, against count(*)" 1.5
	sql se -c 'DROP TABLE r'
}

# turns RUNS FIRST SECOND: ratio of the seconds of SECOND to those of FIRST, in turns
turns() {
	local i a b
	for i in $(seq "$1"); do
		if [ $((i % 2)) = 0 ]; then a=$($2); fi
		b=$($3)
		if [ $((i % 2)) = 1 ]; then a=$($2); fi
		awk -v a="$a" -v b="$b" 'BEGIN {print b / a}'
	done
}

# dump_of TABLE FILE [options]
dump_of() {
	as_user "$BUILD/se-inst/bin/pg_dump" -h "$BENCH/se" -p "$(port se)" -U postgres -t "$1" -f "$2" "${@:3}" postgres
}

# restore_of FILE: seconds of psql, into a database that is made before
restore_of() {
	sql se -c 'SET client_min_messages = warning' -c 'DROP DATABASE IF EXISTS bench_restore' -c 'CREATE DATABASE bench_restore' -c 'CHECKPOINT'
	seconds as_user "$BUILD/se-inst/bin/psql" -X -q -v ON_ERROR_STOP=1 -h "$BENCH/se" -p "$(port se)" -U postgres -d bench_restore -f "$1"
}

dump_plain() { seconds dump_of "$1" /dev/null; }
dump_labels() { seconds dump_of "$1" /dev/null --security-label; }
restore_plain() { restore_of "$BENCH/se/plain.sql"; }
restore_labels() { restore_of "$BENCH/se/labels.sql"; }

# pg_dump and restore of one table, with labels against without, same server:
# the narrow rows of the other parts, and the table of pgbench
bench_dump() {
	rows_header
	labelled_table d
	turns "$RUNS" "dump_plain d" "dump_labels d" | report "pg_dump, with labels to without" 1.15
	accounts_table
	turns "$RUNS" "dump_plain pgbench_accounts" "dump_labels pgbench_accounts" |
		report "the same of pgbench_accounts" 1.15
	sql se -c 'DROP TABLE d' -c 'DROP TABLE pgbench_accounts'
}

# pgbench_accounts, with 255 labels
accounts_table() {
	as_user "$BUILD/se-inst/bin/pgbench" -q -i -I dt -h "$BENCH/se" -p "$(port se)" -U postgres postgres > /dev/null 2>&1
	sql se -c "INSERT INTO pgbench_accounts (security_label, aid, bid, abalance, filler)
			SELECT 'system_u:object_r:sepgsql_table_t:s0:c' || (i % 255), i, i / 100000 + 1, 0, '' FROM generate_series(1, $ROWS) i" \
		-c 'ALTER TABLE pgbench_accounts ADD PRIMARY KEY (aid)' \
		-c 'VACUUM (ANALYZE, FREEZE) pgbench_accounts' -c 'DROP TABLE pgbench_branches, pgbench_tellers, pgbench_history' -c 'CHECKPOINT'
}

bench_restore() {
	local t
	rows_header
	labelled_table d
	accounts_table
	for t in d pgbench_accounts; do
		dump_of $t "$BENCH/se/plain.sql"
		dump_of $t "$BENCH/se/labels.sql" --security-label
		sql se -c "DROP TABLE $t" -c CHECKPOINT
		turns "$RUNS" restore_plain restore_labels |
			report "restore with labels to without, $([ $t = d ] && echo 'COPY and CREATE INDEX' || echo pgbench_accounts)" 1.15
		rm -f "$BENCH/se/plain.sql" "$BENCH/se/labels.sql"
	done
	sql se -c 'SET client_min_messages = warning' -c 'DROP DATABASE IF EXISTS bench_restore'
}

# Replay by a hot standby.  Both primaries write the same load, one with
# labels; then standbys that begin before it replay all of it, in turns, each
# time from the same copy.  The server's log says when redo begins and when the
# load's last record has been replayed.
standby_load() {
	local labels='' change='' i from to
	if [ "$1" = se ]; then
		labels='security_label, '
		change="security_label = 'system_u:object_r:sepgsql_table_t:s0:c' || (a % 300), "
	fi
	sql "$1" -c 'CREATE TABLE s (a int, b int, c text)' -c 'CREATE INDEX ON s (a)'
	for i in 0 1 2 3 4 5 6 7 8 9; do
		from=$((ROWS / 10 * i + 1))
		to=$((ROWS / 10 * (i + 1)))
		sql "$1" -c "INSERT INTO s (${labels}a, b, c) SELECT ${labels:+'system_u:object_r:sepgsql_table_t:s0:c' || (i % 255),}
			i, i % 1000, lpad((i % 10000000)::text, 8, '0') FROM generate_series($from, $to) i" \
			-c "UPDATE s SET ${change}b = b + 1 WHERE a BETWEEN $from AND $to AND a % 10 = 0" \
			-c "DELETE FROM s WHERE a BETWEEN $from AND $to AND a % 20 = 3"
	done
}

# standby_of KIND: a copy of the cluster before the load, its WAL, and where
# the load ends
standby_of() {
	local bin=$BUILD/$1-inst/bin
	stop_cluster "$bin" "$BENCH/$1/data"
	rm -rf "$BENCH/$1/before" "$BENCH/$1/wal"
	as_user cp -a "$BENCH/$1/data" "$BENCH/$1/before"
	as_user sh -c "echo 'wal_keep_size = 100GB' >> '$BENCH/$1/data/postgresql.conf'"
	bench_start_again "$1"
	standby_load "$1"
	sql "$1" -c 'SELECT pg_current_wal_insert_lsn()' > "$BENCH/$1.lsn"
	stop_cluster "$bin" "$BENCH/$1/data"
	as_user cp -a "$BENCH/$1/data/pg_wal" "$BENCH/$1/wal"
	as_user sh -c "cat >> '$BENCH/$1/before/postgresql.conf'" <<-EOF
		hot_standby = on
		restore_command = 'test -f $BENCH/$1/wal/%f && ln -s $BENCH/$1/wal/%f %p'
		recovery_target_lsn = '$(cat "$BENCH/$1.lsn")'
		recovery_target_action = pause
		log_line_prefix = '%n '
	EOF
	as_user touch "$BENCH/$1/before/standby.signal"
	as_user sh -c "rm -f '$BENCH/$1/before/pg_wal/'0*"
}

# seconds of replay, as the log tells
replay() {
	local bin=$BUILD/$1-inst/bin
	rm -rf "$BENCH/$1/standby" "$BENCH/$1/standby.log"
	as_user cp -a "$BENCH/$1/before" "$BENCH/$1/standby"
	start_cluster "$bin" "$BENCH/$1/standby" "$(port "$1")"
	until grep -q 'recovery stopping' "$BENCH/$1/standby.log"; do sleep 0.2; done
	stop_cluster "$bin" "$BENCH/$1/standby"
	awk '/redo starts/ {a = $1} /recovery stopping/ {b = $1} END {print b - a}' "$BENCH/$1/standby.log"
}

bench_standby() {
	local k
	rows_header
	for k in stock se; do standby_of $k; done
	turns "$RUNS" "replay stock" "replay se" | report "hot standby: replay of a labelled load, to stock" 1.05
	for k in stock se; do
		rm -rf "$BENCH/$k/standby" "$BENCH/$k/before" "$BENCH/$k/wal"
		bench_start_again $k
		sql $k -c 'DROP TABLE s'
	done
}

bench_avc() {
	echo
	echo "AVC hit in the core:"
	cargo bench --locked --manifest-path "$ROOT/Cargo.toml" --target-dir "$BUILD/target" 2>/dev/null | grep -A3 -i 'avc' || true
}

# bench [PARTS]: initdb rows reclaim dump restore standby pgbench instructions statements memory avc
bench() {
	do_deps
	need_user
	do_source
	built_tree stock upstream
	built_tree se main --enable-selinux
	[ -e "$BUILD/off" ] || ln -s se "$BUILD/off"
	[ -e "$BUILD/off-inst" ] || ln -s se-inst "$BUILD/off-inst"
	chmod -R a+rX "$BUILD"/stock-inst "$BUILD"/se-inst
	local k
	for k in stock se off; do stop_cluster "$BUILD/$k-inst/bin" "$BENCH/$k/data"; own "$BENCH/$k"; rm -rf "$BENCH/$k/data"; done
	if [ $# = 0 ]; then set -- initdb rows reclaim dump restore standby pgbench instructions statements memory avc; fi
	labelled_cluster "$BUILD/se-inst/bin" "$BENCH/se/data"
	as_user "$BUILD/stock-inst/bin/initdb" -D "$BENCH/stock/data" -U postgres -A trust --no-sync --no-locale -E UTF8 > /dev/null 2>&1
	as_user "$BUILD/se-inst/bin/initdb" -D "$BENCH/off/data" -U postgres -A trust --no-sync --no-locale -E UTF8 > /dev/null 2>&1
	if [ "$1" = initdb ]; then
		bench_initdb
		shift
	fi
	as_user sh -c "sed -i '/^local/d' '$BENCH/se/data/pg_peerlabel.conf' && {
		echo 'local all bench_low staff_u:staff_r:staff_t:s0-s0:c0.c253'
		echo 'local all bench_none user_u:user_r:user_t:s0'
		echo 'local all all $ADMIN_LABEL'; } >> '$BENCH/se/data/pg_peerlabel.conf'"
	for k in stock se off; do bench_start $k; done
	sql se -c 'CREATE ROLE bench_low LOGIN' -c 'CREATE ROLE bench_none LOGIN'
	for k; do bench_$k; done
	for k in stock se off; do stop_cluster "$BUILD/$k-inst/bin" "$BENCH/$k/data"; done
}
