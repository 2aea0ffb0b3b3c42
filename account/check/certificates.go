package check

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/acm"
	"github.com/aws/aws-sdk-go-v2/service/acm/types"
	"github.com/miekg/dns"

	"twinsite/account"
	"twinsite/account/report"
)

// amazonsNames are the names by which a CAA record lets Amazon issue.
// https://docs.aws.amazon.com/acm/latest/userguide/setup-caa.html
var amazonsNames = []string{"amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com"}

// authorities asks whether the domain's CAA records let Amazon issue the certificate,
// of the domain and of its wildcard. The nearest name that has any decides, RFC 8659.
func (c *Check) authorities(ctx context.Context, _ string) (report.Finding, error) {
	for name := c.Site.Domain; name != ""; _, name, _ = strings.Cut(name, ".") {
		records, err := c.Resolver.Ask(ctx, name, dns.TypeCAA)
		if err != nil {
			return report.Finding{}, err
		}
		if len(records) == 0 {
			continue
		}
		for _, tags := range [][]string{{"issue"}, {"issuewild", "issue"}} {
			if issuers, forbidden := forbids(records, tags); forbidden {
				return red(fmt.Sprintf("add the record: %s. CAA 0 %s \"amazon.com\"", name, tags[0]),
					"%s lets only %s issue certificates (%s), so ACM refuses", name, issuers, tags[0]), nil
			}
		}
		return report.Good("the records of %s let Amazon issue", name), nil
	}
	return report.Good("no record: every authority may issue"), nil
}

// forbids says whether the records of the first tag that has any leave Amazon out,
// and whom they name.
func forbids(records []dns.RR, tags []string) (issuers string, forbidden bool) {
	for _, tag := range tags {
		var named []string
		for _, record := range records {
			if caa, ok := record.(*dns.CAA); ok && strings.EqualFold(caa.Tag, tag) {
				issuer, _, _ := strings.Cut(caa.Value, ";") // parameters follow
				named = append(named, strings.ToLower(strings.TrimSpace(issuer)))
			}
		}
		if len(named) == 0 {
			continue
		}
		if slices.ContainsFunc(named, func(name string) bool { return slices.Contains(amazonsNames, name) }) {
			return "", false
		}
		named = slices.DeleteFunc(named, func(name string) bool { return name == "" })
		if len(named) == 0 {
			return "nobody", true
		}
		return listed(named), true
	}
	return "", false
}

// certificates asks for certificates of the domain that are not issued, and why.
func (c *Check) certificates(ctx context.Context, region string) (report.Finding, error) {
	client := acm.NewFromConfig(c.Account.In(region))
	pages := acm.NewListCertificatesPaginator(client, &acm.ListCertificatesInput{CertificateStatuses: []types.CertificateStatus{
		types.CertificateStatusPendingValidation, types.CertificateStatusFailed, types.CertificateStatusValidationTimedOut,
	}})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return report.Finding{}, account.Unanswered("acm:ListCertificates", err)
		}
		for _, summary := range page.CertificateSummaryList {
			if aws.ToString(summary.DomainName) != c.Site.Domain {
				continue
			}
			answer, err := client.DescribeCertificate(ctx, &acm.DescribeCertificateInput{CertificateArn: summary.CertificateArn})
			if err != nil || answer.Certificate == nil {
				return report.Finding{}, account.Unanswered("acm:DescribeCertificate", err)
			}
			if finding, issued, err := c.certificate(ctx, answer.Certificate); err != nil || !issued {
				return finding, err
			}
		}
	}
	return report.Good("none is pending, none has failed"), nil
}

// certificate says why a certificate is not issued.
// https://docs.aws.amazon.com/acm/latest/userguide/troubleshooting-failed.html
func (c *Check) certificate(ctx context.Context, certificate *types.CertificateDetail) (finding report.Finding, issued bool, err error) {
	arn := aws.ToString(certificate.CertificateArn)
	switch certificate.Status {
	case types.CertificateStatusFailed:
		return red("mend that, delete the certificate, and deploy again", "%s failed: %s", arn, certificate.FailureReason), false, nil
	case types.CertificateStatusValidationTimedOut:
		return red("mend the delegation, delete the certificate, and deploy again", "%s was not validated within 72 hours", arn), false, nil
	case types.CertificateStatusPendingValidation:
	default:
		return report.Finding{}, true, nil
	}
	for _, option := range certificate.DomainValidationOptions {
		if option.ResourceRecord == nil || option.ValidationStatus == types.DomainStatusSuccess {
			continue
		}
		name := strings.TrimSuffix(aws.ToString(option.ResourceRecord.Name), ".")
		records, err := c.Resolver.Ask(ctx, name, dns.TypeCNAME)
		if err != nil {
			return report.Finding{}, false, err
		}
		if !leadsTo(records, aws.ToString(option.ResourceRecord.Value)) {
			return red("see to the delegation: the record has to be in the zone that DNS leads to",
				"%s is pending, as DNS has no record %s CNAME %s", arn, name, aws.ToString(option.ResourceRecord.Value)), false, nil
		}
	}
	return warning("wait: ACM looks every few minutes", "%s is pending; the record by which ACM validates it is there", arn), false, nil
}

func leadsTo(records []dns.RR, value string) bool {
	return slices.ContainsFunc(records, func(record dns.RR) bool {
		cname, ok := record.(*dns.CNAME)
		return ok && strings.EqualFold(dns.Fqdn(cname.Target), dns.Fqdn(value))
	})
}
