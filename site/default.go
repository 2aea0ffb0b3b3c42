package site

import (
	"net/netip"
	"path/filepath"
	"strings"
	"time"
)

// Default returns the values of all fields that a site's file leaves out. It
// is no whole site: the name, the domain, the regions and their zones have no
// default.
func Default() *Site {
	return &Site{
		Hosts: []string{"@", "www"},
		Home: Home{Region: Region{
			AddressRange: netip.MustParsePrefix("10.0.0.0/16"),
			NATGateways:  NATPerZone,
		}},
		Standby: Standby{Region: Region{
			AddressRange: netip.MustParsePrefix("10.1.0.0/16"),
			NATGateways:  NATPerZone,
		}},
		IPv6:       true,
		ZonalShift: true,
		FlowLogs:   true,

		AccessLogs:    true,
		Notifications: true,
		Runbook:       "docs/operations.md",
		Dashboard:     true,
		WAF:           true,
		WAFRules:      WAFRules{RequestsPerAddress: 2000, CommonRules: CommonCount},
		Web: Web{
			InstanceType: "t3.small",
			HealthPath:   "/healthz",
			Port:         80,
			Drain:        5 * time.Minute,
			Minimum:      2,
			Maximum:      6,
			CPU:          CPU{High: 80, Low: 10, Period: time.Minute},
		},
		Failover: Failover{
			Switch:    true,
			Failback:  FailbackAutomatic,
			Interval:  10 * time.Second,
			Threshold: 3,
			Front:     FrontHome,
			Path:      "/healthz",
		},
		Edge: Edge{
			ReadFailover:    true,
			WriteFailover:   true,
			OriginTLS:       true,
			OriginSecrets:   []string{"first"},
			ErrorCaching:    0,
			ResponseTimeout: 30 * time.Second,
			ReadTimeout:     10 * time.Second,
			KeepAlive:       time.Minute,
			HTTP3:           true,
			SecurityHeaders: true,
		},
		StaticFiles: StaticFiles{HostNames: true, Headers: true, Failover: true},
		Replication: Replication{BothWays: true, TimeControl: true},
		Retention: Retention{
			Buckets:               Retain,
			Zone:                  Retain,
			Logs:                  Retain,
			Days:                  90,
			TerminationProtection: true,
		},
	}
}

// fill completes what a default cannot say: the time zone of each schedule, and
// the folder to which paths are relative.
func (s *Site) fill(folder string) {
	for i := range s.Web.Schedules {
		if s.Web.Schedules[i].TimeZone == "" {
			s.Web.Schedules[i].TimeZone = "UTC"
		}
	}
	if s.Web.UserData != "" && !filepath.IsAbs(s.Web.UserData) && !strings.Contains(s.Web.UserData, "\n") {
		s.Web.UserData = filepath.Join(folder, s.Web.UserData)
	}
	if s.StaticFiles.Folder != "" && !filepath.IsAbs(s.StaticFiles.Folder) {
		s.StaticFiles.Folder = filepath.Join(folder, s.StaticFiles.Folder)
	}
}
