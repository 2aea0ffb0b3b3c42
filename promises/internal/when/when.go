// Package when says for which sites promises hold.
package when

import "twinsite/site"

// A Condition says for which sites a promise holds. The zero value: for all.
type Condition struct {
	Words string // of site.yaml
	Holds func(s *site.Site) bool
}

// The conditions that promises have, each in the words of site.yaml.
var (
	OwnZone        = Condition{"zone.id is empty", func(s *site.Site) bool { return s.Zone.ID == "" }}
	OpenOrigin     = Condition{"edge.originTls is false", func(s *site.Site) bool { return !s.Edge.OriginTLS }}
	WithSchedules  = Condition{"web.schedules has some", func(s *site.Site) bool { return len(s.Web.Schedules) > 0 }}
	ReadFailover   = Condition{"edge.readFailover is true", func(s *site.Site) bool { return s.Edge.ReadFailover }}
	WriteFailover  = Condition{"edge.writeFailover is true", func(s *site.Site) bool { return s.Edge.WriteFailover }}
	FrontEdge      = Condition{"failover.front is edge", func(s *site.Site) bool { return s.Failover.Front == site.FrontEdge }}
	FailoverSwitch = Condition{"failover.switch is true", func(s *site.Site) bool { return s.Failover.Switch }}
	OriginTLS      = Condition{"edge.originTls is true", func(s *site.Site) bool { return s.Edge.OriginTLS }}
	OriginSecrets  = Condition{"edge.originSecrets has some", func(s *site.Site) bool { return len(s.Edge.OriginSecrets) > 0 }}
	ZonalShift     = Condition{"zonalShift is true", func(s *site.Site) bool { return s.ZonalShift }}
	NoZonalShift   = Condition{"zonalShift is false", func(s *site.Site) bool { return !s.ZonalShift }}
	BothFamilies   = Condition{"ipv6 is true", func(s *site.Site) bool { return s.IPv6 }}
	Uploads        = Condition{"staticFiles.folder, or the default image and script", (*site.Site).Uploads}
	CachePaths     = Condition{"edge.cachePaths has some", func(s *site.Site) bool { return len(s.Edge.CachePaths) > 0 }}
	SomeRedirect   = Condition{"edge.redirects has some", func(s *site.Site) bool { return len(s.Edge.Redirects) > 0 }}
	NothingCached  = Condition{"edge.errorCaching is 0s", func(s *site.Site) bool { return s.Edge.ErrorCaching == 0 }}
	HeadersAdded   = Condition{"edge.securityHeaders is true", func(s *site.Site) bool { return s.Edge.SecurityHeaders }}
	StaticFailover = Condition{"staticFiles.failover is true", func(s *site.Site) bool { return s.StaticFiles.Failover }}
	StaticNames    = Condition{"staticFiles.hostNames is true", func(s *site.Site) bool { return s.StaticFiles.HostNames }}
	TimeControl    = Condition{"replication.timeControl is true", func(s *site.Site) bool { return s.Replication.TimeControl }}
	NoTimeControl  = Condition{"replication.timeControl is false", func(s *site.Site) bool { return !s.Replication.TimeControl }}
	BothWays       = Condition{"replication.bothWays is true", func(s *site.Site) bool { return s.Replication.BothWays }}
	WithTags       = Condition{"tags has some", func(s *site.Site) bool { return len(s.Tags) > 0 }}
	AccessLogs     = Condition{"accessLogs is true", func(s *site.Site) bool { return s.AccessLogs }}
	FlowLogs       = Condition{"flowLogs is true", func(s *site.Site) bool { return s.FlowLogs }}
	Firewall       = Condition{"waf is true", func(s *site.Site) bool { return s.WAF }}
	RulesCount     = Condition{"waf is true and wafRules.count has some", func(s *site.Site) bool { return s.WAF && len(s.WAFRules.Count) > 0 }}
	SomeUnlimited  = Condition{"waf is true and wafRules.unlimited has some", func(s *site.Site) bool { return s.WAF && len(s.WAFRules.Unlimited) > 0 }}
	WithBudget     = Condition{"budget.monthly is above 0", func(s *site.Site) bool { return s.Budget.Monthly > 0 }}
	Notifications  = Condition{"notifications is true", func(s *site.Site) bool { return s.Notifications }}
	Silent         = Condition{"notifications is false", func(s *site.Site) bool { return !s.Notifications }}
	Dashboard      = Condition{"dashboard is true", func(s *site.Site) bool { return s.Dashboard }}
	Practice       = Condition{"practice is true", func(s *site.Site) bool { return s.Practice }}
	NoPractice     = Condition{"practice is false", func(s *site.Site) bool { return !s.Practice }}
	OneBucket      = Condition{"staticFiles.failover is false", func(s *site.Site) bool { return !s.StaticFiles.Failover }}

	MovesOnErrors = Condition{"failover.errorRate is above 0", func(s *site.Site) bool { return s.Failover.ErrorRate > 0 }}
	Following     = Condition{"standby.web.follow is above 0", func(s *site.Site) bool { return s.Standby.Web.Follow > 0 }}
	NotFollowing  = Condition{"standby.web.follow is 0", func(s *site.Site) bool { return s.Standby.Web.Follow == 0 }}
	FollowingTold = Condition{"standby.web.follow is above 0 and notifications is true", func(s *site.Site) bool {
		return s.Standby.Web.Follow > 0 && s.Notifications
	}}

	CPUAlarms  = Condition{"web.cpu.target is 0", func(s *site.Site) bool { return s.Web.CPU.Target == 0 }}
	MayUpload  = Condition{"web.uploads is given", func(s *site.Site) bool { return s.Web.Uploads != "" }}
	OwnEntries = Condition{"web.environment has some", func(s *site.Site) bool { return len(s.Web.Environment) > 0 }}
	Sticky     = Condition{"web.sticky is above 0s", func(s *site.Site) bool { return s.Web.Sticky > 0 }}

	AnyFailover = Condition{"edge.readFailover or edge.writeFailover is true", func(s *site.Site) bool {
		return s.Edge.ReadFailover || s.Edge.WriteFailover
	}}
	StandbyAsked = Condition{"notifications, dashboard or edge.originTls is true", func(s *site.Site) bool {
		return s.Notifications || s.Dashboard || s.Edge.OriginTLS
	}}
	CertificateAtHome = Condition{"edge.originTls is true and home.region is not us-east-1", func(s *site.Site) bool {
		return s.Edge.OriginTLS && s.Home.Region.Name != site.GlobalRegion
	}}
	AlarmsShown = Condition{"notifications and dashboard are true", func(s *site.Site) bool {
		return s.Notifications && s.Dashboard
	}}
	Forwarded = Condition{"waf is true, edge.originSecrets has some, and edge.readFailover or edge.writeFailover is true", func(s *site.Site) bool {
		return s.WAF && len(s.Edge.OriginSecrets) > 0 && (s.Edge.ReadFailover || s.Edge.WriteFailover)
	}}
	FirewallBesideLogs = Condition{"waf and accessLogs are true", func(s *site.Site) bool { return s.WAF && s.AccessLogs }}
	ManualFailback     = Condition{"failover.failback is manual", func(s *site.Site) bool {
		return s.Failover.Failback == site.FailbackManual
	}}
)
