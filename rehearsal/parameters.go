package rehearsal

import (
	"time"

	"twinsite/site"
)

// Parameters are what the model needs beyond the templates. Each has its source
// in docs/rehearsal.md: [D] documented, [M] measured by somebody, [I] inferred,
// [U] unknown, and therefore a parameter.
type Parameters struct {
	// Checkers is how many health checkers ask each endpoint. They do not coordinate. [D] eight regions; [I] two
	// in each, as an endpoint sees more than one request a second. Default: 16.
	Checkers int

	// HealthyShare: an endpoint is healthy while more than this share of checkers
	// say so. [D] Default: 0.18.
	HealthyShare float64

	// ConnectLimit and AnswerLimit are how long a checker waits for the connection,
	// and then for a 2xx or 3xx. [D] Default: 4 s and 2 s.
	ConnectLimit, AnswerLimit time.Duration

	// CheckerRTTMin and CheckerRTTMax bound what a good or immediate answer takes
	// to a checker. [I] Default: 50 ms and 600 ms.
	CheckerRTTMin, CheckerRTTMax time.Duration

	// PropagationMin and PropagationMax bound the time from a health check's new
	// status to new DNS answers. [U] Route 53 publishes none. Default: 1 s and
	// 5 s.
	PropagationMin, PropagationMax time.Duration

	// AliasTTL is the TTL of answers from alias records. [D] for load balancers,
	// [M] for CloudFront. Default: 60 s.
	AliasTTL time.Duration

	// HomeRTT and StandbyRTT are the round trips of visitors and edge locations,
	// which are near home. [I] Default: 10 ms and 180 ms.
	HomeRTT, StandbyRTT time.Duration

	// Service is a web server's time for an answer. Default: 50 ms.
	Service time.Duration

	// Period is the time between a visitor's reads, and writes. Default: 1 s.
	Period time.Duration

	// Patience is how long a visitor waits for an answer, at least: see
	// Model.Patience. Browsers wait longer. Default: 30 s.
	Patience time.Duration

	// StaleShare is the share of requests in the first minute of a black hole that
	// take a connection to home which the edge has kept from before: they wait for
	// the origin's response timeout instead of its connection timeout. [I]
	// Default: 0.1.
	StaleShare float64

	// PooledStay says what the edge does with connections that it holds to an origin
	// when the origin's name moves: it goes on using them until they end, instead of
	// connecting to where the name leads. [U] Default: false.
	PooledStay bool

	// EdgeTTL is how long the edge keeps an origin's name at least, whatever the
	// record's TTL says. [U] Default: 0, as AWS says that the TTL is honoured.
	EdgeTTL time.Duration

	// EdgeConnection is how long CloudFront lives with a visitor's connection that is
	// in use. [U] Default: Never ends it.
	EdgeConnection time.Duration

	// BrowserIdle is how long a browser keeps an idle connection. [M] Chrome's own.
	// Default: 300 s.
	BrowserIdle time.Duration

	// SlowAnswer is how late a slow load balancer answers. Default: 5 s.
	SlowAnswer time.Duration

	// FlapDark and FlapFine are the two halves of a flap. Default: 20 s and 10 s.
	FlapDark, FlapFine time.Duration

	// Length is how long an outage lasts. Default: 5 min for the
	// prediction, or a minute longer than the site may lose writes.
	Length time.Duration

	// AlarmMin and AlarmMax bound the time from the sample that turns on the alarm
	// of manual failback until the switch is on: the metric, the alarm, two event
	// buses, the state machine. [U] A guess; Route 53 says that the message of such
	// an alarm may take several minutes. Default: 10 s and 3 min.
	AlarmMin, AlarmMax time.Duration

	// OperatorAfter is how long after the outage, or after manual failback wrote the
	// switch if that is later, somebody deletes the switch. A guess: it depends on
	// people. Default: 5 min for the
	// prediction, or a minute longer than the site may lose writes.
	OperatorAfter time.Duration

	// MetricDelay is how long a measurement of the servers' CPU is on its way to the
	// alarm, and Launch how long Auto Scaling takes to have a server run. [I] Default:
	// 60 s each.
	MetricDelay, Launch time.Duration

	// Boot is how long a server takes from its start until it answers, where its group
	// has no default instance warm-up that says so. [I] Default: 60 s.
	Boot time.Duration

	// ServerAnswers is how many requests a second a web server answers at full load;
	// those beyond get 503 at once. [I] that servers refuse, and do not grow slow.
	// Default: 0, so many that home at its maximum answers all of a play's visitors.
	ServerAnswers float64

	// HealthSpared says that a server at its limit still answers health checks. [I] of
	// servers that keep a worker for them; others are replaced. Default: true.
	HealthSpared bool

	// ErrorShare is the share of requests that home answers with 500 in the play of
	// errors. Default: 1.
	ErrorShare float64

	// EdgeMetricMin and EdgeMetricMax bound how long a measurement of the distribution's
	// errors is on its way to the alarm. [U] Default: 1 min and 5 min.
	EdgeMetricMin, EdgeMetricMax time.Duration

	// NextAddress is how long a visitor waits for a connection to one address of a load
	// balancer before taking the next. [I] of browsers, by RFC 8305. Default: 250 ms.
	NextAddress time.Duration

	// TargetConnect is how long a load balancer waits for a connection to a web server.
	// [D] Default: 10 s.
	TargetConnect time.Duration
}

// DefaultParameters returns the defaults.
func DefaultParameters() Parameters {
	return Parameters{
		Checkers: 16, HealthyShare: 0.18,
		ConnectLimit: site.SlowestConnection, AnswerLimit: site.SlowestStatus,
		CheckerRTTMin: 50 * time.Millisecond, CheckerRTTMax: 600 * time.Millisecond,
		PropagationMin: time.Second, PropagationMax: 5 * time.Second,
		AliasTTL: site.AliasTTL,
		HomeRTT:  10 * time.Millisecond, StandbyRTT: 180 * time.Millisecond, Service: 50 * time.Millisecond,
		Period: time.Second, Patience: 30 * time.Second,
		StaleShare: 0.1, EdgeConnection: Never, BrowserIdle: 5 * time.Minute,
		SlowAnswer: 5 * time.Second,
		FlapDark:   20 * time.Second, FlapFine: 10 * time.Second,
		Length:   5 * time.Minute,
		AlarmMin: 10 * time.Second, AlarmMax: 3 * time.Minute,
		OperatorAfter: 5 * time.Minute,
		MetricDelay:   time.Minute, Launch: time.Minute, Boot: time.Minute,
		HealthSpared: true, ErrorShare: 1,
		EdgeMetricMin: time.Minute, EdgeMetricMax: 5 * time.Minute,
		NextAddress: 250 * time.Millisecond, TargetConnect: 10 * time.Second,
	}
}

// TTL is how long a resolver keeps an answer.
func (p Parameters) TTL(answer *Record) time.Duration {
	if answer.TTL > 0 {
		return answer.TTL
	}
	return p.AliasTTL
}

// OriginTTL is how long the edge keeps an origin's name that is answered with a
// record.
func (p Parameters) OriginTTL(answer *Record) time.Duration { return max(p.TTL(answer), p.EdgeTTL) }

// Enough reports whether an endpoint is healthy when so many checkers say so.
func (p Parameters) Enough(healthy int) bool {
	return float64(healthy) > p.HealthyShare*float64(p.Checkers)
}
