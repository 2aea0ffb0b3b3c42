package diagram

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"twinsite/assembly"
)

// A rule copies a bucket's objects to another. Its form is the one of
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketReplication.html,
// which is CloudFormation's as well.
type rule struct {
	Status      string
	Destination struct {
		Bucket          string
		ReplicationTime struct {
			Status string
			Time   struct{ Minutes int }
		}
	}
	from, to *assembly.Resource
}

// drawReplication draws which buckets are copied. All lines lead to one node
// below the regions, since the layout would otherwise put one region under the
// other.
func (r *reader) drawReplication() {
	rules := slices.DeleteFunc(append(r.bucketRules(), r.customRules()...), func(r rule) bool { return r.Status != "Enabled" })
	if len(rules) == 0 {
		return
	}
	r.replication = &node{id: "replication", class: replicationNode, lines: []string{"S3 replication"}}
	sources, destinations := map[*node]bool{}, map[*node]bool{}
	for _, rule := range rules {
		sources[r.draw(rule.from)] = true
		destinations[r.draw(rule.to)] = true
		control := rule.Destination.ReplicationTime
		line := fmt.Sprintf("Replication Time Control: %d min", control.Time.Minutes)
		if control.Status == "Enabled" && !slices.Contains(r.replication.lines, line) {
			r.replication.lines = append(r.replication.lines, line)
		}
	}
	for _, box := range []*node{r.home, r.standby} {
		for _, bucket := range box.inside {
			if arrow := arrows[[2]bool{destinations[bucket], sources[bucket]}]; arrow != "" {
				r.connect(bucket, arrow, r.replication, copyLine, "")
			}
		}
	}
}

// arrows are those of a bucket's line: is it copied to, is it copied from?
var arrows = map[[2]bool]string{{true, false}: "<-", {false, true}: "->", {true, true}: "<->"}

// bucketRules are the rules that stand in the buckets themselves.
func (r *reader) bucketRules() []rule {
	var rules []rule
	for _, bucket := range r.Resources(bucketType) {
		if bucket.Has("ReplicationConfiguration.Rules") {
			for i, rule := range decodeRules(bucket, must(json.Marshal(must(bucket.Value("ReplicationConfiguration.Rules"))))) {
				rule.from = bucket
				rule.to = must(bucket.Target(fmt.Sprintf("ReplicationConfiguration.Rules.%d.Destination.Bucket", i)))
				rules = append(rules, rule)
			}
		}
	}
	return rules
}

// customRules are the rules that a custom resource puts, because CloudFormation
// cannot express both ways: each bucket would have to exist before the other.
func (r *reader) customRules() []rule {
	var found []rule
	for _, custom := range r.Resources("Custom::BucketReplication") {
		var call struct {
			Parameters struct {
				Bucket                   string
				ReplicationConfiguration struct{ Rules json.RawMessage }
			}
		}
		if err := json.Unmarshal([]byte(must(custom.Text("Create"))), &call); err != nil {
			fail("%s: Create: %w", custom, err)
		}
		for _, rule := range decodeRules(custom, call.Parameters.ReplicationConfiguration.Rules) {
			rule.from = r.bucket(custom, call.Parameters.Bucket)
			rule.to = r.bucket(custom, rule.Destination.Bucket)
			found = append(found, rule)
		}
	}
	return found
}

func decodeRules(of *assembly.Resource, data []byte) []rule {
	var rules []rule
	if err := json.Unmarshal(data, &rules); err != nil {
		fail("%s: the replication rules: %w", of, err)
	}
	return rules
}

// bucket finds the bucket of a placeholder within a custom resource's text:
// "${Primary.Bucket.Arn}".
func (r *reader) bucket(custom *assembly.Resource, placeholder string) *assembly.Resource {
	place := strings.TrimSuffix(strings.Trim(placeholder, "${}"), ".Arn")
	for _, bucket := range r.Resources(bucketType) {
		if bucket.String() == place {
			return bucket
		}
	}
	fail("%s: %s is no bucket of the assembly", custom, placeholder)
	return nil
}
