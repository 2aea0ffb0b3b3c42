package play

import (
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// The name server as dig sees it. Only a missing dig skips this, and not in CI.
func TestNameServerByDig(t *testing.T) {
	if _, err := exec.LookPath("dig"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("dig is missing: install dnsutils")
		}
		t.Skip("dig is missing")
	}
	server := startTestServer(t)
	tests := []struct {
		args string
		want []string
	}{
		{"www.example.com A", []string{"status: NOERROR", "flags: qr aa", "www.example.com.\t60\tIN\tA\t192.0.2.1"}},
		{"www.example.com AAAA", []string{"status: NOERROR", "www.example.com.\t60\tIN\tAAAA\t2001:db8::1"}},
		{"WwW.eXample.COM A", []string{"status: NOERROR", "\t60\tIN\tA\t192.0.2.1"}},
		{"origin.example.com A", []string{"status: NOERROR", "ANSWER: 1", "origin.example.com.\t10\tIN\tCNAME\twww.example.com."}},
		{"origin.example.com CNAME", []string{"status: NOERROR", "ANSWER: 1", "\t10\tIN\tCNAME\twww.example.com."}},
		{"nobody.example.com A", []string{"status: NXDOMAIN", "ANSWER: 0", "IN\tSOA"}},
		{"www.example.com TXT", []string{"status: NOERROR", "ANSWER: 0", "IN\tSOA"}},
		{"www.example.com MX", []string{"status: NOERROR", "ANSWER: 0", "IN\tSOA"}},
		{"example.com SOA", []string{"status: NOERROR", "ANSWER: 1", "IN\tSOA"}},
		{"example.com NS", []string{"status: NOERROR", "ANSWER: 1", "IN\tNS"}},
		{"example.org A", []string{"status: REFUSED", "ANSWER: 0"}},
		{"www.example.com A +tcp", []string{"(TCP)", "status: NOERROR", "IN\tA\t192.0.2.1"}},
		{"www.example.com A +bufsize=4096", []string{"EDNS: version: 0", "udp: 1232", "IN\tA\t192.0.2.1"}},
		{"www.example.com A +edns=1 +noednsnegotiation", []string{"status: BADVERS", "ANSWER: 0"}},
		{"www.example.com A +noedns", []string{"ADDITIONAL: 0", "IN\tA\t192.0.2.1"}},
		{"www.example.com A -c CH", []string{"status: REFUSED"}},
	}
	host, port, _ := net.SplitHostPort(server.Address)
	for _, test := range tests {
		t.Run(test.args, func(t *testing.T) {
			args := append([]string{"@" + host, "-p", port, "+tries=1", "+time=5", "+norecurse"}, strings.Fields(test.args)...)
			out, err := exec.Command("dig", args...).CombinedOutput()
			if err != nil {
				t.Fatalf("dig: %v\n%s", err, out)
			}
			for _, want := range test.want {
				if !strings.Contains(string(out), want) {
					t.Errorf("no %q in\n%s", want, out)
				}
			}
		})
	}
}

func TestNameServerFreesItsPort(t *testing.T) {
	server := startTestServer(t)
	server.Close()
	for _, network := range []string{"tcp", "udp"} {
		if err := bind(network, server.Address); err != nil {
			t.Errorf("%s: the port is not free: %v", network, err)
		}
	}
}

func bind(network, address string) error {
	if network == "udp" {
		conn, err := net.ListenPacket(network, address)
		if err == nil {
			_ = conn.Close()
		}
		return err
	}
	listener, err := net.Listen(network, address)
	if err == nil {
		_ = listener.Close()
	}
	return err
}

func startTestServer(t *testing.T) *NameServer {
	t.Helper()
	addresses := map[string]string{"A": "192.0.2.1", "AAAA": "2001:db8::1"}
	server, err := startNameServer("example.com", func(name, recordType string) (zoneAnswer, bool) {
		switch address := addresses[recordType]; {
		case name == "origin.example.com":
			return zoneAnswer{cname: "www.example.com", ttl: 10 * time.Second}, true
		case name == "www.example.com" && address != "":
			return zoneAnswer{addresses: []netip.Addr{netip.MustParseAddr(address)}, ttl: time.Minute}, true
		}
		return zoneAnswer{}, name == "www.example.com"
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return server
}
