package edge

import (
	"twinsite/internal/must"
	"twinsite/promises/internal/brokencopy"
	"twinsite/promises/internal/read"
)

// nameCopies break the promise of names.go.
var nameCopies = map[string][]brokencopy.Copy{
	"a name is a host's, or tells the site from others": {
		{"a record of another site's", func(in *read.Reader) {
			record := must.Get(in.Records(in.FirstName(), "A"))[0]
			record.Resource.Set(record.At("Name"), "other-static."+in.Site.Domain+".")
		}, "a site beside this one may have that name"},
		{"a distribution of another site's", func(in *read.Reader) {
			in.SiteDistribution().Set("DistributionConfig.Aliases.0", "other-static."+in.Site.Domain)
		}, "DistributionConfig.Aliases is other-static."},
	},
}
