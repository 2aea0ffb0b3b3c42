// Twinsite keeps one web site alive in two AWS regions. This program reads the
// description of a site and writes the CloudFormation templates of its stacks.
package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"twinsite/constructs"
	"twinsite/internal/synthesis"
	"twinsite/own"
	"twinsite/site"
	"twinsite/stacks"
	"twinsite/web"
)

// cdkJSON holds the CDK's feature flags. They are part of the program: without
// them, the same constructs become other templates.
//
//go:embed cdk.json
var cdkJSON []byte

func main() {
	err := run()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	jsii.Close() // ends the CDK's process and deletes its files; before os.Exit, which defers nothing
	if err != nil {
		os.Exit(1)
	}
}

// run synthesizes to the folder that the CDK's command line names.
func run() error { return synthesis.WholeOrNothing(os.Getenv("CDK_OUTDIR"), synthesizeTo) }

func synthesizeTo(outdir string) error {
	app, err := newApp(outdir)
	if err != nil {
		return err
	}
	s, err := loadSite(app)
	if err != nil {
		return err
	}
	assets, err := readAssets(s)
	if err != nil {
		return err
	}
	if assets.Unprotected, err = unprotected(app, s); err != nil {
		return err
	}
	return synthesis.Catch(siteFile(app), func() {
		own.Extend(app, s, stacks.Add(app, s, assets))
		app.Synth(nil)
	})
}

// newApp makes an app that synthesizes to outdir; empty leaves the choice to
// the CDK's command line.
func newApp(outdir string) (awscdk.App, error) {
	var settings struct{ Context map[string]any }
	if err := json.Unmarshal(cdkJSON, &settings); err != nil {
		return nil, fmt.Errorf("cdk.json: %w", err)
	}
	props := &awscdk.AppProps{
		Context: &settings.Context,
		// Its resource would change with every construct, and hide what did.
		AnalyticsReporting: jsii.Bool(false),
		// By itself, the CDK would synthesize what failed once more when its process ends.
		AutoSynth: jsii.Bool(false),
	}
	if outdir != "" {
		props.Outdir = &outdir
	}
	var app awscdk.App
	err := synthesis.Catch("the CDK", func() { app = awscdk.NewApp(props) })
	return app, err
}

// loadSite reads the site that "-c site=FILE" names, by default site.yaml;
// "-c domain=NAME" overrides its domain, for a try.
func loadSite(app awscdk.App) (*site.Site, error) {
	file := siteFile(app)
	if domain, ok := app.Node().TryGetContext(jsii.String("domain")).(string); ok {
		return site.Load(file, site.WithDomain(domain))
	}
	return site.Load(file)
}

func siteFile(app awscdk.App) string {
	if file, ok := app.Node().TryGetContext(jsii.String("site")).(string); ok {
		return file
	}
	return "site.yaml"
}

// unprotected are the stacks that "-c unprotected=ID,ID" names: "twinsite deploy"
// names those that do not exist yet.
func unprotected(app awscdk.App, s *site.Site) ([]string, error) {
	text, ok := app.Node().TryGetContext(jsii.String("unprotected")).(string)
	if !ok {
		return nil, nil
	}
	ids := strings.Split(text, ",")
	if err := s.CheckStacks(ids); err != nil {
		return nil, fmt.Errorf("-c unprotected=%s: %w", text, err)
	}
	return ids, nil
}

// staticFolder holds the sample page's files. The CDK runs the app in the folder
// of cdk.json.
const staticFolder = "web/static"

// readAssets reads the files that a site is deployed with.
func readAssets(s *site.Site) (stacks.Assets, error) {
	script, err := readUserData(s)
	reads := constructs.HomeOriginID
	if s.Edge.WriteFailover {
		reads = constructs.ReadsOriginID
	}
	redirects := web.Redirects{Domain: s.Domain, HealthPath: s.Failover.Path, Hosts: s.Edge.Redirects}
	return stacks.Assets{
		UserData:         script,
		ReadFunction:     web.RedirectFunction(web.EdgeFunction(reads), redirects),
		RedirectFunction: web.RedirectFunction("", redirects),
		StandbyFunction:  web.StandbyFunction(s.Failover.Path),
		StaticFolder:     uploadedFolder(s),
	}, err
}

// uploadedFolder is the folder whose files are uploaded to the home bucket; empty
// where none are.
func uploadedFolder(s *site.Site) string {
	if s.StaticFiles.Folder == "" && s.Uploads() {
		return staticFolder
	}
	return s.StaticFiles.Folder
}

// readUserData reads the web servers' script: the site's own, or, on the
// default image, the one that installs nginx.
func readUserData(s *site.Site) (string, error) {
	switch {
	case s.Web.UserData != "":
		script, err := os.ReadFile(s.Web.UserData)
		return string(script), err
	case len(s.Web.Images) == 0:
		return web.UserData, nil
	default:
		return "", nil
	}
}
