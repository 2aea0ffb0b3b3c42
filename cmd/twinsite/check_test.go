package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
)

// A check that cannot begin says so in one line, and nothing is synthesized: no npx is
// in PATH here.
func TestCheckMistakes(t *testing.T) {
	file := root + "site.yaml"
	nobody(t)
	wantUnusable(t, []mistake{
		{[]string{"check", "-site", file}, "there are no AWS credentials: give the AWS CLI's usual ones"},
		{[]string{"check", "-site", filepath.Join(root, "none.yaml")}, "none.yaml"},
		{[]string{"check", "-site", file, "-resolver", "dns.example"}, `"dns.example" is no DNS server's address`},
		{[]string{"check", "Primary"}, "unknown command"},
		{[]string{"check", "-site", file, "-account", ""}, `-account "": give an account's number`},
		{[]string{"check", "-site", file, "-account", "12345678901"}, `-account "12345678901": give`},
	})
	amazon(t, "ExpiredToken", nil)
	wantUnusable(t, []mistake{{[]string{"check", "-site", file}, "AWS refuses the credentials (ExpiredToken): give"}})
	amazon(t, "AccessDenied", map[string]string{"GetCallerIdentity": callerAnswer})
	wantUnusable(t, []mistake{{[]string{"check", "-site", file, "-account", "999999999999"}, "the credentials are of account 123456789012, not of 999999999999"}})
}

// TestCheck holds the exit status and both forms: an account that answers nothing has
// warnings only, one that lacks a region fails.
func TestCheck(t *testing.T) {
	for _, test := range []struct {
		regions string
		status  int
		said    string
	}{
		{"", 0, "warning  regions: not allowed to ask: needs ec2:DescribeRegions\n"},
		{"<DescribeRegionsResponse><regionInfo/></DescribeRegionsResponse>", 1,
			"red      regions: the account has not opted into ap-northeast-2, us-east-1\n         to do: aws account enable-region"},
	} {
		answers := map[string]string{"GetCallerIdentity": callerAnswer, "DescribeRegions": test.regions}
		if test.regions == "" {
			delete(answers, "DescribeRegions")
		}
		amazon(t, "AccessDenied", answers)
		args := []string{"check", "-site", root + "site.yaml", "-account", "123456789012", "-resolver", "127.0.0.1:1"}
		stdout, stderr, status := execute(t, args...)
		if status != test.status || stderr != "" || !strings.Contains(stdout, test.said) || !strings.HasSuffix(stdout, " red\n") {
			t.Errorf("got %d, %q and\n%s", status, stderr, stdout)
		}
		stdout, stderr, status = execute(t, append(args, "-json")...)
		var found struct {
			Account string
			Items   []struct{ Item, Colour, Said string }
		}
		if err := json.Unmarshal([]byte(stdout), &found); err != nil || status != test.status || stderr != "" || found.Account != "123456789012" || len(found.Items) < 40 {
			t.Errorf("got %d, %q, %v and\n%s", status, stderr, err, stdout)
		}
	}
}
