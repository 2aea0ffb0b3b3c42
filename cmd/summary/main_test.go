package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSummarize(t *testing.T) {
	dir := t.TempDir()
	for file, content := range map[string]string{
		"manifest.json": `{"version": "54.0.0", "artifacts": {
			"Second": {"type": "aws:cloudformation:stack", "environment": "aws://unknown-account/us-east-1",
				"properties": {"templateFile": "b.json", "stackName": "shop-Second"}, "dependencies": ["First"]},
			"First": {"type": "aws:cloudformation:stack", "environment": "aws://unknown-account/eu-west-1",
				"properties": {"templateFile": "a.json", "stackName": "shop-First"}}}}`,
		"a.json": `{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}`,
		"b.json": `{"Resources": {"One": {"Type": "AWS::SNS::Topic"}, "Two": {"Type": "AWS::SNS::Topic"}}}`,
	} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var out strings.Builder
	if err := summarize(&out, dir); err != nil {
		t.Fatal(err)
	}
	want := "shop-First   eu-west-1  1 resource\nshop-Second  us-east-1  2 resources\n"
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
	if err := summarize(&out, filepath.Join(dir, "nowhere")); err == nil {
		t.Error("a missing assembly is not noticed")
	}
}
