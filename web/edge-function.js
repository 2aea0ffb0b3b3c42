import cf from 'cloudfront';

// Viewer request of the site's distribution: reads fail over at the edge, within seconds and without DNS.
// An origin group cannot be set on the cache behavior itself: CloudFront refuses groups on behaviors that allow POST.
// Runtime cloudfront-js-2.0: ES 5.1 plus const, let, arrow functions and template literals; no classes.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/helper-functions-origin-modification.html
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-20.html

// "__HEALTH_PATH__" is the only placeholder: web.EdgeFunction replaces the literal, quotes included, by JSON.
const HEALTH_PATH = "__HEALTH_PATH__";

// CloudFront fails over for these methods only, and a retried write could be done twice.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorOriginGroups.html
const READS = ['GET', 'HEAD', 'OPTIONS'];

function handler(event) {
    const request = event.request;
    if (mayFailOver(request)) {
        groupOrigins();
    }
    return request;
}

function mayFailOver(request) {
    // If the health path failed over too, Route 53 would never see the outage and writes would stay broken.
    // Exact and undecoded: the health checkers send just this path, and every other spelling is a visitor's.
    if (request.uri === HEALTH_PATH) {
        return false;
    }
    // A WebSocket opens with a GET and then carries writes; it goes where the writes go.
    if (request.headers && request.headers.upgrade) {
        return false;
    }
    return READS.indexOf(request.method) !== -1;
}

function groupOrigins() {
    // Both origins stand in the distribution under these ids. No 4xx: a page that is missing at home is not an outage.
    const group = {
        originIds: [{originId: 'home'}, {originId: 'standby'}],
        failoverCriteria: {statusCodes: [500, 502, 503, 504]},
    };
    try {
        cf.createRequestOriginGroup(group);
    } catch (error) {
        // Uncaught, it would answer every read with an error: worse than no failover at the edge.
        console.log(`no origin group: ${error}`);
    }
}
