package main

import (
	"errors"
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
	want := "shop-First   eu-west-1  1 resource\nshop-Second  us-east-1  2 resources\n"
	for _, args := range [][]string{{dir}, {"-assembly", dir}, {"--assembly=" + dir}} {
		if out, stderr, status := execute(t, append([]string{"summary"}, args...)...); status != 0 || out != want {
			t.Errorf("%v: got %d, %s and\n%swant\n%s", args, status, stderr, out, want)
		}
	}
}

// A summary ends with what the site needs of quotas, and which to ask for.
func TestSummarizeNeeds(t *testing.T) {
	out, stderr, status := execute(t, "summary", root+"testdata/article")
	for _, want := range []string{
		"\n\nneeded at most  us-east-1  ap-northeast-2  a new account has\n",
		"\nvCPUs           2 to 7     2 to 7          5\n",
		"\nask for 7 vCPUs in ap-northeast-2: https://console.aws.amazon.com/",
	} {
		if status != 0 || !strings.Contains(out, want) {
			t.Errorf("got %d, %s and\n%swant %q in it", status, stderr, out, want)
		}
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(root+"testdata/everything")); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "Secondary.template.json")
	template, err := os.ReadFile(file)
	small := strings.NewReplacer(`"MaxSize": "4"`, `"MaxSize": "1"`, `"MaxSize": 4`, `"MaxSize": 1`).Replace(string(template))
	if err := errors.Join(err, os.WriteFile(file, []byte(small), 0o600)); err != nil {
		t.Fatal(err)
	}
	out, _, _ = execute(t, "summary", dir)
	if !strings.Contains(out, "ask for 12 vCPUs in us-east-1") || strings.Contains(out, "vCPUs in us-west-2") {
		t.Errorf("asks for what a new account has, or not for what it lacks:\n%s", out)
	}
}

func TestSummaryMistakes(t *testing.T) {
	wantUnusable(t, []mistake{
		{[]string{"summary"}, "cdk.out"}, // there is none beside the tests
		{[]string{"summary", "nowhere"}, "nowhere"},
		{[]string{"summary", "-assembly", "nowhere"}, "nowhere"},
		{[]string{"summary", root + "testdata/site", "-assembly", "nowhere"}, "given twice"},
		{[]string{"summary", "one", "two"}, "at most 1 arg"},
		{[]string{"summary", "-site", "site.yaml"}, "unknown flag"},
	})
}
