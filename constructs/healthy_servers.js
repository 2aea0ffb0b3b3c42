// A custom resource that waits until enough servers of a target group are healthy, and have been for a while. A function
// may run for 15 minutes: before they are over, it invokes itself with the same event and goes on.
const { ElasticLoadBalancingV2Client, DescribeTargetHealthCommand } = require('@aws-sdk/client-elastic-load-balancing-v2');
const { LambdaClient, InvokeCommand } = require('@aws-sdk/client-lambda');

const balancing = new ElasticLoadBalancingV2Client({});
const lambda = new LambdaClient({});
const BETWEEN_QUESTIONS = 10_000; // ms, as between two health checks
const LEFT_TO_HAND_OVER = 60_000; // ms

exports.handler = async (event, context) => {
    const { Group, TargetGroup, Servers, WithinSeconds, SteadySeconds } = event.ResourceProperties;
    // A group that is replaced has new servers. What else changes is not waited for: an instance refresh waits itself.
    const replaced = event.RequestType === 'Update' && event.OldResourceProperties.Group !== Group;
    if (event.RequestType !== 'Create' && !replaced) {
        return answer(event, 'SUCCESS', event.PhysicalResourceId);
    }
    const until = event.until || Date.now() + WithinSeconds * 1000;
    let since = event.since; // when there began to be enough
    for (;;) {
        const { healthy, seen } = await ask(TargetGroup);
        const now = Date.now();
        since = healthy >= Servers ? since || now : undefined;
        if (since && now - since >= SteadySeconds * 1000) {
            return answer(event, 'SUCCESS', Group);
        }
        if (!since && now >= until) {
            return answer(event, 'FAILED', Group, `${healthy} of ${Servers} servers were healthy after ${WithinSeconds} s: ${seen}`);
        }
        if (context.getRemainingTimeInMillis() < LEFT_TO_HAND_OVER) {
            const Payload = JSON.stringify({ ...event, until, since });
            return lambda.send(new InvokeCommand({ FunctionName: context.invokedFunctionArn, InvocationType: 'Event', Payload }));
        }
        await new Promise((done) => setTimeout(done, BETWEEN_QUESTIONS));
    }
};

// A question that fails is asked again: the function's permissions are new, too.
async function ask(TargetGroupArn) {
    try {
        const { TargetHealthDescriptions: targets } = await balancing.send(new DescribeTargetHealthCommand({ TargetGroupArn }));
        const text = ({ Target, TargetHealth: h }) => [Target.Id, h.State, h.Reason, h.Description].filter(Boolean).join(' ');
        const healthy = targets.filter((target) => target.TargetHealth.State === 'healthy').length;
        return { healthy, seen: targets.map(text).join('; ') || 'none is registered' };
    } catch (error) {
        return { healthy: 0, seen: `the load balancer did not say: ${error.message}` };
    }
}

// An answer that does not arrive is an error, after which Lambda runs the function again.
async function answer({ ResponseURL, StackId, RequestId, LogicalResourceId }, Status, PhysicalResourceId, Reason) {
    console.log(Status, Reason || '');
    // As bytes, or fetch would name a type of content, which is not part of the address's signature.
    const body = Buffer.from(JSON.stringify({ Status, Reason, PhysicalResourceId, StackId, RequestId, LogicalResourceId }));
    const response = await fetch(ResponseURL, { method: 'PUT', body });
    if (!response.ok) {
        throw new Error(`CloudFormation answers ${response.status}`);
    }
}
