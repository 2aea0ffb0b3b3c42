package ask_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"twinsite/account/ask/loopback"
)

// internet has a resolver that knows these records, each in a zone file's form; what it
// does not know does not exist.
func internet(t *testing.T, records ...string) *loopback.Internet {
	t.Helper()
	i := loopback.New(t, "www.example.com", "*.example.com")
	i.DNS(loopback.Resolver, knowing(t, records...))
	return i
}

func knowing(t *testing.T, records ...string) func(*dns.Msg, dns.Question) {
	t.Helper()
	var known []dns.RR
	for _, text := range records {
		record, err := dns.NewRR(text)
		if err != nil {
			t.Fatal(err)
		}
		known = append(known, record)
	}
	return func(reply *dns.Msg, question dns.Question) {
		reply.Rcode = dns.RcodeNameError
		for _, record := range known {
			if !strings.EqualFold(record.Header().Name, question.Name) {
				continue
			}
			reply.Rcode = dns.RcodeSuccess
			if record.Header().Rrtype == question.Qtype {
				reply.Answer = append(reply.Answer, record)
			}
		}
	}
}

func TestAddresses(t *testing.T) {
	names := internet(t, "www.example.com. A 192.0.2.2", "www.example.com. A 192.0.2.1", "www.example.com. AAAA 2001:db8::1").Names()
	got, err := names.Addresses(t.Context(), "www.example.com")
	if want := "[192.0.2.1 192.0.2.2 2001:db8::1]"; err != nil || fmt.Sprint(got) != want {
		t.Errorf("got %v, %v, want %s", got, err, want)
	}
	if got, err := names.Addresses(t.Context(), "none.example.com"); err != nil || len(got) != 0 {
		t.Errorf("an unknown name: got %v, %v", got, err)
	}
	broken := loopback.New(t)
	broken.DNS(loopback.Resolver, func(reply *dns.Msg, _ dns.Question) { reply.Rcode = dns.RcodeServerFailure })
	if got, err := broken.Names().Addresses(t.Context(), "www.example.com"); err == nil || !strings.Contains(err.Error(), "answers SERVFAIL for www.example.com. A") {
		t.Errorf("a broken resolver: got %v, %v", got, err)
	}
}

func TestGet(t *testing.T) {
	i := internet(t, "www.example.com. A 192.0.2.1", "edge.example.net. A 192.0.2.2", "lone.example.com. A 192.0.2.9")
	serve := func(address string, status int, via string) {
		i.HTTPS(address, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Via", via)
			w.Header().Set("Asked", r.Host+r.URL.Path)
			w.WriteHeader(status)
		}))
	}
	serve("192.0.2.1", http.StatusMovedPermanently, "")
	serve("192.0.2.2", http.StatusOK, "1.1 abc.cloudfront.net (CloudFront)")
	for _, test := range []struct {
		host, at string
		status   int
		edge     bool
		want     string // in the error
	}{
		{"www.example.com", "", 301, false, ""},
		{"www.example.com", "edge.example.net", 200, true, ""},
		{"www.example.com", "192.0.2.2", 200, true, ""},
		{"www.example.org", "192.0.2.2", 0, false, "192.0.2.2 does not answer: tls: failed to verify certificate"},
		{"lone.example.com", "", 0, false, "lone.example.com does not answer: connection refused"},
		{"none.example.com", "", 0, false, "DNS has no address for none.example.com"},
	} {
		answer, err := i.Names().Get(t.Context(), test.host, "/healthz", test.at)
		switch {
		case test.want != "" && (err == nil || !strings.HasPrefix(err.Error(), test.want) || strings.Contains(err.Error(), "\n")):
			t.Errorf("%+v: got %v", test, err)
		case test.want == "" && (err != nil || answer.Status != test.status || answer.FromCloudFront() != test.edge || answer.Header.Get("Asked") != test.host+"/healthz"):
			t.Errorf("%+v: got %+v, %v", test, answer, err)
		}
	}
}

// TestSlow holds that a server that accepts and says nothing ends a question in time.
func TestSlow(t *testing.T) {
	i := internet(t)
	i.HTTPS("192.0.2.1", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	names := i.Names()
	names.Patience = 1e8
	if _, err := names.Get(t.Context(), "www.example.com", "/", "192.0.2.1"); fmt.Sprint(err) != "192.0.2.1 does not answer within 100ms" {
		t.Errorf("got %v", err)
	}
}

// TestDeadAddress holds that an address that does not take the connection leaves time to
// the others of the name, of which each is tried.
func TestDeadAddress(t *testing.T) {
	i := internet(t, "www.example.com. A 192.0.2.1", "www.example.com. A 192.0.2.2", "www.example.com. A 192.0.2.3", "www.example.com. AAAA 2001:db8::1")
	names := i.Names()
	names.Patience = time.Hour
	alive, tried := names.Dial, ""
	names.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		if strings.HasSuffix(address, ":53") || strings.HasPrefix(address, "[") {
			return alive(ctx, network, address)
		}
		deadline, _ := ctx.Deadline()
		tried += fmt.Sprintf("%s may take %s; ", address, time.Until(deadline).Round(5*time.Minute))
		return nil, fmt.Errorf("dial %s: %w", address, context.DeadlineExceeded) // as the dialer says after that time
	}
	i.HTTPS("2001:db8::1", http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	answer, err := names.Get(t.Context(), "www.example.com", "/", "")
	if err != nil || answer.At.String() != "2001:db8::1" {
		t.Errorf("got %+v, %v", answer, err)
	}
	if want := "192.0.2.1:443 may take 15m0s; 192.0.2.2:443 may take 20m0s; 192.0.2.3:443 may take 30m0s; "; tried != want {
		t.Errorf("%s\nwant %s", tried, want)
	}
	i.HTTPS("2001:db8::1", nil)
	if _, err := names.Get(t.Context(), "www.example.com", "/", ""); err == nil || !strings.HasPrefix(err.Error(), "www.example.com does not answer: connection refused") {
		t.Errorf("nobody takes it: got %v", err)
	}
}

// TestDeadForever holds that an address that never answers ends a question in time.
func TestDeadForever(t *testing.T) {
	names := internet(t).Names()
	names.Patience = 1e8
	names.Dial = func(ctx context.Context, _, _ string) (net.Conn, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	if _, err := names.Get(t.Context(), "www.example.com", "/", "192.0.2.1"); fmt.Sprint(err) != "192.0.2.1 does not answer within 100ms" {
		t.Errorf("got %v", err)
	}
}
