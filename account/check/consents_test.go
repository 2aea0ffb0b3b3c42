package check

import (
	"fmt"
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
		for _, id := range s.StackIDs() {
			topics := (&Check{Site: s}).topics(id)
			if err := sameTopics(topics, made(a, id)); err != nil {
				t.Errorf("%s, %s: %v", templates, id, err)
			}
			for i, one := range topics {
				others := slices.Clone(topics)
				if others[i].id = "Other"; sameTopics(others, made(a, id)) == nil {
					t.Errorf("%s, %s: another topic is not noticed", templates, id)
				}
				if others[i] = (topic{one.id, append([]string{"nobody@example.com"}, one.addresses...)}); sameTopics(others, made(a, id)) == nil {
					t.Errorf("%s, %s: another address is not noticed", templates, id)
				}
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

// made is a stack's topics and subscriptions, as a template has them.
func made(a *assembly.Assembly, id string) stack {
	var s stack
	for _, r := range a.Resources("AWS::SNS::Topic", "AWS::SNS::Subscription") {
		if r.Stack.ID == id {
			s.resources = append(s.resources, deploy.Resource{LogicalID: r.LogicalID, Type: r.Type, PhysicalID: r.LogicalID})
		}
	}
	return s
}

// sameTopics says by its error that topics, or those whom they ask, are not those of a stack.
func sameTopics(topics []topic, s stack) error {
	if got, want := len(topics), len(s.of("AWS::SNS::Topic")); got != want {
		return fmt.Errorf("%d topics are looked for, there are %d", got, want)
	}
	subscriptions := 0
	for _, t := range topics {
		if !slices.ContainsFunc(s.of("AWS::SNS::Topic"), func(id string) bool { return strings.HasPrefix(id, t.id) }) {
			return fmt.Errorf("there is no %s", t.id)
		}
		for _, address := range t.addresses {
			if !s.subscribes(t, address) {
				return fmt.Errorf("%s is not subscribed to %s", address, t.id)
			}
			subscriptions++
		}
	}
	if want := len(s.of("AWS::SNS::Subscription")); subscriptions != want {
		return fmt.Errorf("%d subscriptions are looked for, there are %d", subscriptions, want)
	}
	return nil
}
