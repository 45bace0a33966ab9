# Writes the sensitivities s0..sN and categories c0..cM as CIL:
#   awk -v sens=16 -v cats=1024 -f levels.awk
BEGIN {
	sens += 0; cats += 0
	if (sens < 1 || cats < 1) {
		print "levels.awk: sens and cats must be positive" > "/dev/stderr"
		exit 1
	}
	top = "c" (cats - 1)
	for (i = 0; i < sens; i++) {
		print "(sensitivity s" i ")"
		sorder = sorder " s" i
	}
	print "(sensitivityorder (" substr(sorder, 2) "))"
	for (i = 0; i < cats; i++) {
		print "(category c" i ")"
		corder = corder " c" i
	}
	print "(categoryorder (" substr(corder, 2) "))"
	for (i = 0; i < sens; i++)
		print "(sensitivitycategory s" i " (range c0 " top "))"
	print "(level systemlow (s0))"
	print "(level systemhigh (s" (sens - 1) " (range c0 " top ")))"
	print "(levelrange ranged (systemlow systemhigh))"
	print "(levelrange lowest (systemlow systemlow))"
	print "(levelrange highest (systemhigh systemhigh))"
}
