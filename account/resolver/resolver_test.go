package resolver

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"twinsite/internal/dnsport"
)

// A world is the DNS of a test: what each address answers for "NAME TYPE", in the form
// of zone files, on loopback ports. "REFUSED" is an answer too.
type world map[string]map[string]string

// resolver starts the world's servers; every address that it has not is closed.
func (w world) resolver(t *testing.T) *Resolver {
	t.Helper()
	ports := map[string]string{}
	for address, records := range w {
		ports[address+":53"] = serve(t, records)
	}
	return &Resolver{Server: "192.0.2.1:53", Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		port, open := ports[address]
		if !open {
			return nil, fmt.Errorf("dial %s: connection refused", address)
		}
		return new(net.Dialer).DialContext(ctx, network, port)
	}}
}

func serve(t *testing.T, records map[string]string) string {
	t.Helper()
	connection, listener, err := dnsport.Listen()
	if err != nil {
		t.Fatal(err)
	}
	for _, server := range []*dns.Server{
		{PacketConn: connection, Handler: handler(t, records, true)},
		{Listener: listener, Handler: handler(t, records, false)},
	} {
		started := make(chan struct{})
		server.NotifyStartedFunc = func() { close(started) }
		go func() { _ = server.ActivateAndServe() }() // ends with Shutdown
		<-started
		t.Cleanup(func() { _ = server.Shutdown() })
	}
	return connection.LocalAddr().String()
}

// handler answers from the records; a long answer is truncated over UDP.
func handler(t *testing.T, records map[string]string, udp bool) dns.HandlerFunc {
	return func(w dns.ResponseWriter, question *dns.Msg) {
		q := question.Question[0]
		reply := new(dns.Msg).SetReply(question)
		text, known := records[q.Name+" "+dns.TypeToString[q.Qtype]]
		switch {
		case text == "REFUSED":
			reply.Rcode = dns.RcodeRefused
		case !known:
			reply.Rcode = dns.RcodeNameError
		case udp && strings.HasPrefix(text, "LONG "):
			reply.Truncated = true
		default:
			for _, line := range strings.Split(strings.TrimPrefix(text, "LONG "), "; ") {
				referral := strings.HasPrefix(line, "REFERRAL ")
				record, err := dns.NewRR(strings.TrimPrefix(line, "REFERRAL "))
				if err != nil {
					t.Errorf("%s: %v", line, err)
				}
				if referral {
					reply.Ns = append(reply.Ns, record)
				} else {
					reply.Answer = append(reply.Answer, record)
				}
			}
		}
		_ = w.WriteMsg(reply)
	}
}

// registry is a parent zone with two name servers, and a zone below it.
func registry() world {
	referral := "REFERRAL ticketing.pw. 3600 IN NS NS-2.AWSDNS-02.org.; REFERRAL ticketing.pw. 3600 IN NS ns-1.awsdns-01.com."
	return world{
		"192.0.2.1": {
			"pw. NS":                "pw. 60 IN NS a.nic.pw.; pw. 60 IN NS b.nic.pw.",
			"a.nic.pw. A":           "a.nic.pw. 60 IN A 192.0.2.11",
			"b.nic.pw. AAAA":        "b.nic.pw. 60 IN AAAA 2001:db8::12",
			"ticketing.pw. NS":      "ticketing.pw. 60 IN NS ns-1.awsdns-01.com.; ticketing.pw. 60 IN NS ns-2.awsdns-02.org.",
			"ticketing.pw. CAA":     `LONG ticketing.pw. 60 IN CAA 0 issue "letsencrypt.org"`,
			"bad.ticketing.pw. CAA": "REFUSED",
		},
		"192.0.2.11":     {"ticketing.pw. NS": referral},
		"[2001:db8::12]": {"ticketing.pw. NS": referral},
	}
}

var wanted = []string{"ns-1.awsdns-01.com", "ns-2.awsdns-02.org"}

func TestDelegation(t *testing.T) {
	for _, test := range []struct {
		name    string
		change  func(world)
		domain  string
		servers []string
		failure string
	}{
		{"good", func(world) {}, "ticketing.pw", wanted, ""},
		{"one server is silent", func(w world) { delete(w, "192.0.2.11") }, "ticketing.pw", wanted, ""},
		{"all are silent", func(w world) { delete(w, "192.0.2.11"); delete(w, "[2001:db8::12]") }, "ticketing.pw", nil, "does not answer: connection refused"},
		{"not delegated", func(w world) { w["192.0.2.11"], w["[2001:db8::12]"] = nil, nil }, "ticketing.pw", []string{}, ""},
		{"not everywhere yet", func(w world) { w["192.0.2.11"] = nil }, "ticketing.pw", nil, "a.nic.pw says nobody, b.nic.pw says ns-1.awsdns-01.com, ns-2"},
		{"a server without an address", func(w world) { delete(w["192.0.2.1"], "a.nic.pw. A"); delete(w, "[2001:db8::12]") }, "ticketing.pw", nil, "does not answer"},
		{"the zone above is two labels up", func(w world) {
			w["192.0.2.11"]["app.eu.pw. NS"] = "REFERRAL app.eu.pw. 60 IN NS ns-1.awsdns-01.com."
			delete(w, "[2001:db8::12]")
		}, "app.eu.pw", wanted[:1], ""},
		{"nothing above", func(w world) { delete(w["192.0.2.1"], "pw. NS") }, "ticketing.pw", nil, "DNS knows no zone above ticketing.pw"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := registry()
			test.change(w)
			found, err := w.resolver(t).Delegation(t.Context(), test.domain)
			var servers []string
			if err == nil {
				servers, err = found.NameServers()
			}
			if test.failure == "" && (err != nil || !slices.Equal(servers, test.servers)) || test.failure != "" && (err == nil || !strings.Contains(err.Error(), test.failure)) {
				t.Errorf("got %q, %v, want %q, %q", servers, err, test.servers, test.failure)
			}
		})
	}
}

// TestOnly holds that a network's only resolver is asked what others ask the parent.
func TestOnly(t *testing.T) {
	w := world{"192.0.2.1": registry()["192.0.2.1"]}
	r := w.resolver(t)
	r.Only = true
	found, err := r.Delegation(t.Context(), "ticketing.pw")
	if err != nil || len(found.Answers) != 1 || !slices.Equal(found.Answers[0].NameServers, wanted) {
		t.Errorf("got %+v, %v", found, err)
	}
}

func TestAsk(t *testing.T) {
	r := registry().resolver(t)
	records, err := r.Ask(t.Context(), "ticketing.pw", dns.TypeCAA)
	if err != nil || len(records) != 1 || records[0].(*dns.CAA).Value != "letsencrypt.org" {
		t.Errorf("a long answer: got %v, %v", records, err)
	}
	if records, err := r.Ask(t.Context(), "nothing.ticketing.pw", dns.TypeCAA); err != nil || len(records) > 0 {
		t.Errorf("no such name: got %v, %v", records, err)
	}
	_, err = r.Ask(t.Context(), "bad.ticketing.pw", dns.TypeCAA)
	if err == nil || !strings.HasSuffix(err.Error(), "answers REFUSED for bad.ticketing.pw. CAA") {
		t.Errorf("got %v", err)
	}
}

func TestAt(t *testing.T) {
	for given, want := range map[string]string{"192.0.2.1": "192.0.2.1:53", "127.0.0.1:5353": "127.0.0.1:5353", "2001:db8::1": "[2001:db8::1]:53", "dns.google": "", "": "", "host:53": "", "192.0.2.1:": "", "192.0.2.1:0": "", "192.0.2.1:65536": "", "192.0.2.1:dns": ""} {
		r, err := At(given)
		if want == "" && (err == nil || strings.Contains(err.Error(), "\n")) || want != "" && (err != nil || r.Server != want || !r.Only) {
			t.Errorf("%q: got %+v, %v", given, r, err)
		}
	}
	if r, err := System(); err == nil && (r.Only || !strings.Contains(r.Server, ":")) {
		t.Errorf("got %+v", r)
	}
}
