#!/bin/sh
# rehearse-change.sh FROM [SITE] rehearses the deployment of cdk.out over FROM: a
# folder with a cloud assembly, or a git revision, whose site is synthesized in a
# worktree of its own. "make rehearse-change" calls it.
set -eu

from=${1:-} site=${2:-}
[ -n "$from" ] || { echo "FROM is missing: make rehearse-change FROM=REVISION, or the folder of an assembly" >&2; exit 2; }

root=$(pwd)
folder=$(mktemp -d)
tree=
clean() {
	# Git has removed one that it could not make.
	[ -z "$tree" ] || git worktree remove --force "$tree" 2>/dev/null || true
	rm -rf "$folder"
}
trap clean EXIT
trap 'exit 130' INT TERM

# reason is the last line of a log that says something, or the one of a panic: "go run" and the CDK end with that a
# process has exited, and Node begins with its age.
reason() {
	awk '/^[[:space:]]*$|^!!|^# |^exit status |^too many errors|Subprocess exited/ { next }
		/^panic: / { last = $0; exit }
		{ last = $0 }
		END { print last }' "$1"
}

if [ ! -d "$from" ]; then
	git rev-parse --quiet --verify "$from^{commit}" >/dev/null 2>&1 ||
		{ echo "$from is neither a folder nor a git revision" >&2; exit 2; }
	tree=$folder/tree
	git worktree add --quiet --detach "$tree" "$from" || exit 2
	echo "synthesizing ${site:-site.yaml} of $from"
	(cd "$tree" && "$root/node_modules/.bin/cdk" synth --quiet --output "$folder/from" ${site:+--context "site=$site"}) >"$folder/log" 2>&1 ||
		{ echo "$from does not synthesize: $(reason "$folder/log")" >&2; exit 2; }
	from=$folder/from
fi
go build -o "$folder/twinsite" ./cmd/twinsite
"$folder/twinsite" rehearse change -from "$from"
