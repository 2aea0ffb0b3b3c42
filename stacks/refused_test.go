package stacks_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"twinsite/constructs"
	"twinsite/internal/synthesis"
	"twinsite/site"
	"twinsite/stacks"
	"twinsite/web"
)

// TestRefused holds that what the CDK or a construct refuses is one line, and
// leaves the folder as it was.
func TestRefused(t *testing.T) {
	tests := map[string]struct {
		spoil func(app awscdk.App, s *site.Site, assets *stacks.Assets)
		want  string
	}{
		"the CDK, at synthesis": {func(_ awscdk.App, _ *site.Site, assets *stacks.Assets) {
			assets.UserData = "#!/bin/bash\necho '${Token[TOKEN.0]}'\n" // which package site refuses
		}, "site.yaml: the site cannot be synthesized: UnrecognizedTokenKey: Resolution error: Unrecognized token key: TOKEN.0"},
		"the CDK, at a construct": {func(app awscdk.App, _ *site.Site, _ *stacks.Assets) {
			awscdk.NewStack(app, jsii.String(site.PrimaryStack), nil)
		}, "site.yaml: Primary cannot be synthesized: "},
		"the CDK, in a construct": {func(_ awscdk.App, s *site.Site, _ *stacks.Assets) {
			s.Web.InstanceType = "u-6tb1.metal" // which package site refuses
		}, "site.yaml: WebServers cannot be synthesized: MalformedInstanceTypeIdentifier: "},
		"our construct": {func(_ awscdk.App, s *site.Site, _ *stacks.Assets) {
			s.WAFRules.RequestsPerAddress = 0 // which package site refuses
		}, "site.yaml: WebACL cannot be synthesized: RequestsPerAddress is missing"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "manifest.json"), []byte("before"), 0o600); err != nil {
				t.Fatal(err)
			}
			err := synthesis.WholeOrNothing(dir, func(outdir string) error {
				app, s, assets := defaultSite(t, outdir)
				return synthesis.Catch("site.yaml", func() {
					test.spoil(app, s, &assets)
					stacks.Add(app, s, assets)
					app.Synth(nil)
				})
			})
			if err == nil || !strings.HasPrefix(err.Error(), "site.yaml: ") || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want one line with %q", err, test.want)
			}
			files, err := os.ReadDir(dir)
			if err != nil || len(files) != 1 || files[0].Name() != "manifest.json" {
				t.Errorf("the folder has %v, %v, want manifest.json alone", files, err)
			}
		})
	}
}

// defaultSite is what the program makes before it synthesizes the default site.
func defaultSite(t *testing.T, outdir string) (awscdk.App, *site.Site, stacks.Assets) {
	t.Helper()
	data, err := os.ReadFile("../cdk.json")
	if err != nil {
		t.Fatal(err)
	}
	var settings struct{ Context map[string]any }
	if err := json.Unmarshal(data, &settings); err != nil {
		t.Fatal(err)
	}
	s, err := site.Load("../site.yaml")
	if err != nil {
		t.Fatal(err)
	}
	app := awscdk.NewApp(&awscdk.AppProps{Context: &settings.Context, AnalyticsReporting: jsii.Bool(false), AutoSynth: jsii.Bool(false), Outdir: &outdir})
	return app, s, stacks.Assets{
		UserData: web.UserData, ReadFunction: web.EdgeFunction(constructs.ReadsOriginID),
		StandbyFunction: web.StandbyFunction(s.Failover.Path), StaticFolder: "../web/static",
	}
}

func TestMain(m *testing.M) {
	code := m.Run()
	jsii.Close()
	os.Exit(code)
}
