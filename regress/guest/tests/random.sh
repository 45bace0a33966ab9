#!/bin/bash
# In the guest: random questions, asked of the kernel and of the embedded server
# with the kernel's own policy: the distribution's, and ours in its place.
. "$(dirname "$0")/lib.sh"
load_policy
for policy in default regress; do
	[ $policy = default ] || load $policy
	if SEPGSQL_QUESTIONS=$1 timeout 1000 /usr/local/core/kernel --nocapture > /out/random.$policy 2>&1; then
		result ok "$1 questions, the policy $policy: the same answers"
	else
		result "not ok" "$1 questions, the policy $policy: the same answers" "$(tail -n 5 /out/random.$policy)"
	fi
	grep questions /out/random.$policy | sed 's/^/# /'
done
finish
