package emulated

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/rehearsal/change"
)

// checkPlan deploys the default site with some changes, and holds the events of the
// account against what the rehearsal of the change has planned: which resources,
// and in which order. A broken copy has the same events in reverse, another but one.
func (d *deployment) checkPlan() {
	d.t.Helper()
	if d.name != "site" {
		return
	}
	d.step("deploy a change: the events are those of its plan", func() {
		dir := d.changedCopy()
		to, err := assembly.Load(dir)
		if err != nil {
			d.t.Fatal(err)
		}
		verdict, err := change.Judge(d.assembly, to)
		if err != nil {
			d.t.Fatal(err)
		}
		planned := 0
		for _, plan := range verdict.Plans {
			if len(plan.Steps) == 0 {
				continue
			}
			before := len(d.events(plan))
			d.account.must([]string{"CDK_APP=" + dir}, "cdk", "deploy", "--exclusively", plan.ID, "--require-approval", "never")
			events := d.events(plan)[before:]
			if wrong := misses(plan, events); wrong != "" {
				d.t.Errorf("%s: %s\nplan:\n%s\nevents:\n%s", plan.ID, wrong, steps(plan), strings.Join(events, "\n"))
			}
			slices.Reverse(events)
			if misses(plan, events) == "" {
				d.t.Errorf("%s: nobody noticed that the events come in reverse", plan.ID)
			}
			if misses(plan, events[:1]) == "" {
				d.t.Errorf("%s: nobody noticed that most events are missing", plan.ID)
			}
			planned++
		}
		if planned < 2 {
			d.t.Errorf("the change is of %d stacks: too few to show an order", planned)
		}
	})
}

// changedCopy is the assembly with changes of every kind: the interval of the health
// checks replaces them and changes what refers to them, an alarm comes, the dashboard
// goes, and the limit of the web ACL is another.
func (d *deployment) changedCopy() string {
	d.t.Helper()
	dir := d.t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(d.dir)); err != nil {
		d.t.Fatal(err)
	}
	edit := func(stack string, change func(resources map[string]map[string]any)) {
		file := filepath.Join(dir, stack+".template.json")
		data, err := os.ReadFile(file)
		if err != nil {
			d.t.Fatal(err)
		}
		var template map[string]json.RawMessage
		var resources map[string]map[string]any
		if err = json.Unmarshal(data, &template); err == nil {
			err = json.Unmarshal(template["Resources"], &resources)
		}
		if err == nil {
			change(resources)
			template["Resources"], err = json.Marshal(resources)
		}
		if err == nil {
			data, err = json.MarshalIndent(template, "", " ")
		}
		if err == nil {
			err = os.WriteFile(file, data, 0o600)
		}
		if err != nil {
			d.t.Fatal(err)
		}
		d.renameTemplate(dir, stack)
	}
	edit("Failover", func(resources map[string]map[string]any) {
		for id, r := range resources {
			properties, _ := r["Properties"].(map[string]any)
			config, _ := properties["HealthCheckConfig"].(map[string]any)
			switch {
			case r["Type"] == "AWS::CloudWatch::Dashboard":
				delete(resources, id)
			case config["RequestInterval"] != nil:
				config["RequestInterval"] = 30
			}
		}
	})
	edit("Global", func(resources map[string]map[string]any) {
		resources["Added"] = map[string]any{"Type": "AWS::SNS::Topic", "Properties": map[string]any{}}
		resources["AddedPolicy"] = map[string]any{"Type": "AWS::SNS::TopicPolicy", "Properties": map[string]any{
			"Topics": []any{map[string]any{"Ref": "Added"}}, "PolicyDocument": map[string]any{"Version": "2012-10-17", "Statement": []any{}},
		}}
	})
	return dir
}

// renameTemplate gives a changed template another name in S3: the CDK uploads none
// whose name is there.
func (d *deployment) renameTemplate(dir, stack string) {
	d.t.Helper()
	assets := filepath.Join(dir, stack+".assets.json")
	data, err := os.ReadFile(assets)
	if err != nil {
		d.t.Fatal(err)
	}
	var files struct {
		Files map[string]struct{ Source struct{ Path string } }
	}
	if err := json.Unmarshal(data, &files); err != nil {
		d.t.Fatal(err)
	}
	for hash, file := range files.Files {
		hash, _, _ = strings.Cut(hash, "-") // the rest names the destination
		if file.Source.Path != stack+".template.json" {
			continue
		}
		for _, name := range []string{assets, filepath.Join(dir, "manifest.json")} {
			data, err := os.ReadFile(name)
			if err != nil {
				d.t.Fatal(err)
			}
			renamed := strings.ReplaceAll(string(data), hash, strings.Repeat("0", 8)+hash[8:])
			if err := os.WriteFile(name, []byte(renamed), 0o600); err != nil {
				d.t.Fatal(err)
			}
		}
	}
}

// events are the events of a stack's resources, the oldest first: "Added
// CREATE_COMPLETE".
func (d *deployment) events(plan *change.StackPlan) []string {
	d.t.Helper()
	answer := d.account.ask(plan.Region, "cloudformation", "describe_stack_events", map[string]any{"StackName": plan.Name})
	var events []string
	for _, event := range list(answer["StackEvents"]) {
		if event["ResourceType"] != "AWS::CloudFormation::Stack" {
			events = append(events, fmt.Sprint(event["LogicalResourceId"], " ", event["ResourceStatus"]))
		}
	}
	slices.Reverse(events)
	return events
}

// misses says what of a plan the events do not show: a resource that is made or
// changed, or an order; "" if they show all. The account sends events of resources
// that do not change, too, and none of those that go.
func misses(plan *change.StackPlan, events []string) string {
	at := func(step *change.Step) int {
		return slices.IndexFunc(events, func(event string) bool { return event == step.Resource+" UPDATE_COMPLETE" })
	}
	for _, step := range plan.Steps {
		if step.Action == change.Delete || step.Action == change.Retain {
			continue
		}
		if at(step) < 0 {
			return fmt.Sprintf("no event of step %d, %s %s", step.Number, step.Action, step.Resource)
		}
		for _, number := range step.After {
			if before := plan.Steps[number-1]; at(before) > at(step) {
				return fmt.Sprintf("%s came before %s", step.Resource, before.Resource)
			}
		}
	}
	return ""
}

func steps(plan *change.StackPlan) string {
	var lines []string
	for _, step := range plan.Steps {
		lines = append(lines, fmt.Sprint(step.Number, " ", step.Action, " ", step.Resource, " after ", step.After))
	}
	return strings.Join(lines, "\n")
}
