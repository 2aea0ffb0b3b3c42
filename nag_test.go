package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"
	"github.com/google/go-cmp/cmp"

	"twinsite/site"
	"twinsite/stacks"
)

// articleViolations are what cdk-nag finds in the article's site, and nobody
// acknowledges: docs/article.md has a row for each rule.
var articleViolations = []string{
	"AwsSolutions-AS3 Primary/WebTier/WebServers/Group/ASG",
	"AwsSolutions-AS3 Secondary/WebTier/WebServers/Group/ASG",
	"AwsSolutions-CFR3 Primary/Site/Distribution/Resource",
	"AwsSolutions-CFR3 Primary/StaticSite/Distribution/Resource",
	"AwsSolutions-CFR3 Secondary/StaticSite/Distribution/Resource",
	"AwsSolutions-CFR4 Primary/StaticSite/Distribution/Resource",
	"AwsSolutions-CFR4 Secondary/StaticSite/Distribution/Resource",
	"AwsSolutions-CFR5 Primary/Site/Distribution/Resource",
	"AwsSolutions-ELB2 Primary/WebTier/Entrance/LoadBalancer/Resource",
	"AwsSolutions-ELB2 Secondary/WebTier/Entrance/LoadBalancer/Resource",
	"AwsSolutions-S1 Primary/StaticSite/Bucket/Resource",
	"AwsSolutions-S1 Secondary/StaticSite/Bucket/Resource",
	"AwsSolutions-VPC7 Primary/Network/Vpc/Resource",
	"AwsSolutions-VPC7 Secondary/Network/Vpc/Resource",
}

// A nagReport is what cdk-nag says of a site.
type nagReport struct {
	// violations are what nobody acknowledged: rule, finding and resource, as
	// "AwsSolutions-IAM5[Resource::*] Primary/WebTier/…".
	violations []string

	// idle are acknowledgements that acknowledge nothing.
	idle []string
}

// TestNag holds every shipped site against cdk-nag's pack AwsSolutions.
func TestNag(t *testing.T) {
	for _, s := range sites {
		t.Run(s.name, func(t *testing.T) {
			var want []string
			if s.name == "article" {
				want = articleViolations
			}
			got := nag(t, s.site, nil)
			if diff := cmp.Diff(want, got.violations); diff != "" {
				t.Errorf("violations (-want +got):\n%s", diff)
			}
			for _, idle := range got.idle {
				t.Errorf("acknowledges nothing, remove it: %s", idle)
			}
		})
	}
}

// TestNagNotices breaks the default site, and acknowledges what is not there
// and more than a resource.
func TestNagNotices(t *testing.T) {
	got := nag(t, sites[0].site, func(stage awscdk.Stage) {
		stack := stage.Node().FindChild(jsii.String("Global")).(awscdk.Stack)
		bucket := awss3.NewBucket(stack, jsii.String("Open"), nil).Node().DefaultChild().(awss3.CfnBucket)
		bucket.AddMetadata(jsii.String("cdk_nag"), map[string]any{"rules_to_suppress": []any{
			map[string]any{"id": "AwsSolutions-S1", "reason": "It is only a twin."},
			map[string]any{"id": "AwsSolutions-S5", "reason": "Nobody finds this."},
		}})
		stack.TemplateOptions().SetMetadata(&map[string]any{"cdk_nag": map[string]any{"rules_to_suppress": []any{
			map[string]any{"id": "AwsSolutions-R1", "reason": "The whole stack is fine."},
		}}})
	})
	want := nagReport{
		violations: []string{"AwsSolutions-S10 Global/Open/Resource"},
		idle: []string{
			"AwsSolutions-R1 Global: The whole stack is fine.",
			"AwsSolutions-S5 Global/Open/Resource: Nobody finds this.",
		},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(nagReport{})); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
}

// nag synthesizes a site anew, in a stage: cdk-nag writes its findings into the
// assembly, which plain synthesis must not, and a stage is not validated, which
// takes seconds. Change may spoil it before.
func nag(t *testing.T, s *site.Site, change func(awscdk.Stage)) nagReport {
	t.Helper()
	dir := t.TempDir()
	app, err := newApp(dir)
	if err != nil {
		t.Fatal(err)
	}
	stage := awscdk.NewStage(app, jsii.String("Nag"), nil)
	assets, err := readAssets(s)
	if err != nil {
		t.Fatal(err)
	}
	stacks.Add(stage, s, assets)
	if change != nil {
		change(stage)
	}
	awscdk.Aspects_Of(stage).Add(cdknag.NewAwsSolutionsChecks(&cdknag.NagPackProps{
		ReportFormats: &[]cdknag.NagReportFormat{cdknag.NagReportFormat_CSV},
	}), nil)
	stage.Synth(nil)

	known := readAcknowledged(t, dir)
	var report nagReport
	for _, file := range glob(t, dir, "assembly-Nag/*.metadata.json") {
		paths, violations := readMetadata(t, file)
		report.violations = append(report.violations, violations...)
		template := strings.Replace(file, ".metadata.", ".template.", 1)
		report.idle = append(report.idle, idle(t, template, paths, known)...)
	}
	slices.Sort(report.violations)
	slices.Sort(report.idle)
	return report
}

// An acknowledged is a finding that cdk-nag was told to leave alone.
type acknowledged struct{ rule, finding, path, reason string }

// readAcknowledged reads cdk-nag's own reports.
func readAcknowledged(t *testing.T, dir string) []acknowledged {
	t.Helper()
	var found []acknowledged
	withFinding := regexp.MustCompile(`^\[(.+?)\] (.*)$`)
	for _, file := range glob(t, dir, "AwsSolutions-*-NagReport.csv") {
		rows, err := csv.NewReader(strings.NewReader(read(t, file))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows[1:] {
			if row[2] != "Suppressed" {
				continue
			}
			a := acknowledged{rule: row[0], path: strings.TrimPrefix(row[1], "Nag/"), reason: row[3]}
			if parts := withFinding.FindStringSubmatch(a.reason); parts != nil {
				a.finding, a.reason = parts[1], parts[2]
			}
			found = append(found, a)
		}
	}
	return found
}

// readMetadata reads what cdk-nag noted beside a template: its report does not
// say which of a rule's findings is meant. It returns the resources' paths by
// logical id, too.
func readMetadata(t *testing.T, file string) (paths map[string]string, violations []string) {
	t.Helper()
	var metadata map[string][]struct {
		Type string
		Data any
	}
	decodeFile(t, file, &metadata)
	paths = map[string]string{}
	for path, entries := range metadata {
		path = strings.TrimPrefix(path, "/Nag/")
		for _, entry := range entries {
			switch entry.Type {
			case "aws:cdk:logicalId":
				paths[entry.Data.(string)] = path
			case "aws:cdk:warning", "aws:cdk:error":
				rule, _, _ := strings.Cut(entry.Data.(string), ": ")
				violations = append(violations, rule+" "+path)
			}
		}
	}
	return paths, violations
}

// rules is how cdk-nag is told what to leave alone.
type rules struct {
	Nag struct {
		Rules []struct {
			ID, Reason string
			AppliesTo  []any `json:"applies_to"`
		} `json:"rules_to_suppress"`
	} `json:"cdk_nag"`
}

// idle are the acknowledgements of a template that acknowledge nothing at their
// own resource. One for a whole stack never does.
func idle(t *testing.T, file string, paths map[string]string, known []acknowledged) []string {
	t.Helper()
	var template struct {
		Metadata  rules
		Resources map[string]struct{ Metadata rules }
	}
	decodeFile(t, file, &template)
	stack, _, _ := strings.Cut(slices.Collect(maps.Values(paths))[0], "/")
	var idle []string
	for _, rule := range template.Metadata.Nag.Rules {
		idle = append(idle, fmt.Sprintf("%s %s: %s", rule.ID, stack, rule.Reason))
	}
	for id, resource := range template.Resources {
		for _, rule := range resource.Metadata.Nag.Rules {
			appliesTo := rule.AppliesTo
			if appliesTo == nil {
				appliesTo = []any{""}
			}
			for _, finding := range appliesTo {
				if !slices.ContainsFunc(known, func(a acknowledged) bool {
					return a.rule == rule.ID && a.path == paths[id] && a.reason == rule.Reason && matches(finding, a.finding)
				}) {
					idle = append(idle, strings.TrimSuffix(fmt.Sprintf("%s %s: %s %v", rule.ID, paths[id], rule.Reason, finding), " "))
				}
			}
		}
	}
	return idle
}

// matches reports whether an acknowledgement for some findings means this one.
func matches(appliesTo any, finding string) bool {
	if regex, ok := appliesTo.(map[string]any); ok {
		pattern := strings.ReplaceAll(strings.Trim(regex["regex"].(string), "/"), `\/`, "/")
		return regexp.MustCompile(pattern).MatchString(finding)
	}
	return appliesTo == finding
}

func glob(t *testing.T, dir, pattern string) []string {
	t.Helper()
	files, err := fs.Glob(os.DirFS(dir), pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: found no %s (%v)", dir, pattern, err)
	}
	for i, file := range files {
		files[i] = filepath.Join(dir, file)
	}
	return files
}

func read(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func decodeFile(t *testing.T, file string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(read(t, file)), into); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}
