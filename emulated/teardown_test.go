package emulated

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"twinsite/site/edit"
)

// tearDown does what the runbook says to destroy a site with everything in it,
// and compares what is left with what was there before the site.
func (d *deployment) tearDown(before map[string][]string) {
	d.t.Helper()
	commands, err := teardownCommands()
	if err != nil {
		d.t.Fatal(err)
	}
	if cmp.Equal(before, d.account.inventory(d.regions)) {
		d.t.Error("the inventory does not notice a whole site")
	}
	zone := d.zone()
	var file, dir string
	d.step("synthesize the site without protection, everything to be deleted", func() { file, dir = d.unprotected() })
	for _, command := range commands {
		command = strings.ReplaceAll(command, "ZONE", zone)
		switch {
		case strings.HasPrefix(command, "aws route53") && d.site.Zone.ID != "":
			continue // of a zone that the site only uses
		case strings.Contains(command, "failover-off") && !d.site.Failover.Switch,
			strings.Contains(command, "switch off") && !d.site.Failover.Switch:
			continue // it has none
		}
		d.step(command, func() {
			output := d.account.must([]string{
				"CDK_APP=" + dir, "CDK_REQUIRE_APPROVAL=never", "CDK_FORCE=true", // nobody is there to answer
				"SITE=" + file,
			}, "bash", "-c", command)
			if strings.Contains(command, "HostedZone.Features") && !strings.Contains(output, "DISABLED") {
				d.t.Errorf("accelerated recovery is not off:\n%s", output)
			}
		})
		if command == "make deploy" && d.site.Zone.ID == "" {
			d.step("remove the record by which ACM validated", func() { d.removeValidationRecords(zone) })
		}
	}
	d.step("nothing is left but the CDK's bootstrap stack", func() {
		if diff := cmp.Diff(before, d.withoutHelpersLogs(d.account.inventory(d.regions))); diff != "" {
			d.t.Errorf("what the teardown left (-before +after):\n%s", diff)
		}
	})
}

// teardownCommands are the commands in the numbered steps of the runbook's
// "Destroy everything", in order.
func teardownCommands() ([]string, error) {
	content, err := os.ReadFile("docs/operations.md")
	if err != nil {
		return nil, err
	}
	_, section, found := strings.Cut(string(content), "\n## Destroy everything\n")
	if !found {
		return nil, fmt.Errorf("docs/operations.md has no section Destroy everything: let teardownCommands read the new one")
	}
	section, _, _ = strings.Cut(section, "\n## ")
	steps := regexp.MustCompile(`(?m)^( *\d+\. .*|   .*|)\n`).FindAllString(section, -1)
	var commands []string
	for _, line := range steps {
		for _, match := range regexp.MustCompile("`((?:make|npx|aws|go) [^`]+)`|^ +((?:make|npx|aws|go) .+)\n").FindAllStringSubmatch(line, -1) {
			commands = append(commands, match[1]+match[2])
		}
	}
	for _, needed := range []string{"make deploy", "npx cdk destroy --all"} {
		if !slices.Contains(commands, needed) {
			return nil, fmt.Errorf("the steps of Destroy everything are %q, without %q", commands, needed)
		}
	}
	return commands, nil
}

// TestTeardownCommands shows that the runbook's steps can be read, before
// anything is deployed.
func TestTeardownCommands(t *testing.T) {
	commands, err := teardownCommands()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(strings.Join(commands, "\n"), "destroy Failover") {
		t.Errorf("%q: that is advice below the steps, and no step", commands)
	}
}

// unprotected writes a copy of the site that is not protected and retains
// nothing, and its assembly.
func (d *deployment) unprotected() (file, dir string) {
	d.t.Helper()
	temp := d.t.TempDir()
	dir = filepath.Join(temp, "cdk.out")
	file = filepath.Join(temp, filepath.Base(d.file))
	fields := map[string]string{
		"retention.terminationProtection": "false", "retention.buckets": "delete", "retention.zone": "delete", "retention.logs": "delete",
	}
	// The copy stands elsewhere than the files that the site names.
	for path, name := range map[string]string{"web.userData": d.site.Web.UserData, "staticFiles.folder": d.site.StaticFiles.Folder} {
		if name == "" {
			continue
		}
		absolute, err := filepath.Abs(name)
		if err != nil {
			d.t.Fatal(err)
		}
		fields[path] = absolute
	}
	content, err := edit.File(d.file, fields)
	if err != nil {
		d.t.Fatal(err)
	}
	if err := os.WriteFile(file, content, 0o600); err != nil {
		d.t.Fatal(err)
	}
	d.account.must([]string{"CDK_VALIDATION=false"}, "cdk", "synth", "--quiet", "--app", app, "--output", dir, "--context", "site="+file)
	return file, dir
}

// removeValidationRecords removes ACM's records from the zone.
func (d *deployment) removeValidationRecords(zone string) {
	d.t.Helper()
	answer := d.account.ask("us-east-1", "route53", "list_resource_record_sets", map[string]any{"HostedZoneId": zone})
	removed := 0
	for _, record := range list(answer["ResourceRecordSets"]) {
		if text(record["Type"]) != "CNAME" || !strings.HasPrefix(text(record["Name"]), "_") {
			continue
		}
		d.account.ask("us-east-1", "route53", "change_resource_record_sets", map[string]any{
			"HostedZoneId": zone,
			"ChangeBatch":  map[string]any{"Changes": []any{map[string]any{"Action": "DELETE", "ResourceRecordSet": record}}},
		})
		removed++
	}
	if removed == 0 {
		d.t.Error("ACM has left no record in the zone: the runbook's step is not tried")
	}
}

// withoutHelpersLogs removes the log groups of the CDK's helper functions, which
// stay in any case, as the runbook says.
func (d *deployment) withoutHelpersLogs(inventory map[string][]string) map[string][]string {
	for kind, ids := range inventory {
		if strings.HasPrefix(kind, "logs logGroups") {
			inventory[kind] = slices.DeleteFunc(ids, func(id string) bool {
				return strings.HasPrefix(id, "/aws/lambda/"+d.site.Name+"-")
			})
			if len(inventory[kind]) == 0 {
				delete(inventory, kind)
			}
		}
	}
	return inventory
}
