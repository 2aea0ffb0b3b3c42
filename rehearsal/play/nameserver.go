package play

import (
	"net"
	"net/netip"
	"strings"
	"sync"

	"github.com/miekg/dns"
)

// A NameServer is the authoritative DNS server of the zone, on a port of the
// loopback interface, by UDP and TCP.
type NameServer struct {
	// Address is where it listens, as "127.0.0.1:40053".
	Address string

	zone    string // with the dot at the end
	ttl     uint32 // seconds
	lookUp  func(name, recordType string) (addresses []netip.Addr, known bool)
	servers []*dns.Server
	done    sync.WaitGroup
}

// startNameServer serves the zone. lookUp gives the addresses behind a name,
// and whether the zone has the name at all.
func startNameServer(zone string, ttl uint32, lookUp func(name, recordType string) ([]netip.Addr, bool)) (*NameServer, error) {
	n := &NameServer{zone: dns.Fqdn(zone), ttl: ttl, lookUp: lookUp}
	udp, tcp, err := listenBoth()
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

// listenBoth opens one port for both protocols. The port that the system gives
// for one may be taken for the other.
func listenBoth() (net.PacketConn, net.Listener, error) {
	var err error
	for range 20 {
		var udp net.PacketConn
		if udp, err = net.ListenPacket("udp", "127.0.0.1:0"); err != nil {
			return nil, nil, err
		}
		var tcp net.Listener
		if tcp, err = net.Listen("tcp", udp.LocalAddr().String()); err == nil {
			return udp, tcp, nil
		}
		_ = udp.Close()
	}
	return nil, nil, err
}

// Close stops the server and frees its port.
func (n *NameServer) Close() {
	for _, server := range n.servers {
		_ = server.Shutdown()
	}
	n.done.Wait()
}

// ServeDNS answers one query: an address from the zone, an empty answer with
// the zone's SOA for other types, NXDOMAIN for other names, and REFUSED outside
// of the zone.
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
		reply.Answer = append(reply.Answer, &dns.NS{Hdr: n.header(q.Name, dns.TypeNS), Ns: "ns.rehearsal.invalid."})
		return
	}
	addresses, known := n.lookUp(strings.TrimSuffix(name, "."), dns.TypeToString[q.Qtype])
	if !known && name != n.zone {
		reply.Rcode = dns.RcodeNameError
	}
	for _, address := range addresses {
		if address.Is4() {
			reply.Answer = append(reply.Answer, &dns.A{Hdr: n.header(q.Name, dns.TypeA), A: address.AsSlice()})
		} else {
			reply.Answer = append(reply.Answer, &dns.AAAA{Hdr: n.header(q.Name, dns.TypeAAAA), AAAA: address.AsSlice()})
		}
	}
	if len(reply.Answer) == 0 {
		reply.Ns = append(reply.Ns, n.soa())
	}
}

func (n *NameServer) header(name string, recordType uint16) dns.RR_Header {
	return dns.RR_Header{Name: name, Rrtype: recordType, Class: dns.ClassINET, Ttl: n.ttl}
}

// soa has the numbers that Route 53 gives a new zone.
func (n *NameServer) soa() dns.RR {
	header := n.header(n.zone, dns.TypeSOA)
	header.Ttl = 900
	return &dns.SOA{Hdr: header, Ns: "ns.rehearsal.invalid.", Mbox: "hostmaster.rehearsal.invalid.",
		Serial: 1, Refresh: 7200, Retry: 900, Expire: 1209600, Minttl: 86400}
}
