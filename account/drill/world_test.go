package drill_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"twinsite/account/drill"
	"twinsite/account/resolver"
	"twinsite/internal/dnsport"
	"twinsite/site"
)

func load(t *testing.T, path string) *site.Site {
	t.Helper()
	s, err := site.Load("../../" + path)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// serve answers DNS by UDP and TCP on the loopback interface, and returns where.
func serve(t *testing.T, answer func(reply *dns.Msg, q dns.Question)) string {
	t.Helper()
	handler := dns.HandlerFunc(func(w dns.ResponseWriter, query *dns.Msg) {
		reply := new(dns.Msg).SetReply(query)
		answer(reply, query.Question[0])
		if w.RemoteAddr().Network() == "udp" {
			reply.Truncate(dns.MinMsgSize)
		}
		_ = w.WriteMsg(reply)
	})
	udp, tcp, err := dnsport.Listen()
	if err != nil {
		t.Fatal(err)
	}
	for _, server := range []*dns.Server{{Listener: tcp, Handler: handler}, {PacketConn: udp, Handler: handler}} {
		started := make(chan struct{})
		server.NotifyStartedFunc = func() { close(started) }
		go func() { _ = server.ActivateAndServe() }()
		<-started
		t.Cleanup(func() { _ = server.Shutdown() })
	}
	return tcp.Addr().String()
}

// records answers with these records, in a zone file's form.
func records(t *testing.T, lines ...string) func(*dns.Msg, dns.Question) {
	t.Helper()
	var all []dns.RR
	for _, line := range lines {
		record, err := dns.NewRR(line)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, record)
	}
	return func(reply *dns.Msg, q dns.Question) {
		for _, record := range all {
			if strings.EqualFold(record.Header().Name, q.Name) && record.Header().Rrtype == q.Qtype {
				reply.Answer = append(reply.Answer, record)
			}
		}
	}
}

// The zone's own name servers are asked, the next when one does not answer, and by TCP
// when an answer is too long.
func TestWorldAsksTheZone(t *testing.T) {
	zone := []string{}
	for n := range 40 {
		zone = append(zone, "ticketing.pw. 60 A 192.0.2."+string(rune('1'+n%9))+string(rune('0'+n/9)))
	}
	at := map[string]string{
		"192.0.2.53:53": serve(t, records(t, "ticketing.pw. NS ns1.example.net.", "ticketing.pw. NS ns2.example.net.", "ns1.example.net. A 198.51.100.1", "ns2.example.net. A 198.51.100.2")),
		// 198.51.100.1 does not answer
		"198.51.100.2:53": serve(t, records(t, zone...)),
	}
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		if at[address] == "" {
			return nil, &net.OpError{Op: "dial", Err: net.ErrClosed}
		}
		return new(net.Dialer).DialContext(ctx, network, at[address])
	}
	s := load(t, "site.yaml")
	w, err := drill.World(t.Context(), s, &resolver.Resolver{Server: "192.0.2.53:53", Dial: dial})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(w.Types, []string{"A"}) || !slices.Equal(w.Hosts, s.HostNames()) {
		t.Errorf("asks %v by %v, want the site's names, and by A alone, as no name has an AAAA", w.Hosts, w.Types)
	}
	for range 4 {
		reply, err := w.Exchange(t.Context(), new(dns.Msg).SetQuestion("ticketing.pw.", dns.TypeA))
		if err != nil || len(reply.Answer) != 40 {
			t.Fatalf("got %v, %v, want all addresses, by the server that answers", reply, err)
		}
	}
	at["192.0.2.53:53"] = serve(t, records(t))
	if _, err := drill.World(t.Context(), s, &resolver.Resolver{Server: "192.0.2.53:53", Dial: dial}); err == nil || !strings.Contains(err.Error(), "is the domain delegated?") {
		t.Errorf("a domain without name servers: %v", err)
	}
}

// A resolver that is to be asked everything is asked instead.
func TestWorldAsksOneResolver(t *testing.T) {
	from, err := resolver.At(serve(t, records(t, "ticketing.pw. 60 A 192.0.2.1")))
	if err != nil {
		t.Fatal(err)
	}
	w, err := drill.World(t.Context(), load(t, "site.yaml"), from)
	if err != nil {
		t.Fatal(err)
	}
	if reply, err := w.Exchange(t.Context(), new(dns.Msg).SetQuestion("ticketing.pw.", dns.TypeA)); err != nil || len(reply.Answer) != 1 {
		t.Errorf("got %v, %v", reply, err)
	}
	for _, test := range []struct{ header, body, want string }{
		{"", "<dt>Region</dt><dd>ap-northeast-2</dd>", "home"},
		{"", "<dt>Region</dt><dd>us-east-1</dd>", "standby"},
		{"us-east-1", "hello", "standby"},
		{"us-east-1", "ap-northeast-2", ""},
		{"", "hello", ""},
	} {
		response := &http.Response{Header: http.Header{"X-Served-By": {test.header}}}
		if got := w.By(response, []byte(test.body), "edge"); got != test.want {
			t.Errorf("%+v: got %q", test, got)
		}
	}
	before := w.Clock.Now()
	ctx, cancel := context.WithCancel(t.Context())
	if !w.Clock.Sleep(ctx, time.Millisecond) || w.Clock.Now() <= before {
		t.Error("the clock stands")
	}
	limited, end := w.Clock.Timeout(ctx, time.Millisecond)
	defer end()
	<-limited.Done()
	if cancel(); w.Clock.Sleep(ctx, time.Minute) || !errors.Is(context.Cause(limited), context.DeadlineExceeded) {
		t.Error("a sleep outlives its context, or a time-out has no cause")
	}
}

// Visitors come as often as the web ACL lets one address.
func TestPeriod(t *testing.T) {
	s := load(t, "site.yaml")
	for _, test := range []struct {
		visitors, limit int
		write, waf      bool
		want            time.Duration // 0: refused
	}{
		{4, 2000, false, true, time.Second},
		{4, 2000, true, true, 1500 * time.Millisecond},
		{8, 2000, true, true, 3 * time.Second},
		{40, 2000, true, true, 0},
		{40, 2000, true, false, time.Second},
		{4, 10, false, true, 0},
	} {
		s.WAF, s.WAFRules.RequestsPerAddress = test.waf, test.limit
		got, err := drill.Period(s, test.visitors, test.write)
		if got != test.want || (err == nil) != (test.want != 0) {
			t.Errorf("%+v: got %s, %v", test, got, err)
		}
		requests := float64(test.visitors) * 300 / got.Seconds()
		if test.write {
			requests *= 2
		}
		if test.waf && err == nil && requests > float64(test.limit) {
			t.Errorf("%+v: %.0f requests in five minutes are blocked", test, requests)
		}
	}
}

// Writes have to move as the site does.
func TestCheckWrite(t *testing.T) {
	m := model(t)
	for path, want := range map[string]string{"": "", "/tickets": "", "/healthz": "/healthz"} {
		if err := drill.CheckWrite(m, path); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v", path, err)
		}
	}
}
