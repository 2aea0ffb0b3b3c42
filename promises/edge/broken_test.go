package edge

import (
	"testing"

	"twinsite/promises/internal/brokencopy"
)

// TestBroken holds each promise against its broken copies.
func TestBroken(t *testing.T) {
	brokencopy.Test(t, Promises(), edgeCopies, readCopies, servingCopies, endpointCopies, switchCopies, staticFailoverCopies, originRuleCopies, cacheCopies, nameCopies, redirectCopies)
}
