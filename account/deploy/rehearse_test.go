package deploy

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// rehearsed is a deployment over the golden templates, as changed by a replacement of
// text; what the CDK synthesizes are the golden templates.
func rehearsed(t *testing.T, stack, old, replacement string) (*Deployment, *fakeCloud, *strings.Builder) {
	t.Helper()
	const golden = "../../testdata/site"
	cloud := standing(nil)
	cloud.templates = map[string]string{}
	for id := range map[string]bool{"Domain": true, "Global": true, "Secondary": true, "Primary": true, "Failover": true} {
		data, err := os.ReadFile(filepath.Join(golden, id+".template.json"))
		if err != nil {
			t.Fatal(err)
		}
		cloud.templates[id] = string(data)
	}
	if before := cloud.templates[stack]; stack != "" {
		if cloud.templates[stack] = strings.ReplaceAll(before, old, replacement); cloud.templates[stack] == before {
			t.Fatalf("%s has no %q", stack, old)
		}
	}
	d, _ := deployment(t, cloud)
	cdk, said := d.CDK, &strings.Builder{}
	d.Rehearse, d.Out = true, said
	d.CDK = func(ctx context.Context, args ...string) error {
		if args[0] == "synth" {
			return os.CopyFS(args[slices.Index(args, "--output")+1], os.DirFS(golden))
		}
		return cdk(ctx, args...)
	}
	return d, cloud, said
}

func TestRehearse(t *testing.T) {
	const reads = "read ticketing-Domain read ticketing-Global read ticketing-Secondary read ticketing-Primary read ticketing-Failover"
	tests := []struct {
		name                    string
		stack, old, replacement string
		ids                     []string
		accept                  bool
		calls                   string // after those that read
		said                    string
		costs                   bool
	}{
		{name: "nothing has changed", calls: " deploy --all", said: "Nothing to deploy."},
		{name: "nobody notices", stack: "Failover", old: `"FailureThreshold": 3`, replacement: `"FailureThreshold": 5`, calls: " deploy --all", said: "Nobody notices."},
		{name: "data is replaced", stack: "Domain", old: "ticketing.pw.", replacement: "example.com.", said: "DATA IS REPLACED", costs: true},
		{name: "and accepted", stack: "Domain", old: "ticketing.pw.", replacement: "example.com.", accept: true, calls: " deploy", said: "DATA IS REPLACED"},
		{name: "of one stack", stack: "Failover", old: `"FailureThreshold": 3`, replacement: `"FailureThreshold": 5`, ids: []string{"Global"}, calls: " deploy Global", said: "Nothing to deploy."},
		{name: "of one stack that reads from what is replaced", stack: "Domain", old: "ticketing.pw.", replacement: "example.com.", ids: []string{"Global"}, said: "DATA IS REPLACED", costs: true},
		{name: "and accepted, of one stack", stack: "Domain", old: "ticketing.pw.", replacement: "example.com.", ids: []string{"Global"}, accept: true, calls: " deploy Global", said: "DATA IS REPLACED"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d, cloud, said := rehearsed(t, test.stack, test.old, test.replacement)
			d.Accept = test.accept
			err := d.Run(t.Context(), test.ids...)
			if errors.Is(err, ErrCosts) != test.costs || err != nil && !test.costs {
				t.Errorf("got the error %v:\n%s", err, said)
			}
			if calls := strings.Join(cloud.calls, " "); !strings.HasPrefix(calls, reads+test.calls) || test.calls == "" && calls != reads {
				t.Errorf("got the calls %s", calls)
			}
			if !strings.Contains(said.String(), test.said) {
				t.Errorf("said %s, want %q", said, test.said)
			}
		})
	}
}

// TestRehearseMoved holds that the home region's stack is read where it stands, also when
// the site has moved: a deployment then loses what the new one lacks.
func TestRehearseMoved(t *testing.T) {
	d, cloud, said := rehearsed(t, "", "", "")
	d.Site.Home.Region.Name = "ap-northeast-1"
	cloud.regions = map[string]string{"ticketing-Primary": "ap-northeast-2"}
	d.CDK = func(_ context.Context, args ...string) error {
		const golden = "../../testdata/site"
		to := args[slices.Index(args, "--output")+1]
		if err := os.CopyFS(to, os.DirFS(golden)); err != nil {
			return err
		}
		for _, file := range []string{"manifest.json", "Primary.template.json", "Failover.template.json"} {
			data, err := os.ReadFile(filepath.Join(to, file))
			if err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(to, file), []byte(strings.ReplaceAll(string(data), "ap-northeast-2", "ap-northeast-1")), 0o600); err != nil {
				return err
			}
		}
		return nil
	}
	if err := d.Run(t.Context()); !errors.Is(err, ErrCosts) {
		t.Errorf("got %v", err)
	}
	for _, want := range []string{"VISITORS LOSE", "the stack ticketing-Primary in ap-northeast-2 is no longer in the site"} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("said %s, want %q", said, want)
		}
	}
	if !slices.Contains(cloud.calls, "read ticketing-Primary") {
		t.Errorf("got the calls %q", cloud.calls)
	}
}

// TestRehearseReviewed holds that a stack elsewhere which has a change set and nothing else
// is not read: it has no template.
func TestRehearseReviewed(t *testing.T) {
	d, cloud, _ := rehearsed(t, "Failover", `"StackName": "ticketing-Primary"`, `"StackName": "ticketing-Other"`)
	cloud.stacks["ticketing-Other"] = Stack{Status: reviewed}
	if err := d.Run(t.Context()); err == nil || slices.Contains(cloud.calls, "read ticketing-Other") {
		t.Errorf("got %v and the calls %q", err, cloud.calls)
	}
}

// TestRehearseAssembly holds that an assembly which the CDK takes as it is, is not
// synthesized: "cdk synth" would write none.
func TestRehearseAssembly(t *testing.T) {
	d, cloud, said := rehearsed(t, "", "", "")
	cdk := d.CDK
	d.Assembly = "../../testdata/site"
	d.CDK = func(ctx context.Context, args ...string) error {
		if args[0] == "synth" {
			t.Error("it is synthesized")
		}
		return cdk(ctx, args...)
	}
	if err := d.Run(t.Context()); err != nil || !slices.Contains(cloud.calls, "deploy --all") {
		t.Errorf("got %v and the calls %q:\n%s", err, cloud.calls, said)
	}
}

// TestRehearseUnreadable holds that a deployed template that is none ends in one line,
// before anything is deployed.
func TestRehearseUnreadable(t *testing.T) {
	d, cloud, _ := rehearsed(t, "", "", "")
	cloud.templates["Primary"] = "Resources:\n"
	err := d.Run(t.Context())
	if err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), "what is deployed cannot be read") {
		t.Errorf("got %v", err)
	}
	if calls := strings.Join(cloud.calls, " "); strings.Contains(calls, "deploy --") {
		t.Errorf("deploys: %s", calls)
	}
}

// TestRehearseFirst holds that a first deployment which stopped after some stacks goes
// on: what is new costs nobody anything.
func TestRehearseFirst(t *testing.T) {
	ids := []string{"Domain", "Global", "Secondary", "Primary", "Failover"}
	for n := 1; n < len(ids); n++ {
		d, cloud, said := rehearsed(t, "", "", "")
		for _, id := range ids[n:] {
			delete(cloud.stacks, "ticketing-"+id)
		}
		if err := d.Run(t.Context()); err != nil {
			t.Errorf("with %v: %v\n%s", ids[:n], err, said)
		}
		want := "deploy --all --context unprotected=" + strings.Join(ids[n:], ",")
		if !slices.Contains(cloud.calls, want) {
			t.Errorf("with %v: got the calls %q, want %q", ids[:n], cloud.calls, want)
		}
	}
}
