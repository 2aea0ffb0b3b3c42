// Twinsite keeps one web site alive in two AWS regions. This program reads the
// description of a site and writes the CloudFormation templates of its stacks.
package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"os"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"twinsite/internal/kernel"
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
	kernel.Close() // before os.Exit, which defers nothing
	if err != nil {
		os.Exit(1)
	}
}

func run() error {
	app, err := newApp("")
	if err != nil {
		return err
	}
	s, err := loadSite(app)
	if err != nil {
		return err
	}
	if err := addStacks(app, s); err != nil {
		return err
	}
	app.Synth(nil)
	return nil
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
	}
	if outdir != "" {
		props.Outdir = &outdir
	}
	return awscdk.NewApp(props), nil
}

// loadSite reads the site that "-c site=FILE" names, by default site.yaml;
// "-c domain=NAME" overrides its domain, for a try.
func loadSite(app awscdk.App) (*site.Site, error) {
	file, ok := app.Node().TryGetContext(jsii.String("site")).(string)
	if !ok {
		file = "site.yaml"
	}
	if domain, ok := app.Node().TryGetContext(jsii.String("domain")).(string); ok {
		return site.Load(file, site.WithDomain(domain))
	}
	return site.Load(file)
}

// addStacks adds the site's stacks to an app, in the order of their deployment.
func addStacks(app constructs.Construct, s *site.Site) error {
	userData, err := readUserData(s)
	if err != nil {
		return err
	}
	var domain *stacks.Domain
	if s.Zone.ID == "" {
		domain = stacks.NewDomain(app, s)
	}
	global := stacks.NewGlobal(app, s, domain)
	secondary := stacks.NewSecondary(app, s, global, userData)
	primary := stacks.NewPrimary(app, s, global, secondary, userData)
	stacks.NewFailover(app, s, global, secondary, primary)
	return nil
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
