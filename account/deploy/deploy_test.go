package deploy

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"twinsite/site"
)

// A fakeCloud is an account in which a deletion ends as deleted says.
type fakeCloud struct {
	stacks  map[string]Stack // by name
	stood   bool
	remains []Resource
	buckets []Bucket

	// deleted are the statuses that a stack has after each deletion; without one, it
	// is gone.
	deleted []string

	// waits are the statuses that every stack has before its own.
	waits []string

	templates map[string]string // by the stack's id
	regions   map[string]string // where a stack stands, by its name; others stand wherever one asks

	fail  error // of Stack and Template
	calls []string
}

func (c *fakeCloud) Stack(_ context.Context, region, name string) (Stack, error) {
	stack := c.stacks[name]
	if at, ok := c.regions[name]; ok && at != region {
		stack = Stack{}
	}
	stack.Name, stack.Region = name, region
	if stack.Status != "" {
		stack.ARN = "arn:" + name
	}
	if len(c.waits) > 0 {
		stack.Status, c.waits = c.waits[0], c.waits[1:]
	}
	return stack, c.fail
}

func (c *fakeCloud) Template(_ context.Context, stack Stack) (string, error) {
	c.calls = append(c.calls, "read "+stack.Name)
	return c.templates[stack.ID], c.fail
}

func (c *fakeCloud) Stood(context.Context, Stack) (bool, error)            { return c.stood, nil }
func (c *fakeCloud) Remains(context.Context, Stack) ([]Resource, error)    { return c.remains, nil }
func (c *fakeCloud) Buckets(context.Context, *site.Site) ([]Bucket, error) { return c.buckets, nil }

func (c *fakeCloud) Unprotect(_ context.Context, stack Stack) error {
	c.calls = append(c.calls, "unprotect "+stack.Name)
	return nil
}

func (c *fakeCloud) UnprotectBalancer(_ context.Context, region, arn string) error {
	c.calls = append(c.calls, "unprotect "+arn+" in "+region)
	return nil
}

func (c *fakeCloud) Delete(_ context.Context, stack Stack, without ...string) error {
	c.calls = append(c.calls, strings.TrimSpace("delete "+stack.Name+" "+strings.Join(without, ",")))
	status := ""
	if len(c.deleted) > 0 {
		status, c.deleted = c.deleted[0], c.deleted[1:]
	}
	c.stacks[stack.Name] = Stack{Status: status}
	return nil
}

// deployment is one of the default site in an account, without pauses. What the CDK
// is asked is among the account's calls; it fails in the runs that failing names.
func deployment(t *testing.T, cloud *fakeCloud, failing ...int) (*Deployment, *bytes.Buffer) {
	t.Helper()
	s, err := site.Load("../../site.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	runs := 0
	return &Deployment{Site: s, Cloud: cloud, Out: &said, Pause: time.Nanosecond, CDK: func(_ context.Context, args ...string) error {
		cloud.calls = append(cloud.calls, strings.Join(args, " "))
		if runs++; slices.Contains(failing, runs) {
			return errors.New("exit status 1")
		}
		return nil
	}}, &said
}

// standing is an account in which all of the site's stacks stand but those that
// are named, each with a status of its own.
func standing(others map[string]Stack) *fakeCloud {
	c := &fakeCloud{stacks: map[string]Stack{}}
	for _, id := range []string{"Domain", "Global", "Secondary", "Primary", "Failover"} {
		c.stacks["ticketing-"+id] = Stack{Status: "UPDATE_COMPLETE", Protected: true}
		if other, ok := others[id]; ok {
			c.stacks["ticketing-"+id] = other
		}
	}
	return c
}

const unprotectedLast = "deploy --all --context unprotected=Failover"

func TestRun(t *testing.T) {
	failed := Stack{Status: "ROLLBACK_FAILED", Protected: true}
	tests := map[string]struct {
		cloud *fakeCloud
		ids   []string
		calls []string
		said  string
	}{
		"an empty account": {&fakeCloud{}, nil,
			[]string{"deploy --all --context unprotected=Domain,Global,Secondary,Primary,Failover", "deploy --all"}, "new: Domain, Global"},
		"one stack of an empty account": {&fakeCloud{}, []string{"Domain"},
			[]string{"deploy Domain --context unprotected=Domain,Global,Secondary,Primary,Failover", "deploy Domain"}, "new: Domain"},
		"a site that stands": {standing(nil), nil, []string{"deploy --all"}, ""},
		"a stack with a change set only": {standing(map[string]Stack{"Failover": {Status: "REVIEW_IN_PROGRESS"}}), nil,
			[]string{unprotectedLast, "deploy --all"}, "new: Failover"},
		"a creation that was rolled back": {standing(map[string]Stack{"Failover": {Status: "ROLLBACK_COMPLETE"}}), nil,
			[]string{"delete ticketing-Failover", unprotectedLast, "deploy --all"}, "ticketing-Failover: its first creation failed (ROLLBACK_COMPLETE)"},
		"a creation by the CDK's command": {
			func() *fakeCloud {
				c := standing(map[string]Stack{"Secondary": failed})
				c.remains = []Resource{{Type: "AWS::ElasticLoadBalancingV2::LoadBalancer", PhysicalID: "arn:balancer"}, {Type: "AWS::EC2::VPC", PhysicalID: "vpc"}}
				return c
			}(), nil,
			[]string{"unprotect ticketing-Secondary", "unprotect arn:balancer in us-east-1", "delete ticketing-Secondary",
				"deploy --all --context unprotected=Secondary", "deploy --all"}, "as the stack never stood"},
		"two creations, of which one reads from the other": {standing(map[string]Stack{"Secondary": {Status: "CREATE_FAILED"}, "Primary": {Status: "ROLLBACK_COMPLETE"}}), nil,
			[]string{"delete ticketing-Primary", "delete ticketing-Secondary", "deploy --all --context unprotected=Secondary,Primary", "deploy --all"}, ""},
		"a bucket that is not empty": {
			func() *fakeCloud {
				c := standing(map[string]Stack{"Failover": {Status: "DELETE_FAILED"}})
				c.deleted = []string{"DELETE_FAILED"}
				c.remains = []Resource{{Type: "AWS::S3::Bucket", LogicalID: "Logs", Status: "DELETE_FAILED"}, {Type: "AWS::IAM::Role", Status: "CREATE_COMPLETE"}}
				return c
			}(), nil,
			[]string{"delete ticketing-Failover", "delete ticketing-Failover Logs", unprotectedLast, "deploy --all"}, ""},
		"a stack that somebody works on": {&fakeCloud{stacks: standing(nil).stacks, waits: []string{"CREATE_IN_PROGRESS", "CREATE_IN_PROGRESS"}}, nil,
			[]string{"deploy --all"}, "ticketing-Domain is in CREATE_IN_PROGRESS: waiting until that ends\n"},
		"buckets of earlier tries": {
			func() *fakeCloud {
				c := standing(map[string]Stack{"Failover": {}})
				c.buckets = []Bucket{{"old", "us-east-1", "arn:gone"}, {"new", "us-east-1", "arn:ticketing-Primary"}}
				return c
			}(), nil,
			[]string{unprotectedLast, "deploy --all"}, "left by an earlier stack of this site: bucket old in us-east-1;"},
	}
	for name, test := range tests {
		d, said := deployment(t, test.cloud)
		if err := d.Run(t.Context(), test.ids...); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(test.calls, test.cloud.calls); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if !strings.Contains(said.String(), test.said) || strings.Contains(said.String(), "bucket new") || strings.Count(said.String(), "waiting") > 1 {
			t.Errorf("%s: said %q, want %q in it", name, said, test.said)
		}
	}
}

// TestUnprotectedSite holds that a site without protection is deployed once.
func TestUnprotectedSite(t *testing.T) {
	cloud := &fakeCloud{}
	d, _ := deployment(t, cloud)
	d.Site.Retention.TerminationProtection = false
	if err := d.Run(t.Context()); err != nil || !slices.Equal(cloud.calls, []string{"deploy --all"}) {
		t.Errorf("got %v and %q", err, cloud.calls)
	}
}

// TestBetween holds that stacks are deployed one by one where somebody is asked between
// them, whose error ends that.
func TestBetween(t *testing.T) {
	cloud := standing(nil)
	d, _ := deployment(t, cloud)
	no := errors.New("no")
	var refused string // before which stack
	d.Between = func(_ context.Context, done []string, next string) error {
		cloud.calls = append(cloud.calls, fmt.Sprint(done, " then ", next))
		if next == refused {
			return no
		}
		return nil
	}
	refused = "Secondary"
	if err := d.Run(t.Context()); !errors.Is(err, no) {
		t.Errorf("got %v", err)
	}
	want := []string{"[] then Domain", "deploy Domain", "[Domain] then Global", "deploy Global", "[Domain Global] then Secondary"}
	if diff := cmp.Diff(want, cloud.calls); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	cloud.calls, refused = nil, "none"
	if err := d.Run(t.Context()); err != nil || len(cloud.calls) != 11 || cloud.calls[10] != "[Domain Global Secondary Primary Failover] then " {
		t.Errorf("got %v and %q", err, cloud.calls)
	}
	// A stack of an extension is deployed by the run of the stack that reads from it, or by the last.
	if last := cloud.calls[9]; last != "deploy --all" || strings.Contains(strings.Join(cloud.calls, " "), "--exclusively") {
		t.Errorf("a stack of an extension would be left out: %q", cloud.calls)
	}
}

func TestRunErrors(t *testing.T) {
	stuck := func(remains ...Resource) *fakeCloud {
		c := standing(map[string]Stack{"Domain": {Status: "ROLLBACK_FAILED"}})
		c.deleted, c.remains = []string{"DELETE_FAILED", "DELETE_FAILED"}, remains
		return c
	}
	deleting := standing(map[string]Stack{"Primary": {Status: "DELETE_FAILED"}})
	deleting.stood = true
	tests := map[string]struct {
		cloud   *fakeCloud
		ids     []string
		failing []int
		want    string
		failed  bool // by the CDK
	}{
		"no such stack":               {standing(nil), []string{"Third"}, nil, `no stack "Third": its stacks are Domain, Global,`, false},
		"nothing is allowed":          {&fakeCloud{fail: errors.New("the credentials do not allow X")}, nil, nil, "do not allow X", false},
		"an update's way back failed": {standing(map[string]Stack{"Primary": {Status: "UPDATE_ROLLBACK_FAILED"}}), nil, nil, "aws cloudformation continue-update-rollback --region ap-northeast-2", false},
		"a site that is deleted":      {deleting, nil, nil, "aws cloudformation delete-stack --region ap-northeast-2", false},
		"what AWS does not delete": {stuck(Resource{Type: "AWS::Route53::HostedZone", PhysicalID: "Z1", Status: "DELETE_FAILED", Reason: "not\nempty"}), nil, nil,
			"ticketing-Domain cannot be removed: AWS does not delete AWS::Route53::HostedZone Z1 (not empty)", false},
		"a bucket that keeps it": {stuck(Resource{Type: "AWS::S3::Bucket", Status: "DELETE_FAILED"}), nil, nil, "see its events", false},
		"the first pass fails":   {&fakeCloud{}, nil, []int{1}, "run the same command again", true},
		"the second pass fails":  {&fakeCloud{}, nil, []int{2}, "run the same command again", true},
	}
	for name, test := range tests {
		d, _ := deployment(t, test.cloud, test.failing...)
		err := d.Run(t.Context(), test.ids...)
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") || errors.Is(err, ErrFailed) != test.failed {
			t.Errorf("%s: got %v, want one line with %q, of the CDK's: %t", name, err, test.want, test.failed)
		}
		deployed := slices.ContainsFunc(test.cloud.calls, func(call string) bool { return strings.HasPrefix(call, "deploy") })
		if deployed != test.failed {
			t.Errorf("%s: called %q", name, test.cloud.calls)
		}
	}
}

// TestInterrupted holds that Ctrl-C ends a wait, and a deployment in one line.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	d, _ := deployment(t, &fakeCloud{stacks: standing(nil).stacks, waits: slices.Repeat([]string{"UPDATE_IN_PROGRESS"}, 1000)})
	d.Pause = time.Hour
	cancel()
	if err := d.Run(ctx); fmt.Sprint(err) != "interrupted: nothing was deployed" {
		t.Errorf("got %v", err)
	}
	d, _ = deployment(t, standing(nil), 1)
	if err := d.Run(ctx); err == nil || !strings.Contains(err.Error(), "the same command waits for that") {
		t.Errorf("got %v", err)
	}
}
