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
			map[string]any{"id": "AwsSolutions-S1", "reason": "It is only a test."},
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

// secretShapes are what secrets look like in a file.
var secretShapes = map[string]*regexp.Regexp{
	"an access key":    regexp.MustCompile(`\b(AKIA|ASIA)[0-9A-Z]{16}\b`),
	"a secret key":     regexp.MustCompile(`(?i)aws_?secret_?access_?key["']?\s*[:=]\s*["']?[A-Za-z0-9/+]{40}`),
	"a private key":    regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----`),
	"a secret's value": regexp.MustCompile(`"SecretString"\s*:\s*"`),
	"a token":          regexp.MustCompile(`\b(gh[pousr]_[A-Za-z0-9]{36}|xox[abpr]-[A-Za-z0-9-]{10,}|eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,})`),
	"a password":       regexp.MustCompile(`(?i)(password|passwd|secret|api_?key|token)["']?\s*[:=]\s*["'][^"'\s${}]{6,}["']`),
	"a known origin":   regexp.MustCompile(`(?i)"HeaderName":\s*"X-Twinsite-Origin",\s*"HeaderValue":\s*"`),
	"credentials":      regexp.MustCompile(`[a-z]+://[^/\s:@"']+:[^/\s:@"'${}]+@`),
}

// TestNoSecrets searches every file that synthesis writes: templates, their
// metadata, the manifest, and all that is uploaded at a deployment.
func TestNoSecrets(t *testing.T) {
	seen := map[string]bool{} // assets are named by their content
	for _, s := range sites {
		files := 0
		err := filepath.WalkDir(s.dir, func(file string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			name := entry.Name()
			isAsset := strings.HasPrefix(name, "asset.")
			again := seen[name]
			seen[name] = isAsset
			switch {
			case entry.IsDir() && again:
				return fs.SkipDir
			case entry.IsDir() || again:
				return nil
			}
			files++
			if filepath.Ext(name) == ".zip" {
				// AWS's command line in the CDK's layer, which is packed and public.
				if !layerOnly(s, name) {
					t.Errorf("%s: %s is packed, so that nobody can search it", s.name, name)
				}
				return nil
			}
			data, err := os.ReadFile(file)
			for _, found := range secretsIn(string(data)) {
				t.Errorf("%s: %s shows %s", s.name, strings.TrimPrefix(file, s.dir), found)
			}
			return err
		})
		if err != nil || files < 10 {
			t.Errorf("%s: %d files searched (%v)", s.name, files, err)
		}
	}
}

// TestSecretsAreNoticed shows that each shape is found, and that what stands
// for a secret is not.
func TestSecretsAreNoticed(t *testing.T) {
	for want, text := range map[string]string{
		"an access key":    "export KEY=AKIA" + "IOSFODNN7EXAMPLE",
		"a secret key":     `aws_secret_access_key = "` + strings.Repeat("a1/+", 10) + `"`,
		"a private key":    "-----BEGIN RSA " + "PRIVATE KEY-----",
		"a secret's value": `"SecretString": "hunter2"`,
		"a token":          "ghp_" + strings.Repeat("a", 36),
		"a password":       `"MasterUserPassword": "correct-horse"`,
		"a known origin":   `"HeaderName": "X-Twinsite-Origin", "HeaderValue": "open sesame"`,
		"credentials":      "https://user:hunter2@example.com/",
	} {
		if found := secretsIn(text); !slices.Contains(found, want) {
			t.Errorf("%s shows %v, want %s", text, found, want)
		}
	}
	for _, text := range []string{
		`"{{resolve:secretsmanager:",{"Ref":"OriginSecretsfirst"},":SecretString:::}}"`,
		`"GenerateSecretString": {"PasswordLength": 64}`,
		`"SecretArn": {"Ref": "Secret"}, "TokenKey": "${Token}"`,
	} {
		if found := secretsIn(text); found != nil {
			t.Errorf("%s shows %v", text, found)
		}
	}
}

func secretsIn(text string) []string {
	var found []string
	for what, shape := range secretShapes {
		if match := shape.FindString(text); match != "" {
			found = append(found, what)
		}
	}
	return found
}

// layerOnly reports whether an asset is code of Lambda layers and of nothing
// else.
func layerOnly(s *synthesized, asset string) bool {
	layers := 0
	for _, r := range s.assembly.Resources() {
		for _, path := range []string{"Content.S3Key", "Code.S3Key"} {
			if key, err := r.Text(path); err != nil || key != strings.TrimPrefix(asset, "asset.") {
				continue
			}
			if r.Type != "AWS::Lambda::LayerVersion" {
				return false
			}
			layers++
		}
	}
	return layers > 0
}

// TestTerminationProtection reads from the manifest what no template says. The
// sites want it both ways, so that a reading that is always the same is noticed.
func TestTerminationProtection(t *testing.T) {
	for _, s := range sites {
		var manifest struct {
			Artifacts map[string]struct {
				Type       string
				Properties struct{ TerminationProtection bool }
			}
		}
		decodeFile(t, filepath.Join(s.dir, "manifest.json"), &manifest)
		for id, artifact := range manifest.Artifacts {
			want := s.site.Retention.TerminationProtection
			if got := artifact.Properties.TerminationProtection; artifact.Type == "aws:cloudformation:stack" && got != want {
				t.Errorf("%s: %s is protected: %t, want %t", s.name, id, got, want)
			}
		}
	}
}
