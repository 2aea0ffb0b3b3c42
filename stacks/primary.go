package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"

	"twinsite/constructs"
	"twinsite/site"
)

// Primary is the home region: a network, the web tier, the static files and
// their replication to the standby, and the distribution in front of it all.
type Primary struct {
	awscdk.Stack

	// Distribution serves visitors while the home region is healthy.
	Distribution awscloudfront.Distribution

	// Vpc is the network of the web tier.
	Vpc awsec2.IVpc

	// WebTier answers its requests.
	WebTier *constructs.WebTier

	// StaticSite are the static files.
	StaticSite *constructs.StaticSite

	// Practice is an outage to practise with; nil unless the site has one.
	Practice *constructs.Practice

	// Alarms are all alarms of the region.
	Alarms []awscloudwatch.IAlarm

	monitoring monitoring
}

// NewPrimary makes the stack.
func NewPrimary(scope awsconstructs.Construct, s *site.Site, global *Global, secondary *Secondary, assets Assets) *Primary {
	p := &Primary{Stack: newStack(scope, site.PrimaryStack, s.Home.Region.Name, "the home region", s)}
	p.monitoring = newMonitoring(p.Stack, s)
	p.StaticSite = p.newStaticSite(s, global, secondary, assets.StaticFolder)

	var lock *constructs.OriginLock
	if len(s.Edge.OriginSecrets) > 0 {
		lock = &constructs.OriginLock{
			PrefixList: s.Home.PrefixList(),
			Secrets: constructs.NewOriginSecrets(p.Stack, "OriginSecrets", &constructs.OriginSecretsProps{
				Names:   s.Edge.OriginSecrets,
				Purpose: "What CloudFront shows the home load balancer in the header " + constructs.OriginSecretHeader,
			}),
		}
	}
	p.Vpc = constructs.NewNetwork(p.Stack, "Network", networkProps(s, s.Home.Region))
	tier := webTierProps(s, s.Home.Region, s.Web, p.Vpc, p.monitoring)
	tier.Servers.UserData = assets.UserData
	tier.Servers.Environment = environment(s, s.Home.Region, s.Web, p.StaticSite)
	tier.Servers.Uploads = constructs.Uploads{Bucket: p.StaticSite.Bucket, Prefix: s.Web.Uploads}
	tier.LoadBalancer.Origin = lock
	tier.LoadBalancer.ForwardByRule = s.Edge.OriginTLS
	tier.LoadBalancer.IngressApart = true
	if s.Edge.OriginTLS {
		tier.LoadBalancer.Certificate, p.Alarms = regionalCertificate(p.Stack, s, global, p.monitoring)
	}
	p.WebTier = constructs.NewWebTier(p.Stack, "WebTier", tier)
	records := addOriginRecords(p.Stack, s, global, p.WebTier.LoadBalancer)

	distribution := siteDistributionProps(s, global, p.WebTier.LoadBalancer, lock, assets)
	distribution.Logs = p.monitoring.logs
	if secondary.ForwardedSecrets != nil {
		distribution.ForwardedSecret = secondary.ForwardedSecrets.SentFromReplica()
	}
	p.Distribution = constructs.NewSiteDistribution(p.Stack, "Site", distribution)
	// What the load balancer demands changes before what CloudFront sends: a port is
	// open and a secret accepted before either is used. The rules that are no longer
	// wanted go last, in CloudFormation's clean-up.
	p.Distribution.Node().AddDependency(p.WebTier.LoadBalancer)
	if records != nil { // a name that is asked for too early is kept as missing
		p.Distribution.Node().AddDependency(records)
	}
	output(p.Stack, site.StaticAddressOutput, p.StaticSite.Address(), "The static files, at home")
	outputTier(p.Stack, p.Vpc, p.WebTier)

	if s.Notifications {
		p.addAlarms(s)
	}
	if secondary.Follower != nil {
		p.Alarms = append(p.Alarms, constructs.NewFollowed(p.Stack, "Followed", &constructs.FollowedProps{
			Group: p.WebTier.Group, Follower: secondary.Follower,
			Alarms: p.monitoring.alarms, LogsRemoval: removalPolicy(s.Retention.Logs),
		})...)
	}
	if s.Practice {
		p.addPractice(s)
	}
	return p
}

// newStaticSite makes the static files' bucket, which replicates to the
// standby and, where the site says so, back.
func (p *Primary) newStaticSite(s *site.Site, global *Global, secondary *Secondary, folder string) *constructs.StaticSite {
	props := staticSiteProps(s, global, s.StaticHost(), p.monitoring)
	props.ReplicateTo = secondary.StaticSite.Bucket
	if s.StaticFiles.Failover {
		props.Fallback = secondary.StaticSite.Bucket
	}
	static := constructs.NewStaticSite(p.Stack, "StaticSite", props)
	if folder != "" {
		constructs.NewStaticFiles(p.Stack, "StaticFiles", &constructs.StaticFilesProps{Folder: folder, Bucket: static.Bucket})
	}
	if s.Replication.BothWays {
		constructs.NewReverseReplication(p.Stack, "ReverseReplication", &constructs.ReverseReplicationProps{
			From:        secondary.StaticSite.Bucket,
			FromRegion:  s.Standby.Region.Name,
			To:          static.Bucket,
			TimeControl: s.Replication.TimeControl,
		})
	}
	return static
}

// addAlarms makes the alarms on the web tier and on the replication.
func (p *Primary) addAlarms(s *site.Site) {
	tier := constructs.NewWebTierAlarms(p.Stack, "WebTierAlarms", tierAlarmsProps(s.Home.Region, s.Web, p.WebTier, p.monitoring.alarms))
	p.Alarms = append(p.Alarms, tier.All...)
	p.Alarms = append(p.Alarms, constructs.NewReplicationAlarms(p.Stack, "ReplicationAlarms", &constructs.ReplicationAlarmsProps{
		Alarms: p.monitoring.alarms, Bucket: p.StaticSite.Bucket, From: true, To: s.Replication.BothWays,
	})...)
}

// addPractice makes an outage to practise with.
func (p *Primary) addPractice(s *site.Site) {
	p.Practice = constructs.NewPractice(p.Stack, "Practice", &constructs.PracticeProps{
		Alarms: p.monitoring.alarms, Vpc: p.Vpc, Site: s.Name, LogsRemoval: removalPolicy(s.Retention.Logs),
	})
	p.Alarms = append(p.Alarms, p.Practice.Alarms...)
	output(p.Stack, site.PracticeOutput, *p.Practice.Template.AttrId(), "What an outage to practise with is started from")
}

// siteDistributionProps describes the distribution in front of the load balancers.
func siteDistributionProps(s *site.Site, global *Global, balancer awselasticloadbalancingv2.IApplicationLoadBalancer, lock *constructs.OriginLock, assets Assets) *constructs.SiteDistributionProps {
	props := &constructs.SiteDistributionProps{
		HostNames:       s.HostNames(),
		Certificate:     global.Certificate,
		Home:            *balancer.LoadBalancerDnsName(),
		ResponseTimeout: s.Edge.ResponseTimeout,
		KeepAlive:       s.Edge.KeepAlive,
		ErrorCaching:    s.Edge.ErrorCaching,
		SecurityHeaders: s.Edge.SecurityHeaders,
		IPv6:            s.IPv6,
		HTTP3:           s.Edge.HTTP3,
		WebACL:          global.WebACL,
		CachePaths:      s.Edge.CachePaths,
	}
	if len(s.Edge.CachePaths) > 0 {
		props.HealthPath = s.Failover.Path
	}
	if s.Edge.OriginTLS {
		props.OriginTLS = true
		props.ViewerAddress = true
		props.Home = s.OriginHost(s.Home.Region.Name)
		props.Standby = s.OriginHost(s.Standby.Region.Name)
		props.HealthPath = s.Failover.Path
	}
	if lock != nil {
		props.OriginSecret = lock.Secrets.Sent()
	}
	if s.Edge.WriteFailover {
		props.Serving = s.ServingHost()
	}
	if s.Edge.ReadFailover {
		props.ReadFunction = assets.ReadFunction
		props.ReadTimeout = s.Edge.ReadTimeout
	}
	if len(s.Edge.Redirects) > 0 {
		props.RedirectFunction = assets.RedirectFunction
	}
	if s.Failover.Front == site.FrontEdge {
		props.StandbyCheck = &constructs.StandbyCheck{Path: site.StandbyCheckPath, Function: assets.StandbyFunction}
	}
	return props
}
