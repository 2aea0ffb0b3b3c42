package edge

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"twinsite/promises/internal/brokencopy"
	"twinsite/promises/internal/read"
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
	for _, s := range brokencopy.GoldenSites(t) {
		if !s.Site.Replication.BothWays {
			continue
		}
		found++
		r := reverseReplication((read.New(s.Assembly, s.Site)))
		for event, input := range map[string]any{
			"Create": &s3.PutBucketReplicationInput{}, "Update": &s3.PutBucketReplicationInput{},
			"Delete": &s3.DeleteBucketReplicationInput{},
		} {
			if err := decode(read.Text(r, event), input); err != nil {
				t.Errorf("%s: %s: %s: %v", s.Name, r, event, err)
			}
		}
		broken := strings.Replace(read.Text(r, "Create"), `"Filter":`, `"Filters":`, 1)
		if err := decode(broken, &s3.PutBucketReplicationInput{}); err == nil || !strings.Contains(err.Error(), "unknown field") {
			t.Errorf("%s: a field that S3 does not know: %v", s.Name, err)
		}
	}
	if found == 0 {
		t.Error("no golden site replicates both ways")
	}
}
