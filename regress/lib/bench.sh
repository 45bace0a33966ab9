# regress/lib/bench.sh: `build.sh bench`, ratios against stock PostgreSQL.
# Sourced by build.sh.  Stock is built here from the same source by the same
# compiler and flags; runs are interleaved, each figure is the median of the
# ratios of neighbouring runs.  Nothing here is a test.

. "$ROOT/regress/lib/server.sh"

BENCH=$BUILD/tmp-bench
ROWS=${BENCH_ROWS:-5000000}
RUNS=${BENCH_RUNS:-7}
SECS=${BENCH_SECS:-20}

bench_tree() {
	local name=$1 commit=$2
	shift 2
	if [ "$(cat "$BUILD/$name/.key" 2>/dev/null)" != "$commit $(source_key)" ]; then
		rm -rf "${BUILD:?}/$name"
		mkdir -p "$BUILD/$name"
		git_src archive "$commit" | tar -x -C "$BUILD/$name"
		echo "$commit $(source_key)" > "$BUILD/$name/.key"
	fi
	configured "$BUILD/$name" "$BUILD/$name-inst" "$@"
	say "compiling build/$name"
	make_in "$BUILD/$name" all
	make_in "$BUILD/$name" install
	make_in "$BUILD/$name/contrib" install
}

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

tps() {
	as_user "$BUILD/$1-inst/bin/pgbench" -n -h "$BENCH/$1" -p "$(port $1)" -U postgres -c 4 -j 2 -T "$SECS" "${@:2}" postgres 2>/dev/null |
		sed -n 's/^tps = \([0-9.]*\).*/\1/p'
}

tps_ratio() {
	local name=$1 limit=$2 kind=$3 i a b
	shift 3
	for i in 1 2 3 4 5 6; do
		# in turns: the second of a pair finds other caches and checkpoints
		if [ $((i % 2)) = 0 ]; then a=$(tps stock "$@"); fi
		b=$(tps "$kind" "$@")
		if [ $((i % 2)) = 1 ]; then a=$(tps stock "$@"); fi
		awk -v a="$a" -v b="$b" 'BEGIN {print b / a}'
	done | median | awk -v n="$name" -v l="$limit" '{printf "| %-62s | %6.3f | %-6s | %s |\n", n, $1, l, ($1 >= l ? "yes" : "no")}'
}

bench_conf='shared_buffers = 1500MB
max_wal_size = 8GB
checkpoint_timeout = 1h
autovacuum = off
synchronous_commit = off
full_page_writes = off'

bench_start() {
	local kind=$1
	as_user sh -c "cat >> '$BENCH/$kind/data/postgresql.conf'" <<< "$bench_conf"
	start_cluster "$BUILD/$kind-inst/bin" "$BENCH/$kind/data" "$(port "$kind")"
}

# a backend's own memory (private pages), kB
backend_kb() {
	as_user "$BUILD/$1-inst/bin/psql" -X -q -A -t -h "$BENCH/$1" -p "$(port "$1")" -U postgres -d postgres \
		-c 'SELECT 1' -c 'SELECT pg_backend_pid()' -c '\! sleep 1' -c 'SELECT pg_sleep(2)' > "$BENCH/pid.$1" &
	sleep 1.5
	local pid
	pid=$(sed -n 2p "$BENCH/pid.$1" 2>/dev/null)
	[ -n "$pid" ] && awk '/^Private_(Dirty|Clean):/ {s += $2} END {print s + 0}' "/proc/$pid/smaps_rollup"
	wait
}

bench() {
	do_deps
	need_user
	do_source
	bench_tree stock upstream
	bench_tree se main --enable-selinux
	[ -e "$BUILD/off" ] || ln -s se "$BUILD/off"
	[ -e "$BUILD/off-inst" ] || ln -s se-inst "$BUILD/off-inst"
	chmod -R a+rX "$BUILD"/stock-inst "$BUILD"/se-inst
	local k t0 t1 t2 n
	for k in stock se off; do stop_cluster "$BUILD/$k-inst/bin" "$BENCH/$k/data"; own "$BENCH/$k"; rm -rf "$BENCH/$k/data"; done

	echo "| initdb, and size of its cluster | ratio | limit | holds |"
	echo "|---|---|---|---|"
	local a=() b=()
	for n in 1 2 3; do
		rm -rf "$BENCH/stock/data" "$BENCH/se/data"
		t0=$(date +%s%N)
		as_user "$BUILD/stock-inst/bin/initdb" -D "$BENCH/stock/data" -U postgres -A trust --no-sync --no-locale -E UTF8 > /dev/null 2>&1
		t1=$(date +%s%N)
		labelled_cluster "$BUILD/se-inst/bin" "$BENCH/se/data"
		t2=$(date +%s%N)
		echo "$((t1 - t0)) $((t2 - t1))"
	done | awk '{print $2 / $1}' | median | awk '{printf "| %-62s | %6.3f | 1.3 | %s |\n", "time of initdb", $1, ($1 <= 1.3 ? "yes" : "no")}'
	as_user "$BUILD/se-inst/bin/initdb" -D "$BENCH/off/data" -U postgres -A trust --no-sync --no-locale -E UTF8 > /dev/null 2>&1
	echo "$(du -sk "$BENCH/stock/data/base" | cut -f1) $(du -sk "$BENCH/se/data/base" | cut -f1)" |
		awk '{printf "| %-62s | %6.3f | 1.05 | %s |\n", "size of the databases", $2 / $1, ($2 / $1 <= 1.05 ? "yes" : "no")}'
	as_user sh -c "sed -i '/^local/d' '$BENCH/se/data/pg_peerlabel.conf' && {
		echo 'local all bench_low staff_u:staff_r:staff_t:s0-s0:c0.c253'
		echo 'local all bench_none user_u:user_r:user_t:s0'
		echo 'local all all $ADMIN_LABEL'; } >> '$BENCH/se/data/pg_peerlabel.conf'"
	for k in stock se off; do bench_start $k; done
	sql se -c 'CREATE ROLE bench_low LOGIN' -c 'CREATE ROLE bench_none LOGIN'

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

	echo
	echo "| pgbench, scale 20, 4 clients, throughput | ratio | limit | holds |"
	echo "|---|---|---|---|"
	for k in stock se off; do
		sql $k -c 'SET client_min_messages = warning' -c 'DROP TABLE IF EXISTS t'
		as_user "$BUILD/$k-inst/bin/pgbench" -q -i -s 20 -h "$BENCH/$k" -p "$(port $k)" -U postgres postgres > /dev/null 2>&1
	done
	tps_ratio "select only, labels on" 0.97 se -S
	tps_ratio "TPC-B-like, labels on" 0.97 se
	tps_ratio "select only, compiled in but off" 0.99 off -S
	tps_ratio "TPC-B-like, compiled in but off" 0.99 off

	echo
	echo "| memory of an idle backend (private pages) | kB |"
	echo "|---|---|"
	for k in stock se off; do printf '| %s | %s |\n' "$k" "$(backend_kb $k)"; done
	sql se -c 'SELECT pg_reload_conf()' > /dev/null
	printf '| se, after a reload | %s |\n' "$(backend_kb se)"
	for k in stock se off; do stop_cluster "$BUILD/$k-inst/bin" "$BENCH/$k/data"; done

	echo
	echo "AVC hit in the core:"
	cargo bench --locked --manifest-path "$ROOT/Cargo.toml" --target-dir "$BUILD/target" 2>/dev/null | grep -A3 -i 'avc' || true
}
