//go:build race

package play

// Under the race detector, a play takes about ten times as much of a processor:
// at full speed, its servers would be late, and health checks fail for that.
const (
	speed             = 4
	playsPerProcessor = 2
)
