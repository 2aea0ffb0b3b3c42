package play

import (
	"flag"
	"log"
	"os"
	"runtime"
	"strconv"
	"testing"
)

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

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
