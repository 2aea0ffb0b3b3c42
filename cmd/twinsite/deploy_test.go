package main

import (
	"os"
	"path/filepath"
	"testing"
)

// A deployment that cannot begin says so before anything is synthesized: no npx is
// in PATH here.
func TestDeployMistakes(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE",
		"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	t.Setenv("AWS_CONFIG_FILE", os.DevNull)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", os.DevNull)
	wantUnusable(t, []mistake{
		{[]string{"deploy", "-site", root + "site.yaml"}, "there are no AWS credentials: give the AWS CLI's usual ones"},
		{[]string{"deploy", "-site", filepath.Join(root, "none.yaml")}, "none.yaml"},
		{[]string{"deploy", "-site", root + "site.yaml", "Third"}, `the site has no stack "Third": its stacks are Domain, Global`},
		{[]string{"deploy", "-all"}, "unknown flag: --all"},
	})
}
