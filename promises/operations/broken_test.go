package operations

import (
	"testing"

	"twinsite/promises/internal/brokencopy"
)

// TestBroken holds each promise against its broken copies.
func TestBroken(t *testing.T) {
	brokencopy.Test(t, Promises(), operationsCopies, alarmCopies, firstServersCopies, followingCopies, errorRateCopies)
}
