// Writes rehearsal/change/resource/types.json: of each resource type that a shipped site
// or an example has, and of all that hold data, what a change of a property causes, by
// AWS's own resource schemas. "make golden" runs it; what reads the file needs no Node.js.
//
//	{ "AWS::SNS::Topic": { "name": ["TopicName"], "properties": { "TopicName": "yes", "Tags": "no" } } }
//
// "stateful": true is a type that holds data, as the schemas say. "name" are the
// properties that give the resource its name, if a template can set it: AWS refuses a
// second resource with the same. A property is "yes" (a change replaces the resource),
// "no" (it does not) or "maybe". Of properties inside a property, as
// "HealthCheckConfig.Type", only those stand here that are not "no".
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';

const root = new URL('..', import.meta.url);
const spec = loadAwsServiceSpecSync();

// exampleTypes are what the extensions in examples/ make; their templates are no golden ones.
// Those that hold data are wanted anyway.
const exampleTypes = ['AWS::IAM::ManagedPolicy'];

// wantedTypes are the types in the golden templates, those of the examples and all that
// hold data. Of custom resources, CloudFormation knows nothing but their prefix.
function wantedTypes() {
  const stateful = spec.all('resource').filter((resource) => resource.isStateful);
  const types = new Set([...exampleTypes, ...stateful.map((resource) => resource.cloudFormationType)]);
  const golden = new URL('testdata/', root);
  for (const site of readdirSync(golden, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
    const folder = new URL(`${site.name}/`, golden);
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.template.json'))) {
      const { Resources = {} } = JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
      for (const { Type } of Object.values(Resources)) {
        if (Type.startsWith('AWS::')) types.add(Type);
      }
    }
  }
  return [...types].sort();
}

// within adds the properties inside a property's type. Lists and maps are passed
// through; a type inside itself is not followed again.
function within(found, path, type, outer) {
  switch (type.type) {
    case 'array':
    case 'map':
      return within(found, path, type.element, outer);
    case 'union':
      return type.types.forEach((one) => within(found, path, one, outer));
    case 'ref': {
      const id = type.reference.$ref;
      if (outer.includes(id)) return;
      for (const [name, property] of Object.entries(spec.get('typeDefinition', id).properties)) {
        const inner = `${path}.${name}`;
        if (property.causesReplacement && property.causesReplacement !== 'no') found[inner] = property.causesReplacement;
        within(found, inner, property.type, [...outer, id]);
      }
    }
  }
}

// nameOf are the parts of the primary identifier, if a template can set them all;
// else the property that is called like a name, and replaces the resource.
function nameOf(type, { primaryIdentifier = [], properties }) {
  if (primaryIdentifier.length > 0 && primaryIdentifier.every((part) => part in properties)) return primaryIdentifier;
  return ['Name', `${type.split('::')[2]}Name`].filter((name) => properties[name]?.causesReplacement === 'yes').slice(0, 1);
}

function describe(type) {
  const [resource] = spec.lookup('resource', 'cloudFormationType', 'equals', type);
  if (!resource) throw new Error(`${type}: the resource schemas do not know it`);
  const properties = {};
  for (const [name, property] of Object.entries(resource.properties)) {
    properties[name] = property.causesReplacement ?? 'no';
    within(properties, name, property.type, []);
  }
  const name = nameOf(type, resource);
  return { ...(resource.isStateful && { stateful: true }), name, properties: Object.fromEntries(Object.entries(properties).sort(([a], [b]) => (a < b ? -1 : 1))) };
}

const types = Object.fromEntries(wantedTypes().map((type) => [type, describe(type)]));
writeFileSync(new URL('rehearsal/change/resource/types.json', root), JSON.stringify(types, null, 1) + '\n');
