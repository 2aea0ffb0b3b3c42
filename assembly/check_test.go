package assembly

import "testing"

func TestCheck(t *testing.T) {
	const producer = `{"Resources": {"R": {"Type": "T"}}, "Outputs": {"O": {"Value": {"Ref": "R"}}}}`
	const read = `{"Fn::GetStackOutput": {"StackName": "app-A", "OutputName": "O"}}`
	tests := []struct {
		name   string
		stacks []stackFile
		want   string
	}{
		{"in order", []stackFile{
			{id: "A", template: producer},
			{id: "B", template: `{}`, dependencies: []string{"A"}},
			{id: "C", template: `{"Resources": {"X": {"Type": "T", "Properties": {"P": ` + read + `}}}}`, dependencies: []string{"B"}},
		}, ""},
		{"no dependency", []stackFile{
			{id: "A", template: producer},
			{id: "B", template: `{"Resources": {"X": {"Type": "T", "Properties": {"P": ` + read + `}}}, "Outputs": {"O": {"Value": ` + read + `}}}`},
		}, `B.X.P: Fn::GetStackOutput: stack B does not depend on A and may be deployed before its output "O" is there
B.Outputs.O: Fn::GetStackOutput: stack B does not depend on A and may be deployed before its output "O" is there`},
		{"reversed dependency", []stackFile{
			{id: "A", template: producer, dependencies: []string{"B"}},
			{id: "B", template: `{"Resources": {"X": {"Type": "T", "Properties": {"P": ` + read + `}}}}`},
		}, `B.X.P: Fn::GetStackOutput: stack B does not depend on A and may be deployed before its output "O" is there`},
		{"own output", []stackFile{
			{id: "A", template: `{"Resources": {"X": {"Type": "T", "Properties": {"P": ` + read + `}}}, "Outputs": {"O": {"Value": "o"}}}`},
		}, `A.X.P: Fn::GetStackOutput: stack A reads its own output "O", which is not there before it is deployed`},
		{"everywhere", []stackFile{{id: "A", template: `{
			"Resources": {
				"X": {
					"Type": "T", "DependsOn": ["Nobody", "Y"],
					"Properties": {"P": {"Ref": "Nobody"}, "Q": [{"Ref": "Nobody"}]},
					"CreationPolicy": {"P": {"Ref": "Nobody"}}, "UpdatePolicy": {"P": {"Ref": "Nobody"}}, "Metadata": {"P": {"Ref": "Nobody"}}
				},
				"Y": {"Type": "T"}
			},
			"Outputs": {"O": {"Value": {"Ref": "Nobody"}}, "Q": {"Value": {"Fn::ImportValue": "x"}}}
		}`}}, `A.X.P: Ref: no resource or parameter "Nobody"
A.X.Q.0: Ref: no resource or parameter "Nobody"
A.X.CreationPolicy.P: Ref: no resource or parameter "Nobody"
A.X.UpdatePolicy.P: Ref: no resource or parameter "Nobody"
A.X.Metadata.P: Ref: no resource or parameter "Nobody"
A.X.DependsOn: no resource "Nobody"
A.Outputs.O: Ref: no resource or parameter "Nobody"
A.Outputs.Q: Fn::ImportValue: this function is not supported`},
		{"resource cycle", []stackFile{{id: "A", template: `{"Resources": {
			"X": {"Type": "T", "Properties": {"P": {"Fn::GetAtt": ["Y", "Arn"]}}},
			"Y": {"Type": "T", "DependsOn": "Z"},
			"Z": {"Type": "T", "Properties": {"P": {"Fn::Sub": "${X}"}}},
			"W": {"Type": "T", "Properties": {"P": {"Ref": "X"}}}
		}}`}}, "A: resources wait for each other in a circle: X -> Y -> Z -> X"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { wantError(t, assemble(t, test.stacks...).Check(), test.want) })
	}
}
