# src/backend/security/core.mk
#
# Builds and links the reference monitor, a static library in Rust.  Read by
# src/backend/Makefile when configured with --enable-selinux.  cargo works
# offline: the crates have been fetched before.

SEPGSQL_CORE_LIB = $(top_builddir)/src/backend/security/libsepgsql_core.a
SEPGSQL_CORE_TARGET = $(abs_top_builddir)/src/backend/security/target
SEPGSQL_CORE_SRCS := $(shell find '$(SEPGSQL_CORE_DIR)/Cargo.toml' \
	'$(SEPGSQL_CORE_DIR)/build.rs' '$(SEPGSQL_CORE_DIR)/src' \
	'$(SEPGSQL_CORE_DIR)/shim' '$(SEPGSQL_CORE_DIR)/../Cargo.lock' \
	-type f 2>/dev/null)

OBJS += $(SEPGSQL_CORE_LIB)
LIBS += $(SEPGSQL_LIBS) -laudit -lpthread -ldl -lm

# Neither an extension in Rust nor one in C may bind to what the core brings.
SEPGSQL_LDFLAGS = -Wl,--exclude-libs,libsepgsql_core.a

$(SEPGSQL_CORE_LIB): $(SEPGSQL_CORE_SRCS)
	$(CARGO) build --quiet --release --locked --offline \
		--manifest-path '$(SEPGSQL_CORE_DIR)/Cargo.toml' \
		--target-dir '$(SEPGSQL_CORE_TARGET)'
	cp '$(SEPGSQL_CORE_TARGET)/release/libsepgsql_core.a' $@

clean: clean-sepgsql-core
clean-sepgsql-core:
	rm -rf $(SEPGSQL_CORE_LIB) '$(SEPGSQL_CORE_TARGET)'
.PHONY: clean-sepgsql-core

# The policy that the embedded security server loads, compiled from CIL, and
# what else initdb and the server read.
SEPGSQL_POLICY_DIR ?= $(SEPGSQL_CORE_DIR)/../policy
SEPGSQL_POLICY_OUT = $(abs_top_builddir)/src/backend/security/policy
SEPGSQL_POLICY = $(SEPGSQL_POLICY_OUT)/sepostgresql.33

$(SEPGSQL_POLICY): $(wildcard $(SEPGSQL_POLICY_DIR)/*.cil \
		$(SEPGSQL_POLICY_DIR)/*.awk $(SEPGSQL_POLICY_DIR)/Makefile)
	@command -v $${SECILC:-secilc} >/dev/null || \
		{ echo "secilc is required to compile the policy; install it, or set SECILC" >&2; exit 1; }
	$(MAKE) -s -C '$(SEPGSQL_POLICY_DIR)' OUT='$(SEPGSQL_POLICY_OUT)' all
	touch $@

all: $(SEPGSQL_POLICY)

install: install-sepgsql-data
install-sepgsql-data: $(SEPGSQL_POLICY) installdirs
	$(INSTALL_DATA) '$(SEPGSQL_POLICY)' '$(DESTDIR)$(datadir)/sepostgresql.33'
	$(INSTALL_DATA) '$(SEPGSQL_POLICY_DIR)/sepgsql_contexts' '$(DESTDIR)$(datadir)/sepgsql_contexts'
	$(INSTALL_DATA) $(srcdir)/security/sepgsql/pg_peerlabel.conf.sample '$(DESTDIR)$(datadir)/pg_peerlabel.conf.sample'

uninstall: uninstall-sepgsql-data
uninstall-sepgsql-data:
	rm -f '$(DESTDIR)$(datadir)/sepostgresql.33' \
		'$(DESTDIR)$(datadir)/sepgsql_contexts' \
		'$(DESTDIR)$(datadir)/pg_peerlabel.conf.sample'

clean: clean-sepgsql-policy
clean-sepgsql-policy:
	rm -rf '$(SEPGSQL_POLICY_OUT)'
.PHONY: install-sepgsql-data uninstall-sepgsql-data clean-sepgsql-policy
