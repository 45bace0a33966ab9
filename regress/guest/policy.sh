# In the image's root, by chroot: compiles and installs the policy modules that
# lie in this directory.
devel=/usr/share/selinux/devel

# PostgreSQL's test module is written for Fedora's policy, where postgresql_role
# takes (role, domain); the reference policy's takes (prefix, domain, attribute,
# role).  Here it takes both, so that the module need not be changed.
{
	sed -n "/^template(.postgresql_role'/,/^')/p" $devel/include/services/postgresql.if |
		sed "1s/postgresql_role/postgresql_role_of/"
	cat <<'IF'
interface(`postgresql_role',`
	ifelse(`$3',`',
		`postgresql_role_of(patsubst(`$1', `_r\>', `'), $2, patsubst(`$1', `_r\>', `')_application_exec_domain, $1)',
		`postgresql_role_of($1, $2, $3, $4)')
')
IF
} > guestrole.if
cat > guestrole.te <<'TE'
policy_module(guestrole, 1.0)
gen_require(`
	type unconfined_t;
')
TE

make -f $devel/Makefile
# The base policy lacks the permission "truncate" of db_table, for which
# PostgreSQL documents this edit of it.
semodule -s default -cE base
sed -i -E 's/(class db_table.*?) \)/\1 truncate)/' base.cil
semodule -n -s default -i base.cil *.pp
