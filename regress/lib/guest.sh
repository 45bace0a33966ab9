# regress/lib/guest.sh: a Debian guest under QEMU whose kernel enforces SELinux.
# Sourced by build.sh; uses ROOT, BUILD, say, die.
#
# The image is made once (guest_image), and again when what goes into it has
# changed: the list of packages, regress/guest, the policy modules.  A run
# (guest_run) leaves it as it was.

GUEST=$ROOT/regress/guest
# where the image lies, and the packages, which several checkouts may share
GUEST_DIR=$BUILD/guest
GUEST_CACHE=${SEPGSQL_GUEST_CACHE:-$GUEST_DIR}
GUEST_SOURCES=${SEPGSQL_GUEST_SOURCES:-/etc/apt/sources.list.d/debian.sources}
GUEST_TOOLS="qemu-system-x86 mmdebstrap e2fsprogs cpio"

# mcstrans, with which Debian's policy says it conflicts: unpacked only
# shellcheck disable=SC2016
GUEST_UNPACKED='chroot "$1" sh -c "cd /tmp && apt-get download -qq mcstrans && dpkg --fsys-tarfile mcstrans_*.deb | tar -x --keep-directory-symlink -C / && rm mcstrans_*.deb"'

# guest_possible: prints why there can be no guest here, if so
guest_possible() {
	local missing= p
	if [ "$(uname -m)" != x86_64 ]; then echo "the guest is for x86_64 only"; return; fi
	command -v qemu-system-x86_64 > /dev/null || missing="$missing qemu-system-x86"
	command -v mmdebstrap > /dev/null || missing="$missing mmdebstrap"
	command -v mke2fs > /dev/null || [ -x /sbin/mke2fs ] || missing="$missing e2fsprogs"
	[ -n "$missing" ] || [ ! -e "$GUEST_DIR/root.img" ] || [ "$(id -u)" = 0 ] || return 0
	if [ "$(id -u)" != 0 ]; then
		echo "the image of the guest has labels, which only root can write; run once as root:${missing:+
    apt-get install --no-install-recommends$missing}
    ./build.sh guest-image"
		return
	fi
	[ -n "$missing" ] || return 0
	command -v apt-get > /dev/null || { echo "missing:$missing"; return; }
	say "installing$missing"
	# shellcheck disable=SC2086
	{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
		--no-install-recommends $missing; } > /dev/null 2>&1 ||
		echo "could not install them: apt-get install --no-install-recommends$missing"
}

# Debian's release: what is compiled here runs there
guest_suite() { sed -n 's/^VERSION_CODENAME=//p' /etc/os-release; }

guest_packages() {
	{
		cat "$GUEST/packages"
		# libraries of PostgreSQL's programs
		dpkg-query -W -f '${Package} ${db:Status-Status}\n' 'libicu[0-9]*' 'libreadline[0-9]*' 2>/dev/null |
			awk '$2 == "installed" { print $1 }'
	} | paste -sd, -
}

# policy modules that the image has: the guest's own, and what policy/ has for hosts
guest_policy_files() {
	find "$GUEST/policy" "$ROOT/policy/module" "$ROOT/policy/examples" -maxdepth 1 -type f \
		\( -name '*.te' -o -name '*.if' -o -name '*.fc' \) 2>/dev/null | sort
}

guest_key() {
	{
		guest_suite
		guest_packages
		cat "$GUEST_SOURCES"
		sha256sum "$GUEST"/* "$ROOT/policy/sepostgresql.cil" "$ROOT/policy/levels.awk" 2>/dev/null | cut -d' ' -f1
		guest_policy_files | while read -r f; do sha256sum < "$f"; done
		sha256sum < "$ROOT/regress/lib/guest.sh"
		echo "$PG_COMMIT"
	} | sha256sum | cut -d' ' -f1
}

# guest_image REGTEST: the image in GUEST_DIR, made now if it is not up to date;
# REGTEST is PostgreSQL's contrib/sepgsql/sepgsql-regtest.te
guest_image() {
	local regtest=$1 key start=$SECONDS why
	key=$(guest_key)
	if [ -e "$GUEST_DIR/root.img" ] && [ "$(cat "$GUEST_DIR/key" 2>/dev/null)" = "$key" ]; then return 0; fi
	why=$(guest_possible)
	[ -z "$why" ] || { echo "$why"; return 1; }
	mkdir -p "$GUEST_DIR" "$GUEST_CACHE"
	say "making the image of the guest (once; the first time its packages are downloaded)"

	local packages root=$GUEST_DIR/root tar=$GUEST_CACHE/packages.tar
	packages=$(guest_packages)
	if [ ! -e "$tar" ] || [ "$(cat "$tar.key" 2>/dev/null)" != "$(guest_suite) $packages $GUEST_UNPACKED" ]; then
		rm -f "$tar"
		mmdebstrap --quiet --variant=minbase --include="$packages" \
			--dpkgopt='path-exclude=/usr/share/doc/*' \
			--dpkgopt='path-exclude=/usr/share/man/*' \
			--dpkgopt='path-exclude=/usr/share/locale/*' \
			--customize-hook="$GUEST_UNPACKED" \
			"$(guest_suite)" "$tar" "$GUEST_SOURCES" > "$GUEST_DIR/mmdebstrap.log" 2>&1 ||
			{ tail "$GUEST_DIR/mmdebstrap.log"; rm -f "$tar"; return 1; }
		echo "$(guest_suite) $packages $GUEST_UNPACKED" > "$tar.key"
	fi
	rm -rf "$root"
	mkdir -p "$root"
	tar -C "$root" -xpf "$tar"
	local kver
	kver=$(ls "$root/lib/modules")

	install -m 755 "$GUEST/init" "$root/usr/sbin/guest-init"
	install -D -m 755 "$GUEST/session" "$root/usr/lib/guest/session"
	sed -i 's/^SELINUX=.*/SELINUX=enforcing/' "$root/etc/selinux/config"
	echo /usr/local/pgsql/lib > "$root/etc/ld.so.conf.d/pgsql.conf"
	chroot "$root" useradd -r -m -d /var/lib/postgresql -s /bin/bash postgres
	chroot "$root" passwd -d root > /dev/null

	# policies, by the distribution's own tools
	local work=$root/root/policy
	mkdir -p "$work"
	guest_policy_files | while read -r f; do cp "$f" "$work/"; done
	cp "$GUEST/policy.sh" "$regtest" "$work/"
	chroot "$root" sh -c 'cd /root/policy && bash -eu policy.sh' > "$GUEST_DIR/policy.log" 2>&1 ||
		{ tail -n 30 "$GUEST_DIR/policy.log"; echo "the policy modules of the guest cannot be made (log: $GUEST_DIR/policy.log)"; return 1; }
	rm -rf "$work"
	bash "$GUEST/policies.sh" "$root/var/lib/selinux/default" "$root/usr/lib/guest/policies" "$ROOT/policy" \
		> "$GUEST_DIR/policies.log" 2>&1 ||
		{ tail -n 30 "$GUEST_DIR/policies.log"; return 1; }

	# kernel and initramfs
	cp "$root/boot/vmlinuz-$kver" "$GUEST_DIR/vmlinuz"
	local i=$GUEST_DIR/initramfs m
	rm -rf "$i"
	mkdir -p "$i"/{bin,dev,proc,sys,root,modules}
	cp "$root/bin/busybox" "$i/bin/"
	install -m 755 "$GUEST/initramfs-init" "$i/init"
	for m in virtio_pci virtio_blk virtio_console; do
		chroot "$root" modprobe -S "$kver" --show-depends $m
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' | while read -r m; do
		cp "$root$m" "$i/modules/"
		basename "$m" >> "$i/modules/order"
	done
	mkdir "$root/mnt/i"
	cp -a "$i/." "$root/mnt/i/"
	chroot "$root" /bin/busybox sh -c 'cd /mnt/i && find . | busybox cpio -o -H newc 2>/dev/null' |
		gzip -1 > "$GUEST_DIR/initrd"
	rm -rf "$root/mnt/i" "$i"

	# what the guest has no use for
	rm -rf "$root"/boot/* "$root"/{initrd.img,vmlinuz}* "$root"/var/cache/apt/*.bin \
		"$root"/var/lib/apt/lists/* "$root"/usr/share/locale \
		"$root/lib/modules/$kver/kernel/drivers"/{gpu,media,scsi,md,infiniband,iio,nvme,nvdimm,hid,usb,input}

	# Labels, then the image, which mke2fs fills with them.  (-m: this kernel
	# shows no mount as labelled, and setfiles would skip them all.)
	# shellcheck disable=SC2016
	unshare --mount sh -euc 'mount -t proc proc "$1/proc"; chroot "$1" setfiles -mFe /proc \
		/etc/selinux/default/contexts/files/file_contexts /' - "$root" > "$GUEST_DIR/setfiles.log" 2>&1 ||
		{ tail "$GUEST_DIR/setfiles.log"; return 1; }
	rm -f "$GUEST_DIR/root.img"
	mke2fs -q -t ext4 -O ^has_journal -L root -E lazy_itable_init=1 -d "$root" "$GUEST_DIR/root.img" 3G
	rm -rf "$root"
	echo "$key" > "$GUEST_DIR/key"
	say "the image took $((SECONDS - start)) s"
}

# guest_run [OPTIONS] COMMAND...: boots the image, runs COMMAND there by bash, as
# root in unconfined_t, prints what it prints, returns its status; 125 if the
# guest itself failed.
#	-c HOSTDIR:GUESTDIR	copy a directory in, relabelled there (repeatable)
#	-o HOSTDIR		what COMMAND leaves in /out is unpacked there
#	-k ARGUMENTS		of the kernel, in place of "selinux=1 enforcing=1"
#	-t SECONDS		the guest is ended after that (600)
guest_run() {
	local memory=1536 limit=600 out= kernel="selinux=1 enforcing=1" copies=() opt OPTARG OPTIND=1
	while getopts c:o:k:t: opt; do
		case $opt in
			c) copies+=("$OPTARG") ;;
			o) out=$OPTARG ;;
			k) kernel=$OPTARG ;;
			t) limit=$OPTARG ;;
			*) return 125 ;;
		esac
	done
	shift $((OPTIND - 1))
	# a paravirtual /dev/kvm, without vmx or svm, cannot run a stock kernel
	local accel=tcg,thread=multi cpu=max
	if [ -w /dev/kvm ] && grep -qwE 'vmx|svm' /proc/cpuinfo; then accel=kvm cpu=host; fi

	local work n=0 c drives=()
	work=$(mktemp -d "${TMPDIR:-/tmp}/sepgsql-guest.XXXXXX")
	guest_disk() { # SERIAL FILE OPTIONS
		drives+=(-drive "if=none,id=$1,file=$2,format=raw,$3" -device "virtio-blk-pci,drive=$1,serial=$1")
	}
	guest_disk root "$GUEST_DIR/root.img" snapshot=on,cache=unsafe
	mkdir "$work/ctl"
	: > "$work/ctl/map"
	printf '%s\n' "$*" > "$work/ctl/cmd"
	for c in "${copies[@]}"; do
		n=$((n + 1))
		tar -C "${c%%:*}" --exclude='*.a' --exclude=./include --exclude=./regress/tmp_check -cf "$work/in$n" .
		guest_disk in$n "$work/in$n" readonly=on
		echo "in$n ${c#*:}" >> "$work/ctl/map"
	done
	tar -C "$work/ctl" -cf "$work/ctl.tar" .
	guest_disk ctl "$work/ctl.tar" readonly=on
	truncate -s 512M "$work/out.tar"
	guest_disk out "$work/out.tar" cache=unsafe

	# A guest that a busy machine starves early in its boot may hang there; it is
	# ended and started again, nothing of the command having run.
	local rc try pid up i
	for try in 1 2 3; do
		rm -f "$work/console"
		: > "$work/console"
		rc=0
		TMPDIR=$work timeout "$limit" qemu-system-x86_64 \
			-M pc,smm=off,usb=off -accel "$accel" -cpu "$cpu" -smp "${SEPGSQL_GUEST_CPUS:-2}" -m "$memory" \
			-nodefaults -no-user-config -display none -no-reboot \
			-kernel "$GUEST_DIR/vmlinuz" -initrd "$GUEST_DIR/initrd" \
			-append "console=ttyS0 quiet panic=-1 security=selinux $kernel audit=1 audit_backlog_limit=8192" \
			-chardev "file,id=con,path=$work/console" -serial chardev:con \
			-device virtio-serial-pci -chardev stdio,id=cmd,signal=off -device virtconsole,chardev=cmd \
			"${drives[@]}" < /dev/null &
		pid=$!
		up=
		for ((i = 0; i < 600; i++)); do
			if grep -q '^guest: up' "$work/console"; then up=1; break; fi
			kill -0 $pid 2>/dev/null || break
			sleep 0.2
		done
		[ -n "$up" ] || kill $pid 2>/dev/null || true
		wait $pid || rc=$?
		[ -z "$up" ] || break
		say "no sign of the guest, attempt $try of 3: it is ended and started again"
	done
	cp "$work/console" "$GUEST_DIR/console.log"
	if [ $rc != 0 ] || [ -z "$up" ]; then
		tail -n 20 "$work/console" >&2
		if [ $rc = 124 ]; then say "the guest was ended after $limit s"; else say "the guest failed ($rc)"; fi
		rm -rf "$work"
		return 125
	fi
	mkdir "$work/out"
	if ! tar -C "$work/out" -xf "$work/out.tar" 2>/dev/null || [ ! -e "$work/out/.rc" ]; then
		tail -n 20 "$work/console" >&2
		say "the guest wrote nothing back"
		rm -rf "$work"
		return 125
	fi
	rc=$(cat "$work/out/.rc")
	rm "$work/out/.rc"
	if [ -n "$out" ]; then
		mkdir -p "$out"
		cp -a "$work/out/." "$out/"
	fi
	rm -rf "$work"
	return "$rc"
}
