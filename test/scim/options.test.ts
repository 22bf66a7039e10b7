import { describe, expect, it } from '@jest/globals';
import { ConfigurationError, createScimRouter, type ScimRouterOptions } from 'express-sso-scim';
import { createMemoryStorage } from 'express-sso-scim/adapters/memory';
import { SchemaDefinition } from 'scimmy/types';

const ITEM = { id: 'urn:example:Item', name: 'Item', attributes: [{ name: 'label', type: 'string' }] };
const TYPE = { name: 'Item', endpoint: 'Items', schema: ITEM };

/** What mounting with these options is refused with: the path and the sentence of each fault. */
function faultsOf(options: unknown): readonly string[] {
  try {
    createScimRouter(createMemoryStorage(), options as ScimRouterOptions);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    for (const { path, message } of error.faults) expect(error.message).toContain(`${path}: ${message}`);
    return error.faults.map(({ path, message }) => `${path}: ${message}`);
  }
  return [];
}

describe('Options of createScimRouter', () => {
  it('are all optional', () => {
    expect(faultsOf(undefined)).toEqual([]);
    expect(faultsOf({})).toEqual([]);
  });

  it.each<[object, string]>([
    [{ baseURL: 'https://a.example' }, 'baseURL: unknown option "baseURL" — did you mean "baseUrl"?'],
    [{ polcy: {} }, 'polcy: unknown option "polcy" — did you mean "policy"?'],
    [{ trottle: () => 1 }, 'trottle: unknown option "trottle" — did you mean "throttle"?'],
    [{ zzzzzz: 1 }, 'zzzzzz: unknown option "zzzzzz"'],
    [
      { policy: { unknownAtributes: 'ignore' } },
      'policy.unknownAtributes: unknown option "unknownAtributes" — did you mean "unknownAttributes"?',
    ],
    [{ users: { attribute: [] } }, 'users.attribute: unknown option "attribute" — did you mean "attributes"?'],
    [
      { bulk: { maxOperation: 1, maxPayloadSize: 1 } },
      'bulk.maxOperation: unknown option "maxOperation" — did you mean "maxOperations"?',
    ],
    [
      { customResourceTypes: [{ ...TYPE, endPoint: 'x' }] },
      'customResourceTypes[0].endPoint: unknown option "endPoint" — did you mean "endpoint"?',
    ],
    [
      { users: { extensions: [{ schema: ITEM, require: true }] } },
      'users.extensions[0].require: unknown option "require" — did you mean "required"?',
    ],
  ])('refuses the unknown name in %j and names the nearest', (options, fault) => {
    expect(faultsOf(options)).toContain(fault);
  });

  it.each<[object, string]>([
    [{ baseUrl: 'app.example.com/scim' }, 'baseUrl: must be a URL such as https://app.example.com/scim/v2'],
    [{ baseUrl: 'javascript:alert(1)' }, 'baseUrl: must be a URL such as https://app.example.com/scim/v2'],
    [{ baseUrl: 'https://a.example/scim?x=1' }, 'baseUrl: must be a URL such as https://app.example.com/scim/v2'],
    [{ baseUrl: 'https://{host}/scim' }, 'baseUrl: must be without {host}, which needs directoryFrom "host"'],
    [{ directoryFrom: 'header' }, 'directoryFrom: must be one of path, token, host'],
    [{ kind: '' }, 'kind: '],
    [{ policy: { unknownAttributes: 'reject' } }, 'policy.unknownAttributes: must be one of ignore, refuse'],
    [{ policy: { activeByDefault: 'yes' } }, 'policy.activeByDefault: must be a boolean, not a string'],
    [{ policy: { membersInWriteAnswers: -1 } }, 'policy.membersInWriteAnswers: must be a whole number'],
    [{ maxPageSize: 0 }, 'maxPageSize: must be a whole number above 0'],
    [{ maxPageSize: '100' }, 'maxPageSize: must be a whole number above 0, not a string'],
    [{ maxBodyBytes: 1.5 }, 'maxBodyBytes: must be a whole number above 0'],
    [{ tokenCacheSeconds: -1 }, 'tokenCacheSeconds: must be a whole number'],
    [{ bulk: true }, 'bulk: must be false, or an object with maxOperations and maxPayloadSize'],
    [{ bulk: { maxOperations: 1 } }, 'bulk.maxPayloadSize: is missing'],
    [{ authenticate: 'yes' }, 'authenticate: must be a function'],
    [{ endAccess: {} }, 'endAccess: must be a function'],
    [{ throttle: 5 }, 'throttle: must be a function'],
    [{ openDiscovery: 'no' }, 'openDiscovery: must be a boolean, not a string'],
    [{ clock: {} }, 'clock.now: is missing'],
    [{ clock: { now: 5 } }, 'clock.now: must be a function'],
    [{ logger: { error: () => {} } }, 'logger.warn: is missing'],
    [{ customResourceTypes: {} }, 'customResourceTypes: must be an array, not an object'],
    [{ customResourceTypes: [{ name: 'Item' }] }, 'customResourceTypes[0].schema: is missing'],
    [
      { customResourceTypes: [{ ...TYPE, endpoint: '/Items' }] },
      'customResourceTypes[0].endpoint: must be a path segment',
    ],
    [
      { customResourceTypes: [{ ...TYPE, endpoint: 'Users' }] },
      'customResourceTypes[0].endpoint: must be a path segment',
    ],
    [
      { customResourceTypes: [{ ...TYPE, endpoint: 'Bulk' }] },
      'customResourceTypes[0].endpoint: must be a path segment',
    ],
    [
      { customResourceTypes: [{ ...TYPE, endpoint: 'Schemas' }] },
      'customResourceTypes[0].endpoint: must be a path segment',
    ],
    [{ customResourceTypes: [{ ...TYPE, name: 'Group' }] }, 'customResourceTypes[0].name: must be a name such as'],
    [
      { customResourceTypes: [TYPE, { ...TYPE, name: 'Thing' }] },
      'customResourceTypes[1]: has the name or endpoint of customResourceTypes[0]',
    ],
    [
      { customResourceTypes: [TYPE, { ...TYPE, endpoint: 'Things' }] },
      'customResourceTypes[1]: has the name or endpoint of customResourceTypes[0]',
    ],
    [
      { customResourceTypes: [{ ...TYPE, schema: { ...ITEM, id: 'item' } }] },
      'customResourceTypes[0]: "item" is no schema URI',
    ],
    [{ users: { extensions: [{}] } }, 'users.extensions[0].schema: is missing'],
    [{ users: { attributes: [null] } }, 'users.attributes[0]: must be an object, not null'],
    [{ users: { attributes: [{ name: 'role' }] } }, 'users.attributes[0].type: is missing'],
    [{ users: { attributes: [{ name: 'role', type: 'text' }] } }, 'users: role: type must be one of string, boolean'],
    [
      { users: { attributes: [{ name: 'role', type: 'string', mutability: 'readonly' }] } },
      'users: role: mutability must be one of readOnly, readWrite',
    ],
    [
      { users: { attributes: [{ name: 'role', type: 'string', mutablity: 'readOnly' }] } },
      'users: "role" has an unknown characteristic "mutablity" — did you mean "mutability"?',
    ],
    [
      { users: { attributes: [{ name: 'role', type: 'string', multiValued: 'yes' }] } },
      'users.attributes[0].multiValued: must be a boolean, not a string',
    ],
    [{ users: { attributes: [{ name: 'a role', type: 'string' }] } }, 'users: "a role" is no attribute name'],
    [{ groups: { attributes: [{ name: '__proto__', type: 'string' }] } }, 'groups: "__proto__" is no attribute name'],
    [{ groups: { attributes: [{ name: 'ID', type: 'string' }] } }, 'groups: "ID" is an attribute of every Group'],
    [{ users: { attributes: [{ name: 'meta', type: 'complex' }] } }, 'users: "meta" is an attribute of every User'],
    [{ users: { attributes: [{ name: 'Emails', type: 'string' }] } }, 'users: "Emails" is an attribute of every User'],
    [
      {
        users: {
          attributes: [
            { name: 'role', type: 'string' },
            { name: 'Role', type: 'string' },
          ],
        },
      },
      'users: "Role" is described twice',
    ],
    [
      { users: { attributes: [{ name: 'a', type: 'complex', subAttributes: [{ name: 'b', type: 'complex' }] }] } },
      'users: "a.b" is complex inside a complex attribute',
    ],
    [
      { users: { attributes: [{ name: 'pin', type: 'string', mutability: 'writeOnly', required: true }] } },
      'users: "pin" cannot be required: what is writeOnly is not kept',
    ],
    [
      { users: { attributes: [{ name: 'badges', type: 'string', multiValued: true, uniqueness: 'server' }] } },
      'users: "badges" cannot be unique',
    ],
    [{ groups: { extensions: [{ schema: { ...ITEM, id: 'no uri' } }] } }, 'groups: "no uri" is no schema URI'],
    [
      { groups: { extensions: [{ schema: ITEM }, { schema: ITEM }] } },
      'groups: the schema urn:example:Item is there already',
    ],
    [
      { customResourceTypes: [{ ...TYPE, extensions: [{ schema: ITEM }] }] },
      'customResourceTypes[0]: the schema urn:example',
    ],
  ])('refuses %j', (options, fault) => {
    expect(faultsOf(options)).toContainEqual(expect.stringContaining(fault));
  });

  it('are told all faults at once', () => {
    const options = {
      baseURL: 'https://a.example',
      directoryFrom: 'header',
      policy: { groupNames: 'one', unknownMember: 'skip' },
      maxPageSize: 0,
      logger: {},
    };
    const paths = faultsOf(options).map((fault) => fault.split(':', 1)[0]);
    expect(paths.sort()).toEqual([
      'baseURL',
      'directoryFrom',
      'logger.debug',
      'logger.error',
      'logger.info',
      'logger.warn',
      'maxPageSize',
      'policy.groupNames',
      'policy.unknownMember',
    ]);
  });

  it('are told what is wrong with each resource type at once', () => {
    const attributes = [{ name: 'a b', type: 'string' }];
    const customResourceTypes = [{ ...TYPE, attributes }];
    const faults = faultsOf({ users: { attributes }, groups: { attributes }, customResourceTypes });
    expect(faults.map((fault) => fault.split(':', 1)[0])).toEqual(['users', 'groups', 'customResourceTypes[0]']);
  });

  it('are never written to, nor are the schemas in them', () => {
    const deepFreeze = <T extends object>(value: T): T => {
      for (const inner of Object.values(value)) if (typeof inner === 'object' && inner !== null) deepFreeze(inner);
      return Object.freeze(value);
    };
    const options = deepFreeze({
      baseUrl: 'https://a.example',
      policy: { groupNames: 'any' },
      users: { attributes: [{ name: 'role', type: 'string' }], extensions: [{ schema: ITEM }] },
      customResourceTypes: [TYPE],
      bulk: { maxOperations: 1, maxPayloadSize: 1 },
    });
    expect(faultsOf(options)).toEqual([]);
  });

  it("take scimmy's schemas beside plain ones", () => {
    const schema = new SchemaDefinition('Badge', 'urn:ietf:params:scim:schemas:extension:Badge', 'Badges', []);
    expect(faultsOf({ users: { extensions: [{ schema }, { schema: ITEM }] } })).toEqual([]);
  });

  it('hold no value that somebody gave in their faults', () => {
    const faults = faultsOf({ baseUrl: 'hunter2', directoryFrom: 'hunter2', maxPageSize: 'hunter2' });
    expect(faults).toHaveLength(3);
    expect(faults.join()).not.toContain('hunter2');
  });
});
