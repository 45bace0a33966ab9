# regress/lib/server.sh: labelled clusters for tests, the demo and benchmarks.
# Sourced by build.sh's commands; uses ROOT, BUILD, as_user, own.

ADMIN_LABEL=unconfined_u:unconfined_r:unconfined_t:s0-s15:c0.c1023

# built_tree NAME COMMIT OPTIONS...: build/NAME, a copy of the source as of a
# commit, configured, compiled, and installed in build/NAME-inst, with contrib
built_tree() {
	local name=$1 commit=$2 dir=$BUILD/$1
	shift 2
	if [ "$(cat "$dir/.key" 2>/dev/null)" != "$commit $(source_key)" ]; then
		rm -rf "${dir:?}"
		mkdir -p "$dir"
		git_src archive "$commit" | tar -x -C "$dir"
		echo "$commit $(source_key)" > "$dir/.key"
	fi
	configured "$dir" "$BUILD/$name-inst" "$@"
	say "compiling build/$name"
	make_in "$dir" all
	make_in "$dir/contrib" all
	make_in "$dir" install
	make_in "$dir/contrib" install
}

# labelled_cluster BINDIR DATADIR [initdb options]: a fresh labelled cluster
# whose roles sep_* get the labels of regress/pg_peerlabel.conf
labelled_cluster() {
	local bin=$1 data=$2
	shift 2
	rm -rf "$data"
	own "$(dirname "$data")"
	as_user "$bin/initdb" --enable-selinux --security-server=embedded \
		-D "$data" -U postgres -A trust --no-sync --no-locale -E UTF8 "$@" > "$data.initdb.log" 2>&1 ||
		{ tail -n 20 "$data.initdb.log" >&2; return 1; }
}

start_cluster() {
	local bin=$1 data=$2 port=$3
	shift 3
	as_user "$bin/pg_ctl" -D "$data" -w -t 60 -l "$data/../$(basename "$data").log" \
		-o "-p $port -c listen_addresses= -c unix_socket_directories=$(dirname "$data") $*" start \
		> "$data.pg_ctl.log" 2>&1 ||
		{ tail -n 20 "$data/../$(basename "$data").log" >&2; return 1; }
}

stop_cluster() {
	as_user "$1/pg_ctl" -D "$2" -m fast -w stop >/dev/null 2>&1 || true
}

# template_on BINDIR DATADIR: what upstream's suites start from with labels on
# and an unconfined client
template_on() {
	# pg_regress connects as who runs it
	labelled_cluster "$1" "$2" -U "$(as_user id -un)" || return 1
	as_user sh -c "sed -i '/^local/d' '$2/pg_peerlabel.conf' && {
		echo 'local all all $ADMIN_LABEL'; echo 'local replication all $ADMIN_LABEL'; } >> '$2/pg_peerlabel.conf'"
	as_user sh -c "cat '$ROOT/regress/upstream/on.conf' >> '$2/postgresql.conf'"
}
