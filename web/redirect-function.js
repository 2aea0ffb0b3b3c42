// Viewer request of the site's distribution: a host that only redirects answers with the same path and query at another.
// Path and query stay as the visitor wrote them. https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-event-structure.html
const DOMAIN = "__DOMAIN__";
const UNTOUCHED = "__HEALTH_PATH__";
const REDIRECTS = []; // labels below the domain, "@" for the domain itself: from, to

function handler(event) {
    const request = event.request;
    const to = target(request);
    if (!to) {
        return next(event);
    }
    // A method must stay what it is; of a GET or HEAD, every client knows 301.
    const moved = request.method === 'GET' || request.method === 'HEAD';
    return {
        statusCode: moved ? 301 : 308,
        statusDescription: moved ? 'Moved Permanently' : 'Permanent Redirect',
        headers: {location: {value: `https://${to}${request.uri}${query(request)}`}},
    };
}

// The name to which a request is sent; none for a host that serves, and for the health checkers' path.
function target(request) {
    const header = request.headers && request.headers.host;
    if (!header || request.uri === UNTOUCHED) {
        return '';
    }
    const host = header.value.toLowerCase().replace(/:[0-9]*$/, '').replace(/\.$/, '');
    const found = REDIRECTS.filter((redirect) => name(redirect[0]) === host);
    return found.length > 0 ? name(found[0][1]) : '';
}

function name(label) {
    return label === '@' ? DOMAIN : `${label}.${DOMAIN}`;
}

// The query with its "?", as the visitor wrote it; where the runtime does not tell, put together again.
function query(request) {
    if (request.rawQueryString) {
        const raw = request.rawQueryString();
        return raw === undefined ? '' : `?${raw}`;
    }
    const parts = [];
    Object.keys(request.querystring || {}).forEach((key) => {
        const parameter = request.querystring[key];
        (parameter.multiValue || [parameter]).forEach((one) => parts.push(one.value === '' ? key : `${key}=${one.value}`));
    });
    return parts.length > 0 ? `?${parts.join('&')}` : '';
}
