#!/bin/sh
# check.sh BUILD_DIR: tests BUILD_DIR/sepostgresql.33.
#
# No rule breaks assertions.cil; the labels of sepgsql_contexts are valid; the
# policy answers expectations.txt and expectations-more.txt as they say, by
# libsepol. The database server's own evaluation of expectations.txt is tested
# in rust-core.
set -u
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/build}
SECILC=${SECILC:-secilc}
AWK=${AWK:-awk}
CC=${CC:-cc}
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
passed=0 failed=0

ok() { passed=$((passed + 1)); }
bad() { failed=$((failed + 1)); echo "FAILED: $*"; }

# secilc looks at both branches of every boolean.
if "$SECILC" -M true -c 33 -U deny -o "$tmp/p.33" -f "$tmp/p.fc" "$here/sepostgresql.cil" \
	"$out/levels.cil" "$here/assertions.cil" >"$tmp/log" 2>&1 && [ -s "$tmp/p.33" ]; then
	ok
else
	bad "assertions"
	cat "$tmp/log"
fi

# A rule that an assertion forbids has to be noticed.
{
	cat "$here/sepostgresql.cil"
	echo '(allow staff_t sepgsql_sysobj_t (db_tuple (update)))'
} >"$tmp/p.cil"
if "$SECILC" -M true -c 33 -U deny -o "$tmp/p.33" -f "$tmp/p.fc" "$tmp/p.cil" \
	"$out/levels.cil" "$here/assertions.cil" >"$tmp/log" 2>&1 ||
	! grep -q '^neverallow check failed' "$tmp/log"; then
	bad "a forbidden rule passed the assertions"
else
	ok
fi

# secilc would read (dom l2 l1) as (dom l1 l2).
if sed -e 's/;.*//' "$here/sepostgresql.cil" |
	grep -nE '\((dom|domby|eq|neq|incomp) [lhurt]2 [lhurt]1\)' >"$tmp/log"; then
	bad "operands in the wrong order: $(cat "$tmp/log")"
else
	ok
fi

# What it answers. SEPOL is libsepol's static library: the shared one keeps
# half of what evaluate.c needs to itself.
if "$CC" -O1 -Wall -o "$tmp/evaluate" "$here/evaluate.c" "${SEPOL:--l:libsepol.a}" >"$tmp/log" 2>&1; then
	ok
	# every label of sepgsql_contexts
	sed -e 's/#.*//' "$here/sepgsql_contexts" |
		"$AWK" 'NF { print "valid", (NF == 3 ? $3 : $0) }' >"$tmp/contexts.txt"
	for file in "$here/expectations.txt" "$here/expectations-more.txt" "$tmp/contexts.txt"; do
		"$tmp/evaluate" "$out/sepostgresql.33" "$file" >"$tmp/log" 2>&1
		status=$?
		counts=$(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' "$tmp/log" | tail -n 1)
		if [ -n "$counts" ]; then
			passed=$((passed + ${counts% *}))
			failed=$((failed + ${counts#* }))
		fi
		[ $status -eq 0 ] || { [ -n "$counts" ] || bad "$file"; cat "$tmp/log"; }
	done
else
	bad "evaluate.c (libsepol's headers and static library are needed)"
	cat "$tmp/log"
fi

# BOOLEANS refuses what is not there.
if "$AWK" -v set="no_such_boolean=true" -f "$here/booleans.awk" "$here/sepostgresql.cil" >/dev/null 2>&1; then
	bad "BOOLEANS took an unknown boolean"
else
	ok
fi

echo "policy: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
