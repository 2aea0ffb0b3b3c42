package rehearsal

import (
	"math/rand/v2"
	"time"
)

// Random is a source of random numbers: the same two numbers give the same.
func Random(seed, stream uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, stream)) }

// Between is a random moment in an interval.
func Between(random *rand.Rand, low, high time.Duration) time.Duration {
	if high <= low {
		return low
	}
	return low + time.Duration(random.Int64N(int64(high-low)))
}
