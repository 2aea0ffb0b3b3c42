package check

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"twinsite/account"
	"twinsite/account/report"
	"twinsite/account/resolver"
	"twinsite/site"
)

// A zone is a hosted zone of Route 53.
type zone struct {
	id, name    string // empty: there is none
	private     bool
	nameServers []string
	ours        bool     // a stack of the site made it
	others      []string // public zones of the same name, where the site has none yet
}

func (c *Check) route53() *route53.Client {
	return route53.NewFromConfig(c.Account.In(site.GlobalRegion))
}

// findZone finds the site's zone: the one that its description names, the one that
// its stack has made, or none yet.
func (c *Check) findZone(ctx context.Context) (zone, error) {
	if c.Site.Zone.ID != "" {
		return c.askZone(ctx, c.Site.Zone.ID)
	}
	s, err := c.own[site.DomainStack](ctx)
	if err != nil {
		return zone{}, err
	}
	if made := s.of("AWS::Route53::HostedZone"); len(made) > 0 {
		z, err := c.askZone(ctx, made[0])
		z.ours = true
		return z, err
	}
	answer, err := c.route53().ListHostedZonesByName(ctx, &route53.ListHostedZonesByNameInput{DNSName: aws.String(c.Site.Domain)})
	if err != nil {
		return zone{}, account.Unanswered("route53:ListHostedZonesByName", err)
	}
	var none zone
	for _, other := range answer.HostedZones {
		if plainName(other.Name) == c.Site.Domain && (other.Config == nil || !other.Config.PrivateZone) {
			none.others = append(none.others, bareID(other.Id))
		}
	}
	return none, nil
}

func (c *Check) askZone(ctx context.Context, id string) (zone, error) {
	answer, err := c.route53().GetHostedZone(ctx, &route53.GetHostedZoneInput{Id: &id})
	switch {
	case refusedWith(err, "NoSuchHostedZone"):
		return zone{}, nil
	case err != nil:
		return zone{}, account.Unanswered("route53:GetHostedZone", err)
	}
	z := zone{id: id, name: plainName(answer.HostedZone.Name)}
	z.private = answer.HostedZone.Config != nil && answer.HostedZone.Config.PrivateZone
	if answer.DelegationSet != nil {
		z.nameServers = resolver.Canonical(answer.DelegationSet.NameServers)
	}
	return z, nil
}

// plainName is a name of Route 53's without the dot at the end.
func plainName(name *string) string { return strings.TrimSuffix(aws.ToString(name), ".") }

// bareID is a zone's id without "/hostedzone/".
func bareID(id *string) string { return strings.TrimPrefix(aws.ToString(id), "/hostedzone/") }

// zone asks for the hosted zone: that it is there, public and of the domain.
func (c *Check) zone(ctx context.Context, _ string) (report.Finding, error) {
	z, err := c.found(ctx)
	if err != nil {
		return report.Finding{}, err
	}
	remedy := fmt.Sprintf("give the id of a public hosted zone of %s in zone.id, or none: aws route53 list-hosted-zones-by-name --dns-name %s", c.Site.Domain, c.Site.Domain)
	switch {
	case z.ours && z.id == "":
		return red(fmt.Sprintf("delete the stack %s, then deploy again", c.Site.StackName(site.DomainStack)), "the hosted zone that the stack made is gone"), nil
	case c.Site.Zone.ID != "" && z.id == "":
		return red(remedy, "this account has no hosted zone %s", c.Site.Zone.ID), nil
	case z.private:
		return red(remedy, "the hosted zone %s is private: no visitor sees it", z.id), nil
	case z.id != "" && z.name != c.Site.Domain:
		return red(remedy, "the hosted zone %s is of %s", z.id, z.name), nil
	case len(z.others) > 0:
		return warning(fmt.Sprintf("to use it, set zone.id to %s; else delete it", z.others[0]),
			"%s is of %s already, and Twinsite would make a second one, with other name servers", listed(z.others), c.Site.Domain), nil
	case z.id == "":
		return report.Good("will be made"), nil
	}
	return report.Good("%s, public, of %s", z.id, z.name), nil
}

// delegation asks the parent's name servers whether they lead to the zone's. Until
// they do, no certificate is issued.
func (c *Check) delegation(ctx context.Context, _ string) (report.Finding, error) {
	z, err := c.found(ctx)
	if err != nil {
		return report.Finding{}, err
	}
	above, err := c.Resolver.Delegation(ctx, c.Site.Domain)
	if err != nil {
		return report.Finding{}, err
	}
	servers, err := above.NameServers()
	if err != nil {
		return report.Finding{}, err
	}
	switch {
	case z.id == "" || z.private:
		return warning(fmt.Sprintf("deploy Domain first, then name the zone's servers at the registrar of %s", c.Site.Domain),
			"there is no public zone yet; %s leads to %s", above.Parent, resolver.Names(servers)), nil
	case slices.Equal(servers, z.nameServers):
		return report.Good("%s leads to %s", above.Parent, listed(servers)), nil
	}
	return red(fmt.Sprintf("at the registrar of %s, name these servers and no others: %s", c.Site.Domain, listed(z.nameServers)),
		"%s leads to %s, the zone is at %s", above.Parent, resolver.Names(servers), listed(z.nameServers)), nil
}

// records asks whether the site's names are free in a zone that was there before.
func (c *Check) records(ctx context.Context, _ string) (report.Finding, error) {
	z, err := c.found(ctx)
	if err != nil {
		return report.Finding{}, err
	}
	if z.id == "" || z.ours {
		return report.Good("the zone is the site's own"), nil
	}
	names, err := c.freeNames(ctx)
	if err != nil {
		return report.Finding{}, err
	}
	pages := route53.NewListResourceRecordSetsPaginator(c.route53(), &route53.ListResourceRecordSetsInput{HostedZoneId: &z.id})
	var taken []string
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return report.Finding{}, account.Unanswered("route53:ListResourceRecordSets", err)
		}
		for _, record := range page.ResourceRecordSets {
			if slices.Contains(names, plainName(record.Name)) && collides(record.Type) {
				taken = append(taken, fmt.Sprintf("%s %s", plainName(record.Name), record.Type))
			}
		}
	}
	if len(taken) > 0 {
		return red("delete what nobody needs, or choose other hosts", "the zone has records of the site's names: %s", listed(taken)), nil
	}
	return report.Good("the site's names are free, or the site's"), nil
}

// collides says whether a record hinders an address of the same name.
func collides(of types.RRType) bool {
	return of == types.RRTypeA || of == types.RRTypeAaaa || of == types.RRTypeCname
}

// freeNames are the names of which the zone may have no record yet: those whose
// stack, that makes their records, does not stand.
func (c *Check) freeNames(ctx context.Context) (names []string, err error) {
	s := c.Site
	makes := map[string][]string{site.FailoverStack: s.HostNames(), site.PrimaryStack: nil, site.SecondaryStack: nil}
	add := func(id, name string) { makes[id] = append(makes[id], name) }
	if s.StaticFiles.HostNames {
		add(site.PrimaryStack, s.StaticHost())
		add(site.SecondaryStack, s.StandbyStaticHost())
	}
	if s.Edge.OriginTLS {
		add(site.FailoverStack, s.ServingHost())
		add(site.PrimaryStack, s.OriginHost(s.Home.Region.Name))
		add(site.SecondaryStack, s.OriginHost(s.Standby.Region.Name))
	}
	for id, made := range makes {
		of, err := c.own[id](ctx)
		if err != nil {
			return nil, err
		}
		if len(of.resources) == 0 {
			names = append(names, made...)
		}
	}
	return names, nil
}
