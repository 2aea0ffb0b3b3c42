// Package site describes one web site that lives in two AWS regions.
//
// A [Site] is read from a YAML file by [Load], which reports every mistake in
// the file at once. The package is plain Go: it knows nothing of the CDK.
package site

import "net/netip"

// Site is everything Twinsite needs to know about a site: its names, its two
// regions, its web servers, and how it fails over.
type Site struct {
	// Name is the prefix of the stacks' names and the value of the tag "Site"
	// on every resource: 1 to 20 lower-case letters, digits and hyphens, the
	// first a letter, the last no hyphen. Changing it creates a second site
	// beside the first.
	Name string `yaml:"name" validate:"siteName"`

	// Domain is the apex domain of the hosted zone, as "example.com": in lower
	// case, at most 64 characters, which is what a certificate's common name
	// holds. Labels with other letters than ASCII's are written in their "xn--"
	// form. Changing it on a live site makes a new zone, which nothing leads to yet,
	// and AWS refuses to delete the certificate that is in use: make a second site,
	// with another name, and lead visitors there.
	Domain string `yaml:"domain" validate:"domain"`

	// Hosts are the labels below Domain that visitors use. "@" is the apex.
	// One label each: the certificate covers the apex and one wildcard level.
	// Twinsite reserves "static", "static-standby", "origin" and "origin-<region>"
	// for itself, each with Zone.Prefix before it. Changing it adds names while
	// visitors are served; who uses a name that is taken away no longer finds the site.
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

	// ZonalShift registers the load balancers and the groups of web servers for zonal
	// shift of ARC, free of charge: one command leads a region's visitors away from a
	// zone that is ill, for as long as it says. Nothing shifts by itself.
	ZonalShift bool `yaml:"zonalShift"`

	// FlowLogs records the traffic of both networks in CloudWatch Logs for
	// Retention.Days.
	FlowLogs bool `yaml:"flowLogs"`

	// AccessLogs logs every request to the load balancers, the distributions and the
	// static files' buckets, in a bucket of each region, for Retention.Days. CloudFront
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
	// load balancer, with what they refuse and count in CloudWatch Logs for
	// Retention.Days.
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
	// own. In an existing zone, the site's names must be free: of Hosts, and of
	// "static", "static-standby", "origin" and "origin-" with a region, each with
	// Prefix before it, none may have a record. Changing it on a live site moves all
	// records to the other zone: until the domain is delegated to that, visitors find
	// none.
	ID string `yaml:"id" validate:"omitempty,zoneId"`

	// Prefix is put before the names below Domain that Twinsite keeps for itself, as
	// "shop-" for "shop-static" and "shop-origin": up to 20 lower-case letters, digits
	// and hyphens, the first no hyphen and the last one. Two sites share a zone and
	// its regions if their prefixes differ, and their Hosts; without a prefix, the
	// second would take the first one's names. Changing it moves the names: addresses
	// of static files that are written down somewhere lead nowhere then. Empty: the
	// names stand alone.
	Prefix string `yaml:"prefix" validate:"omitempty,namePrefix"`
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
	// Name is the AWS region's name, as "eu-west-1". Changing it on a live site is
	// refused by AWS, as the stacks in the old region hold the site's names: destroy
	// the site first, or make a second one.
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
	// Changing it on a live site is refused by AWS: load balancers do not move to
	// another network.
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

	// Follow is the percentage of home's desired capacity below which the standby's
	// minimum never is, from 0 to 100, rounded up and within Minimum and Maximum: a
	// standby of 2 would otherwise take over from a home that grew to 60. It is set
	// within a minute after a server has come or gone at home, and every five minutes.
	// Nothing else of the group is set; servers above the minimum go by the standby's
	// own low alarm. 0: the standby does not follow.
	Follow int `yaml:"follow" validate:"min=0,max=100"`
}

// WAFRules sets the two rules of the web ACLs that depend on the site. Beside
// them, addresses of bad reputation and inputs known to be attacks are refused.
type WAFRules struct {
	// RequestsPerAddress is how many requests in five minutes one address may
	// make, from 10 to 1000000; what is beyond is refused. An office or a mobile
	// network may share one address. The health checkers' path is not counted.
	RequestsPerAddress int `yaml:"requestsPerAddress" validate:"min=10,max=1000000"`

	// Unlimited are public address ranges whose requests RequestsPerAddress does not
	// limit, IPv4 and IPv6, as "203.0.113.0/24" of an office or a partner: up to 50,
	// none larger than an IPv4 /8 or an IPv6 /16. Every other rule still holds for
	// them. Private ranges never arrive from the internet.
	Unlimited []netip.Prefix `yaml:"unlimited" validate:"max=50,dive,publicRange"`

	// CommonRules is what happens to requests that AWS's common rules find fault
	// with, as uploads of more than 8 KB: "count", which lets them pass and logs
	// them, or "block".
	CommonRules CommonRules `yaml:"commonRules" validate:"oneof=count block"`

	// Count names rules of AWS's groups that only count and log what they find, as
	// "SizeRestrictions_BODY" where CommonRules is "block". They are rules of the
	// groups for common attacks, for known bad inputs and for addresses of bad
	// reputation.
	Count []string `yaml:"count" validate:"max=50,dive,managedRule"`
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

	// Days is how many days every log is kept, in log groups and in buckets: one of
	// CloudWatch's values, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545,
	// 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653. Fewer days take effect for what
	// is logged already, too.
	Days int `yaml:"days" validate:"oneof=1 3 5 7 14 30 60 90 120 150 180 365 400 545 731 1096 1827 2192 2557 2922 3288 3653"`

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
