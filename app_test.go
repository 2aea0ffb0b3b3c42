package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"twinsite/assembly"
	"twinsite/own"
	"twinsite/promises"
	"twinsite/rehearsal"
	"twinsite/rehearsal/predict"
	"twinsite/rehearsal/report"
	"twinsite/site"
	"twinsite/stacks"
)

var (
	update = flag.Bool("update", false, "rewrite the golden templates in testdata")
	keep   = flag.String("keep", "", "leave the assemblies of the shipped sites in this folder, for other checkers")
)

// A synthesized site is one that ships with the project, and its assembly.
type synthesized struct {
	name     string // of its golden templates
	site     *site.Site
	dir      string
	assembly *assembly.Assembly
}

// sites are the shipped sites, and one that says the other thing wherever they
// agree, each synthesized once for all tests: one jsii process takes seconds to
// start.
var sites []*synthesized

func TestMain(m *testing.M) {
	flag.Parse()
	code, err := synthesizeAndRun(m)
	jsii.Close()
	if err != nil {
		log.Fatal(err)
	}
	os.Exit(code)
}

func synthesizeAndRun(m *testing.M) (int, error) {
	dir := *keep
	if dir == "" {
		var err error
		if dir, err = os.MkdirTemp("", "twinsite"); err != nil {
			return 1, err
		}
		defer os.RemoveAll(dir)
	}
	examples, err := filepath.Glob("examples/*.yaml")
	if err != nil {
		return 1, err
	}
	for _, file := range slices.Concat([]string{"site.yaml"}, examples, []string{"testdata/sites/everything.yaml"}) {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		s, err := synthesize(file, filepath.Join(dir, name))
		if err != nil {
			return 1, fmt.Errorf("%s: %w", file, err)
		}
		s.name = name
		sites = append(sites, s)
	}
	return m.Run(), nil
}

// synthesize does what run does, with another output directory.
func synthesize(file, dir string) (*synthesized, error) {
	s, err := site.Load(file)
	if err != nil {
		return nil, err
	}
	app, err := newApp(dir)
	if err != nil {
		return nil, err
	}
	assets, err := readAssets(s)
	if err != nil {
		return nil, err
	}
	own.Extend(app, s, stacks.Add(app, s, assets))
	app.Synth(nil)
	a, err := assembly.Load(dir)
	return &synthesized{site: s, dir: dir, assembly: a}, err
}

// TestPromises holds each shipped site to every promise; package promises
// breaks them.
func TestPromises(t *testing.T) {
	for _, s := range sites {
		for _, broken := range promises.Check(s.assembly, s.site) {
			t.Errorf("%s: %s", s.name, broken)
		}
	}
}

// TestReferences resolves every reference of every template.
func TestReferences(t *testing.T) {
	for _, s := range sites {
		if err := s.assembly.Check(); err != nil {
			t.Errorf("%s: %v", s.name, err)
		}
	}
}

// TestRehearsal reads every site as the rehearsal does: it must find no fault,
// note cached errors, and find manual failback where the site says so.
func TestRehearsal(t *testing.T) {
	for _, s := range sites {
		m, err := rehearsal.NewModel(s.assembly)
		if err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		if len(m.Faults) > 0 || (len(m.Notes) > 0) != (s.site.Edge.ErrorCaching > 0) {
			t.Errorf("%s: finds the faults %v and the notes %v", s.name, m.Faults, m.Notes)
		}
		manual := s.site.Failover.Failback == site.FailbackManual
		if found := m.Failback != nil; found != manual {
			t.Errorf("%s: finds manual failback: %t, want %t", s.name, found, manual)
		}
		if !manual {
			continue
		}
		broken := s.assembly.Clone()
		stack, id, _ := strings.Cut(m.Failback.StateMachine, ".")
		machine, err := broken.Find(stack, id)
		if err != nil {
			t.Fatal(err)
		}
		definition, err := machine.Text("DefinitionString")
		if err != nil {
			t.Fatal(err)
		}
		machine.Set("DefinitionString", strings.ReplaceAll(definition, site.SwitchKey, "switch"))
		m, err = rehearsal.NewModel(broken)
		if err != nil {
			t.Fatal(err)
		}
		if m.Failback != nil || len(m.Faults) == 0 {
			t.Errorf("%s: does not notice that another object is put", s.name)
		}
	}
}

// TestTargets predicts the outages of every site: each must meet its own targets,
// and miss them when the health check waits for ten bad answers, 30 s apart.
func TestTargets(t *testing.T) {
	judge := func(s *synthesized, a *assembly.Assembly, outages ...rehearsal.Outage) *report.Report {
		m, err := rehearsal.NewModel(a)
		if err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		predictions, err := predict.Run(t.Context(), m, predict.Options{Outages: outages, Trials: 1000, Seed: 1})
		if err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		return report.New(m, rehearsal.DefaultParameters(), 1, report.Targets(s.site.Targets()), predictions, nil)
	}
	for _, s := range sites {
		if result := judge(s, s.assembly); !result.Passed() {
			t.Errorf("%s: %v", s.name, result.Findings)
		}
		late := s.assembly.Clone()
		for _, check := range late.Resources("AWS::Route53::HealthCheck") {
			if check.Has("HealthCheckConfig.FailureThreshold") {
				check.Set("HealthCheckConfig.FailureThreshold", 10)
				check.Set("HealthCheckConfig.RequestInterval", 30)
			}
		}
		if result := judge(s, late, rehearsal.Dark); result.Passed() {
			t.Errorf("%s: meets its targets with ten bad answers, 30 s apart", s.name)
		}
	}
}

// TestStacks demands the five stacks in the order of their deployment, each in
// its region; a site with a zone of its own has no Domain.
func TestStacks(t *testing.T) {
	for _, s := range sites {
		want := []string{
			"Domain us-east-1", "Global us-east-1",
			"Secondary " + s.site.Standby.Region.Name, "Primary " + s.site.Home.Region.Name,
			"Failover us-east-1",
		}
		if s.site.Zone.ID != "" {
			want = want[1:]
		}
		var got []string
		for _, stack := range s.assembly.Stacks() {
			got = append(got, stack.ID+" "+stack.Region)
			if want := s.site.Name + "-" + stack.ID; stack.Name != want {
				t.Errorf("%s: stack %s is named %s, want %s", s.name, stack.ID, stack.Name, want)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: stacks (-want +got):\n%s", s.name, diff)
		}
	}
}

// TestValidation reads what CloudFormation's own validation said at synthesis.
func TestValidation(t *testing.T) {
	for _, s := range sites {
		if err := validation(filepath.Join(s.dir, "validation-report.json")); err != nil {
			t.Errorf("%s: %v", s.name, err)
		}
	}
	if err := validation("testdata/validation-report-with-violation.json"); err == nil {
		t.Error("a report with a violation is not noticed")
	}
}

func validation(file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var report struct {
		PluginReports []struct {
			PluginName, Conclusion string
			Violations             []json.RawMessage
		}
	}
	if err := json.Unmarshal(data, &report); err != nil {
		return err
	}
	if len(report.PluginReports) == 0 {
		return fmt.Errorf("%s: nobody validated", file)
	}
	for _, plugin := range report.PluginReports {
		if plugin.Conclusion != "success" || len(plugin.Violations) > 0 {
			return fmt.Errorf("%s: %s: %s, %s", file, plugin.PluginName, plugin.Conclusion, plugin.Violations)
		}
	}
	return nil
}

// TestLoadSite chooses a site as "cdk synth -c site=FILE -c domain=NAME" does.
func TestLoadSite(t *testing.T) {
	tests := map[string]struct {
		context map[string]string
		name    string
		domain  string
		err     string
	}{
		"default":        {nil, "ticketing", "ticketing.pw", ""},
		"another file":   {map[string]string{"site": "examples/article.yaml"}, "article", "ticketing.pw", ""},
		"another domain": {map[string]string{"domain": "example.com"}, "ticketing", "example.com", ""},
		"a missing file": {map[string]string{"site": "nowhere.yaml"}, "", "", "nowhere.yaml:1:1: file: does not exist"},
		"a wrong domain": {map[string]string{"domain": "example"}, "", "", "domain"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			app, err := newApp(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			for key, value := range test.context {
				app.Node().SetContext(&key, value)
			}
			s, err := loadSite(app)
			switch {
			case test.err != "":
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Errorf("got error %v, want one with %q", err, test.err)
				}
			case err != nil:
				t.Error(err)
			case s.Name != test.name || s.Domain != test.domain:
				t.Errorf("got %s %s, want %s %s", s.Name, s.Domain, test.name, test.domain)
			}
		})
	}
}

// TestGolden compares the templates of the default site, the article's and the
// one that says the other thing with those in testdata, byte by byte. go test .
// -update rewrites them.
func TestGolden(t *testing.T) {
	for _, s := range sites {
		if !slices.Contains([]string{"site", "article", "everything"}, s.name) {
			continue
		}
		golden := filepath.Join("testdata", s.name)
		if *update {
			if err := os.RemoveAll(golden); err != nil {
				t.Fatal(err)
			}
			writeTemplates(t, golden, templates(t, s.dir))
		}
		want, got := templates(t, golden), templates(t, s.dir)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: templates (-want +got); go test . -update accepts them:\n%s", s.name, diff)
		}
	}
}

// TestRepeatable synthesizes the default site again: equal input, equal bytes.
func TestRepeatable(t *testing.T) {
	again, err := synthesize("site.yaml", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(templates(t, sites[0].dir), templates(t, again.dir)); diff != "" {
		t.Errorf("templates (-first +second):\n%s", diff)
	}
}

// templates reads a directory's templates, by file name, and the manifest that
// makes an assembly of them: package assembly can load testdata/site.
func templates(t *testing.T, dir string) map[string]string {
	t.Helper()
	files, err := fs.Glob(os.DirFS(dir), "*.template.json")
	if err != nil {
		t.Fatal(err)
	}
	contents := map[string]string{}
	for _, file := range append(files, "manifest.json") {
		data, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		contents[file] = string(data)
	}
	return contents
}

func writeTemplates(t *testing.T, dir string, contents map[string]string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for file, content := range contents {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestLogicalIDs pins the ids of what cannot be made again, or takes visitors
// with it: under another id, CloudFormation would replace it.
func TestLogicalIDs(t *testing.T) {
	want := []string{
		"Domain AWS::Route53::HostedZone ZoneA5DE4B68",
		"Secondary AWS::CloudFront::Distribution StaticSiteDistribution90D303F1",
		"Secondary AWS::EC2::VPC NetworkVpc7FB7348F",
		"Secondary AWS::ElasticLoadBalancingV2::LoadBalancer WebTierEntranceLoadBalancer3D9F302E",
		"Secondary AWS::S3::Bucket StaticSiteBucket9C756C46",
		"Primary AWS::CloudFront::Distribution SiteDistribution390DED28",
		"Primary AWS::CloudFront::Distribution StaticSiteDistribution90D303F1",
		"Primary AWS::EC2::VPC NetworkVpc7FB7348F",
		"Primary AWS::ElasticLoadBalancingV2::LoadBalancer WebTierEntranceLoadBalancer3D9F302E",
		"Primary AWS::S3::Bucket StaticSiteBucket9C756C46",
	}
	for _, s := range sites {
		if s.site.Zone.ID != "" {
			continue
		}
		want := slices.Clone(want)
		if s.site.AccessLogs {
			want = append(want, "Secondary AWS::S3::Bucket AccessLogs8B620ECA", "Primary AWS::S3::Bucket AccessLogs8B620ECA")
		}
		if s.site.Failover.Switch {
			want = append(want, "Secondary AWS::S3::Bucket SwitchBucket66C83C10")
		}
		var got []string
		for _, r := range s.assembly.Resources("AWS::Route53::HostedZone", "AWS::S3::Bucket", "AWS::EC2::VPC",
			"AWS::ElasticLoadBalancingV2::LoadBalancer", "AWS::CloudFront::Distribution") {
			got = append(got, r.Stack.ID+" "+r.Type+" "+r.LogicalID)
		}
		if diff := cmp.Diff(slices.Sorted(slices.Values(want)), slices.Sorted(slices.Values(got))); diff != "" {
			t.Errorf("%s: ids (-want +got):\n%s", s.name, diff)
		}
	}
}

// BenchmarkSynth times the whole app, after the jsii process has started.
func BenchmarkSynth(b *testing.B) {
	for b.Loop() {
		if _, err := synthesize("site.yaml", b.TempDir()); err != nil {
			b.Fatal(err)
		}
	}
}
