// Package flow reads text with colons in YAML's flow lists. The parser's scanner takes
// "2001:db8::/32" for a mapping where the list is inside braces; YAML wants a space
// behind the colon, or quotes around the key.
// https://yaml.org/spec/1.2.2/#742-flow-mappings
package flow

import (
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Unmarshal reads the first document of a file into a value, as [yaml.Unmarshal] does.
func Unmarshal(data []byte, into any) error {
	file, err := parser.ParseBytes(data, 0)
	if err != nil || len(file.Docs) == 0 || file.Docs[0].Body == nil {
		return err
	}
	body := file.Docs[0].Body
	Mend(body)
	return yaml.NodeToValue(body, into)
}

// Mend puts text in the place of such mappings, below a node.
func Mend(node ast.Node) {
	ast.Walk(mender{}, node)
}

type mender struct{}

// Visit mends the entries of a list before they are walked.
func (m mender) Visit(node ast.Node) ast.Visitor {
	if list, ok := node.(*ast.SequenceNode); ok && list.IsFlowStyle {
		for i, entry := range list.Values {
			if tk := text(entry); tk != nil {
				list.Values[i] = ast.String(tk)
			}
		}
	}
	return m
}

// text returns the token of the text that a mapping is, or nil when it is a mapping.
func text(node ast.Node) *token.Token {
	mapping, ok := node.(*ast.MappingNode)
	if !ok || mapping.IsFlowStyle || len(mapping.Values) != 1 {
		return nil
	}
	key, value := plain(mapping.Values[0].Key), plain(mapping.Values[0].Value)
	const space = " \t\r\n"
	if key == nil || value == nil || strings.TrimRight(key.Origin, space) != key.Origin || strings.TrimLeft(value.Origin, space) != value.Origin {
		return nil
	}
	whole := *key // at its place
	whole.Type, whole.Value, whole.Origin = token.StringType, key.Value+":"+value.Value, key.Origin+":"+value.Origin
	return &whole
}

// plain returns the token of a scalar without quotes, or nil.
func plain(node ast.Node) *token.Token {
	if scalar, ok := node.(ast.ScalarNode); ok && scalar.GetToken().Indicator != token.QuotedScalarIndicator {
		return scalar.GetToken()
	}
	return nil
}
