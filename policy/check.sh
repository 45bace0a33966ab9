#!/bin/sh
# check.sh BUILD_DIR: what can be verified of the policy with secilc alone.
#
# That no rule breaks assertions.cil; that sepgsql_contexts names declared types,
# and that expectations.txt is well formed.
# What the policy answers is tested through the embedded server, which
# evaluates expectations.txt (rust-core).
set -u
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/build}
SECILC=${SECILC:-secilc}
AWK=${AWK:-awk}
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
	"$out/levels.cil" "$here/assertions.cil" >"$tmp/log" 2>&1; then
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

# Every class and type of sepgsql_contexts.
sed -e 's/#.*//' "$here/sepgsql_contexts" | while read -r class pattern ctx rest; do
	[ -n "$class" ] || continue
	type=$(echo "$ctx" | cut -d: -f3)
	if [ -z "$ctx" ] || [ -n "$rest" ] || ! grep -q "^(class $class " "$here/sepostgresql.cil" ||
		! grep -q "^(type $type)" "$here/sepostgresql.cil"; then
		echo "sepgsql_contexts: $class $pattern $ctx $rest"
	fi
done >"$tmp/log"
if [ -s "$tmp/log" ]; then bad "$(cat "$tmp/log")"; else ok; fi

# The form of the expectations, and that they name what is declared.
"$AWK" '
	FNR == NR {
		if ($1 == "(type") { sub(/\).*/, "", $2); type[$2] = 1 }
		else if ($1 == "(class") class[$2] = 1
		next
	}
	function context(c,   p) {
		return split(c, p, ":") >= 4 && p[3] in type
	}
	{ sub(/#.*/, "") }
	NF == 0 { next }
	{ good = 0 }
	($1 == "allow" || $1 == "deny") && NF >= 5 { good = 1 }
	$1 == "trans" && ((NF == 6 && $5 == "=>") || (NF == 7 && $5 ~ /^name=./ && $6 == "=>")) && context($NF) { good = 1 }
	!context($2) || !context($3) || !($4 in class) { good = 0 }
	{ if (good) n++; else print "expectations.txt:" FNR ": " $0 }
	END { if (n < 150) print "expectations.txt: only " n + 0 " cases" }
' "$here/sepostgresql.cil" "$here/expectations.txt" >"$tmp/log"
if [ -s "$tmp/log" ]; then bad "$(cat "$tmp/log")"; else ok; fi

# BOOLEANS refuses what is not there.
if "$AWK" -v set="no_such_boolean=true" -f "$here/booleans.awk" "$here/sepostgresql.cil" >/dev/null 2>&1; then
	bad "BOOLEANS took an unknown boolean"
else
	ok
fi

echo "policy: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
