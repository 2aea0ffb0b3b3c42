package play

import (
	"flag"
	"log"
	"os"
	"runtime"
	"strconv"
	"testing"
)

// playsPerProcessor is how many plays share a processor. A play waits for most
// of its time: alone, it takes about a sixth of a processor. With half of the
// machine left, the servers of a play are not late.
const playsPerProcessor = 3

// TestMain lets as many plays wait in parallel, unless the flag -parallel says
// otherwise.
func TestMain(m *testing.M) {
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "test.parallel" })
	if !given {
		if err := flag.Set("test.parallel", strconv.Itoa(playsPerProcessor*runtime.GOMAXPROCS(0))); err != nil {
			log.Fatal(err)
		}
	}
	os.Exit(m.Run())
}
