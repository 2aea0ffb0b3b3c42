// Prints the arguments of a state machine's one call, as Step Functions would
// make them of an event: node evaluate.js DEFINITION EVENT
const { readFileSync } = require("fs");
const jsonata = require("jsonata");

const [definition, event] = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file)));

async function evaluate(value) {
  if (typeof value === "string") {
    const expression = /^{%(.*)%}$/s.exec(value);
    return expression ? jsonata(expression[1]).evaluate({}, { states: { input: event } }) : value;
  }
  if (Array.isArray(value)) return Promise.all(value.map(evaluate));
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).map(async ([key, below]) => [key, await evaluate(below)]);
  return Object.fromEntries(await Promise.all(entries));
}

evaluate(definition.States[definition.StartAt].Arguments)
  .then((result) => console.log(JSON.stringify(result)))
  .catch((error) => {
    console.error(error.message);
    process.exit(1);
  });
