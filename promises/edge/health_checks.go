package edge

import (
	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/promises/internal/read"
	"twinsite/site"
)

// switchCheck is the one of a calculated health check's children that asks for
// the failover switch.
func switchCheck(serves *assembly.Resource) *assembly.Resource {
	return read.Child(serves, "of the switch at "+read.SwitchPath, func(path string) bool { return path == read.SwitchPath })
}

// checkSwitch demands that who serves follows both the home endpoint and the
// failover switch, and that the switch is asked for where it is put.
func checkSwitch(in *read.Reader) {
	serves := in.Serves()
	checkCalculated(serves, 2)
	checkSwitchObject(in, switchCheck(serves))
}

// checkCalculated demands a health check that is calculated from two, of which so many must be healthy.
func checkCalculated(check *assembly.Resource, healthy int) {
	read.Expect(check, "HealthCheckConfig.Type", "CALCULATED")
	read.Expect(check, "HealthCheckConfig.HealthThreshold", healthy)
	const path = "HealthCheckConfig.ChildHealthChecks"
	if n := len(read.Targets(check, path)); n != 2 {
		read.Fail(check, path, "is calculated from %d health checks, want two", n)
	}
}

// checkSwitchObject demands that a health check asks the standby for the
// switch, and that the output names the object that answers.
func checkSwitchObject(in *read.Reader, check *assembly.Resource) {
	d := in.StandbyStatic()
	const host = "HealthCheckConfig.FullyQualifiedDomainName"
	if want := must.Get(read.Output(d.Stack, site.StaticAddressOutput).Text()); "https://"+read.Text(check, host) != want {
		read.Fail(check, host, "asks %s, want %s", read.Text(check, host), want)
	}
	bucket := in.SwitchBucket()
	object := must.Get(read.Output(bucket.Stack, site.SwitchOutput).Text())
	if want := "s3://" + read.Placeholder(bucket) + read.SwitchPath; object != want {
		read.Fail(bucket, "", "is not what the output %s names: %s, want %s", site.SwitchOutput, object, want)
	}
}
