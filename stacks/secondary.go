package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
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

	// Vpc is the network of the web tier.
	Vpc awsec2.IVpc

	// WebTier serves visitors when the home region fails.
	WebTier *constructs.WebTier

	// StaticSite is the replica of the static files.
	StaticSite *constructs.StaticSite

	// ForwardedSecrets are those by which the web ACL knows what CloudFront forwards;
	// nil without them.
	ForwardedSecrets *constructs.OriginSecrets

	// Failback puts the failover switch once the site has moved here; nil unless
	// failback is manual.
	Failback *constructs.ManualFailback

	// Follower lets the group of web servers follow home's size; nil unless the site
	// says so.
	Follower *constructs.Follower

	// Errors is the alarm on the load balancer's errors; nil without notifications.
	Errors awscloudwatch.IAlarm

	// Alarms are all alarms of the region.
	Alarms []awscloudwatch.IAlarm

	monitoring monitoring
}

// NewSecondary makes the stack.
func NewSecondary(scope awsconstructs.Construct, s *site.Site, global *Global, assets Assets) *Secondary {
	x := &Secondary{Stack: newStack(scope, site.SecondaryStack, s.Standby.Region.Name, "the standby region", s)}
	x.monitoring = newMonitoring(x.Stack, s)

	static := staticSiteProps(s, global, s.StandbyStaticHost(), x.monitoring)
	static.Lent = s.StaticFiles.Failover
	if s.Failover.Switch {
		static.Switch = x.newSwitch(s)
	}
	x.StaticSite = constructs.NewStaticSite(x.Stack, "StaticSite", static)

	x.Vpc = constructs.NewNetwork(x.Stack, "Network", networkProps(s, s.Standby.Region))
	tier := webTierProps(s, s.Standby.Region, s.StandbyWeb(), x.Vpc, x.monitoring)
	tier.Servers.UserData = assets.UserData
	tier.Servers.Environment = environment(s, s.Standby.Region, s.StandbyWeb(), x.StaticSite)
	tier.Servers.Uploads = constructs.Uploads{Bucket: x.StaticSite.Bucket, Prefix: s.Web.Uploads}
	tier.LoadBalancer.Certificate, x.Alarms = regionalCertificate(x.Stack, s, global, x.monitoring)
	tier.LoadBalancer.RedirectHTTP = true
	tier.LoadBalancer.Redirects, tier.LoadBalancer.UnredirectedPath = s.RedirectedHosts(), s.Failover.Path
	x.WebTier = constructs.NewWebTier(x.Stack, "WebTier", tier)
	if s.WAF {
		acl := webACLProps(s)
		acl.LoadBalancer = x.WebTier.LoadBalancer
		acl.Forwarded = s.Edge.ReadFailover || s.Edge.WriteFailover
		if acl.Forwarded && len(s.Edge.OriginSecrets) > 0 {
			x.ForwardedSecrets = constructs.NewOriginSecrets(x.Stack, "ForwardedSecrets", &constructs.OriginSecretsProps{
				Names: s.Edge.OriginSecrets, ReplicaRegion: s.Home.Region.Name,
				Purpose: "What CloudFront shows the standby's web ACL in the header " + constructs.ForwardedSecretHeader,
			})
			acl.ForwardedSecrets = x.ForwardedSecrets.Values()
		}
		constructs.NewWebACL(x.Stack, "WebAcl", acl)
	}
	addOriginRecords(x.Stack, s, global, x.WebTier.LoadBalancer)
	if s.Notifications {
		x.addAlarms(s)
	}
	if s.Failover.Failback == site.FailbackManual {
		x.Failback = constructs.NewManualFailback(x.Stack, "Failback", &constructs.ManualFailbackProps{
			Alarms: x.monitoring.alarms, Bucket: static.Switch.Bucket, SwitchKey: static.Switch.Key,
			LogsRemoval: removalPolicy(s.Retention.Logs),
		})
		x.Alarms = append(x.Alarms, x.Failback.Failing)
	}
	if s.Standby.Web.Follow > 0 {
		x.Follower = constructs.NewFollower(x.Stack, "Follower", &constructs.FollowerProps{
			Tier: x.WebTier, Percent: s.Standby.Web.Follow, Minimum: s.StandbyWeb().Minimum, Maximum: s.StandbyWeb().Maximum,
			Alarms: x.monitoring.alarms, LogsRemoval: removalPolicy(s.Retention.Logs),
		})
		x.Alarms = append(x.Alarms, x.Follower.Alarms...)
	}

	output(x.Stack, site.StaticAddressOutput, x.StaticSite.Address(), "The static files, at the standby")
	outputTier(x.Stack, x.Vpc, x.WebTier)
	return x
}

// newSwitch makes the failover switch, and prints where it is.
func (x *Secondary) newSwitch(s *site.Site) *constructs.FailoverSwitch {
	made := constructs.NewFailoverSwitch(x.Stack, "Switch", &constructs.FailoverSwitchProps{
		Path:    site.SwitchPath,
		Removal: bucketRemovalPolicy(s.Retention.Buckets), // a copied switch may be in it
		Logs:    x.monitoring.logs,
	})
	output(x.Stack, site.SwitchOutput, "s3://"+*made.Bucket.BucketName()+site.SwitchPath,
		"The object that moves the site here by being there")
	return made
}

// addAlarms makes the alarms on the web tier and on the replication.
func (x *Secondary) addAlarms(s *site.Site) {
	tier := constructs.NewWebTierAlarms(x.Stack, "WebTierAlarms",
		tierAlarmsProps(s.Standby.Region, s.StandbyWeb(), x.WebTier, x.monitoring.alarms))
	x.Errors = tier.Errors
	x.Alarms = append(x.Alarms, tier.All...)
	x.Alarms = append(x.Alarms, constructs.NewReplicationAlarms(x.Stack, "ReplicationAlarms", &constructs.ReplicationAlarmsProps{
		Alarms: x.monitoring.alarms, Bucket: x.StaticSite.Bucket, To: true, From: s.Replication.BothWays,
	})...)
}
