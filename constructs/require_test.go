package constructs

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53targets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// TestRequired leaves out each prop whose comment says "Required", one at a time:
// the constructor must panic and name the prop and the remedy. With all of them
// given, it must not.
func TestRequired(t *testing.T) {
	required := requiredProps(t)
	if len(required) < 30 {
		t.Fatalf("only %d types have required props: are the comments read?", len(required))
	}
	makers := newMakers(newTestStackIn(newTestStage(t), "Stack", globalRegion))
	for of := range makers {
		if required[of] == nil {
			t.Errorf("%s has no required props: drop its maker", of)
		}
	}
	for of, props := range required {
		newWithout, ok := makers[of]
		if !ok {
			t.Errorf("%s has required props, and no maker", of)
			continue
		}
		if failure := panicOf(func() { newWithout(of, "") }); failure != "" {
			t.Errorf("%s with all props panics: %s", of, failure)
		}
		for _, prop := range props {
			t.Run(of+"."+prop.name, func(t *testing.T) {
				id := of + "Without" + prop.name
				failure := panicOf(func() { newWithout(id, prop.name) })
				for _, want := range prop.failure(id) {
					if !strings.Contains(failure, want) {
						t.Errorf("panics with %q, which lacks %q", failure, want)
					}
				}
			})
		}
	}
}

// A requiredProp is a field whose comment says that it must be set.
type requiredProp struct {
	name    string
	with    string // the prop with which it is required, as "HostName"
	without string // the prop without which it is required, as "Cron"
	nested  bool   // a struct, whose own props are missing
}

// failure is what the panic must contain: construct, prop and remedy.
func (p requiredProp) failure(id string) []string {
	switch {
	case p.nested:
		return []string{" is missing: set it"}
	case p.with != "":
		return []string{id, p.name + " is missing: set it, or leave " + p.with + " out"}
	case p.without != "":
		return []string{id, p.name + " is missing: set it, or " + p.without}
	}
	return []string{id, p.name + " is missing: set it"}
}

var requiredComment = regexp.MustCompile(`\bRequired(?: with (\w+)| without (\w+))?\.`)

// requiredProps reads the package's comments: the required fields of each struct.
func requiredProps(t *testing.T) map[string][]requiredProp {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]requiredProp{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(node ast.Node) bool {
			if spec, ok := node.(*ast.TypeSpec); ok {
				if fields, ok := spec.Type.(*ast.StructType); ok {
					found[spec.Name.Name] = append(found[spec.Name.Name], requiredFields(fields)...)
				}
			}
			return true
		})
	}
	for name, props := range found {
		if props == nil {
			delete(found, name)
		}
	}
	return found
}

func requiredFields(fields *ast.StructType) []requiredProp {
	var found []requiredProp
	for _, field := range fields.Fields.List {
		match := requiredComment.FindStringSubmatch(strings.Join(strings.Fields(field.Doc.Text()), " "))
		if match == nil {
			continue
		}
		local, _ := field.Type.(*ast.Ident) // a type of this package, or one of Go's own
		nested := local != nil && (strings.HasSuffix(local.Name, "Options") || local.Name == "DashboardRegion")
		for _, name := range field.Names {
			found = append(found, requiredProp{name.Name, match[1], match[2], nested})
		}
	}
	return found
}

// A maker makes a construct with one prop left out; "" leaves out none.
type maker func(id, leftOut string)

// without is a maker of props: it sets a field of a copy to its zero value.
func without[P any](props P, make func(id string, props *P)) maker {
	return func(id, leftOut string) {
		copied := props
		if leftOut != "" {
			field := reflect.ValueOf(&copied).Elem().FieldByName(leftOut)
			if !field.IsValid() {
				panic(fmt.Sprintf("%T has no field %s", props, leftOut))
			}
			field.SetZero()
		}
		make(id, &copied)
	}
}

// made is a maker of a constructor, whatever it returns.
func made[P, C any](scope constructs.Construct, props P, constructor func(constructs.Construct, string, *P) C) maker {
	return without(props, func(id string, props *P) { constructor(scope, id, props) })
}

// newMakers makes what the constructors need, once, and returns a maker for each
// type that has required props.
func newMakers(stack constructs.Construct) map[string]maker {
	vpc, zone, certificate := testVpc(stack), testZone(stack), testCertificate(stack)
	bucket := awss3.NewBucket(stack, jsii.String("Bucket"), nil)
	alarms := testAlarms(stack)
	scope := func(id string) constructs.Construct { return constructs.NewConstruct(stack, &id) }
	group := testGroup(scope("ForGroup"))
	tier := WebTierProps{
		Vpc: vpc, Servers: testServers, LoadBalancer: LoadBalancerOptions{
			HealthPath: "/healthz", Redirects: map[string]string{"example.com": "www.example.com"}, UnredirectedPath: "/healthz",
		}, CPU: testCPU,
		Schedules: []NamedSchedule{{"Opening", ScheduleOptions{Cron: "0 10 * * *", Minimum: 4, Maximum: 6}}},
	}
	distribution := SiteDistributionProps{
		HostNames: []string{"example.com"}, Certificate: certificate, Home: "home.example.com", OriginTLS: true,
		Standby: "standby.example.com", Serving: "origin.example.com", HealthPath: "/healthz", ReadFunction: "code",
		StandbyCheck:    &StandbyCheck{Path: "/standby", Function: "code"},
		ResponseTimeout: time.Minute, ReadTimeout: time.Second, KeepAlive: time.Minute,
	}
	makers := map[string]maker{
		"AliasRecordsProps": without(AliasRecordsProps{
			Zone: zone, Name: "a.example.com", Target: awsroute53targets.NewLoadBalancerTarget(testLoadBalancer(stack), nil),
		}, func(id string, props *AliasRecordsProps) { NewAliasRecords(stack, id, props) }),
		"BudgetProps": without(BudgetProps{MonthlyDollars: 1, Email: "operator@example.com"},
			func(id string, props *BudgetProps) { NewBudget(stack, id, props) }),
		"CertificateProps":      made(stack, CertificateProps{Domain: "example.com", Zone: zone}, NewCertificate),
		"CertificateAlarmProps": made(scope("Certificates"), CertificateAlarmProps{Alarms: alarms, Certificate: certificate}, NewCertificateAlarm),
		"CPUScalingProps": without(CPUScalingProps{testCPU, group},
			func(id string, props *CPUScalingProps) { NewCPUScaling(stack, id, props) }),
		"EndpointCheckProps":  made(stack, EndpointCheckProps{Host: "example.com", Path: "/", Interval: 10 * time.Second, Threshold: 3}, NewEndpointCheck),
		"FailoverSwitchProps": made(stack, FailoverSwitchProps{Path: "/failover-switch"}, NewFailoverSwitch),
		"LoadBalancerProps":   made(stack, LoadBalancerProps{tier.LoadBalancer, vpc, group}, NewLoadBalancer),
		"ManualFailbackProps": made(scope("Failback"), ManualFailbackProps{
			Alarms: alarms, Bucket: bucket, SwitchKey: "failover-switch",
		}, NewManualFailback),
		"NetworkProps":       made(stack, NetworkProps{AddressRange: "10.2.0.0/16", AvailabilityZones: []string{"us-east-1a"}, NATGateways: 1}, NewNetwork),
		"OriginSecretsProps": made(stack, OriginSecretsProps{Names: []string{"first"}, Purpose: "a test"}, NewOriginSecrets),
		"PracticeProps":      made(stack, PracticeProps{Alarms: alarms, Vpc: vpc, Site: "ticketing"}, NewPractice),
		"ReplicationAlarmsProps": made(stack, ReplicationAlarmsProps{
			Alarms: alarms, Bucket: bucket,
		}, NewReplicationAlarms),
		"ReverseReplicationProps": without(ReverseReplicationProps{From: bucket, FromRegion: "us-east-1", To: bucket},
			func(id string, props *ReverseReplicationProps) { NewReverseReplication(stack, id, props) }),
		"ScheduleProps":         made(stack, ScheduleProps{ScheduleOptions{Start: time.Now(), Minimum: 1, Maximum: 2}, group}, NewSchedule),
		"SiteDistributionProps": made(stack, distribution, NewSiteDistribution),
		"StaticFilesProps": without(StaticFilesProps{Folder: staticFolder, Bucket: bucket},
			func(id string, props *StaticFilesProps) { NewStaticFiles(stack, id, props) }),
		"StaticSiteProps": made(stack, StaticSiteProps{HostName: "static.example.com", Certificate: certificate, Zone: zone}, NewStaticSite),
		"WebACLProps":     made(stack, WebACLProps{UnlimitedPaths: []string{"/"}, RequestsPerAddress: 2000}, NewWebACL),
		"WebServersProps": made(stack, WebServersProps{testServers, vpc}, NewWebServers),
		"WebTierProps":    made(stack, tier, NewWebTier),

		"alarmResponseProps": made(stack, alarmResponseProps{Call: &awsstepfunctionstasks.CallAwsServiceJsonataProps{
			Service: jsii.String("s3"), Action: jsii.String("putObject"), IamResources: jsii.Strings("*"),
		}}, newAlarmResponse),
	}
	for _, of := range []string{"CPUScaling", "LoadBalancer", "Schedule", "WebServers"} {
		makers[of+"Options"] = makers[of+"Props"]
	}
	makers["Alarms"] = without(*alarms, func(id string, props *Alarms) {
		props.add(stack, id, alarmProps{
			title: id, metric: certificate.MetricDaysToExpiry(nil),
			operator: awscloudwatch.ComparisonOperator_LESS_THAN_THRESHOLD, missing: awscloudwatch.TreatMissingData_IGNORE,
		})
	})
	makers["StandbyCheck"] = without(*distribution.StandbyCheck, func(id string, check *StandbyCheck) {
		props := distribution
		props.StandbyCheck = check
		NewSiteDistribution(stack, id, &props)
	})
	addPartMakers(makers, scope("Parts"), tier, group)
	addFailoverMakers(makers, scope("Shown"), tier)
	return makers
}

// addPartMakers adds the makers of what stands inside another construct's props.
func addPartMakers(makers map[string]maker, scope constructs.Construct, tier WebTierProps, group elb.IApplicationLoadBalancerTarget) {
	makers["NamedSchedule"] = without(tier.Schedules[0], func(id string, props *NamedSchedule) {
		tier := tier
		tier.Schedules = []NamedSchedule{*props}
		NewWebTier(scope, id, &tier)
	})
	makers["Uploads"] = without(Uploads{Bucket: awss3.NewBucket(scope, jsii.String("Files"), nil), Prefix: "uploads/"}, func(id string, props *Uploads) {
		servers := testServers
		servers.Uploads = *props
		NewWebServers(scope, id, &WebServersProps{servers, tier.Vpc})
	})
	lock := OriginLock{PrefixList: "pl-1", Secrets: NewOriginSecrets(scope, "Secrets", &OriginSecretsProps{Names: []string{"first"}, Purpose: "a test"})}
	makers["OriginLock"] = without(lock, func(id string, props *OriginLock) {
		NewLoadBalancer(scope, id, &LoadBalancerProps{LoadBalancerOptions{HealthPath: "/", Origin: props}, tier.Vpc, group})
	})
}

// addFailoverMakers adds the makers of what stands on both regions.
func addFailoverMakers(makers map[string]maker, scope constructs.Construct, tierProps WebTierProps) {
	failoverProps := FailoverProps{
		Zone: testZone(scope), HostNames: []string{"example.com"},
		Primary: testDistribution(scope), Secondary: testLoadBalancer(scope),
		Path: "/", Interval: 10 * time.Second, Threshold: 3, SwitchHost: "standby.example.com", SwitchPath: "/switch",
	}
	failover := NewFailover(scope, "Failover", &failoverProps)
	makers["FailoverProps"] = made(scope, failoverProps, NewFailover)
	makers["ServingName"] = without(*testServing(&failoverProps), func(id string, serving *ServingName) {
		props := failoverProps
		props.Serving = serving
		NewFailover(scope, id, &props)
	})

	tier := NewWebTier(scope, "WebTier", &tierProps)
	region := DashboardRegion{Tier: tier, StaticSite: NewStaticSite(scope, "StaticSite", &StaticSiteProps{})}
	site := testSite(scope)
	dashboard := DashboardProps{
		Name: "ticketing", Failover: failover, StandbyEndpoint: failover.HomeEndpoint, Site: site,
		Home: region, Standby: region, HighPercent: 80,
	}
	makers["DashboardProps"] = made(scope, dashboard, NewDashboard)
	makers["DashboardRegion"] = without(region, func(id string, props *DashboardRegion) {
		dashboard := dashboard
		dashboard.Home = *props
		NewDashboard(scope, id, &dashboard)
	})
	alarms := &Alarms{Prefix: "museum: ", Runbook: testRunbook, Topic: awssns.NewTopic(scope, jsii.String("Topic"), nil)}
	makers["FailoverAlarmsProps"] = made(scope, FailoverAlarmsProps{
		Alarms: alarms, StandbyServesTitle: "The standby serves",
		HomeEndpoint: failover.HomeEndpoint, HomeServes: failover.HomeServes, StandbyEndpoint: failover.HomeEndpoint,
		Site: site, HomeFiles: site, StandbyFiles: site, Pages: alarms.Topic,
	}, NewFailoverAlarms)
	makers["HealthyServersProps"] = made(scope, HealthyServersProps{
		Group: tier.Group, TargetGroup: tier.TargetGroup, Listener: tier.Listener, Servers: 2, Boot: time.Minute,
	}, NewHealthyServers)
	follower := FollowerProps{Tier: tier, Percent: 100, Minimum: 2, Maximum: 6}
	makers["FollowerProps"] = made(scope, follower, NewFollower)
	makers["FollowedProps"] = made(scope, FollowedProps{
		Group: tier.Group, Follower: NewFollower(newTestStackIn(scope, "Elsewhere", testRegion), "Follower", &follower),
	}, NewFollowed)
	makers["WebTierAlarmsProps"] = made(scope, WebTierAlarmsProps{Alarms: alarms, Tier: tier}, NewWebTierAlarms)
}
