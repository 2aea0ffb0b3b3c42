package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"

	"twinsite/constructs"
	"twinsite/site"
)

// Primary is the home region: a network, the web tier, the static files and
// their replication to the standby, and the distribution in front of it all.
type Primary struct {
	awscdk.Stack

	// Distribution is where visitors arrive while the home region is healthy.
	Distribution awscloudfront.Distribution

	// WebTier is where it leads them.
	WebTier *constructs.WebTier

	// StaticSite are the static files.
	StaticSite *constructs.StaticSite

	// Practice is an outage to practise with; nil unless the site has one.
	Practice *constructs.Practice

	rails *guardRails
}

// NewPrimary makes the stack.
func NewPrimary(scope awsconstructs.Construct, s *site.Site, global *Global, secondary *Secondary, assets Assets) *Primary {
	p := &Primary{Stack: newStack(scope, site.PrimaryStack, s.Home.Region.Name, "the home region", s)}
	p.rails = newGuardRails(p.Stack, s)
	p.StaticSite = p.newStaticSite(s, global, secondary, assets.StaticFolder)

	var lock *constructs.OriginLock
	if len(s.Edge.OriginSecrets) > 0 {
		lock = &constructs.OriginLock{
			PrefixList: s.Home.PrefixList(),
			Secrets:    constructs.NewOriginSecrets(p.Stack, "OriginSecrets", s.Edge.OriginSecrets),
		}
	}
	network := constructs.NewNetwork(p.Stack, "Network", networkProps(s, s.Home.Region))
	tier := webTierProps(s, network, s.Home.Region, s.Web, assets.UserData, p.StaticSite.Address())
	tier.LoadBalancer.Origin = lock
	if s.Edge.OriginTLS {
		tier.LoadBalancer.Certificate = global.regionalCertificate(p.Stack, s, p.rails)
	}
	p.rails.guard(tier)
	p.WebTier = constructs.NewWebTier(p.Stack, "WebTier", tier)
	addOriginRecords(p.Stack, s, global, p.WebTier.LoadBalancer)

	distribution := siteDistributionProps(s, global, p.WebTier.LoadBalancer, lock)
	if s.Edge.ReadFailover {
		distribution.Standby = s.OriginHost(s.Standby.Region.Name)
		distribution.EdgeFunction = assets.EdgeFunction
	}
	distribution.WebACL = global.WebACL
	distribution.Logs = p.rails.logs
	p.Distribution = constructs.NewSiteDistribution(p.Stack, "Site", distribution).Distribution
	// A secret that is added must be accepted before it is sent.
	p.Distribution.Node().AddDependency(p.WebTier.Listener)
	output(p.Stack, site.StaticAddressOutput, p.StaticSite.Address(), "The static files, at home")

	p.rails.watch(p.Stack, s.Home.Region, s.Web, p.WebTier, constructs.ReplicationAlarmsProps{
		Bucket: p.StaticSite.Bucket, From: true, To: s.Replication.BothWays,
	})
	if s.Practice {
		p.Practice = constructs.NewPractice(p.Stack, "Practice", p.rails.alarms, &constructs.PracticeProps{
			Vpc: network.Vpc, Site: s.Name, LogsRemoval: removalPolicy(s.Retention.Logs),
		})
		output(p.Stack, site.PracticeOutput, *p.Practice.Template.AttrId(), "What an outage to practise with is started from")
	}
	return p
}

// newStaticSite makes the static files' bucket, which replicates to the
// standby and, where the site says so, back.
func (p *Primary) newStaticSite(s *site.Site, global *Global, secondary *Secondary, folder string) *constructs.StaticSite {
	props := staticSiteProps(s, global, s.StaticHost())
	props.Logs = p.rails.logs
	props.ReplicateTo = secondary.StaticSite.Bucket
	static := constructs.NewStaticSite(p.Stack, "StaticSite", props)
	constructs.NewStaticFiles(p.Stack, "StaticFiles", folder, static.Bucket)
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

func siteDistributionProps(s *site.Site, global *Global, balancer awselasticloadbalancingv2.IApplicationLoadBalancer, lock *constructs.OriginLock) *constructs.SiteDistributionProps {
	props := &constructs.SiteDistributionProps{
		HostNames:           s.HostNames(),
		Certificate:         global.Certificate,
		Home:                *balancer.LoadBalancerDnsName(),
		KeepAliveSeconds:    s.Edge.KeepAlive.Seconds(),
		ErrorCachingSeconds: s.Edge.ErrorCaching.Seconds(),
		SecurityHeaders:     s.Edge.SecurityHeaders,
		IPv6:                s.IPv6,
		HTTP3:               s.Edge.HTTP3,
	}
	if s.Edge.OriginTLS {
		props.OriginTLS = true
		props.Home = s.OriginHost(s.Home.Region.Name)
	}
	if lock != nil {
		props.OriginSecret = lock.Secrets.Sent()
	}
	return props
}
