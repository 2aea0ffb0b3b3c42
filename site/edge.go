package site

import "time"

// Failover describes the Route 53 health check on the site's distribution.
type Failover struct {
	// Interval is the time between two requests of one health checker: 10s or
	// 30s. Changing it replaces the health checks: do so in a quiet hour.
	Interval time.Duration `yaml:"interval" validate:"checkInterval"`

	// Threshold is how many consecutive answers change a checker's mind, from 1
	// to 10.
	Threshold int `yaml:"threshold" validate:"min=1,max=10"`

	// Switch adds the failover switch: while the object "failover-switch" is in a
	// bucket of its own at the standby, the standby serves, whatever the home
	// region does. Who may write to that bucket may move the site. The static
	// files, their uploads and their replication never touch it.
	Switch bool `yaml:"switch"`

	// Failback is "automatic", and visitors come home as soon as the home region
	// answers, or "manual": whatever moved the site, it stays at the standby until
	// somebody removes the failover switch. It never delays the way to the
	// standby. "manual" needs Switch and Notifications.
	Failback Failback `yaml:"failback" validate:"oneof=automatic manual"`

	// ErrorRate is the percentage of the site's answers that are 5xx, from 5 to 100, at
	// or above which three minutes in a row move the site to the standby, where it
	// stays: health checkers ask one path, and may find it well. Minutes of fewer than
	// 300 requests do not count. With the delays of metrics and events, it takes 5 to
	// 10 minutes. It needs Switch, Notifications and Failback "manual". 0: errors move
	// nothing.
	ErrorRate int `yaml:"errorRate" validate:"omitempty,min=5,max=100"`

	// Front is whom visitors' own records follow: "home", and they lead to the
	// standby's load balancer when the home region fails, or "edge", and they stay
	// at CloudFront, which moves by itself, until neither region answers through
	// it. "edge" needs Edge.WriteFailover.
	Front Front `yaml:"front" validate:"oneof=home edge"`

	// Path is what the health checkers ask for. It must answer 200, never a
	// redirect, which Route 53 would take for health. It never fails over at the
	// edge: where reads or writes do, CloudFront takes only GET and HEAD for it,
	// so that it may not be "/". At most 255 characters, no query.
	Path string `yaml:"path" validate:"urlPath=255"`

	// Targets are how long a failover may take. They change nothing that is
	// deployed: the rehearsal compares with them.
	Targets FailoverTargets `yaml:"targets"`
}

// Failback says what leads visitors home after a failover.
type Failback string

// What Failover.Failback can be.
const (
	FailbackAutomatic Failback = "automatic"
	FailbackManual    Failback = "manual"
)

// Front says whom visitors' records follow.
type Front string

// What Failover.Front can be.
const (
	FrontHome Front = "home"
	FrontEdge Front = "edge"
)

// FailoverTargets are how long visitors may wait, counted from the beginning of
// an outage; HomeAgain from its end, and FullLoad from when visitors come to the
// region that has to carry them. Each is in whole seconds, 1s to 1h, FullLoad to
// 24h. One that is left out, or 0s, follows from the other settings, rounded up to
// half a minute where it is above a minute; FullLoad does not.
type FailoverTargets struct {
	// Reads is how long until visitors can read again. Left out: 3s more than
	// Edge.ReadTimeout with Edge.ReadFailover, 13s by default; without
	// Edge.WriteFailover, 3s more than twice Edge.ResponseTimeout; without
	// Edge.ReadFailover, as Writes, and Edge.ErrorCaching.
	Reads time.Duration `yaml:"reads" validate:"omitempty,min=1s,max=1h,wholeSeconds"`

	// Writes is how long until visitors can write again. Left out:
	// Failover.Threshold times six seconds more than Failover.Interval, and 10s in
	// which CloudFront keeps the name that moves; 58s by default. Without
	// Edge.WriteFailover, a minute instead of 10s, in which resolvers keep their
	// answers; whoever keeps a connection to CloudFront is not counted then.
	Writes time.Duration `yaml:"writes" validate:"omitempty,min=1s,max=1h,wholeSeconds"`

	// HomeAgain is how long until the home region serves every visitor again. Left
	// out: Failover.Threshold times six seconds more than Failover.Interval,
	// Edge.ErrorCaching, a minute in which resolvers keep their answers, and a minute
	// for which the standby's load balancer keeps connections; 3m by default. With
	// Failover.Front at "edge", 10s instead of the two minutes.
	HomeAgain time.Duration `yaml:"homeAgain" validate:"omitempty,min=1s,max=1h,wholeSeconds"`

	// FullLoad is how long until the standby's servers carry all that the home
	// region's did, by the rehearsal's table of capacity, counted from when visitors
	// arrive at the standby; and, with Failover.Failback at "automatic", until the
	// home region's do again, counted from when visitors come back. The worst row
	// counts. Left out: not judged.
	FullLoad time.Duration `yaml:"fullLoad" validate:"omitempty,min=1s,max=24h,wholeSeconds"`
}

// Edge describes the site's distribution and its way to the load balancers.
type Edge struct {
	// ReadFailover lets CloudFront retry GET, HEAD and OPTIONS at the standby
	// within seconds when the home region answers 500, 502, 503, 504 or not at
	// all. It needs OriginTLS.
	ReadFailover bool `yaml:"readFailover"`

	// WriteFailover lets CloudFront itself follow the health check: everything
	// but the health path goes to a name that leads to the home region and, when
	// that fails, to the standby, whatever connections and names visitors keep.
	// It needs OriginTLS. Default: as OriginTLS.
	WriteFailover bool `yaml:"writeFailover"`

	// OriginTLS encrypts the way from CloudFront to the load balancers, which
	// then have names of their own: "origin-<region>.<domain>". Changing it to true
	// together with WriteFailover takes two deployments, which "make deploy" makes by
	// itself.
	OriginTLS bool `yaml:"originTls"`

	// OriginSecrets name the secrets of which one must stand in a header of
	// every request to the home load balancer. The values are generated in AWS
	// Secrets Manager. CloudFront sends the first; all are accepted. At most 3,
	// each 1 to 20 lower-case letters, digits and hyphens. Empty: the home load
	// balancer is open to everybody. Otherwise it needs OriginTLS. A secret is
	// replaced by another name, in one deployment: CloudFormation makes the new one
	// before CloudFront sends it, and deletes the old one at the end.
	OriginSecrets []string `yaml:"originSecrets" validate:"max=3,dive,secretName"`

	// ErrorCaching is how long CloudFront repeats an answer 500, 502, 503 or
	// 504 of the origin: 0s to 10s. CloudFront's own default is 10s.
	ErrorCaching time.Duration `yaml:"errorCaching" validate:"min=0s,max=10s,wholeSeconds"`

	// ResponseTimeout is how long an answer may stay silent: 1s to 120s, which is
	// CloudFront's own quota. Accounts that have 60 s ask for more in Service
	// Quotas, "Response timeout per origin".
	ResponseTimeout time.Duration `yaml:"responseTimeout" validate:"min=1s,max=120s,wholeSeconds"`

	// ReadTimeout is how long a read may stay silent at one region before the
	// other is asked: 1s to ResponseTimeout. A slow read is then made twice, so it
	// must be longer than the slowest healthy one, and than the interval of long
	// polling. It has no effect without ReadFailover. Default: 10s, or
	// ResponseTimeout where that is less.
	ReadTimeout time.Duration `yaml:"readTimeout" validate:"min=1s,wholeSeconds"`

	// KeepAlive is how long CloudFront keeps an idle connection to a load
	// balancer: 1s to 120s. CloudFront's own default is 5s.
	KeepAlive time.Duration `yaml:"keepAlive" validate:"min=1s,max=120s,wholeSeconds"`

	// CachePaths are patterns of paths that CloudFront caches as the application's
	// Cache-Control says, and not at all where it says nothing: up to 20, as
	// "/news/*" or "*.jpg", of which the first that fits decides. Copies are told
	// apart by host, path, query and compression. For these paths, CloudFront takes
	// GET, HEAD and OPTIONS only, and the application gets none of a visitor's headers
	// that make answers differ: no cookies, no "Authorization", no "Accept-Language", no
	// "Accept", no "Origin" and none of a CORS preflight; "User-Agent" is "Amazon
	// CloudFront". An answer that follows one of them would be the same for all. The
	// standby's load balancer has no CDN before it: in a failover of visitors' own
	// records, its servers must carry what the cache carried.
	CachePaths []string `yaml:"cachePaths" validate:"max=20,dive,cachePath"`

	// Redirects are hosts that only lead to another, as "@" to "www": up to 30, both of
	// Hosts, none to one that redirects itself. Path and query stay: 301 for GET and
	// HEAD, 308 for all else, at the edge. The standby's load balancer, which visitors
	// reach themselves in a failover of their own records, redirects GET and HEAD; it
	// has no 308, so that it leaves all else to the servers, which must take what is
	// written under these names too. Failover.Path is never redirected.
	Redirects map[string]string `yaml:"redirects"`

	// HTTP3 offers HTTP/3 to visitors beside HTTP/2.
	HTTP3 bool `yaml:"http3"`

	// SecurityHeaders adds security headers to answers that lack them.
	SecurityHeaders bool `yaml:"securityHeaders"`
}

// StaticFiles describes the two distributions in front of the buckets.
type StaticFiles struct {
	// HostNames serves the files at "static.<domain>" and
	// "static-standby.<domain>" instead of CloudFront's own names.
	HostNames bool `yaml:"hostNames"`

	// Headers adds security and CORS headers to every file, and has preflight
	// requests answered, for pages of any origin. X-Frame-Options is none of them:
	// the site's pages may show a file in a frame.
	Headers bool `yaml:"headers"`

	// Folder is a folder, relative to the site's file, whose files a deployment
	// uploads to the home bucket: 1 to 1,000 files, of 100 MiB at most, no links. Files below
	// "assets/" are cached for a year, so their names must change with their content;
	// others for five minutes. What the folder no longer has stays in the bucket. A
	// folder in it where Web.Uploads is would overwrite what servers write, and is
	// refused. Empty: the sample page's files on the default image and script, and
	// nothing where Web.Images or Web.UserData has the site's own.
	Folder string `yaml:"folder"`

	// Failover serves the home region's files from the standby's bucket while the
	// home bucket answers 500, 502, 503, 504 or not at all, under the same name. A
	// file that is missing at home is missing.
	Failover bool `yaml:"failover"`
}

// Replication describes how files are copied between the buckets of both regions.
type Replication struct {
	// BothWays also replicates from the standby's bucket to the home bucket, so
	// that what was written during an outage is home afterwards.
	BothWays bool `yaml:"bothWays"`

	// TimeControl is S3 Replication Time Control: 99.99 % of objects within 15
	// minutes by design. S3 charges for it by volume.
	TimeControl bool `yaml:"timeControl"`
}
