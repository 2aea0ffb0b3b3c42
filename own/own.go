// Package own is where your own resources go. It is empty as it ships, and no other
// change of Twinsite touches it.
package own

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"

	"twinsite/site"
	"twinsite/stacks"
)

// Extend adds your own resources to a site, or stacks of your own to its app. It is
// called last: every resource of the site is there, and can be read from the fields
// of all. The servers' script and /etc/twinsite.env are written by then, so a value
// that servers need has to be known before, as a name that you choose and give them
// by web.environment.
//
// What both regions share goes into a stack of your own, on which Secondary depends:
// stacks are deployed from Domain to Failover, and none may read from a later one.
// What servers may do is a managed policy with their role in Roles, beside those of
// web.policies. Physical names begin with s.Name: two sites may share an account. A
// stack of your own keeps the logs of constructs for 90 days, unless
// constructs.KeepLogs says otherwise.
//
// The packages in examples/ are two extensions: docs/application.md says what they do.
func Extend(app awscdk.App, s *site.Site, all *stacks.Stacks) {
}
