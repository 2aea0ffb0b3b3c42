// Package examples holds other sites than the default one, and extensions of sites.
// The tests at the top of the module synthesize the sites; those here extend them.
package examples

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"twinsite/account/cost"
	"twinsite/assembly"
	"twinsite/constructs"
	"twinsite/examples/container"
	"twinsite/examples/dynamodb"
	"twinsite/promises"
	"twinsite/rehearsal"
	"twinsite/rehearsal/change/resource"
	"twinsite/site"
	"twinsite/stacks"
	"twinsite/web"
)

// extended is the site of a file, extended as own.Extend would.
func extended(t *testing.T, file string, extend func(awscdk.App, *site.Site, *stacks.Stacks)) (*site.Site, *assembly.Assembly) {
	t.Helper()
	data, err := os.ReadFile("../cdk.json")
	if err != nil {
		t.Fatal(err)
	}
	var settings struct{ Context map[string]any }
	if err := json.Unmarshal(data, &settings); err != nil {
		t.Fatal(err)
	}
	s, err := site.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	script := "#!/bin/bash\n"
	if s.Web.UserData != "" {
		if data, err = os.ReadFile(s.Web.UserData); err != nil {
			t.Fatal(err)
		}
		script = string(data)
	}
	dir := t.TempDir()
	app := awscdk.NewApp(&awscdk.AppProps{Context: &settings.Context, AnalyticsReporting: jsii.Bool(false), Outdir: &dir})
	extend(app, s, stacks.Add(app, s, stacks.Assets{
		UserData: script, ReadFunction: web.EdgeFunction(constructs.ReadsOriginID), StandbyFunction: web.StandbyFunction(s.Failover.Path),
	}))
	app.Synth(nil)
	a, err := assembly.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s, a
}

// checkPromises holds an extended site to what every site promises: an extension must
// not cost it its failover, and what it costs in money is known.
func checkPromises(t *testing.T, s *site.Site, a *assembly.Assembly) {
	t.Helper()
	for _, broken := range promises.Check(a, s) {
		t.Error(broken)
	}
	if m, err := rehearsal.NewModel(a); err != nil || len(m.Faults) > 0 {
		t.Errorf("the rehearsal finds %v, %v", m, err)
	}
	prices, err := cost.Prices()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range a.Resources() {
		if !prices.Knows(r.Type) {
			t.Errorf("%s: account/cost does not know what a %s costs", r, r.Type)
		}
		if !resource.IsKnown(r.Type) && !resource.IsCustom(r.Type) {
			t.Errorf("%s: the rehearsal of a change does not know %s: name it in tools/resource-types.mjs", r, r.Type)
		}
	}
}

// allowed are the resources of a stack's policies for one action, as texts.
func allowed(t *testing.T, a *assembly.Assembly, stackID, action string) []string {
	t.Helper()
	stack, err := a.Stack(stackID)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, policy := range stack.Resources("AWS::IAM::ManagedPolicy") {
		statements, err := policy.Value("PolicyDocument.Statement")
		if err != nil {
			t.Fatal(err)
		}
		for i := range statements.([]any) {
			at := fmt.Sprintf("PolicyDocument.Statement.%d.", i)
			if slices.Contains(texts(t, policy, at+"Action"), action) {
				found = append(found, texts(t, policy, at+"Resource")...)
			}
		}
	}
	return found
}

// texts are one text, or a list of them.
func texts(t *testing.T, r *assembly.Resource, path string) []string {
	t.Helper()
	if text, err := r.Text(path); err == nil {
		return []string{text}
	}
	all, err := r.Texts(path)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestDynamoDB(t *testing.T) {
	s, a := extended(t, "game.yaml", dynamodb.Extend)
	checkPromises(t, s, a)
	if err := checkTable(t, a, s); err != nil {
		t.Error(err)
	}
	tables := a.Resources("AWS::DynamoDB::GlobalTable")
	for name, spoil := range map[string]func(*assembly.Assembly){
		"no replica at home": func(a *assembly.Assembly) { tables[0].In(a).Delete("Replicas.0") },
		"another name":       func(a *assembly.Assembly) { tables[0].In(a).Set("TableName", "other") },
		"may be deleted":     func(a *assembly.Assembly) { tables[0].In(a).Set(".DeletionPolicy", "Delete") },
	} {
		broken := a.Clone()
		spoil(broken)
		if err := checkTable(t, broken, s); err == nil {
			t.Errorf("%s: nobody notices", name)
		}
	}
}

// checkTable says what keeps the servers of one region from a table that they share
// with the other.
func checkTable(t *testing.T, a *assembly.Assembly, s *site.Site) error {
	t.Helper()
	tables := a.Resources("AWS::DynamoDB::GlobalTable")
	if len(tables) != 1 || tables[0].Stack.ID != dynamodb.StackID {
		return fmt.Errorf("got the tables %v, want one in %s", tables, dynamodb.StackID)
	}
	table := tables[0]
	name, err := table.Text("TableName")
	if err != nil {
		return err
	}
	if asked := s.Web.Environment[dynamodb.TableVariable]; name != asked {
		return fmt.Errorf("servers ask for %s, and the table is called %s", asked, name)
	}
	replicas, err := table.Value("Replicas")
	if err != nil {
		return err
	}
	var regions []string
	for _, replica := range replicas.([]any) {
		regions = append(regions, fmt.Sprint(replica.(map[string]any)["Region"]))
	}
	slices.Sort(regions)
	want := []string{s.Home.Region.Name, s.Standby.Region.Name}
	slices.Sort(want)
	if !slices.Equal(regions, want) {
		return fmt.Errorf("has replicas in %v, want %v", regions, want)
	}
	if policy := table.DeletionPolicy(); policy != "RetainExceptOnCreate" {
		return fmt.Errorf("its deletion policy is %s", policy)
	}
	for _, id := range []string{site.SecondaryStack, site.PrimaryStack} {
		stack, err := a.Stack(id)
		if err != nil {
			return err
		}
		if !stack.DependsOn(table.Stack) {
			return fmt.Errorf("servers of %s boot before %s is there", id, table)
		}
	}
	for _, stack := range a.Stacks() {
		for _, arn := range allowed(t, a, stack.ID, "dynamodb:PutItem") {
			if !strings.Contains(arn, ":dynamodb:"+stack.Region+":") {
				return fmt.Errorf("servers in %s may write to %s, which is in another region", stack.Region, arn)
			}
		}
	}
	for _, id := range []string{site.PrimaryStack, site.SecondaryStack} {
		if len(allowed(t, a, id, "dynamodb:PutItem")) == 0 {
			return fmt.Errorf("servers of %s may not write", id)
		}
	}
	return nil
}

func TestContainer(t *testing.T) {
	s, a := extended(t, "startup.yaml", container.Extend)
	checkPromises(t, s, a)
	if days := s.Web.Environment["CONTAINER_LOG_DAYS"]; days != fmt.Sprint(s.Retention.Days) {
		t.Errorf("a server keeps its log for %s days, and container.Extend for %d", days, s.Retention.Days)
	}
	for id, region := range map[string]string{site.PrimaryStack: "eu-central-1", site.SecondaryStack: "eu-west-1"} {
		pulls := allowed(t, a, id, "ecr:BatchGetImage")
		if want := ":ecr:" + region + ":111122223333:repository/startup"; len(pulls) != 1 || !strings.HasSuffix(pulls[0], want) {
			t.Errorf("%s: servers may pull %v, want what ends in %s", id, pulls, want)
		}
		logs := allowed(t, a, id, "logs:PutLogEvents")
		if want := ":log-group:/startup/container:*"; !slices.ContainsFunc(logs, func(arn string) bool {
			return strings.Contains(arn, ":logs:"+region+":") && strings.HasSuffix(arn, want)
		}) {
			t.Errorf("%s: servers may write to %v, want what ends in %s", id, logs, want)
		}
	}
	defer func() {
		if reason := fmt.Sprint(recover()); !strings.Contains(reason, "CONTAINER_REGISTRY_ID is missing") {
			t.Errorf("a site that names no container: got %s", reason)
		}
	}()
	container.Extend(nil, &site.Site{}, nil)
}

func TestMain(m *testing.M) {
	code := m.Run()
	jsii.Close()
	os.Exit(code)
}
