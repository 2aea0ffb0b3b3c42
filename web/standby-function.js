// Viewer request of the path by which Route 53 asks whether the standby answers through CloudFront. A path leads to one
// origin only, and the health path leads home: so this one is of our own, and becomes the health path here.
function handler(event) {
    const request = event.request;
    request.uri = "__HEALTH_PATH__";
    return request;
}
