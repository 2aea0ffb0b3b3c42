package promises

import "twinsite/site"

// A condition says for which sites a promise holds. The zero value: for all.
type condition struct {
	words string // of site.yaml
	holds func(s *site.Site) bool
}

var (
	ownZone        = condition{"zone.id is empty", func(s *site.Site) bool { return s.Zone.ID == "" }}
	openOrigin     = condition{"edge.originTls is false", func(s *site.Site) bool { return !s.Edge.OriginTLS }}
	withSchedules  = condition{"web.schedules has some", func(s *site.Site) bool { return len(s.Web.Schedules) > 0 }}
	readFailover   = condition{"edge.readFailover is true", func(s *site.Site) bool { return s.Edge.ReadFailover }}
	failoverSwitch = condition{"failover.switch is true", func(s *site.Site) bool { return s.Failover.Switch }}
	originTLS      = condition{"edge.originTls is true", func(s *site.Site) bool { return s.Edge.OriginTLS }}
	originSecrets  = condition{"edge.originSecrets has some", func(s *site.Site) bool { return len(s.Edge.OriginSecrets) > 0 }}
	bothFamilies   = condition{"ipv6 is true", func(s *site.Site) bool { return s.IPv6 }}
	nothingCached  = condition{"edge.errorCaching is 0s", func(s *site.Site) bool { return s.Edge.ErrorCaching == 0 }}
	headersAdded   = condition{"edge.securityHeaders is true", func(s *site.Site) bool { return s.Edge.SecurityHeaders }}
	staticNames    = condition{"staticFiles.hostNames is true", func(s *site.Site) bool { return s.StaticFiles.HostNames }}
	timeControl    = condition{"replication.timeControl is true", func(s *site.Site) bool { return s.Replication.TimeControl }}
	noTimeControl  = condition{"replication.timeControl is false", func(s *site.Site) bool { return !s.Replication.TimeControl }}
	bothWays       = condition{"replication.bothWays is true", func(s *site.Site) bool { return s.Replication.BothWays }}
	withTags       = condition{"tags has some", func(s *site.Site) bool { return len(s.Tags) > 0 }}
	accessLogs     = condition{"accessLogs is true", func(s *site.Site) bool { return s.AccessLogs }}
	flowLogs       = condition{"flowLogs is true", func(s *site.Site) bool { return s.FlowLogs }}
	firewall       = condition{"waf is true", func(s *site.Site) bool { return s.WAF }}
	withBudget     = condition{"budget.monthly is above 0", func(s *site.Site) bool { return s.Budget.Monthly > 0 }}
	notifications  = condition{"notifications is true", func(s *site.Site) bool { return s.Notifications }}
	dashboard      = condition{"dashboard is true", func(s *site.Site) bool { return s.Dashboard }}
	practice       = condition{"practice is true", func(s *site.Site) bool { return s.Practice }}
	noPractice     = condition{"practice is false", func(s *site.Site) bool { return !s.Practice }}

	certificateAtHome = condition{"edge.originTls is true and home.region is not us-east-1", func(s *site.Site) bool {
		return s.Edge.OriginTLS && s.Home.Region.Name != site.GlobalRegion
	}}
	watched = condition{"notifications or dashboard is true", func(s *site.Site) bool {
		return s.Notifications || s.Dashboard
	}}
	alarmsShown = condition{"notifications and dashboard are true", func(s *site.Site) bool {
		return s.Notifications && s.Dashboard
	}}
	firewallBesideLogs = condition{"waf and accessLogs are true", func(s *site.Site) bool { return s.WAF && s.AccessLogs }}
	manualFailback     = condition{"failover.failback is manual", func(s *site.Site) bool {
		return s.Failover.Failback == site.FailbackManual
	}}
)
