package emulated

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"twinsite/assembly"
	"twinsite/site"
)

// A deployment is a site in an account of its own.
type deployment struct {
	t        *testing.T
	name     string // of the site's file
	file     string
	site     *site.Site
	dir      string // its assembly's
	assembly *assembly.Assembly
	regions  []string
	account  *account
	ids      map[string]string // physical ids, by the resource's place
}

// TestDeploy takes every shipped site from an empty account to an empty
// account, each in an account of its own, several at a time: a deployment
// mostly waits.
func TestDeploy(t *testing.T) {
	if *assemblies == "" {
		t.Skip(`"make deploy-emulated" deploys`)
	}
	t.Parallel() // to TestFirstDeployment, which takes as long as all of these
	folders, err := os.ReadDir(*assemblies)
	if err != nil || len(folders) == 0 {
		t.Fatalf("no assemblies in %s: %v", *assemblies, err)
	}
	for _, folder := range folders {
		t.Run(folder.Name(), func(t *testing.T) {
			t.Parallel()
			d := newDeployment(t, folder.Name(), filepath.Join(*assemblies, folder.Name()))
			d.bootstrap()
			before := d.account.inventory(d.regions)
			d.deploy()
			d.checkNothingToDo()
			d.checkFiles()
			d.checkReplication()
			d.checkSwitch()
			d.checkRecords()
			d.checkHealthChecks()
			d.checkProtection()
			d.checkPlan()
			d.tearDown(before)
		})
	}
}

func newDeployment(t *testing.T, name, dir string) *deployment {
	t.Helper()
	file, err := siteFile(name)
	if err != nil {
		t.Fatal(err)
	}
	s, err := site.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	a, err := assembly.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	d := &deployment{t: t, name: name, file: file, site: s, dir: dir, assembly: a}
	for _, stack := range a.Stacks() {
		d.regions = append(d.regions, stack.Region)
	}
	slices.Sort(d.regions)
	d.regions = slices.Compact(d.regions)
	return d
}

// siteFile is the shipped site whose assembly has this name.
func siteFile(name string) (string, error) {
	for _, folder := range []string{".", "examples", "testdata/sites"} {
		file := filepath.Join(folder, name+".yaml")
		if _, err := os.Stat(file); err == nil {
			return file, nil
		}
	}
	return "", fmt.Errorf("no shipped site is called %s", name)
}

// step does something and says how long it took.
func (d *deployment) step(what string, do func()) {
	d.t.Helper()
	start := time.Now()
	defer func() {
		result := ""
		if d.t.Failed() {
			result = ": FAILED"
		}
		fmt.Printf("%-18s %5.1f s  %s%s\n", d.name, time.Since(start).Seconds(), what, result)
	}()
	do()
}

// cdk runs the CDK's command line on the site's assembly.
func (d *deployment) cdk(args ...string) (string, error) {
	return d.account.run([]string{"CDK_APP=" + d.dir}, "cdk", args...)
}

func (d *deployment) mustCDK(args ...string) string {
	d.t.Helper()
	return d.account.must([]string{"CDK_APP=" + d.dir}, "cdk", args...)
}

func (d *deployment) bootstrap() {
	d.t.Helper()
	d.step("start an account that listens on loopback only", func() {
		d.account = startAccount(d.t)
		d.account.checkListeners()
		if id := d.site.Zone.ID; id != "" {
			d.account.makeZone(id, d.site.Domain)
		}
	})
	d.step("cdk bootstrap "+strings.Join(d.regions, " "), func() {
		args := []string{"bootstrap"}
		for _, region := range d.regions {
			args = append(args, "aws://"+accountID+"/"+region)
		}
		d.mustCDK(args...)
	})
}

func (d *deployment) deploy() {
	d.t.Helper()
	d.step(fmt.Sprintf("cdk deploy --all: %d stacks", len(d.assembly.Stacks())), func() {
		d.mustCDK("deploy", "--all", "--require-approval", "never")
		d.readIDs()
		d.account.checkListeners()
	})
}

func (d *deployment) checkNothingToDo() {
	d.t.Helper()
	stacks := len(d.assembly.Stacks())
	d.step("cdk deploy --all again: no changes", func() {
		output := d.mustCDK("deploy", "--all", "--require-approval", "never")
		if n := strings.Count(output, "(no changes)"); n != stacks {
			d.t.Errorf("%d of %d stacks had no changes:\n%s", n, stacks, output)
		}
	})
	d.step("cdk diff: none", func() {
		output := d.mustCDK("diff")
		if n := strings.Count(output, "There were no differences"); n != stacks {
			d.t.Errorf("%d of %d stacks had no differences:\n%s", n, stacks, output)
		}
	})
}

// checkProtection tries to destroy a protected site, which AWS refuses.
func (d *deployment) checkProtection() {
	d.t.Helper()
	if !d.site.Retention.TerminationProtection {
		return
	}
	d.step("cdk destroy --all of a protected site: refused", func() {
		before := d.account.inventory(d.regions)
		output, err := d.cdk("destroy", "--all", "--force")
		if err == nil || !strings.Contains(output, "TerminationProtection") {
			d.t.Errorf("destroying a protected site: %v\n%s", err, output)
		}
		if diff := cmp.Diff(before, d.account.inventory(d.regions)); diff != "" {
			d.t.Errorf("a refused destruction changed something (-before +after):\n%s", diff)
		}
	})
}
