package emulated

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"

	"twinsite/assembly"
	"twinsite/topology"
)

// checkFiles compares the buckets with what the site uploads. The names come
// from the assets in the assembly, which the CDK's function unpacks.
func (d *deployment) checkFiles() {
	d.t.Helper()
	d.step("the uploaded files are in the home bucket", func() {
		wanted := map[string]map[string]string{} // by bucket: checksums by key
		for _, upload := range d.assembly.Resources("Custom::CDKBucketDeployment") {
			bucket, err := upload.Target("DestinationBucketName")
			if err != nil {
				d.t.Fatal(err)
			}
			if bucket.Stack.Region != d.site.Home.Region.Name {
				d.t.Errorf("%s uploads to %s, which is not at home", upload, bucket)
			}
			id := d.ids[bucket.String()]
			if wanted[id] == nil {
				wanted[id] = map[string]string{}
			}
			maps.Copy(wanted[id], d.uploads(upload))
		}
		if uploads := len(wanted) > 0; uploads != d.site.Uploads() {
			d.t.Errorf("the site uploads something: %t, want %t", uploads, d.site.Uploads())
		}
		for bucket, files := range wanted {
			there := d.objects(bucket)
			if diff := cmp.Diff(files, there); diff != "" {
				d.t.Errorf("%s (-asset +bucket):\n%s", bucket, diff)
			}
			for file := range files {
				files[file] = "another content"
				break
			}
			if cmp.Equal(files, there) {
				d.t.Errorf("%s: nobody noticed a file with another content", bucket)
			}
		}
	})
}

// uploads are the checksums, by key, of the files that a custom resource of the
// CDK's uploads.
func (d *deployment) uploads(upload *assembly.Resource) map[string]string {
	d.t.Helper()
	archives, err := upload.Texts("SourceObjectKeys")
	if err != nil {
		d.t.Fatal(err)
	}
	files := map[string]string{}
	for _, archive := range archives {
		folder := filepath.Join(d.dir, "asset."+strings.TrimSuffix(archive, ".zip"))
		err := fs.WalkDir(os.DirFS(folder), ".", func(file string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !included(upload, file) {
				return err
			}
			content, err := os.ReadFile(filepath.Join(folder, file))
			sum := md5.Sum(content)
			files[file] = hex.EncodeToString(sum[:])
			return err
		})
		if err != nil {
			d.t.Fatal(err)
		}
	}
	return files
}

// included says whether an upload takes a file: the AWS CLI's --exclude, then
// --include, of which the last that matches decides.
func included(upload *assembly.Resource, file string) bool {
	taken := true
	for _, filter := range []struct {
		property string
		takes    bool
	}{{"Exclude", false}, {"Include", true}} {
		if !upload.Has(filter.property) {
			continue
		}
		patterns, err := upload.Texts(filter.property)
		if err != nil {
			panic(fmt.Sprintf("%s: %v", upload, err))
		}
		for _, pattern := range patterns {
			expression := "^" + strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".*") + "$"
			if regexp.MustCompile(expression).MatchString(file) {
				taken = filter.takes
			}
		}
	}
	return taken
}

// objects are the checksums of a bucket's objects, by key.
func (d *deployment) objects(bucket string) map[string]string {
	d.t.Helper()
	sums := map[string]string{}
	answer := d.account.ask("us-east-1", "s3", "list_objects_v2", map[string]any{"Bucket": bucket})
	for _, entry := range list(answer["Contents"]) {
		sums[text(entry["Key"])] = strings.Trim(text(entry["ETag"]), `"`)
	}
	return sums
}

// checkReplication asks S3 where each bucket's rule leads.
func (d *deployment) checkReplication() {
	d.t.Helper()
	d.step("the replication rules lead to each other's bucket", func() {
		rules, err := topology.Replication(d.assembly)
		if err != nil {
			d.t.Fatal(err)
		}
		leads := map[string]string{}
		for _, rule := range rules {
			from, to := d.ids[rule.From.String()], d.ids[rule.To.String()]
			answer := d.account.ask("us-east-1", "s3", "get_bucket_replication", map[string]any{"Bucket": from})
			there := list(object(answer["ReplicationConfiguration"])["Rules"])
			if len(there) != 1 {
				d.t.Fatalf("%s has %d replication rules, not one", from, len(there))
			}
			leads[from] = strings.TrimPrefix(text(object(there[0]["Destination"])["Bucket"]), "arn:aws:s3:::")
			if leads[from] != to || text(there[0]["Status"]) != "Enabled" {
				d.t.Errorf("the rule of %s is %v, and should lead to %s", from, there[0], to)
			}
		}
		buckets := slices.Sorted(maps.Keys(leads))
		if !d.site.Replication.BothWays && len(buckets) == 1 {
			return
		}
		if len(buckets) != 2 || leads[buckets[0]] != buckets[1] || leads[buckets[1]] != buckets[0] {
			d.t.Errorf("the rules do not lead to each other's bucket: %v", leads)
		}
	})
}

// checkSwitch puts and removes the failover switch with our own command, and
// looks for it where its health check does.
func (d *deployment) checkSwitch() {
	d.t.Helper()
	if !d.site.Failover.Switch {
		return
	}
	d.step("the failover switch is put, found and removed", func() {
		bucket, key := d.switchObject()
		for _, to := range []string{"on", "off"} {
			d.account.must(nil, "go", "run", "./cmd/twinsite", "switch", to, "-site", d.file)
			if _, there := d.objects(bucket)[key]; there != (to == "on") {
				d.t.Errorf("after %s, the switch is there: %v", to, there)
			}
		}
	})
}

// switchObject is the object that the switch's health check asks for: the
// inverted one.
func (d *deployment) switchObject() (bucket, key string) {
	d.t.Helper()
	for _, r := range d.assembly.Resources("AWS::Route53::HealthCheck") {
		check, err := topology.ReadHealthCheck(r)
		if err != nil {
			d.t.Fatal(err)
		}
		if !check.Inverted {
			continue
		}
		distribution, err := check.Asks(d.assembly)
		if err != nil {
			d.t.Fatal(err)
		}
		found, err := topology.BucketBehind(distribution, check.Path)
		if err != nil {
			d.t.Fatal(err)
		}
		return d.ids[found.String()], strings.TrimPrefix(check.Path, "/")
	}
	d.t.Fatal("no health check is inverted: the switch has none")
	return "", ""
}
