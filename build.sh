#!/usr/bin/env bash
# build.sh: everything a person runs.  `./build.sh help` lists the commands.
# All output lies under build/; nothing else of the checkout is written,
# but for `export`, which rewrites patches/.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
BUILD=$ROOT/build
SRC=$BUILD/src
PREFIX=${PREFIX:-$BUILD/pgsql}
JOBS=${JOBS:-$(nproc)}

PG_VERSION=18.6
PG_COMMIT=724edf9bde9d356724ad384a2e196edc3c9f80f7
PG_SUITES="forky sid trixie-backports"
RUST_MIN=1.88

# The user that runs servers and tests where build.sh is run by root.
RUN_USER=${SEPGSQL_USER:-sepgsql}

say() { printf '%s\n' "== $*" >&2; }
die() { printf 'build.sh: %s\n' "$*" >&2; exit 1; }

usage() {
	cat <<'USAGE'
usage: ./build.sh COMMAND

  demo           install what is missing, build, start a labelled server in
                 build/demo, load the sample data and show what clients see
  check          every test that this machine can run; closes with
                 "N passed, N failed"

  check-selinux [--all] [kernel|disabled|random|sql|sepgsql]...
                 what needs an enforcing kernel, in a guest under QEMU: the
                 first two, or those named, or all
  guest [OPTIONS] COMMAND
                 boots the guest with build/check-inst in /usr/local/pgsql and
                 runs a command (options: regress/lib/guest.sh)

  deps           the packages and crates that a build needs
  source         PostgreSQL's pinned source with the patches, in build/src
  build          compile build/src and the core
  install        into PREFIX (default build/pgsql)
  module         the policy module for a host with SELinux, and the example,
                 into PREFIX/share/selinux (install does it where the
                 reference policy's development files are)
  export         turn the commits in build/src back into patches/
  footprint      how much of PostgreSQL is touched
  bench [PARTS]  ratios against stock PostgreSQL, built here too: initdb rows
                 reclaim dump restore standby pgbench instructions
                 statements memory avc
  stop           stop the demo's server

Environment: PREFIX, JOBS, PG_TARBALL (a release tarball of PostgreSQL),
SEPGSQL_USER (who runs servers when you are root; default "sepgsql").
USAGE
}

# ---------------------------------------------------------------------------
# an unprivileged user for servers
# ---------------------------------------------------------------------------

# as_user COMMAND...: run as ourselves, or, if we are root, as RUN_USER.
# PostgreSQL itself refuses to run as root.  Where the checkout lies below a
# closed directory, a capability (read and search only) lets the user reach it.
as_user() {
	local caps=-all
	if [ "$(id -u)" != 0 ]; then
		"$@"
	else
		setpriv --reuid "$RUN_USER" --clear-groups --regid "$RUN_USER" \
			--inh-caps=-all test -x "$ROOT" || caps=-all,+dac_read_search
		setpriv --reuid "$RUN_USER" --regid "$RUN_USER" --clear-groups \
			--inh-caps=$caps --ambient-caps=$caps \
			env HOME="$BUILD/home" USER="$RUN_USER" LOGNAME="$RUN_USER" "$@"
	fi
}

need_user() {
	mkdir -p "$BUILD/home"
	[ "$(id -u)" = 0 ] || return 0
	if ! id "$RUN_USER" >/dev/null 2>&1; then
		say "PostgreSQL does not run as root: adding the user \"$RUN_USER\" for servers and tests"
		useradd --system --user-group --no-create-home --home-dir /nonexistent \
			--shell /usr/sbin/nologin "$RUN_USER"
	fi
	chown "$RUN_USER": "$BUILD/home"
}

# own DIR...: give directories that the server writes to RUN_USER
own() {
	mkdir -p "$@"
	if [ "$(id -u)" = 0 ]; then chown -R "$RUN_USER": "$@"; fi
}

# ---------------------------------------------------------------------------
# deps
# ---------------------------------------------------------------------------

DEB_PACKAGES="build-essential bison flex pkg-config ccache git bzip2
	libreadline-dev zlib1g-dev libicu-dev perl libipc-run-perl
	clang libclang-dev libselinux1-dev libsepol-dev libaudit-dev secilc
	selinux-policy-default pgbouncer"

deps_missing() {
	local p
	command -v dpkg-query >/dev/null || return 0
	for p in $DEB_PACKAGES; do
		[ "$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null)" = installed ] ||
			printf '%s ' "$p"
	done
}

do_deps() {
	local missing
	if command -v apt-get >/dev/null; then
		missing=$(deps_missing)
		if [ -n "$missing" ]; then
			if [ "$(id -u)" = 0 ]; then
				say "installing $missing"
				apt-get update -qq
				# shellcheck disable=SC2086
				DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
					--no-install-recommends $missing >/dev/null
			else
				die "missing packages; run as root:
    apt-get install --no-install-recommends $missing"
			fi
		fi
	else
		for t in cc make bison flex perl secilc pkg-config git; do
			command -v $t >/dev/null ||
				die "$t is missing; a build needs: C compiler, make, bison, flex, perl, git, secilc, clang with libclang, and the headers of readline, zlib, ICU, libaudit, libselinux and libsepol (with libsepol.a)"
		done
	fi
	command -v cargo >/dev/null ||
		die "Rust $RUST_MIN or later is missing; install it with
    curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y --profile minimal -c clippy -c rustfmt
    . \"\$HOME/.cargo/env\""
	local have
	have=$(rustc --version | awk '{print $2}')
	[ "$(printf '%s\n%s\n' "$RUST_MIN" "$have" | sort -V | head -n 1)" = "$RUST_MIN" ] ||
		die "rustc $have is older than $RUST_MIN; update it with: rustup update stable"
	say "fetching crates"
	cargo fetch --quiet --locked --manifest-path "$ROOT/Cargo.toml"
}

# ---------------------------------------------------------------------------
# source
# ---------------------------------------------------------------------------

# find_tarball: prints the path of a release tarball, or nothing where the
# submodule is checked out
fetch_tarball() {
	local dir=$BUILD/download suite uri f
	if [ -n "${PG_TARBALL:-}" ]; then
		[ -r "$PG_TARBALL" ] || die "PG_TARBALL=$PG_TARBALL cannot be read"
		printf '%s' "$PG_TARBALL"
		return
	fi
	f=$(ls "$dir"/postgresql-18_18.*.orig.tar.bz2 2>/dev/null | head -n 1 || true)
	if [ -n "$f" ]; then printf '%s' "$f"; return; fi

	command -v apt-get >/dev/null || die "no source of PostgreSQL $PG_VERSION: run
    git submodule update --init pg-src-submodule
or set PG_TARBALL to postgresql-$PG_VERSION.tar.bz2"

	# the distribution's source package, by a private apt list
	mkdir -p "$dir/lists/partial"
	uri=$(apt-get indextargets --format '$(REPO_URI)' 2>/dev/null | grep -v security | head -n 1 || true)
	for suite in ${uri:+$PG_SUITES}; do
		printf 'deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s main\n' \
			"$uri" "$suite" > "$dir/sources.list"
		local opts=(-qq -o "Dir::Etc::SourceList=$dir/sources.list" -o Dir::Etc::SourceParts=/dev/null
			-o "Dir::State::Lists=$dir/lists" -o APT::Sandbox::User=root)
		apt-get "${opts[@]}" update >/dev/null 2>&1 || continue
		(cd "$dir" && apt-get "${opts[@]}" source --download-only --tar-only postgresql-18 >/dev/null 2>&1) || continue
		f=$(ls "$dir"/postgresql-18_18.*.orig.tar.bz2 2>/dev/null | head -n 1 || true)
		if [ -n "$f" ]; then printf '%s' "$f"; return; fi
	done
	die "no source of PostgreSQL $PG_VERSION: run
    git submodule update --init pg-src-submodule
or set PG_TARBALL to postgresql-$PG_VERSION.tar.bz2"
}

# unpack_upstream DIR: PostgreSQL's own source, verified, into DIR
unpack_upstream() {
	local dir=$1 tarball commit
	mkdir -p "$dir"
	if [ -f "$ROOT/pg-src-submodule/configure" ]; then
		commit=$(git -C "$ROOT/pg-src-submodule" rev-parse HEAD)
		git -C "$ROOT/pg-src-submodule" archive HEAD | tar -x -C "$dir"
	else
		tarball=$(fetch_tarball)
		commit=$(bzcat "$tarball" | git get-tar-commit-id || true)
		tar -xjf "$tarball" -C "$dir" --strip-components=1
	fi
	if [ "$commit" != "$PG_COMMIT" ]; then
		local version
		version=$(sed -n "s/^PACKAGE_VERSION='\(.*\)'/\1/p" "$dir/configure")
		case $version in
			18.*) say "notice: this is PostgreSQL $version (${commit:-unknown commit}), not the pinned $PG_VERSION" ;;
			*) die "this is PostgreSQL ${version:-of an unknown version}, not 18" ;;
		esac
	fi
}

git_src() {
	git -C "$SRC" -c user.name="SE-PostgreSQL" -c user.email=sepgsql@localhost \
		-c commit.gpgsign=false -c core.autocrlf=false -c gc.auto=0 "$@"
}

# what the patched tree was made from
source_key() {
	(cd "$ROOT" && find patches -type f ! -name README.md -print0 | sort -z | xargs -0 sha256sum; echo "$PG_COMMIT") |
		sha256sum | cut -d' ' -f1
}

do_source() {
	local p
	if [ -f "$BUILD/src.key" ] && [ "$(cat "$BUILD/src.key")" = "$(source_key)" ] && [ -d "$SRC/.git" ]; then
		return
	fi
	if [ -d "$SRC/.git" ] && [ -n "$(git_src status --porcelain -uno)$(git_src log --oneline exported..HEAD 2>/dev/null)" ]; then
		die "build/src has changes that are not in patches/; run ./build.sh export, or remove build/src"
	fi
	say "unpacking PostgreSQL $PG_VERSION and applying $(grep -c . "$ROOT/patches/series") patches"
	rm -rf "$SRC" "$BUILD/src.key"
	unpack_upstream "$SRC"
	git_src init -q -b main
	git_src add -A -f
	git_src commit -q -m "PostgreSQL $PG_VERSION"
	git_src tag upstream
	cp -R "$ROOT/patches/files/." "$SRC/"
	git_src add -A -f
	git_src commit -q --allow-empty -m "New files of SE-PostgreSQL"
	git_src tag files
	while read -r p; do
		git_src am -q --keep-non-patch --committer-date-is-author-date "$ROOT/patches/$p" ||
			die "$p does not apply"
	done < "$ROOT/patches/series"
	git_src tag -f exported >/dev/null
	source_key > "$BUILD/src.key"
}

# ---------------------------------------------------------------------------
# export: build/src -> patches/
# ---------------------------------------------------------------------------

do_export() {
	[ -d "$SRC/.git" ] || die "there is no build/src; run ./build.sh source"
	[ -z "$(git_src status --porcelain -uno)" ] || die "build/src has uncommitted changes"
	local out=$BUILD/export c n=0 name
	rm -rf "$out"
	mkdir -p "$out/files"
	# new files, as they are now
	git_src diff --name-only --diff-filter=A --no-renames upstream HEAD > "$BUILD/new-files"
	git_src archive HEAD $(cat "$BUILD/new-files") | tar -x -C "$out/files"
	# one patch a commit, of edits to upstream's files only
	local exclude=()
	while read -r f; do exclude+=(":(exclude,literal)$f"); done < "$BUILD/new-files"
	: > "$out/series"
	for c in $(git_src rev-list --reverse files..HEAD); do
		[ -n "$(git_src diff-tree --no-commit-id --name-only -r "$c" -- . "${exclude[@]}")" ] || continue
		n=$((n + 1))
		name=$(printf '%04d-%s.patch' $n "$(git_src log -1 --format=%s "$c" | sed 's/:.*//; s/[^A-Za-z0-9]\{1,\}/-/g')")
		git_src format-patch -1 --stdout --zero-commit --no-signature --no-numbered --no-renames \
			--no-stat --full-index --abbrev=40 "$c" -- . "${exclude[@]}" |
			sed -e '/^index [0-9a-f]\{40\}\.\.[0-9a-f]\{40\}/d' > "$out/$name"
		echo "$name" >> "$out/series"
	done
	rm -rf "$ROOT/patches/files" "$ROOT"/patches/*.patch
	cp -R "$out/." "$ROOT/patches/"
	git_src tag -f exported >/dev/null
	source_key > "$BUILD/src.key"
	say "exported $n patches and $(wc -l < "$BUILD/new-files") new files"
}

do_footprint() {
	do_source
	local files added removed new
	git_src diff --numstat --no-renames --diff-filter=M upstream HEAD -- . ':(exclude)configure' > "$BUILD/footprint"
	files=$(wc -l < "$BUILD/footprint")
	added=$(awk '{s += $1} END {print s + 0}' "$BUILD/footprint")
	removed=$(awk '{s += $2} END {print s + 0}' "$BUILD/footprint")
	new=$(git_src diff --numstat --no-renames --diff-filter=A upstream HEAD | awk '{s += $1} END {print s + 0}')
	printf 'upstream files touched: %s (besides the generated configure)\n' "$files"
	printf 'lines added to them:    %s\nlines removed:          %s\n' "$added" "$removed"
	printf 'of these in tests:      %s\n' "$(awk '$3 ~ /(^|\/)(expected|sql|t|test)\// {s += $1} END {print s + 0}' "$BUILD/footprint")"
	printf 'lines in new files:     %s\n' "$new"
	printf 'lines of Rust (core):   %s\n' "$(cat "$ROOT"/rust-core/src/*.rs "$ROOT"/rust-core/src/*/*.rs | wc -l)"
}

# ---------------------------------------------------------------------------
# build
# ---------------------------------------------------------------------------

# the same cache serves every checkout and every copy of the tree
export CCACHE_NOHASHDIR=1

compiler() { if command -v ccache >/dev/null; then echo "ccache gcc"; else echo gcc; fi; }

# configured TREE PREFIX OPTIONS...: configure once, again when options change
configured() {
	local tree=$1 prefix=$2
	shift 2
	local key="$prefix $* $(sha256sum < "$tree/configure")"
	if [ -f "$tree/config.status" ] && [ "$(cat "$tree/.configured" 2>/dev/null)" = "$key" ]; then return; fi
	say "configuring ${tree#"$ROOT"/}: $*"
	(cd "$tree" && CC="${CC:-$(compiler)}" CARGO="$(command -v cargo)" SEPGSQL_CORE_DIR="$ROOT/rust-core" \
		./configure -q --prefix="$prefix" --enable-depend --enable-debug "$@" > "$tree/configure.out" 2>&1) ||
		{ tail -n 20 "$tree/configure.out" >&2; die "configure failed"; }
	printf '%s' "$key" > "$tree/.configured"
}

make_in() {
	local tree=$1 log
	shift
	log=$tree/make.out
	MAKELEVEL=0 make -s -C "$tree" -j"$JOBS" "$@" > "$log" 2>&1 ||
		{ tail -n 40 "$log" >&2; die "make $* failed in ${tree#"$ROOT"/} (log: $log)"; }
}

do_build() {
	do_deps
	do_source
	configured "$SRC" "$PREFIX" --enable-selinux
	say "compiling build/src"
	make_in "$SRC" all
	make_in "$SRC/contrib" all
}

# the policy module for a host with SELinux
do_module() {
	make -s -C "$ROOT/policy" OUT="$BUILD/policy" prefix="$PREFIX" \
		datadir="$PREFIX/share" install-module >"$BUILD/module.log" 2>&1 ||
		{ tail "$BUILD/module.log" >&2; die "the policy module does not compile"; }
	say "policy modules in $PREFIX/share/selinux"
}

do_install() {
	do_build
	make_in "$SRC" install
	make_in "$SRC/contrib" install
	install -D -m 644 "$ROOT/systemd/sepostgresql.service" "$PREFIX/share/systemd/sepostgresql.service"
	sed -i "s|/usr/local/pgsql|$PREFIX|g" "$PREFIX/share/systemd/sepostgresql.service"
	[ ! -e "${SELINUX_SHARE:-/usr/share/selinux}/devel/Makefile" ] || do_module
	say "installed in $PREFIX"
}

# ---------------------------------------------------------------------------

cmd=${1:-help}
[ $# -gt 0 ] && shift
mkdir -p "$BUILD"
case $cmd in
	deps) do_deps ;;
	source) do_source ;;
	build) do_build ;;
	install) do_install ;;
	module) do_module ;;
	export) do_export ;;
	footprint) do_footprint ;;
	demo) do_install; need_user; . "$ROOT/regress/lib/demo.sh"; demo "$@" ;;
	stop) need_user; . "$ROOT/regress/lib/demo.sh"; demo_stop ;;
	check) . "$ROOT/regress/lib/check.sh"; check "$@" ;;
	check-selinux)
		. "$ROOT/regress/lib/check.sh"
		check_selinux_alone "$@"
		;;
	guest)
		. "$ROOT/regress/lib/check.sh"
		guest_image "$BUILD/check/contrib/sepgsql/sepgsql-regtest.te"
		guest_run -c "$BUILD/check-inst:/usr/local/pgsql" -c "$GUEST/tests:/usr/local/guest" "$@"
		;;
	bench) . "$ROOT/regress/lib/bench.sh"; bench "$@" ;;
	help | -h | --help) usage ;;
	*) usage >&2; exit 2 ;;
esac
