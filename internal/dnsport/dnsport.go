// Package dnsport opens a port for a name server on the loopback interface.
package dnsport

import "net"

// Listen opens one free port for UDP and TCP. The port that the system gives for one
// may be taken for the other, also by a connection that is just made: then it tries
// another.
func Listen() (net.PacketConn, net.Listener, error) {
	var err error
	for range 50 {
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
