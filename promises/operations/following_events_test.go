package operations

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"twinsite/internal/must"
	"twinsite/promises/internal/brokencopy"
	"twinsite/promises/internal/read"
	"twinsite/topology"
)

// recorded is an event of testdata/events in the form of AWS's pages:
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-event-reference.html has those of a server that has
// launched or terminated, and https://docs.aws.amazon.com/AmazonCloudWatch/latest/events/EventTypes.html#schedule_event_type that of
// a schedule. Names and times are others.
func recorded(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "events", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// A following is an event of home's on its way to the standby's minimum.
type following struct {
	in    *read.Reader
	event string // as it arrives
	ends  string // where the way ends, "" while it does not
}

// TestFollowingEvents follows events of home's region in AWS's form: a rule hears them, home's half runs, the event that it puts is
// heard by the rule that passes it on and by the one that starts the standby's half, and that sets the minimum. The site follows
// to 75 %, within 1 and 4.
func TestFollowingEvents(t *testing.T) {
	launched, terminated, scheduled := recorded(t, "launched"), recorded(t, "terminated"), recorded(t, "scheduled")
	asItIs := func(*read.Reader) {}
	tells := func(from, to string) func(*read.Reader) {
		return func(in *read.Reader) {
			told, _ := followed(in)
			redefine(told.Machine, from, to)
		}
	}
	small, large, set := described(t, 2, 6, 2, 2), described(t, 2, 6, 6, 6), described(t, 5, 8, 5, 5) // groups
	tests := []struct {
		name, event   string
		edit          func(in *read.Reader)
		home, standby string // the groups
		want          string
	}{
		{"home grows", launched, asItIs, large, described(t, 1, 8, 1, 1), "MinSize is 5"},
		{"home shrinks", terminated, asItIs, small, set, "MinSize is 2"},
		{"a deployment has set the minimum back", scheduled, asItIs, large, described(t, 1, 8, 5, 5), "MinSize is 5"},
		{"a server is replaced", terminated, asItIs, large, set, "the minimum stays"},
		{"every five minutes", scheduled, asItIs, large, set, "the minimum stays"},
		{"a server of another group", strings.Replace(launched, `"AutoScalingGroupName": "my-asg"`, `"AutoScalingGroupName": "other"`, 1), asItIs, large, set, "no rule hears it"},
		{"no server has come", strings.Replace(launched, "Launch Successful", "Launch Unsuccessful", 1), asItIs, large, set, "no rule hears it"},

		{"broken: it hears of no launch", launched, func(in *read.Reader) {
			changes, _ := sizing(in)
			changes.Set("EventPattern.detail-type", []string{"EC2 Instance Launched", "EC2 Instance Terminate Successful"})
		}, large, described(t, 1, 8, 1, 1), "no rule hears it"},
		{"broken: nor of an end", terminated, func(in *read.Reader) {
			changes, _ := sizing(in)
			changes.Set("EventPattern.detail-type", []string{"EC2 Instance Launch Successful"})
		}, small, set, "no rule hears it"},
		{"broken: not regularly", scheduled, func(in *read.Reader) {
			_, regularly := sizing(in)
			regularly.Set("State", "DISABLED")
		}, large, described(t, 1, 8, 1, 1), "no rule hears it"},
		{"broken: nobody passes it on", launched, tells("twinsite.size", "twinsite.sizes"), large, described(t, 1, 8, 1, 1), "is not passed on"},
		{"broken: nobody is started", launched, func(in *read.Reader) {
			_, start := followed(in)
			start.Add("EventPattern.detail-type", []string{"Size"})
		}, large, described(t, 1, 8, 1, 1), "starts nothing"},
		{"broken: always the same size", launched, tells(`"Detail":"{% $states.input %}"`, `"Detail":{"desiredCapacity":1,"minimum":1}`), large, set, "MinSize is 1"},
		{"broken: by another name", launched, tells(`"desiredCapacity":`, `"desired":`), large, set, "MinSize is 2"},
	}
	all, files := make([]following, len(tests)), []string{}
	for i, test := range tests {
		f := &all[i]
		f.in = brokencopy.Everything(t)
		test.edit(f.in)
		told, _ := followed(f.in)
		_, regularly := sizing(f.in)
		f.event = strings.NewReplacer("my-asg", read.Placeholder(f.in.Home().Group), "my-schedule", read.Placeholder(regularly)).Replace(test.event)
		f.hear()
		files = append(files, read.Text(told.Machine, definitionPath), f.event, test.home)
	}
	calls := runMachines(t, files)
	files = nil
	for i, test := range tests {
		all[i].passOn(t, calls[i])
		files = append(files, read.Text(follower(all[i].in).Machine, definitionPath), all[i].event, test.standby)
	}
	for i, calls := range runMachines(t, files) {
		all[i].set(calls)
		if all[i].ends != tests[i].want {
			t.Errorf("%s: %s, want %s", tests[i].name, all[i].ends, tests[i].want)
		}
	}
}

// hear ends the way of an event that starts nothing at home.
func (f *following) hear() {
	changes, regularly := sizing(f.in)
	event := decoded(f.event)
	due := event["source"] == "aws.events" && strings.Contains(f.event, read.Placeholder(regularly)) && read.Text(regularly, "State") == "ENABLED"
	if !due && !must.Get(topology.HearsEvent(changes, event)) {
		f.ends = "no rule hears it"
	}
}

// passOn makes of home's last call the event that arrives at the standby.
func (f *following) passOn(t *testing.T, calls []madeCall) {
	t.Helper()
	if f.ends != "" {
		return
	}
	if len(calls) == 0 || calls[len(calls)-1].State != "Put" {
		f.ends = fmt.Sprintf("home's half ends with %v", calls)
		return
	}
	entry := calls[len(calls)-1].Arguments.(map[string]any)["Entries"].([]any)[0].(map[string]any)
	f.event = asJSON(t, map[string]any{
		"version": "0", "id": "17793124-05d4-b198-2fde-7ededc63b103", "account": "123456789012", "time": "2026-11-22T18:00:30Z",
		"region": f.in.Site.Home.Region.Name, "resources": []any{},
		"source": entry["Source"], "detail-type": entry["DetailType"], "detail": entry["Detail"],
	})
	told, start := followed(f.in)
	if entry["EventBusName"] != read.Placeholder(told.Bus, "Arn") || !must.Get(topology.HearsEvent(told.Forward, decoded(f.event))) {
		f.ends = "is not passed on"
	} else if !must.Get(topology.HearsEvent(start, decoded(f.event))) {
		f.ends = "starts nothing"
	}
}

// set says what the standby's last call sets.
func (f *following) set(calls []madeCall) {
	switch {
	case f.ends != "":
	case len(calls) == 0:
		f.ends = "the standby's half fails"
	case calls[len(calls)-1].State == "Set":
		f.ends = fmt.Sprint("MinSize is ", calls[len(calls)-1].Arguments.(map[string]any)["MinSize"])
	default:
		f.ends = "the minimum stays"
	}
}

// decoded is an event as JSON says it.
func decoded(text string) map[string]any {
	var event map[string]any
	must.Do(json.Unmarshal([]byte(text), &event))
	return event
}
