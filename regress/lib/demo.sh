# regress/lib/demo.sh: `build.sh demo`.  Sourced by build.sh.

. "$ROOT/regress/lib/server.sh"

DEMO=$BUILD/demo
DEMO_PORT=${DEMO_PORT:-54390}

# Each load is COPY with the label as its first column, made by a rule.
T=system_u:object_r:sepgsql_table_t

demo_load() {
	local psql=$1 d=$SRC/src/test/regress/data
	# highways are public; streets are for level s1, the rest for s2
	awk -F'\t' -v OFS='\t' -v t="$T" '{
		l = "s0"; if ($1 ~ / St +$/) l = "s1"; else if ($1 !~ /^(I-|State Hwy)/) l = "s2:c" (length($1) % 12)
		print t ":" l, $0 }' "$d/streets.data" |
		$psql -c "COPY road (security_label, name, thepath) FROM STDIN"
	# the older, the more confidential
	awk -F'\t' -v OFS='\t' -v t="$T" '{ print t ":s" ($2 < 30 ? 0 : $2 < 60 ? 1 : 3), $0 }' "$d/person.data" |
		$psql -c "COPY person (security_label, name, age, location) FROM STDIN"
	# one category for each manager
	awk -F'\t' -v OFS='\t' -v t="$T" '{ c = $5 == "sam" ? 1 : $5 == "bill" ? 2 : 30
		print t ":s1:c" c, $0 }' "$d/emp.data" |
		$psql -c "COPY emp (security_label, name, age, location, salary, manager) FROM STDIN"
	awk -F'\t' -v OFS='\t' -v t="$T" '{ print t ":s" ($2 == "Oakland" ? 0 : 2), $0 }' "$d/real_city.data" |
		$psql -c "COPY real_city (security_label, pop, cname, outline) FROM STDIN"
	# four levels and a hundred categories: 400 labels
	awk -F'\t' -v OFS='\t' -v t="$T" '{ print t ":s" index("AHOV", substr($16, 1, 1)) - 1 ":c" $7, $0 }' "$d/tenk.data" |
		$psql -c "COPY tenk (security_label, unique1, unique2, two, four, ten, twenty, hundred,
			thousand, twothousand, fivethous, tenthous, odd, even, stringu1, stringu2, string4) FROM STDIN"
}

demo_server() {
	local bin=$1
	stop_cluster "$bin" "$DEMO/data"
	rm -f "$DEMO/data.log"
	labelled_cluster "$bin" "$DEMO/data" || return 1
	as_user cp "$ROOT/regress/demo/pg_peerlabel.conf" "$DEMO/data/pg_peerlabel.conf"
	start_cluster "$bin" "$DEMO/data" "$DEMO_PORT" || return 1
}

demo_run() {
	local bin=$1 psql role
	psql="as_user $bin/psql -X -q -v ON_ERROR_STOP=1 -h $DEMO -p $DEMO_PORT -d postgres"
	$psql -U postgres -f "$ROOT/regress/demo/schema.sql" || return 1
	demo_load "$psql -U postgres" || return 1
	$psql -U postgres -c "VACUUM ANALYZE"
	for role in guest clerk postgres; do
		printf '\n==================== client "%s" ====================\n' "$role"
		as_user "$bin/psql" -X -a -h "$DEMO" -p "$DEMO_PORT" -d postgres -U $role \
			-v VERBOSITY=terse -f "$ROOT/regress/demo/client.sql" 2>&1 |
			sed -e '/^-- /d' -e "s,psql:[^ ]*/client.sql:[0-9]*: ,,"
	done
	printf '\n==================== audit, from the server log ====================\n'
	grep -o 'SELinux: denied.*' "$DEMO/data.log" | sort | uniq -c | sort -rn | head -n 12
}

demo() {
	local bin=$PREFIX/bin
	own "$DEMO"
	say "a labelled cluster in build/demo"
	demo_server "$bin" || die "the server did not start"
	demo_run "$bin" || die "the demo did not run"
	cat <<TEXT

The server goes on running.  Connect to it:
    $bin/psql -h $DEMO -p $DEMO_PORT -U guest postgres
(or -U clerk, -U postgres; labels: build/demo/data/pg_peerlabel.conf)
Stop it:
    ./build.sh stop
TEXT
}

demo_stop() {
	stop_cluster "$PREFIX/bin" "$DEMO/data"
}

# check: the demo, with its output compared
check_demo() {
	local bin=$1 st=0
	DEMO=$BUILD/tmp-check/demo
	DEMO_PORT=54393
	own "$DEMO"
	demo_server "$bin" || return 1
	demo_run "$bin" > "$DEMO.out" 2>&1 || st=1
	stop_cluster "$bin" "$DEMO/data"
	[ "$st" = 0 ] || { tail -n 20 "$DEMO.out"; return 1; }
	diff -u "$ROOT/regress/demo/expected.out" "$DEMO.out"
}
