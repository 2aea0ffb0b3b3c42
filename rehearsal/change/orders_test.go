package change

import (
	"fmt"
	"strings"
	"testing"

	"twinsite/assembly"
)

// sendsOther has CloudFront send another word, which a rule of its own accepts. The
// distribution waits for that rule, or does not.
func sendsOther(waits bool) func(*assembly.Assembly) {
	return func(a *assembly.Assembly) {
		rule := find(a, "Primary", "WebTierEntranceLoadBalancerHttpsFromDistributionfirst")
		rule.Stack.Put("Other", rule.Template())
		other := find(a, "Primary", "Other")
		other.Set("Priority", 7)
		other.Set("Conditions.0.HttpHeaderConfig.Values.0", "other")
		rule.Stack.Remove(rule.LogicalID)
		d := find(a, "Primary", "SiteDistribution")
		for _, origin := range d.Template()["Properties"].(map[string]any)["DistributionConfig"].(map[string]any)["Origins"].([]any) {
			headers, _ := origin.(map[string]any)["OriginCustomHeaders"].([]any)
			for _, header := range headers {
				if header := header.(map[string]any); header["HeaderName"] == "X-Twinsite-Origin" {
					header["HeaderValue"] = "other"
				}
			}
		}
		d.Delete(".DependsOn")
		if waits {
			d.Add(".DependsOn", "Other")
		}
	}
}

// TestOrders holds that a verdict is of every order in which CloudFormation may take
// steps that do not wait for each other. In the plan's, the rule comes first either way.
func TestOrders(t *testing.T) {
	for _, waits := range []bool{true, false} {
		to := defaultSite(t)
		sendsOther(waits)(to)
		v, err := Judge(defaultSite(t), to)
		if err != nil {
			t.Fatal(err)
		}
		var text strings.Builder
		if err := v.WriteText(&text); err != nil {
			t.Fatal(err)
		}
		if v.Good() != waits {
			t.Errorf("waits %t:\n%s", waits, &text)
		}
		if !waits && !strings.Contains(text.String(), "creates the ListenerRule Other, if it comes last: Primary.WebTierEntranceLoadBalancerHttps19E71B00 answers 403") {
			t.Errorf("got:\n%s", &text)
		}
	}
}

// TestWaits holds which steps come before and after another in every order.
func TestWaits(t *testing.T) {
	p := &StackPlan{Steps: []*Step{
		{Number: 1, Action: Create}, {Number: 2, Action: Create, After: []int{1}}, {Number: 3, Action: Update},
		{Number: 4, Action: Delete}, {Number: 5, Action: Delete, After: []int{4}},
	}}
	for number, want := range map[int]string{
		1: "before map[] after map[2:true 4:true 5:true]", 2: "before map[1:true] after map[4:true 5:true]",
		4: "before map[1:true 2:true 3:true] after map[5:true]", 5: "before map[1:true 2:true 3:true 4:true] after map[]",
	} {
		step := p.Steps[number-1]
		if got := fmt.Sprintf("before %v after %v", p.waitsFor(step), p.waitedForBy(step)); got != want {
			t.Errorf("step %d: got %s, want %s", number, got, want)
		}
	}
}
