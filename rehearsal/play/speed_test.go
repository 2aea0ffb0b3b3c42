//go:build !race

package play

// speed is how many times faster than real time the tests play.
const speed = 20

// playsPerProcessor is how many plays share a processor. A play waits for most
// of its time: alone, it takes about a sixth of a processor. With half of the
// machine left, the servers of a play are not late.
const playsPerProcessor = 3
