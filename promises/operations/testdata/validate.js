// Prints for each file, a definition of a state machine, what is wrong with it: "" if nothing is. One process reads them
// all, as loading the validator takes half a second: node validate.js FILE...
const { readFileSync } = require("fs");
const validate = require("asl-validator");

const problems = process.argv.slice(2).map((file) => {
  const result = validate(JSON.parse(readFileSync(file)));
  return result.isValid ? "" : result.errorsText();
});
console.log(JSON.stringify(problems));
