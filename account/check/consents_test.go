package check

import (
	"slices"
	"strings"
	"testing"

	"twinsite/account/deploy"
	"twinsite/account/report"
	"twinsite/assembly"
	"twinsite/site"
)

// TestUnasked holds that an address which the deployment has not reached yet is no fault,
// and that one of which the stack has a subscription is.
func TestUnasked(t *testing.T) {
	for name, test := range map[string]struct {
		address string
		want    report.Colour
	}{
		"not in the stack":              {"new@example.com", report.Green},
		"beginning as one of the stack": {"ops@example.co", report.Green},
		"in the stack":                  {"ops@exam-ple.com", report.Red}, // by an id that leaves the sign out
	} {
		w := &world{amazon: amazon{deployed: true}, change: func(s *site.Site) { s.Notify = append(s.Notify, test.address) }}
		got := itemOf(t, w.check(t), "e-mail consents in ap-northeast-2")
		if got.Colour != test.want || test.want == report.Green && got.Said != "not deployed yet: AWS asks "+test.address+" then" {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}

// TestTopics holds that the check looks for each topic of the templates, and for each
// subscription, in its stack and by its id.
func TestTopics(t *testing.T) {
	for templates, file := range map[string]string{"site": "../../site.yaml", "everything": "../../testdata/sites/everything.yaml"} {
		s, err := site.Load(file)
		if err != nil {
			t.Fatal(err)
		}
		a, err := assembly.Load("../../testdata/" + templates)
		if err != nil {
			t.Fatal(err)
		}
		c := &Check{Site: s}
		for _, id := range s.StackIDs() {
			deployed, err := a.Stack(id)
			if err != nil {
				t.Fatal(err)
			}
			var made stack
			for _, kind := range []string{"AWS::SNS::Topic", "AWS::SNS::Subscription"} {
				for _, r := range a.Resources(kind) {
					if r.Stack == deployed {
						made.resources = append(made.resources, deploy.Resource{LogicalID: r.LogicalID, Type: kind, PhysicalID: r.LogicalID})
					}
				}
			}
			if got, want := len(c.topics(id)), len(made.of("AWS::SNS::Topic")); got != want {
				t.Errorf("%s: looks for %d topics in %s, which has %d", templates, got, id, want)
			}
			found := 0
			for _, topic := range c.topics(id) {
				if !slices.ContainsFunc(made.of("AWS::SNS::Topic"), func(id string) bool { return strings.HasPrefix(id, topic.id) }) {
					t.Errorf("%s: %s has no %s", templates, id, topic.id)
				}
				for _, address := range topic.addresses {
					if !made.subscribes(topic, address) {
						t.Errorf("%s: %s does not subscribe %s to %s", templates, id, address, topic.id)
					}
					found++
				}
			}
			if want := len(made.of("AWS::SNS::Subscription")); found != want {
				t.Errorf("%s: found %d subscriptions in %s, which has %d", templates, found, id, want)
			}
		}
	}
	s, err := site.Load("../../examples/tokyo-and-ireland.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if c := (&Check{Site: s}); len(c.topics(site.FailoverStack)) != 2 {
		t.Error("a site without a region in us-east-1 has a topic for operators there")
	}
}
