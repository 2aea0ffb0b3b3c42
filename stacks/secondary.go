package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"

	"twinsite/constructs"
	"twinsite/site"
)

// Secondary is the standby region: a network, the web tier behind an HTTPS
// load balancer that visitors reach without CloudFront, and the replica of the
// static files. It is deployed before the home region on purpose: a bad change
// meets the region without traffic first.
type Secondary struct {
	awscdk.Stack

	// WebTier is where visitors arrive when the home region fails.
	WebTier *constructs.WebTier

	// StaticSite is the replica of the static files.
	StaticSite *constructs.StaticSite

	// Failback keeps the site here once it has moved; nil unless that is meant.
	Failback *constructs.ManualFailback

	rails *guardRails
}

// NewSecondary makes the stack.
func NewSecondary(scope awsconstructs.Construct, s *site.Site, global *Global, assets Assets) *Secondary {
	x := &Secondary{Stack: newStack(scope, site.SecondaryStack, s.Standby.Region.Name, "the standby region", s)}
	x.rails = newGuardRails(x.Stack, s)

	static := staticSiteProps(s, global, s.StandbyStaticHost())
	static.Logs = x.rails.logs
	if s.Failover.Switch {
		static.UncachedPath = constructs.FailoverSwitchPath
	}
	x.StaticSite = constructs.NewStaticSite(x.Stack, "StaticSite", static)

	network := constructs.NewNetwork(x.Stack, "Network", networkProps(s, s.Standby.Region))
	tier := webTierProps(s, network, s.Standby.Region, s.StandbyWeb(), assets.UserData, x.StaticSite.Address())
	tier.LoadBalancer.Certificate = global.regionalCertificate(x.Stack, s, x.rails)
	tier.LoadBalancer.RedirectHTTP = true
	x.rails.guard(tier)
	x.WebTier = constructs.NewWebTier(x.Stack, "WebTier", tier)
	if s.WAF {
		acl := webACLProps(s)
		acl.LoadBalancer = x.WebTier.LoadBalancer
		acl.Forwarded = s.Edge.ReadFailover
		constructs.NewWebACL(x.Stack, "WebAcl", acl)
	}

	addOriginRecords(x.Stack, s, global, x.WebTier.LoadBalancer)
	x.rails.watch(x.Stack, s.Standby.Region, s.StandbyWeb(), x.WebTier, constructs.ReplicationAlarmsProps{
		Bucket: x.StaticSite.Bucket, To: true, From: s.Replication.BothWays,
	})
	if s.Failover.Failback == site.FailbackManual {
		x.Failback = constructs.NewManualFailback(x.Stack, "Failback", x.rails.alarms, &constructs.ManualFailbackProps{
			Bucket: x.StaticSite.Bucket, LogsRemoval: removalPolicy(s.Retention.Logs),
		})
	}

	output(x.Stack, site.StaticAddressOutput, x.StaticSite.Address(), "The static files, at the standby")
	if s.Failover.Switch {
		output(x.Stack, site.SwitchOutput, "s3://"+*x.StaticSite.Bucket.BucketName()+constructs.FailoverSwitchPath,
			"The object that moves the site here by being there")
	}
	return x
}
