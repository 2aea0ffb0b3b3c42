import cf from 'cloudfront';

// Viewer request of the site's distribution: a read that one region does not answer is asked at the other, within seconds.
// Everything else goes where the behavior leads: to the origin whose name follows Route 53's health check.
// An origin group cannot be set on the behavior itself: CloudFront refuses groups on behaviors that allow POST.
// Runtime cloudfront-js-2.0: ES 5.1 plus const, let, arrow functions and template literals; no classes.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/helper-functions-origin-modification.html
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-20.html

// CloudFront fails over for these methods only, and a retried write could be done twice.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorOriginGroups.html
const READS = ['GET', 'HEAD', 'OPTIONS'];

function handler(event) {
    const request = event.request;
    if (mayBeAskedTwice(request)) {
        groupOrigins();
    }
    return request;
}

function mayBeAskedTwice(request) {
    const headers = request.headers || {};
    // A WebSocket opens with a GET and then carries writes: it goes where the writes go. CloudFront hides Upgrade and
    // Connection from functions; this header has every handshake that CloudFront takes.
    // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/distribution-working-with.websockets.html
    if (headers['sec-websocket-key']) {
        return false;
    }
    // Server-sent events are silent while nothing happens: a read time-out would cut the stream and open it elsewhere.
    if (headers.accept && accepts(headers.accept, 'text/event-stream')) {
        return false;
    }
    return READS.indexOf(request.method) !== -1;
}

function accepts(header, type) {
    const values = header.multiValue || [header];
    return values.some((entry) => entry.value.toLowerCase().indexOf(type) !== -1);
}

function groupOrigins() {
    // Both origins stand in the distribution under these ids. No 4xx: a page that is missing at home is not an outage.
    const group = {
        originIds: [{originId: 'serving-reads'}, {originId: 'standby'}],
        failoverCriteria: {statusCodes: [500, 502, 503, 504]},
    };
    try {
        cf.createRequestOriginGroup(group);
    } catch (error) {
        // Uncaught, it would answer every read with an error: worse than no failover at the edge.
        console.log(`no origin group: ${error}`);
    }
}
