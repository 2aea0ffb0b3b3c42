package main

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestCost(t *testing.T) {
	article := root + "testdata/article"
	for _, test := range []struct {
		args []string
		want []string
	}{
		{nil, []string{"article: US dollars for a month", "\nNAT gateways", "\ntotal ", "without a date, ?", "\n[1] 20", "of which -visits, -gb", "\n  AWS::S3::Bucket: storage"}},
		{[]string{"-visits", "100000", "-gb", "200"}, []string{"\nby use", "  24.00\n", "HTTPS requests to CloudFront", "250 × 10,000 requests"}},
		{[]string{"-visits", "100000", "-pages", "1", "-files", "0"}, []string{"10 × 10,000 requests"}},
		{[]string{"-compare", root + "testdata/site"}, []string{"article", "ticketing", "web ACLs", "\ntotal ", "\n[1] 20"}},
	} {
		out, stderr, status := execute(t, append([]string{"cost", "-assembly", article}, test.args...)...)
		for _, want := range test.want {
			if status != 0 || stderr != "" || !strings.Contains(out, want) {
				t.Errorf("%v: got %d, %q and\n%s\nwant %q in it", test.args, status, stderr, out, want)
			}
		}
	}
	out, stderr, status := execute(t, "cost", "-assembly", article, "-compare", root+"testdata/site", "-json")
	var object struct{ Sites []struct{ Total float64 } }
	if err := json.Unmarshal([]byte(out), &object); status != 0 || stderr != "" || err != nil || len(object.Sites) != 2 || object.Sites[0].Total < 100 {
		t.Errorf("-json: got %d, %q, %v and\n%s", status, stderr, err, out)
	}
}

func TestCostMistakes(t *testing.T) {
	site := root + "testdata/site"
	wantUnusable(t, []mistake{
		{[]string{"cost"}, "cdk.out"}, // there is none beside the tests
		{[]string{"cost", "-assembly", "."}, "manifest.json"},
		{[]string{"cost", "-assembly", site, "-compare", "nowhere"}, "nowhere"},
		{[]string{"cost", "-assembly", site, "-visits", "-5"}, "-visits -5: give a number from 0"},
		{[]string{"cost", "-assembly", site, "-gb", "NaN"}, "-gb NaN: give a number from 0"},
		{[]string{"cost", "-assembly", site, "-pages", "many"}, `invalid argument "many"`},
		{[]string{"cost", "-assembly", site, "everything"}, "unknown command"},
	})
}
