package security

import (
	"testing"

	"twinsite/promises/internal/brokencopy"
)

// TestBroken holds each promise against its broken copies.
func TestBroken(t *testing.T) {
	brokencopy.Test(t, Promises(), securityCopies, firewallCopies, forwardedCopies, roleCopies, topicCopies, deputyCopies, logCopies)
}
