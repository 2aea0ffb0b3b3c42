package site

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // time zones are known on machines without a zoneinfo folder
)

// longestDomain is the greatest length of the domain, in octets. It is the
// certificate's common name, for which RFC 5280 and ACM allow 64:
// https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html
const longestDomain = 64

// domainFault says what is wrong with a domain name that a user may take for
// right.
func domainFault(domain, _ string) string {
	labels := strings.Split(domain, ".")
	switch {
	case !isASCII(domain):
		return `has letters beyond ASCII: write each such label in its "xn--" form (Punycode)`
	case domain != strings.ToLower(domain):
		return "has capital letters"
	case strings.Contains(domain, "*"):
		return "is a wildcard, which Twinsite adds itself"
	case strings.Contains(domain, "/"):
		return "is an address, not a domain name"
	case strings.HasSuffix(domain, "."):
		return "ends in a dot"
	case domain != "" && len(labels) < 2:
		return "has one label, so it is no public domain"
	case len(domain) > longestDomain:
		return fmt.Sprintf("has %d characters of the %d that a certificate's common name holds", len(domain), longestDomain)
	case domain != "" && slices.ContainsFunc(labels, notLabel):
		return "has a label that is empty, or begins or ends with a hyphen"
	case domain != "" && !topLevelDomain.MatchString(labels[len(labels)-1]):
		return "does not end in a top-level domain"
	}
	return ""
}

var topLevelDomain = regexp.MustCompile(`^([a-z]{2,}|xn--[a-z0-9-]+)$`)

// isASCII reports whether a text has ASCII characters only.
func isASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r >= 0x80 })
}

// notLabel says that a text cannot be a label of a domain name because it is
// empty or by its hyphens. (None is longer than 63 characters in a domain that
// is short enough.)
func notLabel(label string) bool {
	return label == "" || strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-")
}

// namePrefixFault refuses a prefix that would make of every name one in Punycode.
func namePrefixFault(prefix, _ string) string {
	if strings.HasPrefix(prefix, "xn--") {
		return `begins with "xn--", by which browsers know names in other letters`
	}
	return ""
}

// pathFault says what is wrong with the path of a health check. The parameter
// is its greatest length: 1024 for target groups, 255 for Route 53.
//
// A path that servers tidy up would answer a redirect, which Route 53 takes for
// health. Queries and escapes are refused: the edge function compares the path
// letter by letter.
func pathFault(path, parameter string) string {
	longest, err := strconv.Atoi(parameter)
	segments := strings.Split(path, "/")
	switch {
	case err != nil || len(path) > longest:
		return fmt.Sprintf("is longer than %s characters", parameter)
	case path != "" && path[0] != '/':
		return `does not begin with "/"`
	case strings.Contains(path, "//"), slices.Contains(segments, "."), slices.Contains(segments, ".."):
		return `has "//", "/./" or "/../", which servers answer with a redirect`
	}
	return ""
}

// cachePathFault says what is wrong with a pattern of paths that CloudFront caches.
// One that fits every path would cache pages that are somebody's own.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html
func cachePathFault(pattern, _ string) string {
	switch {
	case everyPath.MatchString(pattern):
		return "fits every path"
	case pattern == StandbyCheckPath:
		return "is a path that Twinsite uses itself"
	case len(pattern) > 255:
		return "is longer than 255 characters"
	}
	return ""
}

// everyPath are the patterns that fit every path, or all but the shortest.
var everyPath = regexp.MustCompile(`^[*?]*/?[*?]*\*[*?]*$`)

// rangeFault says what is wrong with an IPv4 range.
func rangeFault(text, _ string) string {
	if text == "" {
		return ""
	}
	prefix, err := netip.ParsePrefix(text)
	switch {
	case err != nil || !prefix.Addr().Is4():
		return "is not an IPv4 range"
	case prefix != prefix.Masked():
		return fmt.Sprintf("has address bits beyond its length (%s has none)", prefix.Masked())
	}
	return ""
}

// private reports whether all addresses of a range are private, by RFC 1918.
func private(prefix netip.Prefix) bool {
	return slices.ContainsFunc([]string{"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"}, func(text string) bool {
		within := netip.MustParsePrefix(text)
		return within.Bits() <= prefix.Bits() && within.Contains(prefix.Addr())
	})
}

// secretNameFault refuses the one name that the pattern allows and the CDK does
// not: a construct's children are properties of a JavaScript object, and every
// such object has a constructor.
func secretNameFault(text, _ string) string {
	if text == "constructor" {
		return "is a word that the CDK keeps for itself"
	}
	return ""
}

// privateRangeFault says what is wrong with a network's range: RFC 1918 names
// the private ones.
func privateRangeFault(text, _ string) string {
	if fault := rangeFault(text, ""); fault != "" || text == "" {
		return fault
	}
	prefix := netip.MustParsePrefix(text)
	if private(prefix) {
		return ""
	}
	return "is not in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16"
}

// publicRangeFault says what is wrong with a range of addresses from which visitors
// come.
func publicRangeFault(text, _ string) string {
	prefix, err := netip.ParsePrefix(text)
	if err != nil {
		return ""
	}
	least := 16
	if prefix.Addr().Is4() {
		least = 8
	}
	switch {
	case prefix.Bits() == 0:
		return "is every address"
	case prefix != prefix.Masked():
		return fmt.Sprintf("has address bits beyond its length (%s has none)", prefix.Masked())
	case slices.ContainsFunc(specialRanges, prefix.Overlaps):
		return "holds addresses that are not public"
	case prefix.Bits() < least:
		return fmt.Sprintf("is larger than a /%d", least)
	}
	return ""
}

// specialRanges are those from which nobody comes by the internet, without those
// that are for examples:
// https://www.iana.org/assignments/iana-ipv4-special-registry and -ipv6-special-registry
var specialRanges = func() (ranges []netip.Prefix) {
	for _, text := range strings.Fields(`0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12
		192.168.0.0/16 198.18.0.0/15 224.0.0.0/3 ::/8 fc00::/7 fe80::/10 fec0::/10 ff00::/8`) {
		ranges = append(ranges, netip.MustParsePrefix(text))
	}
	return ranges
}()

// startFault says that a date does not exist.
func startFault(text, _ string) string {
	if _, err := time.Parse(startLayout, text); text != "" && err != nil {
		return "is not a date and time"
	}
	return ""
}

// timeZoneFault says that a time zone does not exist.
func timeZoneFault(text, _ string) string {
	if _, err := time.LoadLocation(text); err != nil {
		return "is not a time zone of the IANA database"
	}
	return ""
}
