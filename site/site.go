// Package site describes one web site that lives in two AWS regions.
//
// A [Site] is read from a YAML file by [Load], which reports every mistake in
// the file at once. The package is plain Go: it knows nothing of the CDK.
package site

import (
	"net/netip"
	"time"
)

// Site is everything Twinsite needs to know about a site: its names, its two
// regions, its web servers, and how it fails over.
type Site struct {
	// Name is the prefix of the stacks' names and the value of the tag "Site"
	// on every resource: 1 to 20 lower-case letters, digits and hyphens, the
	// first a letter, the last no hyphen. Changing it later creates a second
	// site beside the first.
	Name string `yaml:"name" validate:"siteName"`

	// Domain is the apex domain of the hosted zone, as "example.com": in lower
	// case, at most 64 characters, which is what a certificate's common name
	// holds. Labels with other letters than ASCII's are written in their "xn--"
	// form.
	Domain string `yaml:"domain" validate:"domain"`

	// Hosts are the labels below Domain that visitors use. "@" is the apex.
	// One label each: the certificate covers the apex and one wildcard level.
	// Twinsite reserves "static", "static-standby" and "origin-<region>" for
	// itself.
	Hosts []string `yaml:"hosts" validate:"min=1,max=100,dive,host"`

	// Tags are put on every resource that takes tags, beside "Site": up to 40.
	Tags map[string]string `yaml:"tags"`

	// Zone says which hosted zone the site's records are in.
	Zone Zone `yaml:"zone"`

	// Home is the region that serves visitors while all is well.
	Home Home `yaml:"home"`

	// Standby is the region that serves visitors when Home fails.
	Standby Standby `yaml:"standby"`

	// IPv6 makes networks and load balancers dual-stack and adds an AAAA record
	// beside every A record.
	IPv6 bool `yaml:"ipv6"`

	// FlowLogs records the traffic of both networks in CloudWatch Logs for three
	// months.
	FlowLogs bool `yaml:"flowLogs"`

	// AccessLogs logs every request to the load balancers, the distributions and the
	// static files' buckets, in a bucket of each region, for three months. CloudFront
	// cannot write to a region that an account must opt into: there, it has to be
	// off.
	AccessLogs bool `yaml:"accessLogs"`

	// Notifications makes alarms, and an encrypted SNS topic in each region. An alarm
	// sends a message to its region's topic when it turns on and when it turns off;
	// the groups of web servers do when an instance starts, ends or fails to.
	Notifications bool `yaml:"notifications"`

	// Notify are the e-mail addresses that get the topics' messages. AWS asks each
	// address to confirm, once for each region. It needs Notifications.
	Notify []string `yaml:"notify" validate:"max=10,dive,email"`

	// Page are the e-mail addresses, a pager's for example, that get one message when
	// visitors are affected and one when they no longer are, and the same when nobody
	// is served. They get nothing else. It needs Notifications.
	Page []string `yaml:"page" validate:"max=10,dive,email"`

	// Runbook is where operators find docs/operations.md: the address of your own
	// copy. Every alarm links to its heading there. At most 200 characters of
	// letters, digits and "-._~/:%".
	Runbook string `yaml:"runbook" validate:"runbook"`

	// Dashboard makes a CloudWatch dashboard in us-east-1, with the site's name: which
	// region serves, and how both regions are.
	Dashboard bool `yaml:"dashboard"`

	// Practice makes an experiment of AWS Fault Injection Service that cuts the
	// home region's web servers off for ten minutes. It does nothing until
	// somebody starts it. It needs Notifications.
	Practice bool `yaml:"practice"`

	// WAF puts web ACLs of AWS WAF before the site's distribution and the standby
	// load balancer, with what they refuse and count in CloudWatch Logs for three
	// months.
	WAF bool `yaml:"waf"`

	// WAFRules sets what the web ACLs refuse.
	WAFRules WAFRules `yaml:"wafRules"`

	// Budget sends an e-mail before the account becomes expensive.
	Budget Budget `yaml:"budget"`

	// Web describes the web servers of both regions.
	Web Web `yaml:"web"`

	// Failover describes the health check that decides which region serves.
	Failover Failover `yaml:"failover"`

	// Edge describes the CloudFront distribution in front of Home.
	Edge Edge `yaml:"edge"`

	// StaticFiles describes the distributions that serve the static files.
	StaticFiles StaticFiles `yaml:"staticFiles"`

	// Replication describes how files are copied between the static files' buckets.
	Replication Replication `yaml:"replication"`

	// Retention says what "cdk destroy" leaves behind.
	Retention Retention `yaml:"retention"`
}

// Zone is the public hosted zone of the site's domain.
type Zone struct {
	// ID is the id of an existing public hosted zone for Domain, as
	// "Z0123456789ABCDEFGHIJ". Empty: Twinsite creates the zone, in a stack of its
	// own. In an existing zone, the site's names must be free: of Hosts, "static",
	// "static-standby", "origin" and "origin-" with a region, none may have a
	// record.
	ID string `yaml:"id" validate:"omitempty,zoneId"`
}

// Home is the home region.
type Home struct {
	Region `yaml:",inline"`

	// CloudFrontPrefixList is the id of the managed prefix list
	// "com.amazonaws.global.cloudfront.origin-facing" in the home region, as
	// "pl-0123abcd". Empty: the id known to Twinsite. Where it knows none, the id
	// is required, unless Edge.OriginSecrets is empty.
	CloudFrontPrefixList string `yaml:"cloudFrontPrefixList" validate:"omitempty,prefixList"`
}

// Standby is the standby region. It differs from Home in nothing but what is
// said here.
type Standby struct {
	Region `yaml:",inline"`

	// Web overrides the capacity of the standby's web servers.
	Web StandbyWeb `yaml:"web"`
}

// Region is where one half of the site lives.
type Region struct {
	// Name is the AWS region's name, as "eu-west-1".
	Name string `yaml:"region" validate:"region"`

	// AvailabilityZones are two to four zones of the region, as "eu-west-1a".
	// They are named, so that synthesis needs neither an account nor a look-up.
	// Which letters your account has cannot be checked without asking AWS: "aws
	// ec2 describe-availability-zones --region eu-west-1" lists them. Add zones at
	// the end: in another order, subnets would be replaced.
	AvailabilityZones []string `yaml:"availabilityZones" validate:"min=2,max=4"`

	// AddressRange is the network's private IPv4 range, from /16 to /24. It is
	// cut into a public and a private subnet for each of four zones, used or
	// not, so that a zone can be added without moving the others; of a /24, each
	// is a /27, the least that a load balancer takes. The two regions' ranges
	// must not overlap. At the standby, the default is 10.1.0.0/16.
	AddressRange netip.Prefix `yaml:"addressRange" validate:"privateRange"`

	// NATGateways is "perZone", one NAT gateway for each zone, or "single", one for
	// the region. A single one costs less; when its zone fails, no server of the
	// region reaches the internet. "none" costs nothing and needs IPv6: servers then
	// reach by IPv6 only, and S3 by its endpoint. The default image installs nginx
	// from S3; what answers by IPv4 only, as Session Manager, container registries
	// and most of AWS's own endpoints do unless told otherwise, is out of reach.
	NATGateways NATGateways `yaml:"natGateways" validate:"oneof=perZone single none"`
}

// NATGateways says how many NAT gateways a region has.
type NATGateways string

// What Region.NATGateways can be.
const (
	NATPerZone NATGateways = "perZone"
	NATSingle  NATGateways = "single"
	NATNone    NATGateways = "none"
)

// StandbyWeb overrides Web at the standby. What is left out is as at home.
type StandbyWeb struct {
	// InstanceType overrides Web.InstanceType. Empty: as at home.
	InstanceType string `yaml:"instanceType" validate:"omitempty,instanceType"`

	// Minimum overrides Web.Minimum, in instances. 0, written out or left out:
	// as at home.
	Minimum int `yaml:"minimum" validate:"omitempty,min=1"`

	// Maximum overrides Web.Maximum, in instances. 0, written out or left out:
	// as at home. Schedules are cut to what lies between the two.
	Maximum int `yaml:"maximum" validate:"omitempty,min=1"`
}

// WAFRules sets the two rules of the web ACLs that depend on the site. Beside
// them, addresses of bad reputation and inputs known to be attacks are refused.
type WAFRules struct {
	// RequestsPerAddress is how many requests in five minutes one address may
	// make, from 10 to 1000000; what is beyond is refused. An office or a mobile
	// network may share one address. The health checkers' path is not counted.
	RequestsPerAddress int `yaml:"requestsPerAddress" validate:"min=10,max=1000000"`

	// CommonRules is what happens to requests that AWS's common rules find fault
	// with, as uploads of more than 8 KB: "count", which lets them pass and logs
	// them, or "block".
	CommonRules CommonRules `yaml:"commonRules" validate:"oneof=count block"`
}

// CommonRules says what happens to requests that AWS's common rules match.
type CommonRules string

// What WAFRules.CommonRules can be.
const (
	CommonCount CommonRules = "count"
	CommonBlock CommonRules = "block"
)

// Budget is a budget of AWS Budgets for the whole account: one for the site
// alone would see nothing until its tag is activated for cost allocation.
type Budget struct {
	// Monthly is the budget of a calendar month, in US dollars. An e-mail is sent
	// when costs reach 80 % of it, and when they are forecast to reach all of it.
	// 0: no budget.
	Monthly int `yaml:"monthly" validate:"min=0,max=10000000"`

	// Email is the address that gets the message. Required with Monthly.
	Email string `yaml:"email" validate:"omitempty,email"`
}

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
// an outage and, for HomeAgain, from its end. Each is in whole seconds, 1s to
// 1h. One that is left out, or 0s, follows from the other settings, rounded up
// to half a minute where it is above a minute.
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
	// then have names of their own: "origin-<region>.<domain>".
	OriginTLS bool `yaml:"originTls"`

	// OriginSecrets name the secrets of which one must stand in a header of
	// every request to the home load balancer. The values are generated in AWS
	// Secrets Manager. CloudFront sends the first; all are accepted, so that a
	// secret can be rotated without an outage. At most 3, which is what a
	// condition of a listener's rule holds, each 1 to 20 lower-case letters,
	// digits and hyphens. Empty: the home load balancer is open to
	// everybody. Otherwise it needs OriginTLS.
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

	// Headers adds security and CORS headers to every file.
	Headers bool `yaml:"headers"`

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

// Retention says what "cdk destroy" does to what cannot be made again.
type Retention struct {
	// Buckets is "retain" or "delete", which deletes the files with the bucket.
	Buckets Removal `yaml:"buckets" validate:"oneof=retain delete"`

	// Zone is "retain" or "delete". A new zone gets new name servers. Route 53
	// deletes an empty zone only, and ACM leaves the record behind by which it
	// validated the certificates: remove that first.
	Zone Removal `yaml:"zone" validate:"oneof=retain delete"`

	// Logs is "retain" or "delete", for flow logs, access logs, and the logs of
	// the web ACLs, of manual failback and of practice.
	Logs Removal `yaml:"logs" validate:"oneof=retain delete"`

	// TerminationProtection refuses to delete a stack until it is switched off.
	TerminationProtection bool `yaml:"terminationProtection"`
}

// Removal is what happens to a resource that leaves the template.
type Removal string

// What a Removal can be.
const (
	Retain Removal = "retain"
	Delete Removal = "delete"
)
