# regress/lib/check.sh: `build.sh check`, every test that this machine can run.
# Sourced by build.sh.

. "$ROOT/regress/lib/server.sh"
. "$ROOT/regress/lib/check-selinux.sh"

# the installation that goes into the guest, and the tree it was made from
SELINUX_INST=$BUILD/check-inst
SELINUX_TREE=$BUILD/check

LOGS=$BUILD/logs
PASSED=0
FAILED=0
FAILURES=

# count PASS FAIL NAME: add a suite's results
count() {
	PASSED=$((PASSED + $1))
	FAILED=$((FAILED + $2))
	if [ "$2" -gt 0 ]; then
		FAILURES="$FAILURES
    $3: $2 failed (log: ${LOG#"$ROOT"/})"
		printf '   FAILED  %s: %s of %s (log: %s)\n' "$3" "$2" "$(($1 + $2))" "${LOG#"$ROOT"/}"
	else
		printf '   ok      %s (%s)\n' "$3" "$1"
	fi
}

# one NAME COMMAND...: a test that is one command
one() {
	local name=$1
	shift
	LOG=$LOGS/${name//[^a-zA-Z0-9_-]/_}.log
	if "$@" > "$LOG" 2>&1; then
		count 1 0 "$name"
	else
		tail -n 25 "$LOG"
		count 0 1 "$name"
	fi
}

# regress_results NAME STATUS: counts of a pg_regress run from its TAP output
regress_results() {
	local ok bad
	ok=$(grep -cE '^ok [0-9]+' "$LOG" || true)
	bad=$(grep -cE '^not ok [0-9]+' "$LOG" || true)
	if [ "$2" != 0 ] && [ "$bad" = 0 ]; then bad=1; tail -n 20 "$LOG"; fi
	[ "$ok" != 0 ] || [ "$bad" != 0 ] || bad=1
	[ "$bad" = 0 ] || grep -E '^not ok' "$LOG" | head -n 20 || true
	count "$ok" "$bad" "$1"
}

# ---------------------------------------------------------------------------

# export leaves patches/ unchanged
check_export() {
	local before=$BUILD/patches.before
	rm -rf "$before"
	cp -R "$ROOT/patches" "$before"
	do_export
	diff -r "$before" "$ROOT/patches"
}

# a second build with nothing changed does nothing
check_rebuild() {
	local before after
	before=$(stat -c %Y.%i "$1/src/backend/postgres")
	make -C "$1" -j"$JOBS" all > "$BUILD/second-make" 2>&1 || return 1
	after=$(stat -c %Y.%i "$1/src/backend/postgres")
	[ "$before" = "$after" ] || { echo "postgres was built again"; return 1; }
	! grep -nE '(^|[ /])(gcc|cc|clang|cargo|ar|ld) ' "$BUILD/second-make"
}

check_rust() {
	one "cargo fmt" cargo fmt --manifest-path "$ROOT/Cargo.toml" --all --check
	one "cargo clippy" cargo clippy --quiet --locked --manifest-path "$ROOT/Cargo.toml" \
		--target-dir "$BUILD/target" --all-targets -- -D warnings
	LOG=$LOGS/cargo_test.log
	local st=0
	# the static library first: one test links a C program with it
	{ cargo build --locked --offline --manifest-path "$ROOT/Cargo.toml" --target-dir "$BUILD/target" &&
		cargo test --locked --offline --no-fail-fast --manifest-path "$ROOT/Cargo.toml" --target-dir "$BUILD/target"
	} > "$LOG" 2>&1 || st=$?
	local ok bad
	ok=$(awk '/^test result:/ {s += $4} END {print s + 0}' "$LOG")
	bad=$(awk '/^test result:/ {s += $6} END {print s + 0}' "$LOG")
	if [ "$st" != 0 ] && [ "$bad" = 0 ]; then bad=1; fi
	[ "$bad" = 0 ] || tail -n 40 "$LOG"
	count "$ok" "$bad" "cargo test"
}

# tree NAME OPTIONS...: the patched source, and what its tests need
tree() {
	local name=$1 dir=$BUILD/$1
	shift
	built_tree "$name" HEAD "$@"
	make_in "$dir/src/test/regress" all
	make_in "$dir/src/test/isolation" all
	case " $* " in
		*" --enable-injection-points "*) make_in "$dir/src/test/modules/injection_points" install ;;
	esac
	own "$dir/src/test" "$BUILD/tmp-$name"
	chmod -R a+rX "$BUILD/$name-inst"
}

# upstream TREE SUITE NAME [VAR=VALUE...]: one of upstream's own suites.
# SUITE is regress or isolation.  A file regress/upstream/NAME.diffs lists
# the differences that are known, each with its reason in the README beside
# it; any other difference, and one that is gone, is a failure.
upstream() {
	local tree=$1 suite=$2 name=$3 dir known diffs st=0 locale=--no-locale
	shift 3
	# pg_regress runs initdb itself, and looks at no template, if it is told of a locale
	case "$*" in *INITDB_TEMPLATE=*) locale= ;; esac
	dir=$BUILD/$tree/src/test/$suite
	LOG=$LOGS/upstream_$name.log
	rm -rf "$dir/output_iso" "$dir/results" "$dir/regression.diffs" "$dir/tmp_check"
	case $suite in
		regress) set -- "$@" ./pg_regress --dlpath=. --max-concurrent-tests=20 \
			--schedule=parallel_schedule ;;
		isolation) set -- "$@" ./pg_isolation_regress --outputdir=output_iso \
			--schedule=isolation_schedule ;;
	esac
	(cd "$dir" && as_user env -u PGHOST -u PGPORT LC_ALL=C PATH="$BUILD/$tree-inst/bin:$PATH" "$@" \
		--temp-instance=./tmp_check --inputdir=. --bindir="$BUILD/$tree-inst/bin" $locale) \
		> "$LOG" 2>&1 || st=$?
	diffs=$(find "$dir" -name regression.diffs -size +0 2>/dev/null | head -n 1)
	known=$ROOT/regress/upstream/$name.diffs
	if [ -f "$known" ]; then
		normalise_diffs "${diffs:-/dev/null}" > "$LOGS/upstream_$name.diffs"
		if diff -u "$known" "$LOGS/upstream_$name.diffs" > "$LOGS/upstream_$name.unexpected"; then
			count "$(grep -cE '^(not )?ok [0-9]+' "$LOG")" 0 "upstream $name, known differences only"
		else
			head -n 60 "$LOGS/upstream_$name.unexpected"
			count 0 1 "upstream $name: differences other than regress/upstream/$name.diffs"
		fi
	else
		regress_results "upstream $name" "$st"
		[ -z "$diffs" ] || cp "$diffs" "$LOGS/upstream_$name.diffs"
	fi
}

# what stays of regression.diffs when paths, times and line numbers are gone
normalise_diffs() {
	sed -E -e 's,^(diff -U3|---|\+\+\+) .*/(expected|results)/([A-Za-z0-9_.-]+).*,\1 \2/\3,' \
		-e '/^diff -U3/d' -e 's/^@@ .*/@@/' "$1"
}

# our own SQL scripts, against a labelled cluster
check_sql() {
	local bin=$1 dir=$BUILD/tmp-check data port=54391 st=0 tests
	data=$dir/sql
	LOG=$LOGS/sql.log
	own "$dir" "$dir/results"
	if ! labelled_cluster "$bin" "$data" > "$LOG" 2>&1; then tail "$LOG"; count 0 1 "SQL"; return; fi
	as_user cp "$ROOT/regress/pg_peerlabel.conf" "$data/pg_peerlabel.conf"
	as_user tee -a "$data/postgresql.conf" > /dev/null < "$ROOT/regress/sql.conf"
	if ! start_cluster "$bin" "$data" $port >> "$LOG" 2>&1; then tail "$LOG"; count 0 1 "SQL"; return; fi
	as_user "$bin/psql" -X -q -v ON_ERROR_STOP=1 -h "$dir" -p $port -U postgres -d postgres \
		-f "$ROOT/regress/roles.sql" >> "$LOG" 2>&1
	tests=$(cd "$ROOT/regress/sql" && ls *.sql | sed 's/\.sql$//')
	if [ -n "${SQL_TESTS:-}" ]; then tests=$SQL_TESTS; fi
	# shellcheck disable=SC2086
	as_user "$BUILD/check/src/test/regress/pg_regress" --inputdir="$ROOT/regress" --expecteddir="$ROOT/regress" \
		--outputdir="$dir" --bindir="$bin" --dlpath="$BUILD/check/src/test/regress" \
		--host="$dir" --port=$port --user=sep_admin --dbname=sepgsql_regression \
		--max-concurrent-tests=1 $tests >> "$LOG" 2>&1 || st=$?
	stop_cluster "$bin" "$data"
	[ ! -s "$dir/regression.diffs" ] || head -n 120 "$dir/regression.diffs"
	regress_results "SQL" "$st"
}

# stock_servers: what the test of pg_upgrade begins with: stock PostgreSQL of our
# version, built here, and packages of older ones, unpacked and not installed:
# the oldest that Debian has is 13, of bullseye, with libraries of its time.
# What cannot be had is left out; regress/t/upgrade.pl says what it found.
stock_servers() {
	local uri dir=$BUILD/stock-deb
	built_tree stock upstream
	chmod -R a+rX "$BUILD/stock-inst"
	command -v apt-get > /dev/null || return 0
	LOG=$LOGS/stock-deb.log
	: > "$LOG"
	if ! ls -d /usr/lib/postgresql/1[3-7] > /dev/null 2>&1 && [ ! -x "$dir/15/usr/lib/postgresql/15/bin/postgres" ]; then
		apt-get update -qq >> "$LOG" 2>&1 || true
		unpack_debs "$dir/15" postgresql-15 postgresql-client-15
	fi
	uri=$(apt-get indextargets --format '$(REPO_URI)' 2>/dev/null | grep -v security | head -n 1 || true)
	if [ ! -d /usr/lib/postgresql/13 ] && [ ! -x "$dir/13/usr/lib/postgresql/13/bin/postgres" ] && [ -n "$uri" ]; then
		mkdir -p "$dir/13/lists/partial"
		printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s bullseye main\n' "$uri" > "$dir/13/sources.list"
		local opts=(-o "Dir::Etc::SourceList=$dir/13/sources.list" -o Dir::Etc::SourceParts=/dev/null
			-o "Dir::State::Lists=$dir/13/lists" -o APT::Sandbox::User=root)
		apt-get -qq "${opts[@]}" update >> "$LOG" 2>&1 || true
		unpack_debs "$dir/13" "${opts[@]}" postgresql-13 postgresql-client-13 libicu67 libssl1.1 libldap-2.4-2
	fi
	chmod -R a+rX "$dir"
}

# unpack_debs DIR [options of apt-get] PACKAGE...
unpack_debs() {
	local dir=$1 p
	shift
	mkdir -p "$dir"
	(cd "$dir" && apt-get download -qq "$@" && for p in *.deb; do dpkg -x "$p" .; done) >> "$LOG" 2>&1 || true
}

# our TAP tests
check_tap() {
	local bin=$1 t dir=$BUILD/tmp-check/tap ok bad st
	[[ -n ${TAP_TESTS:-} && " $TAP_TESTS " != *" upgrade "* ]] || stock_servers
	for t in "$ROOT"/regress/t/*.pl; do
		[ -z "${TAP_TESTS:-}" ] || [[ " $TAP_TESTS " == *" $(basename "$t" .pl) "* ]] || continue
		LOG=$LOGS/tap_$(basename "$t" .pl).log
		rm -rf "$dir"
		own "$dir" "$dir/log" "$dir/data"
		st=0
		(cd "$dir" && as_user env -u PGHOST -u PGPORT PATH="$bin:$PATH" \
			PERL5LIB="$BUILD/check/src/test/perl:$ROOT/regress/lib${PERL5LIB:+:$PERL5LIB}" \
			PG_REGRESS="$BUILD/check/src/test/regress/pg_regress" \
			top_builddir="$BUILD/check" share_contrib_dir="$BUILD/check-inst/share/postgresql" \
			TESTLOGDIR="$dir/log" TESTDATADIR="$dir/data" enable_injection_points=yes PG_TEST_PORT_DIR="$dir" \
			SEPGSQL_ROOT="$ROOT" SEPGSQL_STOCK="${SEPGSQL_STOCK:-}" PGPORT=54392 \
			timeout 900 prove -v "$t") > "$LOG" 2>&1 || st=$?
		ok=$(grep -cE '^ok [0-9]+' "$LOG" || true)
		bad=$(grep -cE '^not ok [0-9]+' "$LOG" || true)
		if [ "$st" != 0 ] && [ "$bad" = 0 ]; then bad=1; fi
		if [ "$bad" != 0 ]; then
			tail -n 40 "$LOG"
			tail -n 40 "$dir"/log/*.log 2>/dev/null | tail -n 60 || true
		fi
		count "$ok" "$bad" "TAP $(basename "$t" .pl)"
	done
}

# two_worlds NAME COMMAND ARGUMENTS...: a part of regress/two-worlds
two_worlds() {
	local name=$1 out=$BUILD/two-worlds/${1//[^a-z]/-} good bad st=0
	shift
	LOG=$LOGS/two-worlds_${name//[^a-z]/-}.log
	rm -rf "$out"
	own "$BUILD/two-worlds" "$out"
	as_user "$BUILD/target/release/two-worlds" "$@" --bindir "$BUILD/check-inst/bin" --work "$out/work" --out "$out" \
		--jobs "${TWO_WORLDS_JOBS:-2}" > "$LOG" 2>&1 || st=$?
	rm -rf "$out/work"
	grep -E '^two-worlds: seeds' "$LOG" | sed 's/^/   /' || true
	# its last line
	good=$(sed -n 's/^two-worlds: \([0-9]*\) [a-z ]*, [0-9]* .*/\1/p' "$LOG" | tail -n 1)
	bad=$(sed -n 's/^two-worlds: [0-9]* [a-z ]*, \([0-9]*\) .*/\1/p' "$LOG" | tail -n 1)
	if [ "$st" != 0 ] || [ -z "$good" ]; then
		[ "${bad:-0}" != 0 ] || bad=1
		grep -A8 -iE 'difference|failed|not found|script:' "$LOG" | head -n 80 || tail -n 20 "$LOG"
	fi
	count "${good:-0}" "${bad:-0}" "two worlds, $name"
}

# 20,000 statements over fixed seeds, 2,000 over one that nobody has tried, two clients at once, and some of the holes
# that are planted (all of them take longer: regress/two-worlds/HOLES.md)
check_two_worlds() {
	LOG=$LOGS/two-worlds_build.log
	if ! cargo build --quiet --release --locked --offline -p two-worlds --manifest-path "$ROOT/Cargo.toml" \
		--target-dir "$BUILD/target" > "$LOG" 2>&1; then
		tail -n 20 "$LOG"
		count 0 1 "two worlds: does not compile"
		return
	fi
	chmod a+rx "$BUILD" "$BUILD/target" "$BUILD/target/release" "$BUILD/target/release/two-worlds"
	two_worlds "statements over fixed seeds" run --seed 1 --statements "${TWO_WORLDS_STATEMENTS:-20000}"
	two_worlds "statements over a fresh seed" run --fresh --statements 2000
	two_worlds "schedules of two clients" pairs --seed 1 --schedules "${TWO_WORLDS_SCHEDULES:-100}"
	two_worlds "planted holes" holes seq-scan tid-scan index-fetch on-conflict ddl-all-rows dependents eval-plan-qual \
		--seed 31 --statements 2000
}

check_tree() {
	tree check --enable-selinux --enable-cassert --enable-injection-points --enable-tap-tests
}

results() { # START
	[ -z "$FAILURES" ] || printf 'Failures:%s\n' "$FAILURES"
	printf 'check took %s min\n' "$(((SECONDS - $1) / 60))"
	printf '%s passed, %s failed\n' "$PASSED" "$FAILED"
	[ "$FAILED" = 0 ]
}

# build.sh check-selinux
check_selinux_alone() {
	local start=$SECONDS
	mkdir -p "$LOGS"
	do_deps
	need_user
	do_source
	check_tree
	check_selinux "$@"
	results "$start"
}

check() {
	local start=$SECONDS wanted=${*:-export rust policy build plain off on sql tap two-worlds demo} step
	rm -rf "$LOGS"
	mkdir -p "$LOGS"
	do_deps
	need_user
	do_source
	for step in $wanted; do
		say "check: $step ($(((SECONDS - start) / 60)) min)"
		case $step in
			export) one "export leaves patches unchanged" check_export ;;
			rust) check_rust ;;
			policy) one "policy expectations" make -s -C "$ROOT/policy" check OUT="$BUILD/policy" ;;
			build)
				check_tree
				one "a second make does nothing" check_rebuild "$BUILD/check"
				;;
			plain)
				tree plain --disable-selinux
				upstream plain regress plain
				upstream plain isolation plain-isolation
				;;
			off)
				upstream check regress off
				upstream check isolation off-isolation
				;;
			on)
				template_on "$BUILD/check-inst/bin" "$BUILD/tmp-check/template"
				upstream check regress on INITDB_TEMPLATE="$BUILD/tmp-check/template"
				upstream check isolation on-isolation INITDB_TEMPLATE="$BUILD/tmp-check/template"
				;;
			sql) check_sql "$BUILD/check-inst/bin" ;;
			tap) check_tap "$BUILD/check-inst/bin" ;;
			two-worlds) check_two_worlds ;;
			demo)
				. "$ROOT/regress/lib/demo.sh"
				one "demo" check_demo "$BUILD/check-inst/bin"
				;;
			*) die "unknown step $step" ;;
		esac
	done
	results "$start"
}
