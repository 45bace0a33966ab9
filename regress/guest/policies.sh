# policies.sh STORE OUT POLICYDIR: compiles whole policies for the tests from the
# modules of an image's store, each module in its form as CIL.  On the host:
# under emulation it would take minutes.  The tests load them as they are.
#
#	permissive	staff_t is a permissive domain
#	allow, deny	db_table has no truncate, and what is unknown is allowed, denied
#	reversed	the database's object classes have other numbers
#	gone		lacks the module guestgone, and so its types
#	noask		postgresql_t may not ask the security server
#	regress		the database's part is that of policy/sepostgresql.cil
set -euo pipefail
store=$1 out=$2 policy=$3
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/cil" "$out"
# the highest priority comes last, and replaces
for dir in $(ls -d "$store"/active/modules/*/* | sort -t/ -k"$(($(echo "$store/active/modules/x" | tr -cd / | wc -c) + 1))",1n); do
	[ -f "$dir/cil" ] || continue
	case $(head -c 3 "$dir/cil") in
		BZh) bzcat "$dir/cil" ;;
		*) cat "$dir/cil" ;;
	esac > "$work/cil/$(basename "$dir").cil"
done

# compile NAME DIRECTORY
compile() {
	secilc -m -M true -c 33 -N -f /dev/null -o "$out/$1.33" "$2"/*.cil > "$work/log" 2>&1 ||
		{ tail -n 20 "$work/log"; echo "policy $1 does not compile"; exit 1; }
}
# variant NAME: a copy of the modules in $work/NAME
variant() {
	rm -rf "${work:?}/$1"
	cp -r "$work/cil" "$work/$1"
}

variant permissive
echo '(typepermissive staff_t)' > "$work/permissive/zz.cil"
compile permissive "$work/permissive"

variant allow
sed -i -E -e '/^\(class db_table /s/ truncate//' -e 's/^\(handleunknown .*/(handleunknown allow)/' "$work/allow/base.cil"
sed -i -E '/db_table \(.*truncate/s/ ?truncate//' "$work"/allow/*.cil
sed -i -E '/db_table \( *\)/d' "$work"/allow/*.cil
compile allow "$work/allow"
sed -i -E 's/^\(handleunknown .*/(handleunknown deny)/' "$work/allow/base.cil"
compile deny "$work/allow"

variant reversed
perl -i -pe 'if (/^\(classorder \((.*)\)\)/) {
	my @all = split " ", $1;
	my @db = reverse grep { /^db_/ } @all;
	$_ = "(classorder (" . join(" ", map { /^db_/ ? shift @db : $_ } @all) . "))\n";
}' "$work/reversed/base.cil"
compile reversed "$work/reversed"

variant gone
rm "$work/gone/guestgone.cil"
compile gone "$work/gone"

variant noask
sed -i -E '/\(allow postgresql_t security_t \(security /d' "$work"/noask/*.cil
compile noask "$work/noask"

variant regress
perl "$here/merge.pl" "$policy" "$work/regress"
compile regress "$work/regress"
