package play

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"time"
)

// An authority issues the certificates of a play; nobody else trusts it, and
// its key never leaves memory.
type authority struct {
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
	pool *x509.CertPool
}

func newAuthority() (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "rehearsal"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return &authority{key, cert, pool}, nil
}

// issue makes a certificate for the names of a certificate in the templates.
func (a *authority) issue(names []string) (tls.Certificate, error) {
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "rehearsal server"}, DNSNames: names,
		NotBefore: a.cert.NotBefore, NotAfter: a.cert.NotAfter, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &a.key.PublicKey, a.key)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: a.key}, err
}

// server makes a TLS configuration with certificates for lists of names. Whoever
// can speaks HTTP/2, as with CloudFront and load balancers.
func (a *authority) server(lists ...[]string) (*tls.Config, error) {
	config := &tls.Config{
		MinVersion: tls.VersionTLS12, CurvePreferences: cheapCurves, SessionTicketsDisabled: true,
		NextProtos: []string{"h2", "http/1.1"},
	}
	for _, names := range lists {
		cert, err := a.issue(names)
		if err != nil {
			return nil, err
		}
		config.Certificates = append(config.Certificates, cert)
	}
	return config, nil
}

// accepts verifies a server's certificate for any one of the names.
func (a *authority) accepts(names ...string) func(tls.ConnectionState) error {
	return func(state tls.ConnectionState) error {
		var err error
		for _, name := range names {
			if _, err = state.PeerCertificates[0].Verify(x509.VerifyOptions{DNSName: name, Roots: a.pool}); err == nil {
				return nil
			}
		}
		return err
	}
}

// cheapCurves keep handshakes cheap: a play compresses those of minutes into
// seconds, and has nothing to hide.
var cheapCurves = []tls.CurveID{tls.CurveP256}
