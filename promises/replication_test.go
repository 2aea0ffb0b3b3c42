package promises

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// TestReplicationCalls holds the calls that the custom resource makes against
// S3's own model of them: a field that S3 does not know is an error.
func TestReplicationCalls(t *testing.T) {
	decode := func(text string, into any) error {
		var call struct{ Parameters json.RawMessage }
		if err := json.Unmarshal([]byte(text), &call); err != nil {
			return err
		}
		decoder := json.NewDecoder(strings.NewReader(string(call.Parameters)))
		decoder.DisallowUnknownFields()
		return decoder.Decode(into)
	}
	found := 0
	for _, s := range goldenSites(t) {
		if !s.site.Replication.BothWays {
			continue
		}
		found++
		r := (&reader{Assembly: s.assembly, site: s.site}).reverseReplication()
		for event, input := range map[string]any{
			"Create": &s3.PutBucketReplicationInput{}, "Update": &s3.PutBucketReplicationInput{},
			"Delete": &s3.DeleteBucketReplicationInput{},
		} {
			if err := decode(text(r, event), input); err != nil {
				t.Errorf("%s: %s: %s: %v", s.name, r, event, err)
			}
		}
		broken := strings.Replace(text(r, "Create"), `"Filter":`, `"Filters":`, 1)
		if err := decode(broken, &s3.PutBucketReplicationInput{}); err == nil || !strings.Contains(err.Error(), "unknown field") {
			t.Errorf("%s: a field that S3 does not know: %v", s.name, err)
		}
	}
	if found == 0 {
		t.Error("no golden site replicates both ways")
	}
}
