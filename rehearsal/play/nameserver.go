package play

import (
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/miekg/dns"

	"twinsite/internal/dnsport"
)

// A NameServer is the authoritative DNS server of the zone, on a port of the
// loopback interface, by UDP and TCP.
type NameServer struct {
	// Address is where it listens, as "127.0.0.1:40053".
	Address string

	zone    string // with the dot at the end
	lookUp  func(name, recordType string) (a zoneAnswer, known bool)
	servers []*dns.Server
	done    sync.WaitGroup
}

// A zoneAnswer is what the zone says of a name: addresses, or another name.
type zoneAnswer struct {
	addresses []netip.Addr
	cname     string // "" if the name is no CNAME
	ttl       time.Duration
}

// startNameServer serves the zone. lookUp gives what the zone says of a name, and
// whether it has the name at all.
func startNameServer(zone string, lookUp func(name, recordType string) (zoneAnswer, bool)) (*NameServer, error) {
	n := &NameServer{zone: dns.Fqdn(zone), lookUp: lookUp}
	udp, tcp, err := dnsport.Listen()
	if err != nil {
		return nil, err
	}
	n.Address = udp.LocalAddr().String()
	n.servers = []*dns.Server{{PacketConn: udp, Handler: n}, {Listener: tcp, Handler: n}}
	for _, server := range n.servers {
		started := make(chan struct{})
		server.NotifyStartedFunc = func() { close(started) }
		n.done.Go(func() { _ = server.ActivateAndServe() }) // ends with Close
		<-started
	}
	return n, nil
}

// Close stops the server and frees its port.
func (n *NameServer) Close() {
	for _, server := range n.servers {
		_ = server.Shutdown()
	}
	n.done.Wait()
}

// ServeDNS answers one query: an address or a CNAME from the zone, an empty answer
// with the zone's SOA for other types, NXDOMAIN for other names, and REFUSED
// outside of the zone. What a CNAME leads to has to be asked for, so that a
// resolver keeps each record for its own TTL.
func (n *NameServer) ServeDNS(w dns.ResponseWriter, query *dns.Msg) {
	reply := new(dns.Msg)
	reply.SetReply(query)
	reply.Authoritative = true
	if len(query.Question) != 1 || query.Opcode != dns.OpcodeQuery {
		reply.Rcode = dns.RcodeNotImplemented
	} else {
		n.answer(reply, query.Question[0])
	}
	size := dns.MinMsgSize
	if opt := query.IsEdns0(); opt != nil {
		reply.SetEdns0(1232, false) // https://www.dnsflagday.net/2020/
		size = max(size, int(opt.UDPSize()))
		if opt.Version() != 0 {
			reply.Answer, reply.Ns, reply.Rcode = nil, nil, dns.RcodeBadVers
		}
	}
	if w.RemoteAddr().Network() == "udp" {
		reply.Truncate(size)
	}
	_ = w.WriteMsg(reply)
}

func (n *NameServer) answer(reply *dns.Msg, q dns.Question) {
	name := strings.ToLower(q.Name)
	switch {
	case !dns.IsSubDomain(n.zone, name) || q.Qclass != dns.ClassINET:
		reply.Rcode, reply.Authoritative = dns.RcodeRefused, false
		return
	case name == n.zone && q.Qtype == dns.TypeSOA:
		reply.Answer = append(reply.Answer, n.soa())
		return
	case name == n.zone && q.Qtype == dns.TypeNS:
		reply.Answer = append(reply.Answer, &dns.NS{Hdr: header(q.Name, dns.TypeNS, nsTTL), Ns: "ns.rehearsal.invalid."})
		return
	}
	found, known := n.lookUp(strings.TrimSuffix(name, "."), dns.TypeToString[q.Qtype])
	if !known && name != n.zone {
		reply.Rcode = dns.RcodeNameError
	}
	if found.cname != "" {
		reply.Answer = append(reply.Answer, &dns.CNAME{Hdr: header(q.Name, dns.TypeCNAME, found.ttl), Target: dns.Fqdn(found.cname)})
	}
	for _, address := range found.addresses {
		if address.Is4() {
			reply.Answer = append(reply.Answer, &dns.A{Hdr: header(q.Name, dns.TypeA, found.ttl), A: address.AsSlice()})
		} else {
			reply.Answer = append(reply.Answer, &dns.AAAA{Hdr: header(q.Name, dns.TypeAAAA, found.ttl), AAAA: address.AsSlice()})
		}
	}
	if len(reply.Answer) == 0 {
		reply.Ns = append(reply.Ns, n.soa())
	}
}

// Route 53's own TTLs of a new zone.
const (
	nsTTL  = 48 * time.Hour
	soaTTL = 15 * time.Minute
)

func header(name string, recordType uint16, ttl time.Duration) dns.RR_Header {
	return dns.RR_Header{Name: name, Rrtype: recordType, Class: dns.ClassINET, Ttl: uint32(ttl.Seconds())}
}

// soa has the numbers that Route 53 gives a new zone.
func (n *NameServer) soa() dns.RR {
	return &dns.SOA{Hdr: header(n.zone, dns.TypeSOA, soaTTL), Ns: "ns.rehearsal.invalid.", Mbox: "hostmaster.rehearsal.invalid.",
		Serial: 1, Refresh: 7200, Retry: 900, Expire: 1209600, Minttl: 86400}
}
