# Copies the policy, with the booleans of "set" (name=true name=false ...)
# given another default.
BEGIN {
	n = split(set, item, /[ \t,]+/)
	for (i = 1; i <= n; i++) {
		if (item[i] == "")
			continue
		if (split(item[i], kv, "=") != 2 || (kv[2] != "true" && kv[2] != "false")) {
			print "BOOLEANS: not name=true or name=false: " item[i] > "/dev/stderr"
			exit (bad = 1)
		}
		want[kv[1]] = kv[2]
	}
}
$1 == "(boolean" && ($2 in want) {
	print "(boolean " $2 " " want[$2] ")"
	seen[$2] = 1
	next
}
{ print }
END {
	if (bad)
		exit 1
	for (b in want)
		if (!(b in seen)) {
			print "BOOLEANS: the policy has no boolean " b > "/dev/stderr"
			bad = 1
		}
	exit bad + 0
}
