// Runs the function that waits for healthy servers as Lambda would, against a load balancer that answers from a list, on
// a clock that jumps. Standard input: {code, event, answers}; standard output: what CloudFormation got, and when.
const Module = require('module');
const http = require('http');
const { code, event, answers } = JSON.parse(require('fs').readFileSync(0));

const minute = 60_000;
let now = Date.parse('2026-01-01T00:00:00Z');
const start = now;
Date.now = () => now;
globalThis.setTimeout = (done, milliseconds) => {
    now += milliseconds;
    return setImmediate(done);
};

// answers: [minute from which it holds, states of the servers, or an error].
function health() {
    const [, states] = answers.filter(([from]) => now - start >= from * minute).pop();
    if (typeof states === 'string') {
        throw new Error(states);
    }
    return { TargetHealthDescriptions: states.map((State, i) => ({ Target: { Id: `i-${i}` }, TargetHealth: { State } })) };
}

const said = { questions: 0, runs: 0, responses: [] };
let next = event;
class Client {
    async send(command) {
        return command.done();
    }
}
const stubs = {
    '@aws-sdk/client-elastic-load-balancing-v2': {
        ElasticLoadBalancingV2Client: Client,
        DescribeTargetHealthCommand: class {
            constructor(input) {
                this.input = input;
            }
            done() {
                said.questions++;
                said.asked = this.input.TargetGroupArn;
                return health();
            }
        },
    },
    '@aws-sdk/client-lambda': {
        LambdaClient: Client,
        InvokeCommand: class {
            constructor(input) {
                this.input = input;
            }
            done() {
                said.invoked = [this.input.FunctionName, this.input.InvocationType].join(' ');
                next = JSON.parse(this.input.Payload);
            }
        },
    },
};
const load = Module._load;
Module._load = (name, ...rest) => stubs[name] || load(name, ...rest);
const lambda = new Module('index');
lambda._compile(code, 'index.js');
console.log = () => {};

const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (part) => (body += part));
    request.on('end', () => {
        const minutes = (now - start) / minute;
        said.responses.push({ minutes, method: request.method, type: request.headers['content-type'], ...JSON.parse(body) });
        response.statusCode = said.responses.length === 1 && event.refuses ? 503 : 200;
        response.end();
    });
});
server.listen(0, '127.0.0.1', async () => {
    while (next) {
        const current = { ...next, ResponseURL: `http://127.0.0.1:${server.address().port}/?signed` };
        next = undefined;
        said.runs++;
        const end = now + 15 * minute;
        const context = { invokedFunctionArn: 'arn:function', getRemainingTimeInMillis: () => end - now };
        try {
            await lambda.exports.handler(current, context);
        } catch (error) {
            said.error = error.message;
        }
        if (now > end) {
            said.error = 'Lambda ended the function';
        }
    }
    process.stdout.write(JSON.stringify(said));
    server.close();
    server.closeAllConnections();
});
