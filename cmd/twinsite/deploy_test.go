package main

import (
	"path/filepath"
	"testing"
)

// A deployment that cannot begin says so before anything is synthesized: no npx is
// in PATH here.
func TestDeployMistakes(t *testing.T) {
	nobody(t)
	wantUnusable(t, []mistake{
		{[]string{"deploy", "-site", root + "site.yaml"}, "there are no AWS credentials: give the AWS CLI's usual ones"},
		{[]string{"deploy", "-site", filepath.Join(root, "none.yaml")}, "none.yaml"},
		{[]string{"deploy", "-site", root + "site.yaml", "Third"}, `the site has no stack "Third": its stacks are Domain, Global`},
		{[]string{"deploy", "-all"}, "unknown flag: --all"},
	})
}
