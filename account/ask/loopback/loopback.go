// Package loopback is an internet for tests: name servers and HTTPS servers under any
// address, each a listener on this machine's loopback.
package loopback

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/miekg/dns"

	"twinsite/account/ask"
	"twinsite/account/resolver"
	"twinsite/internal/dnsport"
)

// Resolver is the address of the recursive resolver, which [Internet.DNS] starts.
const Resolver = "192.0.2.53"

// An Internet has servers by their address, as "192.0.2.1". It ends with its test.
type Internet struct {
	t testing.TB

	mu      sync.Mutex
	https   map[string]*httptest.Server
	servers map[string]string // where the name server of an address listens

	certificate tls.Certificate
	roots       *x509.CertPool
}

// New returns an internet without servers, whose HTTPS servers have a certificate for
// these names: "*.example.com" is for one level.
func New(t testing.TB, names ...string) *Internet {
	i := &Internet{t: t, https: map[string]*httptest.Server{}, servers: map[string]string{}}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "loopback"}, DNSNames: names,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	i.certificate = tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	i.roots = x509.NewCertPool()
	i.roots.AddCert(parsed)
	return i
}

// Names asks this internet.
func (i *Internet) Names() *ask.Names {
	return &ask.Names{Resolver: i.Resolver(), Dial: i.dial, Roots: i.roots, Patience: 2 * time.Second}
}

// Resolver asks this internet's name servers.
func (i *Internet) Resolver() *resolver.Resolver {
	return &resolver.Resolver{Server: net.JoinHostPort(Resolver, "53"), Dial: i.dial}
}

// HTTPS starts a server at an address, in place of the one that is there; nil ends it.
func (i *Internet) HTTPS(address string, handler http.Handler) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if old := i.https[address]; old != nil {
		old.Close()
		delete(i.https, address)
	}
	if handler == nil {
		return
	}
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // a handshake that is refused is what some tests want
	server.TLS = &tls.Config{Certificates: []tls.Certificate{i.certificate}, MinVersion: tls.VersionTLS12}
	server.StartTLS()
	i.t.Cleanup(server.Close)
	i.https[address] = server
}

// DNS starts a name server at an address, which answers as the function fills in, by
// UDP and by TCP.
func (i *Internet) DNS(address string, answer func(reply *dns.Msg, question dns.Question)) {
	i.t.Helper()
	packets, listener, err := dnsport.Listen()
	if err != nil {
		i.t.Fatal(err)
	}
	handler := dns.HandlerFunc(func(w dns.ResponseWriter, m *dns.Msg) {
		reply := new(dns.Msg).SetReply(m)
		reply.RecursionAvailable = true
		answer(reply, m.Question[0])
		_ = w.WriteMsg(reply) // whoever asked may have gone
	})
	for _, server := range []*dns.Server{{PacketConn: packets, Handler: handler}, {Listener: listener, Handler: handler}} {
		started := make(chan struct{})
		server.NotifyStartedFunc = func() { close(started) }
		go func() { _ = server.ActivateAndServe() }()
		<-started
		i.t.Cleanup(func() { _ = server.Shutdown() })
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.servers[address] = packets.LocalAddr().String()
}

// dial connects to the server of an address.
func (i *Internet) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	i.mu.Lock()
	to, server := i.servers[host], i.https[host]
	i.mu.Unlock()
	switch {
	case port == "53" && to != "":
	case port == "443" && server != nil:
		to = server.Listener.Addr().String()
	default:
		return nil, fmt.Errorf("connection refused: nothing listens at %s", address)
	}
	return new(net.Dialer).DialContext(ctx, network, to)
}
