package container

import (
	"strings"
	"testing"
)

// TestRepository holds that the policy names the repository, however the image is named:
// with a digest in its ARN, it would deny the pull.
func TestRepository(t *testing.T) {
	digest := "@sha256:" + strings.Repeat("0", 64)
	for _, image := range []string{"team/shop", "team/shop:1.4.2", "team/shop" + digest, "team/shop:1.4.2" + digest} {
		if got := repository(image); got != "team/shop" {
			t.Errorf("%s: got %s", image, got)
		}
	}
}
