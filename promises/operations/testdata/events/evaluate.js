// Prints the arguments of state machines' one calls, as Step Functions would
// make them of events, null where it could not: node evaluate.js DEFINITION EVENT ...
const { readFileSync } = require("fs");
const jsonata = require("jsonata");

async function evaluate(value, event) {
  if (typeof value === "string") {
    const expression = /^{%(.*)%}$/s.exec(value);
    return expression ? jsonata(expression[1]).evaluate({}, { states: { input: event } }) : value;
  }
  if (Array.isArray(value)) return Promise.all(value.map((item) => evaluate(item, event)));
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).map(async ([key, below]) => [key, await evaluate(below, event)]);
  return Object.fromEntries(await Promise.all(entries));
}

async function main(files) {
  const calls = [];
  while (files.length > 0) {
    const [definition, event] = files.splice(0, 2).map((file) => JSON.parse(readFileSync(file)));
    calls.push(await evaluate(definition.States[definition.StartAt].Arguments, event).catch(() => null));
  }
  console.log(JSON.stringify(calls));
}

main(process.argv.slice(2));
