// Runs state machines whose expressions are JSONata's, as Step Functions would, and prints the calls that each makes:
// [{ "state": "Set", "arguments": {…} }], or null where it fails: node run.js DEFINITION EVENT ANSWERS ...
// ANSWERS are what AWS answers to calls, by the name of the state.
const { readFileSync } = require("fs");
const jsonata = require("jsonata");

async function evaluate(value, states, variables) {
  if (typeof value === "string") {
    const expression = /^{%(.*)%}$/s.exec(value);
    if (!expression) return value;
    const result = await jsonata(expression[1]).evaluate({}, { ...variables, states });
    if (result === undefined) throw new Error(`${value} has no value`); // States.QueryEvaluationError
    return result;
  }
  if (Array.isArray(value)) return Promise.all(value.map((item) => evaluate(item, states, variables)));
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).map(async ([key, below]) => [key, await evaluate(below, states, variables)]);
  return Object.fromEntries(await Promise.all(entries));
}

async function run(definition, event, answers) {
  const calls = [];
  let input = event;
  let variables = {};
  for (let name = definition.StartAt; name; ) {
    const state = definition.States[name];
    const states = { input };
    if (state.Type === "Task") {
      calls.push({ state: name, arguments: await evaluate(state.Arguments, states, variables) });
      states.result = answers[name] ?? {};
    }
    let next = state.Next;
    for (const choice of state.Choices ?? []) {
      if (next === undefined && (await evaluate(choice.Condition, states, variables)) === true) next = choice.Next;
    }
    const output = state.Output === undefined ? (states.result ?? input) : await evaluate(state.Output, states, variables);
    variables = { ...variables, ...(await evaluate(state.Assign ?? {}, states, variables)) };
    [input, name] = [output, next ?? state.Default];
  }
  return calls;
}

async function main(files) {
  const all = [];
  while (files.length > 0) {
    const [definition, event, answers] = files.splice(0, 3).map((file) => JSON.parse(readFileSync(file)));
    all.push(await run(definition, event, answers).catch(() => null));
  }
  console.log(JSON.stringify(all));
}

main(process.argv.slice(2));
