# regress/lib/check-selinux.sh: `build.sh check-selinux`, what needs a kernel that
# enforces SELinux, in a guest.  Sourced by build.sh, and by check.sh for its step.

. "$ROOT/regress/lib/guest.sh"

# SQL scripts of which at least one speaks of each object class
SELINUX_SQL="table_column row_filter sequences views large_objects functions roles label_objects"

# in_guest NAME OPTIONS... -- COMMAND: a suite that prints TAP
in_guest() {
	local name=$1 st=0 ok bad opts=() out=$LOGS/guest_${1//[^a-zA-Z0-9]/_}
	shift
	while [ "$1" != -- ]; do
		opts+=("$1")
		shift
	done
	shift
	LOG=$out.log
	rm -rf "$out"
	mkdir -p "$out"
	guest_run -c "$SELINUX_INST:/usr/local/pgsql" -c "$GUEST/tests:/usr/local/guest" -o "$out" "${opts[@]}" "$@" \
		> "$LOG" 2>&1 || st=$?
	ok=$(grep -cE '^ok [0-9]+' "$LOG" || true)
	bad=$(grep -cE '^not ok [0-9]+' "$LOG" || true)
	if [ "$st" != 0 ] && [ "$bad" = 0 ]; then bad=1; fi
	[ "$ok" != 0 ] || [ "$bad" != 0 ] || bad=1
	if [ "$bad" != 0 ]; then
		grep -A3 -E '^not ok|^Bail out' "$LOG" | head -n 60 || tail -n 30 "$LOG"
		grep -hE 'avc: +denied' "$out/dmesg.txt" 2>/dev/null | tail -n 10 || true
	fi
	grep -E '^== ' "$LOG" || true
	count "$ok" "$bad" "guest: $name"
}

# the core's test of the kernel's security server, as a program
selinux_core_test() {
	local dir=$BUILD/guest-core
	mkdir -p "$dir"
	cargo test --quiet --release --locked --offline --no-run --message-format=json --test kernel \
		--manifest-path "$ROOT/Cargo.toml" --target-dir "$BUILD/target" -p sepgsql-core 2> "$LOGS/guest_core_build.log" |
		sed -n 's/.*"executable":"\([^"]*kernel-[^"]*\)".*/\1/p' | tail -n 1 | xargs -I{} cp {} "$dir/kernel"
	[ -x "$dir/kernel" ]
}

# check_selinux [--all] [STEP]...: kernel and disabled; with --all also random, sql,
# sepgsql and what there is of audit, netlabel, example, operation
check_selinux() {
	local all= wanted= step why
	for step in "$@"; do
		case $step in --all) all=1 ;; *) wanted="$wanted $step" ;; esac
	done
	why=$(guest_possible)
	if [ -n "$why" ]; then
		LOG=$LOGS/guest.log
		echo "$why" | tee "$LOG"
		count 0 1 "guest"
		return
	fi
	LOG=$LOGS/guest_image.log
	if ! guest_image "$SELINUX_TREE/contrib/sepgsql/sepgsql-regtest.te" > "$LOG"; then
		cat "$LOG"
		count 0 1 "guest: image"
		return
	fi
	if [ -z "$wanted" ]; then
		wanted="kernel disabled"
		if [ -n "$all" ]; then
			wanted="$wanted random sql sepgsql"
			for step in audit netlabel example operation; do
				[ ! -e "$GUEST/tests/$step.sh" ] || wanted="$wanted $step"
			done
		fi
	fi
	for step in $wanted; do
		case $step in
			kernel) in_guest "server on the kernel's security server" -t 1200 -- bash /usr/local/guest/kernel.sh ;;
			disabled) in_guest "SELinux switched off" -k selinux=0 -- bash /usr/local/guest/disabled.sh ;;
			random)
				LOG=$LOGS/guest_core_build.log
				if ! selinux_core_test; then
					tail -n 20 "$LOG"
					count 0 1 "guest: the core's test"
					continue
				fi
				in_guest "random questions to the kernel and the embedded server" -c "$BUILD/guest-core:/usr/local/core" \
					-t 1200 -- bash /usr/local/guest/random.sh "${SEPGSQL_QUESTIONS:-100000}"
				;;
			sql)
				local dir=$BUILD/guest-regress
				rm -rf "$dir"
				mkdir -p "$dir"
				cp -r "$ROOT"/regress/{sql,expected,sql.conf,roles.sql,pg_peerlabel.conf} "$dir/"
				cp "$SELINUX_TREE"/src/test/regress/regress.so "$dir/" 2>/dev/null || true
				in_guest "SQL" -c "$dir:/usr/local/regress" -t 3000 -- \
					bash /usr/local/guest/sql.sh $([ -n "$all" ] || echo "$SELINUX_SQL")
				;;
			sepgsql)
				in_guest "contrib/sepgsql's tests" -c "$SELINUX_TREE/contrib/sepgsql:/usr/local/sepgsql" -t 1200 -- \
					bash /usr/local/guest/sepgsql.sh
				;;
			audit | netlabel | example | operation) in_guest "$step" -t 1200 -- bash "/usr/local/guest/$step.sh" ;;
			*) die "unknown suite $step" ;;
		esac
	done
}
