package rehearsal

import (
	"fmt"
	"time"

	"twinsite/internal/must"
)

// within ends the reading at a number that AWS does not take: with an interval
// of nothing, or a threshold of millions, an outage would be played for ever.
func within[N int | time.Duration](of fmt.Stringer, what string, number, least, most N) {
	if number < least || number > most {
		must.Fail("%s: %s is %v, want %v to %v", of, what, number, least, most)
	}
}

const mostPort = 65535
