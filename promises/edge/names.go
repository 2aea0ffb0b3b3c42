package edge

import (
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/promises/internal/read"
	"twinsite/site"
)

// checkNames demands that every name of the site's is a host that visitors use, or one that zone.prefix tells from those of
// a site beside it.
func checkNames(in *read.Reader) {
	names := slices.Concat(in.Site.HostNames(), ownNames(in.Site))
	check := func(of *assembly.Resource, path, name string) {
		if !slices.Contains(names, strings.TrimSuffix(name, ".")) {
			read.Fail(of, path, "is %s: a site beside this one may have that name", name)
		}
	}
	for _, record := range in.RecordsOf("") {
		check(record.Resource, record.At("Name"), record.Name)
	}
	for _, d := range in.Resources("AWS::CloudFront::Distribution") {
		const aliases = "DistributionConfig.Aliases"
		if d.Has(aliases) {
			for _, alias := range read.Texts(d, aliases) {
				check(d, aliases, alias)
			}
		}
	}
}

// ownNames are the names that Twinsite keeps for itself.
func ownNames(s *site.Site) []string {
	return []string{
		s.StaticHost(), s.StandbyStaticHost(), s.ServingHost(),
		s.OriginHost(s.Home.Region.Name), s.OriginHost(s.Standby.Region.Name),
	}
}
